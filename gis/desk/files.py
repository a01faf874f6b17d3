"""Files of cases, kept under their hash: what they are is read from the content, not the name.

A photograph is kept as it was sent, since it may be evidence; beside it stands a copy that anybody
may be shown, without position, device and time.
"""

import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gis.desk.pictures import bare_copy, is_picture, require_small
from gis.errors import FormatError, NotFoundError
from gis.exchange.personal_text import refuse_personal_text
from gis.home import UNFINISHED, Home

__all__ = [
    "MOST_BYTES",
    "MOST_FILES",
    "SentFile",
    "content_of",
    "keep_file",
    "read_file",
    "read_upload",
]

MOST_BYTES: Final = 20_000_000
"""Bytes of one file."""
MOST_FILES: Final = 20
"""Files of one event."""
_LONGEST_NAME: Final = 120
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_NO_WORDS: Final = ("<", "{\\rtf", "GIF87a", "GIF89a", "RIFF", "II*", "MM\x00*", "BM", "%!PS")
"""How other formats begin that may read as text."""
_ENDINGS: Final = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/pdf": (".pdf",),
    "text/csv": (".csv",),
    "text/plain": (".txt", ".json", ".log", ".md"),
}
"""How names end; of the first a name gets one that ends otherwise."""
_NO_TEXT: Final = frozenset(
    {
        *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".webp", ".heic", ".heif", ".bmp"),
        *(".tif", ".tiff", ".avif", ".svg", ".pdf"),
    }
)
"""Endings of names that promise a picture or a document, which a text is not."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file that was judged and is kept nowhere yet.

    Attributes
    ----------
    name, media_type : str
        What it was called, and what it is.
    content : bytes
        All of it.
    public : bytes or None
        Of a photograph: the copy without position, device and time.
    """

    name: str
    media_type: str
    content: bytes
    public: bytes | None

    @property
    def sha256(self) -> str:
        """Hash of the content."""
        return hashlib.sha256(self.content).hexdigest()

    def row(self) -> dict[str, object]:
        """Return what is recorded of it."""
        public = None if self.public is None else hashlib.sha256(self.public).hexdigest()
        return {
            "name": self.name,
            "media_type": self.media_type,
            "size_bytes": len(self.content),
            "sha256": self.sha256,
            "public_sha256": public,
        }


def read_file(name: str, content: bytes, *, screened: bool = False) -> SentFile:
    """Judge a file by its content, and make of a photograph the copy without its data.

    Parameters
    ----------
    name : str
        What it was called.
    content : bytes
        All of it.
    screened : bool
        Whether its text was looked through for a person's data already.

    Raises
    ------
    FormatError
        If it is empty, too long, none of JPEG, PNG, PDF and plain text, or a text that holds a
        person's data; of that the places are told, and nothing is kept.
    """
    said = _name(name)
    if not content:
        raise FormatError("desk.file_empty", file=said)
    if len(content) > MOST_BYTES:
        raise FormatError("desk.file_large", file=said, most=MOST_BYTES / 1e6)
    media_type, public = _read(said, content, screened=screened)
    said = _mended(said, media_type)
    return SentFile(name=said, media_type=media_type, content=content, public=public)


def read_upload(files: Sequence[tuple[str, bytes]]) -> list[SentFile]:
    """Judge the files of one upload; pictures are measured before any is decoded.

    Parameters
    ----------
    files : sequence of (str, bytes)
        What each was called, and its content.

    Raises
    ------
    FormatError
        As `read_file`; also if there are too many, or their pictures are too large together.
    """
    if len(files) > MOST_FILES:
        raise FormatError("desk.too_many_files", most=MOST_FILES)
    require_small([(_name(name), content) for name, content in files])
    return [read_file(name, content) for name, content in files]


def keep_file(home: Home, file: SentFile) -> None:
    """Keep a file, and the public copy of a photograph, under their hashes."""
    _store(home, file.content)
    if file.public is not None:
        _store(home, file.public)


def content_of(home: Home, sha256: str) -> bytes:
    """Return what lies under a hash.

    Raises
    ------
    NotFoundError
        If nothing does, or it is not any more what it was.
    """
    if not _SHA256.fullmatch(sha256):
        raise NotFoundError("desk.file_unknown", id=sha256[:20])
    try:
        content = _path(home, sha256).read_bytes()
    except FileNotFoundError:
        raise NotFoundError("desk.file_unknown", id=sha256[:20]) from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise NotFoundError("desk.file_changed", id=sha256[:20])
    return content


def _name(name: str) -> str:
    composed = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    return _UNSAFE.sub("_", composed).strip()[-_LONGEST_NAME:] or "file"


def _ending(name: str) -> str:
    return Path(name).suffix.lower()


def _mended(name: str, media_type: str) -> str:
    """Return a name that ends as what the file is."""
    endings = _ENDINGS[media_type]
    return name if _ending(name) in endings else f"{name}{endings[0]}"[-_LONGEST_NAME:]


def _read(name: str, content: bytes, *, screened: bool) -> tuple[str, bytes | None]:
    """Return what a file is, and the public copy of a photograph."""
    if is_picture(content):
        return bare_copy(name, content)
    if content.startswith(b"%PDF-"):
        return "application/pdf", None
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormatError("desk.file_kind", file=name) from None
    if _ending(name) in _NO_TEXT:
        raise FormatError("desk.file_not_that", file=name)
    if "\x00" in words or words.lstrip().startswith(_NO_WORDS):
        raise FormatError("desk.file_kind", file=name)
    if not screened:
        refuse_personal_text(words)
    return "text/csv" if name.lower().endswith(".csv") else "text/plain", None


def _path(home: Home, sha256: str) -> Path:
    return home.desk_files / sha256[:2] / sha256


def _store(home: Home, content: bytes) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(home, sha256)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.parent / f"{UNFINISHED}{secrets.token_hex(8)}"
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
