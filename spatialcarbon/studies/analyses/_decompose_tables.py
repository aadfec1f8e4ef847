"""Tables of a decomposition: effects by place and by group, residuals, sums over the years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.tables import Table
from spatialcarbon.studies.analyses._drivers import OWN_HEADINGS, price_notes

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.lmdi_result import DecompositionResult
    from spatialcarbon.studies.analysis import Done

ALL = "ALL"
RESIDUAL = text(
    "The residual is what the effects do not explain: it is rounding alone. Relative to the "
    "largest effect it must stay below 1e-9."
)


def notes_of(done: Done) -> list[Text]:
    """Return what is said about prices wherever effects are shown."""
    return price_notes(
        done.inputs,
        done.parameters.variables_in("identity"),
        done.parameters.prices,
        inflated=text(
            "Inflation counts as growth per head, and as a fall of emissions per money: both "
            "effects are too large in size."
        ),
    )


def note_of(done: Done, first: Text) -> Text:
    """Return a note with what is said about prices after it."""
    said = first
    for more in notes_of(done):
        said = text("{first} {then}", first=said, then=more)
    return said


def levels_of(result: DecompositionResult) -> pd.DataFrame:
    """Return the outcome, place × year."""
    grid = result.values.pivot(index="unit", columns="year", values="value")
    return grid.reindex(result.units)


def group_levels(result: DecompositionResult) -> pd.DataFrame:
    """Return the outcome of all places together and of each group, group × year."""
    grid = levels_of(result)
    sums = {ALL: grid.sum()}
    sums |= {code: grid.loc[members].sum() for code, members in result.groups.items()}
    return pd.DataFrame(sums).T


def group_effects(result: DecompositionResult) -> pd.DataFrame:
    """Return the effects of all places together and of each group, as sums of their places'."""
    whole = result.total.assign(group=ALL)
    parts = [whole, result.by_group] if len(result.by_group) else [whole]
    return pd.concat(parts, ignore_index=True)[
        ["group", "start", "end", "factor", "effect", "ratio", "share"]
    ]


