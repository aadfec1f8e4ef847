"""The parts the package is installed with: listed, licensed, and none older than was tested."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXTRAS = ("rasters", "distributed")


@pytest.fixture(scope="module")
def release() -> Iterator[Any]:
    """Return the modules of ``tests/release/``."""
    sys.path.insert(0, str(ROOT / "tests" / "release"))
    import checksums
    import licences
    import lowest

    yield {"checksums": checksums, "lowest": lowest, "licences": licences}
    sys.path.remove(str(ROOT / "tests" / "release"))


def project() -> dict[str, Any]:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return dict(content["project"])


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def wanted() -> set[str]:
    """Return what the package and its extras for users ask for by name."""
    extras = project()["optional-dependencies"]
    lines = [*project()["dependencies"], *(line for name in EXTRAS for line in extras[name])]
    return {plain(re.split(r"[<>=!~\[; ]", line)[0]) for line in lines}


def installed() -> dict[str, Distribution]:
    """Return every package that ours leads to, as it is installed here."""
    found: dict[str, Distribution] = {}
    waiting = sorted(wanted())
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:  # needed by another system or another Python
            continue
        for line in found[name].requires or ():
            if "extra ==" not in line:
                waiting.append(plain(re.split(r"[<>=!~\[;( ]", line)[0]))
    return found


def bill() -> dict[str, Any]:
    return dict(json.loads((ROOT / "docs" / "trust" / "sbom.json").read_text(encoding="utf-8")))


def test_every_licence_in_the_bill_of_materials_is_allowed(release: Any) -> None:
    assert release["licences"].refused(bill()) == []


def test_every_licence_that_is_installed_here_is_allowed(release: Any) -> None:
    refused = []
    for name, found in installed().items():
        words = [
            *(found.metadata.get_all("License-Expression") or ()),
            *(found.metadata.get_all("License") or ()),
            *(w for w in found.metadata.get_all("Classifier") or () if w.startswith("License ::")),
        ]
        licence = release["licences"].stated(name, words)
        if not release["licences"].allowed(licence):
            refused.append((name, licence[:60]))
    assert refused == []


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-only OR MIT", True),
        ("(MIT AND Zlib) OR GPL-2.0", True),
        ("GPL-3.0-only", False),
        ("MIT AND LGPL-2.1-only", False),
        ("AGPL-3.0-or-later", False),
        ("Proprietary", False),
        ("", False),
    ],
)
def test_which_licences_are_allowed(release: Any, licence: str, fine: bool) -> None:
    assert release["licences"].allowed(licence) is fine


def test_a_part_without_a_licence_is_refused(release: Any) -> None:
    part = {"name": "x", "version": "1", "licenses": []}
    other = {"name": "y", "version": "2", "licenses": [{"license": {"id": "GPL-3.0-only"}}]}
    found = release["licences"].refused({"components": [part, other]})
    assert found == ["x 1: no licence is stated", "y 2: GPL-3.0-only"]


def test_the_bill_lists_all_that_is_asked_for_at_the_tested_release() -> None:
    listed = {plain(part["name"]): part["version"] for part in bill()["components"]}
    assert wanted() <= set(listed)
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {
        plain(line.partition("==")[0]): line.partition("==")[2] for line in lines if "==" in line
    }
    assert {name: pinned.get(name) for name in listed} == listed


def test_the_bill_tells_nothing_of_the_computer_it_was_made_on() -> None:
    text = (ROOT / "docs" / "trust" / "sbom.json").read_text(encoding="utf-8")
    for told in ("file:", "/home/", "/root/", "/opt/", "localhost", "timestamp", "serialNumber"):
        assert told not in text
    assert bill()["bomFormat"] == "CycloneDX"


def test_the_lowest_releases_are_those_of_pyproject(release: Any) -> None:
    written = (ROOT / "constraints-lowest.txt").read_text(encoding="utf-8")
    assert written == release["lowest"].content()
    pins = [line for line in written.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+==[0-9.]+", line) for line in pins)
    assert len(pins) > 25


def test_no_list_of_releases_names_a_host() -> None:
    for name in ("constraints.txt", "constraints-lowest.txt"):
        content = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"https?:|file:|--", content.replace("==", "")), name


def test_checksums_of_tables_kept_by_hand_are_up_to_date(release: Any) -> None:
    for name in release["checksums"].FOLDERS:
        folder = ROOT / name
        listed = (folder / release["checksums"].LISTING).read_text(encoding="ascii")
        assert listed == release["checksums"].listing(folder), "run tests/release/checksums.py"
