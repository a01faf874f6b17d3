"""Working days: a table of terms written out by hand, the calendar's properties, bad files.

Swapped days of 2024 to 2026 are compared with what is known of them from the announcements,
recalled: 29/4/2024 for 4/5; 2/5/2025 for 26/4; 2/1/2026 for 10/1 (not in the package `holidays`,
so a file of ours holds it, labelled recalled); 31/8/2026 for 22/8.
"""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.cases.decisions import load_decisions
from gis.cases.working_days import (
    FIRST_YEAR,
    LAST_YEAR,
    DayKind,
    WorkingCalendar,
    calendar_in_use,
    local_day,
)
from gis.errors import FormatError
from gis.home import Home
from gis.terms import Counting, Term, TermUnit
from propagation.compliance.records import Confidence

CALENDAR = WorkingCalendar(load_decisions())

# Start in Viet Nam, term, last day. "off" below is a holiday or a swapped day off.
CASES = [
    # 2024. Fri 2, Mon 5 to Wed 7 are four; off 8 to 14 (29 Tết to mùng 5); Thu 15, Fri 16, Mon 19.
    ("2024-02-01", "7wd", "2024-02-19"),
    # The last working day before Tết: the next is Thu 15.
    ("2024-02-07", "1wd", "2024-02-15"),
    # Received on mùng 1, a Saturday: it is not counted anyway; Thu 15, Fri 16.
    ("2024-02-10", "2wd", "2024-02-16"),
    # Mon 29/4 swapped off, 30/4 and 1/5 off; Thu 2, Fri 3, Sat 4 worked in the place of the 29th.
    ("2024-04-26", "3wd", "2024-05-04"),
    # Calendar days run through the holidays: 25 + 15 is Fri 10/5, worked.
    ("2024-04-25", "15d", "2024-05-10"),
    # 14 + 15 is Mon 29/4, swapped off: on to Thu 2/5.
    ("2024-04-14", "15d", "2024-05-02"),
    # Mon 2 and Tue 3/9 off; Wed 4 to Fri 6 are 3, 9 to 13 are 8, Mon 16 and Tue 17 are 10.
    ("2024-08-30", "10wd", "2024-09-17"),
    # A month from the 31st ends on the last day of a shorter one: 29/2/2024, a Thursday.
    ("2024-01-31", "1m", "2024-02-29"),
    # 2025. Tue 21 to Fri 24 are four; off Mon 27/1 to Fri 31/1; Mon 3, Tue 4, Wed 5/2.
    ("2025-01-20", "7wd", "2025-02-05"),
    # 17 + 15 is Sat 1/2, mùng 4: on to Mon 3.
    ("2025-01-17", "15d", "2025-02-03"),
    # Thu 24, Fri 25, Sat 26 worked, Mon 28, Tue 29 are five; off 30/4, 1/5, 2/5; Mon 5, Tue 6.
    ("2025-04-23", "7wd", "2025-05-06"),
    # 11 + 15 is Sat 26/4, which is worked: it does not move.
    ("2025-04-11", "15d", "2025-04-26"),
    # 17 + 15 is Fri 2/5, swapped off: on past the weekend to Mon 5.
    ("2025-04-17", "15d", "2025-05-05"),
    # Mon 7/4/2025 is Giỗ Tổ (10/3 of the lunar calendar): Tue 8.
    ("2025-04-04", "1wd", "2025-04-08"),
    # One minute before the change of 1/7/2025: the day is 30/6. 1 to 4 are four, 7, 8, 9.
    ("2025-06-30T23:59:00+07:00", "7wd", "2025-07-09"),
    # 17:00 UTC on 30/6 is midnight of 1/7 in Viet Nam: 2 to 4 are three, 7 to 10.
    ("2025-06-30T17:00:00+00:00", "7wd", "2025-07-10"),
    # Mon 1 and Tue 2/9 off: Wed 3.
    ("2025-08-29", "1wd", "2025-09-03"),
    # A month from 2/8 is 2/9, off: Wed 3.
    ("2025-08-02", "1m", "2025-09-03"),
    # No holiday: 1 to 5 and 8 to 12/12.
    ("2025-11-28", "10wd", "2025-12-12"),
    # Thu 1/1 off, Fri 2/1 swapped off (recalled): Mon 5, Tue 6.
    ("2025-12-31", "2wd", "2026-01-06"),
    # Wed 7, Thu 8, Fri 9, Sat 10 worked in the place of Fri 2 (recalled).
    ("2026-01-06", "4wd", "2026-01-10"),
    # 26 + 15 is Sat 10/1, worked (recalled): it does not move.
    ("2025-12-26", "15d", "2026-01-10"),
    # 2026. Wed 11 to Fri 13 are three; off Mon 16 to Fri 20; Mon 23 to Thu 26.
    ("2026-02-10", "7wd", "2026-02-26"),
    # 1 + 15 is Mon 16/2, the eve of Tết: on past the week to Mon 23.
    ("2026-02-01", "15d", "2026-02-23"),
    # Giỗ Tổ is Sun 26/4, so Mon 27 is off too: Tue 28.
    ("2026-04-24", "1wd", "2026-04-28"),
    # Wed 29; off Thu 30/4 and Fri 1/5; Mon 4, Tue 5.
    ("2026-04-28", "3wd", "2026-05-05"),
    # Thu 20, Fri 21, Sat 22 worked in the place of Mon 31; Mon 24 to Thu 27.
    ("2026-08-19", "7wd", "2026-08-27"),
    # 16 + 15 is Mon 31/8, swapped off; 1 and 2/9 off: Thu 3.
    ("2026-08-16", "15d", "2026-09-03"),
    # Tue 24/11 is Vietnam Cultural Day, a day off from 2026: Wed 25.
    ("2026-11-23", "1wd", "2026-11-25"),
    # Hours run from their moment through days off and do not move: Sat 14/2.
    ("2026-02-13T20:00:00+07:00", "24h", "2026-02-14"),
]


