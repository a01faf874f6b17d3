"""Every number of the aviation surfaces, worked out by hand beside the test.

The runway of the tests: 3000 m, thresholds at 10 m and 12 m, group III, precision, strip 280 m
wide and 60 m beyond each end, a clearway of 150 m beyond the second threshold. x runs from the
first threshold to the second, y across.
"""

import math
from dataclasses import replace

import pytest

from propagation.errors import ParameterError
from propagation.siting.aviation import surfaces_of
from propagation.siting.facts import Instrument
from propagation.siting.surfaces import Fan, by_group, data_surfaces, in_area_2a
from tests.propagation.siting_facts import BEFORE, RULES, runway


def at(name: str, end: int | None, **changes: object) -> float | None:
    found = [one for one in surfaces_of(runway(**changes), RULES) if one.name == name]
    return next((one.elevation_m for one in found if one.end == end), None)


VISUAL, NON_PRECISION = Instrument.VISUAL, Instrument.NON_PRECISION
SEEN = {"instrument": VISUAL}


@pytest.mark.parametrize(
    ("name", "end", "where", "by_hand"),
    [
        # Approach of group III with instruments: inner edge 175 m, 60 m before the threshold,
        # 3.33 % over 4500 m, 10 % wider on each side.
        # 2060 m before threshold 1: 2000 m from the edge: 10 + 0.0333 * 2000 = 76.6 m;
        # half width 87.5 + 0.10 * 2000 = 287.5 m.
        ("approach", 0, {"x_m": -2060, "y_m": 0}, 76.6),
        ("approach", 0, {"x_m": -2060, "y_m": 287.4}, 76.6),
        ("approach", 0, {"x_m": -2060, "y_m": 287.6}, None),
        # its ends: 59 m is before the inner edge, 4560 m the last metre:
        # 10 + 0.0333 * 4500 = 159.85
        ("approach", 0, {"x_m": -59}, None),
        ("approach", 0, {"x_m": -4560}, 159.85),
        ("approach", 0, {"x_m": -4561}, None),
        # from threshold 2, at 12 m: 1060 m out: 12 + 0.0333 * 1000 = 45.3 m
        ("approach", 1, {"x_m": 4060}, 45.3),
        # without instruments, group I: edge 60 m, from 30 m, 1600 m at 5 %: 530 m out is 500 m
        # from the edge: 10 + 0.05 * 500 = 35 m; half width 30 + 50 = 80 m
        ("approach", 0, {"group": "I", "instrument": VISUAL, "x_m": -530, "y_m": 80}, 35.0),
        ("approach", 0, {"group": "I", "instrument": VISUAL, "x_m": -530, "y_m": 81}, None),
        ("approach", 0, {"group": "I", "instrument": VISUAL, "x_m": -1631}, None),
        # group IIA: 4 % over 2500 m from 60 m: 1060 m out: 10 + 0.04 * 1000 = 50 m
        ("approach", 0, {"group": "IIA", "instrument": VISUAL, "x_m": -1060}, 50.0),
        # group V: 3.33 %: 1060 m out: 10 + 33.3 = 43.3 m, half width 75 + 100 = 175 m
        ("approach", 0, {"group": "V", "instrument": VISUAL, "x_m": -1060, "y_m": 175}, 43.3),
        # Transitional, 20 %, to 60 m above the higher threshold: top 72 m.
        # Beside the strip, half width 140 m: halfway along, 11 m; 100 m beside it 11 + 20 = 31 m
        ("transitional", None, {"x_m": 1500, "y_m": 240}, 31.0),
        # 305 m beside it 11 + 61 = 72 m, the top; 306 m is outside
        ("transitional", None, {"x_m": 1500, "y_m": 445}, 72.0),
        ("transitional", None, {"x_m": 1500, "y_m": 446}, None),
        # Beside the approach 1060 m out: 10 + 33.3 = 43.3 m, half width 187.5 m; 100 m beside it
        # 43.3 + 20 = 63.3 m; 150 m beside it would be 73.3 m, above the top
        ("transitional", 0, {"x_m": -1060, "y_m": 287.5}, 63.3),
        ("transitional", 0, {"x_m": -1060, "y_m": 337.5}, None),
        # The strip itself, 140 m to each side and 60 m beyond each end, at the runway's nearest
        # elevation: 11 m halfway along, 10 m and 12 m beyond its ends
        ("strip", None, {"x_m": 1500, "y_m": 140}, 11.0),
        ("strip", None, {"x_m": 1500, "y_m": 140.1}, None),
        ("strip", None, {"x_m": -60}, 10.0),
        ("strip", None, {"x_m": -61}, None),
        ("strip", None, {"x_m": 3060}, 12.0),
        ("strip", None, {"x_m": 3061}, None),
        # a longer strip ends later; beside a wide approach edge (group V 200 m) it is as wide
        ("strip", None, {"x_m": -100, "strip_beyond_m": 100.0}, 10.0),
        ("strip", None, {"x_m": 0, "y_m": 100, "strip_width_m": 80.0, "group": "V"}, 10.0),
        ("strip", None, {"x_m": 0, "y_m": 101, "strip_width_m": 80.0, "group": "V"}, None),
        # Take-off climb of group III: inner edge 172 m, 60 m beyond end 1, 2 %, 12.5 %, at most
        # 1800 m wide. Over end 1 (its runway end is threshold 1, 10 m): 5060 m out, 5000 m from
        # the edge: 10 + 0.02 * 5000 = 110 m; half width 86 + 625 = 711 m
        ("takeoff", 0, {"x_m": -5060, "y_m": 711}, 110.0),
        ("takeoff", 0, {"x_m": -5060, "y_m": 712}, None),
        # 9060 m out the half width would be 86 + 1125 = 1211 m, but 900 m is the widest;
        # 10 + 0.02 * 9000 = 190 m
        ("takeoff", 0, {"x_m": -9060, "y_m": 900}, 190.0),
        ("takeoff", 0, {"x_m": -9060, "y_m": 901}, None),
        ("takeoff", 0, {"x_m": -10061}, None),
        # over end 2 it begins behind the clearway: 1150 m out is 1000 m from the edge:
        # 12 + 0.02 * 1000 = 32 m
        ("takeoff", 1, {"x_m": 4150}, 32.0),
        # group I: 5 %: 10 + 0.05 * 1000 = 60 m
        ("takeoff", 0, {"group": "I", "x_m": -1060}, 60.0),
        # Horizontal of group III: 10,750 m, 90 m above the aerodrome's 12 m: 102 m.
        # 8000 m before threshold 1 and 7000 m across: sqrt(8000² + 7000²) = 10,630 m: inside
        ("horizontal", None, {"x_m": -8000, "y_m": 7000}, 102.0),
        # and 7200 m across: 10,763 m: outside; beside the runway 10,750 m across
        ("horizontal", None, {"x_m": -8000, "y_m": 7200}, None),
        ("horizontal", None, {"x_m": 1500, "y_m": 10_750}, 102.0),
        # group I: 3350 m, 45 m: 57 m; group IIB: 5350 m, 60 m: 72 m
        ("horizontal", None, {"group": "I", "x_m": -3350}, 57.0),
        ("horizontal", None, {"group": "I", "x_m": -3351}, None),
        ("horizontal", None, {"group": "IIB", "x_m": -5350}, 72.0),
        # Straight-in: lower 45 m within 3350 m: 57 m; upper 60 m within 3705 m across and 5350 m
        # beyond a threshold: 72 m
        ("straight_in_lower", None, {"x_m": -3350}, 57.0),
        ("straight_in_lower", None, {"x_m": -3351}, None),
        ("straight_in_upper", None, {"x_m": 8350, "y_m": 3705}, 72.0),
        ("straight_in_upper", None, {"x_m": 8351, "y_m": 0}, None),
        ("straight_in_upper", None, {"x_m": 0, "y_m": 3706}, None),
        ("straight_in_upper", None, {"x_m": 0, "instrument": VISUAL}, None),
        # Precision: inner edge 300 m at 60 m; 3000 m at 2 % and 15 %, then 9600 m at 2.5 %.
        # 2060 m out: 10 + 0.02 * 2000 = 50 m, half width 150 + 300 = 450 m
        ("precision_approach", 0, {"x_m": -2060, "y_m": 450}, 50.0),
        ("precision_approach", 0, {"x_m": -2060, "y_m": 451}, None),
        # 7060 m out: 10 + 0.02 * 3000 + 0.025 * 4000 = 170 m, half width 150 + 1050 = 1200 m
        ("precision_approach", 0, {"x_m": -7060, "y_m": 1200}, 170.0),
        ("precision_approach", 0, {"x_m": -7060, "y_m": 1201}, None),
        ("precision_approach", 0, {"x_m": -12_661}, None),
        ("precision_approach", 0, {"x_m": -2060, "instrument": NON_PRECISION}, None),
        # Missed approach of threshold 1 begins 900 m behind it: 2900 m behind is 2000 m on:
        # 10 + 0.025 * 2000 = 60 m; half width 150 + 0.1748 * 1800 + 0.25 * 200 = 514.64 m
        ("missed_approach", 0, {"x_m": 2900, "y_m": 514}, 60.0),
        ("missed_approach", 0, {"x_m": 2900, "y_m": 515}, None),
        # Transitional of the precision approach, 14.3 %, to 300 m above the threshold:
        # 500 m behind the threshold, 1150 m across is 1000 m beside the strip: 10 + 143 = 153 m
        ("precision_transitional", 0, {"x_m": 500, "y_m": 1150}, 153.0),
        # 2098 m beside it would be 10 + 300.01 m, above the top
        ("precision_transitional", 0, {"x_m": 500, "y_m": 150 + 2098}, None),
        # beside the approach 2060 m out (50 m, half width 450 m), 100 m on: 50 + 14.3 = 64.3 m
        ("precision_transitional", 0, {"x_m": -2060, "y_m": 550}, 64.3),
        # Instrument departure: inner edge 300 m, 5 m above the end, 2.5 %. 1000 m out over end 1:
        # 10 + 5 + 25 = 40 m, half width 150 + 268 = 418 m
        ("departure", 0, {"x_m": -1000, "y_m": 418}, 40.0),
        ("departure", 0, {"x_m": -1000, "y_m": 419}, None),
        # over end 2 behind the clearway of 150 m: 5150 m out is 5000 m on: 12 + 5 + 125 = 142 m,
        # half width 150 + 0.268 * 3500 + 0.578 * 1500 = 1955 m
        ("departure", 1, {"x_m": 8150, "y_m": 1955}, 142.0),
        ("departure", 1, {"x_m": 8150, "y_m": 1956}, None),
        ("departure", 0, {"x_m": -1000, "instrument": VISUAL}, None),
    ],
)
def test_by_hand(
    name: str, end: int | None, where: dict[str, object], by_hand: float | None
) -> None:
    found = at(name, end, **where)
    assert found == (None if by_hand is None else pytest.approx(by_hand, abs=1e-9))


