"""Peaks of many draws, summed up."""

from __future__ import annotations

import numpy as np

from spatialcarbon.models.drivers.simulation_summary import median_peak


def test_the_median_peak_is_the_year_by_which_half_have_peaked() -> None:
    counts = np.array(
        [
            [1, 2, 7, 0],  # 1 of 10, 3, then all
            [1, 4, 5, 0],  # half by the second
            [6, 4, 0, 0],  # more than half at once
            [1, 2, 1, 6],  # most have not peaked by the last year
        ]
    )
    found = median_peak(counts, [2021, 2022, 2023], 10)
    assert found.tolist()[:3] == [2023, 2022, 2021]
    assert found.isna().tolist() == [False, False, False, True]
