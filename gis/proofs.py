"""Which copies of an installation were proved by restoring them; beside the register.

A proof is of a file as it lay there: its name, size and moment of change. A file that is another
now, under the same name, counts as not proved.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gis.side_file import SideFile

__all__ = ["Proof", "Proofs"]

_TABLE = (
    "CREATE TABLE IF NOT EXISTS proofs (name TEXT NOT NULL, size INTEGER NOT NULL, "
    "changed INTEGER NOT NULL, at REAL NOT NULL, author TEXT NOT NULL, "
    "PRIMARY KEY (name, size, changed))"
)


@dataclass(frozen=True, slots=True)
class Proof:
    """That a copy could be restored.

    Attributes
    ----------
    at : datetime
        When, UTC.
    author : str
        Who asked for it.
    """

    at: datetime
    author: str


class Proofs:
    """The proofs of one installation.

    Parameters
    ----------
    path : Path
        Where they are kept; made where there is none.
    """

    def __init__(self, path: Path) -> None:
        self._file = SideFile(path, _TABLE, lasting=True)

    def keep(self, copy: Path, *, author: str) -> None:
        """Note that a copy was proved now; StorageError where that cannot be kept."""
        with self._file.changing() as file:
            file.execute(
                "INSERT OR REPLACE INTO proofs VALUES (?, ?, ?, ?, ?)",
                (*_named(copy), time.time(), author),
            )

    def forget(self, copy: Path) -> None:
        """Note that a copy is not proved."""
        with self._file.changing() as file:
            file.execute("DELETE FROM proofs WHERE name = ?", (copy.name,))

    def of(self, copy: Path) -> Proof | None:
        """Return the proof of a copy as it lies there, None without one."""
        query = "SELECT at, author FROM proofs WHERE (name, size, changed) = (?, ?, ?)"
        with self._file.reading() as file:
            row = file.execute(query, _named(copy)).fetchone()
        return None if row is None else Proof(datetime.fromtimestamp(row[0], UTC), row[1])


def _named(copy: Path) -> tuple[str, int, int]:
    told = copy.stat()
    return copy.name, told.st_size, told.st_mtime_ns
