"""Words that several analyses share: headings of columns, names of variables and indicators."""

from __future__ import annotations

from collections.abc import Mapping

from spatialcarbon.core.language import Language, Text, text


def shown(value: float, digits: int = 3) -> str:
    """Return a number for a sentence: fixed digits, a true minus sign, thousands apart.

    Examples
    --------
    >>> shown(-0.12), shown(5990.4, 0)
    ('−0.120', '5,990')
    """
    return f"{value:,.{digits}f}".replace("-", "−")


def significant(value: float, digits: int = 3) -> str:
    """Return a number with some significant digits and no exponent.

    Examples
    --------
    >>> significant(5990.4), significant(0.00069)
    ('5,990', '0.00069')
    """
    from decimal import Decimal

    rounded = Decimal(f"{value:.{digits}g}")
    return f"{rounded:,f}".replace("-", "−")


class Money(Text):
    """An amount of yuan in words: millions in English, 万元 and 亿元 in Chinese.

    Examples
    --------
    >>> Money(18_900_000.0).render("en"), Money(18_900_000.0).render("zh")
    ('18.9 million CNY', '1,890万元')
    """

    def __init__(self, amount: float) -> None:
        super().__init__("", {"amount": amount})

    def render(self, language: Language) -> str:
        """Return the amount in the unit that readers of the language count in."""
        amount: float = self.params["amount"]
        if abs(amount) < 1e5:
            said = text("{value} CNY", value=significant(amount))
        elif language == "en":
            said = text("{value} million CNY", value=significant(amount / 1e6))
        elif abs(amount) < 1e8:
            said = text("{value} ten thousand CNY", value=significant(amount / 1e4))
        else:
            said = text("{value} hundred million CNY", value=significant(amount / 1e8))
        return said.render(language)


VARIABLES: Mapping[str, Text] = {
    "co2": text("CO2 emissions"),
    "population": text("Resident population"),
    "urban_population": text("Urban population"),
    "urbanisation": text("Urbanisation rate"),
    "co2_per_head": text("CO2 emissions per head"),
    "gdp": text("GDP"),
    "gdp_per_head": text("GDP per head"),
    "built_area": text("Built-up area"),
    "sink": text("Carbon sink"),
}

INDICATORS: Mapping[str, Text] = {
    "total": text("Total emissions"),
    "per_capita": text("Emissions per head"),
    "per_gdp": text("Emissions per GDP"),
    "per_area": text("Emissions per land area"),
    "per_built_area": text("Emissions per built-up area"),
    "neutrality": text("Sink as a share of emissions"),
    "net": text("Net emissions"),
}

HEADINGS: Mapping[str, Text] = {
    "unit": text("Code"),
    "name": text("Name"),
    "place": text("Place"),
    "group": text("Group"),
    "group_name": text("Group name"),
    "year": text("Year"),
    "variable": text("Variable"),
    "statistic": text("Moran's I"),
    "local": text("Local Moran's I"),
    "expected": text("E[I]"),
    "variance_normality": text("Variance (normality)"),
    "variance_randomization": text("Variance (randomisation)"),
    "z_normality": text("z (normality)"),
    "z_randomization": text("z (randomisation)"),
    "pvalue_normality": text("p (normality)"),
    "pvalue_randomization": text("p (randomisation)"),
    "pvalue_permutation": text("p (permutation)"),
    "pvalue": text("p"),
    "qvalue": text("q (adjusted p)"),
    "n": text("Units"),
    "permutations": text("Permutations"),
    "status": text("Status"),
    "stars": text("Significance"),
    "lag": text("Spatial lag"),
    "quadrant": text("Quadrant"),
    "label": text("Cluster type"),
    "value": text("Value"),
    "indicator": text("Indicator"),
    "measure": text("Unit of measure"),
    "level": text("Level"),
    "start": text("From"),
    "end": text("To"),
    "value_start": text("Value at start"),
    "value_end": text("Value at end"),
    "change": text("Change"),
    "growth": text("Growth"),
    "annual_growth": text("Growth per year"),
    "printed": text("Printed"),
    "printed_significance": text("Printed significance"),
    "ours": text("Ours"),
    "difference": text("Difference"),
    "cluster": text("City cluster"),
    "area_km2": text("Land area"),
    "province": text("Province"),
    "province_zh": text("Province"),
    "adcode": text("Administrative code"),
    "name_zh": text("Name (Chinese)"),
    "name_en": text("Name (English)"),
    "focal": text("Place"),
    "neighbor": text("Neighbour"),
    "weight": text("Weight"),
    "distance_km": text("Distance (km)"),
}

LABELS: Mapping[str, Text] = {
    "High-High": text("High-High"),
    "Low-Low": text("Low-Low"),
    "High-Low": text("High-Low"),
    "Low-High": text("Low-High"),
    "Not significant": text("Not significant"),
    "Isolate": text("Isolate"),
    "ALL": text("All units"),
    "ok": text("ok"),
    "n<4": text("fewer than 4 units"),
    "constant": text("constant"),
    "all islands": text("no links"),
    "missing": text("missing"),
    "var<=0": text("variance not positive"),
    "start<=0": text("value at start not positive"),
    "group": text("group"),
    "unit": text("unit"),
    "none": text("none"),
}
