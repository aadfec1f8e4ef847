"""Maps of land cover: layers by place, and the raster of changes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.language import Language, text
from spatialcarbon.models.land.change_raster import (
    change_colours,
    change_pair,
    write_change_raster,
)
from spatialcarbon.models.land.legends import LAND_CLASSES, land_class_colours
from spatialcarbon.models.land.synthetic import SYNTHETIC_TAG
from spatialcarbon.report.layers import Categorised, Category, Layer, graduated_style
from spatialcarbon.report.raster_style import write_raster_style
from spatialcarbon.studies.analyses import _landcover_rows as rows
from spatialcarbon.studies.analyses._landcover_tables import CLASS_NAMES, KM2, OWN_HEADINGS
from spatialcarbon.studies.maplayers import named_frame

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.studies.analysis import Done


def layers(done: Done) -> list[Layer]:
    """Return the growth of built-up land by place, and what most of it was before."""
    whole = done.result["series"].whole
    if rows.BUILT not in whole.classes:
        return []
    start, end = whole.years
    frame = rows.built_frame(done)
    group = done.inputs.first_group()
    columns = {
        **({} if group is None else {"group": group.to_numpy()}),
        **{str(column): frame[column].to_numpy() for column in frame.columns},
    }
    facts = {"start": start, "end": end}
    aliases = {
        **OWN_HEADINGS,
        "built_start": text("Built-up in {year} (km²)", year=start),
        "built_end": text("Built-up in {year} (km²)", year=end),
        "built_net": text("Net growth of built-up land (km²)"),
        "built_growth": text("Growth of built-up land (%)"),
        "built_gain": text("New built-up land (km²)"),
        "main_source": text("Most of it was"),
        **{
            f"from_{land}": text("New built-up land that was {land} (km²)", land=CLASS_NAMES[land])
            for land in whole.classes
            if land != rows.BUILT
        },
    }
    shared: dict[str, Any] = {
        "aliases": aliases, "label_field": "name", "group": text("Land cover")
    }  # fmt: skip
    made = [
        Layer(
            name=f"{done.key}_built",
            title=text("Growth of built-up land, {start} → {end}", **facts),
            abstract=text(
                "Net growth of built-up land from {start} to {end} in km², natural breaks.", **facts
            ),
            frame=named_frame(done.inputs, columns),
            style=graduated_style("built_net", frame["built_net"], unit=KM2),
            **shared,
        )
    ]
    if frame["main_source"].isna().all():
        return made
    return [
        *made,
        Layer(
            name=f"{done.key}_sources",
            title=text("What was built over, {start} → {end}", **facts),
            abstract=text(
                "The class that most of the land newly built up from {start} to {end} was of before.",
                **facts,
            ),
            frame=named_frame(done.inputs, columns),
            style=_by_source(frame["main_source"]),
            visible=False,
            **shared,
        ),
    ]


def _by_source(column: pd.Series[Any]) -> Categorised:
    """Return the classes that occur, in their own colours."""
    present = set(column.dropna())
    return Categorised(
        "main_source",
        tuple(
            Category(land, CLASS_NAMES[land], land_class_colours()[land])
            for land in LAND_CLASSES
            if land in present
        ),
    )


def change_maps(done: Done, folder: Path, language: Language) -> None:
    """Write the raster of changes from the first year to the last, and its style for QGIS."""
    years = done.result["series"].years
    start, end = years[0], years[-1]
    invented = done.inputs.raster_named(done.parameters.raster).illustrative
    mark = "_synthetic" if invented else ""
    write_change(done, folder / f"{done.key}_change_{start}_{end}{mark}.tif", language)


def write_change(done: Done, path: Path, language: Language) -> None:
    """Write that raster to a file of this name, and the style beside it."""
    series, years = done.inputs.raster_named(done.parameters.raster), done.result["series"].years
    start, end = years[0], years[-1]
    title = text("Change of land cover, {start} → {end}", start=start, end=end)
    if series.illustrative:
        title = text("{title} (illustrative data)", title=title)
    tags = {"TIFFTAG_IMAGEDESCRIPTION": title.render("en"), "START": str(start), "END": str(end)}
    if series.illustrative:
        tags[SYNTHETIC_TAG] = "yes"
    cells = write_change_raster(
        path,
        series.files[start],
        series.files[end],
        scheme=series.scheme,
        zones=rows.zones_of(done.inputs),
        tags=tags,
    )
    write_raster_style(path, [_entry(code) for code in _ordered(cells)], language)


def _ordered(codes: Iterable[int]) -> list[int]:
    """Return what changed first, by the new class, then what stayed."""
    order = LAND_CLASSES.index

    def place(code: int) -> tuple[bool, int, int]:
        before, after = change_pair(code)
        return before == after, order(after), order(before)

    return sorted(codes, key=place)


def _entry(code: int) -> Category:
    before, after = change_pair(code)
    if before == after:
        words = text("{land}, unchanged", land=CLASS_NAMES[before])
    else:
        words = text("{before} → {after}", before=CLASS_NAMES[before], after=CLASS_NAMES[after])
    return Category(code, words, change_colours(land_class_colours())[code])
