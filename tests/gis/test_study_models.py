"""Studies with a chosen model: its own numbers, its limits said, its record computed again."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from gis.errors import CancelledError, CurvesUnavailableError, FormatError, GisError
from gis.raster import read_raster
from gis.register.records import BroadcastStation
from gis.studies.additions import Additions
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import azimuths_around, fields_at, polar_field
from gis.studies.listing import list_studies
from gis.studies.method import Method, method_recorded
from gis.studies.model import default_settings
from gis.studies.predictors.base import Predictor
from gis.studies.predictors.p1812 import P1812
from gis.studies.predictors.registry import MODELS, predictor_of
from gis.studies.record import file_path
from gis.studies.rerun import rerun
from gis.studies.runner import run
from gis.studies.walk import Walk
from gis.terrain.ground import Ground
from gis.terrain.source import RasterTerrain
from propagation.area.radial import Radials
from propagation.hata.extended import extended_hata_loss
from propagation.hata.okumura import cost231_hata_loss_db, okumura_hata_loss_db
from propagation.itm.prediction import point_to_point_loss
from propagation.itm.records import Conditions, RadioClimate, TimeLocationSituation
from propagation.itu import p452, p1546, p1812
from propagation.itu.p1546_curves import CurveSet
from propagation.itu.p1546_path import profile_parameters
from propagation.itu.p2108 import terrestrial_clutter_loss_db
from propagation.itu.p2109 import Building, building_entry_loss_db
from propagation.profile import PathProfile

Context = Callable[..., StudyContext]
REQUEST = {"station_id": "a", "radius_km": 18, "step_m": 500, "on": "2025-08-01"}
FREQUENCIES = {"okumura_hata": 600.0, "cost231_hata": 1800.0, "ehata": 1800.0}
"""At which each model is tried, elsewhere 103 MHz."""


def hills(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    return 60 + 40 * np.sin(2 * np.pi * lon / 0.045) * np.cos(2 * np.pi * lat / 0.03)


def frequency_mhz(name: str) -> float:
    return FREQUENCIES.get(name, 103.0)


HEIGHTS = {"transmitter_height_above_ground_m": 60.0, "receiver_height_above_ground_m": 10.0}


def field_by_hand(name: str, profile: PathProfile, latitude: float, curves: CurveSet) -> float:
    """The model's own function over one profile, 50 % of time, 1 kW: a field in dB(uV/m)."""
    f, step_m = frequency_mhz(name), float(profile.distance_km[1]) * 1e3
    clear_air = {
        "frequency_mhz": f,
        "time_percent": 50.0,
        "path_centre_latitude_deg": latitude,
        "lapse_rate_nunits_per_km": 52.5,
        "surface_refractivity_nunits": 380.0,
        **HEIGHTS,
    }
    said = profile_parameters(profile, **HEIGHTS)
    base, mobile = {"base_height_m": said.effective_height_m}, {"mobile_height_m": 10.0}
    if name == "p1546":
        found = p1546.predict_field(
            curves,
            **said._asdict(),
            frequency_mhz=f,
            time_percent=50.0,
            warm_sea=True,
            surface_refractivity_nunits=380.0,
            **HEIGHTS,
        )
        return float(found.field_strength_dbuvm)
    if name == "p1812":
        loss = p1812.basic_transmission_loss(profile, **clear_air).basic_transmission_loss_db
    elif name == "p452":
        loss = p452.basic_transmission_loss(profile, **clear_air).basic_transmission_loss_db
    elif name == "itm":
        asked = Conditions(
            frequency_mhz=f,
            surface_refractivity_nunits=380.0,
            climate=RadioClimate.MARITIME_SUBTROPICAL,
            polarization="horizontal",
            statistics=TimeLocationSituation(50.0, 50.0),
            **HEIGHTS,
        )
        loss = point_to_point_loss(
            profile.terrain_height_m, step_m, asked
        ).basic_transmission_loss_db
    elif name == "ehata":
        loss = extended_hata_loss(
            profile.terrain_height_m,
            step_m,
            frequency_mhz=f,
            base_height_m=60.0,
            environment="open",
            over_sea=profile.zone == 1,
            **mobile,
        ).basic_transmission_loss_db
    elif name == "okumura_hata":
        loss = okumura_hata_loss_db(f, said.distance_km, environment="suburban", **base, **mobile)
    else:
        loss = cost231_hata_loss_db(f, said.distance_km, **base, **mobile)
    # eq. (70) of Rec. ITU-R P.1812 for 1 kW: 199.36 + 20 lg f - L, f in GHz
    return 199.36 + 20 * np.log10(f / 1e3) - float(loss)


