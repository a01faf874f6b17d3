"""What a caller does with a case of interference besides its steps: contact and search."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from api.contact_steps import contacts_of, enter_contact, seen_contact
from api.desk_view import desk_of, desk_view
from api.identity import identity_of
from api.service import service_of
from api.submission import submit
from data.text import Language
from gis.desk.interference import KIND, STUDY
from gis.desk.interference_study import FILES, study_inputs
from gis.desk.store import Desk
from gis.jobs.queue import Job
from gis.point_rules import last_day_kept
from gis.register.point_contacts import PointContact
from gis.terms import INTERFERENCE_CONTACT

__all__ = ["remove_contact", "see_contact", "start_study", "write_contact"]


def write_contact(request: Request, case_id: str, sent: Mapping[str, Any]) -> None:
    """Enter who answers for a complainant: whoever sees the case.

    Raises
    ------
    NotFoundError
        If there is no such case that the caller may see.
    FormatError
        If a field cannot be taken.
    """
    desk = _seen(request, case_id)
    today = service_of(request).today()
    rule = desk.basis()[0].rule(INTERFERENCE_CONTACT, today)
    enter_contact(request, case_id, sent, last_day_kept(rule, today))


def see_contact(request: Request, case_id: str, reason: str) -> PointContact:
    """Return who answers for a complainant, and note that the caller saw it, and what for.

    Raises
    ------
    NotFoundError
        If there is no such case that the caller may see, or no contact.
    FormatError
        If no reason is given.
    """
    _seen(request, case_id)
    return seen_contact(request, case_id, reason)


def remove_contact(request: Request, case_id: str) -> None:
    """Remove who answers for a complainant.

    Raises
    ------
    NotFoundError
        If there is no such case that the caller may see, or no contact.
    """
    _seen(request, case_id)
    contacts_of(request).remove(case_id)


def start_study(request: Request, case_id: str, chosen: Mapping[str, str]) -> Job:
    """Ask for the search for the source of a case, with its facts and files filled in.

    Parameters
    ----------
    request : Request
        The request.
    case_id : str
        The case.
    chosen : mapping
        Ids of files of the case by what they hold: `bearings`, `levels`, `log`.

    Raises
    ------
    GisError
        If the case lacks what a search needs, or a file cannot be read.
    """
    service, identity = service_of(request), identity_of(request)
    view = desk_view(request, KIND, case_id, Language.VI)
    files = desk_of(request).files(case_id, identity.scope)
    wanted = {name: chosen.get(name, "") for name in FILES}
    stations = service.register.stations(identity.scope, on=service.today())
    inputs = study_inputs(view.case, view.standing, wanted, files, service.home, stations=stations)
    return submit(service, identity, STUDY, inputs)


def _seen(request: Request, case_id: str) -> Desk:
    desk = desk_of(request)
    desk.case(KIND, case_id, identity_of(request).scope)
    return desk
