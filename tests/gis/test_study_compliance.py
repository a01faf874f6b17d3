"""Compliance studies: the planted faults with numbers by hand, and the law of findings."""

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import LineString, MultiPolygon, Point, box

from data.text import has
from gis.demo import load_demonstration
from gis.errors import CancelledError, FormatError
from gis.geodesy import distance_km
from gis.home import Home
from gis.register.records import BroadcastStation, Service, StationClass
from gis.register.store import Register
from gis.studies.audit import commune_facts, height_facts, named_commune
from gis.studies.communes import Commune
from gis.studies.context import StudyContext
from gis.studies.findings import export, finding_from_json, finding_to_json
from gis.studies.outlines import Outline
from gis.studies.point import explain_path
from gis.studies.record import canonical
from gis.studies.runner import run
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain, RasterTerrain
from propagation.compliance.records import ForbiddenVerdictError

Context = Callable[..., StudyContext]
Make = Callable[..., BroadcastStation]
ON = date(2025, 8, 1)
REQUEST = {"on": "2025-08-01"}
EAST_12_KM = 106.4 + 12 / 109.46  # km a degree along the parallel of 10.6 N


def rows_of(context: StudyContext, **request: object) -> dict[str, dict[str, Any]]:
    study = run("compliance", {**REQUEST, **request}, context)
    return {row["station_id"]: row for row in study.results["stations"]}


def findings_of(row: dict[str, Any], check: str) -> list[dict[str, Any]]:
    return [finding for finding in row["findings"] if finding["check"] == check]


def value_of(finding: dict[str, Any], name: str) -> Any:
    return next(item["value"] for item in finding["evidence"] if item["name"] == name)


def test_300_w_over_the_entry_violates(
    study_context: Context, make_station: Make, make_plan_entry
) -> None:
    """1300 W against 1000 W: 10 lg 1.3 = 1.139 dB over, records against records."""
    station = make_station(erp_total_dbw=10 * np.log10(1300), plan_entry_id="q-a")
    context = study_context(stations=[station], entries=[make_plan_entry()])
    row = rows_of(context)["a"]
    found = next(
        finding
        for finding in findings_of(row, "erp_and_height")
        if finding["reason"] == "compliance.reason.erp_exceeded"
    )
    assert found["outcome"] == "violates"
    assert found["margin_db"] == pytest.approx(-1.139, abs=0.001)
    assert found["values"]["excess_w"] == pytest.approx(300.0, abs=0.1)
    assert value_of(found, "erp_max_dbw") == 30.0
    assert {item["kind"] for item in found["evidence"]} == {"record"}
    assert row["plan_entry_id"] == "q-a"
    assert row["outcome"] in {"violates", "mixed"}


@pytest.mark.parametrize("on", ["2025-08-01", "2026-10-01"])
@pytest.mark.parametrize("rank", ["national", "provincial", "other"])
def test_annexes_that_list_other_stations_are_not_cited(
    study_context: Context, make_station: Make, make_plan_entry, rank: str, on: str
) -> None:
    """Annexes II and III list VOV and provincial stations only (both circulars)."""
    entered = make_station(station_class=rank, plan_entry_id="q-a")
    alone = make_station("b", station_class=rank, frequency_mhz=90.5, programme="khác")
    context = study_context(stations=[entered, alone], entries=[make_plan_entry()])
    rows = rows_of(context, on=on)
    rules = {
        finding["rule"]["id"]: finding["rule"]["clause"]
        for row in rows.values()
        for check in ("plan_identity", "erp_and_height")
        for finding in findings_of(row, check)
        if finding["rule"]["id"].startswith("fm.plan.")
    }
    if rank != "other":
        assert rules == dict.fromkeys(("fm.plan.identity", "fm.plan.erp"), "Phụ lục II, III")
        return
    old = on < "2026-09-05"
    assert rules == {
        "fm.plan.identity.local": "Phụ lục I, V" if old else "Phụ lục I",
        "fm.plan.erp.local": "Phụ lục IV, V" if old else "mục quy hoạch của đài (chưa rõ phụ lục)",
    }
    absent = findings_of(rows["b"], "plan_identity")[-1]
    assert absent["reason"] == "compliance.reason.plan_lists_no_local"
    assert absent["outcome"] == "not_assessable"


