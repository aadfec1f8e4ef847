"""Tables of other programs: what they leave empty is empty, and their code page is theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from spatialcarbon.data.readers import read_table

if TYPE_CHECKING:
    from pathlib import Path


def dbf(page: int, name: bytes) -> bytes:
    """A table of attributes with one column and one row, which names its code page."""
    column = b"PLACE".ljust(11, b"\0") + b"C" + bytes(4) + bytes([10]) + bytes(15)
    head = bytes([3, 126, 11, 22]) + (1).to_bytes(4, "little") + (65).to_bytes(2, "little")
    head += (11).to_bytes(2, "little") + bytes(17) + bytes([page]) + bytes(2)
    return head + column + b"\r" + b" " + name.ljust(10) + b"\x1a"


@pytest.mark.parametrize(
    ("page", "name", "read"),
    [
        (0x4D, "成都市".encode("gbk"), "成都市"),
        (0, "成都市".encode("gbk"), "成都市"),
        (0, "成都市".encode(), "成都市"),
        (0x57, "Zürich".encode("cp1252"), "Zürich"),
        (0x64, "Plzeň".encode("cp852"), "Plzeň"),
    ],
)
def test_a_code_page_that_is_named_is_used(
    page: int, name: bytes, read: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.dbf"
    path.write_bytes(dbf(page, name))
    assert read_table(path).frame["PLACE"].tolist() == [read]


def test_what_is_not_known_is_empty_in_every_kind_of_column(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    gpd.GeoDataFrame(
        {
            "when": pd.to_datetime(["2020-01-01", None]),
            "count": pd.array([7, None], dtype="Int64"),
            "name": ["a", None],
            "share": [0.5, None],
        },
        geometry=[Point(0, 0), Point(1, 1)],
        crs=4326,
    ).to_file(path, engine="pyogrio")
    frame = read_table(path).frame
    assert frame.drop(columns="geometry", errors="ignore").iloc[1].tolist() == [None] * 4
    assert frame["count"].iloc[0] == 7
