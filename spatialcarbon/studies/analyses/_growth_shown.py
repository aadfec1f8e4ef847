"""Figures, map layers and sentences about growth curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import growth_curves, growth_forecasts
from spatialcarbon.report.growth_figures import MODEL_WORDS, MOST
from spatialcarbon.report.layers import Categorised, Category, Layer, graduated_style
from spatialcarbon.report.palettes import NO_DATA
from spatialcarbon.studies.analyses._growth_tables import OWN_HEADINGS, STATUSES, name_of
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import HEADINGS, shown, significant

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.growth import GrowthResult
    from spatialcarbon.studies.analysis import Done

PAGE = 30
"""Most places drawn; of more, the largest ones."""

NO_BEND, OVER, OTHER = "no bend", "over", "other bound"
SATURATION = {
    "ok": (text("bends towards k within sight"), "#4393c3"),
    NO_BEND: (text("no saturation in the data"), "#d6604d"),
    OVER: (text("at its capacity already"), "#5aae61"),
    OTHER: (text("a or r at its bound"), "#e0c36a"),
    "unclear": (text("parameters not told apart"), NO_DATA),
    "constant": (STATUSES["constant"], "#f0f0f0"),
}


def saturation(parameters: pd.DataFrame) -> pd.Series[str]:
    """Return in one word what the data say about saturation in each place."""
    words, status = parameters["bound"], parameters["status"]
    found = pd.Series("ok", index=parameters.index)
    found[status != "ok"] = "unclear"
    found[words != ""] = OTHER
    found[words.str.contains("k lowest")] = OVER
    found[words.str.contains("k highest")] = NO_BEND
    found[status == "constant"] = "constant"
    return found


def _parts(done: Done) -> tuple[GrowthResult, int]:
    return done.result["growth"], done.result["horizon"]


def figures(done: Done) -> list[FigureSpec]:
    """Return the curves of places, and the sum by three trends."""
    found, horizon = _parts(done)
    inputs, measure = done.inputs, done.inputs.measure(done.parameters.variable)
    largest = found.values.iloc[:, -1].nlargest(PAGE).index if len(found.values) > MOST else None
    drawn = (
        found.values.index
        if largest is None
        else found.values.index[found.values.index.isin(largest)]
    )
    title = text(
        "Growth curves of {variable} to {horizon}", variable=name_of(done), horizon=horizon
    )
    if largest is not None:
        title = text("{title}, the {n} largest places", title=title, n=len(drawn))
    forecast = found.forecast(horizon)
    sums = found.trends(horizon).groupby(["model", "year"])["value"].sum()
    together = text("Sum of {variable} by three trends", variable=name_of(done))
    return [
        FigureSpec(
            name=f"{done.key}_curves",
            title=title,
            caption=text(
                "Dark band: where the curve may lie; light band: where a single year may lie. The dotted line is "
                "the capacity, where it is in sight."
            ),
            alt=text("Small charts of data, fitted curve and forecast by place."),
            draw=lambda language: growth_curves(
                found.values.loc[drawn],
                found.fitted.loc[drawn],
                forecast[forecast["unit"].isin(drawn)],
                found.parameters.loc[drawn],
                capacity=done.parameters.kind == "level",
                title=title,
                unit=measure,
                names=inputs.names,
                language=language,
            ),
        ),
        FigureSpec(
            name=f"{done.key}_trends",
            title=together,
            caption=text(
                "The places are fitted one by one and added up. Three trends that fit the past alike part in the "
                "future: their distance is what the data do not decide."
            ),
            alt=text("Line chart of the sum by logistic, exponential and linear forecasts."),
            draw=lambda language: growth_forecasts(
                found.values.sum(),
                {model: sums[model] for model in MODEL_WORDS},
                title=together,
                quantity=name_of(done),
                unit=measure,
                language=language,
            ),
        ),
    ]


def layers(done: Done) -> list[Layer]:
    """Return what the data say about saturation, the forecast, and the growth rate."""
    found, horizon = _parts(done)
    inputs, units = done.inputs, done.inputs.units.index
    path = found.forecast(horizon)
    last = path[path["year"] == horizon].set_index("unit").reindex(units)
    parameters = found.parameters.reindex(units)
    year = int(found.values.columns[-1])
    now = found.values.iloc[:, -1].reindex(units)
    measure = inputs.measure(done.parameters.variable)
    columns = {
        "value": now.to_numpy(),
        "forecast": last["value"].to_numpy(),
        "ratio": (last["value"] / now).to_numpy(),
        "low": last["low"].to_numpy(),
        "high": last["high"].to_numpy(),
        "k": parameters["k"].to_numpy(),
        "r": parameters["r"].to_numpy(),
        "saturation": saturation(parameters).to_numpy(),
    }
    aliases = {
        **HEADINGS,
        **OWN_HEADINGS,
        "value": text("Value in {year}", year=year),
        "forecast": text("Forecast for {year}", year=horizon),
        "saturation": text("Saturation"),
    }
    group = text("Growth curves")
    present = [word for word in SATURATION if (columns["saturation"] == word).any()]
    made = [
        Layer(
            name=f"{done.key}_saturation",
            title=text("Saturation of {variable}", variable=name_of(done)),
            abstract=text("Whether the growth of each place bends towards a capacity in the data."),
            frame=named_frame(inputs, columns),
            aliases=aliases,
            style=Categorised(
                "saturation", tuple(Category(word, *SATURATION[word]) for word in present)
            ),
            label_field="name",
            group=group,
        ),
        Layer(
            name=f"{done.key}_forecast",
            title=text("Forecast of {variable} for {year}", variable=name_of(done), year=horizon),
            abstract=text("The fitted growth curve at the horizon, with its interval."),
            frame=named_frame(inputs, columns),
            aliases=aliases,
            style=graduated_style("forecast", columns["forecast"], unit=measure),
            label_field="name",
            visible=False,
            group=group,
        ),
        Layer(
            name=f"{done.key}_rate",
            title=text("Growth rate r of {variable}", variable=name_of(done)),
            abstract=text("The rate r of the logistic curve, per year, far below its capacity."),
            frame=named_frame(inputs, columns),
            aliases=aliases,
            style=graduated_style("r", columns["r"]),
            label_field="name",
            visible=False,
            group=group,
        ),
    ]
    return made


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found, and what the data do not show."""
    found, horizon = _parts(done)
    n, states = len(found.values), saturation(found.parameters)
    said = []
    bent = int((states == NO_BEND).sum())
    if bent:
        said.append(
            text(
                "{n} of {total} places show no saturation: k is at its bound, {kappa} times the largest value, and "
                "their forecast is nearly exponential ({places}).",
                n=bent,
                total=n,
                kappa=f"{done.parameters.kappa:g}",
                places=_places(done, states, NO_BEND),
            )
        )
    best = found.compare[found.compare["preferred"]]["model"].value_counts()
    if len(best):
        said.append(
            text(
                "By AICc the logistic curve is the best description of {a} of {total} places, an exponential trend "
                "of {b}, a straight line of {c}.",
                a=int(best.get("logistic", 0)),
                b=int(best.get("exponential", 0)),
                c=int(best.get("linear", 0)),
                total=int(best.sum()),
            )
        )
    said.append(_sums(done, found, horizon))
    if done.parameters.holdout:
        errors = found.compare.groupby("model")["holdout_mape"].mean()
        said.append(
            text(
                "Forecasting the last {n} years from those before, the logistic curve is off by {a} % on average, "
                "the exponential trend by {b} %, the straight line by {c} %.",
                n=done.parameters.holdout,
                a=shown(errors["logistic"], 1),
                b=shown(errors["exponential"], 1),
                c=shown(errors["linear"], 1),
            )
        )
    return said


def _places(done: Done, states: pd.Series[str], word: str) -> Text:
    return listed((done.inputs.names[unit] for unit in states.index[states == word]), 5)


def _sums(done: Done, found: GrowthResult, horizon: int) -> Text:
    trends = found.trends(horizon)
    sums = trends[trends["year"] == horizon].groupby("model")["value"].sum()
    return text(
        "If growth went on as these curves do, the sum would be {a} {unit} in {year}, after {now} in {last}; "
        "exponential trends would give {b}, straight lines {c}.",
        a=significant(sums["logistic"]),
        b=significant(sums["exponential"]),
        c=significant(sums["linear"]),
        unit=Text(done.inputs.measure(done.parameters.variable)),
        year=horizon,
        now=significant(float(found.values.iloc[:, -1].sum())),
        last=int(found.values.columns[-1]),
    )
