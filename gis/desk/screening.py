"""Texts of a case, screened for a person's data: the ledger forgets nothing, so none gets in."""

from collections.abc import Mapping, Sequence

from data.text import Phrase
from gis.cases.procedure import Field, FieldKind
from gis.errors import FormatError
from gis.personal import in_text
from gis.personal_words import Context

__all__ = ["PERSONAL", "refuse_personal"]

PERSONAL = "desk.personal_typed"
"""Key of the refusal; whoever shows a form again leaves out what was typed in that field."""


def refuse_personal(
    fields: Sequence[Field], told: Mapping[str, object], contexts: Mapping[str, Context]
) -> None:
    """Raise where a text that a person typed holds a person's data.

    Parameters
    ----------
    fields : sequence of Field
        What is said; only those of free text are looked at.
    told : mapping
        What they say.
    contexts : mapping of field to Context
        What numbers in a text are, where that is known.

    Raises
    ------
    FormatError
        With the field and the kind of what was found, never what it is.
    """
    for one in fields:
        typed = told.get(one.name)
        if one.kind is not FieldKind.TEXT or not isinstance(typed, str):
            continue
        found = in_text(typed, contexts.get(one.name, Context.UNKNOWN))
        if found is not None:
            what = Phrase(f"points.what_{found.value}")
            raise FormatError(PERSONAL, name=one.name, what=what)
