"""The demonstration: labels where it is real, stamps where it is not, its faults in place."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest
from pyproj import Geod
from shapely import MultiPolygon, box

from data.text import has
from gis.administration import packaged_units
from gis.cases.clocks import ClockState
from gis.cases.store import Cases
from gis.demo import demonstration, load_demonstration, load_demonstration_desk
from gis.demo.description import Draws
from gis.desk.procedure import read_case
from gis.desk.registry import procedure_of
from gis.desk.store import Desk
from gis.errors import ConflictError
from gis.home import Home
from gis.names import commune_key
from gis.plans import packaged_plan_entries, packaged_rows
from gis.register import moments
from gis.register.records import BroadcastStation, OrganisationKind
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from gis.register.structures import StructureKind
from gis.register.works import PlannedWork, SignUpState
from propagation.compliance.records import Confidence
from propagation.profile import Polarization

DEMO = demonstration()
STATIONS = {station.id: station for station in DEMO.stations}
ENTRIES = {entry.id: entry for entry in DEMO.plan_entries}
DAYS = (date(2023, 7, 1), date(2025, 7, 1), date(2026, 11, 23))
FAULTY = "mp-duc-hoa"
PAIR = ("mp-thu-thua", "mp-khanh-hau")


def watts(dbw: float | None) -> float:
    assert dbw is not None
    return float(10 ** (dbw / 10))


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.open(tmp_path / "register.gpkg", create=True) as opened:
        yield opened


def test_it_loads_once_and_whole(register: Register) -> None:
    counts = load_demonstration(register)
    assert counts.loaded
    assert counts.structures == register.count_structures(SYSTEM) == 300
    assert counts.stations == register.count_stations(SYSTEM) == 23
    assert counts.plan_entries == len(register.plan_entries()) == 49
    assert counts.installations == register.count_installations(SYSTEM) > 300
    assert (counts.units, counts.boundaries) == (413, 13)
    assert register.count_works() == len(DEMO.works) == 4
    assert [one.state for one in register.sign_ups(SYSTEM)].count(SignUpState.ACCEPTED) == 1
    assert len(register.runways(SYSTEM)) == 1
    register.check()
    version = register.version()
    again = load_demonstration(register)
    assert not again.loaded
    assert again.structures == 0
    assert register.version() == version


def test_the_same_everywhere(register: Register, tmp_path: Path) -> None:
    """Two registers filled apart, one by another process with other hash seeds, are equal."""
    load_demonstration(register)
    program = (
        "import sys; from pathlib import Path; from gis.register.store import Register;"
        "from gis.demo import load_demonstration;"
        "r = Register.open(Path(sys.argv[1]), create=True); load_demonstration(r);"
        "print(r.version()); r.close()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "other.gpkg")],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stdout.strip() == register.version()


def test_draws_depend_on_names_only() -> None:
    draws = Draws(80)
    assert draws.fraction("MPA-0001", "place") == Draws(80).fraction("MPA-0001", "place")
    assert draws.fraction("a") != draws.fraction("b") != Draws(81).fraction("a")
    values = [draws.between((2, 4), n) for n in range(300)]
    assert min(values) >= 2 <= max(values) <= 4
    assert 2.9 < sum(values) / 300 < 3.1


def test_what_does_not_exist_says_so() -> None:
    for record in (*DEMO.structures, *DEMO.installations):
        assert record.provenance.synthetic
    for planned in (*DEMO.works, *DEMO.runways):
        assert planned.provenance.synthetic
        assert "mô phỏng" in (
            planned.name if isinstance(planned, PlannedWork) else planned.aerodrome
        )
    made_up = [s for s in DEMO.stations if s.id.startswith("mp-")]
    assert len(made_up) == 20
    for station in made_up:
        assert station.provenance.synthetic
        assert "mô phỏng" in station.name
        assert ENTRIES[station.plan_entry_id or ""].provenance.synthetic
    for owner in DEMO.organisations:
        assert owner.provenance.synthetic == ("Mô phỏng" in owner.name)
    real = {s.id for s in DEMO.stations} - {s.id for s in made_up}
    assert real == {"dai-fm-rfd-101-0", "dai-fm-rfd-099-0", "dai-fm-rfd-095-0"}
    assert not any(STATIONS[name].provenance.synthetic for name in real)


def test_real_rows_keep_their_labels() -> None:
    """regulations.md 1.3: V2 is secondary, R-M and R-L are recalled, nothing is verified."""
    entries = packaged_plan_entries()
    labels = Counter(row["label"] for _, row in packaged_rows())
    assert labels == {"V2": 13, "R-M": 12, "R-L": 4}
    assert Counter(e.provenance.confidence for e in entries) == {
        Confidence.SECONDARY: 13,
        Confidence.RECALLED: 16,
    }
    assert all(e.erp_max_dbw is None for e in entries), "no source states a radiated power"
    vov3 = [e for e in entries if e.programme == "VOV3"]
    assert [e.frequency_mhz for e in vov3] == [104.5, 102.7]
    assert {e.provenance.confidence for e in vov3} == {Confidence.SECONDARY}
    assert all("Mâu thuẫn" in e.provenance.source for e in vov3)


def test_coordinates_only_where_printed() -> None:
    located = {e.id: e for e in packaged_plan_entries() if e.longitude is not None}
    assert set(located) == {"fm-rfd-101-0", "fm-rfd-099-0", "fm-rfd-095-0"}
    for _, row in packaged_rows():
        assert bool(row["longitude"]) == bool(row["longitude_printed"])
        if row["longitude"]:
            degrees, rest = row["longitude_printed"].split("E")
            printed = int(degrees) + int(rest[:2]) / 60 + int(rest[2:]) / 3600
            assert float(row["longitude"]) == pytest.approx(printed, abs=1e-6)
            degrees, rest = row["latitude_printed"].split("N")
            printed = int(degrees) + int(rest[:2]) / 60 + int(rest[2:]) / 3600
            assert float(row["latitude"]) == pytest.approx(printed, abs=1e-6)


def test_the_summit_is_historic_and_its_height_recalled() -> None:
    summit = STATIONS["dai-fm-rfd-101-0"]
    assert summit.ground_height_m == 986.0
    assert "986 m chưa kiểm chứng" in summit.provenance.source
    assert "di dời" in summit.provenance.source
    assert summit.erp_total_dbw is None
    entry = ENTRIES["fm-rfd-101-0"]
    assert entry.power_max_kw == 20.0
    assert entry.valid_to == date(2018, 1, 22)


def test_first_planted_fault_is_300_watts() -> None:
    station = STATIONS[FAULTY]
    entry = ENTRIES[station.plan_entry_id or ""]
    assert watts(station.erp_total_dbw) == pytest.approx(1300.0, abs=1e-3)
    assert watts(station.erp_total_dbw) - watts(entry.erp_max_dbw) == pytest.approx(300, abs=1e-3)


def test_second_planted_fault_is_100_khz_and_12_km() -> None:
    first, second = (STATIONS[name] for name in PAIR)
    assert second.frequency_mhz - first.frequency_mhz == pytest.approx(0.1)
    metres = Geod(ellps="WGS84").inv(
        first.longitude, first.latitude, second.longitude, second.latitude
    )[2]
    assert metres == pytest.approx(12_000.0, abs=0.5)


def test_there_is_no_third_fault() -> None:
    """Every other station keeps its entry, and 0.5 MHz and 10.7 MHz from every other."""
    made_up = [s for s in DEMO.stations if s.provenance.synthetic]
    for station in made_up:
        entry = ENTRIES[station.plan_entry_id or ""]
        assert station.frequency_mhz == entry.frequency_mhz
        assert station.programme == entry.programme
        assert (station.longitude, station.latitude) == (entry.longitude, entry.latitude)
        assert station.height_above_ground_m == entry.antenna_height_m
        assert station.effective_height_max_m == entry.effective_height_max_m
        assert station.polarization is entry.polarization
        if station.id != FAULTY:
            assert station.erp_total_dbw == entry.erp_max_dbw
    for day in DAYS:
        for one, other in combinations(in_force(made_up, day), 2):
            spacing = abs(one.frequency_mhz - other.frequency_mhz)
            if {one.id, other.id} != set(PAIR):
                assert spacing > 0.45, (one.id, other.id)
                assert abs(spacing - 10.7) > 0.06, (one.id, other.id)


def in_force(stations: list[BroadcastStation], day: date) -> list[BroadcastStation]:
    return [
        s
        for s in stations
        if (s.valid_from is None or s.valid_from <= day)
        and (s.valid_to is None or day <= s.valid_to)
    ]


def test_technical_data_are_complete() -> None:
    made_up = [s for s in DEMO.stations if s.provenance.synthetic]
    for station in made_up:
        for field in fields(station):
            if field.name not in {
                "channel", "structure_id", "erp_horizontal_dbw", "erp_vertical_dbw",
                "antenna", "attenuation_db", "mode", "certificate_number", "certificate_to",
                "equipment_conformity", "equipment_conformity_to",
                "commune_name", "province_code", "valid_from", "valid_to",
                "licence_frequency_mhz", "licence_longitude", "licence_latitude",
                "licence_height_above_ground_m", "licence_erp_total_dbw",
                "licence_polarization", "licence_source",
            }:  # fmt: skip
                assert getattr(station, field.name) not in (None, ()), (station.id, field.name)
        parts = [p for p in (station.erp_horizontal_dbw, station.erp_vertical_dbw) if p]
        assert sum(map(watts, parts)) == pytest.approx(watts(station.erp_total_dbw), rel=1e-5)
        assert round(station.frequency_mhz * 10, 6) == round(station.frequency_mhz * 10)
        expected = (station.ground_height_m or 0) + (station.height_above_ground_m or 0) - 2
        assert station.effective_height_m == (expected,) * 36
    directional = [s for s in made_up if s.attenuation_db]
    assert len(directional) >= 4
    for station in directional:
        assert len(station.attenuation_db) == 36
        assert min(station.attenuation_db) == 0.0
        assert max(station.attenuation_db) >= 10.0
    assert {s.polarization for s in made_up} == set(Polarization)


def test_one_transmitter_changes_its_province() -> None:
    provinces = {
        day: {
            s.province_code for s in in_force(list(DEMO.stations), day) if s.frequency_mhz == 103.1
        }
        for day in DAYS
    }
    assert provinces == {DAYS[0]: {"72"}, DAYS[1]: {"80"}, DAYS[2]: {"80"}}


def test_the_network_of_four_owners() -> None:
    owners = Counter(structure.owner_id for structure in DEMO.structures)
    assert len(owners) == 4
    assert sum(owners.values()) == 300
    assert {s.kind for s in DEMO.structures} == set(StructureKind)
    assert len({(s.owner_id, s.code) for s in DEMO.structures}) == 300
    kinds = {o.id: o.kind for o in DEMO.organisations}
    assert Counter(kinds[owner] for owner in owners) == {
        OrganisationKind.OPERATOR: 3,
        OrganisationKind.INFRASTRUCTURE_OWNER: 1,
    }
    hidden = sum(structure.confidential for structure in DEMO.structures)
    assert 30 < hidden < 90
    assert 150 < sum(bool(structure.shareable) for structure in DEMO.structures) < 270
    assert all(in_force_on(s.valid_from) for s in DEMO.structures)


def in_force_on(since: date | None) -> bool:
    return since is None or since <= DAYS[0]


def test_structures_lie_in_the_commune_that_they_name() -> None:
    """By name before and after the merger, within the bounds of both."""
    for day in DAYS:
        units = [
            u
            for u in packaged_units()
            if len(u.code) == 5
            and (u.valid_from is None or u.valid_from <= day)
            and (u.valid_to is None or day <= u.valid_to)
        ]
        for structure in DEMO.structures:
            named = [
                u
                for u in units
                if commune_key(u.name) == commune_key(structure.commune_name or "")
            ]
            assert any(
                u.bounds is not None
                and u.bounds[0] - 0.02 <= structure.longitude <= u.bounds[2] + 0.02
                and u.bounds[1] - 0.02 <= structure.latitude <= u.bounds[3] + 0.02
                for u in named
            ), (day, structure.code, structure.commune_name)


def test_antennas_fit_and_are_told_apart() -> None:
    standing = {s.id: s for s in DEMO.structures}
    for item in DEMO.installations:
        structure = standing[item.structure_id]
        assert 0 < (item.height_above_ground_m or 0) <= (structure.height_m or 0), item.id
    carried = [s for s in DEMO.stations if s.structure_id]
    assert len(carried) == 16
    for station in carried:
        mast = standing[station.structure_id or ""]
        assert (mast.longitude, mast.latitude) == (station.longitude, station.latitude)
    hidden = [item.confidential for item in DEMO.installations]
    assert 0.3 < sum(hidden) / len(hidden) < 0.7


def test_what_others_may_see(register: Register) -> None:
    load_demonstration(register)
    everyone = register.count_structures(PUBLIC)
    assert everyone == sum(not s.confidential for s in DEMO.structures)
    own = register.count_structures(Scope(Role.OPERATOR, "mo-phong-a"))
    mine = sum(s.confidential and s.owner_id == "mo-phong-a" for s in DEMO.structures)
    assert own == everyone + mine > everyone


def test_an_office_keeps_its_own_data(register: Register) -> None:
    """Official outlines stay; a record under a demonstration's name stops the whole load."""
    official = replace(
        DEMO.boundaries[-2], geometry=MultiPolygon([box(106, 10, 107, 11)]), official=True
    )
    with register.write(author="test", reason="official") as writer:
        writer.replace_boundaries([official])
    load_demonstration(register)
    kept = register.boundaries(codes=[official.unit_code], on=official.valid_from)
    assert [b.official for b in kept] == [True]


