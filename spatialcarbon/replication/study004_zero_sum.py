"""Study 004, Table 5: zero-sum allocation among 30 provinces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spatialcarbon.core.language import Text, text
from spatialcarbon.models.quota.dea import dea
from spatialcarbon.models.quota.zero_sum import zero_sum_dea
from spatialcarbon.replication.ledger import Line, part
from spatialcarbon.replication.places import Labelled, by_adcode, province_names
from spatialcarbon.replication.study004_growth import curve_at

STAGES = {"initial": 0, "iter1": 1, "iter10": 10, "iter11": 11}
GUANGDONG, XINJIANG = 440000, 650000
COAST = ("BeijingTianjin", "NorthCoast", "EastCoast", "SouthCoast")
"""Zones on the coast, which hold Beijing too."""
ENERGY = text("the third output, energy, is not printed")


def known() -> Labelled:
    """Return the two outputs that Table 4 gives: shares of population and GDP."""
    return by_adcode("study004_criteria")[["population", "gdp"]]


def redistributed(x: Labelled, h: Labelled) -> Labelled:
    """Return inputs after each unit passes on what its score says, in proportion to inputs."""
    passed = x * (1 - h)
    share = passed / (x.sum() - x)
    return x - passed + x * (share.sum() - share)


def clipped_score(x: Labelled, phi: Labelled) -> Labelled:
    """Return the score that the table follows: the theorem without its inner factor, clipped."""
    slow = phi < 1
    if not slow.any():
        return phi
    a = x[slow].sum() / x[~slow].sum()
    b = (phi * x)[slow].sum() / x[~slow].sum()
    return (phi * (1 + a) - b).clip(0, 1)


def inferred_score(before: Labelled, after: Labelled) -> Labelled:
    """Return the scores that lead from one column to the next; Guangdong's, which is one, is given.

    The redistribution is linear in what each unit gives up, and its equations
    have rank one less than units.
    """
    x = before.to_numpy()
    share = 1 / (x.sum() - x)
    equations = np.outer(x, share) - np.diag(1 + x * share)
    others = before.index != GUANGDONG
    given_up = np.zeros(len(x))
    given_up[others] = np.linalg.lstsq(equations[:, others], after.to_numpy() - x, rcond=None)[0]
    return 1 - given_up / before


@part("004", "Table 5", unit="10^4 t CO2", decimals=2)
def emissions_of_2030() -> Iterator[Line]:
    """Initial emissions: the curves of Table 3, continued to 2030."""
    printed, names = by_adcode("study004_zsg")["co2_initial"], province_names()
    path = curve_at([2030])[2030]
    for code, value in printed.items():
        yield Line(
            item=text("{place}: emissions of 2030, initial", place=names[int(str(code))]),
            printed=value,
            ours=path[code],
            assumption=text(
                "the increase is logistic, 25 years after 2005; k, a and r are recovered from Table 3"
            ),
            within=0.06,
        )


@part("004", "Table 5", unit="10^4 t CO2", decimals=2)
def totals() -> Iterator[Line]:
    """Totals, which an allocation must keep."""
    table, total = by_adcode("study004_zsg"), curve_at([2030])[2030].sum()
    for stage, iteration in STAGES.items():
        yield Line(
            item=text("Sum of emissions, iteration {i}", i=iteration),
            printed=table[f"co2_{stage}"].sum(),
            ours=total,
            assumption=text(
                "the total of the curves in 2030, which every step must keep; 30 entries are rounded"
            ),
            within=0.15,
        )


@part("004", "Table 5", unit="10^4 t CO2", decimals=2)
def later_emissions() -> Iterator[Line]:
    """Emissions after iterations 1, 10 and 11."""
    table, names = by_adcode("study004_zsg"), province_names()
    first = redistributed(table["co2_initial"], table["h_initial"])
    for code in table.index:
        place = names[int(code)]
        printed = table["co2_iter1"][code]
        yield Line(
            item=text("{place}: emissions, iteration {i}", place=place, i=1),
            printed=printed,
            ours=first[code],
            assumption=text("from the printed scores, which have two decimals"),
            within=0.0076 * printed,
        )
        for stage in ("iter10", "iter11"):
            yield Line(
                item=text("{place}: emissions, iteration {i}", place=place, i=STAGES[stage]),
                printed=table[f"co2_{stage}"][code],
                ours=None,
                missing=text(
                    "the iterations between are not printed, nor is the third output that leads to them"
                ),
            )


@part("004", "Table 5", unit="1", decimals=2)
def efficiencies() -> Iterator[Line]:
    """Efficiencies with the two outputs that are known."""
    table, names = by_adcode("study004_zsg"), province_names()
    two = text("population and GDP alone, recovered from Table 4; energy is not printed")
    for stage, iteration in STAGES.items():
        found = dea(table[f"co2_{stage}"], known()).efficiency
        for code, printed in table[f"phi_{stage}"].items():
            yield Line(
                item=text(
                    "{place}: efficiency, iteration {i}", place=names[int(str(code))], i=iteration
                ),
                printed=printed,
                ours=found[code],
                assumption=two,
                within=0.006,
                missing=ENERGY,
            )


@part("004", "Table 5", unit="1", decimals=2)
def scores() -> Iterator[Line]:
    """Zero-sum scores from the printed efficiencies."""
    table, names = by_adcode("study004_zsg"), province_names()
    assumption = text(
        "the score of the target theorem without its inner factor, cut off at 0 and 1; from "
        "efficiencies of two decimals"
    )
    columns = text(
        "solved from the columns of iterations 10 and 11, with the score of Guangdong as one"
    )
    passed_on = inferred_score(table["co2_iter10"], table["co2_iter11"])
    for stage, iteration in STAGES.items():
        last = stage == "iter10"
        found = clipped_score(table[f"co2_{stage}"], table[f"phi_{stage}"])
        found = passed_on if last else found
        for code, printed in table[f"h_{stage}"].items():
            yield Line(
                item=text(
                    "{place}: score, iteration {i}", place=names[int(str(code))], i=iteration
                ),
                printed=printed,
                ours=found[code],
                assumption=columns if last else assumption,
                within=0.0 if last else 0.021,
                proof=text(
                    "the columns of iterations 10 and 11 lead to 0.9991; at 0.99 the province would "
                    "have given up about ten times as much"
                )
                if last
                else None,
            )


@part("004", "Table 5", unit="10^4 t CO2", decimals=2)
def adjustments() -> Iterator[Line]:
    """The last column less the first."""
    table, names = by_adcode("study004_zsg"), province_names()
    for code, printed in table["adjustment"].items():
        yield Line(
            item=text("{place}: adjustment", place=names[int(str(code))]),
            printed=printed,
            ours=table["co2_iter11"][code] - table["co2_initial"][code],
            assumption=text("the rounding of the two columns"),
            within=0.011,
        )


@part("004", "Text", unit="count", decimals=0)
def claims() -> Iterator[Line]:
    """What the text says of Table 5."""
    table = by_adcode("study004_zsg")
    last, phi = table["co2_iter11"], table["phi_initial"]
    zones = by_adcode("study001_regions")["region8"]
    coastal = zones.index[zones.isin(COAST)].difference([110000, 120000, 460000])
    lines: list[tuple[Text, float, float, Text]] = [
        (
            text(
                "Provinces of the coastal zones but Beijing, Tianjin and Hainan that end at most at "
                "100,000"
            ),
            0,
            float((last[coastal] <= 100_000).sum()),
            text(
                "Shanghai ends at 85,705; Liaoning, on the coast but of the north-eastern zone, at "
                "93,068"
            ),
        ),
        (
            text("Provinces that end between 30,000 and 50,000"),
            0,
            float(last.between(30_000, 50_000).sum()),
            text("Beijing, Jiangxi and Guangxi do; Guangxi even if only the west is meant"),
        ),
        (
            text("Provinces with an initial efficiency below 0.6"),
            3,
            float((phi < 0.6).sum()),
            text(
                "Liaoning, Anhui, Jiangxi and Hubei lie below 0.6 beside the three that are named"
            ),
        ),
        (
            text("Iterations until all provinces are efficient"),
            11,
            float(zero_sum_dea(table["co2_initial"], known()).iterations),
            text(
                "the target theorem allocates in one step; the iterations come from a score without "
                "its inner factor"
            ),
        ),
    ]
    for item, printed, ours, proof in lines:
        yield Line(item=item, printed=printed, ours=ours, proof=proof)


@part("004", "Text", unit="1 = true", decimals=0)
def zone_of_xinjiang() -> Iterator[Line]:
    """The zone that the text counts Xinjiang to."""
    yield Line(
        item=text("Xinjiang belongs to the south-western zone"),
        printed=1,
        ours=by_adcode("study001_regions")["region8"][XINJIANG] == "Southwest",
        proof=text("it lies in the north-west, as in the eight regions of study 001"),
    )
