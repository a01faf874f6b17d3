"""Days that are counted in whole years."""

from datetime import date

import pytest

from propagation.compliance.days import years_later


@pytest.mark.parametrize(
    ("day", "years", "later"),
    [
        (date(2024, 2, 29), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2096, 2, 29), 4, date(2100, 2, 28)),
        (date(2022, 3, 1), 5, date(2027, 3, 1)),
        (date(9999, 12, 31), 5, date.max),
        (date(9996, 2, 29), 5, date.max),
    ],
)
def test_the_same_day_of_a_later_year(day: date, years: int, later: date) -> None:
    assert years_later(day, years) == later
