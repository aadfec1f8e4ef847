"""The environmental Kuznets curve: do emissions turn down as income grows, and where?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, require_columns
from spatialcarbon.core.errors import OptionError, SchemaError
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.results import Result
from spatialcarbon.models.drivers.kuznets_turn import POINT_COLUMNS, shape_of, turning_points
from spatialcarbon.models.drivers.regression import spatial_regression
from spatialcarbon.models.drivers.regression_input import (
    check_names,
    logarithm,
    logged_columns,
    term_name,
)
from spatialcarbon.models.drivers.regression_panel import PanelEffects, panel_regression

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.core.rng import RNGLike
    from spatialcarbon.models.drivers.regression_fit import Robust
    from spatialcarbon.models.drivers.regression_result import RegressionResult
    from spatialcarbon.weights.weights import Weights

KuznetsModel = Literal["ols", "lag", "error"]
POWERS = ("", "^2", "^3")
GRID = 121


@dataclass(frozen=True, kw_only=True, eq=False)
class KuznetsResult(Result):
    """A curve of emissions over income.

    Parameters
    ----------
    regression : RegressionResult
        With the powers of log income among its terms.
    turning_points : DataFrame
        One row for each (none for a monotone curve): ``kind`` (``"maximum"`` or
        ``"minimum"``), ``income`` (in the unit of the column), ``low, high`` (delta method
        on the logarithm), ``fieller_low, fieller_high`` (Fieller's interval; 0 or infinity
        where it is open, NaN for a cubic), ``fieller`` (``"bounded"``, ``"open"``, ``"whole
        line"`` or ``"none"``), ``inside`` (whether the data reach it on both sides).
    shape : str
        ``"inverted U"``, ``"U"``, ``"N"``, ``"inverted N"``, ``"rising"`` or ``"falling"``:
        of the fitted curve within the data.
    shape_pvalue : float or None
        Of the test of Lind and Mehlum that the curve does turn within the data: for a
        quadratic with its turning point inside.
    curve : DataFrame
        ``income, fitted, low, high`` in the units of the outcome's term, for a drawing.
    points : DataFrame
        Index unit, or unit and year: ``income`` and ``value``, curve plus residual.

    Examples
    --------
    Emissions that rise in step with the logarithm of income, but for a little noise:

    >>> import numpy as np, pandas as pd
    >>> noise = np.array([1, -1, -1, 1, 1, -1, -1, 1]) / 100
    >>> frame = pd.DataFrame({"g": np.exp(range(1, 9)), "y": range(1, 9) + noise})
    >>> found = kuznets(frame, outcome="y", income="g", log=False)
    >>> found.shape
    'rising'
    >>> found.regression.coefficients["term"].tolist()
    ['constant', 'ln(g)', 'ln(g)^2']
    >>> len(found.to_frame()) == len(found.turning_points)
    True
    """

    regression: RegressionResult
    turning_points: pd.DataFrame
    shape: str
    shape_pvalue: float | None
    curve: pd.DataFrame
    points: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Return the turning points."""
        return self.turning_points.copy()


def kuznets(
    frame: pd.DataFrame,
    weights: Weights | None = None,
    *,
    outcome: str,
    income: str,
    controls: Sequence[str] = (),
    degree: int = 2,
    log: bool | Sequence[str] = True,
    unit: str | None = None,
    year: str | None = None,
    effects: PanelEffects = "twoway",
    model: KuznetsModel = "ols",
    robust: Robust | None = None,
    level: float = 0.95,
    rng: RNGLike = None,
) -> KuznetsResult:
    r"""Do emissions fall with income beyond some point, and how sure is that point?

    Use it with emissions per head and GDP per head of many places, better over many years in
    constant prices. A turning point outside the data is an extrapolation of a parabola and
    is said to be one; a curve over places of one year says nothing of the path of any place.

    Parameters
    ----------
    frame : DataFrame
        Index unit; or long with the columns ``unit`` and ``year``.
    weights : Weights, optional
        For ``model="lag"`` or ``"error"``, and for Moran's I of residuals.
    outcome, income : str
        Columns; income must be positive, its logarithm is taken.
    controls : sequence of str
        Further covariates.
    degree : {2, 3}
        Quadratic, or cubic.
    log : bool or sequence of str
        Logarithm of outcome and controls: all, none, or those named.
    unit, year : str, optional
        Columns of a long table: fixed effects as in :func:`spatialcarbon.panel_regression`.
    effects : {"unit", "twoway"}
        Which of them.
    model : {"ols", "lag", "error"}
        As for :func:`spatialcarbon.spatial_regression`. With a lag, the turning point of
        direct and of total effects is the same.
    robust : {None, "white"}
        Of least squares over one year; a panel clusters by unit.
    level : float
        Of intervals.
    rng : int, Generator or None
        Seed.

    Returns
    -------
    KuznetsResult

    Raises
    ------
    OptionError
        Another degree, or ``unit`` without ``year``.
    DegenerateDataError, MissingDataError, AlignmentError
        As the regression.

    Notes
    -----
    .. math:: y_i = b_0 + b_1 \ln g_i + b_2 (\ln g_i)^2 + \dots, \quad
              g^* = \exp\left(-\frac{b_1}{2 b_2}\right)

    The delta method gives a symmetric interval of :math:`\ln g^*`; Fieller's holds every
    :math:`\theta` with :math:`(b_1+2\theta b_2)^2 \le c^2 (v_{11}+4\theta v_{12}+4\theta^2
    v_{22})` and is open where :math:`b_2` does not differ from zero. A cubic has two turning
    points or none.

    References
    ----------
    Grossman & Krueger (1995); Fieller (1954); Lind & Mehlum (2010).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> g = np.exp(np.arange(1.0, 9.0))
    >>> noise = np.array([1, -1, -1, 1, 1, -1, -1, 1]) / 100
    >>> frame = pd.DataFrame(
    ...     {"g": g, "y": 10 * np.log(g) - np.log(g) ** 2 + noise}, index=list("abcdefgh")
    ... )
    >>> found = kuznets(frame, outcome="y", income="g", log=False)
    >>> found.shape, round(float(np.log(found.turning_points["income"].iloc[0])), 2)
    ('inverted U', 5.0)
    """
    check_option(model, KuznetsModel, "model")
    if degree not in (2, 3) or isinstance(degree, bool):
        raise OptionError("degree={degree!r} must be 2 or 3", degree=degree)
    if (unit is None) != (year is None):
        raise OptionError("unit= and year= go together", fix="unit='adcode', year='year'")
    if robust == "hac":
        raise OptionError("kuznets takes robust='white' or none", fix="robust='white'")
    if not isinstance(frame, pd.DataFrame):
        raise SchemaError(
            "{name} is a {kind}",
            expected="a pandas DataFrame",
            name=text("the table of variables"),
            kind=type(frame).__name__,
        )
    others = check_names(
        outcome, [income, *([controls] if isinstance(controls, str) else controls)]
    )[1:]
    logged = logged_columns(log, [outcome, *others])
    table, powers = _with_powers(frame, outcome, income, others, logged, degree, unit, year)
    explained = term_name(outcome, logged)
    terms = [*powers, *(term_name(name, logged) for name in others)]
    if unit is not None and year is not None:
        regression = panel_regression(
            table, weights, unit=unit, year=year, effects=effects, model=model, level=level,
            rng=rng,
            outcome=explained, covariates=terms,
        )  # fmt: skip
        rows = pd.MultiIndex.from_frame(table[[unit, year]], names=["unit", "year"])
        logs = pd.Series(table[powers[0]].to_numpy(), rows).reindex(regression.residuals.index)
    else:
        regression = spatial_regression(
            table, weights, model=model, robust=robust, level=level, rng=rng,
            outcome=explained, covariates=terms,
        )  # fmt: skip
        logs = table[powers[0]].reindex(regression.residuals.index)
    b = regression.coefficients.set_index("term").loc[powers, "estimate"].to_numpy()
    v = regression.covariance.loc[powers, powers].to_numpy()
    row = regression.coefficients.iloc[0]
    reach = float((row["high"] - row["estimate"]) / row["standard_error"])
    ends = (float(logs.min()), float(logs.max()))
    found = turning_points(b, v, reach, ends)
    shape, pvalue = shape_of(b, v, ends, found)
    curve, points = _drawn(
        b, v, reach, ends, logs, regression.residuals, float(np.mean(table[explained].to_numpy()))
    )
    return KuznetsResult(
        method="Environmental Kuznets curve",
        regression=regression,
        turning_points=found[list(POINT_COLUMNS)],
        shape=shape,
        shape_pvalue=pvalue,
        curve=curve,
        points=points,
        settings={**regression.settings, "outcome": outcome, "income": income, "degree": degree,
                  "controls": list(others), "log": log if isinstance(log, bool) else list(logged)},
        references=tuple(dict.fromkeys(
            ("grossman1995", "fieller1954", "lind2010", *regression.references)
        )),
        remarks=tuple(_remarks(found, shape, pvalue, ends, unit is None)),
    )  # fmt: skip


def _with_powers(
    frame: pd.DataFrame,
    outcome: str,
    income: str,
    others: Sequence[str],
    logged: Sequence[str],
    degree: int,
    unit: str | None,
    year: str | None,
) -> tuple[pd.DataFrame, list[str]]:
    """Return the table with logarithms and powers as columns, and the names of the powers."""
    keys = [name for name in (unit, year) if name is not None]
    require_columns(frame, [*keys, outcome, income, *others], text("the table of variables"))
    labels = frame.index
    if keys:
        labels = pd.Index([f"{u}, {y}" for u, y in zip(frame[unit], frame[year], strict=True)])
    made = frame[keys].copy()

    def values(column: str, take: bool) -> Any:
        numbers = as_numbers(
            frame[column].set_axis(labels), text("the column {column}", column=column)
        )
        return (logarithm(numbers, column) if take else numbers).to_numpy()

    for column in (outcome, *others):
        made[term_name(column, logged)] = values(column, column in logged)
    logs = values(income, True)
    names = [f"ln({income}){power}" for power in POWERS[:degree]]
    for power, name in enumerate(names, start=1):
        made[name] = logs**power
    return made, names


def _basis(logs: Any, degree: int) -> Any:
    return np.column_stack([np.asarray(logs, dtype=np.float64) ** p for p in range(1, degree + 1)])


def _drawn(
    b: Any, v: Any, reach: float, ends: tuple[float, float], logs: pd.Series[float],
    residuals: pd.Series[float], middle: float,
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Return the curve through the means with its band, and each observation beside it."""
    own = _basis(logs, len(b))
    mean = own.mean(axis=0)
    grid = np.linspace(*ends, GRID)
    apart = _basis(grid, len(b)) - mean
    spread = reach * np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", apart, v, apart), 0.0))
    fitted = middle + apart @ b
    curve = pd.DataFrame(
        {"income": np.exp(grid), "fitted": fitted, "low": fitted - spread, "high": fitted + spread}
    )
    points = pd.DataFrame(
        {
            "income": np.exp(logs.to_numpy()),
            "value": middle + (own - mean) @ b + residuals.to_numpy(),
        },
        index=residuals.index,
    )
    return curve, points


def _remarks(
    found: pd.DataFrame, shape: str, pvalue: float | None, ends: tuple[float, float], one_year: bool
) -> list[Text]:
    said: list[Text] = []
    if shape != "inverted U":
        said.append(text("within the data the curve is no inverted U"))
    if pvalue is not None and pvalue >= 0.05:
        said.append(
            text(
                "that the curve turns within the data is not established (Lind and Mehlum's test, "
                "p = {p})",
                p=f"{pvalue:.3f}",
            )
        )
    outside = found[~found["inside"].astype(bool)]
    if len(outside):
        said.append(
            text(
                "a turning point lies outside the data ({low} to {high}): an extrapolation, not a "
                "finding",
                low=f"{math.exp(ends[0]):,.4g}",
                high=f"{math.exp(ends[1]):,.4g}",
            )
        )
    if (found["fieller"] != "bounded").any() and found["fieller_low"].notna().any():
        said.append(
            text("Fieller's interval of the turning point is open: the data do not bound it")
        )
    if one_year:
        said.append(
            text(
                "places of one year side by side: the curve is not the path of any place over time"
            )
        )
    return said
