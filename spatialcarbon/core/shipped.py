"""Files that come with the package, read only where they are what was published."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from spatialcarbon.core.errors import SchemaError

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

LISTING = "checksums.sha256"
"""A line for each file of a folder, as ``sha256sum`` writes it."""


def shipped_bytes(folder: Traversable, name: str, digest: str | None = None) -> bytes:
    """What does a shipped file hold, if nobody changed it since it was published?

    Parameters
    ----------
    folder : Traversable
        Folder of the package, from :func:`importlib.resources.files`.
    name : str
        The file.
    digest : str, optional
        SHA-256 of its content; by default that of the folder's ``checksums.sha256``.

    Returns
    -------
    bytes

    Raises
    ------
    SchemaError
        For a file with other content, or none that is listed.

    Examples
    --------
    >>> from importlib.resources import files
    >>> shipped_bytes(files("spatialcarbon.geo") / "registries", "zones.csv")[:7]
    b'cluster'
    """
    expected = _listed(folder).get(name, "") if digest is None else digest
    content = (folder / name).read_bytes()
    if hashlib.sha256(content).hexdigest() != expected:
        raise SchemaError(
            "the shipped file {file} has been changed",
            expected="the content it was published with",
            fix="install the package again, and read your own tables with read_panel",
            file=name,
        )
    return content


def _listed(folder: Traversable) -> dict[str, str]:
    """Return the digest of every file that a folder lists."""
    lines = (folder / LISTING).read_text(encoding="ascii").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
