"""Counts that are remembered: for whom they were counted, and until something is written."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gis.features.collections import COLLECTIONS
from gis.features.counts import Counts
from gis.features.reading import Asked, FeatureReader
from gis.register.scopes import PUBLIC, SYSTEM, Role, Scope
from gis.register.store import Register
from tests.prepared import demo_register

STRUCTURES = COLLECTIONS["structures"]


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with demo_register(tmp_path / "home" / "register.gpkg") as opened:
        yield opened


def matched(register: Register, counts: Counts, scope: Scope, asked: Asked | None = None) -> int:
    """Return the number of all features beside a page of one."""
    reader = FeatureReader(register, scope, counts)
    found, number = reader.page(STRUCTURES, asked or Asked(), limit=1)
    assert len(found) == 1
    return number


def test_each_caller_is_told_the_number_of_what_it_sees(register: Register) -> None:
    counts = Counts()
    hidden = [one for one in register.structures(SYSTEM) if one.confidential]
    own = Scope(Role.OPERATOR, hidden[0].owner_id)
    for _ in range(2):  # counted, then remembered
        for scope in (SYSTEM, PUBLIC, own):
            assert matched(register, counts, scope) == register.count_structures(scope)
    assert matched(register, counts, PUBLIC) < matched(register, counts, own)


def test_what_was_written_counts_at_once(register: Register) -> None:
    counts = Counts()
    before = matched(register, counts, PUBLIC)
    shown = next(one for one in register.structures(PUBLIC))
    with register.write(author="t", reason="kín") as writer:
        writer.update_structures([replace(shown, confidential=True)])
    assert matched(register, counts, PUBLIC) == before - 1
    with register.write(author="t", reason="lại") as writer:
        writer.update_structures([shown])
    assert matched(register, counts, PUBLIC) == before


def test_values_of_questions_are_not_confused(register: Register) -> None:
    counts = Counts()
    kinds = {one.kind.value for one in register.structures(PUBLIC)}
    found = {
        kind: matched(register, counts, PUBLIC, Asked(properties={"kind": kind})) for kind in kinds
    }
    assert len(kinds) > 1
    assert sum(found.values()) == matched(register, counts, PUBLIC)
    west, south, east, north = (105.0, 9.0, 108.0, 12.0)
    whole = Asked(boxes=((west, south, east, north),))
    half = Asked(boxes=((west, south, 106.4, north),))
    numbers = [matched(register, counts, PUBLIC, asked) for asked in (whole, half, whole)]
    assert numbers[0] == numbers[2] > numbers[1] > 1
