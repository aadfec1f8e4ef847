"""Compensation from a study file: tables, figures, layers, mistakes, the shipped analysis."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.analysis import get_analysis
from spatialcarbon.studies.pipeline import check_study, run_study

SHIPPED = Path(__file__).parents[2] / "analyses" / "11_ecological_compensation" / "study.toml"
TABLES = """
[tables.places]
source = "places.csv"
unit = "代码"
year = 0
[tables.places.variables]
sink = { measure = "万吨CO2" }
gdp = { measure = "亿元" }
people = { measure = "万人" }
score = { measure = "1" }
"""
BOTH = """
[[analyses]]
method = "compensate"
emission = "co2"
sink = "sink"
gdp = "gdp"
population = "people"
stage = "score"
price = 60
prices = [30, 60]
sink_factors = { once = 1, carbon = "44/12" }
ability = "income"
fee = 0.01
settlement = "neighbours"

[[analyses]]
method = "compensate"
name = "groups"
emission = "co2"
sink = "sink"
gdp = "gdp"
by = "group"
price = 100
settlement = "fewest"
"""


@pytest.fixture
def study(own: Any) -> Any:
    """Return a study with sinks, GDP and people in a second table without years."""
    codes = list(own.units["code"])
    number = range(1, len(codes) + 1)
    own.tables, own.analyses = TABLES, BOTH
    pd.DataFrame(
        {
            "代码": codes,
            "sink": [float((7 * i) % 23 + 1) / 100 for i in number],
            "gdp": [float((5 * i) % 17 + 1) * 10 for i in number],
            "people": [float(i % 4 + 1) for i in number],
            "score": [float(i % 3 - 1) for i in number],
        }
    ).to_csv(own.folder / "places.csv", index=False, encoding="utf-8")
    return own


def places(study: Any) -> pd.DataFrame:
    frame = pd.read_csv(study.folder / "places.csv").set_index("代码")
    emitted = study.table.set_index("代码")["排放_2017"] * 1e4
    return pd.DataFrame(
        {
            "emission": emitted.loc[frame.index],
            "sink": frame["sink"] * 1e4,
            "gdp": frame["gdp"] * 1e8,
            "population": frame["people"] * 1e4,
        }
    )


def test_everything_is_written(study: Any, read: Any) -> None:
    study.outputs = "figures = []\nworkbook = false\n"
    result = study.run()
    own = places(study)
    weights = result.inputs.weights_named(None)
    direct = sc.compensate(
        own, price=60, ability="income", fee=0.01, settlement="neighbours", weights=weights
    )
    table = read(result, "compensate").set_index("unit")
    for column in ("net", "ecc", "esc", "baseline", "deviation", "amount", "per_head"):
        expected = direct.table[column].loc[table.index]
        np.testing.assert_allclose(table[column], expected, err_msg=column, atol=1e-6)
    assert table["zone"].to_dict() == direct.table["zone"].to_dict()
    account = read(result, "compensate_account").set_index("item")["money"]
    assert account.to_dict() == pytest.approx(direct.account.to_dict())
    transfers = read(result, "compensate_transfers")
    assert transfers["amount"].sum() == pytest.approx(direct.account["paid"])
    assert len(transfers) == direct.settlement.n
    zones = read(result, "compensate_zones").set_index("zone")
    assert zones["n"].to_dict() == direct.zones.to_dict()

    span = sc.compensation_range(
        own, prices=[30, 60], sinks={"once": 1, "carbon": 44 / 12}, ability="income", fee=0.01
    )
    shown = read(result, "compensate_range").set_index("unit")
    assert shown["low"].to_dict() == pytest.approx(span.table["low"].to_dict())
    assert shown["role"].to_dict() == span.table["role"].to_dict()
    assert len(read(result, "compensate_cases")) == 4

    members = study.units.set_index("code")["组"]
    sums = own[["emission", "sink", "gdp"]].groupby(members.replace("", np.nan)).sum()
    grouped = read(result, "groups").set_index("group")
    between = sc.compensate(sums.loc[grouped.index], price=100)
    assert grouped["amount"].to_dict() == pytest.approx(between.table["amount"].to_dict())

    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        styled = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
        assert {f"compensate_{k}" for k in ("zones", "amounts", "payments")} <= styled
        assert {"groups_zones", "groups_payments"} <= styled
        drawn = dict(database.execute("SELECT code, zone FROM compensate_zones"))
        (lines,) = database.execute("SELECT count(*) FROM compensate_payments").fetchone()
        ends = set(database.execute("SELECT payer, payer_en, receiver FROM compensate_payments"))
        (areas,) = database.execute("SELECT count(*) FROM groups_zones").fetchone()
    assert drawn == table["zone"].to_dict()
    assert lines == (transfers["receiver"] != "(platform)").sum()
    placed = transfers[transfers["receiver"] != "(platform)"]
    assert ends == set(zip(placed["payer"], placed["payer_name"], placed["receiver"], strict=True))
    assert areas == len(grouped)
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    for words in ("Ecological compensation", "places would pay", "Over 4 cases", "change hands"):
        assert words in page, words


def test_a_group_with_a_missing_member_is_refused(study: Any) -> None:
    frame = pd.read_csv(study.folder / "places.csv")
    frame.loc[0, "gdp"] = np.nan
    frame.to_csv(study.folder / "places.csv", index=False)
    study.analyses = "[[analyses]]" + BOTH.split("[[analyses]]")[2]
    with pytest.raises(SpatialCarbonError, match="gdp is missing for 1"):
        study.run()


def test_the_shipped_analysis(tmp_path: Path, read: Any) -> None:
    source = SHIPPED.read_text(encoding="utf-8") + "\n[outputs]\nfigures = []\nworkbook = false\n"
    (tmp_path / "study.toml").write_text(source, encoding="utf-8")
    result = run_study(tmp_path / "study.toml")
    clusters = read(result, "clusters").set_index("group")
    direct = sc.compensate(sc.load_table("study002_places").set_index("cluster"), price=60)
    assert clusters["amount"].to_dict() == pytest.approx(direct.table["amount"].to_dict())
    assert (clusters["amount"] / 1e8).round(1)["BTH"] == 369.4
    assert set(read(result, "clusters_range")["role"]) == {"payer", "receiver"}
    cities = read(result, "cities")
    assert len(cities) == 111
    assert cities["gdp_share"].max() <= 0.01 * (1 + 1e-9)
    emitted = sc.load_table("city_co2", years=2017).set_index("adcode")["co2_mt"] * 1e6
    known = cities.set_index("unit")["emission"]
    np.testing.assert_allclose(known, emitted.loc[known.index])
    account = read(result, "cities_account").set_index("item")["money"]
    assert account["fee"] == pytest.approx(0.01 * account["paid"])
    assert account["received"] == pytest.approx(0.95 * account["paid"])
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    assert "On illustrative data: 53 of 111 places would pay" in page
    # What is printed in study 002 is not invented, whatever the other analysis uses.
    assert "On illustrative data: 2 of 5" not in page
    assert "2 of 5 places would pay" in page


def test_figures_and_layers_are_drawn_in_both_languages(study: Any) -> None:
    from spatialcarbon.studies.analysis import Done

    result = study.run()
    inputs = result.inputs
    analysis = get_analysis("compensate")
    for step in result.study.steps:
        found = analysis.run(step.parameters, inputs)
        done = Done(key=step.key, parameters=step.parameters, inputs=inputs, result=found)
        for spec in analysis.figures(done):
            for language in ("en", "zh"):
                assert spec.draw(language) is not None
        assert [layer.name for layer in analysis.layers(done)] == [
            f"{step.key}_{part}" for part in ("payments", "zones", "amounts")
        ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("price = 60", "a compensation needs emission, sink, gdp"),
        ('emission = "co2"\nsink = "sink"\nprice = 60', "a compensation needs gdp"),
        ('emission = "co2"\nsink = "sink"\ngdp = "gdp"', "price"),
        ('emission = "flat"\nsink = "sink"\ngdp = "gdp"\nprice = 6', "flat is in 1, which is not"),
        ('emission = "co2"\nsink = "sink"\ngdp = "sink"\nprice = 6', "not an amount of money"),
        ('emission = "co2"\nsink = "sink"\ngdp = "gdp"\npopulation = "gdp"\nprice = 6',
         "not a number of people"),
        ('emission = "co2"\nsink = "sink"\ngdp = "gdp"\nprice = 6\nyear = 1999', "no year 1999"),
        ('emission = "co2"\nsink = "sink"\ngdp = "gdp"\nprice = 6\nability = "income"',
         "needs population"),
        ('emission = "co2"\nsink = "sink"\ngdp = "gdp"\nprice = 6\nability = "stage"',
         "needs stage"),
        ('emission = "co2"\nsink = "sink"\ngdp = "gdp"\nprice = 6\nfee = 0.6\nreserve = 0.4',
         "leave nothing"),
        ('emission = "co2"\nsink = "sink"\ngdp = "gdp"\nprice = 6\nprices = "a,b"',
         "prices is not a list"),
        ('emission = "co2"\nsink = "sink"\ngdp = "gdp"\nprice = 6\nsink_factors = "x=1/0"',
         "sink_factors is not"),
        ('table = "study002_place"\nprice = 6', "is not a shipped table"),
        ('table = "study002_indicators"\nprice = 6', "has no column emission, sink, gdp"),
        ('table = "study002_places"\nprice = 6', "which are no groups of the map"),
        ('emission = "woods"\nsink = "sink"\ngdp = "gdp"\nprice = 6', "woods"),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_anything_runs(study: Any, settings: str, message: str) -> None:
    study.analyses = f'[[analyses]]\nmethod = "compensate"\n{settings}\n'
    study.write()
    with pytest.raises(SpatialCarbonError, match=message):
        check_study(study.path)
