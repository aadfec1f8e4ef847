"""Figures of games: what is drawn are the numbers, and the regions are those of the contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.report import figures
from spatialcarbon.report.measures import money_measure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GAIN = pd.DataFrame(
    {"nash": 0.0, "cooperation": [6.4e8, -1.2e8], "compensation": [2.1e8, 2.6e8]},
    index=["a", "乙"],
)


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_marks_are_the_gains() -> None:
    fig = figures.payoff_by_mode(GAIN, names={"a": "A 市"}, language="zh")
    [marks] = by_gid(fig, "gain cooperation")
    np.testing.assert_allclose(marks.get_xdata(), [6.4, -1.2])
    assert not by_gid(fig, "gain nash")
    assert by_gid(fig, "losers")
    assert {"A 市", "乙", "生态补偿", "受损", "相对于不合作的收益（亿元）"} <= set(words(fig))


def test_nobody_loses_nothing_is_shaded() -> None:
    fig = figures.payoff_by_mode(GAIN[["compensation"]])
    assert not by_gid(fig, "losers")
    assert not by_gid(fig, "worse")


def test_money() -> None:
    assert [money_measure([x])[1] for x in (3.0, -2e4, 2e8, 0.0)] == [
        *("CNY", "10^4 CNY", "10^8 CNY", "CNY")
    ]


def test_bad_gains() -> None:
    with pytest.raises(sc.SchemaError, match="no mode to compare"):
        figures.payoff_by_mode(GAIN[["nash"]])
    with pytest.raises(sc.MissingDataError, match="a gain is missing"):
        figures.payoff_by_mode(GAIN.where(GAIN > 0))


def test_the_line_is_the_threshold_and_regions_are_the_choices() -> None:
    fig = figures.licensing_regions()
    [line] = by_gid(fig, "threshold")
    for s in (0.2, 0.7):
        at = float(np.interp(s, line.get_ydata(), line.get_xdata()))
        exact = sc.licensing(1.0, 1.0, s * s, externality=0.0).threshold
        assert at == pytest.approx(exact, abs=1e-5)
        for x, choice in ((at + 0.01, "fee"), (at - 0.01, "royalty"), (-1.001, "none")):
            assert sc.licensing(1.0, 1.0, s * s, externality=x).choice == choice
        assert sc.licensing(1.0, 1.0, s * s, externality=-0.999).choice == "royalty"


def test_licensees_are_marked() -> None:
    contracts = pd.DataFrame(
        {
            "externality": [2.0, -30.0, 1.0],
            "delta": [4.0, 10.0, 0.0],
            "cost": [2.0, 1.0, 1.0],
            "licensed_cost": [0.5, 0.25, 0.5],
        },
        index=["a", "乙", "c"],
    )
    fig = figures.licensing_regions(contracts, names={"a": "Deyang"}, language="zh")
    [mark] = by_gid(fig, "licensee a")
    assert (mark.get_xdata()[0], mark.get_ydata()[0]) == (0.5, 0.5)
    [far] = by_gid(fig, "licensee 乙")
    assert far.axes.get_xlim()[0] < -3.0
    assert not by_gid(fig, "licensee c")
    assert {"固定费", "特许权费", "不授权", "Deyang", "乙"} <= set(words(fig))
    with pytest.raises(sc.SchemaError, match="lacks the column delta"):
        figures.licensing_regions(contracts.drop(columns="delta"))
