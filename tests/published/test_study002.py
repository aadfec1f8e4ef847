"""Study 002: what can be recomputed from its printed tables (METHODS §5).

Table 1 (built-up area), Table 3 (sinks) and Table 4 (indicators of 2020), as
shipped; order of the clusters YRD, BTH, PRD, CY, MYR.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

ORDER = ["YRD", "BTH", "PRD", "CY", "MYR"]


@pytest.fixture(scope="module")
def table4() -> pd.DataFrame:
    return sc.load_table("study002_indicators").set_index("cluster").loc[ORDER]


@pytest.fixture(scope="module")
def panel(table4: pd.DataFrame) -> sc.Panel:
    """Return totals, built-up area and sinks of 2020 as one panel."""
    built = sc.load_table("study002_built_area").query("year == 2020").set_index("cluster")
    sinks = sc.load_table("study002_sinks").query("year == 2020 and cover == 'printed_total'")
    frame = pd.DataFrame(
        {
            "co2": table4["co2_total_10kt"],
            "built": built["built_area_km2"],
            "sink": sinks.set_index("cluster")["sink_10kt_co2"],
        }
    ).loc[ORDER]
    return sc.Panel.from_frame(
        frame.rename_axis("cluster").reset_index().assign(year=2020),
        unit="cluster",
        year="year",
        units={"co2": "10^4 t CO2", "built": "km2", "sink": "10^4 t CO2"},
    )


def test_table_4_normalised_by_its_maxima(table4: pd.DataFrame) -> None:
    printed = {
        "co2_total_10kt": (1, 0.6165, 0.1935, 0.2056, 0.3649),
        "co2_per_gdp_t_per_10k_yuan": (0.6, 1, 0.3333, 0.4, 0.6),
        "co2_per_capita_t": (0.8291, 1, 0.4530, 0.3675, 0.5812),
        "co2_per_area_as_printed": (0.7719, 0.8070, 0.9123, 1, 0.9123),
    }
    found = sc.max_normalise(table4[list(printed)]).table
    assert found.index.tolist() == ORDER
    for name, expected in printed.items():
        np.testing.assert_allclose(found[name], expected, atol=5e-5)


def test_neutrality_of_tables_3_and_4(panel: sc.Panel) -> None:
    found = sc.indicators(panel, sink="sink").pivot("neutrality", level="unit")[2020]
    np.testing.assert_allclose(found * 100, [0.480, 0.315, 0.614, 1.383, 1.652], atol=5e-4)


def test_area_of_table_4_is_the_built_up_one(panel: sc.Panel, table4: pd.DataFrame) -> None:
    found = sc.indicators(panel, built_area="built").pivot("per_built_area", level="unit")[2020]
    per_10kt = found / 1e4
    np.testing.assert_allclose(per_10kt, [4.380, 4.514, 5.114, 5.724, 5.202], atol=5e-4)
    # Printed to one decimal; two clusters are printed 0.1 too high.
    excess = (table4["co2_per_area_as_printed"] - per_10kt.round(1)).round(1)
    assert excess.to_dict() == {"YRD": 0.0, "BTH": 0.1, "PRD": 0.1, "CY": 0.0, "MYR": 0.0}


def test_totals_of_table_4(table4: pd.DataFrame) -> None:
    assert table4["co2_total_10kt"].sum() == 512_155


def test_land_area_reverses_the_order_of_the_built_up_one() -> None:
    # METHODS §5: 6005, 5915, 7694, 1834, 2414 t/km² with §4.3's areas.
    built = sc.load_table("study002_built_area").query("year == 2020").set_index("cluster")
    land = built["built_area_km2"] / built["built_share_pct"] * 100
    total = sc.load_table("study002_indicators").set_index("cluster")["co2_total_10kt"]
    table = pd.DataFrame({"co2": total}).loc[ORDER].rename_axis("cluster").reset_index()
    panel = sc.Panel.from_frame(
        table.assign(year=2020), unit="cluster", year="year", units="万t CO2"
    )
    found = sc.indicators(panel, area=land.loc[ORDER]).pivot("per_area", level="unit")[2020]
    np.testing.assert_allclose(found, [6005, 5915, 7694, 1834, 2414], rtol=0.02)
    assert found["YRD"] > found["MYR"] > found["CY"]


def test_stars_of_table_2() -> None:
    printed = sc.load_table("study002_moran")
    assert set(printed["signif"]) == {"**", "*", "ns"}
    from spatialcarbon.stats.inference import stars

    assert [stars(p) for p in (0.01, 0.07, 0.5)] == ["**", "*", ""]
