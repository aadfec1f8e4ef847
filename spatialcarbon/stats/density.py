"""Kernel density: the distribution of values, its modes and its width."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import Missing, checksum
from spatialcarbon.core.errors import ConvergenceWarning
from spatialcarbon.core.language import Text, text
from spatialcarbon.core.results import Result
from spatialcarbon.stats.density_sample import (
    Bandwidth,
    Boundary,
    Grid,
    Numbers,
    Sample,
    check_choices,
    grid_points,
    read_sample,
    refuse,
)

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.stats.density_curve import Curve

    Floats = npt.NDArray[np.float64]

REFERENCES = ("rosenblatt1956", "parzen1962", "silverman1986", "scott1992", "botev2010")

HIGH = 0.05
"""Share of the highest mode from which another is counted as high: lone values make lower ones."""

NOTABLE = 0.005
"""Mass below zero, or missing from the grid, that a result remarks on."""


@dataclass(frozen=True, kw_only=True, eq=False)
class DensityResult(Result):
    """A density and what it looks like.

    Parameters
    ----------
    grid : array
        Where the density was computed, ascending, in the unit of the values.
    density : array
        Its height there, in 1/unit.
    bandwidth : float
        Standard deviation of the kernel, in the unit of the values.
    rule : str
        What set the bandwidth: ``"silverman"``, ``"scott"``, ``"normal"``, ``"isj"``, or
        ``"given"``. Where ``"isj"`` was asked for and had no solution: ``"silverman"``.
    modes : DataFrame
        Every local maximum from left to right: ``location``, ``height`` and ``relative``,
        the height as a share of the highest. They are those of the curve, found between
        the points of the grid too.
    width : float
        Width of the hill around the highest mode at half of its height.
    mass : float
        Integral over the grid (trapezoids): 1 but for tails that the grid leaves out, NaN for
        a single point.
    mass_below_zero : float
        How much of the mass lies below zero; 0 with ``boundary="reflect"``.
    n : int
        Values used.
    values : Series
        The values used, as they were given.
    dropped : Index
        Units left out for missing values or for a weight of zero.

    Examples
    --------
    Two values one bandwidth apart make a single hill between them:

    >>> import spatialcarbon as sc
    >>> found = sc.kernel_density([2.0, 3.0], bandwidth=1.0)
    >>> round(found.mode, 6), round(found.mass, 2)
    (2.5, 1.0)
    >>> found.to_frame().columns.tolist(), len(found.grid)
    (['grid', 'density'], 512)
    >>> found.overview()[["n", "rule", "modes"]].values.tolist()
    [[2, 'given', 1]]
    >>> found.summary().splitlines()[0]
    'Kernel density'
    """

    grid: Floats
    density: Floats
    bandwidth: float
    rule: str
    modes: pd.DataFrame
    width: float
    mass: float
    mass_below_zero: float
    n: int
    values: pd.Series[float]
    dropped: pd.Index

    @property
    def mode(self) -> float:
        """Where the density is highest."""
        highest = int(self.modes["height"].to_numpy().argmax())
        return float(self.modes["location"].iloc[highest])

    def to_frame(self) -> pd.DataFrame:
        """Return the curve: ``grid`` and ``density``."""
        return pd.DataFrame({"grid": self.grid, "density": self.density})

    def overview(self) -> pd.DataFrame:
        """Return in one row what the curve looks like."""
        return pd.DataFrame([facts(self)])

    def summary(self) -> str:
        """Return what the curve looks like, as text."""
        found = facts(self)
        wide = max(len(name) for name in found)
        lines = [self.method, "=" * len(self.method)]
        lines += [
            f"{name:<{wide}}  {value if isinstance(value, (int, str)) else format(value, '.6g')}"
            for name, value in found.items()
        ]
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def facts(result: DensityResult) -> dict[str, Any]:
    """Return the numbers that describe a curve, by name."""
    return {
        "n": result.n,
        "bandwidth": result.bandwidth,
        "rule": result.rule,
        "mode": result.mode,
        "height": float(result.modes["height"].max()),
        "width": result.width,
        "modes": len(result.modes),
        "high_modes": int((result.modes["relative"] >= HIGH).sum()),
        "mass": result.mass,
        "mass_below_zero": result.mass_below_zero,
    }


FACTS = (
    *("n", "bandwidth", "rule", "mode", "height", "width", "modes", "high_modes"),
    *("mass", "mass_below_zero"),
)
"""Names of those numbers, in order."""


def kernel_density(
    values: Numbers,
    *,
    bandwidth: Bandwidth = "silverman",
    grid: Grid = None,
    weights: Numbers | None = None,
    boundary: Boundary | None = None,
    missing: Missing = "raise",
) -> DensityResult:
    r"""How are the values distributed: where is the bulk, how wide is it, how many humps has it?

    Use it to compare distributions of places, such as the emissions of cities under
    several scenarios (with :func:`density_panel` on one grid). Do not use it on a handful
    of values, or where places are so unequal that a logarithm would show them better.

    Parameters
    ----------
    values : Series, or sequence of numbers
        One value per unit. A distribution does not depend on which unit has which value,
        so a plain sequence is accepted as well; in a Series every label must be unique.
    bandwidth : {"silverman", "scott", "normal", "isj"} or float
        Rule (see Notes), or the bandwidth itself in the unit of the values.
    grid : int or sequence of float, optional
        Number of points, or the points themselves, ascending. By default 512 points from
        three bandwidths below the least value to three above the greatest.
    weights : Series, or sequence of numbers, optional
        How much each value counts, such as population; not negative, scaled to sum to one.
        Labelled values need labelled weights of the same units, in any order.
    boundary : {"reflect"}, optional
        Fold what lies below zero back over it, for values that cannot be negative. By
        default nothing is folded and ``mass_below_zero`` says how much lies there.
    missing : {"raise", "drop"}
        Refuse missing values, or leave those units out.

    Returns
    -------
    DensityResult
        ``density`` in 1/unit, ``grid``, ``bandwidth``, ``modes`` and ``width`` in the unit
        of the values.

    Raises
    ------
    AlignmentError
        Repeated labels, or weights of other units.
    DegenerateDataError
        Fewer than two values, all values the same, or all weights zero.
    MissingDataError, SchemaError, OptionError
        Missing or infinite values, text, negative weights, negative values with
        ``boundary="reflect"``, weights with ``bandwidth="isj"``, a grid that does not ascend.

    Warns
    -----
    ConvergenceWarning
        Where ``"isj"`` has no solution and Silverman's rule takes its place.

    Notes
    -----
    .. math::

        f(t) = \sum_i \frac{v_i}{h}\,\varphi\!\left(\frac{t - x_i}{h}\right),
        \qquad v_i = 1/n \text{ without weights,}

    with the standard normal density :math:`\varphi`; ``boundary="reflect"`` gives
    :math:`f(t) + f(-t)` for :math:`t \ge 0` and zero below. The rules, with the standard
    deviation :math:`s` (n − 1) and the interquartile range:

    - silverman: :math:`0.9 \min(s, \mathrm{IQR}/1.34)\, n^{-1/5}`; :math:`s` alone where
      the interquartile range is zero;
    - scott: :math:`s\, n^{-1/5}`; normal: :math:`1.06\, s\, n^{-1/5}`;
    - isj: the improved Sheather-Jones rule of Botev et al. (2010), which assumes no shape.

    With weights, :math:`s` and the quartiles are weighted and :math:`n` becomes
    :math:`1/\sum v_i^2`, as in ``scipy.stats.gaussian_kde``.

    References
    ----------
    Rosenblatt (1956); Parzen (1962); Silverman (1986), eq. 3.31; Scott (1992);
    Botev, Grotowski & Kroese (2010).

    Examples
    --------
    >>> found = kernel_density([1.0, 2.0, 3.0, 4.0, 10.0], grid=[3.0])
    >>> round(found.bandwidth, 6), found.density.round(6).tolist()
    (0.973585, [0.188607])
    >>> found.modes.round(3)["location"].tolist()
    [2.5, 10.0]
    """
    check_choices(bandwidth, boundary, missing, weighted=weights is not None)
    sample = read_sample(values, weights, missing, text("the column of values"))
    refuse(sample.status, len(sample.x))
    curve, rule = sample.curve(bandwidth, boundary)
    result = describe(
        sample,
        curve,
        rule,
        grid_points(grid, [curve]),
        settings={"bandwidth": bandwidth, "boundary": boundary, "missing": missing},
    )
    if bandwidth == "isj" and rule != "isj":
        warnings.warn(ConvergenceWarning(no_root(result.n)), stacklevel=2)
    return result


def no_root(n: int) -> Text:
    """Return the sentence about a bandwidth that another rule had to give."""
    return text(
        "the improved Sheather-Jones rule has no solution for these {n} values (usual for few or "
        "rounded ones): the bandwidth is Silverman's",
        n=n,
    )


def describe(
    sample: Sample, curve: Curve, rule: str, grid: Floats, *, settings: dict[str, Any]
) -> DensityResult:
    """Return a curve on a grid, with what it looks like."""
    found = curve.modes()
    modes = pd.DataFrame(found, columns=["location", "height"])
    modes["relative"] = modes["height"] / modes["height"].max()
    highest = max(found, key=lambda mode: mode[1])
    density = curve.height(grid)
    mass = float(np.trapezoid(density, grid)) if len(grid) > 1 else math.nan
    below = curve.mass_below_zero()
    remarks = list(sample.remarks)
    if settings["bandwidth"] == "isj" and rule != "isj":
        remarks.append(no_root(len(sample.x)))
    if sample.x[0] >= 0 and below > NOTABLE:
        remarks.append(
            text(
                "{share} % of the mass lies below zero, where no value is; boundary='reflect' "
                "folds it back",
                share=f"{100 * below:.1f}",
            )
        )
    if abs(mass - 1) > NOTABLE:
        remarks.append(
            text(
                "the density adds up to {mass} on this grid, which is too short or too coarse for "
                "it: do not read shares off it",
                mass=f"{mass:.4f}",
            )
        )
    for array in (grid, density):
        array.setflags(write=False)
    return DensityResult(
        method="Kernel density",
        grid=grid,
        density=density,
        bandwidth=curve.h,
        rule=rule,
        modes=modes,
        width=curve.width_at_half(highest),
        mass=mass,
        mass_below_zero=below,
        n=len(sample.x),
        values=sample.values.copy(),
        dropped=sample.missing.append(sample.weightless),
        settings={
            **settings,
            "grid": [float(grid[0]), float(grid[-1]), len(grid)],
            "data": checksum(sample.values),
            "weights": checksum(sample.weights) if sample.weights is not None else None,
        },
        references=REFERENCES,
        remarks=tuple(remarks),
    )
