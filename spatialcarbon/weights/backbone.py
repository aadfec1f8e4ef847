"""The spatial-weight backbone: built once for a map, reused by every method."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import pandas as pd

from spatialcarbon.core.align import check_unique, conform_labels
from spatialcarbon.core.errors import (
    AlignmentError,
    IslandError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_option, check_positive
from spatialcarbon.weights import contiguity, distance
from spatialcarbon.weights.centres import centres
from spatialcarbon.weights.contiguity import Criterion
from spatialcarbon.weights.display import backbone_card
from spatialcarbon.weights.distance import Kernel, Points, Symmetrise
from spatialcarbon.weights.economic import EconomicTies, economic_matrix
from spatialcarbon.weights.gaps import Plane
from spatialcarbon.weights.matrices import Matrix, higher_order
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

Islands = Literal["keep", "raise", "drop", "nearest"]


class Backbone:
    """Who could neighbour whom on one map, worked out once and kept.

    Parameters
    ----------
    units : GeoDataFrame or GeoSeries
        Polygons (or points), indexed by a unique unit label.

    Raises
    ------
    AlignmentError
        Repeated or missing labels.
    SchemaError
        No geometry at all.

    Notes
    -----
    Builders return raw weights in the order of ``units``; standardising is a
    step of its own (``.standardised("R")``). Every builder takes ``islands``:
    ``"keep"`` (default) leaves units without neighbours as rows of zeros,
    ``"raise"`` refuses them, ``"drop"`` leaves them out, ``"nearest"`` links
    each to the nearest unit and back, which is recorded as a bridge.

    Examples
    --------
    Four squares of 1 km in a row, and the ways to link them:

    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> from spatialcarbon import Backbone
    >>> row = [box(1e3 * i, 0, 1e3 * i + 1e3, 1e3) for i in range(4)]
    >>> backbone = Backbone(gpd.GeoDataFrame(geometry=row, index=list("abcd"), crs="EPSG:4547"))
    >>> w = backbone.contiguity()
    >>> w.s0, w.s1, w.s2
    (6.0, 12.0, 40.0)
    >>> backbone.knn(2).n_pairs, backbone.distance_band(2.0).n_pairs
    (5, 5)
    >>> backbone.kernel(bandwidth=2.0).neighbors("a").to_dict()
    {'b': 0.5}
    >>> level = pd.Series([10, 12, 20, 40], list("abcd"))
    >>> backbone.economic(level).neighbors("a").round(4).to_dict()
    {'b': 0.5, 'c': 0.1, 'd': 0.0333}
    >>> backbone.blocks(pd.Series(list("wwee"), list("abcd"))).n_pairs
    2
    >>> few = backbone.custom(pd.DataFrame({"focal": list("abc"), "neighbor": list("bcb")}))
    >>> backbone.suggest_bridges(few).values.tolist()
    [['d', 'c', 0.0]]
    >>> backbone.distances([("a", "d")]).tolist(), backbone.points.n
    ([3.0], 4)
    """

    def __init__(self, units: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
        shapes = getattr(units, "geometry", None)
        if shapes is None or not hasattr(shapes, "crs"):
            raise SchemaError(
                "units is a {kind} without geometry",
                expected="a GeoDataFrame indexed by unit",
                fix="spatialcarbon.load_units('cities') or spatialcarbon.read_units(path, key=...)",
                kind=type(units).__name__,
            )
        check_unique(units.index, text("the map"))
        if len(units) == 0:
            raise SchemaError("the map has no units")
        self.units: pd.Index = units.index
        self.crs = shapes.crs
        self._geometries: npt.NDArray[Any] = shapes.to_numpy()
        self._cache: dict[tuple[object, ...], Matrix] = {}

    def __repr__(self) -> str:
        crs = self.crs.to_string() if self.crs is not None else "no CRS"
        return f"<Backbone {len(self.units)} units, {crs}>"

    def _repr_html_(self) -> str:
        return backbone_card(self.units, self.crs)

    # -- builders ---------------------------------------------------------------

    def contiguity(
        self,
        criterion: Criterion = "queen",
        *,
        order: int = 1,
        include_lower: bool = False,
        islands: Islands = "keep",
        strict: bool = True,
        tolerance: float = 0.0,
    ) -> Weights:
        """Link units that touch.

        Parameters
        ----------
        criterion : {"queen", "rook"}
            Share at least a point, or a stretch of boundary.
        order : int
            Steps along the shortest path; 2 links the neighbours of neighbours.
        include_lower : bool
            Whether lower orders are linked as well.
        islands : {"keep", "raise", "drop", "nearest"}
            What happens to units without neighbours.
        strict : bool
            Also link units that touch without a common vertex; ``recipe`` says
            how many pairs. ``False`` goes by common vertices, as libpysal does,
            and says how many pairs more may touch.
        tolerance : float
            Gap in units of the CRS across which queen neighbours still touch.
        """
        check_option(criterion, Criterion, "criterion")
        order = check_count(order, "order", minimum=1)
        first, recipe = self._first_order(criterion, strict, tolerance)
        if order == 1:
            return self._finish(Weights(self.units, first, recipe=recipe), islands)
        matrix = higher_order(first, order, include_lower=False)
        lower = higher_order(first, order - 1, include_lower=True)
        recipe = recipe.replace(criterion, f"{criterion} order {order}", 1)
        weights = Weights(self.units, matrix, recipe=recipe, order=order, lower=lower)
        return self._finish(weights.lower_order if include_lower else weights, islands)

    def knn(
        self, k: int = 4, *, symmetrise: Symmetrise = "none", islands: Islands = "keep"
    ) -> Weights:
        """Link each unit to its k nearest others.

        Parameters
        ----------
        k : int
            Number of neighbours, 1 to n − 1. Ties go to the unit that stands
            first in the map.
        symmetrise : {"none", "union", "mutual"}
            Nearness is not mutual: keep it so, link both ways when either is
            near, or only when both are.
        islands : {"keep", "raise", "drop", "nearest"}
            As for :meth:`contiguity`.
        """
        check_option(symmetrise, Symmetrise, "symmetrise")
        k = check_count(k, "k", minimum=1)
        key = ("knn", k, symmetrise)
        if key not in self._cache:
            self._cache[key] = distance.knn_matrix(self.points, k, symmetrise)
        recipe = f"knn {k}" if symmetrise == "none" else f"knn {k} ({symmetrise})"
        return self._finish(Weights(self.units, self._cache[key], recipe=recipe), islands)

    def distance_band(
        self,
        km: float | None = None,
        *,
        inverse: bool = False,
        power: float = 1.0,
        islands: Islands = "keep",
    ) -> Weights:
        """Link units whose centres are at most ``km`` kilometres apart.

        Parameters
        ----------
        km : float, optional
            Width of the band; the default is the smallest that leaves no unit alone.
        inverse : bool
            Weigh by distance to the power ``-power`` in place of 1.
        power : float
            How fast the weight falls with distance.
        islands : {"keep", "raise", "drop", "nearest"}
            As for :meth:`contiguity`.
        """
        power = check_positive(power, "power")
        full = distance.smallest_full_band
        reach = full(self.points) if km is None else check_positive(km, "km")
        matrix = distance.band_matrix(self.points, reach, inverse=inverse, power=power)
        recipe = f"band {reach:.6g} km" + (f", inverse distance^{power:g}" if inverse else "")
        return self._finish(Weights(self.units, matrix, recipe=recipe), islands)

    def kernel(
        self,
        function: Kernel = "triangular",
        *,
        bandwidth: float | Literal["fixed", "adaptive"] = "fixed",
        k: int = 4,
        truncate: bool = True,
        islands: Islands = "keep",
    ) -> Weights:
        """Weigh neighbours by a kernel of their distance.

        Parameters
        ----------
        function : {"triangular", "uniform", "epanechnikov", "quartic", "gaussian"}
            K(u) with u = distance / bandwidth; zero beyond u = 1.
        bandwidth : float, "fixed" or "adaptive"
            Kilometres; or the largest k-th neighbour distance of all units; or
            each unit's own.
        k : int
            Which neighbour sets the bandwidth.
        truncate : bool
            ``False`` lets the Gaussian kernel reach every unit.
        islands : {"keep", "raise", "drop", "nearest"}
            As for :meth:`contiguity`.
        """
        check_option(function, Kernel, "function")
        n = len(self.units)
        if isinstance(bandwidth, str):
            check_option(bandwidth, Literal["fixed", "adaptive"], "bandwidth")
            reach = self.points.nearest(check_count(k, "k", minimum=1))[1][:, -1]
            widths = reach if bandwidth == "adaptive" else np.full(n, reach.max())
            label = f"{bandwidth} bandwidth, k={k}"
        else:
            widths = np.full(n, check_positive(bandwidth, "bandwidth"))
            label = f"bandwidth {bandwidth:g} km"
        matrix = distance.kernel_matrix(self.points, function, widths, truncate=truncate)
        return self._finish(
            Weights(self.units, matrix, recipe=f"{function} kernel, {label}"), islands
        )

    def blocks(self, labels: pd.Series[Any], *, islands: Islands = "keep") -> Weights:
        """Link all units with the same label, for example all cities of a cluster.

        Parameters
        ----------
        labels : Series
            One label per unit. A unit whose label is empty or missing belongs
            to no block and is an isolate, as is one alone in its block.
        islands : {"keep", "raise", "drop", "nearest"}
            As for :meth:`contiguity`.
        """
        codes, _ = pd.factorize(conform_labels(labels, self.units, name="labels"))
        matrix = contiguity.block_matrix(np.asarray(codes, dtype=np.intp))
        recipe = f"blocks of {labels.name or 'labels'}"
        return self._finish(Weights(self.units, matrix, recipe=recipe), islands)

    def economic(
        self,
        values: pd.Series[Any] | pd.DataFrame,
        *,
        ties: EconomicTies = "raise",
        islands: Islands = "keep",
    ) -> Weights:
        r"""Weigh every pair by how alike they are: :math:`1/|\bar y_i - \bar y_j|`.

        Parameters
        ----------
        values : Series or DataFrame
            One level per unit, or unit × year, which is averaged over the years.
        ties : {"raise", "floor"}
            Two equal levels have no finite weight: refuse, or use the smallest
            positive difference in their place.
        islands : {"keep", "raise", "drop", "nearest"}
            As for :meth:`contiguity`.
        """
        matrix = economic_matrix(values, self.units, check_option(ties, EconomicTies, "ties"))
        return self._finish(Weights(self.units, matrix, recipe="economic distance"), islands)

    def custom(self, edges: pd.DataFrame, *, islands: Islands = "keep") -> Weights:
        """Take the links from a table: ``focal``, ``neighbor``, ``weight`` (optional).

        Parameters
        ----------
        edges : DataFrame
            As for :meth:`spatialcarbon.Weights.from_edges`; units without a row are isolates.
        islands : {"keep", "raise", "drop", "nearest"}
            As for :meth:`contiguity`.
        """
        return self._finish(Weights.from_edges(edges, units=self.units), islands)

    # -- isolates -----------------------------------------------------------------

    def suggest_bridges(self, weights: Weights | None = None) -> pd.DataFrame:
        """Propose a link for each unit without neighbours: the nearest unit and how far it is.

        Parameters
        ----------
        weights : Weights, libpysal Graph or W, optional
            Whose isolates; the default is first-order queen contiguity. Links
            are proposed among its units only.

        Returns
        -------
        DataFrame
            Columns ``unit``, ``neighbor``, ``distance_km`` (boundary to
            boundary), one row per isolate. Nothing is linked until
            ``weights.bridged(...)`` is called.
        """
        found = self.contiguity() if weights is None else as_weights(weights)
        members = self._positions(found.units)
        nearest = [self._plane.nearest(at, members) for at in self._positions(found.isolates)]
        return pd.DataFrame(
            {
                "unit": found.isolates,
                "neighbor": self.units[[at for at, _ in nearest]],
                "distance_km": np.array([km for _, km in nearest], dtype=np.float64),
            }
        )

    def distances(self, pairs: Iterable[tuple[Any, Any]]) -> pd.Series[float]:
        """Return the distance in km between the centres of some pairs of units.

        Parameters
        ----------
        pairs : iterable of (unit, unit)
            Which pairs.
        """
        listed = list(pairs)
        ends = self._positions(pd.Index([u for pair in listed for u in pair])).reshape(-1, 2)
        index = pd.MultiIndex.from_tuples(listed, names=["unit", "neighbor"])
        return pd.Series(self.points.between(ends[:, 0], ends[:, 1]), index, name="distance_km")

    # -- what is worked out once ------------------------------------------------------

    @cached_property
    def points(self) -> Points:
        """Centroids (an inner point where the centroid lies outside), ready to measure."""
        return centres(self._geometries, self.units, self.crs)

    def _first_order(self, criterion: Criterion, strict: bool, gap: float) -> tuple[Matrix, str]:
        if gap != 0:
            return contiguity.within(self._geometries, self.units, criterion, gap)
        if ("touching", strict) not in self._cache:
            found = contiguity.contacts(self._geometries, self.units, strict=strict)
            self._cache["touching", strict] = found
        if (criterion, strict) not in self._cache:
            self._cache[criterion, strict] = self._cache["touching", strict].links(criterion)
        links: tuple[Matrix, str] = self._cache[criterion, strict]
        return links

    @cached_property
    def _plane(self) -> Plane:
        _ = self.points  # explains a map without CRS or geometry
        return Plane.of(self._geometries, self.crs)

    def _finish(self, weights: Weights, islands: Islands) -> Weights:
        check_option(islands, Islands, "islands")
        alone = weights.isolates
        if islands == "keep" or len(alone) == 0:
            return weights
        if islands == "raise":
            raise IslandError(
                "{n} units have no neighbours under {recipe}",
                arrived="{labels}",
                fix="islands='nearest', or weights.bridged(pairs) with Backbone.suggest_bridges()",
                n=len(alone),
                recipe=weights.recipe,
                labels=some(alone),
            )
        if islands == "drop":
            # Where links run one way, leaving a unit out can strand another.
            while len(weights.isolates):
                weights = weights.subset(weights.units.difference(weights.isolates, sort=False))
            return weights
        proposed = self.suggest_bridges(weights)
        pairs = zip(proposed["unit"], proposed["neighbor"], strict=True)
        return weights.bridged(cast("Iterable[tuple[Any, Any]]", pairs))

    def _positions(self, labels: pd.Index) -> npt.NDArray[np.intp]:
        at = self.units.get_indexer(labels)
        if (at < 0).any():
            raise AlignmentError(
                "{n} units are not on the map",
                arrived="{labels}",
                expected="labels such as {known}",
                n=int((at < 0).sum()),
                labels=some(map(repr, labels[at < 0].tolist())),
                known=some(map(repr, self.units[:3].tolist())),
            )
        return np.asarray(at, dtype=np.intp)
