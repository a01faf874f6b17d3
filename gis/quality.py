"""How good an owner's records are: rules, open defects, and a score for each owner.

A rule looks at one structure and says the key of a defect (`infrastructure.defect_...`), nothing
where it passes, or that it does not apply. The score is the share of the rules that passed of
those that applied; it compares an owner with itself over time, and promises no more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum, auto

import numpy as np

from gis.exchange.extent import Communes, extent_of
from gis.exchange.report import ImportKind
from gis.jurisdictions import Jurisdiction
from gis.register.reading import Reader
from gis.register.scopes import SYSTEM
from gis.register.structures import (
    Lifecycle,
    MastClass,
    Structure,
    StructureKind,
)
from gis.structure_edits import HIGHEST_MAST_M

__all__ = ["RULES", "Defect", "OwnerQuality", "Seen", "Verdict", "defects_of", "quality"]

_MASTS = (StructureKind.ANTENNA_MAST, StructureKind.CABLE_POLE)
_ON_BUILDINGS = (MastClass.A1A, MastClass.A2A)
_INSPECTED_EVERY = timedelta(days=3 * 366)
_LARGE_EARTHING_OHM = 10.0


class Verdict(Enum):
    """What a rule says of a structure."""

    PASSES = auto()
    FAILS = auto()
    SILENT = auto()


@dataclass(frozen=True, slots=True)
class Seen:
    """A structure with what is known around it.

    Attributes
    ----------
    inside : bool
        Whether it lies in the province, or as near as the outline may be wrong.
    commune_known, in_commune : bool
        Whether the register knows the commune that the owner stated, and whether it lies there.
    levels : int
        How many attachment levels are stated.
    on : date
        The day judged.
    """

    structure: Structure
    inside: bool
    commune_known: bool
    in_commune: bool
    levels: int
    on: date


@dataclass(frozen=True, slots=True)
class Defect:
    """One rule that a structure does not keep.

    Attributes
    ----------
    rule : str
        Name of the rule; `infrastructure.defect_<rule>` says it.
    """

    structure: Structure
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerQuality:
    """How good the records of one owner are.

    Attributes
    ----------
    structures : int
        How many it has.
    applied, passed : int
        Rules that applied to its structures, and those of them that passed.
    defects : tuple of Defect
        What is open, by structure and rule.
    """

    owner_id: str
    structures: int
    applied: int
    passed: int
    defects: tuple[Defect, ...]

    @property
    def score(self) -> float | None:
        """Share of the rules that passed, of one; None where none applied."""
        return self.passed / self.applied if self.applied else None

    @property
    def by_rule(self) -> Mapping[str, int]:
        """How many defects there are of each rule, the most frequent first."""
        counts: dict[str, int] = {}
        for one in self.defects:
            counts[one.rule] = counts.get(one.rule, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _verdict(passes: bool) -> Verdict:
    return Verdict.PASSES if passes else Verdict.FAILS


def _height_known(seen: Seen) -> Verdict:
    if seen.structure.kind not in _MASTS:
        return Verdict.SILENT
    return _verdict(seen.structure.height_m is not None)


def _height_possible(seen: Seen) -> Verdict:
    if seen.structure.height_m is None:
        return Verdict.SILENT
    return _verdict(0.0 < seen.structure.height_m <= HIGHEST_MAST_M)


def _state_known(seen: Seen) -> Verdict:
    return _verdict(seen.structure.state is not None)


def _class_known(seen: Seen) -> Verdict:
    if seen.structure.kind is not StructureKind.ANTENNA_MAST:
        return Verdict.SILENT
    return _verdict(seen.structure.mast_class is not None)


def _class_of_a_mast(seen: Seen) -> Verdict:
    if seen.structure.mast_class is None:
        return Verdict.SILENT
    return _verdict(seen.structure.kind is StructureKind.ANTENNA_MAST)


def _class_fits_building(seen: Seen) -> Verdict:
    """A1a and A2a stand on a building; A2b and A2c on the ground."""
    mast_class = seen.structure.mast_class
    if mast_class is None or mast_class is MastClass.A1B:
        return Verdict.SILENT
    on_building = seen.structure.building_height_m is not None
    return _verdict(on_building is (mast_class in _ON_BUILDINGS))


def _in_province(seen: Seen) -> Verdict:
    return _verdict(seen.inside)


def _commune_stated(seen: Seen) -> Verdict:
    return _verdict(bool(seen.structure.commune_name))


def _commune_right(seen: Seen) -> Verdict:
    if not seen.structure.commune_name:
        return Verdict.SILENT
    return _verdict(seen.commune_known and seen.in_commune)


def _sharing_said(seen: Seen) -> Verdict:
    return _verdict(seen.structure.shareable is not None)


def _rent_of_shareable(seen: Seen) -> Verdict:
    if not seen.structure.shareable:
        return Verdict.SILENT
    return _verdict(seen.structure.rent_asked_vnd is not None)


def _rent_has_unit(seen: Seen) -> Verdict:
    if seen.structure.rent_asked_vnd is None:
        return Verdict.SILENT
    return _verdict(seen.structure.rent_unit is not None)


def _levels_of_shareable(seen: Seen) -> Verdict:
    if not seen.structure.shareable or seen.structure.kind not in _MASTS:
        return Verdict.SILENT
    return _verdict(seen.levels > 0)


def _days_in_order(seen: Seen) -> Verdict:
    begins, ends = seen.structure.valid_from, seen.structure.valid_to
    if begins is None or ends is None:
        return Verdict.SILENT
    return _verdict(begins <= ends)


def _retired_has_end(seen: Seen) -> Verdict:
    if seen.structure.state is not Lifecycle.RETIRED:
        return Verdict.SILENT
    return _verdict(seen.structure.valid_to is not None)


def _inspected(seen: Seen) -> Verdict:
    one = seen.structure
    if one.kind is not StructureKind.ANTENNA_MAST or one.state is not Lifecycle.IN_USE:
        return Verdict.SILENT
    return _verdict(
        one.inspected_on is not None and seen.on - one.inspected_on <= _INSPECTED_EVERY
    )


def _earthed(seen: Seen) -> Verdict:
    if seen.structure.earthing_resistance_ohm is None:
        return Verdict.SILENT
    return _verdict(seen.structure.earthing_resistance_ohm <= _LARGE_EARTHING_OHM)


RULES: Mapping[str, Callable[[Seen], Verdict]] = {
    "height_missing": _height_known,
    "height_impossible": _height_possible,
    "state_missing": _state_known,
    "class_missing": _class_known,
    "class_of_no_mast": _class_of_a_mast,
    "class_and_building": _class_fits_building,
    "outside_province": _in_province,
    "commune_missing": _commune_stated,
    "commune_wrong": _commune_right,
    "sharing_unsaid": _sharing_said,
    "rent_missing": _rent_of_shareable,
    "rent_unit_missing": _rent_has_unit,
    "levels_missing": _levels_of_shareable,
    "days_reversed": _days_in_order,
    "retired_without_end": _retired_has_end,
    "inspection_old": _inspected,
    "earthing_large": _earthed,
}
"""Every rule by its name; a structure has at most one defect of each."""


def defects_of(seen: Seen) -> tuple[int, tuple[str, ...]]:
    """Return how many rules apply to a structure, and the names of those that it fails."""
    verdicts = {name: rule(seen) for name, rule in RULES.items()}
    applied = sum(verdict is not Verdict.SILENT for verdict in verdicts.values())
    return applied, tuple(n for n, verdict in verdicts.items() if verdict is Verdict.FAILS)


def quality(
    register: Reader,
    jurisdiction: Jurisdiction,
    on: date,
    *,
    owner_id: str | None = None,
) -> list[OwnerQuality]:
    """Return how good the records of each owner are, by the owner's identifier.

    Parameters
    ----------
    register : Reader
        The register.
    jurisdiction : Jurisdiction
        Whose province.
    on : date
        The day judged; structures that do not stand then do not count.
    owner_id : str, optional
        Only this owner.
    """
    found: dict[str, list[tuple[Structure, int, tuple[str, ...]]]] = {}
    structures = register.structures(SYSTEM, owner_id=owner_id, on=on)
    for seen in _seen(register, structures, jurisdiction, on):
        found.setdefault(seen.structure.owner_id, []).append((seen.structure, *defects_of(seen)))
    return [
        OwnerQuality(
            owner_id=owner,
            structures=len(judged),
            applied=sum(applied for _, applied, _ in judged),
            passed=sum(applied - len(failed) for _, applied, failed in judged),
            defects=tuple(Defect(one, rule) for one, _, failed in judged for rule in failed),
        )
        for owner, judged in sorted(found.items())
    ]


def _seen(
    register: Reader, structures: Sequence[Structure], jurisdiction: Jurisdiction, on: date
) -> Iterator[Seen]:
    longitude = np.array([one.longitude for one in structures], dtype=np.float64)
    latitude = np.array([one.latitude for one in structures], dtype=np.float64)
    names = [one.commune_name for one in structures]
    inside = extent_of(register, ImportKind.STRUCTURES, jurisdiction).holds(longitude, latitude)
    communes = Communes(register, on)
    known = communes.known(names)
    there = communes.hold(names, longitude, latitude)
    levels: dict[str, int] = {}
    for level in register.levels(SYSTEM):
        levels[level.structure_id] = levels.get(level.structure_id, 0) + 1
    for index, one in enumerate(structures):
        yield Seen(
            structure=one,
            inside=bool(inside[index]),
            commune_known=bool(known[index]),
            in_commune=bool(there[index]),
            levels=levels.get(one.id, 0),
            on=on,
        )
