"""Every page of help, in both languages: complete, narrow enough, and its examples run."""

from __future__ import annotations

import re
import shlex
from importlib import import_module, reload
from pathlib import Path
from typing import Any

import click
import pytest

from spatialcarbon.cli.examples import EXAMPLES, SHIPPED
from spatialcarbon.cli.main import COMMANDS, build, one_offs
from spatialcarbon.cli.pages import PageContext, page
from spatialcarbon.cli.sections import SECTIONS, grouped
from spatialcarbon.cli.shared import command_line
from spatialcarbon.cli.terminal import width_of

HANZI = re.compile("[\u3400-\u9fff]")
ENGLISH = re.compile(r"(?<![\w./-])[A-Za-z][a-z]+(?: [a-z]+){2,}")
"""Three words in a row: a sentence, or part of one."""

PLACEHOLDERS = re.compile(r"\b(?:TEXT|INTEGER|FLOAT|PATH|FILE|OPTIONS|COMMAND|ARGS|CODES|YEAR)\b")


def all_names() -> list[str]:
    return build().list_commands(click.Context(click.Command("")))


@pytest.fixture(scope="module")
def pages() -> dict[tuple[str, str], str]:
    """Every page by language and command; the name of the front page is empty."""
    made = {}
    for language in ("zh", "en"):
        with command_line(["--lang", language]):
            # Commands written by hand say what they are when they are imported.
            for name in sorted({module for module, _ in COMMANDS.values()}):
                reload(import_module(f"spatialcarbon.cli.{name}"))
            group = build()
            root = PageContext(group, info_name="spatialcarbon", **group.context_settings)
            made[language, ""] = group.get_help(root)
            for name in group.list_commands(root):
                command = group.get_command(root, name)
                assert command is not None
                made[language, name] = page(PageContext(command, info_name=name, parent=root))
    return {key: click.unstyle(words) for key, words in made.items()}


def example_lines(shown: str) -> list[str]:
    """Return the command lines of a page, each in one piece."""
    whole = shown.replace(" \\\n     ", "")
    return [line.strip() for line in whole.splitlines() if line.startswith("  spatialcarbon ")]


def test_pages_fit_a_terminal_of_80_columns(pages: dict[tuple[str, str], str]) -> None:
    wide = [
        (key, line)
        for key, shown in pages.items()
        for line in shown.split("\n")
        if width_of(line) > 80
    ]
    assert not wide


def test_every_command_has_an_example(pages: dict[tuple[str, str], str]) -> None:
    for (language, name), shown in pages.items():
        if name:
            lines = [*example_lines(shown), *re.findall(r"eval .*", shown)]
            assert any(f"spatialcarbon {name}" in line for line in lines), (language, name)
    assert set(EXAMPLES) <= set(all_names())
    assert set(SHIPPED) <= set(one_offs())


def test_chinese_pages_are_chinese(pages: dict[tuple[str, str], str]) -> None:
    for (language, name), shown in pages.items():
        if language == "zh":
            lines = [
                line for line in shown.splitlines() if not line.startswith(("  spatial", "      "))
            ]
            prose = re.sub(r"--?[a-z][\w|-]*|\w+(?:\|[\w-]+)+|\(.*?\)", "", "\n".join(lines))
            assert not ENGLISH.findall(prose), name
            assert not PLACEHOLDERS.findall(prose), name
            assert not re.search(r"[A-Za-z]*Usage|Options:|default|required", prose), name
            assert all(HANZI.search(part) for part in prose.split("\n\n") if part.strip()), name


def test_both_languages_show_the_same_options(pages: dict[tuple[str, str], str]) -> None:
    for name in ["", *all_names()]:
        options = [
            set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", pages[language, name], re.M))
            for language in ("en", "zh")
        ]
        assert options[0] == options[1] >= {"--help", "--lang", "--debug"}, name


def test_every_example_is_understood(pages: dict[tuple[str, str], str]) -> None:
    group = build()
    root = PageContext(group, info_name="spatialcarbon")
    for (language, name), shown in pages.items():
        for line in example_lines(shown) if language == "en" else ():
            called, *words = shlex.split(line.partition(" > ")[0])[1:]
            assert called == name
            command = group.get_command(root, name)
            assert command is not None
            command.make_context(name, words, parent=root)


QUICK = ("indicators", "moran", "geary", "inequality", "rates", "growth", "tables", "units")
"""Commands whose examples run in a fraction of a second on what ships."""


@pytest.mark.parametrize("name", QUICK)
def test_examples_run_on_what_ships(
    together: Any, pages: dict[tuple[str, str], str], tmp_path: Path, name: str
) -> None:
    lines = [shlex.split(line)[1:] for line in example_lines(pages["en", name])]
    shipped = [words for words in lines if "map.gpkg" not in words]
    assert shipped
    for said in together(shipped, cwd=tmp_path):
        assert said.fine().out or "written:" in said.err


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*SHIPPED, "weights", "scenario", "transfers"} - {*QUICK}))
def test_longer_examples_run_too(
    together: Any, pages: dict[tuple[str, str], str], tmp_path: Path, name: str
) -> None:
    lines = [shlex.split(line)[1:] for line in example_lines(pages["en", name])]
    shipped = [words for words in lines if not {"map.gpkg", "mrio.xlsx"} & {*words}]
    assert shipped
    for said in together(shipped, cwd=tmp_path):
        assert said.fine().out or "written:" in said.err


def test_the_front_page_has_every_command_under_a_question(
    pages: dict[tuple[str, str], str],
) -> None:
    listed = [name for members in SECTIONS.values() for name in members]
    assert len(listed) == len(set(listed))
    assert set(listed) >= set(all_names())
    for language in ("en", "zh"):
        for name in all_names():
            assert re.search(rf"^  {name} ", pages[language, ""], re.M), name
        for status in ("0", "1", "2", "130"):
            assert re.search(rf"^  {status} ", pages[language, ""], re.M)


def test_a_method_that_nobody_placed_is_listed_all_the_same() -> None:
    assert grouped(["moran", "newest"])[-1] == ("Further methods", ["newest"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mroan"], "fix: spatialcarbon moran"),
        (["lmdi"], "fix: spatialcarbon decompose"),
        (["giny"], "fix: spatialcarbon inequality"),
        (["qqqqq"], "fix: spatialcarbon --help lists all of them"),
        (["moran", "--colum", "x"], "'--column'"),
        (["moran"], "fix: spatialcarbon moran --help"),
        (["tables", "--format", "cvs"], "fix: spatialcarbon tables --help"),
    ],
)
def test_what_was_mistyped_is_guessed(together: Any, words: list[str], told: str) -> None:
    said = together([words])[0].refused("Error: ", told)
    assert "Usage" not in said.err


def test_what_was_mistyped_is_guessed_in_chinese(together: Any) -> None:
    said = together([["--lang", "zh", "mroan"]])[0].refused("错误：没有命令", "spatialcarbon moran")
    assert not ENGLISH.search(said.err)
