"""Tables of scenarios, the same from a study and from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.drivers.peak import STATUS_TEXTS
from spatialcarbon.models.drivers.rates import RATES
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.density_sample import REASONS
from spatialcarbon.studies.analyses._density_tables import COLUMNS as DENSITY_COLUMNS
from spatialcarbon.studies.analyses._density_tables import RULE_NAMES
from spatialcarbon.studies.analyses._scenario_rates import scenario_name, scenario_names
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.scenario_result import ProjectionResult
    from spatialcarbon.stats.density_panel import DensityPanelResult

OWN_HEADINGS: Mapping[str, Text] = {
    **HEADINGS,
    "scenario": text("Scenario code"),
    "scenario_name": text("Scenario"),
    "base": text("Level in the base year"),
    "horizon": text("Level in the last year"),
    "change_percent": text("Change (%)"),
    "peak_year": text("Peak year"),
    "peak_value": text("Level at the peak"),
    "status": text("Status"),
    "plateau_start": text("Plateau from"),
    "plateau_end": text("Plateau to"),
    "years_below": text("Years below the peak afterwards"),
    "equal_maxima": text("As high again in"),
    "delta": text("Population (δ)"),
    "chi": text("Output per head (χ)"),
    "beta": text("Decline of industry share (β)"),
    "alpha": text("Decline of intensity (α)"),
    "omega": text("Emissions (ω)"),
}


def summary_of(levels: pd.DataFrame, peaks: pd.DataFrame) -> pd.DataFrame:
    """Return one row per column of levels: base, horizon, change and peak."""
    base, horizon = levels.iloc[0], levels.iloc[-1]
    frame = pd.DataFrame(
        {
            "base": base,
            "horizon": horizon,
            "change": horizon - base,
            "change_percent": 100.0 * (horizon / base - 1.0),
            "peak_year": peaks["year"].astype("int64"),
            "peak_value": peaks["value"].astype(float),
            **{name: peaks[name] for name in ("status", "plateau_start", "plateau_end")},
            **{name: peaks[name] for name in ("years_below", "equal_maxima")},
        }
    )
    return frame.reset_index()


def named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the name of the scenario after its code."""
    names = [scenario_name(str(scenario)) for scenario in frame["scenario"]]
    frame.insert(list(frame.columns).index("scenario") + 1, "scenario_name", names)
    return frame


def peak_table(key: str, found: ProjectionResult, measure: str) -> Table:
    """Return levels and peak of every scenario."""
    return Table(
        name=key,
        title=text(
            "Scenarios from {first} to {last}: levels and peaks",
            first=found.rates.base_year,
            last=found.rates.horizon,
        ),
        frame=named(summary_of(found.total, found.peaks)),
        headings=OWN_HEADINGS,
        measures=dict.fromkeys(("base", "horizon", "change", "peak_value"), measure),
        decimals={**dict.fromkeys(("base", "horizon", "change", "peak_value"), 2),
                  "change_percent": 2},
        words=STATUS_TEXTS,
        note=text(
            "A peak year counts only with the status peaked: a path that is highest in its last year has "
            "not been seen to peak."
        ),
        shown=(
            *("scenario_name", "base", "horizon", "change", "change_percent"),
            *("peak_year", "peak_value", "status"),
        ),
    )  # fmt: skip


def path_table(key: str, found: ProjectionResult, measure: str) -> Table:
    """Return the level of every year, one column per scenario."""
    frame = found.total.rename_axis(columns=None).reset_index()
    return Table(
        name=f"{key}_paths",
        title=text("Paths of the scenarios"),
        frame=frame,
        headings={**HEADINGS, **scenario_names(list(found.total.columns))},
        measures=dict.fromkeys(found.total.columns, measure),
        decimals=dict.fromkeys(found.total.columns, 2),
    )


def rate_rows(key: str, found: ProjectionResult) -> Table:
    """Return the rates as they were used, one row per period."""
    rates = found.rates
    rows: list[dict[str, Any]] = []
    for s, scenario in enumerate(rates.scenarios):
        for u, unit in enumerate([None] if rates.units is None else rates.units):
            years = pd.Series(rates.years).groupby(rates.period[s, u])
            for _, held in years:
                at = int(held.iloc[0] - rates.years[0])
                rows.append(
                    {
                        "scenario": scenario,
                        **({} if unit is None else {"unit": unit}),
                        "start": int(held.iloc[0]),
                        "end": int(held.iloc[-1]),
                        **dict(zip(RATES, rates.values[s, u, at].tolist(), strict=True)),
                        "omega": float(rates.omega[s, u, at]),
                    }
                )
    return Table(
        name=f"{key}_rates",
        title=text("Rates of the scenarios, per year"),
        frame=named(pd.DataFrame(rows)),
        headings=OWN_HEADINGS,
        decimals=dict.fromkeys((*RATES, "omega"), 5),
        note=text(
            "Fractions per year; β and α are declines. Only ω acts on emissions: any other four rates of "
            "the same product give the same paths."
        ),
        shown=tuple(name for name in pd.DataFrame(rows).columns if name != "scenario")
        if rates.units is not None
        else ("scenario_name", "start", "end", *RATES, "omega"),
    )


def unit_table(key: str, found: ProjectionResult, measure: str, names: Mapping[Any, Text]) -> Table:
    """Return levels and peak of every unit and scenario."""
    frame = summary_of(found.path, found.unit_peaks)
    frame.insert(2, "name", [names.get(unit, Text(str(unit))) for unit in frame["unit"]])
    table = peak_table(key, found, measure)
    return Table(
        name=f"{key}_units",
        title=text("Scenarios of every place"),
        frame=named(frame),
        headings=OWN_HEADINGS,
        measures=table.measures,
        decimals=table.decimals,
        words=STATUS_TEXTS,
        shown=("scenario_name", "name", "base", "horizon", "change", "peak_year", "status"),
    )


def group_table(
    key: str, found: ProjectionResult, groups: pd.DataFrame, measure: str, names: Mapping[str, Text]
) -> Table:
    """Return levels and peak of every group and scenario."""
    groups = groups.copy()
    groups.insert(2, "group_name", [names[str(code)] for code in groups["group"]])
    table = peak_table(key, found, measure)
    return Table(
        name=f"{key}_groups",
        title=text("Scenarios by group"),
        frame=named(groups),
        headings=OWN_HEADINGS,
        measures=table.measures,
        decimals=table.decimals,
        words=STATUS_TEXTS,
        note=text("Places are projected one by one and added up."),
        shown=("scenario_name", "group_name", "base", "horizon", "change", "peak_year", "status"),
    )


def density_table(key: str, density: DensityPanelResult, measure: str) -> Table:
    """Return bandwidth, mode and width of every density."""
    frame = density.overview.drop(columns="group").rename(columns={"series": "scenario"})
    headings = {**HEADINGS, **DENSITY_COLUMNS, "scenario": text("Scenario code")}
    return Table(
        name=f"{key}_densities",
        title=text("Distribution over places: mode, width, bandwidth"),
        frame=named(frame),
        headings={**headings, "scenario_name": text("Scenario")},
        measures=dict.fromkeys(("bandwidth", "mode", "width"), measure),
        decimals={"mass": 4, "mass_below_zero": 4},
        words={**LABELS, **REASONS, **RULE_NAMES},
        note=text("Each curve has its own bandwidth by the same rule; all stand on one grid."),
        shown=("scenario_name", "n", "bandwidth", "rule", "mode", "width", "high_modes"),
    )
