"""A small province, made up, with everything that a map can show."""

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from shapely import MultiPolygon, Polygon

from gis.contours import area_above_km2, contour_features
from gis.home import Home
from gis.raster import Grid, grid_around, write_cog
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    Provenance,
    Service,
    StationClass,
    UnitKind,
)
from gis.register.structures import Structure, StructureKind
from gis.studies.findings import finding_to_json
from gis.studies.record import Study, canonical, save, study_id
from gis.studies.snapshots import record_to_json
from maps.views import RegisterView
from propagation.compliance.records import (
    Confidence,
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Rule,
)

SYNTHETIC = Provenance(confidence=Confidence.SYNTHETIC, source="demo")
RECALLED = Provenance(confidence=Confidence.RECALLED, source="TT 37/2017/TT-BTTTT")
OWNERS = {"o1": "Viễn thông Một", "o2": "Viễn thông Hai", "o3": "Điện lực", "o4": "Đài tỉnh"}
KINDS = list(StructureKind)


def a_structure(number: int, **changed: object) -> Structure:
    """The structure of a number, on a spiral about Tân An."""
    values: dict[str, object] = {
        "id": f"s{number}",
        "code": f"LA-{number:04d}",
        "name": f"Công trình {number} Đức Hòa",
        "kind": KINDS[number % len(KINDS)],
        "owner_id": f"o{number % 4 + 1}",
        "longitude": 106.3 + 0.02 * math.sqrt(number) * math.cos(number * 2.4),
        "latitude": 10.6 + 0.014 * math.sqrt(number) * math.sin(number * 2.4),
        "height_m": 20.0 + number % 40,
        "ground_height_m": 2.0,
        "commune_name": "Xã Bình Lãng",
        "shareable": number % 2 == 0,
        "provenance": SYNTHETIC,
    }
    return Structure(**{**values, **changed})


def a_station(number: int, **changed: object) -> BroadcastStation:
    """The broadcasting station of a number."""
    values: dict[str, object] = {
        "id": f"b{number}",
        "name": f"Đài Tân An {number}",
        "programme": "Thời sự VOV1",
        "service": Service.FM,
        "station_class": StationClass.PROVINCIAL,
        "frequency_mhz": 92.1 + 0.4 * number,
        "longitude": 106.41 + 0.13 * number,
        "latitude": 10.54 + 0.09 * number,
        "erp_total_dbw": 37.0,
        "height_above_ground_m": 100.0,
        "ground_height_m": 2.0,
        "provenance": RECALLED,
    }
    return BroadcastStation(**{**values, **changed})


@pytest.fixture
def make_structure() -> Callable[..., Structure]:
    return a_structure


@pytest.fixture
def make_view() -> Callable[..., RegisterView]:
    """Make a view of so many structures, with anything else replaced."""

    def make(count: int = 12, **changed: object) -> RegisterView:
        angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
        wobble = 1 + 0.08 * np.sin(7 * angle) + 0.03 * np.cos(23 * angle)
        outline = np.column_stack(
            [106.2 + 0.45 * wobble * np.cos(angle), 10.7 + 0.3 * wobble * np.sin(angle)]
        )
        values: dict[str, object] = {
            "title": "Bản đồ Long An",
            "jurisdiction": "tỉnh Long An",
            "on": date(2023, 7, 1),
            "structures": tuple(a_structure(n) for n in range(count)),
            "stations": (a_station(0), a_station(1)),
            "boundaries": (
                Boundary(
                    unit_code="80",
                    geometry=MultiPolygon([Polygon(outline)]),
                    position_uncertainty_m=500.0,
                    official=False,
                    valid_from=None,
                    valid_to=None,
                    provenance=RECALLED,
                ),
            ),
            "units": (
                AdministrativeUnit(
                    code="794",
                    name="Thành phố Tân An",
                    kind=UnitKind.CITY,
                    parent_code="80",
                    valid_from=None,
                    valid_to=None,
                    longitude=106.41,
                    latitude=10.53,
                    area_km2=81.7,
                    provenance=RECALLED,
                ),
            ),
            "organisations": OWNERS,
        }
        return RegisterView(**{**values, **changed})

    return make


LEVELS = (54.0, 66.0, 74.0)


