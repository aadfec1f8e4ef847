"""Every figure of the package by name, maps apart (they are in ``report.maps``)."""

from __future__ import annotations

from spatialcarbon.report.moran_scatter import moran_scatter
from spatialcarbon.report.moran_series import moran_over_time
from spatialcarbon.report.profile_figures import comparison, radar, stacked_composition
from spatialcarbon.report.series_figures import shares_over_time, totals_over_time

__all__ = [
    "comparison",
    "moran_over_time",
    "moran_scatter",
    "radar",
    "shares_over_time",
    "stacked_composition",
    "totals_over_time",
]
