"""An import killed at any moment leaves nothing or the whole batch."""

import random
import subprocess
import sys
import time
from pathlib import Path

from gis.exchange.importing import commit, judge
from gis.register.scopes import SYSTEM
from gis.register.store import Register

HEADERS = ("Mã trạm", "Loại", "Chủ sở hữu", "Kinh độ (WGS 84)", "Vĩ độ", "Chiều cao (m)")
ROWS = 1500
KILLS = 20
PROGRAM = """
import sys
from pathlib import Path
from gis.exchange.importing import commit, judge
from gis.register.store import Register
with Register.open(Path(sys.argv[1])) as register:
    print("open", flush=True)
    report = judge(Path(sys.argv[2]), kind="structures", register=register)
    print("judged", flush=True)
    commit(report, register, author="lan")
    print("kept", flush=True)
"""


def _started(register: Path, file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, register, file],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )


def _whole_or_nothing(register: Register) -> int:
    register.check()
    batches = register.import_batches()
    assert register.count_structures(SYSTEM) == ROWS * len(batches)
    return len(batches)


def test_twenty_kills_lose_nothing_and_break_nothing(office, write_table):
    path = office.path
    chance = random.Random(80)
    files = [
        write_table(
            f"{name}.csv",
            HEADERS,
            *[(f"{name}-{i}", "bể", "Sao Mai", 106.2 + i / 9999, 10.6, 3) for i in range(ROWS)],
        )
        for name in range(KILLS + 1)
    ]
    began = time.monotonic()
    commit(judge(files[KILLS], kind="structures", register=office), office, author="lan")
    longest = 1.5 * (time.monotonic() - began)
    kept = 1
    office.close()
    for number in range(KILLS):
        process = _started(path, files[number])
        assert process.stdout is not None
        said = [process.stdout.readline().strip()]
        assert said == ["open"]
        if number % 2:
            said.append(process.stdout.readline().strip())
            assert said[-1] == "judged"
        time.sleep(chance.uniform(0, longest / (1 + number % 2)))
        process.kill()
        said += process.stdout.read().split()
        process.wait()
        process.stdout.close()
        with Register.open(path) as register:
            found = _whole_or_nothing(register)
        assert found in (kept, kept + 1)
        if "kept" in said:
            assert found == kept + 1
        kept = found
    with Register.open(path) as register:
        file = write_table("sau.csv", HEADERS, ("moi", "bể", "Sao Mai", 106.2, 10.6, 3))
        commit(judge(file, kind="structures", register=register), register, author="lan")
        assert register.count_structures(SYSTEM) == ROWS * kept + 1
