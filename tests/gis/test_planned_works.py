"""Planned works in the register: what may stand, who sees it, what lies near what."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import LineString, Point

from gis.errors import ConflictError, FormatError, NotFoundError
from gis.geodesy import destination
from gis.planned_works import NEXT_STATES, answer, sign_up, withdraw
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.rows import record_digest
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from gis.register.structures import Structure, StructureKind
from gis.register.works import PlannedWork, SignUpState, WorkKind, WorkState
from gis.works_near import apart_m, box_around, nearest_first, together
from propagation.compliance.records import Confidence
from tests.prepared import empty_register

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="hồ sơ")
DAY = date(2026, 11, 1)
BY: dict[str, Any] = {"author": "lan", "reason": "thử"}
WORK = PlannedWork(
    id="w", name="Tuyến A", kind=WorkKind.LINE, owner_id="sao", announced_on=DAY,
    geometry=LineString([(106.41, 10.53), (106.42, 10.54)]), begins_on=date(2027, 3, 1),
    ends_on=date(2027, 6, 30), sign_up_until=date(2027, 2, 1), ducts=2, provenance=KNOWN,
)  # fmt: skip


def at(metres: float, azimuth: float = 90.0, **changes: object) -> PlannedWork:
    east, north = destination(106.41, 10.53, azimuth, metres / 1000.0)
    there = {"id": "b", "owner_id": "hoa", "geometry": Point(float(east), float(north))}
    return replace(WORK, **{**there, **changes})


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Register]:
    with empty_register(tmp_path / "register.gpkg") as register:
        with register.write(**BY) as w:
            w.add_organisations(
                [
                    Organisation(
                        id=name, name=name, kind=OrganisationKind.OPERATOR, provenance=KNOWN
                    )
                    for name in ("sao", "hoa", "mai")
                ]
            )
            w.add_works([WORK])
        yield register


def operator(name: str) -> Scope:
    return Scope(Role.OPERATOR, name)


def test_a_point_and_a_line_come_back_as_they_were(office: Register) -> None:
    point = at(50.0)
    with office.write(**BY) as w:
        w.add_works([point])
    for stored, given in zip(office.works(PUBLIC), (point, WORK), strict=True):
        assert stored.geometry.equals_exact(given.geometry, 0.0)
        assert replace(stored, geometry=None) != given
        assert [getattr(stored, n) for n in ("id", "name", "kind", "begins_on", "state")] == [
            getattr(given, n) for n in ("id", "name", "kind", "begins_on", "state")
        ]
    assert office.count_works(bbox=(106.0, 10.0, 107.0, 11.0)) == 2
    assert office.count_works(bbox=(106.415, 10.5, 107.0, 11.0)) == 1
    office.check()
    with office.write(**BY) as w:
        w.delete(PlannedWork, ["b"])
    with office.write(**BY) as w:
        w.undo_write(office.revision())
    assert office.work("b", PUBLIC).geometry.equals_exact(point.geometry, 0.0)
    with office.write(**BY) as w:
        w.update_works([replace(WORK, geometry=Point(106.4, 10.5))])
    with office.write(**BY) as w:
        w.undo_write(office.revision())
    assert office.work("w", PUBLIC).geometry.equals_exact(WORK.geometry, 0.0)
    with office.as_known(1, PUBLIC) as then:
        assert [one.id for one in then.works(PUBLIC)] == ["w"]


@pytest.mark.parametrize(
    ("change", "key", "name"),
    [
        ({"ends_on": date(2027, 2, 28)}, "works.ends_before", "ends_on"),
        ({"sign_up_until": date(2027, 3, 2)}, "works.closes_late", "sign_up_until"),
        ({"state": WorkState.WITHDRAWN}, "works.reason_needed", "state_reason"),
    ],
)
def test_what_contradicts_itself_is_refused(
    office: Register, change: dict[str, Any], key: str, name: str
) -> None:
    with pytest.raises(FormatError) as caught, office.write(**BY) as w:
        w.update_works([replace(WORK, **change)])
    assert (caught.value.key, caught.value.values["name"]) == (key, name)


def test_no_more_is_accepted_than_is_offered(office: Register) -> None:
    wish = {"ducts": 2}
    hoa = sign_up(office, "w", "hoa", wish, on=DAY, **BY)
    mai = sign_up(office, "w", "mai", {"ducts": 1}, on=DAY, **BY)
    accept: dict[str, Any] = {"accepted": True, "answer_reason": None, "on": DAY, **BY}
    taken = answer(office, "w", "hoa", seen=record_digest(hoa), **accept)
    with pytest.raises(ConflictError, match="3 ducts"):
        answer(office, "w", "mai", seen=record_digest(mai), **accept)
    with pytest.raises(ConflictError), office.write(**BY) as w:
        w.update_works([replace(WORK, ducts=1)])
    withdraw(office, "w", "hoa", **BY)
    assert answer(office, "w", "mai", seen=record_digest(mai), **accept).state == "accepted"
    withdrawn = office.revision() - 1
    with pytest.raises(ConflictError, match="3 ducts"), office.write(**BY) as w:
        w.undo_write(withdrawn)
    with pytest.raises(ConflictError):
        answer(office, "w", "hoa", seen=record_digest(taken), **accept)
    with pytest.raises(ConflictError):
        withdraw(office, "w", "hoa", **BY)
    again = sign_up(office, "w", "hoa", wish, on=DAY, **BY)
    assert again.state is SignUpState.ASKED


@pytest.mark.parametrize(
    ("offered", "wish", "most"),
    [
        ({"ducts": 1}, {"note": "một ống"}, 1),
        ({"ducts": 1}, {"height_above_ground_m": 30.0}, 1),
        ({"ducts": 1}, {"places": 1}, 1),
        ({"ducts": 0}, {"note": "một ống"}, 0),
        ({"ducts": 1, "places": 2}, {"note": "một ống"}, 1),
        ({"ducts": 0, "places": 2}, {"note": "một chỗ"}, 2),
        ({"ducts": 1, "places": 2}, {"places": 1}, 2),
        ({"ducts": None}, {"note": "một ống"}, 2),
    ],
)
def test_who_names_no_number_takes_one(
    office: Register, offered: dict[str, Any], wish: dict[str, Any], most: int
) -> None:
    with office.write(**BY) as w:
        w.update_works([replace(WORK, **offered)])
    states = []
    for name in ("hoa", "mai"):
        made = sign_up(office, "w", name, wish, on=DAY, **BY)
        seen = record_digest(made)
        try:
            answer(office, "w", name, accepted=True, answer_reason=None, seen=seen, on=DAY, **BY)
        except ConflictError as error:
            states.append(error.key.rpartition("_")[0])
    assert states == ["works.too_many"] * (2 - most)


@pytest.mark.parametrize("state", WorkState)
def test_only_what_is_still_to_be_built_is_answered(office: Register, state: WorkState) -> None:
    made = sign_up(office, "w", "hoa", {"ducts": 1}, on=DAY, **BY)
    with office.write(**BY) as w:
        w.update_works([replace(WORK, state=state, state_reason="x")])
    accept: dict[str, Any] = {"accepted": True, "answer_reason": None, "on": DAY, **BY}
    seen = record_digest(made)
    if state in (WorkState.DONE, WorkState.WITHDRAWN):
        with pytest.raises(ConflictError) as caught:
            answer(office, "w", "hoa", seen=seen, **accept)
        assert caught.value.key == "works.not_answered"
        assert withdraw(office, "w", "hoa", **BY).state is SignUpState.WITHDRAWN
    else:
        taken = answer(office, "w", "hoa", seen=seen, **accept)
        assert taken.state is SignUpState.ACCEPTED


@pytest.mark.parametrize(
    ("until", "day", "opened"),
    [
        (None, date(2027, 3, 1), True),
        (None, date(2027, 3, 2), False),
        (date(2027, 2, 1), date(2027, 2, 1), True),
        (date(2027, 2, 1), date(2027, 2, 2), False),
    ],
)
def test_nobody_signs_up_after_the_works_began(
    until: date | None, day: date, opened: bool
) -> None:
    assert replace(WORK, sign_up_until=until).open_on(day) is opened


def test_an_end_that_is_not_known_may_overlap() -> None:
    earlier = at(50.0, 315.0, begins_on=date(2026, 1, 1), ends_on=None)
    (pair,) = together([WORK, earlier], distance_m=100.0, days_between=30)
    assert (pair.first.id, pair.days_between, pair.end_known) == ("b", 0, False)
    ended = replace(earlier, ends_on=date(2027, 2, 27))
    (pair,) = together([WORK, ended], distance_m=100.0, days_between=30)
    assert (pair.first.id, pair.days_between, pair.end_known) == ("b", 2, True)


def test_a_work_does_not_go_to_who_signed_up_for_it(office: Register) -> None:
    sign_up(office, "w", "hoa", {"ducts": 1}, on=DAY, **BY)
    with pytest.raises(FormatError) as caught, office.write(**BY) as w:
        w.update_works([replace(WORK, owner_id="hoa")])
    assert caught.value.values["name"] == "owner_id"
    withdraw(office, "w", "hoa", **BY)
    with office.write(**BY) as w:
        w.update_works([replace(WORK, owner_id="hoa")])
    assert office.work("w", SYSTEM).owner_id == "hoa"


def test_who_may_sign_up_and_until_when(office: Register) -> None:
    for wish, key in (({}, "works.asks_nothing"), ({"places": None}, "works.asks_nothing")):
        with pytest.raises(FormatError) as caught:
            sign_up(office, "w", "hoa", wish, on=DAY, **BY)
        assert caught.value.key == key
    with pytest.raises(FormatError):
        sign_up(office, "w", "sao", {"ducts": 1}, on=DAY, **BY)
    with pytest.raises(NotFoundError):
        sign_up(office, "w", "ai", {"ducts": 1}, on=DAY, **BY)
    assert sign_up(office, "w", "hoa", {"ducts": 1}, on=date(2027, 2, 1), **BY).ducts == 1
    with pytest.raises(ConflictError):
        sign_up(office, "w", "hoa", {"ducts": 1}, on=date(2027, 2, 2), **BY)


def test_sign_ups_are_seen_by_their_parties(office: Register) -> None:
    before = office.version()
    sign_up(office, "w", "hoa", {"ducts": 1}, on=DAY, **BY)
    assert office.version() == before, "the version that everybody sees tells nothing of it"
    for scope, count in (
        (SYSTEM, 1),
        (Scope(Role.STAFF), 1),
        (operator("sao"), 1),
        (operator("hoa"), 1),
        (operator("mai"), 0),
        (Scope(Role.VIEWER), 0),
        (PUBLIC, 0),
    ):
        assert len(office.sign_ups(scope)) == count, scope
    with office.as_known(office.revision(), operator("mai")) as then:
        assert then.sign_ups(operator("mai")) == []


def test_a_link_to_what_is_confidential_is_told_to_who_may_see_it(office: Register) -> None:
    hidden = Structure(
        id="cột", code="C", name="Cột", kind=StructureKind.ANTENNA_MAST, owner_id="sao",
        longitude=106.41, latitude=10.53, confidential=True, provenance=KNOWN,
    )  # fmt: skip
    with office.write(**BY) as w:
        w.add_structures([hidden])
        w.update_works([replace(WORK, structure_id="cột")])
    for scope, told in ((operator("sao"), "cột"), (SYSTEM, "cột"), (operator("hoa"), None)):
        assert office.work("w", scope).structure_id == told
        assert office.works(scope)[0].structure_id == told


def test_every_state_leads_somewhere_or_ends() -> None:
    assert set(NEXT_STATES) == set(WorkState)
    ends = {state for state, following in NEXT_STATES.items() if not following}
    assert ends == {WorkState.DONE, WorkState.WITHDRAWN}


@pytest.mark.parametrize("metres", [0.5, 40.0, 99.0, 1500.0])
def test_a_distance_is_that_of_the_geodesic(metres: float) -> None:
    origin = Point(106.41, 10.53)
    for azimuth in np.arange(0.0, 360.0, 45.0):
        assert apart_m(origin, at(metres, azimuth).geometry) == pytest.approx(metres, rel=1e-6)


def test_a_crossing_is_no_distance() -> None:
    crossing = LineString([(106.41, 10.54), (106.42, 10.53)])
    assert apart_m(WORK.geometry, crossing) == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (at(99.0, 315.0), True),
        (at(101.0, 315.0), False),
        (at(50.0, 315.0, owner_id="sao"), False),
        (at(50.0, 315.0, state=WorkState.WITHDRAWN, state_reason="x"), False),
        (at(50.0, 315.0, state=WorkState.DONE), False),
        (at(50.0, 315.0, begins_on=date(2027, 7, 30), ends_on=None), True),
        (at(50.0, 315.0, begins_on=date(2027, 7, 31), ends_on=None), False),
        (at(50.0, 315.0, begins_on=date(2027, 1, 1), ends_on=date(2027, 1, 30)), True),
        (at(50.0, 315.0, begins_on=date(2027, 1, 1), ends_on=date(2027, 1, 29)), False),
    ],
)
def test_what_could_be_done_together(other: PlannedWork, *, found: bool) -> None:
    pairs = together([WORK, other], distance_m=100.0, days_between=30)
    assert bool(pairs) is found
    assert pairs == [] or pairs[0].other("w").id == "b"


def test_works_around_a_place_are_those_within(office: Register) -> None:
    near = [
        at(far, azimuth, id=f"{far}-{azimuth}") for far in (100, 900, 1100) for azimuth in (0, 90)
    ]
    with office.write(**BY) as w:
        w.add_works(near)
    place = Point(106.41, 10.53)
    boxed = office.works(PUBLIC, bbox=box_around(place, 1000.0))
    found = nearest_first(boxed, place, 1000.0)
    assert next(one.id for _, one in found) == "w", "its line begins there"
    assert {one.id for _, one in found} == {"w", "100-0", "100-90", "900-0", "900-90"}
    assert [far for far, _ in found] == sorted(far for far, _ in found)
