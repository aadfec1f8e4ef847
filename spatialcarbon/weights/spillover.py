"""Spillover: which share of the emissions of one place does damage in which other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from spatialcarbon.core.align import (
    canonical_order,
    check_unique,
    conform,
    label_digest,
    same_units,
)
from spatialcarbon.core.errors import MissingDataError, OptionError, SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.weights.display import spillover_card
from spatialcarbon.weights.matrices import row_sums
from spatialcarbon.weights.weights import Weights, as_weights

ONE = 1e-9
"""How far a column may be from a sum of one, as rounding."""


@dataclass(frozen=True, eq=False, repr=False)
class Spillover:
    """Where the emissions of each place do their damage.

    Build it with :func:`spatialcarbon.spillover` from weights, or with
    :meth:`from_matrix` from shares of your own. An instance never changes.

    Parameters
    ----------
    units : Index
        Labels of the places.
    values : ndarray, shape (n, n)
        Row = the place that is harmed, column = the place that emits; zero or more, the
        diagonal above zero.
    recipe : str
        How it was made, in words.
    isolates : Index
        Places that were given no neighbours, whose emissions stay at home.

    Examples
    --------
    A harms itself with 0.7 of its emissions and B with 0.3; B keeps 0.8:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> shares = pd.DataFrame([[0.7, 0.2], [0.3, 0.8]], index=["A", "B"], columns=["A", "B"])
    >>> s = sc.Spillover.from_matrix(shares)
    >>> s.n, s.share.round(9).tolist(), s.column_sums.tolist(), s.matrix.loc["B", "A"].item()
    (2, [0.3, 0.2], [1.0, 1.0], 0.3)
    >>> one = s.subset(pd.Index(["A"]))
    >>> one.column_sums.tolist(), len(one.remarks()), s.remarks()
    ([0.7], 1, ())
    >>> round(s.describe()["share_across"], 3), s.fingerprint == one.fingerprint
    (0.25, False)
    """

    units: pd.Index
    values: npt.NDArray[np.float64] = field(repr=False)
    recipe: str = "custom"
    isolates: pd.Index = field(default_factory=lambda: pd.Index([]))

    def __post_init__(self) -> None:
        """Check the matrix once, and lock it."""
        check_unique(self.units, text("the list of units"))
        values = np.array(self.values, dtype=np.float64)
        _check(values, self.units)
        values.setflags(write=False)
        object.__setattr__(self, "values", values)

    @classmethod
    def from_matrix(cls, matrix: pd.DataFrame, *, recipe: str = "custom") -> Spillover:
        """Take shares of your own.

        Parameters
        ----------
        matrix : DataFrame
            Row = the place that is harmed, column = the place that emits; labels the same in
            any order, zero or more, diagonal above zero. Columns usually sum to one; all
            ones is a global externality, such as CO2 in the climate.
        recipe : str
            Where the shares come from.

        Raises
        ------
        AlignmentError
            Other labels in the rows than in the columns.
        SchemaError
            Text, negative shares, or an empty diagonal.
        MissingDataError
            Empty or infinite cells.

        Examples
        --------
        >>> import pandas as pd
        >>> shares = pd.DataFrame([[0.7, 0.2], [0.3, 0.8]], index=["A", "B"], columns=["A", "B"])
        >>> Spillover.from_matrix(shares).column_sums.tolist()
        [1.0, 1.0]
        """
        if not isinstance(matrix, pd.DataFrame):
            raise SchemaError(
                "the spillover is a {kind} without labels",
                expected="a DataFrame with the same places as index and as columns",
                fix="pd.DataFrame(shares, index=places.index, columns=places.index)",
                kind=type(matrix).__name__,
            )
        same_units(matrix.columns, matrix.index, text("the columns of the spillover"))
        ordered = matrix[matrix.index]
        try:
            values = ordered.to_numpy(dtype=np.float64)
        except (TypeError, ValueError) as problem:
            raise SchemaError(
                "the spillover has cells that are not numbers",
                expected="shares of zero or more",
            ) from problem
        return cls(matrix.index, values, recipe)

    @property
    def n(self) -> int:
        """Number of places."""
        return len(self.units)

    @cached_property
    def matrix(self) -> pd.DataFrame:
        """The shares as a table: row = harmed, column = emitting."""
        return pd.DataFrame(self.values.copy(), index=self.units, columns=self.units)

    @property
    def share(self) -> pd.Series[float]:
        """Part of each place's emissions that does its damage elsewhere."""
        across = self.values.sum(axis=0) - self.values.diagonal()
        return pd.Series(across, self.units, name="share")

    @property
    def column_sums(self) -> pd.Series[float]:
        """Sum over the harmed places: one, unless the damage is of a global kind."""
        return pd.Series(self.values.sum(axis=0), self.units, name="sum")

    @cached_property
    def fingerprint(self) -> str:
        """Short content hash of labels and shares, the same in any order of places."""
        order = canonical_order(self.units)
        digest = hashlib.sha256(label_digest(self.units[order]))
        digest.update(np.ascontiguousarray(self.values[order][:, order]).astype("<f8").tobytes())
        return digest.hexdigest()[:16]

    def subset(self, units: pd.Index) -> Spillover:
        """Return the shares among some places; what spills beyond them is left out.

        Parameters
        ----------
        units : Index
            Which places, in the order wanted.

        Raises
        ------
        AlignmentError
            For places that are not there.
        """
        missing = units.difference(self.units, sort=False)
        if len(missing):
            same_units(self.units, units, text("the spillover"))
        at = self.units.get_indexer(units)
        alone = self.isolates[self.isolates.isin(units)]
        return Spillover(self.units[at], self.values[np.ix_(at, at)], self.recipe, alone)

    def describe(self) -> dict[str, Any]:
        """Return what identifies this spillover, as recorded in results."""
        return {
            "spillover": self.recipe,
            "n": self.n,
            "share_across": float(self.share.mean()),
            "isolates": [str(unit) for unit in self.isolates],
            "fingerprint": self.fingerprint,
        }

    def remarks(self) -> tuple[Text, ...]:
        """Return the sentences a result should carry about isolates and sums."""
        said = []
        if len(self.isolates):
            said.append(
                text(
                    "places without neighbours, whose emissions stay at home ({n}): {labels}",
                    n=len(self.isolates),
                    labels=some(self.isolates),
                )
            )
        sums = self.column_sums
        off = sums.index[(sums - 1.0).abs() > ONE]
        if len(off):
            said.append(
                text(
                    "the shares of {n} places do not sum to one: a tonne of theirs does its "
                    "damage more, or less, than once ({labels})",
                    n=len(off),
                    labels=some(off),
                )
            )
        return tuple(said)

    def _repr_html_(self) -> str:
        return spillover_card(self)

    def __repr__(self) -> str:
        return (
            f"<Spillover {self.recipe}: {self.n} places, "
            f"{self.share.mean():.3g} across borders, {self.fingerprint[:8]}>"
        )


