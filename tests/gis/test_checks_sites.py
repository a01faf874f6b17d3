"""Documents, sites and the border in compliance studies, from the register to the findings."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from shapely import MultiPolygon, Point

import data
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    Organisation,
    OrganisationKind,
    ProtectedPoint,
    ProtectedPointKind,
    Provenance,
    Service,
    UnitKind,
)
from gis.register.structures import Installation, Structure, StructureKind
from gis.studies.checks.sites import bandwidth_khz
from gis.studies.compliance import compute, gather
from gis.studies.context import StudyContext
from gis.studies.runner import run
from propagation.compliance.records import Confidence

Context = Callable[..., StudyContext]
Make = Callable[..., BroadcastStation]
ON = "2026-11-23"
ROOT = Path(__file__).parents[2]


def found(context: StudyContext, check: str, station_id: str = "a") -> dict[str, Any]:
    """Return the findings of one check of one station, by the last part of their reason."""
    study = run("compliance", {"on": ON, "station_id": station_id, "changes": "none"}, context)
    (row,) = study.results["stations"]
    return {
        finding["reason"].rsplit(".")[-1]: finding
        for finding in row["findings"]
        if finding["check"] == check
    }


@pytest.mark.parametrize(
    ("emission", "service", "width"),
    [
        ("256KF8EHF", Service.FM, 256.0),
        ("8M00D7W", Service.TELEVISION, 8000.0),
        ("16K0F3E", Service.FM, 16.0),
        ("H500F3E", Service.FM, 5e-4),
        ("F8E", Service.FM, 200.0),
        (None, Service.TELEVISION, 8000.0),
        ("000KF8E", Service.FM, 200.0),
    ],
)
def test_necessary_bandwidth(emission: str | None, service: Service, width: float) -> None:
    """Radio Regulations, Appendix 1: the unit stands in the place of the decimal sign."""
    assert bandwidth_khz(emission, service) == pytest.approx(width)


def test_an_expired_licence_violates(study_context: Context, make_station: Make) -> None:
    station = make_station(
        licence_number="12/GP", licence_from=date(2020, 1, 1), licence_to=date(2026, 11, 22),
        licence_power_w=100.0,
    )  # fmt: skip
    rows = found(study_context(stations=[station]), "validity")
    assert rows["licence_expired"]["outcome"] == "violates"
    assert rows["licence_expired"]["values"]["days"] == 1
    assert rows["certificate_not_needed"]["outcome"] == "complies"
    assert rows["conformity_absent"]["outcome"] == "not_assessable"


def test_products_and_exposure_of_a_shared_mast(
    study_context: Context, make_station: Make
) -> None:
    """2 x 100.0 - 98.0 = 102.0 MHz, 10 km away; 1 kW and 9 kW at 60 m.

    Safety distances 1.6 sqrt(29.979 x 1640.6) / 27.5 = 12.90 and 38.71 m; at 58 m together
    (12.90^2 + 38.71^2) / 58^2 = 0.495.
    """
    own = make_station("a", frequency_mhz=100.0)
    mate = make_station("b", frequency_mhz=98.0, erp_total_dbw=39.5424)
    victim = make_station("c", frequency_mhz=102.0, latitude=10.69)
    context = study_context(stations=[own, mate, victim])
    products = found(context, "intermodulation")
    assert products["hit"]["counterpart"] == "c"
    assert products["hit"]["outcome"] == "needs_verification"
    assert products["hit"]["values"]["sum"] == "2 × 100000 − 98000"
    exposed = found(context, "exposure")
    assert exposed["alone_kept"]["values"]["distance_m"] == pytest.approx(12.9)
    assert exposed["site_kept"]["values"]["share"] == pytest.approx(0.495, abs=2e-3)
    alone = found(context, "intermodulation", "c")
    assert list(alone) == ["alone"]


def test_a_stations_own_antenna_is_no_second_carrier_and_synthetic_stays_synthetic(
    study_context: Context, make_station: Make
) -> None:
    """The mast of a station is on record twice: as a station and as an antenna on a structure."""
    made_up = Provenance(confidence=Confidence.SYNTHETIC, source="test")
    own = make_station("a", frequency_mhz=100.0)
    mate = make_station("b", frequency_mhz=98.0, provenance=made_up)
    victim = make_station("c", frequency_mhz=102.0, latitude=10.69)
    context = study_context(stations=[own, mate, victim])
    mast = Structure(
        id="m", code="M", name="M", kind=StructureKind.ANTENNA_MAST, owner_id="o",
        longitude=own.longitude, latitude=own.latitude, provenance=made_up,
    )  # fmt: skip
    antennas = [
        Installation(
            id=f"i{number}", structure_id="m", organisation_id="o", technology="FM",
            frequency_mhz=frequency, eirp_dbm=60.0, height_above_ground_m=30.0, provenance=made_up,
        )
        for number, frequency in enumerate((100.0, 98.0, 102.0))
    ]  # fmt: skip
    antennas.append(replace(antennas[2], id="gone", valid_to=date(2020, 1, 1)))
    owner = Organisation(id="o", name="O", kind=OrganisationKind.OPERATOR, provenance=made_up)
    with context.register.write(author="test", reason="mast") as writer:
        writer.add_organisations([owner])
        writer.add_structures([mast])
        writer.add_installations(antennas)
    study = run("compliance", {"on": ON, "station_id": "a", "changes": "none"}, context)
    sites = study.inputs["checks"]["sites"]
    # 102 MHz is no station's here: the one of that carrier stands 10 km away
    assert [row["id"] for row in sites["installations"]] == ["i2"]
    hit = found(context, "intermodulation")["hit"]
    known = {item["source"].split(";")[0]: item["confidence"] for item in hit["evidence"]}
    assert known["Đài b"] == "synthetic"
    assert known["Đài a"] == "verified"


def test_a_public_sum_of_exposure_is_not_said_to_comply(
    study_context: Context, make_station: Make
) -> None:
    """And says the same, to the byte, whether a confidential antenna stands there or none."""
    own = make_station("a", frequency_mhz=100.0)
    context = study_context(stations=[own])
    known = Provenance(confidence=Confidence.VERIFIED, source="test")

    def exposure(*, public: bool) -> tuple[bool, dict[str, dict[str, Any]], list[Any]]:
        asked = {"on": ON, "station_id": "a", "changes": "none", "public": public}
        study = run("compliance", asked, context)
        (row,) = study.results["stations"]
        rows = [one for one in row["findings"] if one["check"] == "exposure"]
        told = {one["reason"].rpartition(".")[2]: one for one in rows}
        return study.inputs["checks"]["sites"]["confidential"], told, rows

    before = exposure(public=True)
    mast = Structure(
        id="m", code="M", name="M", kind=StructureKind.ANTENNA_MAST, owner_id="o",
        longitude=own.longitude, latitude=own.latitude, provenance=known,
    )  # fmt: skip
    hidden = Installation(
        id="i", structure_id="m", organisation_id="o", technology="LTE", frequency_mhz=2100.0,
        eirp_dbm=50.0, height_above_ground_m=30.0, confidential=True, provenance=known,
    )  # fmt: skip
    owner = Organisation(id="o", name="O", kind=OrganisationKind.OPERATOR, provenance=known)
    with context.register.write(author="test", reason="mast") as writer:
        writer.add_organisations([owner])
        writer.add_structures([mast])
        writer.add_installations([hidden])
    inside, public = exposure(public=False), exposure(public=True)
    assert inside[0]
    assert {name: one["outcome"] for name, one in inside[1].items()} == {
        "alone_kept": "complies",
        "site_kept": "complies",
    }
    assert public == before
    assert {name: one["outcome"] for name, one in public[1].items()} == {
        "alone_kept": "complies",
        "site_partial": "needs_verification",
    }
    assert public[1]["site_partial"]["measure"]["quantity"] == "electric_field"
    assert public[1]["site_partial"]["values"]["antennas"] == 1


def test_a_plan_and_a_single_check_say_the_same_of_a_site(
    study_context: Context, make_station: Make
) -> None:
    """2 x 100.0 - 98.0 = 102.0 MHz: an antenna 33 km away, on the mast of another station."""
    stations = [
        make_station("a", frequency_mhz=100.0),
        make_station("b", frequency_mhz=105.0, latitude=10.9),
    ]
    context = study_context(stations=stations)
    known = Provenance(confidence=Confidence.VERIFIED, source="test")
    masts = [
        Structure(
            id=f"m-{one.id}", code=one.id, name=one.id, kind=StructureKind.ANTENNA_MAST,
            owner_id="o", longitude=one.longitude, latitude=one.latitude, provenance=known,
        )
        for one in stations
    ]  # fmt: skip
    antennas = [
        Installation(
            id=f"i-{mast.id}", structure_id=mast.id, organisation_id="o", technology="FM",
            frequency_mhz=frequency, eirp_dbm=60.0, height_above_ground_m=30.0, provenance=known,
        )
        for mast, frequency in zip(masts, (98.0, 102.0), strict=True)
    ]  # fmt: skip
    with context.register.write(author="test", reason="masts") as writer:
        writer.add_organisations(
            [Organisation(id="o", name="O", kind=OrganisationKind.OPERATOR, provenance=known)]
        )
        writer.add_structures(masts)
        writer.add_installations(antennas)
    plan = run("compliance", {"on": ON}, context)
    gathered = [row["id"] for row in plan.inputs["checks"]["sites"]["installations"]]
    assert gathered == ["i-m-a", "i-m-b"]
    for row in plan.results["stations"]:
        asked = {"on": ON, "station_id": row["station_id"], "changes": "none"}
        (alone,) = run("compliance", asked, context).results["stations"]
        for check in ("intermodulation", "exposure"):
            first, second = (
                [one for one in each["findings"] if one["check"] == check] for each in (row, alone)
            )
            assert first == second


def test_registered_receivers_are_victims(study_context: Context, make_station: Make) -> None:
    """2 x 96.9 = 193.8 MHz on an antenna of the mast; 2 x 96.9 - 88.9 = 104.9 MHz at a monitor.

    Nobody but the department reads of either: the antenna is confidential, so is every point.
    """
    own = make_station("a", frequency_mhz=96.9)
    context = study_context(stations=[own])
    known = Provenance(confidence=Confidence.VERIFIED, source="test")
    mast = Structure(
        id="m", code="M", name="M", kind=StructureKind.ANTENNA_MAST, owner_id="o",
        longitude=own.longitude, latitude=own.latitude, provenance=known,
    )  # fmt: skip
    antennas = [
        Installation(
            id=f"i{frequency}", structure_id="m", organisation_id="o", technology=f"T{frequency}",
            frequency_mhz=frequency, eirp_dbm=60.0, height_above_ground_m=30.0,
            confidential=frequency > 100.0, provenance=known,
        )
        for frequency in (88.9, 193.8)
    ]  # fmt: skip
    monitor = ProtectedPoint(
        id="k", kind=ProtectedPointKind.MONITORING_STATION, name="Trạm kiểm soát",
        longitude=own.longitude, latitude=own.latitude + 0.1, frequency_mhz=104.9,
        provenance=known,
    )  # fmt: skip
    owner = Organisation(id="o", name="O", kind=OrganisationKind.OPERATOR, provenance=known)
    with context.register.write(author="test", reason="mast") as writer:
        writer.add_organisations([owner])
        writer.add_structures([mast])
        writer.add_installations(antennas)
        writer.add_protected_points([monitor])

    def receivers(**asked: object) -> dict[str, dict[str, Any]]:
        study = run(
            "compliance", {"on": ON, "station_id": "a", "changes": "none", **asked}, context
        )
        (row,) = study.results["stations"]
        return {
            one["counterpart"]: one["values"]
            for one in row["findings"]
            if one["reason"].endswith("receiver_hit")
        }

    found = receivers()
    assert found["i193.8"]["formula"] == "2A"
    assert (found["k"]["formula"], found["k"]["victim"]) == ("2A-B", "Trạm kiểm soát")
    assert not {"i193.8", "k"} & set(receivers(public=True))


def test_the_border_of_tay_ninh_and_long_an(study_context: Context, make_station: Make) -> None:
    """Mộc Bài, about 106.17 E 11.08 N, stands at the border."""
    station = make_station(longitude=106.17, latitude=11.08)
    rows = found(study_context(stations=[station]), "border")
    nearest = rows["distance_within"]
    assert nearest["values"]["distance_km"] <= nearest["values"]["uncertainty_km"] + 1
    assert nearest["rule"]["advisory"]
    assert rows["field_tropospheric_exceeded"]["outcome"] == "needs_verification"
    assert rows["field_tropospheric_exceeded"]["values"]["field_dbuvm"] > 80


def test_without_power_there_is_no_field_at_the_border(
    study_context: Context, make_station: Make
) -> None:
    rows = found(study_context(stations=[make_station(erp_total_dbw=None)]), "border")
    assert rows["distance_unknown"]["missing"][0] == "compliance.missing.erp"
    assert rows["field_steady_unknown"]["outcome"] == "not_assessable"


def test_the_points_of_the_border_are_rebuilt_as_they_are(tmp_path: Path) -> None:
    builder = ROOT / "tests" / "builders" / "build_border.py"
    subprocess.run([sys.executable, str(builder), str(tmp_path)], check=True, cwd=ROOT)
    built = (tmp_path / "border_points.csv").read_bytes()
    assert built == data.path("tables/border_points.csv").read_bytes()


def with_points(context: StudyContext, *points: dict[str, Any]) -> dict[str, Any]:
    """Return the findings of the station a, with protected points among what was gathered."""
    with context.register.snapshot() as register:
        gathered = gather({"on": ON, "station_id": "a", "changes": "none"}, register, context)
    gathered.inputs["checks"]["protected"]["points"] = list(points)
    (row,) = compute(gathered, context).results["stations"]
    return {finding["reason"].partition(".reason.")[2]: finding for finding in row["findings"]}


def point(kind: str, **changes: Any) -> dict[str, Any]:
    parts = {
        "id": kind, "kind": kind, "name": f"Điểm {kind}", "longitude": 106.4, "latitude": 10.7,
        "height_m": 300.0, "frequency_mhz": 108.1,
        "provenance": {"source": "bảng điểm thử", "confidence": "synthetic"},
    }  # fmt: skip
    return {**parts, **changes}


def test_aeronautical_points(study_context: Context, make_station: Make) -> None:
    """1 kW on 107.9 MHz, 11.06 km from an ILS on 108.1 MHz; the VOR is beyond 500 km.

    Free space: 1 kW e.r.p. are 32.15 dBW e.i.r.p.; 10 lg(29.979) = 14.77; 20 lg 11060 = 80.88;
    32.15 + 14.77 - 80.88 + 120 = 86.04 dB(uV/m). A2 at 200 kHz: 32 - 86.04 + 50 = -4.04 dB.
    """
    station = make_station(frequency_mhz=107.9)
    context = study_context(stations=[station])
    found = with_points(context, point("ils_localizer"), point("vor", latitude=17.0))
    assert found["a2_exceeded"]["margin_db"] == pytest.approx(-4.04, abs=0.05)
    assert found["screen_within"]["values"]["points"] == 1
    assert found["screen_within"]["values"]["distance_km"] == pytest.approx(11.1)
    assert found["a2_exceeded"]["rule"]["advisory"]


def test_two_metres_apart_is_one_site(study_context: Context, make_station: Make) -> None:
    """2 x 105.0 - 100.9 = 109.1 MHz; the third decimal of their longitudes differs."""
    own = make_station("a", frequency_mhz=105.0, longitude=106.40049)
    mate = make_station("b", frequency_mhz=100.9, longitude=106.40051)
    context = study_context(stations=[own, mate])
    at = point("ils_localizer", frequency_mhz=109.1, latitude=10.65)
    found = with_points(context, at)
    assert "a1_silent" not in found
    assert "a1_exceeded" in found


def test_a_point_without_a_frequency_is_screened_and_named(
    study_context: Context, make_station: Make
) -> None:
    context = study_context(stations=[make_station(frequency_mhz=107.9)])
    found = with_points(
        context, point("vor", frequency_mhz=None), point("test_point", frequency_mhz=110.0)
    )
    assert found["screen_within"]["values"]["points"] == 1
    assert found["no_frequency"]["values"]["names"] == "Điểm vor"
    assert found["no_kind"]["values"]["names"] == "Điểm test_point"
    assert "a2_silent" not in found


def test_a_station_below_the_horizon_does_not_mix(
    study_context: Context, make_station: Make
) -> None:
    """2 x 100.0 - 91.9 = 108.1 MHz; the horizon of 300 m and 62 m is 104 km away."""
    own = make_station("a", frequency_mhz=100.0)
    other = make_station("b", frequency_mhz=91.9, latitude=10.65)
    context = study_context(stations=[own, other])
    near = with_points(context, point("vor"))
    assert "b1_below_kept" in near
    beyond = with_points(context, point("vor", latitude=11.7))
    assert "b1_silent" in beyond


@pytest.mark.parametrize(
    ("people", "found"), [(1000, "inhabited"), (2, "empty"), (None, "unknown")]
)
def test_people_near_the_mast_by_the_density_of_their_commune(
    study_context: Context, make_station: Make, people: int | None, found: str
) -> None:
    """1 kW blankets 0.394 km, 0.4877 km2: of 1000 on 10 km2 48.8 people, of 2 on 10 km2 0.1."""
    own = make_station(erp_total_dbw=30.0)
    known = Provenance(confidence=Confidence.VERIFIED, source="test")
    dated = {"valid_from": None, "valid_to": None, "provenance": known}
    commune = AdministrativeUnit(
        code="c", name="Xã c", kind=UnitKind.COMMUNE, parent_code="80", longitude=own.longitude,
        latitude=own.latitude, population=people, area_km2=10.0, **dated,
    )  # fmt: skip
    square = Point(own.longitude, own.latitude).buffer(0.02, cap_style="square")
    outline = Boundary(
        unit_code="c", geometry=MultiPolygon([square]), position_uncertainty_m=10.0,
        official=True, **dated,
    )  # fmt: skip
    context = study_context(stations=[own], units=[commune], boundaries=[outline])
    row = with_points(context)[f"blanketing_{found}"]
    assert row["outcome"] == ("complies" if found == "empty" else "needs_verification")
    if found == "inhabited":
        assert row["values"]["population"] == 49


def test_monitoring_stations(study_context: Context, make_station: Make) -> None:
    context = study_context(stations=[make_station()])
    found = with_points(context, point("monitoring_station", latitude=10.62))
    assert found["monitoring_exceeded"]["outcome"] == "needs_verification"
    assert "no_points" in found
    assert "blanketing_unknown" in found
