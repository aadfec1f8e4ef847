"""What is shown depends on where it is shown: width, colours, bars, pipes."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

import spatialcarbon as sc
from spatialcarbon.cli import shared, terminal
from spatialcarbon.cli.main import main
from spatialcarbon.cli.study import progress_display
from spatialcarbon.core.language import text

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal, which this system has not")


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "screen", "expected"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_colours(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], screen: bool, expected: bool
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert terminal.colours(Screen() if screen else io.StringIO()) is expected


def test_lines_break_as_typography_demands() -> None:
    words = "莫兰指数（Moran's I）比较每个地区与其邻居，不限于−1与1之间。"
    for width in range(12, 60):
        lines = terminal.wrapped(words, width).split("\n")
        assert "".join(lines).replace(" ", "") == words.replace(" ", "")
        assert all(terminal.width_of(line) <= width for line in lines)
        assert not any(line[0] in terminal.NO_START for line in lines)
        assert not any(line[-1] in terminal.NO_END for line in lines)


def test_words_are_not_broken_even_where_they_are_too_long() -> None:
    long = "/a/very/long/path/to/some/file-of-mine.csv"
    assert terminal.wrapped(f"written: {long} now", 12).split("\n") == ["written:", long, "now"]
    assert terminal.wrapped("see [default: two-sided]", 22).split("\n")[1] == "[default: two-sided]"
    assert terminal.wrapped("", 20, first="  ") == "  "


def test_errors_are_wrapped_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    said = "Error: " + "word " * 40 + "\n  fix: " + "other " * 30
    assert shared.fitted(said) == said
    monkeypatch.setattr(sys, "stderr", Screen())
    monkeypatch.setenv("COLUMNS", "60")
    lines = shared.fitted(said).split("\n")
    assert all(len(line) <= 60 for line in lines)
    assert [line[:8] for line in lines if "fix" in line] == ["  fix: o"]
    assert sum(line.startswith("    other") for line in lines) >= 2


@pytest.mark.parametrize(("name", "drawn"), [("xterm", True), ("dumb", False)])
def test_a_progress_bar_needs_a_terminal_that_can_draw(
    monkeypatch: pytest.MonkeyPatch, name: str, drawn: bool
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", name)
    monkeypatch.delenv("NO_COLOR", raising=False)
    with progress_display(quiet=False) as progress:
        progress(text("Maps"), 1, 2)
    assert bool(screen.getvalue()) is drawn


def test_a_forced_colour_draws_no_bar_into_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress_display(quiet=False) as progress:
        progress(text("Maps"), 1, 2)
    assert capsys.readouterr().err == ""


def test_what_a_person_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real terminal, 50 columns wide: a coloured error, in lines that fit."""
    master, slave = pty.openpty()
    environment = {key: v for key, v in os.environ.items() if key not in ("NO_COLOR", "LANG")}
    environment |= {"COLUMNS": "50", "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    environment |= {"PYTHONPATH": str(Path(sc.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", "spatialcarbon", "lmd", "--lang", "zh"],
        stdout=subprocess.DEVNULL,
        stderr=slave,
        env=environment,
        check=False,
    )
    os.close(slave)
    seen = os.read(master, 10_000).decode()
    os.close(master)
    assert done.returncode == 2
    assert "\x1b[31m" in seen
    plain = click.unstyle(seen)
    assert plain.startswith("错误：没有命令 'lmd'")
    assert all(terminal.width_of(line.rstrip("\r\n")) <= 50 for line in plain.splitlines())


def test_the_words_given_to_main_choose_the_language(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["program", "--lang", "en"])
    with pytest.raises(SystemExit):
        main(["--lang", "zh", "nothing"])
    assert "没有命令" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["nothing"])
    assert "there is no command" in capsys.readouterr().err


def test_a_short_answer_to_a_reader_that_left() -> None:
    """One line fits the buffer of a pipe, and the reader's going is noticed only at the end."""
    left, right = os.pipe()
    os.close(left)
    environment = {**os.environ, "PYTHONPATH": str(Path(sc.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-m", "spatialcarbon", "--version"],
        stdout=right,
        stderr=subprocess.PIPE,
        env=environment,
        check=False,
    )
    os.close(right)
    assert (done.returncode, done.stderr) == (0, b"")


def test_chosen_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    for told, expected in (("20", 40), ("72", 72), ("300", 100)):
        monkeypatch.setenv("COLUMNS", told)
        assert terminal.columns() == expected
