"""What the terminal can show: its width, its colours, and lines that fit it, hanzi included."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Iterator
from typing import TextIO

import click

NARROW, WIDE = 40, 100
"""Columns below which lines are not wrapped any closer, and beyond which they are hard to read."""

NO_START = "，。；：、？！）》」』”’％…—"
"""What Chinese typography keeps from the beginning of a line."""

NO_END = "（《「『“‘"
"""And from its end."""


_TOKENS = re.compile(
    r"\s+"
    r"|\[[^\[\]\s]{1,12} ?[^\[\]\s]{0,12}\]|（(?:默认|必填|x)[^（）\s]{0,18}）"
    r"|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff60]"
    r"|\S"
)
"""White space, a short note in brackets that stays in one piece, a wide character, any other."""


def live(stream: TextIO) -> bool:
    """Return whether a line can be drawn over: no pipe, and no terminal that calls itself dumb."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "unknown")


def colours(stream: TextIO) -> bool:
    """Return whether to colour: ``NO_COLOR`` forbids, ``FORCE_COLOR`` demands, else a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return live(stream)


def columns() -> int:
    """Return how many columns a line of prose may take."""
    return max(NARROW, min(shutil.get_terminal_size((80, 24)).columns, WIDE))


def width_of(words: str) -> int:
    r"""Return how many columns a text takes: a hanzi takes two.

    Examples
    --------
    >>> width_of("CO2"), width_of("碳排放"), width_of("\x1b[31m碳\x1b[0m")
    (3, 6, 2)
    """
    plain = click.unstyle(words)
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in plain
    )


def padded(words: str, width: int) -> str:
    """Return a text with spaces behind it until it takes ``width`` columns."""
    return words + " " * max(0, width - width_of(words))


def wrapped(words: str, width: int, *, first: str = "", rest: str = "") -> str:
    r"""Return a text broken into lines of at most ``width`` columns.

    Words are not broken, not even at hyphens; between hanzi a line may break
    anywhere but before a closing mark and after an opening one.

    Parameters
    ----------
    words : str
        One paragraph.
    width : int
        Columns of a line with its indent.
    first, rest : str
        Indent of the first line and of the others.

    Examples
    --------
    >>> print(wrapped("碳排放，核算。", 8, first="- ", rest="  "))
    - 碳排
      放，核
      算。
    >>> wrapped("one two-sided test", 12)
    'one\ntwo-sided\ntest'
    """
    lines, line, taken = [], first, width_of(first)
    bare = True
    for gap, atom in _atoms(words):
        space = "" if bare or not gap else " "
        if not bare and taken + len(space) + width_of(atom) > width:
            lines.append(line)
            line, taken, space = rest, width_of(rest), ""
        line += space + atom
        taken += len(space) + width_of(atom)
        bare = False
    return "\n".join([*lines, line])


def _atoms(words: str) -> Iterator[tuple[bool, str]]:
    """Return the parts between which a line may break, each with whether a space precedes it."""
    atom, gap, apart = "", False, False
    for token in _TOKENS.findall(words):
        if token.isspace():
            apart = True
            continue
        joined = not apart and (
            token in NO_START
            or atom[-1:] in NO_END
            or not (_breaks(token[0]) or _breaks(atom[-1:] or " "))
        )
        if atom and not joined:
            yield gap, atom
            atom, gap = "", apart
        atom += token
        apart = False
    if atom:
        yield gap, atom


def _breaks(character: str) -> bool:
    """Return whether a line may break on either side of a character: hanzi and their marks."""
    return unicodedata.east_asian_width(character) in "WF"
