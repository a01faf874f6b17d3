"""Two people changed one record: what the other wrote beside what was typed, and the way out.

A form carries the digest of the record that its page showed. Where the record is another by now,
the form comes back with what differs, field by field. What only the other changed is taken over;
what was typed stays, and is kept by sending the form again, which now carries the new digest.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from starlette.requests import Request

from api.entered import field_label
from api.forms import Refused
from api.identity import identity_of
from api.language import safe_language
from data.text import Language, has, text
from gis.register.former import state_seen
from gis.register.reading import Reader
from gis.register.rows import Record, record_digest

__all__ = ["Conflict", "Difference", "settle", "word_of", "words_of"]

R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is not the same for both.

    Attributes
    ----------
    name, label : str
        The field, and what the page calls it.
    seen : str or None
        What it was when the form was opened; None where nobody knows.
    theirs, typed : str
        What it is now, and what was typed.
    both : bool
        Whether both changed it, so that one of the two is lost.
    """

    name: str
    label: str
    seen: str | None
    theirs: str
    typed: str
    both: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """What another wrote while a form was open.

    Attributes
    ----------
    rows : sequence of Difference
        The fields that differ.
    at : datetime or None
        When it was written last; None where the history does not say.
    author : str or None
        Who wrote it; for the department only.
    """

    rows: Sequence[Difference]
    at: datetime | None
    author: str | None


def settle(
    request: Request,
    reader: Reader,
    now: R,
    refused: Refused | None,
    usual_of: Callable[[R], Mapping[str, str]],
    *,
    said: Callable[[str, str], str] = lambda _, value: value,
    label: Callable[[str], str] | None = None,
) -> tuple[Refused | None, Conflict | None]:
    """Return the form as it comes back, and what another wrote meanwhile.

    Parameters
    ----------
    request : Request
        The request.
    reader : Reader
        The register.
    now : record
        As the caller may see it now.
    refused : Refused or None
        The form that came back, with `seen`, the digest of what its page showed.
    usual_of : callable
        What the form shows of a record, by field.
    said : callable
        Field and value to the words of the page.
    label : callable, optional
        Field to what the page calls it.

    Returns
    -------
    Refused or None
        The form, with what only the other changed taken over.
    Conflict or None
        None where the record is what its page showed.
    """
    if refused is None or refused.typed.get("seen", "") == record_digest(now):
        return refused, None
    old, since = state_seen(reader, now, refused.typed.get("seen", ""))
    theirs, before = usual_of(now), None if old is None else usual_of(old)
    typed = {name: refused.typed.get(name, theirs[name]) for name in theirs}
    rows, taken = [], {}
    language = safe_language(request, page=True)
    for name, value in theirs.items():
        was = None if before is None else before[name]
        mine = was is None or _plain(typed[name]) != _plain(was)
        moved = was is None or _plain(value) != _plain(was)
        if not mine:
            taken[name] = value
        if _plain(typed[name]) == _plain(value) or not (mine or moved):
            continue
        rows.append(
            Difference(
                name=name,
                label=field_label(name, language) if label is None else label(name),
                seen=None if was is None else said(name, was),
                theirs=said(name, value),
                typed=said(name, typed[name]),
                both=mine and moved,
            )
        )
    shown = replace(refused, typed={**refused.typed, **taken})
    last = since[0] if since else None
    author = last.author if last is not None and identity_of(request).is_staff else None
    return shown, Conflict(rows, None if last is None else last.at, author)


def words_of(fields: Sequence[Mapping[str, Any]]) -> Callable[[str, str], str]:
    """Return the words of a value of a form, by its choices where it has some."""
    choices = {one["name"]: dict(one["choices"]) for one in fields if one.get("choices")}
    return lambda name, value: str(choices.get(name, {}).get(value, value))


def word_of(key: str, value: str, language: Language) -> str:
    """Return the word of a choice by its key; what was typed and is none stands as it is."""
    return text(key, language) if value and has(key) else value


def _plain(typed: str) -> str:
    return typed.replace("\r\n", "\n").strip()
