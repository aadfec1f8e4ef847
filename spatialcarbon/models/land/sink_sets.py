"""Coefficient sets of carbon uptake by land cover: data with substance, unit, status and source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd

from spatialcarbon.core.align import as_numbers, check_unique, refuse_infinite
from spatialcarbon.core.errors import MissingDataError, OptionError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import suggestion
from spatialcarbon.core.units import CO2_PER_C, conversion_factor, parse_unit

AS_PRINTED = "as printed"
"""Substance of a set that its source does not settle: taken over without conversion."""

UNIT = "t/ha"
STATUSES: Mapping[str, Text] = {
    "verified": text("verified in the source"),
    "derived": text("derived from totals in the source"),
    "secondary": text("secondary: the original was not opened"),
    "own": text("own table"),
}

_TABLE = text("the table of coefficients")

Coefficients = str | pd.DataFrame | Sequence[str | pd.DataFrame] | Mapping[str, str | pd.DataFrame]
"""What a caller may name: one set, several, tables of their own, or both under chosen names."""


@dataclass(frozen=True)
class SinkSet:
    """One coefficient set.

    Parameters
    ----------
    name : str
        How it is called.
    table : DataFrame
        Index class; columns ``value``, ``unit``, ``substance`` and ``t_co2_per_ha``.
    period, status, source, reference : str
        What is known of its origin.
    """

    name: str
    table: pd.DataFrame
    period: str = ""
    status: str = "own"
    source: str = ""
    reference: str = ""

    @property
    def doubtful(self) -> bool:
        """Whether it is unknown if some of its numbers are carbon or CO2."""
        return bool((self.table["substance"] == AS_PRINTED).any())


@cache
def shipped_sets() -> Mapping[str, SinkSet]:
    """Return the coefficient sets that come with the package."""
    path = files("spatialcarbon.models.land") / "sink_sets.toml"
    made = {}
    for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
        table = pd.DataFrame({"value": pd.Series(entry["values"], dtype=float)})
        table["unit"], table["substance"] = entry["unit"], entry["substance"]
        details = {key: entry[key] for key in ("period", "status", "source", "reference")}
        made[name] = SinkSet(name, _converted(table), **details)
    return made


def sink_sets() -> pd.DataFrame:
    """Which coefficients of carbon uptake are there, in which substance and from where?

    There is no default set: sources differ by a factor of six for forest alone,
    and whoever computes a sink names the set.

    Returns
    -------
    DataFrame
        One row per set and class: ``set, class, value, unit, substance`` (``"C"``,
        ``"CO2"`` or ``"as printed"``), ``sign`` (``"uptake"`` or ``"release"``),
        ``t_co2_per_ha`` (the value in t CO2 per hectare and year; as printed where
        the substance is unknown), ``period, status`` (``"verified"``, ``"derived"``
        or ``"secondary"``) ``, source``.

    Notes
    -----
    Sources print cropland both as 0.007 t/ha and as 0.007 kg/m² (0.07 t/ha):
    a factor of ten that no check can find for you.

    Examples
    --------
    >>> sets = sink_sets()
    >>> sets[sets["class"] == "forest"].set_index("set")["value"].to_dict()["cn_landuse"]
    0.644
    """
    rows = []
    for item in shipped_sets().values():
        frame = item.table.rename_axis("class").reset_index()
        frame.insert(0, "set", item.name)
        frame.insert(5, "sign", ["uptake" if v >= 0 else "release" for v in frame["value"]])
        rows.append(frame.assign(period=item.period, status=item.status, source=item.source))
    return pd.concat(rows, ignore_index=True)


def resolve(coefficients: Coefficients) -> dict[str, SinkSet]:
    """Return the sets that a caller named or brought along, by name and in their order.

    Raises
    ------
    OptionError
        For a name that is not among the shipped sets, or no set at all.
    SchemaError
        For a table without values, without a declared substance, or with repeated classes.
    """
    if isinstance(coefficients, (str, pd.DataFrame)):
        given: list[tuple[str | None, Any]] = [(None, coefficients)]
    elif isinstance(coefficients, Mapping):
        given = list(coefficients.items())
    elif isinstance(coefficients, Sequence):
        given = [(None, item) for item in coefficients]
    else:
        raise SchemaError(
            "coefficients are a {kind}",
            expected="the name of a set, a table with value and substance, or several of these",
            fix="sc.sink_sets() lists the sets",
            kind=type(coefficients).__name__,
        )
    if not given:
        raise OptionError(
            "no coefficient set is named",
            expected="one or more of {known}, or your own table",
            fix="coefficients='cn_landuse', after reading sc.sink_sets()",
            known=", ".join(shipped_sets()),
        )
    made: dict[str, SinkSet] = {}
    for name, item in given:
        found = _shipped(item) if isinstance(item, str) else _own(item, len(given), len(made))
        label = found.name if name is None else str(name)
        if label in made:
            raise OptionError(
                "the coefficient set {name} is named twice",
                fix="name own tables apart: coefficients={{'mine': table, 'other': table}}",
                name=label,
            )
        made[label] = SinkSet(**{**vars(found), "name": label})
    return made


def _shipped(name: str) -> SinkSet:
    sets = shipped_sets()
    if name in sets:
        return sets[name]
    close = suggestion(name, list(sets))
    raise OptionError(
        "there is no coefficient set {name!r}",
        expected="one of {known}, or your own table",
        fix="coefficients={close!r}" if close else "",
        name=name,
        known=", ".join(sets),
        close=close,
    )


def _own(table: object, total: int, at: int) -> SinkSet:
    """Read a caller's table: class in the index or a column, value, substance, unit."""
    if not isinstance(table, pd.DataFrame):
        raise SchemaError(
            "coefficients are a {kind}",
            expected="the name of a set, a table with value and substance, or several of these",
            fix="pd.DataFrame({{'value': [0.644], 'substance': 'C'}}, index=['forest'])",
            kind=type(table).__name__,
        )
    frame = table.set_index("class") if "class" in table.columns else table
    if "value" not in frame.columns:
        raise SchemaError(
            "the table of coefficients lacks the column value",
            arrived="columns {present}",
            expected="value, substance (C or CO2) and, if it is not t/ha, unit",
            present=some(table.columns),
        )
    check_unique(frame.index, _TABLE)
    value = as_numbers(frame["value"], _TABLE)
    refuse_infinite(value, _TABLE)
    if value.isna().any():
        raise MissingDataError(
            "the table of coefficients has no value for {classes}",
            fix="drop these rows: a class without a coefficient is told, not guessed",
            classes=some(value.index[value.isna()]),
        )
    unit = frame["unit"].astype(str) if "unit" in frame.columns else pd.Series(UNIT, frame.index)
    made = pd.DataFrame({"value": value, "unit": unit})
    made["substance"] = _substances(frame, unit)
    name = str(table.attrs.get("name") or ("own" if total == 1 else f"own{at + 1}"))
    return SinkSet(name, _converted(made), source=str(table.attrs.get("source", "")))


