"""What grey relational degrees are computed from: normalisation, differences, coefficients, ranks.

The sums are exact (``math.fsum``), so that a result does not hang on the order of the rows.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from spatialcarbon.core.errors import DegenerateDataError, OptionError, SchemaError, some
from spatialcarbon.core.language import Text, listed, text
from spatialcarbon.core.options import check_option

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Normalisation = Literal["mean", "initial", "max", "minmax", "zscore", "none"]

MIN_OBSERVATIONS = 2
ROUNDING = 32 * float(np.finfo(np.float64).eps)
"""What arithmetic may blur, relative to the largest value of a series."""

TIE_DIGITS = 12
"""Degrees that agree to so many decimals share their rank."""

_NOT_ZERO = text("a mean or first value other than zero")
_POSITIVE = text("a largest value above zero")
_VARIED = text("values that are not all the same")


def checked_options(normalisation: str, rho: float, reverse: str | Iterable[str]) -> set[str]:
    """Return the names of the reversed factors, after checking what goes with what."""
    check_option(normalisation, Normalisation, "normalisation")
    number = rho if isinstance(rho, (int, float)) and not isinstance(rho, bool) else math.nan
    if not 0.0 < number <= 1.0:
        raise OptionError("rho={rho!r} must be above zero and at most one", fix="rho=0.5", rho=rho)
    names = {reverse} if isinstance(reverse, str) else {str(name) for name in reverse}
    if names and normalisation != "minmax":
        raise OptionError(
            "reverse={names} has no meaning with normalisation={normalisation!r}",
            expected="the normalisation that runs from the least to the most",
            fix="normalisation='minmax'",
            names=sorted(names),
            normalisation=normalisation,
        )
    return names


def check_reversed(names: set[str], known: Sequence[str]) -> None:
    """Raise for a reversed factor that is none."""
    strange = names - set(known)
    if strange:
        raise OptionError(
            "reverse names {strange}, which is no factor",
            expected="among {known}",
            strange=some(sorted(strange)),
            known=some(known, 12),
        )


def observation_shares(weights: pd.Series[float]) -> pd.Series[float]:
    """Return weights divided by their sum."""
    if (weights < 0).any():
        raise SchemaError(
            "weights of observations are negative for {labels}",
            labels=some(weights.index[weights < 0]),
        )
    total = math.fsum(weights)
    if total <= 0:
        raise DegenerateDataError("the weights of all observations are zero")
    return weights / total


def differences(
    data: pd.DataFrame,
    series: Sequence[Hashable],
    normalisation: Normalisation,
    reverse: set[str],
) -> tuple[Floats, list[Text]]:
    """Return |x0* − xj*|, observation × factor, of a table whose first column is the reference."""
    values = data.to_numpy(dtype=np.float64)
    scaled, blur, turned = np.empty_like(values), np.empty(values.shape[1]), []
    for at, name in enumerate(series):
        scaled[:, at], blur[at], divisor = _normalised(
            values[:, at], name, normalisation, reverse=at > 0 and str(name) in reverse
        )
        if divisor < 0:
            turned.append(name)
    delta = np.abs(scaled[:, :1] - scaled[:, 1:])
    # Series that are proportional differ by rounding alone; left there, it would be M.
    delta[delta <= blur[0] + blur[1:]] = 0.0
    remarks = []
    if normalisation == "initial":
        remarks.append(
            text(
                "each series is divided by its first value ({label}): row order matters",
                label=data.index[0],
            )
        )
    if turned:
        names = listed((n if isinstance(n, Text) else Text(str(n)) for n in turned), 5)
        remarks.append(
            text("divided by a negative number, and so turned round: {names}", names=names)
        )
    return delta, remarks


def _normalised(
    x: Floats, name: Hashable, kind: Normalisation, *, reverse: bool
) -> tuple[Floats, float, float]:
    """Return the normalised series, what rounding may have added to it, and its divisor."""
    low, high, size = float(x.min()), float(x.max()), float(np.abs(x).max())
    centre, scale, wanted = 0.0, 1.0, _VARIED
    if kind in ("mean", "initial"):
        scale, wanted = (math.fsum(x) / len(x) if kind == "mean" else float(x[0])), _NOT_ZERO
    elif kind == "max":
        scale, wanted = max(high, 0.0), _POSITIVE
    elif kind == "minmax":
        centre, scale = low, high - low
    elif kind == "zscore":
        centre = math.fsum(x) / len(x)
        constant = high - low <= ROUNDING * size
        scale = 0.0 if constant else math.sqrt(math.fsum((x - centre) ** 2) / len(x))
    if kind != "none" and abs(scale) <= ROUNDING * size:
        raise DegenerateDataError(
            "{series} cannot be normalised by {kind!r}",
            expected="{wanted}",
            fix="another normalisation=, or leave the series out",
            series=name,
            kind=kind,
            wanted=wanted,
        )
    scaled = (high - x) / scale if reverse else (x - centre) / scale
    return scaled, ROUNDING * size / abs(scale), scale


def coefficients(delta: Floats, m: float, largest: float, rho: float) -> Floats:
    """Return the relational coefficients; all are one where no series differs."""
    if largest <= 0.0:
        return np.ones_like(delta)
    return np.asarray((m + rho * largest) / (delta + rho * largest))


def degrees(xi: Floats, share: pd.Series[float]) -> list[float]:
    """Return the weighted mean of each column of coefficients."""
    v = share.to_numpy(dtype=np.float64)
    # Shares of thirds may sum to a hair above one; a degree may not.
    return [min(math.fsum(v * column), 1.0) for column in xi.T]


def ranks(degree: pd.Series[float]) -> pd.Series[float]:
    """Return ranks, the largest degree first; ties share their mean rank."""
    ranked: pd.Series[float] = degree.round(TIE_DIGITS).rank(ascending=False, method="average")
    return ranked.rename("rank")
