"""Zero-sum gains: worked example, an oracle by linprog, rules, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import spatialcarbon as sc
from spatialcarbon.models.quota import zero_sum as module
from spatialcarbon.models.quota.zero_sum_rules import (
    check_balance,
    clipped_score,
    cooperative_score,
    redistribute,
    single_score,
)

few = pytest.mark.filterwarnings("ignore::spatialcarbon.WeakDiscriminationWarning")

FIVE = pd.Series([2.0, 4, 6, 5, 8], list("abcde"), name="co2")
MADE = pd.Series([1.0, 3, 4, 2, 3], list("abcde"), name="gdp")


@pytest.fixture(scope="module")
def cloud() -> tuple[pd.Series, pd.DataFrame]:
    """Return 40 units with labels of several alphabets, out of order."""
    rng = np.random.default_rng(3)
    labels = [f"城{i}" if i % 2 else f"unit {i}" for i in rng.permutation(40)]
    x = pd.Series(rng.lognormal(3, 1, 40), labels, name="co2")
    y = pd.DataFrame(
        {f"y{r}": x**power * rng.lognormal(0, 0.4, 40) for r, power in enumerate((0.5, 0.8))}
    )
    return x, y


def one_by_one(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return efficiencies, a linprog call for each unit."""
    n = len(x)
    return np.array(
        [
            linprog(x, A_ub=-y.T, b_ub=-y[o], A_eq=np.ones((1, n)), b_eq=[1.0], method="highs").fun
            / x[o]
            for o in range(n)
        ]
    )


@few
def test_worked_example() -> None:
    """METHODS §12.2."""
    result = sc.zero_sum_dea(FIVE, MADE)
    np.testing.assert_allclose(result.efficiency, [1, 1, 1, 0.6, 0.5])
    assert result.constant == pytest.approx(25 / 19)
    assert result.total == 25
    by_hand = [2.631579, 5.263158, 7.894737, 3.947368, 5.263158]
    np.testing.assert_allclose(result.allocation, by_hand, atol=5e-7)
    np.testing.assert_allclose(result.score, [1.3158, 1.3158, 1.3158, 0.7895, 0.6579], atol=5e-5)
    np.testing.assert_allclose(result.single_score, [1, 1, 1, 0.652174, 0.595238], atol=5e-7)
    assert (result.final_efficiency == 1).all()
    assert result.allocation.sum() == pytest.approx(25, rel=1e-12)
    assert result.moved == pytest.approx(result.adjustment.clip(lower=0).sum())
    np.testing.assert_allclose(result.share, result.allocation / 25)
    assert (result.iterations, result.converged) == (1, True)
    assert result.references == ("banker1984", "lins2003", "gomes2008")


def test_redistribution_by_hand() -> None:
    """6 gives 3: 1 to the unit of 1, 2 to that of 2; then the unit of 2 gives 1 as well."""
    x = np.array([6.0, 1.0, 2.0])
    np.testing.assert_allclose(redistribute(x, np.array([0.5, 1, 1])), [3, 2, 4])
    np.testing.assert_allclose(redistribute(x, np.array([0.5, 1, 0.5])), [3 + 6 / 7, 2 + 1 / 7, 3])
    # One unit outweighs the rest beyond double precision.
    heavy = redistribute(np.array([1e20, 1.0, 2.0]), np.array([1 - 1e-19, 1, 1]))
    assert heavy[1] < heavy[2]
    assert np.isfinite(heavy).all()


def test_the_theorem_is_what_the_scores_solve() -> None:
    """h_i = φ_i [1 + Σ_W x_j (1 − ρ_ij h_i) / Σ_rest x_j] with ρ_ij = φ_j / φ_i."""
    x, phi = FIVE.to_numpy(), np.array([1, 1, 1, 0.6, 0.5])
    h, slow = cooperative_score(x, phi), phi < 1
    for i in range(5):
        freed = x[slow] * (1 - phi[slow] / phi[i] * h[i])
        assert h[i] == pytest.approx(phi[i] * (1 + freed.sum() / x[~slow].sum()))
    # Study 004's score is the same without the factor h inside the sum, clipped.
    for i in range(5):
        freed = x[slow] * (1 - phi[slow] / phi[i])
        wrong = phi[i] * (1 + freed.sum() / x[~slow].sum())
        assert clipped_score(x, phi)[i] == pytest.approx(min(max(wrong, 0), 1))


def test_a_single_unit_reaches_the_frontier_it_moves() -> None:
    """If d alone gives up, it ends efficient against the others with what they got."""
    x, phi = FIVE.to_numpy(), np.array([1, 1, 1, 0.6, 0.5])
    h = np.ones(5)
    h[3] = single_score(x, phi)[3]
    after = redistribute(x, h)
    assert one_by_one(after, MADE.to_numpy()[:, None])[3] == pytest.approx(1)
    assert after.sum() == pytest.approx(25)


