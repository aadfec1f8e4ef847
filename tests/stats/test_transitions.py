"""Moves between local labels: worked by hand, and counted again by pandas."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.stats.moves import STATES, TYPES, move_type

EDGES = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
CHAIN = sc.Weights.from_edges(EDGES).standardised("R")
FRAME = pd.DataFrame(
    {2005: [9.0, 8, 2, 1], 2010: [9.0, 8, 2, 1], 2017: [1.0, 8, 2, 9]}, list("abcd")
)


def moved(**options: Any) -> sc.LisaTransitionsResult:
    return sc.lisa_transitions(FRAME, CHAIN, **{"permutations": 0, **options})


def test_a_chain_by_hand() -> None:
    # Mean 5. 2005: a 9 beside 8, b 8 beside (9+2)/2, c 2 beside (8+1)/2, d 1 beside 2.
    # 2017: a 1 beside 8, b 8 beside (1+2)/2, c 2 beside (8+9)/2, d 9 beside 2.
    found = moved(years=[2005, 2017])
    assert found.units["quadrant_start"].tolist() == ["HH", "HH", "LL", "LL"]
    assert found.units["quadrant_end"].tolist() == ["LH", "HL", "LH", "HL"]
    assert found.units["type"].tolist() == ["I", "II", "II", "I"]
    counts = found.counts("quadrant")
    assert counts.loc["HH"].tolist() == [0, 1, 0, 1, 0]
    assert counts.loc["LL"].tolist() == [0, 1, 0, 1, 0]
    assert counts.to_numpy().sum() == 4
    [row] = found.types.to_dict("records")
    assert (row["I"], row["II"], row["n"]) == (2, 2, 4)
    assert (row["stability"], row["flux"], row["cohesion"]) == (0.0, 1.0, 0.0)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        *((a, a, "0") for a in ("HH", "LH", "LL", "HL")),
        *(("HH", "LH", "I"), ("LH", "HH", "I"), ("LL", "HL", "I"), ("HL", "LL", "I")),
        *(("HH", "HL", "II"), ("HL", "HH", "II"), ("LL", "LH", "II"), ("LH", "LL", "II")),
        *(("HH", "LL", "IIIA"), ("LL", "HH", "IIIA"), ("HL", "LH", "IIIB"), ("LH", "HL", "IIIB")),
        *(("none", "HH", "undefined"), ("HH", "none", "undefined")),
    ],
)
def test_the_sixteen_moves_of_rey(before: str, after: str, kind: str) -> None:
    assert move_type(before, after) == kind


def test_all_years_are_pairs_and_sums_of_pairs() -> None:
    found = moved()
    assert found.years == (2005, 2010, 2017)
    assert found.types[["start", "end"]].to_numpy().tolist() == [[2005, 2010], [2010, 2017]]
    assert found.units.index.tolist() == list(range(8))
    parts = [found.counts("quadrant", pair=pair) for pair in ((2005, 2010), (2010, 2017))]
    assert np.diag(parts[0]).tolist() == [2, 0, 2, 0, 0]
    pd.testing.assert_frame_equal(found.counts("quadrant"), parts[0] + parts[1])
    shares = found.probabilities("quadrant")
    assert shares.loc["HH"].tolist() == [0.5, 0.25, 0.0, 0.25, 0.0]
    assert shares.loc["LH"].isna().all()
    with pytest.raises(sc.OptionError, match="2005 → 2017 was not compared"):
        found.counts(pair=(2005, 2017))
    with pytest.raises(sc.OptionError, match="states='labels'"):
        found.counts("labels")  # type: ignore[arg-type]


def test_years_are_put_in_order_of_time() -> None:
    pd.testing.assert_frame_equal(moved(years=[2017, 2005]).units, moved(years=[2005, 2017]).units)


def test_counts_are_those_of_a_cross_table(plan_backbone: Any, plan_co2: pd.DataFrame) -> None:
    weights = plan_backbone.contiguity().standardised("R")
    options: dict[str, Any] = {"permutations": 499, "correction": "none", "rng": 4}
    found = sc.lisa_transitions(plan_co2[[2005, 2017]], weights, **options)
    first, last = (sc.local_moran(plan_co2[year], weights, **options) for year in (2005, 2017))
    assert set(first.label) > {"High-High", "Low-Low"}
    for states in ("label", "quadrant"):
        before, after = getattr(first, states), getattr(last, states)
        cross = pd.crosstab(before, after).reindex(
            index=STATES[states], columns=STATES[states], fill_value=0
        )
        assert found.counts(states).to_numpy().tolist() == cross.to_numpy().tolist()
        shares = pd.crosstab(before, after, normalize="index").T.unstack()
        ours = found.table[found.table["states"] == states].set_index(["origin", "destination"])
        for key, share in shares.items():
            assert ours.loc[key, "share"] == pytest.approx(share)
    changed = found.changed
    expected = first.label.index[first.label.to_numpy() != last.label.to_numpy()]
    assert changed["unit"].tolist() == expected.tolist()
    rows = changed.set_index("unit")
    np.testing.assert_array_equal(rows["qvalue_end"], last.qvalue.loc[rows.index])
    assert found.types["undefined"].item() == 1
    assert found.types[[*TYPES]].to_numpy().sum() == found.types["n"].item() == 110
    assert found.local[2005].label.equals(first.label)
    assert found.settings["seed"] == 4
    assert found.settings["years"] == [2005, 2017]
    assert "330900" in found.notes[0]


def test_the_same_map_twice_stays_on_the_diagonal(plan_backbone: Any, plan_co2: Any) -> None:
    twice = pd.DataFrame({1: plan_co2[2017], 2: plan_co2[2017]})
    weights = plan_backbone.contiguity().standardised("R")
    found = sc.lisa_transitions(twice, weights, permutations=99, correction="none")
    for states in ("label", "quadrant"):
        counts = found.counts(states)
        assert np.diag(counts).sum() == counts.to_numpy().sum() == 111
    assert found.types["stability"].item() == found.types["cohesion"].item() == 1.0
    assert found.changed.empty


def test_other_shapes_of_the_same_data() -> None:
    tidy = FRAME.rename_axis("unit").reset_index().melt("unit", var_name="year", value_name="co2")
    panel = sc.Panel.from_frame(tidy, unit="unit", year="year", values=["co2"], units={"co2": "t"})
    for shape in (tidy.sample(frac=1, random_state=1), panel):
        found = sc.lisa_transitions(shape, CHAIN, permutations=0)
        pd.testing.assert_frame_equal(found.table, moved().table)
    with pytest.raises(sc.SchemaError, match="frame has 2 variables"):
        sc.lisa_transitions(tidy.assign(gdp=1.0), CHAIN)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(sc.SchemaError, match=r"frame has no year 1999(.|\n)*years 2005"):
        moved(years=[1999, 2005])
    for years in ([2005], [2005, 2005], []):
        with pytest.raises(sc.OptionError, match="at least two different years"):
            moved(years=years)
    with pytest.raises(sc.AlignmentError, match="does not cover the units"):
        sc.lisa_transitions(FRAME.drop(index="a"), CHAIN)
    with pytest.raises(sc.DegenerateDataError):
        sc.lisa_transitions(FRAME.assign(**{"2017": 1.0}).set_axis([1, 2, 3, 4], axis=1), CHAIN)


def test_a_unit_missing_in_one_year_is_left_out_of_all() -> None:
    five = sc.Weights.from_edges(
        pd.DataFrame({"focal": list("abbccdde"), "neighbor": list("bacbdced")})
    ).standardised("R")
    frame = pd.concat([FRAME, pd.DataFrame({2005: 5.0, 2010: np.nan, 2017: 5.0}, ["e"])])
    with pytest.raises(sc.MissingDataError, match="2010"):
        sc.lisa_transitions(frame, five, permutations=0)
    found = sc.lisa_transitions(frame, five, permutations=0, missing="drop")
    pd.testing.assert_frame_equal(found.units, moved().units)
    assert found.dropped.tolist() == ["e"]
    assert "units left out for missing values (1): e" in found.notes


def test_awkward_labels_and_an_isolate(contrarian: Any) -> None:
    table = contrarian.table[["co2", "gdp"]].set_axis([2005, 2017], axis=1)
    found = sc.lisa_transitions(
        table, contrarian.weights, permutations=99, correction="none", rng=1
    )
    other = sc.lisa_transitions(
        table.loc[contrarian.weights.units], contrarian.weights, permutations=99,
        correction="none", rng=1,
    )  # fmt: skip
    pd.testing.assert_frame_equal(found.units, other.units, check_exact=True)
    alone = found.units.set_index("unit").loc[contrarian.island]
    assert (alone["label_end"], alone["quadrant_end"], alone["type"]) == (
        "Isolate",
        "none",
        "undefined",
    )
    assert found.types["n"].item() + found.types["undefined"].item() == len(table)


def test_too_few_permutations_are_said_once() -> None:
    with pytest.warns(sc.PermutationWarning) as caught:
        found = moved(permutations=19)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert sum("permutations give no p-value" in note for note in found.notes) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        moved(permutations=19, correction="none")


def test_input_is_left_alone() -> None:
    before = FRAME.copy()
    moved()
    pd.testing.assert_frame_equal(FRAME, before)
