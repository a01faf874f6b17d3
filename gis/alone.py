"""One at a time, threads and processes alike: whoever holds a folder has it alone."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import fcntl

__all__ = ["alone_in"]


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold a folder alone for a moment; the system frees it when a process dies.

    Parameters
    ----------
    folder : Path
        One that exists. Nobody is kept from reading it, only from holding it too.
    """
    if sys.platform == "win32":
        yield
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
