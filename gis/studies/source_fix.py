"""The place at which the bearings of a case cross, on the ellipsoid."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

from gis.geodesy import destination
from gis.studies.source_weighing import Case
from propagation.interference.bearings import Bearings, Fix, fix

__all__ = ["fix_json"]

Floats = NDArray[np.float64]

_CORNERS: Final = 72
_SHORT_KM: Final = 1.0


def fix_json(case: Case) -> dict[str, Any] | None:
    """Return the fix of a case's bearings as JSON values; None where there are no bearings.

    `reason` says why bearings gave none. A plane touches the Earth between the stations (azimuthal
    equidistant); each bearing is turned by the convergence of its meridian there.
    """
    seen = case.observed.bearings
    if not seen:
        return None
    lon = np.array([one.longitude for one in seen])
    lat = np.array([one.latitude for one in seen])
    bearing = np.array([one.bearing_deg for one in seen])
    plane = f"+proj=aeqd +lat_0={lat.mean():.6f} +lon_0={lon.mean():.6f} +ellps=WGS84 +units=km"
    there = Transformer.from_crs("EPSG:4326", plane, always_xy=True)
    x, y = (np.asarray(one) for one in there.transform(lon, lat))
    ahead = there.transform(*destination(lon, lat, bearing, _SHORT_KM))
    turned = np.degrees(np.arctan2(np.asarray(ahead[0]) - x, np.asarray(ahead[1]) - y))
    stations = list(case.stations)
    compass = np.array([stations.index(one.station) for one in seen], dtype=np.intp)
    error = np.array([one.error_deg for one in seen])
    found = fix(
        Bearings(np.mod(turned, 360.0), error, compass),
        x,
        y,
        reversed_share=case.share("reversed_percent"),
    )
    if not isinstance(found, Fix):
        return {"reason": found.value}
    return _told(found, case, there)


def _told(found: Fix, case: Case, there: Transformer) -> dict[str, Any]:
    ring = np.linspace(0.0, 2 * np.pi, _CORNERS, endpoint=False)
    turn = np.radians(found.orientation_deg)
    major, minor = found.semi_major_km * np.cos(ring), found.semi_minor_km * np.sin(ring)
    x = found.x_km + major * np.sin(turn) + minor * np.cos(turn)
    y = found.y_km + major * np.cos(turn) - minor * np.sin(turn)
    back = "INVERSE"
    corners = there.transform(x, y, direction=back)
    centre = there.transform(found.x_km, found.y_km, direction=back)
    return {
        "reason": None,
        "longitude": round(float(centre[0]), 6),
        "latitude": round(float(centre[1]), 6),
        "semi_major_km": round(found.semi_major_km, 3),
        "semi_minor_km": round(found.semi_minor_km, 3),
        "orientation_deg": round(found.orientation_deg, 1),
        "agreement": round(found.agreement, 6),
        "agrees": found.agrees,
        "crosses_as_read": found.crosses_as_read,
        "reading_share": None if found.reading_share is None else round(found.reading_share, 4),
        "reversed": [name for name, one in zip(case.stations, found.reversed, strict=True) if one],
        "bearings": [
            {
                "station": seen.station,
                "residual_deg": round(float(residual), 2),
                "outlier": outlier,
            }
            for seen, residual, outlier in zip(
                case.observed.bearings, found.residual_deg, found.outlier, strict=True
            )
        ],
        "ellipse": [
            [round(float(a), 6), round(float(b), 6)] for a, b in zip(*corners, strict=True)
        ],
    }
