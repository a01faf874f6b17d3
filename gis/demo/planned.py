"""What the demonstration plans and what limits heights in it: works, sign-ups, a runway."""

from typing import Any

from shapely import LineString, Point

from gis.demo.description import description, synthetic
from gis.register.siting import Runway
from gis.register.works import PlannedWork, SignUp, SignUpState, WorkKind, WorkState, sign_up_id
from propagation.siting.facts import Instrument

__all__ = ["runways", "sign_ups", "works"]


def works() -> tuple[PlannedWork, ...]:
    """Return the works that owners announced."""
    return tuple(_work(dict(each)) for each in description()["work"])


def _work(told: dict[str, Any]) -> PlannedWork:
    place = told.pop("place")
    return PlannedWork(
        **told
        | {
            "kind": WorkKind(told["kind"]),
            "state": WorkState(told.get("state", WorkState.ANNOUNCED)),
            "geometry": LineString(place) if len(place) > 1 else Point(place[0]),
            "provenance": synthetic(),
        }
    )


def sign_ups() -> tuple[SignUp, ...]:
    """Return what others want of these works."""
    return tuple(
        SignUp(
            **each
            | {
                "id": sign_up_id(each["work_id"], each["organisation_id"]),
                "state": SignUpState(each.get("state", SignUpState.ASKED)),
            }
        )
        for each in description()["sign_up"]
    )


def runways() -> tuple[Runway, ...]:
    """Return a runway of an aerodrome that does not exist."""
    return tuple(
        Runway(
            **each
            | {
                "instrument_class": Instrument(each["instrument_class"]),
                "provenance": synthetic(),
            }
        )
        for each in description()["runway"]
    )
