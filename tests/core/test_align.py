from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from spatialcarbon.core.align import (
    as_numbers,
    canonical_order,
    check_unique,
    checksum,
    conform,
    conform_labels,
    require_columns,
    same_units,
)
from spatialcarbon.core.errors import AlignmentError, MissingDataError, SchemaError

UNITS = pd.Index(["b", "a", "c"])


def values(*numbers: object, index: str = "abc") -> pd.Series:
    return pd.Series(list(numbers), list(index))


def test_another_order_is_put_right() -> None:
    assert conform(values(1.0, 2.0, 3.0), UNITS).tolist() == [2.0, 1.0, 3.0]


def test_input_is_left_alone() -> None:
    given = values(1, 2, 3)
    before = given.copy()
    conform(given, UNITS)
    pd.testing.assert_series_equal(given, before)


def test_a_table_of_one_column_counts_as_a_series() -> None:
    assert conform(values(1.0, 2.0, 3.0).to_frame(), UNITS).tolist() == [2.0, 1.0, 3.0]


@pytest.mark.parametrize("bare", [[1.0, 2.0, 3.0], np.arange(3.0), (1, 2, 3), {"a": 1}, None, 3.0])
def test_bare_data_are_refused(bare: object) -> None:
    with pytest.raises(AlignmentError, match="without labels") as caught:
        conform(bare, UNITS)  # type: ignore[arg-type]
    assert "pd.Series(data, index=weights.units)" in str(caught.value)


def test_a_table_of_two_columns_is_refused() -> None:
    with pytest.raises(AlignmentError, match="DataFrame"):
        conform(pd.DataFrame({"x": [1.0, 2, 3], "y": [1.0, 2, 3]}, list("abc")), UNITS)


def test_missing_and_extra_units_are_both_named() -> None:
    with pytest.raises(AlignmentError) as caught:
        conform(values(1.0, 2.0, 3.0, index="abz"), UNITS)
    assert "1 without a value (c)" in str(caught.value)
    assert "1 unknown (z)" in str(caught.value)


def test_at_most_five_labels_are_listed() -> None:
    many = pd.Index([f"u{i}" for i in range(20)])
    with pytest.raises(AlignmentError) as caught:
        conform(pd.Series(1.0, many[:1]), many)
    assert "u1, u2, u3, u4, u5 … (+14)" in str(caught.value)
    assert "u6" not in str(caught.value)


def test_repeated_labels_are_named() -> None:
    with pytest.raises(AlignmentError, match="repeated") as caught:
        conform(values(1.0, 2.0, 3.0, 4.0, index="abca"), UNITS)
    assert "got: a" in str(caught.value)


def test_a_missing_label_is_refused() -> None:
    with pytest.raises(AlignmentError, match="1 rows without a label"):
        check_unique(pd.Index(["a", None, "c"]), "values")


@pytest.mark.parametrize(
    ("labels", "units", "fix"),
    [
        (["110000", "120000"], [110000, 120000], "astype('int64')"),
        ([110000, 120000], ["110000", "120000"], "astype('str')"),
    ],
)
def test_text_for_numbers_as_labels_is_explained(labels: list, units: list, fix: str) -> None:
    with pytest.raises(AlignmentError, match="different types") as caught:
        same_units(pd.Index(labels), pd.Index(units), "values")
    said = str(caught.value)
    assert fix in said
    assert f"{type(labels[0]).__name__} such as {labels[0]!r}" in said
    assert f"{type(units[0]).__name__} such as {units[0]!r}" in said


def test_nan_is_named_or_kept() -> None:
    with pytest.raises(MissingDataError, match="missing for 1 of 3 units") as caught:
        conform(values(1.0, np.nan, 3.0), UNITS, name="co2")
    assert "got: b" in str(caught.value)
    assert conform(values(1.0, np.nan, 3.0), UNITS, missing="drop").isna().tolist() == [
        True,
        False,
        False,
    ]


def test_nullable_numbers_count_as_missing() -> None:
    with pytest.raises(MissingDataError):
        conform(pd.Series([1, None, 3], list("abc"), dtype="Int64"), UNITS)


@pytest.mark.parametrize("missing", ["raise", "drop"])
@pytest.mark.parametrize("bad", [np.inf, -np.inf])
def test_infinity_is_always_an_error(missing: str, bad: float) -> None:
    with pytest.raises(MissingDataError, match="infinite for 1 units") as caught:
        conform(values(1.0, 2.0, bad), UNITS, missing=missing)  # type: ignore[arg-type]
    assert "got: c" in str(caught.value)


@pytest.mark.parametrize("dtype", ["object", "str"])
@pytest.mark.parametrize("cell", ["1,234", "—", "12", "n/a"])
def test_text_among_numbers_is_quoted(cell: str, dtype: str) -> None:
    cells = values("1", cell, "3") if dtype == "str" else values(1.0, cell, 3.0)
    with pytest.raises(SchemaError, match="not numeric") as caught:
        as_numbers(cells.astype(dtype), "co2")
    assert f"b: {cell!r}" in str(caught.value)
    assert "read_panel" in str(caught.value)


def test_complex_numbers_are_not_halved() -> None:
    with pytest.raises(SchemaError, match="not numeric"):
        as_numbers(values(1j, 2.0, 3.0), "co2")


def test_labels_of_several_levels_are_refused() -> None:
    index = pd.MultiIndex.from_product([["a", "b"], [2005, 2010]], names=["unit", "year"])
    with pytest.raises(AlignmentError, match="labels of 2 levels") as caught:
        conform(pd.Series(1.0, index), UNITS)
    assert "xs(2017, level='year')" in str(caught.value)


def test_dates_are_no_numbers() -> None:
    with pytest.raises(SchemaError, match="not numeric") as caught:
        as_numbers(pd.Series(pd.to_datetime(["2005-01-01"]), ["a"]), "co2")
    assert "2005" in str(caught.value)


@pytest.mark.parametrize("kind", ["int64", "float32", "bool", "object"])
def test_every_kind_of_number_is_read(kind: str) -> None:
    assert as_numbers(values(1, 0, 1).astype(kind), "x").tolist() == [1.0, 0.0, 1.0]


def test_labels_of_groups_are_conformed() -> None:
    given = pd.Series(["west", "", None], list("abc"))
    found = conform_labels(given, UNITS, name="labels")
    assert found.index.equals(UNITS)
    assert found.isna().tolist() == [True, False, True]
    assert found["a"] == "west"


def test_labels_of_groups_must_be_a_series() -> None:
    with pytest.raises(AlignmentError, match="labels is a list"):
        conform_labels(["west"] * 3, UNITS, name="labels")  # type: ignore[arg-type]


def test_order_of_mixed_labels_is_defined() -> None:
    mixed = pd.Index(["b", 2, "a", 10], dtype=object)
    assert mixed[canonical_order(mixed)].tolist() == [10, 2, "a", "b"]


def test_checksum_forgets_order_and_nothing_else() -> None:
    given = values(1.0, 2.0, 3.0)
    assert checksum(given) == checksum(given.iloc[::-1])
    assert checksum(given) != checksum(values(1.0, 3.0, 2.0))
    assert checksum(given) != checksum(values(1.0, 2.0, 3.0, index="abd"))
    assert checksum(given) != checksum(values(1.0, 2.0, np.nextafter(3.0, 4.0)))


def test_absent_columns_are_named_with_those_present() -> None:
    with pytest.raises(SchemaError, match="the edge table lacks the column neighbor") as caught:
        require_columns(pd.DataFrame({"focal": []}), ["focal", "neighbor"], "the edge table")
    assert "columns focal" in str(caught.value)
