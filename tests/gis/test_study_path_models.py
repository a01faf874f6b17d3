"""Paths explained by every model: its own numbers by its own function, its range, its words."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.text import has
from gis.errors import FormatError, GisError
from gis.studies.additions import Additions
from gis.studies.asked import PATH_INPUTS, PathAsked, path_asked, path_recorded
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.method import Method
from gis.studies.model import default_settings
from gis.studies.point import explain, explain_path
from gis.studies.predictors.itm import Irregularity, Itm
from gis.studies.predictors.registry import MODELS
from gis.studies.requests import Reader
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.source import RasterTerrain
from propagation.hata import extended
from propagation.itm import records as itm_records
from propagation.itm.records import RadioClimate
from propagation.itu import p452, p1546, p1812
from propagation.itu.p2109 import Building, building_entry_loss_db

Context = Callable[..., StudyContext]
FREQUENCIES = {"okumura_hata": 600.0, "cost231_hata": 1800.0, "ehata": 1800.0}
POINT = (106.52, 10.66)


def asked(**said: object) -> PathAsked:
    return path_asked(Reader(said, *PATH_INPUTS), None)


@pytest.fixture
def hilly(write_terrain: Callable[..., Path]) -> Ground:
    def heights(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return 40 + 30 * np.sin(2 * np.pi * lon / 0.045) * np.cos(2 * np.pi * lat / 0.03)

    return Ground(RasterTerrain(write_terrain(heights, west=105.9, north=11.1, side=500)))


@pytest.mark.parametrize("name", list(MODELS))
def test_the_explanation_is_the_models_own_prediction(
    study_context: Context, make_station, predictors, hilly: Ground, name: str
) -> None:
    """The field, its last loss, and the field that a study has at the point are one number."""
    frequency_mhz = FREQUENCIES.get(name, 103.0)
    station = make_station("a", frequency_mhz=frequency_mhz)
    context = study_context(terrain=hilly)
    method = Method(predictors[name])
    known = method.predictor.limits.time_percents
    percents = tuple(one for one in (50.0, 1.0) if known[0] <= one <= known[1])
    settings = default_settings(profile_step_km=0.05)
    told = explain_path(station, *POINT, context, asked=PathAsked(settings, method, percents))
    assert told["method"] == name
    assert told["model"] == method.predictor.edition
    assert told["inputs"]["model"]["name"] == name
    assert [one["time_percent"] for one in told["predictions"]] == list(percents)
    first = told["predictions"][0]
    terms = {one["name"]: one["value"] for one in first["terms"]}
    by_hand = 199.36 + 20 * np.log10(frequency_mhz / 1e3) + (told["erp_dbw"] - 30)
    if name == "p1546":  # its loss is eq. (40) of its own, with other constants
        loss = by_hand - (terms["field_strength_dbuvm"] + told["erp_dbw"] - 30)
    else:
        loss = terms["basic_transmission_loss_db"]
    assert first["field_strength_dbuvm"] == pytest.approx(by_hand - loss, abs=2e-3)
    step = told["profile"]["distance_km"][1]
    emitter = Emitter(station, hilly, default_settings(profile_step_km=step + 1e-4), method)
    stage = context.stage(0, 1, "")
    at = (np.array([POINT[0]]), np.array([POINT[1]]))
    field = fields_at(emitter, stage, *at, time_percents=percents)[:, 0]
    found = [one["field_strength_dbuvm"] for one in told["predictions"]]
    np.testing.assert_allclose(found, field, atol=0.6)  # steps of the profile differ slightly
    for one in (*first["terms"], *first["parameters"]):
        assert one["equation"], one["name"]
        assert one["symbol"], one["name"]


@pytest.mark.parametrize(
    "name",
    sorted(
        {
            *p1812.TERMS, *p1812.PARAMETERS, *p452.TERMS, *p452.PARAMETERS,
            *p1546.TERMS, *p1546.PARAMETERS, *itm_records.TERMS, *itm_records.PARAMETERS,
            *extended.TERMS, *extended.PARAMETERS, "propagation_mode",
            "transmitter_height_above_plane_m",
            "receiver_height_above_plane_m", "added_clutter_loss_db",
            "building_entry_loss_db", "effective_height_m", "receiver_height_above_ground_m",
        }
    ),
)  # fmt: skip
def test_every_quantity_of_every_model_has_a_name(name: str) -> None:
    assert has(f"maps.term.{name}")


def test_itm_says_how_the_wave_travels(study_context: Context, make_station) -> None:
    """Free space at 103 MHz and the distance, with the program's 32.45; three terms add up."""
    told = explain_path(make_station("a", frequency_mhz=103.0), *POINT, study_context(),
                        asked=asked(model="itm"))  # fmt: skip
    first, rare = told["predictions"]
    terms = {one["name"]: one["value"] for one in first["terms"]}
    parameters = {one["name"]: one["value"] for one in first["parameters"]}
    by_hand = 32.45 + 20 * np.log10(103.0 * told["distance_km"])
    assert terms["free_space_basic_transmission_loss_db"] == pytest.approx(by_hand, abs=0.01)
    parts = ("free_space_basic_transmission_loss_db", "reference_attenuation_db", "variability_db")
    total = sum(terms[part] for part in parts)
    assert terms["basic_transmission_loss_db"] == pytest.approx(total, abs=0.01)
    assert parameters["propagation_mode"] == "line_of_sight"
    assert parameters["terrain_irregularity_m"] == pytest.approx(0, abs=1e-6)
    assert rare["field_strength_dbuvm"] > first["field_strength_dbuvm"]


