"""What single kinds of cases add to the desk's pages, answers and letters; each says it itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from api.desk_view import DeskView
from maps.documents.content import Block

__all__ = ["BLOCKS", "PANELS", "PREFILLS", "VALUES", "Blocks", "Panel"]

Blocks = Mapping[str, Callable[[], list[Block]]]


def _nothing(_request: Request, _view: DeskView) -> Mapping[str, Any] | None:
    return None


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page of a case.

    Attributes
    ----------
    template : str
        Its file below `api/templates`.
    values : callable
        What the template shows; `usual` is what the software proposes for fields, by the step.
    told : callable
        What programs are told of it, None where nothing.
    """

    template: str
    values: Callable[[Request, DeskView], Mapping[str, Any]]
    told: Callable[[Request, DeskView], Mapping[str, Any] | None] = _nothing


BLOCKS: Final[dict[str, Callable[[Request, DeskView], Blocks]]] = {}
"""What a kind of case can draw into its letters besides `facts` and `history`, by its kind."""

VALUES: Final[dict[str, Callable[[DeskView], Mapping[str, str]]]] = {}
"""What its letters may name besides facts and details."""

PANELS: Final[dict[str, Panel]] = {}
"""The panel of a kind of case; a kind without one shows none."""

PREFILLS: Final[dict[str, Callable[[Request, str], Mapping[str, str]]]] = {}
"""The facts of a new case about a record, as its form shows them before anybody typed."""
