"""The fields of a result on land transitions, from areas that moved or from areas alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from spatialcarbon.core.align import canonical_order, checksum
from spatialcarbon.core.errors import some
from spatialcarbon.core.language import Text, text
from spatialcarbon.models.land import transition_formulas as formulas
from spatialcarbon.models.land.area_tables import ALL

if TYPE_CHECKING:
    import numpy.typing as npt

    from spatialcarbon.models.land.area_tables import YearPair

    Floats = npt.NDArray[np.float64]

REFERENCES = ("pontius2004", "wang1999")
UNITS = {
    **dict.fromkeys(("area_start", "area_end", "persistence", "gain", "loss"), "km2"),
    **dict.fromkeys(("net", "swap", "total_change", "area", "changed", "km2"), "km2"),
    **dict.fromkeys(("share_start", "share_end"), "1"),
    "dynamic_degree": "%/year",
    "comprehensive_degree": "%/year",
    "comprehensive_degree_net": "%/year",
}


def cube_fields(
    zones: pd.Index,
    classes: tuple[str, ...],
    cube: Floats,
    *,
    years: YearPair | None,
    excluded: pd.DataFrame | None = None,
    settings: Mapping[str, Any],
    remarks: tuple[Text, ...] = (),
    references: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the fields of the result for km² by zone × from × to.

    Parameters
    ----------
    zones : Index
        Labels of the first axis.
    classes : tuple of str
        Labels of the other two.
    cube : ndarray
        Areas, not negative.
    years : tuple of two int or None
        For dynamic degrees.
    excluded : DataFrame, optional
        Columns ``zone, reason, km2``.
    settings : mapping
        What else is needed to repeat the call.
    remarks : tuple of Text
        What else there is to know.
    references : tuple of str
        Keys of literature beside that of the method.
    """
    whole = cube[canonical_order(zones)].sum(axis=0)
    stacked = formulas.class_measures(_with_whole(zones, cube, whole))
    at = np.nonzero(cube)
    names = np.asarray(classes, dtype=object)
    by_zone = pd.DataFrame(
        {"zone": zones.to_numpy()[at[0]], "from": names[at[1]], "to": names[at[2]], "km2": cube[at]}
    )
    return _fields(
        zones, classes, stacked, years=years, settings=settings, remarks=remarks,
        references=references,
        matrix=_square(classes, whole), by_zone=by_zone, status=formulas.OK,
        excluded=_no_area() if excluded is None else excluded,
        data=checksum(pd.DataFrame(cube.reshape(len(zones), -1), zones)),
    )  # fmt: skip


def area_fields(
    start: pd.DataFrame,
    end: pd.DataFrame,
    *,
    years: YearPair | None,
    excluded: pd.DataFrame | None = None,
    settings: Mapping[str, Any],
    remarks: tuple[Text, ...] = (),
    references: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the fields of the result for two tables of areas, which do not say what went where.

    Parameters
    ----------
    start, end : DataFrame
        Unit × class in km², with the same labels in the same order.
    years, excluded, settings, remarks, references
        As for :func:`cube_fields`.
    """
    zones, classes = start.index, tuple(str(name) for name in start.columns)
    before, after = (table.to_numpy(dtype=np.float64) for table in (start, end))
    order = canonical_order(zones)
    stacked = formulas.area_measures(
        *(_with_whole(zones, part, part[order].sum(axis=0)) for part in (before, after))
    )
    both = pd.DataFrame(np.hstack([before, after]), zones)
    unknown = np.full((len(classes), len(classes)), np.nan)
    return _fields(
        zones, classes, stacked, years=years, settings=settings, remarks=remarks,
        references=references,
        matrix=_square(classes, unknown), status=formulas.AREAS_ONLY,
        by_zone=pd.DataFrame({"zone": [], "from": [], "to": [], "km2": []}),
        excluded=_no_area() if excluded is None else excluded, data=checksum(both),
    )  # fmt: skip


def _with_whole(zones: pd.Index, parts: Floats, whole: Floats) -> Floats:
    """Return the parts and, unless there is one that is the whole, the whole after them."""
    return parts if _is_whole(zones) else np.concatenate([parts, whole[np.newaxis]])


def _is_whole(zones: pd.Index) -> bool:
    return len(zones) == 1 and zones[0] == ALL


def _fields(
    zones: pd.Index,
    classes: tuple[str, ...],
    measures: dict[str, Floats],
    *,
    years: YearPair | None,
    settings: Mapping[str, Any],
    remarks: tuple[Text, ...],
    references: tuple[str, ...],
    data: str,
    **fields: Any,
) -> dict[str, Any]:
    span = None if years is None else float(years[1] - years[0])
    labels = [*zones.tolist(), *([] if _is_whole(zones) else [ALL])]
    start, end = measures["area_start"], measures["area_end"]
    rate, status = formulas.dynamic_degree(start, end, span)
    columns = {
        **measures,
        "share_start": formulas.shares(start),
        "share_end": formulas.shares(end),
        "dynamic_degree": rate,
        "status": status,
    }
    order = (
        *("area_start", "area_end", "persistence", "gain", "loss", "net", "swap"),
        *("total_change", "share_start", "share_end", "dynamic_degree", "status"),
    )
    table = pd.DataFrame(
        {
            "zone": np.repeat(np.asarray(labels, dtype=object), len(classes)),
            "class": np.tile(np.asarray(classes, dtype=object), len(labels)),
            **{name: columns[name].ravel() for name in order},
        }
    )
    degrees, reasons = formulas.comprehensive_degree(measures, span)
    comprehensive = pd.DataFrame(
        {"zone": np.asarray(labels, dtype=object), **degrees, "status": reasons}
    )
    for frame in (table, comprehensive, fields["by_zone"], fields["excluded"]):
        frame.attrs["units"] = {c: UNITS[c] for c in frame.columns if c in UNITS}
    return dict(
        method="Land transitions",
        table=table,
        comprehensive=comprehensive,
        classes=classes,
        zones=zones,
        years=years,
        settings={**settings, "years": None if years is None else list(years), "data": data},
        references=(*REFERENCES, *references),
        remarks=(*remarks, *_unequal(comprehensive, remarks)),
        **fields,
    )


def _unequal(comprehensive: pd.DataFrame, known: tuple[Text, ...]) -> list[Text]:
    """Return the remark on zones whose two totals differ, unless it is made already."""
    unequal = comprehensive.loc[comprehensive["status"] == formulas.UNEQUAL, "zone"]
    if len(unequal) > 1:
        unequal = unequal[unequal != ALL]
    if unequal.empty:
        return []
    said = text(
        "the classes do not add up to the same area in both years, so that there is no "
        "comprehensive degree: {labels}",
        labels=some(unequal),
    )
    return [] if said in known else [said]


def _square(classes: tuple[str, ...], values: Floats) -> pd.DataFrame:
    names = list(classes)
    return pd.DataFrame(values, pd.Index(names, name="from"), pd.Index(names, name="to"))


def _no_area() -> pd.DataFrame:
    return pd.DataFrame({"zone": [], "reason": [], "km2": np.empty(0)})
