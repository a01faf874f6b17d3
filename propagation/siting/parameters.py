"""The rules that the checks of a site read, and the parameters that each rule must hold."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from propagation.compliance import parameters, source_rules
from propagation.compliance.parameters import flag, number, numbers, words
from propagation.compliance.records import Rule
from propagation.errors import ParameterError

__all__ = [
    "AREA_2A",
    "BORDER_BELT",
    "DATA",
    "HEIGHT",
    "LAYERS",
    "LICENCE",
    "MARKING",
    "MAST_CLASS",
    "MILITARY",
    "PAPERS",
    "PLAN_ZONE",
    "PROCEDURE",
    "RADIO_STATION",
    "RAILWAY",
    "RESTRICTED",
    "RESTRICTED_DIRECTIONAL",
    "SHARING",
    "SPACING",
    "STRIP",
    "SURFACE",
    "TALL",
    "require_parameters",
    "spacing_rows",
]

HEIGHT: Final = "aviation.height"
SURFACE: Final = "aviation.surface."
STRIP: Final = "aviation.strip"
AREA_2A: Final = "aviation.area_2a"
DATA: Final = "aviation.data"
RESTRICTED: Final = "aviation.restricted"
RESTRICTED_DIRECTIONAL: Final = "aviation.restricted.directional"
TALL: Final = "aviation.restricted.tall"
RADIO_STATION: Final = "aviation.radio_station"
MILITARY: Final = "aviation.military"
MARKING: Final = "aviation.marking"
PROCEDURE: Final = "aviation.procedure"
LICENCE: Final = "siting.licence"
PLAN_ZONE: Final = "siting.plan_zone"
MAST_CLASS: Final = "siting.mast_class"
SHARING: Final = "siting.sharing"
SPACING: Final = "siting.spacing."
RAILWAY: Final = "siting.railway"
BORDER_BELT: Final = "siting.border_belt"
LAYERS: Final = "siting.layers"
PAPERS: Final = "siting.papers"

_SPACING_WORDS: Final = ("operator", "zone", "classes")
_SPACING_NUMBERS: Final = ("above_height_m", "distance_m")
_Reader = Callable[[Rule, str], object]


def spacing_rows(rule: Rule) -> list[dict[str, str | float]]:
    """Return the lines of a spacing rule.

    Returns
    -------
    list of dict
        `operator` (same, other), `zone` (urban, outside), `classes` (classes of masts parted by
        spaces, empty for all), `above_height_m` (masts no higher are free) and `distance_m`.

    Raises
    ------
    ParameterError
        If a list is missing or not as long as the others.
    """
    lists: dict[str, tuple[str, ...] | tuple[float, ...]] = {
        **{name: words(rule, name) for name in _SPACING_WORDS},
        **{name: numbers(rule, name) for name in _SPACING_NUMBERS},
    }
    count = len(lists["distance_m"])
    for name, values in lists.items():
        if len(values) != count:
            raise ParameterError(name, "grid")
    return [{name: values[row] for name, values in lists.items()} for row in range(count)]


def _all(*names: str, reader: _Reader = number) -> Callable[[Rule], None]:
    def read(rule: Rule) -> None:
        for name in names:
            reader(rule, name)

    return read


def _listed(rule: Rule, of: str, *names: str) -> None:
    """Read lists that are as long as a list of words."""
    count = len(words(rule, of))
    for name in names:
        if len(numbers(rule, name)) != count:
            raise ParameterError(name, "grid")


def _approach(rule: Rule) -> None:
    visual = ("edge_m", "distance_m", "length_m", "slope_percent")
    _listed(rule, "groups", "instrument_edge_m", *(f"visual_{name}" for name in visual))
    words(rule, "visual_derived")
    _all(
        "instrument_distance_m",
        "instrument_length_m",
        "instrument_slope_percent",
        "splay_percent",
        "transitional_slope_percent",
        "transitional_height_m",
    )(rule)


def _takeoff(rule: Rule) -> None:
    _listed(rule, "groups", "edge_m", "slope_percent")
    _all("distance_m", "splay_percent", "final_width_m", "length_m")(rule)


def _horizontal(rule: Rule) -> None:
    _listed(rule, "groups", "radius_m", "height_m")


def _sections(rule: Rule, prefix: str = "") -> None:
    lengths = numbers(rule, f"{prefix}length_m")
    for name in ("slope_percent", "splay_percent"):
        if len(numbers(rule, f"{prefix}{name}")) != len(lengths):
            raise ParameterError(f"{prefix}{name}", "grid")


def _precision(rule: Rule) -> None:
    _sections(rule, "approach_")
    _sections(rule, "missed_")
    _all(
        "edge_m",
        "distance_m",
        "missed_distance_m",
        "transitional_slope_percent",
        "transitional_height_m",
    )(rule)


def _departure(rule: Rule) -> None:
    _sections(rule)
    _all("edge_m", "rise_m")(rule)


def _restricted(rule: Rule) -> None:
    _listed(rule, "kinds", "cylinder_m", "cone_deg", "reach_m")


def _directional(rule: Rule) -> None:
    lists = ("a_m", "b_m", "h_m", "r_m", "half_width_m", "side_height_m", "side_m", "angle_deg")
    _listed(rule, "kinds", "to_threshold", *lists)


def _tall(rule: Rule) -> None:
    flag(rule, "always")
    number(rule, "tall_m")


def _spacing(rule: Rule) -> None:
    words(rule, "province_codes")
    spacing_rows(rule)


def _papers(rule: Rule) -> None:
    _listed(rule, "steps", "working_days")
    if len(words(rule, "bodies")) != len(words(rule, "steps")):
        raise ParameterError("bodies", "grid")


_REQUIRED: Final[Mapping[str, Callable[[Rule], None]]] = MappingProxyType(
    {
        HEIGHT: _all("threshold_m"),
        f"{SURFACE}approach": _approach,
        f"{SURFACE}takeoff": _takeoff,
        f"{SURFACE}horizontal": _horizontal,
        f"{SURFACE}straight_in": _all(
            "lower_radius_m",
            "lower_height_m",
            "upper_height_m",
            "short_side_m",
            "beyond_threshold_m",
        ),
        f"{SURFACE}precision": _precision,
        f"{SURFACE}departure": _departure,
        STRIP: _all("beyond_m", "width_m"),
        AREA_2A: _all("height_m"),
        DATA: _all(
            "high_m", "length_m", "splay_percent", "slope_percent", "area_2b_m", "area_2c_m"
        ),
        RESTRICTED: _restricted,
        RESTRICTED_DIRECTIONAL: _directional,
        TALL: _tall,
        RADIO_STATION: _all("strict", reader=flag),
        MILITARY: _all("least_m", "shielded_m"),
        MARKING: _all("consider_m", "medium_m", "high_m"),
        PROCEDURE: _all("working_days"),
        LICENCE: _all("kinds", reader=words),
        MAST_CLASS: _all("a1a_mast_m", "a1a_share_percent", "a1a_reach_m", "a1b_height_m"),
        SHARING: _all("radius_m"),
        RAILWAY: _all("factor", "least_m"),
        BORDER_BELT: _all("belt_m"),
        LAYERS: _all("kinds", reader=words),
        PAPERS: _papers,
    }
)


def require_parameters(rule: Rule) -> None:
    """Refuse a rule that lacks what a check or the finder of sources reads.

    Raises
    ------
    ParameterError
        Naming the first parameter that is missing or is not what it should be.
    """
    parameters.require_parameters(rule)
    source_rules.require_parameters(rule)
    required = _spacing if rule.id.startswith(SPACING) else _REQUIRED.get(rule.id)
    if required is not None:
        required(rule)
