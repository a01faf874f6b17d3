"""What is known of a support: where an antenna could hang, what it still carries, what it costs.

Who hangs there and pays what is its parties'; how many places are free is everybody's where the
owner lets others on. What the load leaves is told to others in steps, rounded down.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypeVar

from gis.register.occupancy import Capacity, occupancy
from gis.register.reading import Reader as RegisterReader
from gis.register.scopes import SYSTEM, Scope
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Installation,
    Lifecycle,
    PublishedRent,
    Structure,
    StructureKind,
)

__all__ = [
    "SUPPORTS",
    "WEIGHT_STEP_KG",
    "WIND_STEP_M2",
    "Site",
    "is_support",
    "published_for",
    "sites_of",
]

_Held = TypeVar("_Held", AttachmentLevel, Contract)

SUPPORTS: Final = frozenset(
    {
        StructureKind.ANTENNA_MAST,
        StructureKind.STATION,
        StructureKind.HOUSE,
        StructureKind.BUILDING,
        StructureKind.CABLE_POLE,
        StructureKind.POWER_POLE,
        StructureKind.LIGHTING_POLE,
        StructureKind.BRIDGE,
        StructureKind.WATER_WORK,
    }
)
"""Kinds on which an antenna can hang."""

WIND_STEP_M2: Final = 0.5
WEIGHT_STEP_KG: Final = 50.0
"""Steps in which others learn what a support may still carry, rounded down."""

_NOT_YET_OR_NO_MORE: Final = (Lifecycle.PLANNED, Lifecycle.APPROVED, Lifecycle.RETIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A support as whoever asks may know it.

    Attributes
    ----------
    levels : tuple of (float, float, int)
        From and to which height, and how many places are free; empty where none are recorded.
    unplaced : int
        Contracts for it that name no level, so that what they take is not known.
    top_m : float or None
        Height of its top above ground, building included.
    wind_left_m2, weight_left_kg : float or None
        What it may still carry; None where not recorded.
    carriers_mhz : tuple of float
        Carriers on it that whoever asks may know.
    others : bool
        Whether there is equipment that whoever asks may not know.
    rent_vnd, rent_unit : float or None, str or None
        What the owner asks.
    published : tuple of mapping
        What authorities published for such a support and unit.
    in_steps : bool
        Whether what it may still carry is told in steps, rounded down: up to a step more may be
        left.
    """

    levels: tuple[tuple[float, float, int], ...]
    top_m: float | None
    wind_left_m2: float | None
    weight_left_kg: float | None
    carriers_mhz: tuple[float, ...]
    others: bool
    rent_vnd: float | None
    rent_unit: str | None
    published: tuple[Mapping[str, Any], ...]
    in_steps: bool = False
    unplaced: int = 0

    def mounting_m(self, wanted_m: float) -> float | None:
        """Return the height nearest to one that is wanted at which a place is free or may be.

        None where nothing is free, or no height is known.
        """
        if not self.levels:
            return None if self.top_m is None else min(wanted_m, self.top_m)
        heights = [min(max(wanted_m, low), high) for low, high in self._free()]
        return min(heights, key=lambda one: (abs(one - wanted_m), -one), default=None)

    def highest_m(self) -> float | None:
        """Return the greatest height at which a place is free or may be, None where none is."""
        if not self.levels:
            return self.top_m
        return max((high for _, high in self._free()), default=None)

    def free_at(self, height_m: float) -> int:
        """Return how many places are free at the levels around a height."""
        return sum(places for low, high, places in self.levels if low <= height_m <= high)

    def _free(self) -> list[tuple[float, float]]:
        return [(low, high) for low, high, places in self.levels if places > 0]


def is_support(structure: Structure) -> bool:
    """Return whether an antenna could hang on a structure now, if its owner agrees."""
    return (
        structure.kind in SUPPORTS
        and structure.shareable is not False
        and structure.state not in _NOT_YET_OR_NO_MORE
    )


def sites_of(
    register: RegisterReader,
    scope: Scope,
    structures: Sequence[Structure],
    on: date,
    province_code: str,
) -> dict[str, Site]:
    """Return what whoever asks may know of supports, by identifier."""
    ids = [one.id for one in structures]
    levels = _by_structure(register.levels(SYSTEM, structure_ids=ids))
    contracts = _by_structure(register.contracts(SYSTEM, structure_ids=ids, on=on))
    rents = register.published_rents(on=on)
    found = {}
    for one in structures:
        hung = register.installations(SYSTEM, structure_id=one.id, on=on)
        seen = {each.id for each in register.installations(scope, structure_id=one.id, on=on)}
        full = occupancy(one, levels.get(one.id, ()), contracts.get(one.id, ()), hung, on)
        exact = scope.sees_all or one.owner_id == scope.own
        told = exact or one.shareable is True
        found[one.id] = Site(
            levels=tuple(
                (each.level.height_from_m, each.level.height_to_m, max(each.free, 0))
                for each in full.levels
                if told
            ),
            top_m=one.top_m,
            wind_left_m2=_left(full.wind_area_m2 if told else None, WIND_STEP_M2, exact=exact),
            weight_left_kg=_left(full.load_kg if told else None, WEIGHT_STEP_KG, exact=exact),
            carriers_mhz=_carriers(hung, seen),
            others=len(seen) < len(hung),
            rent_vnd=one.rent_asked_vnd,
            rent_unit=None if one.rent_unit is None else one.rent_unit.value,
            published=tuple(published_for(rents, one, province_code)),
            in_steps=not exact,
            unplaced=full.unplaced if told else 0,
        )
    return found


def _by_structure(records: Iterable[_Held]) -> dict[str, list[_Held]]:
    found: dict[str, list[_Held]] = {}
    for one in records:
        found.setdefault(one.structure_id or "", []).append(one)
    return found


def _left(capacity: Capacity | None, step: float, *, exact: bool) -> float | None:
    """Return what is left of a limit; None where it or something of what is used is not known."""
    if capacity is None or capacity.left is None or capacity.unknown:
        return None
    left = max(capacity.left, 0.0)
    return left if exact else math.floor(left / step) * step


def _carriers(hung: Sequence[Installation], seen: set[str]) -> tuple[float, ...]:
    return tuple(
        sorted({each.frequency_mhz for each in hung if each.id in seen and each.frequency_mhz})
    )


def published_for(
    rents: Sequence[PublishedRent], structure: Structure, province_code: str
) -> Iterable[Mapping[str, Any]]:
    """Yield the published rents that hold for a structure, by its kind, class, unit and place."""
    for rent in rents:
        if rent.kind is not structure.kind or rent.province_code not in (None, province_code):
            continue
        if rent.mast_class not in (None, structure.mast_class):
            continue
        if structure.rent_unit is not None and rent.rent_unit is not structure.rent_unit:
            continue
        yield {
            "amount_vnd": rent.amount_vnd,
            "rent_unit": rent.rent_unit.value,
            "instrument": rent.instrument,
            "clause": rent.clause,
            "confidence": rent.provenance.confidence.value,
        }
