"""Asking for a study: what is surely wrong is said at once, the rest is a job."""

from collections.abc import Callable, Mapping

from api.clock import judged_today, today
from api.errors import ForbiddenError, TooManyJobsError
from api.identity import Identity
from api.service import Service
from gis.errors import FormatError
from gis.jobs.queue import Job, JobState
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.rules import load_rule_pack
from gis.studies import best_sites, compliance, coverage, interference
from gis.studies.asked import coverage_asked, interference_asked
from gis.studies.channels_asked import channels_asked
from gis.studies.mobile_asked import mobile_asked
from gis.studies.mobile_sites import mobile_sites
from gis.studies.network_asked import network_asked
from gis.studies.parts import moment
from gis.studies.requests import Reader
from gis.studies.sharing_asked import sharing_asked
from gis.studies.site_asked import SITE_INPUTS, site_asked
from gis.studies.source_asked import source_asked

__all__ = ["MOST_WAITING", "submit"]

MOST_WAITING = 50
"""Jobs of one account that may wait or run at a time, so that nobody holds up the others."""

_Inputs = Mapping[str, object]
_Prepares = Callable[[Service, Identity, _Inputs], _Inputs]


def submit(service: Service, identity: Identity, kind: str, inputs: Mapping[str, object]) -> Job:
    """Put a study into the queue, after looking whether it can be made at all.

    Raises
    ------
    ForbiddenError
        If an operator asks for the findings of a station that is not its own, or of an
        application.
    NotFoundError
        If the station or the jurisdiction is unknown.
    TooManyJobsError
        If too many of the caller's jobs wait already.
    GisError
        If the station lacks what a prediction needs, or the map would be too large.
    """
    inputs = judged_today(inputs)
    moment(Reader(inputs, *inputs))
    if kind in _PREPARED:
        inputs = _PREPARED[kind](service, identity, inputs)
    station_id = inputs.get("station_id")
    station = None if station_id is None else service.register.station(str(station_id), SYSTEM)
    if kind == "compliance":
        own = identity.scope.own
        reader = Reader(inputs, *compliance.NAMES)
        if reader.has("application"):
            _require_application(service, identity, reader)
        theirs = station is not None and own is not None and station.organisation_id == own
        if not (identity.is_staff or theirs):
            raise ForbiddenError("pages.not_own_station")
        if station is None and not reader.has("application"):
            compliance.require_stations(reader, service.register)
        if not identity.is_staff:
            inputs = {**inputs, "public": True}
    elif station is not None and kind in {"coverage", "interference"}:
        _require_prediction(service, Reader(inputs, *inputs), kind, station)
    unfinished = [state for state in JobState if not state.final]
    waiting = service.queue.count(requested_by=identity.name, states=unfinished)
    if waiting >= MOST_WAITING:
        raise TooManyJobsError("pages.too_many_jobs", count=waiting, most=MOST_WAITING)
    return service.queue.submit(
        kind,
        inputs,
        requested_by=identity.name,
        organisation_id=identity.scope.organisation_id,
    )


def _channels(service: Service, _: Identity, inputs: Mapping[str, object]) -> Mapping[str, object]:
    with service.register.snapshot() as register:
        channels_asked(inputs, register, service.ground, service.home.rules)
    return inputs


def _network(service: Service, _: Identity, inputs: Mapping[str, object]) -> Mapping[str, object]:
    with service.register.snapshot() as register:
        network_asked(inputs, register, service.ground, service.settings.p1546_curves)
    return inputs


def _mobile(
    service: Service, identity: Identity, inputs: Mapping[str, object]
) -> Mapping[str, object]:
    """Refuse a coverage that cannot be made; an operator's is of what it may see."""
    asked = {**inputs, "asked_by": None if identity.is_staff else identity.scope.own}
    with service.register.snapshot() as register:
        found = mobile_asked(asked, register, service.settings.p1546_curves)
        mobile_sites(found, register, service.ground)
    return asked


def _supports(
    _: Service, identity: Identity, inputs: Mapping[str, object]
) -> Mapping[str, object]:
    """Refuse a search that is not understood; an operator's is its own."""
    asked = _own_search(identity, inputs)
    sharing_asked(asked)
    return asked


def _places(_: Service, identity: Identity, inputs: Mapping[str, object]) -> Mapping[str, object]:
    """Refuse a choice of places that cannot be made; an operator's is its own."""
    asked = _own_search(identity, inputs)
    best_sites.require_asked(asked)
    return asked


def _own_search(identity: Identity, inputs: _Inputs) -> dict[str, object]:
    """Return the inputs of a search by whoever asks.

    How many places are free on other days would tell when others' contracts begin and end: that
    is the department's to ask.
    """
    if identity.is_staff:
        return {**inputs, "asked_by": None}
    if inputs["on"] != today().isoformat():
        raise FormatError("supports.other_day", on=today().isoformat())
    return {**inputs, "asked_by": identity.scope.own}


def _site(
    service: Service, identity: Identity, inputs: Mapping[str, object]
) -> Mapping[str, object]:
    """Refuse a site that cannot be judged; that of an operator is its own, and public."""
    if not identity.is_staff:
        own = identity.scope.own
        if own is None or inputs.get("organisation_id") not in {None, own}:
            raise ForbiddenError("planning.staff_or_own")
        inputs = {**inputs, "organisation_id": own, "public": True}
    _, on = moment(Reader(inputs, *SITE_INPUTS))
    pack = load_rule_pack(on, own=service.home.rules)
    with service.register.snapshot() as register:
        site_asked(inputs, register, service.ground, pack)
    return inputs


def _source(service: Service, _: Identity, inputs: Mapping[str, object]) -> Mapping[str, object]:
    with service.register.snapshot() as register:
        source_asked(inputs, register, service.home.rules)
    return inputs


_PREPARED: Mapping[str, _Prepares] = {
    "best_sites": _places,
    "channels": _channels,
    "interference_source": _source,
    "mobile": _mobile,
    "network": _network,
    "sharing": _supports,
    "site_planning": _site,
}
"""What looks at the inputs of a kind of study before it waits, and says for whom it is asked."""


def _require_application(service: Service, identity: Identity, reader: Reader) -> None:
    """Refuse an application that is not understood, and whoever may not ask for one."""
    if not identity.is_staff:
        raise ForbiddenError("applications.staff_only")
    _, on = moment(reader)
    with service.register.snapshot() as register:
        compliance.judged_alone(reader, register, on)


def _require_prediction(
    service: Service, reader: Reader, kind: str, station: BroadcastStation
) -> None:
    """Refuse a station that cannot be assessed so, and a map that would be too large."""
    covers = kind == "coverage"
    asked = coverage_asked if covers else interference_asked
    asked(reader, station, service.ground, service.settings.p1546_curves)
    usual_step_m = (coverage if covers else interference).default_step_m
    coverage.extent_asked(reader, station, usual_step_m)
