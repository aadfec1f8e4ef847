"""Study 001: forest stock and land structure of 31 provinces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spatialcarbon.core.language import text
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.models.land.forest import forest_stock_co2
from spatialcarbon.models.land.regional_shares import regional_shares
from spatialcarbon.replication.ledger import Line, part
from spatialcarbon.replication.places import Labelled, by_adcode, province_names

REGIONS = {"East": text("East"), "Central": text("Central"), "West": text("West")}
GDP_YEAR = 2020


@part("001", "Table 1", unit="%", decimals=2)
def forest_shares() -> Iterator[Line]:
    """Share of each province in the national growing stock."""
    table = by_adcode("study001_forest")
    found = regional_shares(table["forest_stock_10k_m3"], groups=table["region"]).table["share"]
    for code, place in province_names().items():
        yield Line(
            item=text("{place}: share of growing stock", place=place),
            printed=table["share_pct"][code],
            ours=100 * found[code],
        )


@part("001", "Table 1", unit="10^4 m3", decimals=2)
def forest_sums() -> Iterator[Line]:
    """Growing stock of the three regions."""
    table = by_adcode("study001_forest")
    groups = regional_shares(table["forest_stock_10k_m3"], groups=table["region"]).groups
    printed = {"East": 226_187.89, "Central": 469_718.37, "West": 1_009_913.33}
    for region, value in printed.items():
        yield Line(
            item=text("{place}: growing stock", place=REGIONS[region]),
            printed=value,
            ours=groups["value"][region],
        )


@part("001", "Table 2", unit="%", decimals=2)
def land_shares() -> Iterator[Line]:
    """Share of agricultural and built-up land in their sum, by province."""
    table = by_adcode("study001_land")
    both = table["agri_land_kha"] + table["built_land_kha"]
    for code, place in province_names().items():
        for kind, item in (
            ("agri", text("{place}: share of agricultural land", place=place)),
            ("built", text("{place}: share of built-up land", place=place)),
        ):
            yield Line(
                item=item,
                printed=table[f"{kind}_share_pct"][code],
                ours=100 * table[f"{kind}_land_kha"][code] / both[code],
            )


@part("001", "Table 2", unit="kha", decimals=2)
def land_sums() -> Iterator[Line]:
    """Agricultural and built-up land of the three regions."""
    table = by_adcode("study001_land")
    printed = {
        "agri": {"East": 83_347.00, "Central": 143_433.70, "West": 493_377.70},
        "built": {"East": 23_806.50, "Central": 23_762.50, "West": 33_578.00},
    }
    for kind, values in printed.items():
        sums = regional_shares(table[f"{kind}_land_kha"], groups=table["region"]).groups["value"]
        for region, value in values.items():
            said = {"place": REGIONS[region]}
            item = (
                text("{place}: agricultural land", **said)
                if kind == "agri"
                else text("{place}: built-up land", **said)
            )
            yield Line(item=item, printed=value, ours=sums[region])


def _regional_gdp() -> Labelled:
    gdp = load_table("province_gdp", years=GDP_YEAR).set_index("adcode")["gdp_100m_cny"]
    return gdp.groupby(by_adcode("study001_forest")["region"]).sum()


@part("001", "Text", unit="%", decimals=2)
def gdp_shares() -> Iterator[Line]:
    """Share of the three regions in the GDP of 2020."""
    sums = _regional_gdp()
    printed = {"East": 54.41, "Central": 24.52, "West": 21.07}
    for region, value in printed.items():
        yield Line(
            item=text("{place}: share of GDP, {year}", place=REGIONS[region], year=GDP_YEAR),
            printed=value,
            ours=100 * sums[region] / sums.sum(),
        )


@part("001", "Text", unit="10^8 CNY", decimals=2)
def gdp_of_the_east() -> Iterator[Line]:
    """GDP of the eastern region."""
    yield Line(
        item=text("{place}: GDP, {year}", place=REGIONS["East"], year=GDP_YEAR),
        printed=550_848.03,
        ours=_regional_gdp()["East"],
        assumption=text(
            "the shipped figures of provinces, whose sum is 0.004 % higher, perhaps by a later "
            "revision; the shares agree"
        ),
        within=20.0,
    )


@part("001", "Text", unit="10^4 t CO2/10^8 CNY", decimals=2)
def intensities() -> Iterator[Line]:
    """Emissions per GDP of the three regions."""
    reason = text(
        "emissions of provinces are not printed; the open city data end in 2017 and lack Tibet"
    )
    for region, value in {"East": 0.92, "Central": 1.16, "West": 1.54}.items():
        yield Line(
            item=text("{place}: emissions per GDP", place=REGIONS[region]),
            printed=value,
            ours=None,
            missing=reason,
        )


@part("001", "Text", unit="10^8 t CO2", decimals=1)
def forest_growth() -> Iterator[Line]:
    """What 10⁸ m³ of further stock fix."""
    import pandas as pd

    found = forest_stock_co2(pd.Series({"ALL": 1.0}), units="亿m3", factor="cn_rule")
    yield Line(
        item=text("CO2 fixed by 10^8 m3 of further growing stock"),
        printed=1.6,
        ours=float(np.asarray(found)[0]) / 1e8,
        missing=text(
            "the study gives no source for 1.6 t per m3; the rule usually quoted is 1.83 t of CO2, "
            "and 1.62 t of oxygen"
        ),
    )
