"""What contracts and levels rest on, and that no write takes it from under them.

However a write did it, by hand, from a file, by a merge or by taking something back, it is judged
at its end by what then stands: contracts may be moved in the same write. Of contracts only those
that run or are still to come count, of levels only those that fitted before.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from gis.errors import ConflictError, GisError, NotFoundError
from gis.register.lettings import ducts_within, refuse_letting
from gis.register.rows import Row
from gis.register.scopes import SYSTEM
from gis.register.sites import SitesReader
from gis.register.structures import AttachmentLevel, Contract, Structure

__all__ = ["RESTED_ON", "Resting", "fits", "refuse_level_above"]

RESTED_ON: Mapping[str, tuple[str, ...]] = {
    "structures": ("owner_id", "height_m", "building_height_m"),
    "attachment_levels": ("structure_id", "slots"),
    "routes": ("owner_id",),
    "ducts": ("route_id", "parent_id", "cables"),
}
"""What contracts and levels rest on, by table."""

_SAID = {
    "errors.contract_not_owner": "errors.owner_lets",
    "errors.slot_unknown": "errors.more_let",
    "errors.places_taken": "errors.more_let",
}


class Resting:
    """The changes of one write that something may rest on."""

    def __init__(self) -> None:
        self._before: dict[str, dict[str, Row]] = {name: {} for name in RESTED_ON}

    def note(self, table: str, old: Row | None, new: Row | None) -> None:
        """Take one change in; what a row says beside what is rested on does not matter."""
        columns = RESTED_ON.get(table, ())
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
        before = self._before
        _judge_structures(register, before["structures"], today)
        for one in register.contracts(SYSTEM, level_ids=before["attachment_levels"]):
            _refuse_moved(register, one)
            _judge(register, one, one.level_id, today)
        sold = register.ducts(SYSTEM, route_ids=before["routes"])
        route_of = {duct.id: duct.route_id for duct in sold}
        for one in register.contracts(SYSTEM, duct_ids=route_of):
            _judge(register, one, route_of[one.duct_id or ""], today)
        for one in register.contracts(SYSTEM, duct_ids=_nested(register, before["ducts"])):
            _judge(register, one, one.duct_id, today)


def fits(structure: Structure, level: AttachmentLevel) -> bool:
    """Return whether a level is not above its structure, as far as its height is known."""
    return structure.top_m is None or level.height_to_m <= structure.top_m


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


def _judge_structures(register: SitesReader, before: Mapping[str, Row], today: date) -> None:
    """Raise where a structure was lowered under a level, or sold under a contract."""
    for level in register.levels(SYSTEM, structure_ids=before):
        now, was = _now_and_then(register, before, level.structure_id, "attachment_levels")
        if fits(was, level):
            refuse_level_above(now, level)
    for one in register.contracts(SYSTEM, structure_ids=before):
        now, was = _now_and_then(register, before, one.structure_id or "", "contracts")
        if now.owner_id != was.owner_id:
            _judge(register, one, now.id, today)


def _now_and_then(
    register: SitesReader, before: Mapping[str, Row], name: str, layer: str
) -> tuple[Structure, Structure]:
    """Return a structure as it is, and with what may be rested on as before the write.

    Raises
    ------
    ConflictError
        If it is no more, though a record of a layer is of it.
    """
    try:
        now = register.structure(name, SYSTEM)
    except NotFoundError as error:
        raise ConflictError("errors.record_needed", id=name, layer=layer) from error
    return now, replace(now, **before[name])


def _nested(register: SitesReader, before: Mapping[str, Row]) -> set[str]:
    """Return changed ducts, what they lie in or lay in, and what lies in them."""
    changed = register.ducts(SYSTEM, ids=before)
    around = {duct.parent_id for duct in changed} | {row["parent_id"] for row in before.values()}
    within = {duct.id for duct in ducts_within(register, before)}
    return {*before, *within, *(name for name in around if name is not None)}


def _refuse_moved(register: SitesReader, contract: Contract) -> None:
    """Raise where a level is no more, or at another structure than its contract says."""
    there = register.levels(SYSTEM, structure_ids=[contract.structure_id or ""])
    if contract.level_id not in {level.id for level in there}:
        raise ConflictError("errors.level_let", level=contract.level_id, number=contract.number)


def _judge(register: SitesReader, contract: Contract, of: str | None, today: date) -> None:
    """Raise where a contract that runs or is to come could not be made as things stand now."""
    if contract.valid_to is not None and contract.valid_to < today:
        return
    try:
        left = replace(contract, valid_from=max(contract.valid_from, today))
        refuse_letting(register, left, contract)
    except GisError as error:
        key = _SAID.get(error.key, "errors.contract_in_the_way")
        raise ConflictError(key, id=of, number=contract.number, **_told(error)) from error


def _told(error: GisError) -> dict[str, object]:
    return {name: error.values[name] for name in ("slots", "owner") if name in error.values}
