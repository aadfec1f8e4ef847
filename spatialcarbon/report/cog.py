"""Rasters of classes as cloud-optimised GeoTIFF: overviews inside, read in parts over a network."""

from __future__ import annotations

import shutil
from pathlib import Path


def write_cog(source: Path, path: Path) -> None:
    """Write a raster of classes as a cloud-optimised GeoTIFF, its style beside it.

    Parameters
    ----------
    source : Path
        A GeoTIFF of classes, with a ``.qml`` of the same stem if it has a style.
    path : Path
        The new file. Colour table and tags come along; an overview takes the class of the
        nearest cell, since classes have no mean.

    Raises
    ------
    MissingDependencyError
        Without rasterio.
    """
    from spatialcarbon.core.errors import MissingDependencyError

    try:
        import rasterio.shutil
    except ImportError as error:
        raise MissingDependencyError(
            "a cloud-optimised GeoTIFF needs rasterio",
            fix='pip install "spatialcarbon[rasters]"',
        ) from error
    rasterio.shutil.copy(
        str(source),
        str(path),
        driver="COG",
        compress="DEFLATE",
        blocksize=512,
        overview_resampling="nearest",
        bigtiff="IF_SAFER",
        num_threads=1,
    )
    style = source.with_suffix(".qml")
    if style.is_file():
        shutil.copyfile(style, path.with_suffix(".qml"))


def write_cogs(folder: Path) -> None:
    """Write every raster of a folder of results as a cloud-optimised GeoTIFF under ``cog``."""
    for source in sorted(folder.glob("*.tif")):
        (folder / "cog").mkdir(exist_ok=True)
        write_cog(source, folder / "cog" / source.name)
