"""Cells: what is read as a number, as no value, and what is refused."""

import math

import numpy as np
import pytest

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.data.cells import (
    cell_number,
    half_width,
    parse_number,
    read_column,
    refuse_bad_cells,
    refuse_unclear_commas,
)
from spatialcarbon.data.encoding import decode
from spatialcarbon.data.schema import parse_year, plain_labels, split_year_name, whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12.0),
        (" 12.5 ", 12.5),
        ("+3", 3.0),
        ("-3", -3.0),
        ("−3.5", -3.5),
        ("－3", -3.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1.2E-3", 0.0012),
        ("1,234", 1234.0),
        ("1,234,567.25", 1234567.25),
        ("12 345", 12345.0),
        ("12\u00a0345", 12345.0),
        ("12\u2009345", 12345.0),
        ("12\u202f345", 12345.0),
        ("１２３４", 1234.0),
        ("１，２３４．５", 1234.5),
        ("0123", 123.0),
    ],
)
def test_numbers(text, number):
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *("", "  ", "\u3000", "—", "–", "-", "－", "--", "——", "...", "…", "……", "．．．"),
        *("NA", "N/A", "na", "nan", "NaN", "null", "NULL", "/", "缺", "无数据"),
    ],
)
def test_no_value(text):
    assert math.isnan(parse_number(text))


@pytest.mark.parametrize(
    "text",
    [
        *("12%", "１２％", "1,23", "0,123", "1,2345", "12,34,567", "1234,567", "1 23", "1,234 567"),
        *("12abc", "#DIV/0!", "#N/A", "inf", "-inf", "1e999", "1..2", "1_000", "０x1F", "约12"),
        *("10²", "5①", "½", "١٢", "1.234.567", "2005年", "–5", "(12)", "1 234.567.8"),
    ],
)
def test_unreadable(text):
    assert parse_number(text) is None


def test_cells_of_other_kinds():
    assert cell_number(np.int64(7)) == 7.0
    assert math.isnan(cell_number(None))
    assert math.isnan(cell_number(float("nan")))
    assert cell_number(float("inf")) is None
    assert cell_number(False) is None
    assert cell_number(np.True_) is None
    assert cell_number(object()) is None


def test_bad_cells_are_reported_together_up_to_ten():
    cells = ["1", *["x%"] * 12, "—"]
    numbers, bad = read_column(cells, range(2, 16), "co2")
    assert numbers[0] == 1.0
    assert np.isnan(numbers[1:]).all()
    with pytest.raises(SchemaError) as caught:
        refuse_bad_cells(bad, "co2.csv [Sheet1]")
    message = str(caught.value)
    assert "co2.csv [Sheet1]: 12 cells" in message
    assert "row 3, co2: 'x%'" in message
    assert message.count("x%") == 10
    assert "(+2)" in message


def test_bad_cells_come_in_the_order_of_the_file():
    _, first = read_column(["1", "a"], [2, 9], "x")
    _, second = read_column(["b", "1"], [2, 9], "y")
    with pytest.raises(SchemaError, match=r"row 2, y: 'b'; row 9, x: 'a'"):
        refuse_bad_cells([*first, *second], "t.csv")
    refuse_bad_cells([], "t.csv")


def test_a_comma_that_could_be_a_decimal_comma():
    with pytest.raises(SchemaError, match="thousands or decimals"):
        refuse_unclear_commas([(2, "v", "1,234"), (3, "v", "17")], "t.csv")
    refuse_unclear_commas([(2, "v", "1,234"), (3, "v", "1,234.5")], "t.csv")
    refuse_unclear_commas([(2, "v", "1,234,567"), (3, "v", "1,234")], "t.csv")
    refuse_unclear_commas([(2, "v", "1234"), (3, "v", 5.0)], "t.csv")


def test_half_width_leaves_other_characters():
    assert half_width("ＣＯ２ 10²①") == "CO2 10²①"


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        *((2005, 2005), (2005.0, 2005), ("2005", 2005), ("2005.0", 2005), ("2005年", 2005)),
        *(
            (" ２００５ 年", 2005),
            (np.int32(1997), 1997),
            (1899, None),
            (2101, None),
            (2005.5, None),
        ),
        *(("05", None), ("2005/06", None), (True, None), (None, None), ("年", None), (0, None)),
    ],
)
def test_years(cell, year):
    assert parse_year(cell) == year


@pytest.mark.parametrize(
    ("name", "split"),
    [
        *(("2005", ("", 2005)), ("2005年", ("", 2005)), ("2005.0", ("", 2005))),
        *(("co2_2005", ("co2", 2005)), ("co2 2005", ("co2", 2005)), ("2005_co2", ("co2", 2005))),
        *(("urban_population_2010", ("urban_population", 2010)), ("gdp2005", ("gdp", 2005))),
        *(("人口2005年", ("人口", 2005)), ("2005年人口", ("人口", 2005))),
        *(("co22005", None), ("20052006", None), ("province", None), ("x_3005", None)),
        *(("2005_", None), ("_2005", None), ("12005", None)),
    ],
)
def test_names_of_wide_columns(name, split):
    assert split_year_name(name) == split


def test_labels_keep_their_meaning():
    assert plain_labels(["110000", 120000, "130000.0", "１４００００"]) == [
        110000,
        120000,
        130000,
        140000,
    ]
    assert plain_labels(["0101", "0102"]) == ["0101", "0102"]
    assert plain_labels(["成都 ", 7.0]) == ["成都", "7"]
    assert whole_number(True) is None
    assert whole_number("-3") is None


class TestDecode:
    def test_marks_and_detection(self):
        word = "成都,1"
        assert decode(word.encode("utf-8"), "f") == (word, "UTF-8")
        assert decode(word.encode("utf-8-sig"), "f") == (word, "UTF-8 with BOM")
        assert decode(word.encode("utf-16"), "f") == (word, "UTF-16")
        assert decode(b"\xfe\xff" + word.encode("utf-16-be"), "f") == (word, "UTF-16")
        assert decode(word.encode("gbk"), "f") == (word, "GB18030")
        assert decode(word.encode("big5"), "f", "big5") == (word, "big5")

    def test_damaged_utf8_is_not_taken_for_chinese(self):
        damaged = "城市,数值\n成都,1\n".encode()[:-4] + b"\xff\n"
        with pytest.raises(SchemaError, match=r"damaged bytes\n.*line 2"):
            decode(damaged, "f.csv")

    def test_no_text_at_all(self):
        with pytest.raises(SchemaError, match="binary"):
            decode(b"PK\x03\x04\x00\x00", "f.csv")
        with pytest.raises(SchemaError, match="not text in UTF-8"):
            decode(b"\x81\xff\xff,\xfe", "f.csv")
        with pytest.raises(SchemaError, match="not text in UTF-8"):
            decode("Zürich Genève".encode("latin-1") + b"\xff", "f.csv")

    def test_characters_nobody_writes(self):
        with pytest.raises(SchemaError, match="not text in UTF-8"):
            decode(b"a,b\n\xaa\xa1,1\n", "f.csv")

    def test_named_encoding(self):
        with pytest.raises(ValueError, match="encoding='utf-88' is not known"):
            decode(b"a", "f.csv", "utf-88")
        with pytest.raises(SchemaError, match=r"not text in utf-8\n.*0xB3 in line 2"):
            decode("a\n成".encode("gbk"), "f.csv", "utf-8")
