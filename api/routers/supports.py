"""The search for supports, and the choice of places that cover an area: forms, former ones."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.forms import REFUSALS, FormState, Refused, Typed, place_written
from api.guard import GuardedRoute
from api.identity import identity_of
from api.pages import render
from api.schemas import BestSitesRequest, SharingRequest
from api.service import may_read, service_of
from api.submission import submit
from gis.exchange.coordinates import Axis, parse_pair
from gis.studies.listing import list_studies

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_Id = Annotated[str | None, Query(max_length=60)]
_Number = Annotated[float | None, Query(ge=0, le=350, allow_inf_nan=False)]
_Kind = Literal["sharing", "best_sites"]
_REQUESTS: Mapping[_Kind, type[SharingRequest]] = {
    "sharing": SharingRequest,
    "best_sites": BestSitesRequest,
}
_WORDS: Mapping[_Kind, str] = {"sharing": "supports", "best_sites": "best_sites"}
"""The catalogue and the guide page of each."""
_LATEST = 10
_SITING = (
    ("ground_step_m", 100, 10_000, ""),
    ("support_cost", 0.01, 1000, "1"),
    ("ground_cost", 0.01, 1000, "3"),
)
_PLACE = (
    ("within_km", 0, 30, "3"),
    ("height_m", 1, 350, "30"),
)
_COVERAGE = (
    ("radius_km", 0.1, 30, "2"),
    ("frequency_mhz", 30, 6000, ""),
    ("erp_dbw", -40, 70, ""),
    ("minimum_dbuvm", -20, 150, ""),
)
_FIRST: Mapping[_Kind, Sequence[tuple[str, Sequence[tuple[str, float, float, str]]]]] = {
    "sharing": (("supports", (*_PLACE, *_COVERAGE)),),
    "best_sites": (("supports", (*_PLACE, *_COVERAGE)), ("best_sites", _SITING)),
}
"""The fields of each form that are always shown after the place, with what names them."""
_ADDRESSES: Mapping[_Kind, str] = {"sharing": "/view/supports", "best_sites": "/view/best-sites"}
_MORE = (
    ("wanted_percent", 1, 100, "90"),
    ("location_percent", 1, 99, "50"),
    ("receiver_height_m", 1, 100, "1.5"),
    ("bandwidth_khz", 1, 200_000, "10000"),
    ("wind_area_m2", 0, 200, "0"),
    ("weight_kg", 0, 100_000, "0"),
)


@router.get("/view/supports")
def sharing_page(
    request: Request, like: _Id = None, within_km: _Number = None, height_m: _Number = None
) -> Response:
    """Show the form of a search, and the searches before; `like` one of them fills it in."""
    changed = {"within_km": within_km, "height_m": height_m}
    usual = {} if like is None else _like(request, like)
    usual |= {name: f"{value:g}" for name, value in changed.items() if value is not None}
    return _show(request, "sharing", usual=usual)


def _like(request: Request, study_id: str) -> dict[str, str]:
    """Return what a search wanted as its form shows it."""
    study = service_of(request).study(study_id, identity_of(request))
    wanted = dict(study.inputs["wanted"]) if study.kind == "sharing" else {}
    corners = wanted.pop("area", None)
    if corners:
        wanted.pop("longitude"), wanted.pop("latitude")
        wanted["area"] = "\n".join(f"{lon}, {lat}" for lon, lat in corners)
    return {name: str(value) for name, value in wanted.items() if value is not None}


@router.post("/view/supports")
def search(request: Request, typed: Typed) -> Response:
    """Ask for a search with what the form chose, and show its job."""
    return _ask(request, "sharing", typed)


@router.get("/view/best-sites")
def best_sites_page(request: Request) -> Response:
    """Show the form of a choice of places, and the choices before."""
    return _show(request, "best_sites")


@router.post("/view/best-sites")
def choose(request: Request, typed: Typed) -> Response:
    """Ask for a choice of places with what the form chose, and show its job."""
    return _ask(request, "best_sites", typed)


def _ask(request: Request, kind: _Kind, typed: Mapping[str, str]) -> Response:
    try:
        chosen = _REQUESTS[kind].model_validate(_given(typed)).inputs()
        job = submit(service_of(request), identity_of(request), kind, chosen)
    except REFUSALS as error:
        return _show(request, kind, Refused.of(request, typed, error))
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


def _given(typed: Mapping[str, str]) -> dict[str, object]:
    """Return what a form says: an empty field says nothing, an area is a line for each corner."""
    given = place_written(
        {name: value for name, value in typed.items() if value.strip() and name != "csrf_token"}
    )
    if "area" in given:
        lines = [line for line in str(given["area"]).splitlines() if line.strip()]
        given["area"] = [_corner(line) for line in lines]
    return given


def _corner(line: str) -> Sequence[object]:
    """Return longitude and latitude of a corner, which stand in this order but for letters."""
    pair = parse_pair(line)
    if pair is None:
        return line.replace(";", ",").split(",")  # what is wrong with it the schema says
    first, second = pair
    if Axis.LATITUDE is first.axis or Axis.LONGITUDE is second.axis:
        first, second = second, first
    return first.degrees, second.degrees


def _show(
    request: Request,
    kind: _Kind,
    refused: Refused | None = None,
    usual: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    identity = identity_of(request)
    kept = list_studies(service_of(request).home, kind=kind)
    return render(
        request,
        "place_search.html",
        status_code=200 if refused is None else refused.status,
        refused=refused,
        form=FormState(kind, refused, usual=usual),
        catalogue=_WORDS[kind],
        here=_ADDRESSES[kind],
        first=_FIRST[kind],
        more=_MORE,
        searches=[_row(one) for one in kept if may_read(identity, one.access)][:_LATEST],
    )


def _row(study: Any) -> dict[str, Any]:
    return {
        "id": study.id,
        "on": study.on,
        "synthetic": study.synthetic,
        **(study.search or {}),
    }
