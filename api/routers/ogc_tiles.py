"""OGC API - Tiles, part 1 (20-057): vector tiles of collections, map tiles of studies."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.guard import GuardedRoute
from api.identity import identity_of
from api.language import api_language
from api.ogc import tiles
from api.ogc.accepted import require_accepted, require_json_accepted
from api.ogc.answers import held_already, revalidated, tag_of
from api.ogc.asked import time_of
from api.routers.ogc import collection_of, reader_of
from api.service import public_url, service_of
from api.viewing import note_told
from gis.errors import NotFoundError
from gis.features.collections import Collection
from gis.features.tiling import vector_tile
from gis.studies.record import Study, file_path
from gis.web_mercator import Tile
from maps.tiles import TiledMap, map_bounds, map_tile, tiled_map

__all__ = ["router"]

router = APIRouter(route_class=GuardedRoute, tags=["ogc"])

_JSON: Final = [Depends(require_json_accepted)]
_TILES: Final = "/ogc/collections/{collection_id}/tiles"
_MAP: Final = "/ogc/studies/{study_id}/map/tiles"
_SET: Final = "/{tile_matrix_set_id}"
_TILE: Final = "/{tile_matrix_set_id}/{tile_matrix}/{tile_row}/{tile_col}"


def _asked(
    tile_matrix_set_id: str,
    tile_matrix: Annotated[int, Path(description="0 is one tile for the world.")],
    tile_row: Annotated[int, Path(description="From the north, from 0.")],
    tile_col: Annotated[int, Path(description="From the west, from 0.")],
) -> Tile:
    return tiles.tile_asked(tile_matrix_set_id, tile_matrix, tile_row, tile_col)


AskedTile = Annotated[Tile, Depends(_asked)]


@router.get("/ogc/tileMatrixSets", dependencies=_JSON)
def tile_matrix_sets(request: Request) -> dict[str, Any]:
    """The tile matrix sets that there are."""
    return tiles.tile_matrix_sets(public_url(request))


@router.get("/ogc/tileMatrixSets/{tile_matrix_set_id}", dependencies=_JSON)
def tile_matrix_set(tile_matrix_set_id: str) -> dict[str, Any]:
    """The definition of a tile matrix set."""
    tiles.require_known(tile_matrix_set_id)
    return tiles.tile_matrix_set()


@router.get(_TILES, dependencies=_JSON)
def tilesets(request: Request, collection_id: str) -> dict[str, Any]:
    """The sets of vector tiles of a collection."""
    return _vector(request, collection_id).listed()


@router.get(_TILES + _SET, dependencies=_JSON)
def tileset(request: Request, collection_id: str, tile_matrix_set_id: str) -> dict[str, Any]:
    """What the vector tiles of a collection are."""
    found = _vector(request, collection_id)
    tiles.require_known(tile_matrix_set_id)
    return found.document()


@router.get(_TILES + _TILE, response_class=Response)
def tile(
    request: Request,
    collection_id: str,
    asked: AskedTile,
    *,
    f: Annotated[Literal["mvt"] | None, Query()] = None,
    datetime: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """A vector tile with what the caller may see; 204 where nothing lies there."""
    if f is None:
        require_accepted(request, tiles.MVT)
    known = _placed(request, collection_id)
    time = None if datetime is None else time_of(datetime)
    made = vector_tile(reader_of(request), known, asked, time)
    note_told(request, **{known.id: made.features})
    headers = revalidated(tag_of(made.content)) | {
        "ogc-numbermatched": str(made.matched),
        "ogc-numberreturned": str(len(made.features)),
    }
    if held_already(request, headers):
        return Response(status_code=304, headers=headers)
    if not made.content:
        return Response(status_code=204, headers=headers)
    return Response(made.content, headers=headers, media_type=tiles.MVT)


def _vector(request: Request, collection_id: str) -> tiles.TileSet:
    known = _placed(request, collection_id)
    extent = reader_of(request).extent(known)
    return tiles.vector_tiles(public_url(request), known, extent, api_language(request))


def _placed(request: Request, collection_id: str) -> Collection:
    """Return a collection that has places.

    Raises
    ------
    NotFoundError
        If it has none, and so no tiles.
    """
    found = collection_of(request, collection_id)
    if found.geometry is None:
        raise NotFoundError("ogc.tiles_without_place", name=found.id)
    return found


@router.get(_MAP, dependencies=_JSON)
def map_tilesets(request: Request, study_id: str) -> dict[str, Any]:
    """The sets of map tiles of a study."""
    return _map(request, study_id).listed()


@router.get(_MAP + _SET, dependencies=_JSON)
def map_tileset(request: Request, study_id: str, tile_matrix_set_id: str) -> dict[str, Any]:
    """What the map tiles of a study are, with their legend."""
    found = _map(request, study_id)
    tiles.require_known(tile_matrix_set_id)
    return found.document()


@router.get(_MAP + _TILE, response_class=Response)
def map_tile_png(
    request: Request,
    study_id: str,
    asked: AskedTile,
    *,
    f: Annotated[Literal["png"] | None, Query()] = None,
) -> Response:
    """A picture of a study's raster in the colours of the maps; transparent where it has none."""
    if f is None:
        require_accepted(request, tiles.PNG)
    study, drawn = _drawn(request, study_id)
    path = file_path(study, drawn.file, service_of(request).home)
    where = f"{asked.level}/{asked.row}/{asked.column}"
    headers = revalidated(tag_of(f"{study.files[drawn.file]}/{where}".encode()))
    if held_already(request, headers):
        return Response(status_code=304, headers=headers)
    return Response(map_tile(path, drawn.palette, asked), headers=headers, media_type=tiles.PNG)


def _map(request: Request, study_id: str) -> tiles.TileSet:
    study, drawn = _drawn(request, study_id)
    bounds = map_bounds(file_path(study, drawn.file, service_of(request).home))
    return tiles.map_tiles(public_url(request), study.id, drawn, bounds, api_language(request))


def _drawn(request: Request, study_id: str) -> tuple[Study, TiledMap]:
    """Return a study that the caller may read, and how its map is drawn."""
    study = service_of(request).study(study_id, identity_of(request))
    return study, tiled_map(study)
