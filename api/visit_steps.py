"""Visits of inspections: taken from telephones and typed on the page, each once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from api.desk_view import desk_of
from api.identity import identity_of
from data.text import Language
from gis.desk.checklists import checklist, checklists
from gis.desk.files import SentFile, read_file
from gis.desk.inspection import INSPECTION_PROCEDURE
from gis.desk.inspection_rules import INSPECTION
from gis.desk.records import FILED
from gis.desk.screening import refuse_personal
from gis.desk.visits import MOST_VISIT_BYTES, Visit, read_visit
from gis.errors import ConflictError, FormatError, GisError

__all__ = [
    "Clash",
    "keep_visit",
    "record_visit",
    "require_own",
    "sent_visit",
    "titled",
    "typed_checklist",
]

_ANSWER = ("value", "unit", "uncertainty", "shown", "note", "behaviour_id")


@dataclass(frozen=True, slots=True)
class Clash:
    """A telephone's form that was not recorded, whole.

    Attributes
    ----------
    content : str
        The file.
    since : int
        How many events the case had when it was made; 0 where that does not matter.
    done : str
        Key of what was done with it after all; empty where nothing was.
    """

    content: str = ""
    since: int = 0
    done: str = field(default="")


def sent_visit(form: FormData) -> bytes:
    """Return a telephone's file: sent, or shown on the page that refused it.

    Raises
    ------
    FormatError
        If there is none.
    """
    sent, shown = form.get("visit"), form.get("visit_text")
    if isinstance(sent, UploadFile) and sent.filename:
        return sent.file.read(MOST_VISIT_BYTES + 1)
    if isinstance(shown, str) and shown.strip():
        return shown.encode("utf-8", "replace")
    raise FormatError("desk_inspection.visit_none", name="visit")


def require_own(visit: Visit, case_id: str) -> None:
    """Refuse a form of another case.

    Raises
    ------
    ConflictError
        If it is of another.
    """
    if visit.case_id != case_id:
        raise ConflictError("desk_inspection.visit_of_other", case=visit.case_id[:40])


def record_visit(
    request: Request,
    case_id: str,
    visit: Visit,
    *,
    expected: int,
    files: Sequence[SentFile] = (),
) -> bool:
    """Record a telephone's visit and return whether it is new; sent again, it is not.

    Raises
    ------
    ConflictError
        If it is of another case, somebody recorded something meanwhile, or the case is past it.
    FormatError
        If it says something that is not what it should be.
    """
    require_own(visit, case_id)
    identity, desk = identity_of(request), desk_of(request)
    _, before = desk.case(INSPECTION, case_id, identity.scope)
    event = desk.append(
        INSPECTION_PROCEDURE,
        case_id,
        "visited",
        visit.details,
        identity.scope,
        account=identity.name,
        expected=expected,
        files=files,
        token=visit.token,
    )
    return event.sequence > len(before)


def keep_visit(request: Request, case_id: str, content: bytes, note: str, expected: int) -> None:
    """Keep a telephone's form as a file of the case, where it cannot be recorded as a visit."""
    visit = read_visit(content)
    require_own(visit, case_id)
    refuse_personal(INSPECTION_PROCEDURE.fields_of("visited"), visit.details)
    identity = identity_of(request)
    kept = read_file(f"visit-{visit.token[:8]}.txt", content, screened=True)
    desk_of(request).append(
        INSPECTION_PROCEDURE,
        case_id,
        FILED,
        {"note": note},
        identity.scope,
        account=identity.name,
        expected=expected,
        files=[kept],
        token=f"k-{visit.token}",
    )


def titled(error: Exception, lists: Iterable[str], language: Language) -> Exception:
    """Return an error with what it asks in the place of an item's id, as people know it."""
    name = error.values.get("item") if isinstance(error, GisError) else None
    for one in lists if isinstance(name, str) else ():
        known = checklists().get(one)
        item = None if known is None else known.item(str(name))
        if item is not None and isinstance(error, GisError):
            return type(error)(error.key, **{**error.values, "item": item.title(language)})
    return error


def typed_checklist(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the checklist that a form states: fields are named `<what>.<item>`."""
    known = checklist(typed.get("list", ""))
    answers = []
    for item in known.items:
        outcome = typed.get(f"outcome.{item.id}", "")
        told = {name: typed.get(f"{name}.{item.id}", "").strip() for name in _ANSWER}
        photographs = typed.get(f"photographs.{item.id}", "").strip()
        said = any(told[name] for name in ("value", "uncertainty", "shown", "note")) or photographs
        if not outcome and not said:
            continue
        if not told["value"]:
            told["unit"] = ""
        if outcome != "not_met":
            told["behaviour_id"] = ""
        stated = {name: value for name, value in told.items() if value}
        if photographs:
            stated["photographs"] = photographs
        answers.append({"item": item.id, "outcome": outcome or "not_checked", **stated})
    return {"list": known.id, "object_id": typed.get("object_id", ""), "answers": answers}
