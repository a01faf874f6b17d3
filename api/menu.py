"""The menu of the page frame: a few groups, each with the pages that a role may open."""

from dataclasses import dataclass
from typing import Final

from api.roles import Role, may

__all__ = ["MENU", "Entry", "Group", "menu_of"]

Pages = tuple[tuple[str, str], ...]

MENU: Final[tuple[tuple[str, Pages], ...]] = (
    ("", (("/", "pages.menu_home"), ("/map", "pages.menu_map"))),
    (
        "pages.group_infrastructure",
        (
            ("/view/structures", "infrastructure.title"),
            ("/view/supports", "supports.menu"),
            ("/view/sharing", "requests.menu"),
            ("/view/works", "works.menu"),
            ("/view/sites", "planning.menu"),
            ("/view/best-sites", "best_sites.menu"),
            ("/view/quality", "infrastructure.quality_title"),
            ("/view/duplicates", "infrastructure.duplicates_title"),
        ),
    ),
    (
        "pages.group_radio",
        (
            ("/view/stations", "pages.menu_stations"),
            ("/view/findings", "pages.menu_findings"),
            ("/view/applications", "applications.menu"),
            ("/view/channels", "channels.menu"),
            ("/view/complaints", "complaints.menu"),
            ("/view/sources", "sources.title"),
            ("/view/path", "pages.menu_path"),
            ("/view/link", "pages.menu_link"),
            ("/view/studies", "pages.menu_studies"),
        ),
    ),
    (
        "pages.group_desk",
        (
            ("/view/desk", "desk.menu"),
            ("/view/inspections/risk", "desk_inspection_plan.risk_menu"),
            ("/view/certification", "certification.menu"),
            ("/view/points", "points.menu"),
            ("/view/licences", "desk_dossier.renewals"),
            ("/view/fees", "fees.title"),
            ("/view/reports", "reports.menu"),
        ),
    ),
    (
        "pages.group_law",
        (
            ("/view/plans", "plans.title"),
            ("/view/rules", "rules.title"),
            ("/view/sanctions", "sanctions.menu"),
            ("/view/devices", "devices.menu"),
            ("/view/calendar", "calendar.menu"),
        ),
    ),
    (
        "pages.group_system",
        (
            ("/view/imports", "pages.menu_imports"),
            ("/view/organisations", "organisations.title"),
            ("/view/jobs", "pages.menu_jobs"),
            ("/view/users", "pages.menu_users"),
            ("/view/grants", "identity.grants_menu"),
            ("/view/viewings", "identity.viewings_menu"),
            ("/view/department", "department.menu"),
            ("/view/boundaries", "administration.boundaries_menu"),
            ("/view/health", "administration.health_menu"),
            ("/view/backups", "administration.backups_menu"),
            ("/view/retention", "administration.retention_menu"),
        ),
    ),
    ("", (("/view/guide", "pages.menu_guide"),)),
)
"""Groups by the key of their name, each with address and name of its pages; without a name the
pages stand by themselves."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the menu.

    Attributes
    ----------
    path, key : str
        Its address, and the key of its name.
    current : bool
        Whether it is the page that is read, or one above it.
    """

    path: str
    key: str
    current: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Pages that are folded together; without a key they stand by themselves.

    Attributes
    ----------
    key : str
        Key of its name.
    entries : tuple of Entry
        Its pages.
    """

    key: str
    entries: tuple[Entry, ...]

    @property
    def current(self) -> bool:
        """Whether one of its pages is read."""
        return any(one.current for one in self.entries)


def menu_of(role: Role, path: str) -> list[Group]:
    """Return the menu of a role; a group of which one page is left is that page by itself.

    Parameters
    ----------
    role : Role
        Who looks.
    path : str
        Address of the page that is read.
    """
    groups = []
    for key, pages in MENU:
        entries = tuple(
            Entry(target, name, path == target or _below(path, target))
            for target, name in pages
            if may(role, "GET", target)
        )
        if entries:
            groups.append(Group(key if len(entries) > 1 else "", entries))
    return groups


def _below(path: str, target: str) -> bool:
    return target != "/" and path.startswith(f"{target}/")
