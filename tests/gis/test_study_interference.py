"""Interference studies and the point explained: who disturbs whom, with the numbers by hand."""

import math
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from gis.errors import FormatError, GisError
from gis.home import Home
from gis.raster import read_raster
from gis.register.records import BroadcastStation, Reception, UnitKind
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.model import default_settings
from gis.studies.point import explain, explain_path
from gis.studies.record import file_path
from gis.studies.runner import run
from gis.studies.unwanted import spacing_khz
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain, RasterTerrain
from propagation.itu import p1812

Context = Callable[..., StudyContext]
Make = Callable[..., BroadcastStation]
ON = date(2025, 8, 1)
REQUEST = {"station_id": "a", "radius_km": 30, "step_m": 1000, "on": "2025-08-01"}
EAST_12_KM = 106.4 + 12 / 109.46  # km a degree along the parallel of 10.6 N


@pytest.fixture
def pair(study_context: Context, make_station: Make) -> StudyContext:
    """Two stations of 1 kW, 12 km and 100 kHz apart."""
    other = make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1)
    return study_context(stations=[make_station(), other])


def exact(station: BroadcastStation, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Fields for 50 % and 1 % over each point's own path."""
    context = StudyContext(None, None, Ground(FlatTerrain()))  # neither register nor home is asked
    emitter = Emitter(station, Ground(FlatTerrain()), default_settings(profile_step_km=0.5))
    return fields_at(emitter, context.stage(0, 1, "x"), lon, lat)


def test_the_planted_fault_pixel_by_pixel(pair: StudyContext, make_station: Make) -> None:
    """Margin = E(a) - max(E(b, 50 %) + 33 dB, E(b, 1 %) + 25 dB): stereo, 100 kHz apart."""
    study = run("interference", REQUEST, pair)
    margin = read_raster(file_path(study, "interference.tif", pair.home))
    ratio = read_raster(file_path(study, "carrier_to_interference.tif", pair.home))
    known = np.argwhere(~np.isnan(margin.values))
    chosen = known[np.random.default_rng(5).choice(len(known), 60, replace=False)]
    lon = margin.grid.longitudes[chosen[:, 1]]
    lat = margin.grid.latitudes[chosen[:, 0]]
    wanted = exact(make_station(), lon, lat)[0]
    steady, rare = exact(make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1), lon, lat)
    by_hand = wanted - np.maximum(steady + 33.0, rare + 25.0)
    rows, columns = chosen[:, 0], chosen[:, 1]
    difference = margin.values[rows, columns] - by_hand
    assert np.median(np.abs(difference)) < 0.05
    assert np.abs(difference).max() < 2.0  # near the masts the field bends within a pixel
    steady_governs = steady + 33.0 >= rare + 25.0
    expected = wanted - np.where(steady_governs, steady, rare)
    assert np.median(np.abs(ratio.values[rows, columns] - expected)) < 0.05


def test_a_far_station_is_computed_on_the_radials_that_meet_the_area(
    study_context: Context, make_station: Make
) -> None:
    """100 km north-east, co-channel: no pixel is missed, the numbers are those of the paths."""
    other = make_station("b", longitude=107.05, latitude=11.24)
    context = study_context(stations=[make_station(), other])
    study = run("interference", REQUEST, context)
    assert study.results["area_without_result_km2"] == 0.0
    margin = read_raster(file_path(study, "interference.tif", context.home))
    known = np.argwhere(~np.isnan(margin.values))
    lon, lat = margin.grid.longitudes[known[:, 1]], margin.grid.latitudes[known[:, 0]]
    step = 23
    wanted = exact(make_station(), lon[::step], lat[::step])[0]
    steady, rare = exact(other, lon[::step], lat[::step])
    by_hand = wanted - np.maximum(steady + 45.0, rare + 37.0)  # stereo, co-channel
    difference = margin.values[known[::step, 0], known[::step, 1]] - by_hand
    assert np.median(np.abs(difference)) < 0.05


def test_who_dominates_and_where(pair: StudyContext) -> None:
    study = run("interference", REQUEST, pair)
    results = study.results
    (row,) = results["interferers"]
    assert (row["rank"], row["station_id"]) == (0, "b")
    dominant = read_raster(file_path(study, "dominant.tif", pair.home))
    areas = np.broadcast_to(dominant.grid.pixel_areas_km2(), dominant.grid.shape)
    assert set(np.unique(dominant.values)) == {-1, 0}
    by_raster = float(areas[dominant.values == 0].sum())
    assert by_raster == pytest.approx(results["area_interfered_km2"], abs=1e-3)
    assert row["area_km2"] == pytest.approx(by_raster, abs=1e-3)
    assert dominant.at(np.array([EAST_12_KM]), np.array([10.6]))[0] == 0
    assert dominant.at(np.array([106.4]), np.array([10.6]))[0] == -1, "at its own mast it serves"
    assert dominant.at(np.array(row["label_at"][:1]), np.array(row["label_at"][1:]))[0] == 0
    assert dominant.tags["NAMES"] == f"0={row['name']}"
    served, disturbed = results["area_served_km2"], results["area_interfered_km2"]
    assert results["share_interfered"] == pytest.approx(disturbed / (served + disturbed), abs=1e-5)


