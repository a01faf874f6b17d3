"""What every topic of a compliance study is given: what was asked, and the scene to judge."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol, TypeVar

from gis.register.reading import Reader as RegisterReader
from gis.register.records import BroadcastStation, PlanEntry
from gis.register.scopes import SYSTEM
from gis.rules import RulePack
from gis.studies.application import Application
from gis.studies.communes import Commune
from gis.studies.context import StudyContext
from gis.studies.emitter import Emitter, missing_values
from gis.studies.meetings import Meetings
from gis.studies.neighbourhood import Neighbourhood
from propagation.compliance.facts import TerrainFacts
from propagation.compliance.records import Finding

__all__ = ["Asked", "Scene", "Topic"]

_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What a topic gathers from.

    Attributes
    ----------
    register : Reader
        The register at one moment.
    context : StudyContext
        Where the ground is.
    on : date
        The day judged.
    pack : RulePack
        The rules in force that day.
    judged : sequence of BroadcastStation
        The stations judged.
    stations : sequence of BroadcastStation
        They and every other station of the service that may meet one of them.
    public : bool
        Whether to leave out what operators keep confidential.
    application : Application or None
        The station judged, where it is applied for and not in the register.
    """

    register: RegisterReader
    context: StudyContext
    on: date
    pack: RulePack
    judged: Sequence[BroadcastStation]
    stations: Sequence[BroadcastStation]
    public: bool = False
    application: Application | None = None

    def every_station(self) -> list[BroadcastStation]:
        """Return the stations of all services, an application in the place of what it replaces."""
        found = self.register.stations(SYSTEM, on=self.on)
        return found if self.application is None else self.application.among(found)


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that the checks need, read back from the inputs.

    Attributes
    ----------
    judged : tuple of str
        Identifiers of the stations judged.
    neighbourhood : Neighbourhood
        All stations, and what they stand among.
    entries : tuple of PlanEntry
        Lines of the plans.
    named : mapping
        The commune that each record names, by station.
    on : date
        The day judged.
    terrain : TerrainFacts
        The ground that predictions stand on.
    meetings : Meetings
        Test points and fields of the stations.
    gathered : mapping
        What each topic gathered, by its name.
    context : StudyContext
        Who listens, and who may stop the work.
    kept : dict
        What topics computed for several stations, by a key of their own.
    """

    judged: tuple[str, ...]
    neighbourhood: Neighbourhood
    entries: tuple[PlanEntry, ...]
    named: Mapping[str, Commune]
    on: date
    terrain: TerrainFacts
    meetings: Meetings
    gathered: Mapping[str, Any]
    context: StudyContext
    kept: dict[Any, Any] = field(default_factory=dict)

    def once(self, key: tuple[Any, ...], make: Callable[[], _Made]) -> _Made:
        """Return what was made before under a key, or make it."""
        if key not in self.kept:
            self.kept[key] = make()
        found: _Made = self.kept[key]
        return found

    @property
    def pack(self) -> RulePack:
        """The rules in force on the day judged."""
        return self.neighbourhood.pack

    def missing(self, station: BroadcastStation) -> tuple[str, ...]:
        """Return the names of the values without which a station's field cannot be predicted."""
        return missing_values(station, flat=self.terrain.flat)

    def emitter(self, station: BroadcastStation) -> Emitter:
        """Return a station over the ground of the study, as every field of it is predicted."""
        return Emitter(station, self.neighbourhood.ground, self.neighbourhood.settings)


class Topic(Protocol):
    """A module that gathers for some checks of the catalogue and calls them."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a module's constant
        """Name of what it gathers."""
        ...

    @property
    def CHECKS(self) -> tuple[str, ...]:  # noqa: N802 - a module's constant
        """The checks that it calls, by the names of the catalogue."""
        ...

    @property
    def RULES(self) -> tuple[str, ...]:  # noqa: N802 - a module's constant
        """The rules without which none of them can be made."""
        ...

    def gather(self, asked: Asked) -> dict[str, Any]:
        """Return what its checks need, as JSON values."""
        ...

    def findings(self, scene: Scene, station: BroadcastStation) -> Iterable[Finding]:
        """Return what its checks find of one station."""
        ...
