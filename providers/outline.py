"""The local script writer: it invents nothing, it divides the words it is given into scenes."""

import re
from typing import Any

from jobs.languages import Script, find_language
from jobs.sound import CALM_MUSIC
from jobs.wire import canonical
from providers.speech import estimate_duration_s

# A picture is looked at for about this long before the eye wants another one.
SCENE_S = 7.0

# Sentence ends: Latin, Arabic, Devanagari, Chinese and Japanese; closing quotes stay with theirs.
_SENTENCE = re.compile(r".+?(?:[.!?…؟۔।]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’）]*|\n{2,}|$)", re.S)


def outline(text: str, *, is_cjk: bool = False) -> tuple[str, ...]:
    """Divides a text into narrations of scenes: whole sentences, about seven seconds each.

    Nothing is left out: the narrations, joined, are the text but for white space between them.
    A blank line always starts a new scene.
    """
    scenes: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        current = ""
        for sentence in _sentences(paragraph):
            joined = f"{current} {sentence}".strip()
            if current and estimate_duration_s(joined, is_cjk) > SCENE_S:
                scenes.append(current)
                current = sentence
            else:
                current = joined
        if current:
            scenes.append(current)
    return tuple(scenes)


def outlined_scenes(prompt: str, language: str) -> list[dict[str, Any]]:
    """The scenes of a job document whose narrations are the words of the prompt."""
    return [{"narration": narration} for narration in outline(prompt, is_cjk=is_cjk(language))]


def script_file(scenes: list[dict[str, Any]], music: str | None = None) -> tuple[bytes, str]:
    """A script as media. `music`: the prompt of the music that it wishes for."""
    return canonical({"scenes": scenes, "music": music}), ".json"


def with_script(document: dict[str, Any], script: dict[str, Any]) -> dict[str, Any]:
    """The document with the scenes of a script in the place of its prompt, and with the music that
    the script wishes for where the user left it open."""
    written = {**{k: v for k, v in document.items() if k != "prompt"}, "scenes": script["scenes"]}
    music = document.get("music", {})
    if script["music"] and music is not None and music.get("prompt", CALM_MUSIC) == CALM_MUSIC:
        written["music"] = {**music, "prompt": script["music"]}
    return written


def is_cjk(tag: str) -> bool:
    """Whether a language of the job document is written in wide characters."""
    language = find_language(tag)
    return language is not None and language.script is Script.CJK


def _sentences(paragraph: str) -> list[str]:
    found = (" ".join(match[0].split()) for match in _SENTENCE.finditer(paragraph))
    return [sentence for sentence in found if sentence]