def test_a_pattern_above_that_of_the_entry_violates(
    study_context: Context, make_station: Make, make_plan_entry
) -> None:
    """1 kW all round, where the entry takes off 10 dB at 120 degrees: 900 W too much there."""
    pattern = (0.0,) * 12 + (10.0,) + (0.0,) * 23
    station = make_station(erp_total_dbw=30.0, plan_entry_id="q-a", attenuation_db=(0.0,) * 36)
    context = study_context(stations=[station], entries=[make_plan_entry(attenuation_db=pattern)])
    found = {
        finding["reason"].rsplit(".")[-1]: finding
        for finding in findings_of(rows_of(context)["a"], "erp_and_height")
    }
    assert found["erp_kept"]["outcome"] == "complies"
    assert found["pattern_exceeded"]["outcome"] == "violates"
    assert found["pattern_exceeded"]["values"]["azimuth_deg"] == 120
    assert found["pattern_exceeded"]["values"]["excess_w"] == pytest.approx(900.0, abs=0.1)
    assert found["pattern_exceeded"]["margin_db"] == pytest.approx(-10.0)


def test_two_stations_12_km_and_100_khz_apart(study_context: Context, make_station: Make) -> None:
    """Margin at the worst point = wanted - (unwanted + 33 dB), each field over its own path."""
    stations = {
        "a": make_station(),
        "b": make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1),
    }
    context = study_context(stations=stations.values())
    rows = rows_of(context)
    for own, other in (("a", "b"), ("b", "a")):
        received, caused = sorted(
            findings_of(rows[own], "protection_ratios"), key=lambda one: "caused" in one["reason"]
        )
        assert received["outcome"] == caused["outcome"] == "needs_verification"
        assert received["counterpart"] == other
        assert received["values"]["distance_km"] == pytest.approx(12.0, abs=0.01)
        assert received["values"]["spacing_khz"] == 100.0
        where = received["measure"]["longitude"], received["measure"]["latitude"]
        wanted = explain_path(stations[own], *where, context)["predictions"][0][
            "field_strength_dbuvm"
        ]
        against = explain_path(stations[other], *where, context)
        steady = against["predictions"][0]["field_strength_dbuvm"]
        rare = against["predictions"][1]["field_strength_dbuvm"]
        by_hand = wanted - max(steady + 33.0, rare + 25.0)
        assert received["margin_db"] == pytest.approx(by_hand, abs=0.2)
        assert value_of(received, "wanted_field_strength_dbuvm") == pytest.approx(wanted, abs=0.1)
        assert {"predicted", "flat_terrain", "recalled_rule"} <= set(received["reservations"])
        assert received["margin_db"] < 0
        # what a causes at b is what b receives from a
        mirrored = next(
            finding
            for finding in findings_of(rows[other], "protection_ratios")
            if "received" in finding["reason"]
        )
        assert caused["margin_db"] == pytest.approx(mirrored["margin_db"], abs=1e-9)


def test_the_service_edge_is_kept_for_reports(study_context: Context, make_station: Make) -> None:
    """Its smallest margin is the one that check 5 decides by, azimuth by azimuth as predicted."""
    one = make_station()
    two = make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1)
    row = rows_of(study_context(stations=[one, two]))["a"]
    edge = row["edge"]
    assert [point["azimuth_deg"] for point in edge] == sorted(
        {point["azimuth_deg"] for point in edge}
    )
    assert all(point["azimuth_deg"] % 10 == 0 for point in edge)
    assert all(point["distance_km"] > 1.0 for point in edge)
    assert all(point["wanted_dbuvm"] >= 54.0 for point in edge), "a dB or so is to spare"
    assert {point["dominant"] for point in edge} == {"b"}
    decided = next(
        finding for finding in findings_of(row, "usable_field") if finding["counterpart"] is None
    )
    margins = [
        point["wanted_dbuvm"] - point["usable_dbuvm"]["simplified_multiplication"]
        for point in edge
        if point["wanted_dbuvm"] >= point["minimum_dbuvm"]
    ]
    assert min(margins) == pytest.approx(decided["margin_db"], abs=0.011)
    assert set(edge[0]["usable_dbuvm"]) == {"simplified_multiplication", "power_sum", "t_lnm"}


