"""Words and signs of an identity, with the place of each."""

from __future__ import annotations

import re
from typing import NamedTuple

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Text, text

DEEPEST = 20
"""How deep parentheses may stand in each other."""

LONGEST = 10_000
"""How many characters an identity may have."""

WIDE = dict(zip("，：（）＝［］／＊", ",:()=[]/*", strict=True))
SIGNS = WIDE | {"×": "*", "·": "*", "∗": "*", "÷": "/", "∕": "/", "【": "[", "】": "]", "、": ","}
WORD = re.compile(r"\s*(?:`([^`]+)`|(\w[\w.%₀-₉²³]*)|(\S))")


class Word(NamedTuple):
    """A name or a sign, and where it begins and ends."""

    text: str
    quoted: bool
    begin: int
    end: int


class Reader:
    """Reads an identity word by word.

    Parameters
    ----------
    words : str
        The identity.
    """

    def __init__(self, words: str) -> None:
        if not isinstance(words, str) or not words.strip():
            raise SchemaError(
                "there is no identity to decompose by",
                expected="a text such as {example}",
                example="co2 = population * (gdp/population) * (co2/gdp)",
            )
        if len(words) > LONGEST:
            raise SchemaError("the identity is too long: {n} characters", n=len(words))
        self.source = words
        self.words = _words(words)
        self.at = 0

    @property
    def ahead(self) -> str:
        """The next sign or word; empty at the end; a quoted name is never a sign."""
        return self._sign(self.at)

    @property
    def second(self) -> str:
        """The sign or word after the next one."""
        return self._sign(self.at + 1)

    @property
    def first(self) -> str:
        """The first word."""
        return self.words[0].text

    def _sign(self, at: int) -> str:
        word = self.words[min(at, len(self.words) - 1)]
        return "`" if word.quoted else word.text

    def follows(self, *wanted: str) -> bool:
        """Return whether these are the next words, followed by a name."""
        seen = [word.text for word in self.words[self.at : self.at + len(wanted)]]
        after = self.words[min(self.at + len(wanted), len(self.words) - 1)]
        return seen == list(wanted) and _is_name(after)

    def skip(self, n: int) -> None:
        """Go on by n words."""
        self.at += n

    def take(self, wanted: str) -> None:
        """Go past a sign that must come now."""
        if self.ahead != wanted:
            raise mistake(self, text("{wanted!r} is missing", wanted=wanted))
        self.at += 1

    def name(self, role: Text) -> str:
        """Return the name that must come now, and go past it."""
        word = self.words[self.at]
        if not _is_name(word):
            raise mistake(self, text("{role} is missing", role=role))
        self.at += 1
        return word.text

    def between(self, begin: int, end: int) -> str:
        """Return what was read between two places, without spaces and outer parentheses."""
        words = [word.text for word in self.words[begin:end]]
        if words[0] == "(":
            words = words[1:-1]
        return "".join(words).replace(",", ", ")


def mistake(reader: Reader, problem: Text, *, example: str = "") -> SchemaError:
    """Return an error that says where the reader stands, with what would have been right."""
    word = reader.words[min(reader.at, len(reader.words) - 1)]
    return SchemaError(
        "the identity cannot be read at character {position}: {problem}",
        arrived="{here} after {before!r}",
        fix="{example}" if example else "",
        position=word.begin + 1,
        problem=problem,
        here=repr(word.text) if word.text else text("the end"),
        before=reader.source[max(0, word.begin - 30) : word.begin].strip(),
        example=example,
    )


def _is_name(word: Word) -> bool:
    return word.quoted or bool(re.match(r"[^\W\d]", word.text))


def _words(source: str) -> list[Word]:
    found, at = [], 0
    while match := WORD.match(source, at):
        quoted, name, sign = match.groups()
        plain = quoted if quoted is not None else name or SIGNS.get(sign, sign)
        begin = match.end() - len(match[0].lstrip())
        found.append(Word(plain, quoted is not None, begin, match.end()))
        at = match.end()
    return [*found, Word("", False, len(source), len(source))]
