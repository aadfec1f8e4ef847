"""Class schemes as data: what the codes of a land-cover product are in the common legend."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import pandas as pd

from spatialcarbon.core.align import require_columns
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import Language, Name, name
from spatialcarbon.core.options import check_option, suggestion
from spatialcarbon.data.readers import read_table

LandClass = Literal["cropland", "forest", "shrub", "grassland", "water", "built", "unused", "ice"]
Scheme = Literal["common", "GlobeLand30", "CLCD", "CNLUCC", "WorldCover", "IGBP"]
SchemeLike: TypeAlias = "str | os.PathLike[str] | Legend"

LAND_CLASSES: tuple[str, ...] = get_args(LandClass)
"""The common legend, in the order of its codes 1 to 8."""

NODATA = "nodata"
"""What a code of a user's own scheme is called that means no data."""


@dataclass(frozen=True)
class ClassInfo:
    """One code of a scheme.

    Parameters
    ----------
    code : int
        Value of the cells.
    land : str
        Class of the common legend.
    name : Name
        Its name in the scheme, in English and Chinese.
    colour : str
        ``#RRGGBB``.
    """

    code: int
    land: str
    name: Name
    colour: str


@dataclass(frozen=True, kw_only=True)
class Legend:
    """A class scheme.

    Parameters
    ----------
    scheme : str
        Its name, or the path of a user's own table.
    title : Name
        What it is, in English and Chinese.
    classes : tuple of ClassInfo
        The codes.
    nodata : tuple of int
        Codes that mean no data, beside the one that a file declares.
    reference : str
        Key in the list of references, or empty.
    """

    scheme: str
    title: Name
    classes: tuple[ClassInfo, ...]
    nodata: tuple[int, ...] = ()
    reference: str = ""

    @property
    def codes(self) -> Mapping[int, str]:
        """Return the common class of each code."""
        return {info.code: info.land for info in self.classes}

    @property
    def land(self) -> tuple[str, ...]:
        """Return the common classes that the scheme can tell apart, in the common order."""
        known = {info.land for info in self.classes}
        return tuple(land for land in LAND_CLASSES if land in known)

    def to_frame(self, language: Language = "en") -> pd.DataFrame:
        """Return the codes as a table: code, class, name, colour."""
        rows = [(i.code, i.land, i.name.render(language), i.colour) for i in self.classes]
        return pd.DataFrame(rows, columns=["code", "class", "name", "colour"])


@cache
def _shipped() -> Mapping[str, Any]:
    path = files("spatialcarbon.models.land") / "legends.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def land_class_names(language: Language = "en") -> Mapping[str, str]:
    """Return what the classes of the common legend are called.

    Parameters
    ----------
    language : {"en", "zh"}
        English or Chinese.

    Examples
    --------
    >>> land_class_names("zh")["cropland"]
    '耕地'
    """
    return {
        land: words[1] if language == "zh" else words[0]
        for land, words in _shipped()["classes"].items()
    }


def land_class_colours() -> Mapping[str, str]:
    """Return the colours in which the common classes are drawn, as ``#RRGGBB``."""
    return {land: words[2] for land, words in _shipped()["classes"].items()}


def load_legend(scheme: SchemeLike | None) -> Legend:
    """Say what the codes of a land-cover product mean.

    Parameters
    ----------
    scheme : str, path or Legend
        A shipped scheme (``"common"``, ``"GlobeLand30"``, ``"CLCD"``,
        ``"CNLUCC"``, ``"WorldCover"``, ``"IGBP"``), or a CSV with the columns
        code and class, and if wanted name_en, name_zh, colour. The class is one
        of the common legend, or ``nodata``.

    Returns
    -------
    Legend
        Codes with their common class, names and colours.

    Raises
    ------
    OptionError
        No scheme, or one that is not shipped.
    SchemaError
        A table with other columns, unknown classes or repeated codes.

    Examples
    --------
    >>> load_legend("CLCD").codes[8]
    'built'
    """
    if isinstance(scheme, Legend):
        return scheme
    if scheme is None:
        raise OptionError(
            "the class scheme of the rasters is not named",
            expected="one of {choices}, or a CSV with the columns code and class",
            fix='scheme="CLCD", if that is what the rasters are',
            choices=", ".join(get_args(Scheme)),
        )
    given = os.fspath(scheme)
    if given in _shipped()["schemes"]:
        return _shipped_legend(given)
    if Path(given).suffix or Path(given).exists():
        return _own_legend(Path(given))
    check_option(given, Scheme, "scheme")
    raise AssertionError  # pragma: no cover - every choice is shipped


