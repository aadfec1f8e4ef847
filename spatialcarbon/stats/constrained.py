"""Types of city that hang together on the map: Ward agglomeration along the links of weights."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from spatialcarbon.core.align import Missing, checksum, same_units
from spatialcarbon.core.errors import AdjustedDataWarning, IslandError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats.city_types import TypesResult, described, ordered
from spatialcarbon.stats.industry_input import (
    Points,
    Scaling,
    check_k,
    checked_shares,
    scaled_points,
)
from spatialcarbon.stats.kmeans import (
    adjusted_rand,
    best_partitions,
    one_thread,
    silhouettes,
    squared_distances,
    within,
)
from spatialcarbon.stats.type_names import Called, Naming, NamingRules
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    import numpy.typing as npt

    Positions = npt.NDArray[np.intp]

REFERENCES = ("ward1963", "macqueen1967", "hubert1985")
Disconnected = Literal["join", "raise"]


@dataclass(frozen=True, kw_only=True, eq=False)
class ConstrainedResult(TypesResult):
    """Types whose units hang together, and what that costs beside K-means.

    Parameters
    ----------
    labels : Series
        Type of each unit, from 1, in the order of the table.
    centres : DataFrame
        Type × industry, in shares.
    titles, industries : tuple of Text
        Names of the types and of the industries in both languages.
    overall : Series
        Mean share of each industry over all units.
    dropped : tuple
        Units left out because a share was missing.
    illustrative : bool
        Whether the shares are invented; figures and reports then say so.
    comparison : DataFrame
        One row for ``"constrained"``, one for ``"k-means"`` with the same k:
        ``within`` (dispersion), ``explained`` (its share removed), ``silhouette``
        (mean), ``pieces`` (connected pieces of all types together; k is the least),
        ``joins`` (share of links whose ends are of one type), ``joins_by_chance``
        (the same if types were dealt out at random), ``adjusted_rand`` (agreement with K-means).
    pieces : Series
        Connected pieces of each type.
    joined : DataFrame
        Links that were added to make one piece of the map: ``unit, other``.

    Examples
    --------
    a and d are alike, but b and c lie between them:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> shares = pd.DataFrame({"energy": [0.9, 0.8, 0.1, 0.9]}, index=list("abcd"))
    >>> shares["light"] = 1 - shares["energy"]
    >>> links = pd.DataFrame({"focal": list("abc"), "neighbor": list("bcd")})
    >>> found = sc.constrained_clusters(shares, sc.Weights.from_edges(links), k=3)
    >>> found.k, found.sizes.tolist(), found.pieces.tolist()
    (3, [2, 1, 1], [1, 1, 1])
    >>> found.to_frame()[["unit", "type"]].values.tolist()
    [['a', 1], ['b', 1], ['c', 3], ['d', 2]]
    """

    comparison: pd.DataFrame
    pieces: pd.Series[int]
    joined: pd.DataFrame


def constrained_clusters(
    shares: pd.DataFrame,
    weights: Weights,
    *,
    k: int,
    scaling: Scaling = "none",
    delta: float = 1e-4,
    closed: bool = True,
    naming: Naming = "share",
    near_tie: float = 0.05,
    industry_names: Mapping[Hashable, Called] | None = None,
    disconnected: Disconnected = "join",
    n_init: int = 50,
    max_iter: int = 300,
    missing: Missing = "raise",
    rng: RNGLike = 0,
) -> ConstrainedResult:
    r"""Which k areas of neighbouring cities are most alike in industrial structure?

    Use it for regions that policy can address as one, and beside
    :func:`industry_clusters` to see how far types of city are regions. Not for types
    as such: two like cities far apart come into different areas.

    Parameters
    ----------
    shares : DataFrame
        Unit × industry, fractions that sum to one.
    weights : Weights
        Who neighbours whom, for the same units in any order. Links count, their
        weights do not; a link one way counts both ways.
    k : int
        Number of types.
    scaling : {"none", "zscore", "minmax", "clr"}
        As in :func:`industry_clusters`.
    delta, closed, naming, near_tie, industry_names
        As in :func:`industry_clusters`.
    disconnected : {"join", "raise"}
        A map in several pieces: link the two units that are most alike in shares
        until it is one, and say which; or refuse it.
    n_init, max_iter : int
        Starts and iterations of the K-means to compare with.
    missing : {"raise", "drop"}
        Whether a missing share is an error or leaves its unit (and its links) out.
    rng : int, Generator or None
        Seed of the K-means to compare with; Ward has no chance in it.

    Returns
    -------
    ConstrainedResult

    Raises
    ------
    AlignmentError
        Weights for other units.
    IslandError
        A map in several pieces with ``disconnected="raise"``.
    SchemaError, MissingDataError, OptionError
        As :func:`industry_clusters`.

    Notes
    -----
    Starting from single units, the two linked clusters are merged that raise the
    dispersion least,

    .. math::

        \Delta(a, b) = \frac{n_a n_b}{n_a + n_b} \lVert \mu_a - \mu_b \rVert^2

    (scikit-learn), until k are left. Joins by chance are
    :math:`\sum_t n_t (n_t - 1) / (n (n - 1))`.

    References
    ----------
    Ward (1963). Hubert & Arabie (1985) for the agreement with K-means.

    Examples
    --------
    >>> import pandas as pd, spatialcarbon as sc
    >>> shares = pd.DataFrame({"energy": [0.9, 0.8, 0.1, 0.9]}, index=list("abcd"))
    >>> shares["light"] = 1 - shares["energy"]
    >>> links = pd.DataFrame({"focal": list("abc"), "neighbor": list("bcd")})
    >>> found = sc.constrained_clusters(shares, sc.Weights.from_edges(links), k=3)
    >>> found.labels.tolist()
    [1, 1, 3, 2]
    >>> found.comparison["pieces"].tolist()
    [3, 4]
    """
    check_option(disconnected, Disconnected, "disconnected")
    effort = {
        "n_init": check_count(n_init, "n_init", minimum=1),
        "max_iter": check_count(max_iter, "max_iter", minimum=1),
    }
    given = as_weights(weights)
    table = checked_shares(shares, closed=closed, missing=missing)
    same_units(shares.index, given.units, text("the table of shares"))
    rules = NamingRules.checked(table.frame.columns, industry_names, naming, near_tie)
    points = scaled_points(table.frame, scaling, delta=delta)
    check_k(k, points)
    stream = resolve_rng(rng)
    ordered_units = table.frame.index[points.order]
    links = _links(given.subset(ordered_units))
    joined = _joining(points.x, links)
    if len(joined) and disconnected == "raise":
        raise IslandError(
            "the map is in {n} pieces, and types could not grow from one to another",
            arrived="{labels}, each apart from the rest",
            fix="weights.bridged(pairs), or disconnected='join'",
            n=len(joined) + 1,
            labels=some(ordered_units[joined[:, 0]]),
        )
    with one_thread():
        labels = ordered(_ward(points.x, _with(links, joined), k), points, scaling)
        free = best_partitions(points.x, k, stream=stream, **effort)[k]
    for said in points.remarks:
        warnings.warn(AdjustedDataWarning(said), stacklevel=2)
    pairs = pd.DataFrame(
        {"unit": ordered_units[joined[:, 0]], "other": ordered_units[joined[:, 1]]}
    )
    pieces = pieces_of(links, labels)
    return ConstrainedResult(
        method="Industry clusters that hang together (Ward)",
        settings={
            "k": k,
            "scaling": scaling,
            "delta": delta,
            "closed": closed,
            "naming": naming,
            "near_tie": near_tie,
            "disconnected": disconnected,
            "missing": missing,
            "seed": stream.seed,
            "weights": given.recipe,
            "fingerprint": given.fingerprint,
            "data": checksum(table.frame),
            **effort,
        },
        references=REFERENCES,
        remarks=(*table.remarks, *points.remarks, *_said(pairs)),
        comparison=_comparison(points, links, {"constrained": labels, "k-means": free}),
        pieces=pd.Series(pieces, index=pd.RangeIndex(1, k + 1, name="type"), name="pieces"),
        joined=pairs,
        **described(table, points, labels, scaling, rules),
    )


def _links(weights: Weights) -> csr_array:
    """Return 1 where one of two units is the other's neighbour."""
    matrix = csr_array(weights.raw)
    both = csr_array(matrix + matrix.T)
    both.setdiag(0)
    both.eliminate_zeros()
    both.data[:] = 1.0
    return both


