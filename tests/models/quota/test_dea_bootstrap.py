"""Simar and Wilson's bootstrap: against plain loops, and on data whose truth is known."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.rng import Stream
from spatialcarbon.models.quota.dea_bootstrap import silverman

_spec = importlib.util.spec_from_file_location(
    "dea_reference", Path(__file__).with_name("reference.py")
)
assert _spec is not None
assert _spec.loader is not None
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)


def sample(n: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return units below the frontier y = √x, and their true θ."""
    rng = np.random.default_rng(seed)
    theta = np.exp(-np.abs(rng.normal(0, 0.3, n)))
    y = rng.uniform(1, 3, n)
    units = pd.Index([f"市{i:03d}" for i in range(n)], name="city")
    inputs = pd.DataFrame({"co2": y**2 / theta}, units)
    return inputs, pd.DataFrame({"gdp": y}, units), pd.Series(theta, units)


@pytest.mark.parametrize("shrink", ["mirrored", "mean"])
@pytest.mark.parametrize("returns", ["variable", "constant"])
def test_the_same_draws_in_plain_loops(returns: Any, shrink: Any) -> None:
    x, y, _ = sample(9, 1)
    found = sc.dea_bootstrap(x, y, returns=returns, shrink=shrink, draws=12, bandwidth=0.1, rng=3)
    generator = Stream(3).generator("dea bootstrap", 0)
    drawn = reference.bootstrap(x.to_numpy(), y.to_numpy(), returns, shrink, 0.1, 12, generator)
    distance = 1 / found.efficiency.to_numpy()
    shift = drawn - distance
    low, high = np.quantile(shift, [0.025, 0.975], axis=0)
    np.testing.assert_allclose(1 / found.corrected, distance - shift.mean(axis=0), atol=1e-8)
    np.testing.assert_allclose(1 / found.low, distance - low, atol=1e-8)
    np.testing.assert_allclose(1 / found.high, distance - high, atol=1e-8)
    np.testing.assert_allclose(found.bias, found.efficiency - found.corrected)
    scores = sc.dea(x, y, returns=returns).efficiency
    pd.testing.assert_series_equal(found.efficiency, scores)


def test_intervals_lie_below_the_score_and_near_the_truth() -> None:
    """Scores flatter; without the bias they come closer to the truth, and intervals hold it."""
    x, y, theta = sample(120, 2)
    found = sc.dea_bootstrap(x, y, draws=400, rng=1)
    assert (found.efficiency >= theta).all()
    assert (found.low > 0).all()
    assert (found.low < found.corrected).all()
    assert (found.corrected < found.high).all()
    assert (found.high <= found.efficiency).all()
    error = [(score - theta).abs().mean() for score in (found.efficiency, found.corrected)]
    assert error[1] < 0.6 * error[0]
    assert found.handed_over == 0
    assert found.to_frame().columns.tolist() == [
        "unit", "efficiency", "bias", "corrected", "low", "high",
    ]  # fmt: skip
    assert "400" in found.notes[0]


def test_intervals_hold_the_truth_more_often_when_shrunk_to_the_frontier() -> None:
    """Scores of one sample err together, so several are taken."""
    covered: dict[str, list[float]] = {"mirrored": [], "mean": []}
    for shrink, found in covered.items():
        for seed in range(20, 28):
            x, y, theta = sample(120, seed)
            result = sc.dea_bootstrap(x, y, draws=200, shrink=shrink, rng=1)  # type: ignore[arg-type]
            found.append(((result.low <= theta) & (theta <= result.high)).mean())
    assert np.mean(covered["mirrored"]) > 0.78
    assert np.mean(covered["mirrored"]) > np.mean(covered["mean"]) + 0.05


