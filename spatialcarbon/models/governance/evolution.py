"""Two populations that imitate what pays: where do their strategies settle?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, check_unique, checksum, refuse_infinite
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_positive
from spatialcarbon.core.results import Result
from spatialcarbon.models.governance.replicator import Replicator, basin_shares

HYPERBOLIC = 1e-9
"""An eigenvalue below this share of the largest advantage is zero."""

_HORIZON = 30.0
"""Default length of paths, in units of one over the smallest advantage that is not zero."""

_LONGEST = 300.0
"""The same in units of one over the largest: no path takes longer to draw."""

_MOST_TURNS = 1e4
"""The longest path that may be asked for, in the same units."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EvolutionResult(Result):
    """Rest points with their stability, paths from given starts, and sizes of basins.

    Parameters
    ----------
    equilibria : DataFrame
        A row per rest point: ``x`` and ``y`` (shares that play the first strategy),
        ``row`` and ``column`` (the strategy played by all, empty where mixed),
        ``determinant`` and ``trace`` of the Jacobian, ``eigenvalue_1``,
        ``eigenvalue_2`` (real parts), ``frequency`` (imaginary part, above 0 where
        paths circle), ``kind`` (``"stable"``, ``"unstable"``, ``"saddle"``,
        ``"centre"``, ``"not decided"``) and ``basin`` (share of all starts that end
        there; NaN where not decided).
    trajectories : DataFrame
        Tidy paths: ``start`` (number), ``time``, ``x``, ``y``.
    starts : DataFrame
        ``x`` and ``y`` of each start, and ``end_x``, ``end_y``.
    stable : tuple of tuple
        The pairs of strategies that last, as labels.
    strategies_row, strategies_column : tuple
        Labels of the two strategies of each population.
    payoffs_row, payoffs_column : DataFrame
        As used.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon import evolutionary_game
    >>> both = ["cooperate", "refuse"]
    >>> pay = pd.DataFrame([[2.0, 0.0], [1.0, 1.0]], index=both, columns=both)
    >>> found = evolutionary_game(pay, pay.T, starts=2)
    >>> found.stable
    (('cooperate', 'cooperate'), ('refuse', 'refuse'))
    >>> found.to_frame()[["x", "y", "kind"]].round(3).to_numpy().tolist()[-1]
    [0.5, 0.5, 'saddle']
    >>> found.system.interior
    (0.5, 0.5)
    """

    equilibria: pd.DataFrame
    trajectories: pd.DataFrame
    starts: pd.DataFrame
    stable: tuple[tuple[Any, Any], ...]
    strategies_row: tuple[Any, Any]
    strategies_column: tuple[Any, Any]
    payoffs_row: pd.DataFrame
    payoffs_column: pd.DataFrame

    @property
    def system(self) -> Replicator:
        """The equations, for drawing."""
        return _system(self.payoffs_row.to_numpy(float), self.payoffs_column.to_numpy(float))

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the table of rest points."""
        return self.equilibria.copy()


def evolutionary_game(
    payoffs_row: pd.DataFrame,
    payoffs_column: pd.DataFrame,
    *,
    starts: pd.DataFrame | int = 5,
    horizon: float | None = None,
    points: int = 401,
) -> EvolutionResult:
    r"""Which strategies last when two populations imitate what pays?

    Use it for two kinds of players, such as two groups of local governments, that
    meet again and again and learn slowly. It says where such learning leads, not
    how long it takes in years, and not what farsighted players would agree on.

    Parameters
    ----------
    payoffs_row, payoffs_column : DataFrame
        Payoffs of the row and of the column population, two by two: strategies of the
        row population in rows, of the column population in columns, in both tables.
    starts : DataFrame or int
        Columns ``x`` and ``y`` in [0, 1]: shares of the row and of the column
        population that play their first strategy at the start. A number k stands for
        a grid of k × k starts inside the square.
    horizon : float, optional
        Length of the paths, in units of time of one over a payoff. If left out, 30
        over the smallest advantage that is not zero, at most 300 over the largest.
    points : int
        Points recorded on each path.

    Returns
    -------
    EvolutionResult
        ``equilibria``, ``trajectories``, ``starts`` with their ends, ``stable``.

    Raises
    ------
    SchemaError
        Tables that are not two by two, or starts outside [0, 1].
    AlignmentError
        Tables about different strategies.
    MissingDataError
        Payoffs that are missing or infinite.
    DegenerateDataError
        Nobody has anything to gain by another strategy, so that nothing moves.

    Notes
    -----
    With payoffs A (row) and B (column), and x and y the shares of first strategies,

    .. math::

        \dot{x} = x(1-x)\left[(a_{11} - a_{21})\,y + (a_{12} - a_{22})(1-y)\right],
        \quad
        \dot{y} = y(1-y)\left[(b_{11} - b_{12})\,x + (b_{21} - b_{22})(1-x)\right].

    Corners are classified by the eigenvalues of the Jacobian; an inner rest point has
    trace zero, so that it is a saddle or a centre, never an attractor. With two
    stable corners the line between their basins is known from the constant of motion

    .. math::

        H = g_0 \ln x - g_1 \ln(1-x) - f_0 \ln y + f_1 \ln(1-y)

    (:math:`f_1, f_0` the advantages of the row population at y = 1 and 0,
    :math:`g_1, g_0` those of the column population), so that basins are areas, not
    counts of simulated paths. Where an advantage is zero, linearisation does not
    decide, and the table says so.

    References
    ----------
    Taylor & Jonker (1978), Math. Biosci. 40:145–156; Hofbauer & Sigmund (1998),
    Evolutionary Games and Population Dynamics; Friedman (1991), Econometrica
    59:637–666.

    Examples
    --------
    A coordination game: both cooperate or both refuse, with equal basins:

    >>> both = ["cooperate", "refuse"]
    >>> pay = pd.DataFrame([[2.0, 0.0], [1.0, 1.0]], index=both, columns=both)
    >>> found = evolutionary_game(pay, pay.T)
    >>> found.equilibria[["x", "y", "kind", "basin"]].round(3).to_numpy().tolist()[-2:]
    [[0.0, 0.0, 'stable', 0.5], [0.5, 0.5, 'saddle', 0.0]]
    >>> found.stable
    (('cooperate', 'cooperate'), ('refuse', 'refuse'))
    """
    row, column = _checked(payoffs_row, payoffs_column)
    system = _system(row.to_numpy(float), column.to_numpy(float))
    if system.scale == 0.0:
        raise DegenerateDataError(
            "no strategy has an advantage anywhere, so that nothing moves",
            fix="look at the payoffs: both strategies of each population pay the same",
        )
    check_count(points, "points", minimum=2)
    given = _starts(starts)
    length = _horizon(system) if horizon is None else check_positive(horizon, "horizon")
    if length * system.scale > _MOST_TURNS:
        raise OptionError(
            "horizon={horizon:g} is too long for advantages of {scale:.3g}",
            expected="at most {most:.3g}",
            horizon=length,
            scale=system.scale,
            most=_MOST_TURNS / system.scale,
        )
    times = np.linspace(0.0, length, points)
    paths = system.paths(given.to_numpy(float), times)
    equilibria = _equilibria(system, tuple(row.index), tuple(row.columns))
    last = equilibria[equilibria["kind"] == "stable"]
    ends = pd.DataFrame(paths[:, -1], index=given.index, columns=["end_x", "end_y"])
    return EvolutionResult(
        method="Evolutionary game of two populations",
        equilibria=equilibria,
        trajectories=pd.DataFrame(
            {
                "start": np.repeat(given.index.to_numpy(), points),
                "time": np.tile(times, len(given)),
                "x": paths[:, :, 0].ravel(),
                "y": paths[:, :, 1].ravel(),
            }
        ),
        starts=pd.concat([given, ends], axis=1),
        stable=tuple(zip(last["row"], last["column"], strict=True)),
        strategies_row=(row.index[0], row.index[1]),
        strategies_column=(row.columns[0], row.columns[1]),
        payoffs_row=row,
        payoffs_column=column,
        settings={
            "horizon": length,
            "points": points,
            "starts": checksum(given),
            "data": checksum(pd.concat([row, column], axis=1)),
        },
        references=("taylor1978", "friedman1991", "hofbauer1998"),
        remarks=_remarks(system),
    )


def _system(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> Replicator:
    """Return the advantages of the first strategies."""
    return Replicator(
        row_full=float(a[0, 0] - a[1, 0]),
        row_none=float(a[0, 1] - a[1, 1]),
        column_full=float(b[0, 0] - b[0, 1]),
        column_none=float(b[1, 0] - b[1, 1]),
    )


def _checked(row: pd.DataFrame, column: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return both tables as numbers on the same strategies, in the order of the first."""
    tables = []
    for table, name in ((row, text("payoffs_row")), (column, text("payoffs_column"))):
        if not isinstance(table, pd.DataFrame) or table.shape != (2, 2):
            raise SchemaError(
                "{name} is not a table of two by two strategies",
                arrived="{shape}",
                expected="a DataFrame: strategies of one population × of the other",
                name=name,
                shape=getattr(table, "shape", type(table).__name__),
            )
        check_unique(table.index, name)
        check_unique(table.columns, name)
        numbers = pd.DataFrame(
            {label: as_numbers(table[label], name) for label in table.columns}, index=table.index
        )
        refuse_infinite(numbers, name)
        if numbers.isna().any(axis=None):
            raise MissingDataError("{name} has a missing payoff", name=name)
        tables.append(numbers)
    first, second = tables
    if set(first.index) != set(second.index) or set(first.columns) != set(second.columns):
        raise AlignmentError(
            "the two tables of payoffs are about different strategies",
            arrived="{left}; {right}",
            expected="the strategies of the row population in the rows of both tables",
            fix="payoffs_column.T, if its rows are the strategies of the column population",
            left=some([*first.index, *first.columns]),
            right=some([*second.index, *second.columns]),
        )
    return first, second.loc[first.index, first.columns]


