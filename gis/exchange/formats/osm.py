"""Structures out of OpenStreetMap: GeoJSON with its tags, or the JSON of the Overpass interface.

What is a structure here is told by the tags of the map's own documentation (man_made, tower:type,
power, telecom, utility, highway=street_lamp); all other features are left out and counted. The
map's data are under the ODbL, which every record says in its source.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gis.exchange.table import Cell, Row, Table
from gis.register.structures import StructureKind

__all__ = ["features_of", "is_osm", "kind_of", "structures"]

_TAGS = frozenset({"man_made", "power", "telecom", "tower:type", "highway"})
_IDS = ("@id", "id", "osm_id", "full_id")
_HEADER = ("code", "name", "kind", "height_m", "valid_from", "source", "note")
_COMMUNICATION = ("communication:mobile_phone", "communication:radio", "communication:television")
_POLES = {"telecom": StructureKind.CABLE_POLE, "power": StructureKind.POWER_POLE}
_TELECOM = {
    "exchange": StructureKind.EXCHANGE,
    "data_center": StructureKind.DATA_CENTRE,
    "connection_point": StructureKind.OTHER_TELECOM,
    "distribution_point": StructureKind.OTHER_TELECOM,
}
_METRES = re.compile(r"\d{1,3}(?:\.\d+)?(?:\s*m)?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ID = re.compile(r"(?:(node|way|relation|n|w|r)[/_ ]?)?(\d{1,18})", re.ASCII)
_LETTERS = {"n": "node", "w": "way", "r": "relation"}


def features_of(elements: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the tagged elements of an Overpass answer as features of GeoJSON.

    A way lies in the middle of its corners, or where Overpass says its centre is.
    """
    nodes = {
        one["id"]: (one["lon"], one["lat"])
        for one in elements
        if isinstance(one, dict) and one.get("type") == "node" and "lon" in one and "lat" in one
        and isinstance(one.get("id"), int)
    }  # fmt: skip
    found = []
    for one in elements:
        tags = one.get("tags") if isinstance(one, dict) else None
        if not isinstance(tags, dict) or not tags:
            continue
        place = _place(one, nodes)
        geometry = None if place is None else {"type": "Point", "coordinates": list(place)}
        properties = {**tags, "@id": f"{one.get('type')}/{one.get('id')}"}
        found.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return found


def _place(element: Mapping[str, Any], nodes: Mapping[int, Any]) -> tuple[Any, Any] | None:
    if element.get("type") == "node":
        return element.get("lon"), element.get("lat")
    centre = element.get("center")
    if isinstance(centre, dict):
        return centre.get("lon"), centre.get("lat")
    corners = [
        (one["lon"], one["lat"])
        for one in element.get("geometry") or ()
        if isinstance(one, dict) and "lon" in one and "lat" in one
    ] or [nodes[one] for one in element.get("nodes") or () if one in nodes]
    numbers = [pair for pair in corners if all(isinstance(n, int | float) for n in pair)]
    if not numbers:
        return None
    west, east = min(x for x, _ in numbers), max(x for x, _ in numbers)
    south, north = min(y for _, y in numbers), max(y for _, y in numbers)
    return (west + east) / 2, (south + north) / 2


def is_osm(header: Sequence[str]) -> bool:
    """Return whether the properties of features are the map's tags."""
    return not _TAGS.isdisjoint(header) and not {"code", "owner_id"} <= set(header)


def kind_of(tags: Mapping[str, str]) -> StructureKind | None:
    """Return what a feature is by its tags, or None when it is no structure."""
    made, utility = tags.get("man_made"), tags.get("utility", "")
    if made in ("mast", "tower", "communications_tower"):
        return _mast(made, tags)
    if made == "utility_pole":
        return _POLES.get(utility, StructureKind.CABLE_POLE)
    if made == "street_cabinet" and utility in ("", "telecom"):
        return StructureKind.CABINET
    if tags.get("power") in ("pole", "tower"):
        return StructureKind.POWER_POLE
    if tags.get("highway") == "street_lamp":
        return StructureKind.LIGHTING_POLE
    return _TELECOM.get(tags.get("telecom", ""))


def _mast(made: str, tags: Mapping[str, str]) -> StructureKind | None:
    use = tags.get("tower:type")
    if use == "lighting":
        return StructureKind.LIGHTING_POLE
    heard = any(tags.get(name) not in (None, "no") for name in _COMMUNICATION)
    if made == "communications_tower" or use == "communication" or heard:
        return StructureKind.ANTENNA_MAST
    return None


def structures(table: Table) -> Table:
    """Return the structures among the features of a table, as rows with the register's fields."""
    rows = list(_rows(table))
    return replace(table, header=_HEADER, rows=rows, passed_over=len(table.rows) - len(rows))


def _rows(table: Table) -> Iterator[Row]:
    for row in table.rows:
        tags = {
            name: str(cell) for name, cell in zip(table.header, row.cells, strict=True)
            if cell is not None
        }  # fmt: skip
        kind = kind_of(tags)
        if kind is not None:
            yield row._replace(cells=_cells(tags, kind, row.number))


def _cells(tags: Mapping[str, str], kind: StructureKind, number: int) -> tuple[Cell, ...]:
    called = _called(tags) or f"{number}"
    height, since = tags.get("height", ""), tags.get("start_date", "")
    known = [f"{name}={tags[name]}" for name in ("operator", "ref") if name in tags]
    if height and not _METRES.fullmatch(height):
        known.append(f"height={height}")
    return (
        f"osm-{called.replace('/', '-')}",
        tags.get("name"),
        kind.value,
        float(height.removesuffix("m")) if _METRES.fullmatch(height) else None,
        since if _DAY.fullmatch(since) else None,
        f"OpenStreetMap, ODbL 1.0, {called}",
        "; ".join(known) or None,
    )


def _called(tags: Mapping[str, str]) -> str | None:
    """Return `node/123` of whatever a program wrote as the feature's id."""
    for name in _IDS:
        found = _ID.fullmatch(tags.get(name, ""))
        if found is not None:
            kind = _LETTERS.get(found[1], found[1]) if found[1] else "node"
            return f"{kind}/{found[2]}"
    return None
