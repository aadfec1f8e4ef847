"""Numbers that are labels, and years in words."""

from __future__ import annotations

import numpy as np
import pytest

from spatialcarbon.data.schema import whole_number, year_ranges


@pytest.mark.parametrize("cell", [10**18, -(10**18), 10**19, 1e18, 1e19, -1e19, np.float64(1e300)])
def test_a_number_beyond_all_codes_is_no_label(cell: float) -> None:
    assert whole_number(cell) is None


@pytest.mark.parametrize("cell", [10**18 - 1, 1 - 10**18, np.int64(510100), 510100.0])
def test_a_code_is(cell: float) -> None:
    assert whole_number(cell) == int(cell)


def test_runs_of_years_after_the_first_are_shortened_too() -> None:
    years = [2012, 2001, 2010, 2004, 2005, 2003, 2011, 2013, 2015, 2016]
    assert year_ranges(years) == "2001, 2003–2005, 2010–2013, 2015, 2016"
