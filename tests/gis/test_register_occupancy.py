"""How full a structure and its ducts are on a day, who may know it, and a free way of ducts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from pyproj import Geod
from shapely import LineString

from gis.errors import NotFoundError
from gis.free_ducts import duct_places, free_way, line_length_m, routes_at
from gis.register.occupancy import occupancy, occupancy_seen
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.routes import Cable, Duct, Route, RouteKind
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Installation,
    Lifecycle,
    Structure,
    StructureKind,
)
from propagation.compliance.records import Confidence

KNOWN = Provenance(confidence=Confidence.VERIFIED, source="biên bản")
DAY = date(2026, 6, 1)
OWNER, TENANT, THIRD = "chủ", "thuê", "ba"
MAST = Structure(
    id="cột", code="cột", name="cột", kind=StructureKind.ANTENNA_MAST, owner_id=OWNER,
    longitude=106.4, latitude=10.5, shareable=True, wind_area_limit_m2=6.0, provenance=KNOWN,
)  # fmt: skip
LEVEL = AttachmentLevel(
    id="mức", structure_id="cột", height_from_m=30.0, height_to_m=36.0, slots=4, reserved=1,
    provenance=KNOWN,
)  # fmt: skip
LET = Contract(
    id="hđ", number="1", owner_id=OWNER, tenant_id=TENANT, structure_id="cột", level_id="mức",
    slot=1, valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 31), provenance=KNOWN,
)  # fmt: skip
HUNG = Installation(
    id="l", structure_id="cột", organisation_id=TENANT, technology="LTE", wind_area_m2=0.75,
    weight_kg=31.0, valid_from=date(2026, 1, 1), provenance=KNOWN,
)  # fmt: skip


def test_places_of_a_day() -> None:
    levels = [replace(LEVEL, id="trên", height_from_m=40.0, height_to_m=42.0, reserved=0), LEVEL]
    contracts = [
        LET,
        replace(LET, id="2", slot=None),
        replace(LET, id="3", valid_from=date(2020, 1, 1), valid_to=date(2020, 2, 1)),
        replace(LET, id="4", level_id=None, slot=None),
    ]
    hanging = [
        HUNG,
        replace(HUNG, id="2", wind_area_m2=None, weight_kg=9.0),
        replace(HUNG, id="3", valid_to=date(2026, 2, 1)),
    ]
    found = occupancy(MAST, levels, contracts, hanging, DAY)
    assert [(one.level.id, one.let, one.free) for one in found.levels] == [
        ("mức", 2, 1),
        ("trên", 0, 4),
    ]
    assert (found.free, found.unplaced) == (5, 1)
    assert found.wind_area_m2 is not None
    assert found.load_kg is not None
    assert (found.wind_area_m2.used, found.wind_area_m2.left, found.wind_area_m2.unknown) == (
        0.75,
        5.25,
        1,
    )
    assert (found.load_kg.used, found.load_kg.left, found.load_kg.unknown) == (40.0, None, 0)
    early = occupancy(MAST, levels, contracts, hanging, date(2025, 12, 31))
    assert early.free == 7
    full = occupancy(MAST, [replace(LEVEL, slots=1)], [LET], [], DAY)
    assert (full.levels[0].free, full.free) == (-1, 0), "told, never clipped, nor taken of others"


@pytest.fixture
def filled(register: Register) -> Register:
    with register.write(author="lan", reason="thử") as w:
        w.add_organisations(
            Organisation(id=one, name=one, kind=OrganisationKind.OPERATOR, provenance=KNOWN)
            for one in (OWNER, TENANT, THIRD)
        )
        w.add_structures([MAST, replace(MAST, id="kín", code="kín", shareable=False)])
        w.add_levels([LEVEL])
        w.add_contracts([LET])
        w.add_installations([HUNG])
    return register


@pytest.mark.parametrize(
    ("scope", "places", "weights"),
    [
        (PUBLIC, True, False),
        (Scope(Role.OPERATOR, THIRD), True, False),
        (Scope(Role.OPERATOR, TENANT), True, False),
        (Scope(Role.OPERATOR, OWNER), True, True),
        (Scope(Role.STAFF), True, True),
    ],
)
def test_places_are_public_and_weights_are_the_owner_s(
    filled: Register, scope: Scope, places: bool, weights: bool
) -> None:
    found = occupancy_seen(filled, MAST, scope, DAY)
    assert (found is not None) is places
    assert found is not None
    assert found.free == 2
    assert (found.load_kg is not None) is (found.wind_area_m2 is not None) is weights
    past = occupancy_seen(filled, MAST, scope, DAY, open_day=False)
    assert (past is not None) is weights, "day beside day tells when contracts begin and end"
    closed = occupancy_seen(filled, filled.structure("kín", SYSTEM), scope, DAY)
    assert (closed is not None) is weights


def duct(name: str, route: str = "t", **changes: object) -> Duct:
    return replace(Duct(id=name, route_id=route, code=name, provenance=KNOWN), **changes)


def cable(name: str, in_duct: str, of: str, **changes: object) -> Cable:
    made = Cable(id=name, duct_id=in_duct, organisation_id=of, name=name, provenance=KNOWN)
    return replace(made, **changes)


def test_places_in_ducts() -> None:
    ducts = [duct("1", cables=2), duct("2"), duct("2.1", parent_id="2", cables=3)]
    cables = [
        cable("a", "2.1", TENANT),
        cable("b", "2.1", TENANT),
        cable("c", "1", THIRD, valid_to=date(2025, 1, 1)),
    ]
    let = replace(LET, structure_id=None, level_id=None)
    contracts = [
        replace(let, id="x", duct_id="2.1", slot=1),  # the tenant's cable lies there already
        replace(let, id="y", duct_id="2.1", slot=2, tenant_id=THIRD),  # nothing lies there yet
        replace(let, id="z", duct_id="1", slot=1, valid_to=date(2026, 1, 31)),
    ]
    found = {one.duct.id: one for one in duct_places(ducts, cables, contracts, DAY)}
    assert [(one.taken, one.free) for one in found.values()] == [(0, 2), (0, 0), (3, 0)]
    assert found["2"].holds_ducts
    whole = [*contracts, replace(let, id="w", duct_id="2")]
    within = {one.duct.id: one for one in duct_places([*ducts, duct("3")], [], whole, DAY)}
    assert [(name, one.free) for name, one in within.items()] == [
        ("1", 2),
        ("2", 0),
        ("2.1", 0),
        ("3", 1),
    ], "where a duct is let, all within it is"


NODES = {f"b{k}": (106.40 + 0.01 * (k % 3), 10.50 + 0.013 * (k // 3)) for k in range(6)}


def line(name: str, first: str, second: str, **changes: object) -> Route:
    bend = (NODES[first][0] + 0.002 * (len(name) % 3), NODES[second][1])
    made = Route(
        id=name, code=name, kind=RouteKind.DUCT, owner_id=OWNER, from_id=first, to_id=second,
        geometry=LineString([NODES[first], bend, NODES[second]]), length_m=1500.0,
        shareable=True, provenance=KNOWN,
    )  # fmt: skip
    return replace(made, **changes)


def network(register: Register, routes: Mapping[str, Route]) -> None:
    with register.write(author="lan", reason="tuyến") as w:
        w.add_organisations(
            Organisation(id=one, name=one, kind=OrganisationKind.OPERATOR, provenance=KNOWN)
            for one in (OWNER, TENANT, THIRD)
        )
        w.add_structures(
            replace(MAST, id=name, code=name, kind=StructureKind.MANHOLE, longitude=x, latitude=y)
            for name, (x, y) in NODES.items()
        )
        w.add_routes(routes.values())
        w.add_ducts(duct(f"d{name}", name) for name in routes)


def test_a_free_way_goes_round_what_is_full(register: Register) -> None:
    short = {"ab": line("ab", "b0", "b1"), "bc": line("bc", "b2", "b1")}
    round_about = {
        "cd": line("cd", "b0", "b3", length_m=None),
        "de": line("de", "b3", "b4"),
        "ef": line("ef", "b4", "b5"),
        "fc": line("fc", "b5", "b2"),
    }
    network(register, {**short, **round_about})
    way = free_way(register, PUBLIC, "b0", "b2", DAY)
    assert way.structure_ids == ("b0", "b1", "b2")
    assert [leg.route.id for leg in way.legs] == ["ab", "bc"]
    assert way.built_length_m == 3000.0
    assert way.computed_length_m == pytest.approx(
        sum(line_length_m(route) for route in short.values())
    )
    with register.write(author="lan", reason="đầy") as w:
        w.add_cables([cable("đầy", "dbc", TENANT)])
    way = free_way(register, PUBLIC, "b0", "b2", DAY)
    assert way.structure_ids == ("b0", "b3", "b4", "b5", "b2")
    assert way.built_length_m is None, "one of them does not say"
    before = free_way(register, PUBLIC, "b0", "b2", DAY)
    assert before.legs[0].free[0].duct.id == "dcd"
    for changes in (
        {"confidential": True},
        {"shareable": False},
        {"state": Lifecycle.PLANNED},
        {"valid_to": date(2026, 1, 1)},
    ):
        with register.write(author="lan", reason="đổi") as w:
            w.update_routes([replace(round_about["de"], **changes)])
        with pytest.raises(NotFoundError) as told:
            free_way(register, PUBLIC, "b0", "b2", DAY)
        assert told.value.key == "infrastructure.no_free_way"
        open_to_owner = "state" not in changes and "valid_to" not in changes
        owner = Scope(Role.OPERATOR, OWNER)
        if open_to_owner:
            assert len(free_way(register, owner, "b0", "b2", DAY).legs) == 4
    assert [route.id for route, _ in routes_at(register, PUBLIC, "b1", DAY)] == ["ab", "bc"]
    other_day = {"on": date(2026, 5, 31), "open_day": False}
    with pytest.raises(NotFoundError) as told:
        free_way(register, PUBLIC, "b0", "b1", **other_day)
    assert told.value.key == "infrastructure.no_free_way_that_day"
    for scope in (Scope(Role.OPERATOR, OWNER), SYSTEM):
        assert len(free_way(register, scope, "b0", "b1", **other_day).legs) == 1
    assert free_way(register, PUBLIC, "b0", "b0", DAY).legs == ()


@pytest.mark.parametrize(
    ("scope", "inside"),
    [
        (PUBLIC, False),
        (Scope(Role.OPERATOR, TENANT), False),
        (Scope(Role.OPERATOR, OWNER), True),
        (Scope(Role.STAFF), True),
    ],
)
def test_what_is_free_in_a_line_that_is_not_open_is_not_told(
    register: Register, scope: Scope, inside: bool
) -> None:
    network(
        register,
        {
            "ab": line("ab", "b0", "b1"),
            "bc": line("bc", "b1", "b2", shareable=False),
            "be": line("be", "b1", "b4", shareable=None),
        },
    )

    def told(**day: bool) -> dict[str, bool]:
        found = routes_at(register, scope, "b1", DAY, **day)
        return {route.id: places is not None for route, places in found}

    assert told() == {"ab": True, "bc": inside, "be": inside}
    assert told(open_day=False) == dict.fromkeys(("ab", "bc", "be"), inside)


def test_who_may_not_see_an_end_finds_no_way(register: Register) -> None:
    network(register, {"ab": line("ab", "b0", "b1")})
    with register.write(author="lan", reason="kín") as w:
        hidden = w.structure("b1", SYSTEM)
        w.update_structures([replace(hidden, confidential=True)])
    with pytest.raises(NotFoundError) as told:
        free_way(register, PUBLIC, "b0", "b1", DAY)
    assert told.value.key == "errors.structures_unknown"


def test_the_length_of_a_line_is_that_on_the_ellipsoid() -> None:
    route = line("ab", "b0", "b1")
    lon, lat = np.array(route.geometry.coords).T
    wanted = Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    assert line_length_m(route) == pytest.approx(float(np.sum(wanted)), rel=1e-12)
