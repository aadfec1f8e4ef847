"""Without the extra ``mutation`` its modules cannot be imported, not even for doctests."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

collect_ignore = (
    []
    if find_spec("cosmic_ray") and find_spec("coverage")
    else [path.name for path in Path(__file__).parent.glob("*.py") if path.name[:5] != "test_"]
)
