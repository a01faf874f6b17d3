"""An inspection as pages, letters and telephones show it: objects, what is asked and found."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from starlette.requests import Request

from api.desk_view import DeskView
from api.sanction_view import behaviour_title
from api.service import service_of
from api.viewing import note_ids
from data.text import Language, number, text, when
from gis.desk.checklists import Checklist, Found, Item
from gis.desk.inspection_rules import found_of
from gis.desk.registered import (
    InspectedObject,
    Registered,
    inspected_object,
    lists_of,
    registered,
)
from gis.desk.visit_register import differs
from gis.register.reading import Reader
from gis.sanctions import SanctionBook, sanctions_in_use

__all__ = [
    "AskedList",
    "FoundRow",
    "asked_lists",
    "exact",
    "found_rows",
    "inspected_objects",
    "said_value",
]

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def exact(value: float, language: Language) -> str:
    """Return a number with the decimals that it has, six at most: a frequency needs them."""
    written = f"{value:.6f}".rstrip("0")
    return number(value, language, len(written.partition(".")[2]))


def said_value(value: object, language: Language) -> str | None:
    """Return what the register says of an item in words; None where it says nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return text("desk_inspection.yes" if value else "desk_inspection.no", language)
    if isinstance(value, date):
        return when(value, language)
    if isinstance(value, list | tuple):
        return "; ".join(number(float(one), language, 5) for one in value)
    return exact(float(value), language) if isinstance(value, int | float) else str(value)


def inspected_objects(request: Request, reader: Reader, view: DeskView) -> list[InspectedObject]:
    """Return the objects of an inspection, structures first, and keep the look at them."""
    facts: Mapping[str, Any] = view.standing.facts
    note_ids(request, structures=facts.get("structure_ids", ()))
    return [
        inspected_object(reader, kind, one)
        for kind in ("structure", "station")
        for one in facts.get(f"{kind}_ids", ())
    ]


@dataclass(frozen=True, slots=True)
class AskedList:
    """A checklist of one object, with what the register says beside it."""

    seen: InspectedObject
    list: Checklist
    registered: Mapping[str, Registered]
    book: SanctionBook

    def json(self, language: Language) -> dict[str, Any]:
        """Return it as JSON values, in words of a language."""
        return {
            "list": self.list.id,
            "list_text": self.list.title(language),
            "object_kind": self.seen.kind,
            "object_id": self.seen.id,
            "object_name": self.seen.name,
            "commune_name": self.seen.commune_name,
            "longitude": self.seen.longitude,
            "latitude": self.seen.latitude,
            "items": [self._item(one, language) for one in self.list.items],
        }

    def _item(self, item: Item, language: Language) -> dict[str, Any]:
        beside = self.registered[item.id]
        return {
            "item": item.id,
            "text": item.title(language),
            "basis": item.basis(language),
            "confidence": item.confidence,
            "confidence_text": text(f"register.confidence.{item.confidence}", language),
            "unit": item.unit,
            "measured": item.measured,
            "comparison": item.comparison,
            "tolerance": item.tolerance,
            "least": item.least,
            "most": item.most,
            "expected": beside.expected,
            "expected_text": None
            if beside.expected is None
            else f"{exact(beside.expected, language)} {item.unit}",
            "by_rule": item.limit is not None,
            "registered": said_value(beside.value, language),
            "behaviours": [
                {"behaviour": one, "text": behaviour_title(self.book, one, language)}
                for one in item.behaviours
            ],
        }


def asked_lists(request: Request, view: DeskView) -> list[AskedList]:
    """Return every checklist of every object of an inspection."""
    service = service_of(request)
    book = sanctions_in_use(service.home)
    with service.register.snapshot() as reader:
        return [
            AskedList(seen, known, registered(reader, known, seen), book)
            for seen in inspected_objects(request, reader, view)
            for known in lists_of(seen)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """One line of what was found, in words."""

    object: str
    item: str
    expected: str
    value: str
    outcome: str
    note: str
    found: Found


def found_rows(
    view: DeskView, objects: Sequence[InspectedObject], language: Language
) -> list[FoundRow]:
    """Return what the visits of an inspection found last of each item, in words."""
    names = {one.id: one.name for one in objects}
    rows = [
        _row(one, names.get(one.object_id, one.object_id), language)
        for one in found_of(view.standing.events).found
    ]
    return sorted(rows, key=lambda row: (row.found.object_id, row.found.list.id))


def _held_against(found: Found, language: Language) -> str:
    """Return what is allowed, and by whom; a paper that says something else is told as such."""
    answer, unit = found.answer, found.item.unit or ""
    limit, known = answer.get("expected"), _said(answer.get("registered"), unit, language)
    parts = [] if known is None else [text("desk_inspection.on_record", language, value=known)]
    if limit is not None and found.item.limit is not None:
        said = f"{exact(limit, language)} {unit}"
        parts.insert(0, text("desk_inspection.by_rule", language, value=said))
    if differs(found.item, answer):
        shown = _said(answer["shown"], unit, language)
        parts.append(text("desk_inspection.shown_other", language, value=shown))
    elif "shown" in answer and (known is None or isinstance(answer["registered"], list)):
        shown = _said(answer["shown"], unit, language)
        parts.append(text("desk_inspection.shown_only", language, value=shown))
    return "; ".join(parts) or "–"


def _said(value: object, unit: str, language: Language) -> str | None:
    if isinstance(value, str) and _DAY.fullmatch(value):
        value = date.fromisoformat(value)
    said = said_value(value, language)
    counted = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{said} {unit}".strip() if counted else said


def _row(found: Found, name: str, language: Language) -> FoundRow:
    answer, unit = found.answer, found.item.unit or ""
    value = answer.get("value")
    note = [answer.get("note", ""), "; ".join(answer.get("photographs", ()))]
    return FoundRow(
        object=name,
        item=found.item.title(language),
        expected=_held_against(found, language),
        value="–"
        if value is None
        else f"{exact(value, language)} ± {exact(answer['uncertainty'], language)} {unit}",
        outcome=text(f"desk_inspection.shown.{found.shown.value}", language),
        note=" ".join(part for part in note if part),
        found=found,
    )
