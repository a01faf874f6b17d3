"""A line-of-sight link: the budget by hand, rain and multipath, what is refused or left out."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.text import has
from gis.errors import FormatError, GisError
from gis.studies.link import LINK_INPUTS, explain_link, link_asked
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain, RasterTerrain

LINK = {
    "from_longitude": 106.4, "from_latitude": 10.6, "from_height_m": 80,
    "to_longitude": 106.6, "to_latitude": 10.7, "to_height_m": 60,
    "frequency_mhz": 7500, "transmitter_power_dbm": 27, "transmitter_gain_dbi": 36,
    "receiver_gain_dbi": 34, "other_losses_db": 3, "receiver_threshold_dbm": -75,
}  # fmt: skip
RAIN = {"rain_rate_mm_per_h": 95, "rain_source": "P.837-7, typed"}
AIR = {
    "geoclimatic_factor_log10": -4.0,
    "refractivity_increase_nunits": 45,
    "multipath_source": "P.530-18 maps, typed",
}


def found(**more: object) -> dict[str, Any]:
    return explain_link(link_asked({**LINK, **more}), Ground(FlatTerrain()))


def values(told: dict[str, Any], group: str = "terms") -> dict[str, float]:
    return {one["name"]: one["value"] for one in told[group]}


def keys(told: dict[str, Any]) -> list[str]:
    return [one["key"] for one in told["remarks"]]


def test_the_budget_by_hand() -> None:
    """24.53 km: 92.45 + 20 lg 7.5 + 20 lg d; 7.5 GHz loses less than 0.02 dB a km in the air."""
    told = found()
    d = told["distance_km"]
    assert d == pytest.approx(math.hypot(0.2 * 109.45, 0.1 * 110.6), abs=0.03)
    terms = values(told)
    free = 92.4478 + 20 * math.log10(7.5 * d)
    assert terms["free_space_basic_transmission_loss_db"] == pytest.approx(free, abs=1e-3)
    # Rec. ITU-R P.676: about 0.007 dB/km of oxygen and 0.003 of vapour at 7.5 GHz, 15 C
    assert 0.15 < terms["gaseous_attenuation_db"] < 0.35
    loss = free + terms["gaseous_attenuation_db"]
    assert terms["clear_air_loss_db"] == pytest.approx(loss, abs=1e-3)
    assert terms["received_level_dbm"] == pytest.approx(27 + 36 + 34 - 3 - loss, abs=1e-3)
    assert terms["fade_margin_db"] == pytest.approx(terms["received_level_dbm"] + 75, abs=1e-3)
    assert told["evidence"] == "prediction"
    assert told["inputs"]["link"]["polarization"] == "horizontal"


def test_rain_and_multipath_by_hand() -> None:
    """P.838 and P.530-18, section 2.4.1, typed anew; 100 % less both outages of the year."""
    told = found(**RAIN, **AIR)
    d, f = told["distance_km"], 7.5
    rain, margin = values(told, "rain"), values(told)["fade_margin_db"]
    # Rec. ITU-R P.838-3, Table 5: k_H and alpha_H at 7 and 8 GHz are 0.001915, 1.4810 and
    # 0.004115, 1.3905
    assert 0.001915 < rain["rain_coefficient_k"] < 0.004115
    assert 1.3905 < rain["rain_coefficient_alpha"] < 1.4810
    gamma = rain["rain_coefficient_k"] * 95 ** rain["rain_coefficient_alpha"]
    assert rain["rain_specific_attenuation_db_per_km"] == pytest.approx(gamma, rel=1e-5)
    r = 1 / (
        0.477 * d**0.633 * 95 ** (0.073 * rain["rain_coefficient_alpha"]) * f**0.123
        - 10.579 * (1 - math.exp(-0.024 * d))
    )
    assert rain["rain_path_factor"] == pytest.approx(r, rel=1e-4)
    assert rain["rain_attenuation_001_db"] == pytest.approx(gamma * d * r, rel=1e-4)
    p, c0 = rain["rain_outage_percent"], 0.12
    c1 = 0.07**c0 * 0.12 ** (1 - c0)
    c2, c3 = 0.855 * c0 + 0.546 * (1 - c0), 0.139 * c0 + 0.043 * (1 - c0)
    taken = rain["rain_attenuation_001_db"] * c1 * p ** -(c2 + c3 * math.log10(p))
    assert p == pytest.approx(0.001) or taken == pytest.approx(margin, abs=1e-3)
    multipath = values(told, "multipath")
    eps = abs(60 - 80) / d
    assert multipath["path_inclination_mrad"] == pytest.approx(eps, rel=1e-4)
    deep = multipath["multipath_occurrence_percent"] * 10 ** (-margin / 10)
    assert multipath["worst_month_outage_percent"] == pytest.approx(deep, rel=1e-4)
    available = 100 - p - multipath["annual_multipath_outage_percent"]
    assert told["availability_percent"] == pytest.approx(available, abs=1e-5)
    minutes = (100 - told["availability_percent"]) / 100 * 525_960
    assert told["outage_minutes_per_year"] == pytest.approx(minutes, abs=0.01)
    assert told["missing"] == []
    assert told["inputs"]["link"]["rain_source"] == "P.837-7, typed"


def test_a_vertical_wave_loses_less_in_rain() -> None:
    both = [values(found(**RAIN, polarization=one), "rain") for one in ("horizontal", "vertical")]
    assert both[0]["rain_attenuation_001_db"] > both[1]["rain_attenuation_001_db"]


def test_what_is_not_known_is_left_out_and_named() -> None:
    told = found()
    assert told["rain"] is None
    assert told["multipath"] is None
    assert told["availability_percent"] is None
    assert told["missing"] == [
        "rain_rate_mm_per_h",
        "geoclimatic_factor_log10",
        "refractivity_increase_nunits",
    ]
    assert "links.not_assessed" in keys(told)
    near = {"to_longitude": 106.42, "to_latitude": 10.61}
    short = found(**near, **RAIN)
    assert short["missing"] == [], "to 5 km there is no multipath fading"
    assert values(short, "multipath")["multipath_occurrence_percent"] == 0
    assert short["availability_percent"] >= 99.99


def test_a_margin_that_rain_takes_or_that_is_none() -> None:
    heavy = {"frequency_mhz": 38_000, **RAIN, "rain_rate_mm_per_h": 200, **AIR}
    eaten = found(**heavy, receiver_threshold_dbm=-62)
    assert 0 < values(eaten)["fade_margin_db"] < 20
    assert "links.rain_beyond" in keys(eaten)
    assert eaten["availability_percent"] is None
    assert eaten["missing"] == []
    none = found(receiver_threshold_dbm=-10, **RAIN, **AIR)
    assert "links.no_margin" in keys(none)
    assert none["rain"] is None
    bound = found(frequency_mhz=2000, receiver_threshold_dbm=-110, **RAIN, **AIR)
    assert "links.rain_bound" in keys(bound)
    assert values(bound, "rain")["rain_outage_percent"] == 0.001


def test_a_hill_in_the_way_leaves_no_link(write_terrain: Callable[..., Path]) -> None:
    def ridge(lon: np.ndarray, _lat: np.ndarray) -> np.ndarray:
        return np.where(np.abs(lon - 106.5) < 0.01, 300.0, 5.0)

    ground = Ground(RasterTerrain(write_terrain(ridge, west=106.2, north=11.0, side=400)))
    told = explain_link(link_asked({**LINK, **RAIN, **AIR}), ground)
    assert keys(told) == ["links.hidden"]
    assert not told["sight"]["median"]["line_of_sight"]
    assert "received_level_dbm" not in values(told)
    assert told["availability_percent"] is None
    tall = {**LINK, "from_height_m": 500, "to_height_m": 500}
    above = explain_link(link_asked({**tall, **RAIN, **AIR}), ground)
    assert above["availability_percent"] is not None
    low = explain_link(link_asked({**LINK, "from_height_m": 18, "to_height_m": 22}),
                       Ground(FlatTerrain()))  # fmt: skip
    assert {"links.not_clear", "links.nearly_clear", "links.hidden"} & set(keys(low))


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"frequency_mhz": 900}, "from 1,000 to 45,000"),
        ({"frequency_mhz": None}, "frequency_mhz: a number from 1,000 to 45,000"),
        ({"from_height_m": 0}, "from_height_m = 0 must be a number from 1 to 1,000"),
        ({"to_latitude": 91}, "from -80 to 80"),
        ({"to_longitude": "east"}, "to_longitude"),
        ({"to_longitude": 106.4, "to_latitude": 10.6}, "are 0 km apart"),
        ({"to_longitude": 107.4}, "links of 0.05 to 60 km"),
        ({"rain_rate_mm_per_h": 95}, "rain_source: where rain_rate_mm_per_h comes from"),
        ({"rain_rate_mm_per_h": -1, "rain_source": "x"}, "from 0 to 300"),
        ({"geoclimatic_factor_log10": -4}, "refractivity_increase_nunits goes with"),
        ({"polarization": "circular"}, "horizontal, vertical"),
        ({"colour": "red"}, "colour"),
        ({"receiver_threshold_dbm": float("nan")}, "receiver_threshold_dbm"),
        ({"to_longitude": 106.45, "to_latitude": 10.63, "frequency_mhz": 1000}, "below the"),
    ],
)
def test_what_cannot_be_a_link_is_refused(more: dict[str, object], told: str) -> None:
    with pytest.raises((FormatError, GisError)) as refused:
        found(**more)
    assert told in refused.value.say("en")


def test_a_void_is_named(write_terrain: Callable[..., Path]) -> None:
    ground = Ground(
        RasterTerrain(write_terrain(lambda lon, _: 5 + 0 * lon, west=106.3, north=10.8, side=100))
    )
    with pytest.raises(GisError) as refused:
        explain_link(link_asked(LINK), ground)
    assert refused.value.key == "terrain.void"


def test_every_quantity_and_field_has_a_name() -> None:
    told = found(**RAIN, **AIR)
    for group in ("terms", "rain", "multipath"):
        for one in told[group]:
            assert has(f"maps.term.{one['name']}"), one["name"]
    for name in LINK_INPUTS:
        assert has(f"links.form_{name}"), name
