"""Tables of the analysis ``industry``: places, centres, counts by group, numbers of types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.words import HEADINGS as COMMON

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatialcarbon.stats.city_types import TypesResult
    from spatialcarbon.stats.constrained import ConstrainedResult
    from spatialcarbon.stats.industry import IndustryResult
    from spatialcarbon.studies.analysis import Done

HEADINGS: Mapping[str, Text] = {
    **COMMON,
    "type": text("Type"),
    "type_name": text("Name of the type"),
    "silhouette": text("Silhouette"),
    "area": text("Type (areas that hang together)"),
    "area_name": text("Name of the area type"),
    "places": text("Places"),
    "k": text("Number of types"),
    "within": text("Dispersion within types"),
    "explained": text("Dispersion explained"),
    "elbow": text("Distance from the chord"),
    "gap": text("Gap statistic"),
    "gap_error": text("Standard error of the gap"),
    "suggested_by": text("Suggested by"),
    "solution": text("Solution"),
    "pieces": text("Connected pieces"),
    "joins": text("Links within a type"),
    "joins_by_chance": text("The same by chance"),
    "adjusted_rand": text("Adjusted Rand index with K-means"),
}

SOLUTIONS: Mapping[str, Text] = {
    "k-means": text("K-means"),
    "constrained": text("Areas that hang together"),
}

RULES: Mapping[str, Text] = {
    "silhouette": text("silhouette"),
    "elbow": text("elbow"),
    "gap": text("gap statistic"),
}


def all_tables(done: Done) -> list[Table]:
    """Return every table of the analysis."""
    types: IndustryResult = done.result["types"]
    areas: ConstrainedResult | None = done.result.get("areas")
    made = [places(done), _centres(done, types)]
    if done.inputs.groups:
        made.append(_counts(done, types))
    made.append(_choice(done, types))
    if areas is not None:
        made.append(_comparison(done, areas))
    return made


def industry_headings(done: Done) -> dict[str, Text]:
    """Return what each industry is called, by its column."""
    types: IndustryResult = done.result["types"]
    return dict(zip(map(str, types.centres.columns), types.industries, strict=True))


def places(done: Done) -> Table:
    """Return the table of places with their shares and types."""
    types: IndustryResult = done.result["types"]
    areas: ConstrainedResult | None = done.result.get("areas")
    shares: pd.DataFrame = done.result["shares"].loc[types.labels.index]
    columns: dict[str, Any] = {
        "unit": types.labels.index.to_numpy(),
        "name": [done.inputs.names[unit] for unit in types.labels.index],
    }
    groups = done.inputs.first_group()
    if groups is not None:
        codes = groups.loc[types.labels.index]
        columns["group_name"] = [done.inputs.group_name(c) if c else Text("") for c in codes]
    columns |= {str(column): shares[column].to_numpy() for column in shares}
    columns |= _typed(types, "type") | {"silhouette": types.silhouettes.to_numpy()}
    if areas is not None:
        columns |= _typed(areas, "area")
    frame = pd.DataFrame(columns)
    return Table(
        name=done.key,
        title=text("Types of place by industrial structure"),
        frame=frame,
        headings={**HEADINGS, **industry_headings(done)},
        decimals={"silhouette": 2, **{str(column): 3 for column in shares}},
        note=text(
            "Silhouette: near 1 well inside its type, near 0 between two, below 0 nearer to another type."
        ),
        shown=[c for c in frame.columns if c != "unit"],
    )


def _typed(result: TypesResult, name: str) -> dict[str, Any]:
    titles = [result.titles[number - 1] for number in result.labels]
    return {name: result.labels.to_numpy(), f"{name}_name": titles}


def _centres(done: Done, types: IndustryResult) -> Table:
    frame = types.centres.rename(columns=str).reset_index()
    frame.insert(1, "type_name", list(types.titles))
    frame.insert(2, "places", types.sizes.to_numpy())
    return Table(
        name=f"{done.key}_centres",
        title=text("Centres of the types"),
        frame=frame,
        headings={**HEADINGS, **industry_headings(done)},
        decimals={str(column): 3 for column in types.centres},
        note=text("Mean shares of the places of each type; geometric means under clr."),
    )


def _counts(done: Done, types: IndustryResult) -> Table:
    counts = types.counts(done.inputs.groups)
    keys = [f"type_{number}" for number in types.centres.index]
    frame = counts.set_axis(keys, axis=1).reset_index()
    frame.insert(1, "group_name", [done.inputs.group_name(str(code)) for code in frame["group"]])
    frame["n"] = counts.sum(axis=1).to_numpy()
    return Table(
        name=f"{done.key}_by_group",
        title=text("Places of each type by group"),
        frame=frame,
        headings={**HEADINGS, **dict(zip(keys, types.titles, strict=True))},
        shown=[c for c in frame.columns if c != "group"],
    )


def _choice(done: Done, types: IndustryResult) -> Table:
    rules = [
        listed([RULES[rule] for rule, answer in types.suggested.items() if answer == k], 3)
        for k in types.choice["k"]
    ]
    frame = types.choice.assign(suggested_by=pd.Series(rules, index=types.choice.index))
    return Table(
        name=f"{done.key}_number_of_types",
        title=text("Number of types"),
        frame=frame,
        headings=HEADINGS,
        decimals={
            **dict.fromkeys(("within", "explained", "elbow", "silhouette"), 3),
            **dict.fromkeys(("gap", "gap_error"), 3),
        },
        note=text(
            "Elbow: farthest from the chord. Silhouette: largest. Gap: the smallest number whose gap "
            "is not below the next one less its standard error."
        ),
    )


def _comparison(done: Done, areas: ConstrainedResult) -> Table:
    return Table(
        name=f"{done.key}_areas",
        title=text("Areas that hang together beside K-means"),
        frame=areas.comparison.reset_index(),
        headings=HEADINGS,
        decimals={
            **dict.fromkeys(("within", "explained", "silhouette"), 3),
            **dict.fromkeys(("joins", "joins_by_chance", "adjusted_rand"), 3),
        },
        words=SOLUTIONS,
        note=text(
            "Pieces: how many connected areas all types form together. Links within a type: share of "
            "neighbouring pairs of one type."
        ),
    )
