"""Decomposition and decoupling from study files: what is written, said and refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.analysis import Done, get_analysis
from spatialcarbon.studies.illustrative import uses_illustrative
from spatialcarbon.studies.inputs import build_inputs
from spatialcarbon.studies.pipeline import check_study
from spatialcarbon.studies.study_file import load_study

PROVINCES = Path(__file__).parents[2] / "analyses" / "05_province_drivers" / "study.toml"
KAYA = "co2 = population * (gdp/population) * (co2/gdp)"
TABLES = """
[tables.economy]
source = "economy.csv"
unit = "代码"
[tables.economy.variables]
gdp = { measure = "亿元" }
population = { column = "人口", measure = "万人" }
coal = { measure = "Mt" }
gas = { measure = "Mt" }
co2_coal = { measure = "Mt CO2" }
co2_gas = { measure = "Mt CO2" }
energy_coal = { measure = "Mt" }
energy_gas = { measure = "Mt" }
"""
ANALYSES = f"""
[[analyses]]
method = "decompose"
identity = "{KAYA}"
cumulative = 2015
prices = "current"

[[analyses]]
method = "decompose"
name = "totals"
identity = "{KAYA}"
level = "aggregate"
form = "multiplicative"

[[analyses]]
method = "decoupling"
stages = [[2015, 2017]]
identity = "{KAYA}"
activity = ["population", "affluence"]
"""


@pytest.fixture
def study(own: Any) -> Any:
    """Return a study with an economy beside its emissions, in another order."""
    codes = list(own.units["code"])
    own.tables, own.analyses = TABLES, ANALYSES
    number = np.arange(1, len(codes) + 1)
    columns: dict[str, Any] = {"代码": codes}
    for year, step in ((2015, 0), (2017, 1)):
        columns[f"gdp_{year}"] = 50.0 + 7 * (number % 5) + step * (number % 3 - 0.5) * 9
        columns[f"人口_{year}"] = 20.0 + number % 7 + step * 0.5
        columns[f"energy_coal_{year}"] = 5.0 + number % 4 + step
        columns[f"energy_gas_{year}"] = 2.0 + number % 3
        columns[f"co2_coal_{year}"] = 10.0 + number % 6 + step
        columns[f"co2_gas_{year}"] = 3.0 + number % 2 + step / 2
        columns[f"coal_{year}"] = columns[f"gas_{year}"] = number * 1.0
    table = pd.DataFrame(columns).sample(frac=1, random_state=5)
    table.to_csv(own.folder / "economy.csv", index=False, encoding="utf-8")
    return own


def tidy(study: Any) -> pd.DataFrame:
    """Return the same table in a way of its own: long, in Mt."""
    wide = pd.read_csv(study.folder / "economy.csv").set_index("代码")
    emissions = study.table.set_index("代码")
    parts = [
        pd.DataFrame(
            {
                "co2": emissions[f"排放_{year}"],
                "gdp": wide[f"gdp_{year}"],
                "population": wide[f"人口_{year}"],
                "year": year,
            }
        )
        for year in (2015, 2017)
    ]
    return pd.concat(parts).rename_axis("unit").reset_index()


def test_everything_is_written(study: Any, read: Any) -> None:
    result = study.run()
    expected = sc.decompose(tidy(study), identity=KAYA)
    table = read(result, "decompose").set_index("unit")
    for factor in ("population", "affluence", "intensity"):
        rows = expected.effects[expected.effects["factor"] == factor].set_index("unit")
        assert table[f"effect_{factor}"].to_dict() == pytest.approx(rows["effect"].to_dict())
    sums = table[[c for c in table if c.startswith("effect_")]].sum(axis=1)
    assert sums.to_dict() == pytest.approx(table["change"].to_dict())
    groups = read(result, "decompose_groups").set_index("group")
    assert list(groups.index) == ["ALL", "东", "西", "小", "岛"]
    east = [code for code in table.index if code.startswith("e")]
    assert groups.loc["东", "effect_affluence"] == pytest.approx(
        table.loc[east, "effect_affluence"].sum()
    )
    assert groups.loc["ALL", "value_end"] == pytest.approx(table["value_end"].sum())
    assert read(result, "decompose_residual")["relative"].max() < 1e-9
    path = read(result, "decompose_cumulative").set_index(["group", "year"])
    assert path.loc[("ALL", 2015), "change"] == 0
    assert path.loc[("ALL", 2017), "change"] == pytest.approx(groups.loc["ALL", "change"])

    totals = read(result, "totals_groups").set_index("group")
    assert list(totals.columns).index("ratio_population") < list(totals.columns).index(
        "effect_population"
    )
    product = totals[[c for c in totals if c.startswith("ratio_")]].prod(axis=1)
    ratio = totals["value_end"] / totals["value_start"]
    assert product.to_dict() == pytest.approx(ratio.to_dict())

    states = read(result, "decoupling").set_index("unit")
    right = sc.decoupling(tidy(study)).set_index("unit")
    assert states["state"].to_dict() == right["state"].to_dict()
    effort = sc.decoupling_effort(expected, activity=["population", "affluence"]).set_index("unit")
    assert states["effort_state"].to_dict() == effort["state"].to_dict()
    counts = read(result, "decoupling_states")
    assert counts["2015–2017"].sum() == len(states)
    grouped = read(result, "decoupling_groups")
    assert grouped["group"].tolist() == ["ALL", "东", "西", "小", "岛"]


def test_layers_hold_drivers_and_states(study: Any) -> None:
    study.outputs = "figures = []\nworkbook = false\nreport = false\n"
    result = study.run()
    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        names = {row[0] for row in database.execute("select table_name from gpkg_contents")}
        columns = [
            row[1] for row in database.execute("pragma table_info(decompose_dominant_2015_2017)")
        ]
        kinds = {
            row[0] for row in database.execute("select dominant from decompose_dominant_2015_2017")
        }
        [style] = database.execute(
            "select styleQML from layer_styles where f_table_name = 'decompose_affluence_2015_2017'"
        ).fetchone()
    wanted = {
        f"decompose_{k}_2015_2017" for k in ("dominant", "population", "affluence", "intensity")
    }
    assert wanted | {"decoupling_2015_2017", "decoupling_effort_2015_2017"} <= names
    assert not {name for name in names if name.startswith("totals")}  # groups are no places
    assert {"dominant", "value_start", "value_end", "change", "effect_affluence"} <= set(columns)
    assert kinds <= {f"{f} {d}" for f in ("population", "affluence", "intensity")
                     for d in ("raises", "lowers")}  # fmt: skip
    assert "#2166ac" in style or "graduatedSymbol" in style


def test_figures_and_findings_in_both_languages(study: Any) -> None:
    study.write()
    said: list[str] = []
    loaded = load_study(study.path)
    inputs = build_inputs(loaded)
    for step in loaded.steps:
        result = step.analysis.run(step.parameters, inputs)
        done = Done(key=step.key, parameters=step.parameters, inputs=inputs, result=result)
        specs = step.analysis.figures(done)
        assert len({spec.name for spec in specs}) == len(specs)
        for at, spec in enumerate(specs):
            assert spec.draw(("en", "zh")[at % 2]).axes
            assert spec.title.render("en") != spec.title.render("zh")
        said += [sentence.render("en") for sentence in step.analysis.text(done)]
        chinese = [sentence.render("zh") for sentence in step.analysis.text(done)]
        assert all(any("\u4e00" <= letter <= "\u9fff" for letter in words) for words in chinese)
    assert "At current prices: GDP." in said
    assert "The price basis is not stated: GDP." in said
    assert any("the largest residual is" in words for words in said)


def test_sums_over_categories(study: Any, read: Any) -> None:
    identity = (
        "co2 = sum over fuel of population * (gdp/population) * (energy[fuel]/gdp) "
        "* (co2[fuel]/energy[fuel])"
    )
    study.tables = TABLES.replace('coal = { measure = "Mt" }\ngas = { measure = "Mt" }\n', "")
    study.analyses = (
        f'[[analyses]]\nmethod = "decompose"\nidentity = "{identity}"\n'
        'categories = { fuel = ["coal", "gas"] }\n'
    )
    result = study.run()
    parts = read(result, "decompose_categories")
    assert set(parts["fuel"]) == {"coal", "gas"}
    table = read(result, "decompose").set_index("unit")
    change = parts.groupby("unit")["effect"].sum()
    assert change.to_dict() == pytest.approx(table["change"].to_dict())
    wide = pd.read_csv(study.folder / "economy.csv").set_index("代码")
    both = wide["co2_coal_2017"] + wide["co2_gas_2017"]
    assert table["value_end"].to_dict() == pytest.approx(both.to_dict())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            KAYA,
            "co2 = population * (gdp/population)",
            "line 37: analyses\\[1\\].identity: the factors",
        ),
        (KAYA, "co2 = people * (co2/people)", "'people' is not defined here"),
        ("cumulative = 2015", "cumulative = 2016", "not all complete in 2016"),
        ("[[2015, 2017]]", "[[2017, 2015]]", "the earlier year comes first"),
        ("[[2015, 2017]]", "[[2010, 2017]]", "not all complete in 2010"),
        ("[[2015, 2017]]", '"2015 to 2017"', "is not a list of stages"),
        ('["population", "affluence"]', '["wealth"]', "wealth does not"),
        ('activity = ["population", "affluence"]', "", "needs both identity and activity"),
        ("stages = [[", "low = 2\nstages = [[", "low must not be above high"),
        ('prices = "current"', 'prices = "real"', "'real' is not a choice"),
        ('prices = "current"', 'categories = { fuel = ["coal"] }', "sums over nothing"),
    ],
)
def test_mistakes_are_said(study: Any, old: str, new: str, words: str) -> None:
    study.analyses = ANALYSES.replace(old, new, 1)
    study.write()
    with pytest.raises(SpatialCarbonError, match=words):
        check_study(study.path)


def test_stages_may_be_written() -> None:
    parameters = get_analysis("decompose").parameters
    written = parameters.model_validate({"identity": KAYA, "stages": "2006-2011, 2011–2016"})
    assert written.stages == [(2006, 2011), (2011, 2016)]
    assert parameters.model_validate({"identity": KAYA, "stages": "yearly"}).stages == "yearly"
    assert written.variables_in("identity") == ["co2", "population", "gdp"]
    chosen = get_analysis("decoupling").parameters.model_validate({"activity": "a, b"})
    assert chosen.activity == ["a", "b"]
    assert chosen.variables_in("identity") == []


@pytest.fixture(scope="module")
def provinces() -> Any:
    """Return the shipped study, read, and what it works on."""
    loaded = load_study(PROVINCES)
    return loaded, build_inputs(loaded)


def test_the_thirty_provinces(provinces: Any) -> None:
    """The shipped study gives effects that add up, and says its prices."""
    loaded, inputs = provinces
    assert len(inputs.units) == 30
    assert 540000 not in inputs.units.index
    steps = {step.key: step for step in loaded.steps}
    step = steps["decompose"]
    assert not step.analysis.check(step.parameters, inputs)
    result = step.analysis.run(step.parameters, inputs)
    whole = result.total[result.total["start"].eq(2006) & result.total["end"].eq(2016)]
    effects = whole.set_index("factor")["effect"]
    table = sc.load_table("province_co2").merge(sc.load_table("province_gdp"))
    table = table.merge(sc.load_table("province_population")).set_index(["year", "adcode"])
    first, last = table.loc[2006], table.loc[2016]
    c0, c1 = first["co2_10kt"] / 100, last["co2_10kt"] / 100
    mean = (c1 - c0) / np.log(c1 / c0)  # by hand: no province emits the same twice
    people = (mean * np.log(last["population"] / first["population"])).sum()
    output = (mean * np.log(last["gdp_100m_cny"] / first["gdp_100m_cny"])).sum()
    assert effects.to_dict() == pytest.approx(
        {"population": people, "affluence": output - people, "intensity": (c1 - c0).sum() - output}
    )
    assert effects.round().to_dict() == {
        "population": 885.0, "affluence": 14897.0, "intensity": -5787.0,
    }  # fmt: skip
    done = Done(key="decompose", parameters=step.parameters, inputs=inputs, result=result)
    said = [sentence.render("en") for sentence in step.analysis.text(done)]
    assert "At current prices: GDP (current prices)." in said
    assert "2006–2016: the effect of carbon intensity is upward only in Xinjiang." in said
    for table in step.analysis.tables(done)[:2]:
        assert table.note is not None
        assert "At current prices" in table.note.render("en")
    for layer in step.analysis.layers(done):
        assert "At current prices" in layer.abstract.render("en")

    step = steps["decoupling"]
    assert not step.analysis.check(step.parameters, inputs)
    found = step.analysis.run(step.parameters, inputs)
    done = Done(key="decoupling", parameters=step.parameters, inputs=inputs, result=found)
    said = [sentence.render("en") for sentence in step.analysis.text(done)]
    assert (
        "2011–2016, expansive negative decoupling: Shanxi; Liaoning; Heilongjiang; Xinjiang."
        in said
    )
    assert any("all places together: the other factors take back 36.7 %" in words for words in said)


def test_an_identity_of_invented_numbers_is_marked(provinces: Any) -> None:
    loaded, inputs = provinces
    step = next(step for step in loaded.steps if step.key == "decompose")
    for invented, marked in (("gdp", True), ("elsewhere", False)):
        known = replace(inputs, illustrative=frozenset({invented}))
        done = Done(key="x", parameters=step.parameters, inputs=known, result=None)
        assert uses_illustrative(done) is marked


@pytest.mark.slow  # draws nineteen figures and maps
def test_the_thirty_provinces_from_end_to_end(tmp_path: Path) -> None:
    result = sc.run_study(PROVINCES, out=tmp_path / "drivers")
    for name in ("decompose_waterfall", "decoupling_plane_2006_2016"):
        assert (result.directory / "figures" / f"{name}.png").is_file()
    assert (result.directory / "project.qgz").is_file()
