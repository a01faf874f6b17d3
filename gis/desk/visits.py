"""What a visit found, read strictly: from a form, from a program, or from a telephone's file."""

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from data.text import CONTROL, Language, text
from gis.desk.checklists import (
    Checklist,
    Item,
    Outcome,
    checklist,
)
from gis.errors import FormatError

__all__ = [
    "MOST_VISIT_BYTES",
    "VISIT_FORMAT",
    "Visit",
    "checklist_said",
    "read_checklist",
    "read_visit",
]

VISIT_FORMAT: Final = "phusong-visit-1"
"""What a telephone's file says that it is."""
MOST_VISIT_BYTES: Final = 400_000

_LONGEST: Final = 2000
_LONGEST_NAME: Final = 200
_MOST_PHOTOGRAPHS: Final = 20
_ANSWER: Final = (
    "item",
    "outcome",
    "value",
    "unit",
    "uncertainty",
    "shown",
    "note",
    "photographs",
    "behaviour_id",
)
_TOKEN: Final = re.compile(r"[A-Za-z0-9-]{8,48}")
_VISIT: Final = ("format", "case", "token", "expected", "details")

Answer = dict[str, Any]


def read_checklist(given: object) -> dict[str, Any]:
    """Return a filled checklist as JSON values; `visit_against_register` judges it.

    Parameters
    ----------
    given : mapping
        `list`, `object_id` and `answers`, each with `item`, `outcome` and what belongs to it.

    Raises
    ------
    FormatError
        Naming the item and what is wrong with it.
    NotFoundError
        If there is no such list.
    """
    told = _mapping(given, ("list", "object_id", "answers"), "checklist")
    known = checklist(_text("list", told.get("list"), 40))
    answers = told.get("answers")
    if not isinstance(answers, Sequence) or isinstance(answers, str):
        raise FormatError("desk_inspection.answers_malformed")
    read = [_answer(known, one) for one in answers]
    names = [one["item"] for one in read]
    for name in names:
        if names.count(name) > 1:
            raise FormatError("desk_inspection.item_twice", item=name)
    if all(one["outcome"] == Outcome.NOT_CHECKED for one in read):
        raise FormatError("desk_inspection.nothing_checked")
    order = [one.id for one in known.items]
    return {
        "list": known.id,
        "object_id": _text("object_id", told.get("object_id"), _LONGEST_NAME),
        "answers": sorted(read, key=lambda one: order.index(one["item"])),
    }


def checklist_said(filled: Mapping[str, Any], language: Language) -> str:
    """Return in a sentence what a filled checklist found."""
    outcomes = [one["outcome"] for one in filled["answers"]]
    return text(
        "desk_inspection.found_summary",
        language,
        list=checklist(filled["list"]).title(language),
        object=filled["object_id"],
        met=outcomes.count(Outcome.MET),
        not_met=outcomes.count(Outcome.NOT_MET),
    )


