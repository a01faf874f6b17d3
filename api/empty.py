"""What a page says where it has nothing to show: what it is for, and the one next step.

One table says for each subject what must be in the register first, which steps lead on, and who
takes them. A step is offered to those who may take it; others are told who does.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request

from api.identity import identity_of
from api.roles import Role, may
from api.service import Service, service_of
from gis.register.reading import Reader
from gis.register.scopes import Scope

__all__ = ["LESSONS", "STEPS", "Lesson", "Said", "Step", "held", "lesson_of", "wanted_of"]

_NO_CONDITION = frozenset({"lang", "order", "sort", "per_page"})
"""Parameters that leave nothing out of a list."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that fills a page.

    Attributes
    ----------
    method, path : str
        The route that the step ends in, which says who may take it.
    href : str
        Where it begins.
    who : str
        Who takes it, as the sentence `empty.who_...` says.
    """

    method: str
    path: str
    href: str
    who: str = "staff"


_IMPORT = ("POST", "/view/imports/{import_id}/commit")
_CASE = ("POST", "/view/desk/{kind}")
STEPS: Final[dict[str, Step]] = {
    "organisation": Step("POST", "/view/organisations", "/view/organisations#new"),
    "import_structures": Step(*_IMPORT, "/view/imports?kind=structures"),
    "import_stations": Step(*_IMPORT, "/view/imports?kind=stations"),
    "import_plan": Step(*_IMPORT, "/view/imports?kind=plan"),
    "import_measured": Step(*_IMPORT, "/view/imports?kind=measurements"),
    "send_structures": Step("POST", "/view/imports", "/view/imports?kind=structures", "signed_in"),
    "send": Step("POST", "/view/imports", "/view/imports#send", "signed_in"),
    "study": Step("POST", "/view/stations/{station_id}/studies", "/view/stations", "signed_in"),
    "check": Step("POST", "/view/findings", "/view/findings#check"),
    "supports": Step("POST", "/view/sharing", "/view/supports", "operator"),
    "work": Step("POST", "/view/works/new", "/view/works/new", "signed_in"),
    "point": Step("POST", "/view/points/new", "/view/points/new", "signed_in"),
    "interference": Step(*_CASE, "/view/desk/interference#new", "signed_in"),
    "dossier": Step(*_CASE, "/view/desk/dossier#new", "signed_in"),
    "inspection": Step(*_CASE, "/view/desk/inspection#new"),
    "inspection_plan": Step(*_CASE, "/view/desk/inspection_plan#new"),
    "structures": Step("POST", "/view/duplicates", "/view/structures"),
    "fees": Step("POST", "/view/fees/import", "/view/fees#import", "administrator"),
    "outlines": Step("POST", "/view/boundaries", "/view/boundaries#send", "administrator"),
    "copy": Step("POST", "/view/backups", "/view/backups#make", "administrator"),
    "grant": Step("POST", "/view/grants", "/view/grants#give", "administrator"),
    "users": Step("POST", "/view/users", "/view/users", "administrator"),
}
"""Steps by their names; what a button says is the sentence `empty.step_...`."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a page teaches while it is empty.

    Attributes
    ----------
    steps : tuple of str
        Steps that fill it, the best first.
    needs : tuple of str
        What the register must hold first, in order: names of `held`.
    guide : str
        Page of the guide for those who can do nothing.
    conditions : frozenset of str or None
        Parameters that leave something out of its list; None where each does.
    """

    steps: tuple[str, ...]
    needs: tuple[str, ...] = ()
    guide: str = "first_steps"
    conditions: frozenset[str] | None = None


_NONE: Final[frozenset[str]] = frozenset()
_FILLED_BY: Final[dict[str, tuple[str, ...]]] = {
    "organisations": ("organisation",),
    "structures": ("import_structures", "send_structures"),
    "stations": ("import_stations",),
    "plan": ("import_plan",),
    "records": ("import_structures", "send_structures"),
}
"""What brings in what other pages need first."""

_BEFORE: Final[dict[str, str]] = {"structures": "organisations", "records": "organisations"}
"""What must be there before that."""

LESSONS: Final[dict[str, Lesson]] = {
    "home": Lesson(_FILLED_BY["structures"], ("records",), "map", _NONE),
    "organisations": Lesson(("organisation",), conditions=_NONE),
    "structures": Lesson(_FILLED_BY["structures"], ("structures",), "structures"),
    "structure_new": Lesson(("organisation",), ("organisations",), "structures"),
    "quality": Lesson(_FILLED_BY["structures"], ("structures",), "structures", _NONE),
    "duplicates": Lesson(("structures",), ("structures",), "structures", _NONE),
    "supports": Lesson((), ("structures",), "supports"),
    "best_sites": Lesson((), ("structures",), "best_sites"),
    "mobile": Lesson((), ("structures",), "mobile"),
    "sites": Lesson((), ("structures",), "site_planning"),
    "sharing": Lesson(("supports",), ("structures",), "sharing"),
    "works": Lesson(("work",), ("organisations",), "planned_works"),
    "work_new": Lesson(("organisation",), ("organisations",), "planned_works"),
    "works_together": Lesson(("work",), ("organisations",), "planned_works", _NONE),
    "points": Lesson(("point",), ("organisations",), "points"),
    "points_statistics": Lesson(("point",), ("organisations",), "points", _NONE),
    "point_new": Lesson(("organisation",), ("organisations",), "points"),
    "stations": Lesson(_FILLED_BY["stations"], ("stations",)),
    "path": Lesson((), ("stations",)),
    "measured": Lesson(("import_measured",), (), "validity", _NONE),
    "plan_rows": Lesson(
        _FILLED_BY["stations"], ("stations",), "plan_identity", frozenset({"service", "differing"})
    ),
    "plans": Lesson(_FILLED_BY["plan"], (), "plan_identity", _NONE),
    "findings": Lesson(("check",), ("plan", "stations"), "plan_identity", _NONE),
    "findings_stations": Lesson(_FILLED_BY["stations"], ("plan",), "plan_identity", _NONE),
    "matrix": Lesson(("check",), ("plan", "stations"), "protection_ratios", _NONE),
    "applications": Lesson((), ("plan", "stations"), "applications"),
    "channels": Lesson((), ("stations",), "channels"),
    "sources": Lesson((), ("stations",), "sources"),
    "studies": Lesson(("study",), ("stations",), "service_area"),
    "jobs": Lesson(("study",), ("stations",), "service_area"),
    "map": Lesson((), ("records",), "map"),
    "desk": Lesson(("interference",), (), "desks", _NONE),
    "desk_interference": Lesson(("interference",), (), "interference"),
    "desk_dossier": Lesson(("dossier",), (), "dossiers"),
    "desk_inspection": Lesson(("inspection",), ("structures",), "inspections"),
    "desk_inspection_plan": Lesson(("inspection_plan",), ("structures",), "inspections"),
    "risk": Lesson(_FILLED_BY["structures"], ("structures",), "inspections"),
    "certification": Lesson(_FILLED_BY["structures"], ("records",), "certification"),
    "licences": Lesson(("dossier",), ("stations",), "dossiers"),
    "fees": Lesson(("fees",), (), "dossiers", _NONE),
    "reports": Lesson((), ("records",), "reports", _NONE),
    "import_owner": Lesson(("organisation",), ("organisations",), "structures", _NONE),
    "imports": Lesson(("send",), (), conditions=_NONE),
    "users": Lesson(("organisation",), ("organisations",), "accounts"),
    "grants": Lesson(("grant",), ("organisations",), "accounts"),
    "viewings": Lesson(("users",), (), "accounts"),
    "findings_shown": Lesson(("check",), (), "plan_identity", frozenset({"check", "outcome"})),
    "rules": Lesson((), (), "first_steps", frozenset({"text", "on"})),
    "sanctions": Lesson((), (), "sanctions", frozenset({"text"})),
    "devices": Lesson((), (), "devices", frozenset({"on"})),
    "outlines": Lesson(("outlines",), (), "administration", _NONE),
    "backups": Lesson(("copy",), (), "administration", _NONE),
}
"""What each page teaches, by the subject that its template names."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an empty page says to one caller.

    Attributes
    ----------
    subject : str
        Of which page.
    filtered : bool
        Whether it is empty because of what was asked.
    missing : str
        What the register must hold first; empty where nothing is.
    first : str
        The same where it is something else than what the page itself lists, and the caller can
        bring it.
    step : str
        The step that the caller may take; empty where it may take none.
    who : str
        Who takes it, where the caller may not.
    href : str
        Where the one link leads.
    """

    subject: str
    filtered: bool
    missing: str
    first: str
    step: str
    who: str
    href: str


def _structures(register: Reader, scope: Scope, on: date) -> bool:
    return bool(register.count_structures(scope, on=on))


def _stations(register: Reader, scope: Scope, on: date) -> bool:
    return bool(register.count_stations(scope, on=on))


_HOLDS: Final[dict[str, Callable[[Reader, Scope, date], bool]]] = {
    "organisations": lambda register, _scope, _on: bool(register.organisations()),
    "structures": _structures,
    "stations": _stations,
    "plan": lambda register, _scope, on: bool(register.plan_entries(on=on)),
    "records": lambda *asked: _structures(*asked) or _stations(*asked),
}


def held(service: Service, scope: Scope, names: Iterable[str]) -> dict[str, bool]:
    """Return of what the register holds something that a caller may see, today."""
    with service.register.snapshot() as register:
        return {name: _HOLDS[name](register, scope, service.today()) for name in names}


def lesson_of(request: Request, subject: str, *, able: bool = True) -> Said:
    """Return what an empty page says.

    Parameters
    ----------
    request : Request
        Its caller, and what was asked.
    subject : str
        Name of the lesson.
    able : bool
        Whether the caller may take its step, where the page knows better than the route.
    """
    said, conditions = _taught(request, subject, able=able), LESSONS[subject].conditions
    if not said.missing and _is_filtered(request, conditions):
        return Said(subject, True, "", "", "", "", _cleared(request, conditions))
    return said


def wanted_of(request: Request, subject: str) -> Said | None:
    """Return what a form says before it can be of use; None where nothing is missing."""
    said = _taught(request, subject, able=True)
    return said if said.missing else None


def _taught(request: Request, subject: str, *, able: bool) -> Said:
    identity, lesson = identity_of(request), LESSONS[subject]
    missing = _missing(service_of(request), identity.scope, lesson.needs)
    steps = _FILLED_BY[missing] if missing else lesson.steps
    step = next((one for one in steps if (able or missing) and _may(identity.role, one)), "")
    who = "" if step or not steps else STEPS[steps[0]].who
    href = STEPS[step].href if step else f"/view/guide/{lesson.guide}"
    first = missing if step and lesson.steps != steps else ""
    return Said(subject, False, missing, first, step, who, href)


def _missing(service: Service, scope: Scope, needs: tuple[str, ...]) -> str:
    """Return the first thing that is not there yet; empty where nothing is missing."""
    missing = next((name for name, there in held(service, scope, needs).items() if not there), "")
    before = _BEFORE.get(missing)
    return before if before and not held(service, scope, (before,))[before] else missing


def _may(role: Role, name: str) -> bool:
    step = STEPS[name]
    begins = step.href.partition("#")[0].partition("?")[0]
    return may(role, step.method, step.path) and (
        may(role, "GET", begins) or begins.startswith("/view/desk/")
    )


def _is_filtered(request: Request, conditions: frozenset[str] | None) -> bool:
    asked = {name for name, value in request.query_params.multi_items() if value}
    return bool(asked - _NO_CONDITION if conditions is None else asked & conditions)


def _cleared(request: Request, conditions: frozenset[str] | None) -> str:
    """Return the address of the page with nothing that leaves something out."""
    path: str = getattr(request.state, "address", request.url.path)
    asked = request.query_params.multi_items() if conditions is not None else []
    kept = {
        name: value for name, value in asked if name not in {*(conditions or ()), "lang", "offset"}
    }
    return f"{path}?{urlencode(kept)}" if kept else path
