"""Weights from and to libpysal, scipy, networkx, tables, Parquet, GAL and GWT."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from scipy import sparse

from spatialcarbon.core.align import check_unique, require_columns
from spatialcarbon.core.errors import AlignmentError, SchemaError, SpatialCarbonError, some
from spatialcarbon.core.files import parse_json, require_file
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.data.checked import check_parquet
from spatialcarbon.data.source import BROKEN
from spatialcarbon.weights.matrices import Matrix, Transform, canonical, rows_of

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights


def edges_to_matrix(
    edges: pd.DataFrame, units: Iterable[Hashable] | None
) -> tuple[pd.Index, Matrix]:
    """Turn a table of links into labels and a raw matrix."""
    if not isinstance(edges, pd.DataFrame):
        raise SchemaError(
            "the edge table is a {kind}",
            expected="a DataFrame with the columns focal and neighbor, and weight if there are any",
            kind=type(edges).__name__,
        )
    require_columns(edges, ["focal", "neighbor"], text("the edge table"))
    focal, neighbor = pd.Index(edges["focal"]), pd.Index(edges["neighbor"])
    for labels in (focal, neighbor):
        if labels.hasnans:
            raise AlignmentError("the edge table has links without a label")
    if units is None:
        labels = pd.Index(pd.unique(pd.concat([edges["focal"], edges["neighbor"]])))
    else:
        labels = units if isinstance(units, pd.Index) else pd.Index(list(units))
        check_unique(labels, "units")
    rows, columns = labels.get_indexer(focal), labels.get_indexer(neighbor)
    unknown = (rows < 0) | (columns < 0)
    if unknown.any():
        strangers = pd.Index([*focal[rows < 0], *neighbor[columns < 0]]).unique()
        raise AlignmentError(
            "the edge table links {n} units that are not on the map",
            arrived="{labels}",
            expected="labels such as {known}",
            n=len(strangers),
            labels=some(strangers),
            known=some(labels, 3),
        )
    repeated = edges.duplicated(["focal", "neighbor"])
    if repeated.any():
        raise SchemaError(
            "the edge table has {n} repeated links",
            arrived="{links}",
            expected="each (focal, neighbor) once",
            n=int(repeated.sum()),
            links=some(
                f"{a}–{b}" for a, b in zip(focal[repeated], neighbor[repeated], strict=True)
            ),
        )
    if "weight" in edges.columns:
        values = pd.to_numeric(edges["weight"], errors="coerce").to_numpy(dtype=np.float64)
        bad = ~np.isfinite(values)
        if bad.any():
            raise SchemaError(
                "{n} links have no readable weight",
                arrived="{links}",
                n=int(bad.sum()),
                links=some(f"{a}–{b}" for a, b in zip(focal[bad], neighbor[bad], strict=True)),
            )
    else:
        values = np.ones(len(edges))
    n = len(labels)
    return labels, sparse.csr_array((values, (rows, columns)), shape=(n, n))


def pairs_of_units(
    pairs: Iterable[tuple[Hashable, Hashable]] | pd.DataFrame,
) -> list[tuple[Hashable, Hashable]]:
    """Read pairs of units from a list, or from ``unit`` and ``neighbor`` of a table."""
    if isinstance(pairs, pd.DataFrame):
        require_columns(pairs, ["unit", "neighbor"], text("the table of bridges"))
        return list(zip(pairs["unit"].tolist(), pairs["neighbor"].tolist(), strict=True))
    listed = [tuple(pair) if isinstance(pair, (tuple, list)) else (pair,) for pair in pairs]
    odd = [pair for pair in listed if len(pair) != 2]
    if odd:
        raise SchemaError(
            "a bridge is a pair of units",
            arrived="{odd}",
            fix="weights.bridged([(330900, 330200)])",
            odd=some(odd),
        )
    return cast("list[tuple[Hashable, Hashable]]", listed)


def graph_to_matrix(graph: Any) -> tuple[pd.Index, Matrix, Transform]:
    """Read a ``libpysal.graph.Graph``; its isolates are self-links of weight zero."""
    adjacency = graph.adjacency
    edges = pd.DataFrame(
        {
            "focal": adjacency.index.get_level_values(0),
            "neighbor": adjacency.index.get_level_values(1),
            "weight": adjacency.to_numpy(),
        }
    )
    labels, matrix = edges_to_matrix(edges, pd.Index(graph.unique_ids))
    # Rows that sum to one can be standardised again without changing them.
    return labels, matrix, "R" if graph.transformation == "R" else "B"


def w_to_matrix(w: Any) -> tuple[pd.Index, Matrix, Transform]:
    """Read a ``libpysal.weights.W`` from its original weights where its transform is ours."""
    transform = str(w.transform).upper()
    source = w.weights
    if transform in ("R", "V"):
        source = w.transformations.get("O", w.weights)
    ids = list(w.id_order)
    at = {label: i for i, label in enumerate(ids)}
    rows = [at[i] for i in ids for _ in w.neighbors[i]]
    columns = [at[j] for i in ids for j in w.neighbors[i]]
    values = [float(x) for i in ids for x in source[i]]
    matrix = sparse.csr_array((values, (rows, columns)), shape=(len(ids), len(ids)))
    known = cast("Transform", transform) if transform in ("R", "V") else "B"
    return pd.Index(ids), matrix, known


def networkx_to_matrix(graph: Any, weight: str) -> tuple[pd.Index, Matrix]:
    """Read a networkx graph, directed or not."""
    import networkx as nx

    labels = list(graph.nodes)
    matrix = nx.to_scipy_sparse_array(graph, nodelist=labels, weight=weight, dtype=np.float64)
    return pd.Index(labels), canonical(matrix)


def to_graph(weights: Weights) -> Any:
    """Write a ``libpysal.graph.Graph``."""
    from libpysal.graph import Graph

    edges = weights.to_edges()
    alone = pd.DataFrame({"focal": weights.isolates, "neighbor": weights.isolates, "weight": 0.0})
    table = pd.concat([edges, alone]) if len(alone) else edges
    table["row"] = weights.units.get_indexer(pd.Index(table["focal"]))
    table["column"] = weights.units.get_indexer(pd.Index(table["neighbor"]))
    table = table.sort_values(["row", "column"], kind="stable")
    adjacency = table.set_index(["focal", "neighbor"])["weight"]
    # libpysal sorts again: its ``sparse`` reads the codes of the index, not its order.
    return Graph(adjacency, transformation="O")


def to_w(weights: Weights) -> Any:
    """Write a ``libpysal.weights.W``."""
    from libpysal.weights import W

    matrix, labels = weights.sparse, weights.units.tolist()
    bounds = matrix.indptr.tolist()
    neighbors, values = {}, {}
    for i, label in enumerate(labels):
        piece = slice(bounds[i], bounds[i + 1])
        neighbors[label] = [labels[j] for j in matrix.indices[piece].tolist()]
        values[label] = matrix.data[piece].tolist()
    return W(neighbors, values, id_order=labels, silence_warnings=True)


def to_networkx(weights: Weights) -> Any:
    """Write a ``networkx.DiGraph`` that holds the isolates too."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(weights.units.tolist())
    edges = weights.to_edges()
    graph.add_weighted_edges_from(
        zip(
            edges["focal"].tolist(),
            edges["neighbor"].tolist(),
            edges["weight"].tolist(),
            strict=True,
        )
    )
    return graph


