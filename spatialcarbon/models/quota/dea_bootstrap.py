"""Confidence intervals of efficiency scores by the smoothed bootstrap of Simar and Wilson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from spatialcarbon.core.compiled import in_threads
from spatialcarbon.core.errors import DegenerateDataError
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_fraction, check_option, check_positive
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.models.quota.dea import data_checksum
from spatialcarbon.models.quota.dea_input import Table, activities, arrays, discrimination
from spatialcarbon.models.quota.dea_solver import TOLERANCE, efficiency_scores
from spatialcarbon.models.quota.dea_technology import Floats, Orientation, Returns

if TYPE_CHECKING:
    from spatialcarbon.core.align import Missing

Bandwidth = Literal["silverman"]
Shrink = Literal["mirrored", "mean"]

CHUNK = 50
"""Draws that share a seed, so that threads cannot change a result."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DEABootstrapResult(Result):
    """How sure is each score, and how much does it flatter?

    What :func:`dea_bootstrap` returns. Series are indexed by unit, in the order of the
    inputs given, on the scale of the scores.

    Parameters
    ----------
    efficiency : Series
        As estimated: θ in (0, 1] or φ ≥ 1.
    corrected : Series
        Score without the estimated bias; a larger inefficiency than the estimate.
    bias : Series
        ``efficiency - corrected``: positive for θ, negative for φ.
    low, high : Series
        Bounds of the interval, on the scale of ``efficiency``.
    confidence : float
        Share of repeated samples in which such an interval covers the truth.
    bandwidth : float
        Width of the smoothing kernel, on the scale of distances (1/θ or φ).
    draws : int
        Bootstrap samples.
    handed_over : int
        Programmes that HiGHS had to solve, of ``draws`` times the number of units.
    orientation, returns : str
        As asked for.

    Examples
    --------
    No score can lie above its estimate: the true frontier is at least as far out.

    >>> import spatialcarbon as sc
    >>> x = pd.Series([2.0, 4, 6, 5, 8, 7, 9], index=list("ABCDEFG"), name="x")
    >>> y = pd.Series([1.0, 3, 4, 2, 3, 4, 3], index=list("ABCDEFG"), name="y")
    >>> found = sc.dea_bootstrap(x, y, draws=100, rng=1)
    >>> bool((found.low < found.corrected).all() and (found.high <= found.efficiency).all())
    True
    >>> table = found.to_frame()
    >>> bool((table["bias"] == table["efficiency"] - table["corrected"]).all())
    True
    """

    efficiency: pd.Series[float]
    corrected: pd.Series[float]
    bias: pd.Series[float]
    low: pd.Series[float]
    high: pd.Series[float]
    confidence: float
    bandwidth: float
    draws: int
    handed_over: int
    orientation: Orientation
    returns: Returns

    def to_frame(self) -> pd.DataFrame:
        """Return one row per unit.

        Returns
        -------
        DataFrame
            Columns ``unit, efficiency, bias, corrected, low, high``.
        """
        return pd.DataFrame(
            {
                "unit": self.efficiency.index,
                **{
                    name: getattr(self, name).to_numpy()
                    for name in ("efficiency", "bias", "corrected", "low", "high")
                },
            }
        )


