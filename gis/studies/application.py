"""An application: a station that is not in the register, or a changed version of one that is.

It is read from the request, judged as any other station, and never written to the register. A
changed version begins with the record that it replaces; what the application states takes its
place, and what the old record knew of the old position, power or carrier goes.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, TypeVar

from data.text import Language, text
from gis.emissions import emission_from_text
from gis.errors import FormatError
from gis.plain_text import wrong_at
from gis.register.reading import Reader as RegisterReader
from gis.register.records import (
    BroadcastStation,
    Provenance,
    Reception,
    Service,
    StationClass,
    UnitKind,
)
from gis.register.scopes import SYSTEM
from gis.studies.predictors.p1812 import P1812
from gis.studies.requests import Reader
from propagation.compliance.records import Confidence
from propagation.errors import PropagationError
from propagation.interference.dvbt2 import mode_from_text
from propagation.profile import Polarization
from propagation.units import dbw_from_w

__all__ = [
    "APPLICATION_INPUTS",
    "LIMITS",
    "SOURCE",
    "Application",
    "application_asked",
    "read_application",
]

_Word = TypeVar("_Word", bound=StrEnum)

SOURCE: Final = "application"
"""Where the record of an application comes from."""

APPLICATION_INPUTS: Final = (
    "replaces",
    "name",
    "programme",
    "service",
    "station_class",
    "frequency_mhz",
    "longitude",
    "latitude",
    "province_code",
    "erp_total_dbw",
    "erp_total_w",
    "attenuation_db",
    "polarization",
    "height_above_ground_m",
    "ground_height_m",
    "reception",
    "mode",
    "emission",
)
"""What an application may state."""

LIMITS: Final[Mapping[str, tuple[float, float]]] = {
    "frequency_mhz": P1812.limits.frequencies_mhz,
    "longitude": (-180.0, 180.0),
    "latitude": (-80.0, 80.0),
    "erp_total_dbw": (-40.0, 70.0),
    "erp_total_w": (1e-4, 1e7),
    "attenuation_db": (0.0, 100.0),
    "height_above_ground_m": P1812.limits.transmitter_heights_m,
    "ground_height_m": (-500.0, 9000.0),
}
"""Ranges of its numbers; both ends belong to them."""

_NEEDED: Final = ("programme", "frequency_mhz", "longitude", "latitude", "height_above_ground_m")
"""What an application that replaces nothing must state, besides the power."""

_NUMBERS: Final = (
    "frequency_mhz",
    "longitude",
    "latitude",
    "height_above_ground_m",
    "ground_height_m",
)
_POWER: Final = ("erp_total_dbw", "erp_total_w")
_AZIMUTHS: Final = 36
_SAME_POWER_DB: Final = 0.005
_PROVINCES: Final = frozenset({UnitKind.PROVINCE, UnitKind.CITY_PROVINCE})
_LONGEST: Final = 200
_MOST_BYTES: Final = 1_000_000

_STALE: Final[Mapping[str, Mapping[str, object]]] = {
    "frequency_mhz": {"channel": None, "plan_entry_id": None},
    "longitude": {"structure_id": None, "commune_name": None, "ground_height_m": None},
    "latitude": {"structure_id": None, "commune_name": None, "ground_height_m": None},
    "erp_total_dbw": {"erp_horizontal_dbw": None, "erp_vertical_dbw": None},
    "attenuation_db": {"antenna": None},
}
"""What the record that is replaced said no longer, where the application states another value."""

_UNLICENSED: Final[Mapping[str, object]] = {
    "effective_height_max_m": None,
    "effective_height_m": (),
    "licence_number": None,
    "licence_from": None,
    "licence_to": None,
    "licence_power_w": None,
    "licence_frequency_mhz": None,
    "licence_longitude": None,
    "licence_latitude": None,
    "licence_height_above_ground_m": None,
    "licence_erp_total_dbw": None,
    "licence_polarization": None,
    "licence_source": None,
    "valid_from": None,
    "valid_to": None,
}
"""What an application has not: a licence, and values that were computed for another station."""


@dataclass(frozen=True, slots=True)
class Application:
    """A station applied for.

    Attributes
    ----------
    station : BroadcastStation
        As it would stand in the register.
    replaced : BroadcastStation or None
        The record in whose place it would come.
    """

    station: BroadcastStation
    replaced: BroadcastStation | None = None

    def among(self, stations: Iterable[BroadcastStation]) -> list[BroadcastStation]:
        """Return stations with the application among them, the one that it replaces left out."""
        left_out = None if self.replaced is None else self.replaced.id
        return [*(one for one in stations if one.id != left_out), self.station]


def read_application(file: Path) -> dict[str, object]:
    """Read the file of an application: TOML or JSON, by its suffix.

    Raises
    ------
    FormatError
        If it is neither, too large, or cannot be read as what it is.
    """
    suffix, name = file.suffix.lower(), file.name
    if suffix not in {".toml", ".json"}:
        raise FormatError("applications.file_suffix", file=name)
    if file.stat().st_size > _MOST_BYTES:
        raise FormatError("applications.file_too_large", file=name, most=_MOST_BYTES)
    content = file.read_bytes()
    try:
        written = content.decode("utf-8-sig")
        found = tomllib.loads(written) if suffix == ".toml" else json.loads(written)
    except UnicodeDecodeError as error:
        raise FormatError("applications.file_not_utf8", file=name) from error
    except (ValueError, RecursionError) as error:
        kind, line, column = wrong_at(error)
        raise FormatError(
            f"applications.file_unreadable_{kind}",
            file=name,
            line=line,
            column=column,
            problem=str(error),
        ) from error
    if not isinstance(found, dict):
        raise FormatError("studies.wrong_mapping", name=name, value=type(found).__name__)
    return found


def application_asked(
    written: Mapping[str, object], register: RegisterReader, on: date
) -> Application:
    """Read an application.

    Parameters
    ----------
    written : mapping
        APPLICATION_INPUTS, JSON values. Without `replaces` it states programme, frequency,
        position, height and power; with it whatever shall change. The power is stated once, in
        dBW or in W; `attenuation_db` has 36 values.
    register : Reader
        Where the station that it replaces stands, and the provinces.
    on : date
        The day judged.

    Raises
    ------
    FormatError
        If something is missing, unknown, out of range or stated twice.
    NotFoundError
        If there is no station to be replaced of that identifier.
    """
    reader = Reader(written, *APPLICATION_INPUTS)
    replaced = None
    if reader.has("replaces"):
        replaced = register.station(reader.word("replaces"), SYSTEM)
    stated = _stated(reader)
    if replaced is None:
        for name in (*_NEEDED, "erp_total_dbw"):
            if name not in stated:
                told = _POWER[1] if name in _POWER else name
                raise FormatError("applications.lacks", name=told)
    if "province_code" in stated:
        _require_province(str(stated["province_code"]), register, on)
    station = _station(stated, replaced, _free_id(register))
    if station.service is not Service.TELEVISION and "mode" in stated:
        raise FormatError("applications.mode_unused", name="mode")
    return Application(station, replaced)


def _stated(reader: Reader) -> dict[str, Any]:
    """Return what an application states, as values of the record."""
    stated: dict[str, Any] = {}
    for name in ("name", "programme", "province_code", "mode"):
        if reader.has(name):
            stated[name] = _word(reader, name)
    if reader.has("emission"):
        stated["emission"] = _emission(_word(reader, "emission"))
    for name in (*_NUMBERS, *_POWER):
        if (value := reader.number(name, *LIMITS[name])) is not None:
            stated[name] = value
    if reader.has("attenuation_db"):
        stated["attenuation_db"] = reader.numbers(
            "attenuation_db", _AZIMUTHS, *LIMITS["attenuation_db"]
        )
    kinds: dict[str, type[StrEnum]] = {
        "service": Service,
        "station_class": StationClass,
        "polarization": Polarization,
        "reception": Reception,
    }
    for name, kind in kinds.items():
        if reader.has(name):
            stated[name] = _chosen(reader, name, kind)
    if "mode" in stated:
        _require_mode(stated["mode"])
    return _one_power(stated)


def _word(reader: Reader, name: str) -> str:
    word = " ".join(reader.word(name).split())
    if len(word) > _LONGEST:
        raise FormatError("applications.too_long", name=name, most=_LONGEST)
    return word


def _chosen(reader: Reader, name: str, kind: type[_Word]) -> _Word:
    choices = tuple(one.value for one in kind)
    return kind(reader.choice(name, choices, choices[0]))


def _emission(written: str) -> str:
    found = emission_from_text(written)
    if found is None:
        raise FormatError("applications.emission", name="emission", value=written[:60])
    return found


def _require_mode(written: str) -> None:
    try:
        mode_from_text(written)
    except PropagationError as error:
        raise FormatError("applications.mode", name="mode", value=written[:60]) from error


def _one_power(stated: dict[str, Any]) -> dict[str, Any]:
    """Return the power in dBW, however it was stated."""
    if all(name in stated for name in _POWER):
        raise FormatError("applications.power_twice", name=_POWER[0], other=_POWER[1])
    watts = stated.pop("erp_total_w", None)
    if watts is not None:
        stated["erp_total_dbw"] = round(float(dbw_from_w(watts)), 4)
    return stated


def _require_province(code: str, register: RegisterReader, on: date) -> None:
    known = [unit.code for unit in register.units(on=on) if unit.kind in _PROVINCES]
    if code not in known:
        raise FormatError(
            "studies.wrong_choice",
            name="province_code",
            value=code[:60],
            expected=", ".join(sorted(known)) or "–",
        )


def _station(
    stated: Mapping[str, Any], replaced: BroadcastStation | None, station_id: str
) -> BroadcastStation:
    if replaced is None:
        named = text("applications.name", Language.VI, frequency=stated["frequency_mhz"])
        values = {
            "name": named,
            "service": Service.FM,
            "station_class": StationClass.OTHER,
            **stated,
        }
        known = Provenance(confidence=Confidence.VERIFIED, source=SOURCE)
        return BroadcastStation(id=station_id, provenance=known, **values)
    changes: dict[str, Any] = dict(_UNLICENSED)
    if _same_power(stated, replaced):  # stated in watts it is not the same to the last digit
        stated = {**stated, "erp_total_dbw": replaced.erp_total_dbw}
    for name, stale in _STALE.items():
        if name in stated and stated[name] != getattr(replaced, name):
            changes |= stale
    known = Provenance(confidence=replaced.provenance.confidence, source=SOURCE)
    named = text("applications.of", Language.VI, name=replaced.name)
    return replace(
        replaced, **{"name": named, **changes, **stated}, id=station_id, provenance=known
    )


def _same_power(stated: Mapping[str, Any], replaced: BroadcastStation) -> bool:
    new, old = stated.get("erp_total_dbw"), replaced.erp_total_dbw
    return new is not None and old is not None and abs(new - old) < _SAME_POWER_DB


def _free_id(register: RegisterReader) -> str:
    """Return an identifier that no station of the register has."""
    taken = {one.id for one in register.stations(SYSTEM)}
    number, found = 1, SOURCE
    while found in taken:
        number += 1
        found = f"{SOURCE}-{number}"
    return found
