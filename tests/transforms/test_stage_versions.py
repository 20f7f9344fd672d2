"""What the keys of rendered parts are made of, and the versions of their stages.

A digest that has changed gives every such part another key: all videos of before are encoded anew
when anything about them changes. Raise the version of the stage with it, so that `plan` says why
and `reprocess --stale` finds them; then write the new pair down here.
"""

from typing import Any

import pytest

from jobs.stages import VERSIONS, Stage
from jobs.wire import sha256, to_json
from media.chunk import Captions, ChunkSpec, Seam, ShotSpec
from media.clips import ClipSpec
from media.cues import Cue, CueWord
from media.master import LoudnessTarget
from media.shot_text import Title
from transforms.mix_spec import ClipSpec as SoundSpec
from transforms.mix_spec import MixSpec, MusicSpec

CHUNK = ChunkSpec(
    426, 240, (24, 1), 66, "draft",
    (
        ShotSpec("color", "#204060", 0, 24),
        ShotSpec("still", "media/a.picture", 24, 24, "zoom_in", 1, title=Title("A", "b")),
        ShotSpec("clip", "media/b.clip", 42, 24, clip=ClipSpec(0.5, 1.0)),
    ),
    (Seam("cut", 24, 0), Seam("crossfade", 42, 6)),
    (Captions((Cue(0, 20, ((CueWord("One.", 0, 20),),)),), "block", "en"),),
    "fonts", "FFmpeg",
)  # fmt: skip
MIX = MixSpec(
    96_000, (SoundSpec("media/v.wav", 4800, 0.0),), (SoundSpec("media/e.wav", 0, -8.0, 9600),),
    ((4800, 48_000),), MusicSpec("media/m.wav", (), 0, 0, -14.0, 96_000), 10.0,
    LoudnessTarget(-14.0, -1.0), "FFmpeg",
)  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "spec", "version", "digest"),
    [
        pytest.param(Stage.RENDER, CHUNK, 9, "bdd1c9db9ab141e1", id="chunk"),
        pytest.param(Stage.MIX, MIX, 3, "19e29516729f274d", id="mix"),
    ],
)
def test_what_keys_are_made_of_changes_with_the_version_of_the_stage(
    stage: Stage, spec: Any, version: int, digest: str
) -> None:
    assert (VERSIONS[stage], sha256(to_json(spec))[:16]) == (version, digest)
