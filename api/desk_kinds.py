"""What single kinds of cases add to the desk's pages, answers and letters."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from starlette.requests import Request

from api.desk_dossier import dossier_blocks, dossier_panel, dossier_values, renewal_of
from api.desk_view import DeskView
from maps.documents.content import Block

__all__ = ["BLOCKS", "PANELS", "PREFILLS", "VALUES", "Blocks"]

Blocks = Mapping[str, Callable[[], list[Block]]]

BLOCKS: Final[Mapping[str, Callable[[Request, DeskView], Blocks]]] = MappingProxyType(
    {"dossier": dossier_blocks}
)
"""What a kind of case can draw into its letters besides `facts` and `history`, by its kind."""

VALUES: Final[Mapping[str, Callable[[DeskView], Mapping[str, str]]]] = MappingProxyType(
    {"dossier": dossier_values}
)
"""What its letters may name besides facts and details."""

PANELS: Final[Mapping[str, Callable[[Request, DeskView], dict[str, Any]]]] = MappingProxyType(
    {"dossier": dossier_panel}
)
"""What the page of a case shows besides, by `desk_panel_<kind>.html`; JSON has it as `panel`."""

PREFILLS: Final[Mapping[str, Callable[[Request, str], Mapping[str, str]]]] = MappingProxyType(
    {"dossier": renewal_of}
)
"""The facts of a new case about a record, as its form shows them before anybody typed."""
