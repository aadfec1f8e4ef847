"""Spatial statistics of carbon in city clusters.

Everything public is reached as ``sc.<name>`` after ``import spatialcarbon as sc``.
Names are imported on first use, so that the import itself stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spatialcarbon._version import __version__
from spatialcarbon.core.errors import (
    AlignmentError,
    BalanceError,
    ConvergenceError,
    CRSMismatchError,
    DegenerateDataError,
    DegenerateResultWarning,
    GeometryRepairWarning,
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
)

if TYPE_CHECKING:
    from spatialcarbon.core.units import conversion_factor
    from spatialcarbon.data.catalogue import load_table, tables
    from spatialcarbon.data.names import match_names
    from spatialcarbon.data.panel import Panel
    from spatialcarbon.data.readers import read_panel
    from spatialcarbon.geo.clusters import clusters
    from spatialcarbon.geo.units import load_units, read_units
    from spatialcarbon.stats.indicators import IndicatorResult, growth, indicators
    from spatialcarbon.stats.local_moran import LocalMoranResult, local_moran
    from spatialcarbon.stats.moran import MoranResult, global_moran
    from spatialcarbon.stats.moran_panel import MoranPanelResult, moran_panel
    from spatialcarbon.stats.profiles import ProfileResult, composition, max_normalise
    from spatialcarbon.stats.pysal import esda_statistic
    from spatialcarbon.studies.pipeline import StudyResult, run_study
    from spatialcarbon.weights.backbone import Backbone
    from spatialcarbon.weights.weights import Weights

_LAZY = {
    "conversion_factor": "core.units",
    "load_table": "data.catalogue",
    "tables": "data.catalogue",
    "match_names": "data.names",
    "Panel": "data.panel",
    "read_panel": "data.readers",
    "clusters": "geo.clusters",
    "load_units": "geo.units",
    "read_units": "geo.units",
    "IndicatorResult": "stats.indicators",
    "growth": "stats.indicators",
    "indicators": "stats.indicators",
    "LocalMoranResult": "stats.local_moran",
    "local_moran": "stats.local_moran",
    "MoranResult": "stats.moran",
    "global_moran": "stats.moran",
    "MoranPanelResult": "stats.moran_panel",
    "moran_panel": "stats.moran_panel",
    "ProfileResult": "stats.profiles",
    "composition": "stats.profiles",
    "max_normalise": "stats.profiles",
    "esda_statistic": "stats.pysal",
    "StudyResult": "studies.pipeline",
    "run_study": "studies.pipeline",
    "Backbone": "weights.backbone",
    "Weights": "weights.weights",
}

__all__ = [
    "AlignmentError",
    "Backbone",
    "BalanceError",
    "CRSMismatchError",
    "ConvergenceError",
    "DegenerateDataError",
    "DegenerateResultWarning",
    "GeometryRepairWarning",
    "IndicatorResult",
    "InfeasibleError",
    "IslandError",
    "LocalMoranResult",
    "MissingDataError",
    "MissingDependencyError",
    "MoranPanelResult",
    "MoranResult",
    "NameMatchError",
    "OptionError",
    "Panel",
    "PermutationWarning",
    "ProfileResult",
    "SchemaError",
    "SpatialCarbonError",
    "SpatialCarbonWarning",
    "StudyResult",
    "UnitMismatchError",
    "Weights",
    "__version__",
    "clusters",
    "composition",
    "conversion_factor",
    "esda_statistic",
    "global_moran",
    "growth",
    "indicators",
    "load_table",
    "load_units",
    "local_moran",
    "match_names",
    "max_normalise",
    "moran_panel",
    "read_panel",
    "read_units",
    "run_study",
    "tables",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LAZY[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(set(globals()) | set(__all__))
