"""What a person finds the way by on a map on which a place is chosen."""

from typing import Any

from maps.layers import boundary_lines, bounds_of
from maps.views import RegisterView

__all__ = ["ground_payload"]

_DECIMALS = 6


def ground_payload(view: RegisterView) -> dict[str, Any]:
    """Return outlines, communes, structures and stations, as the script of forms draws them.

    Parameters
    ----------
    view : RegisterView
        What the caller may see.

    Returns
    -------
    dict
        `bounds`, south-west and north-east, latitude first; `boundaries`; `communes`, name,
        latitude, longitude each; `marks`, with `structure` or `station` in the fourth place.
    """
    objects: list[tuple[Any, str]] = [(one, "structure") for one in view.structures]
    objects += [(one, "station") for one in view.stations]
    return {
        "bounds": bounds_of(view),
        "boundaries": [boundary_lines(one) for one in view.boundaries],
        "communes": [_placed(one) for one in view.units if one.longitude is not None],
        "marks": [[*_placed(one), kind] for one, kind in objects],
    }


def _placed(one: Any) -> list[Any]:
    return [one.name, round(one.latitude, _DECIMALS), round(one.longitude, _DECIMALS)]
