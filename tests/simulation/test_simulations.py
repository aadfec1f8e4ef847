"""A few data sets of the most important simulations, and that the record is of those that exist."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
import run_simulations as run
from scipy.stats import binom
from simulation_frame import (
    Measure,
    Simulation,
    counted,
    described,
    generator,
    holds,
    moments,
    replications,
)

from spatialcarbon.core.errors import DegenerateDataError

RARE = 1e-6
"""Chance that a sound method fails a test below, for each share that is looked at."""


def named(module: str, name: str) -> Simulation:
    """Return a simulation by its name."""
    return {one.name: one for one in run.simulations(module)}[name]


def shares(simulation: Simulation, number: int) -> dict[str, float]:
    """Return what some replications give: of a test how often it rejects at 5 per cent."""
    found = replications(simulation, range(number))
    return {one.key: counted(one, found)["share"] for one in simulation.measures}


def possible(share: float, nominal: float, number: int) -> bool:
    """Whether so many hits can be chance if each comes with the nominal probability."""
    low, high = binom.ppf([RARE / 2, 1 - RARE / 2], number, nominal)
    return bool(low <= round(share * number) <= high)


def test_global_tests_reject_as_often_as_they_say() -> None:
    found = shares(named("sim_global", "global 111 cities lognormal"), 200)
    for key in ("moran_randomization", "moran_permutation", "geary_permutation"):
        assert possible(found[key], 0.05, 200), key
    assert possible(found["band"], 0.95, 200)


def test_geary_under_normality_does_not_where_values_are_skewed() -> None:
    found = shares(named("sim_global", "global 111 cities Pareto"), 100)
    assert found["geary_normality"] > 0.12
    assert possible(found["geary_permutation"], 0.05, 100)


def test_moran_finds_a_pattern_that_is_there() -> None:
    strong = shares(named("sim_global", "power 111 cities rho 0.6"), 30)
    weak = shares(named("sim_global", "power 111 cities rho 0.1"), 30)
    assert strong["moran_permutation"] >= 0.9 > weak["moran_permutation"] + 0.3


def test_local_tests_name_no_unit_too_often_on_an_empty_map() -> None:
    found = shares(named("sim_local", "local 111 cities normal"), 60)
    assert 0.03 < found["moran_each"] < 0.07
    for method in ("moran", "g", "bivariate"):
        assert found[f"{method}_any_fdr_bh"] <= binom.ppf(1 - RARE, 60, 0.05) / 60
        assert found[f"{method}_any_none"] > 0.9


def test_the_intervals_of_a_regression_hold_the_truth() -> None:
    found = shares(named("sim_regression", "regression normal 31 provinces"), 25)
    assert possible(found["ols"], 0.95, 25)
    assert possible(found["white"], 0.95, 25)
    assert possible(found["lm_error"], 0.05, 25)


def test_matching_finds_the_effect_and_a_plain_difference_does_not() -> None:
    found = shares(named("sim_evaluation", "policy nearest trend 0.5"), 12)
    assert found["unmatched"] < 0.2
    assert found["matched"] > 0.7


def test_a_policy_that_never_was_is_seldom_found() -> None:
    found = shares(named("sim_evaluation", "did 100 units 50 treated memory 0.8"), 30)
    assert possible(found["effect"], 0.95, 30)
    assert possible(found["lot"], 0.05, 30)
    assert found["effect"] == pytest.approx(1 - found["pvalue"])


def test_the_bootstrap_of_scores_holds_most_of_them() -> None:
    found = shares(named("sim_efficiency", "frontier 30 units 1 inputs"), 4)
    assert 0.5 < found["mirrored"] <= 1.0
    assert 0.4 < found["mean"] <= 1.0


def test_announced_levels_come_as_often_as_announced() -> None:
    found = shares(named("sim_forecasts", "scenario as told"), 40)
    assert possible(found["95"], 0.95, 40)


# -- the record and its counting ---------------------------------------------------------------


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    return dict(json.loads(run.RECORD.read_text(encoding="utf-8")))


def test_the_record_is_of_the_simulations_that_exist(record: dict[str, Any]) -> None:
    assert list(record["modules"]) == run.modules()
    for module, part in record["modules"].items():
        bare = [{k: v for k, v in one.items() if k != "results"} for one in part["simulations"]]
        assert bare == [described(one) for one in run.simulations(module)]
        for one, recorded in zip(run.simulations(module), part["simulations"], strict=True):
            keys = [(m.key, m.title, m.kind) for m in one.measures]
            assert [(r["key"], r["title"], r["kind"]) for r in recorded["results"]] == keys
            for result in recorded["results"]:
                assert result["n"] + result["undefined"] == one.replications
                assert result["share"] is None or 0 <= result["share"] <= 1


def test_names_are_seeds_and_so_must_differ() -> None:
    names = [one.name for module in run.modules() for one in run.simulations(module)]
    assert len(set(names)) == len(names)


@pytest.mark.slow
@pytest.mark.parametrize("module", ["sim_years"])
def test_a_module_that_is_run_again_gives_its_record(record: dict[str, Any], module: str) -> None:
    again = run.run_module(module, 1)["simulations"]
    for old, new in zip(record["modules"][module]["simulations"], again, strict=True):
        for was, now in zip(old["results"], new["results"], strict=True):
            # Libraries differ in the last digits, and with them now and then a p-value.
            assert now["share"] == pytest.approx(was["share"], abs=0.005)


def test_processes_do_not_change_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = Simulation("tiny", "noise", lambda rng: {"p": rng.random()}, (UNIFORM,), 60)
    monkeypatch.setattr(run, "simulations", lambda module: (tiny,))
    monkeypatch.setattr(run, "CHUNK", 7)
    whole = counted(UNIFORM, replications(tiny, range(60)))
    assert run.run_module("any", 1)["simulations"][0]["results"] == [whole]
    assert generator("tiny", 3).random() != generator("tiny", 4).random()


UNIFORM = Measure("p", "a uniform number", "test")


def test_shares_and_their_errors() -> None:
    found = [{"p": p} for p in (0.001, 0.03, 0.2, 0.9, math.nan)]
    row = counted(UNIFORM, found)
    assert (row["share"], row["strict"], row["n"], row["undefined"]) == (0.5, 0.25, 4, 1)
    assert row["error"] == pytest.approx(math.sqrt(0.05 * 0.95 / 4), abs=1e-4)
    arrays = counted(UNIFORM, [{"p": np.array([0.01, 0.5])}, {"p": np.array([0.9, np.nan])}])
    assert arrays["share"] == 0.25
    power = counted(Measure("p", "", "power"), found)
    assert power["error"] == pytest.approx(0.25)
    pairs = [{"p": (0.2, 0.0)}, {"p": (0.4, 1.0)}, {"p": math.nan}]
    chance = counted(Measure("p", "", "chance"), pairs)
    assert (chance["nominal"], chance["share"], chance["undefined"]) == (0.3, 0.5, 1)
    assert np.isnan(moments([math.nan, 1.0], 0.5)).all()


def test_an_interval_holds_a_truth_or_has_none() -> None:
    assert (holds(1.0, 0.0, 2.0), holds(3.0, 0.0, 2.0)) == (1.0, 0.0)
    assert math.isnan(holds(1.0, math.nan, 2.0))


def test_data_that_are_refused_are_undefined() -> None:
    def refused(rng: np.random.Generator) -> dict[str, float]:
        raise DegenerateDataError("all values are the same")

    row = counted(UNIFORM, replications(Simulation("no", "", refused, (UNIFORM,)), range(3)))
    assert (row["share"], row["n"], row["undefined"]) == (None, 0, 3)
