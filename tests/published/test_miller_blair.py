"""Miller & Blair (2009), chapter 3: the hypothetical two-region interregional example."""

from __future__ import annotations

import numpy as np
import pytest

import spatialcarbon as sc

INVERSE = [
    # the Leontief inverse of the example, to four digits
    [1.4234, 0.4652, 0.2909, 0.1917, 0.3041],
    [0.6346, 1.4237, 0.6707, 0.4092, 0.4558],
    [0.6383, 0.5369, 1.3363, 0.2501, 0.3108],
    [0.2672, 0.2000, 0.1973, 1.3406, 0.5473],
    [0.1468, 0.0908, 0.0926, 0.2155, 1.2538],
]


def test_the_inverse_comes_out_row_by_row() -> None:
    table = sc.read_io_table("miller_blair_two_regions")
    rows = table.transactions.index
    for place, label in enumerate(rows):
        # Output of one row only as the account: its multipliers are that row of the inverse.
        only = table.output.where(rows == label, 0.0)
        found = sc.embodied_transfers(
            table.transactions, table.final_demand, only, output=table.output, units="1"
        )
        np.testing.assert_allclose(found.multiplier, INVERSE[place], atol=5.1e-5)


def test_value_added_arrives_as_final_demand() -> None:
    table = sc.read_io_table("miller_blair_two_regions")
    found = table.transfers(account="value_added")
    np.testing.assert_allclose(found.consumption, table.final_demand.sum())
    assert found.consumption.to_dict() == pytest.approx({"L": 1250.0, "M": 965.0})
    assert found.production.to_dict() == pytest.approx({"L": 1415.0, "M": 800.0})
