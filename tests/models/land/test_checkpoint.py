"""Blocks kept on disk: whole, in the same bytes, and only for the run they belong to."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from spatialcarbon.core.errors import SchemaError
from spatialcarbon.models.land import block_reading
from spatialcarbon.models.land.checkpoint import Checkpoint
from spatialcarbon.models.land.crosstab import cross_tabulate


def filled(path: Path, blocks: int = 3) -> dict[int, np.ndarray]:
    rng = np.random.default_rng(1)
    given = {block: rng.random(5) for block in range(blocks)}
    with Checkpoint(path, "one") as kept:
        for block, values in given.items():
            kept.add(block, {"values": values, "where": np.arange(5)})
    return given


def test_blocks_come_back_bit_by_bit(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "run.blocks"
    given = filled(path)
    with Checkpoint(path, "one") as kept:
        assert list(kept.done) == [0, 1, 2]
        for block, values in given.items():
            assert kept.done[block]["values"].tobytes() == values.tobytes()
            assert kept.done[block]["where"].dtype == np.int64
        kept.add(7, {"values": np.zeros(2)})
    with Checkpoint(path, "one") as kept:
        assert list(kept.done) == [0, 1, 2, 7]


@pytest.mark.parametrize("cut", [1, 10, 200])
def test_a_record_cut_off_is_dropped_and_written_again(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "run"
    given = filled(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    with Checkpoint(path, "one") as kept:
        assert list(kept.done) == [0, 1]
        kept.add(2, {"values": given[2], "where": np.arange(5)})
    with Checkpoint(path, "one") as kept:
        assert list(kept.done) == [0, 1, 2]


@pytest.mark.parametrize("place", [0, 7, 9, 15, 17, 19, 20, 200, -1])
def test_a_record_with_a_wrong_byte_is_dropped_with_all_after_it(
    tmp_path: Path, place: int
) -> None:
    """Be it in the number of the block, the length, the checksum or the content."""
    path = tmp_path / "run"
    filled(path)
    content = bytearray(path.read_bytes())
    start = content.index(b"\n") + 1
    record = (len(content) - start) // 3
    content[start + record + place % record] ^= 255
    path.write_bytes(bytes(content))
    with Checkpoint(path, "one") as kept:
        assert list(kept.done) == [0]


def test_an_empty_file_is_a_new_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.touch()
    filled(path)
    with Checkpoint(path, "one") as kept:
        assert len(kept.done) == 3


def test_another_run_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "run"
    filled(path)
    before = path.read_bytes()
    with pytest.raises(SchemaError, match="other rasters, zones or options"):
        Checkpoint(path, "two")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"my thesis\n", b"[1]\n", b"{}\n", b"\xff\xfe\n", b'{"file": 1']
)
def test_another_file_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "thesis.txt"
    path.write_bytes(content)
    with pytest.raises(SchemaError, match="no checkpoint of this version"):
        Checkpoint(path, "one")
    assert path.read_bytes() == content


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only some systems have it")
def test_a_full_disk_is_said(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "run", "one")
    kept._file.close()
    with Path("/dev/full").open("wb", buffering=0) as full, kept:
        kept._file = full
        with pytest.raises(SchemaError, match="No space left"):
            kept.add(0, {"values": np.arange(9)})


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="cannot be written"):
        Checkpoint(tmp_path, "one")


# --- a run that is interrupted --------------------------------------------------------------


class InterruptedHereError(Exception):
    """Stands for Ctrl-C, a full disk, a power cut."""


class Stopwatch:
    """A progress callback that stops the run after some windows."""

    def __init__(self, windows: int | None = None) -> None:
        self.windows = windows
        self.calls: list[tuple[int, int]] = []

    def __call__(self, done: int, total: int) -> None:
        self.calls.append((done, total))
        if len(self.calls) == self.windows:
            raise InterruptedHereError


@pytest.fixture
def run(cases: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the arguments of a count in five windows."""
    monkeypatch.setattr(block_reading, "CELLS_AT_ONCE", 32 * 32)
    place = {"crs": cases.LONGLAT, "transform": cases.DEGREES}
    units = cases.zones(cases.LONGLAT, transform=cases.DEGREES).drop(index=["over", "Zürich"])
    return {"rasters": cases.pair(tmp_path, **place), "zones": units, "scheme": "common"}


def reads(monkeypatch: pytest.MonkeyPatch) -> set[Any]:
    """Return a set to which every window that is read is added."""
    seen: set[Any] = set()
    attempt = block_reading.Reader.attempt

    def noted(reader: Any, position: int, window: Any, out: Any) -> Any:
        seen.add(window)
        return attempt(reader, position, window, out)

    monkeypatch.setattr(block_reading.Reader, "attempt", noted)
    return seen


