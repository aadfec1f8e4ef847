"""Carbon stock: the arithmetic of InVEST's carbon model, with the numbers of its own tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

# The pools of InVEST's regression test (t C per hectare): −58 from one to two, −78 to three.
POOLS = pd.DataFrame(
    {"above": [15.0, 5.0, 2.0], "below": [10.0, 3.0, 1.0], "soil": [60.0, 20.0, 5.0],
     "dead": [1.0, 0.0, 0.0]},
    index=["one", "two", "three"],
)  # fmt: skip
PIXEL = 1e-6  # km²: a pixel of one square metre
FIRST = pd.DataFrame({"one": [PIXEL, PIXEL], "two": 0.0, "three": 0.0}, index=["甲", "b"])
SECOND = pd.DataFrame({"one": 0.0, "two": [PIXEL, 0.0], "three": [0.0, PIXEL]}, index=["甲", "b"])


def test_stock_and_change() -> None:
    found = sc.carbon_stock(FIRST, pools=POOLS, second=SECOND.iloc[::-1])
    assert found.total.tolist() == pytest.approx([86e-4, 86e-4])
    assert found.by_pool.loc["b"].tolist() == pytest.approx([15e-4, 10e-4, 60e-4, 1e-4])
    assert found.change is not None
    assert found.change.to_dict() == pytest.approx({"甲": -58e-4, "b": -78e-4})
    assert found.total_co2["b"] == pytest.approx(86e-4 * 44 / 12)
    assert found.value is None
    assert found.second_stock is not None
    assert found.second_stock.index.tolist() == ["甲", "b"]
    frame = found.to_frame().set_index("unit")
    assert frame.loc["甲", "second_total"] == pytest.approx(28e-4)
    assert frame["value"].isna().all()


def test_value_equals_that_of_invest() -> None:
    """tests/test_carbon.py of InVEST: −0.3422078 and −0.4602106 a pixel; −0.2494 at no rates."""
    settings: dict[str, Any] = {"pools": POOLS, "second": SECOND, "years": (2016, 2030)}
    found = sc.carbon_stock(
        FIRST, price=43.0, price_of="C", discount=-7.1, price_change=2.8, **settings
    )
    assert found.value is not None
    np.testing.assert_allclose(found.value, [-0.3422078, -0.4602106], atol=1e-6)
    plain = sc.carbon_stock(FIRST, price=43.0, price_of="C", **settings)
    assert plain.value is not None
    np.testing.assert_allclose(plain.value, [-0.2494, -0.3354], rtol=1e-12)
    of_co2 = sc.carbon_stock(FIRST, price=43.0, **settings)
    assert of_co2.value is not None
    np.testing.assert_allclose(of_co2.value, plain.value * 44 / 12)


def test_valuation_constant_equals_that_of_invest() -> None:
    """40.87302: 2010 to 2012, price 50, discount 50 %, price change 5 %."""
    gain = pd.DataFrame({"one": [1.0 / 8600]}, index=["x"])  # 1 t C
    found = sc.carbon_stock(
        gain * 0, pools=POOLS, second=gain, years=(2010, 2012), price=50, price_of="C",
        discount=50, price_change=5,
    )  # fmt: skip
    assert found.value is not None
    assert found.value["x"] == pytest.approx(40.87302, abs=5e-6)


def test_units_that_are_left_out() -> None:
    first, second = FIRST.copy(), SECOND.copy()
    first.loc["b", "one"] = np.nan
    found = sc.carbon_stock(first, pools=POOLS, second=second, missing="drop")
    assert found.dropped == ("b",)
    assert found.total.index.tolist() == ["甲"]
    assert "left out for empty cells: b" in found.notes
    second.loc["b", "two"] = np.nan
    late = sc.carbon_stock(FIRST, pools=POOLS, second=second, missing="drop")
    assert late.dropped == ("b",)
    assert late.by_pool.index.tolist() == ["甲"]


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"pools": POOLS.drop(columns="dead")}, sc.SchemaError, "lacks dead"),
        ({"pools": POOLS.to_numpy()}, sc.AlignmentError, "without labels"),
        ({"pools": -POOLS}, sc.MissingDataError, "one, two, three are negative"),
        ({"pools": POOLS * np.inf}, sc.MissingDataError, "infinite"),
        ({"pools": POOLS.drop(index="one")}, sc.SchemaError, "no row for one"),
        ({"second": SECOND.iloc[:1]}, sc.AlignmentError, "second table of areas"),
        ({"price": 60}, sc.OptionError, "needs a second map"),
        ({"price": 60, "second": SECOND}, sc.OptionError, "the two years"),
        ({"years": (2020, 2005)}, sc.OptionError, "not in order"),
        ({"price": -1, "second": SECOND, "years": (1, 2)}, sc.OptionError, "above zero"),
        ({"price": 1, "second": SECOND, "years": (1, 2), "discount": -100}, sc.OptionError,
         "discount=-100"),
        ({"price_of": "carbon"}, sc.OptionError, "price_of"),
    ],
)  # fmt: skip
def test_what_is_refused(settings: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        sc.carbon_stock(FIRST, **{"pools": POOLS, **settings})


def test_pools_may_name_their_classes_in_a_column() -> None:
    table = POOLS.rename_axis("class").reset_index()
    assert sc.carbon_stock(FIRST, pools=table).total.tolist() == pytest.approx([86e-4, 86e-4])
