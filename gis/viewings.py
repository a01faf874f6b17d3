"""Who looked at whose confidential records, and when; beside the register, so reading never waits.

A look at one record names it. A list or a file is one row with the number of confidential records
of others in it, whose they are, and what was asked. The rows say nothing of what the records hold.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gis.side_file import SideFile

__all__ = ["Told", "Viewing", "Viewings"]

_TABLES = (
    "CREATE TABLE IF NOT EXISTS viewings (number INTEGER PRIMARY KEY, at REAL NOT NULL, "
    "account TEXT NOT NULL, organisation TEXT, layer TEXT NOT NULL, record TEXT, "
    "records INTEGER, address TEXT NOT NULL, owners TEXT NOT NULL DEFAULT '')",
    "CREATE INDEX IF NOT EXISTS viewings_at ON viewings (at)",
)
_OWNERS_COLUMN = "ALTER TABLE viewings ADD COLUMN owners TEXT NOT NULL DEFAULT ''"
"""What brings a log forward that was begun before owners were kept."""
_COUNT = (
    "SELECT count(*) FROM viewings "
    "WHERE :account IN ('', account) AND :record IN ('', coalesce(record, ''))"
)
_LISTED = (
    "SELECT at, account, organisation, layer, record, records, address, owners "
    "FROM viewings "
    "WHERE :account IN ('', account) AND :record IN ('', coalesce(record, '')) "
    "ORDER BY number DESC LIMIT :limit OFFSET :offset"
)
_DAY_S = 86_400.0
_LONGEST_ADDRESS = 500
_OWNER_GAP = "\n"


@dataclass(frozen=True, slots=True)
class Told:
    """What one answer told of one collection.

    Attributes
    ----------
    layer : str
        Which records.
    record_id : str or None
        The record, where it was a single one.
    records : int or None
        How many confidential records of others; None for a file, which may hold any.
    owners : tuple of str
        The organisations whose they are; empty for a file.
    """

    layer: str
    record_id: str | None = None
    records: int | None = None
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """One look.

    Attributes
    ----------
    at : datetime
        When, UTC.
    account, organisation_id : str
        Who, of which organisation.
    layer, record_id, records, owners : str, str or None, int or None, tuple of str
        What was shown, as `Told` has it.
    address : str
        What was asked.
    """

    at: datetime
    account: str
    organisation_id: str | None
    layer: str
    record_id: str | None
    records: int | None
    owners: tuple[str, ...]
    address: str


class Viewings:
    """The log of one installation.

    Parameters
    ----------
    path : Path
        Where it is kept; made where there is none.
    keep_days : float
        How long a look is known.
    clock : callable
        Seconds since 1970.
    """

    def __init__(
        self, path: Path, keep_days: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._file = SideFile(path, *_TABLES, lasting=True)
        self._keep_s = keep_days * _DAY_S
        self._clock = clock
        self._bring_forward()

    def note(
        self, *, account: str, organisation_id: str | None, address: str, told: Sequence[Told]
    ) -> None:
        """Keep one look, a row for each collection that it told of.

        Raises
        ------
        StorageError
            If it cannot be kept: then nothing may be shown.
        """
        now, asked = self._clock(), address[:_LONGEST_ADDRESS]
        by = (now, account, organisation_id)
        rows = [
            (*by, one.layer, one.record_id, one.records, asked, _OWNER_GAP.join(one.owners))
            for one in told
        ]
        with self._file.changing() as file:
            file.execute("DELETE FROM viewings WHERE at < ?", (now - self._keep_s,))
            file.executemany(
                "INSERT INTO viewings "
                "(at, account, organisation, layer, record, records, address, owners)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                rows,
            )

    def _bring_forward(self) -> None:
        """Add what a log of an earlier version lacks."""
        with self._file.changing() as file:
            columns = {row[1] for row in file.execute("PRAGMA table_info(viewings)")}
            if "owners" not in columns:
                file.execute(_OWNERS_COLUMN)

    def count(self, *, account: str = "", record_id: str = "") -> int:
        """Return how many looks there were, of an account or at a record."""
        asked = {"account": account, "record": record_id}
        with self._file.reading() as file:
            found: int = file.execute(_COUNT, asked).fetchone()[0]
        return found

    def over(self) -> int:
        """Return how many looks are forgotten when the next one is kept."""
        query = "SELECT count(*) FROM viewings WHERE at < ?"
        with self._file.reading() as file:
            found: int = file.execute(query, (self._clock() - self._keep_s,)).fetchone()[0]
        return found

    def listed(
        self, *, account: str = "", record_id: str = "", limit: int, offset: int = 0
    ) -> list[Viewing]:
        """Return looks, the newest first."""
        asked = {"account": account, "record": record_id, "limit": limit, "offset": offset}
        with self._file.reading() as file:
            rows = file.execute(_LISTED, asked).fetchall()
        return [
            Viewing(
                at=datetime.fromtimestamp(at, UTC),
                account=who,
                organisation_id=organisation,
                layer=layer,
                record_id=record,
                records=records,
                owners=tuple(owners.split(_OWNER_GAP)) if owners else (),
                address=address,
            )
            for at, who, organisation, layer, record, records, address, owners in rows
        ]
