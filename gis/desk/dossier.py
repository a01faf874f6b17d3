"""Licence dossiers: taken in, completed, looked at, handed to who decides, answered.

The department decides none of them; what it owes is intake, guidance, a technical look and the
hand-over (duty 2.12.c). Papers, terms and deciding bodies are rules of the day on which a dossier
was opened; where no text is at hand no term runs.
"""

import math
from collections.abc import Mapping
from datetime import date
from typing import Final

from gis.cases.clocks import ClockBook, ClockState
from gis.cases.procedure import Field, FieldKind, Step
from gis.cases.working_days import local_day
from gis.desk.dossier_law import consent_of, lacking_documents, longest_years
from gis.desk.dossier_licence import (
    LICENCE_RECORDED,
    LICENCE_STEP,
    LICENCE_WRITE,
    may_record_licence,
)
from gis.desk.happened import require_order
from gis.desk.procedure import Act, Facts, Procedure, Standing
from gis.desk.records import DEPARTMENT, FILED, OPENED, PARTY, SUPPLEMENTED
from gis.desk.stated_days import HAPPENED_ON, RECEIVED_ON
from gis.dossier_words import AUTHORITIES, BROADCAST, DOCUMENTS, LICENCES, PURPOSES, TYPES
from gis.errors import FormatError
from gis.home import Home
from gis.register.records import Service
from gis.studies.application import LIMITS
from gis.studies.record import load
from gis.studies.summary import summary_of
from gis.terms import DOSSIER
from propagation.compliance.days import years_later
from propagation.profile import Polarization

__all__ = ["CONCLUSIONS", "DOSSIER_CASES"]

APPLICANTS: Final = ("organisation", "household", "individual")
CONCLUSIONS: Final = ("no_objection", "objection", "not_examined")
"""What the department says of the technical side."""
RESULTS: Final = ("granted", "refused")
OUTCOMES: Final = ("complies", "violates", "needs_verification", "not_assessable", "mixed")
"""Outcomes of a check of a station."""

_DEPARTMENT: Final = frozenset({DEPARTMENT})
_BOTH: Final = frozenset({DEPARTMENT, PARTY})
_NOTE: Final = Field("note")
_REASON: Final = Field("reason", required=True)
_VOLUNTARY_REASON: Final = Field("reason")


def _number(name: str) -> Field:
    least, most = LIMITS[name]
    return Field(name, FieldKind.NUMBER, least=least, most=most)


_INTAKE: Final = (
    Field("applicant", FieldKind.LINE, required=True),
    Field("type", FieldKind.CHOICE, required=True, choices=TYPES),
    Field("purpose", FieldKind.CHOICE, required=True, choices=PURPOSES),
    Field("applicant_kind", FieldKind.CHOICE, choices=APPLICANTS),
    Field("licence_kind", FieldKind.CHOICE, choices=LICENCES),
    Field("asked_years", FieldKind.NUMBER, least=0.01, most=50.0),
    Field("licence_number", FieldKind.LINE),
    Field("expires_on", FieldKind.DAY),
    Field("documents", FieldKind.SEVERAL, choices=DOCUMENTS),
    Field("station_id", FieldKind.LINE),
    Field("programme", FieldKind.LINE),
    Field("service", FieldKind.CHOICE, choices=tuple(one.value for one in Service)),
    _number("frequency_mhz"),
    _number("latitude"),
    _number("longitude"),
    _number("height_above_ground_m"),
    _number("erp_total_w"),
    Field("polarization", FieldKind.CHOICE, choices=tuple(one.value for one in Polarization)),
    Field("mode", FieldKind.LINE),
    Field("technical"),
    RECEIVED_ON,
)
_ALWAYS: Final = ("applicant_kind", "asked_years")
_STATION: Final = (
    "programme",
    "frequency_mhz",
    "longitude",
    "latitude",
    "height_above_ground_m",
    "erp_total_w",
)
_EARLIER: Final = ("licence_number", "expires_on")
"""What a dossier about a licence that there is already must state."""

