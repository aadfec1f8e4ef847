"""What every division of units into types has: labels, centres, names, counts by group."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.core.results import Result
from spatialcarbon.stats.industry_input import Points, Scaling, SharesTable, original_units
from spatialcarbon.stats.moran_panel import group_members
from spatialcarbon.stats.type_names import Called, NamingRules, as_name, type_names

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.core.language import Language, Text

    Positions = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True, eq=False)
class TypesResult(Result):
    """Units sorted into types by their shares.

    Parameters
    ----------
    labels : Series
        Type of each unit, from 1, in the order of the table.
    centres : DataFrame
        Type × industry, in shares.
    titles : tuple of Text
        Name of each type in both languages.
    industries : tuple of Text
        Name of each industry in both languages.
    overall : Series
        Mean share of each industry over all units.
    dropped : tuple
        Units left out because a share was missing.
    illustrative : bool
        Whether the shares are invented; figures and reports then say so.

    Examples
    --------
    As :func:`spatialcarbon.industry_clusters` gives them:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> shares = pd.DataFrame({"energy": [0.8, 0.6, 0.3, 0.1]}, index=list("abcd"))
    >>> shares["light"] = 1 - shares["energy"]
    >>> types = sc.industry_clusters(shares, k=2, gap_samples=0, bootstraps=0)
    >>> types.k, types.sizes.tolist(), types.names.tolist()
    (2, [2, 2], ['energy production', 'light industry'])
    >>> types.names_in("zh").tolist()
    ['能源生产', '轻工业']
    >>> types.counts({"west": ["a", "b"], "east": ["c", "d"]}).to_numpy().tolist()
    [[2, 0], [0, 2]]
    >>> types.renamed({1: "coal cities"}).to_frame()["name"].tolist()
    ['coal cities', 'coal cities', 'light industry', 'light industry']
    """

    labels: pd.Series[int]
    centres: pd.DataFrame
    titles: tuple[Text, ...]
    industries: tuple[Text, ...]
    overall: pd.Series[float]
    dropped: tuple[Any, ...] = ()
    illustrative: bool = False

    @property
    def k(self) -> int:
        """How many types there are."""
        return len(self.centres)

    @property
    def names(self) -> pd.Series[str]:
        """The name of each type in English."""
        return self.names_in("en")

    def names_in(self, language: Language) -> pd.Series[str]:
        """Return the name of each type in one language."""
        said = [title.render(language) for title in self.titles]
        return pd.Series(said, index=self.centres.index, name="name")

    @property
    def sizes(self) -> pd.Series[int]:
        """How many units each type has."""
        return self.labels.value_counts().reindex(self.centres.index).rename("units")

    def counts(
        self, groups: pd.Series[Any] | Mapping[str, Iterable[Any]], *, language: Language = "en"
    ) -> pd.DataFrame:
        """Return how many units of each type each group has.

        Parameters
        ----------
        groups : Series or mapping
            City cluster of each unit, or units of each cluster; units of no group,
            and those that were left out, are not counted.
        language : {"en", "zh"}
            Of the headings.

        Returns
        -------
        DataFrame
            Group × type (by name); rows in the order in which the groups are given.
        """
        # Units that were left out may be in the groups, but have no type.
        kept: Any = groups
        if isinstance(groups, pd.Series):
            kept = groups[~groups.index.isin(list(self.dropped))]
        elif isinstance(groups, Mapping):
            kept = {g: [u for u in units if u not in self.dropped] for g, units in groups.items()}
        members = group_members(kept, self.labels.index, overall=False)
        table = {
            group: [int((self.labels.loc[units] == kind).sum()) for kind in self.centres.index]
            for group, units in members.items()
        }
        return pd.DataFrame.from_dict(
            table, orient="index", columns=pd.Index(self.names_in(language), name="type")
        ).rename_axis("group")

    def renamed(self, names: Mapping[int, Called]) -> Self:
        """Return the same types with other names for some of them.

        Parameters
        ----------
        names : mapping
            Type number → name, or a pair of its English and its Chinese name.
        """
        strangers = [number for number in names if number not in self.centres.index]
        if strangers:
            raise OptionError(
                "there is no type {strangers}",
                expected="one of {known}",
                strangers=some(strangers),
                known=some(self.centres.index, 20),
            )
        titles = list(self.titles)
        for number, called in names.items():
            titles[number - 1] = as_name(called)
        return replace(self, titles=tuple(titles))

    def to_frame(self) -> pd.DataFrame:
        """Return the unit, the number and the name of its type."""
        frame = self.labels.rename("type").rename_axis("unit").reset_index()
        frame["name"] = self.names.loc[frame["type"]].to_numpy()
        return frame


def ordered(labels: Positions, points: Points, scaling: Scaling) -> Positions:
    """Renumber clusters from 0: by dominant industry, then the larger, then the first unit.

    The first unit is that of the sorted labels, not of the table: the order of
    the rows changes nothing.
    """
    centres = original_units(points, labels, scaling)
    keys = [
        (
            int(np.argmax(centres[c])),
            -int((labels == c).sum()),
            int(points.rank[labels == c].min()),
        )
        for c in range(len(centres))
    ]
    place = np.empty(len(centres), dtype=np.intp)
    place[sorted(range(len(centres)), key=keys.__getitem__)] = np.arange(len(centres))
    return place[labels]


def described(
    table: SharesTable,
    points: Points,
    labels: Positions,
    scaling: Scaling,
    rules: NamingRules,
) -> dict[str, Any]:
    """Return the fields of :class:`TypesResult` for clusters numbered from 0."""
    columns = table.frame.columns
    centres = original_units(points, labels, scaling)
    overall = points.base.mean(axis=0)
    return {
        "labels": points.as_series(labels + 1, "type"),
        "centres": pd.DataFrame(
            centres, index=pd.RangeIndex(1, len(centres) + 1, name="type"), columns=columns
        ),
        "titles": type_names(centres, overall, rules),
        "industries": rules.names,
        "overall": pd.Series(overall, index=columns, name="mean share"),
        "dropped": table.dropped,
        "illustrative": table.illustrative,
    }
