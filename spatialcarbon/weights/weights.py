"""Spatial weights: immutable, labelled, and able to say what they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, check_unique, conform_labels, same_units
from spatialcarbon.core.errors import AlignmentError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option, check_positive
from spatialcarbon.weights import convert
from spatialcarbon.weights.gal import read_gal
from spatialcarbon.weights.matrices import (
    Matrix,
    Transform,
    canonical,
    rows_of,
    with_links,
    within_groups,
)
from spatialcarbon.weights.view import Label, WeightsView

PARTS_KEPT = 32


@dataclass(frozen=True, eq=False, repr=False)
class Weights(WeightsView):
    """Who neighbours whom, and how strongly.

    Build it with :class:`spatialcarbon.Backbone` or one of the ``from_*``
    constructors. An instance never changes: every method returns a new one.

    Parameters
    ----------
    units, raw, transform, recipe, bridges, order, lower
        As in :class:`spatialcarbon.weights.view.WeightsView`.

    Notes
    -----
    An isolate is a unit without neighbours: a row of zeros, named in
    :attr:`isolates`, counted in ``n``.

    Examples
    --------
    A chain a–b–c–d of links both ways, and what can be read from it:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links)
    >>> w.n, w.n_pairs, w.s0, w.s1, w.s2, w.is_symmetric, w.components
    (4, 3, 6.0, 12.0, 40.0, True, 1)
    >>> r = w.standardised("R")
    >>> r.neighbors("b").to_dict(), r.sparse.sum(axis=1).tolist()
    ({'a': 0.5, 'c': 0.5}, [1.0, 1.0, 1.0, 1.0])
    >>> w.cardinalities.tolist(), w.positions(["c"]).tolist(), w.canonical.units.tolist()
    ([1, 2, 2, 1], [2], ['a', 'b', 'c', 'd'])

    Parts of it, and a bridge between two:

    >>> part = w.within(pd.Series(list("wwee"), list("abcd")))
    >>> part.component_labels.tolist(), part.bridged([("b", "c")]).n_pairs == w.n_pairs
    ([0, 0, 1, 1], True)
    >>> w.subset(["a", "b", "d"]).isolates.tolist(), w.subset(["a", "c"]).remarks()[0].render("en")
    (['d'], 'units without neighbours (2): a, c')

    Other forms and files give the same weights back:

    >>> again = [sc.Weights.from_graph(w.to_graph()), sc.Weights.from_w(w.to_w())]
    >>> again += [sc.Weights.from_networkx(w.to_networkx()), sc.Weights.from_sparse(w.raw, w.units)]
    >>> again += [sc.Weights.from_edges(w.to_edges()), w.lower_order]
    >>> {other.fingerprint for other in again} == {w.fingerprint}
    True
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     w.to_parquet(f"{folder}/chain.parquet")
    ...     w.to_gal(f"{folder}/chain.gal")
    ...     kept = sc.Weights.from_parquet(f"{folder}/chain.parquet")
    ...     gal = sc.Weights.from_gal(f"{folder}/chain.gal")
    >>> kept.fingerprint == gal.fingerprint == w.fingerprint
    True

    What other modules build on:

    >>> w.describe()["pairs"], len(w.pairs.weight), len(w.label_digest)
    (3, 3, 16)
    >>> w.neighbours.cardinality.tolist()
    [1, 2, 2, 1]
    """

    # -- new weights from these ---------------------------------------------

    @cached_property
    def canonical(self) -> Weights:
        """The same weights with units in ascending order of label: the order of random draws."""
        if self.units.is_monotonic_increasing:
            return self
        return self.subset(self.units[canonical_order(self.units)])

    def standardised(self, transform: Transform) -> Weights:
        """Return the same links under another coding scheme.

        Parameters
        ----------
        transform : {"R", "B", "D", "V"}
            ``"R"`` rows sum to one; ``"B"`` raw weights as given; ``"D"`` all
            weights scaled to sum n; ``"V"`` variance-stabilising, sum n. Rows
            of isolates stay zero under each.
        """
        return replace(self, transform=check_option(transform, Transform, "transform"))

    def subset(self, units: Iterable[Label]) -> Weights:
        """Return the weights among some units, standardised anew from the raw weights.

        Parameters
        ----------
        units : iterable of labels
            Which units, in the order wanted.

        Raises
        ------
        AlignmentError
            For units that are not there.
        """
        wanted = units if isinstance(units, pd.Index) else pd.Index(list(units))
        check_unique(wanted, text("the list of units"))
        at = self.positions(wanted)
        key = at.tobytes()
        if key not in self._parts_made:
            kept = set(wanted) if self.bridges else set()
            while len(self._parts_made) >= PARTS_KEPT:
                del self._parts_made[next(iter(self._parts_made))]
            self._parts_made[key] = replace(
                self,
                units=self.units[at],
                raw=self.raw[at][:, at],
                lower=None if self.lower is None else self.lower[at][:, at],
                bridges=tuple(pair for pair in self.bridges if set(pair) <= kept),
            )
        return self._parts_made[key]

    @cached_property
    def _parts_made(self) -> dict[bytes, Weights]:
        """Parts asked for lately: a panel asks for the same groups again and again."""
        return {}

    def within(self, labels: pd.Series[Any]) -> Weights:
        """Keep only the links between units with the same label, and standardise anew.

        Parameters
        ----------
        labels : Series
            One label per unit, for example its city cluster. A unit whose
            label is empty or missing belongs to no group and loses its links.
        """
        ordered = conform_labels(labels, self.units, name="labels")
        codes = np.asarray(pd.factorize(ordered)[0], dtype=np.intp)
        raw = within_groups(self.raw, codes)
        return replace(
            self,
            raw=raw,
            lower=None if self.lower is None else within_groups(self.lower, codes),
            bridges=self._linked(self.bridges, raw),
            recipe=f"{self.recipe}, within {labels.name or 'groups'}",
        )

    @property
    def lower_order(self) -> Weights:
        """The same weights with the links of all lower orders included."""
        if self.lower is None:
            return self
        recipe = f"{self.recipe}, lower orders included"
        return replace(self, raw=self.raw.maximum(self.lower), lower=None, recipe=recipe)

    def bridged(self, pairs: Iterable[tuple[Label, Label]], *, weight: float = 1.0) -> Weights:
        """Add links by hand, both ways, and keep a record of them.

        Parameters
        ----------
        pairs : iterable of (unit, unit), or DataFrame
            For example ``[(330900, 330200)]``: Zhoushan–Ningbo; or the table of
            :meth:`spatialcarbon.Backbone.suggest_bridges`.
        weight : float
            Raw weight of each new link, above zero; a link that is there
            already keeps its own.

        Raises
        ------
        AlignmentError
            For units that are not there.
        SchemaError
            For anything but pairs of two different units.
        """
        weight = check_positive(weight, "weight")
        added = convert.pairs_of_units(pairs)
        at = self.positions([unit for pair in added for unit in pair]).reshape(-1, 2)
        same = at[:, 0] == at[:, 1]
        if same.any():
            raise SchemaError(
                "a bridge needs two different units",
                arrived="{units}",
                units=some(self.units[at[same, 0]]),
            )
        known = (*self.bridges, *(pair for pair in added if pair not in self.bridges))
        return replace(self, raw=with_links(self.raw, at, weight), bridges=known)

    def __mul__(self, other: Weights) -> Weights:
        """Return the element-wise (Hadamard) product of two weights as they are used."""
        if not isinstance(other, Weights):
            return NotImplemented
        same_units(other.units, self.units, text("the other weights"))
        at = other.units.get_indexer(self.units)
        matrix = canonical(self.sparse.multiply(other.sparse[at][:, at]))
        return Weights(
            self.units,
            matrix,
            recipe=f"({self.recipe}) × ({other.recipe})",
            bridges=self._linked((*self.bridges, *other.bridges), matrix),
        )

    def _linked(
        self, pairs: tuple[tuple[Label, Label], ...], matrix: Matrix
    ) -> tuple[tuple[Label, Label], ...]:
        """Return the pairs, each once, that are links in ``matrix``, which has the same units."""
        ends = {pair: self.positions(pair) for pair in pairs}
        return tuple(pair for pair, (i, j) in ends.items() if matrix[i, j] > 0)

    # -- from and to other forms ----------------------------------------------

    @classmethod
    def from_edges(
        cls,
        edges: pd.DataFrame,
        *,
        units: Iterable[Label] | None = None,
        recipe: str = "edge table",
    ) -> Weights:
        """Build weights from a table of links.

        Parameters
        ----------
        edges : DataFrame
            Columns ``focal``, ``neighbor`` and optionally ``weight`` (1 where
            it is absent). A row with focal = neighbor and weight 0 names an
            isolate, as libpysal writes it.
        units : iterable of labels, optional
            All units, in the order wanted; needed when some have no links.
            The default is the order of first appearance.
        """
        labels, matrix = convert.edges_to_matrix(edges, units)
        return cls(labels, matrix, recipe=recipe)

    @classmethod
    def from_graph(cls, graph: Any) -> Weights:
        """Build weights from a ``libpysal.graph.Graph``, values as they stand.

        Parameters
        ----------
        graph : libpysal.graph.Graph
            Its labels and transform are kept.
        """
        labels, matrix, transform = convert.graph_to_matrix(graph)
        return cls(labels, matrix, transform=transform, recipe="libpysal Graph")

    @classmethod
    def from_w(cls, w: Any) -> Weights:
        """Build weights from a ``libpysal.weights.W``, which is left untouched.

        Parameters
        ----------
        w : libpysal.weights.W
            Its labels and transform are kept.
        """
        labels, matrix, transform = convert.w_to_matrix(w)
        return cls(labels, matrix, transform=transform, recipe="libpysal W")

    @classmethod
    def from_sparse(cls, matrix: Any, units: Iterable[Label]) -> Weights:
        """Build weights from a square scipy sparse matrix and the labels of its rows.

        Parameters
        ----------
        matrix : scipy sparse matrix, shape (n, n)
            Row = the unit that receives; zero or more, an empty diagonal.
        units : iterable of labels
            One for each row, in their order.
        """
        return cls(pd.Index(list(units)), canonical(matrix), recipe="sparse matrix")

    @classmethod
    def from_networkx(cls, graph: Any, *, weight: str = "weight") -> Weights:
        """Build weights from a networkx graph; an edge u → v makes v a neighbour of u.

        Parameters
        ----------
        graph : networkx graph
            Directed, or undirected for links both ways.
        weight : str
            Edge attribute with the weight; 1 where it is absent.
        """
        labels, matrix = convert.networkx_to_matrix(graph, weight)
        return cls(labels, matrix, recipe="networkx graph")

    @classmethod
    def from_parquet(cls, path: str | Path) -> Weights:
        """Read weights written by :meth:`to_parquet`.

        Parameters
        ----------
        path : str or Path
            The file.
        """
        return cls(**convert.read_parquet(Path(path)))

    @classmethod
    def from_gal(cls, path: str | Path) -> Weights:
        """Read a GAL or GWT file; labels that are all whole numbers become so.

        Parameters
        ----------
        path : str or Path
            The file; its ending says which of the two it is.
        """
        labels, matrix = read_gal(Path(path))
        return cls(labels, matrix, recipe=f"file {Path(path).name}")

    def to_edges(self) -> pd.DataFrame:
        """Return the links as a table: ``focal``, ``neighbor``, ``weight`` (as used)."""
        rows = rows_of(self.sparse)
        return pd.DataFrame(
            {
                "focal": self.units[rows],
                "neighbor": self.units[self.sparse.indices],
                "weight": self.sparse.data.copy(),
            }
        )

    def to_graph(self) -> Any:
        """Return a ``libpysal.graph.Graph`` with the weights as used."""
        return convert.to_graph(self)

    def to_w(self) -> Any:
        """Return a ``libpysal.weights.W`` with the weights as used."""
        return convert.to_w(self)

    def to_networkx(self) -> Any:
        """Return a ``networkx.DiGraph`` with an edge u → v when v is a neighbour of u."""
        return convert.to_networkx(self)

    def to_parquet(self, path: str | Path) -> None:
        """Write raw weights, labels, transform and history to a Parquet file.

        Parameters
        ----------
        path : str or Path
            The file, which is written over.
        """
        convert.write_parquet(self, Path(path))

    def to_gal(self, path: str | Path) -> None:
        """Write a GAL (links only) or a GWT file (values to six digits), by the name's ending.

        Parameters
        ----------
        path : str or Path
            The file, ending in ``.gal`` or ``.gwt``.
        """
        convert.write_gal(self, Path(path))


def as_weights(weights: Any) -> Weights:
    """Accept this package's weights, a libpysal ``Graph`` or a ``W`` wherever weights are meant."""
    if isinstance(weights, Weights):
        return weights
    kind = type(weights)
    if kind.__module__.startswith("libpysal.graph") and hasattr(weights, "adjacency"):
        return Weights.from_graph(weights)
    if kind.__module__.startswith("libpysal.weights") and hasattr(weights, "neighbors"):
        return Weights.from_w(weights)
    raise AlignmentError(
        "weights is a {kind}",
        expected="spatialcarbon.Weights, libpysal.graph.Graph or libpysal.weights.W",
        fix="spatialcarbon.Backbone(units).contiguity()",
        kind=kind.__name__,
    )
