"""The engines whose time is followed over sizes: what a size counts, and one call of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from load_maps import voronoi_cells

import spatialcarbon as sc

Call = Callable[[], Any]


@dataclass(frozen=True)
class Engine:
    """One engine: its title, what its sizes count, what theory says, and how to call it."""

    title: str
    counts: str
    theory: str
    power: float
    """The slope that theory expects on logarithmic axes, logarithms left out."""
    sizes: tuple[int, ...]
    make: Callable[[int], Call]


@cache
def units(n: int) -> gpd.GeoDataFrame:
    """Return n polygons."""
    return gpd.GeoDataFrame(geometry=voronoi_cells(n), crs="EPSG:6933")


@cache
def weights(n: int) -> Any:
    """Return their queen contiguity."""
    return sc.Backbone(units(n)).contiguity().standardised("R")


def values(n: int) -> pd.Series[float]:
    """Return a skewed variable."""
    return pd.Series(np.random.default_rng(1).gamma(1, size=n))


def contiguity(n: int) -> Call:
    shapes = units(n)
    return lambda: sc.Backbone(shapes).contiguity()


def knn(n: int) -> Call:
    shapes = units(n)
    return lambda: sc.Backbone(shapes).knn(8)


def global_moran(n: int) -> Call:
    x, w = values(n), weights(n)
    return lambda: sc.global_moran(x, w, permutations=999, rng=1)


def local_moran(n: int) -> Call:
    x, w = values(n), weights(n)
    return lambda: sc.local_moran(x, w, permutations=999, correction="none", rng=1)


def local_g(n: int) -> Call:
    x, w = values(n), weights(n)
    return lambda: sc.local_g(x, w, permutations=999, correction="none", rng=1)


def moran_panel(n: int) -> Call:
    w = weights(1_000)
    columns = pd.MultiIndex.from_product([["v"], range(n)])
    frame = pd.DataFrame(np.random.default_rng(2).gamma(1, size=(1_000, n)), columns=columns)
    return lambda: sc.moran_panel(frame, w, permutations=999, rng=1)


def _production(n: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(3)
    x = rng.lognormal(3, 1, (n, 1))
    y = x ** rng.uniform(0.3, 0.9, (1, 3)) * rng.lognormal(0, 0.4, (n, 3))
    names = [f"u{i}" for i in range(n)]
    return pd.DataFrame(x, names, ["co2"]), pd.DataFrame(y, names, ["a", "b", "c"])


def dea(n: int) -> Call:
    x, y = _production(n)
    return lambda: sc.dea(x, y, slacks=False)


def zero_sum(n: int) -> Call:
    x, y = _production(n)
    return lambda: sc.zero_sum_dea(x["co2"], y)


def lmdi(n: int) -> Call:
    years = 20
    rng = np.random.default_rng(4)
    places = n // years
    frame = pd.DataFrame({"unit": np.repeat(np.arange(places), years)})
    frame["year"] = np.tile(np.arange(2000, 2000 + years), places)
    for name in ("population", "gdp", "industry", "co2"):
        growth = rng.normal(0.02, 0.05, (places, years)).cumsum(axis=1)
        frame[name] = (rng.gamma(2, 50, (places, 1)) * np.exp(growth)).ravel()
    return lambda: sc.decompose(frame, stages="yearly")


def simulate(n: int) -> Call:
    shipped = sc.load_table("study003_rates")
    base = pd.Series(np.random.default_rng(5).lognormal(3, 1, 50))
    rates = pd.concat([shipped.assign(unit=unit) for unit in base.index], ignore_index=True)
    errors = {"alpha": 0.001, "beta": 0.01}
    return lambda: sc.simulate(base, rates, horizon=2030, draws=n, errors=errors, rng=1)


def landcover(n: int) -> Call:
    from spatialcarbon.models.land.crosstab import cross_tabulate

    side = round(n**0.5)
    rng = np.random.default_rng(6)
    place = ((30.0, 0.0, 0.0, 0.0, -30.0, 30.0 * side), "EPSG:6933")
    pair = [(rng.integers(1, 9, (side, side), dtype=np.uint8), *place) for _ in range(2)]
    return lambda: cross_tabulate(pair, scheme="common")


def names(n: int) -> Call:
    known = sc.load_units("cities")["name_zh"].to_numpy()
    asked = list(np.random.default_rng(7).choice(known, n))
    return lambda: sc.match_names(asked)


def _kept(words: str, ending: str) -> Path:
    """Write a file that is there as long as this process."""
    path = Path(_folder()) / f"{len(words)}{ending}"
    path.write_text(words, encoding="utf-8")
    return path


@cache
def _folder() -> str:
    kept = tempfile.TemporaryDirectory()
    _FOLDERS.append(kept)
    return kept.name


_FOLDERS: list[Any] = []


def tables(n: int) -> Call:
    numbers = np.random.default_rng(8).lognormal(size=n).round(4)
    rows = (f"c{i // 20:06d},{2000 + i % 20},{x}" for i, x in enumerate(numbers))
    path = _kept("code,year,co2\n" + "\n".join(rows), ".csv")
    return lambda: sc.read_panel(path, unit="code", year="year", units="Mt CO2")


def geopackage(n: int) -> Call:
    from spatialcarbon.core.language import text
    from spatialcarbon.report.geopackage import write_geopackage
    from spatialcarbon.report.layers import Layer, graduated_style

    frame = units(n).assign(co2=values(n)).rename_axis("unit")
    style = graduated_style("co2", frame["co2"])
    layer = Layer("co2", text("Data"), text("Data"), frame, style=style)
    path = Path(_folder()) / f"{n}.gpkg"

    def call() -> None:
        path.unlink(missing_ok=True)
        write_geopackage(path, [layer], project=False)

    return call


def workbook(n: int) -> Call:
    from spatialcarbon.core.language import text
    from spatialcarbon.report.tables import Table
    from spatialcarbon.report.workbook import write_workbook

    frame = pd.DataFrame({f"v{k}": values(n) for k in range(7)}).assign(name="somewhere")
    table = Table(name="data", title=text("Data"), frame=frame)
    path = Path(_folder()) / f"{n}.xlsx"
    return lambda: write_workbook(path, [table], "en")


def natural(n: int) -> Call:
    from spatialcarbon.report.palettes import natural_breaks

    x = values(n).to_numpy()
    return lambda: natural_breaks(x, 5)


def constrained(n: int) -> Call:
    shares = pd.DataFrame(np.random.default_rng(9).dirichlet(np.ones(4), n), columns=list("abcd"))
    w = weights(n)
    return lambda: sc.constrained_clusters(shares, w, k=5, n_init=5)


def smoothing(n: int) -> Call:
    w, rng = weights(n), np.random.default_rng(10)
    emitted = pd.Series(rng.gamma(2, 20, n))
    asked = emitted * rng.uniform(0.1, 0.4, n)
    return lambda: sc.smooth_allocation(asked, w, emissions=emitted, strength=0.5)


@cache
def game(players: int) -> Any:
    """Return the worths of all coalitions of some players."""
    rng, places = np.random.default_rng(11), pd.RangeIndex(players)
    return sc.linear_game(
        pd.DataFrame(rng.random((players, players)), places, places),
        pd.Series(rng.random(players) + 0.5, places),
        pd.Series(rng.random(players) * 10, places),
    )


def shapley(n: int) -> Call:
    made = game(n.bit_length() - 1)
    return lambda: sc.shapley(made.tabulate())


def nucleolus(n: int) -> Call:
    table = game(n.bit_length() - 1).tabulate()
    return lambda: sc.nucleolus(table)


LARGE = (10_000, 30_000, 100_000, 300_000)
MIDDLE = (3_000, 10_000, 30_000, 100_000)
ENGINES: Mapping[str, Engine] = {
    "contiguity": Engine("Queen contiguity", "polygons", "n log n", 1, LARGE, contiguity),
    "knn": Engine("Nearest neighbours, k = 8", "polygons", "n log n", 1, LARGE, knn),
    "global": Engine("Global Moran's I, 999 draws", "places", "n", 1, MIDDLE, global_moran),
    "local": Engine("Local Moran's I, 999 draws", "places", "n", 1, LARGE, local_moran),
    "local_g": Engine("Local G*, 999 draws", "places", "n", 1, LARGE, local_g),
    "panel": Engine(
        "Moran's I of a panel", "series of 1,000 places", "n", 1, (20, 60, 200, 600), moran_panel
    ),
    "dea": Engine("DEA", "units", "n to n²", 2, (500, 1_000, 2_000, 4_000, 8_000), dea),
    "zero_sum": Engine(
        "Zero-sum DEA, one shot", "units", "n to n²", 2, (250, 500, 1_000, 2_000, 4_000), zero_sum
    ),
    "lmdi": Engine("LMDI, year by year", "rows", "n", 1, (6_000, *LARGE[1:]), lmdi),
    "simulate": Engine(
        "Monte Carlo of 50 cities", "draws", "n", 1, (10_000, 30_000, 100_000, 300_000), simulate
    ),
    "landcover": Engine(
        "Land cover, class × class", "cells", "n", 1,
        (4_000_000, 16_000_000, 64_000_000, 144_000_000), landcover,
    ),
    "names": Engine("Names to codes", "names", "n", 1, (1_000, 3_000, 10_000, 30_000), names),
    "tables": Engine("Reading a table", "rows", "n", 1, MIDDLE, tables),
    "geopackage": Engine(
        "Writing a GeoPackage", "polygons", "n log n", 1, (3_000, 10_000, 30_000, 100_000),
        geopackage,
    ),
    "workbook": Engine(
        "Writing a workbook", "rows of 8", "n", 1, (1_000, 3_000, 10_000, 30_000), workbook
    ),
    "breaks": Engine("Natural breaks, 5 classes", "numbers", "n log n", 1, LARGE, natural),
    "constrained": Engine(
        "Clusters of neighbours", "places", "n²", 2, (500, 1_000, 2_000, 4_000), constrained
    ),
    "smoothing": Engine(
        "Smoothing an allocation", "places", "a linear programme", 2, (100, 200, 400, 800),
        smoothing,
    ),
    "shapley": Engine(
        "Shapley value", "coalitions", "n log n", 1, (2**12, 2**14, 2**16, 2**18), shapley
    ),
    "nucleolus": Engine(
        "Nucleolus", "coalitions", "linear programmes", 2, (2**7, 2**8, 2**9, 2**10, 2**11),
        nucleolus,
    ),
}  # fmt: skip
