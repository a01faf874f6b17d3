"""Features as JSON that the database writes: every value as it is kept, on both databases."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from gis.features.collections import COLLECTIONS, Collection
from gis.features.cql2 import Kind
from gis.features.reading import Asked, Feature, FeatureReader
from gis.register import engine
from gis.register.records import Measurement, MeasurementKind
from gis.register.scopes import PUBLIC, SYSTEM
from gis.register.store import Register
from gis.register.structures import Structure
from tests.prepared import KNOWN, demo_register

STRUCTURES = COLLECTIONS["structures"]
AWKWARD = 'Cột "chính" \\ số 1\t–\n“Tân An” 😀\x1e\x1f%s :a {b} \u2028'
NUMBERS = (0.1 + 0.2, 1 / 3, 1e-7, 5e-324, 12.0, 1e15 + 0.3, 8_848.86)


@pytest.fixture(scope="module")
def register(kept_by: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    del kept_by  # a register for each
    with demo_register(tmp_path_factory.mktemp("told") / "register.gpkg") as opened:
        yield opened


NONE_IN_THE_DEMONSTRATION = {"allotment-points", "measurements"}


def kept(register: Register, collection: Collection) -> dict[str, dict[str, Any]]:
    """Return the values of all rows as the register holds them, by their ids."""
    names = [one.name for one in collection.properties]
    lists = [one.name for one in collection.properties if one.kind is None]
    with engine.reading(register.engine) as connection:
        rows = connection.execute(select(collection.table)).mappings().all()
    found = {}
    for row in rows:
        values = {name: row[name] for name in names}
        values.update({name: json.loads(row[name]) for name in lists if row[name] is not None})
        if "confidence" in values:
            values["synthetic"] = values["confidence"] == "synthetic"
        found[row["id"]] = values
    return found


@pytest.mark.parametrize("name", COLLECTIONS)
def test_what_is_told_is_what_is_kept(register: Register, name: str) -> None:
    collection, asked = COLLECTIONS[name], Asked()
    reader = FeatureReader(register, SYSTEM)
    features = list(reader.each(collection, asked))
    assert bool(features) is (name not in NONE_IN_THE_DEMONSTRATION)
    rows = kept(register, collection)
    assert [one.id for one in features] == sorted(rows)
    pages: list[Feature] = []
    while len(pages) < len(features):
        pages += reader.page(collection, asked, limit=97, offset=len(pages))[0]
    for one, again in zip(features, pages, strict=True):
        assert (one.id, one.geometry) == (again.id, again.geometry)
        assert list(one.properties) == list(rows[one.id])
        assert one.properties == again.properties == rows[one.id]
    for one in features[:40]:
        alone = reader.one(collection, one.id)
        assert (alone.properties, alone.geometry) == (one.properties, one.geometry)


def test_values_of_every_sort_come_back_as_they_were(register: Register) -> None:
    first = next(iter(register.structures(SYSTEM)))
    made = [
        replace(
            first,
            id=f"told-{number}",
            code=f"TOLD-{number}",
            name=AWKWARD,
            height_m=value,
            concealed=(None, True, False)[number % 3],
            inspected_on=(None, date(2024, 2, 29))[number % 2],
            provenance=KNOWN,
        )
        for number, value in enumerate(NUMBERS)
    ]
    with register.write(author="t", reason="told") as writer:
        writer.add_structures(made)
    reader = FeatureReader(register, SYSTEM)
    rows = kept(register, STRUCTURES)
    for record in made:
        said = reader.one(STRUCTURES, record.id).properties
        assert said == rows[record.id]
        assert said["name"] == AWKWARD
        assert said["height_m"] == record.height_m
    box = (first.longitude, first.latitude, first.longitude, first.latitude)
    near, matched = reader.page(STRUCTURES, Asked(boxes=(box,)), limit=1000)
    assert matched == len(near) >= len(made)
    found = {one.id: one for one in near}
    for record in made:
        assert found[record.id].properties == rows[record.id]
        assert found[record.id].geometry == (record.longitude, record.latitude)


def test_moments_are_told_in_utc_to_the_millisecond(register: Register) -> None:
    collection = COLLECTIONS["measurements"]
    station = next(iter(register.stations(SYSTEM)))
    moment = datetime(2024, 2, 29, 23, 59, 59, 7_000, tzinfo=UTC)
    one = Measurement(
        id="told",
        station_id=station.id,
        longitude=station.longitude,
        latitude=station.latitude,
        height_above_ground_m=10.0,
        frequency_mhz=100.0,
        field_strength_dbuvm=54.0,
        uncertainty_db=3.0,
        measured_at=moment,
        kind=MeasurementKind.FIXED,
        provenance=KNOWN,
    )
    with register.write(author="t", reason="told") as writer:
        writer.add_measurements([one])
    said = FeatureReader(register, SYSTEM).one(collection, "told").properties
    assert [each.name for each in collection.properties if each.kind is Kind.MOMENT]
    assert said == kept(register, collection)["told"]
    assert said["measured_at"] == "2024-02-29T23:59:59.007Z"


def test_a_box_counts_what_it_finds_on_every_page(register: Register) -> None:
    reader = FeatureReader(register, PUBLIC)
    asked = Asked(boxes=((105.0, 9.0, 108.0, 12.0),))
    whole, matched = reader.page(STRUCTURES, asked, limit=10_000)
    assert matched == len(whole) > 20
    parts, offset = [], 0
    while offset <= matched:  # the last of them lies beyond the end
        part, told = reader.page(STRUCTURES, asked, limit=7, offset=offset)
        assert told == matched
        parts += part
        offset += 7
    assert [one.id for one in parts] == [one.id for one in whole]
    nowhere = Asked(boxes=((1.0, 1.0, 2.0, 2.0),))
    for offset in (0, 5):
        assert reader.page(STRUCTURES, nowhere, limit=7, offset=offset) == ([], 0)


def test_a_question_asked_often_is_still_answered_from_the_past(register: Register) -> None:
    """A plan that a server keeps would go on reading today's table."""
    first = next(one for one in register.structures(PUBLIC) if one.height_m)
    before = register.revision()
    with register.write(author="t", reason="told") as writer:
        writer.update_structures([replace(first, name="Tên mới")])

    def name(reader: Any) -> str:
        found: Structure = reader.structure(first.id, PUBLIC)
        return found.name

    for _ in range(3):  # a server looks names up anew when a session has its first view
        for _ in range(12):  # more often than it takes to prepare
            assert name(register) == "Tên mới"
        with register.as_known(before, PUBLIC) as then:
            assert name(then) == first.name
