"""What a record that a person typed says of where it comes from; the account is in the history."""

from data.text import Language, text
from gis.register.reading import Reader
from gis.register.scopes import Scope

__all__ = ["typed_source"]


def typed_source(reader: Reader, scope: Scope) -> str:
    """Return the name of a caller's organisation, or that the department entered it.

    Raises
    ------
    NotFoundError
        If the caller's organisation is not there.
    """
    if scope.own is None:
        return text("register.entered_by_department", Language.VI)
    return reader.organisation(scope.own).name