def _mapping(given: object, names: Sequence[str], what: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise FormatError("desk_inspection.no_object", what=what)
    unknown = sorted(str(one) for one in set(given) - set(names))
    if unknown:
        known = ", ".join(names)
        raise FormatError("desk_inspection.key_unknown", name=unknown[0][:40], known=known)
    return given


def _answer(known: Checklist, given: object) -> Answer:
    told = _mapping(given, _ANSWER, "answers")
    name = _text("item", told.get("item"), 60)
    item = known.item(name)
    if item is None:
        items = ", ".join(one.id for one in known.items)
        raise FormatError("desk_inspection.item_unknown", item=name, known=items)
    outcome = told.get("outcome")
    if not isinstance(outcome, str) or outcome not in set(Outcome):
        raise FormatError(
            "desk_inspection.outcome_unknown", item=name, expected=", ".join(Outcome)
        )
    read: Answer = {"item": name, "outcome": outcome}
    read |= _measured(item, told)
    if told.get("note") not in (None, ""):
        read["note"] = _text("note", told["note"], _LONGEST)
    if told.get("shown") not in (None, ""):
        read["shown"] = _shown(item, told["shown"])
    if told.get("photographs") not in (None, "", []):
        read["photographs"] = _photographs(name, told["photographs"])
    _require_sense(item, read)
    return read | _behaviour(item, read, told.get("behaviour_id"))


def _measured(item: Item, told: Mapping[str, Any]) -> Answer:
    """Return value, unit and uncertainty, as far as they are stated."""
    stated = {
        name: told[name]
        for name in ("value", "unit", "uncertainty")
        if told.get(name) not in (None, "")
    }
    if not stated:
        return {}
    if item.unit is None:
        raise FormatError("desk_inspection.no_value_here", item=item.id)
    if "unit" not in stated and "value" in stated:
        raise FormatError("desk_inspection.unit_absent", item=item.id, unit=item.unit)
    if stated.get("unit", item.unit) != item.unit:
        raise FormatError(
            "desk_inspection.unit_wrong",
            item=item.id,
            value=str(stated["unit"])[:20],
            unit=item.unit,
        )
    read: Answer = {}
    for name in ("value", "uncertainty"):
        if name in stated:
            least = 0.0 if name == "uncertainty" else item.least
            most = max(item.most, abs(item.least)) if name == "uncertainty" else item.most
            read[name] = _number(item, name, stated[name], least, most)
    if "value" not in read and "uncertainty" in read:
        raise FormatError("desk_inspection.value_absent", item=item.id)
    if "value" in read:
        read["unit"] = item.unit
    return read


def _shown(item: Item, given: object) -> str | float:
    """Return what a paper on site shows of an item; it decides nothing."""
    if item.comparison is None:
        return _text("shown", given, _LONGEST_NAME)
    return _number(item, "shown", given, item.least, item.most)


def _number(item: Item, name: str, given: object, least: float, most: float) -> float:
    told = {"item": item.id, "name": name, "least": least, "most": most}
    try:
        value = float(given.replace(",", ".") if isinstance(given, str) else given)  # type: ignore[arg-type]
    except (OverflowError, TypeError, ValueError):
        raise FormatError("desk_inspection.number_wrong", **told) from None
    if isinstance(given, bool) or not math.isfinite(value) or not least <= value <= most:
        raise FormatError("desk_inspection.number_wrong", **told)
    return value


def _require_sense(item: Item, read: Answer) -> None:
    """Refuse what contradicts itself, and "not met" without what shows it."""
    outcome = read["outcome"]
    if outcome not in (Outcome.MET, Outcome.NOT_MET):
        if "value" in read:
            raise FormatError("desk_inspection.value_unjudged", item=item.id)
        return
    if "value" not in read:
        if outcome == Outcome.NOT_MET:
            if item.measured:
                raise FormatError("desk_inspection.measurement_absent", item=item.id)
            if "note" not in read:
                raise FormatError("desk_inspection.note_absent", item=item.id)
        return
    if "uncertainty" not in read:
        raise FormatError("desk_inspection.uncertainty_absent", item=item.id)


def _behaviour(item: Item, read: Answer, given: object) -> Answer:
    """Return which act an item not met may be, and what shows it."""
    if read["outcome"] != Outcome.NOT_MET:
        if given not in (None, ""):
            raise FormatError("desk_inspection.behaviour_needless", item=item.id)
        return {}
    shown = {"evidence": "measurement" if "value" in read else "record"}
    if given in (None, ""):
        return {**shown, "behaviour_id": item.behaviours[0]} if item.behaviours else shown
    if given not in item.behaviours:
        known = ", ".join(item.behaviours) or "–"
        raise FormatError("desk_inspection.behaviour_unknown", item=item.id, known=known)
    return {**shown, "behaviour_id": str(given)}


def _photographs(item: str, given: object) -> list[str]:
    lines = given.splitlines() if isinstance(given, str) else given
    if not isinstance(lines, Sequence) or len(lines) > _MOST_PHOTOGRAPHS:
        raise FormatError("desk_inspection.photographs_wrong", item=item, most=_MOST_PHOTOGRAPHS)
    return [_text("photographs", one, _LONGEST_NAME) for one in lines]


def _text(name: str, given: object, longest: int) -> str:
    if not isinstance(given, str) or not given.strip():
        raise FormatError("desk_inspection.text_absent", name=name)
    said = unicodedata.normalize("NFC", given).replace("\r\n", "\n").strip()
    if len(said) > longest or CONTROL.search(said):
        raise FormatError("desk_inspection.text_wrong", name=name, most=longest)
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit that a telephone wrote down.

    Attributes
    ----------
    case_id : str
        The case.
    token : str
        The telephone's token with a digest of what it says: the same said twice is one visit,
        and another content under the same token is not passed over.
    expected : int
        How many events the case had when the form was made.
    details : mapping
        What was found, as the step `visited` takes it.
    """

    case_id: str
    token: str
    expected: int
    details: Mapping[str, object]


def read_visit(content: bytes | Mapping[str, Any]) -> Visit:
    """Return the visit that a telephone's file holds.

    Parameters
    ----------
    content : bytes or mapping
        The file, or its JSON values.

    Raises
    ------
    FormatError
        If it is too long, no JSON, or no such file.
    """
    told: object = content
    if isinstance(content, bytes):
        if len(content) > MOST_VISIT_BYTES:
            raise FormatError("desk_inspection.visit_large", most=MOST_VISIT_BYTES / 1000)
        try:
            told = json.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise FormatError("desk_inspection.visit_malformed") from None
    read = _mapping(told, _VISIT, "visit")
    if read.get("format") != VISIT_FORMAT:
        raise FormatError("desk_inspection.visit_malformed")
    token, expected, details = (read.get(name) for name in ("token", "expected", "details"))
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise FormatError("desk_inspection.token_wrong")
    if isinstance(expected, bool) or not isinstance(expected, int) or expected < 1:
        raise FormatError("requests.expected_malformed")
    if not isinstance(details, Mapping):
        raise FormatError("desk_inspection.no_object", what="details")
    written = json.dumps(details, ensure_ascii=True, sort_keys=True)
    return Visit(
        case_id=_text("case", read.get("case"), 80),
        token=f"{token}-{hashlib.sha256(written.encode()).hexdigest()[:24]}",
        expected=expected,
        details=details,
    )
