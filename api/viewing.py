"""Keeps who looked at whose confidential records, before they are shown.

Whatever tells a record hands it to `note_told`, whole lists as they are shown. What is secret and
of others is counted here, and so is a confidential structure that a record names. A call is one
small write, with a line for each collection.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from starlette.requests import Request

from api.identity import identity_of
from api.service import Service, service_of
from gis.features.reading import Feature
from gis.register.history import Change
from gis.studies.record import Study
from gis.viewings import Told

__all__ = [
    "changed_rows",
    "note",
    "note_backup",
    "note_case",
    "note_changes",
    "note_file",
    "note_ids",
    "note_study",
    "note_told",
    "told_of_others",
]

_STRUCTURES = "structures"
_NAMING = ("structure_id", "from_id", "to_id")
"""Members of a record that name a structure."""
_OWNING = ("owner_id", "organisation_id")

_READ = ("id", "confidential", *_OWNING, *_NAMING)

_Secret = dict[str, str | None]


def note_told(request: Request, **told: Iterable[object]) -> None:
    """Keep a look at records, each kind under the name of its collection.

    Raises
    ------
    StorageError
        If it cannot be kept: then they are not shown.
    """
    note(request, told_of_others(request, **told))


def told_of_others(request: Request, **told: Iterable[object]) -> Sequence[Told]:
    """Return what of some records is confidential and somebody else's, to be kept by `note`."""
    identity = identity_of(request)
    if identity.account is None:  # a stranger is shown nothing confidential
        return ()
    found: dict[str, _Secret] = {}
    named: set[str] = set()
    for layer, records in told.items():
        for one in map(_members, records):
            named.update(name for each in _NAMING if (name := one.get(each)))
            if one.get("confidential"):
                found.setdefault(layer, {})[one["id"]] = _owner(one)
    found.setdefault(_STRUCTURES, {}).update(
        _confidential(service_of(request), _STRUCTURES, named)
    )
    return _of_others(found, identity.scope.own)


def note_ids(request: Request, **told: Iterable[str | None]) -> None:
    """Keep a look at records of which an answer holds names, by their ids; see `note_told`.

    Each is named by its layer: `structures`, `installations` or `routes`.
    """
    identity = identity_of(request)
    if identity.account is None:
        return
    service = service_of(request)
    found = {layer: _confidential(service, layer, {*ids}) for layer, ids in told.items()}
    note(request, _of_others(found, identity.scope.own))


def note_study(request: Request, study: Study) -> None:
    """Keep a look at the records that a study names; the department sees where stations hang."""
    names = _NAMING if identity_of(request).is_staff else ()
    ids = {*_ids([study.inputs, study.results], ("id", *names))}
    note_ids(request, structures=ids, installations=ids, routes=ids)


def note_case(request: Request, *told: object) -> None:
    """Keep a look at the structures that cases name, each as the JSON that is told of it."""
    note_ids(request, structures=_ids(told, ("structure_id", "structure_ids")))


def _ids(value: object, names: Sequence[str]) -> Iterator[str]:
    """Yield what stands under some names in JSON, one or a list, however deep."""
    inside: Iterable[object] = value if isinstance(value, list | tuple) else ()
    if isinstance(value, Mapping):
        inside = value.values()
        for name in names:
            named = value.get(name)
            every = named if isinstance(named, list | tuple) else [named]
            yield from (one for one in every if isinstance(one, str))
    for one in inside:
        yield from _ids(one, names)


def note_changes(request: Request, changes: Iterable[Change]) -> None:
    """Keep a look at the history of records, also of those that are no more; see `note_told`."""
    note_told(request, **changed_rows(changes))


def changed_rows(changes: Iterable[Change]) -> dict[str, list[object]]:
    """Return the rows of a history as `note_told` takes them."""
    told: dict[str, list[object]] = {}
    for one in changes:
        for row in (one.old, one.new):
            if row is not None:
                told.setdefault(one.table_name, []).append({"id": one.record_id, **row})
    return told


def note_file(request: Request, layer: str) -> None:
    """Keep that a caller who sees records of others took a file of them; see `note_told`."""
    scope = identity_of(request).scope
    if scope.sees_all or scope.areas:
        note(request, [Told(layer)])


def note_backup(request: Request, name: str) -> None:
    """Keep that somebody took a copy of the installation; see `note_told`."""
    note(request, [Told(f"backup {name}")])


def note(request: Request, told: Sequence[Told]) -> None:
    """Keep a look at what `told_of_others` found; nothing where it found nothing."""
    if not told:
        return
    identity = identity_of(request)
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    service_of(request).viewings.note(
        account=identity.name,
        organisation_id=identity.organisation_id,
        address=asked,
        told=told,
    )


def _of_others(found: Mapping[str, _Secret], own: str | None) -> tuple[Told, ...]:
    """Return a line for each collection, without what is the caller's own."""
    lines = []
    for layer, secret in found.items():
        others = {name: owner for name, owner in secret.items() if own is None or owner != own}
        if others:
            lines.append(
                Told(
                    layer,
                    record_id=next(iter(others)) if len(others) == 1 else None,
                    records=len(others),
                    owners=tuple(sorted({owner for owner in others.values() if owner})),
                )
            )
    return tuple(lines)


def _confidential(service: Service, layer: str, ids: set[Any]) -> _Secret:
    """Return those of some records that are confidential, with their owners."""
    if not ids:
        return {}
    register = service.register
    known = service.kept.get(
        f"confidential {layer}",
        register.layer_version(layer),
        lambda: register.confidential_owners(layer),
    ).value
    return {one: known[one] for one in ids if one in known}


def _owner(members: Mapping[str, Any]) -> str | None:
    return next((owner for name in _OWNING if (owner := members.get(name))), None)


def _members(record: object) -> Mapping[str, Any]:
    """Return what matters here of a record, of a feature or of a row."""
    if isinstance(record, Mapping):
        return record
    if isinstance(record, Feature):
        return {"id": record.id, **record.properties}
    return {name: getattr(record, name, None) for name in _READ}
