"""The first steps with an empty register: what is done, what comes next, and who does it."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request

from api.empty import STEPS, held
from api.identity import identity_of
from api.roles import STAFF, may
from api.service import Service, service_of
from gis.studies.findings import current_first

__all__ = ["FirstStep", "first_steps"]

_STEPS: Final[tuple[tuple[str, str, bool], ...]] = (
    ("boundaries", "outlines", False),
    ("accounts", "users", False),
    ("organisations", "organisation", True),
    ("structures", "import_structures", True),
    ("plan", "import_plan", True),
    ("stations", "import_stations", True),
    ("check", "check", True),
)
"""Steps in order, where each begins (api/empty.py), and whether the register wants it to be of
use; boundaries ship with the software, and one account is enough to begin with."""


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step.

    Attributes
    ----------
    name : str
        Its name, as the sentences `first_steps...` say it.
    done : bool
        Whether the register shows that it was done.
    needed : bool
        Whether the list stays until it is.
    href : str
        Where it begins; empty where the caller may not take it.
    who : str
        Who takes it.
    """

    name: str
    done: bool
    needed: bool
    href: str
    who: str


def first_steps(request: Request) -> list[FirstStep]:
    """Return the steps for somebody of the department; none once all that is needed is done.

    The demonstration register has none: it is not one to begin work with.
    """
    identity, service = identity_of(request), service_of(request)
    if identity.role not in STAFF or service.holds_synthetic():
        return []
    done = held(service, identity.scope, ("organisations", "structures", "plan", "stations"))
    done["check"] = any(one.plan for one in current_first(service.home, service.today()))
    if all(done[name] for name, _, needed in _STEPS if needed):
        return []
    done["boundaries"] = _has_official_outlines(service)
    done["accounts"] = len(service.accounts.accounts()) > 1
    return [
        FirstStep(
            name,
            done[name],
            needed,
            step.href if may(identity.role, step.method, step.path) else "",
            step.who,
        )
        for name, key, needed in _STEPS
        for step in (STEPS[key],)
    ]


def _has_official_outlines(service: Service) -> bool:
    with service.register.snapshot() as register:
        return any(one.official for one in register.boundaries(on=service.today()))