def test_there_are_thirty_cases() -> None:
    assert len(CASES) == len(set(CASES)) == 30


@pytest.mark.parametrize(("start", "term", "last"), CASES, ids=str)
def test_terms_written_out_by_hand(start: str, term: str, last: str) -> None:
    begins = datetime.fromisoformat(start) if "T" in start else date.fromisoformat(start)
    asked = Term.parse(term)
    due = CALENDAR.end_of_term(begins, asked)
    assert due.on == date.fromisoformat(last)
    if asked.unit is TermUnit.HOURS:
        assert due.at == begins + timedelta(hours=asked.count)
    else:
        midnight = datetime.fromisoformat(f"{last}T17:00:00+00:00")
        assert due.at == midnight, "24 o'clock in Viet Nam is 17:00 UTC"


KNOWN = {
    # day: (kind, confidence)
    date(2024, 4, 29): (DayKind.SWAPPED_OFF, Confidence.SECONDARY),
    date(2024, 5, 4): (DayKind.SWAPPED_WORKED, Confidence.SECONDARY),
    date(2025, 5, 2): (DayKind.SWAPPED_OFF, Confidence.SECONDARY),
    date(2025, 4, 26): (DayKind.SWAPPED_WORKED, Confidence.SECONDARY),
    date(2026, 1, 2): (DayKind.SWAPPED_OFF, Confidence.RECALLED),
    date(2026, 1, 10): (DayKind.SWAPPED_WORKED, Confidence.RECALLED),
    date(2026, 8, 31): (DayKind.SWAPPED_OFF, Confidence.SECONDARY),
    date(2026, 8, 22): (DayKind.SWAPPED_WORKED, Confidence.SECONDARY),
    date(2026, 11, 24): (DayKind.HOLIDAY, Confidence.SECONDARY),
    date(2027, 2, 8): (DayKind.HOLIDAY, Confidence.DERIVED),
    date(2026, 8, 23): (DayKind.WEEKEND, Confidence.RECALLED),
}


@pytest.mark.parametrize("day", KNOWN, ids=str)
def test_swapped_days_have_their_label(day: date) -> None:
    status = CALENDAR.status(day)
    assert (status.kind, status.confidence) == KNOWN[day]
    assert status.source
    swapped = {DayKind.SWAPPED_OFF, DayKind.SWAPPED_WORKED}
    if status.kind in swapped:
        assert status.instrument
        assert status.instead_of is not None
        other = CALENDAR.status(status.instead_of)
        assert {status.kind, other.kind} == swapped
        assert other.instead_of == day


