"""The ledger: what a study prints, what its inputs give, and what the difference means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, get_args

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.core.options import check_option, suggestion

if TYPE_CHECKING:
    import pandas as pd

Study = Literal["000", "001", "002", "003", "004"]
Verdict = Literal["reproduced", "assumption", "not reproducible", "inconsistent", "unexplained"]

VERDICTS: dict[Verdict, Text] = {
    "reproduced": text("reproduced to print precision"),
    "assumption": text("reproduced with a documented assumption"),
    "not reproducible": text("not reproducible"),
    "inconsistent": text("printed value inconsistent"),
    "unexplained": text("different, and not explained"),
}
"""What each verdict says. A test keeps ``"unexplained"`` out of the shipped ledger."""


TABLES: dict[str, Text] = {
    "Table 1": text("Table 1"),
    "Table 2": text("Table 2"),
    "Table 3": text("Table 3"),
    "Table 4": text("Table 4"),
    "Table 5": text("Table 5"),
    "Text": text("Text"),
}
"""Where a number is printed."""

KINDS: dict[str, Text] = {
    "rank": text("rank"),
    "count": text("count"),
    "year": text("calendar year"),
    "1 = true": text("1 = true"),
    "sign": text("sign"),
    "stars": text("stars"),
}
"""What numbers are that have no unit of measure."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One printed number and ours, before they are judged.

    Parameters
    ----------
    item : Text
        What the number is.
    printed : float
        As printed; a statement that is true or false is 1.
    ours : float or None
        From the inputs; ``None`` where they do not allow it.
    assumption : Text or None
        What had to be assumed for ours; a difference of up to ``within`` is
        then explained by it.
    within : float
        See ``assumption``; in the unit of the number.
    proof : Text or None
        Why the printed number cannot hold beside the others of its study.
    missing : Text or None
        What is not printed and not open, so that the number cannot be computed.
    unit : str or None
        Unit of measure, where it is not that of its table.
    decimals : int or None
        Digits printed after the point, where they are not those of its table.
    """

    item: Text
    printed: float
    ours: float | None
    assumption: Text | None = None
    within: float = 0.0
    proof: Text | None = None
    missing: Text | None = None
    unit: str | None = None
    decimals: int | None = None


Part = Callable[[], Iterator[Line]]


@dataclass(frozen=True)
class Source:
    """A table of a study, or a part of its text, and the function that recomputes it."""

    study: Study
    table: str
    unit: str
    decimals: int
    compute: Part

    @property
    def code(self) -> str:
        """Where the numbers are computed."""
        return f"{self.compute.__module__}.{self.compute.__qualname__}"


_SOURCES: dict[str, list[Source]] = {}


def part(study: Study, table: str, *, unit: str, decimals: int) -> Callable[[Part], Part]:
    """Register a function that yields the lines of a table.

    Parameters
    ----------
    study : {"000", "001", "002", "003", "004"}
    table : str
        ``"Table 3"``, or ``"Text"``.
    unit : str
        Unit of measure of its numbers.
    decimals : int
        Digits printed after the point: ours agrees if it rounds to the print.
    """

    def register(compute: Part) -> Part:
        _SOURCES.setdefault(study, []).append(Source(study, table, unit, decimals, compute))
        return compute

    return register


def sources(study: Study) -> list[Source]:
    """Return what is registered for a study, in the order of its tables, the text last."""
    import_module(f"spatialcarbon.replication.study{study}")
    order = list(TABLES)
    return sorted(_SOURCES[study], key=lambda source: order.index(source.table))


def judge(line: Line, decimals: int) -> tuple[Verdict, Text | None]:
    """Return the verdict on a line, and its reason.

    Examples
    --------
    >>> judge(Line(item=text("share"), printed=0.14, ours=0.1428), 2)
    ('reproduced', None)
    >>> judge(Line(item=text("share"), printed=0.14, ours=0.1501), 2)
    ('unexplained', None)
    """
    if line.ours is None:
        return ("not reproducible" if line.missing else "unexplained"), line.missing
    half = 0.5 * 10.0**-decimals
    apart = abs(line.printed - line.ours)
    # A number that lies half a digit away rounds to the print under one of the two usual rules.
    if apart <= half + 1e-9 * max(1.0, abs(line.printed)):
        return ("assumption", line.assumption) if line.assumption else ("reproduced", None)
    if line.proof is not None:
        return "inconsistent", line.proof
    if line.missing is not None:
        return "not reproducible", line.missing
    if line.assumption is not None and apart <= line.within:
        return "assumption", line.assumption
    return "unexplained", None


def replicate(
    study: str | None = None, *, table: str | None = None, language: Language = "en"
) -> pd.DataFrame:
    """Which printed numbers of the five studies come out, and why not the others?

    Every number is computed afresh from the shipped tables.

    Parameters
    ----------
    study : {"000", "001", "002", "003", "004"}, optional
        One study; all by default.
    table : str, optional
        One table of it, such as ``"Table 4"``, or ``"Text"``.
    language : {"en", "zh"}
        Language of ``item`` and ``reason``.

    Returns
    -------
    DataFrame
        One row for each number: ``study``, ``table``, ``item``, ``printed``,
        ``ours`` (missing where it cannot be computed), ``difference`` (ours less
        printed), ``unit``, ``decimals`` printed, ``verdict``, ``reason`` and
        ``code``, the function that computes it.

        The verdicts: ``reproduced`` (ours rounds to the print), ``assumption``
        (it does so, or nearly, under the assumption that is named), ``not
        reproducible`` (something is neither printed nor open), ``inconsistent``
        (other numbers of the same study, the data that it names or arithmetic
        contradict it; ``reason`` has the proof).

    Raises
    ------
    OptionError
        For a study or a table that is not there.

    Examples
    --------
    >>> ledger = replicate("000")
    >>> ledger.loc[ledger["unit"] == "%", ["printed", "ours", "verdict"]].round(2).values.tolist()
    [[65.1, 65.42, 'inconsistent']]
    """
    import pandas as pd

    check_option(language, Language, "language")
    wanted: tuple[Study, ...] = get_args(Study)
    if study is not None:
        check_option(study, Study, "study")
        wanted = tuple(name for name in wanted if name == study)
    every = [source for name in wanted for source in sources(name)]
    tables = list(dict.fromkeys(source.table for source in every))
    if table is not None and table not in tables:
        raise OptionError(
            "the ledger has no {table!r}",
            expected="{tables}",
            fix="{close}",
            table=table,
            tables=", ".join(tables),
            close=suggestion(table, tables),
        )
    rows = [
        row(source, line, language)
        for source in every
        if table in (None, source.table)
        for line in source.compute()
    ]
    frame = pd.DataFrame(rows)
    frame["ours"] = frame["ours"].astype(float)
    frame.insert(5, "difference", frame["ours"] - frame["printed"])
    return frame


def row(source: Source, line: Line, language: Language) -> dict[str, object]:
    """Return a judged line as a row of the ledger."""
    decimals = source.decimals if line.decimals is None else line.decimals
    verdict, reason = judge(line, decimals)
    return {
        "study": source.study,
        "table": source.table,
        "item": line.item.render(language),
        "printed": float(line.printed),
        "ours": None if line.ours is None else float(line.ours),
        "unit": source.unit if line.unit is None else line.unit,
        "decimals": decimals,
        "verdict": verdict,
        "reason": "" if reason is None else reason.render(language),
        "code": source.code,
    }
