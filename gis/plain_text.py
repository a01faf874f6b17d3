"""Where a text that a program cannot read is wrong, in words of either language."""

import json
import re
from typing import Final

__all__ = ["wrong_at"]

_AT: Final = re.compile(r"at line (\d+), column (\d+)")


def wrong_at(error: Exception) -> tuple[str, int | None, int | None]:
    """Return which sentence says where a TOML or JSON text is wrong, the line and the column.

    Parameters
    ----------
    error : Exception
        What the reader of the text raised.

    Returns
    -------
    tuple of str, int or None, int or None
        `line` where line and column are known, `end` where the text ends too early, `text` where
        neither is known.
    """
    if isinstance(error, json.JSONDecodeError):
        return "line", error.lineno, error.colno
    found = _AT.search(str(error))
    if found:
        return "line", int(found[1]), int(found[2])
    return ("end" if "end of document" in str(error) else "text"), None, None
