"""Structures out of OpenStreetMap: GeoJSON with its tags, or the JSON of the Overpass interface.

What is a structure here is told by the tags of the map's own documentation (man_made, tower:type,
power, telecom, utility, highway=street_lamp); all other features are left out and counted. The
map's data are under the ODbL, which every record says in its source.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gis.exchange.table import Cell, Row, Table
from gis.register.structures import StructureKind

__all__ = ["AT_ID", "features_of", "is_named", "is_osm", "kind_of", "structures"]

AT_ID = "@id"
"""Header of the identifier of an element of the map."""

_IDS = (AT_ID, "id", "osm_id", "full_id")
_TYPES = ("osm_type", "@type", "type")
_OF_THE_MAP = frozenset({*_IDS, *_TYPES, "name", "ref", "operator", "owner", "height",
                         "man_made", "power", "telecom", "utility", "highway"})  # fmt: skip
_OWN = ("code", "owner_id")
_HEADER = ("code", "name", "kind", "height_m", "valid_from", "source", "note")
_COMMUNICATION = ("communication:mobile_phone", "communication:radio", "communication:television")
_MASTS = ("mast", "tower", "communications_tower")
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
_KINDS = frozenset({*_LETTERS, *_LETTERS.values()})


def features_of(elements: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the tagged elements of an Overpass answer as features of GeoJSON.

    A way lies in the middle of its corners, or where Overpass says its centre is. One whose place
    cannot be read has a point without coordinates, which is refused as a row.
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
        properties = {**tags, AT_ID: f"{one.get('type')}/{one.get('id')}"}
        told = {name: value for name, value in one.items() if isinstance(value, str)}
        found.append({**told, "type": "Feature", "properties": properties, "geometry": geometry})
    return found


def _place(element: Mapping[str, Any], nodes: Mapping[int, Any]) -> Sequence[Any] | None:
    """Return where an element is; None where nothing says so, no numbers where it is broken."""
    if element.get("type") == "node":
        return element.get("lon"), element.get("lat")
    centre = element.get("center")
    if isinstance(centre, dict):
        return centre.get("lon"), centre.get("lat")
    drawn, listed = element.get("geometry") or [], element.get("nodes") or []
    if not isinstance(drawn, list) or not isinstance(listed, list):
        return ()
    corners = [
        (one["lon"], one["lat"])
        for one in drawn
        if isinstance(one, dict) and "lon" in one and "lat" in one
    ] or [nodes[one] for one in listed if isinstance(one, int) and one in nodes]
    numbers = [pair for pair in corners if all(isinstance(n, int | float) for n in pair)]
    if not numbers:
        whole = centre is None and all(isinstance(one, int) for one in listed)
        return None if whole and not corners else ()
    west, east = min(x for x, _ in numbers), max(x for x, _ in numbers)
    south, north = min(y for _, y in numbers), max(y for _, y in numbers)
    return (west + east) / 2, (south + north) / 2


def is_named(identifier: object) -> bool:
    """Return whether the identifier of a feature says which element of the map it is."""
    found = _ID.fullmatch(identifier) if isinstance(identifier, str) else None
    return found is not None and found[1] is not None


def is_osm(table: Table, field_of: Callable[[str], str | None]) -> bool:
    """Return whether features are those of the map, not an operator's own.

    Some of them must be a structure by the map's tags or have an identifier of the map, and no
    header beside the map's own keys may be a field by which a register tells structures apart.

    Parameters
    ----------
    table : Table
        The features.
    field_of : callable
        Returns the field of the register that a header names, or None.
    """
    own = (one for one in table.header if one not in _OF_THE_MAP and ":" not in one)
    if any(field_of(header) in _OWN for header in own):
        return False
    return AT_ID in table.header or any(kind_of(_tags(table, row)) for row in table.rows)


def kind_of(tags: Mapping[str, str]) -> StructureKind | None:
    """Return what a feature is by its tags, or None when it is no structure."""
    made, utility = tags.get("man_made"), tags.get("utility", "")
    if made in _MASTS:
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


def _is_of_unsaid_use(tags: Mapping[str, str]) -> bool:
    """Return whether a feature is a mast or tower of which no tag says what it is for."""
    bare = "tower:type" not in tags and not any(name in tags for name in _COMMUNICATION)
    return bare and kind_of(tags) is None and tags.get("man_made") in _MASTS


def structures(table: Table) -> Table:
    """Return the structures among the features of a table, as rows with the register's fields."""
    rows = list(_rows(table))
    return replace(
        table,
        header=_HEADER,
        rows=rows,
        passed_over=len(table.rows) - len(rows),
        of_unsaid_use=sum(_is_of_unsaid_use(_tags(table, row)) for row in table.rows),
    )


def _rows(table: Table) -> Iterator[Row]:
    for row in table.rows:
        tags = _tags(table, row)
        kind = kind_of(tags)
        if kind is not None:
            yield row._replace(cells=_cells(tags, kind, row))


def _tags(table: Table, row: Row) -> dict[str, str]:
    cells = zip(table.header, row.cells, strict=True)
    return {name: str(cell) for name, cell in cells if cell is not None}


def _cells(tags: Mapping[str, str], kind: StructureKind, row: Row) -> tuple[Cell, ...]:
    drawn = "node" if row.geometry_problem != "exchange.problem.not_a_point" else "way"
    called = _called(tags, drawn) or f"{row.number}"
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


def _called(tags: Mapping[str, str], drawn: str) -> str | None:
    """Return `node/123` of whatever a program wrote as the feature's id.

    Parameters
    ----------
    tags : mapping
        All values of the feature.
    drawn : str
        What it is by its geometry, where no other value says it.
    """
    found = [one for name in _IDS if (one := _ID.fullmatch(tags.get(name, ""))) is not None]
    for one in found:
        if one[1]:
            return f"{_LETTERS.get(one[1], one[1])}/{one[2]}"
    told = (tags.get(name, "").casefold() for name in _TYPES)
    kind = next((_LETTERS.get(one, one) for one in told if one in _KINDS), drawn)
    return f"{kind}/{found[0][2]}" if found else None
