"""Findings in words: the signs of a station, what decides and what stands beside."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from data.text import Language
from gis.errors import NotFoundError
from gis.studies.record import Study
from maps.documents.content import Paragraph, Section, Table
from maps.documents.report import study_report
from maps.findings import check_marks, told_checks
from maps.words import Words
from propagation.compliance.catalogue import CATALOGUE

MakeStudy = Callable[..., Study]


def advisory(finding: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {**finding, "rule": {**finding["rule"], "advisory": True}, **changed}


def with_findings(study: Study, findings: list[dict[str, Any]], **more: Any) -> Study:
    row = {**study.results["stations"][0], "findings": findings, **more}
    return replace(study, results={**study.results, "stations": [row]})


def row_of(study: Study) -> dict[str, Any]:
    row: dict[str, Any] = study.results["stations"][0]
    return row


def test_fifteen_signs_in_the_order_of_the_catalogue(make_compliance_study: MakeStudy) -> None:
    marks = check_marks(row_of(make_compliance_study()))
    assert [mark.check for mark in marks] == list(CATALOGUE)
    assert [mark.number for mark in marks] == list(range(1, 16))
    outcomes = {mark.check: mark.outcome for mark in marks if mark.outcome}
    assert outcomes == {
        "erp_and_height": "violates",
        "protection_ratios": "needs_verification",
        "data_audit": "not_assessable",
    }
    assert marks[0].why == "findings.no_finding", "a study kept before checks had a row"


def test_an_advisory_finding_makes_no_sign_beside_one_that_decides(
    make_compliance_study: MakeStudy,
) -> None:
    study = make_compliance_study()
    violated, doubted, unknown = row_of(study)["findings"]
    beside = advisory(doubted, check="erp_and_height")
    kept = {**violated, "outcome": "complies"}
    both = with_findings(study, [beside, kept, advisory(unknown)])
    marks = {mark.check: mark for mark in check_marks(row_of(both))}
    assert (marks["erp_and_height"].outcome, marks["erp_and_height"].advisory) == (
        "complies",
        False,
    )
    assert (marks["data_audit"].outcome, marks["data_audit"].advisory) == ("not_assessable", True)
    told = told_checks(both, row_of(both), Words(Language.EN))[1]
    assert [one.outcome for one in told.deciding] == ["complies"]
    assert [one.outcome for one in told.advisory] == ["needs_verification"]
    assert told.advisory[0].force.startswith("Advisory")
    assert told.margin_db == -1.14, "that of what decides"


def test_the_gravest_comes_first_and_the_least_margin_of_equals(
    make_compliance_study: MakeStudy,
) -> None:
    study = make_compliance_study()
    violated, doubted, _ = row_of(study)["findings"]
    several = [
        {**doubted, "check": "erp_and_height", "margin_db": None},
        {**violated, "margin_db": -0.5},
        {**doubted, "check": "erp_and_height", "margin_db": -3.0},
        {**violated, "margin_db": -2.5},
    ]
    made = with_findings(study, several)
    told = told_checks(made, row_of(made), Words(Language.VI))[1]
    assert [(one.outcome, one.margin_db) for one in told.deciding] == [
        ("violates", -2.5),
        ("violates", -0.5),
        ("needs_verification", -3.0),
        ("needs_verification", None),
    ]


def test_agreement_and_what_to_change_are_told_where_a_finding_has_them(
    make_compliance_study: MakeStudy,
) -> None:
    study = make_compliance_study()
    violated = row_of(study)["findings"][0]
    change = {
        "kind": "height",
        "passes": True,
        "re_checked": False,
        "values": {"height_step_m": 5.0, "height_floor_m": 10.0},
    }
    told = {
        **violated,
        "values": {**violated["values"], "agreement": "model_sensitive"},
        "changes": [change],
    }
    made = with_findings(study, [told])
    finding = told_checks(made, row_of(made), Words(Language.EN))[1].deciding[0]
    assert finding.agreement == "model_sensitive"
    (change_told,) = finding.changes
    assert "without going below 10 m" in change_told


def sections(study: Study, **more: Any) -> dict[str, Section]:
    return {one.heading: one for one in study_report(study, "en", **more).sections}


def test_advisory_findings_stand_apart_and_beyond_three_in_a_table(
    make_compliance_study: MakeStudy,
) -> None:
    study = make_compliance_study()
    doubted = row_of(study)["findings"][1]
    made = with_findings(study, [advisory(doubted, margin_db=-float(n)) for n in range(1, 6)])
    apart = sections(made)["Advisory findings"]
    assert isinstance(apart.blocks[0], Paragraph)
    (rest,) = (b for b in apart.blocks if isinstance(b, Table) and "Further" in b.caption)
    assert [row[0] for row in rest.rows] == ["3.4", "3.5"]
    assert [row[4] for row in rest.rows] == ["-2.0", "-1.0"], "the gravest three stand above"
    assert not sections(made)["Findings that decide"].blocks


def test_the_edge_has_a_row_for_each_azimuth(make_compliance_study: MakeStudy) -> None:
    study = make_compliance_study()
    point = {
        "azimuth_deg": 120,
        "distance_km": 23.4,
        "wanted_dbuvm": 66.5,
        "minimum_dbuvm": 66.0,
        "usable_dbuvm": {"simplified_multiplication": 61.2, "power_sum": None, "t_lnm": 60.4},
        "dominant": None,
    }
    made = with_findings(study, row_of(study)["findings"], edge=[point])
    heading = "Service edge on 36 azimuths and usable field strengths"
    table = next(b for b in sections(made)[heading].blocks if isinstance(b, Table))
    assert len(table.rows) == 36
    assert table.rows[12] == ("120", "37.0", "23.4", "66.5", "66.0", "61.2", "–", "60.4")
    assert table.rows[13] == ("130", "37.0", "–", "–", "–", "–", "–", "–")
    assert heading not in sections(study), "a study that kept none says nothing of it"


def test_one_station_of_many_is_reported_in_full(make_compliance_study: MakeStudy) -> None:
    study = make_compliance_study(3)
    rows = study.results["stations"]
    whole = study_report(study)
    alone = study_report(study, station_id=rows[1]["station_id"])
    assert rows[1]["name"] in alone.title
    assert len(alone.sections) > len(whole.sections) - 3
    assert "Kết quả quyết định kết luận chung" in [one.heading for one in alone.sections]
    assert "Kết quả quyết định kết luận chung" not in [one.heading for one in whole.sections]
    with pytest.raises(NotFoundError):
        study_report(study, station_id="nobody")


def test_a_coverage_has_no_station_of_its_own(coverage_study: Study) -> None:
    with pytest.raises(NotFoundError):
        study_report(coverage_study, station_id="b0")


def test_rules_and_plans_stand_with_their_spans(make_compliance_study: MakeStudy) -> None:
    study = make_compliance_study()
    entry = {"id": "e", "plan_id": "p", "instrument": "TT 1", "valid_from": "2020-01-01",
             "valid_to": "2030-12-31",
             "provenance": {"confidence": "secondary", "source": "t"}}  # fmt: skip
    made = replace(study, inputs={**study.inputs, "plan_entries": [entry, entry]})
    tables = [
        b
        for b in sections(made)["Versions of plans, rules and boundaries"].blocks
        if isinstance(b, Table)
    ]
    assert tables[0].rows == (("p", "TT 1", "01/01/2020 to 31/12/2030", "Secondary source", "2"),)
    by_basis = {row[1]: row[2:] for row in tables[1].rows}
    assert by_basis["Thông tư 37/2017/TT-BTTTT, Phụ lục II"] == (
        "since 01/02/2018",
        "Secondary source",
        "binding",
    )
    assert by_basis["ITU-R BS.412-9, Phụ lục II"][2] == "reference"
