"""Four modes for N places: identities, payments, licences, sharing, reasons, bad input."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import (
    AlignmentError,
    MissingDataError,
    OptionError,
    SchemaError,
    SpatialCarbonError,
    UnitMismatchError,
)
from spatialcarbon.models.governance.govern_modes import TERMS

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

SHARES = pd.DataFrame(
    [[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]], index=list("ABC"), columns=list("ABC")
)
PLACES = pd.DataFrame(
    {"emission": 10.0, "damage": [10.0, 6.0, 4.0], "cost": [2.0, 1.0, 1.5]}, index=list("ABC")
)
LICENSED = PLACES.assign(licensed_cost=[0.8, 1.0, 0.9])


def check_identities(result: sc.GovernanceResult) -> None:
    """Check what holds for every result."""
    assert (result.payoff - (result.payoff_before + result.transfers)).abs().max().max() < 1e-9
    assert (result.payoff_before + result.damage + result.cost).abs().max().max() < 1e-9
    assert result.transfers.sum().abs().max() < 1e-9
    for mode in result.modes:
        square = result.payments[mode]
        assert (square >= 0).all(axis=None)
        assert np.trace(square.to_numpy()) == 0
        net = square.sum() - square.sum(axis=1)
        assert (net - result.transfers[mode]).abs().max() < 1e-9
    emitted = result.emission.add(result.abatement)
    assert emitted.sub(result.places["emission"], axis=0).abs().max().max() < 1e-9
    shared = result.sharing.sum() - result.sharing["equal"].sum()
    assert shared[result.sharing.notna().all()].abs().max() < 1e-9
    assert result.sharing_transfers.sum().abs().max() < 1e-9


@pytest.fixture(scope="module")
def licensed() -> sc.GovernanceResult:
    return sc.govern(LICENSED, SHARES)


def test_identities(licensed: sc.GovernanceResult) -> None:
    check_identities(licensed)
    assert licensed.modes == ("nash", "cooperation", "compensation", "licensing")
    assert licensed.references == (
        *("maler1989", "chander1997", "dockner1993", "nash1950", "shapley1953"),
        *("kamien1986", "xu2023"),
    )
    sc_keys = sc.govern(PLACES, SHARES, modes=["nash"]).references
    assert "kamien1986" not in sc_keys


def test_payments_of_compensation(licensed: sc.GovernanceResult) -> None:
    """B's abatement is worth 2 to A and 0.8 to C: they pay 3 · 2.8² / 4 in these parts."""
    paid = licensed.payments["compensation"]
    lump = 3 * 2.8**2 / 4
    assert paid["B"].to_dict() == pytest.approx(
        {"A": lump * 2.0 / 2.8, "B": 0.0, "C": lump * 0.8 / 2.8}
    )
    assert paid.sum().to_dict() == pytest.approx({"A": 0.75 * 1.6**2 / 2, "B": lump, "C": 2.42})


def test_licences(licensed: sc.GovernanceResult) -> None:
    """B is cheapest and licenses A and C; without rivalry by fixed fees."""
    terms = licensed.contracts
    assert list(terms.index) == ["A", "C"]
    assert list(terms.columns) == list(TERMS)
    assert set(terms["licensor"]) == {"B"}
    assert set(terms["choice"]) == {"fee"}
    single = sc.licensing(7.0, 2.0, 0.8, externality=1.2, limit=10.0)
    assert terms.loc["A", "fee"] == pytest.approx(single.fee)
    assert terms.loc["A", "paid"] == pytest.approx(single.fee)
    assert licensed.abatement["licensing"].to_dict() == pytest.approx(
        {"A": 7 / 0.8, "B": 3.6, "C": 2.8 / 0.9}
    )
    assert licensed.payments["licensing"].loc["A", "B"] == pytest.approx(single.fee)
    # Each licensee pays all that it gains itself: what is left is what others' licences bring.
    assert licensed.gain.loc["A", "licensing"] == pytest.approx(1.0 * (2.8 / 0.9 - 2.8 / 1.5))


