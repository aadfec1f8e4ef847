"""Options of the comparison of modes: which modes, whose technology, what rivalry costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd

from spatialcarbon.core.align import conform
from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_option
from spatialcarbon.models.governance.govern_places import LICENSED
from spatialcarbon.models.governance.govern_result import Mode

if TYPE_CHECKING:
    from spatialcarbon.core.language import Text
    from spatialcarbon.models.governance.game import Floats, Game

MODES: tuple[Mode, ...] = get_args(Mode)


def listed(given: Sequence[Any], default: Any, literal: Any, name: str) -> tuple[Any, ...]:
    """Return a list of options, each checked and none twice.

    Raises
    ------
    OptionError
        An unknown one, one named twice, or no mode at all.
    """
    items = (given,) if isinstance(given, str) else tuple(given)
    for item in items:
        check_option(item, literal, name)
    if len(set(items)) < len(items) or (not items and name == "modes"):
        raise OptionError(
            "{name} is empty, or names something twice",
            arrived="{items}",
            expected="some of {choices}, each once",
            name=name,
            items=some(items),
            choices=", ".join(default),
        )
    return items


def chosen_modes(
    modes: Sequence[Mode], table: pd.DataFrame, quadratic: bool
) -> tuple[tuple[Mode, ...], tuple[Text, ...]]:
    """Return the modes to work out, and what to say of one that is left out.

    Raises
    ------
    SchemaError, OptionError
        Licensing asked for without its column, or with quadratic damage.
    """
    chosen = listed(modes, MODES, Mode, "modes")
    if "licensing" not in chosen or (LICENSED in table and not quadratic):
        return chosen, ()
    if chosen == MODES:
        why = (
            text("licensing was left out: its contracts are worked out for linear damage only")
            if quadratic
            else text("licensing was left out: there is no column licensed_cost")
        )
        return MODES[:-1], (why,)
    if quadratic:
        raise OptionError(
            "licensing is worked out for linear damage only",
            fix="damage='linear', or modes=('nash', 'cooperation', 'compensation')",
        )
    raise SchemaError(
        "licensing needs the column licensed_cost",
        arrived="columns {present}",
        expected="the slope of marginal cost with the licensor's technology, in CNY per t²",
        present=some(table.columns),
    )


def licensor_at(given: Any, game: Game) -> int:
    """Return the position of the place that owns the technology.

    Raises
    ------
    OptionError
        A place that is not in the game.
    """
    if given is None:
        return int(np.argmin(game.cost))
    if given not in game.units:
        raise OptionError(
            "licensor={given!r} is not among the places",
            expected="one of {labels}",
            given=given,
            labels=some(game.units),
        )
    return list(game.units).index(given)


def rivalry_of(given: float | pd.Series[Any], units: pd.Index) -> Floats:
    """Return what a tonne abated by each licensee costs the licensor, CNY.

    Raises
    ------
    OptionError
        A loss below zero, or no number.
    """
    if isinstance(given, pd.Series):
        loss = conform(given, units, name=text("rivalry")).to_numpy(np.float64)
    else:
        try:
            loss = np.full(len(units), float(given), dtype=np.float64)
        except (TypeError, ValueError):
            loss = np.full(len(units), np.nan, dtype=np.float64)
    if not bool(np.all(np.isfinite(loss) & (loss >= 0.0))):
        raise OptionError(
            "the loss of rivalry is below zero or not a number",
            expected="zero or more, in CNY per t",
        )
    return np.asarray(loss)
