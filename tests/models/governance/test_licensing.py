"""Licences: closed forms against grids, the choice rule, limits and shares of the gain."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import DegenerateDataError, MissingDataError, OptionError

RATES = np.linspace(0.0, 4.0, 40_001)


def by_grid(
    delta: float, c: float, licensed: float, outside: float, limit: float, kept: float
) -> tuple[float, float]:
    """Return the worth of the best royalty and of the best fee, by trying."""

    def own(price: Any, slope: float) -> Any:
        tonnes = np.clip((delta - price) / slope, 0.0, limit)
        return (delta - price) * tonnes - slope * tonnes**2 / 2, tonnes

    without, before = own(0.0, c)
    free, most = own(0.0, licensed)
    least = without + kept * (free - without)
    made, tonnes = own(RATES, licensed)
    worth = RATES * tonnes + outside * (tonnes - before)
    royalty = worth[made >= least - 1e-12].max()
    return float(royalty), float(free - least + outside * (most - before))


@pytest.mark.parametrize("outside", [-3.0, -1.2, -0.5, 0.0, 0.7, 3.0])
@pytest.mark.parametrize("licensed", [0.05, 0.4, 1.0, 1.9])
@pytest.mark.parametrize(("limit", "kept"), [(None, 0.0), (3.0, 0.0), (1.5, 0.0), (None, 0.4)])
def test_closed_forms_against_a_grid(
    outside: float, licensed: float, limit: float | None, kept: float
) -> None:
    found = sc.licensing(4.0, 2.0, licensed, externality=outside, limit=limit, licensee_share=kept)
    royalty, fee = by_grid(4.0, 2.0, licensed, outside, limit or math.inf, kept)
    # The grid of royalties is 1e-4 wide; the worth moves with the tonnes, at most 200.
    assert found.royalty_value == pytest.approx(royalty, abs=2e-2)
    assert found.royalty_value >= royalty - 1e-9
    assert found.fee_value == pytest.approx(fee, abs=1e-9)
    if max(royalty, fee) >= 0 and abs(fee - found.royalty_value) > 1e-9:
        assert found.choice == ("fee" if fee > found.royalty_value else "royalty")


@pytest.mark.parametrize("s", [0.05, 0.2, 1 / 3, 0.34, 0.6, 0.95])
def test_at_the_threshold_both_are_worth_the_same(s: float) -> None:
    threshold = sc.licensing(4.0, 2.0, 2.0 * s * s, externality=0.0).threshold
    found = sc.licensing(4.0, 2.0, 2.0 * s * s, externality=threshold)
    assert found.fee_value == pytest.approx(found.royalty_value, abs=1e-12)
    for step, better in ((-1e-3, "royalty"), (1e-3, "fee")):
        near = sc.licensing(4.0, 2.0, 2.0 * s * s, externality=threshold + step)
        assert (near.fee_value > near.royalty_value) == (better == "fee")


def test_the_root_is_the_closed_form() -> None:
    """A limit just out of reach takes the other way to the threshold."""
    for s in (0.1, 0.5):
        closed = sc.licensing(4.0, 2.0, 2 * s * s, externality=0.0).threshold
        reached = 4.0 / (2 * s * s)
        root = sc.licensing(4.0, 2.0, 2 * s * s, externality=0.0, limit=reached).threshold
        assert root == pytest.approx(closed, rel=1e-9)


def test_two_part_contracts_are_never_worse_than_a_fee() -> None:
    for outside in (-2.0, 0.0, 2.0):
        found = sc.licensing(4.0, 2.0, 1.0, externality=outside)
        assert found.two_part_value - found.fee_value == pytest.approx(outside**2 / 2.0)
        assert found.two_part_royalty == -outside
    assert math.isnan(sc.licensing(4.0, 2.0, 1.0, externality=-4.0).two_part_value)


def test_a_strong_rival_withholds() -> None:
    found = sc.licensing(4.0, 2.0, 1.0, externality=-4.0)
    assert found.choice == "none"
    assert "rivalry" in found.notes[0]


def test_nothing_to_sell() -> None:
    for arguments in ((4.0, 2.0, 2.0), (4.0, 2.0, 3.0), (0.0, 2.0, 1.0)):
        found = sc.licensing(*arguments, externality=1.0)
        assert (found.choice, found.fee, found.royalty_value) == ("none", 0.0, 0.0)
        assert math.isnan(found.threshold)
        assert found.notes
        assert not found.to_frame()["chosen"].any()


def test_a_licensee_that_abates_all_it_emits_anyway() -> None:
    found = sc.licensing(4.0, 2.0, 1.0, externality=-3.0, limit=1.0)
    assert found.threshold == -math.inf
    assert found.choice == "fee"
    assert found.abatement.tolist() == [1.0, 1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"cost": 0.0}, "cost=0.0 must be above zero"),
        ({"licensed_cost": -1.0}, "must be above zero"),
        ({"delta": -1.0}, "below zero"),
        ({"delta": "much"}, "not a number"),
        ({"externality": float("nan")}, "not a number"),
        ({"licensee_share": 1.5}, "outside 0 to 1"),
        ({"limit": 0.0}, "must be above zero"),
    ],
)
def test_bad_arguments(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"delta": 4.0, "cost": 2.0, "licensed_cost": 1.0}
    with pytest.raises(OptionError, match=message):
        sc.licensing(**{**arguments, "externality": 1.0, **change})


# -- side payments ---------------------------------------------------------------


@pytest.mark.parametrize(("delta", "sigma"), [(3.6, 2.0), (1.0, 5.0), (4.0, 1.0), (0.5, 0.5)])
def test_offers_against_a_grid(delta: float, sigma: float) -> None:
    c = 1.7
    table = sc.side_payments(delta, c, externality=sigma).table
    alone = delta / c

    def kept(tonnes: Any) -> Any:
        return delta * tonnes - c * tonnes**2 / 2

    rates = np.linspace(0.0, 6.0, 60_001)
    answer = (delta + rates) / c
    extra = (sigma - rates) * (answer - alone)
    every = (sigma - rates) * answer - sigma * alone
    theta = np.linspace(0.0, 0.999, 60_001)
    shared = delta / ((1 - theta) * c)
    cost = sigma * (shared - alone) - theta * c * shared**2 / 2
    for scheme, tried in (
        ("additional_subsidy", extra),
        ("full_subsidy", every),
        ("cost_sharing", cost),
    ):
        assert table.loc[scheme, "payer_gain"] == pytest.approx(tried.max(), abs=1e-6)
    for scheme, row in table.iterrows():
        tonnes = row["abatement"]
        assert row["supplier_gain"] >= -1e-12, scheme
        gain = row["paid"] + kept(tonnes) - kept(alone)
        assert row["supplier_gain"] == pytest.approx(gain)
        assert row["payer_gain"] == pytest.approx(sigma * (tonnes - alone) - row["paid"])


def test_closed_forms_of_the_gains() -> None:
    delta, sigma, c = 1.0, 5.0, 2.0
    table = sc.side_payments(delta, c, externality=sigma).table
    s = (sigma - delta) / 2
    assert table.loc["additional_subsidy", "payer_gain"] == pytest.approx(sigma**2 / (4 * c))
    assert table.loc["additional_subsidy", "supplier_gain"] == pytest.approx(sigma**2 / (8 * c))
    full = (sigma - s) * (delta + s) / c - sigma * delta / c
    assert table.loc["full_subsidy", "payer_gain"] == pytest.approx(full)
    supplier = ((delta + s) ** 2 - delta**2) / (2 * c)
    assert table.loc["full_subsidy", "supplier_gain"] == pytest.approx(supplier)
    shared = (2 * sigma - delta) ** 2 / (8 * c)
    assert table.loc["cost_sharing", "payer_gain"] == pytest.approx(shared)
    own = delta * (2 * sigma - delta) / (4 * c)
    assert table.loc["cost_sharing", "supplier_gain"] == pytest.approx(own)
    assert table.loc["lump_sum", "efficiency"] == pytest.approx(1.0)
    assert table.loc["lump_sum", "payer_gain"] == pytest.approx(sigma**2 / (4 * c))


def test_several_payers_share_the_lump_sum() -> None:
    payers = pd.Series({"成都": 1.5, "Deyang": 0.5})
    found = sc.side_payments(3.6, 1.0, externality=payers)
    assert found.contributions.to_dict() == {"成都": 2.25, "Deyang": 0.75}
    assert found.lump_sum_range == (2.0, 4.0)
    assert "scheme" in found.to_frame()


def test_sharing_costs_may_not_pay() -> None:
    found = sc.side_payments(4.0, 1.0, externality=1.0)
    assert found.table.loc["cost_sharing", "rate"] == 0.0
    assert "cost sharing is not worth while" in found.notes[-1]


def test_bad_side_payments() -> None:
    with pytest.raises(DegenerateDataError, match="nothing to pay for"):
        sc.side_payments(1.0, 1.0, externality=0.0)
    with pytest.raises(OptionError, match="below zero for payer"):
        sc.side_payments(1.0, 1.0, externality=-1.0)
    with pytest.raises(MissingDataError, match="missing or infinite for supplier"):
        sc.side_payments(float("nan"), 1.0, externality=1.0)
    with pytest.raises(OptionError, match="above zero"):
        sc.side_payments(1.0, 0.0, externality=1.0)
