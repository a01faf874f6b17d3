"""A person says which column of a file feeds which field."""

import pytest

from gis.errors import FormatError
from gis.exchange.importing import ImportAnswers, commit, judge

FOREIGN = ("A", "B", "C", "D", "E", "F")
GOOD = ("LA1", "Cột ăng ten", "Sao Mai", "106,4133", "10,5361", "42,5")
CHOSEN = {
    "crs": "4326",
    "column.code": "1",
    "column.kind": "2",
    "column.owner_id": "C",
    "column.longitude": "4",
    "column.latitude": "5",
    "column.height_m": "6",
}


@pytest.fixture
def judged(office, write_table):
    file = write_table("la.csv", FOREIGN, GOOD)

    def judge_with(pairs):
        answers = ImportAnswers.from_pairs(pairs)
        return judge(file, kind="structures", register=office, answers=answers)

    return judge_with


def test_headers_that_nobody_knows_are_asked_about(judged):
    report = judged({})
    assert [one.answer for one in report.questions] == [
        "column.code",
        "column.longitude",
        "column.latitude",
    ]
    assert [option.answers for option in report.questions[0].options][:2] == [
        (("column.code", "1"),),
        (("column.code", "2"),),
    ]
    assert (report.header, report.samples[5], report.columns) == (FOREIGN, ("42,5",), {})
    assert (report.rows, report.accepted, report.unmapped) == (1, (), FOREIGN)


def test_chosen_columns_are_read_and_brought_in(judged, office):
    report = judged(CHOSEN)
    assert report.questions == ()
    assert report.mapping["height_m"] == "F"
    assert report.columns["height_m"] == 6
    (row,) = report.accepted
    assert (row.record.code, row.record.height_m) == ("LA1", 42.5)
    commit(report, office, author="lan")


def test_a_field_may_be_without_a_column(judged):
    report = judged({**CHOSEN, "column.height_m": "-"})
    assert "height_m" not in report.mapping
    assert report.unmapped == ("F",)
    assert report.accepted[0].record.height_m is None


def test_one_column_does_not_feed_two_fields(judged):
    with pytest.raises(FormatError) as refused:
        judged({**CHOSEN, "column.name": "A"})
    said = refused.value.say("vi")
    assert refused.value.key == "exchange.column_twice"
    assert "Mã số" in said
    assert "“A”" in said


@pytest.mark.parametrize("wanted", ["7", "0", "G"])
def test_a_column_that_is_not_there_is_named(judged, wanted):
    with pytest.raises(FormatError) as refused:
        judged({**CHOSEN, "column.name": wanted})
    assert refused.value.key == "exchange.column_unknown"
    assert wanted in refused.value.say("vi")


def test_the_mark_of_a_secret_is_seen_whatever_is_chosen(office, write_table):
    file = write_table("la.csv", (*FOREIGN, "Độ mật"), (*GOOD, "tối mật"))
    answers = ImportAnswers.from_pairs({**CHOSEN, "column.classification": "-"})
    report = judge(file, kind="structures", register=office, answers=answers)
    assert report.secrets == (2,)
    assert all("mật" not in value for values in report.samples for value in values)


def test_a_chosen_way_of_saying_where_wins_over_headers(office, write_table):
    headers = ("Mã", "Loại", "Chủ sở hữu", "Kinh độ", "Vĩ độ", "P", "Q")
    row = ("LA1", "Cột ăng ten", "Sao Mai", "1", "1", "577000", "1165000")
    file = write_table("la.csv", headers, row)
    chosen = {"column.easting": "6", "column.northing": "7"}
    report = judge(
        file,
        kind="structures",
        register=office,
        answers=ImportAnswers.from_pairs({**chosen, "crs": "9210"}),
    )
    assert (report.mapping["easting"], report.mapping["northing"]) == ("P", "Q")
    assert "longitude" not in report.mapping
