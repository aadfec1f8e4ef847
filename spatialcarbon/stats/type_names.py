"""What to call a type of city: after the industry that dominates it, in either language."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import Name, Text, text
from spatialcarbon.core.language import name as bilingual
from spatialcarbon.core.options import check_option

if TYPE_CHECKING:
    import numpy.typing as npt

Naming = Literal["share", "lq"]
Called = str | Text | tuple[str, str]
"""One name for both languages, or the English and the Chinese."""

INDUSTRIES: Mapping[str, Text] = {
    "energy": text("energy production"),
    "heavy": text("heavy industry"),
    "light": text("light industry"),
    "hightech": text("high-tech industry"),
}
"""The four industries of study 002 by the columns that hold their shares."""


def as_name(called: Called) -> Text:
    """Return a name that can be said in both languages.

    Examples
    --------
    >>> as_name(("steel", "钢铁")).render("zh")
    '钢铁'
    """
    if isinstance(called, Text):
        return called
    if isinstance(called, str):
        return Name(called, {}, "")
    if isinstance(called, Sequence) and [type(part) for part in called] == [str, str]:
        return bilingual(*called)
    raise OptionError(
        "{value!r} is not a name",
        expected="a text, or a pair such as ('steel', '钢铁')",
        value=called,
    )


@dataclass(frozen=True)
class NamingRules:
    """How types get their names.

    Parameters
    ----------
    names : tuple of Text
        Names of the industries.
    by : {"share", "lq"}
        The largest share, or the largest location quotient (share over mean share).
    near_tie : float
        Two industries that differ by less than this are both named.
    """

    names: tuple[Text, ...]
    by: Naming
    near_tie: float

    @classmethod
    def checked(
        cls,
        columns: Iterable[Hashable],
        own: Mapping[Any, Called] | None,
        by: Naming,
        near_tie: float,
    ) -> Self:
        """Return the rules; an industry has the user's name, a customary one, or its column's.

        Raises
        ------
        SchemaError
            For names of columns that are not there.
        """
        listed, given = list(columns), dict(own or {})
        check_option(by, Naming, "naming")
        if not isinstance(near_tie, (int, float)) or not 0 <= near_tie < float("inf"):
            raise OptionError(
                "near_tie={value!r} is not a difference of at least 0", value=near_tie
            )
        strangers = [key for key in given if key not in listed]
        if strangers:
            raise SchemaError(
                "industry_names names columns that are not there: {strangers}",
                expected="columns {columns}",
                strangers=some(map(repr, strangers)),
                columns=some(listed, 12),
            )
        names = tuple(
            as_name(given[column])
            if column in given
            else INDUSTRIES.get(str(column), Text(str(column)))
            for column in listed
        )
        return cls(names, by, float(near_tie))


def type_names(
    centres: npt.NDArray[np.float64], overall: npt.NDArray[np.float64], rules: NamingRules
) -> tuple[Text, ...]:
    """Return the name of each type, no two the same.

    Parameters
    ----------
    centres : array
        Type × industry, in shares.
    overall : array
        Mean share of each industry over all units.
    rules : NamingRules
        What names are made of.

    Notes
    -----
    Types of the same name get their second industry appended, and a number if that
    does not part them either: longer names would be lists, not names.
    """
    score = centres
    if rules.by == "lq":
        # An industry that no unit has is nowhere over-represented.
        score = np.where(overall > 0, centres / np.where(overall > 0, overall, 1.0), 0.0)
    order = np.argsort(-score, axis=1, kind="stable")
    chosen = [
        tuple(ranked[: 1 + _tied(score[c, ranked], rules.near_tie)].tolist())
        for c, ranked in enumerate(order)
    ]
    twice = {part for part in chosen if chosen.count(part) > 1}
    chosen = [
        tuple(order[c, :2].tolist()) if part in twice else part for c, part in enumerate(chosen)
    ]
    said = []
    for c, part in enumerate(chosen):
        joined = _joined([rules.names[i] for i in part])
        number = chosen[:c].count(part) + 1
        alone = chosen.count(part) == 1
        said.append(joined if alone else text("{name} {number}", name=joined, number=number))
    return tuple(said)


def _tied(ranked: npt.NDArray[np.float64], near_tie: float) -> int:
    """Return 1 when the second is nearly as large as the first."""
    return int(len(ranked) > 1 and ranked[0] - ranked[1] < near_tie)


def _joined(names: Sequence[Text]) -> Text:
    if len(names) == 1:
        return names[0]
    return text("{first} + {second}", first=names[0], second=names[1])
