"""Sentences about judgements: fairness first, then the map, borders and ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.models.quota.judgement_input import MEASURE_WORDS
from spatialcarbon.report.judgement_figures import YARDSTICK_WORDS
from spatialcarbon.studies.analyses._judgement_tables import (
    first_measure,
    judged,
    principle_words,
)
from spatialcarbon.studies.words import shown, significant

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Done

NAMED = 8
CLOSE = 5e-4
"""A Gini coefficient below this is shown as zero."""


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found: fairness, the map, borders, ranks."""
    return [*_fairness_said(done), *_moran_said(done), *_contrasts_said(done), *_ranks_said(done)]


def _fairness_said(done: Done) -> list[Text]:
    words, said = principle_words(done), []
    for yardstick, rows in judged(done).fairness.groupby("yardstick", sort=False):
        known = rows.dropna(subset=["gini"]).sort_values("gini", kind="stable")
        exact = known[known["gini"] < CLOSE]
        rest = known[known["gini"] >= CLOSE]
        name = YARDSTICK_WORDS[str(yardstick)]
        if len(exact):
            said.append(
                text(
                    "{yardstick}: in exact proportion to it under {principles}.",
                    yardstick=name,
                    principles=listed([words[p] for p in exact["principle"]], NAMED),
                )
            )
        if len(rest) == 1:
            said.append(
                text(
                    "{yardstick}: {principle} has a Gini coefficient of {gini}.",
                    yardstick=name,
                    principle=words[rest["principle"].iloc[0]],
                    gini=shown(float(rest["gini"].iloc[0])),
                )
            )
        elif len(rest):
            said.append(
                text(
                    "{yardstick}: of the other allocations {best} is the closest to proportion (Gini {low}), "
                    "{worst} the farthest (Gini {high})."
                    if len(exact)
                    else "{yardstick}: {best} is the closest to proportion (Gini {low}), {worst} the farthest "
                    "(Gini {high}).",
                    yardstick=name,
                    best=words[rest["principle"].iloc[0]],
                    low=shown(float(rest["gini"].iloc[0])),
                    worst=words[rest["principle"].iloc[-1]],
                    high=shown(float(rest["gini"].iloc[-1])),
                )
            )
    return said


def _moran_said(done: Done) -> list[Text]:
    """Say under which allocations the burden clusters on the map."""
    table, words, measure = judged(done).spatial, principle_words(done), first_measure(done)
    rows = table[table["measure"] == (measure or "amount")]
    drawn = rows["pvalue_permutation"].notna().any()
    tested = rows.dropna(subset=["statistic"])
    if not len(tested):
        return []
    p = "pvalue_permutation" if drawn else "pvalue_randomization"
    values = listed(
        [
            text(
                "{principle} {statistic} (p = {p})",
                principle=words[str(row["principle"])],
                statistic=shown(float(row["statistic"])),
                p=shown(float(row[p]), 4),
            )
            for row in tested.to_dict("records")
        ],
        NAMED,
    )
    return [
        text(
            "Moran's I of the {measure}: {values}.",
            measure=MEASURE_WORDS[measure or "amount"],
            values=values,
        )
    ]


def _contrasts_said(done: Done) -> list[Text]:
    result, words, measure = judged(done), principle_words(done), first_measure(done)
    said = []
    for principle in result.principles if measure is not None else ():
        top = result.largest_contrasts(principle, str(measure), n=1)
        if not len(top):
            said.append(text("{principle}: no border has a contrast.", principle=words[principle]))
            continue
        row = top.iloc[0]
        places = {
            "principle": words[principle],
            "place": done.inputs.names[row["unit"]],
            "other": done.inputs.names[row["neighbor"]],
            "high": significant(float(row["high"])),
            "low": significant(float(row["low"])),
            "measure": MEASURE_WORDS[str(measure)],
        }
        if np.isnan(row["ratio"]):
            said.append(
                text(
                    "{principle}: the largest contrast is between {place} and {other}, {high} against {low} "
                    "({measure}): no ratio is defined.",
                    **places,
                )
            )
        else:
            said.append(
                text(
                    "{principle}: the largest contrast is between {place} and {other}, {high} against {low} "
                    "({measure}), {ratio} times as much.",
                    **places,
                    ratio=significant(float(row["ratio"])),
                )
            )
    return said


def _ranks_said(done: Done) -> list[Text]:
    result, words = judged(done), principle_words(done)
    if len(result.principles) < 2:
        return []
    span = result.ranks.drop_duplicates("unit").set_index("unit")["span"]
    span = span.sort_values(ascending=False, kind="stable")
    said = [
        text(
            "{place} changes rank most, by {n} places from one allocation to another.",
            place=done.inputs.names[span.index[0]],
            n=int(span.iloc[0]),
        )
    ]
    pairs = result.correlation.dropna(subset=["spearman"]).sort_values("spearman", kind="stable")
    if len(pairs):
        row = pairs.iloc[0]
        said.append(
            text(
                "{one} and {other} agree least on who is asked for more (Spearman's ρ {rho}).",
                one=words[row["principle"]],
                other=words[row["other"]],
                rho=shown(float(row["spearman"]), 2),
            )
        )
    return said
