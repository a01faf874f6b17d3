"""Antenna files: what is read, what is refused and how it is named, and the way back."""

import os
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis.errors import FormatError
from gis.exchange.antennas import (
    AntennaFile,
    GainUnit,
    msi_text,
    parse_msi,
    read_msi,
    write_msi,
)
from propagation.antenna_cuts import Cuts, cut_attenuation_db
from propagation.antenna_mounting import Mounting, erp_towards_dbw

ANGLES = np.arange(360)
ACROSS = np.round(15 * (1 - np.cos(np.radians(ANGLES))), 2)
DOWN = np.round(np.minimum(12 * (((ANGLES - 6 + 180) % 360 - 180) / 7.0) ** 2, 30.0), 2)
HEAD = """NAME KRE 738 ăng ten thử
MAKE Nhà sản xuất
FREQUENCY 2140
H_WIDTH 65
V_WIDTH 7
FRONT_TO_BACK 30
GAIN 15.5 dBd
TILT ELECTRICAL
ELECTRICAL_TILT 6
POLARIZATION +45
COMMENT one two  three
"""


def cut(name: str, values: np.ndarray) -> str:
    lines = "\n".join(f"{angle}.0\t{value:.2f}" for angle, value in enumerate(values))
    return f"{name} 360\n{lines}\n"


TEXT = HEAD + cut("HORIZONTAL", ACROSS) + cut("VERTICAL", DOWN)


def parse(text: str, **options: GainUnit) -> AntennaFile:
    return parse_msi(text.encode(), "thử.msi", **options)


def same(one: AntennaFile, other: AntennaFile) -> bool:
    assert other.cuts.vertical_attenuation_db is not None
    np.testing.assert_array_equal(
        one.cuts.horizontal_attenuation_db, other.cuts.horizontal_attenuation_db
    )
    np.testing.assert_array_equal(
        one.cuts.vertical_attenuation_db, other.cuts.vertical_attenuation_db
    )
    return (one.name, one.maximum_gain_dbi, one.frequency_mhz, one.gain_unit, one.fields) == (
        other.name,
        other.maximum_gain_dbi,
        other.frequency_mhz,
        other.gain_unit,
        other.fields,
    )


def test_reading() -> None:
    antenna = parse(TEXT)
    assert antenna.name == "KRE 738 ăng ten thử"
    assert antenna.maximum_gain_dbi == pytest.approx(17.65)
    assert antenna.gain_unit is GainUnit.DBD
    assert antenna.frequency_mhz == (2140, 2140)
    assert antenna.electrical_downtilt_deg == 6
    assert antenna.fields["COMMENT"] == "one two  three"
    assert next(iter(antenna.fields)) == "MAKE"
    np.testing.assert_array_equal(antenna.cuts.horizontal_attenuation_db, ACROSS)
    np.testing.assert_array_equal(antenna.cuts.vertical_attenuation_db, DOWN)


def test_the_beam_of_the_file_points_down() -> None:
    antenna = parse(TEXT)
    pattern = partial(cut_attenuation_db, antenna.cuts)
    power = erp_towards_dbw(30, pattern, 120, [-6, 0, 6], Mounting(120))
    np.testing.assert_allclose(power, 30 - DOWN[[6, 0, 354]])
    assert power[0] == 30


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("\n", "\r\n"),
        "\ufeff" + TEXT,
        "\n\n" + TEXT.replace("GAIN", "gain").replace("HORIZONTAL", "Horizontal"),
        TEXT.replace("dBd", "DBD").replace(".0\t", ".00 "),
        HEAD + cut("VERTICAL", DOWN) + "\n" + cut("HORIZONTAL", ACROSS),
    ],
    ids=["crlf", "bom", "case", "spaces", "vertical first"],
)
def test_the_same_antenna_in_other_hands(text: str) -> None:
    assert same(parse(TEXT), parse(text))


def test_utf_16() -> None:
    assert same(parse(TEXT), parse_msi(TEXT.encode("utf-16"), "a.msi"))


