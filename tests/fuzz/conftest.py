"""The modules of the fuzzer lie beside these tests and are imported by their own names."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
