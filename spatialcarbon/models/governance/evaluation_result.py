"""What an evaluation comes to: effect, balance, pre-trends, placebos, spillover, residuals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from spatialcarbon.models.governance.evaluation_input import Design
    from spatialcarbon.models.governance.propensity import Propensity
    from spatialcarbon.stats.moran import MoranResult

FEW_CLUSTERS = 20
FEW_TREATED = 10
UNBALANCED = 0.1
"""A standardised mean difference beyond this is worth a warning."""

TREATED, CONTROL, UNMATCHED, OUTSIDE = "treated", "control", "not matched", "outside support"


@dataclass(frozen=True, kw_only=True, eq=False)
class EvaluationResult(Result):
    """The effect of a policy on the places under it, and all that speaks for or against it.

    Parameters
    ----------
    effect, se, low, high, pvalue : float
        Average effect on the treated after matching, in units of the outcome; its
        clustered error, 95 % interval and p-value (t, clusters less one).
    estimates : DataFrame
        Index ``unmatched`` (all units, weight one), ``matched`` (the effect),
        ``spillover_controlled`` and ``spillover`` (the effect beside that of the
        treated share among neighbours, from a whole treated neighbourhood; with
        ``weights=``), ``placebo_date``. Columns ``estimate, se, low, high, pvalue, n,
        clusters, status``.
    units : DataFrame
        Index unit: ``treated, score, logit, supported, weight, role, exposure``
        (treated share among neighbours, NaN without weights).
    coefficients : DataFrame
        Of the logit of the propensity score.
    pairs : DataFrame
        ``treated, control, distance`` (log odds), ``weight``.
    balance : DataFrame
        Index covariate: means of both groups and ``smd_before, smd_after``.
    event_study : DataFrame
        Index year: ``relative`` (to the start of the policy) and the columns of
        ``estimates``; the last year before the policy is the base.
    pretrend : mapping
        ``statistic`` (F), ``df``, ``df_clusters``, ``pvalue``, ``status``: joint test
        that the gaps before the policy are zero.
    placebo_year : int or None
        First year of the false policy.
    placebo_estimates : array of float
        Effects with treatment dealt out by lot.
    placebo_pvalue : float
        (b+1)/(R+1), the share of those at least as far from zero as the effect; NaN
        without permutations.
    residual_moran : MoranResult or None
        Of the mean residual after the policy, on ``weights=``; None without them or
        where it is undefined.
    n_treated, n_control, n_matched : int
        Treated and control units; treated units that found a match.
    n_missing : int
        Cells of unit and year without an outcome.
    left_out : tuple
        Units without an outcome before or after the policy.

    Examples
    --------
    >>> import warnings
    >>> import pandas as pd
    >>> from spatialcarbon import psm_did
    >>> co2 = pd.DataFrame(
    ...     {
    ...         "city": list("ABCDABCD"),
    ...         "year": [2010] * 4 + [2012] * 4,
    ...         "co2": [60.0, 64, 58, 62, 50, 52, 56, 58],
    ...     }
    ... )
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")  # four places are few
    ...     found = psm_did(
    ...         co2,
    ...         unit="city",
    ...         year="year",
    ...         outcome="co2",
    ...         treated=["A", "B"],
    ...         treated_from=2012,
    ...         covariates=[],
    ...         matching="none",
    ...         minimum_matched=2,
    ...         rng=1,
    ...     )
    >>> round(found.effect, 6), found.n_treated, found.n_control
    (-8.0, 2, 2)
    >>> found.to_frame()[["estimator", "n", "status"]].to_numpy().tolist()
    [['unmatched', 8, 'ok'], ['matched', 8, 'ok'], ['placebo_date', 0, 'too few periods']]
    """

    effect: float
    se: float
    low: float
    high: float
    pvalue: float
    estimates: pd.DataFrame
    units: pd.DataFrame
    coefficients: pd.DataFrame
    pairs: pd.DataFrame
    balance: pd.DataFrame
    event_study: pd.DataFrame
    pretrend: Mapping[str, Any]
    placebo_year: int | None
    placebo_estimates: npt.NDArray[np.float64]
    placebo_pvalue: float
    residual_moran: MoranResult | None
    n_treated: int
    n_control: int
    n_matched: int
    n_missing: int
    left_out: tuple[Any, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return the estimates with their names as a column."""
        return self.estimates.rename_axis("estimator").reset_index()


def evaluation_remarks(
    design: Design,
    score: Propensity,
    balance: pd.DataFrame,
    *,
    matched: int,
    clusters: int,
    missing: int,
    undrawn: int,
) -> tuple[Text, ...]:
    """Return what a careful reader should know about an evaluation."""
    said = [
        text(
            "the effect is causal only under parallel trends, no anticipation and no effect on "
            "untreated places; its error takes the matching as given"
        )
    ]
    treated = int(design.treated.sum())
    if matched < treated:
        said.append(
            text(
                "the effect is that on {n} of {total} treated places: the others have no match",
                n=matched,
                total=treated,
            )
        )
    said += doubts(balance, clusters=clusters, matched=matched)
    if missing:
        said.append(text("the panel is unbalanced: {n} outcomes are missing", n=missing))
    if len(design.left_out):
        said.append(
            text(
                "units without an outcome before or after the policy were left out ({n}): {labels}",
                n=len(design.left_out),
                labels=some(design.left_out),
            )
        )
    if score.constant:
        said.append(
            text("covariates with one value for all units were left out: {names}",
                 names=some(score.constant))
        )  # fmt: skip
    if undrawn:
        said.append(text("{n} assignments by lot gave no estimate and are not counted", n=undrawn))
    return tuple(said)


def doubts(balance: pd.DataFrame, *, clusters: int, matched: int) -> list[Text]:
    """Return what makes an estimate or its error less than it looks, worth a warning."""
    said = []
    worse = balance.index[~(balance["smd_after"].abs() <= UNBALANCED)]
    if len(worse):
        said.append(
            text(
                "still unlike after matching (standardised difference above 0.1): {names}",
                names=some(worse),
            )
        )
    if clusters < FEW_CLUSTERS:
        said.append(
            text("errors rest on {n} clusters; with fewer than 20 they are too small", n=clusters)
        )
    elif matched <= FEW_TREATED:
        said.append(
            text(
                "only {n} treated places are matched; with ten or fewer, errors are too small "
                "and the placebo by lot is the safer test",
                n=matched,
            )
        )
    return said