def test_time_and_locations_are_those_asked_for(study_context: Context, make_station) -> None:
    station, context = make_station("a", frequency_mhz=103.0), study_context()
    low = {"receiver_height_m": 1.5, "time_percent": 10}
    median = explain_path(station, *POINT, context, asked=asked(**low))
    rarer = explain_path(station, *POINT, context, asked=asked(**low, location_percent=95))
    assert [one["time_percent"] for one in rarer["predictions"]] == [10.0]
    terms = {one["name"]: one["value"] for one in rarer["predictions"][0]["terms"]}
    # sigma_L = (0.52 + 0.024 f) 100^0.28 0.85, and 1.645 of it at 95 % (P.1812-8, 4.7)
    by_hand = 1.6449 * (0.52 + 0.024 * 0.103) * 100**0.28 * 0.85
    assert terms["location_variability_db"] == pytest.approx(by_hand, abs=2e-3)
    fields = [one["predictions"][0]["field_strength_dbuvm"] for one in (median, rarer)]
    assert fields[0] - fields[1] == pytest.approx(by_hand, abs=3e-3)
    settings = rarer["inputs"]["model"]["settings"]
    assert settings["prediction_resolution_m"] == 100.0
    assert "studies.locations_within" in [one["key"] for one in rarer["remarks"]]
    assert "prediction_resolution_m" not in median["inputs"]["model"]["settings"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"model": "p452", "location_percent": 90}, "outside the 50 to 50 %"),
        ({"model": "okumura_hata"}, "outside the 150 to 1,500 MHz"),
        ({"model": "magic"}, "magic"),
        ({"time_percent": 0.1}, "from 1 to 50"),
        ({"location_percent": 0.1}, "from 1 to 99"),
        ({"model": "itm", "environment": "open"}, "takes no environment"),
    ],
)
def test_what_a_model_does_not_cover_is_refused(
    study_context: Context, make_station, said: dict[str, Any], told: str
) -> None:
    with pytest.raises(GisError) as refused:
        explain_path(
            make_station("a", frequency_mhz=103.0), *POINT, study_context(), asked=asked(**said)
        )
    assert told in refused.value.say("en")


