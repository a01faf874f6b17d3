"""Whole collections as files: filtered as items are, one question instead of pages."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import FileResponse

from api.downloads import made_for_download
from api.guard import GuardedRoute
from api.ogc.asked import asked_of
from api.routers.ogc import collection_of, more_parameters, reader_of
from api.viewing import note_file
from gis.features.bulk import BulkFormat, write_bulk

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["ogc"])


@router.get("/ogc/collections/{collection_id}/bulk", response_class=FileResponse)
def bulk(
    request: Request,
    collection_id: str,
    *,
    wanted: Annotated[BulkFormat, Query(alias="f")] = BulkFormat.GEOJSON_SEQUENCE,
    bbox: Annotated[str | None, Query(max_length=300)] = None,
    bbox_crs: Annotated[str | None, Query(alias="bbox-crs", max_length=200)] = None,
    datetime: Annotated[str | None, Query(max_length=100)] = None,
    filter: Annotated[str | None, Query(max_length=4_000)] = None,
    filter_lang: Annotated[str | None, Query(alias="filter-lang", max_length=40)] = None,
    filter_crs: Annotated[str | None, Query(alias="filter-crs", max_length=200)] = None,
) -> FileResponse:
    """All features that are asked for, as one file; other parameters are values of properties."""
    known = collection_of(request, collection_id)
    asked = asked_of(
        request,
        known,
        bbox=bbox,
        bbox_crs=bbox_crs,
        moment=datetime,
        filter_=(filter, filter_lang, filter_crs),
    )
    note_file(request, known.id)
    features = reader_of(request).each(known, asked)
    return made_for_download(
        f"phusong-{known.id}.{wanted.value}",
        lambda path: write_bulk(known, features, wanted, path),
    )


bulk.more_parameters = more_parameters  # type: ignore[attr-defined]  # read by the guard
