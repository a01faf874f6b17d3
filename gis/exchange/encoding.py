"""Bytes into text, and Vietnamese text from before Unicode recognised.

UTF-8 and UTF-16 are read. TCVN3, VNI and Windows-1258 are recognised and refused, with the reading
that they would have: a wrong guess would put wrong names into the register for years. A text that
another program already took for Western letters (`Cét ¨ng ten`) is recognised too.
"""

import codecs
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from data import path
from gis.errors import FormatError
from gis.exchange.syllables import is_syllable
from gis.names import nfc

__all__ = ["LegacyReading", "decode", "legacy_reading"]

_WORD = re.compile(r"[A-Za-z¡-ÿ\u0300-\u036f\u0100-\u024f\u1e00-\u1eff₫]+")
_WESTERN_LETTER = re.compile("[¡-ÿ]")
_BEYOND_WESTERN = re.compile("[^\x00-\xff\u2000-\u206f]")
_ENOUGH = 0.6
_SAMPLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class LegacyReading:
    """A text in an encoding from before Unicode.

    Attributes
    ----------
    encoding : str
        `TCVN3 (ABC)`, `VNI` or `Windows-1258`.
    reading : str
        The text in Unicode.
    """

    encoding: str
    reading: str


def decode(content: bytes, file: str) -> str:
    """Return the text of a file in UTF-8 or UTF-16, with or without a byte order mark.

    Raises
    ------
    FormatError
        If it is in an encoding from before Unicode, is not text at all, or is broken; the
        message holds the position of the first byte that cannot be read.
    """
    encoding = _unicode_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8-sig":
            _raise_legacy(content, file)
        raise FormatError(
            "exchange.file.encoding",
            file=file,
            encoding=encoding.removesuffix("-sig").upper(),
            position=_position(content, error),
            byte=f"0x{content[_position(content, error)]:02X}",
        ) from None
    if "\0" in text:
        raise FormatError("exchange.file.nul", file=file, position=text.index("\0"))
    return text


@lru_cache(maxsize=65536)
def legacy_reading(text: str) -> LegacyReading | None:
    """Return what a text means if it is TCVN3 or VNI taken for Western letters, or None.

    Every word with a Western letter must be a Vietnamese syllable in the old encoding, and at
    least one must not be so as it stands; a text with any other Unicode letter is modern.
    """
    if text.isascii() or _BEYOND_WESTERN.search(text):
        return None
    words = [word for word in _WORD.findall(text) if _WESTERN_LETTER.search(word)]
    telling = [word for word in words if not word.isascii() and len(word) > 1]
    if not telling or all(is_syllable(word) for word in words):
        return None
    for encoding, convert in (("TCVN3 (ABC)", _from_tcvn3), ("VNI", _from_vni)):
        if all(is_syllable(convert(word)) for word in words):
            return LegacyReading(encoding, nfc(convert(text)))
    return None


def _unicode_encoding(content: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if content.startswith(mark):
            return encoding
    head = content[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 8 and min(even, odd) * 8 <= max(even, odd):
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8-sig"


def _position(content: bytes, error: UnicodeDecodeError) -> int:
    skipped = len(content) - len(error.object)
    return min(error.start + skipped, len(content) - 1)


def _raise_legacy(content: bytes, file: str) -> None:
    best: tuple[float, str, Callable[[str], str]] | None = None
    western = content.decode("latin-1")
    words = {word for word in _WORD.findall(western[:200_000]) if _WESTERN_LETTER.search(word)}
    for encoding, convert in (
        ("TCVN3 (ABC)", _from_tcvn3),
        ("VNI", _from_vni),
        ("Windows-1258", _from_windows_1258),
    ):
        share = sum(is_syllable(convert(word)) for word in words) / max(len(words), 1)
        if best is None or share > best[0]:
            best = share, encoding, convert
    if best is None or best[0] < _ENOUGH:
        return
    number, line = next(
        (n, line)
        for n, line in enumerate(western.splitlines(), start=1)
        if _WESTERN_LETTER.search(line)
    )
    raise FormatError(
        "exchange.file.legacy_encoding",
        file=file,
        encoding=best[1],
        row=number,
        value=_shortened(line),
        reading=_shortened(nfc(best[2](line))),
    )


def _shortened(line: str) -> str:
    line = line.strip()
    return line if len(line) <= _SAMPLE_CHARACTERS else f"{line[:_SAMPLE_CHARACTERS]}…"


@cache
def _tables() -> tuple[dict[int, str], dict[str, str], re.Pattern[str]]:
    loaded = tomllib.loads(path("tables/legacy_encodings.toml").read_text(encoding="utf-8"))
    first = loaded["tcvn3"]["first_byte"]
    letters = loaded["tcvn3"]["letters"]
    tcvn3 = {first + i: letter for i, letter in enumerate(letters) if letter != "."}
    small = dict(loaded["vni"]["alone"])
    for letter, marks in loaded["vni"]["marked"].items():
        small |= {letter + mark: meant for mark, meant in marks.items()}
    vni = dict(small)
    for written, meant in small.items():
        vni[written.upper()] = meant.upper()
        vni[written[0].upper() + written[1:]] = meant.upper()
    longest_first = sorted(vni, key=len, reverse=True)
    return tcvn3, vni, re.compile("|".join(map(re.escape, longest_first)))


def _from_tcvn3(text: str) -> str:
    return text.translate(_tables()[0])


def _from_vni(text: str) -> str:
    _, vni, pattern = _tables()
    return pattern.sub(lambda found: vni[found.group()], text)


def _from_windows_1258(text: str) -> str:
    return nfc(text.encode("latin-1").decode("cp1258", errors="replace"))
