"""Weights of criteria: the worked example, other rules, constant columns, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc

SMALL = pd.DataFrame(
    [(10, 5, 2, 1), (20, 10, 4, 0.5), (30, 5, 10, 2), (40, 20, 8, 0.8)],
    index=["丙", "a", "d", "b"],
    columns=["population", "cumulative", "gdp", "intensity"],
)


def test_the_worked_example() -> None:
    found = sc.entropy_weights(SMALL)
    assert found.entropy.tolist() == pytest.approx(
        [0.729574, 0.405639, 0.702820, 0.632044], abs=5e-7
    )
    assert found.weights.tolist() == pytest.approx(
        [0.176758, 0.388491, 0.194245, 0.240506], abs=5e-7
    )
    share = (found.shares * found.weights).sum(axis=1)
    assert share.tolist() == pytest.approx([0.052284, 0.150863, 0.312894, 0.483959], abs=5e-7)
    assert share.index.tolist() == ["丙", "a", "d", "b"]
    assert found.to_frame().columns.tolist() == ["criterion", "entropy", "weight"]
    assert "Entropy weights" in found.summary()


def test_preference_of_the_worked_example() -> None:
    weights = sc.entropy_weights(SMALL).weights
    fair = ["population", "cumulative"]
    paper = sc.preference_weights(weights, fair)
    assert paper.tolist() == pytest.approx([0.265137, 0.582736, 0.067970, 0.084157], abs=5e-7)
    words = sc.preference_weights(weights, fair, rule="renormalise")
    assert words.tolist() == pytest.approx([0.206714, 0.454331, 0.151444, 0.187511], abs=5e-7)


def test_scipy_agrees_on_the_entropy() -> None:
    from scipy.stats import entropy

    draws = np.random.default_rng(3).gamma(0.5, size=(40, 5))
    frame = pd.DataFrame(draws, columns=list("abcde"))
    for how, scaled in (
        ("sum", draws),
        ("minmax", (draws - draws.min(axis=0)) / np.ptp(draws, axis=0)),
    ):
        expected = entropy(scaled, base=len(draws), axis=0)
        found = sc.entropy_weights(frame, normalisation=how)
        np.testing.assert_allclose(found.entropy, expected, rtol=1e-12)
        np.testing.assert_allclose(found.weights, (1 - expected) / (1 - expected).sum())


def test_directions() -> None:
    turned = sc.entropy_weights(SMALL, directions={"intensity": "negative"})
    assert turned.normalised["intensity"].tolist() == pytest.approx([2 / 3, 1, 0, 0.8])
    assert turned.normalised["gdp"].equals(sc.entropy_weights(SMALL).normalised["gdp"])
    by_sum = sc.entropy_weights(SMALL, normalisation="sum", directions={"intensity": "negative"})
    inverse = 1 / SMALL["intensity"]
    np.testing.assert_allclose(by_sum.shares["intensity"], inverse / inverse.sum())


def test_a_constant_criterion_has_no_weight() -> None:
    frame = SMALL.assign(gdp=7.0)
    for weighting in ("entropy", "critic", "equal"):
        found = sc.criterion_weights(frame, weighting=weighting)
        assert found.weights["gdp"] == 0
        assert found.weights.sum() == pytest.approx(1)
        assert found.constant == ("gdp",)
        assert found.notes == ("constant, so without weight: gdp",)
        assert found.shares["gdp"].tolist() == [0.25] * 4
    assert sc.entropy_weights(frame).entropy["gdp"] == 1
    with pytest.raises(sc.DegenerateDataError, match="all criteria are constant"):
        sc.entropy_weights(SMALL * 0 + 0.1)


def test_critic_by_its_formula() -> None:
    scaled = (SMALL - SMALL.min()) / (SMALL.max() - SMALL.min())
    content = scaled.std() * (1 - scaled.corr()).sum()
    found = sc.critic_weights(SMALL)
    np.testing.assert_allclose(found.weights, content / content.sum())
    np.testing.assert_allclose(found.conflict, (1 - scaled.corr()).sum())
    assert found.to_frame().columns.tolist() == ["criterion", "spread", "conflict", "weight"]
    alone = sc.critic_weights(SMALL[["gdp"]])
    assert alone.weights.tolist() == [1.0]
    with pytest.raises(sc.DegenerateDataError, match="all criteria say the same"):
        sc.critic_weights(pd.DataFrame({"a": [0.0, 1.0, 2.0], "b": [1.0, 3.0, 5.0]}))


@pytest.mark.parametrize(
    ("frame", "options", "error", "words"),
    [
        (SMALL.iloc[:1], {}, sc.SchemaError, "there are 1 units"),
        (
            SMALL.assign(gdp=[1, 2, np.nan, 3]),
            {},
            sc.MissingDataError,
            "missing or infinite: d/gdp",
        ),
        (SMALL.assign(gdp=[1, 2, -1, 3]), {}, sc.SchemaError, "negative: d/gdp"),
        (SMALL.assign(gdp=list("wxyz")), {}, sc.SchemaError, "gdp is not numeric"),
        (SMALL.set_axis(list("aabc")), {}, sc.AlignmentError, "repeated labels"),
        (SMALL["gdp"], {}, sc.SchemaError, "the criteria are a Series"),
        (SMALL, {"normalisation": "min-max"}, sc.OptionError, "minmax"),
        (SMALL, {"directions": {"gdq": "negative"}}, sc.OptionError, "directions name gdq"),
        (SMALL, {"directions": {"gdp": "down"}}, sc.OptionError, "'positive', 'negative'"),
        (SMALL, {"offset": -1.0}, sc.OptionError, "below zero"),
        (
            SMALL.assign(gdp=[0, 1, 2, 3]),
            {"normalisation": "sum", "directions": {"gdp": "negative"}},
            sc.SchemaError,
            "gdp has zeros",
        ),
    ],
)
def test_bad_criteria(
    frame: Any, options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        sc.entropy_weights(frame, **options)


def test_bad_preferences() -> None:
    weights = pd.Series({"a": 0.7, "b": 0.3})
    with pytest.raises(sc.OptionError, match=r"times the weight 0.7000 of a exceeds one") as caught:
        sc.preference_weights(weights, ["a"])
    assert "at most 1.4286" in str(caught.value)
    assert sc.preference_weights(weights, ["a"], rule="renormalise")["a"] == pytest.approx(
        1.05 / 1.35
    )
    assert sc.preference_weights(weights, ["a"], preference=1 / 0.7).tolist() == pytest.approx(
        [1, 0]
    )
    assert sc.preference_weights(weights, ["a", "b"], preference=1).equals(weights.rename("weight"))
    with pytest.raises(sc.OptionError, match="must be one or more"):
        sc.preference_weights(weights, ["a"], preference=0.5)
    for wanted in (["c"], []):
        with pytest.raises(sc.OptionError, match="not among those that are weighted"):
            sc.preference_weights(weights, wanted)
    with pytest.raises(sc.OptionError, match="renormalise"):
        sc.preference_weights(weights, ["a"], rule="text")  # type: ignore[arg-type]
    with pytest.raises(sc.OptionError, match="critic"):
        sc.criterion_weights(SMALL, weighting="critics")  # type: ignore[arg-type]
