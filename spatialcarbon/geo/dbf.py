"""In which encoding the attribute table of a Shapefile is written, where nothing says so."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

from spatialcarbon.core.files import read_bytes

CUT = 3
"""Bytes that a value cut off inside a character may lack, at most."""


def guess_encoding(path: Path, layer: str | None = None) -> str | None:
    """Return the encoding of a Shapefile without ``.cpg``, None where there is nothing to guess.

    Parameters
    ----------
    path : Path
        A ``.shp``, or a ``.zip`` with one inside.
    layer : str, optional
        Which of several Shapefiles in a zip.

    Returns
    -------
    str or None
        ``"utf-8"`` when every text decodes as that, else ``"gb18030"``; None
        when a ``.cpg`` says it, when all is ASCII, or for other formats.
    """
    table, declared = _sidecars(path, layer)
    if table is None or declared:
        return None
    try:
        texts = [text for text in _texts(table) if not text.isascii()]
    except (struct.error, IndexError):
        return None  # a damaged table: GDAL says so better when it reads it
    if not texts:
        return None
    return "utf-8" if all(_is_utf8(text) for text in texts) else "gb18030"


def _sidecars(path: Path, layer: str | None) -> tuple[bytes | None, bool]:
    """Return the bytes of the ``.dbf`` and whether a ``.cpg`` stands beside it."""
    if path.suffix.lower() == ".shp":
        beside = {file.suffix.lower(): file for file in path.parent.glob(f"{path.stem}.*")}
        table = beside.get(".dbf")
        return (read_bytes(table) if table else None), ".cpg" in beside
    if path.suffix.lower() == ".zip" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = {
                Path(name).suffix.lower(): name
                for name in archive.namelist()
                if layer is None or Path(name).stem == layer
            }
            table_name = members.get(".dbf")
            return (archive.read(table_name) if table_name else None), ".cpg" in members
    return None, False


def _texts(table: bytes) -> list[bytes]:
    """Return the field names and character values of a dBASE table."""
    count, start, width = struct.unpack_from("<IHH", table, 4)
    # The count may be any number; there are no more records than bytes for them.
    count = min(count, max(0, len(table) - start) // width if width else 0)
    texts, fields, at, offset = [], [], 32, 1
    while at + 32 <= start and table[at] != 0x0D:
        name, kind, size = table[at : at + 11], table[at + 11 : at + 12], table[at + 16]
        texts.append(name.split(b"\0")[0])
        if kind == b"C":
            fields.append((offset, offset + size))
        offset += size
        at += 32
    for row in range(count):
        record = table[start + row * width : start + (row + 1) * width]
        texts += [record[first:last].rstrip(b" \0") for first, last in fields]
    return texts


def _is_utf8(text: bytes) -> bool:
    for end in range(len(text), max(0, len(text) - CUT - 1), -1):
        try:
            text[:end].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return True
    return False
