"""Every figure of the package by name, maps apart (they are in ``report.maps``)."""

from __future__ import annotations

from spatialcarbon.report.allocation_figures import (
    allocation_burdens,
    allocation_maps,
    target_gaps,
    weight_bars,
)
from spatialcarbon.report.allocation_sensitivity_figures import rank_ranges, variant_heatmap
from spatialcarbon.report.association_series import association_over_time
from spatialcarbon.report.border_map import border_contrast_map
from spatialcarbon.report.centre_map import centre_map, group_centres_map
from spatialcarbon.report.choosing_k_figure import choosing_k
from spatialcarbon.report.chord_figure import transfer_chord
from spatialcarbon.report.coalition_figures import shares_by_rule
from spatialcarbon.report.compensation_figures import coefficient_plane, payers_and_receivers
from spatialcarbon.report.compensation_map import compensation_map
from spatialcarbon.report.coupling_figures import class_map, coupling_plane
from spatialcarbon.report.dea_figures import efficiency_intervals, frontier_plot
from spatialcarbon.report.decoupling_figures import decoupling_plane, kind_map
from spatialcarbon.report.density_figures import density_curves
from spatialcarbon.report.driver_figures import cumulative_lines, stage_bars
from spatialcarbon.report.emission_sink_figure import emission_sink_scatter
from spatialcarbon.report.evaluation_figures import (
    event_study_plot,
    love_plot,
    placebo_plot,
    propensity_overlap,
)
from spatialcarbon.report.evolution_figures import phase_portrait
from spatialcarbon.report.flow_figure import land_flows
from spatialcarbon.report.game_figures import licensing_regions, payoff_by_mode
from spatialcarbon.report.govern_figures import mode_regions, net_transfer_map, payment_matrix
from spatialcarbon.report.grey_figures import grey_degrees, grey_over_time
from spatialcarbon.report.grey_ranks import grey_heatmap, grey_ranks
from spatialcarbon.report.growth_figures import growth_curves, growth_forecasts
from spatialcarbon.report.hotspot_map import hotspot_map
from spatialcarbon.report.industry_figures import type_counts, type_profiles
from spatialcarbon.report.inequality_figures import inequality_over_time, lorenz_curves
from spatialcarbon.report.intensity_figures import class_intensities, pair_intensities
from spatialcarbon.report.judgement_figures import fairness_table, rank_slopes
from spatialcarbon.report.land_figures import gains_and_losses, land_shares
from spatialcarbon.report.lorenz_panels import lorenz_panels
from spatialcarbon.report.matrix_figure import land_matrix
from spatialcarbon.report.moran_scatter import moran_scatter
from spatialcarbon.report.moran_series import moran_over_time
from spatialcarbon.report.preference_figure import preference_lines
from spatialcarbon.report.profile_figures import comparison, radar, stacked_composition
from spatialcarbon.report.rate_figures import rate_scatter
from spatialcarbon.report.regression_figures import (
    coefficient_plot,
    kuznets_curve,
    residual_map,
)
from spatialcarbon.report.ridge_figure import density_ridges
from spatialcarbon.report.scenario_figures import scenario_paths
from spatialcarbon.report.sensitivity_figures import label_matrix, sensitivity_plot
from spatialcarbon.report.series_figures import shares_over_time, totals_over_time
from spatialcarbon.report.simulation_figures import fan_chart, peak_bars, peak_chances
from spatialcarbon.report.sink_figures import sink_composition, sink_range
from spatialcarbon.report.smoothing_figures import smoothing_frontier
from spatialcarbon.report.trading_figures import buyers_and_sellers, market_clearing
from spatialcarbon.report.transfer_figures import production_consumption, transfer_heatmap
from spatialcarbon.report.transfer_map import transfer_map
from spatialcarbon.report.transition_figures import transition_heatmap, transition_maps
from spatialcarbon.report.types_map import types_map
from spatialcarbon.report.waterfall_figure import effect_waterfall
from spatialcarbon.report.zero_sum_figures import zero_sum_adjustments, zero_sum_paths

__all__ = [
    "allocation_burdens",
    "allocation_maps",
    "association_over_time",
    "border_contrast_map",
    "buyers_and_sellers",
    "centre_map",
    "choosing_k",
    "class_intensities",
    "class_map",
    "coefficient_plane",
    "coefficient_plot",
    "comparison",
    "compensation_map",
    "coupling_plane",
    "cumulative_lines",
    "decoupling_plane",
    "density_curves",
    "density_ridges",
    "effect_waterfall",
    "efficiency_intervals",
    "emission_sink_scatter",
    "event_study_plot",
    "fairness_table",
    "fan_chart",
    "frontier_plot",
    "gains_and_losses",
    "grey_degrees",
    "grey_heatmap",
    "grey_over_time",
    "grey_ranks",
    "group_centres_map",
    "growth_curves",
    "growth_forecasts",
    "hotspot_map",
    "inequality_over_time",
    "kind_map",
    "kuznets_curve",
    "label_matrix",
    "land_flows",
    "land_matrix",
    "land_shares",
    "licensing_regions",
    "lorenz_curves",
    "lorenz_panels",
    "love_plot",
    "market_clearing",
    "mode_regions",
    "moran_over_time",
    "moran_scatter",
    "net_transfer_map",
    "pair_intensities",
    "payers_and_receivers",
    "payment_matrix",
    "payoff_by_mode",
    "peak_bars",
    "peak_chances",
    "phase_portrait",
    "placebo_plot",
    "preference_lines",
    "production_consumption",
    "propensity_overlap",
    "radar",
    "rank_ranges",
    "rank_slopes",
    "rate_scatter",
    "residual_map",
    "scenario_paths",
    "sensitivity_plot",
    "shares_by_rule",
    "shares_over_time",
    "sink_composition",
    "sink_range",
    "smoothing_frontier",
    "stacked_composition",
    "stage_bars",
    "target_gaps",
    "totals_over_time",
    "transfer_chord",
    "transfer_heatmap",
    "transfer_map",
    "transition_heatmap",
    "transition_maps",
    "type_counts",
    "type_profiles",
    "types_map",
    "variant_heatmap",
    "weight_bars",
    "zero_sum_adjustments",
    "zero_sum_paths",
]
