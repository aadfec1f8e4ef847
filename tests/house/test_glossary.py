"""Every sentence a reader may see has its Chinese, and the Chinese is well-formed."""

from __future__ import annotations

import ast
import re
import string
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from fontTools.ttLib import TTFont

from spatialcarbon.core.errors import UnitMismatchError
from spatialcarbon.core.language import glossary
from spatialcarbon.core.units import parse_unit
from spatialcarbon.data.catalogue import load_table, tables
from spatialcarbon.report.canvas import BUNDLED_FONT
from spatialcarbon.report.palettes import LISA_COLOURS

if TYPE_CHECKING:
    from pathlib import Path

STATUSES = ("constant", "n<4", "all islands", "missing", "var<=0")
KINDS = ("p < 0.05", "p < 0.10", "not significant", "not tested")
COLUMNS = ("Name", "Title", "Unit", "Coverage", "Source", "Licence", "Caution")
GIVEN = ()
"""Nothing to translate here: collected where it is written, or a user's own word."""

ELSEWHERE: Mapping[tuple[str, str], Sequence[str]] = {
    # what is looked up there and is no literal → the sentences behind it
    ("cli/lookup.py", "c.capitalize()"): COLUMNS,
    ("cli/lookup.py", "name"): GIVEN,
    ("cli/main.py", "one_offs()"): GIVEN,
    ("cli/oneoff.py", "field.description"): GIVEN,
    ("cli/shared.py", "template"): GIVEN,
    ("core/card.py", "title"): GIVEN,  # methods: see the fixture ``said``
    ("core/card.py", "unit"): GIVEN,
    ("core/errors.py", "self.what"): GIVEN,
    ("core/language.py", "self.template"): GIVEN,
    ("core/errors.py", "self.arrived"): GIVEN,
    ("core/errors.py", "self.expected"): GIVEN,
    ("core/errors.py", "self.fix"): GIVEN,
    ("data/labels.py", "problem.fix"): GIVEN,
    ("report/document.py", "words"): GIVEN,
    ("report/lettering.py", "words"): GIVEN,
    ("report/lettering.py", "(names or {}).get(label)"): GIVEN,
    ("report/lettering.py", "unit"): GIVEN,
    ("report/moran_scatter.py", "LISA_COLOURS"): tuple(LISA_COLOURS),
    ("report/moran_scatter.py", "quantity"): GIVEN,
    ("report/moran_scatter.py", "neighbors"): GIVEN,
    ("report/association_series.py", "quantity"): GIVEN,
    ("report/association_series.py", "beside_name"): GIVEN,
    ("report/moran_series.py", "str(status)"): STATUSES,
    ("report/moran_series.py", "_kinds(frame[pvalue].to_numpy(dtype=float), fine)"): KINDS,
    ("report/profile_figures.py", "notes"): GIVEN,
    ("report/ready.py", "style.unit"): GIVEN,
    ("report/ready.py", "layer.title"): GIVEN,
    ("report/ready.py", "layer.abstract"): GIVEN,
    ("report/ready.py", "layer.group"): GIVEN,
    ("report/sheet.py", "_MARKS.get()"): GIVEN,
    ("report/sheet.py", "notes"): GIVEN,
    ("report/sheet.py", "source"): GIVEN,
    ("report/sheet.py", "title"): GIVEN,
    ("report/workbook.py", "preface.questions.get(table.name)"): GIVEN,
    ("report/workbook.py", "preface.title"): GIVEN,
    ("report/workbook.py", "said.title"): GIVEN,
    ("report/workbook.py", "table.title"): GIVEN,
    ("report/workbook_notes.py", "preface.remarks"): GIVEN,
    ("report/workbook_sheet.py", "table.headings.get(column)"): GIVEN,
    ("report/workbook_sheet.py", "table.note"): GIVEN,
    ("report/workbook_sheet.py", "table.title"): GIVEN,
    ("cli/click_words.py", "message"): GIVEN,
    ("cli/click_words.py", "singular"): GIVEN,
    ("cli/click_words.py", "plural"): GIVEN,
    ("studies/mistakes.py", "name"): ("choice", "type", "method"),
}

