"""From a table to a regression: alignment, logarithms, and refusals that name what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import (
    canonical_order,
    check_unique,
    conform,
    conform_labels,
    require_columns,
    same_units,
)
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

CONSTANT = "constant"
LAGGED = "W "
"""Stands before the name of a covariate of the neighbours."""

_TABLE = text("the table of variables")
COLLINEAR = 1e-9


@dataclass(frozen=True, eq=False)
class Design:
    """A regression ready to be estimated, its units in canonical order.

    Parameters
    ----------
    outcome : Series
        What is explained, in logarithms where asked for; its name is that of the term.
    terms : DataFrame
        One column per coefficient, the constant among them.
    plain : DataFrame
        The covariates without constant, regimes and lags.
    weights : Weights or None
        Among the same units in the same order.
    regimes : Series or None
        Group of each unit.
    """

    outcome: pd.Series[float]
    terms: pd.DataFrame
    plain: pd.DataFrame
    weights: Weights | None
    regimes: pd.Series[Any] | None = None

    @property
    def n(self) -> int:
        """Number of observations."""
        return len(self.outcome)


def term_name(column: str, logged: Sequence[str]) -> str:
    """Return what a column is called among the terms.

    Examples
    --------
    >>> term_name("gdp", ["gdp"]), term_name("area", ["gdp"])
    ('ln(gdp)', 'area')
    """
    return f"ln({column})" if column in logged else column


def logged_columns(log: bool | Sequence[str], columns: Sequence[str]) -> list[str]:
    """Return the columns to be taken in logarithms, refusing names that are none of them."""
    if isinstance(log, bool | np.bool_):
        return list(columns) if log else []
    asked = [log] if isinstance(log, str) else list(log)
    strange = [name for name in asked if name not in columns]
    if strange:
        raise OptionError(
            "log names {strange}, which is not a variable of the regression",
            expected="True, False, or some of {columns}",
            strange=some(strange),
            columns=some(columns, 12),
        )
    return asked


def check_names(outcome: str, covariates: Sequence[str]) -> list[str]:
    """Return the covariates as a list; refuse none, repeated ones, and the outcome among them."""
    named = [covariates] if isinstance(covariates, str) else list(covariates)
    if not named:
        raise OptionError("there are no covariates", fix="covariates=['population', 'gdp']")
    twice = [name for at, name in enumerate(named) if name in named[:at]]
    if twice or outcome in named:
        raise OptionError(
            "{columns} stands twice among the variables",
            fix="name each variable once, the outcome not among the covariates",
            columns=some(twice or [outcome]),
        )
    return named


def read_variables(
    frame: pd.DataFrame, columns: Sequence[str], logged: Sequence[str], units: pd.Index
) -> pd.DataFrame:
    """Return the columns in the order of ``units``, logarithms taken, under the names of terms."""
    made: dict[str, pd.Series[float]] = {}
    for column in columns:
        values = conform(frame[column], units, name=text("the column {column}", column=column))
        if column in logged:
            values = logarithm(values, column)
        made[term_name(column, logged)] = values
    return pd.DataFrame(made, index=units)


def logarithm(values: pd.Series[float], column: str) -> pd.Series[float]:
    """Return natural logarithms; raise naming the units whose value is not positive."""
    bad = values.index[(values <= 0).to_numpy()]
    if len(bad):
        raise DegenerateDataError(
            "{column} has no logarithm for {n} units: values of zero or less",
            arrived="{labels}",
            fix="leave these units out, or leave {column} out of log",
            column=column,
            n=len(bad),
            labels=some(f"{label}: {values[label]:g}" for label in bad),
        )
    return pd.Series(np.log(values.to_numpy()), values.index)


def read_design(
    frame: pd.DataFrame,
    weights: Weights | None,
    *,
    outcome: str,
    covariates: Sequence[str],
    log: bool | Sequence[str],
    groups: pd.Series[Any] | None,
    lagged: bool,
) -> Design:
    """Return the design of a regression over places."""
    if not isinstance(frame, pd.DataFrame):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a pandas DataFrame indexed by unit",
            name=_TABLE,
            kind=type(frame).__name__,
        )
    named = check_names(outcome, covariates)
    require_columns(frame, [outcome, *named], _TABLE)
    check_unique(frame.index, _TABLE)
    logged = logged_columns(log, [outcome, *named])
    # Estimated in one order, so that the order of the rows never shows in the last digits.
    if weights is not None:
        same_units(frame.index, weights.units, _TABLE)
        weights = weights.canonical
        units = weights.units
    else:
        units = frame.index[canonical_order(frame.index)]
    data = read_variables(frame, [outcome, *named], logged, units)
    y, plain = data.iloc[:, 0], data.iloc[:, 1:]
    refuse_constant(data)
    regimes = None if groups is None else _read_groups(groups, units)
    terms = with_regimes(plain, regimes) if regimes is not None else with_constant(plain)
    if lagged and weights is not None:
        neighbours = {LAGGED + str(name): weights.sparse @ plain[name] for name in plain}
        terms = terms.assign(**neighbours)
    return Design(y, terms, plain, weights, regimes)


def with_constant(plain: pd.DataFrame) -> pd.DataFrame:
    """Return the covariates after a column of ones."""
    made = plain.copy()
    made.insert(0, CONSTANT, 1.0)
    return made


def regime_term(term: str, group: object) -> str:
    """Return the name of a term of one group."""
    return f"{term} [{group}]"


def with_regimes(plain: pd.DataFrame, regimes: pd.Series[Any]) -> pd.DataFrame:
    """Return constant and covariates for each group by themselves, zero outside it."""
    every = with_constant(plain)
    return pd.DataFrame(
        {
            regime_term(str(term), group): every[term].where(regimes == group, 0.0)
            for group in regime_names(regimes)
            for term in every
        }
    )


def regime_names(regimes: pd.Series[Any]) -> list[Any]:
    """Return the groups in the order of their names."""
    return sorted(pd.unique(regimes), key=str)


def _read_groups(groups: pd.Series[Any], units: pd.Index) -> pd.Series[Any]:
    ordered = conform_labels(groups, units, name="groups")
    absent = units[ordered.isna().to_numpy()]
    if len(absent):
        raise MissingDataError(
            "{n} units belong to no group",
            arrived="{labels}",
            fix="leave them out, or give them a group of their own",
            n=len(absent),
            labels=some(absent),
        )
    if ordered.nunique() < 2:
        raise DegenerateDataError(
            "regimes need at least two groups",
            arrived="{labels}",
            labels=some(pd.unique(ordered)),
        )
    return ordered


def refuse_constant(data: pd.DataFrame) -> None:
    """Raise naming the columns that do not vary."""
    spread = data.std(ddof=0)
    sizes = data.abs().max().to_numpy()
    flat = [str(column) for column in data.columns[spread.to_numpy() <= 1e-12 * sizes]]
    if flat:
        raise DegenerateDataError(
            "{columns} does not vary, so that its coefficient is not defined",
            fix="leave it out: the regression has a constant already",
            columns=some(flat),
        )


def refuse_collinear(terms: pd.DataFrame, extra: int = 0) -> None:
    """Raise when there are too few rows, or when a column follows from the others.

    Parameters
    ----------
    terms : DataFrame
        One column per coefficient.
    extra : int
        Coefficients beside those of the columns: the spatial ones.
    """
    n, k = len(terms), terms.shape[1] + extra
    if n <= k + 2:
        raise DegenerateDataError(
            "{n} observations are too few for {k} coefficients",
            expected="at least {least}",
            fix="fewer covariates or groups, or more places or years",
            n=n,
            k=k,
            least=k + 3,
        )
    values = terms.to_numpy(dtype=np.float64)
    scaled = values / np.sqrt((values**2).sum(axis=0))
    # A column is spare when what is left of it beside the earlier ones is rounding.
    left = np.abs(np.diag(np.linalg.qr(scaled, mode="r")))
    spare = [str(column) for column in terms.columns[left < COLLINEAR]]
    if spare:
        raise DegenerateDataError(
            "{columns} follows from the other covariates, so that coefficients are not defined",
            fix="leave it out",
            columns=some(spare),
        )


def read_panel_rows(
    frame: pd.DataFrame, unit: str, year: str, columns: Sequence[str]
) -> pd.DataFrame:
    """Return the columns of a long table, index (unit, year) in order, each pair once."""
    if not isinstance(frame, pd.DataFrame):
        raise SchemaError(
            "{name} is a {kind}",
            expected="a long pandas DataFrame with columns for unit and year",
            name=_TABLE,
            kind=type(frame).__name__,
        )
    require_columns(frame, [unit, year, *columns], _TABLE)
    if frame[[unit, year]].isna().to_numpy().any():
        raise AlignmentError("some rows have no unit or no year", fix="drop them first")
    rows = pd.MultiIndex.from_frame(frame[[unit, year]], names=["unit", "year"])
    if rows.has_duplicates:
        raise AlignmentError(
            "some units have a year twice",
            arrived="{rows}",
            rows=some(f"{u}, {y}" for u, y in rows[rows.duplicated()].unique()),
        )
    made = frame[list(columns)].set_axis(rows)
    at = np.lexsort((rows.get_level_values(1), canonical_rank(rows.get_level_values(0))))
    return made.iloc[at]


def canonical_rank(labels: pd.Index) -> Any:
    """Return the place of each label among the sorted distinct ones."""
    distinct = labels.unique()
    distinct = distinct[canonical_order(distinct)]
    return distinct.get_indexer(labels)
