"""Applications: the form for a station that is not, or not so, in the register."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.choices import Choice
from api.forms import REFUSALS, Degrees, FormState, Refused, Typed, typed_place
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.service import Service, service_of
from api.submission import submit
from data.text import Language, text
from gis.exchange.coordinates import axis_of, degrees_typed
from gis.register.records import (
    BroadcastStation,
    Reception,
    StationClass,
    UnitKind,
)
from gis.register.records import Service as BroadcastService
from gis.register.scopes import SYSTEM
from gis.studies.application import LIMITS
from gis.studies.listing import list_studies
from propagation.profile import Polarization
from propagation.units import w_from_dbw

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_ADDRESS: Final = "/view/applications"
_FORM: Final = "application"
_LATEST: Final = 10
_NUMBERS: Final = (
    "frequency_mhz",
    "longitude",
    "latitude",
    "erp_total_w",
    "height_above_ground_m",
    "ground_height_m",
)
_WORDS: Final = (
    "replaces",
    "name",
    "programme",
    "service",
    "station_class",
    "province_code",
    "polarization",
    "reception",
    "mode",
)
_KINDS: Final = {
    "service": BroadcastService,
    "station_class": StationClass,
    "polarization": Polarization,
    "reception": Reception,
}
_USUAL: Final[Mapping[str, StrEnum]] = {
    "service": BroadcastService.FM,
    "station_class": StationClass.OTHER,
    "polarization": Polarization.HORIZONTAL,
    "reception": Reception.STEREO,
}
"""What a new station is unless somebody says."""

_PROVINCES: Final = frozenset({UnitKind.PROVINCE, UnitKind.CITY_PROVINCE})
_BETWEEN: Final = re.compile(r"[\s;]+")
_DECIMAL: Final = re.compile(r"[-+]?\d{1,9}(?:[.,]\d{1,12})?")


@dataclass(frozen=True, slots=True)
class _Lists:
    """What the form offers to choose from."""

    stations: list[tuple[str, str]]
    provinces: list[Choice]
    kinds: Mapping[str, list[Choice]]


@router.get(_ADDRESS)
def applications_page(
    request: Request,
    replaces: Annotated[str, Query(max_length=200)] = "",
    latitude: Degrees = None,
    longitude: Degrees = None,
) -> Response:
    """Show the form, filled in with a place, or with a registered station where one is named."""
    usual = typed_place(latitude, longitude)
    if replaces:
        usual = _filled(service_of(request).register.station(replaces, SYSTEM))
    return _page(request, FormState(_FORM, usual=usual))


@router.post(_ADDRESS)
def ask_application(request: Request, typed: Typed) -> Response:
    """Ask for a check of what was filled in, and show its job."""
    try:
        inputs = {"application": _read(typed)}
        job = submit(service_of(request), identity_of(request), "compliance", inputs)
    except REFUSALS as error:
        refused = Refused.of(request, typed, error)
        return _page(request, FormState(_FORM, refused))
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


def _page(request: Request, form: FormState) -> Response:
    service, language = service_of(request), safe_language(request, page=True)
    return render(
        request,
        "applications.html",
        status_code=200 if form.refused is None else form.refused.status,
        form=form,
        refused=form.refused,
        lists=_lists(service, language),
        limits=LIMITS,
        latest=_latest(service),
    )


def _lists(service: Service, language: Language) -> _Lists:
    with service.register.snapshot() as register:
        stations = register.stations(SYSTEM, on=service.today())
        units = register.units(on=service.today())
    provinces = [
        Choice(unit.code, unit.name)
        for unit in sorted(units, key=lambda unit: unit.name)
        if unit.kind in _PROVINCES
    ]
    return _Lists(
        stations=[(one.id, f"{one.name}, {one.frequency_mhz:g} MHz") for one in stations],
        provinces=[Choice("", text("applications.unchosen", language)), *provinces],
        kinds={
            name: [_unchosen(name, language), *(_choice(name, one, language) for one in kind)]
            for name, kind in _KINDS.items()
        },
    )


def _choice(name: str, value: StrEnum, language: Language) -> Choice:
    return Choice(value.value, text(f"register.{name}.{value.value}", language))


def _unchosen(name: str, language: Language) -> Choice:
    """Return the line that states nothing, with what a new station is then."""
    usual = _choice(name, _USUAL[name], language).label
    return Choice("", text("applications.usual", language, usual=usual))


def _latest(service: Service) -> list[dict[str, Any]]:
    """Return the applications checked lately: study, station, day and outcome."""
    kept = list_studies(service.home, kind="compliance")
    return [
        {"id": study.id, "on": date.fromisoformat(study.on), **study.application}
        for study in kept
        if study.application is not None
    ][:_LATEST]


def _filled(station: BroadcastStation) -> dict[str, str]:
    """Return a registered station as the form shows it."""
    erp = station.erp_total_dbw
    values: dict[str, object] = {
        **{
            name: getattr(station, name) for name in (*_WORDS, *_NUMBERS) if hasattr(station, name)
        },
        **{name: getattr(station, name).value for name in _KINDS},
        "replaces": station.id,
        "name": None,  # the application has a name of its own
        "erp_total_w": None if erp is None else f"{float(w_from_dbw(erp)):.6g}",
        "attenuation_db": " ".join(f"{one:g}" for one in station.attenuation_db),
    }
    return {
        name: f"{value:.12g}" if isinstance(value, float) else str(value)
        for name, value in values.items()
        if value not in (None, "")
    }


def _read(typed: Mapping[str, str]) -> dict[str, object]:
    """Return what was filled in, as an application; what is empty is not stated."""
    told = {name: value.strip() for name, value in typed.items() if value.strip()}
    application: dict[str, object] = {name: told[name] for name in _WORDS if name in told}
    for name in _NUMBERS:
        if name in told:
            application[name] = _number(told[name], name)
    if "attenuation_db" in told:
        application["attenuation_db"] = [
            _number(one) for one in _BETWEEN.split(told["attenuation_db"])
        ]
    return application


def _number(written: str, name: str = "") -> float | str:
    """Return a number as people of either language write it; what is none stays a text."""
    if axis_of(name) is not None:
        return degrees_typed(name, written)
    if not _DECIMAL.fullmatch(written):
        return written
    return float(written.replace(",", "."))
