"""Keeps who looked at whose confidential records, before they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from starlette.requests import Request

from api.identity import identity_of
from api.service import service_of
from gis.features.reading import Feature
from gis.register.structures import Structure

__all__ = ["note_backup", "note_features", "note_file", "note_list", "note_one"]


def note_one(request: Request, record: Structure) -> None:
    """Keep a look at one structure, where it is confidential and somebody else's.

    Raises
    ------
    StorageError
        If it cannot be kept: then it is not shown.
    """
    if _is_of_others(request, record):
        _note(request, "structures", record.id, 1)


def note_list(request: Request, layer: str, records: Iterable[Structure]) -> None:
    """Keep a look at a list that holds confidential structures of others; see `note_one`."""
    count = sum(_is_of_others(request, record) for record in records)
    if count:
        _note(request, layer, None, count)


def note_features(
    request: Request, layer: str, features: Sequence[Feature], *, alone: bool = False
) -> None:
    """Keep a look at features of which some are confidential and of others; see `note_one`."""
    identity = identity_of(request)
    if identity.account is None:  # a stranger is shown nothing confidential
        return
    own, said = identity.scope.own, (one.properties for one in features)
    count = sum(bool(one.get("confidential")) and not _is_own(one, own) for one in said)
    if count:
        _note(request, layer, features[0].id if alone else None, count)


def _is_own(said: Mapping[str, Any], own: str | None) -> bool:
    """Return whether a feature is of an organisation; nothing is of who has none."""
    return own is not None and own in (said.get("owner_id"), said.get("organisation_id"))


def note_file(request: Request, layer: str) -> None:
    """Keep that a caller who sees records of others took a file of them; see `note_one`."""
    scope = identity_of(request).scope
    if scope.sees_all or scope.areas:
        _note(request, layer, None, None)


def note_backup(request: Request, name: str) -> None:
    """Keep that somebody took a copy of the installation; see `note_one`."""
    _note(request, f"backup {name}", None, None)


def _is_of_others(request: Request, record: Structure) -> bool:
    return record.confidential and record.owner_id != identity_of(request).scope.own


def _note(request: Request, layer: str, record_id: str | None, count: int | None) -> None:
    identity = identity_of(request)
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    service_of(request).viewings.note(
        account=identity.name,
        organisation_id=identity.organisation_id,
        layer=layer,
        record_id=record_id,
        records=count,
        address=asked,
    )
