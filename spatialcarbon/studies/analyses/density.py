"""Kernel density: how emissions are distributed over places, by year and group."""

from __future__ import annotations

import warnings
from typing import Annotated, Any, ClassVar, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from spatialcarbon.core.errors import ConvergenceWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import suggestion
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import density_curves, density_ridges
from spatialcarbon.stats.bandwidth import Rule
from spatialcarbon.stats.density_panel import DensityPanelResult, density_panel
from spatialcarbon.stats.density_sample import Boundary
from spatialcarbon.stats.moran_panel import ALL
from spatialcarbon.studies.analyses._density_tables import group_names, tables
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.words import significant

RULES = get_args(Rule)
MOST_CURVES = 8
"""Curves that can still be told apart when laid over each other."""


def _as_words(value: Any) -> Any:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return str(value) if number else value


class DensityParameters(Parameters):
    """Settings of the analysis."""

    VARIABLES: ClassVar = ("weight_variable",)

    variable: str = Field(description="Variable to describe.")
    years: list[int] | None = Field(default=None, description="Years; all of them if left out.")
    by_group: bool = Field(default=True, description="Describe every group as well as the whole.")
    bandwidth: Annotated[
        str,
        BeforeValidator(_as_words),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "string", "enum": list(RULES)},
                    {"type": "number", "exclusiveMinimum": 0},
                ]
            }
        ),
    ] = Field(
        default="silverman",
        description="Rule (silverman, scott, normal, isj), or a number in the unit of the variable.",
    )
    boundary: Boundary | None = Field(
        default=None, description="Fold what lies below zero back over it."
    )
    weight_variable: str | None = Field(
        default=None, description="Variable that says how much a place counts, such as population."
    )


def run(parameters: DensityParameters, inputs: Inputs) -> DensityPanelResult:
    """Estimate every group and year on one grid."""
    years = _years(parameters, inputs)
    weights = None
    if parameters.weight_variable is not None:
        weights = inputs.panel[parameters.weight_variable][years]
    with warnings.catch_warnings():
        # The result carries the same sentence as a note, which the report shows.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return density_panel(
            inputs.panel[parameters.variable][years],
            bandwidth=_bandwidth(parameters),
            boundary=parameters.boundary,
            weights=weights,
            groups=inputs.groups if parameters.by_group and inputs.groups else None,
        )


def _years(parameters: DensityParameters, inputs: Inputs) -> list[int]:
    known = inputs.years_of(parameters.variable)
    return known if parameters.years is None else sorted(set(parameters.years))


def _bandwidth(parameters: DensityParameters) -> Any:
    return parameters.bandwidth if parameters.bandwidth in RULES else float(parameters.bandwidth)


