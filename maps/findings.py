"""The findings of a station in words: one reading for pages, for paper and for files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from data.text import Language
from gis.studies.changes import change_said
from gis.studies.findings import agreement_said, basis, force_of
from gis.studies.record import Study
from maps.words import Words
from propagation.compliance.catalogue import CATALOGUE

__all__ = [
    "ORDER",
    "CheckMark",
    "Teller",
    "ToldCheck",
    "ToldEvidence",
    "ToldFinding",
    "check_marks",
    "check_title",
    "gravity",
    "told_checks",
]

ORDER: Final = ("violates", "mixed", "needs_verification", "not_assessable", "complies")
"""Outcomes and summaries, the gravest first."""


@dataclass(frozen=True, slots=True)
class CheckMark:
    """What one check of the catalogue says of a station, as one sign.

    Attributes
    ----------
    number : int
        Its number in the catalogue, from 1.
    check : str
        Its name.
    outcome : str or None
        The gravest outcome of the findings that decide; of the advisory ones where there are no
        others; None where there is no finding.
    advisory : bool
        Whether only advisory findings say so.
    why : str or None
        Key of the sentence that says why there is no finding.
    """

    number: int
    check: str
    outcome: str | None
    advisory: bool
    why: str | None


def check_marks(row: Mapping[str, Any]) -> tuple[CheckMark, ...]:
    """Return the fifteen signs of a station.

    Parameters
    ----------
    row : mapping
        The station in the results of a compliance study.
    """
    told = {one["check"]: one["why"] for one in row.get("checks", ())}
    marks = []
    for number, check in enumerate(CATALOGUE, start=1):
        found = [finding for finding in row["findings"] if finding["check"] == check]
        deciding = [finding for finding in found if not _advisory(finding)]
        outcome = _gravest(deciding or found)
        why = None if outcome else told.get(check) or "findings.no_finding"
        marks.append(CheckMark(number, check, outcome, bool(found and not deciding), why))
    return tuple(marks)


def check_title(check: str, words: Words) -> str:
    """Return what a check of the catalogue is called."""
    return words.sentence(f"compliance.check.{check}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEvidence:
    """One number that a finding rests on.

    Attributes
    ----------
    label, value : str
        What it is, and how much with its uncertainty.
    kind : str
        Record, measurement or prediction.
    source, confidence : str
        Where it was read, and how well that is known.
    """

    label: str
    value: str
    kind: str
    source: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFinding:
    """A finding in words.

    Attributes
    ----------
    outcome, outcome_text : str
        The outcome by its name and in words.
    advisory : bool
        Whether it stands beside and decides nothing.
    reason : str
        Why.
    rule, basis, confidence : str
        The rule, its instrument and clause, and how well it is known.
    force : str
        Binding, reference or advisory.
    note : str
        What has to be known of the rule; empty without.
    counterpart, counterpart_id : str or None
        The other station concerned.
    margin_db : float or None
        Distance to the limit, positive when it is kept.
    agreement : str or None
        Whether methods and models conclude the same, by name.
    missing, measure, reservations, changes : tuple of str
        What would have to be known, what to measure and where, why it cannot weigh more, and what
        would make it pass.
    evidence : tuple of ToldEvidence
        Every number.
    """

    outcome: str
    outcome_text: str
    advisory: bool
    reason: str
    rule: str
    basis: str
    confidence: str
    force: str
    note: str
    counterpart: str | None
    counterpart_id: str | None
    margin_db: float | None
    agreement: str | None
    missing: tuple[str, ...]
    measure: tuple[str, ...]
    reservations: tuple[str, ...]
    changes: tuple[str, ...]
    evidence: tuple[ToldEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldCheck:
    """A check of the catalogue with everything that it found of a station.

    Attributes
    ----------
    mark : CheckMark
        Number, name, outcome.
    title, outcome_text : str
        The same in words; why there is no finding where there is none.
    deciding, advisory : tuple of ToldFinding
        The findings that decide, and those told beside, the gravest first.
    """

    mark: CheckMark
    title: str
    outcome_text: str
    deciding: tuple[ToldFinding, ...]
    advisory: tuple[ToldFinding, ...]

    @property
    def margin_db(self) -> float | None:
        """The smallest margin of the findings that made the outcome."""
        found = self.deciding or self.advisory
        return min((one.margin_db for one in found if one.margin_db is not None), default=None)

    @property
    def first(self) -> ToldFinding | None:
        """The gravest finding of those that made the outcome."""
        return next(iter(self.deciding or self.advisory), None)


def told_checks(study: Study, row: Mapping[str, Any], words: Words) -> tuple[ToldCheck, ...]:
    """Return the fifteen checks of a station in order, everything in words.

    Parameters
    ----------
    study : Study
        A study of the kind `compliance`.
    row : mapping
        The station in its results.
    words : Words
        The language.
    """
    findings = [one for each in study.results["stations"] for one in each["findings"]]
    names = {one["id"]: one["name"] for one in study.inputs["stations"]}
    teller = Teller(findings, names, words)
    checks = []
    for mark in check_marks(row):
        found = [one for one in row["findings"] if one["check"] == mark.check]
        told = [teller.finding(one) for one in sorted(found, key=gravity)]
        text = words.outcome(mark.outcome) if mark.outcome else words.sentence(str(mark.why))
        checks.append(
            ToldCheck(
                mark=mark,
                title=check_title(mark.check, words),
                outcome_text=text,
                deciding=tuple(one for one in told if not one.advisory),
                advisory=tuple(one for one in told if one.advisory),
            )
        )
    return tuple(checks)


class Teller:
    """Puts the findings of one study into words.

    Parameters
    ----------
    findings : iterable of mapping
        All of them, as the study holds them.
    names : mapping
        Names of their counterparts, by identifier.
    words : Words
        The language.
    """

    def __init__(
        self, findings: Iterable[Mapping[str, Any]], names: Mapping[str, str], words: Words
    ) -> None:
        self._words = words
        self._names = names
        self._rules = {
            basis(rule, Language.VI): basis(rule, words.language)
            for rule in (finding["rule"] for finding in findings)
        }

    def finding(self, written: Mapping[str, Any]) -> ToldFinding:
        """Return one of them in words."""
        words, rule = self._words, written["rule"]
        other = written["counterpart"]
        return ToldFinding(
            outcome=written["outcome"],
            outcome_text=words.outcome(written["outcome"]),
            advisory=_advisory(written),
            reason=_reason(written, words),
            rule=str(rule[f"title_{words.language}"]),
            basis=basis(rule, words.language),
            confidence=words.confidence(rule["confidence"]),
            force=words.sentence(f"findings.force.{force_of(rule)}"),
            note=str(rule.get(f"note_{words.language}") or ""),
            counterpart=self._names.get(other, other),
            counterpart_id=other if other in self._names else None,
            margin_db=written["margin_db"],
            agreement=_agreement(written),
            missing=tuple(
                words.sentence(key, written["values"]) for key in dict.fromkeys(written["missing"])
            ),
            measure=_measure(written["measure"], words),
            reservations=tuple(
                words.sentence(f"compliance.reservation.{one}") for one in written["reservations"]
            ),
            changes=tuple(_changes(written.get("changes"), words)),
            evidence=tuple(self._evidence(item, written["check"]) for item in written["evidence"]),
        )

    def _evidence(self, item: Mapping[str, Any], check: str) -> ToldEvidence:
        words = self._words
        parts = dict.fromkeys(str(item["source"]).split("; "))
        return ToldEvidence(
            label=words.label(item["name"], _catalogue(check)),
            value=_with_uncertainty(item, words),
            kind=words.say(f"evidence.{item['kind']}"),
            source="; ".join(self._rules.get(part) or words.source(part) for part in parts),
            confidence=words.confidence(item["confidence"]),
        )


def _catalogue(check: str) -> str:
    """Return where the names of a check's evidence stand: one catalogue for those of a site."""
    return "planning" if check.startswith("siting.") else check


