"""Peak year: when a series is highest, and whether that can be called a peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from spatialcarbon.core.align import as_numbers, checksum
from spatialcarbon.core.errors import (
    AlignmentError,
    DegenerateDataError,
    MissingDataError,
    OptionError,
    SchemaError,
    some,
)
from spatialcarbon.core.language import text
from spatialcarbon.core.options import check_count, check_option
from spatialcarbon.core.results import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    from spatialcarbon.core.language import Text

Tie = Literal["first", "last"]
PeakStatus = Literal[
    "peaked", "not peaked in horizon", "declining from start", "flat", "peaked, not sustained"
]
STATUS_TEXTS: Mapping[str, Text] = {
    "peaked": text("peaked"),
    "not peaked in horizon": text("not peaked in horizon"),
    "declining from start": text("declining from start"),
    "flat": text("flat"),
    "peaked, not sustained": text("peaked, not sustained"),
}
"""The states in words of either language."""

STATUSES: tuple[PeakStatus, ...] = get_args(PeakStatus)
"""The states; :func:`peak_positions` gives their place in this tuple."""

PEAK_COLUMNS = (
    *("year", "value", "status", "plateau_start", "plateau_end"),
    *("local_maxima", "equal_maxima", "years_below"),
)
"""Columns of :meth:`PeakResult.to_frame`."""

_SERIES = text("the series")


@dataclass(frozen=True, kw_only=True, eq=False)
class PeakResult(Result):
    """When a series peaks.

    Parameters
    ----------
    year : int
        First (or last, as ``tie`` says) year of the plateau; read it with ``status``.
    value : float
        Largest value, in the unit of the series.
    status : str
        ``"peaked"``, ``"not peaked in horizon"`` (still highest in the last year),
        ``"declining from start"`` (the true peak may lie before the series),
        ``"flat"`` or ``"peaked, not sustained"``.
    plateau : tuple of int
        First and last year that are as high as the peak without interruption.
    local_maxima : tuple of int
        Years, first of their run, that stand above both neighbours; the two ends
        of the series do not count.
    equal_maxima : tuple of int
        Years outside the plateau that are as high as the peak.
    years_below : int
        How many years directly after the plateau stay below the peak.

    Examples
    --------
    >>> import pandas as pd
    >>> found = peak(pd.Series({2024: 9.0, 2025: 12.0, 2026: 10.0, 2027: 12.0, 2028: 8.0}))
    >>> found.year, found.value, found.peaked, found.years_below
    (2025, 12.0, True, 1)
    >>> found.local_maxima, found.equal_maxima
    ((2025, 2027), (2027,))
    >>> found.to_frame()[["year", "plateau_start", "plateau_end"]].values.tolist()
    [[2025, 2025, 2025]]
    """

    year: int
    value: float
    status: PeakStatus
    plateau: tuple[int, int]
    local_maxima: tuple[int, ...]
    equal_maxima: tuple[int, ...]
    years_below: int

    @property
    def peaked(self) -> bool:
        """Whether there is a peak inside the series that satisfies what was asked for."""
        return self.status == "peaked"

    def to_frame(self) -> pd.DataFrame:
        """Return one row."""
        return pd.DataFrame([peak_row(vars(self))], columns=list(PEAK_COLUMNS))


def peak(
    series: pd.Series[Any], *, tol: float = 1e-9, tie: Tie = "first", sustained: int | None = None
) -> PeakResult:
    r"""When does a series peak, and is it a peak at all?

    Use it on yearly emissions, observed or projected. A series that is highest in
    its last year has not been seen to peak: no number of years is then a peak year,
    and the status says so.

    Parameters
    ----------
    series : Series
        Indexed by year, in any order, every year once; any unit of measure.
    tol : float, default 1e-9
        Relative difference from the maximum that still counts as being as high,
        in [0, 1). ``0.001`` takes a top that moves by less than 0.1 % for a plateau.
    tie : {"first", "last"}
        Which year of a plateau is the peak year.
    sustained : int, optional
        Demand this many years below the peak directly after the plateau, within the
        series; else the status is ``"peaked, not sustained"``.

    Returns
    -------
    PeakResult

    Raises
    ------
    AlignmentError
        No Series, labels that are no years, years twice.
    SchemaError
        Years missing in between.
    MissingDataError
        Empty or infinite values.
    DegenerateDataError
        Fewer than two years.

    Notes
    -----
    .. math:: P = \{t : C_t \ge \max C - \tau\,|\max C|\}

    The plateau is the run of consecutive years in :math:`P` that contains the first
    maximum. Of equal maxima that are apart, the first is the peak and the others are
    listed.

    Examples
    --------
    >>> import pandas as pd
    >>> found = peak(pd.Series({2024: 10.0, 2025: 12.0, 2026: 12.0, 2027: 11.5}))
    >>> found.year, found.plateau, found.status
    (2025, (2025, 2026), 'peaked')
    >>> peak(pd.Series({2024: 1.0, 2025: 2.0})).status
    'not peaked in horizon'
    """
    tolerance = check_demands(tol, tie, sustained)
    values = yearly(series)
    years, levels = values.index.to_numpy(), np.asarray(values, dtype=np.float64)
    (found,) = peak_rows(levels[None], years, tol=tolerance, tie=tie, sustained=sustained)
    return PeakResult(
        method="Peak year",
        **found,
        settings={
            "tol": tolerance,
            "tie": tie,
            "sustained": sustained,
            "data": checksum(values),
        },
        remarks=_remarks(found, int(years[0])),
    )


def peak_rows(
    levels: npt.NDArray[np.float64],
    years: npt.NDArray[np.int64],
    *,
    tol: float,
    tie: Tie,
    sustained: int | None,
) -> Iterator[dict[str, Any]]:
    """Yield for each series (rows, years in columns) the fields of :class:`PeakResult`."""
    starts, ends, codes = peak_positions(levels, tol=tol)
    listed = years.tolist()
    rows = zip(levels.tolist(), as_high(levels, tol).tolist(), strict=True)
    positions = zip(starts.tolist(), ends.tolist(), codes.tolist(), strict=True)
    for (level, high), (start, end, code) in zip(rows, positions, strict=True):
        after = high[end + 1 :]
        below = after.index(True) if True in after else len(after)
        status = STATUSES[code]
        if status == "peaked" and sustained is not None and below < sustained:
            status = "peaked, not sustained"
        yield {
            "year": listed[start if tie == "first" else end],
            "value": max(level),
            "status": status,
            "plateau": (listed[start], listed[end]),
            "local_maxima": tuple(listed[at] for at in _local_maxima(level, tol)),
            "equal_maxima": tuple(
                year for at, year in enumerate(listed) if high[at] and not start <= at <= end
            ),
            "years_below": below,
        }


def peak_row(found: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the fields of a :class:`PeakResult` as a row of :data:`PEAK_COLUMNS`."""
    return (
        *(found["year"], found["value"], found["status"], *found["plateau"]),
        *(", ".join(map(str, found[name])) for name in ("local_maxima", "equal_maxima")),
        found["years_below"],
    )


