"""Grey relational degrees by group and year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing
from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.stats.grey import REFERENCES
from spatialcarbon.stats.grey_formulas import (
    MIN_OBSERVATIONS,
    Normalisation,
    check_reversed,
    checked_options,
    coefficients,
    degrees,
    ranks,
)
from spatialcarbon.stats.grey_years import (
    CrossSection,
    cross_section,
    extremes_of,
    observations_by_year,
)
from spatialcarbon.stats.moran_panel import ALL, group_members

if TYPE_CHECKING:
    from spatialcarbon.data.panel import Panel

Extremes = Literal["year", "pooled"]


@dataclass(frozen=True, kw_only=True, eq=False)
class GreyPanelResult(Result):
    """Degrees and ranks by group, year and factor.

    Parameters
    ----------
    table : DataFrame
        One row each: ``group, year, factor, degree, rank, delta_min`` and
        ``delta_max`` (the extremes m and M behind the degree), ``n, status``.
        ``status`` is ``"ok"``, ``"n<2"`` or ``"undefined"`` (a series cannot be
        normalised); the numbers of the last two are NaN.
    coefficients : DataFrame
        Relational coefficients: index group, year, unit; a column for each factor.

    Examples
    --------
    The same values in two years:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> co2 = pd.Series([100.0, 200.0, 300.0, 400.0], index=list("wxyz"))
    >>> factors = pd.DataFrame({"a": [10, 22, 28, 40], "b": [5, 4, 6, 5]}, index=co2.index)
    >>> year = factors.assign(co2=co2).rename_axis("unit").reset_index()
    >>> table = pd.concat([year.assign(year=2009), year.assign(year=2010)])
    >>> found = sc.grey_panel(table, reference="co2", factors=["a", "b"])
    >>> found.pivot().round(3).loc["a"].to_dict()
    {2009: 0.895, 2010: 0.895}
    >>> found.coefficients_of(2009).loc["w"].round(3).to_dict()
    {'a': 1.0, 'b': 0.333}
    >>> found.to_frame()[["year", "factor", "rank"]].values.tolist()
    [[2009, 'a', 1.0], [2009, 'b', 2.0], [2010, 'a', 1.0], [2010, 'b', 2.0]]
    """

    table: pd.DataFrame
    coefficients: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()

    def pivot(self, column: str = "degree", *, group: str = ALL) -> pd.DataFrame:
        """Return one column of one group as factor × year, as studies print it.

        Parameters
        ----------
        column : str
            ``"degree"``, ``"rank"`` or another column of the table.
        group : str
            Which group.
        """
        rows = self.table[self.table["group"] == group]
        if rows.empty:
            known = some(self.table["group"].unique(), 12)
            raise OptionError(
                "there is no group {group!r}", expected="one of {known}", group=group, known=known
            )
        wide = rows.pivot(index="factor", columns="year", values=column)
        return wide.reindex(list(dict.fromkeys(rows["factor"])))

    def coefficients_of(self, year: int, *, group: str = ALL) -> pd.DataFrame:
        """Return the coefficients of one group and year, unit × factor.

        Parameters
        ----------
        year : int
            Which year.
        group : str
            Which group.
        """
        keys = self.coefficients.index
        here = (keys.get_level_values("group") == group) & (keys.get_level_values("year") == year)
        if not here.any():
            raise OptionError(
                "there are no coefficients of {group} in {year}", group=group, year=year
            )
        return self.coefficients[here].droplevel(["group", "year"])


def grey_panel(
    frame: pd.DataFrame | Panel,
    *,
    unit: str = "unit",
    year: str = "year",
    reference: str,
    factors: str | Sequence[str],
    extremes: Extremes = "year",
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]] | None = None,
    overall: bool = True,
    years: Iterable[int] | None = None,
    normalisation: Normalisation = "mean",
    rho: float = 0.5,
    weights: str | pd.Series[Any] | None = None,
    reverse: str | Iterable[str] = (),
    missing: Missing = "raise",
) -> GreyPanelResult:
    r"""Which factors follow the emissions of cities most closely, by city cluster and year?

    For every group and year the observations are the units. Use it to compare the
    ranking of factors between years and groups; before speaking of a trend in the
    degrees read about ``extremes``.

    Parameters
    ----------
    frame : DataFrame or Panel
        Tidy table with one row per unit and year, or a :class:`Panel`.
    unit, year : str
        Columns of the unit and the year (of a table; a panel knows its own).
    reference : str
        Column of the reference, such as total emissions.
    factors : str or sequence of str
        Columns of the factors.
    extremes : {"year", "pooled"}
        Take m and M over the units of one year, or over all years of the group.
        Only ``"pooled"`` puts the degrees of different years on one scale.
    groups : Series or mapping, optional
        A label per unit, or group → units, which may overlap. Every group is
        normalised, and has extremes, by itself.
    overall : bool
        Whether the first rows, named ``ALL``, use all units together.
    years : iterable of int, optional
        Years to use; by default all in which every column has values.
    normalisation : {"mean", "max", "minmax", "zscore", "none"}
        As for :func:`grey_relational_degree`, within group and year. ``"initial"``
        is refused: units have no first among them.
    rho, reverse, missing
        As for :func:`grey_relational_degree`; ``missing="drop"`` leaves a unit out
        of the year in which it lacks a value.
    weights : str or Series, optional
        Column of the weights of observations, or one weight per unit for all years.

    Returns
    -------
    GreyPanelResult

    Raises
    ------
    SchemaError, AlignmentError, MissingDataError
        Absent columns, repeated rows, missing or infinite values.
    OptionError
        Options outside their range, years that are not there.
    UnitMismatchError
        ``normalisation="none"`` with columns in different units of measure.

    Notes
    -----
    :math:`\Delta_{jkt} = |x^*_{0kt} - x^*_{jkt}|` with series normalised within year
    :math:`t`, and

    .. math::

        \xi_{jkt} = \frac{m + \rho M}{\Delta_{jkt} + \rho M}, \qquad
        r_{jt} = \sum_k v_{kt}\, \xi_{jkt}

    where :math:`m, M` are the extremes of :math:`\Delta` over :math:`j, k` in year
    :math:`t` (``"year"``) or over :math:`j, k, t` (``"pooled"``).

    References
    ----------
    Deng (1982), Syst. Control Lett. 1:288–294. Study 002, which does not say which
    extremes, normalisation and ρ it uses.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "unit": list("wxyz"),
    ...         "year": 2010,
    ...         "co2": [100, 200, 300, 400],
    ...         "gdp": [10, 22, 28, 40],
    ...         "people": [5, 4, 6, 5],
    ...     }
    ... )
    >>> found = grey_panel(table, reference="co2", factors=["gdp", "people"])
    >>> found.pivot("rank")[2010].to_dict()
    {'gdp': 1.0, 'people': 2.0}
    """
    check_option(extremes, Extremes, "extremes")
    check_option(missing, Missing, "missing")
    reversed_ = checked_options(normalisation, rho, reverse)
    if normalisation == "initial":
        raise OptionError(
            "normalisation='initial' divides by the first unit, and units have no order",
            fix="normalisation='mean'; or grey_relational_degree on the years of one unit",
        )
    names = [factors] if isinstance(factors, str) else list(factors)
    check_reversed(reversed_, [str(name) for name in names])
    data = observations_by_year(
        frame,
        unit=unit,
        year=year,
        columns=[reference, *names],
        weights=weights,
        years=years,
        one_measure=normalisation == "none",
    )
    members = group_members(groups, data.units, overall=overall)
    if missing == "raise":
        data.refuse_gaps(members)
    rows: list[dict[str, Any]] = []
    blocks: list[pd.DataFrame] = []
    undefined: list[str] = []
    for group, units in members.items():
        found = {t: cross_section(data.of(t, units), data.columns, normalisation, reversed_)
                 for t in data.years}  # fmt: skip
        bounds = extremes_of(
            {t: part.delta for t, part in found.items()}, pooled=extremes == "pooled"
        )
        for t, part in found.items():
            key = {"group": group, "year": t}
            rows += _rows(key, part, names, bounds.get(t), rho)
            if part.delta is not None:
                blocks.append(_block(key, part, names, *bounds[t], rho))
            undefined += [f"{group} {t} ({part.culprit})"] if part.culprit is not None else []
    table = pd.DataFrame(rows)
    return GreyPanelResult(
        method="Grey relational degree by group and year",
        table=table,
        coefficients=_stacked(blocks, names),
        settings={
            "reference": reference,
            "factors": names,
            "extremes": extremes,
            "normalisation": normalisation,
            "rho": rho,
            "reverse": sorted(reversed_),
            "weights": weights if isinstance(weights, str) else weights is not None,
            "missing": missing,
            "data": data.checksum(),
        },
        references=REFERENCES,
        remarks=(
            *_scale_remarks(table, extremes),
            *_failure_remarks(table, undefined),
            *data.remarks,
        ),
    )


def _rows(
    key: Mapping[str, Any],
    part: CrossSection,
    names: Sequence[str],
    bounds: tuple[float, float] | None,
    rho: float,
) -> list[dict[str, Any]]:
    m, largest = bounds or (np.nan, np.nan)
    values = [np.nan] * len(names)
    if part.delta is not None and part.share is not None:
        values = degrees(coefficients(part.delta, m, largest, rho), part.share)
    degree = pd.Series(values, dtype=np.float64)
    rank = ranks(degree)
    return [
        {
            **key,
            "factor": name,
            "degree": degree[at],
            "rank": rank[at],
            "delta_min": m,
            "delta_max": largest,
            "n": len(part.units),
            "status": part.status,
        }
        for at, name in enumerate(names)
    ]


def _block(
    key: Mapping[str, Any],
    part: CrossSection,
    names: Sequence[str],
    m: float,
    largest: float,
    rho: float,
) -> pd.DataFrame:
    assert part.delta is not None
    index = pd.MultiIndex.from_product(
        [[key["group"]], [key["year"]], part.units], names=["group", "year", "unit"]
    )
    return pd.DataFrame(coefficients(part.delta, m, largest, rho), index=index, columns=list(names))


def _stacked(blocks: Sequence[pd.DataFrame], names: Sequence[str]) -> pd.DataFrame:
    if blocks:
        return pd.concat(blocks)
    nothing = pd.MultiIndex.from_arrays([[], [], []], names=["group", "year", "unit"])
    return pd.DataFrame(index=nothing, columns=list(names), dtype=np.float64)


def _scale_remarks(table: pd.DataFrame, extremes: Extremes) -> list[Text]:
    said = []
    if len(set(table["year"])) > 1 and extremes == "year":
        said.append(
            text(
                "m and M are those of each year (extremes='year'): a degree that changes over the "
                "years may show a change of M alone; extremes='pooled' makes years comparable"
            )
        )
    elif extremes == "pooled":
        said.append(
            text(
                "m and M are those of all years of a group together (extremes='pooled'), so that "
                "degrees of different years are on one scale"
            )
        )
    if len(set(table["group"])) > 1:
        said.append(
            text(
                "each group is normalised by itself and has its own M: compare its ranking with "
                "that of other groups, not its degrees"
            )
        )
    return said


def _failure_remarks(table: pd.DataFrame, undefined: Sequence[str]) -> list[Text]:
    small = table[table["status"] == f"n<{MIN_OBSERVATIONS}"].drop_duplicates(["group", "year"])
    said = []
    if len(small):
        cells = (f"{g} {t}" for g, t in zip(small["group"], small["year"], strict=True))
        said.append(text("no degree with fewer than two units: {rows}", rows=some(cells)))
    if undefined:
        rows = some(undefined)
        said.append(text("no degree where a series cannot be normalised: {rows}", rows=rows))
    return said
