"""Sections that every report has: options, stations, data sets and their hashes, law."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from data.text import has
from gis.errors import NotFoundError
from gis.jurisdictions import Jurisdiction, jurisdiction
from gis.register.antennas import Antenna, antenna_facts
from gis.studies.method import method_title
from gis.studies.predictors.registry import DEFAULT
from gis.studies.record import Study, canonical, sha256_of
from gis.studies.snapshots import record_from_json
from maps.documents.content import Block, Facts, Paragraph, Report, Section, Table
from maps.views import Pictures
from maps.words import Words

__all__ = [
    "Source",
    "assemble",
    "data_section",
    "options_section",
    "pattern_table",
    "station_facts",
]

_STATION = (
    "programme",
    "service",
    "station_class",
    "frequency_mhz",
    "channel",
    "erp_total_dbw",
    "erp_horizontal_dbw",
    "erp_vertical_dbw",
    "polarization",
    "height_above_ground_m",
    "ground_height_m",
    "effective_height_max_m",
    "reception",
    "emission",
    "mode",
    "hours",
    "commune_name",
    "licence_number",
    "licence_from",
    "licence_to",
    "licence_power_w",
)
_PATTERN_STEP_DEG = 10


@dataclass(frozen=True, slots=True)
class Source:
    """A study and the words for it, and its picture where the report shall show it.

    Of a compliance study of many stations `station_id` may choose one, which is reported in full.
    """

    study: Study
    words: Words
    view: Pictures | None = None
    station_id: str | None = None

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What went in."""
        return self.study.inputs

    @property
    def results(self) -> Mapping[str, Any]:
        """What came out."""
        return self.study.results

    @property
    def flat(self) -> bool:
        """Whether there was no elevation data."""
        return bool(self.inputs["terrain"]["flat"])

    @property
    def synthetic(self) -> bool:
        """Whether any record that went in is demonstration data."""
        return self.study.synthetic

    @property
    def on(self) -> date:
        """The day judged."""
        return date.fromisoformat(self.inputs["on"])

    @property
    def jurisdiction(self) -> Jurisdiction | None:
        """Whose study it is; None where that is not known here."""
        try:
            return jurisdiction(self.inputs["jurisdiction"])
        except NotFoundError:
            return None


_SIGNERS = ("prepared", "checked", "approved")


def assemble(
    source: Source,
    title: str,
    sections: Iterable[Section],
    after: Iterable[Section] = (),
    *,
    signed: bool = True,
) -> Report:
    """Return a report with what stands on every one.

    Parameters
    ----------
    source : Source
        The study.
    title : str
        Title of the report.
    sections : iterable of Section
        What is particular to it.
    after : iterable of Section
        What stands behind the data sets.
    signed : bool
        Whether there is something to sign for; a search that found nothing is a note.
    """
    words, place = source.words, source.jurisdiction
    language = words.language
    keys = ["stamp_synthetic"] * source.synthetic + ["stamp_flat"] * source.flat
    return Report(
        language=str(language),
        title=title,
        subtitle=words.say(
            "subtitle",
            on=source.on,
            place=place.name(language) if place else source.inputs["jurisdiction"],
        ),
        issuer=place.department(language) if place else "",
        stamps=tuple(words.say(key) for key in keys),
        law=words.say("law"),
        sections=(*sections, options_section(source), data_section(source), *after),
        closing=words.say(
            "closing",
            study=source.study.id,
            sha256=sha256_of(canonical(source.study.inputs)),
        ),
        signatures=tuple(words.say(f"signature_{who}") for who in (_SIGNERS if signed else ())),
        signature_hint=words.say("signature_hint"),
        signed_at=words.say("signed_at") if signed else "",
        footer=words.say("footer", study=source.study.id),
        page_of=words.say("page_of", page="{page}", pages="{pages}"),
    )


def station_facts(station: Mapping[str, Any], words: Words) -> list[Block]:
    """Return a station's parameters as they were studied, its antenna and pattern among them."""
    rows = [
        (words.label(name), (words.value(name, station[name]),))
        for name in _STATION
        if station.get(name) not in (None, "")
    ]
    position = words.say(
        "position_value",
        latitude=words.number(station["latitude"], 5),
        longitude=words.number(station["longitude"], 5),
    )
    provenance = station["provenance"]
    rows.insert(0, (words.label("name"), (station["name"],)))
    rows.append((words.say("position"), (position,)))
    rows.append(
        (
            words.say("record_source"),
            (f"{provenance['source']} ({words.confidence(provenance['confidence'])})",),
        )
    )
    if station.get("antenna"):
        antenna = record_from_json(Antenna, station["antenna"])
        rows += [(label, (told,)) for label, told in antenna_facts(antenna, words.language)]
    blocks: list[Block] = [Facts(tuple(rows))]
    pattern = station.get("attenuation_db") or ()
    if pattern:
        heights = station.get("effective_height_m") or ()
        blocks.append(pattern_table(pattern, station.get("erp_total_dbw"), words, heights))
    return blocks


