"""Finding the source of an interference: the form of a case, and what was searched for before."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.choices import Choice
from api.clock import judged_today
from api.forms import REFUSALS, FormState, Refused, Typed
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import may_read, service_of
from api.submission import submit
from data.text import Language, text
from gis.errors import FormatError
from gis.register.scopes import SYSTEM
from gis.studies.listing import list_studies
from gis.studies.source_asked import LIMITS, SERVICES

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_ADDRESS: Final = "/view/sources"
_FORM: Final = "source"
_KIND: Final = "interference_source"
_LATEST: Final = 10
_NUMBERS: Final = (
    "longitude",
    "latitude",
    "receiver_height_m",
    "frequency_mhz",
    "bandwidth_khz",
    "wanted_dbuvm",
    "observed_frequency_mhz",
    "frequency_uncertainty_khz",
    "half_side_km",
)
_WORDS: Final = ("name", "station_id", "service")
_TEXTS: Final = ("bearings_csv", "levels_csv", "log_csv")
_DECIMAL: Final = re.compile(r"[-+]?\d{1,9}(?:[.,]\d{1,12})?")


@router.get(_ADDRESS)
def sources_page(request: Request) -> Response:
    """Show the form, and what was searched for lately."""
    return _page(request, FormState(_FORM))


@router.post(_ADDRESS)
def ask_source(request: Request, typed: Typed) -> Response:
    """Ask for the search of what was filled in, and show its job."""
    try:
        job = submit(service_of(request), identity_of(request), _KIND, _read(typed))
    except REFUSALS as error:
        refused = Refused.of(request, typed, error)
        whole = {name: typed[name] for name in _TEXTS if name in typed}
        kept = replace(refused, typed={**refused.typed, **whole})
        return _page(request, FormState(_FORM, kept))
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


def _page(request: Request, form: FormState) -> Response:
    service, identity = service_of(request), identity_of(request)
    language = safe_language(request, page=True)
    kept = list_studies(service.home, kind=_KIND)
    return render(
        request,
        "sources.html",
        status_code=200 if form.refused is None else form.refused.status,
        form=form,
        refused=form.refused,
        limits=LIMITS,
        services=[Choice(one, text(f"sources.service_{one}", language)) for one in SERVICES],
        stations=_stations(request, language),
        latest=[
            {"id": one.id, "name": one.stations["site"], "on": date.fromisoformat(one.on)}
            for one in kept
            if may_read(identity, one.access)
        ][:_LATEST],
    )


def _stations(request: Request, language: Language) -> list[Choice]:
    """Return the stations of today that may be received."""
    service = service_of(request)
    on = date.fromisoformat(str(judged_today({})["on"]))
    with service.register.snapshot() as register:
        known = register.stations(SYSTEM, on=on)
    known.sort(key=lambda one: (one.name, one.id))
    unchosen = Choice("", text("sources.unchosen", language))
    return [unchosen, *(Choice(one.id, f"{one.name} · {one.frequency_mhz:g}") for one in known)]


def _read(typed: Mapping[str, str]) -> dict[str, object]:
    """Return what was filled in, as a request; what is empty is not stated."""
    told = {name: value.strip() for name, value in typed.items() if value.strip()}
    asked: dict[str, object] = {name: told[name] for name in (*_WORDS, *_TEXTS) if name in told}
    if "station_id" in asked:
        asked.pop("service", None)  # that of the station
    for name in _NUMBERS:
        if name in told:
            if not _DECIMAL.fullmatch(told[name]):
                raise FormatError("planning.wrong_number", name=name, value=told[name][:40])
            asked[name] = float(told[name].replace(",", "."))
    return asked
