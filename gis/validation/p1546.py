"""Rec. ITU-R P.1546 against the validation set of ITU-R Working Party 3K.

The set is a folder `p1546` with `profiles/NAME.csv` (a path, and cases with their field strength
and basic transmission loss), `results/NAME_CASE_log.csv` (the steps of one case, six digits) and
`curves` (the tabulations). It is not part of the product; whoever validates has a copy.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gis.curves import read_curves
from gis.errors import FormatError, NotFoundError
from gis.validation.profile_files import (
    cell_of,
    numbers_between,
    row_index,
)
from gis.validation.records import RecommendationResult
from gis.validation.tables import number, read_rows
from propagation.errors import PropagationError
from propagation.itu.p1546 import FieldPrediction, predict_field
from propagation.itu.p1546_curves import CurveSet
from propagation.itu.p1546_path import ProfileParameters, profile_parameters
from propagation.profile import PathProfile

__all__ = ["FOLDER", "TOLERANCE_DB", "Case", "Station", "check", "predict", "read_profile"]

FOLDER = "p1546"
TOLERANCE_DB = 1e-6

_FIRST_POINT = "First Point TX or RX:"
_CASE_COLUMNS = {
    "frequency_mhz": "Frequency",
    "first_height_m": "Tx antenna height",
    "last_height_m": "Rx antenna height",
    "erp_dbw": "ERP_max_total",
    "time_percent": "Time percentage",
    "field_strength_dbuvm": "Measured field strength",
    "basic_transmission_loss_db": "Basic transmission loss",
}
_STEPS = {
    "Tx antenna height h1 (m)": "effective_height_m",
    "Tx effective TCA  theta_eff1 (deg)": "transmitter_clearance_angle_deg",
    "Terrain clearance angle tca (deg)": "receiver_clearance_angle_deg",
    "Maximum field strength Emax (dBuV/m)": "maximum_field_dbuvm",
    "Field strength (dBuV/m)": "mixed_field_dbuvm",
    "TCA nu": "clearance_parameter",
    "TCA correction (dB)": "clearance_correction_db",
    "Path scattering theta_s (deg)": "scatter_angle_deg",
    "Trop. Scatt. field strength Ets (dBuV/m)": "scatter_field_dbuvm",
    "Rx repr. clutter height R2' (m)": "modified_clutter_height_m",
    "Rx antenna height correction (dB)": "receiver_height_correction_db",
    "Tx clutter correction (dB)": "transmitter_clutter_correction_db",
    "Rx slope-path correction (dB)": "slope_correction_db",
    "Field strength for d < 1 km (dB)": "short_path_field_dbuvm",
}
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Station:
    """What the cases of one file share, the transmitter first.

    Attributes
    ----------
    file : Path
        The file.
    swapped : bool
        Whether the file begins at the receiver.
    surroundings : int
        What lies around the receiver, a Surroundings.
    """

    file: Path
    swapped: bool
    surroundings: int


@dataclass(frozen=True, slots=True)
class Case:
    """One case: what is asked, and what the reference answers.

    Attributes
    ----------
    reference : mapping
        Steps by the name that the result gives them; empty when their file is absent.
    """

    frequency_mhz: float
    transmitter_height_m: float
    receiver_height_m: float
    erp_dbw: float
    time_percent: float
    field_strength_dbuvm: float
    basic_transmission_loss_db: float
    reference: Mapping[str, float]


def check(folder: Path) -> RecommendationResult | None:
    """Compare every case of a validation set: field strength, loss, and every step.

    The steps are printed to six digits; half a unit of the last is theirs.

    Parameters
    ----------
    folder : Path
        The folder that holds `p1546`.

    Returns
    -------
    RecommendationResult or None
        None when the folder has no case.

    Raises
    ------
    NotFoundError
        If there are cases, but no curves.
    FormatError
        If a file of the set cannot be read; the error names file, line and field.
    """
    files = sorted((folder / FOLDER / "profiles").glob("*.csv"))
    if not files:
        return None
    if not (folder / FOLDER / "curves").is_dir():
        raise NotFoundError("validation.no_curves", path=str(folder / FOLDER))
    curves = read_curves(folder / FOLDER / "curves").curves
    differences = [
        _largest_difference_db(curves, profile, station, case)
        for file in files
        for profile, station, case in _cases(file)
    ]
    if not differences:
        return None
    largest = float(np.max(differences))  # NaN stays NaN, and does not pass
    return RecommendationResult(
        "P.1546", len(differences), largest, TOLERANCE_DB, largest <= TOLERANCE_DB
    )


def predict(
    curves: CurveSet, profile: PathProfile, station: Station, case: Case
) -> tuple[ProfileParameters, FieldPrediction]:
    """Predict one case, under the conditions that the reference used."""
    known = profile_parameters(
        profile,
        transmitter_height_above_ground_m=case.transmitter_height_m,
        receiver_height_above_ground_m=case.receiver_height_m,
    )
    return known, predict_field(
        curves,
        frequency_mhz=case.frequency_mhz,
        time_percent=case.time_percent,
        transmitter_height_above_ground_m=case.transmitter_height_m,
        receiver_height_above_ground_m=case.receiver_height_m,
        surroundings=station.surroundings,
        receiver_clutter_height_m=profile.clutter_height_m[..., -1],
        transmitter_clutter_height_m=profile.clutter_height_m[..., 0],
        **known._asdict(),
    )


def read_profile(file: Path) -> tuple[PathProfile, Station, list[Case]]:
    """Read one profile of the set, with its cases, the transmitter first.

    Raises
    ------
    FormatError
        If the file is not such a profile.
    """
    rows = read_rows(file)
    points = numbers_between(file, rows, "Number of Points:", "{End of Profile}", width=5)
    swapped = rows[row_index(file, rows, _FIRST_POINT)][1:2] == ["R"]
    if swapped:
        points = points[::-1].copy()
        points[:, 0] = points[:1, 0] - points[:, 0]
    try:
        profile = PathProfile(
            distance_km=points[:, 0],
            terrain_height_m=points[:, 1],
            clutter_height_m=points[:, 3],
            zone=points[:, 4].astype(np.int8),
        )
        station = Station(file, swapped, int(points[-1, 2]))
    except (PropagationError, IndexError, ValueError) as error:
        raise FormatError("validation.not_a_profile", file=file.name, value=str(error)) from error
    return profile, station, _read_cases(file, rows, swapped=swapped)


def _cases(file: Path) -> Iterator[tuple[PathProfile, Station, Case]]:
    profile, station, cases = read_profile(file)
    for case in cases:
        yield profile, station, case


def _largest_difference_db(
    curves: CurveSet, profile: PathProfile, station: Station, case: Case
) -> float:
    try:
        known, found = predict(curves, profile, station, case)
    except PropagationError as error:
        raise FormatError(
            "validation.not_a_profile", file=station.file.name, value=str(error)
        ) from error
    field = float(found.field_strength_dbuvm) + case.erp_dbw - 30
    differences = [
        abs(field - case.field_strength_dbuvm),
        abs(float(found.basic_transmission_loss_db) - case.basic_transmission_loss_db),
    ]
    steps = {**known._asdict(), **found.parameters(), **found.terms()}
    for name, value in case.reference.items():
        printed = abs(float(steps[name]) - value) - _half_unit(value)
        differences.append(float(np.maximum(printed, 0)))
    return float(np.max(differences))


def _half_unit(value: float) -> float:
    """Return half a unit of the last of the digits that are printed, and rounding."""
    if value == 0:
        return 0.0
    return float(0.5001 * 10.0 ** (np.floor(np.log10(abs(value))) + 1 - _DIGITS))


def _read_cases(file: Path, rows: list[list[str]], *, swapped: bool) -> list[Case]:
    header = rows[row_index(file, rows, _CASE_COLUMNS["frequency_mhz"])]
    begin = row_index(file, rows, "{Begin of Measurements}")
    end = row_index(file, rows, "{End of Measurements}")
    cases = []
    for order, index in enumerate(range(begin + 1, end), start=1):
        asked = {
            name: number(file, index, column, cell_of(file, header, rows[index], column))
            for name, column in _CASE_COLUMNS.items()
        }
        heights = asked.pop("first_height_m"), asked.pop("last_height_m")
        transmitter, receiver = reversed(heights) if swapped else heights
        cases.append(
            Case(
                **asked,
                transmitter_height_m=transmitter,
                receiver_height_m=receiver,
                reference=_reference(file, order),
            )
        )
    return cases


def _reference(file: Path, order: int) -> dict[str, float]:
    """Read the steps of a case by the names that the result has for them."""
    results = file.parents[1] / "results" / f"{file.stem}_{order}_log.csv"
    if not results.is_file():
        return {}
    return {
        _STEPS[row[0]]: number(results, index, row[0], row[3])
        for index, row in enumerate(read_rows(results))
        if len(row) > 3 and row[3] and row[0] in _STEPS
    }
