"""What is wrong with an installation, and how to mend it: one small look after another."""

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from api.settings import Settings
from data.text import Language, has, text
from gis.backup import last_backup
from gis.errors import GisError
from gis.jobs.cluster import cluster_at
from gis.jobs.queue import JobState, Queue
from gis.jobs.scheduler import Scheduler
from gis.jurisdictions import jurisdiction_on
from gis.register.accounts import Accounts
from gis.register.filesystems import require_local
from gis.register.scopes import Role
from gis.register.store import Register
from gis.rule_files import pack_in_use
from gis.terrain.opening import open_ground

__all__ = ["Health", "Look", "looks"]

_LEAST_FREE_BYTES: Final = 2 << 30
_FRESH_BACKUP_DAYS: Final = 7
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class Health(StrEnum):
    """How a look ended."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at an installation.

    Attributes
    ----------
    name : str
        What was looked at; `doctor.<name>` is its sentence, `doctor.<key>_mend` how to mend it.
    health : Health
        How it is.
    key : str
        What was found.
    values : dict
        Values of the two sentences.
    """

    name: str
    health: Health
    key: str
    values: dict[str, Any]

    def say(self, language: Language) -> str:
        """Say what was found."""
        return self._say(f"doctor.{self.key}", language)

    def say_mend(self, language: Language) -> str:
        """Say how to mend it; empty where nothing is wrong, or what was found says it."""
        key = f"doctor.{self.key}_mend"
        return self._say(key, language) if self.health is not Health.GOOD and has(key) else ""

    def _say(self, key: str, language: Language) -> str:
        values = {
            name: value.say(language) if isinstance(value, GisError) else value
            for name, value in self.values.items()
        }
        return text(key, language, **values)


def looks(
    settings: Settings, today: date, check: Callable[[Register], object] = Register.check
) -> Iterator[Look]:
    """Yield every look at an installation, in the order in which one mends.

    Parameters
    ----------
    settings : Settings
        Of the installation.
    today : date
        The day.
    check : callable
        What looks whether the register is whole; a page may keep what it found for a while.
    """
    yield from _home(settings)
    yield from _register(settings, today, check)
    yield from _files(settings, today)
    yield from _cluster(settings)
    yield from _doors(settings)


def _look(name: str, found: bool | Health, key: str, **values: Any) -> Look:
    health = (Health.GOOD if found else Health.BAD) if isinstance(found, bool) else found
    return Look(name, health, f"{name}_{key}", values)


def _tried(name: str, act: Callable[[], object], key: str) -> Look:
    """Return a look that is good where something can be done, else with the reason."""
    try:
        act()
    except GisError as error:
        return Look(name, Health.BAD, f"{name}_bad", {"reason": error})
    return _look(name, True, key)


def _home(settings: Settings) -> Iterator[Look]:
    folder = settings.home
    if not folder.is_dir():
        yield _look("home", Health.BAD, "missing", path=str(folder))
        return
    writable = os.access(folder, os.W_OK | os.X_OK)
    yield _look("home", writable, "good" if writable else "not_writable", path=str(folder))
    yield _tried("disk", lambda: require_local(folder), "local")
    free = shutil.disk_usage(folder).free
    enough = free >= _LEAST_FREE_BYTES
    health, key = (Health.GOOD, "good") if enough else (Health.WARNING, "low")
    yield _look("space", health, key, free_gb=round(free / 1e9, 1))
    kernels = Path(os.environ.get("NUMBA_CACHE_DIR", "")).parent
    kept = "NUMBA_CACHE_DIR" in os.environ and _writable_above(kernels)
    yield _look("kernels", Health.GOOD if kept else Health.WARNING, "kept" if kept else "lost")


def _writable_above(path: Path) -> bool:
    there = next((each for each in (path, *path.parents) if each.exists()), path)
    return os.access(there, os.W_OK)


