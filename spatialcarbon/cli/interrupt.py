"""A Ctrl-C, or a polite kill, that cannot get lost and leaves nothing half written."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

AGAIN = 0.02
"""Seconds until an interruption that came at a bad moment is tried again."""

_pressed = threading.Event()


@contextmanager
def interruptions() -> Iterator[None]:
    """Let Ctrl-C or SIGTERM end the block, whatever it is doing, and put the handlers back.

    Python drops a KeyboardInterrupt that is raised inside a clean-up callback,
    and the import system runs many of those: an interruption that arrives
    there is tried again a moment later. One dropped elsewhere is remembered
    for :func:`raise_if_pressed`.
    """
    ours = threading.current_thread() is threading.main_thread()
    # A program that was told to ignore a signal goes on ignoring it, and one that has a
    # handler of its own keeps it.
    usual: dict[int, Any] = {
        signal.SIGINT: signal.default_int_handler,
        signal.SIGTERM: signal.SIG_DFL,
    }
    taken = [
        number for number, found in usual.items() if ours and signal.getsignal(number) == found
    ]
    if taken:
        _pressed.clear()
    for number in taken:
        signal.signal(number, _interrupt)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, usual[number])


def raise_if_pressed() -> None:
    """Raise KeyboardInterrupt if Ctrl-C was pressed and got lost."""
    if _pressed.is_set():
        raise KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> None:
    if frame is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        later = threading.Timer(AGAIN, _send, [number])
        later.daemon = True
        later.start()
        return
    _pressed.set()
    raise KeyboardInterrupt


def _send(number: int) -> None:
    """Signal the main thread itself, so that a call it waits in is woken too."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, number)
    else:
        signal.raise_signal(number)
