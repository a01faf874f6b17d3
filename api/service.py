"""What a running server holds: the register, the queue, the terrain, the workers."""

import threading
from datetime import date
from typing import Self

from starlette.requests import Request

from api.attendance import Attendance
from api.clock import today
from api.federation import Federation
from api.identity import Identity
from api.pace import Pace
from api.settings import Settings
from api.throttle import Throttle
from data.text import Language, text
from gis.administration import load_administration
from gis.backups import Backups
from gis.basemap import open_basemap
from gis.errors import NotFoundError
from gis.features.counts import Counts
from gis.home import Home
from gis.jobs.pool import WorkerPool, start_workers
from gis.jobs.queue import Job, Queue
from gis.jurisdictions import Jurisdiction, jurisdiction_on
from gis.kept import KeptResults
from gis.register import moments
from gis.register.accounts import Accounts
from gis.register.address import Address
from gis.register.engine import end_reading
from gis.register.grants import Grants
from gis.register.point_contacts import PointContacts
from gis.register.scopes import SYSTEM, Scope
from gis.register.store import Register
from gis.studies.published import MAPPED_KINDS, is_published, may_be_published
from gis.studies.record import Study, load
from gis.studies.summary import Access, access_of
from gis.terrain.ground import Ground
from gis.terrain.opening import open_ground
from gis.viewings import Viewings

__all__ = ["Service", "may_read", "public_url", "service_of"]

_STAMP_CHARACTERS = 12
_STAFF_ONLY = frozenset({"channels", "interference_source"})
_NOT_FOR_ALL = frozenset(
    {
        "best_sites",
        "channels",
        "compliance",
        "interference_source",
        "mobile",
        "sharing",
        "site_planning",
    }
)


