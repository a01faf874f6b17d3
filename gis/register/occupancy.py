"""How full a structure is on a day: places at its levels, wind area and load.

A place is let where a contract in force on that day is for it. The number of free places of a
shareable structure today is public; who is there, and what it weighs, is not, nor the numbers of
other days, one beside the other: they tell when each contract begins and ends.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gis.register.filters import valid_on
from gis.register.scopes import SYSTEM, Scope
from gis.register.sites import SitesReader
from gis.register.structures import AttachmentLevel, Contract, Installation, Structure

__all__ = ["Capacity", "LevelPlaces", "Occupancy", "occupancy", "occupancy_seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelPlaces:
    """The places of one level on a day.

    Attributes
    ----------
    level : AttachmentLevel
        The level; `slots` and `reserved` are its own.
    let : int
        Places let by contract.
    """

    level: AttachmentLevel
    let: int

    @property
    def free(self) -> int:
        """Places that are neither reserved nor let; below zero where more is let than there is."""
        return self.level.slots - self.level.reserved - self.let


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What is used of what a structure may carry.

    Attributes
    ----------
    limit : float or None
        What it may carry, as the owner stated it.
    used : float
        The sum of what is known to hang there.
    unknown : int
        Installations of which it is not known, so that more may be used.
    """

    limit: float | None
    used: float
    unknown: int

    @property
    def left(self) -> float | None:
        """What is left, at most that where some is unknown; None where no limit is stated."""
        return None if self.limit is None else self.limit - self.used


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """How full a structure is on a day.

    Attributes
    ----------
    levels : tuple of LevelPlaces
        From the lowest.
    unplaced : int
        Contracts that name the structure but no level: what they take is not known.
    wind_area_m2, load_kg : Capacity or None
        None where the caller may not know.
    """

    levels: tuple[LevelPlaces, ...]
    unplaced: int
    wind_area_m2: Capacity | None
    load_kg: Capacity | None

    @property
    def free(self) -> int:
        """Free places of all levels; a level that is let too often takes none of another's.

        Contracts that name no level may take some of them.
        """
        return sum(max(0, places.free) for places in self.levels)


def occupancy(
    structure: Structure,
    levels: Sequence[AttachmentLevel],
    contracts: Sequence[Contract],
    installations: Sequence[Installation],
    on: date,
) -> Occupancy:
    """Return how full a structure is on a day.

    Parameters
    ----------
    structure : Structure
        The structure, for what it may carry.
    levels, contracts, installations : sequence
        All of it; contracts and installations of other days do not count.
    on : date
        The day.
    """
    let = [one for one in contracts if valid_on(one.valid_from, one.valid_to, on)]
    hanging = [one for one in installations if valid_on(one.valid_from, one.valid_to, on)]
    count = Counter(one.level_id for one in let if one.duct_id is None)
    ordered = sorted(levels, key=lambda level: (level.height_from_m, level.id))
    return Occupancy(
        levels=tuple(LevelPlaces(level=level, let=count[level.id]) for level in ordered),
        unplaced=count[None],
        wind_area_m2=_capacity(
            structure.wind_area_limit_m2, [one.wind_area_m2 for one in hanging]
        ),
        load_kg=_capacity(structure.load_limit_kg, [one.weight_kg for one in hanging]),
    )


def occupancy_seen(
    register: SitesReader, structure: Structure, scope: Scope, on: date, *, open_day: bool = True
) -> Occupancy | None:
    """Return what a caller may know of how full a structure is, or None where that is nothing.

    Owner, manager and department know all; everybody the places of a shareable structure.

    Parameters
    ----------
    register : SitesReader
        The register.
    structure : Structure
        The structure.
    scope : Scope
        The caller.
    on : date
        The day.
    open_day : bool
        Whether the places of the day are everybody's: today's, as known today.
    """
    own = scope.own is not None and scope.own in (structure.owner_id, structure.manager_id)
    inside = scope.sees_all or own
    if not inside and not (structure.shareable and open_day):
        return None
    found = occupancy(
        structure,
        register.levels(SYSTEM, structure_ids=[structure.id]),
        register.contracts(SYSTEM, structure_ids=[structure.id]),
        register.installations(SYSTEM, structure_id=structure.id),
        on,
    )
    if inside:
        return found
    return Occupancy(levels=found.levels, unplaced=found.unplaced, wind_area_m2=None, load_kg=None)


def _capacity(limit: float | None, parts: Sequence[float | None]) -> Capacity:
    known = [part for part in parts if part is not None]
    return Capacity(limit=limit, used=sum(known), unknown=len(parts) - len(known))
