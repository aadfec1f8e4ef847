"""The value type itself: what it holds, what it refuses, and that it never changes."""

from __future__ import annotations

import pickle
import re
from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import spatialcarbon as sc
from spatialcarbon.weights.weights import Weights, as_weights


def edges(*rows: tuple) -> pd.DataFrame:
    names = ["focal", "neighbor", "weight"]
    return pd.DataFrame(rows, columns=names[: len(rows[0])])


@pytest.fixture
def lopsided() -> Weights:
    """Return weights that are not symmetric, not binary, with an isolate."""
    rows = edges(("a", "b", 2.0), ("a", "c", 3.0), ("b", "c", 1.5), ("c", "a", 1.0))
    return sc.Weights.from_edges(rows, units=["a", "b", "c", "d"])


def test_facts_of_lopsided_weights(lopsided: Weights) -> None:
    assert lopsided.n == 4
    assert lopsided.s0 == 7.5
    # ½[(2)² + (2)² + (3+1)² + (1+3)² + 1.5² + 1.5²]
    assert lopsided.s1 == 4 + 16 + 2.25
    # row + column sums: a 5+1, b 1.5+2, c 1+4.5, d 0
    assert lopsided.s2 == 36 + 12.25 + 30.25
    assert lopsided.cardinalities.to_dict() == {"a": 2, "b": 1, "c": 1, "d": 0}
    assert lopsided.isolates.tolist() == ["d"]
    assert lopsided.components == 2
    assert (
        lopsided.component_labels["a"]
        == lopsided.component_labels["c"]
        != lopsided.component_labels["d"]
    )
    assert lopsided.n_pairs == 3
    assert not lopsided.is_symmetric


def test_one_way_links_join_components() -> None:
    w = sc.Weights.from_edges(edges(("a", "b"), ("c", "b")))
    assert w.components == 1
    assert w.isolates.tolist() == ["b"]


def test_sums_agree_with_libpysal(lopsided: Weights, plan_queen: Weights) -> None:
    for w in (lopsided, plan_queen, plan_queen.standardised("R")):
        theirs = w.to_w()
        assert w.s0 == pytest.approx(theirs.s0, rel=1e-12)
        assert w.s1 == pytest.approx(theirs.s1, rel=1e-12)
        assert w.s2 == pytest.approx(theirs.s2, rel=1e-12)


