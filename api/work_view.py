"""A planned work as pages and programs are told of it, as far as a caller may know it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.clock_view import rule_json
from api.geojson import feature, plain
from api.identity import Identity
from api.own_writes import told_changes
from api.service import Service
from api.works_asked import may_act
from data.text import Language, text
from gis.cases.rule_book import CaseRules, rules_in_use
from gis.cases.working_days import WorkingCalendar, calendar_in_use
from gis.register.history import Change
from gis.register.reading import Reader
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM
from gis.register.works import OPEN_STATES, PlannedWork, SignUp, SignUpState
from gis.terms import (
    WORKS_ANSWER,
    WORKS_PLAN_DUE,
    WORKS_SIGN_UP,
    WORKS_START,
    WORKS_TOGETHER,
    term_of,
)
from gis.works_near import Together, box_around, nearest_first, together
from propagation.compliance.parameters import number
from propagation.compliance.records import Rule

__all__ = [
    "NEAR_M",
    "WorkView",
    "WorksRules",
    "read_together",
    "read_work_view",
    "works_rules",
]

NEAR_M = 2000.0
"""How far the small map of a work looks around it."""

_MOST_CHANGES = 40


@dataclass(frozen=True, slots=True)
class WorksRules:
    """The rules of planned works and the calendar that their terms are counted by."""

    rules: CaseRules
    calendar: WorkingCalendar

    def due(self, rule_id: str, start: date) -> tuple[Rule | None, date | None]:
        """Return the rule of a day and when the term that began then ends; None without one."""
        rule = self.rules.rule(rule_id, start)
        term = None if rule is None else term_of(rule)
        if term is None:
            return rule, None
        return rule, self.calendar.end_of_term(start, term, self.rules.counting(start)).on

    def plan_due(self, year: int, today: date) -> tuple[Rule | None, date | None]:
        """Return the rule in force today and when the plan of a year is due by it."""
        rule = self.rules.rule(WORKS_PLAN_DUE, today)
        if rule is None:
            return None, None
        month, day = (int(number(rule, name)) for name in ("month", "day"))
        try:
            return rule, date(year - 1, month, day)
        except ValueError:  # a day that the year before does not have
            return rule, None


def works_rules(service: Service) -> WorksRules:
    """Return the rules and the calendar in use.

    Raises
    ------
    FormatError
        If somebody spoilt a file of either.
    """
    return WorksRules(rules_in_use(service.home), calendar_in_use(service.home))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkView:
    """One planned work and what belongs to it.

    Attributes
    ----------
    work : PlannedWork
        The work; links that the caller may not see are None.
    digest : str
        Which state of it this is; empty for who may not change it.
    on : date
        The day.
    owners : mapping
        Names of organisations by their id.
    sign_ups : sequence of SignUp
        Those that the caller may see.
    may_edit : bool
        Whether the caller may change it and answer.
    own : SignUp or None
        What the caller's organisation wants of it.
    near : sequence of (float, PlannedWork)
        Other works that are still to be built within `NEAR_M`, with their distances in m.
    together : sequence of Together
        Those that it could be done together with, for its owner and the department.
    duties : sequence of Rule
        What its owner has to do, by the rules of the day.
    history : sequence of Change
        For the department only.
    sizes : mapping
        How many changes each write of the history made altogether.
    """

    work: PlannedWork
    digest: str
    on: date
    owners: Mapping[str, str]
    sign_ups: Sequence[SignUp]
    may_edit: bool
    own: SignUp | None
    near: Sequence[tuple[float, PlannedWork]]
    together: Sequence[Together]
    duties: Sequence[Rule]
    rules: WorksRules
    history: Sequence[Change]
    sizes: Mapping[int, int]

    @property
    def open(self) -> bool:
        """Whether others may sign up today."""
        return self.work.open_on(self.on)

    def answer_due(self, sign_up: SignUp) -> tuple[Rule | None, date | None]:
        """Return the rule of the owner's answer, and by when it is due; None without a term."""
        rule, due = self.rules.due(WORKS_ANSWER, sign_up.asked_on)
        return rule, due if sign_up.state is SignUpState.ASKED else None

    @property
    def sign_up_due(self) -> tuple[Rule | None, date | None]:
        """The rule of how long sign-up lasts, and until when by it; None without a term."""
        return self.rules.due(WORKS_SIGN_UP, self.work.announced_on)

    def late(self, language: Language) -> dict[str, Any] | None:
        """Return that a work was announced after it began, with the rule; None where it was not.

        The rule is the one that wants a notice before building on the day of the announcement,
        None where there was none for this kind of work.
        """
        work = self.work
        if not work.late:
            return None
        duties = self.rules.rules.duties_of_works(work.announced_on, work.kind.value)
        rule = next((one for one in duties if one.id == WORKS_START), None)
        return {
            "text": text(
                "works.late", language, announced=work.announced_on, begins=work.begins_on
            ),
            "rule": None if rule is None else rule_json(rule, language),
        }

    def json(self, language: Language) -> dict[str, Any]:
        """Return all of it as a GeoJSON feature."""
        told = feature(self.work)
        told["properties"] |= {
            "owner": self.owners.get(self.work.owner_id, self.work.owner_id),
            "open": self.open,
            "digest": self.digest,
            "may_edit": self.may_edit,
            "late": self.late(language),
            "sign_ups": [self._sign_up(one, language) for one in self.sign_ups],
            "together": [
                {
                    "id": pair.other(self.work.id).id,
                    "name": pair.other(self.work.id).name,
                    "distance_m": round(pair.distance_m, 1),
                    "days_between": pair.days_between,
                    "end_known": pair.end_known,
                }
                for pair in self.together
            ],
            "duties": [rule_json(rule, language) for rule in self.duties],
        }
        return told

    def _sign_up(self, one: SignUp, language: Language) -> dict[str, Any]:
        rule, due = self.answer_due(one)
        return {
            **plain(one),
            "organisation": self.owners.get(one.organisation_id, one.organisation_id),
            "state_text": text(f"register.sign_up_state.{one.state.value}", language),
            "digest": record_digest(one),
            "answer_due": plain(due),
            "answer_rule": None if rule is None else rule_json(rule, language),
        }


