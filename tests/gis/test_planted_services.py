"""Planted faults of ranks, provinces and services: hierarchy, television, public address."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from data import path
from gis.register.records import Measurement, MeasurementKind, Service, StationClass, UnitKind
from tests.gis.planted_scenes import (
    EAST_DEG,
    NORTH_DEG,
    ON,
    PROVENANCE,
    Finding,
    Rows,
    Scene,
    away,
    breaches_of_the_law,
    finding,
    findings,
    judged,
    last,
    objections,
    outline,
    square_km,
    station,
    unit,
    value_of,
)

Judge = Callable[[Scene], Rows]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Return a judge of scenes, which keeps to the law in every one of them."""

    def run(scene: Scene) -> Rows:
        rows = judged(scene, tmp_path_factory.mktemp("scene"))
        assert breaches_of_the_law(rows.values()) == []
        return rows

    return run


# --- the province of a station ---

RANKS = {
    # name: class, province, official outline
    "provincial": (StationClass.PROVINCIAL, "80", True),
    "approximate": (StationClass.PROVINCIAL, "81", False),
    "national": (StationClass.NATIONAL, "82", True),
    "exempt": (StationClass.PROVINCIAL, "79", True),
}
HALF_KM = 8.0


def provinces() -> Scene:
    """Return a station of 1 W in the middle of each of four provinces of 16 km."""
    stations, units, boundaries = [], [], []
    for number, (name, (rank, code, official)) in enumerate(RANKS.items()):
        place = away(EAST_DEG, NORTH_DEG, 0.0, 17.0 * number) if number else {}
        one = station(name, 90.0 + number, station_class=rank, province_code=code, **place)
        stations.append(one)
        units.append(unit(code, f"Tỉnh {code}", UnitKind.PROVINCE))
        edges = square_km(one.longitude, one.latitude, HALF_KM)
        doubt = {} if official else {"official": False, "position_uncertainty_m": 3000.0}
        boundaries.append(outline(code, *edges, **doubt))
    return Scene(stations=stations, units=units, boundaries=boundaries)


@pytest.fixture(scope="module")
def covering(judge: Judge) -> dict[str, Rows]:
    """Return the stations where 54 dB(uV/m) are just reached beyond, and just not."""
    scene = provinces()
    (as_is,) = findings(judge(scene)["provincial"], "boundary_protection")
    found = {}
    for name, by in (("planted", 0.01), ("clean", -0.01)):
        louder = dict.fromkeys(RANKS, as_is["margin_db"] + by)
        louder["approximate"] -= 1.0  # surely below the limit where the outline is drawn
        found[name] = judge(scene.louder(louder))
    return found


def test_a_provincial_station_that_covers_its_neighbour(covering: dict[str, Rows]) -> None:
    row = covering["planted"]["provincial"]
    found = finding(row, "boundary_protection", "boundary_predicted_exceeded", "80")
    assert found["margin_db"] == pytest.approx(-0.01, abs=1e-6)
    assert found["outcome"] == "needs_verification"
    assert found["rule"]["id"] == "fm.boundary_protection"
    assert found["values"]["limit_dbuvm"] == 54
    assert value_of(found, "field_strength_dbuvm") == pytest.approx(54.01, abs=0.006)
    assert objections(row) == {("boundary_protection", "boundary_predicted_exceeded")}


def test_one_that_stays_a_hundredth_of_a_decibel_below(covering: dict[str, Rows]) -> None:
    row = covering["clean"]["provincial"]
    kept = finding(row, "boundary_protection", "boundary_predicted_kept", "80")
    assert kept["margin_db"] == pytest.approx(0.01, abs=1e-6)
    assert kept["outcome"] == "complies"
    assert objections(row) == set()


def test_an_approximate_outline_may_be_nearer_than_it_looks(covering: dict[str, Rows]) -> None:
    """A decibel below the limit on the outline itself, which may be 3 km nearer."""
    row = covering["clean"]["approximate"]
    found = finding(row, "boundary_protection", "boundary_predicted_exceeded", "81")
    assert found["margin_db"] < -5
    assert found["values"]["distance_to_boundary_m"] == pytest.approx(3000, abs=20)
    assert "approximate_boundary" in found["reservations"]
    assert "compliance.missing.official_boundary" in found["missing"]
    assert objections(row) == {("boundary_protection", "boundary_predicted_exceeded")}