_RECEIVED: Final = frozenset({"received"})
_GRANTED: Final = ("granted_until", "decided_on")
_READY: Final = frozenset({"complete", "prechecked"})
_OPEN: Final = _READY | {"received", "returned", "handed_over"}

_STEPS: Final = {
    SUPPLEMENTED: Step(
        frozenset({"received", "returned"}), "received", _BOTH, (_NOTE, HAPPENED_ON)
    ),
    FILED: Step(_OPEN | {"decided"}, None, _BOTH, (_NOTE,)),
    "returned": Step(_RECEIVED, "returned", _DEPARTMENT, (_VOLUNTARY_REASON, HAPPENED_ON)),
    "completed": Step(_RECEIVED, "complete", _DEPARTMENT, (_VOLUNTARY_REASON, HAPPENED_ON)),
    "prechecked": Step(
        _READY,
        "prechecked",
        _DEPARTMENT,
        (
            Field("conclusion", FieldKind.CHOICE, required=True, choices=CONCLUSIONS),
            Field("study_id", FieldKind.LINE),
            Field("study_outcome", FieldKind.CHOICE, choices=OUTCOMES, recorded=True),
            _NOTE,
        ),
    ),
    "handed_over": Step(
        _READY,
        "handed_over",
        _DEPARTMENT,
        (
            Field("authority", FieldKind.CHOICE, required=True, choices=AUTHORITIES[:-1]),
            Field("handed_on", FieldKind.DAY, required=True),
            Field("reference", FieldKind.LINE),
            _NOTE,
        ),
    ),
    "result_recorded": Step(
        frozenset({"handed_over"}),
        "decided",
        _DEPARTMENT,
        (
            Field("result", FieldKind.CHOICE, required=True, choices=RESULTS),
            Field("decided_on", FieldKind.DAY, required=True),
            Field("granted_number", FieldKind.LINE),
            Field("granted_until", FieldKind.DAY),
            _VOLUNTARY_REASON,
        ),
    ),
    LICENCE_RECORDED: LICENCE_STEP,
    "result_told": Step(frozenset({"decided"}), "closed", _DEPARTMENT, (_NOTE, HAPPENED_ON)),
    "withdrawn": Step(_OPEN, "withdrawn", _BOTH, (_REASON, HAPPENED_ON)),
    "cancelled": Step(frozenset({"returned"}), "cancelled", _DEPARTMENT, (_REASON, HAPPENED_ON)),
}

_DAYS: Final = {
    OPENED: RECEIVED_ON.name,
    "handed_over": "handed_on",
    "result_recorded": "decided_on",
}
_ANSWERS: Final = {
    "returned": (OPENED, SUPPLEMENTED),
    SUPPLEMENTED: ("returned",),
    "completed": (OPENED, SUPPLEMENTED),
    "handed_over": ("completed",),
    "result_recorded": ("handed_over",),
    "result_told": ("result_recorded",),
    "withdrawn": (OPENED,),
    "cancelled": ("returned",),
}
"""What a step answers, which it cannot lie before."""

_CLOCKS: Final = ("completeness", "supplement", "decision")
_BOOK: Final = ClockBook(
    rules={name: f"{DOSSIER}{name}" for name in _CLOCKS},
    parties={"completeness": DEPARTMENT, "supplement": PARTY},
    opens={
        OPENED: ("completeness",),
        SUPPLEMENTED: ("completeness",),
        "returned": ("supplement",),
        "completed": ("decision",),
        "handed_over": ("decision",),
    },
    closes={
        SUPPLEMENTED: ("supplement",),
        "returned": ("completeness",),
        "completed": ("completeness",),
        "result_recorded": ("decision",),
        "withdrawn": _CLOCKS,
        "cancelled": _CLOCKS,
    },
    later={"decision": ("completed",)},
)


def _missing(facts: Facts) -> tuple[str, ...]:
    asked: tuple[str, ...] = _ALWAYS
    if facts.get("purpose") != "issue":
        asked += _EARLIER
    if facts.get("type") in BROADCAST and "station_id" not in facts:
        asked += _STATION
    return tuple(name for name in asked if name not in facts)


