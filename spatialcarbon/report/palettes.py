"""Colours and class breaks that maps, figures and QGIS styles share, so that they agree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from spatialcarbon.core.errors import DegenerateDataError, MissingDataError
from spatialcarbon.core.options import check_count
from spatialcarbon.report.fisher_breaks import last_of_classes

Floats = npt.NDArray[np.float64]
T = TypeVar("T")

OUTLINE = "#6b6b6b"
"""Outline of areas: dark enough to part neighbours, light enough not to compete with them."""

NO_DATA = "#bdbdbd"
"""Fill of units without a value."""

LISA_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "High-High": "#d7191c",
        "Low-Low": "#2c7bb6",
        "Low-High": "#abd9e9",
        "High-Low": "#f7a8a0",
        "Not significant": "#efefef",
        "Isolate": "#8c8c8c",
    }
)
"""The usual colours of local Moran maps, in the order of their legend."""

CLUSTER_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "BTH": "#4477aa",
        "YRD": "#ee6677",
        "PRD": "#228833",
        "CY": "#aa3377",
        "MYR": "#ccbb44",
        "ALL": "#444444",
    }
)
"""One fixed colour for each of the five city clusters (Paul Tol's bright scheme), grey for all."""

QUALITATIVE: tuple[str, ...] = (
    *("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377"),
    *("#99ddff", "#ee8866", "#44bb99", "#eedd88", "#77aadd", "#ffaabb"),
)
"""Colours for groups of no fixed colour, in order of use (Paul Tol's bright, then light)."""

# ColorBrewer YlOrRd and RdBu (reversed): both remain ordered for colour-blind readers.
_SEQUENTIAL = (
    *("#ffffcc", "#ffeda0", "#fed976", "#feb24c", "#fd8d3c"),
    *("#fc4e2a", "#e31a1c", "#bd0026", "#800026"),
)
_DIVERGING = (
    *("#2166ac", "#4393c3", "#92c5de", "#d1e5f0", "#f7f7f7"),
    *("#fddbc7", "#f4a582", "#d6604d", "#b2182b"),
)

_NICE_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def sequential_colours(k: int) -> tuple[str, ...]:
    """Which ``k`` colours run from little (pale yellow) to much (dark red)?

    Parameters
    ----------
    k : int
        Number of classes, at least 1.

    Examples
    --------
    >>> sequential_colours(3)
    ('#ffffcc', '#fd8d3c', '#800026')
    """
    return _ramp(_SEQUENTIAL, check_count(k, "k", minimum=1), alone=0.5)


def diverging_colours(k: int) -> tuple[str, ...]:
    """Which ``k`` colours run from below zero (blue) over white to above zero (red)?

    Parameters
    ----------
    k : int
        Number of classes, at least 1. An odd number has white in the middle.

    Examples
    --------
    >>> diverging_colours(3)
    ('#2166ac', '#f7f7f7', '#b2182b')
    """
    return _ramp(_DIVERGING, check_count(k, "k", minimum=1), alone=0.5)


def qualitative_colours(labels: Iterable[T]) -> dict[T, str]:
    """Which colour does each group get?

    The five city clusters keep their own colours; other groups take theirs from
    :data:`QUALITATIVE` in the order given, over again when there are more groups
    than colours.

    Parameters
    ----------
    labels : iterable
        Names of the groups; repeats are ignored.

    Examples
    --------
    >>> qualitative_colours(["PRD", "east"])
    {'PRD': '#228833', 'east': '#4477aa'}
    """
    groups = list(dict.fromkeys(labels))
    fixed = {g: CLUSTER_COLOURS[str(g)] for g in groups if str(g) in CLUSTER_COLOURS}
    free = [colour for colour in QUALITATIVE if colour not in fixed.values()] or list(QUALITATIVE)
    others = [group for group in groups if group not in fixed]
    drawn = {group: free[i % len(free)] for i, group in enumerate(others)}
    return {group: fixed.get(group) or drawn[group] for group in groups}


def _ramp(anchors: Sequence[str], k: int, alone: float) -> tuple[str, ...]:
    rgb = np.array([[int(a[i : i + 2], 16) for i in (1, 3, 5)] for a in anchors], dtype=np.float64)
    places = np.linspace(0.0, 1.0, k) if k > 1 else np.array([alone])
    stops = np.linspace(0.0, 1.0, len(anchors))
    mixed = np.stack([np.interp(places, stops, rgb[:, i]) for i in range(3)], axis=1)
    return tuple("#" + "".join(f"{round(part):02x}" for part in row) for row in mixed.tolist())


def natural_breaks(values: Iterable[float], k: int) -> tuple[float, ...]:
    """Which ``k`` classes differ least inside (Fisher's exact one-dimensional optimum)?

    Parameters
    ----------
    values : iterable of float
        Numbers to classify; NaN is left out.
    k : int
        Number of classes, at least 1. Fewer come back when there are fewer distinct
        values.

    Returns
    -------
    tuple of float
        Ascending bounds of the classes, one more than classes, rounded to readable
        numbers. A class holds ``lower < value <= upper``, the first one its lower bound
        as well.

    Raises
    ------
    DegenerateDataError
        Without any value.
    MissingDataError
        For an infinite value.

    Notes
    -----
    Minimises the sum over classes of the squared deviations from the class mean by
    dynamic programming over the sorted values.

    References
    ----------
    Fisher, W. D. (1958), On grouping for maximum homogeneity, JASA 53, 789–798.

    Examples
    --------
    >>> natural_breaks([1, 2, 3, 10, 11, 12, 50], 3)
    (1.0, 6.0, 30.0, 50.0)
    >>> natural_breaks([0, 10], 5)
    (0.0, 5.0, 10.0)
    """
    data = _sorted(values)
    levels, counts = np.unique(data, return_counts=True)
    k = min(check_count(k, "k", minimum=1), len(levels))
    cuts = [float(levels[at]) for at in last_of_classes(levels, counts, k)]
    return readable_breaks([float(levels[0]), *cuts, float(levels[-1])], data)


def quantile_breaks(values: Iterable[float], k: int) -> tuple[float, ...]:
    """Which ``k`` classes hold about equally many values?

    Parameters and errors are those of :func:`natural_breaks`; ties are never parted, so
    that fewer classes may come back.

    Examples
    --------
    >>> quantile_breaks([1, 2, 3, 10, 11, 12], 3)
    (1.0, 2.0, 10.0, 12.0)
    """
    data = _sorted(values)
    k = check_count(k, "k", minimum=1)
    inner = np.quantile(data, np.arange(1, k) / k, method="inverted_cdf")
    cuts = [cut for cut in np.unique(inner).tolist() if cut < data[-1]]
    return readable_breaks([float(data[0]), *cuts, float(data[-1])], data)


def zero_centred_breaks(values: Iterable[float], k: int) -> tuple[float, ...]:
    """Which ``k`` equal classes reach as far below zero as above it?

    Parameters and errors are those of :func:`natural_breaks`. Classes may be empty:
    the same colour then means the same distance from zero on both sides.

    Examples
    --------
    >>> zero_centred_breaks([-3.2, 0.5, 9.7], 4)
    (-10.0, -5.0, 0.0, 5.0, 10.0)
    """
    data = _sorted(values)
    k = check_count(k, "k", minimum=1)
    reach = float(np.abs(data).max()) or 1.0
    step = 2 * reach / k
    unit = 10.0 ** math.floor(math.log10(step))
    step = next(unit * nice for nice in _NICE_STEPS if _clean(step / unit) <= nice)
    return tuple(_clean(step * (i - k / 2)) for i in range(k + 1))


def readable_breaks(bounds: Sequence[float], values: Iterable[float]) -> tuple[float, ...]:
    """Which short numbers part the values as these bounds do?

    An inner bound becomes the shortest number that leaves every value in its class; if
    that takes more than three significant digits, three are used as long as no class
    falls empty or changes by more than a tenth. The outer bounds move outwards, so that
    all values stay inside. An inner bound stays above the lowest one: a class that holds
    the least value alone reaches from there towards the next value.

    Parameters
    ----------
    bounds : sequence of float
        Ascending bounds of the classes.
    values : iterable of float
        The classified numbers.

    Examples
    --------
    >>> readable_breaks([1.2345, 17.2345, 98.765], [1.2345, 17.2345, 44.0, 98.765])
    (1.2, 30.0, 99.0)
    """
    data = _sorted(values)
    low, high = min(bounds[0], float(data[0])), max(bounds[-1], float(data[-1]))
    floor = 0.0 - _outward(-low, 2)
    inner: list[float] = []
    for cut in bounds[1:-1]:
        below, above = data[data <= cut], data[data > cut]
        if len(below) and len(above):
            found = _between(float(below[-1]), float(above[0]), floor)
            if found > floor:  # else no number lies between the two, and they share a class
                inner.append(found)
        else:
            inner.append(float(cut))
    for i, cut in enumerate(inner):
        short = float(f"{cut:.2e}")
        sizes, moved = (
            np.diff([0, *np.searchsorted(data, edges, side="right"), len(data)])
            for edges in (inner, [*inner[:i], short, *inner[i + 1 :]])
        )
        alike = np.all(moved > 0) and np.all(np.abs(moved - sizes) <= sizes / 10)
        if alike and short > floor:
            inner[i] = short
    return (floor, *inner, _outward(high, 2))


def classify(values: Iterable[float], bounds: Sequence[float]) -> npt.NDArray[np.intp]:
    """In which class is each value?

    Returns
    -------
    numpy.ndarray
        Position of the class, −1 for NaN and for values outside the bounds. A class
        holds ``lower < value <= upper``, the first one its lower bound as well: the rule
        QGIS follows.

    Examples
    --------
    >>> classify([0.0, 5.0, 5.1, float("nan"), 11.0], (0, 5, 10)).tolist()
    [0, 0, 1, -1, -1]
    """
    data = np.asarray(list(values), dtype=np.float64)
    place = np.maximum(np.searchsorted(np.asarray(bounds), data, side="left") - 1, 0)
    inside = (data >= bounds[0]) & (data <= bounds[-1])
    return np.where(inside, place, -1).astype(np.intp)


def number_label(value: float) -> str:
    """Write a bound without needless digits, thousands parted by commas.

    Examples
    --------
    >>> [number_label(x) for x in (0.25, 30.0, 12500.0, -0.00004)]
    ['0.25', '30', '12,500', '−0.00004']
    """
    number = np.format_float_positional(abs(value), precision=12, unique=True, trim="-")
    whole, _, rest = number.partition(".")
    sign = "−" if value < 0 else ""
    return sign + f"{int(whole):,}" + (f".{rest}" if rest else "")


def _sorted(values: Iterable[float]) -> Floats:
    data = np.asarray(list(values), dtype=np.float64)
    if np.isinf(data).any():
        raise MissingDataError(
            "infinite values cannot be put into classes",
            fix="look for a division by zero upstream",
        )
    data = np.sort(data[~np.isnan(data)])
    if not len(data):
        raise DegenerateDataError("there is no value to put into classes")
    return data


def _clean(value: float) -> float:
    return float(f"{value:.12g}") + 0.0


def _outward(value: float, digits: int) -> float:
    """Round up to some significant digits."""
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - digits + 1)
    # The quotient is cleaned so that 0.3 / 0.01 = 29.999… counts as 30.
    rounded = _clean(math.ceil(_clean(value / unit)) * unit)
    return rounded if rounded >= value else float(value)


def _between(below: float, above: float, floor: float) -> float:
    """Return the shortest number in ``[below, above)`` over ``floor``, near the middle.

    Where there is none, ``below`` itself comes back.
    """
    if below <= 0 < above and floor < 0:
        return 0.0
    middle = (below + above) / 2
    for digits in range(1, 17):
        unit = 10.0 ** (math.floor(math.log10(max(abs(below), abs(above)))) - digits + 1)
        near = _clean(round(middle / unit) * unit)
        for number in (near, _clean(near - unit), _clean(near + unit)):
            if below <= number < above and number > floor:
                return number
    return below
