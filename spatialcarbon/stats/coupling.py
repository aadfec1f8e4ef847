"""Coupling coordination: do subsystems develop together, and at what level?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, check_unique, checksum
from spatialcarbon.core.errors import (
    AlignmentError,
    BalanceError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.results import Result
from spatialcarbon.data.panel import Panel
from spatialcarbon.stats.coupling_classes import TOLERANCE, class_bounds, classified

if TYPE_CHECKING:
    from spatialcarbon.stats.coupling_classes import Scheme

ALL_ZERO = "all zero"
RESERVED = ("unit", "year", "coupling", "development", "coordination", "level", "status")


@dataclass(frozen=True, kw_only=True, eq=False)
class CouplingResult(Result):
    """Coupling, development and coordination of every unit.

    Parameters
    ----------
    coupling, development, coordination : Series
        C, T and D in [0, 1], by unit, or by unit and year.
    level : Series
        The class of D by name.
    status : Series
        ``"ok"``, or ``"all zero"`` where C is 0/0 and taken as 0.
    classes : mapping
        Class → its inclusive lower bound.
    scores : DataFrame
        The subsystems that went in, in [0, 1]: one column each, the same index.

    Examples
    --------
    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> scores = pd.DataFrame({"economy": [0.6, 0.0], "ecology": [0.3, 0.0]}, index=["a", "b"])
    >>> found = sc.coupling_coordination(scores)
    >>> found.to_frame()[["development", "level", "status"]].round(6).values.tolist()
    [[0.45, 'moderate coordination', 'ok'], [0.0, 'severe imbalance', 'all zero']]
    >>> found.counts()[["moderate coordination", "severe imbalance"]].tolist()
    [1, 1]
    """

    coupling: pd.Series[float]
    development: pd.Series[float]
    coordination: pd.Series[float]
    level: pd.Series[Any]
    status: pd.Series[Any]
    classes: Mapping[str, float]
    scores: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit (and year): scores, C, T, D, class and status."""
        index = self.scores.index
        names = ["unit"] if index.nlevels == 1 else ["unit", "year"]
        frame = self.scores.assign(
            coupling=self.coupling,
            development=self.development,
            coordination=self.coordination,
            level=self.level,
            status=self.status,
        )
        return frame.rename_axis(names).reset_index()

    def counts(self) -> pd.Series[int]:
        """Return how many rows are in each class, in the order of the classes."""
        return self.level.value_counts().reindex(list(self.classes), fill_value=0).rename("n")


