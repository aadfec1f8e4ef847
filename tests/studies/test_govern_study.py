"""Governance games from a study file: tables, layers, sentences, mistakes, the shipped study."""

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
from spatialcarbon.studies.analysis import Done, get_analysis
from spatialcarbon.studies.pipeline import check_study, run_study

SHIPPED = Path(__file__).parents[2] / "analyses" / "00_chengdu_governance" / "study.toml"
GIVEN = """
[[analyses]]
method = "govern"
emission = "co2"
damage = "harm"
cost = "slope"
modes = ["nash", "cooperation", "compensation"]
cut = 0.1
share = 0.3
sweep = 2
"""
TABLES = """
[tables.places]
source = "places.csv"
unit = "代码"
year = 0
[tables.places.variables]
harm = { measure = "CNY/t" }
slope = { measure = "CNY/t" }
"""


@pytest.fixture
def study(own: Any) -> Any:
    codes = list(own.units["code"])
    own.tables, own.analyses = TABLES, GIVEN
    pd.DataFrame(
        {
            "代码": codes,
            "harm": [float(i % 5 + 1) for i in range(len(codes))],
            "slope": [100.0 * (i % 7 + 1) for i in range(len(codes))],
        }
    ).to_csv(own.folder / "places.csv", index=False, encoding="utf-8")
    return own


def test_given_columns_are_used_and_not_called_invented(study: Any, read: Any) -> None:
    study.outputs = "figures = []\nworkbook = false\n"
    result = study.run()
    frame = pd.read_csv(study.folder / "places.csv").set_index("代码")
    emitted = study.table.set_index("代码")["排放_2017"] * 1e4
    places = pd.DataFrame(
        {
            "emission": emitted.loc[frame.index],
            "damage": frame["harm"],
            "cost": frame["slope"] / (0.1 * emitted.loc[frame.index]),
        }
    )
    across = sc.spillover(result.inputs.weights_named(None), share=0.3)
    direct = sc.govern(places, across, rng=result.inputs.seed)
    table = read(result, "govern").pivot(index="unit", columns="mode", values="gain")
    for mode in direct.modes:
        np.testing.assert_allclose(table[mode], direct.gain[mode].loc[table.index], rtol=1e-9)
    modes = read(result, "govern_modes").set_index("mode")
    assert modes["losers"].to_dict() == direct.totals["losers"].to_dict()
    paid = read(result, "govern_payments").groupby("mode")["amount"].sum()
    least = direct.smallest_transfers.to_numpy().sum()
    assert paid.get("smallest", 0.0) == pytest.approx(least)
    assert paid["compensation"] == pytest.approx(direct.payments["compensation"].to_numpy().sum())
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    assert "Under the parameters assumed" in page
    assert "On illustrative data" not in page


def test_the_shipped_study(tmp_path: Path, read: Any) -> None:
    source = SHIPPED.read_text(encoding="utf-8").replace(
        'method = "govern"', 'method = "govern"\nsweep = 2'
    )
    source += "\n[outputs]\nfigures = []\nworkbook = false\n"
    (tmp_path / "study.toml").write_text(source, encoding="utf-8")
    result = run_study(tmp_path / "study.toml")
    emitted = sc.load_table("city_co2", years=2017).set_index("adcode")["co2_mt"] * 1e6
    sizes = {"chengdu": 4, "wuhan": 9, "bth": 13}
    for key, n in sizes.items():
        table = read(result, key)
        alone = table[table["mode"] == "nash"].set_index("unit")
        assert len(alone) == n
        total = alone["emission"] + alone["abatement"]
        np.testing.assert_allclose(total, emitted.loc[total.index])
        assert read(result, f"{key}_parameters").shape[0] == 5
    chengdu = read(result, "chengdu").set_index(["unit", "mode"])["gain"]
    assert chengdu[510100, "cooperation"] < 0 < chengdu[510100, "compensation"]
    licences = read(result, "bth_licences")
    assert set(licences["licensor"]) == {"Beijing"}
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    said = "On illustrative data: Without payments Chengdu would lose"
    assert said in page
    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        styled = {n for (n,) in database.execute("SELECT f_table_name FROM layer_styles")}
        sides = dict(database.execute("SELECT adcode, side FROM chengdu_sides"))
    assert {f"wuhan_{k}" for k in ("sides", "transfers", "abatement", "payments")} <= styled
    assert sides[510100] == "loses"
    assert set(sides.values()) == {"loses", "signs"}
    analysis = get_analysis("govern")
    step = result.study.steps[0]
    found = analysis.run(step.parameters, result.inputs)
    done = Done(key=step.key, parameters=step.parameters, inputs=result.inputs, result=found)
    drawn = analysis.figures(done)
    assert [spec.name for spec in drawn] == [
        f"chengdu_{k}" for k in ("gains", "regions", "payments", "transfers", "abatement")
    ]
    for spec in drawn:
        assert spec.draw("zh") is not None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ('emission = "co2"\nmodes = "nash,war"', "must name some of"),
        ('emission = "co2"\nwithin = "Nowhere"', "is no group of the map"),
        ('emission = "co2"\nlicensor = "xx"', "is not among the places"),
        ('emission = "co2"\nlicensed_cost = "slope"\nmodes = "nash"', "is of no use"),
        ('emission = "slope"', "slope is in CNY/t, which does not turn"),
        ('emission = "co2"\ndamage = "co2"', "does not turn into CNY/t"),
        ('emission = "co2"\nyear = 1999', "no year 1999"),
        ('emission = "co2"\nshare = 1', "share"),
        ('price = 3', "emission"),
    ],
)  # fmt: skip
def test_mistakes_are_told_before_anything_runs(study: Any, settings: str, message: str) -> None:
    study.analyses = f'[[analyses]]\nmethod = "govern"\n{settings}\n'
    study.write()
    with pytest.raises(SpatialCarbonError, match=message):
        check_study(study.path)