def as_high(levels: npt.NDArray[np.float64], tol: float) -> npt.NDArray[np.bool_]:
    """Return which years (last axis) are within ``tol`` of the maximum."""
    top = levels.max(axis=-1, keepdims=True)
    high: npt.NDArray[np.bool_] = levels >= top - tol * np.abs(top)
    return high


def peak_positions(
    levels: npt.NDArray[np.float64], *, tol: float = 1e-9
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.int8]]:
    """Find first and last position of the plateau, and the state, of many series at once.

    Parameters
    ----------
    levels : ndarray
        Series × year, finite, at least two years.
    tol : float
        As for :func:`peak`.

    Returns
    -------
    tuple of ndarray
        Position of the first and of the last year of each plateau, and the state as a
        position in :data:`STATUSES` (without the demand of ``sustained``).
    """
    high = as_high(levels, tol)
    last_year = levels.shape[-1] - 1
    start = levels.argmax(axis=-1)
    end = start.copy()
    # A plateau grows year by year from the first maximum; years are few, series many.
    for at in range(last_year - 1, -1, -1):
        start[(start == at + 1) & high[:, at]] = at
    for at in range(1, last_year + 1):
        end[(end == at - 1) & high[:, at]] = at
    state = np.zeros(len(levels), dtype=np.int8)
    state[(start == 0) & (end == 0)] = STATUSES.index("declining from start")
    state[end == last_year] = STATUSES.index("not peaked in horizon")
    state[(start == 0) & (end == last_year)] = STATUSES.index("flat")
    return start, end, state


