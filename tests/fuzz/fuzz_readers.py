"""What reads an input of the fuzzer: each returns something, or raises one of our own errors."""

from __future__ import annotations

from pathlib import Path


def table(path: Path) -> object:
    """Read the cells, then the numbers, then guess what the columns are."""
    import spatialcarbon as sc
    from spatialcarbon.core.errors import SpatialCarbonError
    from spatialcarbon.data.readers import read_table

    first = str(read_table(path).frame.columns[0])
    for read in (
        lambda: sc.read_panel(path, unit=first),
        lambda: sc.read_panel(path, unit=first, year=2020, level="city"),
        lambda: sc.propose_columns(path),
    ):
        try:
            read()
        except SpatialCarbonError as error:
            error.render("zh")
    return first


def boundaries(path: Path) -> object:
    """Read a map by its first column."""
    import spatialcarbon as sc
    from spatialcarbon.core.errors import SpatialCarbonError
    from spatialcarbon.geo.opening import read_attributes

    key = "code"
    if path.suffix != ".parquet":
        columns = read_attributes(path).columns
        key = str(columns[0]) if len(columns) else key
    try:
        return sc.read_units(path, key=key)
    except SpatialCarbonError as error:
        if "CRS" not in type(error).__name__:
            raise
        return sc.read_units(path, key=key, crs=4326)


def table_and_map(path: Path) -> object:
    """Read a GeoPackage as a table and as a map."""
    from spatialcarbon.data.readers import read_table

    read_table(path)
    return boundaries(path)


def shapefile(folder: Path) -> object:
    """Read the Shapefile whose parts lie in a folder, and its table."""
    from spatialcarbon.data.readers import read_table

    read_table(folder / "a.dbf")
    return boundaries(folder / "a.shp")


def raster(path: Path) -> object:
    """Open a raster and read its first blocks."""
    import numpy as np

    from spatialcarbon.models.land.block_reading import Reader as Blocks
    from spatialcarbon.models.land.block_reading import windows
    from spatialcarbon.models.land.raster_input import open_rasters

    rasters = open_rasters([path])
    blocks = Blocks(rasters)
    try:
        for number, window in enumerate(windows(rasters)):
            if number == 4 or window[2] * window[3] > 1 << 22:
                break
            blocks.read(0, window, np.empty(window[2:], dtype=rasters[0].dtype))
    finally:
        blocks.close()
    return rasters


def study(path: Path) -> object:
    """Read a study file; name its tables and analyses."""
    from spatialcarbon.studies.study_file import load_study

    found = load_study(path)
    return [step.parameters for step in found.steps], found.maps


def checked_study(path: Path) -> object:
    """Check a study file with its data, as ``spatialcarbon check`` does."""
    from spatialcarbon.studies.checkup import check_up

    found = check_up(path)
    return [finding.said.render("zh") for finding in found.findings]


def manifest(path: Path) -> object:
    """Read the record of a run, and compare it with itself."""
    from spatialcarbon.studies.provenance import read_manifest
    from spatialcarbon.studies.verify import compare

    path.replace(path.with_name("manifest.json"))
    record = read_manifest(path.parent)
    return compare(path.parent, record, record).lines("zh")


def weights(path: Path) -> object:
    """Read weights in any format, and standardise them."""
    import pandas as pd

    import spatialcarbon as sc
    from spatialcarbon.studies.weighting import weights_from_file

    if path.suffix == ".csv":
        found = weights_from_file(path, pd.Index([1, 2, 3, 4]))
    elif path.suffix == ".parquet":
        found = sc.Weights.from_parquet(path)
    else:
        found = sc.Weights.from_gal(path)
    return found.standardised("R").describe()


def io_table(path: Path) -> object:
    """Read an input-output table, and follow its emissions."""
    import spatialcarbon as sc

    return sc.read_io_table(path).transfers(account="value_added")


def legend(path: Path) -> object:
    """Read the classes of a raster of one's own."""
    from spatialcarbon.models.land.legends import load_legend

    return load_legend(path)


def registry(path: Path) -> object:
    """Read groups of one's own."""
    import spatialcarbon as sc

    return sc.clusters(path=path)


def checkpoint(path: Path) -> object:
    """Go on from the finished blocks of a count."""
    from spatialcarbon.models.land.checkpoint import Checkpoint

    with Checkpoint(path, "0" * 64) as kept:
        return kept.done


def identity(words: str) -> object:
    """Parse an identity."""
    from spatialcarbon.models.drivers.identity import parse_identity

    found = parse_identity(words)
    return found.variables, found.held_by


def names(words: str) -> object:
    """Match the name of a place."""
    import spatialcarbon as sc

    try:
        return sc.match_names([words])
    except sc.SpatialCarbonError as error:
        error.render("zh")
    return sc.match_names([words], level="province")


def units(words: str) -> object:
    """Parse a unit of measure and convert it."""
    from spatialcarbon.core.errors import UnitMismatchError
    from spatialcarbon.core.units import conversion_factor, parse_unit

    found = parse_unit(words)
    try:
        return found, conversion_factor(words, "Mt")
    except UnitMismatchError as error:
        return found, error.render("zh")


def headers(words: str) -> object:
    """Take a header apart: year, quantity, unit of measure, name."""
    from spatialcarbon.data import headers as head
    from spatialcarbon.data.heading import header_text
    from spatialcarbon.data.measures import looks_like_unit, unit_in_name, unit_line
    from spatialcarbon.data.schema import split_year_name

    measure = head.measure_of(words)
    return (
        split_year_name(words),
        head.quantity_of(words),
        measure and head.with_substance(measure, words),
        head.variable_name(words, ["a"], 1),
        head.bare_title(words),
        head.is_coal(words),
        header_text(words),
        unit_in_name(words),
        unit_line(words),
        looks_like_unit(words),
    )


def cells(words: str) -> object:
    """Read a cell as number, year, label, whole number."""
    from spatialcarbon.data.cells import parse_number
    from spatialcarbon.data.labels import clean_label
    from spatialcarbon.data.schema import is_blank, label_text, parse_year, whole_number

    read = (parse_number, parse_year, whole_number, clean_label, label_text, is_blank)
    return [one(words) for one in read]


def rates(words: str) -> object:
    """Read rates with errors, and pairs."""
    from spatialcarbon.core.errors import SpatialCarbonError
    from spatialcarbon.models.drivers.rate_errors import as_rate_error, pairs_of

    try:
        return as_rate_error(words)
    except SpatialCarbonError as error:
        error.render("zh")
    return pairs_of(words)


def toml_lines(words: str) -> object:
    """Find lines in a text that need not be TOML."""
    from spatialcarbon.studies.toml_lines import TomlLines

    return TomlLines(words).find(["study", "title"])
