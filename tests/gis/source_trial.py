"""The trial of the finder of sources: simulated cases whose truth comes from another model.

Fields of the truth are those of the Irregular Terrain Model over made hills, with 6 dB of
shadowing; the solver predicts by Rec. ITU-R P.1812 and knows neither. Seeds 1 to 100 and 1001 to
1600 were used to build with; 101 to 200 were run once with each of three versions.
`python -m tests.gis.source_trial FIRST LAST` prints the table of docs/source-finding.md.
"""

import json
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import rasterio
from rasterio.transform import Affine

from data.text import VIET_NAM
from gis.geodesy import azimuth_deg, destination, distance_km
from gis.home import Home
from gis.register.records import BroadcastStation, Provenance, Service, StationClass
from gis.rules import RulePack, load_rule_pack
from gis.studies.context import Stage, StudyContext
from gis.studies.emitter import Emitter
from gis.studies.field import fields_at
from gis.studies.method import Method
from gis.studies.model import default_settings
from gis.studies.predictors.itm import Itm
from gis.studies.source_family import Outside
from gis.studies.source_fields import predicts_at
from gis.studies.source_hypotheses import hypotheses
from gis.studies.source_observed import (
    BearingSeen,
    FrequencySeen,
    LevelSeen,
    LogEntry,
    Observed,
    share_together,
)
from gis.studies.source_records import Hypothesis, Mechanism, SourceRules, Victim
from gis.studies.source_weighing import Case, Weighed, weigh
from gis.terrain.ground import Ground
from gis.terrain.opening import GroundFiles, open_ground
from propagation.compliance.records import Confidence
from propagation.interference.protection import SoundProtection
from propagation.interference.receiver_intermodulation import product_level_db
from propagation.interference.source_evidence import LevelKind
from propagation.itm.records import RadioClimate

CENTRE: Final = (106.4, 10.6)
ON: Final = date(2026, 8, 1)
SHADOWING_DB: Final = 6.0
HEARD_DBUVM: Final = 15.0
PROVENANCE: Final = Provenance(confidence=Confidence.SYNTHETIC, source="trial")
OUTSIDE: Final = "outside"
RECEIVER_DB: Final = 10.0
EXEMPT_SHARE: Final = 0.2
LEAST: Final = 0.01
HOURS: Final = (
    None,
    None,
    "00:00-24:00",
    "05:00-23:00",
    "05:00-07:00, 16:00-19:00",
    "18:00-22:00",
)


@dataclass(frozen=True)
class Scenario:
    """One simulated case and its truth: a key of a hypothesis, or OUTSIDE with its part."""

    seed: int
    case: Case
    truth: str
    part: Outside | None


@dataclass(frozen=True)
class Judged:
    """What the solver said of a scenario."""

    seed: int
    truth: str
    part: str | None
    part_rank: int
    candidates: int
    rank: int
    probability: float
    stated: tuple[tuple[float, bool], ...]
    seconds: float


def stage_over(ground: Ground) -> Stage:
    """Return who listens to nothing, in this thread alone."""
    nobody: Any = None
    return StudyContext(nobody, Home(Path(tempfile.gettempdir())), ground, workers=0).stage(
        0.0, 1.0, ""
    )


def hills(rng: np.random.Generator, folder: Path, name: str) -> Ground:
    """Return made ground: a plain, or hills of up to 350 m with slopes as steep as real ones."""
    side, cell = 300, 0.004
    spectrum = rng.normal(size=(side, side)) + 1j * rng.normal(size=(side, side))
    wave = np.hypot(*np.meshgrid(np.fft.fftfreq(side), np.fft.fftfreq(side)))
    wave[0, 0] = 1.0
    heights = np.real(np.fft.ifft2(spectrum * wave**-1.9))
    heights = (heights - heights.min()) / np.ptp(heights)
    heights = 2.0 + heights**2 * rng.choice([5.0, 60.0, 150.0, 350.0])
    file = folder / f"{name}.tif"
    west, north = CENTRE[0] - side * cell / 2, CENTRE[1] + side * cell / 2
    with rasterio.open(
        file, "w", driver="GTiff", height=side, width=side, count=1, dtype="float32",
        crs="EPSG:4326", transform=Affine(cell, 0.0, west, 0.0, -cell, north),
    ) as dataset:  # fmt: skip
        dataset.write(heights.astype(np.float32), 1)
    return open_ground(GroundFiles(terrain=(file,)))


