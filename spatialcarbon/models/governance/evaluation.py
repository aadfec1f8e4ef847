"""PSM-DID: did a policy change the places under it, against matched places without it?"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum, same_units
from spatialcarbon.core.errors import (
    DegenerateDataError,
    OptionError,
    SpatialCarbonWarning,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_option, check_positive
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.models.governance.did import event_study, policy, two_way
from spatialcarbon.models.governance.evaluation_input import read_design
from spatialcarbon.models.governance.evaluation_result import (
    CONTROL,
    OUTSIDE,
    TREATED,
    UNMATCHED,
    EvaluationResult,
    doubts,
    evaluation_remarks,
)
from spatialcarbon.models.governance.matching import Matched, Matching, balance_table, match
from spatialcarbon.models.governance.placebo import assigned_by_lot, false_date
from spatialcarbon.models.governance.propensity import Propensity, propensity
from spatialcarbon.stats.moran import MoranResult, global_moran
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    from spatialcarbon.models.governance.evaluation_input import Design

MORAN_PERMUTATIONS = 999


def psm_did(
    frame: pd.DataFrame,
    *,
    unit: str,
    year: str,
    outcome: str,
    treated: str | Collection[Any],
    treated_from: int | str,
    covariates: Sequence[str],
    covariate_year: int | None = None,
    matching: Matching = "nearest",
    neighbours: int = 1,
    replacement: bool = True,
    caliper: float | None = 0.2,
    cluster: str | None = None,
    weights: Weights | None = None,
    placebo_year: int | None = None,
    permutations: int = 999,
    minimum_matched: int = 10,
    rng: RNGLike = None,
) -> EvaluationResult:
    r"""Did a policy change the places under it, against like places without it?

    Use it for a policy with one date, places that never came under it, and years on both
    sides. It does not make an experiment of what was none: matching removes differences
    in the covariates named, two-way differences remove whatever stays the same over time,
    and what moved at the same time as the policy is taken for its effect. Not for
    staggered dates, nor for a handful of treated places.

    Parameters
    ----------
    frame : DataFrame
        One row for each unit and year.
    unit, year, outcome : str
        Columns. The outcome may be missing in single years.
    treated : str or collection of labels
        Column of 0 and 1, the same in every year of a unit, or the treated units.
    treated_from : int or str
        First year of the policy, or the column that has it for the treated units.
    covariates : sequence of str
        Columns the groups are matched on: their mean over the years before the policy.
    covariate_year : int, optional
        One year before the policy in place of that mean.
    matching : {"nearest", "radius", "kernel", "none"}
        Nearest controls on the log odds of treatment, all within the caliper alike, all
        within it weighed by Epanechnikov's kernel, or no matching.
    neighbours : int
        Controls for each treated unit (``"nearest"``).
    replacement : bool
        Whether a control may stand in for several (``"nearest"``).
    caliper : float or None
        Largest distance in standard deviations of the log odds; None for no limit
        (``"nearest"`` only).
    cluster : str, optional
        Column of clusters for the errors, constant within a unit; each unit by default.
    weights : Weights, optional
        Neighbours on the map, for the treated share among them and for Moran's I of the
        residuals; the same units as the frame.
    placebo_year : int, optional
        First year of a false policy; the middle of the years before the real one.
    permutations : int
        Assignments of treatment by lot; 0 skips them.
    minimum_matched : int
        Fewest treated units with a match.
    rng : int, Generator or None
        Seed; recorded in ``settings["seed"]``.

    Returns
    -------
    EvaluationResult

    Raises
    ------
    SchemaError
        Absent columns, treatment that changes within a unit, staggered dates.
    AlignmentError, MissingDataError
        Repeated or unknown labels, missing covariates.
    DegenerateDataError
        No years on one side, an empty group, too few matches.
    ConvergenceError
        Covariates that separate the groups.
    OptionError
        Options outside their range.

    Notes
    -----
    .. math::
        y_{it} = \tau\, D_i\, 1[t \ge t_0] + \mu_i + \lambda_t + \varepsilon_{it}

    weighted by the matching. With ``weights``, a further regression adds
    :math:`\gamma\, s_i\, 1[t \ge t_0]` with :math:`s_i` the treated share among
    neighbours. By lot, treatment is dealt out among the matched units together with the
    weight that goes with it; the matching is not repeated.

    References
    ----------
    Rosenbaum & Rubin (1983); Heckman, Ichimura & Todd (1997); Bertrand, Duflo &
    Mullainathan (2004); Austin (2011).

    Examples
    --------
    Two treated places fall from 60 to 50 and from 64 to 52, two others from 58 to 56 and
    from 62 to 58: −11 − (−3) = −8.

    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {
    ...         "city": list("ABCDABCD"),
    ...         "year": [2010] * 4 + [2012] * 4,
    ...         "co2": [60.0, 64, 58, 62, 50, 52, 56, 58],
    ...     }
    ... )
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore")
    ...     result = psm_did(
    ...         frame,
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
    >>> round(result.effect, 9)
    -8.0
    """
    _check_options(matching, neighbours, caliper, permutations, minimum_matched)
    design = read_design(
        frame,
        unit=unit,
        year=year,
        outcome=outcome,
        treated=treated,
        treated_from=treated_from,
        covariates=covariates,
        covariate_year=covariate_year,
        cluster=cluster,
    )
    stream = resolve_rng(rng)
    score = propensity(design.covariates, design.treated)
    found = match(
        score.logit,
        design.treated,
        score.supported,
        method=matching,
        neighbours=neighbours,
        replacement=replacement,
        caliper=caliper,
    )
    matched = int((design.treated & (found.weights > 0)).sum())
    if matched < minimum_matched:
        raise DegenerateDataError(
            "only {matched} of {treated} treated places have a match",
            expected="at least {minimum}",
            fix="a wider caliper, fewer covariates, or more places to compare with",
            matched=matched,
            treated=int(design.treated.sum()),
            minimum=minimum_matched,
        )
    balance = balance_table(design.covariates, design.treated, found.weights)
    data = (design.outcome, design.treated, design.start, found.weights, design.clusters)
    term = policy(design.treated, design.outcome.columns, design.start)
    plain = pd.Series(1.0, found.weights.index)
    main = two_way(design.outcome, [term], found.weights, design.clusters)
    rows = {
        "unmatched": two_way(design.outcome, [term], plain, design.clusters).row(),
        "matched": main.row(),
    }
    share = pd.Series(np.nan, found.weights.index)
    moran = None
    if weights is not None:
        links, share = _links(weights, design)
        late = (np.asarray(design.outcome.columns) >= design.start).astype(float)
        both = two_way(
            design.outcome, [term, np.outer(share, late)], found.weights, design.clusters
        )
        rows |= {"spillover_controlled": both.row(0), "spillover": both.row(1)}
        moran = _residual_moran(main.residuals, links, design.start, stream.seed)
    false, rows["placebo_date"] = false_date(*data, placebo_year)
    gaps, pretrend = event_study(*data)
    drawn = assigned_by_lot(*data[:4], permutations, stream.generator("placebo"))
    defined = drawn[~np.isnan(drawn)]
    effect = rows["matched"]["estimate"]
    # Equal up to rounding counts as equally far, or the real assignment would not find itself.
    far = int((np.abs(defined) >= abs(effect) * (1 - 1e-12)).sum())
    clusters = main.clusters
    missing = int(design.outcome.isna().to_numpy().sum())
    result = EvaluationResult(
        method="PSM-DID",
        effect=effect,
        **{key: rows["matched"][key] for key in ("se", "low", "high", "pvalue")},
        estimates=pd.DataFrame.from_dict(rows, orient="index").rename_axis("estimator"),
        units=_units(design, score, found, share),
        coefficients=score.coefficients,
        pairs=found.pairs,
        balance=balance,
        event_study=gaps,
        pretrend=pretrend,
        placebo_year=false,
        placebo_estimates=drawn,
        placebo_pvalue=(far + 1) / (len(defined) + 1) if len(defined) else float("nan"),
        residual_moran=moran,
        n_treated=int(design.treated.sum()),
        n_control=int((~design.treated).sum()),
        n_matched=matched,
        n_missing=missing,
        left_out=tuple(design.left_out.tolist()),
        settings={
            "outcome": outcome,
            "treated_from": design.start,
            "covariates": list(design.covariates.columns),
            "covariate_year": covariate_year,
            "matching": matching,
            "neighbours": neighbours,
            "replacement": replacement,
            "caliper": caliper,
            "width": found.width,
            "cluster": cluster,
            "weights": None if weights is None else as_weights(weights).fingerprint,
            "placebo_year": placebo_year,
            "permutations": permutations,
            "minimum_matched": minimum_matched,
            "seed": stream.seed,
            "data": checksum(
                pd.concat([design.outcome, design.covariates, design.treated], axis=1)
            ),
        },
        references=("rosenbaum1983", "heckman1997", "bertrand2004", "austin2011"),
        remarks=evaluation_remarks(
            design, score, balance, matched=matched, clusters=clusters, missing=missing,
            undrawn=len(drawn) - len(defined),
        ),
    )  # fmt: skip
    for doubt in doubts(balance, clusters=clusters, matched=matched):
        warnings.warn(SpatialCarbonWarning(doubt), stacklevel=2)
    return result


def _check_options(
    matching: Any, neighbours: Any, caliper: Any, permutations: Any, minimum_matched: Any
) -> None:
    check_option(matching, Matching, "matching")
    check_count(neighbours, "neighbours", minimum=1)
    check_count(permutations, "permutations")
    check_count(minimum_matched, "minimum_matched", minimum=1)
    if caliper is not None:
        check_positive(caliper, "caliper")
    elif matching in ("radius", "kernel"):
        raise OptionError(
            "matching={matching!r} needs a caliper",
            expected="a number of standard deviations of the log odds",
            fix="caliper=0.2",
            matching=matching,
        )


def _links(weights: Weights, design: Design) -> tuple[Weights, pd.Series[float]]:
    """Return weights of the units that are judged, and the treated share among neighbours.

    Neighbours that are left out count in the share; isolates have a share of zero.
    """
    own = as_weights(weights).standardised("R")
    same_units(design.everyone.index, own.units, text("the panel of the evaluation"))
    flags = design.everyone.reindex(own.units).to_numpy(dtype=np.float64)
    kept = design.outcome.index
    share = pd.Series(np.asarray(own.sparse @ flags), own.units).reindex(kept)
    return own.subset(kept), share


def _residual_moran(
    residuals: pd.DataFrame, links: Weights, start: int, seed: int
) -> MoranResult | None:
    """Test whether what the model leaves after the policy lies together on the map."""
    after = residuals.loc[:, np.asarray(residuals.columns) >= start].mean(axis=1).dropna()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SpatialCarbonWarning)
        try:
            return global_moran(
                after, links.subset(after.index), permutations=MORAN_PERMUTATIONS, rng=seed
            )
        except DegenerateDataError:
            return None


def _units(
    design: Design, score: Propensity, found: Matched, share: pd.Series[float]
) -> pd.DataFrame:
    used = found.weights > 0
    role = np.where(design.treated, TREATED, CONTROL)
    role = np.where(used, role, np.where(score.supported, UNMATCHED, OUTSIDE))
    return pd.DataFrame(
        {
            "treated": design.treated,
            "score": score.score,
            "logit": score.logit,
            "supported": score.supported,
            "weight": found.weights,
            "role": role,
            "exposure": share,
        }
    )
