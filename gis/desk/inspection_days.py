"""The days that steps of an inspection state, which its terms are counted from."""

from collections.abc import Mapping
from typing import Final

__all__ = ["DAYS"]

DAYS: Final[Mapping[str, str]] = {
    "decided": "decided_on",
    "noticed": "noticed_on",
    "visit_begun": "begun_on",
    "visited": "visited_at",
    "recorded": "ended_on",
    "reported": "reported_on",
    "concluded": "concluded_on",
    "delivered": "delivered_on",
    "order_done": "done_on",
}
"""The detail that says on which day each step was taken."""
