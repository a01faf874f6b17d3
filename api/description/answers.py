"""What each operation answers with: its statuses, and the media types of its files."""

from typing import Any, Final

from api.downloads import MEDIA_TYPES
from api.ogc.tiles import MVT, PNG
from api.roles import MAP_TILE, VECTOR_TILE
from gis.features.bulk import BulkFormat

__all__ = ["MEDIA", "PROBLEM", "answered_with", "refusals"]

_GEOJSON: Final = (MEDIA_TYPES["geojson"],)
_CSV: Final = (MEDIA_TYPES["csv"],)
_SVG: Final = ("image/svg+xml",)
_XLSX: Final = (MEDIA_TYPES["xlsx"],)
_LETTERS: Final = (MEDIA_TYPES["pdf"], MEDIA_TYPES["docx"])

MEDIA: Final[dict[str, tuple[str, ...]]] = {
    "/structures": _GEOJSON,
    "/stations": _GEOJSON,
    "/stations/{station_id}": _GEOJSON,
    "/stations/{station_id}/antenna": _GEOJSON,
    "/plan-entries": _GEOJSON,
    "/units": _GEOJSON,
    "/boundaries": _GEOJSON,
    "/quality/{owner_id}/defects": (*_CSV, *_XLSX),
    "/studies/{study_id}/files/{name}": ("image/tiff", *_GEOJSON, "application/json"),
    "/studies/{study_id}/report.html": ("text/html",),
    "/studies/{study_id}/report.pdf": (MEDIA_TYPES["pdf"],),
    "/studies/{study_id}/report.docx": (MEDIA_TYPES["docx"],),
    "/path.svg": _SVG,
    "/link.svg": _SVG,
    "/jobs/{job_id}/events": ("text/event-stream",),
    "/plan-rows.csv": _CSV,
    "/fees.csv": _CSV,
    "/studies/{study_id}/matrix": ("application/json", *_CSV),
    "/studies/{study_id}/communes": ("application/json", *_CSV, *_XLSX),
    "/certification/table": (*_CSV, *_XLSX),
    "/reports/{period}/report.{ending}": (*_LETTERS, *_XLSX),
    "/desk/{kind}/{desk_case_id}/files/{file_id}": (
        "image/jpeg",
        "image/png",
        MEDIA_TYPES["pdf"],
        *_CSV,
        "text/plain",
    ),
    "/desk/{kind}/{desk_case_id}/letters/{name}.{ending}": _LETTERS,
    "/desk/inspection/{inspection_id}/form.html": ("text/html",),
    "/desk/inspection_plan/{inspection_plan_id}/lines.xlsx": _XLSX,
    "/imports/{import_id}/errors.xlsx": _XLSX,
    "/desk/interference/{interference_id}/evidence.zip": (MEDIA_TYPES["zip"],),
    "/exports/{layer}": tuple(
        MEDIA_TYPES[one] for one in ("gpkg", "geojson", "xlsx", "csv", "zip", "kml")
    ),
    "/ogc/collections/{collection_id}/bulk": tuple(MEDIA_TYPES[one] for one in BulkFormat),
    VECTOR_TILE: (MVT,),
    MAP_TILE: (PNG,),
    "/samples/{name}": (*_XLSX, *_CSV),
}
"""Media types of what is no plain JSON, by path; of `/structures/{structure_id}` see below."""

_READ_AS_GEOJSON: Final = frozenset({"/structures/{structure_id}"})

PROBLEM: Final = {
    "type": "object",
    "description": "Problem details (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "Stable name of the reason."},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}

_SAID: Final = {
    204: "Nothing lies there.",
    304: "The caller has it already.",
    400: "An unknown or repeated parameter, or a value that makes no sense.",
    401: "Nobody is signed in, or the token opens nothing.",
    403: "The role, or the token, does not allow it.",
    404: "There is none that the caller may see.",
    406: "It cannot be had in what is accepted.",
    408: "The body came too slowly.",
    409: "Somebody changed it meanwhile, or something rests on it.",
    412: "It is not any more as the caller saw it.",
    413: "The body is too large.",
    415: "The body is not of a kind that is read.",
    422: "A value cannot be taken, with its name and the reason.",
    428: "It must be said which state of it was seen (If-Match).",
    429: "Too many requests, or too many jobs that wait; Retry-After says how long.",
    503: "It takes too long, or nothing can be written now; Retry-After says when to ask again.",
}
_ALWAYS: Final = (400, 401, 403, 404, 422, 429, 503)
_OF_WRITES: Final = (408, 409, 413)
_OF_STANDARD: Final = (400, 401, 403, 404, 406, 429, 503)


def refusals(method: str, path: str, *, more: tuple[int, ...] = ()) -> dict[str, Any]:
    """Return the statuses of an operation that are no success."""
    standard = path.startswith("/ogc")
    codes = {*(_OF_STANDARD if standard else _ALWAYS), *more}
    if method not in ("get", "options"):
        codes |= {*_OF_WRITES, *((415,) if standard else ())}
    return {str(code): _refusal(code) for code in sorted(codes)}


def _refusal(code: int) -> dict[str, Any]:
    if code < 400:
        return {"description": _SAID[code]}
    schema = {"$ref": "#/components/schemas/Problem"}
    found: dict[str, Any] = {
        "description": _SAID[code],
        "content": {"application/problem+json": {"schema": schema}},
    }
    if code in (429, 503):
        described = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        found["headers"] = {"Retry-After": described}
    return found


def answered_with(method: str, path: str, response: dict[str, Any]) -> dict[str, Any]:
    """Return a success with the media types that it comes in."""
    kinds = MEDIA.get(path)
    if method == "get" and path in _READ_AS_GEOJSON:
        kinds = _GEOJSON
    if kinds is None:
        return response
    known = response.get("content", {}).get("application/json", {"schema": {}})
    plain = {"application/json", *_GEOJSON}
    return {
        **response,
        "content": {
            kind: known if kind in plain else {"schema": {"type": "string", "format": "binary"}}
            for kind in kinds
        },
    }
