"""The same mast stated by two: proposed with its reasons, and decided once, by a person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from shapely import LineString, Point

from gis.duplicates import NEAR_M, decide, duplicates, likeness
from gis.errors import ConflictError, FormatError, GisError, NotFoundError
from gis.geodesy import destination, distance_km
from gis.register.duplicates import Decision, pair_id
from gis.register.records import (
    BroadcastStation,
    Provenance,
    Service,
    StationClass,
)
from gis.register.routes import Route, RouteKind
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Document,
    Installation,
    RentUnit,
    Structure,
    StructureKind,
)
from gis.register.works import PlannedWork, WorkKind
from propagation.compliance.records import Confidence

DAY = date(2026, 6, 1)
KNOWN = Provenance(confidence=Confidence.VERIFIED, source="hồ sơ")
ONE = Structure(
    id="a", code="A", name="Cột Tân An", kind=StructureKind.ANTENNA_MAST, owner_id="hoa",
    longitude=106.4151, latitude=10.5351, height_m=42.0, provenance=KNOWN,
)  # fmt: skip


def away(metres: float, **changes: object) -> Structure:
    east, north = destination(ONE.longitude, ONE.latitude, 60.0, metres / 1000.0)
    there = {"longitude": float(east), "latitude": float(north)}
    return replace(ONE, **{"id": "b", "code": "B", "owner_id": "sao", **there, **changes})


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (away(12.0), True),
        (away(49.9), True),
        (away(50.1), False),
        (away(12.0, height_m=46.9), True),
        (away(12.0, height_m=47.1), False),
        (away(12.0, height_m=None), True),
        (away(12.0, owner_id="hoa"), False),
        (away(12.0, kind=StructureKind.CABLE_POLE), False),
    ],
)
def test_what_is_taken_for_one(other: Structure, alike: bool) -> None:
    found = likeness(ONE, other)
    assert (found is not None) is alike
    if found is not None:
        assert found == likeness(other, ONE)
        assert 0.0 <= found.score <= 1.0


def test_nearer_and_more_alike_comes_first() -> None:
    near, far = likeness(ONE, away(5.0)), likeness(ONE, away(40.0))
    named = likeness(ONE, away(5.0, name="Trạm 17"))
    unknown = likeness(ONE, away(5.0, height_m=None))
    assert near is not None
    for worse in (far, named, unknown):
        assert worse is not None
        assert worse.score < near.score
    assert near.distance_m == pytest.approx(5.0, abs=1e-3)
    assert (near.names, near.heights_known) == (1.0, True)


def test_pairs_are_those_of_brute_force(office: Register) -> None:
    draw = np.random.default_rng(5)
    made = [
        replace(
            ONE, id=f"s{k}", code=f"{k}", owner_id=("hoa", "sao")[k % 2],
            longitude=106.4 + draw.uniform(0, 0.004), latitude=10.5 + draw.uniform(0, 0.004),
        )
        for k in range(60)
    ]  # fmt: skip
    with office.write(author="lan", reason="thử") as w:
        w.add_structures(made)
    wanted = {
        pair_id(one.id, other.id)
        for one in made
        for other in made
        if one.owner_id < other.owner_id
        and distance_km(one.longitude, one.latitude, other.longitude, other.latitude) * 1000
        <= NEAR_M
    }
    assert wanted
    found = duplicates(office, DAY)
    assert {one.id for one in found} == wanted
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert duplicates(office, date(2026, 6, 1)) == found


@pytest.fixture
def two(office: Register) -> Iterator[Register]:
    """Two statements of one mast, with all that may belong to the second."""
    with office.write(author="lan", reason="thử") as w:
        other = away(12.0, address="1 Nguyễn Huệ", load_limit_kg=500.0)
        w.add_structures([ONE, other, replace(ONE, id="bể", code="bể")])
        w.add_levels(
            [
                AttachmentLevel(
                    id="mức", structure_id="b", height_from_m=30.0, height_to_m=36.0, slots=3,
                    provenance=KNOWN,
                )
            ]
        )  # fmt: skip
        w.add_installations(
            [
                Installation(
                    id="l", structure_id="b", organisation_id="sao", technology="LTE",
                    provenance=KNOWN,
                )
            ]
        )  # fmt: skip
        w.add_stations(
            [
                BroadcastStation(
                    id="đài", name="Đài", programme="FM", service=Service.FM,
                    station_class=StationClass.OTHER, frequency_mhz=100.0, longitude=106.4151,
                    latitude=10.5351, structure_id="b", provenance=KNOWN,
                )
            ]
        )  # fmt: skip
        w.add_documents(
            [Document(id="g", subject="structures", subject_id="b", title="GP", provenance=KNOWN)]
        )
        w.add_routes(
            [
                Route(
                    id="t", code="T", kind=RouteKind.DUCT, owner_id="sao", from_id="bể",
                    to_id="b", geometry=LineString([(106.4, 10.5), (106.41, 10.5)]),
                    provenance=KNOWN,
                )
            ]
        )  # fmt: skip
    return office


def decided(register: Register, kept: str | None, first: str = "a", second: str = "b") -> object:
    return decide(register, first, second, kept_id=kept, author="lan", reason="đã xem")


def test_merged_all_moves_and_the_history_takes_it_back(two: Register) -> None:
    before = two.version()
    made = decided(two, "a")
    assert made == two.decisions()[0]
    kept = two.structure("a", SYSTEM)
    assert (kept.name, kept.address, kept.load_limit_kg) == ("Cột Tân An", "1 Nguyễn Huệ", 500.0)
    assert (kept.owner_id, kept.longitude) == ("hoa", ONE.longitude)
    assert [one.id for one in two.levels(SYSTEM, structure_ids=["a"])] == ["mức"]
    assert [one.id for one in two.installations(SYSTEM, structure_id="a")] == ["l"]
    assert two.station("đài", SYSTEM).structure_id == "a"
    assert two.documents(SYSTEM) == [], "a paper is its owner's, and no other's"
    assert two.route("t", SYSTEM).to_id == "a"
    with pytest.raises(NotFoundError):
        two.structure("b", SYSTEM)
    revision = two.revision()
    for table, name in (("duplicate_decisions", "a|b"), ("structures", "b"),
                        ("attachment_levels", "mức")):  # fmt: skip
        with pytest.raises(ConflictError) as told, two.write(author="l", reason="r") as w:
            w.undo_change(revision, table, name)
        assert told.value.key == "errors.merge_in_parts"
    with two.write(author="lan", reason="nhầm") as w:
        w.undo_write(revision)
    with pytest.raises(ConflictError), two.write(author="l", reason="r") as w:
        w.undo_change(two.revision(), "duplicate_decisions", "a|b")
    assert two.version() == before
    assert two.decisions() == []
    assert [one.id for one in duplicates(two, DAY)] == ["a|b", "b|bể"]
    two.check()


@pytest.mark.parametrize(("keeper", "gone"), [("a", "b"), ("b", "a")])
def test_a_planned_work_goes_along(two: Register, keeper: str, gone: str) -> None:
    work = PlannedWork(
        id="w", name="Nâng cột", kind=WorkKind.MAST, owner_id="mai", announced_on=DAY,
        geometry=Point(106.4151, 10.5351), begins_on=date(2027, 3, 1), structure_id=gone,
        provenance=KNOWN,
    )  # fmt: skip
    with two.write(author="lan", reason="thử") as w:
        w.add_organisations([replace(two.organisation("hoa"), id="mai", name="Mai")])
        w.add_works([work, replace(work, id="khác", structure_id="bể")])
    decided(two, keeper)
    linked = {one.id: one.structure_id for one in two.works(SYSTEM)}
    assert linked == {"w": keeper, "khác": "bể"}
    with two.write(author="lan", reason="nhầm") as w:
        w.undo_write(two.revision())
    assert two.work("w", SYSTEM).structure_id == gone


def change(register: Register, *changed: Structure) -> None:
    with register.write(author="lan", reason="sửa") as w:
        w.update_structures(changed)


def test_what_an_owner_declares_does_not_become_anothers(two: Register) -> None:
    said = {"rent_asked_vnd": 9e6, "rent_unit": RentUnit.POSITION, "manager_id": "sao"}
    change(two, replace(two.structure("b", SYSTEM), shareable=True, **said))
    decided(two, "a")
    kept = two.structure("a", SYSTEM)
    assert kept.load_limit_kg == 500.0, "what stands there is filled"
    assert {name: getattr(kept, name) for name in (*said, "shareable")} == dict.fromkeys(
        (*said, "shareable")
    )
    owner = Scope(Role.OPERATOR, "hoa")
    assert two.documents(owner) == []


@pytest.mark.parametrize("kept_too", [False, True])
def test_what_is_confidential_is_not_merged_into_anothers(two: Register, kept_too: bool) -> None:
    hidden = replace(two.structure("b", SYSTEM), confidential=True)
    change(two, hidden, replace(ONE, confidential=kept_too))
    before = two.version()
    with pytest.raises(ConflictError) as told:
        decided(two, "a")
    assert told.value.key == "infrastructure.merge_confidential"
    assert (told.value.values["id"], two.version()) == ("B", before)
    change(two, replace(ONE, confidential=False))
    decided(two, "b")  # the confidential one is kept, and stays so
    assert [one.id for one in two.structures(PUBLIC)] == ["bể"]


def test_levels_that_are_not_open_are_not_opened_by_merging(two: Register) -> None:
    change(two, replace(ONE, shareable=True))
    with pytest.raises(ConflictError) as told:
        decided(two, "a")
    assert told.value.key == "infrastructure.merge_opens_levels"
    change(two, replace(two.structure("b", SYSTEM), shareable=True))
    decided(two, "a")
    assert [one.id for one in two.levels(SYSTEM, structure_ids=["a"])] == ["mức"]


def test_kept_apart_is_not_proposed_again(two: Register) -> None:
    decided(two, None)
    assert [one.id for one in duplicates(two, DAY)] == ["b|bể"]
    (kept,) = two.decisions()
    assert (kept.decision, kept.kept_id, kept.reason) == (Decision.APART, None, "đã xem")
    assert two.structure("b", SYSTEM).code == "B"
    with pytest.raises(ConflictError) as told:
        decided(two, "a")
    assert told.value.key == "infrastructure.duplicate_decided"


LET = Contract(
    id="hđ", number="1", owner_id="sao", tenant_id="hoa", structure_id="b",
    valid_from=date(2026, 1, 1), provenance=KNOWN,
)  # fmt: skip
UPPER = AttachmentLevel(
    id="mức a", structure_id="a", height_from_m=10.0, height_to_m=12.0, slots=1, provenance=KNOWN
)


@pytest.mark.parametrize(
    ("prepare", "pair", "error", "key"),
    [
        (None, ("a", "b", "c"), FormatError, "merge_not_one_of_them"),
        (None, ("a", "bể", "a"), NotFoundError, "duplicate_unknown"),
        (lambda w: w.add_contracts([LET]), ("a", "b", "a"), ConflictError, "merge_has_contracts"),
        (lambda w: w.add_levels([UPPER]), ("a", "b", "a"), ConflictError, "merge_has_levels"),
        (None, ("b", "bể", "bể"), ConflictError, "merge_line_between"),
    ],
)
def test_what_cannot_be_merged_stays_as_it_is(
    two: Register, prepare, pair: tuple[str, str, str], error: type[GisError], key
) -> None:
    if prepare is not None:
        with two.write(author="lan", reason="chuẩn bị") as w:
            prepare(w)
    version = two.version()
    with pytest.raises(error) as told:
        decided(two, pair[2], *pair[:2])
    assert told.value.key == f"infrastructure.{key}"
    assert (two.version(), two.decisions()) == (version, [])