def test_gains() -> None:
    assert parse(TEXT.replace("15.5 dBd", "17.65 dBi")).maximum_gain_dbi == 17.65
    bare = TEXT.replace("15.5 dBd", "15.5")
    assert parse(bare, gain_unit=GainUnit.DBD).maximum_gain_dbi == pytest.approx(17.65)
    assert parse(bare, gain_unit=GainUnit.DBI).maximum_gain_dbi == 15.5
    assert parse(TEXT, gain_unit=GainUnit.DBI).gain_unit is GainUnit.DBD
    with pytest.raises(FormatError, match=r"line 7: the gain “15\.5” has no unit"):
        parse(bare)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2140", (2140, 2140)),
        ("98.5 MHz", (98.5, 98.5)),
        ("2.14 GHz", (2140, 2140)),
        ("500 kHz", (0.5, 0.5)),
        ("1710-2170", (1710, 2170)),
        ("1.7 - 2.2GHz", (1700, 2200)),
    ],
)
def test_frequencies(written: str, expected: tuple[float, float]) -> None:
    antenna = parse(TEXT.replace("FREQUENCY 2140", f"FREQUENCY {written}"))
    assert antenna.frequency_mhz == pytest.approx(expected)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("TILT ELECTRICAL\nELECTRICAL_TILT 6", 6),
        ("TILT 4", 4),
        ("TILT ELECTRICAL 2.5", 2.5),
        ("TILT MECHANICAL", None),
        ("TILT ELECTRICAL", None),
        ("TILT 1.2.3", None),
        ("X 1", None),
    ],
)
def test_tilts(lines: str, expected: float | None) -> None:
    text = TEXT.replace("TILT ELECTRICAL\nELECTRICAL_TILT 6", lines)
    assert parse(text).electrical_downtilt_deg == expected


def test_what_a_file_need_not_say() -> None:
    antenna = parse("GAIN 2 dBi\n" + cut("HORIZONTAL", ACROSS) + cut("VERTICAL", DOWN))
    assert (antenna.name, antenna.frequency_mhz, antenna.fields) == ("", None, {})
    assert antenna.electrical_downtilt_deg is None
    assert same(antenna, parse(msi_text(antenna)))


