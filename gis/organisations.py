"""Organisations that the department records by hand: owners, operators, broadcasters.

A register begins without any, and every structure, contract and operator's account names one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gis.errors import ConflictError, FormatError
from gis.names import name_key, plain_key
from gis.register.reading import Reader
from gis.register.records import Organisation, Provenance
from gis.register.rows import record_digest
from gis.register.scopes import Scope
from gis.register.store import Register
from gis.typed_source import typed_source
from propagation.compliance.records import Confidence

__all__ = ["add_organisation", "change_organisation"]

_LONGEST_ID = 60


def add_organisation(
    register: Register, values: Mapping[str, Any], *, scope: Scope, author: str, reason: str
) -> Organisation:
    """Record an organisation.

    Parameters
    ----------
    register : Register
        The register.
    values : mapping
        `name`, `kind`, and `id` where it has a short code of its own; without one it is made of
        the words of the name.
    scope : Scope
        The caller, for the source.
    author, reason : str
        For the history.

    Raises
    ------
    ConflictError
        If another is called so, or has this code; files name an organisation by either.
    FormatError
        If no code can be made of what was given; `name` among its values is the field.
    """
    with register.write(author=author, reason=reason) as writer:
        origin = Provenance(confidence=Confidence.SECONDARY, source=typed_source(writer, scope))
        code = plain_key(values.get("id") or values["name"]).replace(" ", "-")[:_LONGEST_ID]
        if not code.strip("-"):
            raise FormatError("organisations.no_code", name="id" if values.get("id") else "name")
        made = Organisation(id=code, name=values["name"], kind=values["kind"], provenance=origin)
        _refuse_taken(made, writer.organisations())
        writer.add_organisations([made])
    return made


def change_organisation(
    register: Register,
    organisation_id: str,
    values: Mapping[str, Any],
    *,
    seen: str,
    author: str,
    reason: str,
) -> Organisation:
    """Change the name or the kind of an organisation; its code stays, since records name it.

    Parameters
    ----------
    register : Register
        The register.
    organisation_id : str
        Which one.
    values : mapping
        New `name`, `kind`.
    seen : str
        `record_digest` of the record that the caller saw.
    author, reason : str
        For the history.

    Raises
    ------
    NotFoundError
        If there is none of that code.
    ConflictError
        If somebody changed it since, or another is called so.
    """
    with register.write(author=author, reason=reason) as writer:
        old = _found(writer, organisation_id, seen)
        new = replace(old, **values)
        _refuse_taken(new, (one for one in writer.organisations() if one.id != old.id))
        writer.update_organisations([new], expected=[old])
    return new


def _found(reader: Reader, organisation_id: str, seen: str) -> Organisation:
    found = reader.organisation(organisation_id)
    if record_digest(found) != seen:
        raise ConflictError("errors.record_changed", id=organisation_id)
    return found


def _refuse_taken(made: Organisation, others: Iterable[Organisation]) -> None:
    """Refuse what a file could not tell from another.

    A code has no marks, so it has to differ from a name without its marks too.
    """
    for other in others:
        if name_key(made.name) in {name_key(other.name), name_key(other.id)}:
            raise ConflictError("organisations.taken", name="name", value=made.name)
        if plain_key(made.id) in {plain_key(other.name), plain_key(other.id)}:
            raise ConflictError("organisations.taken", name="id", value=made.id)