@pytest.mark.parametrize("name", ["national", "exempt"])
def test_who_is_bound_to_no_province(covering: dict[str, Rows], name: str) -> None:
    """VOV before the provinces; the stations of Hà Nội and Hồ Chí Minh City may cover others."""
    row = covering["planted"][name]
    assert findings(row, "boundary_protection") == []
    (silent,) = [one for one in row["checks"] if one["check"] == "boundary_protection"]
    assert (silent["outcome"], silent["why"]) == (None, "compliance.no_finding.silent")
    assert objections(row) == set()


@pytest.mark.parametrize(
    ("field_dbuvm", "uncertainty_db", "known", "outcome"),
    [
        (57.0, 2.99, "verified", "violates"),
        (57.0, 3.01, "verified", "needs_verification"),
        (57.0, None, "verified", "needs_verification"),
        (57.0, 2.99, "recalled", "needs_verification"),
        (51.0, 2.99, "recalled", "complies"),
    ],
)
def test_only_a_measurement_with_its_uncertainty_convicts(
    judge: Judge, field_dbuvm: float, uncertainty_db: float | None, known: str, outcome: str
) -> None:
    """57 dB(uV/m) a kilometre beyond an official outline, limit 54: 2.99 dB of doubt, or 3.01.

    The minimum field that ships is recalled, and convicts nobody until its text was read.
    """
    scene = provinces()
    planning = path("rules/fm_planning.toml").read_text(encoding="utf-8")
    rules = {"fm_planning.toml": planning.replace('"recalled"', f'"{known}"')}
    one = next(each for each in scene.stations if each.id == "provincial")
    measured = Measurement(
        id="m",
        frequency_mhz=one.frequency_mhz,
        **away(one.longitude, one.latitude, 90.0, HALF_KM + 1.0),
        measured_at=datetime.fromisoformat(ON).replace(tzinfo=UTC),
        field_strength_dbuvm=field_dbuvm,
        height_above_ground_m=10.0,
        kind=MeasurementKind.FIXED,
        station_id=one.id,
        uncertainty_db=uncertainty_db,
        report="7/BB",
        provenance=PROVENANCE,
    )
    row = judge(replace(scene, stations=[one], measurements=[measured], rules=rules))["provincial"]
    (found,) = [
        each
        for each in findings(row, "boundary_protection")
        if last(each).startswith("boundary_measured")
    ]
    assert found["outcome"] == outcome
    assert found["margin_db"] == pytest.approx(54.0 - field_dbuvm)
    assert found["rule"]["confidence"] == "secondary"


# --- television ---

MODES = {
    "256qam-2/3": 20.0,
    "64qam-2/3": 15.4,
    "qpsk-1/2": 2.6,
}
"""Ratios of carrier to noise in Rice's channel, dB, as ITU-R BT.2033-2 is cited."""


def television(mode: str, spacing_mhz: float, km: float, other_dbw: float) -> Scene:
    parts = {"service": Service.TELEVISION, "mode": mode, "emission": "8M00D7W"}
    wanted = station("w", 474.0, erp_total_dbw=10.0, **parts)
    there = away(EAST_DEG, NORTH_DEG, 90.0, km)
    other = station("u", 474.0 + spacing_mhz, erp_total_dbw=other_dbw, **there, **parts)
    return Scene(stations=[wanted, other], service=Service.TELEVISION)


def at_the_wanted(rows: Rows) -> Finding:
    (found,) = [
        one for one in findings(rows["w"], "protection_ratios") if "_received_" in one["reason"]
    ]
    return found


