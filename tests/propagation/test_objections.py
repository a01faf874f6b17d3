"""Which findings object, about what, and who could do something about each of them."""

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from data import path
from propagation.compliance.conclusions import conclude, unconcluded
from propagation.compliance.objections import (
    Change,
    Helper,
    changes_for,
    helper_for,
    is_reception,
    newly_objecting,
    objects,
    solved,
    subject_of,
)
from propagation.compliance.records import (
    Confidence,
    Evidence,
    EvidenceKind,
    Finding,
    Outcome,
    Reservation,
    Rule,
)

RULE = Rule(
    id="r",
    title_vi="r",
    title_en="r",
    instrument="i",
    clause="c",
    valid_from=None,
    valid_to=None,
    confidence=Confidence.VERIFIED,
    source="s",
)
FACT = Evidence(EvidenceKind.RECORD, "erp_total_dbw", 30.0, "s")


def finding(
    check: str,
    reason: str,
    outcome: Outcome,
    counterpart: str | None = None,
    rule: Rule = RULE,
) -> Finding:
    first = unconcluded(check, rule, f"x.reason.{reason}", (FACT,), {}, counterpart=counterpart)
    return replace(first, outcome=outcome, missing=("m",))


def test_what_objects() -> None:
    """A limit kept on flat terrain does not, whatever its reason says; any other doubt does."""
    on_flat = replace(FACT, reservations=frozenset({Reservation.FLAT_TERRAIN}))
    predicted = replace(FACT, kind=EvidenceKind.PREDICTION)
    for evidence, outcome, expected in (
        (on_flat, Outcome.COMPLIES, False),
        (on_flat, Outcome.VIOLATES, True),
        (on_flat, Outcome.NEEDS_VERIFICATION, True),
        (predicted, Outcome.COMPLIES, False),
        (predicted, Outcome.VIOLATES, True),
        (FACT, Outcome.COMPLIES, False),
        (FACT, Outcome.VIOLATES, True),
        (FACT, Outcome.NEEDS_VERIFICATION, True),
    ):
        open_ = unconcluded("x", RULE, "x.reason.word", (evidence,), {})
        concluded = conclude(open_, outcome=outcome)
        assert objects(concluded) is expected
        assert concluded.held_back is (evidence is on_flat and outcome is Outcome.COMPLIES)
        assert not conclude(concluded, outcome=Outcome.NEEDS_VERIFICATION).held_back
    assert not objects(finding("x", "broken", Outcome.NOT_ASSESSABLE))


def test_what_a_finding_is_about() -> None:
    def about(check: str, reason: str, rule: Rule = RULE) -> str:
        return subject_of(finding(check, reason, Outcome.COMPLIES, rule=rule))[1]

    assert about("protection_ratios", "protection_caused_kept") == "caused"
    assert about("protection_ratios", "protection_caused_broken") == "caused"
    assert about("border", "field_tropospheric_kept") == "tropospheric"
    assert about("border", "field_steady_exceeded") == "steady"
    assert about("border", "distance_within_low_power") == "distance"
    assert about("allotment", "allotment_channel_left") == "channel"
    assert about("allotment", "network_disturbed") == "network"
    by_ratio = replace(RULE, id="ratio")
    assert about("contour_overlap", "caused_overlap", by_ratio) == "caused ratio"
    assert about("contour_overlap", "caused_clear", by_ratio) == "caused ratio"
    assert about("contour_overlap", "caused_overlap") == "caused r"
    assert is_reception(finding("contour_overlap", "received_overlap", Outcome.COMPLIES))
    assert is_reception(finding("service_area", "present_kept", Outcome.COMPLIES))
    assert not is_reception(finding("contour_overlap", "caused_overlap", Outcome.COMPLIES))


