"""A family of weights: the usual answers to "who neighbours whom?", built side by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.weights.backbone import Backbone
from spatialcarbon.weights.distance import smallest_full_band

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.weights.contiguity import Criterion
    from spatialcarbon.weights.matrices import Transform
    from spatialcarbon.weights.weights import Weights

FamilyKind = Literal["contiguity", "knn", "band", "kernel"]
KINDS: tuple[FamilyKind, ...] = ("contiguity", "knn", "band", "kernel")
NEAREST = (3, 4, 5, 6, 7, 8)
MULTIPLES = (1.0, 1.5, 2.0)
BRIDGED = ":bridged"


def weights_family(
    backbone: Backbone | gpd.GeoDataFrame | gpd.GeoSeries,
    *,
    kinds: Sequence[FamilyKind] = KINDS,
    transform: Transform = "R",
) -> dict[str, Weights]:
    """Which weights could a careful colleague have chosen on this map instead?

    Use it with :func:`spatialcarbon.weights_sensitivity`, and declare it before looking
    at results: add what your question suggests, take out what it rules out.

    Parameters
    ----------
    backbone : Backbone or GeoDataFrame
        The map.
    kinds : sequence of {"contiguity", "knn", "band", "kernel"}
        What to include; points have no contiguity.
    transform : {"R", "B", "D", "V"}
        Coding scheme of every member.

    Returns
    -------
    dict
        Name → weights: ``queen``, ``rook``, ``queen:1-2`` (second order, the first
        included); ``queen:bridged`` and ``rook:bridged``, isolates linked with the
        nearest unit, where there are isolates; ``knn:3`` to ``knn:8``; three bands such
        as ``band:263``, in km: the smallest without isolates (rounded up to three
        digits), 1.5 times and twice as wide; ``kernel`` (triangular) and
        ``kernel:gaussian``, as far as the fourth neighbour of the unit whose fourth
        neighbour is farthest.

    Raises
    ------
    OptionError
        For a kind that is not in the list, or none.
    SchemaError, CRSMismatchError
        As the builders of :class:`Backbone`: contiguity needs polygons, distances a
        coordinate reference system.

    References
    ----------
    Stakhovych & Bijmolt (2009), doi 10.1111/j.1435-5957.2008.00213.x.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> chain = gpd.GeoDataFrame(geometry=[box(i, 0, i + 1, 1) for i in range(6)])
    >>> list(weights_family(chain, kinds=["contiguity"]))
    ['queen', 'rook', 'queen:1-2']
    """
    base = backbone if isinstance(backbone, Backbone) else Backbone(backbone)
    chosen = [check_option(kind, FamilyKind, "kinds") for kind in kinds]
    if not chosen:
        raise OptionError("kinds is empty", fix="leave it out, for every kind")
    builders = {"contiguity": _contiguity, "knn": _knn, "band": _bands, "kernel": _kernels}
    return {
        name: weights.standardised(transform)
        for kind in dict.fromkeys(chosen)
        for name, weights in builders[kind](base)
    }


def _contiguity(base: Backbone) -> list[tuple[str, Weights]]:
    found: list[tuple[str, Weights]] = []
    criteria: tuple[Criterion, ...] = ("queen", "rook")
    for criterion in criteria:
        weights = base.contiguity(criterion)
        found.append((criterion, weights))
        if 0 < len(weights.isolates) < weights.n:
            bridged = base.contiguity(criterion, islands="nearest")
            found.append((criterion + BRIDGED, bridged))
    second = base.contiguity("queen", order=2, include_lower=True)
    return [*found, ("queen:1-2", second)]


def _knn(base: Backbone) -> list[tuple[str, Weights]]:
    return [(f"knn:{k}", base.knn(k)) for k in NEAREST if k < len(base.units)]


def _bands(base: Backbone) -> list[tuple[str, Weights]]:
    least = _rounded_up(smallest_full_band(base.points))
    widths = [float(f"{least * times:.6g}") for times in MULTIPLES]
    return [(f"band:{km:.6g}", base.distance_band(km)) for km in widths]


def _kernels(base: Backbone) -> list[tuple[str, Weights]]:
    k = min(4, len(base.units) - 1)
    return [("kernel", base.kernel(k=k)), ("kernel:gaussian", base.kernel("gaussian", k=k))]


def _rounded_up(km: float) -> float:
    """Round up to three significant digits, so that the name says the width exactly."""
    unit = 10.0 ** (math.floor(math.log10(km)) - 2)
    up = float(f"{math.ceil(float(f'{km / unit:.9g}')) * unit:.6g}")
    return up if up >= km else float(f"{up + unit:.6g}")


def family_title(name: str) -> Text:
    """Return what a member of the family is called; a name of the user's own stays.

    ``own:NAME`` is how a study names its own weights beside the family.

    Examples
    --------
    >>> family_title("knn:4").render("en"), family_title("queen:bridged").render("en")
    ('4 nearest neighbours', 'queen contiguity, isolates bridged')
    """
    if name.endswith(BRIDGED):
        return text("{weights}, isolates bridged", weights=family_title(name.removesuffix(BRIDGED)))
    kind, _, detail = name.partition(":")
    if kind == "knn" and detail:
        return text("{k} nearest neighbours", k=detail)
    if kind == "own" and detail:
        return text("chosen: {name}", name=Text(detail))
    if kind == "band" and detail:
        return text("within {km} km", km=detail)
    known = {
        "queen": text("queen contiguity"),
        "rook": text("rook contiguity"),
        "queen:1-2": text("queen contiguity, orders 1 and 2"),
        "kernel": text("triangular kernel"),
        "kernel:gaussian": text("Gaussian kernel"),
    }
    return known.get(name, Text(name))


def family_kind(name: str) -> str:
    """Return the kind of a member by its name: contiguity, knn, band, kernel or own.

    Examples
    --------
    >>> family_kind("rook:bridged"), family_kind("band:263"), family_kind("trade")
    ('contiguity', 'band', 'own')
    """
    kind = name.partition(":")[0]
    if kind in ("queen", "rook"):
        return "contiguity"
    return kind if kind in ("knn", "band", "kernel") else "own"
