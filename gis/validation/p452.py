"""Rec. ITU-R P.452 against the validation set of ITU-R Working Party 3M.

The set is a folder `p452` with `profiles/test_profile_NAME.csv` and
`results/test_result_NAME.csv`, a row a case: what is asked, parameters of the path, losses. It is
not part of the product; whoever validates has a copy.

The set prints the lapse rate of refractivity to 1e-6 N-units/km, which moves some losses by
2e-6 dB; the effective radius of the Earth says it more exactly, and is what is asked with.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.validation.records import RecommendationResult
from gis.validation.tables import read_columns, read_rows
from propagation.constants import EARTH_RADIUS_KM
from propagation.errors import PropagationError
from propagation.geometry import path_latitude_deg
from propagation.itu.p452 import PathLoss, basic_transmission_loss
from propagation.profile import PathProfile, Polarization, RadioClimaticZone

__all__ = ["FOLDER", "QUANTITIES", "TOLERANCE_DB", "check", "predict", "read_profile", "read_set"]

FOLDER = "p452"
TOLERANCE_DB = 1e-6

QUANTITIES: Mapping[str, str] = {
    "ae": "median_effective_earth_radius_km",
    "dtot": "distance_km",
    "hts": "transmitter_height_above_sea_m",
    "hrs": "receiver_height_above_sea_m",
    "theta_t": "transmitter_horizon_elevation_mrad",
    "theta_r": "receiver_horizon_elevation_mrad",
    "theta": "angular_distance_mrad",
    "hm": "terrain_roughness_m",
    "hte": "transmitter_effective_height_m",
    "hre": "receiver_effective_height_m",
    "hstd": "diffraction_surface_at_transmitter_m",
    "hsrd": "diffraction_surface_at_receiver_m",
    "dlt": "transmitter_horizon_distance_km",
    "dlr": "receiver_horizon_distance_km",
    "dtm": "longest_land_section_km",
    "dlm": "longest_inland_section_km",
    "b0": "ducting_incidence_percent",
    "omega": "sea_fraction",
    "Lb": "basic_transmission_loss_db",
    "Lbfsg": "free_space_and_gas_loss_db",
    "Lb0p": "line_of_sight_loss_p_db",
    "Lb0b": "line_of_sight_loss_b0_db",
    "Ldsph": "spherical_earth_loss_db",
    "Ld50": "diffraction_loss_median_db",
    "Ldp": "diffraction_loss_p_db",
    "Lbs": "tropospheric_scatter_loss_db",
    "Lba": "ducting_loss_db",
}
"""The set's parameters and losses, and what they are called here."""

_POLARIZATION = "pol (1-h/2-v)"
_ASKED = (
    "f (GHz)",
    "p (%)",
    "htg (m)",
    "hrg (m)",
    "phit_e (deg)",
    "phit_n (deg)",
    "phir_e (deg)",
    "phir_n (deg)",
    "Gt (dBi)",
    "Gr (dBi)",
    _POLARIZATION,
    "dct (km)",
    "dcr (km)",
    "press (hPa)",
    "temp (deg C)",
    "N0",
)
_DISTANCE, _TERRAIN = "d (km)", "h(m)"
_COVER = "Ground cover height (m)"  # some files write Cover Height
_ZONE = "zone: 1=Coastal Land/2=Inland/3=Sea"
_ZONES = {
    1.0: RadioClimaticZone.COASTAL_LAND,
    2.0: RadioClimaticZone.INLAND,
    3.0: RadioClimaticZone.SEA,
}

Columns = Mapping[str, NDArray[np.float64]]