def test_each_group_has_its_numbers() -> None:
    """The tables, group by group, as printed."""
    groups = ("I", "IIA", "IIB", "IIC", "III", "IV", "V")
    printed = {
        ("approach", "instrument_edge_m"): (110, 125, 125, 155, 175, 185, 200),
        ("approach", "visual_edge_m"): (60, 80, 80, 100, 125, 135, 150),
        ("approach", "visual_slope_percent"): (5, 4, 4, 3.33, 3.33, 3.33, 3.33),
        ("approach", "visual_distance_m"): (30, 60, 60, 60, 60, 60, 60),
        ("approach", "visual_length_m"): (1600, 2500, 2500, 2500, 2500, 2500, 2500),
        ("takeoff", "edge_m"): (144, 156, 156, 156, 172, 180, 180),
        ("takeoff", "slope_percent"): (5, 4, 4, 2, 2, 2, 2),
        ("horizontal", "radius_m"): (3350, 3350, 5350, 10750, 10750, 10750, 10750),
        ("horizontal", "height_m"): (45, 45, 60, 90, 90, 90, 90),
    }
    for (surface, name), values in printed.items():
        rule = RULES[f"aviation.surface.{surface}"]
        assert tuple(by_group(rule, name, group) for group in groups) == values


@pytest.mark.parametrize(
    ("name", "changes", "first", "last"),
    [
        # The inner edge: how far out it lies, its elevation, half its length; then the outer one.
        # With instruments, 4500 m at 3.33 % from 10 m: 159.85 m; 450 m wider on each side
        ("approach", {"group": "I"}, (60, 10.0, 55.0), (4560, 159.85, 505.0)),
        ("approach", {"group": "IIA"}, (60, 10.0, 62.5), (4560, 159.85, 512.5)),
        ("approach", {"group": "IIB"}, (60, 10.0, 62.5), (4560, 159.85, 512.5)),
        ("approach", {"group": "IIC"}, (60, 10.0, 77.5), (4560, 159.85, 527.5)),
        ("approach", {"group": "III"}, (60, 10.0, 87.5), (4560, 159.85, 537.5)),
        ("approach", {"group": "IV"}, (60, 10.0, 92.5), (4560, 159.85, 542.5)),
        ("approach", {"group": "V"}, (60, 10.0, 100.0), (4560, 159.85, 550.0)),
        # Without: 1600 m at 5 %: 80 m, 160 m wider; 2500 m at 4 %: 100 m, 250 m wider; at 3.33 %:
        # 83.25 m
        ("approach", {"group": "I", **SEEN}, (30, 10.0, 30.0), (1630, 90.0, 190.0)),
        ("approach", {"group": "IIA", **SEEN}, (60, 10.0, 40.0), (2560, 110.0, 290.0)),
        ("approach", {"group": "IIB", **SEEN}, (60, 10.0, 40.0), (2560, 110.0, 290.0)),
        ("approach", {"group": "IIC", **SEEN}, (60, 10.0, 50.0), (2560, 93.25, 300.0)),
        ("approach", {"group": "III", **SEEN}, (60, 10.0, 62.5), (2560, 93.25, 312.5)),
        ("approach", {"group": "IV", **SEEN}, (60, 10.0, 67.5), (2560, 93.25, 317.5)),
        ("approach", {"group": "V", **SEEN}, (60, 10.0, 75.0), (2560, 93.25, 325.0)),
        # Take-off climb: 10,000 m at 5, 4 or 2 %; 12.5 % would make it wider than 1800 m
        ("takeoff", {"group": "I"}, (60, 10.0, 72.0), (10_060, 510.0, 900.0)),
        ("takeoff", {"group": "IIA"}, (60, 10.0, 78.0), (10_060, 410.0, 900.0)),
        ("takeoff", {"group": "IIB"}, (60, 10.0, 78.0), (10_060, 410.0, 900.0)),
        ("takeoff", {"group": "IIC"}, (60, 10.0, 78.0), (10_060, 210.0, 900.0)),
        ("takeoff", {"group": "III"}, (60, 10.0, 86.0), (10_060, 210.0, 900.0)),
        ("takeoff", {"group": "IV"}, (60, 10.0, 90.0), (10_060, 210.0, 900.0)),
        ("takeoff", {"group": "V"}, (60, 10.0, 90.0), (10_060, 210.0, 900.0)),
        # Precision approach: 3000 m at 2 % and 9600 m at 2.5 %: 60 + 240 = 300 m; 15 % of
        # 12,600 m: 1890 m wider
        ("precision_approach", {}, (60, 10.0, 150.0), (12_660, 310.0, 2040.0)),
        # Missed approach, behind the threshold: 12,000 m at 2.5 %: 300 m; 17.48 % of 1800 m and
        # 25 % of 10,200 m: 314.64 + 2550 m wider
        ("missed_approach", {}, (-900, 10.0, 150.0), (-12_900, 310.0, 3014.64)),
        # Departure, 5 m above the end: 11,800 m at 2.5 %: 295 m; 26.8 % of 3500 m and 57.8 % of
        # 8300 m: 938 + 4797.4 m wider
        ("departure", {}, (0, 15.0, 150.0), (11_800, 310.0, 5885.4)),
    ],
)
def test_the_two_edges_of_every_fan(
    name: str,
    changes: dict[str, object],
    first: tuple[float, float, float],
    last: tuple[float, float, float],
) -> None:
    """A millimetre inside it is there, at the elevation worked out; a millimetre outside not."""
    inwards = 0.001 if last[0] > first[0] else -0.001
    for (out, elevation, half), inside in ((first, inwards), (last, -inwards)):
        where = {**changes, "x_m": -(out + inside)}
        for y_m in (half - 0.001, -half + 0.001):
            found = at(name, 0, **{**where, "y_m": y_m})
            assert found == pytest.approx(elevation, abs=1e-3)
        assert at(name, 0, **{**where, "y_m": half + 0.002}) is None
        assert at(name, 0, **{**where, "x_m": -(out - inside)}) is None


