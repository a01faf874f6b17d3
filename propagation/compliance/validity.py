"""Whether the licence, the inspection certificate and the conformity of a station are in force.

Records against the day judged, so that an expired licence can be *violates*. What is not recorded
is not assessable: an empty field of the register does not say that there is no document. The
conformity of the equipment is another matter: what became of a transmitter that was put on the
market while its certificate was in force is not in the texts at hand, so its end is at most *needs
verification*.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from propagation.compliance.certification import completed
from propagation.compliance.conclusions import conclude, not_assessable, of_station, unconcluded
from propagation.compliance.facts import StationFacts
from propagation.compliance.facts_validity import DocumentFacts, ValidityFacts
from propagation.compliance.parameters import number
from propagation.compliance.records import Evidence, Finding, Outcome, Rule, Value

__all__ = ["CHECK", "check"]

CHECK: Final = "validity"

_CONFIRM: Final = "compliance.missing.confirmed_record"


def check(
    station: StationFacts,
    facts: ValidityFacts,
    *,
    on: date,
    rule: Rule,
    certificate_rule: Rule | None,
    conformity_rule: Rule | None,
) -> tuple[Finding, ...]:
    """Judge the documents of a station on one day.

    Parameters
    ----------
    station : StationFacts
        The station as recorded.
    facts : ValidityFacts
        Its documents.
    on : date
        The day judged.
    rule, certificate_rule, conformity_rule : Rule
        `station.licence`, `station.certificate` and `station.conformity` in force that day; None
        where none was, and then nothing is said of that document.

    Returns
    -------
    tuple of Finding
        The licence; its term, where it is longer than the law allows; the certificate; the
        conformity; and what lapses next.
    """
    licence = _Document("licence", facts.licence, rule)
    found = [_judge(station, licence, on, facts.in_service_from), *_term(station, licence)]
    told = [licence]
    if certificate_rule is not None:
        certificate = _Document("certificate", facts.certificate, certificate_rule)
        found.append(_certificate(station, facts, certificate, on))
        told.append(_completed(certificate))
    if conformity_rule is not None:
        conformity = _Document("conformity", facts.conformity, conformity_rule)
        found.append(_judge(station, conformity, on, None))
        told.append(conformity)
    return (*found, *_next(station, told, on))


@dataclass(frozen=True, slots=True)
class _Document:
    """A document, what it is called, and the rule that asks for it."""

    name: str
    record: DocumentFacts
    rule: Rule

    def evidence(self, station: StationFacts) -> tuple[Evidence, ...]:
        known = (
            ("number", self.record.number),
            ("from", _iso(self.record.valid_from)),
            ("to", _iso(self.record.valid_to)),
        )
        return tuple(
            of_station(station, f"{self.name}_{part}", value)
            for part, value in known
            if value is not None
        )

    def values(self) -> dict[str, Value]:
        return {
            "number": self.record.number or "–",
            "valid_from": _iso(self.record.valid_from) or "–",
            "valid_to": _iso(self.record.valid_to) or "–",
        }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _judge(
    station: StationFacts, document: _Document, on: date, in_service_from: date | None
) -> Finding:
    """Return what the dates of one document say."""
    record = document.record
    start, end = record.valid_from, record.valid_to
    if not record.recorded:
        return _absent(station, document)
    if start is not None and end is not None and end < start:
        return _found(station, document, on, "reversed", Outcome.NEEDS_VERIFICATION)
    if end is not None and end < on:
        return _found(station, document, on, "expired", _ended(document))
    if start is not None and start > on:
        on_air = in_service_from is not None and in_service_from <= on
        outcome = Outcome.VIOLATES if on_air else Outcome.NEEDS_VERIFICATION
        return _found(station, document, on, "not_yet", outcome, missing=("on_air",))
    if end is None:
        return _no_end(station, document)
    soon = (end - on).days <= number(document.rule, "notice_days")
    return _found(station, document, on, "lapses" if soon else "in_force", Outcome.COMPLIES)


def _ended(document: _Document) -> Outcome:
    """Return what the end of a document means; a conformity only asks for a look."""
    return Outcome.NEEDS_VERIFICATION if document.name == "conformity" else Outcome.VIOLATES


def _found(
    station: StationFacts,
    document: _Document,
    on: date,
    state: str,
    outcome: Outcome,
    *,
    missing: tuple[str, ...] = (),
) -> Finding:
    start, end = document.record.valid_from, document.record.valid_to
    values = document.values() | {"on": on.isoformat()}
    if state in {"expired", "lapses", "in_force"} and end is not None:
        values["days"] = abs((end - on).days)
    if state == "not_yet" and start is not None:
        values["days"] = (start - on).days
    key = f"validity.reason.{document.name}_{state}"
    finding = unconcluded(CHECK, document.rule, key, document.evidence(station), values)
    wanted = tuple(f"validity.missing.{item}" for item in missing)
    if state == "expired" and document.name == "conformity":
        wanted = ("validity.missing.conformity_view",)
    return conclude(finding, outcome=outcome, missing=wanted)


def _absent(station: StationFacts, document: _Document) -> Finding:
    return not_assessable(
        CHECK,
        document.rule,
        f"validity.reason.{document.name}_absent",
        (f"validity.missing.{document.name}",),
        values={"station": station.name},
    )


def _no_end(station: StationFacts, document: _Document) -> Finding:
    return not_assessable(
        CHECK,
        document.rule,
        f"validity.reason.{document.name}_no_end",
        (f"validity.missing.{document.name}_to",),
        evidence=document.evidence(station),
        values=document.values(),
    )


def _term(station: StationFacts, licence: _Document) -> list[Finding]:
    """Return what a term longer than the law allows is: one of the dates is wrong."""
    start, end = licence.record.valid_from, licence.record.valid_to
    longest = number(licence.rule, "longest_years")
    if start is None or end is None or (end - start).days <= longest * 365.25 + 1:
        return []
    finding = unconcluded(
        CHECK,
        licence.rule,
        "validity.reason.licence_term",
        licence.evidence(station),
        licence.values()
        | {"years": round((end - start).days / 365.25, 1), "longest_years": longest},
    )
    return [conclude(finding, outcome=Outcome.NEEDS_VERIFICATION, missing=(_CONFIRM,))]


def _certificate(
    station: StationFacts, facts: ValidityFacts, certificate: _Document, on: date
) -> Finding:
    """Judge the inspection, which is compulsory from a power on."""
    rule, power_w = certificate.rule, facts.transmitter_power_w
    threshold_w = number(rule, "power_w")
    if power_w is not None and power_w < threshold_w:
        finding = unconcluded(
            CHECK,
            rule,
            "validity.reason.certificate_not_needed",
            (of_station(station, "transmitter_power_w", power_w),),
            {"power_w": power_w, "threshold_w": threshold_w},
        )
        return conclude(finding, outcome=Outcome.COMPLIES)
    if power_w is None:
        return _power_unknown(station, certificate, threshold_w)
    found = _judge(station, _completed(certificate), on, facts.in_service_from)
    if found.outcome is not Outcome.NOT_ASSESSABLE or certificate.record.recorded:
        return found
    return not_assessable(
        CHECK,
        rule,
        "validity.reason.certificate_needed",
        ("validity.missing.certificate",),
        evidence=(of_station(station, "transmitter_power_w", power_w),),
        values={"power_w": power_w, "threshold_w": threshold_w},
    )


def _power_unknown(station: StationFacts, certificate: _Document, threshold_w: float) -> Finding:
    return not_assessable(
        CHECK,
        certificate.rule,
        "validity.reason.certificate_power_unknown",
        ("validity.missing.transmitter_power",),
        evidence=certificate.evidence(station),
        values={"threshold_w": threshold_w},
    )


def _completed(certificate: _Document) -> _Document:
    """Return the certificate with its end."""
    record = completed(certificate.record, certificate.rule)
    return _Document(certificate.name, record, certificate.rule)


def _next(station: StationFacts, documents: list[_Document], on: date) -> list[Finding]:
    """Return what lapses next, of everything that is in force."""
    ends = [
        (end, place)
        for place, document in enumerate(documents)
        if (end := document.record.valid_to) is not None
        and end >= on
        and (document.record.valid_from or end) <= end
    ]
    if not ends:
        return []
    end, place = min(ends)
    document = documents[place]
    finding = unconcluded(
        CHECK,
        document.rule,
        f"validity.reason.next_{document.name}",
        (of_station(station, f"{document.name}_to", end.isoformat()),),
        {"valid_to": end.isoformat(), "days": (end - on).days, "on": on.isoformat()},
    )
    return [conclude(finding, outcome=Outcome.COMPLIES)]
