"""Sharing requests kept in the register's file: added to, never changed.

Whoever appends an event says how many events there were when it looked. Of two who append at the
same time, in whichever processes, one wins: the other's number is no longer right, and it is told.
"""

import json
import math
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, or_, select

from data.text import CONTROL
from gis.cases.clocks import basis_in_use
from gis.cases.details import LONGEST_TEXT, read_attachments, read_details
from gis.cases.evidence import EVIDENCE, freeze
from gis.cases.records import EventKind, Party, SharingEvent, SharingRequest
from gis.cases.rule_book import CaseRules
from gis.cases.sharing import Standing, read_events, require_step
from gis.cases.steps import STEPS
from gis.cases.working_days import WorkingCalendar, local_day
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.home import Home
from gis.register import moments
from gis.register.engine import reading, writing
from gis.register.schema import case_events, cases, structures
from gis.register.scopes import Scope, visible_cases, visible_structures
from gis.register.store import Register

__all__ = ["HIGHEST_M", "LONGEST_NAME", "Cases", "Wish", "party_of"]

KIND: Final = "sharing"
HIGHEST_M: Final = 350.0
"""No mast of the province is higher, in metres above ground."""
LONGEST_NAME: Final = 200
"""Characters of technology and bands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a requester asks for; the fields are those of `SharingRequest`."""

    structure_id: str
    technology: str
    purpose: str
    bands: str = ""
    height_above_ground_m: float | None = None
    wanted_from: date | None = None
    wanted_to: date | None = None
    attachments: tuple[str, ...] = field(default=())


def party_of(request: SharingRequest, scope: Scope) -> Party | None:
    """Return in whose place a caller acts in a request; None for everybody else."""
    if scope.sees_all:
        return Party.DEPARTMENT
    if scope.own == request.requester_id:
        return Party.REQUESTER
    return Party.OWNER if scope.own == request.owner_id else None


class Cases:
    """The sharing requests of one register.

    Parameters
    ----------
    register : Register
        The register whose file keeps them.
    home : Home
        Where the administrator's own rules and decisions on working days lie.
    """

    def __init__(self, register: Register, home: Home) -> None:
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

    def draft(self, wish: Wish, scope: Scope, account: str) -> SharingRequest:
        """Begin a request on a structure that the caller may see.

        Raises
        ------
        NotFoundError
            If there is no such structure that the caller may see.
        FormatError
            If the caller is of no organisation, owns the structure, or asks for what cannot be.
        """
        if scope.own is None:
            raise FormatError("requests.no_organisation")
        _require_wish(wish)
        with writing(self._engine) as connection:
            structure_id, owner_id = _asked_for(connection, wish.structure_id.strip(), scope)
            if owner_id == scope.own:
                raise FormatError("requests.own_structure", name="structure_id")
            now = moments.now()
            row = {**_wish_row(wish), "structure_id": structure_id}
            row |= {"requester_id": scope.own, "owner_id": owner_id}
            row |= {"id": uuid.uuid4().hex, "kind": KIND, "created_at": moments.to_text(now)}
            connection.execute(insert(cases), [row])
            drafted = SharingEvent(
                sequence=1,
                kind=EventKind.DRAFTED,
                party=Party.REQUESTER,
                account=account,
                organisation_id=scope.own,
                at=now,
                attachments=read_attachments(wish.attachments),
            )
            connection.execute(insert(case_events), [_event_row(row["id"], drafted)])
            return _request(row)

    def requests(
        self, scope: Scope, *, limit: int | None = None, offset: int = 0
    ) -> list[tuple[SharingRequest, list[SharingEvent]]]:
        """Return the requests that a caller may see with their events, the newest first."""
        query = select(cases).where(visible_cases(scope)).order_by(cases.c.sequence.desc())
        with reading(self._engine) as connection:
            rows = connection.execute(query.limit(limit).offset(offset)).mappings().all()
            found = [_request(row) for row in rows]
            events = _events(connection, [one.id for one in found])
        return [(one, events.get(one.id, [])) for one in found]

    def count(self, scope: Scope) -> int:
        """Return how many requests a caller may see."""
        query = select(func.count()).select_from(cases).where(visible_cases(scope))
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar_one())

    def request(self, case_id: str, scope: Scope) -> tuple[SharingRequest, list[SharingEvent]]:
        """Return one request and its events.

        Raises
        ------
        NotFoundError
            If there is none of that id that the caller may see.
        """
        with reading(self._engine) as connection:
            return _one(connection, case_id, scope)

    def append(
        self,
        case_id: str,
        kind: EventKind,
        given: Mapping[str, object],
        scope: Scope,
        account: str,
        *,
        expected: int,
        attachments: object = (),
        evidence: Mapping[str, object] | None = None,
    ) -> SharingEvent:
        """Let one thing happen to a request, judged at this moment.

        Parameters
        ----------
        case_id : str
            The request.
        kind : EventKind
            What happens.
        given : mapping
            What is said, as `gis.cases.details.read_details` takes it.
        scope, account
            Who does it.
        expected : int
            How many events the caller saw.
        attachments : str or list of str
            Names of papers.
        evidence : mapping, optional
            What is frozen with an escalation.

        Raises
        ------
        NotFoundError
            If there is no such request that the caller may see.
        ConflictError
            If somebody was faster, or the step is not possible now.
        FormatError
            If something that is said is not what it should be.
        """
        rules, calendar = self.basis()
        with writing(self._engine) as connection:
            request, events = _one(connection, case_id, scope)
            if len(events) != expected:
                raise ConflictError("requests.changed", seen=expected, found=len(events))
            party = party_of(request, scope)
            if party is None:
                raise NotFoundError("requests.unknown", id=case_id[:60])
            now = max(moments.now(), events[-1].at)
            standing = read_events(events, now, rules, calendar)
            require_step(standing, kind, party, given)
            details = _details(kind, given, standing, rules, now)
            if kind is EventKind.ESCALATED:
                details[EVIDENCE] = freeze(evidence or {})
            event = SharingEvent(
                sequence=expected + 1,
                kind=kind,
                party=party,
                account=account,
                organisation_id=scope.organisation_id,
                at=now,
                details=details,
                attachments=read_attachments(attachments),
            )
            connection.execute(insert(case_events), [_event_row(request.id, event)])
            return event


