"""Sensitivity: does the conclusion hang on the choice of weights?"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from pydantic import Field

from spatialcarbon.core.errors import PermutationWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.layers import Graduated, Layer
from spatialcarbon.report.palettes import sequential_colours
from spatialcarbon.report.sensitivity_figures import label_matrix, sensitivity_plot
from spatialcarbon.report.tables import Table
from spatialcarbon.stats.inference import Correction
from spatialcarbon.stats.sensitivity import WeightsSensitivityResult, weights_sensitivity
from spatialcarbon.stats.verdict import NAMES, Statistic
from spatialcarbon.studies.analyses._local import Places
from spatialcarbon.studies.analyses._sensitivity_words import CAPTIONS, OWN_HEADINGS, WORDS
from spatialcarbon.studies.analysis import Analysis, Done, Inputs, Parameters
from spatialcarbon.studies.maplayers import named_frame, with_names
from spatialcarbon.studies.words import HEADINGS, LABELS, shown
from spatialcarbon.weights.family import KINDS, FamilyKind, family_title, weights_family

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from spatialcarbon.core.language import Language
    from spatialcarbon.weights.weights import Weights

SURE = 0.8
"""Share of the weights from which on a cluster is called robust."""


class SensitivityParameters(Parameters):
    """Settings of the analysis."""

    variable: str = Field(description="Variable to test.")
    year: int | None = Field(default=None, description="Year; the last one if left out.")
    weights: str | None = Field(
        default=None, description="Weights whose labels are judged; the first if left out."
    )
    statistic: Statistic = Field(default="moran", description="Statistic of the whole map.")
    kinds: list[FamilyKind] = Field(
        default=list(KINDS), min_length=1, description="Kinds of weights in the family."
    )
    local: bool = Field(default=True, description="Test every place under each member too.")
    permutations: int | None = Field(
        default=None, ge=0, description="Random draws; 99,999 if left out, 0 for none."
    )
    alpha: float = Field(default=0.05, gt=0, lt=1, description="Level of significance.")
    correction: Correction = Field(default="fdr_bh", description="For testing many units at once.")


def run(parameters: SensitivityParameters, inputs: Inputs) -> WeightsSensitivityResult:
    """Compute the statistic under the study's own weights and every member of the family."""
    family, reference = members(parameters, inputs)
    with warnings.catch_warnings():
        # The lowest possible p-value is the same under every member, and is in the methods.
        warnings.simplefilter("ignore", PermutationWarning)
        return weights_sensitivity(
            inputs.panel.at(parameters.variable, year_of(parameters, inputs)),
            family,
            statistic=parameters.statistic,
            local=parameters.local,
            reference=reference,
            permutations=parameters.permutations,
            alpha=parameters.alpha,
            correction=parameters.correction,
            rng=inputs.seed,
        )


def members(parameters: SensitivityParameters, inputs: Inputs) -> tuple[dict[str, Weights], str]:
    """Return the family, the study's own weights included, and the name of those judged."""
    family = weights_family(inputs.backbone, kinds=parameters.kinds)
    chosen = inputs.weights_named(parameters.weights)
    own: dict[str, Weights] = {}
    reference = ""
    for name, weights in inputs.weights.items():
        every = {**own, **family}
        known = next((key for key in every if every[key].fingerprint == weights.fingerprint), None)
        if known is None and set(weights.units) == set(inputs.units.index):
            # On the command line the weights have no name but what they are made from.
            known = f"own:{weights.recipe if name == 'weights' else name}"
            own[known] = weights
        if weights is chosen and known is not None:
            reference = known
    return {**own, **family}, reference or next(iter(family))


def year_of(parameters: SensitivityParameters, inputs: Inputs) -> int:
    """Return the year asked for, the last one by default."""
    known = inputs.years_of(parameters.variable)
    return max(known) if parameters.year is None else parameters.year


def check(parameters: SensitivityParameters, inputs: Inputs) -> list[Text]:
    """Return what does not fit the data: a year that the variable lacks."""
    wanted = None if parameters.year is None else [parameters.year]
    return inputs.absent_years(parameters.variable, wanted)