@pytest.mark.parametrize("name", MODELS)
def test_radials_are_the_models_own_function(
    name: str,
    *,
    predictors: dict[str, Predictor],
    synthetic_curves: CurveSet,
    make_station: Callable[..., BroadcastStation],
    study_context: Context,
    write_terrain: Callable[..., Path],
) -> None:
    """Over hills: the losses to 1e-6 dB, and what is kept to the last bits of float32."""
    ground = Ground(RasterTerrain(write_terrain(hills)))
    station = make_station(frequency_mhz=frequency_mhz(name), ground_height_m=None)
    predictor, stage = predictors[name], study_context().stage(0.0, 1.0, "studies.progress_grid")
    emitter = Emitter(station, ground, default_settings(), Method(predictor))
    walk = Walk.over(emitter, 18.0, 0.5, 0.0, azimuths_around(36), (50.0,), False)
    radials, _ = walk.radials(slice(0, 36))
    losses = predictor.along(radials, walk.emission, stage.check).losses_db[0]
    field = walk.field_dbuvm(slice(0, 36), stage.check)[0][0]
    reference = 199.36 + 20 * np.log10(frequency_mhz(name) / 1e3)  # P.1812, eq. (70), for 1 kW
    within = predictor.limits.effective_heights_m
    compared = 0
    for row, k in ((0, 5), (7, 12), (15, 23), (22, 40), (30, 60), (35, 71)):
        profile, latitude = path(radials, row, k)
        said = profile_parameters(profile, **HEIGHTS)
        if within is not None and not within[0] <= said.effective_height_m <= within[1]:
            assert np.isnan(field[row, k])
            continue
        by_hand = field_by_hand(name, profile, latitude, synthetic_curves)
        tolerance = 1e-6 if losses.dtype == np.float64 else 2e-5
        assert reference - losses[row, k] == pytest.approx(by_hand, abs=tolerance)
        assert field[row, k] == pytest.approx(by_hand, abs=2e-5)
        batch = PathProfile(
            profile.distance_km,
            profile.terrain_height_m[np.newaxis],
            profile.clutter_height_m[np.newaxis],
            profile.zone[np.newaxis],
        )
        azimuth = walk.azimuths_deg[row : row + 1]
        single = emitter.fields_dbuvm(batch, azimuth, np.array([latitude]), (50.0,))
        assert single[0, 0] == pytest.approx(by_hand, abs=1e-6)
        compared += 1
    assert compared >= 4


def path(radials: Radials, row: int, k: int) -> tuple[PathProfile, float]:
    """Return the path to one receiver of a radial, and the latitude of its middle."""
    part = slice(0, k + 1)
    profile = PathProfile(
        distance_km=np.arange(k + 1) * radials.step_km,
        terrain_height_m=radials.terrain_height_m[row, part],
        clutter_height_m=radials.clutter_height_m[row, part],
        zone=radials.zone[row, part],
    )
    d = k * radials.step_km
    return profile, float(radials.centre_latitude_deg[row] @ (1.0, d, d * d))


