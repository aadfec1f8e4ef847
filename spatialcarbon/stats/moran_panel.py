"""Moran's I for every variable, group and year in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import (
    Missing,
    canonical_order,
    checksum,
    conform,
    conform_labels,
)
from spatialcarbon.core.errors import AlignmentError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, Stream, resolve_rng
from spatialcarbon.data.panel import Panel
from spatialcarbon.stats import moran_formulas as formulas
from spatialcarbon.stats.inference import Alternative, adjust_pvalues, normal_pvalue, stars
from spatialcarbon.stats.moran import (
    DEFAULT_PERMUTATIONS,
    MORAN_COLUMNS,
    REFERENCES,
    permutation_test,
    variance_status,
)
from spatialcarbon.stats.permutation import permuted_forms
from spatialcarbon.weights.weights import Weights, as_weights

ALL = "ALL"
MIN_UNITS = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class MoranPanelResult(Result):
    """Moran's I per group, year and variable.

    Parameters
    ----------
    table : DataFrame
        One row each: ``group, year, variable``, the columns of
        :class:`MoranResult`, then ``qvalue`` (NaN unless asked for) and
        ``stars`` (``**`` p < 0.05, ``*`` p < 0.10). ``status`` is ``"ok"``,
        ``"n<4"``, ``"constant"``, ``"all islands"`` or ``"var<=0"``; statistics
        of the first four kinds of failure are NaN.
    """

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()

    def pivot(self, column: str = "statistic", *, variable: str | None = None) -> pd.DataFrame:
        """Return one column as group × year, as studies print it."""
        name = variable if variable is not None else self.table["variable"].iloc[0]
        rows = self.table[self.table["variable"] == name]
        wide = rows.pivot(index="group", columns="year", values=column)
        return wide.reindex(list(dict.fromkeys(rows["group"])))


def moran_panel(
    frame: pd.DataFrame | Panel,
    weights: Weights,
    *,
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]] | None = None,
    overall: bool = True,
    alternative: Alternative = "two-sided",
    permutations: int = DEFAULT_PERMUTATIONS,
    fdr: bool = False,
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> MoranPanelResult:
    """How does spatial clustering differ between groups and change over the years?

    Parameters
    ----------
    frame : DataFrame or Panel
        Index unit and columns year; or tidy with the columns ``unit`` (or
        ``adcode``), ``year`` and one or more numeric variables (or
        ``variable`` and ``value``); or a :class:`Panel`.
    weights : Weights, libpysal Graph or W
        On all units; each group gets the submatrix of the raw weights,
        standardised anew.
    groups : Series or mapping, optional
        A label per unit (empty = in no group), or group → units, which may overlap.
    overall : bool
        Whether the first rows, named ``ALL``, use all units together.
    alternative : {"two-sided", "greater", "less"}
        As for :func:`global_moran`.
    permutations : int
        Per group; one random order serves every year and variable of a group.
    fdr : bool
        Adjust the p-values of all rows together (Benjamini & Hochberg).
    missing : {"raise", "drop"}
        Refuse missing values, or leave units out row by row (see ``n``).
    rng : int, Generator or None
        Seed. Every row equals ``global_moran`` of its own data with this seed.

    Returns
    -------
    MoranPanelResult

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError
        When the data do not fit the weights' units. Groups that are too small,
        constant or without links do not raise: their row says so in ``status``.

    Notes
    -----
    Since groups and years share one stream of random orders, the Monte Carlo
    errors of their p-values are correlated; each p-value is valid by itself.
    """
    check_option(alternative, Alternative, "alternative")
    check_option(missing, Missing, "missing")
    permutations = check_count(permutations, "permutations")
    stream = resolve_rng(rng)
    weights = as_weights(weights)
    data = series_table(frame, weights.units, missing)
    rows = [
        row
        for name, members in group_members(groups, weights.units, overall=overall).items()
        for row in group_rows(name, members, data, weights, alternative, permutations, stream)
    ]
    table = pd.DataFrame(rows)
    tested = table["pvalue_permutation" if permutations else "pvalue_randomization"]
    adjusted = adjust_pvalues(tested.to_numpy(dtype=np.float64), "fdr_bh")
    table["qvalue"] = adjusted if fdr else np.nan
    judged = table["qvalue"] if fdr else tested
    table["stars"] = [stars(p) for p in judged]
    return MoranPanelResult(
        method="Moran's I by group and year",
        table=table,
        settings={
            **weights.describe(),
            "alternative": alternative,
            "permutations": permutations,
            "fdr": fdr,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(data.fillna(np.inf)),
        },
        references=REFERENCES,
        remarks=weights.remarks() + _status_remarks(table),
    )


def series_table(frame: pd.DataFrame | Panel, units: pd.Index, missing: Missing) -> pd.DataFrame:
    """Return units × (variable, year) as float64, in the order of ``units``."""
    wide = _wide(frame)
    columns: dict[Any, pd.Series[float]] = {
        key: conform(
            wide[key],
            units,
            name=text("{variable} in {year}", variable=key[0], year=key[1]),
            missing=missing,
        )
        for key in wide.columns
    }
    table = pd.DataFrame(columns, index=units)
    table.columns = pd.MultiIndex.from_tuples(list(columns), names=["variable", "year"])
    return table


def _wide(frame: pd.DataFrame | Panel) -> pd.DataFrame:
    if isinstance(frame, Panel):
        return pd.concat({name: frame[name] for name in frame.variables}, axis=1)
    if not isinstance(frame, pd.DataFrame) or frame.empty:
        raise AlignmentError(
            "frame is a {kind} without data",
            expected="a DataFrame: index unit and columns year, or tidy with a column year",
            kind=type(frame).__name__,
        )
    if "year" in frame.columns:
        return _from_tidy(frame)
    if isinstance(frame.columns, pd.MultiIndex):
        if frame.columns.nlevels != 2:
            raise AlignmentError(
                "the columns of frame have {n} levels",
                expected="two: variable and year",
                n=frame.columns.nlevels,
            )
        return frame
    return pd.concat({"value": frame}, axis=1)


def _from_tidy(frame: pd.DataFrame) -> pd.DataFrame:
    key = next((name for name in ("unit", "adcode") if name in frame.columns), None)
    tidy = frame if key else frame.rename_axis("unit").reset_index()
    key = key or "unit"
    if {"variable", "value"} <= set(tidy.columns):
        tidy = tidy[[key, "year", "variable", "value"]]
    else:
        numeric = tidy.drop(columns=[key, "year"]).select_dtypes("number").columns
        if len(numeric) == 0:
            raise SchemaError(
                "the tidy table has no numeric column beside {key} and year",
                arrived="columns {columns}",
                key=key,
                columns=some(frame.columns, 12),
            )
        tidy = tidy.melt([key, "year"], list(numeric), "variable", "value")
    nameless = tidy[[key, "year"]].isna().any(axis=1)
    if nameless.any():
        raise AlignmentError(
            "the tidy table has {n} rows without {key} or year",
            fix="data.dropna(subset=[{key!r}, 'year'])",
            n=int(nameless.sum()),
            key=key,
        )
    repeated = tidy.duplicated([key, "year", "variable"])
    if repeated.any():
        cells = tidy.loc[repeated, [key, "year"]].drop_duplicates()
        raise AlignmentError(
            "the tidy table has {n} repeated rows",
            arrived="{cells}",
            expected="each unit and year once",
            n=int(repeated.sum()),
            cells=some(f"{a} {b}" for a, b in cells.itertuples(index=False)),
        )
    order = pd.MultiIndex.from_frame(tidy[["variable", "year"]].drop_duplicates())
    wide = tidy.pivot(index=key, columns=["variable", "year"], values="value")
    return wide.reindex(columns=order)


def group_members(
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]] | None,
    units: pd.Index,
    *,
    overall: bool,
) -> dict[str, pd.Index]:
    """Return the units of each group, the whole first when asked for."""
    whole: dict[str, pd.Index] = {ALL: units} if overall or groups is None else {}
    if groups is None:
        return whole
    if isinstance(groups, pd.Series):
        labels = conform_labels(groups, units, name="groups").dropna()
        # In the order in which the caller names them, not that of the weights.
        names = [name for name in dict.fromkeys(groups.dropna()) if str(name) != ""]
        listed = {name: labels.index[(labels == name).to_numpy()] for name in names}
    elif isinstance(groups, Mapping):
        listed = {name: _listed_members(name, group, units) for name, group in groups.items()}
    else:
        raise AlignmentError(
            "groups is a {kind}",
            expected="a Series with a label per unit, or a mapping from group to units",
            fix="groups=units['cluster']",
            kind=type(groups).__name__,
        )
    members = whole | {str(name): index for name, index in listed.items()}
    if len(members) < len(whole) + len(listed):
        raise AlignmentError(
            "two groups have the same name",
            arrived="{names}",
            fix="rename them; ALL is the name of all units together unless overall=False",
            names=some(listed),
        )
    if not members:
        raise AlignmentError(
            "no unit belongs to any group",
            expected="a label for some units",
            fix="groups=None for all units together",
        )
    return members


def _listed_members(name: object, listed: Iterable[Any], units: pd.Index) -> pd.Index:
    wanted = pd.Index(list(listed))
    strangers = wanted.difference(units, sort=False)
    if len(strangers):
        raise AlignmentError(
            "group {name} has {n} units that are not in the weights",
            arrived="{labels}",
            name=name,
            n=len(strangers),
            labels=some(strangers),
        )
    found: pd.Index = units[units.isin(wanted)]
    return found


def group_rows(
    name: str,
    members: pd.Index,
    data: pd.DataFrame,
    weights: Weights,
    alternative: Alternative,
    permutations: int,
    stream: Stream,
) -> list[dict[str, Any]]:
    """Return the rows of one group, all series with the same units computed together."""
    values = data.reindex(members)
    present = values.notna()
    rows: dict[Any, dict[str, Any]] = {}
    patterns: dict[bytes, list[Any]] = {}
    for key in values.columns:
        patterns.setdefault(present[key].to_numpy().tobytes(), []).append(key)
    for keys in patterns.values():
        used = members[present[keys[0]].to_numpy()]
        used = used[canonical_order(used)]
        part = weights.subset(used)
        x = values.loc[used, keys].to_numpy(dtype=np.float64)
        for key, row in zip(
            keys, _series_rows(x, part, alternative, permutations, stream), strict=True
        ):
            rows[key] = {"group": name, "year": key[1], "variable": key[0], **row}
    return [rows[key] for key in values.columns]


def _series_rows(
    x: np.ndarray[Any, np.dtype[np.float64]],
    weights: Weights,
    alternative: Alternative,
    permutations: int,
    stream: Stream,
) -> list[dict[str, Any]]:
    n, count = x.shape
    empty = dict.fromkeys(MORAN_COLUMNS, np.nan) | {"n": n, "permutations": 0}
    if n < MIN_UNITS:
        return [{**empty, "status": f"n<{MIN_UNITS}"}] * count
    if weights.s0 <= 0:
        return [{**empty, "status": "all islands"}] * count
    constant = formulas.is_constant(x)
    rows: list[dict[str, Any]] = [{**empty, "status": "constant"} for _ in range(count)]
    varied = np.flatnonzero(~constant)
    if len(varied) == 0:
        return rows
    z = formulas.deviations(x[:, varied])
    found = formulas.moments(z, weights.sparse, weights)
    forms = None
    if permutations:
        forms = permuted_forms(z, weights.sparse, permutations, stream.generator())
    test = permutation_test(forms, z, weights.s0, found, alternative)
    p_normal = normal_pvalue(found.z_normality, alternative)
    p_random = normal_pvalue(found.z_randomization, alternative)
    for at, column in enumerate(varied):
        rows[column] = {
            "statistic": found.statistic[at],
            "expected": found.expected,
            "variance_normality": found.variance_normality,
            "variance_randomization": found.variance_randomization[at],
            "z_normality": found.z_normality[at],
            "z_randomization": found.z_randomization[at],
            "pvalue_normality": p_normal[at],
            "pvalue_randomization": p_random[at],
            "pvalue_permutation": np.nan if test is None else test.pvalue[at],
            "n": n,
            "permutations": permutations,
            "status": variance_status(found, at),
        }
    return rows


def _status_remarks(table: pd.DataFrame) -> tuple[Text, ...]:
    failed = table[table["status"] != "ok"]
    return tuple(
        text(
            "no z-score ({status}): {rows}"
            if status == "var<=0"
            else "no statistic ({status}): {rows}",
            status=Text(str(status)),
            rows=some(f"{g} {y}" for g, y in zip(part["group"], part["year"], strict=True)),
        )
        for status, part in failed.groupby("status", sort=True)
    )
