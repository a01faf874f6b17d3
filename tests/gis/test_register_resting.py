"""What contracts and levels rest on is not taken from under them, however a write does it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from shapely import LineString

from gis.errors import ConflictError
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.routes import Duct, Route, RouteKind
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import AttachmentLevel, Contract, Structure, StructureKind
from gis.register.writing import Writer
from propagation.compliance.records import Confidence

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="biên bản")
LONG_AGO = {"valid_from": date(2020, 1, 1), "valid_to": date(2021, 1, 1)}
MAST = Structure(
    id="cột", code="C1", name="Cột", kind=StructureKind.ANTENNA_MAST, owner_id="chủ",
    longitude=106.4, latitude=10.5, height_m=30.0, building_height_m=12.0, provenance=KNOWN,
)  # fmt: skip
BESIDE = replace(MAST, id="bên", code="C2")
LEVEL = AttachmentLevel(
    id="mức", structure_id="cột", height_from_m=36.0, height_to_m=40.0, slots=3, provenance=KNOWN
)
FREE = replace(LEVEL, id="mức bên", structure_id="bên")
LINE = Route(
    id="tuyến", code="T1", kind=RouteKind.DUCT, owner_id="chủ", from_id="cột", to_id="bên",
    geometry=LineString([(106.4, 10.5), (106.41, 10.5)]), provenance=KNOWN,
)  # fmt: skip
OTHERS = replace(LINE, id="tuyến khác", code="T2", owner_id="thuê")
PIPE = Duct(id="ống", route_id="tuyến", code="1", cables=3, provenance=KNOWN)
BANK = replace(PIPE, id="bó", code="2")
INNER = replace(PIPE, id="trong", code="2.1", parent_id="bó")
INMOST = replace(PIPE, id="trong cùng", code="2.1.1", parent_id="trong")
LET = Contract(
    id="hđ", number="HĐ-77", owner_id="chủ", tenant_id="thuê", structure_id="cột",
    level_id="mức", slot=3, valid_from=date(2020, 1, 1), provenance=KNOWN,
)  # fmt: skip
IN_PIPE = replace(LET, id="hđ ống", structure_id=None, level_id=None, duct_id="ống", number="O-1")

Act = Callable[[Writer], object]


@pytest.fixture
def filled(register: Register) -> Register:
    def fill(w: Writer) -> None:
        w.add_organisations(
            Organisation(id=one, name=one, kind=OrganisationKind.OPERATOR, provenance=KNOWN)
            for one in ("chủ", "thuê")
        )
        w.add_structures([MAST, BESIDE])
        w.add_levels([LEVEL, FREE])
        w.add_routes([LINE, OTHERS])
        w.add_ducts([PIPE, BANK, INNER, INMOST])

    write(register, fill)
    return register


def write(register: Register, act: Act) -> int:
    with register.write(author="lan", reason="sửa") as w:
        act(w)
    return register.revision()


def let(*changed: Contract) -> Act:
    return lambda w: w.add_contracts(changed)


def levels(**changes: object) -> Act:
    return lambda w: w.update_levels([replace(LEVEL, **changes)])


def structures(**changes: object) -> Act:
    return lambda w: w.update_structures([replace(MAST, **changes)])


def ducts(of: Duct, **changes: object) -> Act:
    return lambda w: w.update_ducts([replace(of, **changes)])


UNNAMED = [replace(LET, id=f"u{k}", number=f"U-{k}", slot=None) for k in range(2)]
IN_INMOST = replace(IN_PIPE, duct_id="trong cùng")
TAKEN_AWAY = [
    (let(LET), levels(slots=2), "more_let", "HĐ-77"),
    (let(*UNNAMED), levels(slots=1), "more_let", "U-0"),
    (let(LET), levels(structure_id="bên"), "level_let", "HĐ-77"),
    (let(replace(LET, **LONG_AGO)), levels(structure_id="bên"), "level_let", "HĐ-77"),
    (let(LET), lambda w: w.delete(AttachmentLevel, ["mức"]), "level_let", "HĐ-77"),
    (let(LET), structures(owner_id="thuê"), "owner_lets", "HĐ-77"),
    (let(replace(LET, level_id=None, slot=None)), structures(owner_id="thuê"), "owner_lets",
     "HĐ-77"),
    (let(LET), structures(height_m=27.0), "level_above_structure", None),
    (let(LET), structures(building_height_m=None), "level_above_structure", None),
    (let(LET), lambda w: (w.delete(AttachmentLevel, ["mức"]),
                          w.add_levels([replace(LEVEL, slots=1)])), "more_let", "HĐ-77"),
    (let(IN_PIPE), ducts(PIPE, cables=2), "more_let", "O-1"),
    (let(IN_PIPE), lambda w: w.delete(Duct, ["ống"]), "contract_in_the_way", "O-1"),
    (let(IN_PIPE), ducts(PIPE, route_id="tuyến khác"), "owner_lets", "O-1"),
    (let(IN_PIPE), lambda w: w.update_routes([replace(LINE, owner_id="thuê")]), "owner_lets",
     "O-1"),
    (let(IN_PIPE), lambda w: w.add_ducts([replace(INNER, id="m", code="m", parent_id="ống")]),
     "more_let", "O-1"),
    (let(replace(IN_PIPE, slot=1), replace(IN_INMOST, id="i")), ducts(BANK, parent_id="ống"),
     "contract_in_the_way", "O-1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "then", "key", "number"), TAKEN_AWAY, ids=map(str, range(len(TAKEN_AWAY)))
)
def test_what_is_let_is_not_taken_away(
    filled: Register, first: Act, then: Act, key: str, number: str | None
) -> None:
    write(filled, first)
    version = filled.version()
    with pytest.raises(ConflictError) as told:
        write(filled, then)
    assert told.value.key == f"errors.{key}"
    assert told.value.values.get("number") == number
    if number is None:
        assert told.value.values["level"] == "mức"
    assert filled.version() == version


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (let(LET), levels(slots=5, reserved=1)),
        (let(replace(LET, slot=2)), levels(slots=2)),
        (let(replace(LET, **LONG_AGO)), levels(slots=1)),
        (let(replace(LET, **LONG_AGO)), structures(owner_id="thuê")),
        (let(LET), structures(height_m=28.0, name="Cột thấp hơn")),
        (structures(height_m=None), structures(height_m=29.0)),
        (let(IN_PIPE), ducts(PIPE, code="1a")),
        (let(replace(IN_PIPE, slot=1)), ducts(BANK, parent_id="ống", code="1.2")),
    ],
    ids=map(str, range(8)),
)
def test_what_stays_under_what_is_let_may_change(filled: Register, first: Act, then: Act) -> None:
    write(filled, first)
    version = filled.version()
    write(filled, then)
    assert filled.version() != version


def test_a_structure_and_its_contracts_change_hands_together(filled: Register) -> None:
    write(filled, let(LET))
    sold = replace(LET, owner_id="thuê", tenant_id="chủ")
    write(filled, lambda w: (structures(owner_id="thuê")(w), w.update_contracts([sold])))
    assert filled.contracts(SYSTEM) == [sold]


@pytest.mark.parametrize(
    ("first", "then", "key"),
    [
        (levels(slots=5), let(replace(LET, slot=5)), "more_let"),
        (structures(owner_id="thuê"), let(replace(LET, owner_id="thuê", tenant_id="chủ")),
         "owner_lets"),
        (ducts(PIPE, cables=9), let(replace(IN_PIPE, slot=9)), "more_let"),
        (structures(height_m=40.0), levels(height_to_m=50.0), "level_above_structure"),
        (lambda w: w.delete(AttachmentLevel, ["mức"]), structures(height_m=5.0),
         "level_above_structure"),
        (lambda w: w.add_levels([replace(LEVEL, id="mới")]), let(replace(LET, level_id="mới")),
         "level_let"),
    ],
    ids=map(str, range(6)),
)  # fmt: skip
def test_nothing_is_taken_back_from_under_what_came_since(
    filled: Register, first: Act, then: Act, key: str
) -> None:
    done = write(filled, first)
    write(filled, then)
    version = filled.version()
    with pytest.raises(ConflictError) as told:
        write(filled, lambda w: w.undo_write(done))
    assert told.value.key == f"errors.{key}"
    assert filled.version() == version


def test_a_structure_with_levels_is_not_removed_or_made_anew_for_another(
    filled: Register,
) -> None:
    write(filled, let(LET))
    for act, key in (
        (lambda w: w.delete(Structure, ["cột"]), "record_needed"),
        (lambda w: (w.delete(Structure, ["cột"]),
                    w.add_structures([replace(MAST, owner_id="thuê")])), "owner_lets"),
    ):  # fmt: skip
        with pytest.raises(ConflictError) as told:
            write(filled, act)
        assert told.value.key == f"errors.{key}"


def test_what_was_wrong_before_does_not_stop_a_correction(filled: Register) -> None:
    """A level above its mast, as files may bring it, does not forbid to lower the mast."""
    write(filled, levels(height_to_m=60.0))
    write(filled, structures(height_m=29.0))
    assert filled.structure("cột", SYSTEM).height_m == 29.0
