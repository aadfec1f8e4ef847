"""What an allocation hangs on, from a study file: the shipped study, own data, mistakes."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.pipeline import check_study, run_study

SHIPPED = Path(__file__).parents[2] / "analyses" / "07_city_allocation" / "study.toml"

TABLES = """
[tables.people]
source = "people.csv"
unit = "代码"
[tables.people.variables]
people = { measure = "persons" }
gdp = { measure = "万元" }
"""
ONE = """
[[analyses]]
method = "allocation_sensitivity"
emission = "co2"
year = 2017
{more}
"""
NAMES = 'population = "people"\ngdp = "gdp"\nperiod = [2017, 2017]\ndraws = 30\n'


def test_the_shipped_study(tmp_path: Path, read: Any) -> None:
    source = SHIPPED.read_text(encoding="utf-8").replace("draws = 1000", "draws = 50")
    source = re.sub(r"(?s)\[outputs\].*", "[outputs]\nfigures = []\nworkbook = false\n", source)
    (tmp_path / "study.toml").write_text(source, encoding="utf-8")
    result = run_study(tmp_path / "study.toml", out=tmp_path / "results")
    table = read(result, "allocation_sensitivity").set_index("unit")
    assert len(table) == 111
    cities = sc.load_units("cities", clusters="plan")
    co2 = sc.load_table("city_co2", years=2017).set_index("adcode")["co2_mt"].loc[cities.index]
    cuts = {"BTH": 0.25, "YRD": 0.20, "PRD": 0.15, "CY": 0.15, "MYR": 0.20}
    cluster = cities["cluster"]
    sums = table["allocation"].groupby(cluster).sum()
    emitted = co2.groupby(cluster).sum()
    wanted = {c: cuts[c] * emitted[c] for c in cuts}
    assert sums.to_dict() == pytest.approx(wanted)
    single = read(result, "allocate").set_index("unit")
    for principle in ("equality", "cumulative", "grandfathering", "blended"):
        by_cluster = single[principle].groupby(cluster).sum()
        assert by_cluster.to_dict() == pytest.approx(wanted), principle
    past = sc.load_table("city_co2", years=range(2000, 2018)).groupby("adcode")["co2_mt"].sum()
    people = sc.load_table("city_population", years=2020).set_index("adcode")["population"]
    criteria = pd.DataFrame({"population": people, "cumulative": past, "now": co2})
    right = sc.allocate(
        pd.Series(cuts) * emitted,
        criteria.loc[cities.index],
        principle="comprehensive",
        indicators=["population", "cumulative", "now"],
        within=cluster,
        emissions=co2,
    )
    assert table["allocation"].to_dict() == pytest.approx(right.allocation.to_dict())
    assert (table["low"] <= table["rank"]).all()
    assert (table["rank"] <= table["high"]).all()
    agreement = read(result, "allocation_sensitivity_agreement")
    assert agreement["tau"].dropna().between(0.5, 1).all()
    assert set(agreement["kind"]) == {"weighting", "preference", "leave_out", "noise"}
    page = (result.directory / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    for words in (
        "Of the 10 places of which most is asked,",
        "Population left out agrees least with the base",
        "leaning to fairness stops at λ = 1.5 under the paper rule",
    ):
        assert words in page, words
    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        styled = {name for (name,) in database.execute("SELECT f_table_name FROM layer_styles")}
        ranges = dict(database.execute("SELECT adcode, range FROM allocation_sensitivity_range"))
    assert "allocation_sensitivity_range" in styled
    assert ranges == (table["high"] - table["low"]).to_dict()


@pytest.fixture
def study(own: Any) -> Any:
    codes = list(own.units["code"])
    columns: dict[str, list[Any]] = {"代码": codes}
    for year in (2015, 2017):
        columns[f"people_{year}"] = [float((5 * i) % 17 + 1) for i in range(len(codes))]
        columns[f"gdp_{year}"] = [float((7 * i) % 19 + 2) for i in range(len(codes))]
    pd.DataFrame(columns).to_csv(own.folder / "people.csv", index=False, encoding="utf-8")
    own.tables = TABLES
    return own


def given(study: Any) -> tuple[pd.DataFrame, pd.Series]:
    emitted = study.table.set_index("代码")["排放_2017"]
    people = pd.read_csv(study.folder / "people.csv").set_index("代码")
    criteria = {
        "population": people["people_2017"],
        "cumulative": emitted,
        "gdp": people["gdp_2017"],
    }
    return pd.DataFrame(criteria), emitted


def test_own_data_is_what_the_function_gives(study: Any, read: Any) -> None:
    study.analyses = ONE.format(
        more=NAMES + 'cut = 0.3\nweighting = ["critic", "equal"]\npreferences = [1, 2]\n'
        'principle = "fairness"\nrule = "renormalise"\nnoise = 0.1\ntop = 3\n'
        "noise_of = { gdp = 0.3, emissions = 0.2 }\n"
    )
    result = study.run()
    criteria, emitted = given(study)
    right = sc.allocation_sensitivity(
        0.3 * emitted.sum(), criteria, emissions=emitted, weighting=["critic", "equal"],
        preferences=[1, 2], principle="fairness", rule="renormalise", draws=30, top=3,
        noise={"population": 0.1, "cumulative": 0.1, "gdp": 0.3, "emissions": 0.2}, rng=7,
    )  # fmt: skip
    table = read(result, "allocation_sensitivity").set_index("unit")
    for column in ("allocation", "low", "high", "sd", "top_probability", "above_probability"):
        expected = right.stability[column].to_dict()
        assert table[column].to_dict() == pytest.approx(expected, nan_ok=True), column
    variance = read(result, "allocation_sensitivity_variance").set_index("unit")
    np.testing.assert_allclose(
        variance.loc[right.variance.index, list(right.variance)], right.variance
    )
    variants = read(result, "allocation_sensitivity_variants")
    assert variants["unit"].nunique() * variants["variant"].nunique() == len(variants)
    assert "Leaning to fairness, λ = 2, Renormalised" in set(variants["variant_name"])


def test_chosen_indicators_a_total_and_no_draws(study: Any, read: Any) -> None:
    study.analyses = ONE.format(
        more=NAMES.replace("draws = 30", "draws = 0")
        + 'total = 1.0\ntotal_measure = "Mt CO2"\nindicators = "population, gdp"\n'
    )
    study.outputs = "geopackage = false\nworkbook = false\n"
    result = study.run(language="zh")
    criteria, emitted = given(study)
    right = sc.allocation_sensitivity(
        100.0, criteria, emissions=emitted, indicators=["population", "gdp"], draws=0
    )  # 1 Mt is 100 × 10⁴ t
    table = read(result, "allocation_sensitivity").set_index("unit")
    assert table["allocation"].to_dict() == pytest.approx(right.stability["allocation"].to_dict())
    assert table["noise_low"].isna().all()
    assert not (result.directory / "tables" / "allocation_sensitivity_variance.csv").exists()
    figures = {path.stem for path in (result.directory / "figures").iterdir()}
    assert figures == {f"allocation_sensitivity_{n}" for n in ("ranks", "preferences", "changes")}
    page = (result.directory / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    assert "分配结果取决于什么" in page
    assert "剔除人口" in page


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (NAMES, "give one of total and cut"),
        (NAMES + "cut = 0.2\ntotal = 1.0", "give one of total and cut"),
        ("cut = 0.2", "name the variable of a criterion"),
        (NAMES + 'cut = 0.2\nindicators = "forest"', "indicators names forest"),
        (NAMES + 'cut = 0.2\nweighting = "entropie"', "weighting names entropie"),
        (NAMES + 'cut = 0.2\nweighting = ""', "weighting names none"),
        (NAMES + 'cut = 0.2\npreferences = "1,x"', "preferences are numbers of one or more"),
        (NAMES + "cut = 0.2\npreferences = [0.5]", "preferences are numbers of one or more"),
        (NAMES + "cut = 0.2\nnoise_of = { forest = 0.1 }", "noise_of names forest"),
        # Emissions per GDP follow from both, so they have no error of their own.
        (NAMES + "cut = 0.2\nnoise_of = { intensity = 0.1 }", "noise_of names intensity"),
        (
            NAMES + 'cut = 0.2\nindicators = "population"\nnoise_of = { gdp = 0.1 }',
            "noise_of names gdp; there is population",
        ),
        (NAMES + "cut = 0.2\npopulation_year = 2016", "people has no year 2016"),
        (NAMES + "cut = 0.2\ncuts = { East = 0.2 }", "cuts of single groups need cut and within"),
        (
            NAMES + "total = 1.0\nwithin = true\ncuts = { East = 0.2 }",
            "cuts of single groups need cut and within",
        ),
        (NAMES + "cut = 0.2\nwithin = true\ncuts = { x = 0.2 }", "cuts names the groups x"),
        (NAMES + 'total = 1.0\ntotal_measure = "km2"', "km2 cannot be turned into"),
    ],
)
def test_mistakes_are_said_before_anything_is_computed(study: Any, more: str, words: str) -> None:
    study.analyses = ONE.format(more=more)
    study.write()
    assert words in _problems(study.path)


def test_cuts_of_groups_that_are_no_parts(study: Any) -> None:
    group = study.units["组"].iloc[0]
    study.analyses = ONE.format(more=NAMES + f'cut = 0.1\nwithin = true\ncuts."{group}" = 1.5')
    study.write()
    assert f"cuts are parts of the emissions, from 0 to 1: {group}" in _problems(study.path)


def _problems(path: Path) -> str:
    try:
        check_study(path)
    except SpatialCarbonError as error:
        return error.render("en")
    return ""