def _inputs(station: BroadcastStation) -> dict[str, object]:
    return {
        "jurisdiction": "long-an-2023",
        "on": "2023-07-01",
        "station": record_to_json(station),
        "terrain": {"identifier": "flat-delta-2m", "flat": True, "surface_model": False},
        "model": {
            "edition": "ITU-R P.1812-8 (09/2025)",
            "settings": {
                "receiver_height_above_ground_m": 10.0,
                "location_percent": 50.0,
                "lapse_rate_nunits_per_km": 52.5,
                "surface_refractivity_nunits": 370.0,
                "profile_step_km": 0.25,
            },
        },
        "software": {"phusong": "0.1.0", "numpy": "2.4.6", "numerics_sha256": "0" * 64},
        "radius_km": 60.0,
        "step_m": 500.0,
    }


def _field(station: BroadcastStation, grid: Grid) -> np.ndarray:
    longitude, latitude = grid.centres()
    away_km = np.hypot(
        (longitude - station.longitude) * 109.4, (latitude - station.latitude) * 110.6
    )
    level = 106.9 + station.erp_total_dbw - 30 - 27 * np.log10(np.maximum(away_km, 0.3))
    return np.where(away_km <= 60.0, level, np.nan)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def coverage_study(home: Home) -> Study:
    """A coverage study with a made-up field, written by the real writers."""
    station = a_station(0, provenance=SYNTHETIC)
    grid = grid_around(station.longitude, station.latitude, 60.0, 500.0)
    field = _field(station, grid)
    contours = contour_features(field, grid, LEVELS, level_name="level_dbuvm", properties={})
    inputs = {
        **_inputs(station),
        "time_percent": 50.0,
        "levels_dbuvm": list(LEVELS),
        "communes": [],
    }
    results = {
        "levels": [
            {"field_strength_dbuvm": level, "area_km2": area_above_km2(field, grid, level)}
            for level in LEVELS
        ],
        "communes": [
            {
                "code": "27694",
                "name": "Phường 1",
                "kind": "phuong",
                "method": "point",
                "approximate": True,
                "field_strength_dbuvm": 91.25,
                "covered_share": {"54": 1.0, "66": 1.0, "74": 1.0},
            },
            {
                "code": "27700",
                "name": "Xã <b>Đậm</b>",
                "kind": "xa",
                "method": "area",
                "approximate": True,
                "field_strength_dbuvm": None,
                "covered_share": {"54": 0.8123, "66": 0.25, "74": 0.0},
            },
        ],
        "computation": {
            "azimuths": 720,
            "arc_at_edge_m": 523.6,
            "range_step_m": 500.0,
            "radius_km": 60.0,
            "bounds": [round(edge, 6) for edge in grid.bounds],
            "width": grid.width,
            "height": grid.height,
        },
        "field_strength_max_dbuvm": 128.0,
        "pixels_without_field": 0,
    }
    study = Study(study_id("coverage", inputs), "coverage", inputs, results)
    return save(
        study,
        {
            "coverage.tif": write_cog(field.astype(np.float32), grid, tags={"UNIT": "dBuV/m"}),
            "contours.geojson": canonical(contours),
        },
        home,
    )


@pytest.fixture
def interference_study(home: Home) -> Study:
    """An interference study with made-up margins, written by the real writers."""
    station = a_station(0, provenance=SYNTHETIC)
    others = [a_station(1, provenance=SYNTHETIC), a_station(2, name="Đài Mộc Hóa")]
    grid = grid_around(station.longitude, station.latitude, 60.0, 500.0)
    wanted = _field(station, grid)
    unwanted = np.stack([_field(other, grid) for other in others])
    strongest = np.nanmax(np.where(np.isnan(unwanted), -99.0, unwanted), axis=0)
    margin = wanted - strongest
    ranks = np.where(
        (margin < 0) & (wanted > 54), np.argmax(np.nan_to_num(unwanted, nan=-99.0), axis=0), -1
    ).astype(np.int16)
    inputs = {
        **_inputs(station),
        "unwanted": [record_to_json(other) for other in others],
        "not_assessed": [{"id": "b9", "name": "Đài Bến Lức", "missing": ["erp_total_dbw"]}],
        "reach_km": 300.0,
        "antenna_discrimination": False,
        "summation": "simplified_multiplication",
        "rules": {"pack": "vn", "version": "f" * 64, "rules": {}},
        "communes": [],
    }
    middle = {0: (106.62, 10.68), 1: (106.75, 10.78)}
    results = {
        "area_served_km2": 3000.5,
        "area_interfered_km2": 420.25,
        "share_interfered": 0.122848,
        "area_without_result_km2": 0.0,
        "usable_field_dbuvm": {
            "power_sum": {"median": 61.1, "max": 80.2},
            "simplified_multiplication": {"median": 62.4, "max": 81.9},
        },
        "interferers": [
            {
                "rank": rank,
                "station_id": other.id,
                "name": other.name,
                "frequency_mhz": other.frequency_mhz,
                "area_km2": 300.0 - 100 * rank,
                "tropospheric_share": 0.25,
                "worst_margin_db": -18.5,
                "label_at": list(middle[rank]),
            }
            for rank, other in enumerate(others)
        ],
        "communes": [
            {
                "code": "27700",
                "name": "Xã Bình Lãng",
                "kind": "xa",
                "method": "point",
                "approximate": True,
                "share_interfered": 1.0,
                "by": {"station_id": "b1", "name": others[0].name, "frequency_mhz": 92.5},
                "worst_margin_db": -12.0,
            }
        ],
        "not_assessed": inputs["not_assessed"],
        "radius_km": 60.0,
        "width": grid.width,
        "height": grid.height,
        "bounds": [round(edge, 6) for edge in grid.bounds],
    }
    study = Study(study_id("interference", inputs), "interference", inputs, results)
    return save(
        study,
        {
            "dominant.tif": write_cog(
                ranks, grid, tags={}, nodata=-1, overview_resampling="NEAREST"
            ),
            "interference.tif": write_cog(margin.astype(np.float32), grid, tags={"UNIT": "dB"}),
        },
        home,
    )


