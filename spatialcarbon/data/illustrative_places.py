"""How the illustrative sinks and GDP of 111 cities are invented: ``illustrative_sinks_gdp``.

The emissions of the cities are open; their sinks and their GDP are not, in one table. These
have the sizes that study 002 prints for whole clusters, so that a compensation can be tried
beside real emissions; they describe no city. Run
``python -m spatialcarbon.data.illustrative_places`` to write the table again; the same seed
gives the same bytes, here and anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np

from spatialcarbon.data.catalogue import load_table

NAME = "illustrative_sinks_gdp"
SEED = 20240502
YEAR = 2017
"""Of the emissions that GDP is made from."""

CLUSTERS: Mapping[str, tuple[float, float]] = {
    # t CO2 per 10^4 CNY, and 10^4 t of sinks in the whole cluster (study 002, Tables 4 and 3)
    "YRD": (0.9, 1033.0),
    "BTH": (1.5, 417.9),
    "PRD": (0.5, 255.4),
    "CY": (0.6, 611.9),
    "MYR": (0.9, 1296.8),
}

SCATTER = 0.45
"""How far the intensity of a city may be from that of its cluster, up or down."""


def sinks_and_gdp() -> bytes:
    """Return the table as CSV.

    Whole numbers of a fixed bit stream and plain arithmetic only: no library's
    notion of a distribution, which may change with its version, has a part in it.
    """
    bits = np.random.PCG64(SEED)

    def uniform() -> float:
        return (int(bits.random_raw()) >> 11) / 2**53

    members = load_table("city_clusters").sort_values("adcode")
    emitted = load_table("city_co2", years=YEAR).set_index("adcode")["co2_mt"]
    drawn = [
        (int(code), cluster, uniform(), uniform())
        for code, cluster in zip(members["adcode"], members["cluster"], strict=True)
    ]
    # A cubed draw: few places with much land, many with little, as on any map.
    land = {code: 0.03 + u * u * u for code, _, u, _ in drawn}
    whole = {c: sum(land[code] for code, own, *_ in drawn if own == c) for c in CLUSTERS}
    lines = ["adcode,sink,gdp"]
    for code, cluster, _, v in drawn:
        intensity, sinks = CLUSTERS[cluster]
        sink = sinks * land[code] / whole[cluster]
        gdp = float(emitted[code]) * 100 / (intensity * (1 + SCATTER * (2 * v - 1)))
        lines.append(f"{code},{sink:.1f},{gdp:.0f}")
    return ("\n".join(lines) + "\n").encode()


if __name__ == "__main__":
    target = Path(str(files("spatialcarbon.data"))) / "tables" / f"{NAME}.csv"
    target.write_bytes(sinks_and_gdp())
