"""What a visit saw on site, written into the register value by value by an officer.

Only what was looked at in this inspection can be written, into the field that the checklist names.
A measured power or distance has no field: the register keeps what is licensed apart from what
stands there.
"""

from collections.abc import Mapping
from typing import Any, Final, get_type_hints

from data.text import Language, when
from gis.cases.procedure import Field, FieldKind, Step
from gis.desk.checklists import Found, Outcome, checklists
from gis.desk.inspection_rules import found_of
from gis.desk.procedure import Act, Standing, Write
from gis.desk.recording import (
    FLAG,
    Proposal,
    Recorded,
    reader_of,
    require_seen,
    told_values,
    typed_of,
    write_values,
    written_reason,
)
from gis.desk.records import DEPARTMENT
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.exchange.fields import range_of
from gis.register.reading import Reader
from gis.register.records import BroadcastStation
from gis.register.scopes import SYSTEM
from gis.register.structures import Structure
from gis.register.writing import Writer

__all__ = [
    "FACTS_RECORDED",
    "FACTS_STEP",
    "FACTS_WRITE",
    "fact_proposals",
    "may_record_facts",
    "seen_object",
]

FACTS_RECORDED: Final = "facts_recorded"
"""The event that writes what was seen into the register."""

_VISITED_ON: Final = "inspected_on"
_KINDS: Final = ("structure", "station")


def _field(name: str) -> Field:
    """Return how a value of a record is read, by its annotation."""
    hints = {**get_type_hints(Structure), **get_type_hints(BroadcastStation)}
    kind = str(hints[name])
    if "bool" in kind:
        return Field(name, FieldKind.CHOICE, choices=FLAG)
    if "date" in kind:
        return Field(name, FieldKind.DAY)
    if "float" in kind:
        least, most = range_of(name) or (0.0, 1e6)
        return Field(name, FieldKind.NUMBER, least=least, most=most)
    return Field(name, FieldKind.LINE)


def _named() -> Mapping[str, tuple[str, ...]]:
    """Return the fields that checklists of each kind of object write to."""
    found: dict[str, list[str]] = {"structure": [_VISITED_ON], "station": []}
    for one in checklists().values():
        found[one.object] += [item.records for item in one.items if item.records is not None]
    return {kind: tuple(dict.fromkeys(names)) for kind, names in found.items()}


_NAMES: Final = _named()
_FIELDS: Final = {name: _field(name) for names in _NAMES.values() for name in names}

FACTS_STEP: Final = Step(
    frozenset({"recorded", "reported", "concluded", "delivered", "closed"}),
    None,
    frozenset({DEPARTMENT}),
    (
        Field("object", FieldKind.CHOICE, required=True, choices=_KINDS),
        Field("object_id", FieldKind.LINE, required=True),
        Field("seen", FieldKind.LINE, required=True),
        Field(
            "values",
            FieldKind.OWN,
            required=True,
            read=reader_of(tuple(_FIELDS.values())),
            tell=told_values,
        ),
        Field("note"),
        Field("revision", FieldKind.NUMBER, recorded=True),
    ),
)


def may_record_facts(standing: Standing) -> bool:
    """Return whether a visit looked at something that has a field in the register."""
    return any(one.item.records is not None for one in found_of(standing.events).found)


def _looked_at(standing: Standing, kind: str, object_id: str) -> list[Found]:
    return [
        one
        for one in found_of(standing.events).found
        if one.list.object == kind
        and one.object_id == object_id
        and one.answer["outcome"] in (Outcome.MET, Outcome.NOT_MET)
    ]


def seen_object(reader: Reader, kind: str, object_id: str) -> Recorded:
    """Return the structure or station of a visit.

    Raises
    ------
    FormatError
        If the register has none of that id.
    """
    try:
        if kind == "structure":
            return reader.structure(object_id, SYSTEM)
        return reader.station(object_id, SYSTEM)
    except NotFoundError:
        raise FormatError(
            "desk_inspection.object_unknown", name="object_id", id=object_id[:60]
        ) from None


