"""An FFmpeg that writes down what each of its runs took: a program, for `AIPROD_FFMPEG`.

`python -IS bench/logged_ffmpeg.py LOG FFMPEG ARGUMENT...` runs FFmpeg and adds a line of JSON to
LOG. It loads nothing but the smallest modules, since it starts as often as FFmpeg does; what it
takes itself is in the line, too.
"""

import json
import os
import resource
import sys
import time


def main(log: str, program: str, arguments: list[str]) -> int:
    """Runs the program; its exit code."""
    started = time.monotonic()
    child = os.posix_spawn(program, [program, *arguments], os.environ)
    _, status, used = os.wait4(child, 0)
    wall_s = time.monotonic() - started
    own = resource.getrusage(resource.RUSAGE_SELF)
    line = {
        "arguments": arguments,
        "cpu_s": used.ru_utime + used.ru_stime,
        "wall_s": wall_s,
        "peak_mib": used.ru_maxrss / 1024,
        "logging_cpu_s": own.ru_utime + own.ru_stime,
    }
    # One write to a file that is appended to: lines of several processes do not mix.
    with open(log, "ab", buffering=0) as file:  # noqa: PTH123 (pathlib takes long to load)
        file.write(json.dumps(line).encode() + b"\n")
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
