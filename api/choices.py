"""What a page offers to choose from for a study of a station, and why something is not offered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from data.text import Language, text
from gis.mobile import bands
from gis.register.records import BroadcastStation
from gis.studies.asked import INTERFERENCE_TIME_PERCENTS
from gis.studies.predictors.base import Limits, Range
from gis.studies.predictors.itm import Irregularity
from gis.studies.predictors.p1546 import P1546
from gis.studies.predictors.registry import DEFAULT, MODELS
from propagation.hata.okumura import Environment
from propagation.itu import p1812, p2108, p2109

__all__ = ["Choice", "Choices", "choices_for", "mobile_choices", "network_choices", "path_choices"]

_MEDIAN = (50.0,)
_FM_MHZ = (87.5, 108.0)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a list.

    Attributes
    ----------
    value : str
        What the form sends.
    label : str
        What people read; with the reason where it cannot be chosen.
    open : bool
        Whether it can be chosen.
    """

    value: str
    label: str
    open: bool = True


@dataclass(frozen=True, slots=True)
class Choices:
    """The lists of a form, in the order in which they are shown.

    Attributes
    ----------
    coverage_models, interference_models : sequence of Choice
        Models for 50 % of time, and for 1 % too: an interference, or a network.
    environments, irregularities, clutter, building : sequence of Choice
        Surroundings of the receivers, where ITM takes the irregularity of the terrain, and what
        may be added to the loss.
    """

    coverage_models: Sequence[Choice]
    interference_models: Sequence[Choice]
    environments: Sequence[Choice]
    irregularities: Sequence[Choice]
    clutter: Sequence[Choice]
    building: Sequence[Choice]


def choices_for(station: BroadcastStation, curves: Path | None, language: Language) -> Choices:
    """Return what can be chosen for a station, and what cannot with its reason.

    Parameters
    ----------
    station : BroadcastStation
        The station.
    curves : Path or None
        The installation's copy of the curves of Rec. ITU-R P.1546.
    language : Language
        Language of the words.
    """
    return _choices((station.frequency_mhz,) * 2, station.height_above_ground_m, curves, language)


def network_choices(curves: Path | None, language: Language) -> Choices:
    """Return what can be chosen for a network of FM stations.

    Parameters
    ----------
    curves : Path or None
        The installation's copy of the curves of Rec. ITU-R P.1546.
    language : Language
        Language of the words.
    """
    return _choices(_FM_MHZ, None, curves, language)


def mobile_choices(curves: Path | None, language: Language) -> Choices:
    """Return what can be chosen for mobile networks of any band.

    Parameters
    ----------
    curves : Path or None
        The installation's copy of the curves of Rec. ITU-R P.1546.
    language : Language
        Language of the words.
    """
    known = bands()
    return _choices((known[0].lower_mhz, known[-1].upper_mhz), None, curves, language)


def path_choices(
    station: BroadcastStation | None, curves: Path | None, language: Language
) -> Choices:
    """Return what can be chosen for the path from a station, or from one not chosen yet.

    Parameters
    ----------
    station : BroadcastStation or None
        The station.
    curves, language
        As of `choices_for`.
    """
    if station is not None:
        return choices_for(station, curves, language)
    return _choices(p1812.FREQUENCIES_MHZ, None, curves, language)


def _choices(
    band_mhz: Range, height_m: float | None, curves: Path | None, language: Language
) -> Choices:
    """Return the lists for stations of a band; closed is what covers nothing of it."""

    def models(percents: Sequence[float]) -> list[Choice]:
        asked = _Asked(band_mhz, height_m, percents)
        return [_model(name, asked, curves, language) for name in MODELS]

    houses = [one.value for one in p2109.Building]
    environments = ("", *(one.value for one in Environment))
    return Choices(
        models(_MEDIAN),
        models(INTERFERENCE_TIME_PERCENTS),
        [Choice(one, text(f"pages.environment_{one or 'usual'}", language))
         for one in environments],
        [Choice(one, text(f"pages.irregularity_{one or 'usual'}", language))
         for one in ("", Irregularity.EXACT.value)],
        [_plain("none", language),
         _addition("p2108", p2108.TERRESTRIAL_FREQUENCIES_MHZ, band_mhz, language)],
        [_plain("none", language),
         *(_addition(one, p2109.FREQUENCIES_MHZ, band_mhz, language) for one in houses)],
    )  # fmt: skip


class _Asked(NamedTuple):
    """What a model has to cover."""

    band_mhz: Range
    height_m: float | None
    percents: Sequence[float]


def _model(name: str, asked: _Asked, curves: Path | None, language: Language) -> Choice:
    label = text(f"pages.model_{name}", language)
    if name == P1546.name and curves is None:
        return _closed(name, label, text("pages.model_needs_curves", language), language)
    reason = next(_reasons(MODELS[name].limits, asked, language), None)
    if reason is not None:
        return _closed(name, label, reason, language)
    slow = text("pages.model_slow", language) if MODELS[name].slow else ""
    usual = text("pages.model_usual", language) if name == DEFAULT else ""
    return Choice(name, f"{label}{slow}{usual}")


def _reasons(limits: Limits, asked: _Asked, language: Language) -> Iterator[str]:
    """Yield why a model does not cover stations."""
    frequency_mhz = _nearest(asked.band_mhz, limits.frequencies_mhz)
    compared: list[tuple[str, Range, Sequence[float | None]]] = [
        ("frequency", limits.frequencies_mhz, [frequency_mhz]),
        ("height", limits.transmitter_heights_m, [asked.height_m]),
        ("time", limits.time_percents, asked.percents),
    ]
    for what, (lower, upper), values in compared:
        if any(value is not None and not lower <= value <= upper for value in values):
            yield text(f"pages.model_only_{what}", language, lower=lower, upper=upper)


def _nearest(band_mhz: Range, within: Range) -> float:
    """Return the frequency of a band that lies within a range, or nearest to it."""
    return min(max(within[0], band_mhz[0]), band_mhz[1])


def _addition(value: str, within: Range, band_mhz: Range, language: Language) -> Choice:
    label = text(f"pages.addition_{value}", language)
    if within[0] <= _nearest(band_mhz, within) <= within[1]:
        return Choice(value, label)
    reason = text("pages.model_only_frequency", language, lower=within[0], upper=within[1])
    return _closed(value, label, reason, language)


def _plain(value: str, language: Language) -> Choice:
    return Choice(value, text(f"pages.addition_{value}", language))


def _closed(value: str, label: str, reason: str, language: Language) -> Choice:
    return Choice(value, text("pages.choice_closed", language, label=label, reason=reason), False)
