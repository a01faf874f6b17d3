"""Who has to give way: the rank of stations in the plan, where one disturbs another."""

from enum import StrEnum

from propagation.compliance.facts import StationFacts
from propagation.compliance.parameters import words
from propagation.compliance.records import Rule

__all__ = ["Standing", "standing"]


class Standing(StrEnum):
    """What the ranks of two stations say where one disturbs the other."""

    ALIKE = "alike"
    SECONDARY = "secondary"
    FROM_BELOW = "from_below"


def standing(wanted: StationFacts, unwanted: StationFacts, rule: Rule | None) -> Standing:
    """Return what rank says of a station that another one disturbs.

    Parameters
    ----------
    wanted, unwanted : StationFacts
        The one disturbed, and the one that disturbs.
    rule : Rule or None
        `fm.hierarchy`: the order of ranks, and the classes that are secondary to every higher one.
        None where no such rule is in force.

    Returns
    -------
    Standing
        `secondary` where the one disturbed has no claim against a higher one, `from_below` where
        the one that disturbs ranks lower.
    """
    if rule is None:
        return Standing.ALIKE
    order = words(rule, "rank_order")
    if wanted.station_class not in order or unwanted.station_class not in order:
        return Standing.ALIKE
    below = order.index(wanted.station_class) - order.index(unwanted.station_class)
    if below > 0 and wanted.station_class in words(rule, "secondary_classes"):
        return Standing.SECONDARY
    return Standing.FROM_BELOW if below < 0 else Standing.ALIKE
