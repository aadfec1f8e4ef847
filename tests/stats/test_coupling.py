"""Coupling coordination: worked values, classes and their bounds, shapes, bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import spatialcarbon as sc
from spatialcarbon.core.language import glossary
from spatialcarbon.stats.coupling import minmax_scores
from spatialcarbon.stats.coupling_classes import CLASS_NAMES, SCHEMES

TWO = pd.DataFrame({"economy": [0.6, 0.0, 0.5], "ecology": [0.3, 0.7, 0.5]}, ["a", "b", "成都"])


def test_the_worked_examples() -> None:
    two = sc.coupling_coordination(TWO)
    assert two.coupling["a"] == pytest.approx(0.942809, abs=5e-7)
    assert two.development["a"] == pytest.approx(0.45)
    assert two.coordination["a"] == pytest.approx(0.651356, abs=5e-7)
    assert two.level["a"] == "moderate coordination"
    three = sc.coupling_coordination(pd.DataFrame({"x": [0.6], "y": [0.3], "z": [0.9]}))
    assert three.coupling[0] == pytest.approx(0.908560, abs=5e-7)
    assert three.development[0] == pytest.approx(0.6)
    assert three.coordination[0] == pytest.approx(0.738333, abs=5e-7)


def test_a_score_of_zero_and_equal_scores() -> None:
    found = sc.coupling_coordination(TWO)
    assert (found.coupling["b"], found.coordination["b"]) == (0, 0)
    assert found.status["b"] == "ok"
    assert found.coupling["成都"] == 1
    assert found.coordination["成都"] == pytest.approx(np.sqrt(0.5))
    nothing = sc.coupling_coordination(TWO * 0)
    assert nothing.coordination.tolist() == [0, 0, 0]
    assert set(nothing.status) == {"all zero"}
    assert nothing.notes == ("all scores are zero, C is set to 0: a, b, 成都",)


def test_weights_move_development_alone() -> None:
    found = sc.coupling_coordination(TWO, weights={"ecology": 0.25, "economy": 0.75})
    assert found.development["a"] == pytest.approx(0.525)
    assert found.coupling["a"] == sc.coupling_coordination(TWO).coupling["a"]
    assert found.settings["weights"] == {"economy": 0.75, "ecology": 0.25}
    series = pd.Series({"ecology": 0.25, "economy": 0.75})
    assert sc.coupling_coordination(TWO, weights=series).development.equals(found.development)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_lower_bounds_are_inclusive(scheme: Any) -> None:
    for bound in SCHEMES[scheme].values():
        # Equal scores of D² have C = 1 and so the degree D, rounding aside.
        found = sc.coupling_coordination(
            pd.DataFrame({"x": [bound], "y": [bound]}, index=["at"]), classes=scheme
        )
        assert found.coordination["at"] == pytest.approx(np.sqrt(bound))
    degrees = [bound**2 for bound in SCHEMES[scheme].values()]
    at = sc.coupling_coordination(pd.DataFrame({"x": degrees, "y": degrees}), classes=scheme)
    assert at.level.tolist() == list(SCHEMES[scheme])
    under = [max(0.0, d - 1e-6) for d in degrees[1:]]
    below = sc.coupling_coordination(pd.DataFrame({"x": under, "y": under}), classes=scheme)
    assert below.level.tolist() == list(SCHEMES[scheme])[:-1]
    assert at.counts().tolist() == [1] * len(degrees)


def test_classes_have_names_in_both_languages() -> None:
    names = {name for scheme in SCHEMES.values() for name in scheme}
    assert set(CLASS_NAMES) == names
    assert CLASS_NAMES["near imbalance"].render("zh") == "濒临失调"
    said = [CLASS_NAMES[name].render("zh") for name in SCHEMES["ten"]]
    assert len(set(said)) == 10
    assert names <= set(glossary())


def test_classes_of_ones_own() -> None:
    found = sc.coupling_coordination(TWO, classes={"low": 0, "high": 0.66})
    assert found.level.to_dict() == {"a": "low", "b": "low", "成都": "high"}
    assert found.counts().to_dict() == {"low": 2, "high": 1}
    for wrong in ({}, {"low": 0.1}, {"low": 0, "mid": 0.5, "high": 0.5}, {"low": 0, "x": 1.5}):
        with pytest.raises(sc.OptionError, match="rising order from 0"):
            sc.coupling_coordination(TWO, classes=wrong)
    with pytest.raises(sc.OptionError, match="classes='tne'"):
        sc.coupling_coordination(TWO, classes="tne")  # type: ignore[arg-type]


def test_several_years() -> None:
    rows = pd.MultiIndex.from_product([["a", "b"], [2005, 2010]])
    scores = pd.DataFrame({"x": [0.1, 0.2, 0.3, 0.4], "y": [0.4, 0.3, 0.2, 0.1]}, index=rows)
    found = sc.coupling_coordination(scores)
    frame = found.to_frame()
    assert frame.columns.tolist()[:2] == ["unit", "year"]
    tidy = scores.rename_axis(["unit", "year"]).reset_index()
    panel = sc.Panel.from_frame(tidy, unit="unit", year="year", units={})
    again = sc.coupling_coordination(panel).to_frame()
    pd.testing.assert_frame_equal(again, frame, check_dtype=False)
    one = sc.coupling_coordination(scores.xs(2010, level=1))
    assert one.coordination["b"] == found.coordination["b", 2010]
    with pytest.raises(sc.AlignmentError, match="twice in a year"):
        sc.coupling_coordination(scores.set_axis(rows[[0, 0, 1, 2]]))
    apart = sc.Panel.from_frame(
        pd.DataFrame(
            {"u": list("abab"), "t": [1999, 1999, 2001, 2001], "x": [0.1, 0.2, np.nan, np.nan],
             "y": [np.nan, np.nan, 0.1, 0.2]}
        ),
        unit="u", year="t", units={},
    )  # fmt: skip
    with pytest.raises(sc.SchemaError, match="no year in common"):
        sc.coupling_coordination(apart)


def test_minmax_scores() -> None:
    table = pd.DataFrame({"urban": [0.2, 0.4, 1.0], "tonnes": [4.0, 2.0, 12.0]}, list("abc"))
    scores = minmax_scores(table, inverse=["tonnes"])
    assert scores["urban"].tolist() == pytest.approx([0, 0.25, 1])
    assert scores["tonnes"].tolist() == pytest.approx([0.8, 1, 0])
    with pytest.raises(sc.OptionError, match="no column gas to invert"):
        minmax_scores(table, inverse=["gas"])
    with pytest.raises(sc.DegenerateDataError, match="no scale: flat"):
        minmax_scores(table.assign(flat=0.3))


def test_contrarian(contrarian: Any) -> None:
    scores = minmax_scores(contrarian.table[["co2", "gdp"]], inverse=["co2"])
    found = sc.coupling_coordination(scores)
    assert found.coordination.index.tolist() == contrarian.table.index.tolist()
    shuffled = sc.coupling_coordination(scores.sample(frac=1, random_state=2))
    assert shuffled.coordination.loc[scores.index].equals(found.coordination)
    assert shuffled.settings == found.settings
    with pytest.raises(sc.DegenerateDataError):
        minmax_scores(contrarian.table)


@pytest.mark.parametrize(
    ("spoil", "error", "message"),
    [
        (lambda t: t[["economy"]], sc.SchemaError, "at least two subsystems"),
        (lambda t: t["economy"], sc.SchemaError, "at least two subsystems"),
        (lambda t: t + 0.5, sc.SchemaError, "of 2 rows are outside 0 to 1: a, b"),
        (lambda t: t - 0.1, sc.SchemaError, "of 1 rows are outside"),
        (lambda t: t.replace(0.6, np.nan), sc.MissingDataError, "missing or infinite for a"),
        (lambda t: t.astype(object).replace(0.6, "x"), sc.SchemaError, "economy is not numeric"),
        (lambda t: t.set_axis(["a", "a", "b"]), sc.AlignmentError, "repeated labels"),
        (lambda t: t.set_axis(["x", "x"], axis=1), sc.AlignmentError, "the header of the table"),
        (lambda t: t.rename(columns={"economy": "level"}), sc.SchemaError, "level cannot be"),
    ],
)
def test_bad_scores(spoil: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        sc.coupling_coordination(spoil(TWO))


@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        ([0.5, 0.5], sc.AlignmentError, "are a list without labels"),
        ({"economy": 1.0}, sc.AlignmentError, "for other subsystems: economy"),
        ({"economy": 0.7, "ecology": 0.7}, sc.BalanceError, "sum to one"),
        ({"economy": 1.5, "ecology": -0.5}, sc.BalanceError, "must not be negative"),
    ],
)
def test_bad_weights(weights: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        sc.coupling_coordination(TWO, weights=weights)


def test_classes_without_rows_are_counted_as_none() -> None:
    found = sc.coupling_coordination(TWO, classes={"low": 0, "middle": 0.65, "high": 0.9})
    assert found.level.tolist() == ["low" if d < 0.65 else "middle" for d in found.coordination]
    assert found.counts().to_dict() == {"low": 1, "middle": 2, "high": 0}
