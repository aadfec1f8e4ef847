"""Land that changed: rasters counted by scikit-learn, intensities written out in fractions."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
from affine import Affine
from sklearn.metrics import confusion_matrix

import spatialcarbon as sc
from spatialcarbon.models.land.legends import LAND_CLASSES
from tests.oracles.oracle import Oracle, relative

CELL = 0.25  # km²: cells of 500 m in an equal-area projection
GRID = (Affine(500.0, 0.0, 1e6, 0.0, -500.0, 4e6), "EPSG:6933")
CLASSES = list(LAND_CLASSES)


def rasters(rng: np.random.Generator, years: int) -> list[Any]:
    """Draw classes of some years on one grid, mostly unchanged, with gaps coded zero."""
    shape = tuple(rng.integers(5, 25, 2))
    chances = rng.dirichlet(np.full(8, 0.5))
    images = [rng.choice(np.arange(1, 9), shape, p=chances)]
    for _ in range(years - 1):
        drawn = rng.choice(np.arange(1, 9), shape, p=rng.dirichlet(np.full(8, 0.5)))
        images.append(np.where(rng.random(shape) < rng.uniform(0.05, 0.6), drawn, images[-1]))
    for image in images:
        image[rng.random(shape) < 0.05] = 0
    return images


def counted(first: Any, second: Any) -> np.ndarray:
    """Cells that went from each class to each class, where both years have one."""
    both = (first > 0) & (second > 0)
    return confusion_matrix(first[both], second[both], labels=np.arange(1, 9)) * CELL


def _image(image: Any) -> tuple[Any, ...]:
    return (image.astype(np.uint8), *GRID)


def _full(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.reindex(index=CLASSES, columns=CLASSES).fillna(0.0)


def transitions(rng: np.random.Generator) -> Mapping[str, float]:
    first, second = rasters(rng, 2)
    span = int(rng.integers(1, 21))
    found = sc.transition_matrix(
        _image(first), _image(second), years=(2000, 2000 + span), scheme="common"
    )
    cube = counted(first, second)
    start, end, kept = cube.sum(axis=1), cube.sum(axis=0), np.diag(cube)
    expected = {
        "loss": start - kept,
        "gain": end - kept,
        "net": end - start,
        "swap": 2 * np.minimum(start, end) - 2 * kept,
    }
    held = start > 0
    degrees = found.dynamic_degree.reindex(CLASSES).to_numpy()[held]
    return {
        "matrix": relative(_full(found.matrix), cube),
        "gain, loss, net, swap": max(
            relative(getattr(found, name).reindex(CLASSES, fill_value=0.0), value)
            for name, value in expected.items()
        ),
        "dynamic degree": relative(degrees, 100 * (end - start)[held] / start[held] / span),
        "comprehensive degree": relative(
            found.comprehensive_degree, 100 * (cube.sum() - kept.sum()) / cube.sum() / span
        ),
    }


def series(rng: np.random.Generator) -> Mapping[str, float]:
    images = rasters(rng, 3)
    # Each step counts the cells that have a class in all years of the series or in its own two.
    years = [2000, 2004, 2015]
    found = sc.transition_series([_image(image) for image in images], years=years, scheme="common")
    steps = [counted(a, b) for a, b in itertools.pairwise(images)]
    return {
        "matrix of each step": max(
            relative(_full(step.matrix), cube)
            for step, cube in zip(found.steps, steps, strict=True)
        ),
        "matrix of the whole": relative(_full(found.whole.matrix), counted(images[0], images[-1])),
    }


def _percent(part: Fraction, whole: Fraction) -> float:
    return float(100 * part / whole) if whole else np.nan


def intensities(rng: np.random.Generator) -> Mapping[str, float]:
    """Equations 1 to 8 of Aldwaik and Pontius (2012), cell by cell in whole numbers."""
    n = int(rng.integers(2, 6))
    spans = [int(span) for span in rng.integers(1, 16, 2)]
    whole = rng.multinomial(int(rng.integers(50, 5000)), rng.dirichlet(np.ones(n * n)), size=2)
    cubes = [[[Fraction(int(v)) for v in row] for row in part.reshape(n, n)] for part in whole]
    names, steps, year = CLASSES[:n], [], 2000
    for cube, span in zip(whole.reshape(2, n, n), spans, strict=True):
        matrix = pd.DataFrame(cube.astype(float), names, names)
        steps.append(sc.TransitionResult.from_matrix(matrix, years=(year, year + span)))
        year += span
    found = sc.intensity_analysis(steps)
    interval, category, transition = [], [], []
    for c, span in zip(cubes, spans, strict=True):
        moved = [[c[i][j] if i != j else Fraction(0) for j in range(n)] for i in range(n)]
        area = sum((sum(row) for row in c), Fraction(0))
        interval.append(_percent(sum((sum(row) for row in moved), Fraction(0)), area * span))
        rows = [sum(row) for row in c]
        columns = [sum(c[i][j] for i in range(n)) for j in range(n)]
        for j in range(n):
            category.append(
                ("gain", j, _percent(sum(moved[i][j] for i in range(n)), columns[j] * span))
            )
            category.append(("loss", j, _percent(sum(moved[j]), rows[j] * span)))
            for i in set(range(n)) - {j}:
                transition.append(("gain", j, i, _percent(c[i][j], rows[i] * span)))
                transition.append(("loss", j, i, _percent(c[j][i], columns[i] * span)))
    own = found.category.assign(at=found.category["class"].map(names.index))
    pairs = found.transition.assign(
        at=found.transition["class"].map(names.index), by=found.transition["other"].map(names.index)
    )
    half = len(category) // 2
    mine = [
        frame.sort_values(["kind", "at"])["intensity"].to_numpy()
        for _, frame in own.groupby("start")
    ]
    theirs = [
        np.array([row[-1] for row in sorted(part, key=lambda row: row[:2])])
        for part in (category[:half], category[half:])
    ]
    size = len(transition) // 2
    ours = [
        frame.sort_values(["kind", "at", "by"])["intensity"].to_numpy()
        for _, frame in pairs.groupby("start")
    ]
    others = [
        np.array([row[-1] for row in sorted(part, key=lambda row: row[:3])])
        for part in (transition[:size], transition[size:])
    ]
    return {
        "interval": relative(found.interval["intensity"], interval),
        "category": max(map(relative, mine, theirs)),
        "transition": max(map(relative, ours, others)),
    }


ORACLES = (
    Oracle(
        "transition_matrix",
        "matrix, gain, loss, net change, swap, dynamic degrees",
        "scikit-learn",
        "sklearn.metrics.confusion_matrix",
        transitions,
        1e-9,
        quick=15,
        note="cells of 0.25 km² in an equal-area projection",
    ),
    Oracle(
        "transition_series",
        "matrix of each step and of the whole",
        "scikit-learn",
        "sklearn.metrics.confusion_matrix",
        series,
        1e-9,
        quick=10,
        note="as for transition_matrix",
    ),
    Oracle(
        "intensity_analysis",
        "intensities of intervals, classes and pairs of classes",
        "definition",
        "equations 1 to 6 in exact fractions",
        intensities,
        1e-12,
        quick=20,
    ),
)
