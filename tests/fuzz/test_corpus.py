"""Every input of the corpus gives a result or a refusal of ours, and so do some new ones."""

from __future__ import annotations

import random
import time
from pathlib import Path

import fuzz_engine
import pytest
from fuzz_engine import inputs, outcome, replay, smaller, try_all
from fuzz_mutation import changed
from fuzz_targets import CORPUS, TARGETS, Target, beside, imported, seeds

from spatialcarbon.core.errors import SchemaError

SMALL = 300_000
"""Bytes that the corpus may have in all."""


@pytest.fixture(scope="module", autouse=True)
def everything_is_imported() -> None:
    """Import once what the processes of the tests need: each has ten seconds for an input."""
    imported()


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_the_corpus_holds_no_bug(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    beside(target, tmp_path)
    assert seeds(target)
    wrong = replay(target, seeds(target), tmp_path)
    assert [said for said, _ in wrong] == []


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_valid_files_of_the_corpus_give_results(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    beside(target, tmp_path)
    valid = [p.read_bytes() for p in sorted((CORPUS / name).glob("*.seed")) if "bug" not in p.stem]
    _, results, _, _ = try_all(target, lambda: iter(valid), time.monotonic() + 60, tmp_path)
    # Some of the tables of yearbooks are there because they are refused.
    assert results >= len(valid) / 2 if target.kind == "text" else results >= 1


@pytest.mark.parametrize("name", ["cells", "csv", "gal", "identity", "manifest", "names", "units"])
def test_a_short_run_finds_no_bug(name: str, tmp_path: Path) -> None:
    target = TARGETS[name]
    beside(target, tmp_path)
    few = [data for data, _ in zip(inputs(target, 7, 0), range(60), strict=False)]
    done, results, refusals, bugs = try_all(
        target, lambda: iter(few), time.monotonic() + 60, tmp_path
    )
    assert (done, results + refusals, bugs) == (60, 60, [])


def test_the_corpus_is_small() -> None:
    assert sum(path.stat().st_size for path in CORPUS.rglob("*.seed")) < SMALL
    assert {path.name for path in CORPUS.iterdir() if path.is_dir()} == set(TARGETS)


def test_the_same_seed_makes_the_same_inputs() -> None:
    target = TARGETS["csv"]
    first, again, other = (
        [data for data, _ in zip(inputs(target, seed, 0), range(5), strict=False)]
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other


def test_archives_are_changed_inside() -> None:
    data = seeds(TARGETS["shpzip"])
    rng = random.Random(1)
    made = {changed(rng, data[0], data, (), "zip")[:2] for _ in range(20)}
    assert b"PK" in made


def broken(words: str) -> object:
    """Fail in every way that must be seen."""
    if words == "hang":
        while True:
            pass
    if words == "memory":
        return bytearray(4 << 30)
    if words == "crash":
        import ctypes

        ctypes.string_at(0)
    if "bug" in words:
        raise KeyError(words)
    raise SchemaError("refused")


def test_failures_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz_engine, "SECONDS", 0.2)
    target = Target("broken", broken, kind="text")
    found = {
        words: replay(target, [b"fine", words.encode()], tmp_path)
        for words in ("hang", "memory", "crash", "a bug", "fine")
    }
    kinds = {words: [said.split()[0] for said, _ in bugs] for words, bugs in found.items()}
    assert kinds == {
        "hang": ["Hang"],
        "memory": ["MemoryError"],
        "crash": ["crash:"],
        "a bug": ["KeyError"],
        "fine": [],
    }
    assert found["crash"][0] == ("crash: SIGSEGV", b"crash")


def test_a_bug_is_made_smaller(tmp_path: Path) -> None:
    target = Target("broken", broken, kind="text")
    name = outcome(target, b"a long text with a bug in it", tmp_path)
    assert name.startswith("KeyError")
    assert smaller(target, b"a long text with a bug in it", name, tmp_path) == b"bug"
