"""Ctrl-C at the moments when Python itself would lose it."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys

import pytest

from spatialcarbon.cli.interrupt import interruptions, raise_if_pressed

# A module whose import triggers the signal from inside the import system.
INSIDE_IMPORT = """
import sys, time
from spatialcarbon.cli.interrupt import interruptions

code = compile("import signal; signal.raise_signal(signal.SIGINT)", "<frozen importlib._x>", "exec")
with interruptions():
    exec(code)
    print("went on", flush=True)
    time.sleep(20)
    sys.exit("slept through")
"""


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


def test_the_handler_of_the_caller_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptions():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
