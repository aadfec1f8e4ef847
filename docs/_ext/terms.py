"""The glossary of the field, English, Chinese and pinyin, from ``docs/terms.toml``."""

from __future__ import annotations

import tomllib
import unicodedata
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parents[1] / "terms.toml"


class Term(NamedTuple):
    """One term: both languages, pinyin, the page where it is explained."""

    english: str
    chinese: str
    pinyin: str
    page: str


def subjects() -> dict[tuple[str, str], list[Term]]:
    """Return the terms by subject; a subject has a heading in both languages."""
    return {
        tuple(part["heading"]): [Term(english, *row) for english, row in part["terms"].items()]
        for part in read().values()
        if "terms" in part
    }


def avoided() -> dict[str, str]:
    """Return the words that are not used, with the one that is."""
    return dict(read()["avoided"])


def read() -> dict[str, Any]:
    """Return the file as it is."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def letters(words: str) -> str:
    """Return pinyin without tones, for sorting: ``háng`` → ``hang``."""
    plain = unicodedata.normalize("NFD", words.lower())
    return "".join(c for c in plain if not unicodedata.combining(c) and c.isalnum())


def page(language: str) -> str:
    """Return the terms by subject, or for Chinese readers in the order of pinyin."""
    if language == "zh":
        every = [term for terms in subjects().values() for term in terms]
        ordered = sorted(every, key=lambda term: (letters(term.pinyin), term.chinese))
        rows = [f"| {t.chinese} | {t.pinyin} | {t.english} | {{doc}}`{t.page}` |" for t in ordered]
        return "\n".join(["| 术语 | 拼音 | 英文 | 详见 |", "|---|---|---|---|", *rows])
    parts = []
    for (english, chinese), terms in subjects().items():
        rows = [f"| {t.english} | {t.chinese} | {t.pinyin} | {{doc}}`{t.page}` |" for t in terms]
        head = ["| English | Chinese | pinyin | explained in |", "|---|---|---|---|"]
        parts.append("\n".join([f"## {english} · {chinese}\n", *head, *rows]))
    return "\n\n".join(parts)