def test_test_points_lie_where_they_should(study_context: Context, make_station: Make) -> None:
    """The worst of the 36 edge points is the one towards the other station: azimuth 90."""
    other = make_station("b", longitude=EAST_12_KM + 0.3, frequency_mhz=100.1)
    rows = rows_of(study_context(stations=[make_station(), other]), station_id="a")
    received = next(
        finding
        for finding in findings_of(rows["a"], "protection_ratios")
        if "received" in finding["reason"]
    )
    assert received["values"]["point"].startswith("090°")
    lon, lat = received["measure"]["longitude"], received["measure"]["latitude"]
    away_m = float(received["values"]["point"].partition(" / ")[2].removesuffix(" m"))
    assert away_m == pytest.approx(1000 * distance_km(106.4, 10.6, lon, lat), abs=2)
    field = value_of(received, "wanted_field_strength_dbuvm")
    assert 54.0 <= field < 56.0, "the edge of the service of stereo in the country"


def test_fields_beyond_the_boundary(
    study_context: Context, make_station: Make, make_unit, make_boundary
) -> None:
    """A province that ends 10 km east of a provincial station of 5 kW."""
    east = 106.4 + 10 / 109.46
    province = make_unit("80", 106.4, 10.6, kind="tinh", name="Tỉnh X", parent_code=None)
    boundary = make_boundary("80", 105.4, 9.6, east, 11.6)
    station = make_station(
        station_class=StationClass.PROVINCIAL, province_code="80", erp_total_dbw=37.0
    )
    context = study_context(stations=[station], units=[province], boundaries=[boundary])
    (found,) = findings_of(rows_of(context)["a"], "boundary_protection")
    assert found["outcome"] == "needs_verification"
    assert found["values"]["distance_to_boundary_m"] <= 20
    where = found["measure"]["longitude"], found["measure"]["latitude"]
    assert where[0] == pytest.approx(east, abs=0.001)
    assert where[1] == pytest.approx(10.6, abs=0.001)
    field = explain_path(station, *where, context)["predictions"][0]["field_strength_dbuvm"]
    assert found["margin_db"] == pytest.approx(54.0 - field, abs=0.1)
    assert "approximate_boundary" in found["reservations"], "on the line itself nothing is certain"
    # the same station of another class is not spoken of
    other = study_context(stations=[make_station("o", province_code="80")])
    assert findings_of(rows_of(other)["o"], "boundary_protection") == []


def test_a_station_is_not_protected_outside_its_province(
    study_context: Context, make_station: Make, make_unit, make_boundary
) -> None:
    """In a province of 10 by 10 km every edge point lies on its outline, just inside."""
    province = make_unit("80", 106.4, 10.6, kind="tinh", name="Tỉnh X", parent_code=None)
    half = 5 / 110.0
    box = (106.4 - half, 10.6 - half, 106.4 + half, 10.6 + half)
    stations = [
        make_station(province_code="80"),
        make_station("b", longitude=106.9, frequency_mhz=100.1),
    ]
    context = study_context(
        stations=stations,
        units=[province],
        boundaries=[make_boundary("80", *box, official=False)],
    )
    received = next(
        finding
        for finding in findings_of(rows_of(context)["a"], "protection_ratios")
        if "received" in finding["reason"]
    )
    assert received["outcome"] == "needs_verification"
    assert received["values"]["points"] == 37, "36 of the edge, and the worst cell of the service"
    assert received["measure"]["longitude"] == pytest.approx(box[2], abs=0.002)
    assert received["measure"]["longitude"] < box[2]
    assert "approximate_boundary" in received["reservations"]


def test_a_national_station_is_protected_beyond_its_province(
    study_context: Context, make_station: Make, make_unit, make_boundary
) -> None:
    """In a province of 10 by 10 km a national station has its edge where its field ends."""
    province = make_unit("80", 106.4, 10.6, kind="tinh", name="Tỉnh X", parent_code=None)
    half = 5 / 110.0
    box = (106.4 - half, 10.6 - half, 106.4 + half, 10.6 + half)
    stations = [
        make_station(province_code="80", station_class=StationClass.NATIONAL),
        make_station("b", longitude=106.9, frequency_mhz=100.1),
    ]
    context = study_context(
        stations=stations, units=[province], boundaries=[make_boundary("80", *box)]
    )
    received = next(
        finding
        for finding in findings_of(rows_of(context, station_id="a")["a"], "protection_ratios")
        if "received" in finding["reason"]
    )
    assert received["measure"]["longitude"] > box[2] + 0.1
    assert 54.0 <= value_of(received, "wanted_field_strength_dbuvm") < 56.0


