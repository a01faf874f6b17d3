"""The ranking of structures by risk as pages and programs show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from starlette.requests import Request

from api.clock_view import rule_json
from api.desk_view import desk_of
from api.identity import identity_of
from api.inspection_view import exact
from api.service import Service, service_of
from data.text import Language, has, text, when
from gis.desk.risk import Reason, Risk, around, findings_of_stations, ranking, weights_on
from gis.desk.store import Desk
from gis.register.scopes import SYSTEM, Scope
from gis.register.structures import StructureKind
from gis.rule_files import pack_in_use
from gis.studies.listing import stamp_of_studies
from propagation.compliance.parameters import number
from propagation.compliance.records import Rule

__all__ = ["Ranked", "RiskAsked", "ranked", "risk_json", "said_reason"]


@dataclass(frozen=True, slots=True)
class RiskAsked:
    """Which structures are ranked; empty is all."""

    owner_id: str = ""
    commune: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A ranking.

    Attributes
    ----------
    risks : sequence of Risk
        Those to visit first at the head.
    communes, kinds : sequence of str
        Communes that owners state, and kinds of structures that stand, for the filter.
    owners : dict
        Names of organisations by id.
    weights : sequence of Rule
        The weights in force, the heaviest first.
    made_at : datetime
        When it was computed, UTC.
    """

    risks: Sequence[Risk]
    communes: Sequence[str]
    kinds: Sequence[str]
    owners: dict[str, str]
    weights: Sequence[Rule]
    made_at: datetime


@dataclass(frozen=True, slots=True)
class _Whole:
    """The ranking of all structures, before anybody filtered it."""

    risks: Sequence[Risk]
    communes: Sequence[str]
    kinds: Sequence[str]
    owners: dict[str, str]
    weights: Sequence[Rule]


def ranked(request: Request, asked: RiskAsked) -> Ranked:
    """Return the ranking of today, of an owner, a commune or a kind.

    It is kept until register, rules, cases, checks or the day change.
    """
    service, desk = service_of(request), desk_of(request)
    scope, today = identity_of(request).scope, service.today()
    pack = pack_in_use(today, service.home)
    stamp = (
        scope.sees_all,
        scope.own,
        today,
        pack.version,
        service.register.version(),
        desk.stamp(),
        stamp_of_studies(service.home, "compliance"),
    )

    def make() -> _Whole:
        return _all_ranked(service, desk, scope, today, pack.rules)

    found = service.kept.get("risk", stamp, make)
    whole = found.value
    return Ranked(
        risks=[
            one
            for one in whole.risks
            if asked.owner_id in ("", one.structure.owner_id)
            and asked.commune in ("", one.structure.commune_name)
            and asked.kind in ("", one.structure.kind.value)
        ],
        communes=whole.communes,
        kinds=whole.kinds,
        owners=whole.owners,
        weights=whole.weights,
        made_at=found.made_at,
    )


def _all_ranked(
    service: Service, desk: Desk, scope: Scope, today: date, in_force: Mapping[str, Rule]
) -> _Whole:
    rules = weights_on(desk.basis()[0], today)
    cases = desk.cases(scope)
    findings = findings_of_stations(service.home, today)
    with service.register.snapshot() as reader:
        everything = reader.structures(SYSTEM, on=today)
        near = around(reader, cases, findings, in_force, today)
        owners = {one.id: one.name for one in reader.organisations()}
    return _Whole(
        risks=ranking(everything, near, rules, today),
        communes=sorted({one.commune_name for one in everything if one.commune_name}),
        kinds=[one.value for one in StructureKind if one in {each.kind for each in everything}],
        owners=owners,
        weights=sorted(rules.values(), key=lambda rule: (-number(rule, "points"), rule.id)),
    )


def said_reason(reason: Reason, language: Language) -> str:
    """Return a reason with its points and what it rests on, in words."""
    title = reason.rule.title_en if language is Language.EN else reason.rule.title_vi
    said = text(
        "desk_inspection_plan.risk_points",
        language,
        title=title,
        points=exact(reason.points, language),
    )
    value = reason.value
    key = f"desk_inspection_plan.risk_detail.{reason.name}"
    if value is None or not has(key):
        return said
    if isinstance(value, date):
        value = when(value, language)
    elif not isinstance(value, str):
        value = exact(value, language)
    return f"{said} ({text(key, language, value=value)})"


def risk_json(risk: Risk, language: Language) -> dict[str, Any]:
    """Return a structure of the ranking as JSON values."""
    one = risk.structure
    return {
        "structure_id": one.id,
        "name": one.name,
        "owner_id": one.owner_id,
        "commune_name": one.commune_name,
        "kind": one.kind.value,
        "score": risk.score,
        "last_visit": None if risk.last_visit is None else risk.last_visit.isoformat(),
        "reasons": [
            {
                "name": reason.name,
                "points": reason.points,
                "text": said_reason(reason, language),
                "prediction": reason.name == "predicted",
                "rule": rule_json(reason.rule, language),
            }
            for reason in risk.reasons
        ],
    }