def test_the_package_alone_lacks_the_swap_of_new_year_2026(tmp_path: Path) -> None:
    own = tmp_path / "holidays"
    own.mkdir()
    (own / "2026.toml").write_text("", encoding="utf-8")
    bare = WorkingCalendar(load_decisions(own))
    assert bare.status(date(2026, 1, 2)).kind is DayKind.WORKING
    assert bare.status(date(2026, 1, 10)).kind is DayKind.WEEKEND
    assert bare.status(date(2026, 8, 22)).kind is DayKind.SWAPPED_WORKED, "the package's own"


DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR - 4, 12, 31))
RECENT = st.dates(date(2023, 1, 1), date(2027, 12, 31))
COUNTS = st.integers(1, 60)


@given(day=RECENT, count=COUNTS)
def test_working_days_are_counted_one_by_one(day: date, count: int) -> None:
    end = CALENDAR.add_working_days(day, count)
    assert CALENDAR.is_working_day(end)
    assert CALENDAR.working_days_between(day, end) == count
    assert CALENDAR.working_days_between(end, day) == -count


@given(day=RECENT, first=COUNTS, second=COUNTS)
def test_working_days_add_up(day: date, first: int, second: int) -> None:
    once = CALENDAR.add_working_days(day, first + second)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(day, first), second) == once


@given(day=RECENT, count=COUNTS, unit=st.sampled_from(list(TermUnit)[:3]))
def test_a_term_ends_on_a_working_day_and_later_starts_end_no_sooner(
    day: date, count: int, unit: TermUnit
) -> None:
    term = Term(count, unit)
    due, later = (CALENDAR.end_of_term(day + timedelta(days=n), term) for n in (0, 1))
    assert CALENDAR.is_working_day(due.on)
    assert day < due.on <= later.on
    assert local_day(due.at - timedelta(seconds=1)) == due.on
    still = CALENDAR.end_of_term(day, term, Counting(moves_to_working_day=False))
    assert still.on <= due.on
    assert CALENDAR.working_days_between(still.on, due.on) <= 1


@settings(deadline=None)
@given(day=DAYS)
def test_every_day_of_the_calendar_has_one_status(day: date) -> None:
    status = CALENDAR.status(day)
    assert status.day == day
    assert CALENDAR.is_working_day(day) == status.working
    if status.kind is DayKind.WORKING:
        assert day.weekday() < 5
    if status.kind is DayKind.WEEKEND:
        assert day.weekday() >= 5


@pytest.mark.parametrize("year", range(2020, 2031))
def test_a_year_has_as_many_working_days_as_weekdays_less_what_is_off(year: int) -> None:
    days = CALENDAR.days(year)
    weekdays = sum(one.day.weekday() < 5 for one in days)
    off = sum(one.day.weekday() < 5 and not one.working for one in days)
    made = sum(one.kind is DayKind.SWAPPED_WORKED for one in days)
    assert sum(one.working for one in days) == weekdays - off + made
    holidays = [one for one in days if one.kind in (DayKind.HOLIDAY, DayKind.SWAPPED_OFF)]
    assert 11 <= len(holidays) <= 20


def test_a_moment_is_a_day_in_viet_nam() -> None:
    assert local_day(datetime(2025, 6, 30, 16, 59, 59, tzinfo=UTC)) == date(2025, 6, 30)
    assert local_day(datetime(2025, 6, 30, 17, tzinfo=UTC)) == date(2025, 7, 1)
    with pytest.raises(FormatError):
        local_day(datetime(2025, 6, 30))


def test_a_rule_may_count_the_first_day() -> None:
    counted = Counting(first_day_counted=True)
    term = Term.parse("7wd")
    assert CALENDAR.end_of_term(date(2025, 12, 1), term, counted).on == date(2025, 12, 9)
    assert CALENDAR.end_of_term(date(2025, 12, 1), term).on == date(2025, 12, 10)


@pytest.mark.parametrize(
    "written", ["", "7", "wd", "0wd", "1001d", "-3d", "7 weeks", "7.5d", "७wd", "99999d"]
)
def test_what_is_no_term_is_refused(written: str) -> None:
    with pytest.raises(FormatError) as caught:
        Term.parse(written)
    assert caught.value.say("vi")


