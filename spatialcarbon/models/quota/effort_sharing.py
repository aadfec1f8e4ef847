"""Principles of international effort sharing: convergence per head, ability to pay."""

from __future__ import annotations

import pandas as pd

from spatialcarbon.core.errors import DegenerateDataError, OptionError, some
from spatialcarbon.core.language import text
from spatialcarbon.models.quota.criteria import EMISSIONS, GDP, POPULATION, share_of, written
from spatialcarbon.models.quota.terms import ALL, Split, Terms, column_of, emitted_by


def progress_of_convergence(terms: Terms) -> float:
    """Return how far shares have moved from emissions (0) to population (1).

    Raises
    ------
    OptionError
        Years out of order, or only some of the three.
    """
    if terms.convergence_year is None:
        return 1.0
    if terms.base_year is None or terms.year is None:
        raise OptionError(
            "convergence by {year} needs the year it starts from and the year of the target",
            fix="allocate(..., base_year=2020, year=2030, convergence_year=2050)",
            year=terms.convergence_year,
        )
    if not terms.base_year < terms.convergence_year or terms.year < terms.base_year:
        raise OptionError(
            "convergence from {start} to {end} does not hold the target year {year}",
            expected="base_year <= year and base_year < convergence_year",
            start=terms.base_year,
            end=terms.convergence_year,
            year=terms.year,
        )
    return min(1.0, (terms.year - terms.base_year) / (terms.convergence_year - terms.base_year))


def by_convergence(
    total: float, criteria: pd.DataFrame, emissions: pd.Series[float] | None, terms: Terms
) -> Split:
    """Split what is left by shares on their way from emissions to population."""
    emitted = emitted_by(emissions, terms)
    people = column_of(criteria, POPULATION, terms)
    tau = progress_of_convergence(terms)
    by_emission, by_head = share_of(emitted, EMISSIONS), share_of(people, POPULATION)
    left = float(emitted.sum()) - total
    if left < 0:
        raise OptionError(
            "the total of {total} exceeds the emissions of {emitted}: nothing is left",
            fix="check the boundary and the unit of the total: national_target shows both",
            total=written(total),
            emitted=written(float(emitted.sum())),
        )
    allowance = left * ((1 - tau) * by_emission + tau * by_head)
    amounts = emitted - allowance
    name = terms.principle
    gains = amounts.index[amounts < 0]
    remarks = (
        (text("may emit more than projected by convergence: {units}", units=some(gains)),)
        if len(gains)
        else ()
    )
    return Split(
        amounts=amounts,
        weights=pd.Series({EMISSIONS: 1 - tau, POPULATION: tau}, name="weight"),
        steps=(
            (name, "raw", EMISSIONS, emitted),
            (name, "raw", POPULATION, people),
            (name, "share", EMISSIONS, by_emission),
            (name, "share", POPULATION, by_head),
            (name, "weight", EMISSIONS, pd.Series(1 - tau, emitted.index)),
            (name, "weight", POPULATION, pd.Series(tau, emitted.index)),
            (name, "allowance", ALL, allowance),
            (name, "amount", ALL, amounts),
        ),
        references=("meyer2000", "vandenberg2020"),
        remarks=remarks,
    )


def by_ability(
    total: float, criteria: pd.DataFrame, emissions: pd.Series[float] | None, terms: Terms
) -> Split:
    """Split by emissions, raised where GDP per head is above the mean."""
    emitted = emitted_by(emissions, terms)
    people, gdp = column_of(criteria, POPULATION, terms), column_of(criteria, GDP, terms)
    if not 0 <= terms.ability_exponent < float("inf"):
        raise OptionError(
            "{name}={value!r} is below zero or no number",
            name="ability_exponent",
            value=terms.ability_exponent,
        )
    empty = people.index[people == 0]
    if len(empty):
        raise DegenerateDataError(
            "population is zero for {units}, so there is no GDP per head", units=some(empty)
        )
    relative = (gdp / people) / (gdp.sum() / people.sum()) if gdp.sum() > 0 else gdp
    pressure = emitted * relative**terms.ability_exponent
    shares = share_of(pressure, "ability")
    amounts = total * shares
    name = terms.principle
    return Split(
        amounts=amounts,
        weights=pd.Series({"ability": 1.0}, name="weight"),
        steps=(
            (name, "raw", EMISSIONS, emitted),
            (name, "raw", GDP, gdp),
            (name, "raw", POPULATION, people),
            (name, "normalised", "gdp_per_head", relative),
            (name, "share", "ability", shares),
            (name, "amount", ALL, amounts),
        ),
        references=("vandenberg2020",),
    )
