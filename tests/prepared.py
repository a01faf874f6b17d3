"""Registers made once in a process and then copied: real files, without 14 migrations each time.

A test of opening, of migrations or of loading the demonstration makes its own by
`Register.open(path, create=True)`; every other test asks here. Copies share the identifier that
the first one drew, which nothing reads.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gis.administration import load_administration
from gis.demo import load_demonstration
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.store import Register
from propagation.compliance.records import Confidence

__all__ = ["demo_register", "empty_register", "office_register"]

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


@contextmanager
def _copied(path: Path, fill: Callable[[Register], object]) -> Iterator[Register]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(_made(fill))
    with Register.open(path) as register:
        yield register


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