def around(rng: np.random.Generator, radius_km: float, at: tuple[float, float] = CENTRE) -> Any:
    """Return a place anywhere within a distance, evenly by area."""
    away = radius_km * float(np.sqrt(rng.random()))
    lon, lat = destination(*at, rng.uniform(0, 360), away)
    return float(lon), float(lat)


def register_of(rng: np.random.Generator) -> list[BroadcastStation]:
    """Return 50 stations: most near the victim's channel, some on shared sites."""
    stations: list[BroadcastStation] = []
    for number in range(50):
        place = around(rng, 45.0)
        if number % 5 == 4:
            place = (stations[-1].longitude, stations[-1].latitude)
        near = number < 36
        carrier = 100.0 + 0.1 * rng.integers(-6, 7) if near else rng.integers(880, 1080) / 10
        stations.append(
            BroadcastStation(
                id=f"s{number:02d}", name=f"Đài {number}", programme="", service=Service.FM,
                station_class=StationClass.OTHER, frequency_mhz=round(float(carrier), 3),
                longitude=place[0], latitude=place[1],
                erp_total_dbw=round(float(rng.uniform(5, 37)), 1),
                height_above_ground_m=round(float(rng.uniform(20, 120))),
                hours=HOURS[rng.integers(len(HOURS))], provenance=PROVENANCE,
            )
        )  # fmt: skip
    return stations


class _World:
    """The truth: fields of ITM, shadowed once and for all at each point."""

    def __init__(self, ground: Ground, rng: np.random.Generator) -> None:
        self._ground, self._rng = ground, rng
        self._method = Method(Itm(RadioClimate.MARITIME_SUBTROPICAL))
        self._stage = stage_over(ground)

    def field(
        self, station: BroadcastStation, place: tuple[float, float], height_m: float
    ) -> float:
        settings = default_settings(receiver_height_above_ground_m=height_m)
        emitter = Emitter(station, self._ground, settings, self._method)
        at = (np.array([place[0]]), np.array([place[1]]))
        found = float(fields_at(emitter, self._stage, *at, time_percents=(50.0,))[0, 0])
        if np.isnan(found):
            away = max(float(distance_km(station.longitude, station.latitude, *place)), 0.05)
            found = 76.9 + float(station.erp_total_dbw or 0.0) - 20 * np.log10(away)
        return found + float(self._rng.normal(0, SHADOWING_DB))


