"""Grey relational degrees from a study file: tables, figures, layer, report, mistakes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.analysis import Done, get_analysis
from spatialcarbon.studies.inputs import build_inputs
from spatialcarbon.studies.pipeline import check_study
from spatialcarbon.studies.study_file import load_study

TABLES = """
[tables.more]
source = "more.csv"
unit = "代码"
[tables.more.variables]
gdp = { measure = "亿元" }
people = { measure = "万人" }
urban = { measure = "万人" }
[ratios.urbanisation]
numerator = "urban"
denominator = "people"
measure = "%"
title = "城镇化率"
"""
GREY = """
[[analyses]]
method = "grey"
reference = "co2"
factors = ["gdp", "people", "urbanisation"]
"""


@pytest.fixture
def study(own: Any) -> Any:
    """Return a study with factors in a second table."""
    codes = list(own.units["code"])
    number = range(1, len(codes) + 1)
    own.tables = TABLES
    own.analyses = GREY
    columns = {"代码": codes}
    for year, factor in ((2015, 3), (2017, 5)):
        columns[f"gdp_{year}"] = [float((factor * i * i) % 37 + i) for i in number]
        columns[f"people_{year}"] = [float((7 * i) % 23 + factor) for i in number]
        columns[f"urban_{year}"] = [float((7 * i) % 23 + factor) * (i % 5 + 1) / 8 for i in number]
    pd.DataFrame(columns).to_csv(own.folder / "more.csv", index=False, encoding="utf-8")
    return own


def done_of(own: Any, analysis: str = "grey", **settings: Any) -> Done:
    own.write()
    inputs = build_inputs(load_study(own.path))
    registered = get_analysis(analysis)
    parameters = registered.parameters.model_validate(
        {"reference": "co2", "factors": ["gdp", "people", "urbanisation"], **settings}
    )
    assert not registered.check(parameters, inputs)
    result = registered.run(parameters, inputs)
    return Done(key="grey", parameters=parameters, inputs=inputs, result=result)


def test_the_whole_way(study: Any, read: Any) -> None:
    study.outputs = "workbook = false\n"
    result = study.run()
    table = read(result, "grey")
    assert set(table["year"]) == {2015, 2017}
    assert list(dict.fromkeys(table["group"])) == ["ALL", "东", "西", "小", "岛"]
    inputs = build_inputs(load_study(study.path))
    share = inputs.panel["urban"] / inputs.panel["people"]
    np.testing.assert_allclose(inputs.panel["urbanisation"], 100 * share)
    direct = sc.grey_panel(
        inputs.panel,
        reference="co2",
        factors=["gdp", "people", "urbanisation"],
        groups=inputs.groups,
    )
    assert table["degree"].tolist() == direct.table["degree"].tolist()
    coefficients = read(result, "grey_coefficients")
    assert len(coefficients) == direct.coefficients.size
    assert set(read(result, "grey_sensitivity")["normalisation"]) == {
        "mean", "max", "minmax", "zscore",
    }  # fmt: skip
    names = {path.stem for path in (result.directory / "figures").glob("*.png")}
    assert {
        "grey_over_time",
        "grey_degrees_2017",
        "grey_coefficients_2017",
        "grey_sensitivity",
    } <= names
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    for words in ("It ranks factors", "extremes = &#34;year&#34;", "Deng", "城镇化率"):
        assert words in page or words.replace("&#34;", '"') in page, words
    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        rows = dict(database.execute('SELECT code, xi_gdp FROM "grey_coefficients_2017"'))
    right = direct.coefficients_of(2017)["gdp"]
    assert rows == pytest.approx(right.to_dict())


def test_trends_are_told_with_the_option_behind_them(study: Any) -> None:
    said = get_analysis("grey").text(done_of(study))
    english = " ".join(item.render("en") for item in said)
    assert 'extremes = "year"' in english
    assert "in 2015" in english
    assert "degree" in english
    pooled = get_analysis("grey").text(done_of(study, extremes="pooled"))
    trends = [item.render("en") for item in pooled if 'extremes = "pooled"' in item.render("en")]
    assert len(trends) == 3
    for item in (*said, *pooled):
        assert any("\u4e00" <= letter <= "\u9fff" for letter in item.render("zh"))
    one = get_analysis("grey").text(done_of(study, years=[2017]))
    assert not any("2015" in item.render("en") for item in one)


def test_rankings_and_flips_are_told(study: Any) -> None:
    done = done_of(study, by_group=False, years=[2017])
    first, *rest = [item.render("en") for item in get_analysis("grey").text(done)]
    table = done.result["panel"].table.sort_values("rank")
    order = [f"{row.degree:.3f}" for row in table.itertuples()]
    assert [word.rstrip(".;") for word in first.split() if word[:2] == "0."] == order
    sensitivity = done.result["sensitivity"]
    pairs = sensitivity.flips[["ahead", "overtaken_by"]].drop_duplicates()
    assert len(rest) == max(len(pairs), 1)
    tables = {item.name: item for item in get_analysis("grey").tables(done)}
    assert ("grey_flips" in tables) == (not sensitivity.stable)
    assert not get_analysis("grey").tables(done)[0].frame["degree"].isna().any()


def test_settings_reach_the_method(study: Any) -> None:
    done = done_of(
        study,
        normalisation="minmax",
        reverse=["urbanisation"],
        rho=0.2,
        weight_by="people",
        sensitivity=False,
        report_years=[2015],
        detail_year=2015,
    )
    settings = done.result["panel"].settings
    assert settings["reverse"] == ["urbanisation"]
    assert settings["weights"] == "people"
    assert settings["rho"] == 0.2
    assert done.result["sensitivity"] is None
    table = get_analysis("grey").tables(done)[0]
    assert set(table.page()["year"]) == {2015}
    note = table.note.render("en")
    for word in ("min–max", "ρ = 0.2", "each year by itself"):
        assert word in note
    assert {spec.name for spec in get_analysis("grey").figures(done)} >= {"grey_degrees_2015"}
    sole = done_of(study, factors=["gdp"])
    assert sole.result["sensitivity"] is None  # nothing to rank


def test_a_map_with_many_places_has_no_heat_map(study: Any, monkeypatch: Any) -> None:
    from spatialcarbon.studies.analyses import _grey_figures, _grey_tables

    for module in (_grey_figures, _grey_tables):
        monkeypatch.setattr(module, "MOST_ROWS", 20)
    done = done_of(study)
    names = [spec.name for spec in get_analysis("grey").figures(done)]
    assert "grey_coefficients_2017" not in names
    table = next(t for t in get_analysis("grey").tables(done) if t.name == "grey_coefficients")
    assert len(table.page()) == 10
    assert "the 10 smallest" in table.note.render("en")
    here = table.frame[(table.frame["group"] == "ALL") & (table.frame["year"] == 2017)]
    assert table.page()["coefficient"].max() <= here["coefficient"].nsmallest(11).iloc[-1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('reference = "co3"', "co3"),
        ('factors = ["gdp", "peopel"]', "people"),
        ("factors = []", "factors"),
        ("rho = 0", "rho"),
        ('normalisation = "initial"', "normalisation"),
        ("years = [2015, 2016]", "2016"),
        ("detail_year = 2017\nyears = [2015]", "detail_year = 2017"),
        ('weight_by = "area"', "area"),
    ],
)
def test_mistakes_are_found_before_the_run(study: Any, change: str, words: str) -> None:
    keys = {line.partition(" = ")[0] for line in change.splitlines()}
    kept = [line for line in GREY.splitlines() if line.partition(" = ")[0] not in keys]
    study.analyses = "\n".join([*kept, change]) + "\n"
    study.write()
    with pytest.raises(SpatialCarbonError) as caught:
        check_study(study.path)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("reference", 'reference = "co3"'),
        ("factors", 'factors = ["gdp", "peopel"]'),
        ("weight_by", 'weight_by = "area"'),
        ("reverse", 'normalisation = "minmax"\nreverse = ["gpd"]'),
    ],
)
def test_unknown_variables_are_named_with_their_line(study: Any, field: str, change: str) -> None:
    kept = [line for line in GREY.splitlines() if line.partition(" = ")[0] != field]
    study.analyses = "\n".join([*kept, change]) + "\n"
    study.write()
    lines = study.path.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines, 1) if line.startswith(field))
    with pytest.raises(SpatialCarbonError) as caught:
        load_study(study.path)  # before any data is read
    assert f"line {at}" in str(caught.value)
    assert f".{field}" in str(caught.value)
