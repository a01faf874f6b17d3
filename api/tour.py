"""The tour of the demonstration register: a few pages for each of the three people.

Where somebody is in it stands in a cookie, so that it works without a script, and a page shows
its step only while it is that step's page.
"""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.roles import STAFF, Role, may

__all__ = ["SEEN", "TOURS", "Step", "remember", "step_at", "steps_of", "tour_on"]

SEEN: Final = "seen"
"""What the cookie says of somebody who ended the tour, or did not want it."""

_YEAR_S = 31_536_000
TOURS: Final[dict[str, tuple[str, ...]]] = {
    "public": ("/", "/map", "/view/structures", "/view/stations", "/view/devices", "/view/guide"),
    "operator": (
        "/",
        "/view/imports",
        "/view/structures",
        "/view/supports",
        "/view/sharing",
        "/view/works",
        "/view/guide",
    ),
    "staff": (
        "/",
        "/view/imports",
        "/view/quality",
        "/view/structures",
        "/view/findings",
        "/view/desk",
        "/view/reports",
        "/view/rules",
        "/view/guide",
    ),
}
"""The pages of each person, in order."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of somebody's tour.

    Attributes
    ----------
    person : str
        `public`, `operator` or `staff`.
    number, of : int
        Which step, from 1, of how many; 0 is the offer of the tour.
    path : str
        Its page.
    """

    person: str
    number: int
    of: int
    path: str

    @property
    def key(self) -> str:
        """The key of its sentence."""
        page = self.path.rpartition("/")[2] or "home"
        return f"tour.{self.person}_{page}" if self.number else "tour.offer"


def _person(role: Role) -> str:
    if role in STAFF:
        return "staff"
    return "operator" if role is Role.OPERATOR else "public"


def _cookie(person: str) -> str:
    return f"phusong_tour_{person}"


def steps_of(role: Role) -> list[Step]:
    """Return the steps of a role, in order; a page that it may not open is none."""
    person = _person(role)
    pages = [path for path in TOURS[person] if may(role, "GET", path)]
    return [Step(person, number, len(pages), path) for number, path in enumerate(pages, 1)]


def step_at(role: Role, number: int) -> Step | None:
    """Return a step of a role by its number; None where there is none."""
    return next((one for one in steps_of(role) if one.number == number), None)


def tour_on(request: Request, role: Role, path: str) -> Step | None:
    """Return the step that a page shows; on the first page the offer, until it was answered.

    Parameters
    ----------
    request : Request
        Its cookies say where the tour is.
    role : Role
        Who looks.
    path : str
        Address of the page.
    """
    person = _person(role)
    kept = request.cookies.get(_cookie(person), "")
    if not kept and path == "/":
        return Step(person, 0, len(steps_of(role)), path)
    found = step_at(role, int(kept)) if kept.isdecimal() and len(kept) < 3 else None
    return found if found is not None and found.path == path else None


def remember(response: Response, role: Role, value: str, *, secure: bool) -> None:
    """Keep in the browser where the tour is, or that it was seen."""
    response.set_cookie(
        _cookie(_person(role)),
        value,
        max_age=_YEAR_S,
        httponly=True,
        samesite="lax",
        secure=secure,
        path="/",
    )
