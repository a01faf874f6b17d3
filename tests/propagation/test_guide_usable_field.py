"""The numbers that the guide prints of the methods of summation are what the methods give."""

import re

import numpy as np
import pytest

from data import path
from propagation.interference.log_normal import log_normal_usable_dbuvm
from propagation.interference.monte_carlo import (
    location_deviates,
    location_factors,
    sampled_usable_field,
)
from propagation.interference.summation import power_sum_dbuvm, simplified_multiplication_dbuvm

SIGMA_DB = 8.3
MOST = 10


@pytest.fixture(scope="module")
def factors():
    return location_factors(location_deviates(MOST, 1_000_000), SIGMA_DB)


def rows(language: str) -> dict[str, list[float]]:
    """Return the table of a page: the fields as written, and the numbers beside."""
    text = path(f"guide/usable_field.{language}.md").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 8 and re.match(r"\d", cells[0]):
            numbers = [cell.replace("−", "-").replace(",", ".") for cell in cells[1:]]
            found[cells[0]] = [float(number) for number in numbers]
    return found


def fields_of(written: str) -> list[float]:
    """Read `0; 9 × −8`."""
    fields: list[float] = []
    for part in written.replace("−", "-").split(";"):
        count, _, level = part.rpartition("×")
        fields += [float(level)] * int(count or 1)
    return fields


def test_both_pages_print_the_same_table() -> None:
    assert rows("vi") == rows("en")
    assert len(rows("vi")) == 9


def test_the_table_is_right_to_its_rounding(factors) -> None:
    """Bias of power sum, simplified multiplication and t-LNM, at 50 and 95 % of locations."""
    for written, printed in rows("vi").items():
        fields = fields_of(written)
        assert max(fields) == 0
        own = factors[: len(fields) + 1]
        half, most = (
            float(sampled_usable_field(fields, own, percent).usable_dbuvm)
            for percent in (50.0, 95.0)
        )
        found = [
            half,
            power_sum_dbuvm(fields) - half,
            simplified_multiplication_dbuvm(fields, SIGMA_DB) - half,
            log_normal_usable_dbuvm(fields, SIGMA_DB) - half,
            most,
            simplified_multiplication_dbuvm(fields, SIGMA_DB, 95.0) - most,
            log_normal_usable_dbuvm(fields, SIGMA_DB, 95.0) - most,
        ]
        np.testing.assert_allclose(printed, found, rtol=0, atol=0.05 + 1e-9, err_msg=written)


def test_the_two_numbers_of_each_method() -> None:
    for language, sign in (("vi", ","), ("en", ".")):
        text = path(f"guide/usable_field.{language}.md").read_text(encoding="utf-8")
        for method in (power_sum_dbuvm, simplified_multiplication_dbuvm):
            for count in (2, 10):
                assert f"+{float(method([0.0] * count)):.2f}".replace(".", sign) in text
