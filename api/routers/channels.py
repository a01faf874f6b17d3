"""The channel finder: a form for the department, and what was searched before."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.choices import Choice
from api.forms import REFUSALS, FormState, Refused, Typed
from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import safe_language
from api.pages import render
from api.schemas import Carrier
from api.service import service_of
from api.submission import submit
from data.text import Language, text
from gis.studies.channels_asked import HIGHEST_MHZ, LOWEST_MHZ
from gis.studies.listing import list_studies
from gis.studies.summary import Summary
from propagation.interference.bs412 import Area, Reception
from propagation.profile import Polarization

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_LATEST = 10
_Blank = BeforeValidator(lambda value: value or None)
_Word = Annotated[str, StringConstraints(max_length=30)]


class _Search(BaseModel):
    """What the form chose; an empty field leaves it to the usual."""

    erp_kw: Annotated[float, Field(ge=0.001, le=1000, allow_inf_nan=False)]
    height_m: Annotated[float, Field(ge=1, le=3000, allow_inf_nan=False)]
    lowest_mhz: Annotated[Carrier | None, _Blank] = None
    highest_mhz: Annotated[Carrier | None, _Blank] = None
    step_m: Annotated[
        Annotated[float, Field(ge=100, le=10_000, allow_inf_nan=False)] | None, _Blank
    ] = None
    service_km: Annotated[
        Annotated[float, Field(ge=1, le=60, allow_inf_nan=False)] | None, _Blank
    ] = None
    served_percent: Annotated[
        Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)] | None, _Blank
    ] = None
    reserve_db: Annotated[
        Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)] | None, _Blank
    ] = None
    proposals: Annotated[Annotated[int, Field(ge=0, le=10)] | None, _Blank] = None
    polarization: Annotated[_Word | None, _Blank] = None
    reception: Annotated[_Word | None, _Blank] = None
    area: Annotated[_Word | None, _Blank] = None


@router.get("/view/channels")
def channels_page(request: Request) -> Response:
    """Show the form, and the searches before."""
    return _show(request)


@router.post("/view/channels")
def search(request: Request, typed: Typed) -> Response:
    """Ask for a search with what the form chose, and show its job."""
    try:
        chosen = _Search.model_validate(typed).model_dump(exclude_none=True)
        job = submit(service_of(request), identity_of(request), "channels", chosen)
    except REFUSALS as error:
        return _show(request, Refused.of(request, typed, error))
    return RedirectResponse(f"/view/jobs/{job.id}", status_code=303)


def _show(request: Request, refused: Refused | None = None) -> Response:
    language = safe_language(request, page=True)
    kept = list_studies(service_of(request).home, kind="channels")[:_LATEST]
    return render(
        request,
        "channels.html",
        status_code=200 if refused is None else refused.status,
        refused=refused,
        form=FormState("channels", refused),
        band=(LOWEST_MHZ, HIGHEST_MHZ),
        choices=_choices(language),
        searches=[_row(study) for study in kept],
    )


def _choices(language: Language) -> dict[str, list[Choice]]:
    """Return the lists of the form, the usual first."""
    catalogues = {"polarization": "register", "reception": "register", "area": "channels"}
    lists: dict[str, list[Any]] = {
        "polarization": [Polarization.VERTICAL, Polarization.HORIZONTAL, Polarization.MIXED],
        "reception": [Reception.STEREO, Reception.MONO],
        "area": list(Area),
    }
    return {
        name: [
            Choice(one.value, text(f"{catalogues[name]}.{name}.{one.value}", language))
            for one in members
        ]
        for name, members in lists.items()
    }


def _row(study: Summary) -> dict[str, Any]:
    return {
        "id": study.id,
        "on": study.on,
        **(study.search or {}),
        "synthetic": study.synthetic,
        "flat": study.flat,
    }