def spillover(weights: Weights | Any, *, share: float | pd.Series[Any]) -> Spillover:
    r"""Where do the emissions of each place do their damage, if they follow these weights?

    Use it to turn any weights of the map (contiguity, distance, blocks) into the spillover
    of a governance game. The weights say *where* the part that crosses the border goes, the
    share says *how much* of it crosses; the second is an assumption unless an air-quality or
    input–output model stands behind it. For CO2 as a climate gas damage is global: give
    :meth:`Spillover.from_matrix` a table of ones instead.

    Parameters
    ----------
    weights : Weights, libpysal Graph or W
        Row = place, columns = its neighbours. Any scale: each row is divided by its sum.
    share : float or Series
        Part of a place's emissions that does damage elsewhere, at least 0 and below 1; one
        number for all, or a value by unit.

    Returns
    -------
    Spillover
        ``matrix`` (row = harmed, column = emitting), whose columns sum to one.

    Raises
    ------
    OptionError
        A share outside [0, 1).
    AlignmentError
        Shares for other units than those of the weights.

    Notes
    -----
    .. math::

       S_{jj} = 1 - \tau_j, \qquad S_{ij} = \tau_j \frac{w_{ji}}{\sum_l w_{jl}} \quad (i \ne j)

    A place without neighbours keeps all of its damage: :math:`\tau_j = 0`.

    References
    ----------
    Mäler (1989); Chander and Tulkens (1997).

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.weights.weights import Weights
    >>> edges = pd.DataFrame({"focal": ["A", "B", "B", "C"], "neighbor": ["B", "A", "C", "B"]})
    >>> spillover(Weights.from_edges(edges), share=0.3).matrix.round(2).to_numpy().tolist()
    [[0.7, 0.15, 0.0], [0.3, 0.7, 0.3], [0.0, 0.15, 0.7]]
    """
    given = as_weights(weights)
    across = _shares(share, given.units)
    sums = row_sums(given.sparse)
    alone = sums == 0
    across[alone] = 0.0
    rows = given.sparse.toarray() / np.where(alone, 1.0, sums)[:, None]
    values = (rows * across[:, None]).T
    np.fill_diagonal(values, 1.0 - across)
    return Spillover(given.units, values, given.recipe, given.units[alone])


def _shares(share: float | pd.Series[Any], units: pd.Index) -> npt.NDArray[np.float64]:
    if isinstance(share, pd.Series):
        name = text("share that spills over")
        numbers = conform(share, units, name=name).to_numpy(np.float64, copy=True)
    else:
        try:
            numbers = np.full(len(units), float(share), dtype=np.float64)
        except (TypeError, ValueError):
            numbers = np.full(len(units), np.nan, dtype=np.float64)
    bad = ~((numbers >= 0) & (numbers < 1))
    if bad.any():
        raise OptionError(
            "the share that spills over is outside 0 to 1 for {labels}",
            arrived="{values}",
            expected="at least 0, and below 1: some of the damage stays at home",
            fix="sc.spillover(weights, share=0.3)",
            labels=some(units[bad]),
            values=some(numbers[bad].tolist()),
        )
    return np.asarray(numbers)


def _check(values: npt.NDArray[np.float64], units: pd.Index) -> None:
    if values.shape != (len(units), len(units)):
        raise SchemaError(
            "the spillover does not fit the places",
            arrived="{rows} by {columns}",
            expected="{n} by {n}",
            rows=values.shape[0],
            columns=values.shape[-1],
            n=len(units),
        )
    lost = np.asarray(~np.isfinite(values))
    if lost.any():
        raise MissingDataError(
            "the spillover is missing or infinite for {labels}",
            fix="write 0 where nothing spills over",
            labels=some(units[np.flatnonzero(lost.any(axis=1) | lost.any(axis=0))]),
        )
    if (values < 0).any():
        raise SchemaError(
            "the spillover is negative for {labels}",
            expected="shares of zero or more",
            labels=some(units[np.flatnonzero((values < 0).any(axis=1))]),
        )
    empty = values.diagonal() <= 0
    if empty.any():
        raise SchemaError(
            "no damage of their own emissions stays at home in {labels}",
            expected="a diagonal above zero",
            fix="lower the share that spills over",
            labels=some(units[empty]),
        )
