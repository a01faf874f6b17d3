"""Whether what a person typed names something: word by word, and what kind of thing is meant.

`Tháp Bến Lức` names a mast in Bến Lức that is called `Cột ăng ten Bến Lức 2`, `bến lức fm` its
station, `thị xã Tân An` what was a city when it ended: a word for a kind is borne by what is of
that kind, every other word must stand in the name.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from itertools import pairwise
from typing import Final

from gis.names import plain_key
from gis.register.records import Service, UnitKind
from gis.register.structures import StructureKind

__all__ = ["Fit", "Typed", "fit_of", "typed_of"]

_RADIO: Final = frozenset({Service.FM, Service.WIRELESS_PUBLIC_ADDRESS})
_MASTS: Final = frozenset({StructureKind.ANTENNA_MAST})
_POLES: Final = _MASTS | {
    StructureKind.CABLE_POLE,
    StructureKind.POWER_POLE,
    StructureKind.LIGHTING_POLE,
}
_SITES: Final = _MASTS | {StructureKind.STATION, StructureKind.HOUSE, StructureKind.BUILDING}
_UNITS: Final = frozenset(UnitKind)
_KINDS: Final[Mapping[str, frozenset[StrEnum]]] = {
    "fm": frozenset({Service.FM}),
    "mhz": frozenset(Service),
    "radio": _RADIO,
    "phat thanh": _RADIO,
    "truyen thanh": _RADIO,
    "truyen hinh": frozenset({Service.TELEVISION}),
    "tv": frozenset({Service.TELEVISION}),
    "dai": frozenset(Service),
    "phat song": frozenset(Service),
    "station": frozenset(Service),
    "tan so": frozenset(Service),
    "thap": _MASTS,
    "mast": _MASTS,
    "tower": _MASTS,
    "cot": _POLES,
    "anten": _MASTS,
    "ang ten": _MASTS,
    "bts": _SITES,
    "tram": _SITES | frozenset(Service),
    "cong trinh": frozenset(StructureKind),
    **dict.fromkeys(
        (
            "xa", "phuong", "thi tran", "thi xa", "huyen", "quan", "thanh pho", "tinh",
            "tp", "tx", "tt", "commune", "ward", "district", "town", "city", "province",
        ),
        _UNITS,
    ),
}  # fmt: skip
"""What each word for a kind stands for, as `plain_key` writes it."""

_FREQUENCY: Final = re.compile(r"(?<![\w.,])(\d{2,4}(?:[.,]\d{1,4})?)(?![\w.,]*\d)", re.ASCII)
_NEAR_MHZ: Final = 0.0505  # what a person leaves out of "98,5"


class Fit(IntEnum):
    """How well a name bears what was typed, the best first."""

    PHRASE = 0
    """Every word whole, one after the other."""
    WORDS = 1
    """Every word whole, or borne by the kind."""
    BEGINNINGS = 2
    """Some words only begun."""
    PARTS = 3
    """Some words only inside of others."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, in words.

    Attributes
    ----------
    terms : tuple of str
        Its words without marks; those that name a kind together are one.
    frequency_mhz : float or None
        The number among them that may be a frequency.
    numbered : tuple of str
        The words of that number.
    """

    terms: tuple[str, ...]
    frequency_mhz: float | None
    numbered: tuple[str, ...]

    @property
    def phrase(self) -> str:
        """The words that name no kind."""
        return " ".join(one for one in (*self.terms, *self.numbered) if one not in _KINDS)

    @property
    def named(self) -> tuple[str, ...]:
        """The single words that name no kind and are no frequency."""
        return tuple(one for one in self.terms if one not in _KINDS)


def typed_of(text: str) -> Typed:
    """Return what was typed, in words."""
    joined = re.sub(r"(\d)\s*(mhz|fm)\b", r"\1 \2", text, flags=re.IGNORECASE)
    found = _FREQUENCY.search(joined)
    if found is not None:
        joined = joined[: found.start()] + joined[found.end() :]
    words = plain_key(joined).split()
    terms: list[str] = []
    while words:
        pair = " ".join(words[:2])
        terms.append(pair if pair in _KINDS else words[0])
        del words[: len(terms[-1].split())]
    number = "" if found is None else found[1]
    return Typed(
        terms=tuple(terms),
        frequency_mhz=float(number.replace(",", ".")) if number else None,
        numbered=tuple(plain_key(number).split()),
    )


def fit_of(
    typed: Typed,
    names: Iterable[str | None],
    kind: StrEnum | None = None,
    frequency_mhz: float | None = None,
) -> Fit | None:
    """Return how something bears what was typed, None where it does not.

    Parameters
    ----------
    typed : Typed
        What was typed.
    names : iterable of str or None
        What it is called, and where it is.
    kind : StrEnum or None
        What it is, where words for its kind count.
    frequency_mhz : float or None
        What it transmits on, where it does.
    """
    words = plain_key(" ".join(filter(None, names))).split()
    tuned = typed.frequency_mhz is not None and (
        frequency_mhz is not None and abs(frequency_mhz - typed.frequency_mhz) <= _NEAR_MHZ
    )
    fits = [_term(one, words, kind) for one in typed.terms]
    if not tuned:
        fits += [_term(one, words, None) for one in typed.numbered]
    told = [one for one in fits if one is not None]
    if len(told) < len(fits):
        return None
    if not tuned and not any(_stands(one, words) for one in (*typed.terms, *typed.numbered)):
        return None  # words for kinds alone name nothing
    worst = max(told, default=Fit.PHRASE)
    phrase = typed.phrase.split()
    whole = worst is Fit.WORDS and (tuned or _follow(phrase, words))
    return Fit.PHRASE if whole else worst


def _term(term: str, words: Sequence[str], kind: StrEnum | None) -> Fit | None:
    if (kind is not None and kind in _KINDS.get(term, ())) or _follow(term.split(), words):
        return Fit.WORDS
    if any(one.startswith(term) for one in words):
        return Fit.BEGINNINGS
    return Fit.PARTS if any(term in one for one in words) else None


def _stands(term: str, words: Sequence[str]) -> bool:
    return any(term in one for one in (*words, *map(" ".join, pairwise(words))))


def _follow(phrase: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether words stand one after the other among others."""
    size = len(phrase)
    return any(list(words[at : at + size]) == list(phrase) for at in range(len(words) - size + 1))
