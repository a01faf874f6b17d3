"""The fields of a structure that a person types, as its forms show them."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.entered import field_label
from api.history_view import WORDS
from data.text import Language, text
from gis.register.records import Organisation
from gis.register.structures import (
    Lifecycle,
    MastClass,
    PowerSupply,
    RentUnit,
    StructureKind,
)

__all__ = ["ADDED", "EDITED", "form_fields"]

EDITED = (
    "name",
    "kind",
    "mast_class",
    "state",
    "manager_id",
    "shareable",
    "confidential",
    "latitude",
    "longitude",
    "commune_name",
    "address",
    "ground_height_m",
    "height_m",
    "building_height_m",
    "reach_m",
    "concealed",
    "wind_area_limit_m2",
    "load_limit_kg",
    "power_supply",
    "backup_power_hours",
    "rent_asked_vnd",
    "rent_unit",
    "lightning_protected",
    "obstacle_lights",
    "earthing_resistance_ohm",
    "inspected_on",
    "neighbours_inhabited",
    "neighbours_top_m",
    "neighbours_seen_on",
    "neighbours_source",
    "valid_from",
    "valid_to",
)
"""Fields that are edited by hand; code and owner say which record it is, and stay."""

ADDED = ("owner_id", "code", *EDITED)
"""Fields of a new one."""

_NEEDED = ("owner_id", "code", "kind", "longitude", "latitude")
_CHOICES: Mapping[str, type[StructureKind | MastClass | Lifecycle | PowerSupply | RentUnit]] = {
    "kind": StructureKind,
    "mast_class": MastClass,
    "state": Lifecycle,
    "power_supply": PowerSupply,
    "rent_unit": RentUnit,
}
_FLAGS = (
    "shareable",
    "concealed",
    "lightning_protected",
    "obstacle_lights",
    "neighbours_inhabited",
)
_DAYS = ("inspected_on", "neighbours_seen_on", "valid_from", "valid_to")


def form_fields(
    names: Sequence[str], language: Language, organisations: Sequence[Organisation]
) -> list[dict[str, Any]]:
    """Return what a form shows of some fields."""
    owners = {one.id: one.name for one in organisations}
    return [
        {
            "name": name,
            "label": field_label(name, language),
            "choices": _choices(name, language, owners),
            "type": "date" if name in _DAYS else "text",
            "needed": name in _NEEDED,
        }
        for name in names
    ]


def _choices(
    name: str, language: Language, organisations: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return value and word of each choice of a field; none where it is typed."""
    unknown = ("", text("infrastructure.unknown", language))
    if name in _CHOICES:
        words = "register." + WORDS.get(name, name)
        listed = [(one.value, text(f"{words}.{one.value}", language)) for one in _CHOICES[name]]
        return listed if name == "kind" else [unknown, *listed]
    if name == "manager_id":
        return [unknown, *organisations.items()]
    if name == "owner_id":
        return [("", text("requests.unchosen", language)), *organisations.items()]
    if name in (*_FLAGS, "confidential"):
        flags = [(one, text(f"exchange.flag.{one}", language)) for one in ("yes", "no")]
        return flags if name == "confidential" else [unknown, *flags]
    return []
