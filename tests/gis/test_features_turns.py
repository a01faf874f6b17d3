"""Turns at a GeoPackage: few at once, nobody held back for long, none lost to an error."""

import threading
import time

import pytest
from sqlalchemy import create_engine

from gis.features.turns import AT_ONCE, LONGEST_S, in_turn

SQLITE = create_engine("sqlite://")


def test_as_many_as_there_are_turns_at_once() -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        with in_turn(SQLITE):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.01)
            with lock:
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert most == AT_ONCE


def test_who_has_waited_long_goes_on_and_gives_back_nothing() -> None:
    with in_turn(SQLITE), in_turn(SQLITE):
        begun = time.monotonic()
        with in_turn(SQLITE):
            assert time.monotonic() - begun >= LONGEST_S
    with in_turn(SQLITE), in_turn(SQLITE):
        begun = time.monotonic()
        with in_turn(SQLITE):
            assert time.monotonic() - begun >= LONGEST_S, "a turn was given back twice"


def test_an_error_gives_the_turn_back() -> None:
    for _ in range(3 * AT_ONCE):
        with pytest.raises(ValueError, match="x"), in_turn(SQLITE):
            raise ValueError("x")
    begun = time.monotonic()
    with in_turn(SQLITE):
        assert time.monotonic() - begun < LONGEST_S


def test_a_server_has_no_turns() -> None:
    server = create_engine("postgresql+psycopg://nobody@localhost/none")
    begun = time.monotonic()
    with in_turn(SQLITE), in_turn(SQLITE), in_turn(server):
        assert time.monotonic() - begun < LONGEST_S
