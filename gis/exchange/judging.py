"""Judging a file row by row: nothing is written, every row gets its verdict."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gis.exchange.allotment_rows import READ_INTO as ALLOTTED_INTO
from gis.exchange.answers import ImportAnswers, Question
from gis.exchange.aviation_rows import require_length
from gis.exchange.building import build, noted
from gis.exchange.cells import CellReader
from gis.exchange.conventions import Conventions
from gis.exchange.datum import crs_name
from gis.exchange.doubts import ask_datum, ask_meridian, ask_shifted, ask_swapped, located
from gis.exchange.eirp import ask_suspected
from gis.exchange.extent import Communes, Extent
from gis.exchange.fields import ANTENNA, PLACE
from gis.exchange.headers import Columns
from gis.exchange.known import Known
from gis.exchange.letting_rows import Lettings
from gis.exchange.lines import Vertices, vertices_of
from gis.exchange.matching import POPULATION, Index, changes, make, merged
from gis.exchange.measured_rows import READ_INTO as MEASURED_INTO
from gis.exchange.places import Measure, Place, PlaceReader
from gis.exchange.report import Accepted, ImportKind, ImportRecord, Refused, RowState
from gis.exchange.rested_rows import rested_field, rested_rows
from gis.exchange.site_checks import SiteChecks
from gis.exchange.site_rows import READ_INTO as SITES_INTO
from gis.exchange.table import Row, Table
from gis.exchange.work_rows import point_of, shape_of
from gis.geodesy import WGS84
from gis.register.records import AdministrativeUnit, Provenance
from gis.register.store import Register
from propagation.compliance.records import Confidence

__all__ = ["Judge", "Verdicts", "systems_in_words"]

_READ_INTO = {**MEASURED_INTO, **ALLOTTED_INTO, **SITES_INTO}
_DRAWN = (ImportKind.ROUTES, ImportKind.WORKS, ImportKind.ROADS)
_NOT_KEPT = ("id", "classification", "geometry")
_HIGHEST = Confidence.SECONDARY
"""How well what an organisation says of its own records is known at most."""
_KEY_FIELDS = {
    ImportKind.STRUCTURES: "code",
    ImportKind.POPULATION: "code",
    ImportKind.PROTECTED_POINTS: "name",
    ImportKind.ALLOTMENTS: "name",
    ImportKind.RUNWAYS: "name",
    ImportKind.FACILITIES: "name",
    ImportKind.ROADS: "geometry",
    ImportKind.INSTALLATIONS: "structure_id",
    ImportKind.LEVELS: "structure_id",
    ImportKind.ROUTES: "code",
    ImportKind.DUCTS: "code",
    ImportKind.CABLES: "name",
    ImportKind.CONTRACTS: "number",
    ImportKind.PUBLISHED_RENTS: "kind",
    ImportKind.WORKS: "name",
    ImportKind.POINTS: "name",
}


@dataclass(slots=True)
class _Pending:
    row: Row
    values: dict[str, Any]
    place: Place | None
    problems: list[Any]
    vertices: Vertices | None = None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What became of the rows.

    Attributes
    ----------
    accepted, refused
        The rows.
    questions : tuple of Question
        About the whole file's positions.
    systems : tuple of int
        Coordinate systems that were read, the commonest first.
    """

    accepted: tuple[Accepted, ...]
    refused: tuple[Refused, ...]
    questions: tuple[Question, ...]
    systems: tuple[int, ...]


