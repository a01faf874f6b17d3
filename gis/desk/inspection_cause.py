"""The complaint of interference that an inspection comes of: it must be one, and about this.

Only such an inspection goes without plan and notice (Thông tư 02/2016/TT-BTTTT, Điều 9.4), so that
an invented complaint would be a way around both.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from gis.cases.working_days import local_day
from gis.desk.interference import INTERFERENCE
from gis.desk.procedure import Act
from gis.desk.records import OPENED, DeskCase, DeskEvent
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.register.reading import Reader
from gis.register.scopes import SYSTEM

__all__ = ["require_cause", "require_since_complaint"]

Pair = tuple[DeskCase, Sequence[DeskEvent]]


def require_cause(act: Act) -> None:
    """Refuse a complaint that there is not, that is over, or that is not about this inspection.

    What is not named in the complaint may be inspected with the reason.

    Raises
    ------
    FormatError, ConflictError
        With what was given.
    """
    if act.facts.get("interference_case") is None:
        return
    case, events = _named(act)
    changed = act.kind == OPENED or {"interference_case", "origin"} & act.details.keys()
    if changed and _over(events):
        raise ConflictError("desk_inspection.case_over", number=case.label)
    if "reason" not in act.facts and not _about(act, case, events):
        raise ConflictError("desk_inspection.case_of_other", number=case.label)


def require_since_complaint(act: Act, day: date, name: str) -> None:
    """Refuse a visit before the complaint that it comes of was received."""
    if act.facts.get("origin") != "interference":
        return
    case, events = _named(act)
    received = local_day(INTERFERENCE.moment(INTERFERENCE.told_of(case, events)[0]))
    if day < received:
        raise FormatError("desk.day_before", name=name, value=day, before=received)


def _named(act: Act) -> Pair:
    """Return the complaint that is named by its identifier or its number."""
    named = str(act.facts["interference_case"])
    for case, events in act.beside:
        if case.kind == INTERFERENCE.kind and named in (case.id, case.label):
            return case, events
    raise FormatError("desk_inspection.case_unknown", name="interference_case", value=named[:60])


def _over(events: Sequence[DeskEvent]) -> bool:
    steps, final = INTERFERENCE.steps, INTERFERENCE.final
    return any(one.kind in steps and steps[one.kind].target in final for one in events)


def _about(act: Act, case: DeskCase, events: Sequence[DeskEvent]) -> bool:
    """Return whether a complaint names the subject, one of the stations or what they stand on."""
    facts: Mapping[str, Any] = act.facts
    named = [INTERFERENCE.facts_of(case, events).get("victim_station_id")]
    named += [one.details.get("station_id") for one in events if one.kind == "source_found"]
    stations = {str(one) for one in named if one is not None}
    if stations & set(facts.get("station_ids", ())):
        return True
    known = [one for one in (_station(act.reader, name) for name in stations) if one is not None]
    of = {one.organisation_id for one in known} | {case.organisation_id}
    stand_on = {one.structure_id for one in known}
    return facts.get("subject_id", "") in of or bool(
        stand_on & set(facts.get("structure_ids", ()))
    )


def _station(reader: Reader, station_id: str) -> Any:
    try:
        return reader.station(station_id, SYSTEM)
    except NotFoundError:
        return None
