"""Documents of a station against the day judged."""

from datetime import date, timedelta

import pytest

from data.text import Language, text
from propagation.compliance import validity
from propagation.compliance.facts_validity import DocumentFacts, ValidityFacts
from propagation.compliance.records import Confidence, Outcome
from tests.propagation.site_checks import ON, by_reason, said, shipped

FIVE_YEARS = DocumentFacts(
    number="12/GP", valid_from=date(2023, 1, 1), valid_to=date(2027, 12, 31)
)


@pytest.fixture
def check(station):
    """Run the check as shipped; return the findings by reason."""

    def run(facts: ValidityFacts, *, on: date = ON, record=None, **changes):
        findings = validity.check(
            record or station(),
            facts,
            on=on,
            rule=shipped("station.licence", on, **changes),
            certificate_rule=shipped("station.certificate", on),
            conformity_rule=shipped("station.conformity", on),
        )
        assert all(finding.check == "validity" for finding in findings)
        return by_reason(said(findings))

    return run


def licence(**changes) -> ValidityFacts:
    parts = {"number": "12/GP", "valid_from": date(2023, 1, 1), "valid_to": date(2027, 12, 31)}
    return ValidityFacts(licence=DocumentFacts(**{**parts, **changes}))


def test_everything_in_force(check) -> None:
    facts = ValidityFacts(
        licence=FIVE_YEARS,
        certificate=DocumentFacts(number="3/KĐ", valid_to=date(2027, 6, 30)),
        conformity=DocumentFacts(number="A1", valid_to=date(2028, 6, 30)),
        transmitter_power_w=2000.0,
    )
    found = check(facts)
    assert list(found) == [
        "licence_in_force", "certificate_in_force", "conformity_in_force", "next_certificate",
    ]  # fmt: skip
    assert {finding.outcome for finding in found.values()} == {Outcome.COMPLIES}
    # 23/11/2026 to 30/06/2027: 7 + 31 + 31 + 28 + 31 + 30 + 31 + 30 days
    assert found["next_certificate"].values["days"] == 219
    assert "30/06/2027" in text(
        found["next_certificate"].reason, Language.VI, **found["next_certificate"].values
    )


def test_the_last_day_counts(check) -> None:
    kept = check(licence(valid_to=ON))["licence_lapses"]
    assert (kept.outcome, kept.values["days"]) == (Outcome.COMPLIES, 0)
    over = check(licence(valid_to=ON - timedelta(days=1)))["licence_expired"]
    assert (over.outcome, over.values["days"]) == (Outcome.VIOLATES, 1)
    assert over.evidence[0].value == "12/GP"


def test_notice_is_a_parameter(check) -> None:
    near, far = ON + timedelta(days=90), ON + timedelta(days=91)
    assert "licence_lapses" in check(licence(valid_to=near))
    assert "licence_in_force" in check(licence(valid_to=far))
    assert "licence_lapses" in check(licence(valid_to=far), notice_days=91)


@pytest.mark.parametrize(
    "changes", [{"confidence": "recalled"}, {"binding": False}], ids=["recalled", "reference"]
)
def test_what_is_recalled_or_binds_nobody_convicts_nobody(check, changes) -> None:
    over = check(licence(valid_to=date(2026, 1, 1)), **changes)["licence_expired"]
    assert over.outcome is Outcome.NEEDS_VERIFICATION


def test_a_recalled_record_convicts_nobody(check, station) -> None:
    doubted = station(confidence=Confidence.RECALLED)
    over = check(licence(valid_to=date(2026, 1, 1)), record=doubted)["licence_expired"]
    assert over.outcome is Outcome.NEEDS_VERIFICATION


