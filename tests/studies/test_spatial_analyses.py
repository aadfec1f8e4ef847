"""Bivariate, geary, hotspots and rates in a study file: what is written, said and refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from spatialcarbon.core.errors import SchemaError

if TYPE_CHECKING:
    from tests.studies.conftest import OwnStudy

ANALYSES = """
[[analyses]]
method = "bivariate"
x = "co2"
lag = 2
permutations = 99
[[analyses]]
method = "geary"
variable = "co2"
permutations = 99
[[analyses]]
method = "hotspots"
variable = "co2"
permutations = 99
correction = "none"
alpha = 0.2
[[analyses]]
method = "rates"
events = "co2"
population = "people"
years = [2017]
permutations = 99
missing = "drop"
"""
TABLES = """
[tables.people]
source = "people.csv"
unit = "code"
[tables.people.variables]
people = { measure = "persons" }
"""


@pytest.fixture
def study(own: OwnStudy) -> OwnStudy:
    codes = list(own.units["code"])
    people = [float(100 + 37 * i % 900) for i in range(len(codes))]
    table = pd.DataFrame({"code": codes, "people_2015": people, "people_2017": people})
    table.loc[2, "people_2017"] = np.nan
    table.to_csv(own.folder / "people.csv", index=False)
    own.tables, own.analyses = TABLES, ANALYSES
    return own


def test_everything_is_written(study: OwnStudy, read: Any) -> None:
    study.outputs = 'geopackage = true\nfigures = ["png"]\nworkbook = true\nreport = true\n'
    done = study.run()
    figures = {path.name for path in (done.directory / "figures").iterdir()}
    assert figures == {
        *("bivariate_co2_co2_2017_scatter.png", "bivariate_co2_co2_2017_map.png"),
        *("geary_co2_over_time.png", "hotspots_co2_2017_map.png"),
        *("rates_2017_raw_and_standardised.png", "rates_2017_map.png"),
    }
    [row] = read(done, "bivariate").to_dict("records")
    assert (row["year"], row["lag_year"], row["permutations"]) == (2017, 2015, 99)
    [again] = read(done, "bivariate_years").to_dict("records")
    assert again["statistic"] == row["statistic"]
    assert len(read(done, "bivariate_places")) == 21
    assert read(done, "geary")["year"].tolist() == [2015, 2017]
    spots = read(done, "hotspots").set_index("unit")
    assert spots.loc["岛0", "label"] == "Isolate"
    rates = read(done, "rates")
    assert rates["rates"].tolist() == ["standardised", "raw"]
    assert set(rates["n"]) == {20}
    assert len(read(done, "rates_places")) == 20
    page = (done.directory / "report.html").read_text(encoding="utf-8")
    for words in ("Geary&#39;s C", "Assunção", "next door 2 years before", "Hot spot"):
        assert words in page, words
    titles = {"clusters", "weights_queen", "bivariate_co2_co2_2017", "hotspots_co2_2017"}
    titles |= {"rates_clusters_2017", "rates_smoothed_2017"}
    import pyogrio

    layers = {name for name, _ in pyogrio.list_layers(done.directory / "results.gpkg")}
    assert titles <= layers


def test_without_draws_the_z_score_speaks(study: OwnStudy, read: Any) -> None:
    study.analyses = ANALYSES.replace("permutations = 99", "permutations = 0")
    done = study.run()
    assert read(done, "geary")["pvalue_permutation"].isna().all()
    assert set(read(done, "hotspots")["label"]) == {"Isolate", "Not significant"}
    assert np.isfinite(read(done, "rates")["pvalue_randomization"]).all()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("lag = 2\n", "", "x and y are both co2: give a lag, or use moran"),
        ("lag = 2\n", "lag = 1\n", "no years that lie 1 apart"),
        ("lag = 2\n", "lag = 2\nyears = [2015]\n", "co2 has no year 2013"),
        ('population = "people"\nyears = [2017]', 'population = "people"\nyears = [2016]',
         "co2 has no year 2016"),
        ('variable = "co2"\npermutations = 99\n[[', 'variable = "co2"\nyears = [1999]\n[[',
         "co2 has no year 1999"),
        ("permutations = 99\ncorrection", "permutations = -1\ncorrection", "permutations"),
    ],
)  # fmt: skip
def test_mistakes_are_named(study: OwnStudy, before: str, after: str, words: str) -> None:
    assert before in ANALYSES
    study.analyses = ANALYSES.replace(before, after, 1)
    with pytest.raises(SchemaError, match=words):
        study.run()
