"""Conditional equipment: questions to the list in the data, and a fuller list from a file."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from data import path
from gis.device_files import LIST, import_devices, read_devices
from gis.devices import DeviceList, devices_in_use
from gis.errors import FormatError
from gis.home import Home
from gis.register.store import Register
from gis.rule_files import former_versions, rule_file, take_back
from propagation.compliance.devices import DeviceAnswer, Met, PowerReference, Verdict

ON = date(2026, 11, 23)
FILES = {name: path(f"rules/{name}").read_bytes() for name in ("devices.toml", LIST)}
SHIPPED = DeviceList(FILES, ON)
EIRP, ERP, OUT = PowerReference.EIRP, PowerReference.ERP, PowerReference.CONDUCTED


def asked(lowest: float, highest: float, use: str | None, **facts: object) -> DeviceAnswer:
    return SHIPPED.check(frequency_min_mhz=lowest, frequency_max_mhz=highest, use=use, **facts)


def met(found: DeviceAnswer, name: str) -> Met:
    return next(one.met for one in found.rows[0].conditions if one.name == name)


@pytest.mark.parametrize(
    ("power_mw", "reference", "gain_dbi", "power"),
    [
        (200, EIRP, None, Met.MET),
        (200.1, EIRP, None, Met.FAILED),
        (121.9, ERP, None, Met.MET),  # 121.9 mW ERP is 199.99 mW EIRP
        (122, ERP, None, Met.FAILED),
        (100, OUT, 3.0, Met.MET),  # 199.5 mW EIRP
        (100, OUT, 3.1, Met.FAILED),
        (100, OUT, None, Met.UNKNOWN),
        (None, None, None, Met.UNKNOWN),
    ],
)
def test_powers_are_compared_in_the_reference_of_the_limit(
    power_mw: float | None, reference: PowerReference | None, gain_dbi: float | None, power: Met
) -> None:
    found = asked(
        2412, 2432, "wlan", power_mw=power_mw, power_reference=reference, gain_dbi=gain_dbi
    )
    assert met(found, "power") is power
    expected = {
        Met.MET: Verdict.MET_WITH_GAPS,
        Met.FAILED: Verdict.FAILED,
        Met.UNKNOWN: Verdict.FACTS_MISSING,
    }
    assert found.verdict is expected[power], "the row states neither bandwidth nor duty cycle"


@pytest.mark.parametrize(("lowest", "highest"), [(5150, 5350), (5240, 5260)])
def test_a_band_in_two_rows_keeps_the_conditions_of_both(lowest: float, highest: float) -> None:
    """The row up to 5250 MHz wants indoor use, the one above it DFS and TPC."""
    power = {"power_mw": 200, "power_reference": EIRP}
    inside = asked(lowest, highest, "wlan", **power, indoor=True)
    assert (inside.verdict, inside.parts) == (Verdict.MET_WITH_GAPS, 2)
    assert asked(lowest, highest, "wlan", **power, indoor=False).verdict is Verdict.FAILED
    unknown = asked(lowest, highest, "wlan", **power)
    assert (unknown.verdict, unknown.asked) == (Verdict.FACTS_MISSING, ("indoor",))
    strong = asked(lowest, highest, "wlan", power_mw=400, power_reference=EIRP, indoor=True)
    assert strong.verdict is Verdict.FAILED


@pytest.mark.parametrize(("lowest", "highest"), [(5340, 5351), (5149, 5260), (5340, 5480)])
def test_a_band_with_a_part_in_no_row_is_not_allowed(lowest: float, highest: float) -> None:
    told = {"power_mw": 200, "power_reference": EIRP, "indoor": True}
    found = asked(lowest, highest, "wlan", **told)
    assert (found.verdict, found.parts) == (Verdict.FAILED, 0)


def test_a_limit_of_erp_takes_a_dipole_more_of_eirp() -> None:
    for power_mw, power in ((25 * 1.6405, Met.MET), (25 * 1.6407, Met.FAILED)):
        found = asked(
            920.5, 921, "lpwan_end_node", power_mw=power_mw, power_reference=EIRP, duty_percent=1
        )
        kept = next(one for one in found.rows if one.rule.id.endswith("920_lpwan_end_node"))
        assert next(one.met for one in kept.conditions if one.name == "power") is power


def test_a_limit_without_a_reference_is_read_in_both_ways() -> None:
    for power_mw, power in ((200, Met.MET), (300, Met.NOT_IN_DATA), (330, Met.FAILED)):
        found = asked(5180, 5200, "wlan", power_mw=power_mw, power_reference=EIRP, indoor=True)
        assert met(found, "power") is power
    between = asked(5180, 5200, "wlan", power_mw=300, power_reference=EIRP, indoor=True)
    assert between.verdict is Verdict.GAP


def test_conditions_of_place_band_duty_and_use() -> None:
    indoors = {"power_mw": 100.0, "power_reference": EIRP}
    assert asked(5180, 5200, "wlan", **indoors).asked == ("indoor",)
    assert asked(5180, 5200, "wlan", **indoors, indoor=False).verdict is Verdict.FAILED
    assert asked(5140, 5160, "wlan", **indoors, indoor=True).verdict is Verdict.FAILED
    node = {"power_mw": 10.0, "power_reference": ERP}
    assert asked(433.1, 433.3, "lpwan_end_node", **node).asked == ("duty_percent",)
    assert met(asked(433.1, 433.3, "lpwan_end_node", **node, duty_percent=2), "duty") is Met.FAILED
    assert met(asked(433.1, 433.3, "lpwan_gateway", **node, duty_percent=2), "duty") is Met.MET
    assert "use" in asked(433.1, 433.3, None, **node).asked


def test_a_gap_is_never_a_permission() -> None:
    audio = asked(87.5, 88, "wireless_audio", power_mw=1e-6, power_reference=ERP)
    assert audio.verdict is Verdict.GAP
    assert met(audio, "power") is Met.NOT_IN_DATA
    alarm = asked(300, 301, "alarm", power_mw=1e-6, power_reference=ERP)
    assert (alarm.verdict, alarm.rows) == (Verdict.GAP, ())
    assert alarm.gap is not None
    nothing = asked(300, 301, "wlan", power_mw=1e-6, power_reference=ERP)
    assert nothing.verdict is Verdict.NO_ROW


def test_above_the_exempt_level_a_licence_is_needed() -> None:
    found = asked(920.5, 921, "lpwan_gateway", power_mw=100, power_reference=ERP, duty_percent=5)
    assert found.verdict is Verdict.NOT_EXEMPT
    assert found.rows[0].rule.clause == "khoản 2 Điều 5"
    exact = asked(920.5, 921, "lpwan_gateway", power_mw=25, power_reference=ERP, duty_percent=5)
    assert exact.verdict is Verdict.MET_WITH_GAPS


def test_the_list_is_that_of_the_day() -> None:
    before = DeviceList(FILES, date(2021, 11, 27))
    assert {rule.instrument for rule in before.rows} == {"Thông tư 46/2016/TT-BTTTT"}
    found = before.check(
        frequency_min_mhz=500, frequency_max_mhz=501, use="wireless_audio",
        power_mw=31, power_reference=ERP,
    )  # fmt: skip
    assert found.verdict is Verdict.NOT_EXEMPT


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"frequency_min_mhz": 0}, "frequency_min_mhz"),
        ({"frequency_min_mhz": float("inf")}, "frequency_min_mhz"),
        ({"frequency_max_mhz": 2400}, "frequency_max_mhz"),
        ({"power_mw": -1, "power_reference": ERP}, "power_mw"),
        ({"power_mw": 1}, "power_reference"),
        ({"duty_percent": 101}, "duty_percent"),
        ({"gain_dbi": 1e9}, "gain_dbi"),
        ({"use": "spying"}, "use"),
    ],
)
def test_what_cannot_be_is_refused(facts: dict[str, object], name: str) -> None:
    given = {"frequency_min_mhz": 2412.0, "frequency_max_mhz": 2432.0, **facts}
    with pytest.raises(FormatError) as caught:
        SHIPPED.check(**given)
    assert caught.value.values["name"] == name


# a fuller list from a file

HEADER = (
    "Tên thiết bị;Văn bản;Điều khoản;Nguồn;Tần số từ (MHz);Tần số đến (MHz);Mục đích sử dụng;"
    "Công suất tối đa (mW);Loại công suất;Chỉ trong nhà;Đủ điều kiện"
)
GOOD = "Cảnh báo 433;TT 08/2021/TT-BTTTT;PL7;Công báo;433,05;434,79;alarm;10;erp;không;có"
BAD = (
    "Sai số;TT;PL7;Công báo;abc;434,79;alarm;10;erp;không;có",
    "Công thức;TT;PL7;Công báo;=1+1;434,79;alarm;10;erp;;",
    "Ngược;TT;PL7;Công báo;435;434;alarm;10;erp;;",
    "Nghìn;TT;PL7;Công báo;433;434;alarm;1.000;erp;;",
    "Loại;TT;PL7;Công báo;433;434;alarm;1;dbm;;",
    ";TT;PL7;Công báo;433;434;alarm;1;erp;;",
    "Cờ;TT;PL7;Công báo;433;434;alarm;1;erp;đôi khi;",
    GOOD,
)
REASONS = [
    ("frequency_min_mhz", "abc"),
    ("frequency_min_mhz", "=1+1"),
    ("frequency_max_mhz", "434.0"),
    ("power_max_mw", "1.000"),
    ("power_reference", "dbm"),
    ("title_vi", ""),
    ("indoor_only", "đôi khi"),
    ("id", "device.row.433_05_434_79_alarm"),
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.folder.mkdir(exist_ok=True)
    return made


@pytest.fixture
def bring(register: Register, home: Home) -> Callable[..., object]:
    def do(file: Path, *, replace: bool = False) -> object:
        return import_devices(register, home, file, replace=replace, author="lan", on=ON)[0]

    return do


def test_bad_rows_are_told_and_the_good_one_is_kept(
    tmp_path: Path, home: Home, register: Register, bring: Callable
) -> None:
    file = tmp_path / "danh_muc.csv"
    file.write_text("\n".join((HEADER, GOOD, *BAD)), encoding="utf-8")
    told = bring(file)
    assert [one["id"] for one in told.accepted] == ["device.row.433_05_434_79_alarm"]
    assert [(one.field, one.value) for one in told.refused] == REASONS
    assert [one.row for one in told.refused] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert all(one.error.say("vi") for one in told.refused)
    listed = devices_in_use(home, ON)
    assert len(listed.rows) == len(SHIPPED.rows) + 1
    found = listed.check(
        frequency_min_mhz=433.1, frequency_max_mhz=433.2, use="alarm",
        power_mw=10, power_reference=ERP,
    )  # fmt: skip
    assert found.verdict is Verdict.MET, "the row says that it is complete"
    again = bring(file)
    assert not again.accepted
    assert again.refused[-1].error.key == "devices.row_known"
    (change,) = former_versions(register, LIST)
    assert (change.author, rule_file(home, LIST).own) == ("lan", True)
    take_back(register, home, LIST, change.revision, author="lan", on=ON)
    assert len(devices_in_use(home, ON).rows) == len(SHIPPED.rows)


def test_a_workbook_takes_the_place_of_the_list(
    tmp_path: Path, home: Home, bring: Callable
) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["title_vi", "instrument", "clause", "source", "frequency_min_mhz",
                  "frequency_max_mhz", "uses", "power_max_mw", "valid_from"])  # fmt: skip
    sheet.append(["Y tế", "TT", "PL5", "Công báo", 402, 405, "medical; srd",
                  0.025, date(2021, 11, 28)])  # fmt: skip
    file = tmp_path / "list.xlsx"
    book.save(file)
    assert not bring(file, replace=True).refused
    (row,) = devices_in_use(home, ON).rows
    assert row.parameters["uses"] == ["medical", "srd"]
    assert (row.confidence.value, row.valid_from) == ("secondary", date(2021, 11, 28))


def test_toml_is_judged_table_by_table(tmp_path: Path, home: Home, bring: Callable) -> None:
    good = 'id = "own"\ntitle_vi = "a"\ntitle_en = "a"\ninstrument = "TT"\nclause = "1"\nconfidence = "recalled"\nsource = "x"\nbinding = true\n[rule.parameters]\nstanding = "exempt"\nfrequency_min_mhz = 1\nfrequency_max_mhz = 2\nuses = ["srd"]\n'  # noqa: E501
    file = tmp_path / "list.toml"
    tables = [good, good.replace('"own"', '"worse"').replace("= 2", "= 0.5"),
              good.replace('"own"', '"sanction.decree"'), good]  # fmt: skip
    file.write_text("".join(f"[[rule]]\n{one}" for one in tables), encoding="utf-8")
    told = bring(file)
    assert [one["id"] for one in told.accepted] == ["device.row.own"]
    assert [(one.row, one.field) for one in told.refused] == [
        (2, "frequency_max_mhz"),
        (3, "id"),
        (4, "id"),
    ]
    assert "device.row.own" in devices_in_use(home, ON).rules


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("a.toml", "= =", "devices.import_not_toml"),
        ("a.toml", "x = 1", "devices.import_no_rules"),
        ("a.csv", "Tên thiết bị;Nguồn\na;b", "devices.import_columns"),
        ("a.csv", HEADER, "devices.import_empty"),
        ("a.csv", "", "exchange.file.empty"),
        ("a.xlsx", "no zip", None),
    ],
)
def test_a_file_that_is_no_list_is_refused(
    tmp_path: Path, name: str, content: str, key: str | None
) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FormatError) as caught:
        read_devices(file)
    assert key is None or caught.value.key == key
