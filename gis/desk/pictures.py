"""Photographs: measured before they are decoded, decoded once, and shown without their data.

The head of a picture says how many points it has. A picture, and all pictures of one upload, are
refused by that before anything is decoded: a few kilobytes may unfold to gigabytes.
"""

import io
import struct
import warnings
from collections.abc import Iterable
from typing import Final

from PIL import Image, ImageOps

from gis.errors import FormatError

__all__ = [
    "MOST_POINTS",
    "MOST_POINTS_PNG",
    "MOST_POINTS_SENT",
    "bare_copy",
    "is_picture",
    "require_small",
]

MOST_POINTS: Final = 60_000_000
"""Points of one JPEG: a telephone's are 8 to 50 million."""
MOST_POINTS_PNG: Final = 25_000_000
"""Points of a PNG, or of a JPEG in passes, which cannot be decoded small."""
MOST_POINTS_SENT: Final = 250_000_000
"""Points of all pictures of one upload; those that cannot be decoded small count four times."""

_COSTLY: Final = 4
_SIDE: Final = 2000
_SIGNS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_FORMATS: Final = ("JPEG", "PNG")
_MEDIA: Final = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png"}
"""Telephones write several pictures into one JPEG, which is then an MPO; the first one counts."""
_PLAIN: Final = frozenset({"RGB", "RGBA", "L", "LA", "CMYK", "YCbCr"})
"""Modes that a picture can be made smaller in."""
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


def is_picture(content: bytes) -> bool:
    """Return whether content begins as a JPEG or a PNG does."""
    return content.startswith(_SIGNS)


def require_small(files: Iterable[tuple[str, bytes]]) -> None:
    """Refuse pictures that are too large, each or all together, by what their heads say.

    Parameters
    ----------
    files : iterable of (str, bytes)
        Names and contents of one upload; what is no picture is passed over.

    Raises
    ------
    FormatError
        If a picture, or all of them, have too many points, or a head is spoilt.
    """
    points = 0
    for name, content in files:
        if is_picture(content):
            points += _points(name, content)
            if points > MOST_POINTS_SENT:
                raise FormatError("desk.pictures_many", file=name, most=MOST_POINTS_SENT / 1e6)


def _points(name: str, content: bytes) -> int:
    """Return what a picture counts for, without decoding it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                width, height = picture.size
                costly = picture.format == "PNG" or "progressive" in picture.info
    except Image.DecompressionBombError as error:
        raise FormatError("desk.picture_huge", file=name, most=MOST_POINTS / 1e6) from error
    except _SPOILT as error:
        raise FormatError("desk.picture_broken", file=name) from error
    most = MOST_POINTS_PNG if costly else MOST_POINTS
    if width * height > most:
        told = {"width": width, "height": height, "most": most / 1e6}
        raise FormatError("desk.picture_large", file=name, **told)
    return width * height * (_COSTLY if costly else 1)


def bare_copy(name: str, content: bytes) -> tuple[str, bytes]:
    """Return what a picture is, and a copy without position, device and time, upright and small.

    Raises
    ------
    FormatError
        As `require_small`, or if its data are spoilt.
    """
    require_small([(name, content)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # spoilt data beside a whole picture
        try:
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                media_type = _MEDIA[str(picture.format)]
                small = _upright(picture, _small(picture))
        except _SPOILT as error:
            raise FormatError("desk.picture_broken", file=name) from error
    bare = Image.new("RGB", small.size)
    bare.paste(small)
    written = io.BytesIO()
    bare.save(written, "JPEG", quality=85)
    return media_type, written.getvalue()


def _upright(picture: Image.Image, small: Image.Image) -> Image.Image:
    """Return a small copy as the picture was held; where its data do not say how, as it lies."""
    try:
        small.info["exif"] = picture.info.get("exif", b"")
        return ImageOps.exif_transpose(small)
    except _SPOILT:
        return small


def _small(picture: Image.Image) -> Image.Image:
    """Return a picture of at most so many points a side; a JPEG is decoded no larger."""
    picture.draft("RGB", (_SIDE, _SIDE))
    picture.load()
    plain = picture if picture.mode in _PLAIN else picture.convert("RGB")
    plain.thumbnail((_SIDE, _SIDE), reducing_gap=2.0)
    return plain.convert("RGB")
