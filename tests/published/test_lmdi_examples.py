"""The worked example of the specification's section 6, and the totals of study 003."""

from __future__ import annotations

import pandas as pd
import pytest

import spatialcarbon as sc

FACTORS = ("population", "affluence", "structure", "intensity")
COLUMNS = ["unit", "year", "population", "gdp", "industry", "co2"]
TWO = pd.DataFrame(
    [
        ("A", 2005, 100.0, 500.0, 250.0, 100.0),
        ("A", 2010, 110.0, 700.0, 300.0, 120.0),
        ("B", 2005, 50.0, 200.0, 120.0, 60.0),
        ("B", 2010, 50.0, 260.0, 143.0, 57.2),
    ],
    columns=COLUMNS,
)
A = TWO[TWO["unit"] == "A"]
MIDDLE = pd.DataFrame([("A", 2007, 104.0, 590.0, 280.0, 115.0)], columns=COLUMNS)


def effects_of(table: pd.DataFrame, column: str = "effect") -> list[float]:
    assert table["factor"].tolist() == list(FACTORS)
    return table[column].tolist()


def printed(*values: float) -> object:
    """Six digits after the point, as printed."""
    return pytest.approx(list(values), abs=5.1e-7)


def test_cities() -> None:
    result = sc.decompose(TWO)
    a, b = (result.effects[result.effects["unit"] == unit] for unit in "AB")
    assert effects_of(a) == printed(10.455174, 26.454585, -16.909759, 0)
    assert effects_of(b) == printed(0, 15.371620, -5.097896, -13.073724)
    assert a["effect"].sum() == pytest.approx(20, abs=1e-12)
    assert b["effect"].sum() == pytest.approx(-2.8, abs=1e-12)
    # factors that do not change have no effect at all, not one of rounding
    assert a["effect"].iloc[3] == 0
    assert b["effect"].iloc[0] == 0


def test_sum_of_cities() -> None:
    total = sc.decompose(TWO).total
    assert effects_of(total) == printed(10.455174, 41.826205, -22.007656, -13.073724)
    assert total["effect"].sum() == pytest.approx(17.2, abs=1e-12)
    assert effects_of(total, "ratio") == printed(1.064032, 1.281838, 0.877529, 0.925325)
    assert total["ratio"].prod() == pytest.approx(177.2 / 160, rel=1e-14)
    assert total["share"].sum() == pytest.approx(1, abs=1e-12)


def test_aggregate_level() -> None:
    table = sc.decompose(TWO, level="aggregate").effects
    assert table["unit"].unique().tolist() == ["ALL"]
    assert effects_of(table) == printed(10.871751, 42.334839, -22.873682, -13.132908)


def test_weights_of_the_ratios() -> None:
    """The weights of the cities are 0.651196 and 0.347804, so they do not sum to one."""
    result = sc.decompose(TWO, identity="co2 = gdp * (co2/gdp)")
    ratio = result.total.set_index("factor")["ratio"]
    assert ratio["gdp"] == pytest.approx(1.4**0.651196 * 1.3**0.347804, abs=1e-6)


def test_chain() -> None:
    early = A.assign(year=[2004, 2010])
    result = sc.decompose(pd.concat([early, MIDDLE]), chain=True)
    assert effects_of(result.effects) == printed(10.798895, 27.049511, -17.579925, -0.268480)
    assert result.residual["residual"].abs().max() < 1e-13
    with pytest.raises(sc.SchemaError, match="2007 is followed by 2010"):
        sc.decompose(pd.concat([A, MIDDLE]), chain=True)


def test_zero() -> None:
    table = A.assign(co2=[0.0, 120.0])
    limit = sc.decompose(table, zeros="limit")
    assert effects_of(limit.effects) == [0, 0, 0, 120]
    near = sc.decompose(table, zeros="small")
    assert effects_of(near.effects) == pytest.approx([0.0487, 0.1231, -0.0787, 119.9069], abs=5e-5)
    assert near.effects["effect"].sum() == pytest.approx(120, abs=1e-12)


def yangtze_delta(*, chaohu: bool) -> pd.DataFrame:
    """Return the 26 cities of study 003, with or without the former Chaohu's counties."""
    members = sc.clusters("variants").query("cluster == 'YRD26'")["adcode"]
    table = sc.load_table("city_co2")
    table = table[table["adcode"].isin(members)]
    if chaohu:
        return table
    parts = sc.load_table("city_co2_chaohu").groupby(["adcode", "year"])["co2_mt"].sum()
    keys = pd.MultiIndex.from_frame(table[["adcode", "year"]])
    return table.assign(co2_mt=table["co2_mt"] - parts.reindex(keys).fillna(0).to_numpy())


STAGES = [(2005, 2010), (2010, 2015), (2015, 2017)]


@pytest.mark.parametrize("level", ["unit", "aggregate"])
def test_study_003_changes(level: str) -> None:
    """Without Chaohu, the changes are the study's but for 2015, which it has 15.35 Mt lower."""
    result = sc.decompose(
        yangtze_delta(chaohu=False),
        identity="co2_mt = total: co2_mt",
        unit="adcode",
        stages=STAGES,
        level=level,
    )
    assert len(result.units) == (26 if level == "unit" else 1)
    assert result.unit_of_measure == "Mt CO2"
    changes = result.total.groupby("start")["effect"].sum()
    assert changes[2005] == pytest.approx(400.70, abs=0.005)
    assert changes[2010] - (-4.65) == pytest.approx(15.35, abs=0.005)
    assert changes[2015] - 41.33 == pytest.approx(-15.35, abs=0.005)
    totals = result.values.groupby("year")["value"].sum()
    shipped = {2005: 746.816, 2010: 1147.520, 2015: 1158.221, 2017: 1184.199}
    assert totals.round(3).to_dict() == shipped


def test_study_003_with_chaohu() -> None:
    result = sc.decompose(
        yangtze_delta(chaohu=True), identity="co2_mt = co2_mt", unit="adcode", stages=STAGES
    )
    totals = result.values.groupby("year")["value"].sum()
    assert totals[2005] > 746.816 + 1
    assert result.total.groupby("start")["effect"].sum()[2005] != pytest.approx(400.70, abs=0.05)
