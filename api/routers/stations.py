"""Broadcast stations for people: a searchable table, and everything known of one."""

import dataclasses
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.antenna_form import antenna_form, antenna_shown
from api.choices import choices_for
from api.errors import status_of
from api.forms import FormState, Refused
from api.guard import GuardedRoute
from api.history_view import grouped
from api.identity import Identity, identity_of
from api.language import safe_language
from api.pages import render
from api.roles import may
from api.service import Service, may_read, service_of
from api.viewing import note_told
from api.whole import OffsetQuery
from gis.administration import PROVINCES
from gis.errors import GisError
from gis.register.reading import Reader
from gis.register.records import BroadcastStation
from gis.register.records import Service as BroadcastService
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from gis.studies import list_studies
from gis.studies.coverage import default_radius_km, default_step_m
from gis.studies.ended import ended_on
from gis.studies.interference import default_step_m as interference_step_m
from gis.studies.method import method_title
from gis.studies.model import RECEIVER_HEIGHT_M
from gis.studies.summary import Summary
from maps.tables import in_watts
from maps.words import Words

__all__ = ["ASKED", "router", "show_station"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

Order = Literal["name", "frequency", "power"]

ASKED = ("coverage", "interference", "compliance")
"""Kinds of study that the page of a station asks for."""

_PER_PAGE = 50
_LATEST = 10
_MOST_CHANGES = 40
_GROUPS: dict[str, tuple[str, ...]] = {
    "broadcast": (
        "programme",
        "service",
        "station_class",
        "frequency_mhz",
        "channel",
        "reception",
        "emission",
        "mode",
        "hours",
        "organisation_id",
        "plan_entry_id",
    ),
    "site": (
        "latitude",
        "longitude",
        "commune_name",
        "province_code",
        "structure_id",
        "ground_height_m",
        "valid_from",
        "valid_to",
    ),
    "antenna": (
        "erp_total_dbw",
        "erp_horizontal_dbw",
        "erp_vertical_dbw",
        "polarization",
        "height_above_ground_m",
        "effective_height_max_m",
    ),
    "licence": (
        "licence_number",
        "licence_from",
        "licence_to",
        "licence_power_w",
        "licence_frequency_mhz",
        "licence_latitude",
        "licence_longitude",
        "licence_height_above_ground_m",
        "licence_erp_total_dbw",
        "licence_polarization",
        "licence_source",
        "certificate_number",
        "certificate_to",
        "equipment_conformity",
        "equipment_conformity_to",
    ),
}
_DIAGRAMS = ("attenuation_db", "effective_height_m")


@router.get("/view/stations")
def stations_page(
    request: Request,
    *,
    text: Annotated[str, Query(max_length=200)] = "",
    service: Literal["", "fm", "television", "wireless_public_address"] = "",
    papers: Literal["", "ended"] = "",
    order: Order = "name",
    offset: OffsetQuery = 0,
) -> Response:
    """Show the stations of today that have some words in their name, programme or commune."""
    here = service_of(request)
    with here.register.snapshot() as register:
        found = register.stations(
            identity_of(request).scope,
            text=text or None,
            service=BroadcastService(service) if service else None,
            on=here.today(),
        )
        owners = {one.id: one.name for one in register.organisations()}
        ended = ended_on(register, found, here.today())
    if papers:
        found = [station for station in found if station.id in ended]
    found.sort(key=lambda station: _sort_key(station, order))
    return render(
        request,
        "stations.html",
        stations=found[offset : offset + _PER_PAGE],
        matched=len(found),
        offset=offset,
        per_page=_PER_PAGE,
        owners=owners,
        ended=ended,
        papers=papers,
        text=text,
        service=service,
        services=[kind.value for kind in BroadcastService],
        order=order,
        orders=("name", "frequency", "power"),
        today=here.today(),
        power=partial(in_watts, language=safe_language(request, page=True)),
    )


@router.get("/view/stations/{station_id}")
def station_page(request: Request, station_id: str) -> Response:
    """Show one station: parameters, where they came from, its studies, what can be asked."""
    return show_station(request, station_id)


def _status(refused: Refused | None, problem: GisError | None) -> int:
    if refused is not None:
        return refused.status
    return 200 if problem is None else status_of(problem)


def show_station(
    request: Request,
    station_id: str,
    *,
    refused: Refused | None = None,
    problem: GisError | None = None,
    asked: Mapping[str, str] | None = None,
    undo_problem: str | None = None,
    status: int | None = None,
) -> Response:
    """Return the page of a station.

    Parameters
    ----------
    request : Request
        The request.
    station_id : str
        The station.
    refused : Refused, optional
        A form of it that was refused, which comes back as it was typed.
    problem : GisError, optional
        Why the form of its antenna was not taken.
    asked : mapping, optional
        What that form said.
    undo_problem : str, optional
        Why a write was not taken back.
    status : int, optional
        Status of the answer, where nothing else says it.
    """
    service = service_of(request)
    identity = identity_of(request)
    scope = identity.scope
    language = safe_language(request, page=True)
    words = Words(language)
    with service.register.snapshot() as register:
        station = register.station(station_id, scope)
        digest = record_digest(register.station(station_id, SYSTEM)) if identity.is_staff else ""
        owners = {one.id: one.name for one in register.organisations()}
        standing = (
            register.structure(station.structure_id, scope).name if station.structure_id else None
        )
        history = _history(register, station.id, words) if identity.is_staff else []
        ended = ended_on(register, [station], service.today()).get(station.id)
        shown = {
            "organisation_id": owners.get(station.organisation_id or ""),
            "structure_id": standing,
            "plan_entry_id": _plan_line(register, station, words),
            "province_code": _province(register, station),
        }
    note_told(request, stations=[station])
    studies = _studies_of(service, identity, station.id)
    return render(
        request,
        "station.html",
        status_code=status or _status(refused, problem),
        station=station,
        ended=ended,
        antenna=antenna_shown(station, language),
        antenna_form=antenna_form(station, language, asked),
        antenna_problem=problem,
        digest=digest,
        may_hang=may(identity.role, "POST", "/view/stations/{station_id}/antenna"),
        groups=[(name, _facts(station, names, shown, words)) for name, names in _GROUPS.items()],
        diagrams=[
            (words.label(name), getattr(station, name))
            for name in _DIAGRAMS
            if getattr(station, name)
        ],
        choices=choices_for(station, service.settings.p1546_curves, language),
        usual=_usual(station),
        refused=refused,
        forms={kind: _form(kind, refused) for kind in ASKED},
        studies=[(study, _model(study)) for study in studies],
        may_ask=may(identity.role, "POST", "/view/stations/{station_id}/studies"),
        history=history,
        subject=("station_id", station.id),
        may_undo=identity.is_staff,
        undo_problem=undo_problem,
    )


def _plan_line(register: Reader, station: BroadcastStation, words: Words) -> str | None:
    """Return the line of the plan that a station is matched with, as people call it."""
    entries = {one.id: one for one in register.plan_entries(service=station.service)}
    entry = entries.get(station.plan_entry_id or "")
    if entry is None:
        return station.plan_entry_id
    frequency = words.value("frequency_mhz", entry.frequency_mhz)
    return f"{entry.programme}, {frequency}: {entry.instrument}, {entry.clause}"


def _province(register: Reader, station: BroadcastStation) -> str | None:
    """Return the name and the code of the province that a station is recorded in."""
    code = station.province_code
    named = [one for one in register.units(kinds=PROVINCES) if one.code == code]
    latest = max(named, key=lambda one: one.valid_to or date.max, default=None)
    return code if latest is None else f"{latest.name} ({code})"


def _history(register: Reader, station_id: str, words: Words) -> list[dict[str, Any]]:
    """Return what happened to a station, for the department."""
    found = register.changes(
        table_name="broadcast_stations", record_id=station_id, limit=_MOST_CHANGES
    )
    sizes = {one.revision: register.count_changes(one.revision) for one in found}
    return grouped(found, sizes, words)


def _form(kind: str, refused: Refused | None) -> FormState:
    own = refused is not None and refused.typed.get("kind") == kind
    return FormState(kind, refused if own else None)


def _usual(station: BroadcastStation) -> dict[str, float]:
    """Return what a study of a station takes where its form is left empty."""
    radius_km = default_radius_km(station)
    return {
        "radius_km": radius_km,
        "step_m": default_step_m(radius_km),
        "interference_step_m": interference_step_m(radius_km),
        "receiver_height_m": RECEIVER_HEIGHT_M,
    }


def _sort_key(station: BroadcastStation, order: Order) -> tuple[float, str]:
    if order == "frequency":
        return station.frequency_mhz, station.name
    if order == "power":
        return -(
            station.erp_total_dbw if station.erp_total_dbw is not None else -1e9
        ), station.name
    return 0.0, station.name


def _facts(
    station: BroadcastStation, names: tuple[str, ...], shown: dict[str, Any], words: Words
) -> list[tuple[str, str]]:
    """Return label and value of some parameters; one that is not known is a dash."""
    values = {item.name: getattr(station, item.name) for item in dataclasses.fields(station)}
    values.update(shown)
    return [(words.label(name), _said(name, values[name], words)) for name in names]


def _said(name: str, value: object, words: Words) -> str:
    if isinstance(value, float) and name in ("latitude", "longitude"):
        return f"{words.number(value, 6)}°"
    if hasattr(value, "isoformat"):
        return words.value(name, value.isoformat())
    return words.value(name, value)


def _studies_of(service: Service, identity: Identity, station_id: str) -> list[Summary]:
    """Return the latest studies of a station that a caller may read."""
    if not may(identity.role, "GET", "/view/studies"):
        return []
    return [
        study
        for study in list_studies(service.home)
        if station_id in study.stations and may_read(identity, study.access)
    ][:_LATEST]


def _model(study: Summary) -> str:
    return "" if study.model is None else method_title(study.model)
