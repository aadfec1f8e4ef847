"""Figures of regressions: what is drawn, in both languages."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import AlignmentError, SchemaError
from spatialcarbon.report.figures import coefficient_plot, kuznets_curve, residual_map


@pytest.fixture(scope="module")
def data(plan_units: Any) -> pd.DataFrame:
    generator = np.random.default_rng(0)
    g = generator.gamma(3.0, size=len(plan_units)) + 0.2
    y = np.exp(1.0 - 0.5 * np.log(g / 2.5) ** 2 + generator.normal(size=len(g)) * 0.1)
    return pd.DataFrame({"y": y, "g": g}, plan_units.index)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_coefficients(data: pd.DataFrame, plan_queen: sc.Weights, language: Any) -> None:
    models = sc.compare_regressions(
        data, plan_queen.standardised("R"), outcome="y", covariates=["g"], log=True, rng=1,
        models=["ols", "lag", "error"],
    )  # fmt: skip
    figure = coefficient_plot(models.coefficients, title="CO2", language=language)
    (ax,) = figure.axes
    lines = [line for line in ax.lines if line.get_gid() == "interval"]
    assert len(lines) == 5  # g in three models, rho and lambda
    rows = models.coefficients.query("term == 'ln(g)'")
    for line, low, high in zip(lines, rows["low"], rows["high"], strict=False):
        assert line.get_xdata() == pytest.approx([low, high])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["ln(g)", "rho", "lambda"]
    with pytest.raises(SchemaError, match="no coefficient to draw"):
        coefficient_plot(models.coefficients, without=("constant", "ln(g)", "rho", "lambda"))
    with pytest.raises(SchemaError, match="lacks the column"):
        coefficient_plot(models.coefficients.drop(columns="low"))
    with_own = models.coefficients.query("model == 'lag'").assign(model="mine")
    assert coefficient_plot(with_own, language=language).axes[0].lines


@pytest.mark.parametrize("language", ["en", "zh"])
def test_residual_map(data: pd.DataFrame, plan_units: Any, language: Any) -> None:
    result = sc.spatial_regression(data, None, outcome="y", covariates=["g"])
    figure = residual_map(
        plan_units, result.residuals.sample(frac=1, random_state=1), title="Rest", moran=0.25,
        pvalue=0.0123, language=language,
    )  # fmt: skip
    words = " ".join(text.get_text() for text in figure.texts)
    assert "0.25" in words
    assert "0.012" in words
    plain = residual_map(plan_units, result.residuals, title="Rest", moran=0.25)
    assert "p =" not in " ".join(text.get_text() for text in plain.texts)
    with pytest.raises(AlignmentError):
        residual_map(plan_units, result.residuals.iloc[1:], title="")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_kuznets_curve(data: pd.DataFrame, plan_units: Any, language: Any) -> None:
    found = sc.kuznets(data, outcome="y", income="g")
    assert found.shape == "inverted U"
    names = dict(plan_units["name_zh"])
    parts = (found.curve, found.points, found.turning_points)
    figure = kuznets_curve(*parts, title="EKC", names=names, language=language)
    (ax,) = figure.axes
    (turning,) = [line for line in ax.lines if line.get_gid() == "turning"]
    assert turning.get_xdata()[0] == pytest.approx(found.turning_points["income"].iloc[0])
    assert [p for p in ax.patches if p.get_gid() == "band"]
    assert names[data["g"].idxmax()] in [text.get_text() for text in ax.texts]
    outside = found.turning_points.assign(inside=False)
    bare = kuznets_curve(found.curve, found.points, outside, language=language)
    assert not [line for line in bare.axes[0].lines if line.get_gid() == "turning"]
    note = {"en": "lies outside the data", "zh": "数据范围之外"}[language]
    assert any(note in text.get_text().replace("\n", "") for text in bare.texts)
