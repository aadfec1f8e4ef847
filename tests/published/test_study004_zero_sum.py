"""Study 004, Table 5: what of its zero-sum iteration holds, what it did, what should have been."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.models.quota.zero_sum_rules import (
    clipped_score,
    constant_of,
    project,
    redistribute,
)

FIXTURE = Path(__file__).parents[1] / "fixtures" / "p004_synthetic_third_output.csv"
KNOWN = ["population", "gdp"]
TO_ZERO = ["Jiangxi", "Ningxia"]
TO_ZERO_NEXT = ["Shanxi", "Shaanxi", "Gansu", "Qinghai"]


@pytest.fixture(scope="module")
def printed() -> pd.DataFrame:
    return sc.load_table("study004_zsg").set_index("province")


@pytest.fixture(scope="module")
def outputs(printed: pd.DataFrame) -> pd.DataFrame:
    """The two known outputs, and beside them the synthetic ones: a fixture, not energy data."""
    known = sc.load_table("study004_criteria").set_index("province")[KNOWN]
    made = pd.read_csv(FIXTURE).set_index("province")
    table = known.join(made[["synthetic_output_A", "synthetic_output_B"]])
    np.testing.assert_allclose(table[KNOWN], made.loc[table.index].iloc[:, 1:3], atol=2e-9)
    return table.loc[printed.index]


def inferred_score(before: pd.Series, after: pd.Series) -> pd.Series:
    """Return the scores that the redistribution needs to lead from one column to the next.

    The totals agree, so one equation is spare: Guangdong gives nothing up.
    """
    x = before.to_numpy()
    per = 1 / (x.sum() - x)
    matrix = np.outer(x, per) - np.diag(1 + x * per)
    keep = (before.index != "Guangdong").nonzero()[0]
    given_up = np.zeros(len(x))
    given_up[keep] = np.linalg.lstsq(matrix[:, keep], after.to_numpy() - x, rcond=None)[0]
    return 1 - pd.Series(given_up, before.index) / before


def test_every_column_has_the_same_total(printed: pd.DataFrame) -> None:
    sums = [printed[f"co2_{stage}"].sum() for stage in ("initial", "iter1", "iter10", "iter11")]
    assert sums == pytest.approx([3061209.98, 3061209.95, 3061209.98, 3061209.99], abs=5e-3)
    difference = printed["co2_iter11"] - printed["co2_initial"]
    assert (printed["adjustment"] - difference).abs().max() <= 0.0101


def test_the_redistribution_returns_the_printed_scores(printed: pd.DataFrame) -> None:
    found = inferred_score(printed["co2_initial"], printed["co2_iter1"])
    clipped = printed["h_initial"].isin([0.0, 1.0])
    assert clipped.sum() == 16
    assert (found - printed["h_initial"])[clipped].abs().max() < 1e-6
    assert (found - printed["h_initial"])[~clipped].abs().max() <= 0.005
    x = printed["co2_initial"].to_numpy()
    error = np.abs(redistribute(x, printed["h_initial"].to_numpy()) / printed["co2_iter1"] - 1)
    assert error.max() == pytest.approx(0.0075, abs=5e-5)
    assert error.median() == pytest.approx(0.0003, abs=5e-5)


def test_the_printed_score_is_the_clipped_one(printed: pd.DataFrame) -> None:
    worst = {}
    for stage in ("initial", "iter1"):
        x, phi = printed[f"co2_{stage}"].to_numpy(), printed[f"phi_{stage}"].to_numpy()
        worst[stage] = float(np.abs(clipped_score(x, phi) - printed[f"h_{stage}"]).max())
    assert worst == pytest.approx({"initial": 0.0206, "iter1": 0.0153}, abs=5e-5)
    x, phi = printed["co2_initial"], printed["phi_initial"]
    found = inferred_score(x, printed["co2_iter1"])
    assert np.abs(clipped_score(x.to_numpy(), phi.to_numpy()) - found).max() < 0.017
    slow = phi < 1
    a, b = x[slow].sum() / x[~slow].sum(), (phi * x)[slow].sum() / x[~slow].sum()
    assert (a, b) == pytest.approx((2.2374, 1.5239), abs=5e-5)
    # The theorem's own scores are another thing altogether.
    theorem = constant_of(x.to_numpy(), phi.to_numpy()) * phi
    assert (theorem - printed["h_initial"]).abs().max() > 0.5
    assert not np.allclose(theorem.clip(upper=1), printed["h_initial"], atol=0.25)


def test_units_are_cut_below_the_frontier(printed: pd.DataFrame) -> None:
    for stage, units in (("initial", TO_ZERO), ("iter1", TO_ZERO_NEXT)):
        assert printed.index[printed[f"h_{stage}"] == 0].tolist() == units
    first = printed["co2_iter1"] / printed["co2_initial"]
    assert first[TO_ZERO].tolist() == pytest.approx([0.226, 0.251], abs=5e-4)
    second = redistribute(printed["co2_iter1"].to_numpy(), printed["h_iter1"].to_numpy())
    ratio = pd.Series(second, printed.index) / printed["co2_iter1"]
    assert ratio[TO_ZERO_NEXT].between(0.22, 0.236).all()
    # What is left them is far less than φ of what they had ...
    assert (first[TO_ZERO] < 0.6 * printed.loc[TO_ZERO, "phi_initial"]).all()
    # ... and places that were not cut at all become inefficient.
    assert printed.loc["Beijing", ["phi_initial", "phi_iter1"]].tolist() == [0.79, 0.54]
    assert printed.loc["Yunnan", ["phi_initial", "phi_iter1"]].tolist() == [1.0, 0.48]


def test_the_last_column_is_a_projection_of_the_second_step(
    printed: pd.DataFrame, outputs: pd.DataFrame
) -> None:
    """METHODS counts 18 within 0.01; from the printed scores it is 19."""
    second = redistribute(printed["co2_iter1"].to_numpy(), printed["h_iter1"].to_numpy())
    second = pd.Series(second, printed.index, name="co2")
    ratio = printed["co2_iter11"] / second
    implied = ratio / ratio["Guangdong"]
    known = sc.dea(second, outputs[KNOWN]).efficiency
    assert ((known - implied.clip(upper=1)).abs() <= 0.01).sum() == 19
    with_a = sc.dea(second, outputs[[*KNOWN, "synthetic_output_A"]]).efficiency
    assert ((with_a - implied.clip(upper=1)).abs() <= 0.015).sum() == 27


def test_the_tenth_iteration_changes_three(printed: pd.DataFrame) -> None:
    found = inferred_score(printed["co2_iter10"], printed["co2_iter11"])
    three = ["Hebei", "Jilin", "Ningxia"]
    assert found[three].tolist() == pytest.approx([0.999062] * 3, abs=5e-7)
    assert (found.drop(three) - 1).abs().max() < 1e-6
    assert printed.index[printed["phi_iter10"] < 1].tolist() == three


def test_one_shot_from_the_printed_scores(printed: pd.DataFrame) -> None:
    x, phi = printed["co2_initial"], printed["phi_initial"]
    assert constant_of(x.to_numpy(), phi.to_numpy()) == pytest.approx(1.2827, abs=5e-5)
    one = pd.Series(project(x.to_numpy(), phi.to_numpy()), x.index)
    assert (one - x).abs().sum() / 2 == pytest.approx(309541, abs=0.5)
    assert printed["adjustment"].abs().sum() / 2 == pytest.approx(802009, abs=1)
    examples = {
        "Guangdong": (361009, 492798),
        "Shanxi": (54758, 15222),
        "Ningxia": (25391, 7795),
        "Beijing": (69715, 42935),
    }
    for province, (right, theirs) in examples.items():
        assert one[province] == pytest.approx(right, abs=0.5)
        assert printed["co2_iter11"][province] == pytest.approx(theirs, abs=0.5)


@pytest.mark.parametrize(("version", "constant"), [("A", 1.2857), ("B", 1.2853)])
def test_one_step_needs_no_iteration(
    printed: pd.DataFrame, outputs: pd.DataFrame, version: str, constant: float
) -> None:
    three = outputs[[*KNOWN, f"synthetic_output_{version}"]]
    one = sc.zero_sum_dea(printed["co2_initial"], three)
    assert (one.final_efficiency == 1).all()
    assert one.total == pytest.approx(3061209.98)
    # All 30 scores are near the print, and the constant is near the 1.2827 of the print.
    assert (one.efficiency - printed["phi_initial"]).abs().max() < 0.0085
    assert one.constant == pytest.approx(constant, abs=5e-5)
    stepped = sc.zero_sum_dea(printed["co2_initial"], three, mode="iterate", rule="single")
    assert stepped.iterations <= 5
    np.testing.assert_allclose(stepped.allocation, one.allocation, rtol=1e-6)


def test_version_a_has_the_printed_scores_at_every_stage(
    printed: pd.DataFrame, outputs: pd.DataFrame
) -> None:
    three = outputs[[*KNOWN, "synthetic_output_A"]]
    within = {"initial": 0.006, "iter1": 0.0055, "iter10": 0.0105, "iter11": 0.0105}
    for stage, bound in within.items():
        found = sc.dea(printed[f"co2_{stage}"], three).efficiency
        assert (found - printed[f"phi_{stage}"]).abs().max() <= bound, stage


def test_version_b_walks_the_path_to_the_printed_end(
    printed: pd.DataFrame, outputs: pd.DataFrame
) -> None:
    three = outputs[[*KNOWN, "synthetic_output_B"]]
    path = sc.zero_sum_dea(printed["co2_initial"], three, mode="iterate", rule="paper004")
    assert (path.iterations, path.converged) == (3, True)
    error = (path.allocation / printed["co2_iter11"] - 1).abs()
    assert error.median() == pytest.approx(0.010, abs=5e-4)
    assert error.max() == pytest.approx(0.083, abs=5e-4)
    missed = (path.allocation - printed["co2_iter11"]).abs().sum() / 2 / path.total
    assert missed == pytest.approx(0.0033, abs=5e-5)
    one = path.score * printed["co2_initial"]
    assert (path.allocation - one).abs().sum() / 2 > 0.18 * path.total


def test_claims_of_the_text_that_fail(printed: pd.DataFrame) -> None:
    final = printed["co2_iter11"]
    coastal = ["Hebei", "Shandong", "Jiangsu", "Shanghai", "Zhejiang", "Fujian", "Guangdong"]
    assert final[coastal].lt(100000).pipe(lambda low: low.index[low].tolist()) == ["Shanghai"]
    assert final["Shanghai"] == pytest.approx(85705, abs=0.5)
    between = final[final.between(30000, 50000)].round().astype(int).to_dict()
    assert between == {"Beijing": 42935, "Jiangxi": 35614, "Guangxi": 30034}
    below = set(printed.index[printed["phi_initial"] < 0.6])
    named = {"Ningxia", "Xinjiang", "Guizhou"}
    assert below - named == {"Liaoning", "Anhui", "Jiangxi", "Hubei"}
