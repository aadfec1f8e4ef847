"""Sensitivity to the weights: does a conclusion hang on who counts as a neighbour?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.align import Missing, checksum, conform
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.options import check_fraction, check_option
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats.geary import geary
from spatialcarbon.stats.local_moran import local_moran
from spatialcarbon.stats.moran import dropped_remark, global_moran
from spatialcarbon.stats.repeated import each_warning_once
from spatialcarbon.stats.verdict import (
    COLUMNS,
    NAMES,
    NOTHING,
    Statistic,
    Verdict,
    counted_rows,
    member_facts,
    member_row,
    repeated_remark,
    robustness_of,
    verdict_of,
)
from spatialcarbon.weights.family import weights_family
from spatialcarbon.weights.weights import Weights, as_weights

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.core.language import Text
    from spatialcarbon.stats.inference import Correction
    from spatialcarbon.weights.backbone import Backbone

REFERENCES = ("stakhovych2009", "moran1950", "anselin1995", "phipson2010")


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightsSensitivityResult(Result):
    """Moran's I or Geary's C, and every local label, under each member of a family of weights.

    Parameters
    ----------
    table : DataFrame
        One row per member: ``member, kind, recipe, neighbors`` (mean number),
        ``isolates, bridges, statistic, expected, low, high`` (what 95 % of random
        orders give: mean ± 1.96 standard deviations), ``z_randomization, pvalue`` (by
        permutation; of z without permutations), ``n, permutations, conclusion``
        (``"positive"``, ``"negative"``, ``"none"``), ``same_as`` (an earlier member with
        the same weights, else empty) and ``status`` (``"ok"``, ``"var<=0"``, or
        ``"all islands"``, where nothing could be computed).
    labels : DataFrame
        Unit × member: the label of local Moran's I. No column with ``local=False``.
    robustness : DataFrame
        By unit: ``label`` under the reference; ``kept``, the share of the other distinct
        members that give the same (both NaN when the reference links nothing);
        ``frequent``, the most frequent label of all, and ``frequent_share``;
        ``significant``, the share under which the unit has any of the four significant
        labels. Empty with ``local=False``.
    verdict : {"same", "depends", "opposite"}
        Every distinct member concludes the same; not all do; some are significantly
        positive and some significantly negative.
    agreeing, members : int
        Distinct members with the most frequent conclusion, and in all.
    reference : str
        Member whose labels are judged.
    alpha : float
        Level of significance.
    statement : Text
        The verdict as a sentence.
    dropped : Index
        Units left out with ``missing="drop"``.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> near = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> far = pd.DataFrame({"focal": list("acbd"), "neighbor": list("cadb")})
    >>> family = {"near": sc.Weights.from_edges(near), "far": sc.Weights.from_edges(far)}
    >>> values = pd.Series([1, 2, 3, 4], list("abcd"))
    >>> found = sc.weights_sensitivity(values, family, local=False, permutations=0)
    >>> found.to_frame()[["member", "neighbors", "conclusion"]].values.tolist()
    [['near', 1.5, 'none'], ['far', 1.0, 'none']]
    >>> found.agreeing, found.members
    (2, 2)
    """

    table: pd.DataFrame
    labels: pd.DataFrame
    robustness: pd.DataFrame
    verdict: Verdict
    agreeing: int
    members: int
    reference: str
    alpha: float
    statement: Text
    dropped: pd.Index

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table."""
        return self.table.copy()


