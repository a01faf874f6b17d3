"""Antenna pattern files in the MSI Planet format: read, and written so that they read the same.

Such a file is text: lines of a name and a value (`GAIN 15.5 dBd`), then a horizontal and a
vertical cut of 360 lines each, an angle in degrees and the attenuation below the maximum in dB.
The angles of the vertical cut count downwards. A file comes from anywhere, so it is measured
before it is read, and what is wrong is named with its line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gis.errors import FormatError
from gis.exchange.encoding import decode
from gis.exchange.writing import replaced_atomically
from propagation.antenna_cuts import Cuts
from propagation.constants import DIPOLE_GAIN_DBI

__all__ = [
    "FILE_BYTES",
    "AntennaFile",
    "GainUnit",
    "msi_text",
    "parse_msi",
    "read_msi",
    "write_msi",
]

FILE_BYTES = 200_000
"""Largest size of an antenna file."""

_LINE_CHARACTERS = 500
_CUT_VALUES = 360
_CUTS = ("HORIZONTAL", "VERTICAL")
_OWN = ("NAME", "FREQUENCY", "GAIN", *_CUTS)
_NUMBER = re.compile(r"[+-]?(?:\d{1,9}(?:\.\d{0,12})?|\.\d{1,12})", re.ASCII)
_FREQUENCY = re.compile(
    r"(?P<low>[\d.]+)(?:\s*-\s*(?P<high>[\d.]+))?\s*(?P<unit>[kMG]Hz)?", re.IGNORECASE | re.ASCII
)
_TO_MHZ = {"khz": 1e-3, "": 1.0, "mhz": 1.0, "ghz": 1e3}
_FIELD = re.compile(r"[A-Z][A-Z0-9_]{0,39}", re.ASCII)
_TILT = re.compile(r"(?:ELECTRICAL\s+)?(?P<degrees>[+-]?[\d.]+)", re.IGNORECASE | re.ASCII)
_GAIN_DBI = (-50.0, 80.0)
_ATTENUATION_DB = (0.0, 200.0)
_TILT_DEG = (-90.0, 90.0)
_FREQUENCY_MHZ = (0.001, 300_000.0)


class GainUnit(StrEnum):
    """What a gain is over."""

    DBI = "dBi"
    DBD = "dBd"


@dataclass(frozen=True, slots=True, eq=False)
class AntennaFile:
    """An antenna as a file describes it.

    Attributes
    ----------
    name : str
        Its name.
    maximum_gain_dbi : float
        Gain over an isotropic antenna in the direction of the maximum.
    cuts : Cuts
        Both cuts, 360 values each. A tilt that the pattern was measured with is in them.
    frequency_mhz : tuple of two float, or None
        Lowest and highest frequency.
    gain_unit : GainUnit
        In which unit the file states the gain.
    fields : mapping
        The other lines of its head by name, as they stand.
    """

    name: str
    maximum_gain_dbi: float
    cuts: Cuts
    frequency_mhz: tuple[float, float] | None = None
    gain_unit: GainUnit = GainUnit.DBI
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def electrical_downtilt_deg(self) -> float | None:
        """Electrical tilt of the pattern, degrees downwards; None when the file says none."""
        for key in ("ELECTRICAL_TILT", "TILT"):
            found = _TILT.fullmatch(self.fields.get(key, ""))
            if found is not None and _NUMBER.fullmatch(found["degrees"]):
                return float(found["degrees"])
        return None


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a file that is being read, with what an error has to name."""

    file: str
    row: int
    field: str
    value: str

    def wrong(self, expected: str) -> FormatError:
        """Return the error that names the value and what is expected."""
        return FormatError(
            "antennas.wrong_value",
            file=self.file,
            row=str(self.row),
            field=self.field,
            value=self.value,
            expected=expected,
        )

    def number(self, text: str, limits: tuple[float, float], unit: str) -> float:
        """Return a number within limits."""
        lower, upper = limits
        if not _NUMBER.fullmatch(text) or not lower <= float(text) <= upper:
            raise self.wrong(f"{lower:g} … {upper:g} {unit}")
        return float(text)


