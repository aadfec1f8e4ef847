"""Types of place by industrial structure, their number, and areas that hang together."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import pandas as pd
from pydantic import Field

from spatialcarbon.core.errors import AdjustedDataWarning, ConvergenceWarning, UnitMismatchError
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.core.units import conversion_factor
from spatialcarbon.data.panel import UNDATED
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import choosing_k, type_counts, type_profiles, types_map
from spatialcarbon.report.layers import Layer
from spatialcarbon.report.types_map import types_style
from spatialcarbon.stats.choosing_k import Decision, GapReference
from spatialcarbon.stats.constrained import constrained_clusters
from spatialcarbon.stats.industry import industry_clusters
from spatialcarbon.stats.industry_input import Scaling
from spatialcarbon.stats.type_names import INDUSTRIES, Naming
from spatialcarbon.studies.analyses._industry_tables import (
    HEADINGS,
    all_tables,
    industry_headings,
    places,
)
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.maplayers import named_frame
from spatialcarbon.studies.words import shown

if TYPE_CHECKING:
    from spatialcarbon.stats.city_types import TypesResult
    from spatialcarbon.stats.industry import IndustryResult


class IndustryParameters(Parameters):
    """Settings of the analysis."""

    COLUMNS: ClassVar[tuple[str, ...]] = ("shares",)

    shares: list[str] = Field(
        min_length=1, description="Variables with the share of each industry; they sum to one."
    )
    year: int | None = Field(
        default=None, description="Year of the shares; the last one that all have if left out."
    )
    k: int | Literal["auto"] = Field(
        default=4, description='Number of types, or "auto" to let a rule choose it.'
    )
    decision: Decision = Field(default="silhouette", description='Rule that "auto" follows.')
    k_range: list[int] | None = Field(
        default=None, description="Numbers of types to compare; 2 to 8 if left out."
    )
    scaling: Scaling = Field(
        default="none", description="What is done to the shares before distances are measured."
    )
    closed: bool = Field(default=True, description="Whether the shares must sum to one.")
    naming: Naming = Field(
        default="share", description="Name types after the largest share or location quotient."
    )
    near_tie: float = Field(
        default=0.05, ge=0, description="Two industries closer than this are both named."
    )
    industry_names: dict[str, str] = Field(
        default={}, description="Variable → name of the industry in names of types."
    )
    type_names: dict[str, str] = Field(
        default={}, description="Number of a type → name, in place of the one found."
    )
    gap_reference: GapReference = Field(
        default="pca", description="Box from which the gap statistic draws points without types."
    )
    gap_samples: int = Field(
        default=100, ge=0, description="Samples of the gap statistic; 0 leaves it out."
    )
    bootstraps: int = Field(default=100, ge=0, description="Bootstrap samples for the stability.")
    areas: bool = Field(
        default=False, description="Also find areas that hang together (Ward), and compare."
    )
    weights: str | None = Field(
        default=None, description="Name of the weights; the first if left out."
    )
    missing: Literal["raise", "drop"] = Field(
        default="raise", description="Whether a missing share is an error or leaves its place out."
    )


def run(parameters: IndustryParameters, inputs: Inputs) -> dict[str, Any]:
    """Return the shares, the types, and the areas where they are asked for."""
    shares = _shares(parameters, inputs)
    common: dict[str, Any] = {
        "scaling": parameters.scaling,
        "closed": parameters.closed,
        "naming": parameters.naming,
        "near_tie": parameters.near_tie,
        "industry_names": {name: _industry(name, parameters, inputs) for name in parameters.shares},
        "missing": parameters.missing,
        "rng": inputs.seed,
    }
    with warnings.catch_warnings():
        # The results carry the same sentences as notes, which the report shows.
        warnings.simplefilter("ignore", AdjustedDataWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        types = industry_clusters(
            shares,
            k=parameters.k,
            decision=parameters.decision,
            k_range=parameters.k_range,
            gap_reference=parameters.gap_reference,
            gap_samples=parameters.gap_samples,
            bootstraps=parameters.bootstraps,
            **common,
        )
        found: dict[str, Any] = {"shares": shares}
        found["types"] = types.renamed(
            {int(number): name for number, name in parameters.type_names.items()}
        )
        if parameters.areas:
            weights = inputs.weights_named(parameters.weights)
            found["areas"] = constrained_clusters(shares, weights, k=types.k, **common)
    return found


def _shares(parameters: IndustryParameters, inputs: Inputs) -> pd.DataFrame:
    """Return the shares of one year as fractions."""
    year = _year(parameters, inputs)
    columns = {}
    for name in parameters.shares:
        factor = _factor(inputs.measure(name)) if parameters.closed else 1.0
        columns[name] = inputs.panel.at(name, year) * factor
    frame = pd.DataFrame(columns)
    frame.attrs = {"illustrative": bool(inputs.illustrative & set(parameters.shares))}
    return frame


def _factor(measure: str) -> float:
    """Return what turns a unit of measure such as % into fractions; 1 for one that is no share."""
    try:
        return float(conversion_factor(measure, "1")) if measure else 1.0
    except UnitMismatchError:
        return 1.0


def _year(parameters: IndustryParameters, inputs: Inputs) -> int:
    if parameters.year is not None:
        return parameters.year
    return max(_common_years(parameters, inputs))


def _common_years(parameters: IndustryParameters, inputs: Inputs) -> set[int]:
    years = [set(inputs.years_of(name)) for name in parameters.shares]
    return set.intersection(*years)


def _industry(name: str, parameters: IndustryParameters, inputs: Inputs) -> Text:
    """Return what an industry is called: the study's word, a customary one, or the variable."""
    if name in parameters.industry_names:
        return Text(parameters.industry_names[name])
    own = inputs.variable_name(name)
    return INDUSTRIES.get(name, own) if own.template == name else own


