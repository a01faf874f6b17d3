"""Changes to registration points and visits, judged before they are kept."""

from collections.abc import Iterable, Sequence

from gis.register.changing import Changing
from gis.register.points import (
    PointVisit,
    RegistrationPoint,
    contradictions,
    visit_contradictions,
)
from gis.register.points_reader import PointsReader

__all__ = ["PointsWriter"]


class PointsWriter(PointsReader, Changing):
    """What a write may do to registration points.

    Every method raises `FormatError` where a point or the counts of a visit contradict themselves,
    and else as the methods of `Writer`.
    """

    def add_points(self, records: Iterable[RegistrationPoint]) -> None:
        """Add registration points."""
        self._add(RegistrationPoint, [_sound(record) for record in records])

    def update_points(
        self,
        records: Sequence[RegistrationPoint],
        expected: Sequence[RegistrationPoint] | None = None,
    ) -> None:
        """Change registration points; see `Writer.update_structures`."""
        self._change(RegistrationPoint, [_sound(record) for record in records], expected)

    def add_visits(self, records: Iterable[PointVisit]) -> None:
        """Add visits to points."""
        self._add(PointVisit, [_counted(record) for record in records])

    def update_visits(
        self, records: Sequence[PointVisit], expected: Sequence[PointVisit] | None = None
    ) -> None:
        """Change visits; see `Writer.update_structures`."""
        self._change(PointVisit, [_counted(record) for record in records], expected)


def _sound(point: RegistrationPoint) -> RegistrationPoint:
    for error in contradictions(point):
        raise error
    return point


def _counted(visit: PointVisit) -> PointVisit:
    for error in visit_contradictions(visit):
        raise error
    return visit
