"""The plugin's source: its words in both languages, what it imports, the options it gives."""

from __future__ import annotations

import ast
import configparser
import json
import os
import re
import string
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import spatialcarbon
from spatialcarbon.cli.main import build
from spatialcarbon.core.units import parse_unit
from spatialcarbon.qgis_plugin.runner import (
    Program,
    child_environment,
    find_program,
    run,
    shown,
)

FOLDER = Path(spatialcarbon.__file__).parent / "qgis_plugin"
SOURCES = {path.name: ast.parse(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.py"))}
CHINESE: dict[str, str] = json.loads((FOLDER / "zh.json").read_text(encoding="utf-8"))
HANZI = "\u4e00-\u9fff"

LISTED = {"label", "GROUPS[self.GROUP]", "self.TITLE", "self.TAGS", "self.QUESTION", "self.HELP"}
"""What is looked up and is no literal; the literals behind it are collected too."""


def looked_up() -> Iterator[str]:
    """Every sentence that is looked up, and the kinds of places that are counted."""
    for tree in SOURCES.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "said":
                if isinstance(node.args[0], ast.Constant):
                    yield node.args[0].value
                else:
                    assert ast.unparse(node.args[0]) in LISTED
            elif isinstance(node, ast.Assign):
                name = ast.unparse(node.targets[0])
                if name == "COUNTS":
                    yield from (label for _, label in ast.literal_eval(node.value))
                elif name == "GROUPS":
                    yield from ast.literal_eval(node.value).values()
                elif f"self.{name}" in LISTED and ast.literal_eval(node.value):
                    yield ast.literal_eval(node.value)


def test_every_sentence_has_its_chinese_and_none_is_left_over() -> None:
    assert set(looked_up()) == set(CHINESE)
    assert all(re.search(f"[{HANZI}]", chinese) for chinese in CHINESE.values())


def test_placeholders_are_the_same() -> None:
    def names(words: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(words) if name}

    assert not [words for words, chinese in CHINESE.items() if names(words) != names(chinese)]


@pytest.mark.parametrize(
    "pattern",
    [f"[{HANZI}][,;?!]", f"[,;?!] ?[{HANZI}]", f"[{HANZI}] +[{HANZI}]", "[，。；：] "],
)
def test_chinese_is_set_as_chinese(pattern: str) -> None:
    lists = {english for english in CHINESE if "," in english and ", " not in english}
    wrong = [c for english, c in CHINESE.items() if english not in lists and re.search(pattern, c)]
    assert not wrong


def test_units_offered_mean_the_same_in_both_languages() -> None:
    for words in ("10^4 persons", "10^8 CNY"):
        ours, theirs = parse_unit(words), parse_unit(CHINESE[words])
        assert (ours.dimension, ours.factor) == (theirs.dimension, theirs.factor)


def test_it_imports_nothing_that_qgis_does_not_have() -> None:
    allowed = {*sys.stdlib_module_names, "qgis", "processing"}
    for name, tree in SOURCES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= allowed, name
            elif isinstance(node, ast.ImportFrom) and not node.level:
                assert str(node.module).partition(".")[0] in allowed, name


def test_it_is_python_of_the_oldest_qgis() -> None:
    for path in FOLDER.glob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 9))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Match)], path.name


def test_its_metadata_are_complete() -> None:
    metadata = configparser.ConfigParser(interpolation=None)
    metadata.read_string((FOLDER / "metadata.txt").read_text(encoding="utf-8"))
    general = metadata["general"]
    for key in ("name", "description", "about", "version", "author", "qgisMinimumVersion"):
        assert general[key]
    assert general["hasProcessingProvider"] == "yes"
    assert (FOLDER / general["icon"]).is_file()


def test_every_option_it_gives_is_one_of_the_command() -> None:
    group = build()
    context = click.Context(group)
    for name, tree in SOURCES.items():
        constants = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
        given = {word for word in constants if re.fullmatch("--[a-z-]+", str(word))}
        commands = [
            ast.literal_eval(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "COMMAND"
        ]
        for command in filter(None, commands):
            known = {"--help"}
            for parameter in group.get_command(context, command).params:  # type: ignore[union-attr]
                known |= {*parameter.opts, *parameter.secondary_opts}
            theirs = (
                {"--star", "--no-star", "--alternative"} if name == "autocorrelation.py" else set()
            )
            assert given - theirs <= known, (command, given - known)


# -- the runner ------------------------------------------------------------------------------


def test_the_program_is_the_one_that_installed_it_or_the_one_of_the_settings(
    tmp_path: Path,
) -> None:
    facts = tmp_path / "installed.json"
    assert not find_program("", facts).exists
    facts.write_text(json.dumps({"command": ["/a/python", "-m", "x"], "source": "/s"}), "utf-8")
    assert find_program("  ", facts) == Program(["/a/python", "-m", "x"], "/s")
    own = find_program(sys.executable, facts)
    assert own.words == [sys.executable, "-m", "spatialcarbon"]
    assert own.exists
    assert find_program("/b/bin/spatialcarbon", facts).words == ["/b/bin/spatialcarbon"]
    facts.write_text("{", "utf-8")
    assert find_program("", facts).words == []


def test_the_command_does_not_inherit_what_belongs_to_qgis() -> None:
    inherited = {
        "PYTHONHOME": "/q",
        "PYTHONPATH": "/q",
        "GDAL_DATA": "/q",
        "PROJ_LIB": "/q",
        "HOME": "/h",
        "PATH": "/p",
    }
    kept = child_environment(inherited, Program(["/a/bin/python"], "/source"))
    assert "PYTHONHOME" not in kept
    assert "GDAL_DATA" not in kept
    assert "PROJ_LIB" not in kept
    assert kept["PYTHONPATH"] == "/source"
    assert kept["PATH"].split(os.pathsep) == [str(Path("/a/bin")), "/p"]
    assert kept["HOME"] == "/h"


def test_a_command_says_everything_and_takes_words_as_they_are() -> None:
    code = "import sys; print(sys.argv[1], '市'); print('warn', file=sys.stderr); sys.exit(3)"
    ended = run(Program([sys.executable, "-c", code]), ["a b; $HOME"], cancelled=lambda: False)
    assert ended.status == 3
    assert ended.out == "a b; $HOME 市\n"
    assert ended.err == "warn\n"
    assert not ended.cancelled


def test_cancelling_stops_the_command_and_what_it_started(tmp_path: Path) -> None:
    sign = tmp_path / "alive"
    inner = f"import time; time.sleep(3); open({str(sign)!r}, 'w')"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    started = time.monotonic()
    ended = run(Program([sys.executable, "-c", code]), [], cancelled=lambda: True)
    assert ended.cancelled
    assert ended.status != 0
    assert time.monotonic() - started < 2.9
    time.sleep(max(0.0, 3.3 - (time.monotonic() - started)))
    assert not sign.exists()


@pytest.mark.skipif(os.name == "nt", reason="as a POSIX shell reads it")
def test_a_command_is_shown_so_that_a_shell_reads_it_again() -> None:
    assert shown(["lisa", "--key", "a b", "--out", "x.gpkg"]) == "lisa --key 'a b' --out x.gpkg"
