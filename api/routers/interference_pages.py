"""Forms of the page of a case of interference, besides its steps: contact and search."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

import api.interference_letters  # noqa: F401 - what letters hold is registered there
from api import interference_steps
from api.clock_view import rule_json
from api.contact_steps import contact_shown
from api.desk_kinds import PANELS, Panel
from api.desk_view import DeskView, desk_of
from api.entered import refused_fields
from api.errors import status_of
from api.forms import FormState, Refused, Typed
from api.guard import GuardedRoute
from api.identity import identity_of
from api.interference_view import beside_case
from api.points_asked import CONTACT
from api.routers.desk_pages import show_case
from gis.desk.interference import INTERFERENCE, KIND
from gis.desk.interference_study import FILES
from gis.errors import GisError
from gis.personal import masked
from maps.documents.content import Section, block_kind
from maps.documents.report import source_sections
from maps.source_figure import source_svg, source_view

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_ONE: Final = "/view/desk/interference/{interference_id}"
_FORMS: Final = ("contact", "see", "study")
_PARTS: Final = ("ranking", "fix", "next", "remedies")
_STUDY_LABELS: Final = {
    **{one: f"desk_interference.study_{one}" for one in FILES},
    **{f"{one}_csv": f"desk_interference.study_{one}" for one in FILES},
    **{one.name: f"desk_interference.field.{one.name}" for one in INTERFERENCE.intake},
}
_NAMED: Final = frozenset({"name", "phone"})


def _values(request: Request, view: DeskView) -> Mapping[str, Any]:
    beside, language = beside_case(request, view), view.told.language
    study = beside.study
    proposed, attached = beside.proposed, view.standing.last("study_attached")
    return {
        "beside": beside,
        "class_text": lambda name: view.said(f"choice.class.{name}"),
        "service_text": lambda name: view.said(f"choice.service.{name}"),
        "kept_contact": contact_shown(
            "desk_interference.contact_",
            language,
            beside.contact,
            views=beside.contact_views,
            last_day=beside.last_contact_day,
            owners=view.told.names,
        ),
        "contact": None,
        "case_forms": {name: FormState(name) for name in _FORMS},
        "measurements": FILES,
        "sections": [] if study is None else _sections(source_sections(study, language)),
        "source_map": None if study is None else Markup(source_svg(source_view(study), language)),  # noqa: S704 - words are escaped
        "block_kind": block_kind,
        "class_rule": None if proposed is None else rule_json(proposed.rule, language),
        "study_gone": "" if attached is None or study else str(attached.details["study_id"]),
        "may_do": view.standing.possible[view.party],
        "usual": {} if proposed is None else {"accepted": {"class": proposed.class_}},
    }


def _sections(parts: Mapping[str, Section]) -> list[Section]:
    return [parts[name] for name in _PARTS if name in parts]


PANELS[KIND] = Panel("interference_panel.html", _values)


@router.post(_ONE + "/contact")
def write_contact(request: Request, interference_id: str, typed: Typed) -> Response:
    """Enter who answers for the complainant."""
    told = {name: typed[name] for name in CONTACT if name in typed}
    return _done(
        request,
        interference_id,
        typed,
        "contact",
        lambda: interference_steps.write_contact(request, interference_id, told),
    )


@router.post(_ONE + "/contact/view")
def see_contact(request: Request, interference_id: str, typed: Typed) -> Response:
    """Show who answers for the complainant, once, and note that it was seen."""
    try:
        reason = typed.get("reason", "")
        found = interference_steps.see_contact(request, interference_id, reason)
    except GisError as error:
        return _back(request, interference_id, typed, "see", error)
    answer = show_case(request, KIND, interference_id, panel={"contact": found})
    answer.headers["cache-control"] = "no-store"
    return answer


@router.post(_ONE + "/contact/remove")
def remove_contact(request: Request, interference_id: str, typed: Typed) -> Response:
    """Remove who answers for the complainant."""
    return _done(
        request,
        interference_id,
        typed,
        "see",
        lambda: interference_steps.remove_contact(request, interference_id),
    )


@router.post(_ONE + "/study")
def start_study(request: Request, interference_id: str, typed: Typed) -> Response:
    """Ask for the search for the source, and show its job."""
    try:
        job = interference_steps.start_study(request, interference_id, typed)
    except GisError as error:
        return _back(request, interference_id, typed, "study", error)
    return RedirectResponse(f"/view/jobs/{job.id}", 303)


def _done(
    request: Request,
    case_id: str,
    typed: Mapping[str, str],
    form: str,
    deed: Callable[[], None],
) -> Response:
    try:
        deed()
    except GisError as error:
        return _back(request, case_id, typed, form, error)
    return RedirectResponse(f"/view/desk/{KIND}/{case_id}#contact", 303)


def _back(
    request: Request, case_id: str, typed: Mapping[str, str], form: str, error: GisError
) -> Response:
    """Return the page with a form that was refused, without what is a person's in its texts."""
    desk_of(request).case(KIND, case_id, identity_of(request).scope)
    if status_of(error) in (401, 403):
        raise error
    whole = _NAMED if form == "contact" else frozenset()
    kept = {name: told if name in whole else masked(told) for name, told in typed.items()}
    if form == "study":
        refused = Refused.of(request, kept, error, _STUDY_LABELS)
    else:
        refused = refused_fields(request, kept, error)
    forms = {name: FormState(name, refused if name == form else None) for name in _FORMS}
    return show_case(request, KIND, case_id, refused=refused, panel={"case_forms": forms})
