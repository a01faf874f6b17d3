"""What a station radiates: both polarisations together, and towards azimuths by its antenna."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from gis.radiated import antenna_pattern_db, erp_all_dbw, level_erp_dbw
from gis.register.antennas import Antenna, AntennaKind
from gis.register.records import BroadcastStation, PlanEntry
from gis.rule_facts import plan_facts, station_facts
from gis.rules import load_rule_pack
from gis.studies.checks.border import chosen_points
from gis.studies.emitter import Emitter
from gis.studies.model import default_settings
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from propagation.compliance import erp_and_height
from propagation.compliance.facts import TerrainFacts
from propagation.compliance.records import Finding, Outcome, Reservation

MakeStation = Callable[..., BroadcastStation]

AZIMUTHS = np.arange(36) * 10.0
HALF = (0.0,) * 18 + (10.0,) * 18
"""10 dB down from 180 to 350 degrees."""

ANTENNA = Antenna(kind=AntennaKind.CUTS, name="Panel", horizontal_attenuation_db=HALF)


def test_the_parts_together(make_station: MakeStation) -> None:
    # 10 lg (10^4 + 10^4) = 43.0103 dBW
    both = {"erp_horizontal_dbw": 40.0, "erp_vertical_dbw": 40.0}
    assert erp_all_dbw(make_station(erp_total_dbw=40.0, **both)) == pytest.approx(43.0103)
    assert erp_all_dbw(make_station(erp_total_dbw=45.0, **both)) == 45.0
    assert erp_all_dbw(make_station(erp_total_dbw=None, **both)) == pytest.approx(43.0103)
    assert erp_all_dbw(make_station(erp_total_dbw=40.0, erp_vertical_dbw=20.0)) == 40.0
    assert erp_all_dbw(make_station(erp_total_dbw=None)) is None
    assert level_erp_dbw(make_station(erp_total_dbw=None), AZIMUTHS) is None


def test_towards_an_azimuth_as_predictions_take_it(make_station: MakeStation) -> None:
    tilted = replace(ANTENNA, bearing_deg=40.0, mechanical_downtilt_deg=3.0)
    sector = Antenna(kind=AntennaKind.TR36942_SECTOR, bearing_deg=120.0)
    ground = Ground(FlatTerrain())
    for changes in ({"antenna": tilted}, {"antenna": sector}, {"attenuation_db": HALF}, {}):
        station = make_station(**changes)
        emitter = Emitter(station, ground, default_settings())
        found = level_erp_dbw(station, AZIMUTHS + 3.0)
        assert found == pytest.approx(emitter.erp_dbw(AZIMUTHS + 3.0, np.zeros(36)))
        if station.antenna is not None:
            pattern = station.erp_total_dbw - emitter.erp_dbw(AZIMUTHS, np.zeros(36))
            assert antenna_pattern_db(station) == pytest.approx(pattern, abs=1e-3)


def test_a_pattern_on_record_stands_before_that_of_the_antenna(make_station: MakeStation) -> None:
    modelled = station_facts(make_station(antenna=ANTENNA))
    assert modelled.attenuation_db == HALF
    assert modelled.pattern_source == "antenna Panel, 0°"
    recorded = station_facts(make_station(antenna=ANTENNA, attenuation_db=(1.0,) * 36))
    assert (recorded.attenuation_db, recorded.pattern_source) == ((1.0,) * 36, "")
    assert station_facts(make_station()).attenuation_db == ()
    # a formula of 400 MHz and more says nothing at 100 MHz
    unfit = Antenna(
        kind=AntennaKind.F1336_SECTORAL, maximum_gain_dbi=15.0, horizontal_beamwidth_deg=65.0
    )
    assert station_facts(make_station(antenna=unfit)).attenuation_db == ()


def test_a_station_with_an_antenna_only_keeps_a_directional_entry(
    make_station: MakeStation, make_plan_entry: Callable[..., PlanEntry]
) -> None:
    pack = load_rule_pack(date(2026, 8, 1))

    def judged(station: BroadcastStation) -> dict[str, Finding]:
        entry = plan_facts(make_plan_entry(attenuation_db=HALF))
        found = erp_and_height.check(
            station_facts(station),
            entry,
            None,
            TerrainFacts(identifier="none", flat=True),
            rule=pack.rule("fm.plan.erp"),
        )
        return {one.reason.rsplit(".", 1)[-1]: one for one in found}

    kept = judged(make_station(antenna=ANTENNA))
    assert kept["pattern_kept"].outcome is Outcome.COMPLIES
    turned = judged(make_station(antenna=replace(ANTENNA, bearing_deg=10.0)))
    exceeded = turned["pattern_exceeded"]
    assert exceeded.outcome is Outcome.NEEDS_VERIFICATION
    assert exceeded.reservations == {Reservation.UNCONFIRMED_RECORD}
    assert exceeded.values["azimuth_deg"] == 180
    assert judged(make_station())["pattern_not_recorded"].outcome is Outcome.NOT_ASSESSABLE


def test_border_points_are_those_of_the_strongest_field() -> None:
    """40 points from 50 km in the west to 100 km in the north, and a lobe of 20 dB northwards."""
    bearing = np.linspace(180.0, 360.0, 40, endpoint=False)
    away = np.linspace(50.0, 100.0, 40)
    alike = chosen_points(away, bearing, None)
    assert list(alike[:2]) == [0, 1]
    assert alike.size == 8
    assert set(alike) <= set(range(20))
    lobe = np.where(bearing >= 340.0, 40.0, 20.0)
    led = chosen_points(away, bearing, lobe)
    assert led[0] == 0, "the nearest is always one of them"
    strongest = int(np.argmax(lobe - 20 * np.log10(away)))
    assert led[1] == strongest
    assert bearing[strongest] >= 340.0
    assert chosen_points(np.array([0.0]), np.array([10.0]), None).tolist() == [0]