def test_a_point_that_a_model_does_not_reach_is_refused(
    study_context: Context, make_station
) -> None:
    station = make_station("a", frequency_mhz=600.0)
    for longitude, told in ((106.405, "outside the 1 to 20 km"), (106.9, "outside the 1 to 20")):
        with pytest.raises(FormatError) as refused:
            explain_path(
                station, longitude, 10.6, study_context(), asked=asked(model="okumura_hata")
            )
        assert told in refused.value.say("en")
    with pytest.raises(GisError) as refused:
        explain_path(
            station, *POINT, study_context(), asked=asked(model="okumura_hata", time_percent=1)
        )
    assert "outside the 50 to 50 %" in refused.value.say("en")
    tall = make_station("a", frequency_mhz=600.0, height_above_ground_m=400.0)
    with pytest.raises(FormatError) as refused:
        explain_path(tall, *POINT, study_context(), asked=asked(model="okumura_hata"))
    assert "outside the 30 to 200 m" in refused.value.say("en")


def test_a_study_explains_its_points_as_it_was_computed(
    study_context: Context, make_station
) -> None:
    """Model, additions, locations and height of the record, not the usual ones."""
    context = study_context(stations=[make_station("a", frequency_mhz=103.0)])
    request = {
        "station_id": "a", "radius_km": 5, "on": "2025-08-01", "model": "itm",
        "building_entry": "traditional", "time_percent": 10, "receiver_height_m": 3,
    }  # fmt: skip
    study = run("coverage", request, context)
    recorded = path_recorded(study.inputs, None)
    assert recorded.method == Method(
        Itm(RadioClimate.MARITIME_SUBTROPICAL, Irregularity.INTERPOLATED),
        Additions(building=Building.TRADITIONAL),
    )
    assert recorded.time_percents == (10.0, 1.0)
    told = explain_path(make_station("a", frequency_mhz=103.0), *POINT, context, asked=recorded)
    assert told["profile"]["receiver_height_above_ground_m"] == 3
    terms = {one["name"]: one["value"] for one in told["predictions"][0]["terms"]}
    entry = float(building_entry_loss_db(103.0, 50.0, Building.TRADITIONAL))
    assert terms["building_entry_loss_db"] == pytest.approx(entry, abs=1e-3)
    by_hand = 199.36 + 20 * np.log10(0.103) + told["erp_dbw"] - 30
    by_hand -= terms["basic_transmission_loss_db"] + entry
    assert told["predictions"][0]["field_strength_dbuvm"] == pytest.approx(by_hand, abs=2e-3)


def test_a_model_that_knows_none_of_a_studys_percentages_of_time_is_refused(
    study_context: Context, make_station
) -> None:
    """A study at 10 % of time, asked about by a model of the median; nearby as far away."""
    recorded = PathAsked(time_percents=(10.0, 1.0))
    station = make_station("a", frequency_mhz=600.0)
    here = (station.longitude + 0.001, station.latitude)
    said = {"model": "okumura_hata"}
    by_hata = path_asked(Reader(said, *PATH_INPUTS), None, recorded)
    for point in (POINT, here):
        with pytest.raises(GisError) as refused:
            explain_path(station, *point, study_context(), asked=by_hata)
        assert "10 % of time is outside the 50 to 50 %" in refused.value.say("en")
    reader = Reader({**said, "time_percent": 50}, *PATH_INPUTS)
    told = explain_path(station, *POINT, study_context(), asked=path_asked(reader, None, recorded))
    assert [one["time_percent"] for one in told["predictions"]] == [50]


def test_interference_at_a_point_is_by_the_same_model(
    study_context: Context, make_station
) -> None:
    wanted = make_station("a", frequency_mhz=103.0)
    other = make_station("b", frequency_mhz=103.1, longitude=106.55)
    context = study_context(stations=[wanted, other])
    by = {
        name: explain(wanted, *POINT, context, on=np.datetime64("2025-08-01").item(),
                      asked=asked(model=name))
        for name in ("p1812", "itm")
    }  # fmt: skip
    for found in by.values():
        wanted_field = found["interference"]["wanted_dbuvm"]
        path_field = found["path"]["predictions"][0]["field_strength_dbuvm"]
        assert wanted_field == pytest.approx(path_field, abs=0.05)
    fields = [one["interference"]["interferers"][0]["steady_field_dbuvm"] for one in by.values()]
    assert fields[0] != fields[1]
