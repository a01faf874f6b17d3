"""A station over a terrain: its power towards a receiver, its paths and what they lose."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.errors import GisError
from gis.geodesy import GEOD
from gis.register.records import BroadcastStation
from gis.studies.model import FieldSettings
from gis.terrain.ground import Ground
from gis.terrain.profiles import profile_of, radial_surface
from propagation.antenna import horizontal_attenuation_db
from propagation.area.radial import Emission
from propagation.itu import p525, p1812
from propagation.profile import PathProfile

__all__ = ["FEWEST_POINTS", "NEAREST_KM", "Emitter", "missing_values"]

Floats = NDArray[np.float64]

NEAREST_KM = 0.25
"""Shortest path of Rec. ITU-R P.1812-8."""

FEWEST_POINTS = 11
"""Points of the shortest profiles, however short the path."""


_RANGES = {"height_above_ground_m": (1.0, 3000.0), "frequency_mhz": (30.0, 6000.0)}
"""What Rec. ITU-R P.1812-8 covers, section 1."""


def missing_values(station: BroadcastStation, *, flat: bool) -> tuple[str, ...]:
    """Return the names of the values without which no field of a station can be predicted.

    Those that are not on record, and those that leave the range of Rec. ITU-R P.1812. On flat
    terrain the station's own ground height is one of them.
    """
    needed = ["erp_total_dbw", "height_above_ground_m"]
    if flat:
        needed.append("ground_height_m")
    absent = [name for name in needed if getattr(station, name) is None]
    return (*absent, *(name for name in _RANGES if not _in_range(station, name)))


def _in_range(station: BroadcastStation, name: str) -> bool:
    lower, upper = _RANGES[name]
    value = getattr(station, name)
    return value is None or lower <= value <= upper


@dataclass(frozen=True, slots=True)
class Emitter:
    """A station whose field can be predicted over a terrain.

    Attributes
    ----------
    station : BroadcastStation
        With power, antenna height, and on flat terrain ground height.
    ground : Ground
        Heights, land cover, zones.
    settings : FieldSettings
        What else decides a field.

    Raises
    ------
    GisError
        If the station lacks one of those values, or it leaves the model's range; the key says
        which.
    """

    station: BroadcastStation
    ground: Ground
    settings: FieldSettings

    def __post_init__(self) -> None:
        """Refuse a station of which nothing can be predicted."""
        for name in missing_values(self.station, flat=self.ground.flat):
            value, who = getattr(self.station, name), self.station.name
            if value is None:
                raise GisError(f"studies.station_without_{name}", station=who)
            lower, upper = _RANGES[name]
            raise GisError(
                f"studies.station_outside_{name}",
                station=who,
                value=value,
                lower=lower,
                upper=upper,
            )

    @property
    def mast_height_m(self) -> float:
        """Height of the antenna above that of a receiver at the mast's foot."""
        height = self.station.height_above_ground_m or 0.0
        return abs(height - self.settings.receiver_height_above_ground_m)

    def erp_dbw(self, azimuth_deg: Floats) -> Floats:
        """Return the effective radiated power towards an azimuth, dBW."""
        power = np.full(np.shape(azimuth_deg), self.station.erp_total_dbw, dtype=np.float64)
        if self.station.attenuation_db:
            power -= horizontal_attenuation_db(self.station.attenuation_db, azimuth_deg)
        return power

    def towards(self, longitude: Floats, latitude: Floats) -> tuple[Floats, Floats]:
        """Return azimuth from the station, 0 to 360 degrees, and distance in km of points."""
        lon = np.ascontiguousarray(longitude, dtype=np.float64)
        lat = np.ascontiguousarray(latitude, dtype=np.float64)
        azimuth, _, metres = GEOD.inv(
            np.full(lon.shape, self.station.longitude),
            np.full(lat.shape, self.station.latitude),
            lon,
            lat,
        )
        return np.mod(azimuth, 360.0), np.asarray(metres) / 1e3

    def paths(self, azimuth_deg: Floats, distance_km: Floats) -> tuple[PathProfile, Floats]:
        """Return the profiles of paths over the ground, and the latitude of their ends.

        Parameters
        ----------
        azimuth_deg : ndarray, shape (k,)
            Directions.
        distance_km : ndarray, shape (n,) or (k, n)
            Distance of each point, the first 0.

        Returns
        -------
        PathProfile
            Of shape (k, n); NaN heights where the terrain has a void.
        ndarray, shape (k,)
            Latitude of the last points, degrees.
        """
        _, latitude, surface = radial_surface(
            self.ground,
            (self.station.longitude, self.station.latitude),
            azimuth_deg,
            distance_km,
            transmitter_ground_height_m=self.station.ground_height_m,
        )
        return profile_of(distance_km, surface), latitude[..., -1]

    def emission(self, time_percents: tuple[float, ...]) -> Emission:
        """Return what is asked of the station's radials."""
        settings = self.settings
        return Emission(
            frequencies_mhz=(float(self.station.frequency_mhz),),
            time_percents=time_percents,
            transmitter_height_above_ground_m=float(self.station.height_above_ground_m or 0.0),
            receiver_height_above_ground_m=settings.receiver_height_above_ground_m,
            lapse_rate_nunits_per_km=settings.lapse_rate_nunits_per_km,
            surface_refractivity_nunits=settings.surface_refractivity_nunits,
            location_percent=settings.location_percent,
            polarization=self.station.polarization,
        )

    def path_loss(
        self, profile: PathProfile, centre_latitude_deg: Floats, time_percent: float
    ) -> p1812.PathLoss:
        """Return every loss term of Rec. ITU-R P.1812 over paths of the station."""
        settings = self.settings
        return p1812.basic_transmission_loss(
            profile,
            frequency_mhz=self.station.frequency_mhz,
            time_percent=time_percent,
            transmitter_height_above_ground_m=self.station.height_above_ground_m or 0.0,
            receiver_height_above_ground_m=settings.receiver_height_above_ground_m,
            path_centre_latitude_deg=centre_latitude_deg,
            location_percent=settings.location_percent,
            polarization=self.station.polarization,
            lapse_rate_nunits_per_km=settings.lapse_rate_nunits_per_km,
            surface_refractivity_nunits=settings.surface_refractivity_nunits,
        )

    def fields_dbuvm(
        self,
        profile: PathProfile,
        azimuth_deg: Floats,
        centre_latitude_deg: Floats,
        time_percents: Sequence[float],
    ) -> Floats:
        """Return the field over each path for each percentage of time, shape (p, k).

        NaN for the paths that cross a void of the terrain.
        """
        known = np.asarray(~np.isnan(profile.terrain_height_m).any(axis=-1))
        fields = np.full((len(time_percents), known.size), np.nan)
        if not known.any():
            return fields
        power = self.erp_dbw(azimuth_deg[known])
        for row, percent in enumerate(time_percents):
            loss = self.path_loss(_rows(profile, known), centre_latitude_deg[known], percent)
            fields[row, known] = p1812.field_strength_dbuvm(
                loss.basic_transmission_loss_db,
                frequency_mhz=self.station.frequency_mhz,
                erp_dbw=power,
            )
        return fields

    def free_space_dbuvm(self, azimuth_deg: Floats, distance_km: Floats) -> Floats:
        """Return the free-space field at the slant distance, where P.1812 does not reach."""
        slant_km = np.maximum(np.hypot(distance_km, self.mast_height_m / 1e3), 1e-3)
        loss = p525.free_space_basic_transmission_loss_db(self.station.frequency_mhz, slant_km)
        power = self.erp_dbw(azimuth_deg)
        return p1812.field_strength_dbuvm(
            loss, frequency_mhz=self.station.frequency_mhz, erp_dbw=power
        )


def _rows(profile: PathProfile, chosen: NDArray[np.bool_]) -> PathProfile:
    """Return some of the paths of a profile."""
    if chosen.all():
        return profile
    distance = profile.distance_km
    return PathProfile(
        distance_km=distance[chosen] if distance.ndim > 1 else distance,
        terrain_height_m=profile.terrain_height_m[chosen],
        clutter_height_m=profile.clutter_height_m[chosen],
        zone=profile.zone[chosen],
    )
