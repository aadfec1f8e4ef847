"""Densities of several series on one grid."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

PATHS = pd.DataFrame(
    {2010: [1.0, 2.0, 3.0, 4.0, 10.0], 2017: [2.0, 4.0, 6.0, 8.0, 20.0]},
    index=["u10", "成都", "9", "Zürich", "é"],
)
GROUPS = pd.Series(["west", "west", "west", "", "east"], PATHS.index)


def test_every_series_is_the_density_of_its_own_on_the_common_grid() -> None:
    found = sc.density_panel(PATHS)
    for year in PATHS:
        alone = sc.kernel_density(PATHS[year], grid=found.curves["ALL", year].grid)
        rows = found.table[found.table["series"] == year]
        np.testing.assert_array_equal(rows["density"], alone.density)
        row = found.overview.set_index("series").loc[year]
        assert row["bandwidth"] == alone.bandwidth
        assert row["width"] == alone.width
        assert row["modes"] == len(alone.modes)
        assert row["status"] == "ok"
    h = found.overview["bandwidth"].tolist()
    assert found.table["grid"].min() == pytest.approx(min(1 - 3 * h[0], 2 - 3 * h[1]))
    assert found.table["grid"].max() == pytest.approx(20 + 3 * h[1])
    assert found.table.columns.tolist() == ["group", "series", "grid", "density"]
    assert len(found.to_frame()) == 2 * 512
    assert found.modes.groupby("series").size().to_dict() == {2010: 2, 2017: 2}


def test_groups_stand_beside_the_whole() -> None:
    found = sc.density_panel(PATHS, groups=GROUPS, bandwidth=1.0)
    table = found.overview.set_index(["group", "series"])
    assert list(dict.fromkeys(found.overview["group"])) == ["ALL", "west", "east"]
    assert table.loc[("west", 2010), "n"] == 3
    assert table.loc[("east", 2010), "status"] == "n<2"
    assert pd.isna(table.loc[("east", 2010), "modes"])
    assert ("east", 2010) not in found.curves
    assert "no density (fewer than 2 values): east 2010, east 2017" in found.notes
    assert "没有密度（不足2个数值）：east 2010, east 2017" in found.notes_in("zh")
    west = sc.kernel_density(PATHS.loc[["u10", "成都", "9"], 2010], bandwidth=1.0)
    assert table.loc[("west", 2010), "mode"] == west.mode
    assert sc.density_panel(PATHS, groups=GROUPS, overall=False).overview["group"].nunique() == 2


def test_one_bad_series_does_not_stop_the_others() -> None:
    table = PATHS.assign(flat=7.0)
    found = sc.density_panel(table)
    assert found.overview["status"].tolist() == ["ok", "ok", "constant"]
    assert "flat" in " ".join(found.notes)
    with pytest.raises(sc.DegenerateDataError, match="all 5 values are the same"):
        sc.density_panel(table[["flat"]])


def test_the_table_of_kinds_does_not_depend_on_failures() -> None:
    fine = sc.density_panel(PATHS).overview.dtypes
    flawed = sc.density_panel(PATHS.assign(flat=7.0)).overview.dtypes
    assert fine.drop("series").equals(flawed.drop("series"))


def test_missing_values_are_refused_or_dropped_series_by_series() -> None:
    holed = PATHS.mask(PATHS == 20)
    with pytest.raises(sc.MissingDataError, match="2017 is missing for 1 of 5 units"):
        sc.density_panel(holed)
    found = sc.density_panel(holed, missing="drop")
    assert found.overview["n"].tolist() == [5, 4]
    assert any("(1): é" in note for note in found.notes)


def test_weights_for_all_series_or_for_each() -> None:
    one = pd.Series([1.0, 2.0, 1.0, 1.0, 5.0], PATHS.index)
    both = pd.DataFrame({2010: one, 2017: one[::-1]})
    a = sc.density_panel(PATHS, weights=one.iloc[::-1], bandwidth=1.0)
    b = sc.density_panel(PATHS, weights=both, bandwidth=1.0)
    np.testing.assert_array_equal(a.table["density"], b.table["density"])
    alone = sc.kernel_density(PATHS[2010], weights=one, bandwidth=1.0)
    assert a.curves["ALL", 2010].mode == alone.mode
    nil = sc.density_panel(PATHS, weights=both.assign(**{"2017": 0}).rename(
        columns={2017: 0, "2017": 2017}), bandwidth=1.0)  # fmt: skip
    assert nil.overview["status"].tolist() == ["ok", "no weight"]
    with pytest.raises(sc.OptionError, match="takes no weights"):
        sc.density_panel(PATHS, weights=one, bandwidth="isj")


def test_one_warning_for_all_series_that_the_rule_cannot_serve() -> None:
    with pytest.warns(sc.ConvergenceWarning, match="ALL 2010, ALL 2017") as said:
        found = sc.density_panel(PATHS, bandwidth="isj")
    assert len(said) == 1
    assert said[0].filename == __file__
    assert found.overview["rule"].tolist() == ["silverman", "silverman"]
    assert any("Silverman" in note for note in found.notes)


def test_mass_below_zero_and_short_grids_are_told_once() -> None:
    found = sc.density_panel(PATHS, grid=[1.0, 2.0, 3.0])
    assert sum("lies below zero" in note for note in found.notes) == 1
    assert any("ALL 2010, ALL 2017, which do not add up to 1" in note for note in found.notes)
    folded = sc.density_panel(PATHS, boundary="reflect")
    assert not any("below zero" in note for note in folded.notes)
    assert (folded.overview["mass_below_zero"] == 0).all()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([0.2, 0.5, 0.9, 3.0], True),  # none below zero, and a curve that goes there
        ([0.0, 0.5, 0.9, 3.0], True),
        ([-0.2, 0.5, 0.9, 3.0], False),  # values lie there, and so may the curve
        ([50.0, 51.0, 52.0, 53.0], False),
    ],
)
def test_only_a_curve_below_values_that_are_not_is_remarked_on(
    values: list[float], told: bool
) -> None:
    found = sc.density_panel(pd.DataFrame({2010: values}, index=list("abcd")))
    assert any("lies below zero" in note for note in found.notes) is told


def test_the_order_of_units_does_not_matter_and_input_is_left_alone() -> None:
    before = PATHS.copy()
    a = sc.density_panel(PATHS, groups=GROUPS)
    b = sc.density_panel(PATHS.iloc[::-1], groups=GROUPS.iloc[::-1][GROUPS.index])
    pd.testing.assert_frame_equal(a.table, b.table, check_exact=True)
    assert a.settings == b.settings
    pd.testing.assert_frame_equal(PATHS, before)


def test_the_contrarian_table(contrarian: Any) -> None:
    found = sc.density_panel(contrarian.table, groups=contrarian.units["cluster"])
    status = found.overview.set_index(["group", "series"])["status"]
    assert status["ALL", "co2"] == "ok"
    assert status["ALL", "flat"] == "constant"
    assert set(found.overview["group"]) == {"ALL", "west", "西", "east"} - {"west"}
    assert "Kernel density by group and series" in found.summary()


def test_the_shipped_cities(plan_units: Any, plan_co2: pd.DataFrame) -> None:
    found = sc.density_panel(plan_co2[[1997, 2017]], groups=plan_units["cluster"])
    assert found.overview["n"].tolist()[::2] == [111, 14, 41, 9, 16, 31]
    table = found.overview.set_index(["group", "series"])
    assert table.loc[("ALL", 2017), "bandwidth"] == pytest.approx(7.13823, abs=5e-6)
    assert table.loc[("ALL", 2017), "mode"] == pytest.approx(15.4995, abs=5e-5)
    isj = sc.density_panel(plan_co2[[2017]], bandwidth="isj")
    assert isj.overview["rule"].tolist() == ["isj"]


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda t: t[2010], sc.SchemaError, "frame is a Series without series"),
        (lambda t: t.iloc[:0], sc.SchemaError, "without series"),
        (lambda t: t.set_axis([1, 1], axis=1), sc.AlignmentError, "the header of the table"),
        (lambda t: t.set_axis(list("aabcd")), sc.AlignmentError, "repeated labels"),
        (lambda t: t.assign(year=2010), sc.SchemaError, "frame is tidy"),
        (lambda t: t.astype(object).replace(20.0, "x"), sc.SchemaError, "2017 is not numeric"),
        (lambda t: t.replace(20.0, np.inf), sc.MissingDataError, "2017 is infinite"),
    ],
)
def test_bad_tables(spoil: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        sc.density_panel(spoil(PATHS))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"weights": [1.0] * 5}, sc.AlignmentError, "list without labels"),
        ({"weights": pd.Series(1.0, list("abcde"))}, sc.AlignmentError, "not about the same units"),
        ({"weights": PATHS[[2010]]}, sc.AlignmentError, "lack the series 2017"),
        ({"weights": -PATHS}, sc.SchemaError, "negative for 5 units"),
        ({"weights": PATHS.astype(str)}, sc.SchemaError, "not numeric"),
        ({"bandwidth": "normale"}, sc.OptionError, "fix: bandwidth='normal'"),
        ({"boundary": "fold"}, sc.OptionError, "boundary='fold'"),
        ({"groups": {"a": ["nowhere"]}}, sc.AlignmentError, "nowhere"),
    ],
)
def test_bad_options(options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        sc.density_panel(PATHS, **options)
    assert message in str(caught.value)


def test_negative_values_are_named_with_their_series() -> None:
    with pytest.raises(sc.SchemaError, match="negative values in 2017 for 1 units: é"):
        sc.density_panel(PATHS.replace(20.0, -20.0), boundary="reflect")
