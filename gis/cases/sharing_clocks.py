"""The clocks of a sharing request, and what its events do to them."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from gis.cases.clocks import ClockBook, Extension
from gis.cases.records import EventKind, Party
from gis.terms import ANSWER, APPROVAL, COMPLETENESS, DECISION, MEDIATION, SUPPLEMENT

__all__ = ["BOOK", "OPENS", "ClockName"]


class ClockName(StrEnum):
    """What a clock waits for."""

    COMPLETENESS = "completeness"
    SUPPLEMENT = "supplement"
    ANSWER = "answer"
    APPROVAL = "approval"
    MEDIATION = "mediation"
    DECISION = "decision"


_RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ClockName.COMPLETENESS: COMPLETENESS,
        ClockName.SUPPLEMENT: SUPPLEMENT,
        ClockName.ANSWER: ANSWER,
        ClockName.APPROVAL: APPROVAL,
        ClockName.MEDIATION: MEDIATION,
        ClockName.DECISION: DECISION,
    }
)
_PARTIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ClockName.COMPLETENESS: Party.OWNER,
        ClockName.SUPPLEMENT: Party.REQUESTER,
        ClockName.ANSWER: Party.OWNER,
        ClockName.APPROVAL: Party.DEPARTMENT,
        ClockName.MEDIATION: Party.DEPARTMENT,
    }
)
"""Who is waited for; a decision is nobody's step here: who decides depends on the parties."""

_ASKED: Final = (ClockName.COMPLETENESS, ClockName.ANSWER)
_ALL: Final = tuple(ClockName)

OPENS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        EventKind.SUBMITTED: _ASKED,
        EventKind.SUPPLEMENTED: _ASKED,
        EventKind.FOUND_COMPLETE: (ClockName.ANSWER,),
        EventKind.SURVEY_ORDERED: (ClockName.ANSWER,),
        EventKind.RETURNED: (ClockName.SUPPLEMENT,),
        EventKind.ACCEPTED: (ClockName.APPROVAL,),
        EventKind.COUNTER_ACCEPTED: (ClockName.APPROVAL,),
        EventKind.NEGOTIATION_AGREED: (ClockName.APPROVAL,),
        EventKind.MEDIATION_AGREED: (ClockName.APPROVAL,),
        EventKind.ESCALATED: (ClockName.MEDIATION,),
        EventKind.MEDIATION_FAILED: (ClockName.DECISION,),
    }
)
"""Clocks that an event begins, where they do not run already."""

_CLOSES: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        EventKind.FOUND_COMPLETE: (ClockName.COMPLETENESS,),
        EventKind.RETURNED: _ASKED,
        EventKind.SUPPLEMENTED: (ClockName.SUPPLEMENT,),
        EventKind.SURVEY_ORDERED: (ClockName.COMPLETENESS,),
        EventKind.ACCEPTED: _ASKED,
        EventKind.REFUSED: _ASKED,
        EventKind.COUNTERED: _ASKED,
        EventKind.CO_USE_APPROVED: (ClockName.APPROVAL,),
        EventKind.NEGOTIATION_OPENED: (ClockName.APPROVAL,),
        EventKind.ESCALATED: (*_ASKED, ClockName.APPROVAL),
        EventKind.MEDIATION_AGREED: (ClockName.MEDIATION,),
        EventKind.MEDIATION_FAILED: (ClockName.MEDIATION,),
        EventKind.DECIDED: (ClockName.DECISION,),
        EventKind.WITHDRAWN: _ALL,
        EventKind.CLOSED: _ALL,
    }
)
"""Clocks that an event ends."""

BOOK: Final = ClockBook(
    rules=_RULES,
    parties=_PARTIES,
    opens=OPENS,
    closes=_CLOSES,
    extends={
        EventKind.SURVEY_ORDERED: Extension(
            clock=ClockName.ANSWER, parameter="survey_term", from_end=False
        ),
        EventKind.DELAYED: Extension(
            clock=ClockName.ANSWER, parameter="delay_term", from_end=True
        ),
    },
    later={ClockName.ANSWER: (EventKind.FOUND_COMPLETE, EventKind.SURVEY_ORDERED)},
)
"""A survey lengthens the answer's term from its beginning, force majeure from its end."""
