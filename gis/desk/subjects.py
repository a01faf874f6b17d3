"""Who is inspected, and whose the objects are: a paper must not name the wrong organisation.

A subject that is in the register is named by its identifier and as the register names it, however
it was typed; an object of somebody else is inspected only with the reason, and papers name its
owner.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from gis.cases.procedure import Field
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.names import plain_key
from gis.register.reading import Reader
from gis.register.scopes import SYSTEM

__all__ = ["OWNER_REASON", "organisations_of", "require_subject", "same_subject"]

OWNER_REASON: Final = Field("owner_reason")
"""Why objects of another organisation are inspected with those of the subject."""


def same_subject(first: str, first_id: object, other: str, other_id: object) -> bool:
    """Return whether two name one subject: by the register's id, else by name without marks."""
    if first_id and other_id:
        return first_id == other_id
    return plain_key(first) == plain_key(other)


def organisations_of(reader: Reader, kind: str, object_id: str) -> frozenset[str]:
    """Return who owns, manages or uses a structure, or runs a station; empty where not known.

    Parameters
    ----------
    reader : Reader
        The register.
    kind : str
        `structure` or `station`.
    object_id : str
        Which.

    Raises
    ------
    NotFoundError
        If the register has none of that id.
    """
    if kind == "station":
        found = [reader.station(object_id, SYSTEM).organisation_id]
    else:
        structure = reader.structure(object_id, SYSTEM)
        hung = reader.installations(SYSTEM, structure_id=object_id)
        found = [structure.owner_id, structure.manager_id, *(one.organisation_id for one in hung)]
    return frozenset(one for one in found if one)


def require_subject(reader: Reader, told: Mapping[str, Any]) -> None:
    """Refuse a subject that the register knows otherwise, and objects that are not its own.

    Parameters
    ----------
    reader : Reader
        The register.
    told : mapping
        `subject`, and `subject_id`, `structure_ids`, `station_ids`, `owner_reason` where stated.

    Raises
    ------
    FormatError
        Naming the field and what is not known, or how the register names the subject.
    ConflictError
        If an object is of somebody else and nobody said why it is inspected.
    """
    subject, subject_id = str(told["subject"]), told.get("subject_id")
    _require_named(reader, subject, subject_id)
    for field, kind, one in _objects(told):
        try:
            owners = organisations_of(reader, kind, one)
        except NotFoundError:
            raise _not_registered(field, one) from None
        if owners and subject_id not in owners and OWNER_REASON.name not in told:
            names = [reader.organisation(owner).name for owner in sorted(owners)]
            raise ConflictError(
                "desk_inspection.object_of_other",
                object=one[:80],
                owner="; ".join(names),
                subject=subject,
            )


def _require_named(reader: Reader, subject: str, subject_id: object) -> None:
    if subject_id:
        try:
            known = reader.organisation(str(subject_id)).name
        except NotFoundError:
            raise _not_registered("subject_id", str(subject_id)) from None
        if plain_key(known) != plain_key(subject):
            raise FormatError("desk_inspection.subject_named", name="subject", known=known)
        return
    for one in reader.organisations():
        if plain_key(one.name) == plain_key(subject):
            raise FormatError(
                "desk_inspection.subject_known", name="subject_id", known=one.name, id=one.id
            )


def _objects(told: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for kind in ("structure", "station"):
        field = f"{kind}_ids"
        for one in told.get(field, ()):
            yield field, kind, str(one)


def _not_registered(name: str, value: str) -> FormatError:
    return FormatError("desk_inspection.not_registered", name=name, value=value[:80])
