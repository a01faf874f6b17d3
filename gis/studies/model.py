"""How fields are predicted in a study, and the versions of everything that computes them."""

import hashlib
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib import metadata, resources
from typing import Any

from gis.studies.method import USUAL, Method
from gis.studies.predictors.base import MEDIAN_PERCENT, Range
from gis.studies.region import region
from gis.terrain.ground import Ground

__all__ = [
    "POINT_RESOLUTION_M",
    "RECEIVER_HEIGHT_M",
    "FieldSettings",
    "default_settings",
    "located_settings",
    "model_json",
    "software_json",
    "terrain_json",
]

RECEIVER_HEIGHT_M = 10.0
"""Height of the receiving antenna of the broadcasting plans (Rec. ITU-R BS.412-9)."""

POINT_RESOLUTION_M = 100.0
"""Side of the square around a single point over which locations vary, where nobody says."""

_PROFILE_STEP_KM = 0.25
_NUMERICAL_PACKAGES = ("propagation", "gis.studies", "gis.terrain")
_LIBRARIES = ("numpy", "scipy", "rasterio", "pyproj", "shapely")


@dataclass(frozen=True, slots=True)
class FieldSettings:
    """What decides a predicted field besides the station and the terrain.

    Attributes
    ----------
    receiver_height_above_ground_m : float
        Height of the receiving antenna.
    location_percent : float
        Percentage of locations in which the field is exceeded.
    lapse_rate_nunits_per_km, surface_refractivity_nunits : float
        Delta N and N0 of Rec. ITU-R P.1812-8, section 3.4.
    profile_step_km : float
        Largest distance between two points of a path profile.
    prediction_resolution_m : float or None
        Side of the square over which locations vary; None where it plays no part, at 50 % of
        locations and with models that do not ask for it.
    """

    receiver_height_above_ground_m: float
    location_percent: float
    lapse_rate_nunits_per_km: float
    surface_refractivity_nunits: float
    profile_step_km: float
    prediction_resolution_m: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the settings as JSON values, without what plays no part."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def at_median_locations(self) -> "FieldSettings":
        """Return the same at 50 % of locations."""
        return replace(self, location_percent=MEDIAN_PERCENT, prediction_resolution_m=None)


def default_settings(**changes: float) -> FieldSettings:
    """Return the settings of the broadcasting plans, with some changed."""
    table = region()
    values = {
        "receiver_height_above_ground_m": RECEIVER_HEIGHT_M,
        "location_percent": 50.0,
        "lapse_rate_nunits_per_km": float(table["lapse_rate_nunits_per_km"]),
        "surface_refractivity_nunits": float(table["surface_refractivity_nunits"]),
        "profile_step_km": _PROFILE_STEP_KM,
    }
    return FieldSettings(**{**values, **changes})


def located_settings(
    settings: FieldSettings, resolutions_m: Range | None, square_m: float
) -> FieldSettings:
    """Return settings that say over which squares locations vary.

    Parameters
    ----------
    settings : FieldSettings
        Settings with a percentage of locations.
    resolutions_m : tuple of float or None
        Sides of squares for which the model knows the variability, None where it does not ask.
    square_m : float
        Side of the squares of the study: its pixel. Outside the range the nearer limit is taken,
        which `gis.studies.method_remarks` says.
    """
    if resolutions_m is None or settings.location_percent == MEDIAN_PERCENT:
        return settings
    lower, upper = resolutions_m
    return replace(settings, prediction_resolution_m=min(max(square_m, lower), upper))


def model_json(settings: FieldSettings, ground: Ground, method: Method = USUAL) -> dict[str, Any]:
    """Return the model, its edition and its settings as they stand in a study's inputs.

    `land_cover` and `zones` are there where the ground has them.
    """
    told: dict[str, Any] = {**method.to_json(), "settings": settings.to_json()}
    if ground.land_cover is not None:
        told["land_cover"] = {
            "identifier": ground.land_cover.identifier,
            "table": ground.land_cover.table.identifier,
            "added": ground.cluttered,
        }
    if ground.zones is not None:
        told["zones"] = {"identifier": ground.zones.identifier}
    return told


def terrain_json(ground: Ground) -> dict[str, Any]:
    """Return the terrain as it stands in a study's inputs."""
    terrain = ground.elevation
    return {
        "identifier": terrain.identifier,
        "flat": terrain.flat,
        "surface_model": terrain.surface_model,
    }


@cache
def software_json() -> dict[str, str]:
    """Return the versions of what computes: the sources of our numerics and the libraries."""
    versions = {name: metadata.version(name) for name in _LIBRARIES}
    return {**versions, "phusong": _own_version(), "numerics_sha256": _sources_sha256()}


def _own_version() -> str:
    try:
        return metadata.version("phusong")
    except metadata.PackageNotFoundError:
        return "not installed"


def _sources_sha256() -> str:
    """Hash the sources of everything that decides a number of a study."""
    digest = hashlib.sha256()
    for package in _NUMERICAL_PACKAGES:
        root = resources.files(package)
        stack = [("", root)]
        while stack:
            prefix, folder = stack.pop()
            for item in sorted(folder.iterdir(), key=lambda entry: entry.name, reverse=True):
                if item.is_dir() and item.name != "__pycache__":
                    stack.append((f"{prefix}{item.name}/", item))
                elif item.name.endswith(".py"):
                    digest.update(f"{package}/{prefix}{item.name}\0".encode())
                    digest.update(item.read_bytes())
    return digest.hexdigest()
