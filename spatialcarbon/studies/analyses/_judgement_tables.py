"""Tables of judgements: fairness first, then the map, borders, ranks and groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.quota.judgement_input import MEASURE_WORDS
from spatialcarbon.report.allocation_figures import PRINCIPLE_WORDS
from spatialcarbon.report.judgement_figures import STATUS_WORDS, YARDSTICK_WORDS
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.words import HEADINGS, LABELS

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.quota.judgement_result import JudgementResult
    from spatialcarbon.studies.analysis import Done

OWN_HEADINGS: Mapping[str, Text] = {
    "principle": text("Principle"),
    "other": text("Other principle"),
    "yardstick": text("Yardstick"),
    "measure": text("What is measured"),
    "amount": text("Reduction"),
    "share": text("Share of the total"),
    "rank": text("Rank"),
    "span": text("Ranks between best and worst"),
    "gini": text("Gini coefficient"),
    "theil": text("Theil's T"),
    "between": text("Theil's T between groups"),
    "within": text("Theil's T within groups"),
    "between_share": text("Share between groups"),
    "mean_log_deviation": text("Theil's L"),
    "pearson": text("Pearson's r"),
    "spearman": text("Spearman's ρ"),
    "high": text("Higher burden"),
    "low": text("Lower burden"),
    "ratio": text("Ratio of the burdens"),
    "difference": text("Difference"),
    "yardstick_share": text("Share of the yardstick, cumulated"),
    "amount_share": text("Share of the burden, cumulated"),
    "per_head": text("Burden per head"),
    "per_gdp": text("Burden per GDP"),
    "per_emission": text("Burden over emissions"),
    "per_history": text("Burden over cumulative emissions"),
    "population": text("Population"),
    "gdp": text("GDP"),
    "emissions": text("Emissions"),
    "history": text("Cumulative emissions"),
}

CONTRAST_WORDS: Mapping[str, Text] = {
    "ok": text("ok"),
    "nothing on one side": text("nothing on one side"),
    "nothing on either side": text("nothing on either side"),
    "below zero": text("below zero"),
    "no yardstick": text("no yardstick"),
    "n<3": text("fewer than 3 units"),
}

TOP = 5
"""Contrasts of each principle that the page shows."""

P = "pvalue_permutation"


def judged(done: Done) -> JudgementResult:
    """Return the judgement."""
    found: JudgementResult = done.result
    return found


def principle_words(done: Done) -> dict[str, Text]:
    """Return what to call each allocation: a principle, or a variable of the user's."""
    names = {p: done.inputs.variable_name(p) for p in judged(done).principles}
    own = done.parameters.allocations is not None
    return names if own else {p: PRINCIPLE_WORDS.get(p, names[p]) for p in names}


def first_measure(done: Done) -> str | None:
    """Return the measure that contrasts are first shown in: over emissions, else the first."""
    there = list(dict.fromkeys(judged(done).contrasts["measure"]))
    return "per_emission" if "per_emission" in there else next(iter(there), None)


def _words(done: Done) -> dict[str, Text]:
    return {**LABELS, **CONTRAST_WORDS, **STATUS_WORDS, **YARDSTICK_WORDS, **MEASURE_WORDS,
            **principle_words(done)}  # fmt: skip


def _named(done: Done, frame: pd.DataFrame, column: str = "unit", at: int = 1) -> pd.DataFrame:
    made = frame.copy()
    name = "name" if column == "unit" else f"{column}_name"
    made.insert(at, name, [done.inputs.names[unit] for unit in made[column]])
    return made


def _table(done: Done, name: str, title: Text, frame: pd.DataFrame, **more: Any) -> Table:
    numbers = frame.select_dtypes("number").columns
    whole = {"n", "rank", "span", "shift", "permutations"}
    more.setdefault("decimals", dict.fromkeys((c for c in numbers if c not in whole), 3))
    return Table(
        name=f"{done.key}_{name}" if name else done.key,
        title=title,
        frame=frame,
        headings={**HEADINGS, **OWN_HEADINGS, **more.pop("headings", {})},
        words=more.pop("words", _words(done)),
        **more,
    )


def tables(done: Done) -> list[Table]:
    """Return fairness, Moran's I, contrasts, ranks, correlation, groups, places, local, Lorenz."""
    result = judged(done)
    made = [_fairness(done), _spatial(done)]
    if len(result.contrasts):
        made.append(_contrasts(done))
    if len(result.principles) > 1:
        made += [_ranks(done), _correlation(done)]
    made += [_groups(done), _places(done)]
    if len(result.local):
        made.append(_local(done))
    if len(result.lorenz):
        made.append(_lorenz(done))
    return made


def _per_measures(done: Done) -> dict[str, str]:
    """Return the unit of measure of burdens per head and per GDP, where it is one."""
    inputs, parameters = done.inputs, done.parameters
    made = {}
    for column, variable in (("per_head", parameters.population), ("per_gdp", parameters.gdp)):
        below = inputs.measure(variable) if variable is not None else ""
        if below not in ("", "1"):
            made[column] = f"{inputs.measure(parameters.emission)}/{below}"
    return made


