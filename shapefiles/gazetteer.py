"""Names of the units: Chinese as given, English reviewed or from pinyin, in one table."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from spatialcarbon.core.errors import MissingDependencyError, SchemaError

if TYPE_CHECKING:
    import geopandas as gpd

COLUMNS = [
    "adcode",
    "level",
    "name_zh",
    "short_zh",
    "name_en",
    "aliases",
    "province_adcode",
    "province_zh",
]
SHORT = {
    # At city level a bare 海南 is the province to nearly everyone; 克孜勒 is cut short.
    ("city", 632500): "海南州",
    ("city", 653000): "克孜勒苏",
}


def cluster_table() -> pd.DataFrame:
    """Return the five plan clusters, indexed by adcode, as the package ships them."""
    path = files("spatialcarbon.data") / "tables" / "city_clusters.csv"
    with path.open(encoding="utf-8") as file:
        return pd.read_csv(file).set_index("adcode")


def build_places(provinces: gpd.GeoDataFrame, cities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the gazetteer: every unit of both levels with its names."""
    reviewed = pd.read_csv(Path(__file__).parent / "english_names.csv", keep_default_na=False)
    corrections = {(row.level, row.adcode): row for row in reviewed.itertuples(index=False)}
    plan = cluster_table()["city_en"].to_dict()
    rows = []
    for level, units in (("province", provinces), ("city", cities)):
        for adcode, unit in units.iterrows():
            row = corrections.pop((level, adcode), None)
            name_zh = unit[f"{level}_name"]
            if row is not None and row.name_zh != name_zh:
                raise SchemaError(
                    "english_names.csv calls {adcode} {theirs}, the source {ours}",
                    adcode=adcode,
                    theirs=row.name_zh,
                    ours=name_zh,
                )
            spelled = romanise(unit["short_name"])
            name_en = plan.get(adcode) or (spelled if row is None else row.name_en)
            rows.append(
                {
                    "adcode": adcode,
                    "level": level,
                    "name_zh": name_zh,
                    "short_zh": SHORT.get((level, adcode), unit["short_name"]),
                    "name_en": name_en,
                    "aliases": "" if row is None else row.aliases,
                    "province_adcode": adcode if level == "province" else unit["province_adcode"],
                    "province_zh": name_zh if level == "province" else unit["province_name"],
                }
            )
    if corrections:
        raise SchemaError(
            "english_names.csv corrects units that do not exist: {units}",
            units=", ".join(str(adcode) for _, adcode in corrections),
        )
    return pd.DataFrame(rows)[COLUMNS].sort_values(["level", "adcode"], ascending=[False, True])


def romanise(name: str) -> str:
    """Return a Chinese name in pinyin, with an apostrophe where a syllable starts with a vowel."""
    try:
        from pypinyin import lazy_pinyin
    except ImportError as error:
        raise MissingDependencyError(
            "English names are made with pypinyin, which is not installed",
            fix='pip install "spatialcarbon[boundaries]"',
        ) from error
    first, *rest = lazy_pinyin(name)
    return (first + "".join(f"'{s}" if s[0] in "aeo" else s for s in rest)).capitalize()
