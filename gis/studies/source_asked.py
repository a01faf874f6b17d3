"""A case of interference as it is asked about: read strictly, its files row by row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from data.text import VIET_NAM
from gis.errors import FormatError
from gis.exchange.observed import Rows, read_bearings, read_levels, read_log
from gis.jurisdictions import Jurisdiction
from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from gis.rules import RulePack, load_rule_pack
from gis.studies.checks.sites import bandwidth_khz
from gis.studies.parts import moment
from gis.studies.requests import Reader
from gis.studies.source_observed import (
    BearingSeen,
    FrequencySeen,
    LevelSeen,
    LogEntry,
    Observed,
)
from gis.studies.source_readings import one_a_place
from gis.terrain.ground import Remark
from propagation.compliance.parameters import number
from propagation.compliance.source_rules import WEIGHING
from propagation.interference.bearings import Convention, compass_deg
from propagation.interference.source_evidence import LevelKind

__all__ = ["LIMITS", "SERVICES", "SOURCE_INPUTS", "SourceAsked", "source_asked"]

SERVICES: Final = (*(one.value for one in Service), "other")
"""What may be disturbed."""

SOURCE_INPUTS: Final = (
    "name",
    "station_id",
    "longitude",
    "latitude",
    "receiver_height_m",
    "frequency_mhz",
    "bandwidth_khz",
    "service",
    "wanted_dbuvm",
    "bearings",
    "bearings_csv",
    "levels",
    "levels_csv",
    "log",
    "log_csv",
    "observed_frequency_mhz",
    "frequency_uncertainty_khz",
    "half_side_km",
    "jurisdiction",
    "on",
)
"""What a request may state."""

LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "longitude": (-180.0, 180.0),
    "latitude": (-80.0, 80.0),
    "receiver_height_m": (1.0, 3000.0),
    "frequency_mhz": (30.0, 6000.0),
    "bandwidth_khz": (1.0, 100_000.0),
    "wanted_dbuvm": (-50.0, 150.0),
    "observed_frequency_mhz": (30.0, 6000.0),
    "frequency_uncertainty_khz": (0.01, 10_000.0),
    "half_side_km": (5.0, 60.0),
    "bearing_deg": (-360.0, 720.0),
    "error_deg": (0.1, 90.0),
    "height_m": (1.0, 3000.0),
    "field_strength_dbuvm": (-100.0, 200.0),
    "below_dbuvm": (-100.0, 200.0),
    "uncertainty_db": (0.0, 40.0),
}
"""Ranges of its numbers; both ends belong to them."""

_WIDTHS_KHZ: Final = {
    Service.FM.value: 200.0,
    Service.TELEVISION.value: 8000.0,
    Service.WIRELESS_PUBLIC_ADDRESS.value: 200.0,
    "other": 25.0,
}
_RECEIVER_M: Final = 10.0
_POINT_M: Final = 3.0
_UNCERTAINTY_DB: Final = 4.0
_FREQUENCY_KHZ: Final = 2.0
_MOST_BEARINGS: Final = 100
_MOST_COMPASSES: Final = 30
_MOST_LEVELS: Final = 60
_MOST_ENTRIES: Final = 500
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class SourceAsked:
    """A case as asked about.

    Attributes
    ----------
    place : Jurisdiction
        Whose study it is.
    on : date
        The day judged.
    pack : RulePack
        The rules of that day.
    station : BroadcastStation or None
        The station that is received.
    asked : dict
        Name, place, height, frequency, bandwidth, service, wanted field and half side, as JSON
        values.
    observed : Observed
        What was observed.
    remarks : list of Remark
        What of the files could not be read.
    """

    place: Jurisdiction
    on: date
    pack: RulePack
    station: BroadcastStation | None
    asked: dict[str, Any]
    observed: Observed
    remarks: list[Remark]


def source_asked(
    request: Mapping[str, object], register: RegisterReader, own_rules: Path | None = None
) -> SourceAsked:
    """Return what a request asks.

    Parameters
    ----------
    request : mapping
        SOURCE_INPUTS, JSON values.
    register : Reader
        Where the station that is received is.
    own_rules : Path, optional
        The administrator's own rules.

    Raises
    ------
    FormatError
        If a value is missing, unknown or out of range, or nothing of a file can be read.
    NotFoundError
        If the station is not in the register.
    """
    reader = Reader(request, *SOURCE_INPUTS)
    place, on = moment(reader)
    pack = load_rule_pack(on, own=own_rules)
    station = None
    if reader.has("station_id"):
        station = register.station(reader.word("station_id"), SYSTEM)
    asked = _asked(reader, station, number(pack.rule(WEIGHING), "half_side_km"))
    remarks: list[Remark] = []
    observed = _observed(reader, pack, remarks)
    return SourceAsked(place, on, pack, station, asked, observed, remarks)


def _asked(
    reader: Reader, station: BroadcastStation | None, half_side_km: float
) -> dict[str, Any]:
    usual = {} if station is None else {"frequency_mhz": station.frequency_mhz}
    service = reader.choice("service", SERVICES, station.service.value if station else "fm")
    width = _WIDTHS_KHZ[service]
    if station is not None:
        width = bandwidth_khz(station.emission, station.service)
    frequency = _number(reader, "frequency_mhz", usual.get("frequency_mhz"))
    if frequency is None:
        raise FormatError(
            "sources.lacks_frequency",
            name="frequency_mhz",
            lower=LIMITS["frequency_mhz"][0],
            upper=LIMITS["frequency_mhz"][1],
        )
    if not LIMITS["frequency_mhz"][0] <= frequency <= LIMITS["frequency_mhz"][1]:
        lower, upper = LIMITS["frequency_mhz"]
        raise FormatError(
            "studies.wrong_number", name="frequency_mhz", value=frequency, lower=lower, upper=upper
        )
    return {
        "name": _text(reader, "name"),
        "longitude": _needed(reader, "longitude"),
        "latitude": _needed(reader, "latitude"),
        "receiver_height_m": _number(reader, "receiver_height_m", _RECEIVER_M),
        "frequency_mhz": frequency,
        "bandwidth_khz": _number(reader, "bandwidth_khz", width),
        "service": service,
        "wanted_dbuvm": _number(reader, "wanted_dbuvm"),
        "half_side_km": _number(reader, "half_side_km", half_side_km),
    }


def _number(reader: Reader, name: str, default: float | None = None) -> float | None:
    return reader.number(name, *LIMITS[name], default)


def _needed(reader: Reader, name: str) -> float:
    value = _number(reader, name)
    if value is None:
        lower, upper = LIMITS[name]
        raise FormatError("sources.lacks", name=name, lower=lower, upper=upper)
    return value


def _text(reader: Reader, name: str) -> str:
    if not reader.has(name):
        return ""
    word = " ".join(reader.word(name).split())
    if len(word) > _LONGEST:
        raise FormatError("planning.too_long", name=name, most=_LONGEST)
    return word


def _observed(reader: Reader, pack: RulePack, remarks: list[Remark]) -> Observed:
    error_deg = number(pack.rule(WEIGHING), "bearing_error_deg")
    bearings = _rows(reader, "bearings", _MOST_BEARINGS, read_bearings, remarks)
    levels = _rows(reader, "levels", _MOST_LEVELS, read_levels, remarks)
    entries = _rows(reader, "log", _MOST_ENTRIES, read_log, remarks)
    seen, told = one_a_place([_bearing(one, error_deg) for one in bearings])
    remarks += told
    found = Observed(
        bearings=seen,
        levels=tuple(_level(one, place) for place, one in enumerate(levels, start=1)),
        frequency=_frequency(reader),
        log=tuple(_entry(one) for one in entries),
    )
    compasses = len({one.station for one in found.bearings})
    if compasses > _MOST_COMPASSES:
        raise FormatError(
            "sources.too_many", name="bearings", count=compasses, most=_MOST_COMPASSES
        )
    return found


def _rows(
    reader: Reader,
    name: str,
    most: int,
    reads: Callable[[str], Rows],
    remarks: list[Remark],
) -> list[Mapping[str, object]]:
    """Return the rows that stand in the request, and those of its file."""
    rows: list[Mapping[str, object]] = []
    if reader.has(name):
        rows += reader.items(name, most)
    if reader.has(f"{name}_csv"):
        text = reader.text(f"{name}_csv")
        try:
            found = reads(text)
        except FormatError as error:
            raise FormatError(error.key, **{**error.values, "name": f"{name}_csv"}) from error
        rows += found.rows
        remarks += found.remarks
    if len(rows) > most:
        raise FormatError("sources.too_many", name=name, count=len(rows), most=most)
    return rows


def _place(each: Reader) -> dict[str, float]:
    return {
        "longitude": _needed(each, "longitude"),
        "latitude": _needed(each, "latitude"),
        "height_above_ground_m": _number(each, "height_m", _POINT_M) or _POINT_M,
    }


def _bearing(row: Mapping[str, object], error_deg: float) -> BearingSeen:
    each = Reader(
        row,
        *("station", "longitude", "latitude", "height_m", "bearing_deg", "convention"),
        *("error_deg", "at", "records"),
    )
    convention = each.choice("convention", tuple(Convention), Convention.COMPASS)
    return BearingSeen(
        station=_text(each, "station") or "–",
        **_place(each),
        bearing_deg=round(float(compass_deg(_needed(each, "bearing_deg"), convention)), 6),
        error_deg=_number(each, "error_deg", error_deg) or error_deg,
        at=_text(each, "at") or None,
    )


def _level(row: Mapping[str, object], place: int) -> LevelSeen:
    each = Reader(
        row,
        *("name", "longitude", "latitude", "height_m", "field_strength_dbuvm"),
        *("below_dbuvm", "uncertainty_db"),
    )
    measured, below = _number(each, "field_strength_dbuvm"), _number(each, "below_dbuvm")
    if (measured is None) == (below is None):
        raise FormatError("sources.level_or_below", name="levels", row=place)
    value = measured if measured is not None else below
    uncertainty = _number(each, "uncertainty_db", _UNCERTAINTY_DB)
    return LevelSeen(
        name=_text(each, "name") or f"#{place}",
        **_place(each),
        kind=LevelKind.BELOW if measured is None else LevelKind.MEASURED,
        value_dbuvm=value if value is not None else 0.0,
        uncertainty_db=_UNCERTAINTY_DB if uncertainty is None else uncertainty,
    )


def _frequency(reader: Reader) -> FrequencySeen | None:
    found = _number(reader, "observed_frequency_mhz")
    if found is None:
        return None
    wide = _number(reader, "frequency_uncertainty_khz", _FREQUENCY_KHZ) or _FREQUENCY_KHZ
    return FrequencySeen(frequency_mhz=found, uncertainty_khz=wide)


def _entry(row: Mapping[str, object]) -> LogEntry:
    each = Reader(row, "from", "to", "heard")
    start, end = _moment(each, "from"), _moment(each, "to")
    if end < start:
        raise FormatError("sources.entry_order", name="log", start=start, end=end)
    return LogEntry(start=start, end=end, heard=each.flag("heard"))


def _moment(each: Reader, name: str) -> datetime:
    word = each.word(name)
    try:
        found = datetime.fromisoformat(word)
    except ValueError as error:
        raise FormatError("sources.wrong_moment", name=name, value=word[:60]) from error
    return found if found.tzinfo is not None else found.replace(tzinfo=VIET_NAM)
