"""What processes cost: seconds of processor time and memory, with all their children (Linux)."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

__all__ = ["cpu_seconds", "memory_megabytes"]

_TICKS_S: Final = os.sysconf("SC_CLK_TCK")


def cpu_seconds(*pids: int) -> float:
    """Return the processor time that processes and their children have used."""
    total = 0
    for pid in _with_children(pids):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])  # its own, in user and system mode
    return total / _TICKS_S


def memory_megabytes(*pids: int) -> float:
    """Return the memory of processes and their children, shared pages once each (PSS)."""
    kilobytes = 0
    for pid in _with_children(pids):
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024.0


def _with_children(pids: tuple[int, ...]) -> set[int]:
    found, new = set(pids), set(pids)
    while new:
        below: set[int] = set()
        for pid in new:
            for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
                with suppress(OSError):
                    below.update(map(int, tasks.read_text().split()))
        new = below - found
        found |= below
    return found
