"""Who looked at whose confidential records, for administrators."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from api.guard import GuardedRoute
from api.language import safe_language
from api.pages import render
from api.paging import LimitQuery
from api.service import service_of
from api.whole import OffsetQuery
from data.text import Language, has, text
from gis.viewings import Viewing

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

AccountQuery = Annotated[str, Query(max_length=200, description="Only of this account.")]
RecordQuery = Annotated[str, Query(max_length=200, description="Only of this record.")]
_PER_PAGE = 50


@router.get("/viewings", tags=["service"])
def viewings(
    request: Request,
    *,
    account: AccountQuery = "",
    record_id: RecordQuery = "",
    limit: LimitQuery = 100,
    offset: OffsetQuery = 0,
) -> dict[str, Any]:
    """Looks at confidential records of others, the newest first."""
    log = service_of(request).viewings
    found = log.listed(account=account, record_id=record_id, limit=limit, offset=offset)
    return {
        "matched": log.count(account=account, record_id=record_id),
        "viewings": [_told(one) for one in found],
    }


@router.get("/view/viewings", include_in_schema=False)
def viewings_page(
    request: Request,
    *,
    account: AccountQuery = "",
    record_id: RecordQuery = "",
    offset: OffsetQuery = 0,
) -> Response:
    """Show them."""
    service = service_of(request)
    log, language = service.viewings, safe_language(request, page=True)
    listed = log.listed(account=account, record_id=record_id, limit=_PER_PAGE, offset=offset)
    return render(
        request,
        "viewings.html",
        viewings=listed,
        layers={one.layer: _layer(one.layer, language) for one in listed},
        matched=log.count(account=account, record_id=record_id),
        names={one.id: one.name for one in service.register.organisations()},
        asked={"account": account, "record_id": record_id},
        offset=offset,
        per_page=_PER_PAGE,
        days=service.settings.viewing_days,
    )


def _layer(layer: str, language: Language) -> str:
    """Return what a person calls the records that were looked at."""
    backup = layer.partition("backup ")[2]
    if backup:
        return text("identity.viewings_backup", language, name=backup)
    key = layer.replace("-", "_")
    known = (f"exchange.layer.{key}", f"infrastructure.table_{key}", f"ogc.collection_{key}")
    return next((text(one, language) for one in known if has(one)), layer)


def _told(one: Viewing) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(timespec="milliseconds"),
        "account": one.account,
        "organisation_id": one.organisation_id,
        "layer": one.layer,
        "record_id": one.record_id,
        "records": one.records,
        "owner_ids": list(one.owners),
        "address": one.address,
    }
