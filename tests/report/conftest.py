"""A small invented map with everything that has ever gone wrong in one."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import LineString, box

from spatialcarbon.core.language import text
from spatialcarbon.report.data_tables import DataTable, YearMap
from spatialcarbon.report.layers import (
    Layer,
    Lines,
    Single,
    graduated_style,
    group_style,
    lisa_style,
)

# Imports qgis, which this Python does not have.
collect_ignore = ["qgis_open.py"]

NASTY = 'O\'Brien & "Söhne" <b>城市</b>'
LABELS = ["High-High", "Low-Low", "Not significant", "Isolate", "High-Low", "Low-High"]


def lattice():
    """Return 2×3 squares: one unit without a value, one with an awkward name."""
    return gpd.GeoDataFrame(
        {
            "name": ["甲市", "乙市", NASTY, "丁\x00市\x0b", "戊市", "己市"],
            "co2_mt": [1.25, 17.5, 44.0, float("nan"), 98.75, 20.0],
            "label": [*LABELS[:5], None],
            "cluster": ["BTH", "BTH", "YRD", "YRD", "PRD", "PRD"],
            "geometry": [box(x, y, x + 1, y + 1) for x in (110, 111, 112) for y in (30, 31)],
        },
        index=pd.Index([110000, 120000, 130100, 130200, 130300, 130400], name="adcode"),
        crs="EPSG:4490",
    )


def links(frame):
    """Return two weighted lines between neighbouring squares."""
    pairs = [(110000, 120000), (120000, 130200)]
    return gpd.GeoDataFrame(
        {"flow": [1.0, 9.0]},
        geometry=[
            LineString([frame.geometry[a].centroid, frame.geometry[b].centroid]) for a, b in pairs
        ],
        index=pd.MultiIndex.from_tuples(pairs, names=["focal", "neighbour"]),
        crs=frame.crs,
    )


@pytest.fixture
def frame():
    return lattice()


@pytest.fixture
def layers(frame):
    """Return one layer for each kind of style."""
    aliases = {
        "adcode": text("行政区划代码"),
        "name": text("Name 名称"),
        "co2_mt": text("CO2 & more"),
    }
    co2 = graduated_style("co2_mt", frame["co2_mt"], k=3, unit="Mt CO2")
    groups = {"BTH": text("京津冀"), "YRD": text("长三角"), "PRD": text("珠三角")}
    return [
        Layer(
            "links",
            text("Who lies beside whom"),
            text("Who neighbours whom."),
            links(frame),
            {},
            Lines("#333333", "flow", (1.0, 5.0, 9.0), (0.2, 0.8)),
        ),
        Layer(
            "emissions_2017",
            text('{year}年二氧化碳排放 <CO2> & "more"', year=2017),
            text("Emissions in Mt CO2: a < b & c."),
            frame[["name", "co2_mt", "geometry"]],
            aliases,
            co2,
            "name",
            group=text("Emissions"),
        ),
        Layer(
            "lisa_2017",
            text("Local Moran"),
            text("Where like meets like."),
            frame[["name", "label", "geometry"]],
            {"label": text("LISA 类型")},
            lisa_style("label"),
            "name",
            group=text("Local Moran's I"),
        ),
        Layer(
            "clusters",
            text("City clusters"),
            text("Groups."),
            frame[["name", "cluster", "geometry"]],
            {},
            group_style("cluster", groups),
        ),
        Layer(
            "borders",
            text("Borders"),
            text("Outlines."),
            frame[["geometry"]],
            {},
            Single("#000000", outline_only=True),
        ),
    ]


@pytest.fixture
def panel():
    """Return a table without geometry."""
    return pd.DataFrame({"adcode": [110000, 120000], "year": [2016, 2017], "co2_mt": [1.0, 2.0]})


@pytest.fixture
def yearly(frame):
    """Return a table of three years, one place without a value, and its map."""
    years = [2016, 2017, 2018]
    rows = [(code, year) for code in frame.index for year in years]
    values = [10.0 * i + 1 for i in range(len(rows))]
    values[4] = float("nan")
    data = pd.DataFrame(rows, columns=["adcode", "year"]).assign(co2_mt=values, note="x")
    return DataTable(
        "panel",
        text("Data by year"),
        text("A row for every place and year."),
        data,
        aliases={"co2_mt": text("CO2 emissions"), "year": text("Year")},
        unit="adcode",
        year="year",
        places="clusters",
        maps=[
            YearMap(
                "yearly_co2",
                text("{variable}, year by year", variable="CO2"),
                text("Three pictures."),
                graduated_style("co2_mt", values, k=3),
            )
        ],
        group=text("Year by year"),
    )
