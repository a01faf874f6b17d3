"""Files of cases, kept under their hash: what they are is read from the content, not the name.

A photograph is kept as it was sent, since it may be evidence; beside it stands a copy that anybody
may be shown, without position, device and time.
"""

import hashlib
import io
import os
import re
import secrets
import struct
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from gis.errors import FormatError, NotFoundError
from gis.exchange.personal_text import refuse_personal_text
from gis.home import UNFINISHED, Home

__all__ = ["MOST_BYTES", "MOST_FILES", "SentFile", "content_of", "keep_file", "read_file"]

MOST_BYTES: Final = 20_000_000
"""Bytes of one file."""
MOST_FILES: Final = 20
"""Files of one event."""
_MOST_PIXELS: Final = 60_000_000
_PUBLIC_SIDE: Final = 2000
_LONGEST_NAME: Final = 120
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')
_FORMATS: Final = ("JPEG", "PNG")
_PICTURES: Final = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png"}
"""Telephones write several pictures into one JPEG, which is then an MPO; the first one counts."""
_SPOILT: Final = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
"""What reading a picture raises whose data are spoilt."""
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
        raise FormatError(
            "desk.file_large", file=said, size=len(content) / 1e6, most=MOST_BYTES / 1e6
        )
    media_type, public = _read(said, content, screened=screened)
    return SentFile(name=said, media_type=media_type, content=content, public=public)


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


def _read(name: str, content: bytes, *, screened: bool) -> tuple[str, bytes | None]:
    """Return what a file is, and the public copy of a photograph."""
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _picture(name, content)
    if content.startswith(b"%PDF-"):
        return "application/pdf", None
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FormatError("desk.file_kind", file=name) from None
    if "\x00" in words or words.lstrip().startswith(("<", "{\\rtf")):
        raise FormatError("desk.file_kind", file=name)
    if not screened:
        refuse_personal_text(words)
    return "text/csv" if name.lower().endswith(".csv") else "text/plain", None


def _picture(name: str, content: bytes) -> tuple[str, bytes]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # spoilt data beside a whole picture
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                width, height = picture.size
                if width * height > _MOST_PIXELS:
                    raise FormatError("desk.picture_large", file=name, width=width, height=height)
                media_type = _PICTURES[str(picture.format)]
                picture.load()
                upright = _upright(picture).convert("RGB")
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise FormatError("desk.picture_large", file=name, width=0, height=0) from error
        except _SPOILT as error:
            raise FormatError("desk.picture_broken", file=name) from error
    upright.thumbnail((_PUBLIC_SIDE, _PUBLIC_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=85)
    return media_type, written.getvalue()


def _upright(picture: Image.Image) -> Image.Image:
    """Return a picture as it was held; where its data do not say how, as it lies."""
    try:
        return ImageOps.exif_transpose(picture)
    except _SPOILT:
        return picture


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
