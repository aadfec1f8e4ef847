"""Spatial statistics of carbon in city clusters.

Everything public is reached as ``sc.<name>`` after ``import spatialcarbon as sc``.
Names are imported on first use, so that the import itself stays quick; type checkers and
editors read ``__init__.pyi``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

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
    MemoryShortageError,
    MissingDataError,
    MissingDependencyError,
    NameMatchError,
    NegativeDemandWarning,
    OptionError,
    PermutationWarning,
    SchemaError,
    SpatialCarbonError,
    SpatialCarbonWarning,
    UnitMismatchError,
    WeakDiscriminationWarning,
)

__all__ = [
    *LAZY,
    "AdjustedDataWarning",
    "AlignmentError",
    "BalanceError",
    "CRSMismatchError",
    "ConvergenceError",
    "ConvergenceWarning",
    "DegenerateDataError",
    "DegenerateResultWarning",
    "GeometryRepairWarning",
    "InfeasibleAllocationWarning",
    "InfeasibleError",
    "IslandError",
    "MemoryShortageError",
    "MissingDataError",
    "MissingDependencyError",
    "NameMatchError",
    "NegativeDemandWarning",
    "OptionError",
    "PermutationWarning",
    "SchemaError",
    "SpatialCarbonError",
    "SpatialCarbonWarning",
    "UnitMismatchError",
    "WeakDiscriminationWarning",
    "__version__",
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