def _substances(frame: pd.DataFrame, unit: pd.Series[str]) -> pd.Series[str]:
    """Return the declared substance of every class; carbon and CO2 are never guessed."""
    implied = unit.map(lambda u: parse_unit(u).substance)
    if "substance" in frame.columns:
        declared = frame["substance"].astype(str).str.strip()
    else:
        declared = implied
    unknown = declared[~declared.isin(["C", "CO2"])]
    clash = declared[(implied != "") & (implied != declared)]
    if len(unknown) or len(clash):
        raise SchemaError(
            "the substance of {classes} is not declared as C or CO2",
            arrived="{given}",
            expected="a column substance with C or CO2 for every class, as the unit has it",
            fix="table['substance'] = 'C'",
            classes=some([*unknown.index, *clash.index]),
            given=some(repr(x) for x in [*unknown, *clash]),
        )
    return declared


def _converted(table: pd.DataFrame) -> pd.DataFrame:
    """Add the value in t CO2 per hectare, class by class."""
    factor = [
        conversion_factor(unit, f"t {substance}/ha" if substance != AS_PRINTED else UNIT)
        * (float(CO2_PER_C) if substance == "C" else 1.0)
        for unit, substance in zip(table["unit"], table["substance"], strict=True)
    ]
    return table.assign(t_co2_per_ha=table["value"] * factor)
