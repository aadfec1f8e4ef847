"""Rows that are no places: totals of the table, and provinces above their own cities."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

import numpy as np

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.data.cells import half_width
from spatialcarbon.data.gazetteer import places, places_by_key
from spatialcarbon.data.gazetteer.lookup import find
from spatialcarbon.data.gazetteer.spelling import tidy
from spatialcarbon.data.schema import UNDATED, label_text

if TYPE_CHECKING:
    from spatialcarbon.data.layout import Layout, Numbers
    from spatialcarbon.data.rawtable import RawTable

_TOTAL = re.compile(
    r".*(?:合计|总计|共计|小计)数?|总和|总数|全国|全省|全区|全市|全州|全部"
    r"|(?:全国|全省|全区|全市)?(?:平均|平均值|均值)"
    r"|(?:grand |sub-?|national |provincial )?totals?\b.*"
    r"|sum|all(?: cities| provinces| regions)?|average|mean|national|nationwide",
    re.IGNORECASE,
)
_NATION = re.compile(r"中国|china", re.IGNORECASE)
_PART = re.compile(r".*小计|sub-?total.*", re.IGNORECASE)
MAX_SAID = 3
"""How many values a remark on a total names."""


@dataclass(frozen=True)
class Apart:
    """A row that is no place.

    Parameters
    ----------
    record : int
        Its position in the table.
    name : str
        What it is called.
    members : tuple of int
        The records it may be the total of.
    province : bool
        Whether it is a province among cities.
    """

    record: int
    name: str
    members: tuple[int, ...]
    province: bool = False


def is_total(label: object, *, within: bool = False) -> bool:
    """Tell whether a label stands for a total or an average rather than a place.

    Parameters
    ----------
    label : object
        What a row is called.
    within : bool
        Whether the places are parts of China, so that China is their total.

    Examples
    --------
    >>> [is_total(label) for label in ("合　计", "全国", "Total", "成都", "Totnes")]
    [True, True, True, False, False]
    """
    if not isinstance(label, str):
        return False
    words = " ".join(half_width(label).split())
    return any(
        _TOTAL.fullmatch(plain) or (within and _NATION.fullmatch(plain))
        for plain in (words, words.replace(" ", ""))
    )


def find_totals(
    table: RawTable, unit: str, labels: Sequence[int | str], *, within: bool
) -> list[Apart]:
    """Return the rows of totals, with the rows that they may add up.

    A subtotal (``小计``) adds up the rows since the total before it, any other all rows.

    Raises
    ------
    SchemaError
        A table of nothing but totals.
    """
    totals = [i for i, label in enumerate(labels) if is_total(label, within=within)]
    rows = [i for i in range(len(labels)) if i not in set(totals)]
    if totals and not rows:
        raise SchemaError(
            "{place} has no places in column {unit}, only totals",
            arrived="{cell} ({name})",
            expected="one row for each place",
            place=table.place,
            unit=unit,
            cell=table.where(0, unit),
            name=labels[0],
        )
    found = []
    for i in totals:
        above = max((j for j in totals if j < i), default=-1)
        part = tuple(j for j in rows if above < j < i)
        partial = bool(part) and _PART.fullmatch(half_width(str(labels[i])).replace(" ", ""))
        found.append(Apart(i, str(labels[i]), part if partial else tuple(rows)))
    return found


def find_provinces(labels: Sequence[int | str], rest: Sequence[int]) -> list[Apart]:
    """Return the rows of provinces whose cities are in the table as well.

    Parameters
    ----------
    labels : sequence
        The label of every row.
    rest : sequence of int
        The rows that are no totals.
    """
    above: dict[int, int] = {}
    inside: dict[int, list[int]] = {}
    for i in rest:
        province, city = _levels(label_text(labels[i]))
        if city:
            inside.setdefault(city, []).append(i)
        elif province:
            above[i] = province
    return [
        Apart(i, label_text(labels[i]), tuple(inside[code]), province=True)
        for i, code in above.items()
        if code in inside
    ]


def _levels(label: str) -> tuple[int, int]:
    """Return the code of the province a label means, and that of the province of its city."""
    name = tidy(label)
    if re.fullmatch(r"\d{6}(?:0{6})?", name):
        code = int(name[:6])
        city = places("city").get(code)
        return (code if code in places("province") else 0), city.province_adcode if city else 0
    cities = find(name, places_by_key("city"))
    provinces = find(name, places_by_key("province"))
    return (
        provinces[0].adcode if len(provinces) == 1 else 0,
        cities[0].province_adcode if cities else 0,
    )


def remark_on(table: RawTable, unit: str, layout: Layout, apart: Sequence[Apart]) -> list[Text]:
    """Return a remark for each row set apart: its values, and whether the places add up to them."""
    at: dict[int, list[int]] = {}
    for entry, record in enumerate(layout.records):
        at.setdefault(record, []).append(entry)
    years = np.asarray(layout.years)
    remarks = []
    for one in apart:
        members = [entry for record in one.members for entry in at.get(record, ())]
        values: list[Text] = []
        wrong: list[Text] = []
        agree = 0
        for entry in at.get(one.record, ()):
            same = [other for other in members if years[other] == years[entry]]
            for name, numbers in layout.columns.items():
                value = float(numbers[entry])
                if np.isnan(value):
                    continue
                values.append(_value(name, layout.years[entry], value))
                outcome = _compare(numbers[same], value)
                agree += outcome is None
                if outcome is not None and outcome is not False:
                    wrong.append(_value(name, layout.years[entry], outcome))
        remarks.append(_said(table, unit, one, values, wrong, agree))
    return remarks


def _compare(parts: Numbers, total: float) -> float | Literal[False] | None:
    """Return nothing if parts add up to a total, their sum if not, ``False`` if that says nothing.

    A row between the smallest and the largest of its parts is an average or a rate.
    """
    if not parts.size or np.isnan(parts).any():
        return False
    added = math.fsum(parts.tolist())
    # Every number may be off by half a unit in the last place that is written.
    rounding = _step([total]) + parts.size * _step(parts.tolist())
    if abs(added - total) <= max(0.5 * rounding * (1 + 1e-6), 1e-9 * abs(total)):
        return None
    if parts.size > 1 and parts.min() <= total <= parts.max():
        return False
    return added


def _step(numbers: Sequence[float]) -> float:
    """Return the last place that is written in some numbers, at most one."""
    places_used = [Decimal(repr(number)).normalize().as_tuple().exponent for number in numbers]
    return float(10.0 ** min(0, *(int(exponent) for exponent in places_used)))


def _said(
    table: RawTable,
    unit: str,
    one: Apart,
    values: Sequence[Text],
    wrong: Sequence[Text],
    agree: int,
) -> Text:
    where = text("{cell} ({name})", cell=table.where(one.record, unit), name=one.name)
    if not values:
        return text("{row}: a heading without values, left out", row=where)
    kind = text("a province") if one.province else text("a total")
    shown = listed(values, MAX_SAID)
    if wrong:
        return text(
            "{row}: {kind}, left out: {values}; but its {n} rows add up to {sums}",
            row=where,
            kind=kind,
            values=shown,
            n=len(one.members),
            sums=listed(wrong, MAX_SAID),
        )
    if agree:
        return text(
            "{row}: {kind}, left out: {values}; its {n} rows add up to that",
            row=where,
            kind=kind,
            values=shown,
            n=len(one.members),
        )
    return text("{row}: {kind}, left out: {values}", row=where, kind=kind, values=shown)


def _value(name: str, year: int, value: float) -> Text:
    shown = f"{value:.15g}"
    if year == UNDATED:
        return text("{variable} {value}", variable=name, value=shown)
    return text("{variable} {value} in {year}", variable=name, value=shown, year=year)
