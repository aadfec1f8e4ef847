"""Where QGIS keeps its profiles, and the line of its settings that switches a plugin on."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from spatialcarbon.core.errors import OptionError, some
from spatialcarbon.studies.publish import write_file

PLUGIN = "spatialcarbon_qgis"
"""Name of the plugin's folder. Not the package's: QGIS's Python would find the folder first."""

_SECTION = b"[PythonPlugins]"


def profiles_folder(
    given: Path | None,
    environment: Mapping[str, str] = os.environ,
    platform: str = sys.platform,
    home: Path | None = None,
) -> Path:
    """Return the folder that holds the profiles of QGIS.

    ``given`` is what ``qgis --profiles-path`` takes; else the variable
    ``QGIS_CUSTOM_CONFIG_PATH`` decides, as it does for QGIS, else the system.
    """
    custom = environment.get("QGIS_CUSTOM_CONFIG_PATH", "")
    if given is not None or custom:
        return Path(given or custom).absolute() / "profiles"
    base = home or Path.home()
    if platform == "win32":
        data = Path(environment.get("APPDATA") or base / "AppData" / "Roaming")
    elif platform == "darwin":
        data = base / "Library" / "Application Support"
    else:
        data = Path(environment.get("XDG_DATA_HOME") or base / ".local" / "share")
    return data / "QGIS" / "QGIS3" / "profiles"


def profile_folder(profiles: Path, name: str | None) -> Path:
    """Return the folder of a profile: the one named, or the one QGIS starts with.

    Raises
    ------
    OptionError
        No profile of that name. The profile ``default`` needs not be there: QGIS
        makes it when it starts.
    """
    chosen = name or _first(profiles)
    there = sorted(profiles.iterdir()) if profiles.is_dir() else []
    present = sorted({"default", *(path.name for path in there if path.is_dir())})
    if chosen not in present:
        raise OptionError(
            "QGIS has no profile {name!r} in {folder}",
            expected="one of {present}",
            fix="--profile {first}",
            name=chosen,
            folder=profiles,
            present=some(present),
            first=present[0],
        )
    return profiles / chosen


def _first(profiles: Path) -> str:
    """Return the name of the profile that QGIS starts with."""
    listed = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        listed.read_string((profiles / "profiles.ini").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, configparser.Error):
        return "default"
    core = listed["core"] if listed.has_section("core") else {}
    # 0, which is also the rule of older releases: the one used last. It may be gone by now.
    last = core.get("lastProfile", "") if core.get("selectionPolicy", "0") == "0" else ""
    named = (name for name in (last, core.get("defaultProfile", "")) if name)
    return next((name for name in named if (profiles / name).is_dir()), "default")


def plugins_folder(profile: Path) -> Path:
    """Return the folder of the plugins of a profile."""
    return profile / "python" / "plugins"


def switch(profile: Path, name: str, on: bool) -> None:
    """Switch a plugin on, or forget it, in the settings of a profile.

    The file is QGIS's own: one line of it is changed, all others stay byte for byte.
    """
    path = profile / "QGIS" / "QGIS3.ini"
    before = path.read_bytes() if path.is_file() else b""
    after = switched(before, name, on)
    if after == before:
        return
    path.parent.mkdir(parents=True, exist_ok=True)

    def write(draft: Path) -> None:
        draft.write_bytes(after)
        if path.is_file():
            shutil.copymode(path, draft)

    # What a link leads to is written, not the link.
    write_file(path.resolve(), write)


def switched(settings: bytes, name: str, on: bool) -> bytes:
    r"""Return the text of the settings with the plugin switched on, or without it.

    Parameters
    ----------
    settings : bytes
        The whole file, in whatever encoding.
    name : str
        The plugin, in ASCII.
    on : bool
        Whether it is to be on.

    Examples
    --------
    >>> switched(b"[PythonPlugins]\nprocessing=true\n", "mine", True)
    b'[PythonPlugins]\nprocessing=true\nmine=true\n'
    >>> switched(b"[PythonPlugins]\nmine=true\n", "mine", False)
    b'[PythonPlugins]\n'
    """
    end = b"\r\n" if b"\r\n" in settings else b"\n"
    wanted = f"{name}=true".encode()
    kept: list[bytes] = []
    section, place = b"", None
    for line in settings.splitlines(keepends=True):
        if re.match(rb"\s*\[", line):
            section = line.strip()
        elif section == _SECTION and line.partition(b"=")[0].strip() == name.encode():
            continue
        kept.append(line)
        if section == _SECTION and line.strip():
            place = len(kept)
    if not on:
        return b"".join(kept)
    if kept and not kept[-1].endswith((b"\n", b"\r")):
        kept[-1] += end
    if place is None:
        gap = [end] if kept else []
        return b"".join([*kept, *gap, _SECTION + end, wanted + end])
    return b"".join([*kept[:place], wanted + end, *kept[place:]])
