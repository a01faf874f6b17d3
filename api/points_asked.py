"""What a person typed, or a program sent, of a registration point, a visit or a contact."""

from collections.abc import Mapping
from typing import Any

from api.entered import WrongFieldsError, read_entered
from api.works_asked import read_point
from gis.errors import FormatError, GisError
from gis.personal import masked
from gis.points import refuse_typed
from gis.register.point_contacts import PointContact
from gis.register.points import MISMATCHES, PointVisit, RegistrationPoint

__all__ = [
    "CONTACT",
    "EDITED",
    "NEEDED_OF_CONTACT",
    "VISITED",
    "read_contact",
    "read_registration",
    "read_visit",
]

EDITED = (
    "name",
    "code",
    "kind",
    "address",
    "commune_name",
    "enterprise",
    "contract_number",
    "contract_from",
    "contract_to",
    "state",
    "state_reason",
    "valid_from",
    "valid_to",
)
"""Fields of a point that a person types, its operator and place aside."""

VISITED = (
    "visited_on",
    "team",
    "basis",
    "sampled",
    "mismatched",
    *MISMATCHES,
    "point_breach",
    "conclusion",
)
"""Fields of a visit that a person types."""

CONTACT = ("name", "phone", "purpose", "kept_until")
"""Fields of a contact that a person types."""

_NEEDED = ("name", "kind")
_NEEDED_OF_VISIT = ("visited_on", "sampled", "mismatched")
NEEDED_OF_CONTACT = ("name", "purpose", "kept_until")


def read_registration(
    sent: Mapping[str, Any], place: str | None, *, whole: bool
) -> dict[str, Any]:
    """Return the values of a point, all that is wrong with it at once.

    Parameters
    ----------
    sent : mapping
        Fields of `EDITED`.
    place : str or None
        Latitude and longitude; empty for none, None where it was not sent.
    whole : bool
        Whether it is a new one, which needs its name and kind.

    Raises
    ------
    WrongFieldsError
        With every field that cannot be taken.
    """
    wrong: list[tuple[str, GisError]] = []
    values: dict[str, Any] = {}
    told = _named(sent, _NEEDED if whole else ())
    try:
        values = read_entered(RegistrationPoint, EDITED, told)
    except WrongFieldsError as error:
        wrong += error.wrong
    if place is not None:
        point = read_point(place.strip()) if place.strip() else (None, None)
        if point is None:
            wrong.append(("place", FormatError("points.place_malformed")))
        else:
            values |= {"longitude": point[0], "latitude": point[1]}
    return _sound(told, values, wrong)


def read_visit(sent: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a visit; counts of kinds that are not told are 0.

    Raises
    ------
    WrongFieldsError
        With every field that cannot be taken.
    """
    told = _named(sent, _NEEDED_OF_VISIT)
    for name in MISMATCHES:
        told[name] = told.get(name) or 0
    told["point_breach"] = told.get("point_breach") or "no"
    return _read(PointVisit, VISITED, told)


def read_contact(sent: Mapping[str, Any]) -> PointContact:
    """Return a contact.

    Raises
    ------
    WrongFieldsError
        With every field that cannot be taken.
    """
    told = _named(sent, NEEDED_OF_CONTACT)
    values = _read(PointContact, CONTACT, told, frozenset({"name", "phone"}))
    return PointContact(**values)


def _read(
    record: type,
    names: tuple[str, ...],
    told: Mapping[str, Any],
    passed_over: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    wrong: list[tuple[str, GisError]] = []
    values: dict[str, Any] = {}
    try:
        values = read_entered(record, names, told)
    except WrongFieldsError as error:
        wrong += error.wrong
    screened = {name: told[name] for name in told if name not in passed_over}
    return _sound(screened, values, wrong)


def _named(sent: Mapping[str, Any], needed: tuple[str, ...]) -> dict[str, Any]:
    """Return what was sent with the names that are needed; no name tells a person's data."""
    told = {masked(name): value for name, value in sent.items()}
    return {name: told.get(name) for name in needed} | told


def _sound(
    told: Mapping[str, Any], values: dict[str, Any], wrong: list[tuple[str, GisError]]
) -> dict[str, Any]:
    """Return the values, or raise with what is wrong.

    Of a field that holds a person's data only that is told, as other reasons quote what was typed.
    """
    personal: dict[str, GisError] = {}
    for name, typed in told.items():
        try:
            refuse_typed({name: typed}, every=True)
        except FormatError as error:
            personal[name] = error
    wrong = [one for one in wrong if one[0] not in personal] + list(personal.items())
    if wrong:
        raise WrongFieldsError(wrong)
    return values
