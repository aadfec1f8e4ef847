"""What a careful reader should know about fitted growth curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.drivers.growth_paths import Curves


def remarks_of(
    curves: Curves, parameters: pd.DataFrame, compare: pd.DataFrame, *, kappa: float
) -> tuple[Text, ...]:
    """Return the remarks: bounds, searches that disagree, better trends, intervals."""
    said = _bounds(curves, parameters, kappa)
    for status, sentence in (
        (
            "constant",
            text(
                "constant, no curve is needed: {units}", units=_units(parameters, "constant")
            ),
        ),
        (
            "not identified",
            text(
                "other parameters fit as well, k, a and r are not told apart: {units}",
                units=_units(parameters, "not identified"),
            ),
        ),
        (
            "not converged",
            text("no minimum was certified: {units}", units=_units(parameters, "not converged")),
        ),
    ):  # fmt: skip
        if (parameters["status"] == status).any():
            said.append(sentence)
    alone = parameters.index[(parameters["reached"] == 1) & (parameters["starts"] > 1)]
    if len(alone):
        said.append(
            text(
                "one search alone found the best curve, others fit nearly as well: {units}",
                units=some(alone),
            )
        )
    asked = int(curves.fit.helped.sum())
    if asked:
        said.append(text("{n} units were handed on to SciPy's trust region", n=asked))
    trend = compare[(compare["model"] != "logistic") & compare["preferred"]]
    if len(trend):
        said.append(
            text(
                "by AICc a plain exponential or linear trend is enough for {n} of {total} "
                "units: {units}",
                n=len(trend),
                total=len(parameters),
                units=some(trend["unit"]),
            )
        )
    said.append(
        text(
            "intervals take the curve as true and the residuals as independent; residuals of "
            "trends seldom are, so the intervals are rather too narrow"
        )
    )
    return tuple(said)


def _units(parameters: pd.DataFrame, status: str) -> str:
    return some(parameters.index[parameters["status"] == status])


def _bounds(curves: Curves, parameters: pd.DataFrame, kappa: float) -> list[Text]:
    said = []
    hit = parameters["bound"].str.split(", ")
    level = curves.setup.kind == "level"

    def at(word: str) -> pd.Index:
        return parameters.index[[word in words for words in hit]]

    top = at("k highest")
    if len(top):
        said.append(
            text(
                "k is at its highest, {kappa} times the largest value, for {n} units: the data "
                "show no saturation, and the forecast grows almost exponentially: {units}"
                if level
                else "k is at its highest, {kappa} times the largest value, for {n} units: the "
                "increase shows no ceiling: {units}",
                kappa=f"{kappa:g}",
                n=len(top),
                units=some(top),
            )
        )
    floor = at("k lowest")
    if len(floor):
        said.append(
            text(
                "k is at its lowest, the largest value itself, for {n} units: growth is over by "
                "this curve: {units}",
                n=len(floor),
                units=some(floor),
            )
        )
    others = parameters.index[
        [any(word.startswith(("a ", "r ")) for word in words) for words in hit]
    ]
    if len(others):
        said.append(
            text(
                "a or r is at a bound for {n} units, whose forecast hangs on that bound: {units}",
                n=len(others),
                units=some(others),
            )
        )
    return said
