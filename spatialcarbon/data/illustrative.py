"""How the illustrative table of industry shares is invented: ``illustrative_industry_shares``.

No open table of Chinese cities has the shares of energy production, heavy, light and
high-tech industry. This one has the shape of such a table and the leanings that study 002
describes for the five city clusters, so that the method can be tried; it describes no city.
Run ``python -m spatialcarbon.data.illustrative`` to write it again; the same seed gives the
same bytes, here and anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import numpy as np

from spatialcarbon.data.catalogue import load_table

NAME = "illustrative_industry_shares"
SEED = 20240501
COLUMNS = ("energy", "heavy", "light", "hightech")

PROFILES: Mapping[str, tuple[int, int, int, int]] = {
    # per mille of output value, in the order of the columns
    "energy": (520, 260, 120, 100),
    "heavy": (150, 520, 200, 130),
    "light": (90, 210, 520, 180),
    "hightech": (50, 160, 230, 560),
}
"""The four kinds of city that the invented ones are scattered around."""

LEANINGS: Mapping[str, tuple[int, int, int, int]] = {
    # of ten cities of the cluster, how many are of each kind
    "BTH": (5, 4, 1, 0),  # energy and heavy industry
    "YRD": (2, 3, 3, 2),  # mixed
    "PRD": (0, 0, 2, 8),  # high-tech
    "CY": (3, 3, 2, 2),  # mixed, with more energy: the study does not say, this is our guess
    "MYR": (0, 5, 5, 0),  # light and heavy industry
}

BLEND = 0.5
"""How much of another kind of its cluster a city has at most: real cities are not pure."""

SCATTER = 0.4
"""How far a share may be from that blend, up or down, before rows are closed."""


def industry_shares() -> bytes:
    """Return the table as CSV.

    Whole numbers of a fixed bit stream and plain arithmetic only: no library's
    notion of a distribution, which may change with its version, has a part in it.
    """
    bits = np.random.PCG64(SEED)

    def uniform() -> float:
        return (int(bits.random_raw()) >> 11) / 2**53

    members = load_table("city_clusters").sort_values("adcode")
    lines = [",".join(("adcode", *COLUMNS))]
    for code, cluster in zip(members["adcode"], members["cluster"], strict=True):
        tenths = zip(PROFILES, LEANINGS[cluster], strict=True)
        ladder = [kind for kind, n in tenths for _ in range(n)]
        own, other = (PROFILES[ladder[int(uniform() * len(ladder))]] for _ in range(2))
        lent = BLEND * uniform()
        blend = [(1 - lent) * a + lent * b for a, b in zip(own, other, strict=True)]
        amounts = [part * (1 + SCATTER * (2 * uniform() - 1)) for part in blend]
        shares = _per_mille(amounts)
        lines.append(",".join((str(code), *(f"{share / 1000:.3f}" for share in shares))))
    return ("\n".join(lines) + "\n").encode()


def _per_mille(amounts: list[float]) -> list[int]:
    """Return whole per mille that sum to 1000: the largest remainders are rounded up."""
    exact = [1000 * amount / sum(amounts) for amount in amounts]
    shares = [int(value) for value in exact]
    rests = sorted(range(len(exact)), key=lambda i: shares[i] - exact[i])
    for i in rests[: 1000 - sum(shares)]:
        shares[i] += 1
    return shares


if __name__ == "__main__":
    target = Path(str(files("spatialcarbon.data"))) / "tables" / f"{NAME}.csv"
    target.write_bytes(industry_shares())
