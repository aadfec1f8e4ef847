"""What every file format checks before a table is taken from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.options import suggestion

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text

MAX_BYTES = 512 * 2**20
"""Largest text file or workbook that is read: 512 MiB."""

MAX_UNPACKED = 2 * 2**30
"""Largest workbook once unpacked: 2 GiB."""


def choose(path: Path, sheet: str | None, names: list[str], used: list[str]) -> str:
    """Return the sheet asked for, or the only one in use.

    Parameters
    ----------
    path : Path
        The file, for messages.
    sheet : str or None
        What the caller asked for.
    names : list of str
        All sheets or layers of the file.
    used : list of str
        Those that hold anything.

    Raises
    ------
    OptionError
        For a sheet that the file lacks.
    SchemaError
        When none is asked for and none or several are in use.
    """
    if sheet is None:
        if len(used) == 1:
            return used[0]
        if not used:
            raise SchemaError("{place} is empty", place=path.name)
        raise SchemaError(
            "{place} holds {n} tables",
            arrived="{names}",
            fix="sheet={first!r}",
            place=path.name,
            n=len(used),
            names=some(used, 12),
            first=used[0],
        )
    if sheet in names:
        return sheet
    close = suggestion(sheet, names)
    raise OptionError(
        "{place} has no sheet or layer {sheet!r}",
        expected="one of {names}",
        fix="sheet={close!r}" if close else "",
        place=path.name,
        sheet=sheet,
        names=some(names, 12),
        close=close,
    )


def no_sheet(path: Path, sheet: str | None) -> None:
    """Raise if a sheet is named for a format that holds one table."""
    if sheet is not None:
        raise OptionError(
            "sheet={sheet!r} does not apply to {place}, which holds one table",
            fix="leave sheet= out",
            sheet=sheet,
            place=path.name,
        )


def no_encoding(path: Path, encoding: str | None) -> None:
    """Raise if an encoding is named for a format that fixes its own."""
    if encoding is not None:
        raise OptionError(
            "encoding={encoding!r} does not apply to {place}, whose format fixes it",
            fix="leave encoding= out",
            encoding=encoding,
            place=path.name,
        )


def check_size(path: Path, size: int, limit: int) -> None:
    """Raise if a file has more bytes than the limit."""
    if size > limit:
        raise SchemaError(
            "{place} is too large to read as a table",
            arrived="{size} MiB",
            expected="at most {limit} MiB",
            fix="save it as Parquet, or keep only the columns and years that are needed",
            place=path.name,
            size=size // 2**20,
            limit=limit // 2**20,
        )


def unreadable(path: Path, kind: Text) -> SchemaError:
    """Return the error for a file that is not what its suffix says."""
    return SchemaError(
        "{place} cannot be read as {kind}",
        fix="check that the file is whole and that its suffix tells what it is",
        place=path.name,
        kind=kind,
    )
