"""Laws of the further spatial statistics, on random graphs and values."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

import spatialcarbon as sc
from spatialcarbon.weights.weights import Weights

LABELS = pd.Index([f"u{i}" for i in range(12)])


@st.composite
def maps(draw: st.DrawFn) -> Weights:
    """A graph of 4 to 12 units with at least one link, symmetric or not, weighted or not."""
    n = draw(st.integers(4, 12))
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=3 * n, unique=True))
    weight = draw(st.lists(st.sampled_from([1.0, 1.0, 0.5, 3.0]), min_size=len(chosen),
                           max_size=len(chosen)))  # fmt: skip
    edges = pd.DataFrame(
        {
            "focal": LABELS[[i for i, _ in chosen]],
            "neighbor": LABELS[[j for _, j in chosen]],
            "weight": weight,
        }
    )
    transform = draw(st.sampled_from(["B", "R", "V"]))
    return Weights.from_edges(edges, units=LABELS[:n]).standardised(transform)


@st.composite
def series(draw: st.DrawFn, n: int, low: int = -50) -> pd.Series:
    whole = st.integers(low, 50)
    values = draw(
        st.lists(whole, min_size=n, max_size=n).filter(lambda listed: len(set(listed)) > 1)
    )
    return pd.Series(values, LABELS[:n], dtype=float)


@given(st.data())
def test_units_of_measure_do_not_matter(data: st.DataObject) -> None:
    weights = data.draw(maps())
    x, y = data.draw(series(weights.n)), data.draw(series(weights.n))
    kept = {"permutations": 19, "rng": 1}
    plain = sc.geary(x, weights, **kept)
    moved = sc.geary(x * 2.5 - 7, weights, **kept)
    assert np.isclose(plain.statistic, moved.statistic, rtol=1e-10)
    assert plain.statistic >= 0
    pair = sc.bivariate_moran(x, y, weights, **kept)
    other = sc.bivariate_moran(x * 0.01 + 3, y * -40, weights, **kept)
    assert np.isclose(pair.statistic, -other.statistic, rtol=1e-9, atol=1e-12)
    for star in (True, False):
        a = sc.local_g(x, weights, star=star, correction="none", **kept)
        b = sc.local_g(x * 2.5 - 7, weights, star=star, correction="none", **kept)
        np.testing.assert_allclose(a.statistic, b.statistic, rtol=1e-7, atol=1e-9)
        assert a.pvalue.equals(b.pvalue)
        c = sc.local_g(-x, weights, star=star, correction="none", **kept)
        np.testing.assert_allclose(a.statistic, -c.statistic, rtol=1e-7, atol=1e-9)


@given(st.data())
def test_new_names_and_another_order_change_nothing(data: st.DataObject) -> None:
    weights = data.draw(maps())
    x, y = data.draw(series(weights.n)), data.draw(series(weights.n))
    order = data.draw(st.permutations(range(weights.n)))
    turned = weights.subset(weights.units[list(order)])
    kept = {"permutations": 19, "rng": 1, "correction": "none"}
    one, two = (sc.local_bivariate_moran(x, y, w, **kept) for w in (weights, turned))
    pd.testing.assert_frame_equal(
        one.to_frame().set_index("unit"),
        two.to_frame().set_index("unit").loc[weights.units],
        check_exact=True,
        check_names=False,
    )


@given(st.data())
def test_local_values_sum_to_the_global_one(data: st.DataObject) -> None:
    weights = data.draw(maps())
    x, y = data.draw(series(weights.n)), data.draw(series(weights.n))
    whole = sc.bivariate_moran(x, y, weights, permutations=0)
    parts = sc.local_bivariate_moran(x, y, weights, permutations=0)
    assert np.isclose(parts.statistic.sum(), weights.s0 * whole.statistic, rtol=1e-9, atol=1e-10)
    assert np.isclose(parts.global_statistic, whole.statistic, rtol=1e-9, atol=1e-12)


@given(st.data())
def test_smoothed_rates_lie_between_their_own_and_the_overall_one(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 12))
    events = data.draw(series(n, low=0))
    population = data.draw(series(n, low=1)) * 10
    found = sc.smoothed_rates(events, population)
    low = np.minimum(found.rate, found.overall) - 1e-12
    high = np.maximum(found.rate, found.overall) + 1e-12
    assert found.smoothed.between(low, high).all()
    assert found.shrinkage.between(0, 1).all()
    # Among equal rates the larger population keeps more of its own.
    assert (found.shrinkage.rank() == population.rank()).all() or found.variance <= 0
    assert np.isfinite(found.standardised).all()
