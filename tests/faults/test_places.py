"""Disks that are full or read-only, folders that are not what they seem, files that go away."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from spatialcarbon.studies import publish, watching, working
from spatialcarbon.studies.publish import OutputError, write_file, write_files
from spatialcarbon.studies.watching import ChangedInputError
from spatialcarbon.studies.working import working_folder, working_place


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
@pytest.mark.parametrize("limit", [2_000, 60_000, pytest.param(150_000, marks=pytest.mark.slow)])
def test_files_that_may_not_grow(
    small: Any, everything: str, finished: dict[str, bytes], limit: int
) -> None:
    """A limit of bytes for each file (RLIMIT_FSIZE), so that writing fails half way.

    The error says what happened to the disk; the earlier result stands.
    """
    import resource

    assert any(len(content) > limit for content in finished.values())
    small.earlier().outputs = everything
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(OutputError, match="could not be written to"):
            small.run()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert small.shown() == "The earlier one"
    steps = [name for name in small.kept() if name.endswith(".step")]
    assert len(steps) == (2 if limit > 2_000 else 0)  # entries, too, may not grow
    assert (
        small.run(resume=True).manifest["resumed"][: len(steps)]
        == ["moran", "indicators"][: len(steps)]
    )
    assert small.content() == finished
    assert small.litter() == []


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
def test_a_folder_that_takes_nothing(
    small: Any, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """A read-only disk, or a folder without permission that does not say so beforehand.

    Refused before anything is computed.
    """
    small.earlier()
    real = Path.mkdir

    def mkdir(self: Path, *given: Any, **named: Any) -> None:
        if self.name.endswith(".unfinished"):
            raise OSError(code, os.strerror(code), str(self))
        real(self, *given, **named)

    monkeypatch.setattr(Path, "mkdir", mkdir)
    words = {errno.EROFS: "the disk is read-only", errno.EACCES: "permission denied"}
    with pytest.raises(OutputError, match=words[code]):
        small.run()
    assert small.shown() == "The earlier one"
    assert small.litter() == []


def test_no_folder_for_temporary_files(small: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's folder for temporary files cannot be written to.

    A study does not need it.
    """

    def gone() -> str:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", gone)
    small.run()
    assert small.shown() == "The new one"


@pytest.mark.parametrize("act", ["gone", "changed", "touched"])
def test_an_input_that_does_not_stay(small: Any, bomb: Any, act: str) -> None:
    """A table is taken away, changed, or written again as it was while a study runs.

    Refused with the name of the file, unless it holds the same as before.
    """
    small.earlier()
    content = small.table.read_bytes()

    def disturb() -> None:
        if act == "gone":
            small.table.unlink()
        else:
            small.table.write_bytes(content + b"\n" * (act == "changed"))

    if act == "touched":
        small.run(progress=bomb(2, disturb))
        assert small.shown() == "The new one"
        return
    words = "co2.csv can no longer be read" if act == "gone" else "being used: table: co2.csv"
    with pytest.raises(ChangedInputError, match=words):
        small.run(progress=bomb(2, disturb))
    assert small.shown() == "The earlier one"
    # What was finished while the table was in doubt is not kept.
    assert len([name for name in small.kept() if name.endswith(".step")]) == 1


