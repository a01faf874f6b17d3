"""Pages of links, of paths by any model and of network forms, at a desk and on a telephone."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

LINK = {
    "from_longitude": "106.4", "from_latitude": "10.6", "from_height_m": "80",
    "to_longitude": "106.6", "to_latitude": "10.7", "to_height_m": "60",
    "frequency_mhz": "7500", "transmitter_power_dbm": "27", "transmitter_gain_dbi": "36",
    "receiver_gain_dbi": "34", "other_losses_db": "3", "receiver_threshold_dbm": "-75",
    "rain_rate_mm_per_h": "95", "rain_source": "P.837-7",
    "geoclimatic_factor_log10": "-4", "refractivity_increase_nunits": "45",
    "multipath_source": "P.530-18",
}  # fmt: skip
PATH = "station=mp-tan-an&longitude=106.6&latitude=10.7&model=itm&location_percent=90"
PAGES = {
    "link": (f"/view/link?{urlencode(LINK)}", "operator"),
    "link-form": ("/view/link", "staff"),
    "path-itm": (f"/view/path?{PATH}", "viewer"),
    "network-form": ("/view/studies", "staff"),
    "station-form": ("/view/stations/mp-tan-an", "staff"),
}


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("name", list(PAGES))
def test_pages_fit_and_are_accessible(visit: Callable[..., Any], name: str, width: int) -> None:
    address, role = PAGES[name]
    here = visit(role, width)
    here.page.set_default_navigation_timeout(120_000)  # kernels may be compiled for the first time
    page = here.open(address)
    for details in page.locator("details.card, details.whole, form details").all():
        details.evaluate("one => { one.open = true; }")
    here.picture(f"{name}-{width}")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) <= 0
    assert here.violations() == []
