"""Trade in allowances: worked by hand, by a general solver, and what it refuses."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog, minimize

import spatialcarbon as sc

CUTS = pd.Series({"x": 10.0, "y": 10.0, "z": 4.0})
SLOPES = pd.Series({"z": 6.0, "x": 1.0, "y": 3.0})
EMITTED = pd.Series({"y": 40.0, "x": 60.0, "z": 8.0})


def test_one_price_by_hand() -> None:
    """24 = p (1/1 + 1/3 + 1/6), so p = 16: x cuts 16, y 16/3, z 8/3."""
    found = sc.trade_allowances(CUTS, SLOPES, emissions=EMITTED)
    assert found.price == pytest.approx(16)
    assert found.abatement.to_dict() == pytest.approx({"x": 16, "y": 16 / 3, "z": 8 / 3})
    assert found.payment.to_dict() == pytest.approx({"x": -96, "y": 224 / 3, "z": 64 / 3})
    assert found.cost_alone == pytest.approx(50 + 150 + 48)
    assert found.cost == pytest.approx(16**2 / 2 + 3 * (16 / 3) ** 2 / 2 + 3 * (8 / 3) ** 2)
    assert found.saving == pytest.approx(found.cost_alone - found.cost)
    rows = found.to_frame().set_index("unit")
    assert rows["role"].to_dict() == {"x": "seller", "y": "buyer", "z": "buyer"}
    assert rows["marginal"].tolist() == pytest.approx([16] * 3)
    assert rows["saving"].sum() == pytest.approx(found.saving)
    assert found.stages["stage"].tolist() == ["alone", "all"]
    assert found.stages["traded"].tolist() == pytest.approx([0, 6])
    assert np.interp(16, found.supply["price"], found.supply["cut"]) == pytest.approx(24)
    assert "Trade in allowances" in found.summary()


def test_a_corner() -> None:
    """x can cut 12 at most; the rest is 12 = p (1/3 + 1/6), so p = 24: y cuts 8 and z 4."""
    limits = pd.Series({"x": 0.2, "y": 1.0, "z": 1.0})
    found = sc.trade_allowances(CUTS, SLOPES, emissions=EMITTED, cap=limits)
    assert found.price == pytest.approx(24)
    assert found.abatement.to_dict() == pytest.approx({"x": 12, "y": 8, "z": 4})
    assert found.at_limit == ("x",)
    assert found.to_frame()["marginal"].tolist() == pytest.approx([12, 24, 24])


def cheapest(cuts: pd.Series, cost: Any, limits: Any) -> np.ndarray:
    """Minimise total cost under the sum, by a general solver."""
    n = len(cuts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found = minimize(
            cost,
            np.minimum(np.full(n, cuts.sum() / n), limits),
            method="SLSQP",
            bounds=[(0, m) for m in limits],
            constraints=[{"type": "eq", "fun": lambda a: a.sum() - cuts.sum()}],
            options={"ftol": 1e-14, "maxiter": 500},
        )
    return found.x


@pytest.mark.parametrize("kind", ["one", "mixed"])
@pytest.mark.parametrize("cap", [1.0, 0.5])
def test_powers_against_a_general_solver(kind: str, cap: float) -> None:
    rng = np.random.default_rng(3)
    units = [f"u{i}" for i in range(7)]
    emitted = pd.Series(rng.uniform(5, 20, 7), units)
    cuts = emitted * rng.uniform(0.1, 0.45, 7)
    curves = sc.cost_curves(pd.Series(rng.uniform(1, 9, 7), units), emitted, exponent=2.5)
    if kind == "mixed":
        curves["exponent"] = rng.uniform(1.5, 3.5, 7)
    found = sc.trade_allowances(cuts, curves, emissions=emitted, cap=cap)
    c, k = curves["cost"].to_numpy(), curves["exponent"].to_numpy()
    other = cheapest(cuts, lambda a: float((c * np.abs(a) ** k).sum()), cap * emitted.to_numpy())
    np.testing.assert_allclose(found.abatement, other, rtol=2e-3, atol=2e-3)
    assert found.cost <= (c * other**k).sum() * (1 + 1e-9)
    assert found.violation < 1e-9
    assert found.abatement.sum() == pytest.approx(cuts.sum(), rel=1e-12)
    assert kind == "mixed" or bool(found.at_limit) == (cap == 0.5)


def steps() -> pd.DataFrame:
    rows = [("x", 6.0, 5.0), ("x", 20.0, 30.0), ("y", 8.0, 12.0), ("y", 9.0, 40.0)]
    return pd.DataFrame([*rows, ("z", 4.0, 12.0)], columns=["unit", "amount", "price"])


def test_steps_by_hand_and_as_a_linear_programme() -> None:
    """6 at 5 and 12 at 12 leave 6 of 24, which x cuts at 30."""
    found = sc.trade_allowances(CUTS, steps())
    assert found.price == 30
    assert found.abatement.to_dict() == pytest.approx({"x": 12, "y": 8, "z": 4})
    assert found.cost == pytest.approx(6 * 5 + 12 * 12 + 6 * 30)
    table = steps()
    programme = linprog(
        table["price"], A_eq=[[1.0] * 5], b_eq=[24.0], bounds=[(0, a) for a in table["amount"]]
    )
    assert found.cost == pytest.approx(programme.fun)
    assert found.cost_alone == pytest.approx(30 + 4 * 30 + 8 * 12 + 2 * 40 + 4 * 12)
    tied = sc.trade_allowances(CUTS / 2, steps())  # 12 at a price that y and z share
    assert tied.price == 12
    assert tied.abatement.to_dict() == pytest.approx({"x": 6, "y": 4, "z": 2})
    shuffled = sc.trade_allowances(CUTS.iloc[::-1], steps().iloc[::-1])
    pd.testing.assert_series_equal(shuffled.abatement.reindex(CUTS.index), found.abatement)


def test_inside_groups_first() -> None:
    groups = pd.Series({"x": "w", "y": "w", "z": "e"})
    found = sc.trade_allowances(CUTS, SLOPES, emissions=EMITTED, scope=groups)
    assert found.group_prices.to_dict() == pytest.approx({"w": 15, "e": 24})
    rows = found.to_frame().set_index("unit")
    assert rows["within"].to_dict() == pytest.approx({"x": 15, "y": 5, "z": 4})
    assert found.price == pytest.approx(16)
    assert found.payment["x"] == pytest.approx(15 * (10 - 15) + 16 * (15 - 16))
    assert found.payment.sum() == pytest.approx(0)
    assert found.stages["stage"].tolist() == ["alone", "groups", "all"]
    assert (rows["saving"] >= -1e-9).all()
    only = sc.trade_allowances(CUTS, SLOPES, emissions=EMITTED, scope=groups, beyond=False)
    assert only.price is None
    assert only.abatement.to_dict() == pytest.approx({"x": 15, "y": 5, "z": 4})
    assert only.saving <= found.saving
    assert only.purchase["z"] == 0
    assert only.to_frame()["role"].tolist() == ["seller", "buyer", "neither"]


def test_an_auction_changes_who_pays_and_not_who_cuts() -> None:
    free = sc.trade_allowances(CUTS, SLOPES, emissions=EMITTED)
    half = sc.trade_allowances(CUTS, SLOPES, emissions=EMITTED, free_share=0.5)
    pd.testing.assert_series_equal(half.abatement, free.abatement)
    assert half.revenue == pytest.approx(0.5 * 16 * (108 - 24))
    assert half.auction_payment["z"] == pytest.approx(0.5 * 16 * 4)
    assert free.revenue == 0
    groups = pd.Series({"x": "w", "y": "w", "z": "e"})
    only = sc.trade_allowances(
        CUTS, SLOPES, emissions=EMITTED, scope=groups, beyond=False, free_share=0.5
    )
    assert only.auction_payment["z"] == pytest.approx(0.5 * 24 * 4)


def test_who_cannot_do_it_alone_leaves_the_saving_undefined() -> None:
    found = sc.trade_allowances(CUTS, SLOPES, emissions=EMITTED.replace(8.0, 3.0))
    assert found.not_alone == ("z",)
    assert np.isnan(found.saving)
    assert np.isfinite(found.cost)
    assert found.to_frame().set_index("unit")["status"]["z"] == "not alone"
    assert any("without trading z cannot" in note for note in found.notes)


def test_everything_is_cut() -> None:
    for costs in (SLOPES, pd.DataFrame({"cost": SLOPES, "exponent": [2.0, 3.0, 1.5]})):
        found = sc.trade_allowances(EMITTED, costs, emissions=EMITTED)
        assert found.abatement.to_dict() == pytest.approx(EMITTED.to_dict())
        marginal = found.to_frame()["marginal"]
        assert found.price == pytest.approx(marginal.max())
        assert any("all there is to cut" in note for note in found.notes)


def test_curves_through_a_price() -> None:
    emitted = pd.Series({"a": 80.0, "b": 0.0})
    curves = sc.cost_curves(pd.Series({"b": 90.0, "a": 200.0}), emitted, at=0.25, exponent=3)
    assert 3 * curves["cost"]["a"] * 20**2 == pytest.approx(200)
    found = sc.trade_allowances(pd.Series({"a": 10.0, "b": 0.0}), curves, emissions=emitted)
    assert found.abatement.to_dict() == {"a": 10.0, "b": 0.0}
    assert found.price == pytest.approx(50)


def test_what_was_smoothed_can_be_traded(chain: Any) -> None:
    asked = pd.Series({"a": 4.0, "b": 1.0, "c": 3.0, "d": 0.0})
    emitted = pd.Series({"a": 9.0, "b": 8.0, "c": 7.0, "d": 6.0})
    smooth = sc.smooth_allocation(asked, chain, emissions=emitted, strength=1.0)
    slopes = pd.Series({"a": 1.0, "b": 2.0, "c": 3.0, "d": 4.0})
    found = sc.trade_allowances(smooth, slopes, emissions=emitted)
    direct = sc.trade_allowances(smooth.allocation, slopes, emissions=emitted)
    pd.testing.assert_series_equal(found.payment, direct.payment)
    groups = pd.Series({"a": "w", "b": "w", "c": "w", "d": "e"})  # nothing is asked of e
    staged = sc.trade_allowances(smooth, slopes, emissions=emitted, scope=groups)
    assert staged.group_prices["e"] == 0
    assert staged.payment.sum() == pytest.approx(0)


def test_contrarian(contrarian: Any) -> None:
    emitted, prices = contrarian.table["co2"], contrarian.table["gdp"].sort_index()
    asked = sc.allocate(10.0, emitted.to_frame("emissions"), principle="grandfathering")
    found = sc.trade_allowances(
        asked, sc.cost_curves(prices, emitted), emissions=emitted, free_share=0.9
    )
    assert found.abatement.index.tolist() == emitted.index.tolist()
    again = sc.trade_allowances(
        asked.allocation.sort_index(),
        sc.cost_curves(contrarian.table["gdp"], emitted.sort_index()),
        emissions=emitted,
    )
    pd.testing.assert_series_equal(again.abatement.reindex(emitted.index), found.abatement)
    flat = sc.trade_allowances(contrarian.table["flat"], contrarian.table["flat"])
    assert (flat.to_frame()["role"] == "neither").all()
    assert flat.saving == pytest.approx(0)


FRAME = pd.DataFrame({"cost": SLOPES, "exponent": 2.0})


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"costs": SLOPES.replace(3.0, 0.0)}, sc.SchemaError, "the costs are not above zero for y"),
        ({"costs": -SLOPES}, sc.SchemaError, "the costs are not above zero"),
        ({"costs": SLOPES.replace(3.0, np.nan)}, sc.MissingDataError, "the costs are missing"),
        ({"costs": SLOPES.drop("x")}, sc.AlignmentError, "the costs and the cuts are not of"),
        ({"costs": [1.0]}, sc.SchemaError, "the costs are a list"),
        ({"costs": FRAME.drop(columns="cost")}, sc.SchemaError, "lacks the column cost"),
        ({"costs": FRAME.assign(exponent=1.0)}, sc.SchemaError, "exponents of cost are not above"),
        ({"costs": steps().iloc[:4]}, sc.SchemaError, r"1 without steps \(z\)"),
        ({"costs": steps().replace(40.0, -1.0)}, sc.SchemaError, "the prices of steps are below"),
        ({"cuts": CUTS * 9}, sc.InfeasibleError, "216 is more than the units can cut together"),
        ({"cuts": CUTS * 0}, sc.DegenerateDataError, "nothing is to be cut"),
        ({"cuts": -CUTS}, sc.SchemaError, "below zero for x, y, z"),
        ({"emissions": -EMITTED}, sc.SchemaError, "emissions are negative"),
        ({"emissions": EMITTED.drop("x")}, sc.AlignmentError, "the emissions and the cuts"),
        ({"emissions": None, "cap": 0.5}, sc.OptionError, "caps and auctions need emissions"),
        ({"emissions": None, "free_share": 0.5}, sc.OptionError, "caps and auctions need"),
        ({"free_share": 1.5}, sc.OptionError, "free_share=1.5 must lie in 0 to 1"),
        ({"scope": "al"}, sc.OptionError, "scope='al'"),
        ({"scope": pd.Series({"x": "a", "y": "a", "z": None})}, sc.MissingDataError, "group: z"),
        ({"scope": pd.Series({"x": "a"})}, sc.AlignmentError, "the groups and the cuts"),
        (
            {
                "emissions": EMITTED.replace(8.0, 3.0),
                "scope": pd.Series({"x": "a", "y": "a", "z": "b"}),
            },
            sc.InfeasibleError,
            "groups are asked for more than their units can cut: b",
        ),
        (
            {"emissions": EMITTED.replace(8.0, 3.0), "free_share": 0.5},
            sc.SchemaError,
            "no allowances to auction where a cut exceeds emissions: z",
        ),
    ],
)
def test_bad_input(change: dict[str, Any], error: type[Exception], words: str) -> None:
    terms: dict[str, Any] = {"cuts": CUTS, "costs": SLOPES, "emissions": EMITTED} | change
    with pytest.raises(error, match=words):
        sc.trade_allowances(terms.pop("cuts"), terms.pop("costs"), **terms)


@pytest.mark.parametrize(
    ("prices", "terms", "error", "words"),
    [
        ([0.0, 1.0], {}, sc.SchemaError, "the prices are not above zero for a"),
        ([1.0, 1.0], {"exponent": 1.0}, sc.OptionError, "an exponent above 1"),
        ([1.0, 1.0], {"at": 0.0}, sc.OptionError, "a depth above 0"),
        ([1.0, 1.0], {"at": 2.0}, sc.OptionError, "at=2.0 must lie in 0 to 1"),
    ],
)
def test_curves_refuse(prices: Any, terms: Any, error: type[Exception], words: str) -> None:
    emitted = pd.Series({"a": 1.0, "b": 2.0})
    with pytest.raises(error, match=words):
        sc.cost_curves(pd.Series(prices, list("ab")), emitted, **terms)
    with pytest.raises(sc.AlignmentError, match="the prices and the cuts"):
        sc.cost_curves(pd.Series({"a": 1.0}), emitted)
