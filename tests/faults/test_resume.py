"""What is taken up from an earlier run, and what never is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from spatialcarbon.cli.main import main
from spatialcarbon.studies import keeping
from spatialcarbon.studies.keeping import ResumeWarning, kept_steps
from spatialcarbon.studies.working import working_folder

STEPS = ("moran", "indicators")


def stop() -> None:
    raise KeyboardInterrupt


@pytest.fixture
def stopped(small: Any, bomb: Any) -> Any:
    """A study that was interrupted when both of its analyses were finished."""
    with pytest.raises(KeyboardInterrupt):
        small.run(progress=bomb(3, stop))
    assert kept_steps(small.target) == 2
    return small


def test_without_resume_everything_is_computed(stopped: Any, bomb: Any) -> None:
    """An interrupted run, then one without --resume that is interrupted at once.

    Nothing is taken up, and what had been finished is still there for --resume.
    """
    with pytest.raises(KeyboardInterrupt):
        stopped.run(progress=bomb(1, stop))
    assert kept_steps(stopped.target) == 2
    assert stopped.run().manifest["resumed"] == []
    assert stopped.litter() == []


def test_a_refused_command_leaves_the_finished_to_the_other(
    stopped: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command is started in a folder where another run is at work and keeps analyses.

    It says that it is refused, and does not offer what belongs to the other.
    """
    words = ["run", str(stopped.path), "--lang", "en"]
    with working_folder(stopped.target), pytest.raises(SystemExit, match="2"):
        main(words)
    said = capsys.readouterr().err
    assert "another run is writing" in said
    assert "--resume" not in said
    with pytest.raises(SystemExit, match="0"):
        main(words)
    assert "finished analyses that it left: 2" in capsys.readouterr().err


def test_only_what_is_unchanged_is_taken_up(stopped: Any) -> None:
    """One analysis gets other settings between an interrupted run and --resume.

    It is computed, the others are taken up.
    """
    stopped.permutations = 39
    assert stopped.run(resume=True).manifest["resumed"] == ["indicators"]
    assert b"39" in stopped.path.read_bytes()