def _register(
    settings: Settings, today: date, check: Callable[[Register], object]
) -> Iterator[Look]:
    try:
        address = settings.place.register
        if not Register.exists(address):
            yield _look("register", Health.WARNING, "missing", path=str(address))
            return
        register = Register.open(address)
    except GisError as error:
        yield Look("register", Health.BAD, "register_bad", {"reason": error})
        return
    with register:
        yield _tried("register", lambda: check(register), "good")
        accounts = Accounts(register).accounts()
        leads = any(one.active and one.role is Role.ADMINISTRATOR for one in accounts)
        yield _look("administrator", leads, "good" if leads else "missing")
        drawn = bool(register.boundaries(codes=[jurisdiction_on(today).province_code], on=today))
        health = Health.GOOD if drawn else Health.WARNING
        yield _look("boundaries", health, "good" if drawn else "missing")
        queue = Queue(register)
        failed = queue.count(states=[JobState.FAILED])
        waiting = queue.count(states=[JobState.QUEUED])
        idle = waiting and not settings.workers
        health = Health.WARNING if failed or idle else Health.GOOD
        yield _look("jobs", health, "stuck" if idle else "counted", failed=failed, waiting=waiting)


def _files(settings: Settings, today: date) -> Iterator[Look]:
    yield _tried("rules", lambda: pack_in_use(today, settings.place), "good")
    if settings.terrain:
        yield _tried("terrain", lambda: open_ground(settings.ground), "good")
    else:
        yield _look("terrain", Health.WARNING, "flat")
    made = last_backup(settings.place)
    if made is None:
        yield _look("backup", Health.WARNING, "never")
        return
    days = (today - made.date()).days
    health = Health.GOOD if days <= _FRESH_BACKUP_DAYS else Health.WARNING
    yield _look("backup", health, "made" if health is Health.GOOD else "old", days=days)


def _cluster(settings: Settings) -> Iterator[Look]:
    """Look whether the scheduler that was named answers, and its machines are like this one."""
    scheduler = settings.cluster
    if scheduler is None:
        if settings.scheduler_ca or settings.scheduler_cert or settings.scheduler_key:
            yield _look("cluster", Health.WARNING, "idle")
        return
    try:
        if not scheduler.encrypted:
            yield _in_clear(scheduler)
        elif scheduler.key is not None:
            yield from _shut("cluster_key", scheduler.key)
        with cluster_at(scheduler) as cluster:
            machines = 0 if cluster is None else cluster.machines()
    except GisError as error:
        yield Look("cluster", Health.BAD, "cluster_bad", {"reason": error})
        return
    if scheduler.encrypted:
        yield _look("cluster_wire", True, "tls")
    health = Health.GOOD if machines else Health.WARNING
    yield _look("cluster", health, "good" if machines else "empty", machines=machines)


def _in_clear(scheduler: Scheduler) -> Look:
    """Look who could read on the way what is sent to the cluster without TLS."""
    if scheduler.on_this_machine:
        return _look("cluster_wire", True, "local")
    return _look("cluster_wire", Health.WARNING, "clear", address=scheduler.address)


def _doors(settings: Settings) -> Iterator[Look]:
    outside = settings.host not in ("127.0.0.1", "::1", "localhost")
    tls = settings.public_url.startswith("https://")
    if outside and not settings.secure_cookies:
        yield _look("cookies", Health.BAD, "open", host=settings.host)
    elif tls and not settings.secure_cookies:
        yield _look("cookies", Health.WARNING, "not_secure")
    else:
        yield _look("cookies", True, "good")
    if outside and not settings.names_proxy:
        yield _look("proxy", Health.WARNING, "unnamed", host=settings.host)
    if settings.oidc_issuer:
        file = settings.oidc_client_secret_file
        looked = [] if file is None else list(_shut("secret", file))
        yield from looked or [_look("secret", Health.BAD, "missing", path=str(file))]


def _shut(name: str, file: Path) -> Iterator[Look]:
    """Look whether only its owner can read a file; nothing of one that is not there."""
    with suppress(OSError):
        shut = not file.stat().st_mode & _OTHERS
        yield _look(name, shut, "good" if shut else "open", path=str(file))