def test_against_linear_programmes(cloud: Any) -> None:
    x, y = cloud
    result = sc.zero_sum_dea(x, y)
    phi = one_by_one(x.to_numpy(), y.to_numpy())
    np.testing.assert_allclose(result.efficiency, phi, atol=1e-9)
    np.testing.assert_allclose(result.allocation, x * phi * x.sum() / (phi * x).sum(), rtol=1e-9)
    again = one_by_one(result.allocation.to_numpy(), y.to_numpy())
    np.testing.assert_allclose(again, 1, atol=1e-8)
    assert result.handed_over == 0
    assert result.allocation.index.equals(x.index)


@pytest.mark.parametrize("rule", ["proportional", "single", "paper004"])
def test_history_follows_the_rule(cloud: Any, rule: Any) -> None:
    x, y = cloud
    result = sc.zero_sum_dea(x, y, mode="iterate", rule=rule)
    history = result.history
    assert list(history) == ["iteration", "unit", "input", "efficiency", "score"]
    assert len(history) == 40 * (result.iterations + 1)
    wide = history.pivot(index="unit", columns="iteration", values="input").loc[x.index]
    np.testing.assert_allclose(wide.sum(), x.sum(), rtol=1e-12)
    np.testing.assert_allclose(wide.iloc[:, -1], result.allocation)
    for step in range(result.iterations):
        now = history[history["iteration"] == step]
        np.testing.assert_allclose(
            now["efficiency"], one_by_one(now["input"].to_numpy(), y.to_numpy()), atol=1e-9
        )
        values, score = now["input"].to_numpy(), now["score"].to_numpy()
        projected = rule == "proportional" or (rule == "paper004" and step == 2)
        after = values * score if projected else redistribute(values, score)
        np.testing.assert_allclose(wide[step + 1], after, rtol=1e-9)
    assert result.converged
    assert result.iterations == {"proportional": 1, "single": 4, "paper004": 3}[rule]


def test_only_the_clipped_score_ends_elsewhere(cloud: Any) -> None:
    x, y = cloud
    answer = sc.zero_sum_dea(x, y).allocation
    single = sc.zero_sum_dea(x, y, mode="iterate", rule="single", tol=1e-9).allocation
    np.testing.assert_allclose(single, answer, rtol=1e-7)
    clipped = sc.zero_sum_dea(x, y, mode="iterate", rule="paper004")
    assert (clipped.allocation - answer).abs().sum() > 0.2 * x.sum()
    before = clipped.efficiency == 1
    later = clipped.history.query("iteration == 2").set_index("unit")["efficiency"]
    assert (later[before] < 0.999).any()  # efficient units that others' cuts made inefficient
    np.testing.assert_allclose(clipped.score * x, answer, rtol=1e-12)


@pytest.mark.parametrize("returns", ["constant", "increasing", "decreasing"])
def test_other_returns(cloud: Any, returns: Any) -> None:
    x, y = cloud
    result = sc.zero_sum_dea(x, y, returns=returns)
    again = sc.dea(result.allocation, y, returns=returns).efficiency
    np.testing.assert_allclose(again, 1, atol=1e-8)
    variable = sc.zero_sum_dea(x, y)
    assert (result.allocation - variable.allocation).abs().max() > 1e-3


def test_order_of_rows_and_kind_of_table(cloud: Any) -> None:
    x, y = cloud
    kept = x.copy(), y.copy()
    for rule in ("single", "paper004"):
        first = sc.zero_sum_dea(x, y, mode="iterate", rule=rule)
        second = sc.zero_sum_dea(x.sort_index().to_frame(), y, mode="iterate", rule=rule)
        pd.testing.assert_series_equal(
            first.allocation.sort_index(), second.allocation, check_exact=True
        )
        assert first.settings["data"] == second.settings["data"]
    pd.testing.assert_series_equal(x, kept[0])
    pd.testing.assert_frame_equal(y, kept[1])


@few
def test_all_efficient_moves_nothing() -> None:
    x = pd.Series([1.0, 2.0, 3.0], list("abc"), name="co2")
    y = pd.Series([1.0, 3.0, 4.0], list("abc"), name="gdp")
    result = sc.zero_sum_dea(x, y)
    assert result.constant == 1
    np.testing.assert_array_equal(result.allocation, x)
    assert result.moved == 0
    stepped = sc.zero_sum_dea(x, y, mode="iterate", rule="paper004")
    assert (stepped.iterations, len(stepped.history)) == (0, 3)
    np.testing.assert_array_equal(clipped_score(x.to_numpy(), np.ones(3)), 1)


