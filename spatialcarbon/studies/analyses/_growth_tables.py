"""Tables of growth curves: parameters, forecast, models beside one another."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.growth_figures import MODEL_WORDS
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.studies.analysis import Done

STATUSES: Mapping[str, Text] = {
    "ok": LABELS["ok"],
    "at bound": text("a parameter at its bound"),
    "constant": LABELS["constant"],
    "not identified": text("parameters not told apart"),
    "not converged": text("no minimum certified"),
}
BOUNDS: Mapping[str, Text] = {
    "k highest": text("k at its highest: no saturation"),
    "k lowest": text("k at its lowest: growth is over"),
    "r highest": text("r at its highest"),
    "r lowest": text("r at its lowest"),
    "a highest": text("a at its highest"),
    "a lowest": text("a at its lowest"),
}
OWN_HEADINGS: Mapping[str, Text] = {
    "k": text("Capacity k"),
    "k_low": text("k, lower"),
    "k_high": text("k, upper"),
    "a": text("Parameter a"),
    "a_low": text("a, lower"),
    "a_high": text("a, upper"),
    "r": text("Growth rate r per year"),
    "r_low": text("r, lower"),
    "r_high": text("r, upper"),
    "inflection": text("Inflection (year)"),
    "bound": text("At bound"),
    "starts": text("Searches"),
    "reached": text("Searches that agree"),
    "n": text("Years with a residual"),
    "sse": text("Sum of squares"),
    "rmse": text("RMSE"),
    "r2": text("R²"),
    "mape": text("Mean error (%)"),
    "autocorrelation": text("Autocorrelation of residuals"),
    "holdout_rmse": text("RMSE of years held out"),
    "holdout_mape": text("Error of years held out (%)"),
    "low": text("Curve, lower"),
    "high": text("Curve, upper"),
    "low_observed": text("Single year, lower"),
    "high_observed": text("Single year, upper"),
    "model": text("Model"),
    "parameters": text("Parameters"),
    "aicc": text("AICc"),
    "bic": text("BIC"),
    "preferred": text("Lowest AICc"),
    "forecast": text("Forecast"),
    "ratio": text("Forecast over last value"),
}


def name_of(done: Done) -> Text:
    """Return the name of the variable."""
    return done.inputs.variable_name(done.parameters.variable)


def named(done: Done, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the name of each unit after its label."""
    out = frame.copy()
    out.insert(1, "name", [done.inputs.names[unit] for unit in out["unit"]])
    return out


def _digits(values: pd.Series[float]) -> int:
    """Return digits after the point that suit the size of most values."""
    middle = float(values.abs().median())
    return max(0, 3 - math.floor(math.log10(middle))) if middle > 0 else 3


def tables(done: Done) -> list[Table]:
    """Return parameters with errors, the forecast, and the models compared."""
    found, horizon = done.result["growth"], done.result["horizon"]
    measure = done.inputs.measure(done.parameters.variable)
    per_year = text("{k} (of the yearly increase)", k=OWN_HEADINGS["k"])
    level = done.parameters.kind == "level"
    headings = {**HEADINGS, **OWN_HEADINGS, **({} if level else {"k": per_year})}
    whole = named(done, found.to_frame())
    forecast = named(done, found.forecast(horizon))
    compare = named(done, found.compare)
    digits = _digits(found.values.iloc[:, -1])
    held = ("holdout_mape",) if done.parameters.holdout else ()
    return [
        Table(
            name=done.key,
            title=text("Growth curves of {variable}", variable=name_of(done)),
            frame=whole,
            headings=headings,
            measures=dict.fromkeys(("k", "k_low", "k_high", "rmse", "holdout_rmse"), measure),
            decimals={"k": digits, "r": 4, "a": 3, "r2": 4, "mape": 2, "holdout_mape": 2},
            words={**STATUSES, **BOUNDS},
            note=text(
                "Lower and upper are ends of the interval, in the file; for a parameter at its bound they ignore the bound and are rough."
            ),
            shown=("name", "k", "a", "r", "inflection", "r2", "mape", *held, "bound", "status"),
        ),
        Table(
            name=f"{done.key}_forecast",
            title=text(
                "Forecast of {variable} to {horizon}", variable=name_of(done), horizon=horizon
            ),
            frame=forecast,
            headings=headings,
            measures=dict.fromkeys(
                ("value", "low", "high", "low_observed", "high_observed"), measure
            ),
            decimals=dict.fromkeys(
                ("value", "low", "high", "low_observed", "high_observed"), digits
            ),
            note=text(
                "The interval of the curve, and the wider one of a single year, which scatters about it. By the "
                "delta method: where it is wide it may reach below zero."
            ),
            shown=("name", "year", "value", "low", "high", "low_observed", "high_observed"),
            shown_rows=forecast["year"] == horizon,
        ),
        Table(
            name=f"{done.key}_models",
            title=text(
                "Logistic, exponential and linear trends of {variable}", variable=name_of(done)
            ),
            frame=compare,
            headings=headings,
            measures={"rmse": measure, "holdout_rmse": measure},
            decimals={"mape": 2, "aicc": 1, "bic": 1, "holdout_mape": 2},
            words={**MODEL_WORDS},
            note=text(
                "AICc weighs fit against the number of parameters; differences below 2 say little. The error of "
                "years held out is that of a real forecast."
            ),
            shown=("name", "model", "mape", "aicc", *held, "preferred"),
        ),
    ]