def wide(result: DecompositionResult, effects: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each place and stage: levels, change, effects, ratios, shares.

    Parameters
    ----------
    result : DecompositionResult
        Gives the order of the factors.
    effects : DataFrame
        ``unit`` or ``group, start, end, factor, effect, ratio, share``.
    levels : DataFrame
        The outcome, place × year.
    """
    place = "group" if "group" in effects else "unit"
    keys = [place, "start", "end"]
    frame = effects[keys].drop_duplicates().reset_index(drop=True)
    rows = pd.MultiIndex.from_frame(frame)
    at = levels.index.get_indexer(pd.Index(frame[place]))
    for end, column in (("start", "value_start"), ("end", "value_end")):
        years = levels.columns.get_indexer(pd.Index(frame[end]))
        frame[column] = levels.to_numpy()[at, years]
    frame["change"] = frame["value_end"] - frame["value_start"]
    kinds = ("effect", "ratio", "share")
    if result.form == "multiplicative":
        kinds = ("ratio", "effect", "share")
    for kind in kinds:
        part = effects.pivot(index=keys, columns="factor", values=kind).reindex(rows)
        for factor in result.factors:
            frame[f"{kind}_{factor}"] = part[factor].to_numpy()
    return frame


def tables(done: Done) -> list[Table]:
    """Return effects by place and by group, residuals, and sums over the years if asked for."""
    result: DecompositionResult = done.result
    units = result.level == "unit"
    by_place = wide(result, result.effects, levels_of(result))
    if units:
        by_place.insert(1, "name", [done.inputs.names[unit] for unit in by_place["unit"]])
        words = [result.factor_names.get(key, Text("")) for key in result.dominant["factor"]]
        by_place["dominant"] = pd.Series(words, index=by_place.index, dtype=object)
        made = [_table(done, done.key, text("Effects by place"), by_place, "name")]
        grouped = wide(result, group_effects(result), group_levels(result))
    else:
        made = []
        grouped = by_place.rename(columns={"unit": "group"})
    grouped.insert(1, "group_name", [done.inputs.group_name(str(g)) for g in grouped["group"]])
    made.append(_table(done, f"{done.key}_groups", text("Effects by group"), grouped, "group_name"))
    made.append(_residual(done, result))
    if len(result.by_category):
        made.append(_categories(done, result))
    if len(result.cumulative):
        made.append(_cumulative(done, result))
    return made


def _table(done: Done, name: str, title: Text, frame: pd.DataFrame, place: str) -> Table:
    result: DecompositionResult = done.result
    measure = result.unit_of_measure
    lead = "effect" if result.form == "additive" else "ratio"
    headings: dict[str, Text] = {**OWN_HEADINGS}
    kinds = {
        "effect": "Contribution: {factor}",
        "ratio": "Ratio: {factor}",
        "share": "Share: {factor}",
    }
    for factor in result.factors:
        for kind, template in kinds.items():
            headings[f"{kind}_{factor}"] = text(template, factor=result.factor_names[factor])
    amounts = ["value_start", "value_end", "change", *(f"effect_{f}" for f in result.factors)]
    parts = [f"{kind}_{f}" for kind in ("ratio", "share") for f in result.factors]
    shown = [place, "start", "end", "value_start", "change"]
    shown += [f"{lead}_{factor}" for factor in result.factors]
    if "dominant" in frame:
        shown.append("dominant")
    return Table(
        name=name,
        title=title,
        frame=frame,
        headings=headings,
        measures=dict.fromkeys(amounts, measure),
        decimals={**dict.fromkeys(amounts, digits(frame["value_start"])),
                  **dict.fromkeys(parts, 3)},
        note=note_of(
            done,
            text(
                "Contributions of the factors add up to the change; their ratios multiply to "
                "value at end over value at start."
            ),
        ),
        shown=shown,
    )  # fmt: skip


def digits(values: pd.Series[Any]) -> int:
    """Return how many decimals suit amounts: about four digits of the middle one."""
    middle = float(values.abs().median())
    if not middle > 0:
        return 2
    return next((d for d, least in enumerate((1000, 10, 1, 0.1)) if middle >= least), 4)


def _residual(done: Done, result: DecompositionResult) -> Table:
    frame = result.residual.copy()
    known = done.inputs.names
    called = [known.get(u) or done.inputs.group_name(str(u)) for u in frame["unit"]]
    frame.insert(1, "name", called)
    measure = result.unit_of_measure if result.form == "additive" else ""
    largest = frame["relative"].max()
    return Table(
        name=f"{done.key}_residual",
        title=text("Residuals"),
        frame=frame,
        headings=OWN_HEADINGS,
        measures={"change": measure, "residual": measure},
        note=RESIDUAL,
        shown=["name", "start", "end", "change", "residual", "relative"],
        # The page shows the worst of them; the file holds all.
        shown_rows=frame["relative"].eq(largest) | (frame.index == 0),
    )


def _categories(done: Done, result: DecompositionResult) -> Table:
    frame = result.by_category.copy()
    known = done.inputs.names
    called = [known.get(u) or done.inputs.group_name(str(u)) for u in frame["unit"]]
    frame.insert(1, "name", called)
    levels = [str(level) for level in result.categories]
    headings: dict[str, Text] = {**OWN_HEADINGS, **{level: Text(level) for level in levels}}
    return Table(
        name=f"{done.key}_categories",
        title=text("Effects by category"),
        frame=frame,
        headings=headings,
        measures={"effect": result.unit_of_measure},
        words=dict(result.factor_names),
        note=note_of(done, text("Effects of the categories add up to those of the place.")),
        shown=["name", "start", "end", *levels, "factor", "effect"],
    )


def cumulative_by_group(done: Done) -> pd.DataFrame:
    """Return chained sums of all places and of each group: group, year, factor, effect."""
    result: DecompositionResult = done.result
    # Years before the base are of no use to a reader who asks for what came since.
    path: pd.DataFrame = result.cumulative
    path = path.loc[path["year"] >= done.parameters.cumulative]
    if result.level == "aggregate":
        return path.rename(columns={"unit": "group"})
    members: dict[str, pd.Index] = {ALL: result.units, **result.groups}
    parts = []
    for code, index in members.items():
        rows = path[path["unit"].isin(index)]
        sums = rows.groupby(["year", "factor"], sort=False)["effect"].sum().reset_index()
        parts.append(sums.assign(group=code))
    together = pd.concat(parts, ignore_index=True)
    return together.loc[:, ["group", "year", "factor", "effect"]]


def _cumulative(done: Done, result: DecompositionResult) -> Table:
    frame = cumulative_by_group(done).pivot(
        index=["group", "year"], columns="factor", values="effect"
    )
    order = list(dict.fromkeys(cumulative_by_group(done)["group"]))
    frame = frame[list(result.factors)].loc[order]
    frame = frame.rename(columns={f: f"effect_{f}" for f in result.factors})
    frame["change"] = frame.sum(axis=1)
    frame = frame.reset_index().rename_axis(columns=None)
    frame.insert(1, "group_name", [done.inputs.group_name(str(g)) for g in frame["group"]])
    amounts = [*(f"effect_{f}" for f in result.factors), "change"]
    titles = {f"effect_{f}": result.factor_names[f] for f in result.factors}
    return Table(
        name=f"{done.key}_cumulative",
        title=text("Cumulative contributions since {year}", year=done.parameters.cumulative),
        frame=frame,
        headings={**OWN_HEADINGS, **titles},
        measures=dict.fromkeys(amounts, result.unit_of_measure),
        decimals=dict.fromkeys(amounts, digits(frame["change"])),
        note=note_of(done, text("Effects of single years, added up from the base year.")),
        shown=["group_name", "year", *amounts],
        shown_rows=frame["group"].eq(order[0]),
    )
