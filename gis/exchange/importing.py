"""Bringing a file into the register: judge it, answer what it asks, commit it.

Example
-------
>>> report = judge(Path("cot.xlsx"), kind="structures", register=register)
>>> [question.say("en") for question in report.questions]
>>> answers = ImportAnswers(crs=9210)
>>> report = judge(Path("cot.xlsx"), kind="structures", register=register, answers=answers)
>>> batch = commit(report, register, author="lan")
"""

import gc
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

from data.text import Language, text
from gis.administration import COMMUNES
from gis.errors import ConflictError, FormatError
from gis.exchange.answers import ImportAnswers, Option, Question, QuestionKind
from gis.exchange.classified import without_secrets
from gis.exchange.conventions import settle
from gis.exchange.error_report import error_report_xlsx
from gis.exchange.extent import Communes, extent_of
from gis.exchange.fields import FIELDS, Dimension, Field, tables, title
from gis.exchange.headers import Columns, map_columns
from gis.exchange.judging import Judge, systems_in_words
from gis.exchange.known import Known
from gis.exchange.marks import bears_mark
from gis.exchange.matching import stored_records
from gis.exchange.measured_rows import Stations
from gis.exchange.personal_file import refuse_name, refuse_personal, refuse_typed
from gis.exchange.report import (
    Accepted,
    ImportKind,
    ImportRecord,
    ImportReport,
    Refused,
    RowState,
)
from gis.exchange.safety import LIMITS, Inspected, Limits, inspect
from gis.exchange.sites import Sites
from gis.exchange.table import Table, shown
from gis.exchange.tables_of_files import table_of, understood
from gis.geodesy import is_known
from gis.jurisdictions import Jurisdiction
from gis.names import commune_key
from gis.register.allotments import AllotmentPoint
from gis.register.points import RegistrationPoint
from gis.register.reading import Reader
from gis.register.records import (
    AdministrativeUnit,
    BroadcastStation,
    ImportBatch,
    Measurement,
    PlanEntry,
    ProtectedPoint,
    Provenance,
)
from gis.register.roads import Road
from gis.register.routes import Cable, Duct, Route
from gis.register.scopes import SYSTEM
from gis.register.sign_ups import sign_ups_of_works
from gis.register.siting import AviationFacility, Runway
from gis.register.store import Register
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Installation,
    PublishedRent,
    Structure,
)
from gis.register.works import PlannedWork
from gis.register.writing import Writer
from propagation.compliance.records import Confidence

__all__ = ["ImportAnswers", "ImportKind", "ImportReport", "commit", "error_report_xlsx", "judge"]

T = TypeVar("T")

