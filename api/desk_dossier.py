"""What the desk shows of licence dossiers besides: checks, the technical look, letters."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from starlette.requests import Request

from api.clock_view import rule_json
from api.desk_kinds import BLOCKS, PANELS, PREFILLS, VALUES, Panel
from api.desk_view import DeskView
from api.errors import InvalidParameterError
from api.identity import identity_of
from api.service import service_of
from api.submission import submit
from data.text import Language, text, when
from gis.cases.working_days import local_day
from gis.desk.dossier_law import Check, application_of, authority_of, dossier_checks
from gis.errors import ConflictError
from gis.jobs.queue import Job
from gis.register.records import BroadcastStation, Service
from gis.register.scopes import SYSTEM
from maps.documents.content import Block, Bullets, Facts, Paragraph
from propagation.units import w_from_dbw

__all__ = ["ask_precheck"]

_LONGEST: Final = 200
_JOBS: Final = 500
_IN_LETTERS: Final = frozenset({"documents", "papers_by_data", "consent", "renewal", "longest"})
"""The checks that a letter tells of; fees and what the software can do are no one else's."""


def _opened_on(view: DeskView) -> date:
    return local_day(view.standing.received_at)


def _checks(view: DeskView) -> list[Check]:
    return dossier_checks(view.standing.facts, view.told.rules, _opened_on(view))


def _said(view: DeskView, check: Check) -> str:
    """Return a check in words; papers and authorities are named."""
    values = dict(check.values)
    if "papers" in values:
        papers: Any = values["papers"]
        values["papers"] = _papers(view, papers) or "–"
    if "authority" in values:
        values["authority"] = view.said(f"choice.authority.{values['authority']}")
    return view.said(f"check.{check.name}.{check.verdict}", **values)


def _papers(view: DeskView, papers: tuple[str, ...]) -> str:
    return "; ".join(view.said(f"choice.documents.{one}") for one in papers)


def dossier_panel(request: Request, view: DeskView) -> dict[str, Any]:
    """Return the checks of a dossier, and where its technical look stands."""
    language = view.told.language
    asked = _application(view)
    found = {
        "checks": [
            {
                "name": one.name,
                "verdict": one.verdict,
                "verdict_text": view.said(f"verdict.{one.verdict}"),
                "text": _said(view, one),
                "rule": None if one.rule is None else rule_json(one.rule, language),
            }
            for one in _checks(view)
        ]
    }
    if not view.told.identity.is_staff:
        return found
    jobs = [] if asked is None else _jobs(request, str(asked["name"]))
    studies = [one.study_id for one in jobs if one.study_id is not None]
    decider = authority_of(view.standing.facts, view.told.rules, _opened_on(view))
    usual = {"authority": decider} if decider != "unknown" else {}
    return {
        **found,
        "usual": usual | ({"study_id": studies[0]} if studies else {}),
        "ready": asked is not None and "prechecked" in view.standing.possible[view.party],
        "jobs": [
            {
                "id": one.id,
                "at": one.created_at,
                "state": one.state.value,
                "state_text": one.state.say(language),
                "study_id": one.study_id,
                "error": one.say_error(language),
            }
            for one in jobs
        ],
    }


def _application(view: DeskView) -> dict[str, object] | None:
    facts = view.standing.facts
    name = text(
        "desk_dossier.application_name",
        Language.VI,
        number=view.case.label,
        applicant=facts["applicant"],
    )
    return application_of(facts, " ".join(name.split())[:_LONGEST])


def _jobs(request: Request, name: str) -> list[Job]:
    """Return the checks of a dossier, the newest first, found by the name of its application."""
    found = service_of(request).queue.jobs(limit=_JOBS)
    return [
        one
        for one in found
        if one.kind == "compliance" and (one.inputs.get("application") or {}).get("name") == name
    ]


def ask_precheck(request: Request, view: DeskView) -> Job:
    """Ask for the check of a dossier's station.

    Raises
    ------
    ConflictError
        If the dossier is not so far, is of no broadcasting station, or lacks technical facts.
    GisError
        If the application is refused.
    """
    asked = _application(view)
    if asked is None or "prechecked" not in view.standing.possible[view.party]:
        raise ConflictError("desk_dossier.precheck_not_ready")
    return submit(service_of(request), identity_of(request), "compliance", {"application": asked})


