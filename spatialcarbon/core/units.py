"""Units of measure: parsed, compared and converted, never guessed.

A unit is a product of powers of ten over four dimensions (mass, area, money,
people), written as in the field: ``Mt CO2``, ``10^4 t``, ``万吨``, ``亿元``,
``km²``, ``t/person``. Carbon and carbon dioxide are different substances:
turning one into the other takes :func:`carbon_to_co2` and is never implied.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from spatialcarbon.core.errors import UnitMismatchError
from spatialcarbon.core.limits import shortened
from spatialcarbon.core.options import suggestion

LONGEST = 200
"""Characters of the longest unit that is parsed."""

CO2_PER_C = Fraction(44, 12)
"""Mass of CO2 per mass of carbon, 44/12 (the ratio of molar masses)."""

_SCALES: dict[str, tuple[str, Fraction]] = {}


def _define(dimension: str, factor: Fraction | int, *names: str) -> None:
    for name in names:
        _SCALES[name] = (dimension, Fraction(factor))


_define("mass", Fraction(1, 1000), "kg", "千克")
_define("mass", 1, "t", "tonne", "tonnes", "吨")
_define("mass", 10**3, "kt", "千吨")
_define("mass", 10**4, "10kt", "10^4 t", "万t", "万吨")
_define("mass", 10**6, "Mt", "百万吨")
_define("mass", 10**8, "10^8 t", "亿t", "亿吨")
_define("mass", 10**9, "Gt", "十亿吨")
_define("area", Fraction(1, 10**6), "m2", "m^2", "平方米")
_define("area", Fraction(1, 100), "ha", "hm2", "hm^2", "公顷")
_define("area", 1, "km2", "km^2", "平方公里", "平方千米")
_define("area", 10, "kha", "千公顷")
_define("area", 100, "10^4 ha", "万公顷")
_define("area", 10**4, "10^4 km2", "万平方公里", "万km2")
_define("money", 1, "CNY", "yuan", "RMB", "元")
_define("money", 10**4, "10^4 CNY", "万元")
_define("money", 10**6, "10^6 CNY", "百万元")
_define("money", 10**8, "10^8 CNY", "亿元")
_define("money", 10**12, "10^12 CNY", "万亿元")
_define("people", 1, "person", "persons", "people", "人")
_define("people", 10**3, "10^3 persons", "千人")
_define("people", 10**4, "10^4 persons", "万人")
_define("people", 10**6, "10^6 persons", "百万人")
_define("people", 10**8, "10^8 persons", "亿人")
_define("volume", 1, "m3", "m^3", "立方米")
_define("volume", 10**4, "10^4 m3", "万m3", "万立方米")
_define("volume", 10**8, "10^8 m3", "亿m3", "亿立方米")
_define("number", 1, "1", "", "fraction", "index")
_define("number", Fraction(1, 100), "%", "percent")

_SUBSTANCES = {"co2": "CO2", "二氧化碳": "CO2", "c": "C", "碳": "C"}


@dataclass(frozen=True)
class Unit:
    """A parsed unit.

    Parameters
    ----------
    name : str
        As it was written.
    dimension : str
        ``"mass"``, ``"area"``, ``"money"``, ``"people"``, ``"volume"``,
        ``"number"`` or a quotient such as ``"mass/people"``.
    factor : Fraction
        Size in the internal unit (t, km², CNY, person, m³).
    substance : str
        ``"CO2"``, ``"C"`` or empty.
    """

    name: str
    dimension: str
    factor: Fraction
    substance: str = ""


def _normal(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).strip()
    # NFKC turns superscripts into digits: 10⁴ arrives as 104 unless caught first.
    return re.sub(r"\s+", " ", plain)


def _superscripts(text: str) -> str:
    table = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    text = re.sub(r"10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "10^" + m[1].translate(table), text)
    return text.replace("₂", "2")


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit:
    """Parse a unit of measure.

    Parameters
    ----------
    text : str
        For example ``"Mt CO2"``, ``"万吨"``, ``"10⁸ CNY"``, ``"t/km²"``.

    Raises
    ------
    UnitMismatchError
        For a unit that is not known, with the closest one that is.

    Examples
    --------
    >>> parse_unit("10⁴ t CO2").factor
    Fraction(10000, 1)
    >>> parse_unit("万吨/亿元").dimension
    'mass/money'
    """
    if len(str(text)) > LONGEST:
        raise _unknown(str(text), "")
    normal = _normal(_superscripts(str(text)))
    top, _, bottom = normal.partition("/")
    unit = _parse_simple(top, text)
    if not bottom:
        return unit
    below = _parse_simple(bottom, text)
    if (unit.dimension, unit.substance) == (below.dimension, below.substance):
        return Unit(text, "number", unit.factor / below.factor)  # persons per persons: a share
    return Unit(
        text, f"{unit.dimension}/{below.dimension}", unit.factor / below.factor, unit.substance
    )


def _parse_simple(part: str, whole: str) -> Unit:
    name, substance = part.strip(), ""
    match = re.search(r"^(.*?)[ ]?(CO2|二氧化碳|(?<=[ 吨])C|(?<=吨)碳)$", name, re.IGNORECASE)
    if match and match[1]:
        name, substance = match[1].strip(), _SUBSTANCES[match[2].lower()]
    if name in _SCALES:
        dimension, factor = _SCALES[name]
        return Unit(whole, dimension, factor, substance)
    raise _unknown(whole, suggestion(name, list(_SCALES)))


def _unknown(written: str, close: str) -> UnitMismatchError:
    return UnitMismatchError(
        "{text!r} is not a unit of measure that is known here",
        expected="for example t, 万吨, Mt, km², 亿元, 万人, t/person",
        fix="{close}" if close else "",
        text=shortened(written),
        close=close,
    )


def conversion_factor(source: str, target: str) -> float:
    """Return the number that turns a value in ``source`` into ``target``.

    Parameters
    ----------
    source, target : str
        Units of measure of the same kind, such as ``"万吨"`` and ``"Mt"``.

    Returns
    -------
    float

    Raises
    ------
    UnitMismatchError
        When the two measure different things, carbon and CO2 included.

    Examples
    --------
    >>> conversion_factor("万吨", "Mt")
    0.01
    """
    a, b = parse_unit(source), parse_unit(target)
    if a.dimension != b.dimension:
        raise UnitMismatchError(
            "{source} cannot be turned into {target}",
            arrived="{a}",
            expected="{b}",
            source=source,
            target=target,
            a=a.dimension,
            b=b.dimension,
        )
    if a.substance and b.substance and a.substance != b.substance:
        raise UnitMismatchError(
            "{source} and {target} measure different substances",
            fix="multiply carbon by 44/12 yourself: spatialcarbon.core.units.carbon_to_co2",
            source=source,
            target=target,
        )
    return float(a.factor / b.factor)


def carbon_to_co2(tonnes_of_carbon: float) -> float:
    """Return the CO2 that holds this much carbon (× 44/12).

    Examples
    --------
    >>> carbon_to_co2(12.0)
    44.0
    """
    return tonnes_of_carbon * float(CO2_PER_C)
