"""Grey relational degrees: printed values, a slow copy of the formulas, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

PLACES = ["w", "甲", "y", "z"]
CO2 = pd.Series([100.0, 200.0, 300.0, 400.0], PLACES)
FACTORS = pd.DataFrame(
    {"a": [10, 22, 28, 40], "b": [5, 4, 6, 5], "c": [40, 30, 20, 10]}, index=PLACES
)


@pytest.mark.parametrize(
    ("normalisation", "degrees"),
    [
        ("mean", [16 / 17, 0.75, 0.466667]),
        ("initial", [0.951807, 0.626144, 0.590476]),
        ("max", [0.941176, 0.593980, 0.466667]),
        ("minmax", [0.941176, 0.55, 0.466667]),
    ],
)
def test_worked_example(normalisation: Any, degrees: list[float]) -> None:
    found = sc.grey_relational_degree(CO2, FACTORS, normalisation=normalisation)
    np.testing.assert_allclose(found.degree, degrees, atol=5e-7)
    assert found.degree.index.tolist() == ["a", "b", "c"]
    assert found.rank.tolist() == [1, 2, 3]


def test_what_a_degree_is_made_of() -> None:
    found = sc.grey_relational_degree(CO2, FACTORS)
    np.testing.assert_allclose(found.delta["a"], [0, 0.08, 0.08, 0], atol=1e-15)
    np.testing.assert_allclose(found.delta["b"], [0.6, 0, 0, 0.6], atol=1e-15)
    np.testing.assert_allclose(found.delta["c"], [1.2, 0.4, 0.4, 1.2], atol=1e-15)
    assert (found.m, found.M) == (0, pytest.approx(1.2))
    assert found.coefficients.loc["甲", "a"] == pytest.approx(0.6 / 0.68)
    assert found.to_frame().columns.tolist() == ["factor", "degree", "rank"]
    assert found.settings["normalisation"] == "mean"
    assert found.references == ("deng1982", "deng1989")


def slow(x0: list[int], factors: list[list[int]], kind: str, rho: Fraction) -> list[Fraction]:
    """The formulas word for word, in exact fractions."""

    def scaled(x: list[int]) -> list[Fraction]:
        divide = {
            "mean": Fraction(sum(x), len(x)),
            "initial": Fraction(x[0]),
            "max": Fraction(max(x)),
            "minmax": Fraction(max(x) - min(x)),
            "none": Fraction(1),
        }[kind]
        return [(v - (min(x) if kind == "minmax" else 0)) / divide for v in x]

    rows = [[abs(a - b) for a, b in zip(scaled(x0), scaled(x), strict=True)] for x in factors]
    least, most = min(map(min, rows)), max(map(max, rows))
    if most == 0:
        return [Fraction(1)] * len(rows)
    return [
        sum((least + rho * most) / (d + rho * most) for d in row) / Fraction(len(row))
        for row in rows
    ]


@pytest.mark.parametrize("kind", ["mean", "initial", "max", "minmax", "none"])
@pytest.mark.parametrize("rho", [Fraction(1, 10), Fraction(1, 2), Fraction(1)])
def test_a_slow_copy_in_fractions(kind: Any, rho: Fraction) -> None:
    draw = np.random.default_rng(11)
    for n, k in ((2, 1), (5, 3), (12, 6)):
        x = draw.integers(1, 60, (k + 1, n))
        x[:, 0] += 100  # never constant
        labels = [f"城{i}" for i in range(n)]
        found = sc.grey_relational_degree(
            pd.Series(x[0], labels),
            pd.DataFrame(x[1:].T, labels, [f"f{j}" for j in range(k)]),
            normalisation=kind,
            rho=float(rho),
        )
        exact = slow(x[0].tolist(), x[1:].tolist(), kind, rho)
        np.testing.assert_allclose(found.degree, [float(r) for r in exact], rtol=1e-12)


def test_zscore_does_not_hang_on_the_divisor_of_the_variance() -> None:
    found = sc.grey_relational_degree(CO2, FACTORS, normalisation="zscore").degree
    for ddof in (0, 1):
        z = (CO2 - CO2.mean()) / CO2.std(ddof=ddof)
        others = (FACTORS - FACTORS.mean()) / FACTORS.std(ddof=ddof)
        again = sc.grey_relational_degree(z, others, normalisation="none").degree
        np.testing.assert_allclose(again, found, rtol=1e-12)


def test_proportional_series_are_exactly_one_and_tie() -> None:
    for kind in ("mean", "max", "initial", "minmax", "zscore"):
        same = pd.DataFrame({"third": CO2 / 3, "seven": CO2 * 0.7, "b": FACTORS["b"]})
        found = sc.grey_relational_degree(CO2, same, normalisation=kind)  # type: ignore[arg-type]
        assert found.degree[["third", "seven"]].tolist() == [1.0, 1.0], kind
        assert found.rank.tolist() == [1.5, 1.5, 3.0]
    alone = sc.grey_relational_degree(CO2, same[["third"]])
    assert (alone.m, alone.M, alone.degree.item()) == (0.0, 0.0, 1.0)


def test_degrees_that_differ_by_rounding_tie() -> None:
    draw = np.random.default_rng(8)
    for _ in range(5):
        x0, other = pd.Series(draw.random(9)), pd.Series(draw.random(9))
        scaled = pd.DataFrame({"a": other, "b": other / 3, "c": other * 0.7, "d": other * 1.1})
        assert sc.grey_relational_degree(x0, scaled).rank.tolist() == [2.5] * 4


def test_a_level_far_above_the_spread_is_no_difference() -> None:
    # 1e9 + x and x are affine: what is left after min–max is rounding, not M.
    high = pd.DataFrame({"high": CO2 / 7 + 1e9})
    for kind in ("minmax", "zscore"):
        found = sc.grey_relational_degree(CO2, high, normalisation=kind)  # type: ignore[arg-type]
        assert found.degree.item() == 1.0
        assert found.M == 0.0


def test_weights_of_observations() -> None:
    weights = pd.Series([3.0, 0.0, 0.0, 1.0], PLACES)
    found = sc.grey_relational_degree(CO2, FACTORS, weights=weights.sample(frac=1, random_state=1))
    even = sc.grey_relational_degree(CO2, FACTORS)
    np.testing.assert_allclose(
        found.degree, even.coefficients.loc["w"] * 0.75 + even.coefficients.loc["z"] * 0.25
    )
    assert found.settings["weights"] is not None


def test_a_factor_of_which_less_is_better() -> None:
    found = sc.grey_relational_degree(CO2, FACTORS, normalisation="minmax", reverse="c")
    assert found.degree["c"] == 1.0
    np.testing.assert_array_equal(found.rank, [2, 3, 1])
    assert found.settings["reverse"] == ["c"]
    with pytest.raises(sc.OptionError, match=r"reverse=\['c'\] has no meaning"):
        sc.grey_relational_degree(CO2, FACTORS, reverse=["c"])
    with pytest.raises(sc.OptionError, match="reverse names d, which is no factor"):
        sc.grey_relational_degree(CO2, FACTORS, normalisation="minmax", reverse=["d"])


def test_other_row_orders_give_the_same_bytes() -> None:
    draw = np.random.default_rng(5)
    labels = [f"城{i}" for i in range(60)]
    x0 = pd.Series(draw.lognormal(size=60), labels)
    table = pd.DataFrame(draw.lognormal(size=(60, 4)), labels, list("abcd"))
    weights = pd.Series(draw.random(60), labels)
    for kind in ("mean", "max", "minmax", "zscore", "none"):
        first = sc.grey_relational_degree(x0, table, normalisation=kind, weights=weights)  # type: ignore[arg-type]
        order = draw.permutation(60)
        again = sc.grey_relational_degree(
            x0.iloc[order],
            table.sample(frac=1, random_state=2),
            normalisation=kind,  # type: ignore[arg-type]
            weights=weights.sample(frac=1, random_state=3),
        )
        pd.testing.assert_series_equal(again.degree, first.degree, check_exact=True)
        assert again.coefficients.index.tolist() == [labels[i] for i in order]
        assert again.settings == first.settings


def test_the_first_value_depends_on_the_order_and_says_so() -> None:
    found = sc.grey_relational_degree(CO2, FACTORS, normalisation="initial")
    assert "first value (w): row order matters" in found.notes[0]
    turned = sc.grey_relational_degree(CO2[::-1], FACTORS, normalisation="initial")
    assert not np.allclose(turned.degree, found.degree)


def test_a_negative_mean_is_told() -> None:
    below = FACTORS.assign(b=[-5, -4, -6, -5])
    found = sc.grey_relational_degree(CO2, below)
    assert found.notes == ("divided by a negative number, and so turned round: b",)
    assert "被反向的序列：b" in found.notes_in("zh")[0]
    turned = sc.grey_relational_degree(-CO2, FACTORS)
    assert turned.notes == ("divided by a negative number, and so turned round: the reference",)


def test_missing_values_are_refused_or_left_out() -> None:
    holed = FACTORS.astype(float)
    holed.loc["甲", "b"] = np.nan
    with pytest.raises(sc.MissingDataError, match="b is missing for 1 of 4 units"):
        sc.grey_relational_degree(CO2, holed)
    found = sc.grey_relational_degree(CO2, holed, missing="drop")
    assert found.dropped.tolist() == ["甲"]
    assert "units left out for missing values (1): 甲" in found.notes
    rest = ["w", "y", "z"]
    again = sc.grey_relational_degree(CO2[rest], FACTORS.loc[rest])
    pd.testing.assert_series_equal(found.degree, again.degree)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"reference": CO2.to_numpy()}, sc.AlignmentError, "reference is a ndarray"),
        ({"factors": FACTORS["a"]}, sc.AlignmentError, "factors is a Series"),
        ({"factors": FACTORS[[]]}, sc.SchemaError, "there is no factor"),
        ({"factors": FACTORS.iloc[:3]}, sc.AlignmentError, "z only in the reference"),
        ({"factors": FACTORS.set_axis(list("wxyz"))}, sc.AlignmentError, "x only here"),
        ({"factors": FACTORS[["a", "a"]]}, sc.AlignmentError, "the list of factors has repeated"),
        ({"reference": CO2.set_axis(list("wwyz"))}, sc.AlignmentError, "the reference has repeat"),
        ({"reference": CO2.replace(100, np.inf)}, sc.MissingDataError, "the reference is infinite"),
        ({"factors": FACTORS.assign(a="x")}, sc.SchemaError, "a is not numeric"),
        ({"reference": CO2[:1], "factors": FACTORS[:1]}, sc.DegenerateDataError, "there are 1"),
        ({"factors": FACTORS.assign(b=[1, -1, 2, -2])}, sc.DegenerateDataError, "b cannot be norm"),
        ({"reference": CO2 - 250}, sc.DegenerateDataError, "the reference cannot be normalised"),
        (
            {"factors": FACTORS - 41, "normalisation": "max"},
            sc.DegenerateDataError,
            "a largest value above zero",
        ),
        (
            {"factors": FACTORS.assign(b=0.1), "normalisation": "minmax"},
            sc.DegenerateDataError,
            "not all the same",
        ),
        (
            {"factors": FACTORS.assign(b=0.1), "normalisation": "zscore"},
            sc.DegenerateDataError,
            "b cannot be normalised by 'zscore'",
        ),
        (
            {"reference": CO2.replace(100, 0), "normalisation": "initial"},
            sc.DegenerateDataError,
            "'initial'",
        ),
        ({"weights": CO2 * -1}, sc.SchemaError, "weights of observations are negative for w"),
        ({"weights": CO2 * 0}, sc.DegenerateDataError, "all observations are zero"),
        ({"weights": CO2[:2]}, sc.AlignmentError, "the list of weights is about other"),
        ({"weights": [1, 1, 1, 1]}, sc.AlignmentError, "the list of weights is a list"),
        ({"rho": 0.0}, sc.OptionError, "rho=0.0 must be above zero"),
        ({"rho": 1.5}, sc.OptionError, "at most one"),
        ({"rho": float("nan")}, sc.OptionError, "rho=nan"),
        ({"rho": "0.5"}, sc.OptionError, "rho='0.5'"),
        ({"normalisation": "means"}, sc.OptionError, "fix: normalisation='mean'"),
        ({"missing": "skip"}, sc.OptionError, "missing='skip'"),
    ],
)
def test_what_is_refused(change: dict[str, Any], error: type[Exception], message: str) -> None:
    call = {"reference": CO2, "factors": FACTORS, **change}
    with pytest.raises(error) as caught:
        sc.grey_relational_degree(call.pop("reference"), call.pop("factors"), **call)
    assert message in str(caught.value)


def test_inputs_are_left_alone() -> None:
    reference, factors = CO2.copy(), FACTORS.copy()
    found = sc.grey_relational_degree(reference, factors)
    found.coefficients.iloc[0, 0] = 9
    pd.testing.assert_series_equal(reference, CO2)
    pd.testing.assert_frame_equal(factors, FACTORS)


class TestSensitivity:
    def test_every_setting_is_its_own_call(self) -> None:
        found = sc.grey_sensitivity(CO2, FACTORS, rhos=[0.2, 0.8])
        assert len(found.table) == 4 * 3 * 3  # the base ρ is added
        for (kind, rho), part in found.table.groupby(["normalisation", "rho"]):
            own = sc.grey_relational_degree(CO2, FACTORS, normalisation=kind, rho=rho)
            assert part["degree"].tolist() == own.degree.tolist()
            assert part["rank"].tolist() == own.rank.tolist()
        assert found.stable
        assert found.notes == ("the ranking is the same in all 12 settings",)
        assert found.pivot().shape == (3, 12)
        assert found.base == ("mean", 0.5)

    def test_flips_are_named(self) -> None:
        pair = pd.DataFrame({"steady": [80, 82, 84, 86], "restless": [10, 30, 20, 40]}, PLACES)
        found = sc.grey_sensitivity(CO2, pair)
        assert not found.stable
        flips = found.flips
        assert set(flips["ahead"]) == {"restless"}
        assert set(flips["overtaken_by"]) == {"steady"}
        ranks = found.pivot()
        for column in ranks.columns:
            turned = ranks.loc["steady", column] < ranks.loc["restless", column]
            listed = ((flips["normalisation"] == column[0]) & (flips["rho"] == column[1])).any()
            assert turned == listed
        other = sc.grey_sensitivity(CO2, pair, normalisation="minmax")
        assert set(other.flips["ahead"]) == {"steady"}
        settings = len(flips[["normalisation", "rho"]].drop_duplicates())
        assert found.notes[-1] == f"{settings} of 40 settings rank some factors in another order"

    def test_a_tie_is_no_flip(self) -> None:
        same = pd.DataFrame({"a": CO2 * 2, "b": CO2 * 3}, PLACES)
        assert sc.grey_sensitivity(CO2, same).stable
        # Affine, not proportional: behind after division by the mean, level on 0 to 1.
        level = pd.DataFrame({"a": CO2 * 2, "b": CO2 + 1000.0}, PLACES)
        found = sc.grey_sensitivity(CO2, level)
        assert found.pivot()["mean"][0.5].tolist() == [1, 2]
        assert found.pivot()["minmax"][0.5].tolist() == [1.5, 1.5]
        assert found.stable

    def test_settings_that_are_not_defined_are_rows(self) -> None:
        flat = FACTORS.assign(b=3.0)
        found = sc.grey_sensitivity(CO2, flat)
        failed = found.table[found.table["status"] == "undefined"]
        assert set(failed["normalisation"]) == {"minmax", "zscore"}
        assert failed["rank"].isna().all()
        assert "in all 20 settings" in found.notes[-1] or "of 20 settings" in found.notes[-1]
        with pytest.raises(sc.DegenerateDataError):
            sc.grey_sensitivity(CO2, flat, normalisation="minmax")

    def test_reversed_factors_keep_to_one_normalisation(self) -> None:
        found = sc.grey_sensitivity(CO2, FACTORS, normalisation="minmax", reverse=["c"])
        assert set(found.table["normalisation"]) == {"minmax"}
        with pytest.raises(sc.OptionError):
            sc.grey_sensitivity(CO2, FACTORS, reverse=["c"])
