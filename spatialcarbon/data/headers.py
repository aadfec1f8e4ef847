"""What the header of a column says: the quantity and its unit of measure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import UnitMismatchError
from spatialcarbon.core.units import Unit, parse_unit
from spatialcarbon.data.cells import half_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True)
class Quantity:
    """A quantity that headers name.

    Parameters
    ----------
    variable : str
        Its customary name.
    dimension : str
        What it must be measured in, as :class:`spatialcarbon.core.units.Unit` says it.
    words : str
        Pattern of the headers that name it.
    """

    variable: str
    dimension: str
    words: str


QUANTITIES = (
    # The narrower stands above the wider: 人均GDP is no GDP, 城镇人口 not the population.
    Quantity(
        "gdp_per_head", "money/people", r"人均.*(生产总值|gdp)|gdp_?\s?per|per.?cap.*gdp|pgdp"
    ),
    Quantity(
        "co2_per_head", "mass/people", r"人均.*碳|(co2|carbon|emissions?)_?\s?per_?\s?(cap|hea)"
    ),
    Quantity("co2_per_gdp", "mass/money", r"碳(排放)?强度|carbon.?intensity|co2.*per.*gdp"),
    Quantity("sink", "mass", r"碳汇|固碳|carbon.?sink|\bsink"),
    Quantity("co2", "mass", r"二氧化碳|co2|碳排|(carbon|ghg).*emission|^emissions?\b|^carbon$"),
    Quantity("urbanisation", "number", r"城[镇市]化|urbani[sz]ation"),
    Quantity("urban_population", "people", r"城镇(常住)?人口|urban.?pop"),
    Quantity(
        "population", "people", r"常住人口|户籍人口|总人口|人口数?$|^人口|population|^pop\b|^pop_"
    ),
    Quantity("energy", "mass", r"能源消[费耗]|能耗|用能|energy"),
    Quantity("built_area", "area", r"建成区|建设用地|built.?(up)?.?(area|land)"),
    Quantity(
        "area", "area", r"(土地|行政区域?|国土|辖区|区域|总)面积|^面积|(land|total).?area|^area\b"
    ),
    Quantity("gdp", "money", r"生产总值|(?<![a-z])gdp|(?<![a-z])grp\b"),
)
_RATE = re.compile(r"增[长速]|增长率|指数|占比|比重|密度|growth|index|share|density|rate\b", re.I)
_MULTIPLE = re.compile(
    r"(?!(19|20)\d\d$)[\d.^*×]+[kmb]?|hundreds?|thousands?|millions?|billions?|trillions?|bn|万|亿",
    re.I,
)
"""Words before a unit of measure that make another of it; four digits may be a year."""
_BRACKETS = re.compile(
    r"[(\[【〔]\s*(?:单位\s*[:：]?|units?\s*[:=]?|in\s+)?\s*([^()\[\]【】〔〕]*)[)\]】〕]",
    re.IGNORECASE,
)
_LATIN: Mapping[str, str] = {
    "mt": "Mt", "kt": "kt", "gt": "Gt", "t": "t", "tonnes": "t", "tons": "t", "10kt": "10^4 t",
    "km2": "km2", "ha": "ha", "hm2": "ha", "rmb": "CNY", "yuan": "CNY", "cny": "CNY",
    "100 million yuan": "10^8 CNY", "10000 yuan": "10^4 CNY", "million yuan": "10^6 CNY",
    "mtc": "Mt C", "tc": "t C", "tco2": "t CO2", "mtco2": "Mt CO2", "10000 persons": "10^4 persons",
    "persons": "persons",
    "10 000 persons": "10^4 persons", "10 000 yuan": "10^4 CNY", "10^4 yuan": "10^4 CNY",
    "10^8 yuan": "10^8 CNY", "10000 tons": "10^4 t", "10000 t": "10^4 t", "10 kt": "10^4 t",
    "million tonnes": "Mt", "million tons": "Mt", "pct": "%", "sq km": "km2",
}  # fmt: skip
_LONGEST = 1000
"""Characters of a header that are looked at."""

_COAL = re.compile(r"标准煤|标煤|\bs?tce\b|standard coal|coal equivalent", re.I)


def quantity_of(header: str) -> Quantity | None:
    """Return the quantity that a header names, if it is one of the customary ones.

    Examples
    --------
    >>> quantity_of("地区生产总值（亿元）").variable
    'gdp'
    >>> quantity_of("GDP growth rate (%)") is None
    True
    """
    plain = _plain(header).lower()
    bare = _BRACKETS.sub(" ", plain).strip()
    found = next((q for q in QUANTITIES if re.search(q.words, bare, re.I)), None)
    if found is None and bare != plain:
        found = next((q for q in QUANTITIES if re.search(q.words, plain, re.I)), None)
    if found is not None and found.variable != "urbanisation" and _RATE.search(bare):
        return None
    return found


def measure_of(header: str) -> str | None:
    """Return the unit of measure that a header ends in, as far as it is one known here.

    Parameters
    ----------
    header : str
        Such as ``"碳排放（万吨）"``, ``"GDP/亿元"``, ``"co2_mt"``, ``"population (10^4 persons)"``.

    Examples
    --------
    >>> measure_of("地区生产总值（亿元）"), measure_of("co2_mt"), measure_of("population")
    ('亿元', 'Mt', None)
    """
    plain = _plain(header)
    for found in reversed(_BRACKETS.findall(plain)):
        measure = known_measure(found)
        if measure:
            return measure
    pieces = re.split(r"[/_,，:：;\s]+", _BRACKETS.sub(" ", plain).strip())
    # The longest first: GDP 10^8 yuan is not in yuan, nor in 10^8 of something unknown here.
    for start in range(max(1, len(pieces) - 3), len(pieces)):
        measure = known_measure(" ".join(pieces[start:]))
        if measure:
            return None if _MULTIPLE.fullmatch(pieces[start - 1]) else measure
    return None


def known_measure(words: str) -> str | None:
    """Return a unit of measure as the package writes it, or ``None`` where it is none."""
    words = _COAL.sub(
        "", re.sub(r"^(单位|units?)\s*[:：=]\s*", "", words.strip(), flags=re.I)
    ).strip()
    if not words or words.isdigit():
        return None
    for attempt in (words, _LATIN.get(words.lower(), "")):
        if attempt:
            try:
                parse_unit(attempt)
            except UnitMismatchError:
                continue
            return attempt
    return None


def is_coal(header: str) -> bool:
    """Say whether a header counts in tonnes of standard coal, which are no tonnes of CO2."""
    return bool(_COAL.search(_plain(header)))


def says_co2(header: str) -> bool:
    """Say whether a header says that carbon dioxide is meant, and not carbon."""
    return bool(re.search(r"二氧化碳|CO[2₂]", half_width(header), re.I))


def with_substance(measure: str, header: str) -> tuple[str, bool]:
    """Return a mass of emissions with its substance, and whether the header says which.

    A header such as ``碳排放（万吨）`` leaves open whether carbon or carbon dioxide
    was weighed, a difference of 44/12. CO2, the usual meaning, is then a guess.

    Examples
    --------
    >>> with_substance("万吨", "二氧化碳排放（万吨）"), with_substance("万吨", "碳排放（万吨）")
    (('万吨 CO2', True), ('万吨 CO2', False))
    """
    unit = parse_unit(measure)
    if unit.substance or not unit.dimension.startswith("mass"):
        return measure, bool(unit.substance)
    top, slash, bottom = measure.partition("/")
    return f"{top} CO2{slash}{bottom}", says_co2(header)


def fits(measure: str, quantity: Quantity) -> bool:
    """Say whether a unit of measure is of the kind that a quantity has."""
    unit: Unit = parse_unit(measure)
    return unit.dimension == quantity.dimension


def variable_name(header: str, taken: Iterable[str], position: int) -> str:
    """Return a name for a variable that a study file can hold, not yet taken.

    Examples
    --------
    >>> variable_name("Steel output (Mt)", [], 3), variable_name("粗钢产量", [], 3)
    ('steel_output', 'variable_3')
    """
    bare = _BRACKETS.sub(" ", _plain(header))
    slug = re.sub(r"[^a-z0-9]+", "_", bare.lower()).strip("_")
    name = slug if re.match(r"[a-z][a-z0-9_]*$", slug) and len(slug) > 1 else f"variable_{position}"
    used, number, first = set(taken), 2, name
    while name in used:
        name, number = f"{first}_{number}", number + 1
    return name


def bare_title(header: str) -> str:
    """Return a header without the unit in its brackets, for figures and tables."""
    short = " ".join(half_width(header[:_LONGEST]).split())
    return _BRACKETS.sub("", short).strip() or header


def _plain(header: str) -> str:
    plain = half_width(header[:_LONGEST]).replace("₂", "2").replace("²", "2")
    # Patterns with several gaps take long for a long run of blanks.
    return " ".join(plain.split())
