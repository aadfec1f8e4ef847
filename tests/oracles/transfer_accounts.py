"""Embodied carbon beside pymrio, and by an inverse that is written out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pymrio

import spatialcarbon as sc
from tests.oracles.draws import quietly
from tests.oracles.oracle import Oracle, relative


def a_table(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Draw flows, final demand and emissions of some regions and sectors."""
    regions = [f"r{i}" for i in range(int(rng.integers(2, 6)))]
    sectors = [f"s{i}" for i in range(int(rng.integers(1, 5)))]
    index = pd.MultiIndex.from_product([regions, sectors], names=["region", "sector"])
    n = len(index)
    flows = np.exp(rng.normal(0, 2, (n, n))) * (rng.random((n, n)) < 0.8)
    demand = np.exp(rng.normal(2, 2, (n, len(regions))))
    emitted = np.exp(rng.normal(3, 2, n))
    return (
        pd.DataFrame(flows, index, index),
        pd.DataFrame(demand, index, regions),
        pd.Series(emitted, index),
    )


def accounts(rng: np.random.Generator) -> Mapping[str, float]:
    z, y, e = a_table(rng)
    found = sc.embodied_transfers(z, y, e)
    columns = pd.MultiIndex.from_product([y.columns, ["all"]], names=["region", "category"])
    system = pymrio.IOSystem(Z=z, Y=y.set_axis(columns, axis=1))
    extension = pymrio.Extension(
        name="emissions", F=pd.DataFrame([e.to_numpy()], ["CO2"], z.index), F_Y=None
    )
    system.emissions = extension
    quietly(system.calc_all)
    peer = system.emissions
    x = z.sum(axis=1) + y.sum(axis=1)
    # pymrio's L, with demand by region on its diagonals, gives who emits for whom.
    by_row = (e / x).to_numpy()[:, None] * (system.L.to_numpy() @ y.to_numpy())
    matrix = pd.DataFrame(by_row, z.index, y.columns).groupby(level="region").sum()
    return {
        "production": relative(found.production, peer.D_pba_reg.loc["CO2", found.production.index]),
        "consumption": relative(
            found.consumption, peer.D_cba_reg.loc["CO2", found.consumption.index]
        ),
        "matrix": relative(found.matrix.loc[matrix.index, matrix.columns], matrix),
        "multipliers": relative(found.multiplier.loc[z.index], peer.M.loc["CO2"]),
    }


def series(rng: np.random.Generator) -> Mapping[str, float]:
    """Rounds of inputs summed one after another, with exports, households and an error column."""
    z, y, e = a_table(rng)
    n = len(z)
    abroad, error = (pd.Series(np.exp(rng.normal(0, 1, n)), z.index) for _ in range(2))
    homes = pd.Series(np.exp(rng.normal(2, 1, len(y.columns))), y.columns)
    found = sc.embodied_transfers(z, y, e, exports=abroad, households=homes, discrepancy=error)
    x = (z.sum(axis=1) + y.sum(axis=1) + abroad + error).to_numpy()
    a, intensity = z.to_numpy() / x, (e / x).to_numpy()
    ends = np.column_stack([y, abroad, error])
    total, power = ends.copy(), ends
    for _ in range(100_000):
        power = a @ power
        total += power
        if np.abs(power).max() <= 1e-17 * np.abs(total).max():
            break
    caused = pd.DataFrame(
        intensity[:, None] * total, z.index, [*y.columns, "abroad", "error"]
    ).groupby(level="region").sum()  # fmt: skip
    consumption = caused[y.columns].sum() + homes
    production = caused.sum(axis=1) + homes
    return {
        "production": relative(found.production, production[found.production.index]),
        "consumption": relative(found.consumption, consumption[found.consumption.index]),
        "exports abroad": relative(found.abroad, caused.loc[found.abroad.index, "abroad"]),
        "net": relative(
            found.net.loc[y.columns, y.columns],
            caused[y.columns].to_numpy() - caused[y.columns].to_numpy().T,
        ),
    }


def there_and_back(rng: np.random.Generator) -> Mapping[str, float]:
    """A table goes to pymrio, is calculated there, and comes back."""
    z, y, e = a_table(rng)
    direct = sc.embodied_transfers(z, y, e)
    columns = pd.MultiIndex.from_product([y.columns, ["all"]], names=["region", "category"])
    system = pymrio.IOSystem(Z=z, Y=y.set_axis(columns, axis=1))
    system.emissions = pymrio.Extension(
        name="emissions", F=pd.DataFrame([e.to_numpy()], ["CO2"], z.index), F_Y=None
    )
    table = sc.io_table_from_pymrio(system, extension="emissions", stressor="CO2")
    back = sc.io_table_to_pymrio(table)
    quietly(back.calc_all)
    consumption = back.emissions.D_cba_reg.loc["CO2", direct.consumption.index]
    return {
        "flows": relative(back.Z.loc[z.index, z.columns], z),
        "consumption": relative(consumption, direct.consumption),
    }


ORACLES = (
    Oracle(
        "embodied_transfers",
        "production, consumption, matrix, multipliers",
        "pymrio",
        "IOSystem.calc_all",
        accounts,
        1e-9,
        quick=5,
    ),
    Oracle(
        "embodied_transfers",
        "consumption, exports and net transfers with all columns",
        "definition",
        "sum of the rounds of inputs",
        series,
        1e-9,
        quick=8,
    ),
    Oracle(
        "embodied_transfers",
        "flows and consumption of a table that went to pymrio and back",
        "pymrio",
        "IOSystem.calc_all",
        there_and_back,
        1e-9,
        quick=2,
    ),
)
