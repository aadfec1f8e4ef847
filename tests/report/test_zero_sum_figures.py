"""Figures of zero-sum gains: every arrow and path is where the numbers are."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import spatialcarbon as sc
from spatialcarbon.report import figures

RNG = np.random.default_rng(5)
LABELS = ["甲", "b", *(f"u{i}" for i in range(22))]
X = pd.Series(RNG.lognormal(3, 1, 24), LABELS, name="co2")
Y = pd.DataFrame({"gdp": X**0.7 * RNG.lognormal(0, 0.5, 24)})


def by_gid(fig: Any, gid: str) -> list[Any]:
    return [item for item in fig.findobj() if item.get_gid() == gid]


def words(fig: Any) -> list[str]:
    return [item.get_text() for item in fig.findobj() if hasattr(item, "get_text")]


def test_adjustments() -> None:
    result = sc.zero_sum_dea(X, Y)
    order = result.adjustment.sort_values(ascending=False).index
    for language in ("en", "zh"):
        fig = figures.zero_sum_adjustments(
            result, unit="Mt CO2", names={"b": "Beta"}, language=language
        )
        [before] = by_gid(fig, "before")
        np.testing.assert_array_equal(before.get_xdata(), X[order])
        ends = [float(tip.get_xdata()[0]) for tip in by_gid(fig, "after")]
        np.testing.assert_array_equal(ends, result.allocation[order])
        heads = [tip.get_marker() for tip in by_gid(fig, "after")]
        assert heads == [">" if gain >= 0 else "<" for gain in result.adjustment[order]]
        said = set(words(fig))
        assert {"Beta", "甲", "Gets" if language == "en" else "得到"} <= said
        change = 100 * (result.score[order[0]] - 1)
        assert f"+{change:.0f} %" in said
    few = figures.zero_sum_adjustments(result, most=5)
    assert len(by_gid(few, "after")) == 5
    [before] = by_gid(few, "before")
    largest = result.adjustment.abs().nlargest(5).index
    assert set(before.get_xdata()) == set(X[largest])


def test_paths() -> None:
    answer = sc.zero_sum_dea(X, Y).allocation
    both = {r: sc.zero_sum_dea(X, Y, mode="iterate", rule=r) for r in ("single", "paper004")}
    fig = figures.zero_sum_paths(both, names={"b": "Beta"}, named=4)
    left, right = fig.axes
    for ax, (rule, result) in zip((left, right), both.items(), strict=True):
        paths = [line for line in ax.lines if line.get_gid() == "path"]
        assert len(paths) == 24
        ends = np.sort([line.get_ydata()[-1] for line in paths])
        np.testing.assert_allclose(ends, np.sort(result.allocation / answer), rtol=1e-12)
        named = [item for item in ax.texts if item.get_gid() == "name"]
        assert len(named) == (0 if rule == "single" else 4)
    heading = [ax.get_title(loc="left") for ax in (left, right)]
    assert heading == ["Single-unit scores", "Study 004's clipped score"]
    single = figures.zero_sum_paths(both["paper004"], language="zh")
    assert "研究004的截断效率值" in words(single)
    own = figures.zero_sum_paths({"Mine": both["single"]})
    assert own.axes[0].get_title(loc="left") == "Mine"
    with pytest.raises(sc.SchemaError, match="no result to draw"):
        figures.zero_sum_paths({})


def test_names_do_not_touch() -> None:
    result = sc.zero_sum_dea(X, Y, mode="iterate", rule="paper004")
    fig = figures.zero_sum_paths(result, named=12)
    boxes = sorted(
        (Text.get_window_extent(item) for item in by_gid(fig, "name")), key=lambda box: box.y0
    )
    assert len(boxes) == 12
    assert all(low.y1 <= high.y0 + 1 for low, high in pairwise(boxes))


def test_many_steps_and_no_step() -> None:
    with pytest.warns(sc.ConvergenceWarning):
        long = sc.zero_sum_dea(X, Y, mode="iterate", rule="single", max_iter=1, tol=1e-9)
    figures.zero_sum_paths(long)
    efficient = sc.zero_sum_dea(
        sc.zero_sum_dea(X, Y).allocation.rename("co2"), Y, mode="iterate", rule="single"
    )
    assert efficient.iterations == 0
    fig = figures.zero_sum_paths(efficient)
    assert len(by_gid(fig, "path")) == 24
