"""What can be produced from what: the columns of the efficiency programmes, and first facets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Orientation = Literal["input", "output"]
Returns = Literal["variable", "constant", "increasing", "decreasing"]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Programmes:
    """Programmes with a common matrix: minimise τ subject to A c = b + τ g, c ≥ 0.

    Parameters
    ----------
    columns : array (d, N)
        A: the units, then the slacks of inputs and of outputs, then that of Σλ.
    g, b : array (q, d)
        Direction and right-hand side of each programme.
    starts : list of (columns, normal)
        Facets known without solving anything.
    given : bool
        Whether b is data; else it is an answer itself, known to the tolerance only.
    """

    columns: Floats
    g: Floats
    b: Floats
    starts: list[tuple[list[int], Floats]]
    given: bool = True


@dataclass(frozen=True, eq=False)
class Technology:
    """Reference units, each input and output divided by its mean.

    Parameters
    ----------
    x, y : array (n, m), (n, s)
        Inputs above zero, outputs of zero or more.
    returns : {"variable", "constant", "increasing", "decreasing"}
        The sum of λ is one, free, at least one, or at most one.
    """

    x: Floats
    y: Floats
    returns: Returns

    @property
    def columns(self) -> Floats:
        """The matrix A, one row for each input, each output and (unless constant) Σλ."""
        (n, m), s = self.x.shape, self.y.shape[1]
        sign = {"variable": 0.0, "constant": 0.0, "increasing": -1.0, "decreasing": 1.0}
        slack = sign[self.returns]
        rows = m + s + (self.returns != "constant")
        matrix = np.zeros((rows, n + m + s + (slack != 0.0)))
        matrix[:m, :n] = self.x.T
        matrix[m : m + s, :n] = self.y.T
        matrix[m + s :, :n] = 1.0
        matrix[range(m), range(n, n + m)] = 1.0
        matrix[range(m, m + s), range(n + m, n + m + s)] = -1.0
        if slack:
            matrix[-1, -1] = slack
        return matrix

    def efficiency(self, x: Floats, y: Floats, orientation: Orientation) -> Programmes:
        """Return the programmes of units (x, y): τ is θ, or −φ in output orientation."""
        m = self.x.shape[1]
        columns = self.columns
        g = np.zeros((len(x), len(columns)))
        b = np.zeros_like(g)
        b[:, m + y.shape[1] :] = 1.0
        if orientation == "input":
            g[:, :m] = x
            b[:, m : m + y.shape[1]] = y
        else:
            g[:, m : m + y.shape[1]] = -y
            b[:, :m] = x
        return Programmes(columns, g, b, self._facets(orientation))

    def slacks(self, x: Floats, y: Floats) -> Programmes:
        """Return the programmes that maximise the sum of slacks at the points (x, y): τ = −Σs.

        A last row of the matrix says that τ is minus the sum of the slacks.
        """
        (n, m), s = self.x.shape, self.y.shape[1]
        columns = np.vstack([self.columns, np.zeros(self.columns.shape[1])])
        columns[-1, n : n + m + s] = -1.0
        g = np.zeros((len(x), len(columns)))
        g[:, -1] = 1.0
        b = np.zeros_like(g)
        b[:, :m], b[:, m : m + s], b[:, m + s : -1] = x, y, 1.0
        return Programmes(columns, g, b, [self._additive_facet(len(columns))], given=False)

    def _facets(self, orientation: Orientation) -> list[tuple[list[int], Floats]]:
        """Return facets parallel to the axes, and rays through the best ratio of two of them."""
        (n, m), s = self.x.shape, self.y.shape[1]
        rows = m + s + (self.returns != "constant")
        found = []

        def facet(unit: int, without: set[int], free: bool, normal: dict[int, float]) -> None:
            slacks = [n + k for k in range(m + s) if k not in without]
            total = [n + m + s] if free else []
            w = np.zeros(rows)
            w[list(normal)] = list(normal.values())
            found.append(([unit, *slacks, *total], w))

        if self.returns != "variable":
            free = self.returns != "constant"
            for i in range(m):
                for r in range(s):
                    ratio = self.y[:, r] / self.x[:, i]
                    best = int(ratio.argmax())
                    facet(best, {i, m + r}, free, {i: float(ratio[best]), m + r: -1.0})
        if orientation == "input" and self.returns in ("variable", "increasing"):
            for i in range(m):
                best = int(self.x[:, i].argmin())
                facet(best, {i}, False, {i: 1.0, m + s: -float(self.x[best, i])})
        if orientation == "output" and self.returns in ("variable", "decreasing"):
            for r in range(s):
                best = int(self.y[:, r].argmax())
                facet(best, {m + r}, False, {m + r: -1.0, m + s: float(self.y[best, r])})
        return found

    def _additive_facet(self, rows: int) -> tuple[list[int], Floats]:
        """Return a facet with every price at least one: all are one, but for one that must give."""
        (n, m), s = self.x.shape, self.y.shape[1]
        slacks = list(range(n, n + m + s))
        w = np.zeros(rows)
        w[:m], w[m : m + s], w[-1] = 1.0, -1.0, 1.0
        worth = self.x.sum(axis=1) - self.y.sum(axis=1)
        if self.returns == "variable":
            best = int(worth.argmin())
            w[m + s] = -worth[best]
            return [*slacks, best], w
        total = [] if self.returns == "constant" else [n + m + s]
        needed = 1.0 - worth / self.x[:, 0]
        best = int(needed.argmax())
        if needed[best] <= 1.0:
            return [*slacks, *total], w
        w[0] = needed[best]
        return [best, *slacks[1:], *total], w


@dataclass(frozen=True, eq=False)
class Frame:
    """A technology made of the units that no other unit dominates, and the way back.

    Parameters
    ----------
    technology : Technology
        Of these units only: a dominated unit can always be replaced by its dominator.
    members : array
        Their places among all reference units; of identical units the first stays.
    x_mean, y_mean : array
        Means of the inputs and outputs of all reference units.
    """

    technology: Technology
    members: npt.NDArray[np.intp]
    x_mean: Floats
    y_mean: Floats


def frame(inputs: Any, outputs: Any, *, returns: Returns) -> Frame:
    """Return the technology that reference units span, scaled to means of one."""
    from spatialcarbon.models.quota.dea_kernels import undominated

    x, y = np.asarray(inputs, dtype=float), np.asarray(outputs, dtype=float)
    x_mean, y_mean = x.mean(axis=0), y.mean(axis=0)
    x, y = x / x_mean, y / y_mean
    # A dominator comes before whatever it dominates, and of twins the first label.
    order = np.argsort(x.sum(axis=1) - y.sum(axis=1), kind="stable")
    points = np.hstack([x, -y])[order]
    members = np.sort(order[undominated(np.ascontiguousarray(points))])
    return Frame(Technology(x[members], y[members], returns), members, x_mean, y_mean)