@pytest.mark.parametrize("name", [one for one in MODELS if one != "p1546"])
def test_a_coverage_with_each_model(
    name: str, study_context: Context, make_station, write_terrain: Callable[..., Path]
) -> None:
    """Pixels are the model's field at their centres; record, raster and contours name it."""
    ground = Ground(RasterTerrain(write_terrain(hills)))
    station = make_station(frequency_mhz=frequency_mhz(name), erp_total_dbw=40.0)
    context = study_context(stations=[station], terrain=ground)
    study = run("coverage", {**REQUEST, "step_m": 250, "model": name}, context)
    model = study.inputs["model"]
    assert (model["name"], model["edition"]) == (name, MODELS[name].edition)
    raster = file_path(study, "coverage.tif", context.home)
    with rasterio.open(raster) as dataset:
        assert dataset.tags()["MODEL"] == MODELS[name].edition
        values = dataset.read(1)
        rows, columns = np.nonzero(~np.isnan(values))
        chosen = np.random.default_rng(1).choice(rows.size, 150, replace=False)
        lon, lat = (np.array(side) for side in dataset.xy(rows[chosen], columns[chosen]))
        away = np.hypot((lon - 106.4) * 109.46, (lat - 10.6) * 110.61)
    method = Method(predictor_of(name, model["options"], None))
    emitter = Emitter(station, ground, default_settings(), method)
    stage = context.stage(0.0, 1.0, "studies.progress_grid")
    exact = fields_at(emitter, stage, lon, lat, time_percents=(50.0,))[0]
    known = ~np.isnan(exact) & (away > 1.5)
    assert known.sum() > 100
    difference = values[rows[chosen], columns[chosen]][known] - exact[known]
    jumps = name == "ehata"  # its corrections come and go from receiver to receiver
    assert np.median(np.abs(difference)) < (1.0 if jumps else 0.5)
    contours = file_path(study, "contours.geojson", context.home).read_text()
    assert MODELS[name].edition in contours
    again = rerun(study, context)
    assert again.identical
    assert again.agrees


@pytest.mark.parametrize(
    ("name", "frequency", "told"),
    [
        (
            "p452",
            98.0,
            {
                "vi": "Chưa tính được đài Đài a: tần số 98 MHz ngoài khoảng 100 đến 6.000 MHz của "
                "mô hình ITU-R P.452-18 (10/2023).",
                "en": "Station Đài a cannot be assessed: its frequency of 98 MHz is outside the "
                "100 to 6,000 MHz of ITU-R P.452-18 (10/2023).",
            },
        ),
        (
            "okumura_hata",
            98.0,
            {
                "vi": "Chưa tính được đài Đài a: tần số 98 MHz ngoài khoảng 150 đến 1.500 MHz của "
                "mô hình Okumura-Hata, Hata 1980.",
                "en": "Station Đài a cannot be assessed: its frequency of 98 MHz is outside the "
                "150 to 1,500 MHz of Okumura-Hata, Hata 1980.",
            },
        ),
        (
            "cost231_hata",
            98.0,
            {
                "vi": "Chưa tính được đài Đài a: tần số 98 MHz ngoài khoảng 1.500 đến 2.000 MHz "
                "của mô hình COST 231-Hata, COST 231 final report, section 4.4.1.",
                "en": "Station Đài a cannot be assessed: its frequency of 98 MHz is outside the "
                "1,500 to 2,000 MHz of COST 231-Hata, COST 231 final report, section 4.4.1.",
            },
        ),
        (
            "ehata",
            1200.0,
            {
                "vi": "Chưa tính được đài Đài a: tần số 1.200 MHz ngoài khoảng 1.500 đến "
                "3.000 MHz của mô hình NTIA extended Hata, TR-15-517.",
                "en": "Station Đài a cannot be assessed: its frequency of 1,200 MHz is outside "
                "the 1,500 to 3,000 MHz of NTIA extended Hata, TR-15-517.",
            },
        ),
    ],
)
def test_a_frequency_outside_the_model_is_refused_with_the_range(
    study_context: Context, make_station, name: str, frequency: float, told: dict[str, str]
) -> None:
    context = study_context(stations=[make_station(frequency_mhz=frequency)])
    with pytest.raises(GisError) as caught:
        run("coverage", {**REQUEST, "model": name}, context)
    assert {language: caught.value.say(language) for language in told} == told
    assert list_studies(context.home) == []


