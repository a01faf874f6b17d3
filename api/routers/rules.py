"""The rule pack in use: the rules of a day, and the administrator's own files."""

from collections.abc import Mapping
from datetime import date
from difflib import unified_diff
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.errors import status_of
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.roles import may
from api.service import service_of
from api.validity import span
from api.whole import whole
from data.text import Language, text
from gis.citations import cites
from gis.errors import ConflictError, FormatError, GisError, NotFoundError
from gis.names import plain_key
from gis.rule_files import (
    former_versions,
    keep_rule_file,
    pack_in_use,
    rule_file,
    rule_files,
    take_back,
)
from gis.rules import RulePack
from propagation.compliance.records import Rule

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_FORMER = 50
_PER_PAGE = 25


@router.get("/view/rules")
def rules_page(
    request: Request,
    on: Annotated[date | None, Query()] = None,
    name: str = "",
    asked: Annotated[str, Query(alias="text", max_length=200)] = "",
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Show the rules of a day, which pack they are of, and its files."""
    if name:
        return RedirectResponse(f"/view/rules/files/{name}", 303)
    service, language = service_of(request), safe_language(request, page=True)
    day = on or service.today()
    pack: RulePack | None = None
    problem: GisError | None = None
    try:
        pack = pack_in_use(day, service.home)
    except FormatError as error:
        problem = error
    found = [] if pack is None else _ordered(pack, asked)
    return render(
        request,
        "rules.html",
        on=day,
        text=asked,
        offset=offset,
        per_page=_PER_PAGE,
        matched=len(found),
        pack=pack,
        problem=problem,
        rules=[_rule(pack, rule, language) for rule in found[offset : offset + _PER_PAGE] if pack],
        files=rule_files(service.home),
        may_edit=may(identity_of(request).role, "POST", "/view/rules/files/{name}"),
    )


@router.get("/view/rules/files/{name}")
def file_page(request: Request, name: str, kept: bool = False) -> Response:
    """Show a rule file; an administrator may change it here."""
    file = rule_file(service_of(request).home, name)
    editing = may(identity_of(request).role, "POST", "/view/rules/files/{name}")
    if not (file.content or editing):
        raise NotFoundError("rules.file_unknown", name=name[:80])
    return _file(request, name, kept=kept)


async def _form(request: Request) -> FormData:
    return await request.form()


@router.post("/view/rules/files/{name}")
def keep(request: Request, name: str, form: Annotated[FormData, Depends(_form)]) -> Response:
    """Judge a rule file as it was typed and keep it; a bad one comes back with its reason."""
    service = service_of(request)
    typed = str(form.get("content", "")).replace("\r\n", "\n")
    if typed and not typed.endswith("\n"):
        typed += "\n"
    try:
        keep_rule_file(
            service.register,
            service.home,
            name,
            typed,
            author=identity_of(request).name,
            expected=str(form.get("version", "")),
            on=service.today(),
        )
    except NotFoundError:
        raise
    except GisError as error:
        return _file(request, name, typed=typed, problem=error)
    return RedirectResponse(f"/view/rules/files/{name}?kept=true", 303)


@router.post("/view/rules/files/{name}/restore")
def restore(request: Request, name: str, form: Annotated[FormData, Depends(_form)]) -> Response:
    """Take back what a file said before a change."""
    service = service_of(request)
    revision = whole(str(form.get("revision", ""))) or 0
    rule_file(service.home, name)
    try:
        take_back(
            service.register,
            service.home,
            name,
            revision,
            author=identity_of(request).name,
            on=service.today(),
        )
    except GisError as error:
        return _file(request, name, problem=error)
    return RedirectResponse(f"/view/rules/files/{name}?kept=true", 303)


def _file(
    request: Request,
    name: str,
    *,
    typed: str | None = None,
    problem: GisError | None = None,
    kept: bool = False,
) -> Response:
    service, identity = service_of(request), identity_of(request)
    file = rule_file(service.home, name)
    line = None if problem is None else problem.values.get("line")
    content = file.content if typed is None else typed
    lines = content.split("\n")
    wrong = lines[line - 1] if isinstance(line, int) and 0 < line <= len(lines) else None
    return render(
        request,
        "rule_file.html",
        status_code=200 if problem is None else status_of(problem),
        file=file,
        content=content,
        problem=problem,
        line=line,
        wrong=wrong,
        others=_others(file.content, content, problem),
        kept=kept,
        history=former_versions(service.register, name)[:_FORMER],
        may_edit=may(identity.role, "POST", "/view/rules/files/{name}"),
    )


def _ordered(pack: RulePack, asked: str) -> list[Rule]:
    """Return the rules in whose name, title, instrument, clause or file all asked words stand."""
    words = plain_key(asked).split()
    return [rule for _, rule in sorted(pack.rules.items()) if _tells(pack, rule, words)]


def _tells(pack: RulePack, rule: Rule, words: list[str]) -> bool:
    named = (rule.id, rule.title_vi, rule.title_en, rule.instrument, rule.clause, rule.clause_en)
    read = plain_key(" ".join(one or "" for one in (*named, pack.files[rule.id])))
    return all(cites(read, word) for word in words)


def _rule(pack: RulePack, rule: Rule, language: Language) -> Mapping[str, Any]:
    """Return what the page shows of a rule, in a language."""
    vietnamese = language is Language.VI
    source = rule.source if vietnamese else rule.source_en or rule.source
    return {
        "id": rule.id,
        "title": rule.title_vi if vietnamese else rule.title_en,
        "instrument": rule.instrument,
        "clause": rule.clause if vietnamese else rule.clause_en or rule.clause,
        "validity": span(rule.valid_from, rule.valid_to, language),
        "confidence": text(f"register.confidence.{rule.confidence}", language),
        "standing": text("rules.binding" if rule.binding else "rules.reference", language),
        "advisory": rule.advisory,
        "note": rule.note_vi if vietnamese else rule.note_en,
        "source": source,
        "source_language": _language_of(source).value,
        "file": pack.files[rule.id],
        "parameters": [(name, _written(value)) for name, value in rule.parameters.items()],
    }


def _language_of(words: str) -> Language:
    """Return the language of a note: Vietnamese has small letters with marks, names aside."""
    marked = any(word.islower() and not word.isascii() for word in words.split())
    return Language.VI if marked else Language.EN


def _written(value: object) -> str:
    """Return a parameter as its file writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ", ".join(_written(one) for one in value)
    return str(value)


def _others(now: str, typed: str, problem: GisError | None) -> list[str]:
    """Return how a file that somebody else saved meanwhile differs from what was typed."""
    if not isinstance(problem, ConflictError):
        return []
    found = unified_diff(now.splitlines(), typed.splitlines(), lineterm="", n=1)
    return list(found)[2:]
