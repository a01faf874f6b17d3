"""Television and wireless public address by the checks that FM has."""

import tomllib
from collections.abc import Callable, Iterable

import pytest

from data import path
from propagation.compliance import boundary_protection, plan_identity, protection_ratios
from propagation.compliance.facts import (
    PairFacts,
    PlanFacts,
    ProtectionPoint,
    StationFacts,
    TerrainFacts,
)
from propagation.compliance.records import Confidence, Finding, Outcome, Reservation, Rule
from propagation.compliance.standards import Standards
from propagation.errors import PropagationError
from propagation.interference.dvbt2 import mode_from_text
from propagation.interference.protection import Service

MakeStation = Callable[..., StationFacts]
Say = Callable[[Iterable[Finding]], tuple[Finding, ...]]


def shipped(topic: str) -> dict[str, Rule]:
    rules = tomllib.loads(path(f"rules/{topic}.toml").read_text(encoding="utf-8"))["rule"]
    return {
        rule["id"]: Rule(**{"valid_from": None, "valid_to": None, "parameters": {}, **rule})
        for rule in rules
    }


TV, PA = shipped("television"), shipped("public_address")
MODE = mode_from_text("256qam-2/3-rice")


@pytest.fixture
def television(station: MakeStation) -> MakeStation:
    def make(**changes: object) -> StationFacts:
        given = {
            "service": Service.TELEVISION,
            "mode": MODE,
            "frequency_mhz": 506.0,
            "programme": "SDTV",
            "name": "Thủ Dầu Một",
            **changes,
        }
        return station(**given)

    return make


def point(wanted: float, steady: float, rare: float) -> ProtectionPoint:
    return ProtectionPoint(
        name="Điểm 1", longitude=106.5, latitude=10.6, wanted_dbuvm=wanted, steady_dbuvm=steady,
        tropospheric_dbuvm=rare, source="P.1812",
    )  # fmt: skip


def judged(
    said: Say, terrain: TerrainFacts, one: StationFacts, *pairs: PairFacts
) -> tuple[Finding, ...]:
    return said(
        protection_ratios.check(
            one,
            pairs,
            terrain,
            Standards.read(
                Service.TELEVISION,
                TV["tv.protection_ratio"],
                TV["tv.minimum_field"],
                adjacent=TV["tv.protection_ratio.adjacent"],
                portable=TV["tv.minimum_field.portable"],
            ),
        )
    )


def test_one_channel(television: MakeStation, terrain: TerrainFacts, said: Say) -> None:
    # 70 - 30 = 40 dB against 20.0 + 12.79: 7.21 dB to spare for 1 % of time
    own, other = television(), television(id="other", name="Bến Tre")
    pair = PairFacts(
        other=other, distance_km=90, received=(point(70, 20, 30),), caused=(point(60, 20, 30),)
    )
    worst, spared = judged(said, terrain, own, pair)
    assert worst.reason == "television.reason.protection_caused_broken"
    assert worst.margin_db == pytest.approx(30 - 32.79, abs=0.01)
    assert worst.outcome is Outcome.NEEDS_VERIFICATION
    assert {Reservation.PREDICTED, Reservation.NON_BINDING_RULE} <= worst.reservations
    assert spared.reason == "television.reason.protection_received_kept"
    assert spared.margin_db == pytest.approx(7.21, abs=0.01)
    assert spared.outcome is Outcome.COMPLIES
    assert spared.rule.id == "tv.protection_ratio"
    assert spared.values["protection_ratio_db"] == 20.0
    assert spared.values["mode"] == "256qam-2/3-rice"
    found = {item.name: item.value for item in spared.evidence}
    # 45.8 dB(uV/m) at 70 % of 500 MHz, so 51.9 at 95 %, and 0.10 dB more at 506 MHz
    assert found["minimum_field_dbuvm"] == pytest.approx(52.02, abs=0.05)
    assert found["location_correction_db"] == 12.79


@pytest.mark.parametrize(("channels", "ratio"), [(1, -30.0), (-2, -40.0)])
def test_neighbouring_channels(
    television: MakeStation, terrain: TerrainFacts, said: Say, channels: int, ratio: float
) -> None:
    other = television(id="other", frequency_mhz=506.0 + 8 * channels)
    pair = PairFacts(other=other, distance_km=20, received=(point(60, 75, 75),))
    found, _ = judged(said, terrain, television(), pair)
    assert found.rule.id == "tv.protection_ratio.adjacent"
    assert found.rule.confidence is Confidence.RECALLED
    assert found.margin_db == pytest.approx(60 - 75 - ratio - 12.79, abs=0.01)


def test_three_channels_away_nobody_disturbs(
    television: MakeStation, terrain: TerrainFacts, said: Say, station: MakeStation
) -> None:
    far = PairFacts(other=television(id="other", frequency_mhz=530.0), distance_km=5)
    sound = PairFacts(other=station(id="fm"), distance_km=5, received=(point(60, 75, 75),))
    (found,) = judged(said, terrain, television(), far, sound)
    assert found.reason == "compliance.reason.protection_nobody"
    assert found.outcome is Outcome.COMPLIES


def test_a_point_below_the_minimum_is_not_protected(
    television: MakeStation, terrain: TerrainFacts, said: Say
) -> None:
    other = television(id="other")
    for field, reason in ((51.9, "compliance.reason.protection_received_no_point"),
                          (52.2, "television.reason.protection_received_broken")):  # fmt: skip
        pair = PairFacts(other=other, distance_km=5, received=(point(field, 40, 40),))
        assert judged(said, terrain, television(), pair)[0].reason == reason


