"""NTIA's Irregular Terrain Model against what its programs print.

The set is a folder `itm`: `p2p.csv` with `pfls.csv` (five paths of version 1.4, a profile a
line), `cmd_examples` (six runs of its command line, point to point and area, with intermediate
values), and `qkpfl_expected.csv` with `qkpfl_profile_m.csv` (the test path of the original
program, Crystal Palace to Mursley).
"""

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.validation.records import RecommendationResult, beyond_rounding
from gis.validation.tables import number
from propagation.errors import PropagationError
from propagation.itm.prediction import area_loss, point_to_point_loss
from propagation.itm.records import (
    Conditions,
    ConfidenceReliability,
    ItmLoss,
    RadioClimate,
    Siting,
    TimeLocationSituation,
    VariabilityMode,
)
from propagation.profile import Polarization

__all__ = ["FOLDER", "TOLERANCE_DB", "check"]

FOLDER = "itm"
TOLERANCE_DB = 0.1
"""For the original program, beyond its rounding; version 1.4 is met to the rounding."""

_QKPFL_LENGTH_M = 77_800.0
_QKPFL_REFRACTIVITY = 314.0
_PRINTED = {
    "Free Space": "free_space_basic_transmission_loss_db",
    "d__km": "distance_km",
    "theta_hzn_tx": "transmitter_horizon_elevation_mrad",
    "theta_hzn_rx": "receiver_horizon_elevation_mrad",
    "h_e_tx__meter": "transmitter_effective_height_m",
    "h_e_rx__meter": "receiver_effective_height_m",
    "N_s": "path_refractivity_nunits",
    "delta_h__meter": "terrain_irregularity_m",
    "A_ref__db": "reference_attenuation_db",
    "Basic Transmission Loss": "basic_transmission_loss_db",
}
_PRINTED_M = {
    "d_hzn_tx__meter": "transmitter_horizon_distance_km",
    "d_hzn_rx__meter": "receiver_horizon_distance_km",
}


def check(folder: Path) -> RecommendationResult | None:
    """Compare every row, run and test of the set.

    Parameters
    ----------
    folder : Path
        The folder that holds `itm`.

    Returns
    -------
    RecommendationResult or None
        None when the folder has no case. Differences are those beyond the rounding of what is
        printed; it passes when version 1.4 has none and the original program's are within
        TOLERANCE_DB.

    Raises
    ------
    FormatError
        If a file of the set cannot be read; the error names file, line and field.
    """
    place = folder / FOLDER
    current = [*_rows(place), *_runs(place)]
    original = [*_qkpfl(place)]
    if not current and not original:
        return None
    largest = float(np.max([*current, *original]))
    passed = bool(np.all(np.array(current) < 1e-9)) and largest <= TOLERANCE_DB
    cases = len(current) + len(original)
    return RecommendationResult("ITM", cases, largest, TOLERANCE_DB, passed)


def _rows(place: Path) -> Iterator[float]:
    """Compare the rows of version 1.4, each over its profile."""
    file = place / "p2p.csv"
    if not file.is_file():
        return
    profiles = [_profile(line) for line in _lines(place / "pfls.csv")]
    for (line, row), (heights, step) in zip(_table(file), profiles, strict=False):
        asked = {name: number(file, line - 1, name, cell) for name, cell in row.items()}
        loss = _asked(file, asked, heights, step)
        yield beyond_rounding(float(loss.basic_transmission_loss_db), row["A__db"])


def _runs(place: Path) -> Iterator[float]:
    """Compare what the command line printed, table by table and value by value."""
    for output in sorted((place / "cmd_examples").glob("o_*.txt")):
        asked = _inputs(output.with_name(f"i_{output.name[2:]}"))
        printed = _lines(output)
        table = [
            line.split() for line in printed if re.match(r"\d[\d.]*(\s+[\d.]+){3,}\s*$", line)
        ]
        profile = _lines(place / "cmd_examples" / "pfl.txt")[0]
        if table:
            yield from _run_table(output, asked, table, profile)
        else:
            loss = _run(output, asked, {}, profile)
            yield from _run_values(loss, printed)


def _run_table(
    file: Path, asked: Mapping[str, list[float]], table: list[list[str]], profile: str
) -> Iterator[float]:
    """Compare a table: distances or reliabilities down, confidences across."""
    first = np.array([[float(row[0])] for row in table])
    down = {"d__km": first} if "d__km" in asked else {"reliability": first}
    across = {"confidence": np.array(asked["confidence"])}
    loss = _run(file, asked, {**down, **across}, profile)
    losses = np.broadcast_to(
        loss.basic_transmission_loss_db, (len(table), len(asked["confidence"]))
    )
    for row, found in zip(table, losses, strict=True):
        printed = row[-len(found) :]
        yield from map(beyond_rounding, map(float, found), printed)


