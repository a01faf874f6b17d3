"""A question to the register that takes too long is ended, said, and holds nothing up."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import BigInteger, func, literal, select

from api.settings import Settings
from data.text import Language
from gis.errors import TooLongError
from gis.register import engine
from gis.register.scopes import SYSTEM
from gis.register.store import Register
from tests.api.ogc_server import SLOW_FILTER, add_long_names, kept, serving

ENDLESS, SHORT = 10**10, 1_500_000
"""Numbers that are counted: for an hour, and for half a second or so."""
SOON_S = 10.0
"""On a busy machine; nothing here would end by itself in that time."""
ITEMS = "/ogc/collections/structures/items"


def counting(most: int) -> Any:
    """Return a question that counts, which any database takes its time for."""
    numbers = select(literal(1, BigInteger).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(
        select(numbers.c.n + 1).where(numbers.c.n < literal(most, BigInteger))
    )
    return select(func.count().label("n")).select_from(numbers)


@pytest.fixture(scope="module")
def home(kept_by: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with kept(tmp_path_factory.mktemp(f"limits-{kept_by}") / "home") as settings:
        with (
            Register.open(settings.place.register) as register,
            register.write(author="t", reason="t") as writer,
        ):
            add_long_names(writer)
        yield settings


@contextmanager
def opened(home: Settings, longest_s: float) -> Iterator[Register]:
    with Register.open(home.place.register, longest_s=longest_s) as register:
        yield register


def ask(register: Register, most: int, *, whole: bool = False) -> int:
    with engine.reading(register.engine, whole=whole) as connection:
        return int(connection.execute(counting(most)).scalar_one())


def test_a_long_question_is_ended_and_its_connection_stays_good(home: Settings) -> None:
    with opened(home, 0.2) as register:
        for _ in range(2):
            begun = time.monotonic()
            with pytest.raises(TooLongError, match=r"0\.2 seconds"):
                ask(register, ENDLESS)
            with (
                pytest.raises(TooLongError),
                engine.asking(register.engine) as connection,
            ):
                connection.execute(counting(ENDLESS)).all()
            assert time.monotonic() - begun < SOON_S
            assert ask(register, 10) == 10
        assert register.engine.pool.checkedin() == 1  # type: ignore[attr-defined]
        assert register.count_structures(SYSTEM) > 4_000


def test_so_is_one_of_the_event_loop(home: Settings) -> None:
    async def both() -> list[Any]:
        try:
            with pytest.raises(TooLongError):
                await engine.answer(register.engine, counting(ENDLESS), {})
            return list(await engine.answer(register.engine, counting(10), {}))
        finally:
            await engine.leave(register.engine)

    with opened(home, 0.2) as register:
        begun = time.monotonic()
        assert [tuple(row) for row in asyncio.run(both())] == [(10,)]
        assert time.monotonic() - begun < SOON_S


def test_what_is_done_between_two_questions_does_not_count(home: Settings) -> None:
    with opened(home, 1.0) as register, engine.reading(register.engine) as connection:
        assert connection.execute(counting(10)).scalar_one() == 10
        time.sleep(1.2)
        assert connection.execute(counting(1_000)).scalar_one() == 1_000


def test_files_of_whole_layers_may_take_longer_and_writes_what_they_take(home: Settings) -> None:
    with opened(home, 0.2) as register:
        with pytest.raises(TooLongError):
            ask(register, SHORT)
        assert ask(register, SHORT, whole=True) == SHORT
        with engine.writing(register.engine) as connection:
            assert connection.execute(counting(SHORT)).scalar_one() == SHORT
        with pytest.raises(TooLongError):
            ask(register, SHORT)
    with Register.open(home.place.register) as unbound:
        assert ask(unbound, SHORT) == SHORT


def test_a_server_that_stops_ends_them_all(home: Settings) -> None:
    told: list[TooLongError] = []

    def work(*, whole: bool) -> None:
        with pytest.raises(TooLongError) as caught:
            ask(register, ENDLESS, whole=whole)
        told.append(caught.value)

    with opened(home, 600.0) as register:
        threads = [
            threading.Thread(target=work, kwargs={"whole": whole}) for whole in (False, True)
        ]
        for one in threads:
            one.start()
        time.sleep(0.5)
        begun = time.monotonic()
        engine.end_reading(register.engine)
        assert ask(register, 10) == 10, "a page that says so may still be made"
        for one in threads:
            one.join(SOON_S)
        assert time.monotonic() - begun < SOON_S
        assert [one.key for one in told] == ["errors.server_stops"] * 2
        time.sleep(1.1)
        with pytest.raises(TooLongError):
            ask(register, 10)


def test_a_slow_filter_is_answered_with_503_and_the_next_question_well(home: Settings) -> None:
    asked = home.model_copy(update={"query_seconds": 0.5})
    with serving(asked, "staff") as staff:
        for language, word in ((Language.VI, "giây"), (Language.EN, "seconds")):
            begun = time.monotonic()
            answer = staff.get(ITEMS, filter=SLOW_FILTER, limit=10, lang=language.value)
            assert answer.status_code == 503, answer.text[:300]
            assert answer.headers["retry-after"] == "5"
            said = answer.json()
            assert said["code"] == "errors.question_long"
            assert word in said["detail"]
            assert time.monotonic() - begun < SOON_S
            assert staff.json(ITEMS, limit=10)["numberReturned"] == 10
        described = staff.json("/openapi.json")["paths"][ITEMS]["get"]["responses"]
        assert "Retry-After" in described["503"]["headers"]
