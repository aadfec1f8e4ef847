"""Every variable of an identity as unit × year × category, complete and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers
from spatialcarbon.core.errors import (
    MAX_LABELS,
    AlignmentError,
    MissingDataError,
    SchemaError,
    some,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from spatialcarbon.models.drivers.identity import Identity, Variable
    from spatialcarbon.models.drivers.lmdi_input import Rows

    Floats = npt.NDArray[np.float64]
    Places = npt.NDArray[np.intp]


class Cells:
    """Names the cells of a cube of unit × year × category.

    Parameters
    ----------
    units : Index
        Places or groups.
    years : array
        Ascending.
    categories : DataFrame
        A row for each category.
    """

    def __init__(
        self, units: pd.Index, years: npt.NDArray[np.int64], categories: pd.DataFrame
    ) -> None:
        self.units, self.years, self.categories = units, years, categories
        self.shape = (len(units), len(years), len(categories))

    def named(self, flat: Places) -> str:
        """Return up to five cells as unit, year and categories, and how many more there are."""
        shown = [
            " ".join(map(str, (self.units[u], self.years[y], *self.categories.iloc[k].tolist())))
            for u, y, k in zip(*np.unravel_index(flat[:MAX_LABELS], self.shape), strict=True)
        ]
        rest = len(flat) - len(shown)
        return ", ".join(shown) + (f" … (+{rest})" if rest else "")


def read_cube(rows: Rows, identity: Identity, cells: Cells) -> dict[Variable, Floats]:
    """Return every variable of the identity as unit × year × category, for some years.

    Raises
    ------
    AlignmentError
        For a unit, year and category that stands twice.
    MissingDataError
        For one that is absent, empty or infinite.
    SchemaError
        For text or negative numbers; for a variable that is to be the same over
        categories and is not.
    """
    names = list(identity.held_by)
    columns = {
        name: np.asarray(as_numbers(rows.frame[name], str(name)), dtype=np.float64)
        for name in names
    }
    # The result keeps the outcome: what the caller writes to the table later is not to reach it.
    columns[identity.outcome] = columns[identity.outcome].copy()
    wanted = np.searchsorted(rows.years, cells.years)
    if rows.places is None:
        whole = (len(rows.units), len(rows.years), 1)
        chosen = slice(None) if len(wanted) == len(rows.years) else wanted
        cubes = {name: column.reshape(whole)[:, chosen] for name, column in columns.items()}
    else:
        cubes = _placed(rows.places, len(rows.years), wanted, columns, cells)
    for name, cube in cubes.items():
        _check_numbers(cube, str(name), cells)
    return {v: _at_level(cubes[v.name], v, identity, cells) for v in identity.variables}


def _placed(
    places: tuple[Places, Places, Places],
    known: int,
    wanted: Places,
    columns: Mapping[str, Floats],
    cells: Cells,
) -> dict[str, Floats]:
    """Return columns as cubes of the wanted years, checked to have every cell once."""
    unit, year, category = places
    _, width, depth = cells.shape
    back = np.full(known, -1)
    back[wanted] = np.arange(width)
    kept = slice(None) if width == known else np.flatnonzero(back[year] >= 0)
    flat = ((unit * width + back[year]) * depth + category)[kept]
    _check_complete(flat, cells)
    cubes = {}
    for name, column in columns.items():
        cube = np.empty(len(flat))
        cube[flat] = column[kept]
        cubes[name] = cube.reshape(cells.shape)
    return cubes


def _check_complete(flat: Places, where: Cells) -> None:
    size = int(np.prod(where.shape))
    times = np.bincount(flat, minlength=size)
    if (times == 1).all():
        return
    twice = np.flatnonzero(times > 1)
    if len(twice):
        raise AlignmentError(
            "the table has {n} cells twice",
            arrived="{cells}",
            expected="one row for each unit, year and category",
            fix="aggregate first, for example data.groupby([unit, year], as_index=False).sum()",
            n=len(twice),
            cells=where.named(twice),
        )
    absent = np.flatnonzero(times == 0)
    raise MissingDataError(
        "the table lacks {n} of {size} rows",
        arrived="{cells}",
        expected="one row for each unit, year and category",
        fix="leave these units or years out, or add the rows (a fuel that is not used is 0)",
        n=len(absent),
        size=size,
        cells=where.named(absent),
    )


def _check_numbers(cube: Floats, name: str, where: Cells) -> None:
    if cube.min() >= 0 and cube.max() < np.inf:  # a missing value is neither
        return
    bad = np.flatnonzero(~np.isfinite(cube.ravel()))
    if len(bad):
        raise MissingDataError(
            "{name} is missing or infinite in {n} cells",
            arrived="{cells}",
            name=name,
            n=len(bad),
            cells=where.named(bad),
        )
    bad = np.flatnonzero(cube.ravel() < 0)
    raise SchemaError(
        "{name} is negative in {n} cells: a product of factors cannot be",
        arrived="{cells}",
        fix="take sinks and corrections apart before decomposing",
        name=name,
        n=len(bad),
        cells=where.named(bad),
    )


def _at_level(cube: Floats, variable: Variable, identity: Identity, where: Cells) -> Floats:
    """Return a variable in every category: summed, repeated, or as it is."""
    held = identity.held_by[variable.name]
    if variable.index == identity.levels:
        return cube
    categories: pd.DataFrame = where.categories
    if held != identity.levels:
        first, codes = _grouped(categories, held)
        same = cube[:, :, first][:, :, codes]
        if (same != cube).any():
            bad = np.flatnonzero((same != cube).ravel())
            raise SchemaError(
                "{name} is not the same in all categories, in {n} cells",
                arrived="{cells}",
                expected="one value for all of {levels}, or {name}[...] in the identity",
                name=variable.name,
                n=len(bad),
                cells=where.named(bad),
                levels=some(level for level in identity.levels if level not in held),
            )
        if variable.index == held:
            return cube
        _, wide = _grouped(categories.iloc[first], variable.index)
        return _sums(cube[:, :, first], wide)[:, :, wide[codes]]
    _, codes = _grouped(categories, variable.index)
    return _sums(cube, codes)[:, :, codes]


def _grouped(categories: pd.DataFrame, levels: tuple[str, ...]) -> tuple[Places, Places]:
    """Return the first row of each group of categories, and the group of every row."""
    if not levels:
        return np.zeros(1, dtype=np.intp), np.zeros(len(categories), dtype=np.intp)
    groups = categories.groupby(list(levels), sort=False).ngroup()
    codes = np.asarray(groups, dtype=np.intp)
    return np.flatnonzero(~pd.Series(codes).duplicated()), codes


def _sums(cube: Floats, codes: Places) -> Floats:
    return np.stack([cube[:, :, codes == k].sum(axis=2) for k in range(codes.max() + 1)], axis=2)


def totals(cube: Mapping[Variable, Floats], members: list[Places]) -> dict[Variable, Floats]:
    """Return the sums of groups of units in place of the units."""
    return {
        variable: np.stack([values[index].sum(axis=0) for index in members])
        for variable, values in cube.items()
    }