@pytest.mark.parametrize(
    ("name", "changes", "out_m", "elevation_m"),
    [
        # around the runway at the aerodrome's 12 m, as far from its ends as from its middle
        ("horizontal", {"group": "I"}, 3350, 57.0), ("horizontal", {"group": "IIA"}, 3350, 57.0),
        ("horizontal", {"group": "IIB"}, 5350, 72.0),
        ("horizontal", {"group": "IIC"}, 10_750, 102.0),
        ("horizontal", {"group": "III"}, 10_750, 102.0),
        ("horizontal", {"group": "IV"}, 10_750, 102.0),
        ("horizontal", {"group": "V"}, 10_750, 102.0),
        ("straight_in_lower", {}, 3350, 57.0),
    ],
)  # fmt: skip
def test_the_edge_of_every_disc(
    name: str, changes: dict[str, object], out_m: float, elevation_m: float
) -> None:
    for where in ({"x_m": -1.0}, {"x_m": 1500.0}):
        side = math.sqrt(out_m**2 - min(where["x_m"], 0.0) ** 2)
        inside = at(name, None, **changes, **where, y_m=side - 0.001)
        assert inside == pytest.approx(elevation_m, abs=1e-9)
        assert at(name, None, **changes, **where, y_m=side + 0.001) is None


