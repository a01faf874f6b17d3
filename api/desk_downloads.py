"""Downloads from a case: noted before they are given, and shown to the department."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from starlette.requests import Request

from api.desk_view import DeskView
from api.identity import identity_of
from api.service import service_of
from gis.desk.downloads import EVIDENCE, ORIGINAL, Download, downloads_of, note_download
from gis.desk.records import DeskFile

__all__ = ["note_evidence", "note_original", "seen_downloads"]


def note_original(request: Request, case_id: str, file: DeskFile) -> None:
    """Note that a file is given as it was sent."""
    _note(request, case_id, ORIGINAL, file.name, file.sha256)


def note_evidence(request: Request, view: DeskView, path: Path, name: str) -> None:
    """Note that a package of evidence is given, by its hash."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    _note(request, view.case.id, EVIDENCE, name, sha256)


def _note(request: Request, case_id: str, what: str, name: str, sha256: str) -> None:
    identity = identity_of(request)
    note_download(
        service_of(request).register,
        case_id,
        account=identity.name,
        organisation_id=identity.scope.own,
        what=what,
        name=name,
        sha256=sha256,
    )


def seen_downloads(request: Request, case_id: str) -> Sequence[Download] | None:
    """Return who fetched what of a case, for the department; None for others."""
    if not identity_of(request).is_staff:
        return None
    return downloads_of(service_of(request).register, case_id)
