"""Structures put into a yearly plan: one line a subject, more structures join its line."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from gis.desk.inspection_plan import INSPECTION_PLAN, PLAN, PlanLine, plan_lines
from gis.desk.records import DeskCase
from gis.desk.store import Desk
from gis.register.reading import Reader
from gis.register.scopes import SYSTEM, Scope

__all__ = ["add_structures", "inspection_facts"]


def add_structures(
    desk: Desk,
    reader: Reader,
    plan_id: str,
    wanted: Mapping[str, str],
    scope: Scope,
    *,
    account: str,
) -> int:
    """Add structures to the lines of their owners, and lines for owners that have none.

    Parameters
    ----------
    desk : Desk
        The desk.
    reader : Reader
        The register.
    plan_id : str
        The plan.
    wanted : mapping of structure id to reason
        What to visit, and why.
    scope, account
        Who does it.

    Returns
    -------
    int
        How many structures were added; those that stand in the plan are passed over.

    Raises
    ------
    NotFoundError
        If there is no such plan or structure.
    ConflictError
        If the plan is not being drawn up.
    """
    owners: dict[str, list[str]] = defaultdict(list)
    for one in wanted:
        owners[reader.structure(one, SYSTEM).owner_id].append(one)
    added = 0
    for owner, ids in sorted(owners.items()):
        _, events = desk.case(PLAN, plan_id, scope)
        lines = [one for one in plan_lines(events) if one.subject_id == owner]
        fresh = [one for one in ids if not lines or one not in lines[0].structure_ids]
        if not fresh:
            continue
        kind, details = _step(reader, owner, lines, fresh)
        desk.append(
            INSPECTION_PLAN,
            plan_id,
            kind,
            {**details, "reason": "; ".join(dict.fromkeys(wanted[one] for one in fresh))[:4000]},
            scope,
            account=account,
            expected=len(events),
        )
        added += len(fresh)
    return added


def _step(
    reader: Reader, owner: str, lines: Sequence[PlanLine], ids: Sequence[str]
) -> tuple[str, dict[str, object]]:
    if lines:
        return "objects_added", {"line": lines[0].sequence, "structure_ids": list(ids)}
    name = reader.organisation(owner).name
    return "line_added", {"subject": name, "subject_id": owner, "structure_ids": list(ids)}


def inspection_facts(plan: DeskCase, line: PlanLine) -> dict[str, object]:
    """Return the facts that an inspection of a plan's line is opened with."""
    told = {
        "subject": line.subject,
        "origin": "planned",
        "plan_id": plan.id,
        "subject_id": line.subject_id,
        "structure_ids": list(line.structure_ids),
        "station_ids": list(line.station_ids),
        "reason": "; ".join(line.reasons)[:4000],
        "owner_reason": "; ".join(line.owner_reasons)[:4000],
    }
    return {name: value for name, value in told.items() if value}
