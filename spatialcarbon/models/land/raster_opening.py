"""Which raster files are opened: local GeoTIFFs, and VRTs that lead to nothing else."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any
from xml.parsers import expat

import numpy as np

from spatialcarbon.core.errors import MissingDependencyError, SchemaError
from spatialcarbon.core.files import entities, is_file, read_bytes, require_file
from spatialcarbon.core.limits import limit, shortened, within

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_PLAIN_BANDS = (None, "VRTSourcedRasterBand")


def rasterio_module() -> Any:
    """Return rasterio, or raise with the line that installs it."""
    try:
        import rasterio
    except ImportError as absent:
        raise MissingDependencyError(
            "reading rasters needs rasterio, which is not installed",
            fix='pip install "spatialcarbon[rasters]"',
        ) from absent
    return rasterio


def opened(path: str | os.PathLike[str]) -> Any:
    """Return the dataset of a raster file.

    GDAL takes addresses, programs and descriptions in XML for names of rasters. Here a name
    is the path of a file on a disk.

    Raises
    ------
    SchemaError
        What is no plain file; a VRT that leads elsewhere; a raster beyond a limit.
    rasterio.errors.RasterioError
        A file that cannot be opened.
    """
    file = Path(path)
    if not is_file(file) and _exists(file):
        require_file(file)
    rasterio = rasterio_module()
    if not is_file(file):
        raise rasterio.errors.RasterioIOError(os.strerror(2))
    driver = "GTiff" if _is_tiff(file) or not _is_vrt(file) else "VRT"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", rasterio.errors.NotGeoreferencedWarning)
        # Absolute: a relative name such as "GTIFF_DIR:1:a.tif" means something else to GDAL.
        try:
            dataset = rasterio.open(os.path.abspath(file), driver=driver)
        except UnicodeDecodeError as error:  # of the reference system, which no text may hold
            raise rasterio.errors.RasterioIOError(str(error)) from error
    try:
        within("RASTER_CELLS", dataset.height * dataset.width, file.name)
        for (rows, columns), kind in zip(dataset.block_shapes, dataset.dtypes, strict=True):
            size = np.dtype(kind).itemsize if kind != "complex_int16" else 4
            within("RASTER_BLOCK_BYTES", rows * columns * size, file.name)
    except SchemaError:
        dataset.close()
        raise
    return dataset


def _exists(file: Path) -> bool:
    try:
        return file.exists()
    except (OSError, ValueError):
        return False


class _Vrt:
    """Collects from a VRT what it is made of."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.sources: list[tuple[str, bool]] = []
        self.odd: list[str] = []
        self._tags: list[str] = []
        self._words: list[str] = []
        self._relative = False
        self._deepest = limit("NESTING")

    def start(self, tag: str, given: dict[str, str]) -> None:
        self._tags.append(tag)
        if len(self._tags) > self._deepest:
            within("NESTING", len(self._tags), self.place, counted=False)
        if len(self._tags) == 1 and tag != "VRTDataset":
            self.odd.append(tag)
        kind = given.get("subClass")
        if kind is not None and (tag != "VRTRasterBand" or kind not in _PLAIN_BANDS):
            self.odd.append(kind)
        self._words = []
        self._relative = given.get("relativeToVRT") == "1"

    def end(self, tag: str) -> None:
        words = "".join(self._words).strip()
        if words and any(part in tag.lower() for part in ("filename", "dataset")):
            self.sources.append((words, self._relative))
        self._tags.pop()
        self._words = []

    def words(self, part: str) -> None:
        self._words.append(part)

    def doctype(self, *_: Any) -> None:
        raise entities(self.place)


def _is_vrt(file: Path) -> bool:
    """Whether a file is a VRT; raise for one that is more than a mosaic of local GeoTIFFs."""
    with file.open("rb") as stream:
        if b"<VRTDataset" not in stream.read(4096):
            return False  # the driver of GeoTIFFs says what is wrong with it
    content = read_bytes(file)
    found = _Vrt(file.name)
    parser = expat.ParserCreate()
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.words
    parser.StartDoctypeDeclHandler = found.doctype
    try:
        parser.Parse(content, True)
    except expat.ExpatError as problem:
        raise SchemaError(
            "{path} cannot be opened as a raster",
            arrived="{problem}",
            expected="a GeoTIFF, COG or VRT",
            fix="make the VRT again with gdalbuildvrt",
            path=file.name,
            problem=str(problem),
        ) from None
    if found.odd:
        raise SchemaError(
            "{path} is a VRT that computes: {kind}",
            expected="a mosaic of GeoTIFFs, as gdalbuildvrt makes it",
            fix="write the raster once with gdal_translate, and give that file",
            path=file.name,
            kind=shortened(found.odd[0], 60),
        )
    for name, relative in found.sources:
        source = file.parent / name if relative else Path(name)
        if not is_file(source) or not _is_tiff(source):
            raise SchemaError(
                "{path} leads to what is no GeoTIFF on this machine",
                arrived="{source}",
                expected="paths of .tif files; addresses and other VRTs are not followed",
                fix="download the files, and make the VRT again with gdalbuildvrt",
                path=file.name,
                source=shortened(name),
            )
    return True


def _is_tiff(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4).startswith(_TIFF)