def read_work_view(service: Service, identity: Identity, work_id: str) -> WorkView:
    """Return one planned work and what belongs to it.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    FormatError
        If somebody spoilt a file of the rules.
    """
    scope, today = identity.scope, service.today()
    rules = works_rules(service)
    with service.register.snapshot() as register:
        work = register.work(work_id, scope)
        editing = may_act(identity, work.owner_id)
        sign_ups = register.sign_ups(scope, work_id=work_id)
        history = told_changes(register, identity, _history(register, work_id))
        return WorkView(
            work=work,
            digest=record_digest(register.work(work_id, SYSTEM)) if editing else "",
            on=today,
            owners={one.id: one.name for one in register.organisations()},
            sign_ups=sign_ups,
            may_edit=editing,
            own=next((one for one in sign_ups if one.organisation_id == scope.own), None),
            near=_near(register, identity, work),
            together=_together_with(register, identity, work, rules, today) if editing else (),
            duties=rules.rules.duties_of_works(today, work.kind.value),
            rules=rules,
            history=history,
            sizes={
                revision: register.count_changes(revision)
                for revision in {change.revision for change in history}
            },
        )


def read_together(
    service: Service, identity: Identity
) -> tuple[Rule | None, Sequence[Together], Mapping[str, str]]:
    """Return the pairs of works that could be done together: the caller's own, or all of them.

    Returns
    -------
    tuple
        The rule of today, the pairs, and the names of organisations by id.
    """
    today = service.today()
    rule = works_rules(service).rules.rule(WORKS_TOGETHER, today)
    with service.register.snapshot() as register:
        owners = {one.id: one.name for one in register.organisations()}
        if rule is None:
            return None, (), owners
        works = register.works(identity.scope, states=OPEN_STATES)
    pairs = [
        pair
        for pair in _paired(works, rule)
        if may_act(identity, pair.first.owner_id) or may_act(identity, pair.second.owner_id)
    ]
    return rule, pairs, owners


def _paired(works: Sequence[PlannedWork], rule: Rule) -> Sequence[Together]:
    days = int(number(rule, "days_between"))
    return together(works, distance_m=number(rule, "distance_m"), days_between=days)


def _together_with(
    register: Reader, identity: Identity, work: PlannedWork, rules: WorksRules, today: date
) -> Sequence[Together]:
    rule = rules.rules.rule(WORKS_TOGETHER, today)
    if rule is None:
        return ()
    others = register.works(identity.scope, states=OPEN_STATES)
    return [pair for pair in _paired(others, rule) if work.id in (pair.first.id, pair.second.id)]


def _near(
    register: Reader, identity: Identity, work: PlannedWork
) -> Sequence[tuple[float, PlannedWork]]:
    """Return the other works around one that are still to be built."""
    box = box_around(work.geometry, NEAR_M)
    found = register.works(identity.scope, bbox=box, states=OPEN_STATES)
    return nearest_first([one for one in found if one.id != work.id], work.geometry, NEAR_M)


def _history(register: Reader, work_id: str) -> Sequence[Change]:
    """Return what happened to a work and to its sign-ups, the newest first."""
    found = register.changes(table_name="planned_works", record_id=work_id, limit=_MOST_CHANGES)
    for one in register.sign_ups(SYSTEM, work_id=work_id):
        found += register.changes(
            table_name="work_sign_ups", record_id=one.id, limit=_MOST_CHANGES
        )
    found.sort(key=lambda change: (-change.revision, change.table_name, change.record_id))
    return found[:_MOST_CHANGES]
