"""The search for supports: who is found, ranked and why, and what it does not tell."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from gis.errors import FormatError
from gis.geodesy import destination, distance_km
from gis.register.records import Organisation, OrganisationKind, Provenance
from gis.register.scopes import SYSTEM
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Installation,
    Lifecycle,
    MastClass,
    PublishedRent,
    RentUnit,
    Structure,
    StructureKind,
)
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.parts import settings_of
from gis.studies.record import Study
from gis.studies.rerun import rerun
from gis.studies.runner import run
from gis.studies.sharing import site_of
from gis.studies.sharing_asked import MOST_SCORED, SharingWanted
from gis.studies.sharing_ranks import judged_alone
from gis.studies.summary import summary_of
from propagation.compliance.records import Confidence

Context = Callable[..., StudyContext]
KNOWN = Provenance(confidence=Confidence.VERIFIED, source="test")
PLACE = (106.4, 10.6)
COVERED = {"radius_km": 2.0, "frequency_mhz": 900.0, "erp_dbw": 20.0, "minimum_dbuvm": 60.0}
REQUEST = {"longitude": PLACE[0], "latitude": PLACE[1], "height_m": 30.0, "on": "2025-08-01"}


def organisation(name: str) -> Organisation:
    return Organisation(id=name, name=name, kind=OrganisationKind.OPERATOR, provenance=KNOWN)


def mast(name: str, away_km: float, azimuth: float = 90.0, **changes: Any) -> Structure:
    """A mast of 42 m with all that is asked about it recorded."""
    longitude, latitude = (float(one) for one in destination(*PLACE, azimuth, away_km))
    values: dict[str, Any] = {
        "id": name, "code": name, "name": f"Cột {name}", "kind": StructureKind.ANTENNA_MAST,
        "owner_id": "chủ", "longitude": longitude, "latitude": latitude, "height_m": 42.0,
        "ground_height_m": 2.0, "shareable": True, "wind_area_limit_m2": 6.0,
        "load_limit_kg": 500.0, "mast_class": MastClass.A2B, "rent_asked_vnd": 9e6,
        "rent_unit": RentUnit.POSITION, "provenance": KNOWN,
    }  # fmt: skip
    return Structure(**{**values, **changes})


def level(structure_id: str, low: float, high: float, slots: int, reserved: int = 0) -> Any:
    return AttachmentLevel(
        id=f"{structure_id} {low:g}", structure_id=structure_id, height_from_m=low,
        height_to_m=high, slots=slots, reserved=reserved, provenance=KNOWN,
    )  # fmt: skip


def let(of: AttachmentLevel, slot: int, **changes: Any) -> Contract:
    values: dict[str, Any] = {
        "id": f"{of.id}/{slot}", "number": f"{slot}/HĐ", "owner_id": "chủ", "tenant_id": "thuê",
        "structure_id": of.structure_id, "level_id": of.id, "slot": slot,
        "valid_from": date(2025, 1, 1), "provenance": KNOWN,
    }  # fmt: skip
    return Contract(**{**values, **changes})


@pytest.fixture
def search(study_context: Context) -> Callable[..., Study]:
    """Fill a register with supports and look for one."""

    def look(
        structures: list[Structure],
        *,
        levels: tuple[AttachmentLevel, ...] = (),
        contracts: tuple[Contract, ...] = (),
        installations: tuple[Installation, ...] = (),
        rents: tuple[PublishedRent, ...] = (),
        kind: str = "sharing",
        **request: Any,
    ) -> Study:
        context = study_context()
        with context.register.write(author="test", reason="test") as w:
            if w.organisations():
                for record, kept in (
                    (Contract, w.contracts(SYSTEM)),
                    (Installation, w.installations(SYSTEM)),
                    (AttachmentLevel, w.levels(SYSTEM)),
                    (PublishedRent, w.published_rents()),
                    (Structure, w.structures(SYSTEM)),
                ):
                    w.delete(record, [one.id for one in kept])
            else:
                w.add_organisations(map(organisation, ("chủ", "thuê", "hỏi")))
            w.add_structures(structures)
            w.add_levels(levels)
            w.add_contracts(contracts)
            w.add_installations(installations)
            w.add_published_rents(rents)
        return run(kind, {**REQUEST, **request}, context)

    return look


def rows(study: Study) -> dict[str, dict[str, Any]]:
    return {row["structure_id"]: row for row in study.results["supports"]}


def reasons(row: dict[str, Any]) -> set[str]:
    return {one["key"] for one in row["reasons"]}


def test_without_coverage_what_is_near_goes_before_what_is_cheap(search) -> None:
    """And a support outside the circle is possible at most; where its radius reaches, it fits."""
    masts = [
        mast("xa mà rẻ", 2.5, rent_asked_vnd=1e5),
        mast("rẻ", 1.5, rent_asked_vnd=1e6),
        mast("gần mà đắt", 0.5),
    ]
    levels = tuple(level(one.id, 25, 33, 2) for one in masts)
    near = rows(search(masts, levels=levels))
    assert list(near) == ["gần mà đắt", "rẻ", "xa mà rẻ"]
    assert [row["fit"] for row in near.values()] == ["fits", "fits", "possible"]
    (said,) = (one for one in near["xa mà rẻ"]["reasons"] if one["key"] == "outside")
    assert said["values"] == {"away_km": 2.5}
    wide = rows(search(masts, levels=levels, radius_km=2.6))
    assert [row["fit"] for row in wide.values()] == ["fits", "fits", "fits"]


def test_found_by_distance_and_ranked_with_reasons(search) -> None:
    free, full = level("gần", 25, 33, 2), level("đầy", 20, 40, 2, reserved=1)
    study = search(
        [mast("gần", 1.0), mast("đầy", 0.5), mast("chưa khai", 2.0), mast("xa", 3.2)],
        levels=(free, full),
        contracts=(let(free, 1), let(full, 1), let(free, 2, valid_to=date(2025, 7, 31))),
        wind_area_m2=2.0,
        weight_kg=100.0,
    )
    found = rows(study)
    assert list(found) == ["gần", "chưa khai", "đầy"]  # 3.2 km is out of reach
    assert found["gần"]["fit"] == "fits"
    assert found["gần"]["free_places"] == 1
    assert found["gần"]["mounting_m"] == 30.0
    assert found["gần"]["distance_km"] == pytest.approx(1.0, abs=1e-3)
    assert found["gần"]["azimuth_deg"] == 90.0
    assert found["chưa khai"]["fit"] == "possible"
    assert "places_unknown" in reasons(found["chưa khai"])
    assert (found["đầy"]["fit"], found["đầy"]["mounting_m"]) == ("does_not_fit", None)
    assert found["đầy"]["reasons"][0]["key"] == "full"
    assert (study.results["conclusion"], study.results["conclusion_count"]) == ("fits", 1)


def test_a_contract_that_names_no_level_leaves_open_what_it_takes(search) -> None:
    """It may be for the one place that is free; of two places one is free all the same."""
    one, two = level("một", 25, 33, 1), level("hai", 25, 33, 2)
    unplaced = [replace(let(each, 1), level_id=None, slot=None) for each in (one, two)]
    study = search(
        [mast("một", 1.0), mast("hai", 2.0)], levels=(one, two), contracts=tuple(unplaced)
    )
    found = rows(study)
    assert (found["một"]["fit"], found["hai"]["fit"]) == ("possible", "fits")
    (said,) = (each for each in found["một"]["reasons"] if each["key"] == "unplaced")
    assert said["values"] == {"count": 1, "free": 1}
    assert "unplaced" not in reasons(found["hai"])


@pytest.mark.parametrize(
    ("wanted_m", "mounting_m"), [(30.0, 30.0), (12.0, 18.0), (60.0, 42.0), (34.0, 33.0)]
)
def test_the_free_height_nearest_to_the_one_wanted(search, wanted_m, mounting_m) -> None:
    levels = (level("a", 18, 20, 1), level("a", 25, 33, 1), level("a", 40, 42, 1))
    row = rows(search([mast("a", 0.2)], levels=levels, height_m=wanted_m))["a"]
    assert row["mounting_m"] == mounting_m
    assert ("too_low" in reasons(row)) is (mounting_m < wanted_m)
    assert row["fit"] == ("does_not_fit" if mounting_m < wanted_m else "fits")


def test_a_mast_on_a_building_reaches_above_it(search) -> None:
    study = search([mast("a", 0.2, height_m=6.0, building_height_m=12.0)], height_m=18.0)
    row = rows(study)["a"]
    assert (row["mounting_m"], row["fit"]) == (18.0, "possible")


def test_a_place_too_low_may_do_where_its_coverage_is_enough_or_not_known(search) -> None:
    """Coverage decides, where it was predicted; where it could not be, the owner is asked."""
    lowest = (level("a", 18, 20, 1),)
    covered = {**COVERED, "minimum_dbuvm": 60.0}
    row = rows(search([mast("a", 0.2)], levels=lowest, **covered))["a"]
    assert (row["mounting_m"], row["fit"]) == (20.0, "fits")
    assert {"height", "covers"} <= reasons(row)
    unknown = mast("a", 0.2, ground_height_m=None)  # flat terrain: the ground is the record's
    row = rows(search([unknown], levels=lowest, **covered))["a"]
    assert (row["fit"], row["covered_percent"]) == ("possible", None)
    assert {"too_low", "coverage_unknown"} <= reasons(row)


def test_the_highest_free_place_where_the_nearest_covers_too_little(search) -> None:
    levels = (level("a", 18, 20, 1), level("a", 28, 30, 1), level("a", 40, 42, 1))
    edge = {**COVERED, "minimum_dbuvm": 92.0}
    one = rows(search([mast("a", 0.5)], levels=levels[:2], **edge))["a"]
    both = rows(search([mast("a", 0.5)], levels=levels, **edge))["a"]
    assert (one["mounting_m"], both["mounting_m"]) == (30.0, 42.0)
    assert both["covered_percent"] > one["covered_percent"]
    between = (one["covered_percent"] + both["covered_percent"]) / 2
    row = rows(search([mast("a", 0.5)], levels=levels, **edge, wanted_percent=between))["a"]
    assert (row["mounting_m"], row["fit"]) == (42.0, "fits")
    little = {**edge, "wanted_percent": one["covered_percent"]}
    assert rows(search([mast("a", 0.5)], levels=levels, **little))["a"]["mounting_m"] == 30.0


@pytest.mark.parametrize(
    "changes",
    [
        {"shareable": False},
        {"state": Lifecycle.PLANNED},
        {"state": Lifecycle.RETIRED},
        {"kind": StructureKind.MANHOLE},
        {"valid_to": date(2025, 7, 31)},
    ],
)
def test_what_no_antenna_can_hang_on(search, changes) -> None:
    study = search([mast("a", 0.2, **changes)])
    assert study.results["supports"] == []
    assert (study.results["conclusion"], study.results["conclusion_count"]) == ("none", 0)


def test_load_left_of_what_hangs_there(search) -> None:
    def hung(name: str, **changes: Any) -> Installation:
        return Installation(
            id=name, structure_id="a", organisation_id="thuê", technology="LTE",
            provenance=KNOWN, **{"wind_area_m2": 1.6, "weight_kg": 130.0, **changes},
        )  # fmt: skip

    two = (hung("1"), hung("2"))
    exact = rows(search([mast("a", 0.2)], installations=two))["a"]
    assert (exact["wind_left_m2"], exact["weight_left_kg"]) == pytest.approx((2.8, 240.0))
    others = rows(search([mast("a", 0.2)], installations=two, asked_by="hỏi"))["a"]
    assert (others["wind_left_m2"], others["weight_left_kg"]) == (2.5, 200.0)  # steps, down
    needed = {"wind_area_m2": 2.9, "weight_kg": 230.0, "asked_by": "hỏi"}
    near = rows(search([mast("a", 0.2)], installations=two, **needed))["a"]
    assert {"wind_near", "weight_near"} <= reasons(near)
    assert near["fit"] == "possible"  # up to 3 m² and 250 kg may be left, whoever asks
    much = {**needed, "wind_area_m2": 3.0, "weight_kg": 250.0}
    much = rows(search([mast("a", 0.2)], installations=two, **much))["a"]
    assert {"wind_short", "weight_short"} <= reasons(much)
    owner = rows(search([mast("a", 0.2)], installations=two, asked_by="chủ"))["a"]
    assert owner["wind_left_m2"] == pytest.approx(2.8)
    unknown = rows(search([mast("a", 0.2)], installations=(hung("1", wind_area_m2=None),)))["a"]
    assert unknown["wind_left_m2"] is None
    assert "wind_unknown" in reasons(unknown)
    short = rows(search([mast("a", 0.2)], installations=two, weight_kg=240.5, wind_area_m2=2.9))
    assert {"wind_short", "weight_short"} <= reasons(short["a"])
    assert short["a"]["fit"] == "does_not_fit"


def test_places_and_load_are_the_owners_until_it_shares(search) -> None:
    silent, places = [mast("a", 0.2, shareable=None)], (level("a", 25, 33, 2),)
    for asked_by, free, left in (("hỏi", 0, None), ("chủ", 2, 6.0), (None, 2, 6.0)):
        row = rows(search(silent, levels=places, asked_by=asked_by))["a"]
        assert (row["free_places"], row["wind_left_m2"]) == (free, left)
        assert ("places_unknown" in reasons(row)) is (asked_by == "hỏi")
        assert row["fit"] == "possible"


def test_intermodulation_with_the_carriers_known_there(search) -> None:
    """Order 3 of A 900, B 905, C 895: 2A - B falls on C, 2A - C on B, B + C - A on A."""

    def hung(name: str, frequency_mhz: float, *, confidential: bool) -> Installation:
        return Installation(
            id=name, structure_id="a", organisation_id="thuê", technology="GSM",
            frequency_mhz=frequency_mhz, confidential=confidential, wind_area_m2=0.1,
            weight_kg=1.0, provenance=KNOWN,
        )  # fmt: skip

    there = [mast("a", 0.2)]
    wanted = {**COVERED, "bandwidth_khz": 200.0}
    shown = tuple(hung(str(mhz), mhz, confidential=False) for mhz in (905.0, 895.0))
    row = rows(search(there, installations=shown, **wanted))["a"]
    assert row["products"] == 3
    assert row["fit"] == "possible"
    hidden = tuple(replace(one, confidential=True) for one in shown)
    for asked_by, products in (("hỏi", None), ("thuê", 3), (None, 3)):
        row = rows(search(there, installations=hidden, asked_by=asked_by, **wanted))["a"]
        assert row["products"] == products
        assert ("others" in reasons(row)) is (asked_by == "hỏi")
    far = tuple(replace(one, frequency_mhz=2100.0 + k * 7.3) for k, one in enumerate(shown))
    assert rows(search(there, installations=far, **wanted))["a"]["products"] == 0


def test_the_covered_share_is_that_of_the_cells(search, study_context: Context) -> None:
    levels = (level("a", 30, 30, 1), level("b", 30, 30, 1))
    study = search(
        [mast("a", 0.5), mast("b", 2.5, 200.0)],
        levels=levels,
        **{**COVERED, "minimum_dbuvm": 86.0},
    )
    wanted = SharingWanted.from_json(study.inputs["wanted"])
    grid, within = wanted.grid()
    longitude, latitude = (one[within] for one in grid.centres())
    assert within.sum() * grid.pixel_areas_km2().mean() == pytest.approx(np.pi * 4, rel=0.02)
    context = study_context()
    shares = {}
    for name, away, azimuth in (("a", 0.5, 90.0), ("b", 2.5, 200.0)):
        one = mast(name, away, azimuth)
        station = replace(
            wanted.emission(name, one.longitude, one.latitude),
            height_above_ground_m=30.0, ground_height_m=2.0,
        )  # fmt: skip
        emitter = Emitter(station, context.ground, settings_of(study.inputs))
        stage = context.stage(0.0, 1.0, "")
        field = fields_at(emitter, stage, longitude, latitude, time_percents=(50.0,))[0]
        shares[name] = 100 * np.mean(field >= 86.0)
    for name, row in rows(study).items():
        assert row["covered_percent"] == pytest.approx(shares[name], abs=0.5)
    assert 5 < shares["b"] < shares["a"] <= 100
    assert [row["structure_id"] for row in study.results["supports"]] == ["a", "b"]


def test_what_covers_too_little_does_not_fit(search) -> None:
    study = search([mast("a", 1.5)], **{**COVERED, "minimum_dbuvm": 95.0})
    row = rows(study)["a"]
    assert row["fit"] == "does_not_fit"
    assert row["reasons"][0]["key"] == "covers_little"
    assert (study.results["conclusion"], study.results["conclusion_count"]) == (
        "none_predicted",
        1,
    )
    heavy = search([mast("a", 1.5)], **{**COVERED, "minimum_dbuvm": 95.0, "weight_kg": 900.0})
    assert heavy.results["conclusion"] == "none"  # the load alone speaks against it


def test_rents_asked_and_published_side_by_side(search) -> None:
    def rent(name: str, **changes: Any) -> PublishedRent:
        values: dict[str, Any] = {
            "id": name, "kind": StructureKind.ANTENNA_MAST, "rent_unit": RentUnit.POSITION,
            "amount_vnd": 6e6, "province_code": "80", "instrument": "QĐ", "clause": "1",
            "provenance": KNOWN,
        }  # fmt: skip
        return PublishedRent(**{**values, **changes})

    study = search(
        [mast("a", 0.2), mast("b", 0.3, rent_asked_vnd=None)],
        rents=(
            rent("đúng"),
            rent("loại khác", mast_class=MastClass.A1A),
            rent("tỉnh khác", province_code="01"),
            rent("hết hạn", valid_to=date(2025, 7, 31)),
            rent("đơn vị khác", rent_unit=RentUnit.STRUCTURE),
        ),
    )
    row = rows(study)["a"]
    assert [one["amount_vnd"] for one in row["published"]] == [6e6]
    assert row["rent_vnd"] == 9e6
    assert list(rows(study)) == ["a", "b"]  # whoever states a rent comes first


def test_a_rent_that_lies_apart_is_said(search) -> None:
    """Quartiles of 8, 9, 9, 10 and 30 million are 9 and 10: the fences are 7.5 and 11.5."""
    rents = (8e6, 9e6, 9e6, 10e6, 30e6)
    there = [mast(f"{k}", 0.1 + k / 10, rent_asked_vnd=rent) for k, rent in enumerate(rents)]
    other = mast("khác", 1.0, rent_asked_vnd=1e6, rent_unit=RentUnit.STRUCTURE)
    apart = search([*there, other]).results["rents_apart"]
    assert apart == {"4": {"high": True, "median_vnd": 9e6, "count": 5}}
    low = [*there[:4], replace(there[4], rent_asked_vnd=5e6)]  # 5, 8, 9, 9, 10: 8 and 9
    assert search(low).results["rents_apart"] == {
        "4": {"high": False, "median_vnd": 9e6, "count": 5}
    }
    assert search(there[1:]).results["rents_apart"] == {}  # four say too little


@pytest.mark.parametrize(("hidden", "told"), [(0, 0), (1, 5), (5, 5), (6, 10)])
def test_what_is_not_shown_is_counted_in_steps(search, hidden, told) -> None:
    """Whoever asks about ever smaller places learns no more than the count of a square."""
    there = [mast(f"kín {k}", 0.1 + k / 100, confidential=True) for k in range(hidden)]
    study = search([mast("mở", 2.9), *there], asked_by="hỏi")
    assert set(rows(study)) == {"mở"}
    assert study.results["unseen"] == told
    assert study.inputs["precision"]["unseen"] == 5
    written = str(study.inputs) + str(study.results)
    assert "kín" not in written
    narrow = search([mast("mở", 2.9), *there], asked_by="hỏi", within_km=0.05)
    assert narrow.results["unseen"] == told
    assert narrow.results["conclusion"] == ("none_seen" if told else "none")


@pytest.mark.parametrize("asked_by", ["chủ", None])
def test_what_is_shown_beyond_reach_is_not_counted_as_not_shown(search, asked_by) -> None:
    """The squares that are counted reach farther than the search."""
    own = [mast(f"kín {k}", 4.0 + k / 10, confidential=True) for k in range(3)]
    assert search([mast("mở", 0.5), *own], asked_by=asked_by).results["unseen"] == 0
    assert search([mast("mở", 0.5), *own], asked_by="hỏi").results["unseen"] == 5


def test_the_owner_and_the_department_see_what_is_confidential(search) -> None:
    there = [mast("kín", 0.5, confidential=True)]
    for asked_by in ("chủ", None):
        study = search(there, asked_by=asked_by)
        assert set(rows(study)) == {"kín"}
        assert study.results["unseen"] == 0
        access = summary_of(study.id, "sharing", study.inputs, study.results, 1).access
        assert access.organisations == (asked_by,)


def test_more_than_are_looked_at(search) -> None:
    there = [mast(f"{k:03d}", 0.01 * k + 0.01) for k in range(MOST_SCORED + 3)]
    study = search(there, weight_kg=1000.0)
    assert len(study.results["supports"]) == MOST_SCORED
    assert study.results["unscored"] == 3
    assert study.results["conclusion"] == "none_seen"


def test_an_area_in_place_of_a_point(search) -> None:
    corners = [[106.40, 10.60], [106.42, 10.60], [106.42, 10.62], [106.40, 10.62]]
    inside, beside, away = mast("trong", 1.0, 45.0), mast("cạnh", 1.0, 270.0), mast("xa", 5.0, 270)
    request = {"area": corners, "longitude": None, "latitude": None, "within_km": 1.5}
    study = search([inside, beside, away], **request)
    found = rows(study)
    assert set(found) == {"trong", "cạnh"}
    assert found["trong"]["distance_km"] == 0.0
    west = float(distance_km(beside.longitude, beside.latitude, 106.40, 10.60))
    assert found["cạnh"]["distance_km"] == pytest.approx(west, rel=0.005)


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        ({"longitude": None}, "supports.without_place"),
        ({"latitude": 200}, "studies.wrong_number"),
        ({"frequency_mhz": 900}, "supports.without_coverage"),
        ({"area": [[106, 10], [107, 10]]}, "supports.wrong_area"),
        ({"area": [[106, 10], [107, 11], [107, 10], [106, 11]]}, "supports.wrong_area"),
        ({"area": [[106, 10], [106, 10], [106, 10]]}, "supports.wrong_area"),
        ({"area": [[106, 10], [106.5, "x"], [107, 11]]}, "supports.wrong_area"),
        ({"area": [[100, 5], [110, 5], [110, 15], [100, 15]]}, "supports.too_large"),
        ({"within_km": 31}, "studies.wrong_number"),
        ({"colour": "red"}, "studies.unknown_input"),
    ],
)
def test_what_is_not_understood(search, request_, key) -> None:
    with pytest.raises(FormatError) as told:
        search([mast("a", 0.2)], **request_)
    assert told.value.key == key


def test_the_same_with_more_workers_and_when_run_again(search, study_context: Context) -> None:
    there = [mast(f"{k}", 0.3 * k + 0.1, 40.0 * k) for k in range(6)]
    study = search(there, **COVERED)
    context = study_context()
    assert rerun(study, replace(context, workers=2)).identical


# --- which places, together, cover an area ---

WEAK = {**COVERED, "minimum_dbuvm": 88.0, "kind": "best_sites", "wanted_percent": 95.0}


def test_the_fewest_supports_that_cover_enough(search) -> None:
    """In the middle one serves some three quarters; beside it those at the edge serve the rest."""
    there = [
        mast("giữa", 0.0),
        *(mast(f"rìa {azimuth}", 1.6, azimuth) for azimuth in (0.0, 72.0, 144.0, 216.0, 288.0)),
    ]
    study = search(there, **{**WEAK, "minimum_dbuvm": 92.0})
    results = study.results
    assert results["reached"]
    assert results["proven"]
    assert results["gap_percent"] == 0.0
    assert results["covered_percent"] >= 95.0
    assert results["cost"] == len(results["chosen"]) == results["least_cost"]
    shares = {row["structure_id"]: row["covered_percent"] for row in results["chosen"]}
    assert max(shares.values()) < 95.0, "one alone is not enough"
    alone = sum(row["alone_percent"] for row in results["chosen"])
    assert 0 < alone <= results["covered_percent"] + 1e-9


def test_a_full_support_is_not_chosen_and_too_little_is_said(search) -> None:
    full = level("đầy", 20, 40, 1, reserved=1)
    study = search(
        [mast("đầy", 0.1), mast("nhẹ", 0.1, load_limit_kg=1.0)],
        levels=(full,),
        weight_kg=10.0,
        **WEAK,
    )
    assert study.results["chosen"] == []
    assert not study.results["reached"]
    assert study.results["places"] == 0
    short = search([mast("xa", 3.5)], **{**WEAK, "within_km": 4.0})
    assert not short.results["reached"]
    assert 0 < short.results["reachable_percent"] < 95.0


def test_free_ground_costs_more_than_a_support(search) -> None:
    dear = {**WEAK, "ground_step_m": 1000.0}
    study = search([mast("giữa", 0.0)], **dear)
    chosen = study.results["chosen"]
    new = [row for row in chosen if row["structure_id"] is None]
    assert study.results["reached"]
    assert study.results["cost"] == pytest.approx(3.0 * len(new) + len(chosen) - len(new))
    cheap = search([mast("giữa", 0.0)], **{**dear, "ground_cost": 0.1})
    assert all(row["structure_id"] is None for row in cheap.results["chosen"])
    assert cheap.results["cost"] < study.results["cost"]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        (
            dict.fromkeys(("frequency_mhz", "erp_dbw", "minimum_dbuvm")),
            "supports.without_coverage",
        ),
        ({"ground_step_m": 100.0}, "best_sites.too_many"),
        ({"ground_cost": 0.0}, "studies.wrong_number"),
    ],
)
def test_what_no_choice_can_be_made_of(search, changes, key) -> None:
    with pytest.raises(FormatError) as told:
        search([mast("a", 0.1)], **{**WEAK, **changes})
    assert told.value.key == key


def test_a_support_is_judged_alone_as_a_search_would_judge_it(search) -> None:
    """With what is not known, with nothing left, and while it is being built."""
    kinds = [
        mast("đủ", 0.0),
        mast("chưa biết", 0.0, wind_area_limit_m2=None, load_limit_kg=None),
        mast("hết tải", 0.0, load_limit_kg=0.0),
        mast("đang xây", 0.0, state=Lifecycle.UNDER_CONSTRUCTION),
    ]
    study = search(kinds, levels=tuple(level(one.id, 25, 30, 2) for one in kinds))
    found = rows(study)
    for one, fit, key in zip(
        kinds,
        ("fits", "possible", "does_not_fit", "possible"),
        ("wind_left", "wind_unknown", "weight_none", "being_built"),
        strict=True,
    ):
        written = study.inputs["sites"][one.id]
        alone = judged_alone(one, site_of(written))
        told = {key for key, _ in alone.reasons}
        assert (alone.fit, told) == (fit, reasons(found[one.id])), one.id
        assert found[one.id]["fit"] == fit
        assert key in told
