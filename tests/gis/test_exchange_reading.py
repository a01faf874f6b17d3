"""Numbers, coordinates, datums, headers and old encodings, as people type them."""

import csv

import pytest

from data import path
from gis.errors import FormatError
from gis.exchange.coordinates import Axis, parse_angle, parse_pair
from gis.exchange.datum import from_wkt, stated
from gis.exchange.encoding import decode, legacy_reading
from gis.exchange.headers import read_header, recognised
from gis.exchange.numbers import DecimalSign, column_sign, is_ambiguous, parse, split_unit
from gis.exchange.report import ImportKind
from gis.exchange.syllables import is_syllable
from gis.names import commune_key, name_key, plain_key

EAST = 106 + 10 / 60 + 9 / 3600


@pytest.mark.parametrize(
    ("text", "comma", "point"),
    [
        ("1.234", 1234.0, 1.234), ("1,234", 1.234, 1234.0), ("12,5", 12.5, 12.5),
        ("1.234,5", 1234.5, 1234.5), ("1,234.5", 1234.5, 1234.5), ("1 234,5", 1234.5, 1234.5),
        ("1.234.567", 1234567.0, 1234567.0), ("0,250", 0.25, 0.25), ("1.2340", 1.234, 1.234),
        ("−3", -3.0, -3.0), ("1e3", 1000.0, 1000.0), ("1'234.5", 1234.5, 1234.5),
        ("1.2.3", None, None), ("", None, None), ("nan", None, None), ("inf", None, None),
        ("١٢", None, None), ("1_000", None, None), ("0x10", None, None), ("9" * 60, None, None),
    ],
)  # fmt: skip
def test_numbers_with_either_sign(text, comma, point):
    assert parse(text, DecimalSign.COMMA) == comma
    assert parse(text, DecimalSign.POINT) == point


def test_a_column_proves_its_sign_or_does_not():
    assert is_ambiguous("1.234")
    assert not is_ambiguous("1.2345")
    assert column_sign(["1.234", "12,5"]) is DecimalSign.COMMA
    assert column_sign(["1.234", "12.5"]) is DecimalSign.POINT
    assert column_sign(["1.234", "2.500"]) is None
    assert column_sign(["12,5", "12.5"]) is None
    assert parse("1.234", None) is None
    assert split_unit("60,5 m") == ("60,5", "m")


@pytest.mark.parametrize(
    "text",
    [
        "106°10'09\"E", "106 10 09", "106-10-09", "106:10:09", "106.10.09", "106E1009",
        "106e1009", "106º10’09”Đ", "106o10'09\"", "106d10m09s", "E106°10'9\"", "106˚10′09″",
        "106°10'09''", "106 ° 10 ' 09 \" E", "106°10'09", "106 độ 10 phút 09 giây",
    ],
)  # fmt: skip
def test_degrees_minutes_seconds_as_people_type_them(text):
    angle = parse_angle(text)
    assert angle is not None
    assert angle.degrees == pytest.approx(EAST, abs=1e-9)


@pytest.mark.parametrize(
    ("text", "degrees", "axis"),
    [
        ("106,1692", 106.1692, None), ("106.1692°", 106.1692, None), ("-10.5", -10.5, None),
        ("E106.1692", 106.1692, Axis.LONGITUDE), ("106.1692 Đ", 106.1692, Axis.LONGITUDE),
        ("10.5B", 10.5, Axis.LATITUDE), ("11N2251", 11 + 22 / 60 + 51 / 3600, Axis.LATITUDE),
        ("106°10.5'E", 106.175, Axis.LONGITUDE), ("106°10'09,5\"", EAST + 0.5 / 3600, None),
        ("106E1009,5", EAST + 0.5 / 3600, Axis.LONGITUDE), ("10.5S", -10.5, Axis.LATITUDE),
    ],
)  # fmt: skip
def test_other_angles(text, degrees, axis):
    angle = parse_angle(text)
    assert angle is not None
    assert (angle.degrees, angle.axis) == (pytest.approx(degrees, abs=1e-9), axis)


@pytest.mark.parametrize(
    "text", ["106°61'00\"", "106E1060", "181", "91N0000", "abc", "", "1061009", "E106E", "١٠٦"]
)
def test_what_is_no_angle(text):
    assert parse_angle(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "106E1009 / 11N2251", "11°22'51\"N 106°10'09\"E", "11°22'51\"N, 106°10'09\"E",
        "11°22'51\"N,106°10'09\"E", "106°10'09\"E11°22'51\"N", "11 22 51 106 10 09",
        "11,380833333; 106,169166667", "11.380833333, 106.169166667",
        "11.380833333 106.169166667", "11.380833333,106.169166667",
    ],
)  # fmt: skip
def test_two_coordinates_in_one_cell(text):
    pair = parse_pair(text)
    assert pair is not None
    degrees = sorted(angle.degrees for angle in pair)
    assert degrees == pytest.approx([11 + 22 / 60 + 51 / 3600, EAST], abs=1e-8)