def test_indoor_reception_asks_more(
    television: MakeStation, terrain: TerrainFacts, said: Say
) -> None:
    mode = mode_from_text("256qam-2/3-rayleigh")
    other = television(id="other", mode=mode)
    pair = PairFacts(other=other, distance_km=5, received=(point(100, 40, 50),))
    _, found = judged(said, terrain, television(mode=mode), pair)[::-1]
    # 70 % of locations: 0.5244 sqrt(2) 5.5 = 4.08 dB beyond 22.1
    assert found.margin_db == pytest.approx(50 - 22.1 - 4.08, abs=0.01)
    least = next(item for item in found.evidence if item.name == "minimum_field_dbuvm")
    assert Reservation.RECALLED_RULE in least.reservations


def test_without_a_mode(television: MakeStation, terrain: TerrainFacts, said: Say) -> None:
    own, other = television(mode=None), television(id="other", frequency_mhz=514.0)
    pair = PairFacts(other=other, distance_km=5, caused=(point(70, 40, 50),))
    kept, unknown = judged(said, terrain, own, pair)
    assert kept.outcome is Outcome.COMPLIES
    assert unknown.outcome is Outcome.NOT_ASSESSABLE
    assert unknown.reason == "television.reason.protection_received_no_mode"
    assert unknown.missing == ("television.missing.mode",)
    mirrored = PairFacts(other=own, distance_km=5)
    reasons = {one.reason for one in judged(said, terrain, other, mirrored)}
    assert "television.reason.protection_caused_no_mode" in reasons


def test_wireless_public_address_is_never_judged_by_fm(
    station: MakeStation, terrain: TerrainFacts, said: Say, rule: Callable[..., Rule]
) -> None:
    own = station(service=Service.WIRELESS_PUBLIC_ADDRESS, frequency_mhz=58.0)
    other = station(id="other", service=Service.WIRELESS_PUBLIC_ADDRESS, frequency_mhz=58.0)
    pair = PairFacts(other=other, distance_km=5, received=(point(70, 69, 69),))
    for given in (PA["pa.protection_ratio"], rule("fm.protection_ratio")):
        (found,) = said(
            protection_ratios.check(
                own, [pair], terrain, Standards.read(own.service, given, rule("fm.minimum_field"))
            )
        )
        assert found.outcome is Outcome.NOT_ASSESSABLE
        assert found.reason == "public_address.reason.protection_unknown"
        assert found.missing == ("public_address.missing.protection_ratio",)


def test_standards_of_another_service(station: MakeStation, rule: Callable[..., Rule]) -> None:
    sound = Standards.read(Service.FM, rule("fm.protection_ratio"), rule("fm.minimum_field"))
    own = station(service=Service.TELEVISION, mode=MODE)
    assert sound.protection(own) is None
    assert not sound.disturbs(own, 0.0)
    assert sound.disturbs(station(), 400.0)
    with pytest.raises(PropagationError, match="not given"):
        Standards.read(Service.TELEVISION, TV["tv.protection_ratio"])


def test_the_boundary_rule_of_the_fm_plan_does_not_speak_of_television(
    television: MakeStation, terrain: TerrainFacts, rule: Callable[..., Rule]
) -> None:
    found = boundary_protection.check(
        television(),
        [],
        terrain,
        rule=rule("fm.boundary_protection"),
        minimum_field_rule=rule("fm.minimum_field"),
    )
    assert found == ()


def identity(
    said: Say,
    one: StationFacts,
    rules: dict[str, Rule],
    prefix: str,
    entry: PlanFacts | None = None,
) -> tuple[Finding, ...]:
    return said(
        plan_identity.check(
            one,
            entry,
            site_distance_km=2.0,
            rule=rules[f"{prefix}.plan.identity"],
            raster_rule=rules[f"{prefix}.raster"],
            site_rule=None,
        )
    )


def test_plan_of_television(
    television: MakeStation, plan: Callable[..., PlanFacts], said: Say
) -> None:
    band, raster, absent = identity(said, television(station_class="other"), TV, "tv")
    assert band.outcome is raster.outcome is Outcome.COMPLIES
    assert raster.reason == "compliance.reason.channel_kept"
    assert absent.reason == "compliance.reason.plan_table_absent"
    assert absent.outcome is Outcome.NOT_ASSESSABLE
    off = identity(said, television(frequency_mhz=507.0), TV, "tv")[1]
    assert off.reason == "compliance.reason.channel_left"
    assert off.values["off_khz"] == 1000.0
    assert off.outcome is Outcome.NEEDS_VERIFICATION  # the raster is recalled
    assert identity(said, television(frequency_mhz=698.0), TV, "tv")[0].outcome is (
        Outcome.NEEDS_VERIFICATION
    )
    entry = plan(frequency_mhz=506.0, programme="SDTV")
    frequency, programme, site = identity(said, television(), TV, "tv", entry)[2:]
    assert frequency.outcome is programme.outcome is Outcome.COMPLIES
    assert site.reason == "compliance.reason.site_no_tolerance"
    assert site.outcome is Outcome.NOT_ASSESSABLE


def test_plan_of_wireless_public_address(station: MakeStation, said: Say) -> None:
    own = station(service=Service.WIRELESS_PUBLIC_ADDRESS, frequency_mhz=58.0)
    band, raster, absent = identity(said, own, PA, "pa")
    assert band.outcome is Outcome.COMPLIES
    assert raster.reason == "public_address.reason.raster_unknown"
    assert raster.outcome is absent.outcome is Outcome.NOT_ASSESSABLE
    old = station(service=Service.WIRELESS_PUBLIC_ADDRESS, frequency_mhz=97.5)
    left = identity(said, old, PA, "pa")[0]
    # the band is the scope of a standard of equipment: some communes were assigned 87-108 MHz
    assert left.outcome is Outcome.NEEDS_VERIFICATION
