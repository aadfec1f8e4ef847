"""Figures of drivers and of decoupling: what is drawn are the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from shapely import box

import spatialcarbon as sc
from spatialcarbon.core.language import name
from spatialcarbon.models.drivers.decoupling_states import DECOUPLING_STATES
from spatialcarbon.report import figures
from spatialcarbon.report.driver_looks import STATE_COLOURS, driver_colours, factor_colours

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = {"affluence": name("affluence", "人均产出"), "intensity": name("intensity", "强度")}


def effects(stages: list[tuple[int, int]] | None = None) -> pd.DataFrame:
    rows = []
    for place, size in (("甲", 1.0), ("b", 10.0)):
        for start, end in stages or [(2006, 2011), (2011, 2016)]:
            rows += [
                (place, start, end, "affluence", 5.0 * size),
                (place, start, end, "intensity", -3.0 * size),
            ]
    return pd.DataFrame(rows, columns=["unit", "start", "end", "factor", "effect"])


def by_gid(fig: Figure, gid: str) -> list[Any]:
    return [artist for artist in fig.findobj() if artist.get_gid() == gid]


def words(fig: Figure) -> list[str]:
    return [a.get_text() for a in fig.findobj(mpl.text.Text) if a.get_text()]


def test_bars_go_right_and_left_and_the_diamond_is_the_change() -> None:
    fig = figures.stage_bars(effects(), unit="Mt CO2", factor_names=NAMES, language="zh")
    up = sorted(b.get_width() for b in by_gid(fig, "bar affluence"))
    down = sorted(b.get_width() for b in by_gid(fig, "bar intensity"))
    assert (up, down) == ([5, 5, 50, 50], [-30, -30, -3, -3])
    assert sorted(float(d.get_xdata()[0]) for d in by_gid(fig, "net")) == [2, 2, 20, 20]
    said = words(fig)
    assert {"人均产出", "强度", "净变化", "甲", "2006–2011"} <= set(said)
    single = words(figures.stage_bars(effects([(2006, 2016)]), names={"b": "Bee"}))
    assert {"Bee", "甲"} <= set(single)
    assert "2006–2016" not in single


def test_the_way_ends_where_the_effects_lead() -> None:
    start = pd.Series({"甲": 10.0, "b": 100.0})
    fig = figures.effect_waterfall(effects(), start, quantity="CO2 emissions", unit="Mt CO2")
    last = sorted(b.get_height() for b in by_gid(fig, "bar 6"))
    assert last == [14.0, 140.0]
    assert {"+50", "−30", "140", "2006", "2011", "2016"} <= set(words(fig))
    with pytest.raises(sc.AlignmentError, match="no level at the start: b"):
        figures.effect_waterfall(effects(), start.drop("b"))
    with pytest.raises(sc.AlignmentError, match="do not follow one another"):
        figures.effect_waterfall(effects([(2006, 2011), (2006, 2016)]), start)
    falling = effects([(2006, 2016)])
    falling["effect"] -= 7  # below zero on the way
    assert figures.effect_waterfall(falling, start, language="zh")


def test_lines_add_up_places_and_end_at_the_change() -> None:
    path = pd.DataFrame(
        {
            "unit": ["a", "b"] * 4,
            "year": [2011] * 4 + [2010] * 4,
            "factor": ["affluence", "affluence", "intensity", "intensity"] * 2,
            "effect": [2.0, 3.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0],
        }
    )
    fig = figures.cumulative_lines(path, unit="Mt CO2", factor_names=NAMES, language="zh")
    [line] = by_gid(fig, "line affluence")
    assert (list(line.get_xdata()), list(line.get_ydata())) == ([2010, 2011], [0, 5])
    [net] = by_gid(fig, "line net")
    assert list(net.get_ydata()) == [0, 3]
    assert "净变化  3" in words(fig)


@pytest.mark.parametrize("draw", [figures.stage_bars, figures.cumulative_lines])
def test_tables_of_effects_are_checked(draw: Any) -> None:
    table = effects().assign(year=2010)
    with pytest.raises(sc.SchemaError, match="lacks the column factor"):
        draw(table.drop(columns="factor"))
    with pytest.raises(sc.SchemaError, match="empty"):
        draw(table.iloc[:0])
    with pytest.raises(sc.MissingDataError, match="missing or infinite"):
        draw(table.assign(effect=np.nan))


def states() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "unit": list("abcdefgh"),
            "driver_growth": [0.2, 0.2, 0.2, 0.2, -0.2, -0.2, -0.2, -0.2],
            "outcome_growth": [-0.1, 0.1, 0.2, 0.3, -0.3, -0.2, -0.1, 0.1],
            "state": list(STATE_COLOURS)[:8],
        }
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_eight_sectors_are_named_and_hold_their_points(language: Any) -> None:
    fig = figures.decoupling_plane(states(), language=language, named=3)
    said = words(fig)
    for state in list(STATE_COLOURS)[:8]:
        assert any(w.startswith(DECOUPLING_STATES[state].render(language)) for w in said), state
        [sector] = by_gid(fig, f"sector {state}")
        [points] = by_gid(fig, f"state {state}")
        outline = [path.contains_points(points.get_offsets()) for path in sector.get_paths()]
        assert np.any(outline), state
        assert mpl.colors.to_hex(points.get_facecolor()[0]) == STATE_COLOURS[state]
    assert not any(w.startswith(DECOUPLING_STATES["undefined"].render(language)) for w in said)
    assert len([w for w in said if w in list("abcdefgh")]) == 3


def test_the_plane_checks_its_table() -> None:
    with pytest.raises(sc.SchemaError, match="lacks the column state"):
        figures.decoupling_plane(states().drop(columns="state"))
    with pytest.raises(sc.SchemaError, match="not in the legend: odd"):
        figures.decoupling_plane(states().assign(state="odd"))
    with pytest.raises(sc.SchemaError, match="empty"):
        figures.decoupling_plane(states().iloc[:0])
    still = states().iloc[:1].assign(driver_growth=0.0, outcome_growth=0.0, state="undefined")
    assert "undefined  (1)" in words(figures.decoupling_plane(still))


def test_a_map_of_kinds() -> None:
    units = gpd.GeoDataFrame(
        geometry=[box(i, 0, i + 1, 1) for i in range(3)], index=list("a乙c"), crs="EPSG:4490"
    )
    kinds = pd.Series({"乙": "weak decoupling", "a": "strong decoupling", "c": None})
    fig = figures.kind_map(units, kinds, STATE_COLOURS, DECOUPLING_STATES, title="x", language="zh")
    assert {"强脱钩  (1)", "弱脱钩  (1)"} <= set(words(fig))
    assert "衰退脱钩  (0)" not in words(fig)
    assert any("(1)" in w and "无数据" in w for w in words(fig))
    with pytest.raises(sc.SchemaError, match="odd"):
        figures.kind_map(units, kinds.fillna("odd"), STATE_COLOURS, {}, title="x")
    with pytest.raises(sc.AlignmentError):
        figures.kind_map(units, kinds.iloc[:2], STATE_COLOURS, {}, title="x")


def test_a_factor_has_the_same_colour_everywhere() -> None:
    assert (
        factor_colours(["intensity", "x"])["intensity"]
        == factor_colours(["intensity"])["intensity"]
    )
    many = factor_colours([f"f{i}" for i in range(20)])
    assert len(many) == 20
    known = factor_colours(["population", "affluence", "structure", "intensity", "own"])
    assert len(set(known.values())) == 5
    assert driver_colours(["population"])["population raises"] == known["population"]
