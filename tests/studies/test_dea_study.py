"""Efficiency and zero-sum gains from a study file: the shipped study, own data, mistakes."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.analysis import Done, get_analysis
from spatialcarbon.studies.inputs import build_inputs
from spatialcarbon.studies.pipeline import check_study, run_study
from spatialcarbon.studies.study_file import load_study

SHIPPED = Path(__file__).parents[2] / "analyses" / "04_quota_allocation"

TABLES = """
[tables.made]
source = "made.csv"
unit = "代码"
[tables.made.variables]
people = { measure = "persons" }
gdp = { measure = "万元" }
used = { measure = "1" }
won = { measure = "1" }
"""


@pytest.fixture(scope="module")
def provinces(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run the two analyses of the shipped study that are about efficiency."""
    folder = tmp_path_factory.mktemp("provinces")
    (folder / "provinces.csv").write_bytes((SHIPPED / "provinces.csv").read_bytes())
    source = (SHIPPED / "study.toml").read_text(encoding="utf-8")
    head, *parts = re.split(r"(?m)^(?=\[\[analyses\]\]|\[outputs\])", source)
    kept = [part for part in parts if 'method = "dea"' in part]
    assert len(kept) == 2
    fewer = kept[0].rstrip() + "\ndraws = 200\n"
    (folder / "study.toml").write_text(
        head + fewer + kept[1] + '[outputs]\nfigures = ["png"]\nworkbook = false\n',
        encoding="utf-8",
    )
    return run_study(folder / "study.toml", out=folder / "results")


def test_the_shipped_study(provinces: Any, read: Any) -> None:
    criteria = sc.load_table("study004_criteria").set_index("adcode")
    x, y = criteria["co2_2030_10kt"].rename("co2"), criteria[["population", "gdp"]]
    table = read(provinces, "dea").set_index("unit")
    right = sc.dea(x, y)
    assert table["efficiency"].to_dict() == pytest.approx(right.efficiency.to_dict())
    assert (table["low"] < table["corrected"]).all()
    assert (table["high"] < table["efficiency"] + 1e-12).all()
    assert table["returns_to_scale"].to_dict() == right.returns_to_scale.to_dict()
    allocation = read(provinces, "dea_allocation").set_index("unit")
    one = sc.zero_sum_dea(x, y)
    assert allocation["allocation"].to_dict() == pytest.approx(one.allocation.to_dict())
    assert allocation["change"].to_dict() == pytest.approx((100 * (one.score - 1)).to_dict())
    path = sc.zero_sum_dea(x, y, mode="iterate", rule="paper004")
    history = read(provinces, "dea_path_history")
    assert history["input"].tolist() == pytest.approx(
        path.history.set_index(["iteration", "unit"])["input"]
        .loc[list(zip(history["iteration"], history["unit"], strict=True))]
        .tolist()
    )
    peers = read(provinces, "dea_peers")
    assert peers.groupby("unit")["weight"].sum().tolist() == pytest.approx([1] * 30)
    slacks = read(provinces, "dea_slacks").set_index("unit")
    assert right.slacks is not None
    assert slacks["slack_gdp"].to_dict() == pytest.approx(right.slacks["gdp"].to_dict())
    assert slacks["target_co2"].to_dict() == pytest.approx(right.targets["co2"].to_dict())


def test_report_figures_and_layers(provinces: Any) -> None:
    page = (provinces.directory / "report.html").read_text(encoding="utf-8").replace("\u00a0", " ")
    for words in (
        "8 of 30 places are on the frontier",
        "furthest from the frontier is Xinjiang with 0.328",
        "326,000 or 10.6 % would move from 15 places to 15: most to Guangdong (+95,200)",
        "17.77 % of the total is in other places than the one-shot allocation would have it",
    ):
        assert words in page, words
    drawn = {path.stem for path in (provinces.directory / "figures").glob("*.png")}
    assert drawn == {"dea_intervals", "dea_adjustments", "dea_path_adjustments", "dea_path_paths"}
    with closing(sqlite3.connect(provinces.directory / "results.gpkg")) as database:
        styled = {name for (name,) in database.execute("SELECT f_table_name FROM layer_styles")}
        kinds = dict(
            database.execute("SELECT returns_to_scale, count(*) FROM dea_scale GROUP BY 1")
        )
        status = dict(database.execute("SELECT adcode, status FROM dea_efficiency"))
    assert {"dea_efficiency", "dea_scale", "dea_adjustment", "dea_path_adjustment"} <= styled
    assert sum(kinds.values()) == 30
    assert set(kinds) == {"increasing", "constant", "decreasing"}
    assert status[440000] == "efficient"
    assert status[110000] == "inefficient"


@pytest.fixture
def study(own: Any) -> Any:
    codes = list(own.units["code"])
    columns: dict[str, list[Any]] = {"代码": codes}
    for year in (2015, 2017):
        columns[f"people_{year}"] = [float((5 * i) % 17 + 1) for i in range(len(codes))]
        columns[f"gdp_{year}"] = [float((7 * i) % 19 + 2) for i in range(len(codes))]
        columns[f"used_{year}"] = [3.0 * i + 1 for i in range(len(codes))]
        columns[f"won_{year}"] = [1.0 * i + 1 for i in range(len(codes))]
    pd.DataFrame(columns).to_csv(own.folder / "made.csv", index=False, encoding="utf-8")
    own.tables = TABLES
    return own


