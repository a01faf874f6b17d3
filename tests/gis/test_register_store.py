"""Records go in and come out the same; each change is known; content has a version."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from shapely import MultiPolygon, box
from sqlalchemy import event

from gis.errors import ConflictError, FormatError, NotFoundError, StorageError
from gis.register.antennas import Antenna, AntennaKind
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    ImportBatch,
    Organisation,
    OrganisationKind,
    PlanEntry,
    Provenance,
    Reception,
    Service,
    StationClass,
    UnitKind,
)
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import (
    Installation,
    Lifecycle,
    MastClass,
    PowerSupply,
    RentUnit,
    Structure,
    StructureKind,
)
from propagation.compliance.records import Confidence
from propagation.profile import Polarization

NAME = "Viễn thông Long An"
BATCH = ImportBatch(
    id="b1",
    file_name="trạm.xlsx",
    sha256="0" * 64,
    format="xlsx",
    kind="structures",
    coordinate_system="EPSG:4326",
    imported_at=datetime(2023, 7, 1, 1, 2, 3, 456000, tzinfo=UTC),
    imported_by="lan",
    accepted=2,
    refused=1,
    mapping={"Mã trạm": "code"},
)
FROM_FILE = Provenance(confidence=Confidence.VERIFIED, source="trạm.xlsx", batch_id="b1", row=7)
KNOWN = Provenance(confidence=Confidence.RECALLED, source="Quy hoạch")
ORGANISATION = Organisation(
    id="vt", name=NAME, kind=OrganisationKind.OPERATOR, provenance=FROM_FILE
)
STRUCTURE = Structure(
    id="s1",
    code="LA-001",
    name="Cột Tân An",
    kind=StructureKind.ANTENNA_MAST,
    owner_id="vt",
    longitude=106.41234567890123,
    latitude=10.53,
    height_m=42.5,
    ground_height_m=1.8,
    commune_name="Phường Tân Khánh",
    address="1 Nguyễn Huệ",
    shareable=True,
    confidential=True,
    valid_from=date(2020, 1, 2),
    valid_to=date(2030, 1, 2),
    state=Lifecycle.UNDER_CONSTRUCTION,
    manager_id="vt",
    mast_class=MastClass.A2A,
    building_height_m=12.5,
    reach_m=0.45,
    concealed=False,
    wind_area_limit_m2=6.25,
    load_limit_kg=480.0,
    power_supply=PowerSupply.GRID_AND_GENERATOR,
    backup_power_hours=4.5,
    rent_asked_vnd=7_500_000.0,
    rent_unit=RentUnit.POSITION,
    lightning_protected=True,
    obstacle_lights=False,
    earthing_resistance_ohm=3.9,
    inspected_on=date(2026, 3, 4),
    neighbours_inhabited=True,
    neighbours_top_m=7.5,
    neighbours_seen_on=date(2026, 5, 6),
    neighbours_source="khảo sát",
    provenance=FROM_FILE,
)
INSTALLATION = Installation(
    id="i1",
    structure_id="s1",
    organisation_id="vt",
    technology="LTE 1800",
    height_above_ground_m=40.0,
    azimuth_deg=120.0,
    frequency_mhz=1815.0,
    eirp_dbm=58.5,
    confidential=False,
    wind_area_m2=0.75,
    weight_kg=31.0,
    lowest_edge_m=39.0,
    valid_from=date(2021, 5, 6),
    provenance=FROM_FILE,
)
ENTRY = PlanEntry(
    id="q1",
    plan_id="fm",
    service=Service.FM,
    frequency_mhz=96.9,
    programme="Chương trình tỉnh",
    site_name="Tân An",
    station_class=StationClass.PROVINCIAL,
    erp_max_dbw=37.0,
    attenuation_db=tuple(i / 4 for i in range(36)),
    polarization=Polarization.VERTICAL,
    instrument="TT",
    clause="Phụ lục",
    provenance=KNOWN,
)
STATION = BroadcastStation(
    id="d1",
    name="Đài Long An",
    programme="Chương trình tỉnh",
    service=Service.FM,
    station_class=StationClass.PROVINCIAL,
    frequency_mhz=96.9,
    longitude=106.4,
    latitude=10.5,
    channel="96,9",
    organisation_id="vt",
    structure_id="s1",
    plan_entry_id="q1",
    erp_total_dbw=36.9,
    erp_horizontal_dbw=33.9,
    erp_vertical_dbw=33.9,
    attenuation_db=tuple(i / 10 for i in range(36)),
    polarization=Polarization.MIXED,
    height_above_ground_m=99.0,
    ground_height_m=2.0,
    effective_height_max_m=98.0,
    effective_height_m=tuple(90.0 + i for i in range(36)),
    reception=Reception.MONO,
    emission="256KF8EHF",
    hours="05:00-23:00",
    commune_name="Phường Long An",
    province_code="80",
    licence_number="123/GP",
    licence_from=date(2022, 1, 1),
    licence_to=date(2027, 1, 1),
    licence_power_w=5000.0,
    valid_from=date(2022, 1, 1),
    antenna=Antenna(kind=AntennaKind.TR38901_ELEMENT, name="Phần tử", bearing_deg=30.5),
    mode="256qam-2/3-rice-32k-1/16",
    certificate_number="KD-12",
    certificate_to=date(2027, 3, 1),
    equipment_conformity="HQ-7",
    equipment_conformity_to=date(2028, 4, 2),
    licence_frequency_mhz=96.9,
    licence_longitude=106.41,
    licence_latitude=10.51,
    licence_height_above_ground_m=100.0,
    licence_erp_total_dbw=37.0,
    licence_polarization=Polarization.MIXED,
    licence_source="Hồ sơ cấp phép số 3/2026",
    provenance=FROM_FILE,
)
UNIT = AdministrativeUnit(
    code="80",
    name="Tỉnh Tây Ninh",
    kind=UnitKind.PROVINCE,
    parent_code=None,
    valid_from=date(2025, 7, 1),
    valid_to=None,
    longitude=106.2,
    latitude=11.0,
    bounds=(105.5, 10.4, 106.8, 11.8),
    area_km2=8536.44,
    merged_from=("72", "80"),
    population=1_725_800,
    population_year=2023,
    population_source="Niên giám thống kê",
    provenance=KNOWN,
)
OUTLINE = Boundary(
    unit_code="80",
    geometry=MultiPolygon([box(105.5, 10.4, 106.8, 11.8)]),
    position_uncertainty_m=500.0,
    official=False,
    valid_from=date(2020, 1, 1),
    valid_to=None,
    provenance=KNOWN,
)


@pytest.fixture
def filled(register: Register) -> Register:
    with register.write(author="lan", reason="import") as w:
        w.add_stations([STATION])  # what it refers to comes later in the same write
        w.add_import_batch(BATCH)
        w.add_installations([INSTALLATION])
        w.add_structures([STRUCTURE])
        w.add_organisations([ORGANISATION])
        w.add_plan_entries([ENTRY])
        w.add_units([UNIT])
        w.replace_boundaries([OUTLINE])
    return register


def test_every_record_comes_back_as_it_went_in(filled: Register) -> None:
    for record in (STRUCTURE, STATION, INSTALLATION, UNIT, BATCH):
        given = {field.name for field in fields(record) if getattr(record, field.name) is not None}
        unset = {field.name for field in fields(record)} - given
        assert unset <= {"valid_to", "parent_code", "undone_at", "undone_by"}, "fill the example"
    assert filled.organisations() == [ORGANISATION]
    assert filled.organisation("vt") == ORGANISATION
    assert filled.structures(SYSTEM) == [STRUCTURE]
    assert filled.structure("s1", SYSTEM) == STRUCTURE
    assert filled.installations(SYSTEM, structure_id="s1") == [INSTALLATION]
    assert filled.station("d1", SYSTEM) == STATION
    assert filled.plan_entries() == [ENTRY]
    assert filled.units() == [UNIT]
    assert filled.import_batch("b1") == BATCH
    (outline,) = filled.boundaries(codes=["80"], on=date(2026, 1, 1))
    assert outline.geometry.equals_exact(OUTLINE.geometry, 0)
    assert replace(outline, geometry=OUTLINE.geometry).provenance == OUTLINE.provenance


def test_what_is_not_stated_stays_unstated(register: Register) -> None:
    bare = replace(
        STATION,
        attenuation_db=(),
        effective_height_m=(),
        organisation_id=None,
        structure_id=None,
        plan_entry_id=None,
        erp_total_dbw=None,
        provenance=KNOWN,
    )
    unit = replace(UNIT, bounds=None, merged_from=())
    with register.write(author="lan", reason="r") as w:
        w.add_stations([bare])
        w.add_units([unit])
    assert register.stations(SYSTEM) == [bare]
    assert register.units() == [unit]


def test_text_is_kept_composed_and_found_without_marks(register: Register) -> None:
    decomposed = unicodedata.normalize("NFD", STRUCTURE.name)
    assert decomposed != STRUCTURE.name
    with register.write(author="lan", reason="r") as w:
        w.add_organisations([replace(ORGANISATION, provenance=KNOWN)])
        w.add_structures([replace(STRUCTURE, name=decomposed, provenance=KNOWN)])
    assert register.structure("s1", SYSTEM).name == STRUCTURE.name
    for wanted in (
        "tan an",
        "TÂN AN",
        unicodedata.normalize("NFD", "tân"),
        "nguyen hue",
        "la-001",
    ):
        assert register.count_structures(SYSTEM, text=wanted) == 1, wanted
    for wanted in ("%", "_", "tan binh", "s1"):
        assert register.count_structures(SYSTEM, text=wanted) == 0, wanted


def test_the_same_code_in_other_letters_is_the_same_code(filled: Register) -> None:
    named = replace(STRUCTURE, id="s2", code=unicodedata.normalize("NFD", "Cột-Ố"))
    with filled.write(author="lan", reason="r") as w:
        w.add_structures([named])
    with (
        pytest.raises(ConflictError, match="vt"),
        filled.write(author="lan", reason="r") as w,
    ):
        w.add_structures([replace(named, id="s3", code="Cột-Ố")])
    assert filled.count_structures(SYSTEM) == 2


REFUSED: list[tuple[Callable[[Any], None], type[Exception], str]] = [
    (lambda w: w.add_structures([STRUCTURE]), ConflictError, "errors.structures_exists"),
    (
        lambda w: w.add_structures([replace(STRUCTURE, id="x")]),
        ConflictError,
        "errors.structure_code_exists",
    ),
    (
        lambda w: w.add_structures([replace(STRUCTURE, id="x", code="x")] * 2),
        ConflictError,
        "errors.structures_exists",
    ),
    (lambda w: w.add_stations([STATION]), ConflictError, "errors.broadcast_stations_exists"),
    (
        lambda w: w.add_structures([replace(STRUCTURE, id="x", code="x", owner_id="?")]),
        NotFoundError,
        "errors.organisations_unknown",
    ),
    (
        lambda w: w.add_installations([replace(INSTALLATION, id="x", structure_id="?")]),
        NotFoundError,
        "errors.structures_unknown",
    ),
    (
        lambda w: w.update_stations([replace(STATION, id="x")]),
        NotFoundError,
        "errors.broadcast_stations_unknown",
    ),
    (lambda w: w.delete(Structure, ["s1"]), ConflictError, "errors.record_needed"),
    (lambda w: w.delete(Structure, ["?"]), NotFoundError, "errors.structures_unknown"),
    (
        lambda w: w.add_structures([replace(STRUCTURE, id="x", code="x", latitude=106.4)]),
        FormatError,
        "errors.coordinate_off_earth",
    ),
    (
        lambda w: w.add_structures([replace(STRUCTURE, id="x", code="x", longitude=float("nan"))]),
        FormatError,
        "errors.coordinate_off_earth",
    ),
    (
        lambda w: w.add_structures([replace(STRUCTURE, id="x", code="x", height_m=float("inf"))]),
        FormatError,
        "errors.number_not_finite",
    ),
    (
        lambda w: w.add_import_batch(replace(BATCH, id="x", imported_at=datetime(2023, 1, 1))),
        FormatError,
        "errors.moment_without_zone",
    ),
    (
        lambda w: w.replace_boundaries([replace(OUTLINE, geometry=MultiPolygon())]),
        FormatError,
        "errors.boundary_not_area",
    ),
]


@pytest.mark.parametrize(
    ("wrong", "error", "key"),
    REFUSED,
    ids=[f"{number}-{key}" for number, (_, _, key) in enumerate(REFUSED)],
)
def test_a_write_with_one_wrong_thing_keeps_nothing(
    filled: Register, wrong: Callable[[Any], None], error: type[Exception], key: str
) -> None:
    version, revision = filled.version(), filled.revision()
    good = replace(ORGANISATION, id="new", provenance=KNOWN)

    def write() -> None:
        with filled.write(author="lan", reason="r") as w:
            w.add_organisations([good])
            assert w.organisation("new") == good, "its own reads see it"
            wrong(w)

    with pytest.raises(error) as raised:
        write()
    assert raised.value.key == key  # type: ignore[attr-defined]
    assert "{" not in str(raised.value)
    assert (filled.version(), filled.revision()) == (version, revision)
    assert filled.organisations() == [ORGANISATION]
    filled.check()


def test_the_history_knows_who_when_what_and_why(filled: Register) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    changed = replace(STRUCTURE, height_m=45.0)
    with filled.write(author="mai", reason="đo lại") as w:
        w.update_structures([changed], expected=[STRUCTURE])
    with filled.write(author="mai", reason="gỡ bỏ") as w:
        w.delete(Installation, ["i1"])
    added, measured = reversed(filled.changes(table_name="structures", record_id="s1"))
    assert (added.author, added.reason, added.old, added.batch_id) == ("lan", "import", None, "b1")
    assert measured.old is not None
    assert measured.new is not None
    assert (measured.author, measured.reason, measured.batch_id) == ("mai", "đo lại", None)
    assert (measured.old["height_m"], measured.new["height_m"]) == (42.5, 45.0)
    assert measured.new["longitude"] == STRUCTURE.longitude
    assert before < measured.at < datetime.now(UTC) + timedelta(seconds=1)
    removed = filled.changes(table_name="installations")[0]
    assert removed.new is None
    assert removed.old is not None
    assert removed.old["technology"] == "LTE 1800"
    assert removed.revision == measured.revision + 1
    filled.check()


@pytest.mark.geopackage
def test_the_history_of_a_structure_does_not_read_the_whole_log(filled: Register) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(
        filled.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, sql, given, *_: asked.append((sql, given)),
    )
    assert filled.structure_changes("s1", 20)
    sql, given = asked[-1]
    with filled.engine.connect() as connection:
        plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all())
    assert "SCAN change_log" not in plan
    assert plan.count("change_log_replaced (table_name=?)") == 4, "for each kind of part"


def test_the_history_of_a_structure_has_a_change_once(filled: Register) -> None:
    """A part that was changed and is still there is found twice: by its row, and by the log."""
    [part] = [one for one in filled.installations(SYSTEM) if one.structure_id == "s1"]
    with filled.write(author="mai", reason="đo lại") as w:
        w.update_installations([replace(part, azimuth_deg=15.0)], expected=[part])
    with filled.write(author="mai", reason="đo lại nữa") as w:
        w.update_installations([part], expected=[replace(part, azimuth_deg=15.0)])
    told = [
        (one.revision, one.table_name, one.record_id)
        for one in filled.structure_changes("s1", 100)
    ]
    assert len(told) == len(set(told))
    assert [name for _, name, _ in told].count("installations") == 3


def test_the_history_is_not_rewritten(filled: Register) -> None:
    for statement in ("UPDATE change_log SET author = 'x'", "DELETE FROM change_log"):
        with (
            pytest.raises(ConflictError),
            filled.write(author="x", reason="x") as w,
        ):
            w._connection.exec_driver_sql(statement)
    assert {change.author for change in filled.changes()} == {"lan"}


def test_a_change_that_changes_nothing_leaves_no_trace(filled: Register) -> None:
    revision = filled.revision()
    with filled.write(author="mai", reason="r") as w:
        w.update_structures([STRUCTURE])
    assert filled.revision() == revision


def test_two_people_do_not_overwrite_each_other(filled: Register) -> None:
    with filled.write(author="mai", reason="r") as w:
        w.update_structures([replace(STRUCTURE, height_m=45.0)])
    with (
        pytest.raises(ConflictError, match="s1"),
        filled.write(author="lan", reason="r") as w,
    ):
        w.update_structures([replace(STRUCTURE, name="x")], expected=[STRUCTURE])


def test_the_version_is_that_of_the_content(register: Register, tmp_path: Path) -> None:
    empty = register.version()
    here = replace(ORGANISATION, provenance=KNOWN)
    with register.write(author="lan", reason="r") as w:
        w.add_organisations([here, replace(here, id="o2")])
    both = register.version()
    with register.write(author="lan", reason="r") as w:
        w.update_organisations([replace(here, name="Tên khác")])
    assert len({empty, both, register.version()}) == 3
    with register.write(author="lan", reason="r") as w:
        w.update_organisations([here])
    assert register.version() == both, "the same content has the same version"
    with Register.open(tmp_path / "other.gpkg", create=True) as other:
        with other.write(author="mai", reason="another way") as w:
            w.add_import_batch(BATCH)
            w.add_organisations([replace(here, id="o2")])
        from_file = replace(here, provenance=replace(KNOWN, batch_id="b1", row=3))
        with other.write(author="mai", reason="another way") as w:
            w.add_organisations([from_file])
        assert other.version() == both, "neither order nor import counts"
        with other.write(author="mai", reason="r") as w:
            w.update_organisations(
                [replace(here, provenance=replace(KNOWN, confidence=Confidence.VERIFIED))]
            )
        assert other.version() != both, "how well it is known does count"


def test_an_import_is_undone(filled: Register) -> None:
    second = replace(BATCH, id="b2")
    version = filled.version()
    new = replace(STRUCTURE, id="s2", code="LA-002", provenance=replace(FROM_FILE, batch_id="b2"))
    with filled.write(author="lan", reason="import") as w:
        w.add_import_batch(second)
        w.add_structures([new])
        w.update_structures([replace(STRUCTURE, height_m=1.0)])
        w.delete(Installation, ["i1"])
        w.replace_boundaries([replace(OUTLINE, official=True, position_uncertainty_m=5.0)])
    assert filled.version() != version
    with filled.write(author="mai", reason="sai tệp") as w:
        undone = w.undo_batch("b2")
    assert filled.version() == version
    assert filled.structures(SYSTEM) == [STRUCTURE]
    assert filled.installations(SYSTEM) == [INSTALLATION]
    assert [outline.official for outline in filled.boundaries()] == [False]
    assert filled.import_batch("b2") == undone
    assert undone.undone_by == "mai"
    assert filled.changes(table_name="structures", record_id="s2")[0].reason == "sai tệp"
    filled.check()
    with (
        pytest.raises(ConflictError, match="undone before"),
        filled.write(author="mai", reason="r") as w,
    ):
        w.undo_batch("b2")


def test_an_import_that_others_built_on_is_not_undone(filled: Register) -> None:
    with filled.write(author="mai", reason="r") as w:
        w.update_structures([replace(STRUCTURE, height_m=45.0)])
    with (
        pytest.raises(ConflictError, match="s1"),
        filled.write(author="mai", reason="r") as w,
    ):
        w.undo_batch("b1")
    other = replace(BATCH, id="b3")
    with filled.write(author="lan", reason="import") as w:
        w.add_import_batch(other)
        w.add_structures([replace(STRUCTURE, id="s9", code="s9", provenance=KNOWN)])
    with filled.write(author="mai", reason="r") as w:
        w.add_installations([replace(INSTALLATION, id="i9", structure_id="s9", provenance=KNOWN)])
    version = filled.version()
    with (
        pytest.raises(ConflictError, match="s9"),
        filled.write(author="mai", reason="r") as w,
    ):
        w.undo_batch("b3")
    assert filled.version() == version


def test_a_boundary_takes_only_the_days_that_it_holds(filled: Register) -> None:
    official = replace(OUTLINE, official=True, valid_from=date(2025, 7, 1))
    with filled.write(author="mai", reason="r") as w:
        w.replace_boundaries([official])
    found = [(o.official, o.valid_from, o.valid_to) for o in filled.boundaries()]
    assert sorted(found) == [
        (False, date(2020, 1, 1), date(2025, 6, 30)),
        (True, date(2025, 7, 1), None),
    ]
    assert [o.official for o in filled.boundaries(on=date(2025, 6, 30))] == [False]
    assert [o.official for o in filled.boundaries(on=date(2025, 7, 1))] == [True]
    filled.check()


def test_units_of_one_code_follow_each_other(register: Register) -> None:
    old = replace(UNIT, name="Tỉnh Long An", valid_from=None, valid_to=date(2025, 6, 30))
    with register.write(author="lan", reason="r") as w:
        w.add_units([UNIT, old])
    assert register.unit("80", date(2025, 6, 30)) == old
    assert register.unit("80", date(2025, 7, 1)) == UNIT
    assert register.units(on=date(2023, 7, 1), kinds=[UnitKind.PROVINCE]) == [old]
    with pytest.raises(NotFoundError, match="99"):
        register.unit("99", date(2025, 7, 1))


def test_a_snapshot_does_not_move(filled: Register) -> None:
    with filled.snapshot() as before:
        version = before.version()
        with filled.write(author="mai", reason="r") as w:
            w.update_structures([replace(STRUCTURE, height_m=45.0)])
        assert before.version() == version
        assert before.structure("s1", SYSTEM) == STRUCTURE
        assert filled.structure("s1", SYSTEM).height_m == 45.0


def test_an_edit_from_outside_is_noticed(filled: Register) -> None:
    with filled.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE structures SET height_m = 1 WHERE id = 's1'")
        connection.commit()
    with pytest.raises(StorageError, match="structures"):
        filled.check()


def test_json_of_the_history_is_json(filled: Register) -> None:
    with filled.snapshot() as snapshot, snapshot._connected() as connection:
        rows = connection.exec_driver_sql("SELECT new FROM change_log").scalars().all()
    assert len(rows) == 8
    assert all(isinstance(json.loads(row), dict) for row in rows)
