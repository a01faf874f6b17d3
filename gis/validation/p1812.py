"""Rec. ITU-R P.1812 against the validation set of ITU-R Working Party 3K.

The set is a folder `p1812` with `profiles/NAME.csv` (a path, its climate, and cases with their
field strength and basic transmission loss) and `results/NAME_CASE.csv` (the intermediate values
of one case). It is not part of the product; whoever validates has a copy.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.validation.profile_files import cell_of, numbers_between, row_index, value_after
from gis.validation.records import RecommendationResult
from gis.validation.tables import number, read_rows
from propagation.errors import PropagationError
from propagation.geometry import path_latitude_deg
from propagation.itu.p1812 import (
    TERMS,
    PathLoss,
    basic_transmission_loss,
    field_strength_dbuvm,
)
from propagation.profile import PathProfile, Polarization, RadioClimaticZone

__all__ = ["FOLDER", "TOLERANCE_DB", "Case", "Station", "check", "predict", "read_profile"]

FOLDER = "p1812"
TOLERANCE_DB = 1e-7

_FAR_FROM_COAST_KM = 500.0
_SYMBOLS = {definition.symbol.replace("_", ""): name for name, definition in TERMS.items()}
_CASE_COLUMNS = {
    "frequency_mhz": "Frequency",
    "transmitter_height_m": "Tx antenna height",
    "receiver_height_m": "Rx antenna height",
    "polarization": "Polarisation HVC:1 2 3",
    "erp_dbw": "ERP_max_total",
    "time_percent": "Time percentage",
    "field_strength_dbuvm": "Measured field strength",
    "basic_transmission_loss_db": "Basic transmission loss",
}
_POLARIZATIONS = {
    1.0: Polarization.HORIZONTAL,
    2.0: Polarization.VERTICAL,
    3.0: Polarization.MIXED,
}


@dataclass(frozen=True, slots=True)
class Station:
    """What the cases of one file share: the climate of the path, and the file."""

    file: Path
    path_centre_latitude_deg: float
    lapse_rate_nunits_per_km: float
    surface_refractivity_nunits: float


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what is asked, and what the reference answers.

    Attributes
    ----------
    reference : mapping
        Intermediate values by the label that the reference gives them and its equation, for
        example `("Lbfs", "Eq (8)")`; empty when their file is absent.
    """

    frequency_mhz: float
    transmitter_height_m: float
    receiver_height_m: float
    polarization: Polarization
    erp_dbw: float
    time_percent: float
    field_strength_dbuvm: float
    basic_transmission_loss_db: float
    reference: Mapping[tuple[str, str], float]


def check(folder: Path) -> RecommendationResult | None:
    """Compare every case of a validation set: field strength, loss, and every loss term.

    Parameters
    ----------
    folder : Path
        The folder that holds `p1812`.

    Returns
    -------
    RecommendationResult or None
        None when the folder has no case.

    Raises
    ------
    FormatError
        If a file of the set cannot be read; the error names file, line and field.
    """
    differences = [
        _largest_difference_db(profile, station, case)
        for file in sorted((folder / FOLDER / "profiles").glob("*.csv"))
        for profile, station, case in _cases(file)
    ]
    if not differences:
        return None
    largest = float(np.max(differences))  # NaN stays NaN, and does not pass
    return RecommendationResult(
        "P.1812", len(differences), largest, TOLERANCE_DB, largest <= TOLERANCE_DB
    )


def predict(profile: PathProfile, station: Station, case: Case) -> PathLoss:
    """Predict one case, under the conditions that the reference used."""
    at_sea = np.asarray(profile.zone) == RadioClimaticZone.SEA
    return basic_transmission_loss(
        profile,
        frequency_mhz=case.frequency_mhz,
        time_percent=case.time_percent,
        transmitter_height_above_ground_m=case.transmitter_height_m,
        receiver_height_above_ground_m=case.receiver_height_m,
        path_centre_latitude_deg=station.path_centre_latitude_deg,
        lapse_rate_nunits_per_km=station.lapse_rate_nunits_per_km,
        surface_refractivity_nunits=station.surface_refractivity_nunits,
        polarization=case.polarization,
        transmitter_coast_distance_km=0.0 if at_sea[0] else _FAR_FROM_COAST_KM,
        receiver_coast_distance_km=0.0 if at_sea[-1] else _FAR_FROM_COAST_KM,
    )


