"""As known at a moment, and taken back: what was read then is read again, by whoever may."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString

from gis.errors import ConflictError, GisError, NotFoundError
from gis.register import moments
from gis.register.occupancy import occupancy_seen
from gis.register.records import (
    ImportBatch,
    Organisation,
    OrganisationKind,
    Provenance,
)
from gis.register.routes import Route, RouteKind
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Document,
    RentUnit,
    Structure,
    StructureKind,
)
from propagation.compliance.records import Confidence
from tests.prepared import empty_register

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="biên bản")
OWNERS = ("chủ", "ba")
BOX = (106.0, 10.0, 106.45, 11.0)
STAFF, OWNER = Scope(Role.STAFF), Scope(Role.OPERATOR, "chủ")
SCOPES = (PUBLIC, STAFF, OWNER, Scope(Role.OPERATOR, "ba"))


def organisations() -> list[Organisation]:
    return [
        Organisation(id=one, name=one, kind=OrganisationKind.OPERATOR, provenance=KNOWN)
        for one in OWNERS
    ]


def mast(name: str, **changes: object) -> Structure:
    made = Structure(
        id=name, code=name, name=f"Cột {name}", kind=StructureKind.ANTENNA_MAST, owner_id="chủ",
        longitude=106.4, latitude=10.5, height_m=42.0, provenance=KNOWN,
    )  # fmt: skip
    return replace(made, **changes)


def level(structure_id: str, slots: int = 2) -> AttachmentLevel:
    return AttachmentLevel(
        id=f"mức {structure_id}", structure_id=structure_id, height_from_m=30.0,
        height_to_m=36.0, slots=slots, provenance=KNOWN,
    )  # fmt: skip


def let(name: str, structure_id: str, slot: int = 1) -> Contract:
    return Contract(
        id=name, number=name, owner_id="chủ", tenant_id="ba", structure_id=structure_id,
        level_id=f"mức {structure_id}", slot=slot, valid_from=date(2026, 1, 1), provenance=KNOWN,
    )  # fmt: skip


def line(name: str, first: str, second: str) -> Route:
    return Route(
        id=name, code=name, kind=RouteKind.DUCT, owner_id="chủ", from_id=first, to_id=second,
        geometry=LineString([(106.4, 10.5), (106.5, 10.5)]), provenance=KNOWN,
    )  # fmt: skip


def seen(register: object, scope: Scope) -> dict[str, object]:
    """All that a caller may ask of structures and lines, in one value that compares."""
    reader: Register = register  # type: ignore[assignment]  # a snapshot asks the same
    routes = reader.routes(scope)
    return {
        "all": reader.structures(scope),
        "box": reader.structures(scope, bbox=BOX),
        "text": reader.structures(scope, text="cot a"),
        "count": reader.count_structures(scope, on=date(2026, 6, 1)),
        "levels": reader.levels(scope),
        "routes": [(one.id, one.from_id, one.geometry.wkb) for one in routes],
        "lines": reader.count_routes(scope, bbox=BOX),
    }


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "remove", "level", "line"]),
        st.sampled_from("abc"),
        st.sampled_from(OWNERS),
        st.booleans(),
        st.sampled_from([106.3, 106.4, 106.5]),
    ),
    min_size=1,
    max_size=12,
)


def step(register: Register, asked: tuple[str, str, str, bool, float]) -> None:
    what, name, owner, hidden, east = asked
    with register.write(author="lan", reason=what) as w:
        known = {one.id for one in w.structures(SYSTEM)}
        wanted = mast(name, owner_id=owner, confidential=hidden, longitude=east)
        if what == "put":
            (w.update_structures if name in known else w.add_structures)([wanted])
        elif what == "remove" and name in known:
            w.delete(Structure, [name])
        elif what == "level" and name in known:
            there = w.levels(SYSTEM, structure_ids=[name])
            (w.update_levels if there else w.add_levels)([level(name, 2 + len(owner))])
        elif what == "line" and len(known) > 1:
            w.add_routes([line(f"t{register.revision()}", *sorted(known)[:2])])


@pytest.mark.geopackage
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_as_known_is_what_was_read_then(steps: list[tuple[str, str, str, bool, float]]) -> None:
    require_as_known(steps)


@pytest.mark.postgis
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS)
def test_as_known_on_a_server(steps: list[tuple[str, str, str, bool, float]]) -> None:
    require_as_known(steps)


def require_as_known(steps: list[tuple[str, str, str, bool, float]]) -> None:
    with (
        TemporaryDirectory() as folder,
        empty_register(Path(folder) / "register.gpkg") as register,
    ):
        with register.write(author="lan", reason="đầu") as w:
            w.add_organisations(organisations())
        told: dict[int, dict[Scope, object]] = {}
        for one in steps:
            try:
                step(register, one)
            except ConflictError:
                continue  # the structure is still needed: nothing was written
            told[register.revision()] = {scope: seen(register, scope) for scope in SCOPES}
        now = {one.id for one in register.structures(PUBLIC)}
        for revision, answers in told.items():
            with register.as_known(revision, STAFF) as then:
                assert seen(then, STAFF) == answers[STAFF]
            with register.as_known(revision, PUBLIC) as then:
                shown = seen(then, PUBLIC)
            once = {one.id: one for one in answers[PUBLIC]["all"]}  # type: ignore[index]
            assert shown["all"] == [once[name] for name in sorted(set(once) & now)]
        last = {scope: seen(register, scope) for scope in SCOPES}
        if told:
            assert last == told[max(told)]


@pytest.fixture
def filled(register: Register) -> Register:
    with register.write(author="lan", reason="đầu") as w:
        w.add_organisations(organisations())
        w.add_structures([mast("a"), mast("b")])
        w.add_levels([level("a")])
    return register


def change(register: Register, act: Callable[..., None], reason: str = "sửa") -> int:
    with register.write(author="lan", reason=reason) as w:
        act(w)
    return register.revision()


def test_moments_sort_as_they_are_written() -> None:
    written = [moments.to_text(datetime(year, 1, 1, tzinfo=UTC)) for year in (1, 300, 2026, 9999)]
    assert written == sorted(written)
    assert written[1] == "0300-01-01T00:00:00.000Z"
    stored = "2026-11-02T01:02:03.456Z"
    assert moments.to_text(moments.from_text(stored)) == stored


def test_the_moment_and_the_day_in_the_world_are_two_questions(filled: Register) -> None:
    before = datetime.now(UTC)
    change(filled, lambda w: w.update_structures([mast("a", valid_from=date(2020, 1, 1))]))
    day = date(2015, 1, 1)
    assert [one.id for one in filled.structures(SYSTEM, on=day)] == ["b"]
    with filled.as_known(before - timedelta(milliseconds=0), SYSTEM) as then:
        assert [one.id for one in then.structures(SYSTEM, on=day)] == ["a", "b"]
        assert then.structure("a", SYSTEM).valid_from is None
    with filled.as_known(datetime(2000, 1, 1, tzinfo=UTC), SYSTEM) as then:
        assert then.structures(SYSTEM) == []
        assert then.organisations() == []
    with filled.as_known(datetime(2100, 1, 1, tzinfo=UTC), SYSTEM) as then:
        assert then.structures(SYSTEM) == filled.structures(SYSTEM)


def test_what_was_hidden_or_removed_since_is_hidden_in_the_past(filled: Register) -> None:
    known = filled.revision()
    change(filled, lambda w: w.update_structures([mast("a", confidential=True)]))
    change(filled, lambda w: w.delete(Structure, ["b"]))
    for scope, shown in ((PUBLIC, []), (OWNER, ["a", "b"]), (STAFF, ["a", "b"])):
        with filled.as_known(known, scope) as then:
            assert [one.id for one in then.structures(scope)] == shown
            assert bool(then.levels(scope)) == bool(shown)


def test_a_rent_withdrawn_since_is_not_told_of_the_past(filled: Register) -> None:
    """To its owner, its manager and the department it is; one that only changed is as it was."""
    asked = {"rent_asked_vnd": 7e6, "rent_unit": RentUnit.POSITION}
    change(filled, lambda w: w.update_structures([mast("a", **asked), mast("b", **asked)]))
    known = filled.revision()
    changed = mast("b", rent_asked_vnd=8e6, rent_unit=RentUnit.POSITION)
    change(filled, lambda w: w.update_structures([mast("a"), changed]))
    other = Scope(Role.OPERATOR, "ba")
    for scope, rent in ((PUBLIC, None), (other, None), (OWNER, 7e6), (STAFF, 7e6)):
        with filled.as_known(known, scope) as then:
            told = then.structure("a", scope)
            assert (told.rent_asked_vnd, told.rent_unit is None) == (rent, rent is None)
            assert then.structure("b", scope).rent_asked_vnd == 7e6


def test_what_was_closed_since_is_closed_in_the_past(filled: Register) -> None:
    """Open then and now, it is open; open at one of the two only, its owner alone sees it so."""
    masts = {
        name: mast(name, shareable=then, manager_id="ba" if name == "managed" else None)
        for name, then in (("kept", True), ("closed", True), ("opened", False), ("managed", True))
    }
    lines = {"t1": True, "t2": True}
    change(
        filled,
        lambda w: (
            w.add_structures(masts.values()),
            w.add_levels(level(name) for name in masts),
            w.add_routes(replace(line(t, "a", "b"), shareable=said) for t, said in lines.items()),
        ),
    )
    known = filled.revision()
    now = {"kept": True, "closed": False, "opened": True, "managed": None}
    change(
        filled,
        lambda w: (
            w.update_structures(
                replace(masts[name], height_m=41.0, shareable=said) for name, said in now.items()
            ),
            w.update_routes(
                replace(line(t, "a", "b"), length_m=9.0, shareable=t == "t1") for t in lines
            ),
        ),
    )
    day = date(2026, 6, 1)
    for scope, opened in (
        (PUBLIC, {"kept"}),
        (Scope(Role.OPERATOR, "ba"), {"kept", "managed"}),
        (OWNER, {"kept", "closed", "managed"}),
        (STAFF, {"kept", "closed", "managed"}),
    ):
        with filled.as_known(known, scope) as then:
            seen_open = {one.id for one in then.structures(scope, shareable=True)}
            assert seen_open == opened
            inside = scope in (OWNER, STAFF)
            for name in masts:
                told = occupancy_seen(then, then.structure(name, scope), scope, day)
                assert (told is not None) is (inside or name in opened)
                shown = then.levels(scope, structure_ids=[name])
                assert bool(shown) is (inside or name in opened)
            shared = {one.id: one.shareable for one in then.routes(scope)}
            assert shared == {"t1": True, "t2": inside}


def test_a_past_leaves_the_present_alone(filled: Register) -> None:
    change(filled, lambda w: w.update_structures([mast("a", height_m=50.0)]))
    with filled.as_known(1, SYSTEM) as then:
        assert then.structure("a", SYSTEM).height_m == 42.0
    for _ in range(6):  # every connection of the pool
        assert filled.structure("a", SYSTEM).height_m == 50.0
    filled.check()


def test_a_write_is_taken_back_as_a_new_write(filled: Register) -> None:
    version = filled.version()
    done = change(
        filled,
        lambda w: (
            w.update_structures([mast("a", height_m=50.0), mast("b", height_m=51.0)]),
            w.add_levels([level("b")]),
        ),
    )
    change(filled, lambda w: w.undo_write(done), "nhầm cột")
    assert filled.version() == version
    latest = filled.changes(limit=3)
    assert {one.reason for one in latest} == {"nhầm cột"}
    assert len(filled.changes(table_name="structures", record_id="a")) == 3
    change(filled, lambda w: w.undo_write(filled.revision()), "không nhầm")
    assert filled.structure("a", SYSTEM).height_m == 50.0
    filled.check()


def test_what_was_changed_since_and_back_does_not_stand_in_the_way(filled: Register) -> None:
    made = change(filled, lambda w: w.add_structures([mast("c")]))
    edited = change(filled, lambda w: w.update_structures([mast("c", height_m=50.0)]))
    with pytest.raises(ConflictError) as told, filled.write(author="l", reason="r") as w:
        w.undo_write(made)
    assert told.value.key == "errors.write_changed_since"
    change(filled, lambda w: w.undo_write(edited))
    with pytest.raises(ConflictError), filled.write(author="l", reason="r") as w:
        w.undo_write(edited)  # it is taken back already
    change(filled, lambda w: w.undo_write(made))
    assert "c" not in {one.id for one in filled.structures(SYSTEM)}
    filled.check()


def test_one_change_of_a_write_is_taken_back(filled: Register) -> None:
    done = change(
        filled,
        lambda w: w.update_structures([mast("a", height_m=50.0), mast("b", height_m=51.0)]),
    )
    change(filled, lambda w: w.undo_change(done, "structures", "a"))
    assert filled.structure("a", SYSTEM).height_m == 42.0
    assert filled.structure("b", SYSTEM).height_m == 51.0


def papered(w: object) -> None:
    w.add_documents(  # type: ignore[attr-defined]
        [Document(id="g", subject="structures", subject_id="c", title="GP", provenance=KNOWN)]
    )


@pytest.mark.parametrize(
    ("first", "then", "key"),
    [
        (
            lambda w: w.update_structures([mast("a", height_m=50.0)]),
            lambda w: w.update_structures([mast("a", height_m=60.0)]),
            "write_changed_since",
        ),
        (
            lambda w: w.add_structures([mast("c")]),
            lambda w: w.add_levels([level("c")]),
            "record_needed",
        ),
        (lambda w: w.add_structures([mast("c")]), papered, "record_needed"),
        (
            lambda w: w.update_levels([level("a", 5)]),
            lambda w: w.add_contracts([let("1", "a", slot=5)]),
            "more_let",
        ),
    ],
)
def test_what_something_later_rests_on_is_not_taken_back(
    filled: Register, first: Callable[..., None], then: Callable[..., None], key: str
) -> None:
    done = change(filled, first)
    change(filled, then)
    version = filled.version()
    with pytest.raises(GisError) as told:
        change(filled, lambda w: w.undo_write(done))
    assert told.value.key == f"errors.{key}"
    assert filled.version() == version


def test_a_contract_does_not_come_back_where_its_place_was_let_since(filled: Register) -> None:
    change(filled, lambda w: w.add_contracts([let("1", "a")]))
    ended = change(filled, lambda w: w.delete(Contract, ["1"]))
    change(filled, lambda w: w.add_contracts([let("2", "a")]))
    with pytest.raises(ConflictError) as told:
        change(filled, lambda w: w.undo_write(ended))
    assert told.value.key == "errors.slot_taken"


def test_what_is_no_write_cannot_be_taken_back(filled: Register) -> None:
    for act in (
        lambda w: w.undo_write(99),
        lambda w: w.undo_change(1, "structures", "none"),
        lambda w: w.undo_change(1, "accounts", "a"),
    ):
        with pytest.raises(NotFoundError):
            change(filled, act)


def test_an_import_and_its_undoing_are_taken_back_too(filled: Register) -> None:
    batch = ImportBatch(
        id="lô", file_name="a.csv", sha256="0", format="csv", kind="structures",
        coordinate_system="EPSG:4326", imported_at=datetime(2026, 1, 1, tzinfo=UTC),
        imported_by="lan", accepted=1, refused=0, mapping={},
    )  # fmt: skip
    done = change(filled, lambda w: (w.add_import_batch(batch), w.add_structures([mast("c")])))
    undone = change(filled, lambda w: w.undo_write(done))
    assert filled.import_batch("lô").undone_by == "lan"
    assert filled.count_structures(SYSTEM) == 2
    change(filled, lambda w: w.undo_write(undone))
    assert filled.import_batch("lô").undone_at is None
    assert filled.count_structures(SYSTEM) == 3
