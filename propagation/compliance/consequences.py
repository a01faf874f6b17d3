"""What the law attaches to a power above the licence: information for whoever reads a finding.

It is no finding and fines nobody: the competent authority does, after an inspection.
"""

import math
from dataclasses import dataclass

from propagation.compliance.parameters import steps
from propagation.compliance.records import Rule
from propagation.errors import require_range

__all__ = ["FineRange", "over_power_fine"]


@dataclass(frozen=True, slots=True)
class FineRange:
    """A step of the ladder of fines, for organisations.

    Attributes
    ----------
    rule : Rule
        The provision, with its clause and its note.
    power_above_w, power_up_to_w : float
        Powers that the step covers; the last step ends at infinity.
    fine_min_vnd, fine_max_vnd : int
        Range of the fine in đồng.
    """

    rule: Rule
    power_above_w: float
    power_up_to_w: float
    fine_min_vnd: int
    fine_max_vnd: int


def over_power_fine(power_w: float, rule: Rule) -> FineRange:
    """Return the range of fines for emitting with a power above the licence.

    Parameters
    ----------
    power_w : float
        Transmitter power found, above 0.
    rule : Rule
        `sanction.over_power`, in force on the day of the act.

    Raises
    ------
    OutOfRangeError
        If the power is not above 0, or above it but below the first step.
    PropagationError
        If the rule holds no usable ladder.
    """
    ladder = steps(rule, "ladder")
    lowest = ladder[0]["power_above_w"]
    require_range("power_w", power_w, lowest, math.inf, rule.clause, inclusive=False)
    index = max(i for i, step in enumerate(ladder) if step["power_above_w"] < power_w)
    step = ladder[index]
    upper = ladder[index + 1]["power_above_w"] if index + 1 < len(ladder) else math.inf
    return FineRange(
        rule=rule,
        power_above_w=step["power_above_w"],
        power_up_to_w=upper,
        fine_min_vnd=int(step["fine_min_vnd"]),
        fine_max_vnd=int(step["fine_max_vnd"]),
    )
