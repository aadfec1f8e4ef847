"""There and back again: every other form of weights, and what each of them loses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libpysal
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from scipy import sparse

import spatialcarbon as sc
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def lopsided() -> Weights:
    """Return weights on labels in no order: not symmetric, not binary, with an isolate."""
    rows = [("成都", "a", 2.0), ("成都", "c", 3.0), ("a", "c", 1.5), ("c", "成都", 0.1)]
    edges = pd.DataFrame(rows, columns=["focal", "neighbor", "weight"])
    return sc.Weights.from_edges(edges, units=["c", "d", "成都", "a"])


def same(a: Weights, b: Weights) -> None:
    """Assert that two weights are the same, order of units included."""
    assert a.units.tolist() == b.units.tolist()
    np.testing.assert_allclose(a.sparse.toarray(), b.sparse.toarray(), rtol=1e-15)


# -- libpysal Graph -----------------------------------------------------------------


@pytest.mark.parametrize("transform", ["B", "R", "D", "V"])
def test_graph_there_and_back(lopsided: Weights, transform: Any) -> None:
    w = lopsided.standardised(transform)
    graph = w.to_graph()
    same(sc.Weights.from_graph(graph), w)
    assert graph.isolates.tolist() == ["d"]


def test_the_matrix_of_the_graph_has_our_order(lopsided: Weights, plan_queen: Weights) -> None:
    # libpysal's esda statistics read .sparse, not the labels.
    for w in (lopsided, plan_queen, plan_queen.subset(plan_queen.units[::-1])):
        graph = w.to_graph()
        assert graph.unique_ids.tolist() == w.units.tolist()
        assert (graph.sparse != w.sparse).nnz == 0


def test_row_standardised_graph_keeps_its_scheme(plan_queen: Weights) -> None:
    graph = plan_queen.to_graph().transform("R")
    w = sc.Weights.from_graph(graph)
    assert w.transform == "R"
    # Subsetting restandardises instead of keeping the cut rows.
    part = w.subset(plan_queen.units[:20])
    sums = part.sparse.sum(axis=1)
    assert np.allclose(sums[sums > 0], 1)


@pytest.mark.parametrize("transform", ["B", "D", "V", "O"])
def test_other_graphs_are_taken_as_they_stand(lopsided: Weights, transform: str) -> None:
    graph = lopsided.to_graph()
    graph = graph if transform == "O" else graph.transform(transform)
    w = sc.Weights.from_graph(graph)
    np.testing.assert_allclose(w.sparse.toarray(), graph.sparse.toarray(), rtol=1e-15)


def test_graph_with_self_weights_is_refused() -> None:
    adjacency = pd.Series(
        [1.0, 1.0, 1.0],
        pd.MultiIndex.from_tuples(
            [("a", "a"), ("a", "b"), ("b", "a")], names=["focal", "neighbor"]
        ),
        name="weight",
    )
    with pytest.raises(sc.SchemaError, match="own neighbours"):
        sc.Weights.from_graph(Graph(adjacency))


# -- libpysal W -----------------------------------------------------------------------


def test_w_there_and_back(lopsided: Weights) -> None:
    w = lopsided.to_w()
    assert w.islands == ["d"]
    same(sc.Weights.from_w(w), lopsided)


@pytest.mark.parametrize("transform", ["O", "B", "R", "D", "V"])
def test_w_is_read_under_its_transform_and_left_untouched(
    lopsided: Weights, transform: str
) -> None:
    w = lopsided.to_w()
    w.transform = transform
    held = {i: list(x) for i, x in w.weights.items()}
    found = sc.Weights.from_w(w)
    np.testing.assert_allclose(found.sparse.toarray(), w.full()[0], rtol=1e-15)
    assert w.transform == transform
    assert w.weights == held


@pytest.mark.parametrize(("transform", "ours"), [("R", "R"), ("V", "V"), ("B", "B"), ("D", "B")])
def test_w_keeps_the_schemes_we_share(lopsided: Weights, transform: str, ours: str) -> None:
    w = lopsided.to_w()
    w.transform = transform
    found = sc.Weights.from_w(w)
    assert found.transform == ours
    if ours in "RV":
        assert (found.raw.toarray() == lopsided.raw.toarray()).all()


def test_contiguity_w_of_a_map(lattice: Any) -> None:
    theirs = libpysal.weights.Rook.from_dataframe(lattice, use_index=True)
    same(as_weights(theirs), sc.Backbone(lattice).contiguity("rook"))


@pytest.mark.parametrize("form", ["to_graph", "to_w"])
@pytest.mark.parametrize("statistic", ["global_moran", "local_moran", "moran_panel"])
def test_libpysal_is_welcome_wherever_weights_are(
    plan_queen: Weights, plan_co2: pd.DataFrame, form: str, statistic: str
) -> None:
    weights = plan_queen.standardised("R")
    theirs = getattr(weights, form)()
    values = plan_co2[[2017]] if statistic == "moran_panel" else plan_co2[2017]
    call = getattr(sc, statistic)
    options = {"correction": "none"} if statistic == "local_moran" else {}
    ours = call(values, weights, permutations=99, rng=1, **options).to_frame()
    again = call(values, theirs, permutations=99, rng=1, **options).to_frame()
    pd.testing.assert_frame_equal(ours, again, rtol=1e-12)


@pytest.mark.parametrize("form", ["to_graph", "to_w"])
def test_libpysal_is_welcome_by_suggest_bridges(plan_backbone: Any, form: str) -> None:
    theirs = getattr(plan_backbone.contiguity(), form)()
    assert plan_backbone.suggest_bridges(theirs)["unit"].tolist() == [330900]


def test_wsp_is_refused_by_name(plan_queen: Weights) -> None:
    with pytest.raises(sc.AlignmentError, match="weights is a WSP"):
        as_weights(plan_queen.to_w().to_WSP())


# -- tables, scipy, networkx ------------------------------------------------------------


def test_edges_there_and_back(lopsided: Weights) -> None:
    same(sc.Weights.from_edges(lopsided.to_edges(), units=lopsided.units), lopsided)


def test_edges_without_weights_count_one() -> None:
    w = sc.Weights.from_edges(pd.DataFrame({"focal": ["b"], "neighbor": ["a"]}))
    assert w.units.tolist() == ["b", "a"]
    assert w.raw.toarray().tolist() == [[0, 1], [0, 0]]


def test_zero_self_link_names_an_isolate() -> None:
    edges = pd.DataFrame({"focal": ["a", "z"], "neighbor": ["b", "z"], "weight": [1.0, 0.0]})
    w = sc.Weights.from_edges(edges)
    assert w.units.tolist() == ["a", "z", "b"]
    assert w.isolates.tolist() == ["z", "b"]


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ({"focal": ["a"], "to": ["b"]}, "lacks the column neighbor"),
        ({"focal": ["a", None], "neighbor": ["b", "a"]}, "links without a label"),
        ({"focal": ["a", "a"], "neighbor": ["b", "b"]}, "1 repeated links"),
        ({"focal": ["a"], "neighbor": ["b"], "weight": ["much"]}, "1 links have no readable"),
        ({"focal": ["a"], "neighbor": ["b"], "weight": [np.nan]}, "1 links have no readable"),
        ({"focal": ["a"], "neighbor": ["b"], "weight": [-1.0]}, "negative or not finite"),
        ({"focal": ["a"], "neighbor": ["a"]}, "own neighbours"),
    ],
)
def test_bad_edge_tables(edges: dict, message: str) -> None:
    with pytest.raises(sc.SpatialCarbonError, match=message):
        sc.Weights.from_edges(pd.DataFrame(edges))


def test_links_that_are_no_table() -> None:
    with pytest.raises(sc.SchemaError, match="the edge table is a list"):
        sc.Weights.from_edges([("a", "b")])  # type: ignore[arg-type]


def test_edges_to_strangers_are_named() -> None:
    edges = pd.DataFrame({"focal": ["a"], "neighbor": ["z"]})
    with pytest.raises(sc.AlignmentError, match="links 1 units that are not on the map") as caught:
        sc.Weights.from_edges(edges, units=["a", "b"])
    assert "got: z" in str(caught.value)


def test_sparse_forms_are_all_taken() -> None:
    dense = np.array([[0.0, 2.0], [0.0, 0.0]])
    for form in (sparse.coo_array, sparse.csc_array, sparse.csr_matrix, sparse.lil_array):
        w = sc.Weights.from_sparse(form(dense), ["a", "b"])
        assert w.raw.toarray().tolist() == dense.tolist()


def test_networkx_there_and_back(lopsided: Weights) -> None:
    graph = lopsided.to_networkx()
    assert isinstance(graph, nx.DiGraph)
    assert graph["成都"]["c"]["weight"] == 3.0
    same(sc.Weights.from_networkx(graph), lopsided)


def test_undirected_networkx_links_both_ways() -> None:
    w = sc.Weights.from_networkx(nx.path_graph(3))
    assert w.raw.toarray().tolist() == [[0, 1, 0], [1, 0, 1], [0, 1, 0]]


# -- files ------------------------------------------------------------------------------


def test_parquet_keeps_everything(plan_backbone: Any, tmp_path: Path) -> None:
    w = plan_backbone.contiguity(order=2).bridged([(330900, 330200)]).standardised("R")
    w.to_parquet(tmp_path / "w.parquet")
    again = sc.Weights.from_parquet(tmp_path / "w.parquet")
    assert again.units.equals(w.units)
    assert again.units.name == "adcode"
    for name in ("fingerprint", "recipe", "bridges", "order", "transform"):
        assert getattr(again, name) == getattr(w, name)
    assert (again.sparse.toarray() == w.sparse.toarray()).all()
    assert again.lower_order.fingerprint == w.lower_order.fingerprint


def test_parquet_of_the_same_weights_is_the_same_file(lopsided: Weights, tmp_path: Path) -> None:
    for name in ("a", "b"):
        lopsided.to_parquet(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_other_parquet_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"focal": ["a"]}).to_parquet(path)
    with pytest.raises(sc.SchemaError, match="does not hold weights") as caught:
        sc.Weights.from_parquet(path)
    assert "from_edges" in str(caught.value)
    path.write_bytes(b"PAR0")
    with pytest.raises(sc.SchemaError, match="cannot be read"):
        sc.Weights.from_parquet(path)
    with pytest.raises(sc.SchemaError, match="there is no file"):
        sc.Weights.from_parquet(tmp_path / "absent")


def test_gal_keeps_links_and_isolates(plan_queen: Weights, tmp_path: Path) -> None:
    path = tmp_path / "w.gal"
    plan_queen.to_gal(path)
    again = sc.Weights.from_gal(path)
    same(again, plan_queen)
    assert again.recipe == "file w.gal"


def test_gwt_keeps_values(plan_backbone: Any, tmp_path: Path) -> None:
    w = plan_backbone.knn(3).standardised("R")
    w.to_gal(tmp_path / "w.gwt")
    again = sc.Weights.from_gal(tmp_path / "w.gwt")
    np.testing.assert_allclose(
        again.subset(w.units).sparse.toarray(), w.sparse.toarray(), rtol=1e-5
    )


def test_text_labels_pass_through_gal(lopsided: Weights, tmp_path: Path) -> None:
    lopsided.to_gal(tmp_path / "w.gal")
    again = sc.Weights.from_gal(tmp_path / "w.gal")
    assert again.units.tolist() == lopsided.units.tolist()
    assert (again.raw.toarray() == (lopsided.raw.toarray() > 0)).all()


@pytest.mark.parametrize("ending", ["gal", "gwt"])
def test_labels_with_spaces_are_refused_before_writing(tmp_path: Path, ending: str) -> None:
    w = sc.Weights.from_edges(pd.DataFrame({"focal": ["Xi an"], "neighbor": ["b"]}))
    with pytest.raises(sc.SchemaError, match="1 labels have spaces"):
        w.to_gal(tmp_path / f"w.{ending}")
    assert not list(tmp_path.iterdir())


def test_gwt_refuses_isolates_which_it_would_lose(lopsided: Weights, tmp_path: Path) -> None:
    with pytest.raises(sc.SchemaError, match="list links only, and 1 units have none"):
        lopsided.to_gal(tmp_path / "w.gwt")
    assert not list(tmp_path.iterdir())


def test_gal_refuses_other_endings_and_broken_files(lopsided: Weights, tmp_path: Path) -> None:
    with pytest.raises(sc.SchemaError, match=r"does not end in \.gal or \.gwt"):
        lopsided.to_gal(tmp_path / "w.txt")
    broken = tmp_path / "broken.gal"
    broken.write_text("not weights at all\n")
    with pytest.raises(sc.SchemaError, match="cannot be read"):
        sc.Weights.from_gal(broken)
    with pytest.raises(sc.SchemaError, match="there is no file"):
        sc.Weights.from_gal(tmp_path / "absent.gal")
