"""One door to the compiler: kernels are kept on disk, and threads never change a result."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from spatialcarbon.core.options import check_count

Kernel = TypeVar("Kernel", bound=Callable[..., object])
Job = TypeVar("Job")
Answer = TypeVar("Answer")

THREADS_VARIABLE = "SPATIALCARBON_THREADS"


def compiled(*signatures: str, inline: bool = False) -> Callable[[Kernel], Kernel]:
    """Return a decorator that compiles a kernel with numba, without the interpreter lock.

    Machine code is kept beside the module or in the user's cache, so that only
    the first run on a machine waits for the compiler. Where neither can be
    written, it is compiled anew in each process.

    Parameters
    ----------
    *signatures : str
        Types of the arguments; with them the kernel is ready once its module is
        imported. Without any it is compiled for the types it is called with.
    inline : bool
        Put the body of a small helper into its caller.
    """
    import numba

    options = {
        "nogil": True,
        "boundscheck": False,
        "error_model": "numpy",
        "inline": "always" if inline else "never",
    }

    def decorate(function: Kernel) -> Kernel:
        arguments = [list(signatures)] if signatures else []
        try:
            return numba.njit(*arguments, cache=True, **options)(function)  # type: ignore[no-any-return]
        except RuntimeError:  # numba's word for "no place to keep the machine code"
            return numba.njit(*arguments, cache=False, **options)(function)  # type: ignore[no-any-return]

    return decorate


def thread_count() -> int:
    """Return how many threads a long kernel may use: all processors, or what the user set."""
    asked = os.environ.get(THREADS_VARIABLE, "").strip()
    if asked:
        number: Any = int(asked) if asked.isdecimal() else asked
        return check_count(number, THREADS_VARIABLE, minimum=1)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_threads(work: Callable[[Job], Answer], jobs: Iterable[Job]) -> list[Answer]:
    """Return ``work(job)`` for each job, in the order of the jobs.

    A job carries its own seed, so that the answer is the same on one thread as
    on many.
    """
    listed = list(jobs)
    threads = min(thread_count(), len(listed))
    if threads <= 1:
        return [work(job) for job in listed]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, listed))
