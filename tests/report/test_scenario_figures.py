"""The figure of scenarios: paths, past, peaks and plateaus."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.report.figures import scenario_paths

YEARS = range(2020, 2026)
PATHS = pd.DataFrame(
    {
        "peaks": [10.0, 12, 14, 13, 12, 11],
        "flat top": [10.0, 12, 12, 12, 11, 10],
        "rises": [10.0, 11, 12, 13, 14, 15],
        "falls": [10.0, 9, 8, 7, 6, 5],
    },
    index=YEARS,
)
HISTORY = pd.Series([4.0, 6.0, 9.0, 10.0], index=range(2017, 2021))


def draw(paths: pd.DataFrame = PATHS, **options: Any) -> Any:
    peaks = {name: sc.peak(paths[name]) for name in paths}
    return scenario_paths(
        paths, peaks, title="T", quantity="CO2 emissions", unit="Mt CO2", **options
    )


def by_gid(fig: Any, gid: str) -> list[Any]:
    return [artist for ax in fig.axes for artist in ax.lines if artist.get_gid() == gid]


def words(fig: Any) -> str:
    found = [t.get_text() for ax in fig.axes for t in ax.texts]
    return " | ".join([*found, *(t.get_text() for leg in fig.legends for t in leg.texts)])


def test_peaks_are_where_they_are_found() -> None:
    fig = draw()
    assert len(fig.axes) == 1
    for name, year in (("peaks", 2022), ("flat top", 2021), ("rises", 2025), ("falls", 2020)):
        (mark,) = by_gid(fig, f"peak {name}")
        assert mark.get_xydata().tolist() == [[year, PATHS.loc[year, name]]]
        assert mark.get_marker() == ("o" if name in ("peaks", "flat top") else "^")
    (top,) = by_gid(fig, "plateau flat top")
    assert top.get_xdata().tolist() == [2021, 2022, 2023]
    said = words(fig)
    assert "2022: 14" in said
    assert "2021–2023: 12" in said
    assert "rises  15" in said
    assert "no peak seen" in said
    assert "2025:" not in said


def test_the_past_stands_beside_on_an_axis_from_zero() -> None:
    overview, zoom = sorted(
        draw(history=HISTORY).axes, key=lambda ax: ax.get_ylim()[0], reverse=True
    )[::-1]
    assert overview.get_ylim()[0] == 0
    (past,) = [line for line in overview.lines if line.get_gid() == "history"]
    assert past.get_ydata().tolist() == HISTORY.tolist()
    assert zoom.get_ylim()[0] > 0
    assert len(draw(history=HISTORY.iloc[:2]).axes) == 1


def test_no_word_stands_on_another() -> None:
    for language in ("en", "zh"):
        fig = draw(history=HISTORY, language=language)
        renderer = fig.canvas.get_renderer()
        ax = max(fig.axes, key=lambda a: a.get_position().x0)
        boxes = [t.get_window_extent(renderer) for t in ax.texts if t.get_text()]
        page = fig.bbox
        for at, box in enumerate(boxes):
            assert box.x0 >= 0
            assert box.x1 <= page.x1
            for other in boxes[at + 1 :]:
                assert not (box.x0 < other.x1 - 1 and other.x0 < box.x1 - 1
                            and box.y0 < other.y1 - 1 and other.y0 < box.y1 - 1)  # fmt: skip


def test_odd_data_are_drawn() -> None:
    level = pd.DataFrame({"一": [5.0, 5.0]}, index=[2020, 2021])
    fig = draw(level, names={"一": "平"})
    assert "平" in words(fig)
    assert np.isfinite(fig.axes[0].get_ylim()).all()


def test_too_many_are_refused() -> None:
    many = pd.DataFrame({f"s{i}": [1.0, 2.0] for i in range(9)}, index=[2020, 2021])
    with pytest.raises(SchemaError, match="9 scenarios"):
        draw(many)
    with pytest.raises(SchemaError, match="0 scenarios"):
        draw(many.iloc[:, :0])
