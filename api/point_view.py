"""A registration point, and what is counted of many, as far as a caller may know it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from starlette.requests import Request

from api.clock_view import rule_json
from api.contact_steps import contacts_of, told_views
from api.geojson import feature, plain
from api.identity import Identity
from api.own_writes import told_changes
from api.point_acts import acts_json
from api.service import Service, service_of
from api.works_asked import may_act
from data.text import Language
from gis.point_rules import duties, last_contact_day, subscriber_rules
from gis.point_sanctions import PointAct, acts_found
from gis.points import Counted, counted
from gis.register.history import Change
from gis.register.point_contacts import ContactNote, ContactView
from gis.register.points import PointVisit, RegistrationPoint
from gis.register.reading import Reader
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from gis.sanctions import SanctionBook, sanctions_in_use
from propagation.compliance.records import Rule

__all__ = ["PointView", "Statistics", "read_point_view", "read_statistics"]

_MOST_CHANGES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class PointView:
    """One point and what belongs to it.

    Attributes
    ----------
    point : RegistrationPoint
        The point; what the caller may not see is None.
    own : bool
        Whether the caller sees every field and may change it.
    digest : str
        Which state of it this is; empty for who may not change it.
    on : date
        The day.
    owners : mapping
        Names of organisations by their id.
    visits : sequence of PointVisit
        The newest first, for the operator and the department.
    acts : sequence of PointAct
        What the visits found, counted.
    book : SanctionBook
        What acts may cost.
    identity : Identity
        The caller.
    contact : ContactNote or None
        That there is a contact, why and until when; not who.
    views : sequence of ContactView
        Who did what with the contact.
    last_contact_day : date or None
        Until when a contact may be kept at most.
    duties : sequence of Rule
        What is asked of operators.
    history : sequence of Change
        For the department only.
    sizes : mapping
        How many changes each write of the history made altogether.
    """

    point: RegistrationPoint
    own: bool
    digest: str
    on: date
    owners: Mapping[str, str]
    visits: Sequence[PointVisit]
    acts: Sequence[PointAct]
    book: SanctionBook
    identity: Identity
    contact: ContactNote | None
    views: Sequence[ContactView]
    last_contact_day: date | None
    duties: Sequence[Rule]
    history: Sequence[Change]
    sizes: Mapping[int, int]

    def acts_json(self, language: Language) -> list[dict[str, Any]]:
        """Return what the visits found."""
        return acts_json(self.acts, self.book, self.identity, language)

    def json(self, language: Language) -> dict[str, Any]:
        """Return all of it as a GeoJSON feature."""
        told = feature(self.point)
        told["properties"] |= {
            "operator": self.owners.get(self.point.operator_id, self.point.operator_id),
            "own": self.own,
            "digest": self.digest,
            "duties": [rule_json(rule, language) for rule in self.duties],
        }
        if self.own:
            told["properties"] |= {
                "visits": [plain(one) for one in self.visits],
                "acts": self.acts_json(language),
                "contact": plain(self.contact),
            }
        return told


def read_point_view(request: Request, identity: Identity, point_id: str) -> PointView:
    """Return one point and what belongs to it.

    Raises
    ------
    NotFoundError
        If there is none of that id, or the caller may not know of it.
    FormatError
        If somebody spoilt a file of the rules.
    """
    service = service_of(request)
    today = service.today()
    rules = subscriber_rules(service.home, today)
    with service.register.snapshot() as register:
        point = register.point(point_id, identity.scope)
        own = may_act(identity, point.operator_id)
        visits = register.visits(identity.scope, point_id=point_id)
        history = told_changes(register, identity, _history(register, point_id))
        digest = record_digest(register.point(point_id, SYSTEM)) if own else ""
        owners = {one.id: one.name for one in register.organisations()}
        sizes = {
            revision: register.count_changes(revision)
            for revision in {change.revision for change in history}
        }
    contacts = contacts_of(request)
    book = sanctions_in_use(service.home)
    return PointView(
        point=point,
        own=own,
        digest=digest,
        on=today,
        owners=owners,
        visits=visits,
        acts=acts_found(visits, book),
        book=book,
        identity=identity,
        contact=contacts.note(point_id, today) if own else None,
        views=told_views(request, point_id) if own else (),
        last_contact_day=last_contact_day(rules, today),
        duties=duties(rules),
        history=history,
        sizes=sizes,
    )


def _history(register: Reader, point_id: str) -> Sequence[Change]:
    """Return what happened to a point and to its visits, the newest first."""
    found = register.changes(
        table_name="registration_points", record_id=point_id, limit=_MOST_CHANGES
    )
    for one in register.visits(SYSTEM, point_id=point_id):
        found += register.changes(table_name="point_visits", record_id=one.id, limit=_MOST_CHANGES)
    found.sort(key=lambda change: (-change.revision, change.table_name, change.record_id))
    return found[:_MOST_CHANGES]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What is counted of the points of which a caller sees every field.

    Attributes
    ----------
    first, last : date or None
        Days of the visits that count.
    operators, communes : sequence of Counted
        By operator, whose id is its name here, and by commune.
    total : Counted or None
        All of them; None without a point.
    acts : mapping of str to sequence of PointAct
        What the visits found, by operator.
    book : SanctionBook
        What acts may cost.
    identity : Identity
        The caller.
    owners : mapping
        Names of organisations by their id.
    duties : sequence of Rule
        What is asked of operators.
    """

    first: date | None
    last: date | None
    operators: Sequence[Counted]
    communes: Sequence[Counted]
    total: Counted | None
    acts: Mapping[str, Sequence[PointAct]]
    book: SanctionBook
    identity: Identity
    owners: Mapping[str, str]
    duties: Sequence[Rule]

    def acts_json(self, operator_id: str, language: Language) -> list[dict[str, Any]]:
        """Return what the visits to an operator's points found."""
        return acts_json(self.acts.get(operator_id, ()), self.book, self.identity, language)

    def json(self, language: Language) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "first": plain(self.first),
            "last": plain(self.last),
            "operators": [
                {
                    "operator": self.owners.get(one.of, one.of),
                    **_counts(one),
                    "acts": self.acts_json(one.of, language),
                }
                for one in self.operators
            ],
            "communes": [_counts(one) for one in self.communes],
            "total": None if self.total is None else _counts(self.total),
            "duties": [rule_json(rule, language) for rule in self.duties],
        }


