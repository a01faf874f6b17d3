"""Exports: the register's layers as files, each caller's own share of them; files to try out."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse

import data
from api.downloads import MEDIA_TYPES, made_for_download
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language, page_language
from api.pages import wants_page
from api.paging import BoundsDep
from api.service import service_of
from api.viewing import note_file
from gis.errors import NotFoundError
from gis.exchange.exporting import ExportFormat, LayerName, export

__all__ = ["SAMPLES", "router"]

router = APIRouter(route_class=GuardedRoute, tags=["register"])

SAMPLES = {"cot_ang_ten_mau.xlsx": "structures", "dai_fm_mau.csv": "plan"}
"""Packaged files that can be brought in, and their kind."""


@router.get("/exports/{layer}", response_class=FileResponse)
def export_layer(
    request: Request,
    layer: LayerName,
    bbox: BoundsDep,
    *,
    format: Annotated[ExportFormat, Query()] = ExportFormat.GEOPACKAGE,
    on: Annotated[date | None, Query(description="Only what is in force on this day.")] = None,
    kind: Annotated[list[str] | None, Query(description="Only these kinds.")] = None,
    year: Annotated[int | None, Query(ge=0, le=9999, description="Only this annual plan.")] = None,
    owner: Annotated[str | None, Query(description="Only of this organisation.")] = None,
) -> FileResponse:
    """A layer of the register as a file, as far as the caller may see it."""
    note_file(request, layer.value)
    register = service_of(request).register
    scope = identity_of(request).scope
    language = page_language(request) if wants_page(request) else api_language(request)
    return made_for_download(
        f"phusong-{layer.value}.{format.ending}",
        lambda path: export(
            register,
            scope,
            [layer],
            format,
            path,
            language=language,
            on=on,
            kinds=kind or (),
            owner_id=owner or None,
            plan_year=year,
            bbox=bbox,
        ),
    )


@router.get("/samples/{name}", response_class=FileResponse)
def sample(name: str) -> FileResponse:
    """A file to try the import with."""
    if name not in SAMPLES:
        raise NotFoundError("pages.sample_unknown", name=name[:60])
    ending = name.rpartition(".")[2]
    return FileResponse(
        data.path(f"samples/{name}"), media_type=MEDIA_TYPES[ending], filename=name
    )
