"""Tables of densities: what the curves look like, their modes, the curves themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.density import HIGH
from spatialcarbon.stats.density_sample import REASONS
from spatialcarbon.stats.moran_panel import ALL
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from spatialcarbon.stats.density_panel import DensityPanelResult
    from spatialcarbon.studies.analysis import Done

RULE_NAMES = {
    "silverman": text("Silverman"),
    "scott": text("Scott"),
    "normal": text("normal reference"),
    "isj": text("improved Sheather-Jones"),
    "given": text("given"),
}
COLUMNS = {
    "bandwidth": text("Bandwidth"),
    "rule": text("Rule"),
    "mode": text("Highest mode"),
    "height": text("Density"),
    "density": text("Density"),
    "width": text("Width at half maximum"),
    "modes": text("Modes"),
    "high_modes": text("High modes"),
    "mass": text("Mass on the grid"),
    "mass_below_zero": text("Mass below zero"),
    "location": text("Location of the mode"),
    "relative": text("Height relative to the highest"),
}
PAGE_STEP = 32
"""The page shows every 32nd point of a curve; files hold all."""


def group_names(done: Done) -> dict[str, Text]:
    """Return the names of all groups, the whole first."""
    return {code: done.inputs.group_name(code) for code in [ALL, *done.inputs.groups]}


def _with_names(done: Done, frame: pd.DataFrame) -> pd.DataFrame:
    names = group_names(done)
    named = frame.rename(columns={"series": "year"})
    named.insert(1, "group_name", [names[str(group)] for group in named["group"]])
    return named


def tables(done: Done) -> list[Table]:
    """Return what the curves look like, their modes, and the curves themselves."""
    result: DensityPanelResult = done.result
    measure = done.inputs.measure(done.parameters.variable)
    name = done.inputs.variable_name(done.parameters.variable)
    overview = _with_names(done, result.overview)
    modes = _with_names(done, result.modes)
    curves = _with_names(done, result.table)
    headings = {**HEADINGS, **COLUMNS, "grid": name}
    if measure:
        per_unit = text("Density (per {measure})", measure=Text(measure))
        headings |= {"height": per_unit, "density": per_unit}
    measures = dict.fromkeys(("bandwidth", "mode", "width", "location", "grid"), measure)
    return [
        Table(
            name=done.key,
            title=text("Distribution of {variable}: modes, width, bandwidth", variable=name),
            frame=overview,
            headings=headings,
            measures=measures,
            decimals={"mass": 4, "mass_below_zero": 4},
            words={**LABELS, **REASONS, **RULE_NAMES},
            note=text(
                "Modes counts every local maximum; high modes are at least 5 % as high as the highest. "
                "The width is that of the hill around the highest mode at half its height."
            ),
            shown=(
                *("group_name", "year", "n", "bandwidth", "rule", "mode", "width"),
                *("modes", "high_modes", "mass_below_zero", "status"),
            ),
        ),
        Table(
            name=f"{done.key}_modes",
            title=text("Modes of the distribution of {variable}", variable=name),
            frame=modes,
            headings=headings,
            measures=measures,
            decimals={"relative": 3},
            note=text(
                "The page lists modes at least 5 % as high as the highest of their curve; the file holds all."
            ),
            shown=("group_name", "year", "location", "height", "relative"),
            shown_rows=modes["relative"] >= HIGH,
        ),
        Table(
            name=f"{done.key}_curves",
            title=text("Density of {variable} on one grid", variable=name),
            frame=curves,
            headings=headings,
            measures=measures,
            note=text("The page shows every {step}th point; the file holds all.", step=PAGE_STEP),
            shown=("group_name", "year", "grid", "density"),
            shown_rows=pd.Series(np.arange(len(curves)) % PAGE_STEP == 0),
        ),
    ]
