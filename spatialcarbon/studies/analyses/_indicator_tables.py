"""Tables of the indicators: by group, by place, and growth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.indicators import TOTAL, IndicatorResult
from spatialcarbon.studies.words import HEADINGS, INDICATORS, LABELS

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.studies.analysis import Done


def _place_names(done: Done, frame: pd.DataFrame) -> list[Text]:
    return [
        done.inputs.names[place] if level == "unit" else done.inputs.group_name(str(place))
        for level, place in zip(frame["level"], frame["place"], strict=True)
    ]


def tables(done: Done) -> list[Table]:
    """Return indicators by group, by place, and growth."""
    result: IndicatorResult = done.result["indicators"]
    frame = result.to_frame()
    frame.insert(2, "name", _place_names(done, frame))
    made = []
    for level, title in (
        ("group", text("Indicators by group")),
        ("unit", text("Indicators by place")),
    ):
        rows = frame[frame["level"] == level].drop(columns="level").reset_index(drop=True)
        if rows.empty:
            continue
        if level == "group":
            made.append(_totals(done, result))
        made.append(
            Table(
                name=f"{done.key}_by_{level}",
                title=title,
                frame=rows,
                headings=HEADINGS,
                words={**LABELS, **INDICATORS, **_measures(rows)},
                decimals={"value": 3},
                note=text(
                    "Group ratios are ratios of sums. Land area and built-up area are two different denominators."
                ),
                shown=("name", "year", "indicator", "value", "measure", "status"),
            )
        )
    grown = done.result["growth"]
    if grown is not None:
        grown = grown.reset_index(drop=True)
        grown.insert(2, "name", _place_names(done, grown))
        made.append(
            Table(
                name=f"{done.key}_growth",
                title=text("Growth"),
                frame=grown.sort_values("level", kind="stable", ignore_index=True),
                shown_rows=_groups_first(grown),
                headings=HEADINGS,
                words={**LABELS, **_measures(grown)},
                decimals={
                    "value_start": 2,
                    "value_end": 2,
                    "change": 2,
                    "growth": 3,
                    "annual_growth": 4,
                },
                note=text(
                    "Growth is a fraction: 0.25 means 25 %. Per year it is the constant rate that leads from start to end."
                ),
                shown=(
                    "name",
                    "start",
                    "end",
                    "value_start",
                    "value_end",
                    "change",
                    "growth",
                    "annual_growth",
                    "measure",
                ),
            )
        )
    return made


def _measures(frame: pd.DataFrame) -> dict[str, Text]:
    return {str(measure): Text(str(measure)) for measure in frame["measure"].unique()}


def _groups_first(grown: pd.DataFrame) -> pd.Series[bool] | None:
    ordered = grown["level"].sort_values(kind="stable", ignore_index=True)
    return ordered == "group" if (ordered == "group").any() else None


def _totals(done: Done, result: IndicatorResult) -> Table:
    wide = result.pivot(TOTAL)
    frame = wide.rename_axis(index="group", columns=None).reset_index()
    frame.columns = [str(column) for column in frame.columns]
    frame.insert(1, "group_name", [done.inputs.group_name(g) for g in frame["group"]])
    measure = done.inputs.measure(done.parameters.emission)
    return Table(
        name=f"{done.key}_totals",
        title=text(
            "{variable} by group ({measure})",
            variable=done.inputs.variable_name(done.parameters.emission),
            measure=Text(measure),
        ),
        frame=frame,
        headings=HEADINGS,
        decimals={str(year): 1 for year in wide.columns},
        shown=[c for c in frame.columns if c != "group"],
    )