def test_running_out_of_steps(cloud: Any) -> None:
    x, y = cloud
    with pytest.warns(sc.ConvergenceWarning, match="after 2 steps of the rule single, "):
        result = sc.zero_sum_dea(x, y, mode="iterate", rule="single", max_iter=2)
    assert not result.converged
    assert result.iterations == 2
    assert (result.final_efficiency < 1 - 1e-6).any()
    assert any("are not efficient" in note for note in result.notes)
    assert result.allocation.sum() == pytest.approx(x.sum(), rel=1e-12)


def test_table_notes_and_missing(cloud: Any) -> None:
    x, y = cloud
    holed = x.copy()
    holed.iloc[4] = np.nan
    with pytest.raises(sc.MissingDataError, match="co2 is missing for 1"):
        sc.zero_sum_dea(holed, y)
    result = sc.zero_sum_dea(holed, y, missing="drop")
    assert result.dropped == (x.index[4],)
    assert result.total == pytest.approx(holed.sum())
    table = result.to_frame()
    assert len(table) == 39
    assert list(table) == [
        *("unit", "input", "allocation", "adjustment", "share", "efficiency", "score"),
        *("single_score", "final_efficiency"),
    ]
    np.testing.assert_allclose(table["input"] + table["adjustment"], table["allocation"])
    assert "left out for missing values" in result.summary()
    assert "moves between units" in result.summary()


@few
def test_what_is_refused() -> None:
    two = pd.DataFrame({"co2": FIVE, "water": FIVE})
    with pytest.raises(sc.SchemaError, match="share out exactly one input") as caught:
        sc.zero_sum_dea(two, MADE)
    assert "2 inputs: co2, water" in str(caught.value)
    assert "held fixed" in str(caught.value)
    with pytest.raises(sc.OptionError, match="takes one"):
        sc.zero_sum_dea(FIVE, MADE, rule="single")
    with pytest.raises(sc.OptionError, match="one-shot"):
        sc.zero_sum_dea(FIVE, MADE, mode="one shot")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="proportional"):
        sc.zero_sum_dea(FIVE, MADE, mode="iterate", rule="both")  # type: ignore[arg-type]
    for tol in (0.0, 1.0, -1e-6):
        with pytest.raises(sc.OptionError, match="tol"):
            sc.zero_sum_dea(FIVE, MADE, tol=tol)
    with pytest.raises(sc.OptionError, match="max_iter"):
        sc.zero_sum_dea(FIVE, MADE, mode="iterate", max_iter=0)
    with pytest.raises(sc.DegenerateDataError, match="no other to share"):
        sc.zero_sum_dea(FIVE[:1], MADE[:1])
    with pytest.raises(sc.SchemaError, match="co2 is zero or negative for b"):
        sc.zero_sum_dea(FIVE.where(FIVE != 4, 0.0), MADE)
    with pytest.raises(sc.AlignmentError):
        sc.zero_sum_dea(FIVE, MADE.rename({"a": "z"}))
    with pytest.raises(sc.AlignmentError, match="repeated"):
        sc.zero_sum_dea(FIVE.rename({"a": "b"}), MADE)


def test_few_units_warn() -> None:
    with pytest.warns(sc.WeakDiscriminationWarning, match="5 units are few"):
        sc.zero_sum_dea(FIVE, MADE)


@few
def test_a_rule_that_takes_everything() -> None:
    """The clipped score takes all of c, and nobody else gives anything that c could get."""
    x = pd.Series([1.0, 1 / 0.99, 30.0], list("abc"), name="co2")
    y = pd.Series(1.0, list("abc"), name="gdp")
    np.testing.assert_array_equal(clipped_score(x.to_numpy(), 1 / x.to_numpy()), [1, 1, 0])
    with pytest.raises(sc.DegenerateDataError, match="takes all that c has"):
        sc.zero_sum_dea(x, y, mode="iterate", rule="paper004")


def test_a_lost_tonne_is_noticed(monkeypatch: pytest.MonkeyPatch, cloud: Any) -> None:
    with pytest.raises(sc.BalanceError, match="changed the total"):
        check_balance(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 4e-9]))
    with pytest.raises(sc.BalanceError):
        check_balance(np.array([1.0, 2.0]), np.array([1.0, np.nan]))
    check_balance(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 2e-9]))
    monkeypatch.setattr(module, "step_of", lambda rule, step, x, phi: x * (1 + 1e-8))
    with pytest.raises(sc.BalanceError):
        sc.zero_sum_dea(*cloud)
