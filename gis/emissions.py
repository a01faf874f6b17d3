"""Classes of emission as records write them (Radio Regulations, Appendix 1)."""

import re
from typing import Final

__all__ = ["emission_from_text"]

_EMISSION: Final = re.compile(
    r"(?:(?=[0-9HKMG]{4})[0-9]{0,3}[HKMG][0-9]{0,3})?[ABCDFGHJKLMNPQRVWX][0-9X][ABCDEFNWX]"
    r"[A-NWX]?[CFNTWX]?"
)


def emission_from_text(text: str) -> str | None:
    """Return a class of emission, with its necessary bandwidth or without; None if it is none.

    Parameters
    ----------
    text : str
        For example `256KF8EHF` or `8M00 D7W`; spaces and case do not matter.
    """
    plain = text.upper().replace(" ", "")
    return plain if _EMISSION.fullmatch(plain) else None
