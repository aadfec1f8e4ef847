"""What spatial weights are: labels, a checked sparse matrix, and the facts that follow from it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from spatialcarbon.core.align import canonical_order, check_unique, label_digest
from spatialcarbon.core.errors import AlignmentError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.weights.display import weights_card
from spatialcarbon.weights.matrices import (
    Matrix,
    Neighbours,
    Pairs,
    Transform,
    canonical,
    column_sums,
    lock,
    neighbours_of,
    pairs_of,
    row_sums,
    rows_of,
    standardise,
)

Label = Hashable


@dataclass(frozen=True, eq=False, repr=False)
class WeightsView:
    """The contents of :class:`spatialcarbon.Weights` and the ways to read them.

    Parameters
    ----------
    units : Index
        Labels of the units, in the order of the source.
    raw : csr_array, shape (n, n)
        Weights before standardisation; row = the unit that receives.
    transform : {"B", "R", "D", "V"}
        Coding scheme applied to ``raw``; ``"B"`` leaves it as it is.
    recipe : str
        How the weights were made, in words.
    bridges : tuple of (unit, unit)
        Links that were added by hand.
    order : int
        Order of contiguity (1 where the word means nothing).
    lower : csr_array or None
        Links of the lower orders that are not in ``raw``.
    """

    units: pd.Index
    raw: Matrix = field(repr=False)
    transform: Transform = "B"
    recipe: str = "custom"
    bridges: tuple[tuple[Label, Label], ...] = ()
    order: int = 1
    lower: Matrix | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check the matrix once, and lock its arrays."""
        units = self.units if isinstance(self.units, pd.Index) else pd.Index(list(self.units))
        check_unique(units, text("the list of units"))
        check_option(self.transform, Transform, "transform")
        object.__setattr__(self, "units", units)
        object.__setattr__(self, "raw", lock(checked(self.raw, units)))
        if self.lower is not None:
            object.__setattr__(self, "lower", lock(checked(self.lower, units)))

    @cached_property
    def sparse(self) -> Matrix:
        """Weights as used (standardised), CSR, row = the unit that receives."""
        return lock(standardise(self.raw, self.transform))

    @property
    def n(self) -> int:
        """Number of units, isolates included."""
        return len(self.units)

    @cached_property
    def s0(self) -> float:
        """Sum of all weights."""
        return float(self.sparse.data.sum())

    @cached_property
    def s1(self) -> float:
        r""":math:`\frac12\sum_{ij}(w_{ij}+w_{ji})^2`."""
        return float((self.pairs.weight**2).sum())

    @cached_property
    def s2(self) -> float:
        r""":math:`\sum_i(\sum_j w_{ij}+\sum_j w_{ji})^2`."""
        return float(((row_sums(self.sparse) + column_sums(self.sparse)) ** 2).sum())

    @cached_property
    def pairs(self) -> Pairs:
        """Each linked pair once with w_ij + w_ji, as used: what quadratic forms are summed over."""
        return pairs_of(self.sparse)

    @cached_property
    def neighbours(self) -> Neighbours:
        """Rows of the weights as used, as compiled loops read them."""
        return neighbours_of(self.sparse)

    @property
    def cardinalities(self) -> pd.Series[int]:
        """Number of neighbours of each unit."""
        return pd.Series(np.diff(self.raw.indptr).astype("int64"), self.units, name="neighbors")

    @cached_property
    def isolates(self) -> pd.Index:
        """Units without neighbours."""
        isolates: pd.Index = self.units[np.diff(self.raw.indptr) == 0]
        return isolates

    @property
    def component_labels(self) -> pd.Series[int]:
        """Number of the connected part that each unit belongs to (links read both ways)."""
        return pd.Series(self._parts.astype("int64"), self.units, name="component")

    @property
    def components(self) -> int:
        """Number of connected parts, every isolate being one."""
        return len(np.unique(self._parts))

    @cached_property
    def is_symmetric(self) -> bool:
        """Whether the weights as used are the same both ways."""
        gap = abs(self.sparse - self.sparse.T)
        return bool(gap.nnz == 0 or gap.max() <= 1e-12 * self.sparse.data.max())

    @cached_property
    def n_pairs(self) -> int:
        """Number of pairs of units that are linked, in either direction or both."""
        both = canonical(self.raw + self.raw.T)
        return int(both.nnz // 2)

    @cached_property
    def label_digest(self) -> bytes:
        """Hash of the labels of the units, as it goes into checksums."""
        return label_digest(self.units)

    @cached_property
    def fingerprint(self) -> str:
        """Short content hash: labels, raw weights and transform, in any order of units."""
        order = canonical_order(self.units)
        matrix = canonical(self.raw[order][:, order])
        digest = hashlib.sha256(json.dumps([str(self.units[i]) for i in order]).encode())
        digest.update(self.transform.encode())
        digest.update(matrix.indptr.astype("<i8").tobytes())
        digest.update(matrix.indices.astype("<i8").tobytes())
        digest.update(matrix.data.astype("<f8").tobytes())
        return digest.hexdigest()[:16]

    def neighbors(self, unit: Label) -> pd.Series[float]:
        """Return the weights of one unit's neighbours, as used.

        Raises
        ------
        AlignmentError
            For a unit that is not there.
        """
        row = int(self.positions([unit])[0])
        start, stop = self.sparse.indptr[row], self.sparse.indptr[row + 1]
        labels = self.units[self.sparse.indices[start:stop]]
        return pd.Series(self.sparse.data[start:stop].copy(), labels, name="weight")

    def positions(self, units: Iterable[Label]) -> np.ndarray[Any, np.dtype[np.intp]]:
        """Return the row of each of some units.

        Raises
        ------
        AlignmentError
            For units that are not there.
        """
        wanted = units if isinstance(units, pd.Index) else pd.Index(list(units))
        at = self.units.get_indexer(wanted)
        if (at < 0).any():
            raise AlignmentError(
                "{n} units are not in the weights",
                arrived="{labels}",
                expected="labels such as {known}",
                n=int((at < 0).sum()),
                labels=some(map(repr, wanted[at < 0].tolist())),
                known=some(map(repr, self.units[:3].tolist())),
            )
        return np.asarray(at, dtype=np.intp)

    def describe(self) -> dict[str, Any]:
        """Return what identifies these weights, as recorded in results."""
        facts = self._facts.items()
        return {name: list(item) if isinstance(item, list) else item for name, item in facts}

    @cached_property
    def _facts(self) -> dict[str, Any]:
        return {
            "weights": self.recipe,
            "transform": self.transform,
            "n": self.n,
            "pairs": self.n_pairs,
            "isolates": [str(unit) for unit in self.isolates],
            "components": self.components,
            "bridges": [[str(a), str(b)] for a, b in self.bridges],
            "fingerprint": self.fingerprint,
        }

    def remarks(self) -> tuple[Text, ...]:
        """Return the sentences a result should carry about isolates and bridges."""
        said = []
        if len(self.isolates):
            count, labels = len(self.isolates), some(self.isolates)
            said.append(text("units without neighbours ({n}): {labels}", n=count, labels=labels))
        if self.bridges:
            pairs = ", ".join(f"{a}–{b}" for a, b in self.bridges)
            said.append(text("bridges added by hand: {pairs}", pairs=pairs))
        return tuple(said)

    def __repr__(self) -> str:
        isolates = _counted(len(self.isolates), "isolate")
        bridges = _counted(len(self.bridges), "bridge")
        return (
            f"<Weights {self.recipe}: {self.n} units, {self.n_pairs} pairs, "
            f"{self.transform}{isolates}{bridges}, {self.fingerprint[:8]}>"
        )

    def _repr_html_(self) -> str:
        return weights_card(self)

    @cached_property
    def _parts(self) -> np.ndarray[Any, Any]:
        _, labels = connected_components(self.raw, directed=True, connection="weak")
        return np.asarray(labels)


def _counted(n: int, thing: str) -> str:
    return f", {n} {thing}{'' if n == 1 else 's'}" if n else ""


def checked(matrix: Any, units: pd.Index) -> Matrix:
    """Return the matrix in canonical form, or raise where it cannot be weights of these units."""
    matrix = canonical(matrix)
    if matrix.shape != (len(units), len(units)):
        raise AlignmentError(
            "the weights matrix does not fit the units",
            arrived="{shape}",
            expected="{n} by {n}",
            shape=text("{rows} by {columns}", rows=matrix.shape[0], columns=matrix.shape[1]),
            n=len(units),
        )
    rows = rows_of(matrix)
    bad = rows[~np.isfinite(matrix.data) | (matrix.data < 0)]
    if bad.size:
        raise SchemaError(
            "weights are negative or not finite in {n} places",
            arrived="rows of {labels}",
            expected="numbers of at least 0",
            n=int(bad.size),
            labels=some(units[np.unique(bad)]),
        )
    own = rows[rows == matrix.indices]
    if own.size:
        raise SchemaError(
            "{n} units are their own neighbours",
            arrived="{labels}",
            expected="a zero diagonal",
            fix="drop the rows of the edge table where focal equals neighbor",
            n=int(own.size),
            labels=some(units[own]),
        )
    return matrix