ALL, CARRIER, FIELD = tuple(Change), (Change.CHANNEL,), (Change.ERP, Change.HEIGHT)
HELP = [
    ("protection_ratios", "protection_received_broken", CARRIER, Helper.OTHER_STATION),
    ("protection_ratios", "protection_caused_broken", ALL, None),
    ("usable_field", "received_broken_robust", CARRIER, Helper.OTHER_STATION),
    ("usable_field", "caused_agreement_required_alone_robust", ALL, None),
    ("service_area", "present_exceeded_people", CARRIER, Helper.OTHER_STATION),
    ("service_area", "caused_exceeded", ALL, None),
    ("contour_overlap", "caused_overlap", ALL, None),
    ("contour_overlap", "received_overlap", CARRIER, Helper.OTHER_STATION),
    ("border", "distance_within_clamped", FIELD, None),
    ("border", "field_steady_exceeded", FIELD, None),
    ("boundary_protection", "boundary_predicted_exceeded", FIELD, None),
    ("boundary_protection", "boundary_measured_exceeded", (Change.ERP,), None),
    ("protected_sites", "monitoring_exceeded", FIELD, None),
    ("protected_sites", "blanketing_unknown", (), Helper.POPULATION),
    ("aeronautical", "screen_within", (Change.ERP, Change.CHANNEL), None),
    ("aeronautical", "b1_below_exceeded", (Change.ERP, Change.CHANNEL), None),
    ("intermodulation", "hit", CARRIER, None),
    ("intermodulation", "own_channel", CARRIER, None),
    ("exposure", "site_exceeded", (Change.ERP,), None),
    ("erp_and_height", "antenna_height_exceeded", (Change.HEIGHT,), None),
    ("erp_and_height", "polarization_other", (), Helper.POLARIZATION),
    ("plan_identity", "raster_left", CARRIER, None),
    ("plan_identity", "site_left", (), Helper.SITE),
    ("plan_identity", "programme_other", (), Helper.PROGRAMME),
    ("plan_identity", "plan_entry_absent", (), Helper.PLAN),
    ("allotment", "allotment_field_exceeded", FIELD, None),
    ("allotment", "network_disturbed", (), Helper.NETWORK),
    ("validity", "licence_expired", (), Helper.DOCUMENT),
    ("data_audit", "coordinate_near_boundary", (), Helper.RECORD),
    ("not_yet_written", "anything", (), Helper.AUTHORITY),
]


@pytest.mark.parametrize(("check", "reason", "changes", "helper"), HELP)
def test_who_can_change_what(
    check: str, reason: str, changes: tuple[Change, ...], helper: Helper | None
) -> None:
    found = finding(check, reason, Outcome.NEEDS_VERIFICATION, "b")
    assert changes_for(found) == changes
    assert helper_for(found) is helper
    kept = replace(found, outcome=Outcome.COMPLIES, missing=())
    assert (changes_for(kept), helper_for(kept)) == ((), None)


WORDS_THAT_OBJECT = {
    "left", "other", "exceeded", "broken", "differs", "differ", "implausible", "outside", "near",
    "within", "overlap", "hit", "own", "expired", "reversed", "term", "inhabited", "disturbed",
    "required",
}  # fmt: skip
NAMED = (
    "aeronautical",
    "border",
    "contour_overlap",
    "exposure",
    "intermodulation",
    "protected_sites",
    "service_area",
    "usable_field",
    "validity",
)


@pytest.mark.parametrize("check", NAMED)
def test_every_reason_that_objects_has_a_change_or_a_helper(check: str) -> None:
    catalogue = tomllib.loads(Path(path(f"messages/{check}.toml")).read_text(encoding="utf-8"))
    reasons = [key.removeprefix("reason.") for key in catalogue if key.startswith("reason.")]
    objecting = [one for one in reasons if not WORDS_THAT_OBJECT.isdisjoint(one.split("_"))]
    assert objecting
    for reason in objecting:
        found = finding(check, reason, Outcome.NEEDS_VERIFICATION)
        assert changes_for(found) or helper_for(found) not in {None, Helper.AUTHORITY}, reason


def test_only_what_did_not_object_before_is_new() -> None:
    old = finding("x", "a_exceeded", Outcome.NEEDS_VERIFICATION, "b")
    other = finding("x", "a_exceeded", Outcome.NEEDS_VERIFICATION, "c")
    kept = finding("x", "d_kept", Outcome.COMPLIES)
    assert newly_objecting([old], [old, other, kept]) == (other,)
    assert newly_objecting([old], [old, old]) == (old,)
    assert newly_objecting([kept], [finding("x", "d_left", Outcome.VIOLATES)]) != ()


def test_a_finding_is_solved_only_where_it_could_be_made() -> None:
    unknown = finding("usable_field", "caused_no_point", Outcome.NOT_ASSESSABLE, "b")
    assert not solved([unknown], subject_of(unknown))
    kept = finding("aeronautical", "b1_below_kept", Outcome.COMPLIES)
    not_known = finding("aeronautical", "b1_com", Outcome.NOT_ASSESSABLE)
    about = subject_of(kept)
    assert not solved([kept, not_known], about), "one more point could not be judged"
    assert solved([kept, not_known], about, before=[not_known]), "nor could it before"
    assert solved([], ("intermodulation", "hit", "v"))
    assert solved([], ("usable_field", "caused", "b")), "what is done to others may be nothing"
    assert not solved([], ("plan_identity", "frequency", None)), "the plan has to speak of it"
    assert solved([finding("plan_identity", "frequency_same", Outcome.COMPLIES)],
                  ("plan_identity", "frequency", None))  # fmt: skip
