"""Changes to the register: one transaction, all or nothing, each change in the history."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from data.text import VIET_NAM
from gis.errors import ConflictError, NotFoundError
from gis.register import moments
from gis.register.allotments import AllotmentPoint
from gis.register.duplicates import DuplicateDecision
from gis.register.history import Change
from gis.register.ledger import Ledger
from gis.register.lettings import refuse_letting, refuse_parties
from gis.register.points_writer import PointsWriter
from gis.register.reading import Reader
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    ImportBatch,
    Measurement,
    Organisation,
    PlanEntry,
    ProtectedPoint,
)
from gis.register.resting import refuse_level_above
from gis.register.routes import Cable, Duct, Route
from gis.register.rows import Record, codec_of, is_kept
from gis.register.scopes import SYSTEM, Scope
from gis.register.sign_ups import refuse_sign_up
from gis.register.siting_writer import SitingWriter
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Document,
    Installation,
    PublishedRent,
    Structure,
)
from gis.register.works_writer import WorksWriter

__all__ = ["Writer"]

R = TypeVar("R", bound=Record)
_ONE_DAY = timedelta(days=1)
_BATCHES, _DECISIONS = "import_batches", "duplicate_decisions"


class Writer(WorksWriter, PointsWriter, SitingWriter, Reader):
    """One write: what it changes is seen by its own reads, and by others when it is kept.

    Made by `Register.write`. Every method raises `ConflictError` for what exists already or is
    still needed, `NotFoundError` for what is not there, `FormatError` for values that cannot be
    kept; the whole write is then dropped.

    Attributes
    ----------
    author, reason : str
        Who writes, and why.
    """

    def __init__(self, connection: Connection, author: str, reason: str) -> None:
        self.author = author
        self.reason = reason
        self._connection = connection
        self._ledger = Ledger(connection, author, reason)

    def _connected(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._connection)

    def check(self) -> None:
        """Raise where what was written so far takes away what something rests on.

        Raises
        ------
        ConflictError
            If a contract or a level lost what it rests on.
        """
        self._ledger.resting.refuse(self, moments.now().astimezone(VIET_NAM).date())

    def finish(self) -> None:
        """Check what rests on what, and write the history; `Register.write` calls it.

        Raises
        ------
        ConflictError
            As `check`.
        """
        self.check()
        self._ledger.finish()

    # adding

    def add_organisations(self, records: Iterable[Organisation]) -> None:
        """Add organisations."""
        self._add(Organisation, records)

    def add_structures(self, records: Iterable[Structure]) -> None:
        """Add structures; a code is given once for each owner."""
        self._add(Structure, records)

    def add_installations(self, records: Iterable[Installation]) -> None:
        """Add installations."""
        self._add(Installation, records)

    def add_stations(self, records: Iterable[BroadcastStation]) -> None:
        """Add broadcast stations."""
        self._add(BroadcastStation, records)

    def add_plan_entries(self, records: Iterable[PlanEntry]) -> None:
        """Add lines of channel plans."""
        self._add(PlanEntry, records)

    def add_units(self, records: Iterable[AdministrativeUnit]) -> None:
        """Add administrative units; a code may come again with another first day."""
        self._add(AdministrativeUnit, records)

    def add_measurements(self, records: Iterable[Measurement]) -> None:
        """Add measured field strengths."""
        self._add(Measurement, records)

    def add_protected_points(self, records: Iterable[ProtectedPoint]) -> None:
        """Add points whose reception is protected."""
        self._add(ProtectedPoint, records)

    def add_allotment_points(self, records: Iterable[AllotmentPoint]) -> None:
        """Add calculation points of allotments."""
        self._add(AllotmentPoint, records)

    def add_levels(self, records: Iterable[AttachmentLevel]) -> None:
        """Add attachment levels of structures."""
        self._add(AttachmentLevel, records)

    def add_routes(self, records: Iterable[Route]) -> None:
        """Add lines of cable and duct; a code is given once for each owner."""
        self._add(Route, records)

    def add_ducts(self, records: Iterable[Duct]) -> None:
        """Add ducts of lines."""
        self._add(Duct, records)

    def add_cables(self, records: Iterable[Cable]) -> None:
        """Add cables in ducts."""
        self._add(Cable, records)

    def add_contracts(self, records: Iterable[Contract]) -> None:
        """Add contracts; one place is never let twice for the same day.

        Of two writers that let it at the same moment the second finds it taken: a write sees all
        that was kept before it began.

        Raises
        ------
        ConflictError
            If a place is let already for one of the days.
        FormatError
            If a contract ends before it begins, is about nothing, names a place that its level
            does not have, or its owner lets to itself.
        """
        wanted = list(records)
        for record in wanted:
            refuse_parties(record)
            refuse_letting(self, record)
            self._add(Contract, [record])

    def add_published_rents(self, records: Iterable[PublishedRent]) -> None:
        """Add rents that authorities published."""
        self._add(PublishedRent, records)

    def add_documents(self, records: Iterable[Document]) -> None:
        """Add papers about structures and lines."""
        self._add(Document, records)

    def add_decisions(self, records: Iterable[DuplicateDecision]) -> None:
        """Add decisions of structures that may be one."""
        self._add(DuplicateDecision, records)

    def add_import_batch(self, batch: ImportBatch) -> None:
        """Note an import; what this write changes belongs to it, so that it can be undone.

        Where a write notes several imports, a record belongs to the one that it names.
        """
        self._add(ImportBatch, [batch])
        self._ledger.batches.append(batch.id)

    def replace_boundaries(self, records: Iterable[Boundary]) -> None:
        """Put outlines in the place of those of the same units for the same days.

        An outline that holds for other days too keeps those days.
        """
        wanted = list(records)
        codec = codec_of(Boundary)
        stored = self.boundaries(codes={record.unit_code for record in wanted})
        kept = stored
        for new in wanted:
            kept = [piece for old in kept for piece in _outside(old, new)]
        before = {codec.id_of(record): record for record in stored}
        after = {codec.id_of(record): record for record in kept}
        self._ledger.remove(codec, [n for n in before if before[n] is not after.get(n)])
        self._add(Boundary, [new for n, new in after.items() if before.get(n) is not new])
        self._add(Boundary, wanted)

    # changing and removing

    def update_organisations(
        self, records: Sequence[Organisation], expected: Sequence[Organisation] | None = None
    ) -> None:
        """Change organisations; see `update_structures`."""
        self._change(Organisation, records, expected)

    def update_structures(
        self, records: Sequence[Structure], expected: Sequence[Structure] | None = None
    ) -> None:
        """Change structures by their id.

        Parameters
        ----------
        records : sequence
            As they shall be.
        expected : sequence, optional
            As the caller last saw them, in the same order.

        Raises
        ------
        ConflictError
            If somebody changed one since the caller saw it.
        NotFoundError
            If there is none of that id.
        """
        self._change(Structure, records, expected)

    def update_stations(
        self,
        records: Sequence[BroadcastStation],
        expected: Sequence[BroadcastStation] | None = None,
    ) -> None:
        """Change broadcast stations; see `update_structures`."""
        self._change(BroadcastStation, records, expected)

    def update_plan_entries(
        self, records: Sequence[PlanEntry], expected: Sequence[PlanEntry] | None = None
    ) -> None:
        """Change lines of plans; see `update_structures`."""
        self._change(PlanEntry, records, expected)

    def update_units(
        self,
        records: Sequence[AdministrativeUnit],
        expected: Sequence[AdministrativeUnit] | None = None,
    ) -> None:
        """Change administrative units; see `update_structures`."""
        self._change(AdministrativeUnit, records, expected)

    def update_measurements(
        self, records: Sequence[Measurement], expected: Sequence[Measurement] | None = None
    ) -> None:
        """Change measured field strengths; see `update_structures`."""
        self._change(Measurement, records, expected)

    def update_protected_points(
        self, records: Sequence[ProtectedPoint], expected: Sequence[ProtectedPoint] | None = None
    ) -> None:
        """Change protected points; see `update_structures`."""
        self._change(ProtectedPoint, records, expected)

    def update_allotment_points(
        self, records: Sequence[AllotmentPoint], expected: Sequence[AllotmentPoint] | None = None
    ) -> None:
        """Change calculation points of allotments; see `update_structures`."""
        self._change(AllotmentPoint, records, expected)

    def update_installations(
        self, records: Sequence[Installation], expected: Sequence[Installation] | None = None
    ) -> None:
        """Change installations; see `update_structures`."""
        self._change(Installation, records, expected)

    def update_levels(
        self, records: Sequence[AttachmentLevel], expected: Sequence[AttachmentLevel] | None = None
    ) -> None:
        """Change attachment levels; see `update_structures`."""
        self._change(AttachmentLevel, records, expected)

    def update_routes(
        self, records: Sequence[Route], expected: Sequence[Route] | None = None
    ) -> None:
        """Change lines; see `update_structures`."""
        self._change(Route, records, expected)

    def update_ducts(
        self, records: Sequence[Duct], expected: Sequence[Duct] | None = None
    ) -> None:
        """Change ducts; see `update_structures`."""
        self._change(Duct, records, expected)

    def update_cables(
        self, records: Sequence[Cable], expected: Sequence[Cable] | None = None
    ) -> None:
        """Change cables; see `update_structures`."""
        self._change(Cable, records, expected)

    def update_published_rents(
        self, records: Sequence[PublishedRent], expected: Sequence[PublishedRent] | None = None
    ) -> None:
        """Change rents that authorities published; see `update_structures`."""
        self._change(PublishedRent, records, expected)

    def update_contracts(
        self, records: Sequence[Contract], expected: Sequence[Contract] | None = None
    ) -> None:
        """Change contracts; see `update_structures` and `add_contracts`."""
        self._change(Contract, records, expected)
        before = {} if expected is None else {one.id: one for one in expected}
        for record in records:
            old = before.get(record.id)
            if old is None or old.tenant_id != record.tenant_id:  # an old mistake may be ended
                refuse_parties(record)
            refuse_letting(self, record, old)

    def update_documents(
        self, records: Sequence[Document], expected: Sequence[Document] | None = None
    ) -> None:
        """Change papers; see `update_structures`."""
        self._change(Document, records, expected)

    def delete(self, record: type[R], ids: Iterable[str]) -> None:
        """Remove records of one kind by their id; their history stays.

        Raises
        ------
        NotFoundError
            If there is none of that id.
        ConflictError
            If another record still refers to one.
        """
        self._ledger.remove(codec_of(record), list(ids))

    def undo_batch(self, batch_id: str) -> ImportBatch:
        """Take back what an import brought: added rows go, changed and removed ones return.

        Returns
        -------
        ImportBatch
            The note of the import, which stays and says that it was undone.

        Raises
        ------
        ConflictError
            If it was undone before, or a later write changed or needs one of its rows.
        """
        batch = self.import_batch(batch_id)
        if batch.undone_at is not None:
            raise ConflictError("errors.batch_undone", id=batch_id)
        self._take_back(clash="errors.batch_changed_since", named=batch_id, batch_id=batch_id)
        undone = replace(batch, undone_at=moments.now(), undone_by=self.author)
        self._change(ImportBatch, [undone], None)
        return undone

    def undo_write(self, revision: int) -> None:
        """Take back all that one write did, as a new write.

        Raises
        ------
        NotFoundError
            If there was no such write, or it changed nothing that is kept here.
        ConflictError
            If a later write changed or needs one of its rows.
        """
        noted = [change for change in self._changes_of(revision) if change.table_name == _BATCHES]
        self._take_back(clash="errors.write_changed_since", named=str(revision), revision=revision)
        for change in noted:
            batch = self.import_batch(change.record_id)
            if change.old is None:
                marked = replace(batch, undone_at=moments.now(), undone_by=self.author)
            else:  # the write took an import back: it stands again
                marked = replace(batch, undone_at=None, undone_by=None)
            self._change(ImportBatch, [marked], None)

    def undo_change(self, revision: int, table_name: str, record_id: str) -> None:
        """Take back what one write did to one record, as a new write; see `undo_write`.

        Raises
        ------
        ConflictError
            Also where the write merged two structures, or took that back: a part of it would
            leave the decision without what was decided, or the other way round.
        """
        done = self._changes_of(revision)
        if any(change.table_name == _DECISIONS for change in done) and len(done) > 1:
            raise ConflictError("errors.merge_in_parts", revision=revision)
        if table_name == _BATCHES or (table_name, record_id) not in {
            (change.table_name, change.record_id) for change in done
        }:
            raise NotFoundError("errors.change_unknown", revision=revision, id=record_id[:80])
        self._take_back(
            clash="errors.write_changed_since",
            named=str(revision),
            revision=revision,
            table_name=table_name,
            record_id=record_id,
        )

    def _changes_of(self, revision: int) -> list[Change]:
        """Return what a write did; all of it is of the register, nothing of accounts."""
        done = self.changes(revision=revision)
        if not done or not all(is_kept(change.table_name) for change in done):
            raise NotFoundError("errors.write_unknown", revision=revision)
        return done

    def _take_back(self, *, clash: str, named: str, **which: str | int) -> None:
        """Restore rows, and refuse where what was let or attached since rests on them."""
        restored: dict[str, set[str]] = {}
        for table, name in self._ledger.restore(clash=clash, named=named, **which):
            restored.setdefault(table, set()).add(name)
        for one in self.contracts(SYSTEM, ids=restored.get("contracts", ())):
            refuse_letting(self, one)
        for level in self.levels(SYSTEM, ids=restored.get("attachment_levels", ())):
            refuse_level_above(self.structure(level.structure_id, SYSTEM), level)
        for sign_up in self.sign_ups(SYSTEM):
            if {sign_up.work_id, sign_up.id} & _ids(restored, "planned_works", "work_sign_ups"):
                refuse_sign_up(self, sign_up)
        self._refuse_papered(restored)

    def _refuse_papered(self, restored: Mapping[str, set[str]]) -> None:
        """Raise where a paper is about a record that is no more."""
        reading: Mapping[str, Callable[[str, Scope], object]] = {
            "structures": self.structure,
            "routes": self.route,
        }
        for paper in self.documents(SYSTEM):
            if paper.subject_id not in restored.get(paper.subject, ()):
                continue
            try:
                reading[paper.subject](paper.subject_id, SYSTEM)
            except NotFoundError as error:
                raise ConflictError(
                    "errors.record_needed", id=paper.subject_id, layer="documents"
                ) from error

    def _add(self, record: type[R], records: Iterable[R]) -> None:
        codec = codec_of(record)
        self._ledger.insert(codec, [codec.to_row(each) for each in records])

    def _change(self, record: type[R], records: Sequence[R], expected: Sequence[R] | None) -> None:
        codec = codec_of(record)
        seen = None if expected is None else [codec.to_row(each) for each in expected]
        self._ledger.change(codec, [codec.to_row(each) for each in records], seen)


def _ids(restored: Mapping[str, set[str]], *tables: str) -> set[str]:
    return set().union(*(restored.get(table, ()) for table in tables))


def _outside(old: Boundary, new: Boundary) -> Iterator[Boundary]:
    """Yield what of an outline's validity lies outside another's."""
    begins, ends = old.valid_from or date.min, old.valid_to or date.max
    from_day, to_day = new.valid_from or date.min, new.valid_to or date.max
    if old.unit_code != new.unit_code or ends < from_day or to_day < begins:
        yield old
        return
    if begins < from_day:
        yield replace(old, valid_to=from_day - _ONE_DAY)
    if to_day < ends:
        yield replace(old, valid_from=to_day + _ONE_DAY)
