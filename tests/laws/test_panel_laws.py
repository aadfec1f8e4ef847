"""Laws of the data floor: nothing is lost or changed between shapes."""

import math
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

import spatialcarbon as sc
from spatialcarbon.data.cells import parse_number
from spatialcarbon.data.readers import read_panel

finite = st.floats(allow_nan=False, allow_infinity=False)
labels = st.lists(
    st.text("abc成都é 0123456789", min_size=1).filter(lambda x: x == x.strip()),
    min_size=1,
    max_size=6,
    unique=True,
)
years = st.lists(st.integers(1900, 2100), min_size=1, max_size=4, unique=True)


@st.composite
def tidy(draw):
    """A table with one row per unit and year, some values missing."""
    units, dates = draw(labels), draw(years)
    cell = st.one_of(finite, st.just(math.nan))
    rows = [(unit, date, draw(cell), draw(cell)) for unit in units for date in dates]
    return pd.DataFrame(rows, columns=["city", "year", "co2", "pop"])


@given(tidy())
def test_tidy_to_panel_to_tidy(table):
    panel = sc.Panel.from_frame(table, unit="city", year="year")
    back = panel.to_frame().set_index(["city", "year"])
    given_ = table.set_index(["city", "year"])
    pd.testing.assert_frame_equal(back.loc[given_.index], given_, check_exact=True)
    assert sc.Panel.from_frame(panel.to_frame(), unit="city", year="year") == panel


@given(tidy(), st.randoms(use_true_random=False))
def test_row_order_does_not_matter(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    first = sc.Panel.from_frame(table, unit="city", year="year")
    second = sc.Panel.from_frame(table.iloc[order], unit="city", year="year")
    assert first == second
    assert first.checksum == second.checksum


@given(tidy(), st.randoms(use_true_random=False))
def test_sums_do_not_hang_on_the_row_order(table, random):
    table[["co2", "pop"]] = table[["co2", "pop"]].clip(-1e300, 1e300) / 10
    order = list(range(len(table)))
    random.shuffle(order)
    groups = dict.fromkeys(table["city"], "all")
    first = sc.Panel.from_frame(table, unit="city", year="year").aggregate(groups, "co2")
    other = sc.Panel.from_frame(table.iloc[order], unit="city", year="year")
    assert first == other.aggregate(groups, "co2")


@settings(max_examples=30)
@given(tidy())
def test_wide_and_long_files_hold_the_same(table):
    panel = sc.Panel.from_frame(table, unit="city", year="year", values="co2")
    with tempfile.TemporaryDirectory() as folder:
        long, wide = Path(folder, "long.csv"), Path(folder, "wide.csv")
        table[["city", "year", "co2"]].to_csv(long, index=False)
        grid = table.pivot(index="city", columns="year", values="co2").reindex(panel.units)
        grid.reset_index().to_csv(wide, index=False)
        if not all(label.isdecimal() for label in panel.units):
            first = read_panel(long, unit="city", year="year", values="co2")
            second = read_panel(wide, unit="city", values="co2")
            assert first == second == panel


@given(st.integers(-(10**15), 10**15))
def test_grouped_integers_are_read_back(number):
    for gap in (",", " ", "\u00a0", "\u2009", "\u202f", "，"):
        assert parse_number(f"{number:,}".replace(",", gap)) == number
        assert parse_number(f"{number:,}".replace(",", gap).replace("-", "−")) == number


@given(finite)
def test_floats_are_read_back(number):
    assert parse_number(repr(number)) == number
    assert parse_number(format(number, ",")) == number
    wide = str.maketrans("0123456789.,-+e", "０１２３４５６７８９．，－＋ｅ")
    assert parse_number(repr(number).translate(wide)) == number


@given(st.text(max_size=12))
def test_what_is_read_is_a_number_or_nothing(text):
    number = parse_number(text)
    assert number is None or isinstance(number, float)
    if number is not None and not math.isnan(number):
        assert math.isfinite(number)
        assert any(char in "0123456789０１２３４５６７８９" for char in text)


@given(tidy(), st.sampled_from(["kt CO2", "Mt CO2", "10^4 t CO2", "万吨CO2"]))
def test_conversion_there_and_back(table, unit):
    table["co2"] = table["co2"].clip(-1e200, 1e200)
    panel = sc.Panel.from_frame(table, unit="city", year="year", units={"co2": "t CO2"})
    back = panel.convert("co2", unit).convert("co2", "t CO2")
    np.testing.assert_allclose(back["co2"], panel["co2"], rtol=1e-14, atol=1e-300)
