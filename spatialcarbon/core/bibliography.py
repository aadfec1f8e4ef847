"""The literature as BibTeX, read strictly; and its words in the styles that are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ENTRY = re.compile(r"@(?P<kind>\w+)\{(?P<key>[^,\s]+),\n(?P<body>.*?)\n\}\n", re.DOTALL)
_FIELD = re.compile(r"\s*(?P<name>[a-z]+)\s*=\s*")
_LATEX = {
    r"\textdegree": "°",
    r"\&": "&",
    r"\%": "%",
    r"\_": "_",
    "---": "—",
    "--": "–",
    "~": "\N{NO-BREAK SPACE}",
}
_ACCENT = re.compile(r"\\(['\"`^~=.]|[cvuH](?=[\s{]))\s*\{?(\\?[A-Za-z])\}?")
_MARKS = {
    "'": "\N{COMBINING ACUTE ACCENT}",
    '"': "\N{COMBINING DIAERESIS}",
    "`": "\N{COMBINING GRAVE ACCENT}",
    "^": "\N{COMBINING CIRCUMFLEX ACCENT}",
    "~": "\N{COMBINING TILDE}",
    "c": "\N{COMBINING CEDILLA}",
    "v": "\N{COMBINING CARON}",
    "u": "\N{COMBINING BREVE}",
    "H": "\N{COMBINING DOUBLE ACUTE ACCENT}",
}
_CSL = {
    "article": "article-journal",
    "book": "book",
    "incollection": "chapter",
    "inproceedings": "paper-conference",
    "phdthesis": "thesis",
    "techreport": "report",
    "manual": "report",
    "misc": "document",
    "software": "software",
}


@dataclass(frozen=True)
class Work:
    """One entry of the bibliography.

    Parameters
    ----------
    key, kind : str
        Citation key; kind of entry, such as ``"article"``.
    fields : mapping
        Fields as written, LaTeX included.
    bibtex : str
        The whole entry as written.
    """

    key: str
    kind: str
    fields: Mapping[str, str]
    bibtex: str

    def plain(self, name: str) -> str:
        """Return a field without LaTeX, or an empty string.

        Examples
        --------
        >>> Work("k", "book", {"title": "Indicators of association---{LISA}"}, "").plain("title")
        'Indicators of association—LISA'
        """
        return plain(self.fields.get(name, ""))

    @property
    def author_year(self) -> str:
        """The work as it is named in running text.

        Examples
        --------
        >>> fields = {"author": "Cliff, A. D. and Ord, J. K.", "year": "1981"}
        >>> Work("cliff1981", "book", fields, "").author_year
        'Cliff & Ord 1981'
        """
        people = [
            person.get("family") or person["literal"]
            for person in names(self.fields.get("author", ""))
        ]
        several = len(people) > 2 or "others" in people
        said = f"{people[0]} et al." if several else " & ".join(people)
        return f"{said} {self.plain('year')}".strip()

    @property
    def csl(self) -> dict[str, object]:
        """The entry as an item of CSL-JSON."""
        item: dict[str, object] = {
            "id": self.key,
            "type": _CSL[self.kind],
            "title": self.plain("title"),
            "author": names(self.fields.get("author", "")),
        }
        if "editor" in self.fields:
            item["editor"] = names(self.fields["editor"])
        year = self.plain("year")
        item["issued"] = {"date-parts": [[int(year)]]} if year.isdecimal() else {"literal": year}
        for field, variable in (
            ("journal", "container-title"),
            ("booktitle", "container-title"),
            ("volume", "volume"),
            ("number", "issue"),
            ("pages", "page"),
            ("publisher", "publisher"),
            ("school", "publisher"),
            ("institution", "publisher"),
            ("organization", "publisher"),
            ("address", "publisher-place"),
            ("edition", "edition"),
            ("version", "version"),
            ("doi", "DOI"),
            ("note", "note"),
        ):
            if self.plain(field):
                item[variable] = self.plain(field)
        return item


def parse(source: str) -> dict[str, Work]:
    """Return the works of a BibTeX file by key; every entry ends with a brace on its own line.

    Raises
    ------
    ValueError
        For a key that stands twice, a field that is not closed, or text between entries.
    """
    found: dict[str, Work] = {}
    end = 0
    for match in _ENTRY.finditer(source):
        if source[end : match.start()].strip():
            raise ValueError(f"unreadable before {match['key']}: {source[end : match.start()]!r}")
        if match["key"] in found:
            raise ValueError(f"{match['key']} stands twice")
        found[match["key"]] = Work(
            match["key"], match["kind"], _fields(match["body"]), match[0].rstrip("\n")
        )
        end = match.end()
    if source[end:].strip():
        raise ValueError(f"unreadable: {source[end : end + 80]!r}")
    return found


def _fields(body: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    at = 0
    while match := _FIELD.match(body, at):
        at = match.end()
        stop = _closing(body, at) if body[at] == "{" else re.compile(r"[,\n]|$").search(body, at)
        edge = stop if isinstance(stop, int) else (stop.start() if stop else len(body))
        value = body[at + 1 : edge - 1] if body[at] == "{" else body[at:edge]
        fields[match["name"]] = value.strip()
        at = edge + (edge < len(body) and body[edge] == ",")
    if body[at:].strip():
        raise ValueError(f"unreadable field: {body[at:]!r}")
    return fields


def _closing(body: str, at: int) -> int:
    depth = 0
    for i in range(at, len(body)):
        depth += {"{": 1, "}": -1}.get(body[i], 0)
        if depth == 0:
            return i + 1
    raise ValueError(f"a brace is not closed: {body[at : at + 60]!r}")


def plain(latex: str) -> str:
    r"""Return words without LaTeX.

    Examples
    --------
    >>> plain(r"Rodr{\'\i}guez {and} L{\"o}f, 17--23")
    'Rodríguez and Löf, 17–23'
    """
    import unicodedata

    def accented(match: re.Match[str]) -> str:
        letter = match[2].removeprefix("\\")
        return unicodedata.normalize("NFC", letter + _MARKS[match[1]])

    words = _ACCENT.sub(accented, latex)
    for code, character in _LATEX.items():
        words = words.replace(code, character)
    return " ".join(words.replace("{", "").replace("}", "").split())


def names(field: str) -> list[dict[str, str]]:
    """Return the people of a field as CSL has them.

    Examples
    --------
    >>> names("Cliff, A. D. and {World Bank}")
    [{'family': 'Cliff', 'given': 'A. D.'}, {'literal': 'World Bank'}]
    """
    people: list[dict[str, str]] = []
    for person in re.split(r"\s+and\s+", field.strip()):
        family, comma, given = plain(person).partition(", ")
        people.append({"family": family, "given": given} if comma else {"literal": family})
    return people


def sentence(work: Work) -> str:
    """Return a work as one line of a list of references: authors, year, title, where, pages.

    Examples
    --------
    >>> fields = {
    ...     "author": "Moran, P. A. P.",
    ...     "title": "Notes",
    ...     "journal": "Biometrika",
    ...     "year": "1950",
    ...     "volume": "37",
    ...     "number": "{1/2}",
    ...     "pages": "17--23",
    ... }
    >>> sentence(Work("moran1950", "article", fields, ""))
    'Moran, P. A. P. (1950). Notes. Biometrika 37(1/2): 17–23.'
    """
    dated = work.plain("year")
    said = _authors(work.fields.get("author", ""))
    said += f" ({dated})." if dated.isdecimal() else "" if said.endswith(".") else "."
    title = work.plain("title")
    if work.plain("edition"):
        title += f", {work.plain('edition')} ed."
    return _closed(f"{said} {title}") + "".join(f" {part}" for part in _where(work))


def _where(work: Work) -> list[str]:
    """Return the sentences that say where a work appeared."""
    field = work.plain
    pages = field("pages")
    if work.kind == "article":
        issue = f"({field('number')})" if field("number") else ""
        place = field("volume") or (field("year") if issue else "")
        return [f"{field('journal')} {place}{issue}: {pages}." if pages else f"{field('journal')}."]
    publisher = next(
        filter(None, map(field, ("publisher", "school", "institution", "organization"))),
        field("howpublished"),
    )
    printed = ": ".join(filter(None, (field("address"), publisher)))
    if work.kind in ("incollection", "inproceedings"):
        volume = f" {field('volume')}" if work.kind == "inproceedings" and field("volume") else ""
        inside = _editors(work) + field("booktitle") + volume
        placed = ". ".join(filter(None, (inside, printed)))
        return [_closed("In " + (f"{placed}, {pages}" if pages else placed))]
    if work.kind == "phdthesis":
        printed = f"Dissertation, {printed}"
    return [_closed(words) for words in (printed, field("note")) if words]


def _editors(work: Work) -> str:
    if "editor" not in work.fields:
        return ""
    people = [
        f"{person['given']} {person['family']}" if "given" in person else person["literal"]
        for person in names(work.fields["editor"])
    ]
    listed = ", ".join(people[:-1])
    return (f"{listed} & {people[-1]}" if listed else people[-1]) + " (eds), "


def _closed(words: str) -> str:
    return words if words.endswith((".", "?", "!")) else words + "."


def _authors(field: str) -> str:
    people = names(field)
    more = people[-1] == {"literal": "others"}
    said = [
        f"{person['family']}, {_initials(person['given'])}"
        if "given" in person
        else person["literal"]
        for person in people[: -1 if more else None]
    ]
    if more:
        return ", ".join([*said, "et al."])
    if len(said) == 1:
        return said[0]
    comma = "," if any("given" in person for person in people) else ""
    return ", ".join(said[:-1]) + f"{comma} & {said[-1]}"


def _initials(given: str) -> str:
    """Return given names as initials.

    Examples
    --------
    >>> _initials("Pierre-François"), _initials("Peter D."), _initials("A.")
    ('P.-F.', 'P. D.', 'A.')
    """
    return " ".join(
        "-".join(part if part.endswith(".") else f"{part[0]}." for part in word.split("-"))
        for word in given.split()
    )
