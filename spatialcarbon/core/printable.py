r"""What of a text may be shown: whatever a user or a file named, it rules no screen and no page.

Every way out passes through here: sentences of :mod:`spatialcarbon.core.language`, cells of
tables, words of figures, values of map layers, pages and the terminal. What the place does with
a name that is then harmless to look at, such as escaping ``<``, is the business of the writer.
"""

from __future__ import annotations

import json
import re
from typing import Any

MARKS = 8
"""Accents on one letter; no script needs more, and a hundred of them paint over other lines."""

LONGEST_LABEL = 80
"""Characters of a label in a message; the rest is an ellipsis."""

_BREAKS = re.compile("\r\n?|[\u2028\u2029]")
# Codes of a terminal (C0 without tab and line feed, delete, C1), halves of a pair that UTF-8
# cannot write, and points that are no characters: XML, SQLite and terminals refuse or obey them.
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(1 << 16, 17 << 16, 1 << 16)
    )
    + "]"
)
# Orders to write backwards, and marks that take no room: with them two different names look
# alike. Right-to-left letters bring their direction along, and joiners within words stay: Persian
# and pictures made of several need them.
_UNSEEN = re.compile(
    "[\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_ACCENT = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0e31\u0e34-\u0e3a"
    "\u0e47-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_STACK = re.compile(f"([{_ACCENT}]{{{MARKS}}})[{_ACCENT}]+")
# In JSON whatever is not plain can be written as its number, so nothing is lost.
_NUMBERED = re.compile(
    "[\x7f-\x9f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\uffff]"
)


def printable(words: str) -> str:
    r"""What of a text can be shown without ruling what it is shown on?

    Parameters
    ----------
    words : str
        A name, a cell, a sentence.

    Returns
    -------
    str
        The text in which control codes, lone surrogates and points that are no characters
        are ``�``, orders to change the direction of writing and marks without width are
        left out, a letter has at most eight accents, and every line ends in ``\n``.
        Letters of all scripts stay, those written from right to left too.

    Examples
    --------
    >>> printable("\x1b[31mred"), printable("photo\u202egnp.exe"), printable("القاهرة")
    ('�[31mred', 'photognp.exe', 'القاهرة')
    """
    if words.isprintable() and words.isascii():
        return words
    said = _BREAKS.sub("\n", words)
    said = _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", said)
    return _STACK.sub(r"\1", _UNSEEN.sub("", said))


def one_line(words: str, longest: int = LONGEST_LABEL) -> str:
    r"""How is a label said in the middle of a sentence?

    Parameters
    ----------
    words : str
        A label, as long and as broken as a file had it.
    longest : int
        Characters beyond which it is cut.

    Returns
    -------
    str
        The label as :func:`printable` gives it, on one line.

    Examples
    --------
    >>> one_line("a\n  fix: delete everything"), one_line("x" * 9, 4)
    ('a fix: delete everything', 'xxx…')
    """
    said = " ".join(printable(words).split()) if "\n" in words or not words.isprintable() else words
    return said if len(said) <= longest else said[: longest - 1] + "…"


def json_text(content: Any, **form: Any) -> str:
    r"""How is something written as JSON that no terminal obeys and every program reads back?

    Parameters
    ----------
    content : object
        What :func:`json.dumps` takes.
    **form
        Passed on to it: ``indent``, ``separators``.

    Returns
    -------
    str
        JSON with hanzi as they are and every control code as its number.

    Examples
    --------
    >>> json_text(["碳", "\x1b\x9b\u202e"])
    '["碳", "\\u001b\\u009b\\u202e"]'
    """
    written = json.dumps(content, ensure_ascii=False, **form)
    return _NUMBERED.sub(lambda found: f"\\u{ord(found[0]):04x}", written)
