"""What commands that compute share: the register, the terrain, the context of a study."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.cli.frame import Output
from gis.errors import NotFoundError
from gis.jobs.cluster import cluster_at
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.studies.context import StudyContext
from gis.terrain.opening import open_ground

__all__ = ["opened", "studying"]


@contextmanager
def opened(output: Output) -> Iterator[Register]:
    """Yield the register of this installation.

    Raises
    ------
    StorageError
        If there is none.
    """
    home = output.settings.place
    with Register.open(home.register) as register:
        home.ensure()
        yield register


@contextmanager
def studying(output: Output) -> Iterator[StudyContext]:
    """Yield what a study is run with, its progress shown to the person.

    Raises
    ------
    StorageError
        If there is no register.
    FormatError
        If the terrain cannot be read.
    """
    settings = output.settings
    ground = open_ground(settings.ground)
    with (
        opened(output) as register,
        output.progress() as progress,
        cluster_at(settings.cluster) as cluster,
    ):
        yield StudyContext(
            register=register,
            home=settings.place,
            ground=ground,
            progress=progress,
            workers=settings.threads,
            cluster=cluster,
            p1546_curves=settings.p1546_curves,
        )


def named_station(register: Register, name: str) -> str:
    """Return the id of a station named by its id, or by a part of its name that only it has.

    Raises
    ------
    NotFoundError
        If there is no such station, or more than one.
    """
    found = register.stations(SYSTEM, text=name, limit=6)
    every = {station.id for station in found}
    if name in every or not found:
        return register.station(name, SYSTEM).id
    try:
        return register.station(name, SYSTEM).id
    except NotFoundError:
        if len(every) == 1:
            return found[0].id
    names = ", ".join(f"{station.id} ({station.name})" for station in found)
    raise NotFoundError("cli.station_ambiguous", name=name, known=names)
