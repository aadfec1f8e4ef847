"""The gazetteer: units of today and what older names and codes became."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from spatialcarbon.core.shipped import shipped_bytes
from spatialcarbon.data.gazetteer.spelling import keys_of, kind_of

Level = Literal["city", "province"]
Change = Literal["renamed", "upgraded", "merged", "split"]


@dataclass(frozen=True)
class Place:
    """A unit of today.

    Parameters
    ----------
    adcode : int
        Six-digit code.
    level : {"city", "province"}
        Municipalities stand in both levels, as two places.
    name_zh, short_zh, name_en : str
        Full and short Chinese name, English name.
    aliases : tuple of str
        Other spellings: pinyin, older romanisations, customary short forms.
    province_adcode, province_zh
        The province, for a province itself.
    """

    adcode: int
    level: Level
    name_zh: str
    short_zh: str
    name_en: str
    aliases: tuple[str, ...]
    province_adcode: int
    province_zh: str

    @property
    def kind(self) -> str:
        """Return the kind of unit its full name ends in: 市, 州, 地区, 盟, 省, ..."""
        return kind_of(self.name_zh)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Return every name: full, short, English and other."""
        return (self.name_zh, self.short_zh, self.name_en, *self.aliases)

    def __str__(self) -> str:
        within = "" if self.level == "province" else f"{self.province_zh}, "
        return f"{self.name_zh} ({within}{self.adcode})"


@dataclass(frozen=True)
class FormerPlace:
    """A unit that has another name or code today, or is no more.

    Parameters
    ----------
    name_zh : str
        The full Chinese name it had.
    names_en : tuple of str
        Its romanised names.
    adcode : int or None
        The code it had, where known.
    year : int
        When it changed.
    change : {"renamed", "upgraded", "merged", "split"}
        A renamed or upgraded unit goes on under today's name; a merged one lies
        in one unit of today, a split one in several.
    successors : tuple of Place
        Today's units.
    """

    name_zh: str
    names_en: tuple[str, ...]
    level: Level
    adcode: int | None
    year: int
    change: Change
    successors: tuple[Place, ...]

    @property
    def kind(self) -> str:
        """Return the kind of unit its full name ends in."""
        return kind_of(self.name_zh)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Return every name: full, short and romanised."""
        return (self.name_zh, self.name_zh.removesuffix(self.kind), *self.names_en)

    @property
    def province_adcode(self) -> int:
        """Return the province its successors lie in."""
        return self.successors[0].province_adcode

    @property
    def goes_on(self) -> bool:
        """Say whether the unit is one of today's under another name or code."""
        return self.change in ("renamed", "upgraded")


@cache
def places(level: Level) -> Mapping[int, Place]:
    """Return today's units of one level by adcode."""
    return {
        int(row["adcode"]): Place(
            int(row["adcode"]),
            level,
            row["name_zh"],
            row["short_zh"],
            row["name_en"],
            tuple(filter(None, row["aliases"].split(";"))),
            int(row["province_adcode"]),
            row["province_zh"],
        )
        for row in _rows("places.csv")
        if row["level"] == level
    }


@cache
def former_places(level: Level) -> tuple[FormerPlace, ...]:
    """Return units of other days at one level."""
    today = places(level)
    return tuple(
        FormerPlace(
            row["name_zh"],
            tuple(row["name_en"].split(";")),
            level,
            int(row["adcode"]) if row["adcode"] else None,
            int(row["year"]),
            row["kind"],  # type: ignore[arg-type]
            tuple(today[int(code)] for code in row["successors"].split(";")),
        )
        for row in _rows("changes.csv")
        if row["level"] == level
    )


@cache
def places_by_key(level: Level) -> Mapping[str, tuple[Place, ...]]:
    """Return today's units by every normalised spelling; several units may share one."""
    found: dict[str, list[Place]] = defaultdict(list)
    for place in places(level).values():
        for key in {key for name in place.spellings for key in keys_of(name)}:
            found[key].append(place)
    return {key: tuple(units) for key, units in found.items()}


@cache
def former_by_key(level: Level) -> Mapping[str, tuple[FormerPlace, ...]]:
    """Return units of other days by every normalised spelling."""
    found: dict[str, list[FormerPlace]] = defaultdict(list)
    for place in former_places(level):
        for key in {key for name in place.spellings for key in keys_of(name)}:
            found[key].append(place)
    return {key: tuple(units) for key, units in found.items()}


def _rows(name: str) -> Iterator[dict[str, str]]:
    content = shipped_bytes(files("spatialcarbon.data.gazetteer"), name)
    yield from csv.DictReader(content.decode("utf-8").splitlines())
