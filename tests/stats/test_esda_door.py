"""esda's statistics through our door: aligned, seeded, nothing of the caller's changed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import esda
import numpy as np
import pytest

import spatialcarbon as sc

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.weights.weights import Weights


@pytest.fixture
def weights(plan_queen: Weights) -> Weights:
    return plan_queen.bridged([(330900, 330200)]).standardised("R")


@pytest.fixture
def values(plan_co2: pd.DataFrame) -> pd.Series:
    return plan_co2[2017]


def test_geary_is_esdas_called_by_hand(values: pd.Series, weights: Weights) -> None:
    ours = sc.esda_statistic("Geary", values, weights, permutations=0)
    w = weights.to_w()
    theirs = esda.Geary(values.to_numpy(), w, transformation="O", permutations=0)
    assert pytest.approx(theirs.C, rel=1e-12) == ours.C
    assert ours.z_norm == pytest.approx(theirs.z_norm, rel=1e-12)
    assert (
        pytest.approx(sc.global_moran(values, weights, permutations=0).statistic, rel=1e-12)
        == sc.esda_statistic("Moran", values, weights, permutations=0).I
    )


def test_values_are_aligned(values: pd.Series, weights: Weights) -> None:
    straight = sc.esda_statistic("Geary", values, weights, permutations=99, rng=1)
    shuffled = values.sample(frac=1, random_state=1)
    turned = weights.subset(shuffled.sample(frac=1, random_state=2).index)
    again = sc.esda_statistic("Geary", shuffled, turned, permutations=99, rng=1)
    assert again.C == straight.C
    assert (again.sim == straight.sim).all()
    assert straight.units.tolist() == sorted(values.index)


def test_weights_are_used_as_given(values: pd.Series, weights: Weights) -> None:
    raw = sc.esda_statistic("Geary", values, weights.standardised("B"), permutations=0)
    assert raw.w.transform == "O"
    assert raw.C != sc.esda_statistic("Geary", values, weights, permutations=0).C


def test_seeds_reach_esda_and_the_global_state_is_put_back(
    values: pd.Series, weights: Weights
) -> None:
    np.random.seed(5)  # noqa: NPY002
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    found = [
        sc.esda_statistic("Geary", values, weights, permutations=19, rng=seed).sim
        for seed in (1, 1, 2)
    ]
    assert (found[0] == found[1]).all()
    assert not (found[0] == found[2]).all()
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_seeds_longer_than_the_old_generator_takes_are_cut(
    values: pd.Series, weights: Weights
) -> None:
    short, long = (
        sc.esda_statistic("Geary", values, weights, permutations=9, rng=seed).sim
        for seed in (7, 2**32 + 7)
    )
    assert (short == long).all()


def test_the_global_state_is_put_back_after_an_error(values: pd.Series, weights: Weights) -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    with pytest.raises(TypeError):
        sc.esda_statistic("Geary", values, weights, options={"nonsense": 1})
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_the_callers_weights_keep_their_transform(values: pd.Series, weights: Weights) -> None:
    w = weights.standardised("B").to_w()
    w.transform = "R"
    sc.esda_statistic("Geary", values, w, permutations=9)
    assert w.transform == "R"
    sc.esda_statistic("Geary", values, w, permutations=9, options={"transformation": "B"})
    assert w.transform == "R"


def test_local_statistics_say_whose_they_are(values: pd.Series, weights: Weights) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = sc.esda_statistic("Moran_Local", values, weights, permutations=0)
    ours = sc.local_moran(values, weights, permutations=0, scaling="n-1")
    np.testing.assert_allclose(found.Is, ours.statistic[found.units], rtol=1e-10)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"name": "Gearys"}, sc.OptionError, "Geary"),
        ({"name": "fdr"}, sc.OptionError, "esda has no statistic"),
        ({"permutations": -1}, sc.OptionError, "permutations=-1"),
        ({"missing": "skip"}, sc.OptionError, "missing='skip'"),
        ({"rng": "a"}, sc.OptionError, "rng='a'"),
        ({"values": [1.0]}, sc.AlignmentError, "without labels"),
        ({"weights": "queen"}, sc.AlignmentError, "weights is a str"),
    ],
)
def test_bad_calls(
    values: pd.Series, weights: Weights, change: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        sc.esda_statistic(**{"name": "Geary", "values": values, "weights": weights, **change})
    assert message in str(caught.value)


def test_missing_values_are_refused_or_dropped(values: pd.Series, weights: Weights) -> None:
    gaps = values.mask(values > 150)
    with pytest.raises(sc.MissingDataError):
        sc.esda_statistic("Geary", gaps, weights)
    found = sc.esda_statistic("Geary", gaps, weights, missing="drop", permutations=0)
    assert found.units.tolist() == sorted(gaps.dropna().index)
