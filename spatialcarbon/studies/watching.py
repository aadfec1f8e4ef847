"""The files a run reads must be the same at its end as at its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import SchemaError, some
from spatialcarbon.studies import provenance

if TYPE_CHECKING:
    from spatialcarbon.studies.study_file import Study


class ChangedInputError(SchemaError):
    """A file was changed or taken away while it was being used."""


class Watch:
    """Looks after the input files of one run.

    Parameters
    ----------
    study : Study
        Whose files; none is opened yet.
    """

    def __init__(self, study: Study) -> None:
        self._study = study
        self._signs = self._look()
        self.checksums: Mapping[str, str] = {}

    def note(self) -> None:
        """Take the checksums of what was read, if nothing has changed since this was made."""
        self.checksums = self._sums()
        now = self._look()
        _refuse(name for name, sign in self._signs.items() if now[name] != sign)

    def unchanged(self) -> bool:
        """Return whether the files look as they did: a quick look at size, times and identity."""
        return self._look() == self._signs

    def check(self) -> None:
        """Raise if the content of any file is another than was read."""
        now = self._sums()
        _refuse(name for name, value in self.checksums.items() if now[name] != value)

    def _look(self) -> dict[str, tuple[int, ...] | None]:
        return {name: _sign(path) for name, path in provenance.input_files(self._study).items()}

    def _sums(self) -> dict[str, str]:
        try:
            return provenance.input_checksums(self._study)
        except OSError as error:
            name = Path(str(error.filename)).name if error.filename else str(error)
            raise ChangedInputError(
                "{name} can no longer be read",
                fix="leave the files alone while a study runs, and run it again",
                name=name,
            ) from error


def _sign(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _refuse(changed: Iterable[str]) -> None:
    names = list(changed)
    if names:
        raise ChangedInputError(
            "files changed while they were being used: {names}",
            fix="leave the files alone while a study runs, and run it again",
            names=some(names),
        )