@pytest.mark.parametrize(
    ("frequency", "request_", "key", "told"),
    [
        (
            600.0,
            {"model": "okumura_hata", "receiver_height_m": 15},
            "receiver_outside_model",
            "the receiving antenna is 15 m above ground, outside the 1 to 10 m of Okumura-Hata",
        ),
        (
            600.0,
            {"model": "okumura_hata", "time_percent": 10},
            "time_outside_model",
            "10 % of time is outside the 50 to 50 % of Okumura-Hata",
        ),
        (
            103.0,
            {"model": "itm", "environment": "open"},
            "environment_unused",
            "NTIA ITM 1.4 takes no environment; that is for ehata, okumura_hata only.",
        ),
        (
            103.0,
            {"clutter_model": "p2108"},
            "station_outside_frequency_mhz",
            "its frequency of 103 MHz is outside the 500 to 67,000 MHz of Rec. ITU-R P.2108-1",
        ),
        (
            70.0,
            {"building_entry": "traditional"},
            "station_outside_frequency_mhz",
            "its frequency of 70 MHz is outside the 80 to 100,000 MHz of Rec. ITU-R P.2109-2",
        ),
        (
            600.0,
            {"model": "okumura_hata", "clutter_model": "p2108"},
            "clutter_in_model",
            "Rec. ITU-R P.2108-1 is not added to Okumura-Hata, Hata 1980",
        ),
        (
            600.0,
            {"clutter_location_percent": 80},
            "percent_of_nothing",
            "The parameter clutter_location_percent has a meaning only where clutter_model",
        ),
        (103.0, {"model": "hata"}, "wrong_choice", "choose one of p1812, p452, p1546, itm"),
        (
            600.0,
            {"building_entry": "traditional", "building_probability_percent": 0},
            "wrong_number",
            "must be a number from 0.01 to 99.99",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(
    study_context: Context, make_station, *, frequency: float, request_: dict, key: str, told: str
) -> None:
    context = study_context(stations=[make_station(frequency_mhz=frequency)])
    with pytest.raises(GisError) as caught:
        run("coverage", {**REQUEST, **request_}, context)
    assert caught.value.key == f"studies.{key}"
    assert told in caught.value.say("en")
    assert caught.value.say("vi") != caught.value.say("en")


def test_hata_knows_no_interference(study_context: Context, make_station) -> None:
    """Interference asks for 1 % of time; Hata has medians."""
    context = study_context(stations=[make_station(frequency_mhz=600.0)])
    with pytest.raises(GisError) as caught:
        run("interference", {**REQUEST, "model": "okumura_hata"}, context)
    assert caught.value.key == "studies.time_outside_model"


def test_no_curves_no_p1546(study_context: Context, make_station, tmp_path: Path) -> None:
    context = study_context(stations=[make_station()])
    for curves, key in ((None, "curves.not_set"), (tmp_path / "none", "curves.not_found")):
        with pytest.raises(CurvesUnavailableError) as caught:
            run("coverage", {**REQUEST, "model": "p1546"}, replace(context, p1546_curves=curves))
        assert caught.value.key == key


def test_p1546_from_the_users_curves(
    study_context: Context,
    make_station,
    write_terrain: Callable[..., Path],
    write_curves: Callable[..., Path],
) -> None:
    """The record holds the digest of the curves; without them, or with others, no rerun."""
    ground = Ground(RasterTerrain(write_terrain(hills)))
    context = study_context(stations=[make_station()], terrain=ground)
    context = replace(context, p1546_curves=write_curves("one"))
    study = run("coverage", {**REQUEST, "model": "p1546"}, context)
    assert study.inputs["model"]["options"]["curves_sha256"]
    keys = {one["key"] for one in study.results["remarks"]}
    assert keys >= {"studies.curves_unknown", "studies.model_inland"}
    assert rerun(study, context).identical
    with pytest.raises(FormatError) as caught:
        rerun(study, replace(context, p1546_curves=write_curves("other", lower_by_db=0.5)))
    assert caught.value.key == "studies.other_curves"
    with pytest.raises(CurvesUnavailableError):
        rerun(study, replace(context, p1546_curves=None))


def test_another_edition_is_not_computed_again(study_context: Context, make_station) -> None:
    context = study_context(stations=[make_station()])
    study = run("coverage", {**REQUEST, "model": "itm"}, context)
    inputs = {**study.inputs, "model": {**study.inputs["model"], "edition": "NTIA ITM 1.3"}}
    with pytest.raises(FormatError) as caught:
        method_recorded(inputs["model"], None)
    assert caught.value.key == "studies.other_edition"
    assert "NTIA ITM 1.3" in caught.value.say("vi")


def test_hata_ends_where_it_ends(study_context: Context, make_station) -> None:
    """1 to 20 km: beyond and nearer there is nothing, and that is said."""
    context = study_context(stations=[make_station(frequency_mhz=600.0)])
    request = {**REQUEST, "radius_km": 30, "model": "okumura_hata"}
    study = run("coverage", request, context)
    raster = read_raster(file_path(study, "coverage.tif", context.home))
    lon, lat = raster.grid.centres()
    away = np.hypot((lon - 106.4) * 109.46, (lat - 10.6) * 110.61)
    assert np.isnan(raster.values[(away > 20.3) | (away < 0.9)]).all()
    assert not np.isnan(raster.values[(away > 1.6) & (away < 19.4)]).any()
    (told,) = [one for one in study.results["remarks"] if one["key"] == "studies.model_distances"]
    assert told["en"] == (
        "Okumura-Hata, Hata 1980 covers 1 to 20 km only: nearer to Đài a and farther away there "
        "is no result."
    )
    assert told["vi"].startswith("Mô hình Okumura-Hata, Hata 1980 chỉ áp dụng từ 1 đến 20 km")
    assert study.results["pixels_without_field"] > 0


def test_heights_outside_hata_are_said(
    study_context: Context, make_station, write_terrain: Callable[..., Path]
) -> None:
    """A slope: the antenna is too low above the land eastwards, high enough westwards."""
    slope = write_terrain(lambda lon, _lat: 400 + 1500 * (lon - 106.4))
    station = make_station(frequency_mhz=600.0)
    context = study_context(stations=[station], terrain=Ground(RasterTerrain(slope)))
    study = run("coverage", {**REQUEST, "model": "okumura_hata"}, context)
    (told,) = [
        one for one in study.results["remarks"] if one["key"] == "studies.model_height_outside"
    ]
    assert "outside the 30 to 200 m of Okumura-Hata" in told["en"]
    raster = read_raster(file_path(study, "coverage.tif", context.home))
    row = raster.values[raster.values.shape[0] // 2]
    assert np.isnan(row[row.size // 2 + 12 :]).all()
    assert not np.isnan(row[3 : row.size // 2 - 4]).any()


def test_everywhere_outside_hata_is_refused(study_context: Context, make_station) -> None:
    station = make_station(frequency_mhz=600.0, height_above_ground_m=20.0)
    context = study_context(stations=[station])
    with pytest.raises(FormatError) as caught:
        run("coverage", {**REQUEST, "model": "okumura_hata"}, context)
    assert caught.value.key == "studies.model_no_result"
    assert "outside the 30 to 200 m of Okumura-Hata" in caught.value.say("en")


def test_clutter_and_walls_are_taken_off(study_context: Context, make_station) -> None:
    """Each pixel loses what P.2108 and P.2109 say; P.2108 begins at 250 m."""
    station = make_station(frequency_mhz=600.0)
    context = study_context(stations=[station])
    plain = run("coverage", REQUEST, context)
    added = {
        "clutter_model": "p2108",
        "clutter_location_percent": 80,
        "building_entry": "traditional",
        "building_probability_percent": 70,
    }
    study = run("coverage", {**REQUEST, **added}, context)
    before, after = (
        read_raster(file_path(one, "coverage.tif", context.home)).values for one in (plain, study)
    )
    wall = float(building_entry_loss_db(600.0, 70.0, Building.TRADITIONAL))
    far = float(terrestrial_clutter_loss_db(600.0, 10.0, 80.0))
    near = float(terrestrial_clutter_loss_db(600.0, 0.5, 80.0))
    lost = (before - after).astype(np.float64)
    row, column = lost.shape[0] // 2, lost.shape[1] // 2
    assert lost[row, column + 20] == pytest.approx(wall + far, abs=1e-4)  # at 10 km
    assert lost[row, column + 1] == pytest.approx(wall + near, abs=0.05)  # at 0.5 km
    assert lost[row, column + 1] < wall + far - 0.1
    gone = np.isnan(after) & ~np.isnan(before)
    assert np.argwhere(gone).tolist() == [[row, column]], "the pixel of the mast itself"
    with rasterio.open(file_path(study, "coverage.tif", context.home)) as dataset:
        assert dataset.tags()["MODEL"] == (
            "ITU-R P.1812-8 (09/2025) + Rec. ITU-R P.2108-1 (80 %) + "
            "Rec. ITU-R P.2109-2 (traditional, 70 %)"
        )
    assert rerun(study, context).identical


def test_clutter_is_never_counted_twice(make_station, write_terrain: Callable[..., Path]) -> None:
    """Over a surface model P.2108 is refused; building entry is not."""
    station = make_station(frequency_mhz=600.0)
    surface = Ground(RasterTerrain(write_terrain(hills), surface_model=True))
    for additions, refused in (
        (Additions(clutter_location_percent=50.0), True),
        (Additions(building=Building.TRADITIONAL), False),
    ):
        method = Method(P1812(), additions)
        if refused:
            with pytest.raises(FormatError) as caught:
                Emitter(station, surface, default_settings(), method)
            assert caught.value.key == "studies.clutter_in_surface"
        else:
            Emitter(station, surface, default_settings(), method)


def test_interference_with_itm(study_context: Context, make_station) -> None:
    """Wanted and unwanted are ITM's; the record and the rasters say so."""
    stations = [make_station(), make_station("b", longitude=106.9, frequency_mhz=100.1)]
    context = study_context(stations=stations)
    study = run("interference", {**REQUEST, "step_m": 1000, "model": "itm"}, context)
    assert study.inputs["model"]["name"] == "itm"
    assert [one["id"] for one in study.inputs["unwanted"]] == ["b"]
    with rasterio.open(file_path(study, "interference.tif", context.home)) as dataset:
        assert dataset.tags()["MODEL"] == "NTIA ITM 1.4"
    assert rerun(study, context).identical


def test_an_unwanted_station_outside_the_model_is_named(
    study_context: Context, make_station
) -> None:
    """P.452 begins at 100 MHz; the neighbour at 99.9 MHz is not assessed, and is named."""
    stations = [
        make_station(frequency_mhz=100.1),
        make_station("b", longitude=106.6, frequency_mhz=99.9),
    ]
    context = study_context(stations=stations)
    study = run("interference", {**REQUEST, "radius_km": 6, "model": "p452"}, context)
    (left,) = study.inputs["not_assessed"]
    assert (left["id"], left["missing"]) == ("b", ["frequency_mhz"])


def test_compliance_does_not_choose(study_context: Context, make_station) -> None:
    context = study_context(stations=[make_station()])
    with pytest.raises(FormatError) as caught:
        run("compliance", {"station_id": "a", "model": "itm"}, context)
    assert caught.value.key == "studies.unknown_input"


@pytest.mark.parametrize(("model", "frequency_mhz"), [("ehata", 1800.0), ("p452", 103.0)])
def test_a_slow_model_hears_a_cancel_within_half_a_second(
    study_context: Context, make_station, model: str, frequency_mhz: float
) -> None:
    asked: list[float] = []

    def cancelled() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 12

    context = study_context(stations=[make_station(frequency_mhz=frequency_mhz)])
    context = replace(context, cancelled=cancelled)
    with pytest.raises(CancelledError):
        run("coverage", {**REQUEST, "radius_km": 100, "model": model}, context)
    computing = [*asked[2:], time.monotonic()]  # reading the register comes before
    assert max(np.diff(computing)) < 0.5
    assert list_studies(context.home) == []


@pytest.mark.parametrize("name", ["itm", "p452"])
def test_same_bytes_with_any_number_of_workers(
    name: str, study_context: Context, make_station, write_terrain: Callable[..., Path]
) -> None:
    ground = Ground(RasterTerrain(write_terrain(hills)))
    station = make_station(frequency_mhz=103.0)
    context = study_context(stations=[station], terrain=ground)
    emitter = Emitter(station, ground, default_settings(), Method(predictor_of(name, {}, None)))
    fields = [
        polar_field(
            emitter,
            replace(context, workers=workers).stage(0.0, 1.0, "studies.progress_grid"),
            radius_km=6.0,
            step_km=0.25,
            azimuths_deg=azimuths_around(72),
            thinned=True,
        ).field_strength_dbuvm.tobytes()
        for workers in (1, 3)
    ]
    assert fields[0] == fields[1]