def check(parameters: DensityParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit: years that a variable lacks, no such rule of the bandwidth."""
    problems = inputs.absent_years(parameters.variable, parameters.years)
    if parameters.weight_variable is not None and not problems:
        problems += inputs.absent_years(parameters.weight_variable, _years(parameters, inputs))
    if parameters.bandwidth not in RULES and not _is_positive(parameters.bandwidth):
        known = list(RULES)
        problems.append(
            text(
                "bandwidth {value!r} is neither a number above zero nor one of {known}: did you mean {close!r}?",
                value=parameters.bandwidth,
                known=", ".join(known),
                close=suggestion(parameters.bandwidth, known) or known[0],
            )
        )
    if parameters.bandwidth == "isj" and parameters.weight_variable is not None:
        problems.append(text("bandwidth = 'isj' takes no weight_variable"))
    return problems


def _is_positive(words: str) -> bool:
    try:
        return 0 < float(words) < float("inf")
    except ValueError:
        return False


def figures(done: Done) -> list[FigureSpec]:
    """Return ridges over the years, and curves of some years and of the groups."""
    result: DensityPanelResult = done.result
    name = done.inputs.variable_name(done.parameters.variable)
    measure = done.inputs.measure(done.parameters.variable)
    names = group_names(done)
    years = list(dict.fromkeys(result.overview["series"]))
    groups = [code for code in dict.fromkeys(result.overview["group"]) if code != ALL]
    specs = []

    def ridges(stem: str, title: Text, drawn: list[str]) -> FigureSpec:
        return FigureSpec(
            name=f"{done.key}_{stem}",
            title=title,
            caption=text(
                "Each ridge is the distribution over places in one year. A ridge that moves right says that the "
                "typical place emits more; one that grows wider and flatter, that places drift apart; a second "
                "hump, that there are two kinds of them."
            ),
            alt=text("Ridge plot of densities, one below the other by year."),
            draw=lambda language: density_ridges(
                result,
                groups=drawn,
                title=title,
                quantity=name,
                unit=measure,
                group_names=names,
                language=language,
            ),
        )

    def overlaid(stem: str, title: Text, keys: dict[Any, tuple[str, int]]) -> FigureSpec:
        curves = {label: result.curves[key] for label, key in keys.items() if key in result.curves}
        return FigureSpec(
            name=f"{done.key}_{stem}",
            title=title,
            caption=text(
                "All curves have the same area: a high one is narrow, not large. Each tick below is a place; "
                "where there are few, the curve says little."
            ),
            alt=text("Densities laid over each other, with the values below."),
            draw=lambda language: density_curves(
                curves, title=title, quantity=name, unit=measure, names=names, language=language
            ),
        )

    if len(years) > 1:
        specs.append(
            ridges(
                "ridges", text("Distribution of {variable} over the years", variable=name), [ALL]
            )
        )
        if groups:
            title = text("Distribution of {variable} over the years, by group", variable=name)
            specs.append(ridges("ridges_by_group", title, groups))
    title = text("Distribution of {variable}", variable=name)
    if len(years) == 1:
        title = text("Distribution of {variable}, {year}", variable=name, year=years[0])
    some_years = [years[at] for at in sorted({0, len(years) // 2, len(years) - 1})]
    specs.append(
        overlaid(
            "years",
            title,
            {year: (ALL, year) for year in some_years},
        )
    )
    if 1 < len(groups) <= MOST_CURVES:
        title = text("Distribution of {variable} by group, {year}", variable=name, year=years[-1])
        specs.append(overlaid("groups", title, {code: (code, years[-1]) for code in groups}))
    return specs


def findings(done: Done) -> list[Text]:
    """Return the sentences that say how the distribution looks and how it changed."""
    measure = done.inputs.measure(done.parameters.variable)
    name = done.inputs.variable_name(done.parameters.variable)
    table = done.result.overview
    said = []
    for code, group in group_names(done).items():
        rows = table[(table["group"] == code) & (table["status"] == "ok")]
        if rows.empty:
            continue
        first, last = rows.iloc[0], rows.iloc[-1]
        if len(rows) == 1:
            said.append(
                text(
                    "{group}, {variable} in {year}: the highest mode is at {mode}, its hill {width} wide at half its height; "
                    "high modes: {n}.",
                    group=group,
                    variable=name,
                    year=last["series"],
                    mode=_amount(last["mode"], measure),
                    width=_amount(last["width"], measure),
                    n=last["high_modes"],
                )
            )
            continue
        said.append(
            text(
                "{group}, {variable}: from {first} to {last} the highest mode went from {a} to {b}, the width at half its "
                "height from {c} to {d}; high modes: {m} and {n}.",
                group=group,
                variable=name,
                first=first["series"],
                last=last["series"],
                a=significant(first["mode"]),
                b=_amount(last["mode"], measure),
                c=significant(first["width"]),
                d=_amount(last["width"], measure),
                m=first["high_modes"],
                n=last["high_modes"],
            )
        )
    return said


def _amount(value: float, measure: str) -> Text:
    if not measure:
        return Text(significant(value))
    return Text("{value} {measure}", {"value": significant(value), "measure": Text(measure)})


ANALYSIS = Analysis(
    name="density",
    title=text("Distribution: kernel density"),
    question=text(
        "How are the values distributed over places: where is the bulk, how wide is it, has it one hump or two?"
    ),
    reading=text(
        "Follow the highest mode (the typical place), the width (how far places differ) and the number of humps "
        "over the years. The bandwidth decides what is seen: a wide kernel hides humps, a narrow one makes a hump "
        "of every outlier, so call a second mode real only when it stays with another rule. The curve of a "
        "dozen places is hardly more than those places. Mass below zero is the kernel's, not the data's."
    ),
    methods=text(
        "Kernel density with a normal kernel (Rosenblatt 1956, Parzen 1962), by group and year on one grid. The "
        "bandwidth follows Silverman (1986), Scott (1992), the normal reference rule, or the improved "
        "Sheather-Jones rule (Botev et al. 2010), for each curve by itself, unless a number is given."
    ),
    parameters=DensityParameters,
    run=run,
    tables=tables,
    figures=figures,
    text=findings,
    check=check,
    references=("rosenblatt1956", "parzen1962", "silverman1986", "scott1992", "botev2010"),
)