def test_the_true_boundary_may_be_nearer_than_the_outline(
    study_context: Context, make_station: Make, make_unit, make_boundary
) -> None:
    """An outline 40 km off that may be 3 km wrong: the field is asked 37 km off too."""
    province = make_unit("80", 106.4, 10.6, kind="tinh", name="Tỉnh X", parent_code=None)
    half = 40 / 110.0
    boundary = make_boundary(
        "80", 106.4 - half, 10.6 - half, 106.4 + half, 10.6 + half,
        official=False, position_uncertainty_m=3000.0,
    )  # fmt: skip
    station = make_station(
        station_class=StationClass.PROVINCIAL, province_code="80", erp_total_dbw=20.0
    )
    context = study_context(stations=[station], units=[province], boundaries=[boundary])
    (found,) = findings_of(rows_of(context)["a"], "boundary_protection")
    where = found["measure"]["longitude"], found["measure"]["latitude"]
    away = float(distance_km(106.4, 10.6, *where))
    assert found["values"]["distance_to_boundary_m"] == pytest.approx(3000, abs=60)
    assert 36.0 < away < 37.5
    field = explain_path(station, *where, context)["predictions"][0]["field_strength_dbuvm"]
    assert found["margin_db"] == pytest.approx(54.0 - field, abs=0.1)
    assert "approximate_boundary" in found["reservations"]


def test_the_nearest_point_of_the_outline_counts_between_the_rays(
    study_context: Context, make_station: Make, make_unit, make_boundary
) -> None:
    """A neighbour's wedge comes to 10 km at azimuth 5, where no ray of 36 runs."""
    east, north = 1 / 109.46, 1 / 110.62  # degrees a km at 10.6 N
    tip = Point(
        106.4 + 10 * np.sin(np.radians(5)) * east, 10.6 + 10 * np.cos(np.radians(5)) * north
    )
    wedge = LineString([tip, (tip.x + 3.5 * east, tip.y + 40 * north)]).buffer(0.5 * east)
    edges = (105.6, 9.8, 107.2, 11.4)
    outline = make_boundary("80", *edges, geometry=MultiPolygon([box(*edges).difference(wedge)]))
    province = make_unit("80", 106.4, 10.6, kind="tinh", name="Tỉnh X", parent_code=None)
    station = make_station(
        station_class=StationClass.PROVINCIAL, province_code="80", erp_total_dbw=20.0
    )
    context = study_context(stations=[station], units=[province], boundaries=[outline])
    (found,) = findings_of(rows_of(context)["a"], "boundary_protection")
    where = found["measure"]["longitude"], found["measure"]["latitude"]
    assert float(distance_km(106.4, 10.6, *where)) == pytest.approx(9.5, abs=0.1)
    assert found["values"]["point"].startswith("005°")


def test_a_station_without_power_is_not_assessable_where_power_counts(
    study_context: Context, make_station: Make, make_plan_entry
) -> None:
    dumb = make_station(erp_total_dbw=None, plan_entry_id="q-a")
    other = make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1)
    context = study_context(stations=[dumb, other], entries=[make_plan_entry()])
    row = rows_of(context)["a"]
    assert row["without"] == ["erp_total_dbw"]
    for finding in findings_of(row, "protection_ratios"):
        assert finding["outcome"] == "not_assessable"
        assert finding["missing"] == ["compliance.missing.erp"]
    erp = next(f for f in findings_of(row, "erp_and_height") if "erp" in f["reason"])
    assert erp["outcome"] == "not_assessable"


def test_one_bad_record_does_not_stop_the_others(
    study_context: Context, make_station: Make
) -> None:
    stations = [
        make_station(height_above_ground_m=0.2),
        make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1),
    ]
    rows = rows_of(study_context(stations=stations))
    assert rows["a"]["without"] == ["height_above_ground_m"]
    assert findings_of(rows["b"], "protection_ratios")[0]["missing"] == [
        "compliance.missing.antenna_height"
    ]


