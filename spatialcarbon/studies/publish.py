"""Write a folder of results whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spatialcarbon.core.errors import SchemaError, SpatialCarbonError

MARK = "manifest.json"


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
        if not (target / MARK).is_file():
            raise SchemaError(
                "{path} is not empty and does not hold results of this program",
                fix="--out another-folder: nothing that was not written here is ever replaced",
                path=target,
            )
    parent = _existing_parent(target)
    if not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(
            "the folder {path} cannot be written to", fix="--out a-folder-of-yours", path=parent
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
    check_target(target, overwrite=overwrite)
    target = target.absolute()
    draft: Path | None = None
    try:
        with plain_os_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
            draft.chmod(0o755)
            yield draft
            _swap(draft, target)
    finally:
        if draft is not None and draft.exists():
            shutil.rmtree(draft, ignore_errors=True)


def _swap(draft: Path, target: Path) -> None:
    if not target.exists():
        draft.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
    target.rename(old / target.name)
    try:
        draft.rename(target)
    except BaseException:
        (old / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


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
            errno.ENOSPC: "the disk is full",
            errno.EDQUOT: "the disk quota is used up",
            errno.EFBIG: "a file grew beyond the limit set for it",
            errno.EACCES: "permission denied",
            errno.EPERM: "permission denied",
            errno.EROFS: "the disk is read-only",
        }
        raise OutputError(
            "the results could not be written to {path}: {reason}",
            fix="free some space or choose another folder with --out; nothing was changed",
            path=target,
            reason=reasons.get(error.errno or 0, str(error)),
        ) from error
