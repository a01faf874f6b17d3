"""What may be announced and asked for: no contradiction, and no more than is offered."""

from collections.abc import Sequence

from gis.errors import ConflictError, FormatError
from gis.register.scopes import SYSTEM
from gis.register.works import PlannedWork, SignUp, SignUpState, WorkState
from gis.register.works_reader import WorksReader

__all__ = ["accepted_of", "refuse_sign_up", "refuse_work"]

_OFFERED = ("places", "ducts")


def refuse_work(register: WorksReader, work: PlannedWork) -> None:
    """Raise where an announcement contradicts itself, or the sign-ups that were accepted.

    Raises
    ------
    FormatError
        If it ends before it begins, is withdrawn without a reason, or its sign-ups close after
        the works begin; `name` among the values is the field.
    ConflictError
        If more was accepted than it offers.
    """
    begins, ends, until = work.begins_on, work.ends_on, work.sign_up_until
    if ends is not None and ends < begins:
        raise FormatError("works.ends_before", name="ends_on", start=begins, end=ends)
    if until is not None and until > begins:
        raise FormatError("works.closes_late", name="sign_up_until", until=until, start=begins)
    if work.state is WorkState.WITHDRAWN and not work.state_reason:
        raise FormatError("works.reason_needed", name="state_reason")
    _refuse_more(work, register.sign_ups(SYSTEM, work_id=work.id))


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


def accepted_of(register: WorksReader) -> dict[str, dict[str, int]]:
    """Return how many places and ducts of each work were accepted, by the id of the work."""
    found: dict[str, dict[str, int]] = {}
    for one in register.sign_ups(SYSTEM):
        if one.state is SignUpState.ACCEPTED:
            taken = found.setdefault(one.work_id, dict.fromkeys(_OFFERED, 0))
            for name in _OFFERED:
                taken[name] += getattr(one, name) or 0
    return found


def _refuse_more(work: PlannedWork, sign_ups: Sequence[SignUp]) -> None:
    accepted = [one for one in sign_ups if one.state is SignUpState.ACCEPTED]
    for name in _OFFERED:
        offered = getattr(work, name)
        taken = sum(getattr(one, name) or 0 for one in accepted)
        if offered is not None and taken > offered:
            raise ConflictError(f"works.too_many_{name}", name=name, offered=offered, taken=taken)
