"""The door to esda: its statistics, our labels, our seeds, nothing of yours changed."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np

from spatialcarbon.core.errors import OptionError
from spatialcarbon.core.options import check_count, suggestion
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.stats.moran import prepare

if TYPE_CHECKING:
    import pandas as pd

    from spatialcarbon.core.align import Missing
    from spatialcarbon.weights.weights import Weights


def esda_statistic(
    name: str,
    values: pd.Series[Any],
    weights: Weights,
    *,
    permutations: int = 999,
    missing: Missing = "raise",
    rng: RNGLike = None,
    options: dict[str, Any] | None = None,
) -> Any:
    """What does one of esda's statistics say about these labelled values?

    The values are aligned with the weights, missing values are refused, the
    weights are handed over as a copy with the transform they have, and the
    seed reaches esda's random draws.

    Parameters
    ----------
    name : str
        Class in ``esda``: ``"Geary"``, ``"G_Local"``, ``"Moran"``, ...
    values : Series
        One number per unit, indexed by unit.
    weights : Weights, libpysal Graph or W
        Used exactly as given.
    permutations : int
        Passed on where the statistic takes it.
    missing : {"raise", "drop"}
        As for :func:`spatialcarbon.global_moran`.
    rng : int, Generator or None
        Seed.
    options : dict, optional
        Further keyword arguments of the class, such as ``{"star": True}``.

    Returns
    -------
    object
        The esda object. Its vectors follow ``units``, an attribute added here:
        the unit labels in ascending order.

    Raises
    ------
    OptionError
        For a name that esda does not have.

    References
    ----------
    Rey & Anselin (2010), doi 10.1007/978-3-642-03647-7_11.

    Examples
    --------
    Geary's C of a chain of four units, as esda computes it:

    >>> import pandas as pd
    >>> import spatialcarbon as sc
    >>> links = pd.DataFrame({"focal": list("abbccd"), "neighbor": list("bacbdc")})
    >>> w = sc.Weights.from_edges(links).standardised("R")
    >>> values = pd.Series([1, 2, 3, 4], list("abcd"))
    >>> found = sc.esda_statistic("Geary", values, w, permutations=9, rng=1)
    >>> f"{found.C:.3f}", found.units.tolist()
    ('0.300', ['a', 'b', 'c', 'd'])
    """
    import esda

    permutations = check_count(permutations, "permutations")
    kind: Any = getattr(esda, name, None)
    if not isinstance(kind, type):
        known = [item for item, value in vars(esda).items() if inspect.isclass(value)]
        raise OptionError(
            "esda has no statistic called {name!r}",
            expected="one of {known}",
            fix="{close}",
            name=name,
            known=", ".join(sorted(known)),
            close=suggestion(name, known),
        )
    stream = resolve_rng(rng)
    ordered, weights, _ = prepare(values, weights, missing)
    accepted = inspect.signature(kind).parameters
    arguments: dict[str, Any] = dict(options or {})
    if "permutations" in accepted:
        arguments["permutations"] = permutations
    if "transformation" in accepted:
        arguments.setdefault("transformation", "O")
    if "transform" in accepted:
        arguments.setdefault("transform", "O")
    seed = stream.seed % (2**32)
    if "seed" in accepted:
        arguments["seed"] = seed
    # Several esda classes draw from NumPy's legacy global state: give it our
    # seed for the call and put the caller's state back afterwards.
    before = np.random.get_state()  # noqa: NPY002
    np.random.set_state(np.random.RandomState(seed).get_state())  # noqa: NPY002
    try:
        result: Any = kind(ordered.to_numpy(dtype=np.float64), weights.to_w(), **arguments)
    finally:
        np.random.set_state(before)  # noqa: NPY002
    result.units = weights.units
    return result
