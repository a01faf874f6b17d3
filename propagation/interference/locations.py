"""How a field varies over locations: the numbers that every method of summation shares."""

from typing import Final

__all__ = ["LARGEST_DEVIATION_DB", "LOCATION_STANDARD_DEVIATION_DB"]

LOCATION_STANDARD_DEVIATION_DB: Final = 8.3
"""Standard deviation over locations of one VHF field. GE84, Annex 2, chapter 4 (recalled, R-H)."""

LARGEST_DEVIATION_DB: Final = 15.0
"""Up to here the integrals of the t-LNM are good to 1e-3 dB (to 1e-5 dB up to 8.3 dB)."""
