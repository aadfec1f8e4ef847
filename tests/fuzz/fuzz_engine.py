"""Trying inputs: in a process of their own, so that a crash or a hang is seen and counted."""

from __future__ import annotations

import faulthandler
import hashlib
import json
import mmap
import os
import random
import resource
import select
import shutil
import signal
import struct
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fuzz_mutation import changed
from fuzz_targets import Target, prepared, seeds

SECONDS = 10
"""How long a processor may be at work for one input."""

WAIT = 120
"""After so many seconds of waiting a process is ended: it computes outside Python or not at all."""

MEMORY = 1 << 30
"""By how much memory may grow over one input."""

BATCH = {"text": 5000}
"""Inputs of one process; 300 where they are files."""


class Hang(BaseException):
    """One input took too long."""


@dataclass
class Tally:
    """What became of the inputs of one target."""

    inputs: int = 0
    results: int = 0
    refusals: int = 0
    seconds: float = 0.0
    bugs: dict[str, bytes] = field(default_factory=dict)
    found: int = 0


def outcome(target: Target, data: bytes, folder: Path) -> str:
    """Try one input: ``result``, ``refusal``, or what is wrong and where."""
    from spatialcarbon.core.errors import SpatialCarbonError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            target.reads(prepared(target, data, folder))
    except SpatialCarbonError as error:
        try:
            error.render("zh").encode("utf-8", "surrogatepass")
        except Exception as broken:
            return f"refusal that cannot be said: {_where(broken)}"
        return "refusal"
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return _where(error)
    return "result"


def _where(error: BaseException) -> str:
    """Name an error by its kind and the innermost line of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}spatialcarbon{os.sep}" in frame.filename]
    last = (ours or frames)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}:{last.name}"


def inputs(target: Target, seed: int, batch: int) -> Iterator[bytes]:
    """Return the inputs of one batch: always the same for the same seed."""
    valid = seeds(target) or [b""]
    rng = random.Random(f"{seed}/{target.name}/{batch}")
    for _ in range(BATCH.get(target.kind, 300)):
        yield changed(rng, rng.choice(valid), valid, target.words, target.kind)


def scratch() -> Path:
    """Return a new folder, in memory where there is one for that."""
    room = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix="spatialcarbon-fuzz-", dir=room))


def emptied(folder: Path) -> None:
    """Delete what a target left behind."""
    for item in folder.iterdir():
        if item.is_dir() and not item.is_symlink():
            shutil.rmtree(item)
        elif not item.name.startswith("kept_"):
            item.unlink()


def try_all(
    target: Target, made: Callable[[], Iterator[bytes]], until: float, folder: Path
) -> tuple[int, int, int, list[tuple[str, bytes]]]:
    """Try inputs in a process of their own until they or the time run out.

    Returns
    -------
    tuple
        How many inputs, results and refusals; what went wrong, with the input.
    """
    shared = mmap.mmap(-1, 16)
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        _work(target, made(), until, folder, shared, send)
    os.close(send)
    said, stopped = _heard(receive, child, shared)
    done, results, refusals, wrong = (0, 0, 0, []) if said is None else json.loads(said)
    bugs = [(name, bytes.fromhex(data)) for name, data in wrong]
    if said is None:
        # The process died or was ended: the input it had begun is the culprit.
        at = struct.unpack("q", shared[:8])[0]
        culprit = next(data for number, data in enumerate(made()) if number == at)
        done, refusals = at + 1, at
        bugs.append((stopped, culprit))
    shared.close()
    emptied(folder)
    return done, results, refusals, bugs


def _work(
    target: Target, made: Iterator[bytes], until: float, folder: Path, shared: mmap.mmap, send: int
) -> None:
    """Try inputs one by one; the number of each is known outside before it is tried."""

    def ring(*_: Any) -> None:
        raise Hang

    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    faulthandler.disable()
    signal.signal(signal.SIGPROF, ring)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    done = results = refusals = 0
    wrong: list[tuple[str, str]] = []
    for number, data in enumerate(made):
        if time.monotonic() > until:
            break
        shared[:16] = struct.pack("qd", number, time.monotonic())
        if number % 50 == 0:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * mmap.PAGESIZE
            resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, resource.RLIM_INFINITY))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        found = outcome(target, data, folder)
        signal.setitimer(signal.ITIMER_PROF, 0)
        done += 1
        results += found == "result"
        refusals += found == "refusal"
        if found not in ("result", "refusal"):
            wrong.append((found, data.hex()))
        if target.kind != "text":
            emptied(folder)
    with os.fdopen(send, "w") as out:
        json.dump((done, results, refusals, wrong), out)
    os._exit(0)


def _heard(receive: int, child: int, shared: mmap.mmap) -> tuple[str | None, str]:
    """Return what the process said in the end, or why it said nothing."""
    parts = []
    with os.fdopen(receive, "rb", buffering=0) as stream:
        while True:
            ready, _, _ = select.select([stream], [], [], 1.0)
            if ready:
                part = stream.read(1 << 16)
                if not part:
                    break
                parts.append(part)
                continue
            began = struct.unpack("d", shared[8:16])[0]
            if began and time.monotonic() - began > WAIT:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return None, f"hang: more than {WAIT} s outside Python"
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return None, f"crash: {signal.Signals(os.WTERMSIG(status)).name}"
    said = b"".join(parts).decode()
    return (said, "") if said else (None, "the process ended without a word")


def smaller(target: Target, data: bytes, name: str, folder: Path, most: int = 300) -> bytes:
    """Return a shorter input that goes wrong in the same way."""
    tries, size, until = 0, max(1, len(data) // 2), time.monotonic() + SECONDS
    while size and tries < most:
        at = 0
        while at < len(data) and tries < most and time.monotonic() < until:
            part = data[:at] + data[at + size :]
            tries += 1
            _, _, _, bugs = try_all(target, lambda part=part: iter([part]), _late(), folder)  # type: ignore[misc]
            if bugs and bugs[0][0] == name:
                data = part
            else:
                at += size
        size = size // 2 if time.monotonic() < until else 0
    return data


def _late() -> float:
    return time.monotonic() + 3600


def kept(bug: bytes) -> str:
    """Return the name under which an input is saved."""
    return hashlib.sha256(bug).hexdigest()[:12]


def replay(target: Target, data: Sequence[bytes], folder: Path) -> list[tuple[str, bytes]]:
    """Try given inputs, and return those that go wrong."""
    return try_all(target, lambda: iter(data), _late(), folder)[3]