def weights_sensitivity(
    values: pd.Series[Any],
    family: Mapping[str, Weights] | Backbone | gpd.GeoDataFrame,
    *,
    statistic: Statistic = "moran",
    local: bool = True,
    reference: str | None = None,
    permutations: int | None = None,
    alpha: float = 0.05,
    correction: Correction = "fdr_bh",
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> WeightsSensitivityResult:
    r"""Does the answer of Moran's I, or of Geary's C, hang on the choice of weights?

    Use it before publishing any statistic that rests on weights. It is no search for the
    weights that give the smallest p-value: declare the family first and report all of it.

    Parameters
    ----------
    values : Series
        One number per unit, indexed by unit.
    family : mapping, Backbone or GeoDataFrame
        Name → weights, all of the same units, each used exactly as given; or the map,
        for the members of :func:`spatialcarbon.weights_family`.
    statistic : {"moran", "geary"}
        What is computed of the whole map: Moran's I or Geary's C.
    local : bool
        Whether local Moran's I is computed under every member as well.
    reference : str, optional
        Member whose labels are judged; the first if left out.
    permutations, missing : int or None, str
        As for :func:`spatialcarbon.global_moran`.
    alpha, correction : float, str
        Level of every conclusion and label; correction of the local tests only.
    rng : int, Generator or None
        Seed. Every member uses the same draws.

    Returns
    -------
    WeightsSensitivityResult

    Raises
    ------
    SchemaError
        An empty family.
    OptionError
        A reference that is not a member.
    DegenerateDataError
        No member links anything; constant values.
    AlignmentError, MissingDataError
        As for :func:`spatialcarbon.global_moran`.

    Notes
    -----
    The conclusion under a member is ``"none"`` if p > α, else the sign of I − E[I], or
    of E[C] − C.
    Members with the same weights count once. With :math:`c_m` the conclusion and
    :math:`\ell_{im}` the label of unit i under the distinct members m = 1 … M, r the
    reference,

    .. math::

        k = \max_c \sum_m [c_m = c], \qquad
        \text{kept}_i = \frac{1}{M - 1} \sum_{m \ne r} [\ell_{im} = \ell_{ir}]

    References
    ----------
    Stakhovych & Bijmolt (2009), doi 10.1111/j.1435-5957.2008.00213.x.

    Examples
    --------
    A chain of four units with values 1 to 4, under two weights: neighbours, and
    neighbours of neighbours.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> near = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> far = pd.DataFrame({"focal": list("acbd"), "neighbor": list("cadb")})
    >>> family = {"near": sc.Weights.from_edges(near), "far": sc.Weights.from_edges(far)}
    >>> found = sc.weights_sensitivity(
    ...     pd.Series([1, 2, 3, 4], list("abcd")), family, local=False, permutations=0
    ... )
    >>> found.table["statistic"].round(3).tolist(), found.verdict
    ([0.333, -0.6], 'same')
    """
    members = _members(family)
    check_option(statistic, Statistic, "statistic")
    alpha = check_fraction(alpha, "alpha")
    first = next(iter(members))
    chosen = first if reference is None else reference
    if chosen not in members:
        raise OptionError(
            "reference={reference!r} is not a member of the family",
            expected="one of {known}",
            reference=reference,
            known=some(members, 20),
        )
    stream = resolve_rng(rng)
    aligned = conform(values, members[first].units, missing=missing)
    absent = aligned.index[aligned.isna().to_numpy()]
    same = _same_as(members)
    compute = global_moran if statistic == "moran" else geary
    rows: dict[str, dict[str, Any]] = {}
    labels: dict[str, pd.Series[str]] = {}
    with each_warning_once() as few:
        for name, weights in members.items():
            if same[name]:
                rows[name] = rows[same[name]]
                if same[name] in labels:
                    labels[name] = labels[same[name]]
                continue
            if weights.s0 <= 0:
                rows[name] = {**NOTHING, "n": weights.n}
                continue
            found = compute(
                aligned, weights, permutations=permutations, missing=missing, rng=stream.seed
            )
            rows[name] = member_row(found, alpha)
            if local:
                labels[name] = local_moran(
                    aligned,
                    weights,
                    permutations=permutations,
                    alpha=alpha,
                    correction=correction,
                    missing=missing,
                    rng=stream.seed,
                ).label
    table = pd.DataFrame(
        [
            {**member_facts(name, members[name]), **rows[name], "same_as": same[name]}
            for name in members
        ]
    ).reindex(columns=list(COLUMNS))
    verdict, agreeing, statement = verdict_of(table, alpha, statistic)
    label_table = pd.DataFrame(labels).reindex(columns=[name for name in members if name in labels])
    distinct = [name for name in label_table.columns if not same[name]]
    judged = same[chosen] or chosen
    return WeightsSensitivityResult(
        method=f"Sensitivity of {NAMES[statistic].render('en')} to the weights",
        table=table,
        labels=label_table,
        robustness=robustness_of(label_table[distinct], judged),
        verdict=verdict,
        agreeing=agreeing,
        members=int(counted_rows(table).sum()),
        reference=chosen,
        alpha=alpha,
        statement=statement,
        dropped=absent,
        settings={
            "family": {name: weights.describe() for name, weights in members.items()},
            "statistic": statistic,
            "local": local,
            "reference": chosen,
            "permutations": permutations,
            "alpha": alpha,
            "correction": correction,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(aligned.dropna()),
        },
        references=REFERENCES,
        remarks=(statement, *repeated_remark(same), *dropped_remark(absent), *few),
    )


def _members(family: Mapping[str, Weights] | Backbone | gpd.GeoDataFrame) -> dict[str, Weights]:
    if not isinstance(family, Mapping):
        return weights_family(family)
    members = {str(name): as_weights(weights) for name, weights in family.items()}
    if not members:
        raise SchemaError(
            "the family of weights is empty", fix="spatialcarbon.weights_family(units)"
        )
    return members


def _same_as(members: Mapping[str, Weights]) -> dict[str, str]:
    """Return for each member the earlier one with the same weights, or an empty string."""
    seen: dict[str, str] = {}
    same = {}
    for name, weights in members.items():
        earlier = seen.setdefault(weights.fingerprint, name)
        same[name] = "" if earlier == name else earlier
    return same
