"""The antenna of two angles of a station: hung and taken down, from a page and by programs."""

from typing import Annotated

from fastapi import APIRouter, Depends, File, UploadFile
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.errors import InvalidParameterError
from api.geojson import feature
from api.guard import GuardedRoute
from api.identity import identity_of
from api.routers.stations import show_station
from api.service import service_of
from gis.errors import GisError, NotFoundError
from gis.exchange.antennas import FILE_BYTES
from gis.exchange.station_antennas import ASKED, CUTS_ASKED, hang, take_down
from gis.register.records import BroadcastStation

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute)

_FILE = "file"
_KNOWN = (*ASKED, *CUTS_ASKED)
_OTHERS = (_FILE, "csrf_token", "seen")
_LONGEST_NAME = 120
_BODY = {
    "requestBody": {
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["kind"],
                    "properties": {
                        **{name: {"type": "string"} for name in _KNOWN},
                        _FILE: {"type": "string", "format": "binary"},
                    },
                }
            }
        }
    }
}


async def _form(request: Request) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_form)]
Sent = Annotated[UploadFile | None, File()]


@router.post("/stations/{station_id}/antenna", tags=["register"], openapi_extra=_BODY)
def put(request: Request, station_id: str, form: Form, file: Sent = None) -> JSONResponse:
    """Give a station an antenna of two angles: a formula with its parameters, or an MSI file."""
    changed = _hung(request, station_id, _asked(form), file)
    return JSONResponse(feature(changed), media_type="application/geo+json")


@router.delete("/stations/{station_id}/antenna", tags=["register"])
def remove(request: Request, station_id: str) -> JSONResponse:
    """Take a station's antenna of two angles away."""
    changed = take_down(service_of(request).register, station_id, author=identity_of(request).name)
    return JSONResponse(feature(changed), media_type="application/geo+json")


@router.post("/view/stations/{station_id}/antenna", include_in_schema=False)
def put_from_page(request: Request, station_id: str, form: Form, file: Sent = None) -> Response:
    """Hang the antenna of the form and show the station; what is wrong stands above the form."""
    asked: dict[str, str] = {}
    try:
        asked = _asked(form)
        shown = form.get("seen")
        _hung(request, station_id, asked, file, shown if isinstance(shown, str) else None)
    except NotFoundError:
        raise
    except GisError as error:
        return show_station(request, station_id, problem=error, asked=asked)
    return RedirectResponse(f"/view/stations/{station_id}#antenna", 303)


@router.post("/view/stations/{station_id}/antenna/remove", include_in_schema=False)
def remove_from_page(request: Request, station_id: str) -> Response:
    """Take the antenna down and show the station."""
    take_down(service_of(request).register, station_id, author=identity_of(request).name)
    return RedirectResponse(f"/view/stations/{station_id}#antenna", 303)


def _hung(
    request: Request,
    station_id: str,
    asked: dict[str, str],
    sent: UploadFile | None,
    seen: str | None = None,
) -> BroadcastStation:
    """Hang the antenna of a form; its file is read no further than it may be long."""
    file = None
    if sent is not None and sent.filename:
        file = sent.file.read(FILE_BYTES + 1), sent.filename[-_LONGEST_NAME:]
    author = identity_of(request).name
    return hang(
        service_of(request).register, station_id, asked, author=author, file=file, seen=seen
    )


def _asked(form: FormData) -> dict[str, str]:
    """Return the texts of a form.

    Raises
    ------
    InvalidParameterError
        If the form holds something else, or something twice.
    """
    asked: dict[str, str] = {}
    seen = set()
    for name, value in form.multi_items():
        if name in seen:
            raise InvalidParameterError("pages.repeated_parameter", name=name[:80])
        seen.add(name)
        if name in _KNOWN and isinstance(value, str):
            asked[name] = value
        elif name not in _OTHERS:
            known = ", ".join((*_KNOWN, _FILE))
            raise InvalidParameterError("pages.unknown_field", name=name[:80], known=known)
    return asked
