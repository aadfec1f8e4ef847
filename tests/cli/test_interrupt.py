"""Ctrl-C at the moments when Python itself would lose it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from spatialcarbon.cli.interrupt import interruptions, raise_if_pressed

# A module whose import triggers the signal from inside the import system.
INSIDE_IMPORT = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from spatialcarbon.cli.interrupt import interruptions

code = compile("import signal; signal.raise_signal(signal.SIGINT)", "<frozen importlib._x>", "exec")
with interruptions():
    exec(code)
    print("went on", flush=True)
    time.sleep(20)
    sys.exit("slept through")
"""


@pytest.fixture(autouse=True)
def at_a_keyboard() -> Iterator[None]:
    """Take Ctrl-C as a terminal does: a job in the background starts with it switched off."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interruption_inside_an_import_comes_a_moment_later() -> None:
    run = subprocess.run(
        [sys.executable, "-c", INSIDE_IMPORT], capture_output=True, text=True, check=False
    )
    assert run.stdout == "went on\n"
    assert "KeyboardInterrupt" in run.stderr
    assert "slept through" not in run.stderr


def test_one_that_a_callback_swallowed_is_remembered() -> None:
    with interruptions():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            raise_if_pressed()
    with interruptions():
        raise_if_pressed()


def test_a_job_in_the_background_is_left_alone() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interruptions():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        raise_if_pressed()


def test_the_handler_of_the_caller_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptions():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_a_polite_kill_is_taken_like_ctrl_c() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        with pytest.raises(KeyboardInterrupt), interruptions():
            signal.raise_signal(signal.SIGTERM)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        with interruptions():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
