"""Study 003: 26 cities of the Yangtze River Delta, their past and three scenarios."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from spatialcarbon.core.language import text
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.geo.clusters import clusters
from spatialcarbon.models.drivers.scenario import project
from spatialcarbon.replication.ledger import Line, part

if TYPE_CHECKING:
    from spatialcarbon.replication.places import Labelled

SCENARIOS = {
    "baseline": text("Baseline"),
    "low_emission": text("Low emission"),
    "tech_breakthrough": text("Technology breakthrough"),
}
XUANCHENG = 341800
BASE = 1184.20
"""Mt CO2 of 2017: the level of 2030 less the change since 2017, in two scenarios."""


def emissions(*, without: int | None = None) -> Labelled:
    """Return the CO2 of the 26 cities by year, Mt, without the counties of former Chaohu."""
    members = clusters("variants").query("cluster == 'YRD26'")["adcode"]
    members = members[members != without]
    co2 = load_table("city_co2")
    chaohu = load_table("city_co2_chaohu").groupby("year")["co2_mt"].sum()
    return co2[co2["adcode"].isin(members)].groupby("year")["co2_mt"].sum() - chaohu


@part("003", "Text", unit="Mt CO2", decimals=2)
def changes() -> Iterator[Line]:
    """Changes of emissions between the stages of the study."""
    series = emissions()
    assumption = text(
        "the open emissions of the 26 cities without the five counties of former Chaohu"
    )
    left_out = text(
        "the totals of 2005, 2010 and 2017 hold all 26 cities; that of 2015 lacks 15.35 Mt, which is "
        "Xuancheng to the digit"
    )
    for start, end, printed in ((2005, 2010, 400.70), (2010, 2015, -4.65), (2015, 2017, 41.33)):
        yield Line(
            item=text("Change of emissions, {start}-{end}", start=start, end=end),
            printed=printed,
            ours=series[end] - series[start],
            assumption=assumption,
            proof=left_out,
        )
    yield Line(
        item=text("Change of emissions, 2005-2017: sum of the three stages"),
        printed=400.70 - 4.65 + 41.33,
        ours=series[2017] - series[2005],
        assumption=assumption,
    )


@part("003", "Text", unit="Mt CO2", decimals=2)
def level_of_2015() -> Iterator[Line]:
    """The level of 2015 that the stages imply, which holds 25 of the 26 cities."""
    yield Line(
        item=text("Level of 2015: 2017 less the change"),
        printed=BASE - 41.33,
        ours=emissions(without=XUANCHENG)[2015],
        assumption=text(
            "Xuancheng, in the order of codes the last of the 26 cities, is left out in this year"
        ),
    )


@part("003", "Text", unit="Mt CO2", decimals=2)
def level_of_2017() -> Iterator[Line]:
    """The level of 2017 that two scenarios imply."""
    for key, last, change in (
        ("low_emission", 1218.92, 34.72),
        ("tech_breakthrough", 1173.04, -11.16),
    ):
        yield Line(
            item=text("Level of 2017 by {scenario}: 2030 less the change", scenario=SCENARIOS[key]),
            printed=last - change,
            ours=emissions()[2017],
            assumption=text(
                "the open emissions of the 26 cities without the five counties of former Chaohu"
            ),
        )


@part("003", "Text", unit="year", decimals=0)
def highest_increment() -> Iterator[Line]:
    """The year whose emissions exceed those of 2005 most."""
    series = emissions()
    yield Line(
        item=text("Year of the largest increment over 2005"),
        printed=2012,
        ours=float((series - series[2005]).idxmax()),
    )


@part("003", "Text", unit="Mt CO2", decimals=2)
def effects() -> Iterator[Line]:
    """Two effects of the decomposition."""
    reason = text("output and value added of the 26 cities are neither printed nor open")
    for item, printed in (
        (text("Effect of output per head, 2005-2010"), 593.95),
        (text("Effect of industrial intensity, 2010-2015"), -412.05),
    ):
        yield Line(item=item, printed=printed, ours=None, missing=reason)


@part("003", "Text", unit="sign", decimals=0)
def structure_effect() -> Iterator[Line]:
    """The direction of the structure effect, which two sections state otherwise."""
    yield Line(
        item=text("Structure effect, 2010-2015: section on cities, beside that on groups"),
        printed=1,
        ours=-1,
        proof=text("the section on cities calls it promoting, that on groups inhibiting"),
    )


@part("003", "Text", unit="Mt CO2", decimals=2)
def scenario_levels() -> Iterator[Line]:
    """Levels, peaks and changes of the scenarios."""
    table: Labelled = load_table("study003_figures")
    projection = project(BASE, load_table("study003_rates"), horizon=2030)
    assumption = text(
        "rates of our own calibration, made to meet these levels; the study does not print its own"
    )
    for row in table[table["series"].isin(list(SCENARIOS))].itertuples():
        path, said = projection.path[row.series], {"scenario": SCENARIOS[row.series]}
        if row.quantity == "peak":
            item = text("{scenario}: level at the peak", **said)
            ours = projection.peak(row.series).value
        elif row.quantity == "change_from_2017":
            item = text("{scenario}: change from 2017 to {year}", year=int(row.period), **said)
            ours = path[int(row.period)] - path[2017]
        else:
            item = text("{scenario}: level of {year}", year=int(row.period), **said)
            ours = path[int(row.period)]
        yield Line(item=item, printed=row.value, ours=ours, assumption=assumption)


@part("003", "Text", unit="year", decimals=0)
def peak_years() -> Iterator[Line]:
    """Peak years of the scenarios."""
    table: Labelled = load_table("study003_figures")
    projection = project(BASE, load_table("study003_rates"), horizon=2030)
    assumption = text(
        "rates of our own calibration, made to meet these levels; the study does not print its own"
    )
    for row in table[table["quantity"].eq("peak")].itertuples():
        peak = projection.peak(row.series).year
        yield Line(
            item=text("{scenario}: year of the peak", scenario=SCENARIOS[row.series]),
            printed=float(row.period),
            ours=None if peak is None else float(peak),
            assumption=assumption,
        )


@part("003", "Text", unit="1 = true", decimals=0)
def claims() -> Iterator[Line]:
    """What the stages and the peaks mean, beside the data and the rates."""
    series = emissions()
    yield Line(
        item=text("Emissions fall from 2010 to 2015"),
        printed=1,
        ours=series[2015] < series[2010],
        proof=text("with Xuancheng in both years they rise by 10.70 Mt"),
    )
    for key, year in (("baseline", 2029), ("low_emission", 2027)):
        yield Line(
            item=text(
                "{scenario}: constant rates in 2026-2030 give the peak of {year}",
                scenario=SCENARIOS[key],
                year=year,
            ),
            printed=1,
            # A path of constant rate is highest at an end of its period.
            ours=year in (2025, 2030),
            proof=text(
                "a constant rate puts the maximum at an end of its period, 2025 or 2030; a rate must "
                "change between"
            ),
        )
    highest = series.max()
    for key, printed in (("low_emission", 1229.72), ("tech_breakthrough", 1201.63)):
        yield Line(
            item=text("{scenario}: no earlier year lies above the peak", scenario=SCENARIOS[key]),
            printed=1,
            ours=printed >= highest,
            proof=text("the emissions that the study uses were 1,256.9 Mt in 2012"),
        )
