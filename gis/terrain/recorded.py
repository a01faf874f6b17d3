"""The record beside a tile that was fetched: where it came from and what it was."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from gis.errors import FormatError

__all__ = ["TileRecord", "read_record", "record_path", "write_record"]


@dataclass(frozen=True, slots=True)
class TileRecord:
    """What was known of a tile when it was verified.

    Attributes
    ----------
    sha256 : str
        Of its content.
    size_bytes : int
        Its length.
    source : str
        Address or file that it came from.
    fetched_at : str
        When, ISO 8601 in UTC.
    """

    sha256: str
    size_bytes: int
    source: str
    fetched_at: str


def record_path(tile: Path) -> Path:
    """Return where the record of a tile is."""
    return tile.with_name(f"{tile.name}.json")


def write_record(tile: Path, record: TileRecord) -> None:
    """Write the record of a tile."""
    record_path(tile).write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")


def read_record(tile: Path) -> TileRecord | None:
    """Return the record of a tile, None where there is none.

    Raises
    ------
    FormatError
        If there is one that cannot be read.
    """
    path = record_path(tile)
    if not path.is_file():
        return None
    try:
        return TileRecord(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise FormatError("terrain.record_unreadable", file=path.name) from error
