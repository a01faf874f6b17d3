"""Rows into records: one builder a kind; what it cannot read is a problem of the row."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from gis.emissions import emission_from_text
from gis.exchange.allotment_rows import allotment_point
from gis.exchange.aviation_rows import aviation_facility, runway
from gis.exchange.cells import CellReader
from gis.exchange.fields import tables
from gis.exchange.known import Known, organisation
from gis.exchange.measured_rows import measurement
from gis.exchange.report import ImportKind
from gis.exchange.road_rows import road
from gis.exchange.site_rows import MAKERS
from gis.exchange.station_antennas import antenna_of_row
from gis.register.records import (
    ProtectedPointKind,
    Reception,
    Service,
    StationClass,
)
from gis.register.structures import Lifecycle, MastClass, PowerSupply, RentUnit, StructureKind
from propagation.compliance.records import Confidence
from propagation.errors import PropagationError
from propagation.interference.dvbt2 import mode_from_text
from propagation.profile import Polarization

__all__ = ["build", "noted"]

_LABEL = re.compile(r"\[?\s*(V1|V2|R-?[HML]|D)\b", re.IGNORECASE)
_LABELS = {
    "V1": Confidence.VERIFIED,
    "V2": Confidence.SECONDARY,
    "D": Confidence.DERIVED,
    "R": Confidence.RECALLED,
}
_HOURS = re.compile(
    r"(?P<a>\d{1,2})[:hg](?P<b>\d{2})?\s*(?:-|–|đến|to)\s*(?P<c>\d{1,2})[:hg](?P<d>\d{2})?"
)
_ALWAYS_ON = re.compile(r"24\s*/\s*24(?:\s*(?:h|giờ))?|24\s*(?:h|giờ)")
_NO_PLAN_IDS = frozenset({"compare", ".", ".."})
_RECORD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}")
_WITHIN_LIMITS = 1e-6
_POINT_HEIGHTS_M = (-20.0, 20_000.0)
_YEAR = re.compile(r"\d{4}(?:\.0)?", re.ASCII)


def build(kind: ImportKind, reader: CellReader, known: Known) -> dict[str, Any]:
    """Return the values of a record by field, without its place and its id where it has none.

    Values are sound only when the reader holds no problem of the row afterwards.
    """
    values = _MAKERS[kind](reader, known)
    if kind is ImportKind.POPULATION:
        return values
    values["id"] = _record_id(reader)
    if reader.knows("valid_from"):
        values["valid_from"], values["valid_to"] = _span(reader, "valid_from", "valid_to")
    if kind is ImportKind.ALLOTMENTS:
        known.allotments.agree(reader, values)
    values["note"] = reader.text("note")
    values["confidence"], values["source"] = _origin(reader, known)
    values["source"] = noted(values["source"], values["note"])
    if kind is ImportKind.CONTRACTS and values["valid_from"] is None and not reader.problems:
        reader.refuse("valid_from", "missing")
    return values


def noted(source: str, note: str | None) -> str:
    """Return a source with what a row notes about itself, once."""
    return source if note is None or note in source else f"{source}. {note}"


def _structure(reader: CellReader, known: Known) -> dict[str, Any]:
    code = reader.text("code")
    kind = _enum(StructureKind, _required(reader, "kind"))
    return {
        "code": code,
        "name": reader.text("name") or code,
        "kind": kind,
        "owner_id": organisation(reader, known, "owner_id", required=True),
        "height_m": _height_m(reader, kind),
        "ground_height_m": reader.number("ground_height_m"),
        "commune_name": reader.text("commune_name"),
        "address": reader.text("address"),
        "shareable": reader.flag("shareable"),
        "confidential": reader.flag("confidential") or False,
        **_carrying(reader),
        "manager_id": organisation(reader, known, "manager_id", required=False),
    }


def _height_m(reader: CellReader, kind: StructureKind | None) -> float | None:
    """Return the height of a structure; only a building is higher than any mast of the country."""
    height, highest = reader.number("height_m"), tables()["highest"]["structure_m"]
    if height is not None and height > highest and kind is not StructureKind.BUILDING:
        reader.refuse("height_m", "too_high", highest=highest)
    return height


_FLAGS = ("concealed", "lightning_protected", "obstacle_lights", "neighbours_inhabited")
_AMOUNTS = (
    "building_height_m",
    "reach_m",
    "wind_area_limit_m2",
    "load_limit_kg",
    "backup_power_hours",
    "rent_asked_vnd",
    "earthing_resistance_ohm",
    "neighbours_top_m",
)


def _carrying(reader: CellReader) -> dict[str, Any]:
    """Return what a structure carries, costs and is protected by."""
    return {
        "state": _enum(Lifecycle, reader.choice("state")),
        "mast_class": _enum(MastClass, reader.choice("mast_class")),
        "power_supply": _enum(PowerSupply, reader.choice("power_supply")),
        "rent_unit": _enum(RentUnit, reader.choice("rent_unit")),
        "inspected_on": reader.day("inspected_on"),
        "neighbours_seen_on": reader.day("neighbours_seen_on"),
        "neighbours_source": reader.text("neighbours_source"),
        **{name: reader.flag(name) for name in _FLAGS},
        **{name: reader.number(name) for name in _AMOUNTS},
    }


def _station(reader: CellReader, known: Known) -> dict[str, Any]:
    programme = reader.text("programme")
    frequency, service = _carrier(reader)
    licence_from, licence_to = _span(reader, "licence_from", "licence_to")
    return {
        "name": reader.text("name") or programme,
        "programme": programme,
        "service": service,
        "station_class": _enum(StationClass, reader.choice("station_class")) or StationClass.OTHER,
        "frequency_mhz": frequency,
        "channel": reader.text("channel"),
        "organisation_id": organisation(reader, known, "organisation_id", required=False),
        "structure_id": _reference(reader, "structure_id", known.structures),
        "plan_entry_id": _reference(
            reader, "plan_entry_id", {entry: entry for entry in known.plan_entries}
        ),
        **{
            name: reader.power(name)
            for name in ("erp_total_dbw", "erp_horizontal_dbw", "erp_vertical_dbw")
        },
        "attenuation_db": reader.series("attenuation_db"),
        "polarization": _enum(Polarization, reader.choice("polarization"))
        or Polarization.HORIZONTAL,
        "height_above_ground_m": reader.number("height_above_ground_m"),
        "ground_height_m": reader.number("ground_height_m"),
        "effective_height_max_m": reader.number("effective_height_max_m"),
        "effective_height_m": reader.series("effective_height_m"),
        "reception": _enum(Reception, reader.choice("reception")) or Reception.STEREO,
        "emission": _emission(reader),
        "hours": _hours(reader),
        "commune_name": reader.text("commune_name"),
        "province_code": reader.text("province_code"),
        "licence_number": reader.text("licence_number"),
        "licence_from": licence_from,
        "licence_to": licence_to,
        "licence_power_w": reader.power("licence_power_w"),
        "certificate_number": reader.text("certificate_number"),
        "certificate_to": reader.day("certificate_to"),
        "equipment_conformity": reader.text("equipment_conformity"),
        "equipment_conformity_to": reader.day("equipment_conformity_to"),
        "antenna": antenna_of_row(reader, frequency),
        "mode": _mode(reader, service),
    }


def _plan_entry(reader: CellReader, known: Known) -> dict[str, Any]:
    del known
    frequency, service = _carrier(reader)
    return {
        "plan_id": _plan_id(reader),
        "service": service,
        "frequency_mhz": frequency,
        "programme": reader.text("programme"),
        "site_name": reader.text("site_name"),
        "station_class": _enum(StationClass, reader.choice("station_class")) or StationClass.OTHER,
        "antenna_height_m": reader.number("antenna_height_m"),
        "effective_height_max_m": reader.number("effective_height_max_m"),
        "erp_max_dbw": reader.power("erp_max_dbw"),
        "power_max_kw": reader.power("power_max_kw"),
        "attenuation_db": reader.series("attenuation_db"),
        "polarization": _enum(Polarization, reader.choice("polarization")),
        "province_code": reader.text("province_code"),
        "instrument": _required(reader, "instrument"),
        "clause": _required(reader, "clause"),
    }


def _measurement(reader: CellReader, known: Known) -> dict[str, Any]:
    return measurement(reader, known.stations)


def _protected_point(reader: CellReader, known: Known) -> dict[str, Any]:
    del known
    return {
        "kind": _enum(ProtectedPointKind, reader.choice("kind")),
        "name": reader.text("name"),
        "height_m": reader.number("height_m", _POINT_HEIGHTS_M),
        "frequency_mhz": reader.number("frequency_mhz"),
        "volume": reader.text("volume"),
    }


def _allotment_point(reader: CellReader, known: Known) -> dict[str, Any]:
    code = reader.text("area_code")
    unit = known.units.get(_code(code or ""))
    if code is not None and unit is None:
        reader.refuse("area_code", "code_unknown")
    return allotment_point(reader, None if unit is None else unit.code)


def _runway(reader: CellReader, known: Known) -> dict[str, Any]:
    del known
    return runway(reader)


def _aviation_facility(reader: CellReader, known: Known) -> dict[str, Any]:
    del known
    return aviation_facility(reader)


def _population(reader: CellReader, known: Known) -> dict[str, Any]:
    code, people = reader.text("code"), reader.number("population")
    if people is not None and not float(people).is_integer():
        reader.refuse("population", "whole_number")
    year = reader.text("population_year")
    if year is not None and not (_YEAR.fullmatch(year) and 1900 <= int(float(year)) <= 2100):
        reader.refuse("population_year", "year")
        year = None
    unit = known.units.get(_code(code or ""))
    if code is not None and unit is None:
        reader.refuse("code", "code_unknown")
    return {
        "id": None if unit is None else unit.id,
        "unit": unit,
        "population": None if people is None else int(people),
        "population_year": None if year is None else int(float(year)),
        "population_source": reader.text("population_source"),
        "note": reader.text("note"),
        "confidence": known.confidence,
        "source": known.file,
    }


def _code(word: str) -> str:
    """Return a code of a unit as the register has it; a sheet may have lost its leading zeros."""
    plain = word.removesuffix(".0")
    for digits in (2, 5):
        if plain.isdecimal() and len(plain) <= digits:
            return plain.zfill(digits)
    return plain


def _enum(values: Any, word: str | None) -> Any:
    return None if word is None else values(word)


def _required(reader: CellReader, name: str) -> str | None:
    """Return a text or a choice that may also be given once for the whole file."""
    return reader.choice(name) if name == "kind" else reader.text(name)


def _plan_id(reader: CellReader) -> str | None:
    """Return the id of a plan; its page has it as address, so that some words cannot be one."""
    word = _required(reader, "plan_id")
    if word in _NO_PLAN_IDS:
        reader.refuse("plan_id", "plan_id_reserved")
        return None
    return word


def _carrier(reader: CellReader) -> tuple[float | None, Service | None]:
    """Return the carrier and the service; a carrier tells the service where no column does."""
    frequency = reader.number("frequency_mhz")
    word = reader.choice("service")
    services: Mapping[str, Any] = tables()["service"]
    if frequency is None:
        return None, _enum(Service, word)
    if word is None:
        word = next((name for name in services if _in_band(services[name], frequency)), None)
    if word is None or not _in_band(services[word], frequency):
        known = [band for each in services.values() for band in each["bands_mhz"]]
        bands = "; ".join(f"{low:g}-{high:g}" for low, high in known)
        reader.refuse("frequency_mhz", "band", bands=bands)
        return None, None
    raster = services[word].get("raster_khz")
    if raster is not None:
        steps = frequency * 1000 / raster
        if abs(steps - round(steps)) > _WITHIN_LIMITS * 1000 / raster:
            below, above = (int(steps) * raster / 1000, (int(steps) + 1) * raster / 1000)
            reader.refuse("frequency_mhz", "raster", raster=raster, below=below, above=above)
            return None, None
        frequency = round(steps) * raster / 1000
    return round(frequency, 6), Service(word)


def _in_band(service: Mapping[str, Any], frequency: float) -> bool:
    return any(low <= frequency <= high for low, high in service["bands_mhz"])


def _reference(reader: CellReader, name: str, known: Mapping[str, str]) -> str | None:
    word = reader.text(name)
    if word is None:
        return None
    if word not in known:
        reader.refuse(name, "reference_unknown")
    return known.get(word)


def _record_id(reader: CellReader) -> str | None:
    word = reader.text("id")
    if word is not None and not _RECORD_ID.fullmatch(word):
        reader.refuse("id", "record_id")
        return None
    return word


def _emission(reader: CellReader) -> str | None:
    """Return a class of emission (Radio Regulations, Appendix 1), with bandwidth or without."""
    word = reader.text("emission")
    if word is None:
        return None
    found = emission_from_text(word)
    if found is None:
        reader.refuse("emission", "emission")
    return found


def _mode(reader: CellReader, service: Service | None) -> str | None:
    """Return a DVB-T2 mode as one writes it; only television has one."""
    word = reader.text("mode")
    if word is None:
        return None
    if service is not Service.TELEVISION:
        reader.refuse("mode", "mode_of_television_only")
        return None
    try:
        return str(mode_from_text(word))
    except PropagationError:
        reader.refuse("mode", "mode")
        return None


def _hours(reader: CellReader) -> str | None:
    word = reader.text("hours")
    if word is None:
        return None
    if _ALWAYS_ON.fullmatch(word.casefold()):
        return "00:00-24:00"
    spans = []
    for part in re.split(r"[,;]\s*", word.casefold()):
        found = _HOURS.fullmatch(part.strip())
        hours = [int(found[name] or 0) for name in "abcd"] if found else [99]
        if found is None or max(hours[0::2]) > 24 or max(hours[1::2]) > 59:
            reader.refuse("hours", "hours")
            return None
        spans.append("{:02d}:{:02d}-{:02d}:{:02d}".format(*hours))
    return ", ".join(spans)


def _span(reader: CellReader, first: str, last: str) -> tuple[date | None, date | None]:
    begins, ends = reader.day(first), reader.day(last)
    if begins is not None and ends is not None and ends < begins:
        reader.refuse(last, "span", begins=begins)
    return begins, ends


def _origin(reader: CellReader, known: Known) -> tuple[Confidence, str]:
    """Return how well a row is known and from where; a synthetic row stays so for ever."""
    source = reader.text("source") or known.file
    label = reader.text("label")
    found = None
    if label is not None:
        match = _LABEL.match(label)
        if match is None:
            reader.refuse("label", "label")
        else:
            mark = match[1].upper()
            found = _LABELS["R" if mark.startswith("R") else mark]
            said = label.strip("[] ")  # "V2" alone says no more than the confidence does
            if said.upper() not in _LABELS and label not in source:
                source = f"{source} [{said}]"
    word = reader.choice("confidence")
    confidence = Confidence(word) if word is not None else found
    if reader.text("stamp") is not None:
        confidence = Confidence.SYNTHETIC
    return confidence or known.confidence, source


_MAKERS: Mapping[ImportKind, Callable[[CellReader, Known], dict[str, Any]]] = {
    ImportKind.STRUCTURES: _structure,
    ImportKind.STATIONS: _station,
    ImportKind.PLAN: _plan_entry,
    ImportKind.MEASUREMENTS: _measurement,
    ImportKind.PROTECTED_POINTS: _protected_point,
    ImportKind.ALLOTMENTS: _allotment_point,
    ImportKind.RUNWAYS: _runway,
    ImportKind.FACILITIES: _aviation_facility,
    ImportKind.ROADS: road,
    ImportKind.POPULATION: _population,
    **MAKERS,
}
