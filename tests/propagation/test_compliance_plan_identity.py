"""Station against plan entry: band, raster, frequency, programme, site."""

import math

import pytest

from propagation.compliance import plan_identity
from propagation.compliance.records import Confidence, Outcome, Reservation


@pytest.fixture
def check(rule, said):
    """Run the check with its three rules; return the findings by the start of their reason."""

    def run(station, plan, distance_km=0.4, *, identity=None, **kinds):
        findings = said(
            plan_identity.check(
                station,
                plan,
                site_distance_km=distance_km,
                rule=rule("fm.plan.identity", **(identity or {})),
                raster_rule=rule("fm.raster", **kinds.get("raster", {})),
                site_rule=rule("fm.site_tolerance", **kinds.get("site", {})),
            )
        )
        assert all(finding.check == "plan_identity" for finding in findings)
        return {finding.reason.rsplit(".")[-1].split("_")[0]: finding for finding in findings}

    return run


def test_all_kept(check, station, plan) -> None:
    found = check(station(), plan())
    assert list(found) == ["band", "raster", "frequency", "programme", "site"]
    assert {finding.outcome for finding in found.values()} == {Outcome.COMPLIES}
    assert all(finding.evidence for finding in found.values())


def test_a_local_station_is_missed_in_no_table(check, station) -> None:
    """The plan's tables list none, so even a complete table cannot convict one of being absent."""
    whole = {"table_complete": True}
    assert check(station(), None, identity=whole)["plan"].outcome is Outcome.VIOLATES
    local = check(station(station_class="other"), None, identity=whole)["plan"]
    assert local.reason == "compliance.reason.plan_lists_no_local"
    assert local.outcome is Outcome.NOT_ASSESSABLE


@pytest.mark.parametrize(
    ("frequency_mhz", "outcome"),
    [
        (86.9, Outcome.VIOLATES),
        (87.0, Outcome.COMPLIES),
        (108.0, Outcome.COMPLIES),
        (108.1, Outcome.VIOLATES),
    ],
)
def test_band(check, station, plan, frequency_mhz: float, outcome: Outcome) -> None:
    assert check(station(frequency_mhz=frequency_mhz), plan())["band"].outcome is outcome


@pytest.mark.parametrize("frequency_mhz", [87.0 + 0.1 * step for step in range(211)])
def test_each_channel_is_on_the_raster(check, station, plan, frequency_mhz: float) -> None:
    found = check(station(frequency_mhz=frequency_mhz), plan())
    assert found["raster"].outcome is Outcome.COMPLIES


def test_off_the_raster(check, station, plan) -> None:
    # 96.95 MHz is 50 kHz off a raster of 100 kHz
    found = check(station(frequency_mhz=96.95), plan())["raster"]
    assert found.outcome is Outcome.VIOLATES
    assert found.values["off_khz"] == pytest.approx(50)
    recalled = check(station(frequency_mhz=96.95), plan(), raster={"confidence": "recalled"})[
        "raster"
    ]
    assert recalled.outcome is Outcome.NEEDS_VERIFICATION
    assert recalled.reservations == {Reservation.RECALLED_RULE}
    assert recalled.missing == ("compliance.missing.official_rule",)


def test_a_limit_is_met_in_spite_of_binary_fractions(check, station, plan) -> None:
    """100.0 less 99.999 MHz are 1.0000000000048 kHz in binary: the tolerance of 1 kHz is kept."""
    kept = check(station(frequency_mhz=100.0), plan(frequency_mhz=99.999))
    assert kept["frequency"].outcome is Outcome.COMPLIES
    left = check(station(frequency_mhz=100.0), plan(frequency_mhz=99.9989))
    assert left["frequency"].outcome is Outcome.VIOLATES
    assert check(station(frequency_mhz=100.0005), plan())["raster"].outcome is Outcome.COMPLIES
    assert check(station(frequency_mhz=100.0006), plan())["raster"].outcome is Outcome.VIOLATES


