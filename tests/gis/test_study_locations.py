"""Percentages of locations in studies: by hand, over squares of the pixel, refused, rerun."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import rasterio
from scipy.stats import norm

from gis.errors import FormatError, GisError
from gis.raster import read_raster
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.method import Method
from gis.studies.model import default_settings
from gis.studies.predictors.itm import Itm
from gis.studies.record import Study, file_path
from gis.studies.rerun import rerun
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.source import RasterTerrain
from propagation.itm.records import RadioClimate
from propagation.itu.p2109 import Building, building_entry_loss_db

Context = Callable[..., StudyContext]
REQUEST = {"station_id": "a", "radius_km": 10, "step_m": 500, "on": "2025-08-01"}
LOW = {**REQUEST, "receiver_height_m": 1.5}


def sigma_db(frequency_mhz: float, square_m: float, exposure: float) -> float:
    """Rec. ITU-R P.1812-8, eqs (64) to (66), typed anew."""
    return (0.52 + 0.024 * frequency_mhz / 1e3) * square_m**0.28 * exposure


def field(study: Study, context: StudyContext) -> np.ndarray:
    return read_raster(file_path(study, "coverage.tif", context.home)).values


def remarks(study: Study) -> list[str]:
    return [one["key"] for one in study.results["remarks"]]


@pytest.fixture
def hilly(write_terrain: Callable[..., Path]) -> Ground:
    def heights(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return 80 + 60 * np.sin(2 * np.pi * lon / 0.045) * np.cos(2 * np.pi * lat / 0.03)

    return Ground(RasterTerrain(write_terrain(heights, west=105.9, north=11.1, side=500)))


@pytest.mark.parametrize(("percent", "quantile"), [(95.0, 1.6449), (10.0, -1.2816)])
def test_locations_shift_the_field_by_the_squares_of_the_map(
    study_context: Context, make_station, percent: float, quantile: float
) -> None:
    """On flat open ground 1.5 m above it, exposure is 0.85 everywhere: one shift for all."""
    context = study_context(stations=[make_station("a", frequency_mhz=103.0)])
    median = run("coverage", LOW, context)
    asked = run("coverage", {**LOW, "location_percent": percent}, context)
    shift = field(median, context) - field(asked, context)
    by_hand = quantile * sigma_db(103.0, 500.0, 0.85)
    assert abs(by_hand) > 2
    middle = shift.shape[0] // 2
    shift[middle - 2 : middle + 3, middle - 2 : middle + 3] = np.nan  # free space at the mast
    far = ~np.isnan(shift)
    assert far.sum() > 1000
    np.testing.assert_allclose(shift[far], by_hand, atol=2e-3)
    assert norm.ppf(percent / 100) == pytest.approx(quantile, abs=1e-4)
    settings = asked.inputs["model"]["settings"]
    assert settings["location_percent"] == percent
    assert settings["prediction_resolution_m"] == 500.0
    assert "studies.locations_within" in remarks(asked)
    assert "prediction_resolution_m" not in median.inputs["model"]["settings"]
    with rasterio.open(file_path(asked, "coverage.tif", context.home)) as dataset:
        assert dataset.tags()["LOCATION_PERCENT"] == f"{percent:g}"
        assert dataset.tags()["PREDICTION_RESOLUTION_M"] == "500"


def test_half_of_the_locations_is_what_it_always_was(study_context: Context, make_station) -> None:
    context = study_context(stations=[make_station("a")])
    said = run("coverage", {**LOW, "location_percent": 50}, context)
    assert said.id == run("coverage", LOW, context).id
    with rasterio.open(file_path(said, "coverage.tif", context.home)) as dataset:
        assert "PREDICTION_RESOLUTION_M" not in dataset.tags()


@pytest.mark.parametrize(("step_m", "taken_m"), [(30.0, 50.0), (2000.0, 1000.0)])
def test_a_pixel_outside_the_squares_of_the_model_takes_the_nearer_and_says_so(
    study_context: Context, make_station, step_m: float, taken_m: float
) -> None:
    context = study_context(stations=[make_station("a")])
    radius = {30.0: 2, 2000.0: 10}[step_m]
    wanted = {**LOW, "radius_km": radius, "step_m": step_m, "location_percent": 90}
    study = run("coverage", wanted, context)
    assert study.inputs["model"]["settings"]["prediction_resolution_m"] == taken_m
    (told,) = [
        one for one in study.results["remarks"] if one["key"] == "studies.locations_limited"
    ]
    assert "50 to 1,000 m" in told["en"]


def test_no_variability_ten_metres_above_open_ground(study_context: Context, make_station) -> None:
    """Eq. (66): an antenna 10 m above the clutter sees none; that is said."""
    context = study_context(stations=[make_station("a")])
    median, asked = (
        run("coverage", {**REQUEST, **more}, context) for more in ({}, {"location_percent": 95})
    )
    np.testing.assert_array_equal(field(median, context), field(asked, context))
    assert "studies.locations_open" in remarks(asked)
    low = run("coverage", {**LOW, "location_percent": 95}, context)
    assert "studies.locations_open" not in remarks(low)


@pytest.mark.parametrize("kind", ["coverage", "interference", "network"])
def test_a_record_is_computed_again(study_context: Context, make_station, kind: str) -> None:
    stations = [make_station("a"), make_station("b", frequency_mhz=103.0, longitude=106.45)]
    context = study_context(stations=stations)
    wanted = {"on": "2025-08-01", "step_m": 1000, "location_percent": 80, "model": "itm"}
    place = (
        {"bounds": [106.3, 10.6, 106.5, 10.8], "reach_km": 30}
        if kind == "network"
        else {"station_id": "a", "radius_km": 5}
    )
    study = run(kind, {**wanted, **place}, context)
    assert study.inputs["model"]["settings"]["location_percent"] == 80
    assert "prediction_resolution_m" not in study.inputs["model"]["settings"], "ITM asks for none"
    assert rerun(study, context).identical


@pytest.mark.parametrize(
    ("kind", "more", "told"),
    [
        ("coverage", {"location_percent": 0.5}, "from 1 to 99"),
        ("coverage", {"location_percent": 100}, "from 1 to 99"),
        ("coverage", {"location_percent": "many"}, "from 1 to 99"),
        ("coverage", {"location_percent": 95, "model": "p452"}, "outside the 50 to 50 %"),
        ("interference", {"location_percent": 95, "model": "p452"}, "outside the 50 to 50 %"),
        ("network", {"location_percent": 95, "model": "p452"}, "outside the 50 to 50 %"),
        ("network", {"location_percent": 0}, "from 1 to 99"),
        ("network", {"model": "okumura_hata"}, "outside the 150 to 1,500 MHz"),
        ("network", {"model": "ehata"}, "outside the 1,500 to 3,000 MHz"),
        ("network", {"clutter_model": "p2108"}, "outside the 500 to 67,000 MHz"),
        ("network", {"model": "magic"}, "magic"),
    ],
)
def test_what_a_model_does_not_know_is_refused_with_the_range(
    study_context: Context, make_station, kind: str, more: dict[str, object], told: str
) -> None:
    context = study_context(stations=[make_station("a", frequency_mhz=103.0)])
    place: dict[str, object] = {"station_id": "a"}
    if kind == "network":
        place = {"bounds": [106.3, 10.6, 106.5, 10.8]}
    with pytest.raises((FormatError, GisError)) as refused:
        run(kind, {**place, "on": "2025-08-01", **more}, context)
    assert told in refused.value.say("en")


def test_only_the_wanted_field_is_at_the_percentage(
    study_context: Context, make_station, hilly: Ground
) -> None:
    """At each point the margin falls by what the wanted field falls, the usable field stays."""
    wanted, other = make_station("a"), make_station("b", longitude=106.55, frequency_mhz=100.0)
    context = study_context(stations=[wanted, other], terrain=hilly)
    request = {"station_id": "a", "radius_km": 5, "step_m": 1000, "on": "2025-08-01"}
    studies = [
        run("interference", {**request, "model": "itm", **more}, context)
        for more in ({}, {"location_percent": 95})
    ]

    def raster(study: Study, name: str) -> np.ndarray:
        return read_raster(file_path(study, name, context.home)).values

    usable = [raster(one, "usable_power_sum.tif") for one in studies]
    np.testing.assert_array_equal(*usable)
    assert (
        np.nanmax(raster(studies[1], "interference.tif") - raster(studies[0], "interference.tif"))
        < 0
    )
    assert "studies.locations_wanted" in remarks(studies[1])
    assert "studies.locations_wanted" not in remarks(studies[0])


def test_a_network_serves_with_its_percentage(
    study_context: Context, make_station, hilly: Ground
) -> None:
    """Strongest fields are those of the percentage, nuisance fields stay at half of the places."""
    stations = [make_station("a"), make_station("b", longitude=106.5, frequency_mhz=100.1)]
    context = study_context(stations=stations, terrain=hilly)
    request = {
        "bounds": [106.3, 10.6, 106.5, 10.8], "step_m": 1000, "reach_km": 60, "model": "itm",
        "threshold_dbuvm": 20, "on": "2025-08-01",
    }  # fmt: skip
    median = run("network", request, context)
    asked = run("network", {**request, "location_percent": 95}, context)

    def raster(study: Study, name: str) -> np.ndarray:
        return read_raster(file_path(study, name, context.home)).values

    strongest = raster(asked, "strongest.tif")
    assert np.nanmax(strongest - raster(median, "strongest.tif")) < -1
    settings = default_settings(profile_step_km=0.5, location_percent=95.0)
    grid = read_raster(file_path(asked, "strongest.tif", context.home)).grid
    longitude, latitude = (axis.ravel() for axis in grid.centres())
    method = Method(Itm(RadioClimate.MARITIME_SUBTROPICAL))
    exact = np.fmax.reduce(
        [
            fields_at(
                Emitter(one, hilly, settings, method), context.stage(0, 1, ""),
                longitude, latitude, time_percents=(50.0,),
            )[0]
            for one in stations
        ]
    )  # fmt: skip
    both = ~np.isnan(exact) & ~np.isnan(strongest.ravel())
    assert both.mean() > 0.95
    away = np.abs(exact[both] - strongest.ravel()[both])
    # radials stand a pixel's diagonal apart, as wide as the hills: they differ, not by 5 dB
    assert np.median(away) < 1.5
    same = raster(asked, "server.tif") == raster(median, "server.tif")
    np.testing.assert_array_equal(
        raster(asked, "usable.tif")[same], raster(median, "usable.tif")[same]
    )
    keys = remarks(asked)
    assert {"studies.locations_wanted", "studies.locations", "studies.model_distances"} <= set(
        keys
    )
    assert asked.inputs["model"]["name"] == "itm"


def test_walls_are_taken_off_a_network(study_context: Context, make_station) -> None:
    """P.2109 at 50 %, traditional, 103 MHz: one loss for every station and pixel."""
    context = study_context(stations=[make_station("a", frequency_mhz=103.0)])
    request = {"bounds": [106.3, 10.6, 106.5, 10.8], "step_m": 1000, "on": "2025-08-01"}
    plain, indoors = (
        run("network", {**request, **more}, context)
        for more in ({}, {"building_entry": "traditional"})
    )
    lost = [
        read_raster(file_path(one, "strongest.tif", context.home)).values
        for one in (plain, indoors)
    ]
    entry = float(building_entry_loss_db(103.0, 50.0, Building.TRADITIONAL))
    assert entry > 5
    np.testing.assert_allclose(lost[0] - lost[1], entry, atol=1e-3)
    assert indoors.inputs["model"]["additions"]["building"] == "traditional"
