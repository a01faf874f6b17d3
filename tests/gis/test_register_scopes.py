"""Who sees what: lists, counts, pages, boxes, searches and references tell the same story."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gis.errors import FormatError, NotFoundError
from gis.register.records import (
    BroadcastStation,
    Organisation,
    OrganisationKind,
    Provenance,
    Service,
    StationClass,
)
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from gis.register.structures import Installation, Structure, StructureKind
from propagation.compliance.records import Confidence
from tests.prepared import empty_register

KNOWN = Provenance(confidence=Confidence.SYNTHETIC, source="test")
OWNERS = ("a", "b")
WORLD = (-180.0, -90.0, 180.0, 90.0)

SEES = {
    "public": (PUBLIC, "open"),
    "viewer": (Scope(Role.VIEWER), "open"),
    "viewer of a": (Scope(Role.VIEWER, "a"), "open"),
    "public of a": (Scope(Role.PUBLIC, "a"), "open"),
    "operator of a": (Scope(Role.OPERATOR, "a"), "a"),
    "operator of b": (Scope(Role.OPERATOR, "b"), "b"),
    "operator of none": (Scope(Role.OPERATOR), "open"),
    "operator of another": (Scope(Role.OPERATOR, "c"), "open"),
    "staff": (Scope(Role.STAFF), "all"),
    "administrator": (Scope(Role.ADMINISTRATOR), "all"),
    "system": (SYSTEM, "all"),
}


def _structure(owner: str, number: int, *, confidential: bool) -> Structure:
    return Structure(
        id=f"{owner}{number}",
        code=f"{owner}-{number}",
        name="Cột bí mật" if confidential else "Cột",
        kind=StructureKind.ANTENNA_MAST,
        owner_id=owner,
        longitude=106.0 + number / 100,
        latitude=10.5,
        confidential=confidential,
        provenance=KNOWN,
    )


STRUCTURES = [_structure(o, n, confidential=n % 2 == 1) for o in OWNERS for n in range(8)]
INSTALLATIONS = [
    Installation(
        id=f"i-{structure.id}-{organisation}-{'c' if confidential else 'o'}",
        structure_id=structure.id,
        organisation_id=organisation,
        technology="LTE",
        confidential=confidential,
        provenance=KNOWN,
    )
    for structure in STRUCTURES[:4] + STRUCTURES[8:10]
    for organisation in OWNERS
    for confidential in (True, False)
]
STATIONS = [
    BroadcastStation(
        id=f"d-{structure.id}",
        name="Đài",
        programme="P",
        service=Service.FM,
        station_class=StationClass.OTHER,
        frequency_mhz=100.0,
        longitude=106.0,
        latitude=10.5,
        structure_id=structure.id,
        provenance=KNOWN,
    )
    for structure in STRUCTURES[:2]
]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, kept_by: str) -> Iterator[Register]:
    del kept_by  # named, so that there is one for each database
    path: Path = tmp_path_factory.mktemp("scopes") / "register.gpkg"
    with empty_register(path) as opened:
        with opened.write(author="test", reason="scene") as w:
            w.add_organisations(
                Organisation(id=o, name=o, kind=OrganisationKind.OPERATOR, provenance=KNOWN)
                for o in OWNERS
            )
            w.add_structures(STRUCTURES)
            w.add_installations(INSTALLATIONS)
            w.add_stations(STATIONS)
        yield opened


def _seen(what: str, structure: Structure) -> bool:
    return what == "all" or not structure.confidential or structure.owner_id == what


def _seen_installation(what: str, installation: Installation) -> bool:
    on = next(s for s in STRUCTURES if s.id == installation.structure_id)
    if what in {"all", installation.organisation_id}:
        return True
    return not installation.confidential and _seen(what, on)


@pytest.mark.parametrize(("scope", "what"), SEES.values(), ids=SEES)
def test_structures(filled: Register, scope: Scope, what: str) -> None:
    wanted = [s for s in STRUCTURES if _seen(what, s)]
    assert len(wanted) == {"open": 8, "a": 12, "b": 12, "all": 16}[what]
    assert filled.structures(scope) == wanted
    assert filled.count_structures(scope) == len(wanted)
    for structure in STRUCTURES:
        if structure in wanted:
            assert filled.structure(structure.id, scope) == structure
        else:
            with pytest.raises(NotFoundError) as hidden:
                filled.structure(structure.id, scope)
            with pytest.raises(NotFoundError) as absent:
                filled.structure("absent", scope)
            same = str(hidden.value).replace(structure.id, "?")
            assert same == str(absent.value).replace("absent", "?"), "the error tells nothing"


@pytest.mark.parametrize(("scope", "what"), SEES.values(), ids=SEES)
def test_pages_make_up_the_whole(filled: Register, scope: Scope, what: str) -> None:
    wanted = [s.id for s in STRUCTURES if _seen(what, s)]
    pages = [
        structure.id
        for offset in range(0, 18, 3)
        for structure in filled.structures(scope, limit=3, offset=offset)
    ]
    assert pages == wanted
    assert filled.structures(scope, limit=0) == []


@pytest.mark.parametrize(("scope", "what"), SEES.values(), ids=SEES)
def test_a_box_halved_again_and_again_finds_no_more(
    filled: Register, scope: Scope, what: str
) -> None:
    hidden = [s for s in STRUCTURES if not _seen(what, s)]
    for target in STRUCTURES:
        west, east = 105.9, 106.2
        for _ in range(20):
            middle = (west + east) / 2
            box = (west, 10.0, middle, 11.0)
            here = [s for s in STRUCTURES if west <= s.longitude <= middle]
            assert filled.count_structures(scope, bbox=box) == sum(_seen(what, s) for s in here)
            west, east = (west, middle) if target.longitude <= middle else (middle, east)
    for structure in hidden:
        there = (structure.longitude, structure.latitude) * 2
        seen = [s.id for s in STRUCTURES if s.longitude == structure.longitude and _seen(what, s)]
        assert [s.id for s in filled.structures(scope, bbox=there)] == seen


@pytest.mark.parametrize(("scope", "what"), SEES.values(), ids=SEES)
def test_a_search_tells_no_more_than_a_list(filled: Register, scope: Scope, what: str) -> None:
    wanted = sum(s.confidential and _seen(what, s) for s in STRUCTURES)
    assert filled.count_structures(scope, text="bí mật") == wanted
    assert len(filled.structures(scope, text="BI MAT", owner_id="a", limit=99)) == sum(
        s.confidential and _seen(what, s) and s.owner_id == "a" for s in STRUCTURES
    )
    every = filled.count_structures(
        scope, bbox=WORLD, kinds=[StructureKind.ANTENNA_MAST], owner_id="b"
    )
    assert every == sum(_seen(what, s) and s.owner_id == "b" for s in STRUCTURES)


@pytest.mark.parametrize(("scope", "what"), SEES.values(), ids=SEES)
def test_installations(filled: Register, scope: Scope, what: str) -> None:
    wanted = sorted(
        (i for i in INSTALLATIONS if _seen_installation(what, i)), key=lambda each: each.id
    )
    assert wanted
    assert (len(wanted) == len(INSTALLATIONS)) == (what == "all")
    assert filled.installations(scope) == wanted
    assert filled.count_installations(scope) == len(wanted)
    for structure in STRUCTURES:
        here = [i for i in wanted if i.structure_id == structure.id]
        assert filled.installations(scope, structure_id=structure.id) == here
        assert filled.count_installations(scope, structure_id=structure.id) == len(here)


@pytest.mark.parametrize(("scope", "what"), SEES.values(), ids=SEES)
def test_a_station_does_not_name_a_hidden_structure(
    filled: Register, scope: Scope, what: str
) -> None:
    wanted = [
        replace(station, structure_id=station.structure_id if _seen(what, structure) else None)
        for station, structure in zip(STATIONS, STRUCTURES[:2], strict=True)
    ]
    assert filled.stations(scope) == wanted
    assert [filled.station(station.id, scope) for station in STATIONS] == wanted
    assert filled.count_stations(scope) == len(STATIONS)


def test_a_name_that_is_no_role_sees_nothing_at_all() -> None:
    for name in ("", "root", "Staff"):
        with pytest.raises(ValueError, match="not a valid Role"):
            Scope(name)  # type: ignore[arg-type]
    assert Scope("staff").sees_all  # type: ignore[arg-type]


def test_a_box_is_exact_and_holds_its_border(filled: Register) -> None:
    at = STRUCTURES[3]
    east_of = (at.longitude + 1e-9, 10.0, 106.035, 11.0)
    assert filled.count_structures(SYSTEM, bbox=east_of) == 0
    border = (at.longitude, at.latitude, at.longitude, at.latitude)
    assert {s.id for s in filled.structures(SYSTEM, bbox=border)} == {"a3", "b3"}


@pytest.mark.parametrize(
    "box",
    [(107.0, 10.0, 106.0, 11.0), (106.0, 11.0, 107.0, 10.0), (float("nan"), 10.0, 107.0, 11.0)],
    ids=["west of east", "north of south", "not a number"],
)
def test_a_box_that_is_none_is_refused(
    filled: Register, box: tuple[float, float, float, float]
) -> None:
    with pytest.raises(FormatError):
        filled.structures(SYSTEM, bbox=box)