@pytest.mark.parametrize(
    ("mode", "spacing_mhz", "km", "ratio_db"),
    [
        *((mode, 0.0, 60.0, ratio) for mode, ratio in MODES.items()),
        ("256qam-2/3", 8.0, 15.0, -30.0),
    ],
)
def test_television_on_its_channel_by_mode_and_on_the_next(
    judge: Judge, mode: str, spacing_mhz: float, km: float, ratio_db: float
) -> None:
    """The weaker the mode, the less it is protected; N+1 by -30 dB (recalled)."""
    scene = television(mode, spacing_mhz, km, 0.0)
    spare_db = at_the_wanted(judge(scene))["margin_db"]
    for by, state in ((0.01, "broken"), (-0.01, "kept")):
        found = at_the_wanted(judge(scene.louder({"u": spare_db + by})))
        assert last(found) == f"protection_received_{state}"
        assert found["margin_db"] == pytest.approx(-by, abs=0.003)
        assert found["values"]["protection_ratio_db"] == pytest.approx(ratio_db)
        # 95 % of locations, both fields 5.5 dB: 1.645 x 5.5 x sqrt(2)
        assert found["values"]["location_correction_db"] == pytest.approx(12.8, abs=0.05)
        assert found["outcome"] == ("complies" if by < 0 else "needs_verification")
        adjacent = ".adjacent" if spacing_mhz else ""
        assert found["rule"]["id"] == f"tv.protection_ratio{adjacent}"
        assert found["counterpart"] == "u"


@pytest.mark.parametrize(("guard", "kept"), [("1/128", False), ("1/8", True)])
def test_a_single_frequency_network_wider_than_its_guard_interval(
    judge: Judge, guard: str, kept: bool
) -> None:
    """40 km apart are 133 us: beyond 1/128 of 3584 us (28 us), within 1/8 (448 us)."""
    mode = f"256qam-2/3-rice-32k-{guard}"
    scene = television(mode, 0.0, 40.0, 10.0)
    scene = scene.changed(lambda one: replace(one, programme="VTV"))
    rows = judge(scene)
    for row in rows.values():
        (found,) = [
            one for one in findings(row, "allotment") if one["rule"]["id"] == "tv.single_frequency"
        ]
        assert last(found) == ("network_all_useful" if kept else "network_disturbed")
        assert found["outcome"] == ("complies" if kept else "needs_verification")
        assert found["values"]["transmitters"] == 2
        assert found["rule"]["advisory"]
        pairs = {last(one) for one in findings(row, "protection_ratios")}
        assert pairs == {"protection_nobody"}, "they do not disturb one another as others would"


# --- wireless public address ---


def test_public_address_is_judged_by_nothing_of_fm(judge: Judge) -> None:
    """Two on one frequency, 2 km apart: no ratio is known, so nothing is said of them."""
    parts = {"service": Service.WIRELESS_PUBLIC_ADDRESS}
    scene = Scene(
        stations=[
            station("a", 60.0, **parts),
            station("b", 60.0, **away(EAST_DEG, NORTH_DEG, 0.0, 2.0), **parts),
        ],
        service=Service.WIRELESS_PUBLIC_ADDRESS,
    )
    for row in judge(scene).values():
        (unknown,) = findings(row, "protection_ratios")
        assert last(unknown) == "protection_unknown"
        assert unknown["outcome"] == "not_assessable"
        assert unknown["rule"]["id"] == "pa.protection_ratio"
        assert "BS.412" not in str([one["rule"]["instrument"] for one in row["findings"]])
        assert not [one for one in row["findings"] if one["rule"]["id"].startswith("fm.min")]
        assert {check for check, _ in objections(row)} <= {"intermodulation"}


@pytest.mark.parametrize(("frequency_mhz", "kept"), [(68.1, False), (68.0, True)])
def test_public_address_outside_its_band(judge: Judge, frequency_mhz: float, kept: bool) -> None:
    one = station("a", frequency_mhz, service=Service.WIRELESS_PUBLIC_ADDRESS)
    row = judge(Scene(stations=[one], service=Service.WIRELESS_PUBLIC_ADDRESS))["a"]
    found = finding(row, "plan_identity", "band_kept" if kept else "band_left")
    assert found["outcome"] == ("complies" if kept else "needs_verification"), "no plan binds"
    assert found["rule"]["id"] == "pa.plan.identity"
    assert objections(row) == (set() if kept else {("plan_identity", "band_left")})
