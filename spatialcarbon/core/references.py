"""The literature, one entry per key, quoted by results, reports and docs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from spatialcarbon.core.bibliography import Work, parse, sentence
from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.options import suggestion


@dataclass(frozen=True)
class Reference:
    """One work of the literature.

    Parameters
    ----------
    key, text, doi : str
        Citation key, formatted citation, DOI without resolver (may be empty).
    work : Work
        The entry of the bibliography, for BibTeX and CSL-JSON.
    """

    key: str
    text: str
    doi: str
    work: Work = field(compare=False, repr=False)

    @property
    def url(self) -> str:
        """Return the resolver address of the DOI, or an empty string."""
        return f"https://doi.org/{self.doi}" if self.doi else ""


@cache
def references() -> Mapping[str, Reference]:
    """Return all references by key."""
    return {
        key: Reference(key, sentence(work), work.plain("doi"), work)
        for key, work in parse(_source()).items()
    }


def _source() -> str:
    return (files("spatialcarbon.core") / "references.bib").read_text(encoding="utf-8")


def cite_keys(keys: Iterable[str]) -> list[Reference]:
    """Return the references of some keys, each once, sorted by their text."""
    known, keys = references(), list(keys)
    for key in keys:
        if key not in known:
            raise OptionError(
                "{key!r} is not in the list of references",
                fix="{close}",
                key=key,
                close=suggestion(key, list(known)),
            )
    return sorted({known[key] for key in keys}, key=lambda item: item.text)
