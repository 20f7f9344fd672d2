"""What a command takes: wall time, CPU time and memory of it and of all processes below it."""

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

SAMPLES_PER_S = 10
PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 2**20


@dataclass(frozen=True)
class Taken:
    """What a run took.

    Attributes:
      cpu_s: User and system time of the process and of all below it that were waited for.
      peak_mib: The most resident memory of all its processes together that two samples in a row,
        a tenth of a second apart, both saw. Pages that processes share count once for each, so it
        is rather too much. One sample alone may meet a process just before it becomes another
        program, when it still seems as large as its parent.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float


def measured(
    command: list[str], environment: Mapping[str, str] | None = None, without: str | None = None
) -> Taken:
    """Runs a command to its end.

    Args:
      environment: Variables beside those of this process.
      without: Processes with this in their command line are left out of the memory.

    Raises:
      RuntimeError: It failed; with the end of what it said.
    """
    with tempfile.TemporaryFile() as said:
        started = time.monotonic()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )
        with _Sampler(process.pid, without) as sampler:
            # Not process.wait(), which does not tell what was used.
            _, status, used = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            tail = said.read()[-2000:].decode("utf-8", "replace")
            raise RuntimeError(f"{command} ended with {process.returncode}: {tail}")
    return Taken(wall_s, used.ru_utime + used.ru_stime, sampler.peak_mib())


def medians(runs: list[Taken]) -> dict[str, float]:
    """The median of each figure."""
    return {name: round(median(asdict(run)[name] for run in runs), 2) for name in asdict(runs[0])}


def ratios(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, Any]:
    """Each figure of one, divided by that of the other."""
    names = {"wall_s": "wall", "cpu_s": "cpu", "peak_mib": "memory"}
    return {short: round(one[name] / other[name], 3) for name, short in names.items()}


class _Sampler:
    """Sums up resident memory of a process and all below it, ten times a second, in a thread."""

    def __init__(self, root: int, without: str | None) -> None:
        self._root = root
        self._without = without.encode() if without else None
        self._sums: list[float] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "_Sampler":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def peak_mib(self) -> float:
        """The highest level that two neighbouring samples both reached."""
        return max((min(pair) for pair in pairwise(self._sums)), default=0.0)

    def _sample(self) -> None:
        while not self._done.wait(1 / SAMPLES_PER_S):
            self._sums.append(sum(self._resident_mib(one) for one in family(self._root)))

    def _resident_mib(self, process: int) -> float:
        try:
            if self._without and self._without in Path(f"/proc/{process}/cmdline").read_bytes():
                return 0.0
            return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_MIB
        except OSError:
            return 0.0  # it has ended meanwhile


def family(root: int) -> Iterator[int]:
    """The process and all below it. Linux tells children by the thread that started them."""
    yield root
    try:
        threads = list(Path(f"/proc/{root}/task").iterdir())
    except OSError:
        return  # it has ended meanwhile
    for thread in threads:
        try:
            children = (thread / "children").read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))