def read_profile(file: Path) -> tuple[PathProfile, Station, list[Case]]:
    """Read one profile of the set, with its cases.

    Raises
    ------
    FormatError
        If the file is not such a profile.
    """
    rows = read_rows(file)
    points = numbers_between(file, rows, "Number of Points:", "{End of Profile}", width=5)
    profile = _profile(file, points)
    lat1, lon1 = value_after(file, rows, "Tx LAT:"), value_after(file, rows, "Tx LON:")
    lat2, lon2 = value_after(file, rows, "Rx LAT:"), value_after(file, rows, "Rx LON:")
    half_km = float(profile.distance_km[-1]) / 2
    station = Station(
        file,
        float(path_latitude_deg(lat1, lon1, lat2, lon2, half_km)),
        value_after(file, rows, "Average annual values dN"),
        value_after(file, rows, "Average annual sea-level surface refractivity"),
    )
    return profile, station, _read_cases(file, rows)


def _cases(file: Path) -> Iterator[tuple[PathProfile, Station, Case]]:
    profile, station, cases = read_profile(file)
    for case in cases:
        yield profile, station, case


def _largest_difference_db(profile: PathProfile, station: Station, case: Case) -> float:
    try:
        loss = predict(profile, station, case)
    except PropagationError as error:
        raise FormatError(
            "validation.not_a_profile", file=station.file.name, value=str(error)
        ) from error
    total = loss.basic_transmission_loss_db
    field = field_strength_dbuvm(total, frequency_mhz=case.frequency_mhz, erp_dbw=case.erp_dbw)
    terms = loss.terms()
    differences = [
        float(total) - case.basic_transmission_loss_db,
        float(field) - case.field_strength_dbuvm,
    ]
    differences += [
        float(terms[_SYMBOLS[label]]) - value
        for (label, _), value in case.reference.items()
        if label in _SYMBOLS
    ]
    return float(np.max(np.abs(differences)))


def _profile(file: Path, points: NDArray[np.float64]) -> PathProfile:
    try:
        return PathProfile(
            distance_km=points[:, 0],
            terrain_height_m=points[:, 1],
            clutter_height_m=points[:, 3],
            zone=points[:, 4].astype(np.int8),
        )
    except (PropagationError, IndexError) as error:
        raise FormatError("validation.not_a_profile", file=file.name, value=str(error)) from error


def _read_cases(file: Path, rows: Sequence[Sequence[str]]) -> list[Case]:
    header = rows[row_index(file, rows, _CASE_COLUMNS["frequency_mhz"])]
    begin = row_index(file, rows, "{Begin of Measurements}")
    end = row_index(file, rows, "{End of Measurements}")
    cases = []
    for order, index in enumerate(range(begin + 1, end), start=1):
        asked = {
            name: number(file, index, column, cell_of(file, header, rows[index], column))
            for name, column in _CASE_COLUMNS.items()
        }
        code = asked.pop("polarization")
        if code not in _POLARIZATIONS:
            raise FormatError(
                "validation.not_a_profile", file=file.name, value=f"polarization {code:g}"
            )
        cases.append(
            Case(
                **asked,
                polarization=_POLARIZATIONS[code],
                reference=_reference(file, order),
            )
        )
    return cases


def _reference(file: Path, order: int) -> dict[tuple[str, str], float]:
    """Read the intermediate values of a case: label and equation to value."""
    results = file.parents[1] / "results" / f"{file.stem}_{order}.csv"
    if not results.is_file():
        return {}
    values: dict[tuple[str, str], float] = {}
    for index, row in enumerate(read_rows(results)):
        if len(row) > 3 and row[3] and not row[0].startswith("#"):
            label, equation = row[0].split(" ")[0], row[1]
            values[label, equation] = number(results, index, row[0], row[3])
    return values
