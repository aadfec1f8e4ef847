"""What holds for every game of places that harm one another, and for every licence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import spatialcarbon as sc
from spatialcarbon.models.governance.govern_result import tolerance

few = settings(max_examples=12)
PART = st.integers(0, 40).map(lambda n: n / 100)
HARM = st.integers(0, 100).map(lambda n: n / 10)
COST = st.integers(1, 60).map(lambda n: n / 10)
EMISSION = st.integers(0, 300).map(lambda n: n / 10)
RULES = ("shapley", "nash_bargaining", "equal", "proportional")


@st.composite
def games(draw: Any, least: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw places and a spillover whose diagonal outweighs the rest."""
    n = draw(st.integers(least, 5))
    labels = [f"城{i}" for i in range(n)]
    parts = draw(st.lists(st.lists(PART, min_size=n, max_size=n), min_size=n, max_size=n))
    shares = pd.DataFrame(parts, labels, labels) / n
    shares += np.diag(1.0 - shares.sum().to_numpy() * 0.9)
    rows = draw(st.lists(st.tuples(EMISSION, HARM, COST, COST), min_size=n, max_size=n))
    places = pd.DataFrame(rows, labels, ["emission", "damage", "cost", "licensed_cost"])
    assume(places["emission"].sum() > 0)
    return places, shares


@few
@given(games(), st.sampled_from(["linear", "quadratic"]))
def test_cooperation_pays_and_everything_adds_up(game: Any, damage: Any) -> None:
    places, shares = game
    result = sc.govern(places, shares, damage=damage, rules=RULES)
    least = tolerance(result.nash_payoff, result.payoff) * len(places)
    totals = result.payoff.sum()
    assert totals["cooperation"] >= totals["nash"] - least
    assert result.transfers.sum().abs().max() <= least
    assert result.sharing_transfers[list(RULES)].sum().abs().max() <= least
    assert (result.sharing[list(RULES)].sum() - totals["cooperation"]).abs().max() <= least
    assert (result.abatement >= 0).all(axis=None)
    assert (result.emission >= -1e-12 * places["emission"].max()).all(axis=None)
    # Ecological compensation leaves nobody worse off, nor does a licence that is signed.
    assert not result.losers["compensation"]
    if damage == "linear":
        more = result.abatement["cooperation"] - result.abatement["nash"]
        assert more.min() >= -1e-12 * max(1.0, places["emission"].max())
        assert not result.losers["licensing"]
        assert totals["licensing"] >= totals["nash"] - least


@few
@given(games())
def test_the_core_holds_the_shapley_value_of_interior_games(game: Any) -> None:
    places, shares = game
    places = places.assign(emission=1e4)
    result = sc.govern(places, shares, rules=RULES)
    alone = result.nash_payoff
    least = tolerance(alone, result.payoff) * len(places)
    assert ((result.shapley - alone) >= -least).all()
    assert ((result.nash_bargaining - alone) >= -least).all()


@few
@given(games(), st.integers(2, 9))
def test_gains_grow_with_the_square_of_damage(game: Any, times: int) -> None:
    places, shares = game
    places = places.assign(emission=1e6)
    first = sc.govern(places, shares, modes=("nash", "cooperation"), rules=())
    again = sc.govern(
        places.assign(damage=places["damage"] * times),
        shares,
        modes=("nash", "cooperation"),
        rules=(),
    )
    gain = first.gain["cooperation"].sum()
    stake = first.payoff.abs().to_numpy().max() * times**2
    assert abs(again.gain["cooperation"].sum() - times**2 * gain) <= 1e-9 * max(stake, 1.0)


@few
@given(games(), st.sampled_from(["linear", "quadratic"]))
def test_without_spillover_cooperation_is_nash(game: Any, damage: Any) -> None:
    places, _ = game
    alone = pd.DataFrame(np.eye(len(places)), places.index, places.index)
    result = sc.govern(places, alone, damage=damage, rules=())
    gap = (result.abatement["cooperation"] - result.abatement["nash"]).abs().max()
    assert gap <= 1e-9 * places["emission"].max()
    assert result.recommendation in {"nash", "licensing"}


@few
@given(games(least=2))
def test_a_place_apart_keeps_its_payoff(game: Any) -> None:
    places, shares = game
    apart = places.index[0]
    shares = shares.copy()
    shares.loc[apart] = np.where(shares.columns == apart, 0.7, 0.0)
    shares[apart] = np.where(shares.index == apart, 0.7, 0.0)
    result = sc.govern(places, shares, rules=("shapley",))
    stake = max(result.payoff.abs().to_numpy().max(), 1.0)
    assert abs(result.shapley[apart] - result.nash_payoff[apart]) <= 1e-9 * stake
    assert abs(result.gain.loc[apart, "compensation"]) <= 1e-9 * stake


@few
@given(st.integers(2, 5), PART, HARM, COST)
def test_equals_get_the_same(n: int, part: float, harm: float, cost: float) -> None:
    labels = [f"p{i}" for i in range(n)]
    shares = pd.DataFrame(part / n, labels, labels) + np.eye(n) * 0.6
    places = pd.DataFrame({"emission": 9.0, "damage": harm, "cost": cost}, labels)
    result = sc.govern(places, shares, rules=RULES)
    stake = max(result.payoff.abs().to_numpy().max(), 1.0)
    assert (result.sharing[list(RULES)].std() <= 1e-9 * stake).all()
    assert result.transfers.abs().to_numpy().max() <= 1e-9 * stake


@few
@given(games(least=2), st.randoms(use_true_random=False))
def test_the_order_of_places_changes_no_byte(game: Any, random: Any) -> None:
    places, shares = game
    order = list(places.index)
    random.shuffle(order)
    first = sc.govern(places, shares, rules=RULES)
    again = sc.govern(places.loc[order], shares.loc[order, order], rules=RULES)
    assert first.payoff.equals(again.payoff.loc[places.index])
    assert first.sharing.equals(again.sharing.loc[places.index])


@given(
    st.floats(0.01, 50.0),
    st.floats(0.1, 5.0),
    st.floats(0.01, 0.99),
    st.floats(-60.0, 60.0),
    st.floats(0.0, 1.0),
)
def test_the_better_contract_is_chosen(
    delta: float, cost: float, part: float, outside: float, kept: float
) -> None:
    result = sc.licensing(delta, cost, cost * part, externality=outside, licensee_share=kept)
    size = delta * delta / (cost * part) + abs(outside) * delta / (cost * part)
    best = max(result.fee_value, result.royalty_value)
    if result.choice == "none":
        assert best < 0
    else:
        chosen = result.fee_value if result.choice == "fee" else result.royalty_value
        assert chosen >= best - 1e-9 * size
    if outside >= 0:
        assert result.choice == "fee"
    assert 0.0 <= result.royalty <= delta
    assert result.abatement["royalty"] <= result.abatement["fee"] + 1e-9 * size
    assert result.abatement["royalty"] >= result.abatement["none"] - 1e-9 * size
    if not np.isnan(result.two_part_value):
        assert result.two_part_value >= best - 1e-9 * size
