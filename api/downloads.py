"""Files that are made for one answer and gone when it was sent."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.responses import FileResponse

__all__ = ["MEDIA_TYPES", "made_for_download"]

MEDIA_TYPES = {
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "geojsonseq": "application/geo+json-seq",
    "fgb": "application/vnd.flatgeobuf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "zip": "application/zip",
    "kml": "application/vnd.google-earth.kml+xml",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""Media type by the ending of a file's name."""


def made_for_download(name: str, write: Callable[[Path], object]) -> FileResponse:
    """Return a file for download that is written now and removed once it was sent.

    Parameters
    ----------
    name : str
        Its name for the person; the ending decides the media type.
    write : callable
        Writes the file at the path that it is given; what it raises is passed on.
    """
    folder = tempfile.TemporaryDirectory(prefix="phusong-")
    ending = name.rpartition(".")[2]
    path = Path(folder.name) / f"made.{ending}"
    try:
        write(path)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        path,
        media_type=MEDIA_TYPES[ending],
        filename=name,
        background=BackgroundTask(folder.cleanup),
    )
