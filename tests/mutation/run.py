"""Draw mutants, run the tests that may notice each, and record which did.

``make mutation`` calls it; ``--help`` says what can be asked. It changes no file of the package:
a mutant exists in the memory of one process only.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import types
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("core", "data", "geo", "weights", "stats", "models")
PACKAGES = ("stats", "models", "weights", "data")
UNCOVERED = "not full_disk and not disk_that_fills and not may_not_grow and not limit_of_memory"
"""Tests under which no file can grow: the record of a coverage run would fail them."""
KEPT = {
    "core": [("spatialcarbon.core.language", "glossary")],
    "data": [("spatialcarbon.data.catalogue", "entries")],
}
ENVIRONMENT = {
    # Threads do not survive a fork, and plugins that no test needs cost time in each.
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
}
os.environ |= ENVIRONMENT
if __name__ == "__main__":
    # Some packages install a "tests" of their own, which would be found in place of ours.
    sys.modules["tests"] = tests_folder = types.ModuleType("tests")
    tests_folder.__path__ = [str(Path(__file__).parents[1])]

from tests.mutation import child, imports, servers  # noqa: E402
from tests.mutation.coverage_map import WHOLE, Askable, read  # noqa: E402
from tests.mutation.population import Mutant, draw  # noqa: E402
from tests.mutation.record import outcome_row, tree_hash, write_record  # noqa: E402


def main() -> None:
    """Read the command line and do it."""
    options = arguments()
    root = Path(options.tree).resolve()
    os.chdir(root)
    sys.path.insert(0, str(root))
    warnings.simplefilter("ignore", SyntaxWarning)
    state = Path(options.state).resolve()
    state.mkdir(parents=True, exist_ok=True)
    drawn: list[Mutant] = []
    counts = {}
    for package in options.packages:
        mutants, counts[package] = drawn_before(state, root, package, options)
        drawn += mutants[: options.sample]
    print(f"{len(drawn)} mutants drawn: {counts}", flush=True)
    known = outcomes(state, root)
    skip = {"killed", "timeout"} if options.again else {"killed", "timeout", "survived"}
    waiting = [m for m in drawn if known.get(m.key, {}).get("outcome") not in skip]
    if waiting and not options.known:
        if not options.old_map:
            make_map(state, root, options.whole)
        seconds = json.loads((state / "seconds.json").read_text(encoding="utf-8"))
        maps = sorted((state / "map").glob(".coverage*"))
        reached = read(maps, root, options.packages)
        tests = Askable(root, reached, seconds, options.whole)
        servers.load_third_party()
        work(waiting, tests, state, options)
        known = outcomes(state, root)
    if options.record:
        write_record(Path(options.record), root, drawn, known, counts, options.seed)


def arguments() -> argparse.Namespace:
    """Return what was asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", nargs="+", default=PACKAGES, help="floors to change")
    parser.add_argument("--sample", type=int, default=300, help="mutants of each")
    parser.add_argument("--seed", type=int, default=20_261_122)
    parser.add_argument("--jobs", type=int, default=2, help="mutants at a time")
    parser.add_argument("--budget", type=float, default=60.0, help="processor seconds for each")
    parser.add_argument("--again", action="store_true", help="survivors too")
    parser.add_argument("--known", action="store_true", help="record what is known, run nothing")
    parser.add_argument("--old-map", action="store_true", help="of an earlier state of the tree")
    parser.add_argument("--whole", action="store_true", help="tests of studies and pages too")
    parser.add_argument("--state", default=ROOT / "build" / "mutation", help="map and outcomes")
    parser.add_argument("--tree", default=ROOT, help="copy of the project to work in")
    parser.add_argument("--record", default="", help="file to write")
    return parser.parse_args()


def drawn_before(
    state: Path, root: Path, package: str, options: argparse.Namespace
) -> tuple[list[Mutant], dict[str, int]]:
    """Return the sample of a package; of one that has not changed it is drawn once."""
    path = state / f"drawn_{package}.json"
    size = max(options.sample, 300)
    rules = sha(Path(__file__).with_name("population.py"))
    of = [tree_hash(root / "spatialcarbon" / package), rules, options.seed, size]
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["of"] == of:
            return [Mutant(**fields) for fields in kept["mutants"]], kept["counts"]
    mutants, counts = draw(root, package, size, options.seed)
    kept = {"of": of, "counts": counts, "mutants": [asdict(mutant) for mutant in mutants]}
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=0), encoding="utf-8")
    return mutants, counts


def make_map(state: Path, root: Path, whole: bool) -> None:
    """Run the ordinary suite once and keep which test runs which line, and for how long."""
    of = f"{tree_hash(root / 'spatialcarbon')} {tree_hash(root / 'tests')} {whole}"
    made = state / "map" / "of.txt"
    if made.exists() and made.read_text(encoding="utf-8") == of:
        return
    shutil.rmtree(made.parent, ignore_errors=True)
    made.parent.mkdir()
    plain = {name: value for name, value in os.environ.items() if name not in ENVIRONMENT}
    plain |= {"COVERAGE_FILE": str(made.parent / ".coverage")}
    plain |= {"PYTHONPATH": str(Path(__file__).parent)}
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile"),
            *("-m", "not slow", "-k", UNCOVERED, "--cov", "--cov-context=test", "--cov-report="),
            *("-p", "timing", "--seconds", str(state / "seconds.json"), "--cov-fail-under=0"),
            *(f"--ignore={folder}" for folder in WHOLE if not whole),
        ],
        env=plain,
        check=True,
    )
    made.write_text(of, encoding="utf-8")


def outcomes(state: Path, root: Path) -> dict[str, dict[str, Any]]:
    """Return the latest outcome of each mutant of files that are as they were."""
    path = state / "outcomes.jsonl"
    found = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["sha"] == sha(root / row["file"]):
                found[row["key"]] = row
    return found