def dossier_blocks(_: Request, view: DeskView) -> Mapping[str, Callable[[], list[Block]]]:
    """Return what the letters of a dossier can draw."""
    none = Paragraph(text("desk.nothing", Language.VI))

    def listed(lines: list[str]) -> list[Block]:
        return [Bullets(tuple(lines))] if lines else [none]

    def missing() -> list[Block]:
        return listed([view.say_missing(one) for one in view.standing.missing])

    def by_data() -> list[Block]:
        found = [one for one in _checks(view) if one.name == "papers_by_data"]
        papers: list[Any] = [paper for one in found for paper in _tuple(one.values["papers"])]
        if not papers:
            return []
        lead = Paragraph(view.said("papers_by_data"))
        return [lead, Bullets(tuple(view.said(f"choice.documents.{one}") for one in papers))]

    def checks() -> list[Block]:
        return listed([_said(view, one) for one in _checks(view) if one.name in _IN_LETTERS])

    def terms() -> list[Block]:
        rows = [
            (view.said(f"clock.{one.name}"), (_due(None if one.due is None else one.due.on),))
            for one in view.standing.clocks
            if one.running
        ]
        return [Facts(tuple(rows))] if rows else [none]

    return {"missing": missing, "papers_by_data": by_data, "checks": checks, "terms": terms}


def _tuple(value: object) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()


def _due(day: date | None) -> str:
    if day is None:
        return text("desk.no_term", Language.VI)
    return when(day, Language.VI)


def dossier_values(view: DeskView) -> dict[str, str]:
    """Return what the letters of a dossier may name besides facts and details."""
    standing, day = view.standing, _opened_on(view)
    handed = standing.last("handed_over")
    decider = (
        authority_of(standing.facts, view.told.rules, day)
        if handed is None
        else handed.details["authority"]
    )
    return {"decider": view.said(f"choice.authority.{decider}")}


def renewal_of(request: Request, station_id: str) -> dict[str, str]:
    """Return the facts of a renewal of a registered station's licence, as a form shows them.

    Raises
    ------
    NotFoundError
        If there is no such station.
    InvalidParameterError
        If it is not the caller's own.
    """
    service, identity = service_of(request), identity_of(request)
    station = service.register.station(station_id, SYSTEM)
    if not identity.is_staff and station.organisation_id != identity.scope.own:
        raise InvalidParameterError("pages.not_own_station")
    names = {one.id: one.name for one in service.register.organisations()}
    return _filled(station, names.get(station.organisation_id or "", ""))


def _filled(station: BroadcastStation, applicant: str) -> dict[str, str]:
    public_address = station.service is Service.WIRELESS_PUBLIC_ADDRESS
    erp = station.erp_total_dbw
    told: dict[str, object] = {
        "applicant": applicant,
        "type": "wireless_pa" if public_address else "broadcast_press",
        "purpose": "renew",
        "applicant_kind": "organisation",
        "licence_kind": "equipment",
        "licence_number": station.licence_number,
        "expires_on": station.licence_to,
        "station_id": station.id,
        "programme": station.programme,
        "service": station.service.value,
        "frequency_mhz": station.frequency_mhz,
        "longitude": station.longitude,
        "latitude": station.latitude,
        "height_above_ground_m": station.height_above_ground_m,
        "erp_total_w": None if erp is None else float(f"{float(w_from_dbw(erp)):.6g}"),
        "polarization": station.polarization.value,
        "mode": station.mode,
    }
    return {name: str(value) for name, value in told.items() if value not in (None, "")}


def _shown(request: Request, view: DeskView) -> Mapping[str, Any]:
    panel = dossier_panel(request, view)
    return {"panel": panel, "usual": dict.fromkeys(view.procedure.steps, panel["usual"])}


BLOCKS["dossier"] = dossier_blocks
VALUES["dossier"] = dossier_values
PANELS["dossier"] = Panel("desk_panel_dossier.html", _shown, dossier_panel)
PREFILLS["dossier"] = renewal_of
