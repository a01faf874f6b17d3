"""What to change so that a finding no longer objects: the smallest change, found by search.

Nothing is judged here. A search is given a question, *does the finding still object with this?*,
and whoever asks answers it with the very check that objected. Powers are reduced in whole tenths
of a decibel by contiguous sectors of the 36 azimuths, antennas are lowered in whole steps, and
channels are tried on the raster, the nearest first.

Less power never makes worse what a station does to others, so a reduction is found by halving: it
passes, and a tenth less in any of its sectors, or any azimuth of it left out, does not. A height
is found by doubling and halving: it passes, and one step less does not.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from propagation.compliance.facts import AZIMUTHS

__all__ = [
    "Radiated",
    "Sector",
    "channels_near",
    "reduced",
    "sectors",
    "smallest_lowering",
    "smallest_reduction",
]

_TENTHS: Final = 10
_STEP_DEG: Final = 360 // AZIMUTHS


# --- power ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Radiated:
    """What a station radiates, as its record states it.

    Attributes
    ----------
    erp_total_dbw, erp_horizontal_dbw, erp_vertical_dbw : float or None
        Effective radiated power, in all and by polarisation.
    attenuation_db : tuple of 36 floats
        Reduction at 0, 10 ... 350 degrees from true north; empty when non-directional.
    """

    erp_total_dbw: float | None
    erp_horizontal_dbw: float | None = None
    erp_vertical_dbw: float | None = None
    attenuation_db: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Sector:
    """Contiguous azimuths with one reduction.

    Attributes
    ----------
    from_deg, to_deg : int
        First and last of the azimuths 0, 10 ... 350 degrees, clockwise, both in it; the first is
        larger where the sector holds north.
    reduction_db : float
        Whole tenths of a decibel.
    """

    from_deg: int
    to_deg: int
    reduction_db: float


def reduced(radiated: Radiated, reduction_db: Sequence[float]) -> Radiated:
    """Return what is radiated with less power in some directions.

    The largest power stays the reference of the pattern: it falls by what every direction of it
    loses, the rest goes into the pattern.

    Parameters
    ----------
    radiated : Radiated
        What is radiated now.
    reduction_db : sequence of 36 floats
        Reduction at 0, 10 ... 350 degrees, 0 or more.
    """
    before = radiated.attenuation_db or (0.0,) * AZIMUTHS
    after = [lost + more for lost, more in zip(before, reduction_db, strict=True)]
    fallen_db = min(after) - min(before)
    pattern = tuple(round(lost - fallen_db, 6) for lost in after)

    def less(power_dbw: float | None) -> float | None:
        return None if power_dbw is None else power_dbw - fallen_db

    return Radiated(
        erp_total_dbw=less(radiated.erp_total_dbw),
        erp_horizontal_dbw=less(radiated.erp_horizontal_dbw),
        erp_vertical_dbw=less(radiated.erp_vertical_dbw),
        attenuation_db=pattern if any(pattern) else (),
    )


def sectors(reduction_db: Sequence[float]) -> tuple[Sector, ...]:
    """Return the sectors of a reduction, clockwise; azimuths without any are in none."""
    return tuple(
        Sector(run[0] * _STEP_DEG, run[-1] * _STEP_DEG, reduction_db[run[0]])
        for run in _runs(reduction_db)
    )


def smallest_reduction(
    passes: Callable[[tuple[float, ...]], bool],
    *,
    most_db: float,
    guess_db: float = 0.0,
    by_azimuth: bool = True,
) -> tuple[float, ...] | None:
    """Find the smallest reduction of power by azimuth with which a check passes.

    Parameters
    ----------
    passes : callable
        Whether the check passes with a reduction at 0, 10 ... 350 degrees, dB. It fails without
        any, and never fails with more where it passes with less.
    most_db : float
        Largest reduction that is tried.
    guess_db : float
        Where the search begins; changes the time only.
    by_azimuth : bool
        Whether directions may keep their power; otherwise all lose the same.

    Returns
    -------
    tuple of 36 floats or None
        First the fewest decibels all round, then without the azimuths that can keep their power,
        then each sector with the fewest decibels that it can do with. None if the check does not
        pass with `most_db` all round.
    """
    most = round(most_db * _TENTHS)

    def asked(tenths: Sequence[int]) -> bool:
        return passes(tuple(each / _TENTHS for each in tenths))

    if most < 1 or not asked([most] * AZIMUTHS):
        return None
    begin = math.ceil(guess_db * _TENTHS - 1e-6)
    around = _least(lambda number: asked([number] * AZIMUTHS), most, begin)
    tenths = [around or most] * AZIMUTHS
    if by_azimuth:
        _leave_out(tenths, range(AZIMUTHS // 2), asked)
        _leave_out(tenths, range(AZIMUTHS // 2, AZIMUTHS), asked)
        for run in tuple(_runs(tenths)):
            _lessen(tenths, run, asked)
    return tuple(each / _TENTHS for each in tenths)


def _with(tenths: Sequence[int], places: Sequence[int], value: int) -> list[int]:
    """Return a reduction with another value at some places."""
    changed = list(tenths)
    for place in places:
        changed[place] = value
    return changed


def _leave_out(tenths: list[int], part: range, asked: Callable[[Sequence[int]], bool]) -> None:
    """Take the azimuths of a part out of a reduction that can keep their power."""
    if asked(_with(tenths, part, 0)):
        for place in part:
            tenths[place] = 0
    elif len(part) > 1:
        middle = part.start + len(part) // 2
        _leave_out(tenths, range(part.start, middle), asked)
        _leave_out(tenths, range(middle, part.stop), asked)


def _lessen(tenths: list[int], run: Sequence[int], asked: Callable[[Sequence[int]], bool]) -> None:
    """Give a sector the fewest decibels that it can do with."""
    most = tenths[run[0]]
    least = _least(lambda number: asked(_with(tenths, run, number)), most, most)
    for place in run:
        tenths[place] = most if least is None else least


def _runs(values: Sequence[float]) -> Iterator[list[int]]:
    """Yield the places of equal values other than 0 that lie side by side on the circle."""
    count = len(values)
    starts = [place for place in range(count) if values[place] != values[place - 1]]
    if not starts:
        if values[0]:
            yield list(range(count))
        return
    for number, start in enumerate(starts):
        end = starts[(number + 1) % len(starts)]
        if values[start]:
            yield [place % count for place in range(start, end if end > start else end + count)]


def _least(passes: Callable[[int], bool], most: int, begin: int) -> int | None:
    """Return a number from 1 that passes where the one before it does not; 0 does not pass.

    Steps double from where it begins, then halve. None where neither the numbers tried on the way
    up pass nor the largest one.
    """
    fails, step = 0, 1
    number = min(max(begin, 1), most)
    if most < 1:
        return None
    if passes(number):
        while number - fails > 1:
            lower = max(number - step, fails + 1)
            if not passes(lower):
                return _between(passes, lower, number)
            number, step = lower, 2 * step
        return number
    while number < most:
        fails, number, step = number, min(number + step, most), 2 * step
        if passes(number):
            return _between(passes, fails, number)
    return None


def _between(passes: Callable[[int], bool], fails: int, holds: int) -> int:
    """Halve the way from a number that fails to one that passes."""
    while holds - fails > 1:
        middle = (fails + holds) // 2
        if passes(middle):
            holds = middle
        else:
            fails = middle
    return holds


# --- height and channel ---


def smallest_lowering(
    passes: Callable[[float], bool], height_m: float, *, step_m: float, floor_m: float
) -> float | None:
    """Find the highest antenna, in whole steps below the present one, with which a check passes.

    Parameters
    ----------
    passes : callable
        Whether the check passes with a height above ground in metres; it does not at present.
    height_m : float
        Present height above ground.
    step_m : float
        Step.
    floor_m : float
        Lowest height that is tried.

    Returns
    -------
    float or None
        The height; one step higher the check fails. None where no height tried passes.
    """
    most = math.floor((height_m - floor_m) / step_m + 1e-9)
    steps = _least(lambda number: passes(_lower(height_m, number * step_m)), most, 1)
    return None if steps is None else _lower(height_m, steps * step_m)


def _lower(height_m: float, by_m: float) -> float:
    return round(height_m - by_m, 6)


def channels_near(
    frequency_mhz: float,
    *,
    raster_khz: float,
    lower_mhz: float,
    upper_mhz: float,
    origin_mhz: float = 0.0,
) -> tuple[float, ...]:
    """Return the channels of a raster inside a band, the nearest first, of two the lower first.

    Parameters
    ----------
    frequency_mhz : float
        The present carrier; a channel on it is not among them.
    raster_khz, origin_mhz : float
        Channels lie at the origin and whole steps of the raster from it.
    lower_mhz, upper_mhz : float
        The band, both ends in it.
    """
    step_mhz = raster_khz / 1000
    first = math.ceil((lower_mhz - origin_mhz) / step_mhz - 1e-6)
    last = math.floor((upper_mhz - origin_mhz) / step_mhz + 1e-6)
    found = [round(origin_mhz + number * step_mhz, 6) for number in range(first, last + 1)]
    others = [one for one in found if abs(one - frequency_mhz) > 1e-6]
    return tuple(sorted(others, key=lambda one: (round(abs(one - frequency_mhz), 6), one)))
