"""What a page of a case shows besides what every case has, by its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request

from api.desk_view import DeskView

__all__ = ["PANELS", "Panel"]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page.

    Attributes
    ----------
    template : str
        Its file below `api/templates`.
    values : callable
        What the template shows, from the request and the case; `usual` is what the software
        proposes for the fields of a step, by the step.
    """

    template: str
    values: Callable[[Request, DeskView], Mapping[str, Any]]


PANELS: Final[dict[str, Panel]] = {}
"""The panel of a kind of case, by its kind; a kind without one shows none."""
