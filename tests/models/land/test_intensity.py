"""Intensity analysis: the equations of the paper, written out cell by cell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

CLASSES = ["cropland", "forest", "water", "built"]
FIRST = np.array([[800, 20, 5, 75], [30, 600, 2, 18], [4, 1, 95, 0], [2, 0, 0, 148]], dtype=float)
SECOND = np.array([[820, 10, 0, 6], [1, 610, 0, 10], [0, 0, 102, 0], [0, 0, 0, 241]], dtype=float)
SPANS = {(2000, 2005): FIRST, (2005, 2020): SECOND}


def steps() -> list[sc.TransitionResult]:
    return [
        sc.TransitionResult.from_matrix(pd.DataFrame(table, CLASSES, CLASSES), years=pair)
        for pair, table in SPANS.items()
    ]


@pytest.fixture(scope="module")
def found() -> sc.IntensityResult:
    return sc.intensity_analysis(steps())


def off(table: Any) -> float:
    """The sum of all that is not on the diagonal, cell by cell."""
    size = range(len(table))
    return sum(table[i][j] for i in size for j in size if i != j)


def test_intervals(found: sc.IntensityResult) -> None:
    total = FIRST.sum()
    even = 100 * ((off(FIRST) + off(SECOND)) / total) / 20
    expected = [100 * off(FIRST) / total / 5, 100 * off(SECOND) / SECOND.sum() / 15]
    assert found.interval["intensity"].tolist() == pytest.approx(expected)
    assert found.interval["uniform"].tolist() == pytest.approx([even, even])
    assert found.interval["state"].tolist() == ["fast", "slow"]
    assert found.interval["changed"].tolist() == [157, 27]
    assert not found.notes


@pytest.mark.parametrize(("pair", "years"), [((2000, 2005), 5), ((2005, 2020), 15)])
def test_categories(found: sc.IntensityResult, pair: tuple[int, int], years: int) -> None:
    table = SPANS[pair]
    even = 100 * off(table) / table.sum() / years
    rows = found.category[found.category["start"] == pair[0]].set_index(["kind", "class"])
    for j, name in enumerate(CLASSES):
        gain = sum(table[i, j] for i in range(4) if i != j)
        loss = sum(table[j, i] for i in range(4) if i != j)
        intensity = {
            "gain": 100 * gain / years / sum(table[i, j] for i in range(4)),
            "loss": 100 * loss / years / sum(table[j, i] for i in range(4)),
        }
        for kind, value in intensity.items():
            row = rows.loc[(kind, name)]
            assert row["intensity"] == pytest.approx(value)
            assert row["uniform"] == pytest.approx(even)
            assert row["state"] == ("active" if value > even else "dormant")
        assert rows.loc[("gain", name), "km2"] == pytest.approx(gain / years)


@pytest.mark.parametrize(("pair", "years"), [((2000, 2005), 5), ((2005, 2020), 15)])
def test_transitions(found: sc.IntensityResult, pair: tuple[int, int], years: int) -> None:
    table = SPANS[pair]
    rows = found.transition[found.transition["start"] == pair[0]]
    rows = rows.set_index(["kind", "class", "other"])
    size = range(4)
    for n in size:
        others = [i for i in size if i != n]
        w = (
            sum(table[i, n] for i in others)
            / years
            / sum(table[i, j] for i in others for j in size)
        )
        v = (
            sum(table[n, j] for j in others)
            / years
            / sum(table[i, j] for j in others for i in size)
        )
        for i in others:
            r = table[i, n] / years / sum(table[i, j] for j in size)
            q = table[n, i] / years / sum(table[j, i] for j in size)
            for kind, value, even in (("gain", r, w), ("loss", q, v)):
                row = rows.loc[(kind, CLASSES[n], CLASSES[i])]
                assert row["intensity"] == pytest.approx(100 * value)
                assert row["uniform"] == pytest.approx(100 * even)
                states = {1: "targeted", -1: "avoided", 0: "uniform"}
                assert row["state"] == states[int(np.sign(value - even))]


def test_what_lasts_is_listed(found: sc.IntensityResult) -> None:
    kept = found.stationary().query("level == 'category'").set_index(["class", "kind"])["state"]
    assert kept["built", "gain"] == "active"
    assert ("cropland", "gain") in kept.index
    pairs = found.stationary().query("level == 'transition' and kind == 'gain'")
    pairs = pairs[pairs["class"] == "built"].set_index("other")["state"]
    assert pairs["water"] == "avoided"
    assert "cropland" not in pairs.index  # targeted first, avoided later


def test_a_series_a_list_and_one_result_are_taken() -> None:
    alone = sc.intensity_analysis(steps()[0])
    assert alone.interval["state"].tolist() == ["uniform"]
    first = pd.DataFrame({"forest": [60.0], "built": [40.0]}, index=["a"])
    series = sc.transition_series([first, first], years=[2000, 2005])
    with pytest.raises(sc.SchemaError, match="areas alone do not say it"):
        sc.intensity_analysis(series)


def test_one_zone_is_analysed_by_itself() -> None:
    rows = [("西", "forest", "built", 2.0), ("西", "forest", "forest", 8.0)]
    rows += [("a", "forest", "forest", 90.0), ("a", "built", "built", 1.0)]
    table = pd.DataFrame(rows, columns=["zone", "from", "to", "km2"])
    result = sc.TransitionResult.from_table(table, years=(2000, 2010))
    found = sc.intensity_analysis(result, zone="西")
    assert found.zone == "西"
    assert found.interval["intensity"].tolist() == [2.0]
    assert sc.intensity_analysis(result).interval["intensity"].item() == pytest.approx(20 / 101)
    with pytest.raises(sc.DegenerateDataError, match="no land changed"):
        sc.intensity_analysis(result, zone="a")
    with pytest.raises(sc.SchemaError, match="no zone 'b'"):
        sc.intensity_analysis(result, zone="b")


def test_a_class_without_area_has_no_intensity() -> None:
    table = pd.DataFrame([[8, 2], [0, 0]], ["forest", "built"], ["forest", "built"])
    found = sc.intensity_analysis(sc.TransitionResult.from_matrix(table, years=(2000, 2010)))
    rows = found.category.set_index(["kind", "class"])
    assert rows.loc[("loss", "built"), "state"] == "no area"
    assert np.isnan(rows.loc[("loss", "built"), "intensity"])
    assert rows.loc[("gain", "built"), "intensity"] == 10
    assert "built" in found.stationary()["class"].tolist()


def test_differing_areas_are_said() -> None:
    first, second = steps()
    smaller = sc.TransitionResult.from_matrix(second.matrix / 2, years=second.years)
    found = sc.intensity_analysis([first, smaller])
    assert "from 900.0 to 1,800.0 km2" in found.notes[0]
    even = 100 * (157 + 13.5) / (1800 * 5 + 900 * 15)
    assert found.interval["uniform"].tolist() == pytest.approx([even, even])


def test_classes_that_appear_later_are_joined() -> None:
    table = pd.DataFrame([[9.0, 1.0], [0.0, 1790.0]], ["ice", "forest"], ["ice", "forest"])
    later = sc.TransitionResult.from_matrix(table, years=(2020, 2025))
    found = sc.intensity_analysis([*steps(), later])
    assert found.classes == ("cropland", "forest", "water", "built", "ice")
    assert len(found.category) == 3 * 2 * 5


def test_bad_input_is_refused() -> None:
    first, second = steps()
    with pytest.raises(sc.OptionError, match="one ends in 2020, the next starts in 2000"):
        sc.intensity_analysis([second, first])
    late = sc.TransitionResult.from_matrix(second.matrix, years=(2010, 2020))
    with pytest.raises(sc.OptionError, match="one ends in 2005, the next starts in 2010"):
        sc.intensity_analysis([first, late])
    with pytest.raises(sc.OptionError, match="no interval"):
        sc.intensity_analysis([])
    with pytest.raises(sc.SchemaError, match="need the years"):
        sc.intensity_analysis(sc.TransitionResult.from_matrix(first.matrix))
