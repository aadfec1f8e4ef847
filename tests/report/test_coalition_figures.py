"""Shares by rule and phase portraits: marks stand where the numbers are, in either language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.report import figures
from spatialcarbon.report.canvas import to_png_bytes

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BOTH = ["cooperate", "refuse"]


def pairs(group: frozenset[str]) -> int:
    return min(len(group & {"left"}), len(group & {"right", "other"}))


@pytest.fixture(scope="module")
def rules() -> sc.SharingComparison:
    players = ["left", "right", "other"]
    return sc.share_gains(pairs, players, key={"left": 1, "right": 2, "other": 3})


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def legend_words(fig: Figure, gid: str = "legend") -> list[str]:
    (legend,) = by_gid(fig, gid)
    return [letters.get_text() for letters in legend.get_texts()]


def all_words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_marks_stand_at_the_gains(rules: sc.SharingComparison) -> None:
    fig = figures.shares_by_rule(rules)
    for rule in rules.shares:
        marks = by_gid(fig, f"gain {rule}")
        assert [mark.get_xdata()[0] for mark in marks] == pytest.approx(rules.gains[rule].tolist())
        hollow = {mark.get_markerfacecolor() == "white" for mark in marks}
        assert hollow == {not rules.checks.loc[rule, "in_core"]}
    assert legend_words(fig) == ["Shapley value", "Nucleolus", "Equal gains", "Proportional"]
    assert "Filled: no group would leave. Hollow: some group would." in all_words(fig)


def test_shares_in_chinese_with_names_and_unit(rules: sc.SharingComparison) -> None:
    fig = figures.shares_by_rule(rules, unit="CNY", player_names={"left": "左手"}, language="zh")
    words = all_words(fig)
    assert "左手" in words
    assert "沙普利值" in legend_words(fig)
    assert "相对于单独行动的增益（元）" in words
    assert to_png_bytes(fig) == to_png_bytes(
        figures.shares_by_rule(rules, unit="CNY", player_names={"left": "左手"}, language="zh")
    )


def test_without_a_test_of_groups_nothing_is_said_of_them() -> None:
    places = pd.RangeIndex(22)
    game = sc.linear_game(
        pd.DataFrame(0.5, places, places), pd.Series(1.0, places), pd.Series(99.0, places)
    )
    fig = figures.shares_by_rule(sc.share_gains(game))
    assert not any(word.startswith("Filled") for word in all_words(fig))
    assert by_gid(fig, "gain shapley")[0].get_markerfacecolor() != "white"


def play(a: list[list[float]], b: list[list[float]]) -> sc.EvolutionResult:
    return sc.evolutionary_game(pd.DataFrame(a, BOTH, BOTH), pd.DataFrame(b, BOTH, BOTH), starts=2)


COORDINATION = [[3.0, 0], [2, 1]], [[3.0, 2], [-1, 1]]


def test_rest_points_paths_and_the_line_between_basins() -> None:
    found = play(*COORDINATION)
    fig = figures.phase_portrait(found)
    table = found.equilibria
    for kind in ("stable", "unstable", "saddle"):
        drawn = {(p.get_xdata()[0], p.get_ydata()[0]) for p in by_gid(fig, f"rest {kind}")}
        rows = table[table["kind"] == kind]
        assert drawn == set(zip(rows["x"], rows["y"], strict=True))
    assert len(by_gid(fig, "path")) == 4
    (line,) = by_gid(fig, "separatrix")
    x, y = line.get_data()
    assert np.allclose(found.system.separatrix(x), y)
    assert (np.diff(y) <= 1e-12).all()
    saddle = table.iloc[-1]
    assert np.interp(saddle["x"], x, y) == pytest.approx(saddle["y"], abs=1e-6)
    shares = table[table["basin"] > 0].sort_values("y")["basin"]
    low, high = (f"{100 * share:.1f} %" for share in shares)
    assert legend_words(fig, "basins") == [
        f"refuse / refuse: {low}", f"cooperate / cooperate: {high}",
    ]  # fmt: skip


def test_a_portrait_in_chinese_with_names() -> None:
    fig = figures.phase_portrait(
        play(*COORDINATION),
        population_names={"row": "成都"},
        strategy_names={"cooperate": "合作", "refuse": "不合作"},
        language="zh",
    )
    words = all_words(fig)
    assert "成都中选择“合作”的比例" in words
    assert "列群体中选择“合作”的比例" in words
    assert any("不合作/不合作" in word for word in words)


@pytest.mark.parametrize(
    ("payoffs", "said"),
    [
        (([[2.0, 0], [0, 1]], [[0.0, 1], [1, 0]]), "Nothing attracts"),
        (([[1.0, 0], [1, 2]], [[3.0, 2], [0, 1]]), "Basins are not decided"),
        (([[2.0, 2], [0, 1]], [[1.0, 0], [3, 0]]), "Starts that end at"),
    ],
)
def test_what_is_said_of_basins(payoffs: Any, said: str) -> None:
    fig = figures.phase_portrait(play(*payoffs))
    assert said in all_words(fig)
    assert not by_gid(fig, "separatrix")


def test_basins_of_opposite_strategies_are_named_by_both() -> None:
    found = play([[0.0, 3], [1, 1]], [[0.0, 2], [1, 0]])
    table = found.equilibria.set_index(["row", "column"])["basin"]
    assert legend_words(figures.phase_portrait(found), "basins") == [
        f"cooperate / refuse: {100 * table['cooperate', 'refuse']:.1f} %",
        f"refuse / cooperate: {100 * table['refuse', 'cooperate']:.1f} %",
    ]
