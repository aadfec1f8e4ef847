"""The decomposition as a call: tables, stages, groups, categories, and what it refuses."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

KAYA = ["population", "gdp", "industry", "co2"]
FACTORS = ["population", "affluence", "structure", "intensity"]
FUELS = (
    "co2 = sum over fuel of population * (gdp/population) * (energy[fuel]/gdp) * "
    "(co2[fuel]/energy[fuel])"
)


def panel(units: int = 5, years: int = 4, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.lognormal(3, 0.4, (units * years, 4)), columns=KAYA)
    labels = [f"城{i}" for i in range(units)]
    return table.assign(
        unit=np.repeat(labels, years), year=np.tile(np.arange(2000, 2000 + years), units)
    )


def fuels(seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = []
    for unit in ("A", "B"):
        for year in (2000, 2001, 2002):
            people, gdp = rng.uniform(10, 20, 2)
            for fuel in ("coal", "oil", "gas"):
                rows.append((unit, year, fuel, people, gdp, *rng.uniform(1, 9, 2)))
    return pd.DataFrame(
        rows, columns=["unit", "year", "fuel", "population", "gdp", "energy", "co2"]
    )


def by_hand(first: pd.Series, second: pd.Series) -> list[float]:
    """Kaya effects as the textbook writes them."""
    a, b = first["co2"], second["co2"]
    mean = (b - a) / math.log(b / a)
    ratios = (
        second["population"] / first["population"],
        (second["gdp"] / second["population"]) / (first["gdp"] / first["population"]),
        (second["industry"] / second["gdp"]) / (first["industry"] / first["gdp"]),
        (b / second["industry"]) / (a / first["industry"]),
    )
    return [mean * math.log(ratio) for ratio in ratios]


def test_yearly_is_the_textbook_row_by_row() -> None:
    table = panel()
    result = sc.decompose(table, stages="yearly")
    assert result.effects.columns.tolist() == [
        "unit", "start", "end", "factor", "effect", "ratio", "share"
    ]  # fmt: skip
    keyed = table.set_index(["unit", "year"])
    for (unit, start, end), rows in result.effects.groupby(["unit", "start", "end"]):
        assert end == start + 1
        expected = by_hand(keyed.loc[(unit, start)], keyed.loc[(unit, end)])
        assert rows["factor"].tolist() == FACTORS
        assert rows["effect"].tolist() == pytest.approx(expected, rel=1e-10)
        change = keyed.loc[(unit, end), "co2"] / keyed.loc[(unit, start), "co2"]
        assert rows["ratio"].prod() == pytest.approx(change, rel=1e-12)
        assert rows["share"].sum() == pytest.approx(1)
        assert rows["share"].tolist() == pytest.approx(np.log(rows["ratio"]) / math.log(change))
    assert result.stages == ((2000, 2001), (2001, 2002), (2002, 2003))
    assert result.residual["relative"].max() < 1e-12


def test_everything_is_there_on_every_path() -> None:
    for options in ({}, {"chain": True}, {"level": "aggregate"}, {"form": "multiplicative"}):
        result = sc.decompose(panel(), **options)
        assert result.factors == tuple(FACTORS)
        assert set(result.factor_names) == set(FACTORS)
        assert result.by_category.columns.tolist() == ["unit", "start", "end", "factor", "effect"]
        assert result.cumulative.columns.tolist() == ["unit", "year", "factor", "effect"]
        assert result.by_group.columns[0] == "group"
        assert len(result.by_category) == len(result.cumulative) == len(result.by_group) == 0
        assert len(result.total) == 4
        assert result.unit_of_measure == ""
        assert result.outcome == "co2"
        assert "affluence: (gdp/population)" in result.identity
        assert sc.decompose(panel(), identity=result.identity).factors == result.factors
        assert len(result.values) == (2 if not options.get("chain") else 4) * len(result.units)
        pd.testing.assert_frame_equal(result.to_frame(), result.effects)
        assert "LMDI" in result.summary()
        assert "<table" in result._repr_html_()
        assert pickle.loads(pickle.dumps(result)).total.equals(result.total)
        assert result.settings["data"]


def test_multiplicative_form() -> None:
    result = sc.decompose(panel(), form="multiplicative", stages="yearly")
    assert result.effects.columns.tolist()[4:] == ["ratio", "effect", "share"]
    residual = result.residual
    assert residual["residual"].abs().max() < 1e-12
    ratios = result.effects.groupby(["unit", "start"])["ratio"].prod()
    assert ratios.tolist() == pytest.approx(
        residual.sort_values(["unit", "start"])["change"].tolist()
    )
    additive = sc.decompose(panel(), stages="yearly").effects
    pd.testing.assert_frame_equal(additive, result.effects[additive.columns])


def test_stages_and_chain() -> None:
    table = panel(years=6)
    stages = [(2000, 2002), (2003, 2005)]
    ends = sc.decompose(table, stages=stages)
    chained = sc.decompose(table, stages=stages, chain=True)
    yearly = sc.decompose(table, stages="yearly").effects
    sums = yearly[yearly["start"].isin([2000, 2001])].groupby(["unit", "factor"])["effect"].sum()
    first = chained.effects.query("start == 2000").set_index(["unit", "factor"])["effect"]
    assert first.sort_index().tolist() == pytest.approx(sums.sort_index().tolist())
    products = (
        yearly[yearly["start"].isin([2000, 2001])].groupby(["unit", "factor"])["ratio"].prod()
    )
    first = chained.effects.query("start == 2000").set_index(["unit", "factor"])["ratio"]
    assert first.sort_index().tolist() == pytest.approx(products.sort_index().tolist())
    assert not np.allclose(ends.effects["effect"], chained.effects["effect"])
    for result in (ends, chained):
        assert result.stages == tuple(stages)
        assert result.residual["change"].tolist() == pytest.approx(ends.residual["change"].tolist())
    assert "hang on the path" in chained.notes[0]
    # the total is chained too: its ratios are products of those of single years
    joint = sc.decompose(table, stages="yearly").total
    product = joint[joint["start"].isin([2000, 2001])].groupby("factor", sort=False)["ratio"].prod()
    assert chained.total["ratio"].head(4).tolist() == pytest.approx(product.tolist())


def test_stages_need_only_their_years() -> None:
    table = panel(years=6)
    table.loc[table["year"] == 2001, "gdp"] = np.nan
    table = table[(table["year"] != 2003) | (table["unit"] != "城0")]
    result = sc.decompose(table, stages=[(2000, 2002), (2004, 2005)])
    assert len(result.effects) == 5 * 2 * 4
    with pytest.raises(sc.MissingDataError, match="gdp is missing or infinite in 5 cells"):
        sc.decompose(table, stages=[(2000, 2001)])
    with pytest.raises(sc.MissingDataError, match="lacks 1 of") as caught:
        sc.decompose(table, stages=[(2002, 2004)], chain=True)
    assert "城0 2003" in str(caught.value)


def test_cumulative() -> None:
    table = panel(years=5)
    result = sc.decompose(table, cumulative=2002, stages=[(2002, 2004)])
    rows = result.cumulative
    assert rows.columns.tolist() == ["unit", "year", "factor", "effect"]
    assert len(rows) == 5 * 5 * 4
    assert (rows.loc[rows["year"] == 2002, "effect"] == 0).all()
    co2 = table.set_index(["unit", "year"])["co2"]
    sums = rows.groupby(["unit", "year"])["effect"].sum()
    assert np.allclose(sums, co2 - co2[:, 2002].reindex(co2.index, level="unit"))
    chained = sc.decompose(table, stages=[(2002, 2004)], chain=True).effects
    last = rows[rows["year"] == 2004]["effect"]
    assert last.tolist() == pytest.approx(chained["effect"].tolist())
    before = sc.decompose(table, stages=[(2000, 2002)], chain=True).effects
    assert rows[rows["year"] == 2000]["effect"].tolist() == pytest.approx(
        (-before["effect"]).tolist()
    )


def test_groups() -> None:
    table = panel()
    province = {"东": ["城0", "城3"], "west": ["城1", "城2", "城4"]}
    result = sc.decompose(table, groups=province)
    assert result.by_group["group"].unique().tolist() == ["东", "west"]
    pd.testing.assert_frame_equal(result.by_group, result.aggregate(province))
    sums = result.effects[result.effects["unit"].isin(province["东"])]
    expected = sums.groupby("factor", sort=False)["effect"].sum()
    assert result.by_group["effect"].head(4).tolist() == pytest.approx(expected.tolist())
    totals = table[table["unit"].isin(province["东"])].groupby("year")["co2"].sum()
    assert result.by_group["ratio"].head(4).prod() == pytest.approx(totals[2003] / totals[2000])
    labels = pd.Series({u: g for g, units in province.items() for u in units})
    pd.testing.assert_frame_equal(
        result.by_group.sort_values("group"),
        sc.decompose(table.assign(g=table["unit"].map(labels)), groups="g").by_group.sort_values(
            "group"
        ),
        check_index_type=False,
    )
    assert result.aggregate(labels, overall=True)["group"].unique()[0] == "ALL"


def test_level_aggregate_is_the_decomposition_of_totals() -> None:
    table = panel()
    province = {"e": ["城0", "城3"], "w": ["城1", "城2", "城4"]}
    result = sc.decompose(table, groups=province, level="aggregate")
    where = {u: g for g, units in province.items() for u in units}
    totals = table.groupby([table["unit"].map(where), "year"])[KAYA].sum().reset_index()
    pd.testing.assert_frame_equal(result.effects, sc.decompose(totals).effects)
    assert "shifts between places" in result.notes[0]
    with pytest.raises(sc.OptionError, match="no places to add up"):
        result.aggregate(province)


def test_categories() -> None:
    table = fuels()
    result = sc.decompose(table, identity=FUELS)
    assert result.factors == ("population", "affluence", "energy_intensity", "carbon_content")
    assert result.categories["fuel"].tolist() == ["coal", "gas", "oil"]
    parts = result.by_category
    assert parts.columns.tolist() == ["unit", "start", "end", "fuel", "factor", "effect"]
    sums = parts.groupby(["unit", "start", "end", "factor"])["effect"].sum()
    whole = result.effects.set_index(["unit", "start", "end", "factor"])["effect"]
    assert sums[whole.index].tolist() == pytest.approx(whole.tolist())
    # a fuel by itself is a plain product
    coal = sc.decompose(
        table[table["fuel"] == "coal"],
        identity="co2 = population * (gdp/population) * (energy/gdp) * (co2/energy)",
    )
    assert parts[parts["fuel"] == "coal"]["effect"].tolist() == pytest.approx(
        coal.effects["effect"].tolist()
    )
    total = table.groupby(["unit", "year"])["co2"].sum()
    ratio = result.effects.groupby("unit")["ratio"].prod()
    assert ratio["A"] == pytest.approx(total["A", 2002] / total["A", 2000])


def test_sums_over_categories_within_the_identity() -> None:
    """Without an index a column held by category stands for its sum."""
    table = fuels()
    mix = "co2 = sum over fuel of energy * (energy[fuel]/energy) * (co2[fuel]/energy[fuel])"
    result = sc.decompose(table, identity=mix)
    sums = table.groupby(["unit", "year"])["energy"].transform("sum")
    explicit = sc.decompose(
        table.assign(total=sums),
        identity="co2 = sum over fuel of total * (energy[fuel]/total) * (co2[fuel]/energy[fuel])",
    )
    assert result.factors == ("energy", "mix", "carbon_content")
    assert result.effects["effect"].tolist() == pytest.approx(explicit.effects["effect"].tolist())


def test_two_levels() -> None:
    rng = np.random.default_rng(5)
    keys = pd.MultiIndex.from_product(
        [["A", "B"], [2000, 2010], ["steel", "homes"], ["coal", "oil"]],
        names=["unit", "year", "sector", "fuel"],
    )
    table = pd.DataFrame(rng.uniform(1, 5, (len(keys), 2)), keys, ["energy", "co2"]).reset_index()
    output = rng.uniform(5, 9, (2, 2, 2))
    table["output"] = np.repeat(output.ravel(), 2)
    table = table[(table["sector"] != "homes") | (table["fuel"] != "oil")]  # no oil in homes
    identity = (
        "co2 = sum over sector, fuel of (output[sector]) * (energy[sector]/output[sector]) * "
        "(energy[sector, fuel]/energy[sector]) * (co2[sector, fuel]/energy[sector, fuel])"
    )
    result = sc.decompose(table.sample(frac=1, random_state=1), identity=identity)
    assert len(result.categories) == 3
    assert result.residual["relative"].max() < 1e-12
    by_sector = table.groupby(["unit", "year", "sector"], as_index=False).agg(
        {"energy": "sum", "co2": "sum", "output": "first"}
    )
    row = by_sector.set_index(["unit", "sector", "year"])
    homes = result.by_category.query("unit == 'A' and sector == 'homes'")["effect"].tolist()
    first, last = row.loc[("A", "homes", 2000)], row.loc[("A", "homes", 2010)]
    mean = (last["co2"] - first["co2"]) / math.log(last["co2"] / first["co2"])
    assert homes[0] == pytest.approx(mean * math.log(last["output"] / first["output"]))
    assert homes[2] == pytest.approx(0, abs=1e-15)  # one fuel: its share of the sector is one
    with pytest.raises(sc.SchemaError, match="output is not the same in all categories"):
        sc.decompose(table.assign(output=table["energy"]), identity=identity)
    # held by sector, summed over sectors
    whole = identity.replace("(output[sector])", "output * (output[sector]/output)")
    assert sc.decompose(table, identity=whole).residual["relative"].max() < 1e-12


def test_row_order_and_types_do_not_matter() -> None:
    table = panel()
    expected = sc.decompose(table, chain=True, cumulative=2000)
    mixed = table.sample(frac=1, random_state=3)
    for other in (
        mixed,
        mixed.astype({"year": float}),
        mixed.astype({"unit": object}),
        mixed.astype({"unit": "category"}),
        mixed.set_index(["unit", "year"]),
        table.iloc[::-1].assign(spare="x"),
    ):
        result = sc.decompose(other, chain=True, cumulative=2000)
        pd.testing.assert_frame_equal(result.effects, expected.effects, check_dtype=False)
        pd.testing.assert_frame_equal(result.cumulative, expected.cumulative, check_dtype=False)
        assert result.settings["data"] == expected.settings["data"]
    numbered = {name: 500_000 - 7 * at for at, name in enumerate(table["unit"].unique())}
    codes = sc.decompose(mixed.assign(unit=mixed["unit"].map(numbered)))
    assert codes.units.tolist() == sorted(numbered.values())
    assert codes.effects["effect"].head(4).tolist() == pytest.approx(
        sc.decompose(table).effects["effect"].tail(4).tolist()
    )


def test_nothing_is_changed_in_place() -> None:
    table = panel()
    before = table.copy()
    sc.decompose(table, cumulative=2000, chain=True)
    result = sc.decompose(table, stages="yearly")
    total = sc.decompose(table, stages="yearly").total
    result.effects.loc[0, "effect"] = 99.0
    pd.testing.assert_frame_equal(result.total, total)
    pd.testing.assert_frame_equal(table, before)


def test_later_changes_of_the_table_do_not_reach_the_result() -> None:
    table = panel().assign(unit=np.repeat(np.arange(5), 4))
    result, kept = (sc.decompose(table, stages="yearly") for _ in range(2))
    expected = kept.effects, kept.values, kept.total
    table.loc[:, KAYA] = 7.0
    for found, wanted in zip((result.effects, result.values, result.total), expected, strict=True):
        pd.testing.assert_frame_equal(found, wanted)


def test_a_panel() -> None:
    measures = {"co2": "Mt CO2", "gdp": "10^8 CNY"}
    table = panel().rename(columns={"unit": "city"})
    made = sc.Panel.from_frame(
        table, unit="city", year="year", units={**dict.fromkeys(KAYA, "1"), **measures}
    )
    result = sc.decompose(made)
    assert result.unit_of_measure == "Mt CO2"
    assert result.effects["effect"].tolist() == sc.decompose(panel()).effects["effect"].tolist()


def test_units_of_measure() -> None:
    table = panel()
    table.attrs["units"] = {"co2": "万吨"}
    assert sc.decompose(table).unit_of_measure == "万吨"
    assert sc.decompose(table, units={"co2": "Mt CO2"}).unit_of_measure == "Mt CO2"
    with pytest.raises(sc.UnitMismatchError):
        sc.decompose(table, units={"co2": "furlongs"})


def test_share_is_undefined_without_a_change() -> None:
    table = panel(units=1, years=2)
    table["co2"] = [100.0, 100.0 * (1 + 1e-14)]
    result = sc.decompose(table)
    assert result.effects["share"].isna().all()
    assert result.effects["effect"].abs().max() > 0
    assert result.residual["relative"].max() < 1e-12


def test_dominant() -> None:
    result = sc.decompose(panel(), stages="yearly")
    rows = result.effects.assign(size=result.effects["effect"].abs())
    largest = rows.loc[rows.groupby(["unit", "start"])["size"].idxmax()].reset_index(drop=True)
    for name in ("unit", "start", "end", "factor", "effect"):
        assert result.dominant[name].tolist() == largest[name].tolist()
    assert result.dominant["sign"].tolist() == np.sign(largest["effect"]).tolist()


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (lambda t: t.drop(columns="gdp"), sc.SchemaError, "lacks the column gdp"),
        (lambda t: t.drop(columns="unit"), sc.SchemaError, "lacks the column unit"),
        (lambda t: t.assign(gdp="x"), sc.SchemaError, "gdp is not numeric"),
        (lambda t: t.assign(gdp=-t["gdp"]), sc.SchemaError, "gdp is negative in 10 cells"),
        (lambda t: t.assign(gdp=np.inf), sc.MissingDataError, "gdp is missing or infinite"),
        (lambda t: t.assign(gdp=0.0), sc.SchemaError, "gdp is zero in 10 cells"),
        (lambda t: t.assign(year=2000.5), sc.SchemaError, "not years"),
        (lambda t: t.assign(year=np.nan), sc.SchemaError, "not years"),
        (lambda t: t.assign(year=2000), sc.SchemaError, "needs two years, and there is only 2000"),
        (lambda t: t.assign(unit=None), sc.AlignmentError, "20 rows without a label"),
        (lambda t: pd.concat([t, t]), sc.AlignmentError, "10 cells twice"),
        (lambda t: t.iloc[1:], sc.MissingDataError, "lacks 1 of 10 rows"),
        (lambda t: t.iloc[:0], sc.SchemaError, "the table is empty"),
        (lambda t: t.to_numpy(), sc.SchemaError, "the table is a ndarray"),
        (lambda t: pd.concat([t, t["gdp"]], axis=1), sc.SchemaError, "repeated names"),
    ],
)
def test_bad_tables(change: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        sc.decompose(change(panel()))


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"form": "ratio"}, sc.OptionError, "form='ratio'"),
        ({"level": "city"}, sc.OptionError, "level='city'"),
        ({"zeros": "drop"}, sc.OptionError, "zeros='drop'"),
        ({"delta": 0}, sc.OptionError, "delta=0"),
        ({"stages": "every"}, sc.OptionError, "stages='every'"),
        ({"stages": []}, sc.OptionError, "there are no stages"),
        ({"stages": 2000}, sc.OptionError, "there are no stages"),
        ({"stages": [(2003, 2000)]}, sc.OptionError, "is not a stage"),
        ({"stages": [2000, 2003]}, sc.OptionError, "2000 is not a stage"),
        ({"stages": [(2000, 2001), [2000, 2001]]}, sc.OptionError, "listed twice"),
        ({"stages": [(1999, 2001)]}, sc.SchemaError, "lacks the years 1999"),
        ({"cumulative": 1990}, sc.OptionError, "cumulative=1990"),
        ({"cumulative": True}, sc.OptionError, "cumulative=True"),
        ({"groups": {"x": ["nowhere"]}}, sc.AlignmentError, "nowhere"),
        ({"groups": "province"}, sc.SchemaError, "lacks the column province"),
        ({"groups": "year"}, sc.AlignmentError, "repeated labels"),
        ({"identity": "co2 = gdp * (co2/population)"}, sc.SchemaError, "left over"),
        ({"identity": "co2 = sum over unit of co2[unit]"}, sc.SchemaError, "cannot be called unit"),
        ({"names": {"wealth": "x"}}, sc.OptionError, "no such factor"),
    ],
)
def test_bad_options(options: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        sc.decompose(panel(), **options)


def test_uneven_years() -> None:
    table = panel(years=6).query("year != 2004")
    with pytest.raises(sc.SchemaError, match="2003 is followed by 2005"):
        sc.decompose(table, chain=True)
    with pytest.raises(sc.SchemaError, match="2003 is followed by 2005"):
        sc.decompose(table, cumulative=2000)
    assert sc.decompose(table, stages="yearly").stages[-1] == (2003, 2005)
    assert sc.decompose(table, stages=[(2000, 2003)], chain=True).stages == ((2000, 2003),)


def test_overflow_is_not_a_silent_answer() -> None:
    table = fuels().assign(co2=1e308)
    table.loc[table["year"] == 2002, "co2"] = 1.7e308
    with pytest.raises(sc.BalanceError, match="do not add up"), np.errstate(all="ignore"):
        sc.decompose(table, identity=FUELS)


def test_contrarian(contrarian: Any) -> None:
    base = contrarian.table.reset_index()
    later = base.assign(co2=base["co2"] * 1.5, gdp=base["gdp"] * 1.2)
    table = pd.concat([later.assign(year=2010), base.assign(year=2005)])
    identity = "co2 = constant: flat * (gdp/flat) * intensity: (co2/gdp)"
    result = sc.decompose(table, identity=identity, unit="city", groups=contrarian.units["cluster"])
    assert (result.effects.query("factor == 'constant'")["effect"] == 0).all()
    assert set(result.units) == set(contrarian.units.index)
    assert result.by_group["group"].nunique() == 2
    share = math.log(1.2) / math.log(1.5)
    assert result.effects.query("factor == 'gdp/flat'")["share"].tolist() == pytest.approx(
        [share] * 13
    )


def test_categories_in_chains_totals_and_years() -> None:
    table = fuels()
    chained = sc.decompose(table, identity=FUELS, chain=True, cumulative=2000)
    yearly = sc.decompose(table, identity=FUELS, stages="yearly").by_category
    keys = ["unit", "fuel", "factor"]
    sums = yearly.groupby(keys)["effect"].sum()
    parts = chained.by_category.set_index(keys)["effect"]
    assert sums[parts.index].tolist() == pytest.approx(parts.tolist())
    last = chained.cumulative[chained.cumulative["year"] == 2002]["effect"]
    assert last.tolist() == pytest.approx(chained.effects["effect"].tolist())
    whole = sc.decompose(table, identity=FUELS, level="aggregate")
    columns = ["population", "gdp", "energy", "co2"]
    totals = table.groupby(["year", "fuel"], as_index=False)[columns].sum().assign(unit="ALL")
    pd.testing.assert_frame_equal(whole.effects, sc.decompose(totals, identity=FUELS).effects)
