"""The maker of small rasters, shared by the tests of land cover."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def cases() -> ModuleType:
    """Return ``raster_cases``: files of every kind and an independent count."""
    path = Path(__file__).with_name("raster_cases.py")
    spec = importlib.util.spec_from_file_location("raster_cases", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