def scenario(seed: int, folder: Path, pack: RulePack) -> Scenario:
    """Return the case of a seed."""
    rng = np.random.default_rng(seed)
    ground = hills(rng, folder, f"trial-{seed}")
    place = around(rng, 8.0)
    victim = Victim(
        longitude=place[0], latitude=place[1], height_above_ground_m=10.0, frequency_mhz=100.0,
        bandwidth_khz=200.0, service="fm", wanted_dbuvm=float(rng.uniform(50, 65)),
        protection=SoundProtection("stereo"),
    )  # fmt: skip
    rules, stations = SourceRules.of(pack), register_of(rng)
    predicts = predicts_at(victim, ground, stage_over(ground))
    known = tuple(hypotheses(victim, stations, rules, predicts))
    world, outside = _World(ground, rng), seed % 4 == 0
    case = Case(
        victim=victim, hypotheses=known, observed=Observed(), rules=rules, ground=ground,
        half_side_km=30.0,
    )  # fmt: skip
    border = CENTRE[0] + float(rng.uniform(0.05, 0.25))
    case = replace(case, foreign=case.cells.centres()[0] > border)
    truth, part = OUTSIDE, None
    source: BroadcastStation | None = None
    hours: tuple[str | None, ...] = ()
    if not outside:
        chosen, source = registered(rng, world, victim, known, {one.id: one for one in stations})
        truth, hours = chosen.key, chosen.hours
        on_air, mhz = chosen.on_air, chosen.emission_mhz
        if chosen.mechanism in (Mechanism.OUT_OF_BAND, Mechanism.SPURIOUS):
            mhz += float(rng.uniform(-0.2, 0.2))  # it has no frequency of its own
    else:
        part = Outside.NOTHING
        if seed % 8:
            source, part = unregistered(rng, world, victim, border)
        on_air, mhz = source is not None, 100.0 + float(rng.uniform(-0.2, 0.2))
    observed = observe(rng, world, source if on_air else None, mhz, hours)
    return Scenario(seed, replace(case, observed=observed), truth, part)


def registered(
    rng: np.random.Generator,
    world: _World,
    victim: Victim,
    known: Sequence[Hypothesis],
    stations: dict[str, BroadcastStation],
) -> tuple[Hypothesis, BroadcastStation]:
    """Draw a hypothesis that harms the victim: its power is off the record, its field shadowed."""
    at = (victim.longitude, victim.latitude)
    weight = np.array([one.weight for one in known])
    while True:
        chosen = known[int(rng.choice(len(known), p=weight / weight.sum()))]
        if chosen.mechanism is Mechanism.RECEIVER_INTERMODULATION:
            source = chosen.emitter
            levels = [world.field(stations[one], at, 10.0) for one in chosen.stations]
            values = chosen.values
            field = product_level_db(levels, values["times"], values["intercept_dbuvm"])
            field += rng.normal(0, RECEIVER_DB)
        else:
            erp = float(chosen.emitter.erp_total_dbw or 0.0) + rng.normal(0, chosen.deviation_db)
            source = replace(chosen.emitter, erp_total_dbw=erp)
            field = world.field(source, at, 10.0)
        if field + chosen.ratio_db[0] >= float(victim.wanted_dbuvm or 0.0):
            return chosen, source


def unregistered(
    rng: np.random.Generator, world: _World, victim: Victim, border: float
) -> tuple[BroadcastStation, Outside]:
    """Draw a transmitter on the channel that is in no register and harms the victim.

    Every fifth is an exempt device of 0.1 to 100 mW in the country, the others stand anywhere.
    """
    exempt = rng.random() < EXEMPT_SHARE
    while True:
        place = around(rng, 30.0, (victim.longitude, victim.latitude))
        source = BroadcastStation(
            id="x", name="x", programme="", service=Service.FM, station_class=StationClass.OTHER,
            frequency_mhz=100.0, longitude=place[0], latitude=place[1],
            erp_total_dbw=float(rng.uniform(-40, -10) if exempt else rng.uniform(-10, 30)),
            height_above_ground_m=float(rng.uniform(2, 20) if exempt else rng.uniform(8, 45)),
            provenance=PROVENANCE,
        )  # fmt: skip
        abroad = place[0] > border
        if exempt and abroad:
            continue
        field = world.field(source, (victim.longitude, victim.latitude), 10.0)
        if field + 45.0 >= float(victim.wanted_dbuvm or 0.0):
            part = Outside.FOREIGN if abroad else Outside.UNREGISTERED
            return source, Outside.EXEMPT if exempt else part