def test_rivalry_turns_fees_into_royalties_or_nothing() -> None:
    some = sc.govern(LICENSED, SHARES, rivalry=pd.Series({"C": 1.9, "A": 4.2, "B": 0.0}))
    assert some.contracts.loc["A", "choice"] == "royalty"
    paid = some.contracts.loc["A", "royalty"] * some.abatement.loc["A", "licensing"]
    assert some.payments["licensing"].loc["A", "B"] == pytest.approx(paid)
    check_identities(some)
    assert some.losers["licensing"] == ()
    own = PLACES.loc["B", "cost"] * some.abatement.loc["B", "licensing"] ** 2 / 2
    lost = some.cost.loc["B", "licensing"] - own
    more = some.abatement["licensing"] - some.abatement["nash"]
    assert lost == pytest.approx(4.2 * more["A"] + 1.9 * more["C"])
    none = sc.govern(LICENSED, SHARES, rivalry=100.0)
    assert set(none.contracts["choice"]) == {"none"}
    assert none.abatement["licensing"].equals(none.abatement["nash"].rename("licensing"))


def test_who_licenses_and_what_the_licensee_keeps() -> None:
    named = sc.govern(LICENSED, SHARES, licensor="C")
    assert list(named.contracts.index) == ["A"]
    half = sc.govern(LICENSED, SHARES, licensee_share=0.5)
    full = sc.govern(LICENSED, SHARES)
    assert half.contracts.loc["A", "fee"] == pytest.approx(full.contracts.loc["A", "fee"] / 2)


def test_corners_are_flagged_and_exact() -> None:
    places = LICENSED.assign(emission=[3.0, 5.0, 0.0])
    result = sc.govern(places, SHARES)
    check_identities(result)
    assert result.abatement["cooperation"].tolist() == [3.0, 5.0, 0.0]
    assert result.corner["nash"].tolist() == [True, False, True]
    said = " ".join(result.notes)
    assert "abatement stops at all that is emitted" in said
    assert "places without emissions have nothing to abate: C" in said
    # The supplier B: half way between its net cost and what it is worth to the others.
    more, own, others = 5.0 - 3.6, 3.6, 2.8
    burden = (5.0**2 - 3.6**2) / 2 - own * more
    lump = (burden + others * more) / 2
    assert result.payments["compensation"]["B"].sum() == pytest.approx(lump)
    assert result.losers["compensation"] == ()


def test_smallest_transfers_make_everybody_sign() -> None:
    result = sc.govern(PLACES, SHARES)
    square = result.smallest_transfers
    after = result.gain["cooperation"] + square.sum() - square.sum(axis=1)
    assert after.min() >= -1e-9
    assert square.sum().to_dict() == pytest.approx({"A": 0.0, "B": 1.2, "C": 0.0})


def test_stability_is_the_core() -> None:
    result = sc.govern(LICENSED, SHARES)
    assert result.blocking["nash"] == ()
    assert result.stable["nash"]
    assert result.stable["compensation"]
    # Asked directly: v of each group against what the mode leaves it.
    worth = {("A",): -78.683333, ("B",): -47.08, ("C",): -33.106667}
    assert result.nash_payoff.to_dict() == pytest.approx({k[0]: v for k, v in worth.items()})
    for mode in ("cooperation", "compensation", "licensing"):
        left = result.blocking[mode]
        assert result.stable[mode] == (not left)


def test_all_together_are_not_a_group_that_leaves() -> None:
    """A small licence brings less than cooperation; alone nobody does better than with it."""
    pair = LICENSED.loc[["A", "B"]].assign(licensed_cost=[1.99, 1.0])
    result = sc.govern(pair, SHARES.loc[["A", "B"], ["A", "B"]])
    totals = result.payoff.sum()
    assert totals["nash"] < totals["licensing"] < totals["cooperation"]
    assert result.blocking["licensing"] == ()
    assert result.stable["licensing"]


def test_bargaining_power_and_rules() -> None:
    power = pd.Series({"C": 1.0, "B": 0.0, "A": 3.0})
    result = sc.govern(PLACES, SHARES, bargaining=power, rules=("nash_bargaining", "proportional"))
    gain = result.nash_bargaining - result.nash_payoff
    surplus = result.gain["cooperation"].sum()
    assert gain.to_dict() == pytest.approx({"A": 0.75 * surplus, "B": 0.0, "C": 0.25 * surplus})
    uneven = sc.govern(PLACES.assign(emission=[10.0, 20.0, 70.0]), SHARES)
    part = uneven.sharing["proportional"] - uneven.nash_payoff
    assert (part / part.sum()).tolist() == pytest.approx([0.1, 0.2, 0.7])
    assert result.shapley.isna().all()
    assert result.sharing["equal"].isna().all()


