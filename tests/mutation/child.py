"""One process that runs tests of one mutant, or of the source as it is, and says what it saw."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

FIRST = 3.0  # seconds of tests that are asked before more files are collected
FLAGS = [
    *("-q", "-x", "--tb=no", "--assert=plain"),
    # The last two collect garbage at the end, which takes longer than most tests.
    *("-p", "no:cacheprovider", "-p", "no:unraisableexception", "-p", "no:threadexception"),
]


class Watch:
    """Keeps the wanted tests in the wanted order and notes what they do."""

    def __init__(self, seconds: Mapping[str, float], homes: AbstractSet[str], until: float) -> None:
        self.rank: dict[str, int] = {}
        self.known = seconds
        self.homes = homes
        self.until = until
        self.took: dict[str, float] = {}
        self.failed = ""
        self.running = ""
        self.ended = False

    def pytest_collection(self) -> None:
        # A failing example is enough; nobody reads the smallest one.
        found = (Phase.explicit, Phase.reuse, Phase.generate)
        settings.register_profile("mutant", settings.default, phases=found)
        settings.load_profile("mutant")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:  # a test that is younger than the map comes first
            if item.nodeid not in self.known and item.nodeid.partition("::")[0] in self.homes:
                self.rank.setdefault(item.nodeid, -1)
        items[:] = sorted(
            (item for item in items if item.nodeid in self.rank),
            key=lambda item: self.rank[item.nodeid],
        )

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.running = nodeid
        limit = 5 * self.known.get(nodeid, 4.0) + 20
        signal.setitimer(signal.ITIMER_PROF, limit)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.took[report.nodeid] = self.took.get(report.nodeid, 0.0) + report.duration
        if report.failed and not self.failed:
            self.failed = report.nodeid

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        if time.process_time() > self.until:
            self.ended = True
            item.session.shouldstop = "enough"


def ask(
    tests: Sequence[str],
    seconds: Mapping[str, float],
    homes: AbstractSet[str],
    budget: float,
    into: Path,
) -> None:
    """Run tests until one fails or the budget of processor seconds is spent; write what came out.

    The answer has ``outcome`` (survived, killed or timeout), ``by``, the tests that ran with
    their seconds, and whether the budget ended before the tests did. ``seconds`` names every
    test of the map, ``homes`` the files whose other tests are asked as well.
    """
    answer: dict[str, Any] = {"outcome": "survived", "by": "", "took": {}, "cut": False}
    watch = Watch(seconds, homes, time.process_time() + budget)

    def out_of_time(*_: object) -> None:
        answer.update(outcome="timeout", by=watch.running)
        answer["took"] |= watch.took
        _write(answer, into)
        os._exit(0)

    signal.signal(signal.SIGPROF, out_of_time)
    for number, batch in enumerate(batches(tests, seconds)):
        watch.rank = {name: place for place, name in enumerate(batch)}
        files = list(dict.fromkeys(name.partition("::")[0] for name in batch))
        files += [home for home in sorted(homes) if number == 0 and home not in files]
        code = pytest.main([*FLAGS, *files], plugins=[watch])
        answer["took"] |= watch.took
        fine = watch.ended or code in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
        if watch.failed or not fine:
            answer.update(outcome="killed", by=watch.failed or f"pytest {int(code)}")
        if watch.ended or answer["outcome"] != "survived":
            break
    answer["cut"] = watch.ended
    _write(answer, into)
    os._exit(0)


def batches(tests: Sequence[str], seconds: Mapping[str, float]) -> list[list[str]]:
    """Part tests into those asked first and the others, so that few files are collected."""
    first: list[str] = []
    spent = 0.0
    files: set[str] = set()
    for place, name in enumerate(tests):
        files.add(name.partition("::")[0])
        spent += seconds[name]
        if first and (spent > FIRST or len(files) > 3):
            return [first, list(tests[place:])]
        first.append(name)
    return [first]


def quiet() -> None:
    """Send all that is printed nowhere and keep a mutant from taking all memory."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    sys.argv = ["pytest"]
    for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
        del sys.modules[name]  # pytest makes its own
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _write(answer: dict[str, Any], into: Path) -> None:
    answer["spent"] = round(time.process_time(), 2)
    part = into.with_suffix(".part")
    part.write_text(json.dumps(answer), encoding="utf-8")
    part.replace(into)
