"""Uncertain scenarios from a study file and from the command line."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.analyses._simulation_input import (
    correlation_of,
    sharing_of,
    target_of,
)

ANALYSIS = """
[[analyses]]
method = "simulation"
variable = "co2"
horizon = 2022
draws = 200
errors = { alpha = "uniform(0.02)", chi = 0.01 }
correlation = { chi_alpha = 0.5 }
sharing = "independent"
target = { 2022 = 100 }
peak_by = 2020
decline_for = 2020
probability = 0.8
rates = [
  { scenario = "基准", start = 2018, end = 2019, chi = 0.05 },
  { scenario = "基准", start = 2020, end = 2022, alpha = 0.01 },
  { scenario = "rise", start = 2018, end = 2022, chi = 0.03 },
]
"""
TABLES = (
    *("simulation", "simulation_decline", "simulation_peaks", "simulation_places"),
    *("simulation_quantiles", "simulation_target"),
)


@pytest.fixture
def study(own: Any) -> Any:
    own.analyses = ANALYSIS
    own.outputs = 'figures = ["png"]\nworkbook = false\n'
    return own


def test_everything_comes_out(study: Any) -> None:
    out = study.run().directory
    assert sorted(p.stem for p in (out / "tables").glob("*.csv")) == sorted(TABLES)
    assert sorted(p.stem for p in (out / "figures").glob("*.png")) == [
        *("simulation_chances", "simulation_fan", "simulation_peaks"),
    ]
    overview = pd.read_csv(out / "tables" / "simulation.csv")
    assert overview["scenario"].tolist() == ["基准", "rise"]
    places = pd.read_csv(out / "tables" / "simulation_places.csv")
    assert len(places) == 2 * len(study.units)
    assert places["peaked_by"].nunique() > 2
    with closing(sqlite3.connect(out / "results.gpkg")) as layers:
        rows = layers.execute("select peaked_by, not_peaked from simulation_1").fetchall()
    assert len(rows) == len(study.units)
    page = (out / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert re.search(r"in 2022 90 % of the draws lie between", page)
    assert re.search(r"for a peak by 2020 with a probability of 80 % intensity must fall by", page)


def test_places_alike_are_said_to_be_alike(study: Any) -> None:
    study.analyses = ANALYSIS.replace('"independent"', '"shared"')
    out = study.run().directory
    assert not (out / "tables" / "simulation_places.csv").exists()
    page = (out / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "All places have the same rates and errors" in page


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"uniform(0.02)"', '"unifrom(0.02)"', "is not an error distribution"),
        ("chi_alpha", "chi_alhpa", "is no correlation of two rates"),
        ('"independent"', "3", "does not say how errors of units belong"),
        ("2022 = 100", "1990 = 100", "years that are not projected"),
        ("decline_for = 2020", "decline_for = 2022", "does not go past"),
        ("start = 2018, end = 2022", "start = 2019, end = 2022", "leave a gap"),
    ],
)
def test_mistakes_are_found_before_the_run(study: Any, old: str, new: str, said: str) -> None:
    study.analyses = ANALYSIS.replace(old, new)
    with pytest.raises(SpatialCarbonError, match=said):
        study.run("out")
    assert not (study.folder / "out").exists()


def test_settings_may_be_written_as_text() -> None:
    table = correlation_of("chi_alpha=0.5, beta_alpha=-0.2")
    assert table is not None
    assert (table.loc["alpha", "chi"], table.loc["beta", "alpha"]) == (0.5, -0.2)
    assert correlation_of(None) is None
    assert target_of("2030=1200, 2025=1300") == {2030: 1200.0, 2025: 1300.0}
    assert (target_of("12"), target_of(12), target_of(None)) == (12.0, 12.0, None)
    assert (sharing_of("shared"), sharing_of("0.5")) == ("shared", 0.5)
    for wrong in ("chi_alpha=2", "chi_chi=0.1", "chialpha=0.1", "chi_alpha=x"):
        with pytest.raises(sc.SchemaError, match="no correlation of two rates"):
            correlation_of(wrong)
    for wrong in ("low", "2030=low"):
        with pytest.raises(sc.SchemaError, match="is not a target"):
            target_of(wrong)
