"""What every simulation is: data made from a known truth, and what is counted over many of them."""

from __future__ import annotations

import math
import warnings
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

import spatialcarbon as sc
from spatialcarbon.core.errors import SpatialCarbonError

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

SEED = 20_261_123
REPLICATIONS = 500
"""Gives a share of 5 per cent a standard error of one point."""

Kind = Literal["test", "power", "interval", "bound", "chance"]
"""What is counted: a p-value where the null hypothesis holds or does not, an interval that holds
the truth or not, a share of errors that has a bound, an announced chance beside what happened."""

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Measure:
    """One number that is taken from every replication.

    Parameters
    ----------
    key : str
        Under which ``replicate`` returns it: a p-value, or 1 and 0, or an array of them. A
        chance comes as a pair of what was said and what happened.
    title : str
        What the table calls it.
    kind : str
        What it is.
    nominal : float
        The share it should have.
    """

    key: str
    title: str
    kind: Kind
    nominal: float = 0.05


@dataclass(frozen=True)
class Simulation:
    """A truth, and what a method says of data from it.

    Parameters
    ----------
    name : str
        Short and unique; part of the seed.
    truth : str
        How the data are made, in a few words for the table.
    replicate : callable
        Takes a generator, makes one data set, and returns a value for every measure; a value
        that is not defined is NaN.
    measures : tuple of Measure
        What is counted.
    replications : int
        How many data sets for the record.
    at : float, optional
        Where on a power curve it stands.
    curve : str
        Which power curve that is.
    """

    name: str
    truth: str
    replicate: Callable[[np.random.Generator], Found]
    measures: tuple[Measure, ...]
    replications: int = REPLICATIONS
    at: float | None = None
    curve: str = ""


def generator(name: str, number: int) -> np.random.Generator:
    """Return the stream of one replication, the same in whatever order or process it runs."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode()), number])


def replications(simulation: Simulation, numbers: range) -> list[Found]:
    """Run some replications; one whose data the method refuses is undefined."""
    made: list[Found] = []
    refused: Found = {measure.key: math.nan for measure in simulation.measures}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in numbers:
            try:
                made.append(simulation.replicate(generator(simulation.name, number)))
            except SpatialCarbonError:
                made.append(refused)
    return made


def rounded(number: float) -> float | None:
    """Return four decimals, or nothing for what is not defined."""
    return None if math.isnan(number) else round(float(number), 4)


def moments(values: list[float], nominal: float | None) -> tuple[float, float]:
    """Return the mean of the defined values and its standard error.

    Where every value is yes or no, the error is binomial, of the nominal share where there is
    one; a share of many units within one data set varies less, by how much the replications
    themselves show.
    """
    known = np.array([value for value in values if not math.isnan(value)])
    if len(known) < 2:
        return math.nan, math.nan
    plain = bool(np.isin(known, (0.0, 1.0)).all())
    chance = float(known.mean()) if nominal is None else nominal
    spread = math.sqrt(chance * (1 - chance)) if plain else float(known.std(ddof=1))
    return float(known.mean()), spread / math.sqrt(len(known))


def below(value: Any, level: float) -> float:
    """Return which part of the p-values is at most the level, NaN left out."""
    known = np.atleast_1d(np.asarray(value, dtype=float))
    known = known[~np.isnan(known)]
    return float((known <= level).mean()) if len(known) else math.nan


def average(value: Any) -> float:
    """Return the mean of the values that are defined."""
    known = np.atleast_1d(np.asarray(value, dtype=float))
    known = known[~np.isnan(known)]
    return float(known.mean()) if len(known) else math.nan


def counted(measure: Measure, found: list[Found]) -> dict[str, Any]:
    """Return the row of one measure over all replications."""
    values = [one[measure.key] for one in found]
    row: dict[str, Any] = {"key": measure.key, "title": measure.title, "kind": measure.kind}
    if measure.kind == "chance":
        pairs = np.array([value for value in values if np.ndim(value)], dtype=float)
        said, happened = pairs.T if len(pairs) else (np.array([math.nan]),) * 2
        nominal = float(said.mean())
        error = math.sqrt(float((said * (1 - said)).sum())) / len(said)
        share, undefined = float(happened.mean()), len(values) - len(pairs)
    else:
        nominal = measure.nominal
        tested = measure.kind in ("test", "power")
        shares = [below(v, nominal) if tested else average(v) for v in values]
        share, error = moments(shares, None if measure.kind == "power" else nominal)
        undefined = sum(map(math.isnan, shares))
        if measure.kind == "test":
            strict = [below(v, 0.01) for v in values]
            row |= dict(zip(("strict", "strict_error"), map(rounded, moments(strict, 0.01)),
                            strict=True))  # fmt: skip
    return row | {
        "nominal": rounded(nominal),
        "share": rounded(share),
        "error": rounded(error),
        "n": len(values) - undefined,
        "undefined": undefined,
    }


def recorded(simulation: Simulation, found: list[Found]) -> dict[str, Any]:
    """Return what the record says of a simulation."""
    return {
        **described(simulation),
        "results": [counted(measure, found) for measure in simulation.measures],
    }


def described(simulation: Simulation) -> dict[str, Any]:
    """Return what is known of a simulation before it is run."""
    return {
        "name": simulation.name,
        "truth": simulation.truth,
        "replications": simulation.replications,
        "curve": simulation.curve,
        "at": simulation.at,
    }


# -- maps and data -----------------------------------------------------------------------------


@cache
def city_map() -> Weights:
    """Return queen contiguity of the 111 cities of five clusters, rows standardised."""
    return sc.Backbone(sc.load_units("cities", clusters="plan")).contiguity().standardised("R")


@cache
def province_map() -> Weights:
    """Return queen contiguity of the 31 provinces with a census, rows standardised."""
    counted_there = sc.load_table("province_population")["adcode"].unique()
    units = sc.load_units("provinces")
    return sc.Backbone(units[units.index.isin(counted_there)]).contiguity().standardised("R")


MAPS: dict[str, Callable[[], Weights]] = {"111 cities": city_map, "31 provinces": province_map}


@cache
def multiplier(weights: Weights, rho: float) -> np.ndarray[Any, Any]:
    """Return (I − ρW)⁻¹."""
    return np.linalg.inv(np.eye(weights.n) - rho * weights.sparse.toarray())


def series(weights: Weights, values: Any) -> pd.Series[Any]:
    """Return values with the labels of the map."""
    return pd.Series(np.asarray(values), weights.units)


def autoregressive(
    weights: Weights, rho: float, rng: np.random.Generator, years: int | None = None
) -> np.ndarray[Any, Any]:
    """Return draws in which each place takes up ρ of the mean of its neighbours."""
    shape = weights.n if years is None else (weights.n, years)
    drawn: np.ndarray[Any, Any] = multiplier(weights, rho) @ rng.normal(size=shape)
    return drawn


def holds(truth: float, low: float, high: float) -> float:
    """Return 1 where the interval holds the truth, 0 where not, NaN where there is none."""
    return math.nan if math.isnan(low) or math.isnan(high) else float(low <= truth <= high)
