"""Time-lagged Moran's I: does a place now resemble what its neighbours were?"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, canonical_order, checksum, conform
from spatialcarbon.core.errors import AlignmentError, OptionError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, Stream, resolve_rng
from spatialcarbon.stats import moran_formulas as formulas
from spatialcarbon.stats.bivariate import BIVARIATE_COLUMNS, pair_test
from spatialcarbon.stats.columns import MIN_UNITS
from spatialcarbon.stats.inference import Alternative
from spatialcarbon.stats.moran import checked_permutations
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    import numpy.typing as npt

REFERENCES = ("wartenberg1985", "lee2001", "phipson2010")


@dataclass(frozen=True, kw_only=True, eq=False)
class LaggedMoranResult(Result):
    """Moran's I between each year and the neighbours' values some years before.

    Parameters
    ----------
    table : DataFrame
        One row per pair of years: ``year, lag_year``, the columns of
        :class:`BivariateMoranResult`, and ``contemporaneous``: Moran's I of
        ``year`` with itself. ``status`` is ``"ok"``, ``"n<3"``, ``"constant"``,
        ``"all islands"`` or ``"var<=0"``.
    lag : int
        Years between the two.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> frame = pd.DataFrame({2005: [1, 3, 2, 4], 2017: [1, 2, 3, 4]}, index=list("abcd"))
    >>> found = sc.lagged_moran(frame, w, lag=12, permutations=0)
    >>> found.lag, found.to_frame()[["year", "lag_year"]].values.tolist()
    (12, [[2017, 2005]])
    """

    table: pd.DataFrame
    lag: int

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()


def lagged_moran(
    frame: pd.DataFrame,
    weights: Weights,
    *,
    lag: int = 1,
    alternative: Alternative = "two-sided",
    permutations: int | None = None,
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> LaggedMoranResult:
    r"""Are places high now where the neighbourhood was high some years ago?

    Use it beside the contemporaneous Moran's I, which the table has too. When
    places keep their rank over the years the two are nearly the same, and the
    lag shows persistence; it never shows by itself that anything spread.

    Parameters
    ----------
    frame : DataFrame
        Index unit, columns year; one quantity.
    weights : Weights, libpysal Graph or W
        Used exactly as given; ``weights.standardised("R")`` is the usual step before.
    lag : int
        Years back, at least 1. Every pair of columns that far apart is tested.
    alternative : {"two-sided", "greater", "less"}
        What the p-values are against.
    permutations : int, optional
        Random assignments; one set serves every pair of the same units.
        0 skips them; by default 99,999, fewer on very large maps.
    missing : {"raise", "drop"}
        Refuse missing values, or leave units out pair by pair (see ``n``).
    rng : int, Generator or None
        Seed. Every row equals ``bivariate_moran`` of its two columns with this seed.

    Returns
    -------
    LaggedMoranResult

    Raises
    ------
    AlignmentError, MissingDataError, SchemaError
        When the frame does not fit the weights' units, or columns are no years.
    OptionError
        When no two years lie ``lag`` apart.

    Notes
    -----
    .. math::

        I_{t,t-s} = \frac{n}{S_0}\,
        \frac{u_t' W u_{t-s}}{\sqrt{u_t'u_t\; u_{t-s}'u_{t-s}}}

    References
    ----------
    Wartenberg (1985), doi 10.1111/j.1538-4632.1985.tb00849.x.

    Examples
    --------
    Values of 2017 in a place, of 2005 among its neighbours; beside it, Moran's I of 2017:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> frame = pd.DataFrame({2005: [1, 3, 2, 4], 2017: [1, 2, 3, 4]}, index=list("abcd"))
    >>> found = sc.lagged_moran(frame, w, lag=12, permutations=0).table
    >>> found[["statistic", "contemporaneous", "correlation"]].round(9).values.tolist()
    [[-0.1, 0.4, 0.8]]
    """
    check_option(alternative, Alternative, "alternative")
    check_option(missing, Missing, "missing")
    lag = check_count(lag, "lag", minimum=1)
    stream = resolve_rng(rng)
    weights = as_weights(weights)
    data = yearly_columns(frame, weights.units, missing)
    pairs = [(year, year - lag) for year in sorted(data) if year - lag in data]
    if not pairs:
        raise OptionError(
            "no two years of the table lie {lag} apart",
            arrived="years {years}",
            fix="lag={best}",
            lag=lag,
            years=some(sorted(data), 8),
            best=_smallest_gap(list(data)),
        )
    drawn = checked_permutations(permutations, 2.0 * weights.n * len(pairs))
    order = canonical_order(weights.units)
    rows = [
        pair_row(
            now, before, data[now].iloc[order], data[before].iloc[order], weights,
            alternative, drawn, stream,
        )
        for now, before in pairs
    ]  # fmt: skip
    table = pd.DataFrame(rows).astype({"pvalue_permutation": "float64"})
    return LaggedMoranResult(
        method="Time-lagged Moran's I",
        table=table,
        lag=lag,
        settings={
            **weights.describe(),
            "lag": lag,
            "alternative": alternative,
            "permutations": drawn,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(pd.DataFrame(data).fillna(np.inf)),
        },
        references=REFERENCES,
        remarks=weights.remarks() + _status_remarks(table),
    )


def yearly_columns(
    frame: pd.DataFrame, units: pd.Index, missing: Missing
) -> dict[int, pd.Series[float]]:
    """Return each year's values in the order of the units."""
    if not isinstance(frame, pd.DataFrame) or frame.empty:
        raise AlignmentError(
            "frame is a {kind} without data",
            expected="a DataFrame: index unit, columns year",
            fix="panel['co2'], or table.pivot(index='unit', columns='year', values='co2')",
            kind=type(frame).__name__,
        )
    strange = [column for column in frame.columns if not str(column).isdecimal()]
    if strange:
        raise SchemaError(
            "columns are not years: {columns}",
            expected="whole numbers such as 2005",
            fix="table.pivot(index='unit', columns='year', values='co2')",
            columns=some(strange),
        )
    return {
        int(str(column)): conform(
            frame[column], units, name=text("the column {column}", column=column), missing=missing
        )
        for column in frame.columns
    }


def pair_row(
    now: int,
    before: int,
    later: pd.Series[float],
    earlier: pd.Series[float],
    weights: Weights,
    alternative: Alternative,
    permutations: int,
    stream: Stream,
) -> dict[str, Any]:
    """Return the row of one pair of years; a case that is not defined says so in ``status``."""
    present = (later.notna() & earlier.notna()).to_numpy()
    part = weights.subset(later.index[present])
    x = np.asarray(later[present], dtype=np.float64)
    y = np.asarray(earlier[present], dtype=np.float64)
    row: dict[str, Any] = {"year": now, "lag_year": before}
    row |= dict.fromkeys(BIVARIATE_COLUMNS, np.nan) | {"n": part.n, "permutations": 0}
    row["contemporaneous"] = np.nan
    status = _unfit(x, y, part)
    if status:
        return row | {"status": status}
    tested = pair_test(x, y, part, alternative, permutations, stream)
    row |= {name: tested[name] for name in BIVARIATE_COLUMNS}
    z = formulas.deviations(x)[:, None]
    row["contemporaneous"] = float(formulas.statistic(z, part.sparse, part.s0)[0])
    return row


def _unfit(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], weights: Weights) -> str:
    if weights.n < MIN_UNITS:
        return "n<3"
    if weights.s0 <= 0:
        return "all islands"
    return "constant" if formulas.is_constant(x) or formulas.is_constant(y) else ""


def _smallest_gap(years: list[int]) -> int:
    known = sorted(years)
    return min((b - a for a, b in itertools.pairwise(known)), default=1)


def _status_remarks(table: pd.DataFrame) -> tuple[Text, ...]:
    return tuple(
        text(
            "no z-score ({status}): {rows}"
            if status == "var<=0"
            else "no statistic ({status}): {rows}",
            status=Text(str(status)),
            rows=some(f"{a}–{b}" for a, b in zip(part["lag_year"], part["year"], strict=True)),
        )
        for status, part in table[table["status"] != "ok"].groupby("status", sort=True)
    )
