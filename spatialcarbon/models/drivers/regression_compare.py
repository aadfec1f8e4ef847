"""Several regressions in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.language import text
from spatialcarbon.core.results import Result
from spatialcarbon.core.rng import RNGLike, resolve_rng
from spatialcarbon.models.drivers.regression import spatial_regression
from spatialcarbon.models.drivers.regression_fit import LAMBDA, RHO, Model
from spatialcarbon.models.drivers.regression_result import RegressionResult, stars

if TYPE_CHECKING:
    from spatialcarbon.weights.weights import Weights

MORAN = "residual_moran"
FIT = ("n", "r2", "pseudo_r2", "log_likelihood", "aic", "bic")
USUAL: tuple[Model, ...] = ("ols", "lag", "error", "durbin")


@dataclass(frozen=True, kw_only=True, eq=False)
class RegressionComparison(Result):
    """Regressions beside each other.

    Parameters
    ----------
    results : mapping
        Name → :class:`RegressionResult`.
    coefficients : DataFrame
        Columns ``model, term, estimate, standard_error, statistic, pvalue, low, high, stars``.
    fit : DataFrame
        One row per model: ``n, r2, pseudo_r2, log_likelihood, aic, bic, residual_moran,
        residual_moran_pvalue, status``.
    table : DataFrame
        As papers print it: index ``term``, a column per model, text such as
        ``"1.24*** (0.11)"``, the fit below.
    best : str or None
        Model with the least AIC; None where fewer than two have one.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [1.0, 3.0, 4.0, 6.0, 9.0, 9.0], "x": range(6)})
    >>> found = compare_regressions(frame, outcome="y", covariates=["x"], models=["ols"])
    >>> found.fit.loc["ols", "n"], found.best
    (np.float64(6.0), None)
    >>> found.results["ols"].outcome
    'y'
    >>> found.to_frame()["term"].tolist()[:4]
    ['constant', 'x', 'n', 'r2']
    """

    results: Mapping[str, RegressionResult]
    coefficients: pd.DataFrame
    fit: pd.DataFrame
    table: pd.DataFrame
    best: str | None

    def to_frame(self) -> pd.DataFrame:
        """Return the table as papers print it, the term as a column."""
        return self.table.rename_axis("term").reset_index()


def compare_regressions(
    data: Mapping[str, RegressionResult] | Sequence[RegressionResult] | pd.DataFrame,
    weights: Weights | None = None,
    *,
    models: Sequence[Model] = USUAL,
    outcome: str | None = None,
    covariates: Sequence[str] = (),
    log: bool | Sequence[str] = False,
    rng: RNGLike = None,
) -> RegressionComparison:
    r"""Which conclusions hold whichever model is taken?

    Use it to show least squares beside spatial models in one table. Coefficients of a lag
    or Durbin model are not effects: compare those in ``results[...].effects``. AIC compares
    models of the same outcome and units only, which is checked.

    Parameters
    ----------
    data : DataFrame, or mapping or sequence of RegressionResult
        A table to estimate the models on, or models estimated before.
    weights : Weights, optional
        As for :func:`spatialcarbon.spatial_regression`; for a table.
    models : sequence of str
        What to estimate on a table.
    outcome, covariates, log
        As for :func:`spatialcarbon.spatial_regression`; for a table.
    rng : int, Generator or None
        Seed of all of them.

    Returns
    -------
    RegressionComparison

    Raises
    ------
    OptionError
        No models, or a table without an outcome.
    SchemaError
        Results that explain different outcomes, or other places.

    Notes
    -----
    .. math:: \mathrm{AIC} = 2k - 2\ln L

    with :math:`k` counting coefficients and the spatial one. Stars: \*\*\* below 0.001,
    \*\* below 0.01, \* below 0.05; standard errors in brackets.

    References
    ----------
    Anselin (2005).

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"y": [1.0, 3.0, 4.0, 6.0, 9.0, 9.0], "x": range(6)}, index=list("abcdef")
    ... )
    >>> compare_regressions(frame, outcome="y", covariates=["x"], models=["ols"]).table.loc[
    ...     "x", "ols"
    ... ]
    '1.714*** (0.165)'
    """
    if isinstance(data, pd.DataFrame):
        if outcome is None:
            raise OptionError("a table of data needs outcome= and covariates=")
        if isinstance(models, str) or not models:
            raise OptionError("models must be a list of models", fix="models=['ols', 'lag']")
        stream = resolve_rng(rng)
        results = {
            str(model): spatial_regression(
                data,
                weights,
                outcome=outcome,
                covariates=covariates,
                model=model,
                log=log,
                rng=stream.seed,
            )
            for model in dict.fromkeys(models)
        }
    elif isinstance(data, Mapping):
        results = {str(name): result for name, result in data.items()}
    else:
        results = _named(list(data))
    return _compared(results)


def _named(results: list[RegressionResult]) -> dict[str, RegressionResult]:
    """Return results by model, numbered where a model comes twice."""
    names: dict[str, RegressionResult] = {}
    for result in results:
        name = getattr(result, "model", type(result).__name__)
        number = 2
        while name in names:
            name, number = f"{result.model} {number}", number + 1
        names[name] = result
    return names


def _compared(results: dict[str, RegressionResult]) -> RegressionComparison:
    strange = [type(item).__name__ for item in results.values() if not _is_result(item)]
    if strange or not results:
        raise OptionError(
            "there are no regressions to compare",
            arrived="{kinds}",
            expected="results of spatial_regression or panel_regression, or a table",
            kinds=some(strange) or "nothing",
        )
    first = next(iter(results.values()))
    others = [
        name
        for name, item in results.items()
        if item.outcome != first.outcome or set(item.residuals.index) != set(first.residuals.index)
    ]
    if others:
        raise SchemaError(
            "{models} explains another outcome, or other places, than {first}",
            fix="compare regressions of one outcome over the same places and years",
            models=some(others),
            first=next(iter(results)),
        )
    coefficients = pd.concat(
        [item.coefficients.assign(model=name) for name, item in results.items()], ignore_index=True
    )
    coefficients.insert(0, "model", coefficients.pop("model"))
    coefficients["stars"] = [stars(p) for p in coefficients["pvalue"]]
    fit = pd.DataFrame({name: _fit_row(item) for name, item in results.items()}).T
    fit.index.name = "model"
    numbers = [column for column in fit if column != "status"]
    fit = fit.astype(dict.fromkeys(numbers, float))
    known = fit["aic"].dropna()
    return RegressionComparison(
        method="Comparison of regressions",
        results=results,
        coefficients=coefficients,
        fit=fit,
        table=_printed(coefficients, fit),
        best=str(known.idxmin()) if len(known) > 1 else None,
        settings={name: dict(item.settings) for name, item in results.items()},
        references=tuple(dict.fromkeys(key for r in results.values() for key in r.references)),
        remarks=(
            text(
                "coefficients of a lag or Durbin model are not effects: those are direct, "
                "indirect and total effects"
            ),
        )
        if any(item.model in ("lag", "durbin") for item in results.values())
        else (),
    )


def _is_result(item: Any) -> bool:
    return isinstance(item, RegressionResult)


def _fit_row(result: RegressionResult) -> dict[str, Any]:
    values = result.diagnostics["statistic"].to_dict()
    row: dict[str, Any] = {name: float(values[name]) for name in (*FIT, MORAN)}
    row[f"{MORAN}_pvalue"] = float(result.diagnostics["pvalue"].to_dict()[MORAN])
    row["status"] = result.status
    return row


def _printed(coefficients: pd.DataFrame, fit: pd.DataFrame) -> pd.DataFrame:
    found = list(dict.fromkeys(coefficients["term"]))
    last = [term for term in (RHO, LAMBDA) if term in found]
    terms = [term for term in found if term not in last] + last
    columns = {}
    for name in map(str, fit.index):
        own = coefficients[coefficients["model"] == name]
        cells = {
            term: f"{estimate:.3f}{mark} ({error:.3f})"
            for term, estimate, mark, error in zip(
                own["term"], own["estimate"], own["stars"], own["standard_error"], strict=True
            )
        }
        numbers: dict[str, Any] = {str(column): fit[column].to_dict()[name] for column in fit}
        for row in (*FIT, MORAN):
            mark = stars(numbers[f"{MORAN}_pvalue"]) if row == MORAN else ""
            digits = 0 if row == "n" else 3
            cells[row] = "" if pd.isna(numbers[row]) else f"{numbers[row]:.{digits}f}{mark}"
        columns[name] = cells
    rows = pd.Index([*terms, *FIT, MORAN], name="term")
    return pd.DataFrame(columns, index=rows).fillna("")
