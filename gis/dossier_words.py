"""The vocabulary of licence dossiers: types of station, purposes, papers, who decides.

What the law asks for each type is a rule (`data/rules/dossiers.toml`); here stand only the words
that rules, forms and catalogues share.
"""

from typing import Final

__all__ = ["AUTHORITIES", "BROADCAST", "CONSENTS", "DOCUMENTS", "LICENCES", "PURPOSES", "TYPES"]

TYPES: Final = (
    "broadcast_press",
    "broadcast_network",
    "broadcast_other",
    "wireless_pa",
    "amateur",
    "internal_network",
    "private_mobile",
    "microwave",
    "fishing_vessel",
    "ship",
    "coast_fishing",
    "earth_station",
    "aeronautical",
    "exhibition",
    "fixed_coast_other",
)
"""What a licence is asked for."""

BROADCAST: Final = frozenset(
    {"broadcast_press", "broadcast_network", "broadcast_other", "wireless_pa"}
)
"""Types whose stations the software can check against plan and register."""

PURPOSES: Final = ("issue", "reissue", "exchange", "amend", "renew")
"""Cấp, cấp lại, cấp đổi, sửa đổi bổ sung, gia hạn."""

LICENCES: Final = ("equipment", "band", "orbit")
"""Kinds of licence of Luật Tần số vô tuyến điện, Điều 16."""

DOCUMENTS: Final = (
    "form",
    "explanation",
    "id_paper",
    "household_certificate",
    "operator_certificate",
    "vessel_or_household_paper",
    "broadcasting_licence",
    "network_licence",
    "channel_list_certificate",
    "private_network_licence",
    "network_licence_or_contract",
    "department_consent",
    "defence_consent",
    "temporary_import_paper",
)
"""Papers of a dossier."""

AUTHORITIES: Final = ("bureau", "regional_centre", "province", "unknown")
"""Who decides: Cục Tần số vô tuyến điện, its regional centre, the province."""

CONSENTS: Final = ("none", "required", "unknown")
"""Whether the department's written consent belongs to a dossier."""
