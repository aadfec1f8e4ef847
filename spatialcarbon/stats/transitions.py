"""Transitions of local Moran labels: which places changed their kind of neighbourhood?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import pandas as pd

from spatialcarbon.core.align import Missing, canonical_order, checksum
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats.local_moran import LocalMoranResult, local_moran
from spatialcarbon.stats.moran import dropped_remark
from spatialcarbon.stats.moves import STATES, Year, count_moves, type_shares, unit_moves
from spatialcarbon.stats.repeated import each_warning_once
from spatialcarbon.stats.series_table import series_table
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    from spatialcarbon.data.panel import Panel
    from spatialcarbon.stats.inference import Correction

States = Literal["label", "quadrant"]
REFERENCES = ("rey2001", "rey2006", "anselin1995")


@dataclass(frozen=True, kw_only=True, eq=False)
class LisaTransitionsResult(Result):
    """Moves between the labels, and between the quadrants, of local Moran's I.

    Parameters
    ----------
    table : DataFrame
        One row per pair of years, kind of state and two states: ``start, end, states``
        (``"label"`` or ``"quadrant"``), ``origin, destination, n`` (units) and
        ``share`` (of the units that started in ``origin``; NaN when there is none).
    units : DataFrame
        One row per unit and pair of years: ``unit, start, end, quadrant_start,
        quadrant_end, label_start, label_end, qvalue_start, qvalue_end, type``
        (``"0"``, ``"I"``, ``"II"``, ``"IIIA"``, ``"IIIB"`` or ``"undefined"``) and
        ``changed`` (whether the label did).
    types : DataFrame
        One row per pair of years: ``start, end``, the number of units of each type
        (columns named after it), ``n`` (units whose type is defined), and the shares
        of them ``stability``, ``flux`` and ``cohesion``.
    years : tuple
        The years compared, in order.
    local : mapping
        Year → :class:`LocalMoranResult` of that year, by unit.
    dropped : Index
        Units left out with ``missing="drop"``.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> frame = pd.DataFrame({2005: [1, 2, 3, 4], 2017: [1, 2, 5, 1]}, index=list("abcd"))
    >>> found = sc.lisa_transitions(frame, w, permutations=0)
    >>> found.units["type"].tolist()
    ['0', 'II', 'II', 'I']
    >>> found.types[["stability", "flux", "cohesion"]].values.tolist()
    [[0.25, 0.75, 0.25]]
    >>> found.counts("quadrant").loc["HH"].to_dict()
    {'HH': 0, 'LH': 1, 'LL': 0, 'HL': 1, 'none': 0}
    >>> found.probabilities("quadrant").loc["HH", "HL"].item()
    0.5
    >>> len(found.changed), len(found.to_frame()) == len(found.table)
    (0, True)
    """

    table: pd.DataFrame
    units: pd.DataFrame
    types: pd.DataFrame
    years: tuple[Year, ...]
    local: Mapping[Year, LocalMoranResult]
    dropped: pd.Index

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table of moves."""
        return self.table.copy()

    @property
    def changed(self) -> pd.DataFrame:
        """The rows of ``units`` whose label changed."""
        return self.units[self.units["changed"]].reset_index(drop=True)

    def counts(
        self, states: States = "label", *, pair: tuple[Year, Year] | None = None
    ) -> pd.DataFrame:
        """Return the number of units that went from a state (row) to another (column).

        Parameters
        ----------
        states : {"label", "quadrant"}
            Labels after the test, or quadrants of the Moran scatter plot without it.
        pair : tuple of two years, optional
            One pair of ``years`` that follow each other; the sum over all pairs
            if left out.

        Raises
        ------
        OptionError
            For a pair that was not compared.
        """
        check_option(states, States, "states")
        rows = self.table[self.table["states"] == states]
        if pair is not None:
            rows = rows[(rows["start"] == pair[0]) & (rows["end"] == pair[1])]
            if rows.empty:
                raise OptionError(
                    "{pair} was not compared",
                    expected="one of {known}",
                    pair=_arrow(*pair),
                    known=some(_arrow(*known) for known in pairwise(self.years)),
                )
        wide = rows.pivot_table(index="origin", columns="destination", values="n", aggfunc="sum")
        order = list(STATES[states])
        return wide.reindex(index=order, columns=order).astype("int64")

    def probabilities(
        self, states: States = "label", *, pair: tuple[Year, Year] | None = None
    ) -> pd.DataFrame:
        """Return the counts divided by their row sums; NaN where no unit started.

        Parameters
        ----------
        states, pair
            As for :meth:`counts`.

        Raises
        ------
        OptionError
            For a pair that was not compared.
        """
        counts = self.counts(states, pair=pair)
        total = counts.sum(axis=1)
        return counts.div(total.where(total > 0), axis=0)


def _arrow(start: Year, end: Year) -> str:
    return f"{start} → {end}"


