"""``--oracles FILE``: ask every oracle all of its cases and write what came out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--oracles", default=None, help="write the record of all oracles to this file")