def check(folder: Path) -> RecommendationResult | None:
    """Compare every case of a validation set: the loss, its terms, the parameters of the path.

    Parameters
    ----------
    folder : Path
        The folder that holds `p452`.

    Returns
    -------
    RecommendationResult or None
        None when the folder has no case.

    Raises
    ------
    FormatError
        If a file of the set cannot be read; the error names file, line and field.
    """
    cases, differences = 0, [0.0]
    for file, profile, rows in read_set(folder):
        if not rows["p (%)"].size:
            continue
        found = predict(file, profile, rows)
        cases += rows["p (%)"].size
        differences += [
            float(np.max(np.abs(getattr(found, name) - rows[label])))
            for label, name in QUANTITIES.items()
        ]
    if not cases:
        return None
    largest = float(np.max(differences))  # NaN stays NaN, and does not pass
    return RecommendationResult("P.452", cases, largest, TOLERANCE_DB, largest <= TOLERANCE_DB)


def read_set(folder: Path) -> Iterator[tuple[Path, PathProfile, Columns]]:
    """Read every file of results with its profile; the file's own name says which.

    Raises
    ------
    FormatError
        If a file cannot be read.
    """
    for file in sorted((folder / FOLDER / "results").glob("test_result_*.csv")):
        name = file.name.replace("test_result_", "test_profile_", 1)
        profile = read_profile(file.parents[1] / "profiles" / name)
        yield file, profile, read_columns(file, (*_ASKED, *QUANTITIES))


def predict(file: Path, profile: PathProfile, rows: Columns) -> PathLoss:
    """Predict the cases of one file, under the conditions that the reference used.

    Raises
    ------
    FormatError
        If a case cannot be asked.
    """
    codes = set(rows[_POLARIZATION])
    if not codes <= {1.0, 2.0} or len(codes) > 1:
        value = f"polarization {sorted(codes)}"
        raise FormatError("validation.not_a_profile", file=file.name, value=value)
    vertical = codes == {2.0}
    try:
        return basic_transmission_loss(
            profile,
            frequency_mhz=rows["f (GHz)"] * 1000,
            time_percent=rows["p (%)"],
            transmitter_height_above_ground_m=rows["htg (m)"],
            receiver_height_above_ground_m=rows["hrg (m)"],
            path_centre_latitude_deg=path_latitude_deg(
                rows["phit_n (deg)"],
                rows["phit_e (deg)"],
                rows["phir_n (deg)"],
                rows["phir_e (deg)"],
                profile.distance_km[-1] / 2,
            ),
            lapse_rate_nunits_per_km=157 * (1 - EARTH_RADIUS_KM / rows["ae"]),
            surface_refractivity_nunits=rows["N0"],
            transmitter_gain_dbi=rows["Gt (dBi)"],
            receiver_gain_dbi=rows["Gr (dBi)"],
            dry_air_pressure_hpa=rows["press (hPa)"],
            temperature_k=rows["temp (deg C)"] + 273.15,
            polarization=Polarization.VERTICAL if vertical else Polarization.HORIZONTAL,
            transmitter_coast_distance_km=rows["dct (km)"],
            receiver_coast_distance_km=rows["dcr (km)"],
        )
    except PropagationError as error:
        raise FormatError("validation.not_a_profile", file=file.name, value=str(error)) from error


def read_profile(file: Path) -> PathProfile:
    """Read one profile of the set.

    Raises
    ------
    FormatError
        If the file is not such a profile.
    """
    if not file.is_file():
        raise FormatError("validation.missing_file", file=file.name)
    header = (read_rows(file) or [[]])[0]
    cover = next((name for name in header if name.casefold() == _COVER.casefold()), _COVER)
    columns = read_columns(file, (_DISTANCE, _TERRAIN, cover, _ZONE))
    try:
        return PathProfile(
            distance_km=columns[_DISTANCE],
            terrain_height_m=columns[_TERRAIN],
            clutter_height_m=columns[cover],
            zone=np.array([_ZONES[code] for code in columns[_ZONE]], dtype=np.int8),
        )
    except (PropagationError, IndexError, KeyError) as error:
        raise FormatError("validation.not_a_profile", file=file.name, value=str(error)) from error