def pattern_table(
    pattern: Sequence[float],
    erp_dbw: float | None,
    words: Words,
    effective_height_m: Sequence[float] = (),
    *,
    caption: str = "pattern_caption",
) -> Table:
    """Return what an antenna radiates at each azimuth, or may radiate, as a table.

    Parameters
    ----------
    pattern : sequence of float
        Attenuation at 0, 10 ... 350 degrees from true north, dB.
    erp_dbw : float or None
        Power that it is taken off.
    words : Words
        The language.
    effective_height_m : sequence of float, optional
        Effective heights at the same azimuths.
    caption : str
        Key of the caption.
    """
    columns = ("azimuth", "attenuation", "erp_dbw", "effective_height")
    rows: list[tuple[str, ...]] = [
        (
            words.number(_PATTERN_STEP_DEG * place),
            words.number(attenuation, 1),
            words.number(None if erp_dbw is None else erp_dbw - attenuation, 1),
        )
        for place, attenuation in enumerate(pattern)
    ]
    if effective_height_m:
        heights = [(words.number(height, 0),) for height in effective_height_m]
        rows = [(*row, *height) for row, height in zip(rows, heights, strict=True)]
    heads = columns if effective_height_m else columns[:-1]
    return Table(
        words.say(caption),
        tuple(words.say(f"column_{column}") for column in heads),
        tuple(rows),
        frozenset(range(len(heads))),
    )


def options_section(source: Source) -> Section:
    """Return how it was computed, in words."""
    words, inputs = source.words, source.inputs
    rows: list[tuple[str, tuple[str, ...]]] = [(words.say("option_on"), (_day(source),))]
    for name in _OPTIONS:
        if inputs.get(name) is not None:
            rows.append((words.say(f"option.{name}"), (_option(name, inputs[name], words),)))
    model = inputs.get("model") or {}
    if model:
        rows.append((words.say("data_model"), (method_title(model),)))
    for name, value in model.get("settings", {}).items():
        rows.append((words.label(name), (words.value(name, value),)))
    rows += _chosen_rows(model, words)
    blocks: list[Block] = [Facts(tuple(rows))]
    if model and "zones" not in model and model.get("name", DEFAULT) == DEFAULT:
        blocks.append(Paragraph(words.say("inland_note")))
    remarks = source.study.results.get("remarks", ())
    blocks += [Paragraph(remark[words.language.value]) for remark in remarks]
    return Section(words.say("options_heading"), blocks)


def _chosen_rows(model: Mapping[str, Any], words: Words) -> list[tuple[str, tuple[str, ...]]]:
    """Return what was chosen of a model, and what was added to its loss."""
    chosen = {**model.get("options", {}), **model.get("additions", {})}
    rows: list[tuple[str, tuple[str, ...]]] = []
    for name, value in chosen.items():
        if value is not None:
            key = f"documents.choice.{name}.{value}"
            said = words.sentence(key) if has(key) else words.value(name, value)
            rows.append((words.label(name), (said,)))
    return rows


_OPTIONS = (
    "radius_km",
    "reach_km",
    "step_m",
    "threshold_dbuvm",
    "time_percent",
    "levels_dbuvm",
    "antenna_discrimination",
    "summation",
)


def _option(name: str, value: object, words: Words) -> str:
    if name == "summation":
        return words.say(f"summation.{value}")
    return words.value(name, value)


def _day(source: Source) -> str:
    return source.words.say("day", on=source.on)


def _ground_rows(source: Source) -> list[tuple[str, tuple[str, ...]]]:
    """Return the land cover and the zones of a study that has them."""
    words, model = source.words, source.inputs.get("model") or {}
    rows: list[tuple[str, tuple[str, ...]]] = []
    if "land_cover" in model:
        cover = model["land_cover"]
        key = "land_cover_added" if cover["added"] else "land_cover_not_added"
        told = (cover["identifier"], cover["table"], words.say(key))
        rows.append((words.say("data_land_cover"), told))
    if "zones" in model:
        rows.append((words.say("data_zones"), (model["zones"]["identifier"],)))
    return rows


def data_section(source: Source) -> Section:
    """Return every data set, model and program that the result rests on, each with its version."""
    words, inputs = source.words, source.inputs
    rows: list[tuple[str, tuple[str, ...]]] = [
        (words.say("data_study"), (source.study.id,)),
        (words.say("data_inputs"), (sha256_of(canonical(source.study.inputs)),)),
    ]
    if inputs.get("model"):
        rows.append((words.say("data_model"), (method_title(inputs["model"]),)))
    terrain = inputs["terrain"]
    rows.append((words.say("data_terrain"), (words.source(terrain["identifier"]),)))
    rows += _ground_rows(source)
    if inputs.get("rules"):
        rules = inputs["rules"]
        rows.append(
            (
                words.say("data_rules"),
                (words.say("pack_version", pack=rules["pack"], version=rules["version"]),),
            )
        )
    if inputs.get("register_version"):
        rows.append((words.say("data_register"), (str(inputs["register_version"]),)))
    software = inputs.get("software") or {}
    rows.append(
        (words.say("data_software"), tuple(f"{name} {software[name]}" for name in software))
    )
    blocks: list[Block] = [Facts(tuple(rows))]
    if source.study.files:
        blocks.append(
            Table(
                words.say("files_caption"),
                (words.say("column_file"), "SHA-256"),
                tuple(sorted(source.study.files.items())),
                widths=(3, 7),
            )
        )
    blocks.append(Paragraph(words.say("rerun", study=source.study.id)))
    return Section(words.say("data_heading"), blocks)


def left_out_table(
    rows: Sequence[Mapping[str, Any]], words: Words, *, caption: str, none: str
) -> list[Block]:
    """Return the stations that lack data, with what they lack, or that there is none."""
    if not rows:
        return [Paragraph(none)]
    columns = (words.say("column_station"), words.say("column_considered"))
    return [
        Table(
            caption,
            columns,
            tuple(
                (
                    row["name"],
                    words.say(
                        "considered_not_assessed",
                        missing=", ".join(words.label(name) for name in row["missing"]),
                    ),
                )
                for row in rows
            ),
            widths=(5, 7),
        )
    ]
