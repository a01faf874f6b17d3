"""Slows down whoever guesses passwords; kept in a file, so that a restart forgives nothing.

The file is not the register: a stranger who guesses must not hold up those who write there, and
every server process on one home reads the same failures. Names are kept as hashes, since people
type passwords where a name belongs.
"""

import hashlib
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from api.errors import TooManyAttemptsError
from gis.side_file import SideFile

__all__ = ["Throttle"]

_MOST_KEYS = 10_000
_FORGIVEN_AFTER_S = 900.0
_TABLE = (
    "CREATE TABLE IF NOT EXISTS failures "
    "(who TEXT PRIMARY KEY, count INTEGER NOT NULL, last REAL NOT NULL) WITHOUT ROWID"
)


@dataclass(frozen=True, slots=True)
class _Limit:
    free: int
    longest_s: float


_PAIR = _Limit(5, 900.0)  # one account from one address
_ADDRESS = _Limit(50, 300.0)  # one address, whatever the account
_NAME = _Limit(30, 20.0)  # one account from everywhere: short, so that nobody is locked out


class Throttle:
    """Counts attempts to sign in that did not succeed, by account, by address and by both.

    Beyond the free attempts the wait doubles with each failure, up to a longest one.

    Parameters
    ----------
    path : Path
        Where the failures are kept; made where there is none.
    clock : callable
        Seconds since 1970.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = SideFile(path, _TABLE)
        self._clock = clock

    def attempt(self, name: str, address: str) -> None:
        """Count an attempt as failed until `succeeded` says otherwise, or refuse it.

        It is counted before the password is looked at, so that many at once are no way around.

        Raises
        ------
        TooManyAttemptsError
            With the seconds to wait; nothing is counted.
        StorageError
            If the attempt cannot be kept: then nobody signs in.
        """
        keys = _keys(name, address)
        with self._file.changing() as database:
            wait = max(self._wait(database, key, limit) for key, limit in keys)
            if wait > 0:
                raise TooManyAttemptsError("pages.too_many_attempts", seconds=int(wait) + 1)
            now = self._clock()
            _forget(database, now)
            for key, _ in keys:
                database.execute(
                    "INSERT INTO failures VALUES (?, 1, ?) "
                    "ON CONFLICT (who) DO UPDATE SET count = count + 1, last = excluded.last",
                    (key, now),
                )

    def succeeded(self, name: str, address: str) -> None:
        """Forget the failures of an account from an address, and the attempt elsewhere."""
        pair, *others = (key for key, _ in _keys(name, address))
        with self._file.changing() as database:
            database.execute("DELETE FROM failures WHERE who = ?", (pair,))
            database.executemany(
                "UPDATE failures SET count = count - 1 WHERE who = ? AND count > 0",
                [(key,) for key in others],
            )

    def _wait(self, database: sqlite3.Connection, key: str, limit: _Limit) -> float:
        query = "SELECT count, last FROM failures WHERE who = ?"
        count, last = database.execute(query, (key,)).fetchone() or (0, 0.0)
        now = self._clock()
        if count < limit.free or now - last > _FORGIVEN_AFTER_S:
            return 0.0
        pause = min(2.0 ** min(count - limit.free, 20), limit.longest_s)
        return float(min(last, now)) + pause - now


def _forget(database: sqlite3.Connection, now: float) -> None:
    """Drop what is forgiven, and the oldest beyond the most that are kept."""
    database.execute("DELETE FROM failures WHERE last < ?", (now - _FORGIVEN_AFTER_S,))
    many = database.execute("SELECT count(*) FROM failures").fetchone()[0] - _MOST_KEYS + 3
    if many > 0:
        oldest = "SELECT who FROM failures ORDER BY last LIMIT ?"
        database.execute(f"DELETE FROM failures WHERE who IN ({oldest})", (many,))  # noqa: S608


def _keys(name: str, address: str) -> list[tuple[str, _Limit]]:
    who = name.strip().casefold()[:200]
    return [
        (_hidden(who, address), _PAIR),
        (_hidden("", address), _ADDRESS),
        (_hidden(who, ""), _NAME),
    ]


def _hidden(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
