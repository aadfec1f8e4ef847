"""Logarithmic change and mean: to the last digits, against decimal arithmetic and the series."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest

import spatialcarbon as sc
from spatialcarbon.models.drivers.log_mean import log_change, log_mean


def textbook(a: float, b: float) -> float:
    """The logarithmic mean as the specification writes it, with its series around a = b."""
    u = np.log(a / b) / 2
    root = np.sqrt(a * b)
    if abs(u) < 1e-4:
        return float(root * (1 + u**2 / 6 + u**4 / 120))
    return float(root * np.sinh(u) / u)


def exact(first: float, second: float) -> tuple[Decimal, Decimal]:
    """Logarithmic change and mean with 60 digits."""
    a, b = Decimal(first), Decimal(second)
    change = (b / a).ln()
    return change, (b - a) / change if a != b else a


@pytest.mark.parametrize("power", range(-15, 4))
def test_digits(power: int) -> None:
    rng = np.random.default_rng(power + 20)
    first = rng.uniform(0.1, 1e6, 50)
    second = first * (1 + rng.uniform(0.1, 1, 50) * 10.0**power * rng.choice([1.0, -1e-4], 50))
    moved = first != second
    first, second = first[moved], second[moved]
    change, mean = log_change(first, second), log_mean(first, second)
    with localcontext(prec=60):
        for a, b, d, m in zip(*(x.tolist() for x in (first, second, change, mean)), strict=True):
            truth = exact(a, b)
            assert abs(Decimal(d) - truth[0]) <= abs(truth[0]) * Decimal("5e-16")
            assert abs(Decimal(m) - truth[1]) <= truth[1] * Decimal("8e-16")
            assert m == pytest.approx(textbook(a, b), rel=1e-12 / min(1, abs(d) + 1e-3))


def test_known_mean() -> None:
    assert log_mean(np.array([120.0]), np.array([100.0]))[0] == pytest.approx(109.696299, abs=5e-7)


def test_reversal_is_exact() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.lognormal(sigma=5, size=(2, 500))
    assert (log_change(a, b) == -log_change(b, a)).all()
    assert (log_mean(a, b) == log_mean(b, a)).all()
    assert (np.minimum(a, b) <= log_mean(a, b)).all()
    assert (log_mean(a, b) <= np.maximum(a, b)).all()


def test_far_apart() -> None:
    """The quotient overflows; the logarithms do not."""
    a, b = np.array([1e-300, 1e300]), np.array([1e300, 1e-300])
    assert log_change(a, b).tolist() == pytest.approx([600 * np.log(10), -600 * np.log(10)])
    assert np.isfinite(log_mean(a, b)).all()


@pytest.mark.parametrize("power", range(-8, 1))
def test_effects_to_the_last_digit(power: int) -> None:
    """Within 1e-14 of the largest effect for changes down to 1e-8."""
    import pandas as pd

    rng = np.random.default_rng(power + 30)
    names = ["population", "gdp", "industry", "co2"]
    first = rng.uniform(10, 1e4, (20, 4))
    second = first * (1 + 10.0**power * rng.uniform(0.1, 1, (20, 4)))
    table = pd.concat(
        [pd.DataFrame(x, columns=names).assign(unit=range(20), year=t) for t, x in
         ((2000, first), (2001, second))]
    )  # fmt: skip
    effects = sc.decompose(table).effects["effect"].to_numpy().reshape(20, 4)
    with localcontext(prec=60):
        for a, b, found in zip(first.tolist(), second.tolist(), effects.tolist(), strict=True):
            logs = [exact(x, y)[0] for x, y in zip(a, b, strict=True)]
            mean = exact(a[3], b[3])[1]
            truth = [
                mean * part
                for part in (logs[0], logs[1] - logs[0], logs[2] - logs[1], logs[3] - logs[2])
            ]
            largest = max(abs(part) for part in truth)
            errors = [abs(Decimal(x) - y) for x, y in zip(found, truth, strict=True)]
            assert max(errors) <= largest * Decimal("1e-14")
