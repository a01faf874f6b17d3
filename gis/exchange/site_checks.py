"""What a row of lines, ducts or contracts must agree on with the register and with other rows."""

from collections.abc import Iterable, Mapping
from typing import Any

from shapely import LineString

from data.text import Language, text
from gis.exchange.cells import CellReader
from gis.exchange.extent import Extent
from gis.exchange.known import Known
from gis.exchange.lines import LineProblem, Vertices, line_of, straight
from gis.exchange.matching import Index
from gis.exchange.places import Place
from gis.exchange.point_rows import is_sound
from gis.exchange.report import ImportKind, ImportRecord
from gis.exchange.work_rows import refuse_contradicting
from gis.register.lettings import (
    most_on_a_day,
    of_place_and_duct,
    of_request,
    overlapping,
    together,
)
from gis.register.points import RegistrationPoint
from gis.register.routes import Cable, Duct, Route
from gis.register.structures import AttachmentLevel, Contract, Installation, Structure
from gis.register.works import PlannedWork
from propagation.compliance.records import Confidence

__all__ = ["SiteChecks"]

_DEEPEST = 100


class SiteChecks:
    """Checks rows against what the register holds and what the rows before brought.

    Parameters
    ----------
    kind : ImportKind
        What the file brings.
    reader : CellReader
        Takes the problems.
    known : Known
        What rows may refer to.
    index : Index
        The records of the register and the rows taken so far.
    extent : Extent
        Where lines can lie.
    stored : iterable of ImportRecord
        The records of the register.
    """

    def __init__(
        self,
        kind: ImportKind,
        reader: CellReader,
        known: Known,
        index: Index,
        *,
        extent: Extent,
        stored: Iterable[ImportRecord],
    ) -> None:
        self._reader = reader
        self._known = known
        self._index = index
        self._extent = extent
        self._let: dict[tuple[object, ...], list[Contract]] = {}
        if kind is ImportKind.CONTRACTS:
            for record in stored:
                self._note(record)

    def line(
        self, values: Mapping[str, Any], vertices: Vertices | None, place: Place | None
    ) -> dict[str, Any]:
        """Return the values of a line with its geometry; one that has none runs straight."""
        sites = self._known.sites.by_id
        ends = (sites[values["from_id"]], sites[values["to_id"]])
        if vertices is None or place is None:
            found: LineString | LineProblem = straight(ends)
        else:
            found = line_of(vertices, place, ends, self._extent)
        if isinstance(found, LineProblem):
            self._reader.refuse("geometry", found.reason, **found.values)
            return dict(values)
        if vertices is not None:
            return {**values, "geometry": found}
        told = text("exchange.straight_line", Language.VI)
        synthetic = values["confidence"] is Confidence.SYNTHETIC
        return {
            **values,
            "geometry": found,
            "confidence": Confidence.SYNTHETIC if synthetic else Confidence.DERIVED,
            "source": f"{values['source']}. {told}",
        }

    def parent(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a duct with the duct that it lies in, by id or by code."""
        word = values["parent_id"]
        if word is None:
            return dict(values)
        found = self._index.by_id(word)
        held = found[0] if found is not None else None
        held = held or self._index.keyed((values["route_id"], word.casefold()))
        if not isinstance(held, Duct) or held.route_id != values["route_id"]:
            self._reader.refuse("parent_id", "parent_unknown")
            return dict(values)
        return {**values, "parent_id": held.id}

    def agrees(self, record: ImportRecord) -> bool:
        """Return whether a record may stand beside the others; the reader says why not."""
        if isinstance(record, Duct) and self._lies_in_itself(record):
            self._reader.refuse("parent_id", "duct_within_itself")
            return False
        if isinstance(record, PlannedWork):
            return not refuse_contradicting(self._reader, self._known, record)
        if isinstance(record, RegistrationPoint):
            return is_sound(self._reader, record)
        return not isinstance(record, Contract) or self._may_let(record)

    def _may_let(self, record: Contract) -> bool:
        if record.case_id is not None and not of_request(record, self._known.requests):
            self._reader.refuse("case_id", "other_request")
            return False
        if of_place_and_duct(record):
            self._reader.refuse("duct_id", "contract_of_two")
            return False
        if self._is_taken(record):
            return False
        self._note(record)
        return True

    def _is_taken(self, record: Contract) -> bool:
        """Return whether what a contract lets is let already; the reader says by which."""
        beside = self._let.get(_place(record), [])
        for other in beside:
            if overlapping(record, other):
                begins, ends = other.valid_from, other.valid_to or "…"
                self._reader.refuse(
                    "slot", "slot_taken", number=other.number, begins=begins, ends=ends
                )
                return True
        places = self._places(record)
        if places is not None and most_on_a_day(record, beside) >= places:
            field = "level_id" if record.duct_id is None else "duct_id"
            self._reader.refuse(field, "places_taken", slots=places)
            return True
        return record.duct_id is not None and self._is_let_with_another(record, record.duct_id)

    def _is_let_with_another(self, record: Contract, duct_id: str) -> bool:
        """Return whether a duct around the duct of a contract, or within it, is let as well."""
        sites = self._known.sites
        for duct in sites.nested(sites.ducts[duct_id]):
            for other in self._let.get((None, duct.id), []):
                if other.id != record.id and together(record, other):
                    self._reader.refuse(
                        "duct_id", "duct_let_with_another", other=duct.code, number=other.number
                    )
                    return True
        return False

    def _places(self, contract: Contract) -> int | None:
        """Return how many places there are where a contract lets one; None for a structure."""
        sites = self._known.sites
        if contract.duct_id is not None:
            return sites.places_in(sites.ducts[contract.duct_id])
        levels = sites.levels_of(contract.structure_id or "")
        return next((one.slots for one in levels if one.id == contract.level_id), None)

    def owner_of(self, record: ImportRecord) -> str | None:
        """Return the organisation whose record it is; None for the department's."""
        if isinstance(record, Structure | Route | Contract | PlannedWork):
            return record.owner_id
        if isinstance(record, RegistrationPoint):
            return record.operator_id
        if isinstance(record, Installation | Cable):
            return record.organisation_id
        if isinstance(record, AttachmentLevel):
            return self._known.sites.by_id[record.structure_id].owner_id
        if isinstance(record, Duct):
            return self._known.sites.routes[record.route_id].owner_id
        return None

    def _note(self, record: ImportRecord) -> None:
        if isinstance(record, Contract) and (record.level_id or record.duct_id):
            self._let.setdefault(_place(record), []).append(record)

    def _lies_in_itself(self, duct: Duct) -> bool:
        above, seen = duct.parent_id, 0
        while above is not None and seen < _DEEPEST:
            if above == duct.id:
                return True
            found = self._index.by_id(above)
            above = found[0].parent_id if found and isinstance(found[0], Duct) else None
            seen += 1
        return above is not None


def _place(contract: Contract) -> tuple[object, ...]:
    return contract.level_id, contract.duct_id
