"""The rules that the checks read, and the parameters that each rule must hold."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from propagation.compliance.records import Rule
from propagation.errors import ParameterError
from propagation.interference import readings
from propagation.interference.bs412 import (
    minimum_field_from_parameters,
    protection_from_parameters,
)
from propagation.interference.contours import contours_from_parameters
from propagation.interference.dvbt2 import (
    adjacent_from_parameters,
    carrier_to_noise_from_parameters,
)
from propagation.interference.dvbt2_field import (
    building_from_parameters,
    receiver_from_parameters,
)
from propagation.interference.locations import LARGEST_DEVIATION_DB
from propagation.mobile import MOBILE_LEVEL, reference_from_parameters

__all__ = [
    "AERONAUTICAL",
    "AERONAUTICAL_SEPARATION",
    "AREA_CLASS",
    "BASE_STATION",
    "BLANKETING",
    "BORDER_DISTANCE",
    "BORDER_FIELD",
    "BOUNDARY_PROTECTION",
    "CERTIFICATE",
    "CONFORMITY",
    "CONTOUR_OVERLAP",
    "CONTOUR_OVERLAP_RATIO",
    "DATA_AUDIT",
    "EXPOSURE_BASE_STATION",
    "EXPOSURE_BROADCAST",
    "HIERARCHY",
    "INTERMODULATION",
    "LICENCE",
    "MINIMUM_FIELD",
    "MONITORING",
    "PA_PLAN_ERP",
    "PA_PLAN_IDENTITY",
    "PA_PROTECTION_RATIO",
    "PA_RASTER",
    "PA_RECEPTION",
    "PLAN_ERP",
    "PLAN_ERP_LOCAL",
    "PLAN_IDENTITY",
    "PLAN_IDENTITY_LOCAL",
    "PROTECTION_RATIO",
    "PUBLIC_NOTICE",
    "RASTER",
    "SERVICE_AREA",
    "SITE_TOLERANCE",
    "STATION_CLASSES",
    "SUMMATION",
    "TV_ALLOTMENT",
    "TV_BORDER_FIELD",
    "TV_MINIMUM_FIELD",
    "TV_MINIMUM_FIELD_PORTABLE",
    "TV_PLAN_ERP",
    "TV_PLAN_IDENTITY",
    "TV_PROTECTION_RATIO",
    "TV_PROTECTION_RATIO_ADJACENT",
    "TV_RASTER",
    "TV_RECEPTION",
    "TV_SINGLE_FREQUENCY",
    "USABLE_FIELD",
    "flag",
    "grid",
    "number",
    "numbers",
    "require_parameters",
    "words",
]

PLAN_IDENTITY: Final = "fm.plan.identity"
PLAN_IDENTITY_LOCAL: Final = "fm.plan.identity.local"
PLAN_ERP: Final = "fm.plan.erp"
PLAN_ERP_LOCAL: Final = "fm.plan.erp.local"
RASTER: Final = "fm.raster"
SITE_TOLERANCE: Final = "fm.site_tolerance"
BOUNDARY_PROTECTION: Final = "fm.boundary_protection"
HIERARCHY: Final = "fm.hierarchy"
PROTECTION_RATIO: Final = "fm.protection_ratio"
MINIMUM_FIELD: Final = "fm.minimum_field"
AREA_CLASS: Final = "fm.area_class"
DATA_AUDIT: Final = "audit.data"

USABLE_FIELD: Final = "fm.usable_field"
SUMMATION: Final = "fm.summation"
CONTOUR_OVERLAP: Final = "fm.contour_overlap"
CONTOUR_OVERLAP_RATIO: Final = "fm.contour_overlap.ratio"
SERVICE_AREA: Final = "fm.service_area"
TV_PLAN_IDENTITY: Final = "tv.plan.identity"
TV_PLAN_ERP: Final = "tv.plan.erp"
TV_RASTER: Final = "tv.raster"
TV_PROTECTION_RATIO: Final = "tv.protection_ratio"
TV_PROTECTION_RATIO_ADJACENT: Final = "tv.protection_ratio.adjacent"
TV_MINIMUM_FIELD: Final = "tv.minimum_field"
TV_ALLOTMENT: Final = "tv.allotment"
TV_SINGLE_FREQUENCY: Final = "tv.single_frequency"
TV_MINIMUM_FIELD_PORTABLE: Final = "tv.minimum_field.portable"
PA_PLAN_IDENTITY: Final = "pa.plan.identity"
PA_PLAN_ERP: Final = "pa.plan.erp"
PA_RASTER: Final = "pa.raster"
PA_PROTECTION_RATIO: Final = "pa.protection_ratio"
LICENCE: Final = "station.licence"
CERTIFICATE: Final = "station.certificate"
BASE_STATION: Final = "station.base_station"
PUBLIC_NOTICE: Final = "station.public_notice"
CONFORMITY: Final = "station.conformity"
INTERMODULATION: Final = "site.intermodulation"
BORDER_DISTANCE: Final = "fm.border.distance"
BORDER_FIELD: Final = "fm.border.field"
TV_BORDER_FIELD: Final = "tv.border.field"
TV_RECEPTION: Final = "tv.reception"
PA_RECEPTION: Final = "pa.reception"
AERONAUTICAL: Final = "fm.aeronautical"
AERONAUTICAL_SEPARATION: Final = "fm.aeronautical.separation"
EXPOSURE_BROADCAST: Final = "site.exposure.broadcast"
EXPOSURE_BASE_STATION: Final = "site.exposure.base_station"
MONITORING: Final = "site.monitoring"
BLANKETING: Final = "fm.blanketing"

STATION_CLASSES: Final = ("national", "provincial", "other")


def number(rule: Rule, name: str) -> float:
    """Return a number of a rule.

    Raises
    ------
    ParameterError
        If the rule does not hold it, or it is no finite number.
    """
    return readings.number(rule.parameters, name)


def flag(rule: Rule, name: str) -> bool:
    """Return a yes or no of a rule.

    Raises
    ------
    ParameterError
        If the rule does not hold it, or it is neither.
    """
    value = _given(rule, name)
    if not isinstance(value, bool):
        raise ParameterError(name, "flag")
    return value


def words(rule: Rule, name: str) -> tuple[str, ...]:
    """Return a list of words of a rule.

    Raises
    ------
    ParameterError
        If the rule does not hold it, or it is no list of words.
    """
    value = _given(rule, name)
    if not isinstance(value, list | tuple):
        raise ParameterError(name, "words")
    found = tuple(item for item in value if isinstance(item, str))
    if len(found) != len(value):
        raise ParameterError(name, "words")
    return found


def numbers(rule: Rule, name: str) -> tuple[float, ...]:
    """Return a list of numbers of a rule; there is at least one.

    Raises
    ------
    ParameterError
        If the rule does not hold it, or it is no list of finite numbers.
    """
    found = tuple(readings.numbers(rule.parameters, name))
    if not found:
        raise ParameterError(name, "numbers")
    return found


def grid(rule: Rule, name: str, rows: str, columns: str) -> tuple[tuple[float, ...], ...]:
    """Return a table of a rule: a row for each number of one list, a column for each of another.

    Raises
    ------
    ParameterError
        If the rule does not hold the table or its two lists, the lists do not increase, or the
        table has not as many rows and columns as they have numbers.
    """
    sizes = []
    for axis in (rows, columns):
        steps = numbers(rule, axis)
        if any(after <= before for before, after in pairwise(steps)):
            raise ParameterError(axis, "increasing")
        sizes.append(len(steps))
    value = _given(rule, name)
    if not isinstance(value, list | tuple):
        raise ParameterError(name, "grid")
    table = tuple(tuple(readings.numbers({name: row}, name)) for row in value)
    if len(table) != sizes[0] or any(len(row) != sizes[1] for row in table):
        raise ParameterError(name, "grid")
    return table


def _given(rule: Rule, name: str) -> object:
    if name not in rule.parameters:
        raise ParameterError(name, "absent")
    return rule.parameters[name]


def _all(*readers: tuple[Callable[[Rule, str], object], str]) -> Callable[[Rule], None]:
    def read(rule: Rule) -> None:
        for reader, name in readers:
            reader(rule, name)

    return read


def _protection(rule: Rule) -> None:
    protection_from_parameters(rule.parameters)


def _minimum(rule: Rule) -> None:
    minimum_field_from_parameters(rule.parameters)


def _contours(rule: Rule) -> None:
    contours_from_parameters(rule.parameters)


def _within(rule: Rule, name: str, least: float, most: float, *, whole: bool = False) -> None:
    value = number(rule, name)
    if not least <= value <= most or (whole and not value.is_integer()):
        raise ParameterError(name, "range")


def _summation(rule: Rule) -> None:
    _within(rule, "location_standard_deviation_db", 0.1, LARGEST_DEVIATION_DB)
    _within(rule, "draws", 100, 1e6, whole=True)
    _within(rule, "seed", 0, 1e9, whole=True)


def _service(rule: Rule) -> None:
    for name in STATION_CLASSES:
        _within(rule, f"{name}_percent", 0, 100)


_INTERFERENCE: Final[Mapping[str, Callable[[Rule], None]]] = MappingProxyType(
    {
        USABLE_FIELD: _all((number, "reference_field_dbuvm"), (number, "largest_rise_db")),
        SUMMATION: _summation,
        CONTOUR_OVERLAP: _contours,
        CONTOUR_OVERLAP_RATIO: _all((flag, "minimum_field_protected")),
        SERVICE_AREA: _service,
    }
)


def _carrier_to_noise(rule: Rule) -> None:
    carrier_to_noise_from_parameters(rule.parameters)


def _adjacent(rule: Rule) -> None:
    adjacent_from_parameters(rule.parameters)


def _receiver(rule: Rule) -> None:
    receiver_from_parameters(rule.parameters)


def _portable(rule: Rule) -> None:
    receiver_from_parameters(rule.parameters)
    building_from_parameters(rule.parameters)


_BAND: Final = (
    (number, "frequency_min_mhz"),
    (number, "frequency_max_mhz"),
    (number, "frequency_tolerance_khz"),
)
_LIMITS: Final = (
    (number, "erp_tolerance_db"),
    (number, "height_tolerance_m"),
    (number, "terrain_height_tolerance_m"),
)

_OTHER_SERVICES: Final[Mapping[str, Callable[[Rule], None]]] = MappingProxyType(
    {
        TV_PLAN_IDENTITY: _all(*_BAND, (flag, "table_complete")),
        TV_PLAN_ERP: _all(*_LIMITS),
        TV_RASTER: _all(
            (number, "raster_khz"),
            (number, "raster_origin_mhz"),
            (number, "frequency_tolerance_khz"),
        ),
        TV_PROTECTION_RATIO: _carrier_to_noise,
        TV_PROTECTION_RATIO_ADJACENT: _adjacent,
        TV_MINIMUM_FIELD: _receiver,
        TV_MINIMUM_FIELD_PORTABLE: _portable,
        TV_ALLOTMENT: _all((number, "frequency_tolerance_khz"), (number, "margin_db")),
        TV_SINGLE_FREQUENCY: _all((number, "equalisation_share"), (number, "detection_db")),
        PA_PLAN_IDENTITY: _all(*_BAND, (flag, "table_complete")),
        PA_PLAN_ERP: _all(*_LIMITS),
    }
)
"""What the rules of television and of wireless public address hold."""
_EXPOSURE_LIMITS: Final = (
    (number, "frequency_min_mhz"),
    (number, "frequency_max_mhz"),
    (number, "limit_v_per_m"),
    (number, "reflection_factor"),
    (number, "near_distance_m"),
    (number, "person_height_m"),
)


_AERONAUTICAL: Final = (
    "near_distance_m",
    "coincidence_khz",
    "spurious_base_db",
    "spurious_most_db",
    "b1_constant_db",
    "b1_reference_mhz",
    "b1_offset_mhz",
    "b1_upper_mhz",
)


def _border_distance(rule: Rule) -> None:
    grid(rule, "land_km", "erp_dbw", "height_m")


def _separation(rule: Rule) -> None:
    grid(rule, "separation_km", "erp_dbw", "frequency_mhz")


def _curve(rule: Rule, name: str) -> None:
    """Read a curve: values `<name>` over steps that increase."""
    axis, values = name.split(" ")
    steps = numbers(rule, axis)
    if any(after <= before for before, after in pairwise(steps)):
        raise ParameterError(axis, "increasing")
    if len(numbers(rule, values)) != len(steps):
        raise ParameterError(values, "grid")


_SITES: Final[Mapping[str, Callable[[Rule], None]]] = MappingProxyType(
    {
        LICENCE: _all((number, "notice_days"), (number, "longest_years")),
        CERTIFICATE: _all((number, "notice_days"), (number, "power_w"), (number, "cycle_years")),
        BASE_STATION: _all(
            (number, "radius_m"),
            (number, "height_difference_m"),
            (number, "cycle_years"),
            (number, "notice_days"),
            (words, "certificate_words"),
            (words, "notice_words"),
        ),
        CONFORMITY: _all((number, "notice_days")),
        INTERMODULATION: _all(
            (numbers, "orders"),
            (number, "near_distance_m"),
            (number, "victim_distance_km"),
            (number, "receiver_width_khz"),
            (number, "guard_khz"),
        ),
        BORDER_DISTANCE: _border_distance,
        BORDER_FIELD: _all(
            (number, "tropospheric_dbuvm"),
            (number, "steady_dbuvm"),
        ),
        TV_BORDER_FIELD: _all(
            (number, "band_start_mhz"), (_curve, "band_end_mhz tropospheric_dbuvm")
        ),
        AERONAUTICAL: _all(
            *((number, f"{kind}_protected_dbuvm") for kind in ("ils", "vor", "com")),
            (_curve, "a1_offset_khz a1_ratio_db"),
            (_curve, "a2_offset_khz a2_ratio_db"),
            (_curve, "b2_frequency_mhz b2_limit_dbm"),
            *((number, name) for name in _AERONAUTICAL),
        ),
        AERONAUTICAL_SEPARATION: _separation,
        EXPOSURE_BROADCAST: _all(*_EXPOSURE_LIMITS),
        EXPOSURE_BASE_STATION: _all(*_EXPOSURE_LIMITS),
        MONITORING: _all((number, "limit_dbuvm"), (number, "radius_km")),
        BLANKETING: _all((number, "blanketing_dbuvm"), (number, "least_population")),
    }
)


_REQUIRED: Final[Mapping[str, Callable[[Rule], None]]] = MappingProxyType(
    {
        PLAN_IDENTITY: _all(
            (number, "frequency_min_mhz"),
            (number, "frequency_max_mhz"),
            (number, "frequency_tolerance_khz"),
            (flag, "table_complete"),
        ),
        PLAN_IDENTITY_LOCAL: _all(
            (number, "frequency_min_mhz"),
            (number, "frequency_max_mhz"),
            (number, "frequency_tolerance_khz"),
        ),
        PLAN_ERP: _all(*_LIMITS),
        PLAN_ERP_LOCAL: _all(*_LIMITS),
        RASTER: _all((number, "raster_khz"), (number, "frequency_tolerance_khz")),
        SITE_TOLERANCE: _all(
            (number, "erp_threshold_w"),
            (number, "tolerance_at_or_above_km"),
            (number, "tolerance_below_km"),
        ),
        BOUNDARY_PROTECTION: _all((words, "classes"), (words, "exempt_province_codes")),
        HIERARCHY: _all((words, "rank_order"), (words, "secondary_classes")),
        PROTECTION_RATIO: _protection,
        MINIMUM_FIELD: _minimum,
        AREA_CLASS: _all(
            (words, "rural_kinds"), (words, "urban_kinds"), (words, "large_city_province_codes")
        ),
        DATA_AUDIT: _all(
            (number, "effective_height_tolerance_m"),
            (number, "effective_height_tolerance_percent"),
            *((number, f"{name}_erp_max_dbw") for name in STATION_CLASSES),
        ),
    }
)


def require_parameters(rule: Rule) -> None:
    """Refuse a rule that lacks what its check reads; rules that no check reads pass.

    Raises
    ------
    ParameterError
        Naming the first parameter that is missing or is not what it should be.
    """
    if rule.id.startswith(MOBILE_LEVEL):
        reference_from_parameters(rule.parameters)
    tables = (_REQUIRED, _INTERFERENCE, _OTHER_SERVICES, _SITES)
    required = next((table[rule.id] for table in tables if rule.id in table), None)
    if required is not None:
        required(rule)
