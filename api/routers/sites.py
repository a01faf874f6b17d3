"""Site planning: the form for a proposed site, and what was judged before."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.choices import Choice
from api.forms import REFUSALS, Degrees, FormState, Refused, Typed, typed_place
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import may_read, service_of
from api.submission import submit
from data.text import Language, text
from gis.errors import FormatError
from gis.exchange.coordinates import axis_of, degrees_typed
from gis.studies.listing import list_studies
from gis.studies.site_asked import LIMITS
from propagation.mobile import Generation
from propagation.siting.facts import MastKind

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_ADDRESS: Final = "/view/sites"
_FORM: Final = "site"
_LATEST: Final = 10
_NUMBERS: Final = (
    "longitude",
    "latitude",
    "structure_height_m",
    "building_height_m",
    "reach_m",
    "ground_height_m",
    "railway_distance_m",
)
_WORDS: Final = ("name", "kind", "organisation_id")
_ANTENNA: Final = {
    "antenna_height_m": "height_above_ground_m",
    "frequency_mhz": "frequency_mhz",
    "eirp_dbm": "eirp_dbm",
}
_LICENCE: Final = {
    "licence_number": "number",
    "licence_kind": "kind",
    "licence_from": "valid_from",
    "licence_to": "valid_to",
}
_LICENCES: Final = ("network", "service")
_DECIMAL: Final = re.compile(r"[-+]?\d{1,9}(?:[.,]\d{1,12})?")
_BETWEEN: Final = re.compile(r"[\s,;]+")


@router.get(_ADDRESS)
def sites_page(request: Request, latitude: Degrees = None, longitude: Degrees = None) -> Response:
    """Show the form, and what was judged lately; a place fills it in."""
    return _page(request, FormState(_FORM, usual=typed_place(latitude, longitude)))


@router.post(_ADDRESS)
def ask_site(request: Request, typed: Typed) -> Response:
    """Ask for the report of what was filled in, and show its job."""
    try:
        inputs = _read(typed)
        job = submit(service_of(request), identity_of(request), "site_planning", inputs)
    except REFUSALS as error:
        return _page(request, FormState(_FORM, Refused.of(request, typed, error)))
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


def _page(request: Request, form: FormState) -> Response:
    service, identity = service_of(request), identity_of(request)
    language = safe_language(request, page=True)
    kept = list_studies(service.home, kind="site_planning")
    return render(
        request,
        "sites.html",
        status_code=200 if form.refused is None else form.refused.status,
        form=form,
        refused=form.refused,
        limits=LIMITS,
        choices=_choices(language),
        organisations=_organisations(request),
        latest=[
            {
                "id": one.id,
                "name": one.stations["site"],
                "on": date.fromisoformat(one.on),
                "outcomes": one.outcomes,
            }
            for one in kept
            if may_read(identity, one.access)
        ][:_LATEST],
    )


def _organisations(request: Request) -> list[Choice]:
    """Return the operators that may be chosen: for an operator itself alone."""
    service, identity = service_of(request), identity_of(request)
    own, language = identity.scope.own, safe_language(request, page=True)
    with service.register.snapshot() as register:
        known = sorted(register.organisations(), key=lambda one: one.name)
    if not identity.is_staff:
        return [Choice(one.id, one.name) for one in known if one.id == own]
    unchosen = Choice("", text("planning.unchosen", language))
    return [unchosen, *(Choice(one.id, one.name) for one in known)]


def _choices(language: Language) -> Mapping[str, list[Choice]]:
    flags = [Choice("", text("planning.unchosen", language))]
    flags += [Choice(word, text(f"planning.{word}", language)) for word in ("yes", "no")]
    kinds = [Choice(one.value, text(f"planning.kind.{one.value}", language)) for one in MastKind]
    licences = [Choice("", text("planning.unchosen", language))]
    licences += [Choice(one, text(f"planning.licence_{one}_kind", language)) for one in _LICENCES]
    technologies = [Choice("", text("planning.usual_technology", language))]
    technologies += [
        Choice(one.value, text(f"mobile.generation_{one.value}", language)) for one in Generation
    ]
    return {
        "kind": kinds,
        "urban": flags,
        "licence_kind": licences,
        "technology": technologies,
    }


def _read(typed: Mapping[str, str]) -> dict[str, object]:
    """Return what was filled in, as a request; what is empty is not stated."""
    told = {name: value.strip() for name, value in typed.items() if value.strip()}
    asked: dict[str, object] = {name: told[name] for name in _WORDS if name in told}
    for name in _NUMBERS:
        if name in told:
            asked[name] = _number(name, told[name])
    antenna: dict[str, Any] = {
        own: _number(name, told[name]) for name, own in _ANTENNA.items() if name in told
    }
    if told.get("technology"):
        antenna["technology"] = told["technology"]
    if antenna:
        asked["antennas"] = [antenna]
    licence: dict[str, Any] = {own: told[name] for name, own in _LICENCE.items() if name in told}
    if licence:
        codes = [one for one in _BETWEEN.split(told.get("licence_provinces", "")) if one]
        asked["licence"] = {**licence, **({"province_codes": codes} if codes else {})}
    if told.get("urban") in {"yes", "no"}:
        asked["urban"] = told["urban"] == "yes"
    return asked


def _number(name: str, written: str) -> float:
    """Return a number as people of either language write it."""
    if axis_of(name) is not None:
        return degrees_typed(name, written)
    if not _DECIMAL.fullmatch(written):
        raise FormatError("planning.wrong_number", name=name, value=written[:40])
    return float(written.replace(",", "."))
