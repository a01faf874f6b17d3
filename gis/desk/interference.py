"""Complaints of harmful interference: from intake to the result that the complainant is told.

What a complainant must state is "full information" (Luật Tần số vô tuyến điện 42/2009/QH12, Điều
38.2); which facts that is, is derived from Điều 38 and 39. The department works with the regional
frequency centre, whose measurements are the evidence (Điều 35.3). Who answers for the complainant
stands in no fact and no event: it is a contact of its own, which can be forgotten.
"""

from typing import Final

from gis.cases.clocks import ClockBook
from gis.cases.procedure import Field, FieldKind, Step
from gis.desk.happened import require_happened, require_order, require_soon
from gis.desk.interference_clocks import (
    CLASSED,
    DAYS,
    RECURRED,
    class_of,
    day_clocks,
    received_at,
)
from gis.desk.procedure import Act, Facts, Procedure, Standing
from gis.desk.records import DEPARTMENT, FILED, OPENED, PARTY, SUPPLEMENTED, DeskEvent
from gis.desk.stated_days import HAPPENED_ON, RECEIVED_ON
from gis.errors import FormatError, NotFoundError
from gis.home import Home
from gis.studies.record import load

__all__ = ["CLASSES", "INTERFERENCE", "KIND", "SERVICES", "STUDY", "undetermined"]

KIND: Final = "interference"
"""The kind of these cases."""
STUDY: Final = "interference_source"
"""The kind of study that looks for a source."""
SERVICES: Final = (
    "safety",
    "defence",
    "international",
    "broadcast_national",
    "broadcast_provincial",
    "mobile",
    "fixed",
    "private",
    "exempt",
    "other",
)
"""What is disturbed."""
CLASSES: Final = ("safety", "international", "national", "within_province", "exempt")
"""The victim, the first to be helped first; which service is which is the rule `CLASSIFYING`."""
REMEDIES: Final = ("frequency", "power", "height", "polarisation", "directivity", "time_sharing")
"""What Điều 38.1.c lists, in its order."""

_DEPARTMENT: Final = frozenset({DEPARTMENT})
_BOTH: Final = frozenset({DEPARTMENT, PARTY})
_NOTE: Final = Field("note")
_REASON: Final = Field("reason", required=True)
_UNDETERMINED: Final = Field("undetermined")
"""Why no cause could be found, where that is what the complainant is told."""

_INTAKE: Final = (
    Field("complainant", FieldKind.LINE, required=True),
    Field("licence_number", FieldKind.LINE),
    Field("service", FieldKind.CHOICE, choices=SERVICES),
    Field("victim_station", FieldKind.LINE),
    Field("victim_station_id", FieldKind.LINE),
    Field("frequency_mhz", FieldKind.NUMBER, least=0.009, most=300_000.0),
    Field("bandwidth_khz", FieldKind.NUMBER, least=0.001, most=1e6),
    Field("latitude", FieldKind.NUMBER, least=-90.0, most=90.0),
    Field("longitude", FieldKind.NUMBER, least=-180.0, most=180.0),
    Field("height_above_ground_m", FieldKind.NUMBER, least=0.0, most=1000.0),
    Field("began_at", FieldKind.MOMENT),
    Field("pattern"),
    Field("effect", required=True),
    Field("own_equipment_checked", FieldKind.CHOICE, choices=("yes", "no")),
    Field("suspected"),
    RECEIVED_ON,
    Field("earlier_case", FieldKind.LINE),
)
_COMPLETE: Final = (
    "service",
    "victim_station",
    "frequency_mhz",
    "longitude",
    "latitude",
    "began_at",
    "own_equipment_checked",
)

_RECEIVED: Final = frozenset({"received"})
_WORKING: Final = frozenset({"accepted", "investigating", "referred"})
_BEING_SOLVED: Final = _WORKING | {"located", "remedying"}
_OPEN: Final = _BEING_SOLVED | {"received", "returned"}

