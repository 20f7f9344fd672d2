"""The local script writer: it invents nothing, it divides the words it is given into scenes."""

import re
from typing import Any

from jobs.languages import Script, find_language
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


def with_scenes(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its prompt divided into scenes; unchanged when it has scenes."""
    if not document.get("prompt"):
        return document
    narrations = outline(document["prompt"], is_cjk=is_cjk(document.get("language", "en")))
    scenes = [{"narration": narration} for narration in narrations]
    return {**{k: v for k, v in document.items() if k != "prompt"}, "scenes": scenes}


def is_cjk(tag: str) -> bool:
    """Whether a language of the job document is written in wide characters."""
    language = find_language(tag)
    return language is not None and language.script is Script.CJK


def _sentences(paragraph: str) -> list[str]:
    found = (" ".join(match[0].split()) for match in _SENTENCE.finditer(paragraph))
    return [sentence for sentence in found if sentence]
