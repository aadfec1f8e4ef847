"""How the command line behaves whatever the command: help, errors, pipes, signals."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import spatialcarbon as sc

posix = pytest.mark.skipif(os.name != "posix", reason="needs signals and limits of POSIX")

# A command line in which a fault has been planted, run as `python -c`.
FAULTY = """\
import spatialcarbon.studies.pipeline as pipeline
def fail(*_):
    {fault}
pipeline.{where} = fail
from spatialcarbon.cli.main import main
main()
"""


def faulty(where: str, fault: str) -> list[str]:
    return [sys.executable, "-c", FAULTY.format(where=where, fault=fault)]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def but_what_is_kept(folder: Path) -> dict[str, bytes]:
    """Return all files except those that a later run can continue from."""
    return {
        name: content
        for name, content in contents(folder).items()
        if not name.startswith(".results.unfinished/kept/") and name != ".results.unfinished/lock"
    }


def test_version_help_and_nothing(processes: Any) -> None:
    version, help_, short, nothing = processes([["--version"], ["--help"], ["-h"], []])
    assert version.fine().out == f"spatialcarbon, version {sc.__version__}\n"
    assert help_.fine().out == short.fine().out
    for word in ("init", "check", "run", "verify", "demo", "tables", "units", "weights"):
        assert f"\n  {word} " in help_.out
    for word in ("indicators", "lisa", "moran"):
        assert f"\n  {word} " in help_.out
    assert "\n  profile " not in help_.out
    assert nothing.fine().out == help_.out


def test_help_loads_no_heavy_library() -> None:
    source = (
        "import sys\nfrom spatialcarbon.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('pandas', 'geopandas', 'matplotlib', 'numpy') if m in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(sc.__file__).parents[1])},
    )
    assert said.stdout.splitlines()[-1] == "[]"


def test_wrong_use_is_status_2(together: Any) -> None:
    said = together(
        [
            ["mroan"],
            ["moran"],
            ["run"],
            ["moran", "--table", "city_co2", "--column", "co2_mt", "--permutations", "many"],
            ["tables", "--format", "xml"],
            ["--lang", "fr", "tables"],
        ]
    )
    words = [
        "there is no command 'mroan'\n  fix: spatialcarbon moran",
        "--table",
        "STUDY",
        "'many' is not",
        "'xml'",
        "'fr'",
    ]
    for item, word in zip(said, words, strict=True):
        item.refused(word)


def test_bad_input_is_a_paragraph_and_status_2(cli: Any, together: Any, folder: Path) -> None:
    (folder / "bad.toml").write_text('[study]\nname = "x"\n', encoding="utf-8")
    (folder / "broken.toml").write_text("[study\n", encoding="utf-8")
    alone = cli("run", "absent.toml", cwd=folder)
    said = together(
        [
            ["run", "absent.toml"],
            ["run", "bad.toml"],
            ["run", "broken.toml"],
            ["verify", "."],
            ["run", "study.toml", "--out", "map.gpkg/below"],
        ],
        cwd=folder,
    )
    said[0].refused("Error: there is no study file at", "fix: spatialcarbon init")
    said[1].refused("bad.toml: mistakes to correct: 5", "line 2: study.name: is not a setting")
    said[2].refused("is not valid TOML")
    said[3].refused("holds no results of this program")
    said[4].refused("cannot be written to")
    assert alone == said[0]
    assert alone.err.count("Error:") == 1


def test_messages_in_chinese(together: Any, folder: Path) -> None:
    (folder / "bad.toml").write_text('[study]\nname = "x"\n', encoding="utf-8")
    lines = [["run", "bad.toml", "--lang", "zh"], ["--lang=zh", "run", "bad.toml"]]
    option, before = together(lines, cwd=folder)
    assert option.refused("study.name").err == before.err
    assert any("\u4e00" <= letter <= "\u9fff" for letter in option.err)


def test_the_language_of_the_environment_and_of_the_option(cli: Any) -> None:
    shown = ["tables", "--format", "json"]
    chinese = cli(*shown, env={"SPATIALCARBON_LANG": "zh_CN"})
    english = cli(*shown, "--lang", "en", env={"SPATIALCARBON_LANG": "zh_CN"})
    titles = [{row["name"]: row["title"] for row in json.loads(s.out)} for s in (chinese, english)]
    assert titles[1]["city_co2"] == "CO2 of prefecture-level units"
    assert "二氧化碳" in titles[0]["city_co2"] or "CO2" in titles[0]["city_co2"]
    assert titles[0] != titles[1]


def test_debug_shows_the_traceback_of_bad_input(cli: Any, folder: Path) -> None:
    said = cli("run", "absent.toml", "--debug", cwd=folder)
    assert said.status == 2
    assert "Traceback (most recent call last)" in said.err
    assert "Error: there is no study file at" in said.err


def test_an_unexpected_exception_is_called_a_fault_of_the_program(cli: Any, folder: Path) -> None:
    before = contents(folder)
    command = faulty("build_inputs", "raise ZeroDivisionError('oh')")
    said = cli("run", "study.toml", cwd=folder, command=command)
    said.refused(
        "Fault: This is a fault of the program, not of your input: ZeroDivisionError: oh",
        "--debug",
        status=1,
    )
    assert contents(folder) == before
    assert not list(folder.glob(".results*"))
    shown = cli("run", "study.toml", "--debug", cwd=folder, command=command)
    assert shown.status == 1
    assert "Traceback" in shown.err


@posix
@pytest.mark.parametrize("limit", [3_000, 60_000])
def test_a_full_disk(cli: Any, folder: Path, limit: int) -> None:
    """Files may not grow beyond a limit: what a full disk does to a run, wherever it strikes."""
    import resource

    cli("run", "study.toml", cwd=folder).fine()
    before = contents(folder)
    said = cli(
        *("run", "study.toml", "--overwrite"),
        cwd=folder,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    said.refused("could not be written to", "nothing was changed")
    assert but_what_is_kept(folder) == before
    cli("run", "study.toml", "--overwrite", cwd=folder).fine()
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {"results"}


@posix
def test_ctrl_c_in_the_middle_of_a_run(cli: Any, folder: Path) -> None:
    import signal
    import time

    from spatialcarbon.studies import publish  # noqa: F401  (warm the byte code)

    cli("run", "study.toml", cwd=folder).fine()
    before = contents(folder)
    source = (folder / "study.toml").read_text(encoding="utf-8")
    slow = source.replace("figures = []", 'figures = ["png", "svg"]')
    (folder / "slow.toml").write_text(slow, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(sc.__file__).parents[1]), "LC_ALL": "C"}
    running = subprocess.Popen(
        [sys.executable, "-m", "spatialcarbon", "run", "slow.toml", "--overwrite"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        # A shell that started the tests in the background has told them to ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 60
    while not list(folder.glob(".results.unfinished/*/figures")):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    kept, interrupted = filter(None, err.splitlines())
    assert kept.startswith("Finished analyses are kept")
    assert interrupted == "Interrupted. Nothing was changed."
    assert out == ""
    (folder / "slow.toml").unlink()
    assert but_what_is_kept(folder) == before


@posix
def test_a_reader_that_leaves_is_no_fault() -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(sc.__file__).parents[1])}
    running = subprocess.Popen(
        [sys.executable, "-m", "spatialcarbon", "tables", "city_co2", "--format", "csv"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert running.stdout is not None
    assert running.stderr is not None
    assert running.stdout.readline() == b"adcode,year,co2_mt\n"
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait(60) == 0


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_chinese_goes_through_a_pipe_whatever_the_system_encodes(cli: Any, encoding: str) -> None:
    words = ["units", "--clusters", "PRD", "--format", "csv"]
    said = cli(*words, env={"PYTHONIOENCODING": encoding}).fine()
    assert "广州市" in said.out


def test_warnings_are_remarks_without_line_numbers(cli: Callable[..., Any], folder: Path) -> None:
    import geopandas as gpd
    from shapely import Polygon

    frame = gpd.read_file(folder / "map.gpkg")
    x, y = frame.geometry[16].bounds[:2]
    bow = [(x, y), (x + 1e4, y + 1e4), (x + 1e4, y), (x, y + 1e4)]
    frame.loc[16, "geometry"] = Polygon(bow)
    frame.to_file(folder / "bow.gpkg")
    said = cli(
        *("moran", "--units", "bow.gpkg", "--key", "code", "--table", "cross.csv"),
        *("--column", "co2 [Mt]", "--format", "json"),
        cwd=folder,
    ).fine()
    assert "岛" in said.err
    assert "Warning" not in said.err
    assert ".py" not in said.err
    assert json.loads(said.out)[0]["n"] == 17
