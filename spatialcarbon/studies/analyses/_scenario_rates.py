"""Rate tables as a study file or a command line gives them: shipped, a file, or written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from spatialcarbon.core.errors import SchemaError, SpatialCarbonError, some
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.options import suggestion
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.data.catalogue import tables as shipped_tables
from spatialcarbon.data.readers import read_table
from spatialcarbon.models.drivers.rates import PLACE_COLUMNS, RATES

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Inputs

SPREADS = tuple(f"{name}_sd" for name in RATES)
"""Columns of standard deviations, which a simulation reads."""

SCENARIOS: Mapping[str, Text] = {
    "baseline": text("Baseline"),
    "low_emission": text("Low emission"),
    "tech_breakthrough": text("Technology breakthrough"),
}
"""Names of the scenarios of study 003; others are shown as they are written."""


class RateRow(BaseModel):
    """Rates of one scenario in one period, as a study file writes them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario: str = Field(min_length=1, description="Name of the scenario.")
    start: int = Field(description="First year.")
    end: int = Field(description="Last year, included.")
    delta: float = Field(default=0.0, description="Growth of population a year, a fraction.")
    chi: float = Field(default=0.0, description="Growth of output per head a year.")
    beta: float = Field(default=0.0, description="Decline of the share of industry a year.")
    alpha: float = Field(default=0.0, description="Decline of intensity a year.")
    delta_sd: float | None = Field(default=None, description="Standard deviation of delta.")
    chi_sd: float | None = Field(default=None, description="Standard deviation of chi.")
    beta_sd: float | None = Field(default=None, description="Standard deviation of beta.")
    alpha_sd: float | None = Field(default=None, description="Standard deviation of alpha.")
    unit: str | int | None = Field(
        default=None, description="Unit that the row holds for; all others if left out."
    )


Rates = str | list[RateRow]
"""Name of a shipped table, path of a file, or the rows themselves."""


class Reported(Text):
    """An error as a sentence of a list: all of its lines, in either language."""

    def __init__(self, error: SpatialCarbonError) -> None:
        super().__init__("", {"error": error})

    def render(self, language: Language) -> str:
        """Return the lines of the error as one."""
        lines = self.params["error"].render(language).splitlines()
        return ("；" if language == "zh" else "; ").join(line.strip() for line in lines)


def rate_table(given: str | Sequence[RateRow], locate: Callable[[str], Path]) -> pd.DataFrame:
    """Return the rates as a table, wherever they come from.

    Parameters
    ----------
    given : str or sequence of RateRow
        A shipped table, a file, or rows.
    locate : callable
        Makes a path of the study file one that can be opened.

    Raises
    ------
    SchemaError
        Neither a shipped table nor a file, or one that lacks columns.
    """
    if not isinstance(given, str):
        return pd.DataFrame([row.model_dump() for row in given]).dropna(axis=1, how="all")
    if given in set(shipped_tables()["name"]):
        return load_table(given)
    if not Path(given).suffix:
        known = [name for name in shipped_tables()["name"] if "rates" in name]
        raise SchemaError(
            "{given!r} is neither a shipped table of rates nor a file",
            expected="{known}, or a path such as rates.csv",
            fix="{close}",
            given=given,
            known=some(known),
            close=suggestion(given, known),
        )
    return _read(locate(given))


def _read(path: Path) -> pd.DataFrame:
    frame = read_table(path).frame
    frame = frame.set_axis([str(column).strip() for column in frame.columns], axis=1)
    numeric = [name for name in ("start", "end", *RATES, *SPREADS) if name in frame.columns]
    for name in numeric:
        numbers = pd.to_numeric(frame[name], errors="coerce")
        bad = frame[numbers.isna() & frame[name].notna()]
        if len(bad):
            raise SchemaError(
                "{path}: {name} is not a number",
                arrived="{cells}",
                fix="write fractions per year: 0.05 for 5 %",
                path=path.name,
                name=name,
                cells=some(bad[name].map(repr)),
            )
        frame[name] = numbers
    for name in (column for column in PLACE_COLUMNS if column in frame.columns):
        numbers = pd.to_numeric(frame[name], errors="coerce")
        if name == "adcode" and numbers.notna().equals(frame[name].notna()):
            frame[name] = numbers
    return frame


def scenario_name(scenario: str) -> Text:
    """Return what a scenario is called."""
    return SCENARIOS.get(scenario, Text(scenario))


def scenario_names(scenarios: Sequence[Any]) -> dict[Any, Text]:
    """Return what scenarios are called."""
    return {scenario: scenario_name(str(scenario)) for scenario in scenarios}


def history_of(inputs: Inputs, variable: str, last: int) -> pd.Series[float]:
    """Return the sum over all places, for the complete years up to the base year."""
    grid = inputs.panel.grid(variable)
    sums = {
        int(str(year)): float(grid[year].sum())
        for year in grid.columns
        if int(str(year)) <= last and grid[year].notna().all()
    }
    return pd.Series(sums, dtype=float).sort_index()