WRAPPED = (
    # said through Text(value), which is for values
    *("queen", "rook"),  # weights.recipe
    *("same", "different", "missing", "changed since"),  # states of studies/verify.py
    *STATUSES,
    # methods of results that are put together: titles of cards
    *("Moran's I of rates", "Nash bargaining", "Proportional sharing"),
    *(f"Sensitivity of {name} to the weights" for name in ("Moran's I", "Geary's C")),
)

HANZI = "\u3400-\u9fff"


def titles(part: Any) -> Iterator[str]:
    """Every title in a study file: its own, and those of variables and sections."""
    if isinstance(part, dict):
        yield from (part[key] for key in part if key == "title")
        for value in part.values():
            yield from titles(value)
    elif isinstance(part, list):
        for value in part:
            yield from titles(value)


@pytest.fixture(scope="module")
def said(sentences: Any, package: Path, modules: dict[str, ast.Module]) -> dict[str, str]:
    """Every sentence that is looked up, and where it stands."""
    listed = dict(sentences.found)
    for (module, _), words in ELSEWHERE.items():
        listed |= dict.fromkeys(words, module)
    for study in sorted((package.parent / "analyses").glob("*/study.toml")):
        content = tomllib.loads(study.read_text(encoding="utf-8"))
        listed |= dict.fromkeys(titles(content), study.parent.name)
    listed |= dict.fromkeys(WRAPPED, "Text(...)")
    return listed | dict.fromkeys(methods(modules), "the method of a result")


def methods(modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """Every ``method="..."`` that a result is made with: the title of its card."""
    for path, tree in modules.items():
        if not path.startswith(("stats/", "models/")):
            continue
        for node in ast.walk(tree):
            words = node.value if isinstance(node, ast.keyword) and node.arg == "method" else None
            for part in ast.walk(words) if words and not isinstance(words, ast.JoinedStr) else ():
                # Those of numerical solvers are in lower case.
                if isinstance(part, ast.Constant) and str(part.value)[:1].isupper():
                    yield part.value


@pytest.fixture(scope="module")
def files(package: Path) -> dict[str, dict[str, str]]:
    """The glossary by file."""
    folder = package / "core" / "glossary"
    return {
        path.name: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.glob("*.toml"))
    }


def is_sentence(template: str) -> bool:
    """Whether words or their punctuation remain beside placeholders and code."""
    if re.search(r"\} \(|\}[:;,] ?\{", template):
        return True
    plain = re.sub(r"\{[^{}]*\}", " ", template)
    return any(
        re.fullmatch(r"[A-Za-z][a-z'’-]*[a-z]|p|ok", w.strip(",.;:?!()")) for w in plain.split()
    )


def is_unit(words: str) -> bool:
    try:
        parse_unit(words)
    except UnitMismatchError:
        return False
    return True


def placeholders(template: str) -> Counter[tuple[str, str, str]]:
    """The placeholders of a template with conversion and format."""
    parsed = string.Formatter().parse(template)
    return Counter(
        (name, conversion or "", form or "") for _, name, form, conversion in parsed if name
    )


def test_what_is_looked_up_can_be_found(sentences: Any) -> None:
    lost = {key: line for key, line in sentences.lost.items() if key not in ELSEWHERE}
    assert not lost, "pass literals, or explain in ELSEWHERE what these can be"
    assert not set(ELSEWHERE) - set(sentences.lost), "no longer looked up"


def test_the_collector_finds_sentences_of_every_kind(said: Mapping[str, str]) -> None:
    known = (
        "{name} has repeated labels",  # an error
        "each unit once",  # what it expected
        "columns named by the year alone",  # inside a longer one: must not be found
        "Moran's I of {variable} over time",  # text()
        "Made with spatialcarbon {version}.",  # the page
        "Global Moran's I by group and year.",  # a docstring that is help
        "Level of significance.",  # a setting
        "Share of the total",  # a default
        "economic distance",  # a recipe
        "printed: no such year",  # a dictionary
        "versions, checksums, settings",  # a loop
        "values are negative for {places}",  # an error class that was chosen
        "{place}: {unit} stands twice",  # one of two
    )
    assert [words for words in known if words not in said] == [known[2]]


