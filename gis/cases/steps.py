"""The steps of a sharing request: from which states, by whom, to which state, saying what.

The ladder (negotiation, mediation, decision) is that of Bắc Ninh, Quyết định 72/2025/QĐ-UBND,
Điều 16 and 19.4, a model and not law elsewhere; that sharing is by contract and that an authority
decides where parties do not agree is Luật Viễn thông 24/2023/QH15, Điều 47.2 and 47.3. The price
is negotiated (hiệp thương giá) between the parties or before the department, which the ministry's
Thông tư 07/2024/TT-BTTTT gives a part in it; so either records it. What one party records of an
agreement of both (the price, the contract) waits until the other confirms it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gis.cases.procedure import Field, FieldKind, Step
from gis.cases.records import EventKind, Party, State

__all__ = ["FINAL", "LICENCES", "NO_SHARE", "OUTCOMES", "STEPS"]

LICENCES: Final = ("unknown", "local", "wider")
"""The scope of an operator's licence: within the province, beyond it, or not known."""

NO_SHARE: Final = "no_share"
OUTCOMES: Final = ("share", NO_SHARE, "other")
"""What a decision says."""

FINAL: Final = frozenset({State.WITHDRAWN, State.CLOSED})
"""States that nothing leads out of."""


_REQUESTER: Final = frozenset({Party.REQUESTER})
_OWNER: Final = frozenset({Party.OWNER})
_DEPARTMENT: Final = frozenset({Party.DEPARTMENT})
_PARTIES: Final = _REQUESTER | _OWNER

_UNANSWERED: Final = frozenset({State.SUBMITTED, State.COMPLETE, State.SURVEYING})
_UNAGREED: Final = frozenset({State.COUNTERED, State.NEGOTIATING, State.DISAGREED, State.REFUSED})
_OPEN: Final = _UNANSWERED | _UNAGREED | {State.RETURNED, State.ACCEPTED}
_IN_DISPUTE: Final = frozenset({State.DISPUTED, State.MEDIATING, State.UNRESOLVED})
_SHARED: Final = frozenset({State.ACCEPTED, State.AGREED, State.DECIDED})

_NOTE: Final = Field("note")
_REASON: Final = Field("reason", required=True)
_ASKED: Final = Field("asked_rent_vnd_per_month", FieldKind.NUMBER)
_OFFERED: Final = Field("offered_rent_vnd_per_month", FieldKind.NUMBER)
_PUBLISHED: Final = Field("published_rent_vnd_per_month", FieldKind.NUMBER)
_AGREED: Final = Field("agreed_rent_vnd_per_month", FieldKind.NUMBER)

