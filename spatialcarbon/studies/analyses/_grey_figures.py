"""The figures and the map layer of the grey relational analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialcarbon.core.language import Text, text
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.figures import grey_degrees, grey_heatmap, grey_over_time, grey_ranks
from spatialcarbon.report.layers import Layer, graduated_style
from spatialcarbon.stats.moran_panel import ALL
from spatialcarbon.studies.analyses._grey_tables import (
    GREY_HEADINGS,
    MOST_ROWS,
    factor_names,
    settings_text,
)
from spatialcarbon.studies.maplayers import named_frame

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.stats.grey_panel import GreyPanelResult
    from spatialcarbon.stats.grey_sensitivity import GreySensitivityResult
    from spatialcarbon.studies.analysis import Done


def figures(done: Done) -> list[FigureSpec]:
    """Return degrees by group and over time, coefficients by place, ranks under other settings."""
    result: GreyPanelResult = done.result["panel"]
    by_year = result.pivot()
    specs = [*_by_group(done, result), *_by_place(done, result), *_by_setting(done)]
    if by_year.notna().any(axis=0).sum() > 1:
        specs.insert(0, _over_time(done, by_year))
    return specs


def _over_time(done: Done, by_year: pd.DataFrame) -> FigureSpec:
    title = text("Closeness to {reference} over time", reference=reference_name(done))
    return FigureSpec(
        name=f"{done.key}_over_time",
        title=title,
        caption=text(
            "All units together. Where lines cross, the ranking changes. {settings}",
            settings=settings_text(done),
        ),
        alt=text("Line chart of the grey relational degree of each factor by year."),
        draw=lambda language: grey_over_time(
            by_year,
            title=title,
            factor_names=factor_names(done),
            notes=[settings_text(done)],
            language=language,
        ),
    )


def _by_group(done: Done, result: GreyPanelResult) -> list[FigureSpec]:
    year, inputs = done.result["year"], done.inputs
    rows = result.table[result.table["year"] == year]
    wide = rows.pivot(index="group", columns="factor", values="degree")
    wide = wide.reindex(list(dict.fromkeys(rows["group"])))[done.parameters.factors]
    if wide.isna().all(axis=None):
        return []
    title = text("Closeness to {reference}, {year}", reference=reference_name(done), year=year)
    return [
        FigureSpec(
            name=f"{done.key}_degrees_{year}",
            title=title,
            caption=text(
                "Compare the order of the factors within a row. Each group has extremes of its own, so that a point further right in another row is not closer. {settings}",
                settings=settings_text(done),
            ),
            alt=text("Dots for the grey relational degree of each factor, a row for each group."),
            draw=lambda language: grey_degrees(
                wide,
                title=title,
                group_names={code: inputs.group_name(code) for code in wide.index},
                factor_names=factor_names(done),
                notes=[settings_text(done)],
                language=language,
            ),
        )
    ]


def _coefficients(done: Done, result: GreyPanelResult) -> pd.DataFrame | None:
    """Return the coefficients of all units in the year shown, or None where there are none."""
    rows = result.table[
        (result.table["group"] == ALL) & (result.table["year"] == done.result["year"])
    ]
    return result.coefficients_of(done.result["year"]) if (rows["status"] == "ok").any() else None


def _by_place(done: Done, result: GreyPanelResult) -> list[FigureSpec]:
    table, year, inputs = _coefficients(done, result), done.result["year"], done.inputs
    if table is None or len(table) > MOST_ROWS:
        return []
    title = text(
        "Relational coefficients with {reference}, {year}",
        reference=reference_name(done),
        year=year,
    )
    return [
        FigureSpec(
            name=f"{done.key}_coefficients_{year}",
            title=title,
            caption=text(
                "1 is the closest of all; a low value says that the place departs from the reference in this factor, in either direction."
            ),
            alt=text("Heat map of the relational coefficient of each place and factor."),
            draw=lambda language: grey_heatmap(
                table,
                title=title,
                unit_names={unit: inputs.names[unit] for unit in table.index},
                factor_names=factor_names(done),
                notes=[settings_text(done)],
                language=language,
            ),
        )
    ]


def _by_setting(done: Done) -> list[FigureSpec]:
    sensitivity: GreySensitivityResult | None = done.result["sensitivity"]
    if sensitivity is None:
        return []
    title = text("Ranks under other settings, {year}", year=done.result["year"])
    return [
        FigureSpec(
            name=f"{done.key}_sensitivity",
            title=title,
            caption=text(
                "All units together. A line that stays level keeps its rank whatever the setting; where lines cross, the order of those factors hangs on a choice nobody can test."
            ),
            alt=text("Ranks of the factors over values of rho, a panel for each normalisation."),
            draw=lambda language: grey_ranks(
                sensitivity.pivot(),
                base=sensitivity.base,
                title=title,
                factor_names=factor_names(done),
                language=language,
            ),
        )
    ]


def layers(done: Done) -> list[Layer]:
    """Return the coefficients as a layer, coloured by the factor that ranks first."""
    result: GreyPanelResult = done.result["panel"]
    table, year = _coefficients(done, result), done.result["year"]
    if table is None:
        return []
    first = str(result.pivot("rank")[year].idxmin())
    names = factor_names(done)
    values = table.reindex(done.inputs.units.index)
    title = text(
        "Closeness of {factor} to {reference}, {year}",
        factor=names[first],
        reference=reference_name(done),
        year=year,
    )
    return [
        Layer(
            name=f"{done.key}_coefficients_{year}",
            title=title,
            abstract=text("Grey relational coefficients. {settings}", settings=settings_text(done)),
            frame=named_frame(done.inputs, {f"xi_{c}": values[c].to_numpy() for c in names}),
            aliases={**GREY_HEADINGS, **{f"xi_{c}": named for c, named in names.items()}},
            style=graduated_style(f"xi_{first}", values[first].dropna()),
            label_field="name",
            group=text("Grey relation"),
        )
    ]


def reference_name(done: Done) -> Text:
    """Return the name of the reference as it is shown."""
    return done.inputs.variable_name(done.parameters.reference)
