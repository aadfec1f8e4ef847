"""Study 002, Tables 1 to 4: built-up land, Moran's I, sinks and indicators of five clusters."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from spatialcarbon.core.language import text
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.data.panel import Panel
from spatialcarbon.geo.units import load_units
from spatialcarbon.replication.ledger import Line, part
from spatialcarbon.replication.places import CLUSTERS, Labelled, cluster_names
from spatialcarbon.stats.moran_panel import moran_panel
from spatialcarbon.weights.backbone import Backbone

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

CLASSES = {
    "cropland": text("cropland"),
    "forest": text("forest"),
    "grassland": text("grassland"),
    "water": text("water"),
}
CITY_YEARS = (2005, 2010, 2015)
"""Years of Table 2 for which emissions of cities are open."""
OPEN_DATA_END = text(
    "the study's emissions of cities are not printed, and the open ones end in 2017"
)


def built_up() -> Labelled:
    """Return Table 1: cluster × (built_area_km2, built_share_pct) × year."""
    table = load_table("study002_built_area")
    return table.pivot(index="cluster", columns="year").drop(columns="cluster_zh").loc[[*CLUSTERS]]


def land_areas() -> Labelled:
    """Return the lowest and highest area of each cluster, km², that all printed shares allow."""
    table = built_up()
    built, share = table["built_area_km2"], table["built_share_pct"]
    low = (100 * built / (share + 0.05)).max(axis=1)
    high = (100 * built / (share - 0.05)).min(axis=1)
    return low.to_frame("low").assign(high=high)


def sinks() -> Labelled:
    """Return Table 3: (cluster, year) × class and the printed total."""
    table = load_table("study002_sinks")
    wide = table.pivot(index=["cluster", "year"], columns="cover", values="sink_10kt_co2")
    return wide.loc[[*CLUSTERS]]


def indicators() -> Labelled:
    """Return Table 4 by cluster."""
    return load_table("study002_indicators").set_index("cluster").loc[[*CLUSTERS]]


@part("002", "Table 1", unit="%", decimals=1)
def built_shares() -> Iterator[Line]:
    """Share of built-up land in the area of the member cities."""
    table = built_up()
    cities: Labelled = load_units("cities", clusters="plan")
    area = cities.groupby("cluster")["area_km2"].sum()
    assumption = text(
        "areas of the clusters are not printed: those of the member cities by the shipped "
        "boundaries, from which the print implies others by up to 1.2 %"
    )
    members = text(
        "the shares imply an area of 325,000 km2; the 31 member cities have 349,700, without Ji'an "
        "324,400: which the study counts is not printed"
    )
    for code in CLUSTERS:
        for year in table["built_area_km2"]:
            yield Line(
                item=text(
                    "{place}, {year}: share of built-up land",
                    place=cluster_names()[code],
                    year=year,
                ),
                printed=table["built_share_pct"][year][code],
                ours=100 * table["built_area_km2"][year][code] / area[code],
                assumption=None if code == "MYR" else assumption,
                # What the areas may differ by, and half a printed digit.
                within=0.012 * table["built_share_pct"][year][code] + 0.05,
                missing=members if code == "MYR" else None,
            )


@cache
def city_weights() -> Weights:
    """Return queen contiguity of the 111 cities, rows summing to one."""
    return Backbone(load_units("cities", clusters="plan")).contiguity("queen").standardised("R")


@cache
def moran_of_cities() -> Labelled:
    """Return Moran's I of the open emissions by (group, year), with its stars."""
    cities = load_units("cities", clusters="plan")
    panel = Panel.from_frame(
        load_table("city_co2"), unit="adcode", year="year", units={"co2_mt": "Mt CO2"}
    ).aligned_to(cities.index, extra="drop")
    return moran_panel(
        panel.subset(years=list(CITY_YEARS)),
        city_weights(),
        groups=cities["cluster"],
        permutations=0,
    ).table.set_index(["group", "year"])


@part("002", "Table 2", unit="1", decimals=6)
def moran() -> Iterator[Line]:
    """Moran's I on the open emissions of cities, which are others than the study's."""
    printed: Labelled = load_table("study002_moran")
    found = moran_of_cities()["statistic"]
    other = text(
        "the study's emissions of cities are not printed, nor are its weights; ours are Chen et al. "
        "(2020) and queen contiguity"
    )
    for row in printed[printed["moran_i"].notna()].itertuples():
        yield Line(
            item=text(
                "{place}, {year}: Moran's I", place=cluster_names()[row.group], year=row.year
            ),
            printed=row.moran_i,
            ours=found[row.group, row.year] if row.year in CITY_YEARS else None,
            missing=other if row.year in CITY_YEARS else OPEN_DATA_END,
        )


