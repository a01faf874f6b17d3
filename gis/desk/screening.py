"""Texts of a case, screened for a person's data: the ledger forgets nothing, so none gets in.

Every text that a person sends with a step is looked at: texts, lines, identifiers, what stands
inside a filled checklist, names of files, and the sender's token.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from data.text import Phrase
from gis.cases.procedure import Field, FieldKind
from gis.errors import FormatError
from gis.personal import in_text
from gis.personal_words import Context, is_person, plain_text

__all__ = ["PERSONAL", "refuse_personal", "refuse_personal_name"]

PERSONAL = "desk.personal_typed"
"""Key of the refusal; whoever shows a form again leaves out what was typed in that field."""

_TYPED: Final = frozenset({FieldKind.TEXT, FieldKind.LINE, FieldKind.IDS, FieldKind.OWN})
_CODES: Final = ("_id", "_ids", "_number")
_OTHER_CODES: Final = frozenset({"interference_case", "photographs", "reference", "seen", "shown"})
_ORGANISATIONS: Final = frozenset({"complainant"})
"""Where an organisation is named; a person's name has its place in the contact of the case."""
_MADE: Final = re.compile(r"(?:[a-z_]{1,30}-)?(?=[0-9]*[a-f])[0-9a-f]{12,64}")
"""Identifiers that a program made, in which any digits may stand one after the other."""


def refuse_personal(fields: Sequence[Field], told: Mapping[str, object]) -> None:
    """Raise where what a person typed holds a person's data.

    Parameters
    ----------
    fields : sequence of Field
        What is said; days, numbers and choices are not looked at.
    told : mapping
        What they say.

    Raises
    ------
    FormatError
        With the field and the kind of what was found, never what it is.
    """
    for one in fields:
        if one.kind in _TYPED and one.name in told:
            for name, typed in _texts(one.name, told[one.name]):
                if name in _ORGANISATIONS and is_person(plain_text(typed)):
                    raise FormatError("desk.person_named", name=one.name)
                refuse_personal_name(one.name, typed, _context(name))


def refuse_personal_name(name: str, typed: str, context: Context = Context.CODE) -> None:
    """Raise where one text holds a person's data, as the name of a file or of a form may.

    Parameters
    ----------
    name : str
        The field.
    typed : str
        What it says.
    context : Context
        What numbers in it are.

    Raises
    ------
    FormatError
        As `refuse_personal`.
    """
    if context is Context.CODE and _MADE.fullmatch(typed):
        return
    found = in_text(typed, context)
    if found is not None:
        raise FormatError(PERSONAL, name=name, what=Phrase(f"points.what_{found.value}"))


def _context(name: str) -> Context:
    """Return what numbers in a field are: of papers and in identifiers they are codes."""
    coded = name.endswith(_CODES) or name in _OTHER_CODES
    return Context.CODE if coded else Context.UNKNOWN


def _texts(name: str, told: object) -> Iterator[tuple[str, str]]:
    """Yield the texts of a value, however deep, with the name right above each."""
    left: list[tuple[str, object]] = [(name, told)]
    while left:
        above, value = left.pop()
        if isinstance(value, str):
            yield above, value
        elif isinstance(value, Mapping):
            left += [(str(below), one) for below, one in value.items()]
        elif isinstance(value, Sequence):
            left += [(above, one) for one in value]
