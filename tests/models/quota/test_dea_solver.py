"""The compiled solver beside SciPy's, and what happens where its proof fails."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.quota import dea_solver
from spatialcarbon.models.quota.dea_solver import Solutions, efficiency_scores, solve
from spatialcarbon.models.quota.dea_technology import Technology, frame

_spec = importlib.util.spec_from_file_location(
    "dea_reference", Path(__file__).with_name("reference.py")
)
assert _spec is not None
assert _spec.loader is not None
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)

RETURNS = ("variable", "constant", "increasing", "decreasing")
KINDS = ("plain", "integers", "near the frontier", "duplicates", "heavy tails")


def cloud(kind: str, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return inputs and outputs of up to 25 units."""
    n, m, s = int(rng.integers(1, 26)), int(rng.integers(1, 4)), int(rng.integers(1, 4))
    x, y = rng.random((n, m)) + 0.05, rng.random((n, s))
    if kind == "integers":  # ties and zeros
        x = rng.integers(1, 4, (n, m)).astype(float)
        y = rng.integers(0, 4, (n, s)).astype(float)
    elif kind == "near the frontier":
        y = x[:, :1] ** 0.5 * (1 - 1e-7 * rng.random((n, s)))
    elif kind == "duplicates":
        take = rng.integers(0, max(1, n // 2), n)
        x, y = x[take], y[take]
    elif kind == "heavy tails":
        x, y = rng.lognormal(0, 3, (n, m)), rng.lognormal(0, 3, (n, s))
    y[y.sum(axis=1) == 0] = 1.0
    y[0] = np.maximum(y[0], 0.5)
    return x, y


@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_those_of_scipy(kind: str) -> None:
    rng = np.random.default_rng(KINDS.index(kind))
    compared = 0
    for case in range(45):
        x, y = cloud(kind, rng)
        returns = RETURNS[case % 4]
        orientation = ("input", "output")[case // 4 % 2]
        found, _ = efficiency_scores(x, y, orientation=orientation, returns=returns)
        for o in range(0, len(x), 4):
            theirs = reference.score(x, y, x[o], y[o], orientation, returns)
            # Where all programmes are hard SciPy too keeps its tolerance only.
            assert found[o] == pytest.approx(theirs, rel=2e-9), (case, returns, orientation, o)
            compared += 1
    assert compared >= 100


@pytest.mark.parametrize("returns", RETURNS)
def test_the_slack_stage_finds_the_largest_sum(returns: str) -> None:
    rng = np.random.default_rng(5)
    for kind in ("plain", "integers", "duplicates"):
        for _ in range(6):
            x, y = cloud(kind, rng)
            made = frame(x, y, returns=returns)  # type: ignore[arg-type]
            programmes = made.technology.slacks(x / made.x_mean, y / made.y_mean)
            found = solve(programmes)
            for o in range(0, len(x), 3):
                most = reference.most_slack(x, y, x[o], y[o], returns)
                assert -found.tau[o] == pytest.approx(most, abs=1e-8)


def test_a_proof_that_fails_hands_the_unit_to_highs(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    x, y = rng.random((12, 2)) + 0.1, rng.random((12, 2))
    proved = sc.dea(_frame(x, "x"), _frame(y, "y"))
    assert proved.certified["highs"].sum() == 0
    monkeypatch.setattr(dea_solver, "TOLERANCE", -1.0)
    handed = sc.dea(_frame(x, "x"), _frame(y, "y"))
    assert handed.certified["proved"].sum() == 0
    assert handed.certified["highs"].tolist() == [12] * 4
    assert "0 of 48" in handed.notes[-1]
    assert "48 solved by HiGHS" in handed.notes[-1]
    pd.testing.assert_series_equal(handed.efficiency, proved.efficiency, atol=1e-9)
    pd.testing.assert_frame_equal(handed.slacks, proved.slacks, atol=1e-8)
    pd.testing.assert_frame_equal(handed.targets, proved.targets, atol=1e-8)
    pd.testing.assert_frame_equal(handed.peers, proved.peers, atol=1e-8)
    unique = proved.status == "inefficient"
    pd.testing.assert_frame_equal(
        handed.multipliers[unique], proved.multipliers[unique], atol=1e-7
    )  # fmt: skip


def test_each_unit_is_proved_or_handed_on_at_each_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    x, y = _frame(rng.random((16, 2)) + 0.1, "x"), _frame(rng.random((16, 2)), "y")
    both = 0
    for tolerance in (1e-16, 4e-16, 1e-15):
        monkeypatch.setattr(dea_solver, "TOLERANCE", tolerance)
        counts = sc.dea(x, y).certified
        assert counts.sum(axis=1).tolist() == [16] * 4
        both += 0 < counts.loc["slacks", "highs"] < 16
    assert both


def test_the_certificate_sees_a_wrong_answer() -> None:
    """Each way to be wrong: a part that misses, a price that lies, a gap between them."""
    x, y = np.array([[2.0], [4.0], [6.0], [5.0]]), np.array([[1.0], [3.0], [4.0], [2.0]])
    programmes = Technology(x, y, "variable").efficiency(x, y, "input")
    answer: Solutions = solve(programmes)
    least = (answer.normal @ programmes.columns).min(axis=1)
    given: dict[str, Any] = {
        "tau": answer.tau, "basis": answer.basis, "part": answer.part, "normal": answer.normal,
        "least": least,
    }  # fmt: skip

    def proved(**other: np.ndarray) -> list[bool]:
        return dea_solver.certified(programmes, **{**given, **other}).tolist()

    assert proved() == [True] * 4
    assert proved(tau=answer.tau + np.array([0, 0, 0, 1e-6])) == [True, True, True, False]
    assert proved(part=answer.part * [[1], [1], [1], [1.001]]) == [True, True, True, False]
    assert proved(least=least - [0, 1e-6, 0, 0]) == [True, False, True, True]
    assert proved(normal=answer.normal * [[1], [1], [1.001], [1]]) == [True, True, False, True]
    assert proved(tau=answer.tau * [np.nan, 1, 1, 1]) == [False, True, True, True]


def test_dominated_units_and_later_twins_are_no_columns() -> None:
    x = np.array([[2.0, 1], [2, 1], [2, 2], [1, 3], [2, 1], [9, 9]])
    y = np.array([[1.0], [1], [1], [1], [0.5], [9]])
    assert frame(x, y, returns="variable").members.tolist() == [0, 3, 5]


def test_a_full_list_of_facets_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(8)
    y = np.abs(rng.standard_normal((150, 3)))
    x = np.linalg.norm(y, axis=1, keepdims=True) * rng.choice([1.0, 1.3], (150, 1))
    before, _ = efficiency_scores(x, y)
    monkeypatch.setattr(dea_solver, "ROOM", 3)
    after, _ = efficiency_scores(x, y)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-11)


def test_a_programme_that_nobody_can_solve_names_the_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    import scipy.optimize

    class Failed:
        status, message = 4, "numerical difficulties"

    monkeypatch.setattr(dea_solver, "TOLERANCE", -1.0)
    monkeypatch.setattr(scipy.optimize, "linprog", lambda *_, **__: Failed())
    with pytest.raises(sc.ConvergenceError, match="programme of u00") as caught:
        sc.dea(_frame(np.ones((9, 1)), "x"), _frame(np.ones((9, 1)), "y"))
    assert "numerical difficulties" in str(caught.value)


def test_sizes_far_apart_keep_the_digits() -> None:
    """A unit a million times smaller than the mean is held to the same standard."""
    x = np.array([[1.0], [2.0], [4.0], [1e6], [3e6], [2.5], [5e6]])
    y = np.array([[1.0], [3.0], [4.0], [1e5], [2e5], [2.0], [1e5]])
    found, _ = efficiency_scores(x, y)
    assert found[5] == pytest.approx(1.5 / 2.5, abs=1e-9)
    assert found[6] == pytest.approx(1e6 / 5e6, abs=1e-9)


def _frame(values: np.ndarray, name: str) -> pd.DataFrame:
    units = [f"u{i:02d}" for i in range(len(values))]
    return pd.DataFrame(values, units, [f"{name}{k}" for k in range(values.shape[1])])
