"""What makers work with, opened once per worker."""

import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from jobs.elements import Run
from jobs.errors import InvalidInput
from media.run import Workspace, find_ffmpeg
from providers.speech import SpeechSession
from storage.artefacts import Artefacts
from storage.directory import DirectoryBlobs
from storage.ledger import Ledger, open_ledger


@dataclass(frozen=True)
class StudioConfig:
    """Where a worker finds everything; a value that travels to workers.

    Attributes:
      data: Folder of artefacts and scratch space.
      database_url: The ledger, as an SQLAlchemy url.
      deliver_to: Folder that gets a folder of deliverables per job.
      ffmpeg: FFmpeg program, or None for the one that came by pip.
      workers: How many tasks one worker performs side by side, encoders included.
    """

    data: str
    database_url: str
    deliver_to: str
    ffmpeg: str | None
    workers: int

    def open(self) -> "Studio":
        return Studio(self)


class Studio:
    """Open stores, the voice, and scratch space; close it when done. Safe for several threads."""

    def __init__(self, config: StudioConfig) -> None:
        self.config = config
        root = Path(config.data)
        self.artefacts = Artefacts(DirectoryBlobs(root))
        self.blobs = self.artefacts.blobs
        self.ledger: Ledger = open_ledger(config.database_url)
        self._work = root / "work"
        self._voice: SpeechSession | None = None
        self._lock = threading.Lock()

    def voice(self) -> SpeechSession:
        """The local voice; its process starts with the first line to speak."""
        with self._lock:
            if self._voice is None:
                # Imported when somebody speaks: SciPy takes as long to load as Beam.
                from providers.espeak import Espeak

                self._voice = Espeak().open()
            return self._voice

    @contextmanager
    def space(self, run: Run) -> Iterator[Workspace]:
        """A private folder for one task of a run, removed at the end."""
        try:
            self._work.mkdir(parents=True, exist_ok=True)
            # The name tells who works in it, so that folders of killed workers can be cleared.
            prefix = f"{socket.gethostname()}-{os.getpid()}-"
            folder = Path(tempfile.mkdtemp(prefix=prefix, dir=self._work))
        except OSError as error:
            raise InvalidInput(f"cannot work in {self._work}: {error.strerror}") from error
        try:
            yield Workspace(
                ffmpeg=find_ffmpeg(self.config.ffmpeg),
                folder=folder.absolute(),
                cancelled=lambda: self.ledger.is_stopped(run),
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        if self._voice:
            self._voice.close()
        self.ledger.close()


def clear_abandoned_work(data: Path) -> None:
    """Removes scratch folders whose process, on this machine, is gone."""
    host = f"{socket.gethostname()}-"
    for folder in (data / "work").glob(f"{host}*-*"):
        pid = folder.name.removeprefix(host).partition("-")[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True  # somebody else's process
    return True
