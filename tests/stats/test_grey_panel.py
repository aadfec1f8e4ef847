"""Grey relational degrees by group and year: every cell is the degree of its own data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

YEARS = [2005, 2010, 2016]
FACTORS = ["gdp", "人口"]


def table(n: int = 12, seed: int = 4) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    rows = pd.MultiIndex.from_product([[f"城{i}" for i in range(n)], YEARS], names=["city", "year"])
    values = draw.lognormal(size=(len(rows), 3))
    frame = pd.DataFrame(values, rows, ["co2", *FACTORS]).reset_index()
    return frame.sample(frac=1, random_state=9).reset_index(drop=True)


TABLE = table()
GROUPS = {"东": [f"城{i}" for i in range(7)], "西": [f"城{i}" for i in range(5, 12)]}
CALL: dict[str, Any] = {"unit": "city", "reference": "co2", "factors": FACTORS}


def at(frame: pd.DataFrame, year: int, units: Any = None) -> pd.DataFrame:
    part = frame[frame["year"] == year].set_index("city")
    return part if units is None else part.loc[list(units)]


@pytest.mark.parametrize("kind", ["mean", "max", "minmax", "zscore", "none"])
def test_extremes_of_the_year_are_the_single_call(kind: Any) -> None:
    found = sc.grey_panel(TABLE, groups=GROUPS, normalisation=kind, rho=0.3, **CALL)
    assert list(dict.fromkeys(found.table["group"])) == ["ALL", "东", "西"]
    for (group, year), part in found.table.groupby(["group", "year"]):
        data = at(TABLE, year, GROUPS.get(group))
        own = sc.grey_relational_degree(data["co2"], data[FACTORS], normalisation=kind, rho=0.3)
        assert part["degree"].tolist() == own.degree.tolist()
        assert part["rank"].tolist() == own.rank.tolist()
        assert part[["delta_min", "delta_max"]].drop_duplicates().to_numpy().tolist() == [
            [own.m, own.M]
        ]
        pd.testing.assert_frame_equal(
            found.coefficients_of(year, group=group).sort_index(),
            own.coefficients.sort_index(),
            check_names=False,
        )


def test_pooled_extremes_are_those_of_all_years_of_the_group() -> None:
    found = sc.grey_panel(TABLE, groups=GROUPS, extremes="pooled", **CALL)
    for group, part in found.table.groupby("group"):
        singles = {
            year: sc.grey_relational_degree(data["co2"], data[FACTORS])
            for year in YEARS
            for data in [at(TABLE, year, GROUPS.get(group))]
        }
        m = min(s.m for s in singles.values())
        largest = max(s.M for s in singles.values())
        assert set(part["delta_min"]) == {m}
        assert set(part["delta_max"]) == {largest}
        for year, single in singles.items():
            right = ((m + 0.5 * largest) / (single.delta + 0.5 * largest)).mean()
            np.testing.assert_allclose(part[part["year"] == year]["degree"], right, rtol=1e-13)


def test_the_notes_name_the_option_behind_a_trend() -> None:
    own = sc.grey_panel(TABLE, **CALL)
    assert "extremes='year'" in own.notes[0]
    assert "change of M alone" in own.notes[0]
    pooled = sc.grey_panel(TABLE, extremes="pooled", **CALL)
    assert "extremes='pooled'" in pooled.notes[0]
    assert "extremes='year'" in own.notes_in("zh")[0]
    one = sc.grey_panel(TABLE, years=[2010], **CALL)
    assert one.notes == ()
    several = sc.grey_panel(TABLE, years=[2010], groups=GROUPS, **CALL)
    assert "has its own M" in several.notes[0]


def test_a_panel_is_its_table() -> None:
    units = {"co2": "Mt CO2", "gdp": "亿元", "人口": "万人"}
    panel = sc.Panel.from_frame(TABLE, unit="city", year="year", units=units)
    found = sc.grey_panel(panel, reference="co2", factors=FACTORS)
    pd.testing.assert_frame_equal(found.table, sc.grey_panel(TABLE, **CALL).table)
    with pytest.raises(sc.UnitMismatchError, match=r"different units(.|\n)*gdp: 亿元"):
        sc.grey_panel(panel, reference="co2", factors=FACTORS, normalisation="none")
    same = sc.Panel.from_frame(
        TABLE, unit="city", year="year", units=dict.fromkeys(["co2", *FACTORS], "t")
    )
    sc.grey_panel(same, reference="co2", factors=FACTORS, normalisation="none")


def test_other_row_orders_give_the_same_table() -> None:
    first = sc.grey_panel(TABLE, groups=GROUPS, **CALL)
    again = sc.grey_panel(TABLE.sample(frac=1, random_state=1), groups=GROUPS, **CALL)
    pd.testing.assert_frame_equal(first.table, again.table, check_exact=True)
    assert first.settings == again.settings


def test_pivot_and_coefficients() -> None:
    found = sc.grey_panel(TABLE, groups=GROUPS, **CALL)
    assert found.pivot().index.tolist() == FACTORS
    assert found.pivot("rank", group="东").columns.tolist() == YEARS
    assert len(found.coefficients) == 3 * (12 + 7 + 7)
    with pytest.raises(sc.OptionError, match="there is no group '北'"):
        found.pivot(group="北")
    with pytest.raises(sc.OptionError, match="no coefficients of ALL in 1999"):
        found.coefficients_of(1999)
    assert "城0" in found.coefficients_of(2010).index


def test_weights_by_column_or_by_unit() -> None:
    by_column = sc.grey_panel(TABLE, weights="人口", **CALL)
    data = at(TABLE, 2010)
    own = sc.grey_relational_degree(data["co2"], data[FACTORS], weights=data["人口"])
    assert by_column.pivot()[2010].tolist() == own.degree.tolist()
    one = pd.Series(1.0, sorted(TABLE["city"].unique()))
    even = sc.grey_panel(TABLE, weights=one, **CALL)
    np.testing.assert_allclose(even.table["degree"], sc.grey_panel(TABLE, **CALL).table["degree"])
    with pytest.raises(sc.AlignmentError, match="the list of weights"):
        sc.grey_panel(TABLE, weights=one[:3], **CALL)
    nobody = sc.grey_panel(TABLE.assign(w=0.0), weights="w", **CALL)
    assert set(nobody.table["status"]) == {"undefined"}
    with pytest.raises(sc.OptionError, match="no coefficients of ALL in 2010"):
        nobody.coefficients_of(2010)


def test_missing_values() -> None:
    holed = TABLE.astype({"gdp": float})
    hole = (holed["city"] == "城3") & (holed["year"] == 2010)
    holed.loc[hole, "gdp"] = np.nan
    for spoilt in (holed, holed[~hole]):  # an empty cell, or no row at all
        with pytest.raises(sc.MissingDataError, match=r"missing 1 times(.|\n)*城3 \(2010\)"):
            sc.grey_panel(spoilt, **CALL)
        found = sc.grey_panel(spoilt, missing="drop", **CALL)
        assert found.table.drop_duplicates("year").set_index("year")["n"].to_dict() == {
            2005: 12,
            2010: 11,
            2016: 12,
        }
    # A unit outside all groups is nobody's gap.
    inside = sc.grey_panel(holed, groups={"x": ["城0", "城1"]}, overall=False, **CALL)
    assert set(inside.table["status"]) == {"ok"}


def test_years_in_which_a_column_is_empty_are_left_out_and_told() -> None:
    holed = TABLE.astype({"gdp": float})
    holed.loc[holed["year"] == 2010, "gdp"] = np.nan
    found = sc.grey_panel(holed, **CALL)
    assert sorted(set(found.table["year"])) == [2005, 2016]
    assert "years in which a column has no values left out: 2010" in found.notes
    with pytest.raises(sc.OptionError, match=r"not every column has values in 2010"):
        sc.grey_panel(holed, years=[2005, 2010], **CALL)
    with pytest.raises(sc.OptionError, match="years="):
        sc.grey_panel(holed, years=[], **CALL)
    with pytest.raises(sc.MissingDataError, match="no year in which every column"):
        sc.grey_panel(holed[holed["year"] == 2010], **CALL)


def test_what_is_not_defined_is_a_row_with_a_status() -> None:
    flat = TABLE.copy()
    flat.loc[flat["city"].isin(GROUPS["东"]) & (flat["year"] == 2010), "gdp"] = 3.0
    groups = {**GROUPS, "单": ["城0"]}
    found = sc.grey_panel(flat, groups=groups, normalisation="minmax", extremes="pooled", **CALL)
    status = found.table.set_index(["group", "year"])["status"].sort_index()
    assert set(status["东", 2010]) == {"undefined"}
    assert set(status["东", 2005]) == {"ok"}
    assert set(status["单"]) == {"n<2"}
    failed = found.table[found.table["status"] != "ok"]
    assert failed[["degree", "rank", "delta_max"]].isna().all(axis=None)
    assert "no degree where a series cannot be normalised: 东 2010 (gdp)" in found.notes
    assert "no degree with fewer than two units: 单 2005, 单 2010, 单 2016" in found.notes
    with pytest.raises(sc.OptionError, match="no coefficients"):
        found.coefficients_of(2010, group="东")


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"normalisation": "initial"}, sc.OptionError, "units have no order"),
        ({"extremes": "all"}, sc.OptionError, "extremes='all'"),
        ({"missing": "skip"}, sc.OptionError, "missing='skip'"),
        ({"rho": 2}, sc.OptionError, "rho=2"),
        ({"reverse": "gdp"}, sc.OptionError, "no meaning"),
        ({"reverse": "x", "normalisation": "minmax"}, sc.OptionError, "which is no factor"),
        ({"factors": []}, sc.SchemaError, "there is no factor"),
        ({"factors": ["gdp", "gdp"]}, sc.AlignmentError, "repeated labels"),
        ({"factors": ["co2"]}, sc.AlignmentError, "repeated labels"),
        ({"factors": "area"}, sc.SchemaError, "lacks the column area"),
        ({"unit": "town"}, sc.SchemaError, "lacks the column town"),
        ({"weights": "w"}, sc.SchemaError, "lacks the column w"),
        ({"groups": {"x": ["城99"]}}, sc.AlignmentError, "城99"),
    ],
)
def test_what_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        sc.grey_panel(TABLE, **{**CALL, **change})
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda t: t.iloc[:0], sc.SchemaError, "without rows"),
        (lambda t: t["co2"], sc.SchemaError, "frame is a Series"),
        (lambda t: pd.concat([t, t.iloc[:1]]), sc.AlignmentError, "1 rows repeat"),
        (lambda t: t.assign(year=t["year"] + 0.5), sc.SchemaError, "does not hold whole years"),
        (lambda t: t.assign(city=t["city"].where(t.index > 0)), sc.AlignmentError, "no city"),
        (lambda t: t.assign(gdp="x"), sc.SchemaError, "gdp is not numeric"),
        (lambda t: t.assign(gdp=t["gdp"] / 0), sc.MissingDataError, "gdp is infinite"),
    ],
)
def test_bad_tables(spoil: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        sc.grey_panel(spoil(TABLE), **CALL)
    assert message in str(caught.value)


def test_the_table_is_left_alone() -> None:
    before = TABLE.copy()
    found = sc.grey_panel(TABLE, groups=GROUPS, **CALL)
    copy = found.to_frame()
    copy["degree"] = np.nan
    assert found.table["degree"].notna().all()
    pd.testing.assert_frame_equal(TABLE, before)


def test_two_runs_on_open_data() -> None:
    """Values of the page docs/methods/grey.md, so that it cannot change in silence."""
    co2 = sc.Panel.from_frame(sc.load_table("city_co2"), unit="adcode", year="year")
    province = pd.Series(co2.units // 10_000 * 10_000, index=co2.units, name="adcode")
    panel = co2.aggregate(province, "co2_mt")
    for name in ("province_gdp", "province_population"):
        more = sc.Panel.from_frame(sc.load_table(name), unit="adcode", year="year")
        panel = panel.join(more, how="inner")
    assert len(panel.units) == 30
    found = sc.grey_panel(
        panel,
        reference="co2_mt",
        factors=["gdp_100m_cny", "population"],
        extremes="pooled",
        years=range(2006, 2017),
    )
    ranks = found.pivot("rank")
    assert ranks.loc["gdp_100m_cny", 2006] == 1
    assert ranks.loc["population", 2016] == 1
