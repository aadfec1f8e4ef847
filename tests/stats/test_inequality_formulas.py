"""The formulas of inequality against their definitions with sixty digits."""

from __future__ import annotations

from decimal import Decimal, localcontext

import numpy as np
import pytest

from spatialcarbon.stats import inequality_formulas as formulas

# Apart, near each other, so near that plain sums would cancel, and on both sides of a tenth.
VALUES = {
    "apart": [1.0, 2.0, 5.0, 40.0],
    "near": [100.0, 101.0, 99.5, 100.25],
    "nearly equal": [1.0, 1.0 + 2.0**-24, 1.0, 1.0 - 2.0**-23],
    "both": [1.0, 1.0625, 0.9375, 1.75],
}
SHARES = [0.125, 0.25, 0.5, 0.125]


@pytest.fixture(params=VALUES, name="y")
def _y(request: pytest.FixtureRequest) -> list[float]:
    return VALUES[request.param]


def exact(y: list[float], q: list[float]) -> dict[str, float]:
    """Return every index by its definition."""
    with localcontext() as digits:
        digits.prec = 60
        shares = [Decimal(v) for v in q]
        mean = sum(w * Decimal(v) for w, v in zip(shares, y, strict=True))
        r = list(zip(shares, (Decimal(v) / mean for v in y), strict=True))
        total = sum(Decimal(v) for v in y)
        concentration = sum((Decimal(v) / total) ** 2 for v in y)
        even = Decimal(1) / len(y)
        return {
            "t": float(sum(w * v * v.ln() for w, v in r)),
            "l": float(-sum(w * v.ln() for w, v in r)),
            "gini": float(sum(a * b * abs(v - u) for a, v in r for b, u in r) / 2),
            "variation": float(sum(w * (v - 1) ** 2 for w, v in r).sqrt()),
            "herfindahl": float(concentration),
            "normalised": float((concentration - even) / (1 - even)),
        }


def test_every_index_is_exact_to_twelve_digits(y: list[float]) -> None:
    values, q = np.array(y), np.array(SHARES)
    over, wanted = formulas.relative(values, q), exact(y, SHARES)
    found = {
        "t": formulas.theil_t(over, q),
        "l": formulas.theil_l(over, q),
        "gini": formulas.gini(values, q),
        "variation": formulas.variation(values, q),
        "herfindahl": formulas.herfindahl(values),
        "normalised": formulas.herfindahl_normalised(values),
    }
    assert found == pytest.approx(wanted, rel=1e-12, abs=0)


def test_parts_of_two_groups_add_up_to_the_whole(y: list[float]) -> None:
    values, q = np.array(y), np.array(SHARES)
    over = formulas.relative(values, q)
    sides = [np.array([0, 1]), np.array([2, 3])]
    parts = [formulas.part(values[at], q[at], over.of(at)) for at in sides]
    wanted = exact(y, SHARES)
    assert [item.q for item in parts] == [0.375, 0.625]
    assert sum(item.s for item in parts) == pytest.approx(1.0, rel=1e-14)
    for at, item in zip(sides, parts, strict=True):
        inside = exact([y[i] for i in at], [SHARES[i] / item.q for i in at])
        # Shares of thirds and fifths are rounded before they are made exact.
        assert item.t == pytest.approx(inside["t"], rel=1e-9)
        assert item.l == pytest.approx(inside["l"], rel=1e-9)
        assert item.gini == pytest.approx(inside["gini"], rel=1e-9)
    t, l = formulas.between(parts)  # noqa: E741 - the index is called L
    assert t + sum(item.s * item.t for item in parts) == pytest.approx(wanted["t"], rel=1e-9)
    assert l + sum(item.q * item.l for item in parts) == pytest.approx(wanted["l"], rel=1e-9)


def test_the_same_values_are_exactly_equal() -> None:
    values, q = np.full(3, 0.1), np.full(3, 1 / 3)
    over = formulas.relative(values, q)
    assert over.r.tolist() == [1.0] * 3
    assert formulas.theil_t(over, q) == formulas.theil_l(over, q) == 0.0
    assert formulas.gini(values, q) == formulas.variation(values, q) == 0.0
    assert formulas.herfindahl_normalised(values) == 0.0
    # What differs by a thousand millionth is not the same any more.
    assert formulas.gini(np.array([1.0, 1.0 + 1e-9]), np.full(2, 0.5)) > 0.0


def test_the_lorenz_curve_goes_from_the_poorest() -> None:
    across, up = formulas.lorenz(np.array([6.0, 0.0, 2.0]), np.array([0.25, 0.25, 0.5]))
    assert across.tolist() == [0.0, 0.25, 0.75, 1.0]
    assert up == pytest.approx([0.0, 0.0, 0.4, 1.0])
