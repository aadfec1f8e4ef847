"""Inequality year by year: all indices of one panel in one tidy table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, canonical_order, check_unique, checksum
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.data.panel import Panel
from spatialcarbon.stats import inequality_formulas as formulas
from spatialcarbon.stats.series_table import series_table
from spatialcarbon.stats.theil import decompose, partition
from spatialcarbon.stats.weighted_values import Weighted, Zero, same_as_values, weighted

if TYPE_CHECKING:
    from spatialcarbon.stats.theil import Groups

COLUMNS = (
    *("variable", "year", "n", "mean", "gini", "gini_corrected", "theil_t", "theil_l"),
    *("between_t", "within_t", "between_share_t", "within_share_t"),
    *("between_l", "within_l", "between_share_l", "within_share_l"),
    *("variation", "herfindahl", "effective_number", "dropped", "status"),
)
EMPTY = "sum=0"


@dataclass(frozen=True, kw_only=True, eq=False)
class InequalityPanelResult(Result):
    """Indices of inequality by year.

    Parameters
    ----------
    table : DataFrame
        One row per variable and year: ``n, mean, gini, gini_corrected, theil_t,
        theil_l``, the parts of both Theil indices between and within groups with their
        shares of the whole (NaN without groups), ``variation`` (CV), ``herfindahl`` of
        the totals with its ``effective_number`` of equal units, ``dropped`` (how many
        units were left out) and ``status`` (``"ok"``, or ``"sum=0"`` where all values are
        zero and nothing is defined).
    groups : DataFrame
        The same years by group, with the columns of :class:`TheilResult`; empty without
        groups.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> frame = pd.DataFrame({2005: [2.0, 4.0, 6.0, 8.0], 2010: [5.0] * 4}, index=list("abcd"))
    >>> found = sc.inequality_panel(frame, groups={"west": ["a", "b"], "east": ["c", "d"]})
    >>> found.to_frame()[["year", "gini", "variation"]].round(6).values.tolist()
    [[2005.0, 0.25, 0.447214], [2010.0, 0.0, 0.0]]
    >>> found.groups[["year", "group", "n"]].values.tolist()[:2]
    [[2005, 'west', 2], [2005, 'east', 2]]
    """

    table: pd.DataFrame
    groups: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table by year."""
        return self.table.copy()


def inequality_panel(
    frame: pd.DataFrame | Panel,
    *,
    population: pd.Series[Any] | pd.DataFrame | str | None = None,
    groups: Groups | None = None,
    zero: Zero = "raise",
    missing: Missing = "raise",
) -> InequalityPanelResult:
    r"""Are places becoming more alike, and is it the gap between groups that closes?

    Use it for the course of inequality over the years. A falling index says that shares
    have moved together, not that anyone emits less.

    Parameters
    ----------
    frame : DataFrame or Panel
        Index unit and columns year; or tidy with the columns ``unit`` (or ``adcode``),
        ``year`` and numeric variables; or a :class:`Panel`. With a population: values
        per head.
    population : Series, DataFrame or str, optional
        Persons by unit, for all years or unit × year; or the name of a variable of the
        panel or the tidy table.
    groups : Series or mapping, optional
        As for :func:`theil`: each unit in exactly one.
    zero : {"raise", "drop", "keep"}
        As for :func:`theil`.
    missing : {"raise", "drop"}
        Refuse missing values, or leave units out year by year (see ``n``).

    Returns
    -------
    InequalityPanelResult

    Raises
    ------
    SchemaError
        As :func:`theil`, naming the year; also for a year without a population.

    Notes
    -----
    Each row equals :func:`gini`, :func:`theil` and :func:`coefficient_of_variation` of its
    own year. The Herfindahl index is that of the totals :math:`p_i y_i` where a population
    is given, since concentration is about totals and not about ratios.

    References
    ----------
    Duro & Padilla (2006).

    Examples
    --------
    >>> import pandas as pd
    >>> wide = pd.DataFrame({2005: [1.0, 3.0], 2010: [2.0, 2.0]}, index=["a", "b"])
    >>> inequality_panel(wide).table[["year", "gini", "variation"]].values.tolist()
    [[2005.0, 0.25, 0.5], [2010.0, 0.0, 0.0]]
    """
    check_option(missing, Missing, "missing")
    check_option(zero, Zero, "zero")
    data, people = _split(frame, population)
    members = None if groups is None else partition(groups, data.index)
    rows, parts = [], []
    for key in data.columns:
        variable, year = key[0], key[1]
        values = data[key]
        named = text("{variable} in {year}", variable=variable, year=year)
        head = {"variable": variable, "year": year}
        present = values.dropna()
        if (present == 0).all() and (missing == "drop" or len(present) == len(values)):
            nothing = dict.fromkeys(COLUMNS, np.nan)
            gone = len(values) - len(present)
            rows.append({**nothing, **head, "n": len(present), "dropped": gone, "status": EMPTY})
            continue
        one = weighted(values, _people_of(people, year), missing=missing, zero=zero, name=named)
        split = decompose(one, members)
        rows.append({**head, **_row(one, split)})
        parts.append(split["table"].assign(**head))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    by_group = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    order = ["variable", "year", *[c for c in by_group.columns if c not in ("variable", "year")]]
    return InequalityPanelResult(
        method="Inequality by year",
        table=table,
        groups=by_group[order] if len(by_group) else pd.DataFrame(columns=order),
        settings={
            "zero": zero,
            "missing": missing,
            "population": None if people is None else checksum(people.fillna(np.inf)),
            "groups": {} if members is None else {k: len(v) for k, v in members.items()},
            "data": checksum(data.fillna(np.inf)),
        },
        references=("theil1967", "shorrocks1980", "duro2006", "gini1912", "hirschman1964"),
        remarks=_remarks(table),
    )


