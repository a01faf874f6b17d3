"""The records that a check reads and writes, and the law that binds them.

A prediction is never evidence of a violation (Luật Tần số vô tuyến điện 42/2009/QH12, Điều 35.3:
the measurements of the competent authority are). So a `Finding` that says *violates* can only be
built from comparisons of records and from measurements with their uncertainty, on a rule that is
more than recalled, and on nothing approximate; a record known from a second hand, or computed,
is not enough either. The constructor keeps this; there is no other way
to make one: copying, `dataclasses.replace` and unpickling all pass through it, and what makes a
number unfit (an approximate boundary, flat terrain) travels with the number itself.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from typing import Final, final

from propagation.compliance.agreement import ModelAgreement
from propagation.errors import PropagationError

__all__ = [
    "Confidence",
    "Evidence",
    "EvidenceKind",
    "Finding",
    "ForbiddenVerdictError",
    "Outcome",
    "Reservation",
    "Rule",
    "Summary",
    "Value",
    "summarise",
]

Value = str | int | float | bool | None


class Outcome(StrEnum):
    """What one check concludes."""

    COMPLIES = "complies"
    VIOLATES = "violates"
    NEEDS_VERIFICATION = "needs_verification"
    NOT_ASSESSABLE = "not_assessable"


class Summary(StrEnum):
    """What all checks of one station conclude together (TT 02/2016/TT-BTTTT, Điều 12)."""

    COMPLIES = "complies"
    VIOLATES = "violates"
    NEEDS_VERIFICATION = "needs_verification"
    NOT_ASSESSABLE = "not_assessable"
    MIXED = "mixed"


class EvidenceKind(StrEnum):
    """Where a number comes from."""

    RECORD = "record"
    MEASUREMENT = "measurement"
    PREDICTION = "prediction"
    RULE = "rule"


class Confidence(StrEnum):
    """How well a rule or a record is known."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    DERIVED = "derived"
    RECALLED = "recalled"
    SYNTHETIC = "synthetic"


class Reservation(StrEnum):
    """Why a finding can be at most *needs verification*."""

    PREDICTED = "predicted"
    APPROXIMATE_BOUNDARY = "approximate_boundary"
    RECALLED_RULE = "recalled_rule"
    RECALLED_RECORD = "recalled_record"
    UNCONFIRMED_RECORD = "unconfirmed_record"
    UNOFFICIAL_PLAN = "unofficial_plan"
    FLAT_TERRAIN = "flat_terrain"
    NO_UNCERTAINTY = "no_uncertainty"
    NON_BINDING_RULE = "non_binding_rule"


class ForbiddenVerdictError(PropagationError):
    """Someone tried to build *violates* on something that cannot carry it."""


