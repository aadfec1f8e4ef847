"""Data envelopment analysis: how far each unit is from the best practice among all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, checksum, label_digest
from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.options import check_option
from spatialcarbon.models.quota.dea_input import (
    Activities,
    Table,
    activities,
    arrays,
    discrimination,
)
from spatialcarbon.models.quota.dea_reading import clean, peers_of, slack_table, status_of
from spatialcarbon.models.quota.dea_result import DEAResult
from spatialcarbon.models.quota.dea_scale import scale, scores_by_returns, shares
from spatialcarbon.models.quota.dea_solver import TOLERANCE, solve
from spatialcarbon.models.quota.dea_technology import (
    Floats,
    Orientation,
    Returns,
    frame,
)


def dea(
    inputs: Table,
    outputs: Table,
    *,
    orientation: Orientation = "input",
    returns: Returns = "variable",
    slacks: bool = True,
    reference: tuple[Table, Table] | None = None,
    missing: Missing = "raise",
) -> DEAResult:
    r"""How much less input would each unit need if it worked like the best of its kind?

    Use it to compare units that turn the same inputs into the same outputs when no
    prices weigh them. Emissions as an input and population, energy use and GDP as
    outputs is the reading of quota studies. Not for few units: with
    :math:`n < 3(m+s)` most come out as efficient, and a warning says so. Scores are
    relative to the best units at hand and carry no error bars by themselves; see
    :func:`dea_bootstrap`.

    Parameters
    ----------
    inputs : Series or DataFrame
        One column per input, above zero, by unit. The units of measure do not matter.
    outputs : Series or DataFrame
        One column per output, zero or more, for the same units in any order; at least
        one above zero for each unit.
    orientation : {"input", "output"}
        Shrink the inputs (θ ≤ 1), or expand the outputs (φ ≥ 1).
    returns : {"variable", "constant", "increasing", "decreasing"}
        Returns to scale of the technology: variable (BCC) compares units with
        mixtures of their own size; constant (CCR) lets any unit be scaled; increasing
        (decreasing) lets units only be blown up (shrunk).
    slacks : bool
        Whether to look for what could be saved after the proportional step.
    reference : (inputs, outputs), optional
        Measure against these units instead, for example against those of another
        year. A unit may then lie beyond their frontier or out of their reach.
    missing : {"raise", "drop"}
        A unit with an empty cell: refused, or left out as a whole.

    Returns
    -------
    DEAResult
        ``efficiency``, ``status``, ``slacks``, ``targets``, ``peers``, ``multipliers``,
        ``scale_efficiency``, ``returns_to_scale`` by unit; ``certified``.

    Raises
    ------
    SchemaError
        Inputs of zero or less, negative outputs, a unit without any output.
    AlignmentError, MissingDataError
        Labels that do not match; empty cells.
    ConvergenceError
        When neither solver can settle a programme, naming the unit.

    Warns
    -----
    WeakDiscriminationWarning
        Fewer units than :math:`\max\{3(m+s),\, ms\}`.

    Notes
    -----
    In input orientation, for unit :math:`o`:

    .. math:: \theta_o = \min \theta \;:\; \sum_j \lambda_j x_{ji} \le \theta x_{oi},\;
              \sum_j \lambda_j y_{jr} \ge y_{or},\; \sum_j \lambda_j = 1,\; \lambda \ge 0

    and in output orientation the largest :math:`\varphi` with
    :math:`\sum_j \lambda_j x_{ji} \le x_{oi}`,
    :math:`\sum_j \lambda_j y_{jr} \ge \varphi y_{or}`. Without the sum of
    :math:`\lambda` returns are constant; with at least (at most) one they are
    increasing (decreasing). A second stage maximises the sum of the slacks, each
    divided by its column's mean, at that score. Each answer is proved by its dual to
    :math:`10^{-9}`; what cannot be proved is solved by HiGHS and counted in
    ``certified``.

    Scores are unique; peers, slacks and multipliers need not be. Units are solved in
    the order of their labels, and among several solutions the first one met is given,
    so that the answer does not depend on the order of the rows. A unit that another
    one dominates is never a peer, and of identical units only the first label is.

    References
    ----------
    Charnes, Cooper & Rhodes (1978); Banker, Charnes & Cooper (1984); Cooper, Seiford &
    Tone (2007).

    Examples
    --------
    Six provinces with emissions 2, 4, 6, 5, 8, 10 and GDP 1, 3, 4, 2, 3, 3. The frontier
    goes through the first three. The fourth makes 2, which lies half-way between the
    first two: they would need 3 of its 5.

    >>> import pandas as pd
    >>> emission = pd.Series([2.0, 4, 6, 5, 8, 10], index=list("ABCDEF"), name="emission")
    >>> gdp = pd.Series([1.0, 3, 4, 2, 3, 3], index=list("ABCDEF"), name="gdp")
    >>> result = dea(emission, gdp)
    >>> result.efficiency.round(6).tolist()
    [1.0, 1.0, 1.0, 0.6, 0.5, 0.4]
    >>> result.peers.query("unit == 'D'").round(6).to_numpy().tolist()
    [['D', 'A', 0.5], ['D', 'B', 0.5]]
    """
    check_option(orientation, Orientation, "orientation")
    check_option(returns, Returns, "returns")
    given = activities(inputs, outputs, missing, frontier=reference is None)
    best = given if reference is None else _reference(reference, given)
    units, own = given.inputs.index, given.sorted
    remarks = discrimination(
        len(best.inputs), given.inputs.shape[1], given.outputs.shape[1], stacklevel=2
    )
    made = frame(*arrays(best.sorted), returns=returns)
    of, scaled = made.technology, np.concatenate([made.x_mean, made.y_mean])
    x, y = (data / mean for data, mean in zip(arrays(own), (made.x_mean, made.y_mean), strict=True))
    found = solve(of.efficiency(x, y, orientation), own.inputs.index)
    score = clean(found.tau if orientation == "input" else -found.tau, reference, orientation)
    stages = {"efficiency": found.handed_over}

    by_returns, handed = scores_by_returns(
        of, x, y, orientation, {returns: shares(found.tau, orientation)}
    )
    ratio, kinds = scale(by_returns)
    stages |= {f"{name} returns": count for name, count in handed.items()}

    reached = np.isfinite(score)
    radial_x = x * score[:, None] if orientation == "input" else x
    radial_y = y if orientation == "input" else y * score[:, None]
    rest: Floats | None = None
    carriers = found
    if slacks:
        rest = np.full((len(x), x.shape[1] + y.shape[1]), np.nan)
        second = solve(of.slacks(radial_x[reached], radial_y[reached]), own.inputs.index[reached])
        rest[reached] = slack_table(second, of)
        stages["slacks"] = second.handed_over
        carriers = second
    names = best.sorted.inputs.index[made.members]
    columns = [*given.inputs.columns, *given.outputs.columns]
    labels = own.inputs.index

    def by_unit(values: Floats) -> pd.DataFrame:
        return pd.DataFrame(values, labels, columns).loc[units]

    target = np.hstack([radial_x, radial_y])
    if rest is not None:
        target += rest * np.r_[-np.ones(x.shape[1]), np.ones(y.shape[1])]
    m, s = x.shape[1], y.shape[1]
    prices = found.normal[:, : m + s] * np.r_[np.ones(m), -np.ones(s)] / scaled
    sign = -1.0 if orientation == "input" else 1.0
    intercept = sign * found.normal[:, m + s :].sum(axis=1)
    counts = pd.DataFrame({"highs": stages})
    counts.insert(0, "proved", [len(x) - count for count in counts["highs"]])
    if slacks:
        counts.loc["slacks", "proved"] = int(reached.sum()) - stages["slacks"]
    return DEAResult(
        method="Data envelopment analysis",
        efficiency=pd.Series(score, labels, name="efficiency").loc[units],
        status=status_of(score, rest, labels, orientation).loc[units],
        slacks=None if rest is None else by_unit(rest * scaled),
        targets=by_unit(target * scaled),
        peers=peers_of(carriers, labels[reached] if slacks else labels, names, units),
        multipliers=by_unit(np.where(np.abs(prices) == 0.0, 0.0, prices)),
        intercept=pd.Series(intercept + 0.0, labels, name="intercept").loc[units],
        scale_efficiency=pd.Series(ratio, labels, name="scale_efficiency").loc[units],
        returns_to_scale=pd.Series(kinds, labels, name="returns_to_scale", dtype=object).loc[units],
        certified=counts,
        inputs=given.inputs,
        outputs=given.outputs,
        orientation=orientation,
        returns=returns,
        dropped=given.dropped,
        settings={
            "orientation": orientation,
            "returns": returns,
            "slacks": slacks,
            "inputs": list(given.inputs.columns),
            "outputs": list(given.outputs.columns),
            "tolerance": TOLERANCE,
            "data": data_checksum(given),
            "reference": None if reference is None else data_checksum(best),
        },
        references=references_of(returns),
        remarks=(*remarks, *_remarks(given, counts)),
    )


def data_checksum(table: Activities) -> str:
    """Return one checksum of inputs and outputs."""
    joined = table.sorted.inputs.join(table.sorted.outputs)
    return checksum(joined, label_digest(joined.index))


def references_of(returns: Returns) -> tuple[str, ...]:
    """Return who proposed the technology."""
    first = ("charnes1978",) if returns == "constant" else ("banker1984",)
    return (*first, "cooper2007")


def _reference(reference: tuple[Table, Table], given: Activities) -> Activities:
    best = activities(*reference)
    for theirs, ours in ((best.inputs, given.inputs), (best.outputs, given.outputs)):
        if set(theirs.columns) != set(ours.columns):
            raise SchemaError(
                "the reference units have other columns than the units",
                arrived="{theirs}",
                expected="{ours}",
                theirs=some(theirs.columns, 12),
                ours=some(ours.columns, 12),
            )
    return Activities(
        best.inputs[list(given.inputs.columns)], best.outputs[list(given.outputs.columns)]
    )


def _remarks(given: Activities, counts: pd.DataFrame) -> tuple[Text, ...]:
    proved, handed = int(counts["proved"].sum()), int(counts["highs"].sum())
    said = [
        text(
            "{proved} of {all} programmes were proved optimal by their dual, {handed} solved by "
            "HiGHS",
            proved=proved,
            all=proved + handed,
            handed=handed,
        )
    ]
    if given.dropped:
        said.append(text("left out for missing values: {units}", units=some(given.dropped)))
    return tuple(said)
