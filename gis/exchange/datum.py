"""Which coordinate system a text names: `VN-2000, KTT 105°45', múi 3°`, `WGS 84`, `EPSG:9210`."""

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pyproj import CRS
from pyproj.exceptions import ProjError

from gis.geodesy import PROJECTIONS, VN2000, WGS84, is_known, is_projected

__all__ = ["Statement", "crs_name", "fitting", "from_wkt", "stated"]

_EPSG = re.compile(r"(?:epsg|srid)\s*[:#/ -]*(?:[0-9.]*[:/])?(\d{4,6})", re.ASCII)
_BARE = re.compile(r"\d{4,5}", re.ASCII)
_CRS84 = re.compile(r"crs:?84|ogc:[0-9.]*:crs84")
_WGS84 = re.compile(r"wgs\s*[-_.]?\s*(?:19)?84")
_VN2000 = re.compile(r"vn\s*[-_.]?\s*2000")
_OTHER = re.compile(r"hn\s*[-_.]?\s*72|indian\s*[-_.]?\s*(?:19)?(?:54|60|75)|pulkovo|krasovsky")
_UTM = re.compile(r"(?:utm|zone|mui)?\s*(4[89])\s*n\b")
_ZONE_TM3 = re.compile(r"\b(48[12]|491)\b")
_MERIDIAN = re.compile(
    r"\b(10[2-9]|11[01])(?:\s*(?:°|o|do|-|'|\s)\s*([0-5]\d)\b|[.,](\d{1,2})\b|\s*(?:°|o\b|do\b|\b))",
    re.ASCII,
)
_SIX_DEGREES = re.compile(r"(?:mui(?: chieu)?\s*6|6\s*(?:°|o|do)|0[.,]9996|utm)")
_TM_PARAMETERS = (
    "Longitude of natural origin",
    "Scale factor at natural origin",
    "False easting",
    "False northing",
    "Latitude of natural origin",
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What a file says of its coordinate system.

    Attributes
    ----------
    text : str
        Its own words.
    epsg : int or None
        The system, when the words settle it; it may be one that cannot be read.
    vn2000 : bool
        Whether the datum is VN-2000 and only the grid is missing.
    """

    text: str
    epsg: int | None
    vn2000: bool

    def resolve(self, *, projected: bool) -> int | None:
        """Return the system of coordinates in metres or in degrees, or None if it stays open."""
        if self.epsg is not None:
            both_known = is_known(self.epsg)
            return self.epsg if not both_known or is_projected(self.epsg) == projected else None
        return None if projected or not self.vn2000 else VN2000


@lru_cache(maxsize=4096)
def stated(text: str, *, alone: bool = False) -> Statement | None:
    """Return what a text says of its coordinate system, or None if it says nothing.

    Parameters
    ----------
    text : str
        A header, a note, a cell, the name of a system.
    alone : bool
        Whether the text is nothing but the system, so that bare digits are its EPSG code.
    """
    words = _simplified(text)
    found = _EPSG.search(words) or (_BARE.fullmatch(words) if alone else None)
    if found is not None:
        return Statement(text, int(found.group(found.lastindex or 0)), vn2000=False)
    if _VN2000.search(words) and _WGS84.search(words):
        return None
    if _VN2000.search(words):
        epsg = _grid(_VN2000.sub(" ", words))
        return Statement(text, epsg, vn2000=True)
    if _CRS84.search(words):
        return Statement(text, WGS84, vn2000=False)
    if _WGS84.search(words):
        zone = _UTM.search(_WGS84.sub(" ", words))
        return Statement(text, 32600 + int(zone[1]) if zone else WGS84, vn2000=False)
    return Statement(text, 0, vn2000=False) if _OTHER.search(words) else None


def crs_name(epsg: int) -> str:
    """Return the short name of a system: `VN-2000 / 105°45′ (EPSG:9210)`."""
    if epsg in (WGS84, VN2000):
        return f"{'WGS 84' if epsg == WGS84 else 'VN-2000'} (EPSG:{epsg})"
    if epsg not in PROJECTIONS:
        return f"EPSG:{epsg}"
    grid = PROJECTIONS[epsg]
    datum = "VN-2000" if grid.vn2000 else "WGS 84"
    degrees = int(grid.central_meridian_deg)
    minutes = round((grid.central_meridian_deg - degrees) * 60)
    width = 3 if grid.scale > 0.9998 else 6
    return f"{datum} / {degrees}°{minutes:02d}′, {width}° (EPSG:{epsg})"


def fitting(vn2000: bool | None = None) -> list[int]:
    """Return the grids that can be read, those of one datum if wanted, by central meridian."""
    return sorted(
        (epsg for epsg, grid in PROJECTIONS.items() if vn2000 is None or grid.vn2000 == vn2000),
        key=lambda epsg: (not PROJECTIONS[epsg].vn2000, PROJECTIONS[epsg].central_meridian_deg,
                          epsg),
    )  # fmt: skip


def _simplified(text: str) -> str:
    spread = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    plain = "".join(c for c in spread if not unicodedata.combining(c))
    return re.sub(r"[º˚⁰]", "°", re.sub(r"[’‘′]", "'", plain)).strip()


def _grid(words: str) -> int | None:
    zone = _ZONE_TM3.search(words)
    if zone is not None:
        return {"481": 5896, "482": 5897, "491": 5898}[zone[1]]
    utm = _UTM.search(words)
    if utm is not None:
        return 3405 if utm[1] == "48" else 3406
    found = _MERIDIAN.search(words)
    if found is None:
        return None
    meridian = float(found[1])
    if found[2]:
        meridian += int(found[2]) / 60
    elif found[3]:
        meridian += float(f"0.{found[3]}")
    six = _SIX_DEGREES.search(words) is not None
    for epsg, grid in PROJECTIONS.items():
        same = abs(grid.central_meridian_deg - meridian) < 1e-6
        if grid.vn2000 and same and (grid.scale < 0.9998) == six:
            return epsg
    return None


def from_wkt(definition: str) -> int | None:
    """Return the EPSG code of the system that a WKT describes, or None.

    Programs store VN-2000 grids under numbers of their own; the datum's name, the central meridian
    and the scale tell which one it is. Any parameters of a shift to WGS 84 in it are left aside.
    """
    try:
        crs = CRS.from_wkt(definition)
    except ProjError:
        return None
    base = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    geodetic = base.geodetic_crs
    datum = stated(f"{base.name} {geodetic.name if geodetic is not None else ''}")
    if datum is None or datum.epsg == 0:
        return None
    if base.is_geographic:
        return VN2000 if datum.vn2000 else WGS84
    operation = base.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    values = {parameter.name: parameter.value for parameter in operation.params}
    for epsg, grid in PROJECTIONS.items():
        wanted = (grid.central_meridian_deg, grid.scale, 500_000.0, 0.0, 0.0)
        if grid.vn2000 == datum.vn2000 and all(
            abs(float(values.get(name, math.nan)) - value) < 1e-6
            for name, value in zip(_TM_PARAMETERS, wanted, strict=True)
        ):
            return epsg
    return None