_STEPS: Final = {
    FILED: Step(_OPEN | {"ended"}, None, _BOTH, (_NOTE,)),
    SUPPLEMENTED: Step(
        frozenset({"received", "returned"}), "received", _BOTH, (_NOTE, HAPPENED_ON)
    ),
    "returned": Step(_RECEIVED, "returned", _DEPARTMENT, (_REASON, HAPPENED_ON)),
    "accepted": Step(
        _RECEIVED,
        "accepted",
        _DEPARTMENT,
        (Field("class", FieldKind.CHOICE, required=True, choices=CLASSES), _NOTE, HAPPENED_ON),
    ),
    "reclassified": Step(
        _BEING_SOLVED,
        None,
        _DEPARTMENT,
        (Field("class", FieldKind.CHOICE, required=True, choices=CLASSES), _REASON, HAPPENED_ON),
    ),
    "delay_explained": Step(
        _BEING_SOLVED,
        None,
        _DEPARTMENT,
        (Field("expected_on", FieldKind.DAY, required=True), _REASON, HAPPENED_ON),
    ),
    "study_attached": Step(
        _WORKING,
        "investigating",
        _DEPARTMENT,
        (Field("study_id", FieldKind.LINE, required=True), _NOTE),
    ),
    "measured": Step(
        _WORKING,
        "investigating",
        _DEPARTMENT,
        (
            Field("measured_at", FieldKind.MOMENT, required=True),
            Field("measured_by", FieldKind.LINE, required=True),
            Field("result", required=True),
        ),
    ),
    "referred": Step(
        _WORKING,
        "referred",
        _DEPARTMENT,
        (Field("authority", FieldKind.LINE, required=True), _REASON),
    ),
    "source_found": Step(
        _WORKING,
        "located",
        _DEPARTMENT,
        (
            Field("cause", required=True),
            Field("station_id", FieldKind.LINE),
            Field("outside_station", FieldKind.LINE),
            Field("evidence", required=True),
            HAPPENED_ON,
        ),
    ),
    "remedy_ordered": Step(
        frozenset({"located", "remedying"}),
        "remedying",
        _DEPARTMENT,
        (
            Field("remedies", FieldKind.SEVERAL, required=True, choices=REMEDIES),
            Field("until", FieldKind.DAY),
            _NOTE,
            HAPPENED_ON,
        ),
    ),
    "ended": Step(
        _BEING_SOLVED,
        "ended",
        _DEPARTMENT,
        (
            Field("ended_at", FieldKind.MOMENT, required=True),
            Field("result", required=True),
            _UNDETERMINED,
        ),
    ),
    RECURRED: Step(
        frozenset({"ended"}),
        "accepted",
        _BOTH,
        (
            Field("recurred_at", FieldKind.MOMENT, required=True),
            Field("effect", required=True),
            Field("class", FieldKind.CHOICE, choices=CLASSES, recorded=True),
            HAPPENED_ON,
        ),
    ),
    "result_told": Step(
        frozenset({"ended"}), "closed", _DEPARTMENT, (_UNDETERMINED, _NOTE, HAPPENED_ON)
    ),
    "dismissed": Step(_OPEN, "dismissed", _DEPARTMENT, (_REASON, HAPPENED_ON)),
}

_ANSWERS: Final = {
    "returned": (OPENED, SUPPLEMENTED),
    SUPPLEMENTED: ("returned",),
    "accepted": (OPENED, SUPPLEMENTED),
    "reclassified": ("accepted",),
    "delay_explained": ("accepted",),
    "source_found": ("accepted",),
    "remedy_ordered": ("source_found",),
    "ended": (OPENED, RECURRED),
    "result_told": ("ended",),
    RECURRED: ("ended",),
    "dismissed": (OPENED,),
}
"""What a step answers, which it cannot lie before."""

_RESOLUTIONS: Final = tuple(f"resolution_{one}" for one in CLASSES)
_CLOCKS: Final = ("completeness", *_RESOLUTIONS, "escalation", "result")

_BOOK: Final = ClockBook(
    rules={one: f"case.interference.{one.replace('_', '.', 1)}" for one in _CLOCKS},
    parties=dict.fromkeys(_CLOCKS, DEPARTMENT),
    opens={
        OPENED: ("completeness",),
        SUPPLEMENTED: ("completeness",),
        **{f"accepted_{one}": (f"resolution_{one}",) for one in CLASSES},
        **{f"reclassified_{one}": (f"resolution_{one}",) for one in CLASSES},
        **{f"{RECURRED}_{one}": (f"resolution_{one}",) for one in CLASSES},
        "remedy_ordered": ("escalation",),
        "ended": ("result",),
    },
    closes={
        "returned": ("completeness",),
        **{f"accepted_{one}": ("completeness",) for one in CLASSES},
        "ended": (*_RESOLUTIONS, "escalation"),
        "result_told": ("result",),
        "dismissed": _CLOCKS,
    },
    replaces={
        **{f"reclassified_{one}": _RESOLUTIONS for one in CLASSES},
        **{f"{RECURRED}_{one}": ("result",) for one in CLASSES},
    },
)


def _missing(facts: Facts) -> tuple[str, ...]:
    return tuple(name for name in _COMPLETE if name not in facts)


def _effect(event: DeskEvent) -> str:
    """Return what an event is to the clocks: which one a class begins is by its name."""
    return f"{event.kind}_{event.details['class']}" if event.kind in CLASSED else event.kind


