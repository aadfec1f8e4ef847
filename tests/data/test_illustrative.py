"""The invented table: made again byte for byte, marked as invented, shaped as the study says."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import spatialcarbon as sc
from spatialcarbon.data.catalogue import entries
from spatialcarbon.data.illustrative import COLUMNS, LEANINGS, NAME, industry_shares


def test_the_script_makes_the_same_bytes_again() -> None:
    made = industry_shares()
    assert made == (files("spatialcarbon.data") / "tables" / f"{NAME}.csv").read_bytes()
    assert hashlib.sha256(made).hexdigest() == entries()[NAME].sha256


def test_shares_sum_to_one_for_every_city_of_the_clusters() -> None:
    table = sc.load_table(NAME).set_index("adcode")
    assert set(table.index) == set(sc.clusters("plan")["adcode"])
    assert len(table) == 111
    assert (table > 0).all(axis=None)
    assert (table.mul(1000).round().sum(axis=1) == 1000).all()


def test_clusters_lean_as_described() -> None:
    table = sc.load_table(NAME).set_index("adcode")
    mean = table.groupby(sc.load_table("city_clusters").set_index("adcode")["cluster"]).mean()
    assert set(mean.index) == set(LEANINGS)
    two = {c: set(mean.loc[c].nlargest(2).index) for c in mean.index}
    assert two["BTH"] == {"energy", "heavy"}
    assert two["MYR"] == {"light", "heavy"}
    assert mean.loc["PRD"].idxmax() == "hightech"
    assert mean["energy"].idxmax() == "BTH"
    assert mean.loc["YRD"].max() < 0.4
    assert mean.loc["CY"].max() < 0.4
    assert tuple(table.columns) == COLUMNS


def test_it_says_everywhere_that_it_is_invented() -> None:
    listed = sc.tables().set_index("name").loc[NAME]
    assert NAME.startswith("illustrative")
    for words in (listed["title"], listed["caution"]):
        assert "llustrative" in words
    assert "nvented" in listed["source"]
    assert "虚构" in sc.tables(language="zh").set_index("name").loc[NAME, "title"]
    table = sc.load_table(NAME)
    assert table.attrs["illustrative"] is True
    assert not sc.load_table("city_co2", years=2017).attrs["illustrative"]
    panel = sc.Panel.from_frame(table, unit="adcode", year=0)
    assert "invented" in panel.notes[0]
