"""Results are written whole or not at all, and nobody else's files are touched."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.studies import mapfiles, pipeline, publish
from spatialcarbon.studies.publish import OutputError, whole_folder, write_file


def contents(folder: Path) -> dict[str, bytes]:
    """Every file but the finished steps that a run keeps to continue from."""
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    kept = (".results.unfinished/kept/", ".results.unfinished/lock")
    return {name: content for name, content in found.items() if not name.startswith(kept)}


@pytest.fixture
def earlier(own: Any) -> dict[str, bytes]:
    """Run once, so that there is an earlier result to keep."""
    own.run()
    return contents(own.folder)


def untouched(own: Any, earlier: dict[str, bytes]) -> bool:
    return contents(own.folder) == earlier


def test_existing_results_need_overwrite(own: Any, earlier: dict[str, bytes]) -> None:
    with pytest.raises(OutputError, match="holds results already\n  fix: --overwrite"):
        pipeline.run_study(own.path)
    assert untouched(own, earlier)


def test_overwrite_replaces_all_of_the_earlier_result(own: Any, earlier: dict[str, bytes]) -> None:
    own.analyses = '[[analyses]]\nmethod = "moran"\nvariable = "co2"\npermutations = 0\n'
    own.run(overwrite=True)
    left = {path.name for path in (own.folder / "results" / "tables").iterdir()}
    assert left == {"moran.csv"}
    assert (own.folder / "results").stat().st_mode & 0o777 == 0o755
    assert not [path for path in own.folder.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("notes.txt", "mine", "does not hold results of this program"),
        ("manifest.json", '{"name": "a browser extension"}', "does not hold results of this"),
        ("manifest.json", "not JSON", "does not hold results of this program"),
    ],
)
def test_a_folder_that_is_not_ours_is_never_replaced(
    own: Any, name: str, content: str, words: str
) -> None:
    target = own.write().folder / "results"
    target.mkdir()
    (target / name).write_text(content, encoding="utf-8")
    before = contents(own.folder)
    with pytest.raises(SchemaError, match=words):
        own.again(overwrite=True)
    assert contents(own.folder) == before


def test_files_put_beside_our_results_are_not_deleted_with_them(own: Any) -> None:
    own.run()
    mine = own.folder / "results" / "tables" / "my notes.docx"
    mine.write_text("a week of work", encoding="utf-8")
    with pytest.raises(SchemaError, match=r"did not write\n  got: tables/my notes\.docx"):
        own.run(overwrite=True)
    assert mine.is_file()
    mine.rename(mine.with_name("results.gpkg-wal"))  # what QGIS leaves behind is no obstacle
    own.run(overwrite=True)


def test_an_empty_folder_is_taken(own: Any) -> None:
    (own.folder / "results").mkdir()
    assert own.run().directory == own.folder / "results"


def test_places_that_cannot_be_written(own: Any) -> None:
    own.write()
    (own.folder / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="is a file, not a folder"):
        own.run("file")
    with pytest.raises(OutputError, match="cannot be written"):
        own.run("file/below")
    (own.folder / "file").chmod(0o755)
    with pytest.raises(OutputError, match="could not be written to"):
        own.run("file/below/deeper")
    own.run("new/folders/on/the/way")


def test_a_folder_without_permission(own: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publish.os, "access", lambda *_: False)
    with pytest.raises(OutputError, match=r"the folder .* cannot be written to"):
        own.run()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EFBIG, "a file grew beyond the limit"),
        (errno.EACCES, "permission denied"),
        (errno.EIO, r"\[Errno 5\]"),
    ],
)
@pytest.mark.parametrize("broken", ["write_workbook", "write_geopackage", "write_document"])
def test_a_failing_disk_leaves_the_earlier_result(
    own: Any,
    earlier: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    words: str,
    broken: str,
) -> None:
    def fail(path: Path, *_: object, **__: object) -> None:
        Path(path).write_text("half", encoding="utf-8")
        raise OSError(code, "strerror")

    monkeypatch.setattr(mapfiles if broken == "write_geopackage" else pipeline, broken, fail)
    monkeypatch.setattr(pipeline._Run, "_draw", lambda *_: {})
    monkeypatch.setattr(pipeline, "make_document", lambda *_, **__: None)
    monkeypatch.setattr(pipeline, "preface_of", lambda _: None)
    own.outputs = "geopackage = true\nfigures = []\nworkbook = true\nreport = true\n"
    own.write()
    before = contents(own.folder)
    with pytest.raises(OutputError, match=words) as caught:
        own.again(overwrite=True)
    assert "nothing was changed" in str(caught.value)
    assert contents(own.folder) == before


@pytest.mark.parametrize("failure", [RuntimeError("in the middle"), KeyboardInterrupt()])
@pytest.mark.parametrize("again", [False, True])
def test_a_failure_in_the_middle_leaves_nothing(
    own: Any, monkeypatch: pytest.MonkeyPatch, failure: BaseException, again: bool
) -> None:
    if again:
        own.run()
    else:
        own.write()
    before = contents(own.folder)

    def fail(*_: object) -> None:
        assert [p for p in own.folder.iterdir() if p.name.startswith(".results.")]
        raise failure

    monkeypatch.setattr(pipeline._Run, "write", fail)
    with pytest.raises(type(failure)):
        own.again(overwrite=True)
    assert contents(own.folder) == before
    assert {path.name for path in own.folder.iterdir() if path.is_dir()} == (
        {"results", ".results.unfinished"} if again else {".results.unfinished"}
    )
    left = {path.name for path in (own.folder / ".results.unfinished").iterdir()}
    assert left == {"lock", "kept"}


def test_a_fault_of_input_is_not_called_a_fault_of_the_disk(
    own: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "the table cannot be read")

    monkeypatch.setattr(pipeline, "build_inputs", fail)
    with pytest.raises(OSError, match="the table cannot be read") as caught:
        own.run()
    assert not isinstance(caught.value, OutputError)


@pytest.mark.parametrize("failure", [OSError(errno.EBUSY, "busy"), KeyboardInterrupt()])
def test_an_interrupted_exchange_puts_the_earlier_result_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    target = tmp_path / "results"
    target.mkdir()
    (target / "manifest.json").write_text(
        '{"program": "spatialcarbon", "study_file": "", "language": "en", "inputs": {}, '
        '"outputs": {}, "versions": {}}',
        encoding="utf-8",
    )
    before = contents(tmp_path)
    real = Path.rename

    def fail(self: Path, goal: Path) -> Path:
        if (self / "new").exists():
            raise failure
        return real(self, goal)

    monkeypatch.setattr(Path, "rename", fail)
    with (
        pytest.raises((OutputError, KeyboardInterrupt)),
        whole_folder(target, overwrite=True) as draft,
    ):
        (draft / "new").write_text("x", encoding="utf-8")
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_single_files_are_written_whole(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    write_file(path, lambda draft: draft.write_text("old", encoding="utf-8"))

    def fail(draft: Path) -> None:
        draft.write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, "no space")

    with pytest.raises(OutputError, match="the disk is full"):
        write_file(path, fail)
    assert contents(tmp_path) == {"table.csv": b"old"}
    for missing in (tmp_path / "no" / "x.csv", path / "x.csv"):
        with pytest.raises(OutputError, match="there is no such folder"):
            write_file(missing, lambda draft: draft.write_text("x", encoding="utf-8"))
