"""Opening what a user names: plain files, of a size that can be held, read as what they are."""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.parsers import expat

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.limits import limit, shortened, within

UNPACKED_UNASKED = 64 * 2**20
"""Archives up to this size once unpacked may be packed as tightly as they like."""

_CHUNK = 1 << 16


def is_file(path: str | os.PathLike[str]) -> bool:
    """Whether a path leads to a file that can be read from beginning to end.

    Symbolic links are followed. Folders, devices, pipes, links that lead in a circle and
    names that no file can have are no files.

    Examples
    --------
    >>> is_file("/dev/zero"), is_file("x" * 100_000), is_file(__file__)
    (False, False, True)
    """
    try:
        return stat.S_ISREG(os.stat(path).st_mode)
    except (OSError, ValueError):
        return False


def require_file(path: Path) -> None:
    """Raise if a path does not lead to a plain file.

    Raises
    ------
    SchemaError
        For what is absent, and for folders, devices and pipes.
    """
    if is_file(path):
        return
    try:
        there = path.exists()
    except (OSError, ValueError):
        there = False
    if there and not path.is_dir():
        raise SchemaError(
            "{path} is no plain file",
            arrived="a device, a pipe or a socket",
            expected="a file on a disk",
            path=shortened(path),
        )
    raise SchemaError(
        "there is no file {path}",
        fix="give the path from {folder}, or the whole path",
        path=shortened(path),
        folder=str(Path.cwd()),
    )


def read_bytes(path: Path, name: str = "FILE_BYTES") -> bytes:
    """Return the content of a plain file that is not too large.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        The limit that holds for it.

    Raises
    ------
    SchemaError
        For what is no plain file, cannot be read, or is too large.
    """
    require_file(path)
    most = limit(name)
    try:
        with path.open("rb") as file:
            within(name, os.fstat(file.fileno()).st_size, path.name)
            # Not up to the limit: what is asked for at once is set aside at once.
            content = file.read(os.fstat(file.fileno()).st_size)
            # The size may be wrong, as it is for files that the system makes up.
            while more := file.read(min(2**20, most + 1 - len(content))):
                content += more
    except PermissionError:
        raise forbidden(path) from None
    except OSError as error:
        raise SchemaError(
            "{path} cannot be read: {reason}",
            path=shortened(path),
            reason=error.strerror or str(error),
        ) from error
    within(name, len(content), path.name, counted=False)
    return content


def forbidden(path: Path) -> SchemaError:
    """Return the error for a file that one has no right to read."""
    return SchemaError(
        "{path} may not be read",
        fix="close the program that has it open, or ask for the right to read it",
        path=shortened(path),
    )


def parse_json(source: str | bytes, place: str | Path) -> Any:
    """Return what a JSON text holds.

    Raises
    ------
    SchemaError
        For what is no JSON, or brackets too deep inside one another.

    Examples
    --------
    >>> parse_json('{"a": [1]}', "facts.json")
    {'a': [1]}
    """
    try:
        return _parsed(json.loads, source, place)
    except ValueError as error:
        if isinstance(error, SchemaError):
            raise
        # Numbers of more digits than Python converts arrive here as well.
        raise SchemaError(
            "{place} is no valid JSON: {reason}",
            place=shortened(place),
            reason=shortened(error),
        ) from None


def parse_toml(source: str, place: str | Path) -> dict[str, Any]:
    """Return what a TOML text holds.

    Raises
    ------
    ValueError
        For what is no TOML, numbers of thousands of digits included.
    SchemaError
        For brackets too deep inside one another.

    Examples
    --------
    >>> parse_toml("a = [1]", "facts.toml")
    {'a': [1]}
    """
    return dict(_parsed(tomllib.loads, source, place))


def _parsed(parse: Callable[[Any], Any], source: str | bytes, place: str | Path) -> Any:
    try:
        value = parse(source)
    except RecursionError:
        within("NESTING", limit("NESTING") + 1, place, counted=False)
        raise
    level, depth = [value], 1
    while level:
        within("NESTING", depth, place, counted=False)
        depth += 1
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                inner += item.values()
            elif isinstance(item, list):
                inner += item
        level = [item for item in inner if isinstance(item, (dict, list))]
    return value


def check_archive(path: Path, archive: zipfile.ZipFile) -> None:
    """Raise for an archive that is a trap: too much once unpacked, or names that lead outside.

    Raises
    ------
    SchemaError
        Too many files or bytes; packed more tightly than data are; names with ``..`` or an
        absolute path; a password.
    """
    parts = archive.infolist()
    within("ARCHIVE_FILES", len(parts), path.name)
    unpacked = sum(part.file_size for part in parts)
    within("UNPACKED_BYTES", unpacked, path.name)
    if unpacked > UNPACKED_UNASKED:
        within("PACKING_RATIO", unpacked // max(1, path.stat().st_size), path.name)
    outside = [part.filename for part in parts if _leads_outside(part.filename)]
    if outside:
        raise SchemaError(
            "{path} holds files whose names lead out of it",
            arrived="{names}",
            expected="names inside the archive",
            fix="pack the files again, from the folder they are in",
            path=path.name,
            names=some(map(shortened, outside)),
        )
    if any(part.flag_bits & 1 for part in parts):
        raise SchemaError(
            "{path} is locked with a password",
            fix="save it without a password",
            path=path.name,
        )


def _leads_outside(name: str) -> bool:
    parts = re.split(r"[/\\]", name)
    return ".." in parts or parts[0] == "" or bool(re.match(r"[A-Za-z]:", name))


class _Seen(Exception):  # noqa: N818 - no error: the way to stop a parser
    pass


def refuse_entities(path: Path, archive: zipfile.ZipFile) -> None:
    """Raise if an XML part of a workbook declares entities, which can grow without end.

    Raises
    ------
    SchemaError
        For a document type declaration; none of the formats read here has one.
    """
    for part in archive.infolist():
        if not part.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        with archive.open(part) as stream:
            if declares_entities(lambda stream=stream: stream.read(_CHUNK)):  # type: ignore[misc]
                raise entities(f"{path.name} [{shortened(part.filename, 80)}]")


def declares_entities(read: Callable[[], bytes]) -> bool:
    """Whether an XML text, read piece by piece, has a document type declaration."""
    found = False

    def doctype(*_: Any) -> None:
        nonlocal found
        found = True
        raise _Seen

    def element(*_: Any) -> None:
        raise _Seen

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        while piece := read():
            parser.Parse(piece, False)
    except (_Seen, expat.ExpatError):
        # What is no XML at all is said by whoever reads the content.
        return found
    return found


def entities(place: str) -> SchemaError:
    """Return the error for XML that declares entities."""
    return SchemaError(
        "{place} declares entities, which can stand for other files or grow without end",
        expected="XML without a document type (<!DOCTYPE …>)",
        fix="save the file again with the program that made it",
        place=place,
    )