@pytest.mark.parametrize(
    ("name", "end", "x_m", "last_m", "elevation_m"),
    [
        # 7410 m wide: 3705 m to each side
        ("straight_in_upper", None, 1500, 3705, 72.0),
        # 20 % up to 60 m above the higher threshold, 72 m: halfway along, from 11 m at the strip's
        # 140 m: 61 m higher, 305 m on
        ("transitional", None, 1500, 445, 72.0),
        # 14.3 % up to 300 m above threshold 1: 310 m; 300 / 0.143 = 2097.902 m beside 150 m
        ("precision_transitional", 0, 500, 2247.902, 310.0),
    ],
)
def test_the_outer_side(
    name: str, end: int | None, x_m: float, last_m: float, elevation_m: float
) -> None:
    inside = at(name, end, x_m=x_m, y_m=last_m - 0.002)
    assert inside == pytest.approx(elevation_m, abs=1e-3)
    assert at(name, end, x_m=x_m, y_m=last_m + 0.002) is None


def test_a_group_that_the_rule_does_not_know_is_refused() -> None:
    rule = RULES["aviation.surface.horizontal"]
    with pytest.raises(ParameterError, match="radius_m"):
        by_group(rule, "radius_m", "VI")
    short = replace(rule, parameters={**rule.parameters, "radius_m": [1.0]})
    with pytest.raises(ParameterError, match="radius_m"):
        by_group(short, "radius_m", "I")