def test_two_methods_of_summation(study_context: Context, make_station: Make) -> None:
    """Two equal nuisance fields: power sum +3.01 dB, simplified multiplication +6.40 dB."""
    others = [
        make_station(name, longitude=106.4, latitude=10.6 + shift, frequency_mhz=100.0)
        for name, shift in (("b", 0.5), ("c", -0.5))
    ]
    context = study_context(stations=[make_station(), *others])
    found = explain(make_station(), 106.4, 10.6001, context, on=ON)["interference"]
    one, two = (row["nuisance_field_dbuvm"] for row in found["interferers"])
    assert one == pytest.approx(two, abs=0.05)
    assert found["usable_power_sum_dbuvm"] == pytest.approx(one + 3.01, abs=0.05)
    assert found["usable_simplified_dbuvm"] == pytest.approx(one + 6.40, abs=0.05)
    default = run("interference", REQUEST, context)
    power = run("interference", {**REQUEST, "summation": "power_sum"}, context)
    assert default.results["area_served_km2"] < power.results["area_served_km2"]
    margins = [
        read_raster(file_path(study, "interference.tif", context.home)).values
        for study in (default, power)
    ]
    assert (np.nan_to_num(margins[1] - margins[0]) >= -1e-4).all()


def test_an_antenna_that_points_discriminates(pair: StudyContext) -> None:
    """West of both stations they lie in one direction, east of b in one, between them opposite."""
    plain = run("interference", REQUEST, pair)
    aimed = run("interference", {**REQUEST, "antenna_discrimination": True}, pair)
    first, second = (
        read_raster(file_path(study, "interference.tif", pair.home)) for study in (plain, aimed)
    )
    between, west = 106.4 + 6 / 109.46, 106.4 - 15 / 109.46
    gain = second.at(np.array([between, west]), np.array([10.6, 10.6])) - first.at(
        np.array([between, west]), np.array([10.6, 10.6])
    )
    assert gain == pytest.approx([12.0, 0.0], abs=1e-3)  # Rec. ITU-R BS.599: 12 dB beyond 60 deg
    assert aimed.results["area_interfered_km2"] < plain.results["area_interfered_km2"]


@pytest.mark.parametrize(
    ("frequency_mhz", "counts"),
    [(100.4, True), (99.6, True), (100.5, False), (110.7, True), (89.3, True), (110.9, False)],
)
def test_only_close_carriers_and_the_intermediate_frequency_count(
    study_context: Context, make_station: Make, frequency_mhz: float, counts: bool
) -> None:
    other = make_station("b", longitude=EAST_12_KM, frequency_mhz=frequency_mhz)
    context = study_context(stations=[make_station(), other])
    found = explain(make_station(), 106.5, 10.6, context, on=ON)["interference"]
    assert bool(found["interferers"]) is counts
    if not counts:
        assert found["usable_power_sum_dbuvm"] is None
        assert found["served"]


def test_distance_reach_and_what_is_missing_are_stated(
    study_context: Context, make_station: Make
) -> None:
    far = make_station("far", latitude=10.6 + 4.0)
    dumb = make_station("dumb", latitude=10.7, erp_total_dbw=None, height_above_ground_m=None)
    study = run("interference", REQUEST, study_context(stations=[make_station(), far, dumb]))
    assert study.inputs["reach_km"] == 300.0
    assert study.inputs["unwanted"] == []
    assert study.results["not_assessed"] == [
        {
            "id": "dumb",
            "name": "Đài dumb",
            "missing": ["erp_total_dbw", "height_above_ground_m"],
        }
    ]


def test_communes_are_named_with_who_disturbs_them(
    study_context: Context, make_station: Make, make_unit, make_boundary
) -> None:
    """A ward asks for 66 dB(uV/m), a rural commune for 54: below that nobody is disturbed."""
    units = [
        make_unit("outlined", 106.5, 10.6),
        make_unit("at-b", EAST_12_KM, 10.6),
        make_unit("far", 106.4, 10.8, kind=UnitKind.WARD, name="Phường far"),
        make_unit("own", 106.4005, 10.6),
    ]
    boundaries = [make_boundary("outlined", 106.47, 10.58, 106.53, 10.62, official=False)]
    other = make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1)
    context = study_context(stations=[make_station(), other], units=units, boundaries=boundaries)
    study = run("interference", REQUEST, context)
    rows = {row["code"]: row for row in study.results["communes"]}
    assert set(rows) == {"outlined", "at-b"}
    assert rows["outlined"]["method"] == "area"
    assert rows["outlined"]["approximate"]
    assert rows["outlined"]["share_interfered"] == 1.0
    assert rows["at-b"]["method"] == "point"
    assert rows["at-b"]["by"]["station_id"] == "b"
    at_far = explain(make_station(), 106.4, 10.8, context, on=ON)["interference"]
    assert at_far["area"] == "urban"
    assert at_far["minimum_field_dbuvm"] == 66.0
    assert 54.0 < at_far["wanted_dbuvm"] < 66.0
    assert not at_far["interfered"]


