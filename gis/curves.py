"""The tabulated curves of Rec. ITU-R P.1546, read from the copy of whoever uses the model.

The ITU does not allow its figures to be passed on, so none ship. A copy is a folder, or a zip
file, of 24 CSV files, one a figure, named FAMILY_FREQUENCY_TIME.csv (`land_100MHz_50pct.csv`,
`cold_sea_600MHz_1pct.csv`, `sea_2000MHz_50pct.csv`). Each has the header of `COLUMNS` and 78
rows, from 1 to 1000 km; fields are for 1 kW e.r.p., in dB(uV/m).
"""

import csv
import hashlib
import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gis.errors import CurvesUnavailableError, FormatError
from gis.zipped import opened_zip
from propagation.itu.p1546_curves import (
    CURVE_DISTANCES_KM,
    CURVE_FREQUENCIES_MHZ,
    CURVE_HEIGHTS_M,
    CURVE_TIMES_PERCENT,
    CurveFamily,
    CurveSet,
)
from propagation.itu.p1546_formulas import free_space_field_dbuvm, sea_enhancement_db

__all__ = ["COLUMNS", "FILES", "KNOWN_SHA256", "CurveTables", "read_curves", "required_curves"]

Floats = NDArray[np.float64]

COLUMNS: Final = (
    "distance_km",
    *(f"h1_{height:g}m" for height in CURVE_HEIGHTS_M),
    "e_max",
)
"""Columns of every file: the distance, the field for each effective height, the maximum."""

FILES: Final[Mapping[tuple[CurveFamily, float, float], str]] = {
    (family, time, frequency): (
        f"{'sea' if family and time == 50 else family.name.lower()}"
        f"_{frequency:g}MHz_{time:g}pct.csv"
    )
    for family in CurveFamily
    for time in CURVE_TIMES_PERCENT
    for frequency in CURVE_FREQUENCIES_MHZ
}
"""File of each family, percentage of time and frequency; both seas share theirs at 50 %."""

KNOWN_SHA256: Final = "ed4a3794f06b9d24657f09b552f7aded4e4ea62433550502c6a2beb0a7e8617e"
"""Digest of the ITU's tabulations, as `CurveTables.sha256` has it."""

_MAX_BYTES = 1_000_000  # a file has about 6,000
_SLACK_DB = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class CurveTables:
    """A copy of the curves that was read and looked through.

    Attributes
    ----------
    curves : CurveSet
        The tabulations, for `propagation.itu.p1546.predict_field`.
    sha256 : str
        Digest of the values in units of 0.0001 dB, whatever the files look like.
    recognised : bool
        Whether that is the digest of the ITU's tabulations. A set that is none may be a copy
        with other decimals, or hold an error that no look can find: results say so.
    """

    curves: CurveSet
    sha256: str
    recognised: bool


def required_curves(path: Path | None) -> CurveTables:
    """Read the curves that the settings name; a model that needs them cannot do without.

    Parameters
    ----------
    path : Path or None
        The setting; None where it is not set.

    Returns
    -------
    CurveTables
        The curves.

    Raises
    ------
    CurvesUnavailableError
        If none is set, or there is nothing at the path.
    FormatError
        As `read_curves`.
    """
    if path is None:
        raise CurvesUnavailableError("curves.not_set")
    return read_curves(path)


def read_curves(path: Path) -> CurveTables:
    """Read the curves from a folder or a zip file and look through every value.

    Parameters
    ----------
    path : Path
        Folder or zip file with the 24 files of FILES.

    Returns
    -------
    CurveTables
        The curves with their digest.

    Raises
    ------
    CurvesUnavailableError
        If there is nothing at the path.
    FormatError
        If a file is missing or is not such a table; the error names file, row, column, value
        and what was expected. Fields must fall with the distance, not fall with the height and
        not exceed the maximum; the maximum must be that of Annex 5, section 2.
    """
    contents = _contents(path)
    missing = sorted({*FILES.values()} - {*contents})
    if missing:
        raise FormatError(
            "curves.missing_files", path=str(path), count=len(missing), names=", ".join(missing)
        )
    shape = (len(CurveFamily), len(CURVE_TIMES_PERCENT), len(CURVE_FREQUENCIES_MHZ))
    tables = [_table(name, contents[name], key) for key, name in FILES.items()]
    fields = np.stack(tables).reshape(*shape, len(CURVE_DISTANCES_KM), len(CURVE_HEIGHTS_M))
    digest = hashlib.sha256(np.rint(fields * 1e4).astype("<i4").tobytes()).hexdigest()
    recognised = digest == KNOWN_SHA256
    name = "Rec. ITU-R P.1546-6" if recognised else f"{path.name} (sha256 {digest[:12]})"
    return CurveTables(CurveSet(fields, name), digest, recognised)


