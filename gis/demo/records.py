"""Every record of the demonstration, made from packaged files alone."""

from dataclasses import dataclass

from gis.administration import packaged_boundaries, packaged_units
from gis.demo import broadcasting, network
from gis.plans import packaged_plan_entries
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    Organisation,
    PlanEntry,
)
from gis.register.structures import Installation, Structure

__all__ = ["Demonstration", "demonstration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """What `load_demonstration` brings into a register."""

    units: tuple[AdministrativeUnit, ...]
    boundaries: tuple[Boundary, ...]
    organisations: tuple[Organisation, ...]
    structures: tuple[Structure, ...]
    installations: tuple[Installation, ...]
    plan_entries: tuple[PlanEntry, ...]
    stations: tuple[BroadcastStation, ...]


def demonstration() -> Demonstration:
    """Return the records, the same on every call and every machine.

    Units, outlines and packaged plan rows are real and labelled; everything else is synthetic.
    """
    structures = network.structures()
    return Demonstration(
        units=packaged_units(),
        boundaries=packaged_boundaries(),
        organisations=(*network.organisations(), *broadcasting.known_organisations()),
        structures=structures,
        installations=network.installations(structures),
        plan_entries=(*packaged_plan_entries(), *broadcasting.synthetic_plan()),
        stations=(*broadcasting.known_stations(), *broadcasting.stations()),
    )