def test_a_study_judges_one_service(study_context: Context, make_station: Make) -> None:
    television = make_station("tv", service=Service.TELEVISION, frequency_mhz=602.0)
    context = study_context(stations=[make_station(), television])
    assert set(rows_of(context)) == {"a"}
    assert set(rows_of(context, service="television")) == {"tv"}
    assert set(rows_of(context, station_id="tv")) == {"tv"}
    with pytest.raises(FormatError):
        rows_of(context, service="radar")


def test_one_station_alone_says_the_same_as_among_all(
    study_context: Context, make_station: Make
) -> None:
    other = make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1)
    context = study_context(stations=[make_station(), other])
    alone = rows_of(context, station_id="a", changes="none")["a"]
    assert rows_of(context, changes="none")["a"] == alone


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> StudyContext:
    home = Home(tmp_path_factory.mktemp("demo"))
    register = Register.open(home.register, create=True)
    load_demonstration(register)
    return StudyContext(register, home, Ground(FlatTerrain()), workers=2)


def test_the_demonstration_register(demonstration: StudyContext) -> None:
    """The two planted faults are found, nothing predicted violates, and it takes seconds."""
    begun = time.monotonic()
    study = run("compliance", REQUEST, demonstration)
    assert time.monotonic() - begun < 60
    rows = {row["station_id"]: row for row in study.results["stations"]}
    assert len(rows) >= 20
    assert sum(study.results["outcomes"].values()) == len(rows)
    violating = [
        (row["station_id"], finding["reason"])
        for row in rows.values()
        for finding in row["findings"]
        if finding["outcome"] == "violates"
    ]
    assert violating == [("mp-duc-hoa", "compliance.reason.erp_exceeded")]
    broken = {
        (row["station_id"], finding["counterpart"])
        for row in rows.values()
        for finding in findings_of(row, "protection_ratios")
        if finding["reason"].endswith("broken")
    }
    assert broken == {("mp-thu-thua", "mp-khanh-hau"), ("mp-khanh-hau", "mp-thu-thua")}


def test_every_finding_comes_back_and_keeps_the_law(demonstration: StudyContext) -> None:
    study = run("compliance", REQUEST, demonstration)
    forged = 0
    for row in study.results["stations"]:
        for written in row["findings"]:
            finding = finding_from_json(json.loads(canonical(written)))
            alone = {name: value for name, value in written.items() if name != "changes"}
            assert finding_to_json(finding) == alone
            if "predicted" in written["reservations"]:
                forged += 1
                with pytest.raises(ForbiddenVerdictError):
                    finding_from_json({**written, "outcome": "violates"})
                with pytest.raises(ForbiddenVerdictError):
                    finding_from_json({**written, "outcome": "violates", "reservations": []})
    assert forged > 10


def test_the_export_spells_everything_out(demonstration: StudyContext) -> None:
    study = run("compliance", REQUEST, demonstration)
    told = export(study)
    assert json.loads(json.dumps(told)) == told
    for row in told:
        for finding in row["findings"]:
            assert finding["rule"]["instrument"]
            assert finding["rule"]["clause"] is not None
            assert finding["outcome"] in {
                "complies",
                "violates",
                "needs_verification",
                "not_assessable",
            }
            assert finding["reason_vi"] != finding["reason_en"]
            assert "{" not in finding["reason_vi"] + finding["reason_en"]
            if finding["outcome"] == "needs_verification":
                assert finding["missing"] or finding["measure"]
            if finding["measure"] is not None:
                assert "{" not in finding["measure"]["vi"] + finding["measure"]["en"]


def test_every_reason_has_its_sentence(demonstration: StudyContext) -> None:
    study = run("compliance", REQUEST, demonstration)
    keys = set()
    for row in study.results["stations"]:
        for finding in row["findings"]:
            keys |= {finding["reason"], *finding["missing"]}
            if finding["measure"]:
                keys.add(finding["measure"]["what"])
    assert [key for key in sorted(keys) if not has(key)] == []


def test_same_bytes_with_any_number_of_workers(
    study_context: Context, make_station: Make, make_unit, tmp_path: Path
) -> None:
    units = [make_unit(f"c{k}", 106.2 + 0.05 * k, 10.5 + 0.03 * k) for k in range(8)]
    stations = [
        make_station(),
        make_station("b", longitude=EAST_12_KM, frequency_mhz=100.1),
        make_station("c", latitude=10.9, frequency_mhz=99.8),
    ]
    base = study_context(stations=stations, units=units)
    written = []
    for workers in (1, 2):
        home = Home(tmp_path / str(workers))
        context = StudyContext(base.register, home, base.ground, workers=workers)
        study = run("compliance", REQUEST, context)
        written.append({f.name: f.read_bytes() for f in home.study(study.id).iterdir()})
    assert written[0] == written[1]


