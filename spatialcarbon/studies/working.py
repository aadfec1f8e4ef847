"""The hidden folder beside results that are being made: one run at a time, and swept when it died.

Beside ``results`` stands ``.results.unfinished`` while something is written. It holds the
lock of the run, its draft, what the run would continue from, and for the moment of the
exchange the earlier result. The lock belongs to the system: it ends with the process that
holds it, however that ends, so whoever gets it knows that what lies here is nobody's.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from spatialcarbon.studies.provenance import MANIFEST

LOCK, DRAFT, KEPT, OLD = "lock", "draft-", "kept", "old"
"""Names inside: the lock, prefix of drafts, what a run can continue from, an earlier result."""

LONGEST = 120
"""Bytes of a name before it is cut short: most disks take 255."""

TRIES = 50
"""How often a folder that another run is just taking away is made again."""


class BusyError(Exception):
    """Another run holds the folder."""


def working_place(target: Path) -> Path:
    """Return where the hidden folder of a target lies; it need not be there.

    Examples
    --------
    >>> working_place(Path("studies/results")).name
    '.results.unfinished'
    """
    name = target.name
    if len(name.encode(errors="surrogateescape")) > LONGEST:
        digest = hashlib.sha256(name.encode(errors="surrogateescape")).hexdigest()
        name = f"{name[:24]}-{digest[:16]}"
    return target.with_name(f".{name}.unfinished")


@contextmanager
def working_folder(target: Path) -> Iterator[Path]:
    """Hold the hidden folder of a target, swept; at the end only what can be continued stays.

    An exchange that was cut short is undone first: the earlier result is put back.

    Raises
    ------
    BusyError
        Another run holds it.
    OSError
        It cannot be made there.
    """
    folder = working_place(target)
    lock, alone = _hold(folder)
    try:
        _put_back(folder, target)
        if alone:
            _sweep(folder, target)
        yield folder
    finally:
        with suppress(OSError):
            _put_back(folder, target)
        if alone:
            _sweep(folder, target)
        _release(folder, lock)


def put_back(target: Path) -> None:
    """Undo an exchange of results that was cut short, unless a run is at work there."""
    if (working_place(target) / OLD).exists():
        with suppress(BusyError), working_folder(target):
            pass


def _hold(folder: Path) -> tuple[int, bool]:
    """Return the lock, and whether it keeps others out: some disks have no locks."""
    for _ in range(TRIES):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink():
            # Somebody else's link could make us sweep somebody else's folder.
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        try:
            lock = os.open(folder / LOCK, flags, 0o600)
        except FileNotFoundError:  # another run just took its folder away
            time.sleep(0.01)
            continue
        try:
            alone = _locked(lock)
        except BaseException:
            os.close(lock)
            raise
        # The file may have been taken away between opening and locking.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock), os.stat(folder / LOCK)):
                return lock, alone
        os.close(lock)
    raise BusyError(str(folder))


if sys.platform == "win32":  # pragma: no cover - the tests run elsewhere
    import msvcrt

    def _locked(lock: int) -> bool:
        try:
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BusyError from error
        return True

else:
    import fcntl

    def _locked(lock: int) -> bool:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError from error
        except OSError:  # a disk without locks
            return False
        return True


def _put_back(folder: Path, target: Path) -> None:
    """Give the earlier result its place again if nothing complete stands there."""
    old = folder / OLD
    if not old.exists():
        return
    if target.is_dir() and not target.is_symlink():
        with suppress(OSError):
            target.rmdir()  # an empty folder is no result
    if not os.path.lexists(target):
        old.rename(target)


def _sweep(folder: Path, target: Path) -> None:
    """Remove what a run leaves that is no use to the next one, and nothing else."""
    for path in folder.glob(f"{DRAFT}*"):
        shutil.rmtree(path, ignore_errors=True)
    old = folder / OLD
    # Never while the earlier result has no successor, whatever somebody put in its place.
    if old.is_dir() and ((target / MANIFEST).is_file() or not any(old.iterdir())):
        shutil.rmtree(old, ignore_errors=True)


def _release(folder: Path, lock: int) -> None:
    """Let go of the folder, and take it away unless something is kept in it."""
    with suppress(OSError):
        (folder / KEPT).rmdir()  # only if nothing is in it
    if any(path.name != LOCK for path in folder.glob("*")):
        os.close(lock)
        return
    with suppress(OSError):
        if sys.platform == "win32":  # pragma: no cover - an open file cannot be taken away
            os.close(lock)
            os.unlink(folder / LOCK)
        else:  # taken away while it is held: a lock on a file that is gone counts for nothing
            os.unlink(folder / LOCK)
            os.close(lock)
        folder.rmdir()