def observe(
    rng: np.random.Generator,
    world: _World,
    source: BroadcastStation | None,
    mhz: float,
    hours: Sequence[str | None],
) -> Observed:
    """Return what is observed of a source; None where nothing is on the air."""
    bearings, levels = [], []
    for number in range(rng.integers(2, 5)):
        place, error = around(rng, 25.0), float(rng.uniform(2, 10))
        field = -99.0 if source is None else world.field(source, place, 10.0)
        at = {"longitude": place[0], "latitude": place[1], "height_above_ground_m": 10.0}
        if field >= HEARD_DBUVM and source is not None:
            angle = float(azimuth_deg(*place, source.longitude, source.latitude))
            angle += float(rng.normal(0, error)) + 180.0 * (rng.random() < 0.1)
        elif source is None and rng.random() < 0.1:
            angle = float(rng.uniform(0, 360))
        else:
            levels.append(level(f"d{number}", at, LevelKind.BELOW, HEARD_DBUVM))
            continue
        bearings.append(
            BearingSeen(station=f"d{number}", bearing_deg=angle % 360.0, error_deg=error, **at)
        )
    for number in range(rng.integers(2, 6)):
        place = around(rng, 20.0)
        at = {"longitude": place[0], "latitude": place[1], "height_above_ground_m": 3.0}
        field = -99.0 if source is None else world.field(source, place, 3.0)
        field += float(rng.normal(0, 1.5))
        heard = field >= HEARD_DBUVM
        kind = LevelKind.MEASURED if heard else LevelKind.BELOW
        levels.append(level(f"p{number}", at, kind, field if heard else HEARD_DBUVM))
    frequency = None
    if source is not None and rng.random() < 0.3:
        wide = float(rng.uniform(2, 20))
        frequency = FrequencySeen(
            frequency_mhz=mhz + float(rng.normal(0, wide / 2)) / 1e3, uncertainty_khz=wide
        )
    log = tuple(logged(rng, hours)) if rng.random() < 0.5 else ()
    return Observed(bearings=tuple(bearings), levels=tuple(levels), frequency=frequency, log=log)


def level(name: str, at: dict[str, float], kind: LevelKind, value: float) -> LevelSeen:
    return LevelSeen(name=name, kind=kind, value_dbuvm=value, uncertainty_db=3.0, **at)


def logged(rng: np.random.Generator, hours: Sequence[str | None]) -> Iterator[LogEntry]:
    """Yield when it was heard: by the stations' hours, else all the time or some share of it."""
    share = 1.0 if rng.random() < 0.5 else float(rng.random())
    for _ in range(rng.integers(5, 13)):
        begin = datetime(2026, 7, 20, tzinfo=VIET_NAM) + timedelta(
            minutes=int(rng.integers(10080))
        )
        entry = LogEntry(start=begin, end=begin + timedelta(hours=1), heard=False)
        on = share_together(hours, entry)
        chance = share if on is None else on
        heard = rng.random() < chance * 0.9 + (1 - chance) * 0.05
        yield replace(entry, heard=bool(heard))


def judged(one: Scenario) -> tuple[Judged, Weighed]:
    """Return what the solver says of a scenario, after each of its observations."""
    begun = time.perf_counter()
    found = weigh(one.case, stage_over(one.case.ground))
    seconds = time.perf_counter() - begun
    names = [*(each.key for each in one.case.hypotheses), OUTSIDE]
    inside = len(one.case.hypotheses)
    stated: list[tuple[float, bool]] = []
    for row in found.found.path[1:]:
        stated += [
            (float(value), name == one.truth)
            for name, value in zip(names, together(row, inside), strict=True)
        ]
    last = together(found.found.probability, inside)
    place = names.index(one.truth)
    rank = 1 + int(np.count_nonzero(last > last[place]))
    return (
        Judged(
            one.seed, one.truth, one.part, _part_rank(one, found), len(names), rank,
            float(last[place]),
            tuple(stated), seconds,
        ),
        found,
    )  # fmt: skip


def _part_rank(one: Scenario, found: Weighed) -> int:
    """Return the rank of the true part among those of what is outside the register; 0 without."""
    if one.part is None:
        return 0
    parts = {name: found.found.probability[place] for name, place in found.outside.items()}
    return 1 + sum(bool(other > parts[one.part]) for other in parts.values())


