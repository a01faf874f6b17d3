"""Obstacle surfaces around a runway: whether a site is under one, and how high it is there.

Lengths and elevations in metres. A runway has two ends; every surface of an end is looked at from
it: `out` is the distance outward from the threshold along the extended centreline, `across` the
distance from that line.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from propagation.compliance.parameters import number, numbers, words
from propagation.compliance.records import Confidence, Rule
from propagation.errors import ParameterError
from propagation.siting.facts import Instrument, RunwayFacts

__all__ = ["Fan", "Surface", "by_group", "data_surfaces", "in_area_2a", "surfaces"]

_ENDS: Final = (0, 1)


@dataclass(frozen=True, slots=True)
class Surface:
    """A surface that a site lies under.

    Attributes
    ----------
    name : str
        Which surface.
    end : int or None
        Of which end of the runway, 0 or 1; None of both.
    elevation_m : float
        Of the surface above the site, above mean sea level.
    rule : Rule
        The rule that defines it.
    """

    name: str
    end: int | None
    elevation_m: float
    rule: Rule


@dataclass(frozen=True, slots=True)
class Fan:
    """A sloping surface that widens away from its inner edge, section by section.

    Attributes
    ----------
    edge_m : float
        Length of the inner edge.
    base_m : float
        Elevation of the inner edge.
    lengths_m, slopes_percent, splays_percent : tuple of float
        Of each section: its length along the centreline, its slope, and what it widens on each
        side.
    widest_m : float
        Whole width at which it stops to widen.
    """

    edge_m: float
    base_m: float
    lengths_m: tuple[float, ...]
    slopes_percent: tuple[float, ...]
    splays_percent: tuple[float, ...]
    widest_m: float = math.inf

    def at(self, along_m: float) -> tuple[float, float] | None:
        """Return elevation and half width so far from the inner edge; None beyond its ends."""
        if along_m < 0:
            return None
        elevation, half, left = self.base_m, self.edge_m / 2, along_m
        sections = zip(self.lengths_m, self.slopes_percent, self.splays_percent, strict=True)
        for length, slope, splay in sections:
            step = min(left, length)
            elevation += step * slope / 100
            half += step * splay / 100
            left -= step
            if left <= 0:
                return elevation, min(half, self.widest_m / 2)
        return None

    def over(self, along_m: float, across_m: float) -> float | None:
        """Return the elevation above a point; None where the point is not under the fan."""
        found = self.at(along_m)
        if found is None or across_m > found[1]:
            return None
        return found[0]

    def beside(
        self, along_m: float, across_m: float, slope_percent: float, top_m: float
    ) -> float | None:
        """Return the elevation of the surface that rises from its sides up to a top; else None."""
        found = self.at(along_m)
        if found is None:
            return None
        return _rising(found[0], across_m - found[1], slope_percent, top_m)


def by_group(rule: Rule, name: str, group: str) -> float:
    """Return what a rule says of a group of aerodromes.

    Raises
    ------
    ParameterError
        If it has not a number for each of its groups, or the group is none of them.
    """
    groups, values = words(rule, "groups"), numbers(rule, name)
    if len(groups) != len(values) or group not in groups:
        raise ParameterError(name, "grid")
    return values[groups.index(group)]


def surfaces(runway: RunwayFacts, rules: dict[str, Rule]) -> tuple[Surface, ...]:
    """Return every surface that the site lies under, the lowest first.

    Parameters
    ----------
    runway : RunwayFacts
        The runway, and where the site lies.
    rules : dict
        Rules of surfaces by the last part of their names; those that are not there have none.

    References
    ----------
    .. [ND222] NĐ 222/2026/NĐ-CP, Phụ lục Ia.
    """
    found = [
        Surface(name, end, elevation, _as_known(rules[key], runway))
        for key, names in _SURFACES.items()
        if key in rules
        for name, end, elevation in names(runway, rules[key])
        if elevation is not None
    ]
    return tuple(sorted(found, key=lambda one: (one.elevation_m, one.name)))


def _as_known(rule: Rule, runway: RunwayFacts) -> Rule:
    """Return a rule as well known as its numbers are for such a runway."""
    if runway.instrument is not Instrument.VISUAL or "visual_derived" not in rule.parameters:
        return rule
    derived = runway.group in words(rule, "visual_derived")
    return replace(rule, confidence=Confidence.DERIVED) if derived else rule


_Found = Iterator[tuple[str, int | None, float | None]]


def _approach(runway: RunwayFacts, rule: Rule) -> _Found:
    slope = number(rule, "transitional_slope_percent")
    top = max(runway.elevations_m) + number(rule, "transitional_height_m")
    edge = 0.0
    for end in _ENDS:
        fan, start = _approach_fan(runway, rule, end)
        along = runway.outward_m(end) - start
        edge = fan.edge_m
        yield "approach", end, fan.over(along, runway.across_m)
        yield "transitional", end, fan.beside(along, runway.across_m, slope, top)
    start = _approach_fan(runway, rule, 0)[1]
    beyond = max(runway.outward_m(end) for end in _ENDS)
    side = runway.across_m - max(edge, runway.strip_width_m) / 2
    if beyond < start:
        yield "transitional", None, _rising(runway.nearest_elevation_m, side, slope, top)
    # between the surfaces at its sides and its ends lies the strip itself
    on_strip = side <= 0 and beyond <= max(start, runway.strip_beyond_m)
    yield "strip", None, runway.nearest_elevation_m if on_strip else None


def _approach_fan(runway: RunwayFacts, rule: Rule, end: int) -> tuple[Fan, float]:
    """Return the approach surface of an end, and how far from the threshold it begins."""
    base = runway.elevations_m[end]
    splay = (number(rule, "splay_percent"),)
    if runway.instrument is Instrument.VISUAL:
        start, length, slope, edge = (
            by_group(rule, f"visual_{name}", runway.group)
            for name in ("distance_m", "length_m", "slope_percent", "edge_m")
        )
    else:
        edge = by_group(rule, "instrument_edge_m", runway.group)
        start, length, slope = (
            number(rule, f"instrument_{name}")
            for name in ("distance_m", "length_m", "slope_percent")
        )
    return Fan(edge, base, (length,), (slope,), splay), start


def _takeoff(runway: RunwayFacts, rule: Rule) -> _Found:
    for end in _ENDS:
        fan = Fan(
            by_group(rule, "edge_m", runway.group),
            runway.elevations_m[end],
            (number(rule, "length_m"),),
            (by_group(rule, "slope_percent", runway.group),),
            (number(rule, "splay_percent"),),
            number(rule, "final_width_m"),
        )
        start = max(number(rule, "distance_m"), runway.clearways_m[end])
        yield "takeoff", end, fan.over(runway.outward_m(end) - start, runway.across_m)


def _horizontal(runway: RunwayFacts, rule: Rule) -> _Found:
    height = by_group(rule, "height_m", runway.group)
    inside = _from_runway_m(runway) <= by_group(rule, "radius_m", runway.group)
    yield "horizontal", None, runway.aerodrome_elevation_m + height if inside else None


def _straight_in(runway: RunwayFacts, rule: Rule) -> _Found:
    if runway.instrument is Instrument.VISUAL:
        return
    base = runway.aerodrome_elevation_m
    lower = _from_runway_m(runway) <= number(rule, "lower_radius_m")
    yield "straight_in_lower", None, base + number(rule, "lower_height_m") if lower else None
    beyond = max(runway.outward_m(end) for end in _ENDS)
    upper = (
        beyond <= number(rule, "beyond_threshold_m")
        and runway.across_m <= number(rule, "short_side_m") / 2
    )
    yield "straight_in_upper", None, base + number(rule, "upper_height_m") if upper else None


def _precision(runway: RunwayFacts, rule: Rule) -> _Found:
    if runway.instrument is not Instrument.PRECISION:
        return
    slope, edge = number(rule, "transitional_slope_percent"), number(rule, "edge_m")
    before, after = number(rule, "distance_m"), number(rule, "missed_distance_m")
    for end in _ENDS:
        base, out = runway.elevations_m[end], runway.outward_m(end)
        top = base + number(rule, "transitional_height_m")
        approach = Fan(edge, base, *_sections(rule, "approach_"))
        missed = Fan(edge, base, *_sections(rule, "missed_"))
        for name, fan, along in (
            ("precision_approach", approach, out - before),
            ("missed_approach", missed, -out - after),
        ):
            yield name, end, fan.over(along, runway.across_m)
            side = fan.beside(along, runway.across_m, slope, top)
            yield "precision_transitional", end, side
        if -after < out < before:
            side = _rising(base, runway.across_m - edge / 2, slope, top)
            yield "precision_transitional", end, side


def _departure(runway: RunwayFacts, rule: Rule) -> _Found:
    if runway.instrument is Instrument.VISUAL:
        return
    for end in _ENDS:
        base = runway.elevations_m[end] + number(rule, "rise_m")
        fan = Fan(number(rule, "edge_m"), base, *_sections(rule, ""))
        along = runway.outward_m(end) - runway.clearways_m[end]
        yield "departure", end, fan.over(along, runway.across_m)


def _sections(
    rule: Rule, prefix: str
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    lengths = numbers(rule, f"{prefix}length_m")
    slopes = numbers(rule, f"{prefix}slope_percent")
    splays = numbers(rule, f"{prefix}splay_percent")
    for name, values in (("slope_percent", slopes), ("splay_percent", splays)):
        if len(values) != len(lengths):
            raise ParameterError(f"{prefix}{name}", "grid")
    return lengths, slopes, splays


_SURFACES: Final[dict[str, Callable[[RunwayFacts, Rule], _Found]]] = {
    "approach": _approach,
    "takeoff": _takeoff,
    "horizontal": _horizontal,
    "straight_in": _straight_in,
    "precision": _precision,
    "departure": _departure,
}


def _rising(base_m: float, side_m: float, slope_percent: float, top_m: float) -> float | None:
    """Return the elevation of a surface that rises sideways up to a top; None outside it."""
    elevation = base_m + side_m * slope_percent / 100
    return elevation if side_m > 0 and elevation <= top_m else None


def _from_runway_m(runway: RunwayFacts) -> float:
    """Return the distance from the line between the thresholds."""
    return math.hypot(max(-runway.x_m, runway.x_m - runway.length_m, 0.0), runway.y_m)


def in_area_2a(runway: RunwayFacts) -> bool:
    """Return whether the site lies in area 2a: the runway strip with its clearways."""
    ends = [max(runway.strip_beyond_m, runway.clearways_m[end]) for end in _ENDS]
    return (
        -ends[0] <= runway.x_m <= runway.length_m + ends[1]
        and runway.across_m <= runway.strip_width_m / 2
    )


def data_surfaces(runway: RunwayFacts, rule: Rule) -> tuple[Surface, ...]:
    """Return the surfaces of areas 2b and 2c that the site lies under, the lowest first.

    Parameters
    ----------
    runway : RunwayFacts
        The runway, and where the site lies.
    rule : Rule
        `aviation.data`.

    References
    ----------
    .. [ND222] NĐ 222/2026/NĐ-CP, Phụ lục II.
    """
    if in_area_2a(runway):
        return ()
    slope, length = number(rule, "slope_percent"), number(rule, "length_m")
    found = []
    for end in _ENDS:
        fan = Fan(
            runway.strip_width_m,
            runway.elevations_m[end],
            (length,),
            (slope,),
            (number(rule, "splay_percent"),),
        )
        start = max(runway.strip_beyond_m, runway.clearways_m[end])
        elevation = fan.over(runway.outward_m(end) - start, runway.across_m)
        if elevation is not None:
            found.append(Surface("area_2b", end, elevation, rule))
    away = _from_area_2a_m(runway)
    if not found and away <= length:
        elevation = runway.nearest_elevation_m + away * slope / 100
        found.append(Surface("area_2c", None, elevation, rule))
    return tuple(sorted(found, key=lambda one: one.elevation_m))


def _from_area_2a_m(runway: RunwayFacts) -> float:
    first, second = (max(runway.strip_beyond_m, runway.clearways_m[end]) for end in _ENDS)
    beyond = max(-first - runway.x_m, runway.x_m - runway.length_m - second, 0.0)
    return math.hypot(beyond, max(runway.across_m - runway.strip_width_m / 2, 0.0))