def _facts(done: Done) -> dict[str, object]:
    name = done.inputs.variable_name(done.parameters.variable)
    return {"variable": name, "year": year_of(done.parameters, done.inputs)}


def _title(done: Done) -> Text:
    return text(
        "{statistic} of {variable}, {year}, under different weights",
        statistic=NAMES[done.parameters.statistic],
        **_facts(done),
    )


def by_unit(done: Done) -> pd.DataFrame:
    """Return one row per unit: how its label holds, and the label under every member."""
    result: WeightsSensitivityResult = done.result
    frame = result.robustness.join(result.labels).rename_axis("unit").reset_index()
    frame.insert(1, "name", [done.inputs.names[unit] for unit in frame["unit"]])
    return frame


def tables(done: Done) -> list[Table]:
    """Return the statistic by member, and the labels by unit."""
    result: WeightsSensitivityResult = done.result
    headings = {**HEADINGS, **OWN_HEADINGS, "statistic": NAMES[done.parameters.statistic]}
    frame = result.to_frame()
    frame.insert(1, "member_name", [family_title(member) for member in frame["member"]])
    titles = {member: family_title(member) for member in frame["member"]}
    made = [
        Table(
            name=done.key,
            title=_title(done),
            frame=frame,
            headings=headings,
            decimals={
                **dict.fromkeys(("statistic", "expected", "low", "high", "pvalue"), 4),
                **{"z_randomization": 2, "neighbors": 1},
            },
            words={**WORDS, **titles},
            note=text(
                "95 % of random arrangements lie between the two columns named so. Weights that are "
                "the same on this map count once."
            ),
            shown=("member_name", "neighbors", "isolates", "statistic", "low", "high", "pvalue",
                   "conclusion", "same_as"),
        )
    ]  # fmt: skip
    if result.labels.shape[1]:
        units = by_unit(done)
        made.append(
            Table(
                name=f"{done.key}_labels",
                title=text("Cluster types of {variable}, {year}, by weights", **_facts(done)),
                frame=units,
                headings={**headings, **titles},
                decimals=dict.fromkeys(("kept", "frequent_share", "significant"), 2),
                words=LABELS,
                note=text(
                    "Files hold every place; the page those in a cluster under some weights."
                ),
                shown=("name", "label", "kept", "frequent", "frequent_share", "significant"),
                shown_rows=units["significant"] > 0,
            )
        )
    return made


def figures(done: Done) -> list[FigureSpec]:
    """Return the statistic by member, and the labels by unit and member."""
    inputs, result = done.inputs, done.result
    facts = _facts(done)
    title = _title(done)
    statistic = done.parameters.statistic
    labels_title = text("Cluster types of {variable}, {year}, by weights", **facts)
    distinct = [
        member
        for member, same in zip(result.table["member"], result.table["same_as"], strict=True)
        if not same and member in result.labels.columns
    ]

    def draw_members(language: Language) -> Figure:
        return sensitivity_plot(
            result.table, statistic=statistic, alpha=result.alpha, title=title, language=language
        )

    def draw_labels(language: Language) -> Figure:
        names = with_names(inputs, language)["shown_name"]
        return label_matrix(
            result.labels[distinct],
            reference=result.reference,
            title=labels_title,
            names=names,
            language=language,
        )

    specs = [
        FigureSpec(
            name=f"{done.key}_{done.parameters.variable}_members",
            title=title,
            caption=CAPTIONS[statistic],
            alt=text(
                "Dot chart of the statistic under each choice of weights with the range of chance."
            ),
            draw=draw_members,
        )
    ]
    if distinct:
        specs.append(
            FigureSpec(
                name=f"{done.key}_{done.parameters.variable}_labels",
                title=labels_title,
                caption=text(
                    "Each row is a place, each column a choice of weights. A full row is a cluster "
                    "whichever weights are taken; a row with gaps depends on them."
                ),
                alt=text("Grid of places and weights coloured by type of local Moran cluster."),
                draw=draw_labels,
            )
        )
    return specs


