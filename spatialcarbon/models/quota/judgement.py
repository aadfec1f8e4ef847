"""Judgement of an allocation: fairness against yardsticks, clusters and contrasts on the map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum
from spatialcarbon.core.options import check_count, check_fraction, check_option
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.models.quota.border_contrasts import border_contrasts
from spatialcarbon.models.quota.judgement_fairness import fairness, group_sums
from spatialcarbon.models.quota.judgement_input import AMOUNT, PER, Judged, left_out, read_judged
from spatialcarbon.models.quota.judgement_map import local_table, spatial_table
from spatialcarbon.models.quota.judgement_result import JudgementResult
from spatialcarbon.models.quota.rank_shifts import correlations, rank_table
from spatialcarbon.stats.inference import Correction
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    from spatialcarbon.models.quota.judgement_input import Groups

REFERENCES = (
    *("moran1950", "anselin1995", "benjamini1995", "phipson2010"),
    *("gini1912", "lorenz1905", "theil1967", "bourguignon1979"),
)


def judge_allocation(
    allocation: Any,
    *,
    weights: Weights,
    population: pd.Series[Any] | None = None,
    gdp: pd.Series[Any] | None = None,
    emissions: pd.Series[Any] | None = None,
    history: pd.Series[Any] | None = None,
    groups: Groups | None = None,
    permutations: int | None = None,
    alpha: float = 0.05,
    correction: Correction = "fdr_bh",
    rng: RNGLike = None,
) -> JudgementResult:
    r"""How evenly does an allocation lie on people, output and emissions, and where does it clash?

    Use it on any allocation, or on several side by side, before one is argued for. It
    measures distances from proportions that you choose; it does not say which proportion
    is just. Moran's I of the amounts mostly repeats that of what they follow, such as
    population: read the measures relative to emissions, and the rows of the yardsticks.

    Parameters
    ----------
    allocation : Series, DataFrame, AllocationResult, ZeroSumResult or mapping
        Amounts by unit; a DataFrame has a column, and a mapping an entry, per principle.
        All of the same kind, either cuts or allowances: of a ZeroSumResult it is what
        each unit may emit.
    weights : Weights, libpysal Graph or W
        Who neighbours whom, used as given for Moran's I; every link is a pair for border
        contrasts. Its units are those of the allocation, in any order.
    population, gdp, emissions, history : Series, optional
        Yardsticks by unit, not negative. Emissions are taken from an AllocationResult
        that carries them. ``history`` is past emissions.
    groups : Series or mapping, optional
        A label per unit, or group → units, for sums and for Theil between and within.
    permutations : int, optional
        As in :func:`global_moran`; 0 for none.
    alpha : float
        Level of the local labels, between 0 and 1.
    correction : str
        Correction of the local labels for many tests, as in :func:`local_moran`.
    rng : int, Generator or None
        One seed for all tests; recorded in ``settings["seed"]``.

    Returns
    -------
    JudgementResult
        ``fairness``, ``spatial``, ``contrasts``, ``ranks`` and further tables, one row per
        principle and what it is held against.

    Raises
    ------
    AlignmentError
        Units that are not those of the weights.
    DegenerateDataError
        An allocation or a yardstick that is zero for every unit.
    MissingDataError
        Missing amounts or yardsticks.
    SchemaError
        A negative yardstick, or what is no allocation.

    Notes
    -----
    With amounts :math:`A` and a yardstick :math:`Y`: Gini and Theil are those of
    :math:`A_i/Y_i` weighted by :math:`Y_i`, so that zero is
    :math:`A_i/\sum A = Y_i/\sum Y`. The contrast of neighbours :math:`i, j` is

    .. math:: r_{ij} = \max\left(\frac{A_i/Y_i}{A_j/Y_j}, \frac{A_j/Y_j}{A_i/Y_i}\right)

    and carbon has a reason to move from the side with the larger :math:`A/Y` to the
    other, where cuts cost something; with allowances, the other way. Units whose
    yardstick is zero are left out of what is relative to it, and named.

    References
    ----------
    Moran (1950); Anselin (1995); Gini (1912); Theil (1967).

    Examples
    --------
    Three places in a row; the middle one emits the same and cuts four times as much:

    >>> import spatialcarbon as sc
    >>> w = sc.Weights.from_edges(pd.DataFrame({"focal": list("abbc"), "neighbor": list("bacb")}))
    >>> cut = pd.Series({"a": 1.0, "b": 4.0, "c": 1.0})
    >>> emitted = pd.Series({"a": 10.0, "b": 10.0, "c": 10.0})
    >>> found = judge_allocation(cut, weights=w, emissions=emitted, permutations=0)
    >>> found.fairness["gini"].round(4).tolist()
    [0.3333]
    >>> found.contrasts.query("measure == 'per_emission'")[
    ...     ["unit", "neighbor", "ratio"]
    ... ].to_numpy().tolist()
    [['b', 'a', 4.0], ['b', 'c', 4.0]]
    """
    check_fraction(alpha, "alpha")
    check_option(correction, Correction, "correction")
    if permutations is not None:
        check_count(permutations, "permutations")
    stream = resolve_rng(rng)
    weights = as_weights(weights)
    given = {"population": population, "gdp": gdp, "emissions": emissions, "history": history}
    judged = read_judged(allocation, weights, given, groups)
    table, curves = fairness(judged)
    local, said = local_table(judged, weights, permutations, alpha, correction, stream.seed)
    relative = {PER[str(name)]: judged.relative(str(name)) for name in judged.yardsticks}
    ranks = rank_table(judged.amounts)
    spatial = spatial_table(judged, weights, permutations, stream.seed)
    remarks = (*weights.remarks(), *left_out(judged), *said)
    return JudgementResult(
        method="Judgement of allocations",
        principles=tuple(map(str, judged.amounts)),
        amounts=judged.amounts.reindex(judged.order),
        table=_by_unit(judged, ranks),
        spatial=spatial,
        local=local,
        fairness=table,
        lorenz=curves,
        correlation=correlations(judged.amounts),
        ranks=_in_order(ranks, judged),
        contrasts=border_contrasts(relative, weights),
        groups=group_sums(judged),
        settings={
            **weights.describe(),
            "permutations": int(spatial["permutations"].max()),
            "alpha": alpha,
            "correction": correction,
            "seed": stream.seed,
            "yardsticks": list(judged.yardsticks),
            "groups": {name: len(units) for name, units in judged.members.items()},
            "data": checksum(pd.concat([judged.amounts, judged.yardsticks], axis=1)),
        },
        references=REFERENCES,
        remarks=tuple(said for at, said in enumerate(remarks) if said not in remarks[:at]),
    )


def _by_unit(judged: Judged, ranks: pd.DataFrame) -> pd.DataFrame:
    """Return one row per principle and unit, in the order of the weights."""
    frame = ranks[["principle", "unit", AMOUNT, "rank"]].copy()
    frame.insert(3, "share", frame[AMOUNT] / frame.groupby("principle")[AMOUNT].transform("sum"))
    for yardstick, measure in PER.items():
        column = np.full(len(frame), np.nan)
        if yardstick in judged.yardsticks:
            # Ranks stand principle by principle, each on the units of the amounts.
            column = judged.relative(yardstick).to_numpy(dtype=float).ravel(order="F")
        frame[measure] = column
    return _in_order(frame, judged)


def _in_order(frame: pd.DataFrame, judged: Judged) -> pd.DataFrame:
    """Return rows by principle, and inside it by unit in the order of the weights."""
    place = judged.order.get_indexer(pd.Index(frame["unit"]))
    which = pd.Index(list(judged.amounts)).get_indexer(pd.Index(frame["principle"]))
    return frame.iloc[np.lexsort((place, which))].reset_index(drop=True)