def test_rows_in_any_order_give_the_same_bytes() -> None:
    back = LICENSED.iloc[::-1]
    for damage in ("linear", "quadratic"):
        first = sc.govern(LICENSED, SHARES, damage=damage)
        # The order of results is that of the spillover.
        second = sc.govern(back, SHARES.loc[list("BCA"), list("CAB")], damage=damage)
        assert list(second.payoff.index) == list("BCA")
        for name in ("payoff", "transfers", "sharing", "abatement"):
            a, b = getattr(first, name), getattr(second, name)
            assert a.equals(b.loc[a.index])
        assert first.settings["data"] == second.settings["data"]
    loss = pd.Series({"A": 4.2, "B": 0.0, "C": 1.9})
    plain = sc.govern(LICENSED, SHARES, rivalry=loss)
    turned = sc.govern(back, SHARES.loc[list("CBA"), list("CBA")], rivalry=loss)
    assert turned.contracts.loc[["A", "C"]].equals(plain.contracts)


def test_weights_with_a_share(chain: Weights) -> None:
    places = pd.DataFrame({"emission": 9.0, "damage": 2.0, "cost": 1.0}, index=list("dcba"))
    result = sc.govern(places, chain, share=0.4)
    again = sc.govern(places, sc.spillover(chain, share=0.4))
    assert result.payoff.equals(again.payoff)
    assert list(result.payoff.index) == list("abcd")


def test_a_contrarian_map(contrarian: Any) -> None:
    table = contrarian.table
    places = pd.DataFrame({"emission": table["co2"], "damage": table["flat"], "cost": table["gdp"]})
    result = sc.govern(places, contrarian.weights, share=0.3, rng=1)
    check_identities(result)
    assert result.sharing["nucleolus"].isna().all()
    assert any("nucleolus" in note for note in result.notes)
    assert result.gain.loc[contrarian.island].abs().max() < 1e-9


def test_without_spillover_there_is_nothing_to_gain() -> None:
    alone = pd.DataFrame(np.eye(3), index=list("ABC"), columns=list("ABC"))
    result = sc.govern(PLACES, alone)
    assert result.abatement["cooperation"].equals(result.abatement["nash"].rename("cooperation"))
    assert result.recommendation == "nash"
    assert "no mode compared brings more" in result.reason.render("en")


def test_reasons() -> None:
    why = sc.govern(PLACES, SHARES).reason.render("en")
    assert "cooperation without payments would bring as much, but B would lose by it" in why
    only = sc.govern(PLACES, SHARES, modes=("nash", "cooperation"))
    assert only.recommendation == "nash"
    assert "no mode compared pays for that" in only.reason.render("en")
    same = PLACES.assign(damage=5.0, cost=1.0)
    even = SHARES * 0 + 1 / 3
    equal = sc.govern(same, even)
    assert equal.recommendation == "cooperation"
    assert "the most of all modes compared" in equal.reason.render("en")
    cheap = PLACES.assign(licensed_cost=[0.9, 1.0, 0.9])
    more = sc.govern(cheap, SHARES, modes=("cooperation", "licensing"))
    assert more.reason.render("zh")


def test_a_reason_for_less_than_the_most() -> None:
    dear = PLACES.assign(licensed_cost=[1.9, 1.0, 1.4])
    result = sc.govern(dear, SHARES, modes=("nash", "cooperation", "licensing"))
    assert result.recommendation == "licensing"
    assert "would bring more, but B would lose by it" in result.reason.render("en")


def test_units_are_converted() -> None:
    mega = pd.DataFrame(
        {
            "emission": PLACES["emission"] / 1e6,
            "damage": PLACES["damage"] / 1e4,
            "cost": PLACES["cost"] * 1e12,
        }
    )
    units = {"emission": "Mt CO2", "damage": "10^4 CNY/t", "cost": "CNY/Mt²"}
    told = sc.govern(mega, SHARES, units=units)
    mega.attrs["units"] = units
    carried = sc.govern(mega, SHARES)
    plain = sc.govern(PLACES, SHARES)
    for result in (told, carried):
        assert np.allclose(result.payoff, plain.payoff, rtol=1e-12)
    with pytest.raises(UnitMismatchError):
        sc.govern(mega, SHARES, units={"cost": "CNY/t"})


