"""The worked example of three places with spillovers, to all printed digits."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc

LABELS = ["1", "2", "3"]
SHARES = pd.DataFrame(
    [[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]], index=LABELS, columns=LABELS
)
PLACES = pd.DataFrame(
    {"emission": 10.0, "damage": [10.0, 6.0, 4.0], "cost": [2.0, 1.0, 1.5]}, index=LABELS
)
PRINTED = 5.1e-7


def close(found: object, printed: list[float], within: float = PRINTED) -> None:
    assert list(pd.Series(found)) == pytest.approx(printed, abs=within)


@pytest.fixture(scope="module")
def example() -> sc.GovernanceResult:
    return sc.govern(PLACES, SHARES)


def test_abatement(example: sc.GovernanceResult) -> None:
    close(example.abatement["nash"], [3.5, 3.6, 1.866667])
    close(example.abatement["cooperation"], [4.3, 6.4, 3.333333])
    close(example.abatement["compensation"], [4.3, 6.4, 3.333333])


def test_payoffs(example: sc.GovernanceResult) -> None:
    close(example.payoff["nash"], [-78.683333, -47.08, -33.106667])
    close(example.payoff["cooperation"], [-72.256667, -48.28, -32.16])
    close(example.gain["cooperation"], [6.426667, -1.2, 0.946667])
    assert example.payoff.sum()["nash"] == pytest.approx(-158.87, abs=PRINTED)
    assert example.payoff.sum()["cooperation"] == pytest.approx(-152.696667, abs=PRINTED)


def test_sharing(example: sc.GovernanceResult) -> None:
    close(example.shapley, [-76.436667, -44.62, -31.64])
    close(example.nash_bargaining, [-76.625556, -45.022222, -31.048889])
    close(example.sharing["nucleolus"], [-76.55, -44.946667, -31.2])
    close(example.sharing_transfers["shapley"], [-4.18, 3.66, 0.52])
    assert (example.sharing.sum() + 152.696667).abs().max() < PRINTED


def test_who_would_sign(example: sc.GovernanceResult) -> None:
    assert example.losers == {"nash": (), "cooperation": ("2",), "compensation": ()}
    assert example.recommendation == "compensation"
    assert example.smallest_transfers.sum()["2"] == pytest.approx(1.2)
    assert not example.stable["cooperation"]
    assert example.blocking["cooperation"] == ("2",)


def test_quadratic_damage() -> None:
    places = PLACES.assign(damage=[0.5, 0.3, 0.2])
    result = sc.govern(places, SHARES, damage="quadratic")
    close(result.abatement["nash"], [1.497699, 1.548730, 0.835837])
    close(result.abatement["cooperation"], [1.742017, 2.559308, 1.364921])
    totals = result.payoff.sum()
    assert totals["nash"] == pytest.approx(-41.401775, abs=PRINTED)
    assert totals["cooperation"] == pytest.approx(-40.453619, abs=PRINTED)


def test_compensation() -> None:
    table = sc.side_payments(3.6, 1.0, externality=2.0).table
    assert table.loc["additional_subsidy"].tolist()[:2] == pytest.approx([1.0, 4.6])
    assert table.loc["additional_subsidy", "payer_gain"] == pytest.approx(1.0)
    assert table.loc["additional_subsidy", "supplier_gain"] == pytest.approx(0.5)
    assert table.loc["cost_sharing", "rate"] == pytest.approx(0.052632, abs=PRINTED)
    assert table.loc["cost_sharing", "abatement"] == pytest.approx(3.8)
    assert table.loc["cost_sharing", "payer_gain"] == pytest.approx(0.02)
    assert table.loc["cost_sharing", "supplier_gain"] == pytest.approx(0.36)
    assert sc.side_payments(3.6, 1.0, externality=2.0).surplus == pytest.approx(2.0)


def test_licensing() -> None:
    plus = sc.licensing(4.0, 2.0, 1.0, externality=1.0)
    assert plus.royalty == pytest.approx(1.1716, abs=5e-5)
    assert plus.royalty_value == pytest.approx(4.1421, abs=5e-5)
    assert (plus.fee, plus.fee_value, plus.two_part_value) == pytest.approx((4.0, 6.0, 6.5))
    assert plus.choice == "fee"
    minus = sc.licensing(4.0, 2.0, 1.0, externality=-1.0)
    assert minus.royalty_value == pytest.approx(2.4853, abs=5e-5)
    assert minus.fee_value == pytest.approx(2.0)
    assert minus.choice == "royalty"
    assert minus.threshold == pytest.approx(-0.585786, abs=PRINTED)


def test_dynamic_game(example: sc.GovernanceResult) -> None:
    places = PLACES.assign(damage=[2.0, 1.2, 0.8])
    result = sc.dynamic_game(places, SHARES, discount=0.05, decay=0.15)
    close(result.steady_state["nash"], [44.288889, 45.111111, 50.822222])
    close(result.steady_state["cooperation"], [35.844444, 30.888889, 39.711111])
    close(result.abatement["nash"], list(example.abatement["nash"]))
    assert result.marginal.round(9).to_numpy().tolist() == [
        [7.0, 2.0, 1.0],
        [1.2, 3.6, 1.2],
        [0.4, 0.8, 2.8],
    ]
