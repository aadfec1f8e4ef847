"""Identities such as ``co2 = population * (gdp/population) * (co2/gdp)``, read and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.models.drivers.identity_words import DEEPEST, Reader, mistake


@dataclass(frozen=True, order=True)
class Variable:
    """A quantity of the table, by category if it has an index.

    Parameters
    ----------
    name : str
        Column of the table.
    index : tuple of str
        Levels it is taken by, such as ``("fuel",)``.
    """

    name: str
    index: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}[{', '.join(self.index)}]" if self.index else self.name


@dataclass(frozen=True)
class Factor:
    """A product of powers of variables.

    Parameters
    ----------
    powers : tuple of (Variable, int)
        Sorted, without zeros.
    written : str
        As it stands in the identity, without spaces.
    label : str
        The name given to it there; empty without one.
    """

    powers: tuple[tuple[Variable, int], ...]
    written: str
    label: str = ""


@dataclass(frozen=True)
class Identity:
    """An outcome and the factors whose product, summed over categories, it is.

    Parameters
    ----------
    outcome : str
        Column that is explained.
    levels : tuple of str
        Columns with the categories that are summed over; empty for a plain product.
    factors : tuple of Factor
        In their order.
    """

    outcome: str
    levels: tuple[str, ...]
    factors: tuple[Factor, ...]

    @property
    def term(self) -> Variable:
        """The outcome of one category."""
        return Variable(self.outcome, self.levels)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """Every variable once, the outcome first."""
        used = (variable for factor in self.factors for variable, _ in factor.powers)
        return tuple(dict.fromkeys([self.term, *used]))

    @property
    def held_by(self) -> Mapping[str, tuple[str, ...]]:
        """The levels each column is held by: all that it is indexed with anywhere."""
        found: dict[str, set[str]] = {}
        for variable in self.variables:
            found.setdefault(variable.name, set()).update(variable.index)
        return {name: tuple(x for x in self.levels if x in by) for name, by in found.items()}


def parse_identity(words: str) -> Identity:
    """What is decomposed into what?

    Parameters
    ----------
    words : str
        ``outcome = factor * factor * ...``, a factor being a variable or a product or
        ratio in parentheses, if wanted with its name in front (``affluence:
        (gdp/population)``); or ``outcome = sum over fuel of ...`` with variables that
        have categories written ``energy[fuel]``. A column whose name is not one word
        stands between backticks.

    Returns
    -------
    Identity

    Raises
    ------
    SchemaError
        For what cannot be read, with the place; for a product that is not the outcome,
        with what is left over.

    Examples
    --------
    >>> kaya = parse_identity("co2 = population * (gdp/population) * (co2/gdp)")
    >>> [factor.written for factor in kaya.factors]
    ['population', 'gdp/population', 'co2/gdp']
    """
    reader = Reader(words)
    outcome = reader.name(text("the variable that is explained"))
    if reader.ahead == "[":
        raise mistake(
            reader,
            text("the left side of an identity has no categories: it is their sum"),
            example="co2 = sum over fuel of ... (co2[fuel]/energy[fuel])",
        )
    reader.take("=")
    levels = _levels(reader)
    factors = [_factor(reader, levels)]
    while reader.ahead != "":
        if reader.ahead == "/":
            raise mistake(
                reader,
                text("a ratio that is a factor stands in parentheses"),
                example="population * (gdp/population)",
            )
        reader.take("*")
        factors.append(_factor(reader, levels))
    identity = Identity(outcome, levels, tuple(factors))
    _check_reduces(identity)
    return identity


def _levels(reader: Reader) -> tuple[str, ...]:
    if not reader.follows("sum", "over"):
        return ()
    reader.skip(2)
    levels = [reader.name(text("a column with categories"))]
    while reader.ahead in (",", "*"):
        reader.skip(1)
        levels.append(reader.name(text("a column with categories")))
    if len(set(levels)) < len(levels):
        raise mistake(reader, text("the identity sums twice over the same categories"))
    reader.take("of")
    return tuple(levels)


def _factor(reader: Reader, levels: tuple[str, ...]) -> Factor:
    label = ""
    if reader.second == ":":
        label = reader.name(text("the name of a factor"))
        reader.skip(1)
    powers: Counter[Variable] = Counter()
    begin = reader.at
    if reader.ahead == "(":
        reader.skip(1)
        _product(reader, levels, powers, 1, depth=0)
        reader.take(")")
    else:
        powers[_variable(reader, levels)] += 1
    kept = tuple(sorted((variable, power) for variable, power in powers.items() if power))
    if not kept:
        written = reader.between(begin, reader.at)
        raise mistake(reader, text("the factor {factor} is always one", factor=written))
    return Factor(kept, reader.between(begin, reader.at), label)


def _product(
    reader: Reader, levels: tuple[str, ...], powers: Counter[Variable], sign: int, depth: int
) -> None:
    """Read variables joined by * and /, from left to right, into their powers."""
    power = sign
    while True:
        if reader.ahead == "(":
            if depth > DEEPEST:
                raise mistake(reader, text("parentheses stand too deep in each other"))
            reader.skip(1)
            _product(reader, levels, powers, power, depth + 1)
            reader.take(")")
        else:
            powers[_variable(reader, levels)] += power
        if reader.ahead not in ("*", "/"):
            return
        power = sign if reader.ahead == "*" else -sign
        reader.skip(1)


def _variable(reader: Reader, levels: tuple[str, ...]) -> Variable:
    name = reader.name(text("a variable"))
    index: list[str] = []
    if reader.ahead == "[":
        reader.skip(1)
        while True:
            level = reader.name(text("a column with categories"))
            if level not in levels:
                raise mistake(
                    reader,
                    text(
                        "{name} is taken by {level}, over which the identity does not sum",
                        name=name,
                        level=level,
                    ),
                    example=f"{reader.first} = sum over {level} of ...",
                )
            if level in index:
                twice = text("{name} is taken twice by {level}", name=name, level=level)
                raise mistake(reader, twice)
            index.append(level)
            if reader.ahead != ",":
                break
            reader.skip(1)
        reader.take("]")
    # The order of the levels of an index means nothing: co2[fuel, sector] is co2[sector, fuel].
    return Variable(name, tuple(level for level in levels if level in index))


def _check_reduces(identity: Identity) -> None:
    product: Counter[Variable] = Counter()
    for factor in identity.factors:
        for variable, power in factor.powers:
            product[variable] += power
    left = Counter(product)
    left[identity.term] -= 1
    over = {variable: power for variable, power in left.items() if power}
    if not over:
        return
    back = {variable: -power for variable, power in over.items()}
    raise SchemaError(
        "the factors of the identity do not give {outcome}: {over} is left over",
        arrived="the product is {product}",
        expected="{outcome}",
        fix="multiply by ({back})",
        outcome=str(identity.term),
        over=_fraction(over),
        product=_fraction({v: p for v, p in product.items() if p}),
        back=_fraction(back),
    )


def _fraction(powers: Mapping[Variable, int]) -> str:
    """Return powers as a product over a product."""

    def repeated(sign: int) -> Iterator[str]:
        for variable in sorted(powers):
            yield from [str(variable)] * max(0, min(sign * powers[variable], 5))

    above, below = list(repeated(1)), list(repeated(-1))
    top = some(above).replace(", ", " * ") if above else "1"
    bottom = " / ".join(below[:5])
    return f"{top} / {bottom}" if bottom else top
