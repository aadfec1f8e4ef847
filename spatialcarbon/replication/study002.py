"""Study 002: five city clusters; its tables, and what its text says of them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spatialcarbon.core.language import text
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.replication import study002_tables  # noqa: F401  (registers the tables)
from spatialcarbon.replication.ledger import Line, part
from spatialcarbon.replication.places import CLUSTERS, cluster_names
from spatialcarbon.replication.study002_tables import (
    built_up,
    census,
    city_weights,
    indicators,
    land_areas,
    sinks,
)


@part("002", "Text", unit="km2", decimals=0)
def built_up_in_all() -> Iterator[Line]:
    """Built-up land of the five clusters together."""
    sums = built_up()["built_area_km2"].sum()
    for year, printed in ((2005, 75_964), (2020, 109_465)):
        yield Line(
            item=text("All clusters, {year}: built-up land", year=year),
            printed=printed,
            ours=sums[year],
        )


@part("002", "Text", unit="%", decimals=0)
def shares_of_growth() -> Iterator[Line]:
    """Share of each cluster in the growth of built-up land."""
    built = built_up()["built_area_km2"]
    grown = built[2020] - built[2005]
    for code, printed in zip(CLUSTERS, (40, 27, 6, 12, 15), strict=True):
        yield Line(
            item=text(
                "{place}: share of the growth of built-up land, 2005-2020",
                place=cluster_names()[code],
            ),
            printed=printed,
            ours=100 * grown[code] / grown.sum(),
            assumption=text("lowered by one, so that the five rounded shares sum to 100")
            if code == "YRD"
            else None,
            within=1.0,
        )


@part("002", "Text", unit="10^4 t CO2", decimals=0)
def emissions_in_all() -> Iterator[Line]:
    """Emissions of the five clusters together in 2020."""
    yield Line(
        item=text("All clusters, 2020: emissions"),
        printed=462_986,
        ours=indicators()["co2_total_10kt"].sum(),
        proof=text("the totals of Table 4 sum to 512,155"),
    )


@part("002", "Text", unit="10^12 CNY", decimals=2)
def gdp_in_all() -> Iterator[Line]:
    """GDP of the five clusters, from totals and intensities of Table 4."""
    table = indicators()
    intensity = table["co2_per_gdp_t_per_10k_yuan"]
    gdp = (table["co2_total_10kt"] / intensity).sum() / 1e4  # 10⁴ t over t per 10⁴ CNY: 10⁸ CNY
    lowest = (table["co2_total_10kt"] / (intensity + 0.05)).sum() / 1e4
    highest = (table["co2_total_10kt"] / (intensity - 0.05)).sum() / 1e4
    yield Line(
        item=text("All clusters, 2020: GDP, printed as 58.29 x 10^8 CNY"),
        printed=58.29,
        ours=gdp,
        assumption=text(
            "the unit is 10^12 CNY, printed as 10^8; from Table 4, whose intensities have one decimal"
        ),
        within=max(highest - gdp, gdp - lowest),
    )


@part("002", "Text", unit="%", decimals=0)
def growth_of_gdp() -> Iterator[Line]:
    """Growth of GDP from the two printed levels."""
    yield Line(
        item=text("All clusters: growth of GDP from 11.97 to 58.29"),
        printed=430,
        ours=100 * (58.29 / 11.97 - 1),
        proof=text("the two printed levels give 387 %"),
    )


@part("002", "Text", unit="%", decimals=1)
def share_of_national_gdp() -> Iterator[Line]:
    """Share of the clusters in national GDP, which the study introduces as that of 2023."""
    national = load_table("province_gdp", years=2020)["gdp_100m_cny"].sum() / 1e4
    yield Line(
        item=text("All clusters: share of national GDP, introduced as of 2023"),
        printed=57.5,
        ours=100 * 58.29 / national,
        assumption=text(
            "of 2020, with the provinces' GDP of that year, whose sum is 0.1 % below the national figure"
        ),
        within=0.1,
    )


@part("002", "Text", unit="%", decimals=0)
def share_of_national_population() -> Iterator[Line]:
    """Share of the clusters in the population of 2020."""
    national = load_table("city_population", years=2020)["population"].sum()
    yield Line(
        item=text("All clusters: share of national population, introduced as of 2023"),
        printed=46,
        ours=100 * census().sum() / national,
        assumption=text("of 2020, residents of the census"),
        within=1.0,
    )


@part("002", "Text", unit="10^8 persons", decimals=2)
def people_in_all() -> Iterator[Line]:
    """Population of the clusters, from totals and emissions per head of Table 4."""
    table = indicators()
    people = (table["co2_total_10kt"] / table["co2_per_capita_t"]).sum() / 1e4
    yield Line(
        item=text("All clusters, 2020: population"),
        printed=6.51,
        ours=people,
        proof=text(
            "totals over emissions per head of Table 4 leave 6.28 to 6.36; the census of 2020 has 6.56"
        ),
    )


def bounds_of_moran() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return the lowest and the highest value that I can take on the weights of the 111 cities."""
    weights = city_weights()
    matrix = weights.sparse.toarray()
    centred = np.eye(weights.n) - 1 / weights.n
    roots = np.linalg.eigvalsh(centred @ (matrix + matrix.T) @ centred / 2)
    return np.asarray(weights.n / weights.s0 * roots[[0, -1]])


