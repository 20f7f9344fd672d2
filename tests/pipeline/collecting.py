"""A process that collects garbage again and again until its standard input ends.

Says how many blobs each collection has removed, a line each. Its grace is a second instead of an
hour: jobs of the tests that use it have no files that are stored before a run is claimed, and
database and store have one clock.
"""

import sys
import threading
from contextlib import closing
from pathlib import Path

from storage.database import open_database, sqlite_url
from storage.directory import DirectoryBlobs
from storage.garbage import Collection
from storage.kept_runs import KeptRuns

GRACE_S = 1.0
PAUSE_S = 0.05  # leaves the processor to those who render


def main(data: Path) -> None:
    stopping = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        stopping.set()

    threading.Thread(target=listen, daemon=True).start()
    with closing(open_database(sqlite_url(data))) as database:
        ledgers = [KeptRuns(database, 0.0)]
        collection = Collection(DirectoryBlobs(data), ledgers, 1, 0.0, GRACE_S)
        while not stopping.wait(PAUSE_S):
            sys.stdout.write(f"{collection.run().total.blobs}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
