"""Finding the source of an interference: the form of a case, and what was searched for before."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.choices import Choice
from api.clock import judged_today
from api.desk_steps import SentForm
from api.forms import REFUSALS, FormState, Refused
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.observed_view import TEXTS, Judged, judge, texts_of, unread
from api.pages import render
from api.service import may_read, service_of
from api.submission import submit
from data.text import Language, number, text
from gis.errors import FormatError
from gis.exchange.coordinates import axis_of, degrees_typed
from gis.register.records import BroadcastStation
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
_DECIMAL: Final = re.compile(r"[-+]?\d{1,9}(?:[.,]\d{1,12})?")


@router.get(_ADDRESS)
def sources_page(request: Request) -> Response:
    """Show the form, and what was searched for lately."""
    return _page(request, FormState(_FORM))


@router.post(_ADDRESS)
def ask_source(request: Request, form: SentForm) -> Response:
    """Judge the files that were chosen, or ask for the search and show its job.

    A file of which something could not be read is shown before it is searched with.
    """
    typed, sent, wrong = texts_of(form)
    judged, refused = judge(typed, safe_language(request, page=True))
    wrong += refused
    if wrong:
        return _page(request, FormState(_FORM, _refused(request, typed, wrong)), judged)
    if typed.get("step") == "judge" or unread(judged, tuple(sent)):
        return _page(request, FormState(_FORM, usual=typed), judged, told=True)
    try:
        job = submit(service_of(request), identity_of(request), _KIND, _read(typed))
    except REFUSALS as error:
        return _page(request, FormState(_FORM, _refused(request, typed, [error])), judged)
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


def _refused(request: Request, typed: Mapping[str, str], errors: Sequence[Exception]) -> Refused:
    """Return a form with all that is wrong with it; the texts of files stay whole."""
    every = [Refused.of(request, typed, one) for one in errors]
    whole = {name: typed[name] for name in TEXTS if name in typed}
    wrong = [one for each in every for one in each.wrong]
    return replace(every[0], typed={**every[0].typed, **whole}, wrong=wrong)


def _page(
    request: Request,
    form: FormState,
    judged: Mapping[str, Judged] | None = None,
    *,
    told: bool = False,
) -> Response:
    service, identity = service_of(request), identity_of(request)
    language = safe_language(request, page=True)
    kept = list_studies(service.home, kind=_KIND)
    return render(
        request,
        "sources.html",
        status_code=200 if form.refused is None else form.refused.status,
        form=form,
        refused=form.refused,
        judged=judged or {},
        told=told,
        unread=any(one.remarks for one in (judged or {}).values()),
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
    return [unchosen, *(Choice(one.id, _named(one, language)) for one in known)]


def _named(station: BroadcastStation, language: Language) -> str:
    """Return a station as a list offers it."""
    return f"{station.name} · {number(station.frequency_mhz, language)} MHz"


def _read(typed: Mapping[str, str]) -> dict[str, object]:
    """Return what was filled in, as a request; what is empty is not stated."""
    told = {name: value.strip() for name, value in typed.items() if value.strip()}
    asked: dict[str, object] = {name: told[name] for name in (*_WORDS, *TEXTS) if name in told}
    if "station_id" in asked:
        asked.pop("service", None)  # that of the station
    for name in _NUMBERS:
        if name in told and axis_of(name) is not None:
            asked[name] = degrees_typed(name, told[name])
        elif name in told:
            if not _DECIMAL.fullmatch(told[name]):
                raise FormatError("planning.wrong_number", name=name, value=told[name][:40])
            asked[name] = float(told[name].replace(",", "."))
    return asked
