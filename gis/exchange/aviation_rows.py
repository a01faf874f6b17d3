"""Rows of runways and of aeronautical radio facilities."""

from typing import Any, Final

from gis.exchange.cells import CellReader
from gis.geodesy import distance_km
from gis.register.siting import FacilityKind
from propagation.siting.facts import FARTHEST_THRESHOLD_M, Instrument

__all__ = ["GROUPS", "aviation_facility", "require_length", "runway"]

GROUPS: Final = ("I", "IIA", "IIB", "IIC", "III", "IV", "V")
"""Aerodrome design groups."""

_LONGITUDES, _LATITUDES = (-180.0, 180.0), (-80.0, 80.0)
_ELEVATIONS_M = (-100.0, 5000.0)
_CLEARWAYS_M = (0.0, 1500.0)
_LENGTHS_KM = (0.4, 6.0)


def runway(reader: CellReader) -> dict[str, Any]:
    """Return the values of a runway, its first threshold and its days aside."""
    group = (reader.text("design_group") or "").upper()
    if group and group not in GROUPS:
        reader.refuse("design_group", "design_group", groups=", ".join(GROUPS))
    instrument = reader.choice("instrument_class")
    return {
        "aerodrome": reader.text("aerodrome"),
        "name": reader.text("name"),
        "end_longitude": reader.number("end_longitude", _LONGITUDES),
        "end_latitude": reader.number("end_latitude", _LATITUDES),
        "elevation_m": reader.number("elevation_m", _ELEVATIONS_M),
        "end_elevation_m": reader.number("end_elevation_m", _ELEVATIONS_M),
        "aerodrome_elevation_m": reader.number("aerodrome_elevation_m", _ELEVATIONS_M),
        "strip_beyond_m": reader.number("strip_beyond_m", (1.0, 500.0)),
        "strip_width_m": reader.number("strip_width_m", (10.0, 1000.0)),
        "clearway_m": reader.number("clearway_m", _CLEARWAYS_M) or 0.0,
        "end_clearway_m": reader.number("end_clearway_m", _CLEARWAYS_M) or 0.0,
        "design_group": group or None,
        "instrument_class": None if instrument is None else Instrument(instrument),
        "military": reader.flag("military") or False,
    }


def require_length(reader: CellReader, values: dict[str, Any]) -> None:
    """Refuse a runway whose thresholds are nearer or farther apart than any runway's.

    Parameters
    ----------
    reader : CellReader
        Of the row.
    values : dict
        The runway with both of its thresholds.
    """
    ends = [values[name] for name in ("longitude", "latitude", "end_longitude", "end_latitude")]
    if any(end is None for end in ends):
        return
    length_km = float(distance_km(*ends))
    lower, upper = _LENGTHS_KM
    if not lower <= length_km <= upper:
        reader.refuse(
            "end_longitude", "runway_length", lower=lower, upper=upper, found=round(length_km, 3)
        )


def aviation_facility(reader: CellReader) -> dict[str, Any]:
    """Return the values of an aeronautical radio facility, its place and its days aside."""
    kind = reader.choice("kind")
    return {
        "kind": None if kind is None else FacilityKind(kind),
        "name": reader.text("name"),
        "elevation_m": reader.number("elevation_m", _ELEVATIONS_M),
        "direction_deg": reader.number("direction_deg", (0.0, 360.0)),
        "threshold_m": reader.number("threshold_m", (0.0, FARTHEST_THRESHOLD_M)),
    }