def _contents(path: Path) -> dict[str, str]:
    """Return the text of the files that are wanted and there, by name."""
    if path.is_dir():
        found = {name: path / name for name in FILES.values() if (path / name).is_file()}
        return {name: _decoded(name, file.read_bytes()) for name, file in found.items()}
    if not path.is_file():
        raise CurvesUnavailableError("curves.not_found", path=str(path))
    with opened_zip(path, lambda _: _not_a_set(path)) as archive:
        wanted = {
            PurePosixPath(entry.filename).name: entry
            for entry in archive.infolist()
            if PurePosixPath(entry.filename).name in FILES.values()
        }
        if any(entry.flag_bits & 1 for entry in wanted.values()):  # encrypted
            raise _not_a_set(path)
        return {name: _decoded(name, _unpacked(archive, entry)) for name, entry in wanted.items()}


def _not_a_set(path: Path) -> FormatError:
    return FormatError("curves.not_a_set", path=str(path))


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        return stream.read(_MAX_BYTES + 1)


def _decoded(name: str, content: bytes) -> str:
    if len(content) > _MAX_BYTES:
        raise FormatError("curves.too_large", file=name, limit=_MAX_BYTES)
    return content.decode("utf-8-sig", errors="replace")


def _table(name: str, content: str, key: tuple[CurveFamily, float, float]) -> Floats:
    """Return the fields of one file, (78, 8), looked through."""
    rows = [row for row in csv.reader(io.StringIO(content)) if any(cell.strip() for cell in row)]
    header = [cell.strip() for cell in rows[0]] if rows else []
    if header != [*COLUMNS]:
        raise FormatError(
            "curves.header", file=name, value=", ".join(header), expected=", ".join(COLUMNS)
        )
    if len(rows) - 1 != len(CURVE_DISTANCES_KM):
        raise FormatError(
            "curves.rows", file=name, value=len(rows) - 1, expected=len(CURVE_DISTANCES_KM)
        )
    values = np.array([_numbers(name, index, row) for index, row in enumerate(rows[1:], 2)])
    _look_through(name, values, key)
    return np.asarray(values[:, 1:-1])


def _numbers(name: str, index: int, row: list[str]) -> list[float]:
    cells = [*row, *[""] * len(COLUMNS)][: len(COLUMNS)]
    return [
        _number(name, index, column, cell) for column, cell in zip(COLUMNS, cells, strict=True)
    ]


def _number(name: str, index: int, column: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise FormatError("curves.not_a_number", file=name, row=index, field=column, value=cell)
    return value


def _look_through(name: str, values: Floats, key: tuple[CurveFamily, float, float]) -> None:
    """Refuse a table whose values cannot be those of its figure."""
    family, time, _ = key
    distances = np.asarray(CURVE_DISTANCES_KM, dtype=np.float64)
    largest = free_space_field_dbuvm(distances)
    if family is not CurveFamily.LAND:
        largest = largest + sea_enhancement_db(distances, time)
    distance, fields, maximum = values[:, :1], values[:, 1:-1], values[:, -1:]
    expected = distances[:, np.newaxis], largest[:, np.newaxis]
    nearer, lower = np.roll(fields, 1, axis=0), np.roll(fields, 1, axis=1)
    nearer[0], lower[:, 0] = np.inf, -np.inf
    for fault, column, found, wanted, wrong in (
        ("distance", 0, distance, expected[0], distance != expected[0]),
        ("maximum", -1, maximum, expected[1], np.abs(maximum - expected[1]) > _SLACK_DB),
        ("above", 1, fields, maximum, fields > maximum + _SLACK_DB),
        ("distance_order", 1, fields, nearer, fields > nearer),
        ("height_order", 1, fields, lower, fields < lower - _SLACK_DB),
    ):
        if wrong.any():
            row, at = (int(index) for index in np.argwhere(wrong)[0])
            raise FormatError(
                f"curves.{fault}",
                file=name,
                row=row + 2,
                field=COLUMNS[column + at],
                value=float(found[row, at]),
                expected=round(float(np.broadcast_to(wanted, found.shape)[row, at]), 4),
            )