def fact_proposals(standing: Standing, kind: str, record: Recorded) -> list[Proposal]:
    """Return what the visits saw of an object, beside what the register has.

    A paper's number or last day is not in the answers of a checklist: the officer types it.
    """
    seen = _looked_at(standing, kind, record.id)
    found = {one.item.records: one for one in seen if one.item.records is not None}
    rows = [
        Proposal(_FIELDS[name], typed_of(record, name), _proposed(name, one), _told(one))
        for name, one in found.items()
    ]
    if kind == "structure" and seen:
        last = max(one.seen_on for one in seen)
        field = _FIELDS[_VISITED_ON]
        rows.append(Proposal(field, typed_of(record, _VISITED_ON), last.isoformat()))
    return rows


def _proposed(name: str, found: Found) -> str:
    if _FIELDS[name].choices == FLAG:
        return FLAG[0] if found.answer["outcome"] == Outcome.MET else FLAG[1]
    value = found.answer.get("value")
    numeric = _FIELDS[name].kind is FieldKind.NUMBER
    return format(float(value), ".9g") if numeric and value is not None else ""


def _told(found: Found) -> str:
    answer, unit = found.answer, found.item.unit or ""
    value = answer.get("value")
    parts = [when(found.seen_on, Language.VI), str(answer.get("note", ""))]
    if value is not None:
        parts.insert(1, f"{value:.9g} ± {answer['uncertainty']:.9g} {unit}".strip())
    return "; ".join(part for part in parts if part)


def _write(act: Act, writer: Writer) -> Mapping[str, object]:
    if act.standing is None:
        return {}
    kind, object_id = str(act.details["object"]), str(act.details["object_id"])
    values: Any = act.details["values"]
    _require_looked_at(act.standing, kind, object_id, values)
    record = seen_object(writer, kind, object_id)
    require_seen(record, act.details["seen"])
    _require_visited_on(act, kind, object_id, values)
    return write_values(writer, record, values)


def _require_looked_at(
    standing: Standing, kind: str, object_id: str, values: Mapping[str, object]
) -> None:
    """Refuse what no visit of this inspection looked at."""
    seen = _looked_at(standing, kind, object_id)
    if not seen:
        raise ConflictError("desk_inspection.object_not_seen", object=object_id[:60])
    open_ = {one.item.records for one in seen} | (
        {_VISITED_ON} if kind == "structure" else frozenset()
    )
    for name in values:
        if name not in open_:
            known = ", ".join(sorted(one for one in open_ if one is not None))
            raise FormatError("desk_inspection.value_not_seen", name=name, known=known)


def _require_visited_on(act: Act, kind: str, object_id: str, values: Mapping[str, object]) -> None:
    """Refuse a day of inspection on which nobody was there."""
    if _VISITED_ON not in values or act.standing is None:
        return
    days = {one.seen_on.isoformat() for one in _looked_at(act.standing, kind, object_id)}
    if values[_VISITED_ON] not in days:
        raise FormatError(
            "desk_inspection.not_that_day", name=_VISITED_ON, known=", ".join(sorted(days))
        )


def _reason(act: Act) -> str:
    """Return the visit as the source: case, day, and what was measured."""
    if act.standing is None or act.case is None:
        return ""
    values: Any = act.details["values"]
    seen = _looked_at(act.standing, str(act.details["object"]), str(act.details["object_id"]))
    chosen = [one for one in seen if one.item.records in values] or seen
    days = sorted({one.seen_on for one in chosen})
    measured = [
        f"{one.item.title_vi}: {one.answer['value']:.9g} ± {one.answer['uncertainty']:.9g}"
        f" {one.item.unit}"
        for one in chosen
        if "value" in one.answer
    ]
    return written_reason(
        "desk_inspection.facts_reason",
        number=act.case.label,
        days=", ".join(when(one, Language.VI) for one in days) or "–",
        measured="; ".join(measured) or "–",
    )


FACTS_WRITE: Final = Write(reason=_reason, write=_write)
