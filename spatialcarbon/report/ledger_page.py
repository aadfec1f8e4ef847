"""The replication ledger as a page: a summary, and every number with filters."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from spatialcarbon._version import __version__
from spatialcarbon.core.language import Language, Text
from spatialcarbon.core.references import references
from spatialcarbon.replication.ledger import KINDS, TABLES, VERDICTS
from spatialcarbon.report.lettering import unit_label
from spatialcarbon.report.templating import rendered

if TYPE_CHECKING:
    import pandas as pd

_MARKS = {
    "reproduced": "✓",
    "assumption": "≈",
    "not reproducible": "–",
    "inconsistent": "≠",
    "unexplained": "?",
}
_MOST_DIGITS = 6


def ledger_page(ledger: pd.DataFrame, language: Language) -> str:
    """Return the ledger as one HTML page that needs no network.

    Parameters
    ----------
    ledger : DataFrame
        From :func:`spatialcarbon.replicate`, in the same language.
    language : {"en", "zh"}
        Language of headings and verdicts.

    Returns
    -------
    str
        HTML with a summary and a table that can be filtered and sorted.
    """
    return rendered("ledger.html.j2", **_content(ledger, language))


def ledger_fragment(ledger: pd.DataFrame, language: Language) -> str:
    """Return summary, filters and table alone, to stand in another page."""
    return rendered("ledger_table.html.j2", **_content(ledger, language))


def _content(ledger: pd.DataFrame, language: Language) -> dict[str, Any]:
    present = [key for key in VERDICTS if (ledger["verdict"] == key).any()]
    counts = ledger.groupby(["study", "verdict"]).size().unstack(fill_value=0)
    return {
        "language": language,
        "version": __version__,
        "t": partial(_say, language),
        "verdicts": {key: VERDICTS[key].render(language) for key in present},
        "marks": _MARKS,
        "summary": [
            {
                "study": study,
                "work": references()[f"study{study}"].text,
                "counts": [int(row.get(key, 0)) for key in present],
                "total": int(row.sum()),
            }
            for study, row in counts.iterrows()
        ],
        "tables": {key: TABLES[key].render(language) for key in dict.fromkeys(ledger["table"])},
        "studies": list(dict.fromkeys(ledger["study"])),
        "rows": [_row(row, language) for row in ledger.to_dict("records")],
    }


def _say(language: Language, words: str, **params: object) -> str:
    return Text(words, params).render(language)


def _row(row: Mapping[Any, Any], language: Language) -> dict[str, Any]:
    decimals = int(row["decimals"])
    missing = row["ours"] != row["ours"]
    unit = str(row["unit"])
    whole = unit in KINDS
    finer = decimals if whole else min(decimals + 2, _MOST_DIGITS)
    return {
        **row,
        "unit": KINDS[unit].render(language) if whole else _unit(unit, language),
        "printed_text": _number(float(row["printed"]), decimals, year=unit == "year"),
        "ours_text": "–" if missing else _number(float(row["ours"]), finer, year=unit == "year"),
        "difference_text": "–" if missing else _number(float(row["difference"]), finer),
        "sort": {
            "printed": repr(float(row["printed"])),
            "ours": "" if missing else repr(float(row["ours"])),
            "difference": "" if missing else repr(abs(float(row["difference"]))),
        },
        "mark": _MARKS[str(row["verdict"])],
    }


def _unit(unit: str, language: Language) -> str:
    """Return how a unit is written; a pure number has none."""
    return "" if unit == "1" else unit_label(unit, language)


def _number(value: float, decimals: int, *, year: bool = False) -> str:
    shown = f"{value:.0f}" if year else f"{value:,.{decimals}f}"
    if float(shown.replace(",", "")) == 0:  # no minus before a zero
        shown = shown.lstrip("-")
    return shown.replace("-", "−")