@pytest.mark.parametrize(
    ("text", "epsg", "vn2000"),
    [
        ("Hệ tọa độ VN-2000, kinh tuyến trục 105°45', múi chiếu 3°", 9210, True),
        ("VN2000 105-30", 9209, True), ("X (VN-2000, KTT 105.75)", 9210, True),
        ("VN-2000 / TM-3 zone 482", 5897, True), ("VN-2000 / UTM zone 48N", 3405, True),
        ("VN2000 múi 6 độ KTT 105", 3405, True), ("vn_2000", None, True),
        ("VN-2000 kinh tuyến trục 107 độ 45 phút", 5899, True),
        ("WGS-84", 4326, False), ("Kinh độ (wgs84)", 4326, False),
        ("WGS 84 UTM 48N", 32648, False),
        ("EPSG:9210", 9210, False), ("urn:ogc:def:crs:EPSG::4756", 4756, False),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", 4326, False), ("HN-72", 0, False),
        ("http://www.opengis.net/def/crs/EPSG/0/3405", 3405, False),
    ],
)  # fmt: skip
def test_systems_that_a_text_names(text, epsg, vn2000):
    found = stated(text)
    assert found is not None
    assert (found.epsg, found.vn2000) == (epsg, vn2000)


def test_a_text_that_names_none_or_two():
    assert stated("Kinh độ") is None
    assert stated("chuyển từ VN-2000 sang WGS 84") is None
    assert stated("9210") is None
    assert stated("9210", alone=True).epsg == 9210


def test_vn2000_resolves_by_the_kind_of_coordinates():
    assert stated("VN-2000").resolve(projected=False) == 4756
    assert stated("VN-2000").resolve(projected=True) is None
    assert stated("VN-2000 105-45").resolve(projected=False) is None
    assert stated("WGS 84").resolve(projected=True) is None


def test_a_grid_of_another_program_is_known_by_its_parameters():
    definition = (
        'PROJCS["VN2000_105_30",GEOGCS["VN2000",DATUM["D_Vietnam_2000",SPHEROID["WGS_1984",'
        '6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["Degree",0.0174532925199433]],'
        'PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000],'
        'PARAMETER["False_Northing",0],PARAMETER["Central_Meridian",105.5],'
        'PARAMETER["Scale_Factor",0.9999],PARAMETER["Latitude_Of_Origin",0],UNIT["Meter",1]]'
    )
    assert from_wkt(definition) == 9209
    assert from_wkt(definition.replace("VN2000", "Other").replace("D_Vietnam_2000", "X")) is None
    assert from_wkt("nonsense") is None


@pytest.mark.parametrize(
    ("header", "kind", "field", "unit"),
    [
        ("Công suất (kW)", "stations", "licence_power_w", "kW"),
        ("cong suat kw", "stations", "licence_power_w", "kw"),
        ("Tần số MHz", "stations", "frequency_mhz", "MHz"),
        ("Tần số (kHz)", "stations", "frequency_mhz", "kHz"),
        ("CHIEU_CAO_M", "structures", "height_m", "M"),
        ("Chiều cao (m)", "structures", "height_m", "m"),
        ("Kinh độ (WGS 84, độ)", "structures", "longitude", "độ"),
        ("vi do", "structures", "latitude", ""), ("Toạ độ X (m)", "structures", "x", "m"),
        ("E", "structures", "easting", ""), ("N(m)", "structures", "northing", "m"),
        ("Freq MHz", "plan", "frequency_mhz", "MHz"), ("P kW", "plan", "power_max_kw", "kW"),
        ("Lon/Lat as printed", "plan", "position", ""),
        ("h_ant m", "plan", "antenna_height_m", "m"),
        ("Mã trạm *", "structures", "code", ""), ("Đơn vị chủ quản", "structures", "owner_id", ""),
    ],
)  # fmt: skip
def test_headers(header, kind, field, unit):
    from gis.exchange.headers import _match

    found = _match(header, ImportKind(kind))
    assert found is not None
    assert (found[0], found[2]) == (field, unit)


def test_a_header_with_a_unit_that_does_not_fit_is_another_thing():
    assert recognised(["Chiều cao (MHz)"], ImportKind.STRUCTURES) == 0
    assert read_header("X (VN-2000, KTT 105°45')").statement.epsg == 9210