@cache
def _shipped_legend(scheme: str) -> Legend:
    entry = _shipped()["schemes"][scheme]
    infos = []
    for code, words in entry["codes"].items():
        land = words[0]
        own: list[str] = words[1:] + _shipped()["classes"][land][len(words) - 1 :]
        infos.append(ClassInfo(int(code), land, name(own[0], own[1]), own[2]))
    return Legend(
        scheme=scheme,
        title=name(*entry["title"]),
        classes=tuple(infos),
        nodata=tuple(entry["nodata"]),
        reference=entry["reference"],
    )


def _own_legend(path: Path) -> Legend:
    if not path.is_file():
        raise SchemaError(
            "there is no file {path}",
            expected="a CSV with the columns code and class, or a scheme: {choices}",
            path=str(path),
            choices=", ".join(get_args(Scheme)),
        )
    frame = read_table(path).frame
    frame.columns = frame.columns.str.strip()
    require_columns(frame, ["code", "class"], path.name)
    frame = frame.fillna("").astype(str).map(str.strip)
    codes = _codes(frame["code"], path)
    lands = _classes(frame["class"], path)
    infos = []
    for position, (code, land) in enumerate(zip(codes, lands, strict=True)):
        if land == NODATA:
            continue
        own = _shipped()["classes"][land]
        words = [
            (frame[column].iloc[position] if column in frame else "") or default
            for column, default in zip(("name_en", "name_zh", "colour"), own, strict=True)
        ]
        if not re.fullmatch("#[0-9A-Fa-f]{6}", words[2]):
            raise SchemaError(
                "{place}: code {code} has the colour {colour!r}",
                expected="#RRGGBB, such as {example}",
                place=path.name,
                code=code,
                colour=words[2],
                example=own[2],
            )
        infos.append(ClassInfo(code, land, name(words[0], words[1]), words[2].upper()))
    nodata = tuple(code for code, land in zip(codes, lands, strict=True) if land == NODATA)
    return Legend(
        scheme=str(path), title=name(path.stem, path.stem), classes=tuple(infos), nodata=nodata
    )


def _codes(column: pd.Series[str], path: Path) -> list[int]:
    bad = [cell for cell in column if not re.fullmatch(r"-?\d{1,9}", cell)]
    if bad:
        raise SchemaError(
            "{place}: codes that are not whole numbers",
            arrived="{cells}",
            place=path.name,
            cells=some(repr(cell) for cell in bad),
        )
    codes = [int(cell) for cell in column]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated or not codes:
        raise SchemaError(
            "{place} has repeated codes" if repeated else "{place} has no codes",
            arrived="{codes}" if repeated else "",
            expected="each code once",
            place=path.name,
            codes=some(repeated),
        )
    return codes


def _classes(column: pd.Series[str], path: Path) -> list[str]:
    lands = [cell.casefold() for cell in column]
    unknown = [land for land in dict.fromkeys(lands) if land not in (*LAND_CLASSES, NODATA)]
    if unknown:
        close = suggestion(unknown[0], [*LAND_CLASSES, NODATA])
        raise SchemaError(
            "{place}: unknown classes",
            arrived="{classes}",
            expected="one of {choices}",
            fix="class {wrong!r} → {close!r}" if close else "",
            place=path.name,
            classes=some(unknown),
            choices=", ".join((*LAND_CLASSES, NODATA)),
            wrong=unknown[0],
            close=close,
        )
    return lands
