"""English and Simplified Chinese: one glossary, looked up by the English sentence."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any, Literal

from spatialcarbon.core.printable import printable

Language = Literal["en", "zh"]


@cache
def glossary() -> Mapping[str, str]:
    """Return the Chinese sentence for every English one, read from ``core/glossary/*.toml``."""
    entries: dict[str, str] = {}
    folder = files("spatialcarbon.core") / "glossary"
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        if path.name.endswith(".toml"):
            entries.update(tomllib.loads(path.read_text(encoding="utf-8")))
    return entries


def translate(template: str, language: Language, **params: Any) -> str:
    """Return ``template`` in ``language`` with its braces filled.

    A sentence that the glossary lacks stays English: a reader is better served
    by that than by nothing, and a test keeps the glossary complete. What users
    named, be it the template or in its braces, comes out as :func:`printable` has it.
    """
    text = glossary().get(template, template) if language == "zh" else template
    if params:
        text = text.format(**{key: _said(key, value, language) for key, value in params.items()})
    return printable(text)


def _said(key: str, value: Any, language: Language) -> Any:
    if isinstance(value, Text):
        return value.render(language)
    # Tables without dates stand under the year 0, which nobody should have to read.
    if key == "year" and value == 0:
        return translate("(undated)", language)
    return value


@dataclass(frozen=True)
class Text:
    """A sentence that can still be said in either language.

    Parameters
    ----------
    template : str
        The English sentence, with ``{name}`` for each parameter.
    params : mapping
        Values for the braces; a value may be a :class:`Text` itself.
    """

    template: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def render(self, language: Language) -> str:
        """Return the sentence in one language."""
        return translate(self.template, language, **self.params)

    def _repr_html_(self) -> str:
        return f"<span>{escape(self.render(detect_language()))}</span>"


def text(template: str, **params: Any) -> Text:
    """Make a :class:`Text`: ``text("{n} cities", n=111)``."""
    return Text(template, params)


@dataclass(frozen=True)
class Name(Text):
    """A name in both languages: data, not a sentence of the glossary.

    Parameters
    ----------
    template : str
        The English name.
    chinese : str
        The Chinese name.
    """

    chinese: str = ""

    def render(self, language: Language) -> str:
        """Return the name in one language."""
        return printable(self.chinese if language == "zh" and self.chinese else self.template)


def name(english: str, chinese: str) -> Name:
    """Make a :class:`Name`."""
    return Name(english, {}, chinese)


@dataclass(frozen=True)
class Listed(Text):
    """Several sentences in a row.

    Parameters
    ----------
    template : str
        Left empty: the items are what is said.
    items : tuple of Text
        What is listed.
    rest : int
        How many more there are.
    """

    items: tuple[Text, ...] = ()
    rest: int = 0

    def render(self, language: Language) -> str:
        """Return the list in one language."""
        said = ("；" if language == "zh" else "; ").join(i.render(language) for i in self.items)
        return f"{said} … (+{self.rest})" if self.rest else said


def listed(items: Iterable[Text], limit: int) -> Listed:
    """Make a :class:`Listed` of up to ``limit`` items that says how many more there are.

    Examples
    --------
    >>> listed([text("row {n}", n=2), text("row {n}", n=5)], 1).render("en")
    'row 2 … (+1)'
    """
    every = tuple(items)
    return Listed("", {}, every[:limit], max(0, len(every) - limit))


def detect_language(environment: Mapping[str, str] | None = None) -> Language:
    """Return the language of the user's environment (``SPATIALCARBON_LANG``, then the locale)."""
    env = os.environ if environment is None else environment
    for name in ("SPATIALCARBON_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = env.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"
