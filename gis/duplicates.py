"""The same structure stated by two owners: proposed with the reasons, decided by a person.

A pair is proposed where two structures of different owners and the same kind stand within
`NEAR_M`, of heights that may be the same. Likeness is half the distance, three tenths the height,
two tenths the name: an order in which to look, no probability.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from difflib import SequenceMatcher

import numpy as np
from scipy.spatial import KDTree

from gis.errors import ConflictError, FormatError, NotFoundError
from gis.geodesy import distance_km
from gis.register.duplicates import Decision, DuplicateDecision, pair_id
from gis.register.reading import Reader
from gis.register.rows import fold
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from gis.register.structures import Document, Structure
from gis.register.writing import Writer

__all__ = ["NEAR_M", "Likeness", "decide", "decided_in", "duplicates", "likeness"]

NEAR_M = 50.0
"""How far apart two statements of one structure may be."""

_HEIGHT_M = 5.0
_METRES_PER_DEGREE = 111_320.0
_NOT_FILLED = frozenset(
    {"id", "code", "name", "owner_id", "provenance", "confidential", "valid_from", "valid_to"}
)
_ITS_OWNERS = frozenset({"shareable", "manager_id", "rent_asked_vnd", "rent_unit"})
"""What an owner declares for itself: never filled from what another declared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Two structures that may be one.

    Attributes
    ----------
    first, second : Structure
        In the order of their identifiers.
    score : float
        From 0 to 1.
    distance_m : float
        Between them, on the ellipsoid.
    names : float
        How alike their names are, from 0 to 1, without marks and case.
    """

    first: Structure
    second: Structure
    score: float
    distance_m: float
    names: float

    @property
    def id(self) -> str:
        """What the pair is called."""
        return pair_id(self.first.id, self.second.id)

    @property
    def heights_known(self) -> bool:
        """Whether the height of both is known."""
        return self.first.height_m is not None and self.second.height_m is not None


def likeness(one: Structure, other: Structure) -> Likeness | None:
    """Return how alike two structures are, None where they are not taken for one."""
    if one.owner_id == other.owner_id or one.kind is not other.kind:
        return None
    first, second = sorted((one, other), key=lambda each: each.id)
    distance_m = 1000.0 * float(
        distance_km(first.longitude, first.latitude, second.longitude, second.latitude)
    )
    apart_m = _heights_apart(first, second)
    if distance_m > NEAR_M or (apart_m is not None and apart_m > _HEIGHT_M):
        return None
    height = 0.5 if apart_m is None else 1.0 - apart_m / _HEIGHT_M
    names = SequenceMatcher(None, fold(first.name), fold(second.name)).ratio()
    score = 0.5 * (1.0 - distance_m / NEAR_M) + 0.3 * height + 0.2 * names
    return Likeness(first=first, second=second, score=score, distance_m=distance_m, names=names)


def duplicates(register: Reader, on: date) -> list[Likeness]:
    """Return the pairs that may be one and are not decided, the most alike first."""
    decided = {one.id for one in register.decisions()}
    found = [one for one in _pairs(register.structures(SYSTEM, on=on)) if one.id not in decided]
    return sorted(found, key=lambda one: (-one.score, one.id))


def decide(
    register: Register,
    one_id: str,
    other_id: str,
    *,
    kept_id: str | None,
    author: str,
    reason: str,
) -> DuplicateDecision:
    """Merge two structures, or keep them apart; the decision is kept, in the same write.

    Parameters
    ----------
    register : Register
        The register.
    one_id, other_id : str
        The two.
    kept_id : str or None
        The one that is kept, with what it does not say filled from the other; None keeps both.
    author, reason : str
        For the history and the decision.

    Raises
    ------
    NotFoundError
        If they are not taken for one.
    ConflictError
        If they were decided before, what belongs to the other cannot move, or merging would tell
        somebody else what its owner keeps confidential or does not open to others.
    FormatError
        If what is kept is neither.
    """
    if kept_id not in (None, one_id, other_id):
        raise FormatError("infrastructure.merge_not_one_of_them")
    with register.write(author=author, reason=reason) as writer:
        one, other = writer.structure(one_id, SYSTEM), writer.structure(other_id, SYSTEM)
        found = likeness(one, other)
        if found is None:
            raise NotFoundError("infrastructure.duplicate_unknown", first=one_id, second=other_id)
        if found.id in {each.id for each in writer.decisions()}:
            raise ConflictError("infrastructure.duplicate_decided", first=one_id, second=other_id)
        if kept_id is not None:
            kept, gone = (one, other) if kept_id == one_id else (other, one)
            _merge(writer, kept, gone)
        decision = DuplicateDecision(
            id=found.id,
            first_id=found.first.id,
            second_id=found.second.id,
            decision=Decision.APART if kept_id is None else Decision.MERGED,
            kept_id=kept_id,
            reason=reason,
        )
        writer.add_decisions([decision])
    return decision


def decided_in(register: Reader, decision_id: str) -> int:
    """Return the write that a decision was made in, with the merge that belongs to it.

    Raises
    ------
    NotFoundError
        If there is no such decision.
    """
    if decision_id in {one.id for one in register.decisions()}:
        noted = register.changes(table_name="duplicate_decisions", record_id=decision_id, limit=1)
        return noted[0].revision
    raise NotFoundError("infrastructure.decision_unknown", id=decision_id[:120])


def _heights_apart(one: Structure, other: Structure) -> float | None:
    if one.height_m is None or other.height_m is None:
        return None
    return abs(one.height_m - other.height_m)


def _pairs(structures: Sequence[Structure]) -> Iterator[Likeness]:
    """Yield the pairs that are taken for one; near ones are found on a local map first."""
    if len(structures) < 2:
        return
    latitude = np.array([one.latitude for one in structures])
    longitude = np.array([one.longitude for one in structures])
    # the narrowest degree of all, so that no near pair is missed; the rest is sorted out exactly
    narrow = float(np.cos(np.radians(np.max(np.abs(latitude)))))
    where = np.stack([longitude * narrow, latitude], axis=-1) * _METRES_PER_DEGREE
    for first, second in KDTree(where).query_pairs(1.02 * NEAR_M, output_type="ndarray"):
        found = likeness(structures[first], structures[second])
        if found is not None:
            yield found


def _merge(writer: Writer, kept: Structure, gone: Structure) -> None:
    """Move what belongs to one structure to the other, and remove it.

    Its papers are its owner's and go to no other: they are removed with it, and the history has
    them.
    """
    if gone.confidential:
        raise ConflictError("infrastructure.merge_confidential", id=gone.code)
    if writer.contracts(SYSTEM, structure_ids=[gone.id]):
        raise ConflictError("infrastructure.merge_has_contracts", id=gone.code)
    if gone.id in {structure_id for structure_id, *_ in writer.parties_of_requests().values()}:
        raise ConflictError("infrastructure.merge_has_requests", id=gone.code)
    levels = writer.levels(SYSTEM, structure_ids=[gone.id])
    if levels and writer.levels(SYSTEM, structure_ids=[kept.id]):
        raise ConflictError("infrastructure.merge_has_levels")
    if levels and kept.shareable and not gone.shareable:
        raise ConflictError("infrastructure.merge_opens_levels", id=gone.code)
    writer.update_levels([replace(level, structure_id=kept.id) for level in levels])
    hanging = writer.installations(SYSTEM, structure_id=gone.id)
    writer.update_installations([replace(one, structure_id=kept.id) for one in hanging])
    stations = [one for one in writer.stations(SYSTEM) if one.structure_id == gone.id]
    writer.update_stations([replace(one, structure_id=kept.id) for one in stations])
    planned = [one for one in writer.works(SYSTEM) if one.structure_id == gone.id]
    writer.update_works([replace(one, structure_id=kept.id) for one in planned])
    papers = writer.documents(SYSTEM, subject_id=gone.id)
    writer.delete(Document, [one.id for one in papers])
    _move_lines(writer, kept.id, gone.id)
    writer.update_structures([_filled(kept, gone)], expected=[kept])
    writer.delete(Structure, [gone.id])


def _move_lines(writer: Writer, kept_id: str, gone_id: str) -> None:
    moved = []
    for route in writer.routes(SYSTEM, structure_id=gone_id):
        ends = [kept_id if end == gone_id else end for end in (route.from_id, route.to_id)]
        if ends[0] == ends[1]:
            raise ConflictError("infrastructure.merge_line_between", code=route.code)
        moved.append(replace(route, from_id=ends[0], to_id=ends[1]))
    writer.update_routes(moved)


def _filled(kept: Structure, gone: Structure) -> Structure:
    """Return what is kept, with what it does not say of what stands there from the other."""
    found = {
        field.name: getattr(gone, field.name)
        for field in fields(Structure)
        if field.name not in _NOT_FILLED | _ITS_OWNERS and getattr(kept, field.name) is None
    }
    return replace(kept, **found)
