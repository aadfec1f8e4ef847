"""Figures of an evaluation: what is drawn are the numbers."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pytest

import spatialcarbon as sc
from spatialcarbon.core.language import text
from spatialcarbon.report import figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@pytest.fixture(scope="module")
def result() -> sc.EvaluationResult:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sc.SpatialCarbonWarning)
        return sc.psm_did(
            sc.synthetic_policy(80, years=6, rng=3),
            unit="unit", year="year", outcome="outcome", treated="treated",
            treated_from=2013, covariates=["x", "z"], permutations=29, rng=1,
        )  # fmt: skip


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_love_plot(result: sc.EvaluationResult) -> None:
    fig = figures.love_plot(result.balance, names={"x": text("Built-up")}, language="zh")
    order = result.balance["smd_before"].abs().sort_values(ascending=False).index
    for gid in ("before", "after"):
        [line] = by_gid(fig, gid)
        np.testing.assert_allclose(line.get_xdata(), result.balance.loc[order, f"smd_{gid}"])
    assert {"匹配前", "匹配后", "z", "标准化均值差异，处理减对照"} <= set(words(fig))
    with pytest.raises(sc.DegenerateDataError, match="no covariate"):
        figures.love_plot(result.balance.iloc[:0])
    with pytest.raises(sc.SchemaError, match="smd_after"):
        figures.love_plot(result.balance.drop(columns="smd_after"))


def test_event_study_plot(result: sc.EvaluationResult) -> None:
    fig = figures.event_study_plot(
        result.event_study, unit="Mt CO2", pretrend=result.pretrend, title="T"
    )
    study = result.event_study
    [late] = by_gid(fig, "after")
    np.testing.assert_allclose(late.get_ydata(), study.loc[2013:, "estimate"])
    [early] = by_gid(fig, "before")
    assert list(early.get_xdata()) == [2010, 2011]
    [base] = by_gid(fig, "base")
    assert (list(base.get_xdata()), list(base.get_ydata())) == ([2012], [0.0])
    [start] = by_gid(fig, "start")
    assert start.get_xdata()[0] == 2012.5
    drawn = [s[:, 1] for c in by_gid(fig, "intervals") for s in c.get_segments()]
    wanted = study.loc[study["status"] == "ok", ["low", "high"]].to_numpy()
    np.testing.assert_allclose(drawn, wanted)
    said = " ".join(words(fig))
    assert "Mt CO₂" in said
    assert "Joint test" in said
    untested = figures.event_study_plot(study, pretrend={"status": "too few periods"})
    assert "Joint test" not in " ".join(words(untested))


def test_overlap_counts_places(result: sc.EvaluationResult) -> None:
    fig = figures.propensity_overlap(result.units)
    units = result.units
    for side, flag in (("treated", units["treated"]), ("control", ~units["treated"])):
        heights = sum(abs(bar.get_height()) for bar in by_gid(fig, f"all {side}"))
        kept = sum(abs(bar.get_height()) for bar in by_gid(fig, f"matched {side}"))
        # A container and its bars may share a name; bars alone have heights.
        assert heights == flag.sum()
        assert kept == (flag & (units["weight"] > 0)).sum()


def test_placebo_plot(result: sc.EvaluationResult) -> None:
    fig = figures.placebo_plot(result.placebo_estimates, result.effect, language="zh")
    [line] = by_gid(fig, "effect")
    assert line.get_xdata()[0] == result.effect
    with pytest.raises(sc.DegenerateDataError, match="by lot"):
        figures.placebo_plot(np.array([np.nan]), 1.0)
