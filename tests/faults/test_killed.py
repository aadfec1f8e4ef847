"""Processes that end without a word: kill -9, kill, and a memory limit."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import pytest

from spatialcarbon.studies.publish import OutputError
from spatialcarbon.studies.verify import verify

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

AT_STEP = """
import os, signal, sys
from spatialcarbon.studies.pipeline import run_study

def progress(what, done, total):
    if what.render("en") == sys.argv[1]:
        print("here", flush=True)
        sys.stdin.readline()
        os.kill(os.getpid(), signal.SIGKILL)

run_study("study.toml", overwrite=True, progress=progress)
"""

IN_THE_EXCHANGE = """
import os, signal, sys
from pathlib import Path
from spatialcarbon.studies.pipeline import run_study

real = Path.rename

def rename(self, goal):
    into_place = self.name.startswith("draft-")
    if into_place and sys.argv[1] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    found = real(self, goal)
    if into_place:
        os.kill(os.getpid(), signal.SIGKILL)
    return found

Path.rename = rename
run_study("study.toml", overwrite=True)
"""

COMMAND = """
import os, signal, sys
from spatialcarbon.cli.main import main
from spatialcarbon.studies import pipeline

real = pipeline.to_csv_bytes

def to_csv_bytes(table):
    os.kill(os.getpid(), getattr(signal, sys.argv[1]))
    return real(table)

pipeline.to_csv_bytes = to_csv_bytes
signal.signal(signal.SIGINT, signal.default_int_handler)
main(["run", "study.toml", "--overwrite"])
"""

LITTLE_MEMORY = """
import resource
import numpy as np
from spatialcarbon.cli.main import main
from spatialcarbon.studies.analysis import get_analysis

def greedy(parameters, inputs):
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (100 << 20), resource.RLIM_INFINITY))
    return np.ones(1 << 27)

object.__setattr__(get_analysis("moran"), "run", greedy)
main(["run", "study.toml", "--overwrite"])
"""


def test_two_runs_and_a_kill(small: Any, everything: str, finished: dict[str, bytes]) -> None:
    """A second run into one folder while the first draws, then kill -9 to the first.

    The second is refused and names the folder; nothing of the killed run blocks the next
    one, which takes up what was finished.
    """
    small.earlier().outputs = everything
    child = small.write().child(AT_STEP, "Drawing figures")
    assert child.stdout.readline() == "here\n", child.stderr.read()
    with pytest.raises(OutputError, match=r"another run is writing to .*results at this moment"):
        small.run()
    assert small.shown() == "The earlier one"
    child.communicate("\n")
    assert child.returncode == -signal.SIGKILL
    assert small.shown() == "The earlier one"
    assert [path for path in small.hidden.iterdir() if path.name.startswith("draft-")]
    assert small.run(resume=True).manifest["resumed"] == ["moran", "indicators"]
    assert small.shown() == "The new one"
    assert small.content() == finished
    assert small.litter() == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_in_the_middle_of_the_exchange(small: Any, moment: str, tmp_path: Any) -> None:
    """kill -9 between the two renames of the exchange, or right after them.

    After the second rename the new result stands. Before it none stands for that moment, and
    the next `verify` or `run` puts the earlier one back.
    """
    child = small.earlier().child(IN_THE_EXCHANGE, moment)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert small.shown() == ("" if moment == "before" else "The new one")
    assert (small.hidden / "old" / "manifest.json").is_file()
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    assert verify(small.target, scratch=scratch).outputs
    assert small.shown() == ("The earlier one" if moment == "before" else "The new one")
    scratch.joinpath("again").rename(small.folder.parent / f"again-{small.folder.name}")
    scratch.rmdir()
    assert small.run(resume=True).manifest["resumed"] == ["moran", "indicators"]
    assert small.shown() == "The new one"
    assert small.litter() == []


@pytest.mark.parametrize("name", ["SIGTERM", pytest.param("SIGINT", marks=pytest.mark.slow)])
def test_signals_to_the_command(small: Any, name: str) -> None:
    """kill (SIGTERM) or Ctrl-C (SIGINT) to the command while it writes tables.

    It ends with status 130 and says that finished analyses are kept.
    """
    child = small.earlier().child(COMMAND, name)
    out, err = child.communicate()
    assert child.returncode == 130, err
    assert out == ""
    assert "Finished analyses are kept (2): --resume takes them up." in err
    assert "Interrupted. Nothing was changed." in err
    assert small.shown() == "The earlier one"
    assert len(small.kept()) == 2


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="asks Linux for its memory")
def test_a_limit_of_memory(small: Any) -> None:
    """A limit of memory (RLIMIT_AS) that a step asks the system to exceed.

    The command says so with status 2; the earlier result stands.
    """
    small.earlier()
    child = small.write().child(LITTLE_MEMORY)
    _, err = child.communicate()
    assert child.returncode == 2, err
    assert "the memory of this computer is used up: Computing: moran" in err
    assert "fewer permutations" in err
    assert small.shown() == "The earlier one"
    assert small.litter() == []
