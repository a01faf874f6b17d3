"""Bearings, levels and times of hearing an interference, as CSV.

Bearings come in two forms. *Plain*: a header and one bearing a row (station, latitude, longitude,
bearing, convention, error, height, time). *KrakenSDR*: no header, the columns of the record that
its software writes: epoch in ms, DOA, confidence, RSSI, Hz, array, latency, station, latitude,
longitude, heading, then 360 values of the DOA spectrum.

The 360 values count by the unit circle (counter-clockwise from east), the DOA of the second column
by the compass, and what is written of the format contradicts itself. So the column is never taken
on trust: the peak of the 360 values says by which convention it was written; where it agrees with
neither, that is said and the compass taken. Records of one station at one place are one bearing,
their circular mean, weighted by confidence: their errors are the same array's and the same
reflections', not independent. Plain rows are read one by one; a search makes one bearing of those
of a station at a place (`gis.studies.source_readings`).

A row that cannot be read is named with what is wrong; the others stay.
"""

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from data.text import VIET_NAM, Phrase
from gis.errors import FormatError
from gis.names import plain_key
from propagation.interference.bearings import Convention, compass_deg

__all__ = ["MOST_CHARACTERS", "Rows", "read_bearings", "read_levels", "read_log"]

MOST_CHARACTERS: Final = 2_000_000
"""Longest text that is read."""

_MOST_ROWS: Final = 5000
_MOST_TOLD: Final = 50
_SEPARATORS: Final = (";", ",", "\t")
_NUMBER: Final = re.compile(r"[-+]?\d{1,13}(?:[.,]\d{1,12})?(?:[eE][-+]?\d{1,2})?")
_SPECTRUM: Final = 360
_KRAKEN_COLUMNS: Final = 11
_NEAR_DEG: Final = 12.0
_PLACE_DECIMALS: Final = 3
_LEAST_ERROR_DEG: Final = 3.0
_LATITUDES: Final = (-80.0, 80.0)
_LONGITUDES: Final = (-180.0, 180.0)
_HEIGHTS_M: Final = (1.0, 3000.0)
_ERRORS_DEG: Final = (0.1, 90.0)
_FIELDS_DBUVM: Final = (-100.0, 200.0)
_LONGEST: Final = 60

_HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "station": ("station", "station id", "name", "point", "tram", "diem", "ten"),
    "latitude": ("latitude", "lat", "vi do"),
    "longitude": ("longitude", "lon", "lng", "kinh do"),
    "bearing_deg": ("bearing", "bearing deg", "azimuth", "doa", "goc phuong vi", "phuong vi"),
    "convention": ("convention", "quy uoc"),
    "error_deg": ("error", "error deg", "accuracy", "sai so"),
    "height_m": ("height", "height m", "do cao", "chieu cao"),
    "at": ("time", "at", "thoi gian", "thoi diem"),
    "level": ("level", "field", "field strength", "dbuvm", "dbuv m", "cuong do truong", "muc"),
    "uncertainty_db": ("uncertainty", "uncertainty db", "do khong dam bao do"),
    "from": ("from", "start", "tu", "bat dau"),
    "to": ("to", "end", "den", "ket thuc"),
    "heard": ("heard", "interference", "co nhieu", "nhieu"),
}
_CONVENTIONS: Final[Mapping[str, Convention]] = {
    "": Convention.COMPASS,
    "compass": Convention.COMPASS,
    "la ban": Convention.COMPASS,
    "unit circle": Convention.UNIT_CIRCLE,
    "duong tron don vi": Convention.UNIT_CIRCLE,
}
_YES: Final = frozenset({"1", "yes", "y", "true", "co", "x"})
_NO: Final = frozenset({"0", "no", "n", "false", "khong"})


