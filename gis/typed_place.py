"""Where coordinates that a person typed lie: degrees in any form, or metres of a grid in use.

What may be read in two ways gives both, each with the name of its system.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from gis.exchange.coordinates import Angle, Axis, parse_angle, parse_pair
from gis.exchange.datum import stated
from gis.geodesy import is_projected, to_wgs84
from gis.names import nfc, plain_key

__all__ = ["Reading", "readings"]

Bounds = tuple[float, float, float, float]

_COUNTRY: Final = (102.0, 8.0, 115.0, 24.0)
_AROUND_DEG: Final = 0.3  # how far outside its bounds a province's work may lie
_AXIS: Final = re.compile(
    r"(?P<latitude>vĩ (?:độ|tuyến)|vi (?:do|tuyen)|\bvđ\b|\blat(?:itude)?\b)"
    r"|(?P<longitude>kinh (?:độ|tuyến|do|tuyen)|\bkđ\b|\blo?ng?(?:itude)?\b)",
    re.IGNORECASE,
)
_SIDE: Final = re.compile(
    r"(?<=[\d°'\"′″”’ộty])\s*\b(bắc|nam|đông|tây|bac|dong|tay|north|south|east|west)\b",
    re.IGNORECASE,
)
_LETTER: Final = {"b": "N", "n": "S", "d": "E", "t": "W"}
_ENGLISH: Final = {"north": "N", "south": "S", "east": "E", "west": "W"}
_METRES: Final = re.compile(
    r"(?<![\d.,])(\d{6,7}(?:[.,]\d{1,3})?|\d{1,3}(?:\.\d{3}){1,2}(?:,\d{1,3})?"
    r"|\d{1,3}(?:,\d{3}){1,2}(?:\.\d{1,3})?|\d \d{3} \d{3}|\d{3} \d{3})(?![\d.,]*\d)",
    re.ASCII,
)
_EASTING_M: Final = (100_000.0, 900_000.0)
_NORTHING_M: Final = (880_000.0, 2_660_000.0)  # of 8 and 24 degrees north
_AXIS_LETTERS: Final = re.compile(r"\b(?:x|y|e|n|m|me|mn|dong|bac|easting|northing)\b|[=:;,/|]")
_UTM: Final = re.compile(r"\b(?:utm|zone|mui)?\s*(4[89])\s*([c-hj-np-x])?\b|\butm\b")
_UTM_GRIDS: Final = {"48": (32648, 3405), "49": (32649, 3406)}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read coordinates.

    Attributes
    ----------
    longitude, latitude : float
        WGS 84 degrees.
    epsg : int or None
        The grid that they are metres of; None of degrees.
    """

    longitude: float
    latitude: float
    epsg: int | None = None


def readings(text: str, grids: Sequence[int], within: Bounds | None) -> list[Reading]:
    """Return every place that a text may give by coordinates, the likeliest first.

    Parameters
    ----------
    text : str
        What was typed.
    grids : sequence of int
        EPSG codes of the grids that are in use here; others are read where the text names them.
    within : tuple of float or None
        West, south, east, north of the province: of grids that are not named, those that place
        the point there are meant.
    """
    angles = _named(text) or parse_pair(text)
    if angles is not None:
        pairs = permutations(angles)
        return [Reading(*found) for pair in pairs if (found := _degrees(*pair))][:1]
    return _metres(text, grids, within)


def _degrees(longitude: Angle, latitude: Angle) -> tuple[float, float] | None:
    """Return two angles as a place: by their letters, else where they lie in the country."""
    if longitude.axis is Axis.LATITUDE or latitude.axis is Axis.LONGITUDE:
        return None
    place = longitude.degrees, latitude.degrees
    if longitude.axis is Axis.LONGITUDE or latitude.axis is Axis.LATITUDE:
        return place if abs(latitude.degrees) <= 90 else None
    return place if _holds(_COUNTRY, *place) else None


def _named(text: str) -> tuple[Angle, Angle] | None:
    """Return the two angles of a text such as `vĩ độ 10°32' Bắc, kinh độ 106,4`."""
    told = nfc(text)
    names = list(_AXIS.finditer(told))
    if len(names) != 2 or told[: names[0].start()].strip(" (:"):
        return None
    ends = (names[1].start(), len(told))
    found = []
    for name, end in zip(names, ends, strict=True):
        written = _SIDE.sub(_letter, told[name.end() : end]).strip(" :=;,.()").rstrip("-– ")
        angle = parse_angle(written)
        axis = Axis(name.lastgroup or "")
        if angle is None or angle.axis not in (None, axis):
            return None
        found.append(Angle(angle.degrees, axis, angle.half_step_deg))
    return (found[0], found[1]) if found[0].axis is not found[1].axis else None


def _letter(found: re.Match[str]) -> str:
    word = plain_key(found[1])
    return _ENGLISH.get(word) or _LETTER[word[0]]


def _metres(text: str, grids: Sequence[int], within: Bounds | None) -> list[Reading]:
    numbers = list(_METRES.finditer(text))
    if len(numbers) != 2:
        return []
    rest = text[: numbers[0].start()] + " " + text[numbers[0].end() : numbers[1].start()]
    rest += " " + text[numbers[1].end() :]
    east, north = sorted(_value(one[1]) for one in numbers)
    if not (_lies(east, _EASTING_M) and _lies(north, _NORTHING_M)):
        return []
    told = _stated_grids(rest)
    if told is None:
        return []
    found = [_reading(east, north, epsg) for epsg in told or (*grids, *_UTM_GRIDS["48"])]
    found = [one for one in found if _holds(_COUNTRY, one.longitude, one.latitude)]
    if told or within is None:
        return found
    west, south, far, up = within
    around = (west - _AROUND_DEG, south - _AROUND_DEG, far + _AROUND_DEG, up + _AROUND_DEG)
    return [one for one in found if _holds(around, one.longitude, one.latitude)] or found


def _stated_grids(rest: str) -> Sequence[int] | None:
    """Return the grids that a text names, none where it names none, None where it is no grid."""
    statement = stated(rest)
    if statement is not None and statement.epsg is not None:
        return (statement.epsg,) if is_projected(statement.epsg) else _utm(rest)
    if statement is None and (utm := _utm(rest)):
        return utm
    meridian = stated(f"VN-2000 {rest}")
    if meridian is not None and meridian.epsg is not None:
        return (meridian.epsg,)
    if statement is not None:  # VN-2000 alone
        return ()
    return None if _AXIS_LETTERS.sub(" ", plain_key(rest)).strip() else ()


def _utm(rest: str) -> Sequence[int]:
    found = _UTM.search(rest.casefold())
    return _UTM_GRIDS[found[1] or "48"] if found else ()


def _reading(east_m: float, north_m: float, epsg: int) -> Reading:
    longitude, latitude = to_wgs84(east_m, north_m, epsg)
    return Reading(float(longitude), float(latitude), epsg)


def _value(written: str) -> float:
    """Return metres: groups of three digits are thousands, what follows another sign decimals."""
    plain = written.replace(" ", "")
    for decimal, group in ((",", "."), (".", ",")):
        if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{decimal}\d+)?", plain):
            return float(plain.replace(group, "").replace(decimal, "."))
    return float(plain.replace(",", "."))


def _lies(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


def _holds(box: Bounds, longitude: float, latitude: float) -> bool:
    return box[0] <= longitude <= box[2] and box[1] <= latitude <= box[3]
