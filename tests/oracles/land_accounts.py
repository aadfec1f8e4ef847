"""Sinks, stocks and balances of land, written out a second time place by place."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pandas as pd

import spatialcarbon as sc
from spatialcarbon.models.land.legends import LAND_CLASSES
from tests.oracles.oracle import Oracle, relative

CLASSES = list(LAND_CLASSES)


def areas(rng: np.random.Generator, classes: int) -> pd.DataFrame:
    """Draw km² by place and class over many orders of magnitude, some of them zero."""
    n = int(rng.integers(1, 8))
    drawn = np.exp(rng.normal(3, 3, (n, classes))) * (rng.random((n, classes)) < 0.8)
    return pd.DataFrame(drawn, [f"p{i}" for i in range(n)], CLASSES[:classes])


def coefficients(rng: np.random.Generator, classes: int) -> pd.DataFrame:
    """Draw a set of coefficients, some in carbon and some in CO2."""
    return pd.DataFrame(
        {
            "value": rng.normal(0.5, 1.0, classes),
            "substance": rng.choice(["C", "CO2"], classes),
        },
        index=CLASSES[:classes],
    )


def _exact(table: pd.DataFrame) -> list[Fraction]:
    """Return coefficients in t CO2 per hectare as fractions."""
    return [
        Fraction(value) * (Fraction(44, 12) if substance == "C" else 1)
        for value, substance in zip(table["value"], table["substance"], strict=True)
    ]


def sinks(rng: np.random.Generator) -> Mapping[str, float]:
    classes = int(rng.integers(1, 9))
    land = areas(rng, classes)
    sets = {name: coefficients(rng, classes) for name in ("one", "two", "three")}
    found = sc.carbon_sink(land, coefficients=sets, central="two")
    exact = {
        name: [
            [100 * Fraction(a) * k for a, k in zip(row, _exact(table), strict=True)]
            for row in land.to_numpy()
        ]
        for name, table in sets.items()
    }
    totals = {name: [float(sum(row)) for row in rows] for name, rows in exact.items()}
    every = np.array(list(totals.values()))
    sizes = max(abs(float(v)) for rows in exact.values() for row in rows for v in row) or 1.0
    return {
        "sink": relative(found.sink, [[float(v) for v in row] for row in exact["two"]]),
        # Uptake and release may cancel in a sum, so the sums are held against their parts.
        "total, low and high": max(
            float(np.abs(ours.to_numpy() - theirs).max()) / sizes
            for ours, theirs in (
                (found.total, totals["two"]),
                (found.low, every.min(axis=0)),
                (found.high, every.max(axis=0)),
            )
        ),
    }


def changes(rng: np.random.Generator) -> Mapping[str, float]:
    classes = int(rng.integers(1, 9))
    first = areas(rng, classes)
    second = first * np.exp(rng.normal(0, 0.3, first.shape))
    before, after = coefficients(rng, classes), coefficients(rng, classes)
    found = sc.sink_change(
        first, second, coefficients={"a": before}, second_coefficients={"b": after}
    )
    table = found.table.set_index(["unit", "class"])
    rows = []
    for unit in first.index:
        for at, name in enumerate(first.columns):
            a, b = (Fraction(float(land.loc[unit, name])) for land in (first, second))
            k, m = _exact(before)[at], _exact(after)[at]
            # The joint term (b - a)(m - k) is halved between the two effects.
            joint = (b - a) * (m - k) / 2
            rows.append((unit, name, float(100 * ((b - a) * k + joint)),
                         float(100 * ((m - k) * a + joint))))  # fmt: skip
    theirs = pd.DataFrame(rows, columns=["unit", "class", "area_effect", "coefficient_effect"])
    theirs = theirs.set_index(["unit", "class"]).loc[table.index]
    size = table[["sink_first", "sink_second"]].abs().to_numpy().max() or 1.0
    gap = np.abs(table[list(theirs)].to_numpy() - theirs.to_numpy()).max()
    return {"effects": float(gap / size)}


def stocks(rng: np.random.Generator) -> Mapping[str, float]:
    classes = int(rng.integers(1, 9))
    first = areas(rng, classes)
    second = first * np.exp(rng.normal(0, 0.3, first.shape))
    pools = pd.DataFrame(
        rng.uniform(0, 150, (classes, 4)), first.columns, ["above", "below", "soil", "dead"]
    )
    years, price = (2010, 2010 + int(rng.integers(1, 30))), float(rng.uniform(1, 300))
    discount, drift = float(rng.uniform(0, 9)), float(rng.uniform(-3, 3))
    found = sc.carbon_stock(
        first, pools=pools, second=second, years=years, price=price, price_of="C",
        discount=discount, price_change=drift,
    )  # fmt: skip
    n = years[1] - years[0]
    worth = np.zeros(len(first))
    for unit in range(len(first)):
        step = 100 * float((second - first).iloc[unit] @ pools.sum(axis=1)) / n
        for t in range(n):
            worth[unit] += price * step / ((1 + discount / 100) ** t * (1 + drift / 100) ** t)
    held = np.einsum("uc,cp->up", 100 * first.to_numpy(), pools.to_numpy())
    size = found.total.max() or 1.0
    return {
        "stock": relative(found.by_pool, held),
        "change": float(
            np.abs(found.change - 100 * (second - first) @ pools.sum(axis=1)).max() / size
        ),
        "value": relative(found.value, worth),
    }


def forests(rng: np.random.Generator) -> Mapping[str, float]:
    n = int(rng.integers(1, 9))
    names = [f"p{i}" for i in range(n)]
    volume = pd.Series(rng.normal(0, 1e8, n), names)
    factor, years = float(rng.uniform(0.5, 2.5)), float(rng.integers(1, 20))
    theirs = [float(Fraction(v) * Fraction(factor) / Fraction(years)) for v in volume]
    return {"CO2": relative(sc.forest_stock_co2(volume, factor=factor, years=years), theirs)}


def biomass(rng: np.random.Generator) -> Mapping[str, float]:
    n = int(rng.integers(1, 9))
    names = [f"p{i}" for i in range(n)]
    volume = pd.Series(rng.uniform(0, 1e8, n), names)
    expansion, root = pd.Series(rng.uniform(0.4, 2, n), names), float(rng.uniform(0, 0.6))
    part = float(rng.uniform(0.4, 0.55))
    found = sc.forest_biomass(volume, expansion=expansion, root_shoot=root, carbon_fraction=part)
    above = [
        Fraction(v) * Fraction(b) * Fraction(part) for v, b in zip(volume, expansion, strict=True)
    ]
    return {
        "carbon above and below": max(
            relative(found["above"], [float(a) for a in above]),
            relative(found["below"], [float(a * Fraction(root)) for a in above]),
        ),
        "CO2": relative(
            found["co2"], [float(a * (1 + Fraction(root)) * Fraction(44, 12)) for a in above]
        ),
    }


def balances(rng: np.random.Generator) -> Mapping[str, float]:
    n = int(rng.integers(2, 12))
    names = [f"p{i}" for i in range(n)]
    places = pd.DataFrame(
        {"emission": np.exp(rng.normal(15, 2, n)), "sink": np.exp(rng.normal(12, 2, n))}, names
    )
    found = sc.carbon_balance(places)
    emission = [Fraction(v) for v in places["emission"]]
    sink = [Fraction(v) for v in places["sink"]]
    support = [
        float(s / sum(sink) / (c / sum(emission))) for c, s in zip(emission, sink, strict=True)
    ]
    return {
        "net emission": relative(
            found.table["net"],
            [float(c - s) for c, s in zip(emission, sink, strict=True)],
        ),
        "support": relative(found.table["support"], support),
        "neutrality": relative(found.overall["neutrality"], float(sum(sink) / sum(emission))),
    }


def shares(rng: np.random.Generator) -> Mapping[str, float]:
    n = int(rng.integers(2, 30))
    names = [f"p{i}" for i in range(n)]
    values = pd.Series(np.exp(rng.normal(0, 4, n)), names)
    groups = pd.Series(rng.choice(["east", "west"], n), names)
    found = sc.regional_shares(values, groups=groups)
    within = values / values.groupby(groups).transform("sum")
    return {
        "shares": relative(
            found.table["share"], [float(Fraction(v) / sum(map(Fraction, values))) for v in values]
        ),
        "shares in groups": relative(found.table["share_in_group"], within),
    }


def _definition(method: str, words: str, case: object, call: str = "exact fractions") -> Oracle:
    return Oracle(method, words, "definition", call, case, 1e-12, quick=20)  # type: ignore[arg-type]


ORACLES = (
    _definition("carbon_sink", "sink by class, total, lowest and highest of sets", sinks),
    _definition("sink_change", "effects of areas and of coefficients", changes),
    _definition(
        "carbon_stock", "stock, change and discounted value", stocks, "InVEST's sums, year by year"
    ),
    _definition("forest_stock_co2", "CO2 of a change of stock", forests),
    _definition("forest_biomass", "carbon above and below ground, CO2", biomass),
    _definition("carbon_balance", "net emission, support, neutrality", balances),
    _definition("regional_shares", "shares of the whole and of groups", shares),
)
