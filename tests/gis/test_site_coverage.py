"""Coverage gained and overlap of a proposed site: by brute force, by construction, by scope."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gis.errors import FormatError
from gis.geodesy import distance_km
from gis.home import Home
from gis.mobile import bands, usual_generation
from gis.raster import grid_around
from gis.register.records import BroadcastStation, Service, StationClass
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Installation, Lifecycle, Structure, StructureKind
from gis.studies import Study, StudyContext, rerun, run
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.model import FieldSettings
from gis.studies.parts import Gathered
from gis.studies.record import canonical
from gis.studies.site_coverage import CELL_M, RADIUS_KM
from gis.studies.site_planning import compute
from gis.studies.snapshots import record_from_json
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain, RasterTerrain
from propagation.mobile import Generation
from propagation.profile import Polarization
from propagation.units import dbm_from_dbuvm
from tests.gis.site_scene import KNOWN, at, fill, request

SITE = (106.20, 11.42)
ANTENNA: dict[str, Any] = {"height_above_ground_m": 40, "frequency_mhz": 1842.5, "eirp_dbm": 45}
OTHER = at(SITE, 60.0, 3500.0)
COARSE_M = 400.0
"""Cells over which a path to each is computed."""


@pytest.fixture
def context(register: Register) -> StudyContext:
    """Return the made province without an installation."""
    fill(register)
    return StudyContext(register, Home(register.path.parent), Ground(FlatTerrain()))


def mast(name: str, place: tuple[float, float], **changes: Any) -> Structure:
    values: dict[str, Any] = {
        "id": name, "code": name, "name": f"Cột {name}", "kind": StructureKind.ANTENNA_MAST,
        "owner_id": "hoa", "longitude": place[0], "latitude": place[1], "ground_height_m": 3.0,
        "state": Lifecycle.IN_USE, "confidential": False, "provenance": KNOWN,
    }  # fmt: skip
    return Structure(**{**values, **changes})


def hung(name: str, structure: str, **changes: Any) -> Installation:
    values: dict[str, Any] = {
        "id": name, "structure_id": structure, "organisation_id": "hoa", "technology": "4G LTE",
        "height_above_ground_m": 40.0, "frequency_mhz": 1842.5, "eirp_dbm": 45.0,
        "confidential": False, "provenance": KNOWN,
    }  # fmt: skip
    return Installation(**{**values, **changes})


@pytest.fixture
def add(context: StudyContext) -> Callable[..., None]:
    """Return what brings structures and installations in."""

    def write(*records: Structure | Installation) -> None:
        with context.register.write(author="test", reason="more") as writer:
            writer.add_structures([one for one in records if isinstance(one, Structure)])
            writer.add_installations([one for one in records if isinstance(one, Installation)])

    return write


def judged(context: StudyContext, *antennas: dict[str, Any], **changes: Any) -> Study:
    asked = [{**ANTENNA, **one} for one in antennas] or [ANTENNA]
    return run("site_planning", request("clean", antennas=asked, **changes), context)


def only(study: Study) -> dict[str, Any]:
    (row,) = study.results["coverage"]
    return dict(row)


def computed(study: Study, context: StudyContext) -> dict[str, Any]:
    """Return what comes out of the inputs of a study."""
    return compute(Gathered(study.inputs), context).results


def circle(cell_m: float = CELL_M) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return longitude, latitude and area of the cells of the circle."""
    grid = grid_around(*SITE, RADIUS_KM, cell_m)
    longitude, latitude = grid.centres()
    within = distance_km(*SITE, longitude, latitude) <= RADIUS_KM
    areas = np.broadcast_to(grid.pixel_areas_km2(), grid.shape)
    return longitude[within], latitude[within], areas[within]


def by_points(study: Study, context: StudyContext, station: BroadcastStation) -> np.ndarray:
    """Return the 4G level of a transmitter over the own path to each cell."""
    settings = FieldSettings(**study.inputs["model"]["settings"])
    longitude, latitude, _ = circle(COARSE_M)
    field = fields_at(
        Emitter(station, context.ground, settings), context.stage(0.0, 1.0, ""),
        longitude, latitude, time_percents=(50.0,),
    )[0]  # fmt: skip
    return np.asarray(dbm_from_dbuvm(field, station.frequency_mhz) - 10 * np.log10(600))


