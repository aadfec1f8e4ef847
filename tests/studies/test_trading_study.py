"""Smoothing and trading from a study file: the shipped study, a user's own data, mistakes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError
from spatialcarbon.studies.pipeline import check_study, run_study

SHIPPED = Path(__file__).parents[2] / "analyses" / "08_quota_trading"

TABLES = """
[tables.more]
source = "more.csv"
unit = "代码"
[tables.more.variables]
people = { measure = "persons" }
price = { measure = "CNY/t" }
"""
TRADING = """
[[analyses]]
method = "trading"
emission = "co2"
year = 2017
{more}

"""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("traded")
    (folder / "provinces.csv").write_bytes((SHIPPED / "provinces.csv").read_bytes())
    source = (SHIPPED / "study.toml").read_text(encoding="utf-8").partition("[outputs]")[0]
    light = "[outputs]\nfigures = []\nworkbook = false\n"
    (folder / "study.toml").write_text(source + light, encoding="utf-8")
    return run_study(folder / "study.toml", out=folder / "results")


def test_the_shipped_study(shipped: Any, read: Any) -> None:
    smoothed = read(shipped, "smoothing").set_index("unit")
    assert smoothed["before"].sum() == pytest.approx(smoothed["allocation"].sum())
    assert smoothed["burden_after"].max() <= 60 * (1 + 1e-9)
    table = sc.load_table("study004_criteria").set_index("adcode")
    emitted = table["co2_2030_10kt"]
    base = sc.allocate(
        0.2 * emitted.sum(),
        table[["population", "cumulative", "gdp", "intensity"]],
        principle="fairness",
        emissions=emitted,
        cap=0.6,
    )
    assert smoothed["before"].to_dict() == pytest.approx(base.allocation.to_dict())
    spill = read(shipped, "spillover").set_index("unit")
    weights = sc.Backbone(sc.load_units("provinces").loc[emitted.index]).contiguity()
    criterion = sc.spillover_criterion(emitted, weights, share=0.33)
    assert spill["before"].to_dict() == pytest.approx((0.2 * criterion).to_dict())
    traded = read(shipped, "trading").set_index("unit")
    prices = sc.load_table("illustrative_abatement_prices").set_index("adcode")["price_at_half"]
    found = sc.trade_allowances(base, sc.cost_curves(prices, emitted), emissions=emitted)
    assert traded["abatement"].to_dict() == pytest.approx(found.abatement.to_dict())
    market = read(shipped, "trading_market").set_index("stage")
    # 10⁴ t times CNY a tonne, in 10⁸ CNY
    assert market["saving"]["all"] == pytest.approx(found.saving * 1e4 / 1e8)
    assert market["saving"]["groups"] <= market["saving"]["all"]
    assert len(read(shipped, "trading_prices")) == 3
    with closing(sqlite3.connect(shipped.directory / "results.gpkg")) as database:
        styled = {name for (name,) in database.execute("SELECT f_table_name FROM layer_styles")}
        roles = {role for (role,) in database.execute("SELECT DISTINCT role FROM trading")}
    assert {"smoothing_after", "smoothing_before", "smoothing_change", "trading"} <= styled
    assert roles == {"buys", "sells"}


def test_invented_costs_are_marked_wherever_they_went(shipped: Any) -> None:
    page = (shipped.directory / "report.html").read_text(encoding="utf-8")
    for words in (
        "On illustrative data: The market clears at",
        "Who buys and who sells (illustrative data)",
        "What trading saves (illustrative data)",
        "Leaning to fairness: the contrast between neighbours falls from",
        "cost curves are what you gave",
    ):
        assert words in page, words
    assert "On illustrative data: Leaning" not in page  # smoothing used no cost


@pytest.fixture
def study(own: Any) -> Any:
    codes = list(own.units["code"])
    columns: dict[str, list[Any]] = {"代码": codes}
    for year in (2015, 2017):
        columns[f"people_{year}"] = [float((5 * i) % 17 + 1) for i in range(len(codes))]
        columns[f"price_{year}"] = [float((7 * i) % 19 + 20) for i in range(len(codes))]
    pd.DataFrame(columns).to_csv(own.folder / "more.csv", index=False, encoding="utf-8")
    own.tables = TABLES
    return own


def test_own_data(study: Any, read: Any) -> None:
    study.analyses = TRADING.format(
        more='price = "price"\ncut = 0.3\nprinciples = "equality"\npopulation = "people"\n'
        "cap = 0.8\ndepth = 0.4\nexponent = 3\nreach = 0.9\nfree_share = 0.5"
    ) + TRADING.replace("trading", "smoothing").format(
        more='cut = 0.3\npopulation = "people"\nyardstick = "population"\n'
        'principles = "grandfathering"\nstrength = 0.4'
    )
    result = study.run()
    emitted = study.table.set_index("代码")["排放_2017"]
    more = pd.read_csv(study.folder / "more.csv").set_index("代码")
    people = more["people_2017"]
    base = sc.allocate(
        0.3 * emitted.sum(),
        people.rename("population").to_frame(),
        principle="equality",
        emissions=emitted,
        cap=0.8,
    )
    curves = sc.cost_curves(more["price_2017"], emitted, at=0.4, exponent=3)
    found = sc.trade_allowances(base, curves, emissions=emitted, cap=0.9, free_share=0.5)
    table = read(result, "trading").set_index("unit")
    assert table["abatement"].to_dict() == pytest.approx(found.abatement.to_dict())
    assert table["marginal"].max() == pytest.approx(found.price)
    smoothed = read(result, "smoothing").set_index("unit")
    assert smoothed["before"].to_dict() == pytest.approx((0.3 * emitted).to_dict())
    heads = smoothed["allocation"] / people
    assert smoothed["burden_after"].to_dict() == pytest.approx(heads.to_dict())


@pytest.mark.parametrize(
    ("method", "more", "words"),
    [
        ("trading", 'price = "people"\ncut = 0.2', "persons, which is not money per mass"),
        ("trading", 'price = "price"', "give one of total, cut and intensity_base"),
        (
            "trading",
            'price = "price"\ncut = 0.2\nprinciples = "grandfathering, equality"\n'
            'population = "people"',
            "principles names several; this analysis starts from one",
        ),
        ("smoothing", 'cut = 0.2\nprinciples = "grandfathering"', "give one of strength and"),
        (
            "smoothing",
            'cut = 0.2\nprinciples = "grandfathering"\nstrength = 1.0\nyardstick = "population"',
            "the yardstick population needs its variable",
        ),
        (
            "smoothing",
            'cut = 0.2\nstrength = 1.0\nyardstick = "population"\npopulation = "people"\ncap = 0.5',
            "a cap goes with the yardstick emissions",
        ),
    ],
)
def test_mistakes_are_said_before_anything_is_computed(
    study: Any, method: str, more: str, words: str
) -> None:
    study.analyses = TRADING.replace("trading", method).format(more=more)
    study.write()
    with pytest.raises(SpatialCarbonError, match=words):
        check_study(study.path)


def test_trade_inside_groups_needs_groups(study: Any) -> None:
    study.analyses = TRADING.format(more='price = "price"\ncut = 0.2\ntrade = "groups-only"')
    study.write()
    units = study.units.copy()
    units.loc[0, "组"] = ""
    units.to_file(study.folder / "map.gpkg")
    with pytest.raises(SpatialCarbonError, match="needs a group for every place"):
        check_study(study.path)