def _variant(facts: Facts) -> str:
    return str(facts.get("type", ""))


def _allows(standing: Standing, kind: str) -> bool:
    """Complete is what states all facts; cancelled what was not supplemented in its term."""
    if kind == LICENCE_RECORDED:
        return may_record_licence(standing)
    if kind == "completed":
        return not any("." not in one for one in standing.missing)
    if kind == "cancelled":
        running = [one for one in standing.clocks if one.running and one.name == "supplement"]
        states = {one.state(standing.at) for one in running}
        return bool(states & {ClockState.OVERDUE, ClockState.NO_TERM})
    return True


def _completes(
    home: Home, standing: Standing, kind: str, details: Mapping[str, object]
) -> Mapping[str, object]:
    """Refuse what says too little, and record what a study found."""
    if kind in ("returned", "completed") and bool(standing.missing) == (kind == "completed"):
        _require(details, "reason")
    if kind == "result_recorded":
        _require(details, "granted_number" if details["result"] == "granted" else "reason")
    if kind == "prechecked" and "study_id" in details:
        return {**details, "study_outcome": _outcome(home, standing, str(details["study_id"]))}
    return details


def _require(details: Mapping[str, object], name: str) -> None:
    if name not in details:
        raise FormatError("requests.field_absent", name=name)


def _outcome(home: Home, standing: Standing, study_id: str) -> str:
    """Return what the check of the station applied for found.

    Raises
    ------
    NotFoundError
        If there is no such study.
    FormatError
        If it is no check of this dossier's station.
    """
    study = load(study_id, home)
    told = summary_of(study.id, study.kind, study.inputs, study.results, 0).application
    asked = standing.facts.get("frequency_mhz")
    if told is None or asked not in (None, told["frequency_mhz"]):
        raise FormatError("desk_dossier.study_of_other", name="study_id", study=study_id)
    return str(told["outcome"])


def _judge(act: Act) -> None:
    """Refuse days that cannot be, and a licence that ended before it was decided or never ends."""
    require_order(act)
    if act.kind == "result_recorded":
        _require_granted_until(act)


def _require_granted_until(act: Act) -> None:
    """Refuse a last day before the decision, or beyond the longest licence of the law."""
    told = act.details.get("granted_until")
    if not isinstance(told, str):
        return
    until, decided = (date.fromisoformat(str(act.details[one])) for one in _GRANTED)
    if until <= decided:
        raise FormatError("requests.field_order", name="granted_until", start=decided, end=until)
    years = longest_years(act.facts, act.rules, decided)
    if years is not None and until > years_later(decided, math.ceil(years)):
        raise FormatError(
            "desk_dossier.granted_long", name="granted_until", value=until, most=years
        )


def _draws(standing: Standing, name: str) -> bool:
    if name == "dossier_supplement":
        return bool(standing.missing)
    if name == "dossier_consent":
        day = local_day(standing.received_at)
        return consent_of(standing.facts, standing.rules, day) != "none"
    return True


DOSSIER_CASES: Final = Procedure(
    kind="dossier",
    intake=_INTAKE,
    steps=_STEPS,
    first="received",
    final=frozenset({"closed", "withdrawn", "cancelled"}),
    book=_BOOK,
    openers=_BOTH,
    told=frozenset(
        {
            OPENED,
            SUPPLEMENTED,
            "returned",
            "completed",
            "handed_over",
            "result_recorded",
            "result_told",
            "withdrawn",
            "cancelled",
        }
    ),
    missing=_missing,
    lacking=lacking_documents,
    variant=_variant,
    allows=_allows,
    completes=_completes,
    require=_judge,
    days=_DAYS,
    answers=_ANSWERS,
    letters={
        "dossier_receipt": frozenset(),
        "dossier_supplement": frozenset({"received", "returned"}),
        "dossier_handover": frozenset({"complete", "prechecked", "handed_over"}),
        "dossier_consent": frozenset({"complete", "prechecked"}),
    },
    draws=_draws,
    undoes={SUPPLEMENTED: ("returned",)},
    writes={LICENCE_RECORDED: LICENCE_WRITE},
)