def dea_bootstrap(
    inputs: Table,
    outputs: Table,
    *,
    orientation: Orientation = "input",
    returns: Returns = "variable",
    draws: int = 2000,
    confidence: float = 0.95,
    bandwidth: Bandwidth | float = "silverman",
    shrink: Shrink = "mirrored",
    missing: Missing = "raise",
    rng: RNGLike = None,
) -> DEABootstrapResult:
    r"""How sure are the efficiency scores, and how much do they flatter?

    A score is measured against the best units seen, and the true frontier lies beyond
    them: scores are too favourable, those of units with few peers most. Use this
    wherever scores of single units or their ranks are reported. It assumes that
    inefficiency has the same distribution whatever the size and mix of a unit
    (homogeneity), and that the data carry no measurement error.

    Parameters
    ----------
    inputs, outputs : Series or DataFrame
        As in :func:`dea`.
    orientation : {"input", "output"}
        As in :func:`dea`.
    returns : {"variable", "constant", "increasing", "decreasing"}
        As in :func:`dea`.
    draws : int
        Bootstrap samples; 2,000 are usual for intervals.
    confidence : float
        Between 0 and 1.
    bandwidth : "silverman" or float
        Smoothing of the distances; the rule below, or a width of your own above zero.
    shrink : {"mirrored", "mean"}
        How the variance that smoothing adds is taken out: towards the frontier, the
        centre of the mirrored distances, or towards the mean of the draw, as Simar &
        Wilson (1998) write it.
    missing : {"raise", "drop"}
        As in :func:`dea`.
    rng : int, Generator or None
        Seed; the result records it.

    Returns
    -------
    DEABootstrapResult
        ``efficiency``, ``bias``, ``corrected``, ``low``, ``high`` by unit.

    Raises
    ------
    DegenerateDataError
        When every unit is efficient: there is no spread of inefficiency to draw from.
    OptionError
        No draws, a confidence outside (0, 1), a bandwidth of zero or less.

    Notes
    -----
    Distances :math:`\delta = 1/\theta` (or :math:`\varphi`) are one or more. Each draw

    1. takes :math:`\beta_i` with replacement from the distances and smooths them,
       :math:`\beta_i + h\varepsilon_i` with standard normal :math:`\varepsilon`;
    2. restores the variance and reflects at one what lies below:
       :math:`\delta^*_i = 1 + |\beta_i + h\varepsilon_i - 1|/\sqrt{1 + h^2/\sigma_1^2}`, with
       :math:`\sigma_1^2` the mean of :math:`(\delta - 1)^2`;
    3. moves each unit to that distance from the frontier,
       :math:`x^*_i = x_i\,\delta^*_i/\delta_i` (outputs: :math:`y_i\,\delta_i/\delta^*_i`);
    4. measures every unit as observed against these: :math:`\hat\delta^*_i`.

    The bias of a distance is the mean of :math:`\hat\delta^*_i - \delta_i`, and its interval
    :math:`[\delta_i - q_{1-\alpha/2},\ \delta_i - q_{\alpha/2}]` with quantiles of that
    difference. All are turned back into θ at the end, so that no score leaves (0, 1].
    Simar & Wilson (1998) write the same for θ itself; on distances, as in their later
    papers, no draw can be negative. They also reflect first and then shrink towards the
    mean of the draw (``shrink="mean"``), which leaves a gap between the frontier and the
    nearest unit drawn and so exaggerates the bias: on fourteen samples of 120 units with
    a known frontier their 95 % intervals held 70 % of the true scores, those shrunk to
    the frontier 84 %. The bandwidth is

    .. math:: h = 0.9\, n^{-1/5}\, \sigma\, \min\{1,\ R/(1.34\,\sigma_r)\}

    with the standard deviation :math:`\sigma` of all distances, and :math:`R` and
    :math:`\sigma_r` the interquartile range and standard deviation of those above one
    together with their reflections.

    References
    ----------
    Simar & Wilson (1998), section 3; Simar & Wilson (2000).

    Examples
    --------
    >>> import pandas as pd
    >>> x = pd.Series([2.0, 4, 6, 5, 8, 7, 9], index=list("ABCDEFG"), name="x")
    >>> y = pd.Series([1.0, 3, 4, 2, 3, 4, 3], index=list("ABCDEFG"), name="y")
    >>> result = dea_bootstrap(x, y, draws=100, rng=1)
    >>> bool((result.corrected < result.efficiency).all())
    True
    """
    check_option(orientation, Orientation, "orientation")
    check_option(returns, Returns, "returns")
    check_option(shrink, Shrink, "shrink")
    draws = check_count(draws, "draws", minimum=1)
    confidence = check_fraction(confidence, "confidence")
    if isinstance(bandwidth, str):
        check_option(bandwidth, Bandwidth, "bandwidth")
    stream = resolve_rng(rng)
    given = activities(inputs, outputs, missing)
    own = given.sorted
    remarks = discrimination(
        len(own.inputs), own.inputs.shape[1], own.outputs.shape[1], stacklevel=2
    )
    x, y = arrays(own)
    score, first_handed = efficiency_scores(x, y, orientation=orientation, returns=returns)
    distance = np.maximum(1.0 / score if orientation == "input" else score, 1.0)
    distance[distance <= 1.0 + TOLERANCE] = 1.0
    if (distance == 1.0).all():
        raise DegenerateDataError(
            "every unit is efficient, so there is no inefficiency to draw from",
            fix="compare more units, or with fewer inputs and outputs",
        )
    h = (
        silverman(distance)
        if isinstance(bandwidth, str)
        else check_positive(bandwidth, "bandwidth")
    )

    def chunk(start: int) -> tuple[Floats, int]:
        generator = stream.generator("dea bootstrap", start)
        rows, handed = [], 0
        for _ in range(min(CHUNK, draws - start)):
            step = (smoothed(distance, h, shrink, generator) / distance)[:, None]
            moved = (x * step, y) if orientation == "input" else (x, y / step)
            found, by_highs = efficiency_scores(
                x, y, orientation=orientation, returns=returns, reference=moved
            )
            rows.append(1.0 / found if orientation == "input" else found)
            handed += by_highs
        return np.vstack(rows), handed

    parts = in_threads(chunk, range(0, draws, CHUNK))
    sample = np.vstack([part for part, _ in parts])
    handed = first_handed + sum(count for _, count in parts)
    shift = sample - distance
    tail = (1.0 - confidence) / 2.0
    below, above = np.quantile(shift, [tail, 1.0 - tail], axis=0)
    nearer, further = distance - above, distance - below
    centre = distance - shift.mean(axis=0)

    def by_unit(values: Floats, name: str) -> pd.Series[float]:
        back = 1.0 / values if orientation == "input" else values
        return pd.Series(back, own.inputs.index, name=name).loc[given.inputs.index]

    efficiency, corrected = by_unit(distance, "efficiency"), by_unit(centre, "corrected")
    bounds = (further, nearer) if orientation == "input" else (nearer, further)
    return DEABootstrapResult(
        method="Bootstrap of data envelopment analysis",
        efficiency=efficiency,
        corrected=corrected,
        bias=(efficiency - corrected).rename("bias"),
        low=by_unit(bounds[0], "low"),
        high=by_unit(bounds[1], "high"),
        confidence=confidence,
        bandwidth=h,
        draws=draws,
        handed_over=handed,
        orientation=orientation,
        returns=returns,
        settings={
            "orientation": orientation,
            "returns": returns,
            "draws": draws,
            "confidence": confidence,
            "bandwidth": bandwidth,
            "shrink": shrink,
            "inputs": list(given.inputs.columns),
            "outputs": list(given.outputs.columns),
            "seed": stream.seed,
            "data": data_checksum(given),
        },
        references=("simar1998", "simar2000"),
        remarks=(
            *remarks,
            text(
                "smoothed homogeneous bootstrap with {draws} draws and bandwidth {h:.4g} on the "
                "scale of distances",
                draws=draws,
                h=h,
            ),
        ),
    )