_TABLES: dict[type[ImportRecord], str] = {
    Structure: "structures",
    BroadcastStation: "stations",
    PlanEntry: "plan_entries",
    Measurement: "measurements",
    ProtectedPoint: "protected_points",
    AllotmentPoint: "allotment_points",
    AdministrativeUnit: "units",
    AttachmentLevel: "levels",
    Installation: "installations",
    Route: "routes",
    Duct: "ducts",
    Cable: "cables",
    Contract: "contracts",
    PublishedRent: "published_rents",
    Runway: "runways",
    AviationFacility: "aviation_facilities",
    Road: "roads",
    PlannedWork: "works",
    RegistrationPoint: "points",
}
"""The tables of the register by their record; what others refer to comes first."""
_OF_SITES = frozenset(
    {
        ImportKind.INSTALLATIONS,
        ImportKind.LEVELS,
        ImportKind.ROUTES,
        ImportKind.DUCTS,
        ImportKind.CABLES,
        ImportKind.CONTRACTS,
        ImportKind.WORKS,
    }
)
_OF_UNITS = (ImportKind.POPULATION, ImportKind.ALLOTMENTS, ImportKind.POINTS)
_OPEN = "?"
_SAMPLES = 3
_LONGEST_SAMPLE = 40
_LOOKED_THROUGH = 200


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the search for reference cycles rest: rows make none, and it costs an eighth."""
    rested = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not rested:
            gc.enable()


@_uncollected()
def judge(
    file: Path | str,
    *,
    kind: ImportKind | str,
    register: Register,
    answers: ImportAnswers | None = None,
    jurisdiction: Jurisdiction | None = None,
    only_owner: str | None = None,
    limits: Limits = LIMITS,
) -> ImportReport:
    """Return what a file holds and what is wrong with it; nothing is written.

    Parameters
    ----------
    file : Path
        XLSX, CSV, GeoJSON, Overpass JSON, GeoPackage, KML, KMZ, DXF or a zipped Shapefile.
    kind : ImportKind
        What it brings.
    register : Register
        What the rows are compared with.
    answers : ImportAnswers, optional
        What was answered so far.
    jurisdiction : Jurisdiction, optional
        The department whose province structures must lie in; without it the country.
    only_owner : str, optional
        The organisation that brings the file, when it may bring only its own records.
    limits : Limits
        How large a file may be.

    Raises
    ------
    FormatError
        If the file cannot be read at all: damaged, hostile, another format or kind; or
        an organisation answers that its own records are verified; an answer bears the mark of a
        state secret; or a file about subscribers' registration holds a person's data.
    """
    kind, answers = ImportKind(kind), answers or ImportAnswers()
    _refuse_answers(file, kind, answers, only_owner)
    inspected = inspect(file, limits)
    if kind is ImportKind.POINTS:
        refuse_personal(inspected)
    read, asked = table_of(inspected, kind, answers, limits)
    read, secrets_told = without_secrets(read, answers)
    table = understood(read, kind)
    columns = map_columns(table.file, table.header, kind, answers, has_points=table.has_points)
    empty = (None,) * len(table.header)
    secret_rows = tuple(Refused(told.row, empty, (told,)) for told in secrets_told)
    if columns.missing:
        with register.snapshot() as now:
            version = now.version()
        return replace(
            _unjudged(inspected, table, kind, columns, version),
            rows=len(table.rows) + len(secret_rows),
            refused=secret_rows,
            questions=(*asked, *columns.questions),
        )
    conventions = settle(table, columns, kind, answers)
    with register.snapshot() as now:
        on = jurisdiction.on if jurisdiction is not None else None
        known = _known(now, kind, inspected.name, answers, only_owner=only_owner, on=on)
        constants, missing = _constants(kind, columns, answers, known, now)
        missing = missing if table.rows else []  # of no row there is nothing to tell
        judging = Judge(
            table,
            kind,
            columns,
            conventions,
            answers,
            known=known,
            constants=constants,
            stored=stored_records(now, kind),
            extent=extent_of(now, kind, jurisdiction),
            communes=Communes(now, on),
            preferred=jurisdiction.crs_epsg if jurisdiction is not None else (),
        )
        verdicts = judging.judge()
        communes = {commune_key(unit.name) for unit in now.units(kinds=COMMUNES)}
        version = now.version()
    verdicts = judging.without_rested(verdicts, register)
    questions = (*asked, *columns.questions, *conventions.questions, *missing, *verdicts.questions)
    return replace(
        _unjudged(inspected, table, kind, columns, version),
        coordinate_system=systems_in_words(verdicts.systems),
        rows=len(table.rows) + len(secret_rows),
        accepted=verdicts.accepted,
        refused=tuple(sorted((*verdicts.refused, *secret_rows), key=lambda one: one.row)),
        questions=questions,
        unknown_communes=_unknown_communes(verdicts.accepted, communes),
    )


def _unjudged(
    inspected: Inspected, table: Table, kind: ImportKind, columns: Columns, version: str
) -> ImportReport:
    """Return what is known of a file before its rows are judged."""
    return ImportReport(
        file_name=inspected.name,
        sha256=inspected.sha256,
        size=inspected.size,
        format=inspected.format,
        layer=table.layer,
        kind=kind,
        header=table.header,
        mapping=columns.mapping(),
        unmapped=columns.unmapped,
        coordinate_system="",
        rows=0,
        accepted=(),
        refused=(),
        questions=(),
        register_version=version,
        passed_over=table.passed_over,
        of_unsaid_use=table.of_unsaid_use,
        columns={name: column.index + 1 for name, column in columns.one.items()},
        samples=tuple(_samples(table, index) for index in range(len(table.header))),
    )


def _samples(table: Table, index: int) -> tuple[str, ...]:
    """Return the first values of a column, cut."""
    found: list[str] = []
    for row in table.rows[:_LOOKED_THROUGH]:
        said = shown(row.cells[index]).strip()
        if said:
            found.append(said[:_LONGEST_SAMPLE])
        if len(found) == _SAMPLES:
            break
    return tuple(found)


def _unknown_communes(
    accepted: Sequence[Accepted], known: Collection[str]
) -> tuple[tuple[int, str], ...]:
    """Return the rows that name a commune that is none of those known; none where none is."""
    if not known:
        return ()
    named = ((one.row, getattr(one.record, "commune_name", None)) for one in accepted)
    return tuple((row, name) for row, name in named if name and commune_key(name) not in known)


def _refuse_answers(
    file: Path | str, kind: ImportKind, answers: ImportAnswers, only_owner: str | None
) -> None:
    """Raise where an answer, or the name of the file, may not be what it is."""
    for epsg in answers.systems:
        if not is_known(epsg):
            raise FormatError("exchange.file.crs_unknown", crs=f"EPSG:{epsg}")
    if only_owner is not None and answers.confidence is Confidence.VERIFIED:
        raise FormatError("exchange.not_yours_to_verify")
    if any(map(bears_mark, answers.values.values())):
        raise FormatError("exchange.answer_secret")
    if kind is ImportKind.POINTS:
        refuse_name(Path(file).name)
        refuse_typed(answers.values)


@_uncollected()
def commit(
    report: ImportReport,
    register: Register,
    *,
    author: str,
    again: Callable[[], ImportReport] | None = None,
) -> ImportBatch:
    """Bring the accepted rows into the register, all of them or none.

    Parameters
    ----------
    report : ImportReport
        Without open questions.
    register : Register
        The register that it was judged against, unchanged since.
    author : str
        Who brings them.
    again : callable, optional
        Judges the file once more where the register changed since, while nobody else may write.

    Raises
    ------
    FormatError
        If a question is open.
    ConflictError
        If the register changed since the file was judged, and it is not judged again.
    """
    reason = text("exchange.reason", Language.VI, file=report.file_name)
    _require_answered(report)
    with register.write(author=author, reason=reason) as w:
        if w.version() != report.register_version:
            if again is None:
                raise ConflictError("exchange.register_changed", file=report.file_name)
            report = again()
            _require_answered(report)
        return _bring_in(w, report, author)


def _require_answered(report: ImportReport) -> None:
    if report.provisional:
        raise FormatError("exchange.questions_open", file=report.file_name,
                          count=len(report.questions))  # fmt: skip


def _bring_in(w: Writer, report: ImportReport, author: str) -> ImportBatch:
    batch = ImportBatch(
        id=f"nhap-{report.sha256[:8]}-{secrets.token_hex(4)}",
        file_name=report.file_name,
        sha256=report.sha256,
        format=report.format.value,
        kind=report.kind.value,
        coordinate_system=report.coordinate_system,
        imported_at=datetime.now(UTC),
        imported_by=author,
        accepted=len(report.accepted),
        refused=len(report.refused),
        mapping=report.mapping,
    )
    w.add_import_batch(batch)
    new = [_stamped(row, batch) for row in report.accepted if row.state is RowState.NEW]
    changed = [row for row in report.accepted if row.state is RowState.CHANGED]
    after = [_stamped(row, batch) for row in changed]
    before = [row.stored for row in changed]
    for record, table in _TABLES.items():
        updated = _only(after, record), _only(before, record)
        if record is Contract:  # what contracts give up is free for new ones
            getattr(w, f"update_{table}")(*updated)
            w.add_contracts(_only(new, Contract))
            continue
        if record is not AdministrativeUnit:
            getattr(w, f"add_{table}")(_only(new, record))
        getattr(w, f"update_{table}")(*updated)
    return batch


def _only(records: Sequence[object], kind: type[T]) -> list[T]:
    return [record for record in records if isinstance(record, kind)]


def _stamped(row: Accepted, batch: ImportBatch) -> ImportRecord:
    if isinstance(row.record, AdministrativeUnit):
        return row.record  # the unit came from elsewhere; the history says who counted whom
    origin = row.record.provenance
    provenance = Provenance(
        confidence=origin.confidence, source=origin.source, batch_id=batch.id, row=row.row
    )
    return replace(row.record, provenance=provenance)


def _known(
    now: Reader,
    kind: ImportKind,
    file: str,
    answers: ImportAnswers,
    *,
    only_owner: str | None,
    on: date | None,
) -> Known:
    organisations = now.organisations()
    structures: dict[str, str] = {}
    entries: frozenset[str] = frozenset()
    if kind is ImportKind.STATIONS:
        entries = frozenset(entry.id for entry in now.plan_entries())
        for structure in now.structures(SYSTEM):
            again = structure.code in structures
            structures[structure.code] = "" if again else structure.id
            structures[structure.id] = structure.id
        structures = {code: found for code, found in structures.items() if found}
    return Known(
        organisations=Known.index(organisations),
        names=tuple(sorted(each.name for each in organisations)),
        structures=structures,
        plan_entries=entries,
        stations=Stations(now.stations(SYSTEM) if kind is ImportKind.MEASUREMENTS else []),
        units=_units(now, on) if kind in _OF_UNITS else {},
        sites=_sites(now) if kind in _OF_SITES else Sites(),
        sign_ups=sign_ups_of_works(now) if kind is ImportKind.WORKS else {},
        requests=now.parties_of_requests() if kind is ImportKind.CONTRACTS else {},
        only_owner=only_owner,
        file=file,
        confidence=answers.confidence or Confidence.SECONDARY,
    )


def _sites(now: Reader) -> Sites:
    return Sites(now.structures(SYSTEM), now.levels(SYSTEM), now.routes(SYSTEM), now.ducts(SYSTEM))


def _units(now: Reader, on: date | None) -> dict[str, AdministrativeUnit]:
    """Return the unit of each code on a day; without a day the last that had it."""
    listed = sorted(now.units(on=on), key=lambda unit: unit.valid_from or date.min)
    return {unit.code: unit for unit in listed}


def _constants(
    kind: ImportKind, columns: Columns, answers: ImportAnswers, known: Known, now: Reader
) -> tuple[dict[str, str], list[Question]]:
    """Return texts for fields without a column, and the questions for those that must be told."""
    allowed = {each.name for each in FIELDS[kind]}
    for name, value in answers.values.items():
        if name not in allowed:
            raise FormatError("exchange.answer_unknown", answer=f"value.{name}", value=value)
    constants = dict(answers.values)
    for name in ("owner_id", "organisation_id"):
        if known.only_owner is not None and name in allowed and kind is not ImportKind.STATIONS:
            constants.setdefault(name, known.only_owner)
    asked = []
    for each in FIELDS[kind]:
        if each.constant and each.name not in columns.one and each.name not in constants:
            asked.append(_which_value(each, now))
            constants[each.name] = each.meanwhile
            known.organisations.setdefault("", _OPEN)
    if kind is ImportKind.PLAN and answers.confidence is None and not _labelled(columns):
        asked.append(_which_confidence())
    return constants, asked


def _labelled(columns: Columns) -> bool:
    return any(name in columns.one for name in ("label", "confidence", "stamp"))


def _which_confidence() -> Question:
    options = tuple(
        Option((("confidence", each),), f"register.confidence.{each}")
        for each in Confidence
        if each is not Confidence.SYNTHETIC
    )
    return Question(
        QuestionKind.CONFIDENCE, "confidence", "exchange.question.confidence", {}, options
    )


def _which_value(field: Field, now: Reader) -> Question:
    name = field.name
    options: tuple[Option, ...] = ()
    if field.dimension is Dimension.CHOICE:
        options = tuple(
            Option(((f"value.{name}", value),), f"register.{field.choices or name}.{value}")
            for value in tables()["choices"][field.choices or name]
        )
    if name in ("owner_id", "organisation_id"):
        options = tuple(
            Option(((f"value.{name}", each.id),), "exchange.option.value", {"value": each.name})
            for each in now.organisations()
        )
    return Question(
        QuestionKind.VALUE,
        f"value.{name}",
        "exchange.question.value_day"
        if field.dimension is Dimension.DAY
        else "exchange.question.value",
        {"field": title(name)},
        options,
        name,
    )