def test_not_yet_valid(check) -> None:
    later = DocumentFacts(
        number="12/GP", valid_from=ON + timedelta(days=8), valid_to=date(2030, 1, 1)
    )
    found = check(ValidityFacts(licence=later))["licence_not_yet"]
    assert (found.outcome, found.values["days"]) == (Outcome.NEEDS_VERIFICATION, 8)
    assert found.missing == ("validity.missing.on_air",)
    on_air = check(ValidityFacts(licence=later, in_service_from=ON))["licence_not_yet"]
    assert on_air.outcome is Outcome.VIOLATES
    planned = ValidityFacts(licence=later, in_service_from=ON + timedelta(days=1))
    assert check(planned)["licence_not_yet"].outcome is Outcome.NEEDS_VERIFICATION


def test_missing(check) -> None:
    found = check(ValidityFacts())
    assert list(found) == ["licence_absent", "certificate_power_unknown", "conformity_absent"]
    assert {finding.outcome for finding in found.values()} == {Outcome.NOT_ASSESSABLE}
    no_end = check(licence(valid_to=None))["licence_no_end"]
    assert no_end.missing == ("validity.missing.licence_to",)
    assert no_end.outcome is Outcome.NOT_ASSESSABLE


def test_reversed_dates_are_a_doubt_of_the_record(check) -> None:
    found = check(licence(valid_to=date(2022, 1, 1)))
    assert found["licence_reversed"].outcome is Outcome.NEEDS_VERIFICATION
    assert not any(name.startswith("next") for name in found)


def test_a_term_longer_than_the_law_allows(check) -> None:
    """Luật 42/2009/QH12, khoản 2 Điều 16: ten years."""
    ten = check(licence(valid_from=date(2020, 1, 1), valid_to=date(2030, 1, 1)))
    assert "licence_term" not in ten
    more = check(licence(valid_from=date(2020, 1, 1), valid_to=date(2030, 2, 1)))["licence_term"]
    assert more.outcome is Outcome.NEEDS_VERIFICATION


@pytest.mark.parametrize(
    ("power_w", "reason", "outcome"),
    [
        (149.0, "certificate_not_needed", Outcome.COMPLIES),
        (150.0, "certificate_needed", Outcome.NOT_ASSESSABLE),
        (None, "certificate_power_unknown", Outcome.NOT_ASSESSABLE),
    ],
)
def test_who_must_be_inspected(check, power_w, reason: str, outcome: Outcome) -> None:
    """Thông tư 08/2020/TT-BTTTT: FM and television from 150 W on (secondary)."""
    found = check(ValidityFacts(licence=FIVE_YEARS, transmitter_power_w=power_w))
    assert found[reason].outcome is outcome


def test_the_cycle_ends_a_certificate_without_an_end(check) -> None:
    """Five years after the first day; the 29th of February becomes the 28th."""
    dated = DocumentFacts(number="3/KĐ", valid_from=date(2020, 2, 29))
    facts = ValidityFacts(certificate=dated, transmitter_power_w=500.0)
    kept = check(facts, on=date(2025, 2, 28))
    assert kept["certificate_lapses"].outcome is Outcome.COMPLIES
    assert kept["next_certificate"].values["valid_to"] == "2025-02-28"
    assert check(facts, on=date(2025, 3, 1))["certificate_expired"].outcome is Outcome.VIOLATES


def test_conformity_that_ended_is_only_to_be_verified(check) -> None:
    ended = ValidityFacts(conformity=DocumentFacts(number="A1", valid_to=date(2024, 1, 1)))
    found = check(ended)["conformity_expired"]
    assert found.outcome is Outcome.NEEDS_VERIFICATION
    assert found.missing == ("validity.missing.conformity_view",)


def test_the_sanction_goes_by_the_day() -> None:
    assert "15/2020" in shipped("station.licence", date(2026, 6, 30)).instrument
    assert "174/2026" in shipped("station.licence", date(2026, 7, 1)).instrument
    assert "Nghị định" not in shipped("station.licence", date(2020, 4, 14)).instrument


def test_before_the_list_nothing_is_said_of_inspection(station) -> None:
    findings = validity.check(
        station(), ValidityFacts(licence=FIVE_YEARS), on=ON, rule=shipped("station.licence"),
        certificate_rule=None, conformity_rule=None,
    )  # fmt: skip
    assert list(by_reason(findings)) == ["licence_in_force", "next_licence"]
