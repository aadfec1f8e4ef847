"""Allocation from a study file: the shipped studies, a user's own data, mistakes."""

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
from spatialcarbon.studies.pipeline import check_study, run_study

ANALYSES = Path(__file__).parents[2] / "analyses"

TABLES = """
[tables.people]
source = "people.csv"
unit = "代码"
[tables.people.variables]
people = { measure = "persons" }
gdp = { measure = "万元" }
flat2 = { measure = "1" }
"""
ONE = """
[[analyses]]
method = "allocate"
emission = "co2"
population = "people"
gdp = "gdp"
year = 2017
{more}

"""


def light(source: str) -> str:
    return re.sub(r"(?s)\[outputs\].*", "", source) + (
        "[outputs]\nfigures = []\nworkbook = false\n"
    )


@pytest.fixture(scope="module")
def provinces(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("provinces")
    shipped = ANALYSES / "04_quota_allocation"
    (folder / "provinces.csv").write_bytes((shipped / "provinces.csv").read_bytes())
    source = light((shipped / "study.toml").read_text(encoding="utf-8"))
    (folder / "study.toml").write_text(source, encoding="utf-8")
    return run_study(folder / "study.toml", out=folder / "results")


def test_the_shipped_study_of_provinces(provinces: Any, read: Any) -> None:
    table = read(provinces, "allocate").set_index("unit")
    printed = sc.load_table("study004_reduction").set_index("adcode")
    target = read(provinces, "allocate_target")
    assert target["responsibility"][0] == pytest.approx(2330610, abs=25)
    for ours, theirs in (("comprehensive", "comprehensive"), ("fairness", "fair_biased")):
        scaled = table[ours] * 2330609.99 / target["responsibility"][0]
        assert (scaled - printed[theirs]).abs().max() < 0.25
    too_much = read(provinces, "allocate_infeasible").groupby("principle").size()
    assert too_much.to_dict() == {
        "comprehensive": 6, "cumulative": 1, "economic": 8,
        "efficiency": 6, "equality": 6, "fairness": 4,
    }  # fmt: skip
    gaps = read(provinces, "allocate_gaps").set_index("unit")
    assert gaps.select_dtypes("number").sum().tolist() == pytest.approx([580303] * 6, abs=1)
    capped = read(provinces, "allocate_capped").set_index("unit")
    numbers = capped.drop(columns=["name", "group", "emission"], errors="ignore")
    assert (numbers.max(axis=1) <= 0.95 * capped["emission"] * (1 + 1e-9)).all()
    assert not len(read(provinces, "allocate_capped_infeasible"))
    page = (provinces.directory / "report.html").read_text(encoding="utf-8")
    for words in (
        "Comprehensive asks more of 6 of 30 places than they emit (Hainan; Guizhou;",
        "boundary check: the regions sum to 3,061,210, 0.876 times",
        "Comprehensive asks no place for more than it emits",
    ):
        assert words in page, words
    with closing(sqlite3.connect(provinces.directory / "results.gpkg")) as database:
        styled = {name for (name,) in database.execute("SELECT f_table_name FROM layer_styles")}
        status = dict(database.execute("SELECT adcode, status FROM allocate_comprehensive"))
    assert {"allocate_equality", "allocate_efficiency", "allocate_capped_ability"} <= styled
    assert status[640000] == "more than it emits"
    assert status[110000] == "ok"


def test_the_shipped_study_of_cities(tmp_path: Path, read: Any) -> None:
    source = (ANALYSES / "07_city_allocation" / "study.toml").read_text(encoding="utf-8")
    head, allocate, _ = source.split("[[analyses]]")
    alike = re.sub(r"\ncuts = .*", "", allocate)
    plain = light(f"{head}[[analyses]]{alike}") + "geopackage = false\nreport = false\n"
    (tmp_path / "study.toml").write_text(plain, encoding="utf-8")
    result = run_study(tmp_path / "study.toml", out=tmp_path / "results")
    table = read(result, "allocate")
    assert len(table) == 111
    emitted = table.groupby("group")["emission"].sum()
    for principle in ("equality", "cumulative", "convergence", "blended"):
        by_group = table.groupby("group")[principle].sum()
        assert by_group.to_dict() == pytest.approx((0.2 * emitted).to_dict()), principle
    assert (table["grandfathering"] / table["emission"]).tolist() == pytest.approx([0.2] * 111)
    co2 = sc.load_table("city_co2", years=range(2000, 2018)).groupby("adcode")["co2_mt"].sum()
    past = co2.loc[table["unit"]].to_numpy()
    whole = pd.Series(past).groupby(table["group"]).transform("sum")
    expected = past / whole * 0.2 * table["group"].map(emitted)
    assert table["cumulative"].tolist() == pytest.approx(expected.tolist())
    mean = (table["equality"] + table["cumulative"]) / 2
    assert table["blended"].tolist() == pytest.approx(mean.tolist())


@pytest.fixture
def study(own: Any) -> Any:
    codes = list(own.units["code"])
    columns: dict[str, list[Any]] = {"代码": codes}
    for year in (2015, 2017):
        columns[f"people_{year}"] = [float((5 * i) % 17 + 1) for i in range(len(codes))]
        columns[f"gdp_{year}"] = [float((7 * i) % 19 + 2) for i in range(len(codes))]
        columns[f"flat2_{year}"] = [1.0] * len(codes)
    pd.DataFrame(columns).to_csv(own.folder / "people.csv", index=False, encoding="utf-8")
    own.tables = TABLES
    return own


def test_own_data(study: Any, read: Any) -> None:
    study.analyses = ONE.format(
        more='period = [2017, 2017]\ncut = 0.3\nprinciples = "comprehensive, ability"\n'
    )
    result = study.run()
    emitted = study.table.set_index("代码")[["排放_2015", "排放_2017"]]
    people = pd.read_csv(study.folder / "people.csv").set_index("代码")
    criteria = pd.DataFrame(
        {
            "population": people["people_2017"],
            "cumulative": emitted["排放_2017"],
            "gdp": people["gdp_2017"],
        }
    )
    last = emitted["排放_2017"]
    table = read(result, "allocate").set_index("unit")
    for principle in ("comprehensive", "ability"):
        expected = sc.allocate(
            0.3 * last.sum(), criteria, principle=principle, emissions=last, cap=100.0
        ).allocation
        assert table[principle].to_dict() == pytest.approx(expected.to_dict()), principle
    audit = read(result, "allocate_audit")
    assert {"raw", "normalised", "share", "weight", "contribution"} <= set(audit["step"])


def test_a_target_on_the_national_scale(study: Any, read: Any) -> None:
    study.analyses = ONE.format(
        more='intensity_base = 0.03\ntarget_measure = "Mt CO2"\nreduction = 0.5\n'
        'target_boundary = "energy"\nemission_boundary = "energy and power"\n'
        "national = 2.0\nnational_year = 2015\nrescale_to_national = true\n"
        'principles = ["equality"]\n'
    )
    result = study.run()
    emitted = study.table.set_index("代码")
    scale = emitted["排放_2015"].sum() / 200.0  # 2 Mt are 200 × 10⁴ t
    table = read(result, "allocate").set_index("unit")
    expected = (emitted["排放_2017"] / scale).to_dict()
    assert table["emission"].to_dict() == pytest.approx(expected)
    target = read(result, "allocate_target").iloc[0]
    assert target["target"] == pytest.approx(1.5)
    assert table["equality"].sum() == pytest.approx(sum(expected.values()) - 1.5)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "give one of total, cut and intensity_base"),
        ("total = 1.0\ncut = 0.2", "give one of total, cut and intensity_base"),
        ('cut = 0.2\nprinciples = "fair"', "principles names fair; there is equality"),
        ('cut = 0.2\nprinciples = ""', "principles names none"),
        ('cut = 0.2\nprinciples = "criterion"', "the principles need criterion"),
        ("cut = 0.2\nperiod = [2015, 2017]", "co2 has no year 2016"),
        ("cut = 0.2\nperiod = [2017, 2015]", "period starts after its end"),
        ("cut = 0.2\npopulation_year = 2016", "people has no year 2016"),
        ('total = 1.0\ntotal_measure = "km2"', "km2 cannot be turned into"),
        ("intensity_base = 1.0", "intensity_base needs reduction"),
        ('intensity_base = 1.0\nreduction = "x"', "reduction is a fraction below 1"),
        ("intensity_base = 1.0\nreduction = [0.6, 0.5]", "reduction is a fraction below 1"),
        (
            "intensity_base = 1.0\nreduction = 0.5\nrescale_to_national = true",
            "rescale_to_national needs national",
        ),
        (
            'intensity_base = 1.0\nreduction = 0.5\ntarget_boundary = "a"',
            "belong together",
        ),
        (
            'intensity_base = 1.0\nreduction = 0.5\ntarget_boundary = "a"\nemission_boundary = "b"',
            "the target counts a, the emissions b",
        ),
        ("cut = 0.2\nwithin = true", "within needs a group for every place"),
    ],
)
def test_mistakes_are_said_before_anything_is_computed(study: Any, more: str, words: str) -> None:
    study.analyses = ONE.format(more=more)
    study.write()
    if "within" in more:
        units = study.units.copy()
        units.loc[0, "组"] = ""
        units.to_file(study.folder / "map.gpkg")
    problems = " | ".join(str(problem) for problem in _problems(study.path))
    assert words in problems


def _problems(path: Path) -> list[str]:
    try:
        check_study(path)
    except SpatialCarbonError as error:
        return [error.render("en")]
    return []


def test_missing_criteria_are_named(study: Any) -> None:
    study.analyses = '[[analyses]]\nmethod = "allocate"\nemission = "co2"\ncut = 0.2\n'
    study.write()
    said = " ".join(_problems(study.path))
    for name in ("population", "gdp", "cumulative"):
        assert f"the principles need {name}" in said
