"""What the page of retention shows: what is kept how long, by what, and what goes next."""

from dataclasses import dataclass

from api import uploads
from api.service import Service
from data.text import Language, text
from gis.jobs.queue import JobState
from gis.register.point_contacts import PointContacts

__all__ = ["Kept", "kept"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of thing that is kept.

    Attributes
    ----------
    name : str
        Which; `administration.keep_<name>` calls it, `..._until` says how long, `..._when` when
        it goes.
    how_long : str
        In words, with the value of the setting.
    settings : tuple of str
        The settings that say so, empty where none does.
    count : int or None
        How many there are; None where nobody counts.
    over : int or None
        How many of them the next removal takes; None where nothing is ever removed.
    """

    name: str
    how_long: str
    settings: tuple[str, ...] = ()
    count: int | None = None
    over: int | None = None


def kept(service: Service, language: Language) -> list[Kept]:
    """Return everything that is kept, what goes first."""
    settings, queue = service.settings, service.queue
    contacts = PointContacts(service.register).last_days(service.today())
    ended = queue.count(states=[state for state in JobState if state.final])

    def said(name: str, **values: object) -> str:
        return text(f"administration.keep_{name}_until", language, **values)

    return [
        Kept("contacts", said("contacts"), (), sum(contacts.values()), contacts.get("", 0)),
        Kept(
            "jobs",
            said("jobs", days=settings.job_days),
            ("PHUSONG_JOB_DAYS",),
            ended,
            queue.over(),
        ),
        Kept(
            "viewings",
            said("viewings", days=settings.viewing_days),
            ("PHUSONG_VIEWING_DAYS",),
            service.viewings.count(),
            service.viewings.over(),
        ),
        Kept(
            "sessions",
            said("sessions", hours=settings.session_hours, minutes=settings.idle_minutes),
            ("PHUSONG_SESSION_HOURS", "PHUSONG_IDLE_MINUTES"),
        ),
        Kept("sign_ins", said("sign_ins")),
        Kept("tiles", said("tiles", megabytes=settings.tile_cache_mb), ("PHUSONG_TILE_CACHE_MB",)),
        Kept("register", said("register"), (), service.register.revision()),
        Kept("studies", said("studies")),
        Kept("uploads", said("uploads"), (), len(uploads.uploads(service.home))),
        Kept("backups", said("backups"), (), len(service.backups.listed())),
    ]
