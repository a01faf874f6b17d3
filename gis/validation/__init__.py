"""Checks of the models against published reference values, one Recommendation a module.

A module joins by a `check(folder)` that returns its result, or None when the folder holds nothing
of its Recommendation, and a place in RECOMMENDATIONS.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from gis.errors import NotFoundError
from gis.validation import ehata, itm, p452, p676, p838, p1546, p1812, p2108, p2109
from gis.validation.records import Outcome, RecommendationResult, outcome

__all__ = [
    "RECOMMENDATIONS",
    "Outcome",
    "RecommendationResult",
    "outcome",
    "unchecked",
    "validate",
]

RECOMMENDATIONS: Mapping[str, Callable[[Path], RecommendationResult | None]] = {
    p1812.FOLDER: p1812.check,
    p452.FOLDER: p452.check,
    p676.FOLDER: p676.check,
    p838.FOLDER: p838.check,
    p2108.FOLDER: p2108.check,
    p2109.FOLDER: p2109.check,
    p1546.FOLDER: p1546.check,
    itm.FOLDER: itm.check,
    ehata.FOLDER: ehata.check,
}
"""The checks by the folder that they look into, in the order in which they are reported."""


def validate(folder: Path) -> list[RecommendationResult]:
    """Check every Recommendation that a folder has reference values for.

    Parameters
    ----------
    folder : Path
        A folder with one folder a Recommendation, for example `p1812`.

    Returns
    -------
    list of RecommendationResult
        One a Recommendation that was found; empty when none was, which `outcome` tells from
        success.

    Raises
    ------
    NotFoundError
        If there is no such folder.
    FormatError
        If a reference file cannot be read.
    """
    if not folder.is_dir():
        raise NotFoundError("validation.not_a_folder", path=str(folder))
    found = (check(folder) for check in RECOMMENDATIONS.values())
    return [result for result in found if result is not None]


def unchecked(folder: Path) -> list[str]:
    """Return the names of the folders of reference values that no check looks into."""
    return sorted(
        part.name
        for part in folder.iterdir()
        if part.is_dir() and not part.name.startswith(".") and part.name not in RECOMMENDATIONS
    )
