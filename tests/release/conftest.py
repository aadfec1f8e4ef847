"""The tools beside the tests import one another by their plain names, as when they are run."""

from __future__ import annotations

collect_ignore = ["checksums.py", "licences.py", "lowest.py", "sbom.py"]
