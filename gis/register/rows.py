"""Records into rows and back: one codec a record, built from the record's own annotations.

Text is stored in Unicode form C. A row without its geometry, as JSON with sorted keys, is what the
history keeps and what the content version counts.
"""

import base64
import hashlib
import json
import math
import re
import types
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

import shapely
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Table

from gis.errors import FormatError
from gis.register import moments, schema
from gis.register.allotments import AllotmentPoint
from gis.register.antennas import Antenna, antenna_from_text, antenna_to_text
from gis.register.blobs import from_blob, point_blob, point_coordinates, to_blob
from gis.register.duplicates import DuplicateDecision
from gis.register.points import PointVisit, RegistrationPoint
from gis.register.records import (
    LATER,
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    ImportBatch,
    Measurement,
    Organisation,
    PlanEntry,
    ProtectedPoint,
    Provenance,
    dated_id,
)
from gis.register.roads import Road
from gis.register.routes import Cable, Duct, Route
from gis.register.siting import AviationFacility, PlanningZone, Runway
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Document,
    Installation,
    PublishedRent,
    Structure,
)
from gis.register.works import PlannedWork, SignUp
from propagation.compliance.records import Confidence

__all__ = [
    "CODECS",
    "Codec",
    "Record",
    "Row",
    "codec_of",
    "codec_of_table",
    "fold",
    "is_kept",
    "record_digest",
    "row_from_json",
    "row_to_json",
    "row_to_json_and_content",
]

Record = (
    Organisation
    | Structure
    | Installation
    | BroadcastStation
    | PlanEntry
    | AdministrativeUnit
    | Boundary
    | ImportBatch
    | Measurement
    | ProtectedPoint
    | AllotmentPoint
    | AttachmentLevel
    | Route
    | Duct
    | Cable
    | Contract
    | PublishedRent
    | Document
    | Runway
    | AviationFacility
    | PlanningZone
    | Road
    | DuplicateDecision
    | PlannedWork
    | SignUp
    | RegistrationPoint
    | PointVisit
)
R = TypeVar("R", bound=Record)
Row = dict[str, Any]
_Step = Callable[[Any], Any]

_GEOMETRY = schema.GEOMETRY_COLUMN
_DERIVED = frozenset({"fid", "search"})
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_MARKS = re.compile("[\u0300-\u036f]")
_PROVENANCE = ("confidence", "source", "batch_id", "source_row")
_CONFIDENCES = {one.value: one for one in Confidence}


