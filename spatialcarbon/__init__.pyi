from spatialcarbon._version import __version__ as __version__
from spatialcarbon.core.errors import AdjustedDataWarning as AdjustedDataWarning
from spatialcarbon.core.errors import AlignmentError as AlignmentError
from spatialcarbon.core.errors import BalanceError as BalanceError
from spatialcarbon.core.errors import ConvergenceError as ConvergenceError
from spatialcarbon.core.errors import ConvergenceWarning as ConvergenceWarning
from spatialcarbon.core.errors import CRSMismatchError as CRSMismatchError
from spatialcarbon.core.errors import DegenerateDataError as DegenerateDataError
from spatialcarbon.core.errors import DegenerateResultWarning as DegenerateResultWarning
from spatialcarbon.core.errors import GeometryRepairWarning as GeometryRepairWarning
from spatialcarbon.core.errors import InfeasibleAllocationWarning as InfeasibleAllocationWarning
from spatialcarbon.core.errors import InfeasibleError as InfeasibleError
from spatialcarbon.core.errors import IslandError as IslandError
from spatialcarbon.core.errors import MemoryShortageError as MemoryShortageError
from spatialcarbon.core.errors import MissingDataError as MissingDataError
from spatialcarbon.core.errors import MissingDependencyError as MissingDependencyError
from spatialcarbon.core.errors import NameMatchError as NameMatchError
from spatialcarbon.core.errors import NegativeDemandWarning as NegativeDemandWarning
from spatialcarbon.core.errors import OptionError as OptionError
from spatialcarbon.core.errors import PermutationWarning as PermutationWarning
from spatialcarbon.core.errors import SchemaError as SchemaError
from spatialcarbon.core.errors import SpatialCarbonError as SpatialCarbonError
from spatialcarbon.core.errors import SpatialCarbonWarning as SpatialCarbonWarning
from spatialcarbon.core.errors import UnitMismatchError as UnitMismatchError
from spatialcarbon.core.errors import WeakDiscriminationWarning as WeakDiscriminationWarning
from spatialcarbon.core.units import conversion_factor as conversion_factor
from spatialcarbon.data.catalogue import load_table as load_table
from spatialcarbon.data.catalogue import tables as tables
from spatialcarbon.data.names import match_names as match_names
from spatialcarbon.data.panel import Panel as Panel
from spatialcarbon.data.proposal import TableProposal as TableProposal
from spatialcarbon.data.proposal import propose_columns as propose_columns
from spatialcarbon.data.readers import read_panel as read_panel
from spatialcarbon.geo.clusters import clusters as clusters
from spatialcarbon.geo.units import load_units as load_units
from spatialcarbon.geo.units import read_units as read_units
from spatialcarbon.models.drivers.decoupling import decoupling as decoupling
from spatialcarbon.models.drivers.effort import decoupling_effort as decoupling_effort
from spatialcarbon.models.drivers.growth import GrowthResult as GrowthResult
from spatialcarbon.models.drivers.growth import fit_growth as fit_growth
from spatialcarbon.models.drivers.growth_given import growth_curve as growth_curve
from spatialcarbon.models.drivers.kuznets import KuznetsResult as KuznetsResult
from spatialcarbon.models.drivers.kuznets import kuznets as kuznets
from spatialcarbon.models.drivers.lmdi import decompose as decompose
from spatialcarbon.models.drivers.lmdi_result import DecompositionResult as DecompositionResult
from spatialcarbon.models.drivers.peak import PeakResult as PeakResult
from spatialcarbon.models.drivers.peak import peak as peak
from spatialcarbon.models.drivers.regression import spatial_regression as spatial_regression
from spatialcarbon.models.drivers.regression_compare import (
    RegressionComparison as RegressionComparison,
)
from spatialcarbon.models.drivers.regression_compare import (
    compare_regressions as compare_regressions,
)
from spatialcarbon.models.drivers.regression_panel import panel_regression as panel_regression
from spatialcarbon.models.drivers.regression_result import RegressionResult as RegressionResult
from spatialcarbon.models.drivers.required_decline import DeclineResult as DeclineResult
from spatialcarbon.models.drivers.required_decline import required_decline as required_decline
from spatialcarbon.models.drivers.scenario import project as project
from spatialcarbon.models.drivers.scenario_result import ProjectionResult as ProjectionResult
from spatialcarbon.models.drivers.simulate import simulate as simulate
from spatialcarbon.models.drivers.simulation_result import SimulationResult as SimulationResult
from spatialcarbon.models.governance.bargaining import ParetoResult as ParetoResult
from spatialcarbon.models.governance.bargaining import nash_bargaining as nash_bargaining
from spatialcarbon.models.governance.bargaining import pareto_check as pareto_check
from spatialcarbon.models.governance.bargaining import proportional_sharing as proportional_sharing
from spatialcarbon.models.governance.calibration import CalibrationResult as CalibrationResult
from spatialcarbon.models.governance.calibration import calibrate_game as calibrate_game
from spatialcarbon.models.governance.coalition_game import CoalitionGame as CoalitionGame
from spatialcarbon.models.governance.coalition_values import LinearGame as LinearGame
from spatialcarbon.models.governance.coalition_values import linear_game as linear_game
from spatialcarbon.models.governance.compensation import compensate as compensate
from spatialcarbon.models.governance.compensation_mode import SidePaymentResult as SidePaymentResult
from spatialcarbon.models.governance.compensation_mode import side_payments as side_payments
from spatialcarbon.models.governance.compensation_range import (
    CompensationRangeResult as CompensationRangeResult,
)
from spatialcarbon.models.governance.compensation_range import (
    compensation_range as compensation_range,
)
from spatialcarbon.models.governance.compensation_result import (
    CompensationResult as CompensationResult,
)
from spatialcarbon.models.governance.cooperation_payoffs import (
    CooperationPayoffs as CooperationPayoffs,
)
from spatialcarbon.models.governance.cooperation_payoffs import (
    cooperation_payoffs as cooperation_payoffs,
)
from spatialcarbon.models.governance.core_test import ConvexityResult as ConvexityResult
from spatialcarbon.models.governance.core_test import CoreResult as CoreResult
from spatialcarbon.models.governance.core_test import convexity as convexity
from spatialcarbon.models.governance.core_test import core_test as core_test
from spatialcarbon.models.governance.dynamic_game import DynamicGameResult as DynamicGameResult
from spatialcarbon.models.governance.dynamic_game import dynamic_game as dynamic_game
from spatialcarbon.models.governance.evaluation import psm_did as psm_did
from spatialcarbon.models.governance.evaluation_result import EvaluationResult as EvaluationResult
from spatialcarbon.models.governance.evolution import EvolutionResult as EvolutionResult
from spatialcarbon.models.governance.evolution import evolutionary_game as evolutionary_game
from spatialcarbon.models.governance.govern import govern as govern
from spatialcarbon.models.governance.govern_result import GovernanceResult as GovernanceResult
from spatialcarbon.models.governance.licensing import LicensingResult as LicensingResult
from spatialcarbon.models.governance.licensing import licensing as licensing
from spatialcarbon.models.governance.non_cash import NonCashResult as NonCashResult
from spatialcarbon.models.governance.non_cash import non_cash_compensation as non_cash_compensation
from spatialcarbon.models.governance.nucleolus import nucleolus as nucleolus
from spatialcarbon.models.governance.policy_sample import synthetic_policy as synthetic_policy
from spatialcarbon.models.governance.settlement import SettlementResult as SettlementResult
from spatialcarbon.models.governance.settlement import settle as settle
from spatialcarbon.models.governance.shapley import shapley as shapley
from spatialcarbon.models.governance.sharing import SharingComparison as SharingComparison
from spatialcarbon.models.governance.sharing import share_gains as share_gains
from spatialcarbon.models.governance.sharing_result import SharingResult as SharingResult
from spatialcarbon.models.governance.stability import (
    CoalitionStabilityResult as CoalitionStabilityResult,
)
from spatialcarbon.models.governance.stability import coalition_stability as coalition_stability
from spatialcarbon.models.governance.sweep import GovernanceSweepResult as GovernanceSweepResult
from spatialcarbon.models.governance.sweep import govern_sweep as govern_sweep
from spatialcarbon.models.land.forest import forest_biomass as forest_biomass
from spatialcarbon.models.land.forest import forest_stock_co2 as forest_stock_co2
from spatialcarbon.models.land.intensity import IntensityResult as IntensityResult
from spatialcarbon.models.land.intensity import intensity_analysis as intensity_analysis
from spatialcarbon.models.land.neutrality import BalanceResult as BalanceResult
from spatialcarbon.models.land.neutrality import carbon_balance as carbon_balance
from spatialcarbon.models.land.regional_shares import ShareResult as ShareResult
from spatialcarbon.models.land.regional_shares import regional_shares as regional_shares
from spatialcarbon.models.land.sink_change import SinkChangeResult as SinkChangeResult
from spatialcarbon.models.land.sink_change import sink_change as sink_change
from spatialcarbon.models.land.sink_sets import sink_sets as sink_sets
from spatialcarbon.models.land.sinks import SinkResult as SinkResult
from spatialcarbon.models.land.sinks import carbon_sink as carbon_sink
from spatialcarbon.models.land.stock import StockResult as StockResult
from spatialcarbon.models.land.stock import carbon_stock as carbon_stock
from spatialcarbon.models.land.synthetic import synthetic_land_cover as synthetic_land_cover
from spatialcarbon.models.land.synthetic import (
    write_synthetic_land_cover as write_synthetic_land_cover,
)
from spatialcarbon.models.land.transition_result import TransitionResult as TransitionResult
from spatialcarbon.models.land.transitions import TransitionSeriesResult as TransitionSeriesResult
from spatialcarbon.models.land.transitions import transition_matrix as transition_matrix
from spatialcarbon.models.land.transitions import transition_series as transition_series
from spatialcarbon.models.quota.allocation import allocate as allocate
from spatialcarbon.models.quota.allocation_result import AllocationResult as AllocationResult
from spatialcarbon.models.quota.critic import CriticResult as CriticResult
from spatialcarbon.models.quota.critic import criterion_weights as criterion_weights
from spatialcarbon.models.quota.critic import critic_weights as critic_weights
from spatialcarbon.models.quota.dea import dea as dea
from spatialcarbon.models.quota.dea_bootstrap import DEABootstrapResult as DEABootstrapResult
from spatialcarbon.models.quota.dea_bootstrap import dea_bootstrap as dea_bootstrap
from spatialcarbon.models.quota.dea_result import DEAResult as DEAResult
from spatialcarbon.models.quota.dea_result import DEAStatus as DEAStatus
from spatialcarbon.models.quota.entropy import EntropyResult as EntropyResult
from spatialcarbon.models.quota.entropy import entropy_weights as entropy_weights
from spatialcarbon.models.quota.judgement import judge_allocation as judge_allocation
from spatialcarbon.models.quota.judgement_result import JudgementResult as JudgementResult
from spatialcarbon.models.quota.marginal_cost import cost_curves as cost_curves
from spatialcarbon.models.quota.preference import preference_weights as preference_weights
from spatialcarbon.models.quota.sensitivity import allocation_sensitivity as allocation_sensitivity
from spatialcarbon.models.quota.sensitivity_result import (
    AllocationSensitivityResult as AllocationSensitivityResult,
)
from spatialcarbon.models.quota.smoothing import smooth_allocation as smooth_allocation
from spatialcarbon.models.quota.smoothing_result import SmoothingResult as SmoothingResult
from spatialcarbon.models.quota.spillover_criterion import (
    spillover_criterion as spillover_criterion,
)
from spatialcarbon.models.quota.target import TargetResult as TargetResult
from spatialcarbon.models.quota.target import national_target as national_target
from spatialcarbon.models.quota.trading import trade_allowances as trade_allowances
from spatialcarbon.models.quota.trading_result import TradingResult as TradingResult
from spatialcarbon.models.quota.weighting import WeightingResult as WeightingResult
from spatialcarbon.models.quota.zero_sum import zero_sum_dea as zero_sum_dea
from spatialcarbon.models.quota.zero_sum_result import ZeroSumResult as ZeroSumResult
from spatialcarbon.models.transfer.accounts import embodied_transfers as embodied_transfers
from spatialcarbon.models.transfer.io_table import IOTable as IOTable
from spatialcarbon.models.transfer.pymrio_door import io_table_from_pymrio as io_table_from_pymrio
from spatialcarbon.models.transfer.pymrio_door import io_table_to_pymrio as io_table_to_pymrio
from spatialcarbon.models.transfer.result import TransferResult as TransferResult
from spatialcarbon.models.transfer.table_reader import read_io_table as read_io_table
from spatialcarbon.replication.ledger import replicate as replicate
from spatialcarbon.stats.bivariate import BivariateMoranResult as BivariateMoranResult
from spatialcarbon.stats.bivariate import bivariate_moran as bivariate_moran
from spatialcarbon.stats.centre import CentreResult as CentreResult
from spatialcarbon.stats.centre import centre_track as centre_track
from spatialcarbon.stats.constrained import ConstrainedResult as ConstrainedResult
from spatialcarbon.stats.constrained import constrained_clusters as constrained_clusters
from spatialcarbon.stats.coupling import CouplingResult as CouplingResult
from spatialcarbon.stats.coupling import coupling_coordination as coupling_coordination
from spatialcarbon.stats.density import DensityResult as DensityResult
from spatialcarbon.stats.density import kernel_density as kernel_density
from spatialcarbon.stats.density_panel import DensityPanelResult as DensityPanelResult
from spatialcarbon.stats.density_panel import density_panel as density_panel
from spatialcarbon.stats.geary import GearyResult as GearyResult
from spatialcarbon.stats.geary import geary as geary
from spatialcarbon.stats.grey import GreyResult as GreyResult
from spatialcarbon.stats.grey import grey_relational_degree as grey_relational_degree
from spatialcarbon.stats.grey_panel import GreyPanelResult as GreyPanelResult
from spatialcarbon.stats.grey_panel import grey_panel as grey_panel
from spatialcarbon.stats.grey_sensitivity import GreySensitivityResult as GreySensitivityResult
from spatialcarbon.stats.grey_sensitivity import grey_sensitivity as grey_sensitivity
from spatialcarbon.stats.hotspots import LocalGResult as LocalGResult
from spatialcarbon.stats.hotspots import local_g as local_g
from spatialcarbon.stats.indicators import IndicatorResult as IndicatorResult
from spatialcarbon.stats.indicators import growth as growth
from spatialcarbon.stats.indicators import indicators as indicators
from spatialcarbon.stats.industry import IndustryResult as IndustryResult
from spatialcarbon.stats.industry import industry_clusters as industry_clusters
from spatialcarbon.stats.inequality import GiniResult as GiniResult
from spatialcarbon.stats.inequality import HerfindahlResult as HerfindahlResult
from spatialcarbon.stats.inequality import InequalityResult as InequalityResult
from spatialcarbon.stats.inequality import coefficient_of_variation as coefficient_of_variation
from spatialcarbon.stats.inequality import gini as gini
from spatialcarbon.stats.inequality import herfindahl as herfindahl
from spatialcarbon.stats.inequality_panel import InequalityPanelResult as InequalityPanelResult
from spatialcarbon.stats.inequality_panel import inequality_panel as inequality_panel
from spatialcarbon.stats.lagged import LaggedMoranResult as LaggedMoranResult
from spatialcarbon.stats.lagged import lagged_moran as lagged_moran
from spatialcarbon.stats.local_bivariate import (
    LocalBivariateMoranResult as LocalBivariateMoranResult,
)
from spatialcarbon.stats.local_bivariate import local_bivariate_moran as local_bivariate_moran
from spatialcarbon.stats.local_moran import LocalMoranResult as LocalMoranResult
from spatialcarbon.stats.local_moran import local_moran as local_moran
from spatialcarbon.stats.moran import MoranResult as MoranResult
from spatialcarbon.stats.moran import global_moran as global_moran
from spatialcarbon.stats.moran_panel import MoranPanelResult as MoranPanelResult
from spatialcarbon.stats.moran_panel import moran_panel as moran_panel
from spatialcarbon.stats.profiles import ProfileResult as ProfileResult
from spatialcarbon.stats.profiles import composition as composition
from spatialcarbon.stats.profiles import max_normalise as max_normalise
from spatialcarbon.stats.pysal import esda_statistic as esda_statistic
from spatialcarbon.stats.rate_moran import RateMoranResult as RateMoranResult
from spatialcarbon.stats.rate_moran import local_rate_moran as local_rate_moran
from spatialcarbon.stats.rate_moran import rate_moran as rate_moran
from spatialcarbon.stats.rates import SmoothedRatesResult as SmoothedRatesResult
from spatialcarbon.stats.rates import smoothed_rates as smoothed_rates
from spatialcarbon.stats.sensitivity import WeightsSensitivityResult as WeightsSensitivityResult
from spatialcarbon.stats.sensitivity import weights_sensitivity as weights_sensitivity
from spatialcarbon.stats.theil import TheilResult as TheilResult
from spatialcarbon.stats.theil import theil as theil
from spatialcarbon.stats.transitions import LisaTransitionsResult as LisaTransitionsResult
from spatialcarbon.stats.transitions import lisa_transitions as lisa_transitions
from spatialcarbon.studies.citing import cite as cite
from spatialcarbon.studies.pipeline import StudyResult as StudyResult
from spatialcarbon.studies.pipeline import run_study as run_study
from spatialcarbon.weights.backbone import Backbone as Backbone
from spatialcarbon.weights.family import weights_family as weights_family
from spatialcarbon.weights.spillover import Spillover as Spillover
from spatialcarbon.weights.spillover import spillover as spillover
from spatialcarbon.weights.weights import Weights as Weights
