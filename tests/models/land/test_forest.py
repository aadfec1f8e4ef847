"""Forests: growth to CO2, biomass, and shares of regions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

GROWTH = pd.Series({"云南": 1.2e8, "b": -1e6})


def test_the_worked_example() -> None:
    paper = sc.forest_stock_co2(GROWTH)
    assert paper["云南"] == pytest.approx(1.92e8)
    assert paper.attrs["factor"] == 1.6
    assert paper.attrs["factor_name"] == "paper001"
    assert paper.attrs["units"] == "t CO2"
    rule = sc.forest_stock_co2(GROWTH, factor="cn_rule")
    assert rule["云南"] == pytest.approx(2.196e8)
    assert sc.forest_stock_co2(GROWTH, factor=2)["b"] == -2e6
    assert sc.forest_stock_co2(GROWTH, years=5)["云南"] == pytest.approx(1.92e8 / 5)
    assert sc.forest_stock_co2(1.2e8)["ALL"] == pytest.approx(1.92e8)


def test_units_of_volume() -> None:
    given = GROWTH / 1e4
    assert sc.forest_stock_co2(given, units="万m3")["云南"] == pytest.approx(1.92e8)
    given.attrs["units"] = "10^4 m3"
    assert sc.forest_stock_co2(given, units="10^4 m3")["云南"] == pytest.approx(1.92e8)
    with pytest.raises(sc.UnitMismatchError, match=r"units='10\^4 m3' if the numbers still are"):
        sc.forest_stock_co2(given * 1e4)  # attrs stay
    with pytest.raises(sc.UnitMismatchError):
        sc.forest_stock_co2(GROWTH, units="ha")


@pytest.mark.parametrize(
    ("volume", "settings", "error", "words"),
    [
        (GROWTH, {"factor": "paper01"}, sc.OptionError, "factor='paper001'"),
        (GROWTH, {"factor": 0}, sc.OptionError, "above zero"),
        (GROWTH, {"factor": True}, sc.OptionError, "above zero"),
        (GROWTH, {"years": 0}, sc.OptionError, "above zero"),
        (GROWTH * np.nan, {}, sc.MissingDataError, "missing for 2 of 2"),
        (GROWTH * np.inf, {}, sc.MissingDataError, "infinite"),
        ([1.0], {}, sc.AlignmentError, "without labels"),
        (GROWTH.rename({"b": "云南"}), {}, sc.AlignmentError, "repeated"),
    ],
)
def test_what_is_refused(
    volume: Any, settings: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        sc.forest_stock_co2(volume, **settings)


def test_biomass_by_units() -> None:
    volume = pd.Series({"a": 100.0, "b": 200.0})
    expansion = pd.Series({"b": 0.5, "a": 0.8})
    found = sc.forest_biomass(volume, expansion=expansion, root_shoot=0.25)
    assert found["above"].tolist() == pytest.approx([37.6, 47.0])
    assert found["carbon"].tolist() == pytest.approx([47.0, 58.75])
    assert found["co2"].tolist() == pytest.approx([47 * 44 / 12, 58.75 * 44 / 12])
    half = sc.forest_biomass(volume, expansion=1, root_shoot=0, carbon_fraction=0.5)
    assert half["carbon"].tolist() == [50, 100]
    assert half["below"].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"expansion": 0, "root_shoot": 0.2}, sc.OptionError, "expansion is too small"),
        ({"expansion": 1, "root_shoot": -0.1}, sc.OptionError, "root_shoot is too small"),
        ({"expansion": 1, "root_shoot": 0, "carbon_fraction": 47}, sc.OptionError, "between 0"),
        ({"expansion": pd.Series({"x": 1}), "root_shoot": 0}, sc.AlignmentError, "expansion"),
    ],
)
def test_biomass_refuses(settings: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        sc.forest_biomass(pd.Series({"a": 1.0}), **settings)


def test_shares_and_regions() -> None:
    stock = pd.Series({"a": 60.0, "b": 20.0, "c": 20.0, "d": 0.0})
    region = pd.Series({"d": "零", "c": "西", "b": "东", "a": "东"})
    found = sc.regional_shares(stock, groups=region)
    assert found.table["share"].tolist() == [0.6, 0.2, 0.2, 0]
    assert found.groups["value"].to_dict() == {"东": 80, "西": 20, "零": 0}
    assert found.table["share_in_group"].tolist()[:3] == [0.75, 0.25, 1]
    assert np.isnan(found.table.loc["d", "share_in_group"])
    assert found.total == 100
    assert found.to_frame()["unit"].tolist() == ["a", "b", "c", "d"]
    alone = sc.regional_shares(stock)
    assert alone.groups.empty
    assert alone.table["group"].isna().all()


@pytest.mark.parametrize(
    ("values", "groups", "error", "words"),
    [
        (pd.Series({"a": -1.0, "b": 2.0}), None, sc.SchemaError, "negative for a"),
        (pd.Series({"a": 0.0}), None, sc.DegenerateDataError, "nothing to share"),
        (pd.Series({"a": np.nan}), None, sc.MissingDataError, "missing for 1 of 1"),
        (pd.Series({"a": 1.0, "b": 1.0}), pd.Series({"a": "x", "b": None}), sc.MissingDataError,
         "groups are missing for b"),
        (pd.Series({"a": 1.0}), pd.Series({"b": "x"}), sc.AlignmentError, "groups"),
    ],
)  # fmt: skip
def test_shares_refuse(values: Any, groups: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        sc.regional_shares(values, groups=groups)
