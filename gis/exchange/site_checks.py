"""What a row of lines, ducts or contracts must agree on with the register and with other rows."""

from collections.abc import Mapping
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
from gis.exchange.report import ImportRecord
from gis.exchange.work_rows import refuse_contradicting
from gis.register.lettings import of_place_and_duct, of_request
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
    reader : CellReader
        Takes the problems.
    known : Known
        What rows may refer to.
    index : Index
        The records of the register and the rows taken so far.
    extent : Extent
        Where lines can lie.
    """

    def __init__(
        self,
        reader: CellReader,
        known: Known,
        index: Index,
        *,
        extent: Extent,
    ) -> None:
        self._reader = reader
        self._known = known
        self._index = index
        self._extent = extent

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
        return not isinstance(record, Contract) or self._may_stand(record)

    def _may_stand(self, record: Contract) -> bool:
        """Return whether a contract may stand alone; what is let beside it is judged later."""
        if record.case_id is not None and not of_request(record, self._known.requests):
            self._reader.refuse("case_id", "other_request")
            return False
        if of_place_and_duct(record):
            self._reader.refuse("duct_id", "contract_of_two")
            return False
        return True

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

    def _lies_in_itself(self, duct: Duct) -> bool:
        above, seen = duct.parent_id, 0
        while above is not None and seen < _DEEPEST:
            if above == duct.id:
                return True
            found = self._index.by_id(above)
            above = found[0].parent_id if found and isinstance(found[0], Duct) else None
            seen += 1
        return above is not None
