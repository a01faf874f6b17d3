"""The tariff of licence dossiers: what is in the data, what is not, and how it is brought in."""

import csv
import io
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, File, Form, UploadFile
from starlette.requests import Request
from starlette.responses import Response

from api.clock_view import rule_json
from api.desk_view import desk_of
from api.errors import status_of
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, safe_language
from api.pages import render
from api.sent_tables import sent_table
from api.service import service_of
from data.text import Language, text
from gis.errors import GisError
from gis.fee_files import FIELDS, TARIFF, FeeImport, header_of, import_fees
from gis.terms import FEE, TARIFF_KNOWN
from propagation.compliance.parameters import number, words

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_ENDINGS: Final = (".xlsx", ".csv")
_SHOWN: Final = 100


@router.get("/fees", tags=["desk"])
def fees(request: Request) -> dict[str, Any]:
    """The lines of the tariff in force today, and what is known of those that are not here."""
    return _told(request, api_language(request))


@router.get("/fees.csv", tags=["desk"])
def template(request: Request) -> Response:
    """An empty table of the tariff, with the headers that an import knows."""
    language = safe_language(request, page=True)
    stream = io.StringIO()
    csv.writer(stream, delimiter=";").writerow(header_of(one, language) for one in FIELDS)
    headers = {"content-disposition": 'attachment; filename="phusong-fees.csv"'}
    return Response("\ufeff" + stream.getvalue(), media_type="text/csv", headers=headers)


@router.get("/view/fees", include_in_schema=False)
def page(request: Request) -> Response:
    """Show the tariff, what is missing, and the form that brings it in."""
    return _page(request)


@router.post("/view/fees/import", include_in_schema=False)
def bring_in(
    request: Request,
    file: Annotated[UploadFile, File()],
    mode: Annotated[str, Form(max_length=10)] = "add",
) -> Response:
    """Take the good rows of a file into the tariff, and tell what was refused."""
    try:
        return _page(request, told=_imported(request, file, replace=mode == "replace"))
    except GisError as error:
        return _page(request, problem=error)


def _imported(request: Request, file: UploadFile, *, replace: bool) -> FeeImport:
    service = service_of(request)
    with sent_table(file, _ENDINGS) as kept:
        return import_fees(
            service.register,
            service.home,
            kept,
            replace=replace,
            author=identity_of(request).name,
            on=service.today(),
        )


def _told(request: Request, language: Language) -> dict[str, Any]:
    rules, today = desk_of(request).basis()[0], service_of(request).today()
    known = rules.rule(TARIFF_KNOWN, today)
    found = [rule for name, rule in sorted(rules.on(today).items()) if name.startswith(FEE)]
    return {
        "on": today.isoformat(),
        "known": None if known is None else rule_json(known, language),
        "fees": [
            {
                "types": list(words(one, "types")),
                "types_text": _said("type", words(one, "types"), language),
                "purposes": list(words(one, "purposes")),
                "purposes_text": _said("purpose", words(one, "purposes"), language),
                "amount_vnd": number(one, "amount_vnd"),
                "rule": rule_json(one, language),
            }
            for one in found
        ],
    }


def _said(choice: str, names: tuple[str, ...], language: Language) -> str:
    return "; ".join(text(f"desk_dossier.choice.{choice}.{one}", language) for one in names)


def _page(
    request: Request, *, told: FeeImport | None = None, problem: GisError | None = None
) -> Response:
    language = safe_language(request, page=True)
    wrong: list[Mapping[str, Any]] = [
        {"row": one.row, "field": one.field, "value": one.value, "why": one.error.say(language)}
        for one in ([] if told is None else told.refused[:_SHOWN])
    ]
    return render(
        request,
        "fees.html",
        status_code=200 if problem is None else status_of(problem),
        tariff=_told(request, language),
        told=told,
        wrong=wrong,
        problem=None if problem is None else problem.say(language),
        file_name=TARIFF,
    )
