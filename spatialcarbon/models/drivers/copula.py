"""Errors that move together: a Gaussian copula over the four rates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from spatialcarbon.core.align import conform
from spatialcarbon.core.errors import OptionError, SchemaError
from spatialcarbon.core.language import text

if TYPE_CHECKING:
    import numpy.typing as npt

TOLERANCE = 1e-10
"""An eigenvalue this far below zero is rounding; further below is no correlation matrix."""

_NAME = text("the correlation matrix")


def checked_correlation(correlation: pd.DataFrame, factors: Sequence[str]) -> pd.DataFrame:
    """Return a correlation matrix in the order of ``factors``, refusing what is none.

    Parameters
    ----------
    correlation : DataFrame
        Square, both sides labelled by factor, in any order.
    factors : sequence of str
        The order wanted.

    Raises
    ------
    SchemaError
        No table, not symmetric, or a diagonal other than 1.
    OptionError
        Not positive semidefinite, with the smallest eigenvalue.

    Examples
    --------
    >>> import pandas as pd
    >>> names = ["alpha", "beta"]
    >>> table = pd.DataFrame([[1.0, 0.4], [0.4, 1.0]], index=names, columns=names)
    >>> float(checked_correlation(table, ["beta", "alpha"]).loc["beta", "alpha"])
    0.4
    """
    if not isinstance(correlation, pd.DataFrame):
        raise SchemaError(
            "{name} is a {kind} without labels",
            expected="a pandas DataFrame with {factors} on both sides",
            fix="pd.DataFrame(matrix, index=factors, columns=factors)",
            name=_NAME,
            kind=type(correlation).__name__,
            factors=", ".join(factors),
        )
    wanted = pd.Index(list(factors))
    rows = {column: conform(correlation[column], wanted, name=_NAME) for column in correlation}
    table = pd.DataFrame(rows).T
    table = pd.DataFrame({name: conform(table[name], wanted, name=_NAME) for name in wanted})
    numbers = table.to_numpy()
    uneven = float(np.abs(numbers - numbers.T).max())
    if uneven > 1e-9 or float(np.abs(np.diag(numbers) - 1.0).max()) > 1e-9:
        raise SchemaError(
            "{name} is not symmetric with ones on its diagonal",
            arrived="largest difference across the diagonal {uneven:.3g}, diagonal {diagonal}",
            expected="corr(a, b) = corr(b, a) and corr(a, a) = 1",
            name=_NAME,
            uneven=uneven,
            diagonal=", ".join(f"{x:g}" for x in np.diag(numbers)),
        )
    smallest = float(np.linalg.eigvalsh(numbers)[0])
    if smallest < -TOLERANCE:
        raise OptionError(
            "{name} is not positive semidefinite: its smallest eigenvalue is {smallest:.4g}",
            expected="correlations that can hold together",
            fix="bring them nearer to zero: three factors cannot all oppose each other strongly",
            name=_NAME,
            smallest=smallest,
        )
    return table


def copula_root(correlation: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the symmetric square root, which a singular matrix has as well.

    Unlike the vectors behind it, it is unique: the draws do not hang on the
    signs that an eigenvalue routine happens to choose.
    """
    values, vectors = np.linalg.eigh(correlation.to_numpy(dtype=np.float64))
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return np.asarray((root + root.T) / 2.0, dtype=np.float64)
