"""What can be wrong with a request, and the one table from exception to HTTP status.

RequestError(GisError)
    UnauthenticatedError        nobody is signed in
    ForbiddenError              the role does not allow it
    CsrfError                   the form's token is missing or not this session's
    UnknownParameterError       a query parameter that the address does not know
    InvalidParameterError       a value that cannot be read
    BadParameterError           a value that makes no sense, where a standard wants 400
    NotAcceptableError          nothing that is accepted is made here
    UnreadableKindError         a body of a media type that is not read
    SeenStateNeededError        a change without If-Match
    NotAsSeenError              a change of what was changed meanwhile
    TooManyAttemptsError        slow down
    TooManyJobsError            wait until some have ended
    BodyTooLargeError           the body exceeds the limit
    SpentLinkError              a one-time link that opens nothing any more
"""

import re
from collections.abc import Sequence
from typing import Any

from data.text import Language, has, text
from gis.errors import (
    CancelledError,
    ConflictError,
    CurvesUnavailableError,
    FormatError,
    GisError,
    NotFoundError,
    StorageError,
    TerrainUnavailableError,
    TooLongError,
)
from propagation.errors import OutOfRangeError, PropagationError

__all__ = [
    "FIELD_LABELS",
    "STATUS",
    "BodyTooLargeError",
    "CsrfError",
    "ForbiddenError",
    "InvalidParameterError",
    "NotAcceptableError",
    "NotAsSeenError",
    "RequestError",
    "SeenStateNeededError",
    "SpentLinkError",
    "TooManyAttemptsError",
    "TooManyJobsError",
    "UnauthenticatedError",
    "UnknownParameterError",
    "UnreadableKindError",
    "explain",
    "explain_validation",
    "status_of",
    "title_of",
]


class RequestError(GisError):
    """Base of what is wrong with a request."""


class UnauthenticatedError(RequestError):
    """Nobody is signed in, and somebody must be."""


class ForbiddenError(RequestError):
    """The caller's role does not allow it."""


class CsrfError(RequestError):
    """The form's token is missing, or is not this session's."""


class UnknownParameterError(RequestError):
    """A query parameter that this address does not know."""


class InvalidParameterError(RequestError):
    """A parameter whose value cannot be read."""


class BadParameterError(RequestError):
    """A parameter that makes no sense, where a standard wants 400."""


class NotAcceptableError(RequestError):
    """It cannot be had in any of the media types that are accepted."""


class UnreadableKindError(RequestError):
    """A body of a media type that is not read here."""


class SeenStateNeededError(RequestError):
    """A change that does not say which state of it the caller saw."""


class NotAsSeenError(RequestError):
    """It is not any more as the caller saw it."""


class TooManyAttemptsError(RequestError):
    """Too many failed attempts to sign in."""


class FederationError(RequestError):
    """The identity service did not answer, or its answer does not open anything."""


class TooManyRequestsError(RequestError):
    """One caller asks faster than it may."""


class TooManyJobsError(RequestError):
    """Too many jobs of one account wait already."""


class BodyTooLargeError(RequestError):
    """The body of the request exceeds the limit."""


class SpentLinkError(RequestError):
    """A one-time link that opens nothing any more."""


STATUS: dict[type[Exception], int] = {
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    CsrfError: 403,
    UnknownParameterError: 400,
    InvalidParameterError: 422,
    BadParameterError: 400,
    NotAcceptableError: 406,
    UnreadableKindError: 415,
    SeenStateNeededError: 428,
    NotAsSeenError: 412,
    TooManyAttemptsError: 429,
    FederationError: 400,
    TooManyRequestsError: 429,
    TooManyJobsError: 429,
    BodyTooLargeError: 413,
    SpentLinkError: 410,
    NotFoundError: 404,
    ConflictError: 409,
    FormatError: 422,
    TerrainUnavailableError: 422,
    CurvesUnavailableError: 422,
    CancelledError: 409,
    StorageError: 503,
    TooLongError: 503,
    GisError: 422,
    PropagationError: 422,
}
"""Exception to status; the first class that fits decides, so subclasses come first."""


def status_of(error: Exception) -> int:
    """Return the HTTP status of an exception of the table."""
    return next(code for kind, code in STATUS.items() if isinstance(error, kind))


def title_of(status: int, language: Language) -> str:
    """Return the short name of a status."""
    key = f"pages.status_{status}"
    return text(key if has(key) else "pages.status_other", language)


def explain(error: Exception, language: Language) -> str:
    """Say what went wrong in a language."""
    if isinstance(error, GisError):
        return error.say(language)
    if isinstance(error, OutOfRangeError):
        parts = ("name", "value", "lower", "upper", "source")
        return text(
            "jobs.failed_range", language, **{name: getattr(error, name) for name in parts}
        )
    return text("pages.out_of_range", language, detail=str(error))


