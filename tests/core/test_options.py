from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.options import check_count, check_fraction, check_option, check_positive

Criterion = Literal["queen", "rook"]


def test_choice_passes() -> None:
    assert check_option("rook", Criterion, "criterion") == "rook"


def test_near_miss_is_corrected() -> None:
    with pytest.raises(OptionError, match="criterion='quene' is not a choice") as caught:
        check_option("quene", Criterion, "criterion")
    assert "expected: one of 'queen', 'rook'" in str(caught.value)
    assert "fix: criterion='queen'" in str(caught.value)


@pytest.mark.parametrize("value", ["zzz", 1, None, np.str_])
def test_far_miss_lists_the_choices_only(value: object) -> None:
    with pytest.raises(OptionError, match="'queen', 'rook'") as caught:
        check_option(value, Criterion, "criterion")
    assert "fix" not in str(caught.value)


@pytest.mark.parametrize("value", [0, 7, np.int64(7), np.uint8(7)])
def test_counts_pass_as_plain_ints(value: int) -> None:
    found = check_count(value, "permutations")
    assert type(found) is int
    assert found == value


@pytest.mark.parametrize("value", [-1, 1.0, 999.0, "9", None, True, float("nan")])
def test_other_counts_are_refused(value: object) -> None:
    with pytest.raises(OptionError, match="whole number of at least 0"):
        check_count(value, "permutations")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0.05, np.float32(0.5), "0.1"])
def test_fractions_pass(value: float) -> None:
    assert check_fraction(value, "alpha") == float(value)


@pytest.mark.parametrize("value", [0, 1, -0.1, 1.5, 5, float("nan"), None, "five", True])
def test_other_fractions_are_refused(value: object) -> None:
    with pytest.raises(OptionError, match=r"alpha=.* must lie between 0 and 1"):
        check_fraction(value, "alpha")  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [1, 0.5, np.float64(3)])
def test_positive_numbers_pass(value: float) -> None:
    assert check_positive(value, "km") == float(value)


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan"), None, "far", True])
def test_other_numbers_are_refused(value: object) -> None:
    with pytest.raises(OptionError, match=r"km=.* must be above zero"):
        check_positive(value, "km")  # type: ignore[arg-type]