def test_cancel_is_heard(study_context: Context, make_station: Make) -> None:
    asked: list[float] = []

    def cancelled() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 40

    stations = [make_station(f"s{k}", longitude=106.0 + 0.1 * k) for k in range(4)]
    context = study_context(stations=stations)
    context = StudyContext(context.register, context.home, context.ground, cancelled=cancelled)
    with pytest.raises(CancelledError):
        run("compliance", REQUEST, context)
    assert max(np.diff([*asked, time.monotonic()])) < 1


def test_effective_height_over_a_slope(make_station: Make, write_terrain) -> None:
    """Ground 100 m per degree of longitude: the mean from 3 to 15 km falls away to the west.

    At azimuth 270 the mean lies 9 km west: 9 / 109.46 * 100 = 8.22 m lower, so the largest
    effective height is 60 + 8.22 m.
    """
    terrain = Ground(RasterTerrain(write_terrain(lambda lon, _lat: 100 * (lon - 106.0))))
    found = height_facts(make_station(), terrain)
    assert found is not None
    assert found.effective_height_max_m == pytest.approx(60 + 8.22, abs=0.1)
    assert found.effective_height_m[27] == pytest.approx(60 + 8.22, abs=0.1)
    assert found.effective_height_m[9] == pytest.approx(60 - 8.22, abs=0.1)
    assert found.effective_height_m[0] == pytest.approx(60, abs=0.1)
    flat = height_facts(make_station(ground_height_m=10.0), Ground(FlatTerrain()))
    assert flat is not None
    assert flat.effective_height_max_m == pytest.approx(60 + 10 - 2)
    assert height_facts(make_station(ground_height_m=None), Ground(FlatTerrain())) is None
    assert height_facts(make_station(height_above_ground_m=None), terrain) is None


def test_the_commune_that_a_record_names(make_station: Make, make_unit, make_boundary) -> None:
    near = make_unit("1", 106.41, 10.6, name="Xã Hoà Khánh", bounds=(106.3, 10.5, 106.5, 10.7))
    far = make_unit("2", 107.4, 10.6, name="Phường Hòa Khánh", bounds=(107.3, 10.5, 107.5, 10.7))
    station = make_station(commune_name="Hòa Khánh")
    assert named_commune(station, [far, near]) is near
    assert named_commune(make_station(), [near]) is None
    assert named_commune(make_station(commune_name="Nơi khác"), [near]) is None
    pointed = commune_facts(station, Commune(far, "80", None))
    assert pointed is not None
    assert pointed.inside_bounds is False
    assert pointed.boundary is None
    outlined = commune_facts(
        station, Commune(near, "80", make_boundary("1", 106.39, 10.59, 106.45, 10.65))
    )
    assert outlined is not None
    assert outlined.boundary is not None
    assert outlined.boundary.inside is True
    # 0.01 degrees of longitude at 10.6 N are 1095 m, of latitude 1106 m
    assert outlined.boundary.distance_to_boundary_m == pytest.approx(1095, abs=2)


def test_rays_and_an_outline(make_boundary) -> None:
    """A box around the point: 0.1 degrees east are 10.946 km, north 11.061 km."""
    boundary = make_boundary("80", 106.3, 10.5, 106.5, 10.7)
    outline = Outline.around(boundary, "Tỉnh", 106.4, 10.6)
    met = outline.crossings_km(np.array([0.0, 90.0, 180.0, 270.0]), 50.0)
    np.testing.assert_allclose(met, [11.061, 10.946, 11.061, 10.946], atol=0.005)
    assert np.isnan(outline.crossings_km(np.array([90.0]), 10.0)).all()
    inside, outside = outline.facts(np.array([106.4, 106.6]), np.array([10.6, 10.6]))
    assert inside.inside is True
    assert outside.inside is False
    assert outside.distance_to_boundary_m == pytest.approx(10_946, abs=5)
    assert outside.certain
