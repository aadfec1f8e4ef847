"""Figures, map layers and sentences about a governance game."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.models.governance.govern_reason import MODE_NAMES
from spatialcarbon.models.governance.govern_result import tolerance
from spatialcarbon.report.canvas import FigureSpec
from spatialcarbon.report.compensation_map import flow_classes
from spatialcarbon.report.figures import (
    mode_regions,
    net_transfer_map,
    payment_matrix,
    payoff_by_mode,
)
from spatialcarbon.report.govern_figures import ARROW, MOST_SQUARE
from spatialcarbon.report.layers import Categorised, Category, Layer, Lines, graduated_style
from spatialcarbon.report.maps import choropleth
from spatialcarbon.report.measures import money_measure
from spatialcarbon.studies.analyses._govern_places import (
    game_of,
    names_of,
    paid_mode,
    place_map,
    placed,
)
from spatialcarbon.studies.analyses._govern_tables import OWN_HEADINGS
from spatialcarbon.studies.words import HEADINGS, Money, significant

if TYPE_CHECKING:
    from spatialcarbon.models.governance.sweep import GovernanceSweepResult
    from spatialcarbon.studies.analysis import Done

LANGUAGES: tuple[Language, Language] = ("zh", "en")
FOLDER = text("Governance games")
SIDES = {
    "signs": (text("gains by cooperation without payments"), "#4477aa"),
    "loses": (text("loses by cooperation without payments"), "#ee6677"),
}
ENDS = {
    "payer_zh": text("Payer (Chinese)"),
    "payer_en": text("Payer (English)"),
    "receiver_zh": text("Receiver (Chinese)"),
    "receiver_en": text("Receiver (English)"),
}


def plain_gain(done: Done) -> pd.Series[float]:
    """Return what each place gains by cooperation without payments, whether it is compared."""
    result = game_of(done)
    total: pd.Series[float] = result.sharing["equal"] - result.sharing_transfers["equal"]
    return total - result.nash_payoff


def losers(done: Done) -> pd.Series[float]:
    """Return the places that lose by cooperation without payments, the largest loss first."""
    result, gain = game_of(done), plain_gain(done)
    return gain[gain < -tolerance(result.nash_payoff, result.payoff)].sort_values()


def figures(done: Done) -> list[FigureSpec]:
    """Return gains by mode, regions of modes, payments as a square and on the map, abatement."""
    result = game_of(done)
    made = []
    if len(result.modes) > 1 or "nash" not in result.modes:
        made.append(_gains(done))
    if done.result["sweep"] is not None:
        made.append(_regions(done))
    if (result.payments[paid_mode(done)] > 0).any(axis=None):
        made += [_square(done)] if len(result.places) <= MOST_SQUARE else []
        made.append(_transfers(done))
    return [*made, _abatement(done)]


def _gains(done: Done) -> FigureSpec:
    title = placed(done, text("Who gains in which mode"))
    return FigureSpec(
        name=f"{done.key}_gains",
        title=title,
        caption=text(
            "Gain of each place against no cooperation; a place left of zero would not sign."
        ),
        alt=text("Dots of gains by place and mode, with the side of losers shaded."),
        draw=lambda language: payoff_by_mode(
            game_of(done).gain, title=title, names=names_of(done), language=language
        ),
    )


def _regions(done: Done) -> FigureSpec:
    title = placed(done, text("Which mode would be recommended where"))
    share = done.result["calibration"].share
    return FigureSpec(
        name=f"{done.key}_regions",
        title=title,
        caption=text(
            "Each cell is the comparison of modes under other parameters; the cross is what was "
            "assumed. Areas of the figure are no probabilities."
        ),
        alt=text("Regions of the recommended mode over damage, spillover and spread of costs."),
        draw=lambda language: mode_regions(
            done.result["sweep"], share=float(share.mean()), title=title, language=language
        ),
    )


def _paid_title(done: Done, title: Text) -> Text:
    return placed(done, text("{title}: {mode}", title=title, mode=MODE_NAMES[paid_mode(done)]))


def _square(done: Done) -> FigureSpec:
    title = _paid_title(done, text("Who would pay whom"))
    return FigureSpec(
        name=f"{done.key}_payments",
        title=title,
        caption=text("The row pays the column, in a year, under the parameters assumed."),
        alt=text("Square of payments between places."),
        draw=lambda language: payment_matrix(
            game_of(done).payments[paid_mode(done)],
            title=title,
            names=names_of(done),
            language=language,
        ),
    )


def _transfers(done: Done) -> FigureSpec:
    title = _paid_title(done, text("Net transfers"))
    result, mode = game_of(done), paid_mode(done)
    return FigureSpec(
        name=f"{done.key}_transfers",
        title=title,
        caption=text("Red places receive on balance, blue ones pay."),
        alt=text("Map of net transfers with arrows from payers to receivers."),
        draw=lambda language: net_transfer_map(
            done.inputs.units.loc[result.places.index],
            result.transfers[mode],
            result.payments[mode],
            title=title,
            names=names_of(done),
            background=done.inputs.background,
            language=language,
        ),
    )


def _abated(done: Done) -> pd.Series[float]:
    """Return abatement in the recommended mode as a percentage of emissions."""
    result = game_of(done)
    emitted = result.places["emission"]
    # Rounded, so that places alike but for the last digit are in one class.
    return (100.0 * result.abatement[_best(done)] / emitted.where(emitted > 0)).round(3)


def _best(done: Done) -> str:
    result = game_of(done)
    return result.recommendation if result.recommendation in result.modes else result.modes[0]


def _abatement_title(done: Done) -> Text:
    return placed(done, text("Abatement under {mode}", mode=MODE_NAMES[_best(done)]))


def _abatement(done: Done) -> FigureSpec:
    title = _abatement_title(done)

    def draw(language: Language) -> Any:
        names = names_of(done)
        index = game_of(done).places.index
        units = done.inputs.units.loc[index]
        units = units.assign(shown_name=[names[label].render(language) for label in index])
        return choropleth(
            units,
            _abated(done),
            title=title,
            unit="%",
            label_field="shown_name",
            background=done.inputs.background,
            language=language,
        )

    return FigureSpec(
        name=f"{done.key}_abatement",
        title=title,
        caption=text("Abatement as a percentage of emissions, in the mode recommended."),
        alt=text("Map of abatement with places shaded by class."),
        draw=draw,
    )


def layers(done: Done) -> list[Layer]:
    """Return payments as lines, who would sign, net transfers and abatement."""
    result, mode = game_of(done), paid_mode(done)
    index = result.places.index
    lost = losers(done).index
    received = result.transfers[mode]
    factor, unit = money_measure(received)
    columns = {
        "side": np.where(index.isin(lost), "loses", "signs"),
        "recommendation": [MODE_NAMES[result.recommendation]] * len(index),
        "gain": result.gain[_best(done)].to_numpy(),
        "plain_gain": plain_gain(done).to_numpy(),
        "transfer": received.to_numpy(),
        "abatement": result.abatement[_best(done)].to_numpy(),
        "percent": _abated(done).to_numpy(),
    }
    words = {
        **HEADINGS,
        **OWN_HEADINGS,
        "side": text("By cooperation without payments"),
        "plain_gain": text("Gain by cooperation without payments"),
        "percent": text("Abatement, % of emissions"),
        "value": text("Net received"),
    }
    made = [
        Layer(
            name=f"{done.key}_sides",
            title=placed(done, text("Who would sign without payments")),
            abstract=text("Whether a place gains or loses by cooperation without payments."),
            frame=place_map(done, columns),
            aliases=words,
            style=Categorised("side", tuple(Category(k, *SIDES[k]) for k in SIDES)),
            label_field="name",
            group=FOLDER,
        ),
        Layer(
            name=f"{done.key}_transfers",
            title=_paid_title(done, text("Net transfers")),
            abstract=text("What each place receives on balance in a year; below zero it pays."),
            frame=place_map(done, {**columns, "value": received.to_numpy() / factor}),
            aliases=words,
            style=graduated_style("value", received / factor, unit=unit, breaks="zero"),
            label_field="name",
            visible=False,
            group=FOLDER,
        ),
        Layer(
            name=f"{done.key}_abatement",
            title=_abatement_title(done),
            abstract=text("Abatement as a percentage of emissions, in the mode recommended."),
            frame=place_map(done, columns),
            aliases=words,
            style=graduated_style("percent", _abated(done), unit="%"),
            label_field="name",
            visible=False,
            group=FOLDER,
        ),
    ]
    lines = _lines(done)
    return made if lines is None else [lines, *made]


def _lines(done: Done) -> Layer | None:
    """Return the net payments between places as lines, or None where nobody pays."""
    matrix = game_of(done).payments[paid_mode(done)]
    net = (matrix - matrix.T).to_numpy()
    rows, across = np.nonzero(net > 0)
    if not len(rows):
        return None
    units, names = place_map(done, {}), names_of(done)
    amounts = pd.Series(net[rows, across])
    factor, unit = money_measure(amounts)
    bounds, widths = flow_classes(amounts / factor)
    xy = shapely.get_coordinates(shapely.point_on_surface(units.geometry.to_numpy()))
    ends = {"payer": units.index[rows], "receiver": units.index[across]}
    said = {
        f"{side}_{language}": [names[label].render(language) for label in labels]
        for side, labels in ends.items()
        for language in LANGUAGES
    }
    return Layer(
        name=f"{done.key}_payments",
        title=_paid_title(done, text("Net payments")),
        abstract=text("Lines from payer to receiver, as wide as the payment is large."),
        frame=gpd.GeoDataFrame(
            {**ends, **said, "amount": amounts.to_numpy(), "value": (amounts / factor).to_numpy()},
            geometry=shapely.linestrings(np.stack([xy[rows], xy[across]], axis=1)),
            crs=units.crs,
        ),
        aliases={**OWN_HEADINGS, **ENDS, "value": text("Payment")},
        style=Lines(ARROW, field="value", bounds=bounds, widths=widths, unit=unit),
        group=FOLDER,
    )


def findings(done: Done) -> list[Text]:
    """Return the sentences that say what was found, all of them under the parameters assumed."""
    result, names = game_of(done), names_of(done)
    gain, lost = plain_gain(done), losers(done)
    said = [
        text(
            "Under the parameters assumed, working together would bring the {n} places {money} "
            "a year more than each for itself.",
            n=len(gain),
            money=Money(gain.sum()),
        )
    ]
    if lost.empty:
        said.append(text("Nobody would lose by it, even without payments."))
    # Names are said one by one, so that each stays in the language of the reader.
    said += [
        text(
            "Without payments {place} would lose {money} a year by it, and would have no "
            "reason to sign.",
            place=names[label],
            money=Money(-loss),
        )
        for label, loss in lost.head(5).items()
    ]
    if len(lost) > 5:
        said.append(text("{n} further places would lose by it.", n=len(lost) - 5))
    said += _signing(done)
    said += [
        text(
            "Under {mode} the {n} places {group} would do better on their own.",
            mode=MODE_NAMES[mode],
            n=len(group),
            group=_together([names[label] for label in group]),
        )
        for mode, group in result.blocking.items()
        if len(group) > 1
    ]  # fmt: skip
    best = result.recommendation
    if best == "nash":
        said.append(text("No mode compared brings more without somebody losing by it."))
    else:
        said.append(
            text(
                "Of the modes compared, {mode} brings the most among those in which nobody loses: "
                "{money} a year.",
                mode=MODE_NAMES[best],
                money=Money(float(result.gain[best].sum())),
            )
        )
    sweep: GovernanceSweepResult | None = done.result["sweep"]
    if sweep is not None:
        said += [
            text(
                "Over the sweep, {mode} is recommended in {share} % of the {n} cells.",
                mode=MODE_NAMES[str(mode)],
                share=significant(100 * share),
                n=len(sweep.table),
            )
            for mode, share in sweep.wins.items()
            if share > 0
        ]
    return said


def _signing(done: Done) -> list[Text]:
    """Return who would have to pay whom at least, so that everybody signs."""
    result, names = game_of(done), names_of(done)
    least = result.smallest_transfers.loc[:, losers(done).index]
    total = float(least.to_numpy().sum())
    if not total > 0:
        return []
    receiver = least.max().idxmax()
    payer = least[receiver].idxmax()
    return [
        text(
            "{money} a year is the least that would let everybody sign; the largest part, "
            "{part}, would go from {payer} to {receiver}.",
            money=Money(total),
            part=Money(float(least[receiver].max())),
            payer=names[payer],
            receiver=names[receiver],
        )
    ]


def _together(names: list[Text]) -> Text:
    """Return several names in a row, each in the language of the reader."""
    return reduce(lambda held, name: text("{held}, {name}", held=held, name=name), names)