def test_output_orientation_mirrors_it() -> None:
    x, y, _ = sample(40, 3)
    found = sc.dea_bootstrap(x, y, orientation="output", draws=100, rng=1)
    assert (found.efficiency >= 1).all()
    assert (found.high > found.corrected).all()
    assert (found.corrected > found.low).all()
    assert (found.low >= found.efficiency).all()
    assert (found.bias < 0).all()
    # Under constant returns φ = 1/θ and every draw is the same, whatever is moved.
    by = {
        side: sc.dea_bootstrap(x, y, orientation=side, returns="constant", draws=60, rng=7)
        for side in ("input", "output")
    }
    np.testing.assert_allclose(by["input"].corrected, 1 / by["output"].corrected)
    np.testing.assert_allclose(by["input"].low, 1 / by["output"].high)


def test_seed_threads_and_row_order(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, _ = sample(25, 4)
    frames = []
    for threads in ("1", "3"):
        monkeypatch.setenv("SPATIALCARBON_THREADS", threads)
        frames.append(sc.dea_bootstrap(x, y, draws=120, rng=9).to_frame())
    pd.testing.assert_frame_equal(*frames, rtol=0, atol=0)
    back = sc.dea_bootstrap(x[::-1], y, draws=120, rng=9)
    assert back.efficiency.index.tolist() == x.index[::-1].tolist()
    pd.testing.assert_frame_equal(
        back.to_frame().set_index("unit").loc[x.index].reset_index(names="unit"), frames[0],
        rtol=0, atol=0,
    )  # fmt: skip
    again = sc.dea_bootstrap(x, y, draws=120, rng=back.settings["seed"])
    np.testing.assert_array_equal(again.corrected.loc[back.corrected.index], back.corrected)
    other = sc.dea_bootstrap(x, y, draws=120, rng=10)
    assert not np.array_equal(other.corrected, again.corrected)
    # The first 100 of 120 draws are those of 100 draws.
    assert sc.dea_bootstrap(x, y, draws=100, rng=9).bandwidth == again.bandwidth


def test_bandwidth_by_hand() -> None:
    """Distances 1, 1, 1.5, 2, 4: those above one and their reflections are ±0.5, ±1, ±3 off one."""
    distance = np.array([1.0, 1.0, 1.5, 2.0, 4.0])
    spread = np.std([1, 1, 1.5, 2, 4], ddof=1)
    mirrored = np.array([1.5, 2, 4, 0.5, 0, -2])
    quarters = 1.875 - 0.125  # linear quantiles of -2, 0, 0.5, 1.5, 2, 4
    rule = 0.9 * 5**-0.2 * spread * min(1, quarters / 1.34 / mirrored.std(ddof=1))
    assert silverman(distance) == pytest.approx(rule)


@pytest.mark.filterwarnings("ignore::spatialcarbon.WeakDiscriminationWarning")
def test_what_cannot_be_drawn_from_is_refused() -> None:
    x, y, _ = sample(10, 5)
    alike = x * 0 + 1, y * 0 + 1
    with pytest.raises(sc.DegenerateDataError, match="every unit is efficient"):
        sc.dea_bootstrap(*alike, rng=1)
    with pytest.raises(sc.OptionError, match="draws=0"):
        sc.dea_bootstrap(x, y, draws=0)
    with pytest.raises(sc.OptionError, match="confidence=95"):
        sc.dea_bootstrap(x, y, confidence=95)
    with pytest.raises(sc.OptionError, match="bandwidth='scott'"):
        sc.dea_bootstrap(x, y, bandwidth="scott")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="bandwidth=0"):
        sc.dea_bootstrap(x, y, bandwidth=0)
    with pytest.raises(sc.OptionError, match="shrink='none'"):
        sc.dea_bootstrap(x, y, shrink="none")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="orientation"):
        sc.dea_bootstrap(x, y, orientation="both")  # type: ignore[arg-type]
    with pytest.warns(sc.WeakDiscriminationWarning) as caught:
        sc.dea_bootstrap(x[:5], y[:5], draws=5, rng=1)
    assert caught[0].filename == __file__
