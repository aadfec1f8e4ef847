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
BASE = 1184.20
"""Mt CO2 of 2017: the level of 2030 less the change since 2017, in two scenarios."""


def emissions() -> Labelled:
    """Return the CO2 of the 26 cities by year, Mt, without the counties of former Chaohu."""
    members = clusters("variants").query("cluster == 'YRD26'")["adcode"]
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
    low = text(
        "the open data that give the study's changes 2005-2010 and 2005-2017 have 15.35 Mt more in "
        "2015; why is not known"
    )
    for start, end, printed in ((2005, 2010, 400.70), (2010, 2015, -4.65), (2015, 2017, 41.33)):
        yield Line(
            item=text("Change of emissions, {start}-{end}", start=start, end=end),
            printed=printed,
            ours=series[end] - series[start],
            assumption=assumption,
            missing=low,
        )
    yield Line(
        item=text("Change of emissions, {start}-{end}", start=2005, end=2017),
        printed=400.70 - 4.65 + 41.33,
        ours=series[2017] - series[2005],
        assumption=assumption,
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
    """What a peak means, beside the past."""
    highest = emissions().max()
    for key, printed in (("low_emission", 1229.72), ("tech_breakthrough", 1201.63)):
        yield Line(
            item=text("{scenario}: no earlier year lies above the peak", scenario=SCENARIOS[key]),
            printed=1,
            ours=printed >= highest,
            proof=text("the emissions that the study uses were 1,256.9 Mt in 2012"),
        )