@part("002", "Text", unit="1 = true", decimals=0)
def claims() -> Iterator[Line]:
    """Statements of the text that its tables decide."""
    table, sink, built = indicators(), sinks(), built_up()["built_area_km2"][2020]
    intensity = table["co2_per_gdp_t_per_10k_yuan"]
    yield Line(
        item=text(
            "Emissions per GDP of Chengdu-Chongqing lie above those of the Yangtze River Delta"
        ),
        printed=1,
        ours=intensity["CY"] > intensity["YRD"],
        proof=text("Table 4 has 0.6 and 0.9"),
    )
    crops = sink["cropland"].unstack("year")
    yield Line(
        item=text("The cropland sink of Beijing-Tianjin-Hebei grows"),
        printed=1,
        ours=crops[2020]["BTH"] > crops[2005]["BTH"],
        proof=text("Table 3 has 76.2 in 2005 and 70.5 in 2020"),
    )
    rest = sink[["grassland", "water"]].unstack("year")
    risen = (rest.xs(2020, axis=1, level="year") > rest.xs(2005, axis=1, level="year")).any(
        axis=None
    )
    yield Line(
        item=text("Of the other sinks, all fall"),
        printed=1,
        ours=not risen,
        proof=text(
            "in Table 3 water in Chengdu-Chongqing and grassland in the Pearl River Delta rise"
        ),
    )
    index = load_table("study002_moran").query("group == 'YRD'").set_index("year")["moran_i"]
    steps = index.sort_index().diff().dropna() > 0
    yield Line(
        item=text("Moran's I of the Yangtze River Delta first rises, then falls"),
        printed=1,
        ours=steps.tolist() in ([True, True, False], [True, False, False]),
        proof=text("Table 2 goes up, down and up again"),
    )
    yield Line(
        item=text("Moran's I always lies between -1 and 1"),
        printed=1,
        ours=np.abs(bounds_of_moran()).max() <= 1,
        proof=text(
            "its bounds depend on the weights: for queen contiguity of the 111 cities the upper one "
            "is 1.045"
        ),
    )
    yield Line(
        item=text("The Yangtze River Delta is among the low emitters (policy section)"),
        printed=1,
        ours=table["co2_total_10kt"].rank()["YRD"] <= 2,
        proof=text(
            "Table 4 has it first, and the same section counts it among the high emitters too"
        ),
    )
    area = land_areas().mean(axis=1)
    per_land = (table["co2_total_10kt"] / area).rank()
    low = {str(code) for code in per_land.index[per_land <= 2]}
    yield Line(
        item=text(
            "Emissions per area are low in the Yangtze River Delta and Beijing-Tianjin-Hebei"
        ),
        printed=1,
        ours=low == {"YRD", "BTH"},
        proof=text(
            "so it is per built-up area, which Table 4 holds; per area of land Chengdu-Chongqing and "
            "the middle Yangtze are the lowest"
        ),
    )
    per_built = (table["co2_total_10kt"] / built).rank()
    yield Line(
        item=text("The same per built-up area"),
        printed=1,
        ours={str(code) for code in per_built.index[per_built <= 2]} == {"YRD", "BTH"},
    )