def check(parameters: IndustryParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: years, repeated variables, names of what is not there."""
    problems = []
    if len(set(parameters.shares)) < len(parameters.shares):
        problems.append(text("shares names a variable twice"))
    strangers = [name for name in parameters.industry_names if name not in parameters.shares]
    if strangers:
        problems.append(
            text("industry_names has {name!r}, which is not among the shares", name=strangers[0])
        )
    numbers = [name for name in parameters.type_names if not name.isdecimal()]
    if numbers:
        problems.append(
            text("type_names has {name!r}, which is not the number of a type", name=numbers[0])
        )
    if parameters.year is not None:
        for name in parameters.shares:
            problems += inputs.absent_years(name, [parameters.year])
    elif not _common_years(parameters, inputs):
        problems.append(text("the shares have no year in common"))
    return problems


def _title(done: Done, what: Text) -> Text:
    """Return a heading with the year, where there is one."""
    year = _year(done.parameters, done.inputs)
    return what if year == UNDATED else text("{variable}, {year}", variable=what, year=year)


def figures(done: Done) -> list[FigureSpec]:
    """Return profiles, counts by group, numbers of types and maps."""
    inputs, types = done.inputs, done.result["types"]
    titles = {
        "profiles": _title(done, text("Types of place by industrial structure")),
        "by_group": _title(done, text("Places of each type by group")),
        "number_of_types": _title(done, text("How many types? Three rules")),
    }
    made = [
        FigureSpec(
            name=f"{done.key}_profiles",
            title=titles["profiles"],
            caption=text(
                "Bars: mean shares of the places of a type. Marks: mean of all places. What sets a type "
                "apart is where its bar passes the mark, not only its longest bar."
            ),
            alt=text("Bars of industrial shares for each type of place."),
            draw=lambda language: type_profiles(types, title=titles["profiles"], language=language),
        ),
        FigureSpec(
            name=f"{done.key}_number_of_types",
            title=titles["number_of_types"],
            caption=text(
                "Rings mark what each rule suggests, the dotted line the number used. Rules that "
                "disagree, or a low silhouette, mean that the types shade into one another."
            ),
            alt=text("Elbow, silhouette and gap statistic by number of types."),
            draw=lambda language: choosing_k(
                types, title=titles["number_of_types"], language=language
            ),
        ),
        _map(done, "map", types, text("Types of place by industrial structure")),
    ]
    if inputs.groups:
        made.insert(
            1,
            FigureSpec(
                name=f"{done.key}_by_group",
                title=titles["by_group"],
                caption=text("The number at the end of a bar is that of all places of the group."),
                alt=text("Stacked bars of the number of places of each type by group."),
                draw=lambda language: type_counts(
                    types,
                    inputs.groups,
                    title=titles["by_group"],
                    group_names=inputs.group_names,
                    language=language,
                ),
            ),
        )
    if "areas" in done.result:
        made.append(_map(done, "areas_map", done.result["areas"], text("Areas that hang together")))
    return made


def _map(done: Done, suffix: str, result: TypesResult, what: Text) -> FigureSpec:
    inputs, title = done.inputs, _title(done, what)
    return FigureSpec(
        name=f"{done.key}_{suffix}",
        title=title,
        caption=text(
            "Large places catch the eye whatever they produce; compare counts, not areas."
        ),
        alt=text("Map of places coloured by type."),
        draw=lambda language: types_map(
            inputs.units,
            result,
            title=title,
            groups=inputs.first_group(),
            group_names=inputs.group_names,
            background=inputs.background,
            language=language,
        ),
    )


def layers(done: Done) -> list[Layer]:
    """Return the types as a layer, and the areas as another."""
    types: IndustryResult = done.result["types"]
    table = places(done).frame.set_index("unit")
    made = [_layer(done, done.key, "type", types, _title(done, text("Types of place")), table)]
    if "areas" in done.result:
        areas = done.result["areas"]
        title = _title(done, text("Areas that hang together"))
        made.append(_layer(done, f"{done.key}_areas", "area", areas, title, table))
    return made


def _layer(
    done: Done, name: str, column: str, result: TypesResult, title: Text, table: pd.DataFrame
) -> Layer:
    kept = [*done.parameters.shares, column, f"{column}_name"]
    columns = {c: table[c].reindex(done.inputs.units.index) for c in kept}
    # A layer shows a plain word, whichever kind of name it is.
    columns[f"{column}_name"] = columns[f"{column}_name"].map(
        lambda said: text("{name}", name=said if isinstance(said, Text) else "")
    )
    return Layer(
        name=name,
        title=title,
        abstract=text(
            "Places by type of industrial structure: {k} types, scaling {scaling}.",
            k=result.k,
            scaling=done.parameters.scaling,
        ),
        frame=named_frame(done.inputs, columns),
        aliases={**HEADINGS, **industry_headings(done)},
        style=types_style(column, result),
        label_field="name",
        group=text("Industrial structure"),
    )


def findings(done: Done) -> list[Text]:
    """Return which types there are, how sure they are, and what each group has most of."""
    types: IndustryResult = done.result["types"]
    sizes = [
        text("{name} ({n})", name=title, n=int(size))
        for title, size in zip(types.titles, types.sizes, strict=True)
    ]
    said = [
        text(
            "{n} places fall into {k} types: {types}.",
            n=len(types.labels),
            k=types.k,
            types=listed(sizes, types.k),
        ),
        text(
            "Mean silhouette {silhouette}; agreement with runs from other seeds {reseeded} and with "
            "bootstrap samples {bootstrap} (adjusted Rand index, 1 is the same).",
            silhouette=_number(float(types.silhouettes.mean())),
            reseeded=_number(types.stability),
            bootstrap=_number(types.stability_bootstrap),
        ),
    ]
    counts = types.counts(done.inputs.groups) if done.inputs.groups else pd.DataFrame()
    for code, row in counts.iterrows():
        top = int(row.to_numpy().argmax())
        said.append(
            text(
                "{group}: the most frequent type is {name} ({n} of {total}).",
                group=done.inputs.group_name(str(code)),
                name=types.titles[top],
                n=int(row.iloc[top]),
                total=int(row.sum()),
            )
        )
    if types.agreement:
        answer = next(rule for rule in types.suggested.values() if rule is not None)
        said.append(text("All rules suggest {k} types.", k=answer))
    if "areas" in done.result:
        table = done.result["areas"].comparison
        said.append(
            text(
                "Areas that hang together explain {a} % of the dispersion in {pieces} pieces; K-means "
                "with as many types explains {b} % in {others} pieces.",
                a=shown(100 * table.loc["constrained", "explained"], 0),
                b=shown(100 * table.loc["k-means", "explained"], 0),
                pieces=int(table.loc["constrained", "pieces"]),
                others=int(table.loc["k-means", "pieces"]),
            )
        )
    return said


def _number(value: float) -> str:
    return "–" if pd.isna(value) else shown(value, 2)


ANALYSIS = Analysis(
    name="industry",
    title=text("Types of place by industrial structure"),
    question=text("Which types of place are there by industrial structure, and how sure is that?"),
    reading=text(
        "Types are named after their leading industries and are averages: look at the silhouette of a "
        "place before calling it one of them. K-means finds as many types as it is asked for, also where "
        "there are none; a low silhouette, disagreeing rules or unstable bootstraps say so. Where places "
        "lie plays no part in the types, only in the areas."
    ),
    methods=text(
        "K-means (Lloyd 1982, k-means++ starts, best of 50) on the shares. Numbers of types compared by "
        "elbow, silhouette (Rousseeuw 1987) and gap statistic (Tibshirani et al. 2001); stability by the "
        "adjusted Rand index (Hubert & Arabie 1985) over 20 other seeds and bootstrap samples. Areas: Ward "
        "(1963) agglomeration along the links of the weights."
    ),
    parameters=IndustryParameters,
    run=run,
    tables=all_tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=(
        *("macqueen1967", "lloyd1982", "arthur2007", "rousseeuw1987", "tibshirani2001"),
        *("hubert1985", "ward1963", "study002"),
    ),
)