def test_own_data(study: Any, read: Any) -> None:
    study.analyses = (
        '[[analyses]]\nmethod = "dea"\ninputs = ["co2"]\noutputs = ["gdp"]\nyear = 2015\n'
        'draws = 20\nzero_sum = "co2"\n'
        '[[analyses]]\nmethod = "dea"\nname = "line"\ninputs = ["used"]\n'
        'outputs = ["won"]\nzero_sum = { input = "used", mode = "iterate", '
        'rule = "single" }\n'
    )
    study.outputs = "geopackage = true\nfigures = []\nworkbook = false\nreport = false\n"
    result = study.run()
    frame = study.table.set_index("代码")
    made = pd.read_csv(study.folder / "made.csv").set_index("代码")
    x, y = frame["排放_2015"].rename("co2"), made["gdp_2015"].rename("gdp")
    table = read(result, "dea").set_index("unit")
    assert table["efficiency"].to_dict() == pytest.approx(sc.dea(x, y).efficiency.to_dict())
    shares = read(result, "dea_allocation").set_index("unit")["allocation"]
    assert shares.to_dict() == pytest.approx(sc.zero_sum_dea(x, y).allocation.to_dict())
    # All on one line are efficient: nothing to draw inefficiency from, and nothing moves.
    assert set(read(result, "line")["efficiency"]) == {1.0}
    assert "low" not in read(result, "line")
    assert set(read(result, "line_allocation")["adjustment"]) == {0.0}


def test_which_figures_there_are(own: Any) -> None:
    """One input and one output have a frontier; without any inefficiency there is no interval."""
    analysis = get_analysis("dea")
    own.analyses = (
        '[[analyses]]\nmethod = "dea"\ninputs = ["flat"]\noutputs = ["co2"]\nyear = 2017\n'
    )
    own.tables = '[tables.more]\nsource = "排放.csv"\nunit = "代码"\n[tables.more.variables]\n'
    own.tables += 'flat_too = { column = "恒定", measure = "1" }\n'
    inputs = build_inputs(load_study(own.write().path))

    def names(**more: Any) -> set[str]:
        given = {"inputs": ["co2"], "outputs": ["flat"], "year": 2017, "draws": 20, **more}
        parameters = analysis.parameters.model_validate(given)
        result = analysis.run(parameters, inputs)
        made = analysis.figures(Done("dea", parameters, inputs, result))
        return {spec.name.removeprefix("dea_") for spec in made}

    assert names() == {"intervals", "frontier"}
    assert names(draws=0) == {"frontier"}
    assert names(zero_sum="co2") == {"intervals", "frontier", "adjustments"}
    stepped = {"input": "co2", "mode": "iterate", "rule": "single"}
    assert names(zero_sum=stepped) == {"intervals", "frontier", "adjustments", "paths"}
    parameters = analysis.parameters.model_validate(
        {"inputs": ["flat"], "outputs": ["flat_too"], "zero_sum": "flat"}
    )
    result = analysis.run(parameters, inputs)
    done = Done("dea", parameters, inputs, result)
    assert result["intervals"] is None  # without inefficiency there is nothing to draw from
    assert analysis.text(done)[-1].render("en") == (
        "All places are efficient, so nothing of the total moves."
    )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("inputs = []", "inputs"),
        ('outputs = ["co2"]', "co2 is an input and an output at once"),
        ("year = 2016", "co2 has no year 2016"),
        ('zero_sum = "gdp"', "zero_sum shares out gdp, which must be the only input"),
        ('inputs = ["co2", "used"]\nzero_sum = "co2"', "must be the only input"),
        ('zero_sum = { input = "co2", rules = "single" }', "zero_sum has rules; there is input"),
        ('zero_sum = ""', "zero_sum has none"),
        ('zero_sum = { mode = "slowly" }', "zero_sum names the mode slowly"),
        ('zero_sum = { rule = "mine" }', "zero_sum names the rule mine"),
        ('zero_sum = { rule = "single" }', "the rule single is for mode iterate"),
        ('zero_sum = "co2"\norientation = "output"', "zero_sum needs orientation input"),
        ('returns = "flat"', "variable"),
        ("draws = -1", "draws"),
        ('outputs = ["money"]', "money"),
    ],
)
def test_mistakes(study: Any, more: str, words: str) -> None:
    given = {"inputs": '["co2"]', "outputs": '["gdp"]'}
    for line in more.splitlines():
        key, _, value = line.partition(" = ")
        given[key] = value
    study.analyses = '[[analyses]]\nmethod = "dea"\n' + "".join(
        f"{key} = {value}\n" for key, value in given.items()
    )
    study.write()
    with pytest.raises(SpatialCarbonError, match=re.escape(words)):
        check_study(study.path)
