"""Changes to announced works and sign-ups, judged before they are kept."""

from collections.abc import Iterable, Sequence

from gis.register.changing import Changing
from gis.register.sign_ups import refuse_sign_up, refuse_work
from gis.register.works import PlannedWork, SignUp
from gis.register.works_reader import WorksReader

__all__ = ["WorksWriter"]


class WorksWriter(WorksReader, Changing):
    """What a write may do to announced works; the errors are those of the methods of `Writer`."""

    def add_works(self, records: Iterable[PlannedWork]) -> None:
        """Add works that owners announce."""
        for record in list(records):
            refuse_work(self, record)
            self._add(PlannedWork, [record])

    def add_sign_ups(self, records: Iterable[SignUp]) -> None:
        """Add sign-ups; no more is accepted than a work offers."""
        for record in list(records):
            refuse_sign_up(self, record)
            self._add(SignUp, [record])

    def update_works(
        self, records: Sequence[PlannedWork], expected: Sequence[PlannedWork] | None = None
    ) -> None:
        """Change announced works; see `Writer.update_structures`."""
        for record in records:
            refuse_work(self, record)
        self._change(PlannedWork, records, expected)

    def update_sign_ups(
        self, records: Sequence[SignUp], expected: Sequence[SignUp] | None = None
    ) -> None:
        """Change sign-ups; see `Writer.update_structures` and `add_sign_ups`."""
        for record in records:
            refuse_sign_up(self, record)
        self._change(SignUp, records, expected)
