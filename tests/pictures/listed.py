"""Which pictures there are: every page of the menu, the inner pages, and what the guides show.

`every_page` reads the menu, so that a page that is added to it is in the pictures by itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from api.menu import MENU
from api.roles import Role, may

__all__ = ["WIDTHS", "Kept", "Shot", "committed", "every_shot"]

WIDTHS = (390, 768, 1440)
_MAIN = (Role.STAFF, Role.ADMINISTRATOR, Role.OPERATOR, Role.VIEWER, Role.ANONYMOUS)
"""Whose view of a page is kept: the first that may open it."""
_HOME = "home"


@dataclass(frozen=True)
class Shot:
    """A page as somebody sees it.

    Attributes
    ----------
    name : str
        The page, as in the picture's file name.
    path : str
        Its address; words in braces are what the seeding made.
    role : Role
        Who looks.
    language : str
        `vi` or `en`.
    dark : bool
        Whether the browser asks for dark colours.
    at : str
        A selector that the picture begins at; empty: the top.
    """

    name: str
    path: str
    role: Role
    language: str = "vi"
    dark: bool = False
    at: str = ""


@dataclass(frozen=True)
class Kept:
    """A picture that is committed.

    Attributes
    ----------
    file : str
        Its path below docs/pictures.
    shot : Shot
        What it shows.
    width : int
        Of the window.
    reduced : bool
        Whether it only reminds of a page: smaller, and of the whole page's first screens.
    """

    file: str
    shot: Shot
    width: int
    reduced: bool


_INNER = (
    ("structure", "/view/structures/mpa-0001", Role.STAFF),
    ("structure-new", "/view/structures/new", Role.STAFF),
    ("structure-edit", "/view/structures/mpa-0001/edit", Role.STAFF),
    ("structure-owner", "/view/structures/mpa-0001", Role.OPERATOR),
    ("station", "/view/stations/mp-thu-thua", Role.STAFF),
    ("station-findings", "/view/stations/mp-thu-thua/findings", Role.STAFF),
    ("station-measured", "/view/stations/mp-thu-thua/measured", Role.STAFF),
    ("study-coverage", "/view/studies/{coverage}", Role.STAFF),
    ("study-interference", "/view/studies/{interference}", Role.STAFF),
    ("study-site", "/view/studies/{site}", Role.STAFF),
    ("study-sharing", "/view/studies/{sharing}", Role.OPERATOR),
    ("report-site", "/studies/{site}/report.html?lang=vi", Role.STAFF),
    ("job", "/view/jobs/{job}", Role.STAFF),
    ("import-preview", "/view/imports/{import}", Role.STAFF),
    ("sharing-request", "/view/sharing/{request}", Role.STAFF),
    ("work", "/view/works/{work}", Role.STAFF),
    ("work-new", "/view/works/new", Role.STAFF),
    ("works-together", "/view/works/together", Role.STAFF),
    ("point", "/view/points/{point}", Role.STAFF),
    ("points-statistics", "/view/points/statistics", Role.STAFF),
    ("plan", "/view/plans/{plan}", Role.STAFF),
    ("matrix", "/view/matrix", Role.STAFF),
    (
        "certification-structure",
        "/view/certification/mp-ben-luc-cot?organisation_id=mo-phong-b",
        Role.STAFF,
    ),
    ("case-interference", "/view/desk/interference/{complaint}", Role.STAFF),
    ("case-dossier", "/view/desk/dossier/{dossier}", Role.STAFF),
    ("case-inspection", "/view/desk/inspection/{inspection}", Role.STAFF),
    ("inspection-phone", "/desk/inspection/{inspection}/form.html?lang=vi", Role.STAFF),
    ("desk-interference", "/view/desk/interference", Role.STAFF),
    ("desk-dossier", "/view/desk/dossier", Role.STAFF),
    ("desk-inspection", "/view/desk/inspection", Role.STAFF),
    ("desk-inspection-plan", "/view/desk/inspection_plan", Role.STAFF),
    (
        "report-items",
        "/view/reports/{quarter}/items?table=structures-commune&column=all",
        Role.STAFF,
    ),
    ("guide-page", "/view/guide/interference", Role.ANONYMOUS),
    ("map-click", "/map", Role.ANONYMOUS),
    ("login", "/login", Role.ANONYMOUS),
    ("account", "/view/account", Role.OPERATOR),
    ("not-found", "/view/nothing", Role.ANONYMOUS),
)
"""Pages that no menu leads to at once: name, address, who looks."""

_SHOWN = (
    ("map", Role.STAFF, "vi", (1440,)),
    ("map", Role.STAFF, "en", (1440,)),
    ("study-coverage", Role.STAFF, "vi", (1440,)),
    ("study-coverage", Role.STAFF, "en", (1440,)),
    ("findings", Role.STAFF, "vi", (1440,)),
    ("findings", Role.STAFF, "en", (1440,)),
    ("home", Role.STAFF, "vi", (1440,)),
    ("home", Role.STAFF, "en", (1440,)),
    ("home", Role.OPERATOR, "vi", (1440,)),
    ("home", Role.OPERATOR, "en", (1440,)),
    ("home", Role.ANONYMOUS, "vi", (390, 1440)),
    ("import-preview", Role.STAFF, "vi", (1440,)),
    ("import-preview", Role.STAFF, "en", (1440,)),
    ("sites", Role.STAFF, "vi", (1440,)),
    ("study-site", Role.STAFF, "vi", (1440,)),
    ("desk", Role.STAFF, "vi", (1440,)),
    ("case-interference", Role.STAFF, "vi", (1440,)),
    ("case-interference", Role.STAFF, "en", (1440,)),
    ("reports", Role.STAFF, "vi", (1440,)),
    ("inspection-phone", Role.STAFF, "vi", (390,)),
    ("supports", Role.OPERATOR, "vi", (1440,)),
    ("study-sharing", Role.OPERATOR, "vi", (1440,)),
    ("study-sharing", Role.OPERATOR, "en", (1440,)),
    ("sharing", Role.OPERATOR, "vi", (1440,)),
    ("works", Role.OPERATOR, "vi", (1440,)),
    ("map-click", Role.ANONYMOUS, "vi", (390, 1440)),
    ("map-click", Role.ANONYMOUS, "en", (1440,)),
    ("users", Role.ADMINISTRATOR, "vi", (1440,)),
)
"""What the guides and README show: page, who looks, language, widths."""
_DARK = (("home", Role.STAFF, "vi", (1440,)), ("structure", Role.STAFF, "vi", (390,)))
"""What is shown in dark colours too."""


def name_of(path: str) -> str:
    """Return the name of a page of the menu."""
    return path.removeprefix("/view").strip("/").replace("/", "-") or _HOME


def _menu(role: Role) -> Iterator[Shot]:
    for _, pages in MENU:
        for path, _ in pages:
            if may(role, "GET", path):
                yield Shot(name_of(path), path, role)


def every_page() -> list[Shot]:
    """Return each page once, as the first of `_MAIN` sees it, and the home page of each role."""
    found: dict[str, Shot] = {}
    for role in _MAIN:
        for shot in _menu(role):
            found.setdefault(shot.name, shot)
    homes = [Shot(f"{_HOME}-{role.value}", "/", role) for role in Role]
    inner = [Shot(name, path, role) for name, path, role in _INNER]
    return [*found.values(), *homes, *inner]


def every_shot() -> list[Shot]:
    """Return every page, and each role's own view of its menu, in file names of their own."""
    own = [
        Shot(f"{shot.name}-as-{role.value}", shot.path, role)
        for role in Role
        for shot in _menu(role)
        if role is not Role.STAFF and shot.name != _HOME
    ]
    return [*every_page(), *own]


def committed() -> list[Kept]:
    """Return the pictures that lie in docs/pictures."""
    pages = every_page()
    small = [
        Kept(f"pages/{shot.name}-{width}.webp", shot, width, reduced=True)
        for shot in pages
        for width in WIDTHS
    ]
    path = {shot.name: shot.path for shot in pages}
    large = []
    for dark, shown in ((False, _SHOWN), (True, _DARK)):
        for name, role, language, widths in shown:
            own = f"{name}-{role.value}" if name == _HOME else name
            shot = Shot(name, path[name], role, language, dark)
            ending = "-dark" if dark else ""
            large += [
                Kept(f"{own}-{language}-{width}{ending}.webp", shot, width, reduced=False)
                for width in widths
            ]
    return small + large
