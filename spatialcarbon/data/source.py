"""What every file format checks before a table is taken from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.limits import shortened
from spatialcarbon.core.options import suggestion

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text

BROKEN = (
    *(ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RuntimeError),
    UnboundLocalError,  # pyogrio, where the text of a coordinate system cannot be decoded
)
"""What libraries raise for files whose parts contradict one another."""


def why(error: BaseException) -> str:
    r"""Return what a library says is wrong with a file, in one line.

    Examples
    --------
    >>> why(ValueError("no such layer\nin the file")), why(OSError())
    ('no such layer', 'OSError')
    """
    if isinstance(error, UnboundLocalError) and error.__context__ is not None:
        error = error.__context__
    return shortened((str(error).splitlines() or [type(error).__name__])[0])


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


def unreadable(path: Path, kind: Text) -> SchemaError:
    """Return the error for a file that is not what its suffix says."""
    return SchemaError(
        "{place} cannot be read as {kind}",
        fix="check that the file is whole and that its suffix tells what it is",
        place=path.name,
        kind=kind,
    )