def test_a_clash_brings_nothing_in(register: Register) -> None:
    theirs = replace(
        DEMO.plan_entries[0],
        id=DEMO.plan_entries[-1].id,
        provenance=DEMO.plan_entries[0].provenance,
    )
    with register.write(author="test", reason="theirs") as writer:
        writer.add_plan_entries([theirs])
    with pytest.raises(ConflictError):
        load_demonstration(register)
    assert register.count_structures(SYSTEM) == 0
    assert register.units() == []


def test_every_kind_and_field_has_a_name() -> None:
    for records in (
        DEMO.structures,
        DEMO.stations,
        DEMO.plan_entries,
        DEMO.units,
        DEMO.boundaries,
    ):
        for field in fields(records[0]):
            assert has(f"register.field.{field.name}"), field.name
    for prefix, values in {
        "structure_kind": {s.kind for s in DEMO.structures},
        "unit_kind": {u.kind for u in DEMO.units},
        "confidence": set(Confidence),
        "polarization": set(Polarization),
        "organisation_kind": set(OrganisationKind),
        "station_class": {s.station_class for s in DEMO.stations},
        "service": {s.service for s in DEMO.stations},
        "reception": {s.reception for s in DEMO.stations},
    }.items():
        for value in values:
            assert has(f"register.{prefix}.{value}"), value


def test_the_desk_has_something_late_something_open_something_done(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with Register.open(home.register, create=True) as register:
        load_demonstration(register)
        assert load_demonstration_desk(register, home) == 9
        assert load_demonstration_desk(register, home) == 0
        desk, now = Desk(register, home), moments.now()
        rules, calendar = desk.basis()
        found = [
            read_case(procedure_of(one.kind), one, events, now, rules=rules, calendar=calendar)
            for one, events in desk.cases(SYSTEM)
        ]
        states = {(one.procedure.kind, one.state) for one in found}
        assert {("interference", "closed"), ("interference", "received")} <= states
        late = [
            one.procedure.kind
            for one in found
            if any(clock.state(now) is ClockState.OVERDUE for clock in one.clocks)
        ]
        assert late == ["interference"]
        asked = Cases(register, home).requests(SYSTEM)
        assert [events[-1].kind for _, events in asked] == ["escalated", "accepted", "submitted"]
        assert all("mô phỏng" in request.purpose for request, _ in asked)
