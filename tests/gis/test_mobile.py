"""Mobile coverage: levels by the point predictor, gaps by brute force, communes by hand."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import MultiPolygon, box

from gis.errors import CancelledError, FormatError
from gis.home import Home
from gis.mobile import band_of, bands, generations_of
from gis.raster import grid_over, read_raster
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    Organisation,
    OrganisationKind,
    Provenance,
    UnitKind,
)
from gis.register.store import Register
from gis.register.structures import Installation, Lifecycle, Structure, StructureKind
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.mobile import FILES, operator_file
from gis.studies.model import FieldSettings
from gis.studies.record import Study, file_path
from gis.studies.rerun import rerun
from gis.studies.runner import run
from gis.studies.snapshots import record_from_json
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain, RasterTerrain
from propagation.compliance.records import Confidence
from propagation.mobile import Generation, MobileReference, level_dbm
from propagation.units import dbm_from_dbuvm
from tests.prepared import empty_register

SYNTHETIC = Provenance(confidence=Confidence.SYNTHETIC, source="test")
KNOWN = Provenance(confidence=Confidence.VERIFIED, source="test")
ON = "2026-11-01"
BOUNDS = [106.4, 10.5, 106.6, 10.6]
WEST, EAST = box(106.4, 10.5, 106.5, 10.6), box(106.5, 10.5, 106.6, 10.6)
REQUEST: dict[str, Any] = {"bounds": BOUNDS, "step_m": 500, "reach_km": 12, "on": ON}
PLACES = {"s1": (106.43, 10.53), "s2": (106.47, 10.57), "s3": (106.55, 10.54)}
HANGING = (
    ("a1", "s1", "a", "4G LTE 1800", 1842.5, 0.0),
    ("a2", "s1", "a", "4G LTE 1800", 1842.5, 120.0),
    ("a3", "s1", "a", "LTE", 949.0, None),
    ("a4", "s2", "a", "4G", 2140.0, 300.0),
    ("b1", "s1", "b", "LTE 1800", 1835.0, 90.0),
    ("b2", "s3", "b", "4G", 2140.0, None),
    ("b3", "s3", "b", "2G 900", 947.5, None),
)


def structure(name: str, **changes: Any) -> Structure:
    lon, lat = PLACES.get(name, (106.5, 10.55))
    values: dict[str, Any] = {
        "id": name,
        "code": name,
        "name": f"Cột {name}",
        "kind": StructureKind.ANTENNA_MAST,
        "owner_id": "a",
        "longitude": lon,
        "latitude": lat,
        "ground_height_m": 2.0,
        "provenance": KNOWN,
    }
    return Structure(**{**values, **changes})


def installation(*told: Any) -> Installation:
    name, place, owner, technology, mhz, azimuth = told
    return Installation(
        id=name,
        structure_id=place,
        organisation_id=owner,
        technology=technology,
        height_above_ground_m=35.0,
        azimuth_deg=azimuth,
        frequency_mhz=mhz,
        eirp_dbm=45.0,
        confidential=False,
        provenance=SYNTHETIC,
    )


def unit(code: str, west: float, east: float, **changes: Any) -> AdministrativeUnit:
    values: dict[str, Any] = {
        "code": code,
        "name": f"Xã {code}",
        "kind": UnitKind.COMMUNE,
        "parent_code": "80",
        "valid_from": None,
        "valid_to": None,
        "longitude": (west + east) / 2,
        "latitude": 10.55,
        "bounds": (west, 10.5, east, 10.6),
        "population": 1000,
        "provenance": KNOWN,
    }
    return AdministrativeUnit(**{**values, **changes})


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with empty_register(tmp_path / "register.gpkg") as opened:
        with opened.write(author="test", reason="scene") as writer:
            writer.add_organisations(
                [
                    Organisation(id=one, name=one.upper(), kind=OrganisationKind.OPERATOR,
                                 provenance=KNOWN)
                    for one in ("a", "b")
                ]
            )  # fmt: skip
            writer.add_structures([structure(name) for name in PLACES])
            writer.add_installations([installation(*one) for one in HANGING])
            writer.add_units([unit("1", 106.4, 106.5), unit("2", 106.5, 106.6)])
        yield opened


@pytest.fixture
def context(register: Register, tmp_path: Path) -> StudyContext:
    return StudyContext(register, Home(tmp_path / "home"), Ground(FlatTerrain()))


def values(study: Study, name: str, context: StudyContext) -> np.ndarray:
    return read_raster(file_path(study, name, context.home)).values.astype(np.float64)


def emitters_of(study: Study, context: StudyContext) -> list[Emitter]:
    settings = FieldSettings(**study.inputs["model"]["settings"])
    return [
        Emitter(record_from_json(BroadcastStation, one), context.ground, settings)
        for one in study.inputs["stations"]
    ]


def levels_at(
    study: Study, context: StudyContext, longitude: np.ndarray, latitude: np.ndarray
) -> np.ndarray:
    """The level of each transmitter over the own path to each point, -inf beyond its reach."""
    found, stage = [], context.stage(0.0, 1.0, "")
    for emitter in emitters_of(study, context):
        field = fields_at(emitter, stage, longitude, latitude, time_percents=(50.0,))[0]
        level = dbm_from_dbuvm(field, emitter.station.frequency_mhz) - 10 * np.log10(600)
        _, away_km = emitter.towards(longitude, latitude)
        found.append(np.where(away_km > study.inputs["reach_km"], -np.inf, level))
    return np.array(found)


# --- words and levels ---


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("4G 1800", {"4g"}),
        ("LTE", {"4g"}),
        ("LTE1800", {"4g"}),
        ("GSM/UMTS", {"2g", "3g"}),
        ("2G-3G-4G", {"2g", "3g", "4g"}),
        ("5G NR", {"5g"}),
        ("FM", set()),
        ("Viba 14G", set()),
        ("Inrush", set()),
    ],
)
def test_generations_by_their_words(written: str, meant: set[str]) -> None:
    assert generations_of(written) == {Generation(one) for one in meant}


def test_bands_by_their_downlink() -> None:
    assert [band_of(mhz) for mhz in (947.5, 1842.5, 2140.0, 2590.0, 780.0, 3700.0)] == [
        "900", "1800", "2100", "2600", "700", "3500",
    ]  # fmt: skip
    assert band_of(None) is None
    assert band_of(98.0) is None
    assert [band_of(float(one.name)) for one in bands()] == [one.name for one in bands()]
    assert band_of(1799.9) is None
    edges = [edge for one in bands() for edge in (one.lower_mhz, one.upper_mhz)]
    assert edges == sorted(edges)


def test_a_level_by_hand() -> None:
    """E = 77.2 + P + 20 lg f: 60 dB(uV/m) at 1842.5 MHz are -82.5 dBm, a part of 600 -110.3."""
    assert level_dbm(60.0, 1842.5, MobileReference(-105, 1)) == pytest.approx(-82.52, abs=0.01)
    assert level_dbm(60.0, 1842.5, MobileReference(-105, 600)) == pytest.approx(-110.30, abs=0.01)


# --- levels, servers, counts ---


def test_levels_are_those_of_the_point_predictor(context: StudyContext) -> None:
    study = run("mobile", REQUEST, context)
    grid = grid_over(tuple(study.inputs["area"]["bounds"]), 500.0)
    assert len(study.inputs["stations"]) == 6
    longitude, latitude = (axis.ravel() for axis in grid.centres())
    chosen = np.random.default_rng(3).choice(longitude.size, 120, replace=False)
    levels = levels_at(study, context, longitude[chosen], latitude[chosen])
    emitters = emitters_of(study, context)
    far = np.array([e.towards(longitude[chosen], latitude[chosen])[1] for e in emitters]) > 0.6
    level = values(study, "level.tif", context).ravel()[chosen]
    server = values(study, "server.tif", context).ravel()[chosen]
    clear = far.all(axis=0)
    assert clear.sum() > 80
    best = levels.max(axis=0)
    assert np.abs(level - best)[clear].max() < 0.35
    assert np.median(np.abs(level - best)[clear]) < 0.03
    second = np.sort(levels, axis=0)[-2]
    sure = clear & (best - second > 0.5) & (best > -104.5)
    assert sure.sum() > 20
    np.testing.assert_array_equal(server[sure], levels.argmax(axis=0)[sure])


def test_levels_by_hand_in_free_space(context: StudyContext) -> None:
    """60 dBm e.i.r.p. at 1842.5 MHz, 33.5 m above the telephone, over flat ground.

    L = 32.45 + 20 lg 1842.5 + 20 lg 0.10546 = 78.22 dB over 100 m, 105.46 m aslant; a part of 600
    is 27.78 dB down: 60 - 78.22 - 27.78 = -46.00 dBm. A sector of TR 36.942 loses
    12 (theta / 65)^2 dB off its axis, at most 20: 5.75 dB at 45 degrees, 20 behind.
    """
    with context.register.write(author="test", reason="free space") as writer:
        writer.add_structures([structure("s9", ground_height_m=0.0)])
        around = replace(installation("f1", "s9", "a", "4G", 1842.5, None), eirp_dbm=60.0)
        sector = replace(around, id="f2", organisation_id="b", azimuth_deg=30.0)
        writer.add_installations([around, sector])
    bounds = [106.4985, 10.5485, 106.5015, 10.5515]
    request = {**REQUEST, "bounds": bounds, "step_m": 20, "reach_km": 1}
    study = run("mobile", request, context)
    assert len(study.inputs["stations"]) == 2
    lon, lat = grid_over(tuple(bounds), 20.0).centres()  # type: ignore[arg-type]
    azimuth, away_km = emitters_of(study, context)[0].towards(lon, lat)
    near = (away_km > 0.05) & (away_km < 0.2)
    assert near.sum() > 150
    loss = 32.45 + 20 * np.log10(1842.5) + 20 * np.log10(np.hypot(away_km, 0.0335))
    level = 60 - loss - 10 * np.log10(600)
    assert level[np.abs(away_km - 0.1) < 0.005] == pytest.approx(-46.0, abs=0.4)
    assert values(study, operator_file(0), context)[near] == pytest.approx(level[near], abs=0.05)
    off_deg = (azimuth - 30 + 180) % 360 - 180
    lost = np.minimum(12 * (off_deg / 65) ** 2, 20)
    assert lost[near].max() == 20
    by_sector = values(study, operator_file(1), context)
    assert by_sector[near] == pytest.approx((level - lost)[near], abs=0.05)
    side = near & (np.abs(np.abs(off_deg) - 45) < 3) & (np.abs(away_km - 0.1) < 0.02)
    assert side.any()
    assert by_sector[side] == pytest.approx(-46.0 - 5.75, abs=2.5)


def test_over_hills_too(context: StudyContext, write_terrain: Callable[..., Path]) -> None:
    """Where sight changes between two pixels a value may jump; nearly all are the point's own."""

    def heights(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        return 60 + 40 * np.sin(60 * lon) * np.cos(70 * lat)

    hills = replace(context, ground=Ground(RasterTerrain(write_terrain(heights))))
    study = run("mobile", {**REQUEST, "step_m": 250}, hills)
    grid = grid_over(tuple(BOUNDS), 250.0)  # type: ignore[arg-type]
    longitude, latitude = (axis.ravel() for axis in grid.centres())
    chosen = np.random.default_rng(5).choice(longitude.size, 100, replace=False)
    best = levels_at(study, hills, longitude[chosen], latitude[chosen]).max(axis=0)
    apart = np.abs(values(study, "level.tif", hills).ravel()[chosen] - best)
    assert np.median(apart) < 0.2
    assert np.mean(apart < 1.5) > 0.9


def test_counts_gaps_and_areas_by_brute_force(context: StudyContext) -> None:
    """From each operator's own raster, and from studies of one transmitter's operator and band."""
    study = run("mobile", {**REQUEST, "minimum_level_dbm": -90}, context)
    minimum, results = -90.0, study.results
    own = [values(study, operator_file(place), context) for place in (0, 1)]
    reached = [np.nan_to_num(one, nan=-np.inf) >= minimum for one in own]
    operators = values(study, "operators.tif", context)
    np.testing.assert_array_equal(operators, reached[0].astype(int) + reached[1])
    np.testing.assert_array_equal(values(study, "level.tif", context), np.fmax(*own))
    grid = grid_over(tuple(BOUNDS), 500.0)  # type: ignore[arg-type]
    areas = np.broadcast_to(grid.pixel_areas_km2(), grid.shape)
    covered = reached[0] | reached[1]
    assert 0 < covered.sum() < covered.size
    assert results["covered_km2"] == pytest.approx(areas[covered].sum(), abs=1e-3)
    assert results["gap_km2"] == pytest.approx(areas[~covered].sum(), abs=1e-3)
    assert results["shared_km2"] == pytest.approx(areas[reached[0] & reached[1]].sum(), abs=1e-3)
    first, second = results["operators"]
    assert first["covered_km2"] == pytest.approx(areas[reached[0]].sum(), abs=1e-3)
    assert second["only_km2"] == pytest.approx(areas[reached[1] & ~reached[0]].sum(), abs=1e-3)
    server = values(study, "server.tif", context)
    np.testing.assert_array_equal(server < 0, ~covered)
    for row in results["transmitters"]:
        assert row["serves_km2"] == pytest.approx(areas[server == row["position"]].sum(), abs=1e-3)
    assert sum(row["serves_km2"] for row in results["transmitters"]) == pytest.approx(
        results["covered_km2"], abs=0.01
    )


def test_a_site_is_counted_once(context: StudyContext) -> None:
    """Sectors and bands of one operator on one structure are one site; two operators are two."""
    study = run("mobile", {**REQUEST, "minimum_level_dbm": -150}, context)
    sites = values(study, "sites.tif", context)
    assert sites.max() == 4  # a on s1 and s2, b on s1 and s3
    assert study.results["computation"]["sites"] == 4
    alone = run("mobile", {**REQUEST, "minimum_level_dbm": -150, "operators": ["b"]}, context)
    assert values(alone, "sites.tif", context).max() == 2
    assert [one["id"] for one in alone.inputs["operators"]] == ["b"]
    assert operator_file(0) not in alone.files


def test_band_and_generation_choose(context: StudyContext) -> None:
    def chosen(**changes: object) -> list[str]:
        study = run("mobile", {**REQUEST, **changes}, context)
        return sorted(one["id"] for one in study.inputs["stations"])

    assert chosen() == ["a1", "a2", "a3", "a4", "b1", "b2"]
    assert chosen(band="1800") == ["a1", "a2", "b1"]
    assert chosen(technology="2g") == ["b3"]
    assert chosen(operators=["a"], band="900") == ["a3"]
    with pytest.raises(FormatError) as caught:
        chosen(technology="5g")
    assert caught.value.key == "mobile.no_transmitter"


def test_tiles_meet_without_a_seam(context: StudyContext, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run("mobile", REQUEST, context)
    monkeypatch.setattr("gis.studies.mobile._TILE", 13)
    elsewhere = replace(context, home=Home(context.home.folder / "other"))
    parts = run("mobile", REQUEST, elsewhere)
    assert parts.results["computation"]["tiles"] == 8
    for name in ("level.tif", operator_file(1)):
        one, other = values(whole, name, context), values(parts, name, elsewhere)
        assert np.nanmax(np.abs(one - other)) < 2e-3
    assert parts.results["covered_km2"] == pytest.approx(whole.results["covered_km2"], rel=0.01)


def test_an_operator_without_a_site_has_nothing(context: StudyContext) -> None:
    with context.register.write(author="test", reason="newcomer") as writer:
        writer.add_organisations(
            [Organisation(id="c", name="C", kind=OrganisationKind.OPERATOR, provenance=KNOWN)]
        )
    study = run("mobile", {**REQUEST, "operators": ["c", "b"]}, context)
    first, second = study.results["operators"]
    assert (first["id"], second["id"]) == ("b", "c")
    assert first["covered_km2"] > 0
    assert (second["sites"], second["covered_km2"], second["share_covered"]) == (0, 0.0, 0.0)
    assert all(row["operators"][1] == 0 for row in study.results["communes"])
    assert np.isnan(values(study, operator_file(1), context)).all()
    alone = run("mobile", {**REQUEST, "operators": ["b"]}, context)
    assert alone.results["gap_km2"] == study.results["gap_km2"]


@pytest.mark.parametrize(
    ("changes", "key", "told"),
    [
        ({"operators": ["a", "nobody"]}, "mobile.unknown_operator", "nobody"),
        ({"operators": ["nobody"]}, "mobile.unknown_operator", "nobody"),
        ({"latitude": 10.5}, "mobile.several_areas", "latitude"),
        ({"radius_km": 5}, "mobile.several_areas", "radius_km"),
        ({"longitude": 106.5}, "mobile.several_areas", "longitude"),
        ({"units": ["1"], "bounds": None, "latitude": 10.5}, "mobile.several_areas", "latitude"),
        ({"units": ["1"], "bounds": None, "radius_km": 5}, "mobile.several_areas", "radius_km"),
        ({"bounds": None, "radius_km": 5}, "mobile.without_place", "longitude"),
    ],
)
def test_nothing_that_was_asked_is_left_aside(
    context: StudyContext, changes: dict[str, Any], key: str, told: str
) -> None:
    with pytest.raises(FormatError) as caught:
        run("mobile", {**REQUEST, **changes}, context)
    assert caught.value.key == key
    assert told in str(caught.value)


# --- communes ---


def test_communes_by_hand(context: StudyContext) -> None:
    """Two communes by outlines, one by its point; shares are sums of their cells."""
    with context.register.write(author="test", reason="outline") as writer:
        writer.replace_boundaries(
            [
                Boundary(
                    unit_code="1",
                    geometry=MultiPolygon([WEST]),
                    position_uncertainty_m=0,
                    official=True,
                    valid_from=None,
                    valid_to=None,
                    provenance=KNOWN,
                )
            ]
        )
    study = run("mobile", {**REQUEST, "minimum_level_dbm": -90}, context)
    grid = grid_over(tuple(BOUNDS), 500.0)  # type: ignore[arg-type]
    longitude, _ = grid.centres()
    areas = np.broadcast_to(grid.pixel_areas_km2(), grid.shape)
    covered = values(study, "sites.tif", context) > 0
    rows = {row["code"]: row for row in study.results["communes"]}
    for code, mine, method in (
        ("1", longitude < 106.5, "outline"),
        ("2", longitude >= 106.5, "nearest"),
    ):
        row = rows[code]
        share = areas[mine & covered].sum() / areas[mine].sum()
        assert row["method"] == method
        assert row["approximate"] == (method == "nearest")
        assert row["area_km2"] == pytest.approx(areas[mine].sum(), abs=1e-3)
        assert row["gap_km2"] == pytest.approx(areas[mine & ~covered].sum(), abs=1e-3)
        assert row["share_covered"] == pytest.approx(share, abs=1e-6)
        assert row["whole"]
        assert row["population_covered"] == round(1000 * share)
    assert 0 < rows["1"]["share_covered"] < 1
    half = run("mobile", {**REQUEST, "bounds": [106.4, 10.5, 106.45, 10.6]}, context)
    (row,) = (one for one in half.results["communes"] if one["code"] == "1")
    assert not row["whole"]
    assert row["population_covered"] is None


def test_an_area_is_units_or_a_circle(context: StudyContext) -> None:
    asked = {name: one for name, one in REQUEST.items() if name != "bounds"}
    units = run("mobile", {**asked, "units": ["1"], "step_m": 100}, context)
    assert units.inputs["area"]["boxes"] == ["Xã 1"]
    assert units.results["remarks"][0]["key"] == "mobile.boxes"
    assert units.results["area_km2"] == pytest.approx(121, rel=0.02)  # 10.95 by 11.06 km
    circle = run(
        "mobile", {**asked, "longitude": 106.5, "latitude": 10.55, "radius_km": 5}, context
    )
    assert circle.results["area_km2"] == pytest.approx(np.pi * 25, rel=0.01)
    outside = np.isnan(values(circle, "level.tif", context))
    assert outside[0, 0]
    assert values(circle, "operators.tif", context)[0, 0] == -1
    with pytest.raises(FormatError) as caught:
        run("mobile", {**asked, "units": ["1"], "bounds": BOUNDS}, context)
    assert caught.value.key == "mobile.several_areas"


# --- what is left out ---


def test_what_lacks_a_value_is_left_out_and_named(context: StudyContext) -> None:
    with context.register.write(author="test", reason="gaps") as writer:
        writer.add_structures(
            [
                structure("s4", valid_to=date(2026, 1, 1)),
                structure("s5", state=Lifecycle.PLANNED),
                structure("s6", longitude=107.9),
            ]
        )
        writer.add_installations(
            [
                replace(installation("c1", "s1", "b", "4G", None, 0.0), eirp_dbm=None),
                installation("c2", "s4", "b", "4G", 1842.5, 0.0),
                installation("c3", "s5", "b", "4G", 1842.5, 0.0),
                installation("c4", "s6", "b", "4G", 1842.5, 0.0),
                replace(
                    installation("c5", "s1", "b", "4G", 1842.5, 0.0), height_above_ground_m=0.5
                ),
                replace(
                    installation("c6", "s1", "b", "4G", 1842.5, 0.0), valid_to=date(2026, 1, 1)
                ),
            ]
        )
    study = run("mobile", REQUEST, context)
    assert {one["id"]: one["missing"] for one in study.inputs["not_assessed"]} == {
        "c1": ["frequency_mhz", "eirp_dbm"],
        "c5": ["height_above_ground_m"],
    }
    assert len(study.inputs["stations"]) == 6
    assert [one["left_out"] for one in study.results["operators"]] == [0, 2]


def test_an_own_antenna_on_a_mast_that_is_not_shown_is_named_without_its_place(
    context: StudyContext,
) -> None:
    with context.register.write(author="test", reason="hidden") as writer:
        writer.add_structures([structure("s7", confidential=True)])
        hidden = installation("d1", "s7", "b", "4G", 1842.5, 0.0)
        writer.add_installations([replace(hidden, confidential=True)])
    own = run("mobile", {**REQUEST, "asked_by": "b"}, context)
    assert [(one["name"], one["missing"]) for one in own.inputs["not_assessed"]] == [
        ("d1 · 4G · 0°", ["structure_id"])
    ]
    assert "Cột s7" not in str(own.inputs)
    other = run("mobile", {**REQUEST, "asked_by": "a"}, context)
    assert not other.inputs["not_assessed"]
    assert "d1" not in {one["id"] for one in other.inputs["stations"]}
    whole = run("mobile", REQUEST, context)
    assert "d1" in {one["id"] for one in whole.inputs["stations"]}


def test_hata_says_nothing_where_it_is_not_made_for(context: StudyContext) -> None:
    """Within a kilometre of the mast COST 231-Hata has no result: not known, and no gap."""
    request = {
        **REQUEST,
        "band": "2100",
        "operators": ["b"],
        "model": "cost231_hata",
        "minimum_level_dbm": -60,
    }
    with pytest.raises(FormatError) as caught:
        run("mobile", request, context)
    assert caught.value.key == "mobile.none_complete"  # 2140 MHz is beyond its 2000
    study = run("mobile", {**request, "band": "1800", "step_m": 100}, context)
    assert study.results["unknown_km2"] == pytest.approx(np.pi, rel=0.05)
    lon, lat = PLACES["s1"]
    grid = grid_over(tuple(BOUNDS), 100.0)  # type: ignore[arg-type]
    row, column = grid.pixel_of(np.array([lon]), np.array([lat]))
    assert values(study, "operators.tif", context)[row, column] == -1
    assert "studies.model_distances" in {one["key"] for one in study.results["remarks"]}


def test_a_gap_beside_what_is_not_known_is_not_known(context: StudyContext) -> None:
    """On one mast COST 231-Hata says nothing of an antenna at 25 m, below the minimum of another.

    Its formula begins at 30 m: where the antenna at 35 m does not reach the minimum, that at 25 m
    still may. Where the one at 35 m does reach it, there is service whatever the other does.
    """
    with context.register.write(author="test", reason="lower") as writer:
        writer.add_structures([structure("s8")])
        high = installation("e1", "s8", "b", "3G", 1842.5, None)
        low = installation("e2", "s8", "b", "3G", 1842.5, None)
        writer.add_installations([high, replace(low, height_above_ground_m=25.0)])
    asked = {**REQUEST, "technology": "3g", "reach_km": 13, "minimum_level_dbm": -115}
    study = run("mobile", {**asked, "model": "cost231_hata"}, context)
    assert len(study.inputs["stations"]) == 2
    level = values(study, "level.tif", context)
    operators = values(study, "operators.tif", context)
    below, reached = level < -115, level >= -115
    assert below.sum() > 20
    assert reached.sum() > 20
    assert (operators[below] == -1).all()
    assert (operators[reached] == 1).all()
    assert study.results["gap_km2"] == 0
    assert study.results["unknown_km2"] > 0


# --- the same again ---


def test_rerun_and_workers_give_the_same_bytes(context: StudyContext) -> None:
    study = run("mobile", REQUEST, context)
    assert rerun(study, context).identical
    for workers in (0, 3):
        other = replace(context, home=Home(context.home.folder / f"w{workers}"), workers=workers)
        again = run("mobile", REQUEST, other)
        assert again.results == study.results
        assert again.files == study.files
    assert set(FILES) < set(study.files)
    assert study.synthetic


def test_it_can_be_cancelled_and_shows_progress(context: StudyContext) -> None:
    stop, told = threading.Event(), []

    def progress(fraction: float, key: str, _: object) -> None:
        told.append((fraction, key))
        if key == "mobile.progress":
            stop.set()

    asked = replace(context, progress=progress, cancelled=stop.is_set)
    with pytest.raises(CancelledError):
        run("mobile", REQUEST, asked)
    assert not [one for one in context.home.studies.iterdir() if one.name.startswith("mobile")]
    assert all(0 <= fraction <= 1 for fraction, _ in told)
