"""Arrays that may be larger than memory: beyond a limit they live in a file without a name."""

import os
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from gis.errors import FormatError

__all__ = ["LARGEST_BYTES", "roomy_array"]

IN_MEMORY_BYTES = 2**28
LARGEST_BYTES = 2**34
"""No part of a raster that is held at once is larger than this."""


def roomy_array(
    shape: tuple[int, int], dtype: DTypeLike, folder: Path | None, name: str
) -> NDArray[Any]:
    """Return an array to be filled; one beyond 256 MiB is mapped from a file.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    dtype : dtype
        Of the values.
    folder : Path or None
        Where the file may be, made where it is not; the system's own place without one. The file
        has no name and goes with the process.
    name : str
        Whose cells they are, for the error.

    Raises
    ------
    FormatError
        If it would be larger than 16 GiB.
    OSError
        If the disk is full.
    """
    size = shape[0] * shape[1] * np.dtype(dtype).itemsize
    if size > LARGEST_BYTES:
        raise FormatError(
            "terrain.window_too_large",
            file=name,
            columns=shape[1],
            rows=shape[0],
            gigabytes=round(size / 2**30, 1),
            limit=LARGEST_BYTES // 2**30,
        )
    if size <= IN_MEMORY_BYTES:
        return np.empty(shape, dtype)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=folder) as stream:
        if hasattr(
            os, "posix_fallocate"
        ):  # a full disk is an error here, not a dead process later
            os.posix_fallocate(stream.fileno(), 0, size)
        mapped: np.memmap[Any, Any] = np.memmap(stream, dtype=dtype, mode="w+", shape=shape)
    return np.asarray(mapped)
