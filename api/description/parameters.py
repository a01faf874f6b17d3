"""What the values of parameters may be, where the handler says more than its annotation.

A handler reads some parameters as a text, so that what is wrong with it is told in the user's
words; here stands what the text may be, for programs.
"""

from typing import Any, Final

from api.ogc.asked import FILTER_LANGUAGES
from api.ogc.crs import KNOWN
from gis.studies.link import LINK_RANGES
from propagation.compliance.certification import State

__all__ = ["stated"]

_NUMBER: Final = r"-?[0-9]{1,7}(\.[0-9]{1,12})?"
_DAY: Final = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
_MOMENT: Final = rf"{_DAY}(T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,6}})?Z)?"
_BOX: Final = rf"^{_NUMBER}(,{_NUMBER}){{3}}$"
_SIX: Final = rf"^{_NUMBER}(,{_NUMBER}){{3}}((,{_NUMBER}){{2}})?$"
_SYSTEM: Final = {"type": "string", "enum": list(KNOWN)}
_TABLES: Final = {"type": "string", "enum": ["xlsx", "csv"]}
_MEGAHERTZ: Final = {"type": "number", "minimum": 1e-6, "maximum": 3e6}
_POSITIVE: Final = {"type": "number", "minimum": 1e-6}
_PERIOD: Final = {
    "type": "string",
    "pattern": r"^(199[0-9]|20[0-9]{2})(-(0[1-9]|1[0-2])|-Q[1-4])?$",
    "example": "2026-11",
}

_STATED: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("/ogc", "crs"): _SYSTEM,
    ("/ogc", "bbox-crs"): _SYSTEM,
    ("/ogc", "filter-crs"): _SYSTEM,
    ("/ogc", "filter-lang"): {"type": "string", "enum": list(FILTER_LANGUAGES)},
    ("/ogc", "bbox"): {"type": "string", "pattern": _SIX, "example": "106.3,10.4,106.6,10.7"},
    ("/ogc", "datetime"): {
        "type": "string",
        "pattern": rf"^({_MOMENT}(/({_MOMENT}|\.\.)?)?|(\.\.)?/{_MOMENT})$",
        "example": "2026-01-01/..",
    },
    ("/", "bbox"): {"type": "string", "pattern": _BOX, "example": "106.3,10.4,106.6,10.7"},
    ("/certification", "state"): {"type": "string", "enum": ["", *State]},
    ("/certification/table", "format"): _TABLES,
    ("/quality", "format"): _TABLES,
    ("/devices/check", "frequency_min_mhz"): _MEGAHERTZ,
    ("/devices/check", "frequency_max_mhz"): _MEGAHERTZ,
    ("/devices/check", "duty_percent"): {"type": "number", "minimum": 1e-6, "maximum": 100},
    ("/devices/check", "gain_dbi"): {"type": "number", "minimum": -40, "maximum": 80},
    ("/devices/check", "power_mw"): _POSITIVE,
    ("/devices/check", "bandwidth_khz"): _POSITIVE,
    ("/exports", "kind"): {"type": "array", "maxItems": 1, "items": {"type": "string"}},
    ("/reports", "period"): _PERIOD,
    **{
        ("/link", name): {"type": "number", "minimum": low, "maximum": high}
        for name, (low, high) in LINK_RANGES.items()
    },
}
"""By the beginning of the path and the name; the longest beginning that fits decides."""


def stated(path: str, parameter: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter with what its values may be."""
    fitting = [
        start
        for start, name in _STATED
        if name == parameter.get("name") and path.startswith(start)
    ]
    if not fitting:
        return parameter
    return {**parameter, "schema": _STATED[max(fitting, key=len), parameter["name"]]}