def layers(done: Done) -> list[Layer]:
    """Return how far each label holds under other weights, and how often a cluster is found."""
    inputs, result = done.inputs, done.result
    if not result.labels.shape[1] or result.robustness.empty:
        return []
    frame = by_unit(done).set_index("unit").reindex(inputs.units.index)
    columns = {name: frame[name] for name in result.robustness.columns}
    facts = _facts(done)
    bounds = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    colours = sequential_colours(len(bounds) - 1)
    shared = {
        "frame": named_frame(inputs, columns),
        "aliases": {**HEADINGS, **OWN_HEADINGS},
        "label_field": "name",
        "group": text("Local clusters"),
    }
    # Pale where the label holds: what catches the eye is what to be careful with.
    return [
        Layer(
            name=f"{done.key}_{done.parameters.variable}_kept",
            title=text("Share of weights that keep the type, {variable}, {year}", **facts),
            abstract=text(
                "Share of the other weights under which a place has the same type of local Moran "
                "cluster as under the weights chosen."
            ),
            style=Graduated("kept", bounds, tuple(reversed(colours))),
            **shared,
        ),
        Layer(
            name=f"{done.key}_{done.parameters.variable}_clusters",
            title=text("Share of weights with a cluster, {variable}, {year}", **facts),
            abstract=text("Share of all weights under which a place is in a local Moran cluster."),
            style=Graduated("significant", bounds, colours),
            visible=False,
            **shared,
        ),
    ]


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found."""
    result: WeightsSensitivityResult = done.result
    facts = _facts(done)
    table = result.table
    said = [
        text("{variable}, {year}: {statement}.", statement=result.statement, **facts),
        text(
            "{variable}, {year}: {statistic} lies between {low} and {high} over {m} different weights.",
            statistic=NAMES[done.parameters.statistic],
            low=shown(table["statistic"].min()),
            high=shown(table["statistic"].max()),
            m=result.members,
            **facts,
        ),
    ]
    if result.robustness.empty or result.members < 2:
        return said
    often = result.robustness[
        (result.robustness["frequent_share"] >= SURE)
        & (result.robustness["significant"] >= SURE)
    ]  # fmt: skip
    ever = int((result.robustness["significant"] > 0).sum())
    said.append(
        text(
            "{variable}, {year}: {k} of the {n} places that are in a cluster under some weights are "
            "in the same under at least {share} % of them.",
            k=len(often),
            n=ever,
            share=round(100 * SURE),
            **facts,
        )
    )
    for label, part in often.groupby("frequent", sort=False):
        said.append(
            text(
                "{variable}, {year}: {label} under nearly all weights: {places}.",
                label=LABELS[str(label)],
                places=Places([done.inputs.names[unit] for unit in part.index]),
                **facts,
            )
        )
    return said


ANALYSIS = Analysis(
    name="sensitivity",
    title=text("Sensitivity to the weights"),
    question=text("Does the conclusion hang on the choice of weights?"),
    reading=text(
        "The same statistic under a family of weights that was declared beforehand. If the sign and "
        "the significance are the same under all of them, the conclusion does not hang on the "
        "choice; if not, say under which it holds and why those are right. A global result that "
        "holds does not make each local cluster hold: look at the share of weights for each place."
    ),
    methods=text(
        "The statistic of the whole map and local Moran's I, with the same random draws, under queen and rook contiguity, "
        "queen contiguity of the first two orders, 3 to 8 nearest neighbours, distance bands of 1, "
        "1.5 and 2 times the smallest width without isolates, triangular and Gaussian kernels, and "
        "the weights of the study; isolates bridged and not. Weights that coincide count once."
    ),
    parameters=SensitivityParameters,
    run=run,
    tables=tables,
    figures=figures,
    layers=layers,
    text=findings,
    check=check,
    references=("stakhovych2009", "moran1950", "anselin1995", "phipson2010"),
)
