"""What the page of boundaries shows: which outlines of a day are there, level by level."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gis.register.records import AdministrativeUnit, Boundary, UnitKind
from gis.register.store import Register

__all__ = ["Level", "outlines_on"]


@dataclass(frozen=True, slots=True)
class Level:
    """The units of one kind.

    Attributes
    ----------
    kind : UnitKind
        Their kind.
    units : int
        How many there are on the day.
    outlines : sequence of (AdministrativeUnit, Boundary)
        Those that have an outline, by name.
    """

    kind: UnitKind
    units: int
    outlines: Sequence[tuple[AdministrativeUnit, Boundary]]

    @property
    def official(self) -> int:
        """How many outlines the authority published."""
        return sum(one.official for _, one in self.outlines)

    @property
    def uncertainty_m(self) -> tuple[float, float]:
        """Smallest and largest uncertainty of their outlines; not to be asked without any."""
        values = [one.position_uncertainty_m for _, one in self.outlines]
        return min(values), max(values)


def outlines_on(register: Register, on: date) -> list[Level]:
    """Return each kind of unit that there is on a day, with its outlines."""
    with register.snapshot() as now:
        units = now.units(on=on)
        drawn = {one.unit_code: one for one in now.boundaries(on=on)}
    levels = []
    for kind in UnitKind:
        own = sorted((one for one in units if one.kind is kind), key=lambda one: one.name)
        if own:
            pairs = [(one, drawn[one.code]) for one in own if one.code in drawn]
            levels.append(Level(kind, len(own), pairs))
    return levels
