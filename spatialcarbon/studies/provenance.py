"""Where numbers come from: versions, checksums, seed, settings, times."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon._version import __version__
from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.files import is_file, parse_json, read_bytes
from spatialcarbon.core.printable import json_text
from spatialcarbon.geo.units import boundary_folder
from spatialcarbon.studies import schema
from spatialcarbon.studies.inputs import SHIPPED_MAPS, is_shipped
from spatialcarbon.studies.maps import own_name

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Done, Inputs
    from spatialcarbon.studies.study_file import Step, Study

MANIFEST = "manifest.json"
LIBRARIES = (
    "numpy",
    "scipy",
    "pandas",
    "geopandas",
    "shapely",
    "pyogrio",
    "pyproj",
    "libpysal",
    "matplotlib",
)


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Return the versions that decide the numbers."""
    found = {"spatialcarbon": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # pragma: no cover - all are in the plain install
            found[name] = "?"
    return found


def input_checksums(study: Study) -> dict[str, str]:
    """Return the SHA-256 of every file a study reads, shipped or the user's own."""
    found = {"study file": hashlib.sha256(study.source.encode()).hexdigest()}
    return found | {name: sha256(path) for name, path in input_files(study).items()}


def input_files(study: Study, step: Step | None = None) -> dict[str, Path]:
    """Return every file that a study reads, by the name it has in the manifest.

    Parameters
    ----------
    study : Study
        All of it.
    step : Step, optional
        One of its analyses: only what that one depends on.
    """
    if step is not None:
        return _files_at(replace(study.at(step.map), steps=(step,)))
    found: dict[str, Path] = {}
    for name in study.maps:
        found |= _files_at(study.at(name))
    return found


def _files_at(study: Study) -> dict[str, Path]:
    found: dict[str, Path] = {}
    source = study.file.units.source
    if source in SHIPPED_MAPS:
        shipped = Path(str(boundary_folder())) / source / f"{source}.gpkg"
        found[f"map: {source} (shipped)"] = shipped
    else:
        found |= {f"map: {path.name}": path for path in _parts(study.locate(source))}
    for table in study.file.tables.values():
        found[f"table: {table.source}"] = _table_file(study, table.source)
    for name, series in study.file.rasters.items():
        for year, file in series.files.items():
            found[f"raster: {name} {year}"] = study.locate(file)
        if series.scheme.lower().endswith(".csv"):
            found[f"scheme: {series.scheme}"] = study.locate(series.scheme)
    groups = study.file.units.groups
    if isinstance(groups, str) and groups.lower().endswith(".csv"):
        found[f"groups: {groups}"] = study.locate(groups)
    for weights in study.file.weights.values():
        if isinstance(weights, schema.CustomWeights):
            found[f"weights: {weights.path}"] = study.locate(weights.path)
    for step in study.steps:
        printed = getattr(step.parameters, "printed", None) or getattr(
            step.parameters, "table", None
        )
        rates = getattr(step.parameters, "rates", None)
        for read in (printed, rates if isinstance(rates, str) else None):
            if read:
                found[f"table: {read}"] = _table_file(study, read)
        mapping = getattr(step.parameters, "mapping", None)
        if mapping:
            found[f"mapping: {mapping}"] = _table_file(study, mapping)
    return found


def _parts(path: Path) -> list[Path]:
    """Return the files that make up a map: a Shapefile has several."""
    if path.suffix.lower() != ".shp":
        return [path]
    kinds = (".shp", ".shx", ".dbf", ".prj", ".cpg")
    return sorted(p for p in path.parent.glob(f"{path.stem}.*") if p.suffix.lower() in kinds)


def _table_file(study: Study, source: str) -> Path:
    if not is_shipped(source):
        return study.locate(source)
    import tomllib

    folder = Path(str(files("spatialcarbon.data"))) / "tables"
    catalogue = tomllib.loads((folder / "catalogue.toml").read_text(encoding="utf-8"))
    return folder / str(catalogue[source]["file"])


def manifest(
    study: Study,
    maps: Sequence[Inputs],
    done: Sequence[Done],
    checksums: Mapping[str, str],
    times: Mapping[str, float],
    folder: Path,
    language: str,
    target: Path,
    resumed: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the record that lets a run be repeated and checked."""
    outputs = {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {
        "program": "spatialcarbon",
        "versions": versions(),
        "study": study.file.study.title,
        "study_file": _path_between(target.resolve(), study.path),
        "language": language,
        "seed": study.file.study.seed,
        "inputs": dict(checksums),
        "rasters": {
            own_name(part, name): series.describe()
            for part in maps
            for name, series in part.rasters.items()
        },
        "weights": {
            own_name(part, name): weights.describe()
            for part in maps
            for name, weights in part.weights.items()
        },
        "analyses": [
            {
                "name": item.key,
                **({"map": item.inputs.map} if item.inputs.map else {}),
                "parameters": item.parameters.model_dump(mode="json"),
                "results": [
                    {
                        "method": r.method,
                        "settings": _plain(r.settings),
                        "references": list(r.references),
                        "notes": list(r.notes),
                    }
                    for r in item.results()
                ],
            }
            for item in done
        ],
        "notes": [note for part in maps for note in (*part.map_notes, *part.panel.notes)],
        "resumed": list(resumed),
        "seconds": {step: round(seconds, 3) for step, seconds in times.items()},
        "outputs": outputs,
    }


def _path_between(folder: Path, file: Path) -> str:
    try:
        return Path(os.path.relpath(file, folder)).as_posix()
    except ValueError:  # on another drive of Windows
        return file.as_posix()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return str(value)


def write_manifest(path: Path, record: Mapping[str, Any]) -> None:
    """Write the record as readable JSON."""
    path.write_text(json_text(record, indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the record of a folder of results.

    Raises
    ------
    SchemaError
        When the folder has none, or it cannot be read.
    """
    path = folder / MANIFEST
    if not is_file(path):
        raise SchemaError(
            "{path} holds no results of this program",
            expected="a folder written by spatialcarbon run, with its manifest.json",
            path=folder,
        )
    record = parse_json(read_bytes(path), path)
    ours = isinstance(record, dict) and record.get("program") == "spatialcarbon"
    if not ours or not _is_whole(record):
        raise SchemaError("{path} is not a manifest of this program", path=path)
    return dict(record)


def _is_whole(record: Mapping[str, Any]) -> bool:
    """Say whether a record has what others take from it, each of its kind."""
    words = all(isinstance(record.get(key), str) for key in ("study_file", "language"))
    return words and all(
        isinstance(part := record.get(key), dict)
        and all(isinstance(value, str) for value in part.values())
        for key in ("inputs", "outputs", "versions")
    )
