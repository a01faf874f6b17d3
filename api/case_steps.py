"""Requests as their callers reach them: found, told of, and taken a step further."""

from starlette.requests import Request

from api.case_view import CaseView, evidence_of, viewer
from api.identity import identity_of
from api.service import Service, service_of
from api.viewing import note_ids
from data.text import Language
from gis.cases.records import EventKind
from gis.cases.store import Cases

__all__ = ["case_of", "cases_of", "take_step"]


def cases_of(service: Service) -> Cases:
    """Return the sharing requests of a running service."""
    return Cases(service.register, service.home)


def case_of(request: Request, case_id: str, language: Language) -> CaseView:
    """Return one request as its caller is told of it.

    Raises
    ------
    NotFoundError
        If there is none of that id that the caller may see.
    """
    service, identity = service_of(request), identity_of(request)
    cases = cases_of(service)
    found, events = cases.request(case_id, identity.scope)
    note_ids(request, structures=[found.structure_id])
    return viewer(service, cases, identity, language).case(found, events)


def take_step(
    request: Request,
    case_id: str,
    kind: EventKind,
    details: dict[str, object],
    *,
    expected: int,
    attachments: object,
) -> None:
    """Take a step of a request in the caller's name; an escalation freezes its evidence.

    Raises
    ------
    GisError
        As `gis.cases.store.Cases.append`.
    """
    service, identity = service_of(request), identity_of(request)
    evidence = None
    if kind is EventKind.ESCALATED:
        evidence = evidence_of(service, case_of(request, case_id, Language.VI))
    cases_of(service).append(
        case_id,
        kind,
        details,
        identity.scope,
        identity.name,
        expected=expected,
        attachments=attachments,
        evidence=evidence,
    )
