"""What the register holds that rows of a file may refer to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gis.exchange.allotment_rows import Allotments
from gis.exchange.cells import CellReader
from gis.exchange.measured_rows import Stations
from gis.exchange.sites import Sites
from gis.names import name_key
from gis.register.records import AdministrativeUnit, Organisation
from gis.register.works import SignUp
from propagation.compliance.records import Confidence

__all__ = ["Known", "organisation"]


@dataclass(frozen=True, slots=True)
class Known:
    """What the register holds that rows refer to.

    Attributes
    ----------
    organisations : dict
        Id by name without regard to tone placement, and by id.
    names : tuple of str
        Names of the organisations, for messages.
    structures : dict
        Id by code of the structure, of those that are unique.
    plan_entries : frozenset of str
        Ids of plan entries.
    stations : Stations
        The stations that measurements may name.
    units : mapping
        Unit by code, of the day that the file is brought in for.
    allotments : Allotments
        What the rows so far say of allotments.
    sites : Sites
        The structures, levels, lines and ducts that rows may name.
    sign_ups : mapping
        Who signed up for each planned work, by its id.
    requests : mapping
        Structure, owner and requester of every request to share, by its id.
    only_owner : str or None
        The organisation that may bring rows; None for all.
    file : str
        Default source.
    confidence : Confidence
        For rows without a label.
    """

    organisations: dict[str, str]
    names: tuple[str, ...]
    structures: dict[str, str] = field(default_factory=dict)
    plan_entries: frozenset[str] = frozenset()
    stations: Stations = field(default_factory=lambda: Stations([]))
    units: Mapping[str, AdministrativeUnit] = field(default_factory=dict)
    allotments: Allotments = field(default_factory=Allotments)
    sites: Sites = field(default_factory=Sites)
    sign_ups: Mapping[str, Sequence[SignUp]] = field(default_factory=dict)
    requests: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    only_owner: str | None = None
    file: str = ""
    confidence: Confidence = Confidence.SECONDARY

    @staticmethod
    def index(organisations: Sequence[Organisation]) -> dict[str, str]:
        """Return ids by id and by name."""
        by_name = {name_key(each.name): each.id for each in organisations}
        return by_name | {name_key(each.id): each.id for each in organisations}


def organisation(reader: CellReader, known: Known, name: str, *, required: bool) -> str | None:
    """Return the id of the organisation that a row names, one's own where that is required."""
    word = reader.text(name)
    if word is None:
        return None
    found = known.organisations.get(name_key(word))
    if found is None:
        listed = "; ".join(known.names[:12]) or "—"
        reader.refuse(name, "organisation_unknown", known=listed)
    elif required and known.only_owner is not None and found != known.only_owner:
        reader.refuse(name, "owner_not_yours")
    return found
