"""What owners announce, others sign up for, and owners answer: judged, then kept.

Who may act for which organisation is decided before; what others may see is decided in the SQL of
every read.
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point

from data.text import Phrase
from gis.errors import ConflictError, FormatError, NotFoundError
from gis.exchange.extent import extent_of
from gis.exchange.report import ImportKind
from gis.jurisdictions import Jurisdiction
from gis.register.reading import Reader
from gis.register.records import Provenance
from gis.register.rows import record_digest
from gis.register.scopes import SYSTEM, Scope
from gis.register.store import Register
from gis.register.works import (
    OPEN_STATES,
    PlannedWork,
    SignUp,
    SignUpState,
    WorkState,
    sign_up_id,
)
from gis.typed_source import typed_source
from propagation.compliance.records import Confidence

__all__ = [
    "MOST_VERTICES",
    "NEXT_STATES",
    "announce",
    "answer",
    "edit_work",
    "sign_up",
    "withdraw",
]

MOST_VERTICES = 2000
"""Of a line that is typed or sent."""

NEXT_STATES: Mapping[WorkState, tuple[WorkState, ...]] = {
    WorkState.ANNOUNCED: (WorkState.CLOSED, WorkState.UNDER_WAY, WorkState.WITHDRAWN),
    WorkState.CLOSED: (WorkState.ANNOUNCED, WorkState.UNDER_WAY, WorkState.WITHDRAWN),
    WorkState.UNDER_WAY: (WorkState.DONE, WorkState.WITHDRAWN),
    WorkState.DONE: (),
    WorkState.WITHDRAWN: (),
}
"""What may follow each state; a wrong step is taken back in the history."""

_LINKS = ("structure_id", "route_id")


def announce(
    register: Register,
    values: Mapping[str, Any],
    *,
    scope: Scope,
    on: date,
    jurisdiction: Jurisdiction,
    author: str,
    reason: str,
) -> PlannedWork:
    """Announce a work.

    Parameters
    ----------
    register : Register
        The register.
    values : mapping
        Fields of `PlannedWork` that were told.
    scope : Scope
        The caller, who may name a structure or line that it sees, and whose organisation is the
        source.
    on : date
        The day of the announcement.
    jurisdiction : Jurisdiction
        In whose province the work lies.
    author, reason : str
        For the history.

    Raises
    ------
    NotFoundError
        If the owner, or the structure or line, is not there or not seen.
    FormatError
        If it contradicts itself, lies in another province, or is said to be further than
        announced; `name` among its values is the field.
    """
    if values.get("state", WorkState.ANNOUNCED) is not WorkState.ANNOUNCED:
        raise FormatError(
            "works.announced_first", name="state", state=_state_word(values["state"])
        )
    with register.write(author=author, reason=reason) as writer:
        writer.organisation(values["owner_id"])
        made = PlannedWork(
            id=f"ct-{uuid.uuid4().hex[:16]}",
            announced_on=on,
            provenance=Provenance(
                confidence=Confidence.SECONDARY, source=typed_source(writer, scope)
            ),
            **values,
        )
        _refuse_links(writer, made, made, scope)
        _refuse_place(writer, made, jurisdiction)
        writer.add_works([made])
    return made


def edit_work(
    register: Register,
    work_id: str,
    values: Mapping[str, Any],
    *,
    seen: str,
    scope: Scope,
    jurisdiction: Jurisdiction,
    author: str,
    reason: str,
) -> PlannedWork:
    """Change some fields of a work, its state among them.

    Parameters
    ----------
    register : Register
        The register.
    work_id : str
        Which one.
    values : mapping
        New values by field.
    seen : str
        `record_digest` of the record that the caller saw.
    scope : Scope
        The caller; a link that it does not see stays as it is.
    jurisdiction : Jurisdiction
        In whose province it lies.
    author, reason : str
        For the history.

    Raises
    ------
    ConflictError
        If somebody changed it since, its state does not follow, or more was accepted than it
        offers now.
    FormatError, NotFoundError
        As `announce`.
    """
    with register.write(author=author, reason=reason) as writer:
        shown, old = writer.work(work_id, scope), writer.work(work_id, SYSTEM)
        if record_digest(old) != seen:
            raise ConflictError("errors.record_changed", id=work_id)
        kept = [name for name in _LINKS if values.get(name) == getattr(shown, name)]
        new = replace(old, **{name: told for name, told in values.items() if name not in kept})
        if new.state not in (old.state, *NEXT_STATES[old.state]):
            raise ConflictError(
                "works.state_order",
                name="state",
                old=_state_word(old.state),
                new=_state_word(new.state),
            )
        _refuse_links(writer, new, old, scope)
        if not new.geometry.equals_exact(old.geometry, 0.0):
            _refuse_place(writer, new, jurisdiction)
        writer.update_works([new], expected=[old])
    return new


def sign_up(
    register: Register,
    work_id: str,
    organisation_id: str,
    values: Mapping[str, Any],
    *,
    on: date,
    author: str,
    reason: str,
) -> SignUp:
    """Sign an organisation up for a work, or change what it wants; the owner answers anew.

    Raises
    ------
    NotFoundError
        If there is no such work or organisation.
    ConflictError
        If nobody may sign up any more.
    FormatError
        If it is the owner's own work, or nothing is asked for.
    """
    with register.write(author=author, reason=reason) as writer:
        work = writer.work(work_id, SYSTEM)
        if not work.open_on(on):
            raise ConflictError("works.not_open", state=_state_word(work.state))
        writer.organisation(organisation_id)
        made = SignUp(
            id=sign_up_id(work_id, organisation_id),
            work_id=work_id,
            organisation_id=organisation_id,
            asked_on=on,
            **values,
        )
        if _found(writer, work_id, organisation_id) is None:
            writer.add_sign_ups([made])
        else:
            writer.update_sign_ups([made])
    return made


def withdraw(
    register: Register, work_id: str, organisation_id: str, *, author: str, reason: str
) -> SignUp:
    """Take a sign-up back; what was accepted is free again.

    Raises
    ------
    NotFoundError
        If there is none.
    ConflictError
        If it was withdrawn before.
    """
    with register.write(author=author, reason=reason) as writer:
        old = _required(writer, work_id, organisation_id)
        if old.state is SignUpState.WITHDRAWN:
            raise ConflictError("works.sign_up_withdrawn")
        new = replace(old, state=SignUpState.WITHDRAWN)
        writer.update_sign_ups([new], expected=[old])
    return new


def answer(
    register: Register,
    work_id: str,
    organisation_id: str,
    *,
    accepted: bool,
    answer_reason: str | None,
    seen: str,
    on: date,
    author: str,
    reason: str,
) -> SignUp:
    """Accept or refuse a sign-up in the owner's name.

    Parameters
    ----------
    register : Register
        The register.
    work_id, organisation_id : str
        Of the sign-up.
    accepted : bool
        Whether it is accepted.
    answer_reason : str or None
        Why; a refusal needs it.
    seen : str
        `record_digest` of the sign-up that the owner saw.
    on : date
        The day of the answer.
    author, reason : str
        For the history.

    Raises
    ------
    NotFoundError
        If there is none.
    ConflictError
        If it was changed since or withdrawn, the work is done or withdrawn, or more would be
        accepted than is offered.
    FormatError
        If a refusal gives no reason.
    """
    with register.write(author=author, reason=reason) as writer:
        old = _required(writer, work_id, organisation_id)
        if record_digest(old) != seen:
            raise ConflictError("errors.record_changed", id=organisation_id)
        if old.state is SignUpState.WITHDRAWN:
            raise ConflictError("works.sign_up_withdrawn")
        work = writer.work(work_id, SYSTEM)
        if work.state not in OPEN_STATES:
            raise ConflictError("works.not_answered", state=_state_word(work.state))
        state = SignUpState.ACCEPTED if accepted else SignUpState.REFUSED
        new = replace(old, state=state, answered_on=on, answer_reason=answer_reason)
        writer.update_sign_ups([new], expected=[old])
    return new


def _state_word(state: WorkState) -> Phrase:
    return Phrase(f"register.work_state.{state.value}")


def _found(reader: Reader, work_id: str, organisation_id: str) -> SignUp | None:
    found = reader.sign_ups(SYSTEM, work_id=work_id, organisation_id=organisation_id)
    return found[0] if found else None


def _required(reader: Reader, work_id: str, organisation_id: str) -> SignUp:
    found = _found(reader, work_id, organisation_id)
    if found is None:
        raise NotFoundError("works.sign_up_unknown")
    return found


def _refuse_links(reader: Reader, new: PlannedWork, old: PlannedWork, scope: Scope) -> None:
    """Raise where a work names a structure or line that its announcer may not see."""
    fresh = new is old
    if new.structure_id is not None and (fresh or new.structure_id != old.structure_id):
        try:
            reader.structure(new.structure_id, scope)
        except NotFoundError as error:
            raise _named(error, "structure_id") from None
    if new.route_id is not None and (fresh or new.route_id != old.route_id):
        try:
            reader.route(new.route_id, scope)
        except NotFoundError as error:
            raise _named(error, "route_id") from None


def _named(error: NotFoundError, name: str) -> NotFoundError:
    return NotFoundError(error.key, **{**error.values, "name": name})


def _refuse_place(reader: Reader, work: PlannedWork, jurisdiction: Jurisdiction) -> None:
    """Raise where a work does not lie in the province."""
    shape: Point | LineString = work.geometry
    longitude, latitude = shapely.get_coordinates(shape).T
    extent = extent_of(reader, ImportKind.WORKS, jurisdiction)
    inside = extent.holds(longitude, latitude)
    if not inside.all():
        first = int(np.argmin(inside))
        raise FormatError(
            "works.outside_province",
            name="place",
            longitude=float(longitude[first]),
            latitude=float(latitude[first]),
            province=extent.name or jurisdiction.name(),
        )
