"""Invented sinks and GDP: made again byte for byte, of the sizes that study 002 prints."""

from __future__ import annotations

import hashlib
from importlib.resources import files

import numpy as np

import spatialcarbon as sc
from spatialcarbon.data.catalogue import entries
from spatialcarbon.data.illustrative_places import CLUSTERS, NAME, sinks_and_gdp


def test_the_script_makes_the_same_bytes_again() -> None:
    made = sinks_and_gdp()
    assert made == (files("spatialcarbon.data") / "tables" / f"{NAME}.csv").read_bytes()
    assert hashlib.sha256(made).hexdigest() == entries()[NAME].sha256


def test_sizes_are_those_of_the_clusters() -> None:
    table = sc.load_table(NAME).set_index("adcode")
    cluster = sc.load_table("city_clusters").set_index("adcode")["cluster"]
    assert set(table.index) == set(cluster.index)
    assert (table > 0).all(axis=None)
    sinks = table["sink"].groupby(cluster).sum()
    printed = sc.load_table("study002_places").set_index("cluster")
    np.testing.assert_allclose(sinks, printed["sink"][sinks.index], atol=3)
    emitted = sc.load_table("city_co2", years=2017).set_index("adcode")["co2_mt"][table.index]
    intensity = (emitted.groupby(cluster).sum() * 100) / table["gdp"].groupby(cluster).sum()
    for code, (expected, _) in CLUSTERS.items():
        assert 0.7 * expected < intensity[code] < 1.3 * expected
    assert CLUSTERS.keys() == set(printed.index)


def test_it_says_everywhere_that_it_is_invented() -> None:
    listed = sc.tables().set_index("name").loc[NAME]
    assert "llustrative" in listed["title"]
    assert "nvented" in listed["source"]
    assert "虚构" in sc.tables(language="zh").set_index("name").loc[NAME, "caution"]
    assert sc.load_table(NAME).attrs["illustrative"] is True
