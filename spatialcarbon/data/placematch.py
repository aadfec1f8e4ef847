"""Which labels of a column are places, and what is known of those that are not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import NameMatchError
from spatialcarbon.data.gazetteer import Level, former_by_key, places
from spatialcarbon.data.gazetteer.lookup import find
from spatialcarbon.data.gazetteer.spelling import tidy
from spatialcarbon.data.names import match_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from spatialcarbon.core.language import Text


@dataclass(frozen=True, kw_only=True)
class PlaceMatch:
    """The labels of a column beside the gazetteer.

    Parameters
    ----------
    level : {"city", "province"}
        What the labels were compared with.
    codes : mapping
        Label → adcode, for those that stand for one place.
    unmatched : mapping
        Label → why it stands for none, with "did you mean".
    renamed : tuple of str
        Matched labels that are names of former boundaries.
    """

    level: Level
    codes: Mapping[str, int]
    unmatched: Mapping[str, Text] = field(default_factory=dict)
    renamed: tuple[str, ...] = ()

    @property
    def total(self) -> int:
        """Return how many different labels there are."""
        return len(self.codes) + len(self.unmatched)

    @property
    def places(self) -> int:
        """Return how many different places the matched labels are: 成都 and 成都市 are one."""
        return len(set(self.codes.values()))

    @property
    def share(self) -> float:
        """Return which share of the labels is matched."""
        return len(self.codes) / self.total if self.total else 0.0


def match_places(labels: Iterable[str], level: Level) -> PlaceMatch:
    """Return which labels are places of a level; none of them is refused.

    Examples
    --------
    >>> found = match_places(["成都市", "襄樊", "成嘟"], "city")
    >>> found.codes, found.renamed
    ({'成都市': 510100, '襄樊': 420600}, ('襄樊',))
    >>> [why.render("en") for why in found.unmatched.values()]
    ['成嘟 is not known; closest: 成都市 (四川省, 510100)']
    """
    codes: dict[str, int] = {}
    unmatched: dict[str, Text] = {}
    renamed: list[str] = []
    for label in dict.fromkeys(labels):
        try:
            codes[label] = int(match_names([label], level=level).iloc[0])
        except NameMatchError as error:
            unmatched[label] = error.params["failures"].items[0]
            continue
        former = find(tidy(label), former_by_key(level))
        if any(place.change == "renamed" and place.goes_on for place in former) and (
            label.removesuffix("市") not in _today(codes[label], level)
        ):
            renamed.append(label)
    return PlaceMatch(level=level, codes=codes, unmatched=unmatched, renamed=tuple(renamed))


def _today(code: int, level: Level) -> tuple[str, ...]:
    return places(level)[code].spellings
