"""Indicators: totals, ratios and growth, for units and for groups, with their units carried along.

Group ratios are ratios of sums, never means of ratios.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, checksum, conform
from spatialcarbon.core.errors import (
    MAX_LABELS,
    MissingDataError,
    OptionError,
    UnitMismatchError,
    some,
)
from spatialcarbon.core.language import listed, text
from spatialcarbon.core.results import Result
from spatialcarbon.core.units import conversion_factor, parse_unit
from spatialcarbon.stats.moran_panel import ALL, group_members
from spatialcarbon.stats.rates_of_change import growth_rates

if TYPE_CHECKING:
    from spatialcarbon.data.panel import Panel

PER_CAPITA = "per_capita"
PER_GDP = "per_gdp"
PER_AREA = "per_area"
PER_BUILT_AREA = "per_built_area"
NEUTRALITY = "neutrality"
NET = "net"
TOTAL = "total"

_RATIOS = {
    # indicator: (unit of the emission, unit of the denominator, unit shown)
    PER_CAPITA: ("t", "person", "t/person"),
    PER_GDP: ("t", "10^4 CNY", "t/10^4 CNY"),
    PER_AREA: ("t", "km2", "t/km2"),
    PER_BUILT_AREA: ("t", "km2", "t/km2"),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class IndicatorResult(Result):
    """Indicators as a tidy table, each row with its own unit of measure.

    Parameters
    ----------
    table : DataFrame
        Columns ``level`` (``"unit"`` or ``"group"``), ``place`` (unit label or
        group name), ``year``, ``indicator``, ``value``, ``measure`` (its unit)
        and ``status`` (``"ok"``, ``"missing"``, ``"denominator<=0"``).

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> table = pd.DataFrame(
    ...     {"unit": ["a", "b"] * 2, "year": [2005] * 2 + [2007] * 2, "co2": [10, 30, 12.1, 30]}
    ... )
    >>> panel = sc.Panel.from_frame(
    ...     table.assign(people=[2, 3, 2, 3]),
    ...     unit="unit",
    ...     year="year",
    ...     units={"co2": "Mt CO2", "people": "10^6 persons"},
    ... )
    >>> found = sc.indicators(panel, emission="co2", population="people", groups={"G": ["a", "b"]})
    >>> found.pivot("per_capita", level="unit").round(2)[2005].to_dict()
    {'a': 5.0, 'b': 10.0}
    >>> found.to_frame()["indicator"].unique().tolist()
    ['total', 'per_capita']
    """

    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()

    def pivot(self, indicator: str, *, level: str = "group") -> pd.DataFrame:
        """Return one indicator as place × year.

        Parameters
        ----------
        indicator : str
            Its name in the table, such as ``"per_capita"``.
        level : {"group", "unit"}
            Of groups or of single units.

        Raises
        ------
        OptionError
            For an indicator that the table does not have at that level.
        """
        rows = self.table[(self.table["indicator"] == indicator) & (self.table["level"] == level)]
        if rows.empty:
            raise OptionError(
                "there is no indicator {indicator!r} at level {level!r}",
                expected="one of {known}",
                indicator=indicator,
                level=level,
                known=some(self.table["indicator"].unique(), 10),
            )
        wide = rows.pivot(index="place", columns="year", values="value")
        return wide.reindex(list(dict.fromkeys(rows["place"])))


def indicators(
    panel: Panel,
    *,
    emission: str = "co2",
    population: str | None = None,
    gdp: str | None = None,
    area: pd.Series[Any] | None = None,
    built_area: str | None = None,
    sink: str | None = None,
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]] | None = None,
    years: Iterable[int] | None = None,
) -> IndicatorResult:
    r"""How much is emitted, in total and per person, per GDP, per area and per built-up area?

    Parameters
    ----------
    panel : Panel
        Variables with declared units of measure.
    emission : str
        Variable of emissions (a mass, such as ``Mt CO2``).
    population, gdp, built_area, sink : str, optional
        Variables of persons, money (state the price basis in the report),
        built-up area, and carbon uptake (a mass of the same substance).
    area : Series, optional
        Land area of each unit in km², such as ``units["area_km2"]``.
    groups : Series or mapping, optional
        As for :func:`moran_panel`. A group's ratio is a ratio of sums.
    years : iterable of int, optional
        Years to report; the default is all years of the emissions. A ratio is
        given only in years in which its denominator exists for some unit.

    Returns
    -------
    IndicatorResult

    Raises
    ------
    UnitMismatchError
        A variable without a unit of measure, or of another kind than needed.
    MissingDataError
        Emissions missing for a unit in a year.

    Notes
    -----
    ``per_area`` divides by land area, ``per_built_area`` by built-up area. They
    order places differently and are never both called "per area": what study
    002 prints as emissions per area is per built-up area.

    References
    ----------
    Study 002, Table 4.

    Examples
    --------
    10 Mt of 2 million people and 30 Mt of 3 million: 5 and 10 t per head. Together they are
    40 Mt of 5 million, so 8 t, not the mean of 5 and 10:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> table = pd.DataFrame(
    ...     {"unit": ["a", "b"] * 2, "year": [2005] * 2 + [2007] * 2, "co2": [10, 30, 12.1, 30]}
    ... )
    >>> panel = sc.Panel.from_frame(
    ...     table.assign(people=[2, 3, 2, 3]),
    ...     unit="unit",
    ...     year="year",
    ...     units={"co2": "Mt CO2", "people": "10^6 persons"},
    ... )
    >>> found = sc.indicators(panel, emission="co2", population="people", groups={"G": ["a", "b"]})
    >>> found.pivot("per_capita", level="unit").round(6)[2005].tolist()
    [5.0, 10.0]
    >>> found.pivot("per_capita").round(6).loc["G", 2005].item()
    8.0
    """
    own = panel[emission]
    wanted = [int(year) for year in (own.columns if years is None else years)]
    amounts = pd.DataFrame({year: panel.at(emission, year) for year in wanted})
    _require_complete(amounts, emission)
    measure = _measure(panel, emission)
    ratios: dict[str, pd.DataFrame] = {}
    for name, variable in (
        (PER_CAPITA, population),
        (PER_GDP, gdp),
        (PER_BUILT_AREA, built_area),
    ):
        if variable is not None:
            ratios[name] = _scaled(panel, variable, _RATIOS[name][1], wanted)
    if area is not None:
        land = conform(area, panel.units, name="area")
        ratios[PER_AREA] = pd.DataFrame(dict.fromkeys(wanted, land))
    uptake = None if sink is None else _scaled(panel, sink, measure, wanted)

    tables = []
    places: list[tuple[str, Any, pd.Index]] = [
        ("unit", unit, pd.Index([unit])) for unit in panel.units
    ]
    if groups is not None:
        members = group_members(groups, panel.units, overall=True)
        places += [("group", name, index) for name, index in members.items()]
    sums = _summation(places, panel.units)

    def total(frame: pd.DataFrame) -> pd.DataFrame:
        # NaN in any member makes the sum of its group NaN, as it should.
        return pd.DataFrame(sums(frame.to_numpy(dtype=np.float64)), columns=frame.columns)

    emitted = total(amounts)
    tables.append(_tidy(emitted, TOTAL, measure))
    for name, denominator in ratios.items():
        source, _, shown = _RATIOS[name]
        below = total(denominator)
        years_known = [y for y in denominator.columns if denominator[y].notna().any()]
        ratio = emitted * conversion_factor(measure, source) / below.where(below > 0)
        tables.append(_tidy(ratio[years_known], name, shown, below[years_known]))
    if uptake is not None:
        taken = total(uptake)
        known = [y for y in uptake.columns if uptake[y].notna().any()]
        tables.append(_tidy((emitted - taken)[known], NET, measure))
        share = taken / emitted.where(emitted > 0)
        tables.append(_tidy(share[known], NEUTRALITY, "1", emitted[known]))
    table = pd.concat(tables, ignore_index=True)
    numbers = table["place"].tolist()
    table.insert(0, "level", [places[i][0] for i in numbers])
    table["place"] = [places[i][1] for i in numbers]
    return IndicatorResult(
        method="Indicators",
        table=table,
        settings={
            "emission": emission,
            "population": population,
            "gdp": gdp,
            "built_area": built_area,
            "sink": sink,
            "years": wanted,
            "data": checksum(amounts),
        },
        references=("study002",),
        remarks=tuple(panel.remarks),
    )


def growth(
    panel: Panel,
    *,
    emission: str = "co2",
    start: int,
    end: int,
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]] | None = None,
) -> pd.DataFrame:
    r"""How much did it grow, in all and per year?

    Parameters
    ----------
    panel : Panel
        Table of emissions.
    emission : str
        Variable to follow.
    start, end : int
        First and last year, start < end.
    groups : Series or mapping, optional
        As for :func:`moran_panel`; sums are taken before growth.

    Returns
    -------
    DataFrame
        Columns ``level, place, start, end, value_start, value_end, change,
        growth`` (fraction), ``annual_growth`` (fraction per year), ``measure`` (unit of the
        values) and ``status`` (``"ok"`` or ``"start<=0"``).

    Raises
    ------
    OptionError
        Where ``start`` is not before ``end``.
    UnitMismatchError, MissingDataError
        As for :func:`indicators`.

    Notes
    -----
    :math:`g = x_b/x_a - 1` and :math:`(x_b/x_a)^{1/(b-a)} - 1`; both are NaN
    when :math:`x_a` is not positive, the second also when :math:`x_b` is negative.

    Examples
    --------
    From 10 to 12.1 in two years is 21 %, or 10 % a year:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> table = pd.DataFrame(
    ...     {"unit": ["a", "b"] * 2, "year": [2005] * 2 + [2007] * 2, "co2": [10, 30, 12.1, 30]}
    ... )
    >>> panel = sc.Panel.from_frame(table, unit="unit", year="year", units={"co2": "Mt CO2"})
    >>> found = sc.growth(panel, emission="co2", start=2005, end=2007)
    >>> found[["place", "growth", "annual_growth"]].round(6).values.tolist()
    [['a', 0.21, 0.1], ['b', 0.0, 0.0]]
    """
    if not start < end:
        raise OptionError(
            "growth from {start} to {end} has no length",
            expected="start < end",
            start=start,
            end=end,
        )
    result = indicators(panel, emission=emission, groups=groups, years=[start, end]).table
    rows = result[result["indicator"] == TOTAL]
    first = rows[rows["year"] == start].reset_index(drop=True)
    last = rows[rows["year"] == end].reset_index(drop=True)
    a, b = first["value"], last["value"]
    grown, yearly = growth_rates(a, b, end - start)
    return pd.DataFrame(
        {
            "level": first["level"],
            "place": first["place"],
            "start": start,
            "end": end,
            "value_start": a,
            "value_end": b,
            "change": b - a,
            "growth": grown,
            "annual_growth": yearly,
            "measure": first["measure"],
            "status": np.where(a > 0, "ok", "start<=0"),
        }
    )


def _measure(panel: Panel, variable: str) -> str:
    panel.grid(variable)  # refuses a variable that is not there, naming those that are
    measure = panel.measures[variable]
    if not measure:
        raise UnitMismatchError(
            "the variable {variable} has no unit of measure",
            fix="read_panel(..., units={{{variable!r}: 'Mt CO2'}})",
            variable=variable,
        )
    return str(measure)


def _scaled(panel: Panel, variable: str, target: str, years: list[int]) -> pd.DataFrame:
    factor = conversion_factor(_measure(panel, variable), target)
    return panel[variable].reindex(columns=years) * factor


def _require_complete(amounts: pd.DataFrame, name: str) -> None:
    rows, columns = np.nonzero(amounts.isna().to_numpy())
    if len(rows):
        units, years = amounts.index.tolist(), amounts.columns.tolist()
        where = [
            text("{variable} in {year}", variable=units[i], year=years[j])
            for i, j in zip(rows, columns, strict=True)
        ]
        raise MissingDataError(
            "{name} is missing {n} times",
            arrived="{where}",
            fix="panel.subset(units=..., years=...) without them",
            name=name,
            n=len(where),
            where=listed(where, MAX_LABELS),
        )


def _summation(places: list[tuple[str, Any, pd.Index]], units: pd.Index) -> Any:
    """Return the function that sums the rows of each place, in the order of their labels."""
    positions = [units.get_indexer(index[canonical_order(index)]) for _, _, index in places]

    def sums(values: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, Any]:
        return np.stack([values[at].sum(axis=0) for at in positions])

    return sums


def _tidy(
    wide: pd.DataFrame, indicator: str, measure: str, below: pd.DataFrame | None = None
) -> pd.DataFrame:
    values = wide.rename_axis(index="place", columns="year").reset_index()
    tidy = values.melt("place", var_name="year", value_name="value")
    tidy["indicator"] = indicator
    tidy["measure"] = measure
    tidy["status"] = np.where(tidy["value"].isna(), "missing", "ok")
    if below is not None:
        flat = below.to_numpy(dtype=np.float64).ravel(order="F")
        with np.errstate(invalid="ignore"):
            tidy.loc[flat <= 0, "status"] = "denominator<=0"
    parse_unit(measure)
    return tidy[["place", "year", "indicator", "value", "measure", "status"]]


__all__ = ["ALL", "IndicatorResult", "growth", "indicators"]
