"""How the illustrative eight-region input-output table is invented: ``illustrative_eight_regions``.

Study 001 prints the matrix of transfers between its eight regions only as a picture. This
table has the regions and the shape of a multi-region table, with the leaning that the
literature describes (the interior makes energy-intensive goods for the coast), so that the
method can be tried; it describes no economy. It balances by construction. Run
``python -m spatialcarbon.data.illustrative_flows`` to write it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np

NAME = "illustrative_eight_regions"
SEED = 20240514
SECTORS = ("agriculture", "energy", "manufacturing", "services")
HEADER = "block,row_region,row_sector,column_region,column_sector,money,co2"

REGIONS: Mapping[str, tuple[int, int, int, int, int]] = {
    # final demand in 10^10 CNY, exports per mille of output, leaning to energy,
    # dirtiness in per cent of the mean, part of inputs bought at home in per cent
    "Northeast": (260, 25, 120, 120, 82),
    "BeijingTianjin": (270, 60, 40, 70, 58),
    "NorthCoast": (520, 55, 130, 115, 78),
    "EastCoast": (840, 170, 50, 75, 72),
    "SouthCoast": (640, 200, 45, 65, 74),
    "Central": (760, 30, 150, 110, 80),
    "Northwest": (330, 20, 260, 145, 76),
    "Southwest": (600, 30, 100, 95, 81),
}

DEMAND = (60, 30, 310, 600)
"""Per mille of a region's final demand that goes to each sector."""

INPUTS: Mapping[str, tuple[int, int, int, int]] = {
    # per mille of a sector's output that is bought from each sector
    "agriculture": (140, 40, 210, 90),
    "energy": (5, 330, 140, 120),
    "manufacturing": (55, 120, 420, 130),
    "services": (15, 45, 190, 210),
}

INTENSITY = (35, 640, 62, 14)
"""t CO2 for 10^5 CNY of output of each sector, before the leaning of the region."""


def eight_regions() -> bytes:
    """Return the table as CSV, one line for each cell.

    Whole numbers of a fixed bit stream and plain arithmetic only, so that every machine
    writes the same bytes.
    """
    lines = [HEADER, *(",".join(map(str, cells)) for cells in _cells())]
    return ("\n".join(lines) + "\n").encode()


def _cells() -> Iterator[tuple[object, ...]]:
    bits = np.random.PCG64(SEED)

    def near(value: float) -> float:
        """Return a value up to a quarter above or below."""
        return value * (0.75 + 0.5 * (int(bits.random_raw()) >> 11) / 2**53)

    rows = [(region, sector) for region in REGIONS for sector in SECTORS]
    trade = {to: _origins(to, near) for to in REGIONS}
    demand = {
        (row, to): near(REGIONS[to][0] * 100 * DEMAND[SECTORS.index(row[1])] / 1000)
        * trade[to][row[1]][row[0]]
        for row in rows
        for to in REGIONS
    }
    share = {
        (row, column): near(INPUTS[column[1]][SECTORS.index(row[1])] / 1000)
        * trade[column[0]][row[1]][row[0]]
        for row in rows
        for column in rows
    }
    output = _outputs(rows, demand, share)
    flows = {key: round(part * output[key[1]]) for key, part in share.items()}
    wanted = {key: round(value) for key, value in demand.items()}
    abroad = {row: round(near(REGIONS[row[0]][1] / 1000) * output[row]) for row in rows}
    for (row, column), value in flows.items():
        yield ("intermediate", *row, *column, value, "")
    for (row, to), value in wanted.items():
        yield ("final_demand", *row, to, "", value, "")
    for row in rows:
        yield ("exports", *row, "", "", abroad[row], "")
    made = {
        row: sum(flows[row, column] for column in rows)
        + sum(wanted[row, to] for to in REGIONS)
        + abroad[row]
        for row in rows
    }
    for row in rows:
        yield ("output", *row, "", "", made[row], "")
    for row in rows:
        leaning = REGIONS[row[0]][3] / 100
        intensity = near(INTENSITY[SECTORS.index(row[1])] * leaning)
        yield ("emissions", *row, "", "", "", round(made[row] * intensity / 100))
    for region, facts in REGIONS.items():
        yield ("households", region, "", "", "", "", round(near(facts[0] * 9)))


def _origins(to: str, near: object) -> dict[str, dict[str, float]]:
    """Return for each sector the part of a region's purchases that comes from each region."""
    assert callable(near)
    found = {}
    for sector in SECTORS:
        # Services are bought at home; energy goes far, most of all from where it leans.
        home = REGIONS[to][4] / 100
        home = 1 - (1 - home) * {"services": 0.45, "agriculture": 0.8}.get(sector, 1.0)
        pull = {
            region: float(near(facts[0] * (facts[2] if sector == "energy" else 100)))
            for region, facts in REGIONS.items()
            if region != to
        }
        whole = sum(pull.values())
        found[sector] = {region: (1 - home) * part / whole for region, part in pull.items()}
        found[sector][to] = home
    return found


def _outputs(
    rows: list[tuple[str, str]],
    demand: Mapping[tuple[tuple[str, str], str], float],
    share: Mapping[tuple[tuple[str, str], tuple[str, str]], float],
) -> dict[tuple[str, str], float]:
    """Return the outputs that demand needs, by going round until nothing changes."""
    final = {row: sum(demand[row, to] for to in REGIONS) for row in rows}
    output = dict(final)
    for _ in range(200):
        output = {row: final[row] + sum(share[row, c] * output[c] for c in rows) for row in rows}
    return output


if __name__ == "__main__":
    target = Path(str(files("spatialcarbon.data"))) / "tables" / f"{NAME}.csv"
    target.write_bytes(eight_regions())
