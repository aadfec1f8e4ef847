"""Spillover from weights and from tables: shares, isolates, checks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.errors import AlignmentError, MissingDataError, OptionError, SchemaError

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights


def test_where_damage_goes(chain: Weights) -> None:
    found = sc.spillover(chain, share=0.4)
    assert found.matrix.loc["b", "a"] == pytest.approx(0.4)
    assert found.matrix.loc["a", "b"] == pytest.approx(0.2)
    assert found.matrix.to_numpy().diagonal().tolist() == [0.6] * 4
    assert found.column_sums.tolist() == pytest.approx([1.0] * 4)
    assert found.share.tolist() == pytest.approx([0.4] * 4)


def test_the_scale_of_weights_is_of_no_account(chain: Weights) -> None:
    raw = sc.spillover(chain, share=0.4).values
    for transform in ("R", "D", "V"):
        coded = chain.standardised(transform)  # type: ignore[arg-type]
        assert np.allclose(sc.spillover(coded, share=0.4).values, raw, atol=1e-15)


def test_an_isolate_keeps_its_damage(contrarian: Any) -> None:
    found = sc.spillover(contrarian.weights, share=0.3)
    assert found.matrix.loc[contrarian.island].drop(contrarian.island).sum() == 0
    assert found.matrix.loc[contrarian.island, contrarian.island] == 1.0
    assert list(found.isolates) == [contrarian.island]
    assert contrarian.island in found.remarks()[0].render("en")


def test_a_share_for_each(chain: Weights) -> None:
    share = pd.Series([0.4, 0.3, 0.0, 0.1], ["d", "c", "b", "a"])
    found = sc.spillover(chain, share=share)
    assert found.share.to_dict() == pytest.approx({"a": 0.1, "b": 0.0, "c": 0.3, "d": 0.4})


def test_order_of_places_does_not_matter(chain: Weights) -> None:
    found = sc.spillover(chain, share=0.4)
    back = sc.spillover(chain.subset(list("dbca")), share=0.4)
    assert back.fingerprint == found.fingerprint
    assert back.matrix.loc[list("abcd"), list("abcd")].equals(found.matrix)


def test_a_table_of_ones_own() -> None:
    table = pd.DataFrame(1.0, index=["x", "y"], columns=["y", "x"])
    found = sc.Spillover.from_matrix(table)
    assert "sum to one" in found.remarks()[0].render("en")
    assert found.subset(pd.Index(["y"])).values.tolist() == [[1.0]]
    assert found.describe()["n"] == 2
    assert repr(found).startswith("<Spillover custom: 2 places")


def test_an_instance_cannot_be_changed(chain: Weights) -> None:
    found = sc.spillover(chain, share=0.4)
    with pytest.raises(ValueError, match="read-only"):
        found.values[0, 0] = 5.0
    found.matrix.iloc[0, 0] = 5.0
    assert sc.spillover(chain, share=0.4).fingerprint == found.fingerprint


@pytest.mark.parametrize("share", [1.0, -0.1, float("nan"), "a third", None])
def test_bad_shares(chain: Weights, share: Any) -> None:
    with pytest.raises(OptionError, match="outside 0 to 1"):
        sc.spillover(chain, share=share)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda m: m.to_numpy(), SchemaError, "without labels"),
        (lambda m: m.rename(columns={"A": "C"}), AlignmentError, "the columns of the spillover"),
        (lambda m: m.mask(m == 0.2), MissingDataError, "missing or infinite for A, B"),
        (lambda m: m * -1.0, SchemaError, "is negative for A, B"),
        (lambda m: m.mask(m == 0.8, 0.0), SchemaError, "stays at home in A"),
        (lambda m: m.astype(object).replace(0.2, "x"), SchemaError, "not numbers"),
    ],
)
def test_bad_tables(change: Any, error: type[Exception], message: str) -> None:
    matrix = pd.DataFrame([[0.8, 0.3], [0.2, 0.7]], index=["A", "B"], columns=["A", "B"])
    with pytest.raises(error, match=re.escape(message)):
        sc.Spillover.from_matrix(change(matrix))


def test_shape_and_strangers() -> None:
    with pytest.raises(SchemaError, match="does not fit"):
        sc.Spillover(pd.Index(["A"]), np.eye(2))
    both = sc.Spillover(pd.Index(["A", "B"]), np.eye(2))
    with pytest.raises(AlignmentError, match="the spillover"):
        both.subset(pd.Index(["A", "C"]))
