"""What ``make mutation`` recorded: whole, and every survivor judged."""

from __future__ import annotations

import importlib.util
import json
import tomllib
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.mutation import coverage_totals

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "_ext" / "mutation.py"
JUDGED = {"equivalent", "cosmetic", "worth a test"}


@pytest.fixture(scope="module")
def page() -> ModuleType:
    """The module that renders the record."""
    spec = importlib.util.spec_from_file_location("mutation_page", PAGE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    return dict(json.loads((HERE / "record.json").read_text(encoding="utf-8")))


def test_every_mutant_has_an_outcome_and_who_noticed_it(record: dict[str, Any]) -> None:
    assert set(record["counts"]) == {"stats", "models", "weights", "data"}
    for row in record["mutants"]:
        assert row["outcome"] in {"killed", "timeout", "survived"}
        assert bool(row["by"]) == (row["outcome"] != "survived")
        assert row["diff"]


def test_every_survivor_is_judged_and_nothing_else_is(
    record: dict[str, Any], page: ModuleType
) -> None:
    text = (HERE / "judgements.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text).get("survivor", [])
    assert {one["judged"] for one in known} <= JUDGED
    judged = Counter((one["file"], one["was"], one["became"]) for one in known)
    assert judged.total() == len(judged), "judged twice"
    survived = {
        (row["file"], *page.change(row))
        for row in record["mutants"]
        if row["outcome"] == "survived"
    }
    assert set(judged) == survived


def test_the_interval_is_wilsons(page: ModuleType) -> None:
    # Newcombe (1998), table I: 81 of 263.
    assert page.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert page.wilson(0, 0) == (0.0, 1.0)
    assert page.wilson(300, 300)[1] == pytest.approx(1.0)


def test_coverage_fails_where_lines_or_branches_are_too_few(tmp_path: Path) -> None:
    report, kept = tmp_path / "report.json", tmp_path / "kept.json"
    for lines, branches, status in ((95, 95, 0), (94, 99, 1), (99, 94, 1)):
        found = {"num_statements": 100, "covered_lines": lines}
        found |= {"num_branches": 100, "covered_branches": branches}
        report.write_text(json.dumps({"totals": found}), encoding="utf-8")
        assert coverage_totals.main(str(report), str(kept)) == status
        counted = json.loads(kept.read_text(encoding="utf-8"))
        assert coverage_totals.shares(counted) == (lines, branches)


def test_the_page_shows_all_of_it(record: dict[str, Any], page: ModuleType) -> None:
    shares = page.page("shares")
    assert all(f"| `{package}` |" in shares for package in record["counts"])
    survived = [row for row in record["mutants"] if row["outcome"] == "survived"]
    assert len(page.page("survivors").splitlines()) == 2 + len(survived)
    assert "not yet judged" not in page.page("survivors")
    kept = {"population", *page.LEFT_OUT}
    assert all(set(counts) <= kept for counts in record["counts"].values())
