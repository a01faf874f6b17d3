"""Vietnamese names compared as people read them: `Hoà` is `Hòa`, case and spacing do not matter.

The place of the tone mark (oà or òa, uý or úy) is a matter of school, so a key moves the tone of
each syllable to its end. Vowel marks (â, ê, ô, ơ, ư, ă) and đ are other letters and stay.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = ["commune_key", "name_key", "nfc", "plain_key"]

_TONES = frozenset("\N{COMBINING GRAVE ACCENT}\N{COMBINING ACUTE ACCENT}\N{COMBINING HOOK ABOVE}"
                   "\N{COMBINING TILDE}\N{COMBINING DOT BELOW}")  # fmt: skip
_MOST_MARKS = 30
_WORD_OR_GAP = re.compile(r"\w[\w\N{COMBINING GRAVE ACCENT}-\N{COMBINING DOUBLE BREVE}]*")
_COMMUNE_PREFIX = re.compile(
    r"^(?:xa|phuong|thi tran|tt|p|x|thi xa|tx|huyen|quan|thanh pho|tp|tinh)\b[ .]*(?=\S)"
)


def nfc(text: str) -> str:
    """Return a text in Unicode form C; marks beyond any language's become one U+FFFD.

    Sorting a run of marks takes time with the square of its length. Unicode calls a text with at
    most 30 in a row safe (UAX #15, 12.1.1).
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _with_few_marks(text))


def _with_few_marks(text: str) -> str:
    if len(text) <= _MOST_MARKS:
        return text
    marks = [character for character in text if unicodedata.combining(character)]
    if len(marks) <= _MOST_MARKS:
        return text
    run = "[" + "".join(map(re.escape, sorted(set(marks)))) + "]{%d,}"
    return re.sub(run % (_MOST_MARKS + 1), "\N{REPLACEMENT CHARACTER}", text)


@lru_cache(maxsize=65536)
def name_key(text: str) -> str:
    """Return what two spellings of one Vietnamese name have in common.

    Words in lower case, each with its tone at the end, one space between them, punctuation gone.
    """
    return " ".join(_tone_last(word) for word in _words(text))


@lru_cache(maxsize=65536)
def plain_key(text: str) -> str:
    """Return the words of a text in lower case without any mark, `đ` as `d`."""
    return " ".join(
        "".join(c for c in word if not unicodedata.combining(c)).replace("đ", "d")
        for word in _words(text)
    )


@lru_cache(maxsize=65536)
def commune_key(text: str) -> str:
    """Return the key of a commune's name without the word for its kind.

    `Phường Tân An` and `P. Tân An` are `tân an`; a name that is only a number keeps it.
    """
    words = name_key(text).split()
    plain = plain_key(text)
    found = _COMMUNE_PREFIX.match(plain)
    dropped = len(found.group().split()) if found else 0
    return " ".join(words[dropped:])


def _words(text: str) -> list[str]:
    spread = unicodedata.normalize("NFD", text.casefold())
    return [word.replace("_", "") for word in _WORD_OR_GAP.findall(spread.replace("_", " "))]


def _tone_last(word: str) -> str:
    if word.isascii():
        return word
    tones = [c for c in word if c in _TONES]
    letters = unicodedata.normalize("NFC", "".join(c for c in word if c not in _TONES))
    return letters + "".join(tones)
