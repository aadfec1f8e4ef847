"""Logistic growth of emissions: one curve per unit, its uncertainty, and what else would fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.align import checksum
from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.options import check_count, check_fraction, check_option, check_positive
from spatialcarbon.core.results import Result
from spatialcarbon.models.drivers.growth_compare import held_out, preferred
from spatialcarbon.models.drivers.growth_curves import Kind
from spatialcarbon.models.drivers.growth_input import read_series
from spatialcarbon.models.drivers.growth_models import MODELS, Model, Setup, measures
from spatialcarbon.models.drivers.growth_options import base_year, capacities_of
from spatialcarbon.models.drivers.growth_paths import Curves, lay_curves
from spatialcarbon.models.drivers.growth_remarks import remarks_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from spatialcarbon.data.panel import Panel

Capacity = Literal["free", "grid", "fixed"]
Residuals = Literal["absolute", "relative"]
REFERENCES = ("verhulst1838", "seber1989", "burnham2002")


@dataclass(frozen=True, kw_only=True, eq=False)
class GrowthResult(Result):
    """Growth curves by unit.

    Parameters
    ----------
    parameters : DataFrame
        By unit: ``k`` (in the unit of the data; per year for increments), ``a`` and ``r``
        (per year) with ``_low`` and ``_high``; ``inflection`` (the year in which growth is
        fastest, of the increase for increments); ``bound`` (which parameter lies at which
        end of its range); ``starts`` and ``reached`` (searches, and how many of them ended
        in this curve); ``status``.
    fitted : DataFrame
        Unit × year, in the unit of the data.
    errors : DataFrame
        By unit: ``n`` (years with a residual), ``sse`` and ``rmse`` (in the unit of the data,
        squared and not), ``r2``, ``mape`` (per cent), ``autocorrelation`` of the residuals from
        year to year, ``holdout_rmse`` and ``holdout_mape`` (NaN without ``holdout``).
    compare : DataFrame
        One row per unit and model (``logistic``, ``exponential``, ``linear``):
        ``parameters, rmse, mape, aicc, bic, holdout_mape`` and ``preferred`` (lowest AICc).
    status : Series
        By unit: ``"ok"``, ``"at bound"``, ``"constant"``, ``"not identified"`` (other
        parameters fit as well) or ``"not converged"``.
    values : DataFrame
        The data, unit × year.

    Examples
    --------
    An increase of 10 every year is a straight line, which a logistic curve can only come near:

    >>> import pandas as pd
    >>> years = range(2011, 2017)
    >>> found = fit_growth(pd.DataFrame([[10.0 * y - 20090 for y in years]], ["A"], list(years)))
    >>> found.values.loc["A"].tolist()
    [20.0, 30.0, 40.0, 50.0, 60.0, 70.0]
    >>> found.compare.set_index("model")["preferred"].to_dict()
    {'logistic': False, 'exponential': False, 'linear': True}
    >>> found.to_frame()[["unit", "n", "status"]].values.tolist()
    [['A', 6, 'ok']]
    """

    parameters: pd.DataFrame
    fitted: pd.DataFrame
    errors: pd.DataFrame
    compare: pd.DataFrame
    status: pd.Series[str]
    values: pd.DataFrame
    _curves: Curves

    def to_frame(self) -> pd.DataFrame:
        """Return parameters and errors side by side."""
        return self.parameters.join(self.errors).reset_index()

    def forecast(self, horizon: int, *, model: Model = "logistic") -> pd.DataFrame:
        """Return the path from the year after the last one to the horizon.

        Parameters
        ----------
        horizon : int
            Last year of the forecast.
        model : {"logistic", "exponential", "linear"}
            The curve, or one of the trends it is compared with, which have no interval.

        Returns
        -------
        DataFrame
            ``unit, year, value``, then ``low`` and ``high`` of the curve itself, and
            ``low_observed`` and ``high_observed`` for a value of that year, which scatters
            about the curve.

        Raises
        ------
        OptionError
            A horizon that is not after the last year, or an unknown model.

        Examples
        --------
        >>> import pandas as pd
        >>> years = range(2011, 2017)
        >>> rising = pd.DataFrame([[10.0 * y - 20090 for y in years]], ["A"], list(years))
        >>> fit_growth(rising).forecast(2018, model="linear")[["year", "value"]].round(6).values
        array([[2017.,   80.],
               [2018.,   90.]])
        """
        check_option(model, Model, "model")
        last = int(self.values.columns[-1])
        if check_count(horizon, "horizon") <= last:
            raise OptionError(
                "horizon={horizon} is not after the last year {last}",
                expected="a later year",
                fix="the curve in the years of the data is in .fitted",
                horizon=horizon,
                last=last,
            )
        return self._path(np.arange(last + 1, horizon + 1), model)

    def trends(self, horizon: int) -> pd.DataFrame:
        """Return what every model says from the first year of the data to the horizon.

        Parameters
        ----------
        horizon : int
            Last year.

        Returns
        -------
        DataFrame
            ``model, unit, year, value``.

        Raises
        ------
        OptionError
            A horizon that is not after the last year.

        Examples
        --------
        >>> import pandas as pd
        >>> years = range(2011, 2017)
        >>> rising = pd.DataFrame([[10.0 * y - 20090 for y in years]], ["A"], list(years))
        >>> trends = fit_growth(rising).trends(2018)
        >>> trends.query("model == 'linear'")["value"].round(6).tolist()
        [20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]
        """
        inside = self.values.columns.to_numpy(dtype=np.int64)
        parts = []
        for model in MODELS:
            level, _ = self._curves.paths(inside, model)
            known = pd.DataFrame(level, self.values.index, inside).rename_axis(index="unit")
            melted = known.reset_index().melt("unit", var_name="year", value_name="value")
            later = self.forecast(horizon, model=model)[["unit", "year", "value"]]
            parts.append(pd.concat([melted, later]).assign(model=model))
        frame = pd.concat(parts, ignore_index=True).astype({"year": "int64"})
        return frame[["model", "unit", "year", "value"]]

    def _path(self, years: npt.NDArray[np.int64], model: Model) -> pd.DataFrame:
        curves = self._curves
        level, error = curves.paths(years, model)
        if curves.rebase:
            at_end, _ = curves.paths(self.values.columns[-1:].to_numpy(dtype=np.int64), model)
            level = level + (self.values.to_numpy()[:, [-1]] - at_end)
        still = self.status.eq("constant").to_numpy()
        reach = curves.quantile * error
        scatter = curves.scatter()[:, None] * (level if curves.setup.relative else 1.0)
        wider = curves.quantile * np.sqrt(error**2 + scatter**2)
        reach[still] = wider[still] = 0.0
        columns = {
            "value": level,
            "low": level - reach,
            "high": level + reach,
            "low_observed": level - wider,
            "high_observed": level + wider,
        }
        keys = {
            "unit": np.repeat(self.values.index.to_numpy(), len(years)),
            "year": np.tile(years, len(level)),
        }
        return pd.DataFrame({**keys, **{name: part.ravel() for name, part in columns.items()}})


def fit_growth(
    panel: pd.DataFrame | Panel,
    *,
    kind: Kind = "level",
    capacity: Capacity = "free",
    k: float | pd.Series[float] | None = None,
    grid: Iterable[float] | None = None,
    kappa: float = 5.0,
    anchor: bool = False,
    residuals: Residuals = "absolute",
    allow_decline: bool = False,
    base: int | None = None,
    holdout: int = 0,
    rebase: bool = False,
    confidence: float = 0.95,
) -> GrowthResult:
    r"""Where is the growth of emissions heading, and do the data show any saturation at all?

    Use it for a business-as-usual path of series that grow more slowly year by year. Do
    not use it where growth depends on policy or on a peak: the curve knows neither, and
    never falls after it has risen. A capacity far above the data is a guess of the curve.

    Parameters
    ----------
    panel : DataFrame or Panel
        Index unit and columns year; or tidy with the columns ``unit`` (or ``adcode``),
        ``year`` and one variable; or a :class:`Panel` of one variable. At least five
        evenly spaced years, all values above zero.
    kind : {"level", "increment"}
        Whether the level is logistic, or its yearly increase, whose sum has no ceiling.
    capacity : {"free", "grid", "fixed"}
        Estimate ``k``, choose the best of ``grid``, or take ``k`` as given.
    k : float or Series, optional
        With ``capacity="fixed"``: one for all units, or by unit; in the unit of the data.
    grid : iterable of float, optional
        With ``capacity="grid"``: the capacities to choose from.
    kappa : float
        Highest free capacity, as a multiple of the largest value of the series.
    anchor : bool
        Let the curve pass through the value of the base year (increments always do).
    residuals : {"absolute", "relative"}
        What is squared: differences, or differences divided by the values.
    allow_decline : bool
        Accept series that fall (``kind="level"``): ``r`` may then be negative.
    base : int, optional
        Year in which t is zero; the first one if left out.
    holdout : int
        How many of the last years to forecast from those before them, for an honest error.
    rebase : bool
        Shift forecasts so that they start from the last value in place of the curve.
    confidence : float
        Of the intervals.

    Returns
    -------
    GrowthResult

    Raises
    ------
    SchemaError
        Fewer than five years, gaps or repeated years, values that are not positive,
        a series that falls, a capacity below the data.
    MissingDataError
        Missing values, by unit and year.
    OptionError
        Options that are unknown or do not go together.

    Notes
    -----
    .. math:: C(t) = \frac{k}{1 + a e^{-rt}}, \qquad a = \frac{k}{C_0} - 1 \text{ if anchored}

    For increments the right side is the increase :math:`x_t` of year t, and
    :math:`C(t) = C_0 + \sum_{s=1}^{t} x_s`. The sum of squares is minimised over
    :math:`(\ln k, \ln a, r)` within :math:`k \le \kappa \max C` (for levels also
    :math:`k \ge \max C`) and :math:`0 \le r \le 2` (:math:`-1 \le r \le 1` for increments),
    by Newton's method from 18 starts and the best cells of a coarse grid. Intervals are
    of the delta method, those of k and a on the scale of their logarithms. At a bound
    they ignore the bound, which is no knowledge, and are rough; NaN where the data do not
    tell the parameters apart.

    References
    ----------
    Verhulst (1838); Seber & Wild (1989); Burnham & Anderson (2002) for AICc.

    Examples
    --------
    >>> import pandas as pd
    >>> curve = {2005 + t: 200 / (1 + 4 * 2.718281828459045 ** (-0.15 * t)) for t in range(12)}
    >>> found = fit_growth(pd.DataFrame(curve, index=["A"]))
    >>> found.parameters.loc["A", ["k", "a", "r"]].astype(float).round(6).tolist()
    [200.0, 4.0, 0.15]
    >>> found.forecast(2030)["value"].iloc[-1].round(4)
    np.float64(182.8035)
    """
    check_option(kind, Kind, "kind")
    check_option(capacity, Capacity, "capacity")
    check_option(residuals, Residuals, "residuals")
    check_fraction(confidence, "confidence")
    if check_positive(kappa, "kappa") <= 1:
        raise OptionError("kappa={kappa} must be above 1", kappa=kappa)
    values = read_series(panel, kind=kind, decline=allow_decline)
    zero = base_year(base, values, kind=kind, anchor=anchor)
    offered = None if grid is None else list(grid)
    years = [int(year) for year in values.columns]
    setup = Setup(
        kind=kind,
        anchored=anchor,
        relative=residuals == "relative",
        kappa=float(kappa),
        decline=allow_decline,
        capacities=capacities_of(
            values, k, offered, capacity=capacity, kind=kind, anchor=anchor, base=zero
        ),
        at=years.index(zero) if zero in years else 0,
    )
    curves = lay_curves(values, zero, setup, confidence=confidence, rebase=rebase)
    parameters, fitted, compare = curves.parameters(), curves.fitted(), curves.compared()
    left_out = setup.at if setup.through_first else None
    found = measures(values.to_numpy(), fitted.to_numpy(), left_out)
    errors = pd.DataFrame(found, index=values.index)
    judged = held_out(check_count(holdout, "holdout"), curves, compare)
    for name in ("holdout_rmse", "holdout_mape"):
        errors[name] = judged.loc[judged["model"] == "logistic", name].to_numpy()
    compare = preferred(judged, values.index)
    return GrowthResult(
        method="Growth curves",
        parameters=parameters,
        fitted=fitted,
        errors=errors,
        compare=compare,
        status=parameters["status"],
        values=values,
        _curves=curves,
        settings={
            "kind": kind,
            "capacity": capacity,
            "k": {str(u): float(one) for u, one in k.items()} if isinstance(k, pd.Series) else k,
            "grid": offered,
            "kappa": kappa,
            "anchor": anchor or kind == "increment",
            "residuals": residuals,
            "allow_decline": allow_decline,
            "base": zero,
            "holdout": holdout,
            "rebase": rebase,
            "confidence": confidence,
            "asked_scipy": int(curves.fit.helped.sum()),
            "data": checksum(values),
        },
        references=REFERENCES,
        remarks=remarks_of(curves, parameters, compare, kappa=float(kappa)),
    )
