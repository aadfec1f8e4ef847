"""Judgement in a study file: the shipped provinces, amounts of a user's own, mistakes."""

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

SHIPPED = Path(__file__).parents[2] / "analyses" / "04_quota_allocation"
ONE = """
[[analyses]]
method = "judgement"
emission = "co2"
population = "people"
year = 2017
permutations = 99
{more}
"""
TABLES = """
[tables.people]
source = "people.csv"
unit = "代码"
[tables.people.variables]
people = { measure = "persons" }
plan = { measure = "Mt CO2", title = "Our plan" }
rival = { measure = "万吨CO2" }
"""


@pytest.fixture(scope="module")
def provinces(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Run the shipped section alone."""
    folder = tmp_path_factory.mktemp("judged")
    (folder / "provinces.csv").write_bytes((SHIPPED / "provinces.csv").read_bytes())
    source = (SHIPPED / "study.toml").read_text(encoding="utf-8")
    head, *sections = re.split(r"(?m)^(?=\[\[analyses\]\])", source)
    judged = next(part for part in sections if 'method = "judgement"' in part)
    judged = re.sub(r"(?s)\[outputs\].*", "", judged) + "permutations = 99\n"
    outputs = "[outputs]\nfigures = []\nworkbook = false\n"
    (folder / "study.toml").write_text(head + judged + outputs, encoding="utf-8")
    return run_study(folder / "study.toml", out=folder / "results")


def test_the_shipped_section(provinces: Any, read: Any) -> None:
    fair = read(provinces, "judgement_fairness").set_index(["principle", "yardstick"])
    assert fair.loc[("equality", "population"), "gini"] == pytest.approx(0, abs=1e-9)
    assert fair.loc[("economic", "gdp"), "gini"] == pytest.approx(0, abs=1e-9)
    assert fair.loc[("efficiency", "population"), "gini"] == pytest.approx(0.3345, abs=5e-4)
    contrasts = read(provinces, "judgement_contrasts")
    top = contrasts.query("principle == 'comprehensive' and measure == 'per_emission'").iloc[0]
    assert (top["unit"], top["neighbor"]) == (640000, 150000)  # Ningxia beside Inner Mongolia
    amounts = read(provinces, "judgement").query("principle == 'comprehensive'").set_index("unit")
    per = amounts["per_emission"]
    assert top["ratio"] == pytest.approx(per[640000] / per[150000])
    assert len(contrasts) == 65 * 6 * 4
    groups = read(provinces, "judgement_groups").query("principle == 'equality'")
    assert groups["group"].tolist() == ["ALL", "EAST", "CENTRAL", "WEST"]
    ranks = read(provinces, "judgement_ranks").set_index("unit")
    assert ranks.loc[640000, ["economic", "efficiency"]].tolist() == [29, 1]
    assert set(read(provinces, "judgement_moran")["measure"]) == {
        *("amount", "per_head", "per_gdp", "per_emission", "per_history", "yardstick")
    }
    page = (provinces.directory / "report.html").read_text(encoding="utf-8")
    for words in (
        "Population: in exact proportion to it under Equality (population).",
        "the largest contrast is between Ningxia and Inner Mongolia, 3.59 against 0.693",
        "Ningxia changes rank most, by 28 places",
        "Fairness by principle and yardstick",
    ):
        assert words in page, words


def test_borders_are_a_layer_of_lines(provinces: Any) -> None:
    with closing(sqlite3.connect(provinces.directory / "results.gpkg")) as database:
        styled = dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles"))
        kinds = dict(
            database.execute("SELECT table_name, geometry_type_name FROM gpkg_geometry_columns")
        )
        rows = database.execute(
            "SELECT higher, lower, ratio, line FROM judgement_borders_comprehensive "
            "ORDER BY ratio DESC"
        ).fetchall()
    assert "GraduatedSize" in styled["judgement_borders_comprehensive"]
    assert "LINE" in kinds["judgement_borders_efficiency"]
    assert rows[0][:2] == ("Ningxia", "Inner Mongolia")
    assert rows[0][2] == pytest.approx(5.18, abs=0.01)
    lines = {frozenset(row[:2]): row[3] for row in rows}
    assert lines[frozenset(("Hainan", "Guangdong"))] == "no common border"
    assert lines[frozenset(("Ningxia", "Gansu"))] == "common border"
    assert "judgement_local_comprehensive" in styled


@pytest.fixture
def study(own: Any) -> Any:
    codes = list(own.units["code"])
    columns: dict[str, list[Any]] = {"代码": codes}
    for year in (2015, 2017):
        columns[f"people_{year}"] = [float((5 * i) % 17 + 1) for i in range(len(codes))]
        columns[f"plan_{year}"] = [float((7 * i) % 5) for i in range(len(codes))]
        columns[f"rival_{year}"] = [float((3 * i) % 7 + 1) for i in range(len(codes))]
    pd.DataFrame(columns).to_csv(own.folder / "people.csv", index=False, encoding="utf-8")
    own.tables = TABLES
    own.outputs = "figures = []\nworkbook = false\n"
    return own


def test_amounts_of_a_table_are_judged_in_the_unit_of_the_emissions(study: Any, read: Any) -> None:
    study.analyses = ONE.format(more='allocations = ["plan", "rival"]')
    result = study.run()
    emitted = study.table.set_index("代码")["排放_2017"]
    given = pd.read_csv(study.folder / "people.csv").set_index("代码")
    table = read(result, "judgement")
    plan = table.query("principle == 'plan'").set_index("unit")
    # A plan in Mt beside emissions in 10⁴ t.
    assert plan["amount"].to_dict() == pytest.approx((given["plan_2017"] * 100).to_dict())
    right = given["plan_2017"] * 100 / emitted
    assert plan["per_emission"].to_dict() == pytest.approx(right.to_dict())
    assert "Our plan" in (result.directory / "report.html").read_text(encoding="utf-8")
    contrasts = read(result, "judgement_contrasts").query("principle == 'plan'")
    assert "nothing on one side" in set(contrasts["status"])
    assert contrasts["status"].iloc[0] == "nothing on one side"
    measured = contrasts[contrasts["measure"] == "per_emission"]
    with closing(sqlite3.connect(result.directory / "results.gpkg")) as database:
        counts = {
            name: database.execute(f"SELECT count(*) FROM judgement_{name}_plan").fetchone()[0]
            for name in ("borders", "beyond")
        }
        statuses = {s for (s,) in database.execute("SELECT status FROM judgement_beyond_plan")}
    beyond = (measured["status"] == "nothing on one side").sum()
    assert counts == {"borders": len(measured) - beyond, "beyond": beyond}
    assert statuses == {"nothing on one side"}
    seed = result.results["judgement"].settings["seed"]
    weights = result.inputs.weights["queen"]
    moran = read(result, "judgement_moran").query("principle == 'rival' and measure == 'per_head'")
    expected = sc.global_moran(
        given["rival_2017"] / given["people_2017"], weights, permutations=99, rng=seed
    )
    assert moran["statistic"].iloc[0] == pytest.approx(expected.statistic)


def test_one_principle_without_yardsticks_but_emissions(study: Any, read: Any) -> None:
    study.analyses = ONE.format(more='principles = "grandfathering"\ncut = 0.3')
    result = study.run()
    per = read(result, "judgement")["per_emission"]
    assert np.allclose(per, 0.3)
    assert not (result.directory / "tables" / "judgement_ranks.csv").exists()
    page = (result.directory / "report.html").read_text(encoding="utf-8")
    assert "no border has a contrast" in page


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('allocations = ["people"]', "cannot be turned into"),
        ('allocations = ["plan"]\nyear = 2016', "has no year 2016"),
        ('principles = "equality"', "give one of total, cut and intensity_base"),
        ('principles = "economic"\ncut = 0.2', "the principles need gdp"),
        ('allocations = ["nowhere"]', "nowhere"),
    ],
)
def test_mistakes_are_named(study: Any, more: str, message: str) -> None:
    text = ONE.format(more=more)
    if "year = 2016" in more:
        text = text.replace("year = 2017\n", "")
    study.analyses = text
    study.write()
    with pytest.raises(SpatialCarbonError, match=message):
        check_study(study.path)