def _split(
    frame: Any, population: Any
) -> tuple[pd.DataFrame, pd.DataFrame | pd.Series[Any] | None]:
    """Return the values as unit × (variable, year), and the population by unit or unit × year."""
    units = _units(frame)
    check_unique(units, text("the table"))
    data = series_table(frame, units, "drop")
    if isinstance(population, str):
        known = data.columns.get_level_values("variable")
        if population not in known:
            raise SchemaError(
                "there is no variable {name!r} for the population",
                arrived="{known}",
                name=population,
                known=some(known.unique(), 12),
            )
        people = pd.DataFrame(data[population]).dropna(axis=1, how="all")
        rest = data.drop(columns=population, level="variable")
        kept = [key for key in rest.columns if key[1] in people.columns]
        if not kept:
            raise SchemaError("values and population have no year in common")
        return rest[kept], people
    if isinstance(population, (pd.Series, pd.DataFrame)):
        same_as_values(population.index, data.index, text("the population"))
        if isinstance(population, pd.DataFrame):
            years = data.columns.get_level_values("year").unique()
            absent = [year for year in years if year not in population.columns]
            if absent:
                raise SchemaError(
                    "there is no population for the year {years}",
                    arrived="{known}",
                    fix="frame[[2010, 2020]], the years that both have",
                    years=some(absent),
                    known=some(population.columns),
                )
    return data, population


def _units(frame: Any) -> pd.Index:
    if isinstance(frame, Panel):
        return frame.units
    if isinstance(frame, pd.DataFrame) and "year" in frame.columns:
        key = next((name for name in ("unit", "adcode") if name in frame.columns), None)
        labels = frame.index if key is None else pd.Index(frame[key])
        found = labels.unique()
        return found[canonical_order(found)]
    return frame.index if isinstance(frame, pd.DataFrame) else pd.Index([])


def _people_of(people: Any, year: Any) -> Any:
    return people[year] if isinstance(people, pd.DataFrame) else people


def _row(data: Weighted, split: dict[str, Any]) -> dict[str, Any]:
    y, q = data.y, data.q
    n, index = len(y), formulas.gini(y, q)
    totals = y if data.population is None else y * np.asarray(data.population, dtype=np.float64)
    concentration = formulas.herfindahl(totals)
    row: dict[str, Any] = {
        "n": n,
        "mean": math.fsum(q * y),
        "gini": index,
        "gini_corrected": index * n / (n - 1) if data.population is None and n > 1 else np.nan,
        "theil_t": split["total"],
        "theil_l": split["mean_log_deviation"],
        "variation": formulas.variation(y, q),
        "herfindahl": concentration,
        "effective_number": 1 / concentration,
        "dropped": len(data.dropped),
        "status": "ok",
    }
    for letter, prefix, whole in (("t", "", "theil_t"), ("l", "mean_log_deviation_", "theil_l")):
        for part in ("between", "within"):
            value = split[f"{prefix}{part}"]
            row[f"{part}_{letter}"] = np.nan if value is None else value
            share = row[f"{part}_{letter}"] / row[whole] if row[whole] > 0 else np.nan
            row[f"{part}_share_{letter}"] = share
    return row


def _remarks(table: pd.DataFrame) -> tuple[Text, ...]:
    said: list[Text] = []
    empty = table.loc[table["status"] == EMPTY, "year"]
    if len(empty):
        said.append(text("all values are zero or missing in {years}", years=some(empty, 12)))
    dropped = table[table["dropped"] > 0]
    if len(dropped):
        said.append(
            text(
                "units left out for missing or zero values: {years}",
                years=some(
                    (
                        f"{n} ({year})"
                        for n, year in zip(dropped["dropped"], dropped["year"], strict=True)
                    ),
                    12,
                ),
            )
        )
    lost = table.loc[table["theil_l"].isna() & (table["status"] == "ok"), "year"]
    if len(lost):
        said.append(
            text("Theil's L is infinite, for a value of zero, in {years}", years=some(lost, 12))
        )
    return tuple(said)