@pytest.mark.parametrize(
    ("old", "new", "key", "named"),
    [
        ("GAIN 15.5 dBd", "", "missing", ["GAIN"]),
        ("GAIN 15.5 dBd", "GAIN", "gain_without_unit", ["7"]),
        ("15.5 dBd", "15,5 dBd", "wrong_value", ["7", "GAIN", "15,5 dBd", "-50 … 80 dBd"]),
        ("15.5 dBd", "15.5 dB", "wrong_value", ["7", "15.5 dB", "dBi, dBd"]),
        ("15.5 dBd", "15.5 dBd dBi", "wrong_value", ["dBi, dBd"]),
        ("15.5 dBd", "155 dBd", "wrong_value", ["155 dBd", "-50 … 80 dBd"]),
        ("15.5 dBd", "nan dBd", "wrong_value", ["nan dBd"]),
        ("FREQUENCY 2140", "FREQUENCY high", "wrong_value", ["3", "high", "2140 MHz"]),
        ("FREQUENCY 2140", "FREQUENCY 2..1", "wrong_value", ["2..1"]),
        ("FREQUENCY 2140", "FREQUENCY 2170-1710", "wrong_value", ["0.001 … 300000 MHz"]),
        ("FREQUENCY 2140", "FREQUENCY 0", "wrong_value", ["0.001 … 300000 MHz"]),
        ("ELECTRICAL_TILT 6", "ELECTRICAL_TILT six", "wrong_value", ["9", "six", "-90 … 90 °"]),
        ("ELECTRICAL_TILT 6", "ELECTRICAL_TILT 91", "wrong_value", ["91"]),
        ("TILT ELECTRICAL\nELECTRICAL_TILT 6", "TILT 100", "wrong_value", ["8", "TILT", "100"]),
        ("HORIZONTAL 360", "HORIZONTAL 361", "wrong_value", ["12", "361", "360"]),
        ("HORIZONTAL 360", "HORIZONTAL", "wrong_value", ["12", "360"]),
        ("\n10.0\t0.23", "", "wrong_value", ["23", "HORIZONTAL", "11.0", "10°"]),
        ("\n359.0\t0.00\nVERTICAL", "\nVERTICAL", "short_cut", ["372", "HORIZONTAL", "359"]),
        ("\n10.0\t0.23", "\n10.5\t0.23", "wrong_value", ["23", "10.5 0.23", "10°"]),
        ("\n10.0\t0.23", "\n10.0\t-0.1", "wrong_value", ["23", "10.0 -0.1", "0 … 200 dB"]),
        ("\n10.0\t0.23", "\n10.0\t0,23", "wrong_value", ["23", "0,23"]),
        ("\n10.0\t0.23", "\n10.0\t1e999", "wrong_value", ["1e999"]),
        ("\n10.0\t0.23", "\n10.0\t0.23 0.3", "wrong_value", ["10.0 0.23 0.3"]),
        ("\n10.0\t0.23", "\n10.0", "wrong_value", ["“10.0”"]),
        ("\n10.0\t0.23", "\nten\t0.23", "short_cut", ["23", "10"]),
        ("VERTICAL 360", "HORIZONTAL 360", "repeated", ["373", "HORIZONTAL"]),
        ("MAKE", "NAME", "repeated", ["2", "NAME"]),
        ("MAKE Nhà", "<script> Nhà", "not_a_field", ["2", "<script>"]),
        ("COMMENT one", "COMMENT " + "x" * 500, "long_line", ["11", "500"]),
    ],
)
def test_what_is_wrong_is_named(old: str, new: str, key: str, named: list[str]) -> None:
    assert TEXT.count(old) == 1
    with pytest.raises(FormatError) as caught:
        parse(TEXT.replace(old, new))
    assert caught.value.key == f"antennas.{key}"
    for language in ("vi", "en"):
        sentence = caught.value.say(language)
        assert "thử.msi" in sentence
        for part in named:
            assert part in sentence


@pytest.mark.parametrize("name", ["HORIZONTAL", "VERTICAL"])
def test_a_cut_that_is_not_there(name: str) -> None:
    other = cut("VERTICAL", DOWN) if name == "HORIZONTAL" else cut("HORIZONTAL", ACROSS)
    with pytest.raises(FormatError, match=f"lacks {name};"):
        parse(HEAD + other)


def test_a_file_cut_short() -> None:
    with pytest.raises(FormatError, match="the cut VERTICAL has only 359 values"):
        parse(TEXT[: TEXT.rindex("359.0")])


def test_a_361st_value_is_not_passed_over() -> None:
    with pytest.raises(FormatError) as caught:
        parse(TEXT.replace("VERTICAL 360", "360.0\t0.0\nVERTICAL 360"))
    assert caught.value.key == "antennas.unexpected_number"
    assert caught.value.values["row"] == "373"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "antennas.missing"),
        (b"\0" * 500, "exchange.file.nul"),
        (TEXT.encode().replace(b"KRE", b"\xff\xfe"), "exchange.file.encoding"),
        (TEXT.encode() + b"COMMENT2 \0", "exchange.file.nul"),
        (b"A" * 200_001, "antennas.too_large"),
        (b"A\n" * 100_000, "antennas.repeated"),
    ],
    ids=["empty", "zeros", "bytes", "nul", "large", "many lines"],
)
def test_hostile_bytes(content: bytes, key: str) -> None:
    with pytest.raises(FormatError) as caught:
        parse_msi(content, "x.msi")
    assert caught.value.key == key
    assert "x.msi" in caught.value.say("vi")


