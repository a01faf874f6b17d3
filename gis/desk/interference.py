"""Complaints of harmful interference: from intake to the result that the complainant is told.

What a complainant must state is "full information" (Luật Tần số vô tuyến điện 42/2009/QH12, Điều
38.2); which facts that is, is derived from Điều 38 and 39. The department works with the regional
frequency centre, whose measurements are the evidence (Điều 35.3).
"""

from typing import Final

from gis.cases.clocks import ClockBook
from gis.cases.procedure import Field, FieldKind, Step
from gis.desk.procedure import Facts, Procedure, Standing
from gis.desk.records import DEPARTMENT, FILED, OPENED, PARTY, SUPPLEMENTED

__all__ = ["CLASSES", "INTERFERENCE", "SERVICES"]

SERVICES: Final = (
    "safety",
    "defence",
    "broadcast_national",
    "broadcast_provincial",
    "mobile",
    "fixed",
    "private",
    "exempt",
    "other",
)
"""What is disturbed."""
CLASSES: Final = ("safety", "national", "local")
"""How urgent it is, by the victim."""
REMEDIES: Final = ("frequency", "power", "height", "polarisation", "directivity", "time_sharing")
"""What Điều 38.1.c lists, in its order."""

_DEPARTMENT: Final = frozenset({DEPARTMENT})
_BOTH: Final = frozenset({DEPARTMENT, PARTY})
_NOTE: Final = Field("note")
_REASON: Final = Field("reason", required=True)

_INTAKE: Final = (
    Field("complainant", required=True),
    Field("licence_number"),
    Field("service", FieldKind.CHOICE, choices=SERVICES),
    Field("victim_station"),
    Field("victim_station_id"),
    Field("frequency_mhz", FieldKind.NUMBER, least=0.009, most=300_000.0),
    Field("bandwidth_khz", FieldKind.NUMBER, least=0.001, most=1e6),
    Field("longitude", FieldKind.NUMBER, least=-180.0, most=180.0),
    Field("latitude", FieldKind.NUMBER, least=-90.0, most=90.0),
    Field("height_above_ground_m", FieldKind.NUMBER, least=0.0, most=1000.0),
    Field("began_at", FieldKind.MOMENT),
    Field("pattern"),
    Field("effect", required=True),
    Field("own_equipment_checked", FieldKind.CHOICE, choices=("yes", "no")),
    Field("suspected"),
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
_OPEN: Final = _WORKING | {"received", "returned", "located", "remedying"}

_STEPS: Final = {
    FILED: Step(_OPEN | {"ended"}, None, _BOTH, (_NOTE,)),
    SUPPLEMENTED: Step(frozenset({"received", "returned"}), "received", _BOTH, (_NOTE,)),
    "returned": Step(_RECEIVED, "returned", _DEPARTMENT, (_REASON,)),
    "accepted": Step(
        _RECEIVED,
        "accepted",
        _DEPARTMENT,
        (Field("class", FieldKind.CHOICE, required=True, choices=CLASSES), _NOTE),
    ),
    "study_attached": Step(
        _WORKING, "investigating", _DEPARTMENT, (Field("study_id", required=True), _NOTE)
    ),
    "measured": Step(
        _WORKING,
        "investigating",
        _DEPARTMENT,
        (
            Field("measured_at", FieldKind.MOMENT, required=True),
            Field("measured_by", required=True),
            Field("result", required=True),
        ),
    ),
    "referred": Step(
        _WORKING,
        "referred",
        _DEPARTMENT,
        (Field("authority", required=True), _REASON),
    ),
    "source_found": Step(
        _WORKING,
        "located",
        _DEPARTMENT,
        (
            Field("cause", required=True),
            Field("station_id"),
            Field("evidence", required=True),
        ),
    ),
    "remedy_ordered": Step(
        frozenset({"located"}),
        "remedying",
        _DEPARTMENT,
        (
            Field("remedies", FieldKind.SEVERAL, required=True, choices=REMEDIES),
            Field("until", FieldKind.DAY),
            _NOTE,
        ),
    ),
    "ended": Step(
        _WORKING | {"located", "remedying"},
        "ended",
        _DEPARTMENT,
        (Field("ended_at", FieldKind.MOMENT, required=True), Field("result", required=True)),
    ),
    "result_told": Step(frozenset({"ended"}), "closed", _DEPARTMENT, (_NOTE,)),
    "dismissed": Step(_OPEN, "dismissed", _DEPARTMENT, (_REASON,)),
}

_BOOK: Final = ClockBook(
    rules={
        "completeness": "case.interference.completeness",
        "resolution": "case.interference.resolution",
        "result": "case.interference.result",
    },
    parties={"completeness": DEPARTMENT, "resolution": DEPARTMENT, "result": DEPARTMENT},
    opens={
        OPENED: ("completeness",),
        SUPPLEMENTED: ("completeness",),
        "accepted": ("resolution",),
        "ended": ("result",),
    },
    closes={
        "returned": ("completeness",),
        "accepted": ("completeness",),
        "ended": ("resolution",),
        "result_told": ("result",),
        "dismissed": ("completeness", "resolution", "result"),
    },
)


def _missing(facts: Facts) -> tuple[str, ...]:
    return tuple(name for name in _COMPLETE if name not in facts)


def _allows(standing: Standing, kind: str) -> bool:
    return kind != "accepted" or not standing.missing


INTERFERENCE: Final = Procedure(
    kind="interference",
    intake=_INTAKE,
    steps=_STEPS,
    first="received",
    final=frozenset({"closed", "dismissed"}),
    book=_BOOK,
    openers=_BOTH,
    told=frozenset({OPENED, SUPPLEMENTED, "returned", "accepted", "result_told", "dismissed"}),
    missing=_missing,
    allows=_allows,
    letters={"interference_result": frozenset({"ended", "closed"})},
)