def same(one: Any, other: Any) -> None:
    for pair in one.tables:
        pd.testing.assert_frame_equal(one.tables[pair], other.tables[pair], check_exact=True)
    pd.testing.assert_frame_equal(one.areas, other.areas, check_exact=True)
    pd.testing.assert_frame_equal(one.excluded, other.excluded, check_exact=True)
    assert one.remarks == other.remarks
    assert one.settings == other.settings


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("after", [1, 3])
def test_an_interrupted_run_goes_on_and_gives_the_same_bytes(
    run: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int, exact: bool
) -> None:
    run |= {"exact": exact, "threads": 1}
    kept = tmp_path / "kept" / "run"
    seen, progress = reads(monkeypatch), Stopwatch()
    through = cross_tabulate(**run)
    every = len(seen)
    assert every > 4
    with pytest.raises(InterruptedHereError):
        cross_tabulate(**run, checkpoint=kept, progress=Stopwatch(after))
    seen.clear()
    again = cross_tabulate(**run, checkpoint=kept, progress=progress)
    assert len(seen) == every - after
    same(through, again)
    assert progress.calls[-1][0] == progress.calls[-1][1]
    seen.clear()
    same(through, cross_tabulate(**run, checkpoint=kept))
    assert not seen


def test_a_run_may_go_on_elsewhere(run: dict[str, Any], tmp_path: Path) -> None:
    """On more threads, or on the workers of a cluster: the blocks are the same."""
    from concurrent.futures import ThreadPoolExecutor

    kept = tmp_path / "run"
    with pytest.raises(InterruptedHereError):
        cross_tabulate(**run, checkpoint=kept, threads=1, progress=Stopwatch(2))
    with ThreadPoolExecutor(2) as pool:
        same(cross_tabulate(**run), cross_tabulate(**run, checkpoint=kept, client=pool))


def test_other_inputs_are_refused(cases: ModuleType, run: dict[str, Any], tmp_path: Path) -> None:
    kept = tmp_path / "run"
    cross_tabulate(**run, checkpoint=kept)
    first, second = run["rasters"]
    other = cases.write(
        tmp_path / "c.tif", cases.patchy(seed=8), crs=cases.LONGLAT, transform=cases.DEGREES
    )
    for change in (
        {"rasters": [second, first]},
        {"rasters": [first, other]},
        {"rasters": [first, second, other]},
        {"zones": run["zones"].iloc[1:]},
        {"zones": run["zones"].rename({"ring": "円"})},
        {"exact": True},
        {"scheme": "CLCD"},
    ):
        with pytest.raises(SchemaError, match="other rasters, zones or options"):
            cross_tabulate(**run | change, checkpoint=kept)


def test_a_file_that_was_changed_is_another_input(run: dict[str, Any], tmp_path: Path) -> None:
    kept = tmp_path / "run"
    cross_tabulate(**run, checkpoint=kept)
    status = run["rasters"][0].stat()
    os.utime(run["rasters"][0], ns=(status.st_atime_ns, status.st_mtime_ns + 1000))
    with pytest.raises(SchemaError, match="other rasters, zones or options"):
        cross_tabulate(**run, checkpoint=kept)


def test_arrays_are_known_by_their_content(cases: ModuleType, tmp_path: Path) -> None:
    first, second = cases.patchy(), cases.patchy(seed=4)
    place, kept = (cases.METRES, cases.ALBERS), tmp_path / "run"
    rasters = [(first, *place), (second, *place)]
    found = cross_tabulate(rasters, scheme="common", checkpoint=kept)
    same(found, cross_tabulate(rasters, scheme="common", checkpoint=kept))
    second[0, 0] = 1 + second[0, 0] % 6
    with pytest.raises(SchemaError, match="other rasters, zones or options"):
        cross_tabulate(rasters, scheme="common", checkpoint=kept)


def test_a_mended_block_is_read_when_the_run_goes_on(
    cases: ModuleType, run: dict[str, Any], tmp_path: Path
) -> None:
    """Blocks with damage are not kept, and files are known by their time of change."""
    second = run["rasters"][1]
    whole, status = second.read_bytes(), second.stat()
    cases.damaged(second, 2, 1)
    kept = tmp_path / "run"
    times = (status.st_atime_ns, status.st_mtime_ns)
    os.utime(second, ns=times)
    skipped = cross_tabulate(**run, checkpoint=kept, skip_damaged=True)
    assert "damaged" in set(skipped.excluded["reason"])
    second.write_bytes(whole)
    os.utime(second, ns=times)
    same(cross_tabulate(**run), cross_tabulate(**run, checkpoint=kept))


def test_unknown_codes_are_kept_too(cases: ModuleType, run: dict[str, Any], tmp_path: Path) -> None:
    codes = cases.patchy()
    codes[40:42, 30:33] = 77
    path = cases.write(tmp_path / "c.tif", codes, crs=cases.LONGLAT, transform=cases.DEGREES)
    run["rasters"] = [path, path]
    messages = []
    for _ in range(2):
        with pytest.raises(SchemaError, match="77: 6") as caught:
            cross_tabulate(**run, checkpoint=tmp_path / "run")
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
