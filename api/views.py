"""What a map page shows to one caller: the register on a day, and a study's pictures."""

from collections.abc import Sequence
from datetime import date

from api.identity import Identity
from api.roles import may
from api.service import Service
from data.text import Language, text
from gis.errors import NotFoundError
from gis.jurisdictions import Jurisdiction, jurisdiction_on, jurisdictions
from gis.register.records import AdministrativeUnit, UnitKind
from gis.register.works import OPEN_STATES, PlannedWork
from gis.studies.record import Study
from maps.studies import (
    channels_view,
    coverage_view,
    interference_view,
    mobile_view,
    network_view,
    source_map_view,
)
from maps.views import RegisterView

__all__ = ["jurisdiction_of", "register_view", "study_view"]

_LARGEST_MAP = 20_000
_COMMUNES = (UnitKind.COMMUNE, UnitKind.WARD, UnitKind.TOWNSHIP)


def jurisdiction_of(on: date) -> Jurisdiction:
    """Return the jurisdiction in charge on a day; the nearest where none is known."""
    try:
        return jurisdiction_on(on)
    except NotFoundError:
        known = jurisdictions()
        first = known[0].valid_from
        return known[0] if first is not None and on < first else known[-1]


def register_view(
    service: Service, identity: Identity, language: Language, *, on: date
) -> RegisterView:
    """Return the register as a caller may see it on a day."""
    place = jurisdiction_of(on)
    with service.register.snapshot() as register:
        provinces = (place.province_code, *place.neighbours)
        return RegisterView(
            title=text("pages.map_title", language, place=place.name(language)),
            jurisdiction=place.name(language),
            on=on,
            structures=register.structures(identity.scope, on=on, limit=_LARGEST_MAP),
            stations=register.stations(identity.scope, on=on),
            boundaries=register.boundaries(codes=provinces, on=on),
            units=_communes(register.units(on=on), place.province_code),
            works=_open_works(register.works(identity.scope, states=OPEN_STATES), on)
            if may(identity.role, "GET", "/planned-works")
            else (),
            organisations={one.id: one.name for one in register.organisations()},
        )


def _open_works(works: Sequence[PlannedWork], on: date) -> list[PlannedWork]:
    """Return what was announced by a day and is not over on it."""
    return [
        one
        for one in works
        if one.announced_on <= on and (one.ends_on is None or one.ends_on >= on)
    ]


def _communes(units: Sequence[AdministrativeUnit], province_code: str) -> list[AdministrativeUnit]:
    """Return the communes of a province, directly below it or below its districts."""
    below = {unit.code for unit in units if unit.parent_code == province_code}
    parents = below | {province_code}
    return [unit for unit in units if unit.kind in _COMMUNES and unit.parent_code in parents]


def study_view(
    service: Service, identity: Identity, study: Study, language: Language
) -> RegisterView:
    """Return a study's pictures over the stations of its day."""
    on = date.fromisoformat(study.inputs["on"])
    place = jurisdiction_of(on)
    named = {
        "station": study.inputs.get("station", study.inputs.get("asked", {})).get("name"),
        "count": len(study.inputs.get("stations", ())),
    }
    coverage = coverage_view(study, service.home) if study.kind == "coverage" else None
    disturbed = interference_view(study, service.home) if study.kind == "interference" else None
    network = network_view(study, service.home) if study.kind == "network" else None
    mobile = mobile_view(study, service.home) if study.kind == "mobile" else None
    found = channels_view(study, service.home) if study.kind == "channels" else None
    searched = (
        source_map_view(study, service.home) if study.kind == "interference_source" else None
    )
    carrying = {one.get("structure_id") for one in study.inputs.get("stations", ())}
    with service.register.snapshot() as register:
        standing = register.structures(identity.scope) if mobile else ()
        return RegisterView(
            title=text(f"pages.study_title_{study.kind}", language, **named),
            jurisdiction=place.name(language),
            on=on,
            structures=[one for one in standing if one.id in carrying],
            stations=() if mobile else register.stations(identity.scope, on=on),
            boundaries=register.boundaries(codes=(place.province_code,), on=on),
            organisations={one.id: one.name for one in register.organisations()},
            coverage=coverage,
            interference=disturbed,
            network=network,
            mobile=mobile,
            channels=found,
            source=searched,
        )