def proposed(frequency_mhz: float = 1842.5) -> BroadcastStation:
    """Return the antenna as a transmitter: 45 dBm e.i.r.p. are 15 dBW, 12.85 dBW e.r.p."""
    return BroadcastStation(
        id="p", name="p", programme="", service=Service.FM, station_class=StationClass.OTHER,
        frequency_mhz=frequency_mhz, longitude=SITE[0], latitude=SITE[1], erp_total_dbw=12.85,
        polarization=Polarization.VERTICAL, height_above_ground_m=40.0, ground_height_m=3.0,
        provenance=KNOWN,
    )  # fmt: skip


def test_served_and_overlap_are_those_of_the_point_predictor(
    context: StudyContext, add: Callable[..., None]
) -> None:
    """Two neighbours, the applicant's sector and another operator's, cell by cell."""
    beyond = at(SITE, 200.0, 7000.0)
    add(
        mast("o", OTHER), hung("o1", "o", azimuth_deg=90.0),
        mast("b", beyond, owner_id="sao"), hung("b1", "b", organisation_id="sao", eirp_dbm=44.0),
    )  # fmt: skip
    study = judged(context)
    study.inputs["coverage"]["cell_m"] = COARSE_M
    (row,) = computed(study, context)["coverage"]
    assert row["minimum_level_dbm"] == -105
    mine = by_points(study, context, proposed())
    near = {
        one["id"]: by_points(study, context, record_from_json(BroadcastStation, one))
        for one in study.inputs["coverage"]["stations"]
    }
    assert set(near) == {"o1", "b1"}
    served, own, other = (one >= -105 for one in (mine, near["o1"], near["b1"]))
    areas = circle(COARSE_M)[2]
    # between radials a level differs a little from that of the own path
    close = np.any([np.abs(one + 105) < 0.1 for one in (mine, *near.values())], axis=0)
    unsure_km2 = float(areas[close].sum())
    assert unsure_km2 < 1.5
    expected = {
        "served": served, "own_overlap": served & own, "own_gain": served & ~own,
        "all_overlap": served & (own | other), "all_gain": served & ~(own | other),
    }  # fmt: skip
    for name, cells in expected.items():
        area_km2 = float(areas[cells].sum())
        assert row[f"{name}_km2"] == pytest.approx(area_km2, abs=unsure_km2 + 0.001), name
        assert area_km2 > 3 * unsure_km2, (name, area_km2, unsure_km2)
    assert row["all_overlap_km2"] > row["own_overlap_km2"]
    assert row["own_overlap_km2"] + row["own_gain_km2"] == pytest.approx(row["served_km2"])
    assert (row["existing"], row["own_existing"], row["left_out"]) == (2, 1, 0)
    assert row["unknown_km2"] == 0.0


def test_nobody_there_gains_all(context: StudyContext) -> None:
    row = only(judged(context))
    assert row["served_km2"] > 1.0
    assert row["own_overlap_km2"] == row["all_overlap_km2"] == 0.0
    assert row["own_gain_km2"] == row["all_gain_km2"] == row["served_km2"]
    assert (row["existing"], row["own_existing"], row["left_out"]) == (0, 0, 0)
    assert "P.1812" in row["remark"]["en"]
    assert "không phải chứng cứ" in row["remark"]["vi"]


def test_the_same_antenna_there_already_gains_nothing(
    context: StudyContext, add: Callable[..., None]
) -> None:
    add(mast("here", SITE), hung("same", "here"))
    row = only(judged(context))
    assert row["served_km2"] > 1.0
    assert row["own_overlap_km2"] == row["all_overlap_km2"] == row["served_km2"]
    assert row["own_gain_km2"] == row["all_gain_km2"] == 0.0
    other = only(judged(context, organisation_id="sao"))
    assert (other["own_gain_km2"], other["all_gain_km2"]) == (other["served_km2"], 0.0)
    assert (other["existing"], other["own_existing"]) == (1, 0)
    nobody = only(judged(context, organisation_id=None))
    assert nobody["own_gain_km2"] is nobody["own_overlap_km2"] is nobody["own_existing"] is None
    assert nobody["all_overlap_km2"] == nobody["served_km2"]


