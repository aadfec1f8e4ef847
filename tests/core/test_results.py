from __future__ import annotations

import pickle
from dataclasses import FrozenInstanceError, dataclass

import pandas as pd
import pytest

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import text
from spatialcarbon.core.references import cite_keys, references
from spatialcarbon.core.results import Result


@dataclass(frozen=True, kw_only=True, eq=False)
class Example(Result):
    table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        return self.table


def example(rows: int) -> Example:
    table = pd.DataFrame({"name": ["<b>"] * rows, "value": [1 / 3] * rows})
    return Example(
        method="A & B", table=table, remarks=(text("mind < this"),), settings={"seed": 1}
    )


def test_settings_are_a_copy_of_the_callers() -> None:
    given = {"seed": 1}
    result = Example(method="m", table=pd.DataFrame(), settings=given)
    given["seed"] = 2
    assert result.settings["seed"] == 1


def test_results_survive_pickling() -> None:
    again = pickle.loads(pickle.dumps(example(2)))
    assert again.settings == example(2).settings
    pd.testing.assert_frame_equal(again.table, example(2).table)


def test_fields_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        example(1).method = "other"  # type: ignore[misc]


def test_summary_of_one_row_stands_upright() -> None:
    assert example(1).summary().splitlines() == [
        "A & B",
        "=====",
        "name   <b>",
        "value  0.333333",
        "note: mind < this",
    ]


def test_summary_of_many_rows_is_a_table() -> None:
    assert len(example(3).summary().splitlines()) == 2 + 4 + 1


def test_html_is_escaped() -> None:
    html = example(1)._repr_html_()
    assert "A &amp; B" in html
    assert "mind &lt; this" in html
    assert "<b>" not in html


def test_every_reference_has_a_text() -> None:
    assert all(entry.text for entry in references().values())
    assert references()["moran1950"].url == "https://doi.org/10.1093/biomet/37.1-2.17"


def test_citations_are_sorted_and_unique() -> None:
    found = cite_keys(["moran1950", "cliff1981", "moran1950"])
    assert [entry.key for entry in found] == ["cliff1981", "moran1950"]


def test_unknown_citation_is_refused() -> None:
    with pytest.raises(OptionError, match="moran1951") as caught:
        cite_keys(["moran1951"])
    assert "moran1950" in str(caught.value)
