"""Study 000: cooperation modes for the Chengdu metropolitan area; it prints no results."""

from __future__ import annotations

from collections.abc import Iterator

from spatialcarbon.core.language import text
from spatialcarbon.replication.ledger import Line, part


@part("000", "Text", unit="%", decimals=1)
def fall_of_fine_particles() -> Iterator[Line]:
    """The fall of PM2.5 from 107 to 37 µg/m³."""
    yield Line(
        item=text("Fall of PM2.5 from 107 to 37 µg/m³"),
        printed=65.1,
        ours=100 * (1 - 37 / 107),
        proof=text("the two concentrations printed with it give 65.4 %"),
    )


@part("000", "Text", unit="rank", decimals=0)
def rank_of_the_area() -> Iterator[Line]:
    """The place of the Chengdu metropolitan area among the approved ones."""
    yield Line(
        item=text(
            "Chengdu as national metropolitan area, by order: abstract, beside the introduction"
        ),
        printed=4,
        ours=3,
        proof=text("the abstract says the fourth, the introduction the third"),
    )


@part("000", "Text", unit="count", decimals=0)
def payers_and_receivers() -> Iterator[Line]:
    """The Wuhan case that the study quotes: who pays, who receives."""
    reason = text(
        "quoted from another article; the emissions, sinks and GDP behind it are not printed"
    )
    for item, printed in (
        (text("Wuhan metropolitan area: places that pay"), 14),
        (text("Wuhan metropolitan area: places that receive"), 25),
    ):
        yield Line(item=item, printed=printed, ours=None, missing=reason)