def _starts(starts: pd.DataFrame | int) -> pd.DataFrame:
    if not isinstance(starts, pd.DataFrame):
        count = check_count(starts, "starts", minimum=1)
        shares = (np.arange(count) + 0.5) / count
        x, y = np.meshgrid(shares, shares, indexing="ij")
        return pd.DataFrame({"x": x.ravel(), "y": y.ravel()})
    absent = {"x", "y"} - set(starts.columns)
    if absent or len(starts) == 0:
        raise SchemaError(
            "starts must have the columns x and y, and at least one row",
            arrived="columns {present}, {n} rows",
            fix="pd.DataFrame({{'x': [0.2], 'y': [0.6]}})",
            present=some(starts.columns),
            n=len(starts),
        )
    check_unique(starts.index, text("the table of starts"))
    given = pd.DataFrame({axis: as_numbers(starts[axis], axis) for axis in ("x", "y")})
    inside = ((given >= 0) & (given <= 1)).all(axis=1)
    if not inside.all():
        raise SchemaError(
            "starts are shares between 0 and 1",
            arrived="others in rows {labels}",
            labels=some(given.index[~inside]),
        )
    return given


def _horizon(system: Replicator) -> float:
    moving = np.abs(system.advantages)
    slowest = float(moving[moving > HYPERBOLIC * system.scale].min())
    return min(_HORIZON / slowest, _LONGEST / system.scale)


