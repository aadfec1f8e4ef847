"""A map that would make the report too large to open keeps the last years, and says so."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import box

from spatialcarbon.core.language import text
from spatialcarbon.report.interactive import Detail, InteractiveMap, Scatter, Theme
from spatialcarbon.report.layers import graduated_style
from spatialcarbon.studies.report_map_size import numbers_held, openable

PLACES, YEARS = 10, (2010, 2015, 2020)


@pytest.fixture
def shown() -> InteractiveMap:
    shapes = [box(i, 0, i + 1, 1) for i in range(PLACES)]
    units = gpd.GeoDataFrame(geometry=shapes, index=list("abcdefghij"), crs="EPSG:4547")
    x = pd.Series(np.arange(PLACES, dtype=float), index=units.index)
    style = graduated_style("value", x, k=3)
    themes = [
        Theme(
            title=text("Data"),
            style=style,
            values=dict.fromkeys(YEARS, x),
            details=[Detail(text("Data"), dict.fromkeys(YEARS, x))],
            scatters=dict.fromkeys(YEARS, Scatter(x, x, 0.1)),
        )
        for _ in range(2)
    ]
    return InteractiveMap(units=units, names={}, themes=themes)


def test_a_map_that_fits_stays_as_it_is(shown: InteractiveMap) -> None:
    # 2 themes × (3 years of values, 3 of details, 3 scatter plots of 2 numbers) × 10 places.
    assert numbers_held(shown) == 240
    kept, said = openable(shown, 240)
    assert kept is shown
    assert said == ()


@pytest.mark.parametrize(
    ("most", "held", "years", "scatters", "themes", "words"),
    [
        (239, 160, 3, 1, 2, "scatter plots are those of the last year: for all years of 10 "),
        (159, 80, 1, 1, 2, "shows the last year only: for all years of 10 places"),
        (79, 40, 1, 1, 1, "shows the first variables in their last year only"),
    ],
)
def test_a_larger_one_is_made_lighter(
    shown: InteractiveMap, most: int, held: int, years: int, scatters: int, themes: int, words: str
) -> None:
    kept, said = openable(shown, most)
    assert numbers_held(kept) == held
    assert len(kept.themes) == themes
    for theme in kept.themes:
        assert (len(theme.values), len(theme.scatters)) == (years, scatters)
        assert [len(detail.values) for detail in theme.details] == [years]
        assert max(theme.values) == max(theme.scatters) == 2020
    assert len(said) == 1
    assert words in said[0].render("en")
    assert "10个地区" in said[0].render("zh")
    assert numbers_held(shown) == 240, "the map that was given is not changed"
