"""Pages and tiles of a GeoPackage are read by few threads at once.

SQLite lets go of Python's lock at every row, and each thread then waits for it anew: eight threads
together read fewer pages a second than two of them in turn (docs/performance.md). Whoever has
waited long goes on all the same, so that a slow question holds nobody back for long.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import Engine

__all__ = ["AT_ONCE", "LONGEST_S", "in_turn"]

AT_ONCE: Final = 2
LONGEST_S: Final = 0.5
_TURNS: Final = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def in_turn(engine: Engine) -> Iterator[None]:
    """Wait for a turn with an engine, half a second at most; only a GeoPackage has turns."""
    taken = engine.dialect.name == "sqlite" and _TURNS.acquire(timeout=LONGEST_S)
    try:
        yield
    finally:
        if taken:
            _TURNS.release()
