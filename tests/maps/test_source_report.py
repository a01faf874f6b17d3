"""What the report of a search for a source says of products, and of an older study."""

import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from gis.home import Home
from gis.register.records import BroadcastStation, Provenance, Service, StationClass
from gis.register.store import Register
from gis.studies import Study, StudyContext, run
from gis.terrain.ground import Ground
from gis.terrain.source import FlatTerrain
from maps.documents.report import study_html
from maps.source_figure import source_svg, source_view
from propagation.compliance.records import Confidence
from tests.prepared import empty_register


def station(name: str, mhz: float, east: float) -> BroadcastStation:
    return BroadcastStation(
        id=name, name=f"Đài {name}", programme="", service=Service.FM,
        station_class=StationClass.OTHER, frequency_mhz=mhz, longitude=106.4 + east,
        latitude=10.6, erp_total_dbw=33.0, height_above_ground_m=80.0, ground_height_m=2.0,
        provenance=Provenance(confidence=Confidence.SYNTHETIC, source="test"),
    )  # fmt: skip


def read(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def test_products_are_told_with_their_carriers_and_the_trial(tmp_path: Path) -> None:
    stations = [station("a", 98.0, 0.0), station("b", 96.0, 0.002), station("c", 106.7, 0.01)]
    with empty_register(tmp_path / "register.gpkg") as register:
        found = _searched(register, stations)
    keys = {one["key"]: one for one in found.results["candidates"]}
    made = keys["receiver_intermodulation:3:a+b"]
    levels = made["values"]["levels_dbuvm"]
    assert min(levels) >= 75
    told = {language: read(study_html(found, language)) for language in ("vi", "en")}
    for language, words in (
        ("vi", ("Xuyên điều chế trong chính máy thu: Đài", "2A-B bậc 3", "giảm 30 dB",
                "Xuyên điều chế giữa các điểm đặt gần nhau", "đến 219 m",
                "rơi vào trung tần của máy thu", "theo trí nhớ")),
        ("en", ("Intermodulation in the receiver itself: Đài", "2A-B, order 3", "falls by 30 dB",
                "Intermodulation between sites near each other", "up to 219 m apart",
                "falls on the intermediate frequency", "recalled")),
    ):  # fmt: skip
        for word in words:
            assert word in told[language], word
    older = {
        **found.results,
        "candidates": [
            {name: value for name, value in one.items() if name != "parts"}
            for one in found.results["candidates"]
        ],
        "observations": [],
    }
    page = read(study_html(replace(found, results=older), "vi"))
    assert "Không có trong sổ đăng ký" in page
    assert "danh mục miễn giấy phép có băng này" not in page
    assert "danh mục miễn giấy phép có băng này" in told["vi"]


def test_bearings_that_do_not_cross_as_read_are_told_before_any_place(tmp_path: Path) -> None:
    """Two on one parallel at 315 and 45 degrees, and stations that stand behind them."""
    at = {"latitude": 10.6, "error_deg": 2.0}
    bearings = [
        {"station": "Tây", "longitude": 106.35, "bearing_deg": 315.0, **at},
        {"station": "Đông", "longitude": 106.45, "bearing_deg": 45.0, **at},
    ]
    stations = [
        replace(station("behind", 61.3, 0.0), latitude=10.5505),
        replace(station("mast", 101.5, 0.0), latitude=10.5505),
    ]
    with empty_register(tmp_path / "register.gpkg") as register:
        found = _searched(register, stations, bearings=bearings)
    fixed = found.results["fix"]
    assert (fixed["agrees"], fixed["crosses_as_read"]) == (False, False)
    assert fixed["reading_share"] == 0.0122  # 1 % against 81 %
    told = {language: read(study_html(found, language)) for language in ("vi", "en")}
    for language, words in (
        ("vi", ("KHÔNG cắt nhau", "Tây, Đông ngược 180°", "bị ngược 1,2 %", "98,8 %",
                "CHỈ trong trường hợp đó",
                "Đài behind (61,3 MHz) trong sổ đăng ký đứng ngay tại đó",
                "Không cơ chế nào đã biết giải thích được", "xem giả thuyết số")),
        ("en", ("do NOT cross", "Tây, Đông is reversed", "reversed 1.2 %", "in that case ONLY",
                "Nothing known explains it: look whether it is the one",
                "MHz) of the register stands there", "see hypothesis")),
    ):  # fmt: skip
        for word in words:
            assert word in told[language], word
    drawn = source_svg(source_view(found))
    assert "elip 95 % chỉ khi la bàn bị ngược" in drawn
    older = {name: value for name, value in found.results.items() if name != "standing"}
    fix = {k: v for k, v in fixed.items() if k not in {"crosses_as_read", "reading_share"}}
    page = read(study_html(replace(found, results={**older, "fix": fix}), "vi"))
    assert "KHÔNG cắt nhau" not in page


def _searched(register: Register, stations: list[BroadcastStation], **more: Any) -> Study:
    with register.write(author="test", reason="scene") as writer:
        writer.add_stations(stations)
    context = StudyContext(register, Home(register.path.parent), Ground(FlatTerrain()))
    asked = {
        "longitude": 106.405, "latitude": 10.605, "frequency_mhz": 100.0, "service": "fm",
        "on": "2026-08-01", "half_side_km": 10, **more,
    }  # fmt: skip
    return run("interference_source", asked, context)
