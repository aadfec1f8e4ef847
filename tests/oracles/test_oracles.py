"""Ours beside independent implementations: every comparison, and the record that the docs show."""

from __future__ import annotations

import importlib
import inspect
import json
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import spatialcarbon as sc
from spatialcarbon._face import LAZY
from tests.oracles.oracle import CASES, Oracle

HERE = Path(__file__).parent
RECORD = HERE.parents[1] / "docs" / "trust" / "oracles.json"
AREAS = ("stats", "weights", "land", "drivers", "quota", "transfer", "governance", "conditioning")
ELSEWHERE = {
    "conversion_factor": "tests/laws/test_units_laws.py: factors invert and chain, and "
    "tests/core/test_units.py holds them beside the definitions of the units",
    "synthetic_land_cover": "invents an illustrative raster: nothing to be right about",
    "write_synthetic_land_cover": "writes that raster",
    "synthetic_policy": "invents an illustrative panel with a known effect",
    "sink_sets": "lists the shipped coefficients with their sources",
    "io_table_to_pymrio": "hands a table over; embodied_transfers is compared with pymrio itself",
    "io_table_from_pymrio": "takes a table over, likewise",
    "read_io_table": "reads a file; the numbers are those of embodied_transfers",
}
"""Public functions without an oracle, and why."""

SECTIONS = ("stats.", "weights.", "models.", "core.units")


def modules() -> list[str]:
    """Return the names of the modules with comparisons, by area."""
    return [path.stem for area in AREAS for path in sorted(HERE.glob(f"{area}_*.py"))]


def collected() -> list[tuple[str, Oracle]]:
    """Return every oracle with the module that it stands in."""
    found = []
    for name in modules():
        # A peer may warn of its own future when it is imported.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = importlib.import_module(f"tests.oracles.{name}")
        found += [(name, oracle) for oracle in module.ORACLES]
    return found


EVERY = collected()


def recorded() -> list[dict[str, Any]]:
    return list(json.loads(RECORD.read_text(encoding="utf-8"))["oracles"])


def identity(module: str, oracle: Oracle) -> dict[str, Any]:
    """Return what of an oracle the record repeats word for word."""
    return {
        "module": module,
        "method": oracle.method,
        "quantities": oracle.quantities,
        "peer": oracle.peer,
        "call": oracle.call,
        "tolerance": oracle.tolerance,
        "note": oracle.note,
    }


def name_of(module: str, row: Mapping[str, Any]) -> str:
    return "-".join([module, *(str(row[key]) for key in ("method", "peer", "quantities"))])


NAMES = [name_of(module, identity(module, oracle)) for module, oracle in EVERY]


def refuse_far(oracle: Oracle, found: dict[str, float]) -> None:
    assert found
    far = {name: gap for name, gap in found.items() if not gap <= oracle.tolerance}
    assert not far, f"{oracle.method} beside {oracle.peer}: {far}"


@pytest.mark.parametrize(("module", "oracle"), EVERY, ids=NAMES)
def test_the_first_cases_agree(module: str, oracle: Oracle) -> None:
    if oracle.why_absent():
        pytest.skip(oracle.why_absent())
    refuse_far(oracle, oracle.largest(min(oracle.cases, oracle.quick or oracle.cases)))


@pytest.fixture(scope="module")
def record(request: pytest.FixtureRequest) -> Iterator[dict[str, dict[str, Any]]]:
    """Collect figures; under ``--oracles FILE`` they take the place of older ones there."""
    rows: dict[str, dict[str, Any]] = {}
    yield rows
    target = request.config.getoption("--oracles", default=None)
    if target is not None and rows:
        path = Path(target)
        older = json.loads(path.read_text(encoding="utf-8"))["oracles"] if path.exists() else []
        known = {name_of(row["module"], row): row for row in older} | rows
        kept = [known[name] for name in NAMES if name in known]
        text = json.dumps({"oracles": kept}, ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(("module", "oracle"), EVERY, ids=NAMES)
def test_all_cases_agree(module: str, oracle: Oracle, record: dict[str, Any]) -> None:
    if oracle.why_absent():
        pytest.skip(oracle.why_absent())
    found = oracle.largest()
    refuse_far(oracle, found)
    row = identity(module, oracle)
    record[name_of(module, row)] = row | {
        "version": peer_version(oracle),
        "cases": oracle.cases,
        "largest": {name: float(f"{gap:.2g}") for name, gap in found.items()},
    }


def peer_version(oracle: Oracle) -> str:
    if oracle.peer != "R spdep":
        return oracle.peer_version()
    from tests.oracles.spdep import spdep_version

    return spdep_version()


def test_the_record_lists_exactly_the_oracles_there_are() -> None:
    there = [identity(module, oracle) for module, oracle in EVERY]
    kept = [{key: row[key] for key in there[0]} for row in recorded()]
    assert kept == there, "make oracles"
    assert len(set(NAMES)) == len(NAMES)


def test_the_record_is_within_the_tolerances_on_enough_cases() -> None:
    for row in recorded():
        assert row["cases"] >= CASES, row["method"]
        assert row["largest"], row["method"]
        assert max(row["largest"].values()) <= row["tolerance"], row["method"]


def computing() -> set[str]:
    """Return the public functions, and classes of weights, whose business is numbers."""
    names = {name for name, where in LAZY.items() if where.startswith(SECTIONS)}
    return {
        name
        for name in names
        if not inspect.isclass(getattr(sc, name)) or name in ("Backbone", "Weights")
    }


def test_every_public_method_has_an_oracle_or_says_why_not() -> None:
    compared = {oracle.method for _, oracle in EVERY}
    assert compared <= set(sc.__all__), compared - set(sc.__all__)
    missing = computing() - compared - set(ELSEWHERE)
    assert not missing, sorted(missing)
    assert not set(ELSEWHERE) & compared
    assert set(ELSEWHERE) <= computing()


def test_where_no_program_exists_the_note_or_the_call_says_what_was_done() -> None:
    for _, oracle in EVERY:
        assert oracle.call, oracle.method
        assert oracle.cases >= CASES, oracle.method
