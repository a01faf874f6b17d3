"""A yearly plan of inspections as pages, letters and spreadsheets show it."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from api.desk_view import DeskView, desk_of
from api.identity import identity_of
from api.service import service_of
from api.viewing import note_ids
from data.text import Language, text
from gis.desk.inspection_plan import PlanLine, plan_lines
from gis.desk.inspection_rules import INSPECTION
from gis.desk.records import DeskCase
from gis.desk.registered import inspected_object
from gis.desk.subjects import same_subject

__all__ = ["PlanRow", "plan_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A line of a plan, in words.

    Attributes
    ----------
    line : PlanLine
        The line.
    objects : tuple of str
        Names of what is visited.
    quarter : str or None
        When.
    inspection : DeskCase or None
        The inspection that was opened by it and not cancelled.
    """

    line: PlanLine
    objects: tuple[str, ...]
    quarter: str | None
    inspection: DeskCase | None

    def json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        case = self.inspection
        return {
            "line": self.line.sequence,
            "subject": self.line.subject,
            "subject_id": self.line.subject_id,
            "structure_ids": list(self.line.structure_ids),
            "station_ids": list(self.line.station_ids),
            "objects": list(self.objects),
            "quarter": self.line.quarter,
            "quarter_text": self.quarter,
            "reasons": list(self.line.reasons),
            "inspection": None if case is None else f"/desk/{case.kind}/{case.id}",
        }


def plan_rows(request: Request, view: DeskView, language: Language) -> list[PlanRow]:
    """Return the lines of a plan with the names of their objects and their inspections."""
    opened = [
        case
        for case, events in desk_of(request).cases(identity_of(request).scope, kind=INSPECTION)
        if case.facts.get("plan_id") == view.case.id
        and not any(one.kind == "cancelled" for one in events)
    ]
    rows = []
    with service_of(request).register.snapshot() as reader:
        lines = plan_lines(view.standing.events)
        note_ids(request, structures=[one for line in lines for one in line.structure_ids])
        for line in lines:
            names = [
                inspected_object(reader, kind, one).name
                for kind, ids in (("structure", line.structure_ids), ("station", line.station_ids))
                for one in ids
            ]
            quarter = line.quarter
            rows.append(
                PlanRow(
                    line=line,
                    objects=tuple(names),
                    quarter=quarter
                    and text(f"desk_inspection_plan.choice.quarter.{quarter}", language),
                    inspection=next((one for one in opened if _of(one, line)), None),
                )
            )
    return rows


def _of(case: DeskCase, line: PlanLine) -> bool:
    facts = case.facts
    return same_subject(
        str(facts["subject"]), facts.get("subject_id"), line.subject, line.subject_id
    )
