"""What may be announced and asked for: no contradiction, and no more than is offered."""

from collections.abc import Iterable, Iterator, Sequence

from gis.errors import ConflictError, FormatError
from gis.register.scopes import SYSTEM
from gis.register.works import PlannedWork, SignUp, SignUpState, WorkState
from gis.register.works_reader import WorksReader

__all__ = [
    "accepted_more",
    "contradictions",
    "refuse_sign_up",
    "refuse_work",
    "sign_ups_of_works",
]

_OFFERED = ("places", "ducts")


def refuse_work(register: WorksReader, work: PlannedWork) -> None:
    """Raise where an announcement contradicts itself, or the sign-ups that were accepted.

    Raises
    ------
    FormatError
        The first of its `contradictions`.
    ConflictError
        If more was accepted than it offers.
    """
    sign_ups = register.sign_ups(SYSTEM, work_id=work.id)
    for error in contradictions(work, sign_ups):
        raise error
    _refuse_more(work, sign_ups)


def contradictions(work: PlannedWork, sign_ups: Iterable[SignUp]) -> Iterator[FormatError]:
    """Yield where an announcement contradicts itself or who signed up for it.

    It ends before it begins, is withdrawn without a reason, its sign-ups close after the works
    begin, or its owner has a sign-up for it that is not withdrawn; `name` among the values is the
    field.
    """
    begins, ends, until = work.begins_on, work.ends_on, work.sign_up_until
    if ends is not None and ends < begins:
        yield FormatError("works.ends_before", name="ends_on", start=begins, end=ends)
    if until is not None and until > begins:
        yield FormatError("works.closes_late", name="sign_up_until", until=until, start=begins)
    if work.state is WorkState.WITHDRAWN and not work.state_reason:
        yield FormatError("works.reason_needed", name="state_reason")
    standing = (one for one in sign_ups if one.state is not SignUpState.WITHDRAWN)
    if any(one.organisation_id == work.owner_id for one in standing):
        yield FormatError("works.owner_signed_up", name="owner_id")


def refuse_sign_up(register: WorksReader, sign_up: SignUp) -> None:
    """Raise where a sign-up cannot stand beside its work and those that were accepted.

    Raises
    ------
    FormatError
        If it is the owner's own, asks for nothing, or is refused without a reason.
    ConflictError
        If more would be accepted than the work offers.
    """
    work = register.work(sign_up.work_id, SYSTEM)
    if sign_up.organisation_id == work.owner_id:
        raise FormatError("works.own_work", name="organisation_id")
    wants = (sign_up.places, sign_up.ducts, sign_up.height_above_ground_m, sign_up.note)
    if not any(wants):
        raise FormatError("works.asks_nothing", name="note")
    if sign_up.state is SignUpState.REFUSED and not sign_up.answer_reason:
        raise FormatError("works.reason_needed", name="answer_reason")
    others = register.sign_ups(SYSTEM, work_id=work.id)
    _refuse_more(work, [sign_up, *(one for one in others if one.id != sign_up.id)])


def sign_ups_of_works(register: WorksReader) -> dict[str, list[SignUp]]:
    """Return the sign-ups of each work that has any, by the id of the work."""
    found: dict[str, list[SignUp]] = {}
    for one in register.sign_ups(SYSTEM):
        found.setdefault(one.work_id, []).append(one)
    return found


def accepted_more(work: PlannedWork, sign_ups: Iterable[SignUp]) -> tuple[str, int, int] | None:
    """Return what was accepted beyond what a work states, None where nothing was.

    A sign-up that names no number of anything that the work offers counts as one of each.

    Returns
    -------
    tuple or None
        The field, how many the work offers, and how many were accepted.
    """
    stated = {name: getattr(work, name) for name in _OFFERED if getattr(work, name) is not None}
    accepted = [one for one in sign_ups if one.state is SignUpState.ACCEPTED]
    wanted = [_wanted(one, stated) for one in accepted]
    for name, offered in stated.items():
        taken = sum(one[name] for one in wanted)
        if taken > offered:
            return name, offered, taken
    return None


def _wanted(sign_up: SignUp, stated: dict[str, int]) -> dict[str, int]:
    """Return how many of what a work states a sign-up takes."""
    named = {name: getattr(sign_up, name) or 0 for name in stated}
    if any(named.values()):
        return named
    offers_none = not any(stated.values())
    return {name: int(offers_none or offered > 0) for name, offered in stated.items()}


def _refuse_more(work: PlannedWork, sign_ups: Sequence[SignUp]) -> None:
    more = accepted_more(work, sign_ups)
    if more is not None:
        name, offered, taken = more
        raise ConflictError(f"works.too_many_{name}", name=name, offered=offered, taken=taken)
