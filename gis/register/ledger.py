"""The rows that one write changes, with history, references, sums and extents kept beside them."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    Connection,
    Table,
    bindparam,
    delete,
    exc,
    select,
    text,
    update,
)

from gis.errors import ConflictError, NotFoundError
from gis.register import moments, schema
from gis.register.content import CONTENT_TABLES, LATER_TABLES, notes_of, sum_after
from gis.register.databases.choice import database_of
from gis.register.expressions import among_given, json_list
from gis.register.resting import Resting
from gis.register.rows import (
    Codec,
    Row,
    codec_of_table,
    row_from_json,
    row_to_json,
    row_to_json_and_content,
)

__all__ = ["Ledger"]

H = TypeVar("H", bound=Hashable)
_NOTED = text(
    "INSERT INTO register_state (name, value) VALUES (:name, :value)"
    " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_VIEWS_OF = {"structures": ("installation_sites",)}


class Ledger:
    """What one write does to rows; nothing of it is kept before `finish` and the commit.

    Attributes
    ----------
    batches : list of str
        Imports that this write noted; its changes belong to them.
    resting : Resting
        What of its changes something may rest on.
    """

    def __init__(self, connection: Connection, author: str, reason: str) -> None:
        self.batches: list[str] = []
        self.resting = Resting()
        self._connection = connection
        self._database = database_of(connection)
        self._author = author
        self._reason = reason
        self._notes = notes_of(connection)
        self._revision = int(self._notes["revision"]) + 1
        self._log: list[Row] = []
        self._added = dict.fromkeys((*CONTENT_TABLES, *LATER_TABLES), 0)
        self._touched: set[str] = set()
        self._referred: dict[str, set[str]] = {}
        self._removed: dict[str, set[str]] = {}

    def insert(self, codec: Codec[Any], rows: list[Row]) -> None:
        """Add rows.

        Raises
        ------
        ConflictError
            If one is there already, or comes twice.
        """
        if not rows:
            return
        ids = [row["id"] for row in rows]
        for name in _repeated(ids) or self._stored(codec, ids):
            raise ConflictError(f"errors.{codec.name}_exists", id=name)
        if codec.table is schema.structures:
            self._refuse_known_codes(rows)
        self._execute_many(codec.table, rows)
        self._note(codec, [(None, row) for row in rows])

    def change(
        self, codec: Codec[Any], rows: Sequence[Row], expected: Sequence[Row] | None = None
    ) -> None:
        """Change rows by their id; one that stays as it was leaves no trace.

        Raises
        ------
        NotFoundError
            If one is not there.
        ConflictError
            If one is not as expected.
        """
        stored = self._stored(codec, [row["id"] for row in rows])
        changed: list[Row] = []
        noted: list[tuple[Row, Row]] = []
        for index, row in enumerate(rows):
            old = self._known(codec, stored, row["id"])
            if expected is not None and row_to_json(codec.name, expected[index]) != row_to_json(
                codec.name, old
            ):
                raise ConflictError("errors.record_changed", id=row["id"])
            if row_to_json(codec.name, row) != row_to_json(codec.name, old):
                changed.append({f"new_{name}": value for name, value in row.items()})
                noted.append((old, row))
        self._note(codec, noted)
        if changed:
            values: dict[str, Any] = {
                name.removeprefix("new_"): bindparam(name) for name in changed[0]
            }
            by_id = codec.table.c.id == bindparam("new_id")
            self._execute(update(codec.table).where(by_id).values(values), changed)

    def remove(self, codec: Codec[Any], ids: Sequence[str]) -> None:
        """Remove rows by their id.

        Raises
        ------
        NotFoundError
            If one is not there.
        """
        if not ids:
            return
        stored = self._stored(codec, ids)
        self._note(codec, [(self._known(codec, stored, name), None) for name in ids])
        by_id = codec.table.c.id == bindparam("old_id")
        self._execute(delete(codec.table).where(by_id), [{"old_id": name} for name in ids])

    def restore(self, *, clash: str, named: str, **which: str | int) -> list[tuple[str, str]]:
        """Put every row that some changes touched back to what it was before them.

        What was changed since and is again as they left it may go back.

        The notes of imports stay; `Writer` says in them that they were undone.

        Parameters
        ----------
        clash : str
            Key of the error where a later write changed one of them; its values are `id` and
            `record`.
        named : str
            What is taken back, for that error.
        **which
            Columns of the history and their values: `batch_id`, or `revision`, `table_name` and
            `record_id`.

        Returns
        -------
        list of tuple
            Table and id of each row.

        Raises
        ------
        ConflictError
            If a later write changed one of them.
        """
        before: dict[str, dict[str, str | None]] = {}
        for table, name, old in self._first_changes(which, clash, named):
            before.setdefault(table, {}).setdefault(name, old)
        for table, rows in before.items():
            codec = codec_of_table(table)
            there = self._stored(codec, list(rows))
            known = {n: row_from_json(table, old) for n, old in rows.items() if old is not None}
            self.remove(codec, [name for name in there if name not in known])
            self.change(codec, [row for name, row in known.items() if name in there])
            self.insert(codec, [row for name, row in known.items() if name not in there])
        return [(table, name) for table, rows in before.items() for name in rows]

    def _first_changes(
        self, which: Mapping[str, str | int], clash: str, named: str
    ) -> list[tuple[str, str, str | None]]:
        log, later = schema.change_log, schema.change_log.alias("later")
        own = (
            *(log.c[name] == value for name, value in which.items()),
            log.c.table_name != schema.import_batches.name,
        )
        changed_since = (
            select(log.c.table_name, log.c.record_id)
            .join(
                later,
                (later.c.table_name == log.c.table_name) & (later.c.record_id == log.c.record_id),
            )
            .where(*own, later.c.revision > log.c.revision)
            .order_by(log.c.record_id)
            .distinct()
        )
        for table, name in self._connection.execute(changed_since).all():
            this = (log.c.table_name == table, log.c.record_id == name)
            left = select(log.c.new).where(*own, *this).order_by(log.c.sequence.desc()).limit(1)
            codec = codec_of_table(table)
            row = self._stored(codec, [name]).get(name)
            stands = None if row is None else row_to_json(table, row)
            if stands != self._connection.execute(left).scalar_one():
                raise ConflictError(clash, id=named, record=name)
        query = select(log.c.table_name, log.c.record_id, log.c.old).where(*own)
        rows = self._connection.execute(query.order_by(log.c.sequence))
        return [(table, name, old) for table, name, old in rows]

    def finish(self) -> None:
        """Check what refers to what, and write history, sums and extents.

        Raises
        ------
        ConflictError
            If a removed row is still needed.
        NotFoundError
            If a row refers to what is not there.
        """
        if not self._log:
            return
        self._check_references()
        now = moments.to_text(moments.now())
        single = self.batches[0] if len(self.batches) == 1 else None
        for change in self._log:
            change |= {"revision": self._revision, "at": now}
            if change["batch_id"] not in self.batches:
                change["batch_id"] = single
        self._execute_many(schema.change_log, self._log)
        notes = {f"sum:{name}": sum_after(self._notes, name, n) for name, n in self._added.items()}
        notes["revision"] = str(self._revision)
        self._execute(
            _NOTED,
            [{"name": name, "value": value} for name, value in notes.items()],
        )
        for name in sorted(self._touched):
            self._touch(name, now)

    def _note(self, codec: Codec[Any], changes: Sequence[tuple[Row | None, Row | None]]) -> None:
        """Take changes of one table into history, sums, extents and the references to check."""
        if not changes:
            return
        table, added = codec.name, 0
        batch = "id" if table == "import_batches" else "batch_id"
        for old, new in changes:
            row = new or old or {}
            self.resting.note(table, old, new)
            before, taken = (None, 0) if old is None else row_to_json_and_content(table, old)
            after, given = (None, 0) if new is None else row_to_json_and_content(table, new)
            added += given - taken
            self._log.append(
                {
                    "author": self._author,
                    "reason": self._reason,
                    "table_name": table,
                    "record_id": row["id"],
                    "old": before,
                    "new": after,
                    "batch_id": row.get(batch),
                }
            )
        if table in self._added:
            self._added[table] += added
        self._touched.add(table)
        gone = {old["id"] for old, new in changes if old is not None and new is None}
        self._removed.setdefault(table, set()).update(gone)
        for name, target in _references(codec):
            ids = {new[name] for _, new in changes if new is not None}
            self._referred.setdefault(target, set()).update(ids - {None})

    def _touch(self, table: str, now: str) -> None:
        """Say where others look for it when a layer changed, and how far it reaches."""
        layers = (table, *_VIEWS_OF.get(table, ()))
        self._database.touch(self._connection, schema.metadata.tables[table], layers, now)

    def _check_references(self) -> None:
        for target, ids in self._referred.items():
            missing = ids.difference(self._stored(codec_of_table(target), list(ids)))
            for name in sorted(missing):
                raise NotFoundError(f"errors.{target}_unknown", id=name)
        for target, ids in self._removed.items():
            gone = ids.difference(self._stored(codec_of_table(target), list(ids)))
            self._refuse_needed(target, gone)

    def _refuse_needed(self, target: str, gone: Collection[str]) -> None:
        for table in schema.metadata.sorted_tables:
            for key in table.foreign_keys:
                if key.column.table.name != target or not gone:
                    continue
                query = select(key.parent).where(among_given(key.parent, "ids")).limit(1)
                needed = self._connection.execute(query, {"ids": json_list(gone)}).scalar()
                if needed is not None:
                    raise ConflictError("errors.record_needed", id=needed, layer=table.name)

    def _refuse_known_codes(self, rows: Sequence[Row]) -> None:
        table = schema.structures
        pairs = [(row["owner_id"], row["code"]) for row in rows]
        query = select(table.c.owner_id, table.c.code).where(
            among_given(table.c.owner_id, "owners"), among_given(table.c.code, "codes")
        )
        wanted = {
            "owners": json_list({owner for owner, _ in pairs}),
            "codes": json_list({code for _, code in pairs}),
        }
        stored = {(owner, code) for owner, code in self._connection.execute(query, wanted)}
        for owner, code in _repeated(pairs) or [pair for pair in pairs if pair in stored]:
            raise ConflictError(
                "errors.structure_code_exists", name="code", owner=owner, code=code
            )

    def _stored(self, codec: Codec[Any], ids: Sequence[str]) -> dict[str, Row]:
        query = select(codec.table).where(among_given(codec.table.c.id, "ids"))
        rows = self._connection.execute(query, {"ids": json_list(ids)}).mappings()
        return {row["id"]: dict(row) for row in rows}

    def _known(self, codec: Codec[Any], stored: Mapping[str, Row], name: str) -> Row:
        if name not in stored:
            raise NotFoundError(f"errors.{codec.name}_unknown", id=name)
        return stored[name]

    def _execute_many(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows that all have the same columns, past what an import need not pay for."""
        try:
            self._database.insert_many(self._connection, table, rows)
        except exc.IntegrityError as error:
            raise ConflictError("errors.register_conflict", detail=str(error.orig)) from error

    def _execute(self, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
        try:
            self._connection.execute(statement, rows)
        except exc.IntegrityError as error:
            raise ConflictError("errors.register_conflict", detail=str(error.orig)) from error


def _references(codec: Codec[Any]) -> list[tuple[str, str]]:
    keys = codec.table.foreign_keys
    return [(key.parent.name, key.column.table.name) for key in keys]


def _repeated(values: Iterable[H]) -> list[H]:
    return [value for value, count in Counter(values).items() if count > 1]
