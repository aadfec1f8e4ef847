"""Every page of a method answers the same questions, under the same headings, in the same order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spatialcarbon.core.references import references

FOLDER = Path(__file__).parents[2] / "docs" / "methods"
EXCUSED = {
    "index": "the list of the pages",
}
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.stem not in EXCUSED)
HEADINGS = [
    "The idea in plain words",
    "The equations",
    "Assumptions",
    "Choices and why",
    "Worked example by hand",
    "On shipped data",
    "How to read it",
    "How to report it",
    "Pitfalls",
    "References",
]
# The list at the foot of a page: what the page cites, with DOI, and linked from nowhere else.
CITED = "```{bibliography}\n:filter: docname in docnames\n:list: bullet\n```"


def sections(path: Path) -> dict[str, str]:
    """The text under each heading of the second level; what opens the page is under ``""``."""
    text = path.read_text(encoding="utf-8")
    # A comment of a fenced block may look like a heading.
    hidden = re.sub(
        r"^```.*?^```", lambda m: re.sub("^#", " ", m[0], flags=re.M), text, flags=re.M | re.S
    )
    parts = re.split(r"^## (.+)$", hidden, flags=re.M)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}


def words(text: str) -> int:
    """How many words stand outside the fenced blocks."""
    return len(re.sub(r"^```.*?^```", "", text, flags=re.M | re.S).split())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_headings_are_the_same(path: Path) -> None:
    assert list(sections(path))[1:] == HEADINGS


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_question_comes_first(path: Path) -> None:
    title, _, opening = sections(path)[""].strip().partition("\n\n")
    assert re.fullmatch(r"# \S.*", title)
    assert re.match(r"\*\*[^*]+\?\*\*", opening), "the first paragraph is **the question?**"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_part_says_something(path: Path) -> None:
    found = sections(path)
    for heading in HEADINGS[:-1]:
        assert words(found.get(heading, "")) >= 5, heading
    assert "$$" in found.get("The equations", ""), "no equation is set"
    assert "{run}" in found.get("Worked example by hand", ""), "the arithmetic is not checked"
    assert "```{run}\n:alt:" in found.get("On shipped data", ""), "no figure, or none with :alt:"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_the_sources_are_named(path: Path) -> None:
    found = sections(path)
    assert CITED in found.get("References", ""), CITED
    keys = re.findall(r"\{cite:[a-z]+\}`([^`]+)`", "".join(found.values()))
    works = [references()[key.strip()] for group in keys for key in group.split(",")]
    assert any(work.doi for work in works), "no work with a DOI is cited"


def test_excuses_are_of_pages_that_exist() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} >= set(EXCUSED)
