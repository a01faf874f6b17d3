"""One feature, asked for from an event loop: the same as from a thread, whatever happens."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest
from shapely import box, to_wkb

from gis.errors import NotFoundError, StorageError
from gis.features.collections import COLLECTIONS
from gis.features.reading import Asked, Feature, FeatureReader
from gis.register import engine
from gis.register.databases import waiting
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from tests.postgres_server import PostgresServer
from tests.prepared import demo_register

OWN_ENDED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture(scope="module")
def register(kept_by: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    del kept_by  # a register for each
    with demo_register(tmp_path_factory.mktemp("waiting") / "register.gpkg") as opened:
        yield opened


def everyone(register: Register) -> list[Scope]:
    """Return scopes whose questions carry no value, a text and an area."""
    owner = next(one.owner_id for one in register.structures(SYSTEM) if one.confidential)
    area = to_wkb(box(105.5, 10.5, 106.3, 11.0))
    return [PUBLIC, SYSTEM, Scope(Role.OPERATOR, owner), Scope(Role.OPERATOR, owner, (area,))]


@pytest.mark.parametrize("name", ["structures", "stations", "boundaries", "installations"])
def test_it_is_what_a_thread_is_told(register: Register, name: str) -> None:
    collection = COLLECTIONS[name]
    ids = [one.id for one in FeatureReader(register, SYSTEM).each(collection, Asked())][:150]

    async def told(reader: FeatureReader, feature_id: str) -> Feature | None:
        with suppress(NotFoundError):
            return await reader.soon(collection, feature_id)
        return None

    async def all_told(scope: Scope) -> list[Feature | None]:
        reader = FeatureReader(register, scope)
        try:
            return await asyncio.gather(*(told(reader, one) for one in ids))
        finally:
            await engine.leave(register.engine)

    seen = set()
    for scope in everyone(register):
        reader = FeatureReader(register, scope)
        shown = {one.id: one for one in reader.each(collection, Asked())}
        found = asyncio.run(all_told(scope))
        assert [one and (one.id, one.properties, one.geometry) for one in found] == [
            (one, shown[one].properties, shown[one].geometry) if one in shown else None
            for one in ids
        ]
        seen.add(sum(one is not None for one in found))
    assert len(seen) > 1 or name not in ("structures", "installations")


@pytest.mark.postgis
def test_connections_that_the_server_closed_are_made_anew(register: Register) -> None:
    collection = COLLECTIONS["structures"]
    reader = FeatureReader(register, SYSTEM)
    first, *_ = reader.each(collection, Asked())

    async def ask_again() -> None:
        try:
            for _ in range(3):
                asked = [reader.soon(collection, first.id) for _ in range(6)]
                found = await asyncio.gather(*asked)
                assert {one.told for one in found} == {first.told}
                with engine.reading(register.engine) as connection:
                    connection.exec_driver_sql(OWN_ENDED)
        finally:
            await engine.leave(register.engine)

    asyncio.run(ask_again())


@pytest.mark.postgis
def test_a_server_that_does_not_answer_is_said_in_time(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "_WAIT_S", 0.5)
    address = postgres.url(postgres.database())
    with Register.open(address, create=True) as register:
        engine_gone = register.engine
        gone = engine_gone.url.set(database="no_such_database")
        monkeypatch.setattr(engine_gone, "url", gone)

        async def ask() -> None:
            try:
                with pytest.raises(StorageError):
                    await FeatureReader(register, SYSTEM).soon(COLLECTIONS["structures"], "x")
            finally:
                await engine.leave(engine_gone)

        asyncio.run(ask())
