"""Figures of governance show the cells and payments they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from shapely import box

import spatialcarbon as sc
from spatialcarbon.report import figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INDEX = pd.Index(["a", "乙", "c"])
PAYMENTS = pd.DataFrame([[0.0, 3e4, 0.0], [1e4, 0.0, 5e4], [0.0, 0.0, 0.0]], INDEX, INDEX)
PLACES = pd.DataFrame(
    {"emission": 10.0, "damage": [10.0, 6.0, 4.0], "cost": [2.0, 1.0, 1.5]}, index=INDEX
)


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_regions_are_the_cells_of_the_sweep() -> None:
    shares = pd.DataFrame(1.0, INDEX, INDEX)
    sweep = sc.govern_sweep(
        PLACES, shares, damages=[0.1, 1.0], shares=[0.0, 0.5], spreads=[0.0, 1.0]
    )
    fig = figures.mode_regions(sweep, share=0.5, language="zh")
    [mesh] = by_gid(fig, "regions damage")
    order = ["nash", "cooperation", "compensation", "licensing"]
    expected = sweep.grid().map(order.index).to_numpy(float)
    np.testing.assert_array_equal(np.asarray(mesh.get_array()).reshape(2, 2), expected)
    assert len(by_gid(fig, "assumed")) == 2
    [dots] = by_gid(fig, "losers damage")
    lost = (sweep.grid("losers_cooperation") > 0).to_numpy().sum()
    assert len(dots.get_xdata()) == lost
    assert {"生态补偿", "不合作"} <= set(words(fig))
    single = sc.govern_sweep(PLACES, shares, damages=[1.0], shares=[0.1, 0.2])
    with pytest.raises(sc.DegenerateDataError, match="no two axes"):
        figures.mode_regions(single)


def test_the_square_holds_the_payments() -> None:
    fig = figures.payment_matrix(PAYMENTS, names={"a": "A 市"}, language="zh")
    assert [a.get_text() for a in by_gid(fig, "payment")] == ["3", "1", "5"]
    assert {"A 市", "乙", "支付", "收入"} <= set(words(fig))
    assert any("万元" in said for said in words(fig))
    many = pd.DataFrame(0.0, range(21), range(21))
    with pytest.raises(sc.OptionError, match="21 places"):
        figures.payment_matrix(many)
    with pytest.raises(sc.AlignmentError):
        figures.payment_matrix(PAYMENTS[["a", "乙"]])


def test_arrows_are_net_payments() -> None:
    units = gpd.GeoDataFrame(
        geometry=[box(i * 1e4, 0, (i + 1) * 1e4, 1e4) for i in range(3)], index=INDEX, crs=32648
    )
    net = PAYMENTS.sum(axis=0) - PAYMENTS.sum(axis=1)
    fig = figures.net_transfer_map(units, net, PAYMENTS, title="x")
    drawn = {a.get_gid() for a in fig.findobj() if str(a.get_gid()).startswith("arrow")}
    assert drawn == {"arrow a 乙", "arrow 乙 c"}
    with pytest.raises(sc.AlignmentError):
        figures.net_transfer_map(units, net.iloc[:2], PAYMENTS, title="x")
