"""Cases of the desk kept in the register's file: added to, never changed.

Whoever appends an event says how many events there were when it looked; of two who append at the
same time one wins. What was made without a connection carries a token: sent twice, it is one.
"""

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Connection, false, func, insert, select, true

from gis.cases.clocks import basis_in_use
from gis.cases.details import read_details
from gis.cases.procedure import Field
from gis.cases.rule_book import CaseRules
from gis.cases.working_days import WorkingCalendar, local_day
from gis.desk.files import MOST_FILES, SentFile, keep_file
from gis.desk.procedure import Act, Procedure, Standing, read_case
from gis.desk.records import DEPARTMENT, OPENED, PARTY, SUPPLEMENTED, DeskCase, DeskEvent, DeskFile
from gis.desk.screening import refuse_personal, refuse_personal_name
from gis.desk.tokens import own_token, plain_token, require_said, require_same
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.home import Home
from gis.register import moments
from gis.register.engine import reading, writing
from gis.register.schema import desk_cases, desk_events, desk_files
from gis.register.scopes import Scope
from gis.register.store import Register, Snapshot
from gis.register.writing import Writer

__all__ = ["Desk", "party_of"]


def party_of(scope: Scope) -> str:
    """Return in whose place a caller acts in the cases that it may see."""
    return DEPARTMENT if scope.sees_all else PARTY


