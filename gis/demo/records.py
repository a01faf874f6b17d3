"""Every record of the demonstration, made from packaged files alone."""

from dataclasses import dataclass

from gis.administration import packaged_boundaries, packaged_units
from gis.demo import broadcasting, network, planned, points, sharing
from gis.plans import packaged_plan_entries
from gis.register.points import PointVisit, RegistrationPoint
from gis.register.records import (
    AdministrativeUnit,
    Boundary,
    BroadcastStation,
    Organisation,
    PlanEntry,
)
from gis.register.routes import Cable, Duct, Route
from gis.register.siting import Runway
from gis.register.structures import (
    AttachmentLevel,
    Contract,
    Installation,
    PublishedRent,
    Structure,
)
from gis.register.works import PlannedWork, SignUp

__all__ = ["Demonstration", "demonstration"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """What `load_demonstration` brings into a register."""

    units: tuple[AdministrativeUnit, ...]
    boundaries: tuple[Boundary, ...]
    organisations: tuple[Organisation, ...]
    structures: tuple[Structure, ...]
    installations: tuple[Installation, ...]
    levels: tuple[AttachmentLevel, ...]
    contracts: tuple[Contract, ...]
    routes: tuple[Route, ...]
    ducts: tuple[Duct, ...]
    cables: tuple[Cable, ...]
    published_rents: tuple[PublishedRent, ...]
    plan_entries: tuple[PlanEntry, ...]
    stations: tuple[BroadcastStation, ...]
    points: tuple[RegistrationPoint, ...]
    visits: tuple[PointVisit, ...]
    works: tuple[PlannedWork, ...]
    sign_ups: tuple[SignUp, ...]
    runways: tuple[Runway, ...]


def demonstration() -> Demonstration:
    """Return the records, the same on every call and every machine.

    Units, outlines and packaged plan rows are real and labelled; everything else is synthetic.
    """
    structures = network.structures()
    installations = network.installations(structures)
    organisations = network.organisations()
    registered = points.points(organisations, structures)
    levels, routes = sharing.levels(structures), sharing.routes(structures)
    return Demonstration(
        units=packaged_units(),
        boundaries=packaged_boundaries(),
        organisations=(*organisations, *broadcasting.known_organisations()),
        structures=structures,
        installations=installations,
        levels=levels,
        contracts=sharing.contracts(structures, levels, installations),
        routes=routes,
        ducts=sharing.ducts(routes),
        cables=sharing.cables(routes),
        published_rents=sharing.published_rents(),
        plan_entries=(*packaged_plan_entries(), *broadcasting.synthetic_plan()),
        stations=(*broadcasting.known_stations(), *broadcasting.stations()),
        points=registered,
        visits=points.visits(registered),
        works=planned.works(),
        sign_ups=planned.sign_ups(),
        runways=planned.runways(),
    )
