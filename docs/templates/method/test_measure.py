"""The share of the largest: by hand, as a law, and what it refuses."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatialcarbon.core.errors import DegenerateDataError, MissingDataError, OptionError
from spatialcarbon.stats.top_share import top_share


def amounts(*values: float) -> pd.Series[float]:
    return pd.Series(values, index=[f"c{at}" for at in range(len(values))])


def test_by_hand() -> None:
    found = top_share(amounts(1, 5, 4), k=1)
    assert found.share == 0.5
    assert found.units.tolist() == ["c1"]
    assert found.to_frame().to_dict("records") == [{"share": 0.5, "k": 1, "n": 3}]


@given(st.lists(st.floats(1, 1e6), min_size=3, max_size=12), st.integers(1, 3))
def test_at_least_what_equal_amounts_would_give(values: list[float], k: int) -> None:
    share = top_share(amounts(*values), k=k).share
    assert k / len(values) - 1e-12 <= share <= 1 + 1e-12


def test_the_order_of_rows_does_not_matter() -> None:
    values = amounts(2, 2, 2, 1)
    assert top_share(values[::-1], k=1).units.tolist() == top_share(values, k=1).units.tolist()


def test_input_is_left_as_it_was() -> None:
    values = amounts(3, 1, 2)
    before = values.copy()
    top_share(values, k=1)
    pd.testing.assert_series_equal(values, before)


def test_a_majority_is_remarked() -> None:
    assert top_share(amounts(1, 2, 3), k=2).notes == ("2 of 3 units are most of them",)
    assert top_share(amounts(1, 2, 3, 4), k=2).notes == ()


@pytest.mark.parametrize(
    ("values", "k", "kind", "words"),
    [
        ((1, 2), 3, OptionError, "k=3 units are asked for, and there are 2"),
        ((1, 2), 0, OptionError, "k=0 is not a whole number"),
        ((0, 0), 1, DegenerateDataError, "a total above it"),
        ((-1, 2), 1, DegenerateDataError, "smallest -1, total 1"),
        ((float("nan"), 2), 1, MissingDataError, "c0"),
    ],
)
def test_refusals(values: tuple[float, ...], k: int, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        top_share(amounts(*values), k=k)
