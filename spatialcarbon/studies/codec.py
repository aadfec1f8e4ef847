"""Hold a result in bytes and get the same result back, with nothing that could run as code.

A value becomes a tree of JSON and a list of plain arrays of bytes. Reading it makes
numbers, tables and the package's own frozen dataclasses, and nothing else: a file that
somebody else put there can hold wrong numbers, as any file can, but it cannot act.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cached_property
from importlib import import_module
from types import MappingProxyType
from typing import Any, cast

import numpy as np
import pyproj
from scipy import sparse

from spatialcarbon.studies import codec_arrays, codec_tables

FLOORS = ("core", "data", "geo", "weights", "stats", "models", "studies")
"""Where the classes of results live; nothing else is looked up by a name in a file."""

_MODULE = re.compile(rf"spatialcarbon\.({'|'.join(FLOORS)})(\._?[a-z][a-z0-9_]*)*")
Node = Any
"""What JSON can say."""


class UnkeepableError(TypeError):
    """A value of a kind that cannot be held: it is computed again."""


class DamagedError(ValueError):
    """Bytes that were not written here, or not in full."""


def encode(value: object, shared: Mapping[str, object]) -> bytes:
    """Return the bytes of a value.

    Parameters
    ----------
    value : object
        Result, mapping of results, or bytes.
    shared : mapping
        Objects that the reader has too, by name: where the value refers to one of them,
        the name is held.

    Raises
    ------
    UnkeepableError
        Something inside is of a kind that cannot be held, such as a function.
    """
    encoder = Encoder(shared)
    try:
        tree = encoder.node(value)
        head = json.dumps(
            {"tree": tree, "sizes": [len(blob) for blob in encoder.blobs]},
            separators=(",", ":"),
            allow_nan=False,
        ).encode()
    except RecursionError as error:
        raise UnkeepableError("nested too deeply") from error
    return b"".join([len(head).to_bytes(8, "big"), head, *encoder.blobs])


def decode(data: bytes, shared: Mapping[str, object]) -> Any:
    """Return the value that :func:`encode` was given.

    Raises
    ------
    DamagedError
        For anything that it did not write.
    """
    try:
        size = int.from_bytes(data[:8], "big")
        head = json.loads(data[8 : 8 + size])
        blobs, at = [], 8 + size
        for length in head["sizes"]:
            blobs.append(data[at : at + length])
            at += length
        if at != len(data):
            raise DamagedError("parts are missing or left over")
        return Decoder(blobs, shared).value(head["tree"])
    except DamagedError:
        raise
    # Whatever a foreign file makes of the steps above and below, it is not an entry.
    except Exception as error:
        raise DamagedError(f"{type(error).__name__}: {error}") from error


class Encoder:
    """Turns values into nodes; each object that occurs twice is held once."""

    def __init__(self, shared: Mapping[str, object]) -> None:
        self.blobs: list[bytes] = []
        self._shared = {id(thing): name for name, thing in shared.items()}
        self._seen: dict[int, int] = {}
        self._alive: list[object] = []  # or the id of one could become that of another

    def node(self, value: object) -> Node:
        """Return what JSON says of a value."""
        kind = type(value)
        if value is None or kind in (bool, int, str):
            return value
        if isinstance(value, float) and kind is float:
            return {"t": "float", "v": value.hex()}
        if (name := self._shared.get(id(value))) is not None:
            return {"t": "shared", "v": name}
        if (seen := self._seen.get(id(value))) is not None:
            return {"t": "same", "v": seen}
        made = self._made(value)
        self._seen[id(value)] = len(self._alive)
        self._alive.append(value)
        return made

    def blob(self, data: bytes) -> int:
        """Set bytes aside and return their number."""
        self.blobs.append(data)
        return len(self.blobs) - 1

    def _made(self, value: Any) -> Node:
        kind = type(value)
        if kind in _SEQUENCES:
            return {"t": kind.__name__, "v": [self.node(item) for item in value]}
        if kind in (set, frozenset):
            nodes = [self.node(item) for item in sorted(value, key=repr)]
            return {"t": kind.__name__, "v": nodes}
        if kind in (dict, MappingProxyType):
            pairs = [[self.node(key), self.node(item)] for key, item in value.items()]
            return {"t": kind.__name__, "v": pairs}
        if kind is bytes:
            return {"t": "bytes", "v": self.blob(value)}
        if kind in (date, datetime):
            return {"t": kind.__name__, "v": value.isoformat()}
        if kind is np.ndarray:
            return self._array(value)
        if isinstance(value, np.generic):
            return {"t": "scalar", "v": self.node(np.asarray(value))}
        if kind is sparse.csr_array:
            parts = (value.data, value.indices, value.indptr)
            return {"t": "csr", "v": [self.node(part) for part in parts], "s": list(value.shape)}
        if kind is pyproj.CRS and pyproj.CRS(value.srs) == value:
            return {"t": "crs", "v": value.srs}
        if (table := codec_tables.encode(value, self)) is not None:
            return table
        if isinstance(value, Enum) and _MODULE.fullmatch(kind.__module__):
            return {"t": "enum", "c": [kind.__module__, kind.__qualname__], "v": value.name}
        if dataclasses.is_dataclass(value) and _MODULE.fullmatch(kind.__module__):
            return self._object(value)
        raise UnkeepableError(f"{kind.__module__}.{kind.__qualname__}")

    def _array(self, array: np.ndarray[Any, Any]) -> Node:
        if array.dtype == object:
            items = [self.node(item) for item in array.ravel()]
            return {"t": "objects", "s": list(array.shape), "v": items}
        if (held := codec_arrays.encode(array)) is None:
            raise UnkeepableError(str(array.dtype))
        description, data = held
        return {"t": "array", **description, "v": self.blob(data)}

    def _object(self, value: Any) -> Node:
        kind = type(value)
        names = [item.name for item in dataclasses.fields(value)]
        for name in set(getattr(value, "__dict__", ())) - set(names):
            if not isinstance(getattr(kind, name, None), cached_property):
                raise UnkeepableError(f"{kind.__qualname__}.{name}")
        fields = {name: self.node(getattr(value, name)) for name in names}
        held = {"t": "object", "c": [kind.__module__, kind.__qualname__], "v": fields}
        if isinstance(value, float):  # a result that is its number, too
            held["f"] = float(value).hex()
        elif isinstance(value, _BUILT_IN):
            raise UnkeepableError(kind.__qualname__)
        return held


class Decoder:
    """Turns nodes back into values."""

    def __init__(self, blobs: Sequence[bytes], shared: Mapping[str, object]) -> None:
        self.blobs = blobs
        self._shared = shared
        self._alive: list[object] = []

    def value(self, node: Node) -> Any:
        """Return the value that a node stands for."""
        if node is None or type(node) in (bool, int, str):
            return node
        kind = node["t"]
        if kind == "float":
            return float.fromhex(node["v"])
        if kind == "shared":
            return self._shared[node["v"]]
        if kind == "same":
            return self._alive[node["v"]]
        reader = _READERS.get(kind)
        made = codec_tables.decode(node, self) if reader is None else reader(self, node)
        self._alive.append(made)
        return made

    def values(self, nodes: Sequence[Node]) -> list[Any]:
        """Return the values of several nodes, in their order."""
        return [self.value(node) for node in nodes]

    def array(self, node: Node) -> np.ndarray[Any, Any]:
        """Return a plain array."""
        return codec_arrays.decode(node, self.blobs[node["v"]])

    def objects(self, node: Node) -> np.ndarray[Any, Any]:
        """Return an array of objects."""
        array = np.empty(len(node["v"]), dtype=object)
        for at, item in enumerate(node["v"]):
            array[at] = self.value(item)
        return array.reshape(node["s"])

    def pairs(self, node: Node) -> dict[Any, Any]:
        """Return a dictionary."""
        return {self.value(key): self.value(item) for key, item in node["v"]}

    def csr(self, node: Node) -> sparse.csr_array:
        """Return a sparse matrix."""
        data, indices, indptr = self.values(node["v"])
        return sparse.csr_array((data, indices, indptr), shape=tuple(node["s"]))

    def member(self, node: Node) -> Enum:
        """Return a member of one of the package's enumerations."""
        kind = _class_named(*node["c"])
        if not issubclass(kind, Enum):
            raise DamagedError(f"{kind.__qualname__} is not an enumeration")
        return kind[node["v"]]

    def instance(self, node: Node) -> object:
        """Return one of the package's dataclasses, field by field as it was."""
        kind = _class_named(*node["c"])
        if not dataclasses.is_dataclass(kind):
            raise DamagedError(f"{kind.__qualname__} is not a dataclass")
        if {item.name for item in dataclasses.fields(kind)} != set(node["v"]):
            raise DamagedError(f"{kind.__qualname__} has other fields")
        made: Any
        if issubclass(kind, float):
            made = float.__new__(cast("type[float]", kind), float.fromhex(node["f"]))
        else:
            made = object.__new__(kind)
        for name, item in node["v"].items():
            object.__setattr__(made, name, self.value(item))
        return made