def test_every_sentence_has_its_chinese(said: Mapping[str, str]) -> None:
    needed = {words: where for words, where in said.items() if is_sentence(words)}
    assert not {words: where for words, where in needed.items() if words not in glossary()}


def test_shipped_units_of_measure_have_their_chinese() -> None:
    shown = {"%", "1", "km2"}
    for name in tables()["name"]:
        for measure in load_table(name).attrs["units"].values():
            hanzi = re.search(f"[{HANZI}]", measure)
            assert not measure or measure in shown or hanzi or measure in glossary(), (
                name,
                measure,
            )


def test_nothing_is_translated_that_nobody_says(
    said: Mapping[str, str], files: Mapping[str, Mapping[str, str]]
) -> None:
    ours = [words for name, entries in files.items() if name != "click.toml" for words in entries]
    assert not [words for words in ours if words not in said and not is_unit(words)]


def test_what_click_says_is_chinese_too() -> None:
    pages = [["--help"], ["lisa", "--help"], ["lisa"], ["nonsense"], ["run", "--nonsense"]]
    code = "from spatialcarbon.cli.main import main; main()"
    for page in pages:
        run = subprocess.run(
            [sys.executable, "-c", code, "--lang", "zh", *page],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        written = run.stdout + run.stderr
        assert re.search(f"[{HANZI}]", written)
        assert not re.search("Usage|Options:|Show|Missing|Error|No such|Try", written), written


def test_no_sentence_is_in_two_files(files: Mapping[str, Mapping[str, str]]) -> None:
    often = Counter(words for entries in files.values() for words in entries)
    assert not [words for words, times in often.items() if times > 1]


def test_placeholders_are_the_same() -> None:
    assert not [
        (english, chinese)
        for english, chinese in glossary().items()
        if placeholders(english) != placeholders(chinese)
    ]


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        (f"[{HANZI}}}][,;?!](?![0-9])", "half-width punctuation after hanzi"),
        (f"[,;?!] ?[{HANZI}]", "half-width punctuation before hanzi"),
        (f"[{HANZI}][.:]", "a half-width point or colon after hanzi"),
        (f"[{HANZI}]\\(|\\)[{HANZI}]", "half-width brackets beside hanzi"),
        ("[０-９Ａ-Ｚａ-ｚ]", "full-width digits or letters"),
        (f"[{HANZI}] +[{HANZI}]", "a space between hanzi"),
        ("[，。；：、？！（）] | [，。；：、？！（）]", "a space beside full-width punctuation"),
    ],
)
def test_chinese_is_set_as_chinese(pattern: str, what: str) -> None:
    code = re.compile(r"--[a-z-]+ \S+|[a-z_.]+\([^)]*\)|\w+=\S+")
    wrong = [said for said in glossary().values() if re.search(pattern, code.sub("x", said))]
    assert not wrong, what


def test_chinese_is_chinese() -> None:
    """An entry without a hanzi or a Chinese mark is one that is the same in both languages."""
    plain = [(e, c) for e, c in glossary().items() if not re.search(f"[{HANZI}，。：；（]", c)]
    assert not [(e, c) for e, c in plain if e != c and is_sentence(e) and not is_unit(e)]


def test_the_bundled_font_has_every_character() -> None:
    drawn = set(TTFont(BUNDLED_FONT).getBestCmap())
    wanted = {character for said in glossary().values() for character in said}
    names = load_table("city_clusters")
    wanted |= {
        c for column in ("cluster_zh", "city_zh", "province_zh") for c in "".join(names[column])
    }
    assert not sorted(c for c in wanted if ord(c) > 0x2E7F and ord(c) not in drawn)
