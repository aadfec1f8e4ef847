"""Types of city by industrial structure: K-means on the shares of industries."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pandas as pd

from spatialcarbon.core.align import Missing, checksum
from spatialcarbon.core.errors import AdjustedDataWarning, ConvergenceWarning, OptionError
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats.choosing_k import (
    Decision,
    GapReference,
    choice_table,
    gap_was_found,
    suggestions,
)
from spatialcarbon.stats.city_types import TypesResult, described, ordered
from spatialcarbon.stats.industry_input import (
    Points,
    Scaling,
    check_k,
    checked_shares,
    scaled_points,
)
from spatialcarbon.stats.kmeans import (
    best_partitions,
    bootstrap_stability,
    one_thread,
    reseeded_stability,
    settled,
    silhouettes,
)
from spatialcarbon.stats.type_names import Called, Naming, NamingRules

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

REFERENCES = (
    *("macqueen1967", "lloyd1982", "arthur2007", "rousseeuw1987", "tibshirani2001"),
    "hubert1985",
)
LARGEST_K = 8
RESEEDED_RUNS = 20
BOOTSTRAP_STARTS = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class IndustryResult(TypesResult):
    """Types found by K-means, and how much they are to be believed.

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
    choice : DataFrame
        One row for each number of types: ``k``, ``within`` (:math:`W_k`),
        ``explained`` (:math:`1 - W_k/W_1`), ``elbow`` (distance from the chord),
        ``silhouette`` (mean), ``gap``, ``gap_error`` (:math:`s_k`).
    suggested : mapping
        The k of each of ``"silhouette"``, ``"elbow"``, ``"gap"``.
    agreement : bool
        Whether these are one and the same.
    silhouettes : Series
        Silhouette of each unit: near 1 well inside its type, below 0 nearer to another.
    stability : float
        Mean adjusted Rand index of 20 runs from other seeds: 1 where all find this partition.
    bootstrap : Series
        Adjusted Rand index by bootstrap sample, at most 1.

    Examples
    --------
    Centres 0.7 and 0.2, each unit 0.1 away in both shares: W = 4 · 0.02 = 0.08.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> shares = pd.DataFrame({"energy": [0.8, 0.6, 0.3, 0.1]}, index=list("abcd"))
    >>> shares["light"] = 1 - shares["energy"]
    >>> found = sc.industry_clusters(shares, k=2, gap_samples=10, bootstraps=2)
    >>> f"{found.within[2]:.2f}, {found.silhouette[2]:.3f}, {found.stability:.0f}"
    '0.08, 0.583, 1'
    >>> found.gap.index.tolist(), found.stability_bootstrap <= 1
    ([2, 3], True)
    """

    choice: pd.DataFrame
    suggested: Mapping[Decision, int | None]
    agreement: bool
    silhouettes: pd.Series[float]
    stability: float
    bootstrap: pd.Series[float]

    @property
    def within(self) -> pd.Series[float]:
        """Dispersion within types by number of types."""
        return self.choice.set_index("k")["within"]

    @property
    def silhouette(self) -> pd.Series[float]:
        """Mean silhouette by number of types."""
        return self.choice.set_index("k")["silhouette"]

    @property
    def gap(self) -> pd.Series[float]:
        """Gap statistic by number of types."""
        return self.choice.set_index("k")["gap"]

    @property
    def stability_bootstrap(self) -> float:
        """Mean adjusted Rand index of the bootstrap samples."""
        return float(self.bootstrap.mean()) if len(self.bootstrap) else float("nan")


def industry_clusters(
    shares: pd.DataFrame,
    *,
    k: int | Literal["auto"] = 4,
    k_range: Iterable[int] | None = None,
    decision: Decision = "silhouette",
    scaling: Scaling = "none",
    delta: float = 1e-4,
    closed: bool = True,
    naming: Naming = "share",
    near_tie: float = 0.05,
    industry_names: Mapping[Hashable, Called] | None = None,
    gap_reference: GapReference = "pca",
    gap_samples: int = 100,
    bootstraps: int = 100,
    n_init: int = 50,
    max_iter: int = 300,
    missing: Missing = "raise",
    rng: RNGLike = 0,
) -> IndustryResult:
    r"""Which types of city are there by industrial structure, and how sure is that?

    Use it for tables of shares (of output value, employment, emissions) whose
    columns have one meaning everywhere. Do not read the types as regions: where a
    city lies plays no part (see :func:`constrained_clusters`), and K-means finds k
    types even where there is none; look at silhouette, gap and stability first.

    Parameters
    ----------
    shares : DataFrame
        Unit × industry, fractions that sum to one.
    k : int or "auto"
        Number of types; ``"auto"`` takes that of ``decision``.
    k_range : iterable of int, optional
        Numbers to compare; 2 to 8 by default, as far as there are units.
    decision : {"silhouette", "elbow", "gap"}
        Which rule ``"auto"`` follows. All three are reported.
    scaling : {"none", "zscore", "minmax", "clr"}
        Shares have a common unit of measure and need none. ``"zscore"`` and
        ``"minmax"`` give every industry the same weight; ``"clr"`` compares ratios of
        shares and takes no zeros.
    delta : float
        What ``"clr"`` puts for a zero, before the row is closed again.
    closed : bool
        Whether rows must sum to one (within 0.01) and hold nothing negative.
    naming : {"share", "lq"}
        Types are named after the largest share, or the largest location quotient.
    near_tie : float
        Two industries closer than this are both named: ``A + B``.
    industry_names : mapping, optional
        Column → name, or a pair of its English and its Chinese name.
    gap_reference : {"pca", "box"}
        Points without clusters are drawn from the box along the principal axes, which
        keeps to the plane of closed shares, or from the box along the columns.
    gap_samples : int
        Reference samples of the gap statistic; 0 leaves it out.
    bootstraps : int
        Bootstrap samples for the stability; 0 leaves it out.
    n_init, max_iter : int
        k-means++ starts, and Lloyd iterations of each.
    missing : {"raise", "drop"}
        Whether a missing share is an error or leaves its unit out.
    rng : int, Generator or None
        Seed of every draw.

    Returns
    -------
    IndustryResult
        Types are numbered from 1: by the industry with the largest share in the
        centre, then the larger type first, then by the first unit in sorted order.

    Raises
    ------
    SchemaError
        Shares that are negative or do not sum to one, naming the units.
    MissingDataError
        A missing share; ``missing="drop"`` leaves the unit out.
    OptionError
        More types than units that differ.

    Warns
    -----
    AdjustedDataWarning
        Zeros replaced for ``"clr"``; a constant column set to 0 by a scaling.
    ConvergenceWarning
        Iterations ended by ``max_iter``; no k satisfies the gap rule that decides.

    Notes
    -----
    .. math::

        W_k = \min \sum_{c=1}^{k} \sum_{i \in c} \lVert x_i - \mu_c \rVert^2

    by Lloyd's iterations (scikit-learn) from k-means++ starts and from the centres
    of k − 1 with the farthest point added, on one thread and on rows sorted by their
    values: neither the order of the table nor the number of processors matters.
    Under ``"clr"`` centres are closed geometric means, otherwise means.

    References
    ----------
    MacQueen (1967); Lloyd (1982); Arthur & Vassilvitskii (2007); Rousseeuw (1987);
    Tibshirani, Walther & Hastie (2001); Hubert & Arabie (1985). Study 002, Figure 13,
    gives neither k nor scaling nor seed.

    Examples
    --------
    >>> import pandas as pd
    >>> shares = pd.DataFrame(
    ...     {"energy": [0.7, 0.6, 0.1, 0.2], "light": [0.3, 0.4, 0.9, 0.8]}, index=list("abcd")
    ... )
    >>> found = industry_clusters(shares, k=2, gap_samples=0, bootstraps=0)
    >>> found.labels.tolist(), found.names.tolist()
    ([1, 1, 2, 2], ['energy production', 'light industry'])
    >>> f"{found.within[2]:.3f}"
    '0.020'
    """
    check_option(decision, Decision, "decision")
    check_option(gap_reference, GapReference, "gap_reference")
    check_count(gap_samples, "gap_samples")
    check_count(bootstraps, "bootstraps")
    effort = {
        "n_init": check_count(n_init, "n_init", minimum=1),
        "max_iter": check_count(max_iter, "max_iter", minimum=1),
    }
    if k == "auto" and decision == "gap" and not gap_samples:
        raise OptionError(
            "decision='gap' needs reference samples",
            arrived="gap_samples=0",
            fix="gap_samples=100",
        )
    table = checked_shares(shares, closed=closed, missing=missing)
    rules = NamingRules.checked(table.frame.columns, industry_names, naming, near_tie)
    points = scaled_points(table.frame, scaling, delta=delta)
    wanted = None if k == "auto" else check_k(k, points)
    ks = _candidates(k_range, wanted, points)
    stream = resolve_rng(rng)
    with one_thread():
        partitions = best_partitions(points.x, max(ks), stream=stream, **effort)
        choice = choice_table(
            points.x,
            partitions,
            ks,
            reference=gap_reference,
            samples=gap_samples,
            stream=stream,
            **effort,
        )
        suggested = suggestions(choice)
        chosen = wanted or suggested[decision] or ks[0]
        labels = ordered(partitions[chosen], points, scaling)
        stability = reseeded_stability(
            points.x, labels, chosen, runs=RESEEDED_RUNS, stream=stream, **effort
        )
        bootstrap = bootstrap_stability(
            points.x,
            labels,
            chosen,
            draws=bootstraps,
            n_init=min(n_init, BOOTSTRAP_STARTS),
            max_iter=max_iter,
            stream=stream,
        )
    unfinished = _unfinished(points, labels, choice, deciding=k == "auto" and decision == "gap")
    for said in points.remarks:
        warnings.warn(AdjustedDataWarning(said), stacklevel=2)
    for said in unfinished:
        warnings.warn(ConvergenceWarning(said), stacklevel=2)
    answers = list(dict.fromkeys(rule for rule in suggested.values() if rule is not None))
    return IndustryResult(
        method="Industry clusters (K-means)",
        settings={
            "k": k,
            "chosen": chosen,
            "k_range": ks,
            "decision": decision,
            "scaling": scaling,
            "delta": delta,
            "closed": closed,
            "naming": naming,
            "near_tie": near_tie,
            "gap_reference": gap_reference,
            "gap_samples": gap_samples,
            "bootstraps": bootstraps,
            "missing": missing,
            "seed": stream.seed,
            "data": checksum(table.frame),
            **effort,
        },
        references=REFERENCES,
        remarks=(*table.remarks, *points.remarks, *unfinished, *_disagreement(suggested, answers)),
        choice=choice,
        suggested=suggested,
        agreement=len(answers) == 1,
        silhouettes=points.as_series(silhouettes(points.x, labels), "silhouette"),
        stability=stability,
        bootstrap=pd.Series(bootstrap, name="adjusted_rand"),
        **described(table, points, labels, scaling, rules),
    )


def _candidates(k_range: Iterable[int] | None, wanted: int | None, points: Points) -> list[int]:
    """Return the numbers of types to compare, the one asked for among them."""
    if k_range is None:
        least = min(2, points.distinct)
        most = min(LARGEST_K, len(points.x) - 1, points.distinct)
        ks = set(range(least, max(least, most) + 1))
    else:
        ks = {check_k(one, points, "k_range") for one in k_range}
    if not ks:
        raise OptionError(
            "k_range is empty", expected="numbers of types to compare", fix="k_range=range(2, 9)"
        )
    return sorted(ks | ({wanted} if wanted else set()))


def _unfinished(
    points: Points, labels: npt.NDArray[np.intp], choice: pd.DataFrame, *, deciding: bool
) -> list[Text]:
    """Return what did not come to an end by itself."""
    said = []
    if not settled(points.x, labels):
        said.append(text("iterations ended by max_iter before the types stood still"))
    if deciding and not gap_was_found(choice):
        said.append(
            text(
                "no number of types satisfies the gap rule up to {largest}, which is taken",
                largest=int(choice.dropna(subset=["gap"])["k"].max()),
            )
        )
    return said


def _disagreement(suggested: Mapping[Decision, int | None], answers: list[int]) -> list[Text]:
    if len(answers) < 2:
        return []
    return [
        text(
            "the rules disagree on the number of types: silhouette {silhouette}, elbow {elbow}, "
            "gap statistic {gap}",
            **{rule: "–" if answer is None else answer for rule, answer in suggested.items()},
        )
    ]