def check_demands(tol: float, tie: Tie, sustained: int | None) -> float:
    """Return the tolerance, or raise where one of the demands on a peak makes no sense."""
    check_option(tie, Tie, "tie")
    if sustained is not None:
        check_count(sustained, "sustained", minimum=1)
    return check_tolerance(tol)


def check_tolerance(tol: float) -> float:
    """Return the tolerance if it lies in [0, 1), else raise."""
    try:
        number = float("nan") if isinstance(tol, bool) else float(tol)
    except (TypeError, ValueError):
        number = float("nan")
    if not 0.0 <= number < 1.0:
        raise OptionError("tol={value!r} must lie in [0, 1)", value=tol)
    return number


def yearly(series: pd.Series[Any], name: str | Text = _SERIES) -> pd.Series[float]:
    """Return a series by ascending year; raise unless it has every year once, with a number."""
    if isinstance(series, pd.DataFrame) and series.shape[1] == 1:
        series = series.iloc[:, 0]
    if not isinstance(series, pd.Series):
        raise AlignmentError(
            "{name} is a {kind} without years",
            expected="a pandas Series indexed by year",
            fix="pd.Series(levels, index=range(2018, 2031)), for example",
            name=name,
            kind=type(series).__name__,
        )
    values = as_numbers(series, name)
    values.index = _years(series.index, name)
    values = values.sort_index()
    if not values.index.is_unique:
        raise AlignmentError(
            "{name} has years twice: {years}",
            name=name,
            years=some(values.index[values.index.duplicated()].unique()),
        )
    if len(values) < 2:
        raise DegenerateDataError("{name} has fewer than two years", name=name)
    empty = values.index[~np.isfinite(values.to_numpy())]
    if len(empty):
        raise MissingDataError(
            "{name} is empty or infinite in {years}",
            fix="leave out years at the ends with .dropna(); years in between need a source",
            name=name,
            years=some(empty),
        )
    first, last = int(values.index[0]), int(values.index[-1])
    absent = sorted(set(range(first, last + 1)) - set(values.index))
    if absent:
        raise SchemaError(
            "{name} lacks the years {years}",
            expected="every year from {first} to {last}: a peak may lie in a year that is absent",
            name=name,
            years=some(absent),
            first=first,
            last=last,
        )
    return values


def _years(labels: pd.Index, name: str | Text) -> pd.Index:
    if isinstance(labels, (pd.DatetimeIndex, pd.PeriodIndex)):
        return pd.Index(labels.year)
    numbers = pd.to_numeric(labels.to_series(), errors="coerce").to_numpy(dtype=float)
    if isinstance(labels, pd.MultiIndex) or not (numbers % 1 == 0).all():
        raise AlignmentError(
            "labels of {name} are no years: {labels}",
            expected="whole years such as 2018",
            name=name,
            labels=some(labels),
        )
    return pd.Index(numbers.astype(np.int64))


def _local_maxima(levels: list[float], tol: float) -> list[int]:
    """Return the first position of every run that stands above both neighbours."""
    found = []
    start = 0
    for at in range(1, len(levels)):
        slack = tol * max(abs(levels[at]), abs(levels[at - 1]))
        if levels[at] > levels[at - 1] + slack:
            start = at
        elif levels[at] < levels[at - 1] - slack:
            if start > 0:
                found.append(start)
            start = 0  # no rise before the next fall, no further maximum
    return found


def _remarks(found: Mapping[str, Any], first: int) -> tuple[Text, ...]:
    said = []
    status, elsewhere = found["status"], found["equal_maxima"]
    if status == "not peaked in horizon":
        said.append(text("the series is still highest in its last year: the peak lies beyond it"))
    if found["plateau"][0] == first and status != "flat":
        said.append(
            text(
                "the series is highest in its first year, {year}: the true peak may be earlier, so "
                "put history before it",
                year=first,
            )
        )
    if elsewhere:
        said.append(text("as high again, apart from the plateau: {years}", years=some(elsewhere)))
    return tuple(said)
