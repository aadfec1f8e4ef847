"""Where a market clears: what is barely too much, nothing at all, and groups of unlike size."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc

SLOPES = pd.Series({"x": 1.0, "y": 3.0, "z": 6.0})
EMITTED = pd.Series({"x": 60.0, "y": 40.0, "z": 8.0})


def test_half_a_tonne_too_much_is_refused() -> None:
    cuts = pd.Series({"x": 60.0, "y": 40.0, "z": 8.5})
    with pytest.raises(sc.InfeasibleError, match=r"108\.5 is more than the units can cut together"):
        sc.trade_allowances(cuts, SLOPES, emissions=EMITTED)


def test_all_that_there_is_may_be_cut() -> None:
    found = sc.trade_allowances(EMITTED, SLOPES, emissions=EMITTED)
    assert found.abatement.to_dict() == pytest.approx(EMITTED.to_dict())


def test_a_group_that_is_asked_for_nothing_has_no_price() -> None:
    cuts = pd.Series({"x": 8.0, "y": 8.0, "z": 0.0})
    groups = pd.Series({"x": "a", "y": "a", "z": "b"})
    found = sc.trade_allowances(cuts, SLOPES, emissions=EMITTED, scope=groups, beyond=False)
    assert found.group_prices.to_dict() == pytest.approx({"a": 12, "b": 0})
    assert found.abatement.to_dict() == pytest.approx({"x": 12, "y": 4, "z": 0})
    assert found.cost == pytest.approx(12**2 / 2 + 3 * 4**2 / 2)


def test_a_group_is_measured_by_its_own_units_only() -> None:
    """The large group before it asks for more than the small one could cut."""
    cuts = pd.Series({"x": 40.0, "y": 20.0, "z": 4.0})
    groups = pd.Series({"x": "a", "y": "a", "z": "b"})
    found = sc.trade_allowances(cuts, SLOPES, emissions=EMITTED, scope=groups, beyond=False)
    # Group a cuts 60 at a price p with p/1 + p/3 = 60; b cuts its 4 at 6 times 4.
    assert found.group_prices.to_dict() == pytest.approx({"a": 45, "b": 24})
    assert found.abatement.to_dict() == pytest.approx({"x": 45, "y": 15, "z": 4})


def test_steps_that_nobody_climbs_have_no_price() -> None:
    steps = pd.DataFrame(
        [("x", 6.0, 5.0), ("y", 8.0, 12.0), ("z", 4.0, 12.0)], columns=["unit", "amount", "price"]
    )
    cuts = pd.Series({"x": 4.0, "y": 3.0, "z": 0.0})
    groups = pd.Series({"x": "a", "y": "a", "z": "b"})
    found = sc.trade_allowances(cuts, steps, scope=groups, beyond=False)
    assert found.group_prices.to_dict() == {"a": 12, "b": 0}
    assert found.abatement.to_dict() == pytest.approx({"x": 6, "y": 1, "z": 0})
    assert found.cost == pytest.approx(6 * 5 + 12)
