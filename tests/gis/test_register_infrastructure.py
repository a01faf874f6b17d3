"""Levels, lines, ducts, contracts, rents and papers in the register: kept, seen, let once."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from shapely import LineString

from gis.errors import ConflictError, FormatError, GisError, NotFoundError
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.routes import Cable, Duct, Route, RouteKind
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Document,
    Lifecycle,
    MastClass,
    PublishedRent,
    RentUnit,
    Structure,
    StructureKind,
)
from propagation.compliance.records import Confidence

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="biên bản")
OWNER, TENANT, THIRD = (
    Organisation(id=one, name=one, kind=OrganisationKind.OPERATOR, provenance=KNOWN)
    for one in ("chủ", "thuê", "ba")
)


def structure(name: str, longitude: float, **changes: object) -> Structure:
    return replace(
        Structure(
            id=name, code=name, name=name, kind=StructureKind.MANHOLE, owner_id="chủ",
            longitude=longitude, latitude=10.5, provenance=KNOWN,
        ),
        **changes,
    )  # fmt: skip


MAST = structure("cột", 106.40, kind=StructureKind.ANTENNA_MAST, height_m=42.0, shareable=True)
ONE, TWO = structure("bể 1", 106.41), structure("bể 2", 106.42)
LEVEL = AttachmentLevel(
    id="mức 1", structure_id="cột", height_from_m=30.0, height_to_m=36.0, slots=3, reserved=1,
    provenance=KNOWN,
)  # fmt: skip
ROUTE = Route(
    id="tuyến", code="T1", name="Bể 1 đến bể 2", kind=RouteKind.DUCT, owner_id="chủ",
    from_id="bể 1", to_id="bể 2", geometry=LineString([(106.41, 10.5), (106.42, 10.5)]),
    length_m=1101.5, state=Lifecycle.IN_USE, shareable=True, confidential=True,
    valid_from=date(2020, 1, 1), valid_to=date(2040, 1, 1), provenance=KNOWN,
)  # fmt: skip
BANK = Duct(id="ống", route_id="tuyến", code="1", inner_diameter_mm=104.0, provenance=KNOWN)
INNER = Duct(
    id="ống con", route_id="tuyến", code="1.1", parent_id="ống", inner_diameter_mm=32.0, cables=2,
    provenance=KNOWN,
)  # fmt: skip
CABLE = Cable(
    id="cáp", duct_id="ống con", organisation_id="thuê", name="Cáp 48 FO",
    outer_diameter_mm=14.5, fibres=48, confidential=True, valid_from=date(2021, 1, 1),
    valid_to=date(2031, 1, 1), provenance=KNOWN,
)  # fmt: skip
LET = Contract(
    id="hđ", number="01/HĐ", owner_id="chủ", tenant_id="thuê", structure_id="cột",
    level_id="mức 1", slot=1, rent_vnd=7e6, rent_unit=RentUnit.POSITION,
    valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31), provenance=KNOWN,
)  # fmt: skip
RENT = PublishedRent(
    id="giá", kind=StructureKind.ANTENNA_MAST, mast_class=MastClass.A2A,
    rent_unit=RentUnit.POSITION, amount_vnd=5e6, province_code="80", instrument="QĐ",
    clause="Phụ lục I", valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1), provenance=KNOWN,
)  # fmt: skip
PAPER = Document(
    id="giấy", subject="structures", subject_id="cột", title="Giấy phép xây dựng",
    number="12/GPXD", issuer="UBND", issued_on=date(2019, 5, 6), valid_to=date(2029, 5, 6),
    provenance=KNOWN,
)  # fmt: skip


@pytest.fixture
def filled(register: Register) -> Register:
    with register.write(author="lan", reason="thử") as w:
        w.add_organisations([OWNER, TENANT, THIRD])
        w.add_structures([MAST, ONE, TWO])
        w.add_levels([LEVEL])
        w.add_routes([ROUTE])
        w.add_ducts([BANK, INNER])
        w.add_cables([CABLE])
        w.add_contracts([LET])
        w.add_published_rents([RENT])
        w.add_documents([PAPER])
    return register


def test_every_record_comes_back(filled: Register) -> None:
    assert filled.levels(SYSTEM) == [LEVEL]
    (route,) = filled.routes(SYSTEM)
    assert route.geometry.equals_exact(ROUTE.geometry, 0)
    assert filled.ducts(SYSTEM) == [BANK, INNER]
    assert filled.cables(SYSTEM) == [CABLE]
    assert filled.contracts(SYSTEM) == [LET]
    assert filled.published_rents() == [RENT]
    assert filled.documents(SYSTEM, subject_id="cột") == [PAPER]


def test_lines_are_found_by_box_day_end_and_words(filled: Register) -> None:
    for wanted, count in (
        ({"bbox": (106.415, 10.4, 106.416, 10.6)}, 1),
        ({"bbox": (106.5, 10.4, 106.6, 10.6)}, 0),
        ({"on": date(2019, 12, 31)}, 0),
        ({"on": date(2020, 1, 1)}, 1),
        ({"structure_id": "bể 2"}, 1),
        ({"structure_id": "cột"}, 0),
        ({"text": "be 1"}, 1),
        ({"owner_id": "thuê"}, 0),
    ):
        assert (
            len(filled.routes(SYSTEM, **wanted)) == filled.count_routes(SYSTEM, **wanted) == count
        )


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (PUBLIC, "levels"),
        (Scope(Role.OPERATOR, "ba"), "levels"),
        (Scope(Role.OPERATOR, "thuê"), "levels cables contracts"),
        (Scope(Role.OPERATOR, "chủ"), "levels routes ducts contracts documents"),
        (Scope(Role.STAFF), "levels routes ducts cables contracts documents"),
    ],
)
def test_what_is_confidential_is_seen_by_its_parties(filled: Register, scope, seen) -> None:
    found = {
        name
        for name in ("levels", "routes", "ducts", "cables", "contracts", "documents")
        if getattr(filled, name)(scope)
    }
    assert found == set(seen.split())
    assert filled.count_routes(scope) == ("routes" in seen)


@pytest.mark.parametrize("shareable", [False, None])
@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (PUBLIC, ""),
        (Scope(Role.OPERATOR, "ba"), ""),
        (Scope(Role.OPERATOR, "thuê"), "levels cables"),
        (Scope(Role.OPERATOR, "chủ"), "levels ducts cables"),
        (Scope(Role.STAFF), "levels ducts cables"),
    ],
)
def test_places_of_what_is_not_open_are_told_to_no_other(
    filled: Register, scope: Scope, seen: str, shareable: bool | None
) -> None:
    """The manager of the mast, whose cable lies in the duct, knows of both."""
    with filled.write(author="lan", reason="đóng") as w:
        w.update_structures([replace(MAST, shareable=True, manager_id="thuê")])
        w.update_routes([replace(ROUTE, confidential=False)])
        w.update_cables([replace(CABLE, confidential=False)])
    assert all((filled.levels(scope), filled.ducts(scope), filled.cables(scope)))
    with filled.write(author="lan", reason="đóng") as w:
        w.update_structures([replace(MAST, shareable=shareable, manager_id="thuê")])
        w.update_routes([replace(ROUTE, confidential=False, shareable=shareable)])
    found = {name for name in ("levels", "ducts", "cables") if getattr(filled, name)(scope)}
    assert found == set(seen.split())
    assert filled.count_routes(scope) == 1, "the line itself is public"


def test_a_line_with_a_confidential_end_is_not_seen(filled: Register) -> None:
    with filled.write(author="lan", reason="mở") as w:
        w.update_routes([replace(ROUTE, confidential=False)])
    assert filled.count_routes(PUBLIC) == 1
    with filled.write(author="lan", reason="đóng") as w:
        w.update_structures([replace(TWO, confidential=True)])
    assert filled.count_routes(PUBLIC) == 0


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"slot": 1}, "slot_taken"),
        ({"slot": 1, "valid_from": date(2026, 12, 31), "valid_to": None}, "slot_taken"),
        ({"slot": 4}, "slot_unknown"),
        ({"slot": 0}, "slot_unknown"),
        ({"slot": 2, "valid_to": date(2025, 12, 31)}, "contract_ends_before"),
        ({"slot": 2, "owner_id": "ba"}, "contract_not_owner"),
        ({"structure_id": None, "level_id": None}, "contract_of_nothing"),
        ({"level_id": "không có"}, "attachment_levels_unknown"),
        ({"structure_id": None, "level_id": None, "duct_id": "x"}, "ducts_unknown"),
        ({"slot": 2, "duct_id": "ống con"}, "contract_of_two"),
        ({"slot": None, "level_id": None, "duct_id": "ống con"}, "contract_of_two"),
        ({"structure_id": None, "slot": 2, "duct_id": "ống con"}, "contract_of_two"),
    ],
)
def test_what_cannot_be_let(filled: Register, changes, key) -> None:
    with (
        pytest.raises(GisError) as told,
        filled.write(author="lan", reason="thuê") as w,
    ):
        w.add_contracts([replace(LET, id="khác", **changes)])
    assert told.value.key == f"errors.{key}"
    assert filled.contracts(SYSTEM) == [LET]


def test_what_can_be_let(filled: Register) -> None:
    later = replace(LET, id="sau", valid_from=date(2027, 1, 1), valid_to=None)
    beside = replace(LET, id="bên", slot=2, tenant_id="ba")
    cable = replace(LET, id="ống", structure_id=None, level_id=None, duct_id="ống con", slot=2)
    with filled.write(author="lan", reason="thuê") as w:
        w.add_contracts([later, beside, cable])
        w.update_contracts([replace(LET, rent_vnd=8e6)])
    assert filled.contracts(SYSTEM, on=date(2026, 6, 1), level_ids=["mức 1"]) == [
        beside,
        replace(LET, rent_vnd=8e6),
    ]
    for taken in (replace(later, valid_from=date(2026, 12, 31)), replace(beside, slot=1)):
        with pytest.raises(ConflictError), filled.write(author="lan", reason="thuê") as w:
            w.update_contracts([taken])


def test_an_owner_lets_nothing_to_itself(filled: Register) -> None:
    own = replace(LET, id="tự", slot=2, tenant_id="chủ")
    for write in ("add_contracts", "update_contracts"):
        changed = own if write == "add_contracts" else replace(LET, tenant_id="chủ")
        with (
            pytest.raises(FormatError) as told,
            filled.write(author="lan", reason="thuê") as w,
        ):
            getattr(w, write)([changed])
        assert (told.value.key, told.value.values["name"]) == (
            "errors.contract_with_itself",
            "tenant_id",
        )
    assert filled.contracts(SYSTEM) == [LET]


def test_a_contract_that_names_no_place_takes_one(filled: Register) -> None:
    """Of three places one is let for 2026; two more without a number fill them for that year."""
    unnamed = [replace(LET, id=f"{k}", slot=None) for k in range(3)]
    with filled.write(author="lan", reason="thuê") as w:
        w.add_contracts(unnamed[:2])
        w.add_contracts([replace(unnamed[2], valid_from=date(2027, 1, 1), valid_to=None)])
    late = replace(LET, id="muộn", valid_from=date(2026, 12, 31), valid_to=None)
    for taken in (unnamed[2], replace(late, slot=3), replace(late, slot=None)):
        with pytest.raises(ConflictError) as told, filled.write(author="l", reason="r") as w:
            w.add_contracts([replace(taken, id="bốn")])
        assert told.value.key == "errors.places_taken"
    whole = replace(LET, id="cả cột", level_id=None, slot=None)
    with filled.write(author="lan", reason="thuê") as w:
        w.update_contracts([unnamed[0]])  # itself does not stand in its own way
    with pytest.raises(ConflictError) as told, filled.write(author="l", reason="r") as w:
        w.add_contracts([whole])  # it names no level, and takes a place of one all the same
    assert told.value.key == "errors.structure_full"
    later = replace(whole, valid_from=date(2027, 1, 1), valid_to=None)
    with filled.write(author="lan", reason="thuê") as w:
        w.add_contracts([later, replace(later, id="cả cột 2", tenant_id="ba")])
    with pytest.raises(ConflictError) as told, filled.write(author="l", reason="r") as w:
        w.add_contracts([replace(later, id="cả cột 3")])
    assert told.value.key == "errors.structure_full"


PIPE = replace(LET, structure_id=None, level_id=None, duct_id="ống con", slot=None)
WHOLE = replace(PIPE, id="cả ống", number="02/HĐ", duct_id="ống")
INMOST = replace(INNER, id="ống cháu", code="1.1.1", parent_id="ống con")
LATER = {"valid_from": date(2027, 1, 1), "valid_to": None}


@pytest.mark.parametrize(
    ("first", "second", "key"),
    [
        (WHOLE, replace(WHOLE, tenant_id="ba"), "places_taken"),
        (replace(WHOLE, slot=1), WHOLE, "places_taken"),
        (WHOLE, replace(PIPE, duct_id="ống cháu"), "duct_let_with_another"),
        (WHOLE, replace(PIPE, tenant_id="ba"), "duct_let_with_another"),
        (replace(PIPE, duct_id="ống cháu", slot=2), WHOLE, "duct_let_with_another"),
        (WHOLE, replace(WHOLE, **LATER), None),
        (WHOLE, replace(PIPE, duct_id="ống cháu", **LATER), None),
        (PIPE, replace(PIPE, duct_id="bên"), None),
        (replace(PIPE, duct_id="bên"), replace(PIPE, duct_id="bên", tenant_id="ba"), None),
    ],
)
def test_a_duct_and_what_lies_in_it_are_let_once(
    filled: Register, first: Contract, second: Contract, key: str | None
) -> None:
    def let() -> None:
        with filled.write(author="lan", reason="thuê") as w:
            w.add_contracts([replace(second, id="sau")])

    with filled.write(author="lan", reason="ống") as w:
        w.add_ducts([INMOST, replace(INNER, id="bên", code="1.2")])
        w.add_contracts([replace(first, id="trước")])
    if key is None:
        let()
        return
    with pytest.raises(ConflictError) as told:
        let()
    assert told.value.key == f"errors.{key}"
    if key == "duct_let_with_another":
        assert told.value.values["number"] == first.number
    assert [one.id for one in filled.contracts(SYSTEM)] == ["hđ", "trước"]


def test_contracts_that_change_together_are_judged_together(filled: Register) -> None:
    beside = replace(LET, id="bên", slot=2, tenant_id="ba")
    inner, outer = replace(PIPE, id="trong"), replace(PIPE, id="trong", duct_id="ống")
    with filled.write(author="lan", reason="thuê") as w:
        w.add_contracts([beside, inner])
    with pytest.raises(ConflictError) as told, filled.write(author="lan", reason="trùng") as w:
        w.update_contracts([replace(LET, slot=3), replace(beside, slot=3)])
    assert told.value.key == "errors.slot_taken"
    with filled.write(author="lan", reason="đổi chỗ") as w:
        w.update_contracts([replace(LET, slot=2), replace(beside, slot=1), outer])
    assert filled.contracts(SYSTEM, duct_ids=["ống"]) == [outer]


def test_a_duct_of_no_line_and_a_line_of_no_length(filled: Register) -> None:
    with pytest.raises(NotFoundError), filled.write(author="lan", reason="r") as w:
        w.add_ducts([replace(BANK, id="lạc", route_id="không")])
    with pytest.raises(NotFoundError), filled.write(author="lan", reason="r") as w:
        w.add_routes([replace(ROUTE, id="lạc", code="T2", from_id="không")])
    for line in (LineString(), LineString([(106.4, 10.5), (106.4, 10.5)])):
        with pytest.raises(FormatError), filled.write(author="lan", reason="r") as w:
            w.add_routes([replace(ROUTE, id="lạc", code="T2", geometry=line)])


SELLER = """
import sys, json
from dataclasses import replace
from datetime import date
from pathlib import Path
from gis.errors import ConflictError
from gis.register.scopes import SYSTEM
from gis.register.store import Register

with Register.open(sys.argv[1]) as register:
    (let,) = register.contracts(SYSTEM)
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        with register.write(author=sys.argv[2], reason="thuê") as w:
            w.add_contracts([replace(let, id=sys.argv[2], slot=2, tenant_id=sys.argv[2])])
    except ConflictError as error:
        print(json.dumps({"refused": error.key}))
    else:
        print(json.dumps({"let": sys.argv[2]}))
"""


def test_a_place_sold_twice_at_the_same_moment_is_sold_once(filled: Register) -> None:
    sellers = [
        subprocess.Popen(
            [sys.executable, "-c", SELLER, str(filled.address), name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2],
        )
        for name in ("thuê", "ba")
    ]  # fmt: skip
    for seller in sellers:
        assert seller.stdout
        assert seller.stdout.readline() == "ready\n"
    for seller in sellers:
        assert seller.stdin
        seller.stdin.write("go\n")
        seller.stdin.flush()
    told = [json.loads(seller.communicate(timeout=120)[0]) for seller in sellers]
    assert sorted(next(iter(one)) for one in told) == ["let", "refused"]
    assert {"refused": "errors.slot_taken"} in told
    assert len(filled.contracts(SYSTEM, level_ids=["mức 1"])) == 2
