"""Peak years: plateaus, ties, states, and series that cannot be read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
)
from spatialcarbon.models.drivers.peak import (
    PEAK_COLUMNS,
    STATUSES,
    peak_positions,
    peak_row,
    peak_rows,
)


def levels(*values: float, start: int = 2024) -> pd.Series[float]:
    return pd.Series(values, index=range(start, start + len(values)), dtype=float)


def test_the_example_of_the_specification() -> None:
    found = sc.peak(levels(10, 12, 12, 11.5))
    assert (found.year, found.value, found.status) == (2025, 12.0, "peaked")
    assert found.plateau == (2025, 2026)
    assert found.peaked
    assert sc.peak(levels(10, 12, 12, 11.5), tie="last").year == 2026
    rising = sc.peak(levels(1, 2, 3))
    assert (rising.year, rising.status, rising.peaked) == (2026, "not peaked in horizon", False)
    assert "lies beyond it" in rising.notes[0]


@pytest.mark.parametrize(
    ("values", "year", "plateau", "status"),
    [
        ((3, 2, 1), 2024, (2024, 2024), "declining from start"),
        ((3, 3, 3), 2024, (2024, 2026), "flat"),
        ((3, 3, 1), 2024, (2024, 2025), "peaked"),
        ((1, 3, 3), 2025, (2025, 2026), "not peaked in horizon"),
        ((1, 3, 2, 3, 1), 2025, (2025, 2025), "peaked"),
        ((3, 2, 3), 2024, (2024, 2024), "declining from start"),
        ((2, 3, 1, 3), 2025, (2025, 2025), "peaked"),
        ((-3, -2, -4), 2025, (2025, 2025), "peaked"),
        ((1, 2), 2025, (2025, 2025), "not peaked in horizon"),
    ],
)
def test_states(
    values: tuple[float, ...], year: int, plateau: tuple[int, int], status: str
) -> None:
    found = sc.peak(levels(*values))
    assert (found.year, found.plateau, found.status) == (year, plateau, status)


def test_equal_maxima_that_are_apart_and_local_maxima() -> None:
    found = sc.peak(levels(1, 3, 2, 3, 1, 2, 2, 1, 5 / 4, 1))
    assert found.equal_maxima == (2027,)
    assert found.local_maxima == (2025, 2027, 2029, 2032)
    assert found.years_below == 1
    assert "apart from the plateau: 2027" in found.notes[0]
    # An end of the series is no local maximum; nor is a shoulder.
    assert sc.peak(levels(5, 4, 4, 3, 6)).local_maxima == ()


def test_the_tolerance_makes_a_plateau() -> None:
    series = levels(10, 11.995, 12, 11.99, 11.5)
    assert sc.peak(series).plateau == (2026, 2026)
    wide = sc.peak(series, tol=0.001)
    assert (wide.plateau, wide.year, wide.value) == ((2025, 2027), 2025, 12.0)
    assert sc.peak(series, tol=0.001, tie="last").year == 2027
    # Exactly at the tolerance counts; the last bit of a float does not undo a tie.
    assert sc.peak(levels(1, 100, 100 * (1 + 1e-12), 1)).plateau == (2025, 2026)


def test_sustained_asks_for_years_directly_after() -> None:
    series = levels(1, 5, 4, 3, 5, 2)
    assert sc.peak(series, sustained=2).status == "peaked"
    found = sc.peak(series, sustained=3)
    assert (found.status, found.years_below, found.peaked) == ("peaked, not sustained", 2, False)
    # Too near the end to know is not sustained either.
    assert sc.peak(levels(1, 2, 1), sustained=2).status == "peaked, not sustained"
    assert sc.peak(levels(1, 2, 3), sustained=1).status == "not peaked in horizon"


def test_years_come_in_any_order_and_kind() -> None:
    series = levels(10, 12, 12, 11.5)
    for other in (
        series.iloc[[2, 0, 3, 1]],
        series.set_axis([str(y) for y in series.index]),
        series.set_axis(pd.PeriodIndex(series.index.astype(str), freq="Y")),
        series.set_axis(pd.to_datetime(series.index.astype(str))),
        series.to_frame("co2"),
        series.astype("Float64"),
    ):
        assert sc.peak(other).plateau == (2025, 2026)
    before = series.iloc[::-1].copy()
    sc.peak(before)
    assert before.index.tolist() == [2027, 2026, 2025, 2024]


def test_what_is_refused() -> None:
    series = levels(1, 3, 2, 1)
    with pytest.raises(AlignmentError, match="is a list without years"):
        sc.peak([1, 3, 2])  # type: ignore[arg-type]
    with pytest.raises(AlignmentError, match="no years"):
        sc.peak(series.set_axis(list("abcd")))
    with pytest.raises(AlignmentError, match="years twice: 2024"):
        sc.peak(series.set_axis([2024, 2024, 2025, 2026]))
    with pytest.raises(SchemaError, match="lacks the years 2025"):
        sc.peak(series.drop(2025))
    with pytest.raises(SchemaError, match="lacks the years 2006, 2007"):
        sc.peak(pd.Series([1.0, 2.0, 1.0], index=[2005, 2010, 2015]))
    for hole in (np.nan, np.inf):
        with pytest.raises(MissingDataError, match="empty or infinite in 2025"):
            sc.peak(series.where(series.index != 2025, hole))
    with pytest.raises(DegenerateDataError, match="fewer than two years"):
        sc.peak(series.iloc[:1])
    with pytest.raises(SchemaError, match="not numeric"):
        sc.peak(series.astype(str))
    for tol in (-0.1, 1.0, np.nan, "x", True):
        with pytest.raises(OptionError, match="tol="):
            sc.peak(series, tol=tol)  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="is not a choice"):
        sc.peak(series, tie="frist")  # type: ignore[arg-type]
    with pytest.raises(OptionError, match="sustained"):
        sc.peak(series, sustained=0)


def plainly(values: np.ndarray, tol: float) -> tuple[int, int, str]:
    """Find the plateau by walking, as one would by hand."""
    top = values.max()
    high = [value >= top - tol * abs(top) for value in values]
    at = next(i for i, value in enumerate(values) if value == top)
    first = last = at
    while first > 0 and high[first - 1]:
        first -= 1
    while last < len(values) - 1 and high[last + 1]:
        last += 1
    end = len(values) - 1
    if first == 0 and last == end:
        return first, last, "flat"
    if last == end:
        return first, last, "not peaked in horizon"
    return first, last, "declining from start" if first == last == 0 else "peaked"


@pytest.mark.parametrize("tol", [0.0, 1e-9, 0.1])
def test_many_series_at_once_are_as_one_by_one(tol: float) -> None:
    rng = np.random.default_rng(5)
    many = rng.integers(1, 12, size=(4000, 7)) / 10.0
    start, end, state = peak_positions(many, tol=tol)
    for row, a, b, code in zip(many, start, end, state, strict=True):
        assert (a, b, STATUSES[code]) == plainly(row, tol)
    years = np.arange(2020, 2027)
    some = many[::40]
    rows = peak_rows(some, years, tol=tol, tie="last", sustained=2)
    for row, found in zip(some, rows, strict=True):
        alone = sc.peak(pd.Series(row, index=years), tol=tol, tie="last", sustained=2)
        assert alone.to_frame().loc[0].tolist() == list(peak_row(found))
        assert list(alone.to_frame().columns) == list(PEAK_COLUMNS)


def test_the_result_is_a_table() -> None:
    found = sc.peak(levels(10, 12, 12, 11.5), sustained=1)
    frame = found.to_frame()
    assert frame.loc[0, ["year", "plateau_end", "years_below"]].tolist() == [2025, 2026, 1]
    assert found.settings["sustained"] == 1
    assert "2025" in found.summary()
