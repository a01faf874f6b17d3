"""Forty acts, written out by hand from the text of the decrees, on both sides of 2026-07-01."""

from dataclasses import replace
from datetime import date

import pytest

from data import path
from gis.errors import FormatError, NotFoundError
from gis.sanctions import SanctionBook
from propagation.compliance.sanctions import Act, Known, Sanction, sanction

M = 1_000_000
FILE = path("rules/sanctions.toml").read_bytes()
BOOK = SanctionBook({"sanctions.toml": FILE})
SEEN = date(2026, 11, 23)
OLD, NEW = date(2026, 6, 30), date(2026, 7, 1)
ALL = ("centre", "commune", "department", "director_general", "province")
NOT_RADIO = ("commune", "department", "director_general", "province")
LARGE = ("department", "director_general", "province")
LARGEST = ("director_general", "province")

Fine = tuple[str, dict[str, object], bool, float, float, str, tuple[str, ...]]
FINES: list[Fine] = [
    # behaviour, facts, a person?, least, most (million dong), article, who may fine
    ("radio_no_licence", {"power_w": 0.5}, False, 2, 5, "66.5", ALL),
    ("radio_no_licence", {"power_w": 15}, False, 2, 5, "66.5", ALL),
    ("radio_no_licence", {"power_w": 15.1}, False, 5, 10, "66.5", ALL),
    ("radio_no_licence", {"power_w": 100}, False, 5, 10, "66.5", ALL),
    ("radio_no_licence", {"power_w": 100}, True, 2.5, 5, "66.5", ALL),
    ("radio_no_licence", {"power_w": 101}, False, 10, 15, "66.5", ALL),
    ("radio_no_licence", {"power_w": 1000}, False, 15, 20, "66.5", ALL),
    ("radio_no_licence", {"power_w": 20_000}, False, 50, 70, "66.5", ALL),
    ("radio_no_licence", {"power_w": 20_001}, False, 140, 170, "66.10", LARGEST),
    ("radio_no_licence", {"power_w": 20_001}, True, 70, 85, "66.10", LARGEST),
    ("radio_wrong_frequency", {"power_w": 15}, False, 0.6, 1, "66.6", ALL),
    ("radio_wrong_frequency", {"power_w": 500}, True, 1, 2.5, "66.6", ALL),
    ("radio_wrong_frequency", {"power_w": 20_000}, False, 20, 30, "66.6", ALL),
    ("radio_wrong_frequency", {"power_w": 30_000}, False, 30, 50, "66.6", ALL),
    ("subscriber_sims", {"count": 10}, False, 10, 20, "34", NOT_RADIO),
    ("subscriber_sims", {"count": 11}, False, 20, 40, "34", NOT_RADIO),
    ("subscriber_sims", {"count": 41}, False, 80, 100, "34", NOT_RADIO),
    ("subscriber_points", {"count": 2}, False, 10, 20, "34", NOT_RADIO),
    ("subscriber_points", {"count": 9}, False, 80, 100, "34", NOT_RADIO),
    ("subscriber_own", {"count": 4}, False, 0.8, 2, "34", NOT_RADIO),
    ("subscriber_own", {"count": 501}, False, 30, 50, "34", NOT_RADIO),
    ("subscriber_database", {}, False, 180, 200, "34", LARGEST),
    ("internal_network_no_licence", {"count": 2}, False, 2, 5, "66.3", ALL),
    ("internal_network_no_licence", {"count": 3}, False, 5, 10, "66.3", ALL),
    ("interference", {"victim": "within_province"}, False, 5, 10, "78.3", ALL),
    ("interference", {"victim": "national"}, False, 10, 30, "78.4", ALL),
    ("interference", {"victim": "safety"}, True, 15, 25, "78.5", ALL),
    ("refuse_lease", {}, False, 20, 30, "39.2.a", NOT_RADIO),
    ("safety_standards", {}, False, 30, 50, "43.2", NOT_RADIO),
    ("destroy_telecom", {}, False, 100, 140, "43.5", LARGE),
    ("no_public_notice", {}, False, 0.6, 1, "55.1", NOT_RADIO),
    ("dispute_decision", {}, False, 140, 170, "62.3", LARGEST),
]  # fmt: skip


def judged(
    behaviour: str, ended: date | None = NEW, *, seen: date = SEEN, **facts: object
) -> Sanction:
    return BOOK.judge(behaviour, seen, ended_on=ended, **facts)


