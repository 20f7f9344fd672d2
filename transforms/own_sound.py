"""Music, effects and the sound of clips that users bring."""

from typing import Any

from jobs.elements import Task
from jobs.wire import plain
from media.bars import find_bars
from media.own_sound import audible_sound, decoded_sound, loudness_of
from media.run import Workspace
from transforms.own_voice import OF_THE_USER
from transforms.perform import Made
from transforms.studio import Studio

LONGEST_MUSIC_S = 1800.0  # of a longer track, the beginning
LONGEST_S = 600.0  # no scene is longer
# Where the local sounds stand, 0 dB against the voice.
LEVEL_LUFS = -20.0
MOST_RAISED_DB = 20.0  # more would be noise
CLIP_RAISED_DB = 12.0  # what a camera has heard is often meant to be quiet


def take_track(task: Task, studio: Studio, space: Workspace) -> Made:
    """Takes a track of the user's as music: stereo 48 kHz, with its bars if they are clear.

    Raises:
      UnsupportedMedia: It is no sound, or silent.
    """
    with studio.blobs.as_file(task.params["blob"]) as path:
        wave, lufs = audible_sound(space, path, 2, length_s=LONGEST_MUSIC_S)
    facts: dict[str, Any] = {"samples": len(wave), "lufs": lufs}
    if found := find_bars(wave):
        facts |= {"bars": plain(found.track), "tempo_bpm": found.tempo_bpm, "metre": found.beats}
    return Made(OF_THE_USER, {"audio": wave.path}, facts)


def take_effect(task: Task, studio: Studio, space: Workspace) -> Made:
    """Takes a sound of the user's as an effect: stereo 48 kHz, and what brings it to its level.

    Raises:
      UnsupportedMedia: It is no sound, or silent.
    """
    with studio.blobs.as_file(task.params["blob"]) as path:
        wave, lufs = audible_sound(space, path, 2, length_s=LONGEST_S)
    level_db = round(min(LEVEL_LUFS - lufs, MOST_RAISED_DB), 2)
    facts = {"samples": len(wave), "loop": False, "level_db": level_db}
    return Made(OF_THE_USER, {"audio": wave.path}, facts)


def take_clip_sound(task: Task, studio: Studio, space: Workspace) -> Made:
    """Takes the sound of a stretch of a clip, stereo 48 kHz; nothing of one without sound.

    Raises:
      UnsupportedMedia: It cannot be decoded.
    """
    params = task.params
    start_s = float(params["start_s"])
    length_s = float(params["end_s"] or start_s + LONGEST_S) - start_s
    with studio.blobs.as_file(params["blob"]) as path:
        wave = decoded_sound(space, path, 2, length_s=length_s, start_s=start_s)
    if wave is None:
        return Made(OF_THE_USER, {}, {"samples": 0, "loop": False})
    lufs = loudness_of(space, wave)
    level_db = round(min(LEVEL_LUFS - lufs, CLIP_RAISED_DB), 2)
    facts = {"samples": len(wave), "loop": False, "level_db": level_db}
    return Made(OF_THE_USER, {"audio": wave.path}, facts)