def write_parquet(weights: Weights, path: Path) -> None:
    """Write raw positions and values, with labels and history in the file's metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    raw = weights.raw
    table = pa.table(
        {
            "row": rows_of(raw).astype("int64"),
            "column": raw.indices.astype("int64"),
            "weight": raw.data,
        }
    )
    lower = weights.lower
    header = {
        "units": weights.units.tolist(),
        "name": weights.units.name,
        "transform": weights.transform,
        "recipe": weights.recipe,
        "bridges": [list(pair) for pair in weights.bridges],
        "order": weights.order,
        "lower": None if lower is None else [rows_of(lower).tolist(), lower.indices.tolist()],
    }
    table = table.replace_schema_metadata({"spatialcarbon": json.dumps(header)})
    pq.write_table(table, path)


def read_parquet(path: Path) -> dict[str, Any]:
    """Read what :func:`write_parquet` wrote, as arguments of :class:`Weights`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    require_file(path)
    try:
        with pq.ParquetFile(path) as file:
            check_parquet(file, path.name)
            table = file.read()
    except SpatialCarbonError:
        raise
    except (OSError, pa.ArrowException, *BROKEN) as error:
        raise SchemaError("{path} cannot be read: {reason}", path=path, reason=error) from error
    header = parse_json((table.schema.metadata or {}).get(b"spatialcarbon", b"null"), path.name)
    try:
        return _from_header(header, table)
    except SpatialCarbonError:
        raise
    except BROKEN:
        raise SchemaError(
            "{path} does not hold weights",
            expected="a file written by Weights.to_parquet",
            fix="Weights.from_edges(pandas.read_parquet(path)) for a plain table of links",
            path=path,
        ) from None


def _from_header(header: Any, table: Any) -> dict[str, Any]:
    n = len(header["units"])
    if not all(isinstance(label, (str, int, float)) for label in header["units"]):
        raise TypeError

    def matrix(values: Any, rows: Any, columns: Any) -> Matrix:
        return sparse.csr_array((values, (rows, columns)), shape=(n, n))

    check_option(header["transform"], Transform, "transform")
    lower, name = header["lower"], header["name"]
    return {
        "units": pd.Index(header["units"], name=None if name is None else str(name)),
        "raw": matrix(
            table["weight"].to_numpy(), table["row"].to_numpy(), table["column"].to_numpy()
        ),
        "transform": header["transform"],
        "recipe": str(header["recipe"]),
        "bridges": tuple((a, b) for a, b in header["bridges"]),
        "order": int(header["order"]),
        "lower": None if lower is None else matrix(np.ones(len(lower[0])), *lower),
    }


def write_gal(weights: Weights, path: Path) -> None:
    """Write a GAL or GWT file through libpysal."""
    from libpysal.io import open as open_weights

    ending = path.suffix.lower()
    if ending not in (".gal", ".gwt"):
        raise SchemaError(
            "{path} does not end in .gal or .gwt", fix="weights.to_gal('cities.gal')", path=path
        )
    spaced = [label for label in weights.units if re.search(r"\s", str(label)) or not str(label)]
    if spaced:
        raise SchemaError(
            "{ending} files separate labels by spaces, and {n} labels have spaces",
            arrived="{labels}",
            fix="weights.to_parquet('cities.parquet')",
            ending=ending,
            n=len(spaced),
            labels=some(map(repr, spaced)),
        )
    if ending == ".gwt" and len(weights.isolates):
        raise SchemaError(
            ".gwt files list links only, and {n} units have none",
            arrived="{labels}",
            fix="weights.to_gal('cities.gal'), or weights.to_parquet('cities.parquet')",
            n=len(weights.isolates),
            labels=some(weights.isolates),
        )
    file = open_weights(str(path), "w")
    try:
        file.write(weights.to_w())
    finally:
        file.close()
