"""The sheets or layers of a file, for a choice among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatialcarbon.core.language import text
from spatialcarbon.data.checked import check_geopackage
from spatialcarbon.data.schema import parse_year
from spatialcarbon.data.source import unreadable
from spatialcarbon.data.workbook import check_workbook

if TYPE_CHECKING:
    from pathlib import Path

WITH_SHEETS = (".xlsx", ".xlsm", ".gpkg")


def are_years(names: list[str]) -> bool:
    """Say whether every sheet is named by its year.

    Examples
    --------
    >>> are_years(["2015", "2016年"]), are_years(["2015", "注释"])
    (True, False)
    """
    return len(names) > 1 and all(parse_year(name) for name in names)


def sheets_of(path: Path) -> list[str]:
    """Return the names of the sheets or layers of a file; none where its kind has none."""
    if path.suffix.lower() == ".gpkg":
        import pyogrio

        check_geopackage(path)
        return [str(name) for name, _ in pyogrio.list_layers(path)]
    if path.suffix.lower() not in WITH_SHEETS:
        return []
    from openpyxl import load_workbook

    check_workbook(path)
    try:
        book = load_workbook(path, read_only=True)
    except Exception:
        # As in :mod:`spatialcarbon.data.workbook`: broken parts surface as errors of many kinds.
        raise unreadable(path, text("an Excel workbook")) from None
    try:
        return [str(name) for name in book.sheetnames]
    finally:
        book.close()
