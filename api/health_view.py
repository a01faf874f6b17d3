"""What the page of health shows beside the looks: the queue, the disk, versions."""

import os
import platform
import shutil
import sqlite3
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from api.service import Service
from data.text import Language, text
from gis.errors import GisError
from gis.jobs.queue import JobState
from gis.rule_files import pack_in_use

__all__ = ["Disk", "disk", "queue_states", "versions"]

_LIBRARIES = ("numpy", "scipy", "numba", "shapely", "pyproj", "rasterio", "fastapi")


@dataclass(frozen=True, slots=True)
class Disk:
    """What the home folder takes, and what is left.

    Attributes
    ----------
    parts : list of (str, int)
        Name of each part, and its bytes.
    free_bytes, total_bytes : int
        Of the disk that the home folder lies on.
    """

    parts: list[tuple[str, int]]
    free_bytes: int
    total_bytes: int


def disk(service: Service) -> Disk:
    """Return what each part of the home folder takes."""
    home = service.home
    parts = [
        ("register", 0 if home.database else _size(home.register_file)),
        ("studies", _size(home.studies)),
        ("uploads", _size(home.uploads)),
        ("desk_files", _size(home.desk_files)),
        ("backups", _size(service.backups.folder)),
        ("tiles", _size(home.tiles)),
        ("cache", _size(home.cache)),
    ]
    usage = shutil.disk_usage(home.folder)
    return Disk(parts, usage.free, usage.total)


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder; what goes meanwhile is none."""
    try:
        if path.is_symlink() or not path.is_dir():
            return path.stat().st_size
        with os.scandir(path) as entries:
            return sum(_size(Path(one.path)) for one in entries if not one.is_symlink())
    except OSError:
        return 0


def queue_states(service: Service, language: Language) -> list[tuple[str, str, int]]:
    """Return each state of jobs, its name, and how many are in it."""
    queue = service.queue
    return [(one.value, one.say(language), queue.count(states=[one])) for one in JobState]


def versions(service: Service, language: Language) -> list[tuple[str, str]]:
    """Return name and version of the software, what it stands on, and the data."""
    kept = (
        "PostgreSQL" if service.home.database else f"GeoPackage (SQLite {sqlite3.sqlite_version})"
    )
    try:
        pack = pack_in_use(service.today(), service.home)
        rules = f"{pack.id} {pack.version[:12]}"
    except GisError as error:
        rules = error.say(language)
    return [
        ("PhuSong", version("phusong")),
        ("Python", platform.python_version()),
        (text("administration.system", language), platform.platform()),
        (text("administration.kept_by", language), kept),
        *((name, version(name)) for name in _LIBRARIES),
        (text("administration.register_version", language), service.register_stamp()),
        (text("administration.register_writes", language), str(service.register.revision())),
        (text("administration.rule_pack", language), rules),
    ]
