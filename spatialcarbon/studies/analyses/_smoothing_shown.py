"""Tables, figures, map layers and sentences about smoothed allocations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.report.allocation_figures import burden_classes
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import allocation_maps, smoothing_frontier
from spatialcarbon.report.layers import Graduated, Layer, graduated_style
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses._allocation_base import base_name
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import HEADINGS, LABELS, shown, significant

if TYPE_CHECKING:
    from spatialcarbon.models.quota.smoothing_result import SmoothingResult
    from spatialcarbon.studies.analysis import Done

OWN_HEADINGS: Mapping[str, Text] = {
    "before": text("Reduction before"),
    "allocation": text("Reduction after"),
    "change": text("Change by smoothing"),
    "burden_before": text("Burden before"),
    "burden_after": text("Burden after"),
    "neighbour": text("Neighbour"),
    "difference_before": text("Difference before"),
    "difference_after": text("Difference after"),
    "strength": text("Strength"),
    "cost": text("Cost (chi-square)"),
    "contrast": text("Contrast"),
    "moved": text("Part that changes place"),
}
OWN_LABELS: Mapping[str, Text] = {
    "at the cap": text("at the cap"),
    "nothing asked": text("nothing is asked"),
}
WHEN: Mapping[str, Text] = {"before": text("before"), "after": text("after")}
NAMED = 5
PAIRS = 15
"""Borders that the page shows; the file has all."""


def result_of(done: Done) -> SmoothingResult:
    """Return the smoothed allocation."""
    found: SmoothingResult = done.result["smoothing"]
    return found


def _principle(done: Done) -> Text:
    return base_name(done.result["principle"])


def _measure(done: Done) -> str:
    return done.inputs.measure(done.parameters.emission)


def burdens(done: Done) -> tuple[pd.DataFrame, str]:
    """Return burdens before and after, and their unit: per cent of emissions, or per head."""
    result = result_of(done)
    wide = pd.DataFrame({"before": result.burden_before, "after": result.burden_after})
    if done.parameters.yardstick == "emissions":
        return 100 * wide, "%"
    people = done.inputs.measure(done.parameters.population or "")
    return wide, f"{_measure(done)}/{people}" if people and people != "1" else ""


def tables(done: Done) -> list[Table]:
    """Return places before and after, the borders of most contrast, and the frontier."""
    result, inputs, measure = result_of(done), done.inputs, _measure(done)
    frame = result.to_frame()
    wide, unit = burdens(done)
    for column in ("before", "after"):
        frame[f"burden_{column}"] = wide[column].to_numpy()
    frame.insert(1, "name", [inputs.names[u] for u in frame["unit"]])
    pairs = result.pairs.rename(
        columns={"before": "difference_before", "after": "difference_after"}
    )
    pairs.insert(1, "name", [inputs.names[u] for u in pairs["unit"]])
    pairs["neighbour"] = pairs["neighbour"].map(lambda unit: inputs.names[unit])
    return [
        Table(
            name=done.key,
            title=text("Reduction before and after smoothing"),
            frame=frame,
            headings={**HEADINGS, **OWN_HEADINGS},
            measures={
                **dict.fromkeys(["before", "allocation", "change"], measure),
                **({"burden_before": unit, "burden_after": unit} if unit else {}),
            },
            decimals={"before": 2, "allocation": 2, "change": 2,
                      "burden_before": 3, "burden_after": 3},
            words={**LABELS, **OWN_LABELS},
            note=text("Both columns have the same sum."),
            shown=[c for c in map(str, frame.columns) if c != "unit"],
        ),
        Table(
            name=f"{done.key}_borders",
            title=text("Borders of most contrast"),
            frame=pairs,
            headings={**HEADINGS, **OWN_HEADINGS},
            decimals={"weight": 4, "difference_before": 3, "difference_after": 3},
            note=text("Difference of the two burdens, as a part of the mean burden."),
            shown=["name", "neighbour", "difference_before", "difference_after"],
            shown_rows=pd.Series(range(len(pairs)), index=pairs.index) < PAIRS,
        ),
        Table(
            name=f"{done.key}_frontier",
            title=text("What less contrast costs"),
            frame=result.frontier,
            headings=OWN_HEADINGS,
            decimals={"strength": 4, "cost": 5, "contrast": 4, "moved": 4},
            note=text("Strength 0 is the allocation before, under its caps."),
        ),
    ]  # fmt: skip


def figures(done: Done) -> list[FigureSpec]:
    """Return the frontier, and maps of burdens before and after."""
    inputs, result = done.inputs, result_of(done)
    wide, unit = burdens(done)
    frontier = text("What less contrast costs: {principle}", principle=_principle(done))
    maps = text("Burden before and after smoothing: {principle}", principle=_principle(done))
    return [
        FigureSpec(
            name=f"{done.key}_frontier",
            title=frontier,
            caption=text(
                "To the left neighbours are asked more alike; upwards more of the total changes place. Where the "
                "curve is flat, contrast falls at little cost."
            ),
            alt=text("Curve of the part of the total that changes place against contrast."),
            draw=lambda language: smoothing_frontier(result, title=frontier, language=language),
        ),
        FigureSpec(
            name=f"{done.key}_maps",
            title=maps,
            caption=text("The classes are the same in both maps."),
            alt=text("Two maps of the burden of each place, before and after smoothing."),
            draw=lambda language: allocation_maps(
                inputs.units,
                wide,
                title=maps,
                unit=unit,
                principle_names=WHEN,
                groups=inputs.first_group(),
                background=inputs.background,
                language=language,
            ),
        ),
    ]


def layers(done: Done) -> list[Layer]:
    """Return the burden after smoothing and before, classed alike, and the change."""
    inputs, result = done.inputs, result_of(done)
    wide, unit = burdens(done)
    bounds, colours = burden_classes(wide)
    rows = result.to_frame().set_index("unit").reindex(inputs.units.index)
    rows["burden_before"] = wide["before"].reindex(rows.index)
    rows["burden_after"] = wide["after"].reindex(rows.index)
    columns: dict[str, Any] = {str(c): rows[c] for c in rows.columns}
    columns["status"] = [{**LABELS, **OWN_LABELS}[s] for s in rows["status"]]
    looks: list[tuple[str, Text, Graduated]] = [
        ("after", text("Burden after smoothing"),
         Graduated("burden_after", bounds, colours, unit=unit)),
        ("before", text("Burden before smoothing"),
         Graduated("burden_before", bounds, colours, unit=unit)),
        ("change", text("Change by smoothing"),
         graduated_style("change", rows["change"], k=6, unit=_measure(done), breaks="zero")),
    ]  # fmt: skip
    return [
        Layer(
            name=f"{done.key}_{name}",
            title=title,
            abstract=text(
                "The allocation by {principle}, before and after contrasts between neighbours were limited.",
                principle=_principle(done),
            ),
            frame=named_frame(inputs, columns),
            aliases={**HEADINGS, **OWN_HEADINGS},
            style=style,
            label_field="name",
            visible=name == "after",
            group=text("Smoothing"),
        )
        for name, title, style in looks
    ]


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    result, names = result_of(done), done.inputs.names
    said = [
        text(
            "{principle}: the contrast between neighbours falls from {before} % to {after} % of the mean burden; {moved} % of the total changes place (strength {strength}).",
            principle=_principle(done),
            before=shown(100 * result.contrast_before, 1),
            after=shown(100 * result.contrast_after, 1),
            moved=shown(100 * result.moved, 1),
            strength=significant(result.strength) if result.strength else "0",
        )
    ]
    change = (result.allocation - result.before).sort_values(kind="stable")
    more = [u for u in change.index[::-1][:NAMED] if change[u] > 1e-9 * result.total]
    less = [u for u in change.index[:NAMED] if change[u] < -1e-9 * result.total]
    if more:
        said.append(
            text(
                "Most is added to {more}; most is taken from {less}.",
                more=listed([names[u] for u in more], NAMED),
                less=listed([names[u] for u in less], NAMED),
            )
        )
    first = result.pairs.iloc[0]
    said.append(
        text(
            "The widest gap before lies between {a} and {b}: {before} times the mean burden, {after} after.",
            a=names[first["unit"]],
            b=names[first["neighbour"]],
            before=shown(float(first["before"]), 2),
            after=shown(float(first["after"]), 2),
        )
    )
    return said