def together(row: np.ndarray, inside: int) -> np.ndarray:
    """Return probabilities with all that is outside the register as one."""
    return np.append(row[:inside], row[inside:].sum())


def trial(seeds: Iterable[int]) -> list[Judged]:
    """Judge the scenarios of some seeds."""
    pack, results = load_rule_pack(ON), []
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            results.append(judged(scenario(seed, Path(folder), pack))[0])
    return results


def _columns(results: Sequence[Judged], last_only: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return all that was stated, and whether it was true."""
    pairs = [
        pair
        for one in results
        for pair in (one.stated[-one.candidates :] if last_only else one.stated)
    ]
    stated, true = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    return stated, true


def equal_counts(results: Sequence[Judged]) -> list[tuple[int, float, float]]:
    """Return the same as `bins` of ten bins with equal counts, of what is stated above 1 %.

    What is stated below is more than nine tenths of all, and true in hardly any case.
    """
    stated, true = _columns(results)
    order = [place for place in np.argsort(stated, kind="stable") if stated[place] >= LEAST]
    return [
        (len(some), float(stated[some].mean()), float(true[some].mean()))
        for some in np.array_split(np.array(order, dtype=np.intp), 10)
        if len(some)
    ]


def bins(results: Sequence[Judged], last_only: bool = False) -> list[tuple[int, float, float]]:
    """Return count, mean stated probability and observed share of ten bins."""
    stated, true = _columns(results, last_only)
    found = []
    for lower in range(10):
        inside = (stated >= lower / 10) & ((stated < (lower + 1) / 10) | (lower == 9))
        count = int(np.count_nonzero(inside))
        shares = (stated[inside].mean(), true[inside].mean()) if count else (np.nan, np.nan)
        found.append((count, float(shares[0]), float(shares[1])))
    return found


def table(results: Sequence[Judged]) -> list[str]:
    """Return the figures of a trial, line by line."""
    lines = []
    for name, part in (
        ("all", results),
        ("in the register", [one for one in results if one.truth != OUTSIDE]),
        *((part, [one for one in results if one.part == part]) for part in Outside),
    ):
        if not part:
            continue
        ranks = np.array([one.rank for one in part])
        lines.append(
            f"{name}: {len(part)} cases, first {100 * np.mean(ranks == 1):.1f} %, first three "
            f"{100 * np.mean(ranks <= 3):.1f} %, mean probability of the truth "
            f"{np.mean([one.probability for one in part]):.3f}"
        )
        own = [one.part_rank for one in part if one.part_rank]
        if own:
            share = 100 * np.mean(np.array(own) == 1)
            lines.append(f"  true part first of its family: {share:.1f} % of {len(own)}")
    for title, last_only in (("after every observation", False), ("at the end", True)):
        lines.append(title)
        for place, (count, stated, true) in enumerate(bins(results, last_only)):
            lines.append(f"  {place / 10:.1f}: {count:6d} stated {stated:.3f} true {true:.3f}")
    lines.append("at equal counts, of what is stated above 1 %")
    for count, stated, true in equal_counts(results):
        lines.append(f"  {count:6d} stated {stated:.3f} true {true:.3f}")
    lines.append(f"candidates {np.mean([one.candidates for one in results]):.1f}")
    lines.append(f"seconds a case {np.mean([one.seconds for one in results]):.2f}")
    lines += [
        f"seed {one.seed}: {one.truth} {one.part or ''} ranks {one.rank}, "
        f"probability {one.probability:.4f}"
        for one in results
        if one.rank > 1
    ]
    return lines


if __name__ == "__main__":
    found = trial(range(int(sys.argv[1]), int(sys.argv[2]) + 1))
    sys.stdout.write("\n".join(table(found)) + "\n")
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_text(json.dumps([asdict(one) for one in found]))