def _details(
    kind: EventKind,
    given: Mapping[str, object],
    standing: Standing,
    rules: CaseRules,
    now: datetime,
) -> dict[str, object]:
    day = local_day(now)
    return read_details(
        STEPS[kind].fields,
        given,
        grounds=[rule.id for rule in rules.grounds(day)] if kind is EventKind.REFUSED else (),
        authorities=rules.authorities(day) if standing.decider is not None else (),
    )


def _asked_for(connection: Connection, named: str, scope: Scope) -> tuple[str, str]:
    """Return id and owner of the structure that somebody names by its id or its owner's code.

    Raises
    ------
    NotFoundError
        If the caller may see none of that name.
    FormatError
        If several owners call one so.
    """
    found = connection.execute(
        select(structures.c.id, structures.c.owner_id).where(
            or_(structures.c.id == named, structures.c.code == named), visible_structures(scope)
        )
    ).all()
    by_id = [(one.id, one.owner_id) for one in found if one.id == named]
    several = by_id or [(one.id, one.owner_id) for one in found]
    if not several:
        raise NotFoundError("errors.structures_unknown", id=named[:80], name="structure_id")
    if len(several) > 1:
        raise FormatError(
            "requests.code_of_several", code=named[:80], count=len(several), name="structure_id"
        )
    return several[0]


def _require_wish(wish: Wish) -> None:
    """Refuse what cannot be asked for.

    Raises
    ------
    FormatError
        With the name of the field.
    """
    texts = (("technology", LONGEST_NAME), ("bands", LONGEST_NAME), ("purpose", LONGEST_TEXT))
    for name, longest in texts:
        said = str(getattr(wish, name)).strip()
        if not said and name != "bands":
            raise FormatError("requests.field_absent", name=name)
        if CONTROL.search(said.replace("\r", "")):
            raise FormatError("requests.field_control", name=name)
        if len(said) > longest:
            raise FormatError("requests.field_long", name=name, most=longest)
    height = wish.height_above_ground_m
    if height is not None and not (math.isfinite(height) and 0 <= height <= HIGHEST_M):
        raise FormatError("requests.height_range", name="height_above_ground_m", most=HIGHEST_M)
    start, end = wish.wanted_from, wish.wanted_to
    if start is not None and end is not None and end < start:
        raise FormatError(
            "requests.field_order", name="wanted_to", start=start.isoformat(), end=end.isoformat()
        )


def _wish_row(wish: Wish) -> dict[str, Any]:
    texts = {name: getattr(wish, name) for name in ("technology", "bands", "purpose")}
    return {
        "structure_id": wish.structure_id,
        "height_above_ground_m": wish.height_above_ground_m,
        "wanted_from": None if wish.wanted_from is None else wish.wanted_from.isoformat(),
        "wanted_to": None if wish.wanted_to is None else wish.wanted_to.isoformat(),
        **{name: unicodedata.normalize("NFC", told).strip() for name, told in texts.items()},
    }


def _request(row: Mapping[Any, Any]) -> SharingRequest:
    start, end = row["wanted_from"], row["wanted_to"]
    return SharingRequest(
        id=row["id"],
        structure_id=row["structure_id"],
        requester_id=row["requester_id"],
        owner_id=row["owner_id"],
        height_above_ground_m=row["height_above_ground_m"],
        technology=row["technology"],
        bands=row["bands"],
        purpose=row["purpose"],
        wanted_from=None if start is None else date.fromisoformat(start),
        wanted_to=None if end is None else date.fromisoformat(end),
        created_at=moments.from_text(row["created_at"]),
    )


def _event_row(case_id: str, event: SharingEvent) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "sequence": event.sequence,
        "kind": event.kind.value,
        "party": event.party.value,
        "account": event.account,
        "organisation_id": event.organisation_id,
        "at": moments.to_text(event.at),
        "details": json.dumps(event.details, ensure_ascii=False, sort_keys=True),
        "attachments": json.dumps(event.attachments, ensure_ascii=False),
    }


def _event(row: Mapping[Any, Any]) -> SharingEvent:
    return SharingEvent(
        sequence=row["sequence"],
        kind=EventKind(row["kind"]),
        party=Party(row["party"]),
        account=row["account"],
        organisation_id=row["organisation_id"],
        at=moments.from_text(row["at"]),
        details=json.loads(row["details"]),
        attachments=tuple(json.loads(row["attachments"])),
    )


def _events(connection: Connection, ids: Iterable[str]) -> dict[str, list[SharingEvent]]:
    query = select(case_events).where(case_events.c.case_id.in_(list(ids)))
    found: dict[str, list[SharingEvent]] = {}
    for row in connection.execute(query.order_by(case_events.c.sequence)).mappings():
        found.setdefault(row["case_id"], []).append(_event(row))
    return found


def _one(
    connection: Connection, case_id: str, scope: Scope
) -> tuple[SharingRequest, list[SharingEvent]]:
    query = select(cases).where(cases.c.id == case_id, visible_cases(scope))
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFoundError("requests.unknown", id=case_id[:60])
    return _request(row), _events(connection, [case_id])[case_id]
