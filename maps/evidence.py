"""A package of evidence: files as they are, and who had what when, with the hash of each.

The list of custody names every file of the package; `SHA256SUMS` names the hash of that list too,
so that one hash, of `SHA256SUMS`, stands for the whole package. The same files give the same
bytes.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from gis.exchange.writing import csv_text

__all__ = ["CUSTODY", "SUMS", "Piece", "write_package"]

CUSTODY: Final = "chuoi-luu-giu.csv"
"""The list of custody."""
SUMS: Final = "SHA256SUMS"
"""The hashes, as `sha256sum -c` reads them."""

_TIME: Final = (1980, 1, 1, 0, 0, 0)
_MODE: Final = 0o644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One file of a package.

    Attributes
    ----------
    path : str
        Its place in the package.
    what : str
        What it is.
    who : str
        Who sent it, or made it.
    at : datetime
        When, UTC.
    content : callable
        Returns all of it; called once, so that only one file is in memory at a time.
    """

    path: str
    what: str
    who: str
    at: datetime
    content: Callable[[], bytes]


def write_package(path: Path, pieces: Sequence[Piece], heads: Sequence[str]) -> None:
    """Write a package.

    Parameters
    ----------
    path : Path
        The file wanted.
    pieces : sequence of Piece
        Its files; their places differ.
    heads : sequence of str
        Heads of the list of custody, in the language of its reader: file, what, who, when, bytes.
    """
    rows: list[list[str]] = []
    sums: list[str] = []
    with zipfile.ZipFile(path, "w") as package:
        for piece in pieces:
            content = piece.content()
            sha256 = _put(package, piece.path, content, sums)
            told = (piece.path, piece.what, piece.who, piece.at.isoformat())
            rows.append([*(csv_text(one) for one in told), str(len(content)), sha256])
        _put(package, CUSTODY, _custody(heads, rows), sums)
        _put(package, SUMS, "".join(sums).encode(), [])


def _put(package: zipfile.ZipFile, name: str, content: bytes, sums: list[str]) -> str:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, _MODE
    package.writestr(entry, content)
    sha256 = hashlib.sha256(content).hexdigest()
    sums.append(f"{sha256}  {name}\n")
    return sha256


def _custody(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    table.writerow([*heads, "sha256"])
    table.writerows(rows)
    return written.getvalue().encode("utf-8-sig")
