"""The legend of a map, which is its layer control at the same time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from data.text import Language, number, text
from gis.register.records import Boundary
from maps.basemap import ROAD_COLOUR, ZONE_COLOURS, drawn_zones
from maps.legend_parts import Group, Layer, Swatch
from maps.palette import SHAPES, WORK, Symbol
from maps.study_legend import (
    channels_layers,
    coverage_layers,
    interference_layers,
    judged_layers,
    mobile_layers,
    network_layers,
    source_layers,
)
from maps.tables import Table
from maps.views import RegisterView
from maps.work_layer import LINE_DASH, LINES, work_lines

__all__ = ["layer_groups"]

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
        ("interference", tuple(interference_layers(view.interference, language))),
        ("network", tuple(network_layers(view.network, language))),
        ("mobile", tuple(mobile_layers(view.mobile, language))),
        ("channels", tuple(channels_layers(view.channels, language))),
        ("source", (*found, *source_layers(view.source, language))),
        ("judged", (*judged, *judged_layers(view.judged, language))),
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


def _symbol(symbol: Symbol) -> Swatch:
    return Swatch("", symbol.colour, path=SHAPES[symbol.shape])


def _approximate(view: RegisterView) -> bool:
    return any(not boundary.official for boundary in view.boundaries)


def _boundary_note(boundary: Boundary, language: Language) -> str:
    if boundary.official:
        return text("maps.layer_boundary_official", language)
    return text("maps.stamp_approximate", language, uncertainty_m=boundary.position_uncertainty_m)
