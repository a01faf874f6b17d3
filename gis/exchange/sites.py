"""The structures, levels, lines and ducts of the register, found by the words that files use."""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TypeVar

from gis.exchange.numbers import parse
from gis.register.routes import Duct, Route
from gis.register.structures import AttachmentLevel, Structure

__all__ = ["Sites"]

R = TypeVar("R")

_SPAN = re.compile(r"\s*(?:-|–|đến|to)\s*")
_WITHIN_M = 1e-6


class Sites:
    """What rows may name; every question returns all that fit, so that none or two can be told.

    Parameters
    ----------
    structures, levels, routes, ducts : iterable
        What the register holds.
    """

    def __init__(
        self,
        structures: Iterable[Structure] = (),
        levels: Iterable[AttachmentLevel] = (),
        routes: Iterable[Route] = (),
        ducts: Iterable[Duct] = (),
    ) -> None:
        self.by_id: Mapping[str, Structure] = {each.id: each for each in structures}
        self._codes = _grouped(self.by_id.values(), lambda one: one.code.casefold())
        self._levels = _grouped(levels, lambda one: one.structure_id)
        self.routes: Mapping[str, Route] = {each.id: each for each in routes}
        self._route_codes = _grouped(self.routes.values(), lambda one: one.code.casefold())
        self.ducts: Mapping[str, Duct] = {each.id: each for each in ducts}
        self._within = _grouped(self.ducts.values(), lambda one: one.parent_id)
        self._duct_codes = _grouped(self.ducts.values(), lambda one: one.code.casefold())

    def structures(self, word: str, owner_id: str | None = None) -> list[Structure]:
        """Return the structures of an id or a code, an owner's own where that tells them apart."""
        if word in self.by_id:
            return [self.by_id[word]]
        return _of_owner(self._codes.get(_code(word), []), owner_id)

    def lines(self, word: str, owner_id: str | None = None) -> list[Route]:
        """Return the lines of an id or a code."""
        if word in self.routes:
            return [self.routes[word]]
        return _of_owner(self._route_codes.get(_code(word), []), owner_id)

    def tubes(self, word: str, route_id: str | None = None) -> list[Duct]:
        """Return the ducts of an id or a code, of one line where that is named."""
        own = self.ducts.get(word)
        found = self._duct_codes.get(_code(word), []) if own is None else [own]
        return [one for one in found if route_id in (None, one.route_id)]

    def places_in(self, duct: Duct) -> int:
        """Return how many times a duct may be let for one day: once where it holds ducts."""
        return 1 if duct.id in self._within else duct.cables

    def nested(self, duct: Duct) -> list[Duct]:
        """Return the ducts that a duct lies in and those that lie in it, however deep."""
        found: dict[str, Duct] = {}
        above = self.ducts.get(duct.parent_id or "")
        while above is not None and above.id not in found:
            found[above.id] = above
            above = self.ducts.get(above.parent_id or "")
        below = self._within.get(duct.id, [])
        while below:
            found |= {one.id: one for one in below}
            inner = (deep for one in below for deep in self._within.get(one.id, []))
            below = [deep for deep in inner if deep.id not in found]
        return [one for one in found.values() if one.id != duct.id]

    def levels(self, word: str, structure_id: str) -> list[AttachmentLevel]:
        """Return the levels of a structure by id, by `30-36` or by one height within them."""
        own = self._levels.get(structure_id, [])
        named = [level for level in own if level.id == word]
        if named:
            return named
        numbers = [parse(part.strip(" m"), None) for part in _SPAN.split(word.casefold())]
        if len(numbers) == 1 and numbers[0] is not None:
            height = numbers[0]
            return [one for one in own if one.height_from_m <= height <= one.height_to_m]
        if len(numbers) == 2 and numbers[0] is not None and numbers[1] is not None:
            low, high = numbers[0], numbers[1]
            return [
                one
                for one in own
                if abs(one.height_from_m - low) < _WITHIN_M
                and abs(one.height_to_m - high) < _WITHIN_M
            ]
        return []

    def levels_of(self, structure_id: str) -> list[AttachmentLevel]:
        """Return all levels of a structure."""
        return self._levels.get(structure_id, [])


def _of_owner(found: list[R], owner_id: str | None) -> list[R]:
    own = [one for one in found if getattr(one, "owner_id", None) == owner_id]
    return own if len(found) > 1 and own else found


def _code(word: str) -> str:
    return word.removesuffix(".0").casefold()


def _grouped(records: Iterable[R], key: Callable[[R], Hashable]) -> dict[Hashable, list[R]]:
    found: dict[Hashable, list[R]] = {}
    for record in records:
        found.setdefault(key(record), []).append(record)
    return found
