"""Allocation by every principle, capped, in groups; the audit; bad input."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

if TYPE_CHECKING:
    from spatialcarbon.models.quota.allocation_result import AllocationResult

CRITERIA = pd.DataFrame(
    {
        "population": [10.0, 20, 30, 40],
        "cumulative": [5.0, 10, 5, 20],
        "gdp": [2.0, 4, 10, 8],
        "forest": [1.0, 0, 0, 3],
    },
    index=["丙", "a", "d", "b"],
)
EMITTED = pd.Series({"a": 40.0, "b": 30.0, "d": 20.0, "丙": 10.0})


def quiet(*args: Any, **kwargs: Any) -> AllocationResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sc.InfeasibleAllocationWarning)
        return sc.allocate(*args, **kwargs)


@pytest.mark.parametrize(
    ("principle", "shares"),
    [
        ("equality", [0.1, 0.2, 0.3, 0.4]),
        ("cumulative", [0.125, 0.25, 0.125, 0.5]),
        ("economic", [2 / 24, 4 / 24, 10 / 24, 8 / 24]),
        ("grandfathering", [0.1, 0.4, 0.2, 0.3]),
        ("criterion", [0.25, 0, 0, 0.75]),
    ],
)
def test_one_criterion(principle: str, shares: list[float]) -> None:
    found = quiet(50.0, CRITERIA, principle=principle, criterion="forest", emissions=EMITTED)
    assert found.allocation.tolist() == pytest.approx([50 * s for s in shares])
    assert found.shares.tolist() == pytest.approx(shares)
    assert found.weights.tolist() == [1.0]
    quota = EMITTED.loc[CRITERIA.index] - found.allocation
    assert found.quota is not None
    assert found.quota.to_dict() == pytest.approx(quota.to_dict())


def test_intensity_is_emissions_over_gdp() -> None:
    found = quiet(50.0, CRITERIA, principle="comprehensive", emissions=EMITTED)
    whole = CRITERIA[["population", "cumulative", "gdp"]].assign(
        intensity=EMITTED / CRITERIA["gdp"]
    )
    weights = sc.entropy_weights(whole)
    expected = 50 * (weights.shares * weights.weights).sum(axis=1)
    assert found.allocation.to_dict() == pytest.approx(expected.to_dict())
    assert found.weighting is not None
    assert found.weighting.weights.equals(weights.weights)


def test_other_indicators_and_preferences() -> None:
    terms: dict[str, Any] = {"indicators": ["population", "forest"], "principle": "fairness"}
    found = sc.allocate(1.0, CRITERIA, preference=1.2, preferred=["forest"], **terms)
    own = sc.entropy_weights(CRITERIA[["population", "forest"]])
    theta = sc.preference_weights(own.weights, ["forest"], preference=1.2)
    assert found.weights.to_dict() == pytest.approx(theta.to_dict())
    usual = sc.allocate(1.0, CRITERIA, preference=1.2, **terms)  # population alone is left of F
    assert usual.weights["population"] == pytest.approx(1.2 * own.weights["population"])


def test_convergence_by_hand() -> None:
    years: dict[str, Any] = {"base_year": 2020, "convergence_year": 2040}
    half = quiet(20.0, CRITERIA, principle="convergence", emissions=EMITTED, year=2030, **years)
    allowance = {"丙": 80 * 0.1, "a": 80 * 0.3, "d": 80 * 0.25, "b": 80 * 0.35}
    assert half.quota is not None
    assert half.quota.to_dict() == pytest.approx(allowance)
    assert half.allocation.sum() == pytest.approx(20)
    assert half.weights.to_dict() == {"emissions": 0.5, "population": 0.5}
    for done in ({}, {**years, "year": 2050}):
        end = quiet(20.0, CRITERIA, principle="convergence", emissions=EMITTED, **done)
        per_head = end.quota / CRITERIA["population"]
        assert per_head.tolist() == pytest.approx([0.8] * 4)
        assert end.notes[0] == "may emit more than projected by convergence: b, d"
        frame = end.to_frame().set_index("unit")
        assert frame.loc["b", "status"] == "gains"
    start = quiet(20.0, CRITERIA, principle="convergence", emissions=EMITTED, year=2020, **years)
    same = quiet(20.0, CRITERIA, principle="grandfathering", emissions=EMITTED)
    assert start.allocation.to_dict() == pytest.approx(same.allocation.to_dict())


def test_ability_by_hand() -> None:
    found = quiet(20.0, CRITERIA, principle="ability", emissions=EMITTED)
    relative = (CRITERIA["gdp"] / CRITERIA["population"]) / (24 / 100)
    pressure = EMITTED.loc[CRITERIA.index] * np.cbrt(relative)
    assert found.allocation.tolist() == pytest.approx((20 * pressure / pressure.sum()).tolist())
    flat = quiet(20.0, CRITERIA, principle="ability", emissions=EMITTED, ability_exponent=0.0)
    assert flat.allocation.tolist() == pytest.approx([2, 8, 4, 6])


def test_a_blend_is_the_mean_of_its_parts() -> None:
    blend = {"equality": 0.25, "grandfathering": 0.75}
    found = quiet(50.0, CRITERIA, principle="blended", blend=blend, emissions=EMITTED)
    parts = {p: quiet(50.0, CRITERIA, principle=p, emissions=EMITTED).allocation for p in blend}
    expected = 0.25 * parts["equality"] + 0.75 * parts["grandfathering"]
    assert found.allocation.to_dict() == pytest.approx(expected.to_dict())
    assert found.weights.to_dict() == blend


def test_who_is_asked_for_more_is_always_said() -> None:
    with pytest.warns(
        sc.InfeasibleAllocationWarning, match="2 units .* by equality: d, b"
    ) as caught:
        found = sc.allocate(80.0, CRITERIA, principle="equality", emissions=EMITTED)
    assert caught[0].filename == __file__
    assert found.infeasible == ("d", "b")
    frame = found.to_frame().set_index("unit")
    assert frame["status"].tolist() == ["ok", "ok", "above emissions", "above emissions"]
    assert frame.loc["d", "ratio"] == pytest.approx(1.2)
    assert found.quota is not None
    assert found.quota["d"] == pytest.approx(-4)
    silent = sc.allocate(80.0, CRITERIA, principle="equality")
    assert silent.infeasible == ()
    assert silent.quota is None
    assert "was not checked" in silent.notes[0]
    column = quiet(80.0, CRITERIA.assign(emissions=EMITTED), principle="equality")
    assert column.infeasible == found.infeasible
    above = quiet(101.0, CRITERIA, principle="equality", emissions=EMITTED)
    assert above.notes[-1] == "the total of 101 is more than all units emit (100)"


def test_water_filling() -> None:
    found = sc.allocate(80.0, CRITERIA, principle="equality", emissions=EMITTED, cap=True)
    # d and b are full at 20 and 30; the 30 left go 1 to 2, then 丙 is full at 10.
    assert found.allocation.to_dict() == pytest.approx({"丙": 10, "a": 20, "d": 20, "b": 30})
    assert found.capped == ("丙", "d", "b")
    assert found.infeasible == ()
    assert found.allocation.sum() == pytest.approx(80)
    part = sc.allocate(80.0, CRITERIA, principle="equality", emissions=EMITTED, cap=0.9)
    assert part.allocation.to_dict() == pytest.approx({"丙": 9, "a": 26, "d": 18, "b": 27})
    own = sc.allocate(
        50.0, CRITERIA, principle="equality", emissions=EMITTED,
        cap=pd.Series({"a": 1.0, "b": 0.5, "d": 1.0, "丙": 1.0}),
    )  # fmt: skip
    assert own.allocation["b"] == pytest.approx(15)
    assert own.allocation["d"] == pytest.approx(17.5)
    whole = sc.allocate(100.0, CRITERIA, principle="equality", emissions=EMITTED, cap=1.0)
    assert whole.allocation.to_dict() == pytest.approx(EMITTED.to_dict())
    for cap in (None, False):
        free = quiet(80.0, CRITERIA, principle="equality", emissions=EMITTED, cap=cap)
        assert free.allocation["b"] == pytest.approx(32)


def test_water_filling_against_the_loop_of_the_textbook() -> None:
    draws = np.random.default_rng(5)
    for _ in range(30):
        n = int(draws.integers(2, 40))
        share = pd.Series(draws.gamma(0.5, size=n)).clip(lower=1e-9)
        frame = pd.DataFrame({"population": share})
        emitted = pd.Series(draws.gamma(1.0, size=n) + 0.01)
        total = float(draws.uniform(0.05, 0.999)) * emitted.sum()
        found = sc.allocate(total, frame, principle="equality", emissions=emitted, cap=True)
        amounts, fixed = share / share.sum() * total, np.zeros(n, dtype=bool)
        for _round in range(n):
            over = (amounts > emitted * (1 + 1e-13)) & ~fixed
            if not over.any():
                break
            fixed |= over.to_numpy()
            left = total - emitted[fixed].sum()
            amounts = emitted.where(fixed, share / share[~fixed].sum() * left)
        np.testing.assert_allclose(found.allocation, amounts, rtol=1e-9, atol=1e-12)


def test_the_audit_has_every_step() -> None:
    found = sc.allocate(80.0, CRITERIA, principle="equality", emissions=EMITTED, cap=True)
    assert found.audit.columns.tolist() == ["unit", "principle", "step", "criterion", "value"]
    of_a = found.audit[found.audit["unit"] == "a"].set_index("step")["value"]
    assert of_a.to_dict() == pytest.approx(
        {
            "raw": 20, "share": 0.2, "weight": 1, "contribution": 16, "amount": 16,
            "cap": 40, "redistributed": 4, "allocation": 20,
        }
    )  # fmt: skip
    mixed = quiet(80.0, CRITERIA, principle="efficiency", emissions=EMITTED).audit
    parts = mixed[mixed["step"] == "contribution"].groupby("unit")["value"].sum()
    amounts = mixed[mixed["step"] == "amount"].set_index("unit")["value"]
    assert parts.to_dict() == pytest.approx(amounts.to_dict())
    shares = mixed[mixed["step"] == "share"].groupby("criterion")["value"].sum()
    assert shares.tolist() == pytest.approx([1] * 4)
    assert mixed["unit"].drop_duplicates().tolist() == CRITERIA.index.tolist()
    both = quiet(8.0, CRITERIA, principle="blended", blend={"equality": 0.5, "economic": 0.5}).audit
    assert set(both["principle"]) == {"equality", "economic", "blended"}


def test_nothing_to_cut() -> None:
    for principle in ("equality", "comprehensive", "convergence", "ability"):
        found = sc.allocate(0.0, CRITERIA, principle=principle, emissions=EMITTED)
        assert found.allocation.tolist() == [0.0] * 4
        assert found.infeasible == ()


GROUPS = pd.Series({"a": "east", "b": "east", "d": "west", "丙": "west"})


def test_within_groups() -> None:
    found = quiet(50.0, CRITERIA, principle="equality", emissions=EMITTED, within=GROUPS)
    plain = quiet(50.0, CRITERIA, principle="equality", emissions=EMITTED)
    assert found.allocation.to_dict() == pytest.approx(plain.allocation.to_dict())
    assert found.allocation.index.equals(CRITERIA.index)
    assert found.between is not None
    assert found.between.allocation.to_dict() == pytest.approx({"east": 30, "west": 20})
    given = quiet(
        pd.Series({"west": 9.0, "east": 7.0}), CRITERIA, principle="economic",
        emissions=EMITTED, within=GROUPS,
    )  # fmt: skip
    assert given.allocation.to_dict() == pytest.approx(
        {"丙": 9 * 2 / 12, "d": 9 * 10 / 12, "a": 7 * 4 / 12, "b": 7 * 8 / 12}
    )
    assert given.between is None
    assert (given.total, len(given.weights)) == (16, 0)
    assert set(given.parts) == {"east", "west"}
    assert given.to_frame()["group"].tolist() == ["west", "east", "west", "east"]
    assert set(given.audit["unit"]) == set(CRITERIA.index)


def test_intensity_of_a_group_is_a_ratio_of_sums() -> None:
    found = quiet(50.0, CRITERIA, principle="comprehensive", emissions=EMITTED, within=GROUPS)
    assert found.between is not None
    raw = found.between.audit.query("step == 'raw' and criterion == 'intensity'")
    assert raw.set_index("unit")["value"].to_dict() == pytest.approx({"east": 70 / 12, "west": 2.5})
    assert found.allocation.sum() == pytest.approx(50)


def test_a_group_of_one_and_caps_inside() -> None:
    alone = pd.Series({"a": "x", "b": "y", "d": "y", "丙": "y"})
    found = sc.allocate(
        60.0, CRITERIA, principle="equality", emissions=EMITTED, within=alone, cap=True
    )
    assert found.between is not None
    assert found.allocation["a"] == pytest.approx(found.between.allocation["x"])
    assert (found.allocation <= EMITTED.loc[CRITERIA.index] + 1e-9).all()
    assert found.allocation.sum() == pytest.approx(60)


BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"total": -1.0}, sc.OptionError, "is not an amount to cut"),
    ({"total": float("nan")}, sc.OptionError, "is not an amount to cut"),
    ({"total": "much"}, sc.OptionError, "is not an amount to cut"),
    ({"total": pd.Series([1.0])}, sc.OptionError, "give within="),
    ({"principle": "fair"}, sc.OptionError, "fairness"),
    ({"principle": "economics"}, sc.OptionError, "economic"),
    ({"criteria": CRITERIA.assign(population=0.0)}, sc.DegenerateDataError, "zero everywhere"),
    ({"criteria": CRITERIA.drop(columns="population")}, sc.SchemaError, "the criterion population"),
    ({"criteria": CRITERIA.set_axis(list("aabc"))}, sc.AlignmentError, "repeated labels"),
    ({"criteria": CRITERIA.iloc[:1], "emissions": None}, sc.SchemaError, "there are 1 units"),
    ({"criteria": CRITERIA.to_numpy()}, sc.SchemaError, "the criteria are a ndarray"),
    ({"emissions": EMITTED.rename({"a": "z"})}, sc.AlignmentError, r"1 unknown \(z\)"),
    ({"emissions": EMITTED * -1}, sc.SchemaError, "emissions are negative"),
    ({"emissions": EMITTED.replace(40.0, np.nan)}, sc.MissingDataError, "the emissions is missing"),
    ({"emissions": None, "cap": 1.0}, sc.OptionError, "a cap needs emissions"),
    ({"cap": 0.0}, sc.OptionError, "largest part of its emissions"),
    ({"cap": pd.Series({"a": 1.0})}, sc.AlignmentError, "not of the same units"),
    ({"total": 100.1, "cap": True}, sc.InfeasibleError, "100.1 is more than can be cut"),
    ({"total": 80.0, "cap": 0.5}, sc.InfeasibleError, "at most 50"),
    ({"principle": "criterion"}, sc.OptionError, "needs the name of one"),
    ({"principle": "criterion", "criterion": "x"}, sc.SchemaError, "needs the criterion x"),
    ({"principle": "blended"}, sc.OptionError, "needs principles and their weights"),
    ({"principle": "blended", "blend": {"equality": 0.7}}, sc.OptionError, "not parts of one"),
    ({"principle": "blended", "blend": {"equal": 1.0}}, sc.OptionError, "equality"),
    ({"principle": "grandfathering", "emissions": None}, sc.SchemaError, "needs emissions"),
    ({"principle": "comprehensive", "emissions": None}, sc.SchemaError, "give emissions, from"),
    ({"principle": "efficiency", "preference": 2.5}, sc.OptionError, "exceeds one"),
    ({"principle": "convergence", "total": 101.0}, sc.OptionError, "nothing is left"),
    ({"principle": "convergence", "convergence_year": 2050}, sc.OptionError, "needs the year it"),
    (
        {"principle": "convergence", "convergence_year": 2020, "base_year": 2020, "year": 2030},
        sc.OptionError,
        "does not hold the target year",
    ),
    ({"principle": "ability", "ability_exponent": -1.0}, sc.OptionError, "below zero"),
    (
        {"principle": "ability", "criteria": CRITERIA.assign(population=[0.0, 1, 1, 1])},
        sc.DegenerateDataError,
        "population is zero for 丙",
    ),
    (
        {"principle": "efficiency", "criteria": CRITERIA.assign(gdp=[0.0, 1, 2, 3])},
        sc.DegenerateDataError,
        "GDP is zero for 丙",
    ),
    ({"within": GROUPS.drop("a")}, sc.AlignmentError, "the groups and the criteria are not"),
    ({"emissions": [1.0]}, sc.AlignmentError, "without labels"),
    ({"within": GROUPS.replace("west", None)}, sc.MissingDataError, "units without a group: d, 丙"),
    ({"within": GROUPS, "total": pd.Series({"east": 1.0})}, sc.AlignmentError, "not of the groups"),
    (
        {"within": GROUPS, "total": pd.Series({"east": 1.0, "west": -1.0})},
        sc.OptionError,
        "not amounts to cut for west",
    ),
    (
        {
            "within": GROUPS, "principle": "comprehensive", "emissions": None,
            "indicators": ["population", "intensity"],
            "criteria": CRITERIA[["population"]].assign(intensity=[1.0, 2, 3, 4]),
        },
        sc.SchemaError,
        "needs the GDP of its units",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "error", "words"), BAD)
def test_bad_input(changed: dict[str, Any], error: type[Exception], words: str) -> None:
    given: dict[str, Any] = {"total": 50.0, "criteria": CRITERIA, "principle": "equality"}
    given |= {"emissions": EMITTED} | changed
    total, criteria = given.pop("total"), given.pop("criteria")
    with pytest.raises(error, match=words):
        quiet(total, criteria, **given)


def test_inputs_are_left_alone() -> None:
    frame, emitted = CRITERIA.copy(), EMITTED.copy()
    quiet(50.0, frame, principle="comprehensive", emissions=emitted, cap=True, within=GROUPS)
    pd.testing.assert_frame_equal(frame, CRITERIA)
    pd.testing.assert_series_equal(emitted, EMITTED)
