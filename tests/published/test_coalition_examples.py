"""Worked and textbook games: the linear example, the Talmud, gloves, the airport, the Council."""

from __future__ import annotations

from math import comb, factorial
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

REGIONS = ["1", "2", "3"]


@pytest.fixture(scope="module")
def game() -> sc.LinearGame:
    """S, d, c and e of the example: g_ki = d_k S_ki."""
    spill = np.array([[0.7, 0.2, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]])
    benefit = np.array([10.0, 6, 4])[:, None] * spill
    return sc.linear_game(
        pd.DataFrame(benefit, REGIONS, REGIONS),
        pd.Series([2, 1, 1.5], REGIONS),
        pd.Series(10.0, REGIONS),
    )


def test_abatement_and_payoffs_of_the_linear_example(game: sc.LinearGame) -> None:
    assert game.nash == pytest.approx([3.5, 3.6, 1.866667], abs=5e-7)
    assert game.cooperation == pytest.approx([4.3, 6.4, 3.333333], abs=5e-7)
    assert game.standalone == pytest.approx([-78.683333, -47.08, -33.106667], abs=5e-7)
    joint = game.payoff(game.cooperation)
    assert joint == pytest.approx([-72.256667, -48.28, -32.16], abs=5e-7)
    assert game.total == pytest.approx(-152.696667, abs=5e-7)


@pytest.mark.parametrize(
    ("rule", "printed"),
    [
        ("shapley", [-76.436667, -44.62, -31.64]),
        ("equal", [-76.625556, -45.022222, -31.048889]),
        ("nucleolus", [-76.55, -44.946667, -31.2]),
    ],
)
def test_rules_of_the_linear_example(game: sc.LinearGame, rule: str, printed: list[float]) -> None:
    found = sc.share_gains(game)
    assert found.shares[rule].to_numpy() == pytest.approx(printed, abs=5e-7)
    assert found.checks.loc[rule, "pareto"]
    assert found.checks.loc[rule, "in_core"]
    assert sc.convexity(game).convex


def test_transfers_and_the_loser_of_the_linear_example(game: sc.LinearGame) -> None:
    joint = pd.Series(game.payoff(game.cooperation), REGIONS)
    transfers = sc.shapley(game).shares - joint
    assert transfers.tolist() == pytest.approx([-4.18, 3.66, 0.52], abs=5e-7)
    check = sc.pareto_check(joint, pd.Series(game.standalone, REGIONS))
    assert (check.worst_off, round(check.worst_gain, 6)) == ("2", -1.2)
    assert check.gain.tolist() == pytest.approx([6.426667, -1.2, 0.946667], abs=5e-7)


CLAIMS = {"100": 100.0, "200": 200.0, "300": 300.0}


@pytest.mark.parametrize(
    ("estate", "printed"),
    [
        (100, [100 / 3, 100 / 3, 100 / 3]),
        (200, [50, 75, 75]),
        (300, [50, 100, 150]),
        (400, [50, 125, 225]),
        (500, [200 / 3, 500 / 3, 800 / 3]),
    ],
)
def test_bankruptcy_in_the_talmud(estate: float, printed: list[float]) -> None:
    """Aumann and Maschler (1985): the nucleolus is the Mishna's division."""

    def worth(group: frozenset[str]) -> float:
        return max(0.0, estate - sum(c for name, c in CLAIMS.items() if name not in group))

    found = sc.nucleolus(worth, list(CLAIMS))
    assert found.shares.tolist() == pytest.approx(printed, abs=1e-9)
    assert found.certificate == pytest.approx(0.0, abs=1e-9)


def test_the_security_council() -> None:
    """Nine of fifteen votes and no veto: 0.1963 for each of five, 0.001865 for each of ten."""
    members = [f"veto {i}" for i in range(5)] + [f"elected {i}" for i in range(10)]

    def passes(group: frozenset[str]) -> float:
        vetoes = sum(name.startswith("veto") for name in group)
        return float(vetoes == 5 and len(group) >= 9)

    found = sc.shapley(passes, members)
    elected = comb(9, 3) * factorial(8) * factorial(6) / factorial(15)
    assert found["elected 0"] == pytest.approx(elected, rel=1e-12)
    assert found["elected 9"] == pytest.approx(0.001865, abs=5e-7)
    assert found["veto 0"] == pytest.approx((1 - 10 * elected) / 5, rel=1e-12)
    assert found["veto 4"] == pytest.approx(0.1963, abs=5e-5)


def test_gloves_of_two_left_and_three_right_hands() -> None:
    """Shapley and Shubik's market: the scarce side gets more, and all of it in the core."""
    hands = ["l1", "l2", "r1", "r2", "r3"]

    def pairs(group: frozenset[str]) -> int:
        return min(sum(h[0] == "l" for h in group), sum(h[0] == "r" for h in group))

    found = sc.shapley(pairs, hands)
    assert found["l1"] == pytest.approx(13 / 20)
    assert found["r1"] == pytest.approx(7 / 30)
    kept = sc.nucleolus(pairs, hands)
    assert kept.shares.tolist() == pytest.approx([1, 1, 0, 0, 0], abs=1e-9)
    assert sc.core_test(pairs, hands, kept.shares).in_core


def test_the_airport_game() -> None:
    """Littlechild and Owen: each stretch of runway is paid in equal parts by those who need it."""
    needs = {"small": 12.0, "medium": 28.0, "large": 60.0}

    def saving(group: frozenset[str]) -> float:
        return -max(needs[name] for name in group)

    found = sc.shapley(saving, list(needs))
    assert found.shares.tolist() == pytest.approx([-4.0, -12.0, -44.0])
    assert sc.convexity(saving, list(needs)).convex
    assert sc.core_test(saving, list(needs), found.shares).in_core


def test_majority_of_three_has_no_core() -> None:
    def wins(group: frozenset[Any]) -> float:
        return float(len(group) >= 2)

    found = sc.nucleolus(wins, list("abc"))
    assert found.shares.tolist() == pytest.approx([1 / 3] * 3)
    assert found.excesses[0] == pytest.approx(1 / 3)  # above zero: any sharing can be left
    assert sc.core_test(wins, list("abc"), found.shares).blocking == ("a", "b")