STEPS: Final[Mapping[EventKind, Step[State, Party]]] = MappingProxyType(
    {
        EventKind.DRAFTED: Step(frozenset(), State.DRAFT, _REQUESTER),
        EventKind.SUBMITTED: Step(frozenset({State.DRAFT}), State.SUBMITTED, _REQUESTER, (_NOTE,)),
        EventKind.FOUND_COMPLETE: Step(
            frozenset({State.SUBMITTED}), State.COMPLETE, _OWNER | _DEPARTMENT, (_NOTE,)
        ),
        EventKind.RETURNED: Step(
            frozenset({State.SUBMITTED}), State.RETURNED, _OWNER | _DEPARTMENT, (_REASON,)
        ),
        EventKind.SUPPLEMENTED: Step(
            frozenset({State.RETURNED}), State.SUBMITTED, _REQUESTER, (_REASON,)
        ),
        EventKind.SURVEY_ORDERED: Step(
            frozenset({State.SUBMITTED, State.COMPLETE}), State.SURVEYING, _OWNER, (_REASON,)
        ),
        EventKind.DELAYED: Step(_UNANSWERED, None, _OWNER, (_REASON,)),
        EventKind.ACCEPTED: Step(_UNANSWERED, State.ACCEPTED, _OWNER, (_NOTE, _ASKED)),
        EventKind.REFUSED: Step(
            _UNANSWERED,
            State.REFUSED,
            _OWNER,
            (Field("grounds", FieldKind.GROUNDS, required=True), _REASON),
        ),
        EventKind.COUNTERED: Step(
            _UNANSWERED | {State.REFUSED, State.DISAGREED},
            State.COUNTERED,
            _OWNER,
            (Field("proposal", required=True), _ASKED),
        ),
        EventKind.COUNTER_ACCEPTED: Step(
            frozenset({State.COUNTERED}), State.ACCEPTED, _REQUESTER, (_NOTE,)
        ),
        EventKind.NEGOTIATION_OPENED: Step(
            frozenset({State.COUNTERED, State.ACCEPTED, State.DISAGREED}),
            State.NEGOTIATING,
            _PARTIES | _DEPARTMENT,
            (_ASKED, _OFFERED, _PUBLISHED, _NOTE),
        ),
        EventKind.NEGOTIATION_AGREED: Step(
            frozenset({State.NEGOTIATING}),
            State.ACCEPTED,
            _PARTIES | _DEPARTMENT,
            (Field("agreed_rent_vnd_per_month", FieldKind.NUMBER, required=True), _NOTE),
            mutual=True,
        ),
        EventKind.NEGOTIATION_FAILED: Step(
            frozenset({State.NEGOTIATING}),
            State.DISAGREED,
            _PARTIES | _DEPARTMENT,
            (_REASON,),
        ),
        EventKind.CO_USE_APPROVED: Step(
            _SHARED | {State.CONTRACTED},
            None,
            _DEPARTMENT,
            (Field("instrument", required=True), _NOTE),
        ),
        EventKind.CONTRACT_CONCLUDED: Step(
            _SHARED,
            State.CONTRACTED,
            _PARTIES,
            (
                Field("number", required=True),
                Field("signed_on", FieldKind.DAY, required=True),
                Field("contract_from", FieldKind.DAY, required=True),
                Field("contract_to", FieldKind.DAY),
                _AGREED,
                _NOTE,
            ),
            mutual=True,
        ),
        EventKind.CONFIRMED: Step(_SHARED | {State.NEGOTIATING}, None, _PARTIES, (_NOTE,)),
        EventKind.WITHDRAWN: Step(
            _OPEN | _IN_DISPUTE | {State.DRAFT, State.AGREED},
            State.WITHDRAWN,
            _REQUESTER,
            (_NOTE,),
        ),
        EventKind.ESCALATED: Step(
            _UNANSWERED | _UNAGREED | {State.ACCEPTED}, State.DISPUTED, _PARTIES, (_REASON,)
        ),
        EventKind.LICENCES_STATED: Step(
            _IN_DISPUTE,
            None,
            _DEPARTMENT,
            (
                Field("requester_licence", FieldKind.CHOICE, required=True, choices=LICENCES),
                Field("owner_licence", FieldKind.CHOICE, required=True, choices=LICENCES),
                _NOTE,
            ),
        ),
        EventKind.MEDIATION_OPENED: Step(
            frozenset({State.DISPUTED}), State.MEDIATING, _DEPARTMENT, (_NOTE,)
        ),
        EventKind.MEDIATION_AGREED: Step(
            frozenset({State.MEDIATING}),
            State.AGREED,
            _DEPARTMENT,
            (Field("result", required=True), _AGREED),
        ),
        EventKind.MEDIATION_FAILED: Step(
            frozenset({State.MEDIATING}), State.UNRESOLVED, _DEPARTMENT, (_REASON,)
        ),
        EventKind.DECIDED: Step(
            frozenset({State.UNRESOLVED}),
            State.DECIDED,
            _DEPARTMENT,
            (
                Field("authority", FieldKind.AUTHORITY, required=True),
                Field("instrument", required=True),
                Field("decided_on", FieldKind.DAY, required=True),
                Field("outcome", FieldKind.CHOICE, required=True, choices=OUTCOMES),
                Field("result", required=True),
            ),
        ),
        EventKind.CLOSED: Step(
            frozenset({State.CONTRACTED, State.REFUSED, State.DECIDED, State.AGREED}),
            State.CLOSED,
            _DEPARTMENT,
            (_NOTE,),
        ),
    }
)
"""Every event that a request knows."""
