"""Repeat a run and say whether its numbers come out again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.core.language import Language, Text, text
from spatialcarbon.studies import provenance
from spatialcarbon.studies.pipeline import run_study
from spatialcarbon.studies.working import put_back

if TYPE_CHECKING:
    from spatialcarbon.studies.pipeline import Progress

COMPARED = ("tables/", "rasters/", "results.gpkg")
"""What must come out to the byte: figures may differ with the version of a font library."""


@dataclass(frozen=True)
class Verification:
    """What a repeated run showed.

    Parameters
    ----------
    outputs : mapping
        File → ``"same"``, ``"different"``, ``"missing"`` or ``"changed since"``
        (the file in the folder is not the one that was recorded).
    inputs : mapping
        Input → ``"different"``, for those whose checksum changed.
    versions : mapping
        Library → (then, now), for those that changed.
    """

    outputs: Mapping[str, str]
    inputs: Mapping[str, str]
    versions: Mapping[str, tuple[str, str]]

    @property
    def same(self) -> bool:
        """Whether every compared file came out the same, and is still the one recorded."""
        return all(state == "same" for state in self.outputs.values())

    @property
    def status(self) -> int:
        """Exit status: 0 the same, 2 inputs or results were changed, 1 neither explains it."""
        if self.same:
            return 0
        touched = any(state in ("changed since", "missing") for state in self.outputs.values())
        return 2 if self.inputs or touched else 1

    @property
    def verdict(self) -> Text:
        """The outcome in a sentence."""
        if self.same:
            return text("All {n} tables and layers came out the same.", n=len(self.outputs))
        bad = sum(state != "same" for state in self.outputs.values())
        if self.inputs:
            return text("files that differ: {n}; inputs have changed since.", n=bad)
        if self.versions:
            return text("files that differ: {n}; versions of libraries have changed since.", n=bad)
        return text("files that differ: {n}.", n=bad)

    def lines(self, language: Language) -> list[tuple[str, str]]:
        """Return what to print: file or input, and its state."""
        said = [(name, Text(state).render(language)) for name, state in self.outputs.items()]
        said += [(name, Text(state).render(language)) for name, state in self.inputs.items()]
        said += [(name, f"{then} → {now}") for name, (then, now) in self.versions.items()]
        return said


def verify(
    folder: str | Path,
    *,
    scratch: Path,
    study: str | Path | None = None,
    progress: Progress | None = None,
) -> Verification:
    """Does a folder of results come out again from its study file?

    Parameters
    ----------
    folder : path
        Written by ``spatialcarbon run``.
    scratch : Path
        Folder for the repeated run.
    study : path, optional
        The study file, if it no longer lies where the manifest says.
    progress : callable, optional
        As for :func:`run_study`.

    Raises
    ------
    SchemaError
        No manifest, or the study file cannot be found.
    """
    folder = Path(folder)
    put_back(Path(os.path.realpath(folder)))
    record = provenance.read_manifest(folder)
    path = Path(study) if study is not None else folder / str(record["study_file"])
    if not path.exists():
        raise SchemaError(
            "the study file behind {folder} is no longer at {path}",
            fix="spatialcarbon verify {folder} --study path/to/study.toml",
            folder=folder,
            path=record["study_file"],
        )
    again = run_study(path, out=scratch / "again", language=record["language"], progress=progress)
    return compare(folder, record, again.manifest)


def compare(folder: Path, then: Mapping[str, Any], now: Mapping[str, Any]) -> Verification:
    """Compare the record of a folder with the record of a repeated run."""
    outputs = {}
    for name, recorded in then["outputs"].items():
        if not name.startswith(COMPARED):
            continue
        path = folder / name
        if not path.is_file():
            outputs[name] = "missing"
        elif provenance.sha256(path) != recorded:
            outputs[name] = "changed since"
        else:
            outputs[name] = "same" if now["outputs"].get(name) == recorded else "different"
    inputs = {
        name: "different"
        for name, value in then["inputs"].items()
        if now["inputs"].get(name) != value
    }
    versions = {
        name: (value, now["versions"].get(name, "–"))
        for name, value in then["versions"].items()
        if now["versions"].get(name) != value
    }
    return Verification(outputs, inputs, versions)
