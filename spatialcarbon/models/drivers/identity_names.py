"""Names of factors: population, affluence, structure, intensity, or as they are written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import Text, name, text

if TYPE_CHECKING:
    from spatialcarbon.models.drivers.identity import Factor, Identity, Variable

Names = Mapping[str, str | tuple[str, str]]

KINDS: Mapping[str, frozenset[str]] = {
    "industry": frozenset(
        ("industry", "industrial", "secondary", "manufacturing", "gdp2", "工业", "第二产业", "二产")
    ),
    "energy": frozenset(("energy", "coal", "tce", "能源", "能耗", "能源消费")),
    "population": frozenset(
        ("population", "pop", "persons", "people", "residents", "人口", "常住人口")
    ),
    "gdp": frozenset(("gdp", "grp", "生产总值", "地区生产总值")),
}
"""Words in the name of a column that say what it measures; the first kind found counts."""

KNOWN: Mapping[str, Text] = {
    "population": text("population"),
    "gdp": text("GDP"),
    "affluence": text("affluence"),
    "structure": text("industrial structure"),
    "intensity": text("carbon intensity"),
    "energy_intensity": text("energy intensity"),
    "carbon_content": text("carbon content of energy"),
    "mix": text("mix of categories"),
}
"""Names of the factors that are known, by key."""

RATIOS: Mapping[tuple[str, str], str] = {
    ("gdp", "population"): "affluence",
    ("industry", "gdp"): "structure",
    ("energy", "gdp"): "energy_intensity",
    ("energy", "industry"): "energy_intensity",
    ("outcome", "energy"): "carbon_content",
    ("outcome", "gdp"): "intensity",
    ("outcome", "industry"): "intensity",
}


def kind_of(column: str) -> str:
    """Return what a column measures by the words of its name, or an empty string.

    Examples
    --------
    >>> kind_of("gdp_2005_prices"), kind_of("secondary_gdp"), kind_of("co2")
    ('gdp', 'industry', '')
    """
    words = set(re.split(r"[\W_]+", column.casefold()))
    return next((kind for kind, known in KINDS.items() if words & known), "")


def factor_names(
    identity: Identity, names: Names | None = None
) -> tuple[tuple[str, ...], dict[str, Text]]:
    """Return the keys of the factors, and the name of each in both languages.

    Parameters
    ----------
    identity : Identity
        With the labels that stand in it.
    names : mapping, optional
        Key, or factor as written, → name, or English and Chinese name.

    Raises
    ------
    SchemaError
        For two factors with one name.
    OptionError
        For names of factors that are not there.
    """
    guessed = [factor.label or _guess(factor, identity) for factor in identity.factors]
    often = Counter(guessed)
    keys = [
        factor.label or (key if often[key] == 1 else factor.written)
        for key, factor in zip(guessed, identity.factors, strict=True)
    ]
    if len(set(keys)) < len(keys):
        raise SchemaError(
            "two factors of the identity have one name",
            arrived="{names}",
            fix="name them in the identity: affluence: (gdp/population)",
            names=some(keys, 12),
        )
    titles = {key: KNOWN.get(key) or name(key, "") for key in keys}
    written = {f.written: key for key, f in zip(keys, identity.factors, strict=True)}
    for given, title in (names or {}).items():
        plain = re.sub(r"\s", "", str(given))
        key = given if given in titles else written.get(plain.removeprefix("(").removesuffix(")"))
        if key is None:
            raise OptionError(
                "names={given!r}: there is no such factor",
                expected="one of {known}",
                given=given,
                known=some(keys, 12),
            )
        titles[key] = _given(title)
    return tuple(keys), titles


def _given(title: str | tuple[str, str]) -> Text:
    """Return a name of the caller's, who may give the Chinese one too."""
    pair = [title, ""] if isinstance(title, str) else title
    listed = isinstance(pair, (tuple, list)) and len(pair) == 2
    if not listed or not all(isinstance(part, str) for part in pair):
        raise OptionError(
            "names: {title!r} is not a name",
            expected="a text, or two: English and Chinese",
            title=title,
        )
    return name(pair[0], pair[1])


def _guess(factor: Factor, identity: Identity) -> str:
    """Return the key of a well-known factor, or the factor as written."""
    powers = dict(factor.powers)
    above = [variable for variable, power in powers.items() if power == 1]
    below = [variable for variable, power in powers.items() if power == -1]
    if len(above) != 1 or len(above) + len(below) != len(powers) or len(below) > 1:
        return factor.written
    top = above[0]
    if not below:
        kind = kind_of(top.name)
        return kind if kind in KNOWN and not top.index else factor.written
    bottom = below[0]
    if top.name == bottom.name and top.name != identity.outcome:
        return "mix"
    return RATIOS.get((_role(top, identity), _role(bottom, identity)), factor.written)


def _role(variable: Variable, identity: Identity) -> str:
    return "outcome" if variable.name == identity.outcome else kind_of(variable.name)
