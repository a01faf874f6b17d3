"""Copies of the installation, for administrators in person: make, prove, list, download."""

import shlex

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from api.downloads import MEDIA_TYPES
from api.errors import status_of
from api.guard import GuardedRoute
from api.identity import identity_of
from api.pages import render
from api.service import service_of
from api.viewing import note_backup
from gis.backup import last_backup
from gis.errors import GisError

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)

_SHOWN = 100


@router.get("/view/backups")
def backups_page(request: Request) -> Response:
    """Show the copies, what is being made, and how one is brought back."""
    return _page(request)


@router.post("/view/backups")
def make(request: Request) -> Response:
    """Begin to make a copy and prove it; the page says how far it is."""
    try:
        service_of(request).backups.make(identity_of(request).name)
    except GisError as error:
        return _page(request, problem=error)
    return RedirectResponse("/view/backups", 303)


@router.post("/view/backups/{name}/prove")
def prove(request: Request, name: str) -> Response:
    """Begin to restore a copy beside its file, to prove it again."""
    try:
        service_of(request).backups.prove(name, identity_of(request).name)
    except GisError as error:
        return _page(request, problem=error)
    return RedirectResponse("/view/backups", 303)


@router.post("/view/backups/{name}/download")
def download(request: Request, name: str) -> Response:
    """Answer with a copy; who took it is kept before it goes."""
    try:
        path = service_of(request).backups.path(name)
    except GisError as error:
        return _page(request, problem=error)
    note_backup(request, name)
    return FileResponse(path, media_type=MEDIA_TYPES["zip"], filename=name)


def _page(request: Request, *, problem: GisError | None = None) -> Response:
    service = service_of(request)
    listed = service.backups.listed()
    newest = next((one for one in listed if one.proof is not None), None)
    file = str(service.backups.folder / (newest.name if newest else "phusong.zip"))
    return render(
        request,
        "backups.html",
        status_code=200 if problem is None else status_of(problem),
        problem=problem,
        work=service.backups.work,
        backups=listed[:_SHOWN],
        matched=len(listed),
        folder=str(service.backups.folder),
        last=last_backup(service.home),
        restore=f"phusong restore {shlex.quote(file)} --home",
        make=f"phusong backup {shlex.quote(file)}",
    )
