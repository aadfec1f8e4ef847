"""Intensity analysis of land change: when, which classes, and at whose cost, faster than evenly?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import DegenerateDataError, OptionError, SchemaError
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result
from spatialcarbon.models.land.area_tables import ALL, class_order
from spatialcarbon.models.land.transition_formulas import AREAS_ONLY
from spatialcarbon.models.land.transition_result import TransitionResult
from spatialcarbon.models.land.transitions import TransitionSeriesResult

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.land.area_tables import YearPair

    Floats = npt.NDArray[np.float64]

FAST, SLOW, EVEN = "fast", "slow", "uniform"
ACTIVE, DORMANT = "active", "dormant"
TARGETED, AVOIDED = "targeted", "avoided"
NO_AREA = "no area"

SAME = 1e-9
"""Relative difference below which an intensity is that of even change."""


@dataclass(frozen=True, kw_only=True, eq=False)
class IntensityResult(Result):
    """Intensities of land change on three levels, beside those of even change.

    Parameters
    ----------
    interval : DataFrame
        One row per interval: ``start, end, area, changed`` (km²), ``intensity, uniform`` (%
        of the area a year), ``state`` (``"fast"``, ``"slow"`` or ``"uniform"``).
    category : DataFrame
        One row per interval, class and ``kind`` (``"gain"`` or ``"loss"``): ``start, end,
        class, kind, km2`` (a year), ``intensity`` (% a year, of the class at the end for a
        gain, at the start for a loss), ``uniform``, ``state`` (``"active"``, ``"dormant"``,
        ``"uniform"``, ``"no area"``).
    transition : DataFrame
        One row per interval, class, ``kind`` and other class: ``start, end, class, kind``
        (``"gain"``: what the class took from ``other``; ``"loss"``: what it gave to it),
        ``other, km2, intensity`` (% a year of the other class, at the start for a gain,
        at the end for a loss), ``uniform``, ``state`` (``"targeted"``, ``"avoided"``,
        ``"uniform"``, ``"no area"``).
    classes : tuple of str
        In the order of the common legend.
    zone : object
        The zone, or ``"ALL"``.

    Examples
    --------
    Of 200 km² 20 changed in ten years, 1 % a year. All of it was built over, and 10 % of
    that year's built-up land was new:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> classes = ["cropland", "built"]
    >>> matrix = pd.DataFrame([[0, 20], [0, 180]], classes, classes)
    >>> land = sc.TransitionResult.from_matrix(matrix, years=(2000, 2010))
    >>> found = intensity_analysis(land)
    >>> found.interval["intensity"].tolist(), found.interval["state"].tolist()
    ([1.0], ['uniform'])
    >>> found.category.query("kind == 'gain'")[["class", "km2", "intensity", "state"]].values
    array([['cropland', 0.0, nan, 'no area'],
           ['built', 2.0, 1.0, 'uniform']], dtype=object)
    >>> found.to_frame()["level"].value_counts().to_dict()
    {'category': 4, 'transition': 4, 'interval': 1}
    """

    interval: pd.DataFrame
    category: pd.DataFrame
    transition: pd.DataFrame
    classes: tuple[str, ...]
    zone: Any

    def to_frame(self) -> pd.DataFrame:
        """Return the three levels under each other, with a column ``level``."""
        parts = {name: getattr(self, name) for name in ("interval", "category", "transition")}
        frames = [part.assign(level=name) for name, part in parts.items()]
        columns = ["level", "start", "end", "class", "kind", "other"]
        columns += ["intensity", "uniform", "state"]
        whole: pd.DataFrame = pd.concat(frames, ignore_index=True)[columns]
        return whole

    def stationary(self) -> pd.DataFrame:
        """Return the classes and pairs of classes that keep their state in all intervals.

        Returns
        -------
        DataFrame
            ``level, class, kind, other, state``. A state that lasts over intervals says more
            than one of a single interval.

        Examples
        --------
        >>> import pandas as pd
        >>> import spatialcarbon as sc
        >>> classes = ["cropland", "forest", "built"]
        >>> matrix = pd.DataFrame([[80, 0, 10], [0, 0, 10], [0, 0, 100]], classes, classes)
        >>> land = sc.TransitionResult.from_matrix(matrix, years=(2000, 2010))
        >>> kept = intensity_analysis(land).stationary()
        >>> kept.query("`class` == 'built' and level == 'transition'")[["other", "state"]].values
        array([['cropland', 'avoided'],
               ['forest', 'targeted']], dtype=object)
        """
        frame = self.to_frame()
        frame = frame[frame["level"] != "interval"]
        keys = ["level", "class", "kind", "other"]
        states = frame.groupby(keys, sort=False, dropna=False)["state"].agg(["first", "nunique"])
        kept = states[(states["nunique"] == 1) & ~states["first"].isin([NO_AREA, EVEN])]
        return kept["first"].rename("state").reset_index()


def intensity_analysis(
    transitions: TransitionResult | TransitionSeriesResult | Sequence[TransitionResult],
    *,
    zone: Any = ALL,
) -> IntensityResult:
    r"""In which interval was change fast, which classes are active, and whom do they target?

    Use it after :func:`transition_matrix` to tell a large transition from an intense one:
    cropland may give most of the new built-up land because it lies there in quantity, not
    because building seeks it out. Compare each intensity with that of even change. Small
    deviations from it can come from errors of the maps alone.

    Parameters
    ----------
    transitions : TransitionResult, TransitionSeriesResult or sequence of TransitionResult
        With years and with a matrix; several in the order of time, each beginning in the
        year in which the one before ended.
    zone : object
        One zone of the results; all zones if left out.

    Returns
    -------
    IntensityResult

    Raises
    ------
    OptionError
        For no result, or intervals that do not follow each other.
    SchemaError
        For results without years or without a matrix, or a zone that is not there.
    DegenerateDataError
        Where no land changed.

    Notes
    -----
    With :math:`C_{tij}` the area that went from class i to class j in interval t of
    :math:`\tau_t` years, :math:`A_t` the whole area, all in % a year:

    .. math::

        S_t = \frac{100 \sum_{i \ne j} C_{tij}}{A_t\,\tau_t}, \qquad
        U = \frac{100 \sum_t \sum_{i \ne j} C_{tij}}{\sum_t A_t\,\tau_t}

    .. math::

        G_{tj} = \frac{100 \sum_{i \ne j} C_{tij}}{\tau_t \sum_i C_{tij}}, \qquad
        L_{ti} = \frac{100 \sum_{j \ne i} C_{tij}}{\tau_t \sum_j C_{tij}}

    both beside :math:`S_t`; and for the gain of class n from class i, and the loss of
    class m to class j,

    .. math::

        R_{tin} = \frac{100\, C_{tin}}{\tau_t \sum_j C_{tij}} \;\text{beside}\;
        W_{tn} = \frac{100 \sum_{i \ne n} C_{tin}}{\tau_t \sum_{i \ne n} \sum_j C_{tij}},
        \qquad
        Q_{tmj} = \frac{100\, C_{tmj}}{\tau_t \sum_i C_{tij}} \;\text{beside}\;
        V_{tm} = \frac{100 \sum_{j \ne m} C_{tmj}}{\tau_t \sum_{j \ne m} \sum_i C_{tij}}

    The paper's :math:`U` divides by one area for all intervals; where cells are missing in
    some years the areas differ, and the form above is the mean of :math:`S_t` by area and
    time.

    References
    ----------
    Aldwaik & Pontius (2012), doi 10.1016/j.landurbplan.2012.02.010, equations 1 to 8.

    Examples
    --------
    In ten years, 10 of 90 km² of cropland and 10 of 10 km² of forest are built over:

    >>> import pandas as pd
    >>> classes = ["cropland", "forest", "built"]
    >>> matrix = pd.DataFrame([[80, 0, 10], [0, 0, 10], [0, 0, 100]], classes, classes)
    >>> found = intensity_analysis(TransitionResult.from_matrix(matrix, years=(2000, 2010)))
    >>> rows = found.transition.query("`class` == 'built' and kind == 'gain'")
    >>> [(o, round(i, 4), s) for o, i, s in zip(rows["other"], rows["intensity"], rows["state"])]
    [('cropland', 1.1111, 'avoided'), ('forest', 10.0, 'targeted')]
    >>> float(rows["uniform"].iloc[0])
    2.0
    """
    steps = _checked(transitions)
    classes = class_order(name for step in steps for name in step.classes)
    tables: dict[YearPair, Floats] = {}
    for step in steps:
        assert step.years is not None
        matrix = step.matrix_of(zone).reindex(index=classes, columns=classes)
        tables[step.years] = matrix.fillna(0.0).to_numpy(dtype=np.float64)
    interval = _intervals(tables)
    if not (interval["changed"] > 0).any():
        raise DegenerateDataError(
            "no land changed, so that there is nothing to compare",
            fix="look at the inputs: are both the same year?",
        )
    category, transition = [], []
    for (pair, table), even in zip(tables.items(), interval["intensity"], strict=True):
        category.append(_categories(pair, table, classes, even))
        transition.append(_transitions(pair, table, classes))
    return IntensityResult(
        method="Intensity analysis",
        interval=interval,
        category=pd.concat(category, ignore_index=True),
        transition=pd.concat(transition, ignore_index=True),
        classes=classes,
        zone=zone,
        settings={
            "zone": zone,
            "years": [list(pair) for pair in tables],
            "data": [step.settings["data"] for step in steps],
        },
        references=("aldwaik2012", "pontius2004"),
        remarks=_unequal(interval),
    )


def _checked(
    transitions: TransitionResult | TransitionSeriesResult | Sequence[TransitionResult],
) -> list[TransitionResult]:
    if isinstance(transitions, TransitionResult):
        steps = [transitions]
    elif isinstance(transitions, TransitionSeriesResult):
        steps = list(transitions.steps)
    else:
        steps = list(transitions)
    if not steps:
        raise OptionError("there is no interval to analyse")
    if any(step.status == AREAS_ONLY for step in steps):
        raise SchemaError(
            "intensities need to know what went where, and areas alone do not say it",
            expected="transitions from rasters, from_matrix or from_table",
        )
    years = [step.years for step in steps if step.years is not None]
    if len(years) < len(steps):
        raise SchemaError(
            "intensities need the years", fix="transition_matrix(..., years=(2005, 2020))"
        )
    for before, after in pairwise(years):
        if before[1] != after[0]:
            raise OptionError(
                "the intervals do not follow each other: one ends in {end}, the next starts in "
                "{start}",
                expected="intervals in the order of time",
                end=before[1],
                start=after[0],
            )
    return steps


def _intervals(tables: dict[YearPair, Floats]) -> pd.DataFrame:
    span = np.array([end - start for start, end in tables], dtype=np.float64)
    area = np.array([table.sum() for table in tables.values()])
    changed = np.array([(table * (1 - np.eye(len(table)))).sum() for table in tables.values()])
    intensity = _percent(changed, area * span)
    even = np.full(len(tables), 100.0 * changed.sum() / (area * span).sum())
    return pd.DataFrame(
        {
            "start": [start for start, _ in tables],
            "end": [end for _, end in tables],
            "area": area,
            "changed": changed,
            "intensity": intensity,
            "uniform": even,
            "state": _states(intensity, even, FAST, SLOW),
        }
    )


def _categories(
    pair: YearPair, matrix: Floats, classes: tuple[str, ...], even: float
) -> pd.DataFrame:
    span = pair[1] - pair[0]
    moved = matrix * (1.0 - np.eye(len(matrix)))
    parts = []
    for kind, axis in (("gain", 0), ("loss", 1)):
        amount = moved.sum(axis=axis) / span
        intensity = _percent(amount, matrix.sum(axis=axis))
        uniform = np.full(len(classes), even)
        parts.append(
            pd.DataFrame(
                {
                    "start": pair[0],
                    "end": pair[1],
                    "class": classes,
                    "kind": kind,
                    "km2": amount,
                    "intensity": intensity,
                    "uniform": uniform,
                    "state": _states(intensity, uniform, ACTIVE, DORMANT),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _transitions(pair: YearPair, matrix: Floats, classes: tuple[str, ...]) -> pd.DataFrame:
    span = pair[1] - pair[0]
    parts = []
    # A gain of n reads column n against the areas at the start; a loss of m is the same of
    # the transposed matrix, against the areas at the end.
    for kind, table in (("gain", matrix), ("loss", matrix.T)):
        areas = table.sum(axis=1)
        for at, name in enumerate(classes):
            others = [i for i in range(len(classes)) if i != at]
            amount = table[others, at] / span
            intensity = _percent(amount, areas[others])
            even = _percent(amount.sum(keepdims=True), areas[others].sum(keepdims=True))
            uniform = np.full(len(others), even[0])
            parts.append(
                pd.DataFrame(
                    {
                        "start": pair[0],
                        "end": pair[1],
                        "class": name,
                        "kind": kind,
                        "other": [classes[i] for i in others],
                        "km2": amount,
                        "intensity": intensity,
                        "uniform": uniform,
                        "state": _states(intensity, uniform, TARGETED, AVOIDED),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def _percent(amount: Floats, area: Floats) -> Floats:
    """Return 100 · amount / area; NaN where there is no area."""
    found = np.full(amount.shape, np.nan)
    np.divide(100.0 * amount, area, out=found, where=area > 0)
    return found


def _states(intensity: Floats, uniform: Floats, above: str, below: str) -> list[str]:
    """Return on which side of even change each intensity lies."""
    gap = intensity - uniform
    tied = np.abs(gap) <= SAME * np.maximum(np.abs(uniform), np.abs(intensity))
    side = np.select([np.isnan(gap), tied, gap > 0], [NO_AREA, EVEN, above], default=below)
    return [str(state) for state in side]


def _unequal(interval: pd.DataFrame) -> tuple[Text, ...]:
    area = interval["area"]
    if area.max() - area.min() <= SAME * area.max():
        return ()
    return (
        text(
            "the area with a class in both years differs between intervals, from {least} to "
            "{most} km2",
            least=f"{area.min():,.1f}",
            most=f"{area.max():,.1f}",
        ),
    )
