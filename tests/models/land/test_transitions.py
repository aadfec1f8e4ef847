"""Land transitions: the worked example, tables of areas, groups, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.land.area_tables import class_order, square_rows

CLASSES = ["cropland", "forest", "water", "built"]
MATRIX = pd.DataFrame(
    [[800, 20, 5, 75], [30, 600, 2, 18], [4, 1, 95, 0], [2, 0, 0, 148]], CLASSES, CLASSES
)
YEARS = (2005, 2020)
ZONED = pd.DataFrame(
    [
        ("成都", "forest", "forest", 6.0),
        ("成都", "forest", "built", 2.0),
        ("10", "built", "forest", 1.0),
        ("10", "built", "built", 4.0),
        ("Zürich", "cropland", "cropland", 3.0),
    ],
    columns=["zone", "from", "to", "km2"],
)


@pytest.fixture
def worked() -> sc.TransitionResult:
    return sc.TransitionResult.from_matrix(MATRIX, years=YEARS)


def test_the_worked_example(worked: sc.TransitionResult) -> None:
    assert list(worked.classes) == CLASSES
    assert worked.areas["area_start"].tolist() == [900, 650, 100, 150]
    assert worked.areas["area_end"].tolist() == [836, 621, 102, 241]
    assert worked.loss.tolist() == [100, 50, 5, 2]
    assert worked.gain.tolist() == [36, 21, 7, 93]
    assert worked.net.tolist() == [-64, -29, 2, 91]
    assert worked.swap.tolist() == [72, 42, 10, 4]
    assert worked.persistence.tolist() == [800, 600, 95, 148]
    assert worked.total_change.tolist() == [136, 71, 12, 95]
    assert worked.dynamic_degree.round(6).tolist() == [-0.474074, -0.297436, 0.133333, 4.044444]
    assert worked.comprehensive_degree == pytest.approx(0.581481, abs=5e-7)
    assert worked.comprehensive_degree_net == pytest.approx(0.344444, abs=5e-7)
    assert worked.sources("built").round(5).to_dict() == {
        "cropland": 0.80645, "forest": 0.19355, "water": 0.0,
    }  # fmt: skip
    assert worked.shares["share_start"].tolist() == pytest.approx([0.5, 65 / 180, 1 / 18, 1 / 12])
    assert worked.destinations("cropland").to_dict() == {
        "forest": 0.2,
        "water": 0.05,
        "built": 0.75,
    }
    pd.testing.assert_frame_equal(worked.matrix, MATRIX.astype(float), check_names=False)
    assert worked.status == "ok"
    assert set(worked.table["status"]) == {"ok"}
    assert worked.to_frame().attrs["units"]["gain"] == "km2"
    assert worked.references == ("pontius2004", "wang1999")


def test_swapped_years_transpose(worked: sc.TransitionResult) -> None:
    back = sc.TransitionResult.from_matrix(MATRIX.T, years=YEARS)
    pd.testing.assert_series_equal(back.gain, worked.loss, check_names=False)
    assert (back.net == -worked.net).all()


def test_zones_add_up_and_come_in_any_order() -> None:
    found = sc.TransitionResult.from_table(ZONED, years=YEARS)
    other = sc.TransitionResult.from_table(ZONED.sample(frac=1, random_state=3), years=YEARS)
    pd.testing.assert_frame_equal(found.table, other.table)
    assert found.settings == other.settings
    assert found.zones.tolist() == ["10", "Zürich", "成都"]
    whole = sum(found.matrix_of(zone) for zone in found.zones)
    pd.testing.assert_frame_equal(found.matrix, whole)
    pd.testing.assert_frame_equal(found.matrix_of("ALL"), found.matrix)
    assert found.per_zone("gain").loc["成都", "built"] == 2
    assert found.per_zone("gain").sum().tolist() == found.gain.tolist()
    assert found.sources("built", zone="成都")["forest"] == 1
    assert found.sources("cropland").isna().all()
    row = found.table.set_index(["zone", "class"]).loc[("成都", "built")]
    assert row["status"] == "new class"
    assert np.isnan(row["dynamic_degree"])
    assert found.table.set_index(["zone", "class"]).loc[("Zürich", "built"), "status"] == "absent"
    assert found.table["zone"].iloc[-1] == "ALL"


def test_units_may_be_called_units_and_numbers() -> None:
    table = ZONED.assign(unit=[510100, 510100, 120000, 120000, 3]).drop(columns="zone")
    found = sc.TransitionResult.from_table(table)
    assert found.zones.tolist() == [3, 120000, 510100]
    assert found.matrix_of(510100).loc["forest", "built"] == 2
    assert set(found.table["status"]) == {"no years", "new class", "absent"}
    assert np.isnan(found.comprehensive_degree)
    assert set(found.comprehensive["status"]) == {"no years"}


def test_groups_are_sums_of_zones() -> None:
    found = sc.TransitionResult.from_table(ZONED, years=YEARS)
    parts = found.grouped({"west": ["成都"], "rest": ["10", "Zürich"]})
    pd.testing.assert_frame_equal(parts.matrix, found.matrix)
    pd.testing.assert_frame_equal(
        parts.matrix_of("rest"), found.matrix_of("10") + found.matrix_of("Zürich")
    )
    assert parts.settings["groups"] == {"west": 1, "rest": 2}
    labels = pd.Series({"Zürich": "rest", "成都": "west", "10": "rest"})
    pd.testing.assert_frame_equal(found.grouped(labels).matrix_of("rest"), parts.matrix_of("rest"))
    with pytest.raises(sc.SchemaError, match="in no group: Zürich"):
        found.grouped({"west": ["成都", "10"]})


def tables(unit: str = "a") -> tuple[pd.DataFrame, pd.DataFrame]:
    first = pd.DataFrame({"forest": [60.0, 8.0], "built": [40.0, 2.0]}, index=[unit, "b"])
    return first, pd.DataFrame({"built": [3.0, 46.0], "forest": [7.0, 54.0]}, index=["b", unit])


def test_tables_of_areas_give_net_changes_only() -> None:
    before = tables()[0].copy()
    first, second = tables()
    found = sc.transition_matrix(first, second, years=(2000, 2010))
    pd.testing.assert_frame_equal(first, before)
    assert found.status == "areas only"
    assert found.matrix.isna().all(axis=None)
    assert found.by_zone.empty
    assert found.net.to_dict() == {"forest": -7.0, "built": 7.0}
    assert found.per_zone("net").loc["b"].tolist() == [-1.0, 1.0]
    assert found.dynamic_degree["built"] == pytest.approx(100 * 7 / 42 / 10)
    for series in (found.gain, found.loss, found.swap, found.persistence, found.total_change):
        assert series.isna().all()
    assert np.isnan(found.comprehensive_degree)
    assert found.comprehensive_degree_net == pytest.approx(100 * 7 / 110 / 10)
    assert set(found.comprehensive["status"]) == {"areas only"}
    assert found.sources("built").isna().all()
    grouped = found.grouped({"both": ["a", "b"]})
    assert grouped.net.to_dict() == found.net.to_dict()
    assert grouped.status == "areas only"


def test_areas_agree_with_the_matrix(worked: sc.TransitionResult) -> None:
    rows = [worked.areas[[column]].T.set_axis(["x"]) for column in ("area_start", "area_end")]
    found = sc.transition_matrix(*rows, years=YEARS)
    pd.testing.assert_series_equal(found.net, worked.net)
    pd.testing.assert_series_equal(found.dynamic_degree, worked.dynamic_degree)
    assert found.comprehensive_degree_net == pytest.approx(worked.comprehensive_degree_net)


def test_areas_in_hectares_are_converted() -> None:
    first, second = (table * 100 for table in tables())
    for table in (first, second):
        table.attrs["units"] = "ha"
    assert sc.transition_matrix(first, second).net["built"] == pytest.approx(7.0)


def test_classes_that_do_not_fill_the_area_are_said() -> None:
    built = sc.load_table("study002_built_area")
    wide = built.pivot(index="cluster", columns="year", values="built_area_km2")
    images = [wide[[year]].set_axis(["built"], axis=1) for year in wide]
    found = sc.transition_series(images, years=list(wide.columns))
    assert found.whole.areas.loc["built"].round(1).tolist() == [75963.7, 109464.7]
    assert found.whole.dynamic_degree["built"] == pytest.approx(100 * (109464.7 / 75963.7 - 1) / 15)
    assert found.whole.comprehensive["comprehensive_degree_net"].isna().all()
    assert set(found.whole.comprehensive["status"]) == {"unequal totals"}
    assert any("do not add up" in note for note in found.notes)
    assert any("不相等" in note for note in found.notes_in("zh"))
    assert [step.years for step in found.steps] == [(2005, 2010), (2010, 2015), (2015, 2020)]
    net = sum(step.per_zone("net") for step in found.steps)
    pd.testing.assert_frame_equal(net, found.whole.per_zone("net"))
    assert found.areas.columns.tolist() == ["zone", "year", "class", "km2", "share"]
    last = found.areas[(found.areas["zone"] == "ALL") & (found.areas["year"] == 2020)]
    assert last["km2"].item() == pytest.approx(109464.7)
    assert {"start", "end", "zone"} <= set(found.to_frame())


@pytest.mark.parametrize(
    ("years", "words"),
    [
        ((2020, 2005), "do not run forwards: 2020 → 2005"),
        ((2005, 2005), "do not run forwards"),
        ((2005,), "are not two years"),
        (("2005", "2020"), "are not two years"),
    ],
)
def test_years_must_run_forwards(years: Any, words: str) -> None:
    with pytest.raises(sc.OptionError, match=words):
        sc.transition_matrix(*tables(), years=years)


def test_other_units_and_classes_are_named() -> None:
    first, second = tables()
    with pytest.raises(sc.AlignmentError, match=r"other units: (b, c|c, b) in one"):
        sc.transition_matrix(first, second.rename(index={"b": "c"}))
    with pytest.raises(sc.AlignmentError, match="other classes: built in one"):
        sc.transition_matrix(first, second.drop(columns="built"))


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"forest": -1.0}, sc.SchemaError, "negative areas"),
        ({"forest": np.nan}, sc.MissingDataError, "empty cells"),
        ({"forest": np.inf}, sc.MissingDataError, "infinite"),
        ({"forest": "x"}, sc.SchemaError, "not numeric"),
    ],
)
def test_bad_areas_are_refused(change: Any, error: type[Exception], words: str) -> None:
    first, second = tables()
    with pytest.raises(error, match=words):
        sc.transition_matrix(first.assign(**change), second)


def test_a_table_beside_a_raster_is_refused() -> None:
    first, second = tables()
    with pytest.raises(sc.SchemaError, match="some inputs are tables"):
        sc.transition_matrix(first, "2020.tif")
    with pytest.raises(sc.SchemaError, match="some inputs are tables"):
        sc.transition_series([first, second, "x.tif"], years=[2000, 2005, 2010])
    with pytest.raises(sc.OptionError, match="scheme is for rasters"):
        sc.transition_matrix(first, second, scheme="CLCD")


def test_a_series_needs_a_year_for_each_image() -> None:
    first, second = tables()
    with pytest.raises(sc.OptionError, match="3 years for 2 images"):
        sc.transition_series([first, second], years=[2000, 2005, 2010])
    with pytest.raises(sc.OptionError, match="at least two years"):
        sc.transition_series([first], years=[2000])
    with pytest.raises(sc.OptionError, match="do not run forwards"):
        sc.transition_series([first, second, first], years=[2000, 2010, 2005])


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda t: t.drop(columns="km2"), sc.SchemaError, "lacks the column km2"),
        (lambda t: t.assign(km2=-t["km2"]), sc.SchemaError, "below zero: 成都 forest → forest"),
        (lambda t: t.assign(km2=np.nan), sc.MissingDataError, "no finite area for"),
        (lambda t: t.assign(to=None), sc.MissingDataError, "5 rows without a zone or a class"),
        (lambda t: pd.concat([t, t.head(1)]), sc.AlignmentError, "stand twice: 成都 forest"),
        (lambda t: t.head(0), sc.SchemaError, "has no rows"),
        (lambda t: t.replace({"zone": {"10": "ALL"}}), sc.SchemaError, "cannot be called ALL"),
    ],
)  # fmt: skip
def test_bad_transition_tables_are_refused(change: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        sc.TransitionResult.from_table(change(ZONED))


def test_bad_matrices_are_refused() -> None:
    with pytest.raises(sc.SchemaError, match="other rows than columns: water"):
        sc.TransitionResult.from_matrix(MATRIX.drop(index="water"))
    with pytest.raises(sc.SchemaError, match="below zero"):
        sc.TransitionResult.from_matrix(-MATRIX)
    assert square_rows(MATRIX).iloc[3].tolist() == ["cropland", "built", 75]


def test_what_is_asked_for_must_be_there(worked: sc.TransitionResult) -> None:
    with pytest.raises(sc.OptionError, match="no class 'ice'"):
        worked.sources("ice")
    with pytest.raises(sc.SchemaError, match="no zone 'x'"):
        worked.matrix_of("x")
    with pytest.raises(sc.OptionError, match="'gain'"):
        worked.per_zone("gains")  # type: ignore[arg-type]


def test_own_classes_follow_those_of_the_legend() -> None:
    assert class_order(["稻田", "ice", "paddy", "forest"]) == ("forest", "ice", "paddy", "稻田")
    matrix = pd.DataFrame([[3, 1], [0, 2]], ["paddy", "forest"], ["paddy", "forest"])
    assert sc.TransitionResult.from_matrix(matrix).loss.to_dict() == {"forest": 0, "paddy": 1}


def test_summary_shows_the_table(worked: sc.TransitionResult) -> None:
    assert "4.044444" in worked.summary()