def _class_named(module: str, name: str) -> type[Any]:
    if not _MODULE.fullmatch(module):
        raise DamagedError(f"{module} has no results")
    found: Any = import_module(module)
    for part in name.split("."):
        found = vars(found)[part]
    if not isinstance(found, type) or found.__module__ != module:
        raise DamagedError(f"{module}.{name} is not a class")
    return found


_SEQUENCES = (list, tuple)
_BUILT_IN = (int, str, bytes, tuple, list, dict, set, frozenset)
_READERS: Mapping[str, Callable[[Decoder, Node], Any]] = {
    "list": lambda decoder, node: decoder.values(node["v"]),
    "tuple": lambda decoder, node: tuple(decoder.values(node["v"])),
    "set": lambda decoder, node: set(decoder.values(node["v"])),
    "frozenset": lambda decoder, node: frozenset(decoder.values(node["v"])),
    "dict": Decoder.pairs,
    "mappingproxy": lambda decoder, node: MappingProxyType(decoder.pairs(node)),
    "bytes": lambda decoder, node: decoder.blobs[node["v"]],
    "date": lambda _, node: date.fromisoformat(node["v"]),
    "datetime": lambda _, node: datetime.fromisoformat(node["v"]),
    "array": Decoder.array,
    "objects": Decoder.objects,
    "scalar": lambda decoder, node: decoder.value(node["v"])[()],
    "csr": Decoder.csr,
    "crs": lambda _, node: pyproj.CRS.from_user_input(node["v"]),
    "enum": Decoder.member,
    "object": Decoder.instance,
}
