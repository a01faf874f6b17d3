"""Versions of plans listed, and two compared row by row."""

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest

from gis.errors import NotFoundError
from gis.plan_versions import Difference, compare, comparison_csv, plan_version, plan_versions
from gis.register.records import PlanEntry, Provenance
from gis.register.store import Register
from propagation.compliance.records import Confidence

Make = Callable[..., PlanEntry]


@pytest.fixture
def filled(register: Register, make_plan_entry: Make) -> Register:
    def line(plan: str, name: str, mhz: float, **changes: object) -> PlanEntry:
        values: dict[str, object] = {
            "plan_id": plan, "frequency_mhz": mhz, "programme": f"P {name}", "site_name": name,
            "instrument": f"TT {plan}", "valid_from": date(2018 if plan == "cu" else 2026, 1, 1),
        }  # fmt: skip
        return make_plan_entry(f"{plan}-{name}-{mhz}", **{**values, **changes})

    sure = Provenance(confidence=Confidence.VERIFIED, source="công báo")
    with register.write(author="lan", reason="r") as w:
        w.add_plan_entries(
            [
                line("cu", "Tân An", 96.9, erp_max_dbw=37.0),
                line("cu", "Bà Đen", 101.0),
                line("cu", "Bỏ Đi", 91.0),
                line("cu", "Dời", 94.0, programme="VOV"),
                line("moi", "TÂN AN", 96.9, erp_max_dbw=40.0, programme="p tân an"),
                line("moi", "Bà Đen", 101.0, provenance=sure),
                line("moi", "Mới", 98.1, valid_to=date(2030, 12, 31)),
                line("moi", "Dời", 94.4, programme="VOV"),
            ]
        )
    return register


def test_versions_say_what_their_lines_say(filled: Register) -> None:
    old, new = plan_versions(filled)
    assert (old.id, old.rows, old.instruments, old.valid_from, old.valid_to) == (
        "cu", 4, ("TT cu",), date(2018, 1, 1), None)  # fmt: skip
    assert "verified" in new.confidences
    assert new.valid_to is None, "one line of it holds without end"
    version, lines = plan_version(filled, "cu")
    assert version == old
    assert [line.frequency_mhz for line in lines] == [91.0, 94.0, 96.9, 101.0]
    with pytest.raises(NotFoundError, match="khac"):
        plan_version(filled, "khac")


def test_lines_added_removed_and_changed(filled: Register) -> None:
    compared = compare(filled, "cu", "moi")
    assert compared.counts == {"added": 1, "removed": 1, "changed": 2}
    assert compared.unchanged == 1
    told = {(one.kind, one.entry.site_name): one for one in compared.differences}
    assert told[Difference.ADDED, "Mới"].old is None
    assert told[Difference.REMOVED, "Bỏ Đi"].new is None
    (erp,) = told[Difference.CHANGED, "TÂN AN"].changes
    assert (erp.field, erp.old, erp.new) == ("erp_max_dbw", 37.0, 40.0)
    (moved,) = told[Difference.CHANGED, "Dời"].changes
    assert (moved.field, moved.old, moved.new) == ("frequency_mhz", 94.0, 94.4)


def test_a_plan_is_like_itself(filled: Register) -> None:
    compared = compare(filled, "cu", "cu")
    assert (compared.differences, compared.unchanged) == ((), 4)


def test_two_lines_of_one_channel_at_a_site_are_not_guessed(
    filled: Register, make_plan_entry: Make
) -> None:
    twin = make_plan_entry(
        "cu-twin", plan_id="cu", frequency_mhz=101.0, programme="khác", site_name="Bà Đen"
    )
    with filled.write(author="lan", reason="r") as w:
        w.add_plan_entries([twin])
    compared = compare(filled, "cu", "moi")
    assert compared.counts == {"added": 1, "removed": 2, "changed": 2}
    assert compared.unchanged == 1, "by site and programme"


def test_the_difference_as_csv(filled: Register) -> None:
    content = comparison_csv(compare(filled, "cu", "moi"), "vi")
    rows = list(csv.reader(io.StringIO(content.removeprefix("\ufeff")), delimiter=";"))
    assert len(rows) == 1 + 4
    assert [
        "đổi",
        "96,9",
        "TÂN AN",
        "p tân an",
        "ERP lớn nhất được phép (dBW)",
        "37",
        "40",
    ] in rows
    assert content == comparison_csv(compare(filled, "cu", "moi"), "vi")


def test_a_cell_like_a_formula_stays_text(register: Register, make_plan_entry: Make) -> None:
    with register.write(author="lan", reason="r") as w:
        w.add_plan_entries(
            [
                make_plan_entry("a", plan_id="a", programme="=1+1"),
                make_plan_entry("b", plan_id="b", site_name="khác", programme="b"),
            ]
        )
    assert "=1+1" not in comparison_csv(compare(register, "a", "b"), "en").replace("'=1+1", "")


def test_a_number_stays_a_number_in_csv(register: Register, make_plan_entry: Make) -> None:
    with register.write(author="lan", reason="r") as w:
        w.add_plan_entries(
            [
                make_plan_entry("a", plan_id="a", effective_height_max_m=2.0),
                make_plan_entry("b", plan_id="b", effective_height_max_m=-3.0, site_name="-Cột a"),
            ]
        )
    content = comparison_csv(compare(register, "a", "b"), "en").removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(content)))
    assert [row[-2:] for row in rows[1:]] == [["2", "-3"]]
    assert rows[1][2] == "'-Cột a"