def _finding(check: str, outcome: Outcome, rule: Rule, **parts: object) -> dict[str, object]:
    return finding_to_json(
        Finding(check=check, rule=rule, outcome=outcome, **parts)  # type: ignore[arg-type]
    )


@pytest.fixture
def make_compliance_study() -> Callable[..., Study]:
    """Make a compliance study of so many stations, with one finding of each outcome."""
    plan = Rule(
        id="fm.plan.erp",
        title_vi="Công suất không vượt quy hoạch",
        title_en="Power within the plan",
        instrument="Thông tư 37/2017/TT-BTTTT",
        clause="Phụ lục II",
        valid_from=date(2018, 2, 1),
        valid_to=None,
        confidence=Confidence.SECONDARY,
        source="test",
    )
    ratios = replace(plan, id="fm.protection_ratio", instrument="ITU-R BS.412-9", binding=False)

    def findings(station: BroadcastStation, other: BroadcastStation) -> list[dict[str, object]]:
        power = Evidence(EvidenceKind.RECORD, "erp_total_dbw", 31.139, "hồ sơ #1 [x]")
        field = Evidence(
            EvidenceKind.PREDICTION,
            "wanted_field_strength_dbuvm",
            61.25,
            "P.1812",
            uncertainty=5.5,
        )
        return [
            _finding(
                "erp_and_height",
                Outcome.VIOLATES,
                plan,
                evidence=(power,),
                reason="compliance.no_such_sentence",
                margin_db=-1.14,
            ),
            _finding(
                "protection_ratios",
                Outcome.NEEDS_VERIFICATION,
                ratios,
                evidence=(field, power),
                reason="compliance.reason.protection_received_broken",
                values={"other": other.name, "margin_db": -12.5},
                margin_db=-12.5,
                counterpart=other.id,
                missing=("compliance.missing.measurement",),
                measure={
                    "what": "compliance.measure.field_strength",
                    "longitude": 106.51234,
                    "latitude": 10.61234,
                    "height_m": 10.0,
                    "frequency_mhz": station.frequency_mhz,
                },
            ),
            _finding(
                "data_audit",
                Outcome.NOT_ASSESSABLE,
                plan,
                evidence=(),
                reason="compliance.reason.coordinate_no_commune",
                missing=("compliance.missing.commune",),
            ),
        ]

    def make(count: int = 1, **changed: object) -> Study:
        stations = [a_station(n, provenance=SYNTHETIC, **changed) for n in range(count + 2)]
        inputs = {
            **_inputs(stations[0]),
            "rules": {"pack": "vn-fm", "version": "a" * 64, "rules": {}},
            "judged": [station.id for station in stations[:count]],
            "stations": [record_to_json(station) for station in stations],
            "plan_entries": [],
            "reach_km": 300.0,
        }
        rows = [
            {
                "station_id": station.id,
                "name": station.name,
                "programme": station.programme,
                "frequency_mhz": station.frequency_mhz,
                "longitude": station.longitude,
                "latitude": station.latitude,
                "synthetic": True,
                "plan_entry_id": None,
                "without": [],
                "outcome": "mixed",
                "findings": findings(station, stations[-1]),
            }
            for station in stations[:count]
        ]
        results = {"stations": rows, "outcomes": {"mixed": count}}
        return Study(study_id("compliance", inputs), "compliance", inputs, results)

    return make
