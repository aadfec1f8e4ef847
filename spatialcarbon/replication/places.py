"""Names of clusters and provinces as the studies' tables have them."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from spatialcarbon.core.language import Text, name, text
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.geo.clusters import clusters

Labelled = Any
"""A Series or DataFrame: the stubs of pandas know no lookup by labels of mixed types."""

CLUSTERS = ("YRD", "BTH", "PRD", "CY", "MYR")
"""The five clusters in the order of study 002's tables."""


@cache
def cluster_names() -> dict[str, Text]:
    """Return the names of the five clusters, and of all of them together."""
    plan = clusters("plan").drop_duplicates("cluster").set_index("cluster")
    found: dict[str, Text] = {
        code: name(plan["cluster_en"][code], plan["cluster_zh"][code]) for code in CLUSTERS
    }
    return {"ALL": text("all five clusters"), **found}


def by_adcode(shipped: str) -> Labelled:
    """Return a shipped table of provinces by their codes."""
    return load_table(shipped).set_index("adcode")


@cache
def province_names() -> dict[int, Text]:
    """Return the names of the provinces, "InnerMongolia" of the tables as two words."""
    table = by_adcode("study001_forest")
    pairs = zip(table.index, table["province"], table["province_zh"], strict=True)
    return {
        int(code): name(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", english), chinese)
        for code, english, chinese in pairs
    }
