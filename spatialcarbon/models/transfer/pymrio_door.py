"""The door to pymrio: its objects in and out, where it is installed."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import MissingDependencyError, OptionError, SchemaError, some
from spatialcarbon.models.transfer.io_table import IOTable

STRESSOR = "CO2"
EXTENSION = "emissions"


def _pymrio() -> Any:
    try:
        return import_module("pymrio")
    except ImportError:
        raise MissingDependencyError(
            "pymrio is not installed", fix='pip install "spatialcarbon[pymrio]"'
        ) from None


def io_table_to_pymrio(table: IOTable) -> Any:
    """What is this table as an object of pymrio?

    Exports abroad and discrepancies become categories of final demand of a region
    ``abroad``, since pymrio's balance knows no other use; emissions become the
    extension ``emissions`` with the stressor ``CO2``, those of households its ``F_Y``.

    Parameters
    ----------
    table : IOTable
        From :func:`spatialcarbon.read_io_table`.

    Returns
    -------
    pymrio.IOSystem
        Not yet calculated: call its ``calc_all()``.

    Raises
    ------
    MissingDependencyError
        Without pymrio.

    Examples
    --------
    Where pymrio is installed, a table goes there and comes back as it was:

    >>> from importlib.util import find_spec
    >>> from spatialcarbon import read_io_table
    >>> table = read_io_table("miller_blair_two_regions")
    >>> if find_spec("pymrio") is not None:
    ...     back = io_table_from_pymrio(io_table_to_pymrio(table))
    ...     assert back.output.tolist() == table.output.tolist()
    """
    pymrio = _pymrio()
    rows = table.transactions.index
    demand = table.final_demand.copy()
    demand.columns = pd.MultiIndex.from_product(
        [table.regions, ["final demand"]], names=["region", "category"]
    )
    for values, name in ((table.exports, "exports"), (table.discrepancy, "discrepancy")):
        if values is not None:
            demand[("abroad", name)] = values.loc[rows].to_numpy()
    system = pymrio.IOSystem(
        Z=table.transactions.copy(), Y=demand, x=table.output.to_frame("indout"), name=table.source
    )
    if table.emissions is not None:
        burnt = np.zeros(demand.shape[1])
        if table.households is not None:
            burnt[: len(table.regions)] = table.households.loc[table.regions].to_numpy()
        stressor = pd.Index([STRESSOR], name="stressor")
        extension = pymrio.Extension(
            name=EXTENSION,
            F=pd.DataFrame([table.emissions.to_numpy()], index=stressor, columns=rows),
            F_Y=pd.DataFrame([burnt], index=stressor, columns=demand.columns),
            unit=pd.DataFrame({"unit": [table.emission_unit]}, index=stressor),
        )
        setattr(system, EXTENSION, extension)
    return system


def io_table_from_pymrio(
    system: Any, *, extension: str | None = None, stressor: Any = None
) -> IOTable:
    """What is an object of pymrio as a table of ours?

    Parameters
    ----------
    system : pymrio.IOSystem
        With Z and Y; its categories of final demand are summed by region.
    extension : str, optional
        Name of the extension that holds the emissions; without one, the table has none.
    stressor : label, optional
        Row of that extension; needed when it has several.

    Returns
    -------
    IOTable
        Final demand of regions that are not in Z (such as ``abroad``) is its exports.

    Raises
    ------
    MissingDependencyError
        Without pymrio.
    OptionError
        An extension or stressor that is not there.
    SchemaError
        An object without flows or final demand.

    Examples
    --------
    Where pymrio is installed, its own test system becomes a table of six regions:

    >>> from importlib import import_module, util
    >>> if util.find_spec("pymrio") is not None:
    ...     table = io_table_from_pymrio(import_module("pymrio").load_test())
    ...     assert len(table.regions) == 6
    """
    pymrio = _pymrio()
    if not isinstance(system, pymrio.IOSystem) or system.Z is None or system.Y is None:
        raise SchemaError(
            "this is no pymrio system with Z and Y",
            arrived="{kind}",
            kind=type(system).__name__,
        )
    flows = system.Z.set_axis(system.Z.index, axis=1)
    regions = flows.index.get_level_values(0).unique()
    demand = system.Y.T.groupby(level=0, sort=False).sum().T
    outside = [region for region in demand.columns if region not in regions]
    output = (
        system.x["indout"] if system.x is not None else flows.sum(axis=1) + system.Y.sum(axis=1)
    )
    emissions = households = None
    unit = "t CO2"
    if extension is not None:
        emissions, households, unit = _stress(system, extension, stressor)
        households = households.reindex(regions).fillna(0.0)
    return IOTable(
        transactions=flows.rename_axis(index=["region", "sector"], columns=["region", "sector"]),
        final_demand=demand[list(regions)],
        output=output.rename("output"),
        primary_inputs=pd.DataFrame(np.empty((0, len(flows))), columns=flows.index),
        emissions=emissions,
        households=households if households is not None and households.any() else None,
        exports=demand[outside].sum(axis=1).rename("exports") if outside else None,
        emission_unit=unit,
        source=str(system.name or "pymrio"),
    )


def _stress(
    system: Any, extension: str, stressor: Any
) -> tuple[pd.Series[float], pd.Series[float], str]:
    """Return direct emissions, those of households by region, and their unit."""
    known = list(system.get_extensions())
    if extension not in known:
        raise OptionError(
            "the system has no extension {extension!r}",
            expected="one of {known}",
            extension=extension,
            known=some(known, 12),
        )
    account = getattr(system, extension)
    labels = list(account.F.index)
    chosen = labels[0] if stressor is None and len(labels) == 1 else stressor
    if chosen not in labels:
        raise OptionError(
            "extension {extension} has several stressors, or not {stressor!r}",
            expected="stressor= one of {labels}",
            extension=extension,
            stressor=stressor,
            labels=some(labels, 12),
        )
    direct = account.F.loc[chosen].rename("emissions")
    burnt = pd.Series(dtype=float)
    if account.F_Y is not None:
        burnt = account.F_Y.loc[chosen].groupby(level=0, sort=False).sum()
    unit = str(account.unit.loc[chosen].iloc[0]) if account.unit is not None else "t CO2"
    return direct, burnt, unit
