"""Spelling, and one way to write each word, in pages and docstrings: docs/words.toml says which."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
STYLE = tomllib.loads((DOCS / "words.toml").read_text(encoding="utf-8"))
BUILT = {"_build", "_generated"}
TOP = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
PAGES = [p for p in sorted(DOCS.rglob("*.md")) if not BUILT & set(p.parts)]
PAGES += [ROOT / name for name in TOP]
MODULES = sorted((ROOT / "spatialcarbon").rglob("*.py"))


def prose(text: str) -> str:
    """Return a page with code, formulas, roles, comments and targets of links blanked out."""
    for pattern in (
        r"^(`{3,}|:{3,})[^\n]*\n.*?^\1",
        r"<!--.*?-->",
        r"\$\$.*?\$\$|(?<!\\)\$[^$\n]+(?:\n[^$\n]+)?(?<!\\)\$",
        r"``[^`]+``|`[^`]*`",
        r"\]\([^)]*\)|https?://\S+",
    ):
        text = re.sub(pattern, _blank, text, flags=re.S | re.M)
    return text


def docstring_prose(words: str) -> str:
    """Return a docstring with examples, formulas, code, links and what is a name blanked out."""
    for pattern in (
        r"^ *>>>.*?(?=\n *\n|\Z)",
        r"\.\. math::.*?(?=\n *\n *\S|\Z)",
        r":[a-z]+:`[^`]*`|``[^`]+``|`[^`]*`",
        r"\{[^}]*\}|\"[^\"\n]*\"|'[a-z_]+'",
        r"^[ \w*.,]+ : .*$",  # a parameter and its type
    ):
        words = re.sub(pattern, _blank, words, flags=re.S | re.M)
    return words


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of every docstring of a module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        if isinstance(node, kinds) and (words := ast.get_docstring(node)):
            yield getattr(node, "lineno", 1), words


def variants(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield the lines on which a word stands that is written otherwise here."""
    for pattern, instead in STYLE["variants"].items():
        for match in re.finditer(rf"(?<![\w./-])(?:{pattern})(?![\w(/]|\.\w)", text):
            yield text.count("\n", 0, match.start()) + 1, match[0], instead


def spelt(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run codespell."""
    pytest.importorskip("codespell_lib")
    known = ",".join(STYLE["known"])
    words = [sys.executable, "-m", "codespell_lib", "--ignore-words-list", known]
    return subprocess.run(
        [*words, *map(str, arguments)], capture_output=True, encoding="utf-8", check=False, cwd=ROOT
    )


def test_pages_write_each_word_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {word!r}; here it is {instead}"
        for path in PAGES
        for line, word, instead in variants(prose(path.read_text(encoding="utf-8")))
    ]
    assert not wrong, "\n".join(wrong)


def test_docstrings_write_each_word_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{start}: {word!r}; here it is {instead}"
        for path in MODULES
        for start, words in docstrings(path)
        for _, word, instead in variants(docstring_prose(words))
    ]
    assert not wrong, "\n".join(wrong)


def test_spelling() -> None:
    done = spelt("--skip", "*.pyc,*_build*,*_generated*", *PAGES, *MODULES)
    assert done.returncode == 0, done.stdout


def test_the_checks_find_what_they_look_for(tmp_path: Path) -> None:
    text = "A neighbor, `neighbor` and $neighbor$.\nThe Scipy color of co2 isn't\nscipy.color."
    found = [(line, word) for line, word, _ in variants(prose(text))]
    assert sorted(found) == [
        (1, "neighbor"),
        (2, "Scipy"),
        (2, "co2"),
        (2, "color"),
        (2, "isn't"),
    ]
    page = tmp_path / "page.md"
    page.write_text("This is teh end, and mape is known.\n", encoding="utf-8")
    done = spelt(page)
    assert "teh ==> the" in done.stdout
    assert "mape" not in done.stdout


def test_known_words_are_still_met() -> None:
    listed = STYLE["known"]
    assert listed == sorted(listed)
    text = "\n".join(p.read_text(encoding="utf-8") for p in [*PAGES, *MODULES]).lower()
    assert not [word for word in listed if not re.search(rf"\b{word}\b", text)]
