"""Tables that letters of inspections and of their yearly plans hold."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from starlette.requests import Request

from api.desk_kinds import BLOCKS, Blocks
from api.desk_view import DeskView
from api.inspection_sanctions import GuideRow, guide_rows
from api.inspection_view import FoundRow, found_rows, inspected_objects
from api.plan_view import PlanRow, plan_rows
from api.service import service_of
from data.text import Language, number, text, when
from gis.desk.checklists import Shown
from gis.desk.inspection_orders import orders
from gis.desk.inspection_plan import PLAN
from gis.desk.inspection_rules import INSPECTION
from gis.desk.registered import InspectedObject
from gis.desk.subjects import OWNER_REASON
from maps.documents.content import Block, Paragraph, Table

__all__: list[str] = []

_VI = Language.VI


def _said(key: str) -> str:
    return text(f"desk_inspection.{key}", _VI)


def _inspection(request: Request, view: DeskView) -> Blocks:
    with service_of(request).register.snapshot() as reader:
        objects = inspected_objects(request, reader, view)
        owners = {one.id: one.name for one in reader.organisations()}
    rows = found_rows(view, objects, _VI)

    def of(shown: Iterable[Shown], caption: str) -> list[Block]:
        wanted = set(shown)
        return _found([row for row in rows if row.found.shown in wanted], caption)

    return {
        "objects": lambda: [*_objects(objects, owners), *_owner_reason(view)],
        "checklist": lambda: of(Shown, "found"),
        "violations": lambda: of([Shown.PROVEN], "found"),
        "signs": lambda: of([Shown.DOUBTFUL, Shown.PROVEN], "found"),
        "sanctions": lambda: _sanctions(guide_rows(request, view, objects, _VI)),
        "orders": lambda: _orders(view),
        "visits": lambda: _visits(view),
    }


def _owner_reason(view: DeskView) -> list[Block]:
    """Return why objects of others are inspected too, where somebody said it."""
    reason = view.standing.facts.get(OWNER_REASON.name)
    return [] if reason is None else [Paragraph(view.said("owner_reason_said", reason=reason))]


def _objects(objects: Sequence[InspectedObject], owners: Mapping[str, str]) -> list[Block]:
    if not objects:
        return [Paragraph(_said("objects_none"))]
    return [
        Table(
            caption=_said("objects"),
            columns=(
                _said("column_object"),
                _said("column_owner"),
                text("register.field.commune_name", _VI),
                _said("column_place"),
            ),
            rows=tuple(
                (
                    f"{one.name} ({_said(f'object_{one.kind}')}, mã {one.id})",
                    owners.get(one.owner_id or "", "–"),
                    one.commune_name or "–",
                    _placed(one),
                )
                for one in objects
            ),
            widths=(5, 3, 3, 3),
        )
    ]


def _placed(one: InspectedObject) -> str:
    if one.longitude is None or one.latitude is None:
        return "–"
    return "; ".join(number(value, _VI, 5) for value in (one.latitude, one.longitude))


def _found(rows: Sequence[FoundRow], caption: str) -> list[Block]:
    if not rows:
        return [Paragraph(_said("found_none"))]
    heads = ("object", "item", "expected", "value", "outcome", "note")
    return [
        Table(
            caption=_said(caption),
            columns=tuple(_said(f"column_{one}") for one in heads),
            rows=tuple(
                (row.object, row.item, row.expected, row.value, row.outcome, row.note or "–")
                for row in rows
            ),
            widths=(4, 6, 4, 4, 3, 5),
        )
    ]


def _sanctions(rows: Sequence[GuideRow]) -> list[Block]:
    """Return what the acts may cost, with the label of each rule; a guide and no decision."""
    if not rows:
        return [Paragraph(text("sanctions.guides_none", _VI))]
    heads = ("behaviour", "what", "range", "clause", "day")
    return [
        Table(
            caption=text("sanctions.guides", _VI),
            columns=tuple(text(f"sanctions.guide_{one}", _VI) for one in heads),
            rows=tuple(
                (
                    row.sanction["title"],
                    row.what,
                    row.sanction["said"],
                    _label(row),
                    when(date.fromisoformat(row.sanction["counted_on"]), _VI),
                )
                for row in rows
            ),
            widths=(5, 5, 4, 5, 3),
        ),
        Paragraph(f"{text('sanctions.guide_organisation', _VI)} {text('sanctions.guide', _VI)}"),
    ]


def _label(row: GuideRow) -> str:
    rule = row.sanction["rule"] or row.sanction["decree"]
    if rule is None:
        return "–"
    parts = [row.sanction["clause"], rule["instrument"], f"({rule['confidence_text']})"]
    return " ".join(part for part in parts if part)


def _orders(view: DeskView) -> list[Block]:
    found = orders(view.standing.events)
    if not found:
        return [Paragraph(_said("orders_none"))]
    heads = ("order", "demand", "until", "done")
    return [
        Table(
            caption=_said("orders"),
            columns=tuple(_said(f"column_{one}") for one in heads),
            rows=tuple(
                (
                    str(one.sequence),
                    one.demand,
                    when(one.until, _VI),
                    _said("order_open") if one.done_at is None else _done(one.done_at),
                )
                for one in found
            ),
            widths=(1, 6, 2, 2),
        )
    ]


def _done(moment: datetime) -> str:
    return when(moment, _VI).split(" ", maxsplit=1)[0]


def _visits(view: DeskView) -> list[Block]:
    """Return when each visit was, and who was there."""
    fields = [one for one in view.procedure.fields_of("visited") if one.tell is None]
    told: list[Block] = [
        Paragraph(
            "; ".join(
                f"{view.said(f'field.{one.name}')}: {view.say_value(one, event.details[one.name])}"
                for one in fields
                if one.name in event.details
            )
        )
        for event in view.standing.events
        if event.kind == "visited"
    ]
    return told or [Paragraph(_said("to_fill"))]


def _plan(request: Request, view: DeskView) -> Blocks:
    def plan() -> list[Block]:
        rows = plan_rows(request, view, _VI)
        if not rows:
            return [Paragraph(text("desk_inspection_plan.lines_none", _VI))]
        return [_plan_table(rows)]

    return {"plan": plan}


def _plan_table(rows: Sequence[PlanRow]) -> Table:
    heads = ("place", "subject", "objects", "quarter", "reason")
    return Table(
        caption=text("desk_inspection_plan.lines", _VI),
        columns=tuple(text(f"desk_inspection_plan.column_{one}", _VI) for one in heads),
        rows=tuple(
            (
                str(place),
                row.line.subject,
                "; ".join(row.objects) or "–",
                row.quarter or "–",
                "; ".join(row.line.reasons) or "–",
            )
            for place, row in enumerate(rows, start=1)
        ),
        widths=(3, 9, 13, 4, 10),
    )


BLOCKS.update({INSPECTION: _inspection, PLAN: _plan})