def _fairness(done: Done) -> Table:
    frame = judged(done).fairness
    split = ("between_share",) if frame["between_share"].notna().any() else ()
    return _table(
        done, "fairness", text("Fairness by principle and yardstick"), frame,
        note=text(
            "Zero: the burden is in exact proportion to the yardstick. The indices say how far from it, "
            "not in whose favour."
        ),
        shown=("principle", "yardstick", "gini", "theil", *split, "n", "status"),
    )  # fmt: skip


def _spatial(done: Done) -> Table:
    frame = judged(done).spatial
    named = {**_words(done), **YARDSTICK_WORDS}
    tested = P if frame[P].notna().any() else "pvalue_randomization"
    return _table(
        done, "moran", text("Moran's I of burdens and of what they follow"), frame, words=named,
        decimals={
            **dict.fromkeys(("statistic", "expected", "z_normality", "z_randomization"), 3),
            **dict.fromkeys(("pvalue_normality", "pvalue_randomization", P), 4),
        },
        note=text(
            "A burden that follows population clusters as population does: compare the amount with the rows "
            "of the yardsticks, and read the burdens per head and over emissions."
        ),
        shown=("principle", "measure", "statistic", "expected", tested, "n", "status"),
    )  # fmt: skip


def _contrasts(done: Done) -> Table:
    frame = _named(done, judged(done).contrasts, "unit", 3)
    frame = _named(done, frame, "neighbor", 5)
    measure = first_measure(done)
    mine = (frame["measure"] == measure) & (frame["difference"] > 0)
    place = frame[mine].groupby("principle", sort=False).cumcount().reindex(frame.index)
    return _table(
        done, "contrasts", text("Border contrasts: neighbours with unlike burdens"), frame,
        headings={"name": text("Place with the higher burden"),
                  "neighbor_name": text("Its neighbour")},
        note=text(
            "The page shows the largest contrasts of each principle in one measure; the file has all pairs "
            "and measures. Where one side has nothing, no ratio exists, and the pair comes first."
        ),
        shown=("principle", "name", "neighbor_name", "high", "low", "ratio", "status"),
        shown_rows=mine & (place < TOP),
    )  # fmt: skip


def _ranks(done: Done) -> Table:
    result = judged(done)
    wide = result.ranks.pivot(index="unit", columns="principle", values="rank")
    wide = wide.reindex(result.amounts.index)[list(result.principles)]
    wide["span"] = wide.max(axis=1) - wide.min(axis=1)
    frame = _named(done, wide.rename_axis("unit").rename_axis(columns=None).reset_index())
    return _table(
        done, "ranks", text("Ranks by place and principle"), frame,
        headings=principle_words(done), decimals={},
        note=text("1: most is asked of this place."),
        shown=("name", *result.principles, "span"),
    )  # fmt: skip


def _correlation(done: Done) -> Table:
    return _table(
        done, "correlation", text("Correlation between principles"), judged(done).correlation,
        note=text("Spearman's ρ compares ranks, Pearson's r amounts, where large places decide."),
    )  # fmt: skip


def _groups(done: Done) -> Table:
    frame = judged(done).groups
    codes = {str(code): done.inputs.group_name(str(code)) for code in frame["group"].unique()}
    measure = done.inputs.measure(done.parameters.emission)
    there = [c for c in ("per_head", "per_gdp", "per_emission", "per_history")
             if frame[c].notna().any()]  # fmt: skip
    return _table(
        done, "groups", text("Burden of the groups"), frame,
        words={**_words(done), **codes},
        measures={"amount": measure, "emissions": measure, **_per_measures(done)},
        decimals={"amount": 1, "emissions": 1, "share": 3},
        note=text("Ratios are those of the sums of a group."),
        shown=("principle", "group", "n", "amount", "share", *there),
    )  # fmt: skip


def _places(done: Done) -> Table:
    result = judged(done)
    frame = _named(done, result.table, "unit", 2)
    measure = done.inputs.measure(done.parameters.emission)
    there = [c for c in ("per_head", "per_gdp", "per_emission", "per_history")
             if frame[c].notna().any()]  # fmt: skip
    return _table(
        done, "", text("Burden by place"), frame,
        measures={"amount": measure, **_per_measures(done)},
        decimals={"amount": 1, "share": 4},
        note=text("The page shows the first principle; the file has all of them."),
        shown=("principle", "name", "amount", "share", "rank", *there),
        shown_rows=frame["principle"] == result.principles[0],
    )  # fmt: skip


def _local(done: Done) -> Table:
    frame = _named(done, judged(done).local, "unit", 3)
    loud = ~frame["label"].isin(["Not significant", "Isolate"])
    return _table(
        done, "local", text("Local clusters of burdens"), frame,
        headings={"statistic": HEADINGS["local"]},
        decimals={"statistic": 3, "lag": 3, "pvalue": 4, "qvalue": 4},
        note=text("The page shows places that stand out; without rows, none does."),
        shown=("principle", "measure", "name", "statistic", "pvalue", "qvalue", "label"),
        shown_rows=loud,
    )  # fmt: skip


def _lorenz(done: Done) -> Table:
    frame = judged(done).lorenz
    first = frame.iloc[0]
    same = (frame["principle"] == first["principle"]) & (frame["yardstick"] == first["yardstick"])
    return _table(
        done, "lorenz", text("Lorenz curves of burdens"), frame,
        note=text("The page shows the first curve; the file has all of them."), shown_rows=same,
    )  # fmt: skip
