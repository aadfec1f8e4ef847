"""Models under units of measure from 1e-12 to 1e12, shifts, near ties and near singularity."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import spatialcarbon as sc
from spatialcarbon.core.errors import ConvergenceError, DegenerateDataError

SCALES = (1e-12, 1e12)
DRAW = np.random.default_rng(20_261_122)
NAMES = list("abcdefgh")
LAND = ["cropland", "forest", "grassland", "water"]


def drawn(rows: Any, columns: Any, spread: float = 1.0) -> pd.DataFrame:
    size = (len(rows), len(columns))
    return pd.DataFrame(np.exp(DRAW.normal(1, spread, size)), list(rows), columns)


CRITERIA = drawn(NAMES, ["population", "cumulative", "gdp", "intensity"])
EMITTED, SLOPE = (drawn(NAMES, ["x"])["x"] for _ in range(2))
CHAIN = sc.Weights.from_edges(
    pd.DataFrame(
        [(a, b) for i, a in enumerate(NAMES) for j, b in enumerate(NAMES) if abs(i - j) == 1],
        columns=["focal", "neighbor"],
    )
)
INPUTS, OUTPUTS = drawn(range(20), ["x1", "x2"]), drawn(range(20), ["y1", "y2"])
FLOWS = drawn("ABC", list("ABC"))
DEMAND = drawn("ABC", list("ABC"))
PLACES = drawn(NAMES, ["emission", "damage", "cost"])
SHARES = pd.DataFrame(DRAW.dirichlet(np.ones(8), 8).T * 0.5 + 0.5 * np.eye(8), NAMES, NAMES)
MOVED = drawn(LAND, LAND)
AREAS = drawn("xyz", LAND)
CURVE = pd.DataFrame(
    [[k / (1 + 4 * np.exp(-0.3 * t)) for t in range(15)] for k in (200, 31)],
    list("AB"), range(2000, 2015),
) * np.exp(DRAW.normal(0, 0.01, (2, 15)))  # fmt: skip
KAYA = pd.DataFrame(
    {
        "unit": list("AABB"), "year": [0, 1] * 2, "population": [1.0, 1.1, 2.0, 2.2],
        "gdp": [5.0, 6.0, 7.0, 6.0], "industry": [2.0, 3.0, 3.0, 3.0],
        "co2": [1.0, 1.2, 3.0, 2.0],
    }
)  # fmt: skip
ROWS = [f"u{i}" for i in range(40)]
TABLE = pd.DataFrame(DRAW.normal(0, 1, (40, 2)), ROWS, ["x1", "x2"])
TABLE["y"] = TABLE["x1"] - TABLE["x2"] + DRAW.normal(0, 1, 40)
BAND = (np.abs(np.subtract.outer(range(40), range(40))) <= 2) * 1.0 - np.eye(40)
NEAR = sc.Weights.from_sparse(sparse.csr_array(BAND), ROWS).standardised("R")
WORTH = {
    frozenset(group): len(group) ** 1.5 + 0.1 * NAMES.index(group[0])
    for size in range(1, 5)
    for group in combinations(NAMES[:4], size)
}


def kaya(s: float) -> pd.DataFrame:
    return KAYA.assign(
        population=KAYA["population"] * s, gdp=KAYA["gdp"] / s,
        industry=KAYA["industry"] / s, co2=KAYA["co2"] * s,
    )  # fmt: skip


def z_values(table: pd.DataFrame, model: str, **options: Any) -> Any:
    """Estimates over their standard errors, the constant apart: no unit of measure is in them."""
    found = sc.spatial_regression(
        table, None if model == "ols" else NEAR, outcome="y", covariates=["x1", "x2"],
        model=model, draws=2, permutations=0, rng=1, **options,  # type: ignore[arg-type]
    )  # fmt: skip
    return found.coefficients.set_index("term")["statistic"].drop("constant")


def regressed(model: str, **options: Any) -> Callable[[float], Any]:
    return lambda s: z_values(
        TABLE.assign(x1=TABLE["x1"] * s, x2=TABLE["x2"] / s, y=TABLE["y"] * s), model, **options
    )


def game(s: float, damage: Any) -> Any:
    """Payoffs in money, mass in another unit."""
    by = s if damage == "linear" else s**2
    places = PLACES.assign(
        emission=PLACES["emission"] * s, damage=PLACES["damage"] / by, cost=PLACES["cost"] / s**2
    )
    modes = ("nash", "cooperation", "compensation")
    return sc.govern(places, SHARES, damage=damage, modes=modes, rules=("shapley",)).payoff


def shares_of(rule: Any) -> Callable[[float], Any]:
    return lambda s: rule(lambda group: WORTH[group] * s, NAMES[:4]).shares / s


CASES: dict[str, Callable[[float], Any]] = {
    "entropy_weights": lambda s: sc.entropy_weights(CRITERIA * [s, 1, 1 / s, 1]).weights,
    "critic_weights": lambda s: sc.critic_weights(CRITERIA * [s, 1, 1 / s, 1]).weights,
    "allocate": lambda s: sc.allocate(
        5 * s, CRITERIA * [s, 1, 1 / s, 1], principle="comprehensive"
    ).shares,
    "allocate, ability, capped": lambda s: sc.allocate(
        0.5 * EMITTED.sum() * s, CRITERIA * [s, 1, 1 / s, 1], principle="ability",
        emissions=EMITTED * s, cap=0.9,
    ).allocation / s,
    "dea": lambda s: sc.dea(INPUTS * [s, 1 / s], OUTPUTS * [1 / s, s]).efficiency,
    "dea, output, constant": lambda s: sc.dea(
        INPUTS * [s, 1 / s], OUTPUTS * [1 / s, s], orientation="output", returns="constant"
    ).efficiency,
    "zero_sum_dea": lambda s: sc.zero_sum_dea(INPUTS[["x1"]] * s, OUTPUTS / s).score,
    "trade_allowances": lambda s: sc.trade_allowances(EMITTED * s, SLOPE / s).price,
    "smooth_allocation": lambda s: sc.smooth_allocation(
        EMITTED * s, CHAIN, emissions=EMITTED[::-1] * 5 * s, strength=1.0
    ).allocation / s,
    "judge_allocation": lambda s: sc.judge_allocation(
        EMITTED * s, weights=CHAIN, population=CRITERIA["population"] / s, permutations=0
    ).fairness[["gini", "theil"]],
    "embodied_transfers, money": lambda s: sc.embodied_transfers(
        FLOWS * s, DEMAND * s, EMITTED[:3].set_axis(list("ABC"))
    ).matrix,
    "embodied_transfers, mass": lambda s: sc.embodied_transfers(
        FLOWS, DEMAND, EMITTED[:3].set_axis(list("ABC")) * s
    ).matrix / s,
    "govern, linear": lambda s: game(s, "linear"),
    "govern, quadratic": lambda s: game(s, "quadratic"),
    "dynamic_game": lambda s: sc.dynamic_game(
        PLACES * [s, 1 / s, s**-2], SHARES, discount=0.05, decay=0.1
    ).steady_state / s,
    "licensing": lambda s: sc.licensing(4 * s, 2 * s, s, externality=s).royalty_value / s,
    "side_payments": lambda s: sc.side_payments(4 * s, 2 * s, externality=s).surplus / s,
    "shapley": shares_of(sc.shapley),
    "nucleolus": shares_of(sc.nucleolus),
    "compensate": lambda s: sc.compensate(
        pd.DataFrame({"emission": EMITTED, "sink": SLOPE * 0.1, "gdp": CRITERIA["gdp"]})
        * [s, s, 1 / s],
        price=60.0,
    ).table["amount"] / s,
    "settle": lambda s: sc.settle(
        pd.Series([3.0, 5, -2, -6], NAMES[:4]) * s, rule="fewest"
    ).matrix / s,
    "decompose": lambda s: sc.decompose(kaya(s)).effects["effect"] / s,
    "decoupling": lambda s: sc.decoupling(kaya(s)).elasticity,
    "project and peak": lambda s: sc.peak(pd.Series({1: 1.0 * s, 2: 3.0 * s, 3: 2.0 * s})).year,
    "fit_growth": lambda s: sc.fit_growth(CURVE * s).parameters[["k", "a", "r"]] / [s, 1, 1],
    "fit_growth, increments": lambda s: sc.fit_growth(CURVE * s, kind="increment").parameters[
        ["k", "a", "r"]
    ] / [s, 1, 1],
    "carbon_sink": lambda s: sc.carbon_sink(AREAS * s, coefficients="cn_landuse").total / s,
    "intensity_analysis": lambda s: sc.intensity_analysis(
        sc.TransitionResult.from_matrix(MOVED * s, years=(0, 5))
    ).category["intensity"],
    "transition_matrix": lambda s: sc.transition_matrix(
        AREAS * s, AREAS * [1.1 * s, s, s, 0.9 * s], years=(2000, 2010)
    ).dynamic_degree,
    "regression, ols": regressed("ols"),
    "regression, white": regressed("ols", robust="white"),
    "regression, lag": regressed("lag"),
    "regression, error": regressed("error"),
    "regression, durbin": regressed("durbin"),
    "regression, lag by moments": regressed("lag", estimator="gmm"),
}  # fmt: skip
SEARCHED = {"fit_growth", "regression, error", "regression, lag", "regression, durbin"}
"""Found by a search, which stops at a tolerance; all others keep all but a few roundings."""


def largest(ours: Any, theirs: Any) -> float:
    a, b = (np.asarray(x, dtype=float).ravel() for x in (ours, theirs))
    assert np.array_equal(np.isnan(a), np.isnan(b))
    return float(np.nanmax(np.abs(a - b)) / np.nanmax(np.abs(b)))


@pytest.mark.filterwarnings("ignore::spatialcarbon.SpatialCarbonWarning")
@pytest.mark.parametrize("name", list(CASES))
def test_another_unit_of_measure_changes_no_answer(name: str) -> None:
    plain = CASES[name](1.0)
    bound = 1e-7 if name in SEARCHED else 1e-13
    gaps = {scale: largest(CASES[name](scale), plain) for scale in SCALES}
    assert max(gaps.values()) <= bound, gaps


@pytest.mark.filterwarnings("ignore::spatialcarbon.SpatialCarbonWarning")
@pytest.mark.parametrize("model", ["slx", "lag"])
def test_intervals_of_effects_follow_the_unit(model: str) -> None:
    def intervals(scale: float) -> Any:
        found = sc.spatial_regression(
            TABLE.assign(x1=TABLE["x1"] / scale), NEAR, outcome="y", covariates=["x1", "x2"],
            model=model, draws=200, permutations=0, rng=1,  # type: ignore[arg-type]
        ).effects.set_index("term")  # fmt: skip
        found.loc["x1", ["low", "high"]] /= scale
        return found[["low", "high"]]

    for scale in SCALES:
        assert largest(intervals(scale), intervals(1.0)) <= 1e-6


@pytest.mark.parametrize("model", ["ols", "slx", "lag", "error"])
def test_a_shifted_covariate_loses_only_what_its_rounding_loses(model: str) -> None:
    """A shift of s leaves a covariate of size 1 with a rounding of about 1e-16 s."""
    plain = z_values(TABLE, model)
    for shift in (1e3, 1e6):
        moved = z_values(TABLE.assign(x1=TABLE["x1"] + shift), model)
        assert largest(moved, plain) <= 1e-14 * shift + 2e-10


@pytest.mark.parametrize("model", ["ols", "lag", "error"])
def test_a_covariate_whose_change_is_rounding_is_refused(model: str) -> None:
    for shift in (1e12, 1e15):
        with pytest.raises(DegenerateDataError, match=r"does not vary|follows from the other"):
            z_values(TABLE.assign(x1=TABLE["x1"] + shift), model)


def test_covariates_that_nearly_agree_are_answered_or_refused_never_guessed() -> None:
    for part in (1e-2, 1e-4, 1e-6):
        table = TABLE.assign(x2=TABLE["x1"] + part * TABLE["x2"])
        # The same span: x2 holds what part × (x2 − x1) explains, whatever the part.
        again = TABLE.assign(x2=TABLE["x2"])
        ours, theirs = z_values(table, "ols")["x2"], z_values(again, "ols")["x2"]
        assert ours == pytest.approx(theirs, rel=1e-13 / part)
    with pytest.raises(DegenerateDataError, match="follows from the other covariates"):
        z_values(TABLE.assign(x2=TABLE["x1"] + 1e-12 * TABLE["x2"]), "ols")


def test_an_outcome_far_from_zero_is_answered_or_refused() -> None:
    plain = z_values(TABLE, "lag")
    near = z_values(TABLE.assign(y=TABLE["y"] + 1e3), "lag")
    assert largest(near, plain) <= 1e-7  # where spreg stops looking for rho
    with pytest.raises(ConvergenceError, match="no finite answer"):
        z_values(TABLE.assign(y=TABLE["y"] + 1e9), "lag")


@pytest.mark.parametrize("part", [1e-4, 1e-8, 1e-12, 1e-15])
def test_effects_of_nearly_no_change_keep_their_digits(part: float) -> None:
    """The logarithmic mean of nearly equal values is 0/0 by its formula."""
    after = KAYA["year"] == 1
    table = KAYA.assign(**{
        name: np.where(after, KAYA[name].shift() * (1 + k * part), KAYA[name])
        for k, name in enumerate(["population", "gdp", "industry", "co2"], start=1)
    })  # fmt: skip
    found = sc.decompose(table).effects
    rows = found[found["unit"] == "A"].set_index("factor")["effect"]
    with localcontext() as context:
        context.prec = 50
        first, second = (
            [Decimal(float(v)) for v in table.loc[i, ["population", "gdp", "industry", "co2"]]]
            for i in (0, 1)
        )
        change = second[3] - first[3]
        mean = change / (second[3] / first[3]).ln() if change else first[3]
        logs = [(b / a).ln() for a, b in zip(first, second, strict=True)]
        theirs = [logs[0], logs[1] - logs[0], logs[2] - logs[1], logs[3] - logs[2]]
    exact = [float(mean * x) for x in theirs]
    assert rows.to_numpy() == pytest.approx(exact, rel=1e-12, abs=1e-12 * max(map(abs, exact)))


def test_small_values_in_place_of_zero_come_near_the_limit() -> None:
    table = KAYA.assign(co2=KAYA["co2"].where(KAYA["year"] == 1, 0.0))
    limit = sc.decompose(table, zeros="limit").effects["effect"].to_numpy()
    gaps = [
        np.abs(sc.decompose(table, zeros="small", delta=d).effects["effect"] - limit).max()
        for d in (1e-50, 1e-100, 1e-200)
    ]
    assert gaps[0] > gaps[1] > gaps[2] > 0
    # Like 1/ln(1/δ): twice the exponent, half the gap.
    assert gaps[0] / gaps[1] == pytest.approx(2.0, rel=0.02)


def test_scores_of_extreme_skew_are_those_of_the_dominating_unit() -> None:
    """One unit of 1e12 times the size of the others is no reason for the others to change."""
    plain = sc.dea(INPUTS, OUTPUTS)
    giant = pd.DataFrame(1e12, ["giant"], INPUTS.columns)
    output = pd.DataFrame(1e-3, ["giant"], OUTPUTS.columns)
    more = sc.dea(pd.concat([INPUTS, giant]), pd.concat([OUTPUTS, output]))
    assert largest(more.efficiency[INPUTS.index], plain.efficiency) <= 1e-10
    assert more.efficiency["giant"] <= 1e-9


def test_scores_of_units_that_nearly_tie_are_near_one() -> None:
    """Copies that differ by a part of 1e-13 make every programme nearly degenerate."""
    copies = pd.concat([INPUTS * (1 + k * 1e-13) for k in range(3)], ignore_index=True)
    outputs = pd.concat([OUTPUTS] * 3, ignore_index=True)
    found = sc.dea(copies, outputs).efficiency
    plain = sc.dea(INPUTS, OUTPUTS).efficiency
    for k in range(3):
        assert largest(found[20 * k : 20 * k + 20], plain) <= 1e-9


def test_an_economy_near_the_edge_keeps_its_sum_or_is_refused() -> None:
    """Of x = Ax + y with little y: each digit of y is a digit of the answer."""
    emitted = EMITTED[:3].set_axis(list("ABC"))
    for part in (1e-3, 1e-6, 1e-9):
        found = sc.embodied_transfers(FLOWS, DEMAND * part, emitted)
        gap = largest(found.matrix.sum(axis=1), emitted)
        assert gap <= 1e-14 / part
    with pytest.raises(DegenerateDataError, match="no productive economy"):
        sc.embodied_transfers(FLOWS, DEMAND * 1e-14, emitted)


@pytest.mark.parametrize("rule", [sc.shapley, sc.nucleolus])
def test_what_each_player_adds_by_itself_moves_only_its_share(rule: Any) -> None:
    plain = rule(WORTH.__getitem__, NAMES[:4]).shares
    for shift in (1e3, 1e6):
        moved = rule(lambda group, s=shift: WORTH[group] + s * len(group), NAMES[:4]).shares
        # The worths carry a rounding of 1e-16 of the largest.
        assert np.abs(moved - shift - plain).max() <= 1e-14 * shift


def test_criteria_that_hardly_vary_keep_the_digits_that_they_have() -> None:
    plain = sc.entropy_weights(CRITERIA).weights
    for shift in (1e3, 1e6, 1e9):
        moved = sc.entropy_weights(CRITERIA + shift).weights
        assert largest(moved, plain) <= 1e-16 * shift * 100


def test_skewed_costs_share_one_price() -> None:
    """Slopes from 1e-9 to 1e9: the price is that of the cheapest, and all sums hold."""
    slopes = pd.Series(10.0 ** np.linspace(-9, 9, 8), NAMES)
    found = sc.trade_allowances(EMITTED, slopes)
    exact = EMITTED.sum() / (1 / slopes).sum()
    assert found.price == pytest.approx(exact, rel=1e-14)
    assert found.abatement.sum() == pytest.approx(EMITTED.sum(), rel=1e-14)
    assert abs(found.payment.sum()) <= 1e-13 * found.payment.abs().sum()