def test_same_bytes_with_any_number_of_workers(pair: StudyContext, tmp_path) -> None:
    contents = []
    for workers in (1, 2):
        home = Home(tmp_path / str(workers))
        context = StudyContext(pair.register, home, pair.ground, workers=workers)
        study = run("interference", REQUEST, context)
        contents.append({f.name: f.read_bytes() for f in home.study(study.id).iterdir()})
    assert contents[0] == contents[1]


def test_mono_is_hardier_than_stereo(study_context: Context, make_station: Make) -> None:
    """100 kHz, steady: mono 12 dB, stereo 33 dB."""
    other = make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1)
    context = study_context(stations=[make_station(), other])
    found = {
        reception: explain(make_station(reception=reception), 106.45, 10.6, context, on=ON)[
            "interference"
        ]["interferers"][0]
        for reception in Reception
    }
    assert found[Reception.STEREO]["protection_ratio_db"] == 33.0
    assert found[Reception.MONO]["protection_ratio_db"] == 12.0
    assert found[Reception.STEREO]["nuisance_field_dbuvm"] == pytest.approx(
        found[Reception.STEREO]["steady_field_dbuvm"] + 33.0, abs=0.002
    )


def test_a_point_explained_term_by_term(pair: StudyContext, make_station: Make) -> None:
    station = make_station(attenuation_db=tuple(3.0 for _ in range(36)))
    told = explain_path(station, 106.6, 10.7, pair)
    assert told["method"] == "p1812"
    assert told["erp_dbw"] == 27.0
    assert told["evidence"] == "prediction"
    names = [term["name"] for term in told["predictions"][0]["terms"]]
    assert names == list(p1812.TERMS)
    assert len(told["profile"]["distance_km"]) == len(told["profile"]["terrain_height_m"])
    assert told["profile"]["distance_km"][-1] == pytest.approx(told["distance_km"], abs=1e-3)
    loss = {term["name"]: term["value"] for term in told["predictions"][0]["terms"]}
    # E = 199.36 + 20 lg f - L_b for 1 kW, f in GHz; 27 dBW is 3 dB below 1 kW
    by_hand = 199.36 + 20 * math.log10(0.1) - loss["basic_transmission_loss_db"] - 3.0
    assert told["predictions"][0]["field_strength_dbuvm"] == pytest.approx(by_hand, abs=0.005)
    steady, rare = told["predictions"][0], told["predictions"][1]
    assert rare["field_strength_dbuvm"] > steady["field_strength_dbuvm"]
    assert told["terrain"]["flat"] is True


def test_a_click_on_the_mast_and_far_away(pair: StudyContext, make_station: Make) -> None:
    near = explain_path(make_station(), 106.4, 10.6005, pair)
    assert near["method"] == "free_space"
    assert near["predictions"][0]["terms"] == []
    assert near["predictions"][0]["field_strength_dbuvm"] > 120
    with pytest.raises(FormatError) as caught:
        explain_path(make_station(), 90.0, 10.6, pair)
    assert caught.value.key == "studies.point_too_far"
    with pytest.raises(FormatError) as caught:
        explain_path(make_station(), 10.6, 106.4, pair)
    assert caught.value.key == "studies.wrong_point"


def test_a_click_behind_a_void(study_context: Context, make_station: Make, write_terrain) -> None:
    terrain = Ground(RasterTerrain(write_terrain(lambda lon, _lat: 5.0 + 0.0 * lon, side=200)))
    context = study_context(terrain=terrain)
    station = make_station(latitude=10.7)
    assert (
        explain_path(station, 106.45, 10.7, context)["predictions"][0]["field_strength_dbuvm"] > 0
    )
    with pytest.raises(GisError) as caught:
        explain_path(station, 106.7, 10.7, context)
    assert caught.value.key == "studies.terrain_void"


def test_spacing_is_free_of_binary_fractions(make_station: Make) -> None:
    assert spacing_khz(make_station(), make_station("b", frequency_mhz=100.3)) == 300.0
    assert spacing_khz(make_station(frequency_mhz=107.3), make_station("b")) == -7300.0
