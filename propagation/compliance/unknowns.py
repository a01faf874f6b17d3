"""What a check could not look at: points without a field, stations whose field cannot be computed.

A limit that is kept where it could be looked at is no result while something that was not looked
at could break it; a limit that is broken is broken whatever the rest may be.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from propagation.compliance.conclusions import conclude, of_station
from propagation.compliance.facts import StationFacts
from propagation.compliance.records import Evidence, EvidenceKind, Finding, Outcome, Value

__all__ = ["Unknowns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknowns:
    """Points and stations that could have decided and are not known.

    Attributes
    ----------
    points : int
        Points that may be protected, at which a field is not known.
    stations : tuple of StationFacts
        Stations within reach, at a spacing that counts, whose field cannot be computed.
    source : str
        By what the fields of the points were to be known.
    """

    points: int = 0
    stations: tuple[StationFacts, ...] = ()
    source: str = ""

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self.points or self.stations)

    @property
    def values(self) -> Mapping[str, Value]:
        """How many there are, and the names of the stations, as values of a sentence."""
        counted: dict[str, Value] = {"points_unknown": self.points}
        if not self.stations:
            return counted
        names = ", ".join(one.name for one in self.stations)
        return {**counted, "stations_unknown": len(self.stations), "left_out": names}

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The number of the points, and each of the stations by its record."""
        kind, name = EvidenceKind.RECORD, "points_unknown"
        points = (Evidence(kind, name, self.points, self.source),) if self.points else ()
        return (
            *points,
            *(of_station(one, "station_without_field", one.name) for one in self.stations),
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the sentences that say what would have to be known."""
        return (
            *(("compliance.missing.station_fields",) if self.stations else ()),
            *(("compliance.missing.point_fields",) if self.points else ()),
        )

    def conclude(
        self,
        finding: Finding,
        reason: str,
        *,
        outcome: Outcome,
        measure: Mapping[str, Value] | None = None,
    ) -> Finding:
        """Give a finding the outcome that it can carry beside what is not known.

        Parameters
        ----------
        finding : Finding
            The finding with its evidence; its own outcome does not count.
        reason : str
            What the sentence begins with that says why not, as what compares and which way:
            `stations_unknown` or `points_unknown` follows.
        outcome : Outcome
            Outcome of the bare comparison of what is known. *Complies* becomes *not assessable*
            where anything is unknown, without a margin: there may be a smaller one.
        measure : mapping, optional
            What to measure and where, if it comes to that.
        """
        told = replace(finding, values={**finding.values, **self.values})
        if not self:
            return conclude(told, outcome=outcome, measure=measure)
        told = replace(told, evidence=(*told.evidence, *self.evidence))
        if outcome is not Outcome.COMPLIES:
            return conclude(told, outcome=outcome, measure=measure, missing=self.missing)
        return replace(
            told,
            outcome=Outcome.NOT_ASSESSABLE,
            reason=f"{reason}{'stations' if self.stations else 'points'}_unknown",
            missing=self.missing,
            margin_db=None,
        )
