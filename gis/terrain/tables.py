"""What the classes of a raster mean: clutter heights of land cover, radio-climatic zones."""

import hashlib
import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data import path
from gis.errors import FormatError
from propagation.profile import RadioClimaticZone

__all__ = ["ZONES", "ClassTable", "clutter_table", "worldcover"]

Floats = NDArray[np.float64]

MOST_CLASSES = 255
_HIGHEST_CLUTTER_M = 100.0
_WORLDCOVER = "tables/worldcover.toml"


@dataclass(frozen=True, slots=True)
class ClassTable:
    """Values of the classes of a raster.

    Attributes
    ----------
    identifier : str
        Name, and for a file the sha256 of its content.
    codes : tuple of int
        Classes as the raster has them, increasing.
    values : tuple of float
        What each means.
    """

    identifier: str
    codes: tuple[int, ...]
    values: tuple[float, ...]

    def by_row(self) -> Floats:
        """Return the values by their place in the table; NaN for no class and for outside.

        The array has 257 values, as `gis.terrain.window.radial_classes` reads them.
        """
        table = np.full(257, np.nan)
        table[: len(self.values)] = self.values
        return table


ZONES = ClassTable(
    "P.1812 zones",
    tuple(int(zone) for zone in RadioClimaticZone),
    tuple(float(zone) for zone in RadioClimaticZone),
)
"""1 sea, 3 coastal land, 4 inland, which inland water belongs to; Rec. ITU-R P.1812-8, 3.2."""


@cache
def worldcover() -> ClassTable:
    """Return the clutter heights of the classes of ESA WorldCover that the product ships."""
    return _read(path(_WORLDCOVER))


def clutter_table(file: Path | None) -> ClassTable:
    """Return a table of clutter heights that the user names, or that of ESA WorldCover.

    Parameters
    ----------
    file : Path or None
        TOML with a table `class`, its keys the codes, each with `clutter_height_m`.

    Raises
    ------
    FormatError
        If it cannot be read, a code is no whole number, or a height is not 0 to 100 m; the error
        names file, class, value and what is expected.
    """
    return worldcover() if file is None else _read(file)


def _read(file: Path) -> ClassTable:
    try:
        content = file.read_bytes()
        classes = tomllib.loads(content.decode("utf-8")).get("class")
    except (OSError, ValueError) as error:
        reason = str(error).splitlines()[0][:200]
        raise FormatError("terrain.table_unreadable", file=file.name, reason=reason) from error
    if not isinstance(classes, dict) or not 0 < len(classes) <= MOST_CLASSES:
        raise FormatError("terrain.table_empty", file=file.name, limit=MOST_CLASSES)
    rows = sorted(
        (_code(file, code), _height(file, code, entry)) for code, entry in classes.items()
    )
    digest = hashlib.sha256(content).hexdigest()
    return ClassTable(
        f"{file.name} sha256:{digest}",
        tuple(code for code, _ in rows),
        tuple(height for _, height in rows),
    )


def _code(file: Path, code: str) -> int:
    if not code.isascii() or not code.isdigit():
        raise FormatError("terrain.table_code", file=file.name, code=code[:40])
    return int(code)


def _height(file: Path, code: str, entry: Any) -> float:
    value = entry.get("clutter_height_m") if isinstance(entry, dict) else None
    height = math.nan if isinstance(value, bool) or value is None else _number(value)
    if not 0 <= height <= _HIGHEST_CLUTTER_M:
        raise FormatError(
            "terrain.table_height",
            file=file.name,
            code=code,
            value=str(value)[:40],
            limit=_HIGHEST_CLUTTER_M,
        )
    return height


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