@pytest.mark.parametrize(
    ("structure", "installation", "counts"),
    [
        ({}, {}, (1, 0, 0)),
        ({}, {"frequency_mhz": 1820.0}, (1, 0, 0)),
        ({}, {"frequency_mhz": 2140.0}, (0, 0, 0)),
        ({}, {"technology": "2G 1800"}, (0, 0, 1)),
        ({}, {"technology": "GSM/LTE"}, (1, 0, 0)),
        ({}, {"frequency_mhz": None}, (0, 1, 0)),
        ({}, {"eirp_dbm": None}, (0, 1, 0)),
        ({"ground_height_m": None}, {}, (0, 1, 0)),
        ({"state": Lifecycle.PLANNED}, {}, (0, 0, 0)),
        ({"state": Lifecycle.RETIRED}, {}, (0, 0, 0)),
        ({"at": at(SITE, 10.0, 24_900.0)}, {}, (1, 0, 0)),
        ({"at": at(SITE, 10.0, 25_100.0)}, {}, (0, 0, 0)),
    ],
)
def test_which_installations_go_in(
    context: StudyContext,
    add: Callable[..., None],
    structure: dict[str, Any],
    installation: dict[str, Any],
    counts: tuple[int, int, int],
) -> None:
    """Of the band and technology, in use, in reach; what lacks a value is counted."""
    place = structure.get("at", OTHER)
    changes = {name: value for name, value in structure.items() if name != "at"}
    add(mast("o", place, **changes), hung("o1", "o", **installation))
    row = only(judged(context))
    assert (row["existing"], row["left_out"], row["other_technology"]) == counts


def test_an_installation_of_another_day_does_not_serve(
    context: StudyContext, add: Callable[..., None]
) -> None:
    add(mast("here", SITE), hung("old", "here", valid_to=date(2026, 7, 31)))
    assert only(judged(context))["existing"] == 0
    assert only(judged(context, on="2026-07-31"))["existing"] == 1


def test_what_others_keep_confidential_stays_out_of_a_public_study(
    context: StudyContext, add: Callable[..., None]
) -> None:
    add(
        mast("here", SITE, owner_id="sao"),
        hung("secret", "here", organisation_id="sao", confidential=True),
    )
    inside = judged(context)
    assert inside.inputs["confidential"]
    assert only(inside)["all_overlap_km2"] == only(inside)["served_km2"]
    public = judged(context, public=True)
    assert not public.inputs["confidential"]
    assert "secret" not in canonical(public.inputs).decode()
    assert only(public)["existing"] == only(public)["left_out"] == 0
    assert only(public)["all_gain_km2"] == only(public)["served_km2"]
    own = judged(context, public=True, organisation_id="sao")
    assert not own.inputs["confidential"], "the operator may read what was made for it"
    assert only(own)["own_overlap_km2"] == only(own)["served_km2"]


@pytest.mark.parametrize(
    ("structure", "installation", "expected"),
    [
        ({}, {}, False),
        ({"confidential": True}, {}, True),
        ({}, {"confidential": True}, True),
        ({}, {"confidential": True, "eirp_dbm": None}, True),  # it was counted
        ({}, {"confidential": True, "technology": "2G"}, True),
        ({}, {"confidential": True, "frequency_mhz": 2140.0}, False),
        ({}, {"confidential": True, "technology": "FM", "frequency_mhz": None}, False),
    ],
)
def test_a_study_that_looked_at_confidential_records_is_confidential(
    context: StudyContext,
    add: Callable[..., None],
    structure: dict[str, Any],
    installation: dict[str, Any],
    expected: bool,
) -> None:
    """At 3500 m, so that no rule of sharing or spacing looks at the structure itself."""
    add(mast("o", OTHER, **structure), hung("o1", "o", **installation))
    assert judged(context).inputs["confidential"] is expected


def test_it_is_run_again_from_its_record(context: StudyContext, add: Callable[..., None]) -> None:
    add(mast("o", OTHER), hung("o1", "o", azimuth_deg=10.0), hung("o2", "o", technology="5G/4G"))
    study = judged(context, {}, {"frequency_mhz": 2140.0}, {"technology": "5g"})
    with context.register.write(author="test", reason="gone") as writer:
        gone = [replace(one, eirp_dbm=None) for one in writer.installations(SYSTEM)]
        writer.update_installations(gone)
    again = rerun(study, context)
    assert (again.agrees, again.identical) == (True, True)
    assert [row["existing"] for row in study.results["coverage"]] == [2, 0, 1]
    assert [row["existing"] for row in judged(context).results["coverage"]] == [0]


def test_workers_change_no_byte(context: StudyContext, add: Callable[..., None]) -> None:
    add(mast("o", OTHER), *(hung(f"o{n}", "o", azimuth_deg=60.0 * n) for n in range(6)))
    results = [
        canonical(judged(replace(context, workers=workers)).results) for workers in (0, 1, 3)
    ]
    assert results[0] == results[1] == results[2]


