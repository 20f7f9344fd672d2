import socket
import subprocess
import sys
from pathlib import Path

from storage.leftovers import clear_leftovers, owned_prefix


def test_what_a_dead_process_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    dead = f".new-{socket.gethostname()}-{gone.pid}-abc"
    (tmp_path / dead).write_text("half")
    (tmp_path / f"{dead}-folder").mkdir()
    (tmp_path / f"{owned_prefix()}mine").write_text("half")
    (tmp_path / f".new-elsewhere-{gone.pid}-abc").write_text("of another machine")
    (tmp_path / "final.mp4").write_text("whole")

    clear_leftovers(tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {
        f"{owned_prefix()}mine", f".new-elsewhere-{gone.pid}-abc", "final.mp4",
    }  # fmt: skip
