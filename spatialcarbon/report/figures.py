"""Every figure of the package by name, maps apart (they are in ``report.maps``)."""

from __future__ import annotations

from spatialcarbon.report.association_series import association_over_time
from spatialcarbon.report.centre_map import centre_map, group_centres_map
from spatialcarbon.report.choosing_k_figure import choosing_k
from spatialcarbon.report.coupling_figures import class_map, coupling_plane
from spatialcarbon.report.decoupling_figures import decoupling_plane, kind_map
from spatialcarbon.report.density_figures import density_curves
from spatialcarbon.report.driver_figures import cumulative_lines, stage_bars
from spatialcarbon.report.emission_sink_figure import emission_sink_scatter
from spatialcarbon.report.flow_figure import land_flows
from spatialcarbon.report.grey_figures import grey_degrees, grey_over_time
from spatialcarbon.report.grey_ranks import grey_heatmap, grey_ranks
from spatialcarbon.report.growth_figures import growth_curves, growth_forecasts
from spatialcarbon.report.hotspot_map import hotspot_map
from spatialcarbon.report.industry_figures import type_counts, type_profiles
from spatialcarbon.report.inequality_figures import inequality_over_time, lorenz_curves
from spatialcarbon.report.intensity_figures import class_intensities, pair_intensities
from spatialcarbon.report.land_figures import gains_and_losses, land_shares
from spatialcarbon.report.matrix_figure import land_matrix
from spatialcarbon.report.moran_scatter import moran_scatter
from spatialcarbon.report.moran_series import moran_over_time
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
from spatialcarbon.report.transition_figures import transition_heatmap, transition_maps
from spatialcarbon.report.types_map import types_map
from spatialcarbon.report.waterfall_figure import effect_waterfall

__all__ = [
    "association_over_time",
    "centre_map",
    "choosing_k",
    "class_intensities",
    "class_map",
    "coefficient_plot",
    "comparison",
    "coupling_plane",
    "cumulative_lines",
    "decoupling_plane",
    "density_curves",
    "density_ridges",
    "effect_waterfall",
    "emission_sink_scatter",
    "fan_chart",
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
    "lorenz_curves",
    "moran_over_time",
    "moran_scatter",
    "pair_intensities",
    "peak_bars",
    "peak_chances",
    "radar",
    "rate_scatter",
    "residual_map",
    "scenario_paths",
    "sensitivity_plot",
    "shares_over_time",
    "sink_composition",
    "sink_range",
    "stacked_composition",
    "stage_bars",
    "totals_over_time",
    "transition_heatmap",
    "transition_maps",
    "type_counts",
    "type_profiles",
    "types_map",
]
