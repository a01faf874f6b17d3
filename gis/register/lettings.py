"""What may be let: no place twice for one day, none that is not there.

A contract for a duct that holds ducts is for the whole of it: none beside it, none above, none
within.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from gis.errors import ConflictError, FormatError, NotFoundError
from gis.register.routes import Duct
from gis.register.scopes import SYSTEM
from gis.register.sites import SitesReader
from gis.register.structures import Contract

__all__ = [
    "contract_key",
    "ducts_within",
    "most_on_a_day",
    "of_place_and_duct",
    "of_request",
    "overlapping",
    "refuse_letting",
    "refuse_parties",
    "takes_no_more",
    "together",
]


def contract_key(contract: Contract) -> tuple[object, ...]:
    """Return what makes a contract one: its owner, its number and what it lets."""
    place = (contract.structure_id, contract.level_id, contract.duct_id, contract.slot)
    return contract.owner_id, contract.number.casefold(), *place


def takes_no_more(before: Contract | None, now: Contract) -> bool:
    """Return whether a contract lets what it let before, on none but the same days."""
    if before is None:
        return False
    last, until = now.valid_to or date.max, before.valid_to or date.max
    same = contract_key(before)[2:] == contract_key(now)[2:]
    return same and before.valid_from <= now.valid_from and last <= until


def overlapping(first: Contract, second: Contract) -> bool:
    """Return whether two contracts let one place for one day."""
    if first.slot is None or first.slot != second.slot or first.id == second.id:
        return False
    if (first.level_id, first.duct_id) != (second.level_id, second.duct_id):
        return False
    return together(first, second)


def together(first: Contract, second: Contract) -> bool:
    """Return whether two contracts run on one day."""
    begins = max(first.valid_from, second.valid_from)
    return begins <= min(first.valid_to or date.max, second.valid_to or date.max)


def refuse_parties(contract: Contract) -> None:
    """Raise where the owner of a contract lets to itself.

    Raises
    ------
    FormatError
        With the field of the tenant.
    """
    if contract.owner_id == contract.tenant_id:
        raise FormatError(
            "errors.contract_with_itself",
            name="tenant_id",
            number=contract.number,
            owner=contract.owner_id,
        )


def refuse_letting(
    register: SitesReader, contract: Contract, before: Contract | None = None
) -> None:
    """Raise where a contract cannot stand beside those that are kept.

    Parameters
    ----------
    register : SitesReader
        With what is kept.
    contract : Contract
        As it shall be.
    before : Contract, optional
        As it was: what takes no more than it did may stay where levels were recorded later.

    Raises
    ------
    FormatError
        If it ends before it begins, is about nothing or about both a structure and a duct, names
        a place that is not there, or a request that is not between its parties about its
        structure.
    ConflictError
        If the place, every place beside it, every place of all levels of the structure, a duct
        that it lies in or a duct within it is let for one of its days.
    """
    number, start, end = contract.number, contract.valid_from, contract.valid_to
    if end is not None and end < start:
        raise FormatError(
            "errors.contract_ends_before", name="valid_to", number=number, start=start, end=end
        )
    if contract.structure_id is None and contract.duct_id is None:
        raise FormatError("errors.contract_of_nothing", name="duct_id", number=number)
    if of_place_and_duct(contract):
        raise FormatError("errors.contract_of_two", name="duct_id", number=number)
    if contract.case_id is not None and not of_request(contract, register.parties_of_requests()):
        raise FormatError(
            "errors.contract_of_other_request",
            name="case_id",
            number=number,
            request=contract.case_id[:60],
        )
    places = _places_to_let(register, contract)
    if places is not None:
        _refuse_taken(register, contract, places)
    if not takes_no_more(before, contract):
        _refuse_full(register, contract)


def of_place_and_duct(contract: Contract) -> bool:
    """Return whether a contract names a structure or level and a duct: two lettings."""
    placed = contract.structure_id is not None or contract.level_id is not None
    return placed and contract.duct_id is not None


def of_request(contract: Contract, requests: Mapping[str, tuple[str, str, str]]) -> bool:
    """Return whether the request that a contract names is between its parties, on its structure.

    Parameters
    ----------
    contract : Contract
        With a request.
    requests : mapping
        Structure, owner and requester of every request, by its id.
    """
    parties = (contract.structure_id, contract.owner_id, contract.tenant_id)
    return requests.get(contract.case_id or "") == parties


def most_on_a_day(contract: Contract, beside: Sequence[Contract]) -> int:
    """Return how many other contracts for a level or a duct hold at most on one day of another's.

    A contract that names no place takes one all the same.
    """
    others = [one for one in beside if one.id != contract.id and together(one, contract)]
    begins = {max(one.valid_from, contract.valid_from) for one in others}
    return max(
        (
            sum(one.valid_from <= day <= (one.valid_to or date.max) for one in others)
            for day in begins
        ),
        default=0,
    )


def _beside(register: SitesReader, contract: Contract) -> list[Contract]:
    if contract.level_id is not None:
        return register.contracts(SYSTEM, level_ids=[contract.level_id])
    return register.contracts(SYSTEM, duct_ids=[contract.duct_id or ""])


def _refuse_taken(register: SitesReader, contract: Contract, places: int) -> None:
    """Raise where the place of a contract, or every place beside it, is let."""
    beside = _beside(register, contract)
    if any(overlapping(contract, one) for one in beside):
        raise ConflictError("errors.slot_taken", name="slot", slot=contract.slot)
    if most_on_a_day(contract, beside) >= places:
        named = "level_id" if contract.duct_id is None else "duct_id"
        raise ConflictError("errors.places_taken", name=named, slots=places)
    _refuse_nested(register, contract)


def _refuse_full(register: SitesReader, contract: Contract) -> None:
    """Raise where a structure is let as often as all of its levels have places.

    Without a level on record nobody knows how often it may be let: sharing is what the law asks
    for, so that one contract does not exclude the next.
    """
    if contract.structure_id is None:
        return
    levels = register.levels(SYSTEM, structure_ids=[contract.structure_id])
    places = sum(level.slots for level in levels)
    beside = register.contracts(SYSTEM, structure_ids=[contract.structure_id])
    if levels and most_on_a_day(contract, beside) >= places:
        raise ConflictError("errors.structure_full", name="level_id", slots=places)


def _refuse_nested(register: SitesReader, contract: Contract) -> None:
    """Raise where a duct around the duct of a contract, or within it, is let for the same day."""
    for duct in register.ducts(SYSTEM, ids=[contract.duct_id or ""]):
        nested = {
            one.id: one for one in (*_around(register, duct), *ducts_within(register, [duct.id]))
        }
        for other in register.contracts(SYSTEM, duct_ids=nested):
            if other.id != contract.id and together(contract, other):
                raise ConflictError(
                    "errors.duct_let_with_another",
                    name="duct_id",
                    duct=duct.code,
                    other=nested[other.duct_id or ""].code,
                    number=other.number,
                )


def _around(register: SitesReader, duct: Duct) -> list[Duct]:
    """Return the ducts that a duct lies in."""
    found: list[Duct] = []
    above = register.ducts(SYSTEM, ids=[duct.parent_id or ""])
    while above and above[0] not in found:
        found += above
        above = register.ducts(SYSTEM, ids=[above[0].parent_id or ""])
    return found


def ducts_within(register: SitesReader, duct_ids: Iterable[str]) -> list[Duct]:
    """Return the ducts that lie in some ducts, and those in them."""
    found: dict[str, Duct] = {}
    below = register.ducts(SYSTEM, parent_ids=duct_ids)
    while below:
        found |= {one.id: one for one in below}
        inner = register.ducts(SYSTEM, parent_ids=[one.id for one in below])
        below = [one for one in inner if one.id not in found]
    return list(found.values())


def _places_to_let(register: SitesReader, contract: Contract) -> int | None:
    """Return how many places there are where a contract lets one; None where it names no level.

    Raises
    ------
    FormatError, NotFoundError
        If it is not the owner's to make, or names a place that is not there.
    """
    if contract.structure_id is not None:
        owner_id = register.structure(contract.structure_id, SYSTEM).owner_id
        places = _places(register, contract)
    else:
        owner_id, places = _places_in_duct(register, contract.duct_id or "")
    if owner_id != contract.owner_id:
        raise FormatError(
            "errors.contract_not_owner", number=contract.number, owner=contract.owner_id
        )
    if contract.slot is not None and not 1 <= contract.slot <= places:
        raise FormatError("errors.slot_unknown", name="slot", slot=contract.slot, slots=places)
    return None if contract.level_id is None and contract.duct_id is None else places


def _places_in_duct(register: SitesReader, duct_id: str) -> tuple[str, int]:
    """Return whose a duct is, and how many times it may be let: once where it holds ducts."""
    (duct,) = register.ducts(SYSTEM, ids=[duct_id]) or (None,)
    if duct is None:
        raise NotFoundError("errors.ducts_unknown", name="duct_id", id=duct_id)
    holds = bool(register.ducts(SYSTEM, parent_ids=[duct_id]))
    return register.route(duct.route_id, SYSTEM).owner_id, 1 if holds else duct.cables


def _places(register: SitesReader, contract: Contract) -> int:
    """Return how many places the level of a contract has."""
    if contract.level_id is None:
        return 0
    levels = register.levels(SYSTEM, structure_ids=[contract.structure_id or ""])
    for level in levels:
        if level.id == contract.level_id:
            return level.slots
    raise NotFoundError("errors.attachment_levels_unknown", name="level_id", id=contract.level_id)
