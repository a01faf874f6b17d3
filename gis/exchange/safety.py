"""What a file is, before anything opens it.

The name's extension must be one of ours and the first bytes must agree; each format is then read
by one reader only. No library is asked to find out what a file is, no path of a virtual file
system or address is followed, and an archive is weighed before it is unpacked.
"""

import hashlib
import re
import stat
import zipfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gis.errors import FormatError
from gis.zipped import opened_zip

__all__ = ["LIMITS", "Format", "Inspected", "Limits", "inspect"]


class Format(StrEnum):
    """A format that can be brought in."""

    XLSX = "xlsx"
    CSV = "csv"
    GEOJSON = "geojson"
    GEOPACKAGE = "gpkg"
    KML = "kml"
    KMZ = "kmz"
    SHAPEFILE = "shp"
    DXF = "dxf"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be.

    Attributes
    ----------
    file_bytes : int
        Size of the file itself.
    unpacked_bytes : int
        Sum of an archive's members.
    ratio : float
        Unpacked to packed size of a member above `ratio_from_bytes`.
    members : int
        Entries of an archive.
    rows, columns : int
        Rows and columns of a table.
    cell_characters : int
        Length of one cell.
    """

    file_bytes: int = 100_000_000
    unpacked_bytes: int = 400_000_000
    ratio: float = 250.0
    ratio_from_bytes: int = 1_000_000
    members: int = 1_000
    rows: int = 200_000
    columns: int = 256
    cell_characters: int = 32_767


LIMITS = Limits()
"""The limits of the product."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that is what its name says.

    Attributes
    ----------
    path : Path
        The file, resolved.
    name : str
        Its name for people.
    format : Format
        By extension and content.
    sha256 : str
        Of its bytes.
    size : int
        Bytes.
    """

    path: Path
    name: str
    format: Format
    sha256: str
    size: int


EXTENSIONS = {
    ".xlsx": Format.XLSX,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".txt": Format.CSV,
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".gpkg": Format.GEOPACKAGE,
    ".kml": Format.KML,
    ".kmz": Format.KMZ,
    ".zip": Format.SHAPEFILE,
    ".dxf": Format.DXF,
}
_ACCEPTED = ".xlsx, .csv, .geojson, .json (Overpass), .gpkg, .kml, .kmz, .zip (Shapefile), .dxf"
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_SQLITE = b"SQLite format 3\x00"
_GPKG_IDS = (b"GPKG", b"GP10", b"GP11", b"GP12")
_HINTS = {
    ".xls": "exchange.hint.xls",
    ".xlsm": "exchange.hint.xlsm",
    ".xlsb": "exchange.hint.xls",
    ".ods": "exchange.hint.xls",
    ".shp": "exchange.hint.shp",
    ".dbf": "exchange.hint.shp",
    ".osm": "exchange.hint.osm",
    ".pbf": "exchange.hint.osm",
    ".bz2": "exchange.hint.osm",
}
_DTD = re.compile(b"<(?:!(?:DOCTYPE|ENTITY)|\\0!\\0(?:D\\0O\\0C|E\\0N\\0T))", re.IGNORECASE)
_CHUNK = 1 << 20
_CONTENT = {
    Format.XLSX: "ZIP",
    Format.CSV: None,
    Format.GEOJSON: "JSON",
    Format.GEOPACKAGE: "SQLite",
    Format.KML: "XML",
    Format.KMZ: "ZIP",
    Format.SHAPEFILE: "ZIP",
    Format.DXF: None,
}
_NEEDED = {Format.XLSX: frozenset({"[Content_Types].xml", "xl/workbook.xml"})}


def inspect(file: Path | str, limits: Limits = LIMITS) -> Inspected:
    """Return what a file is, or refuse it.

    Raises
    ------
    FormatError
        If it is no plain file, too large, of a format that is not accepted, or not what its name
        says.
    """
    given = str(file)
    if given.startswith("/vsi") or "://" in given or "\0" in given:
        raise FormatError("exchange.file.not_a_file", file=given)
    path = Path(file)
    try:
        status = path.stat()
    except OSError:
        raise FormatError("exchange.file.not_a_file", file=given) from None
    if not stat.S_ISREG(status.st_mode):
        raise FormatError("exchange.file.not_a_file", file=given)
    if status.st_size > limits.file_bytes:
        raise FormatError(
            "exchange.file.too_large",
            file=path.name,
            size=status.st_size / 1e6,
            limit=limits.file_bytes / 1e6,
        )
    if status.st_size == 0:
        raise FormatError("exchange.file.empty", file=path.name)
    extension = path.suffix.lower()
    if extension not in EXTENSIONS:
        hint = _HINTS.get(extension)
        if hint is not None:
            raise FormatError(hint, file=path.name, accepted=_ACCEPTED)
        raise FormatError(
            "exchange.file.format_not_accepted",
            file=path.name,
            format=extension or "—",
            accepted=_ACCEPTED,
        )
    wanted = EXTENSIONS[extension]
    _check_content(path, wanted, limits)
    return Inspected(path.resolve(), path.name, wanted, _sha256(path), status.st_size)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check_content(path: Path, wanted: Format, limits: Limits) -> None:
    with path.open("rb") as stream:
        head = stream.read(1024)
    seen = _kind_of(head)
    if wanted is Format.XLSX and seen == "OLE":
        raise FormatError("exchange.hint.protected", file=path.name, accepted=_ACCEPTED)
    expected = _CONTENT[wanted]
    if wanted is Format.CSV and seen == "JSON":
        return
    if seen != expected:
        raise FormatError(
            "exchange.file.not_what_it_says",
            file=path.name,
            format=wanted.value,
            seen=seen or _shown(head),
        )
    if expected == "ZIP":
        check_archive(path, limits, _NEEDED.get(wanted, frozenset()))
    elif wanted is Format.GEOPACKAGE:
        _check_geopackage(path, head)


def _kind_of(head: bytes) -> str | None:
    for magic, name in ((_ZIP, "ZIP"), (_OLE, "OLE"), (_PDF, "PDF"), (_SQLITE, "SQLite")):
        if head.startswith(magic):
            return name
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] == b"<" and re.match(rb"<[?!A-Za-z]", text):
        return "VRT" if b"VRT" in text.upper() else "XML"
    return "JSON" if text[:1] == b"{" else None


def _shown(head: bytes) -> str:
    return ascii(head[:16])[2:-1]


def _check_geopackage(path: Path, head: bytes) -> None:
    name = path.name
    if len(head) < 100:
        raise FormatError("exchange.file.truncated", file=name, detail=f"{len(head)} B")
    if head[68:72] not in _GPKG_IDS:
        raise FormatError(
            "exchange.file.not_what_it_says", file=name, format="gpkg", seen="SQLite"
        )
    page = int.from_bytes(head[16:18], "big")
    expected = (65536 if page == 1 else page) * int.from_bytes(head[28:32], "big")
    if path.stat().st_size < expected:
        raise FormatError(
            "exchange.file.truncated", file=name, detail=f"{path.stat().st_size} < {expected} B"
        )
    journal = path.with_name(name + "-wal")
    if journal.exists() and journal.stat().st_size > 0:
        raise FormatError("exchange.file.open_elsewhere", file=name)


def check_archive(path: Path, limits: Limits, needed: frozenset[str] = frozenset()) -> None:
    """Refuse an archive that is broken, hides paths, unpacks too far, or declares entities.

    Raises
    ------
    FormatError
        Naming the member at fault.
    """
    name = path.name

    def truncated(detail: str) -> FormatError:
        return FormatError("exchange.file.truncated", file=name, detail=detail)

    with opened_zip(path, truncated) as archive:
        members = archive.infolist()
        _weigh(members, name, limits)
        if not needed <= {member.filename for member in members}:
            raise FormatError(
                "exchange.file.not_what_it_says", file=name, format="xlsx", seen="ZIP"
            )
        for member in members:
            _check_member(archive, member, name)


def _weigh(members: list[zipfile.ZipInfo], name: str, limits: Limits) -> None:
    if len(members) > limits.members:
        raise FormatError(
            "exchange.file.too_many_members", file=name, count=len(members), limit=limits.members
        )
    total = sum(member.file_size for member in members)
    if total > limits.unpacked_bytes:
        raise FormatError(
            "exchange.file.unpacks_too_large",
            file=name,
            size=total / 1e6,
            limit=limits.unpacked_bytes / 1e6,
        )
    names: set[str] = set()
    for member in members:
        if member.filename in names:
            raise FormatError("exchange.file.duplicate_members", file=name, member=member.filename)
        names.add(member.filename)
    for member in members:
        heavy = member.file_size > limits.ratio_from_bytes
        if heavy and member.file_size > limits.ratio * max(member.compress_size, 1):
            raise FormatError(
                "exchange.file.bomb",
                file=name,
                member=member.filename,
                size=member.file_size / 1e6,
                packed=member.compress_size / 1e6,
            )


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    inner = member.orig_filename
    parts = re.split(r"[\\/]", inner)
    if ".." in parts or inner.startswith(("/", "\\")) or ":" in inner or "\0" in inner:
        raise FormatError("exchange.file.member_path", file=name, member=inner)
    if member.flag_bits & 0x1:
        raise FormatError("exchange.hint.protected", file=name, accepted=_ACCEPTED)
    if inner.lower().endswith("vbaproject.bin"):
        raise FormatError("exchange.hint.xlsm", file=name, accepted=_ACCEPTED)
    if not inner.lower().endswith((".xml", ".rels", ".vml", ".kml")):
        return
    with archive.open(member) as stream:
        tail = b""
        while chunk := stream.read(_CHUNK):
            if _DTD.search(tail + chunk):
                raise FormatError("exchange.file.entities", file=name, member=inner)
            tail = chunk[-32:]
