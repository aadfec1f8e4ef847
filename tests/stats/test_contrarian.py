"""The contrarian map goes through every public function of these floors."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc


def test_weights(contrarian: Any) -> None:
    backbone = sc.Backbone(contrarian.units)
    queen = backbone.contiguity()
    assert queen.n_pairs == 29
    assert queen.isolates.tolist() == [contrarian.island]
    assert backbone.contiguity("rook").n_pairs == 17
    assert backbone.suggest_bridges()["unit"].tolist() == [contrarian.island]
    assert backbone.suggest_bridges()["distance_km"].item() == pytest.approx(60.0)
    assert sorted(backbone.contiguity("rook").neighbors("成都").index) == sorted(["u07", "10", "a"])
    for w in (
        backbone.knn(3),
        backbone.distance_band(15),
        backbone.kernel(),
        backbone.blocks(contrarian.units["cluster"]),
        backbone.economic(contrarian.table["gdp"]),
        queen.within(contrarian.units["cluster"]),
        queen * backbone.knn(3),
        queen.bridged([(contrarian.island, "c")]),
    ):
        assert w.units.equals(contrarian.units.index)
        again = sc.Weights.from_graph(w.to_graph())
        np.testing.assert_allclose(again.sparse.toarray(), w.sparse.toarray())
        assert sc.Weights.from_w(w.to_w()).fingerprint == w.fingerprint
        assert w._repr_html_().startswith("<div")


def test_files(contrarian: Any, tmp_path: Any) -> None:
    w = contrarian.weights
    w.to_parquet(tmp_path / "权重.parquet")
    assert sc.Weights.from_parquet(tmp_path / "权重.parquet").fingerprint == w.fingerprint
    w.to_gal(tmp_path / "权重.gal")
    back = sc.Weights.from_gal(tmp_path / "权重.gal")
    assert back.standardised("R").fingerprint == w.fingerprint


def test_statistics(contrarian: Any) -> None:
    values, w = contrarian.table["co2"], contrarian.weights
    found = sc.global_moran(values, w, rng=1)
    straight = sc.global_moran(values.loc[w.units], w, rng=1)
    pd.testing.assert_frame_equal(found.to_frame(), straight.to_frame(), check_exact=True)
    assert found.n == 13
    assert contrarian.island in found.notes[0]
    assert "Moran" in found.summary()

    local = sc.local_moran(values, w, correction="none", rng=1).to_frame()
    assert local["unit"].tolist() == contrarian.units.index.tolist()
    assert local.set_index("unit").loc[contrarian.island, "label"] == "Isolate"

    geary = sc.esda_statistic("Geary", values, w.bridged([(contrarian.island, "c")]), rng=1)
    assert set(geary.units) == set(values.index)


def test_the_constant_column(contrarian: Any) -> None:
    w = contrarian.weights
    with pytest.raises(sc.DegenerateDataError):
        sc.global_moran(contrarian.table["flat"], w)
    with pytest.raises(sc.DegenerateDataError):
        sc.local_moran(contrarian.table["flat"], w)
    wide = contrarian.table.set_axis([2005, 2010, 2015], axis=1)
    table = sc.moran_panel(wide, w, groups=contrarian.units["cluster"], rng=1).to_frame()
    assert table["group"].drop_duplicates().tolist() == [
        "ALL",
        *[x for x in dict.fromkeys(contrarian.units["cluster"]) if x],
    ]
    assert table["status"].tolist() == ["ok", "ok", "constant"] * 3
    assert table["n"].tolist() == [13] * 3 + [6] * 6


def test_indicators_and_profiles(contrarian: Any) -> None:
    tidy = contrarian.table.rename_axis("city").reset_index().assign(year=2017)
    panel = sc.Panel.from_frame(
        tidy, unit="city", year="year", units={"co2": "Mt CO2", "gdp": "亿元", "flat": "万人"}
    )
    found = sc.indicators(panel, gdp="gdp", population="flat", groups=contrarian.units["cluster"])
    wide = found.pivot("per_capita")
    assert wide.loc["ALL", 2017] == pytest.approx(contrarian.table["co2"].sum() * 1e6 / 52e4)
    assert set(wide.index) == {"ALL", "西", "east"}
    shares = sc.composition(contrarian.table, groups=contrarian.units["cluster"])
    assert shares.table.sum(axis=1).tolist() == pytest.approx([1.0, 1.0])
    assert sc.max_normalise(contrarian.table).table.loc[contrarian.island, "co2"] == 1.0


def test_nothing_warns_or_touches_its_input(contrarian: Any) -> None:
    table, units = contrarian.table.copy(), contrarian.units.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sc.global_moran(contrarian.table["co2"], contrarian.weights, rng=1)
        sc.local_moran(contrarian.table["co2"], contrarian.weights, rng=1)
    pd.testing.assert_frame_equal(contrarian.table, table)
    assert contrarian.units.index.equals(units.index)