def coupling_coordination(
    subsystems: pd.DataFrame | Panel,
    *,
    weights: Mapping[str, float] | pd.Series[Any] | None = None,
    classes: Scheme | Mapping[str, float] = "six",
) -> CouplingResult:
    r"""How closely do two or more subsystems go together, and at what level of development?

    Use it where each subsystem, such as urbanisation and low-carbon efficiency, is already
    one score in [0, 1]. The choice of indicators and their scaling decides the result: D of
    two studies can be compared only when both were built alike. It says nothing on causes.

    Parameters
    ----------
    subsystems : DataFrame or Panel
        Index unit, one column per subsystem, values in [0, 1]. For several years: index of
        two levels (unit, year), or a panel whose variables are the subsystems, of which
        the years that all of them have are used.
    weights : mapping or Series, optional
        Subsystem → weight in T, not negative, of sum one; equal by default.
    classes : {"six", "ten"} or mapping
        Classes of D: a named scheme, or class → inclusive lower bound, from 0 upwards.

    Returns
    -------
    CouplingResult

    Raises
    ------
    SchemaError
        Fewer than two subsystems, scores outside [0, 1].
    MissingDataError
        Missing scores.
    BalanceError
        Weights that do not sum to one.

    Notes
    -----
    With scores :math:`U_1 \dots U_k` and weights :math:`\alpha_s`,

    .. math::

        C = \frac{k\,(\prod_s U_s)^{1/k}}{\sum_s U_s}, \qquad
        T = \sum_s \alpha_s U_s, \qquad D = \sqrt{C\,T}.

    C is the geometric over the arithmetic mean: 1 when all scores are equal, 0 when one
    of them is zero. Where all are zero C is not defined; it is set to 0 and ``status``
    says so. Variants of C without the factor k or the root are not in [0, 1] or not
    comparable (Wang et al. 2021) and are not offered.

    References
    ----------
    Liao (1999); Wang et al. (2021) on misuses.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"economy": [0.6], "ecology": [0.3]}, index=["a"])
    >>> found = coupling_coordination(scores)
    >>> found.to_frame()[["coupling", "development", "coordination"]].round(6).values.tolist()
    [[0.942809, 0.45, 0.651356]]
    >>> found.level["a"]
    'moderate coordination'
    """
    scores = _scores(subsystems)
    bounds = class_bounds(classes)
    alpha = _weights(weights, scores.columns)
    u = scores.to_numpy(dtype=np.float64)
    coupling = _coupling(u)
    development = np.clip(u @ alpha.to_numpy(dtype=np.float64), 0.0, 1.0)
    coordination = np.sqrt(coupling * development)
    index = scores.index
    void = (u == 0).all(axis=1)
    rows = [str(label) for label in index[void]]
    return CouplingResult(
        method="Coupling coordination degree",
        coupling=pd.Series(coupling, index, name="coupling"),
        development=pd.Series(development, index, name="development"),
        coordination=pd.Series(coordination, index, name="coordination"),
        level=classified(pd.Series(coordination, index), bounds).rename("level"),
        status=pd.Series(np.where(void, ALL_ZERO, "ok"), index, name="status", dtype=object),
        classes=bounds,
        scores=scores,
        settings={
            "weights": {str(name): float(value) for name, value in alpha.items()},
            "classes": dict(bounds),
            "data": checksum(scores),
        },
        references=("liao1999", "wang2021"),
        remarks=(text("all scores are zero, C is set to 0: {labels}", labels=some(rows)),)
        if rows
        else (),
    )


def minmax_scores(table: pd.DataFrame, *, inverse: Iterable[str] = ()) -> pd.DataFrame:
    r"""Put indicators on the scale from 0 (worst of the rows) to 1 (best).

    Parameters
    ----------
    table : DataFrame
        One column per indicator; rows of several years are scaled together, so that years
        can be compared.
    inverse : iterable of str
        Columns of which less is better.

    Returns
    -------
    DataFrame
        :math:`(x - \min)/(\max - \min)`, or one minus that.

    Raises
    ------
    DegenerateDataError
        For an indicator without any difference.
    OptionError
        For an inverse column that is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = minmax_scores(pd.DataFrame({"t": [2.0, 4.0, 10.0]}), inverse=["t"])
    >>> scores["t"].tolist()
    [1.0, 0.75, 0.0]
    """
    turned = list(inverse)
    absent = [name for name in turned if name not in table.columns]
    if absent:
        raise OptionError(
            "there is no column {absent} to invert",
            expected="one of {known}",
            absent=some(absent),
            known=some(table.columns, 12),
        )
    values = _numbers(table)
    low, span = values.min(), values.max() - values.min()
    flat = span.index[(span <= TOLERANCE * values.abs().max()).to_numpy()]
    if len(flat):
        raise DegenerateDataError(
            "these indicators are the same everywhere and have no scale: {columns}",
            columns=some(flat),
        )
    scaled = ((values - low) / span).clip(0.0, 1.0)
    scaled[turned] = 1.0 - scaled[turned]
    return scaled


