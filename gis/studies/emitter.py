"""A station over a terrain: its power towards a receiver, its paths and what they lose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from gis.errors import GisError
from gis.geodesy import GEOD, destination
from gis.register.antennas import fits_carrier, pattern_of
from gis.register.records import BroadcastStation
from gis.studies.method import USUAL, Method
from gis.studies.model import POINT_RESOLUTION_M, FieldSettings, located_settings
from gis.studies.predictors.base import FREE_SPACE_KM, Explained, Limits
from gis.studies.predictors.p1812 import P1812
from gis.terrain.ground import Ground, GroundWindows, stand
from gis.terrain.profiles import profile_of, radial_surface
from propagation.antenna import horizontal_attenuation_db
from propagation.antenna_mounting import erp_towards_dbw
from propagation.area.departure import departure_elevation_deg
from propagation.area.radial import Emission
from propagation.geometry import effective_earth_radius_km
from propagation.itu import p525, p1812
from propagation.profile import PathProfile

__all__ = ["FEWEST_POINTS", "NEAREST_KM", "Emitter", "missing_values"]

Floats = NDArray[np.float64]

NEAREST_KM = FREE_SPACE_KM
"""Shortest path of Rec. ITU-R P.1812-8."""

FEWEST_POINTS = 11
"""Points of the shortest profiles, however short the path."""


def missing_values(
    station: BroadcastStation, *, flat: bool, limits: Limits = P1812.limits
) -> tuple[str, ...]:
    """Return the names of the values without which no field of a station can be predicted.

    Those that are not on record, and those that leave the range of the model. On flat terrain
    the station's own ground height is one of them; so is an antenna whose formula does not hold
    at the carrier.
    """
    needed = ["erp_total_dbw", "height_above_ground_m"]
    if flat:
        needed.append("ground_height_m")
    absent = [name for name in needed if getattr(station, name) is None]
    outside = (
        name for name, (lower, upper) in _ranges(limits).items()
        if (value := getattr(station, name)) is not None and not lower <= value <= upper
    )  # fmt: skip
    antenna = station.antenna
    unfit = antenna is not None and not fits_carrier(antenna, station.frequency_mhz)
    return (*absent, *outside, *(("antenna",) if unfit else ()))


def _ranges(limits: Limits) -> dict[str, tuple[float, float]]:
    """Return what a model asks of a station, by the names of the record."""
    return {
        "height_above_ground_m": limits.transmitter_heights_m,
        "frequency_mhz": limits.frequencies_mhz,
    }


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
    method : Method
        The model, and what is added to its loss.

    Raises
    ------
    GisError
        If the station lacks one of those values, it or the settings leave the range of the model
        or of an addition, or clutter would be counted twice; the key says which.
    """

    station: BroadcastStation
    ground: Ground
    settings: FieldSettings
    method: Method = USUAL

    def __post_init__(self) -> None:
        """Refuse a station of which nothing can be predicted."""
        predictor, additions = self.method.predictor, self.method.additions
        for name in missing_values(self.station, flat=self.ground.flat, limits=predictor.limits):
            value = getattr(self.station, name)
            if value is None:
                raise GisError(f"studies.station_without_{name}", station=self.station.name)
            if name == "antenna":
                pattern_of(value, self.station.frequency_mhz)  # says what is wrong with it
            self._refuse(f"station_outside_{name}", value, _ranges(predictor.limits)[name])
        settings, limits = self.settings, predictor.limits
        for key, value, within in (
            (
                "receiver_outside_model",
                settings.receiver_height_above_ground_m,
                limits.receiver_heights_m,
            ),
            ("locations_outside_model", settings.location_percent, limits.location_percents),
        ):
            if not within[0] <= value <= within[1]:
                self._refuse(key, value, within)
        for edition, within in additions.ranges():
            if not within[0] <= self.station.frequency_mhz <= within[1]:
                self._refuse(
                    "station_outside_frequency_mhz", self.station.frequency_mhz, within, edition
                )
        additions.require(self.ground, predictor)

    def _refuse(
        self, key: str, value: float, within: tuple[float, float], model: str | None = None
    ) -> NoReturn:
        raise GisError(
            f"studies.{key}",
            station=self.station.name,
            model=model or self.method.predictor.edition,
            value=value,
            lower=within[0],
            upper=within[1],
        )

    @property
    def free_space_km(self) -> float:
        """Nearer than this the field is that of free space; 0 where a model begins farther."""
        begins = self.method.predictor.limits.distances_km[0]
        return NEAREST_KM if begins <= NEAREST_KM else 0.0

    @property
    def mast_height_m(self) -> float:
        """Height of the antenna above a receiver at the mast's foot; below 0 where it is lower."""
        height = self.station.height_above_ground_m or 0.0
        return height - self.settings.receiver_height_above_ground_m

    def over_squares(self, side_m: float) -> "Emitter":
        """Return the same where locations vary over squares of a side: the pixels of a map."""
        within = self.method.predictor.limits.resolutions_m
        return replace(self, settings=located_settings(self.settings, within, side_m))

    def erp_dbw(self, azimuth_deg: Floats, elevation_deg: Floats) -> Floats:
        """Return the effective radiated power in directions, dBW.

        With an antenna of two angles by its pattern and tilts; else by the 36 azimuths of the
        licence, where there are some, alike at every elevation.

        Parameters
        ----------
        azimuth_deg : ndarray
            From true north.
        elevation_deg : ndarray
            Above the horizon, as of `departures_deg`, broadcasting with the azimuths.
        """
        station, antenna = self.station, self.station.antenna
        if antenna is not None:
            pattern = pattern_of(antenna, station.frequency_mhz)
            maximum = float(station.erp_total_dbw or 0.0)
            return erp_towards_dbw(maximum, pattern, azimuth_deg, elevation_deg, antenna.mounting)
        power = np.full(np.shape(azimuth_deg), station.erp_total_dbw, dtype=np.float64)
        if station.attenuation_db:
            power -= horizontal_attenuation_db(station.attenuation_db, azimuth_deg)
        return power

    def departures_deg(self, distance_km: Floats, terrain_height_m: Floats) -> Floats:
        """Return the elevations at which waves leave the antenna, for every point of profiles.

        Zeros of the shape (..., 1) where no pattern of two angles asks for them.

        Parameters
        ----------
        distance_km : ndarray, shape (n,) or (..., n)
            Distances, the first 0.
        terrain_height_m : ndarray, shape (..., n)
            Heights of the ground.
        """
        if self.station.antenna is None:
            return np.zeros((*terrain_height_m.shape[:-1], 1))
        settings = self.settings
        return departure_elevation_deg(
            distance_km,
            terrain_height_m,
            transmitter_height_above_ground_m=float(self.station.height_above_ground_m or 0.0),
            receiver_height_above_ground_m=settings.receiver_height_above_ground_m,
            effective_earth_radius_km=float(
                effective_earth_radius_km(settings.lapse_rate_nunits_per_km)
            ),
        )

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

    def paths(
        self,
        azimuth_deg: Floats,
        length_km: Floats,
        points: int,
        windows: GroundWindows | None = None,
    ) -> tuple[PathProfile, Floats]:
        """Return the profiles of paths over the ground, and the latitude of their ends.

        Parameters
        ----------
        azimuth_deg, length_km : ndarray, shape (k,)
            Directions and lengths.
        points : int
            Points of each profile, in equal steps, the first at the station.
        windows : GroundWindows, optional
            The ground around the station in memory.

        Returns
        -------
        PathProfile
            Of shape (k, points); NaN heights where the terrain has a void.
        ndarray, shape (k,)
            Latitude of the last points, degrees.
        """
        station = self.station
        along = length_km[:, np.newaxis] * np.linspace(0.0, 1.0, points)
        if windows is None:
            _, latitude, surface = radial_surface(
                self.ground,
                (station.longitude, station.latitude),
                azimuth_deg,
                along,
                transmitter_ground_height_m=station.ground_height_m,
            )
            return profile_of(along, surface), latitude[..., -1]
        surface = windows.along(azimuth_deg, length_km / (points - 1), points)
        stand(self.ground, surface.terrain_height_m, station.ground_height_m)
        _, end = destination(station.longitude, station.latitude, azimuth_deg, length_km)
        return profile_of(along, surface), np.asarray(end)

    def emission(self, time_percents: tuple[float, ...]) -> Emission:
        """Return what is asked of the station's paths.

        Raises
        ------
        GisError
            If a percentage of time leaves the range of the model.
        """
        settings, within = self.settings, self.method.predictor.limits.time_percents
        for percent in time_percents:
            if not within[0] <= percent <= within[1]:
                self._refuse("time_outside_model", percent, within)
        return Emission(
            frequencies_mhz=(float(self.station.frequency_mhz),),
            time_percents=time_percents,
            transmitter_height_above_ground_m=float(self.station.height_above_ground_m or 0.0),
            receiver_height_above_ground_m=settings.receiver_height_above_ground_m,
            lapse_rate_nunits_per_km=settings.lapse_rate_nunits_per_km,
            surface_refractivity_nunits=settings.surface_refractivity_nunits,
            location_percent=settings.location_percent,
            prediction_resolution_m=settings.prediction_resolution_m or POINT_RESOLUTION_M,
            polarization=self.station.polarization,
        )

    def explain(
        self, profile: PathProfile, centre_latitude_deg: Floats, time_percent: float
    ) -> Explained:
        """Return what the model says of one path of the station, of shape (1, n)."""
        emission = self.emission((time_percent,))
        return self.method.predictor.explain(profile, centre_latitude_deg, emission, time_percent)

    def fields_dbuvm(
        self,
        profile: PathProfile,
        azimuth_deg: Floats,
        centre_latitude_deg: Floats,
        time_percents: Sequence[float],
    ) -> Floats:
        """Return the field over each path for each percentage of time, shape (p, k).

        NaN for the paths that cross a void of the terrain, or that the model does not reach.
        """
        length_km = np.broadcast_to(profile.distance_km[..., -1], azimuth_deg.shape)
        known = ~np.isnan(profile.terrain_height_m).any(axis=-1)
        known &= self.method.predictor.limits.reaches(length_km)
        fields = np.full((len(time_percents), known.size), np.nan)
        if not known.any():
            return fields
        losses = self.method.predictor.over(
            _rows(profile, known), centre_latitude_deg[known], self.emission(tuple(time_percents))
        )
        elevation = self.departures_deg(profile.distance_km, profile.terrain_height_m)[..., -1]
        fields[:, known] = p1812.field_strength_dbuvm(
            losses + self.added_db(length_km[known]),
            frequency_mhz=self.station.frequency_mhz,
            erp_dbw=self.erp_dbw(azimuth_deg[known], elevation[known]),
        )
        return fields

    def added_db(self, distance_km: Floats) -> Floats:
        """Return what is added to the model's loss at some distances."""
        return self.method.additions.loss_db(self.station.frequency_mhz, distance_km)

    def slants_deg(self, distance_km: Floats) -> Floats:
        """Return the elevations of the slants to receivers near the mast, on level ground."""
        return np.asarray(np.degrees(np.arctan2(-self.mast_height_m, distance_km * 1e3)))

    def free_space_dbuvm(self, azimuth_deg: Floats, distance_km: Floats) -> Floats:
        """Return the free-space field at the slant distance, where models do not reach."""
        slant_km = np.maximum(np.hypot(distance_km, self.mast_height_m / 1e3), 1e-3)
        loss = p525.free_space_basic_transmission_loss_db(self.station.frequency_mhz, slant_km)
        power = self.erp_dbw(azimuth_deg, self.slants_deg(distance_km))
        if self.method.additions.chosen:
            loss = loss + self.added_db(distance_km)
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
