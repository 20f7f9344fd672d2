"""What a process has started, asked while it may end."""

import psutil


def descendants(pid: int) -> list[psutil.Process]:
    """All that it started, and what these started; none once it has ended."""
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def command_of(process: psutil.Process) -> list[str]:
    """Its program and arguments; none of one that has ended, buried or not."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def encoders(pid: int) -> list[psutil.Process]:
    """Its FFmpegs that work, not those that only say which version they are."""
    return [one for one in descendants(pid) if _works(command_of(one))]


def _works(command: list[str]) -> bool:
    return bool(command) and "ffmpeg" in command[0] and "-version" not in command