def lisa_transitions(
    frame: pd.DataFrame | Panel,
    weights: Weights,
    *,
    years: Sequence[Year] | None = None,
    permutations: int | None = None,
    alpha: float = 0.05,
    correction: Correction = "fdr_bh",
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> LisaTransitionsResult:
    r"""Which places became, or ceased to be, hot spots, cold spots or outliers?

    Use it to follow the clusters of :func:`spatialcarbon.local_moran` from one year to
    another. It describes and does not test: a unit whose adjusted p-value went from
    0.049 to 0.051 changes its label and has hardly changed. ``units`` has both p-values.

    Parameters
    ----------
    frame : DataFrame or Panel
        Values of one variable: index unit and columns year, or tidy with the columns
        ``unit`` (or ``adcode``), ``year`` and the value; or a :class:`Panel` of one.
    weights : Weights, libpysal Graph or W
        As for :func:`spatialcarbon.local_moran`; the same in every year.
    years : sequence, optional
        Years to compare, each with the next; ``[2005, 2017]`` is a single pair. All
        years if left out.
    permutations, alpha, correction : int or None, float, str
        As for :func:`spatialcarbon.local_moran`.
    missing : {"raise", "drop"}
        Refuse missing values, or leave a unit out of all years when one is missing.
    rng : int, Generator or None
        Seed. Every year uses the same draws, so that no label changes by the draw alone.

    Returns
    -------
    LisaTransitionsResult

    Raises
    ------
    SchemaError
        More than one variable, or a year that is not there.
    OptionError
        Fewer than two years, or a year given twice.
    AlignmentError, MissingDataError, DegenerateDataError
        As for :func:`spatialcarbon.local_moran`.

    Notes
    -----
    The first letter of a quadrant is the unit, the second its neighbours. With Rey
    (2001), a move is of type 0 when neither letter changes, I when only the unit moves,
    II when only its neighbours do, IIIA when both move the same way (HH ↔ LL), IIIB when
    they cross (HL ↔ LH). With :math:`F_k` units of type k and n in all,

    .. math::

        \text{stability} = \frac{F_0}{n}, \qquad
        \text{flux} = \frac{F_I + F_{II}}{n}, \qquad
        \text{cohesion} = \frac{F_0 + F_{IIIA}}{n}

    Units without neighbours, or on an axis of the scatter plot, have no type.

    References
    ----------
    Rey (2001), doi 10.1111/j.1538-4632.2001.tb00444.x. Rey & Janikas (2006),
    doi 10.1111/j.0016-7363.2005.00675.x.

    Examples
    --------
    A chain a–b–c–d; in the second year a and d have changed places:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> w = sc.Weights.from_edges(
    ...     pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    ... )
    >>> frame = pd.DataFrame({2005: [9, 8, 2, 1], 2017: [1, 8, 2, 9]}, index=list("abcd"))
    >>> found = sc.lisa_transitions(frame, w.standardised("R"), permutations=0)
    >>> found.units["quadrant_start"].tolist(), found.units["quadrant_end"].tolist()
    (['HH', 'HH', 'LL', 'LL'], ['LH', 'HL', 'LH', 'HL'])
    >>> found.units["type"].tolist()
    ['I', 'II', 'II', 'I']
    """
    check_option(missing, Missing, "missing")
    stream = resolve_rng(rng)
    weights = as_weights(weights)
    values = _one_variable(series_table(frame, weights.units, missing))
    values = values[_ordered(values.columns if years is None else years, values.columns)]
    absent = values.index[values.isna().any(axis=1).to_numpy()]
    if len(absent):
        values = values.drop(index=absent)
        weights = weights.subset(values.index)
    local: dict[Year, LocalMoranResult]
    with each_warning_once():
        local = {
            year: local_moran(
                values[year],
                weights,
                permutations=permutations,
                alpha=alpha,
                correction=correction,
                rng=stream.seed,
            )
            for year in values.columns
        }
    units = pd.concat(
        [unit_moves(start, end, local[start], local[end]) for start, end in pairwise(local)],
        ignore_index=True,
    )
    first = next(iter(local.values()))
    remarks = {said.render("en"): said for one in local.values() for said in one.remarks}
    return LisaTransitionsResult(
        method="Transitions of local Moran labels",
        table=count_moves(units),
        units=units,
        types=type_shares(units),
        years=tuple(local),
        local=local,
        dropped=absent,
        settings={
            **{key: value for key, value in first.settings.items() if key != "independent"},
            "missing": missing,
            "years": list(local),
            "data": checksum(values),
        },
        references=REFERENCES,
        remarks=dropped_remark(absent) + tuple(remarks.values()),
    )


def _one_variable(table: pd.DataFrame) -> pd.DataFrame:
    names = list(dict.fromkeys(table.columns.get_level_values("variable")))
    if len(names) > 1:
        raise SchemaError(
            "frame has {n} variables",
            arrived="{names}",
            expected="one",
            fix="frame[{first!r}]",
            n=len(names),
            names=some(names),
            first=names[0],
        )
    chosen: pd.DataFrame = table[names[0]]
    return chosen


def _ordered(wanted: Sequence[Year] | pd.Index, known: pd.Index) -> list[Year]:
    """Return the years in time order, or raise where they cannot be compared."""
    years = pd.Index(list(wanted))
    absent = [year for year in years if year not in known]
    if absent:
        raise SchemaError(
            "frame has no year {absent}",
            arrived="years {known}",
            absent=some(absent),
            known=some(known, 12),
        )
    if len(years) < 2 or not years.is_unique:
        raise OptionError(
            "transitions need at least two different years",
            arrived="{years}",
            fix="years=[2005, 2017]",
            years=some(years),
        )
    ordered: list[Year] = years[canonical_order(years)].tolist()
    return ordered
