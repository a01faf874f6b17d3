"""Whether a word is a Vietnamese syllable, by the rules of the spelling.

A syllable is an onset and a rhyme with one tone; only the sharp and the heavy tone go with a
rhyme that stops in c, ch, p or t; k, gh and ngh stand before e, ê, i, y, and c, g, ng before the
others. Where the tone stands is fixed too, but for oa, oe and uy.
"""

import unicodedata
from functools import lru_cache

__all__ = ["is_syllable"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_TONES = frozenset((_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT))
_ONSETS = (
    *("ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr"),
    *("b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", ""),
)
_RHYMES = _words(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu y yêm yên yêng yêt yêu
    o oc oi om on ong ooc oong op ot oa oac oach oai oam oan oang oanh oao oap oat oay
    oăc oăm oăn oăng oăt oe oen oeo oet ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt uân uâng uât uây uê uênh uêch uơ
    uy uya uych uyn uynh uyp uyt uyu uyên uyêt
    ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
    """
)
_AFTER_GI = _words(
    """
    a ac ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăt âc âm ân âp ât âu ây
    e eo ep et ê êc êm ên êng êt êu o oc oi on ong ô ôc ông ơ ơi ơn
    u ua uc ui um un uôc ư ưa ươc ươm ương
    """
)
_FRONT = frozenset("eêiy")
_VOWELS = frozenset("aăâeêioôơuưy")
_MARKED = frozenset("ăâêôơư")
_EITHER_PLACE = frozenset(("oa", "oe", "uy"))


@lru_cache(maxsize=65536)
def is_syllable(word: str) -> bool:
    """Return whether a word, with its marks, is a syllable that Vietnamese spelling allows."""
    spread = unicodedata.normalize("NFD", word.casefold())
    tones = [c for c in spread if c in _TONES]
    if len(tones) > 1:
        return False
    before = spread.split(tones[0])[0] if tones else ""
    letters = _without_tone(spread)
    if letters.endswith(("c", "ch", "p", "t")) and tones not in ([_ACUTE], [_DOT]):
        return False
    place = len(_without_tone(before)) - 1
    return any(
        _fits(onset, letters[len(onset) :]) and _stands(place - len(onset), letters[len(onset) :])
        for onset in _ONSETS
        if letters.startswith(onset)
    )


def _without_tone(spread: str) -> str:
    return unicodedata.normalize("NFC", "".join(c for c in spread if c not in _TONES))


def _stands(place: int, rhyme: str) -> bool:
    if place < 0:
        return True
    vowels = "".join(c for c in rhyme if c in _VOWELS)
    marked = [i for i, c in enumerate(vowels) if c in _MARKED]
    if marked:
        return place == marked[-1]
    if len(vowels) == 2 and vowels == rhyme:
        return place == 0 or (place == 1 and vowels in _EITHER_PLACE)
    return place == min(len(vowels) - 1, 1)


def _fits(onset: str, rhyme: str) -> bool:
    if onset == "gi":
        return rhyme in _AFTER_GI
    if rhyme not in _RHYMES:
        return False
    front = rhyme[0] in _FRONT
    if onset == "qu":
        return rhyme[0] not in "uưo"
    if onset in ("k", "gh", "ngh"):
        return front
    if onset in ("c", "ng"):
        return not front
    return onset != "g" or not front or rhyme.startswith("i")