def sha(path: Path) -> str:
    """Return the checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def work(waiting: list[Mutant], tests: Askable, state: Path, options: argparse.Namespace) -> None:
    """Run mutants until every test that noticed one is known to pass on the source as it is."""
    graph = imports.Imports(tests.root)
    sound, unsound = remembered(state / "sound.json"), remembered(state / "unsound.json")
    while waiting:
        one_round(waiting, tests, graph, unsound, state, options)
        found = outcomes(state, tests.root)
        killers = {found[m.key]["by"] for m in waiting if m.key in found} - sound - {""}
        bad = failing(sorted(filter(is_test, killers)), tests)
        sound |= killers - bad
        unsound |= bad
        for name, those in (("sound", sound), ("unsound", unsound)):
            (state / f"{name}.json").write_text(json.dumps(sorted(those), indent=0))
        waiting = [m for m in waiting if m.key in found and found[m.key]["by"] in bad]
        print(f"{len(bad)} tests fail unchanged; {len(waiting)} mutants again", flush=True)


def one_round(
    waiting: list[Mutant],
    tests: Askable,
    graph: imports.Imports,
    unsound: set[str],
    state: Path,
    options: argparse.Namespace,
) -> None:
    """Run the mutants of each file in a process of their own, some at a time."""
    groups: dict[str, list[Mutant]] = defaultdict(list)
    for mutant in waiting:
        groups[mutant.file].append(mutant)
    # From the lowest floor up, so that what is below is loaded once for all mutants above it.
    queue = sorted(groups.items(), key=lambda item: (floor_of(item[0]), item[0]))
    running: dict[int, Path] = {}
    done = 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        while queue or running:
            while queue and len(running) < options.jobs:
                file, mutants = queue.pop(0)
                for below in FLOORS[: floor_of(file)]:
                    load(graph, below)
                into = Path(folder) / f"{len(queue)}.jsonl"
                pid = os.fork()
                if pid == 0:
                    try:
                        to = (state / "outcomes.jsonl", into)
                        serve(file, mutants, tests, graph, unsound, options.budget, to)
                    except BaseException as error:  # a server must never run on as the parent
                        print(f"{file}: {type(error).__name__}: {error}", flush=True)
                    os._exit(0)
                running[pid] = into
            pid, _ = os.wait()
            if pid not in running:
                continue
            for row in rows(running.pop(pid)):
                tests.seconds.update(row)
                done += 1
            (state / "seconds.json").write_text(json.dumps(tests.seconds, indent=0))
            print(f"{done} of {len(waiting)} after {time.monotonic() - began:.0f} s", flush=True)


def failing(names: list[str], tests: Askable) -> set[str]:
    """Return the tests that fail where nothing is changed: they have noticed nothing."""
    bad: set[str] = set()
    left = names
    while left:

        def process(answer: Path, asked: list[str] = left) -> None:
            child.quiet()
            child.ask(asked, tests.seconds, set(), 1e6, answer)

        answer = servers.answer_of(process, 7200)
        if answer["outcome"] == "survived":
            break
        bad.add(answer["by"] if answer["by"] in left else left[0])
        left = [name for name in left if name not in bad and name not in answer["took"]]
    return bad


def remembered(path: Path) -> set[str]:
    """Return what an earlier run found out."""
    return set(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else set()


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield what a server wrote."""
    if path.exists():
        yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def serve(
    file: str,
    mutants: list[Mutant],
    tests: Askable,
    graph: imports.Imports,
    unsound: set[str],
    budget: float,
    into: tuple[Path, Path],
) -> None:
    """Load what the file cannot change, then fork once for each of its mutants.

    Outcomes are kept at once in the first file, so that a run can be cut off; the seconds that
    tests took go to the second.
    """
    name = imports.module_name(file)
    preload(graph, name)
    path = tests.root / file
    source = path.read_text(encoding="utf-8")
    homes = set(tests.homes(file)) - unsound
    changed = graph.dependents(name)
    gc.freeze()  # what is loaded already need not be looked through in every fork
    for mutant in mutants:
        text = mutant.apply(source)
        wanted = [test for test in tests.of(file, mutant.line) if test not in unsound]

        def process(answer: Path, text: str = text, wanted: list[str] = wanted) -> None:
            child.quiet()
            imports.Changed(name, path, text).install()
            imports.without_kept_machine_code(changed)
            child.ask(wanted, tests.seconds, homes, budget, answer)

        answer = servers.answer_of(process, 6 * budget + 120)
        row = outcome_row(mutant, source, text, answer, sha(path), len(answer["took"]))
        for kept, file_of in zip((row, answer["took"]), into, strict=True):
            with file_of.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps(kept, ensure_ascii=False) + "\n")


def is_test(name: str) -> bool:
    """Say whether something that ended a run is a test or a file of tests."""
    return name.partition("::")[0].endswith(".py")


def floor_of(file: str) -> int:
    """Return the number of the floor of a file, the lowest first."""
    return FLOORS.index(file.split("/")[1])


@cache
def load(graph: imports.Imports, floor: str) -> None:
    """Import all modules of a floor."""
    for name in graph.files:
        if name.split(".")[1:2] == [floor]:
            importlib.import_module(name)
    for module, table in KEPT.get(floor, ()):
        if module in graph.files:  # what is read once in a process, and by many tests
            getattr(importlib.import_module(module), table)()


def preload(graph: imports.Imports, name: str) -> None:
    """Import what the changed module imports and cannot be changed by it."""
    independent = set(graph.independent_of(name))
    for other in sorted(graph.closure(name) & independent):
        importlib.import_module(other)


if __name__ == "__main__":
    main()
