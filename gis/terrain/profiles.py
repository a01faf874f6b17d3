"""Path profiles along geodesics of the WGS 84 ellipsoid.

Profiles carry the clutter heights of the ground's land cover, 0 where it has none, and the
radio-climatic zones of the ground, inland (Rec. ITU-R P.1812-8, section 3.2, zone A2) where it has
none.

Voids: `path_profile` raises, because one path was asked for and there is no answer. The functions
for many paths leave NaN where the source knows nothing, and a model then yields NaN for the paths
that cross it, so that one void does not cost a whole coverage.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Geod

from gis.errors import FormatError, TerrainUnavailableError
from gis.terrain.ground import Ground, Surface, stand
from propagation.profile import PathProfile

__all__ = ["path_profile", "profile_of", "radial_surface", "ring_profiles"]

Floats = NDArray[np.float64]

_GEOD = Geod(ellps="WGS84")
_FEWEST_POINTS = 4


def path_profile(
    ground: Ground,
    tx_lonlat: tuple[float, float],
    rx_lonlat: tuple[float, float],
    *,
    step_km: float,
    transmitter_ground_height_m: float | None = None,
) -> PathProfile:
    """Sample one path from transmitter to receiver in equal steps.

    Parameters
    ----------
    ground : Ground
        Heights, land cover and zones.
    tx_lonlat, rx_lonlat : tuple of float
        Longitude and latitude of both ends, WGS 84 degrees.
    step_km : float
        Largest distance between points; the path is cut into equal steps no longer than this,
        at least three.
    transmitter_ground_height_m : float, optional
        The station's recorded ground height. On flat terrain the station stands on it, and it
        is required; a raster's own height goes before it, which then only fills a void under
        the station itself.

    Returns
    -------
    PathProfile
        Arrays of shape (n,).

    Raises
    ------
    FormatError
        If the ends coincide or the step is not positive.
    TerrainUnavailableError
        If terrain is flat and no ground height is recorded, or the source has a void on the
        path; the error names the first one.
    """
    azimuth, _, length_m = _GEOD.inv(*tx_lonlat, *rx_lonlat)
    if not (length_m > 0 and step_km > 0):
        raise FormatError("terrain.path_too_short")
    steps = max(_FEWEST_POINTS - 1, int(np.ceil(length_m / 1000 / step_km - 1e-9)))
    distance = np.linspace(0.0, length_m / 1000, steps + 1)
    lon, lat, surface = radial_surface(
        ground,
        tx_lonlat,
        azimuth,
        distance,
        transmitter_ground_height_m=transmitter_ground_height_m,
    )
    voids = np.flatnonzero(np.isnan(surface.terrain_height_m))
    if voids.size:
        first = voids[0]
        raise TerrainUnavailableError(
            "terrain.void",
            source=ground.elevation.identifier.split(" ")[0],
            longitude=float(lon[first]),
            latitude=float(lat[first]),
            distance_km=round(float(distance[first]), 3),
        )
    return profile_of(distance, surface)


def ring_profiles(
    ground: Ground,
    tx_lonlat: tuple[float, float],
    azimuths_deg: ArrayLike,
    distance_km: float,
    points: int,
    *,
    transmitter_ground_height_m: float | None = None,
) -> tuple[PathProfile, Floats, Floats]:
    """Sample the paths to a ring of receivers, all equally far.

    Parameters
    ----------
    ground : Ground
        Heights, land cover and zones.
    tx_lonlat : tuple of float
        Longitude and latitude of the transmitter, WGS 84 degrees.
    azimuths_deg : array_like, shape (a,)
        Directions of the paths, degrees from true north.
    distance_km : float
        Length of every path.
    points : int
        Points of each profile, both ends included; at least four.
    transmitter_ground_height_m : float, optional
        As for `path_profile`.

    Returns
    -------
    PathProfile
        Arrays of shape (a, points), the distances (points,); NaN in voids.
    longitude, latitude : ndarray, shape (a,)
        The receivers.

    Raises
    ------
    FormatError
        If the distance is not positive or the points are too few.
    TerrainUnavailableError
        If terrain is flat and no ground height is recorded.
    """
    if not distance_km > 0 or points < _FEWEST_POINTS:
        raise FormatError("terrain.path_too_short")
    distance = np.linspace(0.0, distance_km, points)
    azimuths = np.atleast_1d(np.asarray(azimuths_deg, dtype=np.float64))
    lon, lat, surface = radial_surface(
        ground,
        tx_lonlat,
        azimuths,
        distance,
        transmitter_ground_height_m=transmitter_ground_height_m,
    )
    return profile_of(distance, surface), lon[..., -1], lat[..., -1]


def radial_surface(
    ground: Ground,
    tx_lonlat: tuple[float, float],
    azimuth_deg: ArrayLike,
    distances_km: ArrayLike,
    *,
    transmitter_ground_height_m: float | None = None,
) -> tuple[Floats, Floats, Surface]:
    """Return where the points of radials lie and what the ground is there.

    With equal steps every point is the receiver of the path that the points before it form.

    Parameters
    ----------
    ground : Ground
        Heights, land cover and zones.
    tx_lonlat : tuple of float
        Longitude and latitude of the transmitter, WGS 84 degrees.
    azimuth_deg : array_like, shape (...)
        Directions, degrees from true north.
    distances_km : array_like, shape (n,)
        Distances from the transmitter, the first one 0.
    transmitter_ground_height_m : float, optional
        As for `path_profile`.

    Returns
    -------
    longitude, latitude : ndarray, shape (..., n)
        WGS 84 degrees.
    Surface
        Of the same shape; NaN heights in voids.

    Raises
    ------
    TerrainUnavailableError
        If terrain is flat and no ground height is recorded.
    """
    azimuth, distance = np.broadcast_arrays(
        np.asarray(azimuth_deg, dtype=np.float64)[..., np.newaxis],
        np.asarray(distances_km, dtype=np.float64),
    )
    longitude, latitude, _ = _GEOD.fwd(
        np.full(azimuth.size, tx_lonlat[0]),
        np.full(azimuth.size, tx_lonlat[1]),
        azimuth.ravel(),
        distance.ravel() * 1000,
    )
    lon = np.asarray(longitude, dtype=np.float64).reshape(azimuth.shape)
    lat = np.asarray(latitude, dtype=np.float64).reshape(azimuth.shape)
    surface = ground.at(lon, lat)
    stand(ground, surface.terrain_height_m, transmitter_ground_height_m)
    return lon, lat, surface


def profile_of(distance_km: Floats, surface: Surface) -> PathProfile:
    """Return the paths over a surface."""
    return PathProfile(
        distance_km=distance_km,
        terrain_height_m=surface.terrain_height_m,
        clutter_height_m=surface.clutter_height_m,
        zone=surface.zone,
    )