@dataclass(frozen=True, slots=True)
class Rows:
    """What a text held.

    Attributes
    ----------
    rows : list of dict
        What could be read.
    remarks : list of (str, dict)
        What could not, and what was converted, as keys of sentences.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


class _WrongCellError(Exception):
    """A cell that is not what it should be."""

    def __init__(self, name: str, value: str, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = f"sources.{key}"
        self.values = {
            "field": Phrase(f"sources.cell_{name}"),
            "value": value[:_LONGEST],
            **values,
        }


def read_bearings(text: str) -> Rows:
    """Return the bearings of a text in either form.

    Parameters
    ----------
    text : str
        CSV with `;`, `,` or tabs between.

    Raises
    ------
    FormatError
        If it is too long, has no header that is known, or not one row of it can be read.
    """
    table = _table(text)
    if _is_kraken(table):
        return _merged(_each(table, _kraken))
    return _each(*_headed(table, ("latitude", "longitude", "bearing_deg")), _bearing)


def read_levels(text: str) -> Rows:
    """Return field strengths; a level written `<15` is below what could be heard.

    Raises
    ------
    FormatError
        As of `read_bearings`.
    """
    return _each(*_headed(_table(text), ("latitude", "longitude", "level")), _level)


def read_log(text: str) -> Rows:
    """Return when the interference was heard, and when it was not.

    Raises
    ------
    FormatError
        As of `read_bearings`.
    """
    return _each(*_headed(_table(text), ("from", "to", "heard")), _entry)


_Numbered = tuple[int, list[str]]


def _table(text: str) -> list[_Numbered]:
    if len(text) > MOST_CHARACTERS:
        raise FormatError("sources.text_too_long", most=MOST_CHARACTERS)
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=first.count)
    try:
        every = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator)
        rows = [
            (number, [cell.strip() for cell in row])
            for number, row in enumerate(every, start=1)
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise FormatError("sources.text_broken", detail=str(error)) from None
    if len(rows) > _MOST_ROWS:
        raise FormatError("sources.too_many_rows", count=len(rows), most=_MOST_ROWS)
    if not rows:
        raise FormatError("sources.text_empty")
    return rows


def _is_kraken(table: Sequence[_Numbered]) -> bool:
    """Return whether the first row is no header but a record that begins with an epoch."""
    first = table[0][1]
    return (
        len(first) >= _KRAKEN_COLUMNS and re.fullmatch(r"\d{10,13}(\.0*)?", first[0]) is not None
    )


def _headed(
    table: Sequence[_Numbered], needed: Sequence[str]
) -> tuple[Sequence[_Numbered], dict[str, int]]:
    """Return the rows below a header, and the column of each field."""
    names = {alias: name for name, aliases in _HEADERS.items() for alias in aliases}
    columns: dict[str, int] = {}
    for place, cell in enumerate(table[0][1]):
        found = names.get(plain_key(cell))
        if found is not None:
            columns.setdefault(found, place)
    absent = [name for name in needed if name not in columns]
    if absent:
        raise FormatError(
            "sources.header_lacks",
            missing=", ".join(absent),
            found=", ".join(table[0][1])[:_LONGEST],
        )
    return table[1:], columns


_Reads = Callable[..., dict[str, Any]]


def _each(table: Sequence[_Numbered], *how: Any) -> Rows:
    """Read every row; what is wrong with one costs no other."""
    found = Rows()
    reads: _Reads = how[-1]
    wrong = 0
    for number, row in table:
        try:
            if len(how) == 1:
                found.rows.append(reads(row, number, found.remarks))
            else:
                columns = how[0]
                cells = {
                    name: row[place] if place < len(row) else "" for name, place in columns.items()
                }
                found.rows.append(reads(cells, number))
        except _WrongCellError as error:
            wrong += 1
            if wrong <= _MOST_TOLD:
                found.remarks.append((error.key, {"row": number, **error.values}))
    if wrong > _MOST_TOLD:
        found.remarks.append(("sources.more_rows_wrong", {"count": wrong - _MOST_TOLD}))
    if not found.rows:
        key, values = found.remarks[0] if found.remarks else ("sources.text_empty", {})
        raise FormatError(key, **values)
    return found


def _number(name: str, cell: str, within: tuple[float, float]) -> float:
    if not _NUMBER.fullmatch(cell):
        raise _WrongCellError(name, cell, "wrong_number")
    value = float(cell.replace(",", "."))
    if not within[0] <= value <= within[1]:
        raise _WrongCellError(name, cell, "wrong_range", lower=within[0], upper=within[1])
    return value


def _optional(
    cells: Mapping[str, str], name: str, within: tuple[float, float]
) -> dict[str, float]:
    cell = cells.get(name, "")
    return {name: _number(name, cell, within)} if cell else {}


def _place(cells: Mapping[str, str], number: int) -> dict[str, Any]:
    name = cells.get("station", "")[:_LONGEST] or f"#{number}"
    return {
        "station": name,
        "latitude": _number("latitude", cells["latitude"], _LATITUDES),
        "longitude": _number("longitude", cells["longitude"], _LONGITUDES),
        **_optional(cells, "height_m", _HEIGHTS_M),
    }


def _bearing(cells: Mapping[str, str], number: int) -> dict[str, Any]:
    word = plain_key(cells.get("convention", ""))
    if word not in _CONVENTIONS:
        raise _WrongCellError("convention", cells["convention"], "wrong_convention")
    angle = _number("bearing_deg", cells["bearing_deg"], (-360.0, 720.0))
    told = cells.get("at", "")
    return {
        **_place(cells, number),
        "bearing_deg": round(float(compass_deg(angle, _CONVENTIONS[word])), 6),
        **_optional(cells, "error_deg", _ERRORS_DEG),
        **({"at": _moment("at", told).isoformat()} if told else {}),
    }


def _level(cells: Mapping[str, str], number: int) -> dict[str, Any]:
    cell = cells["level"].replace(" ", "")
    below = cell.startswith("<")
    value = _number("level", cell.lstrip("<≤"), _FIELDS_DBUVM)
    place = _place(cells, number)
    place["name"] = place.pop("station")
    return {
        **place,
        ("below_dbuvm" if below else "field_strength_dbuvm"): value,
        **_optional(cells, "uncertainty_db", (0.0, 40.0)),
    }


def _entry(cells: Mapping[str, str], _: int) -> dict[str, Any]:
    start, end = _moment("from", cells["from"]), _moment("to", cells["to"])
    if end < start:
        raise _WrongCellError("to", cells["to"], "wrong_order")
    word = plain_key(cells["heard"])
    if word not in _YES | _NO:
        raise _WrongCellError("heard", cells["heard"], "wrong_flag")
    return {"from": start.isoformat(), "to": end.isoformat(), "heard": word in _YES}


def _moment(name: str, cell: str) -> datetime:
    """Return a time; without a zone it is that of Viet Nam."""
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        raise _WrongCellError(name, cell, "wrong_time") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=VIET_NAM)


def _kraken(
    row: Sequence[str], number: int, remarks: list[tuple[str, dict[str, Any]]]
) -> dict[str, Any]:
    """Return one record of the KrakenSDR as a bearing."""
    if len(row) < _KRAKEN_COLUMNS:
        raise _WrongCellError("station", ",".join(row), "too_few_cells", least=_KRAKEN_COLUMNS)
    cells = dict(
        zip(
            ("epoch", "doa", "confidence", "rssi", "hertz", "array", "latency", "station"),
            row,
            strict=False,
        )
    )
    cells |= {"latitude": row[8], "longitude": row[9]}
    doa = _number("bearing_deg", row[1], (-360.0, 720.0))
    heading = _number("heading", row[10] or "0", (-360.0, 360.0))
    spectrum = _spectrum(row)
    if spectrum is not None:
        peak = float(np.argmax(spectrum))
        doa = _told_apart(doa, peak, number, remarks)
    epoch = _number("epoch", row[0], (0.0, 4e12))
    at = datetime.fromtimestamp(epoch / (1e3 if epoch > 1e11 else 1.0), UTC)
    hertz = _number("hertz", row[4], (0.0, 1e11))
    return {
        **_place(cells, number),
        "bearing_deg": round((doa + heading) % 360.0, 6),
        "confidence": max(_number("confidence", row[2], (-1e6, 1e6)), 0.0),
        "frequency_mhz": round(hertz / 1e6, 6),
        "at": at.isoformat(),
    }


def _spectrum(row: Sequence[str]) -> Sequence[float] | None:
    """Return the last 360 values of a record, None where it has none that can be read."""
    cells = row[_KRAKEN_COLUMNS:]
    if len(cells) < _SPECTRUM:
        return None
    try:
        values = [float(cell) for cell in cells[-_SPECTRUM:]]
    except ValueError:
        return None
    return values if all(map(math.isfinite, values)) and len(set(values)) > 1 else None


def _told_apart(
    doa: float, peak_deg: float, number: int, remarks: list[tuple[str, dict[str, Any]]]
) -> float:
    """Return the DOA by the compass, as the peak of the spectrum shows how it was written.

    Relative to the array, whose own zero the unit circle and the compass share: the compass is the
    unit circle run backwards.
    """
    compass = -peak_deg % 360.0
    if _apart(doa, compass) <= _NEAR_DEG:
        return doa
    values: dict[str, Any] = {"row": number, "value": round(doa, 1), "peak": round(compass, 1)}
    if _apart(doa, peak_deg) <= _NEAR_DEG:
        remarks.append(("sources.kraken_unit_circle", values))
        return compass
    remarks.append(("sources.kraken_doubtful", values))
    return doa


def _apart(one_deg: float, other_deg: float) -> float:
    return abs((one_deg - other_deg + 180.0) % 360.0 - 180.0)


def _merged(found: Rows) -> Rows:
    """Return one bearing for each station and place, with what its records scatter."""
    told: dict[str, int] = {}
    remarks = []
    for key, values in found.remarks:
        told[key] = told.get(key, 0) + 1
        if told[key] <= 3:
            remarks.append((key, values))
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in found.rows:
        place = (round(row["latitude"], _PLACE_DECIMALS), round(row["longitude"], _PLACE_DECIMALS))
        groups.setdefault((row["station"], *place), []).append(row)
    merged = Rows(remarks=remarks)
    merged.rows.extend(_means(groups.values()))
    if len(found.rows) > len(merged.rows):
        values = {"count": len(found.rows), "bearings": len(merged.rows)}
        merged.remarks.append(("sources.kraken_merged", values))
    return merged


def _means(groups: Any) -> Iterator[dict[str, Any]]:
    for rows in groups:
        weight = np.array([row["confidence"] for row in rows])
        weight = weight if weight.sum() > 0 else np.ones(len(rows))
        turned = np.radians([row["bearing_deg"] for row in rows])
        mean = np.average(np.exp(1j * turned), weights=weight)
        length = min(max(abs(mean), 1e-3), 1.0)
        spread = math.degrees(math.sqrt(-2 * math.log(length)))
        yield {
            **{k: rows[0][k] for k in ("station", "latitude", "longitude", "at")},
            "bearing_deg": round(math.degrees(float(np.angle(mean))) % 360.0, 3),
            "error_deg": round(min(math.hypot(_LEAST_ERROR_DEG, spread), 90.0), 2),
            "records": len(rows),
        }
