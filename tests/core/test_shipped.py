"""Files of the package are read as they were published, or refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import spatialcarbon as sc
from spatialcarbon.core import shipped
from spatialcarbon.core.shipped import LISTING, shipped_bytes
from spatialcarbon.data import gazetteer
from spatialcarbon.geo import clusters

CONTENT = b"adcode,name\n110000,x\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_bytes(CONTENT)
    (tmp_path / "b.csv").write_bytes(CONTENT)
    line = f"{hashlib.sha256(CONTENT).hexdigest()}  a.csv\n"
    (tmp_path / LISTING).write_text(line, encoding="ascii")
    return tmp_path


def test_a_file_as_published_is_read(folder: Path) -> None:
    assert shipped_bytes(folder, "a.csv") == CONTENT
    assert shipped_bytes(folder, "b.csv", hashlib.sha256(CONTENT).hexdigest()) == CONTENT


@pytest.mark.parametrize("at", [0, 7, len(CONTENT) - 1])
def test_one_other_byte_is_refused(folder: Path, at: int) -> None:
    changed = bytearray(CONTENT)
    changed[at] ^= 1
    (folder / "a.csv").write_bytes(bytes(changed))
    with pytest.raises(sc.SchemaError, match=r"a\.csv has been changed"):
        shipped_bytes(folder, "a.csv")


def test_a_file_that_nobody_listed_is_refused(folder: Path) -> None:
    with pytest.raises(sc.SchemaError, match=r"b\.csv has been changed"):
        shipped_bytes(folder, "b.csv")
    with pytest.raises(sc.SchemaError, match=r"a\.csv has been changed"):
        shipped_bytes(folder, "a.csv", "")


def test_places_groups_and_maps_are_read_through_the_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shipped, "_listed", lambda _: {})
    with pytest.raises(sc.SchemaError, match=r"places\.csv has been changed"):
        next(gazetteer._rows("places.csv"))
    with pytest.raises(sc.SchemaError, match=r"zones\.csv has been changed"):
        clusters._built_in.__wrapped__("zones")
    with pytest.raises(sc.SchemaError, match=r"cities\.gpkg has been changed"):
        sc.load_units("cities")