def fold(text: str) -> str:
    """Return a text for searching: lower case, without marks, `đ` as `d`."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return _MARKS.sub("", plain)


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _finite(value: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise FormatError("errors.number_not_finite", value=str(value))
    return number


def _json(value: object) -> str:
    return _ENCODER.encode(value)


def _numbers(values: Sequence[float]) -> str | None:
    return _json([_finite(value) for value in values]) if values else None


def _texts(values: Sequence[str]) -> str | None:
    return _json([_nfc(value) for value in values]) if values else None


def _sequence(stored: str | None) -> tuple[Any, ...]:
    return () if stored is None else tuple(json.loads(stored))


def _mapping(values: Mapping[str, str]) -> str:
    return _json({_nfc(key): _nfc(value) for key, value in values.items()})


def _same(value: Any) -> Any:
    return value


_STEPS: dict[type, tuple[_Step, _Step]] = {
    str: (_nfc, _same),
    bool: (bool, bool),
    int: (int, _same),
    float: (_finite, _same),
    date: (date.isoformat, date.fromisoformat),
    datetime: (moments.to_text, moments.from_text),
    Antenna: (antenna_to_text, antenna_from_text),
}


def _steps(hint: Any) -> tuple[_Step, _Step]:
    """Return how a value of an annotation is stored, and how it is read back."""
    if _may_be_none(hint):
        (inner,) = (part for part in get_args(hint) if part is not types.NoneType)
        store, load = _steps(inner)
        if load is _sequence:  # nothing is no empty list here
            load = _unless_none(load)
        return store, load  # what is none is neither stored nor loaded
    if get_origin(hint) is dict:
        return _mapping, json.loads
    if get_origin(hint) is tuple:
        return (_texts if get_args(hint)[0] is str else _numbers), _sequence
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        members = {member.value: member for member in hint}
        return (lambda value: hint(value).value), members.__getitem__
    return _STEPS[hint]


def _may_be_none(hint: Any) -> bool:
    return isinstance(hint, types.UnionType) or get_origin(hint) is Union


def _unless_none(step: _Step) -> _Step:
    return lambda value: None if value is None else step(value)


class Codec(Generic[R]):
    """How one kind of record is kept.

    Attributes
    ----------
    record : type
        The record.
    table : Table
        Where it is kept.
    columns : tuple of str
        Columns that make a record, in the order in which `from_row` reads them.
    """

    def __init__(
        self,
        record: type[R],
        table: Table,
        identify: Callable[[R], str] | None = None,
        searched: tuple[str, ...] = (),
    ) -> None:
        self.record = record
        self.table = table
        self._identify = identify
        self._searched = searched
        names = [field.name for field in fields(record)]
        hints = get_type_hints(record)
        special = {"provenance", "longitude", "latitude", "geometry"}
        steps = {name: _steps(hints[name]) for name in names if name not in special}
        self._stores = [
            (name, store, _may_be_none(hints[name])) for name, (store, _) in steps.items()
        ]
        self._values = attrgetter(*steps)
        self._loads = [(name, load) for name, (_, load) in steps.items() if load is not _same]
        self._plain = tuple(steps)
        self._has_point = "longitude" in names
        self._has_outline = "geometry" in names
        self._has_provenance = "provenance" in names
        shape = (_GEOMETRY,) if self._has_point or self._has_outline else ()
        self.columns = (*self._plain, *(_PROVENANCE if self._has_provenance else ()), *shape)

    @property
    def name(self) -> str:
        """Name of the table."""
        return self.table.name

    def id_of(self, record: R) -> str:
        """Return the row's `id`."""
        name = record.id if self._identify is None else self._identify(record)  # type: ignore[union-attr]  # a record without `id` has its own way
        return _nfc(name)

    def to_row(self, record: R) -> Row:
        """Return the row of a record.

        Raises
        ------
        FormatError
            If a number is not finite or a coordinate is not on the Earth.
        """
        told = zip(self._stores, self._values(record), strict=True)
        row: Row = {
            name: None if value is None and open_ else store(value)
            for (name, store, open_), value in told
        }
        row["id"] = self.id_of(record)
        if self._has_provenance:
            row |= _provenance_row(record.provenance)  # type: ignore[union-attr]  # asked above
        if self._has_point:
            row[_GEOMETRY] = _point(record.longitude, record.latitude)  # type: ignore[union-attr]  # asked above
        elif self._has_outline:
            row[_GEOMETRY] = _shape(record.geometry)  # type: ignore[union-attr]  # asked above
        return self.searchable(row)

    def searchable(self, row: Row) -> Row:
        """Return the row with what is searched, derived from the rest."""
        if self._searched:
            row["search"] = fold(" ".join(row[name] or "" for name in self._searched))
        return row

    def from_row(self, row: Sequence[Any]) -> R:
        """Return the record of a row whose values stand as in `columns`."""
        values = dict(zip(self._plain, row, strict=False))
        for name, load in self._loads:
            value = values[name]
            if value is not None or load is _sequence:
                values[name] = load(value)
        at = len(self._plain)
        if self._has_provenance:
            confidence, source, batch_id, source_row = row[at : at + len(_PROVENANCE)]
            values["provenance"] = Provenance(
                confidence=_CONFIDENCES[confidence],
                source=source,
                batch_id=batch_id,
                row=source_row,
            )
        if self._has_point:
            blob = row[-1]
            point = (None, None) if blob is None else point_coordinates(blob)
            values["longitude"], values["latitude"] = point
        elif self._has_outline:
            values["geometry"] = from_blob(row[-1])
        return self.record(**values)


def _provenance_row(provenance: Provenance) -> Row:
    stored = (
        provenance.confidence.value,
        _nfc(provenance.source),
        provenance.batch_id,
        provenance.row,
    )
    return dict(zip(_PROVENANCE, stored, strict=True))


def _point(longitude: float | None, latitude: float | None) -> bytes | None:
    if longitude is None and latitude is None:
        return None
    if longitude is None or latitude is None:
        raise FormatError("errors.coordinate_half")
    return _placed(longitude, latitude)


def _placed(longitude: float, latitude: float) -> bytes:
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise FormatError(
            "errors.coordinate_off_earth", longitude=str(longitude), latitude=str(latitude)
        )
    return point_blob(longitude, latitude)


def _shape(geometry: BaseGeometry) -> bytes:
    """Return the blob of a point, of a line, or of an area as one of several parts."""
    if isinstance(geometry, Point):
        return _placed(geometry.x, geometry.y)
    if isinstance(geometry, LineString):
        return _line(geometry)
    return _outline(geometry)


def _line(line: LineString) -> bytes:
    if line.is_empty or not line.is_valid or line.length == 0:
        raise FormatError("errors.line_without_length")
    west, south, east, north = line.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise FormatError("errors.coordinate_off_earth", longitude=str(west), latitude=str(south))
    return to_blob(line)


def _outline(geometry: BaseGeometry) -> bytes:
    outline = MultiPolygon([geometry]) if isinstance(geometry, Polygon) else geometry
    if outline.geom_type != "MultiPolygon" or outline.is_empty:
        raise FormatError("errors.boundary_not_area", value=str(outline.geom_type))
    return to_blob(outline)


def _dated_boundary(boundary: Boundary) -> str:
    return dated_id(boundary.unit_code, boundary.valid_from)


_NAMED_PLACE = ("code", "name", "commune_name", "address")
_PUBLISHED_POINT = ("name", "address", "commune_name")
_BROADCAST = ("name", "programme", "channel", "commune_name", "licence_number")

