"""The command that puts the plugin into a profile of QGIS, and takes it out again."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from spatialcarbon._version import __version__
from spatialcarbon.cli.qgis_profile import (
    PLUGIN,
    plugins_folder,
    profile_folder,
    profiles_folder,
    switch,
)
from spatialcarbon.cli.shared import common_options, note, say
from spatialcarbon.core.errors import some
from spatialcarbon.studies.publish import OutputError, plain_os_errors

INSTALLED = "installed.json"
FIX = "move it away, or choose another profile with --profile"


@click.command(
    "qgis",
    help=say("Put the algorithms for QGIS into its profile, take them out, or say where they are."),
)
@click.argument("action", type=click.Choice(["install", "uninstall", "path"]))
@click.option("--profile", help=say("Profile of QGIS; the one it starts with if left out."))
@click.option(
    "--profiles-folder",
    type=click.Path(file_okay=False, path_type=Path),
    help=say("Folder given to QGIS as --profiles-path, if any."),
)
@common_options
def qgis_command(action: str, profile: str | None, profiles_folder: Path | None) -> None:
    """Install, uninstall, or print the folder."""
    home = _profile(profiles_folder, profile)
    target = plugins_folder(home) / PLUGIN
    if action == "path":
        click.echo(str(target))
    elif action == "install":
        with plain_os_errors(target):
            install(target)
            switch(home, PLUGIN, on=True)
        note(say("written: {path}", path=target))
        note(say("Start QGIS anew: the algorithms are in the Processing toolbox."))
        note(say("Without a window: qgis_process run spatialcarbon:lisa"))
    else:
        with plain_os_errors(target):
            left = uninstall(target)
            switch(home, PLUGIN, on=False)
        if left is None:
            note(say("There is no plugin at {path}.", path=target))
            return
        note(say("removed: {path}", path=target))
        if left:
            note(
                say(
                    "left there, because they were not installed like this: {files}",
                    files=some(left),
                )
            )


def _profile(folder: Path | None, name: str | None) -> Path:
    return profile_folder(profiles_folder(folder), name)


def install(target: Path) -> None:
    """Copy the plugin, whole or not at all; an earlier one of ours is replaced.

    Parameters
    ----------
    target : Path
        The folder of the plugin in a profile.

    Raises
    ------
    OutputError
        A folder or file of that name that this program did not write.
    """
    _check_ours(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{PLUGIN}.", dir=target.parent))
    old = draft.with_name(f"{draft.name}.old")
    try:
        _copy(draft)
        draft.chmod(0o755)
        if target.exists():
            target.rename(old)
        try:
            draft.rename(target)
        except BaseException:
            if old.exists():
                old.rename(target)
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)


def uninstall(target: Path) -> list[str] | None:
    """Remove what was installed.

    Returns
    -------
    list of str or None
        Files of the folder that were not installed and stay; None without a plugin.
    """
    if not target.exists():
        return None
    known = _known(target)
    for name in known:
        if _unchanged(target / name, known):
            (target / name).unlink(missing_ok=True)
    (target / INSTALLED).unlink()
    shutil.rmtree(target / "__pycache__", ignore_errors=True)
    left = [path.relative_to(target).as_posix() for path in sorted(target.rglob("*"))]
    if not left:
        target.rmdir()
    return left


def _copy(folder: Path) -> None:
    """Write the files of the plugin and a list of them, with how to call this program."""
    checksums = {}
    for item in sorted(_shipped(), key=lambda item: item.name):
        content = item.read_bytes()
        if item.name == "metadata.txt":
            content = content.replace(b"@VERSION@", __version__.encode())
        (folder / item.name).write_bytes(content)
        checksums[item.name] = hashlib.sha256(content).hexdigest()
    facts = {
        "version": __version__,
        "command": [sys.executable, "-m", "spatialcarbon"],
        "source": _source(),
        "files": checksums,
    }
    written = json.dumps(facts, ensure_ascii=False, indent=1) + "\n"
    (folder / INSTALLED).write_text(written, encoding="utf-8")


def _shipped() -> list[Traversable]:
    folder = files("spatialcarbon") / "qgis_plugin"
    return [item for item in folder.iterdir() if item.is_file()]


def _source() -> str:
    """Return the folder Python must be told of to find this package; nothing if it is installed."""
    found = subprocess.run(
        [sys.executable, "-E", "-P", "-c", "import spatialcarbon"],
        cwd=tempfile.gettempdir(),
        env={**os.environ, "PYTHONSAFEPATH": "1"},
        capture_output=True,
        check=False,
    )
    return "" if found.returncode == 0 else str(Path(__file__).resolve().parents[2])


def _known(target: Path) -> dict[str, str]:
    """Return the files that were installed with their checksums; raise if it is not ours."""
    try:
        facts = json.loads((target / INSTALLED).read_text(encoding="utf-8"))
        known = {Path(name).name: str(value) for name, value in facts["files"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        known = {}
    if not known or target.is_symlink():
        raise OutputError(
            "{path} is there already and was not installed by this program", fix=FIX, path=target
        )
    return known


def _check_ours(target: Path) -> None:
    """Raise if something would be lost that was not installed."""
    if not target.exists() and not target.is_symlink():
        return
    known = _known(target)
    strangers = [
        path.relative_to(target).as_posix()
        for path in sorted(target.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts and not _unchanged(path, known)
    ]
    strangers = [name for name in strangers if name != INSTALLED]
    if strangers:
        raise OutputError(
            "{path} holds files that were changed or added since it was installed",
            arrived="{files}",
            fix=FIX,
            path=target,
            files=some(strangers),
        )


def _unchanged(path: Path, known: dict[str, str]) -> bool:
    if not path.is_file():
        return False
    return hashlib.sha256(path.read_bytes()).hexdigest() == known.get(path.name)
