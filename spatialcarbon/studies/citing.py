"""What to cite for a result: the package, its methods, its data, and a paragraph that says so."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from spatialcarbon._version import RELEASED, __version__
from spatialcarbon.core.bibliography import Work, sentence
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.core.printable import one_line
from spatialcarbon.core.references import Reference, cite_keys, references
from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    import os

    import pandas as pd

    from spatialcarbon.studies.pipeline import StudyResult

CitationFormat = Literal["bibtex", "csl-json", "text", "methods"]

_LONGEST_SOURCE = 2000
_TOLD = ("permutations", "alternative", "alpha", "correction", "draws", "seed")
"""Settings that a paragraph on methods names, where a result has them."""


@dataclass(frozen=True)
class Use:
    """A method as it was used."""

    method: str
    settings: Mapping[str, Any]
    keys: tuple[str, ...]


def software() -> Work:
    """Return the package itself as a work."""
    fields = {
        "author": "{The spatialcarbon developers}",
        "title": "spatialcarbon: spatial statistics of carbon in city clusters",
        "version": __version__,
        "year": RELEASED[:4],
    }
    lines = "".join(f"\n  {name} = {{{value}}}," for name, value in fields.items())
    return Work("spatialcarbon", "software", fields, f"@software{{spatialcarbon,{lines}\n}}")


def cite(
    result: Result | StudyResult | pd.DataFrame | str | os.PathLike[str],
    *,
    format: CitationFormat = "bibtex",
    language: Language = "en",
) -> str:
    """What should be cited for this result, and how is its method described?

    Parameters
    ----------
    result : Result, StudyResult, DataFrame, str or path
        What a method or :func:`run_study` returned; a shipped table from
        :func:`load_table`, or its name; the folder of a study's results; or one key
        of the bibliography such as ``"moran1950"``.
    format : {"bibtex", "csl-json", "text", "methods"}
        BibTeX; CSL-JSON for Zotero and Pandoc; a list of references as text; or
        a paragraph on methods with the settings and the seed that were used.
    language : {"en", "zh"}
        Language of the paragraph on methods.

    Returns
    -------
    str
        The package itself comes first, the works behind the methods follow by author.

    Raises
    ------
    SchemaError
        For a folder without results, and for what holds nothing that can be cited.
    OptionError
        For an unknown format, language or key.

    Examples
    --------
    >>> import pandas as pd
    >>> from spatialcarbon.stats.inequality import gini
    >>> found = gini(pd.Series([1.0, 2.0, 3.0], index=["A", "B", "C"]))
    >>> print(cite(found, format="text").splitlines()[1])
    Gini, C. (1912). Variabilità e mutabilità. Bologna: Cuppini.
    """
    check_option(format, CitationFormat, "format")
    check_option(language, Language, "language")
    uses, data = _gathered(result)
    works = cite_keys(key for use in uses for key in use.keys)
    works += [item for item in data if isinstance(item, Reference) and item not in works]
    sources = [item for item in data if isinstance(item, str)]
    if format == "methods":
        return _paragraph(uses, data).render(language)
    if format == "csl-json":
        items = [software().csl, *(item.work.csl for item in works)]
        return json.dumps(items, ensure_ascii=False, indent=2)
    if format == "text":
        lines = [sentence(software()), *(item.text + _resolver(item) for item in works), *sources]
        return "\n".join(lines)
    notes = [f"% {source}" for source in sources]
    return "\n\n".join([software().bibtex, *(item.work.bibtex for item in works), *notes])


def _resolver(item: Reference) -> str:
    return f" {item.url}" if item.url else ""


def _gathered(result: Any) -> tuple[list[Use], list[Reference | str]]:
    """Return the methods behind something, and the works and sources of its data."""
    from spatialcarbon.data.catalogue import load_table
    from spatialcarbon.studies.inputs import is_shipped
    from spatialcarbon.studies.pipeline import StudyResult
    from spatialcarbon.studies.provenance import read_manifest

    if isinstance(result, Result):
        return [Use(result.method, result.settings, result.references)], []
    if isinstance(result, StudyResult):
        return _from_record(result.manifest)
    if isinstance(result, str) and is_shipped(result):
        return [], [_source(result, str(load_table(result).attrs["source"]))]
    if isinstance(result, str) and not Path(result).is_dir():
        return [Use("", {}, (cite_keys([result])[0].key,))], []
    if isinstance(result, (str, Path)):
        return _from_record(read_manifest(Path(result)))
    attributes = getattr(result, "attrs", {})
    if "source" in attributes:
        return [], [_source(str(attributes.get("name", "")), str(attributes["source"]))]
    raise SchemaError(
        "{kind} holds nothing that could be cited",
        expected="what a method or run_study returned, a shipped table, or a folder of results",
        kind=type(result).__name__,
    )


def _from_record(record: Mapping[str, Any]) -> tuple[list[Use], list[Reference | str]]:
    uses: dict[str, Use] = {}
    for analysis in record["analyses"]:
        for found in analysis["results"]:
            known = uses.get(found["method"])
            keys = tuple(
                dict.fromkeys([*(known.keys if known else ()), *found.get("references", ())])
            )
            settings = {**(known.settings if known else {}), **found["settings"]}
            uses[found["method"]] = Use(found["method"], settings, keys)
    return list(uses.values()), _data_of(record["inputs"])


def _data_of(inputs: Iterable[str]) -> list[Reference | str]:
    from spatialcarbon.data.catalogue import tables

    catalogue = tables().set_index("name")["source"]
    names = [entry.removeprefix("table: ") for entry in inputs if entry.startswith("table: ")]
    return list(
        dict.fromkeys(_source(name, catalogue[name]) for name in names if name in catalogue.index)
    )


def _source(name: str, words: str) -> Reference | str:
    """Return the work a table comes from, or its source in words."""
    for item in references().values():
        if item.doi and item.doi in words:
            return item
    # On one line: a comment in BibTeX ends with its line.
    return one_line(f"{name}: {words}" if name else words, _LONGEST_SOURCE)


def _paragraph(uses: Iterable[Use], data: Iterable[Reference | str]) -> Text:
    parts: list[Text] = []
    for use in uses:
        if not use.method:
            continue
        works = [references()[key].work.author_year for key in use.keys]
        told = {key: use.settings[key] for key in _TOLD if use.settings.get(key) is not None}
        settings = some([f"{key} {value}" for key, value in told.items()], len(_TOLD))
        parts.append(_method_said(use.method, settings, "; ".join(works)))
    for item in data:
        said = item.work.author_year if isinstance(item, Reference) else item
        parts.append(text("Data: {source}.", source=said))
    parts.append(
        text(
            "Computed with spatialcarbon {version} ({year}).",
            version=__version__,
            year=RELEASED[:4],
        )
    )
    return _sentences(parts)


def _method_said(method: str, settings: str, works: str) -> Text:
    named = Text(method)
    if settings and works:
        return text(
            "{method} ({settings}) follows {works}.", method=named, settings=settings, works=works
        )
    if works:
        return text("{method} follows {works}.", method=named, works=works)
    if settings:
        return text("{method} was computed ({settings}).", method=named, settings=settings)
    return text("{method} was computed.", method=named)


def _sentences(parts: list[Text]) -> Text:
    joined = parts[0]
    for part in parts[1:]:
        joined = text("{first} {second}", first=joined, second=part)
    return joined
