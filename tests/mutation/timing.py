"""``-p timing --seconds FILE``: write how long each test took."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

TOOK: dict[str, float] = defaultdict(float)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seconds", default=None, help="write the seconds of each test to this file")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    TOOK[report.nodeid] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption("--seconds")
    if path and not hasattr(session.config, "workerinput"):
        rounded = {name: round(seconds, 4) for name, seconds in sorted(TOOK.items())}
        Path(path).write_text(json.dumps(rounded, indent=0), encoding="utf-8")
