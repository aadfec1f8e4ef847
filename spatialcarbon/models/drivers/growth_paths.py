"""Fitted growth curves at any year, with the spread that the delta method gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialcarbon.models.drivers.growth_curves import LN_A, LN_K, R, Series
from spatialcarbon.models.drivers.growth_fit import Fit, covariance
from spatialcarbon.models.drivers.growth_input import is_constant
from spatialcarbon.models.drivers.growth_models import (
    MODELS,
    Model,
    Setup,
    criteria,
    exponential,
    fit_logistic,
    linear,
    measures,
)

if TYPE_CHECKING:
    import numpy.typing as npt

BOUND_NAMES = ("k", "a", "r")


@dataclass(frozen=True, eq=False)
class Curves:
    """The curves of all units; those that do not move are held apart.

    Parameters
    ----------
    values : DataFrame
        Unit × year.
    base : int
        Year in which t is zero.
    setup : Setup
        How the curves were fitted.
    moving : ndarray
        Places of the units whose series move.
    series, fit : Series, Fit
        Of those units.
    spread : ndarray
        Covariance of their parameters.
    quantile : float
        Of Student's t, two-sided; NaN where no year is left over.
    rebase : bool
        Whether forecasts start from the last value in place of the curve.
    """

    values: pd.DataFrame
    base: int
    setup: Setup
    moving: npt.NDArray[np.intp]
    series: Series
    fit: Fit
    spread: npt.NDArray[np.float64]
    quantile: float
    rebase: bool

    @property
    def t(self) -> npt.NDArray[np.float64]:
        """Years since the base year."""
        return self.values.columns.to_numpy(dtype=np.float64) - self.base

    @property
    def observations(self) -> int:
        """How many years have a residual."""
        return self.values.shape[1] - int(self.setup.through_first)

    @property
    def scale(self) -> npt.NDArray[np.float64]:
        """The largest value of each unit that moves."""
        largest: npt.NDArray[np.float64] = self.values.to_numpy()[self.moving].max(axis=1)
        return largest

    def paths(
        self, years: npt.NDArray[np.int64], model: Model = "logistic"
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the levels (units × years) and their standard errors, NaN for plain trends."""
        t = years.astype(np.float64) - self.base
        numbers = self.values.to_numpy()
        level = np.repeat(numbers[:, [-1]], len(t), axis=1)
        error = np.zeros_like(level)
        if len(self.moving):
            level[self.moving], error[self.moving] = self._paths(t, model)
        return level, error

    def _paths(
        self, t: npt.NDArray[np.float64], model: Model
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        numbers = self.values.to_numpy()[self.moving]
        if model != "logistic":
            trend = exponential if model == "exponential" else linear
            path = trend(numbers, self.t, self.setup, t)
            return path, np.full_like(path, np.nan)
        scale = self.scale[:, None]
        if self.setup.kind == "level":
            level, first = self.series.curve(self.fit.theta, t)
        else:  # sums run from the base year on
            whole = np.arange(t.max() + 1.0)
            level, first = self.series.curve(self.fit.theta, whole)
            level, first = level[:, t.astype(int)], first[:, :, t.astype(int)]
        variance = np.einsum("bpt,bpq,bqt->bt", first, self.spread, first)
        return level * scale, np.sqrt(np.maximum(variance, 0.0)) * scale

    def scatter(self) -> npt.NDArray[np.float64]:
        """Return the residual standard deviation of each unit, of criterion residuals."""
        left = self.observations - self.setup.logistic_parameters
        out = np.zeros(len(self.values))
        out[self.moving] = np.sqrt(2.0 * self.fit.cost / left) if left > 0 else np.nan
        if not self.setup.relative:
            out[self.moving] *= self.scale
        return out

    def parameters(self) -> pd.DataFrame:
        """Return k, a and r with intervals, the inflection, and how the search went."""
        numbers = self.values.to_numpy()
        n = len(numbers)
        still = np.setdiff1d(np.arange(n), self.moving)
        columns = {name: np.full(n, np.nan) for name in _columns()}
        theta = self.fit.theta
        error = np.sqrt(np.einsum("bpp->bp", self.spread))
        if self.series.anchored:
            error[:, LN_A] = error[:, LN_K] * (1.0 + np.exp(-theta[:, LN_A]))
        reach = self.quantile * error
        scale = self.scale
        for name, place in zip(BOUND_NAMES, (LN_K, LN_A, R), strict=True):
            for suffix, sign in (("", 0.0), ("_low", -1.0), ("_high", 1.0)):
                here = theta[:, place] + (sign * reach[:, place] if suffix else 0.0)
                # An interval of ln k too wide for a number is an interval without an end.
                with np.errstate(over="ignore"):
                    here = here if name == "r" else np.exp(here)
                columns[name + suffix][self.moving] = here * scale if name == "k" else here
        if self.setup.capacities is not None:  # as it was given, not as e^ln k has it
            offered = self.setup.capacities[self.moving]
            away = np.abs(offered - columns["k"][self.moving][:, None])
            chosen = offered[np.arange(len(offered)), np.nanargmin(away, axis=1)]
            for name in ("k", "k_low", "k_high"):
                columns[name][self.moving] = chosen
        with np.errstate(divide="ignore", invalid="ignore"):
            turn = self.base + theta[:, LN_A] / theta[:, R]
        columns["inflection"][self.moving] = np.where(np.isfinite(turn), turn, np.nan)
        level = self.setup.kind == "level"
        columns["k"][still] = numbers[still, -1] if level else 0.0
        columns["a"][still] = 0.0 if level else np.nan
        columns["r"][still] = 0.0
        frame = pd.DataFrame(columns, index=self.values.index)
        frame["bound"] = self._bounds(n)
        frame["starts"] = self._whole(self.fit.starts, n)
        frame["reached"] = self._whole(self.fit.reached, n)
        frame["status"] = self._status(n)
        return frame

    def _whole(self, found: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.int64]:
        out = np.zeros(n, dtype=np.int64)
        out[self.moving] = found
        return out

    def _bounds(self, n: int) -> list[str]:
        words = [""] * n
        low, high = self.fit.at(self.fit.low), self.fit.at(self.fit.high)
        for place, row in enumerate(self.moving.tolist()):
            hit = [f"{name} lowest" for name, at in zip(BOUND_NAMES, low[place], strict=True) if at]
            hit += [
                f"{name} highest" for name, at in zip(BOUND_NAMES, high[place], strict=True) if at
            ]
            words[row] = ", ".join(hit)
        return words

    def _status(self, n: int) -> list[str]:
        words = ["constant"] * n
        either = self.fit.at(self.fit.low) | self.fit.at(self.fit.high)
        bound = [bool(row.any()) for row in either]
        lost = np.isnan(self.spread).any(axis=(1, 2)) & bool(np.isfinite(self.quantile))
        blurred = np.asarray(lost).tolist()
        for place, row in enumerate(self.moving.tolist()):
            words[row] = (
                "not converged" if not self.fit.certified[place]
                else "at bound" if bound[place]
                else "not identified" if blurred[place]
                else "ok"
            )  # fmt: skip
        return words

    def fitted(self) -> pd.DataFrame:
        """Return the curve in the years of the data."""
        level, _ = self.paths(self.values.columns.to_numpy(dtype=np.int64))
        return pd.DataFrame(level, self.values.index, self.values.columns)

    def compared(self) -> pd.DataFrame:
        """Return the criterion and information criteria of every model by unit."""
        years = self.values.columns.to_numpy(dtype=np.int64)
        numbers = self.values.to_numpy()
        left_out = self.setup.at if self.setup.through_first else None
        flat = is_constant(numbers)
        parts = []
        for model in MODELS:
            level, _ = self.paths(years, model)
            found = measures(numbers, level, left_out)
            kept = np.arange(len(years)) != left_out
            gap = (level / numbers - 1.0 if self.setup.relative else level - numbers)[:, kept]
            p = self.setup.parameters(model)
            aicc, bic = criteria((gap**2).sum(axis=1), self.observations, p)
            part = pd.DataFrame(
                {
                    "model": model,
                    "parameters": p,
                    "rmse": found["rmse"],
                    "mape": found["mape"],
                    "aicc": np.where(flat, np.nan, aicc),
                    "bic": np.where(flat, np.nan, bic),
                },
                index=self.values.index,
            )
            parts.append(part)
        return pd.concat(parts)


def _columns() -> list[str]:
    return [f"{n}{s}" for n in BOUND_NAMES for s in ("", "_low", "_high")] + ["inflection"]


def lay_curves(
    values: pd.DataFrame, base: int, setup: Setup, *, confidence: float, rebase: bool
) -> Curves:
    """Fit a curve to every series that moves."""
    from scipy.special import stdtrit

    numbers = values.to_numpy()
    moving = np.flatnonzero(~is_constant(numbers))
    t = values.columns.to_numpy(dtype=np.float64) - base
    series, found = fit_logistic(numbers[moving], t, setup.take(moving))
    n = values.shape[1] - int(setup.through_first)
    left = n - setup.logistic_parameters
    return Curves(
        values=values,
        base=base,
        setup=setup,
        moving=moving,
        series=series,
        fit=found,
        spread=covariance(series, found, n, setup.logistic_parameters),
        quantile=float(stdtrit(left, 0.5 + confidence / 2.0)) if left > 0 else float("nan"),
        rebase=rebase,
    )
