"""The history of a record for people: by writes, each change in words."""

import base64
import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import shapely

from api.entered import field_label
from data.text import text
from gis.register.history import Change
from gis.register.structures import Structure
from maps.words import Words

__all__ = ["WORDS", "grouped", "said"]

WORDS = {"kind": "structure_kind", "state": "lifecycle"}
"""Fields whose words stand under another name."""

_WORDS_OF: Mapping[str, Mapping[str, str]] = {
    "planned_works": {"kind": "work_kind", "state": "work_state"},
    "work_sign_ups": {"state": "sign_up_state"},
    "registration_points": {"kind": "point_kind", "state": "point_state"},
}
_NOT_SHOWN = frozenset({"batch_id", "source_row", "id"})
_OUTLINE = "outline"


def said(name: str, value: object, words: Words, called: Mapping[str, str] = WORDS) -> str:
    """Return a value of a record in words; `called` has the names of its choices."""
    if name in ("latitude", "longitude") and isinstance(value, float):
        return f"{words.number(value, 6)}°"
    if isinstance(value, date):
        return words.value(name, value.isoformat())
    if isinstance(value, float):
        return words.number(value)
    return words.value(called.get(name, name), value)


def grouped(
    history: Sequence[Change], sizes: Mapping[int, int], words: Words
) -> list[dict[str, Any]]:
    """Return a history by writes, each with what it changed in words.

    Parameters
    ----------
    history : sequence of Change
        The newest first.
    sizes : mapping
        How many changes each write made altogether.
    words : Words
        Of the language.
    """
    writes: dict[int, dict[str, Any]] = {}
    for change in history:
        write = writes.setdefault(
            change.revision,
            {
                "revision": change.revision,
                "at": change.at,
                "author": change.author,
                "reason": change.reason,
                "count": sizes[change.revision],
                "changes": [],
            },
        )
        write["changes"].append(
            {
                "table": change.table_name,
                "record": change.record_id,
                "kind": _what(change),
                "fields": _differences(change, words),
            }
        )
    return list(writes.values())


def _what(change: Change) -> str:
    if change.old is None:
        return "added"
    return "removed" if change.new is None else "changed"


def _differences(change: Change, words: Words) -> list[tuple[str, str, str]]:
    """Return label, old and new value of each field that a change changed."""
    if change.old is None or change.new is None:
        return []
    called = _WORDS_OF.get(change.table_name, WORDS)
    names = [name for name in (*change.new, *change.old) if name not in _NOT_SHOWN]
    return [
        (
            field_label("place" if name == _OUTLINE else name, words.language),
            said(name, _plain(change.old.get(name), name, words), words, called),
            said(name, _plain(change.new.get(name), name, words), words, called),
        )
        for name in dict.fromkeys(names)
        if change.old.get(name) != change.new.get(name)
    ]


def _plain(value: object, name: str, words: Words) -> object:
    """Return a value as the record has it: the history keeps yes and no as numbers."""
    if name == _OUTLINE and isinstance(value, str):
        count = shapely.get_num_coordinates(shapely.from_wkb(base64.b64decode(value)))
        return text("works.vertices", words.language, count=int(count))
    flags = {one.name for one in dataclasses.fields(Structure) if "bool" in str(one.type)}
    return bool(value) if name in flags and isinstance(value, int) else value
