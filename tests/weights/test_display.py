"""What the card of weights says of them."""

from __future__ import annotations

import re

import geopandas as gpd
from shapely import box

import spatialcarbon as sc


def facts(weights: sc.Weights) -> dict[str, str]:
    """The names and values on the card."""
    return dict(re.findall(r"<dt[^>]*>(.*?)</dt><dd[^>]*>(.*?)</dd>", weights._repr_html_()))


def test_the_card_counts_what_there_is_and_says_nought_of_what_there_is_not() -> None:
    row = [box(i, 0, i + 1, 1) for i in range(3)]
    units = gpd.GeoDataFrame(index=list("abcd"), geometry=[*row, box(9, 0, 10, 1)], crs=32650)
    alone = sc.Backbone(units).contiguity(islands="keep")
    said = facts(alone)
    assert {name: said[name] for name in ("n", "n_pairs", "isolates", "bridges")} == {
        "n": "4",
        "n_pairs": "2",
        "isolates": "d",
        "bridges": "0",
    }
    assert said["neighbors (min – mean – max)"] == "0 – 1.00 – 2"
    said = facts(alone.bridged([("c", "d")]))
    assert (said["isolates"], said["bridges"]) == ("0", "c–d")