def _run_values(loss: ItmLoss, printed: list[str]) -> Iterator[float]:
    results = printed[printed.index("Results") :]
    for line in results:
        parts = re.split(r"\s{2,}", line)
        if parts[0] in _PRINTED and len(parts) > 1:
            yield beyond_rounding(float(getattr(loss, _PRINTED[parts[0]])), parts[1])
        elif parts[0] in _PRINTED_M:
            found = 1000 * float(getattr(loss, _PRINTED_M[parts[0]]))
            yield beyond_rounding(found, parts[1])


def _run(
    file: Path,
    asked: Mapping[str, list[float]],
    arrays: Mapping[str, NDArray[np.float64]],
    profile: str,
) -> ItmLoss:
    values = {name: np.array(cells[0]) for name, cells in asked.items()} | dict(arrays)
    heights, step = _profile(profile)
    return _asked(file, values, heights, step)


def _asked(
    file: Path,
    asked: Mapping[str, float | NDArray[np.float64]],
    heights: NDArray[np.float64],
    step: float,
) -> ItmLoss:
    """Ask the model in the names of NTIA's files, over the profile or the area."""
    try:
        conditions = _conditions(asked)
        if "d__km" not in asked:
            return point_to_point_loss(heights, step, conditions)
        return area_loss(
            asked["d__km"],
            asked["delta_h__meter"],
            conditions,
            transmitter_siting=list(Siting)[int(asked["tx_site_criteria"])],
            receiver_siting=list(Siting)[int(asked["rx_site_criteria"])],
        )
    except KeyError as error:
        raise FormatError(
            "validation.missing_column", file=file.name, field=str(error.args[0])
        ) from error
    except (PropagationError, IndexError) as error:
        raise FormatError("validation.not_a_profile", file=file.name, value=str(error)) from error


def _conditions(asked: Mapping[str, float | NDArray[np.float64]]) -> Conditions:
    mode = int(asked["mdvar"])
    statistics: TimeLocationSituation | ConfidenceReliability
    if "confidence" in asked:
        statistics = ConfidenceReliability(asked["confidence"], asked["reliability"])
    else:
        statistics = TimeLocationSituation(asked["time"], asked["location"], asked["situation"])
    return Conditions(
        frequency_mhz=asked["f__mhz"],
        transmitter_height_above_ground_m=asked["h_tx__meter"],
        receiver_height_above_ground_m=asked["h_rx__meter"],
        surface_refractivity_nunits=asked["N_0"],
        climate=list(RadioClimate)[int(asked["climate"]) - 1],
        polarization=(Polarization.HORIZONTAL, Polarization.VERTICAL)[int(asked["pol"])],
        relative_permittivity=asked["epsilon"],
        conductivity_s_per_m=asked["sigma"],
        statistics=statistics,
        variability_mode=list(VariabilityMode)[mode % 10],
        with_location_variability=mode % 20 < 10,
        with_situation_variability=mode < 20,
    )


def _qkpfl(place: Path) -> Iterator[float]:
    """Compare the test of the original program, which answers for N_0 = 314 over its path."""
    file = place / "qkpfl_expected.csv"
    if not file.is_file():
        return
    source = place / "qkpfl_profile_m.csv"
    heights = np.array(
        [
            number(source, line - 1, "height", text)
            for line, text in enumerate(_lines(source), start=1)
            if not text.startswith("#")
        ]
    )
    step = _QKPFL_LENGTH_M / (len(heights) - 1)
    for line, row in _table(file):
        loss = _asked(file, _qkpfl_asked(file, line, row), heights, step)
        yield beyond_rounding(float(loss.basic_transmission_loss_db), row["loss_db"])


def _qkpfl_asked(file: Path, line: int, row: Mapping[str, str]) -> dict[str, float]:
    columns = {
        "f__mhz": "f_mhz",
        "h_tx__meter": "h_tx_m",
        "h_rx__meter": "h_rx_m",
        "reliability": "reliability_pct",
        "confidence": "confidence_pct",
    }
    fixed = {"N_0": _QKPFL_REFRACTIVITY, "climate": 5.0, "pol": 1.0, "epsilon": 15.0}
    asked = {
        name: number(file, line - 1, name, row.get(column, "")) for name, column in columns.items()
    }
    return {**asked, **fixed, "sigma": 0.005, "mdvar": 12.0}


def _inputs(file: Path) -> dict[str, list[float]]:
    """Read what a run was asked, name and numbers a line."""
    asked = {}
    for line, text in enumerate(_lines(file), start=1):
        name, *cells = text.split(",")
        asked[name] = [number(file, line - 1, name, cell) for cell in cells]
    return asked


def _profile(line: str) -> tuple[NDArray[np.float64], float]:
    """Read intervals, step and heights of a line; a line that is no profile is empty."""
    cells = [float(cell) for cell in re.findall(r"[-+.\d]+(?:[eE][-+]?\d+)?", line)]
    return np.array(cells[2:]), cells[1]


def _lines(file: Path) -> list[str]:
    if not file.is_file():
        raise FormatError("validation.not_a_profile", file=file.name, value="no such file")
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _table(file: Path) -> Iterator[tuple[int, dict[str, str]]]:
    with file.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        for line, row in enumerate(csv.DictReader(stream), start=2):
            yield line, {name: cell or "" for name, cell in row.items() if name}
