"""How the illustrative table of abatement prices is invented: ``illustrative_abatement_prices``.

No open table says what cutting costs in the provinces of China. This one has the shape of such
a table, so that trade in allowances can be tried; it describes no province. Run
``python -m spatialcarbon.data.illustrative_prices`` to write it again; the same seed gives the same
bytes, here and anywhere.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np

from spatialcarbon.data.catalogue import load_table

NAME = "illustrative_abatement_prices"
SEED = 20240502
LOWEST, STEP, STEPS = 200, 10, 61
"""Prices are 200, 210, ... 800 CNY a tonne, each as likely as the next."""


def abatement_prices() -> bytes:
    """Return the table as CSV: what the last tonne costs where half of all emissions are cut."""
    bits = np.random.PCG64(SEED)
    lines = ["adcode,price_at_half"]
    for code in sorted(load_table("study004_criteria")["adcode"]):
        price = LOWEST + STEP * (int(bits.random_raw()) % STEPS)
        lines.append(f"{code},{price}")
    return ("\n".join(lines) + "\n").encode()


if __name__ == "__main__":
    target = Path(str(files("spatialcarbon.data"))) / "tables" / f"{NAME}.csv"
    target.write_bytes(abatement_prices())