def _joining(x: npt.NDArray[np.float64], links: csr_array) -> Positions:
    """Return the links that make one piece: the smallest piece joins where it is most alike."""
    added: list[tuple[int, int]] = []
    while True:
        count, piece = connected_components(_with(links, np.array(added, dtype=np.intp)), False)
        if count == 1:
            return np.array(added, dtype=np.intp).reshape(-1, 2)
        inside = piece == np.argmin(np.bincount(piece))
        own, rest = np.flatnonzero(inside), np.flatnonzero(~inside)
        nearest = np.unravel_index(
            np.argmin(squared_distances(x[own], x[rest])), (len(own), len(rest))
        )
        added.append((int(own[nearest[0]]), int(rest[nearest[1]])))


def _with(links: csr_array, added: Positions) -> csr_array:
    """Return links with further ones, both ways."""
    if not len(added):
        return links
    rows, columns = added.T
    further = coo_array((np.ones(len(added)), (rows, columns)), shape=links.shape)
    return csr_array(links + further + further.T)


def _ward(x: npt.NDArray[np.float64], links: csr_array, k: int) -> Positions:
    from sklearn.cluster import AgglomerativeClustering

    if k == len(x):
        return np.arange(k, dtype=np.intp)
    model = AgglomerativeClustering(k, linkage="ward", connectivity=links)
    return np.asarray(model.fit(x).labels_, dtype=np.intp)


