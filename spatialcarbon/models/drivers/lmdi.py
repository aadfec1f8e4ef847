"""Decomposition by the logarithmic mean Divisia index (LMDI-I)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import label_digest, require_columns
from spatialcarbon.core.errors import BalanceError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option, check_positive
from spatialcarbon.core.units import parse_unit
from spatialcarbon.models.drivers.identity import Identity, parse_identity
from spatialcarbon.models.drivers.identity_names import Names, factor_names
from spatialcarbon.models.drivers.lmdi_cube import Cells, read_cube, totals
from spatialcarbon.models.drivers.lmdi_input import Rows, read_rows
from spatialcarbon.models.drivers.lmdi_kernel import cumulate, over_categories, run_course
from spatialcarbon.models.drivers.lmdi_result import DecompositionResult, Form, Level
from spatialcarbon.models.drivers.lmdi_stages import Stages, build_plan, check_base
from spatialcarbon.models.drivers.lmdi_zeros import Zeros, check_zeros, small
from spatialcarbon.stats.moran_panel import ALL, group_members

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.data.panel import Panel
    from spatialcarbon.models.drivers.identity import Variable
    from spatialcarbon.models.drivers.lmdi_course import Course

    Floats = npt.NDArray[np.float64]
    Cube = Mapping[Variable, Floats]

KAYA = "co2 = population * (gdp/population) * (industry/gdp) * (co2/industry)"
TOLERANCE = 1e-9
REFERENCES = ("kaya1990", "ang2001", "ang2005", "ang2015")
ABOUT_ZEROS = ("ang1998", "wood2006", "ang2007")


def decompose(
    frame: pd.DataFrame | Panel,
    *,
    identity: str = KAYA,
    unit: str = "unit",
    year: str = "year",
    form: Form = "additive",
    stages: Stages = None,
    chain: bool = False,
    cumulative: int | None = None,
    level: Level = "unit",
    zeros: Zeros = "raise",
    delta: float = 1e-100,
    groups: pd.Series[Any] | Mapping[str, Iterable[Any]] | str | None = None,
    units: Mapping[str, str] | None = None,
    names: Names | None = None,
) -> DecompositionResult:
    r"""How much of the change of emissions comes from each factor of an identity?

    Use it to split a change between two years into people, output per head, structure and
    intensity, or any other product, without a remainder. It is arithmetic on an identity and
    not a proof of cause: another identity splits the same change otherwise.

    Parameters
    ----------
    frame : DataFrame or Panel
        Tidy: a row for each unit, year and, with a sum, category. All amounts are totals
        (no values per head), not negative; money in constant prices.
    identity : str
        Product of factors, read by
        :func:`~spatialcarbon.models.drivers.identity.parse_identity`: each a column, or a ratio in
        parentheses; ``co2 = sum over fuel of ...`` with ``energy[fuel]`` for what is held by
        fuel. A column that stands with and without an index is summed for the latter.
    unit, year : str
        Columns with the units and the years; a Panel knows its own.
    form : {"additive", "multiplicative"}
        Whether tables lead with effects that add up or with ratios that multiply.
    stages : list of (start, end), or "yearly", optional
        Pairs of years; each year and the next; the first and the last year by default.
    chain : bool
        Add up the effects of all years within each stage instead of comparing its ends.
        The years must be equally far apart.
    cumulative : int, optional
        Base year from which chained effects are added up for every year.
    level : {"unit", "aggregate"}
        Decompose each unit, or the totals of the groups (of all units without groups).
        The two differ by shifts between units and do not belong into one table.
    zeros : {"raise", "limit", "small"}
        Refuse zeros; take the limits of the effects; or put ``delta`` in their place, which
        comes near the limits only like :math:`1/\ln(1/\delta)`.
    delta : float
        Stands for zero with ``zeros="small"``, in the unit of each variable.
    groups : Series, mapping or str, optional
        Unit → group, group → units, or a column of the table. With ``level="unit"`` the sums
        of the effects of each group are in ``by_group``.
    units : mapping, optional
        Column → unit of measure, where ``frame.attrs["units"]`` does not say.
    names : mapping, optional
        Factor, by its key or as written → name, or English and Chinese name.

    Returns
    -------
    DecompositionResult
        ``effects``, ``residual``, ``total``, ``by_group``, ``by_category``, ``cumulative``,
        ``dominant``, and ``aggregate(groups)``.

    Raises
    ------
    SchemaError
        An identity that cannot be read or does not give the outcome; columns, years that are
        not there; negative values, zeros.
    AlignmentError, MissingDataError
        Rows that stand twice or not at all; empty cells.
    OptionError
        Options outside their range.
    BalanceError
        Effects that do not add up to 1e-9, which only overflow can bring about.

    Notes
    -----
    With the outcome :math:`V = \sum_j V_j`, :math:`V_j = \prod_x x_j` over categories
    :math:`j`, and the logarithmic mean :math:`\Lambda(a, b) = (a - b)/(\ln a - \ln b)`,

    .. math::

        \Delta_x = \sum_j \Lambda(V_j^1, V_j^0) \ln\frac{x_j^1}{x_j^0}, \qquad
        D_x = \exp\frac{\Delta_x}{\Lambda(V^1, V^0)}, \qquad
        \sum_x \Delta_x = V^1 - V^0, \quad \prod_x D_x = \frac{V^1}{V^0}.

    Additive effects of places add up to those of their group; the ratios of a group follow
    from its effects and its totals. The logarithms are those of the variables as given
    (:func:`~spatialcarbon.models.drivers.log_mean.log_change`), not of factors formed first.

    References
    ----------
    Ang & Liu (2001), Energy 26:537–548; Ang (2005), Energy Policy 33:867–871; Ang, Zhang &
    Choi (1998), Energy 23:489–495, for zeros.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "unit": ["A", "A"], "year": [2005, 2010], "population": [100.0, 110.0],
    ...         "gdp": [500.0, 700.0], "industry": [250.0, 300.0], "co2": [100.0, 120.0],
    ...     }
    ... )  # fmt: skip
    >>> result = decompose(table, units={"co2": "Mt CO2"})
    >>> result.effects.set_index("factor")["effect"].round(6).to_dict()
    {'population': 10.455174, 'affluence': 26.454585, 'structure': -16.909759, 'intensity': 0.0}
    """
    check_option(form, Form, "form")
    check_option(level, Level, "level")
    check_option(zeros, Zeros, "zeros")
    check_positive(delta, "delta")
    parsed = parse_identity(identity)
    keys, titles = factor_names(parsed, names)
    rows = read_rows(frame, parsed, unit, year)
    members = _members(groups, rows, level)
    plan = build_plan(rows.years, stages, chain=chain)
    yearly = None
    if cumulative is not None:
        check_base(rows.years, cumulative)
        yearly = build_plan(rows.years, None, chain=True)
    years = plan.years if yearly is None else yearly.years
    cells = Cells(rows.units, years, rows.categories)
    cube = read_cube(rows, parsed, cells)
    digest = _digest(cube, rows.units)
    if level == "aggregate":
        cells = Cells(pd.Index(list(members)), years, rows.categories)
        cube = totals(cube, [rows.units.get_indexer(index) for index in members.values()])
    vanished = check_zeros(cube, parsed, zeros, cells)
    if vanished and zeros == "small":
        cube = small(cube, delta)
    limits = bool(vanished) and zeros == "limit"
    course, by_category = run_course(cube, parsed, plan, cells, limits=limits)
    _check_closed(course, cells.units)
    path = None
    if yearly is not None and cumulative is not None:
        steps, _ = run_course(cube, parsed, yearly, cells, limits=limits)
        path = years, cumulate(steps, years, cumulative)
    measures = _measures(rows.frame, parsed, units)
    return DecompositionResult(
        method="LMDI decomposition",
        identity=_written(parsed, keys),
        outcome=parsed.outcome,
        factors=keys,
        factor_names=titles,
        unit_of_measure=measures.get(parsed.outcome, ""),
        form=form,
        level=level,
        stages=plan.stages,
        chain=chain,
        units=cells.units,
        categories=rows.categories,
        groups={} if groups is None else members,
        years=years,
        levels=over_categories(cube[parsed.term]),
        course=course,
        category_effects=by_category,
        yearly=path,
        settings={
            "identity": identity,
            "unit": unit,
            "year": year,
            "form": form,
            "stages": [list(pair) for pair in plan.stages],
            "chain": chain,
            "cumulative": cumulative,
            "level": level,
            "zeros": zeros,
            "delta": delta if zeros == "small" else None,
            "groups": {} if groups is None else {k: len(v) for k, v in members.items()},
            "data": digest,
        },
        references=(*REFERENCES, *(ABOUT_ZEROS if vanished else ())),
        remarks=_remarks(chain=chain, level=level, zeros=zeros, vanished=vanished),
    )


def _members(groups: Any, rows: Rows, level: Level) -> dict[str, pd.Index]:
    """Return the units of each group; all units together where totals are wanted without."""
    if groups is None:
        return {ALL: rows.units} if level == "aggregate" else {}
    if isinstance(groups, str):
        require_columns(rows.frame, [groups], text("the table"))
        labels = pd.Series(rows.frame[groups].to_numpy(), index=rows.units[rows.unit])
        pairs = labels.reset_index().drop_duplicates()
        groups = pd.Series(pairs.iloc[:, 1].to_numpy(), index=pd.Index(pairs.iloc[:, 0]))
    return group_members(groups, rows.units, overall=False)


def _digest(cube: Cube, units: pd.Index) -> str:
    """Return a short content hash of labelled numbers, the same in any row order."""
    digest = hashlib.sha256(label_digest(units))
    for values in cube.values():
        digest.update(np.ascontiguousarray(values).data)
    return digest.hexdigest()[:16]


def _check_closed(course: Course, units: pd.Index) -> None:
    _, relative = course.additive_residual
    left = np.flatnonzero(~(relative <= TOLERANCE).all(axis=1))
    if len(left):
        raise BalanceError(
            "the effects do not add up to the change in {n} units",
            arrived="{units}",
            expected="a remainder of at most {tolerance:g} of the largest effect",
            fix="give the amounts in larger units of measure: their sums overflow",
            n=len(left),
            units=some(units[left]),
            tolerance=TOLERANCE,
        )


def _measures(
    frame: pd.DataFrame, identity: Identity, units: Mapping[str, str] | None
) -> dict[str, str]:
    """Return the units of measure that are known; those of the caller are checked."""
    known = dict(frame.attrs.get("units", {}))
    for name, measure in (units or {}).items():
        parse_unit(measure)
        known[name] = measure
    return {name: str(known[name]) for name in identity.held_by if known.get(name)}


def _written(identity: Identity, keys: tuple[str, ...]) -> str:
    """Return the identity with the name of every factor."""
    over = f"sum over {', '.join(identity.levels)} of " if identity.levels else ""
    parts = (
        f"{key}: ({factor.written})" if key != factor.written else f"({factor.written})"
        for key, factor in zip(keys, identity.factors, strict=True)
    )
    return f"{identity.outcome} = {over}{' * '.join(parts)}"


def _remarks(*, chain: bool, level: Level, zeros: Zeros, vanished: int) -> tuple[Text, ...]:
    said: list[Text] = []
    if chain:
        said.append(text("effects of single years were added: they hang on the path between"))
    if level == "aggregate":
        said.append(text("totals were decomposed: shifts between places are in the effects"))
    if vanished and zeros == "limit":
        said.append(text("values of zero that were taken to their limits: {n}", n=vanished))
    if vanished and zeros == "small":
        said.append(text("values of zero that a small number stands for: {n}", n=vanished))
    return tuple(said)
