"""Which licences may the parts have that spatialcarbon is installed with, and which do they have?

The package is under BSD-3-Clause and ships none of these parts: pip installs each beside it. A
licence is allowed here if such a whole may be used and passed on, closed or open, with no more
than notices kept and, for MPL-2.0, changes to its own files published.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

ALLOWED = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT"),
        *("MIT-CMU", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
        "Apache-2.0 WITH LLVM-exception",
    }
)

_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""What the older metadata call a licence, without saying which of the BSD ones it is."""

READ = {
    "cligj": "BSD-3-Clause",
    "exactextract": "Apache-2.0",
    "partd": "BSD-3-Clause",
}
"""Parts whose metadata name no licence that can be looked up: read in the file they come with."""


def stated(name: str, words: Iterable[str]) -> str:
    """Return the licence of a part from what its metadata say, the most exact first.

    Parameters
    ----------
    name : str
        The part.
    words : iterable of str
        Identifiers and expressions of SPDX, and classifiers.

    Returns
    -------
    str
        An expression of SPDX, ``BSD`` where nothing tells which, or nothing.
    """
    said = [word.strip() for word in words if word.strip()]
    exact = [word for word in said if not word.startswith("License ::") and "\n" not in word]
    classified = [word.rpartition(":: ")[2] for word in said if word.startswith("License ::")]
    found = [word for word in exact if allowed(word)]
    found += [READ[name]] if name in READ else []
    found += [_CLASSIFIERS.get(word, word) for word in classified]
    return next(iter([*found, *exact]), "")


def allowed(expression: str) -> bool:
    """Return whether an expression of SPDX leaves a way that is allowed."""
    bare = expression.replace("(", " ").replace(")", " ")
    ways = re.split(r"\s+OR\s+", bare)
    return any(all(part.strip() in ALLOWED for part in re.split(r"\s+AND\s+", way)) for way in ways)


def rows(bill: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return name, version and licence of every part of a bill of materials."""
    listed = []
    for part in bill["components"]:
        entries = part.get("licenses", [])
        words = [
            entry.get("expression") or entry["license"].get("id") or entry["license"].get("name")
            for entry in entries
        ]
        listed.append((part["name"], part["version"], stated(part["name"], words)))
    return sorted(listed, key=lambda row: row[0].lower())


def refused(bill: Mapping[str, Any]) -> list[str]:
    """Return the parts whose licence is not allowed, or not known."""
    return [
        f"{name} {version}: {licence or 'no licence is stated'}"
        for name, version, licence in rows(bill)
        if not allowed(licence)
    ]
