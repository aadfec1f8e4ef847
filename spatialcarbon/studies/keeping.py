"""What a run can continue from: each finished step under a key of everything that made it."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import SpatialCarbonWarning
from spatialcarbon.core.language import text
from spatialcarbon.studies import codec, provenance
from spatialcarbon.studies.working import KEPT, working_place

if TYPE_CHECKING:
    from spatialcarbon.studies.analysis import Inputs
    from spatialcarbon.studies.study_file import Step, Study

MARK = b"spatialcarbon: a finished step, to continue from\n"
FORMAT = 1
"""Of the entries; a change of the format changes every key."""

FURTHER = ("scikit-learn", "numba", "statsmodels", "rasterio", "pillow", "pyarrow")
"""Libraries that can change a result, beside those of the manifest."""

_PLACES = ("units", "tables", "rasters", "ratios", "weights")
"""Sections of a study file that every analysis of a map depends on."""

_NAME = re.compile(r"[0-9a-f]{32}(-[0-9a-f]{32})?\.(step|figure)(\.part)?")


class ResumeWarning(SpatialCarbonWarning):
    """Something kept of an earlier run cannot be used: it is computed again."""


@dataclass(frozen=True)
class Found:
    """A value that was kept."""

    value: Any


@dataclass
class Keeper:
    """Keeps finished steps in a folder, and finds those of an earlier run.

    Parameters
    ----------
    folder : Path
        Where entries lie; it is made when the first is kept.
    resume : bool
        Whether to look for entries; new ones are kept in either case.
    taken : list of str
        Names of what was found, in order.
    """

    folder: Path
    resume: bool
    taken: list[str] = field(default_factory=list)

    def take(self, name: str, file: str, shared: Mapping[str, object]) -> Found | None:
        """Return what was kept under the name of a file, or ``None``.

        Parameters
        ----------
        name : str
            What it is called when it is told that it was found.
        file : str
            Of the entry: :func:`step_file` or :func:`figure_file`.
        shared : mapping
            As for :func:`spatialcarbon.studies.codec.decode`.
        """
        path = self.folder / file
        if not self.resume or not os.path.lexists(path):
            return None
        try:
            found = Found(codec.decode(_content(path, file), shared))
        except (OSError, codec.DamagedError):
            said = text("what was kept of {name} is damaged and is computed again", name=name)
            warnings.warn(ResumeWarning(said), stacklevel=2)
            return None
        self.taken.append(name)
        return found

    def keep(self, file: str, value: object, shared: Mapping[str, object]) -> None:
        """Keep a value if it can be held and there is room; a run never fails for this."""
        try:
            data = codec.encode(value, shared)
        except codec.UnkeepableError:
            return
        body = file.encode() + b"\n" + data
        digest = hashlib.sha256(body).hexdigest().encode()
        part = self.folder / f"{file}.part"
        try:
            self.folder.mkdir(exist_ok=True)
            part.write_bytes(b"".join([MARK, digest, b"\n", body]))
            part.replace(self.folder / file)
        except OSError:
            with suppress(OSError):
                part.unlink()

    def forget_others(self, steps: Iterable[str]) -> None:
        """Remove what belongs to steps that this study no longer has."""
        known = {file.partition(".")[0] for file in steps}
        for path in self.folder.glob("*"):
            if _NAME.fullmatch(path.name) and (
                re.split(r"[-.]", path.name)[0] not in known or path.suffix == ".part"
            ):
                with suppress(OSError):
                    path.unlink()


def _content(path: Path, file: str) -> bytes:
    """Return the encoded value in an entry that was written here, in full, under this name."""
    if path.is_symlink() or not path.is_file():
        raise codec.DamagedError("no plain file")
    mark, digest, body = _split(path.read_bytes())
    if mark != MARK or digest != hashlib.sha256(body).hexdigest().encode():
        raise codec.DamagedError("not written here, or not in full")
    name, _, data = body.partition(b"\n")
    if name != file.encode():
        raise codec.DamagedError("the entry of another step")
    return data


def _split(data: bytes) -> tuple[bytes, bytes, bytes]:
    start = len(MARK)
    return data[:start], data[start : start + 64], data[start + 65 :]


def kept_steps(target: Path) -> int:
    """Return how many finished steps an earlier run into a folder left to continue from."""
    folder = working_place(Path(os.path.realpath(target))) / KEPT
    return sum(1 for path in folder.glob("*.step") if _NAME.fullmatch(path.name))


def shared_by(inputs: Inputs) -> dict[str, object]:
    """Return what results may refer to in place of holding it: the run has it anyway."""
    found: dict[str, object] = {
        "inputs": inputs,
        "units": inputs.units,
        "names": inputs.names,
        "panel": inputs.panel,
        "backbone": inputs.backbone,
    }
    found |= {f"weights {name}": item for name, item in inputs.weights.items()}
    found |= {f"raster {name}": item for name, item in inputs.rasters.items()}
    found |= {f"group {code}": item for code, item in inputs.groups.items()}
    if inputs.background is not None:
        found["background"] = inputs.background
    return found


def step_file(study: Study, step: Step, checksums: Mapping[str, str]) -> str:
    """Return the name of a step's entry, which says all that its result depends on.

    Parameters
    ----------
    study : Study
        The whole study.
    step : Step
        One of its analyses.
    checksums : mapping
        Input of the map of this step → SHA-256, as :func:`input_checksums` gives them.
    """
    part = study.file.at(step.map)
    places = part.model_dump(mode="json", include=set(_PLACES))
    told = {
        "program": _program(),
        "method": step.analysis.name,
        "key": step.key,
        "parameters": step.parameters.model_dump(mode="json"),
        "map": [step.map, study.file.maps[step.map].title if step.map else None],
        "places": places,
        "seed": study.file.study.seed,
        "inputs": {name: checksums.get(name) for name in provenance.input_files(study, step)},
    }
    return f"{_digest(told)}.step"


def figure_file(step: str, name: str, language: str, kinds: Sequence[str]) -> str:
    """Return the name of a figure's entry: the step it shows, and how it is drawn."""
    told = {"name": name, "language": language, "kinds": list(kinds), "words": _words()}
    return f"{step.partition('.')[0]}-{_digest(told)}.figure"


def _digest(told: Mapping[str, Any]) -> str:
    said = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()[:32]


@cache
def _program() -> dict[str, Any]:
    """Return what there is of the program: versions, machine, and its own text."""
    libraries = {}
    for name in FURTHER:
        with suppress(PackageNotFoundError):
            libraries[name] = version(name)
    return {
        "format": FORMAT,
        "versions": provenance.versions(),
        "libraries": libraries,
        "machine": [platform.system(), platform.machine()],
        "source": _source_digest(words=False),
    }


@cache
def _words() -> str:
    """Return the digest of what the program says in Chinese, which only figures depend on."""
    return _source_digest(words=True)


def _source_digest(*, words: bool) -> str:
    """Return the digest of the glossary, or of everything else in the package that computes."""
    package = Path(str(files("spatialcarbon")))
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if path.suffix not in (".py", ".toml", ".csv") or "cli" in inside.parts:
            continue
        if ("glossary" in inside.parts) != words:
            continue
        digest.update(f"{inside.as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
