"""The legend of a map, which is its layer control at the same time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from data.text import Language, number, text
from gis.register.records import Boundary
from maps.basemap import ROAD_COLOUR, ZONE_COLOURS, drawn_zones
from maps.contour_lines import contour_dash, contour_levels, level_text
from maps.judged_map import CIRCLE_DASH, LAYER_DASHES, judged_numbers, judged_shapes
from maps.palette import (
    CHANNEL_MARGIN,
    CHANNELS,
    COUNT,
    CREDIBLE,
    FIELD_STRENGTH,
    JUDGED,
    MARGIN,
    OPERATORS,
    SHAPES,
    SITES,
    SOURCE,
    WORK,
    Palette,
    Symbol,
    interferer_letter,
    mobile_level,
)
from maps.source_map import ELLIPSE_DASH, RAYS
from maps.tables import Table
from maps.views import (
    ChannelsView,
    CoverageView,
    InterferenceView,
    Interferer,
    JudgedMapView,
    MobileView,
    NetworkView,
    RegisterView,
    SourceMapView,
)
from maps.work_layer import LINE_DASH, LINES, work_lines

__all__ = [
    "Group",
    "Layer",
    "Swatch",
    "channel_layer",
    "channels_layers",
    "coverage_layers",
    "layer_groups",
    "mobile_layers",
    "network_layers",
    "operator_layer",
]


@dataclass(frozen=True, slots=True)
class Swatch:
    """One line of the legend.

    Attributes
    ----------
    text : str
        What it means.
    colour : str
        Fill, `#rrggbb`.
    path : str or None
        Outline of a marker; a rectangle without.
    letter : str or None
        Letter that stands on the map too.
    dash : str or None
        Pattern of a line; then the swatch is a line.
    """

    text: str
    colour: str
    path: str | None = None
    letter: str | None = None
    dash: str | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One switch of the layer control, with its part of the legend.

    Attributes
    ----------
    id : str
        Name that the script knows it by.
    label : str
        Name for people.
    shown : bool
        Whether it is on when the page opens.
    swatch : Swatch or None
        Symbol beside the name.
    legend : tuple of Swatch
        Classes below the name.
    notes : tuple of str
        Explanations below the classes.
    stamps : tuple of str
        Warnings that belong to everything this layer shows.
    count : str or None
        Number of objects, written.
    """

    id: str
    label: str
    shown: bool = True
    swatch: Swatch | None = None
    legend: tuple[Swatch, ...] = ()
    notes: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    count: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Layers that stand together under a heading."""

    id: str
    label: str
    layers: tuple[Layer, ...]
    stamps: tuple[str, ...] = ()


_GROUPS = {
    "channels": "channels.group",
    "mobile": "mobile.title",
    "judged": "studies.map_group",
    "source": "sources.group_map",
    "works": "works.title",
}
"""Headings of groups whose words stand in a catalogue of their own."""


def layer_groups(view: RegisterView, table: Table, language: Language) -> list[Group]:
    """Return the layer control, which is the legend at the same time.

    Parameters
    ----------
    view : RegisterView
        What the map shows.
    table : Table
        Its table twin.
    language : Language
        Language of the words.
    """
    standing = view.mobile is not None or view.judged is not None or not view.studies
    found = tuple(_kind_layers(table, "source", language, shown=True))
    judged = tuple(_kind_layers(table, "judged", language, shown=True))
    groups = [
        ("coverage", tuple(coverage_layers(view.coverage, language))),
        ("interference", tuple(_interference_layers(view.interference, language))),
        ("network", tuple(network_layers(view.network, language))),
        ("mobile", tuple(mobile_layers(view.mobile, language))),
        ("channels", tuple(channels_layers(view.channels, language))),
        ("source", (*found, *_source_layers(view.source, language))),
        ("judged", (*judged, *_judged_layers(view.judged, language))),
        ("stations", tuple(_station_layers(view, table, language, shown=not (found or judged)))),
        ("works", tuple(_work_layers(view, table, language))),
        ("structures", tuple(_kind_layers(table, "structures", language, shown=standing))),
        ("register", tuple(_base_layers(view, table, language))),
    ]
    return [
        _group(name, text(_GROUPS.get(name, f"maps.group_{name}"), language), layers)
        for name, layers in groups
        if layers
    ]


def _group(name: str, label: str, layers: tuple[Layer, ...]) -> Group:
    """Return a group; a stamp that all its layers carry stands once, beside the heading."""
    shared = tuple(s for s in layers[0].stamps if all(s in layer.stamps for layer in layers))
    kept = tuple(
        replace(layer, stamps=tuple(s for s in layer.stamps if s not in shared))
        for layer in layers
    )
    return Group(name, label, kept, shared)


def _kind_layers(table: Table, group: str, language: Language, *, shown: bool) -> Iterator[Layer]:
    synthetic = {row.kind.id for row in table.rows if row.synthetic}
    for kind in table.kinds:
        if kind.group == group:
            stamp = (text("maps.stamp_synthetic", language),) if kind.id in synthetic else ()
            yield Layer(
                f"kind-{kind.id}",
                kind.label,
                shown=shown,
                swatch=_symbol(kind.symbol),
                count=number(table.count(kind), language),
                stamps=stamp,
            )


def _station_layers(
    view: RegisterView, table: Table, language: Language, *, shown: bool
) -> Iterator[Layer]:
    """Yield the kinds of stations; those whose licences begin after the day are counted."""
    later = Counter(
        one.service.value
        for one in view.stations
        if one.licence_from is not None and one.licence_from > view.on
    )
    for layer in _kind_layers(table, "stations", language, shown=shown):
        count = later[layer.id.removeprefix("kind-")]
        note = text("maps.licences_begin", language, count=count, on=view.on)
        yield replace(layer, notes=(note,)) if count else layer


def _work_layers(view: RegisterView, table: Table, language: Language) -> Iterator[Layer]:
    yield from _kind_layers(table, "works", language, shown=True)
    if any(work_lines(view)):
        line = Swatch("", WORK.colour, dash=LINE_DASH)
        yield Layer(LINES, text("maps.layer_work_lines", language), swatch=line)


def _base_layers(view: RegisterView, table: Table, language: Language) -> Iterator[Layer]:
    if view.boundaries:
        yield Layer(
            "boundary",
            text("maps.layer_boundary", language),
            swatch=Swatch("", "#3d3d3d", dash="6 3" if _approximate(view) else ""),
            notes=tuple(dict.fromkeys(_boundary_note(b, language) for b in view.boundaries)),
        )
    for zones in drawn_zones(view.zones):
        note = text("maps.zones_left_out", language, count=zones.left_out)
        sources = sorted({z.provenance.source for z in view.zones if z.kind is zones.kind})
        yield Layer(
            f"zone-{zones.kind}",
            text(f"register.planning_zone_kind.{zones.kind}", language).capitalize(),
            swatch=Swatch("", ZONE_COLOURS[zones.kind]),
            notes=(", ".join(sources), *((note,) if zones.left_out else ())),
        )
    yield from _road_layers(view, language)
    for kind in table.kinds:
        if kind.group == "units":
            yield Layer(
                f"kind-{kind.id}",
                text(f"maps.layer_{kind.id}", language),
                swatch=_symbol(kind.symbol),
                count=number(table.count(kind), language),
            )
    yield Layer("graticule", text("maps.layer_graticule", language))
    if view.tiles is not None:
        yield Layer(
            "tiles",
            text("maps.layer_tiles", language),
            shown=False,
            notes=(view.tiles.attribution,) if view.tiles.attribution else (),
        )


def _road_layers(view: RegisterView, language: Language) -> Iterator[Layer]:
    found = view.roads
    if found is None:
        return
    note = text("maps.roads_left_out", language, count=found.left_out)
    yield Layer(
        "roads",
        text("maps.layer_roads", language),
        swatch=Swatch("", ROAD_COLOUR, dash=""),
        notes=(", ".join(found.sources), *((note,) if found.left_out else ())),
    )


def coverage_layers(coverage: CoverageView | None, language: Language) -> Iterator[Layer]:
    """Return the layers of a coverage study: its classes, then its contours."""
    if coverage is None:
        return
    stamps = _study_stamps(coverage.flat_terrain, coverage.synthetic, language)
    yield Layer(
        "coverage",
        text("maps.layer_coverage", language, station=coverage.station_name),
        legend=class_swatches(FIELD_STRENGTH, language),
        notes=(text("maps.coverage_note", language, model=coverage.model),),
        stamps=stamps,
    )
    levels = contour_levels(coverage.contours)
    if levels:
        yield Layer(
            "contours",
            text("maps.layer_contours", language),
            legend=tuple(
                Swatch(level_text(level, language), "#1b1b1b", dash=contour_dash(level))
                for level in levels
            ),
            stamps=stamps,
        )


def _interference_layers(
    interference: InterferenceView | None, language: Language
) -> Iterator[Layer]:
    if interference is None:
        return
    stamps = _study_stamps(interference.flat_terrain, interference.synthetic, language)
    yield Layer(
        "dominant",
        text("maps.layer_dominant", language),
        legend=tuple(_interferer_swatch(i, language) for i in interference.interferers),
        notes=(
            *(() if interference.interferers else (text("maps.interference_none", language),)),
            text("maps.interference_note", language, model=interference.model),
        ),
        stamps=stamps,
    )
    if interference.margin is not None:
        yield Layer(
            "margin",
            text("maps.layer_margin", language, station=interference.station_name),
            shown=False,
            legend=class_swatches(MARGIN, language),
            stamps=stamps,
        )


def network_layers(network: NetworkView | None, language: Language) -> Iterator[Layer]:
    """Return the layers of a network: strongest field, best server, margin, how many."""
    if network is None:
        return
    stamps = _study_stamps(network.flat_terrain, network.synthetic, language)
    servers, disturbing = (
        tuple(_interferer_swatch(one, language) for one in listed)
        for listed in (network.servers, network.interferers)
    )
    further = text("maps.network_further", language, count=network.further)
    lettered = text("maps.network_letters", language)
    told = {
        "strongest": (
            class_swatches(FIELD_STRENGTH, language),
            (text("maps.coverage_note", language, model=network.model),),
        ),
        "server": (servers, (lettered, further)[: 2 if network.further else 1]),
        "margin": (
            class_swatches(MARGIN, language),
            (text("maps.network_margin_note", language),),
        ),
        "interferer": (disturbing, (text("maps.network_interferer_note", language), lettered)),
        "count": (class_swatches(COUNT, language), ()),
    }
    if network.interferer is None:
        del told["interferer"]
    threshold = number(network.threshold_dbuvm, language)
    for name, (legend, notes) in told.items():
        received = (text("maps.network_received", language, threshold=threshold),)
        yield Layer(
            name,
            text(f"maps.layer_network_{name}", language),
            shown=name == "strongest",
            legend=legend,
            notes=notes if name == "strongest" else (*notes, *received),
            stamps=stamps,
        )


def mobile_layers(mobile: MobileView | None, language: Language) -> Iterator[Layer]:
    """Return the layers of a mobile coverage: best server, operators and gaps, sites, levels."""
    if mobile is None:
        return
    stamps = _study_stamps(mobile.flat_terrain, mobile.synthetic, language)
    servers = tuple(_interferer_swatch(one, language) for one in mobile.servers)
    further = (text("mobile.further", language, count=mobile.further),)
    levels = class_swatches(mobile_level(mobile.minimum_dbm), language)
    minimum = number(mobile.minimum_dbm, language)
    told = {"technology": mobile.technology, "minimum": minimum, "model": mobile.model}
    note = text("mobile.layer_note", language, **told)
    legends = {
        "server": (servers, further if mobile.further else ()),
        "operators": (class_swatches(OPERATORS, language), ()),
        "sites": (class_swatches(SITES, language), ()),
        "level": (levels, ()),
    }
    for name, (legend, notes) in legends.items():
        yield Layer(
            f"mobile-{name}",
            text(f"mobile.layer_{name}", language),
            shown=name == "server",
            legend=legend,
            notes=(note, *notes) if name == "server" else notes,
            stamps=stamps,
        )
    for place, (name, _) in enumerate(mobile.by_operator):
        yield Layer(
            operator_layer(place),
            text("mobile.layer_of", language, name=name),
            shown=False,
            legend=levels if place == 0 else (),
            stamps=stamps,
        )


def operator_layer(place: int) -> str:
    """Return the name of the layer of one operator."""
    return f"mobile-operator-{place}"


def channels_layers(channels: ChannelsView | None, language: Language) -> Iterator[Layer]:
    """Return the layers of a search: how many channels pass, the best margin, some channels."""
    if channels is None:
        return
    stamps = _study_stamps(channels.flat_terrain, channels.synthetic, language)
    reserve = number(channels.reserve_db, language)
    yield Layer(
        "channels-count",
        text("channels.layer_count", language),
        legend=class_swatches(CHANNELS, language),
        notes=(text("channels.layer_note", language, reserve=reserve, model=channels.model),),
        stamps=stamps,
    )
    classes = class_swatches(CHANNEL_MARGIN, language)
    yield Layer(
        "channels-margin",
        text("channels.layer_margin", language),
        shown=False,
        legend=classes,
        stamps=stamps,
    )
    note = text("channels.layer_channel_note", language, reserve=reserve)
    for place, (frequency, _) in enumerate(channels.channels):
        yield Layer(
            channel_layer(frequency),
            text("channels.layer_channel", language, frequency=frequency),
            shown=False,
            legend=classes if place == 0 else (),
            notes=(note,) if place == 0 else (),
            stamps=stamps,
        )


def _source_layers(source: SourceMapView | None, language: Language) -> Iterator[Layer]:
    """Return the layers of a search for a source, besides its kinds of objects."""
    if source is None:
        return
    stamps = _study_stamps(source.flat_terrain, source.synthetic, language)
    yield Layer("numbers", text("sources.layer_numbers", language))
    lines = tuple(
        Swatch(text(f"sources.{_RAYS[name]}", language), SOURCE["bearing"].colour, dash=dash)
        for name, dash in RAYS.items()
        if name == "straight" or (source.results["fix"] or {}).get("reversed")
    )
    if source.observed["bearings"]:
        yield Layer("bearings", text("sources.layer_bearings", language), legend=lines)
    if (source.results["fix"] or {}).get("ellipse"):
        ring = Swatch("", SOURCE["fix"].colour, dash=ELLIPSE_DASH)
        yield Layer("ellipse", text("sources.key_ellipse", language), swatch=ring, stamps=stamps)
    note = (text("sources.area_note", language, model=source.model),)
    for name in ("places", "levels"):
        if getattr(source, name) is not None:
            yield Layer(
                f"source-{name}",
                text(f"sources.layer_{name}", language),
                shown=name == "places",
                legend=class_swatches(CREDIBLE, language),
                notes=note if name == "places" else (),
                stamps=stamps,
            )


def _judged_layers(judged: JudgedMapView | None, language: Language) -> Iterator[Layer]:
    """Yield the layers of what a study judged, besides its kinds of objects."""
    if judged is None:
        return
    stamps = _study_stamps(judged.flat_terrain, judged.synthetic, language)
    if judged_numbers(judged, language):
        yield Layer("numbers", text("studies.map_layer_numbers", language))
    drawn = {str(one["layer"]) for one in judged_shapes(judged)}
    if "runways" in drawn:
        line = Swatch("", JUDGED["runway"].colour, dash="")
        yield Layer("runways", text("studies.map_layer_runways", language), swatch=line)
    if "worst" in drawn:
        lines = tuple(
            Swatch(
                text(f"studies.map_line_{name}", language),
                JUDGED["worst" if name == "worst" else "protected"].colour,
                dash=dash,
            )
            for name, dash in LAYER_DASHES.items()
        )
        label = text("studies.map_layer_worst", language)
        yield Layer("worst", label, legend=lines, stamps=stamps)
    if "looked" in drawn:
        ring = Swatch("", JUDGED["mast"].colour, dash=CIRCLE_DASH)
        yield Layer(
            "looked",
            text("studies.map_layer_looked", language, radius_km=judged.looked_km),
            swatch=ring,
            notes=(text("studies.map_looked_note", language),),
            stamps=stamps,
        )


_RAYS = {"straight": "ray_straight", "turned": "key_turned", "as_read": "ray_as_read"}


def channel_layer(frequency_mhz: float) -> str:
    """Return the name of the layer of one channel."""
    return f"channel-{round(frequency_mhz * 1e3)}"


def _interferer_swatch(interferer: Interferer, language: Language) -> Swatch:
    letter = interferer_letter(interferer.rank)
    frequency, named = interferer.frequency_mhz, {"letter": letter, "name": interferer.name}
    if frequency is None:
        label = text("maps.interferer", language, **named)
    else:
        label = text("maps.interferer_frequency", language, **named, frequency=frequency)
    if interferer.area_km2 is not None:
        area = number(interferer.area_km2, language, 1)
        label = text("maps.interferer_area", language, label=label, area=area)
    return Swatch(label, interferer.colour, letter=letter)


def class_swatches(palette: Palette, language: Language) -> tuple[Swatch, ...]:
    """Return what each colour of a palette means."""
    return tuple(
        Swatch(text(c.key, language), c.colour) for c in palette.classes if c.colour is not None
    )


def _symbol(symbol: Symbol) -> Swatch:
    return Swatch("", symbol.colour, path=SHAPES[symbol.shape])


def _study_stamps(flat: bool, synthetic: bool, language: Language) -> tuple[str, ...]:
    keys = ["stamp_flat"] * flat + ["stamp_synthetic"] * synthetic
    return tuple(text(f"maps.{key}", language) for key in keys)


def _approximate(view: RegisterView) -> bool:
    return any(not boundary.official for boundary in view.boundaries)


def _boundary_note(boundary: Boundary, language: Language) -> str:
    if boundary.official:
        return text("maps.layer_boundary_official", language)
    return text("maps.stamp_approximate", language, uncertainty_m=boundary.position_uncertainty_m)
