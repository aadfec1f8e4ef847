"""The Leontief model of a table: coefficients, and what demand needs, by solving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.errors import DegenerateDataError, some
from spatialcarbon.models.transfer.flows import label_words

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.models.transfer.flows import Floats


def safe_ratio(above: Floats, below: Floats) -> Floats:
    """Return a quotient, and zero where both are zero (a sector without output)."""
    return np.divide(above, below, out=np.zeros(np.broadcast(above, below).shape), where=below != 0)


@dataclass(frozen=True, eq=False)
class Leontief:
    """Input coefficients, factorised once for any number of demands.

    Parameters
    ----------
    coefficients : array
        A: what each column buys from each row for one unit of its own output.
    factors : object
        LU factors of I − A.
    """

    coefficients: Floats
    factors: Any

    @classmethod
    def of(cls, intermediate: Floats, output: Floats, rows: pd.Index) -> Leontief:
        """Return the model of a table.

        Raises
        ------
        DegenerateDataError
            When the economy is not productive: its sectors use up as much as they make.
        """
        from scipy.linalg import lu_factor

        made = safe_ratio(intermediate, output[np.newaxis, :])
        check_productive(made, rows)
        return cls(made, lu_factor(np.eye(len(output)) - made))

    def outputs(self, demand: Floats) -> Floats:
        """Return the outputs that demand needs: L y, one column for each column of demand."""
        from scipy.linalg import lu_solve

        made: Floats = lu_solve(self.factors, demand)
        return made

    def multipliers(self, intensity: Floats) -> Floats:
        """Return what one unit of final demand of each row causes in all rows: f L."""
        from scipy.linalg import lu_solve

        made: Floats = lu_solve(self.factors, intensity, trans=1)
        return made


def check_productive(coefficients: Floats, rows: pd.Index) -> None:
    """Raise unless every chain of inputs comes to an end (spectral radius below 1).

    Column sums below 1 are enough and cheap to see; only a table with a sector that buys
    for as much as it sells needs the eigenvalues.
    """
    bought = coefficients.sum(axis=0)
    if (bought < 1).all():
        return
    radius = float(np.abs(np.linalg.eigvals(coefficients)).max())
    if radius < 1 - 1e-12:
        return
    over = rows[bought >= 1]
    raise DegenerateDataError(
        "this is no productive economy: the spectral radius of its coefficients is {radius:.6g}",
        arrived="sectors that buy for as much as they make, or more: {rows}",
        expected="a spectral radius below 1",
        fix="check the output of these sectors: it must hold value added beside what they buy",
        radius=radius,
        rows=some(map(label_words, over)),
    )


def enabled_emissions(
    intermediate: Floats, output: Floats, intensity: Floats, primary: Floats
) -> Floats:
    r"""Return the emissions that the primary inputs of each row enable downstream.

    Parameters
    ----------
    intermediate, output : array
        Flows and outputs.
    intensity : array
        Emissions for one unit of output.
    primary : array
        Output less bought inputs of each column: value added and imports.

    Notes
    -----
    .. math:: I_n = v_n \sum_m [(I - B)^{-1}]_{nm} f_m, \qquad B = \hat{x}^{-1} Z

    B is similar to A, so that it is as productive as A is.
    """
    shares = safe_ratio(intermediate, output[:, np.newaxis])
    made: Floats = primary * np.linalg.solve(np.eye(len(output)) - shares, intensity)
    return made
