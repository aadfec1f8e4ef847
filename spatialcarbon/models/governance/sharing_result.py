"""What a rule of sharing returns: one number per player, and what each would have alone."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from dataclasses import dataclass
from typing import Any

import pandas as pd

from spatialcarbon.core.results import Result


@dataclass(frozen=True, kw_only=True, eq=False)
class SharingResult(Result):
    """Shares of what all players are worth together; ``result["a"]`` is the share of a.

    Parameters
    ----------
    shares : Series
        Index player: what each gets, in the measure of the worths.
    standalone : Series
        Index player: what each has without the others, its worth alone or the status quo.
    standard_error : Series or None
        Index player: standard error of the share, when it was estimated by sampling.
    excesses : tuple of float
        Nucleolus only: the dissatisfaction that remains, the largest first.
    certificate : float or None
        Nucleolus only: by how much Kohlberg's test of the answer fails; 0 is a proof.

    Examples
    --------
    One left glove and two right ones; only pairs are worth something:

    >>> import spatialcarbon as sc
    >>> def pairs(group):
    ...     return min(len(group & {"left"}), len(group & {"right", "other"}))
    >>> everybody = ["left", "right", "other"]
    >>> found = sc.shapley(pairs, everybody)
    >>> round(found["left"], 4), round(found.total, 4)
    (0.6667, 1.0)
    >>> list(found.keys()), [round(share, 4) for share in found.values()]
    (['left', 'right', 'other'], [0.6667, 0.1667, 0.1667])
    >>> dict(found.items()) == found.shares.to_dict(), found.gain.equals(found.shares)
    (True, True)
    >>> found.to_frame()[["player", "share"]].round(4).to_numpy().tolist()[0]
    ['left', 0.6667]
    """

    shares: pd.Series[float]
    standalone: pd.Series[float]
    standard_error: pd.Series[float] | None = None
    excesses: tuple[float, ...] = ()
    certificate: float | None = None

    @property
    def gain(self) -> pd.Series[float]:
        """What each player gets beyond what it has without the others."""
        return (self.shares - self.standalone).rename("gain")

    @property
    def total(self) -> float:
        """The sum of the shares."""
        return float(self.shares.sum())

    def __getitem__(self, player: Any) -> float:
        """Return the share of one player."""
        return float(self.shares[player])

    def __iter__(self) -> Iterator[Any]:
        """Go through the players."""
        return iter(self.shares.index)

    def __len__(self) -> int:
        """Return the number of players."""
        return len(self.shares)

    def __contains__(self, player: object) -> bool:
        """Return whether somebody is a player."""
        return player in self.shares.index

    def keys(self) -> KeysView[Any]:
        """Return the players, so that ``dict(result)`` and ``pd.Series(result)`` work."""
        return self.shares.to_dict().keys()

    def values(self) -> ValuesView[float]:
        """Return the shares."""
        return self.shares.to_dict().values()

    def items(self) -> ItemsView[Any, float]:
        """Return players with their shares."""
        return self.shares.to_dict().items()

    def to_frame(self) -> pd.DataFrame:
        """Return a row per player: share, standalone, gain and standard_error."""
        error = float("nan") if self.standard_error is None else self.standard_error.to_numpy()
        return pd.DataFrame(
            {
                "player": self.shares.index,
                "share": self.shares.to_numpy(),
                "standalone": self.standalone.to_numpy(),
                "gain": self.gain.to_numpy(),
                "standard_error": error,
            }
        )


# So that pandas, and every function here that takes a mapping of shares, take the result itself.
Mapping.register(SharingResult)
