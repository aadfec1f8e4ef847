"""How much of anything a file may hold before it is refused: one list, and how to raise it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import OptionError, SchemaError
from spatialcarbon.core.language import Text, text

if TYPE_CHECKING:
    from pathlib import Path

PREFIX = "SPATIALCARBON_MAX_"
"""How the environment variables begin that change a limit."""


@dataclass(frozen=True)
class Limit:
    """The most of one thing that is read.

    Parameters
    ----------
    default : int
        The number that holds unless the environment gives another.
    thing : Text
        What is counted.
    """

    default: int
    thing: Text


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "FILE_BYTES": Limit(
            512 * 2**20, text("bytes of a text file, a workbook or a table of attributes")
        ),
        "STUDY_BYTES": Limit(10**6, text("bytes of a study file")),
        "MAP_BYTES": Limit(8 * 2**30, text("bytes of a map file")),
        "UNPACKED_BYTES": Limit(
            2**30, text("bytes of an archive (workbook, zipped Shapefile, Parquet) once unpacked")
        ),
        "PACKING_RATIO": Limit(
            200, text("times that an archive grows when unpacked, beyond 64 MiB")
        ),
        "ARCHIVE_FILES": Limit(10_000, text("files inside an archive")),
        "TABLE_ROWS": Limit(5_000_000, text("rows of a table")),
        "TABLE_COLUMNS": Limit(16_384, text("columns of a table")),
        "TABLE_CELLS": Limit(20_000_000, text("cells of a table")),
        "CELL_CHARACTERS": Limit(32_767, text("characters of a cell")),
        "NAME_CHARACTERS": Limit(
            1_000, text("characters of the name of a place, column, layer or unit of measure")
        ),
        "MERGED_CELLS": Limit(100_000, text("merged ranges of a worksheet")),
        "FEATURES": Limit(5_000_000, text("features of a map layer")),
        "FEATURE_CELLS": Limit(100_000_000, text("attribute values of a map layer")),
        "RASTER_CELLS": Limit(10**12, text("cells of a raster")),
        "RASTER_BLOCK_BYTES": Limit(2**29, text("bytes of one block of a raster once unpacked")),
        "NESTING": Limit(100, text("brackets inside one another in JSON or TOML")),
        "WEIGHTS_UNITS": Limit(5_000_000, text("units of a weights file")),
        "WEIGHTS_LINKS": Limit(50_000_000, text("links of a weights file")),
    }
)
"""Every limit by its name; the environment variable is the name after ``SPATIALCARBON_MAX_``."""


def limit(name: str) -> int:
    """How much of something is read?

    Parameters
    ----------
    name : str
        One of :data:`LIMITS`.

    Returns
    -------
    int
        What the environment variable says, else the default.

    Raises
    ------
    OptionError
        For a variable that holds no whole number above zero.

    Examples
    --------
    >>> limit("TABLE_COLUMNS")
    16384
    """
    given = os.environ.get(PREFIX + name)
    if given is None:
        return LIMITS[name].default
    plain = given.strip().replace("_", "").replace(",", "")
    if plain.isascii() and plain.isdigit() and len(plain) <= 18 and int(plain) > 0:
        return int(plain)
    raise OptionError(
        "{variable}={given!r} is not a limit",
        expected="a whole number above zero; {default} holds where the variable is not set",
        variable=PREFIX + name,
        given=given[:80],
        default=f"{LIMITS[name].default:,}",
    )


def within(name: str, found: int, place: str | Path, *, counted: bool = True) -> None:
    """Raise if a file holds more of something than the limit.

    Parameters
    ----------
    name : str
        One of :data:`LIMITS`.
    found : int
        How much the file holds, or says that it holds.
    place : str or Path
        What to call the file.
    counted : bool
        Whether all was counted; else counting stopped, and there may be more.

    Raises
    ------
    SchemaError
        With the limit, and the variable that raises it.
    """
    most = limit(name)
    if found <= most:
        return
    raise SchemaError(
        "{place} has too many {thing}",
        arrived="{found}" if counted else "at least {found}",
        expected="{most} at most",
        fix="if you trust the file, raise the limit: set {variable}={wanted} in the environment",
        place=shortened(place),
        thing=LIMITS[name].thing,
        found=f"{found:,}",
        most=f"{most:,}",
        variable=PREFIX + name,
        wanted=found if counted else 10 * most,
    )


def shortened(words: object, most: int = 200) -> str:
    """Return a text, cut where it is too long for a message.

    Examples
    --------
    >>> shortened("abcdef", 4)
    'abc…'
    """
    said = str(words)
    return said if len(said) <= most else f"{said[: most - 1]}…"