class Service:
    """Everything that requests share while the server runs.

    Attributes
    ----------
    settings : Settings
        What the administrator set.
    home : Home
        The folder that everything is kept in.
    register : Register
        The open register.
    accounts : Accounts
        Who may sign in.
    queue : Queue
        Work that takes long.
    ground : Ground
        Heights, land cover, zones.
    throttle : Throttle
        Failed attempts to sign in.
    kept : KeptResults
        Results that take seconds, with what they rest on.
    counts : Counts
        How many features questions to collections found.
    grants : Grants
        Which organisation may see the confidential structures of an area.
    attendance : Attendance
        When sessions were last used.
    federation : Federation
        The identity service, where one is set.
    viewings : Viewings
        Who looked at whose confidential records.
    pace : Pace
        How fast each caller may ask.
    basemap : Basemap or None
        The background map of the map's page, where a file of it is set.
    backups : Backups
        Copies of all this.
    started_at : datetime
        Since when it runs, UTC.
    stopping : Event
        Set when the server is about to stop, so that live progress ends.
    """

    def __init__(self, settings: Settings, register: Register, ground: Ground) -> None:
        self.settings = settings
        self.home = settings.place
        self.register = register
        self.ground = ground
        self.accounts = Accounts(register)
        self.queue = Queue(register, keep_days=settings.job_days)
        self.throttle = Throttle(self.home.sign_ins)
        self.grants = Grants(register)
        self.attendance = Attendance(self.home.attendance, settings.idle_minutes * 60.0)
        self.viewings = Viewings(self.home.viewings, settings.viewing_days)
        self.federation = Federation(settings, self.home.departures)
        self.pace = Pace(settings.requests_per_s)
        self.backups = Backups(self.home, settings.backups)
        self.started_at = moments.now()
        self.stopping = threading.Event()
        self._workers: WorkerPool | None = None
        self.kept = KeptResults()
        self.counts = Counts()
        self._synthetic: tuple[str, bool] | None = None
        file = settings.map_pmtiles
        self.basemap = None if file is None else open_basemap(file)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the register, making one with the packaged units where there is none.

        Raises
        ------
        GisError
            If the register or the terrain cannot be opened.
        """
        home: Home = settings.place
        ground = open_ground(settings.ground)
        register = _open_register(home.register, settings.query_seconds)
        home.ensure()
        service = cls(settings, register, ground)
        PointContacts(service.register).forget_expired(service.today())
        if settings.workers:
            service._workers = start_workers(
                home,
                settings.workers,
                settings.ground,
                threads=settings.threads,
                curves=settings.p1546_curves,
                scheduler=settings.cluster,
            )
        return service

    def end_reading(self) -> None:
        """End the questions to the register that still run; none is begun any more."""
        end_reading(self.register.engine)

    def close(self) -> None:
        """Stop the workers and close the register."""
        self.stopping.set()
        self.backups.stop()
        if self._workers is not None:
            self._workers.stop()
        self.register.close()

    def workers(self) -> list[int]:
        """Return the process numbers of the workers that live."""
        return [] if self._workers is None else self._workers.pids

    def register_stamp(self) -> str:
        """Return the version of the register's content, as short as people compare it."""
        return self.register.version()[:_STAMP_CHARACTERS]

    def holds_synthetic(self) -> bool:
        """Return whether anything in the register is demonstration data."""
        version = self.register.version()
        known = self._synthetic
        if known is None or known[0] != version:
            known = self._synthetic = (version, self._find_synthetic())
        return known[1]

    def _find_synthetic(self) -> bool:
        with self.register.snapshot() as register:
            return (
                any(record.provenance.synthetic for record in register.organisations())
                or any(record.provenance.synthetic for record in register.stations(SYSTEM))
                or any(record.provenance.synthetic for record in register.structures(SYSTEM))
            )

    def now_text(self) -> str:
        """Return the present moment, UTC, as standards write it."""
        return moments.to_text(moments.now())

    def today(self) -> date:
        """Return the day in Viet Nam."""
        return today()

    def jurisdiction(self) -> Jurisdiction:
        """Return the department and province of today."""
        return jurisdiction_on(self.today())

    def scope(self, identity: Identity) -> Scope:
        """Return what a caller may see of the register."""
        return identity.scope

    def study(self, study_id: str, identity: Identity) -> Study:
        """Return a study that a caller may read.

        Raises
        ------
        NotFoundError
            If there is none of that id, or it is not for the caller.
        """
        found = load(study_id, self.home)
        if not may_read(identity, access_of(found.kind, found.inputs)):
            raise NotFoundError("studies.unknown_study", study=study_id)
        return found

    def shown_study(self, study_id: str, identity: Identity) -> Study:
        """Return a study that a caller may see on the map: one on the public map, or its own.

        Raises
        ------
        NotFoundError
            If there is none of that id, it has no picture there, or it is not for the caller.
        """
        found = load(study_id, self.home)
        access = access_of(found.kind, found.inputs)
        if found.kind not in MAPPED_KINDS or not self.may_see_on_map(identity, access, study_id):
            raise NotFoundError("studies.unknown_study", study=study_id)
        return found

    def may_see_on_map(self, identity: Identity, access: Access, study_id: str) -> bool:
        """Return whether a caller may see the pictures of a study."""
        if may_read(identity, access):
            return True
        return may_be_published(access) and is_published(study_id, self.home)

    def job(self, job_id: str, identity: Identity) -> Job:
        """Return a job that a caller may see: the own ones, for the department all.

        Raises
        ------
        NotFoundError
            If there is none of that id, or it is not for the caller.
        """
        found = self.queue.job(job_id)
        if not identity.is_staff and found.requested_by != identity.name:
            raise NotFoundError("jobs.unknown", id=job_id[:60])
        return found


def may_read(identity: Identity, access: Access) -> bool:
    """Return whether a caller may read a study.

    Coverage and interference are for everyone who has signed in. Searches for channels and for
    sources of interference, findings of an application and other findings are for the department,
    and the last for an operator where they are about its own stations alone and nothing went in
    that another operator or the department keeps confidential. A search for supports is for
    whoever asked, and the department; so is a coverage of mobile networks, unless the department
    made it of public records alone.
    """
    if identity.account is None:
        return False
    if identity.is_staff or access.kind not in _NOT_FOR_ALL:
        return True
    own = identity.scope.own
    theirs = bool(own) and access.organisations == (own,)
    if access.kind == "mobile":
        return theirs or (access.organisations == (None,) and not access.confidential)
    if access.kind in _STAFF_ONLY or access.application or access.confidential:
        return False
    return theirs


def public_url(request: Request) -> str:
    """Return how the world reaches this server, without a slash at the end."""
    told = service_of(request).settings.public_url or str(request.base_url)
    return told.rstrip("/")


def service_of(request: Request) -> Service:
    """Return the service of the application that a request came to."""
    service: Service = request.app.state.service
    return service


def _open_register(address: Address, longest_s: float) -> Register:
    fresh = not Register.exists(address)
    register = Register.open(address, create=True, longest_s=longest_s)
    if fresh:
        with register.write(
            author="phusong serve", reason=text("pages.first_units", Language.VI)
        ) as writer:
            load_administration(writer)
    return register
