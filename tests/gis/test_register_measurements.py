"""Measurements, protected points, certificates and population: kept, seen, undone, unsaid."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from gis.errors import ConflictError, NotFoundError
from gis.register.records import (
    AdministrativeUnit,
    BroadcastStation,
    ImportBatch,
    Measurement,
    MeasurementKind,
    Organisation,
    OrganisationKind,
    ProtectedPoint,
    ProtectedPointKind,
    Provenance,
)
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from propagation.compliance.records import Confidence

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="biên bản 12/BB-ĐT")
STAFF, VIEWER = Scope(Role.STAFF), Scope(Role.VIEWER)
OWN, OTHER = Scope(Role.OPERATOR, "vt"), Scope(Role.OPERATOR, "sao")
AT = datetime(2024, 5, 6, 2, 30, 15, 250000, tzinfo=UTC)

VERSION_BEFORE = "622803f4bb22d68f62b80a1e6b762b27bc7ffa659abed4247443f2cc4eab6b24"


def measurement(name: str = "m1", **changes: object) -> Measurement:
    values: dict[str, object] = {
        "id": name,
        "frequency_mhz": 96.9,
        "longitude": 106.41,
        "latitude": 10.53,
        "measured_at": AT,
        "field_strength_dbuvm": 61.5,
        "height_above_ground_m": 10.0,
        "kind": MeasurementKind.FIXED,
        "provenance": KNOWN,
    }
    return Measurement(**{**values, **changes})  # type: ignore[arg-type]  # values by name


def point(name: str = "p1", **changes: object) -> ProtectedPoint:
    values: dict[str, object] = {
        "id": name,
        "kind": ProtectedPointKind.VOR,
        "name": "VOR thử",
        "longitude": 106.65,
        "latitude": 10.82,
        "height_m": 300.0,
        "frequency_mhz": 116.8,
        "volume": "bán kính 40 NM, đến FL 250",
        "valid_from": date(2024, 1, 1),
        "valid_to": date(2024, 12, 31),
        "provenance": KNOWN,
    }
    return ProtectedPoint(**{**values, **changes})  # type: ignore[arg-type]  # values by name


@pytest.fixture
def filled(register: Register, make_station: Callable[..., BroadcastStation]) -> Register:
    owners = [
        Organisation(id=name, name=name, kind=OrganisationKind.BROADCASTER, provenance=KNOWN)
        for name in ("vt", "sao")
    ]
    with register.write(author="lan", reason="r") as w:
        w.add_organisations(owners)
        w.add_stations([make_station("dai", organisation_id="vt")])
        w.add_measurements(
            [measurement(station_id="dai", uncertainty_db=3.0), measurement("m2", longitude=106.9)]
        )
        w.add_protected_points([point(), point("p2", kind=ProtectedPointKind.COM, valid_to=None)])
    return register


def test_they_come_back_as_they_were_given(filled: Register) -> None:
    assert filled.measurements(STAFF) == [
        measurement(station_id="dai", uncertainty_db=3.0),
        measurement("m2", longitude=106.9),
    ]
    assert filled.protected_points(STAFF)[0] == point()
    filled.check()


def test_questions_narrow_them(filled: Register) -> None:
    def ids(**wanted: object) -> list[str]:
        return [one.id for one in filled.measurements(SYSTEM, **wanted)]  # type: ignore[arg-type]

    assert ids(station_id="dai") == ["m1"]
    assert ids(frequency_mhz=96.9005) == ["m1", "m2"]
    assert ids(frequency_mhz=97.0) == []
    assert ids(bbox=(106.8, 10.0, 107.0, 11.0)) == ["m2"]
    day, kinds = date(2025, 1, 1), [ProtectedPointKind.VOR]
    assert [one.id for one in filled.protected_points(SYSTEM, on=day)] == ["p2"]
    assert [one.id for one in filled.protected_points(SYSTEM, kinds=kinds)] == ["p1"]


@pytest.mark.parametrize(
    ("scope", "seen"),
    [(STAFF, ["m1", "m2"]), (OWN, ["m1"]), (OTHER, []), (VIEWER, []), (PUBLIC, [])],
    ids=["staff", "own", "other", "viewer", "public"],
)
def test_measurements_are_the_departments_and_the_licensees(
    filled: Register, scope: Scope, seen: list[str]
) -> None:
    assert [one.id for one in filled.measurements(scope)] == seen


def test_protected_points_are_the_departments_alone(filled: Register) -> None:
    assert len(filled.protected_points(STAFF)) == 2
    for scope in (OWN, VIEWER, PUBLIC):
        assert filled.protected_points(scope) == []


def test_a_measured_station_is_not_removed(filled: Register) -> None:
    with pytest.raises(ConflictError), filled.write(author="lan", reason="r") as w:
        w.delete(BroadcastStation, ["dai"])
    with pytest.raises(NotFoundError, match="nowhere"), filled.write(author="l", reason="r") as w:
        w.add_measurements([measurement("m9", station_id="nowhere")])


def test_an_import_of_them_is_undone(filled: Register) -> None:
    before = filled.version()
    batch = ImportBatch(
        id="b",
        file_name="do.csv",
        sha256="0" * 64,
        format="csv",
        kind="measurements",
        coordinate_system="EPSG:4326",
        imported_at=AT,
        imported_by="lan",
        accepted=2,
        refused=0,
    )
    of_batch = replace(KNOWN, batch_id="b", row=2)
    with filled.write(author="lan", reason="nhập") as w:
        w.add_import_batch(batch)
        w.add_measurements([measurement("m3", provenance=of_batch)])
        changed = point(height_m=310.0, provenance=of_batch)
        w.update_protected_points([changed], [point()])
    assert filled.version() != before
    assert filled.changes(table_name="measurements", record_id="m3")[0].author == "lan"
    with filled.write(author="hoa", reason="hoàn tác") as w:
        w.undo_batch("b")
    assert filled.version() == before
    assert [one.id for one in filled.measurements(SYSTEM)] == ["m1", "m2"]
    assert filled.protected_points(SYSTEM)[0] == point()
    filled.check()


def test_a_register_without_them_has_the_version_that_it_had(
    register: Register, make_station: Callable[..., BroadcastStation]
) -> None:
    """Computed by the program before measurements came, for one station and nothing else."""
    with register.write(author="lan", reason="r") as w:
        w.add_stations([make_station("dai")])
    old = register.version()
    assert old == VERSION_BEFORE
    with register.write(author="lan", reason="r") as w:
        w.add_measurements([measurement()])
    assert register.version() != old
    with register.write(author="lan", reason="r") as w:
        w.delete(Measurement, ["m1"])
    assert register.version() == old


def test_what_is_not_known_leaves_no_trace_and_what_is_stays(
    register: Register,
    make_station: Callable[..., BroadcastStation],
    make_unit: Callable[..., AdministrativeUnit],
) -> None:
    plain, unit = make_station("dai"), make_unit("28000", 106.4, 10.5)
    with register.write(author="lan", reason="r") as w:
        w.add_stations([plain])
        w.add_units([unit])
    for change in register.changes():
        told = set(change.new or {})
        assert not {name for name in told if name.startswith(("certif", "equipment", "popul"))}
    certified = replace(
        plain,
        certificate_number="KĐ-12/2024",
        certificate_to=date(2027, 3, 1),
        equipment_conformity="A0123",
        equipment_conformity_to=date(2026, 1, 2),
    )
    counted = replace(unit, population=12345, population_year=2024, population_source="GSO")
    with register.write(author="lan", reason="r") as w:
        w.update_stations([certified], [plain])
        w.update_units([counted], [unit])
    assert register.station("dai", SYSTEM) == certified
    assert register.units() == [counted]
    register.check()
