"""When each session was last used: one that nobody used for long has ended.

Kept beside the register, so that reading a page never waits for an import; written once a minute.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from gis.errors import StorageError
from gis.side_file import SideFile

__all__ = ["Attendance"]

_TABLE = (
    "CREATE TABLE IF NOT EXISTS attendance "
    "(session TEXT PRIMARY KEY, last REAL NOT NULL) WITHOUT ROWID"
)
_WRITTEN_EVERY_S = 60.0


class Attendance:
    """The last use of each session.

    Parameters
    ----------
    path : Path
        Where it is kept; made where there is none.
    idle_s : float
        How long a session may stay unused, in seconds.
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, path: Path, idle_s: float, clock: Callable[[], float] = time.time) -> None:
        self._file = SideFile(path, _TABLE)
        self._idle_s = idle_s
        self._clock = clock

    def attend(self, digest: str, created_at: datetime) -> bool:
        """Note that a session is used, or return False because it was not for too long.

        What cannot be written lets the session end sooner, never later.

        Raises
        ------
        StorageError
            If the file cannot be read: then nobody is who the cookie says.
        """
        now = self._clock()
        with self._file.reading() as database:
            query = "SELECT last FROM attendance WHERE session = ?"
            kept = database.execute(query, (digest,)).fetchone()
        last = max(created_at.timestamp(), kept[0] if kept else 0.0)
        if now - last > self._idle_s:
            return False
        if now - last > min(_WRITTEN_EVERY_S, self._idle_s / 10):
            with suppress(StorageError):
                self._write(digest, now)
        return True

    def _write(self, digest: str, now: float) -> None:
        with self._file.changing() as database:
            database.execute("DELETE FROM attendance WHERE last < ?", (now - self._idle_s,))
            database.execute("INSERT OR REPLACE INTO attendance VALUES (?, ?)", (digest, now))
