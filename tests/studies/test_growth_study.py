"""Growth curves from a study file: tables, figures, layers, sentences, mistakes."""

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
[tables.series]
source = "series.csv"
unit = "代码"
[tables.series.variables]
energy = { measure = "10^4 t CO2" }
"""
ANALYSIS = '[[analyses]]\nmethod = "growth"\nvariable = "energy"\n'


@pytest.fixture
def study(own: Any) -> Any:
    """Return a study with ten years of emissions: bending, doubling, flat."""
    codes = list(own.units["code"])
    t = np.arange(10)
    rows = {}
    for i, code in enumerate(codes):
        bent = 100 / (1 + 4 * np.exp(-(0.25 + i / 100) * t)) * (1 + 0.01 * np.sin(3 * t + i))
        rows[code] = 9 * 1.1**t if i == 1 else np.full(10, 5.0) if i == 2 else bent
    data = pd.DataFrame.from_dict(
        rows, orient="index", columns=[f"energy_{y}" for y in range(2008, 2018)]
    )
    data.rename_axis("代码").to_csv(own.folder / "series.csv")
    own.tables, own.analyses = TABLES, ANALYSIS
    return own


def test_everything_is_written(study: Any, read: Any) -> None:
    study.analyses = ANALYSIS + "horizon = 2025\nholdout = 2\n"
    study.outputs = "workbook = false\n"
    result = study.run()
    data = pd.read_csv(study.folder / "series.csv", index_col=0)
    data.columns = [int(name[-4:]) for name in data]
    ours = sc.fit_growth(data, holdout=2)

    table = read(result, "growth").set_index("unit")
    np.testing.assert_allclose(table["k"], ours.parameters.loc[table.index, "k"], rtol=1e-6)
    assert table["status"].value_counts().to_dict() == ours.status.value_counts().to_dict()
    path = read(result, "growth_forecast")
    assert sorted(path["year"].unique()) == list(range(2018, 2026))
    last = path.query("year == 2025").set_index("unit")
    expected = ours.forecast(2025).query("year == 2025").set_index("unit")
    np.testing.assert_allclose(last["high"], expected.loc[last.index, "high"], rtol=1e-5)
    models = read(result, "growth_models")
    assert len(models) == 3 * 21
    assert {"growth_curves", "growth_trends"} <= {
        path.stem for path in (result.directory / "figures").iterdir()
    }

    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        styled = {name for (name,) in database.execute("SELECT f_table_name FROM layer_styles")}
        assert {"growth_saturation", "growth_forecast", "growth_rate"} <= styled
        rows = dict(database.execute("SELECT code, saturation FROM growth_saturation"))
    assert rows["e1"] == "no bend"
    assert rows["e2"] == "constant"
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    for words in (
        "Growth curves and forecast",
        "show no saturation",
        "If growth went on as these curves do",
        "Forecasting the last 2 years",
        "Verhulst",
    ):
        assert words in page, words


def test_given_capacities_and_increments(study: Any, read: Any) -> None:
    study.analyses = (
        ANALYSIS + 'capacity = "grid"\ngrid = [30, 120, 500]\nstart = 2010\nend = 2016\n'
        '[[analyses]]\nmethod = "growth"\nname = "steps"\nvariable = "energy"\n'
        'kind = "increment"\nrebase = true\n'
    )
    result = study.run()
    table = read(result, "growth").set_index("unit")
    assert set(table["k"].drop("e2")) <= {30, 120, 500}
    assert read(result, "growth_forecast")["year"].agg(["min", "max"]).tolist() == [2017, 2026]
    steps = read(result, "steps_forecast")
    assert steps["year"].max() == 2027
    assert result.results["steps"]["growth"].settings["rebase"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("horizon = 2017", "horizon 2017 is not after the last year 2017"),
        ("start = 2014", "at least 5 years; energy has 4: 2014, 2015"),
        ("holdout = 6", "holdout = 6 leaves fewer than 5 years"),
        ("k = 100", "'fixed' goes with k"),
        ('capacity = "grid"', "'fixed' goes with k"),
        ('capacity = "grid"\ngrid = "a,b"', "grid is not a list of numbers with commas: a,b"),
        ('kind = "levels"', "kind"),
        ("kappa = 0.5", "kappa"),
    ],
)
def test_mistakes_are_told_before_anything_runs(study: Any, more: str, message: str) -> None:
    study.analyses = f"{ANALYSIS}{more}\n"
    study.write()
    with pytest.raises(SpatialCarbonError, match=message):
        check_study(study.path)