def _in_full(article: str) -> str:
    """Return "39.2.a" as "điểm a khoản 2 Điều 39"."""
    names = ("Điều", "khoản", "điểm")
    parts = [f"{name} {one}" for name, one in zip(names, article.split("."), strict=False)]
    return " ".join(reversed(parts))


@pytest.mark.parametrize("case", FINES, ids=str)
def test_the_range_of_an_act_after_the_day(case: Fine) -> None:
    behaviour, facts, person, least, most, article, who = case
    found = judged(behaviour, organisation=not person, **facts)
    assert found.known is Known.RANGE
    assert (found.minimum_vnd, found.maximum_vnd) == pytest.approx((least * M, most * M))
    assert found.clause in (article, _in_full(article)), "a step has its article in short"
    names = tuple(sorted(one.id.rpartition(".")[2] for one in found.authorities))
    assert names == who
    assert found.rule is not None
    assert found.rule.instrument == "Nghị định 174/2026/NĐ-CP"


OVER_THE_DAY = [
    # behaviour, began, ended (None: goes on), judged, the decree, whether a range is known
    ("radio_no_licence", date(2026, 6, 1), OLD, SEEN, "15/2020", False),
    ("radio_no_licence", date(2026, 6, 1), NEW, SEEN, "174/2026", True),
    ("radio_no_licence", date(2026, 6, 1), None, SEEN, "174/2026", True),
    ("radio_no_licence", date(2026, 6, 1), None, OLD, "15/2020", False),
    ("refuse_lease", OLD, OLD, SEEN, "15/2020", False),
    ("refuse_lease", NEW, NEW, SEEN, "174/2026", True),
    ("subscriber_sims", date(2021, 1, 1), date(2021, 5, 5), SEEN, "15/2020", False),
    ("subscriber_sims", None, date(2019, 12, 31), SEEN, "", False),
]


@pytest.mark.parametrize(("behaviour", "began", "ended", "seen", "number", "known"), OVER_THE_DAY)
def test_the_decree_is_that_of_the_end(
    *, behaviour: str, began: date | None, ended: date | None, seen: date, number: str, known: bool
) -> None:
    facts = {"power_w": 50.0, "count": 11, "organisation": True, "began_on": began}
    found = judged(behaviour, ended, seen=seen, **facts)
    assert (found.known is Known.RANGE) == known
    assert number in ("" if found.decree is None else found.decree.instrument)
    if known:
        assert found.minimum_vnd is not None
        return
    expected = Known.AMOUNT_NOT_IN_DATA if number else Known.DECREE_NOT_IN_DATA
    assert (found.known, found.minimum_vnd, found.authorities) == (expected, None, ())


def test_there_are_forty() -> None:
    assert len(FINES) + len(OVER_THE_DAY) == 40


def test_the_last_day_of_the_limitation() -> None:
    last = date(2027, 7, 1)
    for seen, over in ((last, False), (date(2027, 7, 2), True)):
        found = judged("safety_standards", seen=seen, organisation=True)
        assert (found.limitation_to, found.limitation_over) == (last, over)
    imported = judged("import_72", organisation=True)
    assert (imported.limitation_years, imported.limitation_to) == (2, date(2028, 7, 1))
    assert imported.known is Known.AMOUNT_NOT_IN_DATA
    leap = judged("refuse_lease", date(2028, 2, 29), seen=date(2028, 3, 1), organisation=True)
    assert leap.limitation_to == date(2029, 2, 28)
    going_on = judged("refuse_lease", None, organisation=True, began_on=date(2020, 5, 1))
    assert (going_on.limitation_from, going_on.limitation_over) == (SEEN, False)


def test_what_is_not_known_is_asked_by_name() -> None:
    assert judged("radio_no_licence").missing == ("power_w", "organisation")
    assert judged("radio_no_licence", organisation=True).missing == ("power_w",)
    assert judged("interference", organisation=False).missing == ("victim",)
    assert judged("subscriber_sims", count=3).missing == ("organisation",)
    asked = judged("radio_no_licence")
    assert (asked.known, asked.minimum_vnd, asked.severity) == (Known.FACTS_MISSING, None, None)
    assert asked.limitation_to == date(2027, 7, 1)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"power_w": 0.0}, "power_w"),
        ({"power_w": -1.0}, "power_w"),
        ({"count": 0}, "count"),
        ({"began_on": date(2026, 7, 2)}, "began_on"),
    ],
)
def test_what_cannot_have_been_is_refused(facts: dict[str, object], name: str) -> None:
    with pytest.raises(FormatError) as caught:
        judged("radio_no_licence", organisation=True, **facts)
    assert caught.value.values["name"] == name


