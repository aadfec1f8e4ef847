"""What somebody says of a column takes nothing away that was known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import spatialcarbon as sc
from spatialcarbon.data.reassign import reassigned

if TYPE_CHECKING:
    from pathlib import Path

    from spatialcarbon.data.proposal import ColumnProposal, TableProposal


def by_column(proposal: TableProposal) -> dict[str, ColumnProposal]:
    return {part.column: part for part in proposal.columns}


def test_what_was_said_of_a_variable_over_years_keeps_them(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("city,粗钢2019,粗钢2020,备注\n成都市,5,6,7\n绵阳市,3,4,8\n", "utf-8")
    before = sc.propose_columns(file)
    assert by_column(before)["粗钢"].years == (2019, 2020)
    for role in ("steel", "-"):
        after = by_column(reassigned(before, {"粗钢": role}))["粗钢"]
        assert (after.years, after.samples) == ((2019, 2020), by_column(before)["粗钢"].samples)


def test_a_column_can_be_the_year(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("city,when,steel\n成都市,2019,6\n绵阳市,2020,4\n", "utf-8")
    proposal = reassigned(sc.propose_columns(file), {"when": "year", "steel": "steel"})
    assert by_column(proposal)["when"].role == "year"
    assert by_column(proposal)["steel"].role == "variable"
