"""The dynamic game: its path, its values, the static game in it, corners and bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import OptionError, SchemaError

SHARES = pd.DataFrame(
    [[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]], index=list("ABC"), columns=list("ABC")
)
YEARLY = pd.DataFrame(
    {"emission": 10.0, "damage": [2.0, 1.2, 0.8], "cost": [2.0, 1.0, 1.5]}, index=list("ABC")
)


def test_the_path_solves_the_equation_of_motion() -> None:
    first = pd.Series({"C": 50.0, "B": 40.0, "A": 0.0})
    result = sc.dynamic_game(YEARLY, SHARES, discount=0.05, decay=0.15, stock=first, horizon=30)
    for mode in ("nash", "cooperation"):
        stock, step = first.loc[list("ABC")].to_numpy(), 1e-4
        flow = SHARES.to_numpy() @ (10.0 - result.abatement[mode].to_numpy())
        for _ in range(int(3 / step)):
            middle = stock + step / 2 * (flow - 0.15 * stock)
            stock = stock + step * (flow - 0.15 * middle)
        at = result.path[(result.path["year"] == 3) & (result.path["mode"] == mode)]
        assert at["stock"].to_numpy() == pytest.approx(stock, rel=1e-7)
    begun = result.path[result.path["year"] == 0].set_index(["mode", "place"])["stock"]
    assert begun["nash"].to_dict() == pytest.approx(first.to_dict())
    assert result.half_life == pytest.approx(np.log(2) / 0.15)


def test_values_are_integrals_and_the_plan_is_best() -> None:
    """Discounted payoffs by quadrature; no other constant plan of one's own does better."""
    first = 30.0
    result = sc.dynamic_game(YEARLY, SHARES, discount=0.05, decay=0.15, stock=first)
    spill, harm = SHARES.to_numpy(), YEARLY["damage"].to_numpy()
    cost = YEARLY["cost"].to_numpy()
    years = np.linspace(0, 400, 400_001)

    def value(plan: Any) -> Any:
        steady = spill @ (10.0 - plan) / 0.15
        stock = steady + np.exp(-0.15 * years)[:, None] * (first - steady)
        flow = -harm * stock - cost * plan**2 / 2
        return np.trapezoid(flow * np.exp(-0.05 * years)[:, None], years, axis=0)

    nash = result.abatement["nash"].to_numpy()
    base = value(nash)
    assert base == pytest.approx(result.value["nash"].to_numpy(), rel=1e-6)
    for i in range(3):
        for step in (-0.2, 0.2):
            other = nash.copy()
            other[i] += step
            assert value(other)[i] < base[i]
    together = result.abatement["cooperation"].to_numpy()
    assert value(together).sum() > value(together * 1.02).sum()
    assert value(together).sum() > value(together * 0.98).sum()
    assert result.losers == ("B",)
    assert result.gain.sum() > 0


def test_less_myopic_places_abate_more() -> None:
    def tonnes(discount: float, decay: float) -> float:
        found = sc.dynamic_game(YEARLY.assign(emission=1e3), SHARES, discount=discount, decay=decay)
        return float(found.abatement["nash"].sum())

    assert tonnes(0.02, 0.15) > tonnes(0.05, 0.15) > tonnes(0.05, 0.3)


def test_the_static_game_with_discounted_damage_is_the_same() -> None:
    static = sc.govern(YEARLY.assign(damage=YEARLY["damage"] / 0.2), SHARES)
    result = sc.dynamic_game(YEARLY, SHARES, discount=0.05, decay=0.15)
    assert np.allclose(static.gain["cooperation"] / 0.05, result.gain, rtol=1e-9)


def test_a_dynamic_corner_and_bad_input() -> None:
    small = sc.dynamic_game(YEARLY.assign(emission=1.0), SHARES, discount=0.05, decay=0.15)
    assert small.corner.all(axis=None)
    assert (small.steady_state == 0).all(axis=None)
    assert "abatement stops" in small.notes[0]
    assert len(small.to_frame()) == 6
    with pytest.raises(OptionError, match="discount"):
        sc.dynamic_game(YEARLY, SHARES, discount=0.0, decay=0.15)
    with pytest.raises(OptionError, match="decay"):
        sc.dynamic_game(YEARLY, SHARES, discount=0.05, decay=-1.0)
    with pytest.raises(OptionError, match="horizon"):
        sc.dynamic_game(YEARLY, SHARES, discount=0.05, decay=0.15, horizon=0)
    with pytest.raises(SchemaError, match="stock is not numeric"):
        sc.dynamic_game(YEARLY, SHARES, discount=0.05, decay=0.15, stock="much")  # type: ignore[arg-type]
    with pytest.raises(SchemaError, match="stock is below zero"):
        sc.dynamic_game(YEARLY, SHARES, discount=0.05, decay=0.15, stock=-1.0)