def silverman(distance: Floats) -> float:
    """Return Silverman's bandwidth of distances, from those above one and their reflections."""
    above = distance[distance > 1.0]
    mirrored = np.concatenate([above, 2.0 - above])
    quarters: Any = np.quantile(mirrored, [0.25, 0.75])
    shape = float(quarters[1] - quarters[0]) / 1.34 / float(mirrored.std(ddof=1))
    return float(0.9 * len(distance) ** -0.2 * distance.std(ddof=1) * min(1.0, shape))


def smoothed(distance: Floats, h: float, shrink: Shrink, generator: np.random.Generator) -> Floats:
    """Return distances drawn from their smoothed distribution, reflected at one."""
    beta = generator.choice(distance, size=len(distance))
    noisy = beta + h * generator.standard_normal(len(distance))
    if shrink == "mirrored":
        ratio = float(np.sqrt(1.0 + h**2 / ((distance - 1.0) ** 2).mean()))
        return 1.0 + np.abs(noisy - 1.0) / ratio
    mirrored = np.where(noisy < 1.0, 2.0 - noisy, noisy)
    centre, ratio = beta.mean(), float(np.sqrt(1.0 + h**2 / distance.var(ddof=1)))
    drawn: Floats = centre + (mirrored - centre) / ratio
    return drawn