def test_an_input_that_changes_while_it_is_read(
    small: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table changes between the moment it is read and the moment its checksum is taken.

    Refused: a record of another table than was computed from would be worse than none.
    """
    real = watching.provenance.input_checksums

    def disturb(study: Any) -> Any:
        small.table.write_bytes(small.table.read_bytes() + b"\n")
        return real(study)

    monkeypatch.setattr(watching.provenance, "input_checksums", disturb)
    with pytest.raises(ChangedInputError, match=r"table: co2\.csv"):
        small.run()
    assert small.litter() == []


def test_results_behind_a_link(small: Any) -> None:
    """The folder of results is a link to another place.

    They are written where it points, and the link stays.
    """
    elsewhere = small.folder / "elsewhere"
    elsewhere.mkdir()
    small.target.symlink_to(elsewhere, target_is_directory=True)
    small.run()
    assert small.target.is_symlink()
    assert (elsewhere / "manifest.json").is_file()
    assert small.litter() == ["elsewhere"]


def test_a_link_put_there_meanwhile(small: Any, bomb: Any) -> None:
    """While a study runs, somebody puts a link in the place of the results.

    Refused; nothing is written where the link points.
    """
    small.write()
    elsewhere = small.folder / "elsewhere"
    elsewhere.mkdir()
    with pytest.raises(OutputError, match="has become a link"):
        small.run(progress=bomb(3, lambda: small.target.symlink_to(elsewhere)))
    assert not list(elsewhere.iterdir())


def test_files_put_there_meanwhile(small: Any, bomb: Any) -> None:
    """While a study runs, the user saves a file into the folder of the earlier results.

    Refused: the file would go with them.
    """
    small.earlier()
    mine = small.target / "my notes.docx"
    from spatialcarbon.core.errors import SchemaError

    with pytest.raises(SchemaError, match="did not write"):
        small.run(progress=bomb(3, lambda: mine.write_text("a week of work", encoding="utf-8")))
    assert mine.read_text(encoding="utf-8") == "a week of work"


@pytest.mark.parametrize("kind", ["link", "file"])
def test_something_else_in_the_place_of_the_hidden_folder(small: Any, kind: str) -> None:
    """A link or a file stands where the hidden folder of a run belongs.

    Refused; nothing behind the link is touched.
    """
    elsewhere = small.folder / "elsewhere"
    (elsewhere / "draft-of-a-book").mkdir(parents=True)
    if kind == "link":
        small.hidden.symlink_to(elsewhere)
    else:
        small.hidden.write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="could not be written to"):
        small.run()
    assert [path.name for path in elsewhere.iterdir()] == ["draft-of-a-book"]


def test_results_on_a_disk_of_their_own(small: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder of results is itself a mounted disk, which cannot be renamed.

    Refused before anything is computed, with the folder to take.
    """
    small.earlier()
    monkeypatch.setattr(publish.os.path, "ismount", lambda path: Path(path) == small.target)
    with pytest.raises(OutputError, match=r"disk of its own(.|\n)*--out .*results/results"):
        small.run()
    assert small.shown() == "The earlier one"


def test_a_disk_without_locks(small: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk of a network that knows no locks.

    The run goes on; drafts that may be another's are left alone.
    """
    monkeypatch.setattr(working, "_locked", lambda _: False)
    other = small.hidden / "draft-another"
    other.mkdir(parents=True)
    small.run()
    assert small.shown() == "The new one"
    assert other.is_dir()


def test_an_earlier_result_is_not_swept_for_a_stranger(small: Any) -> None:
    """A run was killed in the exchange, and then somebody made a folder of that name.

    The earlier result stays where it waits; the stranger's folder is not touched.
    """
    small.earlier()
    small.hidden.mkdir()
    small.target.rename(small.hidden / "old")
    small.target.mkdir()
    with working_folder(small.target):
        assert small.shown() == "The earlier one"  # an empty folder is no result
    small.hidden.mkdir()
    small.target.rename(small.hidden / "old")
    small.target.mkdir()
    (small.target / "notes.txt").write_text("mine", encoding="utf-8")
    with working_folder(small.target):
        pass
    assert (small.hidden / "old" / "manifest.json").is_file()
    assert [path.name for path in small.target.iterdir()] == ["notes.txt"]


def test_single_files_keep_the_same_promises(tmp_path: Path) -> None:
    """Two commands write one file (`--out`), one is killed, or writes several files.

    The second is refused; what a killed one left is swept; no file is begun before all are
    complete.
    """
    path = tmp_path / "table.csv"

    def busy(draft: Path) -> None:
        with pytest.raises(OutputError, match="another run is writing to"):
            write_file(path, lambda other: other.write_text("second", encoding="utf-8"))
        draft.write_text("first", encoding="utf-8")

    write_file(path, busy)
    assert path.read_text(encoding="utf-8") == "first"
    left = working_place(path) / "draft-left"
    left.mkdir(parents=True)
    (left / "table.csv").write_text("half", encoding="utf-8")

    def several(folder: Path) -> None:
        (folder / "table.csv").write_text("new", encoding="utf-8")
        (folder / "table.qml").write_text("style", encoding="utf-8")
        assert path.read_text(encoding="utf-8") == "first"

    write_files(path, several)
    assert sorted(item.name for item in tmp_path.iterdir()) == ["table.csv", "table.qml"]
    assert path.read_text(encoding="utf-8") == "new"


def test_long_names_find_a_place(tmp_path: Path) -> None:
    """A name as long as the disk allows, in hanzi.

    The hidden folder gets a shorter one of its own.
    """
    path = tmp_path / ("碳" * 83 + ".csv")
    write_file(path, lambda draft: draft.write_text("x", encoding="utf-8"))
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
    assert working_place(path) != working_place(path.with_name("碳" * 82 + ".csv"))
