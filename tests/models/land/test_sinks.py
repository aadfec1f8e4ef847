"""Carbon sinks: worked values, sets as data, ranges, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

C = 44 / 12
AREAS = pd.DataFrame(
    {"cropland": [1000.0, 300.0], "forest": [500.0, 20.0], "grassland": [100.0, 0.0],
     "water": [50.0, 7.0]},
    index=["临安", "b"],
)  # fmt: skip
OWN = pd.DataFrame(
    {"value": [0.007, 0.644, 0.021, 0.253], "substance": "C"},
    index=["cropland", "forest", "grassland", "water"],
)


def test_the_worked_example() -> None:
    result = sc.carbon_sink(AREAS.loc[["临安"]], coefficients=OWN)
    expected = [2566.67, 118066.67, 770.00, 4638.33]
    np.testing.assert_allclose(result.sink.loc["临安"], expected, atol=5e-3)
    assert result.total["临安"] == pytest.approx(126041.67, abs=5e-3)
    assert result.by_class.sum() == pytest.approx(126041.67, abs=5e-3)
    assert result.settings["sets"] == ["own"]
    assert "own table" in result.notes[0]


def test_shipped_sets_are_those_of_the_specification() -> None:
    sets = sc.sink_sets()
    wide = sets.pivot(index="set", columns="class", values="value")
    assert wide.loc["fang2007_low"].dropna().to_dict() == {"forest": 0.578, "grassland": 0.021}
    assert wide.loc["fang2007_high"].dropna().to_dict() == {"forest": 0.644, "grassland": 0.021}
    assert wide.loc["cn_landuse"].dropna().to_dict() == {
        "cropland": 0.070, "forest": 0.644, "grassland": 0.021, "unused": 0.005, "water": 0.253,
    }  # fmt: skip
    assert wide.loc["cn_landuse_net", "cropland"] == -0.422
    assert wide.loc["xie2008_nep"].dropna().to_dict() == {
        "cropland": 0.007, "forest": 3.810, "grassland": 0.948, "urban_green": 2.379,
    }  # fmt: skip
    assert wide.loc["guangdong2018"].dropna().to_dict() == {
        "built": -0.6, "cropland": -0.1, "forest": 3.9, "grassland": 0.2, "water": 0.6,
    }  # fmt: skip
    assert wide.loc["paper002_implied"].dropna().to_dict() == {
        "cropland": 0.057, "forest": 0.735, "grassland": 0.111,
    }  # fmt: skip
    substances = sets.drop_duplicates("set").set_index("set")["substance"]
    assert substances.to_dict() == {
        "fang2007_low": "C", "fang2007_high": "C", "cn_landuse": "C", "cn_landuse_net": "C",
        "xie2008_nep": "C", "guangdong2018": "CO2", "paper002_implied": "as printed",
    }  # fmt: skip
    assert set(sets["status"]) == {"verified", "derived", "secondary"}
    assert (sets["source"].str.len() > 20).all()
    carbon = sets["substance"] == "C"
    np.testing.assert_allclose(sets["t_co2_per_ha"][carbon], sets["value"][carbon] * C)
    np.testing.assert_allclose(sets["t_co2_per_ha"][~carbon], sets["value"][~carbon])
    assert set(sets["sign"][sets["value"] < 0]) == {"release"}
    # 0.075 Pg over the areas named in the source; 0.007 Pg over 331 Mha
    assert pytest.approx(0.578, abs=5e-4) == 75 / ((116.5 + 142.8) / 2)
    assert pytest.approx(0.644, abs=5e-4) == 75 / 116.5
    assert pytest.approx(0.021, abs=5e-4) == 7 / 331


def test_substances_are_converted_class_by_class() -> None:
    mixed = OWN.assign(substance=["C", "CO2", "C", "CO2"])
    result = sc.carbon_sink(AREAS, coefficients=mixed)
    assert result.sink.loc["临安"].tolist() == pytest.approx([700 * C, 32200, 210 * C, 1265])
    released = sc.carbon_sink(AREAS, coefficients="cn_landuse_net")
    assert released.sink.loc["临安", "cropland"] == pytest.approx(-0.422 * 1e5 * C)


def test_units_of_coefficients_and_of_areas() -> None:
    per_m2 = OWN.assign(value=OWN["value"] / 10, unit="kg/m2")  # 0.0644 kg/m2 = 0.644 t/ha
    right = sc.carbon_sink(AREAS, coefficients=OWN)
    assert sc.carbon_sink(AREAS, coefficients=per_m2).total.tolist() == pytest.approx(
        right.total.tolist()
    )
    said_by_unit = OWN.drop(columns="substance").assign(unit="t C/ha")
    assert sc.carbon_sink(AREAS, coefficients=said_by_unit).total.tolist() == pytest.approx(
        right.total.tolist()
    )
    hectares = AREAS * 100
    named = hectares.copy()
    named.attrs["units"] = "ha"
    each = AREAS.assign(forest=AREAS["forest"] / 10)
    each.attrs["units"] = {"forest": "kha"}
    for found in (
        sc.carbon_sink(hectares, coefficients=OWN, units="公顷"),
        sc.carbon_sink(named, coefficients=OWN),
        sc.carbon_sink(each, coefficients=OWN),
    ):
        assert found.total.tolist() == pytest.approx(right.total.tolist())
    assert not any("converted" in note for note in right.notes)
    noted = sc.carbon_sink(named, coefficients=OWN).notes
    assert "areas were converted from ha, as their table says" in noted
    with pytest.raises(sc.UnitMismatchError):
        sc.carbon_sink(AREAS, coefficients=OWN, units="t")


def test_several_sets_are_a_range() -> None:
    names = ["xie2008_nep", "fang2007_low", "cn_landuse"]
    result = sc.carbon_sink(AREAS, coefficients=names, missing_class="zero")
    alone = {
        name: sc.carbon_sink(AREAS, coefficients=name, missing_class="zero").total for name in names
    }
    totals = pd.DataFrame(alone)
    pd.testing.assert_frame_equal(result.totals, totals)
    assert result.low.tolist() == totals.min(axis=1).tolist()
    assert result.high.tolist() == totals.max(axis=1).tolist()
    assert result.central_set == "cn_landuse"  # the middle total
    assert result.central.tolist() == alone["cn_landuse"].tolist() == result.total.tolist()
    assert (result.range["low"] <= result.range["central"]).all()
    assert (result.range["central"] <= result.range["high"]).all()
    assert result.overall.tolist() == pytest.approx(
        [totals.sum().min(), totals["cn_landuse"].sum(), totals.sum().max()]
    )
    frame = result.to_frame().set_index(["unit", "class"])
    row = frame.loc[("临安", "forest")]
    assert (row["low"], row["sink"], row["high"]) == pytest.approx(
        tuple(50000 * C * k for k in (0.578, 0.644, 3.81))
    )
    assert any("counted as zero" in note for note in result.notes)
    assert any("central is cn_landuse" in note for note in result.notes)
    chosen = sc.carbon_sink(AREAS, coefficients=names, central="fang2007_low", missing_class="zero")
    assert chosen.total.tolist() == alone["fang2007_low"].tolist()
    two = sc.carbon_sink(AREAS, coefficients=names[:2], missing_class="zero")
    assert two.central_set == "fang2007_low"  # the lower middle of two


def test_own_tables_beside_shipped_ones() -> None:
    result = sc.carbon_sink(AREAS, coefficients={"mine": OWN, "usual": "cn_landuse"})
    assert list(result.totals) == ["mine", "usual"]
    assert sc.carbon_sink(AREAS, coefficients=["cn_landuse", OWN]).totals.columns.tolist() == [
        "cn_landuse",
        "own2",
    ]
    with_column = OWN.rename_axis("class").reset_index()
    assert sc.carbon_sink(AREAS, coefficients=with_column).total.tolist() == pytest.approx(
        sc.carbon_sink(AREAS, coefficients=OWN).total.tolist()
    )
    named = OWN.copy()
    named.attrs = {"name": "forestry bureau", "source": "Yearbook 2020"}
    found = sc.carbon_sink(AREAS, coefficients=named)
    assert found.central_set == "forestry bureau"
    assert "Yearbook 2020" in found.notes[0]


def test_a_class_without_a_coefficient_is_refused_or_zero() -> None:
    with pytest.raises(sc.SchemaError, match=r"fang2007_low has no value for cropland, water"):
        sc.carbon_sink(AREAS, coefficients="fang2007_low")
    zero = sc.carbon_sink(AREAS, coefficients="fang2007_low", missing_class="zero")
    assert zero.sink["cropland"].tolist() == [0, 0]
    assert "fang2007_low has no value for cropland, water: counted as zero" in zero.notes
    empty = AREAS.assign(ice=0.0)  # no such land: nothing is lost
    assert sc.carbon_sink(empty, coefficients=OWN).sink["ice"].tolist() == [0, 0]


def test_the_implied_set_says_that_its_substance_is_unknown() -> None:
    land = AREAS[["cropland", "forest", "grassland"]]
    found = sc.carbon_sink(land, coefficients="paper002_implied")
    assert found.sink.loc["b", "forest"] == pytest.approx(2000 * 0.735)
    assert any("carbon or CO2 is not known" in note for note in found.notes)


def test_emissions_of_built_up_land_on_request() -> None:
    emitted = pd.Series({"b": 0.2, "临安": 0.1})
    emitted.attrs["units"] = "Mt CO2"
    found = sc.carbon_sink(
        AREAS, coefficients="cn_landuse_net", built_emissions=emitted, emission_units="Mt CO2"
    )
    assert found.built_emissions is not None
    assert found.built_emissions.tolist() == pytest.approx([1e5, 2e5])
    by_name = (emitted * 1e6).rename("co2")
    by_name.attrs["units"] = {"co2": "t CO2"}  # as a panel has it
    again = sc.carbon_sink(AREAS, coefficients="cn_landuse_net", built_emissions=by_name)
    assert again.land_use.equals(found.land_use)
    land = found.land_use
    np.testing.assert_allclose(
        land["net_emission"], [1e5, 2e5] + land["release"] - land["uptake"], rtol=1e-12
    )
    assert (land["uptake"] - land["release"]).tolist() == pytest.approx(found.total.tolist())
    assert sc.carbon_sink(AREAS, coefficients=OWN).land_use["net_emission"].isna().all()
    with pytest.raises(sc.UnitMismatchError, match="declared in Mt CO2"):
        sc.carbon_sink(AREAS, coefficients=OWN, built_emissions=emitted * 1e6)  # attrs stay
    with pytest.raises(sc.AlignmentError, match="built_emissions"):
        sc.carbon_sink(AREAS, coefficients=OWN, built_emissions=by_name[["b"]])
    with pytest.raises(sc.SchemaError, match="negative for b"):
        sc.carbon_sink(AREAS, coefficients=OWN, built_emissions=by_name * [-1, 1])


def test_one_place_as_a_series() -> None:
    found = sc.carbon_sink(AREAS.loc["临安"], coefficients=OWN)
    assert found.total.to_dict() == pytest.approx({"ALL": 126041.6667})
    assert found.sink.shape == (1, 4)


def test_missing_cells() -> None:
    gap = AREAS.astype(float)
    gap.loc["b", "forest"] = np.nan
    with pytest.raises(sc.MissingDataError, match="b: forest"):
        sc.carbon_sink(gap, coefficients=OWN)
    dropped = sc.carbon_sink(
        gap, coefficients=OWN, missing="drop", built_emissions=pd.Series({"b": 1.0, "临安": 2.0})
    )
    assert dropped.dropped == ("b",)
    assert dropped.total.index.tolist() == ["临安"]
    assert "left out for empty cells: b" in dropped.notes


@pytest.mark.parametrize(
    ("coefficients", "error", "words"),
    [
        ("cn_landus", sc.OptionError, "coefficients='cn_landuse'"),
        ([], sc.OptionError, "no coefficient set is named"),
        (["cn_landuse", "cn_landuse"], sc.OptionError, "named twice"),
        (3, sc.SchemaError, "coefficients are a int"),
        ([3], sc.SchemaError, "coefficients are a int"),
        (OWN[["substance"]], sc.SchemaError, "lacks the column value"),
        (OWN[["value"]], sc.SchemaError, "not declared as C or CO2"),
        (OWN.assign(substance="carbon"), sc.SchemaError, "not declared as C or CO2"),
        (OWN.assign(unit="t CO2/ha"), sc.SchemaError, "not declared as C or CO2"),
        (OWN.assign(unit="t/CNY"), sc.UnitMismatchError, "cannot be turned into"),
        (OWN.assign(value=[1, np.nan, 1, 1]), sc.MissingDataError, "no value for forest"),
        (OWN.assign(value=[1, np.inf, 1, 1]), sc.MissingDataError, "infinite"),
        (OWN.assign(value="many"), sc.SchemaError, "not numeric"),
        (pd.concat([OWN, OWN]), sc.AlignmentError, "repeated"),
    ],
)
def test_bad_coefficients(coefficients: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        sc.carbon_sink(AREAS, coefficients=coefficients)


@pytest.mark.parametrize(
    ("areas", "error", "words"),
    [
        (AREAS.to_numpy(), sc.AlignmentError, "without labels"),
        (AREAS.iloc[:0], sc.SchemaError, "is empty"),
        (-AREAS, sc.SchemaError, "negative areas"),
        (AREAS.assign(forest="x"), sc.SchemaError, "not numeric"),
        (AREAS.assign(forest=np.inf), sc.MissingDataError, "infinite"),
        (pd.concat([AREAS, AREAS]), sc.AlignmentError, "repeated"),
        (pd.concat([AREAS, AREAS], axis=1), sc.AlignmentError, "repeated"),
    ],
)
def test_bad_areas(areas: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        sc.carbon_sink(areas, coefficients=OWN)


def test_bad_options() -> None:
    with pytest.raises(sc.OptionError, match="missing_class"):
        sc.carbon_sink(AREAS, coefficients=OWN, missing_class="ignore")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="central='x'"):
        sc.carbon_sink(AREAS, coefficients=OWN, central="x")
    with pytest.raises(sc.OptionError, match="missing="):
        sc.carbon_sink(AREAS, coefficients=OWN, missing="skip")  # type: ignore[arg-type]


def test_inputs_are_left_alone() -> None:
    before, table = AREAS.copy(), OWN.copy()
    sc.carbon_sink(AREAS, coefficients=[OWN, "cn_landuse"])
    pd.testing.assert_frame_equal(AREAS, before)
    pd.testing.assert_frame_equal(OWN, table)


def test_change_is_split_and_closes() -> None:
    later = AREAS.iloc[::-1] * pd.Series([0.9, 1.2, 0.5, 1.0], index=AREAS.columns)
    again = OWN.assign(value=OWN["value"] * [1.0, 1.5, 0.2, 1.0])
    found = sc.sink_change(AREAS, later, coefficients=OWN, second_coefficients=again)
    first = sc.carbon_sink(AREAS, coefficients=OWN)
    second = sc.carbon_sink(later, coefficients=again)
    change = second.total - first.total
    np.testing.assert_allclose(found.by_unit["change"], change[found.by_unit.index])
    table = found.to_frame()
    np.testing.assert_allclose(
        table["area_effect"] + table["coefficient_effect"], table["change"], rtol=1e-12, atol=1e-6
    )
    one = table.set_index(["unit", "class"]).loc[("临安", "forest")]
    # 500 → 600 km², 0.644 → 0.966 t C: 10 000 ha at 0.805, 55 000 ha at 0.322
    assert one["area_effect"] == pytest.approx(10_000 * 0.805 * C)
    assert one["coefficient_effect"] == pytest.approx(55_000 * 0.322 * C)
    same = sc.sink_change(AREAS, later, coefficients="cn_landuse")
    assert (same.table["coefficient_effect"] == 0).all()
    assert same.by_class.loc["forest", "change"] == pytest.approx(104 * 100 * 0.644 * C)
    assert same.settings["sets"] == ["cn_landuse", "cn_landuse"]


def test_a_class_that_appears_later_grows_from_nothing() -> None:
    found = sc.sink_change(AREAS.drop(columns="water"), AREAS, coefficients=OWN)
    assert found.by_class.loc["water", "sink_first"] == 0
    assert found.by_class.loc["water", "change"] == pytest.approx(5700 * 0.253 * C)


def test_what_a_change_refuses() -> None:
    with pytest.raises(sc.OptionError, match="coefficients names 2 sets"):
        sc.sink_change(AREAS, AREAS, coefficients=["cn_landuse", OWN])
    with pytest.raises(sc.AlignmentError, match="second table of areas"):
        sc.sink_change(AREAS, AREAS.iloc[:1], coefficients=OWN)
