"""Bearings, levels and logs as people and receivers write them: bad rows told, good ones kept."""

import numpy as np
import pytest

from gis.errors import FormatError
from gis.exchange.observed import read_bearings, read_levels, read_log


def kraken(
    doa: float, peak: int, *, station: str = "K1", heading: str = "0", lat: str = "10.6"
) -> str:
    spectrum = np.full(360, -20.0)
    spectrum[peak % 360] = 0.0
    told = ["1753000000000", f"{doa}", "4.5", "-42.0", "100000000", "UCA", "120", station, lat,
            "106.4", heading, *(f"{value:.1f}" for value in spectrum)]  # fmt: skip
    return ", ".join(told)


def test_plain_bearings_in_either_convention_and_language() -> None:
    found = read_bearings(
        "Trạm;Vĩ độ;Kinh độ;Góc phương vị;Quy ước;Sai số;Thời gian\n"
        "A;10,60;106,20;60,5;la bàn;4;2026-07-20 18:00\n"
        "B;10.9;106.5;-100;đường tròn đơn vị;5;\n"
        "C;10.5;106.6;x;compass;5;\n"
        "D;95;106.6;10;compass;5;\n"
        "E;10.5;106.6;10;magnetic;5;\n"
        "F;10.5;106.6;10;;;hôm qua\n"
    )
    assert [(one["station"], one["bearing_deg"]) for one in found.rows] == [
        ("A", 60.5), ("B", 190.0),
    ]  # fmt: skip
    assert found.rows[0]["at"] == "2026-07-20T18:00:00+07:00"
    assert [(key, values["row"]) for key, values in found.remarks] == [
        ("sources.wrong_number", 4),
        ("sources.wrong_range", 5),
        ("sources.wrong_convention", 6),
        ("sources.wrong_time", 7),
    ]


def test_the_trap_of_krakensdr_is_seen() -> None:
    # 30 degrees by the compass is 330 by the unit circle that runs backwards
    right = read_bearings(kraken(30.0, 330))
    assert right.rows[0]["bearing_deg"] == pytest.approx(30.0)
    assert right.remarks == []
    wrong = read_bearings(kraken(330.0, 330))
    assert wrong.rows[0]["bearing_deg"] == pytest.approx(30.0)
    assert wrong.remarks[0][0] == "sources.kraken_unit_circle"
    doubtful = read_bearings(kraken(100.0, 330))
    assert doubtful.rows[0]["bearing_deg"] == pytest.approx(100.0)
    assert doubtful.remarks[0][0] == "sources.kraken_doubtful"
    turned = read_bearings(kraken(30.0, 330, heading="345"))
    assert turned.rows[0]["bearing_deg"] == pytest.approx(15.0)


def test_records_of_one_array_at_one_place_are_one_bearing() -> None:
    rows = [
        kraken(10.0, 350),
        kraken(20.0, 340),
        kraken(0.0, 360),
        kraken(90.0, 270, station="K2"),
    ]
    found = read_bearings("\n".join([*rows, "1753000000000, 5, bad", kraken(0, 0, lat="abc")]))
    assert {one["station"]: one["records"] for one in found.rows} == {"K1": 3, "K2": 1}
    first = found.rows[0]
    assert first["bearing_deg"] == pytest.approx(10.0, abs=0.01)
    assert first["error_deg"] == pytest.approx(np.hypot(3.0, 8.2), abs=0.2)
    assert {key for key, _ in found.remarks} == {
        "sources.too_few_cells", "sources.wrong_number", "sources.kraken_merged",
    }  # fmt: skip


def test_levels_not_heard_and_logs() -> None:
    levels = read_levels(
        "point,lat,lon,level,uncertainty\nP1,10.6,106.4,38.5,3\nP2,10.7,106.3,<15,\n"
    )
    assert levels.rows[0]["field_strength_dbuvm"] == 38.5
    assert levels.rows[1]["below_dbuvm"] == 15.0
    log = read_log(
        "from;to;heard\n"
        "2026-07-20 18:00;2026-07-20 19:00;có\n"
        "2026-07-20 20:00;2026-07-20 19:00;no\n"
    )
    assert [one["heard"] for one in log.rows] == [True]
    assert log.remarks[0][0] == "sources.wrong_order"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "sources.text_empty"),
        ("a;b\n1;2\n", "sources.header_lacks"),
        ("latitude;longitude;bearing\nx;1;2\n", "sources.wrong_number"),
        ("latitude;longitude;bearing\n", "sources.text_empty"),
        ("latitude;longitude;bearing\n" + "1;2;3\n" * 6000, "sources.too_many_rows"),
        ("x" * 2_000_001, "sources.text_too_long"),
        ('latitude;longitude;bearing\n1;2;"' + "9" * 140_000, "sources.text_broken"),
    ],
)
def test_what_cannot_be_read_at_all_is_refused(text: str, key: str) -> None:
    with pytest.raises(FormatError) as refused:
        read_bearings(text)
    assert refused.value.key == key
