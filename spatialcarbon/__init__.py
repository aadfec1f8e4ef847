"""Spatial statistics of carbon in city clusters.

Everything public is reached as ``sc.<name>`` after ``import spatialcarbon as sc``.
Names are imported on first use, so that the import itself stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spatialcarbon._face import LAZY
from spatialcarbon._version import __version__
from spatialcarbon.core.errors import (
    AdjustedDataWarning,
    AlignmentError,
    BalanceError,
    ConvergenceError,
    ConvergenceWarning,
    CRSMismatchError,
    DegenerateDataError,
    DegenerateResultWarning,
    GeometryRepairWarning,
    InfeasibleAllocationWarning,
    InfeasibleError,
    IslandError,
    MissingDataError,
    MissingDependencyError,
    NameMatchError,
    OptionError,
    PermutationWarning,
    SchemaError,
    SpatialCarbonError,
    SpatialCarbonWarning,
    UnitMismatchError,
    WeakDiscriminationWarning,
)

if TYPE_CHECKING:
    from spatialcarbon.core.units import conversion_factor
    from spatialcarbon.data.catalogue import load_table, tables
    from spatialcarbon.data.names import match_names
    from spatialcarbon.data.panel import Panel
    from spatialcarbon.data.readers import read_panel
    from spatialcarbon.geo.clusters import clusters
    from spatialcarbon.geo.units import load_units, read_units
    from spatialcarbon.models.drivers.decoupling import decoupling
    from spatialcarbon.models.drivers.effort import decoupling_effort
    from spatialcarbon.models.drivers.growth import GrowthResult, fit_growth
    from spatialcarbon.models.drivers.growth_given import growth_curve
    from spatialcarbon.models.drivers.kuznets import KuznetsResult, kuznets
    from spatialcarbon.models.drivers.lmdi import decompose
    from spatialcarbon.models.drivers.lmdi_result import DecompositionResult
    from spatialcarbon.models.drivers.peak import PeakResult, peak
    from spatialcarbon.models.drivers.regression import spatial_regression
    from spatialcarbon.models.drivers.regression_compare import (
        RegressionComparison,
        compare_regressions,
    )
    from spatialcarbon.models.drivers.regression_panel import panel_regression
    from spatialcarbon.models.drivers.regression_result import RegressionResult
    from spatialcarbon.models.drivers.required_decline import DeclineResult, required_decline
    from spatialcarbon.models.drivers.scenario import ProjectionResult, project
    from spatialcarbon.models.drivers.simulate import simulate
    from spatialcarbon.models.drivers.simulation_result import SimulationResult
    from spatialcarbon.models.land.forest import forest_biomass, forest_stock_co2
    from spatialcarbon.models.land.intensity import IntensityResult, intensity_analysis
    from spatialcarbon.models.land.neutrality import BalanceResult, carbon_balance
    from spatialcarbon.models.land.regional_shares import ShareResult, regional_shares
    from spatialcarbon.models.land.sink_change import SinkChangeResult, sink_change
    from spatialcarbon.models.land.sink_sets import sink_sets
    from spatialcarbon.models.land.sinks import SinkResult, carbon_sink
    from spatialcarbon.models.land.stock import StockResult, carbon_stock
    from spatialcarbon.models.land.synthetic import synthetic_land_cover, write_synthetic_land_cover
    from spatialcarbon.models.land.transition_result import TransitionResult
    from spatialcarbon.models.land.transitions import (
        TransitionSeriesResult,
        transition_matrix,
        transition_series,
    )
    from spatialcarbon.models.quota.allocation import allocate
    from spatialcarbon.models.quota.allocation_result import AllocationResult
    from spatialcarbon.models.quota.critic import CriticResult, criterion_weights, critic_weights
    from spatialcarbon.models.quota.dea import dea
    from spatialcarbon.models.quota.dea_bootstrap import DEABootstrapResult, dea_bootstrap
    from spatialcarbon.models.quota.dea_result import DEAResult, DEAStatus
    from spatialcarbon.models.quota.entropy import EntropyResult, entropy_weights
    from spatialcarbon.models.quota.judgement import judge_allocation
    from spatialcarbon.models.quota.judgement_result import JudgementResult
    from spatialcarbon.models.quota.marginal_cost import cost_curves
    from spatialcarbon.models.quota.preference import preference_weights
    from spatialcarbon.models.quota.sensitivity import allocation_sensitivity
    from spatialcarbon.models.quota.sensitivity_result import AllocationSensitivityResult
    from spatialcarbon.models.quota.smoothing import smooth_allocation
    from spatialcarbon.models.quota.smoothing_result import SmoothingResult
    from spatialcarbon.models.quota.spillover_criterion import spillover_criterion
    from spatialcarbon.models.quota.target import TargetResult, national_target
    from spatialcarbon.models.quota.trading import trade_allowances
    from spatialcarbon.models.quota.trading_result import TradingResult
    from spatialcarbon.models.quota.weighting import WeightingResult
    from spatialcarbon.models.quota.zero_sum import zero_sum_dea
    from spatialcarbon.models.quota.zero_sum_result import ZeroSumResult
    from spatialcarbon.stats.bivariate import BivariateMoranResult, bivariate_moran
    from spatialcarbon.stats.centre import CentreResult, centre_track
    from spatialcarbon.stats.constrained import ConstrainedResult, constrained_clusters
    from spatialcarbon.stats.coupling import CouplingResult, coupling_coordination
    from spatialcarbon.stats.density import DensityResult, kernel_density
    from spatialcarbon.stats.density_panel import DensityPanelResult, density_panel
    from spatialcarbon.stats.geary import GearyResult, geary
    from spatialcarbon.stats.grey import GreyResult, grey_relational_degree
    from spatialcarbon.stats.grey_panel import GreyPanelResult, grey_panel
    from spatialcarbon.stats.grey_sensitivity import GreySensitivityResult, grey_sensitivity
    from spatialcarbon.stats.hotspots import LocalGResult, local_g
    from spatialcarbon.stats.indicators import IndicatorResult, growth, indicators
    from spatialcarbon.stats.industry import IndustryResult, industry_clusters
    from spatialcarbon.stats.inequality import (
        GiniResult,
        HerfindahlResult,
        InequalityResult,
        coefficient_of_variation,
        gini,
        herfindahl,
    )
    from spatialcarbon.stats.inequality_panel import InequalityPanelResult, inequality_panel
    from spatialcarbon.stats.lagged import LaggedMoranResult, lagged_moran
    from spatialcarbon.stats.local_bivariate import LocalBivariateMoranResult, local_bivariate_moran
    from spatialcarbon.stats.local_moran import LocalMoranResult, local_moran
    from spatialcarbon.stats.moran import MoranResult, global_moran
    from spatialcarbon.stats.moran_panel import MoranPanelResult, moran_panel
    from spatialcarbon.stats.profiles import ProfileResult, composition, max_normalise
    from spatialcarbon.stats.pysal import esda_statistic
    from spatialcarbon.stats.rate_moran import RateMoranResult, local_rate_moran, rate_moran
    from spatialcarbon.stats.rates import SmoothedRatesResult, smoothed_rates
    from spatialcarbon.stats.sensitivity import WeightsSensitivityResult, weights_sensitivity
    from spatialcarbon.stats.theil import TheilResult, theil
    from spatialcarbon.stats.transitions import LisaTransitionsResult, lisa_transitions
    from spatialcarbon.studies.pipeline import StudyResult, run_study
    from spatialcarbon.weights.backbone import Backbone
    from spatialcarbon.weights.family import weights_family
    from spatialcarbon.weights.weights import Weights

__all__ = [
    "AdjustedDataWarning",
    "AlignmentError",
    "AllocationResult",
    "AllocationSensitivityResult",
    "Backbone",
    "BalanceError",
    "BalanceResult",
    "BivariateMoranResult",
    "CRSMismatchError",
    "CentreResult",
    "ConstrainedResult",
    "ConvergenceError",
    "ConvergenceWarning",
    "CouplingResult",
    "CriticResult",
    "DEABootstrapResult",
    "DEAResult",
    "DEAStatus",
    "DeclineResult",
    "DecompositionResult",
    "DegenerateDataError",
    "DegenerateResultWarning",
    "DensityPanelResult",
    "DensityResult",
    "EntropyResult",
    "GearyResult",
    "GeometryRepairWarning",
    "GiniResult",
    "GreyPanelResult",
    "GreyResult",
    "GreySensitivityResult",
    "GrowthResult",
    "HerfindahlResult",
    "IndicatorResult",
    "IndustryResult",
    "InequalityPanelResult",
    "InequalityResult",
    "InfeasibleAllocationWarning",
    "InfeasibleError",
    "IntensityResult",
    "IslandError",
    "JudgementResult",
    "KuznetsResult",
    "LaggedMoranResult",
    "LisaTransitionsResult",
    "LocalBivariateMoranResult",
    "LocalGResult",
    "LocalMoranResult",
    "MissingDataError",
    "MissingDependencyError",
    "MoranPanelResult",
    "MoranResult",
    "NameMatchError",
    "OptionError",
    "Panel",
    "PeakResult",
    "PermutationWarning",
    "ProfileResult",
    "ProjectionResult",
    "RateMoranResult",
    "RegressionComparison",
    "RegressionResult",
    "SchemaError",
    "ShareResult",
    "SimulationResult",
    "SinkChangeResult",
    "SinkResult",
    "SmoothedRatesResult",
    "SmoothingResult",
    "SpatialCarbonError",
    "SpatialCarbonWarning",
    "StockResult",
    "StudyResult",
    "TargetResult",
    "TheilResult",
    "TradingResult",
    "TransitionResult",
    "TransitionSeriesResult",
    "UnitMismatchError",
    "WeakDiscriminationWarning",
    "WeightingResult",
    "Weights",
    "WeightsSensitivityResult",
    "ZeroSumResult",
    "__version__",
    "allocate",
    "allocation_sensitivity",
    "bivariate_moran",
    "carbon_balance",
    "carbon_sink",
    "carbon_stock",
    "centre_track",
    "clusters",
    "coefficient_of_variation",
    "compare_regressions",
    "composition",
    "constrained_clusters",
    "conversion_factor",
    "cost_curves",
    "coupling_coordination",
    "criterion_weights",
    "critic_weights",
    "dea",
    "dea_bootstrap",
    "decompose",
    "decoupling",
    "decoupling_effort",
    "density_panel",
    "entropy_weights",
    "esda_statistic",
    "fit_growth",
    "forest_biomass",
    "forest_stock_co2",
    "geary",
    "gini",
    "global_moran",
    "grey_panel",
    "grey_relational_degree",
    "grey_sensitivity",
    "growth",
    "growth_curve",
    "herfindahl",
    "indicators",
    "industry_clusters",
    "inequality_panel",
    "intensity_analysis",
    "judge_allocation",
    "kernel_density",
    "kuznets",
    "lagged_moran",
    "lisa_transitions",
    "load_table",
    "load_units",
    "local_bivariate_moran",
    "local_g",
    "local_moran",
    "local_rate_moran",
    "match_names",
    "max_normalise",
    "moran_panel",
    "national_target",
    "panel_regression",
    "peak",
    "preference_weights",
    "project",
    "rate_moran",
    "read_panel",
    "read_units",
    "regional_shares",
    "required_decline",
    "run_study",
    "simulate",
    "sink_change",
    "sink_sets",
    "smooth_allocation",
    "smoothed_rates",
    "spatial_regression",
    "spillover_criterion",
    "synthetic_land_cover",
    "tables",
    "theil",
    "trade_allowances",
    "transition_matrix",
    "transition_series",
    "weights_family",
    "weights_sensitivity",
    "write_synthetic_land_cover",
    "zero_sum_dea",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name not in LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
