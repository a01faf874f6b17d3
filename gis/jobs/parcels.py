"""What leaves this machine for a cluster, and how it is packed.

Numbers and records leave, and the ground that is held in memory. A register, a home, an open file
never do; a raster leaves without its files, and answers there from the cells that were held. Large
arrays travel beside the parcel, so that several parcels share them.
"""

import io
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis.home import Home
from gis.register.store import Register
from gis.terrain.sheet import Sheet

__all__ = ["Parcel", "packed", "unpacked"]

_LARGE_BYTES = 2**20
_AT_HOME = (Register, Home)


@dataclass(frozen=True, slots=True, eq=False)
class Parcel:
    """Something packed.

    Attributes
    ----------
    body : bytes
        The thing, with places in place of its large arrays.
    arrays : tuple of ndarray
        Those, by their places.
    """

    body: bytes
    arrays: tuple[NDArray[Any], ...]


class _Packer(pickle.Pickler):
    """Packs by what may leave."""

    def __init__(self, stream: io.BytesIO, *, apart: bool) -> None:
        super().__init__(stream, protocol=5)
        self._apart = apart
        self.arrays: dict[int, NDArray[Any]] = {}

    def persistent_id(self, obj: Any) -> int | None:
        """Return the place of a large array."""
        if not self._apart or type(obj) is not np.ndarray or obj.nbytes < _LARGE_BYTES:
            return None
        self.arrays.setdefault(id(obj), obj)
        return list(self.arrays).index(id(obj))

    def reducer_override(self, obj: Any) -> Any:
        """Say how something crosses that does not cross as it is."""
        if isinstance(obj, _AT_HOME):
            raise pickle.PicklingError(f"a {type(obj).__name__} does not leave this machine")
        if isinstance(obj, Sheet) and obj.files:
            return obj.carried().__reduce_ex__(5)
        if isinstance(obj, MappingProxyType):
            return _view, (dict(obj),)
        if isinstance(obj, Path):
            return type(obj), (obj.name,)
        return NotImplemented


def _view(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


class _Unpacker(pickle.Unpickler):
    def __init__(self, body: bytes, arrays: Sequence[NDArray[Any]]) -> None:
        super().__init__(io.BytesIO(body))
        self._arrays = arrays

    def persistent_load(self, pid: Any) -> Any:
        return self._arrays[pid]


def packed(thing: object, *, apart: bool = True) -> Parcel:
    """Pack something, its large arrays apart or within.

    Raises
    ------
    PicklingError, TypeError
        If something in it does not leave this machine.
    """
    stream = io.BytesIO()
    packer = _Packer(stream, apart=apart)
    packer.dump(thing)
    return Parcel(stream.getvalue(), tuple(packer.arrays.values()))


def unpacked(body: bytes, arrays: Sequence[NDArray[Any]]) -> Any:
    """Return what was packed; only ever called with what `packed` made for the same cluster."""
    return _Unpacker(body, arrays).load()
