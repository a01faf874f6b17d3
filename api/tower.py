"""The three questions about a structure: can I hang on it, may I transmit from it, what it costs.

Each is answered from what the caller sees of the register and of the latest check; nothing is
computed here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.identity import Identity
from api.service import Service, may_read
from api.structure_view import StructureView
from api.views import jurisdiction_of
from data.text import Language, text
from gis.register.structures import Lifecycle
from gis.studies.findings import current_first
from gis.studies.listing import newest_readable
from gis.studies.sharing_sites import published_for
from maps.mast_figure import Hung, MastView, Span, mast_svg

__all__ = ["Tower", "TransmittedHere", "tower_of"]

_USED = (None, Lifecycle.IN_USE)


@dataclass(frozen=True, slots=True)
class TransmittedHere:
    """A station on the structure, and how its latest check ended."""

    id: str
    name: str
    frequency_mhz: float
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tower:
    """The answers.

    Attributes
    ----------
    hang, cost : tuple of str
        Sentences of the first and of the third question.
    hang_good : bool
        Whether a place is free.
    stations : tuple of TransmittedHere
        Of the second.
    figure : str or None
        The elevation as SVG, None where no height is known.
    """

    hang: tuple[str, ...]
    hang_good: bool
    stations: tuple[TransmittedHere, ...]
    cost: tuple[str, ...]
    figure: str | None


def tower_of(
    service: Service, identity: Identity, view: StructureView, language: Language
) -> Tower:
    """Return the answers about a structure as a caller sees it."""
    good, hang = _hang(view, language)
    return Tower(
        hang=tuple(hang),
        hang_good=good,
        stations=tuple(_stations(service, identity, view)),
        cost=tuple(_cost(service, view, language)),
        figure=_figure(view, language),
    )


def _hang(view: StructureView, language: Language) -> tuple[bool, list[str]]:
    """Return whether a place is free, and what is said of it."""

    def say(key: str, **values: object) -> str:
        return text(f"mast.hang.{key}", language, **values)

    structure, full = view.structure, view.occupancy
    said = []
    if structure.state not in _USED:
        state = text(f"register.lifecycle.{structure.state}", language)
        said.append(say("not_standing", state=state))
    if structure.shareable is not True:
        key = "closed" if structure.shareable is False else "unknown"
        return False, [*said, say(key)]
    if full is None or not full.levels or full.unplaced:
        return False, [*said, say("ask")]
    if full.free <= 0:
        return False, [*said, say("full")]
    best = max((one for one in full.levels if one.free > 0), key=lambda one: one.level.height_to_m)
    start, end = best.level.height_from_m, best.level.height_to_m
    said.append(say("yes", free=full.free, start=start, end=end))
    for name, capacity in (("load", full.load_kg), ("wind", full.wind_area_m2)):
        if capacity is not None and capacity.left is not None and not capacity.unknown:
            said.append(say(name, left=round(max(capacity.left, 0.0), 2)))
    return structure.state in _USED, said


def _stations(service: Service, identity: Identity, view: StructureView) -> list[TransmittedHere]:
    """Return the stations on the structure with the outcome of the latest readable check."""
    if not view.stations:
        return []
    kept = [
        one
        for one in current_first(service.home, service.today())
        if may_read(identity, one.access)
    ]
    found = []
    for station in view.stations:
        study = newest_readable((one for one in kept if station.id in one.stations), service.home)
        rows: Mapping[str, Any] = (
            {} if study is None else {row["station_id"]: row for row in study.results["stations"]}
        )
        outcome = rows[station.id]["outcome"] if station.id in rows else None
        found.append(TransmittedHere(station.id, station.name, station.frequency_mhz, outcome))
    return found


def _cost(service: Service, view: StructureView, language: Language) -> list[str]:
    """Return the asked rent beside the published ones."""

    def unit(name: str) -> str:
        return text(f"register.rent_unit.{name}", language)

    def say(key: str, **values: object) -> str:
        return text(f"mast.cost.{key}", language, **values)

    structure = view.structure
    asked = structure.rent_asked_vnd
    if asked is None or structure.rent_unit is None:
        said = [say("not_asked")]
    else:
        said = [say("asked", amount=asked, unit=unit(structure.rent_unit))]
    with service.register.snapshot() as register:
        rents = register.published_rents(kind=structure.kind, on=view.on)
    code = jurisdiction_of(view.on).province_code
    published = list(published_for(rents, structure, code))
    if not published:
        return [*said, say("not_published")]
    said += [
        say(
            "published",
            amount=one["amount_vnd"],
            unit=unit(one["rent_unit"]),
            instrument=one["instrument"],
            clause=one["clause"],
            confidence=text(f"register.confidence.{one['confidence']}", language),
        )
        for one in published
    ]
    highest = max(one["amount_vnd"] for one in published)
    if asked is not None and structure.rent_unit is not None:
        percent = round(100 * (asked / highest - 1))
        said.append(say("above", percent=percent) if asked > highest else say("below"))
    return said


def _figure(view: StructureView, language: Language) -> str | None:
    structure = view.structure
    if structure.height_m is None:
        return None
    levels = () if view.occupancy is None else view.occupancy.levels
    hung = [
        Hung(one.height_above_ground_m, f"{view.owners.get(one.organisation_id, '–')}")
        for one in view.installations
        if one.height_above_ground_m is not None
    ]
    hung += [
        Hung(one.height_above_ground_m, one.name)
        for one in view.stations
        if one.height_above_ground_m is not None
    ]
    return mast_svg(
        MastView(
            name=structure.name or structure.code,
            height_m=structure.height_m,
            building_m=structure.building_height_m or 0.0,
            levels=[
                Span(one.level.height_from_m, one.level.height_to_m, one.level.slots, one.free)
                for one in levels
            ],
            hung=_together(hung),
        ),
        language,
    )


def _together(hung: list[Hung]) -> list[Hung]:
    """Return one entry for each name and height, with how many there are."""
    counted: dict[tuple[float, str], int] = {}
    for one in hung:
        key = (one.height_m, one.name)
        counted[key] = counted.get(key, 0) + 1
    return [
        Hung(height, name if count == 1 else f"{name} ×{count}")
        for (height, name), count in counted.items()
    ]
