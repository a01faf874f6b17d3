"""Bring the demonstration into a register, once."""

from dataclasses import dataclass

from gis.administration import load_administration
from gis.demo.records import demonstration
from gis.register.store import Register

__all__ = ["DemonstrationCounts", "load_demonstration"]

_AUTHOR = "phusong demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemonstrationCounts:
    """How much was brought in; all zero when it was there already.

    Attributes
    ----------
    loaded : bool
        Whether this call brought it in.
    """

    loaded: bool
    organisations: int = 0
    structures: int = 0
    installations: int = 0
    stations: int = 0
    plan_entries: int = 0
    units: int = 0
    boundaries: int = 0


def load_demonstration(register: Register) -> DemonstrationCounts:
    """Bring the demonstration in, in one write; where it is already, nothing changes.

    Units that the register knows stay as they are, and so do its outlines: official ones that
    somebody imported are never replaced.

    Parameters
    ----------
    register : Register
        An open register.

    Returns
    -------
    DemonstrationCounts
        What was brought in.

    Raises
    ------
    ConflictError
        If the register holds other records under the demonstration's identifiers.
    """
    records = demonstration()
    known = {organisation.id for organisation in register.organisations()}
    if known & {organisation.id for organisation in records.organisations}:
        return DemonstrationCounts(loaded=False)
    with register.write(author=_AUTHOR, reason="dữ liệu mô phỏng") as writer:
        units, boundaries = load_administration(writer)
        writer.add_organisations(records.organisations)
        writer.add_structures(records.structures)
        writer.add_installations(records.installations)
        writer.add_levels(records.levels)
        writer.add_contracts(records.contracts)
        writer.add_routes(records.routes)
        writer.add_ducts(records.ducts)
        writer.add_cables(records.cables)
        writer.add_published_rents(records.published_rents)
        writer.add_plan_entries(records.plan_entries)
        writer.add_stations(records.stations)
        writer.add_points(records.points)
        writer.add_visits(records.visits)
        writer.add_works(records.works)
        writer.add_sign_ups(records.sign_ups)
        writer.add_runways(records.runways)
    return DemonstrationCounts(
        loaded=True,
        organisations=len(records.organisations),
        structures=len(records.structures),
        installations=len(records.installations),
        stations=len(records.stations),
        plan_entries=len(records.plan_entries),
        units=units,
        boundaries=boundaries,
    )
