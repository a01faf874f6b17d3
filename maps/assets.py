"""Where the files that a map page loads lie on this machine."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

__all__ = [
    "LEAFLET_SCRIPT",
    "LEAFLET_STYLE",
    "LOADING_SCRIPT",
    "MAP_JOINED",
    "MAP_SCRIPT",
    "MAP_STYLE",
    "leaflet_folder",
]

LOADING_SCRIPT = "map/loading.js"
LEAFLET_SCRIPT = "leaflet/leaflet.js"
LEAFLET_STYLE = "leaflet/leaflet.css"
MAP_STYLE = "map/all.css"
MAP_SCRIPT = "map/all.js"
MAP_JOINED: Mapping[str, tuple[str, ...]] = {
    MAP_STYLE: ("map/map.css", "map/table.css", "map/sheet.css"),
    MAP_SCRIPT: (
        "map/symbols.js",
        "map/layers.js",
        "map/labels.js",
        "map/table.js",
        "map/point.js",
        "map/search.js",
        "map/legend.js",
        "map/sheet.js",
        "map/download.js",
        "map/picture.js",
        "map/studies.js",
        "map/map.js",
    ),
}  # what a page asks for once, and the files that are sent for it, one after the other


def leaflet_folder() -> Path:
    """Return the folder with `leaflet.js`, `leaflet.css` and `images/` of Leaflet 1.9.4.

    It comes from the wheel `django-js-lib-leaflet`, which is found without being imported: its
    package wants Django, its files do not.

    Raises
    ------
    FileNotFoundError
        If the wheel is not installed.
    """
    spec = find_spec("js_lib_leaflet")
    for place in spec.submodule_search_locations or () if spec is not None else ():
        folder = Path(place) / "static" / "js_lib_leaflet"
        if (folder / "leaflet.js").is_file():
            return folder
    raise FileNotFoundError("leaflet.js: the wheel django-js-lib-leaflet is not installed")
