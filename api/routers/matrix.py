"""The matrix of a whole plan: every station against every other, as a page, JSON and CSV."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, safe_language
from api.pages import render
from api.routers.findings import Plan
from api.service import service_of
from data.text import Language, number, text
from gis.errors import NotFoundError
from gis.studies.findings import basis, newest_of_plan, said
from gis.studies.matrix import Matrix, Pair, matrix_csv, matrix_json, matrix_of

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["studies"])

_BANDS = ("broken", "tight", "kept", "unknown", "none", "own")
_SIGNS = {"broken": "▼", "tight": "◆", "kept": "●", "unknown": "?", "none": "·", "own": "╲"}
_TIGHT_DB = 6.0

_PER_GROUP = 60
"""Most stations of a side on one page."""

Word = Annotated[str, Query(max_length=200)]
Group = Annotated[int, Query(ge=0, le=10_000)]
Station = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Shown:
    """Which part of which plan is shown."""

    service: str
    row: int
    column: int

    def address(self, wanted: str, unwanted: str) -> str:
        """Return the address of the same part with a pair chosen."""
        asked = {"service": self.service, "row": self.row, "column": self.column}
        return f"/view/matrix?{urlencode({**asked, 'wanted': wanted, 'unwanted': unwanted})}#pair"


@router.get("/studies/{study_id}/matrix")
def matrix(
    request: Request,
    study_id: str,
    layout: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
) -> Response:
    """The worst margin of each pair of stations that a check found."""
    found = matrix_of(service_of(request).study(study_id, identity_of(request)))
    if layout == "json":
        return JSONResponse(matrix_json(found))
    language = api_language(request)
    return Response(
        matrix_csv(found, language),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{study_id}-matrix.csv"'},
    )


@router.get("/view/matrix", include_in_schema=False)
def matrix_page(
    request: Request,
    *,
    service: Plan = "fm",
    wanted: Word = "",
    unwanted: Word = "",
    row: Group = 0,
    column: Group = 0,
) -> Response:
    """Show the matrix of the newest check of a plan, and the finding of one pair.

    A plan of many stations is shown by groups along the band, so many against so many.
    """
    language = safe_language(request, page=True)
    here = service_of(request)
    study = newest_of_plan(here.home, service, here.today())
    found = None if study is None else matrix_of(study)
    groups = _groups(() if found is None else found.stations)
    if max(row, column) >= len(groups):
        raise NotFoundError("matrix.no_group", group=max(row, column), groups=len(groups))
    shown = _Shown(service, row, column)
    return render(
        request,
        "matrix.html",
        study=study,
        on=None if study is None else date.fromisoformat(study.inputs["on"]),
        stations=() if found is None else found.stations,
        columns=groups[column],
        groups=[_group_said(group, language) for group in groups],
        service=service,
        row=row,
        column=column,
        pairs=0 if found is None else len(found.pairs),
        rows=[] if found is None else _rows(found, (groups[row], groups[column]), language, shown),
        legend=[(band, _SIGNS[band], text(f"matrix.band_{band}", language)) for band in _BANDS],
        chosen=None
        if found is None or not wanted
        else _chosen(found, (wanted, unwanted), language, shown),
    )


def _groups(stations: Sequence[Station]) -> list[Sequence[Station]]:
    """Return the stations in groups of so many, by their carriers; one where there are few."""
    starts = range(0, max(len(stations), 1), _PER_GROUP)
    return [stations[start : start + _PER_GROUP] for start in starts]


def _group_said(stations: Sequence[Station], language: Language) -> str:
    if not stations:
        return ""
    lowest, highest = stations[0]["frequency_mhz"], stations[-1]["frequency_mhz"]
    return text("matrix.group", language, lowest=lowest, highest=highest, count=len(stations))


def _rows(
    matrix: Matrix,
    between: tuple[Sequence[Station], Sequence[Station]],
    language: Language,
    shown: _Shown,
) -> list[dict[str, Any]]:
    """Return a row for each station to be protected, with a cell for each that disturbs."""
    protected, disturbing = between
    return [
        {
            "station": wanted,
            "cells": [_cell(matrix, wanted, unwanted, language, shown) for unwanted in disturbing],
        }
        for wanted in protected
    ]


def _cell(
    matrix: Matrix, wanted: Station, unwanted: Station, language: Language, shown: _Shown
) -> dict[str, Any]:
    pair = matrix.pairs.get((wanted["id"], unwanted["id"]))
    band = _band(pair, own=wanted["id"] == unwanted["id"])
    margin = "" if pair is None or pair.margin_db is None else number(pair.margin_db, language, 1)
    told = text(f"matrix.band_{band}", language)
    told = f"{margin} dB, {told}" if margin else told
    names = {"wanted": wanted["name"], "unwanted": unwanted["name"]}
    return {
        "band": band,
        "sign": _SIGNS[band],
        "margin": margin,
        "label": text("matrix.cell", language, said=told, **names),
        "address": None if pair is None else shown.address(wanted["id"], unwanted["id"]),
    }


def _band(pair: Pair | None, *, own: bool) -> str:
    if pair is None:
        return "own" if own else "none"
    if pair.margin_db is None:
        return "unknown"
    if pair.margin_db < 0:
        return "broken"
    return "tight" if pair.margin_db < _TIGHT_DB else "kept"


def _worst(values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the point of the least margin, with its place; None where the finding has none."""
    place = {name: values.get(name) for name in ("point", "latitude", "longitude")}
    return None if None in place.values() else place


def _chosen(
    matrix: Matrix, between: tuple[str, str], language: Language, shown: _Shown
) -> dict[str, Any]:
    """Return the finding of a pair in words; nothing but the names where there is none."""
    wanted, unwanted = between
    stations = {one["id"]: one for one in matrix.stations}
    pair = matrix.pairs.get((wanted, unwanted))
    if pair is None:
        return {"pair": None}
    finding, back = pair.finding, matrix.pairs.get((unwanted, wanted))
    measure = finding["measure"]
    return {
        "pair": pair,
        "wanted": stations[wanted],
        "unwanted": stations[unwanted],
        "reason": said(finding["reason"], finding["values"], language),
        "basis": basis(finding["rule"], language),
        "worst": _worst(finding["values"]),
        "missing": [said(key, {}, language) for key in finding["missing"]],
        "measure": None
        if measure is None
        else said(
            str(measure.get("what", "")),
            {name: value for name, value in measure.items() if name != "what"},
            language,
        ),
        "back": None if back is None else shown.address(unwanted, wanted),
    }
