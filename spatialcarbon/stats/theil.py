"""Theil's indices, and how much of them lies between groups and how much within."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.align import Missing, canonical_order
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result
from spatialcarbon.stats import inequality_formulas as formulas
from spatialcarbon.stats.moran_panel import group_members
from spatialcarbon.stats.weighted_values import Zero, weighted

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from spatialcarbon.stats.weighted_values import Weighted

    Groups = pd.Series[Any] | Mapping[str, Iterable[Any]]

GROUP_COLUMNS = (
    *("group", "n", "population_share", "value_share", "mean", "gini", "theil_t", "theil_l"),
    *("within_t", "within_l", "contribution_t", "contribution_l"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class TheilResult(Result):
    """Theil's T and L, split exactly by groups.

    Parameters
    ----------
    total, between, within : float
        Theil's T (nats): of all units, of the group means, and the sum of what is inside groups;
        the last two are None without groups.
    mean_log_deviation, mean_log_deviation_between, mean_log_deviation_within : float
        Theil's L likewise; NaN where a zero value was kept, which makes it infinite.
    table : DataFrame
        One row per group: ``group, n, population_share`` (q), ``value_share`` (s),
        ``mean``, the indices inside it (``gini, theil_t, theil_l``), its part of the whole
        (``within_t`` = s·T, ``within_l`` = q·L) and that part over the total
        (``contribution_t``, ``contribution_l``; NaN where the total is zero). Empty
        without groups.
    n : int
        Units.
    dropped : tuple
        Labels left out, for a missing or a zero value.

    Examples
    --------
    Means of 3 and 7 with 0.3 and 0.7 of the sum: T between is 0.3 ln 0.6 + 0.7 ln 1.4.

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> y = pd.Series([2.0, 4.0, 6.0, 8.0], index=list("abcd"))
    >>> found = sc.theil(y, groups={"west": ["a", "b"], "east": ["c", "d"]})
    >>> round(found.between, 6), round(found.total - found.between - found.within, 9)
    (0.082283, 0.0)
    >>> round(found.between_share, 3), round(found.mean_log_deviation_between_share, 3)
    (0.773, 0.716)
    >>> found.table["value_share"].round(6).tolist()
    [0.3, 0.7]
    >>> found.to_frame().iloc[:, 0].tolist()
    ['total', 'between', 'within west', 'within east']
    """

    total: float
    between: float | None
    within: float | None
    mean_log_deviation: float
    mean_log_deviation_between: float | None
    mean_log_deviation_within: float | None
    table: pd.DataFrame
    n: int
    dropped: tuple[Any, ...] = ()

    @property
    def between_share(self) -> float | None:
        """Part of T that lies between groups; NaN when all are equal, None without groups."""
        return None if self.between is None else _over(self.between, self.total)

    @property
    def mean_log_deviation_between_share(self) -> float | None:
        """Part of L that lies between groups; NaN when all are equal, None without groups."""
        between = self.mean_log_deviation_between
        return None if between is None else _over(between, self.mean_log_deviation)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per part: total, between, and within each group, for T and L."""
        rows = [("total", self.total, self.mean_log_deviation)]
        if self.between is not None and self.mean_log_deviation_between is not None:
            rows.append(("between", self.between, self.mean_log_deviation_between))
            parts = self.table[["group", "within_t", "within_l"]].itertuples(index=False)
            rows += [(f"within {group}", t, l) for group, t, l in parts]  # noqa: E741
        frame = pd.DataFrame(rows, columns=["part", "theil_t", "theil_l"])
        frame["share_t"] = [_over(t, self.total) for t in frame["theil_t"]]
        frame["share_l"] = [_over(x, self.mean_log_deviation) for x in frame["theil_l"]]
        return frame