def _equilibria(system: Replicator, row: tuple[Any, ...], column: tuple[Any, ...]) -> pd.DataFrame:
    """Return the four corners and the inner rest point with their stability."""
    basins = basin_shares(system)
    places: list[tuple[float, float]] = [(1, 1), (1, 0), (0, 1), (0, 0)]
    if system.interior is not None:
        places.append(system.interior)
    rows = []
    for x, y in places:
        jacobian = system.jacobian(x, y)
        values = np.linalg.eigvals(jacobian)
        values = values[np.argsort(values.real)]
        kind = _kind(values, system.scale)
        corner = x in (0, 1) and y in (0, 1)
        basin = basins.get((int(x), int(y)), 0.0) if corner else 0.0
        rows.append(
            {
                "x": float(x),
                "y": float(y),
                "row": row[1 - int(x)] if corner else "",
                "column": column[1 - int(y)] if corner else "",
                "determinant": float(np.linalg.det(jacobian)),
                "trace": float(jacobian.trace()),
                "eigenvalue_1": float(values[0].real),
                "eigenvalue_2": float(values[1].real),
                "frequency": float(np.abs(values.imag).max()),
                "kind": kind,
                "basin": np.nan if system.tied else basin,
            }
        )
    return pd.DataFrame(rows)


def _kind(values: np.ndarray[Any, Any], scale: float) -> str:
    """Return what the eigenvalues of a rest point say."""
    real, imaginary = values.real / scale, np.abs(values.imag / scale)
    if (imaginary > HYPERBOLIC).any():
        return "centre"
    if (np.abs(real) <= HYPERBOLIC).any():
        return "not decided"
    if (real < 0).all():
        return "stable"
    return "unstable" if (real > 0).all() else "saddle"


def _remarks(system: Replicator) -> tuple[Text, ...]:
    if system.tied:
        return (
            text(
                "A strategy has no advantage against one strategy of the other population: "
                "linearisation does not decide there, and basins are not given."
            ),
        )
    if not basin_shares(system):
        return (text("No rest point attracts: shares circle around the inner one for ever."),)
    return ()