CODECS: tuple[Codec[Any], ...] = (
    Codec(ImportBatch, schema.import_batches),
    Codec(Organisation, schema.organisations),
    Codec(Structure, schema.structures, searched=_NAMED_PLACE),
    Codec(Installation, schema.installations),
    Codec(PlanEntry, schema.plan_entries),
    Codec(BroadcastStation, schema.broadcast_stations, searched=_BROADCAST),
    Codec(AdministrativeUnit, schema.administrative_units),
    Codec(Boundary, schema.boundaries, identify=_dated_boundary),
    Codec(Measurement, schema.measurements),
    Codec(ProtectedPoint, schema.protected_points),
    Codec(AllotmentPoint, schema.allotment_points),
    Codec(AttachmentLevel, schema.attachment_levels),
    Codec(Route, schema.routes, searched=("code", "name")),
    Codec(Duct, schema.ducts),
    Codec(Cable, schema.cables),
    Codec(Contract, schema.contracts),
    Codec(PublishedRent, schema.published_rents),
    Codec(Document, schema.documents),
    Codec(Runway, schema.runways),
    Codec(AviationFacility, schema.aviation_facilities),
    Codec(PlanningZone, schema.planning_zones),
    Codec(Road, schema.roads),
    Codec(DuplicateDecision, schema.duplicate_decisions),
    Codec(PlannedWork, schema.planned_works, searched=("name", "description")),
    Codec(SignUp, schema.work_sign_ups),
    Codec(RegistrationPoint, schema.registration_points, searched=_PUBLISHED_POINT),
    Codec(PointVisit, schema.point_visits),
)


_BY_RECORD: dict[type, Codec[Any]] = {codec.record: codec for codec in CODECS}
_BY_TABLE = {codec.name: codec for codec in CODECS}


_UNSAID = {
    codec.name: frozenset(one.name for one in fields(codec.record) if one.metadata == LATER)
    for codec in CODECS
}
"""Columns of which a row without a value says nothing, so that it stays what it was, by table."""


def codec_of(record: type[R]) -> Codec[R]:
    """Return the codec of a record."""
    return _BY_RECORD[record]


def codec_of_table(name: str) -> Codec[Any]:
    """Return the codec of a table."""
    return _BY_TABLE[name]


def record_digest(record: Record) -> str:
    """Return what tells one state of a record from another, for who changes it later."""
    codec: Codec[Any] = codec_of(type(record))
    kept = row_to_json(codec.name, codec.to_row(record))
    return hashlib.sha256(kept.encode()).hexdigest()


def is_kept(name: str) -> bool:
    """Return whether a table holds records of the register."""
    return name in _BY_TABLE


def _plain_row(table: str, row: Row) -> Row:
    """Return a row with JSON values only, coordinates and outlines readable."""
    unsaid = _UNSAID[table]
    plain = {name: value for name, value in row.items() if value is not None or name not in unsaid}
    for name in _DERIVED:
        plain.pop(name, None)
    blob = plain.pop(_GEOMETRY, None)
    if blob is not None:
        geometry = _readable(blob)
        plain |= geometry
    return plain


def _readable(blob: bytes) -> Row:
    try:
        longitude, latitude = point_coordinates(blob)
    except FormatError:
        wkb = shapely.to_wkb(from_blob(blob))
        return {"outline": base64.b64encode(wkb).decode("ascii")}
    return {"longitude": longitude, "latitude": latitude}


def row_to_json(table: str, row: Row) -> str:
    """Return a row as the history keeps it."""
    return _kept(_plain_row(table, row))[0]


def row_to_json_and_content(table: str, row: Row) -> tuple[str, int]:
    """Return a row as the history keeps it, and a number that stands for what it says.

    The number, a SHA-256, is the same whichever import brought the row.
    """
    kept, content = _kept(_plain_row(table, row))
    digest = hashlib.sha256(f"{table}\n{content}".encode()).digest()
    return kept, int.from_bytes(digest, "big")


def _kept(plain: Row) -> tuple[str, str]:
    """Return the JSON of a row, and of what it says without where it stood in which file."""
    if "batch_id" not in plain:
        content = _json(plain)
        return content, content
    batch_id, source_row = plain.pop("batch_id"), plain.pop("source_row")
    content = _json(plain)
    batch = "null" if batch_id is None else encode_basestring(batch_id)
    row = "null" if source_row is None else source_row
    return f'{content[:-1]},"batch_id":{batch},"source_row":{row}}}', content


def row_from_json(table: str, kept: str) -> Row:
    """Return the row that the history kept, ready to be stored again."""
    codec = codec_of_table(table)
    row: Row = dict.fromkeys(_UNSAID[table])
    row |= json.loads(kept)
    if _GEOMETRY in codec.table.columns:
        row[_GEOMETRY] = None
    if "outline" in row:
        row[_GEOMETRY] = to_blob(shapely.from_wkb(base64.b64decode(row.pop("outline"))))
    elif "longitude" in row:
        row[_GEOMETRY] = point_blob(row.pop("longitude"), row.pop("latitude"))
    return codec.searchable(row)