def test_names_without_regard_to_the_place_of_the_tone():
    assert name_key("Hoà Khánh") == name_key("HÒA  khánh") == name_key("Ho\u0061\u0300 Khánh")
    assert name_key("Thuý") == name_key("Thúy")
    assert name_key("Hoa") != name_key("Hoà")
    assert name_key("Tân") != name_key("Tan")
    assert plain_key("Đức_Huệ (m)") == "duc hue m"
    assert commune_key("Xã Tân An") == commune_key("P. Tân An") == name_key("tân an")
    assert commune_key("Phường 4") == "4"


def _encoders():
    from gis.exchange.encoding import _tables

    tcvn3 = {letter: chr(code) for code, letter in _tables()[0].items()}
    vni: dict[str, str] = {}
    for written, letter in _tables()[1].items():
        vni.setdefault(letter, written)
    return {"TCVN3 (ABC)": tcvn3, "VNI": vni}


@pytest.mark.parametrize("encoding", ["TCVN3 (ABC)", "VNI"])
def test_every_commune_is_known_in_the_old_encodings(encoding):
    table = _encoders()[encoding]
    with path("admin/units.csv").open(encoding="utf-8", newline="") as stream:
        names = [row["name"].lower() for row in csv.DictReader(stream)]
    missed = []
    for name in names:
        old = "".join(table.get(letter, letter) for letter in name)
        found = legacy_reading(old)
        if not name.isascii() and (found is None or found.reading != name):
            missed.append(name)
    assert len(names) > 300
    assert not missed


def test_modern_text_is_never_taken_for_old():
    with path("admin/units.csv").open(encoding="utf-8", newline="") as stream:
        names = [row["name"] for row in csv.DictReader(stream)]
    for text in (*names, "Café Müller", "ø 60 mm", "m² 45°30'", "Nhà sàn", "hoà bình, Hòa Bình"):
        assert legacy_reading(text) is None, text


def test_known_letters_of_tcvn3():
    # TCVN 5712:1993, VN3: B5 à, B6 ả, B7 ã, B8 á, B9 ạ, A7 Đ, AE đ, D6 ệ (iconv -f TCVN agrees).
    table = _encoders()["TCVN3 (ABC)"]
    assert [ord(table[c]) for c in "àảãáạĐđệ"] == [0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xA7, 0xAE, 0xD6]


@pytest.mark.parametrize("word", ["quốc", "Giuộc", "nghiêng", "quyển", "gì", "khuỷu", "Đức"])
def test_syllables(word):
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["Cét", "kà", "ngê", "bcd", "Xaõ", "tat", "München"])
def test_no_syllables(word):
    assert not is_syllable(word)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_files(encoding):
    text = "Mã trạm;Tên trạm\nLA1;Trạm Tân An\n"
    assert decode(text.encode(encoding), "a.csv") == text


def test_broken_utf8_names_the_byte():
    with pytest.raises(FormatError) as caught:
        decode(b"abc" + b"\xff" + "défg".encode(), "a.csv")
    assert caught.value.values["position"] == 3
    assert "0xFF" in caught.value.say("vi")
    with pytest.raises(FormatError) as caught:
        decode(b"\xef\xbb\xbfab\xff", "a.csv")
    assert caught.value.values["position"] == 5


@pytest.mark.parametrize("encoding", ["TCVN3 (ABC)", "VNI", "Windows-1258"])
def test_old_files_are_refused_with_their_reading(encoding):
    text = "Mã trạm;Tên trạm;Địa chỉ\nLA1;Cột ăng ten;Quốc lộ 1, xã Tân Bửu\n".lower()
    if encoding == "Windows-1258":
        import unicodedata

        spread = "".join(c if c in "ăâđêôơư" else unicodedata.normalize("NFD", c) for c in text)
        for letter, base, mark in (
            ("ộ", "ô", "\u0323"),
            ("ố", "ô", "\u0301"),
            ("ử", "ư", "\u0309"),
        ):
            spread = spread.replace(unicodedata.normalize("NFD", letter), base + mark)
        content = spread.encode("cp1258")
    else:
        table = _encoders()[encoding]
        content = "".join(table.get(c, c) for c in text).encode("latin-1")
    with pytest.raises(FormatError) as caught:
        decode(content, "a.csv")
    assert caught.value.key == "exchange.file.legacy_encoding"
    assert caught.value.values["encoding"] == encoding
    assert "mã trạm;tên trạm" in caught.value.say("vi")


def test_nul_is_refused():
    with pytest.raises(FormatError, match="NUL"):
        decode(b"a;b\nc\x00;d\n" + b"x" * 100, "a.csv")
