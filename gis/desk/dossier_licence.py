"""A granted licence written into the register: what the dossier says, confirmed by a person.

What the licence states is kept apart from the station as it stands: a licence that was changed
changes no mast.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from gis.cases.procedure import Field, FieldKind, Step
from gis.desk.procedure import Act, Standing, Write
from gis.desk.recording import (
    Proposal,
    reader_of,
    require_seen,
    told_values,
    typed_of,
    write_values,
    written_reason,
)
from gis.desk.records import DEPARTMENT, OPENED
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.register.reading import Reader
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.register.writing import Writer
from gis.studies.application import LIMITS
from propagation.profile import Polarization

__all__ = [
    "LICENCE_RECORDED",
    "LICENCE_STEP",
    "LICENCE_WRITE",
    "licence_proposals",
    "may_record_licence",
    "require_granted",
    "station_of",
]

LICENCE_RECORDED: Final = "licence_recorded"
"""The event that writes a licence into the register."""


def _number(name: str) -> Field:
    least, most = LIMITS[name]
    return Field(f"licence_{name}", FieldKind.NUMBER, least=least, most=most)


_VALUES: Final = (
    Field("licence_number", FieldKind.LINE),
    Field("licence_from", FieldKind.DAY),
    Field("licence_to", FieldKind.DAY),
    _number("frequency_mhz"),
    _number("latitude"),
    _number("longitude"),
    _number("height_above_ground_m"),
    _number("erp_total_w"),
    Field("licence_polarization", FieldKind.CHOICE, choices=tuple(map(str, Polarization))),
    Field("licence_power_w", FieldKind.NUMBER, least=0.0, most=5e6),
)
_FROM_FACTS: Final[Mapping[str, str]] = {
    f"licence_{one}": one
    for one in (
        "frequency_mhz",
        "longitude",
        "latitude",
        "height_above_ground_m",
        "erp_total_w",
        "polarization",
    )
}
_FROM_RESULT: Final[Mapping[str, str]] = {
    "licence_number": "granted_number",
    "licence_from": "decided_on",
    "licence_to": "granted_until",
}

LICENCE_STEP: Final = Step(
    frozenset({"decided", "closed"}),
    None,
    frozenset({DEPARTMENT}),
    (
        Field("station_id", FieldKind.LINE, required=True),
        Field("seen", FieldKind.LINE, required=True),
        Field(
            "values",
            FieldKind.OWN,
            required=True,
            read=reader_of(_VALUES),
            tell=told_values,
        ),
        Field("note"),
        Field("revision", FieldKind.NUMBER, recorded=True),
    ),
)


def may_record_licence(standing: Standing) -> bool:
    """Return whether a licence was granted that the register may hold."""
    result = standing.last("result_recorded")
    return result is not None and result.details["result"] == "granted"


def require_granted(standing: Standing) -> None:
    """Refuse a dossier by which no licence was granted.

    Raises
    ------
    ConflictError
        If none was.
    """
    if not may_record_licence(standing):
        raise ConflictError("desk_dossier.licence_not_granted")


def station_of(reader: Reader, standing: Standing, station_id: str) -> BroadcastStation:
    """Return the station whose licence a dossier may change.

    Raises
    ------
    FormatError
        If the register has no such station.
    ConflictError
        If it is of another organisation than the one that filed the dossier.
    """
    try:
        station = reader.station(station_id, SYSTEM)
    except NotFoundError:
        raise FormatError(
            "desk_dossier.station_unknown", name="station_id", id=station_id[:60]
        ) from None
    filed_by = next(one.organisation_id for one in standing.events if one.kind == OPENED)
    if filed_by is not None and station.organisation_id != filed_by:
        raise ConflictError("desk_dossier.station_of_other", name="station_id", id=station.id)
    return station


def licence_proposals(standing: Standing, station: BroadcastStation) -> list[Proposal]:
    """Return what the dossier says of the licence, beside what the register has."""
    result: Mapping[str, Any] = {}
    last = standing.last("result_recorded")
    if last is not None:
        result = last.details
    return [
        Proposal(one, typed_of(station, one.name), _proposed(one.name, standing, result))
        for one in _VALUES
    ]


def _proposed(name: str, standing: Standing, result: Mapping[str, Any]) -> str:
    value = (
        result.get(_FROM_RESULT[name])
        if name in _FROM_RESULT
        else standing.facts.get(_FROM_FACTS.get(name, ""))
    )
    if isinstance(value, float | int):
        return format(float(value), ".9g")
    return "" if value is None else str(value)


def _write(act: Act, writer: Writer) -> Mapping[str, object]:
    standing, told = act.standing, act.details
    if standing is None or act.case is None:
        return {}
    station = station_of(writer, standing, str(told["station_id"]))
    require_seen(station, told["seen"])
    values: Any = told["values"]
    _require_order(values, station)
    source = written_reason("desk_dossier.licence_source", number=act.case.label)
    return write_values(writer, station, values, licence_source=source)


def _require_order(values: Mapping[str, Any], station: BroadcastStation) -> None:
    """Refuse a licence that ends before it begins, and half of a place."""
    begins = values.get("licence_from") or station.licence_from
    ends = values.get("licence_to") or station.licence_to
    days = [None if one is None else date.fromisoformat(str(one)) for one in (begins, ends)]
    if days[0] is not None and days[1] is not None and days[1] < days[0]:
        raise FormatError(
            "requests.field_order", name="licence_to", start=str(days[0]), end=str(days[1])
        )
    halves = [f"licence_{one}" in values for one in ("longitude", "latitude")]
    known = station.licence_longitude is not None and station.licence_latitude is not None
    if any(halves) and not all(halves) and not known:
        raise FormatError("desk_dossier.half_a_place", name="licence_longitude")


def _reason(act: Act) -> str:
    label = "" if act.case is None else act.case.label
    values: Any = act.details["values"]
    return written_reason(
        "desk_dossier.licence_reason",
        number=label,
        licence=str(values.get("licence_number", "–")),
    )


LICENCE_WRITE: Final = Write(reason=_reason, write=_write)
