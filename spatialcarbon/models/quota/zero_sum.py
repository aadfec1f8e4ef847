"""Zero-sum-gains DEA: a fixed total moved between units until all are equally efficient."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialcarbon.core.errors import (
    ConvergenceWarning,
    DegenerateDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_count, check_fraction, check_option
from spatialcarbon.models.quota.dea import data_checksum
from spatialcarbon.models.quota.dea_input import (
    Activities,
    Table,
    activities,
    arrays,
    discrimination,
)
from spatialcarbon.models.quota.dea_reading import clean
from spatialcarbon.models.quota.dea_solver import efficiency_scores
from spatialcarbon.models.quota.dea_technology import Floats, Returns
from spatialcarbon.models.quota.zero_sum_result import ZeroSumResult
from spatialcarbon.models.quota.zero_sum_rules import (
    Mode,
    Rule,
    check_balance,
    constant_of,
    cooperative_score,
    score_of,
    single_score,
    step_of,
)

if TYPE_CHECKING:
    from spatialcarbon.core.align import Missing


def zero_sum_dea(
    inputs: Table,
    outputs: Table,
    *,
    mode: Mode = "one-shot",
    rule: Rule = "proportional",
    tol: float = 1e-6,
    max_iter: int = 100,
    returns: Returns = "variable",
    missing: Missing = "raise",
) -> ZeroSumResult:
    r"""How would a fixed total be shared out if every unit were to be efficient?

    Use it where what one unit gives up must go to the others: emission allowances
    under a national total. Ordinary efficiency scores would let each unit cut
    alone, and the total with it. The allocation favours whoever makes much of
    little; it asks nothing about need, history or what can be cut, so set it beside
    those of :func:`allocate`. Not for inputs that can shrink or grow freely, and not
    for several inputs.

    Parameters
    ----------
    inputs : Series or one-column DataFrame
        What is shared out, above zero, by unit. Its sum is the total.
    outputs : Series or DataFrame
        What the units make of it, zero or more, for the same units in any order.
    mode : {"one-shot", "iterate"}
        The allocation of the target theorem, which needs one step and depends on no
        path; or repeated steps of a rule, to compare.
    rule : {"proportional", "single", "paper004"}
        How a step is taken when iterating. Proportional: the one-shot step. Single:
        each unit gives up what its own single-unit score says, which approaches the
        one-shot allocation. Paper004: two steps with the score that study 004 prints,
        which overshoot, then a proportional one.
    tol : float
        A unit counts as efficient when its score is this near one; between 0 and 1.
    max_iter : int
        Most steps when iterating.
    returns : {"variable", "constant", "increasing", "decreasing"}
        Returns to scale of the technology, as in :func:`dea`.
    missing : {"raise", "drop"}
        A unit with an empty cell: refused, or left out as a whole.

    Returns
    -------
    ZeroSumResult
        ``allocation``, ``adjustment``, ``share``, ``efficiency``, ``score``,
        ``single_score`` by unit; ``constant``, ``moved``, ``history``, ``converged``.

    Raises
    ------
    SchemaError
        Several inputs; inputs of zero or less, negative outputs, a unit without output.
    OptionError
        A rule other than the proportional one without ``mode="iterate"``.
    DegenerateDataError
        Fewer than two units; a rule that takes all that some unit has.
    BalanceError
        When a step misses the total by more than 1e-9 of it.

    Warns
    -----
    ConvergenceWarning
        When ``max_iter`` steps leave a unit inefficient; ``converged`` says so too.
    WeakDiscriminationWarning
        Fewer than :math:`3(1+s)` units for :math:`s` outputs.

    Notes
    -----
    With the efficiency :math:`\varphi_i` of each unit, its input :math:`x_i` and
    :math:`X = \sum_i x_i`, the one-shot allocation is

    .. math:: x^*_i = h_i\, x_i, \qquad h_i = C\,\varphi_i, \qquad
              C = \frac{X}{\sum_j \varphi_j x_j} \ge 1

    The points :math:`(\varphi_i x_i, y_i)` lie on the frontier; stretching it and them
    by C restores the total and leaves every unit on it. A unit with :math:`h_i > 1`
    gains. The score of a unit that searches alone is

    .. math:: h_i = \frac{\varphi_i (1 + k_i)}{1 + k_i \varphi_i}, \qquad
              k_i = \frac{x_i}{X - x_i}

    and a step by scores h redistributes what is given up in proportion to inputs,

    .. math:: x'_i = x_i h_i + \sum_{o \ne i} x_o (1 - h_o) \frac{x_i}{X - x_o}

    The single-unit score takes no unit past the frontier: with
    :math:`p_o = x_o(1 - h_o)/(X - x_o)` and S their sum, efficient units grow by
    :math:`1 + S` and the others come to
    :math:`x'_i = \varphi_i x_i (1 + S) + (S - p_i)(1 - \varphi_i)\, x_i`. So
    :math:`\varphi' x' = (1 + S)\,\varphi x`, every state has the same one-shot
    allocation, and the steps approach it. Study 004's score does not: it leaves the
    factor h out of the theorem's sum and clips what follows,
    :math:`\min\{1, \max\{0, \varphi_i (1 + A) - B\}\}` with A and B the sums of
    :math:`x` and of :math:`\varphi x` over inefficient units, each over the sum of
    :math:`x` of the efficient ones. That cuts units to far below the frontier, which
    then makes others inefficient, and where it ends depends on the path.

    Further inputs that are not shared out are refused: shrinking the shared input
    alone would then measure another frontier than that of the scores.

    References
    ----------
    Lins et al. (2003); Gomes & Lins (2008), the target theorem; Lin & Ning (2011), the
    iteration.

    Examples
    --------
    Six provinces with efficiencies 1, 1, 1, 0.6, 0.5 and 0.4. Of their 35 a frontier of
    23 would do, so that C = 35/23; the last one is left with 10 · 0.4 · 35/23.

    >>> import pandas as pd
    >>> emission = pd.Series([2.0, 4, 6, 5, 8, 10], index=list("ABCDEF"), name="emission")
    >>> gdp = pd.Series([1.0, 3, 4, 2, 3, 3], index=list("ABCDEF"), name="gdp")
    >>> result = zero_sum_dea(emission, gdp)
    >>> round(result.constant * 23, 9)
    35.0
    >>> (result.allocation * 23 / 35).round(9).tolist()
    [2.0, 4.0, 6.0, 3.0, 4.0, 4.0]
    """
    check_option(mode, Mode, "mode")
    check_option(rule, Rule, "rule")
    check_option(returns, Returns, "returns")
    tol = check_fraction(tol, "tol")
    max_iter = check_count(max_iter, "max_iter", minimum=1)
    if mode == "one-shot" and rule != "proportional":
        raise OptionError(
            "rule={rule!r} is for repeated steps, and mode='one-shot' takes one",
            fix="mode='iterate'",
            rule=rule,
        )
    given = _one_input(activities(inputs, outputs, missing))
    own = given.sorted
    remarks = discrimination(len(own.inputs), 1, own.outputs.shape[1], stacklevel=2)
    path = _walk(own, rule, tol, 1 if mode == "one-shot" else max_iter, returns, mode)
    x, phi = path.inputs[0], path.scores[0]
    last, reached = path.inputs[-1], path.scores[-1]
    labels, units = own.inputs.index, given.inputs.index

    def by_unit(values: Floats, name: str) -> pd.Series[float]:
        return pd.Series(values, labels, name=name).loc[units]

    moved = float(np.abs(last - x).sum() / 2)
    converged = bool((1.0 - reached <= tol).all())
    if not converged:
        slow = labels[1.0 - reached > tol]
        said = text(
            "after {n} steps of the rule {rule}, {count} of {all} units are not efficient: {units}",
            n=len(path.inputs) - 1,
            rule=rule,
            count=len(slow),
            all=len(labels),
            units=some(slow),
        )
        remarks = (*remarks, said)
        warnings.warn(ConvergenceWarning(said), stacklevel=2)
    return ZeroSumResult(
        method="Zero-sum-gains data envelopment analysis",
        allocation=by_unit(last, "allocation"),
        adjustment=by_unit(last - x, "adjustment"),
        share=by_unit(last / x.sum(), "share"),
        efficiency=by_unit(phi, "efficiency"),
        score=by_unit(cooperative_score(x, phi), "score"),
        single_score=by_unit(single_score(x, phi), "single_score"),
        final_efficiency=by_unit(reached, "final_efficiency"),
        constant=constant_of(x, phi),
        total=float(x.sum()),
        moved=moved,
        history=_history(path, rule, labels, units),
        iterations=len(path.inputs) - 1,
        converged=converged,
        handed_over=path.handed_over,
        mode=mode,
        rule=rule,
        returns=returns,
        inputs=given.inputs,
        outputs=given.outputs,
        dropped=given.dropped,
        settings={
            "mode": mode,
            "rule": rule,
            "tol": tol,
            "max_iter": max_iter,
            "returns": returns,
            "inputs": list(given.inputs.columns),
            "outputs": list(given.outputs.columns),
            "data": data_checksum(given),
        },
        references=_references(rule),
        remarks=(*remarks, *_remarks(given, path, moved, float(x.sum()))),
    )


@dataclass(frozen=True, eq=False)
class _Path:
    """Inputs and their efficiency at the start and after each step."""

    inputs: list[Floats]
    scores: list[Floats]
    handed_over: int


def _one_input(given: Activities) -> Activities:
    if given.inputs.shape[1] != 1:
        raise SchemaError(
            "zero-sum gains share out exactly one input",
            arrived="{n} inputs: {columns}",
            fix="give the shared input alone; a further input cannot be held fixed while it moves",
            n=given.inputs.shape[1],
            columns=some(given.inputs.columns),
        )
    if len(given.inputs) < 2:
        raise DegenerateDataError(
            "one unit has no other to share a total with", fix="give two units or more"
        )
    return given


def _walk(
    own: Activities, rule: Rule, tol: float, most: int, returns: Returns, mode: Mode
) -> _Path:
    table, y = arrays(own)
    x = table[:, 0]

    def scored(values: Floats) -> tuple[Floats, int]:
        found, handed = efficiency_scores(values[:, None], y, returns=returns)
        return clean(found, None, "input"), handed

    phi, handed = scored(x)
    inputs, scores, total = [x], [phi], handed
    for step in range(most):
        if mode == "iterate" and (1.0 - phi <= tol).all():
            break
        x = step_of(rule, step, x, phi)
        check_balance(inputs[0], x)
        if not (x > 0).all():
            raise DegenerateDataError(
                "the rule {rule} takes all that {units} has",
                fix="mode='one-shot', which leaves every unit something",
                rule=rule,
                units=some(own.inputs.index[~(x > 0)]),
            )
        phi, handed = scored(x)
        inputs.append(x)
        scores.append(phi)
        total += handed
    return _Path(inputs, scores, total)


def _history(path: _Path, rule: Rule, labels: pd.Index, units: pd.Index) -> pd.DataFrame:
    place = labels.get_indexer(units)
    rows = [
        pd.DataFrame(
            {
                "iteration": step,
                "unit": units,
                "input": x[place],
                "efficiency": phi[place],
                "score": score_of(rule, step, x, phi)[place],
            }
        )
        for step, (x, phi) in enumerate(zip(path.inputs, path.scores, strict=True))
    ]
    return pd.concat(rows, ignore_index=True)


def _references(rule: Rule) -> tuple[str, ...]:
    own = {"proportional": (), "single": ("lin2011",), "paper004": ("study004",)}
    return ("banker1984", "lins2003", "gomes2008", *own[rule])


def _remarks(given: Activities, path: _Path, moved: float, total: float) -> tuple[Text, ...]:
    said = [
        text(
            "{moved:.6g} of {total:.6g} moves between units ({share:.3g} %)",
            moved=moved,
            total=total,
            share=100 * moved / total,
        )
    ]
    if path.handed_over:
        said.append(text("{n} programmes were solved by HiGHS", n=path.handed_over))
    if given.dropped:
        said.append(text("left out for missing values: {units}", units=some(given.dropped)))
    return tuple(said)
