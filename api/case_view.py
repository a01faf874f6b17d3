"""A sharing request as pages and programs are told of it, in a language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from api.clock_view import clock_json, reminder_json, rule_json
from api.geojson import plain
from api.identity import Identity
from api.service import Service
from api.told import CallerTold
from api.views import jurisdiction_of
from data.text import Language, text
from gis.cases.clocks import Clock, Reminder, due_reminders
from gis.cases.evidence import EVIDENCE, sha256_of
from gis.cases.procedure import Field, FieldKind
from gis.cases.records import EventKind, Party, SharingEvent, SharingRequest
from gis.cases.sharing import Decider, Standing, read_events
from gis.cases.steps import STEPS
from gis.cases.store import Cases, party_of
from gis.cases.working_days import local_day
from gis.register import moments
from gis.register.scopes import SYSTEM
from propagation.compliance.records import Rule

__all__ = ["CaseView", "Told", "evidence_of", "viewer"]


@dataclass(frozen=True, slots=True)
class Told(CallerTold):
    """What one caller is told of requests by."""

    def case(self, request: SharingRequest, events: Sequence[SharingEvent]) -> "CaseView":
        """Return one request as the caller is told of it."""
        standing = read_events(events, self.at, self.rules, self.calendar)
        return CaseView(self, request, events, standing)

    def said(self, key: str, /, **values: object) -> str:
        """Return a sentence of the catalogue of cases."""
        return text(f"requests.{key}", self.language, **values)


def viewer(service: Service, cases: Cases, identity: Identity, language: Language) -> Told:
    """Return what is needed to tell a caller of requests at this moment."""
    rules, calendar = cases.basis()
    names = {one.id: one.name for one in service.register.organisations()}
    return Told(identity, language, moments.now(), rules, calendar, names)


@dataclass(frozen=True, slots=True)
class CaseView:
    """One request, where it stands, and who is told."""

    told: Told
    request: SharingRequest
    events: Sequence[SharingEvent]
    standing: Standing

    @property
    def party(self) -> Party | None:
        """In whose place the caller acts."""
        return party_of(self.request, self.told.identity.scope)

    @property
    def reminders(self) -> list[Reminder]:
        """The clocks that are near their end or past it."""
        told = self.told
        return due_reminders(self.standing.clocks, told.at, told.rules, told.calendar)

    def json(self) -> dict[str, Any]:
        """Return all of it as JSON values."""
        request, state = self.request, self.standing.state
        state_name = "none" if state is None else state.value
        return {
            **plain(request),
            "requester": self.told.names.get(request.requester_id, request.requester_id),
            "owner": self.told.names.get(request.owner_id, request.owner_id),
            "state": state_name,
            "state_text": self.told.said(f"state.{state_name}"),
            "party": None if self.party is None else self.party.value,
            "deemed_complete_at": plain(self.standing.deemed_at),
            "unconfirmed": self._unconfirmed(),
            "events": [self._event(one) for one in self.events],
            "clocks": [self._clock(one) for one in self.standing.clocks],
            "reminders": [reminder_json(one) for one in self.reminders],
            "possible": {
                party.value: [kind.value for kind in kinds]
                for party, kinds in self.standing.possible.items()
            },
            "next": self._next(),
            "decider": self._decider(self.standing.decider),
            "duties": [
                rule_json(rule, self.told.language)
                for rule in self.told.rules.duties(local_day(self.told.at), state_name)
            ],
            "links": [{"rel": "self", "href": f"/sharing-requests/{request.id}"}],
        }

    def _unconfirmed(self) -> dict[str, Any] | None:
        """Return which event of one party waits for the other to confirm it."""
        stated = self.standing.stated
        if stated is None:
            return None
        other = Party.OWNER if stated.party is Party.REQUESTER else Party.REQUESTER
        return {"sequence": stated.sequence, "kind": stated.kind.value, "party": other.value}

    def _clock(self, clock: Clock) -> dict[str, Any]:
        told = self.told
        return clock_json(clock, told.at, told.calendar, told.language, told.said)

    def _event(self, event: SharingEvent) -> dict[str, Any]:
        identity = self.told.identity
        own = identity.is_staff or identity.scope.own == event.organisation_id
        details = {name: told for name, told in event.details.items() if name != EVIDENCE}
        return {
            "sequence": event.sequence,
            "kind": event.kind.value,
            "text": self.told.said(f"happened.{event.kind.value}"),
            "party": event.party.value,
            "party_text": self.told.said(f"party.{event.party.value}"),
            "organisation": self.organisation_of(event),
            "account": event.account if own else None,
            "at": plain(event.at),
            "details": details,
            "details_text": self._details(event.kind, details, local_day(event.at)),
            "attachments": list(event.attachments),
            "evidence_sha256": sha256_of(event),
        }

    def organisation_of(self, event: SharingEvent) -> str | None:
        """Return whose step it was: the department is called what it was called on that day."""
        if event.party is Party.DEPARTMENT:
            return jurisdiction_of(local_day(event.at)).department(self.told.language)
        organisation = event.organisation_id
        return None if organisation is None else self.told.names.get(organisation, organisation)

    def _details(
        self, kind: EventKind, details: Mapping[str, Any], day: date
    ) -> list[tuple[str, str]]:
        """Return what an event says, as a person reads it."""
        grounds = {rule.id: rule for rule in self.told.rules.grounds(day)}
        found = []
        for field in STEPS[kind].fields:
            if field.name in details:
                value = self._value(field, details[field.name], grounds)
                found.append((self.told.said(f"field.{field.name}"), value))
        return found

    def _value(self, field: Field, value: Any, grounds: Mapping[str, Rule]) -> str:
        language = self.told.language
        if field.kind is FieldKind.GROUNDS:
            return "; ".join(
                rule_json(grounds[one], language)["title"] if one in grounds else one
                for one in value
            )
        if field.kind is FieldKind.CHOICE:
            return self.told.said(f"choice.{value}")
        if field.kind is FieldKind.AUTHORITY:
            return self._authority(str(value))
        return text("requests.value", language, value=value)

    def _authority(self, authority: str) -> str:
        decider = self.standing.decider
        rule = None if decider is None else decider.rule
        return Decider(authority, rule).name(self.told.language)

    def _decider(self, decider: Decider | None) -> dict[str, Any] | None:
        if decider is None:
            return None
        return {
            "authority": decider.authority,
            "name": decider.name(self.told.language),
            "rule": None if decider.rule is None else rule_json(decider.rule, self.told.language),
        }

    def _next(self) -> list[dict[str, Any]]:
        """Return the steps that the caller may take now, with what each asks for."""
        kinds = () if self.party is None else self.standing.possible[self.party]
        return [
            {
                "kind": kind.value,
                "text": self.told.said(f"event.{kind.value}"),
                "fields": [self._field(one) for one in STEPS[kind].fields],
            }
            for kind in kinds
        ]

    def _field(self, field: Field) -> dict[str, Any]:
        return {
            "name": field.name,
            "label": self.told.said(f"field.{field.name}"),
            "kind": field.kind.value,
            "required": field.required,
            "choices": self._choices(field),
        }

    def _choices(self, field: Field) -> list[dict[str, Any]]:
        day, language = local_day(self.told.at), self.told.language
        if field.kind is FieldKind.GROUNDS:
            told = [rule_json(rule, language) for rule in self.told.rules.grounds(day)]
            return [{"value": one["id"], "text": one["title"], "rule": one} for one in told]
        if field.kind is FieldKind.AUTHORITY:
            return [
                {"value": one, "text": self._authority(one)}
                for one in self.told.rules.authorities(day)
            ]
        return [{"value": one, "text": self.told.said(f"choice.{one}")} for one in field.choices]


def evidence_of(service: Service, view: CaseView) -> dict[str, Any]:
    """Return what is frozen when a request becomes a dispute.

    It holds what every owner has on the structure, so that it is the department's to read.
    """
    request = view.request
    with service.register.snapshot() as register:
        structure = register.structure(request.structure_id, SYSTEM)
        held = [request.structure_id]
        occupied = {
            "installations": register.installations(SYSTEM, structure_id=request.structure_id),
            "levels": register.levels(SYSTEM, structure_ids=held),
            "contracts": register.contracts(SYSTEM, structure_ids=held),
        }
        published = register.published_rents(kind=structure.kind, on=service.today())
        revision, version = register.revision(), register.version()
    rents = [
        {"sequence": one.sequence, name: told}
        for one in view.events
        for name, told in one.details.items()
        if name.endswith("_vnd_per_month")
    ]
    return {
        "register": {"revision": revision, "version": version},
        "structure": plain(structure),
        "occupancy": {name: plain(records) for name, records in occupied.items()},
        "prices": {"said": rents, "published": plain(published)},
        "calculation": {
            "at": plain(view.told.at),
            "clocks": [view._clock(one) for one in view.standing.clocks],
        },
    }
