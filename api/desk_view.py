"""A case of the desk as pages and programs are told of it, in a language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from starlette.requests import Request

from api.clock_view import clock_json, reminder_json
from api.geojson import plain
from api.identity import identity_of
from api.service import service_of
from api.told import CallerTold
from data.text import Language, has, text
from gis.cases.clocks import Reminder, due_reminders
from gis.cases.procedure import Field, FieldKind
from gis.cases.working_days import local_day
from gis.desk.procedure import Procedure, Standing, read_case
from gis.desk.records import OPENED, PARTY, DeskCase, DeskEvent, DeskFile
from gis.desk.registry import procedure_of
from gis.desk.store import Desk, party_of
from gis.register import moments
from maps.words import Words

__all__ = ["DeskTold", "DeskView", "desk_of", "desk_teller", "desk_view", "field_json"]

_DEGREES: Final = ("longitude", "latitude")


def desk_of(request: Request) -> Desk:
    """Return the cases of a running service."""
    service = service_of(request)
    return Desk(service.register, service.home)


def field_json(field: Field, kind: str, language: Language) -> dict[str, Any]:
    """Return a field of a procedure with its words."""
    hint = f"desk_{kind}.hint.{field.name}"
    return {
        "name": field.name,
        "label": text(f"desk_{kind}.field.{field.name}", language),
        "hint": text(hint, language) if has(hint) else "",
        "kind": field.kind.value,
        "required": field.required,
        "least": field.least,
        "most": field.most,
        "choices": [
            {"value": one, "text": text(f"desk_{kind}.choice.{field.name}.{one}", language)}
            for one in field.choices
        ],
    }


@dataclass(frozen=True, slots=True)
class DeskTold(CallerTold):
    """What one caller is told of cases of the desk by."""

    def view(self, case: DeskCase, events: Sequence[DeskEvent]) -> "DeskView":
        """Return one case as the caller is told of it."""
        procedure = procedure_of(case.kind)
        standing = read_case(
            procedure, case, events, self.at, rules=self.rules, calendar=self.calendar
        )
        return DeskView(self, case, standing)


def desk_teller(request: Request, language: Language) -> DeskTold:
    """Return what is needed to tell a caller of cases at this moment."""
    rules, calendar = desk_of(request).basis()
    names = {one.id: one.name for one in service_of(request).register.organisations()}
    return DeskTold(identity_of(request), language, moments.now(), rules, calendar, names)


def desk_view(request: Request, kind: str, case_id: str, language: Language) -> "DeskView":
    """Return one case as its caller is told of it.

    Raises
    ------
    NotFoundError
        If there is none of that kind and id that the caller may see.
    """
    case, events = desk_of(request).case(kind, case_id, identity_of(request).scope)
    return desk_teller(request, language).view(case, events)


@dataclass(frozen=True, slots=True)
class DeskView:
    """One case, where it stands, and who is told."""

    told: DeskTold
    case: DeskCase
    standing: Standing

    @property
    def procedure(self) -> Procedure:
        """How it goes."""
        return self.standing.procedure

    @property
    def party(self) -> str:
        """In whose place the caller acts."""
        return party_of(self.told.identity.scope)

    @property
    def received_on(self) -> date | None:
        """The day on which it was received, where it was entered on another one."""
        received = local_day(self.standing.received_at)
        return None if received == local_day(self.case.opened_at) else received

    @property
    def reminders(self) -> list[Reminder]:
        """The clocks that are near their end or past it."""
        told = self.told
        return due_reminders(self.standing.clocks, told.at, told.rules, told.calendar)

    @property
    def events(self) -> list[DeskEvent]:
        """What happened, as far as the caller is told of it."""
        return self.procedure.told_to(self.party, self.standing.events)

    def said(self, key: str, /, **values: object) -> str:
        """Return a sentence of the catalogue of its kind."""
        return text(f"desk_{self.case.kind}.{key}", self.told.language, **values)

    def json(self, files: Sequence[DeskFile] = ()) -> dict[str, Any]:
        """Return all of it as JSON values.

        Parameters
        ----------
        files : sequence of DeskFile, optional
            The files of its events.
        """
        case, standing = self.case, self.standing
        return {
            "id": case.id,
            "kind": case.kind,
            "kind_text": self.said("title_one"),
            "number": case.label,
            "opened_at": plain(case.opened_at),
            "received_on": local_day(standing.received_at).isoformat(),
            "opened_by": self._opener(),
            "state": standing.state,
            "state_text": self.said(f"state.{standing.state}"),
            "final": standing.final,
            "facts": dict(standing.facts),
            "facts_text": self._facts(),
            "missing": [{"name": one, "label": self.say_missing(one)} for one in standing.missing],
            "expected": len(self.events),
            "events": [self._event(one, place, files) for place, one in enumerate(self.events, 1)],
            "clocks": self._clocks(),
            "reminders": [
                reminder_json(one) for one in (self.reminders if self.party != PARTY else [])
            ],
            "next": self._next(),
            "letters": self._letters(),
            "links": [{"rel": "self", "href": f"/desk/{case.kind}/{case.id}"}],
        }

    def _opener(self) -> str | None:
        organisation = self.case.organisation_id
        return None if organisation is None else self.told.names.get(organisation, organisation)

    def _clocks(self) -> list[dict[str, Any]]:
        told = self.told
        return [
            clock_json(one, told.at, told.calendar, told.language, self.said)
            for one in self.standing.clocks
        ]

    def _facts(self) -> list[tuple[str, str]]:
        return self._said_fields(self.procedure.intake, self.standing.facts)

    def _said_fields(
        self, fields: Sequence[Field], told: Mapping[str, object]
    ) -> list[tuple[str, str]]:
        return [
            (self.said(f"field.{one.name}"), self.say_value(one, told[one.name]))
            for one in fields
            if one.name in told
        ]

    def say_missing(self, name: str) -> str:
        """Return what is missing in words: a field, or one choice of a field (`field.choice`)."""
        return self.said(f"choice.{name}" if "." in name else f"field.{name}")

    def say_value(self, field: Field, value: Any) -> str:
        """Return one value as a person reads it."""
        if field.kind is FieldKind.CHOICE:
            return self.said(f"choice.{field.name}.{value}")
        if field.kind is FieldKind.SEVERAL:
            return "; ".join(self.said(f"choice.{field.name}.{one}") for one in value)
        if field.kind is FieldKind.IDS:
            return "; ".join(value)
        if field.tell is not None:
            return field.tell(value, self.told.language)
        if field.name in _DEGREES:
            return Words(self.told.language).number(value, 5)
        if field.kind is FieldKind.MOMENT:
            value = datetime.fromisoformat(value)
        return text("requests.value", self.told.language, value=value)

    def _event(self, event: DeskEvent, place: int, files: Sequence[DeskFile]) -> dict[str, Any]:
        """Return an event at its place among those that the caller is told of."""
        identity = self.told.identity
        own = identity.is_staff or identity.scope.own == event.organisation_id
        organisation = event.organisation_id
        fields = () if event.kind == OPENED else self.procedure.fields_of(event.kind)
        return {
            "sequence": place,
            "kind": event.kind,
            "text": self.said(f"happened.{event.kind}"),
            "party": event.party,
            "party_text": self.said(f"party.{event.party}"),
            "organisation": self.told.names.get(organisation or "", organisation),
            "account": event.account if own else None,
            "at": plain(event.at),
            "details": dict(event.details),
            "details_text": self._said_fields(fields, event.details),
            "files": [self._file(one, place) for one in files if one.sequence == event.sequence],
        }

    def _file(self, file: DeskFile, place: int) -> dict[str, Any]:
        base = f"/desk/{self.case.kind}/{self.case.id}/files/{file.id}"
        return {
            **plain(file),
            "sequence": place,
            "href": base,
            "public_href": f"{base}?public=true" if file.public_sha256 else None,
        }

    def _next(self) -> list[dict[str, Any]]:
        """Return the steps that the caller may take now, with what each asks for."""
        language, kind = self.told.language, self.case.kind
        return [
            {
                "kind": one,
                "text": self.said(f"event.{one}"),
                "fields": [
                    field_json(field, kind, language)
                    for field in self.procedure.fields_of(one, self.party)
                    if not field.recorded
                ],
            }
            for one in self.standing.possible[self.party]
        ]

    def _letters(self) -> list[dict[str, Any]]:
        """Return the documents that the caller may draw now."""
        if not self.told.identity.is_staff:
            return []
        base = f"/desk/{self.case.kind}/{self.case.id}/letters"
        return [
            {
                "name": name,
                "text": self.said(f"letter.{name}"),
                "docx": f"{base}/{name}.docx",
                "pdf": f"{base}/{name}.pdf",
            }
            for name in self.procedure.letters_now(self.standing)
        ]
