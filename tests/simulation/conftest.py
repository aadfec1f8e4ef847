"""Let the modules of this folder find one another, as when ``run_simulations.py`` is started."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
