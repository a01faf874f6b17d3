"""What waits for somebody who is signed in: clocks, answers, files; the most urgent first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypedDict

from starlette.requests import Request

from api import uploads
from api.case_steps import cases_of
from api.case_view import CaseView, viewer
from api.desk_view import DeskView, desk_of, desk_teller
from api.identity import Identity, identity_of
from api.quality_view import kept_quality
from api.service import service_of
from data.text import Language, text
from gis.cases.clocks import Clock
from gis.cases.records import EventKind, Party, State
from gis.cases.working_days import local_day
from gis.register.works import OPEN_STATES, PlannedWork, SignUp, SignUpState

__all__ = ["Desk", "Inbox", "Waiting", "inbox_of"]

_MOST_CASES: Final = 2000
_SHOWN: Final = 12
_RETURNED: Final = "returned"
_ANSWERS: Final = frozenset(
    {
        EventKind.ACCEPTED,
        EventKind.REFUSED,
        EventKind.COUNTERED,
        EventKind.CO_USE_APPROVED,
        EventKind.DECIDED,
    }
)
"""What the others say to a request that its party wants to know of."""
_ANSWER_IS_NEWS: Final = timedelta(days=30)
"""How long an answer stands on the first page, where its party takes no step after it."""


class _Term(TypedDict):
    """When something has to be done, as `Waiting` tells it."""

    due: date | None
    overdue: bool
    reference: bool
    passed: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for the caller.

    Attributes
    ----------
    kind : str
        What it is, as a key of the catalogue `inbox`.
    name : str
        What it is called.
    waits : str
        What has to be done.
    href : str
        Where that is done.
    due : date or None
        The last day; None where no term is known.
    overdue : bool
        Whether it has passed, where that breaks a rule.
    reference : bool
        Whether the last day is a reference that binds nobody.
    passed : bool
        Whether such a day has passed.
    since : datetime or None
        When an answer came that is only to be read; nothing has to be done then.
    """

    kind: str
    name: str
    waits: str
    href: str
    due: date | None = None
    overdue: bool = False
    reference: bool = False
    passed: bool = False
    since: datetime | None = None

    @property
    def turn(self) -> tuple[bool, date, str]:
        """What the rows are sorted by: an answer stands at the day on which it came."""
        on = self.due if self.since is None else local_day(self.since)
        return on is None, on or date.max, self.name


@dataclass(frozen=True, slots=True)
class Desk:
    """A page of the caller's work, with how much is there.

    Attributes
    ----------
    name : str
        What it is, as a key of the catalogue `inbox`.
    count : int
        How much is there.
    href : str
        Its page.
    open : int
        How much of that is not in order: overdue, missing, not answered.
    """

    name: str
    count: int
    href: str
    open: int = 0


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for the caller, and the pages of its work.

    Attributes
    ----------
    rows : sequence of Waiting
        The most urgent first.
    further : int
        How many more there are.
    desks : sequence of Desk
        The pages.
    """

    rows: Sequence[Waiting]
    further: int
    desks: Sequence[Desk]

    @property
    def overdue(self) -> int:
        """How many of the rows are late."""
        return sum(1 for one in self.rows if one.overdue)


def inbox_of(request: Request, language: Language) -> Inbox | None:
    """Return what waits for a caller; None where nothing ever does.

    Parameters
    ----------
    request : Request
        Of somebody of the department or of an organisation; of nobody else anything waits.
    language : Language
        Language of the sentences.
    """
    identity = identity_of(request)
    if not identity.is_staff and identity.scope.own is None:
        return None
    desk = [view for view in _desk(request, language) if not view.standing.final]
    sharing = [view for view in _sharing(request, language) if not view.standing.final]
    works, asked = _works(request, identity)
    files = _files(request, identity)
    rows = [
        *(_desk_row(view) for view in desk if identity.is_staff or _is_asked(view)),
        *(row for view in sharing if (row := _sharing_row(view) or _answer_row(view)) is not None),
        *_asked_rows(asked, works, language),
    ]
    rows += [_file_row(one, language) for one in files] if identity.is_staff else []
    rows.sort(key=lambda one: one.turn)
    own = [] if identity.is_staff else _own(request, identity)
    desks = [
        *own,
        Desk("cases", len(desk), "/view/desk", _late(desk)),
        Desk(
            "sharing",
            len(sharing),
            "/view/sharing",
            _late(sharing),
        ),
        Desk("works", len(works), _works_address(identity), len(asked)),
        Desk("files", len(files), "/view/imports"),
    ]
    return Inbox(rows[:_SHOWN], max(0, len(rows) - _SHOWN), desks)


def _desk(request: Request, language: Language) -> Iterator[DeskView]:
    told = desk_teller(request, language)
    scope = identity_of(request).scope
    return (told.view(*one) for one in desk_of(request).cases(scope, limit=_MOST_CASES))


def _sharing(request: Request, language: Language) -> Iterator[CaseView]:
    service, identity = service_of(request), identity_of(request)
    cases = cases_of(service)
    told = viewer(service, cases, identity, language)
    return (told.case(*one) for one in cases.requests(identity.scope, limit=_MOST_CASES))


def _nearest(clocks: Sequence[Clock]) -> Clock | None:
    """Return the running clock that ends first; those without an end last."""
    running = [one for one in clocks if one.running]
    return min(running, key=lambda one: (one.due is None, one.due and one.due.at), default=None)


def _term(clock: Clock | None, overdue: Sequence[Clock]) -> _Term:
    """Return the last day of what waits, whether it binds, and whether it has passed."""
    if clock is None or clock.due is None:
        return {"due": None, "overdue": False, "reference": False, "passed": False}
    late, binding = clock in overdue, clock.binding
    return {
        "due": clock.due.on,
        "overdue": late and binding,
        "reference": not binding,
        "passed": late and not binding,
    }


def _late(views: Sequence[DeskView] | Sequence[CaseView]) -> int:
    """Return how many cases have a term that binds and has passed."""
    return sum(any(clock.binding for clock in one.standing.overdue) for one in views)


def _is_asked(view: DeskView) -> bool:
    """Return whether something is missing that the organisation gives."""
    return bool(view.standing.missing) or view.standing.state == _RETURNED


def _desk_row(view: DeskView) -> Waiting:
    clock = _nearest(view.standing.clocks) if view.told.identity.is_staff else None
    waits = view.said(f"state.{view.standing.state}")
    if clock is not None:
        waits = view.said(f"clock.{clock.name}")
    elif not view.told.identity.is_staff:
        waits = text("inbox.supplement", view.told.language)
    return Waiting(
        kind="case",
        name=view.said("case_title", number=view.case.label),
        waits=waits,
        href=f"/view/desk/{view.case.kind}/{view.case.id}",
        **_term(clock, view.standing.overdue),
    )


def _sharing_row(view: CaseView) -> Waiting | None:
    """Return a request that waits for the caller, else None."""
    party, standing = view.party, view.standing
    whose = (None, party) if view.told.identity.is_staff else (party,)
    mine = [one for one in standing.clocks if one.party in whose and one.running]
    clock = _nearest(mine)
    stated = standing.stated
    language = view.told.language
    if clock is not None:
        waits = view.told.said(f"clock.{clock.name}")
    elif stated is not None and party not in (None, Party.DEPARTMENT, stated.party):
        waits = text("inbox.confirm", language)
    elif standing.state is State.DRAFT and party is Party.REQUESTER:
        waits = text("inbox.submit", language)
    else:
        return None
    return Waiting(
        kind="request",
        name=_asked(view),
        waits=waits,
        href=f"/view/sharing/{view.request.id}",
        **_term(clock, standing.overdue),
    )


def _answer_row(view: CaseView) -> Waiting | None:
    """Return the answer that a party's request got and that it took no step after, else None."""
    party = view.party
    if party in (None, Party.DEPARTMENT):
        return None
    told = (one for one in reversed(view.events) if one.kind in _ANSWERS or one.party is party)
    last = next(told, None)
    if last is None or last.party is party or view.told.at - last.at > _ANSWER_IS_NEWS:
        return None
    return Waiting(
        kind="answer",
        name=_asked(view),
        waits=text(
            "inbox.answered",
            view.told.language,
            said=view.told.said(f"happened.{last.kind}"),
            who=view.organisation_of(last) or "–",
        ),
        href=f"/view/sharing/{view.request.id}",
        since=last.at,
    )


