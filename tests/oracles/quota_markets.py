"""Allowance trading by root finding and linear programmes, smoothing by interior points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.optimize import LinearConstraint, brentq, linprog, minimize

import spatialcarbon as sc
from tests.oracles.draws import labels, weights
from tests.oracles.oracle import Oracle, relative


def market(rng: np.random.Generator) -> tuple[pd.Series, pd.Series]:
    """Draw what places emit and what they are asked to cut."""
    names = labels(rng, int(rng.integers(2, 15)))
    emitted = pd.Series(np.exp(rng.normal(3, 1, len(names))), names)
    return emitted, emitted * rng.uniform(0.0, 0.7, len(names)) + 1e-3


def straight(rng: np.random.Generator) -> Mapping[str, float]:
    """Marginal costs along lines, without limits: everything in closed form."""
    _, cuts = market(rng)
    slope = pd.Series(np.exp(rng.normal(0, 1, len(cuts))), cuts.index)
    found = sc.trade_allowances(cuts, slope)
    price = cuts.sum() / (1 / slope).sum()
    each = price / slope
    saving = (slope * cuts**2 / 2).sum() - (slope * each**2 / 2).sum()
    return {
        "price": relative(found.price, price),
        "abatement": relative(found.abatement, each),
        "payment": relative(found.payment, price * (cuts - each)),
        "saving": abs(found.saving - saving) / float((slope * cuts**2 / 2).sum()),
    }


def powers(rng: np.random.Generator) -> Mapping[str, float]:
    """Each its own exponent and a limit: the price at which all together cut the total."""
    emitted, cuts = market(rng)
    costs = pd.DataFrame(
        {
            "cost": np.exp(rng.normal(0, 1, len(cuts))),
            "exponent": rng.uniform(1.3, 3.5, len(cuts)),
        },
        cuts.index,
    )
    found = sc.trade_allowances(cuts, costs, emissions=emitted)
    c, k = costs["cost"], costs["exponent"]

    def at(price: float) -> pd.Series:
        return np.minimum((price / (c * k)) ** (1 / (k - 1)), emitted)

    top = float((c * k * emitted ** (k - 1)).max())
    price = brentq(lambda p: at(p).sum() - cuts.sum(), 0.0, top, xtol=1e-300, rtol=1e-14)
    cost = (c * at(price) ** k).sum()
    return {
        "price": relative(found.price, price),
        "abatement": relative(found.abatement, at(price)),
        "cost": relative(found.cost, cost),
    }


def stairs(rng: np.random.Generator) -> Mapping[str, float]:
    """Steps of measures: the least cost of a linear programme, the price its dual."""
    emitted, cuts = market(rng)
    rows = [
        (unit, emitted[unit] / 4, price)
        for unit in cuts.index
        for price in np.sort(np.exp(rng.normal(3, 1, 4)))
    ]
    steps = pd.DataFrame(rows, columns=["unit", "amount", "price"])
    found = sc.trade_allowances(cuts, steps)
    answer = linprog(
        steps["price"], A_eq=np.ones((1, len(steps))), b_eq=[cuts.sum()],
        bounds=list(zip(np.zeros(len(steps)), steps["amount"], strict=True)), method="highs",
    )  # fmt: skip
    return {
        "cost": relative(found.cost, answer.fun),
        "price": relative(found.price, answer.eqlin.marginals[0]),
        "abatement": relative(
            found.abatement, pd.Series(answer.x).groupby(steps["unit"]).sum()[cuts.index]
        ),
    }


def groups(rng: np.random.Generator) -> Mapping[str, float]:
    """Markets that end at the borders of two groups, one group at a time."""
    _, cuts = market(rng)
    slope = pd.Series(np.exp(rng.normal(0, 1, len(cuts))), cuts.index)
    side = pd.Series(np.where(np.arange(len(cuts)) % 2, "east", "west"), cuts.index)
    found = sc.trade_allowances(cuts, slope, scope=side, beyond=False)
    prices = cuts.groupby(side).sum() / (1 / slope).groupby(side).sum()
    return {
        "prices": relative(found.group_prices[prices.index], prices),
        "abatement": relative(found.abatement, side.map(prices) / slope),
    }


def curves(rng: np.random.Generator) -> Mapping[str, float]:
    """The curve is one whose derivative at the depth is the price: by central differences."""
    emitted, _ = market(rng)
    price = pd.Series(np.exp(rng.normal(4, 1, len(emitted))), emitted.index)
    at, k = float(rng.uniform(0.1, 1)), float(rng.uniform(1.5, 4))
    found = sc.cost_curves(price, emitted, at=at, exponent=k)
    point, step = at * emitted, 1e-5

    def total(a: Any) -> Any:
        return found["cost"] * a ** found["exponent"]

    slope = (total(point * (1 + step)) - total(point * (1 - step))) / (2 * step * point)
    return {"marginal cost": relative(slope, price)}


def smoothed(rng: np.random.Generator) -> Mapping[str, float]:
    """The quadratic programme again, by SciPy's interior points from the shares before."""
    w = weights(rng, islands=False, scheme="B")
    w = sc.Weights.from_sparse(w.sparse[:8][:, :8], list(w.units[:8])) if w.n > 8 else w
    dense = np.maximum(w.sparse.toarray(), w.sparse.toarray().T)
    if not dense.any():
        return {}
    emitted = pd.Series(rng.uniform(20, 100, w.n), w.units)
    asked = emitted * rng.uniform(0.1, 0.6, w.n)
    strength = float(np.exp(rng.normal(0, 1)))
    both = sc.Weights.from_sparse(sparse.csr_array(dense), list(w.units))
    found = sc.smooth_allocation(asked, both, emissions=emitted, strength=strength)
    s0, q = (asked / asked.sum()).to_numpy(), (emitted / emitted.sum()).to_numpy()
    i, j = np.triu_indices(w.n, 1)
    share = dense[i, j] / dense[i, j].sum()

    def loss(s: Any) -> tuple[float, Any]:
        b, gap = s / q, 2 * (s - s0) / s0
        between = b[i] - b[j]
        slope = np.zeros(len(s))
        np.add.at(slope, i, 2 * strength * share * between)
        np.add.at(slope, j, -2 * strength * share * between)
        value = ((s - s0) ** 2 / s0).sum() + strength * (share * between**2).sum()
        return value, gap + slope / q

    best = minimize(
        loss, s0, jac=True, method="SLSQP", bounds=[(0, None)] * w.n,
        constraints=LinearConstraint(np.ones((1, w.n)), 1.0, 1.0),
        options={"ftol": 1e-16, "maxiter": 1000},
    )  # fmt: skip
    ours = (found.allocation / asked.sum()).to_numpy()
    value = loss(ours)[0]
    return {
        "objective": max(0.0, value / best.fun - 1),
        "amounts": relative(ours, best.x),
        "contrast": relative(
            found.contrast_after, np.sqrt((share * (ours / q)[i] ** 2 - 2 * share * (ours / q)[i]
                                           * (ours / q)[j] + share * (ours / q)[j] ** 2).sum())
        ),
    }  # fmt: skip


ORACLES = (
    Oracle(
        "trade_allowances",
        "price, abatement, payment, saving: lines",
        "definition",
        "closed form",
        straight,
        1e-11,
        quick=8,
    ),
    Oracle(
        "trade_allowances",
        "price, abatement, cost: powers and limits",
        "scipy",
        "scipy.optimize.brentq",
        powers,
        1e-9,
        quick=8,
    ),
    Oracle(
        "trade_allowances",
        "price, abatement, cost: steps",
        "scipy",
        "scipy.optimize.linprog (HiGHS)",
        stairs,
        1e-9,
        quick=8,
    ),
    Oracle(
        "trade_allowances",
        "prices and abatement in groups",
        "definition",
        "closed form",
        groups,
        1e-11,
        quick=8,
    ),
    Oracle(
        "cost_curves",
        "marginal cost at the point given",
        "definition",
        "central differences",
        curves,
        1e-8,
        quick=10,
    ),
    Oracle(
        "smooth_allocation",
        "objective, amounts, contrast",
        "scipy",
        "scipy.optimize.minimize (SLSQP)",
        smoothed,
        1e-4,
        quick=4,
        note="SLSQP stops where its objective no longer falls; ours proves its optimum",
    ),
)
