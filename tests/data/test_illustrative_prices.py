"""The invented costs can be invented again."""

from __future__ import annotations

from importlib.resources import files

import spatialcarbon as sc
from spatialcarbon.data.catalogue import entries
from spatialcarbon.data.illustrative_prices import NAME, abatement_prices


def test_the_script_makes_the_shipped_bytes() -> None:
    shipped = files("spatialcarbon.data") / "tables" / f"{NAME}.csv"
    assert shipped.read_bytes() == abatement_prices()
    assert entries()[NAME].illustrative


def test_it_has_the_provinces_of_study_004_and_prices_in_range() -> None:
    table = sc.load_table(NAME)
    assert set(table["adcode"]) == set(sc.load_table("study004_criteria")["adcode"])
    assert table["price_at_half"].between(200, 800).all()
    assert (table["price_at_half"] % 10 == 0).all()
