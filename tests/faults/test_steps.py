"""Something goes wrong at each step of a study in turn."""

from __future__ import annotations

import errno
from collections.abc import Callable
from itertools import count
from typing import Any, NoReturn

import pytest

from spatialcarbon.core.errors import MemoryShortageError

STEPS = (
    "Reading map, tables and weights",
    "Computing: moran",
    "Computing: indicators",
    "Writing tables",
    "Drawing figures",
    "Writing GeoPackage and QGIS project",
    "Writing report",
    "Recording provenance",
)
FAULTS: dict[str, tuple[BaseException, type[BaseException]]] = {
    # name: what is raised, what the caller gets
    "Ctrl-C": (KeyboardInterrupt(), KeyboardInterrupt),
    "no memory": (MemoryError("Unable to allocate 9 GiB"), MemoryShortageError),
    "full disk": (OSError(errno.ENOSPC, "No space left on device"), OSError),
}


def raiser(error: BaseException) -> Callable[[], NoReturn]:
    def act() -> NoReturn:
        raise error

    return act


def test_each_step_and_on_from_there(
    small: Any, bomb: Any, everything: str, finished: dict[str, bytes]
) -> None:
    """Ctrl-C, no memory and a full disk in turn: one at each step, each time taken up again.

    The earlier result stands after each of them; the last run takes up every analysis and
    figure, and writes the same bytes as a run that nobody interrupted.
    """
    small.earlier().outputs = everything
    faults = list(FAULTS.values())
    for at in count():
        error, raised = faults[at % len(faults)]
        progress = bomb(at, raiser(error))
        if at == len(STEPS):
            break
        with pytest.raises(raised):
            small.run(resume=True, progress=progress)
        assert small.shown() == "The earlier one"
        assert progress.seen[-1] == STEPS[at]
        steps = [name for name in small.kept() if name.endswith(".step")]
        assert len(steps) == min(max(at - 1, 0), 2)
        assert small.litter() == ([".results.unfinished"] if steps else [])
    done = small.run(resume=True)
    figures = sorted(name[8:-4] for name in finished if name.startswith("figures/"))
    assert done.manifest["resumed"][:2] == ["moran", "indicators"]
    assert sorted(done.manifest["resumed"][2:]) == figures
    assert small.shown() == "The new one"
    assert small.content() == {**finished, "study.toml": small.path.read_bytes()}
    assert small.litter() == []


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
def test_every_fault_at_every_step(
    small: Any, bomb: Any, everything: str, finished: dict[str, bytes], fault: str, step: str
) -> None:
    """Each of Ctrl-C, no memory and a full disk at each step of a run from the beginning.

    The earlier result stands; the next run, which takes nothing up, leaves no trace.
    """
    small.earlier().outputs = everything
    error, raised = FAULTS[fault]
    with pytest.raises(raised):
        small.run(progress=bomb(STEPS.index(step), raiser(error)))
    assert small.shown() == "The earlier one"
    small.kept()
    assert small.run().manifest["resumed"] == []
    assert small.shown() == "The new one"
    assert small.content() == finished
    assert small.litter() == []


def test_a_memory_error_says_what_was_done_and_what_helps(small: Any, bomb: Any) -> None:
    """No memory while Moran's I is computed.

    The message names the analysis and what would need less.
    """
    progress = bomb(1, raiser(FAULTS["no memory"][0]))
    with pytest.raises(MemoryShortageError) as caught:
        small.run(progress=progress)
    said = caught.value.render("en")
    assert said.startswith(
        "the memory of this computer is used up: Computing: moran\n  got: Unable"
    )
    assert "fewer permutations" in said
    assert "本机内存已用尽：正在计算：moran" in caught.value.render("zh") or "内存已用尽" in (
        caught.value.render("zh")
    )
    assert small.litter() == []


def test_clocks_and_dates_that_make_no_sense(small: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock is set back while a study runs, and its files are dated in the future.

    The run ends as always; no step takes less than no time; finished steps are told by
    content, not by dates.
    """
    import os
    import time

    from spatialcarbon.studies import pipeline

    backwards = count(10_000, -7)
    monkeypatch.setattr(pipeline.time, "perf_counter", lambda: float(next(backwards)))
    monkeypatch.setattr(time, "time", lambda: float(next(backwards)))
    small.write()
    for path in (small.path, small.table):
        os.utime(path, (7e9, 7e9))
    done = small.run()
    assert min(done.manifest["seconds"].values()) == 0
    assert small.shown() == "The new one"
    assert small.litter() == []
