"""Finished blocks of a long count, kept on disk so that an interrupted run can go on."""

from __future__ import annotations

import errno
import io
import json
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.files import parse_json

if TYPE_CHECKING:
    from io import FileIO
    from types import TracebackType

    from numpy.typing import NDArray

Arrays = Mapping[str, "NDArray[Any]"]

MAGIC = "spatialcarbon checkpoint"
FORMAT = 1
_LONGEST_HEADER = 1 << 16
_HEAD = struct.Struct("<qq")  # block, bytes of its content
_CHECK = struct.Struct("<I")  # checksum of both


class Checkpoint:
    """One file to which each finished block is appended.

    The first line says which inputs and options the blocks belong to; a file of
    others is refused. A record that was cut off, because the program was killed
    while writing it, is recognised by its checksum and dropped.

    Parameters
    ----------
    path : path
        The file; made if missing, together with its folder.
    fingerprint : str
        Of everything that the blocks depend on.
    """

    def __init__(self, path: str | Path, fingerprint: str) -> None:
        self.path = Path(path)
        self.fingerprint = fingerprint
        self.done: dict[int, dict[str, NDArray[Any]]] = {}
        self._file = self._opened()

    def add(self, block: int, arrays: Arrays) -> None:
        """Append what one block gave; it is on its way to the disk when this returns."""
        kept = io.BytesIO()
        np.savez(kept, **arrays)  # type: ignore[arg-type]
        content = kept.getvalue()
        # One write, so that a block is there as a whole or is seen not to be.
        head = _HEAD.pack(block, len(content))
        record = head + _CHECK.pack(zlib.crc32(head + content)) + content
        try:
            if self._file.write(record) < len(record):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise self._not_written(error) from None

    def __enter__(self) -> Checkpoint:
        """Return the open checkpoint."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, which stays for the next run."""
        self._file.close()

    def _opened(self) -> FileIO:
        header = {"file": MAGIC, "format": FORMAT, "fingerprint": self.fingerprint}
        line = json.dumps(header).encode() + b"\n"
        try:
            if not self.path.exists() or self.path.stat().st_size == 0:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.path.write_bytes(line)
            file = self.path.open("r+b", buffering=0)
        except OSError as error:
            raise self._not_written(error) from None
        try:
            self._check(file.readline(_LONGEST_HEADER))
            end = file.tell()
            for block, arrays, end in _records(file):  # noqa: B007 - the last end is needed
                self.done[block] = arrays
            file.seek(end)
            file.truncate()
        except BaseException:
            file.close()
            raise
        return file

    def _not_written(self, error: OSError) -> SchemaError:
        return SchemaError(
            "the checkpoint {path} cannot be written: {reason}",
            expected="a file in a folder with room that you may write to",
            fix="name another file, or count without a checkpoint",
            path=self.path,
            reason=error.strerror or error,
        )

    def _check(self, line: bytes) -> None:
        try:
            header = parse_json(line, self.path)
            known = isinstance(header, dict) and header.get("file") == MAGIC
            known = known and isinstance(header.get("fingerprint"), str)
        except SchemaError:
            known = False
        if not known or not line.endswith(b"\n") or header.get("format") != FORMAT:
            raise SchemaError(
                "{path} is no checkpoint of this version of the program",
                fix="name another file: this one is left as it is",
                path=self.path,
            )
        if header["fingerprint"] != self.fingerprint:
            raise SchemaError(
                "the checkpoint {path} belongs to other rasters, zones or options",
                arrived="blocks of run {theirs}",
                expected="blocks of run {ours}",
                fix="delete it if that run is not wanted any more, or name another file",
                path=self.path,
                theirs=str(header["fingerprint"])[:12],
                ours=self.fingerprint[:12],
            )


def _records(file: FileIO) -> Iterator[tuple[int, dict[str, NDArray[Any]], int]]:
    """Give each whole record and where it ends, up to the first one that is cut off."""
    whole = os.fstat(file.fileno()).st_size
    while len(frame := file.read(_HEAD.size + _CHECK.size)) == _HEAD.size + _CHECK.size:
        head = frame[: _HEAD.size]
        block, size = _HEAD.unpack(head)
        if not 0 <= size <= whole - file.tell():
            return
        content = file.read(size)
        if zlib.crc32(head + content) != _CHECK.unpack(frame[_HEAD.size :])[0]:
            return
        try:
            with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in arrays.files}
        except (OSError, EOFError, ValueError, zipfile.BadZipFile):
            return
        yield block, found, file.tell()