def test_frequency_of_another_channel(check, station, plan) -> None:
    found = check(station(frequency_mhz=97.0), plan())["frequency"]
    assert found.outcome is Outcome.VIOLATES
    assert found.values["off_khz"] == pytest.approx(100)
    doubted = check(station(frequency_mhz=97.0), plan(confidence=Confidence.RECALLED))
    assert doubted["frequency"].outcome is Outcome.NEEDS_VERIFICATION
    assert doubted["frequency"].missing == ("compliance.missing.confirmed_record",)


@pytest.mark.parametrize(
    ("programme", "same"),
    [
        ("Long An FM", True),
        ("  long   an fm ", True),
        ("Long-An FM", True),
        ("Tây Ninh FM", False),
    ],
)
def test_programme(check, station, plan, programme: str, same: bool) -> None:
    found = check(station(programme=programme), plan())["programme"]
    assert found.outcome is (Outcome.COMPLIES if same else Outcome.VIOLATES)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("Hoà Bình", "Hòa Bình", True),
        ("Thuỷ", "Thủy", True),
        ("Đức Hoà", "ĐỨC HÒA", True),
        ("Hoa", "Hoà", False),
        ("ma", "mã", False),
        ("mà", "má", False),
        ("tân", "tan", False),
        ("đài", "dài", False),
        ("Hòa An", "Hoa Àn", False),
        ("VOV1", "VOV 1", True),
        ("VOV-1", "VOV 1", True),
        ("VOV1", "VOV2", False),
        ("VOV 1", "VOV", False),
        ("-", "VOV", False),
    ],
)
def test_same_name(first: str, second: str, same: bool) -> None:
    assert plan_identity.same_name(first, second) is same
    assert plan_identity.same_name(second, first) is same


@pytest.mark.parametrize(
    ("erp_w", "distance_km", "outcome", "tolerance_km"),
    [
        (1000, 1.5, Outcome.COMPLIES, 1.5),
        (1000, 1.51, Outcome.NEEDS_VERIFICATION, 1.5),
        (999, 1.51, Outcome.COMPLIES, 5.0),
        (999, 5.01, Outcome.NEEDS_VERIFICATION, 5.0),
        (None, 1.5, Outcome.COMPLIES, 1.5),
        (None, 5.01, Outcome.NEEDS_VERIFICATION, 5.0),
    ],
)
def test_site(check, station, plan, *, erp_w, distance_km, outcome, tolerance_km) -> None:
    erp_dbw = None if erp_w is None else 10 * math.log10(erp_w)
    found = check(station(erp_total_dbw=erp_dbw), plan(), distance_km, site={"binding": False})[
        "site"
    ]
    assert found.outcome is outcome
    assert found.values["tolerance_km"] == tolerance_km
    assert found.reservations == {Reservation.NON_BINDING_RULE}


def test_site_not_assessable(check, station, plan) -> None:
    unknown = check(station(), plan(), None)["site"]
    assert unknown.outcome is Outcome.NOT_ASSESSABLE
    assert unknown.missing == ("compliance.missing.plan_coordinates",)
    between = check(station(erp_total_dbw=None), plan(), 3.0)["site"]
    assert between.outcome is Outcome.NOT_ASSESSABLE
    assert between.missing == ("compliance.missing.erp",)


def test_no_entry(check, station) -> None:
    unknown = check(station(), None)
    assert list(unknown) == ["band", "raster", "plan"]
    assert unknown["plan"].outcome is Outcome.NOT_ASSESSABLE
    assert unknown["plan"].missing == ("compliance.missing.official_plan_table",)
    complete = check(station(), None, identity={"table_complete": True})["plan"]
    assert complete.outcome is Outcome.VIOLATES
    doubted = check(
        station(confidence=Confidence.RECALLED), None, identity={"table_complete": True}
    )["plan"]
    assert doubted.outcome is Outcome.NEEDS_VERIFICATION
