"""The rules that the finder of sources reads, and the parameters that each must hold."""

from itertools import pairwise
from typing import Final

from propagation.compliance.parameters import number, numbers, words
from propagation.compliance.records import Rule
from propagation.errors import ParameterError

__all__ = [
    "COSTS",
    "EVIDENCE",
    "EXEMPT",
    "FOREIGN",
    "LAW",
    "MASK",
    "MASKS",
    "MEASURES",
    "MECHANISMS",
    "NAMES",
    "NOT_RADIO",
    "PRIORITY",
    "RECEIVER",
    "WEIGHING",
    "require_parameters",
]

WEIGHING: Final = "source.weighing"
MECHANISMS: Final = "source.mechanisms"
RECEIVER: Final = "source.receiver_intermodulation"
MASK: Final = "source.mask."
MASKS: Final = (f"{MASK}fm", f"{MASK}television", f"{MASK}other")
"""Emission masks by service; the last is that of every other service."""

PRIORITY: Final = "source.priority"
MEASURES: Final = "source.measures"
COSTS: Final = "source.costs"
NOT_RADIO: Final = "source.not_radio"
EVIDENCE: Final = "source.evidence"
EXEMPT: Final = "source.exempt"
FOREIGN: Final = "source.foreign"

LAW: Final = (PRIORITY, MEASURES, COSTS, NOT_RADIO, EVIDENCE, EXEMPT, FOREIGN)
"""What the law says of the parties and of the measures, in the order of a report."""

NAMES: Final = (WEIGHING, MECHANISMS, RECEIVER, *MASKS, *LAW)
"""Every rule of the finder: its own assumptions, then the law."""

_MECHANISMS: Final = frozenset(
    (
        *("co_channel", "adjacent", "out_of_band", "spurious", "harmonic", "intermodulation"),
        *("intermodulation_near", "receiver_intermodulation", "if_spacing", "image"),
        "local_oscillator",
    )
)
_NUMBERS: Final = {
    WEIGHING: (
        *("reach_km", "half_side_km", "cell_km", "source_height_m", "shadowing_db"),
        *("lowest_erp_dbw", "highest_erp_dbw", "not_in_register_percent"),
        *("nothing_on_air_percent", "reversed_percent", "gross_percent", "bearing_error_deg"),
        *("false_bearing_percent", "bearing_threshold_dbuvm", "listening_threshold_dbuvm"),
        *("model_error_db", "common_error_db", "assumed_erp_dbw", "assumed_erp_error_db"),
        *("assumed_height_m", "detection_percent", "false_alarm_percent", "always_percent"),
        *("exempt_percent", "exempt_erp_dbw", "exempt_span_db"),
    ),
    MECHANISMS: (
        *("same_site_m", "harmonics", "spurious_reach_percent"),
        *("intermediate_frequency_mhz", "tolerance_khz", "image_ratio_db"),
        *("oscillator_erp_dbw", "co_ratio_db", "adjacent_ratio_db"),
        *("wanted_dbuvm", "other_threshold_dbuvm"),
    ),
    RECEIVER: ("strong_dbuvm", "front_end_percent", "most"),
    MEASURES: (
        *("most_power_db", "power_step_db", "height_step_m", "lowest_height_m"),
        *("polarisation_db", "nulls_db", "nulls_half_width_deg", "most_shift_khz", "raster_khz"),
    ),
    **dict.fromkeys(
        MASKS,
        (
            *("reference_khz", "spurious_dbc", "spurious_base_db", "spurious_most_dbw"),
            "spurious_reference_khz",
        ),
    ),
}
_LISTS: Final = {
    MECHANISMS: ("weights", "deviations_db", "orders", "conversion_loss_db"),
    RECEIVER: ("orders", "intercepts_dbuvm"),
    **dict.fromkeys(MASKS, ("offsets_mhz", "levels_db")),
}
_WORDS: Final = {MECHANISMS: ("mechanisms",), MEASURES: ("measures",), PRIORITY: ("order",)}
_EQUAL: Final = {
    MECHANISMS: (("weights", "deviations_db"), ("orders", "conversion_loss_db")),
    RECEIVER: (("orders", "intercepts_dbuvm"),),
    **dict.fromkeys(MASKS, (("offsets_mhz", "levels_db"),)),
}


def require_parameters(rule: Rule) -> None:
    """Refuse a rule that lacks what the finder reads.

    Raises
    ------
    ParameterError
        Naming the first parameter that is missing or is not what it should be.
    """
    for name in _NUMBERS.get(rule.id, ()):
        number(rule, name)
    for name in _LISTS.get(rule.id, ()):
        numbers(rule, name)
    for name in _WORDS.get(rule.id, ()):
        words(rule, name)
    for one, other in _EQUAL.get(rule.id, ()):
        if len(numbers(rule, one)) != len(numbers(rule, other)):
            raise ParameterError(other, "grid")
    if rule.id == MECHANISMS:
        names = words(rule, "mechanisms")
        if len(names) != len(numbers(rule, "weights")):
            raise ParameterError("weights", "grid")
        absent = sorted(_MECHANISMS - set(names))
        if absent:
            raise ParameterError(f"mechanisms: {absent[0]}", "absent")
    if rule.id in MASKS:
        _require_mask(rule)


def _require_mask(rule: Rule) -> None:
    offsets = numbers(rule, "offsets_mhz")
    if not offsets or offsets[0] <= 0 or any(a >= b for a, b in pairwise(offsets)):
        raise ParameterError("offsets_mhz", "increasing")
    for name in ("reference_khz", "spurious_reference_khz"):
        if number(rule, name) <= 0:
            raise ParameterError(name, "range")