def _counts(one: Counted) -> dict[str, Any]:
    return {**asdict(one), "mismatch_percent": one.mismatch_percent}


def read_statistics(
    service: Service, identity: Identity, first: date | None, last: date | None
) -> Statistics:
    """Return what is counted: all points for the department, its own for an operator.

    Raises
    ------
    FormatError
        If somebody spoilt a file of the rules.
    """
    with service.register.snapshot() as register:
        points = register.own_points(identity.scope)
        visits = register.visits(identity.scope, first=first, last=last)
        owners = {one.id: one.name for one in register.organisations()}
    total = counted(points, visits, lambda _: "")
    operators = {one.id: one.operator_id for one in points}
    visited: dict[str, list[PointVisit]] = {}
    for one in visits:
        if one.point_id in operators:
            visited.setdefault(operators[one.point_id], []).append(one)
    book = sanctions_in_use(service.home)
    return Statistics(
        first=first,
        last=last,
        operators=counted(points, visits, lambda point: point.operator_id),
        communes=counted(points, visits, lambda point: point.commune_name or ""),
        total=total[0] if total else None,
        acts={operator: acts_found(own, book) for operator, own in visited.items()},
        book=book,
        identity=identity,
        owners=owners,
        duties=duties(subscriber_rules(service.home, service.today())),
    )