def test_coding_schemes(lopsided: Weights) -> None:
    dense = {t: lopsided.standardised(t).sparse.toarray() for t in "BRDV"}
    np.testing.assert_allclose(
        dense["R"], [[0, 0.4, 0.6, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]], rtol=1e-15
    )
    np.testing.assert_allclose(dense["D"], dense["B"] * 4 / 7.5, rtol=1e-15)
    root = np.sqrt(13)
    v = np.array([[0, 2 / root, 3 / root, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(dense["V"], v * 4 / v.sum(), rtol=1e-15)


def test_standardising_starts_from_the_raw_weights(lopsided: Weights) -> None:
    there_and_back = lopsided.standardised("R").standardised("V").standardised("B")
    assert (there_and_back.sparse.toarray() == lopsided.raw.toarray()).all()
    assert there_and_back.fingerprint == lopsided.fingerprint


def test_coding_scheme_is_checked(lopsided: Weights) -> None:
    with pytest.raises(sc.OptionError, match="'B', 'R', 'D', 'V'"):
        lopsided.standardised("row")  # type: ignore[arg-type]


def test_neighbors_are_labelled(lopsided: Weights) -> None:
    assert lopsided.standardised("R").neighbors("a").to_dict() == {"b": 0.4, "c": 0.6}
    assert lopsided.neighbors("d").empty
    with pytest.raises(sc.AlignmentError, match="1 units are not in the weights") as caught:
        lopsided.neighbors("z")
    assert "'z'" in str(caught.value)


# -- it never changes -----------------------------------------------------------


def test_arrays_are_read_only(lopsided: Weights) -> None:
    w = lopsided.standardised("R")
    for matrix in (w.raw, w.sparse):
        for array in (matrix.data, matrix.indices, matrix.indptr):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 9


def test_fields_are_frozen(lopsided: Weights) -> None:
    with pytest.raises(FrozenInstanceError):
        lopsided.transform = "R"  # type: ignore[misc]


def test_what_is_handed_out_can_be_changed_without_harm(lopsided: Weights) -> None:
    before = lopsided.fingerprint
    for handed_out in (lopsided.cardinalities, lopsided.component_labels, lopsided.neighbors("a")):
        handed_out.iloc[:] = 0
    table = lopsided.to_edges()
    table["weight"] = 0.0
    assert lopsided.cardinalities["a"] == 2
    assert lopsided.components == 2
    assert lopsided.neighbors("a")["b"] == 2.0
    assert lopsided.to_edges()["weight"].sum() == 7.5
    assert lopsided.fingerprint == before


def test_the_source_can_be_changed_without_harm() -> None:
    matrix = sparse.csr_array(np.array([[0.0, 1.0], [1.0, 0.0]]))
    w = sc.Weights.from_sparse(matrix, ["a", "b"])
    matrix.data[:] = 7
    assert w.s0 == 2.0


def test_pickled_weights_are_the_same(lopsided: Weights) -> None:
    again = pickle.loads(pickle.dumps(lopsided.standardised("R")))
    assert again.fingerprint == lopsided.standardised("R").fingerprint
    assert len(again.fingerprint) == 16  # as tables and file names show it


# -- fingerprint ------------------------------------------------------------------


def test_fingerprint_forgets_the_order_of_units(plan_queen: Weights) -> None:
    shuffled = plan_queen.units.to_series().sample(frac=1, random_state=1).index
    assert plan_queen.subset(shuffled).fingerprint == plan_queen.fingerprint


def test_fingerprint_sees_every_change(lopsided: Weights) -> None:
    renamed = sc.Weights.from_sparse(lopsided.raw, ["a", "b", "c", "e"])
    swapped = sc.Weights.from_sparse(lopsided.raw, ["b", "a", "c", "d"])
    nudged = sc.Weights.from_edges(
        lopsided.to_edges().assign(weight=[2.0, 3.0, 1.5, np.nextafter(1.0, 2)]), units="abcd"
    )
    every = [
        lopsided,
        lopsided.standardised("R"),
        lopsided.standardised("D"),
        lopsided.bridged([("c", "d")]),
        lopsided.subset("abc"),
        renamed,
        swapped,
        nudged,
    ]
    assert len({w.fingerprint for w in every}) == len(every)


# -- what it refuses ----------------------------------------------------------------


@pytest.mark.parametrize("weight", [-1.0, np.nan, np.inf])
def test_weights_are_finite_and_not_negative(weight: float) -> None:
    matrix = sparse.csr_array(([weight], ([0], [1])), shape=(2, 2))
    with pytest.raises(sc.SchemaError, match="negative or not finite in 1 places") as caught:
        sc.Weights.from_sparse(matrix, ["a", "b"])
    assert "rows of a" in str(caught.value)


def test_no_unit_is_its_own_neighbour() -> None:
    with pytest.raises(sc.SchemaError, match="1 units are their own neighbours") as caught:
        sc.Weights.from_edges(edges(("a", "b"), ("b", "b")))
    assert "got: b" in str(caught.value)


@pytest.mark.parametrize("units", [["a"], ["a", "b", "c"]])
def test_matrix_and_labels_must_fit(units: list) -> None:
    with pytest.raises(sc.AlignmentError, match="does not fit") as caught:
        sc.Weights.from_sparse(sparse.csr_array((2, 2)), units)
    assert re.search(r"got: 2 (by|×) 2\n", str(caught.value))


def test_labels_are_unique() -> None:
    with pytest.raises(sc.AlignmentError, match="repeated labels"):
        sc.Weights.from_sparse(sparse.csr_array((2, 2)), ["a", "a"])


def test_labels_may_be_a_list() -> None:
    w = Weights(["a", "b"], sparse.csr_array((2, 2)))  # type: ignore[arg-type]
    assert w.isolates.tolist() == ["a", "b"]


@pytest.mark.parametrize("other", [np.eye(3), [[0, 1], [1, 0]], "queen", None, pd.DataFrame()])
def test_other_things_are_no_weights(other: object) -> None:
    with pytest.raises(sc.AlignmentError, match=f"weights is a {type(other).__name__}"):
        as_weights(other)


# -- display ------------------------------------------------------------------------


def test_repr_is_one_line(lopsided: Weights) -> None:
    w = lopsided.bridged([("c", "d")]).standardised("R")
    assert repr(w) == f"<Weights edge table: 4 units, 4 pairs, R, 1 bridge, {w.fingerprint[:8]}>"
    assert "1 isolate" in repr(lopsided)


def test_html_is_escaped_and_complete(lopsided: Weights) -> None:
    w = sc.Weights.from_edges(edges(("<a>", "b")), recipe="<recipe>")
    html = w._repr_html_()
    assert "&lt;recipe&gt;" in html
    assert "<a>" not in html
    assert lopsided.fingerprint in lopsided._repr_html_()


def test_describe_names_isolates_and_bridges(lopsided: Weights) -> None:
    facts = lopsided.bridged([("a", "d")]).describe()
    assert facts["bridges"] == [["a", "d"]]
    assert facts["isolates"] == []
    assert lopsided.describe()["isolates"] == ["d"]
    assert [said.render("en")[-3:] for said in lopsided.remarks()] == [": d"]
