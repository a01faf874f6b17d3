"""What version the content of a register is, kept up to date by every write.

Each content table has a sum, modulo 2**256, of one SHA-256 for each of its rows; a write adds what
came and takes off what went. So the version costs nothing to ask, does not depend on the order of
rows, and is the same again when the content is.
"""

import hashlib
from collections.abc import Mapping

from sqlalchemy import Connection, select

from gis.errors import StorageError
from gis.register import schema
from gis.register.rows import codec_of_table, row_to_json_and_content

__all__ = [
    "CONTENT_TABLES",
    "LATER_TABLES",
    "check_content",
    "content_version",
    "notes_of",
    "sum_after",
]

CONTENT_TABLES = (
    "organisations",
    "structures",
    "installations",
    "broadcast_stations",
    "plan_entries",
    "administrative_units",
    "boundaries",
)
"""The tables that a study may rest on."""

LATER_TABLES = (
    "measurements",
    "protected_points",
    "allotment_points",
    "attachment_levels",
    "routes",
    "ducts",
    "cables",
    "contracts",
    "published_rents",
    "documents",
    "runways",
    "aviation_facilities",
    "planning_zones",
    "planned_works",
    "registration_points",
    "roads",
)
"""Tables that older registers do not have: while they are empty nothing is said of them, so that
the version of a register stays what it was."""

_SIZE = 1 << 256


def notes_of(connection: Connection) -> dict[str, str]:
    """Return the register's own notes: revision, name, sums."""
    rows = connection.execute(select(schema.register_state)).mappings()
    return {row["name"]: row["value"] for row in rows}


def sum_after(notes: Mapping[str, str], table: str, added: int) -> str:
    """Return the sum of a table after a write that added this much."""
    return f"{(int(notes.get(f'sum:{table}', '0'), 16) + added) % _SIZE:x}"


def content_version(notes: Mapping[str, str]) -> str:
    """Return the version that the register's notes say."""
    told = {name: notes.get(f"sum:{name}", "0") for name in (*CONTENT_TABLES, *LATER_TABLES)}
    sums = "\n".join(
        f"{name} {total}" for name, total in told.items() if name in CONTENT_TABLES or total != "0"
    )
    return hashlib.sha256(sums.encode()).hexdigest()


def check_content(connection: Connection) -> None:
    """Raise where a table was changed past the register, for example by an editor of its file.

    Raises
    ------
    StorageError
        With the table whose rows are not those that the history knows.
    """
    notes = notes_of(connection)
    for name in (*CONTENT_TABLES, *LATER_TABLES):
        rows = connection.execute(select(codec_of_table(name).table)).mappings()
        total = sum(row_to_json_and_content(name, dict(row))[1] for row in rows) % _SIZE
        if total != int(notes.get(f"sum:{name}", "0"), 16):
            raise StorageError("errors.register_changed_outside", layer=name)