def test_the_lowest_surface_comes_first() -> None:
    found = surfaces_of(runway(x_m=-2060.0), RULES)
    assert [one.elevation_m for one in found] == sorted(one.elevation_m for one in found)
    assert found[0].name == "precision_approach"  # 50 m, below the approach's 76.6 m


def test_an_earlier_day_has_no_surfaces() -> None:
    assert surfaces_of(runway(x_m=-2060.0), BEFORE) == ()


@pytest.mark.parametrize(
    ("x_m", "y_m", "inside"),
    [
        # the strip: 60 m beyond end 1, the clearway's 150 m beyond end 2, 140 m to each side
        (-60, 140, True), (-61, 0, False), (3150, 0, True), (3151, 0, False), (0, 141, False),
    ],
)  # fmt: skip
def test_area_2a(x_m: float, y_m: float, inside: bool) -> None:
    assert in_area_2a(runway(x_m=x_m, y_m=y_m)) is inside


@pytest.mark.parametrize(
    ("x_m", "y_m", "told"),
    [
        # area 2b begins at the end of 2a, as wide as it (280 m), 15 % wider on each side, 1.2 %
        # from the runway end: 1060 m out of end 1: 10 + 0.012 * 1000 = 22 m, half 140 + 150 m
        (-1060, 290, [("area_2b", 22.0)]),
        # beside it area 2c: 1000 m beyond 2a, 151 m beside it: sqrt(1000² + 151²) = 1011.336 m,
        # 10 + 0.012 * 1011.336 = 22.136 m
        (-1060, 291, [("area_2c", 10 + 0.012 * math.hypot(1000, 151))]),
        # beside the runway: 11 m halfway along, 1000 m from the strip: 11 + 12 = 23 m
        (1500, 1140, [("area_2c", 23.0)]),
        # 10 km is the end
        (1500, 10_140, [("area_2c", 131.0)]), (1500, 10_141, []), (0, 0, []),
    ],
)  # fmt: skip
def test_areas_2b_and_2c(x_m: float, y_m: float, told: list[tuple[str, float]]) -> None:
    found = data_surfaces(runway(x_m=x_m, y_m=y_m), RULES["aviation.data"])
    assert [one.name for one in found] == [name for name, _ in told]
    for one, (_, by_hand) in zip(found, told, strict=True):
        assert one.elevation_m == pytest.approx(by_hand, abs=1e-9)


def test_a_fan_has_two_ends() -> None:
    fan = Fan(100.0, 0.0, (1000.0,), (2.0,), (10.0,))
    assert fan.at(-0.1) is None
    assert fan.at(1000.1) is None
    assert fan.at(0.0) == (0.0, 50.0)