def test_terms_outside_the_calendar_are_refused() -> None:
    for start, term in (
        (date(1999, 12, 31), "1wd"),
        (date(LAST_YEAR, 12, 30), "5wd"),
        (date(LAST_YEAR, 12, 31), "1d"),
        (date(LAST_YEAR, 12, 31), "1000m"),
        (datetime(LAST_YEAR, 12, 31, 20, tzinfo=UTC), "1h"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "1h"),
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "1wd"),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), "1000h"),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=14))), "7wd"),
        (datetime(9999, 12, 31, 9, tzinfo=UTC), "1000h"),
        (date.min, "1000m"),
        (date.max, "1000d"),
    ):
        with pytest.raises(FormatError):
            CALENDAR.end_of_term(start, Term.parse(term))
    with pytest.raises(FormatError, match="moment"):
        CALENDAR.end_of_term(date(2025, 1, 1), Term.parse("1h"))
    with pytest.raises(FormatError):
        CALENDAR.add_working_days(date(2025, 1, 1), -1)


DECISION = """
[[decision]]
year = 2027
instrument = "Quyết định thử"
confidence = "verified"
source = "test"
off = [2027-06-01]

[[decision.swap]]
off = 2027-06-03
worked = 2027-06-05
"""


def test_an_administrators_decision_is_added(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.holidays.mkdir()
    (home.holidays / "2027.toml").write_text(DECISION, encoding="utf-8")
    calendar = calendar_in_use(home)
    assert [one.label.instrument for one in calendar.decided(2027)] == ["Quyết định thử"]
    # Mon 31/5: Tue 1 off, Wed 2, Thu 3 off, Fri 4, Sat 5 worked
    assert calendar.add_working_days(date(2027, 5, 31), 3) == date(2027, 6, 5)
    assert calendar.status(date(2027, 2, 8)).confidence is Confidence.SECONDARY
    week = data_week().replace('"saturday", "sunday"', '"sunday"')
    (home.holidays / "week.toml").write_text(week, encoding="utf-8")
    six_days = calendar_in_use(home)
    assert six_days.is_working_day(date(2027, 6, 12)), "a Saturday"
    assert not six_days.is_working_day(date(2027, 6, 13))


def data_week() -> str:
    import data

    return data.path("holidays/week.toml").read_text(encoding="utf-8")


BAD = {
    "not toml": ("[[decision", "TOML"),
    "unknown table": ("[[swap]]\n", "swap"),
    "unknown key": (DECISION.replace("source", "sauce"), "sauce"),
    "no source": (DECISION.replace('source = "test"\n', ""), "source"),
    "confidence": (DECISION.replace('"verified"', '"certain"'), "confidence"),
    "year": (DECISION.replace("year = 2027", 'year = "2027"'), "year"),
    "day": (DECISION.replace("[2027-06-01]", '["2027-06-01"]'), "off"),
    "a moment": (DECISION.replace("[2027-06-01]", "[2027-06-01T00:00:00]"), "off"),
    "half a swap": (DECISION.replace("worked = 2027-06-05\n", ""), "swap"),
    "both": (
        DECISION + "\n[[decision]]\nyear = 2027\ninstrument = 'a'\nconfidence = 'derived'\n"
        "source = 'b'\nworked = [2027-06-01]\n",
        "worked",
    ),
    "no week": ("[[week]]\ndays_off = ['monday', 'mon']\n", "days_off"),
    "all days": (
        "[[week]]\ndays_off = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday',"
        " 'saturday', 'sunday']\n",
        "days_off",
    ),
    "two weeks": (data_week(), "valid_from"),
    "reversed": (
        data_week().replace("1999-10-02", "1990-01-02\nvalid_to = 1980-01-01"),
        "valid_to",
    ),
    "no tables": ("decision = 3\n", "decision"),
    "too large": ("#" * 200_000, "lớn"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_name(name: str, tmp_path: Path) -> None:
    content, told = BAD[name]
    home = Home(tmp_path)
    home.holidays.mkdir()
    (home.holidays / "own.toml").write_text(content, encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        calendar_in_use(home)
    said = caught.value.say("vi")
    assert "own.toml" in said
    assert told in said
    (home.holidays / "own.toml").write_bytes(b"# \xff")
    with pytest.raises(FormatError, match="UTF-8"):
        calendar_in_use(home)
