"""The nearest structures: the same as by looking at all of them."""

from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import select

from gis.geodesy import distance_km
from gis.register.filters import among, inside
from gis.register.nearest import nearest_structures
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.schema import structures
from gis.register.scopes import PUBLIC, SYSTEM
from gis.register.store import Register
from gis.register.structures import Structure, StructureKind
from propagation.compliance.records import Confidence

KNOWN = Provenance(confidence=Confidence.SYNTHETIC, source="test")
OWNER = Organisation(id="a", name="A", kind=OrganisationKind.OPERATOR, provenance=KNOWN)


@pytest.fixture
def scattered(register: Register) -> Callable[[np.ndarray, np.ndarray], list[Structure]]:
    def fill(longitude: np.ndarray, latitude: np.ndarray) -> list[Structure]:
        kinds = (StructureKind.ANTENNA_MAST, StructureKind.CABLE_POLE)
        made = [
            Structure(
                id=f"{k:04d}", code=str(k), name=str(k), kind=kinds[k % 2], owner_id="a",
                longitude=float(lon), latitude=float(lat), shareable=(True, False, None)[k % 3],
                confidential=k % 5 == 0, provenance=KNOWN,
            )
            for k, (lon, lat) in enumerate(zip(longitude, latitude, strict=True))
        ]  # fmt: skip
        with register.write(author="t", reason="t") as w:
            w.add_organisations([OWNER])
            w.add_structures(made)
        return made

    return fill


def by_looking(made: list[Structure], place: tuple[float, float], count: int) -> list[str]:
    away = [float(distance_km(*place, one.longitude, one.latitude)) for one in made]
    order = sorted(range(len(made)), key=lambda k: (away[k], made[k].id))
    return [made[k].id for k in order[:count]]


def test_equal_to_looking_at_all(register: Register, scattered) -> None:
    random = np.random.default_rng(4)
    made = scattered(random.uniform(105.5, 107.0, 400), random.uniform(10.0, 11.5, 400))
    for lon, lat in random.uniform((105.4, 9.9), (107.1, 11.6), (40, 2)):
        for kinds, shareable, scope in (
            (None, None, SYSTEM),
            ([StructureKind.ANTENNA_MAST], True, SYSTEM),
            (None, True, PUBLIC),
        ):
            among = [
                one
                for one in made
                if (kinds is None or one.kind in kinds)
                and (shareable is None or one.shareable is shareable)
                and (scope is SYSTEM or not one.confidential)
            ]
            found = nearest_structures(
                register, scope, lon, lat, 10, kinds=kinds, shareable=shareable
            )
            assert [one.id for _, one in found] == by_looking(among, (lon, lat), 10)
            assert [away for away, _ in found] == sorted(away for away, _ in found)


def test_over_the_pole_and_over_the_date_line(register: Register, scattered) -> None:
    random = np.random.default_rng(5)
    latitude = np.degrees(np.arcsin(random.uniform(-1, 1, 300)))
    made = scattered(random.uniform(-180, 180, 300), latitude)
    for place in ((179.9, 10.0), (-179.99, -20.0), (30.0, 89.5), (0.0, -90.0), (106.4, 10.6)):
        for count in (1, 7, 400):
            found = nearest_structures(register, SYSTEM, *place, count)
            assert [one.id for _, one in found] == by_looking(made, place, count)


def test_of_nothing(register: Register) -> None:
    assert nearest_structures(register, SYSTEM, 106.4, 10.6, 10) == []


def test_a_box_and_a_list_of_names_are_asked_of_their_indices(
    scattered: Callable[[np.ndarray, np.ndarray], list[Structure]], register: Register
) -> None:
    rng = np.random.default_rng(2)
    scattered(rng.uniform(105, 107, 2000), rng.uniform(10, 11, 2000))
    table = structures
    box = select(table.c.id).where(*inside(table, (106.0, 10.5, 106.01, 10.51)), table.c.id != "")
    named = select(table.c.id).where(*among((table.c.id, ["0007", "0008"])), table.c.code != "")
    with register.engine.connect() as connection:
        postgres = connection.dialect.name == "postgresql"
        if postgres:
            connection.exec_driver_sql("ANALYZE structures")
        explain = "EXPLAIN" if postgres else "EXPLAIN QUERY PLAN"
        for query, index in (
            (box, "structures_geom" if postgres else "INTEGER PRIMARY KEY (rowid=?)"),
            (named, "structures_id_key" if postgres else "(id=?)"),
        ):
            sql = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
            plan = str(connection.exec_driver_sql(f"{explain} {sql}".replace("%", "%%")).all())
            assert index in plan, plan


def test_a_box_is_exact_to_the_last_bit_by_list_and_by_join(
    scattered: Callable[[np.ndarray, np.ndarray], list[Structure]], register: Register
) -> None:
    """Borders through points and one step beside: the index alone rounds them outwards."""
    rng = np.random.default_rng(6)
    made = scattered(rng.uniform(106, 107, 300), rng.uniform(10, 11, 300))
    joined = (False, True) if register.engine.dialect.name == "sqlite" else (False,)
    for one in made[:40]:
        here = np.array([one.longitude, one.latitude, one.longitude + 0.2, one.latitude + 0.2])
        for box in (here, np.nextafter(here, -np.inf), np.nextafter(here, np.inf)):
            west, south, east, north = (float(side) for side in box)
            wanted = {
                each.id
                for each in made
                if west <= each.longitude <= east and south <= each.latitude <= north
            }
            for by_join in joined:
                where = inside(structures, (west, south, east, north), by_join=by_join)
                with register.engine.connect() as connection:
                    found = connection.scalars(select(structures.c.id).where(*where)).all()
                assert (set(found), len(found)) == (wanted, len(wanted)), (box, by_join)
