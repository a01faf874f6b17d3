"""Versions of channel plans for programs: the same from the server and the command line."""

from typing import Any

from api.geojson import plain
from gis.plan_versions import PlanComparison, PlanVersion

__all__ = ["comparison_json", "plan_json"]


def plan_json(version: PlanVersion) -> dict[str, Any]:
    """Return a version for a program."""
    content: dict[str, Any] = plain(version)
    return content


def comparison_json(compared: PlanComparison) -> dict[str, Any]:
    """Return a comparison for a program."""
    return {
        "old": plan_json(compared.old),
        "new": plan_json(compared.new),
        **compared.counts,
        "unchanged": compared.unchanged,
        "differences": [
            {
                "difference": one.kind.value,
                "service": one.entry.service.value,
                "frequency_mhz": one.entry.frequency_mhz,
                "site_name": one.entry.site_name,
                "programme": one.entry.programme,
                "old_id": None if one.old is None else one.old.id,
                "new_id": None if one.new is None else one.new.id,
                "changes": plain(one.changes),
            }
            for one in compared.differences
        ],
    }
