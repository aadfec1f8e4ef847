"""A Ctrl-C that cannot get lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

AGAIN = 0.02
"""Seconds until an interruption that came at a bad moment is tried again."""

_pressed = threading.Event()


@contextmanager
def interruptions() -> Iterator[None]:
    """Let Ctrl-C end the block, whatever it is doing, and put the caller's handler back.

    Python drops a KeyboardInterrupt that is raised inside a clean-up callback,
    and the import system runs many of those: an interruption that arrives
    there is tried again a moment later. One dropped elsewhere is remembered
    for :func:`raise_if_pressed`.
    """
    ours = threading.current_thread() is threading.main_thread()
    # A program that was told to ignore the signal goes on ignoring it.
    if not ours or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _pressed.clear()
    signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


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