@pytest.mark.parametrize("change", ["table", "seed", "measure", "program", "library"])
def test_other_inputs_take_nothing_up(
    stopped: Any, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """A number of a table, the seed, a unit of measure, the program or a library has changed.

    Nothing of the interrupted run is taken up.
    """
    if change == "table":
        data = stopped.table.read_text(encoding="utf-8")
        stopped.table.write_text(re.sub(r"(\d)\n", r"\g<1>1\n", data, count=1), encoding="utf-8")
    elif change in ("program", "library"):
        told = {**keeping._program()}
        told["source" if change == "program" else "libraries"] = "another"
        monkeypatch.setattr(keeping, "_program", lambda: told)
    source = type(stopped).write(stopped).path.read_text(encoding="utf-8")
    changed = {"seed": ("seed = 7", "seed = 8"), "measure": ("Mt CO2", "10kt CO2")}
    if change in changed:
        source = source.replace(*changed[change])
        stopped.write = lambda: (stopped.path.write_text(source, encoding="utf-8"), stopped)[1]
    assert stopped.run(resume=True).manifest["resumed"] == []
    assert stopped.litter() == []


def test_figures_in_other_words_are_drawn_again(
    small: Any, everything: str, bomb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program says something else in Chinese than when it was interrupted.

    Analyses are taken up, figures are drawn again.
    """
    small.outputs = everything
    with pytest.raises(KeyboardInterrupt):
        small.run(progress=bomb(5, stop))
    before = [name for name in small.kept() if name.endswith(".figure")]
    monkeypatch.setattr(keeping, "_words", lambda: "other")
    with pytest.raises(KeyboardInterrupt):
        small.run(resume=True, progress=(seen := bomb(5, stop)))
    assert seen.seen[1:3] == ["Taking up: moran", "Taking up: indicators"]
    after = [name for name in small.kept() if name.endswith(".figure")]
    assert len(after) == 2 * len(before) > 0
    assert set(before) < set(after)


def flipped(data: bytes) -> bytes:
    return data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]


DAMAGE = {
    "a bit has changed": flipped,
    "cut short": lambda data: data[: len(data) // 2],
    "empty": lambda _: b"",
    "of another program": lambda _: b"PK\x03\x04 something else",
    "pickled": lambda _: b"\x80\x04\x95cos\nsystem\n",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_entries_are_computed_again(stopped: Any, damage: str) -> None:
    """Finished steps on the disk are cut short, changed by a bit, or another program's.

    They are computed again with a remark; nothing is read out of them.
    """
    clean = stopped.run(out=stopped.folder.parent / f"clean-{stopped.folder.name}")
    entries = sorted((stopped.hidden / "kept").iterdir())
    for path in entries:
        path.write_bytes(DAMAGE[damage](path.read_bytes()))
    with pytest.warns(ResumeWarning) as told:
        done = stopped.run(resume=True)
    said = "what was kept of {} is damaged and is computed again"
    assert [str(item.message) for item in told] == [said.format(x) for x in STEPS]
    assert done.manifest["resumed"] == []
    assert {k: v for k, v in done.manifest["outputs"].items() if k.startswith("tables")} == {
        k: v for k, v in clean.manifest["outputs"].items() if k.startswith("tables")
    }
    assert stopped.litter() == []


def test_an_entry_under_another_name_is_not_believed(stopped: Any) -> None:
    """The entry of one analysis stands under the name of another, or is a link.

    It is computed again with a remark.
    """
    one, other = sorted((stopped.hidden / "kept").iterdir())
    content = one.read_bytes()
    other.write_bytes(content)
    elsewhere = stopped.folder.parent / f"elsewhere-{stopped.folder.name}"
    one.rename(elsewhere)
    one.symlink_to(elsewhere)
    with pytest.warns(ResumeWarning) as told:
        done = stopped.run(resume=True)
    assert len(told) == 2
    assert "已损坏，将重新计算" in told[0].message.render("zh")
    assert done.manifest["resumed"] == []
    assert elsewhere.read_bytes() == content


def test_what_belongs_to_no_step_any_more_is_removed(stopped: Any, bomb: Any) -> None:
    """An analysis is taken out of the study, and somebody put a file beside the entries.

    Its entry goes; the stranger's file stays, and so does its folder.
    """
    stranger = stopped.hidden / "kept" / "notes.txt"
    stranger.write_text("mine", encoding="utf-8")
    stopped.permutations = 39
    with pytest.raises(KeyboardInterrupt):
        stopped.run(progress=bomb(1, stop))
    assert kept_steps(stopped.target) == 1
    assert stranger.read_text(encoding="utf-8") == "mine"


def test_a_result_that_cannot_be_held_is_computed_again(
    small: Any, bomb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A result of a kind that cannot be held, or a disk that takes no entry.

    The run goes on as if nothing were kept.
    """
    real = keeping.codec.encode

    def encode(value: object, shared: Any) -> bytes:
        if isinstance(value, dict) and "panel" in value:
            raise keeping.codec.UnkeepableError("a function")
        return real(value, shared)

    monkeypatch.setattr(keeping.codec, "encode", encode)
    with pytest.raises(KeyboardInterrupt):
        small.run(progress=bomb(3, stop))
    assert kept_steps(small.target) == 1
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="the disk is full"):
        small.run()
    assert kept_steps(small.target) == 1
    assert not [name for name in small.kept() if name.endswith(".part")]


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_the_command_tells_what_is_taken_up(stopped: Any) -> None:
    """The command after an interrupted run: with --resume, and in Chinese without it.

    It names what it takes up and what it computes, or says that --resume would help.
    """
    script = "import sys; from spatialcarbon.cli.main import main; main(sys.argv[1:])"
    stopped.permutations = 39
    stopped.write()
    out, err = stopped.child(script, "run", "study.toml", "--resume", "--lang", "en").communicate()
    assert "\n  taken up: indicators\n  computed: moran\n" in out, err
    assert err == ""
