"""The invented input-output table: the same bytes again, closed, in the regions of study 001."""

from __future__ import annotations

from importlib.resources import files

import spatialcarbon as sc
from spatialcarbon.data.illustrative_flows import NAME, REGIONS, SECTORS, eight_regions


def test_the_script_makes_the_same_bytes_again() -> None:
    assert eight_regions() == (files("spatialcarbon.data") / "tables" / f"{NAME}.csv").read_bytes()


def test_it_closes_and_has_the_regions_of_study_001() -> None:
    table = sc.read_io_table(NAME)
    assert list(table.regions) == list(REGIONS)
    assert set(table.regions) == set(sc.load_table("study001_regions")["region8"])
    assert table.transactions.index.get_level_values(1).unique().tolist() == list(SECTORS)
    used = table.transactions.sum(axis=1) + table.final_demand.sum(axis=1) + table.exports
    assert (used == table.output).all()
    assert (table.value_added > 0).all()


def test_the_interior_emits_for_the_coast() -> None:
    account = sc.read_io_table(NAME).transfers()
    assert account.net_export[["Northwest", "Central"]].gt(0).all()
    assert account.net_export[["EastCoast", "SouthCoast", "BeijingTianjin"]].lt(0).all()


def test_it_says_that_it_is_invented() -> None:
    assert sc.load_table(NAME).attrs["illustrative"] is True
    assert "invented" in sc.read_io_table(NAME).notes[0]
    assert "虚构" in sc.tables(language="zh").set_index("name").loc[NAME, "title"]
