"""How the report sets its words: signs as print has them, nothing torn apart at line ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatialcarbon.core.language import Language

NBSP = "\N{NO-BREAK SPACE}"
_HANZI = "\u3400-\u9fff"
_WIDE = _HANZI + "\u3000-\u303f\uff00-\uffef"
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_UNITS = "%|‰|[kMG]?t|kg|k?m[²³]?|ha|CNY|persons|million|billion|10[⁰-⁹¹²³]+"
_FULL = str.maketrans(",;:?!", "，；：？！")


def pretty(words: str) -> str:
    """Return words with chemical and metric signs as print has them.

    Examples
    --------
    >>> pretty("5,990 t CO2/km2, 10^4 t")
    '5,990 t CO₂/km², 10⁴ t'
    """
    words = re.sub(r"(?<=10)\^(\d+)", lambda match: match[1].translate(_RAISED), words)
    return re.sub(r"\b(k?m)2\b", r"\1²", words).replace("CO2", "CO₂")


def typeset(words: str, language: Language) -> str:
    """How would a typesetter of the language set these words?

    A number keeps its unit, and a letter its equals sign, on one line. Chinese gets the
    full-width marks beside hanzi; a space between hanzi and Latin letters or figures is
    left to the style sheet, so that it has one width everywhere.

    Parameters
    ----------
    words : str
        One or more sentences, not markup.
    language : {"en", "zh"}
        Whose rules apply.

    Examples
    --------
    >>> typeset("p < 0.05 for 12 km2", "en").replace(NBSP, "_")
    'p_<_0.05 for 12_km²'
    >>> typeset("上海, 杭州 (共 2 市)", "zh")
    '上海，杭州（共2市）'
    """
    said = pretty(words)
    if language == "zh":
        said = _chinese(said)
    said = re.sub(rf"(?<=[\d⁰-⁹¹²³]) (?=(?:{_UNITS})(?![\w]))", NBSP, said)
    said = re.sub(r"\b([kMG]?t) (?=CO₂)", rf"\1{NBSP}", said)
    return re.sub(r"(?<![\w])([\wρλτφ]) ([=<>≤≥]) (?=[\d−.])", rf"\1{NBSP}\2{NBSP}", said)


def _chinese(words: str) -> str:
    said = re.sub(rf"(?<=[{_HANZI}]) *([,;:?!])(?: +|(?=[{_HANZI}])|$)", _full, words)
    said = re.sub(
        # What goes on behind the bracket as a formula does is one, and keeps its own marks.
        rf"(?<=[{_HANZI}]) *\(([^()]*)\)(?=[\s,.;:{_WIDE}]|$)|\(([^()]*[{_HANZI}][^()]*)\)",
        lambda match: f"（{match[1] if match[1] is not None else match[2]}）",
        said,
    )
    said = re.sub(r"(?<=\d) +(?=[%‰])", "", said)
    said = re.sub(rf"(?<=[{_WIDE}]) +(?=[\w+−([{_WIDE}])", "", said)
    return re.sub(rf"(?<=[\w%)\]₂²³]) +(?=[{_WIDE}])", "", said)


def _full(match: re.Match[str]) -> str:
    return match[1].translate(_FULL)


def joined(words: Iterable[str], language: Language) -> str:
    """Return several names in a row, parted as the language parts them.

    Examples
    --------
    >>> joined(["a", "b"], "en"), joined(["甲", "乙"], "zh")
    ('a, b', '甲、乙')
    """
    return ("、" if language == "zh" else ", ").join(words)


def citation(numbers: Iterable[int]) -> str:
    """Return the numbers of cited works, runs of three or more drawn together.

    Examples
    --------
    >>> citation([4, 1, 2, 3, 7, 8])
    '1–4, 7, 8'
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [
        [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(number) for number in run] for run in runs
    ]
    return ", ".join(part for run in parts for part in run)
