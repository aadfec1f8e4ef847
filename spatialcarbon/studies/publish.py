"""Write a folder of results whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from spatialcarbon.core.errors import SchemaError, SpatialCarbonError, some
from spatialcarbon.core.language import text
from spatialcarbon.studies.provenance import MANIFEST, read_manifest
from spatialcarbon.studies.working import DRAFT, KEPT, OLD, BusyError, working_folder

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
    if target.exists() and os.path.ismount(target):
        raise OutputError(
            "{path} is a disk of its own, which cannot be exchanged as a whole",
            fix="--out {path}/results",
            path=target,
        )
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
    interruption nothing is left of the draft. It lies in the hidden folder of the
    target (see :func:`spatialcarbon.studies.working.working_folder`), which nobody
    else can use meanwhile. What is put into ``kept`` beside the draft outlives a
    failure, and goes when the results are complete.

    Raises
    ------
    OutputError
        No permission, no space, results there already, or another run at work.
    """
    target = Path(os.path.realpath(target))  # through a link, to where its owner wants them
    with ExitStack() as held:
        with plain_os_errors(target):
            check_target(target, overwrite=overwrite)
            target.parent.mkdir(parents=True, exist_ok=True)
            folder = held.enter_context(working_folder(target))
            check_target(target, overwrite=overwrite)  # an earlier result may have been put back
            draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder))
            held.callback(shutil.rmtree, draft, ignore_errors=True)
            draft.chmod(0o755)
        yield draft
        with plain_os_errors(target):
            flush(draft)
            _exchange(draft, target, folder / OLD, overwrite=overwrite)
        shutil.rmtree(folder / KEPT, ignore_errors=True)


def _exchange(draft: Path, target: Path, old: Path, *, overwrite: bool) -> None:
    """Put the draft in the place of the target; cut short, the earlier result is put back."""
    if target.is_symlink():
        raise OutputError(
            "{path} has become a link while the results were made",
            fix="look who put it there, and run it again",
            path=target,
        )
    check_target(target, overwrite=overwrite)  # nor did anybody put files there meanwhile
    if target.exists():
        target.rename(old)
    draft.rename(target)
    _flush_names(target.parent)


def flush(folder: Path) -> None:
    """Have the disk itself take all files of a folder, so that a power cut finds them whole."""
    folders = [folder]
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            folders.append(path)
        else:
            with path.open("rb+") as file:
                os.fsync(file.fileno())
    for path in folders:
        _flush_names(path)


def _flush_names(folder: Path) -> None:
    # Windows has no such thing for folders, and some disks refuse it.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_file(path: Path, writer: Callable[[Path], object]) -> None:
    """Write one file whole or not at all.

    Parameters
    ----------
    path : Path
        The file; one already there is replaced when the new one is complete.
    writer : callable
        Writes to the path it is given, which has the same name in another folder.

    Raises
    ------
    OutputError
        No such folder, no permission, no space, or another run writing the same file.
    """
    write_files(path, lambda draft: writer(draft / path.name))


def write_files(path: Path, writer: Callable[[Path], object]) -> None:
    """Write a file and those that belong to it: none is begun before all are complete.

    Parameters
    ----------
    path : Path
        The main file; the others go beside it.
    writer : callable
        Writes all of them to the folder it is given.

    Raises
    ------
    OutputError
        As for :func:`write_file`.
    """
    path = path.absolute()
    with plain_os_errors(path), working_folder(path) as folder:
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder))
        try:
            writer(draft)
            flush(draft)
            for part in sorted(draft.iterdir()):
                part.replace(path.parent / part.name)
            _flush_names(path.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def plain_os_errors(target: Path) -> Iterator[None]:
    """Turn the failures of a disk into sentences."""
    try:
        yield
    except OutputError:
        raise
    except BusyError as error:
        raise OutputError(
            "another run is writing to {path} at this moment",
            fix="wait until it is done, or choose another place with --out",
            path=target,
        ) from error
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
