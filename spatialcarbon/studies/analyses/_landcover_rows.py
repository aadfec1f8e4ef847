"""What land cover did, place by place: rows for tables, layers and sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.models.land.area_tables import ALL, square_rows
from spatialcarbon.models.land.transition_result import TransitionResult

if TYPE_CHECKING:
    import geopandas as gpd

    from spatialcarbon.core.language import Text
    from spatialcarbon.models.land.transitions import TransitionSeriesResult
    from spatialcarbon.studies.analysis import Done, Inputs

BUILT = "built"


def intervals(series: TransitionSeriesResult) -> list[TransitionResult]:
    """Return the transitions from each year to the next, last those from first to last."""
    return [*series.steps, *([series.whole] if len(series.steps) > 1 else [])]


def zones_of(inputs: Inputs) -> gpd.GeoDataFrame | None:
    """Return the places to count by; none where the whole raster is the only one."""
    return None if list(inputs.units.index) == [ALL] else inputs.units


def true_groups(inputs: Inputs) -> Mapping[str, pd.Index]:
    """Return the groups, without one that holds all places and would repeat the total."""
    return {} if _one_for_all(inputs) else inputs.groups


def _one_for_all(inputs: Inputs) -> bool:
    sizes = [len(members) for members in inputs.groups.values()]
    return sizes == [len(inputs.units)]


def by_group(step: TransitionResult, inputs: Inputs) -> dict[str, TransitionResult]:
    """Return the transitions of each group; groups may overlap, and leave places out."""
    found = {}
    for code, members in true_groups(inputs).items():
        rows = step.by_zone[step.by_zone["zone"].isin(members)]
        if len(rows):
            found[code] = TransitionResult.from_table(rows, years=step.years)
    return found


def place_name(done: Done, level: str, place: Any) -> Text:
    """Return the name of a unit, a group, or of all units."""
    inputs = done.inputs
    if level == "unit" or place in inputs.names:
        return inputs.names[place]
    if level == "all" and _one_for_all(inputs):
        return inputs.group_name(next(iter(inputs.groups)))
    return inputs.group_name(str(place))


def _levels(done: Done, step: TransitionResult) -> Iterator[tuple[str, Any, TransitionResult, Any]]:
    """Return level, place, result and the zone in it: everything, the groups, the units."""
    yield "all", ALL, step, ALL
    for code, part in by_group(step, done.inputs).items():
        yield "group", code, part, ALL
    for zone in step.zones:
        if not (isinstance(zone, str) and zone == ALL):
            yield "unit", zone, step, zone


def _placed(done: Done, step: TransitionResult, level: str, place: Any) -> dict[str, Any]:
    assert step.years is not None
    name = place_name(done, level, place)
    return {
        "start": step.years[0], "end": step.years[1], "level": level, "place": place, "name": name
    }  # fmt: skip


def change_rows(done: Done) -> pd.DataFrame:
    """Return areas, gain, loss, net, swap and dynamic degree, by interval, place and class."""
    return _stacked(done, lambda part, zone: part.table[part.table["zone"] == zone])


def pace_rows(done: Done) -> pd.DataFrame:
    """Return how much of each place changed, and at what rate, by interval."""
    return _stacked(done, lambda part, zone: part.comprehensive[part.comprehensive["zone"] == zone])


def _stacked(done: Done, pick: Callable[[TransitionResult, Any], pd.DataFrame]) -> pd.DataFrame:
    parts: list[pd.DataFrame] = []
    for step in intervals(done.result["series"]):
        for level, place, part, zone in _levels(done, step):
            rows = pick(part, zone).drop(columns="zone").reset_index(drop=True)
            facts = pd.DataFrame([_placed(done, step, level, place)] * len(rows))
            parts.append(pd.concat([facts, rows], axis=1))
    return pd.concat(parts, ignore_index=True)


def matrix_rows(done: Done) -> pd.DataFrame:
    """Return what turned into what in km², by interval and place; staying is a row too."""
    parts = []
    for step in intervals(done.result["series"]):
        for level, place, part, zone in _levels(done, step):
            rows = square_rows(part.matrix_of(zone))
            rows = rows[rows["km2"] > 0]
            share = rows["km2"] / rows.groupby("from")["km2"].transform("sum")
            rows = rows.assign(share=share).reset_index(drop=True)
            facts = pd.DataFrame([_placed(done, step, level, place)] * len(rows))
            parts.append(pd.concat([facts, rows], axis=1))
    return pd.concat(parts, ignore_index=True)


def source_rows(done: Done) -> pd.DataFrame:
    """Return from which classes built-up land was won, by interval and place."""
    parts = []
    for step in intervals(done.result["series"]):
        if BUILT not in step.classes:
            continue
        for level, place, part, zone in _levels(done, step):
            if BUILT not in part.classes:
                continue
            won = part.matrix_of(zone)[BUILT].drop(BUILT)
            rows = pd.DataFrame({"from": won.index, "km2": won.to_numpy()})
            total = float(won.sum())
            rows["share"] = rows["km2"] / total if total > 0 else float("nan")
            facts = pd.DataFrame([_placed(done, step, level, place)] * len(rows))
            parts.append(pd.concat([facts, rows], axis=1))
    columns = ["start", "end", "level", "place", "name", "from", "km2", "share"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def area_rows(done: Done) -> pd.DataFrame:
    """Return the area and share of each class, by place and year."""
    areas = done.result["series"].areas
    alone = list(areas["zone"].unique()) == [ALL]
    units = areas.iloc[:0] if alone else areas[areas["zone"].map(lambda zone: zone != ALL)]
    parts = [_named(done, "all", areas[areas["zone"].map(lambda zone: zone == ALL)])]
    for code, members in true_groups(done.inputs).items():
        rows = units[units["zone"].isin(members)]
        whole = rows.groupby(["year", "class"], sort=False, as_index=False)["km2"].sum()
        whole["share"] = whole["km2"] / whole.groupby("year")["km2"].transform("sum")
        parts.append(_named(done, "group", whole.assign(zone=code)))
    parts.append(_named(done, "unit", units))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _named(done: Done, level: str, rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.rename(columns={"zone": "place"})
    names = pd.Series([place_name(done, level, p) for p in rows["place"]], rows.index, dtype=object)
    rows = rows.assign(level=level, name=names)
    return rows[["level", "place", "name", "year", "class", "km2", "share"]]


def excluded_rows(done: Done) -> pd.DataFrame:
    """Return the area that has no class in one or both years, by interval and place."""
    parts = []
    for step in intervals(done.result["series"]):
        rows = step.excluded.rename(columns={"zone": "place"})
        if rows.empty:
            continue
        alone = [isinstance(place, str) and place == ALL for place in rows["place"]]
        levels = ["all" if whole else "unit" for whole in alone]
        named = [place_name(done, *both) for both in zip(levels, rows["place"], strict=True)]
        names = pd.Series(named, rows.index, dtype=object)
        assert step.years is not None
        parts.append(
            rows.assign(start=step.years[0], end=step.years[1], level=levels, name=names)[
                ["start", "end", "level", "place", "name", "reason", "km2"]
            ]
        )
    columns = ["start", "end", "level", "place", "name", "reason", "km2"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def built_frame(done: Done) -> pd.DataFrame:
    """Return for each unit how built-up land grew from the first year to the last, and whence."""
    whole: TransitionResult = done.result["series"].whole
    rows = {}
    for unit in done.inputs.units.index:
        matrix = whole.matrix_of(unit)
        if not matrix.to_numpy().any():  # no cell with a class in both years
            continue
        start, end = float(matrix.T[BUILT].sum()), float(matrix[BUILT].sum())
        won = matrix[BUILT].drop(BUILT)
        row: dict[str, Any] = {
            "built_start": start,
            "built_end": end,
            "built_net": end - start,
            "built_growth": 100 * (end - start) / start if start > 0 else float("nan"),
            "built_gain": float(won.sum()),
            "main_source": str(won.idxmax()) if won.sum() > 0 else None,
        }
        row |= {f"from_{name}": float(area) for name, area in won.items()}
        rows[unit] = row
    frame = pd.DataFrame.from_dict(rows, orient="index").reindex(done.inputs.units.index)
    return frame.astype({"main_source": object})
