"""What contracts and levels rest on, and that no write takes it from under them.

However a write did it, by hand, from a file, by a merge or by taking something back, it is judged
at its end by what then stands: contracts may be moved in the same write. Of contracts only those
that run or are still to come count, of levels only those that fitted before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from gis.errors import ConflictError, GisError, NotFoundError
from gis.register.lettings import ducts_within, refuse_letting
from gis.register.rows import Row
from gis.register.scopes import SYSTEM
from gis.register.sites import SitesReader
from gis.register.structures import AttachmentLevel, Contract, Structure

__all__ = ["Resting", "fits", "refuse_level_above"]

_RESTED_ON: Mapping[str, tuple[str, ...]] = {
    "structures": ("owner_id", "height_m", "building_height_m"),
    "attachment_levels": ("structure_id", "slots"),
    "routes": ("owner_id",),
    "ducts": ("route_id", "parent_id", "cables"),
}
_SAID = {
    "errors.contract_not_owner": "errors.owner_lets",
    "errors.slot_unknown": "errors.more_let",
    "errors.places_taken": "errors.more_let",
}


class Resting:
    """The changes of one write that something may rest on."""

    def __init__(self) -> None:
        self._before: dict[str, dict[str, Row]] = {name: {} for name in _RESTED_ON}

    def note(self, table: str, old: Row | None, new: Row | None) -> None:
        """Take one change in; what a row says beside what is rested on does not matter."""
        columns = _RESTED_ON.get(table, ())
        first = old or new or {}
        added = old is None and first.get("parent_id") is None  # what is new bears nothing yet
        if not columns or added:
            return
        if new is None or old is None or any(old[name] != new[name] for name in columns):
            self._before[table].setdefault(first["id"], {name: first[name] for name in columns})

    def refuse(self, register: SitesReader, today: date) -> None:
        """Raise where a contract or a level has lost what it rests on.

        Parameters
        ----------
        register : SitesReader
            As the write leaves it.
        today : date
            Contracts that ended before it rest on nothing any more.

        Raises
        ------
        ConflictError
            With the contract or the level.
        """
        for name, before in self._before["structures"].items():
            _judge_structure(register, name, before, today)
        for name in self._before["attachment_levels"]:
            lets = register.contracts(SYSTEM, level_ids=[name])
            _refuse_moved(register, name, lets)
            _judge(register, name, lets, today)
        for name in self._before["routes"]:
            ducts = [one.id for one in register.ducts(SYSTEM, route_ids=[name])]
            _judge(register, name, register.contracts(SYSTEM, duct_ids=ducts), today)
        for name, before in self._before["ducts"].items():
            _judge_duct(register, name, before, today)


def fits(structure: Structure, level: AttachmentLevel) -> bool:
    """Return whether a level is not above its structure, as far as its height is known."""
    if structure.height_m is None:
        return True
    return level.height_to_m <= structure.height_m + (structure.building_height_m or 0.0)


def refuse_level_above(structure: Structure, level: AttachmentLevel) -> None:
    """Raise where a level reaches above its structure, as far as its height is known.

    Raises
    ------
    ConflictError
        With the level.
    """
    if not fits(structure, level):
        raise ConflictError(
            "errors.level_above_structure",
            level=level.id,
            high=level.height_to_m,
            structure=structure.code,
        )


def _judge_structure(register: SitesReader, name: str, before: Row, today: date) -> None:
    """Raise where a structure was lowered under a level, or sold under a contract."""
    try:
        structure = register.structure(name, SYSTEM)
    except NotFoundError:
        return  # what still refers to it stands in the way of its removal
    heights = {each: before[each] for each in ("height_m", "building_height_m")}
    for level in register.levels(SYSTEM, structure_ids=[name]):
        if fits(replace(structure, **heights), level):
            refuse_level_above(structure, level)
    if structure.owner_id != before["owner_id"]:
        _judge(register, name, register.contracts(SYSTEM, structure_ids=[name]), today)


def _judge_duct(register: SitesReader, name: str, before: Row, today: date) -> None:
    """Raise where a contract for a duct, or for what it lies in or holds, does not stand."""
    found = register.ducts(SYSTEM, ids=[name])
    nested = {name, before["parent_id"] or name}
    for duct in found:
        nested |= {duct.parent_id or name, *(one.id for one in ducts_within(register, duct))}
    _judge(register, name, register.contracts(SYSTEM, duct_ids=nested), today)


def _refuse_moved(register: SitesReader, level_id: str, lets: Iterable[Contract]) -> None:
    """Raise where a level is no more, or at another structure than its contracts say."""
    for one in lets:
        there = register.levels(SYSTEM, structure_ids=[one.structure_id or ""])
        if level_id not in {level.id for level in there}:
            raise ConflictError("errors.level_let", level=level_id, number=one.number)


def _judge(register: SitesReader, name: str, lets: Iterable[Contract], today: date) -> None:
    """Raise where a contract that runs or is to come could not be made as things stand now."""
    for one in lets:
        if one.valid_to is not None and one.valid_to < today:
            continue
        try:
            refuse_letting(register, replace(one, valid_from=max(one.valid_from, today)))
        except GisError as error:
            key = _SAID.get(error.key, "errors.contract_in_the_way")
            raise ConflictError(key, id=name, number=one.number, **_told(error)) from error


def _told(error: GisError) -> dict[str, object]:
    return {name: error.values[name] for name in ("slots", "owner") if name in error.values}
