"""The glossary of the field and the Chinese of the program use the same words."""

from __future__ import annotations

import json
import re
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from spatialcarbon.core.language import glossary

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
HANZI = "\u4e00-\u9fff"


@pytest.fixture(scope="module")
def terms() -> ModuleType:
    """Load the module that makes the pages."""
    sys.path.insert(0, str(DOCS / "_ext"))
    try:
        return import_module("terms")
    finally:
        sys.path.pop(0)


@pytest.fixture(scope="module")
def listed(terms: ModuleType) -> list:
    return [term for part in terms.subjects().values() for term in part]


def squeezed(words: str) -> str:
    return words.replace(" ", "").replace("‘", "'").lower()


def test_there_are_terms_for_every_part(terms: ModuleType, listed: list) -> None:
    assert len(listed) >= 120
    assert len(terms.subjects()) >= 7
    english = [term.english for term in listed]
    assert len(set(english)) == len(english)


def test_terms_are_explained_on_pages_that_exist(listed: list) -> None:
    assert not [t.page for t in listed if not (DOCS / f"{t.page}.md").is_file()]


def test_the_program_uses_these_words(listed: list) -> None:
    """Where the program says the English word, it says this Chinese one at least once."""
    wrong = {}
    for term in listed:
        word = re.compile(rf"(?<![a-z]){re.escape(term.english.lower())}")
        said = [zh for en, zh in glossary().items() if word.search(en.lower())]
        if said and not any(squeezed(term.chinese) in squeezed(zh) for zh in said):
            wrong[term.english] = (term.chinese, said[:3])
    assert not wrong


def test_most_terms_are_words_of_the_program(listed: list) -> None:
    """A term that the program never says would be checked by nothing."""
    everything = squeezed("\n".join(glossary().values()))
    strangers = [term.chinese for term in listed if squeezed(term.chinese) not in everything]
    assert len(strangers) < 10, strangers


def test_words_that_are_not_used_are_not_used(terms: ModuleType) -> None:
    texts = dict(glossary())
    plugin = ROOT / "spatialcarbon" / "qgis_plugin" / "zh.json"
    texts |= json.loads(plugin.read_text(encoding="utf-8"))
    texts |= {
        p.name: p.read_text(encoding="utf-8") for p in DOCS.rglob("*.md") if "_" not in p.parts
    }
    wrong = [
        f"{name[:60]}: {word}, here {instead}"
        for word, instead in terms.avoided().items()
        for name, words in texts.items()
        if word in words
    ]
    assert not wrong


def test_pinyin_has_a_syllable_for_each_character(listed: list) -> None:
    vowels = r"[aeiouüāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]+"
    for term in listed:
        hanzi = len(re.findall(f"[{HANZI}]", term.chinese))
        latin = re.sub(r"\b[A-Z]+\b", "", term.pinyin).lower()
        # ian, uai and the like are one group of vowels; two syllables may meet in one group.
        groups = len(re.findall(vowels, latin))
        assert hanzi - 2 <= groups <= hanzi, term
        assert re.fullmatch(r"[A-Za-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü'’ –-]+", term.pinyin), term


def test_pinyin_is_what_a_dictionary_says(listed: list) -> None:
    """Tones and letters, where pypinyin is installed; words with several readings are listed."""
    pypinyin = pytest.importorskip("pypinyin")
    several = {"行标准化", "纳什谈判"}  # háng, a row; shí, in the name Nash

    def letters(words: str) -> str:
        return re.sub(r"[^\w]", "", words.lower())

    wrong = {}
    for term in listed:
        read = "".join(pypinyin.lazy_pinyin(term.chinese, style=pypinyin.Style.TONE))
        if letters(read) != letters(term.pinyin):
            wrong[term.chinese] = (term.pinyin, read)
    assert set(wrong) == several, wrong


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_pages_show_every_term_once(terms: ModuleType, listed: list, language: str) -> None:
    page = terms.page(language)
    rows = [line for line in page.splitlines() if "{doc}" in line]
    assert len(rows) == len(listed)
    assert all(line.count("|") == 5 for line in rows)
    if language == "zh":
        order = [terms.letters(line.split("|")[2]) for line in rows]
        assert order == sorted(order)
