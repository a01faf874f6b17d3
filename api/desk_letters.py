"""Letters of cases: a template filled with what a case says, as DOCX and PDF."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from starlette.requests import Request

from api.clock_view import rule_json
from api.data_stamps import case_stamps
from api.desk_kinds import BLOCKS, VALUES, Blocks
from api.desk_view import DeskView
from api.service import service_of
from api.views import jurisdiction_of
from data.text import Language, number, text, when
from gis.cases.working_days import local_day
from gis.desk.letters import Template, filled, letter_template
from gis.errors import NotFoundError
from maps.documents.content import Block, Facts, Heading, Paragraph
from maps.documents.letter import MIDDLE, Letter

__all__ = ["GAP", "case_letter"]

GAP: Final = "…………"
"""What a letter shows of what nobody stated yet."""


def case_letter(request: Request, view: DeskView, name: str) -> Letter:
    """Return a letter of a case, filled with what is known; what is not stays open.

    Parameters
    ----------
    request : Request
        The request; its service knows the department and the administrator's own templates.
    view : DeskView
        The case, told in Vietnamese: documents are.
    name : str
        Which letter.

    Raises
    ------
    NotFoundError
        If the case has no such letter now.
    FormatError
        If its template is spoilt.
    """
    if name not in {one["name"] for one in view.json()["letters"]}:
        raise NotFoundError("desk.letter_unknown", name=name[:60])
    values, blocks = _values(view), _blocks(request, view)
    template = letter_template(
        service_of(request).home, name, fields=values.keys(), blocks=blocks.keys()
    )
    stamps = case_stamps(service_of(request), view.standing, Language.VI)
    return replace(_letter(view, template, values, blocks), stamps=stamps)


def _letter(
    view: DeskView, template: Template, values: Mapping[str, str], blocks: Blocks
) -> Letter:
    day = local_day(view.told.at)
    jurisdiction = jurisdiction_of(day)
    symbol = f"{template.symbol}-" if template.symbol else ""
    province = jurisdiction.name("vi")
    drawn: list[Block] = []
    for words in template.body:
        if words.startswith("@"):
            drawn += blocks[words[1:]]()
        elif words.startswith(MIDDLE):
            drawn.append(Heading(filled(words.removeprefix(MIDDLE), values)))
        else:
            drawn.append(Paragraph(filled(words, values)))

    def several(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(filled(one, values) for one in words)

    return Letter(
        superior=text("desk.superior", "vi", province=province.upper().replace(" ", "\u00a0")),
        issuer=jurisdiction.department("vi").removesuffix(f" {province}").upper(),
        number=text("desk.letter_number", "vi", symbol=symbol),
        place_day=text(
            "desk.letter_day",
            "vi",
            place=jurisdiction.name("vi").split(" ", 1)[-1],
            year=str(day.year),
        ),
        kind=template.kind,
        subject=filled(template.subject, values),
        grounds=several(template.grounds),
        addressees=several(template.to),
        blocks=drawn,
        recipients=several(template.recipients),
        signers=several(template.signers),
        draft=text("desk.letter_draft", "vi"),
        checks=_checks(view, template),
        checks_title=text("desk.letter_checks", "vi"),
    )


def _values(view: DeskView) -> dict[str, str]:
    """Return what templates may name: facts, what steps said, the case, the department."""
    day = local_day(view.told.at)
    values = {one.name: GAP for one in view.procedure.intake} | _said_by_steps(view)
    values |= {
        one.name: view.say_value(one, view.standing.facts[one.name])
        for one in view.procedure.intake
        if one.name in view.standing.facts
    }
    values["received_on"] = when(local_day(view.standing.received_at), Language.VI)
    own = VALUES.get(view.case.kind)
    values |= {} if own is None else own(view)
    return {
        "case_number": view.case.label,
        "opened_on": when(local_day(view.case.opened_at), Language.VI),
        "opened_by": view.json()["opened_by"] or jurisdiction_of(day).department("vi"),
        "department": jurisdiction_of(day).department("vi"),
        "province": jurisdiction_of(day).name("vi"),
        "state": view.said(f"state.{view.standing.state}"),
        "year": number(day.year, Language.VI).replace(".", ""),
    } | values


def _said_by_steps(view: DeskView) -> dict[str, str]:
    """Return what each step said last, as `step.field`: nothing of one before, or taken back."""
    values: dict[str, str] = {}
    for kind, step in view.procedure.steps.items():
        event = view.standing.holding(kind)
        said = {} if event is None else event.details
        for one in step.fields:
            known = one.name in said
            values[f"{kind}.{one.name}"] = view.say_value(one, said[one.name]) if known else GAP
    return values


def _blocks(request: Request, view: DeskView) -> Blocks:
    def facts() -> list[Block]:
        rows = view.json()["facts_text"]
        return [Facts(tuple((label, (value,)) for label, value in rows))]

    def history() -> list[Block]:
        events = view.json()["events"]
        return [
            Facts(
                tuple(
                    (
                        when(at.at, Language.VI),
                        (
                            told["text"],
                            *(f"{label}: {value}" for label, value in told["details_text"]),
                        ),
                    )
                    for at, told in zip(view.events, events, strict=True)
                )
            )
        ]

    own = BLOCKS.get(view.case.kind)
    return {"facts": facts, "history": history, **({} if own is None else own(request, view))}


def _checks(view: DeskView, template: Template) -> tuple[str, ...]:
    """Return what must be checked before signing: rules with their labels, what is missing."""
    day = local_day(view.told.at)
    rules = [view.told.rules.rule(one, day) for one in template.rules]
    rules += [one.rule for one in view.standing.clocks]
    told = {rule.id: rule_json(rule, Language.VI) for rule in rules if rule is not None}
    lines = [
        text(
            "desk.letter_rule",
            "vi",
            title=one["title"],
            instrument=one["instrument"],
            clause=one["clause"],
            confidence=one["confidence_text"],
        )
        for one in told.values()
    ]
    missing = [view.say_missing(name) for name in view.standing.missing]
    if missing:
        lines.append(text("desk.letter_missing", "vi", names="; ".join(missing)))
    return tuple(lines)
