"""The marks of a state secret in the words of a file: `Mật`, `Tối mật`, `Tuyệt mật`.

A word counts as a mark where it stands alone, with the number of a stamp, or beside the name of a
field of secrecy; the two higher levels, secret letters and papers, and secrets of the state where
they are named and not denied. `Mật độ`, `bảo mật`, `Bà Mật` or a law on the protection of secrets
are no marks, nor is `mat` without its letters, which may be `mất`, `mặt` or `mát`. A text is taken
as a reader sees it: full-width and other faces of letters, and characters that are not seen, make
no other word.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from data.text import Language
from gis.exchange.encoding import legacy_reading
from gis.exchange.fields import tables, title
from gis.names import nfc, plain_key

__all__ = ["CLASSIFICATION", "CONFIDENTIAL", "as_seen", "bears_mark", "is_open", "is_secret",
           "may_bear", "names_of"]  # fmt: skip

CLASSIFICATION, CONFIDENTIAL = "classification", "confidential"
"""Fields of secrecy: of the state, and of an owner."""

_QUICK = re.compile(r"m\s?(?:[aâậạ][\u0300-\u036f]*|Ë|aä)\s?t|secret", re.IGNORECASE)
_GAP = r"[\s_-]{0,3}"
_NAMED = re.compile(
    r"(?<![^\W_])(?:"
    rf"(?:tối|tuyệt){_GAP}mật(?![^\W_])(?!{_GAP}độ)"
    rf"|(?:tài{_GAP}liệu|văn{_GAP}bản|công{_GAP}văn|hồ{_GAP}sơ|dấu){_GAP}mật(?![^\W_])"
    rf"(?!{_GAP}(?:độ|mã|khẩu))"
    rf"|top{_GAP}secret(?![^\W_]))",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    rf"(?:^|[\r\n\t:;,./()\[\]{{}}<>|\N{{EN DASH}}\N{{EM DASH}}]|\s-)\s{{0,9}}"
    rf"mật{_GAP}(?:(?:số|no|№|#)\W{{0,3}}\d|\d{{1,4}}\s{{0,9}}(?:$|[\r\n;,/)]))",
    re.IGNORECASE,
)
_OF_THE_STATE = re.compile(r"\bbi ?mat ?nha ?nuoc\b")
_DENIED = re.compile(
    r"\b(?:bao ?ve|khong(?: (?:phai|la|thuoc|co|chua|nam|trong|danh|muc|pham|vi|dien|loai"
    r"|thong|tin|tai|lieu)){0,9}) ?$"
)
_RANKED = re.compile(
    rf"(?<![^\W_])(?<!chưa )(?:thuộc|xếp){_GAP}(?:diện|loại|hạng|mức|cấp|độ|danh{_GAP}mục)"
    rf"{_GAP}mật(?![^\W_])(?!{_GAP}(?:độ|mã|khẩu|ong))",
    re.IGNORECASE,
)
_SPACED = re.compile(r"(?<!\w)\w(?: \w){2,20}(?!\w)")
_BETWEEN_CELLS = re.compile(r"</t[dh]>\s{0,99}<t[dh][^<>]{0,200}>", re.IGNORECASE)
_PARTS = re.compile(r"[\r\n\t;,/()\[\]{}<>|\N{EN DASH}\N{EM DASH}]|\\[PLlOoKk]|\.\s| - ")
_ALONE = "mat"
_FIELD_BYTES, _CUT_BYTES = 10, 2
_WESTERN, _LONGEST_FACE = 0x100, 4
_SOFT_HYPHEN = "\N{SOFT HYPHEN}"
"""Not seen either, but the letter of TCVN3 for `ư`."""
_UNSEEN = re.compile(
    "[\N{COMBINING GRAPHEME JOINER}\N{VARIATION SELECTOR-1}-\N{VARIATION SELECTOR-16}"
    "\N{HANGUL FILLER}\N{HALFWIDTH HANGUL FILLER}]"
)


class _Faces(dict[int, str]):
    """What a reader sees in a character, by its code; those of Western fonts stay as they are."""

    def __missing__(self, code: int) -> str:
        """Work one out."""
        character = chr(code)
        seen = unicodedata.normalize("NFKC", character)
        if code < _WESTERN or len(seen) > _LONGEST_FACE:
            seen = character
        elif unicodedata.category(character) == "Cf" or _UNSEEN.match(character):
            seen = ""
        self[code] = seen
        return seen


_FACES = _Faces()


def as_seen(text: str) -> str:
    """Return a text in plain letters, without the characters that nobody sees.

    Letters of one face (full width, mathematical, in circles) become the plain ones (Unicode form
    KC of each character).
    """
    return text if text.isascii() else text.translate(_FACES)


def may_bear(text: str) -> bool:
    """Return whether a text needs a closer look; what `bears_mark` is true of is among them."""
    return _QUICK.search(as_seen(text).replace(_SOFT_HYPHEN, "")) is not None


def bears_mark(text: str) -> bool:
    """Return whether a text names a level of secrecy, or a part of it is nothing but a mark."""
    if not may_bear(text):
        return False
    seen = as_seen(text)
    legacy = legacy_reading(seen)
    if legacy is not None:  # a font of before Unicode
        return bears_mark(legacy.reading)
    plain = nfc(seen.replace(_SOFT_HYPHEN, ""))
    words = _SPACED.sub(lambda found: found[0].replace(" ", ""), plain)
    if _NAMED.search(words) is not None or _NUMBERED.search(words) is not None:
        return True
    if any(not _is_denied(words, found.start()) for found in _RANKED.finditer(words)):
        return True
    return any(_is_mark(one) or _is_of_the_state(one) for one in _parts(words))


def is_open(word: str) -> bool:
    """Return whether what stands in a column of secrecy says that there is none, or nothing."""
    key = plain_key(as_seen(word))
    return not key or key in tables()["classification"]["open"]


def is_secret(word: str) -> bool:
    """Return whether what stands in a column of confidentiality is a level of secrecy."""
    key = plain_key(as_seen(word)).removeprefix("do mat ").strip()
    return len(key) > 1 and key in tables()["classification"]["secret"]


@cache
def names_of(field: str, *, cut: bool = False) -> frozenset[str]:
    """Return the headers of a field of secrecy, in words without marks.

    Parameters
    ----------
    field : str
        Of the state, or of an owner.
    cut : bool
        Whether those cut to the bytes of a dBASE name count too.
    """
    words = tables()
    titles = {title(field, language) for language in Language}
    common, structures = words["common"].get(field, ()), words["structures"].get(field, ())
    listed = {field, *titles, *common, *structures}
    if cut:
        long = {nfc(one).encode() for one in listed}
        listed |= {
            one[:_FIELD_BYTES].decode("utf-8", errors="ignore")
            for one in long
            if _FIELD_BYTES < len(one) <= _FIELD_BYTES + _CUT_BYTES or one == field.encode()
        }
    return frozenset(plain_key(one) for one in listed)


def _parts(text: str) -> Iterator[str]:
    """Yield the parts of a text; of `Độ mật: Mật` not the name of the field, which is no mark."""
    for part in _PARTS.split(_BETWEEN_CELLS.sub(": ", text)):
        label, _, value = part.partition(":")
        key = plain_key(label)
        if value.strip() and (key in names_of(CLASSIFICATION) or _is_of_the_state(label)):
            yield "" if is_open(value) else "mật"
        elif not value.strip() or key not in names_of(CONFIDENTIAL):
            yield label
        yield value


def _is_mark(text: str) -> bool:
    if not is_secret(text):
        return False
    return plain_key(text) != _ALONE or "mật" in text.casefold()


def _is_of_the_state(text: str) -> bool:
    """Return whether a text names a secret of the state, and neither denies nor protects it."""
    key = plain_key(text)
    return any(not _is_denied(key, found.start()) for found in _OF_THE_STATE.finditer(key))


def _is_denied(text: str, end: int) -> bool:
    """Return whether the words before a place deny what stands there, or protect it."""
    return _DENIED.search(plain_key(text[:end]) + " ") is not None
