"""Building restricted areas of aeronautical radio facilities: how high a site may be there."""

import math

from propagation.compliance.parameters import numbers, words
from propagation.compliance.records import Rule
from propagation.errors import ParameterError
from propagation.siting.facts import FacilityFacts

__all__ = ["GROUND", "Shape", "directional_limit_m", "omnidirectional_limit_m", "shape_of"]

GROUND = -math.inf
"""The height from which a structure is inside where it is inside at any height."""

Shape = dict[str, float]
"""The numbers of one kind of facility, by the names that the rule has for its lists."""


def shape_of(rule: Rule, kind: str) -> Shape | None:
    """Return the numbers that a rule has for a kind of facility; None where it has none.

    Raises
    ------
    ParameterError
        If a list of the rule is not as long as its kinds.
    """
    kinds = words(rule, "kinds")
    found = {}
    for name in rule.parameters:
        if name == "kinds":
            continue
        values = numbers(rule, name)
        if len(values) != len(kinds):
            raise ParameterError(name, "grid")
        if kind in kinds:
            found[name] = values[kinds.index(kind)]
    return found or None


def omnidirectional_limit_m(shape: Shape, distance_m: float) -> float | None:
    """Return how high above the facility's ground the area begins at a distance.

    Parameters
    ----------
    shape : Shape
        `cylinder_m`, `cone_deg` and `reach_m` of `aviation.restricted`.
    distance_m : float
        Of the site.

    Returns
    -------
    float or None
        GROUND within the cylinder, the cone between it and the reach, None beyond.

    References
    ----------
    .. [ND222] NĐ 222/2026/NĐ-CP, Phụ lục IV.
    """
    if distance_m <= shape["cylinder_m"]:
        return GROUND
    if distance_m <= shape["reach_m"]:
        return distance_m * math.tan(math.radians(shape["cone_deg"]))
    return None


def directional_limit_m(shape: Shape, facility: FacilityFacts) -> float | None:
    """Return how high above the facility's ground the area begins at the site.

    Parameters
    ----------
    shape : Shape
        The numbers of `aviation.restricted.directional`.
    facility : FacilityFacts
        With its direction, and with the distance of its threshold where `to_threshold` is 1.

    Returns
    -------
    float or None
        The lowest limit of the parts that the site lies in; None where it lies in none.

    References
    ----------
    .. [ND222] NĐ 222/2026/NĐ-CP, Phụ lục IV; the shape is that of ICAO EUR Doc 015, recalled.
    """
    along, across = facility.along_m or 0.0, abs(facility.across_m or 0.0)
    ahead = facility.threshold_m or 0.0 if shape["to_threshold"] else shape["a_m"]
    far = shape["r_m"] + (ahead if shape["to_threshold"] else 0.0)
    half, side = shape["half_width_m"], shape["side_m"]
    limits = []
    if -shape["b_m"] <= along <= ahead:
        if across <= half:
            return GROUND
        if across <= side:
            limits.append((across - half) / (side - half) * shape["side_height_m"])
    distance = math.hypot(along, across)
    bearing = math.degrees(math.atan2(across, along))
    if along > ahead and distance <= far and bearing <= shape["angle_deg"]:
        limits.append((along - ahead) / (far - ahead) * shape["h_m"])
    return min(limits, default=None)
