"""Moran's I for every variable, group and year in one call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import (
    Missing,
    canonical_order,
    checksum,
    conform_labels,
)
from spatialcarbon.core.errors import AlignmentError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, Stream, resolve_rng
from spatialcarbon.stats import moran_formulas as formulas
from spatialcarbon.stats.inference import Alternative, adjust_pvalues, normal_pvalue, stars
from spatialcarbon.stats.moran import (
    MORAN_COLUMNS,
    REFERENCES,
    checked_permutations,
    permutation_test,
    variance_status,
)
from spatialcarbon.stats.permutation import form_steps
from spatialcarbon.stats.series_table import series_table
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.data.panel import Panel

ALL = "ALL"
KEYS = ("group", "year", "variable")
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

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> frame = pd.DataFrame({2005: [1, 2, 3, 4], 2017: [1, 3, 2, 4]}, index=list("abcd"))
    >>> found = sc.moran_panel(frame, w, permutations=0)
    >>> found.to_frame()[["group", "year", "status"]].values.tolist()
    [['ALL', 2005, 'ok'], ['ALL', 2017, 'ok']]
    >>> found.pivot().round(9).values.tolist()
    [[0.4, -0.5]]
    """

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()

    def pivot(self, column: str = "statistic", *, variable: str | None = None) -> pd.DataFrame:
        """Return one column as group × year, as studies print it.

        Parameters
        ----------
        column : str
            A column of the table, such as ``"statistic"`` or ``"pvalue_permutation"``.
        variable : str, optional
            Which variable, where there are several.
        """
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
    permutations: int | None = None,
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
    permutations : int, optional
        Per group, 99,999 unless the map is very large (see
        :func:`global_moran`); one random order serves every year and variable
        of a group.
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

    References
    ----------
    Moran (1950), doi 10.1093/biomet/37.1-2.17. Benjamini & Hochberg (1995), doi
    10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    Two years of a chain of four units; two of them are too few for a statistic:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> frame = pd.DataFrame({2005: [1, 2, 3, 4], 2017: [1, 3, 2, 4]}, index=list("abcd"))
    >>> found = sc.moran_panel(frame, w, groups={"west": ["a", "b"]}, permutations=0).table
    >>> found["statistic"].round(9).tolist()
    [0.4, -0.5, nan, nan]
    >>> found["status"].tolist()
    ['ok', 'ok', 'n<4', 'n<4']
    """
    check_option(alternative, Alternative, "alternative")
    check_option(missing, Missing, "missing")
    stream = resolve_rng(rng)
    weights = as_weights(weights)
    data = series_table(frame, weights.units, missing)
    absent = bool(data.isna().to_numpy().any())
    columns = _Columns(data.columns)
    for name, members in group_members(groups, weights.units, overall=overall).items():
        _add_group(columns, name, members, data, weights, alternative, permutations, stream)
    table = columns.table()
    drawn = int(table["permutations"].max())
    tested = table["pvalue_permutation" if drawn else "pvalue_randomization"]
    adjusted = adjust_pvalues(tested.to_numpy(dtype=np.float64), "fdr_bh")
    table["qvalue"] = adjusted if fdr else np.nan
    judged = adjusted if fdr else tested.to_numpy(dtype=np.float64)
    table["stars"] = [stars(p) for p in judged.tolist()]
    return MoranPanelResult(
        method="Moran's I by group and year",
        table=table,
        settings={
            **weights.describe(),
            "alternative": alternative,
            "permutations": drawn,
            "fdr": fdr,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(data.fillna(np.inf)) if absent else checksum(data),
        },
        references=REFERENCES,
        remarks=weights.remarks() + _status_remarks(table),
    )


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
        codes, found = pd.factorize(conform_labels(groups, units, name="groups"))
        # In the order in which the caller names them, not that of the weights.
        at = {name: code for code, name in enumerate(found.tolist())}
        names = [name for name in dict.fromkeys(groups.tolist()) if name in at]
        listed = {name: units[codes == at[name]] for name in names}
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


class _Columns:
    """The table of results, filled from rows that share their units."""

    def __init__(self, columns: pd.Index) -> None:
        self.keys = [columns.get_level_values(level).to_numpy() for level in (0, 1)]
        self.parts: dict[str, list[Any]] = {name: [] for name in (*KEYS, *MORAN_COLUMNS)}
        self.places: list[npt.NDArray[np.intp]] = []

    def add(self, places: npt.NDArray[np.intp], **columns: Any) -> None:
        """Add rows that stand at some places of the table; a scalar serves all of them."""
        self.places.append(places)
        for name, parts in self.parts.items():
            given = np.asarray(columns.get(name, np.nan))
            parts.append(given if given.ndim else np.full(len(places), given))

    def table(self) -> pd.DataFrame:
        order = np.argsort(np.concatenate(self.places))
        frame = pd.DataFrame(
            {name: np.concatenate(parts)[order] for name, parts in self.parts.items()}
        )
        return frame


def _add_group(
    columns: _Columns,
    name: str,
    members: pd.Index,
    data: pd.DataFrame,
    weights: Weights,
    alternative: Alternative,
    permutations: int | None,
    stream: Stream,
) -> None:
    """Compute one group; all series that have values for the same units go together."""
    members = members[canonical_order(members)]
    values = data.to_numpy()[weights.units.get_indexer(members)]
    variables, years = columns.keys
    offset = sum(map(len, columns.places))
    for pattern, taken in _alike(~np.isnan(values)):
        part = weights.subset(members[pattern])
        found = _series_columns(values[pattern][:, taken], part, alternative, permutations, stream)
        keys = {"group": name, "year": years[taken], "variable": variables[taken]}
        columns.add(offset + taken, **keys, **found)


def _alike(
    present: npt.NDArray[np.bool_],
) -> Iterator[tuple[npt.NDArray[np.bool_], npt.NDArray[np.intp]]]:
    """Yield which units have values, with the series of which that is true."""
    if present.all():
        yield present[:, 0], np.arange(present.shape[1])
        return
    patterns, which = np.unique(present, axis=1, return_inverse=True)
    for at, pattern in enumerate(patterns.T):
        yield pattern, np.flatnonzero(which.ravel() == at)


def _series_columns(
    x: npt.NDArray[np.float64],
    weights: Weights,
    alternative: Alternative,
    permutations: int | None,
    stream: Stream,
) -> dict[str, Any]:
    """Return the columns of several series on the same units."""
    n, count = x.shape
    refused = f"n<{MIN_UNITS}" if n < MIN_UNITS else "all islands" if weights.s0 <= 0 else None
    if refused:
        return {"n": n, "permutations": 0, "status": refused}
    constant = formulas.is_constant(x)
    varied = np.flatnonzero(~constant)
    columns: dict[str, Any] = {
        name: np.full(count, np.nan) for name in MORAN_COLUMNS if name != "status"
    }
    columns["n"] = n
    columns["status"] = np.where(constant, "constant", "ok").astype(object)
    columns["permutations"] = np.zeros(count, dtype=np.int64)
    if len(varied) == 0:
        return columns
    z = formulas.deviations(x[:, varied])
    found = formulas.moments(z, weights.sparse, weights)
    drawn = checked_permutations(permutations, form_steps(n, len(weights.pairs.left), len(varied)))
    test = permutation_test(z, weights, found, alternative, drawn, stream)
    filled = {
        "statistic": found.statistic,
        "expected": found.expected,
        "variance_normality": found.variance_normality,
        "variance_randomization": found.variance_randomization,
        "z_normality": found.z_normality,
        "z_randomization": found.z_randomization,
        "pvalue_normality": normal_pvalue(found.z_normality, alternative),
        "pvalue_randomization": normal_pvalue(found.z_randomization, alternative),
        "pvalue_permutation": np.nan if test is None else test.pvalue,
        "permutations": drawn,
        "status": variance_status(found),
    }
    for name, found_values in filled.items():
        columns[name][varied] = found_values
    return columns


def _status_remarks(table: pd.DataFrame) -> tuple[Text, ...]:
    if set(table["status"].tolist()) == {"ok"}:
        return ()
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
