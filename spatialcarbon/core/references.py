"""The literature, one entry per key, quoted by results, reports and docs."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.options import suggestion


@dataclass(frozen=True)
class Reference:
    """One work of the literature.

    Parameters
    ----------
    key, text, doi : str
        Citation key, formatted citation, DOI without resolver (may be empty).
    """

    key: str
    text: str
    doi: str

    @property
    def url(self) -> str:
        """Return the resolver address of the DOI, or an empty string."""
        return f"https://doi.org/{self.doi}" if self.doi else ""


@cache
def references() -> Mapping[str, Reference]:
    """Return all references by key."""
    path = files("spatialcarbon.core") / "references.toml"
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        key: Reference(key, entry["text"], entry.get("doi", "")) for key, entry in entries.items()
    }


def cite_keys(keys: Iterable[str]) -> list[Reference]:
    """Return the references of some keys, each once, sorted by their text."""
    known = references()
    for key in keys:
        if key not in known:
            raise OptionError(
                "{key!r} is not in the list of references",
                fix="{close}",
                key=key,
                close=suggestion(key, list(known)),
            )
    return sorted({known[key] for key in keys}, key=lambda item: item.text)
