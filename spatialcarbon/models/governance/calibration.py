"""Parameters of the emission game from a few prices and shares, each with where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import check_unique, checksum, conform
from spatialcarbon.core.errors import AlignmentError, OptionError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text

Given = float | pd.Series
"""One number for all places, or a value by place."""

DEFAULTS: Mapping[str, float] = MappingProxyType(
    {"price": 60.0, "marginal_cost": 200.0, "cut": 0.1, "licensed_ratio": 0.7, "share": 0.3}
)
"""Invented, to try the method: they describe no place."""

SOURCES: Mapping[str, Text] = MappingProxyType(
    {
        "price": text(
            "a social cost of carbon, the price of an emissions market, or the damage of the "
            "pollutants that come with CO2"
        ),
        "marginal_cost": text(
            "a marginal abatement cost curve of the place: the cost of the last tonne at the cut"
        ),
        "cut": text("the cut at which the marginal cost is read, as a share of emissions"),
        "licensed_ratio": text(
            "marginal cost with the better technology over that without: engineering studies, or "
            "the ratio between the place and the leader"
        ),
        "share": text(
            "the part of damage that falls outside the place: a source-receptor matrix of air "
            "quality, or an input-output table"
        ),
    }
)
"""Where each parameter may come from."""

_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "price": text("price of damage"),
        "marginal_cost": text("marginal cost at the cut"),
        "cut": text("cut"),
        "licensed_ratio": text("licensed cost over own cost"),
        "share": text("share that spills over"),
    }
)
MEASURES: Mapping[str, str] = MappingProxyType(
    {"price": "CNY/t", "marginal_cost": "CNY/t", "cut": "1", "licensed_ratio": "1", "share": "1"}
)


@dataclass(frozen=True, kw_only=True, eq=False)
class CalibrationResult(Result):
    """Columns of a governance game, and where each parameter comes from.

    Parameters
    ----------
    places : DataFrame
        Index place; ``emission`` (t CO2), ``damage`` (CNY per t), ``cost`` and
        ``licensed_cost`` (CNY per t²), as :func:`spatialcarbon.govern` takes them.
    share : Series
        Index place: part of its emissions that does damage elsewhere, for
        :func:`spatialcarbon.spillover`.
    provenance : DataFrame
        Index parameter: lowest and highest value, its unit, and whether it is an
        illustrative default (``illustrative``).

    Examples
    --------
    A tenth of A's 100 t is 10 t: a last tonne at 200 CNY makes a slope of 20 CNY per t².

    >>> import pandas as pd
    >>> from spatialcarbon import calibrate_game
    >>> found = calibrate_game(
    ...     pd.Series({"A": 100.0, "B": 50.0}), price=30.0, marginal_cost=200.0, cut=0.1, share=0.2
    ... )
    >>> found.places.loc["A"].to_dict()
    {'emission': 100.0, 'damage': 30.0, 'cost': 20.0, 'licensed_cost': 14.0}
    >>> found.illustrative
    ('licensed_ratio',)
    >>> found.to_frame()[["parameter", "low", "illustrative"]].to_numpy().tolist()[-2:]
    [['licensed_ratio', 0.7, True], ['share', 0.2, False]]
    """

    places: pd.DataFrame
    share: pd.Series[float]
    provenance: pd.DataFrame

    @property
    def illustrative(self) -> tuple[str, ...]:
        """The parameters that were not given, so that invented defaults stand for them."""
        table = self.provenance
        return tuple(table.index[table["illustrative"]])

    def to_frame(self) -> pd.DataFrame:
        """Return a row per parameter, with where it may come from."""
        frame = self.provenance.reset_index()
        return frame.assign(source=[SOURCES[name].render("en") for name in frame["parameter"]])


def calibrate_game(
    emission: pd.Series[Any],
    *,
    price: Given | None = None,
    marginal_cost: Given | None = None,
    cut: Given | None = None,
    licensed_ratio: Given | None = None,
    share: Given | None = None,
) -> CalibrationResult:
    r"""What damages and costs follow from a price of damage and a cost of abatement?

    Use it to fill the columns of :func:`govern` from numbers that can be found: a price per
    tonne, and what the last tonne of a stated cut costs. What is left out is filled with
    invented defaults, which the result names; a report on them says "illustrative". Not for
    cost curves that are known as such: give their slope to :func:`govern` itself.

    Parameters
    ----------
    emission : Series
        t CO2 by place, above zero.
    price : float or Series, optional
        Damage of a tonne where it does harm, CNY per t, zero or more. Default 60, invented.
    marginal_cost : float or Series, optional
        Cost of the last tonne at the cut, CNY per t, above zero. Default 200, invented.
    cut : float or Series, optional
        That cut, as a share of emissions, above 0 up to 1. Default 0.1.
    licensed_ratio : float or Series, optional
        Marginal cost with the licensor's technology over that without, above 0 up to 1.
        Default 0.7, invented.
    share : float or Series, optional
        Part of emissions that does damage elsewhere, from 0 to below 1. Default 0.3,
        invented.

    Returns
    -------
    CalibrationResult
        ``places``, ``share`` and the ``provenance`` of every parameter.

    Raises
    ------
    AlignmentError
        Emissions without labels, or values for other places.
    SchemaError
        A place without emissions: a share of nothing has no cost.
    OptionError
        A parameter outside its range.

    Notes
    -----
    Marginal cost is a straight line through zero, and the point named fixes its slope:

    .. math::

       d_i = p_i, \qquad c_i = \frac{m_i}{r_i e_i}, \qquad c^L_i = \lambda_i c_i

    with price p, marginal cost m at the cut r, and licensed ratio λ.

    Examples
    --------
    >>> import pandas as pd
    >>> found = calibrate_game(pd.Series({"A": 100.0, "B": 50.0}), price=30.0, marginal_cost=200.0)
    >>> found.places["cost"].to_dict()
    {'A': 20.0, 'B': 40.0}
    >>> found.illustrative
    ('cut', 'licensed_ratio', 'share')
    """
    if not isinstance(emission, pd.Series):
        raise AlignmentError(
            "{name} is a {kind} without labels",
            expected="a Series of t CO2 indexed by place",
            name=text("emission"),
            kind=type(emission).__name__,
        )
    units = emission.index
    check_unique(units, text("emission"))
    emitted = conform(emission, units, name=text("emission")).astype(float)
    bad = emitted.index[~(emitted > 0)]
    if len(bad):
        raise SchemaError(
            "a cut of nothing has no cost: emission is zero or less for {labels}",
            expected="t CO2 above zero",
            fix="leave these places out, or give govern() their slope as a column cost",
            labels=some(bad),
        )
    given = {
        "price": price,
        "marginal_cost": marginal_cost,
        "cut": cut,
        "licensed_ratio": licensed_ratio,
        "share": share,
    }
    values = {
        name: _values(name, DEFAULTS[name] if value is None else value, units)
        for name, value in given.items()
    }
    cost = values["marginal_cost"] / (values["cut"] * emitted)
    places = pd.DataFrame(
        {
            "emission": emitted,
            "damage": values["price"],
            "cost": cost,
            "licensed_cost": values["licensed_ratio"] * cost,
        }
    )
    assumed = [name for name, value in given.items() if value is None]
    table = pd.DataFrame(
        {
            "low": {name: float(held.min()) for name, held in values.items()},
            "high": {name: float(held.max()) for name, held in values.items()},
            "measure": dict(MEASURES),
            "illustrative": {name: name in assumed for name in values},
        }
    ).rename_axis("parameter")
    return CalibrationResult(
        method="Calibration of the emission game",
        places=places,
        share=values["share"].rename("share"),
        provenance=table,
        settings={
            **{name: values[name].tolist() for name in values},
            "illustrative": assumed,
            "data": checksum(emitted.to_frame("emission")),
        },
        references=(),
        remarks=tuple(
            text(
                "{name} was not given: {value} is illustrative, and describes no place",
                name=_NAMES[name],
                value=f"{DEFAULTS[name]:g}",
            )
            for name in assumed
        ),
    )


def _values(name: str, given: Any, units: pd.Index) -> pd.Series[float]:
    if isinstance(given, pd.Series):
        held = conform(given, units, name=_NAMES[name]).astype(float)
    else:
        try:
            held = pd.Series(float(given), units)
        except (TypeError, ValueError):
            held = pd.Series(np.nan, units)
    ranges = {
        "price": (held >= 0, text("zero or more, in CNY per t")),
        "marginal_cost": (held > 0, text("above zero, in CNY per t")),
        "cut": ((held > 0) & (held <= 1), text("above 0, at most 1")),
        "licensed_ratio": ((held > 0) & (held <= 1), text("above 0, at most 1")),
        "share": ((held >= 0) & (held < 1), text("at least 0, below 1")),
    }
    right, wanted = ranges[name]
    bad = held.index[~(right & np.isfinite(held))]
    if len(bad):
        raise OptionError(
            "{name} is outside its range for {labels}",
            arrived="{values}",
            expected="{wanted}",
            name=_NAMES[name],
            labels=some(bad),
            values=some(held[bad].tolist()),
            wanted=wanted,
        )
    return held
