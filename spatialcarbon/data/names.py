"""From the names people write to the adcodes that tables are joined by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import NameMatchError, SchemaError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.limits import limit, shortened
from spatialcarbon.core.options import check_option
from spatialcarbon.data.gazetteer import (
    FormerPlace,
    Level,
    Place,
    former_by_key,
    former_places,
    places,
    places_by_key,
)
from spatialcarbon.data.gazetteer.lookup import closest, find, spelled
from spatialcarbon.data.gazetteer.spelling import tidy

Dissolved = Literal["raise", "successor"]

_MERGED = "{name} was merged in {year} into {candidates}; dissolved='successor' takes that"
_SPLIT = "{name} was split in {year} between {candidates}"
_PROVINCE = "{name} is a province, not a city: {candidates}"
_CITY = "{name} is a city, not a province: {candidates}"
_CODE = re.compile(r"(\d{6})(?:0{6})?(?:\.0+)?")
_NO_TEXT = re.compile("[\ud800-\udfff]")
"""Halves of characters, which no text of a file holds and no index takes."""


def match_names(
    names: Iterable[Any], *, level: Level = "city", dissolved: Dissolved = "raise"
) -> pd.Series[int]:
    """Find which units a list of place names or codes stands for.

    Use it before joining tables that name the same places differently. It never
    guesses: what is unknown, or could be several places, is an error.

    Parameters
    ----------
    names : list, Series or Index
        Chinese names with or without 市, 地区, 州, 盟, 省 (``"成都"``, ``"凉山州"``),
        with or without their province (``"江苏省苏州市"``); pinyin or English in any
        case (``"Chengdu"``, ``"Xi'an City"``, ``"Suzhou, Jiangsu"``); adcodes as
        numbers or text, 12-digit statistical codes that end in zeros, and codes
        of older divisions.
    level : {"city", "province"}
        Prefecture-level units, or provinces. Municipalities are in both.
    dissolved : {"raise", "successor"}
        What to do with a unit that was merged whole into another (莱芜 into 济南):
        refuse it, or take the unit it lies in now. A unit that was split between
        several (巢湖) is always refused.

    Returns
    -------
    Series
        adcode (int64), named ``"adcode"``, indexed by ``names`` in their order.

    Raises
    ------
    NameMatchError
        One error for all names that fail, each with its candidates.

    Notes
    -----
    Renamed and upgraded units (襄樊, 铜仁地区) resolve to today's code.

    A bare name that a city shares with *another* province is refused at city
    level: 海南 could be the province or 海南藏族自治州 in Qinghai, and ``"海南州"``
    or ``"青海海南"`` says which. A city named like its own province, 吉林, is taken
    for the city, since the province is no answer there.

    恩施市 or 大理市 is a county-level city inside the prefecture of that name and
    does not stand for the prefecture.

    Codes mean what they mean today. Hainan's counties were renumbered in 2010
    (469025 was 定安, now 白沙): match tables with older codes by name.

    Examples
    --------
    >>> match_names(["成都", "Chengdu", "襄樊市", "Suzhou, Anhui", 110000]).tolist()
    [510100, 510100, 420600, 341300, 110000]
    >>> match_names(["内蒙古", "Shaanxi"], level="province").to_dict()
    {'内蒙古': 150000, 'Shaanxi': 610000}
    """
    check_option(level, Level, "level")
    check_option(dissolved, Dissolved, "dissolved")
    if isinstance(names, (str, bytes)) or not isinstance(names, Iterable):
        raise SchemaError(
            "names is a single value, not a list",
            arrived="{value!r}",
            fix="match_names([{value!r}])",
            value=names,
        )
    written = list(names)
    found: list[int] = []
    failures: dict[object, Text] = {}
    for row, name in enumerate(written):
        outcome = _resolve(name, level, dissolved)
        if isinstance(outcome, Text):
            empty = _is_empty(name)
            failures[row if empty else str(name)] = _at_row(row) if empty else outcome
        else:
            found.append(outcome)
    if failures:
        kinds = {said.template for said in failures.values()}
        raise NameMatchError(
            "{n} names of places, of {total} given, could not be matched:\n{failures}",
            fix="use numbers on today's boundaries, or leave these rows out; where a city lies "
            "whole in another, dissolved='successor' takes that one"
            if kinds <= {_MERGED, _SPLIT}
            else "leave these rows out, or choose the other level"
            if kinds <= {_PROVINCE, _CITY}
            else "write the province too, as in 江苏苏州 or 'Suzhou, Jiangsu', or give adcodes",
            n=len(failures),
            total=len(written),
            failures=_Lines.of(failures.values()),
        )
    index = names if isinstance(names, pd.Index) else pd.Index(written, tupleize_cols=False)
    return pd.Series(found, index=index, name="adcode", dtype="int64")


@dataclass(frozen=True)
class _Lines(Text):
    """Several sentences, one below the other."""

    items: tuple[Text, ...] = ()

    @classmethod
    def of(cls, items: Iterable[Text]) -> _Lines:
        return cls("", items=tuple(items))

    def render(self, language: Language) -> str:
        return "\n".join(f"  - {item.render(language)}" for item in self.items)


def _is_empty(name: object) -> bool:
    return name is None or name is pd.NA or name != name or not tidy(str(name))


def _at_row(row: int) -> Text:
    return text("row {row} (counted from 0) has no name", row=row)


def _resolve(name: object, level: Level, dissolved: Dissolved) -> int | Text:
    """Return the adcode of one name, or a sentence that says why there is none."""
    if _is_empty(name):
        return text("no name")
    if isinstance(name, (bool, np.bool_)) or _NO_TEXT.search(str(name)):
        return text("{name} is not a name", name=str(name))
    if len(str(name)) > limit("NAME_CHARACTERS"):
        return text("{name} is too long for a name", name=shortened(name, 60))
    if isinstance(name, (float, np.floating)) and float(name).is_integer():
        name = int(name)
    return _resolve_text(tidy(str(name)), level, dissolved)


@lru_cache(maxsize=20_000)
def _resolve_text(name: str, level: Level, dissolved: Dissolved) -> int | Text:
    if re.fullmatch(r"[\d.]+", name):
        return _resolve_code(name, level, dissolved)
    today = find(name, places_by_key(level))
    today += [place for unit in today[:1] for place in _same_as_province(name, level, unit)]
    if len(today) == 1:
        return today[0].adcode
    if today:
        return text("{name} could be {candidates}", name=name, candidates=_listed(today))
    former = find(name, former_by_key(level))
    if former:
        return _successor(name, former, dissolved)
    return _unknown(name, level)


def _resolve_code(name: str, level: Level, dissolved: Dissolved) -> int | Text:
    match = _CODE.fullmatch(name)
    if match is None:
        return text("{name} is not a code of six digits", name=name)
    code = int(match[1])
    if code in places(level):
        return code
    former = [place for place in former_places(level) if place.adcode == code]
    if former:
        return _successor(name, former, dissolved)
    other: Level = "province" if level == "city" else "city"
    near = [places(other).get(code), places(level).get(code // 100 * 100)]
    near.append(places(level).get(code // 10000 * 10000))
    hints = [place for place in near if place is not None]
    if hints:
        return text(
            "{name} is no code at this level; related: {candidates}",
            name=name,
            candidates=_listed(hints[:1]),
        )
    return text("{name} is no code of a unit", name=name)


def _successor(name: str, former: Sequence[FormerPlace], dissolved: Dissolved) -> int | Text:
    """Follow a unit of other days to today's, where there is exactly one."""
    now = list(dict.fromkeys(unit for place in former for unit in place.successors))
    if len(now) == 1 and (dissolved == "successor" or all(place.goes_on for place in former)):
        return now[0].adcode
    last = max(former, key=lambda place: place.year)
    if len(now) == 1:
        return text(
            _MERGED,
            name=name,
            year=last.year,
            candidates=_listed(now),
        )
    return text(
        _SPLIT,
        name=name,
        year=last.year,
        candidates=_listed(now),
    )


def _unknown(name: str, level: Level) -> Text:
    other: Level = "province" if level == "city" else "city"
    elsewhere = find(name, places_by_key(other))
    if elsewhere:
        return text(
            _PROVINCE if level == "city" else _CITY, name=name, candidates=_listed(elsewhere)
        )
    close = closest(name, level)
    if close:
        return text(
            "{name} is not known; closest: {candidates}", name=name, candidates=_listed(close)
        )
    return text("{name} is not known", name=name)


def _listed(units: Iterable[Place]) -> str:
    return "; ".join(dict.fromkeys(str(unit) for unit in units))


def _same_as_province(name: str, level: Level, place: Place) -> Sequence[Place]:
    """Return another province that the bare name is more likely to mean."""
    if level == "province" or place.province_adcode == place.adcode:
        return ()
    same = places_by_key("province").get(spelled(name), ())
    return [province for province in same if province.adcode != place.province_adcode]