FIELD_LABELS = {
    "model": "pages.ask_model",
    "environment": "pages.ask_environment_short",
    "irregularity": "pages.ask_irregularity",
    "clutter_model": "pages.ask_clutter",
    "building_entry": "pages.ask_building",
    "radius_km": "pages.ask_radius",
    "step_m": "pages.ask_step",
    "time_percent": "pages.ask_time",
    "location_percent": "pages.ask_locations",
    "receiver_height_m": "pages.ask_height",
    "reach_km": "pages.network_reach",
    "threshold_dbuvm": "pages.network_threshold",
    "lowest_mhz": "pages.network_lowest",
    "highest_mhz": "pages.network_highest",
    "clutter_location_percent": "pages.ask_clutter_percent",
    "building_probability_percent": "pages.ask_building_percent",
    "band": "mobile.band",
    "operators": "mobile.operators",
    "units": "mobile.units",
    "minimum_level_dbm": "mobile.minimum_level",
    "replaces": "applications.field_replaces",
    "name": "register.field.name",
    "programme": "register.field.programme",
    "service": "register.field.service",
    "station_class": "register.field.station_class",
    "frequency_mhz": "register.field.frequency_mhz",
    "longitude": "register.field.longitude",
    "latitude": "register.field.latitude",
    "province_code": "applications.field_province",
    "erp_total_w": "applications.field_erp_total_w",
    "attenuation_db": "register.field.attenuation_db",
    "polarization": "register.field.polarization",
    "height_above_ground_m": "register.field.height_above_ground_m",
    "ground_height_m": "register.field.ground_height_m",
    "reception": "register.field.reception",
    "mode": "register.field.mode",
    "emission": "register.field.emission",
    "erp_kw": "channels.erp",
    "height_m": "channels.height",
    "service_km": "channels.service_radius",
    "served_percent": "channels.served",
    "reserve_db": "channels.reserve",
    "proposals": "channels.proposals_asked",
    "area": "channels.area",
    "reason": "requests.field.reason",
    "note": "requests.field.note",
    "grounds": "requests.field.grounds",
    "proposal": "requests.field.proposal",
    "asked_rent_vnd_per_month": "requests.field.asked_rent_vnd_per_month",
    "offered_rent_vnd_per_month": "requests.field.offered_rent_vnd_per_month",
    "published_rent_vnd_per_month": "requests.field.published_rent_vnd_per_month",
    "agreed_rent_vnd_per_month": "requests.field.agreed_rent_vnd_per_month",
    "instrument": "requests.field.instrument",
    "number": "requests.field.number",
    "signed_on": "requests.field.signed_on",
    "contract_from": "requests.field.contract_from",
    "contract_to": "requests.field.contract_to",
    "requester_licence": "requests.field.requester_licence",
    "owner_licence": "requests.field.owner_licence",
    "result": "requests.field.result",
    "authority": "requests.field.authority",
    "decided_on": "requests.field.decided_on",
    "outcome": "requests.field.outcome",
    "attachments": "requests.field.attachments",
    "structure_id": "requests.field.structure_id",
    "technology": "requests.field.technology",
    "bands": "requests.field.bands",
    "purpose": "requests.field.purpose",
    "wanted_from": "requests.field.wanted_from",
    "wanted_to": "requests.field.wanted_to",
    "structure_height_m": "planning.field_structure_height_m",
    "building_height_m": "planning.field_building_height_m",
    "reach_m": "planning.field_reach_m",
    "railway_distance_m": "planning.field_railway_distance_m",
    "antenna_height_m": "planning.field_antenna_height_m",
    "eirp_dbm": "planning.field_eirp_dbm",
    "organisation_id": "planning.field_organisation_id",
    "licence_number": "planning.field_licence_number",
    "licence_from": "planning.field_licence_from",
    "licence_to": "planning.field_licence_to",
    "bandwidth_khz": "sources.field_bandwidth_khz",
    "wanted_dbuvm": "sources.field_wanted_dbuvm",
    "observed_frequency_mhz": "sources.field_observed_frequency_mhz",
    "frequency_uncertainty_khz": "sources.field_frequency_uncertainty_khz",
    "half_side_km": "sources.field_half_side_km",
    "bearings_csv": "sources.field_bearings_csv",
    "levels_csv": "sources.field_levels_csv",
    "log_csv": "sources.field_log_csv",
    "bearings": "sources.field_bearings",
    "levels": "sources.field_levels",
    "log": "sources.field_log",
    "station_id": "sources.field_station_id",
}
"""What the fields of forms are called on their page, as keys of sentences."""


def explain_validation(
    errors: Sequence[Any], language: Language, *, page: bool = False
) -> list[dict[str, str]]:
    """Return the name and the reason of each value that pydantic refused.

    Parameters
    ----------
    errors : sequence of dict
        Of pydantic.
    language : Language
        Language of the reasons.
    page : bool
        Whether a person filled in a form: fields are called then what the form calls them.
    """
    said = []
    for error in errors:
        location = [str(part) for part in error.get("loc", ())]
        where, name = location[0] if location else "body", ".".join(location[1:])
        key = f"pages.invalid_{error.get('type', '')}"
        context = {k: v for k, v in (error.get("ctx") or {}).items() if k != "error"}
        if "expected" in context:
            context["expected"] = _listed(str(context["expected"]))
        try:
            reason = text(key if has(key) else "pages.invalid_value", language, **context)
        except KeyError:
            reason = text("pages.invalid_value", language)
        called = (
            text(FIELD_LABELS[name], language) if page and name in FIELD_LABELS else name or where
        )
        said.append({"in": where, "name": called, "reason": reason})
    return said


def _listed(expected: str) -> str:
    """Return pydantic's list of choices, which ends in an English "or", without its words."""
    return ", ".join(one for one in re.findall(r"'([^']*)'", expected) if one) or expected