def test_other_refusals() -> None:
    with pytest.raises(FormatError, match="after the day judged"):
        judged("refuse_lease", date(2026, 11, 24))
    with pytest.raises(FormatError, match="class of victims"):
        judged("interference", organisation=True, victim="me")
    with pytest.raises(NotFoundError):
        judged("nonsense")


def test_who_may_fine_for_each_is_who_may_fine_them_all() -> None:
    name = "sanction.act.subscriber_own"
    rules = dict(BOOK.on(SEEN))
    dear = {**rules[name].parameters, "maximum_vnd": [30 * M, 40 * M, 50 * M, 60 * M]}
    rules[name] = replace(rules[name], parameters=dear)
    for count, wanted in ((1, NOT_RADIO), (6, LARGEST)):
        act = Act(behaviour="subscriber_own", judged_on=SEEN, count=count, organisation=True)
        found = sanction(act, rules)
        assert found.maximum_vnd == 30 * M * count
        assert {one.id.rpartition(".")[2] for one in found.authorities} == set(wanted)


def test_severity_and_order() -> None:
    classes = {
        name: judged(name, organisation=True, power_w=1.0, count=1, victim="safety").severity
        for name in BOOK.behaviours
    }
    assert classes["radio_no_licence"] == "low"
    assert classes["refuse_lease"] == "medium"
    assert classes["interference_after_stop"] == "high"
    assert classes["band_no_licence"] == "very_high"
    assert classes["import_72"] is None
    assert next(iter(BOOK.behaviours.values())).clause == "Điều 34"
    assert list(BOOK.behaviours.values())[-1].clause == "Điều 80"


FORMER = """
[[rule]]
id = "sanction.act.refuse_lease"
title_vi = "Từ chối cho thuê"
title_en = "Refusing to lease"
instrument = "Nghị định 15/2020/NĐ-CP"
clause = "Điều 0"
valid_to = 2026-06-30
confidence = "recalled"
source = "thử"
binding = true
[rule.parameters]
order = 1
field = "telecom"
minimum_vnd = [1000000]
maximum_vnd = [2000000]
limitation_years = 1
"""


def test_a_file_of_the_administrator_fills_the_gap() -> None:
    book = SanctionBook({"sanctions.toml": FILE, "sanctions_2020.toml": FORMER.encode()})
    found = book.judge("refuse_lease", SEEN, ended_on=OLD, organisation=True)
    assert (found.known, found.minimum_vnd, found.clause) == (Known.RANGE, M, "Điều 0")
    person = book.judge("refuse_lease", SEEN, ended_on=OLD, organisation=False)
    assert (person.known, person.minimum_vnd) == (Known.SHARE_NOT_IN_DATA, None)
    after = book.judge("refuse_lease", SEEN, ended_on=NEW, organisation=True)
    assert after.minimum_vnd == 20 * M
    assert book.behaviours["refuse_lease"].title_en.startswith("Refusing to lease passive")


@pytest.mark.parametrize(
    ("before", "after", "line", "named"),
    [
        ("minimum_vnd = [1000000]", "minimum_vnd = [1000000, 2]", 15, "minimum_vnd"),
        ("maximum_vnd = [2000000]", "maximum_vnd = [200]", 16, "maximum_vnd"),
        ('field = "telecom"', 'field = "space"', 14, "field"),
        ("limitation_years = 1", "limitation_years = 0", 17, "limitation_years"),
        ("order = 1", 'order = 1\nmeasure = "weight"', 14, "measure"),
        ("order = 1", 'order = 1\nmeasure = "count"\nup_to = [9, 9]', 15, "up_to"),
        ("order = 1", "", 3, "order"),
    ],
)
def test_a_file_that_no_answer_could_read_is_refused_with_its_line(
    before: str, after: str, line: int, named: str
) -> None:
    assert before in FORMER
    book = SanctionBook({"own.toml": FORMER.replace(before, after).encode()})
    with pytest.raises(FormatError) as caught:
        book.on(OLD)
    assert caught.value.values["name"] == named
    if named != "order":
        assert caught.value.values["line"] == line
