"""One run of faults on one database: load, faults, what is compared after each, the table."""

import faulthandler
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.faults import FAULTS
from tests.faults.installation import Installation, installed, until
from tests.faults.judging import count_ends, require_all, require_state
from tests.faults.ledger import Ledger
from tests.faults.writers import Writers

__all__ = ["go_through"]

_LOAD_S = (0.1, 1.2)


def go_through(database: str, faults: int, seed: int, disk: Path) -> int:
    """Do so many faults; print a table and return an exit status."""
    began = time.monotonic()
    ledger = Ledger()
    with TemporaryDirectory(prefix="phusong-logs-", dir="/tmp") as logs:
        with installed(database, disk, Path(logs)) as installation:
            count_ends(installation)
            until(installation.ready, "the servers answer")
            done = _faults(installation, ledger, database, faults, seed)
        ledger.wrong += installation.failures()
        _tell_of_databases(disk, ledger)
    _print(database, seed, time.monotonic() - began, done, ledger)
    return 1 if ledger.wrong else 0


def _faults(
    installation: Installation, ledger: Ledger, database: str, faults: int, seed: int
) -> Counter[str]:
    chance = random.Random(seed)
    kinds = list(FAULTS[database])
    planned = [kinds[number % len(kinds)] for number in range(faults)]
    chance.shuffle(planned)
    done: Counter[str] = Counter()
    writers = Writers(installation, ledger, seed)
    writers.start()
    try:
        for number, kind in enumerate(planned, 1):
            time.sleep(chance.uniform(*_LOAD_S))
            began, before = time.monotonic(), ledger.acknowledged()
            faulthandler.dump_traceback_later(150)
            said = FAULTS[database][kind](installation, ledger, chance)
            until(installation.ready, f"the servers answer after {kind}", 90.0)
            back_s = time.monotonic() - began
            until(lambda n=before: ledger.acknowledged() > n + 3, "writing goes on", 90.0)
            writers.pause()
            require_state(installation, ledger)
            writers.go_on()
            faulthandler.cancel_dump_traceback_later()
            done[kind] += 1
            _say(
                f"{number:4} {kind:11} back in {back_s:5.1f} s  "
                f"{ledger.acknowledged():6} acknowledged  {said}",
            )
            if ledger.wrong:
                break
        writers.pause()
        counts = require_all(installation, ledger)
        _say(", ".join(f"{name} {count}" for name, count in counts.items()))
    except Exception:
        ledger.wrong.append(traceback.format_exc())
    finally:
        writers.stop()
    return done


def _say(*parts: object) -> None:
    sys.stdout.write(" ".join(map(str, parts)) + "\n")
    sys.stdout.flush()


def _tell_of_databases(disk: Path, ledger: Ledger) -> None:
    log = disk / "postgres" / "log"
    if ledger.wrong and log.exists():
        sys.stderr.write(log.read_text("utf-8", "replace")[-4000:])


def _print(database: str, seed: int, seconds: float, done: Counter[str], ledger: Ledger) -> None:
    _say(f"\n{database}, seed {seed}: {sum(done.values())} faults in {seconds:.0f} s")
    for kind, count in done.items():
        _say(f"  {kind:11} {count:4}")
    table: dict[str, Counter[int]] = {}
    for (kind, status), count in ledger.answers.items():
        table.setdefault(kind, Counter())[status] += count
    _say("  answers (0: none)")
    for kind, counted in sorted(table.items()):
        _say(
            f"  {kind:11}",
            ", ".join(f"{s}: {n}" for s, n in sorted(counted.items())),
            f"(slowest {ledger.slowest_s[kind]:.1f} s)",
        )
    _say("  not acknowledged and yet there:", dict(ledger.late) or "none")
    for wrong in ledger.wrong[:20]:
        _say(f"WRONG {wrong[:3000]}")
    _say("nothing acknowledged was lost" if not ledger.wrong else "FAILED")