def test_more_places_than_coalitions_can_be_asked() -> None:
    n = 24
    labels = [f"市{i}" for i in range(n)]
    places = pd.DataFrame({"emission": 50.0, "damage": 2.0, "cost": 1.0}, index=labels)
    places.loc["市3", "emission"] = 1.0  # one corner, so that the closed form does not hold
    across = pd.DataFrame(0.02, index=labels, columns=labels) + 0.5 * np.eye(n)
    first = sc.govern(places, across, rng=5, permutations=100)
    assert pd.isna(first.stable["compensation"])
    assert any("standard error" in note for note in first.notes)
    assert first.shapley.equals(sc.govern(places, across, rng=5, permutations=100).shapley)
    total = first.payoff["cooperation"].sum()
    assert first.shapley.sum() == pytest.approx(total, rel=1e-9)
    places["damage"] = np.linspace(0.5, 4.0, n)
    harmed = sc.govern(places, across, rng=5, permutations=20)
    assert harmed.losers["cooperation"]
    assert harmed.stable["cooperation"] is np.False_ or not harmed.stable["cooperation"]
    assert harmed.blocking["cooperation"][0] in harmed.losers["cooperation"]


def test_sampling_with_quadratic_damage() -> None:
    n = 16
    labels = list(range(n))
    places = pd.DataFrame({"emission": 5.0, "damage": 0.2, "cost": 2.0}, index=labels)
    across = pd.DataFrame(0.02, index=labels, columns=labels) + 0.6 * np.eye(n)
    result = sc.govern(places, across, damage="quadratic", rng=1, permutations=10)
    gain = result.shapley - result.nash_payoff
    assert gain.sum() == pytest.approx(result.gain["cooperation"].sum())
    check_identities(result)


def test_tables(licensed: sc.GovernanceResult) -> None:
    frame = licensed.to_frame()
    assert len(frame) == 12
    row = frame[(frame["place"] == "B") & (frame["mode"] == "cooperation")].iloc[0]
    assert row["payoff"] == pytest.approx(-48.28)
    assert row["abatement"] == pytest.approx(6.4)
    totals = licensed.totals
    assert list(totals.index) == list(licensed.modes)
    assert totals.loc["cooperation", "worst_off"] == "B"
    assert totals.loc["cooperation", "worst_gain"] == pytest.approx(-1.2)
    assert totals.loc["cooperation", "losers"] == 1
    assert "recommendation" not in licensed.summary()


def test_one_place_has_nobody_to_cooperate_with() -> None:
    result = sc.govern(LICENSED.loc[["A"]], SHARES.loc[["A"], ["A"]])
    assert result.recommendation == "nash"
    assert result.stable.all()
    assert result.contracts.empty
    assert result.sharing.nunique(axis=1).tolist() == [1]
    check_identities(result)


def test_inputs_are_left_alone() -> None:
    places, shares = LICENSED.copy(), SHARES.copy()
    sc.govern(places, shares)
    assert places.equals(LICENSED)
    assert shares.equals(SHARES)


def test_quadratic_payments_go_by_marginal_damage_and_either_way() -> None:
    """A is spared by B's abatement, abates less together, and would pay for that too."""
    shares = pd.DataFrame(
        [[0.9, 0.5, 0.0], [0.05, 0.5, 0.0], [0.05, 0.0, 1.0]], list("ABC"), list("ABC")
    )
    places = pd.DataFrame(
        {"emission": 10.0, "damage": [1.0, 0.01, 0.1], "cost": 1.0}, index=list("ABC")
    )
    result = sc.govern(places, shares, damage="quadratic")
    together, alone = result.abatement["cooperation"], result.abatement["nash"]
    price = places["damage"] * (shares @ (10.0 - together))
    worth = shares.mul(price, axis=0).to_numpy()
    assert together["A"] < alone["A"]
    expected = np.zeros((3, 3))
    for q in range(3):
        more = together.iloc[q] - alone.iloc[q]
        sigma = worth[:, q].sum() - worth[q, q]
        burden = (together.iloc[q] ** 2 - alone.iloc[q] ** 2) / 2 - worth[q, q] * more
        for p in set(range(3)) - {q}:
            if sigma:
                expected[p, q] = worth[p, q] / sigma * (burden + sigma * more) / 2
    assert expected.min() < 0
    both = np.maximum(expected, 0) + np.maximum(-expected, 0).T
    assert result.payments["compensation"].to_numpy() == pytest.approx(both)
    assert result.losers["compensation"] == ()


