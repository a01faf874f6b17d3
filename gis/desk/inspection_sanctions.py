"""What an act that a visit showed may cost, by the decree of the day on which it was seen.

A guide to where the law stands, and no decision: amounts are an organisation's, and an act that
was seen goes on until somebody says that it ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gis.desk.checklists import Found, Shown, Tally
from gis.sanctions import SanctionBook
from propagation.compliance.sanctions import Sanction

__all__ = ["Guide", "guides"]

_POWER: Final = "power"
"""The item of a checklist whose value is the power of the transmitter, W."""


@dataclass(frozen=True, slots=True)
class Guide:
    """An item that was shown not to be met, and what the decree says of the act.

    Attributes
    ----------
    found : Found
        The item.
    sanction : Sanction
        What the act may cost an organisation.
    """

    found: Found
    sanction: Sanction


def guides(found: Tally, licensed_w: Mapping[str, float], book: SanctionBook) -> list[Guide]:
    """Return what the acts may cost that visits showed by a record or beyond uncertainty.

    Parameters
    ----------
    found : Tally
        What the visits found.
    licensed_w : mapping of object id to float
        Licensed power of stations, W; it stands where a visit measured none.
    book : SanctionBook
        The rules of sanctions. An act that they do not name is left out.

    Raises
    ------
    FormatError
        If somebody spoilt a rule file.
    """
    measured = {
        one.object_id: float(one.answer["value"])
        for one in found.found
        if one.item.id == _POWER and "value" in one.answer
    }
    powers = {name: power for name, power in {**licensed_w, **measured}.items() if power > 0.0}
    return [
        Guide(
            one,
            book.judge(
                one.answer["behaviour_id"],
                one.seen_on,
                organisation=True,
                power_w=powers.get(one.object_id),
            ),
        )
        for one in found.of(Shown.PROVEN)
        if one.answer.get("behaviour_id") in book.behaviours
    ]
