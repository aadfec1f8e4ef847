"""Regression from a study file: tables, figures, layers, findings, mistakes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.pipeline import check_study

TABLES = """
[tables.more]
source = "more.csv"
unit = "代码"
[tables.more.variables]
people = { column = "人", measure = "10^4 persons" }
income = { measure = "CNY/person" }
"""
ANALYSES = """
[[analyses]]
method = "regression"
outcome = "co2"
covariates = ["people", "income"]
models = ["ols", "lag"]
income = "income"

[[analyses]]
method = "regression"
name = "over_years"
outcome = "co2"
covariates = ["people"]
not_logged = ["people"]
models = "ols"
panel = "unit"
years = [2015, 2017]
"""


@pytest.fixture
def study(own: Any) -> Any:
    """Return a study with two covariates in a second table; one place lacks a value."""
    codes = list(own.units["code"])
    generator = np.random.default_rng(3)
    own.tables, own.analyses = TABLES, ANALYSES
    columns: dict[str, list[Any]] = {"代码": codes}
    for year in (2015, 2017):
        columns[f"人_{year}"] = generator.gamma(4.0, size=len(codes)).tolist()
        columns[f"income_{year}"] = (generator.gamma(4.0, size=len(codes)) * 1e4).tolist()
    columns["income_2017"][0] = None
    pd.DataFrame(columns).to_csv(own.folder / "more.csv", index=False, encoding="utf-8")
    return own


def test_everything_is_written(study: Any, read: Any) -> None:
    study.outputs = "workbook = false\n"
    result = study.run()
    more = pd.read_csv(study.folder / "more.csv").set_index("代码")
    emitted = study.table.set_index("代码")["排放_2017"]
    data = pd.DataFrame(
        {"co2": emitted, "people": more["人_2017"], "income": more["income_2017"]}
    ).dropna()
    ours = sc.spatial_regression(
        data, None, outcome="co2", covariates=["people", "income"], log=True
    ).coefficients
    table = read(result, "regression").query("model == 'ols'")
    assert table["estimate"].tolist() == pytest.approx(ours["estimate"].tolist(), rel=1e-6)
    assert table["standard_error"].tolist() == pytest.approx(
        ours["standard_error"].tolist(), rel=1e-6
    )
    effects = read(result, "regression_effects")
    assert set(effects["effect"]) == {"direct", "indirect", "total"}
    residuals = read(result, "regression_residuals")
    assert len(residuals) == len(data)
    diagnostics = read(result, "regression_diagnostics")
    assert {"residual_moran", "likelihood_ratio"} <= set(diagnostics["diagnostic"])
    assert (read(result, "regression_fit")["n"] == len(data)).all()
    assert set(read(result, "over_years_residuals")["year"]) == {2015, 2017}
    figures = {path.name for path in (result.directory / "figures").iterdir()}
    assert {
        "regression_coefficients.png", "regression_ols_residuals.svg", "regression_kuznets.png",
        "over_years_coefficients.png",
    } <= figures  # fmt: skip
    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        names = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
        rows = list(database.execute("SELECT residual_ols FROM regression_ols"))
    assert {"regression_ols", "over_years_ols"} <= names
    assert sum(value is None for (value,) in rows) == 1
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    for words in (
        "1 places are left out",
        "no association of",
        "Kuznets curve over",
        "not causes",
    ):
        assert words in page, words
    assert "causes a" not in page


def test_regimes_and_a_curve_over_years(study: Any, read: Any) -> None:
    study.analyses = """
[[analyses]]
method = "regression"
outcome = "co2"
covariates = ["people"]
models = "ols, slx"
robust = true
regimes = true

[[analyses]]
method = "regression"
name = "over_years"
outcome = "co2"
covariates = ["people"]
models = "ols"
panel = "unit"
income = "income"
"""
    study.outputs = "workbook = false\ngeopackage = false\nfigures = []\n"
    result = study.run()
    more = pd.read_csv(study.folder / "more.csv").set_index("代码")
    table, units = study.table.set_index("代码"), study.units.set_index("code")
    flat = pd.DataFrame({"co2": table["排放_2017"], "people": more["人_2017"]})
    options: dict[str, Any] = {"outcome": "co2", "covariates": ["people"], "log": True}
    groups = units["组"].reindex(flat.index)
    chow = sc.spatial_regression(flat, None, groups=groups, **options).chow
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    assert f"p = {chow['pvalue'].iloc[-1]:.3f}." in " ".join(page.split())
    shown = read(result, "regression_regimes")
    assert shown["pvalue"].dropna().tolist() == pytest.approx(chow["pvalue"].tolist(), rel=1e-6)
    white = sc.spatial_regression(flat, None, robust="white", **options).coefficients
    ours = read(result, "regression").query("model == 'ols'")
    assert ours["standard_error"].tolist() == pytest.approx(white["standard_error"].tolist())
    assert "Kuznets curve over" in page
    assert set(read(result, "over_years_residuals")["year"]) == {2015, 2017}


MISTAKES = [
    ('models = ["ols", "lag"]', 'models = ["ols", "logit"]', "models"),
    ('covariates = ["people", "income"]', 'covariates = ["people", "wealth"]', "wealth"),
    ('models = "ols"', 'models = ["durbin"]', "a panel knows the models"),
    ('not_logged = ["people"]', 'not_logged = ["income"]', "not_logged names income"),
    ('panel = "unit"', 'panel = "unit"\nregimes = true', "regimes are for one year"),
    ("years = [2015, 2017]", "years = [2016]", "2016"),
]


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES)
def test_mistakes_are_found_before_running(study: Any, old: str, new: str, words: str) -> None:
    assert old in ANALYSES
    study.analyses = ANALYSES.replace(old, new)
    with pytest.raises(SpatialCarbonError, match=words):
        check_study(study.write().path)