def pieces_of(links: csr_array, labels: Positions) -> Positions:
    """Return in how many connected pieces each type lies."""
    ends = links.tocoo()
    same = labels[ends.row] == labels[ends.col]
    inner = coo_array((ends.data[same], (ends.row[same], ends.col[same])), shape=links.shape)
    piece = connected_components(csr_array(inner), False)[1]
    return np.array([len(np.unique(piece[labels == t])) for t in range(int(labels.max()) + 1)])


def _comparison(
    points: Points, links: csr_array, partitions: Mapping[str, Positions]
) -> pd.DataFrame:
    ends = links.tocoo()
    whole = within(points.x, np.zeros(len(points.x), dtype=np.intp))
    n = len(points.x)
    rows = []
    for name, labels in partitions.items():
        inside = within(points.x, labels)
        sizes = np.bincount(labels)
        rows.append(
            {
                "solution": name,
                "within": inside,
                "explained": 1 - inside / whole if whole else np.nan,
                "silhouette": float(silhouettes(points.x, labels).mean()),
                "pieces": int(pieces_of(links, labels).sum()),
                "joins": float((labels[ends.row] == labels[ends.col]).mean())
                if links.nnz
                else np.nan,
                "joins_by_chance": float((sizes * (sizes - 1)).sum() / (n * (n - 1)))
                if n > 1
                else np.nan,
                "adjusted_rand": adjusted_rand(labels, partitions["k-means"]),
            }
        )
    return pd.DataFrame(rows).set_index("solution")


def _said(pairs: pd.DataFrame) -> list[Text]:
    """Return the remark on links that were added, if there are any."""
    if pairs.empty:
        return []
    return [
        text(
            "the map is in {n} pieces, linked for the agglomeration where shares are most alike: "
            "{pairs}; pieces and joins are counted on the map as it is",
            n=len(pairs) + 1,
            pairs=some(f"{a}–{b}" for a, b in pairs.itertuples(index=False)),
        )
    ]