def read_msi(path: Path, *, gain_unit: GainUnit | None = None) -> AntennaFile:
    """Read an antenna file.

    Parameters
    ----------
    path : Path
        A plain file of at most 200 kB, in UTF-8 or UTF-16.
    gain_unit : GainUnit, optional
        What the gain is over where the file does not say; nothing is guessed.

    Raises
    ------
    FormatError
        If it is no such file; the error names file, line, value and what is expected.
    """
    if not path.is_file():
        raise FormatError("exchange.file.not_a_file", file=path.name)
    with path.open("rb") as stream:
        content = stream.read(FILE_BYTES + 1)
    return parse_msi(content, path.name, gain_unit=gain_unit)


def parse_msi(content: bytes, file: str, *, gain_unit: GainUnit | None = None) -> AntennaFile:
    """Read the bytes of an antenna file, see `read_msi`.

    Parameters
    ----------
    content : bytes
        The file.
    file : str
        Its name for people.
    gain_unit : GainUnit, optional
        What the gain is over where the file does not say.

    Raises
    ------
    FormatError
        If it is no such file; the error names file, line, value and what is expected.
    """
    if len(content) > FILE_BYTES:
        raise FormatError("antennas.too_large", file=file, limit=FILE_BYTES // 1000)
    head: dict[str, _Line] = {}
    cuts: dict[str, NDArray[np.float64]] = {}
    lines = _lines(decode(content, file), file)
    for line in lines:
        if _NUMBER.fullmatch(line.field):
            raise FormatError(
                "antennas.unexpected_number", file=file, row=str(line.row), value=line.field
            )
        if line.field in head:
            raise FormatError("antennas.repeated", file=file, row=str(line.row), field=line.field)
        head[line.field] = line
        if line.field in _CUTS:
            cuts[line.field] = _cut(line, lines)
    for name in ("GAIN", *_CUTS):
        if name not in head:
            raise FormatError("antennas.missing", file=file, field=name)
    unit, gain_dbi = _gain(head["GAIN"], gain_unit)
    others = {name: line.value for name, line in head.items() if name not in _OWN}
    antenna = AntennaFile(
        name=head["NAME"].value if "NAME" in head else "",
        maximum_gain_dbi=gain_dbi,
        cuts=Cuts(*(cuts[name] for name in _CUTS)),
        frequency_mhz=_frequency(head["FREQUENCY"]) if "FREQUENCY" in head else None,
        gain_unit=unit,
        fields=others,
    )
    _check_tilt(head, antenna)
    return antenna


def msi_text(antenna: AntennaFile) -> str:
    """Return an antenna as the text of a file, which reads back as the same antenna.

    Raises
    ------
    FormatError
        If a name or field does not fit on a line of its own, a cut has no 360 values, or the text
        would not read back.
    """
    gain = antenna.maximum_gain_dbi
    if antenna.gain_unit is GainUnit.DBD:
        gain = round(gain - DIPOLE_GAIN_DBI, 9)
    head = {"NAME": antenna.name}
    if antenna.frequency_mhz is not None:
        low, high = (_written(value) for value in antenna.frequency_mhz)
        head["FREQUENCY"] = low if low == high else f"{low}-{high}"
    head["GAIN"] = f"{_written(gain)} {antenna.gain_unit.value}"
    lines = [
        _head_line(name, value)
        for name, value in (*head.items(), *antenna.fields.items())
        if value or name != "NAME"
    ]
    circles = (antenna.cuts.horizontal_attenuation_db, antenna.cuts.vertical_attenuation_db)
    for name, circle in zip(_CUTS, circles, strict=True):
        if circle is None or circle.size != _CUT_VALUES:
            found = 0 if circle is None else circle.size
            raise FormatError("antennas.cut_to_write", field=name, count=found)
        lines.append(f"{name} {_CUT_VALUES}")
        lines += [f"{angle} {_written(value)}" for angle, value in enumerate(circle)]
    text = "\n".join(lines) + "\n"
    parse_msi(text.encode(), antenna.name)  # what would not read back is not written
    return text


def write_msi(path: Path, antenna: AntennaFile) -> None:
    """Write an antenna file whole, or not at all.

    Raises
    ------
    FormatError
        If the antenna does not fit the format, see `msi_text`.
    """
    text = msi_text(antenna)
    with replaced_atomically(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def _lines(text: str, file: str) -> Iterator[_Line]:
    """Yield the lines that hold something: the first word and the rest."""
    for row, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip()
        if len(stripped) > _LINE_CHARACTERS:
            raise FormatError(
                "antennas.long_line", file=file, row=str(row), limit=_LINE_CHARACTERS
            )
        if stripped:
            name, *rest = stripped.split(maxsplit=1)
            yield _named(_Line(file, row, name, rest[0] if rest else ""))


def _named(line: _Line) -> _Line:
    """Return a line with its name in capitals; one that begins with a number stays."""
    name = line.field.upper()
    if _NUMBER.fullmatch(line.field):
        return line
    if not _FIELD.fullmatch(name):
        raise FormatError(
            "antennas.not_a_field", file=line.file, row=str(line.row), value=line.field[:40]
        )
    return _Line(line.file, line.row, name, line.value)


def _cut(head: _Line, lines: Iterator[_Line]) -> NDArray[np.float64]:
    """Read the 360 lines of a cut that follow its head."""
    if head.value != str(_CUT_VALUES):
        raise head.wrong(str(_CUT_VALUES))
    values = np.empty(_CUT_VALUES)
    for angle in range(_CUT_VALUES):
        line = next(lines, None)
        if line is None or not _NUMBER.fullmatch(line.field):
            row = "—" if line is None else str(line.row)
            raise FormatError(
                "antennas.short_cut", file=head.file, row=row, field=head.field, count=angle
            )
        here = _Line(line.file, line.row, head.field, f"{line.field} {line.value}".strip())
        if float(line.field) != angle:
            raise here.wrong(f"{angle}°")
        values[angle] = here.number(line.value, _ATTENUATION_DB, "dB")
    return values


def _gain(line: _Line, given: GainUnit | None) -> tuple[GainUnit, float]:
    number, *rest = line.value.split() or [""]
    units = {unit.value.lower(): unit for unit in GainUnit}
    if len(rest) > 1 or (rest and rest[0].lower() not in units):
        raise line.wrong("dBi, dBd")
    unit = units[rest[0].lower()] if rest else given
    if unit is None:
        raise FormatError(
            "antennas.gain_without_unit", file=line.file, row=str(line.row), value=line.value
        )
    gain = line.number(number, _GAIN_DBI, unit.value)
    return unit, gain if unit is GainUnit.DBI else gain + DIPOLE_GAIN_DBI


def _frequency(line: _Line) -> tuple[float, float]:
    found = _FREQUENCY.fullmatch(line.value)
    expected = "2140, 2140 MHz, 1710-2170, 2.14 GHz"
    if found is None:
        raise line.wrong(expected)
    factor = _TO_MHZ[(found["unit"] or "").lower()]
    low, high = found["low"], found["high"] or found["low"]
    if not (_NUMBER.fullmatch(low) and _NUMBER.fullmatch(high)):
        raise line.wrong(expected)
    limits = float(low) * factor, float(high) * factor
    if not _FREQUENCY_MHZ[0] <= limits[0] <= limits[1] <= _FREQUENCY_MHZ[1]:
        raise line.wrong(f"{_FREQUENCY_MHZ[0]:g} … {_FREQUENCY_MHZ[1]:g} MHz")
    return limits


def _check_tilt(head: Mapping[str, _Line], antenna: AntennaFile) -> None:
    stated = head.get("ELECTRICAL_TILT")
    if stated is not None:
        stated.number(stated.value, _TILT_DEG, "°")
    tilt = antenna.electrical_downtilt_deg
    if tilt is not None and not _TILT_DEG[0] <= tilt <= _TILT_DEG[1]:
        raise head["TILT"].wrong(f"{_TILT_DEG[0]:g} … {_TILT_DEG[1]:g} °")


def _head_line(name: str, value: str) -> str:
    line = f"{name} {value}".rstrip()
    plain = line.isprintable() and len(line) <= _LINE_CHARACTERS and value == value.strip()
    if not plain or not _FIELD.fullmatch(name):
        raise FormatError("antennas.not_one_line", field=name[:40])
    return line


def _written(value: float) -> str:
    """Return the shortest text that reads back as the same number, without an exponent."""
    return np.format_float_positional(value, trim="-")
