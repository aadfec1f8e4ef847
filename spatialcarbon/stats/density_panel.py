"""Densities of several series on one grid: years of a panel, scenarios, groups."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, as_numbers, checksum
from spatialcarbon.core.errors import ConvergenceWarning, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result
from spatialcarbon.stats.density import (
    FACTS,
    NOTABLE,
    REFERENCES,
    DensityResult,
    describe,
    facts,
)
from spatialcarbon.stats.density_columns import check_frame, weight_columns
from spatialcarbon.stats.density_sample import (
    REASONS,
    Bandwidth,
    Boundary,
    Grid,
    Sample,
    check_choices,
    grid_points,
    read_sample,
    refuse,
)
from spatialcarbon.stats.moran_panel import group_members

if TYPE_CHECKING:
    from spatialcarbon.stats.density_curve import Curve

Key = tuple[str, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class DensityPanelResult(Result):
    """Densities of groups and series on one grid.

    Parameters
    ----------
    table : DataFrame
        The curves, tidy: ``group, series, grid, density``.
    overview : DataFrame
        One row per group and series: ``n, bandwidth, rule, mode, height, width, modes,
        high_modes, mass, mass_below_zero`` as in :class:`DensityResult`, and ``status``:
        ``"ok"``, ``"n<2"``, ``"constant"`` or ``"no weight"``. Without a density the
        numbers are missing.
    modes : DataFrame
        Every local maximum: ``group, series, location, height, relative``.
    curves : mapping
        (group, series) → :class:`DensityResult`, for those that have one.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> paths = pd.DataFrame({"base": [2.0, 3.0], "low": [1.0, 2.0]}, index=["a", "b"])
    >>> found = sc.density_panel(paths, bandwidth=1.0)
    >>> found.overview["mode"].round(3).tolist()
    [2.5, 1.5]
    >>> found.to_frame().columns.tolist(), round(found.curves["ALL", "low"].mode, 3)
    (['group', 'series', 'grid', 'density'], 1.5)
    >>> found.summary().splitlines()[0]
    'Kernel density by group and series'
    """

    table: pd.DataFrame
    overview: pd.DataFrame
    modes: pd.DataFrame
    curves: Mapping[Key, DensityResult]

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the curves."""
        return self.table.copy()

    def summary(self) -> str:
        """Return what the curves look like, as text."""
        lines = [self.method, "=" * len(self.method)]
        lines.append(self.overview.to_string(index=False, max_rows=40))
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def density_panel(
    frame: pd.DataFrame,
    *,
    bandwidth: Bandwidth = "silverman",
    grid: Grid = None,
    weights: pd.Series[Any] | pd.DataFrame | None = None,
    boundary: Boundary | None = None,
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]] | None = None,
    overall: bool = True,
    missing: Missing = "raise",
) -> DensityPanelResult:
    """How does the distribution change over the years, or differ between scenarios and groups?

    Use it where curves are to be compared: all of them stand on one grid. Each series has
    its own bandwidth, by the same rule; give a number for the same bandwidth throughout.

    Parameters
    ----------
    frame : DataFrame
        Index unit, one column per series: a year, or a scenario. All in one unit of measure.
    bandwidth : {"silverman", "scott", "normal", "isj"} or float
        As for :func:`kernel_density`, for each series and group by itself.
    grid : int or sequence of float, optional
        As for :func:`kernel_density`; by default it spans all curves.
    weights : Series or DataFrame, optional
        One weight per unit, or one per unit and series in the same columns.
    boundary : {"reflect"}, optional
        Fold what lies below zero back over it.
    groups : Series or mapping, optional
        A label per unit (empty = in no group), or group → units, which may overlap.
    overall : bool
        Whether the first rows, named ``ALL``, use all units together.
    missing : {"raise", "drop"}
        Refuse missing values, or leave units out, series by series.

    Returns
    -------
    DensityPanelResult

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError, OptionError
        As for :func:`kernel_density`. A series too short, constant or without weight does
        not raise: its row says so in ``status``; only where no series has a density,
        DegenerateDataError.

    Warns
    -----
    ConvergenceWarning
        Where ``"isj"`` has no solution for some series; ``rule`` says for which.

    References
    ----------
    As for :func:`spatialcarbon.kernel_density`.

    Examples
    --------
    >>> import pandas as pd
    >>> paths = pd.DataFrame({"base": [2.0, 4.0, 9.0], "low": [1.0, 2.0, 6.0]}, index=list("abc"))
    >>> found = density_panel(paths, bandwidth=1.0)
    >>> found.overview[["series", "mode", "modes"]].round(2).to_numpy().tolist()
    [['base', 3.01, 2], ['low', 1.5, 2]]
    >>> found.table.groupby("series")["grid"].agg(["min", "max"]).loc["low"].tolist()
    [-2.0, 12.0]
    """
    check_frame(frame)
    check_choices(bandwidth, boundary, missing, weighted=weights is not None)
    sizes = weight_columns(weights, frame)
    curves: dict[Key, tuple[Sample, Curve, str]] = {}
    statuses: dict[Key, Sample] = {}
    for code, members in group_members(groups, frame.index, overall=overall).items():
        for series in frame.columns:
            weight = None if sizes is None else sizes[series]
            sample = read_sample(
                frame[series].loc[members],
                None if weight is None else weight.loc[members],
                missing,
                Text(str(series)),
            )
            statuses[code, series] = sample
            if sample.status == "ok":
                curves[code, series] = (sample, *sample.curve(bandwidth, boundary))
    if not curves:
        first = next(iter(statuses.values()))
        refuse(first.status, len(first.x))
    points = grid_points(grid, [curve for _, curve, _ in curves.values()])
    settings = {"bandwidth": bandwidth, "boundary": boundary, "missing": missing}
    found = {
        key: describe(sample, curve, rule, points, settings=settings)
        for key, (sample, curve, rule) in curves.items()
    }
    other = [key for key, (_, _, rule) in curves.items() if bandwidth == "isj" and rule != "isj"]
    if other:
        warnings.warn(ConvergenceWarning(_no_root(other)), stacklevel=2)
    numbers = frame.apply(lambda column: as_numbers(column, str(column.name)))
    return DensityPanelResult(
        method="Kernel density by group and series",
        table=pd.concat([_tidy(key, one.to_frame()) for key, one in found.items()]).reset_index(
            drop=True
        ),
        overview=pd.DataFrame(
            [_row(key, statuses[key], found.get(key)) for key in statuses]
        ).astype(dict.fromkeys(("modes", "high_modes"), "Int64")),
        modes=pd.concat([_tidy(key, one.modes) for key, one in found.items()]).reset_index(
            drop=True
        ),
        curves=found,
        settings={
            **settings,
            "grid": [float(points[0]), float(points[-1]), len(points)],
            "data": checksum(numbers.fillna(np.inf)),
            "weights": None if sizes is None else checksum(sizes.fillna(np.inf)),
        },
        references=REFERENCES,
        remarks=_remarks(statuses, found, other),
    )