class Judge:
    """Judges the rows of one table.

    Parameters
    ----------
    table, kind, columns, conventions, answers
        How it is read.
    known : Known
        What rows may refer to.
    constants : mapping
        Texts for fields without a column.
    stored : sequence of ImportRecord
        The records that the register holds.
    extent : Extent
        Where rows can lie.
    communes : Communes
        For the doubt about the grid.
    preferred : sequence of int
        Grids to offer first.
    """

    def __init__(
        self,
        table: Table,
        kind: ImportKind,
        columns: Columns,
        conventions: Conventions,
        answers: ImportAnswers,
        *,
        known: Known,
        constants: Mapping[str, str],
        stored: Sequence[ImportRecord],
        extent: Extent,
        communes: Communes,
        preferred: Sequence[int] = (),
    ) -> None:
        self._table = table
        self._kind, self._pointed, self._placed = kind, kind.pointed, kind.placed
        self._columns = columns
        self._answers = answers
        self._known = known
        index = self._index = Index(kind, stored)
        self._extent = extent
        self._communes = communes
        self._preferred = preferred
        self._reader = CellReader(table, kind, columns, conventions, constants)
        self._placer = PlaceReader(table, columns, conventions, answers, self._reader)
        self._sites = SiteChecks(self._reader, known, index, extent=extent)
        self._lettings = Lettings(self._reader, known.sites, stored)
        self._supplied = self._supplied_fields()
        self._edited: dict[str, int] = {}

    def judge(self) -> Verdicts:
        """Return the verdict on every row."""
        pending = [self._read(row) for row in self._table.rows]
        places = [each.place for each in pending]
        questions = self._questions(pending, places)
        longitude, latitude = located(places, WGS84)
        degrees = [p is None or p.epsg is not None or p.measure is Measure.DEGREES for p in places]
        inside = self._extent.holds(longitude, latitude) | ~np.array(degrees, dtype=np.bool_)
        swap_refused = self._refuses_swapped(questions)
        accepted: list[Accepted] = []
        refused: list[Refused] = []
        read: list[tuple[Place, float, float, Any]] = []
        for i, each in enumerate(pending):
            lon, lat = float(longitude[i]), float(latitude[i])
            self._reader.begin(each.row)
            self._reader.problems = each.problems
            self._check_place(each.place, lon, lat, bool(inside[i]), swap_refused)
            record = None if each.problems else self._record(each, lon, lat)
            if record is not None and each.place is not None and self._pointed:
                beside = self._meant(record)
                if beside is not None:
                    read.append((each.place, lon, lat, beside))
            verdict = None if record is None else self._match(record, each)
            if verdict is None:
                refused.append(Refused(each.row.number, each.row.cells, tuple(each.problems)))
            else:
                accepted.append(verdict)
        if self._kind is ImportKind.CONTRACTS:
            taken = self._lettings.refused(
                accepted, {each.row.number: each.row for each in pending}
            )
            lost = {one.row for one in taken}
            accepted = [one for one in accepted if one.row not in lost]
            refused += taken
        shifted = self._shifted(read)
        if shifted is not None:
            questions.append(shifted)
        suspected = ask_suspected(accepted, self._columns, self._answers)
        questions += suspected
        systems = Counter(p.epsg for p in places if p is not None and p.epsg is not None)
        return Verdicts(
            tuple(accepted),
            tuple(refused),
            tuple(questions),
            tuple(epsg for epsg, _ in systems.most_common()),
        )

    def without_rested(self, verdicts: Verdicts, register: Register) -> Verdicts:
        """Return verdicts in which rows are refused that a contract or a level does not allow."""
        errors = rested_rows(register, verdicts.accepted)
        rows = {row.number: row for row in self._table.rows if row.number in errors}
        refused = []
        for one in verdicts.accepted:
            if one.row in errors:
                row, error = rows[one.row], errors[one.row]
                self._reader.begin(row)
                self._reader.refuse(rested_field(one) or self._key_field(), "rested_on")
                told = (replace(self._reader.problems[0], key=error.key, values=error.values),)
                refused.append(Refused(row.number, row.cells, told))
        accepted = tuple(one for one in verdicts.accepted if one.row not in errors)
        return replace(verdicts, accepted=accepted, refused=(*verdicts.refused, *refused))

    def _read(self, row: Row) -> _Pending:
        self._reader.begin(row)
        values = build(self._kind, self._reader, self._known)
        if self._kind in _DRAWN:
            return self._read_line(row, values)
        place = self._placer.place(row, required=self._placed) if self._pointed else None
        return _Pending(row, values, place, self._reader.problems)

    def _read_line(self, row: Row, values: dict[str, Any]) -> _Pending:
        """Return a row of a line, its first vertex as its place; a work may lie at a point."""
        found = vertices_of(row, self._table, self._reader.cell("geometry"))
        place = None
        if self._kind is ImportKind.WORKS and not isinstance(found, tuple):
            place = point_of(self._reader.cell("geometry"), self._placer)
            if place is not None or self._reader.cell("geometry") is None:
                place = place or self._placer.place(row, required=True)
                return _Pending(row, values, place, self._reader.problems)
        if isinstance(found, str):
            self._reader.refuse("geometry", found)
            found = None
        elif found is not None:
            place = self._placer.at("geometry", *found[0])
        return _Pending(row, values, place, self._reader.problems, found)

    def _questions(
        self, pending: Sequence[_Pending], places: Sequence[Place | None]
    ) -> list[Question]:
        words = self._table.crs_text
        if not words and self._placer.statement is not None:
            words = self._placer.statement.text
        names = [each.values.get("commune_name") for each in pending]
        asked = (
            ask_datum(places, self._extent, self._preferred, words),
            ask_swapped(places, self._answers),
            ask_meridian(places, names, self._communes, self._extent, self._answers),
        )
        return [question for question in asked if question is not None]

    def _refuses_swapped(self, questions: Sequence[Question]) -> bool:
        """Return whether rows whose coordinates are exchanged are refused."""
        if self._answers.swap is not None:
            return not self._answers.swap
        return not any(question.answer == "swap" for question in questions)

    def _check_place(
        self, place: Place | None, lon: float, lat: float, inside: bool, swap_refused: bool
    ) -> None:
        if place is None:
            return
        if place.swapped and swap_refused:
            field = self._place_field()
            self._reader.refuse(field, "swapped", longitude=place.x, latitude=place.y)
        elif not inside:
            self._reader.refuse(
                self._place_field(),
                "outside_province" if self._extent.name else "outside_country",
                longitude=lon,
                latitude=lat,
                province=self._extent.name,
                margin=self._extent.margin_km,
            )

    def _record(self, each: _Pending, lon: float, lat: float) -> ImportRecord | None:
        values = dict(each.values)
        if self._kind is ImportKind.ROUTES:
            values = self._sites.line(values, each.vertices, each.place)
        elif self._kind in (ImportKind.WORKS, ImportKind.ROADS):
            extent, reader = self._extent, self._reader
            at = (lon, lat)
            values = shape_of(values, each.vertices, each.place, at, extent=extent, reader=reader)
        elif self._kind is ImportKind.DUCTS:
            values = self._sites.parent(values)
        elif each.place is not None:
            values |= {"longitude": lon, "latitude": lat}
        elif self._placed:
            return None
        if self._kind is ImportKind.RUNWAYS:
            require_length(self._reader, values)
        if values.get("id") and not self._is_own(self._index.by_id(values["id"])):
            self._reader.refuse("id", "record_not_yours")
        if self._reader.problems:
            return None
        provenance = Provenance(
            confidence=values["confidence"], source=values["source"], row=each.row.number
        )
        return make(self._kind, values, provenance)

    def _meant(self, record: ImportRecord) -> Any:
        """Return the stored record whose place this row's can be compared with, or None."""
        by_id = self._index.by_id(record.id)
        stored = by_id[0] if by_id is not None and by_id[1] is None else None
        stored = stored or self._index.beside(record)
        if stored is not None and not self._may_change(stored):
            return None
        return None if getattr(stored, "longitude", None) is None else stored

    def _match(self, record: ImportRecord, each: _Pending) -> Accepted | None:
        by_id = self._index.by_id(record.id) if each.values.get("id") else None
        same = self._index.same(record)
        named = each.values.get("id") and self._kind is ImportKind.STATIONS
        if named and same is not None and same[1] is not None and same[0].id != record.id:
            same = None  # two stations of one carrier and site, told apart by their identifiers
        for found in (by_id, same):
            if found is not None and found[1] is not None:
                self._reader.refuse(self._key_field(), "duplicate_in_file", first=str(found[1]))
                return None
        if by_id is not None:
            return self._edit(record, by_id[0], same, each)
        if same is not None:
            if self._answers.update:
                return self._edit(record, same[0], same, each)
            self._reader.refuse(self._key_field(), "duplicate_stored", id=same[0].id)
            return None
        if self._vouches(record) or not self._sites.agrees(record):
            return None
        self._index.add(record, each.row.number)
        return Accepted(each.row.number, record, RowState.NEW)

    def _edit(
        self,
        record: ImportRecord,
        stored: ImportRecord,
        same: tuple[ImportRecord, int | None] | None,
        each: _Pending,
    ) -> Accepted | None:
        if not self._may_change(stored):
            self._reader.refuse("id", "owner_not_yours")
            return None
        taken = same is not None and same[0].id != stored.id
        if same is not None and taken and not self._index.is_same(record, stored):
            self._reader.refuse(self._key_field(), "duplicate_stored", id=same[0].id)
            return None
        if stored.id in self._edited:
            first = str(self._edited[stored.id])
            self._reader.refuse(self._key_field(), "duplicate_in_file", first=first)
            return None
        self._edited[stored.id] = each.row.number
        supplied = self._told_by(each)
        record = replace(record, provenance=self._provenance(record, stored, supplied, each))
        half_steps_deg = (0.0, 0.0) if each.place is None else each.place.half_steps_deg
        found = changes(stored, record, supplied, half_steps_deg)
        if not found:
            return Accepted(each.row.number, stored, RowState.UNCHANGED, stored)
        if self._known.only_owner is not None and _is_verified(record) and _is_verified(stored):
            # what it changes is verified no longer, though it may repeat what the register says
            record = replace(record, provenance=replace(record.provenance, confidence=_HIGHEST))
            told = dict.fromkeys((*supplied, "confidence"))
            found = changes(stored, record, told, half_steps_deg)
        own = [change.field for change in found if change.field not in ("confidence", "source")]
        changed = merged(stored, record, own)
        if self._vouches(changed) or not self._sites.agrees(changed):
            return None
        return Accepted(each.row.number, changed, RowState.CHANGED, stored, found)

    def _vouches(self, record: ImportRecord) -> bool:
        """Return whether an organisation calls a record of its own verified, and refuse that."""
        if self._known.only_owner is None or not _is_verified(record):
            return False
        field = "confidence" if self._reader.has("confidence") else "label"
        self._reader.refuse(field, "not_yours_to_verify")
        return True

    def _is_own(self, found: tuple[ImportRecord, int | None] | None) -> bool:
        """Return whether an identifier may stand in a file: another's is as unknown as none's."""
        return self._known.only_owner is None or (found is not None and self._may_change(found[0]))

    def _may_change(self, stored: ImportRecord) -> bool:
        """Return whether a record is one that the organisation may bring."""
        only = self._known.only_owner
        return only is None or self._sites.owner_of(stored) == only

    def _told_by(self, each: _Pending) -> list[str]:
        """Return the fields of the record that a row says something of."""
        if self._kind is ImportKind.POPULATION:
            return list(POPULATION)
        if self._kind in _DRAWN:
            own = [name for name in self._supplied if name not in PLACE]
            return own if each.place is None else [*own, "geometry"]
        return [name for name in self._supplied if each.place or name not in PLACE]

    def _provenance(
        self, record: ImportRecord, stored: ImportRecord, supplied: Sequence[str], each: _Pending
    ) -> Provenance:
        """Return the row's own, with what it does not say as the register has it."""
        own, old = record.provenance, stored.provenance
        if isinstance(stored, AdministrativeUnit):
            return old
        if "confidence" not in supplied:
            own = replace(own, confidence=old.confidence)
        if "source" not in self._columns.one:
            own = replace(own, source=noted(old.source, each.values["note"]))
        return own

    def _shifted(self, read: Sequence[tuple[Place, float, float, Any]]) -> Question | None:
        if not read:
            return None
        points = np.array(
            [(lon, lat, old.longitude, old.latitude) for _, lon, lat, old in read], dtype=float
        ).T
        return ask_shifted(
            (points[2], points[3]),
            (points[0], points[1]),
            [place for place, *_ in read],
            self._answers,
        )

    def _supplied_fields(self) -> tuple[str, ...]:
        def named() -> Iterator[str]:
            for name in (*self._columns.one, *self._columns.azimuths):
                if name in ("label", "stamp"):
                    yield "confidence"
                elif name == "note":
                    yield "source"
                elif name in ANTENNA:
                    yield "antenna"
                elif name in _READ_INTO:
                    yield _READ_INTO[name]
                elif name not in PLACE and name not in _NOT_KEPT:
                    yield name

        return tuple(dict.fromkeys((*named(), "longitude", "latitude")))

    def _place_field(self) -> str:
        for name in PLACE[:-1]:
            if name in self._columns.one:
                return name
        return "geometry"

    def _key_field(self) -> str:
        return _KEY_FIELDS.get(self._kind, "frequency_mhz")


def _is_verified(record: ImportRecord) -> bool:
    return record.provenance.confidence is Confidence.VERIFIED


def systems_in_words(systems: Sequence[int]) -> str:
    """Return the names of coordinate systems."""
    return "; ".join(crs_name(epsg) for epsg in systems) or "—"