@part("002", "Table 2", unit="stars", decimals=0)
def significance() -> Iterator[Line]:
    """Stars of Moran's I: two below 5 %, one below 10 %, none where it is called not significant."""
    printed: Labelled = load_table("study002_moran")
    found = moran_of_cities()["stars"]
    for row in printed.itertuples():
        known = row.year in CITY_YEARS
        yield Line(
            item=text(
                "{place}, {year}: stars of Moran's I, none if not significant",
                place=cluster_names()[row.group],
                year=row.year,
            ),
            printed=row.signif.count("*"),
            ours=found[row.group, row.year].count("*") if known else None,
            assumption=text(
                "on the open emissions, by queen contiguity and the normal approximation under "
                "randomisation, two-sided"
            ),
            missing=text(
                "the study's emissions of cities, weights and inference are not printed; the open "
                "emissions with queen contiguity give another class"
            )
            if known
            else OPEN_DATA_END,
        )


@part("002", "Table 3", unit="10^4 t CO2", decimals=1)
def sinks_by_class() -> Iterator[Line]:
    """Sinks of the four classes: neither areas nor coefficients are printed."""
    reason = text(
        "neither the areas of the classes nor the coefficients are printed; none of the published "
        "sets that ship gives these values as CO2"
    )
    table = sinks()
    for (code, year), row in table.iterrows():
        for cover, said in CLASSES.items():
            place = cluster_names()[code]
            yield Line(
                item=text("{place}, {year}: sink of {cover}", place=place, year=year, cover=said),
                printed=row[cover],
                ours=None,
                missing=reason,
            )


@part("002", "Table 3", unit="10^4 t CO2", decimals=1)
def sinks_in_all() -> Iterator[Line]:
    """Printed totals against the sums of their classes."""
    table = sinks()
    sums = table[[*CLASSES]].sum(axis=1)
    rounding = text("the classes are rounded to 0.1 before they are added")
    for (code, year), printed in table["printed_total"].items():
        apart = abs(printed - sums[code, year])
        # Four rounded numbers can be off by 0.2 together, and the total by 0.05 more.
        explained = apart <= 0.25
        yield Line(
            item=text(
                "{place}, {year}: sink of all classes", place=cluster_names()[code], year=year
            ),
            printed=printed,
            ours=sums[code, year],
            assumption=rounding if explained and apart > 0.05 else None,
            within=0.25,
            proof=None
            if explained
            else text(
                "the four classes printed in the same row sum to less than rounding can explain"
            ),
        )


@part("002", "Table 4", unit="10^4 t CO2", decimals=0)
def totals() -> Iterator[Line]:
    """Emissions of 2020."""
    for code, printed in indicators()["co2_total_10kt"].items():
        yield Line(
            item=text("{place}: emissions, 2020", place=cluster_names()[str(code)]),
            printed=printed,
            ours=None,
            missing=OPEN_DATA_END,
        )


@part("002", "Table 4", unit="t CO2/10^4 CNY", decimals=1)
def per_gdp() -> Iterator[Line]:
    """Emissions per GDP of 2020."""
    reason = text("GDP of the cities is neither printed nor open")
    for code, printed in indicators()["co2_per_gdp_t_per_10k_yuan"].items():
        yield Line(
            item=text("{place}: emissions per GDP, 2020", place=cluster_names()[str(code)]),
            printed=printed,
            ours=None,
            missing=reason,
        )


@part("002", "Table 4", unit="t CO2/person", decimals=1)
def per_head() -> Iterator[Line]:
    """Emissions per head of 2020, with the residents of the census."""
    table, people = indicators(), census()
    for code, printed in table["co2_per_capita_t"].items():
        ours = 1e4 * table["co2_total_10kt"][code] / people[code]
        yield Line(
            item=text("{place}: emissions per head, 2020", place=cluster_names()[str(code)]),
            printed=printed,
            ours=ours,
            assumption=text("residents of the census of 2020, all cities of the cluster whole"),
            missing=text(
                "the population that the study divides by is not printed; residents of the census "
                "of 2020 give another number"
            ),
        )


def census() -> Labelled:
    """Return the residents of each cluster in 2020."""
    people = load_table("city_population", years=2020).set_index("adcode")["population"]
    members = load_units("cities", clusters="plan")["cluster"]
    return people.loc[members.index].groupby(members).sum()


@part("002", "Table 4", unit="10^4 t CO2/km2", decimals=1)
def per_built_up_area() -> Iterator[Line]:
    """The row called per area, over the built-up area of Table 1."""
    table, built = indicators(), built_up()["built_area_km2"][2020]
    for code, printed in table["co2_per_area_as_printed"].items():
        yield Line(
            item=text('{place}: emissions "per area", 2020', place=cluster_names()[str(code)]),
            printed=printed,
            ours=table["co2_total_10kt"][code] / built[code],
            assumption=text(
                "the area is the built-up area of Table 1 and the unit 10^4 t per km2, not t per km2 "
                "of land"
            ),
            proof=text(
                "the total of Table 4 over the built-up area of Table 1 is 0.1 lower when rounded"
            ),
        )
