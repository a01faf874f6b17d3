"""Forms that ask for facts and write nothing: refused at their fields, in a page's own words."""

from collections.abc import Mapping

from api.entered import WrongFieldsError
from api.errors import status_of
from api.forms import Refused, Wrong
from data.text import Language, has, text
from gis.errors import GisError

__all__ = ["facts_refused", "stated"]

_LONGEST = 500


def stated(values: Mapping[str, str]) -> dict[str, str]:
    """Return what was filled in of a form; what is empty was not."""
    return {name: value for name, value in values.items() if value}


def facts_refused(
    catalogue: str, typed: Mapping[str, str], error: GisError, language: Language
) -> Refused:
    """Return a form of facts with what was wrong at its fields.

    Parameters
    ----------
    catalogue : str
        The catalogue of sentences in which `field_<name>` says what a field is called.
    typed : mapping
        As typed.
    error : GisError
        Why it was refused; its value `name` is the field's.
    language : Language
        Language of the words.
    """
    kept = {name: value[:_LONGEST] for name, value in typed.items()}
    if isinstance(error, WrongFieldsError):
        wrong = tuple(
            Wrong(name, _label(catalogue, name, language), one.say(language))
            for name, one in error.wrong
        )
        return Refused(422, kept, wrong)
    name = str(error.values.get("name", ""))
    label = _label(catalogue, name, language)
    return Refused(
        status_of(error), kept, (Wrong(name if label else "", label, error.say(language)),)
    )


def _label(catalogue: str, name: str, language: Language) -> str:
    key = f"{catalogue}.field_{name}"
    return text(key, language) if has(key) else ""