def _advisory(finding: Mapping[str, Any]) -> bool:
    return bool(finding["rule"].get("advisory", False))


def _gravest(findings: Iterable[Mapping[str, Any]]) -> str | None:
    return min((finding["outcome"] for finding in findings), key=ORDER.index, default=None)


def gravity(finding: Mapping[str, Any]) -> tuple[int, bool, float]:
    """Return the place of a finding in its check: the gravest first, then the least margin."""
    margin = finding["margin_db"]
    return ORDER.index(finding["outcome"]), margin is None, 0.0 if margin is None else margin


def _measure(measure: Mapping[str, Any] | None, words: Words) -> tuple[str, ...]:
    if measure is None:
        return ()
    values = {name: value for name, value in measure.items() if name != "what"}
    told = [words.sentence(str(measure.get("what", "")), values)]
    latitude, longitude = measure.get("latitude"), measure.get("longitude")
    if latitude is not None and longitude is not None and f"{latitude:.5f}" not in told[0]:
        told.append(
            words.say(
                "position_value",
                latitude=words.number(latitude, 5),
                longitude=words.number(longitude, 5),
            )
        )
    return tuple(line for line in told if line)


def _with_uncertainty(item: Mapping[str, Any], words: Words) -> str:
    value = words.value(item["name"], item["value"])
    if item["uncertainty"] is None:
        return value
    return words.say(
        "value_uncertainty",
        value=value,
        uncertainty=words.value(item["name"], item["uncertainty"]),
    )


def _reason(written: Mapping[str, Any], words: Words) -> str:
    """Return why, with what other models say of it."""
    reason = words.sentence(written["reason"], written["values"])
    return f"{reason} {agreement_said(written, words.language)}".rstrip()


def _agreement(written: Mapping[str, Any]) -> str | None:
    """Return whether other models agree, or else whether other methods of summation do."""
    models = written.get("agreement")
    if models is not None:
        return str(models["verdict"])
    methods = written["values"].get("agreement")
    return None if methods is None else str(methods)


def _changes(changes: Iterable[Mapping[str, Any]] | None, words: Words) -> Iterable[str]:
    """Yield what would make a finding pass, in words."""
    for change in changes or ():
        yield " ".join(change_said(change, words.language))
