"""Changes to what lies around: runways, aeronautical facilities, zones of layers, roads."""

from collections.abc import Iterable, Sequence

from gis.register.changing import Changing
from gis.register.roads import Road
from gis.register.siting import AviationFacility, PlanningZone, Runway

__all__ = ["SitingWriter"]


class SitingWriter(Changing):
    """What a write may do to these layers; the errors are those of the methods of `Writer`."""

    def add_runways(self, records: Iterable[Runway]) -> None:
        """Add runways."""
        self._add(Runway, records)

    def add_aviation_facilities(self, records: Iterable[AviationFacility]) -> None:
        """Add aeronautical radio facilities."""
        self._add(AviationFacility, records)

    def add_planning_zones(self, records: Iterable[PlanningZone]) -> None:
        """Add zones of layers."""
        self._add(PlanningZone, records)

    def add_roads(self, records: Iterable[Road]) -> None:
        """Add roads."""
        self._add(Road, records)

    def update_runways(
        self, records: Sequence[Runway], expected: Sequence[Runway] | None = None
    ) -> None:
        """Change runways; see `Writer.update_structures`."""
        self._change(Runway, records, expected)

    def update_aviation_facilities(
        self,
        records: Sequence[AviationFacility],
        expected: Sequence[AviationFacility] | None = None,
    ) -> None:
        """Change aeronautical radio facilities; see `Writer.update_structures`."""
        self._change(AviationFacility, records, expected)

    def update_roads(
        self, records: Sequence[Road], expected: Sequence[Road] | None = None
    ) -> None:
        """Change roads; see `Writer.update_structures`."""
        self._change(Road, records, expected)
