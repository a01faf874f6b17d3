"""Registers made once in a process and then copied: real ones, without all migrations each time.

A test of opening, of migrations or of loading the demonstration makes its own by
`Register.open(path, create=True)`; every other test asks here. Copies share the identifier that
the first one drew, which nothing reads.

Where `kept_by` (in conftest) says so, they stand in a PostgreSQL server and not in the file that
is asked for: a copy is a database made of a template.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL

from gis.administration import load_administration
from gis.demo import load_demonstration
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.store import Register
from propagation.compliance.records import Confidence
from tests.postgres_server import PostgresServer

__all__ = ["Keeping", "database_of", "demo_register", "empty_register", "office_register"]

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="test")


def empty_register(path: Path) -> AbstractContextManager[Register]:
    """Open a register with nothing in it."""
    return _copied(path, _nothing)


def office_register(path: Path) -> AbstractContextManager[Register]:
    """Open a register with the packaged administrative units and two organisations."""
    return _copied(path, _office)


def demo_register(path: Path) -> AbstractContextManager[Register]:
    """Open the demonstration register."""
    return _copied(path, _demonstration)


class Keeping:
    """Where registers are kept just now.

    Attributes
    ----------
    server : PostgresServer or None
        The server; without one, the files that are asked for.
    """

    server: PostgresServer | None = None


@contextmanager
def _copied(path: Path, fill: Callable[[Register], object]) -> Iterator[Register]:
    if Keeping.server is not None:
        with database_of(Keeping.server, fill) as url, Register.open(url) as register:
            yield register
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(_made(fill))
    with Register.open(path) as register:
        yield register


@contextmanager
def database_of(server: PostgresServer, fill: Callable[[Register], object]) -> Iterator[URL]:
    """Yield the address of a database that is a copy of one filled before."""
    name = server.database(_template(server, fill))
    try:
        yield server.url(name)
    finally:
        server.drop(name)


@cache
def _template(server: PostgresServer, fill: Callable[[Register], object]) -> str:
    name = server.database()
    with Register.open(server.url(name), create=True) as register:
        fill(register)
    return name


@cache
def _made(fill: Callable[[Register], object]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.gpkg"
        with Register.open(path, create=True) as register:
            fill(register)
        return path.read_bytes()


def _nothing(register: Register) -> None:
    assert not register.revision()


def _office(register: Register) -> None:
    with register.write(author="test", reason="office") as writer:
        assert load_administration(writer) == (413, 13)
        writer.add_organisations(
            [
                Organisation(id=name, name=title, kind=OrganisationKind.OPERATOR, provenance=KNOWN)
                for name, title in (("hoa", "Viễn thông Hoà Bình"), ("sao", "Sao Mai"))
            ]
        )


def _demonstration(register: Register) -> None:
    load_demonstration(register)
