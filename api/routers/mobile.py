"""Coverage of mobile networks: the form, the studies before, the communes as a table."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.choices import Choice, mobile_choices
from api.clock import judged_today
from api.downloads import made_for_download
from api.forms import REFUSALS, FormState, Refused, Typed, place_written
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, page_language, safe_language
from api.pages import render, wants_page
from api.schemas import MobileRequest
from api.service import Service, may_read, service_of
from api.submission import submit
from data.text import Language, number, text
from gis.administration import COMMUNES
from gis.errors import NotFoundError
from gis.mobile import bands
from gis.register.records import OrganisationKind, UnitKind
from gis.rules import load_rule_pack
from gis.studies.listing import list_studies
from gis.studies.mobile_asked import REACH_KM, RECEIVER_HEIGHT_M
from gis.studies.mobile_tables import communes_csv, write_communes_xlsx
from gis.studies.parts import moment
from gis.studies.requests import Reader
from propagation.mobile import Generation, reference_from_parameters

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_LATEST = 10
_LISTED = ("operators", "units")
_UNITS = (*COMMUNES, UnitKind.DISTRICT, UnitKind.TOWN, UnitKind.CITY)


@router.get("/studies/{study_id}/communes", tags=["studies"])
def communes(request: Request, study_id: str, format: Literal["csv", "xlsx"] = "csv") -> Response:
    """The communes of a mobile coverage as a table: areas, shares by operator, people."""
    found = service_of(request).study(study_id, identity_of(request))
    language = page_language(request) if wants_page(request) else api_language(request)
    written = communes_csv(found, language)
    name = f"{study_id}-communes.{format}"
    if format == "xlsx":
        return made_for_download(name, lambda path: write_communes_xlsx(found, path, language))
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(written, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/view/mobile", include_in_schema=False)
def mobile_page(request: Request) -> Response:
    """Show the form of a mobile coverage, and the studies before."""
    return _show(request)


@router.post("/view/mobile", include_in_schema=False)
def ask(request: Request, typed: Typed) -> Response:
    """Ask for a mobile coverage with what the form chose, and show its job."""
    try:
        wanted = MobileRequest.model_validate(_given(typed))
        job = submit(service_of(request), identity_of(request), "mobile", wanted.inputs())
    except REFUSALS as error:
        return _show(request, Refused.of(request, typed, error))
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


def _given(typed: Mapping[str, str]) -> dict[str, object]:
    """Return what a form says: an empty field says nothing, a list has one member."""
    given = place_written(
        {name: value for name, value in typed.items() if value.strip() and name != "csrf_token"}
    )
    return {name: [value] if name in _LISTED else value for name, value in given.items()}


def _show(request: Request, refused: Refused | None = None) -> Response:
    service, identity = service_of(request), identity_of(request)
    language = safe_language(request, page=True)
    kept = list_studies(service.home, kind="mobile")
    return render(
        request,
        "mobile.html",
        status_code=200 if refused is None else refused.status,
        refused=refused,
        form=FormState("mobile", refused),
        lists=_lists(service, language),
        levels=_levels(service, language),
        reach_km=REACH_KM,
        receiver_m=RECEIVER_HEIGHT_M,
        choices=mobile_choices(service.settings.p1546_curves, language),
        latest=[_row(one) for one in kept if may_read(identity, one.access)][:_LATEST],
    )


def _lists(service: Service, language: Language) -> dict[str, list[Choice]]:
    """Return what the form's lists hold: generations, bands, operators, communes and districts."""
    place, on = moment(Reader(judged_today({}), "on"))
    with service.register.snapshot() as register:
        organisations, units = register.organisations(), register.units(on=on, kinds=_UNITS)
    below = {one.code for one in units if one.parent_code == place.province_code}
    mine = [one for one in units if {one.code, one.parent_code} & (below | {place.province_code})]
    return {
        "technology": [
            Choice(one.value, text(f"mobile.generation_{one.value}", language))
            for one in Generation
        ],
        "band": [
            Choice("", text("mobile.all_bands", language)),
            *(Choice(one.name, f"{one.name} MHz") for one in bands()),
        ],
        "operators": [
            Choice("", text("mobile.all_operators", language)),
            *(
                Choice(one.id, one.name)
                for one in sorted(organisations, key=lambda one: one.name)
                if one.kind is OrganisationKind.OPERATOR
            ),
        ],
        "units": [
            Choice("", text("mobile.whole_province", language, name=place.name(language))),
            *(Choice(one.code, one.name) for one in sorted(mine, key=lambda one: one.name)),
        ],
    }


def _levels(service: Service, language: Language) -> str:
    """Return the minimum levels of today's rules, in words; those that are in force."""
    _, on = moment(Reader(judged_today({}), "on"))
    pack, told = load_rule_pack(on, own=service.home.rules), []
    for one in Generation:
        try:
            rule = pack.rule(one.rule)
        except NotFoundError:
            continue
        level = reference_from_parameters(rule.parameters).minimum_level_dbm
        label = text(f"register.confidence.{rule.confidence.value}", language)
        told.append(f"{one.value.upper()} {number(level, language)} dBm ({label})")
    return "; ".join(told)


def _row(study: Any) -> dict[str, Any]:
    found = {"id": study.id, "on": date.fromisoformat(study.on), "synthetic": study.synthetic}
    return {**found, "count": study.counted, **(study.search or {})}