def _tidy(key: Key, frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(group=key[0], series=key[1])[["group", "series", *frame.columns]]


def _row(key: Key, sample: Sample, found: DensityResult | None) -> dict[str, Any]:
    if found is None:
        numbers: dict[str, Any] = dict.fromkeys(FACTS, math.nan) | {"n": len(sample.x), "rule": ""}
    else:
        numbers = facts(found)
    return {"group": key[0], "series": key[1], **numbers, "status": sample.status}


def _no_root(keys: Iterable[Key]) -> Text:
    return text(
        "the improved Sheather-Jones rule has no solution for {rows} (usual for few or rounded "
        "values): their bandwidth is Silverman's",
        rows=_named(keys),
    )


def _named(keys: Iterable[Key]) -> str:
    return some(f"{group} {series}" for group, series in keys)


def _remarks(
    samples: Mapping[Key, Sample], found: Mapping[Key, DensityResult], other: list[Key]
) -> tuple[Text, ...]:
    said = [remark for sample in samples.values() for remark in sample.remarks]
    for status in dict.fromkeys(sample.status for sample in samples.values()):
        if status != "ok":
            rows = [key for key, sample in samples.items() if sample.status == status]
            said.append(
                text("no density ({reason}): {rows}", reason=REASONS[status], rows=_named(rows))
            )
    if other:
        said.append(_no_root(other))
    below = {
        key: one.mass_below_zero
        for key, one in found.items()
        if samples[key].x[0] >= 0 and one.mass_below_zero > NOTABLE
    }
    if below:
        worst = max(below, key=lambda key: below[key])
        said.append(
            text(
                "up to {share} % of the mass ({row}) lies below zero, where no value is; "
                "boundary='reflect' folds it back",
                share=f"{100 * below[worst]:.1f}",
                row=_named([worst]),
            )
        )
    cut = [key for key, one in found.items() if abs(one.mass - 1) > NOTABLE]
    if cut:
        said.append(
            text(
                "the grid is too short or too coarse for {rows}, which do not add up to 1 on it",
                rows=_named(cut),
            )
        )
    # Left-out units are often the same in every series: say it once.
    return tuple(said[i] for i in range(len(said)) if said[i] not in said[:i])
