"""Evaluation from a study file: tables, figures, layer, mistakes."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.pipeline import check_study

TABLES = """
[tables.policy]
source = "policy.csv"
unit = "代码"
year = "year"
[tables.policy.variables]
out = { measure = "Mt CO2" }
size = { measure = "1" }
[tables.fixed]
source = "fixed.csv"
unit = "代码"
year = 0
[tables.fixed.variables]
pilot = { measure = "1" }
area = { measure = "km2" }
"""
ONE = """
[[analyses]]
method = "evaluate"
outcome = "out"
covariates = ["size", "area"]
treated = "pilot"
treated_from = 2013
matching = "radius"
caliper = 2
cluster = "group"
minimum_matched = 2
permutations = 19
"""


@pytest.fixture
def study(own: Any) -> Any:
    """Return a study with a policy in every third place from 2013 on."""
    codes = list(own.units["code"])
    own.tables, own.analyses = TABLES, ONE
    draw = np.random.default_rng(4)
    pd.DataFrame(
        [
            {
                "代码": code,
                "year": year,
                "out": 20 + i % 4 + draw.normal() - 5 * (i % 3 == 0) * (year > 2012),
                "size": draw.normal() + i % 2,
            }
            for i, code in enumerate(codes)
            for year in range(2010, 2016)
        ]
    ).to_csv(own.folder / "policy.csv", index=False)
    pd.DataFrame(
        {
            "代码": codes,
            "pilot": [int(i % 3 == 0) for i in range(len(codes))],
            "area": [float((5 * i) % 13 + 1) for i in range(len(codes))],
        }
    ).to_csv(own.folder / "fixed.csv", index=False)
    return own


def test_tables_figures_report_and_layer(study: Any) -> None:
    study.outputs = 'figures = ["png"]\nworkbook = false\nreport = true\ngeopackage = true\n'
    result = study.run()
    folder = study.folder / "results"
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    for stem in ("evaluate", "evaluate_tests", "evaluate_balance", "evaluate_years",
                 "evaluate_places", "evaluate_pairs", "evaluate_score"):  # fmt: skip
        assert f"{stem}.csv" in names, sorted(names)
    pictures = {name for name in names if name.startswith("evaluate") and name.endswith(".png")}
    for stem in ("years", "balance", "overlap", "lot"):
        assert any(f"evaluate_{stem}" in name for name in pictures), pictures
    assert result is not None
    table = pd.read_csv(next(folder.rglob("evaluate.csv")), encoding="utf-8-sig")
    rows = table.set_index("estimator")
    assert -7 < rows.loc["matched", "estimate"] < -3
    # East, West and Small are clusters, and each place outside all groups is one.
    assert 3 < rows.loc["matched", "clusters"] < 12


MISTAKES = [
    ('treated = "pilot"', "", "say who is treated"),
    ('treated = "pilot"', 'treated_group = "Nowhere"', "there is no group"),
    ('treated = "pilot"', 'treated_units = ["Nowhere"]', "not on the map"),
    ('treated = "pilot"', 'treated = "size"', "changes over the years"),
    ("treated_from = 2013", "treated_from = 2010", "none on one side"),
    ("caliper = 2", "covariate_year = 1999\ncaliper = 2", "1999"),
]


@pytest.mark.parametrize(("old", "new", "words"), MISTAKES)
def test_mistakes(study: Any, old: str, new: str, words: str) -> None:
    study.analyses = ONE.replace(old, new)
    study.write()
    with pytest.raises(SpatialCarbonError, match=re.escape(words)):
        check_study(study.path)


def test_a_variable_called_like_a_column_of_ours(study: Any) -> None:
    study.tables = TABLES.replace("out = {", 'outcome = { column = "out",')
    study.analyses = ONE.replace('"out"', '"outcome"').replace('"size"', '"outcome", "outcome"')
    study.run()
    table = pd.read_csv(
        next((study.folder / "results").rglob("evaluate_balance.csv")), encoding="utf-8-sig"
    )
    assert table["name"].tolist() == ["outcome", "area"]