def theil(
    values: pd.Series[Any],
    *,
    population: pd.Series[Any] | None = None,
    groups: Groups | None = None,
    zero: Zero = "raise",
    missing: Missing = "raise",
) -> TheilResult:
    r"""How much of the inequality lies between groups, and how much within them?

    Use it to ask whether places differ because their city clusters differ. T weighs the
    parts of a group by its share of the total, L by its share of the population. For one
    number on a fixed scale use :func:`gini`.

    Parameters
    ----------
    values : Series
        Not negative, by unit. With a population: values per head.
    population : Series, optional
        Persons by unit, above zero, in any order; without it all units count the same.
    groups : Series or mapping, optional
        A label per unit, or group → units. Every unit must be in exactly one group, or
        the parts would not add up.
    zero : {"raise", "drop", "keep"}
        A value of zero adds nothing to T but makes L infinite: refuse it, leave the unit
        out, or keep it for T and give L as NaN.
    missing : {"raise", "drop"}
        Refuse missing values, or leave the units out (see ``dropped``).

    Returns
    -------
    TheilResult

    Raises
    ------
    SchemaError
        Negative values, zero values unless ``zero`` says otherwise, units in no group or
        in several.
    DegenerateDataError
        When all values are zero.

    Notes
    -----
    With :math:`q_i` the share of the population, :math:`s_i` the share of the total,
    and the same index inside group :math:`g` of :math:`s_i/s_g` and :math:`q_i/q_g`:

    .. math::

        T &= \sum_i s_i \ln\frac{s_i}{q_i}
           = \sum_g s_g \ln\frac{s_g}{q_g} + \sum_g s_g T_g \\
        L &= \sum_i q_i \ln\frac{q_i}{s_i}
           = \sum_g q_g \ln\frac{q_g}{s_g} + \sum_g q_g L_g

    A group of one unit has nothing within.

    References
    ----------
    Theil (1967); Bourguignon (1979); Shorrocks (1980); Duro & Padilla (2006) on CO2.

    Examples
    --------
    >>> import pandas as pd
    >>> y = pd.Series([2.0, 4.0, 6.0, 8.0], index=list("abcd"))
    >>> people = pd.Series([100, 200, 100, 100], index=list("abcd"))
    >>> found = theil(y, population=people, groups={"west": ["a", "b"], "east": ["c", "d"]})
    >>> round(found.total, 6), round(found.between, 6), round(found.within, 6)
    (0.092332, 0.068154, 0.024178)
    """
    data = weighted(values, population, missing=missing, zero=zero)
    members = None if groups is None else partition(groups, values.index)
    split = decompose(data, members)
    people = {} if members is None else {name: len(index) for name, index in members.items()}
    return TheilResult(
        method="Theil's indices",
        **split,
        dropped=data.dropped,
        settings={**data.settings, "zero": zero, "missing": missing, "groups": people},
        references=("theil1967", "bourguignon1979", "shorrocks1980", "duro2006"),
        remarks=data.remarks + kept_zeros(data),
    )


def kept_zeros(data: Weighted) -> tuple[Text, ...]:
    """Return the remark that L is not given where zeros were kept."""
    nought = data.values.index[(data.values == 0).to_numpy()]
    if not len(nought):
        return ()
    listed = some(nought)
    return (text("mean log deviation is infinite: the value is zero for {labels}", labels=listed),)


def partition(groups: Groups, units: pd.Index) -> dict[str, pd.Index]:
    """Return the members of groups of which every unit is in exactly one.

    Raises
    ------
    SchemaError
        For units in no group, or in several.
    """
    members = group_members(groups, units, overall=False)
    listed = Counter(unit for index in members.values() for unit in index)
    twice = sorted(str(unit) for unit, count in listed.items() if count > 1)
    none = units[~units.isin(list(listed))]
    if twice or len(none):
        raise SchemaError(
            "some units are in several groups: {labels}"
            if twice
            else "some units are in no group: {labels}",
            expected="each unit in exactly one group, so that the parts add up",
            fix="leave units out of the values, or give the rest a group of their own",
            labels=some(twice or none),
        )
    return members


def decompose(data: Weighted, members: Mapping[str, pd.Index] | None) -> dict[str, Any]:
    """Return the fields of :class:`TheilResult` for checked data."""
    y, q = data.y, data.q
    over = formulas.relative(y, q)
    t, l = formulas.theil_t(over, q), _finite(formulas.theil_l(over, q))  # noqa: E741
    found: dict[str, Any] = {
        "total": t,
        "between": None,
        "within": None,
        "mean_log_deviation": l,
        "mean_log_deviation_between": None,
        "mean_log_deviation_within": None,
        "table": pd.DataFrame(columns=list(GROUP_COLUMNS)),
        "n": len(y),
    }
    if members is None:
        return found
    inside = _positions(data.values.index, members)
    parts = {name: formulas.part(y[at], q[at], over.of(at)) for name, at in inside.items()}
    table = pd.DataFrame(
        [
            {
                "group": name,
                "n": item.n,
                "population_share": item.q,
                "value_share": item.s,
                "mean": math.fsum(q[inside[name]] * y[inside[name]]) / item.q,
                "gini": item.gini,
                "theil_t": item.t,
                "theil_l": _finite(item.l),
                # An empty total has no inside, and no part of the whole either.
                "within_t": item.s * item.t if item.s else 0.0,
                "within_l": item.q * _finite(item.l),
            }
            for name, item in parts.items()
        ]
    )
    table["contribution_t"] = [_over(x, t) for x in table["within_t"]]
    table["contribution_l"] = [_over(x, l) for x in table["within_l"]]
    between_t, between_l = formulas.between(list(parts.values()))
    within_t = math.fsum(table["within_t"])
    return found | {
        "between": between_t,
        "within": within_t,
        "mean_log_deviation_between": _finite(between_l),
        "mean_log_deviation_within": math.fsum(table["within_l"]),
        "table": table,
    }


def _positions(units: pd.Index, members: Mapping[str, pd.Index]) -> dict[str, npt.NDArray[np.intp]]:
    """Return where the members of each group stand, in canonical order; empty groups drop out."""
    found = {}
    for name, index in members.items():
        # Looked up in the index of all units, which keeps its table of them from group to group.
        at = units.get_indexer(index[canonical_order(index)])
        if (at >= 0).any():
            found[name] = at[at >= 0]
    return found


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.nan


def _over(part: float, whole: float) -> float:
    """Return a share of the whole; NaN where all are equal."""
    return part / whole if whole > 0 else math.nan