def _visible(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on `desk_cases`: the department all, others what they opened."""
    if scope.sees_all:
        return true()
    return false() if scope.own is None else desk_cases.c.organisation_id == scope.own


class Desk:
    """The department's cases of one register.

    Parameters
    ----------
    register : Register
        The register whose file keeps them.
    home : Home
        Where files, own rules and decisions on working days lie.
    """

    def __init__(self, register: Register, home: Home) -> None:
        self._register = register
        self._engine = register.engine
        self._home = home

    def basis(self) -> tuple[CaseRules, WorkingCalendar]:
        """Return the rules and the calendar in use.

        Raises
        ------
        FormatError
            If somebody spoilt a file of either.
        """
        return basis_in_use(self._home)

    def open(
        self,
        procedure: Procedure,
        given: Mapping[str, object],
        scope: Scope,
        *,
        account: str,
        files: Sequence[SentFile] = (),
        token: str | None = None,
    ) -> DeskCase:
        """Open a case.

        Parameters
        ----------
        procedure : Procedure
            How it goes.
        given : mapping
            The facts of its intake, as they were typed or sent.
        scope, account
            Who opens it.
        files : sequence of SentFile
            What came with it.
        token : str, optional
            A name of the sender's own; a case that the account opened under it is returned, not
        opened again.

        Raises
        ------
        FormatError
            If a fact is not what it should be, or one is missing without which there is no case.
        ConflictError
            If the caller may open no such case, or opened another one under that token.
        """
        party = party_of(scope)
        if party not in procedure.openers or (party == PARTY and scope.own is None):
            raise ConflictError("desk.not_opened_here", kind=procedure.kind)
        intake = procedure.intake_of(party)
        facts = read_details(intake, given)
        _require_files(files)
        _refuse_personal(intake, facts, files, token)
        own = own_token(token, procedure.kind, account)
        with writing(self._engine) as connection:
            found = _by_token(connection, own, scope)
            if found is not None:
                require_same(dict(found.facts) == facts)
                return found
            now = moments.now()
            act = self._act(connection, procedure, self.basis(), now=now, facts=facts, scope=scope)
            procedure.require(act)
            row = {
                "id": uuid.uuid4().hex,
                "kind": procedure.kind,
                "organisation_id": None if party == DEPARTMENT else scope.own,
                "account": account,
                "facts": _json(facts),
                "token": own,
                "opened_at": moments.to_text(now),
                **_next_number(connection, procedure.kind, now),
            }
            connection.execute(insert(desk_cases), [row])
            case = _case(row)
            opened = DeskEvent(
                sequence=1,
                kind=OPENED,
                party=party,
                account=account,
                organisation_id=scope.organisation_id,
                at=now,
            )
            _write(connection, case.id, opened, None, files=files)
            self._keep(files)
            return case

    def cases(
        self,
        scope: Scope,
        *,
        kind: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[tuple[DeskCase, list[DeskEvent]]]:
        """Return the cases that a caller may see with their events, the newest first."""
        query = select(desk_cases).where(_visible(scope), _of_kind(kind))
        query = query.order_by(desk_cases.c.sequence.desc()).limit(limit).offset(offset)
        with reading(self._engine) as connection:
            found = [_case(row) for row in connection.execute(query).mappings()]
            events = _events(connection, [one.id for one in found])
        return [(one, events.get(one.id, [])) for one in found]

    def count(self, scope: Scope, *, kind: str | None = None) -> int:
        """Return how many cases a caller may see."""
        query = select(func.count()).select_from(desk_cases).where(_visible(scope), _of_kind(kind))
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def stamp(self) -> int:
        """Return how many things happened to all cases: what rests on them changes with it."""
        with reading(self._engine) as connection:
            return int(
                connection.execute(select(func.count()).select_from(desk_events)).scalar_one()
            )

    def case(self, kind: str, case_id: str, scope: Scope) -> tuple[DeskCase, list[DeskEvent]]:
        """Return one case and its events.

        Raises
        ------
        NotFoundError
            If there is none of that kind and id that the caller may see.
        """
        with reading(self._engine) as connection:
            return _one(connection, kind, case_id, scope)

    def files(self, case_id: str, scope: Scope) -> list[DeskFile]:
        """Return the files of a case that the caller may see, in the order of its events."""
        query = (
            select(desk_files)
            .join(desk_cases, desk_cases.c.id == desk_files.c.case_id)
            .where(desk_files.c.case_id == case_id, _visible(scope))
            .order_by(desk_files.c.sequence, desk_files.c.at, desk_files.c.id)
        )
        with reading(self._engine) as connection:
            return [_file(row) for row in connection.execute(query).mappings()]

    def _keep(self, files: Sequence[SentFile]) -> None:
        """Keep files before the write ends: what was refused leaves none behind."""
        for one in files:
            keep_file(self._home, one)

    def _act(
        self,
        connection: Connection,
        procedure: Procedure,
        basis: tuple[CaseRules, WorkingCalendar],
        *,
        now: datetime,
        facts: Mapping[str, object],
        scope: Scope,
        kind: str = OPENED,
        details: Mapping[str, object] = MappingProxyType({}),
        standing: Standing | None = None,
        case: DeskCase | None = None,
    ) -> Act:
        """Return what is about to happen, with all that a procedure looks at."""
        return Act(
            kind=kind,
            details=details,
            facts=facts,
            standing=standing,
            today=local_day(now),
            beside=_beside(connection, procedure, but="" if case is None else case.id),
            reader=Snapshot(connection),
            register=self._register,
            home=self._home,
            rules=basis[0],
            calendar=basis[1],
            now=now,
            scope=scope,
            case=case,
        )

    def append(
        self,
        procedure: Procedure,
        case_id: str,
        kind: str,
        given: Mapping[str, object],
        scope: Scope,
        *,
        account: str,
        expected: int,
        files: Sequence[SentFile] = (),
        token: str | None = None,
    ) -> DeskEvent:
        """Let one thing happen to a case, judged at this moment.

        Parameters
        ----------
        procedure : Procedure
            How it goes.
        case_id : str
            The case.
        kind : str
            What happens.
        given : mapping
            What is said.
        scope, account
            Who does it.
        expected : int
            How many events the caller was told of.
        files : sequence of SentFile
            What belongs to it.
        token : str, optional
            A name of the sender's own; an event of that token is returned, not added again.

        Raises
        ------
        NotFoundError
            If there is no such case that the caller may see.
        ConflictError
            If somebody was faster, the step is not possible now, or something else was said
            under that token.
        FormatError
            If something that is said is not what it should be.
        """
        rules, calendar = self.basis()
        _require_files(files)
        with writing(self._engine) as connection:
            case, events = _one(connection, procedure.kind, case_id, scope)
            done = _done(connection, case_id, token)
            if done is not None:
                before = events[done - 1]
                require_said(
                    connection,
                    procedure,
                    before,
                    case_id=case_id,
                    kind=kind,
                    given=given,
                    files=files,
                )
                return before
            party = party_of(scope)
            seen = procedure.told_to(party, events)
            if len(seen) != expected:
                raise ConflictError("desk.changed", seen=expected, found=len(seen))
            now = max(moments.now(), events[-1].at)
            standing = read_case(procedure, case, events, now, rules=rules, calendar=calendar)
            standing.require(kind, party)
            fields = procedure.fields_of(kind, party)
            said = read_details(fields, given, whole=kind != SUPPLEMENTED)
            _refuse_personal(fields, said, files, token)
            details = procedure.completes(self._home, standing, kind, said)
            facts = {**standing.facts, **(details if kind == SUPPLEMENTED else {})}
            act = self._act(
                connection,
                procedure,
                (rules, calendar),
                now=now,
                facts=facts,
                scope=scope,
                kind=kind,
                details=details,
                standing=standing,
                case=case,
            )
            procedure.require(act)
            if kind in procedure.keeps:
                details = {**details, **procedure.keeps[kind](act)}
            details = {**details, **_written(connection, procedure, act, account)}
            event = DeskEvent(
                sequence=len(events) + 1,
                kind=kind,
                party=party,
                account=account,
                organisation_id=scope.organisation_id,
                at=now,
                details=details,
            )
            _write(connection, case.id, event, token, files=files)
            self._keep(files)
            return event


def _written(
    connection: Connection, procedure: Procedure, act: Act, account: str
) -> Mapping[str, object]:
    """Let an event write into the register, and return what the event keeps of that."""
    change = procedure.writes.get(act.kind)
    if change is None:
        return {}
    writer = Writer(connection, account, change.reason(act))
    kept = change.write(act, writer)
    writer.finish()
    return kept


def _beside(
    connection: Connection, procedure: Procedure, *, but: str
) -> list[tuple[DeskCase, list[DeskEvent]]]:
    """Return the other cases that a procedure looks at, whoever may see them."""
    if not procedure.beside:
        return []
    query = select(desk_cases).where(
        desk_cases.c.kind.in_(procedure.beside), desk_cases.c.id != but
    )
    found = [_case(row) for row in connection.execute(query).mappings()]
    events = _events(connection, [one.id for one in found])
    return [(one, events[one.id]) for one in found]


def _require_files(files: Sequence[SentFile]) -> None:
    if len(files) > MOST_FILES:
        raise FormatError("desk.too_many_files", most=MOST_FILES)


def _refuse_personal(
    fields: Sequence[Field],
    said: Mapping[str, object],
    files: Sequence[SentFile],
    token: str | None,
) -> None:
    refuse_personal(fields, said)
    for one in files:
        refuse_personal_name("files", one.name)
    if token is not None and not any(map(str.isalpha, token)):  # others were drawn by lot
        refuse_personal_name("token", token)


def _of_kind(kind: str | None) -> ColumnElement[bool]:
    return true() if kind is None else desk_cases.c.kind == kind


def _next_number(connection: Connection, kind: str, now: datetime) -> dict[str, int]:
    year = local_day(now).year
    query = select(func.max(desk_cases.c.number)).where(
        desk_cases.c.kind == kind, desk_cases.c.year == year
    )
    last = connection.execute(query).scalar()
    return {"year": year, "number": 1 + (last or 0)}


def _by_token(connection: Connection, own: str | None, scope: Scope) -> DeskCase | None:
    if own is None:
        return None
    query = select(desk_cases).where(desk_cases.c.token == own, _visible(scope))
    row = connection.execute(query).mappings().first()
    return None if row is None else _case(row)


def _done(connection: Connection, case_id: str, token: str | None) -> int | None:
    """Return the place of the event that carries a token."""
    known = plain_token(token)
    if known is None:
        return None
    query = select(desk_events.c.sequence).where(
        desk_events.c.case_id == case_id, desk_events.c.token == known
    )
    found = connection.execute(query).scalar()
    return None if found is None else int(found)


def _write(
    connection: Connection,
    case_id: str,
    event: DeskEvent,
    token: str | None,
    *,
    files: Sequence[SentFile],
) -> None:
    row = {
        "case_id": case_id,
        "sequence": event.sequence,
        "kind": event.kind,
        "party": event.party,
        "account": event.account,
        "organisation_id": event.organisation_id,
        "at": moments.to_text(event.at),
        "details": _json(event.details),
        "token": plain_token(token),
    }
    connection.execute(insert(desk_events), [row])
    told = {"case_id": case_id, "sequence": event.sequence, "at": row["at"]}
    rows = [{"id": uuid.uuid4().hex, **one.row(), **told} for one in files]
    if rows:
        connection.execute(insert(desk_files), rows)


def _json(told: Mapping[str, object]) -> str:
    return json.dumps(dict(told), ensure_ascii=False, sort_keys=True, allow_nan=False)


def _one(
    connection: Connection, kind: str, case_id: str, scope: Scope
) -> tuple[DeskCase, list[DeskEvent]]:
    known = desk_cases.c.id == case_id
    query = select(desk_cases).where(known, desk_cases.c.kind == kind, _visible(scope))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError("desk.unknown", id=case_id[:60])
    return _case(row), _events(connection, [case_id])[case_id]


def _events(connection: Connection, ids: Iterable[str]) -> dict[str, list[DeskEvent]]:
    query = select(desk_events).where(desk_events.c.case_id.in_(list(ids)))
    found: dict[str, list[DeskEvent]] = {}
    for row in connection.execute(query.order_by(desk_events.c.sequence)).mappings():
        found.setdefault(row["case_id"], []).append(
            DeskEvent(
                sequence=row["sequence"],
                kind=row["kind"],
                party=row["party"],
                account=row["account"],
                organisation_id=row["organisation_id"],
                at=moments.from_text(row["at"]),
                details=json.loads(row["details"]),
            )
        )
    return found


def _case(row: Mapping[Any, Any]) -> DeskCase:
    return DeskCase(
        id=row["id"],
        kind=row["kind"],
        year=row["year"],
        number=row["number"],
        organisation_id=row["organisation_id"],
        account=row["account"],
        facts=json.loads(row["facts"]),
        opened_at=moments.from_text(row["opened_at"]),
    )


def _file(row: Mapping[Any, Any]) -> DeskFile:
    names = ("id", "case_id", "sequence", "name", "media_type", "size_bytes", "sha256")
    return DeskFile(
        **{name: row[name] for name in (*names, "public_sha256")},
        at=moments.from_text(row["at"]),
    )
