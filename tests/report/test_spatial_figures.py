"""Figures of the further spatial statistics: what they show and say, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import spatialcarbon as sc
from spatialcarbon.core.errors import AlignmentError, SchemaError
from spatialcarbon.report.canvas import to_png_bytes
from spatialcarbon.report.figures import association_over_time, moran_scatter, rate_scatter
from spatialcarbon.report.hotspot_map import HOTSPOT_COLOURS, hotspot_map, hotspot_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LANGUAGES = ("en", "zh")


def words(figure: Figure) -> str:
    found = [letters.get_text() for letters in figure.findobj(lambda a: hasattr(a, "get_text"))]
    return " | ".join(found)


@pytest.fixture
def yearly() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year": [2003, 2001, 2002],
            "statistic": [0.4, 0.1, 0.2],
            "expected": 0.0,
            "variance_randomization": 0.01,
            "pvalue_permutation": [0.01, 0.4, 0.2],
            "pvalue_randomization": [0.02, 0.5, 0.3],
            "contemporaneous": [0.5, 0.3, 0.3],
        }
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_over_time(yearly: pd.DataFrame, language: Any) -> None:
    figure = association_over_time(
        yearly, quantity="Lagged Moran's I", beside="contemporaneous", language=language,
        beside_name="Moran's I of the year itself", title="Time",
    )  # fmt: skip
    lines = {line.get_gid(): line for line in figure.axes[0].lines if line.get_gid()}
    assert lines["statistic"].get_xdata().tolist() == [2001, 2002, 2003]
    assert lines["statistic"].get_ydata().tolist() == [0.1, 0.2, 0.4]
    assert lines["p < 0.05"].get_xdata().tolist() == [2003]
    assert lines["p >= 0.05"].get_xdata().tolist() == [2001, 2002]
    assert lines["beside"].get_ydata().tolist() == [0.3, 0.3, 0.5]
    expected = "Moran's I of the year itself" if language == "en" else "当年的莫兰指数"
    assert expected in words(figure).replace("\n", " ")
    assert to_png_bytes(figure)


def test_over_time_without_permutations_says_so(yearly: pd.DataFrame) -> None:
    figure = association_over_time(yearly.assign(pvalue_permutation=np.nan))
    assert "p-values from the z-score" in words(figure)
    [sure] = [line for line in figure.axes[0].lines if line.get_gid() == "p < 0.05"]
    assert sure.get_xdata().tolist() == [2003]
    one = association_over_time(yearly.iloc[:1])
    assert one.axes[0].patches, "one year still has its band"
    with pytest.raises(SchemaError, match="no year has a statistic"):
        association_over_time(yearly.assign(statistic=np.nan))
    with pytest.raises(SchemaError, match="statistics by year"):
        association_over_time(yearly.drop(columns="expected"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_hotspot_map(contrarian: Any, language: Any) -> None:
    units, values = contrarian.units, contrarian.table["co2"].copy()
    values[contrarian.island] = 5.0
    found = sc.local_g(
        values, contrarian.weights, permutations=999, rng=1, correction="none", alpha=0.3
    )
    assert found.counts["Hot spot"] > 0
    for star in (True, False):
        figure = hotspot_map(units, found.to_frame(), title="Spots", star=star, language=language)
        legend = {"en": "Local G* (number of units)", "zh": "局部G*（单元数）"}[language]
        assert (legend in words(figure)) == star
    drawn = {
        to_hex(colour)
        for collection in figure.axes[0].collections
        for colour in collection.get_facecolor()
    }
    assert {HOTSPOT_COLOURS[label] for label in found.label} <= drawn
    strange = found.to_frame().replace("Hot spot", "Warm spot")
    with pytest.raises(SchemaError, match="Warm spot"):
        hotspot_map(units, strange, title="x")
    assert [item.value for item in hotspot_style("label").categories] == list(HOTSPOT_COLOURS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_bivariate_scatter(contrarian: Any, language: Any) -> None:
    table = contrarian.table
    x = (table["co2"] - table["co2"].mean()) / table["co2"].std(ddof=0)
    figure = moran_scatter(
        x, x * 0.2, 0.123, quantity="CO2", neighbors="GDP", language=language, named=0
    )
    said = words(figure)
    if language == "en":
        assert "bivariate\nMoran's I = 0.123" in said
        assert "GDP: mean of the neighbours" in said
    else:
        assert "双变量" in said
    assert "bivariate" not in words(moran_scatter(x, x * 0.2, 0.1, quantity="CO2", named=0))


@pytest.mark.parametrize("language", LANGUAGES)
def test_rates_beside_each_other(contrarian: Any, language: Any) -> None:
    table = contrarian.table
    frame = pd.DataFrame({"value": table["co2"] - 5, "lag": table["gdp"] - 5})
    people = table["gdp"]
    tests = {"raw": (0.3, 0.01), "standardised": (0.1, None)}
    figure = rate_scatter(frame, frame * 0.5, people, tests, title="R", language=language)
    left, right = (ax.collections[0].get_sizes() for ax in figure.axes[:2])
    assert np.ptp(left) > 10
    assert (left == right).all()
    said = words(figure)
    assert "I = 0.3, p = 0.01" in said
    assert "I = 0.1" in said
    with pytest.raises(AlignmentError, match="population"):
        rate_scatter(frame, frame, people.drop("é"), tests)
