"""The catalogue of checks: what a station is looked at for, in the order of reports."""

from typing import Final

__all__ = ["CATALOGUE", "number_of"]

CATALOGUE: Final = (
    "plan_identity",
    "erp_and_height",
    "protection_ratios",
    "contour_overlap",
    "usable_field",
    "service_area",
    "aeronautical",
    "intermodulation",
    "border",
    "allotment",
    "boundary_protection",
    "protected_sites",
    "exposure",
    "validity",
    "data_audit",
)
"""Every check by the name that its findings bear, numbered from 1."""


def number_of(check: str) -> int:
    """Return the number of a check in the catalogue.

    Raises
    ------
    ValueError
        If the catalogue holds no such check.
    """
    return CATALOGUE.index(check) + 1
