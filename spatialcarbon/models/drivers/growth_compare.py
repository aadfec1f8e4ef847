"""Which model forecasts best: hold-out errors, and the lowest information criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.core.errors import OptionError
from spatialcarbon.models.drivers.growth_input import SHORTEST
from spatialcarbon.models.drivers.growth_models import MODELS, measures
from spatialcarbon.models.drivers.growth_paths import Curves, lay_curves

if TYPE_CHECKING:
    import pandas as pd


def held_out(years: int, curves: Curves, compare: pd.DataFrame) -> pd.DataFrame:
    """Return the comparison with the errors of forecasting the last years from the others."""
    out = compare.assign(holdout_rmse=np.nan, holdout_mape=np.nan)
    if years == 0:
        return out
    values = curves.values
    left = values.shape[1] - years
    if left < SHORTEST:
        raise OptionError(
            "holdout={holdout} leaves {left} of {n} years",
            expected="at least {fewest} years to fit",
            holdout=years,
            left=max(left, 0),
            n=values.shape[1],
            fewest=SHORTEST,
        )
    if curves.setup.at >= left:
        raise OptionError(
            "holdout={holdout} holds the base year {base} out",
            expected="fewer years, or an earlier base",
            holdout=years,
            base=curves.base,
        )
    known, last = values.iloc[:, :left], values.iloc[:, left:]
    shorter = lay_curves(known, curves.base, curves.setup, confidence=0.95, rebase=curves.rebase)
    end = known.columns[-1:].to_numpy(dtype=np.int64)
    for model in MODELS:
        level, _ = shorter.paths(last.columns.to_numpy(dtype=np.int64), model)
        if curves.rebase:
            level = level + known.to_numpy()[:, [-1]] - shorter.paths(end, model)[0]
        found = measures(last.to_numpy(), level, None)
        rows = out["model"] == model
        out.loc[rows, "holdout_rmse"] = found["rmse"]
        out.loc[rows, "holdout_mape"] = found["mape"]
    return out


def preferred(compare: pd.DataFrame, units: pd.Index) -> pd.DataFrame:
    """Return the comparison by unit, in the order of the units, the lowest AICc marked."""
    table = compare.reset_index(names="unit")
    order = np.arange(len(table)).reshape(len(MODELS), len(units)).T.ravel()
    table = table.iloc[order].reset_index(drop=True)
    lowest = table["aicc"].to_numpy().reshape(len(units), len(MODELS))
    known = ~np.isnan(lowest).all(axis=1)
    best = np.where(np.isnan(lowest), np.inf, lowest).argmin(axis=1)
    marks = (np.arange(len(MODELS)) == best[:, None]) & known[:, None]
    return table.assign(preferred=marks.ravel())
