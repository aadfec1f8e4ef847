"""What holds for transitions and for families of weights, whatever the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import sparse

import spatialcarbon as sc
from spatialcarbon.stats.moves import STATES, TYPES

FEW = settings(max_examples=12)
"""Each example computes local Moran's I a dozen times."""


@st.composite
def years(draw: Any) -> tuple[pd.DataFrame, Any]:
    """Draw values of three years that vary, and weights with links, on string labels."""
    n = draw(st.integers(4, 9))
    labels = draw(st.permutations([f"城{i}" for i in range(n)]))
    column = st.lists(st.integers(-9, 9), min_size=n, max_size=n).filter(lambda x: len(set(x)) > 1)
    frame = pd.DataFrame({year: draw(column) for year in (2000, 2005, 2010)}, labels, dtype=float)
    entries = st.sampled_from([0.0, 0.0, 1.0, 2.0])
    dense = np.array(draw(st.lists(entries, min_size=n * n, max_size=n * n))).reshape(n, n)
    np.fill_diagonal(dense, 0)
    assume(dense.sum() > 0)
    return frame, sc.Weights.from_sparse(sparse.csr_array(dense), labels).standardised("R")


def moves(frame: pd.DataFrame, w: Any) -> sc.LisaTransitionsResult:
    return sc.lisa_transitions(frame, w, permutations=19, correction="none", rng=3)


@FEW
@given(years())
def test_every_unit_is_counted_once(case: Any) -> None:
    frame, w = case
    found = moves(frame, w)
    n = len(frame)
    for states in ("label", "quadrant"):
        for pair in ((2000, 2005), (2005, 2010)):
            counts = found.counts(states, pair=pair)
            assert counts.to_numpy().sum() == n
            starts = getattr(found.local[pair[0]], states).value_counts()
            ends = getattr(found.local[pair[1]], states).value_counts()
            order = list(STATES[states])
            assert counts.sum(axis=1).tolist() == starts.reindex(order, fill_value=0).tolist()
            assert counts.sum(axis=0).tolist() == ends.reindex(order, fill_value=0).tolist()
        sums = found.probabilities(states).sum(axis=1, min_count=1).dropna()
        np.testing.assert_allclose(sums, 1.0)
    kinds = found.types
    assert (kinds[list(TYPES)].sum(axis=1) == kinds["n"]).all()
    assert (kinds["n"] + kinds["undefined"] == n).all()
    total = kinds["stability"] + kinds["flux"] + (kinds["IIIA"] + kinds["IIIB"]) / kinds["n"]
    np.testing.assert_allclose(total[kinds["n"] > 0], 1.0)
    back = moves(frame[[2010, 2005, 2000]].set_axis([2000, 2005, 2010], axis=1), w)
    assert (
        back.counts("quadrant").to_numpy().tolist()
        == found.counts("quadrant").T.to_numpy().tolist()
    )


@FEW
@given(years(), st.randoms(use_true_random=False), st.sampled_from([0.5, 3.0, 1e6]))
def test_moves_forget_row_order_origin_and_unit_of_measure(
    case: Any, random: Any, scale: float
) -> None:
    frame, w = case
    order = list(frame.index)
    random.shuffle(order)
    plain = moves(frame, w)
    pd.testing.assert_frame_equal(moves(frame.loc[order], w).table, plain.table)
    pd.testing.assert_frame_equal(moves(frame, w.subset(order)).table, plain.table)
    pd.testing.assert_frame_equal(moves(frame * scale + 7, w).table, plain.table)


@FEW
@given(years())
def test_a_map_beside_itself_does_not_move(case: Any) -> None:
    frame, w = case
    found = moves(pd.DataFrame({1: frame[2000], 2: frame[2000]}), w)
    for states in ("label", "quadrant"):
        counts = found.counts(states).to_numpy()
        assert np.trace(counts) == counts.sum()
    assert not found.units["changed"].any()


@FEW
@given(years(), st.permutations(["a", "b", "c"]))
def test_a_family_forgets_the_order_of_its_members(case: Any, order: list[str]) -> None:
    frame, w = case
    family = {"a": w, "b": w.standardised("B"), "c": w.standardised("D")}
    options: dict[str, Any] = {"permutations": 19, "correction": "none", "rng": 1}
    one = sc.weights_sensitivity(frame[2000], family, reference="a", **options)
    two = sc.weights_sensitivity(
        frame[2000], {name: family[name] for name in order}, reference="a", **options
    )
    # Which of two equal members is called the first hangs on the order, nothing else does.
    facts = one.table.drop(columns="same_as").set_index("member")
    pd.testing.assert_frame_equal(
        facts, two.table.drop(columns="same_as").set_index("member").loc[facts.index]
    )
    pd.testing.assert_frame_equal(one.robustness, two.robustness)
    assert (one.verdict, one.agreeing, one.members) == (two.verdict, two.agreeing, two.members)
    assert one.agreeing <= one.members == (one.table["same_as"] == "").sum()
    kept = one.robustness["kept"].dropna()
    assert kept.between(0, 1).all()
    assert (one.robustness["frequent_share"] >= 1 / one.members).all()
