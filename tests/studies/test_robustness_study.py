"""Transitions and sensitivity in a study file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from spatialcarbon.core.errors import SpatialCarbonError

TRANSITIONS = '[[analyses]]\nmethod = "transitions"\nvariable = "co2"\npermutations = 99\n'
SENSITIVITY = '[[analyses]]\nmethod = "sensitivity"\nvariable = "co2"\npermutations = 99\n'


@pytest.fixture
def done(own: Any) -> Any:
    own.analyses = (
        TRANSITIONS.replace("= 99", '= 99\ncorrection = "none"')
        + SENSITIVITY
        + 'correction = "none"\n'
    )
    own.weights = (
        '[weights.queen]\ntype = "contiguity"\n'
        '[weights.links]\ntype = "custom"\npath = "links.csv"\n'
    )
    own.outputs = 'workbook = false\nfigures = ["png"]\n'
    return own.run()


def test_tables_layers_figures_and_page(done: Any, read: Any) -> None:
    moves, types = read(done, "transitions"), read(done, "transitions_types")
    assert moves.groupby("states")["n"].sum().to_dict() == {"label": 21, "quadrant": 21}
    assert types[["0", "I", "II", "IIIA", "IIIB", "undefined"]].to_numpy().sum() == 21
    assert types["undefined"].item() == 4  # the Isles
    units = read(done, "transitions_units")
    assert len(units) == 21
    table = read(done, "sensitivity").set_index("member")
    assert {"own:links", "queen", "queen:bridged", "knn:3", "kernel"} <= set(table.index)
    assert table.loc["queen", "isolates"] == 4
    labels = read(done, "sensitivity_labels")
    assert len(labels) == 21
    assert {"kept", "significant", "own:links", "knn:8"} <= set(labels.columns)
    assert labels["label"].tolist() == labels["queen"].tolist()
    figures = {path.name for path in (done.directory / "figures").iterdir()}
    assert figures == {
        "transitions_co2_moves.png",
        "transitions_co2_maps.png",
        "sensitivity_co2_members.png",
        "sensitivity_co2_labels.png",
    }
    with closing(sqlite3.connect(done.directory / "results.gpkg")) as database:
        styled = {row[0] for row in database.execute("SELECT f_table_name FROM layer_styles")}
        became = dict(database.execute('SELECT code, became FROM "transitions_co2"'))
        kept = dict(database.execute('SELECT code, kept FROM "sensitivity_co2_kept"'))
    assert {"transitions_co2", "sensitivity_co2_kept", "sensitivity_co2_clusters"} <= styled
    moved = units[units["changed"]].set_index("unit")["label_end"].to_dict()
    assert {code: word for code, word in became.items() if word != "Unchanged"} == moved
    assert kept == labels.set_index("unit")["kept"].to_dict()
    page = (done.directory / "report.html").read_text(encoding="utf-8")
    for words in ("Transitions of local clusters", "Sensitivity to the weights", "chosen: links",
                  "different weights", "places changed their cluster type"):  # fmt: skip
        assert words in page, words


def test_the_weights_judged_are_the_ones_named(own: Any, read: Any) -> None:
    own.weights = '[weights.queen]\ntype = "contiguity"\n[weights.five]\ntype = "knn"\nk = 5\n'
    own.analyses = SENSITIVITY + 'weights = "five"\nkinds = ["contiguity", "knn"]\nyear = 2015\n'
    found = own.run()
    table = read(found, "sensitivity")
    # Both are members of the family already: nothing is counted twice.
    assert not table["member"].str.startswith("own:").any()
    assert not table["kind"].isin(["band", "kernel"]).any()
    labels = read(found, "sensitivity_labels")
    assert labels["label"].tolist() == labels["knn:5"].tolist()


def test_a_global_test_only_has_no_layer(own: Any, read: Any) -> None:
    own.analyses = SENSITIVITY + 'local = false\nstatistic = "geary"\n'
    own.outputs = 'workbook = false\nreport = false\nfigures = ["png"]\n'
    found = own.run()
    assert not (found.directory / "tables" / "sensitivity_labels.csv").exists()
    assert [p.name for p in (found.directory / "figures").iterdir()] == [
        "sensitivity_co2_members.png"
    ]


def test_every_year_with_the_next(own: Any, read: Any) -> None:
    own.table["排放_2016"] = own.table["排放_2017"][::-1].to_numpy()
    own.analyses = TRANSITIONS + "every = true\n"
    found = own.run()
    types = read(found, "transitions_types")
    assert types[["start", "end"]].to_numpy().tolist() == [[2015, 2016], [2016, 2017]]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("start = 2014\n", "has no year 2014"),
        ("start = 2017\n", "a first year before the last"),
        ("start = 2017\nend = 2015\n", "a first year before the last"),
        ("every = true\nstart = 2017\n", "a first year before the last"),
    ],
)
def test_years_that_do_not_fit_are_found_before_the_run(own: Any, more: str, words: str) -> None:
    own.analyses = TRANSITIONS + more
    with pytest.raises(SpatialCarbonError, match=words):
        own.run()


def test_a_year_that_the_variable_lacks(own: Any) -> None:
    own.analyses = SENSITIVITY + "year = 1999\n"
    with pytest.raises(SpatialCarbonError, match="has no year 1999"):
        own.run()
