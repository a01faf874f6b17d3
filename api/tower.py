"""The three questions about a structure: can I hang on it, may I transmit from it, what it costs.

Each is answered from what the caller sees of the register and of the latest check; nothing is
computed here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from api.identity import Identity
from api.roles import may
from api.service import Service, may_read
from api.structure_view import StructureView
from api.views import jurisdiction_of
from data.text import Language, number, text
from gis.certification import StationRow, base_stations_of
from gis.mobile import generations_of
from gis.register.structures import Installation
from gis.rule_files import pack_in_use
from gis.studies.findings import current_first
from gis.studies.listing import newest_readable
from gis.studies.sharing_ranks import judged_alone
from gis.studies.sharing_sites import SUPPORTS, is_support, published_for
from maps.documents.sharing import reason_said
from maps.mast_figure import Hung, MastView, Span, mast_svg
from maps.words import Words
from propagation.compliance.parameters import EXPOSURE_BASE_STATION

__all__ = ["MobileHere", "Tower", "TransmittedHere", "tower_of"]


@dataclass(frozen=True, slots=True)
class TransmittedHere:
    """A station on the structure, and how its latest check ended."""

    id: str
    name: str
    frequency_mhz: float
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MobileHere:
    """What one operator transmits with from the structure, as far as the caller may see it.

    Attributes
    ----------
    owner_id, owner : str
        Whose it is.
    count : int
        Installations.
    technologies : tuple of str
        What they are, as recorded.
    state : str or None
        How its certification stands, for the department.
    """

    owner_id: str
    owner: str
    count: int
    technologies: tuple[str, ...]
    state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tower:
    """The answers.

    Attributes
    ----------
    hang, cost : tuple of str
        Sentences of the first and of the third question.
    stations, mobile : tuple
        Of the second: broadcasting stations, and what each operator transmits with.
    exposure : str or None
        How far the limit of exposure reaches from all that transmits here, for the department.
    figure : str or None
        The elevation as SVG, None where no height is known.
    """

    hang: tuple[str, ...]
    stations: tuple[TransmittedHere, ...]
    mobile: tuple[MobileHere, ...]
    exposure: str | None
    cost: tuple[str, ...]
    figure: str | None


def tower_of(
    service: Service, identity: Identity, view: StructureView, language: Language
) -> Tower:
    """Return the answers about a structure as a caller sees it."""
    certified = _certified(service, identity, view)
    return Tower(
        hang=tuple(_hang(view, language)),
        stations=tuple(_stations(service, identity, view)),
        mobile=tuple(_mobile(view, certified)),
        exposure=_exposure(certified, language),
        cost=tuple(_cost(service, view, language)),
        figure=_figure(view, language),
    )


def _hang(view: StructureView, language: Language) -> list[str]:
    """Return what is said of hanging on it: what a search for supports would say of it."""

    def say(key: str, **values: object) -> str:
        return text(f"mast.hang.{key}", language, **values)

    structure, full, site = view.structure, view.occupancy, view.site
    if structure.kind not in SUPPORTS:
        return [say("no_support")]
    if structure.shareable is False:
        return [say("closed")]
    if not is_support(structure):
        return [say("not_standing", state=text(f"register.lifecycle.{structure.state}", language))]
    if site is None:
        return [say("today_only")]
    found = judged_alone(structure, site)
    words = Words(language)
    reasons = "; ".join(
        reason_said(key, values, words) for key, values in found.reasons if key != "height"
    )
    said = [say("judged", fit=say(found.fit.value), reasons=reasons)]
    free = [] if full is None else [one for one in full.levels if one.free > 0]
    if full is not None and free:
        best = max(free, key=lambda one: one.level.height_to_m).level
        said.append(say("free", free=full.free, start=best.height_from_m, end=best.height_to_m))
    return said


def _stations(service: Service, identity: Identity, view: StructureView) -> list[TransmittedHere]:
    """Return the stations on the structure with the outcome of the latest readable check."""
    if not view.stations:
        return []
    kept = [
        one
        for one in current_first(service.home, service.today())
        if may_read(identity, one.access)
    ]
    found = []
    for station in view.stations:
        study = newest_readable((one for one in kept if station.id in one.stations), service.home)
        rows: Mapping[str, Any] = (
            {} if study is None else {row["station_id"]: row for row in study.results["stations"]}
        )
        outcome = rows[station.id]["outcome"] if station.id in rows else None
        found.append(TransmittedHere(station.id, station.name, station.frequency_mhz, outcome))
    return found


def _certified(
    service: Service, identity: Identity, view: StructureView
) -> Mapping[str | None, StationRow]:
    """Return how the base stations of today are certified, by operator: for the department."""
    may_know = may(identity.role, "GET", "/view/certification/{structure_id}")
    if not (may_know and view.open_day):
        return {}
    rules = pack_in_use(view.on, service.home).rules
    with service.register.snapshot() as register:
        found = base_stations_of(register, rules, view.on, view.structure)
    return {row.owner_id: row for row in found}


def _mobile(
    view: StructureView, certified: Mapping[str | None, StationRow]
) -> Iterator[MobileHere]:
    """Yield what each operator transmits with, as far as the caller sees it."""
    hung: dict[str, list[Installation]] = {}
    for one in view.installations:
        if generations_of(one.technology):
            hung.setdefault(one.organisation_id, []).append(one)
    for owner_id, own in sorted(hung.items()):
        row = certified.get(owner_id)
        yield MobileHere(
            owner_id=owner_id,
            owner=view.owners.get(owner_id, owner_id),
            count=len(own),
            technologies=tuple(sorted({one.technology for one in own})),
            state=None if row is None else row.state.value,
        )


def _exposure(certified: Mapping[str | None, StationRow], language: Language) -> str | None:
    """Return what is known of exposure around everything that transmits here."""
    row = next(iter(certified.values()), None)
    if row is None:
        return None
    reach, rule = row.exposure, row.rules.get(EXPOSURE_BASE_STATION)
    said = []
    if reach.distance_m is not None and rule is not None:
        law = f"{rule.instrument}, {rule.clause}"
        distance = number(reach.distance_m, language, 1)
        said.append(text("mast.transmit.exposure", language, distance=distance, rule=law))
    if reach.unknown:
        said.append(text("mast.transmit.exposure_unknown", language, count=reach.unknown))
    return " ".join(said) or None


def _cost(service: Service, view: StructureView, language: Language) -> list[str]:
    """Return the asked rent beside the published ones."""

    def unit(name: str) -> str:
        return text(f"register.rent_unit.{name}", language)

    def say(key: str, **values: object) -> str:
        return text(f"mast.cost.{key}", language, **values)

    structure = view.structure
    asked = structure.rent_asked_vnd
    if asked is None or structure.rent_unit is None:
        said = [say("not_asked")]
    else:
        said = [say("asked", amount=asked, unit=unit(structure.rent_unit))]
    with service.register.snapshot() as register:
        rents = register.published_rents(kind=structure.kind, on=view.on)
    code = jurisdiction_of(view.on).province_code
    published = list(published_for(rents, structure, code))
    if not published:
        return [*said, say("not_published")]
    said += [
        say(
            "published",
            amount=one["amount_vnd"],
            unit=unit(one["rent_unit"]),
            instrument=one["instrument"],
            clause=one["clause"],
            confidence=text(f"register.confidence.{one['confidence']}", language),
        )
        for one in published
    ]
    highest = max(one["amount_vnd"] for one in published)
    if asked is not None and structure.rent_unit is not None:
        percent = round(100 * (asked / highest - 1))
        said.append(say("above", percent=percent) if asked > highest else say("below"))
    return said


def _figure(view: StructureView, language: Language) -> str | None:
    structure = view.structure
    if structure.height_m is None:
        return None
    levels = () if view.occupancy is None else view.occupancy.levels
    hung = [
        Hung(one.height_above_ground_m, f"{view.owners.get(one.organisation_id, '–')}")
        for one in view.other_installations
        if one.height_above_ground_m is not None
    ]
    hung += [
        Hung(one.height_above_ground_m, one.name)
        for one in view.stations
        if one.height_above_ground_m is not None
    ]
    return mast_svg(
        MastView(
            name=structure.name or structure.code,
            height_m=structure.height_m,
            building_m=structure.building_height_m or 0.0,
            levels=[
                Span(one.level.height_from_m, one.level.height_to_m, one.level.slots, one.free)
                for one in levels
            ],
            hung=_together(hung),
        ),
        language,
    )


def _together(hung: list[Hung]) -> list[Hung]:
    """Return one entry for each name and height, with how many there are."""
    counted: dict[tuple[float, str], int] = {}
    for one in hung:
        key = (one.height_m, one.name)
        counted[key] = counted.get(key, 0) + 1
    return [
        Hung(height, name if count == 1 else f"{name} ×{count}")
        for (height, name), count in counted.items()
    ]
