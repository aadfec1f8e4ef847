"""How many numbers of a study come out, counted in the replication ledger, with links to it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, get_args
from urllib.parse import quote

if TYPE_CHECKING:
    import pandas as pd

WORDS = {
    "reproduced": "reproduced to print precision",
    "assumption": "reproduced with a stated assumption",
    "not reproducible": "not reproducible",
    "inconsistent": "inconsistent",
}
"""The verdicts of the ledger, as a sentence has them."""


@cache
def _replicated(study: str) -> pd.DataFrame:
    from spatialcarbon.replication.ledger import replicate

    return replicate(study)


def _counts(rows: pd.DataFrame, query: str) -> list[str]:
    """Return the number of rows and of each verdict as links to the filtered ledger."""
    counts = rows["verdict"].value_counts()

    def link(number: int, more: str = "") -> str:
        place = f"ledger.html?{query}{more}#ledger"
        return f'<a class="reference internal" href="{place}">{number:,}</a>'

    return [
        link(len(rows)),
        *(
            link(counts[key], f"&amp;verdict={quote(key)}") if key in counts else "–"
            for key in WORDS
        ),
    ]


def standing(what: str) -> str:
    """Return a sentence on a study's table: ``004 Table 5``."""
    study, _, name = what.partition(" ")
    rows = _replicated(study)
    rows = rows[rows["table"] == name]
    every, *counts = _counts(rows, f"study={study}&amp;table={quote(name)}")
    said = [
        f"{count} {words}"
        for count, words in zip(counts, WORDS.values(), strict=True)
        if count != "–"
    ]
    place = "the text" if name == "Text" else name
    return f"In the {{doc}}`ledger`: {every} numbers of {place}; {', '.join(said)}."


def standings(_: str) -> str:
    """Return a table of all studies."""
    from spatialcarbon.replication.ledger import Study

    head = ("study", "numbers", *WORDS.values())
    rows = [(study, *_counts(_replicated(study), f"study={study}")) for study in get_args(Study)]
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
