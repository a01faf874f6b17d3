"""What the fonts inside the compiler cannot show, found by asking the compiler itself.

A document of PDF/UA may hold no character without a glyph; one such letter in a station's name
would leave the whole report unprinted.
"""

from functools import lru_cache
from typing import Any, Final

import typst

__all__ = ["REPLACEMENT", "printable"]

REPLACEMENT: Final = "\ufffd"
"""What stands for a character that cannot be printed."""

_DRAWN: Final = frozenset({"svg"})
"""Values that are pictures."""

_PROBE: Final = b"""#set document(title: "probe")
#set text(font: "Libertinus Serif")
#sys.inputs.words"""


def printable(content: Any) -> tuple[Any, bool]:
    """Return JSON values with what no font shows replaced, and whether anything was.

    Parameters
    ----------
    content : JSON value
        Texts, lists and mappings; pictures are left as they are.
    """
    words: set[str] = set()
    _gather(content, words)
    doubtful = sorted(word for word in words if not (word.isascii() and word.isprintable()))
    if not doubtful or _shows(" ".join(doubtful)):
        return content, False
    replaced = {word: shown for word in doubtful if (shown := _shown(word)) != word}
    return _replaced(content, replaced), bool(replaced)


def _gather(value: Any, words: set[str]) -> None:
    if isinstance(value, str):
        words.update(value.split(" "))
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in _DRAWN:
                _gather(item, words)
    elif isinstance(value, list | tuple):
        for item in value:
            _gather(item, words)


def _replaced(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, str):
        return " ".join(words.get(word, word) for word in value.split(" "))
    if isinstance(value, dict):
        return {
            name: item if name in _DRAWN else _replaced(item, words)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_replaced(item, words) for item in value]
    return value


def _shown(word: str) -> str:
    """Return a word with the letters that fail replaced: alone, or after those before them."""
    if _shows(word):
        return word
    alone = "".join(one if _shows(one) else REPLACEMENT for one in word)
    if _shows(alone):
        return alone
    shown = ""
    for one in alone:
        shown += one if _shows(shown + one) else REPLACEMENT
    return shown


@lru_cache(maxsize=4096)
def _shows(words: str) -> bool:
    """Return whether the compiler finds a glyph for each letter."""
    try:
        typst.compile(
            _PROBE,
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"words": words},
            pdf_standards=["ua-1"],
            timestamp=0,
        )
    except (typst.TypstError, UnicodeEncodeError):  # no glyph; half of a surrogate pair
        return False
    return True