def _coupling(u: np.ndarray[Any, np.dtype[np.float64]]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the geometric over the arithmetic mean of each row, 0 where a score is 0."""
    mean = u.mean(axis=1)
    safe = np.where(mean > 0, mean, 1.0)[:, None]
    with np.errstate(divide="ignore"):
        found = np.exp(np.log(u / safe).mean(axis=1))
    equal = u.max(axis=1) - u.min(axis=1) <= TOLERANCE * mean
    return np.where(mean == 0, 0.0, np.where(equal, 1.0, np.clip(found, 0.0, 1.0)))


def _scores(subsystems: pd.DataFrame | Panel) -> pd.DataFrame:
    table = _panel_rows(subsystems) if isinstance(subsystems, Panel) else subsystems
    if not isinstance(table, pd.DataFrame) or table.shape[1] < 2:
        raise SchemaError(
            "coupling needs at least two subsystems",
            expected="a DataFrame with a column of scores for each",
            fix="pd.DataFrame({'economy': ..., 'ecology': ...})",
        )
    taken = [name for name in table.columns if name in RESERVED]
    if taken:
        raise SchemaError(
            "{names} cannot be the name of a subsystem: the result has columns of that name",
            fix="table.rename(columns=...)",
            names=some(taken),
        )
    values = _numbers(table)
    wrong = ((values < -TOLERANCE) | (values > 1 + TOLERANCE)).any(axis=1)
    if wrong.any():
        raise SchemaError(
            "the scores of {n} rows are outside 0 to 1: {labels}",
            fix="scale the indicators first, for example (x - x.min()) / (x.max() - x.min())",
            n=int(wrong.sum()),
            labels=some(values.index[wrong.to_numpy()]),
        )
    return values.clip(0.0, 1.0)


def _numbers(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table as numbers; labels once, nothing missing or infinite."""
    check_unique(table.columns, text("the header of the table"))
    if isinstance(table.index, pd.MultiIndex) and table.index.nlevels == 2:
        if not table.index.is_unique:
            raise AlignmentError(
                "some units stand twice in a year: {labels}",
                labels=some(table.index[table.index.duplicated()]),
            )
    else:
        check_unique(table.index, text("the table"))
    plain = table.reset_index(drop=True)
    values = pd.DataFrame(
        {name: as_numbers(plain[name], str(name)).to_numpy() for name in plain.columns},
        index=table.index,
    )
    bad = ~np.isfinite(values.to_numpy(dtype=np.float64)).all(axis=1)
    if bad.any():
        raise MissingDataError(
            "scores are missing or infinite for {labels}",
            fix="leave these units out: table.dropna()",
            labels=some(table.index[bad]),
        )
    return values


def _panel_rows(panel: Panel) -> pd.DataFrame:
    """Return (unit, year) × variable for the years that all variables have."""
    years = [y for y in panel.years if all(y in panel.grid(name) for name in panel.variables)]
    if not years:
        raise SchemaError("the variables have no year in common")
    rows = pd.MultiIndex.from_product([panel.units, years], names=["unit", "year"])
    columns = {name: panel.grid(name)[years].to_numpy().ravel() for name in panel.variables}
    return pd.DataFrame(columns, index=rows)


def _weights(
    weights: Mapping[str, float] | pd.Series[Any] | None, names: pd.Index
) -> pd.Series[float]:
    if weights is None:
        return pd.Series(1.0 / len(names), index=names)
    if not isinstance(weights, (Mapping, pd.Series)):
        raise AlignmentError(
            "the weights of the subsystems are a {kind} without labels",
            expected="a mapping from subsystem to weight",
            kind=type(weights).__name__,
        )
    given = pd.Series(dict(weights), dtype="float64")
    if set(given.index) != set(names):
        raise AlignmentError(
            "the weights are for other subsystems: {given}",
            expected="{names}",
            given=some(given.index),
            names=some(names),
        )
    alpha = given.reindex(names)
    if not (alpha >= 0).all() or abs(alpha.sum() - 1) > 1e-9:
        raise BalanceError(
            "the weights of the subsystems must not be negative and must sum to one",
            arrived="{weights}",
            fix="divide them by their sum",
            weights=some(f"{name} = {value:g}" for name, value in alpha.items()),
        )
    return alpha
