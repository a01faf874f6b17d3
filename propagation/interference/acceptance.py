"""When a change to the plan is accepted without asking for agreement: GE84, Article 4.3.7.1.

The usable field with the station is at most 54 dB(uV/m), or it is at most 0.5 dB above the
reference, the usable field without it; otherwise agreement has to be sought. The treaty was read
in full (the article); it does not bind in Viet Nam.
"""

import math
from enum import StrEnum

__all__ = ["Acceptance", "acceptance", "acceptance_margin_db"]

_DECIMALS = 6
"""To these decimals levels are compared: a rise of 0.5 dB must not fail for a binary fraction."""


class Acceptance(StrEnum):
    """What the article says of one point; the states are tried in this order."""

    UNKNOWN = "unknown"
    NOT_AFFECTED = "not_affected"
    BELOW_REFERENCE_FIELD = "below_reference_field"
    RISE_ACCEPTED = "rise_accepted"
    AGREEMENT_REQUIRED = "agreement_required"


def acceptance(
    usable_with_dbuvm: float,
    usable_without_dbuvm: float,
    *,
    reference_field_dbuvm: float,
    largest_rise_db: float,
) -> Acceptance:
    """Return the state of one point.

    Parameters
    ----------
    usable_with_dbuvm, usable_without_dbuvm : float
        Usable field with and without the station; -inf where nobody disturbs, NaN where a field
        is not known.
    reference_field_dbuvm, largest_rise_db : float
        54 dB(uV/m) and 0.5 dB in the article; both limits themselves are accepted.

    Returns
    -------
    Acceptance
        *Unknown* where a field is not; *not affected* where the usable field stays what it is;
        *below the reference field* and *rise accepted* by the two halves of the rule; else
        *agreement required*. GE84, Article 4.3.7.1.
    """
    if math.isnan(usable_with_dbuvm) or math.isnan(usable_without_dbuvm):
        return Acceptance.UNKNOWN
    if usable_with_dbuvm == usable_without_dbuvm:
        return Acceptance.NOT_AFFECTED
    if round(usable_with_dbuvm - reference_field_dbuvm, _DECIMALS) <= 0:
        return Acceptance.BELOW_REFERENCE_FIELD
    if round(usable_with_dbuvm - usable_without_dbuvm - largest_rise_db, _DECIMALS) <= 0:
        return Acceptance.RISE_ACCEPTED
    return Acceptance.AGREEMENT_REQUIRED


def acceptance_margin_db(
    usable_with_dbuvm: float,
    usable_without_dbuvm: float,
    *,
    reference_field_dbuvm: float,
    largest_rise_db: float,
) -> float:
    """Return by how much the easier half of the rule is met; below 0, by how much it is not.

    Parameters are those of `acceptance`; NaN where a field is not known, +inf where nobody
    disturbs at all.
    """
    if math.isnan(usable_with_dbuvm) or math.isnan(usable_without_dbuvm):
        return math.nan
    if math.isinf(usable_with_dbuvm):
        return math.inf
    rise = usable_with_dbuvm - usable_without_dbuvm
    margin = max(reference_field_dbuvm - usable_with_dbuvm, largest_rise_db - rise)
    return round(margin, _DECIMALS)
