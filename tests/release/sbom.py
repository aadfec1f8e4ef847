"""Write the bill of materials: python tests/release/sbom.py PYTHON, whose packages are listed.

CycloneDX in JSON, the same bytes for the same packages. Fails where a licence is not allowed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from licences import refused

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "docs" / "trust" / "sbom.json"
TOOLS = ("pip", "setuptools", "wheel")
"""What installs the packages is none of them."""


def bill(python: str) -> dict[str, Any]:
    """Return what CycloneDX lists, without installers and without places of this computer."""
    made = subprocess.run(
        [
            *(sys.executable, "-m", "cyclonedx_py", "environment"),
            *("--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "library"),
            *("--output-reproducible", "--of", "JSON", python),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    content: dict[str, Any] = json.loads(made.stdout)
    content["components"] = [
        _public(part)
        for part in content["components"]
        if part["name"] not in (*TOOLS, "spatialcarbon")
    ]
    kept = {"root-component", *(part["bom-ref"] for part in content["components"])}
    content["dependencies"] = [item for item in content["dependencies"] if item["ref"] in kept]
    return content


def _public(part: dict[str, Any]) -> dict[str, Any]:
    """Leave out where a wheel was fetched from: a folder or a mirror of this computer."""
    told = [item for item in part.get("externalReferences", []) if item["type"] != "distribution"]
    return {**part, "externalReferences": told}


def main() -> None:
    """Write the bill, or say which licences stand in the way."""
    content = bill(sys.argv[1])
    if problems := refused(content):
        sys.exit("licences to look at:\n  " + "\n  ".join(problems))
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    RECORD.write_text(text, encoding="utf-8", newline="\n")
    print(f"{RECORD.relative_to(ROOT)}: {len(content['components'])} packages")


if __name__ == "__main__":
    main()
