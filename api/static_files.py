"""The files that pages load: ours, Leaflet's, and those joined so that a page asks only once."""

import asyncio
import hashlib
import mimetypes
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

import api
from maps.assets import MAP_JOINED, leaflet_folder

__all__ = ["JOINED", "joined", "static_file"]

_FOLDER = Path(api.__path__[0]) / "static"
_OWN = StaticFiles(directory=_FOLDER)
_LEAFLET = StaticFiles(directory=leaflet_folder())
_LEAFLET_PREFIX = "leaflet/"

JOINED: Mapping[str, tuple[str, ...]] = {
    "frame.css": ("phusong.css", "figures.css"),
    "frame.js": ("phusong.js", "validity.js"),
    **MAP_JOINED,
}


@cache
def joined(name: str) -> bytes:
    """Return the files of `JOINED` that are sent under a name, one after the other."""
    return b"\n".join((_FOLDER / one).read_bytes() for one in JOINED[name])


async def static_file(path: str, scope: Scope) -> Response:
    """Answer with a file by its path under `/static/`.

    Raises
    ------
    HTTPException
        404, if there is none; a path never leaves its folder.
    """
    if path in JOINED:
        response = await asyncio.to_thread(_joined_answer, path, scope)
    else:
        response = await _file_answer(path, scope)
    is_leaflet = path.startswith(_LEAFLET_PREFIX)
    response.headers["cache-control"] = "public, max-age=86400" if is_leaflet else "no-cache"
    return response


def _joined_answer(name: str, scope: Scope) -> Response:
    content = joined(name)
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    kind, _ = mimetypes.guess_type(name)
    response = Response(content, media_type=kind, headers={"etag": tag})
    unchanged = _OWN.is_not_modified(response.headers, Headers(scope=scope))
    return NotModifiedResponse(response.headers) if unchanged else response


async def _file_answer(path: str, scope: Scope) -> Response:
    folder = _LEAFLET if path.startswith(_LEAFLET_PREFIX) else _OWN
    wanted = path.removeprefix(_LEAFLET_PREFIX)
    if not await asyncio.to_thread(_is_file, folder, wanted):
        raise HTTPException(404)
    return await folder.get_response(wanted, scope)


def _is_file(folder: StaticFiles, wanted: str) -> bool:
    """Return whether a path names a file inside a folder; never leaves the folder."""
    try:
        _, found = folder.lookup_path(wanted)
    except (OSError, ValueError):
        return False
    return found is not None