def _asked(view: CaseView) -> str:
    """Return who asks whom, and for what: two may have several requests at once."""
    names = view.told.names
    both = (view.request.requester_id, view.request.owner_id)
    return f"{' → '.join(names.get(one, one) for one in both)} ({view.request.technology})"


def _works_address(identity: Identity) -> str:
    own = identity.scope.own
    return "/view/works" if identity.is_staff or own is None else f"/view/works?owner_id={own}"


def _works(request: Request, identity: Identity) -> tuple[list[PlannedWork], list[SignUp]]:
    """Return open works, of an operator its own, and sign-ups that wait for the operator."""
    owner = None if identity.is_staff else identity.scope.own
    with service_of(request).register.snapshot() as register:
        works = register.works(identity.scope, owner_id=owner, states=OPEN_STATES)
        sign_ups = [] if identity.is_staff else register.sign_ups(identity.scope)
    own = {one.id for one in works}
    waiting = [one for one in sign_ups if one.work_id in own and one.state is SignUpState.ASKED]
    return works, waiting


def _asked_rows(
    asked: Sequence[SignUp], works: Sequence[PlannedWork], language: Language
) -> Iterator[Waiting]:
    names = {one.id: one.name for one in works}
    for one in asked:
        yield Waiting(
            kind="sign_up",
            name=names[one.work_id],
            waits=text("inbox.answer", language),
            href=f"/view/works/{one.work_id}#sign-ups",
        )


def _files(request: Request, identity: Identity) -> list[uploads.Upload]:
    """Return the files that were sent and not brought in yet."""
    sent = uploads.uploads(service_of(request).home)
    return [one for one in sent if one.batch_id is None and uploads.may_see(identity, one)]


def _file_row(one: uploads.Upload, language: Language) -> Waiting:
    waits = text("inbox.bring_in", language)
    return Waiting(kind="file", name=one.file_name, waits=waits, href=f"/view/imports/{one.id}")


def _own(request: Request, identity: Identity) -> list[Desk]:
    """Return an operator's structures, and the defects of its records."""
    service = service_of(request)
    owner = identity.scope.own
    found = kept_quality(service, owner)
    structures = sum(one.structures for one in found)
    defects = sum(len(one.defects) for one in found)
    return [
        Desk("structures", structures, f"/view/structures?owner_id={owner}"),
        Desk("defects", defects, "/view/quality"),
    ]
