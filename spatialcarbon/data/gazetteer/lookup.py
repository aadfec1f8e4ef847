"""Search the gazetteer for one written name; what is not there is not found."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from spatialcarbon.data.gazetteer import FormerPlace, Level, Place, places_by_key
from spatialcarbon.data.gazetteer.spelling import (
    CHINESE,
    Reading,
    readings_latin,
    readings_zh,
    words,
)

Unit = TypeVar("Unit", Place, FormerPlace)
Readings = Callable[[Any], Iterator[Reading]]

MOST_WORDS, MOST_CHARACTERS = 20, 60
"""No name of a place is longer; a longer one would be cut in two at each of its words."""


def find(name: str, table: Mapping[str, tuple[Unit, ...]]) -> list[Unit]:
    """Return the units of a table that a tidy name can mean.

    A name is read whole first, then without its kind of unit, then as a province
    and a unit inside it, in either order. A name in both scripts must mean the
    same in both.
    """
    if re.search(r"\d", name):
        return []
    chinese, latin = _scripts(name)
    if len(latin) > MOST_WORDS or len(chinese) > MOST_CHARACTERS:
        return []
    if not latin:
        return _search(chinese, readings_zh, table)
    hits = _search(latin, readings_latin, table)
    if chinese:
        same = _search(chinese, readings_zh, table)
        hits = [unit for unit in hits if unit in same]
    return hits


def spelled(name: str) -> str:
    """Return the bare letters of a name, as the tables are keyed."""
    chinese, latin = _scripts(name)
    return chinese or "".join(latin)


def closest(name: str, level: Level, count: int = 3) -> list[Place]:
    """Return the units whose spelling is nearest to a name that was not found."""
    table = places_by_key(level)
    chinese = bool(CHINESE.search(name))
    keys = [key for key in table if bool(CHINESE.search(key)) == chinese]
    near = difflib.get_close_matches(spelled(name), keys, n=count, cutoff=0.5)
    return list(dict.fromkeys(unit for key in near for unit in table[key]))[:count]


def _scripts(name: str) -> tuple[str, list[str]]:
    chinese = "".join(CHINESE.findall(name))
    latin = words(CHINESE.sub(" ", name))
    if len(chinese) > 2:
        chinese = chinese.removeprefix("中国")
    return chinese, [word for word in latin if word not in ("china", "prc")]


def _search(
    parts: Sequence[str], readings: Readings, table: Mapping[str, tuple[Unit, ...]]
) -> list[Unit]:
    hits = _read(parts, readings, table)
    if hits:
        return hits
    for cut in range(1, len(parts)):
        head, tail = parts[:cut], parts[cut:]
        for outer, inner in ((head, tail), (tail, head)):
            around = {unit.adcode for unit in _read(outer, readings, places_by_key("province"))}
            hits = [
                unit
                for unit in (_read(inner, readings, table) if around else ())
                if unit.province_adcode in around
            ]
            if hits:
                return hits
    return []


def _read(
    parts: Sequence[str], readings: Readings, table: Mapping[str, tuple[Unit, ...]]
) -> list[Unit]:
    for base, kinds in readings(parts):
        hits = [unit for unit in table.get(base, ()) if not kinds or unit.kind in kinds]
        if hits:
            return hits
    return []