@given(content=st.binary(max_size=300))
def test_any_bytes_are_a_clear_error(content: bytes) -> None:
    with pytest.raises(FormatError):
        parse_msi(content, "x.msi")


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "thử.msi"
    file.write_text(TEXT, encoding="utf-8")
    antenna = read_msi(file)
    assert same(antenna, parse(TEXT))
    write_msi(tmp_path / "back.msi", antenna)
    assert same(antenna, read_msi(tmp_path / "back.msi"))
    assert b"\r" not in (tmp_path / "back.msi").read_bytes()
    file.write_bytes(b"x" * 1_000_000)
    with pytest.raises(FormatError, match="at most 200 kB"):
        read_msi(file)
    os.mkfifo(tmp_path / "pipe.msi")
    for name in ("absent.msi", "pipe.msi", "."):
        with pytest.raises(FormatError) as caught:
            read_msi(tmp_path / name)
        assert caught.value.key == "exchange.file.not_a_file"


@settings(max_examples=25)
@given(
    gain=st.floats(-40, 70),
    unit=st.sampled_from(GainUnit),
    low=st.floats(0.001, 1000),
    wide=st.floats(0, 1000),
    across=st.lists(st.floats(0, 200), min_size=8, max_size=8),
)
def test_the_way_back(
    gain: float, unit: GainUnit, low: float, wide: float, across: list[float]
) -> None:
    rounded = np.round(np.tile(across, 45), 4)
    antenna = AntennaFile(
        name="ăng ten",
        maximum_gain_dbi=round(gain, 3),
        cuts=Cuts(rounded, DOWN),
        frequency_mhz=(round(low, 3), round(low + wide, 3)),
        gain_unit=unit,
        fields={"MAKE": "x y", "TILT": "ELECTRICAL", "ELECTRICAL_TILT": "3"},
    )
    back = parse(msi_text(antenna))
    assert back.maximum_gain_dbi == pytest.approx(antenna.maximum_gain_dbi, abs=1e-8)
    assert back.frequency_mhz == antenna.frequency_mhz
    np.testing.assert_array_equal(back.cuts.horizontal_attenuation_db, rounded)
    assert (back.name, back.gain_unit, dict(back.fields)) == (
        antenna.name,
        unit,
        dict(antenna.fields),
    )
    assert msi_text(back) == msi_text(parse(msi_text(back)))


def written(**changes: object) -> str:
    base = {"name": "a", "maximum_gain_dbi": 1.0, "cuts": Cuts(ACROSS, DOWN)}
    return msi_text(AntennaFile(**{**base, **changes}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "two\nGAIN 99 dBi"},
        {"name": "x" * 500},
        {"name": " a"},
        {"fields": {"MAKE": "a\x85b"}},
        {"fields": {"ma ke": "a"}},
        {"fields": {"1.5": "a"}},
    ],
)
def test_nothing_is_smuggled_into_a_line(changes: dict[str, object]) -> None:
    with pytest.raises(FormatError) as caught:
        written(**changes)
    assert caught.value.key == "antennas.not_one_line"


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": {"GAIN": "9 dBi"}},
        {"fields": {"VERTICAL": "360"}},
        {"fields": {"ELECTRICAL_TILT": "steep"}},
        {"maximum_gain_dbi": float("nan")},
        {"maximum_gain_dbi": 81.0},
        {"frequency_mhz": (0.0, 1.0)},
        {"cuts": Cuts(np.where(ANGLES == 7, np.nan, ACROSS), DOWN)},
        {"cuts": Cuts(ACROSS + 200, DOWN)},
    ],
)
def test_what_would_not_read_back_is_not_written(changes: dict[str, object]) -> None:
    with pytest.raises(FormatError, match="file a, line"):
        written(**changes)


@pytest.mark.parametrize(
    ("cuts", "count"),
    [(Cuts(ACROSS), "VERTICAL"), (Cuts(ACROSS[::10], DOWN), "HORIZONTAL")],
)
def test_only_whole_cuts_are_written(cuts: Cuts, count: str) -> None:
    with pytest.raises(FormatError, match=count) as caught:
        written(cuts=cuts)
    assert caught.value.key == "antennas.cut_to_write"