def _require(act: Act) -> None:
    """Refuse a study that is none, what has not happened yet, and an end before the beginning."""
    require_happened(act, "began_at", "recurred_at")
    require_order(act)
    for name in ("until", "expected_on"):
        require_soon(act, name)
    if act.kind == "reclassified" and act.standing is not None:
        _require_other_class(act, act.standing)
    if act.kind in (OPENED, SUPPLEMENTED):
        stated = act.facts if act.kind == OPENED else act.details
        _require_station(act, "victim_station_id", stated)
        _require_earlier(act, stated)
    if act.kind == RECURRED and act.standing is not None:
        _require_again(act, act.standing)
    if act.kind == "result_told" and act.standing is not None:
        _require_cause(act, act.standing)
    if act.kind == "source_found":
        _require_station(act, "station_id", act.details)
    if act.kind == "study_attached":
        found = load(str(act.details["study_id"]), act.home)
        if found.kind != STUDY:
            raise FormatError("desk_interference.not_a_source_study", name="study_id", id=found.id)
    _require_begun(act)


def _require_begun(act: Act) -> None:
    """Refuse an end or a receipt before the interference began."""
    began = act.facts.get("began_at")
    for name, later in (
        ("ended_at", act.details.get("ended_at")),
        (RECEIVED_ON.name, act.facts.get(RECEIVED_ON.name)),
    ):
        if isinstance(began, str) and isinstance(later, str) and later < began[: len(later)]:
            raise FormatError("requests.field_order", name=name, start=began, end=later)


def _completes(_home: Home, standing: Standing, kind: str, details: Facts) -> Facts:
    """Keep the class of what came back."""
    return {**details, "class": class_of(standing.events)} if kind == RECURRED else details


def undetermined(standing: Standing) -> str | None:
    """Return why no cause could be found, as the end or the answer says it last."""
    for kind in ("result_told", "ended"):
        event = standing.holding(kind)
        if event is not None and _UNDETERMINED.name in event.details:
            return str(event.details[_UNDETERMINED.name])
    return None


def _require_cause(act: Act, standing: Standing) -> None:
    """Refuse to tell a result without cause and evidence, or why there is none."""
    known = standing.holding("source_found") or undetermined(standing)
    if not (known or act.details.get(_UNDETERMINED.name)):
        raise FormatError("desk_interference.cause_missing", name=_UNDETERMINED.name)


def _draws(standing: Standing, name: str) -> bool:
    """Return whether a letter can be drawn: the result tells cause and evidence."""
    if name != "interference_result":
        return True
    return bool(standing.holding("source_found") or undetermined(standing))


def _require_earlier(act: Act, told: Facts) -> None:
    """Refuse an earlier complaint that the caller does not see."""
    named = told.get("earlier_case")
    if named is None:
        return
    scope = act.scope
    for case, _ in act.beside:
        if named in (case.id, case.label) and (
            scope.sees_all or (scope.own is not None and case.organisation_id == scope.own)
        ):
            return
    raise FormatError(
        "desk_interference.earlier_unknown", name="earlier_case", value=str(named)[:60]
    )


def _require_again(act: Act, standing: Standing) -> None:
    """Refuse an interference that came back before it had ended."""
    ended = standing.last("ended")
    since = "" if ended is None else str(ended.details["ended_at"])
    if str(act.details["recurred_at"]) < since:
        raise FormatError(
            "requests.field_order", name="recurred_at", start=since, end=act.details["recurred_at"]
        )


def _require_station(act: Act, name: str, told: Facts) -> None:
    """Refuse the identifier of a station that the register does not show to the caller."""
    station_id = told.get(name)
    if station_id is None:
        return
    try:
        act.reader.station(str(station_id), act.scope)
    except NotFoundError:
        raise FormatError(
            "desk_interference.station_unknown", name=name, value=str(station_id)[:60]
        ) from None


def _require_other_class(act: Act, standing: Standing) -> None:
    if act.details["class"] == class_of(standing.events):
        raise FormatError("desk_interference.same_class", name="class")


def _allows(standing: Standing, kind: str) -> bool:
    return kind != "accepted" or not standing.missing


INTERFERENCE: Final = Procedure(
    kind=KIND,
    intake=_INTAKE,
    steps=_STEPS,
    first="received",
    final=frozenset({"closed", "dismissed"}),
    book=_BOOK,
    openers=_BOTH,
    told=frozenset(
        {
            OPENED,
            SUPPLEMENTED,
            "returned",
            "accepted",
            "reclassified",
            RECURRED,
            "result_told",
            "dismissed",
        }
    ),
    missing=_missing,
    effect=_effect,
    require=_require,
    allows=_allows,
    completes=_completes,
    beside=(KIND,),
    days=DAYS,
    answers=_ANSWERS,
    begins=received_at,
    dated=day_clocks,
    draws=_draws,
    letters={
        "interference_result": frozenset({"ended", "closed"}),
        "interference_supplement": frozenset({"received", "returned"}),
        "interference_transfer": _WORKING | {"located"},
        "interference_minutes": _WORKING | {"located", "remedying", "ended"},
        "interference_report": frozenset(),
    },
    undoes={
        SUPPLEMENTED: ("returned",),
        RECURRED: ("measured", "referred", "source_found", "remedy_ordered", "ended"),
    },
)
