"""The part of a map's legend that tells what a study computed."""

from collections.abc import Iterator

from data.text import Language, number, text
from maps.contour_lines import contour_dash, contour_levels, level_text
from maps.judged_map import CIRCLE_DASH, LAYER_DASHES, judged_numbers, judged_shapes
from maps.legend_parts import Layer, Swatch, class_swatches
from maps.palette import (
    CHANNEL_MARGIN,
    CHANNELS,
    COUNT,
    CREDIBLE,
    FIELD_STRENGTH,
    JUDGED,
    MARGIN,
    OPERATORS,
    SITES,
    SOURCE,
    interferer_letter,
    mobile_level,
)
from maps.source_map import ELLIPSE_DASH, RAYS
from maps.views import (
    ChannelsView,
    CoverageView,
    InterferenceView,
    Interferer,
    JudgedMapView,
    MobileView,
    NetworkView,
    SourceMapView,
)

__all__ = [
    "channel_layer",
    "channels_layers",
    "coverage_layers",
    "interference_layers",
    "judged_layers",
    "mobile_layers",
    "network_layers",
    "operator_layer",
    "source_layers",
]

_RAYS = {"straight": "ray_straight", "turned": "key_turned", "as_read": "ray_as_read"}


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


def interference_layers(
    interference: InterferenceView | None, language: Language
) -> Iterator[Layer]:
    """Return the layers of a study of interference: who disturbs most, the protection margin."""
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


def source_layers(source: SourceMapView | None, language: Language) -> Iterator[Layer]:
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


def judged_layers(judged: JudgedMapView | None, language: Language) -> Iterator[Layer]:
    """Return the layers of what a study judged, besides its kinds of objects."""
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


def _study_stamps(flat: bool, synthetic: bool, language: Language) -> tuple[str, ...]:
    keys = ["stamp_flat"] * flat + ["stamp_synthetic"] * synthetic
    return tuple(text(f"maps.{key}", language) for key in keys)
