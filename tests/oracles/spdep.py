"""R's spdep: many cases written to tables, one start of R, answers read back."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

import spatialcarbon as sc
from tests.oracles.draws import grid, labels, numbers, positive, voronoi, weights
from tests.oracles.oracle import stream

SCRIPT = Path(__file__).with_name("spdep.R")


@dataclass(frozen=True)
class Question:
    """One case: values on weights, events among people, p-values, and a map of its own."""

    weights: Any
    values: pd.DataFrame
    units: Any
    points: np.ndarray
    reach: float

    def column(self, name: str) -> pd.Series:
        return self.values[name]


def question(number: int) -> Question:
    """Draw one case; weights and map have the same number of units."""
    rng = stream(number)
    units = voronoi(rng) if rng.random() < 0.7 else grid(rng)
    n = len(units)
    w = weights(rng, islands=False)
    while w.n < n:
        w = weights(rng, islands=False)
    dense = w.sparse.toarray()[:n, :n]
    dense[np.arange(n), (np.arange(n) + 1) % n] = 0.75  # no islands after cutting
    made = sc.Weights.from_sparse(dense, labels(rng, n))
    people = np.round(rng.lognormal(7, 1.5, n)) + 20
    table = pd.DataFrame(
        {
            "x": numbers(rng, n),
            "positive": positive(rng, n),
            "events": rng.poisson(people * rng.beta(2, 40, n)) + (np.arange(n) == 0),
            "people": people,
            "p": np.round(rng.random(n) ** 3, 3),
        },
        index=made.units,
    )
    table.iloc[0, 1] += 1.5
    points = shapely.get_coordinates(shapely.centroid(units.geometry.to_numpy())) / 1000
    return Question(made, table, units, points, float(rng.uniform(20.3, 90.7)))


@cache
def why_no_spdep() -> str:
    """Return why spdep cannot be asked, or nothing."""
    try:
        run = subprocess.run(
            ["Rscript", "-e", "library(spdep); library(sf)"], capture_output=True, check=False
        )
    except OSError:
        return "there is no Rscript (Debian: r-base-core)"
    return "" if run.returncode == 0 else "R has no spdep (Debian: r-cran-spdep)"


@cache
def answers(cases: int) -> tuple[list[Question], list[dict[str, np.ndarray]], str]:
    """Return the cases, what R says to each, and the version of spdep."""
    asked = [question(number) for number in range(cases)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        values, links, shapes = [], [], []
        for case, one in enumerate(asked):
            where = pd.DataFrame(one.points, columns=["px", "py"]).assign(reach=one.reach)
            values.append(
                pd.concat([one.values.reset_index(drop=True), where], axis=1).assign(case=case)
            )
            matrix = one.weights.sparse.tocoo()
            links.append(
                pd.DataFrame({"case": case, "i": matrix.row, "j": matrix.col, "w": matrix.data})
            )
            wkt = shapely.to_wkt(one.units.geometry.to_numpy(), rounding_precision=-1)
            shapes.append(pd.DataFrame({"case": case, "wkt": wkt}))
        for file, frames in (("values", values), ("links", links), ("shapes", shapes)):
            pd.concat(frames).to_csv(folder / f"{file}.csv", index=False, float_format="%.17g")
        subprocess.run(["Rscript", str(SCRIPT), str(folder)], check=True, stdout=subprocess.DEVNULL)
        told = pd.read_csv(folder / "answers.csv")
        version = (folder / "version.txt").read_text(encoding="utf-8").strip()
    by_case = {
        case: {
            str(quantity): rows["value"].to_numpy()
            for quantity, rows in part.groupby("quantity", sort=False)
        }
        for case, part in told.groupby("case")
    }
    return asked, [by_case[case] for case in range(cases)], version


Compared = Callable[[Question, dict[str, np.ndarray]], Mapping[str, float]]


def batch(compare: Compared) -> Callable[[int], list[Mapping[str, float]]]:
    """Return the comparison of many cases from that of one."""

    def compared(cases: int) -> list[Mapping[str, float]]:
        asked, told, _ = answers(cases)
        return [compare(one, answer) for one, answer in zip(asked, told, strict=True)]

    return compared


def spdep_version() -> str:
    """Return the version of spdep here."""
    return answers(1)[2]