def test_a_licensee_abates_at_most_what_it_emits() -> None:
    small = sc.govern(LICENSED.assign(emission=[4.0, 10.0, 10.0]), SHARES)
    assert small.abatement.loc["A", "licensing"] == 4.0
    terms = sc.licensing(7.0, 2.0, 0.8, externality=1.2, limit=4.0)
    assert small.contracts.loc["A", "paid"] == pytest.approx(terms.fee)
    assert terms.fee < sc.licensing(7.0, 2.0, 0.8, externality=1.2).fee


def test_quadratic_payments_leave_nobody_worse_off() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        shares = SHARES * rng.uniform(0.5, 1.0, (3, 3))
        places = pd.DataFrame(
            {
                "emission": rng.uniform(1, 10, 3),
                "damage": rng.uniform(0.0, 1.0, 3),
                "cost": rng.uniform(0.05, 2.0, 3),
            },
            index=list("ABC"),
        )
        result = sc.govern(places, shares, damage="quadratic")
        assert result.losers["compensation"] == (), seed
        check_identities(result)


BAD: list[tuple[Any, dict[str, Any], type[SpatialCarbonError], str]] = [
    (lambda p: p.to_numpy(), {}, AlignmentError, "without labels"),
    (lambda p: p.drop(columns="cost"), {}, SchemaError, "lacks the column cost"),
    (lambda p: p.assign(cost=[1.0, 0.0, 1.0]), {}, SchemaError, "cost is zero or less for B"),
    (lambda p: p.assign(damage=[1.0, -1.0, 1.0]), {}, SchemaError, "damage is below zero for B"),
    (lambda p: p.assign(damage=[1.0, None, 1.0]), {}, MissingDataError, "damage is missing"),
    (lambda p: p.assign(emission=0.0), {}, SchemaError, "no place emits anything"),
    (lambda p: p.drop(index="C"), {}, AlignmentError, "does not cover"),
    (lambda p: p.iloc[[0, 1, 2, 2]], {}, AlignmentError, "repeated labels"),
    (lambda p: p, {"modes": ("nahs",)}, OptionError, "modes='nahs' is not a choice"),
    (lambda p: p, {"modes": ()}, OptionError, "modes is empty"),
    (lambda p: p, {"modes": ("nash", "nash")}, OptionError, "names something twice"),
    (lambda p: p, {"modes": ("licensing",)}, SchemaError, "needs the column licensed_cost"),
    (lambda p: p, {"damage": "cubic"}, OptionError, "is not a choice"),
    (lambda p: p, {"licensor": "D"}, OptionError, "licensor='D' is not among the places"),
    (lambda p: p, {"rivalry": -1.0}, OptionError, "loss of rivalry"),
    (lambda p: p, {"rivalry": "high"}, OptionError, "loss of rivalry"),
    (lambda p: p, {"rules": ("fair",)}, OptionError, "rules='fair'"),
    (lambda p: p, {"share": 0.3}, OptionError, "a share was given beside a spillover"),
    (lambda p: p, {"permutations": 1}, OptionError, "at least 2"),
    (lambda p: p, {"bargaining": pd.Series({"A": -1.0, "B": 1.0, "C": 1.0})}, OptionError,
     "bargaining power is below zero for A"),
    (lambda p: p, {"bargaining": pd.Series(0.0, list("ABC"))}, OptionError, "nobody has any"),
    (lambda p: p.assign(licensed_cost=1.0),
     {"damage": "quadratic", "modes": ("licensing",)}, OptionError, "linear damage only"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "options", "error", "message"), BAD)
def test_bad_input(
    change: Any, options: dict[str, Any], error: type[SpatialCarbonError], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        sc.govern(change(PLACES), SHARES, **options)


def test_weights_need_a_share(chain: Weights) -> None:
    places = pd.DataFrame({"emission": 9.0, "damage": 2.0, "cost": 1.0}, index=list("abcd"))
    with pytest.raises(OptionError, match="not how much of it"):
        sc.govern(places, chain)


def test_left_out_licensing_is_said() -> None:
    assert "there is no column licensed_cost" in sc.govern(PLACES, SHARES).notes[0]
    bent = sc.govern(LICENSED.assign(damage=[0.5, 0.3, 0.2]), SHARES, damage="quadratic")
    assert bent.modes == ("nash", "cooperation", "compensation")
    assert "linear damage only" in bent.notes[0]