@final
@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a rule pack, as in force on the date judged.

    Attributes
    ----------
    id : str
        Stable identifier, for example `fm.plan.erp`.
    title_vi, title_en : str
        Title in both languages.
    instrument, clause : str
        The legal instrument or Recommendation, and the clause in Vietnamese.
    valid_from, valid_to : date or None
        First and last day in force; None is open.
    confidence : Confidence
        How well the rule is known.
    source : str
        Where it was read.
    binding : bool
        Whether it binds in this jurisdiction, or is a reference method only.
    parameters : mapping
        Numbers and lists that the check reads, unit suffix in the key.
    note_vi, note_en : str
        What a reader must know of this rule, for example that its table is not official yet.
    clause_en : str
        The clause in English; empty where it is written as in Vietnamese.
    source_en : str
        The source in English; empty where it is written as in `source`.
    advisory : bool
        Whether its findings are told beside the others and never decide a station's summary: a
        treaty to which the country is no party, a method of others, a screen of this software.
    """

    id: str
    title_vi: str
    title_en: str
    instrument: str
    clause: str
    valid_from: date | None
    valid_to: date | None
    confidence: Confidence
    source: str
    binding: bool = True
    parameters: Mapping[str, object] = field(default_factory=dict)
    note_vi: str = ""
    note_en: str = ""
    clause_en: str = ""
    advisory: bool = field(default=False, metadata={"later": True})
    source_en: str = field(default="", metadata={"later": True})

    def __post_init__(self) -> None:
        """Accept the confidence by its name too, never anything else."""
        object.__setattr__(self, "confidence", Confidence(self.confidence))


_SECOND_HAND: Final = frozenset({Confidence.SECONDARY, Confidence.DERIVED})
"""A record known no better is not what the authority holds; a rule of such confidence may bind."""


@final
@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact that a finding rests on.

    Attributes
    ----------
    kind : EvidenceKind
        Record, measurement, prediction, or the limit of a rule.
    name : str
        What it is, with the unit suffix: `erp_dbw`, `field_strength_dbuvm`.
    value : str, number, bool or None
        The fact.
    source : str
        Which record, measurement or model run it was read from.
    confidence : Confidence
        How well the source is known.
    uncertainty : float or None
        Expanded uncertainty of a measurement, in the unit of the value.
    reservations : frozenset of Reservation
        What makes this number unfit to carry *violates*: an approximate boundary, flat terrain, a
        limit that is only recalled. Every finding that uses the number inherits them.
    """

    kind: EvidenceKind
    name: str
    value: Value
    source: str
    confidence: Confidence = Confidence.VERIFIED
    uncertainty: float | None = None
    reservations: frozenset[Reservation] = frozenset()

    def __post_init__(self) -> None:
        """Accept kind, confidence and reservations by their names too, never anything else."""
        object.__setattr__(self, "kind", EvidenceKind(self.kind))
        object.__setattr__(self, "confidence", Confidence(self.confidence))
        object.__setattr__(self, "reservations", _reservations(self.reservations))

    @property
    def implied(self) -> frozenset[Reservation]:
        """Everything that keeps a finding on this fact from saying *violates*."""
        found = set(self.reservations)
        if self.kind is EvidenceKind.PREDICTION:
            found.add(Reservation.PREDICTED)
        if self.kind is EvidenceKind.MEASUREMENT and not _positive(self.uncertainty):
            found.add(Reservation.NO_UNCERTAINTY)
        if self.confidence is Confidence.RECALLED:
            of_a_rule = self.kind is EvidenceKind.RULE
            found.add(Reservation.RECALLED_RULE if of_a_rule else Reservation.RECALLED_RECORD)
        if self.kind is EvidenceKind.RECORD and self.confidence in _SECOND_HAND and not found:
            found.add(Reservation.UNCONFIRMED_RECORD)
        return frozenset(found)


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says of one station.

    Attributes
    ----------
    check : str
        The check, for example `plan_identity`.
    rule : Rule
        The rule version in force on the date judged.
    outcome : Outcome
        The conclusion.
    evidence : tuple of Evidence
        Every number that the conclusion rests on.
    reason : str
        Key of the sentence that explains it (catalogue `compliance`), filled with `values`.
    values : mapping
        Values for that sentence.
    margin_db : float or None
        Distance to the limit, positive when it is kept.
    counterpart : str or None
        The other station or unit concerned.
    missing : tuple of str
        What would have to be known (keys of the catalogue `compliance`).
    measure : mapping or None
        What to measure and where, when verification is asked for.
    reservations : frozenset of Reservation
        Why the outcome could not be *violates*.
    agreement : ModelAgreement or None
        What other propagation models say of the margin; it never changes the outcome.
    held_back : bool
        Whether the limit is kept and only a reservation holds *complies* back; every other *needs
        verification* objects.

    Raises
    ------
    ForbiddenVerdictError
        If *violates* rests on a prediction, an approximation, a recalled or non-binding rule, a
        record that is recalled, secondary or derived, a measurement without uncertainty, or on
        nothing; or if *complies* rests on flat terrain,
        on which a result is never better than *needs verification*.
    """

    check: str
    rule: Rule
    outcome: Outcome
    evidence: tuple[Evidence, ...]
    reason: str
    values: Mapping[str, Value] = field(default_factory=dict)
    margin_db: float | None = None
    counterpart: str | None = None
    missing: tuple[str, ...] = ()
    measure: Mapping[str, Value] | None = None
    reservations: frozenset[Reservation] = frozenset()
    agreement: ModelAgreement | None = field(default=None, metadata={"later": True})
    held_back: bool = field(default=False, metadata={"later": True})

    def __post_init__(self) -> None:
        """Keep the law: what is predicted, approximate or recalled never violates."""
        object.__setattr__(self, "outcome", Outcome(self.outcome))
        object.__setattr__(self, "evidence", tuple(self.evidence))
        held = _reservations(self.reservations) | self._implied()
        object.__setattr__(self, "reservations", held)
        if self.outcome is Outcome.VIOLATES and (held or not self.evidence):
            raise ForbiddenVerdictError(
                f"{self.check}: 'violates' cannot rest on "
                f"{', '.join(sorted(held)) or 'no evidence'}"
            )
        if self.outcome is Outcome.COMPLIES and Reservation.FLAT_TERRAIN in held:
            raise ForbiddenVerdictError(f"{self.check}: 'complies' cannot rest on flat terrain")
        if self.outcome is Outcome.NOT_ASSESSABLE and not self.missing:
            raise PropagationError(f"{self.check}: 'not assessable' must say what is missing")
        if self.outcome is Outcome.NEEDS_VERIFICATION and not (self.measure or self.missing):
            raise PropagationError(f"{self.check}: 'needs verification' must say what to measure")

    def __reduce__(self) -> tuple[type["Finding"], tuple[object, ...]]:
        """Pickle and copy by the parts, so that every copy passes through the constructor."""
        return Finding, tuple(getattr(self, item.name) for item in fields(self))

    def __setstate__(self, state: object) -> None:
        """Refuse a state from outside: it would go past the constructor."""
        raise ForbiddenVerdictError("a finding is built from its parts only")

    def _implied(self) -> frozenset[Reservation]:
        found = {reservation for item in self.evidence for reservation in item.implied}
        if self.rule.confidence is Confidence.RECALLED:
            found.add(Reservation.RECALLED_RULE)
        if not self.rule.binding:
            found.add(Reservation.NON_BINDING_RULE)
        return frozenset(found)


def _reservations(given: frozenset[Reservation]) -> frozenset[Reservation]:
    return frozenset(Reservation(item) for item in given)


def _positive(uncertainty: float | None) -> bool:
    return uncertainty is not None and math.isfinite(uncertainty) and uncertainty > 0


def summarise(findings: tuple[Finding, ...]) -> Summary:
    """Return the summary of one station's findings.

    Violations together with something still to be verified are *mixed*. A station complies only
    when every check that binds could be made and none objected: one that could not be made leaves
    the station *not assessable*, unless another found more. Findings on advisory rules do not
    count.
    """
    outcomes = {finding.outcome for finding in findings if not finding.rule.advisory}
    if {Outcome.VIOLATES, Outcome.NEEDS_VERIFICATION} <= outcomes:
        return Summary.MIXED
    for outcome in (Outcome.VIOLATES, Outcome.NEEDS_VERIFICATION, Outcome.NOT_ASSESSABLE):
        if outcome in outcomes:
            return Summary(outcome.value)
    return Summary.COMPLIES if outcomes else Summary.NOT_ASSESSABLE
