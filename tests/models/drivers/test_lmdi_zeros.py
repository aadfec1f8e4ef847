"""Zeros: the eight limiting cases of Ang, Zhang and Choi (1998), and what has no limit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

FUELS = "co2 = sum over fuel of use: energy[fuel] * content: (co2[fuel]/energy[fuel])"


def fuels(energy: tuple[float, float], co2: tuple[float, float]) -> pd.DataFrame:
    """Return two fuels, the first as given, the second an ordinary one."""
    rows = [("A", 2000 + t, "coal", energy[t], co2[t]) for t in (0, 1)]
    rows += [("A", 2000 + t, "gas", 4.0 + t, 8.0 + 3 * t) for t in (0, 1)]
    return pd.DataFrame(rows, columns=["unit", "year", "fuel", "energy", "co2"])


def effect(table: pd.DataFrame, factor: str, **options: Any) -> float:
    result = sc.decompose(table, identity=FUELS, **options)
    assert result.residual["relative"].max() < 1e-12
    rows = result.by_category[result.by_category["fuel"] == "coal"]
    return float(rows.set_index("factor").loc[factor, "effect"])


# case, factor, the factor's value and the term's at both ends, effect of the factor
CASES = [
    (1, "content", (5, 6), (0, 42), 42),
    (1, "use", (0, 6), (0, 42), 42),
    (2, "content", (5, 6), (42, 0), -42),
    (2, "use", (6, 0), (42, 0), -42),
    (3, "use", (5, 6), (0, 42), 0),
    (4, "use", (5, 6), (42, 0), 0),
    (5, "use", (5, 6), (0, 0), 0),
    (6, "content", (5, 6), (0, 0), 0),
    (6, "use", (0, 0), (0, 0), 0),
    (7, "use", (6, 0), (0, 0), 0),
    (8, "use", (0, 6), (0, 0), 0),
]


@pytest.mark.parametrize(("case", "factor", "energy", "co2", "expected"), CASES)
def test_eight_cases(
    case: int, factor: str, energy: tuple[float, float], co2: tuple[float, float], expected: float
) -> None:
    assert 1 <= case <= 8
    assert effect(fuels(energy, co2), factor, zeros="limit") == expected


@pytest.mark.parametrize(("case", "factor", "energy", "co2", "expected"), CASES)
def test_small_numbers_come_near_the_limits(
    case: int, factor: str, energy: tuple[float, float], co2: tuple[float, float], expected: float
) -> None:
    table = fuels(energy, co2)
    far = [
        effect(table, factor, zeros="small", delta=delta) - expected
        for delta in (1e-10, 1e-100, 1e-300)
    ]
    assert abs(far[2]) <= abs(far[1]) <= abs(far[0]) + 1e-300, case
    assert abs(far[2]) < 0.6


def test_limits_leave_other_categories_alone() -> None:
    table = fuels((5, 6), (0, 42))
    result = sc.decompose(table, identity=FUELS, zeros="limit")
    gas = result.by_category.query("fuel == 'gas'")["effect"].tolist()
    plain = sc.decompose(table.query("fuel == 'gas'"), identity=FUELS)
    assert gas == plain.effects["effect"].tolist()
    assert result.total["ratio"].prod() == pytest.approx((42 + 11) / 8)
    assert result.notes == ("values of zero that were taken to their limits: 1",)
    assert {"ang1998", "ang2007", "wood2006"} <= set(result.references)


KAYA = ["population", "gdp", "industry", "co2"]


def city(first: list[float], second: list[float]) -> pd.DataFrame:
    table = pd.DataFrame([first, second], columns=KAYA)
    return table.assign(unit="A", year=[2005, 2010])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([100, 500, 250, 0], [110, 700, 300, 120], [0, 0, 0, 120]),
        ([110, 700, 300, 120], [100, 500, 250, 0], [0, 0, 0, -120]),
        ([100, 500, 0, 0], [110, 700, 300, 120], [0, 0, 120, 0]),
        ([110, 700, 300, 120], [100, 500, 0, 0], [0, 0, -120, 0]),
        ([100, 500, 250, 0], [110, 700, 300, 0], [0, 0, 0, 0]),
        ([100, 500, 0, 0], [110, 700, 300, 0], [0, 0, 0, 0]),
    ],
)
def test_kaya(first: list[float], second: list[float], expected: list[float]) -> None:
    result = sc.decompose(city(first, second), zeros="limit")
    assert result.effects["effect"].tolist() == expected
    if sum(expected):
        at = int(np.argmax(np.abs(expected)))
        ratios = [1.0] * 4
        ratios[at] = np.inf if sum(expected) > 0 else 0.0
        assert result.effects["ratio"].tolist() == ratios
        assert result.dominant["factor"].item() == result.factors[at]
    else:
        assert result.effects["ratio"].tolist() == [1.0] * 4
        assert result.effects["share"].isna().all()
        assert result.dominant["factor"].item() is None


@pytest.mark.parametrize("zeros", ["limit", "small"])
@pytest.mark.parametrize(
    ("first", "said"),
    [
        ([100, 500, 0, 100], "industry is zero in 1 cells where"),
        ([0, 500, 250, 100], "population is zero in 1 cells where"),
        ([0, 500, 250, 0], "population is zero in 1 cells where"),
        ([100, 0, 250, 100], "gdp is zero in 1 cells where"),
        ([100, 0, 0, 0], "gdp is zero in 1 cells where"),
    ],
)
def test_undefined(first: list[float], said: str, zeros: Any) -> None:
    with pytest.raises(sc.SchemaError, match=said) as caught:
        sc.decompose(city(first, [110, 700, 300, 120]), zeros=zeros)
    assert "A 2005" in str(caught.value)


def test_infinite_factor() -> None:
    """Output is zero without energy being zero: energy per output has no limit."""
    identity = "co2 = output * (energy/output) * (co2/energy)"
    table = pd.DataFrame(
        {"unit": "A", "year": [1, 2], "output": [0.0, 2.0], "energy": [3.0, 4.0], "co2": [0.0, 5.0]}
    )
    with pytest.raises(sc.SchemaError, match="a factor is infinite") as caught:
        sc.decompose(table, identity=identity, zeros="limit")
    assert "A 1" in str(caught.value)
    # where nothing changes at all the effects are zero whatever the factors are
    result = sc.decompose(table.assign(co2=0.0), identity=identity, zeros="limit")
    assert (result.effects["effect"] == 0).all()


def test_refused_by_default() -> None:
    with pytest.raises(sc.SchemaError, match="co2 is zero in 1 cells") as caught:
        sc.decompose(city([100, 500, 250, 0], [110, 700, 300, 120]))
    assert "A 2005" in str(caught.value)
    assert "zeros='limit'" in str(caught.value)


def test_a_zero_in_the_middle_of_a_chain() -> None:
    table = pd.DataFrame(
        [(100, 500, 250, 100), (104, 590, 280, 0), (110, 700, 300, 120)], columns=KAYA
    ).assign(unit="A", year=[2004, 2007, 2010])
    result = sc.decompose(table, zeros="limit", chain=True, cumulative=2004)
    assert result.effects["effect"].tolist() == [0, 0, 0, 20]
    middle = result.cumulative.query("year == 2007 and factor == 'intensity'")
    assert middle["effect"].item() == -100
    assert result.residual["relative"].max() == 0


def test_ratio_residual_where_there_is_no_ratio() -> None:
    table = city([100, 500, 250, 0], [110, 700, 300, 120])
    residual = sc.decompose(table, zeros="limit", form="multiplicative").residual
    assert residual["residual"].isna().all()
    nothing = sc.decompose(table.assign(co2=0.0), zeros="limit", form="multiplicative").residual
    assert nothing["residual"].tolist() == [0.0]
