"""What the page of a station shows of its antenna of two angles, and what its form asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from markupsafe import Markup

from data.text import Language, number, text
from gis.exchange.antennas import GainUnit
from gis.exchange.station_antennas import ASKED
from gis.register.antennas import (
    MOUNTING,
    PARAMETERS,
    Antenna,
    AntennaKind,
    SideLobeQuality,
    antenna_facts,
    fits_carrier,
    limits_of,
)
from gis.register.records import BroadcastStation
from maps.antenna_figure import CUTS, cut_rows, cut_svg
from propagation.antenna_f1336 import SideLobes

__all__ = ["AntennaForm", "AntennaShown", "Asked", "antenna_form", "antenna_shown"]

_WORDS: Mapping[str, type[StrEnum]] = {
    "side_lobes": SideLobes,
    "side_lobe_quality": SideLobeQuality,
}
_ALWAYS = ("name", *MOUNTING)


@dataclass(frozen=True, slots=True)
class AntennaShown:
    """What a page shows of an antenna.

    Attributes
    ----------
    facts : sequence of (str, str)
        Label and value of everything stated.
    figures : sequence of Markup
        The drawings of both cuts; empty where the pattern is not defined at the carrier.
    tables : sequence of (str, sequence of (str, str))
        The same as numbers: caption, then direction and attenuation.
    """

    facts: Sequence[tuple[str, str]]
    figures: Sequence[Markup]
    tables: Sequence[tuple[str, Sequence[tuple[str, str]]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of the form.

    Attributes
    ----------
    name, label, value : str
        Its name, its label, and what stands in it.
    kinds : str
        The kinds that it belongs to, by spaces; empty for all.
    limits : str
        Least and largest value in words; empty for a text or a choice.
    options : sequence of (str, str)
        Values and words of a choice.
    """

    name: str
    label: str
    value: str
    kinds: str = ""
    limits: str = ""
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class AntennaForm:
    """The form of an antenna.

    Attributes
    ----------
    kinds : Asked
        The choice of the kind.
    always, own : sequence of Asked
        What every kind asks, and what some do.
    has_cuts : bool
        Whether the station has cuts that stay without a new file.
    gain_units : sequence of str
        What the gain of a file may be over.
    """

    kinds: Asked
    always: Sequence[Asked]
    own: Sequence[Asked]
    has_cuts: bool
    gain_units: Sequence[str]


def antenna_shown(station: BroadcastStation, language: Language) -> AntennaShown | None:
    """Return what a page shows of a station's antenna, None where it has none."""
    antenna = station.antenna
    if antenna is None:
        return None
    facts = antenna_facts(antenna, language)
    if not fits_carrier(antenna, station.frequency_mhz):
        return AntennaShown(facts, (), ())
    return AntennaShown(
        facts,
        [Markup(cut_svg(antenna, station.frequency_mhz, cut, language)) for cut in CUTS],  # noqa: S704 - escaped where it is drawn
        [
            (
                text(f"antennas.figure_{cut}", language),
                cut_rows(antenna, station.frequency_mhz, cut, language),
            )
            for cut in CUTS
        ],
    )


def antenna_form(
    station: BroadcastStation, language: Language, asked: Mapping[str, str] | None
) -> AntennaForm:
    """Return the form of a station's antenna, filled with what was asked or what hangs there."""
    antenna = station.antenna
    values = _values(antenna, language) if asked is None else asked

    def field(name: str) -> Asked:
        label = text(f"register.field.antenna_{name}", language)
        kinds = " ".join(kind.value for kind, needs in PARAMETERS.items() if name in needs)
        options = [
            (one.value, text(f"register.antenna_{name}.{one.value}", language))
            for one in _WORDS.get(name, ())
        ]
        limits = ""
        if name != "name" and not options:
            limits = " … ".join(number(limit, language) for limit in limits_of(name))
        return Asked(name, label, values.get(name, ""), kinds, limits, options)

    kinds = [
        (kind.value, text(f"register.antenna_kind.{kind.value}", language)) for kind in AntennaKind
    ]
    label = text("register.field.antenna_kind", language)
    return AntennaForm(
        kinds=Asked("kind", label, values.get("kind", AntennaKind.CUTS.value), options=kinds),
        always=[field(name) for name in _ALWAYS],
        own=[field(name) for name in ASKED if name not in ("kind", *_ALWAYS)],
        has_cuts=antenna is not None and antenna.kind is AntennaKind.CUTS,
        gain_units=[unit.value for unit in GainUnit],
    )


def _values(antenna: Antenna | None, language: Language) -> dict[str, str]:
    """Return the values of an antenna as one would type them."""
    values = {}
    for name in ASKED:
        value = getattr(antenna, name, None)
        if isinstance(value, float):
            written = np.format_float_positional(value, trim="-")
            values[name] = written.replace(".", ",") if language is Language.VI else written
        elif value is not None:
            values[name] = str(value)
    return values
