"""Structures and installations of the demonstration: real communes, made-up everything else."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from gis.administration import packaged_units
from gis.demo.broadcasting import mast_id, stations
from gis.demo.description import Draws, description, synthetic
from gis.geodesy import destination
from gis.register.records import AdministrativeUnit, Organisation, OrganisationKind
from gis.register.structures import (
    Installation,
    Lifecycle,
    MastClass,
    PowerSupply,
    RentUnit,
    Structure,
    StructureKind,
)

__all__ = ["installations", "organisations", "places", "structures"]

_SECTORS_DEG = (0.0, 120.0, 240.0)
_ROOM_ABOVE_M = 3.0
_ERP_TO_EIRP_DBM = 32.15  # dBW to dBm, and 2.15 dB from the dipole to the isotropic antenna


def organisations() -> tuple[Organisation, ...]:
    """Return the owners and the broadcaster that do not exist."""
    return tuple(
        Organisation(
            id=item["id"],
            name=item["name"],
            kind=OrganisationKind(item["kind"]),
            provenance=synthetic(),
        )
        for item in description()["organisation"]
    )


def structures() -> tuple[Structure, ...]:
    """Return the structures of all owners, those that carry a station last."""
    draws = Draws(description()["seed"])
    network = description()["network"]
    found_in = places(network)
    found: list[Structure] = []
    for owner in network["owner"]:
        kinds = [kind for kind, count in owner["kinds"].items() for _ in range(count)]
        found += [
            _structure(draws, owner, number, kind, found_in)
            for number, kind in enumerate(kinds, start=1)
        ]
    return (*found, *_masts(network))


def installations(standing: tuple[Structure, ...]) -> tuple[Installation, ...]:
    """Return mobile antennas on the structures that can carry them, and the stations' own.

    Parameters
    ----------
    standing : tuple of Structure
        What `structures` returned.
    """
    draws = Draws(description()["seed"])
    mobile = [item for one in standing for item in _mobile(draws, one)]
    return (*mobile, *_broadcast())


def places(network: Mapping[str, Any]) -> list[tuple[AdministrativeUnit, AdministrativeUnit]]:
    """Return the communes as they are and as they were, in the order of the data file."""
    current = {unit.code: unit for unit in packaged_units() if unit.valid_to is None}
    former = {unit.code: unit for unit in packaged_units() if unit.valid_to is not None}
    return [(current[now], former[before]) for now, before in network["communes"]]


def _structure(
    draws: Draws,
    owner: Mapping[str, Any],
    number: int,
    kind: str,
    communes: list[tuple[AdministrativeUnit, AdministrativeUnit]],
) -> Structure:
    network = description()["network"]
    code = f"{owner['prefix']}-{number:04d}"
    now, before = communes[int(draws.fraction(code, "place") * len(communes))]
    known = network["kind"][kind]
    east, north = destination(
        before.longitude or 0.0,
        before.latitude or 0.0,
        draws.between((0, 360), code, "azimuth"),
        draws.between((0, network["spread_km"]), code, "distance", decimals=3),
    )
    year = int(draws.between((network["first_year"], network["last_year"]), code, "year"))
    return Structure(
        id=code.lower(),
        code=code,
        name=known["name"].format(place=_bare(now.name), number=number),
        kind=StructureKind(kind),
        owner_id=owner["id"],
        longitude=round(float(east), 6),
        latitude=round(float(north), 6),
        height_m=draws.between(known["height_m"], code, "height") if "height_m" in known else None,
        ground_height_m=draws.between(network["ground_height_m"], code, "ground"),
        commune_name=now.name,
        shareable=draws.fraction(code, "shareable") < 0.7,
        confidential=draws.fraction(code, "confidential") < network["confidential_share"],
        valid_from=date(year, 1 + int(draws.fraction(code, "month") * 12), 1),
        state=Lifecycle.IN_USE,
        **(_mast(draws, code) if kind == StructureKind.ANTENNA_MAST else {}),
        provenance=synthetic(),
    )


def _mast(draws: Draws, code: str) -> dict[str, Any]:
    """Return what a mast carries, costs and is protected by."""
    return {
        "mast_class": MastClass.A2B,
        "wind_area_limit_m2": draws.between((4, 12), code, "wind"),
        "load_limit_kg": 50 * draws.between((6, 24), code, "load", decimals=0),
        "rent_asked_vnd": 1e5 * draws.between((45, 110), code, "rent", decimals=0),
        "rent_unit": RentUnit.POSITION,
        "power_supply": PowerSupply.GRID_AND_GENERATOR,
        "lightning_protected": draws.fraction(code, "lightning") < 0.9,
        "earthing_resistance_ohm": draws.between((2, 14), code, "earthing"),
    }


def _masts(network: Mapping[str, Any]) -> Iterator[Structure]:
    owner = network["owner"][-1]
    first = sum(owner["kinds"].values()) + 1
    carried = [item for item in description()["station"] if item.get("on_mast")]
    for number, item in enumerate(carried, start=first):
        yield Structure(
            id=mast_id(item),
            code=f"{owner['prefix']}-{number:04d}",
            name=network["kind"]["antenna_mast"]["name"].format(
                place=_bare(item["commune"]), number=number
            ),
            kind=StructureKind.ANTENNA_MAST,
            owner_id=owner["id"],
            longitude=item["longitude"],
            latitude=item["latitude"],
            height_m=float(item["height_above_ground_m"]) + _ROOM_ABOVE_M,
            ground_height_m=item["ground_height_m"],
            commune_name=item["commune"],
            shareable=True,
            confidential=False,
            valid_from=date(network["first_year"], 1, 1),
            provenance=synthetic(),
        )


def _mobile(draws: Draws, one: Structure) -> Iterator[Installation]:
    """Yield up to two technologies of three sectors each, the owner's own or a guest's."""
    network = description()["network"]
    if not network["kind"][one.kind]["carries"] or draws.fraction(one.code, "used") > 0.6:
        return
    guests = [
        item["id"]
        for item in description()["organisation"]
        if item["kind"] == OrganisationKind.OPERATOR
    ]
    user = one.owner_id if one.owner_id in guests else guests[_index(draws, guests, one, "guest")]
    choices = network["technology"]
    first = _index(draws, choices, one, "technology")
    for technology in {first, _index(draws, choices, one, "second")}:
        item = choices[technology]
        turn = draws.between((0, 119), one.code, technology, "turn", decimals=0)
        for sector, azimuth in enumerate(_SECTORS_DEG, start=1):
            yield Installation(
                id=f"{one.id}-{technology}-{sector}",
                structure_id=one.id,
                organisation_id=user,
                technology=item["name"],
                height_above_ground_m=round((one.height_m or 0.0) - 1 - technology, 1),
                azimuth_deg=azimuth + turn,
                frequency_mhz=item["frequency_mhz"],
                eirp_dbm=draws.between(item["eirp_dbm"], one.code, technology, "eirp"),
                confidential=draws.fraction(one.code, technology, "hidden") < 0.5,
                wind_area_m2=draws.between((0.3, 0.8), one.code, technology, "wind", decimals=2),
                weight_kg=draws.between((18, 42), one.code, technology, "weight", decimals=0),
                provenance=synthetic(),
            )


def _index(draws: Draws, choices: list[Any], one: Structure, purpose: str) -> int:
    return int(draws.fraction(one.code, purpose) * len(choices))


def _broadcast() -> Iterator[Installation]:
    owner = next(
        item["id"]
        for item in description()["organisation"]
        if item["kind"] == OrganisationKind.BROADCASTER
    )
    for station in stations():
        if station.structure_id is None:
            continue
        yield Installation(
            id=f"{station.id}-fm",
            structure_id=station.structure_id,
            organisation_id=owner,
            technology="FM",
            height_above_ground_m=station.height_above_ground_m,
            frequency_mhz=station.frequency_mhz,
            eirp_dbm=round((station.erp_total_dbw or 0.0) + _ERP_TO_EIRP_DBM, 2),
            confidential=False,
            provenance=synthetic(),
        )


def _bare(name: str) -> str:
    """Return a commune's name without the word for its kind."""
    return name.split(" ", 1)[1] if " " in name else name
