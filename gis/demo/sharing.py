"""What the demonstration's structures carry and let: levels, contracts, a line of ducts, rents."""

from collections.abc import Iterator, Sequence
from datetime import date

from shapely import LineString

from gis.demo.description import Draws, description, synthetic
from gis.geodesy import distance_km
from gis.register.routes import Cable, Duct, Route, RouteKind
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Installation,
    Lifecycle,
    MastClass,
    PublishedRent,
    RentUnit,
    Structure,
    StructureKind,
)

__all__ = ["cables", "contracts", "ducts", "levels", "published_rents", "routes"]

_LEVEL_M = 6.0
_SLOTS = 3
_DUCTS = 3


def _since() -> date:
    """Return the day from which everything here holds: the last year of building, to its start."""
    return date(int(description()["network"]["last_year"]), 1, 1)


def levels(standing: Sequence[Structure]) -> tuple[AttachmentLevel, ...]:
    """Return two levels of three places under the top of two masts of three."""
    draws = Draws(description()["seed"])
    return tuple(
        AttachmentLevel(
            id=f"{one.id}-l{number}",
            structure_id=one.id,
            height_from_m=round(one.height_m - number * _LEVEL_M, 1),
            height_to_m=round(one.height_m - (number - 1) * _LEVEL_M, 1),
            slots=_SLOTS,
            reserved=1 if number == 1 else 0,
            provenance=synthetic(),
        )
        for one in standing
        if one.kind is StructureKind.ANTENNA_MAST and one.height_m is not None
        and draws.fraction(one.code, "levels") < 2 / 3
        for number in (1, 2)
    )  # fmt: skip


def contracts(
    standing: Sequence[Structure],
    places: Sequence[AttachmentLevel],
    hung: Sequence[Installation],
) -> tuple[Contract, ...]:
    """Return a contract for each organisation that hangs on another's mast, at the upper level."""
    owners = {one.id: one for one in standing}
    upper = {one.structure_id: one for one in places if one.id.endswith("l1")}
    guests: dict[str, list[str]] = {}
    for structure_id, tenant_id in sorted(
        {(one.structure_id, one.organisation_id) for one in hung}
    ):
        if structure_id in upper and tenant_id != owners[structure_id].owner_id:
            guests.setdefault(structure_id, []).append(tenant_id)
    return tuple(
        Contract(
            id=f"hd-{structure_id}-{slot}",
            number=f"HĐ-{structure_id}-{slot}",
            owner_id=owners[structure_id].owner_id,
            tenant_id=tenant_id,
            structure_id=structure_id,
            level_id=upper[structure_id].id,
            slot=slot,
            rent_vnd=owners[structure_id].rent_asked_vnd,
            rent_unit=RentUnit.POSITION,
            valid_from=_since(),
            provenance=synthetic(),
        )
        for structure_id, tenants in guests.items()
        for slot, tenant_id in enumerate(tenants[:_SLOTS], start=1)
    )


def routes(standing: Sequence[Structure]) -> tuple[Route, ...]:
    """Return for each owner of manholes a line from one to the nearest that has none yet."""
    return tuple(line for owner in _owners(standing) for line in _chain(owner))


def _owners(standing: Sequence[Structure]) -> Iterator[list[Structure]]:
    pits = [one for one in standing if one.kind is StructureKind.MANHOLE]
    for owner_id in sorted({one.owner_id for one in pits}):
        yield [one for one in pits if one.owner_id == owner_id]


def _chain(pits: list[Structure]) -> Iterator[Route]:
    here, left = pits[0], pits[1:]
    while left:
        near = min(left, key=lambda one: (_km(here, one), one.id))
        left.remove(near)
        ends = [(one.longitude, one.latitude) for one in (here, near)]
        yield Route(
            id=f"tuyen-{near.id}",
            code=f"T-{near.code}",
            name=f"{here.name} – {near.name}",
            kind=RouteKind.DUCT,
            owner_id=here.owner_id,
            from_id=here.id,
            to_id=near.id,
            geometry=LineString(ends),
            length_m=round(1015 * _km(here, near), 1),
            state=Lifecycle.IN_USE,
            shareable=True,
            confidential=here.confidential or near.confidential,
            valid_from=_since(),
            provenance=synthetic(),
        )
        here = near


def _km(first: Structure, second: Structure) -> float:
    at = (first.longitude, first.latitude, second.longitude, second.latitude)
    return float(distance_km(*at))


def ducts(lines: Sequence[Route]) -> tuple[Duct, ...]:
    """Return three ducts of every line."""
    return tuple(
        Duct(
            id=f"{line.id}-{number}",
            route_id=line.id,
            code=str(number),
            inner_diameter_mm=104.0,
            provenance=synthetic(),
        )
        for line in lines
        for number in range(1, _DUCTS + 1)
    )


def cables(lines: Sequence[Route]) -> tuple[Cable, ...]:
    """Return the owner's own cable in the first duct of every line."""
    return tuple(
        Cable(
            id=f"{line.id}-cap",
            duct_id=f"{line.id}-1",
            organisation_id=line.owner_id,
            name=f"{line.code} 48 FO",
            outer_diameter_mm=14.5,
            fibres=48,
            valid_from=_since(),
            provenance=synthetic(),
        )
        for line in lines
    )


def published_rents() -> tuple[PublishedRent, ...]:
    """Return a rent that nobody published, for the demonstration's masts."""
    return tuple(
        PublishedRent(
            id=f"gia-{mast_class.value}",
            kind=StructureKind.ANTENNA_MAST,
            mast_class=mast_class,
            rent_unit=RentUnit.POSITION,
            amount_vnd=amount,
            instrument="Bảng giá mô phỏng",
            clause="Phụ lục",
            valid_from=_since(),
            provenance=synthetic(),
        )
        for mast_class, amount in ((MastClass.A2A, 4_500_000.0), (MastClass.A2B, 6_000_000.0))
    )
