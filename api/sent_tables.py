"""A table that somebody sends by a form: judged by its ending and size, kept while it is read."""

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fastapi import UploadFile

from gis.errors import FormatError

__all__ = ["sent_table"]

_MOST_BYTES: Final = 2_000_000


@contextmanager
def sent_table(
    file: UploadFile, endings: Collection[str], most_bytes: int = _MOST_BYTES
) -> Iterator[Path]:
    """Yield where a sent file lies; it goes afterwards.

    Raises
    ------
    FormatError
        If its ending is none of those that are read, or it is larger than that.
    """
    name = file.filename or ""
    ending = Path(name).suffix.lower()
    if ending not in endings:
        raise FormatError("devices.import_format", file=name[:80])
    content = file.file.read(most_bytes + 1)
    if len(content) > most_bytes:
        raise FormatError("devices.import_large", file=name[:80], most=most_bytes / 1e6)
    with tempfile.TemporaryDirectory(prefix="phusong-") as folder:
        kept = Path(folder) / f"table{ending}"
        kept.write_bytes(content)
        yield kept
