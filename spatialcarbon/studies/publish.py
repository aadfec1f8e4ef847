"""Write a folder of results whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from spatialcarbon.core.errors import SchemaError, SpatialCarbonError, some
from spatialcarbon.core.language import text
from spatialcarbon.studies.provenance import MANIFEST, read_manifest

_LITTER = re.compile(
    r"\.DS_Store|Thumbs\.db|desktop\.ini|\.~lock\..*|~\$.*|.*~|.*-(wal|shm|journal)", re.IGNORECASE
)
"""What systems and programs leave in a folder that was only looked at."""


class OutputError(SpatialCarbonError, OSError):
    """Results cannot be written where they should go."""


def check_target(target: Path, *, overwrite: bool) -> None:
    """Raise before any work is done if the results could not be put there."""
    if target.exists() and not target.is_dir():
        raise OutputError("{path} is a file, not a folder", fix="--out another-folder", path=target)
    if target.exists() and any(target.iterdir()):
        if not overwrite:
            raise OutputError(
                "{path} holds results already",
                fix="--overwrite to replace them, or --out another-folder",
                path=target,
            )
        _check_ours(target)
    parent = _existing_parent(target)
    if not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(
            "the folder {path} cannot be written to", fix="--out a-folder-of-yours", path=parent
        )


def _check_ours(target: Path) -> None:
    """Raise unless all that would be replaced was written by a run."""
    fix = "--out another-folder: nothing that was not written here is ever replaced"
    try:
        written = {*read_manifest(target)["outputs"], MANIFEST}
    except SchemaError as error:
        raise SchemaError(
            "{path} is not empty and does not hold results of this program", fix=fix, path=target
        ) from error
    files = sorted(path for path in target.rglob("*") if not path.is_dir())
    strangers = [
        name
        for path in files
        if (name := path.relative_to(target).as_posix()) not in written
        and not _LITTER.fullmatch(path.name)
    ]
    if strangers:
        raise SchemaError(
            "{path} also holds files that this program did not write",
            arrived="{files}",
            fix=fix,
            path=target,
            files=some(strangers),
        )


def _existing_parent(target: Path) -> Path:
    parent = target.absolute().parent
    while not parent.exists():
        parent = parent.parent
    return parent


@contextmanager
def whole_folder(target: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a fresh folder that becomes ``target`` when everything in it is written.

    Until then an earlier result stays untouched; after a failure or an
    interruption nothing is left behind.

    Raises
    ------
    OutputError
        No permission, no space, or results there already.
    """
    target = target.absolute()
    draft: Path | None = None
    try:
        with plain_os_errors(target):
            check_target(target, overwrite=overwrite)
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
            draft.chmod(0o755)
        yield draft
        with plain_os_errors(target):
            _swap(draft, target)
    finally:
        if draft is not None and draft.exists():
            shutil.rmtree(draft, ignore_errors=True)


def _swap(draft: Path, target: Path) -> None:
    if not target.exists():
        draft.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
    kept = old / target.name
    try:
        target.rename(kept)
        draft.rename(target)
    except BaseException:
        if kept.exists():
            kept.rename(target)
        raise
    finally:
        # Never while the earlier result has no other place, however this was interrupted.
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)


def write_file(path: Path, writer: Callable[[Path], object]) -> None:
    """Write one file whole or not at all.

    Parameters
    ----------
    path : Path
        The file; one already there is replaced when the new one is complete.
    writer : callable
        Writes to the path it is given, which has the same ending.

    Raises
    ------
    OutputError
        No such folder, no permission, no space.
    """
    with plain_os_errors(path):
        folder = Path(tempfile.mkdtemp(prefix=f".{path.stem}.", dir=path.parent))
        try:
            writer(folder / path.name)
            (folder / path.name).replace(path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def plain_os_errors(target: Path) -> Iterator[None]:
    """Turn the failures of a disk into sentences."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        if isinstance(error, SpatialCarbonError):
            raise
        reasons = {
            errno.ENOSPC: text("the disk is full"),
            errno.EDQUOT: text("the disk quota is used up"),
            errno.EFBIG: text("a file grew beyond the limit set for it"),
            errno.EACCES: text("permission denied"),
            errno.EPERM: text("permission denied"),
            errno.EROFS: text("the disk is read-only"),
            errno.ENOENT: text("there is no such folder"),
            errno.ENOTDIR: text("there is no such folder"),
        }
        raise OutputError(
            "the results could not be written to {path}: {reason}",
            fix="free some space or choose another folder with --out; nothing was changed",
            path=target,
            reason=reasons.get(error.errno or 0, str(error)),
        ) from error