def test_an_older_record_has_no_coverage(context: StudyContext) -> None:
    study = judged(context)
    del study.inputs["coverage"]
    assert "coverage" not in computed(study, context)


def test_the_technology_is_the_one_stated_else_the_usual_of_the_band(
    context: StudyContext,
) -> None:
    study = judged(
        context, {}, {"technology": "2g"}, {"frequency_mhz": 3500.0}, {"frequency_mhz": 950.0}
    )
    told = [
        (row["band"], row["technology"], row["technology_stated"], row["minimum_level_dbm"])
        for row in study.results["coverage"]
    ]
    assert told == [
        ("1800", "4g", False, -105), ("1800", "2g", True, -81), ("3500", "5g", False, -110),
        ("900", "4g", False, -105),
    ]  # fmt: skip
    assert {usual_generation(one.name) for one in bands()} <= set(Generation)


def test_what_cannot_be_predicted_says_why(context: StudyContext) -> None:
    study = judged(
        context, {"frequency_mhz": 98.0}, {"frequency_mhz": 7000.0},
        {"height_above_ground_m": 0.5}, {},
    )  # fmt: skip
    rows = study.results["coverage"]
    assert [row["reason"] and row["reason"]["key"] for row in rows] == [
        "planning.coverage_no_band", "planning.coverage_outside", "planning.coverage_outside",
        None,
    ]  # fmt: skip
    assert "98" in rows[0]["reason"]["vi"]
    assert "Tần số" in rows[1]["reason"]["vi"]
    assert rows[0]["served_km2"] is rows[0]["remark"] is None
    assert rows[3]["served_km2"] > 1.0


def test_what_is_not_stated_is_not_computed(context: StudyContext) -> None:
    study = run(
        "site_planning",
        request("clean", antennas=[{"height_above_ground_m": 30}, {**ANTENNA, "eirp_dbm": None}]),
        context,
    )
    assert study.results["coverage"] == []
    assert study.inputs["coverage"]["not_stated"] == 2
    assert "model" not in study.inputs
    assert rerun(study, context).identical


def test_too_many_installations_around_are_said(
    context: StudyContext, add: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gis.studies.site_coverage.MOST_STATIONS", 1)
    add(mast("o", OTHER), hung("o1", "o"), hung("o2", "o"))
    row = only(judged(context))
    assert row["reason"]["key"] == "planning.coverage_too_many"
    assert row["served_km2"] is None


def test_an_unknown_technology_is_refused(context: StudyContext) -> None:
    with pytest.raises(FormatError) as caught:
        judged(context, {"technology": "6g"})
    assert caught.value.key == "studies.wrong_choice"


# --- over a raster ---


def over(context: StudyContext, dem: Path) -> StudyContext:
    return replace(context, ground=Ground(RasterTerrain(dem)))


def test_terrain_decides(context: StudyContext, write_terrain: Callable[..., Path]) -> None:
    """A ridge of 300 m, 2 km to the west, takes the cells behind it."""

    def ridge(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return np.where(np.abs(lon - (SITE[0] - 0.02)) < 0.006, 300.0, 3.0 + 0 * lat)

    dem = write_terrain(ridge, north=11.8)
    level = only(judged(over(context, write_terrain(lambda lon, lat: 0 * lon + 3.0, north=11.8,
                                                    name="level.tif"))))  # fmt: skip
    behind = only(judged(over(context, dem)))
    assert behind["unknown_km2"] == level["unknown_km2"] == 0.0
    assert behind["served_km2"] < 0.9 * level["served_km2"]


def test_what_has_no_terrain_is_not_known(
    context: StudyContext, write_terrain: Callable[..., Path], add: Callable[..., None]
) -> None:
    """East of the site the terrain is void: half of the circle; a neighbour there is left out."""
    add(mast("o", at(SITE, 90.0, 3000.0)), hung("o1", "o"))

    def half(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return np.where(lon > SITE[0] + 0.01, np.nan, 3.0 + 0 * lat)

    row = only(judged(over(context, write_terrain(half, north=11.8))))
    assert 20.0 < row["unknown_km2"] < 45.0
    assert row["served_km2"] > 1.0
    assert (row["existing"], row["left_out"]) == (0, 1)
    nowhere = only(judged(over(context, write_terrain(half, north=10.5, name="far.tif"))))
    assert nowhere["reason"]["key"] == "planning.coverage_no_terrain"
    assert nowhere["served_km2"] is None
