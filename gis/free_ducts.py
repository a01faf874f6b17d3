"""Free ducts: what is free in each duct of a line, and a free way from one structure to another.

A duct that holds other ducts takes no cable itself; where it is let, all within it is. In the
others, of one organisation the greater of its contracts and its cables counts: what is let is not
free because nothing lies in it yet.
"""

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from gis.errors import NotFoundError
from gis.geodesy import GEOD
from gis.register.filters import valid_on
from gis.register.reading import Reader
from gis.register.routes import Cable, Duct, Route
from gis.register.scopes import SYSTEM, Scope
from gis.register.structures import Contract, Lifecycle
from gis.register.works import PlannedWork

__all__ = ["DuctPlaces", "DuctWay", "Leg", "duct_places", "free_way", "line_length_m", "routes_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DuctPlaces:
    """The places of one duct on a day.

    Attributes
    ----------
    duct : Duct
        The duct.
    holds_ducts : bool
        Whether other ducts lie in it, which then have the places.
    taken : int
        Cables that lie there, and places let to those who have none there yet; all of them where
        a duct that it lies in is let.
    """

    duct: Duct
    holds_ducts: bool
    taken: int

    @property
    def free(self) -> int:
        """How many cables may still come; below zero where there are more than it takes."""
        return 0 if self.holds_ducts else self.duct.cables - self.taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One line of a way, and the ducts of it that are free.

    Attributes
    ----------
    computed_length_m : float
        Length of its geometry on the ellipsoid; `route.length_m` is the length as built.
    """

    route: Route
    free: tuple[DuctPlaces, ...]
    computed_length_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DuctWay:
    """A way of free ducts from one structure to another.

    Attributes
    ----------
    legs : tuple of Leg
        In order.
    structure_ids : tuple of str
        The structures on the way, both ends included.
    computed_length_m : float
        Of all legs, on the ellipsoid.
    built_length_m : float or None
        Of all legs as built; None where one of them does not say.
    """

    legs: tuple[Leg, ...]
    structure_ids: tuple[str, ...]
    computed_length_m: float
    built_length_m: float | None


def line_length_m(line: Route | PlannedWork) -> float:
    """Return the length of a line's geometry on the ellipsoid of WGS 84; 0 of a point."""
    longitude, latitude = np.asarray(line.geometry.coords, dtype=np.float64)[:, :2].T
    return float(GEOD.line_length(longitude, latitude))


def duct_places(
    ducts: Sequence[Duct], cables: Iterable[Cable], contracts: Iterable[Contract], on: date
) -> tuple[DuctPlaces, ...]:
    """Return what is free in each duct on a day.

    Parameters
    ----------
    ducts : sequence of Duct
        All of the lines in question.
    cables, contracts : iterable
        All in them; those of other days do not count.
    on : date
        The day.
    """
    lying: dict[str, Counter[str]] = defaultdict(Counter)
    let: dict[str, Counter[str]] = defaultdict(Counter)
    for cable in cables:
        if valid_on(cable.valid_from, cable.valid_to, on):
            lying[cable.duct_id][cable.organisation_id] += 1
    for contract in contracts:
        if contract.duct_id and valid_on(contract.valid_from, contract.valid_to, on):
            let[contract.duct_id][contract.tenant_id] += 1
    above = {duct.id: duct.parent_id for duct in ducts}
    parents = set(above.values())
    found = []
    for duct in ducts:
        taken = (lying[duct.id] | let[duct.id]).total()
        if any(around in let for around in _around(duct.id, above)):
            taken = max(taken, duct.cables)
        found.append(DuctPlaces(duct=duct, holds_ducts=duct.id in parents, taken=taken))
    return tuple(found)


def _around(duct_id: str, above: Mapping[str, str | None]) -> set[str]:
    """Return the ducts that one lies in."""
    found: set[str] = set()
    around = above.get(duct_id)
    while around is not None and around not in found:
        found.add(around)
        around = above.get(around)
    return found


def routes_at(
    reader: Reader, scope: Scope, structure_id: str, on: date, *, open_day: bool = True
) -> list[tuple[Route, tuple[DuctPlaces, ...] | None]]:
    """Return the lines that meet at a structure, as a caller may see them, and their ducts.

    Parameters
    ----------
    reader : Reader
        The register.
    scope : Scope
        The caller.
    structure_id : str
        The structure.
    on : date
        The day.
    open_day : bool
        Whether what is free on the day is told to all, as of `occupancy_seen`.

    Returns
    -------
    list of tuple
        The ducts are None where the caller may not know what is free in them.
    """
    routes = reader.routes(scope, structure_id=structure_id, on=on)
    told = [route for route in routes if _open_to(route, scope, open_day)]
    places = _places_of(reader, told, on)
    known = {route.id for route in told}
    return [(route, places.get(route.id, ()) if route.id in known else None) for route in routes]


def free_way(
    reader: Reader, scope: Scope, from_id: str, to_id: str, on: date, *, open_day: bool = True
) -> DuctWay:
    """Return the shortest way of free ducts between two structures, by computed length.

    Lines that a caller may not see, that their owner does not share (unless the caller is the
    owner or the department) or that do not lie there yet or any more are no part of it. Where the
    day is not `open_day` (see `routes_at`), of others' lines none is.

    Raises
    ------
    NotFoundError
        If the caller may not see one of the structures, or there is no such way.
    """
    reader.structure(from_id, scope)
    reader.structure(to_id, scope)
    routes = [
        route
        for route in reader.routes(scope, on=on)
        if route.state in (None, Lifecycle.IN_USE) and _open_to(route, scope, open_day)
    ]
    places = _places_of(reader, routes, on)
    legs = []
    for route in routes:
        free = tuple(one for one in places.get(route.id, ()) if one.free > 0)
        if free:
            legs.append(Leg(route=route, free=free, computed_length_m=line_length_m(route)))
    found = _shortest(legs, from_id, to_id)
    if found is None:
        told = open_day or scope.sees_all
        key = "infrastructure.no_free_way" if told else "infrastructure.no_free_way_that_day"
        raise NotFoundError(key, start=from_id, end=to_id)
    built = [leg.route.length_m for leg in found]
    return DuctWay(
        legs=tuple(found),
        structure_ids=_met(found, from_id),
        computed_length_m=sum(leg.computed_length_m for leg in found),
        built_length_m=None if None in built else sum(one or 0.0 for one in built),
    )


def _open_to(route: Route, scope: Scope, open_day: bool) -> bool:
    if scope.sees_all or (scope.own is not None and scope.own == route.owner_id):
        return True
    return open_day and bool(route.shareable)


def _places_of(
    reader: Reader, routes: Sequence[Route], on: date
) -> Mapping[str, tuple[DuctPlaces, ...]]:
    """Return the ducts of lines by line; all cables and contracts count, whoever asks."""
    ducts = reader.ducts(SYSTEM, route_ids=[route.id for route in routes])
    ids = [duct.id for duct in ducts]
    cables = reader.cables(SYSTEM, duct_ids=ids, on=on)
    contracts = reader.contracts(SYSTEM, duct_ids=ids, on=on)
    by_route: dict[str, tuple[DuctPlaces, ...]] = defaultdict(tuple)
    for places in duct_places(ducts, cables, contracts, on):
        by_route[places.duct.route_id] += (places,)
    return by_route


def _shortest(legs: Sequence[Leg], from_id: str, to_id: str) -> list[Leg] | None:
    """Return the legs of the shortest way (Dijkstra), None where there is none."""
    around: dict[str, list[tuple[Leg, str]]] = defaultdict(list)
    for leg in legs:
        around[leg.route.from_id].append((leg, leg.route.to_id))
        around[leg.route.to_id].append((leg, leg.route.from_id))
    reached: dict[str, tuple[str, Leg] | None] = {}
    count = 0
    queue: list[tuple[float, int, str, tuple[str, Leg] | None]] = [(0.0, count, from_id, None)]
    while queue:
        length_m, _, here, came = heapq.heappop(queue)
        if here in reached:
            continue
        reached[here] = came
        if here == to_id:
            return _back(reached, to_id)
        for leg, there in around[here]:
            if there not in reached:
                count += 1
                further_m = length_m + leg.computed_length_m
                heapq.heappush(queue, (further_m, count, there, (here, leg)))
    return None


def _back(reached: Mapping[str, tuple[str, Leg] | None], end: str) -> list[Leg]:
    way: list[Leg] = []
    came = reached[end]
    while came is not None:
        before, leg = came
        way.append(leg)
        came = reached[before]
    return way[::-1]


def _met(legs: Sequence[Leg], start: str) -> tuple[str, ...]:
    met = [start]
    for leg in legs:
        ends = (leg.route.from_id, leg.route.to_id)
        met.append(ends[1] if ends[0] == met[-1] else ends[0])
    return tuple(met)
