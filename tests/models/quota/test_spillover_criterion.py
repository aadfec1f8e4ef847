"""Emissions of which a part is charged to neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc


def test_by_hand(chain: Any) -> None:
    emitted = pd.Series({"d": 4.0, "a": 10.0, "b": 20.0, "c": 0.0})
    found = sc.spillover_criterion(emitted, chain, share=0.5)
    assert found.to_dict() == {"d": 2.0, "a": 10.0, "b": 15.0, "c": 7.0}
    assert found.index.tolist() == list("dabc")
    same = sc.spillover_criterion(emitted, chain.standardised("R"), share=0.5)
    pd.testing.assert_series_equal(found, same)


def test_it_is_the_transpose_of_the_lag(contrarian: Any) -> None:
    emitted = contrarian.table["co2"]
    found = sc.spillover_criterion(emitted, contrarian.weights, share=0.3)
    w = contrarian.weights.sparse.toarray()
    x = emitted.reindex(contrarian.weights.units).to_numpy()
    expected = pd.Series(0.7 * x + 0.3 * w.T @ x, contrarian.weights.units)
    expected[contrarian.island] = emitted[contrarian.island]  # who has no neighbour keeps all
    np.testing.assert_allclose(found, expected.reindex(emitted.index))
    assert found.sum() == pytest.approx(emitted.sum())
    assert found[contrarian.island] == emitted[contrarian.island]
    assert sc.spillover_criterion(emitted, contrarian.weights, share=0).tolist() == emitted.tolist()


def test_it_serves_as_a_criterion(chain: Any) -> None:
    emitted = pd.Series({"a": 10.0, "b": 20.0, "c": 10.0, "d": 4.0})
    spill = sc.spillover_criterion(emitted, chain, share=0.5)
    found = sc.allocate(
        11.0, spill.to_frame(), principle="criterion", criterion="spillover", emissions=emitted
    )
    assert found.allocation.to_dict() == pytest.approx((spill / 4).to_dict())


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan"), "x", True])
def test_a_share_is_a_part(chain: Any, share: Any) -> None:
    with pytest.raises(sc.OptionError, match="must lie in 0 to 1"):
        sc.spillover_criterion(pd.Series(1.0, index=list("abcd")), chain, share=share)


def test_bad_input(chain: Any) -> None:
    with pytest.raises(sc.SchemaError, match="emissions are negative for a"):
        sc.spillover_criterion(pd.Series([-1.0, 1, 1, 1], list("abcd")), chain, share=0.5)
    with pytest.raises(sc.AlignmentError):
        sc.spillover_criterion(pd.Series([1.0, 1, 1], list("abc")), chain, share=0.5)
