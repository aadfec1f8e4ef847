"""Study 004, Tables 2 and 3: emissions of provinces and the fitted curves."""

from __future__ import annotations

from collections.abc import Iterator

from spatialcarbon.core.language import text
from spatialcarbon.data.catalogue import load_table
from spatialcarbon.models.drivers.growth_given import growth_curve
from spatialcarbon.replication.ledger import Line, part
from spatialcarbon.replication.places import Labelled, by_adcode, province_names

INTERPOLATED = 2014
INNER_MONGOLIA = 150000


def by_label(shipped: str) -> Labelled:
    """Return province × year as headed in print."""
    table = load_table(shipped)
    return table.pivot(index="adcode", columns="label_year", values="co2_10kt")


def curves() -> Labelled:
    """Return the constants of the curves, which are ours: k, a, r and the level of 2005."""
    table = by_adcode("study004_growth")
    return table.rename(columns={"k_10kt_per_yr": "k", "r_per_yr": "r", "base_2005_10kt": "first"})


def curve_at(years: list[int]) -> Labelled:
    """Return the increment-logistic curves, province × year; the first year is 2006."""
    return growth_curve(curves(), years, base=2005, kind="increment")


@part("004", "Table 2", unit="10^4 t CO2", decimals=1)
def emissions() -> Iterator[Line]:
    """Emissions of 30 provinces; one column is interpolated, one value repeated."""
    table, names = by_label("study004_co2"), province_names()
    means = (table[INTERPOLATED - 1] + table[INTERPOLATED + 1]) / 2
    reason = text(
        "the energy balances behind it are not printed; the open city data have another boundary"
    )
    interpolated = text(
        "the column is the mean of the one before and the one after: it was interpolated"
    )
    for code, row in table.iterrows():
        for year, printed in row.items():
            repeated = code == INNER_MONGOLIA and year == 2007
            middle = year == INTERPOLATED
            yield Line(
                item=text(
                    "{place}, headed {label}: emissions", place=names[int(str(code))], label=year
                ),
                printed=printed,
                ours=means[code] if middle else (row[2006] + row[2008]) / 2 if repeated else None,
                assumption=interpolated if middle else None,
                within=0.051,
                proof=text(
                    "equal to the value headed 2009, to the last digit, which no other province has; "
                    "ours is the mean of the two neighbours"
                )
                if repeated
                else None,
                missing=None if middle or repeated else reason,
            )


@part("004", "Table 3", unit="10^4 t CO2", decimals=1)
def fitted() -> Iterator[Line]:
    """Fitted values, which are those of increment-logistic curves."""
    table, names = by_label("study004_fitted"), province_names()
    path = curve_at([int(year) for year in table.columns])
    last = int(max(table.columns))
    assumption = text(
        "the increase is logistic, not the level; k, a and r are recovered from the table itself"
    )
    for code, row in table.iterrows():
        for year, printed in row.items():
            below = path[year][code] - printed
            lowered = year == last and below > 100
            yield Line(
                item=text(
                    "{place}, {label}: fitted value", place=names[int(str(code))], label=year
                ),
                printed=printed,
                ours=path[year][code],
                assumption=None if lowered else assumption,
                within=0.2 if year == last else 0.08,
                proof=text(
                    "the curve of the other eleven columns lies {gap} above it, a round number that "
                    "is not carried into 2030",
                    gap=f"{below:,.0f}",
                )
                if lowered
                else None,
            )


def mean_errors() -> Labelled:
    """Return the mean error of each province in %, years matched as the curves say."""
    actual, fit = by_label("study004_co2"), by_label("study004_fitted")
    years = [int(year) for year in fit.columns]
    later = actual[years[1:]].set_axis(years[:-1], axis=1)
    return 100 * (fit[years[:-1]] / later - 1).abs().mean(axis=1)


@part("004", "Text", unit="%", decimals=2)
def error_rates() -> Iterator[Line]:
    """The stated mean errors of the fit."""
    errors = mean_errors()
    reason = text(
        "the stated rate belongs to no pairing of the printed columns; ours pairs each fitted column "
        "with the actual one of the same year, headed a year later"
    )
    for item, printed, ours in (
        (text("Mean error of all provinces"), 5.40, errors.mean()),
        (text("Mean error of Shanghai"), 11.74, errors[310000]),
        (text("Mean error of Xinjiang"), 15.54, errors[650000]),
    ):
        yield Line(item=item, printed=printed, ours=ours, missing=reason)


@part("004", "Text", unit="1 = true", decimals=0)
def other_errors() -> Iterator[Line]:
    """All other provinces have errors below nine per cent."""
    yield Line(
        item=text("The mean errors of all other provinces lie below 9 %"),
        printed=1,
        ours=mean_errors().drop([310000, 650000]).max() < 9,
    )


@part("004", "Text", unit="year", decimals=0)
def first_year() -> Iterator[Line]:
    """The year of Table 2's first column, from which the curves reach Table 5 in 2030."""
    printed = by_adcode("study004_zsg")["co2_initial"]
    apart = {
        base: (growth_curve(curves(), [2030], base=base, kind="increment")[2030] - printed)
        .abs()
        .max()
        for base in (2004, 2005, 2006)
    }
    yield Line(
        item=text("Year of the first column of Table 2"),
        printed=2006,
        ours=min(apart, key=lambda base: float(apart[base])),
        proof=text(
            "from this column the curves of Table 3 reach Table 5's emissions of 2030 to 0.05 in 25 "
            "steps, not in 24: it holds 2005"
        ),
    )
