"""The arithmetic of land transitions, on arrays of zone × class before × class after."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

OK, NEW_CLASS, ABSENT, NO_YEARS, NO_DATA = "ok", "new class", "absent", "no years", "no data"
AREAS_ONLY = "areas only"
UNEQUAL = "unequal totals"

CLOSED = 1e-3
"""Largest relative gap between two totals of a table that rounding may explain."""


def class_measures(cube: Floats) -> dict[str, Floats]:
    r"""Return area, gain, loss, net, swap, persistence and total change by zone and class.

    Parameters
    ----------
    cube : ndarray
        Zone × class before × class after, in km².

    Notes
    -----
    With :math:`T_{ij}` the area that went from class i to class j,

    .. math::

        \text{loss}_i = \sum_{j \ne i} T_{ij}, \quad
        \text{gain}_i = \sum_{j \ne i} T_{ji}, \quad
        \text{net}_i = \text{gain}_i - \text{loss}_i, \quad
        \text{swap}_i = 2 \min(\text{gain}_i, \text{loss}_i)

    Gain and loss are summed over what moved, not taken as differences of areas, so that
    a small change of a large class keeps its digits.

    Examples
    --------
    >>> import numpy as np
    >>> found = class_measures(np.array([[[8.0, 2.0], [1.0, 9.0]]]))
    >>> found["gain"].tolist(), found["loss"].tolist(), found["swap"].tolist()
    ([[1.0, 2.0]], [[2.0, 1.0]], [[2.0, 2.0]])
    """
    kept = np.diagonal(cube, axis1=1, axis2=2).copy()
    moved = cube * (1.0 - np.eye(cube.shape[1]))
    loss, gain = moved.sum(axis=2), moved.sum(axis=1)
    return {
        "area_start": kept + loss,
        "area_end": kept + gain,
        "persistence": kept,
        "gain": gain,
        "loss": loss,
        "net": gain - loss,
        "swap": 2.0 * np.minimum(gain, loss),
        "total_change": gain + loss,
    }


def area_measures(start: Floats, end: Floats) -> dict[str, Floats]:
    """Return what two tables of areas say: areas and net change; the rest is NaN.

    Parameters
    ----------
    start, end : ndarray
        Zone × class, in km².
    """
    unknown = np.full_like(start, np.nan)
    hidden = ("persistence", "gain", "loss", "swap", "total_change")
    return {
        "area_start": start,
        "area_end": end,
        "net": end - start,
        **{name: unknown.copy() for name in hidden},
    }


def shares(areas: Floats) -> Floats:
    """Return each class's part of the total of its zone; NaN where a zone has no area."""
    total = areas.sum(axis=1, keepdims=True)
    parts = np.full_like(areas, np.nan)
    np.divide(areas, total, out=parts, where=total > 0)
    return parts


def dynamic_degree(
    start: Floats, end: Floats, span: float | None
) -> tuple[Floats, npt.NDArray[Any]]:
    r"""Return the single dynamic degree in % a year, and why it is not defined where it is not.

    Parameters
    ----------
    start, end : ndarray
        Zone × class, in km².
    span : float or None
        Years between the two.

    Notes
    -----
    .. math:: K_i = \frac{100}{\tau} \, \frac{U_{b,i} - U_{a,i}}{U_{a,i}}

    A class that a zone did not have before has no rate of growth.

    Examples
    --------
    >>> import numpy as np
    >>> rate, status = dynamic_degree(np.array([[150.0, 0.0]]), np.array([[241.0, 1.0]]), 15)
    >>> rate.round(6).tolist(), status.tolist()
    ([[4.044444, nan]], [['ok', 'new class']])
    """
    status = np.full(start.shape, OK, dtype=object)
    if span is None:
        status[:] = NO_YEARS
    status[(start == 0) & (end > 0)] = NEW_CLASS
    status[(start == 0) & (end == 0)] = ABSENT
    status[(start.sum(axis=1) == 0) & (end.sum(axis=1) == 0)] = NO_DATA
    rate = np.full(start.shape, np.nan)
    known = status == OK
    if span is not None:
        rate[known] = 100.0 * (end[known] - start[known]) / start[known] / span
    return rate, status


def comprehensive_degree(
    measures: dict[str, Floats], span: float | None
) -> tuple[dict[str, Floats], npt.NDArray[Any]]:
    r"""Return the comprehensive dynamic degrees in % a year by zone, and their status.

    Parameters
    ----------
    measures : mapping
        From :func:`class_measures` or :func:`area_measures`.
    span : float or None
        Years between the two.

    Notes
    -----
    .. math::

        LC = \frac{100}{\tau} \frac{\sum_i \text{loss}_i}{\sum_i U_{a,i}}, \qquad
        LC_\text{net} = \frac{100}{\tau} \frac{\sum_i |\text{net}_i|}{2 \sum_i U_{a,i}}

    What a class loses and wins back elsewhere counts in the first and not in the second,
    so that :math:`LC_\text{net} \le LC`. Areas alone give the second, provided the totals
    of both years agree (to one in a thousand, since published areas are rounded).
    """
    before, after = measures["area_start"].sum(axis=1), measures["area_end"].sum(axis=1)
    lost = measures["loss"].sum(axis=1)
    net = np.abs(measures["net"]).sum(axis=1) / 2.0
    status = np.full(before.shape, OK, dtype=object)
    if np.isnan(lost).any():
        status[:] = AREAS_ONLY
        status[np.abs(after - before) > CLOSED * np.maximum(before, after)] = UNEQUAL
    if span is None:
        status[:] = NO_YEARS
    status[before == 0] = NO_DATA
    usable = (before > 0) & (span is not None)
    years = 1.0 if span is None else span
    nothing = np.full(before.shape, np.nan)
    whole = np.divide(100.0 * lost / years, before, out=nothing.copy(), where=usable)
    closed = usable & (status != UNEQUAL)
    of_net = np.divide(100.0 * net / years, before, out=nothing.copy(), where=closed)
    found = {
        "area": before,
        "changed": lost,
        "comprehensive_degree": whole,
        "comprehensive_degree_net": of_net,
    }
    return found, status
